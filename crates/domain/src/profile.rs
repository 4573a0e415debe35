//! 'Over mezelf' and 'Werkervaring' under 'Profiel'. Studies have a file of their own.

use crate::day::Day;
use crate::ids::ExperienceId;
use crate::refusal::{Refusal, Refusals};
use crate::text::{Label, Note};

/// What is recorded of a work experience.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExperienceDetails {
    /// Function.
    pub function: Label,
    /// Employer.
    pub employer: Label,
    /// First day.
    pub from: Day,
    /// Last day; none while it lasts.
    pub until: Option<Day>,
    /// What the work was.
    pub description: Option<Note>,
}

/// A work experience as recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Experience {
    /// Which one.
    pub id: ExperienceId,
    /// Counts up with every change.
    pub version: u32,
    /// What is recorded.
    pub details: ExperienceDetails,
}

/// Checks a work experience that is added or corrected.
///
/// # Errors
/// `FromInFuture`, `UntilBeforeFrom`.
pub fn check(details: &ExperienceDetails, today: Day) -> Result<(), Refusals> {
    let mut refusals = Refusals::default();
    if details.from > today {
        refusals.add(Refusal::FromInFuture { today });
    }
    if details.until.is_some_and(|until| until < details.from) {
        refusals.add(Refusal::UntilBeforeFrom { from: details.from });
    }
    refusals.into_result()
}
