//! The manual, from its first page to its last, as a counsellor does it in a browser without
//! JavaScript: link by link and form by form, with the names that stand on the screen.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;

use crate::support::{Browser, Form, Seen, contents, line, lines, unchanged};
use testkit::{World, at, world};

const STEP: &str = "Onderwijs onderst alternerend leren EEWG019";

/// Where the link with this text leads.
#[track_caller]
fn link(seen: &Seen, text: &str) -> String {
    let found = seen.html.split("<a ").skip(1).find_map(|rest| {
        let (tag, inside) = rest.split_once("</a>")?.0.split_once('>')?;
        (plain(inside) == text).then(|| tag.split_once("href=\"")?.1.split('"').next())?
    });
    let found = found.unwrap_or_else(|| panic!("no link '{text}' in {}", seen.html));
    found.to_owned()
}

/// The text of a piece of mark-up, as it is read.
fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut is_tag = false;
    for sign in html.chars() {
        match sign {
            '<' => is_tag = true,
            '>' => is_tag = false,
            _ if is_tag => {}
            _ => text.push(sign),
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The rows of the list: Datum, Stap (its link only) and Toestand.
fn rows(seen: &Seen) -> Vec<[String; 3]> {
    seen.html
        .split("<tr class=\"govuk-table__row\">")
        .skip(2)
        .map(|row| {
            let cell = |label: &str| {
                let (_, rest) = row
                    .split_once(&format!("data-label=\"{label}\">"))
                    .expect("a column");
                rest.split("</td>").next().unwrap().to_owned()
            };
            let step = cell("Stap");
            let step = step.split("</a>").next().unwrap().to_owned();
            [
                plain(&cell("Datum")),
                plain(&step),
                plain(&cell("Toestand")),
            ]
        })
        .collect()
}

fn row(date: &str, state: &str) -> [String; 3] {
    [date.to_owned(), STEP.to_owned(), state.to_owned()]
}

/// The labels of the fields and buttons that a form shows, for comparing with the manual.
#[track_caller]
fn offers(seen: &Seen, labels: &[&str]) {
    let text = plain(&seen.html);
    for label in labels {
        assert!(text.contains(label), "no '{label}' in {text}");
    }
}

/// Presses the form's button with this name and value.
async fn press(browser: &Browser, form: &Form, name: &str, value: &str) -> Seen {
    browser.send(&form.clone().set(name, value)).await
}

/// From the search to the list of lines of Lotte's dossier, by links only.
async fn steps_of_lotte(an: &Browser, world: &World) -> Seen {
    let found = an.open("/zoeken?q=61000447").await;
    let dossier = an.open(&link(&found, "Lotte Maes")).await;
    let portrait = an.open(dossier.location()).await;
    offers(
        &portrait,
        &["Lotte Maes", "61000447", "Werksituatie", "(00)"],
    );
    let list = an.open(&link(&portrait, "Begeleiding")).await;
    let tab = link(&list, "Stappen naar werk");
    assert_eq!(tab, lines(world.dossier));
    an.open(&tab).await
}

#[tokio::test]
async fn s1_to_r6_the_whole_manual_in_order() {
    let world = world().await;
    let mut an = Browser::nobody(&world);
    // In, with the log-in that the first address leads to.
    let first = an.open("/").await;
    let seen = an.sign_in("an", first.location()).await;
    assert_eq!(seen.location(), "/");
    an.open("/").await.says(200, "Zoek een klant");

    // 2. Stappen naar werk, 'Voeg een stap toe', the kind, 'Toevoegen' (S1).
    let list = steps_of_lotte(&an, &world).await;
    list.says(200, "Nog geen stappen");
    let choose = an.open(&link(&list, "Voeg een stap toe")).await;
    offers(
        &choose,
        &["Stap", "Onderwijs onderst. alternerend leren", "Toevoegen"],
    );
    let kind = choose.form(&format!("{}/nieuw", lines(world.dossier)));
    let detail = an
        .open(&format!("{}?{}", kind.action, kind.encoded()))
        .await;
    offers(
        &detail,
        &[
            "Stap: Onderwijs onderst alternerend leren",
            "Toestand",
            "Bezig Beëindigd Geannuleerd",
            "Datum",
            "Dag",
            "Maand",
            "Jaar",
            "Voorbeeld: 28/08/2025",
            "» huidige datum",
            "Einddatum",
            "Alleen bij toestand Beëindigd",
            "EEWG019 - Onderwijs onderst alternerend leren",
            "Aanvrager",
            "Leerhuis De Brug Stationsstraat 1 (4101)",
            "An Peeters",
            "Aanvrager wijzigen",
            "Uitvoerder wijzigen",
            "Samenvatting",
            "Bevestigen",
            "Terug zonder bevestigen",
        ],
    );

    // S4: '» huidige datum' fills in today; the end stays empty (R1).
    let form = detail.form(&kind.action);
    assert_eq!(form.get("datum_jaar"), "", "nothing is filled in at first");
    let form = press(&an, &form, "vandaag", "datum")
        .await
        .form(&kind.action);
    let date = ["dag", "maand", "jaar"].map(|part| form.get(&format!("datum_{part}")));
    assert_eq!(date, ["28", "05", "2025"]);
    assert_eq!(form.get("einddatum_dag"), "");
    let form = form
        .set("financieringsnummer", "EEWG019")
        .set("samenvatting", "Kennismaking met Lotte.")
        .set("geen_diploma", "ja");
    let done = an.send(&form).await;
    assert_eq!(done.status, 303, "{}", done.html);

    // S9: the line stands in the list.
    let list = an.open(done.location()).await;
    list.says(200, "De stap is geregistreerd.");
    assert_eq!(rows(&list), [row("28/05/2025", "Bezig")]);

    // S10: every later talk goes on with the same line; its history says what changed.
    world.clock.set(at("2025-06-02T09:00:00+02:00"));
    let an = Browser::of(&world, "an").await;
    let list = steps_of_lotte(&an, &world).await;
    let address = link(&list, STEP);
    let form = an.open(&address).await.form(&address);
    assert_eq!(form.get("samenvatting"), "Kennismaking met Lotte.");
    let typed = "Kennismaking met Lotte.\nTweede gesprek: ze wil naar de bakker.";
    let done = an.send(&form.set("samenvatting", typed)).await;
    let list = an.open(done.location()).await;
    list.says(200, "De wijziging is bewaard.");
    assert_eq!(rows(&list), [row("28/05/2025", "Bezig")]);
    let seen = an.open(&address).await;
    let history = an.open(&link(&seen, "Geschiedenis")).await;
    history.says(200, "An Peeters, Leerhuis De Brug");
    history.says(200, "Tweede gesprek: ze wil naar de bakker.");

    // A1, A2: an action within the guidance.
    let actions = an.open(&link(&seen, "Acties (0)")).await;
    let new = link(&actions, "Voeg een actie toe");
    let form = an.open(&new).await.form(&new);
    let form = form
        .date("dag_actie", "02/06/2025")
        .set("soort_actie", "GESPREK")
        .set("duur", "45")
        .set("plaats", "Op school")
        .set("nota", "Over de bakkerij.");
    let done = an.send(&form).await;
    let actions = an.open(done.location()).await;
    actions.says(200, "De actie is geregistreerd.");
    actions.says(200, "1 actie, samen 0 uur 45");
    let seen = an.open(&address).await;
    assert_eq!(link(&seen, "Acties (1)"), format!("{address}/acties"));

    // 2.1: Beëindigd and the end date; the second screen asks the result (R1, R2).
    world.clock.set(at("2025-06-30T16:00:00+02:00"));
    let an = Browser::of(&world, "an").await;
    let form = an.open(&address).await.form(&address);
    let second = an
        .send(
            &form
                .set("toestand", "ended")
                .date("einddatum", "27/06/2025"),
        )
        .await;
    assert_eq!(second.status, 200);
    offers(
        &second,
        &[
            "Stap: Onderwijs onderst alternerend leren",
            "28/05/2025 tot 27/06/2025",
            "EEWG019",
            "Zit nog in een opleiding, of start een andere",
            "Heeft werk",
            "Behaalde een beroeps- of onderwijskwalificatie",
            "De begeleiding stopt om afwezigheid, onwil of gebrek aan motivatie",
            "Resultaatcode",
            "Negatief resultaat",
            "Positief resultaat",
            "Reden",
            "Beëindigd is definitief: je kan dit niet ongedaan maken.",
            "14 dagen lang",
            "Bevestigen",
            "Terug zonder bevestigen",
        ],
    );
    assert_eq!(
        rows(&an.open(&lines(world.dossier)).await),
        [row("28/05/2025", "Bezig")],
        "R1: only the result ends it"
    );
    let form = second.form(&format!("{address}/einde"));
    let form = form.tick("vaststellingen", "opleiding");
    let proposed = press(&an, &form, "doe", "voorstel").await;
    proposed.says(200, "Jij beslist.");
    let form = proposed.form(&form.action);
    assert_eq!(
        (form.get("resultaatcode"), form.get("reden")),
        ("POSITIEF", "P1")
    );
    let done = an.send(&form).await;
    let list = an.open(done.location()).await;
    list.says(200, "De begeleiding is beëindigd.");
    // R5, S9: the end date, and the whole period with it.
    assert_eq!(
        rows(&list),
        [row("27/06/2025", "Beëindigd / Positief resultaat")]
    );
    list.says(200, "Van 28/05/2025 tot 27/06/2025");

    // R3: final; only the summary can be supplemented, and the screen says until when.
    let seen = an.open(&address).await;
    seen.says(200, "Aanvullen kan nog tot en met 14/07/2025, 23.59 uur.");
    assert!(!seen.html.contains("name=\"toestand\"") && !seen.html.contains("<select"));
    let form = seen.form(&format!("{address}/aanvulling"));
    let done = an
        .send(&form.set("aanvulling", "Ze begint op 1 juli."))
        .await;
    let seen = an.open(done.location()).await;
    seen.says(200, "Ze begint op 1 juli.");
    seen.says(200, "Aanvulling van An Peeters, 30/06/2025 16:00");
    seen.says(200, "Tweede gesprek: ze wil naar de bakker.");

    // R6: removed by the provincial coach, whom An asks.
    let ask = link(&seen, "Vraag verwijdering aan de provinciale coach");
    let form = an.open(&ask).await.form(&ask);
    let done = an.send(&form.set("reden", "Het was haar zus.")).await;
    an.open(done.location())
        .await
        .says(200, "De provinciale coach moet nog beslissen.");
    let coach = Browser::of(&world, "coach").await;
    let queue = coach
        .open(&link(&coach.open("/").await, "Verwijderingen"))
        .await;
    let request = link(&queue, "Stap van klant 61000447");
    let form = coach.open(&request).await;
    form.says(200, "Het was haar zus.");
    let done = coach
        .send(&form.form(&format!("{request}/verwijderen")))
        .await;
    assert_eq!(done.location(), "/verwijderingen?gelukt=verwijderd");
    steps_of_lotte(&an, &world)
        .await
        .says(200, "Nog geen stappen");
    an.open("/meldingen")
        .await
        .says(200, "De provinciale coach verwijderde de stap");
    assert_eq!(an.open(&address).await.status, 404);

    // I3: and Lotte reads who was in her dossier.
    let lotte = Browser::of(&world, "lotte").await;
    let mine = format!("/dossier/{}/raadplegingen", world.dossier.address());
    let seen = lotte.open(&mine).await;
    seen.says(200, "An Peeters, Leerhuis De Brug");
    seen.says(200, "Co Ach");
}

#[tokio::test]
async fn s1_looking_at_the_detail_screen_and_going_back_stores_nothing() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let before = contents(&world).await;
    let list = steps_of_lotte(&an, &world).await;
    let choose = link(&list, "Voeg een stap toe");
    an.open(&choose).await.says(200, "Toevoegen");
    let form = an.new_line(world.dossier, "26/05/2025").await;
    // Every button but 'Bevestigen', one after the other.
    let form = press(&an, &form, "vandaag", "datum")
        .await
        .form(&form.action);
    let form = press(&an, &form, "vandaag", "einddatum")
        .await
        .form(&form.action);
    let search = press(&an, &form, "partij", "uitvoerder").await;
    search.says(200, "Uitvoerder wijzigen");
    let form = press(&an, &search.form(&form.action), "zoek", "klaar")
        .await
        .form(&form.action);
    assert_eq!(form.get("samenvatting"), "Eerste gesprek met Lotte.");
    let ended = press(&an, &form, "toestand", "ended").await;
    let second = ended.form(&format!("{}/einde", form.action));
    for screen in [&form, &second] {
        let back = press(&an, screen, "doe", "terug").await;
        assert_eq!(
            (back.status, back.location()),
            (303, lines(world.dossier).as_str())
        );
    }
    unchanged(&world, &before, "'Terug zonder bevestigen' stores nothing").await;
    let list = an.open(&lines(world.dossier)).await;
    list.says(200, "Nog geen stappen");
}

/// An's ongoing line with one talk, and the database as it is then.
async fn ongoing() -> (World, Browser, String, BTreeMap<String, Vec<String>>) {
    let world = world().await;
    let step = world.register(&world.an, world.dossier, "2025-05-20").await;
    world
        .record(&world.an, world.dossier, step, "2025-05-26")
        .await;
    world.clock.advance(1);
    let an = Browser::of(&world, "an").await;
    let before = contents(&world).await;
    let address = line(world.dossier, step);
    (world, an, address, before)
}

#[tokio::test]
async fn r1_leaving_the_second_screen_leaves_the_line_ongoing() {
    let (world, an, address, before) = ongoing().await;
    let form = an.open(&address).await.form(&address);
    assert_eq!(form.get("einddatum_dag"), "", "the end is empty at first");
    let changed = form
        .set("toestand", "ended")
        .set("samenvatting", "Iets nieuws.")
        .date("einddatum", "27/05/2025");
    let second = an.send(&changed).await.form(&format!("{address}/einde"));
    let second = second
        .tick("vaststellingen", "opleiding")
        .set("resultaatcode", "POSITIEF")
        .set("reden", "P1");
    let back = press(&an, &second, "doe", "terug").await;
    assert_eq!(back.location(), lines(world.dossier));
    unchanged(&world, &before, "the second screen was left").await;
    let list = an.open(&lines(world.dossier)).await;
    assert_eq!(rows(&list), [row("20/05/2025", "Bezig")]);
}

#[tokio::test]
async fn s10_back_without_confirming_changes_nothing_on_any_screen() {
    let (world, an, address, before) = ongoing().await;
    let detail = an.open(&address).await.form(&address);
    let detail = detail.set("samenvatting", "Toch niet.");
    let cancel = press(&an, &detail, "toestand", "cancelled").await;
    cancel.says(200, "kies Beëindigd, met een resultaat");
    cancel.says(200, "26/05/2025: Individueel gesprek");
    let cancel = cancel.form(&format!("{address}/annuleren"));
    let cancel = cancel
        .set("reden", "Toch niet.")
        .tick("acties_vervallen", "ja");
    let action = format!("{address}/acties/nieuw");
    let action = an.open(&action).await.form(&action).set("duur", "30");
    for form in [detail, cancel, action] {
        let back = press(&an, &form, "doe", "terug").await;
        assert_eq!(back.status, 303, "{}", form.action);
        unchanged(&world, &before, &form.action).await;
    }
}

#[tokio::test]
async fn c1_c2_a_cancelled_line_disappears_from_the_list() {
    let (world, an, address, before) = ongoing().await;
    let form = an.open(&address).await.form(&address);
    let screen = press(&an, &form, "toestand", "cancelled").await;
    let screen = screen.form(&format!("{address}/annuleren"));
    let seen = an.send(&screen.clone().set("reden", " ")).await;
    seen.refuses(422, "Schrijf waarom deze stap een vergissing is.");
    // The actions it voids have to be agreed to first.
    let filled = screen.set("reden", "De verkeerde Lotte.");
    let seen = an.send(&filled).await;
    seen.refuses(422, "Ze vervallen mee.");
    assert_eq!(
        seen.form(&filled.action).get("reden"),
        "De verkeerde Lotte."
    );
    unchanged(&world, &before, "not agreed yet").await;
    let done = an
        .send(&seen.form(&filled.action).tick("acties_vervallen", "ja"))
        .await;
    let list = an.open(done.location()).await;
    list.says(
        200,
        "De stap is geannuleerd en staat niet meer in de lijst.",
    );
    list.says(200, "Nog geen stappen");
    assert_eq!(an.open(&address).await.status, 404);
    // It is kept, with who and why, in the dossier's history.
    let history = an.open(&format!("{address}/geschiedenis")).await;
    history.says(200, "De verkeerde Lotte.");
    history.says(200, "An Peeters");
}

#[tokio::test]
async fn s12_a_line_that_is_registered_straight_as_beeindigd_asks_for_its_result_first() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let form = an.new_line(world.dossier, "05/05/2025").await;
    let before = contents(&world).await;
    let form = form
        .set("toestand", "ended")
        .date("einddatum", "27/05/2025");
    let second = an.send(&form).await;
    unchanged(&world, &before, "the result is not given yet").await;
    let second = second.form(&format!("{}/einde", form.action));
    let second = second
        .tick("vaststellingen", "afwezigheid")
        .tick("vaststellingen", "opleiding")
        .set("resultaatcode", "NEGATIEF");
    let seen = an.send(&second).await;
    seen.refuses(422, "Kies de reden die bij dit einde past.");
    let proposed = press(&an, &seen.form(&second.action), "doe", "voorstel").await;
    let done = an.send(&proposed.form(&second.action)).await;
    let list = an.open(done.location()).await;
    assert_eq!(
        rows(&list),
        [row("27/05/2025", "Beëindigd / Negatief resultaat")]
    );
}

#[tokio::test]
async fn s6_requester_and_provider_are_found_by_organisation_and_then_person() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let form = an.new_line(world.dossier, "26/05/2025").await;
    let search = press(&an, &form, "partij", "uitvoerder").await;
    search.says(200, "Kies een persoon bij Leerhuis De Brug");
    search.says(200, "Bram Claes");
    let search = search.form(&form.action);
    let found = an
        .send(
            &search
                .clone()
                .set("zoek_organisatie", "Werkatelier")
                .set("zoek", "organisatie"),
        )
        .await;
    found.says(200, "Werkatelier Noord Dok 12 (4202)");
    let people = press(&an, &search, "eenheid", &world.b.unit.id.address()).await;
    people.says(200, "Carla Nys");
    // Carla's organisation has no grant on this dossier (I2): told at the field, and nothing is lost.
    let chosen = press(&an, &search, "persoon", &world.carla.person.address()).await;
    let back = chosen.form(&form.action);
    assert_eq!(back.get("samenvatting"), "Eerste gesprek met Lotte.");
    let seen = an.send(&back).await;
    seen.refuses(422, "heeft geen inzagerecht op dit dossier");
    // Bram's has.
    let chosen = press(&an, &search, "persoon", &world.bram.person.address()).await;
    let done = an.send(&chosen.form(&form.action)).await;
    assert_eq!(done.status, 303, "{}", done.html);
    let list = an.open(done.location()).await;
    let seen = an.open(&link(&list, STEP)).await;
    seen.says(200, "Bram Claes");
}

#[tokio::test]
async fn s8_a_second_ongoing_line_is_refused_with_the_way_to_the_first() {
    let (world, an, address, before) = ongoing().await;
    let form = an.new_line(world.dossier, "26/05/2025").await;
    let seen = an.send(&form).await;
    seen.refuses(
        422,
        "Deze begeleiding loopt al bij jullie, sinds 20/05/2025.",
    );
    assert!(seen.html.contains(&format!("href=\"{address}\"")));
    unchanged(&world, &before, "one ongoing line").await;
}
