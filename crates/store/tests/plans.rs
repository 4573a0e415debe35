//! Every statement is understood by the engine and finds its rows by an index; none reads a table
//! from end to end, none sorts what an index could give in order.

#![allow(clippy::unwrap_used)]

use store::engine::Settings;
use store::{Database, statements_of_all};

/// Statements that may sort: what they sort is bounded and small.
const MAY_SORT: &[(&str, &str)] = &[
    ("people.parties", "at most the counsellors of one unit"),
    (
        "people.of_organisation",
        "at most the people of one organisation",
    ),
    ("grants.holders", "at most the grants on one dossier"),
    ("removals.of_step", "at most the requests on one line"),
];

/// Statements that read an index in its order until their limit.
const MAY_SCAN: &[(&str, &str)] = &[
    ("dossiers.any", "the first row there is"),
    (
        "removals.queue",
        "an index of only what waits, in order, at most 200",
    ),
    (
        "removals.decided",
        "an index of what was decided, in order, at most 50",
    ),
    (
        "notices.unread",
        "counts the at most 100 rows of its own sub-select",
    ),
];

async fn database() -> (Database, std::path::PathBuf) {
    let folder = std::env::temp_dir().join(format!("plans-{}", uuid::Uuid::new_v4().simple()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("plans.db");
    let database = Database::open(&Settings::Sqlite { file }).await.unwrap();
    database.migrate().await.unwrap();
    (database, folder)
}

#[tokio::test]
async fn every_statement_finds_its_rows_by_an_index() {
    let (database, folder) = database().await;
    let mut wrong = Vec::new();
    for sql in statements_of_all() {
        for line in database.plan(sql).await.unwrap() {
            let reads_all =
                line.starts_with("SCAN") && !MAY_SCAN.iter().any(|(name, _)| *name == sql.name);
            let sorts =
                line.contains("TEMP B-TREE") && !MAY_SORT.iter().any(|(name, _)| *name == sql.name);
            if reads_all || sorts {
                wrong.push(format!("{}: {line}", sql.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    drop(database);
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn the_plan_test_sees_a_statement_without_an_index() {
    static BAD: store::engine::Sql =
        store::engine::Sql::new("test.bad", "SELECT id FROM person WHERE name = ?1");
    let (database, folder) = database().await;
    let plan = database.plan(&BAD).await.unwrap();
    assert!(plan.iter().any(|line| line.starts_with("SCAN")), "{plan:?}");
    drop(database);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn every_statement_has_a_name_of_its_own() {
    let mut names: Vec<_> = statements_of_all().iter().map(|sql| sql.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}
