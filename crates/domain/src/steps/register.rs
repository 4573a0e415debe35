//! Registering a guidance (S1 to S9, S12, S13, E1 to E7).

use crate::catalogue::StepTypeCode;
use crate::day::Day;
use crate::eligibility::Checked;
use crate::ids::{DossierId, StepId};
use crate::refusal::{Field, Refusal, Refusals};
use crate::steps::end::{self, EndWith};
use crate::steps::terms::{self, Setting, Terms};
use crate::steps::{Stamp, State, Step};

/// A new line.
#[derive(Clone, Debug)]
pub struct Register {
    /// The identifier it gets.
    pub id: StepId,
    /// In whose dossier.
    pub dossier: DossierId,
    /// What kind of guidance.
    pub step_type: StepTypeCode,
    /// What is agreed.
    pub terms: Terms,
}

/// A new line and the check that was made for it (E7).
#[derive(Clone, Debug)]
pub struct Registered {
    /// The line.
    pub step: Step,
    /// The eligibility check.
    pub checked: Option<Checked>,
}

/// Registers a line as Bezig.
///
/// # Errors
/// Everything that stands in the way, all at once.
pub fn register(
    command: Register,
    stamp: Stamp,
    setting: &Setting<'_>,
) -> Result<Registered, Refusals> {
    let kind = step_type(&command.step_type, setting)?;
    let checked = terms::check(kind, &command.terms, None, None, setting)?;
    Ok(Registered {
        step: build(command, stamp, State::Ongoing),
        checked,
    })
}

/// The first screen of a line that is registered straight as Beëindigd (S12): everything but the result.
///
/// # Errors
/// Everything that stands in the way, all at once.
pub fn check_ended(
    command: &Register,
    end: Option<Day>,
    setting: &Setting<'_>,
) -> Result<Option<Checked>, Refusals> {
    let kind = step_type(&command.step_type, setting)?;
    let mut refusals = Refusals::default();
    if let Err(found) = end::check_day(command.terms.start, end, setting) {
        refusals.extend(found);
    }
    let checked = match terms::check(kind, &command.terms, end, None, setting) {
        Ok(checked) => checked,
        Err(found) => {
            refusals.extend(found);
            None
        }
    };
    refusals.into_result().map(|()| checked)
}

/// Registers a line straight as Beëindigd: both dates and a result (S12).
///
/// # Errors
/// Everything that stands in the way, all at once.
pub fn register_ended(
    command: Register,
    ending: EndWith,
    stamp: Stamp,
    setting: &Setting<'_>,
) -> Result<Registered, Refusals> {
    let checked = check_ended(&command, Some(ending.end), setting)?;
    let kind = step_type(&command.step_type, setting)?;
    let ending = end::decide(kind, ending, stamp.clone(), setting)?;
    Ok(Registered {
        step: build(command, stamp, State::Ended(ending)),
        checked,
    })
}

/// A new line as Geannuleerd: there is nothing yet to cancel (S12).
pub fn refuse_cancelled() -> Refusals {
    Refusal::NothingToCancel.into()
}

fn step_type<'a>(
    code: &StepTypeCode,
    setting: &Setting<'a>,
) -> Result<&'a crate::catalogue::StepType, Refusals> {
    setting
        .catalogue
        .active_step_types(setting.today)
        .into_iter()
        .find(|kind| kind.code == *code)
        .ok_or_else(|| Refusal::NotChosen(Field::StepType).into())
}

fn build(command: Register, stamp: Stamp, state: State) -> Step {
    let Register {
        id,
        dossier,
        step_type,
        terms,
    } = command;
    Step {
        id,
        dossier,
        version: 1,
        step_type,
        funding: terms.funding,
        requester: terms.requester,
        provider: terms.provider,
        start: terms.start,
        summary: terms.summary,
        late_reason: terms.late_reason,
        registered: stamp,
        state,
    }
}
