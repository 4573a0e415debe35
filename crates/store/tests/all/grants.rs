//! The rights of the role that serves, as docs/postgresql.md has them: all that the statements of the
//! program need, and nothing more.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use store::statements_of_all;

/// The words that follow a piece of SQL.
fn words_after(text: &str, piece: &str) -> BTreeSet<String> {
    let parts = text.split(piece).skip(1);
    let word = |part: &str| -> String {
        let is_name = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '_';
        part.chars().take_while(is_name).collect()
    };
    parts.map(word).filter(|it| !it.is_empty()).collect()
}

/// What the document grants of one kind.
fn granted(right: &str) -> BTreeSet<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/postgresql.md");
    let text = fs::read_to_string(file).unwrap();
    let (_, after) = text.split_once("<!-- grants -->").unwrap();
    let (_, block) = after.split_once("```sql\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    block
        .split(';')
        .filter_map(|it| it.trim().strip_prefix(&format!("GRANT {right} ON ")))
        .filter_map(|it| it.split_once(" TO "))
        .flat_map(|(tables, _)| tables.split(','))
        .map(|table| table.trim().to_owned())
        .collect()
}

/// K099
#[test]
fn k099_the_role_that_serves_may_what_the_statements_do_and_nothing_more() {
    let mut needed = [BTreeSet::new(), BTreeSet::new(), BTreeSet::new()];
    for sql in statements_of_all() {
        // Erasing is the operator's, with the role that owns the tables.
        if sql.name.starts_with("retention.") {
            continue;
        }
        let inserted = words_after(sql.text, "INSERT INTO ");
        // Of an opening a second reason is added to the first, and nothing else changes.
        let is_reason = sql.name == "openings.write_with_reason";
        if sql.text.contains("DO UPDATE") && !is_reason {
            needed[1].extend(inserted.iter().cloned());
        }
        needed[0].extend(inserted);
        needed[1].extend(words_after(sql.text, "UPDATE "));
        needed[2].extend(words_after(sql.text, "DELETE FROM "));
    }
    assert!(needed.iter().all(|it| it.len() > 10), "{needed:?}");
    for (right, needed) in ["INSERT", "UPDATE", "DELETE"].iter().zip(needed) {
        assert_eq!(granted(right), needed, "{right}");
    }
    assert_eq!(granted("UPDATE (reason)"), ["opening".to_owned()].into());
    // What has to stay as it was written.
    for kept in ["journal", "account_event", "addendum", "opening", "erasure"] {
        assert!(!granted("UPDATE").contains(kept), "{kept}");
        assert!(!granted("DELETE").contains(kept), "{kept}");
    }
}
