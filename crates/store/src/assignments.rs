//! Which counsellor works on which dossier for an organisation, where it narrows its dossiers (I2).

use domain::client_number::ClientNumber;
use domain::ids::{DossierId, OrganisationId, PersonId};
use domain::policy::{Access, Permit, Read, Write};
use domain::{Day, Moment};
use uuid::Uuid;

use crate::engine::{Batch, Sql, Statement};
use crate::{Reader, StoreError, guard, known, statements};

/// A dossier counts as assigned while one of its people can still log in.
macro_rules! held {
    ($rest:literal) => {
        concat!(
            "SELECT d.id, d.client_number, d.given_name, d.family_name
             FROM access_grant g JOIN dossier d ON d.id = g.dossier_id
             WHERE g.organisation_id = ?1 AND g.ended_at IS NULL AND g.starts_on <= ?2
             AND (g.ends_on IS NULL OR g.ends_on >= ?2) AND (g.closes_on IS NULL OR g.closes_on >= ?2) ",
            $rest
        )
    };
}

statements! {
    // 'coalesce' where a dossier leads to its lines: PostgreSQL would read an index of all that are ongoing.
    NARROWED = "assignments.narrowed", "SELECT narrowed FROM organisation WHERE id = ?1";
    NARROW = "assignments.narrow",
        "UPDATE organisation SET narrowed = ?2 WHERE id = ?1 AND narrowed <> ?2";
    OF_DOSSIER = "assignments.of_dossier",
        "SELECT a.organisation_id, a.person_id, p.name, a.since, o.narrowed
         FROM assignment a JOIN person p ON p.id = a.person_id JOIN organisation o ON o.id = a.organisation_id
         WHERE a.dossier_id = ?1 AND a.until IS NULL AND p.active";
    ASSIGN = "assignments.assign",
        "INSERT INTO assignment (dossier_id, organisation_id, person_id, id, since, given_by, until, ended_by)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL, NULL)";
    RELEASE = "assignments.release",
        "UPDATE assignment SET until = ?4, ended_by = ?5
         WHERE dossier_id = ?1 AND organisation_id = ?2 AND person_id = ?3 AND until IS NULL";
    COUNSELLORS = "assignments.counsellors",
        "SELECT p.id, p.name, u.name FROM person_function f JOIN person p ON p.id = f.person_id
         JOIN unit u ON u.id = f.unit_id
         WHERE f.role = 'counsellor' AND f.organisation_id = ?1 AND f.ended_at IS NULL AND p.active LIMIT 500";
    HELD = "assignments.held", held!("AND g.dossier_id > ?3 ORDER BY g.dossier_id LIMIT ?4");
    HELD_BY_NOBODY = "assignments.held_by_nobody",
        held!("AND g.dossier_id > ?3 AND NOT EXISTS (
                 SELECT 1 FROM assignment a JOIN person p ON p.id = a.person_id
                 WHERE a.dossier_id = g.dossier_id AND a.organisation_id = ?1 AND a.until IS NULL AND p.active)
               ORDER BY g.dossier_id LIMIT ?4");
    HELD_NUMBER = "assignments.held_number", held!("AND d.client_number = ?3");
    RUNNING = "assignments.running",
        "SELECT s.dossier_id, s.requester_org, s.requester_person, s.provider_org, s.provider_person
         FROM access_grant g JOIN step s ON s.dossier_id = g.dossier_id
         WHERE g.organisation_id = ?1 AND g.ended_at IS NULL AND coalesce(s.state, '') = 'ongoing'
         AND (s.requester_org = ?1 OR s.provider_org = ?1) LIMIT 20000";
    ASKED = "assignments.asked",
        "SELECT g.dossier_id, r.asked_by FROM access_grant g JOIN grant_request r ON r.id = g.request_id
         WHERE g.organisation_id = ?1 AND g.ended_at IS NULL AND r.kind = 'access' LIMIT 20000";
    OPEN = "assignments.open",
        "SELECT 1 FROM assignment WHERE dossier_id = ?1 AND organisation_id = ?2 AND person_id = ?3
         AND until IS NULL";
}

/// Whether an organisation's dossiers open only to the counsellors they are assigned to.
pub async fn is_narrowed(
    reader: &mut Reader,
    organisation: OrganisationId,
) -> Result<bool, StoreError> {
    let found = reader
        .first(&NARROWED, &[organisation.0.into()], |row| row.bool(0))
        .await?;
    Ok(found.unwrap_or(false))
}

/// Sets whether they do; `ROW` when it was so already.
pub fn narrow(batch: &mut Batch, organisation: OrganisationId, narrowed: bool) {
    let params = [organisation.0.into(), narrowed.into()];
    batch.push(Statement::new(&NARROW, params).one(guard::ROW));
}

/// A counsellor to whom a dossier is assigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assigned {
    /// For which organisation.
    pub organisation: OrganisationId,
    /// Who.
    pub person: PersonId,
    /// Name as shown.
    pub name: String,
    /// Since when.
    pub since: Moment,
    /// Whether that organisation narrows its dossiers now.
    pub narrowed: bool,
}

/// The counsellors to whom a dossier is assigned, of every organisation, by name. Whoever left is not
/// among them.
pub async fn of_dossier(
    reader: &mut Reader,
    access: &Access<Read>,
) -> Result<Vec<Assigned>, StoreError> {
    let mut found = reader
        .all(&OF_DOSSIER, &[access.dossier().0.into()], |row| {
            Ok(Assigned {
                organisation: OrganisationId(row.id(0)?),
                person: PersonId(row.id(1)?),
                name: row.text(2)?,
                since: row.at(3)?,
                narrowed: row.bool(4)?,
            })
        })
        .await?;
    found.sort_by(|a, b| (&a.name, a.person).cmp(&(&b.name, b.person)));
    Ok(found)
}

/// Whether a dossier is assigned to a person now. Gives no content.
pub async fn is_assigned(
    reader: &mut Reader,
    dossier: DossierId,
    organisation: OrganisationId,
    person: PersonId,
) -> Result<bool, StoreError> {
    let params = [dossier.0.into(), organisation.0.into(), person.0.into()];
    Ok(reader.first(&OPEN, &params, |_| Ok(())).await?.is_some())
}

/// Assigns the dossier of a proof to a person; `ROW` when it is already.
pub fn assign(
    batch: &mut Batch,
    access: &Access<Write>,
    (organisation, person): (OrganisationId, PersonId),
    id: Uuid,
    by: PersonId,
    at: Moment,
) {
    let params = [
        access.dossier().0.into(),
        organisation.0.into(),
        person.0.into(),
        id.into(),
        at.into(),
        by.0.into(),
    ];
    batch.push(Statement::new(&ASSIGN, params).one(guard::ROW));
}

/// Ends an assignment; `ROW` when there is none.
pub fn release(
    batch: &mut Batch,
    access: &Access<Write>,
    (organisation, person): (OrganisationId, PersonId),
    by: PersonId,
    at: Moment,
) {
    let params = [
        access.dossier().0.into(),
        organisation.0.into(),
        person.0.into(),
        at.into(),
        by.0.into(),
    ];
    batch.push(Statement::new(&RELEASE, params).one(guard::ROW));
}

/// A counsellor of an organisation: who, name, and name of the unit.
pub type Counsellor = (PersonId, String, String);

/// The counsellors of an organisation who can log in, by name, at most 500.
pub async fn counsellors(
    reader: &mut Reader,
    organisation: OrganisationId,
) -> Result<Vec<Counsellor>, StoreError> {
    let mut found = reader
        .all(&COUNSELLORS, &[organisation.0.into()], |row| {
            Ok((PersonId(row.id(0)?), row.text(1)?, row.text(2)?))
        })
        .await?;
    found.sort_by(|a, b| (&a.1, a.0).cmp(&(&b.1, b.0)));
    Ok(found)
}

/// A dossier the organisation may open: who it is about, no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldDossier {
    /// Which dossier.
    pub dossier: DossierId,
    /// The client's number.
    pub client_number: ClientNumber,
    /// First name and name.
    pub name: String,
    /// The counsellors of this organisation to whom it is assigned.
    pub assigned: Vec<String>,
}

/// Which dossiers a list of them shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// All.
    All,
    /// Those assigned to nobody.
    ByNobody,
    /// The one of a client number.
    Number(ClientNumber),
}

/// The dossiers that the organisation of a permit may open today, in the order of their identifiers, after
/// a given one.
pub async fn held(
    reader: &mut Reader,
    permit: &Permit,
    which: &Held,
    today: Day,
    after: Option<DossierId>,
    limit: u32,
) -> Result<Vec<HeldDossier>, StoreError> {
    let Some(own) = permit.organisation() else {
        return Ok(Vec::new());
    };
    let after = after.map_or(Uuid::nil(), |id| id.0);
    let (statement, params): (&'static Sql, _) = match which {
        Held::Number(number) => (
            &HELD_NUMBER,
            vec![own.0.into(), today.into(), number.to_string().into()],
        ),
        Held::All | Held::ByNobody => (
            if *which == Held::All {
                &HELD
            } else {
                &HELD_BY_NOBODY
            },
            vec![own.0.into(), today.into(), after.into(), limit.into()],
        ),
    };
    let mut found: Vec<HeldDossier> = reader
        .all(statement, &params, |row| {
            let number = ClientNumber::parse(row.text_ref(1)?).ok();
            Ok(HeldDossier {
                dossier: DossierId(row.id(0)?),
                client_number: known(statement, "client_number", number)?,
                name: format!("{} {}", row.text_ref(2)?, row.text_ref(3)?),
                assigned: Vec::new(),
            })
        })
        .await?;
    // One with several grants stands in the list once.
    found.dedup_by_key(|it| it.dossier);
    for it in &mut found {
        let people = reader
            .all(&OF_DOSSIER, &[it.dossier.0.into()], |row| {
                Ok((row.id(0)?, row.text(2)?))
            })
            .await?;
        let own = people.into_iter().filter(|(of, _)| *of == own.0);
        it.assigned = own.map(|(_, name)| name).collect();
        it.assigned.sort();
    }
    Ok(found)
}

/// Who works on which dossier of an organisation: who asks for or gives its ongoing lines, and who asked
/// for its access. In order, each pair once. For the moment at which it narrows its dossiers.
pub async fn running(
    reader: &mut Reader,
    permit: &Permit,
) -> Result<Vec<(DossierId, PersonId)>, StoreError> {
    let Some(own) = permit.organisation() else {
        return Ok(Vec::new());
    };
    let lines = reader
        .all(&RUNNING, &[own.0.into()], |row| {
            let dossier = row.id(0)?;
            Ok([
                (row.id(1)?, dossier, row.id(2)?),
                (row.id(3)?, dossier, row.id(4)?),
            ])
        })
        .await?;
    let asked = reader
        .all(&ASKED, &[own.0.into()], |row| {
            Ok((DossierId(row.id(0)?), PersonId(row.id(1)?)))
        })
        .await?;
    let mut found: Vec<(DossierId, PersonId)> = lines
        .into_iter()
        .flatten()
        .filter(|(of, ..)| *of == own.0)
        .map(|(_, dossier, person)| (DossierId(dossier), PersonId(person)))
        .chain(asked)
        .collect();
    found.sort_unstable();
    found.dedup();
    Ok(found)
}
