//! Rows of 'Randvoorwaarden'.

use domain::conditions::{Condition, ConditionKind, ConditionStatus};
use domain::text::Note;

use crate::engine::{Row, Sql, Value};
use crate::sections::{Kept, OWN};
use crate::{StoreError, known, parsed, statements};

statements! {
    LIST = "conditions.list",
        "SELECT id, version, kind, status, note, since FROM condition WHERE dossier_id = ?1";
    INSERT = "conditions.insert",
        "INSERT INTO condition (dossier_id, id, version, kind, status, note, since)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    UPDATE = "conditions.update",
        "UPDATE condition SET version = ?3, kind = ?4, status = ?5, note = ?6, since = ?7
         WHERE dossier_id = ?1 AND id = ?2 AND version = ?3 - 1";
}

impl Kept for Condition {
    const LIST: &'static Sql = &LIST;
    const INSERT: &'static Sql = &INSERT;
    const UPDATE: &'static Sql = &UPDATE;

    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        let kind = ConditionKind::from_code(row.text_ref(OWN)?);
        let status = ConditionStatus::from_code(row.text_ref(OWN + 1)?);
        Ok(Condition {
            kind: known(&LIST, "kind", kind)?,
            status: known(&LIST, "status", status)?,
            note: parsed(&LIST, "note", row.opt_text(OWN + 2)?, Note::parse)?,
            since: row.day(OWN + 3)?,
        })
    }

    fn values(&self) -> Vec<Value> {
        vec![
            self.kind.code().into(),
            self.status.code().into(),
            self.note.as_ref().map(ToString::to_string).into(),
            self.since.into(),
        ]
    }
}
