//! R3: an ended line takes nothing but addenda, for the days of the window.

use crate::catalogue::Catalogue;
use crate::moment::{AppendWindow, Moment, append_window};
use crate::refusal::{Field, FinalKind, Refusal, Refusals};
use crate::steps::{Stamp, State, Step};
use crate::text::Summary;

/// A text added to the summary of an ended line; the text before it never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addendum {
    /// Counts up within the line, from 1.
    pub number: u32,
    /// The text.
    pub text: Summary,
    /// Who, when.
    pub stamp: Stamp,
}

/// The window of an ended line: until when, whether still open or not. None for other states.
pub fn window(step: &Step, catalogue: &Catalogue) -> Option<AppendWindow> {
    let State::Ended(ending) = &step.state else {
        return None;
    };
    let kind = catalogue.step_type(&step.step_type)?;
    Some(append_window(ending.confirmed.at, kind.addendum_days))
}

/// Adds an addendum to an ended line.
///
/// # Errors
/// `AddendumWindowClosed` (R3); `Final` for a cancelled or removed line; `Empty` for an ongoing one,
/// whose summary itself is changed.
pub fn append(
    step: &Step,
    number: u32,
    text: Summary,
    stamp: Stamp,
    catalogue: &Catalogue,
) -> Result<Addendum, Refusals> {
    let window = match (&step.state, window(step, catalogue)) {
        (State::Ended(_), Some(window)) => window,
        (State::Removed(..), _) => return Err(Refusal::Final(FinalKind::Removed).into()),
        (State::Cancelled(_), _) => return Err(Refusal::Final(FinalKind::Cancelled).into()),
        (State::Ongoing | State::Ended(_), _) => {
            return Err(Refusal::NotChosen(Field::Addendum).into());
        }
    };
    if is_open(window, stamp.at) {
        Ok(Addendum {
            number,
            text,
            stamp,
        })
    } else {
        Err(Refusal::AddendumWindowClosed {
            last_day: window.last_day,
        }
        .into())
    }
}

/// Whether the window is open at an instant: before the first instant of the day after its last day.
pub fn is_open(window: AppendWindow, now: Moment) -> bool {
    now < window.closes
}
