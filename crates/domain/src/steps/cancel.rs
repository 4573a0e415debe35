//! Cancelling a line that was registered by mistake (C1, C2). A guidance that stopped early is ended instead.

use crate::actions::ActionDay;
use crate::refusal::{Refusal, Refusals};
use crate::steps::{Cancellation, Ongoing, Stamp, State, Step};
use crate::text::Note;

/// Cancels an ongoing line. `voids_actions` is the confirmation that lists its actions (C2).
///
/// # Errors
/// `ActionsWillBeVoided` names the actions when they were not confirmed.
pub fn cancel(
    ongoing: Ongoing<'_>,
    reason: Note,
    voids_actions: bool,
    actions: &[ActionDay],
    stamp: Stamp,
) -> Result<Step, Refusals> {
    if !actions.is_empty() && !voids_actions {
        let named = actions.iter().map(ActionDay::named).collect();
        return Err(Refusal::ActionsWillBeVoided(named).into());
    }
    let before = ongoing.step();
    Ok(Step {
        version: before.version + 1,
        state: State::Cancelled(Cancellation { reason, stamp }),
        ..before.clone()
    })
}
