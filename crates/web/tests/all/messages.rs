//! 'Berichten', as a counsellor, the client and another organisation meet them.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::support::{Browser, Seen};
use testkit::{World, world};

const TEXT: &str = "Kan je om 10 uur? <b>\u{1F68C}</b>\r\n\u{5D0}\u{5D1}";

fn address(world: &World, path: &str) -> String {
    format!("/dossier/{}/berichten{path}", world.dossier.address())
}

/// Begins a conversation, and answers its address.
async fn start(browser: &Browser, world: &World) -> String {
    let action = address(world, "/nieuw");
    let form = browser.open(&action).await.form(&action);
    let form = form.set("gesprek", "Morgen").set("bericht", TEXT);
    let sent = browser.send(&form).await;
    let place = sent.location().strip_suffix("?gelukt=bericht");
    place.unwrap_or_else(|| panic!("{}", sent.html)).to_owned()
}

async fn list(browser: &Browser, world: &World) -> Seen {
    browser.open(&address(world, "")).await
}

#[tokio::test]
async fn a_conversation_is_begun_answered_and_read() {
    let world = world().await;
    let (an, lotte) = (
        Browser::of(&world, "an").await,
        Browser::of(&world, "lotte").await,
    );
    let empty = list(&lotte, &world).await;
    empty.says(200, "Nog geen berichten");
    empty.says(200, "Een bericht is geen bewijs.");
    let place = start(&an, &world).await;
    let fresh = list(&lotte, &world).await;
    fresh.says(200, "1 ongelezen");
    assert!(!list(&an, &world).await.shows("ongelezen"));
    let notices = lotte.open("/meldingen").await;
    notices.says(200, "Er is een nieuw bericht in een dossier.");
    assert!(
        notices
            .html
            .contains(&format!("href=\"{}\"", address(&world, "")))
    );
    assert!(!notices.shows("10 uur"));
    let seen = lotte.open(&place).await;
    assert!(seen.html.contains("&#60;b&#62;\u{1F68C}&#60;/b&#62;"));
    seen.says(200, "Een bericht is geen bewijs.");
    assert!(!list(&lotte, &world).await.shows("ongelezen"));
    let form = seen.form(&place).set("bericht", "Dat is goed.");
    let sent = lotte.send(&form).await;
    lotte
        .open(sent.location())
        .await
        .says(200, "Je bericht is verstuurd.");
    an.open(&place).await.says(200, "Dat is goed.");
    // Sent again, it is there once.
    assert_eq!(lotte.send(&form).await.status, 303);
    let seen = an.open(&place).await;
    assert_eq!(seen.html.matches("Dat is goed.").count(), 1);
}

#[tokio::test]
async fn what_is_missing_or_too_long_is_said_and_what_was_typed_stays() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let action = address(&world, "/nieuw");
    let form = an.open(&action).await.form(&action);
    let bare = an.send(&form).await;
    bare.refuses(422, "Schrijf waarover het gaat.");
    bare.refuses(422, "Schrijf eerst je bericht.");
    let long = "x".repeat(2001);
    let refused = an.send(&form.clone().set("bericht", &long)).await;
    refused.refuses(422, "te lang");
    assert!(refused.shows(&long));
    let back = an.send(&form.set("doe", "terug")).await;
    assert_eq!(back.location(), address(&world, ""));
    let place = start(&an, &world).await;
    let answer = an.open(&place).await.form(&place).set("bericht", " ");
    an.send(&answer)
        .await
        .refuses(422, "Schrijf eerst je bericht.");
}

#[tokio::test]
async fn i2_another_organisation_finds_no_conversation() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let place = start(&an, &world).await;
    let carla = Browser::of(&world, "carla").await;
    let nothing = carla
        .open("/dossier/00000000000000000000000000000000")
        .await;
    for page in [place, address(&world, ""), address(&world, "/nieuw")] {
        let seen = carla.open(&page).await;
        assert_eq!((seen.status, &seen.html), (404, &nothing.html), "{page}");
    }
    let unknown = address(&world, "/00000000000000000000000000000000");
    assert_eq!(an.open(&unknown).await.status, 404);
}
