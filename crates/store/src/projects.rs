//! What retention knows of projects: proposed by one, confirmed by another (H8). No dossier content.

use domain::catalogue::FundingCode;
use domain::ids::{PersonId, ProjectChangeId};
use domain::policy::Permit;
use domain::retention::{Hold, Project, ProjectChange};
use domain::steps::Stamp;
use domain::text::Note;

use crate::engine::{Batch, Row, Sql, Statement};
use crate::{Reader, StoreError, guard, known, statements};

/// A statement that reads changes, with what chooses them.
macro_rules! changes {
    ($which:literal) => {
        concat!(
            "SELECT c.id, c.funding, c.regime, c.last_payment_at, c.aid_granted_on, c.hold, c.hold_until,
                    c.reason, c.proposed_by, p.name, c.proposed_at, c.decision, c.decided_by, d.name,
                    c.decided_at
             FROM project_change c JOIN person p ON p.id = c.proposed_by
             LEFT JOIN person d ON d.id = c.decided_by ",
            $which
        )
    };
}

statements! {
    ONE = "projects.one", changes!("WHERE c.id = ?1");
    CURRENT = "projects.current",
        changes!("WHERE c.funding = ?1 AND c.decision = 'confirmed' ORDER BY c.decided_at DESC LIMIT 1");
    LATEST = "projects.latest",
        changes!("WHERE c.proposed_at >= ?1 ORDER BY c.proposed_at DESC, c.id DESC LIMIT 100");
    INSERT = "projects.insert",
        "INSERT INTO project_change (id, funding, regime, last_payment_at, aid_granted_on, hold, hold_until,
                                     reason, proposed_by, proposed_at, decision, decided_by, decided_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, NULL, NULL, NULL)";
    DECIDE = "projects.decide",
        "UPDATE project_change SET decision = ?2, decided_by = ?3, decided_at = ?4
         WHERE id = ?1 AND decision IS NULL";
}

fn change_at(statement: &'static Sql, row: &Row<'_>) -> Result<ProjectChange, StoreError> {
    let funding = FundingCode::parse(row.text_ref(1)?).ok();
    let hold = match row.opt_text(5)?.as_deref() {
        None => None,
        Some("open") => Some(Hold::Open),
        Some(_) => Some(Hold::Until(row.day(6)?)),
    };
    let decided = match row.opt_text(11)? {
        None => None,
        Some(decision) => Some((
            decision == "confirmed",
            Stamp {
                by: PersonId(row.id(12)?),
                by_name: row.opt_text(13)?.unwrap_or_default(),
                at: row.at(14)?,
            },
        )),
    };
    Ok(ProjectChange {
        id: ProjectChangeId(row.id(0)?),
        funding: known(statement, "funding", funding)?,
        project: Project {
            regime: row.text(2)?,
            last_payment: row.opt_at(3)?,
            aid_granted: row.opt_day(4)?,
            hold,
        },
        reason: known(statement, "reason", Note::parse(row.text_ref(7)?).ok())?,
        proposed: Stamp {
            by: PersonId(row.id(8)?),
            by_name: row.text(9)?,
            at: row.at(10)?,
        },
        decided,
    })
}

/// One change.
pub async fn one(
    reader: &mut Reader,
    _permit: &Permit,
    id: ProjectChangeId,
) -> Result<Option<ProjectChange>, StoreError> {
    reader
        .first(&ONE, &[id.0.into()], |row| change_at(&ONE, row))
        .await
}

/// What holds for a project: the last change that was confirmed.
pub async fn current(
    reader: &mut Reader,
    _permit: &Permit,
    funding: &FundingCode,
) -> Result<Option<ProjectChange>, StoreError> {
    reader
        .first(&CURRENT, &[funding.as_str().into()], |row| {
            change_at(&CURRENT, row)
        })
        .await
}

/// The last hundred changes that were proposed, the last first.
pub async fn latest(
    reader: &mut Reader,
    _permit: &Permit,
) -> Result<Vec<ProjectChange>, StoreError> {
    let first = domain::Moment::MIN;
    reader
        .all(&LATEST, &[first.into()], |row| change_at(&LATEST, row))
        .await
}

/// Keeps a change that is proposed; misses `guard::ROW` when one of the same project waits.
pub fn insert(batch: &mut Batch, change: &ProjectChange) {
    let (hold, until) = match change.project.hold {
        None => (None, None),
        Some(Hold::Open) => (Some("open"), None),
        Some(Hold::Until(day)) => (Some("until"), Some(day)),
    };
    let params = [
        change.id.0.into(),
        change.funding.as_str().into(),
        change.project.regime.as_str().into(),
        change.project.last_payment.into(),
        change.project.aid_granted.into(),
        hold.into(),
        until.into(),
        change.reason.as_str().into(),
        change.proposed.by.0.into(),
        change.proposed.at.into(),
    ];
    batch.push(Statement::new(&INSERT, params).one(guard::ROW));
}

/// Keeps what was decided.
pub fn decide(batch: &mut Batch, id: ProjectChangeId, confirmed: bool, stamp: &Stamp) {
    let decision = if confirmed { "confirmed" } else { "refused" };
    let params = [
        id.0.into(),
        decision.into(),
        stamp.by.0.into(),
        stamp.at.into(),
    ];
    batch.push(Statement::new(&DECIDE, params).one(guard::ROW));
}
