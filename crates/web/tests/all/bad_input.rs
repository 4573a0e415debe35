//! What people type by mistake, send twice, leave open too long or make up: a sentence at the right
//! field, the typed text still there, nothing stored. And never a page that says the program broke.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::support::{Browser, FORM, Form, Seen, contents, line, lines, unchanged};
use axum::body::Body;
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use domain::ids::StepId;
use testkit::{World, at, note, world};

const DAY: i64 = 24 * 60 * 60;

/// An's browser in a world with one ongoing line of hers.
async fn with_a_line() -> (World, Browser, StepId) {
    let world = world().await;
    let step = world.register(&world.an, world.dossier, "2025-05-20").await;
    // Two changes never come at the same microsecond.
    world.clock.advance(1);
    let an = Browser::of(&world, "an").await;
    (world, an, step)
}

/// How much is stored about Lotte.
async fn stored(world: &World) -> usize {
    world.journal(world.dossier).await.len()
}

/// How many lines she has, as the list shows them.
async fn listed(browser: &Browser, world: &World) -> usize {
    let seen = browser.open(&lines(world.dossier)).await;
    assert_eq!(seen.status, 200);
    seen.html.matches("data-label=\"Toestand\"").count()
}

/// The form for a new line with something wrong in it comes back with a sentence, keeps what was
/// typed and stores nothing.
async fn refused_at_registering(change: impl FnOnce(Form) -> Form, sentence: &str) -> Seen {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let before = stored(&world).await;
    let form = change(an.new_line(world.dossier, "26/05/2025").await);
    let seen = an.send(&form).await;
    seen.refuses(422, sentence);
    let errors = seen.html.matches("class=\"govuk-error-message\"").count();
    assert_eq!(
        errors, 1,
        "only what is wrong is called wrong: {}",
        seen.html
    );
    let back = seen.form(&form.action);
    for (name, value) in &form.fields {
        if name != "sleutel" && name != "financieringsnummer" && name != "toestand" {
            assert_eq!(back.get(name), value, "{name} is kept");
        }
    }
    assert_eq!(stored(&world).await, before, "nothing is stored");
    seen
}

#[tokio::test]
async fn s1_a_well_filled_in_form_registers_one_line() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let form = an.new_line(world.dossier, "26/05/2025").await;
    let seen = an.send(&form).await;
    let list = format!("{}?gelukt=geregistreerd", lines(world.dossier));
    assert_eq!(seen.status, 303, "{}", seen.html);
    assert_eq!((seen.status, seen.location()), (303, list.as_str()));
    assert_eq!(listed(&an, &world).await, 1);
}

#[tokio::test]
async fn s1_the_31st_of_february_does_not_exist() {
    let sentence = "31/2/2025 bestaat niet. Kijk dag en maand na.";
    refused_at_registering(|form| form.date("datum", "31/2/2025"), sentence).await;
}

#[tokio::test]
async fn s1_a_year_of_two_digits_is_asked_in_full() {
    let sentence = "Schrijf het jaar met vier cijfers, zoals 2025.";
    refused_at_registering(|form| form.date("datum", "20/05/25"), sentence).await;
}

#[tokio::test]
async fn s1_letters_are_no_day() {
    let sentence = "Gebruik alleen cijfers voor dag, zoals in 28/08/2025.";
    refused_at_registering(|form| form.date("datum", "twintig/05/2025"), sentence).await;
    let sentence = "Gebruik alleen cijfers voor maand, zoals in 28/08/2025.";
    refused_at_registering(|form| form.date("datum", "20/mei/2025"), sentence).await;
    let sentence = "Gebruik alleen cijfers voor jaar, zoals in 28/08/2025.";
    refused_at_registering(|form| form.date("datum", "20/05/ééntje"), sentence).await;
}

#[tokio::test]
async fn s1_an_odd_day_is_never_more_than_a_sentence() {
    for odd in [
        "//",
        "0/0/0000",
        "-1/05/2025",
        "20/05/99999",
        "٢٠/٠٥/٢٠٢٥",
        "20/13/2025",
        "99999999999999999999/1/2025",
        " 20 / 05 / 0000 ",
        "💥/💥/💥",
    ] {
        refused_at_registering(|form| form.date("datum", odd), "Er is een probleem").await;
    }
}

#[tokio::test]
async fn s1_an_unknown_funding_number_has_to_be_chosen_again() {
    for made_up in ["EEWG999", "<script>", "x", "", "' OR 1=1 --"] {
        let change = |form: Form| form.set("financieringsnummer", made_up);
        refused_at_registering(change, "financieringsnummer").await;
    }
}

#[tokio::test]
async fn s1_a_person_who_does_not_exist_is_no_provider() {
    for made_up in ["", "x", "00000000000040008000000000000001"] {
        let world = world().await;
        let an = Browser::of(&world, "an").await;
        let before = stored(&world).await;
        let form = an.new_line(world.dossier, "26/05/2025").await;
        let seen = an.send(&form.set("uitvoerder", made_up)).await;
        seen.refuses(422, "uitvoerder");
        assert_eq!(stored(&world).await, before);
    }
}

#[tokio::test]
async fn s12_a_line_cannot_begin_as_geannuleerd() {
    let change = |form: Form| form.set("toestand", "cancelled");
    refused_at_registering(change, "Geannuleerd").await;
}

#[tokio::test]
async fn s12_a_state_that_does_not_exist_stores_no_ended_line() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    for made_up in ["removed", "", "Beëindigd", "ongoing\u{0}"] {
        let before = stored(&world).await;
        let form = an.new_line(world.dossier, "26/05/2025").await;
        let seen = an.send(&form.set("toestand", made_up)).await;
        seen.refuses(422, "Kies de toestand uit de lijst.");
        assert_eq!(stored(&world).await, before, "{made_up}");
    }
}

#[tokio::test]
async fn s3_a_summary_of_2_mb_comes_back_whole() {
    let much = "Lotte ging naar de opleiding. ".repeat(70_000);
    assert!(much.len() > 2_000_000);
    let much = much.trim_end();
    let change = |form: Form| form.set("samenvatting", much);
    refused_at_registering(change, "Samenvatting is te lang").await;
}

#[tokio::test]
async fn a_form_of_more_than_4_mb_is_too_large() {
    let (world, an, step) = with_a_line().await;
    let before = stored(&world).await;
    let form = an.line(world.dossier, step).await;
    let form = form.set("samenvatting", &"a".repeat(4 * 1024 * 1024));
    let seen = an.send(&form).await;
    seen.says(413, "Wat je stuurde is te groot: meer dan 4 MB.");
    assert_eq!(stored(&world).await, before);
}

#[tokio::test]
async fn control_characters_are_refused_with_the_field_named() {
    for odd in ["een\u{0}twee", "een\u{7}twee", "een\u{1b}[2Jtwee"] {
        let (world, an, step) = with_a_line().await;
        let before = stored(&world).await;
        let form = an.line(world.dossier, step).await;
        let seen = an.send(&form.set("samenvatting", odd)).await;
        seen.refuses(422, "Samenvatting bevat tekens die niet kunnen.");
        assert_eq!(stored(&world).await, before);
    }
}

#[tokio::test]
async fn what_is_no_form_of_ours_is_unreadable() {
    let (world, an, step) = with_a_line().await;
    let before = stored(&world).await;
    let address = line(world.dossier, step);
    let odd: [(&str, &[u8]); 4] = [
        (FORM, b"samenvatting=%FF%FE"),
        (FORM, b"samenvatting=\xff\xfe"),
        ("application/json", br#"{"samenvatting":"x"}"#),
        ("multipart/form-data; boundary=x", b"--x--"),
    ];
    for (kind, body) in odd {
        let request = an
            .request(Method::POST, &address)
            .header(CONTENT_TYPE, kind);
        let seen = an.ask(request, Body::from(body.to_vec())).await;
        seen.says(400, "Dit formulier is onleesbaar");
    }
    // More fields than any form of ours has.
    let seen = an.post(&address, "a=b&".repeat(100_000)).await;
    assert_eq!(seen.status, 400);
    assert_eq!(stored(&world).await, before);
}

#[tokio::test]
async fn a_method_that_a_page_does_not_have_is_said_so() {
    let (world, an, step) = with_a_line().await;
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        for address in [line(world.dossier, step), "/aanmelden".to_owned()] {
            let request = an.request(method.clone(), &address);
            let seen = an.ask(request, Body::empty()).await;
            seen.says(405, "Dit kan hier niet");
        }
    }
    let odd = Method::from_bytes(b"BREW").unwrap();
    let seen = an.ask(an.request(odd, "/"), Body::empty()).await;
    assert_eq!(seen.status, 405);
    // A form's address that is no page.
    let seen = an
        .open(&format!("{}/annuleren", line(world.dossier, step)))
        .await;
    assert_eq!(seen.status, 405);
}

#[tokio::test]
async fn an_address_that_was_made_up_is_not_found() {
    let (world, an, step) = with_a_line().await;
    let foreign = world.client("61000546", "Noor", "Aerts").await;
    let own = line(world.dossier, step);
    let not_there = an.open(&lines(foreign)).await;
    not_there.says(404, "Niet gevonden");
    for address in [
        "/dossier/onzin/stappen".to_owned(),
        "/dossier/%00/stappen".to_owned(),
        "/dossier/%3Cscript%3E/stappen".to_owned(),
        "/dossier/..%2F..%2Fetc%2Fpasswd".to_owned(),
        format!("/dossier/{}x/stappen", world.dossier.address()),
        format!("{}/onzin", lines(world.dossier)),
        format!("{own}/acties/onzin"),
        format!("{own}/onzin"),
        format!("/dossier/{}/begeleiding/onzin", world.dossier.address()),
        "/verwijderd".to_owned(),
        format!("/{}", "a".repeat(8_000)),
    ] {
        let seen = an.open(&address).await;
        assert_eq!(seen.status, 404, "{address}");
        assert_eq!(seen.html, not_there.html, "{address}");
    }
}

#[tokio::test]
async fn i2_searching_an_unknown_number_says_the_same_as_a_foreign_one() {
    let (world, an, _) = with_a_line().await;
    world.client("61000546", "Noor", "Aerts").await;
    let known = an.open("/zoeken?q=61000447").await;
    assert!(known.shows("Lotte Maes"));
    let foreign = an.open("/zoeken?q=61000546").await;
    let unknown = an.open("/zoeken?q=61000645").await;
    assert_eq!((foreign.status, unknown.status), (200, 200));
    assert!(!foreign.shows("Noor"));
    assert_eq!(
        foreign.html.replace("61000546", "X"),
        unknown.html.replace("61000645", "X")
    );
    for odd in ["%00", "%25", "_", "*", "%27%20OR%201%3D1", "%FF", "\""] {
        let seen = an
            .open(&format!("/zoeken?q={}", odd.replace('"', "%22")))
            .await;
        assert_eq!(seen.status, 200, "{odd}");
        assert!(!seen.shows("Noor") && !seen.shows("Lotte"), "{odd}");
    }
}

#[tokio::test]
async fn t2_a_form_that_is_sent_twice_stores_one_line() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let form = an.new_line(world.dossier, "26/05/2025").await;
    let (first, second) = tokio::join!(an.send(&form), an.send(&form));
    let third = an.send(&form).await;
    assert_eq!(first.status, 303);
    for again in [second, third] {
        assert_eq!(
            (again.status, again.location()),
            (first.status, first.location())
        );
    }
    assert_eq!(listed(&an, &world).await, 1);
}

#[tokio::test]
async fn t2_an_action_that_is_sent_twice_is_recorded_once() {
    let (world, an, step) = with_a_line().await;
    let address = format!("{}/acties/nieuw", line(world.dossier, step));
    let form = an.open(&address).await.form(&address);
    let form = form
        .date("dag_actie", "21/05/2025")
        .set("soort_actie", "GESPREK")
        .set("duur", "60");
    let first = an.send(&form).await;
    let second = an.send(&form).await;
    assert_eq!(first.status, 303);
    assert_eq!(first.location(), second.location());
    let list = an.open(first.location()).await;
    assert!(list.shows("1 actie, samen 1 uur 00"), "{}", list.html);
}

#[tokio::test]
async fn t2_the_key_of_somebody_else_gives_nothing_away() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let bram = Browser::of(&world, "bram").await;
    let form = an.new_line(world.dossier, "26/05/2025").await;
    assert_eq!(an.send(&form).await.status, 303);
    let seen = bram.send(&form).await;
    assert_ne!(seen.status, 303);
    assert_eq!(listed(&an, &world).await, 1);
}

#[tokio::test]
async fn t2_a_form_without_its_key_is_asked_again() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let before = stored(&world).await;
    for key in ["", "onzin", "00000000-0000-4000-8000-000000000001"] {
        let form = an.new_line(world.dossier, "26/05/2025").await;
        let seen = an.send(&form.set("sleutel", key)).await;
        seen.refuses(422, "Dit formulier is niet volledig aangekomen.");
    }
    assert_eq!(stored(&world).await, before);
}

#[tokio::test]
async fn a_form_that_was_open_for_a_day_keeps_what_was_typed_through_the_log_in() {
    let (world, mut an, step) = with_a_line().await;
    let before = stored(&world).await;
    let typed = "Lotte wil lasser worden & zoekt \"een\" <werkplek>.\nVolgende week weer.";
    let form = an
        .line(world.dossier, step)
        .await
        .set("samenvatting", typed);
    world.clock.advance(DAY);

    let asked = an.send(&form).await;
    asked.says(401, "Wat je typte is niet verloren");
    let sign_in = asked.form("/aanmelden");
    assert_eq!(sign_in.get("bewaard.samenvatting"), typed);
    let seen = an.sign_in_with("an", sign_in).await;
    seen.says(200, "Ga verder met wat je typte");

    let kept = seen.form(&form.action);
    assert_eq!(kept.get("samenvatting"), typed);
    let seen = an.send(&kept).await;
    seen.refuses(422, "Dit formulier stond te lang open.");
    let fresh = seen.form(&form.action);
    assert_eq!(fresh.get("samenvatting"), typed);
    assert_eq!(stored(&world).await, before, "nothing is stored");

    // The page has a new key: confirming again works.
    assert_eq!(an.send(&fresh).await.status, 303);
    assert_eq!(
        an.line(world.dossier, step).await.get("samenvatting"),
        typed
    );
}

#[tokio::test]
async fn a_wrong_password_after_a_day_still_keeps_what_was_typed() {
    let (world, an, step) = with_a_line().await;
    let form = an
        .line(world.dossier, step)
        .await
        .set("samenvatting", "Nog niet weg.");
    world.clock.advance(DAY);
    let sign_in = an.send(&form).await.form("/aanmelden");
    let wrong = sign_in
        .set("gebruikersnaam", "an")
        .set("wachtwoord", "verkeerd");
    let seen = an.send(&wrong).await;
    assert!(seen.title().starts_with("Fout: "), "{}", seen.title());
    let again = seen.form("/aanmelden");
    assert_eq!(again.get("bewaard.samenvatting"), "Nog niet weg.");
    assert!(
        !seen.html.contains("verkeerd"),
        "a password is never sent back"
    );
}

#[tokio::test]
async fn r3_an_ended_line_takes_no_form_that_was_still_open() {
    let (world, an, step) = with_a_line().await;
    let address = line(world.dossier, step);
    let open = an
        .line(world.dossier, step)
        .await
        .set("samenvatting", "Te laat.");
    let actions = format!("{address}/acties/nieuw");
    let action = an.open(&actions).await.form(&actions);
    let cancelling = an.send(&open.clone().set("toestand", "cancelled")).await;
    let cancelling = cancelling.form(&format!("{address}/annuleren"));
    let cancelling = cancelling.set("reden", "Toch een vergissing.");
    world
        .end(&world.an, world.dossier, step, "2025-05-27")
        .await;
    world.clock.advance(1);
    let before = stored(&world).await;

    let seen = an.send(&open).await;
    seen.says(409, "Te laat.");
    let ending = open
        .clone()
        .set("toestand", "ended")
        .date("einddatum", "28/05/2025");
    assert_eq!(an.send(&ending).await.status, 409);
    assert_eq!(an.send(&cancelling).await.status, 409);
    let action = action.date("dag_actie", "22/05/2025");
    let action = action.set("soort_actie", "GESPREK").set("duur", "60");
    let seen = an.send(&action).await;
    seen.says(409, "Deze begeleiding is beëindigd.");
    assert_eq!(stored(&world).await, before, "nothing is stored");
}

#[tokio::test]
async fn t1_the_second_who_saves_a_line_sees_what_the_first_changed_and_keeps_the_own_text() {
    let (world, an, step) = with_a_line().await;
    let bram = Browser::of(&world, "bram").await;
    let of_an = an.line(world.dossier, step).await;
    let of_bram = bram.line(world.dossier, step).await;
    let first = of_bram.set("samenvatting", "Bram was hier eerst.");
    assert_eq!(bram.send(&first).await.status, 303);
    world.clock.advance(1);
    let before = stored(&world).await;

    let seen = an.send(&of_an.set("samenvatting", "An schreef dit.")).await;
    seen.refuses(409, "Bram Claes");
    assert!(
        seen.shows("<ins>Bram was hier eerst.</ins>"),
        "{}",
        seen.html
    );
    let again = seen.form(&line(world.dossier, step));
    assert_eq!(again.get("samenvatting"), "An schreef dit.");
    assert_eq!(stored(&world).await, before, "nothing is stored yet");

    assert_eq!(an.send(&again).await.status, 303);
    let now = an.line(world.dossier, step).await;
    assert_eq!(now.get("samenvatting"), "An schreef dit.");
}

#[tokio::test]
async fn t1_a_version_that_was_made_up_changes_nothing() {
    let (world, an, step) = with_a_line().await;
    let before = stored(&world).await;
    for version in ["", "0", "-1", "99", "x", "4294967296"] {
        let form = an.line(world.dossier, step).await;
        let form = form.set("versie", version).set("samenvatting", "Nieuw");
        let seen = an.send(&form).await;
        assert!(
            [409, 422].contains(&seen.status),
            "{version}: {}",
            seen.status
        );
    }
    assert_eq!(stored(&world).await, before);
}

/// An's second screen of ending her line on a day.
async fn second_screen(an: &Browser, world: &World, step: StepId) -> Form {
    let form = an.line(world.dossier, step).await;
    let form = form
        .set("toestand", "ended")
        .date("einddatum", "27/05/2025");
    let seen = an.send(&form).await;
    assert_eq!(seen.status, 200, "{}", seen.html);
    seen.form(&format!("{}/einde", line(world.dossier, step)))
}

#[tokio::test]
async fn r2_the_result_code_follows_from_the_reason() {
    let (world, an, step) = with_a_line().await;
    let before = stored(&world).await;
    let form = second_screen(&an, &world, step).await;
    let form = form
        .tick("vaststellingen", "opleiding")
        .set("reden", "P1")
        .set("toelichting", "Ze gaat door.");
    let wrong = form.clone().set("resultaatcode", "NEGATIEF");
    let seen = an.send(&wrong).await;
    seen.refuses(422, "Deze reden geeft een andere resultaatcode");
    let back = seen.form(&form.action);
    for (field, value) in [
        ("resultaatcode", "NEGATIEF"),
        ("reden", "P1"),
        ("toelichting", "Ze gaat door."),
        ("vaststellingen", "opleiding"),
    ] {
        assert_eq!(back.get(field), value);
    }
    assert_eq!(stored(&world).await, before, "nothing is stored");

    // Right again, and sent twice: ended once.
    let right = back.set("resultaatcode", "POSITIEF");
    let first = an.send(&right).await;
    let second = an.send(&right).await;
    assert_eq!((first.status, second.status), (303, 303));
    assert_eq!(first.location(), second.location());
    assert_eq!(stored(&world).await, before + 1);
}

#[tokio::test]
async fn r2_codes_that_do_not_exist_are_asked_again() {
    let (world, an, step) = with_a_line().await;
    let before = stored(&world).await;
    for (field, value) in [
        ("resultaatcode", "MISSCHIEN"),
        ("reden", "P99"),
        ("reden", "<b>"),
        ("reden", ""),
    ] {
        let form = second_screen(&an, &world, step).await;
        let form = form
            .tick("vaststellingen", "opleiding")
            .set("resultaatcode", "POSITIEF")
            .set("reden", "P1")
            .set(field, value);
        let seen = an.send(&form).await;
        seen.refuses(422, "Er is een probleem");
    }
    assert_eq!(stored(&world).await, before);
}

#[tokio::test]
async fn r1_an_end_in_the_future_or_before_the_start_has_its_sentence() {
    let (world, an, step) = with_a_line().await;
    let before = stored(&world).await;
    for (day, sentence) in [
        ("29/05/2025", "De einddatum ligt in de toekomst."),
        ("19/05/2025", "De einddatum ligt voor de startdatum"),
        ("//", "Vul de einddatum in: dag, maand en jaar."),
    ] {
        let form = an.line(world.dossier, step).await;
        let form = form.set("toestand", "ended").date("einddatum", day);
        an.send(&form).await.refuses(422, sentence);
    }
    assert_eq!(stored(&world).await, before);
}

#[tokio::test]
async fn an_odd_duration_of_an_action_has_its_sentence() {
    let (world, an, step) = with_a_line().await;
    let before = stored(&world).await;
    let address = format!("{}/acties/nieuw", line(world.dossier, step));
    for (typed, sentence) in [
        ("", "Vul de duur in, in minuten."),
        ("0", "De duur klopt niet."),
        ("-60", "De duur klopt niet."),
        ("een uur", "De duur klopt niet."),
        ("1,5", "De duur klopt niet."),
        ("99999999999", "De duur klopt niet."),
    ] {
        let form = an.open(&address).await.form(&address);
        let form = form
            .date("dag_actie", "21/05/2025")
            .set("soort_actie", "GESPREK")
            .set("nota", "Over de stage.")
            .set("duur", typed);
        let seen = an.send(&form).await;
        seen.refuses(422, sentence);
        let back = seen.form(&address);
        assert_eq!(
            (back.get("duur"), back.get("nota")),
            (typed, "Over de stage.")
        );
    }
    assert_eq!(stored(&world).await, before);
}

#[tokio::test]
async fn s1_a_date_that_was_left_empty_is_asked_for() {
    let sentence = "Vul de datum in: dag, maand en jaar.";
    refused_at_registering(|form| form.date("datum", "//"), sentence).await;
    let sentence = "De datum is niet volledig: vul ook jaar in.";
    refused_at_registering(|form| form.date("datum", "20/05/"), sentence).await;
}

#[tokio::test]
async fn s6_a_person_who_does_not_exist_is_no_requester() {
    for made_up in ["", "x", "00000000000040008000000000000001"] {
        let world = world().await;
        let an = Browser::of(&world, "an").await;
        let before = contents(&world).await;
        let form = an.new_line(world.dossier, "26/05/2025").await;
        let seen = an.send(&form.set("aanvrager", made_up)).await;
        seen.refuses(422, "aanvrager");
        unchanged(&world, &before, made_up).await;
    }
}

#[tokio::test]
async fn letters_of_every_script_are_kept_as_they_were_typed() {
    let (world, an, step) = with_a_line().await;
    for typed in [
        "Lotte kwam met 🚲 en 👩‍👩‍👧, naar 𝕃𝕖𝕦𝕧𝕖𝕟.",
        "مرحبا، اسمي لطيفة.",
        "שלום — Ελληνικά — Українська — 漢字",
        "Twee\nregels\tmet een tab.",
        "&amp; &#60;b&#62; %41 + ;",
    ] {
        let form = an.line(world.dossier, step).await;
        let seen = an.send(&form.set("samenvatting", typed)).await;
        assert_eq!(seen.status, 303, "{typed}: {}", seen.html);
        world.clock.advance(1);
        let now = an.line(world.dossier, step).await;
        assert_eq!(now.get("samenvatting"), typed);
    }
}

/// A text that turns its direction around can be read as something else than what is stored.
#[tokio::test]
async fn characters_that_turn_a_text_around_are_refused() {
    let (world, an, step) = with_a_line().await;
    let before = contents(&world).await;
    for odd in ["een\u{202e}eewt", "een\u{2066}twee", "\u{200f}\u{202b}een"] {
        let form = an.line(world.dossier, step).await;
        let seen = an.send(&form.set("samenvatting", odd)).await;
        seen.refuses(422, "Samenvatting bevat tekens die niet kunnen.");
        let back = seen.form(&line(world.dossier, step));
        assert_eq!(back.get("samenvatting"), odd);
    }
    unchanged(&world, &before, "odd characters").await;
}

/// K016: nobody sends these but somebody who writes the form by hand.
#[tokio::test]
async fn a_field_that_is_sent_twice_never_stores_what_the_page_did_not_check() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let before = contents(&world).await;
    let wrong_first = [
        ("datum_dag", "32"),
        ("financieringsnummer", "EEWG999"),
        ("toestand", "removed"),
        ("uitvoerder", "x"),
        ("samenvatting", "een\u{0}twee"),
        ("sleutel", "onzin"),
    ];
    for (field, value) in wrong_first {
        let mut form = an.new_line(world.dossier, "26/05/2025").await;
        form.fields.insert(0, (field.to_owned(), value.to_owned()));
        let seen = an.send(&form).await;
        seen.says(400, "Dit formulier is onleesbaar");
        unchanged(&world, &before, field).await;
    }
    // After it, too, and with the same value.
    for (field, value) in [
        ("toestand", "ended"),
        ("toestand", "ongoing"),
        ("datum_dag", "01"),
        ("samenvatting", "Iets anders."),
        ("anders", "een"),
    ] {
        let form = an.new_line(world.dossier, "26/05/2025").await;
        let form = form.tick(field, value).tick(field, value);
        let seen = an.send(&form).await;
        seen.says(400, "Dit formulier is onleesbaar");
        unchanged(&world, &before, field).await;
    }
}

#[tokio::test]
async fn a_question_of_10_kb_in_an_address_is_no_trouble() {
    let (world, an, step) = with_a_line().await;
    let much = "a".repeat(10_000);
    let own = line(world.dossier, step);
    for (address, status) in [
        (format!("/zoeken?q={much}"), 200),
        (format!("{}?soort={much}", lines(world.dossier)), 200),
        (format!("{}?van_dag={much}", lines(world.dossier)), 422),
        (format!("{}/nieuw?soort={much}", lines(world.dossier)), 200),
        (format!("{own}?gelukt={much}"), 200),
        (format!("/begeleidingen?tot={much}"), 200),
        (format!("/aanmelden?naar=/{much}"), 200),
        (format!("/zoeken?{}", "q=a&".repeat(2_500)), 200),
    ] {
        let seen = an.open(&address).await;
        assert_eq!(seen.status, status, "{}", &address[..40]);
        let heading = seen.html.contains("<h1");
        assert!(heading, "a page comes back for {}", &address[..40]);
    }
}

#[tokio::test]
async fn an_address_that_is_no_text_is_answered_in_dutch() {
    let (world, an, step) = with_a_line().await;
    for address in [
        "/dossier/%FF/stappen".to_owned(),
        format!("{}/%C3%28", lines(world.dossier)),
        format!("{}/acties/%FF", line(world.dossier, step)),
        format!("/dossier/{}/begeleiding/%FF", world.dossier.address()),
    ] {
        let seen = an.open(&address).await;
        seen.says(404, "Deze pagina bestaat niet");
        let seen = an.post(&address, "").await;
        assert!([404, 405].contains(&seen.status), "{}", seen.status);
        assert!(!seen.html.contains("Invalid"), "{}", seen.html);
    }
}

/// Every form of a line and of the profile that holds typed text, filled in, with the field to follow.
async fn open_forms(
    world: &World,
    an: &Browser,
    step: StepId,
    ended: StepId,
) -> Vec<(Form, &'static str)> {
    let own = line(world.dossier, step);
    let profile = format!("/dossier/{}/profiel", world.dossier.address());
    let action = format!("{own}/acties/nieuw");
    let about = format!("{profile}/over-mezelf");
    let study = format!("{profile}/studies/nieuw");
    let work = format!("{profile}/werkervaring/nieuw");
    let removal = format!("{}/verwijdering", line(world.dossier, ended));
    let append = format!("{}/aanvulling", line(world.dossier, ended));
    let detail = an.line(world.dossier, step).await;
    let cancelling = an.send(&detail.clone().set("toestand", "cancelled")).await;
    let cancelling = cancelling.form(&format!("{own}/annuleren"));
    let cancelling = cancelling.set("reden", "Getypt: een vergissing.");
    let other_client = an
        .new_line(world.dossier, "26/05/2025")
        .await
        .set("samenvatting", "Getypt: een nieuwe lijn.");
    let ending = second_screen(an, world, step)
        .await
        .tick("vaststellingen", "opleiding")
        .set("resultaatcode", "POSITIEF")
        .set("reden", "P1")
        .set("toelichting", "Getypt: ze gaat door.");
    let action = an
        .open(&action)
        .await
        .form(&action)
        .date("dag_actie", "21/05/2025")
        .set("soort_actie", "GESPREK")
        .set("duur", "60")
        .set("nota", "Getypt: over de stage.");
    let study = an
        .open(&study)
        .await
        .form(&study)
        .set("onderwijsvorm", "tso")
        .set("school", "Getypt: Heilig Hart College");
    let work = an
        .open(&work)
        .await
        .form(&work)
        .date("van", "01/07/2024")
        .set("werkgever", "Bakkerij Mertens")
        .set("functie", "Getypt: jobstudent");
    let about = an.open(&about).await.form(&about);
    let append_page = an.open(&line(world.dossier, ended)).await;
    let removal = an.open(&removal).await.form(&removal);
    let correction = format!("/dossier/{}/rechtzettingen/nieuw", world.dossier.address());
    let correction = an.open(&correction).await.form(&correction);
    vec![
        (
            detail.set("samenvatting", "Getypt: het verloop."),
            "samenvatting",
        ),
        (other_client, "samenvatting"),
        (ending, "toelichting"),
        (cancelling, "reden"),
        (action, "nota"),
        (study, "school"),
        (work, "functie"),
        (
            about.set("over_mezelf", "Getypt: ik werk graag buiten."),
            "over_mezelf",
        ),
        (
            append_page
                .form(&append)
                .set("aanvulling", "Getypt: nog dit."),
            "aanvulling",
        ),
        (removal.set("reden", "Getypt: verkeerde jongere."), "reden"),
        (
            correction
                .set("over", "gegevens")
                .set("tekst", "Getypt: het adres is veranderd."),
            "tekst",
        ),
    ]
}

/// An's ongoing line and an ended one.
async fn with_two_lines() -> (World, Browser, StepId, StepId) {
    let world = world().await;
    let ended = world.register(&world.an, world.dossier, "2025-05-01").await;
    world
        .end(&world.an, world.dossier, ended, "2025-05-15")
        .await;
    let step = world.register(&world.an, world.dossier, "2025-05-20").await;
    world.clock.advance(1);
    let an = Browser::of(&world, "an").await;
    (world, an, step, ended)
}

#[tokio::test]
async fn every_form_that_was_open_for_a_day_keeps_what_was_typed_and_stores_nothing() {
    let (world, mut an, step, ended) = with_two_lines().await;
    let forms = open_forms(&world, &an, step, ended).await;
    let before = contents(&world).await;
    world.clock.advance(DAY);
    let old = an.clone();
    for (form, field) in forms {
        let typed = form.get(field).to_owned();
        assert!(typed.starts_with("Getypt: "), "{}", form.action);
        let asked = old.send(&form).await;
        asked.says(401, "Wat je typte is niet verloren");
        let seen = an.sign_in_with("an", asked.form("/aanmelden")).await;
        seen.says(200, "Ga verder met wat je typte");
        let kept = seen.form(&form.action);
        assert_eq!(kept.get(field), typed, "{}", form.action);
        let seen = an.send(&kept).await;
        seen.refuses(422, "Dit formulier stond te lang open.");
        assert_eq!(seen.form(&form.action).get(field), typed, "{}", form.action);
        unchanged(&world, &before, &form.action).await;
    }
}

#[tokio::test]
async fn every_form_without_its_key_keeps_what_was_typed_and_stores_nothing() {
    let (world, an, step, ended) = with_two_lines().await;
    let before = contents(&world).await;
    for (form, field) in open_forms(&world, &an, step, ended).await {
        let seen = an.send(&form.clone().set("sleutel", "")).await;
        seen.refuses(422, "Dit formulier is niet volledig aangekomen.");
        let back = seen.form(&form.action);
        assert_eq!(back.get(field), form.get(field), "{}", form.action);
        unchanged(&world, &before, &form.action).await;
    }
}

#[tokio::test]
async fn t2_every_form_that_is_sent_twice_leads_to_the_same_place_and_is_stored_once() {
    for index in 0..11 {
        let (world, an, step, ended) = with_two_lines().await;
        let mut forms = open_forms(&world, &an, step, ended).await;
        assert_eq!(forms.len(), 11);
        let (form, _) = forms.swap_remove(index);
        // A new line beside the one that goes on is refused (S8); it has its own test above.
        if form.action.ends_with("/stappen/nieuw") {
            continue;
        }
        let before = stored(&world).await;
        let first = an.send(&form).await;
        assert_eq!(first.status, 303, "{}: {}", form.action, first.html);
        let once = contents(&world).await;
        let second = an.send(&form).await;
        assert_eq!(
            (second.status, second.location()),
            (303, first.location()),
            "{}: {}",
            form.action,
            second.html
        );
        assert_eq!(stored(&world).await, before + 1, "{}", form.action);
        unchanged(&world, &once, &form.action).await;
    }
}

#[tokio::test]
async fn t1_of_two_that_end_the_same_line_exactly_one_succeeds() {
    let (world, an, step) = with_a_line().await;
    let bram = Browser::of(&world, "bram").await;
    let fill = |form: Form, note: &str| {
        form.tick("vaststellingen", "opleiding")
            .set("resultaatcode", "POSITIEF")
            .set("reden", "P1")
            .set("toelichting", note)
    };
    let of_an = fill(second_screen(&an, &world, step).await, "Van An.");
    let of_bram = fill(second_screen(&bram, &world, step).await, "Van Bram.");
    let before = stored(&world).await;
    let (first, second) = tokio::join!(an.send(&of_an), bram.send(&of_bram));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409]);
    assert_eq!(stored(&world).await, before + 1);
    let (winner, loser) = if first.status == 303 {
        ("An Peeters", second)
    } else {
        ("Bram Claes", first)
    };
    loser.refuses(409, winner);
    assert!(loser.shows("Deze begeleiding is beëindigd."));
    let seen = an.open(&line(world.dossier, step)).await;
    assert!(seen.shows("Beëindigd / Positief resultaat"));
}

/// The screens that only fill in or lead on would show a form that can no longer be confirmed.
#[tokio::test]
async fn r3_no_button_of_an_old_form_opens_an_ended_line_again() {
    let (world, an, step) = with_a_line().await;
    let open = an.line(world.dossier, step).await;
    let open = open.set("samenvatting", "Te laat.");
    let cancel = format!("{}/annuleren", line(world.dossier, step));
    world
        .end(&world.an, world.dossier, step, "2025-05-27")
        .await;
    world.clock.advance(1);
    let before = contents(&world).await;
    for form in [
        open.clone(),
        open.clone().set("vandaag", "datum"),
        open.clone().set("vandaag", "einddatum"),
        open.clone().set("partij", "uitvoerder"),
        open.clone()
            .set("partij", "uitvoerder")
            .set("zoek", "klaar"),
        open.clone().set("toestand", "cancelled"),
        open.clone().set("toestand", "ended"),
        open.clone()
            .set("toestand", "ended")
            .date("einddatum", "28/05/2025"),
        open.clone().date("datum", "31/2/2025"),
        open.clone().set("sleutel", ""),
    ] {
        let seen = an.send(&form).await;
        seen.refuses(409, "Deze begeleiding is beëindigd.");
        assert!(seen.shows("Te laat."), "what was typed is there to copy");
        assert!(!seen.html.contains("name=\"toestand\""), "as text");
    }
    for body in ["", "reden=Een+vergissing."] {
        let seen = an.post(&cancel, body).await;
        seen.refuses(409, "Deze begeleiding is beëindigd.");
    }
    unchanged(&world, &before, "an ended line").await;
}

#[tokio::test]
async fn t1_who_works_on_a_line_that_a_colleague_cancels_is_told_and_keeps_the_text() {
    let (world, an, step, ended) = with_two_lines().await;
    let forms = open_forms(&world, &an, step, ended).await;
    let own = line(world.dossier, step);
    let forms: Vec<_> = forms
        .into_iter()
        .filter(|(form, _)| form.action.starts_with(&own))
        .collect();
    assert_eq!(forms.len(), 4, "change, end, cancel, action");
    let bram = Browser::of(&world, "bram").await;
    let form = bram.line(world.dossier, step).await;
    let screen = bram.send(&form.set("toestand", "cancelled")).await;
    let screen = screen.form(&format!("{own}/annuleren"));
    let done = bram
        .send(&screen.set("reden", "Dubbel geregistreerd."))
        .await;
    assert_eq!(done.status, 303);
    world.clock.advance(1);
    let before = contents(&world).await;
    for (form, field) in forms {
        let seen = an.send(&form).await;
        seen.refuses(409, "Bram Claes");
        seen.says(409, "Deze stap is geannuleerd.");
        seen.says(409, form.get(field));
    }
    // Whoever only opens its address finds nothing (C1).
    assert_eq!(an.open(&own).await.status, 404);
    unchanged(&world, &before, "a cancelled line").await;
}

#[tokio::test]
async fn t2_what_was_stored_before_the_line_was_cancelled_is_said_to_be_when_it_is_sent_again() {
    let (world, an, step) = with_a_line().await;
    let own = line(world.dossier, step);
    let address = format!("{own}/acties/nieuw");
    let form = an.open(&address).await.form(&address);
    let form = form
        .date("dag_actie", "21/05/2025")
        .set("soort_actie", "GESPREK")
        .set("duur", "60");
    // Its answer never arrives.
    assert_eq!(an.send(&form).await.status, 303);
    let bram = Browser::of(&world, "bram").await;
    let screen = bram.line(world.dossier, step).await;
    let screen = bram.send(&screen.set("toestand", "cancelled")).await;
    let screen = screen.form(&format!("{own}/annuleren"));
    let screen = screen.set("reden", "Dubbel geregistreerd.");
    let screen = screen.set("acties_vervallen", "ja");
    assert_eq!(bram.send(&screen).await.status, 303);
    let before = contents(&world).await;
    let again = an.send(&form).await;
    assert_eq!(again.status, 303, "{}", again.html);
    let seen = an.open(again.location()).await;
    seen.says(200, "Wat je stuurde, was al bewaard.");
    unchanged(&world, &before, "what is sent again").await;
    // The key of somebody else stays unknown.
    assert_ne!(bram.send(&form).await.status, 303);
}

#[tokio::test]
async fn r6_who_supplements_a_line_that_the_coach_removes_is_told_and_keeps_the_text() {
    let (world, an, step, ended) = with_two_lines().await;
    let forms = open_forms(&world, &an, step, ended).await;
    let own = line(world.dossier, ended);
    let (casework, submission) = (&world.casework, world.submission());
    let reason = note("Verkeerde jongere.");
    casework
        .request_removal(&world.bram, world.dossier, ended, &reason, &submission)
        .await
        .unwrap();
    let queue = casework.removal_queue(&world.coach).await.unwrap();
    let request = queue.waiting.first().unwrap().id;
    casework
        .remove_line(&world.coach, request, &world.submission())
        .await
        .unwrap();
    world.clock.advance(1);
    let before = contents(&world).await;
    for (form, field) in forms
        .iter()
        .filter(|(form, _)| form.action.starts_with(&own))
    {
        let seen = an.send(form).await;
        seen.refuses(409, "Deze stap is verwijderd door de provinciale coach.");
        seen.says(409, form.get(field));
    }
    unchanged(&world, &before, "a removed line").await;
}

#[tokio::test]
async fn r3_an_addendum_after_the_14_days_has_its_sentence_and_stays_in_sight() {
    let (world, _, _, ended) = with_two_lines().await;
    // Confirmed on 28 May: open until 11 June 23:59:59.
    world.clock.set(at("2025-06-11T23:50:00+02:00"));
    let an = Browser::of(&world, "an").await;
    let append = format!("{}/aanvulling", line(world.dossier, ended));
    let form = an.open(&line(world.dossier, ended)).await.form(&append);
    let form = form.set("aanvulling", "Nog net op tijd?");
    let before = contents(&world).await;
    world.clock.set(at("2025-06-12T00:00:00+02:00"));
    let seen = an.send(&form).await;
    seen.refuses(409, "Aanvullen kon tot en met 11/06/2025.");
    assert!(seen.shows("Nog net op tijd?"));
    unchanged(&world, &before, "too late").await;
    world.clock.set(at("2025-06-11T23:59:59+02:00"));
    assert_eq!(an.send(&form).await.status, 303);
}

#[tokio::test]
async fn a4_the_form_of_an_action_that_comes_after_the_end_keeps_its_note_in_sight() {
    let (world, an, step) = with_a_line().await;
    let (dossier, own) = (world.dossier, line(world.dossier, step));
    let known = world.record(&world.an, dossier, step, "2025-05-21").await;
    let new = format!("{own}/acties/nieuw");
    let change = format!("{own}/acties/{}", known.address());
    let fill = |form: Form| {
        form.date("dag_actie", "22/05/2025")
            .set("soort_actie", "GESPREK")
            .set("duur", "60")
            .set("nota", "Over de stage.")
    };
    let recording = fill(an.open(&new).await.form(&new));
    let again = fill(an.open(&new).await.form(&new));
    let changing = fill(an.open(&change).await.form(&change));
    let sent = fill(an.open(&change).await.form(&change)).set("nota", "Al bewaard.");
    let voiding = an.open(&change).await.form(&format!("{change}/schrappen"));
    let led_to: Vec<String> = [an.send(&again).await, an.send(&sent).await]
        .iter()
        .map(|seen| seen.location().to_owned())
        .collect();
    assert!(led_to.iter().all(|it| it.contains("gelukt=actie")));
    world.end(&world.an, dossier, step, "2025-05-27").await;
    world.clock.advance(1);
    let before = contents(&world).await;
    for form in [
        recording.clone(),
        recording.clone().set("duur", "veel"),
        recording.clone().set("vandaag", "dag_actie"),
        recording.set("sleutel", ""),
        changing.clone(),
        changing.clone().set("duur", "veel"),
        changing.clone().set("vandaag", "dag_actie"),
        changing.set("sleutel", ""),
    ] {
        let seen = an.send(&form).await;
        seen.refuses(409, "Deze begeleiding is beëindigd.");
        assert!(seen.shows("Over de stage."), "{}", seen.html);
    }
    for form in [voiding.clone(), voiding.set("sleutel", "")] {
        let seen = an.send(&form).await;
        seen.says(409, "Deze begeleiding is beëindigd.");
    }
    // What was stored before the end leads, sent again, to where it led (T2).
    for (form, led_to) in [again, sent].iter().zip(led_to) {
        let seen = an.send(form).await;
        assert_eq!((seen.status, seen.location()), (303, led_to.as_str()));
    }
    unchanged(&world, &before, "an ended line").await;
    // The same to somebody who may only read it: no form, and nothing of the line.
    world.grant_to(dossier, &world.b).await;
    let carla = Browser::of(&world, "carla").await;
    for address in [&new, &change, &format!("{change}/schrappen")] {
        let seen = carla.post(address, "nota=Van+elders.").await;
        assert!([403, 409].contains(&seen.status), "{}", seen.status);
    }
}
