//! R3, A4: the third guard. Whoever goes past the program, straight to the database, is refused too.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use domain::ids::StepId;
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

async fn refused(w: &World, sql: &str) {
    let said = w.place().execute(sql).await.expect_err(sql);
    assert!(
        said.contains("final") || said.contains("kept") || said.contains("append-only"),
        "{sql}: {said}"
    );
}

/// The statement with an identifier made by the database itself.
fn new_ids(w: &World, sql: &str) -> String {
    let new_id = if w.place().is_postgres() {
        "gen_random_uuid()"
    } else {
        "randomblob(16)"
    };
    sql.replace("NEW_ID", new_id)
}

#[tokio::test]
async fn r3_the_database_itself_refuses_to_touch_an_ended_line() {
    let w = world().await;
    ended_line(&w).await;
    for sql in [
        "UPDATE step SET start_on = '2025-04-01'",
        "UPDATE step SET end_on = '2025-05-02'",
        "UPDATE step SET result = 'NEGATIEF'",
        "UPDATE step SET state = 'ongoing', end_on = NULL, result = NULL, reason = NULL, ended_at = NULL",
        "UPDATE step SET state = 'cancelled', closed_at = registered_at",
        "UPDATE step SET state = 'removed', closed_at = registered_at, end_on = '2025-04-30'",
        "DELETE FROM step",
        "UPDATE step_text SET summary = 'Iets anders'",
        "UPDATE step_text SET result_note = 'Iets anders'",
        "DELETE FROM step_text",
        "UPDATE addendum SET text = 'Iets anders'",
        "DELETE FROM addendum",
    ] {
        refused(&w, sql).await;
    }
}

#[tokio::test]
async fn a4_the_database_itself_refuses_actions_on_an_ended_line() {
    let w = world().await;
    ended_line(&w).await;
    refused(&w, "UPDATE action SET voided = TRUE").await;
    refused(&w, "UPDATE action SET day = '2025-03-06'").await;
    let insert = new_ids(
        &w,
        "INSERT INTO action (dossier_id, step_id, day, id, version, kind, minutes, presence, recorded_by,
                             recorded_at, voided)
         SELECT dossier_id, step_id, day, NEW_ID, 1, kind, minutes, presence, recorded_by,
                recorded_at, FALSE FROM action",
    );
    refused(&w, &insert).await;
}

#[tokio::test]
async fn the_database_itself_refuses_to_rewrite_the_journal() {
    let w = world().await;
    ended_line(&w).await;
    for sql in [
        "UPDATE journal SET content = '[]'",
        "UPDATE journal SET at = (SELECT created_at FROM organisation LIMIT 1) WHERE number > 1",
        "UPDATE journal SET by_person = subject_id",
        "UPDATE journal SET link = content_digest",
        "DELETE FROM journal",
    ] {
        refused(&w, sql).await;
    }
}

#[tokio::test]
async fn s8_the_database_itself_takes_one_ongoing_line_of_a_kind() {
    let w = world().await;
    w.register(&w.an, w.dossier, "2025-03-01").await;
    let insert = new_ids(
        &w,
        "INSERT INTO step (dossier_id, listed_on, id, version, step_type, funding, state, start_on,
                           requester_unit, requester_org, requester_person, provider_unit, provider_org,
                           provider_person, registered_by, registered_at)
         SELECT dossier_id, listed_on, NEW_ID, 1, step_type, funding, state, start_on,
                requester_unit, requester_org, requester_person, provider_unit, provider_org,
                provider_person, registered_by, registered_at FROM step",
    );
    let said = w.place().execute(&insert).await.expect_err("two of a kind");
    assert!(said.to_lowercase().contains("unique"), "{said}");
}

#[tokio::test]
async fn r6_the_database_itself_refuses_a_coach_who_asked_for_the_removal() {
    let w = world().await;
    let step = ended_line(&w).await;
    w.casework
        .request_removal(&w.an, w.dossier, step, &note("Dubbel."), &w.submission())
        .await
        .unwrap();
    let decide = "UPDATE removal_request
                  SET decision = 'removed', decided_by = asked_by, decided_at = asked_at";
    let said = w
        .place()
        .execute(decide)
        .await
        .expect_err("the asker decides");
    assert!(said.to_lowercase().contains("check"), "{said}");
}
