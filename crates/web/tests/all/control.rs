//! 'Controle', 'Rapport', and what the system manager sets for them: mandates, projects, retention.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::support::Browser;
use domain::people::Role;
use domain::studies::Certificate;
use testkit::{World, at, world};

const MANDATES: &str = "/systeem/opdrachten";
const PROJECTS: &str = "/systeem/projecten";

/// What names somebody or leads to a dossier.
fn names(world: &World) -> [String; 6] {
    [
        "Lotte".to_owned(),
        "Maes".to_owned(),
        "61000447".to_owned(),
        "An Peeters".to_owned(),
        "/dossier/".to_owned(),
        world.dossier.address(),
    ]
}

#[tokio::test]
async fn the_controller_sees_lines_without_anybodys_name() {
    let world = world().await;
    let step = world.register(&world.an, world.dossier, "2025-05-01").await;
    world
        .end(&world.an, world.dossier, step, "2025-05-27")
        .await;
    let browser = Browser::of(&world, "controller").await;
    browser.open("/controle").await.says(200, "Geen opdracht");
    let id = world.mandate().await.address();
    let seen = browser
        .open(&format!("/controle?opdracht={id}&toestand=ended"))
        .await;
    for text in [
        "01/05/2025",
        "27/05/2025",
        ">Positief resultaat</strong>",
        "De jongere zet de opleiding verder of start een andere opleiding",
        "Leerhuis De Brug",
        "Geen studie bekend, nagevraagd bij de jongere",
        "1 begeleiding op deze pagina: 1 met een positief resultaat.",
        ">P-",
    ] {
        seen.says(200, text);
    }
    for secret in names(&world) {
        assert!(!seen.html.contains(&secret), "{secret}");
    }
    let lotte = Browser::of(&world, "lotte").await;
    let looked = format!("/dossier/{}/raadplegingen", world.dossier.address());
    let own = lotte.open(&looked).await;
    own.says(200, "De lijst van een project, voor een controle");
    own.says(200, "Tom Controle");
}

#[tokio::test]
async fn a_diploma_that_came_up_later_shows_in_the_list() {
    let world = world().await;
    world.register(&world.an, world.dossier, "2025-05-01").await;
    let diploma = Some(Certificate::SecondaryDiploma);
    world
        .add_study(&world.an, world.dossier, "2024-06-30", diploma)
        .await;
    world.mandate().await;
    let seen = Browser::of(&world, "controller")
        .await
        .open("/controle")
        .await;
    seen.says(200, ">te controleren</strong>");
    seen.says(200, "Te controleren: 1.");
}

#[tokio::test]
async fn an_address_of_nothing_is_not_found_and_tells_nothing() {
    let world = world().await;
    world.register(&world.an, world.dossier, "2025-05-01").await;
    let theirs = world.mandate().await.address();
    world.person("els", "Els Controle", Role::Controller).await;
    let els = Browser::of(&world, "els").await;
    let absent = "0123456789abcdef0123456789abcdef";
    let mut bodies = Vec::new();
    for id in [theirs.as_str(), absent, "%3Cscript%3E"] {
        for page in ["/controle", "/rapport", "/rapport/csv"] {
            let seen = els.open(&format!("{page}?opdracht={id}")).await;
            assert_eq!(seen.status, 404, "{page} {id}");
            bodies.push((seen.html, format!("{:?}", seen.headers)));
        }
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "the same bytes");
    let system = Browser::of(&world, "system").await;
    for odd in [
        "nummer=NIETS",
        "nummer=%00",
        "jaar=1999-2000",
        "jaar=x",
        "nummer=EEWG019&jaar=2024-2026",
    ] {
        assert_eq!(
            system.open(&format!("/rapport?{odd}")).await.status,
            404,
            "{odd}"
        );
    }
    // An odd place in the list is its beginning.
    let controller = Browser::of(&world, "controller").await;
    for odd in ["na=x", "na=2025-13-01~P-", "na=2025-05-01", "toestand=x"] {
        assert_eq!(
            controller.open(&format!("/controle?{odd}")).await.status,
            200,
            "{odd}"
        );
    }
}

#[tokio::test]
async fn a_report_hides_small_numbers_on_the_page_and_in_the_file() {
    let world = world().await;
    world.register(&world.an, world.dossier, "2025-03-01").await;
    let numbers = (61_001_000_u32..).map(|it| it.to_string());
    for (place, number) in numbers.take(24).enumerate() {
        let dossier = world.client(&number, "Lien", "Claes").await;
        world.grant_to(dossier, &world.a).await;
        let step = world.register(&world.an, dossier, "2025-03-03").await;
        if place < 12 {
            world.end(&world.an, dossier, step, "2025-04-30").await;
        }
    }
    world.clock.set(at("2025-06-02T10:00:00+02:00"));
    world.mandate().await;
    for (user, address) in [
        ("controller", "/rapport"),
        ("dirk", "/rapport?nummer=EEWG019&jaar=2024-2025"),
        ("system", "/rapport?jaar=2024-2025"),
    ] {
        let browser = Browser::of(&world, user).await;
        let seen = browser.open(address).await;
        seen.says(200, "Begeleidingen in totaal: <strong>25</strong>");
        seen.says(200, "Stand op 31/05/2025.");
        seen.says(200, "verborgen");
        for secret in ["Lotte", "Claes", "An Peeters"] {
            assert!(!seen.html.contains(secret), "{user}: {secret}");
        }
    }
    let browser = Browser::of(&world, "controller").await;
    let file = browser.open("/rapport/csv").await;
    assert_eq!(file.status, 200);
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    let policy = "default-src 'none'; sandbox; frame-ancestors 'none'";
    assert_eq!(file.header("content-security-policy"), policy);
    assert_eq!(
        file.header("content-disposition"),
        "attachment; filename=\"rapport-EEWG019-2024-2025.csv\""
    );
    assert!(
        file.html
            .starts_with("\u{feff}Rapport;Onderdeel;Aantal\r\n")
    );
    assert!(file.html.contains("Totaal;Alle begeleidingen;25\r\n"));
    assert!(
        file.html
            .contains("Toestand, resultaat en reden;Beëindigd;12\r\n")
    );
    let negative = "Toestand, resultaat en reden;Negatief resultaat;verborgen\r\n";
    assert!(file.html.contains(negative), "{}", file.html);
    // The name of an organisation that is a formula is a text.
    let odd = world
        .casework
        .create_organisation("=cmd|' /C calc'!A0", None)
        .await
        .unwrap();
    let unit = world
        .casework
        .create_unit(odd, "X", "Y", "1")
        .await
        .unwrap();
    let house = testkit::House {
        id: odd,
        unit: unit.clone(),
    };
    let user = casework::NewUser {
        user_name: "odd".to_owned(),
        name: "Odd".to_owned(),
        role: Role::Counsellor,
        unit: Some(unit.id),
        own_dossier: None,
    };
    let person = world
        .casework
        .create_user(&user, testkit::PASSWORD)
        .await
        .unwrap();
    let actor = domain::people::Actor {
        person,
        name: "Odd".to_owned(),
        role: Role::Counsellor,
        unit: Some(unit),
        own_dossier: None,
        confirmed: domain::login::Confirmed::AtTheMachine,
    };
    let dossier = world.client("61000546", "Noor", "Aerts").await;
    world.grant_to(dossier, &house).await;
    world.register(&actor, dossier, "2025-05-20").await;
    world.clock.set(at("2025-07-02T10:00:00+02:00"));
    let browser = Browser::of(&world, "controller").await;
    let file = browser.open("/rapport/csv?jaar=2024-2025").await;
    assert!(file.html.contains(";'=cmd|"), "{}", file.html);
    assert!(!file.html.contains(";="));
}

#[tokio::test]
async fn the_system_manager_gives_and_ends_a_mandate() {
    let world = world().await;
    let browser = Browser::of(&world, "system").await;
    let form = browser
        .open(&format!("{MANDATES}/nieuw"))
        .await
        .form(&format!("{MANDATES}/nieuw"));
    let seen = browser.send(&form).await;
    seen.refuses(422, "Vul de gebruikersnaam van de controleur in.");
    seen.says(422, "Vul het kenmerk in.");
    let filled = form
        .set("controleur", "controller")
        .set("kenmerk", "ESF-controle 2025/114")
        .date("lijnen_van", "01/09/2024")
        .date("lijnen_tot", "31/08/2023")
        .date("geldig_van", "01/01/2025")
        .date("geldig_tot", "02/01/2025");
    let seen = browser.send(&filled).await;
    seen.refuses(422, "De laatste dag ligt voor de eerste dag.");
    seen.says(422, "Deze opdracht zou al voorbij zijn.");
    let wrong = filled.clone().set("controleur", "an");
    browser
        .send(&wrong)
        .await
        .refuses(422, "Er is geen ESF-controleur met deze gebruikersnaam.");
    let right = filled
        .date("lijnen_tot", "31/08/2025")
        .date("geldig_tot", "31/12/2025");
    let seen = browser.send(&right).await;
    assert_eq!(
        (seen.status, seen.location()),
        (303, "/systeem/opdrachten?gelukt=opdracht")
    );
    let again = browser.send(&right).await;
    assert_eq!(again.status, 303, "T2: the same form is the same mandate");
    let list = browser.open(MANDATES).await;
    assert_eq!(list.html.matches("ESF-controle 2025/114</td>").count(), 0);
    list.says(200, "ESF-controle 2025/114");
    Browser::of(&world, "controller")
        .await
        .open("/controle")
        .await
        .says(200, "EEWG019: ESF-controle 2025/114");

    let end = list.form(&format!("{MANDATES}/beeindigen"));
    let seen = browser.send(&end).await;
    assert_eq!(
        seen.location(),
        "/systeem/opdrachten?gelukt=opdracht-beeindigd"
    );
    let other_key = end.set(
        "sleutel",
        list.form("/systeem/opdrachten/beeindigen").get("sleutel"),
    );
    assert_eq!(browser.send(&other_key).await.status, 303, "T2");
    Browser::of(&world, "controller")
        .await
        .open("/controle")
        .await
        .says(200, "Geen opdracht");
}

#[tokio::test]
async fn h8_a_project_is_changed_by_two_and_the_privacy_officer_reads_numbers() {
    let world = world().await;
    world
        .person("sys2", "Tweede Beheer", Role::SystemManager)
        .await;
    let (one, two) = (
        Browser::of(&world, "system").await,
        Browser::of(&world, "sys2").await,
    );
    one.open(PROJECTS)
        .await
        .says(200, "Niets ingevuld: alles van dit project wordt bewaard.");
    let change = format!("{PROJECTS}/wijzigen");
    let form = one
        .open(&format!("{change}?nummer=EEWG019"))
        .await
        .form(&change);
    assert_eq!(form.get("nummer"), "EEWG019");
    let seen = one.send(&form).await;
    seen.refuses(422, "Kies volgens welke regels het project betaald wordt.");
    seen.says(422, "Kies of er een bewaarbevel is.");
    let filled = form
        .set("regime", "ESF_PLUS")
        .set("bewaarbevel", "tot")
        .set("waarom", "Brief van 12 maart.")
        .date("betaald", "29/05/2025")
        .date("bevel_tot", "01/01/2025");
    let seen = one.send(&filled).await;
    seen.refuses(422, "De laatste betaling kan niet in de toekomst liggen.");
    seen.says(422, "Dit bewaarbevel zou al voorbij zijn.");
    let right = filled
        .date("betaald", "20/05/2025")
        .date("bevel_tot", "31/12/2030");
    assert_eq!(one.send(&right).await.status, 303);

    let decide = format!("{PROJECTS}/beslissen");
    let own = one.open(PROJECTS).await;
    own.says(200, "Trek je voorstel in");
    assert!(!own.shows(">Bevestig<"));
    // A hand that sends it all the same is refused.
    let forged = own.form(&decide).set("beslissing", "bevestigen");
    one.send(&forged)
        .await
        .refuses(409, "Je eigen voorstel bevestig je niet zelf.");
    let theirs = two.open(PROJECTS).await;
    let confirm = theirs.form(&decide).set("beslissing", "bevestigen");
    assert_eq!(two.send(&confirm).await.status, 303);
    one.open(PROJECTS)
        .await
        .says(200, "Ja, tot en met 31/12/2030");

    let fg = Browser::of(&world, "fg").await;
    fg.open("/bewaartermijnen")
        .await
        .says(200, "Nog niet geteld");
    world.casework.retention_dry_run().await.unwrap();
    for browser in [&fg, &one] {
        let seen = browser.open("/bewaartermijnen").await;
        seen.says(200, "Geteld op 28/05/2025");
        seen.says(200, "Er wordt niets vanzelf gewist.");
        seen.says(200, "ESF+ 2021-2027: 5 jaar");
    }
    assert_eq!(fg.open(PROJECTS).await.status, 403);
}
