//! Logging in at a provider outside: who gets in, who does not, and that what cannot be believed leaves no
//! session. The provider is a real one on loopback, except that it says what a test wants said.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use casework::{Ahead, Casework, OidcAnswer, OidcBegin, OidcDone, OidcRefused};
use domain::account_events::AccountEvent;
use domain::insz::Insz;
use domain::login::Method;
use domain::oidc::{Demands, WantedClaim};
use serde_json::{Map, Value, json};
use testkit::provider::{Asked, FakeProvider, SigningKey, unsigned};
use testkit::{World, at, world};

const BROWSER: [u8; 32] = [3; 32];

/// A world, a provider with one key, and the use cases that know it.
struct Scene {
    world: World,
    provider: FakeProvider,
    key: SigningKey,
    casework: Casework,
}

async fn scene_with(set: impl FnOnce(&mut testkit::OidcSet)) -> Scene {
    let world = world().await;
    let key = SigningKey::new("een");
    let provider = FakeProvider::start(&[&key]).await;
    let casework = world.with_provider(&provider.issuer, set);
    Scene {
        world,
        provider,
        key,
        casework,
    }
}

async fn scene() -> Scene {
    scene_with(|_| {}).await
}

fn begin() -> OidcBegin {
    OidcBegin {
        browser: BROWSER,
        address: "192.0.2.1".to_owned(),
        ahead: Ahead {
            to: "/begeleidingen".to_owned(),
            ..Ahead::default()
        },
        linking: None,
    }
}

fn answer(asked: &Asked, code: &str) -> OidcAnswer {
    OidcAnswer {
        browser: Some(BROWSER),
        state: asked.get("state").to_owned(),
        code: code.to_owned(),
        ..OidcAnswer::default()
    }
}

impl Scene {
    /// Goes to the provider, as far as its log-in.
    async fn asked(&self) -> Asked {
        let address = self.casework.oidc_begin(&begin()).await.unwrap();
        self.provider.asked(&address)
    }

    fn right(&self, asked: &Asked, subject: &str) -> Map<String, Value> {
        self.provider.claims(asked, subject, self.casework.now())
    }

    /// Comes back as somebody, with claims of the token changed.
    async fn back_with(
        &self,
        subject: &str,
        change: impl FnOnce(&mut Map<String, Value>),
    ) -> Result<OidcDone, OidcRefused> {
        let asked = self.asked().await;
        let mut claims = self.right(&asked, subject);
        change(&mut claims);
        let token = self.key.sign(&self.key.header(), &claims);
        self.back(&asked, &token).await
    }

    async fn back(&self, asked: &Asked, token: &str) -> Result<OidcDone, OidcRefused> {
        let code = self.provider.code(asked, token);
        let done = self.casework.oidc_finish(&answer(asked, &code)).await;
        done.map_err(|(refused, _)| refused)
    }

    async fn sign_in(&self, subject: &str) -> [u8; 32] {
        match self.back_with(subject, |_| {}).await.unwrap() {
            OidcDone::SignedIn(token, _) => token,
            OidcDone::Linked => panic!("it was no linking"),
        }
    }

    async fn link(&self, user_name: &str, subject: &str) {
        let issuer = &self.provider.issuer;
        let linked = self.casework.link_identity(issuer, user_name, subject);
        linked.await.unwrap();
    }

    /// How many rows a table has, past the program.
    async fn rows(&self, table: &str) -> usize {
        self.world.place().contents().await[table].len()
    }

    async fn events(&self, wanted: AccountEvent) -> usize {
        let rows = &self.world.place().contents().await["account_event"];
        let code = wanted.code();
        rows.iter().filter(|row| row.contains(code)).count()
    }

    /// A logout token for somebody, with claims changed.
    fn logout_token(&self, change: impl FnOnce(&mut Map<String, Value>)) -> String {
        let seconds = self.casework.now().micros() / 1_000_000;
        let claims = json!({
            "iss": self.provider.issuer, "aud": "klantendossier", "sub": "s-an", "sid": "sessie-1",
            "iat": seconds, "exp": seconds + 120, "jti": "een",
            "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
        });
        let mut claims = claims.as_object().unwrap().clone();
        change(&mut claims);
        let header = json!({ "alg": "ES256", "typ": "logout+jwt", "kid": self.key.kid });
        self.key.sign(&header, &claims)
    }
}

#[tokio::test]
async fn a_linked_counsellor_gets_a_session_and_goes_on_where_she_was_going() {
    let scene = scene().await;
    scene.link("an", "s-an").await;
    let asked = scene.asked().await;
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "klantendossier"),
        ("redirect_uri", "http://127.0.0.1:8080/oidc/terug"),
        ("scope", "openid profile"),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(asked.get(name), value, "{name}");
    }
    assert_eq!(asked.get("state").len(), 64);
    assert_ne!(asked.get("state"), asked.get("nonce"));
    let claims = scene.right(&asked, "s-an");
    let code = scene
        .provider
        .code(&asked, &scene.key.sign(&scene.key.header(), &claims));
    let done = scene.casework.oidc_finish(&answer(&asked, &code)).await;
    let OidcDone::SignedIn(token, ahead) = done.unwrap() else {
        panic!("it was no linking");
    };
    assert_eq!(ahead, begin().ahead);
    let signed = scene.casework.session(&token).await.unwrap().unwrap();
    assert_eq!(signed.actor.person, scene.world.an.person);
    assert_eq!(scene.events(AccountEvent::SignedIn).await, 1);
    // The other server knows the session too, and what was begun is gone.
    let other = scene.world.other_server().await;
    assert!(other.session(&token).await.unwrap().is_some());
    assert_eq!(scene.rows("oidc_flow").await, 0);
}

#[tokio::test]
async fn what_is_kept_meanwhile_is_not_readable_in_the_database() {
    let scene = scene().await;
    let mut begun = begin();
    begun.ahead.kept_for = "/dossier/x/stappen/nieuw".to_owned();
    begun.ahead.kept = vec![(
        "samenvatting".to_owned(),
        "Over thuis gesproken.".to_owned(),
    )];
    let address = scene.casework.oidc_begin(&begun).await.unwrap();
    let asked = scene.provider.asked(&address);
    let rows = scene.world.place().contents().await["oidc_flow"].join("\n");
    let hex: String = "Over thuis"
        .bytes()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    for secret in ["Over thuis", &hex, asked.get("state"), asked.get("nonce")] {
        assert!(!rows.to_lowercase().contains(secret), "{secret} in {rows}");
    }
    // It comes back with a refusal too, in the browser it belongs to.
    let denied = OidcAnswer {
        error: "access_denied".to_owned(),
        ..answer(&asked, "")
    };
    let (refused, ahead) = scene.casework.oidc_finish(&denied).await.unwrap_err();
    assert!(matches!(refused, OidcRefused::Stopped), "{refused:?}");
    assert_eq!(ahead, begun.ahead);
}

#[tokio::test]
async fn nobody_is_let_in_who_is_not_linked_and_no_account_is_made() {
    let scene = scene().await;
    let people = scene.rows("person").await;
    let refused = scene.back_with("s-vreemd", |_| {}).await.unwrap_err();
    assert!(matches!(refused, OidcRefused::Unknown(subject) if subject == "s-vreemd"));
    assert_eq!(scene.rows("session").await, 0);
    assert_eq!(scene.rows("person").await, people);
    assert_eq!(scene.events(AccountEvent::IdentityRefused).await, 1);
}

/// Each of these would be somebody else's session.
#[tokio::test]
async fn a_token_that_cannot_be_believed_leaves_no_session() {
    let scene = scene_with(|set| set.max_age_seconds = Some(3_600)).await;
    scene.link("an", "s-an").await;
    let stranger = SigningKey::new("een");
    let unknown = SigningKey::new("twee");
    let seconds = scene.casework.now().micros() / 1_000_000;
    let header = scene.key.header();
    type Change = Box<dyn Fn(&mut Map<String, Value>)>;
    let set = |name: &'static str, value: Value| -> Change {
        Box::new(move |claims| {
            claims.insert(name.to_owned(), value.clone());
        })
    };
    let without = |name: &'static str| -> Change {
        Box::new(move |claims| {
            claims.remove(name);
        })
    };
    let changes: Vec<(&str, Change)> = vec![
        (
            "another issuer",
            set("iss", json!("https://elders.example")),
        ),
        (
            "issuer with a slash",
            set("iss", json!(format!("{}/", scene.provider.issuer))),
        ),
        ("no issuer", without("iss")),
        ("another audience", set("aud", json!("iemand-anders"))),
        ("no audience", without("aud")),
        (
            "more audiences, no azp",
            set("aud", json!(["klantendossier", "iemand-anders"])),
        ),
        ("azp of another", set("azp", json!("iemand-anders"))),
        ("another nonce", set("nonce", json!("0".repeat(64)))),
        ("no nonce", without("nonce")),
        ("expired", set("exp", json!(seconds - 1))),
        ("expires now", set("exp", json!(seconds))),
        ("no expiry", without("exp")),
        ("not yet", set("nbf", json!(seconds + 600))),
        ("not before a word", set("nbf", json!("morgen"))),
        ("made in the future", set("iat", json!(seconds + 600))),
        ("made long ago", set("iat", json!(seconds - 3_600))),
        ("no time", without("iat")),
        (
            "logged in long ago",
            set("auth_time", json!(seconds - 7_200)),
        ),
        ("no log-in time", without("auth_time")),
        ("nobody", without("sub")),
        ("an empty name", set("sub", json!(""))),
        ("a name with a control sign", set("sub", json!("s-an\u{0}"))),
        ("a name too long", set("sub", json!("s".repeat(256)))),
        (
            "hash of another access token",
            set("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA")),
        ),
        (
            "a logout token",
            Box::new(|claims| {
                claims.remove("nonce");
                claims.insert(
                    "events".to_owned(),
                    json!({ "http://schemas.openid.net/event/backchannel-logout": {} }),
                );
            }),
        ),
    ];
    let mut tried = 0;
    for (what, change) in &changes {
        let refused = scene.back_with("s-an", change).await.expect_err(what);
        assert!(
            matches!(refused, OidcRefused::Untrusted),
            "{what}: {refused:?}"
        );
        tried += 1;
    }
    type Sign<'a> = Box<dyn Fn(&Map<String, Value>) -> String + 'a>;
    let with_header = |name: &str, value: Value| {
        let mut header = header.clone();
        header[name] = value;
        header
    };
    let signed: Vec<(&str, Sign<'_>)> = vec![
        (
            "no signature, alg none",
            Box::new(|claims| format!("{}.", unsigned(&json!({ "alg": "none" }), claims))),
        ),
        (
            "alg none with a signature",
            Box::new(|claims| {
                scene
                    .key
                    .sign(&json!({ "alg": "none", "kid": "een" }), claims)
            }),
        ),
        (
            "alg None",
            Box::new(|claims| format!("{}.", unsigned(&json!({ "alg": "None" }), claims))),
        ),
        (
            "signature cut off",
            Box::new(|claims| format!("{}.", unsigned(&header, claims))),
        ),
        (
            "keyed with the public half",
            Box::new(|claims| scene.key.sign_with_public_half(claims)),
        ),
        (
            "another key under the same name",
            Box::new(|claims| stranger.sign(&header, claims)),
        ),
        (
            "a key that is not published",
            Box::new(|claims| unknown.sign(&unknown.header(), claims)),
        ),
        (
            "key in the header",
            Box::new(|claims| stranger.sign(&with_header("jwk", stranger.jwk()), claims)),
        ),
        (
            "address of keys in the header",
            Box::new(|claims| {
                stranger.sign(
                    &with_header("jku", json!("http://127.0.0.1:1/keys")),
                    claims,
                )
            }),
        ),
        (
            "certificate in the header",
            Box::new(|claims| stranger.sign(&with_header("x5c", json!(["AAAA"])), claims)),
        ),
        (
            "another algorithm for the key",
            Box::new(|claims| scene.key.sign(&with_header("alg", json!("RS256")), claims)),
        ),
        (
            "an algorithm that is not allowed",
            Box::new(|claims| scene.key.sign(&with_header("alg", json!("ES384")), claims)),
        ),
        (
            "a critical header",
            Box::new(|claims| scene.key.sign(&with_header("crit", json!(["exp"])), claims)),
        ),
        (
            "another kind of token",
            Box::new(|claims| scene.key.sign(&with_header("typ", json!("at+jwt")), claims)),
        ),
        (
            "a token in a token",
            Box::new(|claims| scene.key.sign(&with_header("cty", json!("JWT")), claims)),
        ),
        (
            "claims changed after signing",
            Box::new(|claims| {
                let token = scene.key.sign(&header, claims);
                let mut other = claims.clone();
                other.insert("sub".to_owned(), json!("s-bram"));
                let (_, signature) = token.rsplit_once('.').unwrap();
                format!("{}.{signature}", unsigned(&header, &other))
            }),
        ),
        ("no token", Box::new(|_| String::new())),
        ("no token at all", Box::new(|_| "een.twee.drie".to_owned())),
    ];
    for (what, sign) in &signed {
        let asked = scene.asked().await;
        let token = sign(&scene.right(&asked, "s-an"));
        let refused = scene.back(&asked, &token).await.expect_err(what);
        assert!(
            matches!(refused, OidcRefused::Untrusted),
            "{what}: {refused:?}"
        );
        tried += 1;
    }
    // An answer without a token in it.
    let asked = scene.asked().await;
    let bare = json!({ "access_token": "toegang", "token_type": "Bearer" });
    let code = scene.provider.code_for(&asked, bare);
    let (refused, _) = scene
        .casework
        .oidc_finish(&answer(&asked, &code))
        .await
        .unwrap_err();
    assert!(matches!(refused, OidcRefused::Untrusted), "{refused:?}");
    tried += 1;
    eprintln!("{tried} tokens refused");
    assert!(tried >= 40);
    assert_eq!(scene.rows("session").await, 0);
    assert_eq!(scene.rows("oidc_session").await, 0);
    // And the right one gets in, so that it was not for another reason.
    scene.sign_in("s-an").await;
    assert_eq!(scene.rows("session").await, 1);
}

#[tokio::test]
async fn an_answer_counts_once_in_the_browser_that_began_it_and_for_ten_minutes() {
    let scene = scene().await;
    scene.link("an", "s-an").await;
    let token_for = |asked: &Asked| {
        let claims = scene.right(asked, "s-an");
        scene
            .provider
            .code(asked, &scene.key.sign(&scene.key.header(), &claims))
    };
    let refused = |done: Result<OidcDone, (OidcRefused, Ahead)>, what: &str| {
        let (refused, ahead) = done.expect_err(what);
        assert!(
            matches!(refused, OidcRefused::Expired),
            "{what}: {refused:?}"
        );
        assert_eq!(ahead, Ahead::default(), "{what}");
    };
    let asked = scene.asked().await;
    let code = token_for(&asked);
    let right = answer(&asked, &code);
    for (what, wrong) in [
        (
            "no browser",
            OidcAnswer {
                browser: None,
                ..right.clone()
            },
        ),
        (
            "another browser",
            OidcAnswer {
                browser: Some([4; 32]),
                ..right.clone()
            },
        ),
        (
            "no state",
            OidcAnswer {
                state: String::new(),
                ..right.clone()
            },
        ),
        (
            "another state",
            OidcAnswer {
                state: "0".repeat(64),
                ..right.clone()
            },
        ),
    ] {
        refused(scene.casework.oidc_finish(&wrong).await, what);
    }
    assert!(scene.casework.oidc_finish(&right).await.is_ok());
    refused(
        scene.casework.oidc_finish(&right).await,
        "the same answer again",
    );
    // A code that was used, under a state that was not.
    let second = scene.asked().await;
    let replayed = scene.casework.oidc_finish(&answer(&second, &code)).await;
    let (replayed, _) = replayed.unwrap_err();
    assert!(matches!(replayed, OidcRefused::Expired), "{replayed:?}");
    // A code that was made for another browser's log-in: who asks for the token is not who began.
    let (victim, own) = (scene.asked().await, scene.asked().await);
    let stolen = token_for(&victim);
    let injected = scene.casework.oidc_finish(&answer(&own, &stolen)).await;
    let (injected, _) = injected.unwrap_err();
    assert!(matches!(injected, OidcRefused::Expired), "{injected:?}");
    // Too late.
    let late = scene.asked().await;
    let code = token_for(&late);
    scene.world.clock.advance(601);
    refused(
        scene.casework.oidc_finish(&answer(&late, &code)).await,
        "too late",
    );
    assert_eq!(scene.rows("session").await, 1);
    scene.casework.tidy().await.unwrap();
    assert_eq!(scene.rows("oidc_flow").await, 0);
}

#[tokio::test]
async fn of_two_that_bring_the_same_answer_at_once_one_gets_in() {
    let scene = scene().await;
    scene.link("an", "s-an").await;
    let asked = scene.asked().await;
    let claims = scene.right(&asked, "s-an");
    let code = scene
        .provider
        .code(&asked, &scene.key.sign(&scene.key.header(), &claims));
    let right = answer(&asked, &code);
    let (one, other) = tokio::join!(
        scene.casework.oidc_finish(&right),
        scene.casework.oidc_finish(&right)
    );
    assert_eq!(
        [one.is_ok(), other.is_ok()]
            .iter()
            .filter(|it| **it)
            .count(),
        1
    );
    assert_eq!(scene.rows("session").await, 1);
}

#[tokio::test]
async fn an_answer_of_another_provider_is_refused() {
    let scene = scene().await;
    scene.link("an", "s-an").await;
    let with_iss = |asked: &Asked, iss: Option<&str>| {
        let claims = scene.right(asked, "s-an");
        let token = scene.key.sign(&scene.key.header(), &claims);
        OidcAnswer {
            iss: iss.map(str::to_owned),
            ..answer(asked, &scene.provider.code(asked, &token))
        }
    };
    let asked = scene.asked().await;
    let other = with_iss(&asked, Some("https://elders.example"));
    let (refused, _) = scene.casework.oidc_finish(&other).await.unwrap_err();
    assert!(matches!(refused, OidcRefused::Untrusted), "{refused:?}");
    let asked = scene.asked().await;
    let right = with_iss(&asked, Some(&scene.provider.issuer));
    assert!(scene.casework.oidc_finish(&right).await.is_ok());
    // One that says it always names itself, and does not.
    scene.provider.say(
        "authorization_response_iss_parameter_supported",
        json!(true),
    );
    let strict = Scene {
        casework: scene.world.with_provider(&scene.provider.issuer, |_| {}),
        ..scene
    };
    let refused = strict.back_with("s-an", |_| {}).await.unwrap_err();
    assert!(matches!(refused, OidcRefused::Untrusted), "{refused:?}");
}

#[tokio::test]
async fn a_log_in_there_that_is_too_weak_is_refused() {
    let scene = scene_with(|set| set.acr_values = vec!["eid".to_owned(), "itsme".to_owned()]).await;
    scene.link("an", "s-an").await;
    assert_eq!(scene.asked().await.get("acr_values"), "eid itsme");
    for weak in [None, Some("wachtwoord"), Some("")] {
        let back = scene.back_with("s-an", |claims| {
            if let Some(acr) = weak {
                claims.insert("acr".to_owned(), json!(acr));
            }
        });
        let refused = back.await.unwrap_err();
        assert!(
            matches!(refused, OidcRefused::TooWeak),
            "{weak:?}: {refused:?}"
        );
    }
    assert_eq!(scene.rows("session").await, 0);
    let strong = scene.back_with("s-an", |claims| {
        claims.insert("acr".to_owned(), json!("itsme"));
    });
    assert!(strong.await.is_ok());
}

#[tokio::test]
async fn a_coach_needs_the_claim_and_a_counsellor_does_not() {
    let scene = scene_with(|set| {
        set.demands = Demands {
            privileged: WantedClaim::parse("vo_doelgroepcode=GID"),
            second_factor: Vec::new(),
        };
    })
    .await;
    scene.link("an", "s-an").await;
    scene.link("coach", "s-coach").await;
    scene.sign_in("s-an").await;
    for wrong in [
        json!(null),
        json!("BUR"),
        json!(["BUR", "LB"]),
        json!(1),
        json!("gid"),
    ] {
        let back = scene.back_with("s-coach", |claims| {
            claims.insert("vo_doelgroepcode".to_owned(), wrong.clone());
        });
        let refused = back.await.unwrap_err();
        assert!(
            matches!(refused, OidcRefused::NotEnough),
            "{wrong}: {refused:?}"
        );
    }
    assert_eq!(scene.rows("session").await, 1);
    let back = scene.back_with("s-coach", |claims| {
        claims.insert("vo_doelgroepcode".to_owned(), json!(["BUR", "GID"]));
    });
    assert!(back.await.is_ok());
}

#[tokio::test]
async fn a_log_in_there_counts_as_two_factors_only_when_it_says_so() {
    let scene = scene_with(|set| {
        set.demands = Demands {
            privileged: None,
            second_factor: vec!["mfa".to_owned()],
        };
    })
    .await;
    scene.link("an", "s-an").await;
    for (amr, expected) in [
        (json!(["pwd"]), Method::ProviderAlone),
        (json!(["pwd", "mfa"]), Method::Provider),
    ] {
        let back = scene.back_with("s-an", |claims| {
            claims.insert("amr".to_owned(), amr);
        });
        let OidcDone::SignedIn(token, _) = back.await.unwrap() else {
            panic!("it was no linking");
        };
        let signed = scene.casework.session(&token).await.unwrap().unwrap();
        assert_eq!(signed.method, expected);
    }
}

#[tokio::test]
async fn a_key_that_the_provider_took_into_use_today_is_fetched_and_one_it_withdrew_does_not_count()
{
    let scene = scene().await;
    scene.link("an", "s-an").await;
    scene.sign_in("s-an").await;
    let asked_before = scene.provider.asked_for_keys();
    let newer = SigningKey::new("nieuw");
    scene.provider.publish(&[&newer]);
    let sign_with_newer = async |scene: &Scene| {
        let asked = scene.asked().await;
        let token = newer.sign(&newer.header(), &scene.right(&asked, "s-an"));
        scene.back(&asked, &token).await
    };
    // Within seconds of the last time it does not ask again: a stranger could make it ask without end.
    assert!(sign_with_newer(&scene).await.is_err());
    assert_eq!(scene.provider.asked_for_keys(), asked_before);
    scene.world.clock.advance(11);
    assert!(sign_with_newer(&scene).await.is_ok());
    assert_eq!(scene.provider.asked_for_keys(), asked_before + 1);
    // The old one is gone.
    assert!(scene.back_with("s-an", |_| {}).await.is_err());
}

#[tokio::test]
async fn a_provider_that_is_down_keeps_nobody_from_starting_and_comes_back_by_itself() {
    let scene = scene().await;
    scene.link("an", "s-an").await;
    scene.provider.set_down(true);
    let refused = scene.casework.oidc_begin(&begin()).await.unwrap_err();
    assert!(matches!(refused, OidcRefused::Unreachable), "{refused:?}");
    assert_eq!(scene.rows("oidc_flow").await, 0);
    scene.provider.set_down(false);
    scene.world.clock.advance(3);
    scene.sign_in("s-an").await;
    // Down between the way there and the way back.
    let asked = scene.asked().await;
    let claims = scene.right(&asked, "s-an");
    let code = scene
        .provider
        .code(&asked, &scene.key.sign(&scene.key.header(), &claims));
    scene.provider.set_down(true);
    let (refused, ahead) = scene
        .casework
        .oidc_finish(&answer(&asked, &code))
        .await
        .unwrap_err();
    assert!(matches!(refused, OidcRefused::Unreachable), "{refused:?}");
    assert_eq!(ahead, begin().ahead);
    // Nobody listens at all.
    let nobody = scene.world.with_provider("http://127.0.0.1:1", |_| {});
    let refused = nobody.oidc_begin(&begin()).await.unwrap_err();
    assert!(matches!(refused, OidcRefused::Unreachable), "{refused:?}");
}

#[tokio::test]
async fn who_is_logged_in_links_the_own_account_and_nobody_elses() {
    let scene = scene().await;
    let session = async |user: &str| {
        let attempt = casework::SignIn {
            user_name: user.to_owned(),
            password: testkit::PASSWORD.to_owned(),
            address: "192.0.2.1".to_owned(),
            ..casework::SignIn::default()
        };
        scene.casework.sign_in(&attempt).await.unwrap()
    };
    let (an, bram) = (session("an").await, session("bram").await);
    let linking =
        async |actor: &domain::people::Actor, subject: &str, session: Option<[u8; 32]>| {
            let begun = OidcBegin {
                ahead: Ahead::default(),
                linking: Some(actor.clone()),
                ..begin()
            };
            let address = scene.casework.oidc_begin(&begun).await.unwrap();
            let asked = scene.provider.asked(&address);
            // Whoever is logged in there at that moment is asked again.
            assert_eq!(asked.get("prompt"), "login");
            let token = scene
                .key
                .sign(&scene.key.header(), &scene.right(&asked, subject));
            let back = OidcAnswer {
                session,
                ..answer(&asked, &scene.provider.code(&asked, &token))
            };
            let done = scene.casework.oidc_finish(&back).await;
            done.map_err(|(refused, _)| refused)
        };
    let (one, two) = (&scene.world.an, &scene.world.bram);
    for wrong in [None, Some(bram), Some([9; 32])] {
        let refused = linking(one, "s-an", wrong).await.unwrap_err();
        assert!(matches!(refused, OidcRefused::Expired), "{refused:?}");
    }
    assert_eq!(scene.rows("oidc_identity").await, 0);
    let linked = linking(one, "s-an", Some(an)).await.unwrap();
    assert!(matches!(linked, OidcDone::Linked));
    assert!(scene.casework.oidc_linked(one).await.unwrap().is_some());
    assert_eq!(scene.events(AccountEvent::IdentityLinked).await, 1);
    // Taken: by another person, and by another account there.
    for (actor, subject, token) in [(two, "s-an", bram), (one, "s-ander", an)] {
        let refused = linking(actor, subject, Some(token)).await.unwrap_err();
        assert!(matches!(refused, OidcRefused::Taken), "{refused:?}");
    }
    scene.sign_in("s-an").await;
    scene.casework.oidc_unlink(one).await.unwrap();
    scene.casework.oidc_unlink(one).await.unwrap();
    assert_eq!(scene.events(AccountEvent::IdentityUnlinked).await, 1);
    let refused = scene.back_with("s-an", |_| {}).await.unwrap_err();
    assert!(matches!(refused, OidcRefused::Unknown(_)), "{refused:?}");
}

/// Two national numbers that could be.
const LOTTE: &str = "93051822361";

#[tokio::test]
async fn a_young_person_is_found_by_the_own_national_number_and_staff_is_not() {
    let scene = scene_with(|set| set.client_insz_claim = Some("rrn".to_owned())).await;
    let insz = Insz::parse(LOTTE).unwrap();
    let client = casework::NewClient {
        client_number: domain::client_number::ClientNumber::parse("61000546").unwrap(),
        given_name: "Noor".to_owned(),
        family_name: "Maes".to_owned(),
        birth: testkit::day("2008-03-17"),
        work_situation: "00".to_owned(),
        work_situation_since: None,
        insz: Some(insz),
        contact: casework::Contact::default(),
    };
    let made = scene.casework.create_client(&scene.world.mediator, &client);
    let dossier = made.await.unwrap();
    let with_number = |number: Value| {
        move |claims: &mut Map<String, Value>| {
            claims.insert("rrn".to_owned(), number);
        }
    };
    // Without an account that somebody made, nobody gets in.
    let back = scene.back_with("s-noor", with_number(json!(LOTTE))).await;
    assert!(matches!(back.unwrap_err(), OidcRefused::Unknown(_)));
    let account = casework::NewUser {
        user_name: "noor".to_owned(),
        name: "Noor Maes".to_owned(),
        role: domain::people::Role::Client,
        unit: None,
        own_dossier: Some(dossier),
    };
    let hash = casework::hash_password(testkit::PASSWORD).unwrap();
    let person = scene
        .casework
        .create_demo_user(&account, &hash)
        .await
        .unwrap();
    for wrong in [
        json!("93051822362"),
        json!("61000546"),
        json!(null),
        json!(93_051_822_361_u64),
        json!([LOTTE, "85073003328"]),
        json!("85073003328"),
    ] {
        let back = scene.back_with("s-noor", with_number(wrong.clone())).await;
        assert!(
            matches!(back.unwrap_err(), OidcRefused::Unknown(_)),
            "{wrong}"
        );
    }
    let back = scene.back_with("s-noor", with_number(json!(LOTTE))).await;
    let OidcDone::SignedIn(token, _) = back.unwrap() else {
        panic!("it was no linking");
    };
    let signed = scene.casework.session(&token).await.unwrap().unwrap();
    assert_eq!(signed.actor.person, person);
    assert_eq!(signed.actor.own_dossier, Some(dossier));
    // From now on it is this account there, and no other with the same number.
    scene.sign_in("s-noor").await;
    let back = scene.back_with("s-tweede", with_number(json!(LOTTE))).await;
    assert!(matches!(back.unwrap_err(), OidcRefused::Unknown(_)));
    // Where the setting is not there, the number says nothing.
    let plain = Scene {
        casework: scene.world.with_provider(&scene.provider.issuer, |_| {}),
        ..scene
    };
    let back = plain.back_with("s-derde", with_number(json!(LOTTE))).await;
    assert!(matches!(back.unwrap_err(), OidcRefused::Unknown(_)));
}

#[tokio::test]
async fn logging_out_leads_to_the_provider_with_the_token_of_this_session() {
    let scene = scene().await;
    scene.link("an", "s-an").await;
    let token = scene.sign_in("s-an").await;
    let rows = scene.world.place().contents().await["oidc_session"].join("\n");
    assert!(!rows.contains("eyJ"), "the token is sealed: {rows}");
    let to = scene.casework.oidc_log_out(&token).await.unwrap().unwrap();
    let end = format!("{}/end?id_token_hint=eyJ", scene.provider.issuer);
    assert!(to.starts_with(&end), "{to}");
    assert!(
        to.contains("post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2Foidc%2Fafgemeld")
    );
    scene.casework.sign_out(&token).await.unwrap();
    assert!(scene.casework.session(&token).await.unwrap().is_none());
    assert_eq!(scene.rows("oidc_session").await, 0);
    assert_eq!(scene.casework.oidc_log_out(&token).await.unwrap(), None);
}

#[tokio::test]
async fn the_provider_ends_a_session_on_every_server_and_each_token_counts_once() {
    let scene = scene().await;
    scene.link("an", "s-an").await;
    scene.link("bram", "s-bram").await;
    let an = scene.sign_in("s-an").await;
    let bram = scene.sign_in("s-bram").await;
    let other_of_an = match scene
        .back_with("s-an", |claims| {
            claims.insert("sid".to_owned(), json!("sessie-2"));
        })
        .await
        .unwrap()
    {
        OidcDone::SignedIn(token, _) => token,
        OidcDone::Linked => panic!("it was no linking"),
    };
    let other = scene.world.other_server().await;
    let is_in = async |token: &[u8; 32]| other.session(token).await.unwrap().is_some();
    let logged_out = async |token: &str| scene.casework.oidc_logged_out(token).await;

    let token = scene.logout_token(|_| {});
    logged_out(&token).await.unwrap();
    assert!(!is_in(&an).await);
    assert!(is_in(&other_of_an).await && is_in(&bram).await);
    assert_eq!(scene.events(AccountEvent::SignedOutByProvider).await, 1);
    assert!(logged_out(&token).await.is_err(), "the same token again");

    // Without a session, all of theirs.
    let all = scene.logout_token(|claims| {
        claims.remove("sid");
        claims.insert("jti".to_owned(), json!("twee"));
    });
    logged_out(&all).await.unwrap();
    assert!(!is_in(&other_of_an).await && is_in(&bram).await);
    // A session that nobody has is no error.
    let nothing = scene.logout_token(|claims| {
        claims.insert("jti".to_owned(), json!("drie"));
        claims.insert("sid".to_owned(), json!("sessie-9"));
    });
    logged_out(&nothing).await.unwrap();
    assert_eq!(scene.events(AccountEvent::SignedOutByProvider).await, 2);
}

#[tokio::test]
async fn a_logout_token_that_cannot_be_believed_ends_nothing() {
    let scene = scene().await;
    scene.link("an", "s-an").await;
    let an = scene.sign_in("s-an").await;
    let seconds = scene.casework.now().micros() / 1_000_000;
    let stranger = SigningKey::new("een");
    let set = |name: &str, value: Value| {
        scene.logout_token(|claims| {
            claims.insert(name.to_owned(), value);
        })
    };
    let without = |name: &str| {
        scene.logout_token(|claims| {
            claims.remove(name);
        })
    };
    let claims_of = |token: &str| -> Map<String, Value> {
        use base64::Engine as _;
        let part = token.split('.').nth(1).unwrap();
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part);
        serde_json::from_slice(&bytes.unwrap()).unwrap()
    };
    let right = claims_of(&scene.logout_token(|_| {}));
    let asked = scene.asked().await;
    let tokens = [
        (
            "an ID token",
            scene
                .key
                .sign(&scene.key.header(), &scene.right(&asked, "s-an")),
        ),
        ("with a nonce", set("nonce", json!("0"))),
        ("no events", without("events")),
        (
            "other events",
            set("events", json!({ "http://elders.example": {} })),
        ),
        (
            "an event that is no object",
            set(
                "events",
                json!({ "http://schemas.openid.net/event/backchannel-logout": true }),
            ),
        ),
        ("no jti", without("jti")),
        (
            "another issuer",
            set("iss", json!("https://elders.example")),
        ),
        ("another audience", set("aud", json!("iemand-anders"))),
        ("expired", set("exp", json!(seconds - 1))),
        ("made long ago", set("iat", json!(seconds - 3_600))),
        ("made in the future", set("iat", json!(seconds + 3_600))),
        ("another key", stranger.sign(&scene.key.header(), &right)),
        (
            "no signature",
            format!("{}.", unsigned(&json!({ "alg": "none" }), &right)),
        ),
        (
            "keyed with the public half",
            scene.key.sign_with_public_half(&right),
        ),
        (
            "another kind of token",
            scene.key.sign(
                &json!({ "alg": "ES256", "typ": "at+jwt", "kid": "een" }),
                &right,
            ),
        ),
        ("nobody", without("sub")),
        ("nothing", String::new()),
    ];
    for (what, token) in &tokens {
        let refused = scene.casework.oidc_logged_out(token).await.expect_err(what);
        assert!(
            matches!(refused, OidcRefused::Untrusted),
            "{what}: {refused:?}"
        );
    }
    assert!(scene.casework.session(&an).await.unwrap().is_some());
    assert_eq!(scene.rows("oidc_logout").await, 0);
}

#[tokio::test]
async fn log_ins_that_are_begun_without_end_are_held_back() {
    let scene = scene().await;
    let mut begun = begin();
    begun.ahead.kept_for = "/klant".to_owned();
    begun.ahead.kept = vec![("tekst".to_owned(), "lang".to_owned())];
    for _ in 0..20 {
        scene.casework.oidc_begin(&begun).await.unwrap();
    }
    let refused = scene.casework.oidc_begin(&begun).await.unwrap_err();
    assert!(matches!(refused, OidcRefused::Wait(1..=60)), "{refused:?}");
    // From elsewhere, and without a form to keep, it goes on.
    assert!(scene.casework.oidc_begin(&begin()).await.is_ok());
    begun.address = "192.0.2.2".to_owned();
    assert!(scene.casework.oidc_begin(&begun).await.is_ok());
    scene.world.clock.advance(61);
    begun.address = begin().address;
    assert!(scene.casework.oidc_begin(&begun).await.is_ok());
}

#[tokio::test]
async fn where_nobody_logs_in_with_a_password_the_right_one_does_not_help() {
    let limits = casework::Limits {
        local_login: false,
        ..casework::Limits::default()
    };
    let world = testkit::world_with(limits).await;
    let attempt = casework::SignIn {
        user_name: "an".to_owned(),
        password: testkit::PASSWORD.to_owned(),
        address: "192.0.2.1".to_owned(),
        ..casework::SignIn::default()
    };
    let refused = world.casework.sign_in(&attempt).await.unwrap_err();
    assert!(matches!(refused, casework::SignInRefused::NotHere));
    let with = world.with_provider("http://127.0.0.1:1", |_| {});
    assert!(
        with.oidc_unlink(&world.an).await.is_err(),
        "the last way in stays"
    );
    assert_eq!(world.casework.now(), at("2025-05-28T10:00:00+02:00"));
}
