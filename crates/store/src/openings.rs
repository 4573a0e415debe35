//! Who opened a dossier: written before the page is shown, read by the client (I3).

use domain::Moment;
use domain::ids::{DossierId, PersonId};
use domain::people::{Actor, Role};
use domain::policy::{Access, Mandated, Read};

use crate::engine::{Batch, Statement, Value};
use crate::{Reader, StoreError, statements};

statements! {
    WRITE = "openings.write",
        "INSERT INTO opening (dossier_id, minute, person_id, what, organisation_id, role)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING";
    // Two reasons in one minute are both kept.
    WRITE_WITH_REASON = "openings.write_with_reason",
        "INSERT INTO opening (dossier_id, minute, person_id, what, organisation_id, role, reason)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (dossier_id, minute, person_id, what)
         DO UPDATE SET reason = opening.reason || '; ' || excluded.reason";
    OPENED_SINCE = "openings.opened_since",
        "SELECT 1 FROM opening WHERE dossier_id = ?1 AND minute >= ?2 AND person_id = ?3 AND what = ?4
         AND reason IS NOT NULL LIMIT 1";
    // A controller acts for no organisation of ours.
    WRITE_LISTED = "openings.write_listed",
        "INSERT INTO opening (dossier_id, minute, person_id, what, organisation_id, role)
         VALUES (?1, ?2, ?3, 'controle', NULL, ?4) ON CONFLICT DO NOTHING";
    LIST = "openings.list",
        "SELECT o.minute, p.name, coalesce(o.role, p.role), g.name, o.what, o.reason
         FROM opening o LEFT JOIN person p ON p.id = o.person_id
         LEFT JOIN organisation g ON g.id = o.organisation_id
         WHERE o.dossier_id = ?1 AND o.minute < ?2 ORDER BY o.minute DESC, o.person_id DESC, o.what DESC LIMIT ?3";
}

/// Whole minutes since 1970: how fine an opening is recorded.
pub fn minute_of(at: Moment) -> i64 {
    at.micros().div_euclid(60_000_000)
}

/// The end of that minute.
pub fn end_of_minute(at: Moment) -> Moment {
    let micros = (minute_of(at) + 1).saturating_mul(60_000_000);
    Moment::from_micros(micros).unwrap_or(Moment::MAX)
}

/// Records an opening. The same person, page and minute is one record.
pub fn write(batch: &mut Batch, access: &Access<Read>, actor: &Actor, what: &str, minute: i64) {
    batch.push(Statement::new(&WRITE, params(access, actor, what, minute)));
}

/// Records an opening for which a reason is asked.
pub fn write_with_reason(
    batch: &mut Batch,
    access: &Access<Read>,
    actor: &Actor,
    (what, reason): (&str, &str),
    minute: i64,
) {
    let mut params = params(access, actor, what, minute);
    params.push(reason.into());
    batch.push(Statement::new(&WRITE_WITH_REASON, params));
}

fn params(access: &Access<Read>, actor: &Actor, what: &str, minute: i64) -> Vec<Value> {
    vec![
        access.dossier().0.into(),
        minute.into(),
        actor.person.0.into(),
        what.into(),
        access.organisation().map(|id| id.0).into(),
        actor.role.code().into(),
    ]
}

/// Whether a person opened this for a reason in a minute or after it.
pub async fn opened_since(
    reader: &mut Reader,
    access: &Access<Read>,
    (person, what): (PersonId, &str),
    minute: i64,
) -> Result<bool, StoreError> {
    let params = [
        access.dossier().0.into(),
        minute.into(),
        person.0.into(),
        what.into(),
    ];
    let found = reader.first(&OPENED_SINCE, &params, |_| Ok(()));
    Ok(found.await?.is_some())
}

/// Records that lines of these dossiers were on a controller's page.
pub fn write_listed(batch: &mut Batch, mandated: &Mandated, dossiers: &[DossierId], minute: i64) {
    let controller = mandated.mandate().controller;
    for dossier in dossiers {
        let role = Role::Controller.code();
        let params = [
            dossier.0.into(),
            minute.into(),
            controller.0.into(),
            role.into(),
        ];
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
    /// Code of the role in which they looked.
    pub role: String,
    /// Name of the organisation; empty without one.
    pub organisation: String,
    /// What was opened.
    pub what: String,
    /// Why, where a reason is asked; else empty.
    pub reason: String,
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
                    reason: row.opt_text(5)?.unwrap_or_default(),
                })
            },
        )
        .await
}
