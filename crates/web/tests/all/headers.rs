//! What goes round every answer: the headers a browser has to obey, the cookie, forms of other sites,
//! addresses of other sites, and text that looks like mark-up.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::support::{Browser, FORM, Seen, line, lines, web};
use axum::body::Body;
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use testkit::{World, world};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Written out once more here, so that a change in the program has to be thought over twice.
const EVERYWHERE: [(&str, &str); 8] = [
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "accelerometer=(), ambient-light-sensor=(), autoplay=(), battery=(), bluetooth=(), \
         browsing-topics=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(), gamepad=(), \
         geolocation=(), gyroscope=(), hid=(), identity-credentials-get=(), idle-detection=(), \
         local-fonts=(), magnetometer=(), microphone=(), midi=(), otp-credentials=(), payment=(), \
         picture-in-picture=(), screen-wake-lock=(), serial=(), speaker-selection=(), storage-access=(), \
         usb=(), web-share=(), window-management=(), xr-spatial-tracking=()",
    ),
    ("x-frame-options", "DENY"),
    (
        "strict-transport-security",
        "max-age=31536000; includeSubDomains",
    ),
];

#[track_caller]
fn is_guarded(seen: &Seen, status: u16) {
    assert_eq!(seen.status, status, "{}", seen.html);
    for (name, value) in EVERYWHERE {
        let sent: Vec<_> = seen.headers.get_all(name).iter().collect();
        assert_eq!(sent, [value], "{name} of a {status}");
    }
    assert_eq!(seen.header("server"), "");
    assert_eq!(seen.header("access-control-allow-origin"), "");
}

#[track_caller]
fn is_guarded_page(seen: &Seen, status: u16) {
    is_guarded(seen, status);
    assert_eq!(seen.header("cache-control"), "no-store", "of a {status}");
}

async fn cross_site(browser: &Browser, address: &str, body: String) -> Seen {
    let request = browser
        .request(Method::POST, address)
        .header(CONTENT_TYPE, FORM)
        .header("sec-fetch-site", "cross-site")
        .header("origin", "https://elders.example");
    browser.ask(request, Body::from(body)).await
}

#[tokio::test]
async fn every_kind_of_answer_has_the_headers_and_no_page_is_kept() {
    let world = world().await;
    let step = world.register(&world.an, world.dossier, "2025-05-20").await;
    let an = Browser::of(&world, "an").await;
    let nobody = Browser::nobody(&world);
    let address = line(world.dossier, step);

    is_guarded_page(&an.open("/").await, 200);
    is_guarded_page(&an.open(&address).await, 200);
    is_guarded_page(&nobody.open("/aanmelden").await, 200);
    is_guarded_page(&nobody.open("/health/ready").await, 200);
    is_guarded_page(&nobody.open(&address).await, 303);
    is_guarded_page(&an.post("/meldingen/gelezen", "").await, 303);
    is_guarded_page(&an.post(&address, "samenvatting=%FF").await, 400);
    is_guarded_page(&nobody.post(&address, "").await, 401);
    is_guarded_page(&an.open("/systeem").await, 403);
    is_guarded_page(&cross_site(&an, &address, String::new()).await, 403);
    is_guarded_page(&an.open("/bestaat-niet").await, 404);
    is_guarded_page(&an.open("/dossier/onzin").await, 404);
    let request = an.request(Method::DELETE, "/");
    is_guarded_page(&an.ask(request, Body::empty()).await, 405);
    let far_too_much = "samenvatting=".to_owned() + &"a".repeat(5 * 1024 * 1024);
    is_guarded_page(&an.post(&address, far_too_much).await, 413);
    is_guarded_page(&an.post(&address, "").await, 422);
    let old = an.line(world.dossier, step).await;
    world
        .end(&world.an, world.dossier, step, "2025-05-27")
        .await;
    is_guarded_page(&an.send(&old).await, 409);
}

#[tokio::test]
async fn the_files_of_a_page_have_the_headers_too() {
    let world = world().await;
    let nobody = Browser::nobody(&world);
    let page = nobody.open("/aanmelden").await;
    let files: Vec<&str> = page
        .html
        .split('"')
        .filter(|part| part.starts_with("/bestanden/"))
        .collect();
    assert_eq!(files.len(), 3, "style, script and icon: {files:?}");
    for (file, kind) in files.iter().map(|file| {
        let kind = match file.rsplit('.').next() {
            Some("css") => "text/css",
            Some("js") => "text/javascript",
            _ => "image/svg+xml",
        };
        (*file, kind)
    }) {
        let seen = nobody.open(file).await;
        is_guarded(&seen, 200);
        assert!(seen.header("content-type").starts_with(kind), "{file}");
        assert_ne!(seen.header("cache-control"), "no-store", "{file}");
    }
    // The address holds a hash of the content, so that it may be kept for a year.
    let kept = "max-age=31536000, immutable";
    for file in files {
        let hash = file.split('.').nth(1).unwrap();
        assert!(hash.len() >= 16, "{file}");
        assert!(hash.chars().all(|it| it.is_ascii_hexdigit()), "{file}");
        let seen = nobody.open(file).await;
        assert_eq!(seen.header("cache-control"), kept, "{file}");
        let other = file.replace(hash, &"0".repeat(hash.len()));
        is_guarded(&nobody.open(&other).await, 404);
    }
    is_guarded(&nobody.open("/bestanden/bestaat-niet.css").await, 404);
    is_guarded(&nobody.open("/bestanden/..%2f..%2fCargo.toml").await, 404);
}

#[tokio::test]
async fn the_cookie_is_for_this_site_and_not_for_scripts() {
    let world = world().await;
    let mut an = Browser::nobody(&world);
    let seen = an.sign_in("an", "/aanmelden").await;
    let set = seen.header("set-cookie");
    let (pair, flags) = set.split_once("; ").unwrap();
    let (name, token) = pair.split_once('=').unwrap();
    assert_eq!(name, "sessie");
    assert!(token.len() == 64 && token.chars().all(|it| it.is_ascii_hexdigit()));
    assert_eq!(flags, "Path=/; HttpOnly; SameSite=Lax");
    // The next log-in has another token.
    let again = an.sign_in("an", "/aanmelden").await;
    assert_ne!(again.header("set-cookie"), set);
}

#[tokio::test]
async fn over_https_the_cookie_is_bound_to_the_host() {
    let world = world().await;
    let mut secure = web(&world);
    secure.settings.secure_cookies = true;
    let mut an = Browser::over(secure);
    let seen = an.sign_in("an", "/aanmelden").await;
    let set = seen.header("set-cookie");
    assert!(set.starts_with("__Host-sessie="), "{set}");
    assert!(
        set.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"),
        "{set}"
    );
    assert_eq!(an.open("/begeleidingen").await.status, 200);
    // The name without the binding is not taken.
    an.cookie = an.cookie.replace("__Host-sessie", "sessie");
    assert_eq!(an.open("/begeleidingen").await.status, 303);
}

#[tokio::test]
async fn k026_an_old_browser_is_warned_where_people_log_in() {
    const WARNING: &str = "Je browser is oud";
    let world = world().await;
    let mut secure = web(&world);
    secure.settings.secure_cookies = true;
    let browser = Browser::over(secure);
    browser.open("/aanmelden").await.says(200, WARNING);
    let recent = browser.request(Method::GET, "/aanmelden");
    let recent = recent.header("sec-fetch-site", "none");
    let seen = browser.ask(recent, Body::empty()).await;
    assert!(seen.status == 200 && !seen.shows(WARNING));
    // Over plain HTTP, as on the own machine, no browser says where a request comes from.
    let plain = Browser::nobody(&world).open("/aanmelden").await;
    assert!(!plain.shows(WARNING));
}

#[tokio::test]
async fn an_odd_cookie_is_nobody() {
    let world = world().await;
    let mut browser = Browser::nobody(&world);
    for odd in [
        "sessie=",
        "sessie=x",
        "sessie",
        "=",
        &format!("sessie={}", "0".repeat(64)),
        &format!("sessie={}", "+1".repeat(32)),
        &format!("sessie={}", "é".repeat(32)),
        &format!("andere={}", "0".repeat(64)),
    ] {
        odd.clone_into(&mut browser.cookie);
        assert_eq!(browser.open("/begeleidingen").await.status, 303, "{odd}");
    }
}

#[tokio::test]
async fn after_logging_in_nobody_is_led_to_another_site() {
    let world = world().await;
    for elsewhere in [
        "https://elders.example",
        "//elders.example",
        "///elders.example",
        "/\\elders.example",
        "\\\\elders.example",
        "javascript:alert(1)",
        "elders.example",
        "/\t/elders.example",
        "/\n/elders.example",
        " //elders.example",
        "https:/elders.example",
        "@elders.example",
    ] {
        let mut an = Browser::nobody(&world);
        let form = an.open("/aanmelden").await.form("/aanmelden");
        let seen = an.sign_in_with("an", form.set("naar", elsewhere)).await;
        assert_eq!((seen.status, seen.location()), (303, "/"), "{elsewhere:?}");

        // The same in the address of the log-in.
        let encoded: String = elsewhere.bytes().map(|it| format!("%{it:02X}")).collect();
        let page = an.open(&format!("/aanmelden?naar={encoded}")).await;
        assert_eq!(page.form("/aanmelden").get("naar"), "/", "{elsewhere:?}");
    }
    // And an address of our own is kept.
    let mut an = Browser::nobody(&world);
    let own = format!("{}?toestand=ended", lines(world.dossier));
    let asked = an.open(&own).await;
    let seen = an.sign_in("an", asked.location()).await;
    assert_eq!((seen.status, seen.location()), (303, own.as_str()));
}

#[tokio::test]
async fn a_kept_form_is_never_sent_to_another_site() {
    let world = world().await;
    for elsewhere in ["https://elders.example/", "//elders.example", "/\\elders"] {
        let mut an = Browser::nobody(&world);
        let form = an.open("/aanmelden").await.form("/aanmelden");
        let form = form
            .set("bewaard_voor", elsewhere)
            .set("bewaard.samenvatting", "Vertrouwelijk.");
        let seen = an.sign_in_with("an", form).await;
        assert!(!seen.html.contains("elders"), "{}", seen.html);
        assert!(!seen.location().contains("elders"));
    }
}

/// An's ongoing line and her browser.
async fn with_a_line() -> (World, Browser, String) {
    let world = world().await;
    let step = world.register(&world.an, world.dossier, "2025-05-20").await;
    world.clock.advance(1);
    let an = Browser::of(&world, "an").await;
    let address = line(world.dossier, step);
    (world, an, address)
}

#[tokio::test]
async fn a_form_from_another_site_stores_nothing() {
    let (world, an, address) = with_a_line().await;
    let before = world.journal(world.dossier).await.len();
    let form = an.open(&address).await.form(&address);
    let form = form.set("samenvatting", "Van elders.");
    let seen = cross_site(&an, &address, form.encoded()).await;
    seen_says_other_site(&seen);
    // An older browser says only where the form comes from.
    let request = an
        .request(Method::POST, &address)
        .header(CONTENT_TYPE, FORM)
        .header("host", "dossier.example")
        .header("origin", "https://elders.example");
    let seen = an.ask(request, Body::from(form.encoded())).await;
    seen_says_other_site(&seen);
    // Nobody is logged in or out from elsewhere either.
    let seen = cross_site(&an, "/afmelden", String::new()).await;
    seen_says_other_site(&seen);
    let sign_in = "gebruikersnaam=an&wachtwoord=een-lang-wachtwoord".to_owned();
    let seen = cross_site(&Browser::nobody(&world), "/aanmelden", sign_in).await;
    seen_says_other_site(&seen);
    assert_eq!(seen.header("set-cookie"), "");
    assert_eq!(world.journal(world.dossier).await.len(), before);

    // The same form from our own page is kept.
    let request = an
        .request(Method::POST, &address)
        .header(CONTENT_TYPE, FORM)
        .header("sec-fetch-site", "same-origin");
    let seen = an.ask(request, Body::from(form.encoded())).await;
    assert_eq!(seen.status, 303, "{}", seen.html);
    assert_eq!(world.journal(world.dossier).await.len(), before + 1);
}

#[track_caller]
fn seen_says_other_site(seen: &Seen) {
    seen.says(403, "Dit formulier komt van een andere website");
}

#[tokio::test]
async fn after_logging_out_the_old_cookie_opens_nothing() {
    let (world, an, address) = with_a_line().await;
    let form = an.open(&address).await.form(&address);
    let out = an.post("/afmelden", "").await;
    assert_eq!(out.status, 303);
    let set = out.header("set-cookie");
    assert!(
        set.starts_with("sessie=;") && set.contains("Max-Age=0"),
        "{set}"
    );
    // K107: the browser forgets the pages and what they stored; the cookie by which it is known stays.
    assert_eq!(out.header("clear-site-data"), "\"cache\", \"storage\"");
    // Whoever kept the cookie has nothing with it.
    let seen = an.open(&address).await;
    assert_eq!(seen.status, 303);
    assert!(seen.location().starts_with("/aanmelden"));
    let before = world.journal(world.dossier).await.len();
    let seen = an.send(&form.set("samenvatting", "Nog even.")).await;
    assert_eq!(seen.status, 401);
    assert_eq!(world.journal(world.dossier).await.len(), before);
}

#[tokio::test]
async fn text_that_looks_like_mark_up_is_shown_as_typed() {
    const TYPED: &str = "</textarea><script>alert('x')</script>\"><img src=x onerror=y>&amp;";
    #[track_caller]
    fn escaped(seen: &Seen, times: usize) {
        assert_eq!(seen.status, 200);
        assert!(!seen.html.contains("<script>alert"), "{}", seen.html);
        assert!(!seen.html.contains("<img"), "{}", seen.html);
        let shown = seen.html.matches("script&#62;alert(&#39;x&#39;)").count();
        assert!(shown >= times, "shown {shown} times in {}", seen.html);
    }
    let (world, an, address) = with_a_line().await;
    let form = an.open(&address).await.form(&address);
    let form = form.set("samenvatting", TYPED).set("reden_laat", TYPED);
    assert_eq!(an.send(&form).await.status, 303);
    let seen = an.open(&address).await;
    escaped(&seen, 2);
    assert_eq!(seen.form(&address).get("samenvatting"), TYPED);
    escaped(&an.open(&format!("{address}/geschiedenis")).await, 2);

    let new = format!("{address}/acties/nieuw");
    let form = an.open(&new).await.form(&new);
    let form = form
        .date("dag_actie", "21/05/2025")
        .set("soort_actie", "GESPREK")
        .set("duur", "60")
        .set("plaats", TYPED)
        .set("nota", TYPED);
    world.clock.advance(1);
    assert_eq!(an.send(&form).await.status, 303);
    escaped(&an.open(&format!("{address}/acties")).await, 2);

    let query: String = TYPED.bytes().map(|it| format!("%{it:02X}")).collect();
    escaped(&an.open(&format!("/zoeken?q={query}")).await, 1);

    world.clock.advance(1);
    let form = an.open(&address).await.form(&address);
    let form = form
        .set("toestand", "ended")
        .date("einddatum", "27/05/2025");
    let second = an.send(&form).await.form(&format!("{address}/einde"));
    let second = second
        .tick("vaststellingen", "opleiding")
        .set("resultaatcode", "POSITIEF")
        .set("reden", "P1")
        .set("toelichting", TYPED);
    assert_eq!(an.send(&second).await.status, 303);
    // The summary, the reason of the late registration and the note with the result.
    escaped(&an.open(&address).await, 3);
    let append = format!("{address}/aanvulling");
    let form = an.open(&address).await.form(&append);
    world.clock.advance(1);
    let seen = an.send(&form.set("aanvulling", TYPED)).await;
    assert_eq!(seen.status, 303);
    escaped(&an.open(&address).await, 4);
    world.clock.advance(1);
    let ask = format!("{address}/verwijdering");
    let form = an.open(&ask).await.form(&ask).set("reden", TYPED);
    assert_eq!(an.send(&form).await.status, 303);
    let queue = world.casework.removal_queue(&world.coach).await.unwrap();
    let removal = queue.waiting.first().unwrap().id.address();
    let coach = Browser::of(&world, "coach").await;
    escaped(&coach.open(&format!("/verwijderingen/{removal}")).await, 5);
}

#[tokio::test]
async fn a_token_that_was_there_before_the_log_in_is_never_taken_over() {
    let world = world().await;
    let planted = format!("sessie={}", "ab".repeat(32));
    let mut an = Browser::nobody(&world);
    an.cookie.clone_from(&planted);
    let seen = an.sign_in("an", "/aanmelden").await;
    assert_eq!(seen.status, 303);
    assert_ne!(an.cookie, planted, "the log-in makes a token of its own");
    assert_eq!(an.open("/begeleidingen").await.status, 200);
    let mut other = Browser::nobody(&world);
    other.cookie = planted;
    assert_eq!(other.open("/begeleidingen").await.status, 303);
    // A wrong password gives no token at all, and leaves the one that is there.
    let form = an.open("/aanmelden").await.form("/aanmelden");
    let wrong = form
        .set("gebruikersnaam", "bram")
        .set("wachtwoord", "verkeerd");
    let seen = an.send(&wrong).await;
    assert_eq!((seen.status, seen.header("set-cookie")), (422, ""));
    an.open("/").await.says(200, "An Peeters");
}

#[tokio::test]
async fn logging_out_ends_this_session_and_no_other() {
    let (world, an, address) = with_a_line().await;
    let at_home = Browser::of(&world, "an").await;
    assert_ne!(at_home.cookie, an.cookie);
    assert_eq!(an.post("/afmelden", "").await.status, 303);
    assert_eq!(an.open(&address).await.status, 303);
    assert_eq!(at_home.open(&address).await.status, 200);
    // Logging out is a form: a link or picture on another site ends nothing.
    assert_eq!(at_home.open("/afmelden").await.status, 405);
    assert_eq!(at_home.open(&address).await.status, 200);
}

#[tokio::test]
async fn nothing_that_was_typed_gets_into_the_headers() {
    let world = world().await;
    for typed in [
        "/\r\nset-cookie: sessie=x",
        "/a\r\n\r\n<h1>",
        "/\u{0}",
        "/a b",
        "/ü",
    ] {
        let mut an = Browser::nobody(&world);
        let encoded: String = typed.bytes().map(|it| format!("%{it:02X}")).collect();
        let page = an.open(&format!("/aanmelden?naar={encoded}")).await;
        is_guarded_page(&page, 200);
        let form = page.form("/aanmelden").set("naar", typed);
        let seen = an.sign_in_with("an", form).await;
        is_guarded_page(&seen, 303);
        assert_eq!(seen.location(), "/", "{typed:?}");
        // The session, and that this browser is known.
        let set: Vec<&str> = seen
            .headers
            .get_all("set-cookie")
            .iter()
            .map(|it| it.to_str().unwrap())
            .collect();
        assert_eq!(set.len(), 2, "{typed:?}");
        for (name, cookie) in ["sessie=", "toestel="].iter().zip({
            let mut set = set;
            set.sort_unstable();
            set
        }) {
            let value = cookie.strip_prefix(name).unwrap();
            let value = value.split(';').next().unwrap();
            assert!(value.chars().all(|it| it.is_ascii_hexdigit()), "{cookie}");
        }
    }
}

#[tokio::test]
async fn a_session_that_was_not_used_for_half_an_hour_has_ended() {
    let (world, an, address) = with_a_line().await;
    world.clock.advance(29 * 60);
    assert_eq!(an.open(&address).await.status, 200);
    world.clock.advance(30 * 60);
    assert_eq!(an.open(&address).await.status, 200);
    world.clock.advance(30 * 60 + 1);
    let seen = an.open(&address).await;
    assert_eq!(seen.status, 303);
    an.open(seen.location())
        .await
        .says(200, "Je was te lang weg en bent afgemeld.");
}
