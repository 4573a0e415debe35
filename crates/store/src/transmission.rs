//! Rows of 'Transmissie'.

use domain::text::Note;
use domain::transmission::{
    Transmission, TransmissionDecision, TransmissionReason, TransmissionStatus,
};

use crate::engine::{Row, Sql, Value};
use crate::sections::{Kept, OWN};
use crate::{StoreError, known, parsed, statements};

statements! {
    LIST = "transmission.list",
        "SELECT id, version, reason, facts, sent_on, status, decision
         FROM transmission WHERE dossier_id = ?1";
    INSERT = "transmission.insert",
        "INSERT INTO transmission (dossier_id, id, version, reason, facts, sent_on, status, decision)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    UPDATE = "transmission.update",
        "UPDATE transmission SET version = ?3, reason = ?4, facts = ?5, sent_on = ?6, status = ?7, decision = ?8
         WHERE dossier_id = ?1 AND id = ?2 AND version = ?3 - 1";
}

impl Kept for Transmission {
    const LIST: &'static Sql = &LIST;
    const INSERT: &'static Sql = &INSERT;
    const UPDATE: &'static Sql = &UPDATE;

    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        let reason = TransmissionReason::from_code(row.text_ref(OWN)?);
        let facts = Note::parse(row.text_ref(OWN + 1)?).ok();
        let status = TransmissionStatus::from_code(row.text_ref(OWN + 3)?);
        let decision = |text: &str| TransmissionDecision::from_code(text).ok_or(());
        Ok(Transmission {
            reason: known(&LIST, "reason", reason)?,
            facts: known(&LIST, "facts", facts)?,
            sent_on: row.day(OWN + 2)?,
            status: known(&LIST, "status", status)?,
            decision: parsed(&LIST, "decision", row.opt_text(OWN + 4)?, decision)?,
        })
    }

    fn values(&self) -> Vec<Value> {
        vec![
            self.reason.code().into(),
            self.facts.to_string().into(),
            self.sent_on.into(),
            self.status.code().into(),
            self.decision.map(TransmissionDecision::code).into(),
        ]
    }
}
