//! Rows of 'PmAB'.

use domain::disability::{Indication, IndicationKind};
use domain::text::Label;

use crate::engine::{Row, Sql, Value};
use crate::sections::{Kept, OWN};
use crate::{StoreError, known, statements};

statements! {
    LIST = "disability.list",
        "SELECT id, version, kind, granted_on, valid_until, decided_by, ended_on
         FROM indication WHERE dossier_id = ?1";
    INSERT = "disability.insert",
        "INSERT INTO indication (dossier_id, id, version, kind, granted_on, valid_until, decided_by, ended_on)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    UPDATE = "disability.update",
        "UPDATE indication SET version = ?3, kind = ?4, granted_on = ?5, valid_until = ?6, decided_by = ?7,
                ended_on = ?8
         WHERE dossier_id = ?1 AND id = ?2 AND version = ?3 - 1";
}

impl Kept for Indication {
    const LIST: &'static Sql = &LIST;
    const INSERT: &'static Sql = &INSERT;
    const UPDATE: &'static Sql = &UPDATE;

    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        let kind = IndicationKind::from_code(row.text_ref(OWN)?);
        let decided_by = Label::parse(row.text_ref(OWN + 3)?).ok();
        Ok(Indication {
            kind: known(&LIST, "kind", kind)?,
            granted_on: row.day(OWN + 1)?,
            valid_until: row.opt_day(OWN + 2)?,
            decided_by: known(&LIST, "decided_by", decided_by)?,
            ended_on: row.opt_day(OWN + 4)?,
        })
    }

    fn values(&self) -> Vec<Value> {
        vec![
            self.kind.code().into(),
            self.granted_on.into(),
            self.valid_until.into(),
            self.decided_by.to_string().into(),
            self.ended_on.into(),
        ]
    }
}
