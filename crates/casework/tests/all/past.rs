//! The history of an entry of the dossier: what each role reads of it, and that nothing is left out.

#![allow(clippy::unwrap_used)]

use casework::{Casework, DocumentInput, GrantDecision, JournalEntry};
use domain::documents::{Audience, DocumentKind};
use domain::grants::{Basis, RequestKind};
use domain::ids::DocumentId;
use domain::journal::Event;
use domain::past::Past;
use domain::people::Actor;
use domain::profile::ExperienceDetails;
use domain::sections::Entered;
use testkit::papers::{incoming, pdf};
use testkit::{World, day, label, note, world};

async fn past(w: &World, who: &Actor, past: Past) -> Vec<JournalEntry> {
    let found = w.casework.past(who, w.dossier, (past, None)).await;
    found.unwrap().entries
}

async fn events(w: &World, who: &Actor, which: Past) -> Vec<Event> {
    let found = past(w, who, which).await;
    found.iter().map(|it| it.entry.event).collect()
}

/// Everything that a history tells, as one text.
async fn told(w: &World, who: &Actor, which: Past) -> String {
    let found = past(w, who, which).await;
    let changes = found.iter().flat_map(|it| &it.entry.changes);
    let texts = changes.flat_map(|it| [it.before.clone(), it.after.clone()]);
    texts.flatten().collect::<Vec<_>>().join("|")
}

async fn about_me(w: &World, before: &str, after: &str) {
    let read = Casework::text_mark(before);
    let text = note(after);
    let saved = w
        .casework
        .save_about_me(&w.an, w.dossier, &read, Some(&text), &w.submission())
        .await;
    saved.unwrap();
}

#[tokio::test]
async fn the_profile_tells_of_studies_about_me_and_work_the_last_first() {
    let w = world().await;
    let study = w.study("2024-06-30", None);
    let saved = w
        .casework
        .save_study(&w.an, w.dossier, &study, &w.submission())
        .await;
    saved.unwrap();
    about_me(&w, "", "Ik ben Lotte.").await;
    let work = Entered::new(ExperienceDetails {
        function: label("Kok"),
        employer: label("De Kroon"),
        from: day("2024-07-01"),
        until: None,
        description: None,
    });
    let saved = w
        .casework
        .save_record(&w.an, w.dossier, &work, &w.submission())
        .await;
    saved.unwrap();
    for who in [&w.an, &w.lotte, &w.mediator] {
        assert_eq!(
            events(&w, who, Past::Profile).await,
            [
                Event::ExperienceAdded,
                Event::AboutMeChanged,
                Event::StudyAdded
            ]
        );
    }
}

#[tokio::test]
async fn a_long_history_is_read_page_by_page_and_nothing_is_left_out() {
    let w = world().await;
    let mut before = String::new();
    for number in 0..210 {
        let after = format!("Tekst {number}");
        about_me(&w, &before, &after).await;
        before = after;
    }
    let mut from = None;
    let mut pages = Vec::new();
    let mut numbers = Vec::new();
    loop {
        let page = w
            .casework
            .past(&w.lotte, w.dossier, (Past::Profile, from))
            .await
            .unwrap();
        pages.push(page.entries.len());
        numbers.extend(page.entries.iter().map(|it| it.number));
        from = page.earlier;
        if from.is_none() {
            break;
        }
    }
    assert_eq!(pages, [50, 50, 50, 50, 10]);
    let last = numbers[0];
    let expected: Vec<i64> = (last - 209..=last).rev().collect();
    assert_eq!(numbers, expected);
}

async fn add(w: &World, by: &Actor, title: &str, audience: Audience) -> DocumentId {
    let input = DocumentInput {
        kind: DocumentKind::Attest,
        title: Some(label(title)),
        day: day("2025-05-20"),
        audience,
        step: None,
    };
    let file = incoming(&w.casework, "attest.pdf", &pdf(title)).await;
    let added = w
        .casework
        .add_documents(by, w.dossier, &input, vec![file], &w.submission())
        .await;
    added.unwrap()[0]
}

#[tokio::test]
async fn documents_have_a_history_for_who_sees_them() {
    let w = world().await;
    w.grant_to(w.dossier, &w.b).await;
    let own = add(&w, &w.an, "Alleen van ons", Audience::Own).await;
    add(&w, &w.an, "Voor iedereen", Audience::Granted).await;
    let texts = async |who| told(&w, who, Past::Documents).await;
    for who in [&w.an, &w.bram, &w.lotte, &w.mediator] {
        let seen = texts(who).await;
        assert!(seen.contains("Alleen van ons") && seen.contains("Voor iedereen"));
    }
    let elsewhere = texts(&w.carla).await;
    assert!(elsewhere.contains("Voor iedereen") && !elsewhere.contains("Alleen van ons"));
    let why = note("Van een andere jongere.");
    let withdrawn = w
        .casework
        .withdraw_document(&w.an, w.dossier, (own, 1), &why, &w.submission())
        .await;
    withdrawn.unwrap();
    // Out of sight is out of the history too; who still sees it reads why.
    for who in [&w.an, &w.carla, &w.lotte] {
        let seen = texts(who).await;
        assert!(!seen.contains("Alleen van ons") && !seen.contains("andere jongere"));
        assert_eq!(
            events(&w, who, Past::Documents).await,
            [Event::DocumentAdded]
        );
    }
    let seen = events(&w, &w.mediator, Past::Documents).await;
    assert_eq!(seen[0], Event::DocumentWithdrawn);
    assert!(texts(&w.mediator).await.contains("andere jongere"));
    for entry in past(&w, &w.mediator, Past::Documents).await {
        let mut fields = entry.entry.changes.iter().map(|it| it.field.as_str());
        assert!(fields.all(|field| field != "file_digest"));
    }
}

#[tokio::test]
async fn i2_a_counsellor_reads_who_may_open_the_dossier_and_not_what_another_asked() {
    let w = world().await;
    let request = w.ask_grant(&w.carla, "61000447").await;
    let granted = GrantDecision::Grant(None);
    let decided = w
        .casework
        .decide_grant_request(&w.mediator, request, &granted, &w.submission())
        .await;
    decided.unwrap();
    let asks = (
        RequestKind::Extension,
        Basis::Mandate,
        &note("Nog een jaar nodig."),
    );
    let asked = w
        .casework
        .ask_in_dossier(&w.carla, w.dossier, asks, &w.submission())
        .await;
    asked.unwrap();
    let reason = note("Ik wil dit niet meer.");
    let ended = w
        .casework
        .end_grants(&w.lotte, w.dossier, w.b.id, &reason, &w.submission())
        .await;
    ended.unwrap();
    let seen = events(&w, &w.an, Past::Services).await;
    assert_eq!(
        seen,
        [Event::GrantEnded, Event::GrantGiven, Event::GrantGiven]
    );
    let texts = told(&w, &w.an, Past::Services).await;
    assert!(texts.contains("Werkatelier Noord"), "{texts}");
    for hidden in [
        "Carla",
        "Begeleiding vanaf juni",
        "Nog een jaar",
        "niet meer",
    ] {
        assert!(!texts.contains(hidden), "{hidden} in {texts}");
    }
    for who in [&w.mediator, &w.lotte] {
        let seen = events(&w, who, Past::Services).await;
        assert_eq!(seen[1], Event::GrantAsked);
        let texts = told(&w, who, Past::Services).await;
        for shown in ["Carla Nys", "Begeleiding vanaf juni", "Nog een jaar"] {
            assert!(texts.contains(shown), "{shown} not in {texts}");
        }
    }
}

#[tokio::test]
async fn who_has_the_dossier_at_an_organisation_is_for_that_organisation() {
    let w = world().await;
    w.grant_to(w.dossier, &w.b).await;
    let narrowed = w
        .casework
        .set_narrowing(&w.manager, true, &w.submission())
        .await;
    narrowed.unwrap();
    let bram = w.bram.person;
    let assigned = w
        .casework
        .assign_dossier(&w.manager, w.dossier, bram, &w.submission())
        .await;
    assigned.unwrap();
    for (who, is_shown) in [
        (&w.bram, true),
        (&w.carla, false),
        (&w.lotte, true),
        (&w.mediator, true),
    ] {
        let seen = events(&w, who, Past::Services).await;
        let has = seen.contains(&Event::CounsellorAssigned);
        assert_eq!(has, is_shown, "{}", who.name);
    }
}
