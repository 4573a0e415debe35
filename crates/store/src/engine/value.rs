//! A bound parameter, the same for every engine. Knows how SQLite stores it
//! (`postgres_types` knows how PostgreSQL does), not what it means.

use domain::{Day, Moment};
use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, ValueRef};
use uuid::Uuid;

/// A value bound to `?N`.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// A whole number.
    Int(i64),
    /// A text.
    Text(String),
    /// An identifier; in SQLite a BLOB of 16 bytes.
    Id(Uuid),
    /// Raw bytes.
    Bytes(Vec<u8>),
    /// Yes or no; in SQLite INTEGER 1 or 0.
    Bool(bool),
    /// A calendar day; in SQLite its ISO text, which sorts as the days do.
    Day(Day),
    /// An instant; in SQLite INTEGER microseconds since 1970 UTC.
    At(Moment),
}

macro_rules! value_from {
    ($($source:ty => |$from:ident| $make:expr;)*) => {$(
        impl From<$source> for Value {
            fn from($from: $source) -> Self {
                $make
            }
        }
    )*};
}

value_from! {
    i64 => |number| Self::Int(number);
    u32 => |number| Self::Int(i64::from(number));
    i32 => |number| Self::Int(i64::from(number));
    bool => |truth| Self::Bool(truth);
    &str => |text| Self::Text(text.to_owned());
    String => |text| Self::Text(text);
    Uuid => |id| Self::Id(id);
    Vec<u8> => |bytes| Self::Bytes(bytes);
    &[u8] => |bytes| Self::Bytes(bytes.to_vec());
    Day => |day| Self::Day(day);
    Moment => |moment| Self::At(moment);
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl Value {
    /// What kind of value it is, for a message that may not hold the value itself.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Int(_) => "a whole number",
            Self::Text(_) => "a text",
            Self::Id(_) => "an id",
            Self::Bytes(_) => "bytes",
            Self::Bool(_) => "yes or no",
            Self::Day(_) => "a day",
            Self::At(_) => "an instant",
        }
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Self::Int(number) => ToSqlOutput::Borrowed(ValueRef::Integer(*number)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Id(id) => ToSqlOutput::Borrowed(ValueRef::Blob(id.as_bytes())),
            Self::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Self::Bool(truth) => ToSqlOutput::Borrowed(ValueRef::Integer(i64::from(*truth))),
            Self::Day(day) => ToSqlOutput::from(day.to_iso()),
            Self::At(moment) => ToSqlOutput::Borrowed(ValueRef::Integer(moment.micros())),
        })
    }
}
