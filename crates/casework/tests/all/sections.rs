//! The sections that a counsellor fills in: who may, what is kept of it, and two at once (I2, I4, S10, T1, T2).

use casework::{Failure, Trajectory};
use domain::conditions::{Condition, ConditionKind, ConditionStatus};
use domain::journal::Event;
use domain::policy::Denied;
use domain::refusal::{Field, Refusal};
use domain::sections::Entered;
use domain::trajectory::{Agreement, AgreementOutcome, Who};
use domain::vacancies::{Vacancy, VacancyKind, VacancyStatus};
use testkit::{day, label, note, world};

fn housing(status: ConditionStatus) -> Condition {
    Condition {
        kind: ConditionKind::Housing,
        status,
        note: Some(note("Zoekt een kamer.")),
        since: day("2025-05-01"),
    }
}

#[tokio::test]
async fn i4_a_counsellor_with_a_grant_and_the_mediator_fill_in_and_the_client_reads() {
    let w = world().await;
    let entered = Entered::new(housing(ConditionStatus::Attention));
    let id = w
        .casework
        .save_record(&w.an, w.dossier, &entered, &w.submission())
        .await
        .unwrap();
    let better = Entered {
        existing: Some((id, 1)),
        details: housing(ConditionStatus::Fine),
    };
    let saved = w
        .casework
        .save_record(&w.mediator, w.dossier, &better, &w.submission())
        .await;
    assert_eq!(saved.unwrap(), id);
    for (actor, may_edit) in [(&w.an, true), (&w.mediator, true), (&w.lotte, false)] {
        let found = w
            .casework
            .section::<Condition>(actor, w.dossier, "randvoorwaarden")
            .await
            .unwrap();
        assert_eq!(found.may_edit, may_edit, "{}", actor.name);
        assert_eq!(found.records.len(), 1);
        assert_eq!(found.records[0].version, 2);
        assert_eq!(found.records[0].details, better.details);
        let events: Vec<Event> = found.history.iter().map(|it| it.entry.event).collect();
        assert_eq!(events, [Event::ConditionChanged, Event::ConditionAdded]);
        let changed = &found.history[0].entry.changes;
        assert_eq!(changed.len(), 1);
        assert_eq!(changed[0].before.as_deref(), Some("Aandacht"));
        assert_eq!(changed[0].after.as_deref(), Some("In orde"));
    }
    let refused = w
        .casework
        .save_record(&w.lotte, w.dossier, &better, &w.submission())
        .await;
    assert!(matches!(refused, Err(Failure::Denied(Denied::Function))));
}

#[tokio::test]
async fn i2_without_a_grant_nothing_is_read_or_kept() {
    let w = world().await;
    let entered = Entered::new(housing(ConditionStatus::Fine));
    let refused = w
        .casework
        .save_record(&w.carla, w.dossier, &entered, &w.submission())
        .await;
    assert!(matches!(refused, Err(Failure::Denied(Denied::Dossier))));
    let read = w
        .casework
        .section::<Condition>(&w.carla, w.dossier, "randvoorwaarden")
        .await;
    assert!(matches!(read, Err(Failure::Denied(Denied::Dossier))));
    let found = w
        .casework
        .section::<Condition>(&w.an, w.dossier, "randvoorwaarden")
        .await
        .unwrap();
    assert!(found.records.is_empty() && found.history.is_empty());
}

#[tokio::test]
async fn t1_t2_one_of_two_corrections_is_kept_and_what_is_sent_twice_is_kept_once() {
    let w = world().await;
    let entered = Entered::new(housing(ConditionStatus::Attention));
    let once = w.submission();
    let id = w
        .casework
        .save_record(&w.an, w.dossier, &entered, &once)
        .await
        .unwrap();
    let again = w
        .casework
        .save_record(&w.an, w.dossier, &entered, &once)
        .await;
    assert!(matches!(again, Err(Failure::AlreadyDone(to)) if to == once.leads_to));
    let correct = |status| Entered {
        existing: Some((id, 1)),
        details: housing(status),
    };
    let (fine, blocking) = (
        correct(ConditionStatus::Fine),
        correct(ConditionStatus::Blocking),
    );
    let (one, other) = (w.submission(), w.submission());
    let (one, other) = tokio::join!(
        w.casework.save_record(&w.an, w.dossier, &fine, &one),
        w.casework
            .save_record(&w.bram, w.dossier, &blocking, &other),
    );
    assert_ne!(one.is_ok(), other.is_ok(), "{one:?} {other:?}");
    let lost = one.err().or(other.err()).unwrap();
    let Failure::Refused(refusals) = lost else {
        panic!("{lost:?}");
    };
    assert!(refusals.contains(&Refusal::ChangedMeanwhile));
    let twice = w
        .casework
        .save_record(&w.an, w.dossier, &entered, &w.submission())
        .await;
    let Err(Failure::Refused(refusals)) = twice else {
        panic!("{twice:?}");
    };
    assert!(refusals.contains(&Refusal::AlreadyRecorded(Field::ConditionKind)));
}

#[tokio::test]
async fn i2_a_record_of_another_dossier_is_not_found_under_ones_own() {
    let w = world().await;
    let other = w.client("61000942", "Noor", "Aerts").await;
    let entered = Entered::new(housing(ConditionStatus::Fine));
    let id = w
        .casework
        .save_record(&w.mediator, other, &entered, &w.submission())
        .await
        .unwrap();
    let mixed = Entered {
        existing: Some((id, 1)),
        details: housing(ConditionStatus::Blocking),
    };
    let saved = w
        .casework
        .save_record(&w.an, w.dossier, &mixed, &w.submission())
        .await;
    assert!(matches!(saved, Err(Failure::NotFound)), "{saved:?}");
}

fn vacancy(status: VacancyStatus) -> Vacancy {
    Vacancy {
        kind: VacancyKind::Workplace,
        title: label("Hulpkok"),
        employer: label("De Gouden Lepel"),
        address: None,
        place: None,
        status,
        due: Some(day("2025-06-15")),
        note: None,
    }
}

#[tokio::test]
async fn i4_the_client_says_to_have_applied_and_nobody_else_does() {
    let w = world().await;
    let entered = Entered::new(vacancy(VacancyStatus::Assigned));
    let id = w
        .casework
        .save_record(&w.an, w.dossier, &entered, &w.submission())
        .await
        .unwrap();
    for actor in [&w.an, &w.mediator, &w.coach] {
        let refused = w
            .casework
            .apply_for(actor, w.dossier, (id, 1), &w.submission())
            .await;
        let is_denied = matches!(refused, Err(Failure::Denied(Denied::Function)));
        assert!(is_denied, "{}", actor.name);
    }
    let late = w
        .casework
        .apply_for(&w.lotte, w.dossier, (id, 2), &w.submission())
        .await;
    let Err(Failure::Refused(refusals)) = late else {
        panic!("{late:?}");
    };
    assert!(refusals.contains(&Refusal::ChangedMeanwhile));
    let once = w.submission();
    w.casework
        .apply_for(&w.lotte, w.dossier, (id, 1), &once)
        .await
        .unwrap();
    let again = w
        .casework
        .apply_for(&w.lotte, w.dossier, (id, 1), &once)
        .await;
    assert!(matches!(again, Err(Failure::AlreadyDone(to)) if to == once.leads_to));
    let found = w
        .casework
        .section::<Vacancy>(&w.an, w.dossier, "vacatures")
        .await
        .unwrap();
    assert_eq!(found.records[0].details, vacancy(VacancyStatus::Applied));
    let entry = &found.history[0].entry;
    assert_eq!(entry.event, Event::VacancyChanged);
    assert_eq!(entry.changes[0].after.as_deref(), Some("Gesolliciteerd"));
    let twice = w
        .casework
        .apply_for(&w.lotte, w.dossier, (id, 2), &w.submission())
        .await;
    let Err(Failure::Refused(refusals)) = twice else {
        panic!("{twice:?}");
    };
    assert!(refusals.contains(&Refusal::NotToApplyFor));
}

#[tokio::test]
async fn i2_the_client_applies_for_nothing_in_the_dossier_of_somebody_else() {
    let w = world().await;
    let other = w.client("61000942", "Noor", "Aerts").await;
    let entered = Entered::new(vacancy(VacancyStatus::Assigned));
    let id = w
        .casework
        .save_record(&w.mediator, other, &entered, &w.submission())
        .await
        .unwrap();
    let theirs = w
        .casework
        .apply_for(&w.lotte, other, (id, 1), &w.submission())
        .await;
    assert!(matches!(theirs, Err(Failure::Denied(Denied::Dossier))));
    let mixed = w
        .casework
        .apply_for(&w.lotte, w.dossier, (id, 1), &w.submission())
        .await;
    assert!(matches!(mixed, Err(Failure::NotFound)), "{mixed:?}");
}

#[tokio::test]
async fn a_page_with_several_kinds_holds_each_in_its_order_with_one_history() {
    let w = world().await;
    let agreement = |text: &str, due: &str, done: bool| {
        Entered::new(Agreement {
            text: label(text),
            who: Who::Client,
            due: day(due),
            outcome: done.then(|| (AgreementOutcome::Done, day("2025-05-20"))),
        })
    };
    for (text, due, done) in [
        ("Cv schrijven", "2025-05-20", true),
        ("Bellen", "2025-06-20", false),
        ("Langsgaan", "2025-06-10", false),
    ] {
        let entered = agreement(text, due, done);
        w.casework
            .save_record(&w.an, w.dossier, &entered, &w.submission())
            .await
            .unwrap();
    }
    let found = w
        .casework
        .section::<Trajectory>(&w.lotte, w.dossier, "traject")
        .await
        .unwrap();
    let texts = found.records.agreements.iter();
    let texts: Vec<&str> = texts.map(|it| it.details.text.as_str()).collect();
    assert_eq!(texts, ["Langsgaan", "Bellen", "Cv schrijven"]);
    assert!(found.records.goals.is_empty() && found.records.screenings.is_empty());
    assert_eq!(found.history.len(), 3);
    assert!(!found.may_edit);
}
