//! Requests that no page of ours makes: other sites' forms, other methods, made-up addresses and headers.

use axum::body::Body;
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use domain::policy::Operation;
use testkit::world;

use super::payloads::ELSEWHERE;
use crate::support::samples::{complete_form, filled};
use crate::support::{self, Browser, FORM, contents, encode, unchanged};

/// K041: 34 ways to another site, in both fields and in the address of the log-in.
#[tokio::test]
async fn after_the_log_in_nobody_ends_up_elsewhere() {
    let world = world().await;
    for elsewhere in ELSEWHERE {
        let mut an = Browser::nobody(&world);
        let encoded: String = elsewhere.bytes().map(|it| format!("%{it:02X}")).collect();
        let page = an.open(&format!("/aanmelden?naar={encoded}")).await;
        assert_eq!(page.form("/aanmelden").get("naar"), "/", "{elsewhere:?}");
        let form = page.form("/aanmelden");
        let seen = an
            .sign_in_with("an", form.clone().set("naar", elsewhere))
            .await;
        assert_eq!((seen.status, seen.location()), (303, "/"), "{elsewhere:?}");
        let kept = form
            .set("bewaard_voor", elsewhere)
            .set("bewaard.samenvatting", "Vertrouwelijk.");
        let seen = an.sign_in_with("an", kept).await;
        assert!(
            !seen.html.contains("elders"),
            "{elsewhere:?}: {}",
            seen.html
        );
        assert!(!seen.location().contains("elders"), "{elsewhere:?}");
    }
    eprintln!("{} vectors, in three places each", ELSEWHERE.len());
}

/// K036: a browser says where a form comes from. Every form, every combination that is not our own site.
#[tokio::test]
async fn no_form_of_another_site_is_taken_on_any_route() {
    let world = world().await;
    let (ids, _) = filled(&world, &world.an, world.dossier, true).await;
    let before = contents(&world).await;
    let an = Browser::of(&world, "an").await;
    let mut tried = 0;
    for route in web::table(support::web(&world)) {
        if route.method == Method::GET {
            continue;
        }
        for headers in [
            vec![("sec-fetch-site", "cross-site")],
            vec![("sec-fetch-site", "same-site")],
            vec![
                ("sec-fetch-site", "cross-site"),
                ("origin", "http://dossier.example"),
            ],
            vec![("sec-fetch-site", "onzin")],
            vec![("origin", "https://elders.example")],
            vec![("origin", "null")],
            vec![("origin", "https://dossier.example.elders.example")],
            vec![("origin", "https://elders.dossier.example")],
            vec![
                ("sec-fetch-site", "cross-site"),
                ("x-http-method-override", "GET"),
            ],
        ] {
            let mut request = an
                .request(Method::POST, &ids.address(route.path))
                .header(CONTENT_TYPE, FORM)
                .header("host", "dossier.example");
            for (name, value) in &headers {
                request = request.header(*name, *value);
            }
            let form = encode(&complete_form(&world, &world.an, world.a.id, ids.request));
            let seen = an.ask(request, Body::from(form)).await;
            assert_eq!(seen.status, 403, "{} with {headers:?}", route.path);
            assert_eq!(seen.header("set-cookie"), "", "{}", route.path);
            tried += 1;
        }
    }
    unchanged(&world, &before, "forms of another site").await;
    eprintln!("{tried} forged forms");
}

/// K037: a page is asked for with GET and changes nothing; a form is sent with POST; all else is said no to.
#[tokio::test]
async fn methods_that_a_route_does_not_have_do_nothing() {
    let world = world().await;
    let (ids, _) = filled(&world, &world.an, world.dossier, true).await;
    let an = Browser::of(&world, "an").await;
    let before = contents(&world).await;
    let mut tried = 0;
    let table = web::table(support::web(&world));
    let (_, token) = an.cookie.split_once('=').unwrap();
    for route in &table {
        let address = ids.address(route.path);
        for method in [
            "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get",
        ] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let request = an.request(method.clone(), &address);
            let seen = an.ask(request, Body::empty()).await;
            assert!(
                [400, 403, 404, 405].contains(&seen.status),
                "{method} {}: {}",
                route.path,
                seen.status
            );
            assert!(!seen.html.contains(token), "{method} {}", route.path);
            tried += 1;
        }
        if route.method != Method::GET {
            continue;
        }
        for over in [
            "x-http-method-override",
            "x-http-method",
            "x-method-override",
        ] {
            let request = an.request(Method::GET, &address).header(over, "POST");
            let seen = an.ask(request, Body::empty()).await;
            assert!(seen.status < 500, "{}", route.path);
            tried += 1;
        }
        let seen = an.open(&format!("{address}?_method=POST&doe=bewaar")).await;
        assert!(seen.status < 500, "{}", route.path);
    }
    unchanged(&world, &before, "other methods").await;
    eprintln!("{tried} methods");
}

/// K104: an address with something behind it is another address, and nothing of a person is kept.
#[tokio::test]
async fn a_page_is_never_taken_for_a_file() {
    let world = world().await;
    let (ids, _) = filled(&world, &world.an, world.dossier, true).await;
    let an = Browser::of(&world, "an").await;
    let mut tried = 0;
    for route in web::table(support::web(&world)) {
        let personal = route.method == Method::GET && route.operation != Operation::Public;
        if !personal || route.path == "/" {
            continue;
        }
        let address = ids.address(route.path);
        for behind in [
            "/x.css",
            "/profiel.css",
            ".css",
            "%2f.css",
            "%3b.js",
            ";x.css",
            "%00.css",
            "%0a.css",
            "/..%2fx.js",
        ] {
            let seen = an.open(&format!("{address}{behind}")).await;
            assert!(
                [400, 403, 404, 405].contains(&seen.status),
                "{}{behind}: {}",
                route.path,
                seen.status
            );
            assert_eq!(
                seen.header("cache-control"),
                "no-store",
                "{}{behind}",
                route.path
            );
            tried += 1;
        }
        for before in ["/bestanden/..%2f", "/bestanden/%2e%2e/"] {
            let seen = an.open(&format!("{before}{}", &address[1..])).await;
            assert_eq!(seen.status, 404, "{before}{}", route.path);
            tried += 1;
        }
        let seen = an.open(&address).await;
        assert_eq!(seen.header("cache-control"), "no-store", "{}", route.path);
    }
    eprintln!("{tried} addresses");
}

/// What a proxy or a visitor says of the host, the scheme or the address ends up nowhere.
#[tokio::test]
async fn a_forged_host_is_never_repeated() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    for header in [
        "host",
        "x-forwarded-host",
        "x-forwarded-server",
        "x-host",
        "forwarded",
        "x-original-url",
        "x-rewrite-url",
        "x-forwarded-prefix",
        "referer",
        "origin",
    ] {
        for address in [
            "/",
            "/begeleidingen",
            "/aanmelden",
            "/bestaat-niet",
            "/systeem",
        ] {
            let request = an
                .request(Method::GET, address)
                .header(header, "kwaad.example/x");
            let seen = an.ask(request, Body::empty()).await;
            assert!(!seen.html.contains("kwaad"), "{header} at {address}");
            for value in seen.headers.values() {
                assert!(
                    !String::from_utf8_lossy(value.as_bytes()).contains("kwaad"),
                    "{header}"
                );
            }
        }
    }
}

/// K011: nothing that was typed begins a header of its own.
#[tokio::test]
async fn line_ends_in_texts_and_addresses_make_no_header() {
    let world = world().await;
    let mut an = Browser::of(&world, "an").await;
    let mut tried = 0;
    for end in [
        "\r\n",
        "\n",
        "\r",
        "\u{85}",
        "\u{2028}",
        "\u{0}",
        "\u{b}",
        "%0d%0a",
        "\\r\\n",
        "\u{560a}\u{560d}",
    ] {
        let typed = format!("/a{end}Set-Cookie: sessie=gestolen{end}{end}<h1>");
        let encoded: String = typed.bytes().map(|it| format!("%{it:02X}")).collect();
        for address in [
            format!("/aanmelden?naar={encoded}"),
            format!("/zoeken?q={encoded}"),
            format!("/?gelukt={encoded}"),
            format!("/{encoded}"),
        ] {
            let seen = an.open(&address).await;
            assert!(seen.status < 500, "{address}");
            assert_eq!(seen.header("set-cookie"), "", "{address}");
            tried += 1;
        }
        let form = an.open("/aanmelden").await.form("/aanmelden");
        let seen = an.sign_in_with("an", form.set("naar", &typed)).await;
        for set in seen.headers.get_all("set-cookie") {
            let set = String::from_utf8_lossy(set.as_bytes());
            assert!(!set.contains("gestolen"), "{set}");
        }
        tried += 1;
    }
    eprintln!("{tried} vectors");
}

/// K008: what is longer than a field takes, or is no text, has its sentence and is stored nowhere.
#[tokio::test]
async fn texts_that_are_too_long_or_no_text_are_refused() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let before = contents(&world).await;
    let mut tried = 0;
    for odd in [
        "a\u{0}b".to_owned(),
        "a\u{7}b".to_owned(),
        "a\u{1b}[31mb".to_owned(),
        "a\u{202e}b".to_owned(),
        "a\u{2066}b".to_owned(),
        "x".repeat(200_001),
        "\u{1f469}\u{200d}\u{1f4bb}".repeat(30_000),
    ] {
        let form = an.new_line(world.dossier, "20/05/2025").await;
        let seen = an.send(&form.set("samenvatting", &odd)).await;
        let shown: String = odd.chars().take(8).collect();
        assert_eq!(seen.status, 422, "{shown:?}");
        tried += 1;
        for broken in [
            "samenvatting=%FF",
            "samenvatting=%ED%A0%80",
            "samenvatting=%C0%80",
        ] {
            let address = format!("{}/nieuw", support::lines(world.dossier));
            assert_eq!(an.post(&address, broken).await.status, 400, "{broken}");
            tried += 1;
        }
    }
    unchanged(&world, &before, "odd texts").await;
    // Four bytes a character, and marks that belong to one, are text.
    let text = "Ze zei: \u{1f600} – \u{5d0}\u{5d1} e\u{301}";
    let form = an.new_line(world.dossier, "20/05/2025").await;
    assert_eq!(an.send(&form.set("samenvatting", text)).await.status, 303);
    eprintln!("{tried} texts");
}
