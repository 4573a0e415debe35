//! Organisations and their units. One that is closed stays on what was registered and cannot be chosen.

use domain::Moment;
use domain::ids::{OrganisationId, UnitId};
use domain::people::Unit;

use crate::engine::{Batch, Row, Sql, Statement};
use crate::sessions::unit_at;
use crate::{Reader, StoreError, after_prefix, guard, known, search_form, statements};

statements! {
    LIST = "organisations.list",
        "SELECT id, name, kbo, closed_at, version, search_text FROM organisation
         WHERE (search_text, id) > (?1, ?2) AND search_text < ?3 ORDER BY search_text, id LIMIT ?4";
    ONE = "organisations.one",
        "SELECT id, name, kbo, closed_at, version, search_text FROM organisation WHERE id = ?1";
    NAME = "organisations.name", "SELECT name FROM organisation WHERE id = ?1";
    ADD = "organisations.add",
        "INSERT INTO organisation (id, name, kbo, created_at, search_text) VALUES (?1, ?2, ?3, ?4, ?5)";
    CHANGE = "organisations.change",
        "UPDATE organisation SET name = ?3, kbo = ?4, search_text = ?5, version = version + 1
         WHERE id = ?1 AND version = ?2";
    CLOSE = "organisations.close",
        "UPDATE organisation SET closed_at = ?3, version = version + 1
         WHERE id = ?1 AND version = ?2 AND closed_at IS NULL";
    REOPEN = "organisations.reopen",
        "UPDATE organisation SET closed_at = NULL, version = version + 1
         WHERE id = ?1 AND version = ?2 AND closed_at IS NOT NULL";
    UNITS = "organisations.units",
        "SELECT u.id, u.organisation_id, u.name, u.address, u.number
         FROM unit u JOIN organisation o ON o.id = u.organisation_id
         WHERE u.search_text >= ?1 AND u.search_text < ?2 AND u.closed_at IS NULL AND o.closed_at IS NULL
         ORDER BY u.search_text LIMIT 30";
    UNIT = "organisations.unit",
        "SELECT u.id, u.organisation_id, u.name, u.address, u.number, u.closed_at, u.version, o.closed_at
         FROM unit u JOIN organisation o ON o.id = u.organisation_id WHERE u.id = ?1";
    UNITS_OF = "organisations.units_of",
        "SELECT u.id, u.organisation_id, u.name, u.address, u.number, u.closed_at, u.version, NULL
         FROM unit u WHERE u.organisation_id = ?1 ORDER BY u.search_text LIMIT 500";
    ADD_UNIT = "organisations.add_unit",
        "INSERT INTO unit (id, organisation_id, name, address, number, search_text)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    CHANGE_UNIT = "organisations.change_unit",
        "UPDATE unit SET name = ?3, address = ?4, number = ?5, search_text = ?6, version = version + 1
         WHERE id = ?1 AND version = ?2";
    CLOSE_UNIT = "organisations.close_unit",
        "UPDATE unit SET closed_at = ?3, version = version + 1
         WHERE id = ?1 AND version = ?2 AND closed_at IS NULL";
    REOPEN_UNIT = "organisations.reopen_unit",
        "UPDATE unit SET closed_at = NULL, version = version + 1
         WHERE id = ?1 AND version = ?2 AND closed_at IS NOT NULL";
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
    /// When it was closed.
    pub closed: Option<Moment>,
    /// Counts up with every change.
    pub version: u32,
}

/// A unit with its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitState {
    /// The unit.
    pub unit: Unit,
    /// When it was closed.
    pub closed: Option<Moment>,
    /// Counts up with every change.
    pub version: u32,
}

/// A place in the list of organisations: only what comes after it is read.
pub type Place = (String, OrganisationId);

fn organisation(statement: &'static Sql, row: &Row<'_>) -> Result<Organisation, StoreError> {
    Ok(Organisation {
        id: OrganisationId(row.id(0)?),
        name: row.text(1)?,
        kbo: row.opt_text(2)?,
        closed: row.opt_at(3)?,
        version: crate::count(statement, row, 4)?,
    })
}

/// The organisations whose name begins with a text, by name, after a place, and their places.
pub async fn list(
    reader: &mut Reader,
    text: &str,
    after: Option<Place>,
    limit: u32,
) -> Result<Vec<(Organisation, Place)>, StoreError> {
    let from = search_form(text);
    let until = after_prefix(&from);
    let (after, id) = after.unwrap_or((from, OrganisationId(uuid::Uuid::nil())));
    let params = [
        after.split('\0').next().unwrap_or_default().into(),
        id.0.into(),
        until.into(),
        limit.into(),
    ];
    reader
        .all(&LIST, &params, |row| {
            let found = organisation(&LIST, row)?;
            let place = (row.text(5)?, found.id);
            Ok((found, place))
        })
        .await
}

/// One organisation.
pub async fn one(
    reader: &mut Reader,
    id: OrganisationId,
) -> Result<Option<Organisation>, StoreError> {
    reader
        .first(&ONE, &[id.0.into()], |row| organisation(&ONE, row))
        .await
}

/// An organisation's name.
pub async fn name(reader: &mut Reader, id: OrganisationId) -> Result<Option<String>, StoreError> {
    reader.first(&NAME, &[id.0.into()], |row| row.text(0)).await
}

/// Adds an organisation; `TAKEN` when its enterprise number is known already.
pub fn add(batch: &mut Batch, organisation: &Organisation, now: Moment) {
    let params = [
        organisation.id.0.into(),
        organisation.name.as_str().into(),
        organisation.kbo.clone().into(),
        now.into(),
        search_form(&organisation.name).into(),
    ];
    batch.push(Statement::new(&ADD, params).one(guard::TAKEN));
}

/// Changes name and number. `TAKEN` when the number is, or when somebody was first: look again.
pub fn change(batch: &mut Batch, before: &Organisation, name: &str, kbo: Option<String>) {
    let params = [
        before.id.0.into(),
        before.version.into(),
        name.into(),
        kbo.into(),
        search_form(name).into(),
    ];
    batch.push(Statement::new(&CHANGE, params).one(guard::TAKEN));
}

/// Closes an organisation, with the sessions of its people; `ROW` when somebody was first.
pub fn close(batch: &mut Batch, before: &Organisation, now: Moment) {
    let params = [before.id.0.into(), before.version.into(), now.into()];
    batch.push(Statement::new(&CLOSE, params).one(guard::ROW));
    crate::sessions::stop_of_organisation(batch, before.id);
}

/// Opens it again; `ROW` when somebody was first.
pub fn reopen(batch: &mut Batch, before: &Organisation) {
    let params = [before.id.0.into(), before.version.into()];
    batch.push(Statement::new(&REOPEN, params).one(guard::ROW));
}

/// Units whose name begins with a text, at most 30; none that is closed.
pub async fn units(reader: &mut Reader, text: &str) -> Result<Vec<Unit>, StoreError> {
    let from = search_form(text);
    let to = after_prefix(&from);
    let rows = reader
        .all(&UNITS, &[from.into(), to.into()], |row| unit_at(row, 0))
        .await?;
    Ok(rows.into_iter().flatten().collect())
}

fn unit_state(statement: &'static Sql, row: &Row<'_>) -> Result<UnitState, StoreError> {
    Ok(UnitState {
        unit: known(statement, "unit", unit_at(row, 0)?)?,
        closed: row.opt_at(5)?.or(row.opt_at(7)?),
        version: crate::count(statement, row, 6)?,
    })
}

/// One unit; closed when its organisation is.
pub async fn unit(reader: &mut Reader, id: UnitId) -> Result<Option<UnitState>, StoreError> {
    reader
        .first(&UNIT, &[id.0.into()], |row| unit_state(&UNIT, row))
        .await
}

/// The units of an organisation, by name.
pub async fn units_of(
    reader: &mut Reader,
    organisation: OrganisationId,
) -> Result<Vec<UnitState>, StoreError> {
    reader
        .all(&UNITS_OF, &[organisation.0.into()], |row| {
            unit_state(&UNITS_OF, row)
        })
        .await
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

/// Changes a unit's name, address and number; `ROW` when somebody was first.
pub fn change_unit(batch: &mut Batch, before: &UnitState, after: &Unit) {
    let params = [
        before.unit.id.0.into(),
        before.version.into(),
        after.name.as_str().into(),
        after.address.as_str().into(),
        after.number.as_str().into(),
        search_form(&after.name).into(),
    ];
    batch.push(Statement::new(&CHANGE_UNIT, params).one(guard::ROW));
}

/// Closes a unit, or opens it again; `ROW` when somebody was first.
pub fn set_unit_open(batch: &mut Batch, before: &UnitState, open: bool, now: Moment) {
    let (id, version) = (before.unit.id.0.into(), before.version.into());
    let statement = if open {
        Statement::new(&REOPEN_UNIT, [id, version])
    } else {
        Statement::new(&CLOSE_UNIT, [id, version, now.into()])
    };
    batch.push(statement.one(guard::ROW));
}
