//! An instant, as the server saw it, and what it means on a clock in Brussels.
//!
//! The only place of the domain that knows a time zone. It has no clock: the instant is always
//! handed in. The zone comes with the program, so the machine's own setting never matters.

use std::fmt;
use std::sync::LazyLock;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp, ZonedDateTime};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Day;

const SECONDS_IN_24_HOURS: i64 = 86_400;

/// An instant to the microsecond, from 01/01/0001 to 30/12/9999.
///
/// Stored and sent as the number of microseconds since 1970 (UTC); `Display` is RFC 3339 in UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(Timestamp);

static BRUSSELS: LazyLock<TimeZone> = LazyLock::new(|| {
    // A build without this zone is defective and must not serve a single page: falling back to
    // UTC would close dossiers on the wrong day.
    #[allow(clippy::expect_used)]
    TimeZoneDatabase::bundled()
        .get("Europe/Brussels")
        .expect("the bundled time zone database holds Europe/Brussels")
});

impl Moment {
    /// The earliest instant: 0001-01-01T00:00:00Z.
    pub const MIN: Self = Self(Timestamp::constant(-62_135_596_800, 0));
    /// The last instant: 9999-12-30T00:00:00Z.
    pub const MAX: Self = Self(Timestamp::constant(253_402_128_000, 0));

    /// The instant so many microseconds after 1970-01-01T00:00:00Z; nothing when outside
    /// [`Moment::MIN`] to [`Moment::MAX`].
    #[must_use]
    pub fn from_micros(micros: i64) -> Option<Self> {
        let moment = Self(Timestamp::from_microsecond(micros).ok()?);
        (Self::MIN..=Self::MAX).contains(&moment).then_some(moment)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn micros(self) -> i64 {
        self.0.as_microsecond()
    }

    /// Reads an instant such as `2026-06-30T21:59:59Z` or with an offset; digits beyond the
    /// microsecond are dropped.
    #[must_use]
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let timestamp: Timestamp = text.parse().ok()?;
        Self::from_micros(timestamp.as_microsecond())
    }

    /// The day it is in Brussels at this instant.
    #[must_use]
    pub fn brussels_day(self) -> Day {
        Day::from_date(self.in_brussels().date())
    }

    /// As a person in Brussels would write it: `28/05/2025 10:03`.
    #[must_use]
    pub fn brussels_text(self) -> String {
        let local = self.in_brussels();
        format!(
            "{} {:02}:{:02}",
            Day::from_date(local.date()),
            local.hour(),
            local.minute()
        )
    }

    /// So many seconds later (earlier when negative); stops at [`Moment::MIN`] and
    /// [`Moment::MAX`].
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        let limit = if seconds < 0 { Self::MIN } else { Self::MAX };
        self.0
            .checked_add(SignedDuration::from_secs(seconds))
            .map_or(limit, |timestamp| {
                Self(timestamp).clamp(Self::MIN, Self::MAX)
            })
    }

    /// So many times 24 hours later. For days of the calendar use [`Day::plus_days`]: two days a
    /// year do not have 24 hours.
    #[must_use]
    pub fn plus_days_24h(self, days: i32) -> Self {
        self.plus_seconds(i64::from(days) * SECONDS_IN_24_HOURS)
    }

    /// Whole seconds from the other instant to this one; negative when this one is earlier.
    #[must_use]
    pub fn seconds_since(self, other: Self) -> i64 {
        self.0.duration_since(other.0).as_secs()
    }

    /// The second it is in, in UTC and without signs that a file name may not hold: `20261128T210855Z`.
    #[must_use]
    pub fn compact(self) -> String {
        let at = self.0.to_zoned_datetime(TimeZone::UTC);
        format!(
            "{:04}{:02}{:02}T{:02}{:02}{:02}Z",
            at.year(),
            at.month(),
            at.day(),
            at.hour(),
            at.minute(),
            at.second()
        )
    }

    /// Reads what [`Moment::compact`] writes, and nothing else.
    #[must_use]
    pub fn parse_compact(text: &str) -> Option<Self> {
        let part = |from: usize, until: usize| text.get(from..until);
        let rfc3339 = format!(
            "{}-{}-{}T{}:{}:{}Z",
            part(0, 4)?,
            part(4, 6)?,
            part(6, 8)?,
            part(9, 11)?,
            part(11, 13)?,
            part(13, 15)?
        );
        Self::parse_rfc3339(&rfc3339).filter(|moment| moment.compact() == text)
    }

    fn in_brussels(self) -> ZonedDateTime {
        self.0.to_zoned_datetime(BRUSSELS.clone())
    }
}

/// The end of a day in Brussels, exclusive: the first instant of the day after it.
#[must_use]
pub fn end_of_day(day: Day) -> Moment {
    start_of_day(day.plus_days(1)).max(start_of_day(day))
}

/// The first instant of a day in Brussels.
#[must_use]
pub fn start_of_day(day: Day) -> Moment {
    day.date()
        .to_zoned_datetime(BRUSSELS.clone())
        .map_or(Moment::MAX, |zoned| Moment(zoned.timestamp()))
        .clamp(Moment::MIN, Moment::MAX)
}

/// How long the summary of a final step can still be supplemented (R3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AppendWindow {
    /// The last day on which an addendum is accepted, to its last second.
    pub last_day: Day,
    /// The first instant at which an addendum is no longer accepted.
    pub closes: Moment,
}

impl AppendWindow {
    /// Whether an addendum received at this instant is still in time.
    #[must_use]
    pub fn is_open_at(self, received: Moment) -> bool {
        received < self.closes
    }
}

/// The window of R3: through the end of the `days`-th calendar day in Brussels after the day on
/// which the final state was confirmed.
#[must_use]
pub fn append_window(confirmed: Moment, days: u32) -> AppendWindow {
    let days = i32::try_from(days).unwrap_or(i32::MAX);
    let last_day = confirmed.brussels_day().plus_days(days);
    AppendWindow {
        last_day,
        closes: end_of_day(last_day),
    }
}

/// Makes the time zone load now. Called at start, so that a defective build stops there and not
/// at the first page.
pub fn load_time_zone() {
    LazyLock::force(&BRUSSELS);
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.micros())
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let micros = i64::deserialize(deserializer)?;
        Self::from_micros(micros).ok_or_else(|| {
            serde::de::Error::custom(format_args!(
                "{micros} microseconds is outside the calendar"
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Moment {
        Moment::parse_rfc3339(text).unwrap()
    }

    fn day(iso: &str) -> Day {
        Day::from_iso(iso).unwrap()
    }

    #[test]
    fn an_instant_reads_as_the_clock_in_brussels() {
        let summer = at("2025-05-28T08:03:20Z");
        assert_eq!(summer.brussels_text(), "28/05/2025 10:03");
        let winter = at("2025-12-31T23:30:00Z");
        assert_eq!(winter.brussels_text(), "01/01/2026 00:30");
        assert_eq!(winter.brussels_day(), day("2026-01-01"));
        assert_eq!(winter.to_string(), "2025-12-31T23:30:00Z");
        assert_eq!(at("2025-05-28T10:03:20+02:00"), summer);
    }

    #[test]
    fn an_hour_that_exists_twice_is_two_instants_with_one_text() {
        let (first, second) = (at("2026-10-25T00:30:00Z"), at("2026-10-25T01:30:00Z"));
        assert_eq!(first.brussels_text(), "25/10/2026 02:30");
        assert_eq!(second.brussels_text(), "25/10/2026 02:30");
        assert_eq!(second.seconds_since(first), 3600);
    }

    #[test]
    fn years_after_2038_work() {
        assert_eq!(
            at("2040-07-01T22:30:00Z").brussels_text(),
            "02/07/2040 00:30"
        );
    }

    #[test]
    fn r3_the_append_window_closes_at_local_midnight() {
        for (confirmed, last_day, closes, hours) in [
            (
                "2026-06-30T21:59:59Z",
                "2026-07-14",
                "2026-07-14T22:00:00Z",
                336.0,
            ),
            (
                "2026-06-30T22:00:00Z",
                "2026-07-15",
                "2026-07-15T22:00:00Z",
                360.0,
            ),
            (
                "2026-10-11T22:00:00Z",
                "2026-10-26",
                "2026-10-26T23:00:00Z",
                361.0,
            ),
            (
                "2026-10-25T00:30:00Z",
                "2026-11-08",
                "2026-11-08T23:00:00Z",
                358.5,
            ),
            (
                "2026-10-25T01:30:00Z",
                "2026-11-08",
                "2026-11-08T23:00:00Z",
                357.5,
            ),
            (
                "2026-03-14T23:00:00Z",
                "2026-03-29",
                "2026-03-29T22:00:00Z",
                359.0,
            ),
            (
                "2026-03-29T00:59:59Z",
                "2026-04-12",
                "2026-04-12T22:00:00Z",
                357.0,
            ),
            (
                "2027-03-28T00:59:59Z",
                "2027-04-11",
                "2027-04-11T22:00:00Z",
                357.0,
            ),
            (
                "2028-02-14T23:00:00Z",
                "2028-02-29",
                "2028-02-29T23:00:00Z",
                360.0,
            ),
            (
                "2026-12-31T23:00:00Z",
                "2027-01-15",
                "2027-01-15T23:00:00Z",
                360.0,
            ),
        ] {
            let window = append_window(at(confirmed), 14);
            assert_eq!(window.last_day, day(last_day), "{confirmed}");
            assert_eq!(window.closes, at(closes), "{confirmed}");
            let seconds = window.closes.seconds_since(at(confirmed));
            // The table rounds to a tenth of an hour.
            let minutes = i32::try_from(seconds / 60).unwrap();
            assert!(
                (f64::from(minutes) / 60.0 - hours).abs() < 0.05,
                "{confirmed}"
            );
        }
    }

    #[test]
    fn r3_confirmed_on_28_may_is_open_until_11_june() {
        let window = append_window(at("2025-05-28T10:03:00+02:00"), 14);
        assert_eq!(window.last_day, day("2025-06-11"));
        assert!(window.is_open_at(at("2025-06-11T23:59:59.999999+02:00")));
        assert!(!window.is_open_at(at("2025-06-12T00:00:00+02:00")));
    }

    #[test]
    fn the_ends_of_time_do_not_overflow() {
        assert_eq!(Moment::MAX.plus_seconds(i64::MAX), Moment::MAX);
        assert_eq!(Moment::MIN.plus_seconds(i64::MIN), Moment::MIN);
        assert_eq!(Moment::MAX.plus_days_24h(i32::MAX), Moment::MAX);
        assert_eq!(Moment::from_micros(i64::MAX), None);
        assert_eq!(Moment::from_micros(i64::MIN), None);
        assert_eq!(end_of_day(Day::MAX), Moment::MAX);
        assert_eq!(Moment::MIN.brussels_day(), Day::MIN);
        assert_eq!(append_window(Moment::MAX, u32::MAX).closes, Moment::MAX);
        assert_eq!(Moment::parse_rfc3339("gisteren"), None);
        assert_eq!(Moment::parse_rfc3339("2025-05-28"), None);
    }

    #[test]
    fn it_travels_as_microseconds() {
        let moment = at("2025-05-28T08:03:20.123456789Z");
        assert_eq!(moment.micros(), 1_748_419_400_123_456);
        assert_eq!(serde_json::to_string(&moment).unwrap(), "1748419400123456");
        assert!(serde_json::from_str::<Moment>("9223372036854775807").is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_can_be_read(micros in Moment::MIN.micros()..=Moment::MAX.micros()) {
            let moment = Moment::from_micros(micros).unwrap();
            prop_assert_eq!(moment.micros(), micros);
            prop_assert_eq!(Moment::parse_rfc3339(&moment.to_string()), Some(moment));
            let json = serde_json::to_string(&moment).unwrap();
            prop_assert_eq!(serde_json::from_str::<Moment>(&json).unwrap(), moment);
        }

        #[test]
        fn a_day_ends_where_the_next_begins(micros in Moment::MIN.micros()..253_000_000_000_000_000) {
            let moment = Moment::from_micros(micros).unwrap();
            let today = moment.brussels_day();
            prop_assert!(start_of_day(today) <= moment);
            prop_assert!(moment < end_of_day(today));
            prop_assert_eq!(end_of_day(today).brussels_day(), today.plus_days(1));
        }
    }

    #[test]
    fn the_compact_form_is_read_back_and_nothing_else_is() {
        let moment = Moment::parse_rfc3339("2026-11-28T22:08:55.123+01:00").unwrap();
        assert_eq!(moment.compact(), "20261128T210855Z");
        let back = Moment::parse_compact("20261128T210855Z").unwrap();
        assert_eq!(back.compact(), "20261128T210855Z");
        for wrong in [
            "",
            "20261128",
            "20261128T210855",
            "20261328T210855Z",
            "x0261128T210855Z",
            "20261128-210855Z",
            "\u{e9}0261128T210855Z",
        ] {
            assert_eq!(Moment::parse_compact(wrong), None, "{wrong}");
        }
    }
}
