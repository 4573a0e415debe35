//! 'Over mezelf' and 'Werkervaring' under 'Profiel'. Studies have a file of their own.

use std::cmp::Ordering;

use crate::day::Day;
use crate::ids::ExperienceId;
use crate::journal::Event;
use crate::policy::Operation;
use crate::refusal::{Refusal, Refusals};
use crate::sections::{Details, Record};
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
pub type Experience = Record<ExperienceDetails>;

impl Details for ExperienceDetails {
    type Id = ExperienceId;

    const OPERATION: Operation = Operation::EditProfile;
    const ADDED: Event = Event::ExperienceAdded;
    const CHANGED: Event = Event::ExperienceChanged;

    /// # Errors
    /// `FromInFuture`, `UntilBeforeFrom`.
    fn check(&self, _others: &[&Experience], today: Day) -> Result<(), Refusals> {
        let mut refusals = Refusals::default();
        if self.from > today {
            refusals.add(Refusal::FromInFuture { today });
        }
        if self.until.is_some_and(|until| until < self.from) {
            refusals.add(Refusal::UntilBeforeFrom { from: self.from });
        }
        refusals.into_result()
    }

    fn described(&self) -> Vec<(&'static str, Option<String>)> {
        vec![
            ("function", Some(self.function.to_string())),
            ("employer", Some(self.employer.to_string())),
            ("from", Some(self.from.to_iso())),
            ("until", self.until.map(Day::to_iso)),
            (
                "description",
                self.description.as_ref().map(ToString::to_string),
            ),
        ]
    }

    /// The last one first.
    fn order(one: &Experience, other: &Experience) -> Ordering {
        (other.details.from, other.id).cmp(&(one.details.from, one.id))
    }
}
