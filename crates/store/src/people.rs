//! Organisations, units and the people in them. No dossier content.

use domain::Moment;
use domain::ids::{DossierId, OrganisationId, PersonId, UnitId};
use domain::people::{Party, Role, Unit};

use crate::engine::{Batch, Statement};
use crate::sessions::unit_at;
use crate::{Reader, StoreError, after_prefix, guard, known, search_form, statements};

statements! {
    BY_USER_NAME = "people.by_user_name",
        "SELECT p.id, p.role, p.password_hash, p.demo, u.organisation_id
         FROM person p LEFT JOIN unit u ON u.id = p.unit_id WHERE p.user_name = ?1 AND p.active";
    ACCOUNT = "people.account",
        "SELECT p.user_name, p.name, p.password_hash, p.demo, u.organisation_id
         FROM person p LEFT JOIN unit u ON u.id = p.unit_id WHERE p.id = ?1 AND p.active";
    SET_PASSWORD = "people.set_password", "UPDATE person SET password_hash = ?2 WHERE id = ?1";
    PARTY = "people.party",
        "SELECT u.id, u.organisation_id, u.name, u.address, u.number, p.id, p.name
         FROM person p JOIN unit u ON u.id = p.unit_id
         WHERE p.id = ?1 AND p.active AND p.role = 'counsellor'";
    UNITS = "people.units",
        "SELECT id, organisation_id, name, address, number FROM unit
         WHERE search_text >= ?1 AND search_text < ?2 ORDER BY search_text LIMIT 30";
    UNIT = "people.unit",
        "SELECT id, organisation_id, name, address, number FROM unit WHERE id = ?1";
    PARTIES = "people.parties",
        "SELECT u.id, u.organisation_id, u.name, u.address, u.number, p.id, p.name
         FROM person p JOIN unit u ON u.id = p.unit_id
         WHERE p.unit_id = ?1 AND p.active AND p.role = 'counsellor' ORDER BY p.name LIMIT 200";
    OF_ORGANISATION = "people.of_organisation",
        "SELECT p.id, p.name, p.user_name, p.role, p.active, u.name
         FROM unit u JOIN person p ON p.unit_id = u.id
         WHERE u.organisation_id = ?1 ORDER BY p.name LIMIT 500";
    ALL_PEOPLE = "people.all",
        "SELECT p.id, p.name, p.user_name, p.role, p.active, coalesce(u.name, '')
         FROM person p LEFT JOIN unit u ON u.id = p.unit_id
         WHERE p.user_name > ?1 ORDER BY p.user_name LIMIT ?2";
    ORGANISATIONS = "people.organisations",
        "SELECT id, name, kbo FROM organisation WHERE id > ?1 ORDER BY id LIMIT 200";
    ANY_DEMO = "people.any_demo",
        "SELECT 1 FROM person WHERE user_name IN ('begeleider', 'systeem') AND demo LIMIT 1";
    ORGANISATION_NAME = "people.organisation_name", "SELECT name FROM organisation WHERE id = ?1";
    NAME = "people.name", "SELECT name FROM person WHERE id = ?1";
    ADD_ORGANISATION = "people.add_organisation",
        "INSERT INTO organisation (id, name, kbo, created_at) VALUES (?1, ?2, ?3, ?4)";
    ADD_UNIT = "people.add_unit",
        "INSERT INTO unit (id, organisation_id, name, address, number, search_text)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    ADD_PERSON = "people.add_person",
        "INSERT INTO person (id, user_name, name, password_hash, role, unit_id, own_dossier_id,
                             active, demo, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
}

/// What logging in needs of a person.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Who.
    pub person: PersonId,
    /// In which role.
    pub role: Role,
    /// The Argon2id hash, as PHC string.
    pub password_hash: String,
    /// Whether this is one of the demo's accounts.
    pub demo: bool,
    /// The organisation the person works for.
    pub organisation: Option<OrganisationId>,
}

/// An active person by user name.
pub async fn credentials(
    reader: &mut Reader,
    user_name: &str,
) -> Result<Option<Credentials>, StoreError> {
    // PostgreSQL has no such text, so nobody has such a name.
    if user_name.contains('\0') {
        return Ok(None);
    }
    reader
        .first(&BY_USER_NAME, &[user_name.into()], |row| {
            Ok(Credentials {
                person: PersonId(row.id(0)?),
                role: known(&BY_USER_NAME, "role", Role::from_code(row.text_ref(1)?))?,
                password_hash: row.text(2)?,
                demo: row.bool(3)?,
                organisation: row.opt_id(4)?.map(OrganisationId),
            })
        })
        .await
}

/// A person's own account.
#[derive(Clone, Debug)]
pub struct Account {
    /// Name to log in with.
    pub user_name: String,
    /// Name as shown.
    pub name: String,
    /// The Argon2id hash, as PHC string.
    pub password_hash: String,
    /// Whether this is one of the demo's accounts.
    pub demo: bool,
    /// The organisation the person works for.
    pub organisation: Option<OrganisationId>,
}

/// The account of an active person.
pub async fn account(reader: &mut Reader, person: PersonId) -> Result<Option<Account>, StoreError> {
    reader
        .first(&ACCOUNT, &[person.0.into()], |row| {
            Ok(Account {
                user_name: row.text(0)?,
                name: row.text(1)?,
                password_hash: row.text(2)?,
                demo: row.bool(3)?,
                organisation: row.opt_id(4)?.map(OrganisationId),
            })
        })
        .await
}

/// Sets the hash of a person's password.
pub fn set_password(batch: &mut Batch, person: PersonId, hash: &str) {
    batch.push(Statement::new(&SET_PASSWORD, [person.0.into(), hash.into()]).one(guard::ROW));
}

/// A counsellor as requester or provider.
pub async fn party(reader: &mut Reader, person: PersonId) -> Result<Option<Party>, StoreError> {
    let found = reader.first(&PARTY, &[person.0.into()], party_row).await?;
    Ok(found.flatten())
}

fn party_row(row: &crate::engine::Row<'_>) -> Result<Option<Party>, StoreError> {
    let Some(unit) = unit_at(row, 0)? else {
        return Ok(None);
    };
    Ok(Some(Party {
        unit,
        person: PersonId(row.id(5)?),
        person_name: row.text(6)?,
    }))
}

/// Units whose name begins with a text, at most 30.
pub async fn units(reader: &mut Reader, text: &str) -> Result<Vec<Unit>, StoreError> {
    let from = search_form(text);
    let to = after_prefix(&from);
    let rows = reader
        .all(&UNITS, &[from.into(), to.into()], |row| unit_at(row, 0))
        .await?;
    Ok(rows.into_iter().flatten().collect())
}

/// One unit.
pub async fn unit(reader: &mut Reader, id: UnitId) -> Result<Option<Unit>, StoreError> {
    let row = reader
        .first(&UNIT, &[id.0.into()], |row| unit_at(row, 0))
        .await?;
    Ok(row.flatten())
}

/// The counsellors of a unit.
pub async fn parties(reader: &mut Reader, unit: UnitId) -> Result<Vec<Party>, StoreError> {
    let rows = reader.all(&PARTIES, &[unit.0.into()], party_row).await?;
    Ok(rows.into_iter().flatten().collect())
}

/// A person in a list of people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Who.
    pub person: PersonId,
    /// Name as shown.
    pub name: String,
    /// Name to log in with.
    pub user_name: String,
    /// Role.
    pub role: Role,
    /// Whether the person can log in.
    pub active: bool,
    /// Name of the unit; empty without one.
    pub unit: String,
}

fn listed(
    statement: &'static crate::engine::Sql,
    row: &crate::engine::Row<'_>,
) -> Result<Listed, StoreError> {
    Ok(Listed {
        person: PersonId(row.id(0)?),
        name: row.text(1)?,
        user_name: row.text(2)?,
        role: known(statement, "role", Role::from_code(row.text_ref(3)?))?,
        active: row.bool(4)?,
        unit: row.text(5)?,
    })
}

/// The people of an organisation, by name.
pub async fn of_organisation(
    reader: &mut Reader,
    organisation: OrganisationId,
) -> Result<Vec<Listed>, StoreError> {
    reader
        .all(&OF_ORGANISATION, &[organisation.0.into()], |row| {
            listed(&OF_ORGANISATION, row)
        })
        .await
}

/// A page of all people, by user name, after a given one.
pub async fn all(reader: &mut Reader, after: &str, limit: u32) -> Result<Vec<Listed>, StoreError> {
    // What follows a NUL, which no name holds, makes no difference to the order.
    let after = after.split('\0').next().unwrap_or_default();
    reader
        .all(&ALL_PEOPLE, &[after.into(), limit.into()], |row| {
            listed(&ALL_PEOPLE, row)
        })
        .await
}

/// An organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// Which one.
    pub id: OrganisationId,
    /// Its name.
    pub name: String,
    /// Its enterprise number, digits only.
    pub kbo: Option<String>,
}

/// The organisations, at most 200.
pub async fn organisations(reader: &mut Reader) -> Result<Vec<Organisation>, StoreError> {
    reader
        .all(&ORGANISATIONS, &[uuid::Uuid::nil().into()], |row| {
            Ok(Organisation {
                id: OrganisationId(row.id(0)?),
                name: row.text(1)?,
                kbo: row.opt_text(2)?,
            })
        })
        .await
}

/// Whether the database holds the demo's accounts.
pub async fn has_demo_accounts(reader: &mut Reader) -> Result<bool, StoreError> {
    let found = reader.first(&ANY_DEMO, &[], |_| Ok(())).await?;
    Ok(found.is_some())
}

/// An organisation's name.
pub async fn organisation_name(
    reader: &mut Reader,
    organisation: OrganisationId,
) -> Result<Option<String>, StoreError> {
    reader
        .first(&ORGANISATION_NAME, &[organisation.0.into()], |row| {
            row.text(0)
        })
        .await
}

/// A person's name as shown.
pub async fn name(reader: &mut Reader, person: PersonId) -> Result<Option<String>, StoreError> {
    reader
        .first(&NAME, &[person.0.into()], |row| row.text(0))
        .await
}

/// Adds an organisation; `TAKEN` when its enterprise number is known already.
pub fn add_organisation(batch: &mut Batch, organisation: &Organisation, now: Moment) {
    let params = [
        organisation.id.0.into(),
        organisation.name.as_str().into(),
        organisation.kbo.clone().into(),
        now.into(),
    ];
    batch.push(Statement::new(&ADD_ORGANISATION, params).one(guard::TAKEN));
}

/// Adds a unit.
pub fn add_unit(batch: &mut Batch, unit: &Unit) {
    let params = [
        unit.id.0.into(),
        unit.organisation.0.into(),
        unit.name.as_str().into(),
        unit.address.as_str().into(),
        unit.number.as_str().into(),
        search_form(&unit.name).into(),
    ];
    batch.push(Statement::new(&ADD_UNIT, params).one(guard::TAKEN));
}

/// A new person.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// Who.
    pub id: PersonId,
    /// Name to log in with.
    pub user_name: String,
    /// Name as shown.
    pub name: String,
    /// Argon2id hash, as PHC string.
    pub password_hash: String,
    /// Role.
    pub role: Role,
    /// Unit, for roles that need one.
    pub unit: Option<UnitId>,
    /// The dossier about this person, for the role Client.
    pub own_dossier: Option<DossierId>,
    /// One of the demo's accounts.
    pub demo: bool,
}

/// Adds a person; `TAKEN` when the user name is.
pub fn add_person(batch: &mut Batch, person: &NewPerson, now: Moment) {
    let params = [
        person.id.0.into(),
        person.user_name.as_str().into(),
        person.name.as_str().into(),
        person.password_hash.as_str().into(),
        person.role.code().into(),
        person.unit.map(|id| id.0).into(),
        person.own_dossier.map(|id| id.0).into(),
        true.into(),
        person.demo.into(),
        now.into(),
    ];
    batch.push(Statement::new(&ADD_PERSON, params).one(guard::TAKEN));
}
