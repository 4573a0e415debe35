//! 'PmAB' and 'Transmissie', as the mediator, a counsellor, the client and another organisation meet them.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::support::{Browser, Form, Seen};
use testkit::{World, world};

/// Each with what stands in its record of `fill_sections`.
const SECTIONS: [(&str, &str); 2] = [
    ("pmab", "tekst van dienst"),
    ("transmissie", "tekst van feiten"),
];

fn address(world: &World, path: &str) -> String {
    format!("/dossier/{}/{path}", world.dossier.address())
}

async fn filled() -> World {
    let world = world().await;
    let say = |field: &str| format!("tekst van {field}");
    world.fill_sections(&world.an, world.dossier, say).await;
    world
}

async fn opening(browser: &Browser, world: &World, path: &str) -> Form {
    let seen = browser.open(&address(world, path)).await;
    seen.form(&address(world, &format!("{path}/openen")))
}

async fn opened(browser: &Browser, world: &World, path: &str) -> Seen {
    let form = opening(browser, world, path).await;
    browser.send(&form.set("reden_openen", "jongere")).await
}

/// The address of the form of the record on a page that is open.
fn link_to_record(seen: &Seen, world: &World, path: &str) -> String {
    let base = format!("{}/", address(world, path));
    let found = seen.html.split("href=\"").find_map(|rest| {
        let href = rest.split('"').next()?;
        (href.strip_prefix(&base)?.len() == 32).then(|| href.to_owned())
    });
    found.unwrap()
}

#[tokio::test]
async fn i3_it_is_closed_for_who_guides_and_open_to_the_client() {
    let world = filled().await;
    for (path, text) in SECTIONS {
        let (page, open) = (
            address(&world, path),
            address(&world, &format!("{path}/openen")),
        );
        let an = Browser::of(&world, "an").await.open(&page).await;
        an.says(200, "Alleen de bemiddelaar kan het openen");
        assert!(!an.shows(text) && an.form_if_any(&open).is_none(), "{path}");
        let mediator = Browser::of(&world, "mediator").await.open(&page).await;
        mediator.says(200, "Open met deze reden");
        assert!(!mediator.shows(text), "{path}");
        let lotte = Browser::of(&world, "lotte").await.open(&page).await;
        lotte.says(200, text);
        assert!(!lotte.shows(">Wijzig<") && !lotte.shows("Open met deze reden"));
    }
    let carla = Browser::of(&world, "carla").await;
    let nothing = carla
        .open("/dossier/00000000000000000000000000000000")
        .await;
    for (path, _) in SECTIONS {
        let seen = carla.open(&address(&world, path)).await;
        assert_eq!((seen.status, &seen.html), (404, &nothing.html), "{path}");
    }
}

#[tokio::test]
async fn i3_the_mediator_says_why_sees_it_once_and_the_client_reads_who_and_why() {
    let world = filled().await;
    let mediator = Browser::of(&world, "mediator").await;
    for (path, text) in SECTIONS {
        let form = opening(&mediator, &world, path).await;
        let bare = mediator.send(&form).await;
        bare.refuses(422, "Kies waarom je dit opent.");
        let other = form.set("reden_openen", "ander");
        let unexplained = mediator.send(&other).await;
        unexplained.refuses(422, "Schrijf kort waarom je dit opent.");
        assert!(unexplained.html.contains("href=\"#uitleg\""));
        let made_up = other.clone().set("reden_openen", "<b>");
        mediator
            .send(&made_up)
            .await
            .refuses(422, "Kies waarom je dit opent.");
        let explained = other.set("uitleg", "Vraag van <b>de arts</b>");
        let seen = mediator.send(&explained).await;
        seen.says(200, text);
        seen.says(200, "Je ziet deze gegevens één keer.");
        assert!(seen.shows(">Wijzig<"), "{path}");
        // Sent again, it leads to the page, which is closed again.
        let again = mediator.send(&explained).await;
        assert_eq!(
            (again.status, again.location()),
            (303, address(&world, path).as_str())
        );
        assert!(!mediator.open(again.location()).await.shows(text));
    }
    let lotte = Browser::of(&world, "lotte").await;
    let who = lotte.open(&address(&world, "raadplegingen")).await;
    who.says(200, "Las 'PmAB'");
    who.says(200, "Las 'Transmissie'");
    assert!(
        who.html
            .contains("Vraag van &#60;b&#62;de arts&#60;/b&#62;")
    );
}

#[tokio::test]
async fn a_record_is_corrected_after_it_was_opened_and_its_form_is_closed_before() {
    let world = filled().await;
    let mediator = Browser::of(&world, "mediator").await;
    let seen = opened(&mediator, &world, "pmab").await;
    let link = link_to_record(&seen, &world, "pmab");
    world.clock.advance(20 * 60);
    let closed = mediator.open(&link).await;
    assert_eq!(
        (closed.status, closed.location()),
        (303, address(&world, "pmab").as_str())
    );
    opened(&mediator, &world, "pmab").await;
    let form = mediator.open(&link).await.form(&link);
    let long = form.clone().date("geldig_tot", "02/05/2030");
    let refused = mediator.send(&long).await;
    refused.refuses(
        422,
        "Een WOP geldt hoogstens vijf jaar. Kies 01/05/2030 of een vroegere dag.",
    );
    let good = form.date("stopgezet", "21/05/2025");
    let saved = mediator.send(&good).await;
    assert_eq!(
        saved.location(),
        format!("{}?gelukt=indicatie", address(&world, "pmab"))
    );
    let after = mediator.open(saved.location()).await;
    after.says(200, "Het gegeven is bewaard.");
    let lotte = Browser::of(&world, "lotte").await;
    lotte
        .open(&address(&world, "pmab"))
        .await
        .says(200, "21/05/2025");
}

#[tokio::test]
async fn odd_dates_and_choices_have_their_sentence_under_pmab() {
    let world = world().await;
    let mediator = Browser::of(&world, "mediator").await;
    let action = address(&world, "pmab/nieuw");
    let form = mediator.open(&action).await.form(&action);
    let bare = mediator.send(&form).await;
    bare.refuses(422, "Kies wat er toegekend is.");
    bare.refuses(422, "Schrijf welke dienst het besliste.");
    let wop = form
        .set("indicatie", "wop")
        .set("beslist_door", "VDAB")
        .date("toegekend", "01/01/2030");
    let refused = mediator.send(&wop).await;
    refused.refuses(422, "De dag van de toekenning ligt in de toekomst.");
    refused.refuses(422, "Vul in tot wanneer het WOP geldt");
    let backwards = wop
        .date("toegekend", "20/05/2025")
        .date("geldig_tot", "19/05/2025");
    let refused = mediator.send(&backwards).await;
    refused.refuses(422, "De laatste dag ligt voor de eerste dag.");
}

#[tokio::test]
async fn a_transmission_says_what_is_missing_and_for_whom_it_does_not_apply() {
    let world = world().await;
    let mediator = Browser::of(&world, "mediator").await;
    let action = address(&world, "transmissie/nieuw");
    let form = mediator.open(&action).await.form(&action);
    let bare = mediator.send(&form).await;
    bare.refuses(422, "Kies de aanleiding uit de lijst.");
    bare.refuses(422, "Schrijf wat er gebeurde, en wanneer.");
    bare.refuses(422, "Kies hoe ver de melding staat.");
    let early = form
        .set("aanleiding", "no_show")
        .set("feiten", "Kwam niet.")
        .date("verstuurd", "20/05/2025")
        .set("stand_transmissie", "sent")
        .set("gevolg", "warning");
    let refused = mediator.send(&early).await;
    refused.refuses(422, "Een beslissing hoort bij de stand 'Beslist'.");
    let good = early.set("gevolg", "");
    let sql = "UPDATE dossier SET work_situation = '11' WHERE client_number = '61000447'";
    world.place().execute(sql).await.unwrap();
    let refused = mediator.send(&good).await;
    refused.refuses(
        422,
        "Bij werksituatie 11 kan je niets melden aan de controledienst.",
    );
    for who in ["an", "mediator", "lotte"] {
        let browser = Browser::of(&world, who).await;
        let seen = browser.open(&address(&world, "transmissie")).await;
        seen.says(200, "Niet van toepassing");
        seen.says(200, "kan niet voor een leerling (werksituatie 11)");
        assert!(!seen.shows("Voeg een transmissie toe"), "{who}");
    }
}
