//! A page that was rendered before is sent again only while it is right: after each change that could
//! show on it, and for each other person, it is made anew.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use casework::UnitInput;
use domain::text::Name;
use testkit::{note, world};

use crate::support::statements::Statements;
use crate::support::{self, Browser, lines};

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
    assert_eq!(asked, ["sessions.find", "grants.facts", "dossiers.head"]);
    assert_eq!((again.status, &again.html), (200, &first.html));
    assert_eq!(first.header("cache-control"), again.header("cache-control"));
    // A filter and a message make a page of their own, and leave the kept one as it is.
    let told = an.open(&format!("{address}?gelukt=studie")).await;
    assert_ne!(told.html, first.html);
    assert_eq!(an.open(&address).await.html, first.html);
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
    an.open(&address).await;
    let before = openings().await;
    world.clock.advance(120);
    let statements = Statements::listen();
    an.open(&address).await.says(200, "Stappen naar werk");
    assert!(!statements.since().contains(&READS_LINES.to_owned()));
    assert_eq!(openings().await, before + 1);
}

#[tokio::test]
async fn a_change_by_anybody_shows_at_the_next_request() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let address = lines(world.dossier);
    an.open(&address).await.says(200, "Nog geen stappen");
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
    lotte.open(&address).await.says(200, &unit.name);
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
    an.open(&address).await.says(200, "An Peeters");
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
    late.open(&address).await;
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
    let of_an = an.open(&address).await;
    assert_eq!(of_an.status, 200);
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
