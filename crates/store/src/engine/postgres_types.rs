//! How a [`Value`] travels to PostgreSQL and a column comes back, in its binary form. Days are `date`,
//! instants `timestamptz`, both counted from 2000. Knows no table.

use std::error::Error;

use bytes::{BufMut, BytesMut};
use domain::{Day, Moment};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use uuid::Uuid;

use super::Value;

/// Microseconds from 1970 to 2000.
const MICROS_TO_2000: i64 = 946_684_800_000_000;

fn day_zero() -> Day {
    Day::new(2000, 1, 1).unwrap_or(Day::MIN)
}

/// A column as it came, whatever its type.
pub(super) struct Raw<'a>(pub(super) Option<&'a [u8]>);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Raw(Some(raw)))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Raw(None))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

pub(super) fn text<'r>(ty: &Type, raw: &'r [u8]) -> Option<&'r str> {
    let is_text = matches!(*ty, Type::TEXT | Type::VARCHAR | Type::NAME | Type::UNKNOWN);
    is_text.then(|| std::str::from_utf8(raw).ok()).flatten()
}

pub(super) fn int(ty: &Type, raw: &[u8]) -> Option<i64> {
    match *ty {
        Type::INT8 => raw.try_into().ok().map(i64::from_be_bytes),
        Type::INT4 => raw.try_into().ok().map(|it| i32::from_be_bytes(it).into()),
        Type::INT2 => raw.try_into().ok().map(|it| i16::from_be_bytes(it).into()),
        _ => None,
    }
}

pub(super) fn bool(ty: &Type, raw: &[u8]) -> Option<bool> {
    match (ty, raw) {
        (&Type::BOOL, [0]) => Some(false),
        (&Type::BOOL, [1]) => Some(true),
        _ => None,
    }
}

pub(super) fn id(ty: &Type, raw: &[u8]) -> Option<Uuid> {
    (*ty == Type::UUID).then(|| Uuid::from_slice(raw).ok())?
}

pub(super) fn bytes<'r>(ty: &Type, raw: &'r [u8]) -> Option<&'r [u8]> {
    (*ty == Type::BYTEA).then_some(raw)
}

pub(super) fn day(ty: &Type, raw: &[u8]) -> Option<Day> {
    if *ty != Type::DATE {
        return None;
    }
    let days = i32::from_be_bytes(raw.try_into().ok()?);
    // The two ends stand for 'infinity', which no day of ours is.
    (days != i32::MAX && days != i32::MIN).then(|| day_zero().plus_days(days))
}

pub(super) fn moment(ty: &Type, raw: &[u8]) -> Option<Moment> {
    if *ty != Type::TIMESTAMPTZ {
        return None;
    }
    let micros = i64::from_be_bytes(raw.try_into().ok()?);
    Moment::from_micros(micros.checked_add(MICROS_TO_2000)?)
}

impl ToSql for Value {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match (self, ty) {
            (Self::Null, _) => return Ok(IsNull::Yes),
            (Self::Int(number), &Type::INT8) => out.put_i64(*number),
            (Self::Int(number), &Type::INT4) => out.put_i32(i32::try_from(*number)?),
            (Self::Text(text), &Type::TEXT | &Type::VARCHAR) => {
                // PostgreSQL has no such text: a fault of whoever let it in, and found before it is sent.
                if text.contains('\0') {
                    return Err("a text with a NUL in it".into());
                }
                out.put_slice(text.as_bytes());
            }
            (Self::Id(id), &Type::UUID) => out.put_slice(id.as_bytes()),
            (Self::Bytes(bytes), &Type::BYTEA) => out.put_slice(bytes),
            (Self::Bool(truth), &Type::BOOL) => out.put_u8(u8::from(*truth)),
            (Self::Day(day), &Type::DATE) => out.put_i32(day_zero().days_until(*day)),
            (Self::At(moment), &Type::TIMESTAMPTZ) => {
                out.put_i64(moment.micros().saturating_sub(MICROS_TO_2000));
            }
            (value, ty) => {
                return Err(format!("a parameter of type {ty} was given {}", value.kind()).into());
            }
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}
