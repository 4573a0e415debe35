//! `verify`: what people did holds, whatever they did; what was changed past the program is found.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use casework::{ActionInput, Contents, Database, Settings, Verified, verify, verify_since};
use domain::ids::{DossierId, StepId};
use fastrand::Rng;
use rusqlite::Connection;
use rusqlite::types::Value;
use testkit::{TestFolder, World, ended, label, note, summary, world};

/// Random edits of each kind of row.
const EDITS: u64 = 200;

async fn verified(w: &World) -> Verified {
    let contents = Contents::Opened(w.casework.files());
    verify(w.database(), &contents).await.unwrap()
}

/// Everything in this world holds.
pub(crate) async fn holds(w: &World) {
    let found = verified(w).await;
    assert_eq!(found.faults(), 0, "{found:?}");
}

fn looked(found: &Verified, what: &str) -> u64 {
    let check = found.checks.iter().find(|it| it.what.starts_with(what));
    check.unwrap().looked
}

/// A line with a text in every field, an action and, once ended, an addendum.
async fn told(w: &World, dossier: DossierId, start: &str) -> StepId {
    let step = w.register(&w.an, dossier, start).await;
    let talk = ActionInput {
        place: Some(label("Leerhuis")),
        note: Some(note("Kwam te laat.")),
        ..w.talk(start)
    };
    w.casework
        .record_action(&w.an, dossier, step, &talk, &w.submission())
        .await
        .unwrap();
    step
}

async fn ended_with_words(w: &World, dossier: DossierId, start: &str, end: &str) -> StepId {
    let step = told(w, dossier, start).await;
    let line = w.step(&w.an, dossier, step).await;
    let input = casework::StepInput {
        summary: Some(summary("Ging vlot.")),
        ..w.input(&w.an, start)
    };
    let ending = domain::steps::end::EndWith {
        note: Some(note("Gaat verder.")),
        ..ended(end)
    };
    w.clock.advance(60);
    w.casework
        .end_step(
            &w.an,
            dossier,
            step,
            line.version,
            &input,
            &ending,
            &w.submission(),
        )
        .await
        .unwrap();
    w.casework
        .add_addendum(&w.an, dossier, step, &summary("Nog iets."), &w.submission())
        .await
        .unwrap();
    step
}

/// Lines in every state, in two dossiers, with a document.
async fn lived_in() -> World {
    let w = world().await;
    let other = w.client("61000448", "Noor", "Maes").await;
    w.grant_to(other, &w.a).await;
    ended_with_words(&w, w.dossier, "2025-01-06", "2025-02-03").await;
    ended_with_words(&w, other, "2025-01-06", "2025-02-03").await;
    let removed = ended_with_words(&w, w.dossier, "2025-03-03", "2025-04-01").await;
    let reason = note("Dubbel.");
    w.casework
        .request_removal(&w.an, w.dossier, removed, &reason, &w.submission())
        .await
        .unwrap();
    let page = w
        .casework
        .step_page(&w.an, w.dossier, removed)
        .await
        .unwrap();
    w.clock.advance(60);
    w.casework
        .remove_line(&w.coach, page.removals[0].id, &w.submission())
        .await
        .unwrap();
    let cancelled = told(&w, w.dossier, "2025-05-05").await;
    w.casework
        .cancel_step(
            &w.an,
            w.dossier,
            cancelled,
            1,
            &note("Toch niet."),
            true,
            &w.submission(),
        )
        .await
        .unwrap();
    told(&w, w.dossier, "2025-05-06").await;
    w.add_document(&w.an, w.dossier, "Brief", None).await;
    w
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_did_holds_and_says_how_much_was_looked_at() {
    let w = lived_in().await;
    let found = verified(&w).await;
    assert_eq!(found.faults(), 0, "{found:?}");
    assert_eq!(looked(&found, "dossiers"), 2);
    assert_eq!(looked(&found, "lines"), 5);
    assert_eq!(looked(&found, "actions"), 5 + 3);
    assert_eq!(looked(&found, "documents"), 1);
    assert_eq!(looked(&found, "contents"), 1);
    assert!(looked(&found, "journal") > 20);
    assert_eq!(found.notes, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_is_changed_or_gone_is_named_and_a_loose_file_is_told() {
    let w = lived_in().await;
    let folder = w.documents_folder();
    let below = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap();
    let file = std::fs::read_dir(below.path())
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    let name = file.file_name().into_string().unwrap();
    let whole = std::fs::read(file.path()).unwrap();

    let mut changed = whole.clone();
    changed[40] ^= 1;
    std::fs::write(file.path(), &changed).unwrap();
    let found = verified(&w).await;
    assert_eq!(found.faults(), 1, "{found:?}");
    assert!(format!("{found:?}").contains(&name), "{found:?}");

    std::fs::remove_file(file.path()).unwrap();
    let found = verified(&w).await;
    assert_eq!(found.faults(), 1, "{found:?}");
    assert!(format!("{found:?}").contains(&name), "{found:?}");

    std::fs::write(file.path(), &whole).unwrap();
    std::fs::write(below.path().join("los"), "niets").unwrap();
    let found = verified(&w).await;
    assert_eq!(found.faults(), 0, "{found:?}");
    assert_eq!(found.notes.len(), 1, "{found:?}");
}

/// What the journal vouches for, by table.
const COLUMNS: &[(&str, &[&str])] = &[
    (
        "journal",
        &[
            "dossier_id",
            "number",
            "at",
            "by_person",
            "organisation_id",
            "event",
            "subject_id",
            "step_id",
            "content",
            "content_digest",
            "link",
        ],
    ),
    (
        "step",
        &[
            "dossier_id",
            "listed_on",
            "id",
            "step_type",
            "funding",
            "state",
            "start_on",
            "end_on",
            "registered_by",
            "registered_at",
            "result",
            "reason",
            "fact_education",
            "fact_work",
            "fact_qualification",
            "fact_absence",
            "ended_by",
            "ended_at",
            "closed_by",
            "closed_at",
        ],
    ),
    (
        "step_text",
        &["summary", "late_reason", "result_note", "cancel_reason"],
    ),
    (
        "action",
        &[
            "dossier_id",
            "step_id",
            "day",
            "id",
            "kind",
            "minutes",
            "presence",
            "place",
            "note",
            "recorded_by",
            "recorded_at",
            "voided",
        ],
    ),
    (
        "addendum",
        &["dossier_id", "step_id", "number", "text", "by_person", "at"],
    ),
    ("dossier", &["journal_number", "journal_link"]),
    ("stored_file", &["digest", "object", "bytes"]),
    ("document", &["bytes", "digest"]),
];

fn id(rng: &mut Rng) -> Value {
    let mut bytes = vec![0; 16];
    rng.fill(&mut bytes);
    Value::Blob(bytes)
}

/// Another value than the one that stands there, as somebody would write it.
fn other(rng: &mut Rng, column: &str, is: &Value) -> Value {
    match is {
        Value::Null if column.ends_with("_at") || column.starts_with("fact") => Value::Integer(1),
        Value::Null if column.ends_with("_by") || column.ends_with("_id") => id(rng),
        Value::Null if column.ends_with("_on") => Value::Text("2025-05-07".to_owned()),
        Value::Null => Value::Text("Er stond niets.".to_owned()),
        Value::Integer(yes) if column.starts_with("fact") || column == "voided" => {
            Value::Integer(1 - yes)
        }
        Value::Integer(number) => Value::Integer(number + rng.i64(1..1_000_000)),
        Value::Blob(bytes) => {
            let mut bytes = bytes.clone();
            let at = rng.usize(..bytes.len());
            bytes[at] ^= 1 << rng.u8(..8);
            Value::Blob(bytes)
        }
        Value::Text(_) if column == "day" || column.ends_with("_on") => {
            Value::Text(format!("2024-0{}-1{}", rng.u8(1..10), rng.u8(0..10)))
        }
        Value::Text(text) if column == "state" => {
            let states = ["ongoing", "ended", "cancelled", "removed"];
            let others: Vec<_> = states.into_iter().filter(|it| it != text).collect();
            Value::Text(rng.choice(others).unwrap().to_owned())
        }
        Value::Text(text) if column == "content" && rng.bool() => {
            assert!(!text.is_empty());
            Value::Null
        }
        Value::Text(text) => Value::Text(format!("{text} ")),
        Value::Real(_) => unreachable!(),
    }
}

/// Changes or deletes one row, past the program and its guards. Says what.
fn edit(file: &Path, rng: &mut Rng) -> String {
    let database = Connection::open(file).unwrap();
    database
        .execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON")
        .unwrap();
    let triggers: Vec<String> = database
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for trigger in triggers {
        database
            .execute_batch(&format!("DROP TRIGGER {trigger}"))
            .unwrap();
    }
    let (table, columns) = COLUMNS[rng.usize(..COLUMNS.len())];
    // By what a row is found again, in the order of its key.
    let keys: Vec<String> = database
        .prepare(&format!(
            "SELECT name FROM pragma_table_info('{table}') WHERE pk > 0 ORDER BY pk"
        ))
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let count: u32 = database
        .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
            row.get(0)
        })
        .unwrap();
    let nth = rng.u32(..count);
    let key: Vec<Value> = database
        .query_row(
            &format!(
                "SELECT {} FROM {table} LIMIT 1 OFFSET {nth}",
                keys.join(", ")
            ),
            [],
            |row| (0..keys.len()).map(|at| row.get(at)).collect(),
        )
        .unwrap();
    let place: Vec<String> = keys
        .iter()
        .zip(1..)
        .map(|(name, nth)| format!("{name} = ?{nth}"))
        .collect();
    let place = place.join(" AND ");
    let deletes = matches!(table, "journal" | "step" | "action" | "addendum") && rng.u8(..4) == 0;
    if deletes {
        let gone = database.execute(
            &format!("DELETE FROM {table} WHERE {place}"),
            rusqlite::params_from_iter(&key),
        );
        assert_eq!(gone.unwrap(), 1);
        return format!("{table}: row {nth} deleted");
    }
    let column = columns[rng.usize(..columns.len())];
    let is: Value = database
        .query_row(
            &format!("SELECT {column} FROM {table} WHERE {place}"),
            rusqlite::params_from_iter(&key),
            |row| row.get(0),
        )
        .unwrap();
    let becomes = other(rng, column, &is);
    let said = format!("{table}.{column} of row {nth}: {is:?} became {becomes:?}");
    let mut params = key;
    params.push(becomes);
    let sql = format!(
        "UPDATE {table} SET {column} = ?{} WHERE {place}",
        params.len()
    );
    let changed = database.execute(&sql, rusqlite::params_from_iter(&params));
    assert_eq!(changed.unwrap(), 1, "{said}");
    said
}

/// A copy of the world's database that an edit can be tried on; none on a server.
async fn copy(w: &World, folder: &TestFolder) -> Option<PathBuf> {
    let file = folder.path().join("heel.db");
    w.database().copy_to(&file).await.unwrap().then_some(file)
}

async fn open(file: &Path) -> Database {
    let file = file.to_owned();
    Database::open_to_read(&Settings::Sqlite { file })
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn i9_edits_past_the_program_are_found_every_one() {
    let w = lived_in().await;
    let folder = TestFolder::new();
    let Some(whole) = copy(&w, &folder).await else {
        return;
    };
    let contents = Contents::Opened(w.casework.files());
    assert_eq!(
        verify(&open(&whole).await, &contents)
            .await
            .unwrap()
            .faults(),
        0
    );
    let edited = folder.path().join("anders.db");
    let mut missed = Vec::new();
    for seed in 0..EDITS {
        std::fs::copy(&whole, &edited).unwrap();
        let said = edit(&edited, &mut Rng::with_seed(seed));
        let found = verify(&open(&edited).await, &contents).await.unwrap();
        if found.faults() == 0 {
            missed.push(format!("{seed}: {said}"));
        }
    }
    assert!(
        missed.is_empty(),
        "{} of {EDITS}:\n{}",
        missed.len(),
        missed.join("\n")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tail_taken_off_with_its_head_set_back_is_found_with_an_earlier_copy() {
    let w = lived_in().await;
    let folder = TestFolder::new();
    let Some(earlier) = copy(&w, &folder).await else {
        return;
    };
    let now = folder.path().join("nu.db");
    std::fs::copy(&earlier, &now).unwrap();
    let earlier = open(&earlier).await;
    let same = verify_since(&open(&now).await, &earlier).await.unwrap();
    assert_eq!((same.looked, same.faults), (2, 0));

    // The document that came last, its entry, and the head of the chain: nothing is left that tells of it.
    let database = Connection::open(&now).unwrap();
    database
        .execute_batch(
            "PRAGMA foreign_keys = OFF;
             DROP TRIGGER journal_is_kept;
             DELETE FROM document;
             DELETE FROM stored_file;
             DELETE FROM journal WHERE event = 'document_added';
             UPDATE dossier SET (journal_number, journal_link) =
                (SELECT number, link FROM journal j WHERE j.dossier_id = dossier.id ORDER BY number DESC LIMIT 1)",
        )
        .unwrap();
    drop(database);
    let contents = Contents::Opened(w.casework.files());
    let alone = verify(&open(&now).await, &contents).await.unwrap();
    assert_eq!(alone.faults(), 0, "{alone:?}");
    let found = verify_since(&open(&now).await, &earlier).await.unwrap();
    assert_eq!((found.looked, found.faults), (2, 1), "{found:?}");
}
