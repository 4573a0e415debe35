//! Access grants, and the facts the policy decides on. No dossier content.

use domain::Day;
use domain::Moment;
use domain::grants::{Basis, Grant};
use domain::ids::{DossierId, GrantId, OrganisationId, PersonId};
use domain::policy::{Access, DossierFacts, Read, Write};

use crate::engine::{Batch, Row, Sql, Statement};
use crate::{Reader, StoreError, guard, known, statements};

statements! {
    FACTS = "grants.facts",
        "SELECT d.removal_asked, g.id, g.organisation_id, g.starts_on, g.ends_on, g.closes_on, g.ended_at
         FROM dossier d
         LEFT JOIN access_grant g ON g.dossier_id = d.id AND g.organisation_id = ?2
         WHERE d.id = ?1";
    HOLDERS = "grants.holders",
        "SELECT o.name, g.id, g.organisation_id, g.starts_on, g.ends_on, g.closes_on, g.ended_at, g.basis,
                g.given_at, p.name
         FROM access_grant g JOIN organisation o ON o.id = g.organisation_id
         JOIN person p ON p.id = g.given_by
         WHERE g.dossier_id = ?1 ORDER BY g.given_at DESC LIMIT 100";
    GIVE = "grants.give",
        "INSERT INTO access_grant (dossier_id, organisation_id, id, basis, starts_on, ends_on,
                                   closes_on, given_by, given_at, ended_by, ended_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL, ?7, ?8, NULL, NULL)";
    END = "grants.end",
        "UPDATE access_grant SET ended_by = ?4, ended_at = ?5
         WHERE dossier_id = ?1 AND organisation_id = ?2 AND id = ?3 AND ended_at IS NULL";
    CLOSE_ON = "grants.close_on",
        "UPDATE access_grant SET closes_on = CASE WHEN ?3 >= starts_on THEN ?3 END
         WHERE dossier_id = ?1 AND organisation_id = ?2 AND ended_at IS NULL";
}

fn grant_at(
    statement: &'static Sql,
    row: &Row<'_>,
    dossier: DossierId,
) -> Result<Option<Grant>, StoreError> {
    let Some(id) = row.opt_id(1)? else {
        return Ok(None);
    };
    Ok(Some(Grant {
        id: GrantId(id),
        dossier,
        organisation: OrganisationId(row.id(2)?),
        starts: known(statement, "starts_on", row.opt_day(3)?)?,
        ends: row.opt_day(4)?,
        closes: row.opt_day(5)?,
        ended: row.opt_at(6)?.is_some(),
    }))
}

/// What the policy looks at for a dossier; none when there is no such dossier.
pub async fn facts(
    reader: &mut Reader,
    dossier: DossierId,
    organisation: Option<OrganisationId>,
) -> Result<Option<DossierFacts>, StoreError> {
    let organisation = organisation.map(|id| id.0);
    let rows = reader
        .all(&FACTS, &[dossier.0.into(), organisation.into()], |row| {
            Ok((row.bool(0)?, grant_at(&FACTS, row, dossier)?))
        })
        .await?;
    let Some(removal_asked) = rows.first().map(|(asked, _)| *asked) else {
        return Ok(None);
    };
    Ok(Some(DossierFacts {
        dossier,
        grants: rows.into_iter().filter_map(|(_, grant)| grant).collect(),
        removal_asked,
    }))
}

/// An organisation that may or might open the dossier.
#[derive(Clone, Debug)]
pub struct Holder {
    /// The organisation's name.
    pub organisation: String,
    /// The grant.
    pub grant: Grant,
    /// What it rests on.
    pub basis: Basis,
    /// When it was given.
    pub given_at: Moment,
    /// By whom.
    pub given_by: String,
}

/// Every organisation that held or holds a grant, the last one first.
pub async fn holders(
    reader: &mut Reader,
    access: &Access<Read>,
) -> Result<Vec<Holder>, StoreError> {
    let dossier = access.dossier();
    reader
        .all(&HOLDERS, &[dossier.0.into()], |row| {
            Ok(Holder {
                organisation: row.text(0)?,
                grant: known(&HOLDERS, "grant", grant_at(&HOLDERS, row, dossier)?)?,
                basis: known(&HOLDERS, "basis", Basis::from_code(row.text_ref(7)?))?,
                given_at: row.at(8)?,
                given_by: row.text(9)?,
            })
        })
        .await
}

/// Whether an organisation holds an active grant on the dossier of a proof (I2, for requester and provider).
pub async fn is_granted(
    reader: &mut Reader,
    access: &Access<Read>,
    organisation: OrganisationId,
    today: Day,
) -> Result<bool, StoreError> {
    let facts = facts(reader, access.dossier(), Some(organisation)).await?;
    Ok(facts.is_some_and(|facts| facts.grants.iter().any(|grant| grant.is_active(today))))
}

/// A grant that is given.
#[derive(Clone, Debug)]
pub struct Give {
    /// Which grant.
    pub id: GrantId,
    /// For which organisation.
    pub organisation: OrganisationId,
    /// What it rests on.
    pub basis: Basis,
    /// First day.
    pub starts: Day,
    /// Last day, if agreed.
    pub ends: Option<Day>,
    /// By whom.
    pub by: PersonId,
    /// When.
    pub at: Moment,
}

/// Gives a grant.
pub fn give(batch: &mut Batch, access: &Access<Write>, grant: &Give) {
    let params = [
        access.dossier().0.into(),
        grant.organisation.0.into(),
        grant.id.0.into(),
        grant.basis.code().into(),
        grant.starts.into(),
        grant.ends.into(),
        grant.by.0.into(),
        grant.at.into(),
    ];
    batch.push(Statement::new(&GIVE, params).one(guard::TAKEN));
}

/// Ends a grant by hand.
pub fn end(
    batch: &mut Batch,
    access: &Access<Write>,
    organisation: OrganisationId,
    grant: GrantId,
    by: PersonId,
    at: Moment,
) {
    let params = [
        access.dossier().0.into(),
        organisation.0.into(),
        grant.0.into(),
        by.0.into(),
        at.into(),
    ];
    batch.push(Statement::new(&END, params).one(guard::ROW));
}

/// Sets the day on which an organisation's grants end by themselves (I2).
pub fn close_on(
    batch: &mut Batch,
    access: &Access<Write>,
    organisation: OrganisationId,
    day: Option<Day>,
) {
    let params = [access.dossier().0.into(), organisation.0.into(), day.into()];
    batch.push(Statement::new(&CLOSE_ON, params));
}
