//! The journal: every change with who, when, before and after, in one chain per dossier.

use domain::journal::{Event, FIRST_LINK, content_of, digest, link_of};
use domain::studies::Certificate;
use testkit::{ended, summary, world};

#[tokio::test]
async fn the_chain_of_a_dossier_verifies_from_the_first_link_to_the_last() {
    let w = world().await;
    let step = w.register(&w.an, w.dossier, "2025-05-20").await;
    w.record(&w.bram, w.dossier, step, "2025-05-21").await;
    w.clock.advance(60);
    let mut input = w.input(&w.an, "2025-05-19");
    input.summary = Some(summary("Afspraak: elke week een gesprek."));
    w.casework
        .change_step(&w.bram, w.dossier, step, 1, &input, &w.submission())
        .await
        .unwrap();
    w.clock.advance(60);
    w.casework
        .end_step(
            &w.an,
            w.dossier,
            step,
            2,
            &input,
            &ended("2025-05-28"),
            &w.submission(),
        )
        .await
        .unwrap();
    let certificate = Some(Certificate::SecondGrade);
    w.add_study(&w.an, w.dossier, "2024-06-30", certificate)
        .await;

    let journal = w.journal(w.dossier).await;
    let events: Vec<_> = journal.iter().map(|stored| stored.entry.event).collect();
    assert_eq!(
        events,
        [
            Event::DossierCreated,
            Event::GrantGiven,
            Event::StepRegistered,
            Event::ActionRecorded,
            Event::StepChanged,
            Event::StepEnded,
            Event::StudyAdded,
        ]
    );
    let mut link = FIRST_LINK;
    for (stored, number) in journal.iter().zip(1..) {
        assert_eq!(stored.number, number);
        let content = stored.content.as_deref().unwrap();
        assert_eq!(content, content_of(&stored.entry.changes));
        assert_eq!(stored.content_digest, digest(content.as_bytes()));
        link = link_of(&link, number, &stored.entry, &stored.content_digest);
        assert_eq!(stored.link, link, "entry {number}");
    }

    // A changed content, author or order shows.
    let forged = digest(b"[]");
    assert_ne!(journal[4].content_digest, forged);
    let mut other = journal[4].entry.clone();
    other.by = w.an.person;
    let before = journal[3].link;
    assert_ne!(
        link_of(&before, 5, &other, &journal[4].content_digest),
        journal[4].link
    );

    let change = &journal[4];
    assert_eq!(change.by_name, "Bram Claes");
    assert_eq!(change.organisation, "Leerhuis De Brug");
    let fields: Vec<_> = change
        .entry
        .changes
        .iter()
        .map(|it| (it.field.as_str(), it.before.as_deref(), it.after.as_deref()))
        .collect();
    assert!(fields.contains(&("start", Some("2025-05-20"), Some("2025-05-19"))));
    assert!(fields.contains(&("summary", None, Some("Afspraak: elke week een gesprek."))));
}

#[tokio::test]
async fn a_refused_change_leaves_no_trace_in_the_journal() {
    let w = world().await;
    let before = w.journal(w.dossier).await.len();
    let too_early = w.try_register(&w.an, w.dossier, "2023-08-31").await;
    assert!(too_early.is_err());
    assert_eq!(w.journal(w.dossier).await.len(), before);
}

#[tokio::test]
async fn s10_saving_what_stands_there_already_is_no_change() {
    let w = world().await;
    let step = w.register(&w.an, w.dossier, "2025-05-20").await;
    let before = w.journal(w.dossier).await.len();
    let input = w.input(&w.an, "2025-05-20");
    w.casework
        .change_step(&w.an, w.dossier, step, 1, &input, &w.submission())
        .await
        .unwrap();
    assert_eq!(w.journal(w.dossier).await.len(), before);
    assert_eq!(w.step(&w.an, w.dossier, step).await.version, 1);
}
