//! G2: whoever has every report there is, and adds and subtracts what is shown across rows, columns and
//! periods, learns no number below the smallest.
//!
//! The attacker here solves the equations: every shown number is one over the unknown numbers of lines per
//! school year, outcome, organisation and month. A group of lines is given away when its number follows
//! from them.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use domain::Day;
use domain::catalogue::{ReasonCode, ResultCode};
use domain::ids::OrganisationId;
use domain::reports::{Alike, Outcome, Report, ResultRow, SchoolYear, report};
use proptest::prelude::*;
use uuid::Uuid;

const SMALLEST: u32 = 10;

/// Where a line counts: school year, outcome, organisation, month.
type Atom = (usize, usize, usize, usize);

const YEARS: usize = 2;
const OUTCOMES: usize = 7;
const HOUSES: usize = 4;
const MONTHS: usize = 4;

fn outline() -> Vec<(ResultCode, Vec<ReasonCode>)> {
    let reasons = |codes: [&str; 3]| codes.map(|code| ReasonCode::parse(code).unwrap()).to_vec();
    vec![
        (
            ResultCode::parse("POSITIEF").unwrap(),
            reasons(["P1", "P2", "ANDER"]),
        ),
        (
            ResultCode::parse("NEGATIEF").unwrap(),
            reasons(["N1", "N2", "ANDER"]),
        ),
    ]
}

fn outcome(place: usize) -> Outcome {
    match place.checked_sub(1) {
        None => Outcome::Ongoing,
        Some(place) => {
            let (result, reasons) = &outline()[place / 3];
            Outcome::Ended(result.clone(), reasons[place % 3].clone())
        }
    }
}

fn months(year: usize) -> Vec<Day> {
    let first = Day::new(2023 + i16::try_from(year).unwrap(), 9, 1).unwrap();
    let mut months = SchoolYear::of(first).months(Day::MAX);
    months.truncate(MONTHS);
    months
}

fn house(place: usize) -> String {
    format!("Huis {place}")
}

/// Every number there is.
type Truth = BTreeMap<Atom, u64>;

fn reports(truth: &Truth) -> Vec<Report> {
    (0..YEARS)
        .map(|year| {
            let lines: Vec<Alike> = truth
                .iter()
                .filter(|(atom, count)| atom.0 == year && **count > 0)
                .map(|(atom, count)| Alike {
                    month: months(year)[atom.3],
                    organisation: OrganisationId(Uuid::from_u128(atom.2 as u128)),
                    organisation_name: house(atom.2),
                    outcome: outcome(atom.1),
                    count: *count,
                })
                .collect();
            report(&lines, &outline(), &months(year), SMALLEST)
        })
        .collect()
}

fn atoms() -> Vec<Atom> {
    let mut all = Vec::new();
    for year in 0..YEARS {
        for outcome in 0..OUTCOMES {
            for house in 0..HOUSES {
                for month in 0..MONTHS {
                    all.push((year, outcome, house, month));
                }
            }
        }
    }
    all
}

/// A cell of a report: which lines count in it, and what is shown.
struct Cell {
    lines: Vec<bool>,
    shown: Option<u64>,
}

/// The cells of all reports, table by table. That an organisation that is not listed has no lines is no
/// secret: its lines are left out.
fn tables(reports: &[Report]) -> Vec<Vec<Cell>> {
    let all = atoms();
    let cell = |shown: Option<u64>, fits: &dyn Fn(&Atom) -> bool| Cell {
        lines: all.iter().map(fits).collect(),
        shown,
    };
    let mut tables = Vec::new();
    for (year, it) in reports.iter().enumerate() {
        let listed = |atom: &Atom| {
            it.organisations
                .iter()
                .any(|(name, _)| *name == house(atom.2))
        };
        let cell = |shown: Option<u64>, fits: &dyn Fn(&Atom) -> bool| {
            cell(shown, &|atom| fits(atom) && listed(atom))
        };
        tables.push(vec![cell(it.total, &|a| a.0 == year)]);
        tables.push(vec![
            cell(it.ongoing, &|a| a.0 == year && a.1 == 0),
            cell(it.ended, &|a| a.0 == year && a.1 > 0),
        ]);
        let (mut results, mut leaves) = (Vec::new(), Vec::new());
        for (place, ResultRow { count, reasons, .. }) in it.results.iter().enumerate() {
            let range = 1 + 3 * place..4 + 3 * place;
            results.push(cell(*count, &|a| a.0 == year && range.contains(&a.1)));
            for (reason, (_, count)) in reasons.iter().enumerate() {
                let leaf = 1 + 3 * place + reason;
                leaves.push(cell(*count, &|a| a.0 == year && a.1 == leaf));
            }
        }
        tables.push(results);
        tables.push(leaves);
        let houses = it
            .organisations
            .iter()
            .map(|(name, count)| cell(*count, &|a| a.0 == year && house(a.2) == *name));
        tables.push(houses.collect());
        let of_month = it.months.iter().map(|(month, count)| {
            let place = months(year).iter().position(|it| it == month);
            cell(*count, &|a| a.0 == year && Some(a.3) == place)
        });
        tables.push(of_month.collect());
    }
    tables
}

/// A prime: what does not follow over the fractions does not follow here either, but by a chance of 1 in
/// as many.
const PRIME: u128 = (1 << 61) - 1;

/// The equations, in echelon form.
#[derive(Default)]
struct Known(Vec<(usize, Vec<u128>)>);

impl Known {
    fn reduce(&self, lines: &[bool]) -> Vec<u128> {
        let mut row: Vec<u128> = lines.iter().map(|it| u128::from(*it)).collect();
        for (pivot, known) in &self.0 {
            let factor = row[*pivot];
            if factor != 0 {
                for (value, known) in row.iter_mut().zip(known) {
                    *value = (*value + (PRIME - factor) * known) % PRIME;
                }
            }
        }
        row
    }

    fn add(&mut self, lines: &[bool]) {
        let mut row = self.reduce(lines);
        if let Some(pivot) = row.iter().position(|value| *value != 0) {
            let inverse = power(row[pivot], PRIME - 2);
            row.iter_mut()
                .for_each(|value| *value = *value * inverse % PRIME);
            self.0.push((pivot, row));
        }
    }

    fn gives_away(&self, lines: &[bool]) -> bool {
        self.reduce(lines).iter().all(|value| *value == 0)
    }
}

fn power(mut base: u128, mut exponent: u128) -> u128 {
    let mut product = 1;
    while exponent > 0 {
        if exponent & 1 == 1 {
            product = product * base % PRIME;
        }
        base = base * base % PRIME;
        exponent >>= 1;
    }
    product
}

/// Everything below the smallest number that follows from what is shown.
fn given_away(truth: &Truth, tables: &[Vec<Cell>]) -> Vec<String> {
    let all = atoms();
    let count = |lines: &[bool]| -> u64 {
        let counted = all.iter().zip(lines).filter(|(_, counts)| **counts);
        counted
            .map(|(atom, _)| truth.get(atom).copied().unwrap_or(0))
            .sum()
    };
    let shown: Vec<&Cell> = tables
        .iter()
        .flatten()
        .filter(|it| it.shown.is_some())
        .collect();
    let mut known = Known::default();
    let mut found = Vec::new();
    for cell in &shown {
        assert_eq!(
            cell.shown,
            Some(count(&cell.lines)),
            "what is shown is right"
        );
        known.add(&cell.lines);
    }
    // Every cell, and every group of hidden cells of one table.
    for table in tables {
        let hidden: Vec<&Cell> = table.iter().filter(|it| it.shown.is_none()).collect();
        for choice in 1..1_u32 << hidden.len() {
            let chosen = hidden
                .iter()
                .enumerate()
                .filter(|(at, _)| choice & (1 << at) != 0);
            let mut lines = vec![false; all.len()];
            for (_, cell) in chosen {
                lines
                    .iter_mut()
                    .zip(&cell.lines)
                    .for_each(|(to, from)| *to |= from);
            }
            // Of no lines at all the sum is known to everybody.
            let any = lines.contains(&true);
            if any && count(&lines) < u64::from(SMALLEST) && known.gives_away(&lines) {
                found.push(format!("hidden cells {choice:b}: {}", count(&lines)));
            }
        }
        for cell in table.iter().filter(|it| it.shown.is_some()) {
            if count(&cell.lines) < u64::from(SMALLEST) {
                found.push("a small cell is shown".to_owned());
            }
        }
    }
    // What is left of one shown number when another, that counts in it, is taken away.
    for whole in &shown {
        for part in &shown {
            let within = part
                .lines
                .iter()
                .zip(&whole.lines)
                .all(|(part, whole)| !part || *whole);
            let rest: Vec<bool> = part
                .lines
                .iter()
                .zip(&whole.lines)
                .map(|(part, whole)| *whole && !part)
                .collect();
            if within && rest.contains(&true) && count(&rest) < u64::from(SMALLEST) {
                found.push(format!("a difference of {}", count(&rest)));
            }
        }
    }
    found
}

fn truths() -> impl Strategy<Value = Truth> {
    let atom = (0..YEARS, 0..OUTCOMES, 0..HOUSES, 0..MONTHS);
    // Few and many, so that tables with one small cell among large ones are common.
    let count = prop_oneof![4 => 1..4_u64, 2 => 5..15_u64, 2 => 15..60_u64];
    proptest::collection::btree_map(atom, count, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn g2_no_sum_or_difference_of_shown_numbers_gives_a_small_one_away(truth in truths()) {
        let tables = tables(&reports(&truth));
        prop_assert_eq!(given_away(&truth, &tables), Vec::<String>::new());
    }

    /// A report that hides everything would pass the test above.
    #[test]
    fn g2_what_is_large_is_shown(count in prop_oneof![Just(10_u64), 10..10_000_u64]) {
        let truth: Truth = atoms().into_iter().map(|atom| (atom, count)).collect();
        let tables = tables(&reports(&truth));
        prop_assert!(tables.iter().flatten().all(|cell| cell.shown.is_some()));
    }
}

/// The attacker is a good one: hiding only what is small is not enough, and it shows.
#[test]
fn hiding_small_cells_alone_is_found_out() {
    let truth: Truth = [((0, 0, 0, 0), 5), ((0, 1, 0, 0), 40), ((0, 4, 1, 0), 60)].into();
    let mut naive = reports(&truth);
    naive[0].ongoing = None;
    naive[0].ended = Some(100);
    let found = given_away(&truth, &tables(&naive));
    assert!(found.contains(&"hidden cells 1: 5".to_owned()), "{found:?}");
    assert!(found.contains(&"a difference of 5".to_owned()), "{found:?}");
}
