//! Requests to the provincial coach to remove an ended line (R6).

use domain::Moment;
use domain::client_number::ClientNumber;
use domain::ids::{DossierId, PersonId, RemovalId, StepId};
use domain::policy::{Access, Permit, Read, Write};
use domain::steps::Stamp;
use domain::steps::removal::{Decision, RemovalRequest};
use domain::text::Note;

use crate::engine::{Batch, Row, Statement};
use crate::{Reader, StoreError, guard, known, parsed, statements};

statements! {
    OF_STEP = "removals.of_step",
        "SELECT r.id, r.step_id, r.reason, r.asked_by, a.name, r.asked_at, r.decision, r.decided_by,
                d.name, r.decided_at, r.decision_reason
         FROM removal_request r JOIN person a ON a.id = r.asked_by
         LEFT JOIN person d ON d.id = r.decided_by
         WHERE r.dossier_id = ?1 AND r.step_id = ?2 ORDER BY r.asked_at DESC";
    WHERE_IS = "removals.where_is", "SELECT dossier_id, step_id FROM removal_request WHERE id = ?1";
    QUEUE = "removals.queue",
        "SELECT r.id, r.dossier_id, r.step_id, r.asked_at, a.name, d.client_number, r.decision, r.decided_at
         FROM removal_request r JOIN person a ON a.id = r.asked_by JOIN dossier d ON d.id = r.dossier_id
         WHERE r.decision IS NULL ORDER BY r.asked_at LIMIT 200";
    DECIDED = "removals.decided",
        "SELECT r.id, r.dossier_id, r.step_id, r.asked_at, a.name, d.client_number, r.decision, r.decided_at
         FROM removal_request r JOIN person a ON a.id = r.asked_by JOIN dossier d ON d.id = r.dossier_id
         WHERE r.decision IS NOT NULL AND r.decided_at IS NOT NULL ORDER BY r.decided_at DESC LIMIT 50";
    INSERT = "removals.insert",
        "INSERT INTO removal_request (dossier_id, step_id, id, reason, asked_by, asked_at,
                                      decision, decided_by, decided_at, decision_reason)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL, NULL, NULL, NULL)";
    DECIDE = "removals.decide",
        "UPDATE removal_request SET decision = ?4, decided_by = ?5, decided_at = ?6, decision_reason = ?7
         WHERE dossier_id = ?1 AND step_id = ?2 AND id = ?3 AND decision IS NULL";
}

/// The requests on a line, the last one first.
pub async fn of_step(
    reader: &mut Reader,
    access: &Access<Read>,
    step: StepId,
) -> Result<Vec<RemovalRequest>, StoreError> {
    reader
        .all(
            &OF_STEP,
            &[access.dossier().0.into(), step.0.into()],
            request_at,
        )
        .await
}

fn request_at(row: &Row<'_>) -> Result<RemovalRequest, StoreError> {
    let decision = match row.opt_text(6)? {
        None => None,
        Some(kind) => {
            let stamp = Stamp {
                by: PersonId(row.id(7)?),
                by_name: row.text(8)?,
                at: row.at(9)?,
            };
            let reason = parsed(&OF_STEP, "decision_reason", row.opt_text(10)?, Note::parse)?;
            Some(match (kind.as_str(), reason) {
                ("removed", _) => Decision::Removed(stamp),
                ("refused", Some(reason)) => Decision::Refused(stamp, reason),
                _ => known(&OF_STEP, "decision", None)?,
            })
        }
    };
    Ok(RemovalRequest {
        id: RemovalId(row.id(0)?),
        step: StepId(row.id(1)?),
        reason: known(&OF_STEP, "reason", Note::parse(row.text_ref(2)?).ok())?,
        asked: Stamp {
            by: PersonId(row.id(3)?),
            by_name: row.text(4)?,
            at: row.at(5)?,
        },
        decision,
    })
}

/// In which dossier and on which line a request was made. No content.
pub async fn where_is(
    reader: &mut Reader,
    request: RemovalId,
) -> Result<Option<(DossierId, StepId)>, StoreError> {
    reader
        .first(&WHERE_IS, &[request.0.into()], |row| {
            Ok((DossierId(row.id(0)?), StepId(row.id(1)?)))
        })
        .await
}

/// A request in the coach's queue.
#[derive(Clone, Debug)]
pub struct Queued {
    /// Which request.
    pub id: RemovalId,
    /// In which dossier.
    pub dossier: DossierId,
    /// On which line.
    pub step: StepId,
    /// When it was asked.
    pub asked_at: Moment,
    /// By whom.
    pub asked_by: String,
    /// The client's number.
    pub client_number: ClientNumber,
    /// Whether the line was removed; none while the request waits.
    pub removed: Option<bool>,
    /// When it was decided.
    pub decided_at: Option<Moment>,
}

/// The requests that wait (the oldest first) and the last ones that were decided.
pub async fn queue(
    reader: &mut Reader,
    _permit: &Permit,
) -> Result<(Vec<Queued>, Vec<Queued>), StoreError> {
    let read = |row: &Row<'_>| -> Result<Queued, StoreError> {
        let number = ClientNumber::parse(row.text_ref(5)?).ok();
        Ok(Queued {
            id: RemovalId(row.id(0)?),
            dossier: DossierId(row.id(1)?),
            step: StepId(row.id(2)?),
            asked_at: row.at(3)?,
            asked_by: row.text(4)?,
            client_number: known(&QUEUE, "client_number", number)?,
            removed: row.opt_text(6)?.map(|decision| decision == "removed"),
            decided_at: row.opt_at(7)?,
        })
    };
    let waiting = reader.all(&QUEUE, &[], read).await?;
    let decided = reader.all(&DECIDED, &[], read).await?;
    Ok((waiting, decided))
}

/// Stores a request; `ROW` when one is waiting already.
pub fn insert(batch: &mut Batch, access: &Access<Write>, request: &RemovalRequest) {
    let params = [
        access.dossier().0.into(),
        request.step.0.into(),
        request.id.0.into(),
        request.reason.as_str().into(),
        request.asked.by.0.into(),
        request.asked.at.into(),
    ];
    batch.push(Statement::new(&INSERT, params).one(guard::ROW));
}

/// Stores the decision of a request that was waiting; `ROW` when it was decided already.
pub fn decide(batch: &mut Batch, access: &Access<Write>, request: &RemovalRequest) {
    let (kind, stamp, reason) = match &request.decision {
        Some(Decision::Removed(stamp)) => ("removed", stamp, None),
        Some(Decision::Refused(stamp, reason)) => ("refused", stamp, Some(reason)),
        None => return,
    };
    let params = [
        access.dossier().0.into(),
        request.step.0.into(),
        request.id.0.into(),
        kind.into(),
        stamp.by.0.into(),
        stamp.at.into(),
        reason.map(|it| it.as_str().to_owned()).into(),
    ];
    batch.push(Statement::new(&DECIDE, params).one(guard::ROW));
}
