//! 'PmAB' and 'Transmissie' (I3): who reads them at once, who gives a reason first, who never does, and for whom a
//! transmission does not apply.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use casework::{Contact, Failure, NewClient};
use domain::client_number::ClientNumber;
use domain::closed::{MINUTES, OpeningReason};
use domain::disability::{Indication, IndicationKind};
use domain::ids::DossierId;
use domain::journal::Event;
use domain::people::Actor;
use domain::policy::Denied;
use domain::refusal::{Field, Refusal};
use domain::sections::Entered;
use domain::transmission::{
    Transmission, TransmissionDecision, TransmissionReason, TransmissionStatus,
};
use testkit::{World, day, label, note, world};

fn indication() -> Indication {
    Indication {
        kind: IndicationKind::Wop,
        granted_on: day("2025-05-01"),
        valid_until: Some(day("2030-05-01")),
        decided_by: label("VDAB"),
        ended_on: None,
    }
}

fn transmission() -> Transmission {
    Transmission {
        reason: TransmissionReason::NoShow,
        facts: note("Kwam niet op 12 mei."),
        sent_on: day("2025-05-14"),
        status: TransmissionStatus::Sent,
        decision: None,
    }
}

async fn opened(w: &World, by: &Actor) -> Result<usize, Failure> {
    let why = (OpeningReason::Client, None);
    let found = w
        .casework
        .open_section::<Indication>(by, w.dossier, why, &w.submission())
        .await?;
    Ok(found.records.len())
}

async fn saved(w: &World, by: &Actor) -> Result<(), Failure> {
    let entered = Entered::new(indication());
    let done = w
        .casework
        .save_record(by, w.dossier, &entered, &w.submission())
        .await;
    done.map(drop)
}

async fn client_in(w: &World, number: &str, work_situation: &str) -> DossierId {
    let client = NewClient {
        client_number: ClientNumber::parse(number).unwrap(),
        given_name: "Noor".to_owned(),
        family_name: "Aerts".to_owned(),
        birth: day("2008-03-17"),
        work_situation: work_situation.to_owned(),
        work_situation_since: None,
        insz: None,
        contact: Contact::default(),
    };
    let created = w.casework.create_client(&w.mediator, &client);
    created.await.unwrap()
}

#[tokio::test]
async fn i3_the_mediator_opens_it_for_a_reason_that_the_client_reads() {
    let w = world().await;
    saved(&w, &w.mediator).await.unwrap();
    let note = label("gesprek van vandaag");
    let why = (OpeningReason::Client, Some(&note));
    let found = w
        .casework
        .open_section::<Indication>(&w.mediator, w.dossier, why, &w.submission())
        .await
        .unwrap();
    assert_eq!(found.records.len(), 1);
    assert_eq!(found.records[0].details, indication());
    assert!(found.may_edit);
    let told = "De jongere vraagt het: gesprek van vandaag";
    let (_, openings) = w
        .casework
        .openings(&w.lotte, w.dossier, None, 50)
        .await
        .unwrap();
    let opening = openings.iter().find(|it| it.what == "pmab").unwrap();
    assert_eq!(
        (opening.reason.as_str(), opening.role.as_str()),
        (told, "mediator")
    );
    let journal = w.journal(w.dossier).await;
    let entry = journal
        .iter()
        .find(|it| it.entry.event == Event::DisabilityOpened)
        .unwrap();
    assert_eq!(entry.entry.changes[0].after.as_deref(), Some(told));
}

#[tokio::test]
async fn i3_another_reason_is_explained_before_anything_is_opened() {
    let w = world().await;
    let why = (OpeningReason::Other, None);
    let refused = w
        .casework
        .open_section::<Indication>(&w.mediator, w.dossier, why, &w.submission())
        .await;
    let Err(Failure::Refused(refusals)) = refused else {
        panic!("{refused:?}");
    };
    assert!(refusals.contains(&Refusal::Empty(Field::OpeningReason)));
    let (_, openings) = w
        .casework
        .openings(&w.lotte, w.dossier, None, 50)
        .await
        .unwrap();
    assert!(openings.iter().all(|it| it.what != "pmab"), "{openings:?}");
}

#[tokio::test]
async fn i2_a_counsellor_never_reads_or_writes_it_and_the_client_reads_the_own_at_once() {
    let w = world().await;
    saved(&w, &w.mediator).await.unwrap();
    for by in [&w.an, &w.lotte, &w.coach, &w.manager] {
        let refused = opened(&w, by).await;
        let is_denied = matches!(refused, Err(Failure::Denied(Denied::Function)));
        assert!(is_denied, "{}: {refused:?}", by.name);
        let refused = saved(&w, by).await;
        let is_denied = matches!(refused, Err(Failure::Denied(Denied::Function)));
        assert!(is_denied, "{}: {refused:?}", by.name);
    }
    for by in [&w.an, &w.mediator] {
        let read = w.casework.section::<Indication>(by, w.dossier, "pmab");
        let read = read.await;
        let is_denied = matches!(read, Err(Failure::Denied(Denied::Function)));
        assert!(is_denied, "{}: {read:?}", by.name);
    }
    let own = w
        .casework
        .section::<Indication>(&w.lotte, w.dossier, "pmab");
    let own = own.await.unwrap();
    assert_eq!(own.records.len(), 1);
    assert!(!own.may_edit);
}

#[tokio::test]
async fn i3_the_form_of_a_record_shows_it_only_just_after_it_was_opened_by_the_same_person() {
    let w = world().await;
    saved(&w, &w.mediator).await.unwrap();
    let form = |shows| {
        let casework = &w.casework;
        casework.record_form::<Indication>(&w.mediator, w.dossier, "pmab", shows)
    };
    assert!(form(true).await.unwrap().records.is_none());
    // What is typed can still be saved then: the form shows nothing of what is recorded.
    assert!(form(false).await.unwrap().records.is_some());
    opened(&w, &w.mediator).await.unwrap();
    assert!(form(true).await.unwrap().records.is_some());
    w.clock.advance((MINUTES + 1) * 60);
    assert!(form(true).await.unwrap().records.is_none());
}

#[tokio::test]
async fn t1_t2_it_is_ended_by_a_correction_and_what_is_sent_twice_is_kept_once() {
    let w = world().await;
    let entered = Entered::new(indication());
    let once = w.submission();
    let casework = &w.casework;
    let id = casework
        .save_record(&w.mediator, w.dossier, &entered, &once)
        .await
        .unwrap();
    let again = casework
        .save_record(&w.mediator, w.dossier, &entered, &once)
        .await;
    assert!(matches!(again, Err(Failure::AlreadyDone(to)) if to == once.leads_to));
    let ended = Entered {
        existing: Some((id, 1)),
        details: Indication {
            ended_on: Some(day("2025-05-20")),
            ..indication()
        },
    };
    casework
        .save_record(&w.mediator, w.dossier, &ended, &w.submission())
        .await
        .unwrap();
    let late = casework
        .save_record(&w.mediator, w.dossier, &ended, &w.submission())
        .await;
    let Err(Failure::Refused(refusals)) = late else {
        panic!("{late:?}");
    };
    assert!(refusals.contains(&Refusal::ChangedMeanwhile));
}

#[tokio::test]
async fn a_pupil_is_not_passed_on_and_what_was_sent_before_can_still_be_decided() {
    let w = world().await;
    let entered = Entered::new(transmission());
    let casework = &w.casework;
    for (number, situation) in [("61000942", "11"), ("61001041", "03")] {
        let dossier = client_in(&w, number, situation).await;
        let refused = casework
            .save_record(&w.mediator, dossier, &entered, &w.submission())
            .await;
        let Err(Failure::Refused(refusals)) = refused else {
            panic!("{situation}: {refused:?}");
        };
        let situation = situation.to_owned();
        assert!(refusals.contains(&Refusal::NoTransmission { situation }));
    }
    let id = casework
        .save_record(&w.mediator, w.dossier, &entered, &w.submission())
        .await
        .unwrap();
    let sql = "UPDATE dossier SET work_situation = '11' WHERE client_number = '61000447'";
    w.place().execute(sql).await.unwrap();
    let decided = Entered {
        existing: Some((id, 1)),
        details: Transmission {
            status: TransmissionStatus::Decided,
            decision: Some(TransmissionDecision::Nothing),
            ..transmission()
        },
    };
    casework
        .save_record(&w.mediator, w.dossier, &decided, &w.submission())
        .await
        .unwrap();
}

#[tokio::test]
async fn h5_the_copy_of_the_client_holds_it_and_that_of_a_mediator_leaves_it_out() {
    let w = world().await;
    w.fill_sections(&w.an, w.dossier, |field| format!("tekst van {field}"))
        .await;
    let own = w.casework.export(&w.lotte, w.dossier, "export_json").await;
    let own = own.unwrap();
    assert_eq!((own.indication.len(), own.transmission.len()), (1, 1));
    let copy = w.casework.export(&w.mediator, w.dossier, "export_json");
    let copy = copy.await.unwrap();
    assert!(copy.indication.is_empty() && copy.transmission.is_empty());
    let mut closed = 0;
    for (mine, theirs) in own.journal.iter().zip(&copy.journal) {
        assert_eq!(mine.number, theirs.number);
        if Event::from_code(&mine.event).is_some_and(Event::is_closed) {
            closed += 1;
            assert!(mine.content.is_some() && theirs.content.is_none());
        } else {
            assert_eq!(mine.content, theirs.content);
        }
    }
    assert_eq!(closed, 2);
}
