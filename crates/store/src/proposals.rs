//! Roles that one system manager proposes and a second one confirms.

use domain::Moment;
use domain::ids::{PersonId, ProposalId};
use domain::people::Role;
use domain::policy::Permit;

use crate::engine::{Batch, Row, Sql, Statement};
use crate::{Reader, StoreError, guard, known, statements};

/// What is read of a proposal, from where.
macro_rules! read {
    ($rest:literal) => {
        concat!(
            "SELECT r.id, r.person_id, p.name, r.role, r.proposed_by, b.name, r.proposed_at
             FROM role_proposal r JOIN person p ON p.id = r.person_id
             JOIN person b ON b.id = r.proposed_by WHERE r.decision IS NULL",
            $rest
        )
    };
}

statements! {
    QUEUE = "proposals.queue", read!(" ORDER BY r.proposed_at LIMIT 200");
    ONE = "proposals.one", read!(" AND r.id = ?1");
    PROPOSE = "proposals.propose",
        "INSERT INTO role_proposal (id, person_id, role, proposed_by, proposed_at)
         VALUES (?1, ?2, ?3, ?4, ?5)";
    DECIDE = "proposals.decide",
        "UPDATE role_proposal SET decision = ?2, decided_by = ?3, decided_at = ?4
         WHERE id = ?1 AND decision IS NULL";
}

/// A proposal that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Which one.
    pub id: ProposalId,
    /// For whom.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Which role.
    pub role: Role,
    /// By whom.
    pub by: PersonId,
    /// Their name.
    pub by_name: String,
    /// When.
    pub at: Moment,
}

fn proposal(statement: &'static Sql, row: &Row<'_>) -> Result<Proposal, StoreError> {
    Ok(Proposal {
        id: ProposalId(row.id(0)?),
        person: PersonId(row.id(1)?),
        name: row.text(2)?,
        role: known(statement, "role", Role::from_code(row.text_ref(3)?))?,
        by: PersonId(row.id(4)?),
        by_name: row.text(5)?,
        at: row.at(6)?,
    })
}

/// What waits, the oldest first.
pub async fn queue(reader: &mut Reader, _: &Permit) -> Result<Vec<Proposal>, StoreError> {
    reader.all(&QUEUE, &[], |row| proposal(&QUEUE, row)).await
}

/// One that waits.
pub async fn one(
    reader: &mut Reader,
    _: &Permit,
    id: ProposalId,
) -> Result<Option<Proposal>, StoreError> {
    reader
        .first(&ONE, &[id.0.into()], |row| proposal(&ONE, row))
        .await
}

/// Proposes a role; `TAKEN` when it is proposed already.
pub fn propose(batch: &mut Batch, proposal: &Proposal) {
    let params = [
        proposal.id.0.into(),
        proposal.person.0.into(),
        proposal.role.code().into(),
        proposal.by.0.into(),
        proposal.at.into(),
    ];
    batch.push(Statement::new(&PROPOSE, params).one(guard::TAKEN));
}

/// Confirms or refuses it; `ROW` when somebody was first.
pub fn decide(batch: &mut Batch, id: ProposalId, confirmed: bool, by: PersonId, now: Moment) {
    let decision = if confirmed { "confirmed" } else { "refused" };
    let params = [id.0.into(), decision.into(), by.0.into(), now.into()];
    batch.push(Statement::new(&DECIDE, params).one(guard::ROW));
}
