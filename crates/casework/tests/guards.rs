//! R3, A4: the third guard. Whoever goes past the program, straight to the database, is refused too.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use domain::ids::StepId;
use rusqlite::Connection;
use testkit::{World, note, summary, world};

async fn ended_line(w: &World) -> StepId {
    let step = w.register(&w.an, w.dossier, "2025-03-01").await;
    w.record(&w.an, w.dossier, step, "2025-03-05").await;
    w.end(&w.an, w.dossier, step, "2025-05-01").await;
    w.casework
        .add_addendum(
            &w.an,
            w.dossier,
            step,
            &summary("Nog iets."),
            &w.submission(),
        )
        .await
        .unwrap();
    step
}

fn refused(database: &Connection, sql: &str) {
    let answer = database.execute(sql, []);
    let said = answer.expect_err(sql).to_string();
    assert!(
        said.contains("final") || said.contains("kept") || said.contains("append-only"),
        "{sql}: {said}"
    );
}

#[tokio::test]
async fn r3_the_database_itself_refuses_to_touch_an_ended_line() {
    let w = world().await;
    ended_line(&w).await;
    let database = Connection::open(w.file()).unwrap();
    for sql in [
        "UPDATE step SET start_on = '2025-04-01'",
        "UPDATE step SET end_on = '2025-05-02'",
        "UPDATE step SET result = 'NEGATIEF'",
        "UPDATE step SET state = 'ongoing', end_on = NULL, result = NULL, reason = NULL, ended_at = NULL",
        "UPDATE step SET state = 'cancelled', closed_at = 1",
        "UPDATE step SET state = 'removed', closed_at = 1, end_on = '2025-04-30'",
        "DELETE FROM step",
        "UPDATE step_text SET summary = 'Iets anders'",
        "UPDATE step_text SET result_note = 'Iets anders'",
        "DELETE FROM step_text",
        "UPDATE addendum SET text = 'Iets anders'",
        "DELETE FROM addendum",
    ] {
        refused(&database, sql);
    }
}

#[tokio::test]
async fn a4_the_database_itself_refuses_actions_on_an_ended_line() {
    let w = world().await;
    ended_line(&w).await;
    let database = Connection::open(w.file()).unwrap();
    refused(&database, "UPDATE action SET voided = 1");
    refused(&database, "UPDATE action SET day = '2025-03-06'");
    refused(
        &database,
        "INSERT INTO action (dossier_id, step_id, day, id, version, kind, minutes, presence, recorded_by,
                             recorded_at, voided)
         SELECT dossier_id, step_id, day, randomblob(16), 1, kind, minutes, presence, recorded_by,
                recorded_at, 0 FROM action",
    );
}

#[tokio::test]
async fn the_database_itself_refuses_to_rewrite_the_journal() {
    let w = world().await;
    ended_line(&w).await;
    let database = Connection::open(w.file()).unwrap();
    for sql in [
        "UPDATE journal SET content = '[]'",
        "UPDATE journal SET at = at + 1",
        "UPDATE journal SET by_person = zeroblob(16)",
        "UPDATE journal SET link = zeroblob(32)",
        "DELETE FROM journal",
    ] {
        refused(&database, sql);
    }
}

#[tokio::test]
async fn s8_the_database_itself_takes_one_ongoing_line_of_a_kind() {
    let w = world().await;
    w.register(&w.an, w.dossier, "2025-03-01").await;
    let database = Connection::open(w.file()).unwrap();
    let copied = database.execute(
        "INSERT INTO step (dossier_id, listed_on, id, version, step_type, funding, state, start_on,
                           requester_unit, requester_org, requester_person, provider_unit, provider_org,
                           provider_person, registered_by, registered_at)
         SELECT dossier_id, listed_on, randomblob(16), 1, step_type, funding, state, start_on,
                requester_unit, requester_org, requester_person, provider_unit, provider_org,
                provider_person, registered_by, registered_at FROM step",
        [],
    );
    assert!(
        copied
            .expect_err("two of a kind")
            .to_string()
            .contains("UNIQUE")
    );
}

#[tokio::test]
async fn r6_the_database_itself_refuses_a_coach_who_asked_for_the_removal() {
    let w = world().await;
    let step = ended_line(&w).await;
    w.casework
        .request_removal(&w.an, w.dossier, step, &note("Dubbel."), &w.submission())
        .await
        .unwrap();
    let database = Connection::open(w.file()).unwrap();
    let decided = database.execute(
        "UPDATE removal_request SET decision = 'removed', decided_by = asked_by, decided_at = 1",
        [],
    );
    assert!(
        decided
            .expect_err("the asker decides")
            .to_string()
            .contains("CHECK")
    );
}
