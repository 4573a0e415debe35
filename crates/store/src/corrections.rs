//! Requests for a correction and objections, and what stands next to a line ('rechtzetting').

use domain::Moment;
use domain::client_number::ClientNumber;
use domain::corrections::{Correction, CorrectionDecision, CorrectionKind, Rectification, Subject};
use domain::ids::{
    CorrectionId, DossierId, ExperienceId, OrganisationId, PersonId, StepId, StudyId,
};
use domain::policy::{Access, Permit, Read, Write};
use domain::steps::Stamp;
use domain::text::Note;
use uuid::Uuid;

use crate::engine::{Batch, Row, Sql, Statement};
use crate::{Reader, StoreError, count, guard, known, statements};

statements! {
    OF_DOSSIER = "corrections.of_dossier",
        "SELECT c.id, c.version, c.kind, c.subject, c.subject_id, c.step_id, c.text, c.asked_by, a.name,
                c.asked_at, c.organisation_id, c.decision, c.decided_by, d.name, c.decided_at, c.answer
         FROM correction_request c JOIN person a ON a.id = c.asked_by
         LEFT JOIN person d ON d.id = c.decided_by
         WHERE c.dossier_id = ?1 ORDER BY c.asked_at DESC, c.id DESC LIMIT 200";
    ONE = "corrections.one",
        "SELECT c.id, c.version, c.kind, c.subject, c.subject_id, c.step_id, c.text, c.asked_by, a.name,
                c.asked_at, c.organisation_id, c.decision, c.decided_by, d.name, c.decided_at, c.answer
         FROM correction_request c JOIN person a ON a.id = c.asked_by
         LEFT JOIN person d ON d.id = c.decided_by
         WHERE c.id = ?2 AND c.dossier_id = ?1";
    WHERE_IS = "corrections.where_is",
        "SELECT dossier_id, step_id FROM correction_request WHERE id = ?1";
    QUEUE = "corrections.queue",
        "SELECT c.id, c.kind, c.subject, c.asked_at, a.name, d.client_number, c.decision, c.decided_at
         FROM correction_request c JOIN person a ON a.id = c.asked_by JOIN dossier d ON d.id = c.dossier_id
         WHERE c.decided_at IS NULL AND (c.asked_at, c.id) > (?1, ?2) ORDER BY c.asked_at, c.id LIMIT ?3";
    QUEUE_LINES = "corrections.queue_lines",
        "SELECT c.id, c.kind, c.subject, c.asked_at, a.name, d.client_number, c.decision, c.decided_at
         FROM correction_request c JOIN person a ON a.id = c.asked_by JOIN dossier d ON d.id = c.dossier_id
         WHERE c.decided_at IS NULL AND c.step_id IS NOT NULL AND (c.asked_at, c.id) > (?1, ?2)
         ORDER BY c.asked_at, c.id LIMIT ?3";
    DECIDED = "corrections.decided",
        "SELECT c.id, c.kind, c.subject, c.asked_at, a.name, d.client_number, c.decision, c.decided_at
         FROM correction_request c JOIN person a ON a.id = c.asked_by JOIN dossier d ON d.id = c.dossier_id
         WHERE c.decided_at IS NOT NULL ORDER BY c.decided_at DESC LIMIT 50";
    DECIDED_LINES = "corrections.decided_lines",
        "SELECT c.id, c.kind, c.subject, c.asked_at, a.name, d.client_number, c.decision, c.decided_at
         FROM correction_request c JOIN person a ON a.id = c.asked_by JOIN dossier d ON d.id = c.dossier_id
         WHERE c.decided_at IS NOT NULL AND c.step_id IS NOT NULL ORDER BY c.decided_at DESC LIMIT 50";
    INSERT = "corrections.insert",
        "INSERT INTO correction_request (dossier_id, asked_at, id, version, kind, subject, subject_id,
                                         step_id, text, asked_by, organisation_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    MARK = "corrections.mark", "UPDATE dossier SET correction_asked = TRUE WHERE id = ?1";
    DECIDE = "corrections.decide",
        "UPDATE correction_request SET version = ?3, decision = ?4, decided_by = ?5, decided_at = ?6, answer = ?7
         WHERE id = ?2 AND dossier_id = ?1 AND version = ?3 - 1 AND coalesce(decision, '') = ''";
    NOTES = "corrections.notes",
        "SELECT n.step_id, n.request_id, n.text, n.by_person, p.name, n.at
         FROM correction_note n JOIN person p ON p.id = n.by_person
         WHERE n.dossier_id = ?1 AND n.step_id = ?2 ORDER BY n.at, n.request_id";
    ADD_NOTE = "corrections.add_note",
        "INSERT INTO correction_note (dossier_id, step_id, at, request_id, text, by_person)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
}

fn request_at(statement: &'static Sql, row: &Row<'_>) -> Result<Correction, StoreError> {
    let subject = match row.text_ref(3)? {
        "line" => row.opt_id(5)?.map(|id| Subject::Line(StepId(id))),
        "study" => row.opt_id(4)?.map(|id| Subject::Study(StudyId(id))),
        "experience" => row
            .opt_id(4)?
            .map(|id| Subject::Experience(ExperienceId(id))),
        "personal" => Some(Subject::Personal),
        "other" => Some(Subject::Other),
        _ => None,
    };
    let decision = match row.opt_text(11)? {
        None => None,
        Some(code) => {
            let stamp = Stamp {
                by: PersonId(row.id(12)?),
                by_name: row.text(13)?,
                at: row.at(14)?,
            };
            let answer = known(statement, "answer", Note::parse(row.text_ref(15)?).ok())?;
            Some(match code.as_str() {
                "granted" => CorrectionDecision::Granted(stamp, answer),
                "refused" => CorrectionDecision::Refused(stamp, answer),
                _ => known(statement, "decision", None)?,
            })
        }
    };
    Ok(Correction {
        id: CorrectionId(row.id(0)?),
        version: count(statement, row, 1)?,
        kind: known(
            statement,
            "kind",
            CorrectionKind::from_code(row.text_ref(2)?),
        )?,
        subject: known(statement, "subject", subject)?,
        text: known(statement, "text", Note::parse(row.text_ref(6)?).ok())?,
        asked: Stamp {
            by: PersonId(row.id(7)?),
            by_name: row.text(8)?,
            at: row.at(9)?,
        },
        organisation: row.opt_id(10)?.map(OrganisationId),
        decision,
    })
}

/// The requests about a dossier, the last one first.
pub async fn of_dossier(
    reader: &mut Reader,
    access: &Access<Read>,
) -> Result<Vec<Correction>, StoreError> {
    reader
        .all(&OF_DOSSIER, &[access.dossier().0.into()], |row| {
            request_at(&OF_DOSSIER, row)
        })
        .await
}

/// One request. None when this dossier has no such request.
pub async fn one(
    reader: &mut Reader,
    access: &Access<Read>,
    request: CorrectionId,
) -> Result<Option<Correction>, StoreError> {
    reader
        .first(
            &ONE,
            &[access.dossier().0.into(), request.0.into()],
            |row| request_at(&ONE, row),
        )
        .await
}

/// In which dossier a request was made, and on which line if it is about one. No content.
pub async fn where_is(
    reader: &mut Reader,
    request: CorrectionId,
) -> Result<Option<(DossierId, Option<StepId>)>, StoreError> {
    reader
        .first(&WHERE_IS, &[request.0.into()], |row| {
            Ok((DossierId(row.id(0)?), row.opt_id(1)?.map(StepId)))
        })
        .await
}

/// A request in the queue.
#[derive(Clone, Debug)]
pub struct Queued {
    /// Which request.
    pub id: CorrectionId,
    /// What is asked.
    pub kind: CorrectionKind,
    /// What it is about: the stored code.
    pub subject: String,
    /// When it was asked.
    pub asked_at: Moment,
    /// By whom.
    pub asked_by: String,
    /// The client's number.
    pub client_number: ClientNumber,
    /// Whether it was granted; none while it waits.
    pub granted: Option<bool>,
    /// When it was decided.
    pub decided_at: Option<Moment>,
}

/// Where a page of the queue begins: behind this request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place(pub Moment, pub CorrectionId);

/// The requests that wait behind a place, the oldest first, and the last ones that were decided. Who does
/// not reach every dossier decides on lines, and sees only those.
pub async fn queue(
    reader: &mut Reader,
    permit: &Permit,
    after: Option<Place>,
    limit: u32,
) -> Result<(Vec<Queued>, Vec<Queued>), StoreError> {
    let read = |row: &Row<'_>| -> Result<Queued, StoreError> {
        let number = ClientNumber::parse(row.text_ref(5)?).ok();
        let kind = CorrectionKind::from_code(row.text_ref(1)?);
        Ok(Queued {
            id: CorrectionId(row.id(0)?),
            kind: known(&QUEUE, "kind", kind)?,
            subject: row.text(2)?,
            asked_at: row.at(3)?,
            asked_by: row.text(4)?,
            client_number: known(&QUEUE, "client_number", number)?,
            granted: row.opt_text(6)?.map(|decision| decision == "granted"),
            decided_at: row.opt_at(7)?,
        })
    };
    let (waiting, decided) = if permit.reaches_all() {
        (&QUEUE, &DECIDED)
    } else {
        (&QUEUE_LINES, &DECIDED_LINES)
    };
    let first = Moment::from_micros(0).map(|start| Place(start, CorrectionId(Uuid::nil())));
    let place = known(waiting, "asked_at", after.or(first))?;
    let params = [place.0.into(), place.1.0.into(), limit.into()];
    let waiting = reader.all(waiting, &params, read).await?;
    let decided = match after {
        None => reader.all(decided, &[], read).await?,
        Some(_) => Vec::new(),
    };
    Ok((waiting, decided))
}

/// Stores a request; one about a line lets a coach look at that line.
pub fn insert(batch: &mut Batch, access: &Access<Write>, request: &Correction) {
    let (subject, of, line) = match request.subject {
        Subject::Line(step) => ("line", None, Some(step.0)),
        Subject::Study(study) => ("study", Some(study.0), None),
        Subject::Experience(experience) => ("experience", Some(experience.0), None),
        Subject::Personal => ("personal", None, None),
        Subject::Other => ("other", None, None),
    };
    let params = [
        access.dossier().0.into(),
        request.asked.at.into(),
        request.id.0.into(),
        request.version.into(),
        request.kind.code().into(),
        subject.into(),
        of.into(),
        line.into(),
        request.text.as_str().into(),
        request.asked.by.0.into(),
        request.organisation.map(|id| id.0).into(),
    ];
    batch.push(Statement::new(&INSERT, params).one(guard::ROW));
    if line.is_some() {
        batch.push(Statement::new(&MARK, [access.dossier().0.into()]));
    }
}

/// Stores the decision of a request that was waiting; `ROW` when it was decided already.
pub fn decide(batch: &mut Batch, access: &Access<Write>, request: &Correction) {
    let Some(decision) = &request.decision else {
        return;
    };
    let code = if decision.is_granted() {
        "granted"
    } else {
        "refused"
    };
    let params = [
        access.dossier().0.into(),
        request.id.0.into(),
        request.version.into(),
        code.into(),
        decision.stamp().by.0.into(),
        decision.stamp().at.into(),
        decision.answer().as_str().into(),
    ];
    batch.push(Statement::new(&DECIDE, params).one(guard::ROW));
}

/// What stands next to a line, in order.
pub async fn notes(
    reader: &mut Reader,
    access: &Access<Read>,
    step: StepId,
) -> Result<Vec<Rectification>, StoreError> {
    reader
        .all(&NOTES, &[access.dossier().0.into(), step.0.into()], |row| {
            Ok(Rectification {
                step: StepId(row.id(0)?),
                request: CorrectionId(row.id(1)?),
                text: known(&NOTES, "text", Note::parse(row.text_ref(2)?).ok())?,
                stamp: Stamp {
                    by: PersonId(row.id(3)?),
                    by_name: row.text(4)?,
                    at: row.at(5)?,
                },
            })
        })
        .await
}

/// Puts a note next to a line.
pub fn add_note(batch: &mut Batch, access: &Access<Write>, note: &Rectification) {
    let params = [
        access.dossier().0.into(),
        note.step.0.into(),
        note.stamp.at.into(),
        note.request.0.into(),
        note.text.as_str().into(),
        note.stamp.by.0.into(),
    ];
    batch.push(Statement::new(&ADD_NOTE, params).one(guard::ROW));
}
