//! E5, S12, C2, R1, R3, R6: what becomes of a line, from the counsellor to the coach.

use casework::{Failure, NoticeKind};
use domain::journal::Event;
use domain::refusal::{Field, FinalKind, Refusal, Refusals};
use domain::steps::State;
use domain::steps::removal::Decision;
use domain::studies::Certificate;
use testkit::{at, day, ended, note, summary, world};

fn refusals<T: std::fmt::Debug>(answer: Result<T, Failure>) -> Refusals {
    match answer {
        Err(Failure::Refused(refusals)) => refusals,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn s12_a_line_is_registered_straight_as_ended_with_both_dates_and_a_result() {
    let w = world().await;
    let input = w.input(&w.an, "2025-03-01");
    let kind = w.step_type();
    let without_end = w
        .casework
        .check_registration_ended(&w.an, w.dossier, &kind, &input, None)
        .await;
    assert!(refusals(without_end).contains(&Refusal::Empty(Field::End)));

    let mut without_reason = ended("2025-05-01");
    without_reason.reason = None;
    let refused = w
        .casework
        .register_step(
            &w.an,
            w.dossier,
            &kind,
            &input,
            Some(&without_reason),
            &w.submission(),
        )
        .await;
    assert!(refusals(refused).contains(&Refusal::NotChosen(Field::Reason)));

    let done = w
        .casework
        .register_step(
            &w.an,
            w.dossier,
            &kind,
            &input,
            Some(&ended("2025-05-01")),
            &w.submission(),
        )
        .await
        .unwrap();
    let line = w.step(&w.an, w.dossier, done.step).await;
    assert_eq!(line.end(), Some(day("2025-05-01")));
    assert_eq!(line.listed_on(), day("2025-05-01"));
}

#[tokio::test]
async fn r1_leaving_the_second_screen_leaves_the_line_ongoing_and_unchanged() {
    let w = world().await;
    let step = w.register(&w.an, w.dossier, "2025-05-20").await;
    let before = w.step(&w.an, w.dossier, step).await;
    let journal = w.journal(w.dossier).await.len();

    let mut input = w.input(&w.an, "2025-05-20");
    input.summary = Some(summary("Getypt, maar niet bevestigd."));
    let warnings = w
        .casework
        .check_end(&w.an, w.dossier, step, 1, &input, Some(day("2025-05-27")))
        .await
        .unwrap();
    assert_eq!(warnings, [casework::Warning::NoActions]);

    assert_eq!(w.step(&w.an, w.dossier, step).await, before);
    assert!(matches!(before.state, State::Ongoing));
    assert_eq!(w.journal(w.dossier).await.len(), journal);
}

#[tokio::test]
async fn r1_ending_before_the_last_action_is_refused_on_the_first_screen_already() {
    let w = world().await;
    let step = w.register(&w.an, w.dossier, "2025-05-20").await;
    w.record(&w.an, w.dossier, step, "2025-05-26").await;
    let input = w.input(&w.an, "2025-05-20");
    let refused = w
        .casework
        .check_end(&w.an, w.dossier, step, 1, &input, Some(day("2025-05-25")))
        .await;
    let refused = refusals(refused);
    assert!(
        refused.iter().any(
            |it| matches!(it, Refusal::ActionsAfterEnd(named) if named[0].day == day("2025-05-26"))
        ),
        "{refused:?}"
    );
}

#[tokio::test]
async fn r3_confirmed_on_28_may_is_open_until_the_last_microsecond_of_11_june() {
    let w = world().await;
    let step = w.register(&w.an, w.dossier, "2025-05-20").await;
    w.end(&w.an, w.dossier, step, "2025-05-28").await;
    let add = async |text: &str| {
        w.casework
            .add_addendum(&w.bram, w.dossier, step, &summary(text), &w.submission())
            .await
    };

    w.clock.set(at("2025-06-11T23:59:59.999999+02:00"));
    add("Op de valreep.").await.unwrap();
    let page = w.casework.step_page(&w.an, w.dossier, step).await.unwrap();
    assert!(page.window_open);

    w.clock.set(at("2025-06-12T00:00:00+02:00"));
    let refused = refusals(add("Te laat.").await);
    assert!(refused.contains(&Refusal::AddendumWindowClosed {
        last_day: day("2025-06-11")
    }));
    let page = w.casework.step_page(&w.an, w.dossier, step).await.unwrap();
    assert!(!page.window_open);
    let texts: Vec<_> = page.addenda.iter().map(|it| it.text.as_str()).collect();
    assert_eq!(texts, ["Op de valreep."]);
    assert_eq!(page.addenda[0].stamp.by_name, "Bram Claes");
}

#[tokio::test]
async fn r3_an_ended_line_takes_no_change_no_action_and_no_second_end() {
    let w = world().await;
    let step = w.register(&w.an, w.dossier, "2025-05-20").await;
    w.end(&w.an, w.dossier, step, "2025-05-28").await;
    let final_ = Refusal::Final(FinalKind::Ended);
    let input = w.input(&w.an, "2025-05-20");

    let changed = w
        .casework
        .change_step(&w.an, w.dossier, step, 2, &input, &w.submission())
        .await;
    assert!(refusals(changed).contains(&final_));
    let recorded = w
        .casework
        .record_action(
            &w.an,
            w.dossier,
            step,
            &w.talk("2025-05-21"),
            &w.submission(),
        )
        .await;
    assert!(refusals(recorded).contains(&final_));
    let cancelled = w
        .casework
        .cancel_step(
            &w.an,
            w.dossier,
            step,
            2,
            &note("Toch niet."),
            true,
            &w.submission(),
        )
        .await;
    assert!(refusals(cancelled).contains(&final_));
}

#[tokio::test]
async fn c2_cancelling_asks_for_a_confirmation_that_lists_the_actions_and_voids_them() {
    let w = world().await;
    let step = w.register(&w.an, w.dossier, "2025-05-20").await;
    w.record(&w.an, w.dossier, step, "2025-05-21").await;
    w.record(&w.an, w.dossier, step, "2025-05-22").await;
    let reason = note("Geregistreerd bij de verkeerde klant.");
    let cancel = async |voids: bool| {
        w.casework
            .cancel_step(&w.an, w.dossier, step, 1, &reason, voids, &w.submission())
            .await
    };

    let refused = refusals(cancel(false).await);
    let listed = refused.iter().find_map(|it| match it {
        Refusal::ActionsWillBeVoided(named) => Some(named.len()),
        _ => None,
    });
    assert_eq!(listed, Some(2));

    cancel(true).await.unwrap();
    let page = w.casework.steps_page(&w.an, w.dossier).await.unwrap();
    assert!(page.rows.is_empty(), "C1: a cancelled line is not listed");
    let shown = w.casework.step_page(&w.an, w.dossier, step).await;
    assert!(matches!(shown, Err(Failure::NotFound)));
    let (_, line, history) = w
        .casework
        .step_history(&w.an, w.dossier, step)
        .await
        .unwrap();
    assert!(matches!(line.state, State::Cancelled(_)), "it is kept");
    let cancelled = &history[0].entry;
    assert_eq!(cancelled.event, Event::StepCancelled);
    let voided: Vec<_> = cancelled
        .changes
        .iter()
        .filter(|change| change.field == "action")
        .filter_map(|change| change.before.as_deref())
        .collect();
    assert_eq!(
        voided,
        [
            "22/05/2025 Individueel gesprek",
            "21/05/2025 Individueel gesprek"
        ]
    );
    // The place is free again (S8).
    assert!(w.try_register(&w.an, w.dossier, "2025-05-20").await.is_ok());
}

#[tokio::test]
async fn e5_a_diploma_recorded_later_flags_the_line_and_correcting_it_takes_the_flag_away() {
    let w = world().await;
    let step = w.register(&w.an, w.dossier, "2025-05-20").await;
    let diploma = Some(Certificate::SecondaryDiploma);
    let later = w.add_study(&w.an, w.dossier, "2025-05-21", diploma).await;
    let flagged = async || {
        let page = w.casework.steps_page(&w.an, w.dossier).await.unwrap();
        page.rows[0].review
    };
    assert!(
        !flagged().await,
        "E3: obtained after the start is no obstacle"
    );

    let mut correction = w.study("2025-05-20", diploma);
    correction.existing = Some((later, 1));
    w.casework
        .save_study(&w.an, w.dossier, &correction, &w.submission())
        .await
        .unwrap();
    assert!(flagged().await);
    let page = w.casework.step_page(&w.an, w.dossier, step).await.unwrap();
    let (study, since) = page.review.unwrap();
    assert_eq!((study.id, since), (later, w.casework.now()));
    assert!(
        matches!(page.step.state, State::Ongoing),
        "nothing else changed"
    );

    let mut back = w.study("2025-05-20", None);
    back.existing = Some((later, 2));
    w.casework
        .save_study(&w.an, w.dossier, &back, &w.submission())
        .await
        .unwrap();
    assert!(!flagged().await);
    let events: Vec<_> = w
        .journal(w.dossier)
        .await
        .iter()
        .map(|stored| stored.entry.event)
        .collect();
    assert!(events.contains(&Event::ReviewRaised) && events.contains(&Event::ReviewCleared));
}

#[tokio::test]
async fn e5_correcting_the_start_to_before_the_diploma_takes_the_flag_away() {
    let w = world().await;
    let step = w.register(&w.an, w.dossier, "2025-05-20").await;
    let diploma = Some(Certificate::SecondaryDiploma);
    w.add_study(&w.an, w.dossier, "2025-05-19", diploma).await;
    let page = w.casework.steps_page(&w.an, w.dossier).await.unwrap();
    assert!(page.rows[0].review);

    w.clock.advance(60);
    let earlier = w.input(&w.an, "2025-05-16");
    w.casework
        .change_step(&w.an, w.dossier, step, 1, &earlier, &w.submission())
        .await
        .unwrap();
    let page = w.casework.steps_page(&w.an, w.dossier).await.unwrap();
    assert!(!page.rows[0].review);
}

#[tokio::test]
async fn r6_the_coach_removes_an_ended_line_on_request_and_the_asker_is_told() {
    let w = world().await;
    let step = w.register(&w.an, w.dossier, "2025-05-20").await;
    let reason = note("Dit was de begeleiding van haar zus.");
    let ask = async || {
        w.casework
            .request_removal(&w.an, w.dossier, step, &reason, &w.submission())
            .await
    };
    assert!(refusals(ask().await).contains(&Refusal::RemovalOnlyOfEnded));

    w.end(&w.an, w.dossier, step, "2025-05-27").await;
    ask().await.unwrap();
    assert!(refusals(ask().await).contains(&Refusal::RemovalAlreadyAsked));

    let queue = w.casework.removal_queue(&w.coach).await.unwrap();
    assert_eq!(queue.waiting.len(), 1);
    let request = w.casework.step_page(&w.an, w.dossier, step).await.unwrap();
    let request = request.removals[0].id;
    let page = w.casework.removal_page(&w.coach, request).await.unwrap();
    assert_eq!(page.request.reason, reason);
    assert!(matches!(
        w.casework
            .remove_line(&w.an, request, &w.submission())
            .await,
        Err(Failure::Denied(_))
    ));

    w.clock.advance(3_600);
    w.casework
        .remove_line(&w.coach, request, &w.submission())
        .await
        .unwrap();
    let rows = w.casework.steps_page(&w.an, w.dossier).await.unwrap().rows;
    assert!(rows.is_empty());
    let told = w.casework.notices(&w.an).await.unwrap();
    assert_eq!(
        NoticeKind::from_code(&told[0].kind),
        Some(NoticeKind::LineRemoved)
    );
    assert_eq!(told[0].step, Some(step));
    let kept = w.casework.removal_page(&w.coach, request).await.unwrap();
    assert!(matches!(kept.line.step.state, State::Removed(..)));
    assert!(matches!(kept.request.decision, Some(Decision::Removed(_))));
    let again = w
        .casework
        .remove_line(&w.coach, request, &w.submission())
        .await;
    assert!(refusals(again).contains(&Refusal::RemovalAlreadyDecided));
}

#[tokio::test]
async fn r6_the_coach_refuses_with_a_reason_that_the_asker_reads() {
    let w = world().await;
    let step = w.register(&w.an, w.dossier, "2025-05-20").await;
    w.end(&w.an, w.dossier, step, "2025-05-27").await;
    w.casework
        .request_removal(
            &w.an,
            w.dossier,
            step,
            &note("Verkeerd resultaat."),
            &w.submission(),
        )
        .await
        .unwrap();
    let page = w.casework.step_page(&w.an, w.dossier, step).await.unwrap();
    w.casework
        .refuse_removal(
            &w.coach,
            page.removals[0].id,
            &note("Het resultaat klopt met de bewijzen."),
            &w.submission(),
        )
        .await
        .unwrap();
    let told = w.casework.notices(&w.an).await.unwrap();
    assert_eq!(
        NoticeKind::from_code(&told[0].kind),
        Some(NoticeKind::RemovalRefused)
    );
    assert_eq!(
        told[0].note.as_deref(),
        Some("Het resultaat klopt met de bewijzen.")
    );
    let rows = w.casework.steps_page(&w.an, w.dossier).await.unwrap().rows;
    assert_eq!(rows.len(), 1, "the line stays");
}
