//! The functions of people: a role, for a unit where the role needs one. No dossier content.

use domain::Moment;
use domain::ids::{FunctionId, OrganisationId, PersonId};
use domain::people::{Function, Role, Unit};

use crate::engine::{Batch, Row, Sql, Statement, Value};
use crate::sessions::unit_at;
use crate::{Reader, StoreError, guard, known, statements};

statements! {
    OPEN = "functions.open",
        "SELECT a.id, a.role, a.chosen_at, a.ended_at, u.id, u.organisation_id, u.name, u.address, u.number
         FROM person_function a LEFT JOIN unit u ON u.id = a.unit_id
         LEFT JOIN organisation o ON o.id = a.organisation_id
         WHERE a.person_id = ?1 AND a.ended_at IS NULL AND o.closed_at IS NULL ORDER BY a.id LIMIT 50";
    OF_PERSON = "functions.of_person",
        "SELECT a.id, a.role, a.chosen_at, a.ended_at, u.id, u.organisation_id, u.name, u.address, u.number
         FROM person_function a LEFT JOIN unit u ON u.id = a.unit_id
         WHERE a.person_id = ?1 ORDER BY a.id LIMIT 100";
    OTHERS = "functions.others",
        "SELECT count(*) FROM (SELECT 1 FROM person_function a JOIN person p ON p.id = a.person_id
             WHERE a.role = ?1 AND a.organisation_id = ?2 AND a.ended_at IS NULL AND p.active
             AND a.person_id <> ?3 LIMIT 10) AS few";
    OTHERS_OF_SYSTEM = "functions.others_of_system",
        "SELECT count(*) FROM (SELECT 1 FROM person_function a JOIN person p ON p.id = a.person_id
             WHERE a.role = ?1 AND a.organisation_id IS NULL AND a.ended_at IS NULL AND p.active
             AND a.person_id <> ?2 LIMIT 10) AS few";
    SYSTEM_MANAGERS = "functions.system_managers",
        "SELECT a.person_id FROM person_function a JOIN person p ON p.id = a.person_id
         WHERE a.role = ?1 AND a.organisation_id IS NULL AND a.ended_at IS NULL AND p.active LIMIT 50";
    GIVE = "functions.give",
        "INSERT INTO person_function (id, person_id, role, unit_id, organisation_id, person_name, given_by, given_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    TAKE = "functions.take",
        "UPDATE person_function SET ended_at = ?2 WHERE id = ?1 AND ended_at IS NULL";
    CHOOSE = "functions.choose",
        "UPDATE person_function SET chosen_at = ?2 WHERE id = ?1 AND ended_at IS NULL";
    // Whoever takes a manager away waits here for who does the same, and then sees what that one did.
    WAIT_FOR_MANAGERS = "functions.wait_for_managers",
        "UPDATE organisation SET version = version WHERE id = ?1";
    MANAGER_REMAINS = "functions.manager_remains",
        "UPDATE organisation SET version = version WHERE id = ?1 AND EXISTS (
             SELECT 1 FROM person_function a JOIN person p ON p.id = a.person_id
             WHERE a.role = 'manager' AND a.organisation_id = ?1 AND a.ended_at IS NULL AND p.active)";
    WAIT_FOR_SYSTEM = "functions.wait_for_system",
        "UPDATE installation SET id = id WHERE id = 1";
    SYSTEM_REMAINS = "functions.system_remains",
        "UPDATE installation SET id = id WHERE id = 1 AND EXISTS (
             SELECT 1 FROM person_function a JOIN person p ON p.id = a.person_id
             WHERE a.role = 'system_manager' AND a.organisation_id IS NULL AND a.ended_at IS NULL AND p.active)";
}

/// A function, and when it ended.
pub type Kept = (Function, Option<Moment>);

fn kept(statement: &'static Sql, row: &Row<'_>) -> Result<Kept, StoreError> {
    let function = Function {
        id: FunctionId(row.id(0)?),
        role: known(statement, "role", Role::from_code(row.text_ref(1)?))?,
        chosen: row.opt_at(2)?,
        unit: unit_at(row, 4)?,
    };
    Ok((function, row.opt_at(3)?))
}

/// What a person can work in now.
pub async fn open(reader: &mut Reader, person: PersonId) -> Result<Vec<Function>, StoreError> {
    reader
        .all(&OPEN, &[person.0.into()], |row| Ok(kept(&OPEN, row)?.0))
        .await
}

/// Everything a person worked in.
pub async fn of_person(reader: &mut Reader, person: PersonId) -> Result<Vec<Kept>, StoreError> {
    reader
        .all(&OF_PERSON, &[person.0.into()], |row| kept(&OF_PERSON, row))
        .await
}

/// How many others hold a role: in an organisation, or in the system. Counts to ten.
pub async fn others(
    reader: &mut Reader,
    role: Role,
    organisation: Option<OrganisationId>,
    person: PersonId,
) -> Result<u32, StoreError> {
    let found = match organisation {
        Some(organisation) => {
            let params = [role.code().into(), organisation.0.into(), person.0.into()];
            let count = |row: &Row<'_>| crate::count(&OTHERS, row, 0);
            reader.first(&OTHERS, &params, count).await?
        }
        None => {
            let params = [role.code().into(), person.0.into()];
            let count = |row: &Row<'_>| crate::count(&OTHERS_OF_SYSTEM, row, 0);
            reader.first(&OTHERS_OF_SYSTEM, &params, count).await?
        }
    };
    Ok(found.unwrap_or(0))
}

/// Who looks after the system now.
pub async fn system_managers(reader: &mut Reader) -> Result<Vec<PersonId>, StoreError> {
    let params = [Role::SystemManager.code().into()];
    reader
        .all(&SYSTEM_MANAGERS, &params, |row| Ok(PersonId(row.id(0)?)))
        .await
}

/// Gives a function; `TAKEN` when the person has it.
pub fn give(
    batch: &mut Batch,
    id: FunctionId,
    (person, name): (PersonId, &str),
    (role, unit): (Role, Option<&Unit>),
    by: Option<PersonId>,
    now: Moment,
) {
    let params = [
        id.0.into(),
        person.0.into(),
        role.code().into(),
        unit.map(|unit| unit.id.0).into(),
        unit.map(|unit| unit.organisation.0).into(),
        name.into(),
        by.map(|id| id.0).into(),
        now.into(),
    ];
    batch.push(Statement::new(&GIVE, params).one(guard::TAKEN));
}

/// Takes a function away, with the sessions in it; `ROW` when it ended before.
pub fn take(batch: &mut Batch, function: &Function, now: Moment) {
    let id = function.id;
    batch.push(Statement::new(&TAKE, [id.0.into(), now.into()]).one(guard::ROW));
    crate::sessions::stop_of_function(batch, id);
}

/// Records that the person chose to work in a function; `ROW` when it ended.
pub fn choose(batch: &mut Batch, id: FunctionId, now: Moment) {
    batch.push(Statement::new(&CHOOSE, [id.0.into(), now.into()]).one(guard::ROW));
}

/// Of which role somebody has to remain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remaining {
    /// A manager of this organisation.
    Manager(OrganisationId),
    /// A system manager.
    SystemManager,
}

/// Stands before what takes such a role away, so that of two who do it at once the second sees the first.
pub fn wait(batch: &mut Batch, role: Remaining) {
    batch.push(match role {
        Remaining::Manager(own) => Statement::new(&WAIT_FOR_MANAGERS, [Value::from(own.0)]),
        Remaining::SystemManager => Statement::new(&WAIT_FOR_SYSTEM, []),
    });
}

/// Stands after it; `ROW` when nobody remains.
pub fn remains(batch: &mut Batch, role: Remaining) {
    let check = match role {
        Remaining::Manager(own) => Statement::new(&MANAGER_REMAINS, [Value::from(own.0)]),
        Remaining::SystemManager => Statement::new(&SYSTEM_REMAINS, []),
    };
    batch.push(check.one(guard::ROW));
}
