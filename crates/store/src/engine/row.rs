//! One row of a result, read by column number. Knows how each kind of [`Value`](super::Value) is stored
//! by each engine, not what a column means.

use domain::{Day, Moment};
use rusqlite::types::{Type, ValueRef};
use uuid::Uuid;

use super::{Sql, StoreError, postgres_types};

/// A row of a result, valid while the mapping closure runs. Columns count from 0.
///
/// Every getter answers [`StoreError::Corrupt`], naming the statement and the column, when the column
/// holds something else, is NULL without `opt_`, or does not exist. The value found is never in the
/// message.
#[derive(Debug)]
pub struct Row<'a> {
    sql: &'static Sql,
    row: Raw<'a>,
}

#[derive(Debug)]
enum Raw<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a tokio_postgres::Row),
}

/// How one kind of value is read from each engine.
trait Kind<'r>: Sized {
    /// What the message says was expected.
    const WANTED: &'static str;
    fn of_sqlite(value: ValueRef<'r>) -> Option<Self>;
    fn of_postgres(ty: &tokio_postgres::types::Type, raw: &'r [u8]) -> Option<Self>;
}

macro_rules! getters {
    ($($what:literal $get:ident $opt:ident $type:ty;)+) => {$(
        #[doc = concat!("The ", $what, " in column `i`.")]
        ///
        /// # Errors
        /// See [`Row`].
        pub fn $get(&self, i: usize) -> Result<$type, StoreError> {
            self.read(i)
        }

        #[doc = concat!("The ", $what, " in column `i`, or `None` where it is NULL.")]
        ///
        /// # Errors
        /// See [`Row`].
        pub fn $opt(&self, i: usize) -> Result<Option<$type>, StoreError> {
            self.read_opt(i)
        }
    )+};
}

impl<'a> Row<'a> {
    pub(super) fn sqlite(sql: &'static Sql, row: &'a rusqlite::Row<'a>) -> Self {
        Self {
            sql,
            row: Raw::Sqlite(row),
        }
    }

    pub(super) fn postgres(sql: &'static Sql, row: &'a tokio_postgres::Row) -> Self {
        Self {
            sql,
            row: Raw::Postgres(row),
        }
    }

    getters! {
        "text, borrowed from the row: for what is only looked at," text_ref opt_text_ref &str;
        "whole number" int opt_int i64;
        "yes or no" bool opt_bool bool;
        "identifier" id opt_id Uuid;
        "calendar day" day opt_day Day;
        "instant" at opt_at Moment;
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
        Ok(self.opt_text_ref(i)?.map(str::to_owned))
    }

    /// The bytes in column `i`.
    ///
    /// # Errors
    /// See [`Row`].
    pub fn bytes(&self, i: usize) -> Result<Vec<u8>, StoreError> {
        self.read::<&[u8]>(i).map(<[u8]>::to_vec)
    }

    /// The bytes in column `i`, or `None` where it is NULL.
    ///
    /// # Errors
    /// See [`Row`].
    pub fn opt_bytes(&self, i: usize) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.read_opt::<&[u8]>(i)?.map(<[u8]>::to_vec))
    }

    fn read<'r, K: Kind<'r>>(&'r self, i: usize) -> Result<K, StoreError> {
        self.read_opt(i)?
            .ok_or_else(|| self.mismatch(i, K::WANTED, "NULL"))
    }

    fn read_opt<'r, K: Kind<'r>>(&'r self, i: usize) -> Result<Option<K>, StoreError> {
        match self.row {
            Raw::Sqlite(row) => match row.get_ref(i).map_err(|_| self.no_column(i))? {
                ValueRef::Null => Ok(None),
                value => K::of_sqlite(value)
                    .map(Some)
                    .ok_or_else(|| self.mismatch(i, K::WANTED, type_name(value.data_type()))),
            },
            Raw::Postgres(row) => {
                let ty = row
                    .columns()
                    .get(i)
                    .ok_or_else(|| self.no_column(i))?
                    .type_();
                let raw: postgres_types::Raw<'r> = row.try_get(i).map_err(|_| self.no_column(i))?;
                match raw.0 {
                    None => Ok(None),
                    Some(bytes) => K::of_postgres(ty, bytes)
                        .map(Some)
                        .ok_or_else(|| self.mismatch(i, K::WANTED, ty.name())),
                }
            }
        }
    }

    fn no_column(&self, i: usize) -> StoreError {
        StoreError::Corrupt {
            statement: self.sql.name,
            detail: format!("column {i} does not exist"),
        }
    }

    fn mismatch(&self, i: usize, wanted: &str, found: &str) -> StoreError {
        StoreError::Corrupt {
            statement: self.sql.name,
            detail: format!("column {i}: expected {wanted}, found {found}"),
        }
    }
}

fn type_name(found: Type) -> &'static str {
    match found {
        Type::Null => "NULL",
        Type::Integer => "an INTEGER that is not",
        Type::Real => "a REAL",
        Type::Text => "a TEXT that is not",
        Type::Blob => "a BLOB that is not",
    }
}

macro_rules! kinds {
    ($($type:ty, $wanted:literal, $sqlite:expr, $postgres:path;)+) => {$(
        impl<'r> Kind<'r> for $type {
            const WANTED: &'static str = $wanted;

            fn of_sqlite(value: ValueRef<'r>) -> Option<Self> {
                let read: fn(ValueRef<'r>) -> Option<Self> = $sqlite;
                read(value)
            }

            fn of_postgres(ty: &tokio_postgres::types::Type, raw: &'r [u8]) -> Option<Self> {
                $postgres(ty, raw)
            }
        }
    )+};
}

kinds! {
    &'r str, "a text", |value| value.as_str().ok(), postgres_types::text;
    i64, "a whole number", |value| value.as_i64().ok(), postgres_types::int;
    bool, "0 or 1", sqlite_bool, postgres_types::bool;
    Uuid, "an id", |value| Uuid::from_slice(value.as_blob().ok()?).ok(), postgres_types::id;
    &'r [u8], "bytes", |value| value.as_blob().ok(), postgres_types::bytes;
    Day, "a day", |value| Day::from_iso(value.as_str().ok()?), postgres_types::day;
    Moment, "an instant", |value| Moment::from_micros(value.as_i64().ok()?), postgres_types::moment;
}

fn sqlite_bool(value: ValueRef<'_>) -> Option<bool> {
    match value {
        ValueRef::Integer(0) => Some(false),
        ValueRef::Integer(1) => Some(true),
        _ => None,
    }
}
