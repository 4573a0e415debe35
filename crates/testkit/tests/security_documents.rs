//! `docs/security` is held to the code: the tests it names exist, its counts are right, and every column
//! of the schema has its class.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    fs::read_to_string(top().join(path)).unwrap()
}

/// The cells of every row of a table whose first cell a test likes.
fn rows(text: &str, is_row: impl Fn(&str) -> bool) -> Vec<Vec<String>> {
    text.lines()
        .filter(|line| line.starts_with("| "))
        .map(|line| {
            let cells = line.trim_matches('|').split('|');
            cells.map(|cell| cell.trim().to_owned()).collect::<Vec<_>>()
        })
        .filter(|cells| is_row(&cells[0]))
        .collect()
}

/// The names of all functions that are marked as tests.
fn tests() -> BTreeSet<String> {
    fn walk(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && path.file_name().unwrap() != "target" {
                walk(&path, found);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let marks = ["#[test]", "#[tokio::test", "proptest! {"];
                for mark in marks {
                    for after in text.split(mark).skip(1) {
                        let name = after.split("fn ").nth(1).unwrap_or_default();
                        found.insert(name.split('(').next().unwrap().to_owned());
                    }
                }
            }
        }
    }
    let mut found = BTreeSet::new();
    walk(&top().join("crates"), &mut found);
    found
}

#[test]
fn every_row_of_asvs_is_there_and_names_tests_that_exist() {
    let text = read("docs/security/asvs.md");
    let rows = rows(&text, |first| {
        first.len() == 4
            && first.starts_with('K')
            && first[1..].bytes().all(|it| it.is_ascii_digit())
    });
    let ids: Vec<String> = rows.iter().map(|row| row[0].clone()).collect();
    let wanted: Vec<String> = (1..=120).map(|number| format!("K{number:03}")).collect();
    assert_eq!(ids, wanted);
    let tests = tests();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for row in &rows {
        assert_eq!(row.len(), 7, "{row:?}");
        let (outcome, why, named) = (&row[4], &row[5], &row[6]);
        *counts.entry(outcome.clone()).or_default() += 1;
        assert!(!why.is_empty(), "{} says not where or why", row[0]);
        assert!(
            outcome != "met" || !named.is_empty(),
            "{} is met and shown by nothing",
            row[0]
        );
        for name in named.split('`').skip(1).step_by(2) {
            assert!(
                tests.contains(name),
                "{} names {name}, which is no test",
                row[0]
            );
        }
    }
    for outcome in ["met", "in part", "not met", "not applicable"] {
        let counted = counts.remove(outcome).unwrap_or_default();
        assert!(
            text.contains(&format!("| {outcome} | {counted} |")),
            "{counted} rows are {outcome}: the summary says otherwise"
        );
    }
    assert!(counts.is_empty(), "{counts:?}");
}

/// Every column that a migration makes, of both engines.
fn columns(engine: &str) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(top().join("migrations").join(engine)).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let mut table = None;
        for line in text.lines() {
            let line = line.split("--").next().unwrap();
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["CREATE", "TABLE", name, "(", ..] => table = Some((*name).to_owned()),
                ["ALTER", "TABLE", name, "ADD", "COLUMN", column, ..] => {
                    found.insert(((*name).to_owned(), (*column).to_owned()));
                }
                [end, ..] if end.starts_with(')') => table = None,
                [column, kind, ..] => {
                    let kinds = ["TEXT", "BLOB", "INTEGER", "REAL"];
                    let kind = kind.trim_end_matches(',');
                    if let (Some(table), true) = (&table, kinds.contains(&kind)) {
                        found.insert((table.clone(), (*column).to_owned()));
                    }
                }
                _ => {}
            }
        }
    }
    found
}

#[test]
fn every_column_has_its_class() {
    let text = read("docs/security/data.md");
    let classes = ["secret", "sensitive", "personal", "internal"];
    let mut labelled = BTreeSet::new();
    for row in rows(&text, |_| true) {
        if row.len() == 3 && classes.contains(&row[1].as_str()) {
            for column in row[2].split(", ") {
                let is_new = labelled.insert((row[0].clone(), column.to_owned()));
                assert!(is_new, "{} of {} has two classes", column, row[0]);
            }
        }
    }
    let made = columns("sqlite");
    assert!(made.len() > 200, "{}", made.len());
    let without: Vec<_> = made.difference(&labelled).collect();
    assert!(
        without.is_empty(),
        "no class in docs/security/data.md: {without:?}"
    );
    let gone: Vec<_> = labelled.difference(&made).collect();
    assert!(gone.is_empty(), "no such column: {gone:?}");
}
