//! Control mandates: the right of one controller to see, without names, the lines of one project that
//! ran in a period (assurance 1.5, scope `m`).

use crate::catalogue::FundingCode;
use crate::day::Day;
use crate::ids::{MandateId, PersonId};
use crate::refusal::{Field, Refusal, Refusals};
use crate::steps::Stamp;
use crate::text::Label;

/// A period of whole days; both count in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub from: Day,
    /// Last day.
    pub until: Day,
}

impl Period {
    /// Whether a day lies in it.
    pub fn holds(self, day: Day) -> bool {
        self.from <= day && day <= self.until
    }

    /// Whether another period lies in it whole.
    pub fn covers(self, other: Period) -> bool {
        self.from <= other.from && other.until <= self.until
    }
}

/// What a mandate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The project.
    pub funding: FundingCode,
    /// Lines that ran on one of these days are in it.
    pub lines: Period,
    /// On these days the controller may look.
    pub valid: Period,
    /// What the controller's own organisation calls this control.
    pub reference: Label,
}

/// A mandate as recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mandate {
    /// Which one; the pseudonyms in its lists are made with it.
    pub id: MandateId,
    /// Who may look.
    pub controller: PersonId,
    /// Their name as shown.
    pub controller_name: String,
    /// What it says.
    pub terms: Terms,
    /// By whom it was given, when.
    pub given: Stamp,
    /// By whom it was ended before its time, when.
    pub ended: Option<Stamp>,
}

impl Mandate {
    /// Whether the controller may look on a day. Its last day counts in.
    pub fn is_active(&self, today: Day) -> bool {
        self.ended.is_none() && self.terms.valid.holds(today)
    }

    /// Whether a line is in it: it ran on one of its days.
    pub fn holds_line(&self, start: Day, end: Option<Day>) -> bool {
        let lines = self.terms.lines;
        start <= lines.until && end.is_none_or(|end| end >= lines.from)
    }

    /// Ends it.
    ///
    /// # Errors
    /// `MandateEnded` when it was ended before.
    pub fn end(&self, stamp: Stamp) -> Result<Mandate, Refusal> {
        if self.ended.is_some() {
            return Err(Refusal::MandateEnded);
        }
        Ok(Mandate {
            ended: Some(stamp),
            ..self.clone()
        })
    }
}

/// Checks a mandate that is given.
///
/// # Errors
/// `PeriodBackwards` at the period that ends before it starts, `MandateInPast` when it was over before
/// it was given, `OwnMandate` when somebody gives one to oneself.
pub fn check(
    controller: PersonId,
    terms: &Terms,
    giver: PersonId,
    today: Day,
) -> Result<(), Refusals> {
    let mut refusals = Refusals::default();
    if controller == giver {
        refusals.add(Refusal::OwnMandate);
    }
    if terms.lines.until < terms.lines.from {
        refusals.add(Refusal::PeriodBackwards(Field::LinesUntil));
    }
    if terms.valid.until < terms.valid.from {
        refusals.add(Refusal::PeriodBackwards(Field::ValidUntil));
    } else if terms.valid.until < today {
        refusals.add(Refusal::MandateInPast { today });
    }
    refusals.into_result()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moment::{end_of_day, start_of_day};
    use uuid::Uuid;

    fn day(iso: &str) -> Day {
        Day::from_iso(iso).unwrap()
    }

    fn period(from: &str, until: &str) -> Period {
        Period {
            from: day(from),
            until: day(until),
        }
    }

    fn terms(lines: Period, valid: Period) -> Terms {
        Terms {
            funding: FundingCode::parse("EEWG019").unwrap(),
            lines,
            valid,
            reference: Label::parse("ESF-controle 2025/114").unwrap(),
        }
    }

    fn mandate(terms: Terms) -> Mandate {
        let given = Stamp {
            by: PersonId(Uuid::from_u128(1)),
            by_name: "Sys".to_owned(),
            at: start_of_day(day("2025-05-01")),
        };
        Mandate {
            id: MandateId(Uuid::from_u128(2)),
            controller: PersonId(Uuid::from_u128(3)),
            controller_name: "Tom".to_owned(),
            terms,
            given,
            ended: None,
        }
    }

    #[test]
    fn a_mandate_opens_from_its_first_day_through_its_last_also_when_the_clock_changes() {
        let lines = period("2024-09-01", "2025-08-31");
        // The last day is the one on which the clock goes back: it has 25 hours.
        let it = mandate(terms(lines, period("2025-03-30", "2025-10-26")));
        let first = start_of_day(day("2025-03-30"));
        let last = end_of_day(day("2025-10-26"));
        let open = |at: crate::Moment| it.is_active(at.brussels_day());
        assert!(!open(first.plus_seconds(-1)) && open(first));
        assert!(open(last.plus_seconds(-1)) && !open(last));
        let stamp = it.given.clone();
        let ended = it.end(stamp.clone()).unwrap();
        assert!(!ended.is_active(day("2025-06-01")));
        assert_eq!(ended.end(stamp), Err(Refusal::MandateEnded));
    }

    #[test]
    fn a_line_is_in_a_mandate_when_it_ran_on_one_of_its_days() {
        let lines = period("2024-09-01", "2025-08-31");
        let it = mandate(terms(lines, period("2025-01-01", "2025-12-31")));
        let inside = |start: &str, end: Option<&str>| it.holds_line(day(start), end.map(day));
        assert!(inside("2023-10-01", Some("2024-09-01")), "its first day");
        assert!(!inside("2023-10-01", Some("2024-08-31")));
        assert!(inside("2025-08-31", None), "its last day");
        assert!(!inside("2025-09-01", None));
        assert!(inside("2023-10-01", None), "it still goes on");
    }

    #[test]
    fn a_mandate_is_given_by_another_and_has_days_to_come() {
        let (me, other) = (PersonId(Uuid::from_u128(1)), PersonId(Uuid::from_u128(2)));
        let today = day("2025-05-28");
        let fine = terms(
            period("2024-09-01", "2025-08-31"),
            period("2025-05-28", "2025-05-28"),
        );
        assert_eq!(check(other, &fine, me, today), Ok(()));
        let refused = |controller, terms: &Terms| {
            let refusals = check(controller, terms, me, today).unwrap_err();
            refusals.iter().cloned().collect::<Vec<_>>()
        };
        assert_eq!(refused(me, &fine), [Refusal::OwnMandate]);
        let over = terms(fine.lines, period("2025-01-01", "2025-05-27"));
        assert_eq!(refused(other, &over), [Refusal::MandateInPast { today }]);
        let backwards = terms(
            period("2025-08-31", "2024-09-01"),
            period("2025-06-02", "2025-06-01"),
        );
        assert_eq!(
            refused(other, &backwards),
            [
                Refusal::PeriodBackwards(Field::LinesUntil),
                Refusal::PeriodBackwards(Field::ValidUntil)
            ]
        );
    }
}
