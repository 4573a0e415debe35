//! The rows of sections: how a record of a kind is read and written, once for all kinds. Each kind has
//! statements of its own, with its own columns behind the three that all have: the dossier, the identifier and
//! the version.

use domain::ids::DossierId;
use domain::policy::{Access, Read, Write};
use domain::sections::{Details, Identifier as _, Record};

use crate::engine::{Batch, Row, Sql, Statement, Value};
use crate::{Reader, StoreError, count, guard, known};

/// The column of a row where what a kind has of its own begins: behind the identifier and the version.
pub(crate) const OWN: usize = 2;

/// A kind of record with its statements.
pub trait Kept: Details {
    /// Reads the identifier, the version and the own columns of every record in a dossier (`?1`).
    const LIST: &'static Sql;
    /// Adds one: dossier, identifier, version and the own columns.
    const INSERT: &'static Sql;
    /// Stores one that was a version lower, with the same values as `INSERT`.
    const UPDATE: &'static Sql;

    /// Reads the own columns, from `OWN` on.
    ///
    /// # Errors
    /// `StoreError::Corrupt` for a value that this program does not know.
    fn read(row: &Row<'_>) -> Result<Self, StoreError>;

    /// The own columns, in the order of the statements.
    fn values(&self) -> Vec<Value>;
}

/// The records of a kind in a dossier, in the order of the page.
pub async fn list<D: Kept>(
    reader: &mut Reader,
    access: &Access<Read>,
) -> Result<Vec<Record<D>>, StoreError> {
    let mut found = reader
        .all(D::LIST, &[access.dossier().0.into()], |row| {
            Ok(Record {
                id: D::Id::of(row.id(0)?),
                version: count(D::LIST, row, 1)?,
                details: D::read(row)?,
            })
        })
        .await?;
    found.sort_by(D::order);
    Ok(found)
}

fn params<D: Kept>(dossier: DossierId, record: &Record<D>) -> Vec<Value> {
    let mut params = vec![
        dossier.0.into(),
        record.id.uuid().into(),
        record.version.into(),
    ];
    params.extend(record.details.values());
    params
}

/// Adds a record.
pub fn insert<D: Kept>(batch: &mut Batch, access: &Access<Write>, record: &Record<D>) {
    let params = params(access.dossier(), record);
    batch.push(Statement::new(D::INSERT, params).one(guard::ROW));
}

/// Stores a record that was one version lower.
pub fn update<D: Kept>(batch: &mut Batch, access: &Access<Write>, record: &Record<D>) {
    let params = params(access.dossier(), record);
    batch.push(Statement::new(D::UPDATE, params).one(guard::ROW));
}

/// Several choices in one column, as their codes with commas between; none when nothing was chosen.
pub(crate) fn codes<T: Copy>(chosen: &[T], code: impl Fn(T) -> &'static str) -> Value {
    let codes: Vec<&str> = chosen.iter().copied().map(code).collect();
    (!codes.is_empty()).then(|| codes.join(",")).into()
}

/// Reads what `codes` wrote.
pub(crate) fn from_codes<T>(
    statement: &'static Sql,
    what: &str,
    text: Option<String>,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, StoreError> {
    let text = text.unwrap_or_default();
    text.split(',')
        .filter(|code| !code.is_empty())
        .map(|code| known(statement, what, parse(code)))
        .collect()
}
