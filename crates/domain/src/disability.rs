//! 'PmAB' (personen met een arbeidsbeperking): which indication or measure was granted, by whom and until when.
//! Never a diagnosis, and no story. Background: domain.md 3.16.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::closed::Closed;
use crate::day::Day;
use crate::ids::IndicationId;
use crate::journal::Event;
use crate::policy::Operation;
use crate::refusal::{Field, Refusal, Refusals};
use crate::sections::{Details, Record, not_in_future};
use crate::studies::coded;
use crate::text::Label;

/// Months for which a WOP is granted at most.
const LONGEST_WOP: i32 = 60;

coded! {
    /// What was granted.
    IndicationKind {
        /// an indication of work disability
        Indication = "indication", "Indicatie van arbeidsbeperking";
        /// the package of support at work
        Wop = "wop", "Werkondersteuningspakket (WOP)";
        /// an adapted workplace or tools
        Workplace = "workplace", "Aanpassing van de werkplek of het gereedschap";
        /// travelling to and from work
        Travel = "travel", "Tussenkomst in de verplaatsing";
        /// an interpreter
        Interpreter = "interpreter", "Tolkuren";
    }
}

/// What is recorded of one grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indication {
    /// What was granted.
    pub kind: IndicationKind,
    /// The day it was granted.
    pub granted_on: Day,
    /// The last day it is valid; none when it has no end.
    pub valid_until: Option<Day>,
    /// Which service decided.
    pub decided_by: Label,
    /// The day it was ended before its time.
    pub ended_on: Option<Day>,
}

impl Indication {
    /// The last day it counts; none when it goes on.
    pub fn last_day(&self) -> Option<Day> {
        match (self.valid_until, self.ended_on) {
            (Some(until), Some(ended)) => Some(until.min(ended)),
            (until, ended) => until.or(ended),
        }
    }

    /// Whether it counts on a day.
    pub fn counts_on(&self, day: Day) -> bool {
        self.granted_on <= day && self.last_day().is_none_or(|last| day <= last)
    }

    fn overlaps(&self, other: &Indication) -> bool {
        let begins_in_time = |one: &Indication, two: &Indication| {
            two.last_day().is_none_or(|last| one.granted_on <= last)
        };
        begins_in_time(self, other) && begins_in_time(other, self)
    }
}

impl Details for Indication {
    type Id = IndicationId;

    const OPERATION: Operation = Operation::EditDisability;
    const ADDED: Event = Event::IndicationAdded;
    const CHANGED: Event = Event::IndicationChanged;
    const MOST: usize = 40;
    const CLOSED: Option<Closed> = Some(Closed {
        operation: Operation::OpenDisability,
        opened: Event::DisabilityOpened,
        what: "pmab",
        page: "pmab_gesloten",
        form: "pmab_formulier",
    });

    /// A WOP has a last day, at most five years later. Of each kind one counts at a time.
    ///
    /// # Errors
    /// `DayInFuture`, `PeriodBackwards`, `Empty`, `ValidTooLong`, `AlreadyRecorded`.
    fn check(&self, others: &[&Record<Self>], today: Day) -> Result<(), Refusals> {
        let mut refusals = Refusals::default();
        refusals.keep(not_in_future(Field::GrantedOn, self.granted_on, today));
        for (field, last) in [
            (Field::IndicationUntil, self.valid_until),
            (Field::IndicationEnd, self.ended_on),
        ] {
            if last.is_some_and(|last| last < self.granted_on) {
                refusals.add(Refusal::PeriodBackwards(field));
            }
        }
        if let Some(ended) = self.ended_on {
            refusals.keep(not_in_future(Field::IndicationEnd, ended, today));
        }
        if self.kind == IndicationKind::Wop {
            let last = self.granted_on.plus_months(LONGEST_WOP);
            match self.valid_until {
                None => refusals.add(Refusal::Empty(Field::IndicationUntil)),
                Some(until) if until > last => refusals.add(Refusal::ValidTooLong { last }),
                Some(_) => {}
            }
        }
        let is_twice =
            |it: &&Record<Self>| it.details.kind == self.kind && it.details.overlaps(self);
        if others.iter().any(is_twice) {
            refusals.add(Refusal::AlreadyRecorded(Field::IndicationKind));
        }
        refusals.into_result()
    }

    fn described(&self) -> Vec<(&'static str, Option<String>)> {
        vec![
            ("indication_kind", Some(self.kind.label().to_owned())),
            ("granted_on", Some(self.granted_on.to_iso())),
            ("valid_until", self.valid_until.map(Day::to_iso)),
            ("decided_by", Some(self.decided_by.to_string())),
            ("ended_on", self.ended_on.map(Day::to_iso)),
        ]
    }

    /// The last that was granted first.
    fn order(one: &Record<Self>, other: &Record<Self>) -> Ordering {
        let place = |it: &Record<Self>| (it.details.granted_on, it.id);
        place(other).cmp(&place(one))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const TODAY: &str = "2025-05-28";

    fn day(text: &str) -> Day {
        Day::from_iso(text).unwrap()
    }

    fn granted(kind: IndicationKind, on: &str, until: Option<&str>) -> Indication {
        Indication {
            kind,
            granted_on: day(on),
            valid_until: until.map(day),
            decided_by: Label::parse("VDAB").unwrap(),
            ended_on: None,
        }
    }

    fn recorded(details: Indication) -> Record<Indication> {
        Record {
            id: IndicationId(Uuid::from_u128(1)),
            version: 1,
            details,
        }
    }

    fn refusals(details: &Indication, others: &[&Record<Indication>]) -> Vec<Refusal> {
        let refused = details.check(others, day(TODAY)).err().unwrap_or_default();
        refused.into_iter().collect()
    }

    #[test]
    fn a_wop_is_valid_for_five_years_at_most_and_never_without_end() {
        let wop = |until| granted(IndicationKind::Wop, "2025-03-01", until);
        assert_eq!(refusals(&wop(Some("2030-03-01")), &[]), []);
        let last = day("2030-03-01");
        let refused = refusals(&wop(Some("2030-03-02")), &[]);
        assert_eq!(refused, [Refusal::ValidTooLong { last }]);
        let refused = refusals(&wop(None), &[]);
        assert_eq!(refused, [Refusal::Empty(Field::IndicationUntil)]);
        let other = granted(IndicationKind::Indication, "2025-03-01", None);
        assert_eq!(refusals(&other, &[]), []);
    }

    #[test]
    fn it_was_granted_today_at_the_latest_and_does_not_end_before_that() {
        let late = granted(IndicationKind::Travel, "2025-05-29", None);
        let (field, today) = (Field::GrantedOn, day(TODAY));
        assert_eq!(
            refusals(&late, &[]),
            [Refusal::DayInFuture { field, today }]
        );
        let mut backwards = granted(IndicationKind::Travel, "2025-05-20", Some("2025-05-19"));
        backwards.ended_on = Some(day("2025-05-18"));
        let both = [Field::IndicationUntil, Field::IndicationEnd].map(Refusal::PeriodBackwards);
        assert_eq!(refusals(&backwards, &[]), both);
        let mut ended = granted(IndicationKind::Travel, "2025-05-20", None);
        ended.ended_on = Some(day("2025-05-29"));
        let field = Field::IndicationEnd;
        assert_eq!(
            refusals(&ended, &[]),
            [Refusal::DayInFuture { field, today }]
        );
    }

    #[test]
    fn of_a_kind_one_counts_at_a_time_and_the_next_begins_when_it_is_over() {
        let first = recorded(granted(IndicationKind::Workplace, "2024-01-01", None));
        let second = granted(IndicationKind::Workplace, "2025-05-01", None);
        let twice = Refusal::AlreadyRecorded(Field::IndicationKind);
        assert_eq!(refusals(&second, &[&first]), [twice]);
        let mut over = first;
        over.details.ended_on = Some(day("2025-04-30"));
        assert_eq!(refusals(&second, &[&over]), []);
        assert!(over.details.counts_on(day("2025-04-30")));
        assert!(!over.details.counts_on(day("2025-05-01")));
        let other_kind = granted(IndicationKind::Interpreter, "2024-06-01", None);
        assert_eq!(refusals(&other_kind, &[&over]), []);
    }

    #[test]
    fn it_counts_until_the_first_of_its_two_last_days() {
        let mut it = granted(IndicationKind::Wop, "2024-01-01", Some("2028-12-31"));
        assert_eq!(it.last_day(), Some(day("2028-12-31")));
        it.ended_on = Some(day("2025-01-31"));
        assert_eq!(it.last_day(), Some(day("2025-01-31")));
        assert!(!it.counts_on(day("2023-12-31")));
    }
}
