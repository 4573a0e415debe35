//! The sections that a counsellor fills in, as the counsellor, the mediator, the client and another organisation
//! see them.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::support::{Browser, Form};
use testkit::{World, world};

/// Each section: where it stands, the title of its empty state, and the link to add a first record.
const SECTIONS: &[(&str, &str, &str)] = &[
    ("vacatures", "Nog geen vacatures", "Voeg een vacature toe"),
    ("persoonsgegevens", "Nog geen talen", "Voeg een taal toe"),
    (
        "competentieontwikkeling",
        "Nog geen opleidingen",
        "Voeg een opleiding of stage toe",
    ),
    (
        "begeleiding/traject",
        "Nog geen doelen",
        "Voeg een doel toe",
    ),
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

/// The address of a page of the dossier.
pub(crate) fn address(world: &World, path: &str) -> String {
    format!("/dossier/{}/{path}", world.dossier.address())
}

/// The form at an address.
pub(crate) async fn new_form(browser: &Browser, world: &World, path: &str) -> Form {
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
            // Also there a day is written as everywhere.
            assert!(!seen.html.contains(">2025-"), "{path}");
            assert!(seen.shows(&world.an.name), "{path}");
            assert_eq!(seen.shows(">Wijzig<"), may_edit, "{name}, {path}");
        }
    }
}

#[tokio::test]
async fn words_are_looked_for_on_the_page_of_a_section() {
    let world = world().await;
    let fill = |field: &str| format!("Été van {field}");
    world.fill_sections(&world.an, world.dossier, fill).await;
    let an = Browser::of(&world, "an").await;
    for (path, empty, _) in SECTIONS {
        let page = address(&world, path);
        let seen = an.open(&format!("{page}?zoek=VAN+ete")).await;
        seen.says(200, "gevonden.");
        seen.says(200, "Toon alles");
        let seen = an.open(&format!("{page}?zoek=bestaat+niet")).await;
        seen.says(200, "Niets gevonden.");
        // Nothing found is not nothing there.
        assert!(!seen.shows(empty), "{path}");
        // A page with little on it offers nothing to look with.
        assert!(!an.open(&page).await.shows("Zoek op deze pagina"), "{path}");
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
    late.says(409, "Wat er intussen veranderde");
    assert!(late.shows("Bram"), "who did it");
    assert!(late.html.contains("<ins>In orde</ins>"), "{}", late.html);
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
        "Vul bij uren per week een geheel getal in van 1 tot 60.",
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

#[tokio::test]
async fn a_goal_has_an_outcome_with_its_day_and_agreements_stand_on_a_sheet() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let goal = new_form(&an, &world, "begeleiding/traject/doelen/nieuw").await;
    let goal = goal.set("soort_doel", "workplace").set("doel", "Hulpkok");
    let closed = goal.clone().date("afgesloten", "01/05/2025");
    an.send(&closed).await.says(422, "Kies ook de uitkomst.");
    let open = goal.clone().set("uitkomst", "achieved");
    an.send(&open)
        .await
        .says(422, "Vul de dag in: dag, maand en jaar.");
    let future = open.date("afgesloten", "01/01/2030");
    an.send(&future)
        .await
        .says(422, "De dag ligt in de toekomst.");
    assert_eq!(an.send(&goal).await.status, 303);

    let sheet = address(&world, "begeleiding/traject/afsprakenblad");
    an.open(&sheet).await.says(200, "Nog geen afspraken");
    let agreement = new_form(&an, &world, "begeleiding/traject/afspraken/nieuw").await;
    let bare = an.send(&agreement).await;
    bare.says(422, "Kies wie dit doet: de jongere of de begeleider.");
    let agreement = agreement
        .set("afspraak", "<b>Cv</b> schrijven")
        .set("wie_doet", "client")
        .date("tegen", "01/05/2025");
    assert_eq!(an.send(&agreement).await.status, 303);
    let lotte = Browser::of(&world, "lotte").await;
    let seen = lotte.open(&sheet).await;
    seen.says(200, "Handtekening jongere");
    seen.says(200, "Te laat");
    assert!(seen.html.contains("&#60;b&#62;Cv&#60;/b&#62; schrijven"));
    let page = lotte.open(&address(&world, "begeleiding/traject")).await;
    assert!(page.html.contains(&format!("href=\"{sheet}\"")));
}

#[tokio::test]
async fn a_vacancy_leads_only_to_the_web_and_the_client_says_to_have_applied() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let page = address(&world, "vacatures");
    let form = new_form(&an, &world, "vacatures/nieuw").await;
    let form = form
        .set("soort_vacature", "workplace")
        .set("job", "Hulpkok")
        .set("werkgever", "De Gouden Lepel");
    for odd in [
        "javascript:alert(1)",
        "data:text/html,x",
        "voorbeeld.be",
        "https://bank.be@voorbeeld.be/",
    ] {
        let refused = an.send(&form.clone().set("link", odd)).await;
        refused.says(422, "De link klopt niet.");
        assert!(refused.html.contains("href=\"#link\""), "{odd}");
    }
    let form = form.set("link", "https://voorbeeld.be/?a=\"><b>");
    let assigned = form.clone().set("stand", "assigned");
    an.send(&assigned)
        .await
        .says(422, "Vul in tegen welke dag de jongere solliciteert.");
    assert_eq!(an.send(&form).await.status, 303);
    let seen = an.open(&page).await;
    let link =
        "<a class=\"govuk-link\" href=\"https://voorbeeld.be/?a=%22%3E%3Cb%3E\" rel=\"noopener";
    assert!(seen.html.contains(link));
    assert!(!seen.shows("Ik heb gesolliciteerd"));

    let lotte = Browser::of(&world, "lotte").await;
    let seen = lotte.open(&page).await;
    seen.says(200, "Ik heb gesolliciteerd");
    let asks = seen.html.split("href=\"").find_map(|rest| {
        let href = rest.split('"').next()?;
        href.ends_with("/gesolliciteerd").then(|| href.to_owned())
    });
    let asks = asks.unwrap();
    let form = lotte.open(&asks).await.form(&asks);
    let second = lotte.open(&asks).await.form(&asks);
    let saved = lotte.send(&form).await;
    assert_eq!(saved.location(), format!("{page}?gelukt=gesolliciteerd"));
    let seen = lotte.open(saved.location()).await;
    seen.says(200, "Je begeleider ziet nu dat je gesolliciteerd hebt.");
    assert!(!seen.shows("Ik heb gesolliciteerd"));
    lotte
        .send(&second)
        .await
        .says(422, "Voor deze vacature staat al dat je solliciteerde");
    assert_eq!(an.open(&asks).await.status, 403);
}

#[tokio::test]
async fn a_training_with_a_result_has_ended_and_a_score_is_one_of_five() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let training = new_form(&an, &world, "competentieontwikkeling/opleidingen/nieuw").await;
    let training = training
        .set("opleiding", "Keukenhulp")
        .set("aanbieder", "Opleidingscentrum Dijle")
        .set("soort_opleiding", "course")
        .date("van", "06/01/2025")
        .set("resultaat_opleiding", "passed");
    an.send(&training).await.says(422, "Vul de einddatum in.");
    let odd = training.clone().set("uren_gevolgd", "-1");
    an.send(&odd).await.says(
        422,
        "Vul bij uren gevolgd een geheel getal in van 0 tot 5000.",
    );
    let good = training.date("tot", "16/05/2025").set("uren_gevolgd", "96");
    assert_eq!(an.send(&good).await.status, 303);
    let competence = new_form(&an, &world, "competentieontwikkeling/competenties/nieuw").await;
    let competence = competence
        .set("competentie", "Op tijd komen")
        .set("as", "work");
    for odd in ["", "0", "6", "drie"] {
        let refused = an.send(&competence.clone().set("score", odd)).await;
        assert_eq!(refused.status, 422, "{odd}");
    }
    assert_eq!(an.send(&competence.set("score", "2")).await.status, 303);
    let seen = an.open(&address(&world, "competentieontwikkeling")).await;
    seen.says(200, "Geslaagd");
    seen.says(200, "2: met veel hulp");
}
