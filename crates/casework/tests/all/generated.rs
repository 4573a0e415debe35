//! What `generate` makes is made as if people had done it: the pages show it, the rules hold, the
//! journals chain, and the same seed gives the same bytes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper that fails is a test that fails"
)]

use std::collections::BTreeMap;
use std::sync::Arc;

use casework::{
    Casework, Contents, Database, GENERATED_ACCOUNT, Limits, Made, RandomIds, Secrets, Shown,
    SignIn, StoreError, Wish, generate, hash_password, verify,
};
use domain::catalogue::Catalogue;
use domain::journal::{Event, FIRST_LINK, content_of, digest, link_of};
use domain::policy::{self, DossierFacts, Operation};
use domain::steps::State;
use testkit::{ManualClock, PASSWORD, Place, at, day};

const PROGRAMME: &str = include_str!("../../../../catalogue/programmas.toml");

fn wish(dossiers: u32, seed: u64) -> Wish {
    Wish {
        dossiers,
        steps_per_dossier: 10,
        seed,
        password_hash: hash_password(PASSWORD).unwrap(),
    }
}

async fn generated(wish: Wish) -> (Place, Made) {
    let place = Place::new().await;
    let (made, _) = generate(&place.settings(), wish).await.unwrap();
    (place, made)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_counsellor_of_the_account_finds_lives_that_keep_the_rules() {
    let (place, made) = generated(wish(60, 1)).await;
    assert_eq!((made.dossiers, made.steps), (60, 600));
    let database = Arc::new(Database::open(&place.settings()).await.unwrap());
    let folder = testkit::TestFolder::new();
    let casework = Casework::new(
        Arc::clone(&database),
        Arc::new(Catalogue::parse(PROGRAMME).unwrap()),
        ManualClock::at(at("2026-11-02T10:00:00+01:00")),
        Arc::new(RandomIds::default()),
        Secrets::derive(&[7; 32]),
        testkit::files_in(
            &folder,
            &[7; 32],
            None,
            domain::documents::DocumentLimits::default(),
        ),
        Limits::default(),
    );
    let contents = Contents::Opened(casework.files());
    let verified = verify(&database, &contents).await.unwrap();
    assert_eq!(verified.faults(), 0, "{verified:?}");
    let attempt = SignIn {
        user_name: GENERATED_ACCOUNT.to_owned(),
        password: PASSWORD.to_owned(),
        address: "192.0.2.1".to_owned(),
        ..SignIn::default()
    };
    let token = casework.sign_in(&attempt).await.unwrap();
    let me = casework.session(&token).await.unwrap().unwrap().actor;

    let mut own = casework
        .own_lines(&me, Shown::Ended, None, 1_000)
        .await
        .unwrap();
    own.extend(
        casework
            .own_lines(&me, Shown::Ongoing, None, 1_000)
            .await
            .unwrap(),
    );
    assert!(own.len() > 200, "{}", own.len());
    let mut dossiers: Vec<_> = own.iter().map(|line| line.dossier).collect();
    dossiers.sort();
    dossiers.dedup();
    let (mut entries, mut ongoing, mut ended, mut cancelled) = (0, 0, 0, 0);
    for dossier in &dossiers {
        let page = casework.steps_page(&me, *dossier).await.unwrap();
        assert!(page.rows.len() <= 10);
        // S8: one of a kind at a time.
        let running = page.rows.iter().filter(|row| row.end.is_none()).count();
        assert!(running <= 1);
        for row in &page.rows {
            let line = casework.step_page(&me, *dossier, row.id).await.unwrap();
            // E7: the check was kept. S2: not before the programme. A3: within the line.
            assert!(!line.checks.is_empty());
            assert!(line.step.start >= day("2023-09-01"));
            match &line.step.state {
                State::Ongoing => ongoing += 1,
                State::Ended(ending) => {
                    assert!(ending.end >= line.step.start && ending.end < day("2026-11-01"));
                    ended += 1;
                }
                State::Cancelled(_) | State::Removed(..) => panic!("it is listed"),
            }
            let actions = casework.actions_page(&me, *dossier, row.id).await.unwrap();
            for action in &actions.actions {
                assert!(action.details.day >= line.step.start);
            }
        }

        let facts = DossierFacts {
            dossier: *dossier,
            grants: Vec::new(),
            removal_asked: false,
            correction_asked: false,
            others_only: false,
        };
        let mut mediator = me.clone();
        mediator.role = domain::people::Role::Mediator;
        let access =
            policy::read(&mediator, Operation::ViewDossier, &facts, casework.today()).unwrap();
        let mut reader = database.reader().await.unwrap();
        let journal = store::journal::of_dossier(&mut reader, &access, 0, 1_000)
            .await
            .unwrap();
        let mut link = FIRST_LINK;
        for (stored, number) in journal.iter().zip(1..) {
            assert_eq!(stored.number, number);
            let content = stored.content.as_deref().unwrap();
            assert_eq!(content, content_of(&stored.entry.changes));
            assert_eq!(stored.content_digest, digest(content.as_bytes()));
            link = link_of(&link, number, &stored.entry, &stored.content_digest);
            assert_eq!(stored.link, link, "entry {number}");
            cancelled += usize::from(stored.entry.event == Event::StepCancelled);
        }
        assert!(journal.is_sorted_by_key(|stored| stored.entry.at));
        entries += journal.len();
    }
    assert!(entries > dossiers.len() * 12, "{entries}");
    assert!(
        ongoing > 0 && ended > 100 && cancelled > 0,
        "{ongoing} {ended} {cancelled}"
    );

    // It is a database like any other: a line that is ongoing can be ended on a page.
    let line = own.iter().find(|line| line.end.is_none()).unwrap();
    let record = testkit_talk();
    casework
        .record_action(
            &me,
            line.dossier,
            line.step,
            &record,
            &casework::Submission {
                key: casework.submission_key(),
                leads_to: "/".to_owned(),
            },
        )
        .await
        .unwrap();
}

fn testkit_talk() -> casework::ActionInput {
    casework::ActionInput {
        day: day("2026-11-02"),
        kind: domain::catalogue::ActionKindCode::parse("GESPREK").unwrap(),
        minutes: 45,
        presence: domain::actions::Presence::Present,
        place: None,
        note: None,
    }
}

/// Without what differs from run to run: when the schema was made.
async fn contents(place: &Place) -> BTreeMap<String, Vec<String>> {
    let mut all = place.contents().await;
    all.remove("refinery_schema_history");
    for rows in all.values_mut() {
        rows.sort();
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_seed_gives_the_same_bytes_and_another_does_not() {
    let one = wish(30, 5);
    let other = Wish {
        seed: 6,
        ..one.clone()
    };
    let (first, made) = generated(one.clone()).await;
    let (second, again) = generated(one).await;
    assert_eq!(made, again);
    let first = contents(&first).await;
    assert_eq!(first, contents(&second).await);
    let (third, _) = generated(other).await;
    assert_ne!(first, contents(&third).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_holds_dossiers_already_is_left_alone() {
    let (place, _) = generated(wish(5, 1)).await;
    let before = contents(&place).await;
    let refused = generate(&place.settings(), wish(5, 2)).await;
    assert!(
        matches!(refused, Err(StoreError::Open { .. })),
        "{refused:?}"
    );
    assert_eq!(contents(&place).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_the_schema_is_lost_by_loading() {
    let schema = if Place::new().await.is_postgres() {
        "SELECT tgname || ' ' || tgrelid::regclass || ' ' || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
         UNION SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename !~ '_20[0-9]{2}_'
         UNION SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint
             WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text !~ '_20[0-9]{2}_'
         ORDER BY 1"
    } else {
        "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY sql"
    };
    let (place, _) = generated(wish(5, 1)).await;
    let fresh = testkit::TestDatabase::open().await;
    let expected = fresh.place().column(schema).await;
    assert!(expected.len() > 40, "{}", expected.len());
    let found = place.column(schema).await;
    let lost: Vec<_> = expected
        .iter()
        .filter(|it| !found.contains(it) && !it.contains("_20"))
        .collect();
    assert!(lost.is_empty(), "{lost:?}");
}
