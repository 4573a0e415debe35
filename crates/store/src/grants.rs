//! Access grants, and the facts the policy decides on. No dossier content.

use domain::Day;
use domain::Moment;
use domain::client_number::ClientNumber;
use domain::grants::{Basis, Grant};
use domain::ids::{DossierId, GrantId, GrantRequestId, OrganisationId, PersonId};
use domain::people::Actor;
use domain::policy::{Access, DossierFacts, Permit, Read, Write};

use crate::engine::{Batch, Row, Sql, Statement};
use crate::{Reader, StoreError, guard, known, statements};

statements! {
    FACTS = "grants.facts",
        "SELECT d.removal_asked, g.id, g.organisation_id, g.starts_on, g.ends_on, g.closes_on, g.ended_at,
                o.narrowed AND NOT EXISTS (
                     SELECT 1 FROM assignment a WHERE a.dossier_id = ?1 AND a.organisation_id = ?2
                     AND a.person_id = ?3 AND a.until IS NULL),
                d.correction_asked
         FROM dossier d
         LEFT JOIN organisation o ON o.id = ?2
         LEFT JOIN access_grant g ON g.dossier_id = d.id AND g.organisation_id = ?2
         WHERE d.id = ?1 AND d.erased_at IS NULL";
    HOLDERS = "grants.holders",
        "SELECT o.name, g.id, g.organisation_id, g.starts_on, g.ends_on, g.closes_on, g.ended_at, g.basis,
                g.given_at, p.name, g.ended_at, e.name, g.end_reason
         FROM access_grant g JOIN organisation o ON o.id = g.organisation_id
         JOIN person p ON p.id = g.given_by
         LEFT JOIN person e ON e.id = g.ended_by
         WHERE g.dossier_id = ?1 ORDER BY g.given_at DESC LIMIT 100";
    GIVE = "grants.give",
        "INSERT INTO access_grant (dossier_id, organisation_id, id, basis, starts_on, ends_on,
                                   closes_on, given_by, given_at, ended_by, ended_at, request_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL, ?7, ?8, NULL, NULL, ?9)";
    END = "grants.end",
        "UPDATE access_grant SET ended_by = ?4, ended_at = ?5, end_reason = ?6
         WHERE dossier_id = ?1 AND organisation_id = ?2 AND id = ?3 AND ended_at IS NULL";
    CLOSE_ON = "grants.close_on",
        "UPDATE access_grant SET closes_on = CASE WHEN ?3 >= starts_on THEN ?3 END, warned = 0
         WHERE dossier_id = ?1 AND organisation_id = ?2 AND ended_at IS NULL";
    DUE_BY_END = "grants.due_by_end",
        "SELECT dossier_id, organisation_id, id FROM access_grant
         WHERE ended_at IS NULL AND ends_on <= ?1 AND warned < ?2 ORDER BY ends_on LIMIT 200";
    DUE_BY_CLOSING = "grants.due_by_closing",
        "SELECT dossier_id, organisation_id, id FROM access_grant
         WHERE ended_at IS NULL AND closes_on <= ?1 AND warned < ?2 ORDER BY closes_on LIMIT 200";
    WARNED = "grants.warned",
        "UPDATE access_grant SET warned = ?4
         WHERE dossier_id = ?1 AND organisation_id = ?2 AND id = ?3 AND ended_at IS NULL";
    OWN_BY_END = "grants.own_by_end",
        "SELECT d.id, d.client_number, d.given_name, d.family_name, g.ends_on
         FROM access_grant g JOIN dossier d ON d.id = g.dossier_id
         WHERE g.organisation_id = ?1 AND g.ended_at IS NULL AND g.ends_on >= ?2 AND g.ends_on <= ?3
         ORDER BY g.ends_on LIMIT 100";
    OWN_BY_CLOSING = "grants.own_by_closing",
        "SELECT d.id, d.client_number, d.given_name, d.family_name, g.closes_on
         FROM access_grant g JOIN dossier d ON d.id = g.dossier_id
         WHERE g.organisation_id = ?1 AND g.ended_at IS NULL AND g.closes_on >= ?2 AND g.closes_on <= ?3
         ORDER BY g.closes_on LIMIT 100";
    LINE_PEOPLE = "grants.line_people",
        "SELECT requester_org, requester_person, provider_org, provider_person FROM step
         WHERE dossier_id = ?1 AND (requester_org = ?2 OR provider_org = ?2)
         ORDER BY listed_on DESC LIMIT 20";
    ASKERS = "grants.askers",
        "SELECT r.asked_by FROM access_grant g JOIN grant_request r ON r.id = g.request_id
         WHERE g.dossier_id = ?1 AND g.organisation_id = ?2 LIMIT 20";
    ASSIGNED = "grants.assigned",
        "SELECT person_id FROM assignment WHERE dossier_id = ?1 AND organisation_id = ?2 AND until IS NULL
         LIMIT 20";
    MANAGERS = "grants.managers",
        "SELECT p.id FROM person_function a JOIN person p ON p.id = a.person_id
         WHERE a.role = 'manager' AND a.organisation_id = ?1 AND a.ended_at IS NULL AND p.active LIMIT 20";
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

/// What the policy looks at for a dossier and a person who acts; none when there is no such dossier.
pub async fn facts_for(
    reader: &mut Reader,
    dossier: DossierId,
    actor: &Actor,
) -> Result<Option<DossierFacts>, StoreError> {
    facts_of(reader, dossier, actor.organisation(), Some(actor.person)).await
}

/// The same for an organisation, where it is about its grants and nobody acts.
pub async fn facts(
    reader: &mut Reader,
    dossier: DossierId,
    organisation: Option<OrganisationId>,
) -> Result<Option<DossierFacts>, StoreError> {
    facts_of(reader, dossier, organisation, None).await
}

async fn facts_of(
    reader: &mut Reader,
    dossier: DossierId,
    organisation: Option<OrganisationId>,
    person: Option<PersonId>,
) -> Result<Option<DossierFacts>, StoreError> {
    let params = [
        dossier.0.into(),
        organisation.map(|id| id.0).into(),
        person.map(|id| id.0).into(),
    ];
    let rows = reader
        .all(&FACTS, &params, |row| {
            let others_only = row.opt_bool(7)?.unwrap_or(false);
            let seen = (row.bool(0)?, row.bool(8)?, others_only);
            Ok((seen, grant_at(&FACTS, row, dossier)?))
        })
        .await?;
    let Some((removal_asked, correction_asked, others_only)) = rows.first().map(|(seen, _)| *seen)
    else {
        return Ok(None);
    };
    Ok(Some(DossierFacts {
        dossier,
        grants: rows.into_iter().filter_map(|(_, grant)| grant).collect(),
        removal_asked,
        correction_asked,
        others_only,
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
    /// When it was ended, by whom (empty: the program, on its day) and why.
    pub ended: Option<(Moment, String, String)>,
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
                ended: match row.opt_at(10)? {
                    None => None,
                    Some(at) => Some((
                        at,
                        row.opt_text(11)?.unwrap_or_default(),
                        row.opt_text(12)?.unwrap_or_default(),
                    )),
                },
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
    /// The request it answers, if any.
    pub request: Option<GrantRequestId>,
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
        grant.request.map(|id| id.0).into(),
    ];
    batch.push(Statement::new(&GIVE, params).one(guard::TAKEN));
}

/// Ends a grant: by a person with a reason, or by the program on its day (`by` is none).
pub fn end(
    batch: &mut Batch,
    access: &Access<Write>,
    (organisation, grant): (OrganisationId, GrantId),
    by: Option<PersonId>,
    at: Moment,
    reason: Option<&str>,
) {
    let params = [
        access.dossier().0.into(),
        organisation.0.into(),
        grant.0.into(),
        by.map(|id| id.0).into(),
        at.into(),
        reason.map(str::to_owned).into(),
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

/// A grant whose end has to be told of, or that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Due {
    /// On which dossier.
    pub dossier: DossierId,
    /// For which organisation.
    pub organisation: OrganisationId,
    /// Which grant.
    pub grant: GrantId,
}

/// The grants that end on or before a day and of which fewer warnings were given than so many, at most
/// 200 by their agreed end and 200 by what follows from their lines. For the program's own upkeep: no
/// dossier content.
pub async fn due(
    reader: &mut Reader,
    until: Day,
    warned_less_than: usize,
) -> Result<Vec<Due>, StoreError> {
    let less = i64::try_from(warned_less_than).unwrap_or(i64::MAX);
    let mut found = Vec::new();
    for statement in [&DUE_BY_END, &DUE_BY_CLOSING] {
        let rows = reader
            .all(statement, &[until.into(), less.into()], |row| {
                Ok(Due {
                    dossier: DossierId(row.id(0)?),
                    organisation: OrganisationId(row.id(1)?),
                    grant: GrantId(row.id(2)?),
                })
            })
            .await?;
        found.extend(
            rows.into_iter()
                .filter(|due| !found.contains(due))
                .collect::<Vec<_>>(),
        );
    }
    Ok(found)
}

/// Remembers how many warnings were given.
pub fn warned(batch: &mut Batch, access: &Access<Write>, due: &Due, warnings: usize) {
    let params = [
        access.dossier().0.into(),
        due.organisation.0.into(),
        due.grant.0.into(),
        i64::try_from(warnings).unwrap_or(i64::MAX).into(),
    ];
    batch.push(Statement::new(&WARNED, params).one(guard::ROW));
}

/// A dossier whose grant ends soon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Which dossier.
    pub dossier: DossierId,
    /// The client's number.
    pub client_number: ClientNumber,
    /// First name and name.
    pub name: String,
    /// A day on which one of the grants ends; another grant may go on longer.
    pub last_day: Day,
}

/// The dossiers of the own organisation of which a grant ends between two days, by that day.
pub async fn ending(
    reader: &mut Reader,
    permit: &Permit,
    (from, until): (Day, Day),
) -> Result<Vec<Ending>, StoreError> {
    let Some(own) = permit.organisation() else {
        return Ok(Vec::new());
    };
    let mut found: Vec<Ending> = Vec::new();
    for statement in [&OWN_BY_END, &OWN_BY_CLOSING] {
        let rows = reader
            .all(
                statement,
                &[own.0.into(), from.into(), until.into()],
                |row| {
                    let number = ClientNumber::parse(row.text_ref(1)?).ok();
                    Ok(Ending {
                        dossier: DossierId(row.id(0)?),
                        client_number: known(statement, "client_number", number)?,
                        name: format!("{} {}", row.text_ref(2)?, row.text_ref(3)?),
                        last_day: row.day(4)?,
                    })
                },
            )
            .await?;
        found.extend(rows);
    }
    found.sort_by_key(|ending| ending.last_day);
    let mut seen = std::collections::HashSet::new();
    found.retain(|ending| seen.insert(ending.dossier));
    Ok(found)
}

/// Who has to know of what happens to an organisation's grant: who asked for or gives its lines in the
/// dossier, who asked for the grant, to whom the dossier is assigned, and its managers.
pub async fn concerned(
    reader: &mut Reader,
    access: &Access<Read>,
    organisation: OrganisationId,
) -> Result<Vec<PersonId>, StoreError> {
    let params = [access.dossier().0.into(), organisation.0.into()];
    let lines = reader
        .all(&LINE_PEOPLE, &params, |row| {
            Ok([(row.id(0)?, row.id(1)?), (row.id(2)?, row.id(3)?)])
        })
        .await?;
    let mut people: Vec<PersonId> = lines
        .into_iter()
        .flatten()
        .filter(|(of, _)| *of == organisation.0)
        .map(|(_, person)| PersonId(person))
        .collect();
    for statement in [&ASKERS, &ASSIGNED] {
        let found = reader.all(statement, &params, |row| row.id(0).map(PersonId));
        people.extend(found.await?);
    }
    let managers = reader
        .all(&MANAGERS, &[organisation.0.into()], |row| {
            row.id(0).map(PersonId)
        })
        .await?;
    people.extend(managers);
    people.sort_unstable();
    people.dedup();
    Ok(people)
}
