//! 'Loopbaangegevens': the work situations a client was in, as an authentic source tells them.
//! Background: domain.md 3.17.

use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::studies::coded;

coded! {
    /// The register that tells of a work situation.
    CareerSource {
        /// social security: employment as declared by employers
        SocialSecurity = "rsz", "RSZ";
        /// registered at the employment service
        Employment = "vdab", "VDAB";
        /// unemployment
        Unemployment = "rva", "RVA";
    }
}

/// A work situation from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkPeriod {
    /// Code of `work_situation`.
    pub code: &'static str,
    /// First day.
    pub from: Day,
    /// Last day; none while it lasts.
    pub until: Option<Day>,
    /// Who tells it.
    pub source: CareerSource,
}

impl WorkPeriod {
    fn lasts_on(&self, day: Day) -> bool {
        self.from <= day && self.until.is_none_or(|until| until >= day)
    }
}

/// What the sources say is the work situation now, where that is to take the place of the one on the
/// dossier's head (its code, and since when). What a person filled in later than a source stays; what a
/// source said before follows what the sources say now. None when nothing changes.
pub fn situation_now<'a>(
    told: &'a [WorkPeriod],
    (code, since): (&str, Option<Day>),
    today: Day,
) -> Option<&'a WorkPeriod> {
    let is_head = |it: &WorkPeriod| it.code == code && Some(it.from) == since;
    let now = told
        .iter()
        .filter(|it| it.lasts_on(today))
        .max_by_key(|it| (it.from, it.source.code(), it.code))?;
    let of_a_source = told.iter().any(is_head);
    let is_later = since.is_none_or(|since| now.from >= since);
    (!is_head(now) && (of_a_source || is_later)).then_some(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::from_iso(text).unwrap()
    }

    fn period(code: &'static str, from: &str, until: Option<&str>) -> WorkPeriod {
        WorkPeriod {
            code,
            from: day(from),
            until: until.map(day),
            source: CareerSource::Employment,
        }
    }

    fn now(told: &[WorkPeriod], code: &str, since: Option<&str>) -> Option<&'static str> {
        let head = (code, since.map(day));
        situation_now(told, head, day("2025-05-28")).map(|it| it.code)
    }

    #[test]
    fn what_lasts_today_and_began_last_takes_the_place_of_what_was_there() {
        let told = [
            period("19", "2025-01-01", Some("2025-03-31")),
            period("02", "2025-04-01", Some("2025-12-31")),
            period("89", "2025-06-01", None),
        ];
        assert_eq!(now(&told, "11", Some("2024-09-01")), Some("02"));
        assert_eq!(now(&told, "11", None), Some("02"));
        assert_eq!(
            now(&told, "02", Some("2025-04-01")),
            None,
            "it stands there"
        );
    }

    #[test]
    fn what_a_person_filled_in_later_stays() {
        let told = [period("02", "2025-01-01", None)];
        assert_eq!(now(&told, "11", Some("2025-02-01")), None);
        assert_eq!(now(&told, "11", Some("2025-01-01")), Some("02"));
    }

    #[test]
    fn what_a_source_said_follows_the_sources() {
        // A wrong period is closed: the right one, older, takes its place.
        let told = [
            period("02", "2025-01-01", None),
            period("85", "2025-03-01", Some("2025-03-01")),
        ];
        assert_eq!(now(&told, "85", Some("2025-03-01")), Some("02"));
        // Nothing lasts: what is there stays, since nothing says what it is now.
        let told = [period("85", "2025-03-01", Some("2025-03-31"))];
        assert_eq!(now(&told, "85", Some("2025-03-01")), None);
    }
}
