//! The row of 'Inzetbaarheid'.

use domain::availability::{Availability, AvailabilityStatus, Licence, Weekday};
use domain::text::{Label, Note};

use crate::engine::{Row, Sql, Value};
use crate::sections::{Kept, OWN, codes, from_codes};
use crate::{StoreError, known, opt_count, parsed, statements};

statements! {
    LIST = "availability.list",
        "SELECT id, version, status, hours_a_week, weekdays, regions, licences, available_from, note
         FROM availability WHERE dossier_id = ?1";
    INSERT = "availability.insert",
        "INSERT INTO availability (dossier_id, id, version, status, hours_a_week, weekdays, regions, licences,
                                   available_from, note)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    UPDATE = "availability.update",
        "UPDATE availability SET version = ?3, status = ?4, hours_a_week = ?5, weekdays = ?6, regions = ?7,
                                 licences = ?8, available_from = ?9, note = ?10
         WHERE dossier_id = ?1 AND id = ?2 AND version = ?3 - 1";
}

impl Kept for Availability {
    const LIST: &'static Sql = &LIST;
    const INSERT: &'static Sql = &INSERT;
    const UPDATE: &'static Sql = &UPDATE;

    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        let status = AvailabilityStatus::from_code(row.text_ref(OWN)?);
        let (days, licences) = (row.opt_text(OWN + 2)?, row.opt_text(OWN + 4)?);
        Ok(Availability {
            status: known(&LIST, "status", status)?,
            hours: opt_count(&LIST, row, OWN + 1)?,
            days: from_codes(&LIST, "weekdays", days, Weekday::from_code)?,
            regions: parsed(&LIST, "regions", row.opt_text(OWN + 3)?, Label::parse)?,
            licences: from_codes(&LIST, "licences", licences, Licence::from_code)?,
            from: row.opt_day(OWN + 5)?,
            note: parsed(&LIST, "note", row.opt_text(OWN + 6)?, Note::parse)?,
        })
    }

    fn values(&self) -> Vec<Value> {
        vec![
            self.status.code().into(),
            self.hours.into(),
            codes(&self.days, Weekday::code),
            self.regions.as_ref().map(ToString::to_string).into(),
            codes(&self.licences, Licence::code),
            self.from.into(),
            self.note.as_ref().map(ToString::to_string).into(),
        ]
    }
}
