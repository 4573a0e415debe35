//! 'Profiel', 'Klantenportret', the entries of the menu and 'Wie bekeek mijn dossier', as a counsellor
//! and the client see them.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::support::{self, Browser, Form, Seen};
use casework::Kept;
use domain::conditions::{Condition, ConditionKind, ConditionStatus};
use domain::profile::ExperienceDetails;
use domain::sections::Entered;
use domain::studies::Certificate;
use domain::trajectory::{Agreement, Who};
use testkit::{World, day, label, note, world};

fn dossier(world: &World) -> String {
    format!("/dossier/{}", world.dossier.address())
}

fn profile(world: &World) -> String {
    format!("{}/profiel", dossier(world))
}

/// The form of a new study as a counsellor fills it in.
async fn new_study(browser: &Browser, world: &World) -> Form {
    let action = format!("{}/studies/nieuw", profile(world));
    let page = browser.open(&action).await;
    page.form(&action)
        .set("onderwijsvorm", "tso")
        .set("graad", "2")
        .set("studierichting", "Toerisme, recreatie en sport")
        .set("school", "Heilig Hart College")
        .date("einddatum", "16/06/2024")
}

/// The addresses of the links whose text begins like this.
fn links(seen: &Seen, text: &str) -> Vec<String> {
    let before = format!("\">{text}");
    seen.html
        .split("<a ")
        .skip(1)
        .filter(|rest| rest.contains(&before) && rest.find(&before) < rest.find("</a>"))
        .filter_map(|rest| rest.split_once("href=\"")?.1.split('"').next())
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn i4_a_counsellor_adds_the_manuals_study_and_reads_it_back() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let form = new_study(&an, &world).await;
    let saved = format!("{}?gelukt=studie", profile(&world));
    assert_eq!(an.send(&form).await.location(), saved);
    assert_eq!(
        an.send(&form).await.location(),
        saved,
        "T2: pressed twice leads to the same page"
    );
    let seen = an.open(&saved).await;
    seen.says(200, "De studie is bewaard.");
    seen.says(
        200,
        "Technisch secundair onderwijs - 2de graad: Toerisme, recreatie en sport",
    );
    seen.says(200, "16/6/2024");
    seen.says(200, "Diploma behaald: nee");
    assert_eq!(seen.html.matches("Heilig Hart College").count(), 1);
}

#[tokio::test]
async fn t1_the_second_of_two_who_correct_a_study_keeps_what_was_typed() {
    let world = world().await;
    let study = world
        .add_study(&world.an, world.dossier, "2024-06-16", None)
        .await;
    world.clock.advance(1);
    let an = Browser::of(&world, "an").await;
    let bram = Browser::of(&world, "bram").await;
    let action = format!("{}/studies/{}", profile(&world), study.address());
    let of_an = an
        .open(&action)
        .await
        .form(&action)
        .set("school", "School A");
    let of_bram = bram.open(&action).await.form(&action);
    let of_bram = of_bram.set("school", "School B");
    assert_eq!(an.send(&of_an).await.status, 303);
    world.clock.advance(1);
    let seen = bram.send(&of_bram).await;
    seen.refuses(409, "Iemand anders heeft dit intussen gewijzigd.");
    let back = seen.form(&action);
    assert_eq!(back.get("school"), "School B");
    an.open(&profile(&world)).await.says(200, "School A");
    assert_eq!(
        bram.send(&back).await.status,
        303,
        "it stands on the new version"
    );
    an.open(&profile(&world)).await.says(200, "School B");
}

#[tokio::test]
async fn back_without_confirming_stores_nothing() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let before = world.journal(world.dossier).await.len();
    let form = new_study(&an, &world).await.set("doe", "terug");
    assert_eq!(an.send(&form).await.location(), profile(&world));
    assert_eq!(world.journal(world.dossier).await.len(), before);
}

#[tokio::test]
async fn i4_nobody_makes_a_study_authentic_on_a_form() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let form = new_study(&an, &world).await;
    let page = an.open(&form.action).await;
    assert!(page.shows("Geverifieerd (bewijs gezien)"));
    assert!(!page.shows("Authentiek"), "it is not offered");
    let seen = an.send(&form.set("herkomst", "authentiek")).await;
    seen.refuses(422, "Kies de herkomst uit de lijst.");
}

#[tokio::test]
async fn e6_the_condition_says_what_it_rests_on() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let at = profile(&world);
    an.open(&at).await.says(200, "Er is geen studie bekend.");
    world
        .add_study(&world.an, world.dossier, "2023-06-30", None)
        .await;
    world.clock.advance(1);
    an.open(&at).await.says(
        200,
        "Er is geen diploma secundair onderwijs gevonden. Herkomst van de studies: eigen verklaring.",
    );
    for (day, certificate) in [
        ("2024-06-30", Certificate::SecondaryDiploma),
        ("2025-01-31", Certificate::HigherDiploma),
    ] {
        world
            .add_study(&world.an, world.dossier, day, Some(certificate))
            .await;
        world.clock.advance(1);
    }
    // Since when: the first of the two.
    let since = "behaald op 30/06/2024. Herkomst: eigen verklaring.";
    an.open(&at).await.says(200, since);
}

#[tokio::test]
async fn the_portrait_answers_whether_there_is_a_diploma() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let at = format!("{}/klantenportret", dossier(&world));
    let answer = |seen: &Seen| {
        let (_, rest) = seen
            .html
            .split_once("Diploma secundair onderwijs behaald</dt>")
            .expect("the question stands there");
        let value = rest.split_once("kd-typed\">").unwrap().1;
        value.split("</dd>").next().unwrap().to_owned()
    };
    assert_eq!(answer(&an.open(&at).await), "Niet bekend");
    for (day, certificate, expected) in [
        ("2023-06-30", Certificate::SecondGrade, "Nee"),
        (
            "2025-01-31",
            Certificate::HigherDiploma,
            "Ja: Diploma hoger onderwijs",
        ),
        ("2024-06-30", Certificate::SecondaryDiploma, "Ja"),
    ] {
        world
            .add_study(&world.an, world.dossier, day, Some(certificate))
            .await;
        world.clock.advance(1);
        assert_eq!(answer(&an.open(&at).await), expected);
    }
}

#[tokio::test]
async fn a_running_guidance_stands_on_the_portrait_however_long_ago_it_began() {
    let world = world().await;
    world.grant_to(world.dossier, &world.b).await;
    world.clock.advance(1);
    let running = world
        .register(&world.carla, world.dossier, "2023-09-04")
        .await;
    for month in [
        "2024-12", "2025-01", "2025-02", "2025-03", "2025-04", "2025-05",
    ] {
        world.clock.advance(1);
        let start = format!("{month}-01");
        let step = world.register(&world.an, world.dossier, &start).await;
        world.clock.advance(1);
        let end = format!("{month}-20");
        world.end(&world.an, world.dossier, step, &end).await;
    }
    let an = Browser::of(&world, "an").await;
    let seen = an
        .open(&format!("{}/klantenportret", dossier(&world)))
        .await;
    seen.says(200, "De stap van 04/09/2023 loopt al langer dan een jaar.");
    assert!(seen.shows(&support::line(world.dossier, running)));
    let shown = seen.html.matches("data-label=\"Toestand\"").count();
    assert_eq!(shown, 6, "the five latest and the one that runs");
}

/// Adds or corrects a record, as a counsellor.
async fn keep<D: Kept>(world: &World, entered: &Entered<D>) -> D::Id {
    let (me, submission) = (&world.an, world.submission());
    world
        .casework
        .save_record(me, world.dossier, entered, &submission)
        .await
        .unwrap()
}

#[tokio::test]
async fn the_timeline_draws_what_was_when_and_says_it_in_a_table() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let at = format!("{}/klantenportret", dossier(&world));
    let empty = an.open(&at).await;
    empty.says(200, "Er is nog niets met een datum om te tekenen.");
    assert!(!empty.html.contains("<svg class=\"kd-years"));
    assert!(!empty.shows("Tijdlijn als tabel"));
    world
        .add_study(&world.an, world.dossier, "2024-06-16", None)
        .await;
    let work = Entered::new(ExperienceDetails {
        function: label("Hulpkok"),
        employer: label("De <b>Gouden</b> Lepel"),
        from: day("2024-07-01"),
        until: Some(day("2024-08-31")),
        description: Some(note("Alleen in het profiel.")),
    });
    keep(&world, &work).await;
    world.grant_to(world.dossier, &world.b).await;
    world.clock.advance(1);
    let theirs = casework::StepInput {
        summary: Some(testkit::summary("Wat alleen zij weten.")),
        ..world.input(&world.carla, "2025-02-03")
    };
    let (kind, submission) = (world.step_type(), world.submission());
    world
        .casework
        .register_step(
            &world.carla,
            world.dossier,
            &kind,
            &theirs,
            None,
            &submission,
        )
        .await
        .unwrap();
    world.clock.advance(1);
    for name in ["an", "lotte"] {
        let seen = Browser::of(&world, name).await.open(&at).await;
        seen.says(200, "Tijdlijn van 2024 tot 2025");
        seen.says(200, "Begeleidingen: 1. Studies: 1. Werkervaring: 1.");
        let escaped = "De &#60;b&#62;Gouden&#60;/b&#62; Lepel";
        assert!(seen.html.contains(escaped), "{name}");
        seen.says(200, "Van 01/07/2024 tot 31/08/2024");
        seen.says(200, "Op 16/06/2024");
        seen.says(200, "Sinds 03/02/2025");
        seen.says(200, "EEWG019 (loopt nog)");
        assert_eq!(seen.html.matches("<polygon").count(), 3, "{name}");
        assert_eq!(seen.html.matches("data-label=\"Wanneer\"").count(), 3);
        assert!(!seen.shows("Wat alleen zij weten."), "{name}");
        assert!(!seen.shows("Alleen in het profiel."), "{name}");
    }
}

#[tokio::test]
async fn what_is_late_or_in_the_way_stands_first_on_the_portrait() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let at = format!("{}/klantenportret", dossier(&world));
    let agreement = |text: &str, due: &str| {
        Entered::new(Agreement {
            text: label(text),
            who: Who::Client,
            due: day(due),
            outcome: None,
        })
    };
    let condition = |status| {
        Entered::new(Condition {
            kind: ConditionKind::Housing,
            status,
            note: Some(note("Zoekt een kamer.")),
            since: day("2025-05-01"),
        })
    };
    keep(&world, &agreement("Vandaag nog", "2025-05-28")).await;
    let kept = keep(&world, &condition(ConditionStatus::Attention)).await;
    let seen = an.open(&at).await;
    assert!(!seen.shows("te laat") && !seen.shows("in de weg"));
    keep(&world, &agreement("Een cv schrijven", "2025-05-27")).await;
    let blocking = Entered {
        existing: Some((kept, 1)),
        ..condition(ConditionStatus::Blocking)
    };
    keep(&world, &blocking).await;
    let seen = an.open(&at).await;
    let first = "Een cv schrijven (tegen 27/05/2025).";
    seen.says(200, &format!("Een afspraak is te laat: {first}"));
    seen.says(200, "Dit staat de begeleiding in de weg: wonen.");
    keep(&world, &agreement("Een foto maken", "2025-05-27")).await;
    let both = format!("Er zijn 2 afspraken te laat. De eerste: {first}");
    an.open(&at).await.says(200, &both);
}

#[tokio::test]
async fn i4_the_client_reads_the_profile_and_is_offered_no_change() {
    let world = world().await;
    world
        .add_study(&world.an, world.dossier, "2024-06-16", None)
        .await;
    world.clock.advance(1);
    let an = Browser::of(&world, "an").await.open(&profile(&world)).await;
    assert_eq!(links(&an, "Voeg toe").len(), 3);
    assert_eq!(links(&an, "Wijzig").len(), 1);
    let lotte = Browser::of(&world, "lotte").await;
    let seen = lotte.open(&profile(&world)).await;
    seen.says(200, "Atheneum");
    assert_eq!(links(&seen, "Voeg toe").len(), 0);
    assert_eq!(links(&seen, "Wijzig").len(), 0);
    for address in links(&an, "Voeg toe") {
        assert_eq!(lotte.open(&address).await.status, 403, "{address}");
    }
}

#[tokio::test]
async fn no_entry_of_the_menu_is_dead() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let base = dossier(&world);
    assert_eq!(
        an.open(&base).await.location(),
        format!("{base}/klantenportret")
    );
    for (slug, label) in web::page::DOSSIER_ENTRIES {
        let seen = an.open(&format!("{base}/{slug}")).await;
        seen.says(200, label);
        assert!(seen.html.contains("<h1"), "{slug}");
        assert!(seen.html.contains("aria-current=\"page\""), "{slug}");
    }
    for tab in ["traject", "randvoorwaarden", "inzetbaarheid"] {
        let seen = an.open(&format!("{base}/begeleiding/{tab}")).await;
        seen.says(200, "Stappen naar werk");
    }
    assert_eq!(an.open(&format!("{base}/begeleiding/x")).await.status, 404);
}

#[tokio::test]
async fn i3_every_opening_stands_on_exactly_one_page() {
    let world = world().await;
    // Three in each minute: a page of a hundred would end within one.
    for _ in 0..70 {
        world.clock.advance(60);
        let (casework, dossier) = (&world.casework, world.dossier);
        casework.profile(&world.an, dossier).await.unwrap();
        casework.profile(&world.bram, dossier).await.unwrap();
        casework.portrait(&world.an, dossier).await.unwrap();
    }
    world.clock.advance(60);
    let lotte = Browser::of(&world, "lotte").await;
    let mut at = format!("{}/raadplegingen", dossier(&world));
    let (mut pages, mut profile_by_bram, mut all) = (0, 0, 0);
    loop {
        let seen = lotte.open(&at).await;
        seen.says(200, "Wie bekeek mijn dossier");
        let rows = seen.html.matches("data-label=\"Wanneer\"").count();
        assert!((1..=100).contains(&rows), "{rows} on page {pages}");
        pages += 1;
        all += rows;
        profile_by_bram += seen.html.matches("data-label=\"Wie\">Bram Claes").count();
        match links(&seen, "Vroeger").first() {
            Some(earlier) => at = earlier.clone(),
            None => break,
        }
    }
    assert_eq!(profile_by_bram, 70);
    assert_eq!(all, 3 * 70 + 1, "and her own look at this page");
    assert_eq!(pages, 3);
}
