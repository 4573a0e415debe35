//! T1, T2, S8: what two people, or one person twice, do at the same moment.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper that fails is a test that fails"
)]

use casework::{Done, Failure};
use domain::journal::Event;
use domain::refusal::Refusal;
use domain::steps::State;
use testkit::{ended, summary, world};

#[tokio::test]
async fn t1_who_saves_second_is_told_what_the_first_changed_and_nothing_is_overwritten() {
    let w = world().await;
    let step = w.register(&w.an, w.dossier, "2025-05-20").await;

    let mut first = w.input(&w.an, "2025-05-20");
    first.summary = Some(summary("Bram sprak de school."));
    w.clock.advance(60);
    w.casework
        .change_step(&w.bram, w.dossier, step, 1, &first, &w.submission())
        .await
        .unwrap();

    let mut second = w.input(&w.an, "2025-05-20");
    second.summary = Some(summary("An sprak de ouders."));
    let told = w
        .casework
        .change_step(&w.an, w.dossier, step, 1, &second, &w.submission())
        .await;
    let Err(Failure::Changed(conflict)) = told else {
        panic!("{told:?}");
    };
    assert_eq!(conflict.stamp.by_name, "Bram Claes");
    assert_eq!(conflict.stamp.at, w.casework.now());
    assert_eq!((conflict.version, conflict.is_final), (2, false));
    let changed: Vec<_> = conflict
        .changes
        .iter()
        .map(|change| (change.field.as_str(), change.after.as_deref()))
        .collect();
    assert!(changed.contains(&("summary", Some("Bram sprak de school."))));

    let line = w.step(&w.an, w.dossier, step).await;
    assert_eq!(line.summary.unwrap().as_str(), "Bram sprak de school.");
    assert_eq!(line.version, 2);

    // Having seen it, An saves again on the version she was told of.
    let again = w
        .casework
        .change_step(&w.an, w.dossier, step, 2, &second, &w.submission())
        .await;
    assert!(again.is_ok());
}

#[tokio::test]
async fn t1_who_changes_a_line_that_was_ended_meanwhile_is_told_it_is_final() {
    let w = world().await;
    let step = w.register(&w.an, w.dossier, "2025-05-20").await;
    w.end(&w.bram, w.dossier, step, "2025-05-27").await;

    let input = w.input(&w.an, "2025-05-20");
    let told = w
        .casework
        .change_step(&w.an, w.dossier, step, 1, &input, &w.submission())
        .await;
    let Err(Failure::Changed(conflict)) = told else {
        panic!("{told:?}");
    };
    assert!(conflict.is_final);
    assert_eq!(conflict.stamp.by_name, "Bram Claes");
    let fields: Vec<_> = conflict
        .changes
        .iter()
        .map(|it| it.field.as_str())
        .collect();
    assert!(
        fields.contains(&"end") && fields.contains(&"result"),
        "{fields:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t1_of_two_that_end_the_same_line_exactly_one_succeeds_in_fifty_rounds() {
    let w = world().await;
    for round in 0..50 {
        let number = format!("7000{round:04}");
        let dossier = w.client(&number, "Round", "Robin").await;
        w.grant_to(dossier, &w.a).await;
        let step = w.register(&w.an, dossier, "2025-05-20").await;

        let input = w.input(&w.an, "2025-05-20");
        let (on_27, on_28) = (ended("2025-05-27"), ended("2025-05-28"));
        let (by_an, by_bram) = (w.submission(), w.submission());
        let (an, bram) = tokio::join!(
            w.casework
                .end_step(&w.an, dossier, step, 1, &input, &on_27, &by_an),
            w.casework
                .end_step(&w.bram, dossier, step, 1, &input, &on_28, &by_bram),
        );

        let (winner, loser) = match (an, bram) {
            (Ok(_), Err(told)) => ("An Peeters", told),
            (Err(told), Ok(_)) => ("Bram Claes", told),
            both => panic!("round {round}: {both:?}"),
        };
        let Failure::Changed(conflict) = loser else {
            panic!("round {round}: {loser:?}");
        };
        assert!(conflict.is_final);
        assert_eq!(conflict.stamp.by_name, winner);
        let State::Ended(ending) = w.step(&w.an, dossier, step).await.state else {
            panic!("round {round}: the line is not ended");
        };
        assert_eq!(ending.confirmed.by_name, winner);
        let endings = w.journal(dossier).await;
        let endings = endings
            .iter()
            .filter(|stored| stored.entry.event == Event::StepEnded);
        assert_eq!(endings.count(), 1, "round {round}");
    }
}

#[tokio::test]
async fn t2_the_same_submission_again_stores_nothing_and_leads_to_the_same_place() {
    let w = world().await;
    let input = w.input(&w.an, "2025-05-20");
    let kind = w.step_type();
    let submission = w.leading_to("/klant/1/stappen");
    let first = w
        .casework
        .register_step(&w.an, w.dossier, &kind, &input, None, &submission)
        .await;
    assert!(first.is_ok());

    let again = w
        .casework
        .register_step(&w.an, w.dossier, &kind, &input, None, &submission)
        .await;
    let Err(Failure::AlreadyDone(led_to)) = again else {
        panic!("{again:?}");
    };
    assert_eq!(led_to, "/klant/1/stappen");
    assert_eq!(lines(&w).await, 1);

    // The key of somebody else's form gives nothing away.
    let stolen = w
        .casework
        .register_step(&w.bram, w.dossier, &kind, &input, None, &submission)
        .await;
    assert!(
        !matches!(stolen, Ok(_) | Err(Failure::AlreadyDone(_))),
        "{stolen:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t2_pressing_twice_at_once_stores_one_line() {
    let w = world().await;
    for round in 0..25 {
        let number = format!("7100{round:04}");
        let dossier = w.client(&number, "Twee", "Keer").await;
        w.grant_to(dossier, &w.a).await;
        let input = w.input(&w.an, "2025-05-20");
        let kind = w.step_type();
        let submission = w.leading_to("/daar");
        let press = || {
            w.casework
                .register_step(&w.an, dossier, &kind, &input, None, &submission)
        };
        let (one, other) = tokio::join!(press(), press());
        let answers = [one, other];
        assert_eq!(answers.iter().filter(|it| it.is_ok()).count(), 1);
        assert!(
            answers
                .iter()
                .any(|it| matches!(it, Err(Failure::AlreadyDone(to)) if to == "/daar")),
            "round {round}: {answers:?}"
        );
        let page = w.casework.steps_page(&w.an, dossier).await.unwrap();
        assert_eq!(page.rows.len(), 1, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s8_of_two_registrations_at_once_the_second_is_refused_and_shown_the_first() {
    let w = world().await;
    for round in 0..25 {
        let number = format!("7200{round:04}");
        let dossier = w.client(&number, "Een", "Lijn").await;
        w.grant_to(dossier, &w.a).await;
        let (an, bram) = tokio::join!(
            w.try_register(&w.an, dossier, "2025-05-20"),
            w.try_register(&w.bram, dossier, "2025-05-21"),
        );
        let (Done { step: first, .. }, refused) = match (an, bram) {
            (Ok(done), Err(refused)) | (Err(refused), Ok(done)) => (done, refused),
            both => panic!("round {round}: {both:?}"),
        };
        let Failure::Refused(refusals) = refused else {
            panic!("round {round}: {refused:?}");
        };
        assert!(
            refusals
                .iter()
                .any(|it| matches!(it, Refusal::AlreadyOngoing { step, .. } if *step == first)),
            "round {round}: {refusals:?}"
        );
        let page = w.casework.steps_page(&w.an, dossier).await.unwrap();
        assert_eq!(page.rows.len(), 1, "round {round}");
    }
}

#[tokio::test]
async fn s8_the_same_guidance_ongoing_elsewhere_warns_both_without_names() {
    let w = world().await;
    w.grant_to(w.dossier, &w.b).await;
    let at_a = w.try_register(&w.an, w.dossier, "2025-05-20").await;
    assert!(at_a.unwrap().warnings.is_empty());
    let at_b = w.try_register(&w.carla, w.dossier, "2025-05-21").await;
    assert_eq!(
        at_b.unwrap().warnings,
        [casework::Warning::OngoingElsewhere]
    );

    let told = w.casework.notices(&w.an).await.unwrap();
    assert_eq!(told.len(), 1);
    assert_eq!(
        casework::NoticeKind::from_code(&told[0].kind),
        Some(casework::NoticeKind::OngoingElsewhere)
    );
    assert_eq!(told[0].note, None);
}

async fn lines(w: &testkit::World) -> usize {
    let page = w.casework.steps_page(&w.an, w.dossier).await.unwrap();
    page.rows.len()
}
