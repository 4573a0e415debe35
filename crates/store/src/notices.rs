//! The outbox: what has to reach a person. Written with the change, shown under 'Meldingen', and mailed
//! from there.

use domain::Moment;
use domain::ids::{DossierId, PersonId, StepId};
use uuid::Uuid;

use crate::engine::{Batch, Statement};
use crate::{Reader, StoreError, statements};

statements! {
    WRITE = "notices.write",
        "INSERT INTO outbox (id, at, person_id, kind, dossier_id, step_id, note, read_at, mail_due)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, NULL, ?2)";
    LIST = "notices.list",
        "SELECT at, kind, dossier_id, step_id, note, read_at FROM outbox
         WHERE person_id = ?1 ORDER BY at DESC LIMIT 100";
    UNREAD = "notices.unread",
        "SELECT count(*) FROM (SELECT 1 FROM outbox WHERE person_id = ?1 AND at > ?2 AND read_at IS NULL LIMIT 100) AS fresh";
    READ = "notices.read",
        "UPDATE outbox SET read_at = ?2 WHERE person_id = ?1 AND at <= ?2 AND read_at IS NULL";
}

/// Something a person has to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// When.
    pub at: Moment,
    /// What kind; the pages know its sentence.
    pub kind: String,
    /// In which dossier.
    pub dossier: Option<DossierId>,
    /// On which line.
    pub step: Option<StepId>,
    /// A reason that goes with it.
    pub note: Option<String>,
    /// Whether the person saw it.
    pub read: bool,
}

/// Writes a notice to a person.
pub fn write(batch: &mut Batch, id: Uuid, person: PersonId, notice: &Notice) {
    let params = [
        id.into(),
        notice.at.into(),
        person.0.into(),
        notice.kind.as_str().into(),
        notice.dossier.map(|id| id.0).into(),
        notice.step.map(|id| id.0).into(),
        notice.note.clone().into(),
    ];
    batch.push(Statement::new(&WRITE, params));
}

/// The notices of a person, the last first.
pub async fn list(reader: &mut Reader, person: PersonId) -> Result<Vec<Notice>, StoreError> {
    reader
        .all(&LIST, &[person.0.into()], |row| {
            Ok(Notice {
                at: row.at(0)?,
                kind: row.text(1)?,
                dossier: row.opt_id(2)?.map(DossierId),
                step: row.opt_id(3)?.map(StepId),
                note: row.opt_text(4)?,
                read: row.opt_at(5)?.is_some(),
            })
        })
        .await
}

/// How many notices since an instant a person has not seen, at most 100.
pub async fn unread(
    reader: &mut Reader,
    person: PersonId,
    since: Moment,
) -> Result<u32, StoreError> {
    let found = reader
        .first(&UNREAD, &[person.0.into(), since.into()], |row| {
            crate::count(&UNREAD, row, 0)
        })
        .await?;
    Ok(found.unwrap_or(0))
}

/// Marks the notices of a person up to now as seen.
pub fn mark_read(batch: &mut Batch, person: PersonId, now: Moment) {
    batch.push(Statement::new(&READ, [person.0.into(), now.into()]));
}
