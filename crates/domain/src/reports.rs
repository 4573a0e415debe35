//! Figures of a project (G2): how many lines there were, by state, result and reason, by organisation and
//! by month. A number below the smallest is not shown, and others beside it are hidden too, so that no sum
//! or difference of what is shown gives it away (docs/reports.md has why that holds).
//!
//! Three things make it hold. Every table is a partition of the same lines, and shares only the total with
//! the others. In each, what is hidden is nothing, or at least two cells with together at least the
//! smallest number. And reports are only made of whole school years, which do not overlap: a line stands
//! in exactly one.

use std::fmt;

use crate::catalogue::{Catalogue, FundingCode, Gives, ReasonCode, ResultCode};
use crate::day::Day;
use crate::ids::OrganisationId;
use crate::mandates::Period;
use crate::moment::{Moment, start_of_day};

/// The least value that the setting of the smallest number may have.
pub const LEAST_SMALLEST: u32 = 3;

/// A school year: 1 September through 31 August.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SchoolYear(i16);

impl SchoolYear {
    /// The school year a day lies in.
    pub fn of(day: Day) -> Self {
        let began = day.month() >= 9;
        SchoolYear(if began { day.year() } else { day.year() - 1 })
    }

    /// Reads the form that `Display` writes; anything else is none.
    pub fn parse(text: &str) -> Option<Self> {
        let (first, second) = text.split_once('-')?;
        let year: i16 = first.parse().ok()?;
        let it = SchoolYear(year);
        let fits = (2000..=9000).contains(&year) && it.to_string() == text;
        (fits && !second.is_empty()).then_some(it)
    }

    /// Its first and last day.
    pub fn days(self) -> Period {
        Period {
            from: Day::new(self.0, 9, 1).unwrap_or(Day::MIN),
            until: Day::new(self.0 + 1, 8, 31).unwrap_or(Day::MAX),
        }
    }

    /// The first days of its twelve months, in order, as far as they began by a day.
    pub fn months(self, until: Day) -> Vec<Day> {
        let first = self.days().from;
        (0..12)
            .map(|month| first.plus_months(month))
            .filter(|month| *month <= until)
            .collect()
    }

    /// The school years from the one of a day through the one of another, the last first.
    pub fn between(from: Day, until: Day) -> Vec<Self> {
        let (first, last) = (SchoolYear::of(from).0, SchoolYear::of(until).0);
        (first..=last).rev().map(SchoolYear).collect()
    }
}

impl fmt::Display for SchoolYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.0, self.0 + 1)
    }
}

/// The last day of the month before: figures are as they stood then, the same all month long, so that
/// nobody learns of one line by looking twice in a week.
pub fn stands_on(today: Day) -> Day {
    first_of_month(today).plus_days(-1)
}

/// The instant after that day.
pub fn stands_before(today: Day) -> Moment {
    start_of_day(first_of_month(today))
}

fn first_of_month(day: Day) -> Day {
    day.plus_days(1 - i32::from(day.day()))
}

/// How a line stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Bezig
    Ongoing,
    /// Beëindigd, with its result and reason.
    Ended(ResultCode, ReasonCode),
}

/// Lines that are alike in everything that is reported.
#[derive(Clone, Debug)]
pub struct Alike {
    /// First day of the month in which they started.
    pub month: Day,
    /// The organisation that gives them.
    pub organisation: OrganisationId,
    /// Its name.
    pub organisation_name: String,
    /// How they stand.
    pub outcome: Outcome,
    /// How many.
    pub count: u64,
}

/// A number, or none when it is not shown.
pub type Shown = Option<u64>;

/// A result with its reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultRow {
    /// The result.
    pub result: ResultCode,
    /// How many ended with it.
    pub count: Shown,
    /// How many of those for each reason.
    pub reasons: Vec<(ReasonCode, Shown)>,
}

/// A report, fit to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// All lines.
    pub total: Shown,
    /// Those that go on.
    pub ongoing: Shown,
    /// Those that ended.
    pub ended: Shown,
    /// Those that ended, by result.
    pub results: Vec<ResultRow>,
    /// All, by organisation, by name.
    pub organisations: Vec<(String, Shown)>,
    /// All, by the month they started in; its first day.
    pub months: Vec<(Day, Shown)>,
}

/// The results and reasons a line of a project can end with: what stands in its report, also at zero.
pub fn outline(catalogue: &Catalogue, funding: &FundingCode) -> Vec<(ResultCode, Vec<ReasonCode>)> {
    let types = catalogue
        .funding(funding)
        .map(|number| number.step_types.as_slice())
        .unwrap_or_default();
    let mut rows: Vec<(ResultCode, Vec<ReasonCode>)> = Vec::new();
    for kind in types.iter().filter_map(|code| catalogue.step_type(code)) {
        let set = catalogue.result_set(&kind.result_set);
        for result in &set.results {
            for reason in &set.reasons {
                let fits = match &reason.gives {
                    Gives::Either => true,
                    Gives::Code(code) => *code == result.code,
                };
                if fits {
                    add(&mut rows, &result.code, &reason.code);
                }
            }
        }
    }
    rows
}

fn add(rows: &mut Vec<(ResultCode, Vec<ReasonCode>)>, result: &ResultCode, reason: &ReasonCode) {
    match rows.iter_mut().find(|(known, _)| known == result) {
        None => rows.push((result.clone(), vec![reason.clone()])),
        Some((_, reasons)) if !reasons.contains(reason) => reasons.push(reason.clone()),
        Some(_) => {}
    }
}

/// Makes the report of a school year.
pub fn report(
    lines: &[Alike],
    outline: &[(ResultCode, Vec<ReasonCode>)],
    months: &[Day],
    smallest: u32,
) -> Report {
    let smallest = u64::from(smallest.max(LEAST_SMALLEST));
    let sum = |fits: &dyn Fn(&Alike) -> bool| -> u64 {
        let counts = lines.iter().filter(|line| fits(line)).map(|it| it.count);
        counts.sum()
    };
    // What stands on a line counts, also when the programme does not know it any more.
    let mut outline = outline.to_vec();
    for line in lines {
        if let Outcome::Ended(result, reason) = &line.outcome {
            add(&mut outline, result, reason);
        }
    }
    let total = sum(&|_| true);
    let whole = (total >= smallest).then_some(total);
    let ongoing = sum(&|it| it.outcome == Outcome::Ongoing);
    let states = shown(whole, &[ongoing, total - ongoing], smallest);
    let (ongoing, ended) = match states[..] {
        [ongoing, ended] => (ongoing, ended),
        _ => (None, None),
    };
    let of_result = |result: &ResultCode| {
        sum(&|it| matches!(&it.outcome, Outcome::Ended(known, _) if known == result))
    };
    let counts: Vec<u64> = outline
        .iter()
        .map(|(result, _)| of_result(result))
        .collect();
    let counts = shown(ended, &counts, smallest);
    let results = outline
        .into_iter()
        .zip(counts)
        .map(|((result, reasons), count)| {
            let of_reason = |reason: &ReasonCode| {
                let outcome = Outcome::Ended(result.clone(), reason.clone());
                sum(&|it| it.outcome == outcome)
            };
            let counts: Vec<u64> = reasons.iter().map(of_reason).collect();
            let counts = shown(count, &counts, smallest);
            ResultRow {
                result,
                count,
                reasons: reasons.into_iter().zip(counts).collect(),
            }
        })
        .collect();
    let mut houses: Vec<(&str, OrganisationId)> = lines
        .iter()
        .map(|it| (it.organisation_name.as_str(), it.organisation))
        .collect();
    houses.sort_unstable();
    houses.dedup();
    let counts: Vec<u64> = houses
        .iter()
        .map(|(_, id)| sum(&|it| it.organisation == *id))
        .collect();
    let counts = shown(whole, &counts, smallest);
    let organisations = houses
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .zip(counts)
        .collect();
    // A start that was corrected since may lie in a later month than those asked for.
    let mut months: Vec<Day> = months
        .iter()
        .copied()
        .chain(lines.iter().map(|it| it.month))
        .collect();
    months.sort_unstable();
    months.dedup();
    let counts: Vec<u64> = months
        .iter()
        .map(|month| sum(&|it| it.month == *month))
        .collect();
    let counts = shown(whole, &counts, smallest);
    Report {
        total: whole,
        ongoing,
        ended,
        results,
        organisations,
        months: months.into_iter().zip(counts).collect(),
    }
}

/// Which of the cells that together make up a whole are shown. A whole that is hidden shows none of them.
fn shown(whole: Shown, cells: &[u64], smallest: u64) -> Vec<Shown> {
    if whole.is_none() {
        return vec![None; cells.len()];
    }
    let mut hidden: Vec<bool> = cells.iter().map(|count| *count < smallest).collect();
    loop {
        let gone = || cells.iter().zip(&hidden).filter(|(_, hidden)| **hidden);
        let (how_many, sum) = (gone().count(), gone().map(|(count, _)| count).sum::<u64>());
        // Of one hidden cell, and of hidden cells that are few together, the whole gives the number away.
        if how_many == 0 || (how_many >= 2 && sum >= smallest) {
            break;
        }
        let next = (0..cells.len())
            .filter(|place| hidden.get(*place) == Some(&false))
            .min_by_key(|place| cells.get(*place));
        match next.and_then(|place| hidden.get_mut(place)) {
            Some(place) => *place = true,
            None => break,
        }
    }
    cells
        .iter()
        .zip(hidden)
        .map(|(count, hidden)| (!hidden).then_some(*count))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(iso: &str) -> Day {
        Day::from_iso(iso).unwrap()
    }

    #[test]
    fn what_is_hidden_is_nothing_or_two_cells_with_together_the_smallest_number() {
        let of = |cells: &[u64]| shown(Some(cells.iter().sum()), cells, 10);
        assert_eq!(of(&[20, 30]), [Some(20), Some(30)]);
        // One small cell would follow from the whole: the next smallest goes too.
        assert_eq!(of(&[4, 30, 20]), [None, Some(30), None]);
        // Two that are few together are one small cell.
        assert_eq!(of(&[4, 5, 20, 30]), [None, None, None, Some(30)]);
        assert_eq!(of(&[4, 6, 20, 30]), [None, None, Some(20), Some(30)]);
        // That there is nobody says something of everybody else.
        assert_eq!(of(&[0, 40]), [None, None]);
        assert_eq!(of(&[40]), [Some(40)]);
        assert_eq!(shown(None, &[40, 50], 10), [None, None]);
    }

    #[test]
    fn a_school_year_runs_from_september_through_august() {
        let year = SchoolYear::of(day("2025-08-31"));
        assert_eq!(year.to_string(), "2024-2025");
        assert_eq!(SchoolYear::of(day("2025-09-01")).to_string(), "2025-2026");
        assert_eq!(year.days().from, day("2024-09-01"));
        assert_eq!(year.days().until, day("2025-08-31"));
        assert_eq!(SchoolYear::parse("2024-2025"), Some(year));
        for odd in ["", "2024", "2024-2026", "2024-25", "+2024-2025", "24-25"] {
            assert_eq!(SchoolYear::parse(odd), None, "{odd}");
        }
        assert_eq!(year.months(day("2024-11-01")).len(), 3);
        assert_eq!(year.months(day("2030-01-01")).len(), 12);
        let all = SchoolYear::between(day("2023-09-01"), day("2025-05-28"));
        let all: Vec<String> = all.iter().map(SchoolYear::to_string).collect();
        assert_eq!(all, ["2024-2025", "2023-2024"]);
    }

    #[test]
    fn figures_stand_as_on_the_last_day_of_the_month_before() {
        assert_eq!(stands_on(day("2025-05-28")), day("2025-04-30"));
        assert_eq!(stands_on(day("2025-03-01")), day("2025-02-28"));
        // The clock went forward on 30 March: 1 April begins at 22:00 UTC.
        let before = stands_before(day("2025-04-15")).to_string();
        assert_eq!(before, "2025-03-31T22:00:00Z");
    }
}
