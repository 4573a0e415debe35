//! Second factors, recovery codes, sessions, confirming: what a stolen password does not open.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper that fails is a test that fails"
)]

use casework::{
    Answer, Confirmation, Failure, Limits, PasswordNotChanged, PasswordRefused, ProofRefused,
    SignIn, SignInRefused,
};
use domain::login::{Method, SecondFactor};
use domain::people::Actor;
use domain::policy::Denied;
use domain::text::Note;
use testkit::{PASSWORD, World, note, world, world_with};
use totp_rs::{Algorithm, Builder, Secret, Totp};

fn attempt(user_name: &str) -> SignIn {
    SignIn {
        user_name: user_name.to_owned(),
        password: PASSWORD.to_owned(),
        address: "192.0.2.1".to_owned(),
        agent: "Firefox".to_owned(),
        ..SignIn::default()
    }
}

/// The app on somebody's telephone.
struct Phone(Totp);

impl Phone {
    fn with(secret: &str) -> Self {
        let secret = Secret::try_from_base32(secret.replace(' ', "")).unwrap();
        let app = Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_secret(secret)
            .with_account_name("an")
            .build();
        Phone(app.unwrap())
    }

    fn code(&self, w: &World) -> String {
        let seconds = u64::try_from(w.casework.now().micros() / 1_000_000).unwrap();
        self.0.generate(seconds).to_string()
    }
}

/// A session of somebody, and who that is in it.
async fn signed(w: &World, user_name: &str) -> ([u8; 32], Actor) {
    let token = w.casework.sign_in(&attempt(user_name)).await.unwrap();
    let signed = w.casework.session(&token).await.unwrap().unwrap();
    (token, signed.actor)
}

/// An app for somebody, who is logged in then; the recovery codes that came with it.
async fn enrolled(w: &World, user_name: &str) -> (Phone, Vec<String>, [u8; 32], Actor) {
    let (token, actor) = signed(w, user_name).await;
    let casework = &w.casework;
    casework.begin_app(&actor, &w.submission()).await.unwrap();
    let pending = casework.pending_app(&actor).await.unwrap().unwrap();
    assert!(pending.picture.starts_with("<?xml") && pending.picture.contains("<svg"));
    let phone = Phone::with(&pending.secret);
    let code = phone.code(w);
    let done = casework
        .confirm_app(&actor, &token, &code, &w.submission())
        .await;
    let (token, codes) = done.unwrap();
    let signed = casework.session(&token).await.unwrap().unwrap();
    assert_eq!(signed.method, Method::PasswordAndCode);
    // The code that confirmed it is used.
    w.clock.advance(30);
    (phone, codes, token, signed.actor)
}

async fn half(w: &World, user_name: &str) -> [u8; 32] {
    match w.casework.sign_in(&attempt(user_name)).await {
        Err(SignInRefused::SecondFactor(half)) => half,
        other => panic!("{other:?}"),
    }
}

async fn finish(w: &World, half: &[u8; 32], code: &str) -> Result<[u8; 32], ProofRefused> {
    w.casework.finish_sign_in(half, code, &attempt("an")).await
}

#[tokio::test]
async fn k067_with_an_app_the_password_alone_is_half_a_log_in() {
    let w = world().await;
    let (phone, ..) = enrolled(&w, "an").await;
    let half = half(&w, "an").await;
    assert!(w.casework.session(&half).await.unwrap().is_none());
    let token = finish(&w, &half, &phone.code(&w)).await.unwrap();
    let signed = w.casework.session(&token).await.unwrap().unwrap();
    assert_eq!(signed.actor.person, w.an.person);
    assert_eq!(signed.method, Method::PasswordAndCode);
    // Half a log-in is finished once.
    w.clock.advance(30);
    let again = finish(&w, &half, &phone.code(&w)).await;
    assert!(matches!(again, Err(ProofRefused::Over)), "{again:?}");
}

#[tokio::test]
async fn k066_a_new_password_by_a_link_leaves_the_second_factor_where_it_is() {
    let w = world().await;
    let (phone, codes, _, coach) = enrolled(&w, "coach").await;
    let link = w
        .casework
        .new_password_link(&w.system, coach.person, &w.submission())
        .await
        .unwrap();
    let chosen = "nog een lang wachtwoord";
    w.casework.use_link(&link, "", chosen).await.unwrap();
    let factors = w.casework.factors_of(&w.coach).await.unwrap();
    assert!(factors.code);
    assert_eq!(factors.recovery as usize, codes.len());
    let with_the_new_one = SignIn {
        password: chosen.to_owned(),
        ..attempt("coach")
    };
    let half = match w.casework.sign_in(&with_the_new_one).await {
        Err(SignInRefused::SecondFactor(half)) => half,
        other => panic!("{other:?}"),
    };
    finish(&w, &half, &phone.code(&w)).await.unwrap();
}

#[tokio::test]
async fn k067_half_a_log_in_is_over_after_five_minutes() {
    let w = world().await;
    let (phone, ..) = enrolled(&w, "an").await;
    let half = half(&w, "an").await;
    w.clock.advance(301);
    let late = finish(&w, &half, &phone.code(&w)).await;
    assert!(matches!(late, Err(ProofRefused::Over)), "{late:?}");
}

#[tokio::test]
async fn k067_a_code_works_once_and_a_neighbouring_step_does() {
    let w = world().await;
    let (phone, ..) = enrolled(&w, "an").await;
    let code = phone.code(&w);
    let (one, other) = (half(&w, "an").await, half(&w, "an").await);
    finish(&w, &one, &code).await.unwrap();
    let replayed = finish(&w, &other, &code).await;
    assert!(matches!(replayed, Err(ProofRefused::Wrong)), "{replayed:?}");
    // A clock that is half a minute behind is forgiven; a minute and a half is not.
    w.clock.advance(30);
    let late = phone.code(&w);
    w.clock.advance(30);
    finish(&w, &other, &late).await.unwrap();
    let last = half(&w, "an").await;
    let old = phone.code(&w);
    w.clock.advance(61);
    let refused = finish(&w, &last, &old).await;
    assert!(matches!(refused, Err(ProofRefused::Wrong)), "{refused:?}");
}

#[tokio::test]
async fn k067_two_at_once_with_one_code_open_one_session() {
    let w = world().await;
    let (phone, ..) = enrolled(&w, "an").await;
    let code = phone.code(&w);
    let (one, other) = (half(&w, "an").await, half(&w, "an").await);
    let (first, second) = tokio::join!(finish(&w, &one, &code), finish(&w, &other, &code));
    assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
}

#[tokio::test]
async fn k067_three_wrong_codes_wait_for_the_next_step_and_ten_rest_the_factor_only() {
    let w = world().await;
    let (phone, ..) = enrolled(&w, "an").await;
    let half = half(&w, "an").await;
    let mut wrong = 0;
    for turn in 0..4 {
        for _ in 0..3 {
            match finish(&w, &half, "000000").await {
                Err(ProofRefused::Wrong) => wrong += 1,
                Err(ProofRefused::Wait(seconds)) => assert!(turn == 3 && seconds > 800),
                other => panic!("{other:?}"),
            }
        }
        if turn < 3 {
            let waits = finish(&w, &half, &phone.code(&w)).await;
            assert!(
                matches!(waits, Err(ProofRefused::Wait(1..=30))),
                "{waits:?}"
            );
        }
        w.clock.advance(30);
    }
    assert_eq!(wrong, 10);
    let rests = finish(&w, &half, &phone.code(&w)).await;
    assert!(matches!(rests, Err(ProofRefused::Wait(_))), "{rests:?}");
    // The password still does its half, and after a quarter of an hour the code its own.
    w.clock.advance(15 * 60);
    let half = self::half(&w, "an").await;
    finish(&w, &half, &phone.code(&w)).await.unwrap();
}

#[tokio::test]
async fn k067_many_guesses_at_once_are_three() {
    let w = world().await;
    enrolled(&w, "an").await;
    let half = half(&w, "an").await;
    let all = (0..20).map(|_| finish(&w, &half, "000000"));
    let answers = futures_util::future::join_all(all).await;
    let compared = answers
        .iter()
        .filter(|it| matches!(it, Err(ProofRefused::Wrong)))
        .count();
    assert!(compared <= 3, "{answers:?}");
}

#[tokio::test]
async fn k068_a_recovery_code_works_once_and_new_ones_end_the_old() {
    let w = world().await;
    let (_, codes, token, an) = enrolled(&w, "an").await;
    assert_eq!(codes.len(), 10);
    // However it is typed.
    let typed = codes[0].to_lowercase().replace('-', " ");
    let first = half(&w, "an").await;
    finish(&w, &first, &typed).await.unwrap();
    let again = half(&w, "an").await;
    let used = finish(&w, &again, &codes[0]).await;
    assert!(matches!(used, Err(ProofRefused::Wrong)), "{used:?}");
    let page = w.casework.account(&an, &token).await.unwrap();
    assert_eq!(page.enrolled.recovery, 9);

    let made = w.casework.renew_recovery(&an, &w.submission()).await;
    let new = made.unwrap();
    let old = finish(&w, &again, &codes[1]).await;
    assert!(matches!(old, Err(ProofRefused::Wrong)), "{old:?}");
    w.clock.advance(30);
    finish(&w, &again, &new[3]).await.unwrap();
}

#[tokio::test]
async fn k068_no_secret_and_no_code_stands_in_the_database() {
    let w = world().await;
    let (token, an) = signed(&w, "an").await;
    w.casework.begin_app(&an, &w.submission()).await.unwrap();
    let pending = w.casework.pending_app(&an).await.unwrap().unwrap();
    let phone = Phone::with(&pending.secret);
    let code = phone.code(&w);
    let done = w
        .casework
        .confirm_app(&an, &token, &code, &w.submission())
        .await;
    let (token, codes) = done.unwrap();
    let everything = format!("{:?}", w.place().contents().await).to_lowercase();
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
    let secret = phone.0.secret().as_bytes();
    assert!(!everything.contains(&hex(secret)));
    assert!(!everything.contains(&pending.secret.replace(' ', "").to_lowercase()));
    assert!(!everything.contains(&hex(&token)));
    for code in codes {
        assert!(!everything.contains(&code.to_lowercase()));
        assert!(!everything.contains(&code.replace('-', "").to_lowercase()));
    }
    // Once it counts, the secret is never shown again.
    assert!(w.casework.pending_app(&an).await.unwrap().is_none());
}

#[tokio::test]
async fn a_wrong_first_code_leaves_the_app_without_effect() {
    let w = world().await;
    let (token, an) = signed(&w, "an").await;
    let missing = w
        .casework
        .confirm_app(&an, &token, "000000", &w.submission())
        .await;
    assert!(matches!(missing, Err(ProofRefused::Over)));
    w.casework.begin_app(&an, &w.submission()).await.unwrap();
    let wrong = w
        .casework
        .confirm_app(&an, &token, "12", &w.submission())
        .await;
    assert!(matches!(wrong, Err(ProofRefused::Wrong)));
    assert!(w.casework.sign_in(&attempt("an")).await.is_ok());
    assert!(w.casework.session(&token).await.unwrap().is_some());
}

#[tokio::test]
async fn k060_where_it_is_required_a_password_alone_has_to_enrol_and_the_last_factor_stays() {
    let limits = Limits {
        second_factor: SecondFactor::Required,
        ..Limits::default()
    };
    let w = world_with(limits).await;
    for (user_name, must) in [("an", true), ("system", true), ("lotte", false)] {
        let token = w.casework.sign_in(&attempt(user_name)).await.unwrap();
        let signed = w.casework.session(&token).await.unwrap().unwrap();
        assert_eq!(signed.must_enrol, must, "{user_name}");
    }
    let (_, _, token, an) = enrolled(&w, "an").await;
    let signed = w.casework.session(&token).await.unwrap().unwrap();
    assert!(!signed.must_enrol);
    let last = w.casework.remove_app(&an, &w.submission()).await;
    assert!(matches!(last, Err(ProofRefused::Wrong)), "{last:?}");
}

#[tokio::test]
async fn k075_a_new_factor_and_a_confirmation_change_the_token() {
    let w = world().await;
    let (before, _) = signed(&w, "an").await;
    let (phone, _, token, an) = enrolled(&w, "an").await;
    assert_ne!(before, token);
    let proof = Confirmation::Password {
        password: PASSWORD.to_owned(),
        code: phone.code(&w),
    };
    let new = w.casework.confirm(&an, &token, &proof).await.unwrap();
    assert_ne!(new, token);
    assert!(w.casework.session(&token).await.unwrap().is_none());
    assert!(w.casework.session(&new).await.unwrap().is_some());
}

#[tokio::test]
async fn k079_what_is_sensitive_needs_a_proof_of_the_last_five_minutes() {
    let w = world().await;
    let (an, dossier) = (&w.an, w.dossier);
    let step = w.register(an, dossier, "2025-04-01").await;
    w.end(an, dossier, step, "2025-04-30").await;
    let reason: Note = note("Verkeerde jongere.");
    w.casework
        .request_removal(an, dossier, step, &reason, &w.submission())
        .await
        .unwrap();
    let queue = w.casework.removal_queue(&w.coach).await.unwrap();
    let request = queue.waiting.first().unwrap().id;

    let (token, coach) = signed(&w, "coach").await;
    w.clock.advance(301);
    let stale = w
        .casework
        .remove_line(&coach, request, &w.submission())
        .await;
    assert!(
        matches!(stale, Err(Failure::Denied(Denied::Unconfirmed))),
        "{stale:?}"
    );
    // Looking is no deciding.
    assert!(w.casework.removal_queue(&coach).await.is_ok());
    let changes = w.casework.begin_app(&coach, &w.submission()).await;
    assert!(matches!(changes, Err(Failure::Denied(Denied::Unconfirmed))));

    let proof = |password: &str| Confirmation::Password {
        password: password.to_owned(),
        code: String::new(),
    };
    let wrong = w.casework.confirm(&coach, &token, &proof("fout")).await;
    assert!(matches!(wrong, Err(ProofRefused::Wrong)), "{wrong:?}");
    let token = w.casework.confirm(&coach, &token, &proof(PASSWORD)).await;
    let coach = w.casework.session(&token.unwrap()).await.unwrap().unwrap();
    let fresh = w
        .casework
        .remove_line(&coach.actor, request, &w.submission())
        .await;
    fresh.unwrap();
}

#[tokio::test]
async fn k079_a_confirmation_asks_for_the_second_factor_too_and_is_limited() {
    let w = world().await;
    let (_, _, token, an) = enrolled(&w, "an").await;
    let proof = |password: &str| Confirmation::Password {
        password: password.to_owned(),
        code: "000000".to_owned(),
    };
    let half = w.casework.confirm(&an, &token, &proof(PASSWORD)).await;
    assert!(matches!(half, Err(ProofRefused::Wrong)), "{half:?}");
    for _ in 0..5 {
        let wrong = w.casework.confirm(&an, &token, &proof("fout")).await;
        assert!(matches!(wrong, Err(ProofRefused::Wrong)), "{wrong:?}");
    }
    let waits = w.casework.confirm(&an, &token, &proof(PASSWORD)).await;
    assert!(matches!(waits, Err(ProofRefused::Wait(_))), "{waits:?}");
    // Wrong passwords at the log-in, by whoever, keep nobody from confirming.
    assert!(matches!(
        w.casework.sign_in(&attempt("an")).await,
        Err(SignInRefused::SecondFactor(_))
    ));
}

#[tokio::test]
async fn k058_a_password_is_changed_with_the_current_one_and_ends_the_other_sessions() {
    let w = world().await;
    let (other, _) = signed(&w, "an").await;
    let (token, an) = signed(&w, "an").await;
    let new = "drie paarse giraffen fluiten";
    let change = |current: &'static str, new: &'static str| {
        let (w, an) = (&w, &an);
        async move {
            let submission = w.submission();
            w.casework
                .change_password(an, &token, current, new, &submission)
                .await
        }
    };
    let wrong = change("fout", new).await;
    assert!(matches!(
        wrong,
        Err(PasswordNotChanged::Proof(ProofRefused::Wrong))
    ));
    for (bad, why) in [
        ("kort", PasswordRefused::Short),
        ("AnPeeters-Leerhuis", PasswordRefused::AboutThePerson),
        ("passwordpassword", PasswordRefused::Common),
    ] {
        match change(PASSWORD, bad).await {
            Err(PasswordNotChanged::New(refused)) => assert_eq!(refused, why),
            other => panic!("{other:?}"),
        }
    }
    assert!(w.casework.session(&other).await.unwrap().is_some());
    let changed = change(PASSWORD, new).await.unwrap();
    assert!(w.casework.session(&changed).await.unwrap().is_some());
    for ended in [token, other] {
        assert!(w.casework.session(&ended).await.unwrap().is_none());
    }
    let old = w.casework.sign_in(&attempt("an")).await;
    assert!(matches!(old, Err(SignInRefused::Wrong)));
    let with_new = SignIn {
        password: new.to_owned(),
        ..attempt("an")
    };
    assert!(w.casework.sign_in(&with_new).await.is_ok());
}

#[tokio::test]
async fn k078_a_person_sees_the_own_sessions_and_ends_one_or_all() {
    let w = world().await;
    let (bram, _) = signed(&w, "bram").await;
    let (first, _) = signed(&w, "an").await;
    w.clock.advance(60);
    let (token, an) = signed(&w, "an").await;
    let page = w.casework.account(&an, &token).await.unwrap();
    let shown: Vec<bool> = page.sessions.iter().map(|it| it.is_this).collect();
    assert_eq!(shown, [true, false]);
    assert_eq!(page.sessions[1].device, "Firefox");
    let id = page.sessions[1].id.unwrap();
    // Somebody else's are not theirs to end.
    let (_, carla) = signed(&w, "carla").await;
    let foreign = w.casework.end_session(&carla, id, &w.submission()).await;
    assert!(matches!(foreign, Err(Failure::NotFound)), "{foreign:?}");
    let ended = w.casework.end_session(&an, id, &w.submission()).await;
    ended.unwrap();
    assert!(w.casework.session(&first).await.unwrap().is_none());
    assert!(w.casework.session(&token).await.unwrap().is_some());

    let other = w.other_server().await;
    w.casework
        .end_all_sessions(&an, &w.submission())
        .await
        .unwrap();
    assert!(other.session(&token).await.unwrap().is_none());
    assert!(w.casework.session(&bram).await.unwrap().is_some());
}

#[tokio::test]
async fn k066_a_manager_takes_the_factor_of_the_own_people_away_and_sets_no_password() {
    let w = world().await;
    let (_, codes, token, an) = enrolled(&w, "an").await;
    enrolled(&w, "carla").await;
    let casework = &w.casework;
    for (who, whom) in [
        (&w.coach, an.person),
        (&w.system, an.person),
        (&w.bram, an.person),
    ] {
        let denied = casework.reset_factors(who, whom, &w.submission()).await;
        assert!(matches!(denied, Err(Failure::Denied(Denied::Function))));
    }
    for whom in [w.carla.person, w.lotte.person, w.manager.person] {
        let none = casework
            .reset_factors(&w.manager, whom, &w.submission())
            .await;
        assert!(matches!(none, Err(Failure::NotFound)));
    }
    let listed = casework.colleague_factors(&w.manager).await.unwrap();
    let of_an = listed.iter().find(|it| it.person == an.person).unwrap();
    assert!(of_an.enrolled.code);
    assert!(listed.iter().all(|it| it.person != w.carla.person));

    let done = casework
        .reset_factors(&w.manager, an.person, &w.submission())
        .await;
    done.unwrap();
    assert!(casework.session(&token).await.unwrap().is_none());
    // The password alone, and the old one, opens a session again, in which she is told.
    let (_, an) = signed(&w, "an").await;
    let told = casework.notices(&an).await.unwrap();
    let note = told[0].note.clone().unwrap();
    assert!(note.contains("Dirk Baert"), "{note}");
    let half = [0; 32];
    let dead = finish(&w, &half, &codes[0]).await;
    assert!(matches!(dead, Err(ProofRefused::Over)));
}

#[tokio::test]
async fn k062_a_change_of_password_or_factor_is_told() {
    let w = world().await;
    let (_, _, token, an) = enrolled(&w, "an").await;
    let casework = &w.casework;
    let told = async || {
        let notices = casework.notices(&an).await.unwrap();
        let notes = notices.into_iter().filter_map(|it| it.note);
        notes.collect::<Vec<String>>()
    };
    assert_eq!(
        told().await,
        ["Er is een authenticator-app aan je account toegevoegd."]
    );
    w.clock.advance(1);
    let new = "drie paarse giraffen fluiten";
    casework
        .change_password(&an, &token, PASSWORD, new, &w.submission())
        .await
        .unwrap();
    assert_eq!(told().await[0], "Je wachtwoord is gewijzigd.");
    w.clock.advance(1);
    casework.remove_app(&an, &w.submission()).await.unwrap();
    assert_eq!(
        told().await[0],
        "Een tweede stap van je account is verwijderd."
    );
    assert_eq!(told().await.len(), 3);
}

#[tokio::test]
async fn k069_a_challenge_is_answered_once_by_whom_it_was_made_for_within_five_minutes() {
    let w = world().await;
    let casework = w.casework.clone().at_site("https://dossier.example.be");
    assert!(casework.has_passkeys());
    assert!(
        !w.casework
            .clone()
            .at_site("http://127.0.0.1:8080")
            .has_passkeys()
    );
    let (token, an) = signed(&w, "an").await;
    let answer = |attempt| Answer {
        attempt,
        json: "{}".to_owned(),
    };
    let add = async |actor: &Actor, attempt| {
        let submission = w.submission();
        casework
            .add_passkey(actor, &token, "laptop", &answer(attempt), &submission)
            .await
    };
    let begun = casework.begin_new_passkey(&an).await.unwrap();
    assert!(begun.options.contains("\"userVerification\":\"required\""));
    assert!(begun.options.contains("dossier.example.be"));
    assert!(matches!(
        add(&an, begun.attempt).await,
        Err(ProofRefused::Wrong)
    ));
    assert!(matches!(
        add(&an, begun.attempt).await,
        Err(ProofRefused::Over)
    ));
    let begun = casework.begin_new_passkey(&an).await.unwrap();
    let (_, bram) = signed(&w, "bram").await;
    assert!(matches!(
        add(&bram, begun.attempt).await,
        Err(ProofRefused::Over)
    ));
    let begun = casework.begin_new_passkey(&an).await.unwrap();
    w.clock.advance(299);
    let begun_late = casework.begin_new_passkey(&an).await.unwrap();
    w.clock.advance(2);
    // The proof is older than five minutes too: what is asked first is the person.
    let late = add(&an, begun.attempt).await;
    assert!(matches!(
        late,
        Err(ProofRefused::Failed(Failure::Denied(Denied::Unconfirmed)))
    ));
    let confirmed = Confirmation::Password {
        password: PASSWORD.to_owned(),
        code: String::new(),
    };
    let token = casework.confirm(&an, &token, &confirmed).await.unwrap();
    let an = casework.session(&token).await.unwrap().unwrap().actor;
    assert!(matches!(
        add(&an, begun.attempt).await,
        Err(ProofRefused::Over)
    ));
    assert!(matches!(
        add(&an, begun_late.attempt).await,
        Err(ProofRefused::Wrong)
    ));

    let challenge = casework.begin_passkey_sign_in("192.0.2.1").await.unwrap();
    let nobody = casework
        .finish_passkey_sign_in(&answer(challenge.attempt), &attempt("an"))
        .await;
    assert!(matches!(nobody, Err(ProofRefused::Wrong)));
    let again = casework
        .finish_passkey_sign_in(&answer(challenge.attempt), &attempt("an"))
        .await;
    assert!(matches!(again, Err(ProofRefused::Over)));
    for _ in 1..20 {
        casework.begin_passkey_sign_in("192.0.2.9").await.unwrap();
    }
    let flood = casework.begin_passkey_sign_in("192.0.2.10").await;
    assert!(matches!(flood, Err(SignInRefused::Wait(60))));
}

#[tokio::test]
async fn tidying_forgets_what_was_begun_and_never_finished() {
    let w = world().await;
    enrolled(&w, "an").await;
    half(&w, "an").await;
    w.clock.advance(301);
    w.casework.tidy().await.unwrap();
    let all = w.place().contents().await;
    assert!(all["login_step"].is_empty(), "{:?}", all["login_step"]);
}
