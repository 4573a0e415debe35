//! Actions of a line.

use domain::actions::{Action, ActionDetails, Presence};
use domain::catalogue::ActionKindCode;
use domain::ids::{ActionId, PersonId, StepId};
use domain::policy::{Access, Read, Write};
use domain::steps::Stamp;
use domain::text::{Label, Note};

use crate::engine::{Batch, Statement, Value};
use crate::{Reader, StoreError, count, guard, known, parsed, statements};

statements! {
    LIST = "actions.list",
        "SELECT a.id, a.version, a.day, a.kind, a.minutes, a.presence, a.place, a.note,
                a.recorded_by, p.name, a.recorded_at, a.voided
         FROM action a JOIN person p ON p.id = a.recorded_by
         WHERE a.dossier_id = ?1 AND a.step_id = ?2 ORDER BY a.day DESC, a.id DESC";
    INSERT = "actions.insert",
        "INSERT INTO action (dossier_id, step_id, id, version, day, kind, minutes, presence, place, note,
                             recorded_by, recorded_at, voided)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
    UPDATE = "actions.update",
        "UPDATE action SET version = ?4, day = ?5, kind = ?6, minutes = ?7, presence = ?8, place = ?9,
                           note = ?10, voided = ?13
         WHERE dossier_id = ?1 AND step_id = ?2 AND id = ?3 AND version = ?4 - 1 AND NOT voided
               AND recorded_by = ?11 AND recorded_at = ?12";
    VOID_ALL = "actions.void_all",
        "UPDATE action SET voided = ?3 WHERE dossier_id = ?1 AND step_id = ?2 AND NOT voided";
}

/// The actions of a line, the last day first; voided ones too.
pub async fn list(
    reader: &mut Reader,
    access: &Access<Read>,
    step: StepId,
) -> Result<Vec<Action>, StoreError> {
    reader
        .all(&LIST, &[access.dossier().0.into(), step.0.into()], |row| {
            Ok(Action {
                id: ActionId(row.id(0)?),
                step,
                version: count(&LIST, row, 1)?,
                details: ActionDetails {
                    day: row.day(2)?,
                    kind: known(&LIST, "kind", ActionKindCode::parse(row.text_ref(3)?).ok())?,
                    minutes: known(&LIST, "minutes", u16::try_from(row.int(4)?).ok())?,
                    presence: known(&LIST, "presence", Presence::from_code(row.text_ref(5)?))?,
                    place: parsed(&LIST, "place", row.opt_text(6)?, Label::parse)?,
                    note: parsed(&LIST, "note", row.opt_text(7)?, Note::parse)?,
                },
                recorded: Stamp {
                    by: PersonId(row.id(8)?),
                    by_name: row.text(9)?,
                    at: row.at(10)?,
                },
                voided: row.bool(11)?,
            })
        })
        .await
}

fn params(access: &Access<Write>, action: &Action) -> Vec<Value> {
    let details = &action.details;
    vec![
        access.dossier().0.into(),
        action.step.0.into(),
        action.id.0.into(),
        action.version.into(),
        details.day.into(),
        details.kind.as_str().into(),
        i64::from(details.minutes).into(),
        details.presence.code().into(),
        details
            .place
            .as_ref()
            .map(|it| it.as_str().to_owned())
            .into(),
        details
            .note
            .as_ref()
            .map(|it| it.as_str().to_owned())
            .into(),
        action.recorded.by.0.into(),
        action.recorded.at.into(),
        action.voided.into(),
    ]
}

/// Adds an action.
pub fn insert(batch: &mut Batch, access: &Access<Write>, action: &Action) {
    batch.push(Statement::new(&INSERT, params(access, action)).one(guard::ROW));
}

/// Stores an action that was one version lower and not voided.
pub fn update(batch: &mut Batch, access: &Access<Write>, action: &Action) {
    batch.push(Statement::new(&UPDATE, params(access, action)).one(guard::ROW));
}

/// Voids the actions of a line that is about to be cancelled (C2).
pub fn void_all(batch: &mut Batch, access: &Access<Write>, step: StepId) {
    batch.push(Statement::new(
        &VOID_ALL,
        [access.dossier().0.into(), step.0.into(), true.into()],
    ));
}
