//! Logging in at a provider outside, as the browser sees it: where the button is, which cookies are set,
//! that nothing leads to another site, and what the provider itself may ask.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::support::{Browser, FORM, Seen, web};
use axum::body::Body;
use axum::http::Method;
use axum::http::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use testkit::provider::{FakeProvider, SigningKey};
use testkit::{World, world};

struct Scene {
    world: World,
    provider: FakeProvider,
    key: SigningKey,
}

async fn scene() -> Scene {
    let world = world().await;
    let key = SigningKey::new("een");
    let provider = FakeProvider::start(&[&key]).await;
    Scene {
        world,
        provider,
        key,
    }
}

impl Scene {
    fn browser(&self, secure: bool) -> Browser {
        let mut pages = web(&self.world);
        pages.casework = self.world.with_provider(&self.provider.issuer, |_| {});
        pages.settings.secure_cookies = secure;
        Browser::over(pages)
    }

    async fn link(&self, user_name: &str, subject: &str) {
        let issuer = &self.provider.issuer;
        let linked = self
            .world
            .casework
            .link_identity(issuer, user_name, subject);
        linked.await.unwrap();
    }

    /// The address that brings somebody back.
    fn back(&self, away: &Seen, subject: &str) -> String {
        let (_, rest) = away.html.split_once("content=\"0; url=").unwrap();
        let address = rest.split_once('"').unwrap().0.replace("&#38;", "&");
        let asked = self.provider.asked(&address);
        let now = self.world.casework.now();
        let claims = self.provider.claims(&asked, subject, now);
        let token = self.key.sign(&self.key.header(), &claims);
        let code = self.provider.code(&asked, &token);
        format!("/oidc/terug?code={code}&state={}", asked.get("state"))
    }
}

fn cookies(seen: &Seen) -> Vec<String> {
    let all = seen.headers.get_all(SET_COOKIE).iter();
    all.map(|it| it.to_str().unwrap().to_owned()).collect()
}

fn first_part(cookie: &str) -> &str {
    cookie.split(';').next().unwrap()
}

#[tokio::test]
async fn the_button_is_there_only_with_a_provider() {
    let scene = scene().await;
    let seen = scene.browser(false).open("/aanmelden").await;
    seen.says(200, "Aanmelden met ACM/IDM");
    let mut without = web(&scene.world);
    without.casework = scene.world.casework.clone();
    let without = Browser::over(without);
    let seen = without.open("/aanmelden").await;
    assert!(!seen.shows("Aanmelden met"), "{}", seen.html);
    for address in ["/oidc/aanmelden", "/oidc/afmelden"] {
        assert_eq!(without.post(address, "").await.status, 404, "{address}");
    }
    assert_eq!(without.open("/oidc/terug?state=x&code=y").await.status, 404);
}

#[tokio::test]
async fn only_an_address_of_our_own_follows_a_log_in() {
    let scene = scene().await;
    scene.link("an", "s-an").await;
    for (typed, arrives) in [
        ("/begeleidingen", "/begeleidingen"),
        ("https://elders.example/", "/"),
        ("//elders.example", "/"),
        ("/\\elders.example", "/"),
        ("/%0d%0aSet-Cookie:x", "/%0d%0aSet-Cookie:x"),
        ("/x\r\nSet-Cookie: x", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ] {
        let mut browser = scene.browser(false);
        let form = browser
            .open("/aanmelden")
            .await
            .form("/oidc/aanmelden")
            .set("naar", typed);
        let away = browser.send(&form).await;
        away.says(200, "Je gaat verder bij ACM/IDM");
        let [cookie] = &cookies(&away)[..] else {
            panic!("one cookie")
        };
        browser.cookie = first_part(cookie).to_owned();
        let seen = browser.open(&scene.back(&away, "s-an")).await;
        assert_eq!((seen.status, seen.location()), (303, arrives), "{typed:?}");
    }
}

#[tokio::test]
async fn the_cookies_go_to_us_alone_and_not_to_scripts() {
    let scene = scene().await;
    scene.link("an", "s-an").await;
    let mut browser = scene.browser(true);
    let form = browser.open("/aanmelden").await.form("/oidc/aanmelden");
    let away = browser.send(&form).await;
    let [cookie] = &cookies(&away)[..] else {
        panic!("one cookie")
    };
    assert!(cookie.starts_with("__Host-oidc="), "{cookie}");
    for part in [
        "Path=/",
        "HttpOnly",
        "SameSite=Lax",
        "Max-Age=600",
        "Secure",
    ] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    // The token of the provider stands in no page and no address of ours.
    browser.cookie = first_part(cookie).to_owned();
    let seen = browser.open(&scene.back(&away, "s-an")).await;
    assert_eq!(seen.status, 303);
    let session = cookies(&seen).join("\n");
    assert!(session.starts_with("__Host-sessie="), "{session}");
    assert!(!seen.html.contains("eyJ"));
    // The policy of the page lets a form go to ourselves only.
    assert!(
        away.header("content-security-policy")
            .contains("form-action 'self'")
    );
    assert_eq!(away.header("cache-control"), "no-store");
}

#[tokio::test]
async fn who_was_logged_in_in_this_browser_is_so_no_more() {
    let scene = scene().await;
    scene.link("bram", "s-bram").await;
    let mut browser = scene.browser(false);
    browser.sign_in("an", "/aanmelden").await;
    let an = browser.cookie.clone();
    let away = browser.post("/oidc/aanmelden", "naar=/").await;
    let begun = first_part(&cookies(&away)[0]).to_owned();
    browser.cookie = format!("{an}; {begun}");
    let seen = browser.open(&scene.back(&away, "s-bram")).await;
    assert_eq!(seen.status, 303);
    browser.cookie = first_part(&cookies(&seen)[0]).to_owned();
    assert_ne!(
        browser.cookie, an,
        "a session that is there is never taken over"
    );
    assert!(browser.open("/").await.shows("Bram Claes"));
    browser.cookie = an;
    assert_eq!(browser.open("/").await.status, 303);
}

#[tokio::test]
async fn everybody_links_the_own_account_and_nobody_without_one() {
    let scene = scene().await;
    for user in [
        "an",
        "dirk",
        "coach",
        "mediator",
        "controller",
        "system",
        "lotte",
        "fg",
    ] {
        let mut browser = scene.browser(false);
        browser.sign_in(user, "/aanmelden").await;
        browser
            .open("/oidc/koppelen")
            .await
            .says(200, "Koppel je account van ACM/IDM");
        let away = browser.post("/oidc/koppelen", "").await;
        away.says(200, "Je gaat verder bij ACM/IDM");
        let session = browser.cookie.clone();
        browser.cookie = format!("{session}; {}", first_part(&cookies(&away)[0]));
        let seen = browser.open(&scene.back(&away, &format!("s-{user}"))).await;
        assert_eq!(seen.location(), "/oidc/koppelen?gelukt=gekoppeld", "{user}");
        browser
            .open("/oidc/koppelen?gelukt=gekoppeld")
            .await
            .says(200, "Je account is gekoppeld sinds 28/05/2025");
        let seen = browser.post("/oidc/ontkoppelen", "").await;
        assert_eq!(
            seen.location(),
            "/oidc/koppelen?gelukt=ontkoppeld",
            "{user}"
        );
    }
    let nobody = scene.browser(false);
    assert!(
        nobody
            .open("/oidc/koppelen")
            .await
            .location()
            .starts_with("/aanmelden")
    );
    for address in ["/oidc/koppelen", "/oidc/ontkoppelen"] {
        assert_eq!(nobody.post(address, "").await.status, 401, "{address}");
    }
}

#[tokio::test]
async fn an_account_there_that_is_anothers_is_said_on_the_own_page() {
    let scene = scene().await;
    scene.link("bram", "s-bram").await;
    let mut browser = scene.browser(false);
    browser.sign_in("an", "/aanmelden").await;
    let away = browser.post("/oidc/koppelen", "").await;
    let session = browser.cookie.clone();
    browser.cookie = format!("{session}; {}", first_part(&cookies(&away)[0]));
    let seen = browser.open(&scene.back(&away, "s-bram")).await;
    seen.refuses(409, "is al gekoppeld aan een andere gebruiker");
    // Whose it is is not said, and she is still logged in.
    assert!(!seen.shows("Bram") && seen.shows("An Peeters"));
}

#[tokio::test]
async fn what_the_provider_calls_somebody_is_only_text() {
    let scene = scene().await;
    let mut browser = scene.browser(false);
    let away = browser.post("/oidc/aanmelden", "naar=/").await;
    browser.cookie = first_part(&cookies(&away)[0]).to_owned();
    let hostile = "\"><script>alert(1)</script>";
    let seen = browser.open(&scene.back(&away, hostile)).await;
    seen.refuses(403, hostile);
    assert!(!seen.html.contains("<script>alert"));
}

#[tokio::test]
async fn what_comes_back_without_sense_is_a_page_in_dutch() {
    let scene = scene().await;
    let browser = scene.browser(false);
    for address in [
        "/oidc/terug",
        "/oidc/terug?",
        "/oidc/terug?state=&code=",
        "/oidc/terug?state=%00&code=%ff",
        "/oidc/terug?code=x",
        "/oidc/terug?error=access_denied&error_description=%3Cscript%3E",
        "/oidc/terug?state=0000000000000000000000000000000000000000000000000000000000000000&code=x",
    ] {
        let seen = browser.open(address).await;
        seen.refuses(400, "duurde te lang, of is al gebruikt");
        assert!(cookies(&seen).is_empty(), "{address}");
    }
}

#[tokio::test]
async fn the_provider_logs_somebody_out_and_a_browser_cannot() {
    let scene = scene().await;
    let browser = scene.browser(false);
    for body in ["", "logout_token=", "logout_token=een.twee.drie", "ander=x"] {
        let seen = browser.post("/oidc/afmelden", body).await;
        assert_eq!(seen.status, 400, "{body}");
        assert_eq!(seen.html, "{\"error\":\"invalid_request\"}");
        assert_eq!(seen.header("cache-control"), "no-store");
    }
    let cross = browser
        .request(Method::POST, "/oidc/afmelden")
        .header(CONTENT_TYPE, FORM)
        .header("sec-fetch-site", "cross-site")
        .header(COOKIE, "x=y");
    let seen = browser.ask(cross, Body::from("logout_token=x")).await;
    assert_eq!(seen.status, 403);
}
