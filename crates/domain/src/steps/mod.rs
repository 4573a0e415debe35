//! The guidance line: its states and what each state holds. The transitions stand in the files
//! beside this one, in the order of the manual: register, change, end, addendum, cancel, removal.
//!
//! Decides with values only. Who may act is the policy's; rows, clock and journal are outside.

pub mod addendum;
pub mod cancel;
pub mod change;
pub mod end;
pub mod register;
pub mod removal;
mod terms;

pub use terms::{Setting, Span, Terms, ongoing_elsewhere};

use serde::{Deserialize, Serialize};

use crate::catalogue::{FundingCode, ReasonCode, ResultCode, StepTypeCode};
use crate::day::Day;
use crate::ids::{DossierId, OrganisationId, PersonId, StepId};
use crate::moment::Moment;
use crate::people::Party;
use crate::refusal::{FinalKind, Refusal};
use crate::text::{Note, Summary};

/// Who did something, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The person.
    pub by: PersonId,
    /// The person's name as shown.
    pub by_name: String,
    /// The instant.
    pub at: Moment,
}

/// One line under 'Stappen naar werk'.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which line.
    pub id: StepId,
    /// In whose dossier.
    pub dossier: DossierId,
    /// Counts up with every change; a form carries the one it was read at (T1).
    pub version: u32,
    /// What kind of guidance.
    pub step_type: StepTypeCode,
    /// What pays for it.
    pub funding: FundingCode,
    /// Who asked for it.
    pub requester: Party,
    /// Who gives it.
    pub provider: Party,
    /// Start of the guidance agreement (S4).
    pub start: Day,
    /// Course and agreements; from the end on only supplemented (R3).
    pub summary: Option<Summary>,
    /// Why it was registered late (S13).
    pub late_reason: Option<Note>,
    /// Who registered it, when.
    pub registered: Stamp,
    /// What has become of it.
    pub state: State,
}

/// The state of a line, with what belongs to it (S3). An ended line without a result cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Bezig
    Ongoing,
    /// Beëindigd: final (R3).
    Ended(Ending),
    /// Geannuleerd: final and not listed (C1, C2).
    Cancelled(Cancellation),
    /// Ended, and removed by the coach: out of sight, with its whole history (R6).
    Removed(Ending, Removal),
}

/// How a line ended (R1, R2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Last day of the guidance.
    pub end: Day,
    /// Result code.
    pub result: ResultCode,
    /// Reason the code follows from.
    pub reason: ReasonCode,
    /// Explanation, needed with some reasons.
    pub note: Option<Note>,
    /// The four facts.
    pub facts: OutcomeFacts,
    /// Who confirmed it; the window of R3 runs from this instant.
    pub confirmed: Stamp,
}

/// The four facts asked at the end (R2). The ESF's figures need them, and differ from the result code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OutcomeFacts {
    /// Still in education, or starting another.
    pub in_education: bool,
    /// Has work.
    pub has_work: bool,
    /// Obtained a vocational or educational qualification.
    pub qualification: bool,
    /// The guidance stopped for absence, unwillingness or lack of motivation.
    pub stopped_for_absence: bool,
}

/// Why a line was cancelled (C1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancellation {
    /// The reason given.
    pub reason: Note,
    /// Who, when.
    pub stamp: Stamp,
}

/// The coach's removal of an ended line (R6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// Who, when.
    pub stamp: Stamp,
}

impl Step {
    /// The line as ongoing, or why it is final.
    ///
    /// # Errors
    /// `Final` (R3, C2, A4).
    pub fn ongoing(&self) -> Result<Ongoing<'_>, Refusal> {
        match &self.state {
            State::Ongoing => Ok(Ongoing(self)),
            State::Ended(_) => Err(Refusal::Final(FinalKind::Ended)),
            State::Cancelled(_) => Err(Refusal::Final(FinalKind::Cancelled)),
            State::Removed(..) => Err(Refusal::Final(FinalKind::Removed)),
        }
    }

    /// Whether the line stands in the list: cancelled and removed ones do not (C1, R6).
    pub fn is_listed(&self) -> bool {
        matches!(self.state, State::Ongoing | State::Ended(_))
    }

    /// The date that goes with the state: the start while ongoing, the end once ended (S9).
    pub fn listed_on(&self) -> Day {
        self.end().unwrap_or(self.start)
    }

    /// The end, once ended.
    pub fn end(&self) -> Option<Day> {
        match &self.state {
            State::Ended(ending) | State::Removed(ending, _) => Some(ending.end),
            State::Ongoing | State::Cancelled(_) => None,
        }
    }

    /// Whether an organisation asked for or gives this guidance; only those may change it.
    pub fn involves(&self, organisation: OrganisationId) -> bool {
        self.requester.unit.organisation == organisation
            || self.provider.unit.organisation == organisation
    }

    /// What other lines need to know of this one (S8).
    pub fn span(&self) -> Span {
        Span {
            step: self.id,
            step_type: self.step_type.clone(),
            funding: self.funding.clone(),
            requester: self.requester.unit.organisation,
            provider: self.provider.unit.organisation,
            start: self.start,
            end: self.end(),
        }
    }
}

/// A line that is known to be ongoing: what every change asks for.
#[derive(Clone, Copy, Debug)]
pub struct Ongoing<'a>(&'a Step);

impl<'a> Ongoing<'a> {
    /// The line itself.
    pub fn step(self) -> &'a Step {
        self.0
    }

    /// Checks that a form was read at the present version (T1).
    ///
    /// # Errors
    /// `ChangedMeanwhile`.
    pub fn at_version(self, version: u32) -> Result<Self, Refusal> {
        if self.0.version == version {
            Ok(self)
        } else {
            Err(Refusal::ChangedMeanwhile)
        }
    }
}
