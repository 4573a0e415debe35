//! What the manual, the screens and the tests rely on is there, whenever the clock starts.

use casework::{Casework, Limits, RandomIds, Secrets, Shown, SignIn};
use domain::eligibility;
use domain::people::{Actor, Role};
use domain::policy::Operation;
use domain::steps::State;
use testkit::{ManualClock, TestDatabase, at, day};

use super::*;

struct Seeded {
    casework: Casework,
    _database: TestDatabase,
    _documents: testkit::TestFolder,
}

async fn seeded(start: &str) -> Seeded {
    let database = TestDatabase::open().await;
    let folder = testkit::TestFolder::new();
    let casework = Casework::new(
        Arc::clone(&database.database),
        Arc::new(parts::own_programme().unwrap()),
        ManualClock::at(at(start)),
        Arc::new(RandomIds::default()),
        Secrets::derive(&[7; 32]),
        testkit::files_in(&folder, &[7; 32], None, DocumentLimits::default()),
        // These tests look everything up as one person.
        Limits {
            demo_accounts: true,
            ..Limits::default().without_end()
        },
    );
    seed(&casework).await.unwrap();
    Seeded {
        casework,
        _database: database,
        _documents: folder,
    }
}

impl Seeded {
    async fn user(&self, user_name: &str) -> Actor {
        let attempt = SignIn {
            user_name: user_name.to_owned(),
            password: PASSWORD.to_owned(),
            address: "192.0.2.1".to_owned(),
            ..SignIn::default()
        };
        let token = self.casework.sign_in(&attempt).await.unwrap();
        self.casework.session(&token).await.unwrap().unwrap().actor
    }

    async fn found(&self, actor: &Actor, number: &str) -> Option<domain::DossierId> {
        let hits = self.casework.search(actor, number).await.unwrap();
        hits.first().map(|hit| hit.id)
    }
}

#[tokio::test]
async fn every_account_logs_in_with_its_role() {
    let demo = seeded("2025-05-28T10:00:00+02:00").await;
    for (user_name, role) in [
        ("begeleider", Role::Counsellor),
        ("collega", Role::Counsellor),
        ("andere", Role::Counsellor),
        ("beheerder", Role::Manager),
        ("coach", Role::Coach),
        ("bemiddelaar", Role::Mediator),
        ("controleur", Role::Controller),
        ("systeem", Role::SystemManager),
        ("jongere", Role::Client),
        ("fg", Role::PrivacyOfficer),
    ] {
        assert_eq!(demo.user(user_name).await.role, role, "{user_name}");
        assert!(houses::ACCOUNTS.iter().any(|row| row.0 == user_name));
    }
    let counsellor = demo.user("begeleider").await;
    assert_eq!(counsellor.name, "VDABCORI VDABCORI");
    let unit = counsellor.unit.unwrap().line();
    assert_eq!(unit, "VDAB CENTRALE DIENST KEIZERSLAAN 11 (1878)");
    assert!(demo.casework.has_demo_accounts().await.unwrap());
}

#[tokio::test]
async fn the_known_dossiers_are_as_the_screens_say() {
    for start in [
        "2024-07-01T00:00:00+02:00",
        "2025-05-28T10:00:00+02:00",
        "2026-02-28T23:59:59+01:00",
        "2032-12-31T12:00:00+01:00",
    ] {
        let demo = seeded(start).await;
        let (casework, today) = (&demo.casework, demo.casework.today());
        let own = casework.actor_named("begeleider").await.unwrap();
        let other = casework.actor_named("andere").await.unwrap();

        let manual = demo.found(&own, "61000447").await.unwrap();
        let page = casework.profile(&own, manual).await.unwrap();
        assert_eq!(page.head.full_name(), "VNMANTW61000447 NAAMANTW61000447");
        assert_eq!(page.head.work_situation, "00");
        let [study] = page.studies.as_slice() else {
            panic!("{start}: {:?}", page.studies);
        };
        assert_eq!(
            study.details.title(),
            "Technisch secundair onderwijs - 2de graad: Toerisme, recreatie en sport"
        );
        assert_eq!(study.details.school.as_str(), "Heilig Hart College");
        assert_eq!(study.details.ended_on, Some(day("2025-06-16")));
        assert!(
            casework
                .steps_page(&own, manual)
                .await
                .unwrap()
                .rows
                .is_empty()
        );
        assert_eq!(demo.found(&other, "61000447").await, None);
        assert_eq!(demo.user("jongere").await.own_dossier, Some(manual));

        let diploma = demo.found(&own, "61000448").await.unwrap();
        let studies = casework.profile(&own, diploma).await.unwrap().studies;
        let kind = &casework.catalogue().step_types()[0];
        assert!(eligibility::check(&kind.eligibility, today, &studies, true).is_err());
        assert_eq!(studies[0].details.ended_on, Some(day("2024-06-30")));

        let unstudied = demo.found(&own, "61000449").await.unwrap();
        let studies = casework.profile(&own, unstudied).await.unwrap().studies;
        assert!(studies.is_empty());

        let ended = demo.found(&own, "61000450").await.unwrap();
        let rows = casework.steps_page(&own, ended).await.unwrap().rows;
        let mut confirmed = Vec::new();
        for row in &rows {
            let page = casework.step_page(&own, ended, row.id).await.unwrap();
            let State::Ended(ending) = page.step.state else {
                panic!("{start}: a line of 61000450 is not ended");
            };
            assert_eq!(ending.result.as_str(), "POSITIEF");
            assert!(!page.actions.is_empty());
            let ago = ending.confirmed.at.brussels_day().days_until(today);
            confirmed.push((ago, page.window_open));
        }
        assert_eq!(confirmed, [(10, true), (20, false)], "{start}");

        assert_eq!(demo.found(&own, "61000451").await, None);
        assert!(demo.found(&other, "61000451").await.is_some());

        let many = demo.found(&own, "61000452").await.unwrap();
        let rows = casework.steps_page(&own, many).await.unwrap().rows;
        assert_eq!(rows.len(), 30, "{start}");
    }
}

#[tokio::test]
async fn the_crowd_has_something_for_every_list() {
    let demo = seeded("2025-05-28T10:00:00+02:00").await;
    let casework = &demo.casework;
    let own = demo.user("begeleider").await;
    let mediator = demo.user("bemiddelaar").await;
    for number in 61_000_453..61_000_653 {
        let found = demo.found(&mediator, &number.to_string()).await;
        assert!(found.is_some(), "{number}");
    }
    for shown in [Shown::Ongoing, Shown::Ended] {
        let lines = casework.own_lines(&own, shown, None, 200).await.unwrap();
        assert!(lines.len() >= 20, "{shown:?}: {}", lines.len());
    }
    let ongoing = casework.own_lines(&own, Shown::Ongoing, None, 200).await;
    assert!(ongoing.unwrap().iter().any(|line| line.review), "E5");

    let controller = demo.user("controleur").await;
    let mut lines = Vec::new();
    let mut after = None;
    loop {
        let page = casework.control(&controller, None, Shown::Ended, after.as_ref());
        let page = page.await.unwrap();
        lines.extend(page.rows);
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    let mut reasons: Vec<_> = lines
        .iter()
        .filter_map(|row| row.line.reason.as_ref().map(ToString::to_string))
        .collect();
    reasons.sort();
    reasons.dedup();
    assert_eq!(
        reasons.len(),
        11,
        "every reason of the programme: {reasons:?}"
    );

    let coach = demo.user("coach").await;
    let queue = casework.removal_queue(&coach).await.unwrap();
    assert_eq!((queue.waiting.len(), queue.decided.len()), (1, 3));

    // A name with accents is found without them.
    assert!(
        !casework
            .search(&mediator, "ozturk")
            .await
            .unwrap()
            .is_empty()
    );
    let head = casework.entry(
        &own,
        Operation::ViewDossier,
        demo.found(&own, "61000453").await.unwrap(),
        "test",
    );
    assert!(head.await.unwrap().birth.year() >= 2005);
}

#[test]
fn the_demo_does_not_start_before_its_diploma_was_there() {
    assert!(check_start(at("2024-06-30T23:59:59+02:00")).is_err());
    assert!(check_start(at("2024-07-01T00:00:00+02:00")).is_ok());
}

#[tokio::test]
async fn a_demo_that_was_stopped_halfway_is_made_anew_and_a_whole_one_is_kept() {
    let folder = testkit::TestFolder::new();
    let data = folder.path();
    fs::write(data.join("klantendossier.new"), "half").unwrap();
    let clock = ManualClock::at(at("2025-05-28T10:00:00+02:00"));
    let first = open(data, clock.clone(), false).await.unwrap();
    let mediator = first.casework.actor_named("bemiddelaar").await.unwrap();
    let found = first.casework.search(&mediator, "61000447").await.unwrap();
    drop(first);
    assert!(!data.join("klantendossier.new").exists());

    let second = open(data, clock, false).await.unwrap();
    let again = second.casework.search(&mediator, "61000447").await.unwrap();
    assert_eq!(again, found);
}
