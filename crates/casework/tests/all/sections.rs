//! The sections that a counsellor fills in: who may, what is kept of it, and two at once (I2, I4, S10, T1, T2).

use casework::Failure;
use domain::conditions::{Condition, ConditionKind, ConditionStatus};
use domain::journal::Event;
use domain::policy::Denied;
use domain::refusal::{Field, Refusal};
use domain::sections::Entered;
use testkit::{day, note, world};

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
