//! Every statement is understood by the engine and finds its rows by an index; none reads a table
//! from end to end, none sorts what an index could give in order.

#![allow(clippy::unwrap_used)]

use store::statements_of_all;
use testkit::TestDatabase;

/// Statements that may sort: what they sort is bounded and small.
const MAY_SORT: &[(&str, &str)] = &[
    (
        "organisations.units_of",
        "at most the units of one organisation",
    ),
    ("people.parties", "at most the counsellors of one unit"),
    (
        "people.of_organisation",
        "at most the people of one organisation",
    ),
    ("grants.holders", "at most the grants on one dossier"),
    ("removals.of_step", "at most the requests on one line"),
    ("steps.ongoing", "at most the ongoing lines of one dossier"),
    ("sessions.stop_beyond", "at most the sessions of one person"),
    ("reports.of_month", "the lines that began in one month"),
];

/// Statements that read an index in its order until their limit.
const MAY_SCAN: &[(&str, &str)] = &[
    ("functions.others", "a part with a limit of its own"),
    (
        "functions.others_of_system",
        "a part with a limit of its own",
    ),
    (
        "factors.enrolled",
        "no table: parts that each look up one row",
    ),
    (
        "proposals.queue",
        "an index of only what waits, in order, at most 200",
    ),
    (
        "retention.no_line",
        "SQLite looks whether anything still points at the line; only by the operator's command",
    ),
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
        "corrections.decided",
        "an index of what was decided, in order, at most 50",
    ),
    (
        "corrections.decided_lines",
        "an index of what was decided about lines, in order, at most 50",
    ),
    (
        "dossiers.counts",
        "reads no table itself; each of its counts finds its rows by an index",
    ),
    (
        "grant_requests.queue",
        "an index of only what waits, in order, at most 200",
    ),
    (
        "grant_requests.decided",
        "an index of what was decided, in order, at most 50",
    ),
    (
        "grant_requests.how_many",
        "counts the at most 200 rows of its own sub-select, an index of only what waits",
    ),
    (
        "grant_requests.count",
        "counts the at most 100 rows of its own sub-select",
    ),
    (
        "documents.count",
        "counts the at most 1,000 rows of its own sub-select",
    ),
    (
        "documents.released",
        "an index of only what something let go of, at most 200",
    ),
    (
        "notices.unread",
        "counts the at most 100 rows of its own sub-select",
    ),
];

/// A line of a plan at which a table or an index is read from end to end, or at which rows are sorted.
#[derive(Debug, PartialEq)]
enum Fault {
    Scans(String),
    Sorts(String),
}

fn faults(is_postgres: bool, plan: &[String]) -> Vec<Fault> {
    let mut found = Vec::new();
    for (at, line) in plan.iter().enumerate() {
        let node = line.trim_start().trim_start_matches("->").trim_start();
        let (scans, sorts) = if is_postgres {
            let next = plan.get(at + 1).map_or("", |next| next.trim_start());
            let whole_index = (node.starts_with("Index Scan")
                || node.starts_with("Index Only Scan"))
                && !next.starts_with("Index Cond");
            // The key of a merge of sorted months is printed as one of a sort.
            let sorts = node.contains("Sort") && !node.starts_with("Sort Key");
            (whole_index || node.starts_with("Seq Scan"), sorts)
        } else {
            (node.starts_with("SCAN"), node.contains("TEMP B-TREE"))
        };
        if scans {
            found.push(Fault::Scans(line.clone()));
        }
        if sorts {
            found.push(Fault::Sorts(line.clone()));
        }
    }
    found
}

/// On PostgreSQL: some thousands of rows in every table, and figures of them. Without, the server plans for
/// tables that are all but empty, where reading an index whole costs nothing.
const THOUSANDS: &str = "
DO $$
DECLARE it record;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR it IN SELECT conrelid::regclass AS place, conname AS name FROM pg_constraint
        WHERE contype = 'c' AND connamespace = 'public'::regnamespace AND coninhcount = 0
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', it.place, it.name);
    END LOOP;
    FOR it IN SELECT attrelid::regclass AS place,
            string_agg(quote_ident(attname), ', ') AS names,
            string_agg(CASE WHEN attnotnull THEN value
                ELSE 'CASE WHEN n % 2 = 0 THEN ' || value || ' END' END, ', ') AS row
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid,
        LATERAL (SELECT CASE format_type(atttypid, NULL)
                WHEN 'uuid' THEN 'gen_random_uuid()'
                WHEN 'boolean' THEN '(n % 2 = 0)'
                WHEN 'date' THEN 'current_date - n'
                WHEN 'timestamp with time zone' THEN 'now() - make_interval(mins => n)'
                WHEN 'jsonb' THEN quote_literal('{}') || '::jsonb'
                WHEN 'json' THEN quote_literal('{}') || '::json'
                WHEN 'text' THEN 'n::text'
                WHEN 'bytea' THEN 'decode(md5(n::text), ''hex'')'
                ELSE 'n' END AS value) AS made
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
            AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attidentity <> 'a'
        GROUP BY attrelid
    LOOP
        EXECUTE format('INSERT INTO %s (%s) SELECT %s FROM generate_series(1, 2000) n
                        ON CONFLICT DO NOTHING', it.place, it.names, it.row);
    END LOOP;
    ANALYZE;
END $$";

#[tokio::test]
async fn every_statement_finds_its_rows_by_an_index() {
    let it = TestDatabase::open().await;
    if it.place().is_postgres() {
        it.place().execute(THOUSANDS).await.unwrap();
    }
    let mut wrong = Vec::new();
    for sql in statements_of_all() {
        let may_sort = MAY_SORT.iter().any(|(name, _)| *name == sql.name);
        let plan = it.database.plan(sql, may_sort).await.unwrap();
        for fault in faults(it.place().is_postgres(), &plan) {
            let list = match fault {
                Fault::Scans(_) => MAY_SCAN,
                Fault::Sorts(_) => MAY_SORT,
            };
            if !list.iter().any(|(name, _)| *name == sql.name) {
                wrong.push(format!("{}: {fault:?}", sql.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn the_plan_test_sees_a_statement_without_an_index() {
    static BAD: store::engine::Sql = store::engine::Sql::new(
        "test.bad",
        "SELECT id FROM person WHERE password_hash = ?1 ORDER BY role",
    );
    let it = TestDatabase::open().await;
    let plan = it.database.plan(&BAD, false).await.unwrap();
    let found = faults(it.place().is_postgres(), &plan);
    assert!(matches!(found[..], [_, _]), "{plan:?}");
    assert!(found.iter().any(|fault| matches!(fault, Fault::Scans(_))));
    assert!(found.iter().any(|fault| matches!(fault, Fault::Sorts(_))));
}

#[test]
fn every_statement_has_a_name_of_its_own() {
    let mut names: Vec<_> = statements_of_all().iter().map(|sql| sql.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}
