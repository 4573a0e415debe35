//! One row of a result, read by column number. Knows how each kind of [`Value`](super::Value) is stored,
//! not what a column means.

use domain::{Day, Moment};
use rusqlite::types::{Type, ValueRef};
use uuid::Uuid;

use super::{Sql, StoreError};

/// A row of a result, valid while the mapping closure runs. Columns count from 0.
///
/// Every getter answers [`StoreError::Corrupt`], naming the statement and the column, when the column
/// holds something else, is NULL without `opt_`, or does not exist. The value found is never in the
/// message.
#[derive(Debug)]
pub struct Row<'a> {
    sql: &'static Sql,
    row: &'a rusqlite::Row<'a>,
}

impl<'a> Row<'a> {
    pub(super) fn new(sql: &'static Sql, row: &'a rusqlite::Row<'a>) -> Self {
        Self { sql, row }
    }

    /// The text in column `i`, borrowed from the row: for what is only looked at.
    ///
    /// # Errors
    /// See [`Row`].
    pub fn text_ref(&self, i: usize) -> Result<&str, StoreError> {
        self.read(i, "a text", as_text)
    }

    /// The text in column `i`.
    ///
    /// # Errors
    /// See [`Row`].
    pub fn text(&self, i: usize) -> Result<String, StoreError> {
        self.text_ref(i).map(str::to_owned)
    }

    /// The text in column `i`, or `None` where it is NULL.
    ///
    /// # Errors
    /// See [`Row`].
    pub fn opt_text(&self, i: usize) -> Result<Option<String>, StoreError> {
        self.read_opt(i, "a text", |value| as_text(value).map(str::to_owned))
    }

    /// The whole number in column `i`.
    ///
    /// # Errors
    /// See [`Row`].
    pub fn int(&self, i: usize) -> Result<i64, StoreError> {
        self.read(i, "a whole number", as_int)
    }

    /// The whole number in column `i`, or `None` where it is NULL.
    ///
    /// # Errors
    /// See [`Row`].
    pub fn opt_int(&self, i: usize) -> Result<Option<i64>, StoreError> {
        self.read_opt(i, "a whole number", as_int)
    }

    /// The yes or no in column `i`.
    ///
    /// # Errors
    /// See [`Row`]; a number other than 0 and 1 is refused too.
    pub fn bool(&self, i: usize) -> Result<bool, StoreError> {
        self.read(i, "0 or 1", as_bool)
    }

    /// The identifier in column `i`.
    ///
    /// # Errors
    /// See [`Row`].
    pub fn id(&self, i: usize) -> Result<Uuid, StoreError> {
        self.read(i, "an id", as_id)
    }

    /// The identifier in column `i`, or `None` where it is NULL.
    ///
    /// # Errors
    /// See [`Row`].
    pub fn opt_id(&self, i: usize) -> Result<Option<Uuid>, StoreError> {
        self.read_opt(i, "an id", as_id)
    }

    /// The bytes in column `i`.
    ///
    /// # Errors
    /// See [`Row`].
    pub fn bytes(&self, i: usize) -> Result<Vec<u8>, StoreError> {
        self.read(i, "bytes", |value| as_bytes(value).map(<[u8]>::to_vec))
    }

    /// The bytes in column `i`, or `None` where it is NULL.
    ///
    /// # Errors
    /// See [`Row`].
    pub fn opt_bytes(&self, i: usize) -> Result<Option<Vec<u8>>, StoreError> {
        self.read_opt(i, "bytes", |value| as_bytes(value).map(<[u8]>::to_vec))
    }

    /// The calendar day in column `i`.
    ///
    /// # Errors
    /// See [`Row`].
    pub fn day(&self, i: usize) -> Result<Day, StoreError> {
        self.read(i, "a day", as_day)
    }

    /// The calendar day in column `i`, or `None` where it is NULL.
    ///
    /// # Errors
    /// See [`Row`].
    pub fn opt_day(&self, i: usize) -> Result<Option<Day>, StoreError> {
        self.read_opt(i, "a day", as_day)
    }

    /// The instant in column `i`.
    ///
    /// # Errors
    /// See [`Row`].
    pub fn at(&self, i: usize) -> Result<Moment, StoreError> {
        self.read(i, "an instant", as_moment)
    }

    /// The instant in column `i`, or `None` where it is NULL.
    ///
    /// # Errors
    /// See [`Row`].
    pub fn opt_at(&self, i: usize) -> Result<Option<Moment>, StoreError> {
        self.read_opt(i, "an instant", as_moment)
    }

    fn read<'r, T>(
        &'r self,
        i: usize,
        wanted: &str,
        parse: impl FnOnce(ValueRef<'r>) -> Option<T>,
    ) -> Result<T, StoreError> {
        let value = self.column(i)?;
        let found = value.data_type();
        parse(value).ok_or_else(|| self.mismatch(i, wanted, found))
    }

    fn read_opt<'r, T>(
        &'r self,
        i: usize,
        wanted: &str,
        parse: impl FnOnce(ValueRef<'r>) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        match self.column(i)? {
            ValueRef::Null => Ok(None),
            value => match parse(value) {
                Some(parsed) => Ok(Some(parsed)),
                None => Err(self.mismatch(i, wanted, value.data_type())),
            },
        }
    }

    fn column(&self, i: usize) -> Result<ValueRef<'_>, StoreError> {
        self.row.get_ref(i).map_err(|_| StoreError::Corrupt {
            statement: self.sql.name,
            detail: format!("column {i} does not exist"),
        })
    }

    fn mismatch(&self, i: usize, wanted: &str, found: Type) -> StoreError {
        let found = match found {
            Type::Null => "NULL",
            Type::Integer => "an INTEGER that is not",
            Type::Real => "a REAL",
            Type::Text => "a TEXT that is not",
            Type::Blob => "a BLOB that is not",
        };
        StoreError::Corrupt {
            statement: self.sql.name,
            detail: format!("column {i}: expected {wanted}, found {found}"),
        }
    }
}

fn as_text(value: ValueRef<'_>) -> Option<&str> {
    value.as_str().ok()
}

fn as_int(value: ValueRef<'_>) -> Option<i64> {
    value.as_i64().ok()
}

fn as_bool(value: ValueRef<'_>) -> Option<bool> {
    match value {
        ValueRef::Integer(0) => Some(false),
        ValueRef::Integer(1) => Some(true),
        _ => None,
    }
}

fn as_bytes(value: ValueRef<'_>) -> Option<&[u8]> {
    value.as_blob().ok()
}

fn as_id(value: ValueRef<'_>) -> Option<Uuid> {
    Uuid::from_slice(as_bytes(value)?).ok()
}

fn as_day(value: ValueRef<'_>) -> Option<Day> {
    Day::from_iso(as_text(value)?)
}

fn as_moment(value: ValueRef<'_>) -> Option<Moment> {
    Moment::from_micros(as_int(value)?)
}
