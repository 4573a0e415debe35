//! The programme as data: step types, funding numbers, result codes with their reasons, windows.
//!
//! Knows the shape of the programme and looks things up in it. Does not know where the file stands
//! or who changed it; and no programme is named here: what holds for one stands in its file.

mod codes;
mod facts;
mod file;
#[cfg(test)]
mod tests;

use std::fmt;

pub use codes::{
    ActionKindCode, CodeError, FundingCode, ReasonCode, ResultCode, ResultSetCode, StepTypeCode,
};
pub use facts::{Fact, ProposalRow};

use crate::Day;

/// Everything the programme file says, checked.
#[derive(Clone, Debug)]
pub struct Catalogue {
    step_types: Vec<StepType>,
    funding_numbers: Vec<FundingNumber>,
    action_kinds: Vec<ActionKind>,
    result_sets: Vec<ResultSet>,
    no_results: ResultSet,
    version: u64,
}

/// What can be chosen under 'Voeg een stap toe'.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepType {
    /// Its code.
    pub code: StepTypeCode,
    /// The full name, for texts.
    pub name_long: String,
    /// The name in the list of steps and as title.
    pub name_list: String,
    /// The name in the select 'Stap'.
    pub name_choice: String,
    /// The first day on which it can be registered.
    pub valid_from: Day,
    /// The last day on which it can be registered, if there is one.
    pub valid_to: Option<Day>,
    /// What is checked about the client when a guidance starts.
    pub eligibility: Vec<EligibilityRule>,
    /// The results it can end with.
    pub result_set: ResultSetCode,
    /// Calendar days after the day of confirmation during which the summary can be supplemented (R3).
    pub addendum_days: u32,
    /// A start longer ago than this many days asks for a reason (S13).
    pub late_registration_days: u32,
    /// Months after the last end during which the access grant stays (I2).
    pub access_after_end_months: u32,
    /// The kinds of action that can be registered for it (A2).
    pub actions: Vec<ActionKind>,
    /// Whether it counts in the figures for the ESF.
    pub esf: bool,
    /// Whether it is offered at all.
    pub active: bool,
}

/// A named rule about the client, checked when a guidance starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EligibilityRule {
    /// E1: no diploma of secondary education held on the start day.
    NoUpperSecondaryDiplomaAtStart,
}

/// A kind of action (A2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionKind {
    /// Its code.
    pub code: ActionKindCode,
    /// As the screen shows it.
    pub label: String,
}

/// A number under which guidances are financed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FundingNumber {
    /// The number itself, as `EEWG019`. Nothing is read from its letters.
    pub code: FundingCode,
    /// As the select shows it after the number.
    pub description: String,
    /// The step types it belongs to (S5).
    pub step_types: Vec<StepTypeCode>,
    /// The first start date it is valid for (S5, S7).
    pub valid_from: Day,
    /// The last start date it is valid for, if there is one.
    pub valid_to: Option<Day>,
    /// Whether it can be chosen; a number of the past only shows on lines that have it.
    pub selectable: bool,
}

/// The results a step type can end with, their reasons, and the table that proposes one (R2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultSet {
    /// Its code.
    pub code: ResultSetCode,
    /// In the order of the screen.
    pub results: Vec<ResultDef>,
    /// In the order of the screen.
    pub reasons: Vec<ReasonDef>,
    /// From the four facts to the reason proposed: the first row that fits counts.
    pub proposals: Vec<ProposalRow>,
}

/// A result code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultDef {
    /// Its code.
    pub code: ResultCode,
    /// As the screen shows it, 'Positief resultaat'.
    pub label: String,
    /// Which way it counts in figures.
    pub polarity: Polarity,
}

/// Which way a result counts in figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Polarity {
    /// Counts as a success.
    Positive,
    /// Does not count as a success.
    Negative,
}

/// A reason; the result code follows from it (R2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReasonDef {
    /// Its code.
    pub code: ReasonCode,
    /// As the screen shows it.
    pub label: String,
    /// The result that follows.
    pub gives: Gives,
    /// Whether it asks for a note.
    pub note_required: bool,
    /// Facts that are true whenever this reason is.
    pub implies: Vec<Fact>,
    /// Facts that cannot be true with this reason.
    pub excludes: Vec<Fact>,
}

/// The result that follows from a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gives {
    /// This one.
    Code(ResultCode),
    /// Any of the set; the person chooses.
    Either,
}

impl Catalogue {
    /// Reads and checks a programme file.
    ///
    /// # Errors
    /// Everything that is wrong with it, each naming the table, the entry and the key.
    pub fn parse(toml_text: &str) -> Result<Self, CatalogueErrors> {
        file::parse(toml_text)
    }

    /// The step type with this code, offered or not.
    #[must_use]
    pub fn step_type(&self, code: &StepTypeCode) -> Option<&StepType> {
        self.step_types.iter().find(|kind| kind.code == *code)
    }

    /// All step types, in the order of the file; for filters over what was registered before.
    #[must_use]
    pub fn step_types(&self) -> &[StepType] {
        &self.step_types
    }

    /// The step types that can be chosen on this day, in the order of the file.
    #[must_use]
    pub fn active_step_types(&self, on: Day) -> Vec<&StepType> {
        self.step_types
            .iter()
            .filter(|kind| kind.active && holds(kind.valid_from, kind.valid_to, on))
            .collect()
    }

    /// All funding numbers, selectable or not, in the order of the file.
    #[must_use]
    pub fn funding_numbers(&self) -> &[FundingNumber] {
        &self.funding_numbers
    }

    /// The funding number with this code, selectable or not.
    #[must_use]
    pub fn funding(&self, code: &FundingCode) -> Option<&FundingNumber> {
        self.funding_numbers
            .iter()
            .find(|number| number.code == *code)
    }

    /// The funding numbers that can be chosen for a guidance of this type that starts on this day:
    /// those that belong to the type, are selectable, and are valid on that day (S5).
    #[must_use]
    pub fn funding_for(&self, step_type: &StepTypeCode, start: Day) -> Vec<&FundingNumber> {
        self.funding_of(step_type)
            .filter(|number| holds(number.valid_from, number.valid_to, start))
            .collect()
    }

    /// The funding numbers that can be chosen for this type on some day or other; for a form on
    /// which the start date is still open.
    pub fn funding_of(&self, step_type: &StepTypeCode) -> impl Iterator<Item = &FundingNumber> {
        self.funding_numbers
            .iter()
            .filter(move |number| number.selectable && number.step_types.contains(step_type))
    }

    /// The result set with this code. Those of the step types are all there; for a code from
    /// elsewhere it is the empty set, from which nothing can be chosen.
    #[must_use]
    pub fn result_set(&self, code: &ResultSetCode) -> &ResultSet {
        self.result_sets
            .iter()
            .find(|set| set.code == *code)
            .unwrap_or(&self.no_results)
    }

    /// The kind of action with this code.
    #[must_use]
    pub fn action_kind(&self, code: &ActionKindCode) -> Option<&ActionKind> {
        self.action_kinds.iter().find(|kind| kind.code == *code)
    }

    /// Another number for every other text of the file; part of the key of what is kept rendered.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }
}

impl StepType {
    /// The kind of action with this code, if it can be registered for this type.
    #[must_use]
    pub fn action(&self, code: &ActionKindCode) -> Option<&ActionKind> {
        self.actions.iter().find(|kind| kind.code == *code)
    }
}

impl FundingNumber {
    /// As the select shows it: `EEWG019 - Onderwijs onderst alternerend leren`.
    #[must_use]
    pub fn choice(&self) -> String {
        format!("{} - {}", self.code, self.description)
    }
}

impl ResultSet {
    /// The result with this code.
    #[must_use]
    pub fn result(&self, code: &ResultCode) -> Option<&ResultDef> {
        self.results.iter().find(|result| result.code == *code)
    }

    /// The reason with this code.
    #[must_use]
    pub fn reason(&self, code: &ReasonCode) -> Option<&ReasonDef> {
        self.reasons.iter().find(|reason| reason.code == *code)
    }

    /// The label of a result; its code when the set does not have it (any more).
    #[must_use]
    pub fn result_label<'a>(&'a self, code: &'a ResultCode) -> &'a str {
        self.result(code)
            .map_or(code.as_str(), |result| result.label.as_str())
    }

    /// The label of a reason; its code when the set does not have it (any more).
    #[must_use]
    pub fn reason_label<'a>(&'a self, code: &'a ReasonCode) -> &'a str {
        self.reason(code)
            .map_or(code.as_str(), |reason| reason.label.as_str())
    }
}

impl EligibilityRule {
    /// Every rule there is.
    pub const ALL: &'static [Self] = &[Self::NoUpperSecondaryDiplomaAtStart];

    /// The name in the programme file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NoUpperSecondaryDiplomaAtStart => "no_upper_secondary_diploma_at_start",
        }
    }
}

fn holds(from: Day, to: Option<Day>, on: Day) -> bool {
    from <= on && to.is_none_or(|to| on <= to)
}

/// One thing that is wrong with a programme file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueError {
    /// Where: table, entry and key.
    pub at: String,
    /// What is wrong there, as a sentence for the operator.
    pub problem: String,
}

/// Everything that is wrong with a programme file; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueErrors(Vec<CatalogueError>);

impl CatalogueErrors {
    /// One by one.
    pub fn iter(&self) -> impl Iterator<Item = &CatalogueError> {
        self.0.iter()
    }
}

impl fmt::Display for CatalogueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.problem)
    }
}

impl fmt::Display for CatalogueErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the programme file is not usable:")?;
        for error in &self.0 {
            write!(f, "\n- {error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for CatalogueError {}
impl std::error::Error for CatalogueErrors {}
