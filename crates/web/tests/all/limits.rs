//! What a person sees who does too much in a row: a page that says what to do, and when it goes on.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::support::{Browser, lines};
use casework::{Limits, WhichEvents};
use domain::account_events::AccountEvent;
use domain::ids::DossierId;
use domain::uses::Most;
use testkit::world_with;

#[tokio::test]
async fn k021_over_a_limit_the_page_says_how_long_to_wait() {
    let one = Most {
        an_hour: 1,
        a_day: 100,
    };
    let world = world_with(Limits {
        openings: one,
        searches: one,
        exports: one,
        refusals: one,
        ..Limits::default()
    })
    .await;
    let an = Browser::of(&world, "an").await;
    let carla = Browser::of(&world, "carla").await;
    let own = lines(world.dossier);
    let absent = lines(DossierId(uuid::Uuid::from_u128(7)));
    let search = "/zoeken?q=61000447";
    assert_eq!(an.open(&own).await.status, 200);
    assert_eq!(an.open(search).await.status, 200);
    assert_eq!(carla.open(&own).await.status, 404);
    world.clock.advance(60);
    let mut stopped = Vec::new();
    for (browser, address, says) in [
        (
            &an,
            own.as_str(),
            "Je opende in korte tijd heel veel pagina's van dossiers.",
        ),
        (
            &an,
            search,
            "Je zocht in korte tijd heel vaak naar een klant.",
        ),
        (
            &carla,
            own.as_str(),
            "Je vroeg in korte tijd vaak naar dossiers zonder inzagerecht.",
        ),
        (
            &carla,
            absent.as_str(),
            "Je vroeg in korte tijd vaak naar dossiers zonder inzagerecht.",
        ),
    ] {
        let seen = browser.open(address).await;
        seen.says(429, says);
        assert!(seen.shows("Dit kan opnieuw over "), "{}", seen.html);
        let wait: i64 = seen.header("retry-after").parse().unwrap();
        assert!((1..=3_600).contains(&wait), "{wait}");
        assert!(
            !seen.html.contains("Maes"),
            "nothing of the dossier is in it"
        );
        stopped.push(seen);
    }
    // A dossier that is not there and one that is not for her still look the same.
    assert_eq!(stopped[2].html, stopped[3].html);
    assert_eq!(stopped[2].headers, stopped[3].headers);
    let which = WhichEvents::Kind(AccountEvent::LimitReached);
    let log = world.casework.account_events(&world.system, which, None);
    assert_eq!(log.await.unwrap().entries.len(), 3);
    // Other pages are there as before.
    assert_eq!(an.open("/meldingen").await.status, 200);
    world.clock.advance(3_600 - 60);
    let an = Browser::of(&world, "an").await;
    assert_eq!(an.open(search).await.status, 200);
}

#[tokio::test]
async fn k117_a_function_that_the_role_does_not_have_is_refused_and_in_the_log() {
    let world = world_with(Limits::default()).await;
    let an = Browser::of(&world, "an").await;
    for address in ["/systeem", "/logboek"] {
        assert_eq!(an.open(address).await.status, 403);
    }
    assert_eq!(an.open("/begeleidingen").await.status, 200);
    let which = WhichEvents::Kind(AccountEvent::FunctionRefused);
    let log = world.casework.account_events(&world.system, which, None);
    let entries = log.await.unwrap().entries;
    assert_eq!(entries.len(), 2);
    assert!(
        entries
            .iter()
            .all(|it| it.entry.by == Some(world.an.person))
    );
}

#[tokio::test]
async fn k025_fifty_forms_in_five_seconds_are_served_and_in_the_log() {
    let world = world_with(Limits::default()).await;
    let an = Browser::of(&world, "an").await;
    for _ in 0..60 {
        let seen = an.post("/meldingen/gelezen", "").await;
        assert_eq!(seen.status, 303);
    }
    let which = WhichEvents::Kind(AccountEvent::FormsTooFast);
    let log = world.casework.account_events(&world.system, which, None);
    assert_eq!(log.await.unwrap().entries.len(), 1);
}

/// K016: the one field that is a list of ticks may be sent for each tick, and each of them once.
#[tokio::test]
async fn k016_ticks_are_sent_each_once_also_behind_a_log_in() {
    let world = world_with(Limits::default()).await;
    let nobody = Browser::nobody(&world);
    for prefix in ["", "bewaard."] {
        let twice = format!("{prefix}vaststellingen=a&{prefix}vaststellingen=a");
        assert_eq!(nobody.post("/aanmelden", twice).await.status, 400);
        let two = format!("{prefix}vaststellingen=a&{prefix}vaststellingen=b");
        assert_eq!(nobody.post("/aanmelden", two).await.status, 422);
    }
    let name = "gebruikersnaam=an&gebruikersnaam=bram";
    assert_eq!(nobody.post("/aanmelden", name).await.status, 400);
}
