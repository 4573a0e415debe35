//! Reads the programme file and checks it as a whole. Finds everything that is wrong in one go, so
//! that an operator does not have to start the program once per mistake.

use std::ops::RangeInclusive;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use toml::value::Datetime;
use toml::{Table, Value};

use super::codes::Code;
use super::{
    ActionKind, Catalogue, CatalogueError, CatalogueErrors, EligibilityRule, Fact, FundingNumber,
    Gives, Polarity, ProposalRow, ReasonDef, ResultDef, ResultSet, ResultSetCode, StepType,
};
use crate::Day;
use crate::text::{Label, TextError};

/// In `gives`: the person chooses. No code can look like this.
const EITHER: &str = "either";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStepType {
    code: String,
    name_long: String,
    name_list: String,
    name_choice: String,
    valid_from: Datetime,
    valid_to: Option<Datetime>,
    eligibility: Vec<String>,
    result_set: String,
    addendum_days: i64,
    late_registration_days: i64,
    access_after_end_months: i64,
    actions: Vec<String>,
    esf: bool,
    active: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFundingNumber {
    code: String,
    description: String,
    step_types: Vec<String>,
    valid_from: Datetime,
    valid_to: Option<Datetime>,
    selectable: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawActionKind {
    code: String,
    label: String,
}

/// What is left of a result set once its tables are taken out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawResultSet {
    code: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawResult {
    code: String,
    label: String,
    polarity: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawReason {
    code: String,
    label: String,
    gives: String,
    note_required: bool,
    #[serde(default)]
    implies: Vec<String>,
    #[serde(default)]
    excludes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawProposal {
    reason: String,
    #[serde(default)]
    note_required: bool,
    #[serde(default)]
    when: Table,
}

pub(super) fn parse(text: &str) -> Result<Catalogue, CatalogueErrors> {
    let mut file: Table = text
        .parse()
        .map_err(|error| CatalogueErrors(vec![not_toml(text, &error)]))?;
    let mut check = Check::default();
    let (action_kinds, known_actions) = check.action_kinds(&mut file);
    let (result_sets, known_sets) = check.result_sets(&mut file);
    let (step_types, known_types) =
        check.step_types(&mut file, &action_kinds, &known_actions, &known_sets);
    let funding_numbers = check.funding_numbers(&mut file, &known_types);
    for key in file.keys() {
        check.wrong(
            "the file",
            format!(
                "unknown table '{key}'; known are step_type, funding_number, action_kind and result_set"
            ),
        );
    }
    check.every_type_can_be_financed(&step_types, &funding_numbers);
    let Ok(nowhere) = ResultSetCode::parse("NOWHERE") else {
        return Err(CatalogueErrors(check.errors));
    };
    if !check.errors.is_empty() {
        return Err(CatalogueErrors(check.errors));
    }
    Ok(Catalogue {
        step_types,
        funding_numbers,
        action_kinds,
        result_sets,
        no_results: ResultSet {
            code: nowhere,
            results: Vec::new(),
            reasons: Vec::new(),
            proposals: Vec::new(),
        },
        version: version_of(text),
    })
}

fn version_of(text: &str) -> u64 {
    Sha256::digest(text.as_bytes())
        .iter()
        .take(8)
        .fold(0, |version, byte| version << 8 | u64::from(*byte))
}

fn not_toml(text: &str, error: &toml::de::Error) -> CatalogueError {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = before.map_or(1, |before| before.matches('\n').count() + 1);
    CatalogueError {
        at: format!("line {line}"),
        problem: format!("this is no TOML: {}", error.message()),
    }
}

/// The entries of a table that could be read, each with the place to name in a message; and the
/// codes of all entries, also of those that could not, so that one mistake is not told twice.
struct Entries<R> {
    read: Vec<(String, R)>,
    codes: Vec<String>,
}

#[derive(Default)]
struct Check {
    errors: Vec<CatalogueError>,
}

impl Check {
    fn wrong(&mut self, at: impl Into<String>, problem: impl Into<String>) {
        self.errors.push(CatalogueError {
            at: at.into(),
            problem: problem.into(),
        });
    }

    fn wrong_key(&mut self, at: &str, key: &str, problem: impl Into<String>) {
        self.wrong(format!("{at}, key '{key}'"), problem);
    }

    /// Takes the tables with this name out of the one they stand in.
    fn tables(&mut self, parent: &mut Table, name: &str, of: &str) -> Vec<(String, Table)> {
        let list = match parent.remove(name) {
            None => Vec::new(),
            Some(Value::Array(list)) => list,
            Some(_) => {
                self.wrong(format!("{of}{name}"), format!("write it as [[{name}]]"));
                Vec::new()
            }
        };
        let mut tables = Vec::new();
        for (index, value) in list.into_iter().enumerate() {
            let Value::Table(table) = value else {
                self.wrong(format!("{of}{name}"), "every entry has to be a table");
                continue;
            };
            let at = match table.get("code").and_then(Value::as_str) {
                Some(code) => format!("{of}{name} '{code}'"),
                None => format!("{of}{name} number {}", index + 1),
            };
            tables.push((at, table));
        }
        tables
    }

    fn entries<R: DeserializeOwned>(
        &mut self,
        parent: &mut Table,
        name: &str,
        of: &str,
    ) -> Entries<R> {
        let mut entries = Entries {
            read: Vec::new(),
            codes: Vec::new(),
        };
        for (at, table) in self.tables(parent, name, of) {
            self.note_code(&mut entries.codes, &at, &table);
            if let Some(raw) = self.read(&at, table) {
                entries.read.push((at, raw));
            }
        }
        entries
    }

    fn note_code(&mut self, codes: &mut Vec<String>, at: &str, table: &Table) {
        if let Some(code) = table.get("code").and_then(Value::as_str) {
            if codes.iter().any(|known| known == code) {
                self.wrong_key(at, "code", "this code is given to more than one entry");
            } else {
                codes.push(code.to_owned());
            }
        }
    }

    fn read<R: DeserializeOwned>(&mut self, at: &str, table: Table) -> Option<R> {
        table
            .try_into()
            .map_err(|error| {
                let message = error.to_string();
                let lines: Vec<_> = message.lines().map(str::trim).collect();
                self.wrong(at, lines.join(" ").trim());
            })
            .ok()
    }

    fn code<C: Code>(&mut self, at: &str, text: &str) -> Option<C> {
        C::read(text)
            .map_err(|error| self.wrong_key(at, "code", error.to_string()))
            .ok()
    }

    /// A code that has to stand elsewhere in the file. If it does but is badly built, that is
    /// told there.
    fn reference<C: Code>(
        &mut self,
        (at, key): (&str, &str),
        code: &str,
        what: &str,
        known: &[String],
    ) -> Option<C> {
        if known.iter().any(|known| known == code) {
            return C::read(code).ok();
        }
        let known = match known {
            [] => "there are none".to_owned(),
            known => format!("known are {}", known.join(", ")),
        };
        self.wrong_key(at, key, format!("there is no {what} '{code}'; {known}"));
        None
    }

    fn label(&mut self, at: &str, key: &str, text: &str) -> Option<String> {
        Label::parse(text)
            .map(Label::into_string)
            .map_err(|error: TextError| self.wrong_key(at, key, error.to_string()))
            .ok()
    }

    fn number(
        &mut self,
        at: &str,
        key: &str,
        value: i64,
        range: RangeInclusive<i64>,
    ) -> Option<u32> {
        if !range.contains(&value) {
            let (least, most) = range.into_inner();
            self.wrong_key(
                at,
                key,
                format!("{value} is not between {least} and {most}"),
            );
            return None;
        }
        u32::try_from(value).ok()
    }

    fn day(&mut self, at: &str, key: &str, value: Datetime) -> Option<Day> {
        let day = value
            .date
            .filter(|_| value.time.is_none() && value.offset.is_none())
            .and_then(|date| {
                Day::new(
                    i16::try_from(date.year).ok()?,
                    i8::try_from(date.month).ok()?,
                    i8::try_from(date.day).ok()?,
                )
            });
        if day.is_none() {
            self.wrong_key(at, key, format!("{value} is not a day like 2023-09-01"));
        }
        day
    }

    /// The first day, and the last if there is one.
    fn validity(
        &mut self,
        at: &str,
        from: Datetime,
        to: Option<Datetime>,
    ) -> Option<(Day, Option<Day>)> {
        let from = self.day(at, "valid_from", from);
        let to = match to {
            Some(to) => Some(self.day(at, "valid_to", to)?),
            None => None,
        };
        let from = from?;
        if let Some(to) = to
            && to < from
        {
            self.wrong_key(
                at,
                "valid_to",
                format!("{} is before valid_from {}", to.to_iso(), from.to_iso()),
            );
        }
        Some((from, to))
    }

    /// The values with these names.
    fn named<T: Copy>(
        &mut self,
        (at, key): (&str, &str),
        names: &[String],
        all: &[T],
        name_of: fn(T) -> &'static str,
    ) -> Vec<T> {
        let mut found = Vec::new();
        for name in names {
            match all.iter().find(|value| name_of(**value) == name) {
                Some(value) => found.push(*value),
                None => {
                    let known: Vec<_> = all.iter().map(|value| name_of(*value)).collect();
                    self.wrong_key(
                        at,
                        key,
                        format!("unknown '{name}'; known are {}", known.join(", ")),
                    );
                }
            }
        }
        found
    }

    fn action_kinds(&mut self, file: &mut Table) -> (Vec<ActionKind>, Vec<String>) {
        let entries = self.entries::<RawActionKind>(file, "action_kind", "");
        let mut kinds = Vec::new();
        for (at, raw) in &entries.read {
            let code = self.code(at, &raw.code);
            let label = self.label(at, "label", &raw.label);
            if let (Some(code), Some(label)) = (code, label) {
                kinds.push(ActionKind { code, label });
            }
        }
        (kinds, entries.codes)
    }

    fn step_types(
        &mut self,
        file: &mut Table,
        action_kinds: &[ActionKind],
        known_actions: &[String],
        known_sets: &[String],
    ) -> (Vec<StepType>, Vec<String>) {
        let entries = self.entries::<RawStepType>(file, "step_type", "");
        if entries.codes.is_empty() && entries.read.is_empty() {
            self.wrong("the file", "there is no [[step_type]] with a code");
        }
        let step_types = entries
            .read
            .into_iter()
            .filter_map(|(at, raw)| {
                let mut actions = Vec::new();
                for text in &raw.actions {
                    let code = self.reference((&at, "actions"), text, "action_kind", known_actions);
                    actions.extend(
                        action_kinds
                            .iter()
                            .find(|kind| Some(&kind.code) == code.as_ref())
                            .cloned(),
                    );
                }
                self.step_type(&at, &raw, actions, known_sets)
            })
            .collect();
        (step_types, entries.codes)
    }

    /// Every key is looked at before any is given up on.
    fn step_type(
        &mut self,
        at: &str,
        raw: &RawStepType,
        actions: Vec<ActionKind>,
        known_sets: &[String],
    ) -> Option<StepType> {
        let code = self.code(at, &raw.code);
        let name_long = self.label(at, "name_long", &raw.name_long);
        let name_list = self.label(at, "name_list", &raw.name_list);
        let name_choice = self.label(at, "name_choice", &raw.name_choice);
        let validity = self.validity(at, raw.valid_from, raw.valid_to);
        let eligibility = self.named(
            (at, "eligibility"),
            &raw.eligibility,
            EligibilityRule::ALL,
            EligibilityRule::name,
        );
        let result_set = self.reference(
            (at, "result_set"),
            &raw.result_set,
            "result_set",
            known_sets,
        );
        let addendum_days = self.number(at, "addendum_days", raw.addendum_days, 0..=366);
        let late_registration_days = self.number(
            at,
            "late_registration_days",
            raw.late_registration_days,
            0..=3660,
        );
        let access_after_end_months = self.number(
            at,
            "access_after_end_months",
            raw.access_after_end_months,
            0..=120,
        );
        let (valid_from, valid_to) = validity?;
        Some(StepType {
            code: code?,
            name_long: name_long?,
            name_list: name_list?,
            name_choice: name_choice?,
            valid_from,
            valid_to,
            eligibility,
            result_set: result_set?,
            addendum_days: addendum_days?,
            late_registration_days: late_registration_days?,
            access_after_end_months: access_after_end_months?,
            actions,
            esf: raw.esf,
            active: raw.active,
        })
    }

    fn funding_numbers(&mut self, file: &mut Table, known_types: &[String]) -> Vec<FundingNumber> {
        let entries = self.entries::<RawFundingNumber>(file, "funding_number", "");
        let mut numbers = Vec::new();
        for (at, raw) in &entries.read {
            let code = self.code(at, &raw.code);
            let description = self.label(at, "description", &raw.description);
            let validity = self.validity(at, raw.valid_from, raw.valid_to);
            let mut step_types = Vec::new();
            for text in &raw.step_types {
                step_types.extend(self.reference(
                    (at, "step_types"),
                    text,
                    "step_type",
                    known_types,
                ));
            }
            if raw.step_types.is_empty() {
                self.wrong_key(at, "step_types", "it belongs to no step type");
            }
            if let (Some(code), Some(description), Some((valid_from, valid_to))) =
                (code, description, validity)
            {
                numbers.push(FundingNumber {
                    code,
                    description,
                    step_types,
                    valid_from,
                    valid_to,
                    selectable: raw.selectable,
                });
            }
        }
        numbers
    }

    /// A type that is offered but cannot be registered would only be noticed by a counsellor. Asked
    /// only when all is well so far: a mistake elsewhere may be the cause.
    fn every_type_can_be_financed(&mut self, types: &[StepType], numbers: &[FundingNumber]) {
        if !self.errors.is_empty() {
            return;
        }
        for kind in types.iter().filter(|kind| kind.active) {
            let financed = numbers
                .iter()
                .any(|number| number.selectable && number.step_types.contains(&kind.code));
            if !financed {
                self.wrong(
                    format!("step_type '{}'", kind.code),
                    "it is active, but no selectable funding_number belongs to it",
                );
            }
        }
    }

    fn result_sets(&mut self, file: &mut Table) -> (Vec<ResultSet>, Vec<String>) {
        let mut sets = Vec::new();
        let mut codes = Vec::new();
        for (at, mut table) in self.tables(file, "result_set", "") {
            self.note_code(&mut codes, &at, &table);
            let of = format!("{at}, ");
            let errors_before = self.errors.len();
            let (results, known_results) = self.results(&mut table, &of);
            let (reasons, known_reasons) = self.reasons(&mut table, &of, &known_results);
            let proposals =
                self.proposals(&mut table, &of, &reasons, &known_reasons, errors_before);
            let raw = self.read::<RawResultSet>(&at, table);
            for (name, known) in [("result", &known_results), ("reason", &known_reasons)] {
                if known.is_empty() {
                    self.wrong(&at, format!("it has no [[result_set.{name}]] with a code"));
                }
            }
            if let Some(code) = raw.and_then(|raw| self.code(&at, &raw.code)) {
                sets.push(ResultSet {
                    code,
                    results,
                    reasons,
                    proposals,
                });
            }
        }
        (sets, codes)
    }

    fn results(&mut self, set: &mut Table, of: &str) -> (Vec<ResultDef>, Vec<String>) {
        let entries = self.entries::<RawResult>(set, "result", of);
        let mut results = Vec::new();
        for (at, raw) in &entries.read {
            let code = self.code(at, &raw.code);
            let label = self.label(at, "label", &raw.label);
            let polarity = match raw.polarity.as_str() {
                "positive" => Some(Polarity::Positive),
                "negative" => Some(Polarity::Negative),
                other => {
                    let problem = format!("unknown '{other}'; known are positive, negative");
                    self.wrong_key(at, "polarity", problem);
                    None
                }
            };
            if let (Some(code), Some(label), Some(polarity)) = (code, label, polarity) {
                results.push(ResultDef {
                    code,
                    label,
                    polarity,
                });
            }
        }
        (results, entries.codes)
    }

    fn reasons(
        &mut self,
        set: &mut Table,
        of: &str,
        known_results: &[String],
    ) -> (Vec<ReasonDef>, Vec<String>) {
        let entries = self.entries::<RawReason>(set, "reason", of);
        let mut reasons = Vec::new();
        for (at, raw) in &entries.read {
            let code = self.code(at, &raw.code);
            let label = self.label(at, "label", &raw.label);
            let gives = if raw.gives == EITHER {
                Some(Gives::Either)
            } else {
                self.reference((at, "gives"), &raw.gives, "result", known_results)
                    .map(Gives::Code)
            };
            let implies = self.named((at, "implies"), &raw.implies, Fact::ALL, Fact::name);
            let excludes = self.named((at, "excludes"), &raw.excludes, Fact::ALL, Fact::name);
            for fact in implies.iter().filter(|fact| excludes.contains(fact)) {
                let problem = format!("'{}' is implied and excluded at once", fact.name());
                self.wrong_key(at, "excludes", problem);
            }
            if let (Some(code), Some(label), Some(gives)) = (code, label, gives) {
                reasons.push(ReasonDef {
                    code,
                    label,
                    gives,
                    note_required: raw.note_required,
                    implies,
                    excludes,
                });
            }
        }
        (reasons, entries.codes)
    }

    fn proposals(
        &mut self,
        set: &mut Table,
        of: &str,
        reasons: &[ReasonDef],
        known_reasons: &[String],
        errors_before: usize,
    ) -> Vec<ProposalRow> {
        let entries = self.entries::<RawProposal>(set, "proposal", of);
        let mut rows = Vec::new();
        for (at, raw) in &entries.read {
            let reason = self.reference((at, "reason"), &raw.reason, "reason", known_reasons);
            let mut when = Vec::new();
            for (name, value) in &raw.when {
                let names = [name.clone()];
                let facts = self.named((at, "when"), &names, Fact::ALL, Fact::name);
                match value.as_bool() {
                    Some(wanted) => when.extend(facts.into_iter().map(|fact| (fact, wanted))),
                    None => self.wrong_key(at, "when", format!("'{name}' is true or false")),
                }
            }
            rows.extend(reason.map(|reason| {
                let row = ProposalRow {
                    reason,
                    note_required: raw.note_required,
                    when,
                };
                (at.clone(), row)
            }));
        }
        if self.errors.len() == errors_before && !rows.is_empty() {
            self.table_is_complete(of, &rows, reasons);
        }
        rows.into_iter().map(|(_, row)| row).collect()
    }

    /// Asked only when the set is well so far. Whatever the four facts are, exactly one row counts, every row counts at some time, and it
    /// never proposes what its own reason excludes.
    fn table_is_complete(
        &mut self,
        of: &str,
        rows: &[(String, ProposalRow)],
        reasons: &[ReasonDef],
    ) {
        let mut reached = vec![false; rows.len()];
        let mut told = vec![false; rows.len()];
        for facts in Fact::combinations() {
            let names = Fact::names_in(facts);
            let Some(index) = rows.iter().position(|(_, row)| row.fits(facts)) else {
                let problem = format!("no row fits with {names} true");
                self.wrong(format!("{of}proposal"), problem);
                continue;
            };
            reached[index] = true;
            let (at, row) = &rows[index];
            let excluded = reasons
                .iter()
                .filter(|reason| reason.code == row.reason)
                .flat_map(|reason| &reason.excludes)
                .find(|fact| fact.holds_in(facts));
            if let Some(fact) = excluded.filter(|_| !told[index]) {
                told[index] = true;
                let problem = format!(
                    "it fits with {names} true, but its reason '{}' excludes {}",
                    row.reason,
                    fact.name()
                );
                self.wrong(at, problem);
            }
        }
        for ((at, _), _) in rows.iter().zip(reached).filter(|(_, reached)| !reached) {
            self.wrong(at, "it never counts: the rows before it take all its cases");
        }
    }
}
