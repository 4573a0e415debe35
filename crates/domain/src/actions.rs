//! Actions: what was done within one guidance, on a day (A1 to A4).

use crate::catalogue::ActionKindCode;
use crate::day::Day;
use crate::ids::{ActionId, StepId};
use crate::refusal::{NamedAction, Refusal, Refusals};
use crate::steps::{Ongoing, Stamp};
use crate::studies::coded;
use crate::text::{Label, Note};
use serde::{Deserialize, Serialize};

coded! {
    /// Whether the client was there (A2).
    Presence {
        /// was there
        Present = "aanwezig", "Aanwezig";
        /// absent, with notice
        Excused = "verontschuldigd", "Afwezig, verwittigd";
        /// absent, without notice
        Absent = "afwezig", "Afwezig, niet verwittigd";
        /// no contact with the client itself
        NotApplicable = "nvt", "Niet van toepassing";
    }
}

/// Fewest and most minutes of one action.
pub const MINUTES: std::ops::RangeInclusive<u16> = 5..=720;

/// What is recorded of an action (A2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionDetails {
    /// The day it took place.
    pub day: Day,
    /// What kind, out of those of the step type.
    pub kind: ActionKindCode,
    /// Duration in minutes.
    pub minutes: u16,
    /// Whether the client was there.
    pub presence: Presence,
    /// Where.
    pub place: Option<Label>,
    /// What came of it.
    pub note: Option<Note>,
}

/// An action as recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// Which one.
    pub id: ActionId,
    /// Of which line.
    pub step: StepId,
    /// Counts up with every change.
    pub version: u32,
    /// What is recorded.
    pub details: ActionDetails,
    /// Who recorded it first, when.
    pub recorded: Stamp,
    /// Taken back by its organiser, or voided with a cancelled line (C2); kept, not counted.
    pub voided: bool,
}

/// What the rules of a line look at: the day of an action, and its kind for naming it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionDay {
    /// The day.
    pub day: Day,
    /// The label of its kind.
    pub kind: String,
}

impl ActionDay {
    /// As a refusal names it.
    pub fn named(&self) -> NamedAction {
        NamedAction {
            day: self.day,
            kind: self.kind.clone(),
        }
    }
}

/// Checks an action that is recorded or changed. An ongoing line is asked for: on a final one there
/// is no action to add, change or remove (A4).
///
/// # Errors
/// `ActionBeforeStart` (A1), `ActionInFuture` (A2), `DurationOutOfRange` (A2).
pub fn check(ongoing: Ongoing<'_>, details: &ActionDetails, today: Day) -> Result<(), Refusals> {
    let mut refusals = Refusals::default();
    let start = ongoing.step().start;
    if details.day < start {
        refusals.add(Refusal::ActionBeforeStart { start });
    }
    if details.day > today {
        refusals.add(Refusal::ActionInFuture { today });
    }
    if !MINUTES.contains(&details.minutes) {
        refusals.add(Refusal::DurationOutOfRange {
            least: *MINUTES.start(),
            most: *MINUTES.end(),
        });
    }
    refusals.into_result()
}
