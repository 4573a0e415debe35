//! What authentic sources tell is taken over whole or not at all, once, with its source in the journal, and
//! a diploma among it flags the lines it concerns (E5).

#![allow(clippy::unwrap_used)]

use casework::{Contact, FeedDone, FeedFault, FeedRefused, FeedRow, JournalEntry, NewClient};
use domain::benefits::{Benefit, Entitled};
use domain::career::{CareerSource, WorkPeriod};
use domain::client_number::ClientNumber;
use domain::feed::{Fed, study_id};
use domain::ids::DossierId;
use domain::insz::Insz;
use domain::integration::{Course, CourseResult, Nt2Level, Trajectory, TrajectoryStatus};
use domain::past::Past;
use domain::people::{Actor, Role};
use domain::policy::Denied;
use domain::studies::{Certificate, Level, Provenance, StudyDetails};
use domain::vouchers::{Voucher, VoucherStatus};
use testkit::{World, day, label, world};

const NUMBER: &str = "61000546";
const INSZ: &str = "08031599930";

async fn noor(w: &World) -> DossierId {
    let client = NewClient {
        client_number: ClientNumber::parse(NUMBER).unwrap(),
        given_name: "Noor".to_owned(),
        family_name: "Aerts".to_owned(),
        birth: day("2008-03-15"),
        work_situation: "11".to_owned(),
        work_situation_since: Some(day("2024-09-01")),
        insz: Some(Insz::parse(INSZ).unwrap()),
        contact: Contact::default(),
    };
    let created = w.casework.create_client(&w.mediator, &client).await;
    let dossier = created.unwrap();
    w.grant_to(dossier, &w.a).await;
    dossier
}

fn rows(records: Vec<Fed>) -> Vec<FeedRow> {
    (2..)
        .zip(records)
        .map(|(row, record)| FeedRow {
            row,
            client: ClientNumber::parse(NUMBER).unwrap(),
            insz: Insz::parse(INSZ).unwrap(),
            record,
        })
        .collect()
}

fn period(code: &'static str, from: &str, until: Option<&str>) -> Fed {
    Fed::Career(WorkPeriod {
        code,
        from: day(from),
        until: until.map(day),
        source: CareerSource::SocialSecurity,
    })
}

fn benefit(entitled: Entitled) -> Fed {
    Fed::Benefit(Benefit {
        as_of: day("2025-05-01"),
        entitled,
        exemption: None,
        exempt_until: None,
    })
}

fn voucher(hours: u32) -> Fed {
    Fed::Voucher(Voucher {
        number: label("LC-1"),
        ordered_on: day("2025-04-01"),
        hours,
        status: VoucherStatus::Ordered,
        centre: Some(label("Centrum Noord")),
    })
}

fn diploma(ended_on: &str) -> Fed {
    let client = ClientNumber::parse(NUMBER).unwrap();
    Fed::Study(
        study_id(&client, "LED-1"),
        StudyDetails {
            level: Level::Technical,
            grade: None,
            field: None,
            school: label("Atheneum"),
            ended_on: Some(day(ended_on)),
            certificate: Some(Certificate::SecondaryDiploma),
            provenance: Provenance::Authentic,
        },
    )
}

fn everything() -> Vec<FeedRow> {
    rows(vec![
        period("19", "2024-07-01", Some("2024-08-31")),
        benefit(Entitled::No),
        Fed::Trajectory(Trajectory {
            as_of: day("2025-05-01"),
            contract: true,
            attest: false,
            status: Some(TrajectoryStatus::Running),
        }),
        Fed::Course(Course {
            level: Nt2Level::A2,
            provider: label("Ligo"),
            from: day("2025-01-10"),
            until: Some(day("2025-04-10")),
            result: Some(CourseResult::Passed),
        }),
        voucher(4),
        diploma("2025-05-20"),
    ])
}

#[track_caller]
fn wrong(answer: Result<FeedDone, FeedRefused>) -> Vec<String> {
    match answer {
        Err(FeedRefused::Wrong(faults)) => faults.iter().map(FeedFault::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

/// What the journal of a dossier says happened, with what is told of it.
async fn journal(w: &World, dossier: DossierId) -> Vec<(String, String)> {
    let found = w.place().records().await;
    let entries = found["journal"].iter();
    let told = entries
        .filter(|row| {
            row["dossier_id"]
                .as_str()
                .is_some_and(|id| id.replace('-', "") == dossier.address())
        })
        .map(|row| {
            let text = |column: &str| row[column].as_str().unwrap_or_default().to_owned();
            (text("event"), text("content"))
        });
    told.collect()
}

#[tokio::test]
async fn what_is_fed_is_stored_once_and_stands_in_the_journal_with_its_source() {
    let w = world().await;
    let dossier = noor(&w).await;
    let feed = everything();
    let checked = w.casework.check_feed(&feed).await.unwrap();
    assert_eq!((checked.clients, checked.stored), (1, 0));
    let (_, none) = w.casework.vouchers(&w.an, dossier).await.unwrap();
    assert!(none.is_empty(), "checking stores nothing");

    let done = w.casework.feed(&feed).await.unwrap();
    assert_eq!((done.stored, done.known), (6, 0));
    let before = journal(&w, dossier).await;
    let again = w.casework.feed(&feed).await.unwrap();
    assert_eq!((again.stored, again.known), (0, 6));
    assert_eq!(
        journal(&w, dossier).await,
        before,
        "the second time nothing happened"
    );

    for source in ["RSZ", "RVA", "Kruispuntbank Inburgering", "VDAB", "LED"] {
        let named = before.iter().any(|(_, content)| content.contains(source));
        assert!(named, "{source} is not in {before:?}");
    }
    let taken = |event: &str| before.iter().filter(|(it, _)| it == event).count();
    assert_eq!((taken("source_taken_over"), taken("study_added")), (5, 1));

    let (_, periods) = w.casework.career(&w.an, dossier).await.unwrap();
    assert_eq!(periods.len(), 1);
    let (_, benefits) = w.casework.benefits(&w.an, dossier).await.unwrap();
    assert_eq!(benefits[0].entitled, Entitled::No);
    let integration = w.casework.integration(&w.an, dossier).await.unwrap();
    assert!(integration.trajectories[0].contract);
    assert_eq!(integration.courses[0].result, Some(CourseResult::Passed));
    let profile = w.casework.profile(&w.an, dossier).await.unwrap();
    assert_eq!(profile.studies[0].details.provenance, Provenance::Authentic);
}

#[tokio::test]
async fn one_wrong_row_and_nothing_is_stored() {
    let w = world().await;
    let dossier = noor(&w).await;
    let mut feed = everything();
    feed.push(FeedRow {
        row: 8,
        insz: Insz::parse("93.05.18-223.61").unwrap(),
        ..feed[0].clone()
    });
    feed.extend(
        rows(vec![voucher(9)])
            .into_iter()
            .map(|row| FeedRow { row: 9, ..row }),
    );
    feed.extend(
        rows(vec![period("19", "2026-01-01", None)])
            .into_iter()
            .map(|row| FeedRow { row: 10, ..row }),
    );
    feed.extend(
        rows(vec![benefit(Entitled::Yes)])
            .into_iter()
            .map(|row| FeedRow { row: 11, ..row }),
    );
    assert_eq!(
        wrong(w.casework.feed(&feed).await),
        [
            "row 8, client_number: no client has this client number and this national number (insz)",
            "row 9, hours: is not between 1 and 8",
            "row 10, from: is after today (2025-05-28)",
            "row 11, kind: says something else than row 3 of the same thing",
        ]
    );
    let (_, periods) = w.casework.career(&w.an, dossier).await.unwrap();
    assert!(periods.is_empty());
}

#[tokio::test]
async fn a_client_whose_national_number_is_not_known_is_not_found() {
    let w = world().await;
    let mut feed = rows(vec![voucher(4)]);
    feed[0].client = ClientNumber::parse("61000447").unwrap();
    let told = wrong(w.casework.feed(&feed).await);
    assert_eq!(told.len(), 1, "{told:?}");
}

#[tokio::test]
async fn what_the_source_tells_later_takes_the_place_of_what_it_told() {
    let w = world().await;
    let dossier = noor(&w).await;
    let first = rows(vec![
        period("19", "2025-03-01", None),
        benefit(Entitled::Unknown),
        voucher(4),
    ]);
    w.casework.feed(&first).await.unwrap();
    let (head, _) = w.casework.career(&w.an, dossier).await.unwrap();
    assert_eq!(
        head.work_situation, "19",
        "what lasts is the work situation now"
    );
    assert_eq!(head.work_situation_since, Some(day("2025-03-01")));

    let later = rows(vec![
        period("19", "2025-03-01", Some("2025-05-01")),
        period("89", "2025-05-02", None),
        benefit(Entitled::Yes),
        voucher(3),
    ]);
    let done = w.casework.feed(&later).await.unwrap();
    assert_eq!(done.stored, 4);
    let (head, periods) = w.casework.career(&w.an, dossier).await.unwrap();
    assert_eq!(head.work_situation, "89");
    let codes: Vec<&str> = periods.iter().map(|it| it.code).collect();
    assert_eq!(codes, ["89", "19"], "what lasts is on top");
    let (_, benefits) = w.casework.benefits(&w.an, dossier).await.unwrap();
    assert_eq!((benefits.len(), benefits[0].entitled), (1, Entitled::Yes));
    let (_, vouchers) = w.casework.vouchers(&w.an, dossier).await.unwrap();
    assert_eq!((vouchers.len(), vouchers[0].hours), (1, 3));
    // An older one that is told later does not turn the clock back.
    let old = rows(vec![period("11", "2024-01-01", None)]);
    w.casework.feed(&old).await.unwrap();
    let situation = async || {
        let (head, _) = w.casework.career(&w.an, dossier).await.unwrap();
        head.work_situation
    };
    assert_eq!(situation().await, "89");
    // It was a mistake: what lasts beside it is the work situation again.
    let closed = rows(vec![period("89", "2025-05-02", Some("2025-05-02"))]);
    w.casework.feed(&closed).await.unwrap();
    assert_eq!(situation().await, "11");
}

#[tokio::test]
async fn e5_a_diploma_of_the_source_flags_the_line_and_its_correction_takes_the_flag_away() {
    let w = world().await;
    let dossier = noor(&w).await;
    w.register(&w.an, dossier, "2025-05-01").await;
    let flagged = async || {
        let page = w.casework.steps_page(&w.an, dossier).await.unwrap();
        page.rows[0].review
    };
    assert!(!flagged().await);
    w.casework
        .feed(&rows(vec![diploma("2025-04-30")]))
        .await
        .unwrap();
    assert!(flagged().await);
    w.casework
        .feed(&rows(vec![diploma("2025-05-20")]))
        .await
        .unwrap();
    assert!(!flagged().await, "obtained after the start");
    let profile = w.casework.profile(&w.an, dossier).await.unwrap();
    assert_eq!(profile.studies.len(), 1, "the same study, corrected");
    let told = journal(&w, dossier).await;
    let kinds: Vec<&str> = told.iter().map(|(event, _)| event.as_str()).collect();
    for event in [
        "study_added",
        "review_raised",
        "study_changed",
        "review_cleared",
    ] {
        assert!(kinds.contains(&event), "{event}: {kinds:?}");
    }
}

#[tokio::test]
async fn i2_what_the_sources_tell_is_read_with_a_grant_only() {
    let w = world().await;
    let dossier = noor(&w).await;
    w.casework.feed(&everything()).await.unwrap();
    assert_eq!(w.carla.role, Role::Counsellor);
    for denied in [
        w.casework.career(&w.carla, dossier).await.map(drop),
        w.casework.benefits(&w.carla, dossier).await.map(drop),
        w.casework.integration(&w.carla, dossier).await.map(drop),
        w.casework.vouchers(&w.carla, dossier).await.map(drop),
    ] {
        assert!(
            matches!(denied, Err(casework::Failure::Denied(Denied::Dossier))),
            "{denied:?}"
        );
    }
}

/// What the history of an entry shows somebody: the fields of each thing, the last first.
async fn past(w: &World, who: &Actor, dossier: DossierId, past: Past) -> Vec<Vec<String>> {
    let found = w.casework.past(who, dossier, (past, None)).await.unwrap();
    let fields = |it: &JournalEntry| it.entry.changes.iter().map(|it| it.field.clone()).collect();
    found.entries.iter().map(fields).collect()
}

#[tokio::test]
async fn what_a_source_tells_stands_in_the_history_of_its_entry_and_of_no_other() {
    let w = world().await;
    let dossier = noor(&w).await;
    w.casework.feed(&everything()).await.unwrap();
    let later = rows(vec![
        period("89", "2025-05-02", None),
        benefit(Entitled::Yes),
        voucher(3),
        diploma("2025-05-21"),
    ]);
    w.casework.feed(&later).await.unwrap();
    for who in [&w.an, &w.mediator] {
        let career = past(&w, who, dossier, Past::Career).await;
        assert_eq!(
            career,
            [
                vec!["source", "work_situation_now"],
                vec!["source", "work_situation", "from"],
                vec!["source", "work_situation", "from", "until"],
            ]
        );
        let benefits = past(&w, who, dossier, Past::Benefits).await;
        assert_eq!(
            benefits,
            [
                vec!["source", "entitled"],
                vec!["source", "as_of", "entitled"]
            ]
        );
        let integration = past(&w, who, dossier, Past::Integration).await;
        assert_eq!(integration.len(), 2, "{integration:?}");
        let vouchers = past(&w, who, dossier, Past::Vouchers).await;
        assert_eq!(vouchers[0], ["source", "hours"]);
        assert_eq!(vouchers.len(), 2);
        let profile = past(&w, who, dossier, Past::Profile).await;
        assert_eq!(profile.len(), 2, "the study, and its correction");
    }
    for entry in Past::ALL {
        let denied = w.casework.past(&w.carla, dossier, (*entry, None)).await;
        let is_denied = matches!(denied, Err(casework::Failure::Denied(Denied::Dossier)));
        assert!(is_denied, "{entry:?}");
        for role in [&w.coach, &w.manager, &w.controller, &w.privacy_officer] {
            let denied = w.casework.past(role, dossier, (*entry, None)).await;
            let is_denied = matches!(denied, Err(casework::Failure::Denied(Denied::Function)));
            assert!(is_denied, "{entry:?}, {:?}", role.role);
        }
    }
}
