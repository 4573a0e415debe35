//! Who opened a dossier: written before the page is shown, read by the client (I3).

use domain::Moment;
use domain::ids::{DossierId, PersonId};
use domain::policy::{Access, Mandated, Read};

use crate::engine::{Batch, Statement};
use crate::{Reader, StoreError, statements};

statements! {
    WRITE = "openings.write",
        "INSERT INTO opening (dossier_id, minute, person_id, what, organisation_id)
         VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
    // A controller acts for no organisation of ours.
    WRITE_LISTED = "openings.write_listed",
        "INSERT INTO opening (dossier_id, minute, person_id, what, organisation_id)
         VALUES (?1, ?2, ?3, 'controle', NULL) ON CONFLICT DO NOTHING";
    LIST = "openings.list",
        "SELECT o.minute, p.name, p.role, g.name, o.what
         FROM opening o LEFT JOIN person p ON p.id = o.person_id
         LEFT JOIN organisation g ON g.id = o.organisation_id
         WHERE o.dossier_id = ?1 AND o.minute < ?2 ORDER BY o.minute DESC, o.person_id DESC, o.what DESC LIMIT ?3";
}

/// Whole minutes since 1970: how fine an opening is recorded.
pub fn minute_of(at: Moment) -> i64 {
    at.micros().div_euclid(60_000_000)
}

/// Records an opening. The same person, page and minute is one record.
pub fn write(batch: &mut Batch, access: &Access<Read>, person: PersonId, what: &str, minute: i64) {
    let params = [
        access.dossier().0.into(),
        minute.into(),
        person.0.into(),
        what.into(),
        access.organisation().map(|id| id.0).into(),
    ];
    batch.push(Statement::new(&WRITE, params));
}

/// Records that lines of these dossiers were on a controller's page.
pub fn write_listed(batch: &mut Batch, mandated: &Mandated, dossiers: &[DossierId], minute: i64) {
    let controller = mandated.mandate().controller;
    for dossier in dossiers {
        let params = [dossier.0.into(), minute.into(), controller.0.into()];
        batch.push(Statement::new(&WRITE_LISTED, params));
    }
}

/// An opening as recorded.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Start of the minute.
    pub at: Moment,
    /// Name of the person.
    pub person: String,
    /// Role code of the person.
    pub role: String,
    /// Name of the organisation; empty without one.
    pub organisation: String,
    /// What was opened.
    pub what: String,
}

/// The openings of a dossier before a minute, the last first.
pub async fn list(
    reader: &mut Reader,
    access: &Access<Read>,
    before_minute: i64,
    limit: u32,
) -> Result<Vec<Opening>, StoreError> {
    reader
        .all(
            &LIST,
            &[
                access.dossier().0.into(),
                before_minute.into(),
                limit.into(),
            ],
            |row| {
                let at = Moment::from_micros(row.int(0)?.saturating_mul(60_000_000));
                Ok(Opening {
                    at: crate::known(&LIST, "minute", at)?,
                    person: row.opt_text(1)?.unwrap_or_default(),
                    role: row.opt_text(2)?.unwrap_or_default(),
                    organisation: row.opt_text(3)?.unwrap_or_default(),
                    what: row.text(4)?,
                })
            },
        )
        .await
}
