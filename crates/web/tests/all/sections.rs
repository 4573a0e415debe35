//! The sections that a counsellor fills in, as the counsellor, the mediator, the client and another organisation
//! see them.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::support::{Browser, Form};
use testkit::{World, world};

/// Each section: where it stands, the title of its empty state, and the link to add a first record.
const SECTIONS: &[(&str, &str, &str)] = &[
    ("begeleiding/traject", "Nog geen doelen", "Voeg een doel toe"),
    (
        "begeleiding/randvoorwaarden",
        "Nog geen randvoorwaarden",
        "Voeg een randvoorwaarde toe",
    ),
    (
        "begeleiding/inzetbaarheid",
        "Nog geen inzetbaarheid",
        "Vul de inzetbaarheid in",
    ),
];

fn address(world: &World, path: &str) -> String {
    format!("/dossier/{}/{path}", world.dossier.address())
}

async fn new_form(browser: &Browser, world: &World, path: &str) -> Form {
    let action = address(world, path);
    let page = browser.open(&action).await;
    assert_eq!(page.status, 200, "{action}");
    page.form(&action)
}

#[tokio::test]
async fn an_empty_section_says_what_belongs_there_and_who_may_fill_in_is_offered_to() {
    let world = world().await;
    for (name, may_add) in [("an", true), ("mediator", true), ("lotte", false)] {
        let browser = Browser::of(&world, name).await;
        for (path, empty, add) in SECTIONS {
            let seen = browser.open(&address(&world, path)).await;
            seen.says(200, empty);
            assert_eq!(seen.shows(add), may_add, "{name}, {path}");
            assert!(!seen.shows("In deze versie"), "{path}");
            assert!(!seen.shows("Geschiedenis"), "{path}");
        }
    }
    let carla = Browser::of(&world, "carla").await;
    let nothing = carla
        .open("/dossier/00000000000000000000000000000000")
        .await;
    for (path, ..) in SECTIONS {
        let seen = carla.open(&address(&world, path)).await;
        assert_eq!((seen.status, &seen.html), (404, &nothing.html), "{path}");
    }
}

#[tokio::test]
async fn what_was_filled_in_is_read_by_all_and_the_history_says_who_did_it() {
    let world = world().await;
    world
        .fill_sections(&world.an, world.dossier, |field| {
            format!("tekst van {field}")
        })
        .await;
    for (name, may_edit) in [("bram", true), ("mediator", true), ("lotte", false)] {
        let browser = Browser::of(&world, name).await;
        for (path, empty, _) in SECTIONS {
            let seen = browser.open(&address(&world, path)).await;
            assert!(!seen.shows(empty), "{path}");
            assert!(seen.shows("tekst van "), "{path}");
            assert!(seen.shows("Geschiedenis"), "{path}");
            assert!(seen.shows(&world.an.name), "{path}");
            assert_eq!(seen.shows(">Wijzig<"), may_edit, "{name}, {path}");
        }
    }
}

#[tokio::test]
async fn a_condition_is_filled_in_corrected_and_says_at_its_fields_what_is_wrong() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let page = address(&world, "begeleiding/randvoorwaarden");
    let form = new_form(&an, &world, "begeleiding/randvoorwaarden/nieuw").await;
    let bare = an.send(&form).await;
    bare.says(422, "Kies het onderwerp uit de lijst.");
    bare.says(422, "Kies de status uit de lijst.");
    let hindered = form
        .set("onderwerp", "mobility")
        .set("status", "blocking")
        .date("sinds", "01/01/2030");
    let refused = an.send(&hindered).await;
    refused.says(422, "Schrijf er een nota bij.");
    refused.says(422, "De dag ligt in de toekomst.");
    assert!(refused.html.contains("href=\"#sinds_dag\""));
    assert!(refused.html.contains("href=\"#nota\""));
    let text = "Geen bus na 19 uur. <b>\u{1F68C}</b>\r\n\u{5D0}\u{5D1}";
    let good = hindered.date("sinds", "01/05/2025").set("nota", text);
    let saved = an.send(&good).await;
    assert_eq!(saved.location(), format!("{page}?gelukt=randvoorwaarde"));
    let seen = an.open(saved.location()).await;
    seen.says(200, "De randvoorwaarde is bewaard.");
    seen.says(200, "Belemmering");
    assert!(seen.html.contains("&#60;b&#62;\u{1F68C}&#60;/b&#62;"));
    seen.says(200, "Nog niet besproken: wonen,");

    // Somebody else corrects it first (T1): what was typed stays, on the record as it is now.
    let link = seen.html.split("href=\"").find_map(|rest| {
        let href = rest.split('"').next()?;
        let id = href.strip_prefix(&format!("{page}/"))?;
        (id.len() == 32).then(|| href.to_owned())
    });
    let link = link.unwrap();
    let mine = an.open(&link).await.form(&link);
    let bram = Browser::of(&world, "bram").await;
    let theirs = bram.open(&link).await.form(&link);
    assert_eq!(bram.send(&theirs.set("status", "fine")).await.status, 303);
    let late = an.send(&mine.set("status", "attention")).await;
    late.says(409, "Iemand anders heeft dit intussen gewijzigd.");
    let again = late.form(&link);
    assert_eq!(an.send(&again).await.status, 303);
}

#[tokio::test]
async fn there_is_one_record_of_availability_and_days_are_read_back_as_ticked() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let path = "begeleiding/inzetbaarheid/nieuw";
    let form = new_form(&an, &world, path).await;
    let asked = an.send(&form.clone().set("inzetbaar", "mediation")).await;
    asked.says(422, "Vul de uren per week in.");
    asked.says(422, "Kies op welke dagen de jongere kan werken of leren.");
    let odd = form
        .set("inzetbaar", "mediation")
        .set("uren", "veel")
        .set("dagen", "fri");
    let refused = an.send(&odd).await;
    refused.says(
        422,
        "Uren per week klopt niet. Vul een geheel getal in van 1 tot 60.",
    );
    let good = odd.set("uren", "38");
    assert_eq!(an.send(&good).await.status, 303);
    let seen = an.open(&address(&world, "begeleiding/inzetbaarheid")).await;
    seen.says(200, "Vrijdag");
    assert!(!seen.shows("Vul de inzetbaarheid in"));
    let second = new_form(&an, &world, path).await;
    let second = second.set("inzetbaar", "unavailable");
    an.send(&second)
        .await
        .says(422, "Dit staat al in het dossier.");
}
