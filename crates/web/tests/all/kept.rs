//! A page that was rendered before is sent again only while it is right: after each change that could
//! show on it, and for each other person, it is made anew.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use axum::body::Body;
use axum::http::{HeaderMap, Method};
use casework::UnitInput;
use domain::text::Name;
use testkit::{note, world};

use crate::support::statements::Statements;
use crate::support::{self, Browser, Seen, lines};

/// The statement that reads the lines: who does not ask it renders nothing.
const READS_LINES: &str = "steps.list";

#[tokio::test]
async fn what_did_not_change_is_not_read_again_and_is_the_same() {
    let world = world().await;
    world.register(&world.an, world.dossier, "2025-05-12").await;
    let an = Browser::of(&world, "an").await;
    let address = lines(world.dossier);
    let statements = Statements::listen();
    let first = an.open(&address).await;
    assert!(statements.since().contains(&READS_LINES.to_owned()));
    let again = an.open(&address).await;
    let asked = statements.since();
    // What was read for the first is still so, where the database says that nobody committed anything.
    let spared = ["sessions.find"];
    let all = ["sessions.find", "grants.facts", "dossiers.head"];
    let is_file = !world.place().is_postgres();
    assert_eq!(asked, if is_file { &spared[..] } else { &all });
    assert_eq!((again.status, &again.html), (200, &first.html));
    let third = an.open(&address).await;
    assert_eq!(statements.since(), if is_file { &[][..] } else { &all });
    assert_eq!((third.status, &third.html), (200, &first.html));
    assert_eq!(without_length(&third), without_length(&first));
    assert_eq!(first.header("cache-control"), again.header("cache-control"));
    // A filter and a message make a page of their own, and leave the kept one as it is.
    let told = an.open(&format!("{address}?gelukt=studie")).await;
    assert_ne!(told.html, first.html);
    assert_eq!(an.open(&address).await.html, first.html);
}

/// Only an answer whose size is known beforehand says it.
fn without_length(seen: &Seen) -> HeaderMap {
    let mut headers = seen.headers.clone();
    headers.remove("content-length");
    headers
}

/// Opens a page until it is sent again as it was.
async fn warm(browser: &Browser, address: &str) -> Seen {
    browser.open(address).await;
    browser.open(address).await;
    let seen = browser.open(address).await;
    assert_eq!(seen.status, 200, "{}", seen.html);
    seen
}

#[tokio::test]
async fn an_answer_that_is_sent_again_is_for_that_session_address_and_coding_alone() {
    let world = world().await;
    world.register(&world.an, world.dossier, "2025-05-12").await;
    // One server: what it keeps is there for all its browsers.
    let web = support::web(&world);
    let mut an = Browser::over(web.clone());
    an.sign_in("an", "/aanmelden").await;
    let mut bram = Browser::over(web.clone());
    bram.sign_in("bram", "/aanmelden").await;
    let address = lines(world.dossier);
    let of_an = warm(&an, &address).await;
    let of_bram = warm(&bram, &address).await;
    assert!(of_an.shows("An Peeters") && !of_bram.shows("An Peeters"));
    assert_eq!(warm(&an, &address).await.html, of_an.html);
    // Without a session, with one that is made up, and with two.
    let nobody = Browser::over(web);
    assert_eq!(nobody.open(&address).await.status, 303);
    let mut forged = nobody.clone();
    forged.cookie = format!("sessie={}", "0".repeat(64));
    assert_eq!(forged.open(&address).await.status, 303);
    let packed = || async {
        let request = an.request(Method::GET, &address);
        an.ask(request.header("accept-encoding", "gzip"), Body::empty())
            .await
    };
    for _ in 0..3 {
        let packed = packed().await;
        assert_eq!(packed.header("content-encoding"), "gzip");
        assert!(packed.header("vary").contains("accept-encoding"));
        assert_ne!(packed.html, of_an.html);
        assert_eq!(an.open(&address).await.html, of_an.html);
    }
    // Another method and another address are something else.
    let other = an.ask(an.request(Method::HEAD, &address), Body::empty());
    assert_eq!(other.await.html, "");
    let elsewhere = an.open(&format!("{address}/")).await;
    assert_eq!(elsewhere.status, 404);
}

#[tokio::test]
async fn what_another_program_changes_shows_at_the_next_request() {
    let world = world().await;
    let other = world.other_server().await;
    let web = support::web(&world);
    let mut an = Browser::over(web.clone());
    an.sign_in("an", "/aanmelden").await;
    let mut bram = Browser::over(web);
    bram.sign_in("bram", "/aanmelden").await;
    let address = lines(world.dossier);
    // A line.
    warm(&bram, &address).await;
    let before = warm(&an, &address).await;
    let reason = note("Op vraag van de klant");
    let step = world
        .register(&world.bram, world.dossier, "2025-05-12")
        .await;
    let seen = an.open(&address).await;
    assert!(!before.html.contains(&step.address()) && seen.html.contains(&step.address()));
    // The end of a session.
    warm(&bram, &address).await;
    let key = world.submission();
    other.end_all_sessions(&world.bram, &key).await.unwrap();
    assert_eq!(bram.open(&address).await.status, 303);
    // The end of a right.
    warm(&an, &address).await;
    let (who, house, key) = (&world.mediator, world.a.id, world.submission());
    let ended = other.end_grants(who, world.dossier, house, &reason, &key);
    ended.await.unwrap();
    assert_eq!(an.open(&address).await.status, 404);
}

#[tokio::test]
async fn a_session_that_is_over_ends_what_is_sent_again() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let address = lines(world.dossier);
    warm(&an, &address).await;
    world.clock.advance(24 * 60 * 60);
    assert_eq!(an.open(&address).await.status, 303);
}

#[tokio::test]
async fn i3_opening_a_kept_page_is_recorded_too() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let address = lines(world.dossier);
    let openings = || async {
        let casework = &world.casework;
        let found = casework
            .openings(&world.lotte, world.dossier, None, 100)
            .await;
        let (_, openings) = found.unwrap();
        openings.iter().filter(|it| it.what == "stappen").count()
    };
    warm(&an, &address).await;
    let before = openings().await;
    for minutes in 1..4 {
        world.clock.advance(60);
        let statements = Statements::listen();
        an.open(&address).await.says(200, "Stappen naar werk");
        assert!(!statements.since().contains(&READS_LINES.to_owned()));
        warm(&an, &address).await;
        assert_eq!(openings().await, before + minutes);
    }
}

#[tokio::test]
async fn a_change_by_anybody_shows_at_the_next_request() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let address = lines(world.dossier);
    warm(&an, &address).await.says(200, "Nog geen stappen");
    let step = world
        .register(&world.bram, world.dossier, "2025-05-12")
        .await;
    let seen = an.open(&address).await;
    assert!(
        seen.html.contains(&step.address()),
        "the line of a colleague"
    );
}

#[tokio::test]
async fn the_name_of_a_unit_stands_in_no_dossier_and_shows_all_the_same() {
    let world = world().await;
    world.register(&world.an, world.dossier, "2025-05-12").await;
    // The client works for no unit: it is the line that names it, and not the frame.
    let lotte = Browser::of(&world, "lotte").await;
    let address = lines(world.dossier);
    let unit = world.a.unit.clone();
    warm(&lotte, &address).await.says(200, &unit.name);
    let input = UnitInput {
        name: Name::parse("Een Andere Naam").unwrap(),
        address: Name::parse(&unit.address).unwrap(),
        number: Name::parse(&unit.number).unwrap(),
    };
    world
        .casework
        .change_unit(&world.system, (unit.id, 1), &input, &world.submission())
        .await
        .unwrap();
    let seen = lotte.open(&address).await;
    seen.says(200, "Een Andere Naam");
    assert!(!seen.shows(&unit.name));
}

#[tokio::test]
async fn the_frame_names_the_person_as_now() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let address = lines(world.dossier);
    warm(&an, &address).await.says(200, "An Peeters");
    let (who, name) = (world.an.person, ("Anna Peeters-Claes", None));
    world
        .casework
        .change_person(&world.manager, who, 1, name, &world.submission())
        .await
        .unwrap();
    let seen = an.open(&address).await;
    seen.says(200, "Anna Peeters-Claes");
    assert!(!seen.shows("An Peeters"));
}

#[tokio::test]
async fn a_new_day_makes_it_anew() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let address = lines(world.dossier);
    let statements = Statements::listen();
    an.open(&address).await;
    statements.since();
    // A session lasts no day: what is kept is asked for as late in it as can be.
    world.clock.set(testkit::at("2025-05-28T23:50:00+02:00"));
    let late = Browser::of(&world, "an").await;
    warm(&late, &address).await;
    statements.since();
    world.clock.advance(15 * 60);
    late.open(&address).await.says(200, "Stappen naar werk");
    assert!(statements.since().contains(&READS_LINES.to_owned()));
}

#[tokio::test]
async fn i2_a_kept_page_is_not_for_who_may_not_open_the_dossier_any_more() {
    let world = world().await;
    // One server: what it keeps is there for all its browsers.
    let web = support::web(&world);
    let mut an = Browser::over(web.clone());
    an.sign_in("an", "/aanmelden").await;
    let mut carla = Browser::over(web.clone());
    carla.sign_in("carla", "/aanmelden").await;
    let mut lotte = Browser::over(web);
    lotte.sign_in("lotte", "/aanmelden").await;
    let address = lines(world.dossier);
    let of_an = warm(&an, &address).await;
    assert_eq!(carla.open(&address).await.status, 404);
    let of_lotte = lotte.open(&address).await;
    of_lotte.says(200, "Lotte");
    assert_ne!(of_an.html, of_lotte.html);
    let reason = note("Niet meer nodig");
    let casework = &world.casework;
    casework
        .end_grants(
            &world.mediator,
            world.dossier,
            world.a.id,
            &reason,
            &world.submission(),
        )
        .await
        .unwrap();
    assert_eq!(an.open(&address).await.status, 404);
}
