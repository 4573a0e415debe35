//! 'Geschiedenis' of the entries of a dossier, and 'Zoek op deze pagina' on those that hold much.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::support::Browser;
use casework::{Casework, GrantDecision, GrantInput};
use domain::grants::Basis;
use domain::past::Past;
use domain::profile::ExperienceDetails;
use domain::sections::Entered;
use domain::studies::Certificate;
use testkit::{World, day, label, note, world};

fn address(world: &World, past: Past) -> String {
    format!("/dossier/{}/{}", world.dossier.address(), past.code())
}

#[tokio::test]
async fn every_entry_leads_to_its_history_and_back() {
    let world = world().await;
    for name in ["an", "lotte", "mediator"] {
        let browser = Browser::of(&world, name).await;
        for past in Past::ALL {
            let entry = address(&world, *past);
            let history = format!("{entry}/geschiedenis");
            let seen = browser.open(&entry).await;
            seen.says(200, past.label());
            assert!(
                seen.html
                    .contains(&format!("href=\"{history}\">Geschiedenis</a>")),
                "{name}, {entry}"
            );
            let seen = browser.open(&history).await;
            let heading = format!("Geschiedenis: {}", past.label());
            assert!(seen.title().starts_with(&heading), "{}", seen.title());
            assert!(seen.html.contains(&format!("href=\"{entry}\"")));
            let is_empty = *past != Past::Services;
            assert_eq!(seen.shows("Nog niets"), is_empty, "{name}, {history}");
        }
    }
}

#[tokio::test]
async fn i2_a_history_of_another_dossier_is_as_one_that_does_not_exist() {
    let world = world().await;
    let carla = Browser::of(&world, "carla").await;
    let nothing = carla
        .open("/dossier/00000000000000000000000000000000")
        .await;
    for past in Past::ALL {
        let history = format!("{}/geschiedenis", address(&world, *past));
        let seen = carla.open(&history).await;
        assert_eq!((seen.status, &seen.html), (404, &nothing.html), "{history}");
    }
}

#[tokio::test]
async fn what_changed_is_read_with_days_as_everywhere_and_names_of_lines() {
    let world = world().await;
    let step = world.register(&world.an, world.dossier, "2025-05-20").await;
    world
        .add_document(&world.an, world.dossier, "Overeenkomst", Some(step))
        .await;
    let an = Browser::of(&world, "an").await;
    let history = format!("{}/geschiedenis", address(&world, Past::Documents));
    let seen = an.open(&history).await;
    seen.says(200, "Document toegevoegd");
    seen.says(200, "20/05/2025");
    seen.says(200, "An Peeters, Leerhuis De Brug");
    assert!(seen.shows("Bewijs bij een stap") && seen.shows(", van 20/05/2025"));
    assert!(
        !seen
            .html
            .contains(&format!("<ins>{}</ins>", step.address()))
    );
    assert!(!seen.shows("SHA-256"));
}

#[tokio::test]
async fn every_field_has_a_name_in_words() {
    let world = world().await;
    let (an, dossier) = (&world.an, world.dossier);
    let study = world.study("2024-06-30", Some(Certificate::SecondaryDiploma));
    let saved = world
        .casework
        .save_study(an, dossier, &study, &world.submission())
        .await;
    saved.unwrap();
    let work = Entered::new(ExperienceDetails {
        function: label("Kok"),
        employer: label("De Kroon"),
        from: day("2024-07-01"),
        until: Some(day("2024-08-01")),
        description: Some(note("Koken.")),
    });
    let saved = world
        .casework
        .save_record(an, dossier, &work, &world.submission())
        .await;
    saved.unwrap();
    world.add_document(an, dossier, "Overeenkomst", None).await;
    let request = world.ask_grant(&world.carla, "61000447").await;
    let granted = GrantDecision::Grant(Some(day("2025-12-31")));
    let decided = world
        .casework
        .decide_grant_request(&world.mediator, request, &granted, &world.submission())
        .await;
    decided.unwrap();
    let mediator = Browser::of(&world, "mediator").await;
    for (past, least) in [
        (Past::Profile, 12),
        (Past::Documents, 5),
        (Past::Services, 8),
    ] {
        let history = format!("{}/geschiedenis", address(&world, past));
        let seen = mediator.open(&history).await;
        let names = seen.html.split("<dt>").skip(1);
        let names: Vec<&str> = names.map(|it| it.split('<').next().unwrap()).collect();
        assert!(names.len() >= least, "{names:?}");
        for name in names {
            assert!(name.starts_with(char::is_uppercase), "{past:?}: {name}");
        }
    }
}

#[tokio::test]
async fn a_long_history_goes_back_page_by_page() {
    let world = world().await;
    let mut before = String::new();
    for number in 1..=60 {
        let after = format!("Tekst nummer {number}.");
        let (read, text) = (Casework::text_mark(&before), note(&after));
        let (by, submission) = (&world.an, world.submission());
        let saved =
            world
                .casework
                .save_about_me(by, world.dossier, &read, Some(&text), &submission);
        saved.await.unwrap();
        before = after;
    }
    let an = Browser::of(&world, "an").await;
    let history = format!("{}/geschiedenis", address(&world, Past::Profile));
    let first = an.open(&history).await;
    first.says(200, "Tekst nummer 60.");
    assert!(!first.shows("<ins>Tekst nummer 10.</ins>") && !first.shows("Naar de laatste"));
    let (_, rest) = first.html.split_once(&format!("{history}?voor=")).unwrap();
    let number = rest.split('"').next().unwrap();
    let second = an.open(&format!("{history}?voor={number}")).await;
    assert!(second.html.contains("<ins>Tekst nummer 10.</ins>"));
    assert!(!second.html.contains("<ins>Tekst nummer 11.</ins>"));
    assert!(second.shows("Naar de laatste") && !second.shows("Vroeger"));
    // What nobody would write in an address begins at the last.
    let odd = an.open(&format!("{history}?voor=%3Cb%3E")).await;
    odd.says(200, "Tekst nummer 60.");
}

#[tokio::test]
async fn a_conversation_of_more_than_fifty_messages_goes_back_page_by_page() {
    let world = world().await;
    let said = (&label("Morgen"), &note("Het eerste bericht."));
    let (an, dossier) = (&world.an, world.dossier);
    let started = world
        .casework
        .start_thread(an, dossier, said, &world.submission())
        .await;
    let thread = started.unwrap();
    for number in 1..=50 {
        world.clock.advance(1);
        let text = note(&format!("Bericht nummer {number}."));
        let sent = world
            .casework
            .answer_thread(an, dossier, (thread, &text), &world.submission())
            .await;
        sent.unwrap();
    }
    let lotte = Browser::of(&world, "lotte").await;
    let place = format!(
        "/dossier/{}/berichten/{}",
        dossier.address(),
        thread.address()
    );
    let last = lotte.open(&place).await;
    assert!(last.shows("Bericht nummer 50.") && !last.shows("Het eerste bericht."));
    assert!(last.shows("Antwoord") && !last.shows("Naar de laatste berichten"));
    let (_, rest) = last.html.split_once(&format!("{place}?voor=")).unwrap();
    let before = rest.split('"').next().unwrap();
    let first = lotte.open(&format!("{place}?voor={before}")).await;
    assert!(first.shows("Het eerste bericht.") && !first.shows("Bericht nummer 1."));
    assert!(first.shows("Naar de laatste berichten") && !first.shows("Vroegere berichten"));
    assert!(first.form_if_any(&place).is_none(), "one answers the last");
}

#[tokio::test]
async fn the_profile_and_the_portrait_show_what_somebody_looks_for() {
    let world = world().await;
    for (function, employer) in [
        ("Kok", "De Kroon"),
        ("Kelner", "Café Centraal"),
        ("Magazijnier", "Depot Zuid"),
        ("Lader", "Depot Noord"),
        ("Poetshulp", "Netjes"),
    ] {
        let work = Entered::new(ExperienceDetails {
            function: label(function),
            employer: label(employer),
            from: day("2024-07-01"),
            until: None,
            description: None,
        });
        let saved = world
            .casework
            .save_record(&world.an, world.dossier, &work, &world.submission())
            .await;
        saved.unwrap();
    }
    let an = Browser::of(&world, "an").await;
    let page = address(&world, Past::Profile);
    assert!(!an.open(&page).await.shows("Zoek op deze pagina"), "five");
    let study = world.study("2024-06-30", None);
    let saved = world
        .casework
        .save_study(&world.an, world.dossier, &study, &world.submission())
        .await;
    saved.unwrap();
    an.open(&page).await.says(200, "Zoek op deze pagina");
    let found = an.open(&format!("{page}?zoek=depot")).await;
    found.says(200, "2 van 6 gevonden.");
    assert!(found.shows("Depot Zuid") && !found.shows("De Kroon"));
    assert!(!found.shows("Atheneum") && !found.shows("Er is nog geen taal"));
    let found = an.open(&format!("{page}?zoek=handel")).await;
    assert!(found.shows("Atheneum") && !found.shows("Depot"));
    let nothing = an.open(&format!("{page}?zoek=piloot")).await;
    nothing.says(200, "Niets gevonden.");

    world.register(&world.an, world.dossier, "2025-05-20").await;
    let page = format!("/dossier/{}/klantenportret", world.dossier.address());
    let all = an.open(&page).await;
    let drawn = all.html.matches("<polygon").count();
    let found = an.open(&format!("{page}?zoek=depot")).await;
    found.says(200, "2 van ");
    assert_eq!(found.html.matches("<polygon").count(), drawn, "the picture");
    assert_eq!(found.html.matches("data-label=\"Soort\"").count(), 2);
    assert!(
        found
            .html
            .contains("<details class=\"govuk-details\" open>")
    );
    assert_eq!(found.html.matches("data-label=\"Stap\"").count(), 0);
    assert!(!found.shows("Er zijn nog geen stappen"));
    let found = an.open(&format!("{page}?zoek=leerhuis")).await;
    assert_eq!(found.html.matches("data-label=\"Stap\"").count(), 1);
}

#[tokio::test]
async fn the_organisations_that_may_open_a_dossier_are_looked_for_by_name() {
    let world = world().await;
    for _ in 0..5 {
        let input = GrantInput {
            organisation: world.b.id,
            basis: Basis::Mandate,
            starts: day("2025-05-01"),
            ends: None,
        };
        let given = world
            .casework
            .give_grant(&world.mediator, world.dossier, &input, &world.submission())
            .await;
        given.unwrap();
    }
    let mediator = Browser::of(&world, "mediator").await;
    let page = address(&world, Past::Services);
    let rows = |html: &str| html.matches("data-label=\"Organisatie\"").count();
    let all = mediator.open(&page).await;
    all.says(200, "Zoek op deze pagina");
    assert_eq!(rows(&all.html), 6);
    let found = mediator.open(&format!("{page}?zoek=leerhuis")).await;
    found.says(200, "1 van 6 gevonden.");
    assert_eq!(rows(&found.html), 1);
    let nothing = mediator.open(&format!("{page}?zoek=piloot")).await;
    nothing.says(200, "Niets gevonden.");
    assert!(!nothing.shows("Geen organisaties"));
}

#[tokio::test]
async fn the_client_looks_for_words_in_what_is_kept_closed() {
    let world = world().await;
    world
        .fill_sections(&world.mediator, world.dossier, str::to_owned)
        .await;
    let lotte = Browser::of(&world, "lotte").await;
    let page = format!("/dossier/{}/pmab", world.dossier.address());
    let all = lotte.open(&page).await;
    assert_eq!(all.status, 200);
    let found = lotte.open(&format!("{page}?zoek=piloot")).await;
    found.says(200, "Niets gevonden.");
    // For the mediator it is closed, whatever stands in the address.
    let mediator = Browser::of(&world, "mediator").await;
    let closed = mediator.open(&format!("{page}?zoek=piloot")).await;
    closed.says(200, "Dit is gesloten");
    assert!(!closed.shows("Zoek op deze pagina"));
}
