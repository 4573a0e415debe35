//! A calendar day, as people mean it: no time of day, no time zone.
//!
//! Knows how a day is typed and shown in Flanders. Does not know what day it is today, nor the
//! time zone that turns an instant into a day: that is `moment`.

use std::fmt;

use jiff::Span;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A day of the calendar, from 01/01/0001 to 31/12/9999.
///
/// Shown as `28/05/2025`, stored and sent as `2025-05-28`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

/// One of the three boxes of a date field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayPart {
    /// The day of the month.
    Day,
    /// The month.
    Month,
    /// The year.
    Year,
}

/// Why three typed boxes are not a day; enough for the page to say what to put right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DayError {
    /// Nothing was typed at all; a page that does not ask for the day may accept this.
    #[error("no day was given")]
    AllEmpty,
    /// Some boxes were typed, others (`true`) were left empty.
    #[error("the day is incomplete (missing: day {day}, month {month}, year {year})")]
    Missing {
        /// The day of the month is missing.
        day: bool,
        /// The month is missing.
        month: bool,
        /// The year is missing.
        year: bool,
    },
    /// This box holds something other than the digits 0-9.
    #[error("not digits: {0:?}")]
    NotDigits(DayPart),
    /// The year was typed as `25`, which could be 1925 as well as 2025.
    #[error("the year does not have four digits")]
    YearNotFourDigits,
    /// The calendar has no such day, such as 31/2; the numbers are what was typed.
    #[error("no such day: {day}/{month}/{year}")]
    NoSuchDay {
        /// The day as typed.
        day: u32,
        /// The month as typed.
        month: u32,
        /// The year as typed.
        year: i16,
    },
    /// The year lies before 1900 or after 2100; surely a slip of the finger.
    #[error("the year {0} is not between 1900 and 2100")]
    YearOutOfRange(i16),
}

impl Day {
    /// The earliest day there is.
    pub const MIN: Self = Self(Date::constant(1, 1, 1));
    /// The last day there is.
    pub const MAX: Self = Self(Date::constant(9999, 12, 31));

    /// This day of the calendar, or nothing if the calendar does not have it.
    #[must_use]
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        let date = Date::new(year, month, day).ok()?;
        (year >= 1).then_some(Self(date))
    }

    /// Reads exactly `2025-05-28`: four, two and two digits, nothing around them.
    #[must_use]
    pub fn from_iso(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        let number = |range: std::ops::Range<usize>| {
            let part = text.get(range)?;
            only_digits(part).then(|| part.parse::<i16>().ok())?
        };
        let month = i8::try_from(number(5..7)?).ok()?;
        let day = i8::try_from(number(8..10)?).ok()?;
        Self::new(number(0..4)?, month, day)
    }

    /// `2025-05-28`: sorts as text the way days sort.
    #[must_use]
    pub fn to_iso(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year(), self.month(), self.day())
    }

    /// Reads the three boxes of a date field.
    ///
    /// Spaces around the numbers do not count. Strict otherwise: one or two digits for day and
    /// month, four for the year, because a guessed date is worse than a question.
    ///
    /// # Errors
    /// The first thing that is wrong, in the order a person would put it right.
    pub fn parse_parts(day: &str, month: &str, year: &str) -> Result<Self, DayError> {
        let (day, month, year) = (day.trim(), month.trim(), year.trim());
        match (day.is_empty(), month.is_empty(), year.is_empty()) {
            (true, true, true) => return Err(DayError::AllEmpty),
            (false, false, false) => {}
            (day, month, year) => return Err(DayError::Missing { day, month, year }),
        }
        for (text, part) in [
            (day, DayPart::Day),
            (month, DayPart::Month),
            (year, DayPart::Year),
        ] {
            if !only_digits(text) {
                return Err(DayError::NotDigits(part));
            }
        }
        if year.len() != 4 {
            return Err(DayError::YearNotFourDigits);
        }
        let year: i16 = year
            .parse()
            .map_err(|_| DayError::NotDigits(DayPart::Year))?;
        // Too many digits to be a number at all is still "no such day" to the person typing.
        let day_number: u32 = day.parse().unwrap_or(u32::MAX);
        let month_number: u32 = month.parse().unwrap_or(u32::MAX);
        if !(1900..=2100).contains(&year) {
            return Err(DayError::YearOutOfRange(year));
        }
        let no_such_day = DayError::NoSuchDay {
            day: day_number,
            month: month_number,
            year,
        };
        if day.len() > 2 || month.len() > 2 {
            return Err(no_such_day);
        }
        let narrow = |number: u32| i8::try_from(number).ok();
        narrow(month_number)
            .zip(narrow(day_number))
            .and_then(|(month, day)| Self::new(year, month, day))
            .ok_or(no_such_day)
    }

    /// The year, 1 to 9999.
    #[must_use]
    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> i8 {
        self.0.month()
    }

    /// The day of the month, 1 to 31.
    #[must_use]
    pub fn day(self) -> i8 {
        self.0.day()
    }

    /// So many days later (earlier when negative); stops at [`Day::MIN`] and [`Day::MAX`].
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        self.plus(Span::new().try_days(days), days < 0)
    }

    /// So many months later (earlier when negative), on the same day of the month or, when that
    /// month is shorter, on its last day: 31/08 and six months is 28/02 or 29/02.
    #[must_use]
    pub fn plus_months(self, months: i32) -> Self {
        self.plus(Span::new().try_months(months), months < 0)
    }

    fn plus(self, span: Result<Span, jiff::Error>, backwards: bool) -> Self {
        let limit = if backwards { Self::MIN } else { Self::MAX };
        match span.and_then(|span| self.0.checked_add(span)) {
            Ok(date) => Self(date).max(Self::MIN),
            Err(_) => limit,
        }
    }

    /// The number of days from this day to the other; negative when the other is earlier.
    #[must_use]
    pub fn days_until(self, other: Self) -> i32 {
        // The whole range is under 3.7 million days, so hours cannot overflow an i64 nor days an i32.
        let hours = self.0.duration_until(other.0).as_hours();
        i32::try_from(hours / 24).unwrap_or(if hours < 0 { i32::MIN } else { i32::MAX })
    }

    pub(crate) fn from_date(date: Date) -> Self {
        Self(date).max(Self::MIN)
    }

    pub(crate) fn date(self) -> Date {
        self.0
    }
}

fn only_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:02}/{:02}/{:04}",
            self.day(),
            self.month(),
            self.year()
        )
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_iso())
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_iso())
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_iso(&text).ok_or_else(|| {
            serde::de::Error::custom(format_args!("'{text}' is not a day like 2025-05-28"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(iso: &str) -> Day {
        Day::from_iso(iso).unwrap()
    }

    #[test]
    fn a_day_is_shown_as_in_flanders_and_stored_as_iso() {
        let start = Day::new(2025, 5, 28).unwrap();
        assert_eq!(start.to_string(), "28/05/2025");
        assert_eq!(start.to_iso(), "2025-05-28");
        assert_eq!(serde_json::to_string(&start).unwrap(), "\"2025-05-28\"");
        assert_eq!((start.year(), start.month(), start.day()), (2025, 5, 28));
    }

    #[test]
    fn only_the_one_iso_form_is_read() {
        for text in [
            "",
            "2025-5-28",
            "20250528",
            "28/05/2025",
            "2025-02-30",
            "2025-05-28T10:00",
            " 2025-05-28",
            "+025-05-28",
            "0000-01-01",
            "2025-+5-28",
            "202é-05-2",
        ] {
            assert_eq!(Day::from_iso(text), None, "{text}");
        }
        assert!(serde_json::from_str::<Day>("\"28/05/2025\"").is_err());
    }

    #[test]
    fn the_three_boxes_are_read_as_typed() {
        assert_eq!(Day::parse_parts(" 1", "9 ", "2023"), Ok(day("2023-09-01")));
        assert_eq!(Day::parse_parts("29", "02", "2024"), Ok(day("2024-02-29")));
    }

    #[test]
    fn every_wrong_box_gets_its_own_explanation() {
        use DayError::*;
        let typed = |d, m, y| Day::parse_parts(d, m, y).unwrap_err();
        assert_eq!(typed("", " ", ""), AllEmpty);
        assert_eq!(
            typed("28", "", "2025"),
            Missing {
                day: false,
                month: true,
                year: false
            }
        );
        assert_eq!(typed("1a", "5", "2025"), NotDigits(DayPart::Day));
        assert_eq!(typed("1", "mei", "2025"), NotDigits(DayPart::Month));
        assert_eq!(typed("1", "5", "-025"), NotDigits(DayPart::Year));
        assert_eq!(typed("١", "5", "2025"), NotDigits(DayPart::Day));
        assert_eq!(typed("28", "5", "25"), YearNotFourDigits);
        assert_eq!(typed("28", "5", "20255"), YearNotFourDigits);
        assert_eq!(typed("28", "5", "1899"), YearOutOfRange(1899));
        assert_eq!(typed("28", "5", "2101"), YearOutOfRange(2101));
        assert_eq!(
            typed("31", "2", "2025"),
            NoSuchDay {
                day: 31,
                month: 2,
                year: 2025
            }
        );
        assert_eq!(
            typed("0", "13", "2025"),
            NoSuchDay {
                day: 0,
                month: 13,
                year: 2025
            }
        );
        assert!(matches!(
            typed("99999999999", "1", "2025"),
            NoSuchDay { .. }
        ));
        assert!(matches!(typed("001", "1", "2025"), NoSuchDay { .. }));
    }

    #[test]
    fn adding_months_stays_within_the_month() {
        assert_eq!(day("2024-08-31").plus_months(6), day("2025-02-28"));
        assert_eq!(day("2023-08-31").plus_months(6), day("2024-02-29"));
        assert_eq!(day("2025-05-28").plus_months(-3), day("2025-02-28"));
    }

    #[test]
    fn the_calendar_has_ends() {
        assert_eq!(Day::MAX.plus_days(1), Day::MAX);
        assert_eq!(Day::MIN.plus_days(-1), Day::MIN);
        assert_eq!(day("2025-05-28").plus_days(i32::MAX), Day::MAX);
        assert_eq!(day("2025-05-28").plus_days(i32::MIN), Day::MIN);
        assert_eq!(day("2025-05-28").plus_months(i32::MIN), Day::MIN);
        assert_eq!(day("2025-05-28").plus_months(i32::MAX), Day::MAX);
        assert_eq!(Day::MIN.days_until(Day::MAX), 3_652_058);
    }

    fn any_day() -> impl Strategy<Value = Day> {
        (0..=3_652_058_i32).prop_map(|days| Day::MIN.plus_days(days))
    }

    proptest! {
        #[test]
        fn what_is_written_can_be_read(day in any_day()) {
            prop_assert_eq!(Day::from_iso(&day.to_iso()), Some(day));
            prop_assert_eq!(Day::new(day.year(), day.month(), day.day()), Some(day));
            let json = serde_json::to_string(&day).unwrap();
            prop_assert_eq!(serde_json::from_str::<Day>(&json).unwrap(), day);
        }

        #[test]
        fn what_is_shown_can_be_typed(days in 0..73_000_i32) {
            let day = Day::new(1900, 1, 1).unwrap().plus_days(days);
            let shown = day.to_string();
            let parts: Vec<&str> = shown.split('/').collect();
            prop_assert_eq!(Day::parse_parts(parts[0], parts[1], parts[2]), Ok(day));
        }

        #[test]
        fn counting_days_and_adding_them_agree(a in any_day(), b in any_day()) {
            prop_assert_eq!(a.plus_days(a.days_until(b)), b);
            prop_assert_eq!(a < b, a.days_until(b) > 0);
            prop_assert_eq!(a < b, a.to_iso() < b.to_iso());
        }

        #[test]
        fn no_typing_makes_it_panic(d in ".{0,4}", m in ".{0,4}", y in ".{0,6}") {
            let _ = Day::parse_parts(&d, &m, &y);
            let _ = Day::from_iso(&format!("{d}{m}{y}"));
        }
    }
}
