//! R6: an ended line that is wrong is removed by the provincial coach, on request.

use crate::ids::{PersonId, RemovalId, StepId};
use crate::refusal::{Refusal, Refusals};
use crate::steps::{Removal, Stamp, State, Step};
use crate::text::Note;

/// A request on a line, with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemovalRequest {
    /// Which request.
    pub id: RemovalId,
    /// Which line.
    pub step: StepId,
    /// Why the line is wrong.
    pub reason: Note,
    /// Who asks, when.
    pub asked: Stamp,
    /// What the coach decided.
    pub decision: Option<Decision>,
}

/// The coach's decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The line is out of sight, with its whole history.
    Removed(Stamp),
    /// The line stays, for this reason.
    Refused(Stamp, Note),
}

/// Asks the coach to remove an ended line. `waiting` says whether a request is waiting already.
///
/// # Errors
/// `RemovalOnlyOfEnded`, `RemovalAlreadyAsked`.
pub fn request(
    id: RemovalId,
    step: &Step,
    reason: Note,
    waiting: bool,
    asked: Stamp,
) -> Result<RemovalRequest, Refusals> {
    if !matches!(step.state, State::Ended(_)) {
        return Err(Refusal::RemovalOnlyOfEnded.into());
    }
    if waiting {
        return Err(Refusal::RemovalAlreadyAsked.into());
    }
    Ok(RemovalRequest {
        id,
        step: step.id,
        reason,
        asked,
        decision: None,
    })
}

/// The coach removes the line.
///
/// # Errors
/// `OwnRequest`: asker and coach are never the same person; `RemovalAlreadyDecided`;
/// `RemovalOnlyOfEnded` when the line is no longer there to remove.
pub fn remove(
    request: &RemovalRequest,
    step: &Step,
    coach: Stamp,
) -> Result<(RemovalRequest, Step), Refusals> {
    check_decidable(request, coach.by)?;
    let State::Ended(ending) = &step.state else {
        return Err(Refusal::RemovalOnlyOfEnded.into());
    };
    let removed = Step {
        version: step.version + 1,
        state: State::Removed(
            ending.clone(),
            Removal {
                stamp: coach.clone(),
            },
        ),
        ..step.clone()
    };
    let decided = RemovalRequest {
        decision: Some(Decision::Removed(coach)),
        ..request.clone()
    };
    Ok((decided, removed))
}

/// The coach leaves the line as it is, with a reason.
///
/// # Errors
/// `OwnRequest`, `RemovalAlreadyDecided`.
pub fn refuse(
    request: &RemovalRequest,
    reason: Note,
    coach: Stamp,
) -> Result<RemovalRequest, Refusals> {
    check_decidable(request, coach.by)?;
    Ok(RemovalRequest {
        decision: Some(Decision::Refused(coach, reason)),
        ..request.clone()
    })
}

fn check_decidable(request: &RemovalRequest, coach: PersonId) -> Result<(), Refusals> {
    if request.asked.by == coach {
        return Err(Refusal::OwnRequest.into());
    }
    if request.decision.is_some() {
        return Err(Refusal::RemovalAlreadyDecided.into());
    }
    Ok(())
}
