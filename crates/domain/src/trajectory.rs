//! 'Traject': what the guidance works towards, who agreed to do what by when, and where the client stood at the
//! start.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::ids::{AgreementId, GoalId, ScreeningId};
use crate::journal::Event;
use crate::policy::Operation;
use crate::refusal::{Field, Refusals};
use crate::sections::{Details, Record, not_in_future};
use crate::studies::coded;
use crate::text::{Label, Note};

coded! {
    /// What a goal is about.
    GoalKind {
        /// a job
        Job = "job", "Jobdoelwit";
        /// a workplace to learn at
        Workplace = "workplace", "Leerwerkplek";
        /// a qualification
        Qualification = "qualification", "Kwalificatie";
    }
}

coded! {
    /// How a goal ended.
    GoalOutcome {
        /// reached
        Achieved = "achieved", "Bereikt";
        /// given up
        Dropped = "dropped", "Losgelaten";
    }
}

coded! {
    /// Who does what was agreed.
    Who {
        /// the client
        Client = "client", "Jongere";
        /// the counsellor
        Counsellor = "counsellor", "Begeleider";
    }
}

coded! {
    /// What became of an agreement.
    AgreementOutcome {
        /// done
        Done = "done", "Gedaan";
        /// no longer needed
        Lapsed = "lapsed", "Vervallen";
    }
}

coded! {
    /// An answer of the start screening.
    Answer {
        /// yes
        Yes = "yes", "Ja";
        /// no
        No = "no", "Nee";
        /// not clear yet
        Unclear = "unclear", "Nog niet duidelijk";
    }
}

/// What is recorded of a goal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goal {
    /// What it is about.
    pub kind: GoalKind,
    /// What is to be reached.
    pub text: Label,
    /// By when.
    pub target: Option<Day>,
    /// How it ended, and on which day; none while it is worked on.
    pub outcome: Option<(GoalOutcome, Day)>,
}

/// What is recorded of an agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// What is done.
    pub text: Label,
    /// By whom.
    pub who: Who,
    /// By when.
    pub due: Day,
    /// What became of it, and on which day; none while it is open.
    pub outcome: Option<(AgreementOutcome, Day)>,
}

/// What is recorded of a start screening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Screening {
    /// Willing to work.
    pub willing: Answer,
    /// Ready to work.
    pub ready: Answer,
    /// The day of the talk.
    pub day: Day,
    /// What it rests on.
    pub note: Option<Note>,
}

/// An end that has been: neither a goal nor an agreement ends on a day to come.
fn check_outcome<T>(outcome: Option<&(T, Day)>, today: Day) -> Result<(), Refusals> {
    let mut refusals = Refusals::default();
    if let Some((_, day)) = outcome {
        refusals.keep(not_in_future(Field::OutcomeDay, *day, today));
    }
    refusals.into_result()
}

impl Details for Goal {
    type Id = GoalId;

    const OPERATION: Operation = Operation::EditGuidance;
    const ADDED: Event = Event::GoalAdded;
    const CHANGED: Event = Event::GoalChanged;

    /// # Errors
    /// `DayInFuture`.
    fn check(&self, _others: &[&Record<Self>], today: Day) -> Result<(), Refusals> {
        check_outcome(self.outcome.as_ref(), today)
    }

    fn described(&self) -> Vec<(&'static str, Option<String>)> {
        vec![
            ("goal_kind", Some(self.kind.label().to_owned())),
            ("goal", Some(self.text.to_string())),
            ("target", self.target.map(Day::to_iso)),
            ("outcome", self.outcome.map(|(it, _)| it.label().to_owned())),
            ("outcome_on", self.outcome.map(|(_, day)| day.to_iso())),
        ]
    }

    /// What is worked on first.
    fn order(one: &Record<Self>, other: &Record<Self>) -> Ordering {
        let key = |it: &Record<Self>| (it.details.outcome.is_some(), std::cmp::Reverse(it.id));
        key(one).cmp(&key(other))
    }
}

impl Details for Agreement {
    type Id = AgreementId;

    const OPERATION: Operation = Operation::EditGuidance;
    const ADDED: Event = Event::AgreementAdded;
    const CHANGED: Event = Event::AgreementChanged;

    /// # Errors
    /// `DayInFuture`.
    fn check(&self, _others: &[&Record<Self>], today: Day) -> Result<(), Refusals> {
        check_outcome(self.outcome.as_ref(), today)
    }

    fn described(&self) -> Vec<(&'static str, Option<String>)> {
        vec![
            ("agreement", Some(self.text.to_string())),
            ("who", Some(self.who.label().to_owned())),
            ("due", Some(self.due.to_iso())),
            ("outcome", self.outcome.map(|(it, _)| it.label().to_owned())),
            ("outcome_on", self.outcome.map(|(_, day)| day.to_iso())),
        ]
    }

    /// What is open first, the one that is due first above; what was done the last first.
    fn order(one: &Record<Self>, other: &Record<Self>) -> Ordering {
        match (one.details.outcome, other.details.outcome) {
            (None, None) => (one.details.due, one.id).cmp(&(other.details.due, other.id)),
            (Some((_, day)), Some((_, other_day))) => (other_day, other.id).cmp(&(day, one.id)),
            (one, other) => one.is_some().cmp(&other.is_some()),
        }
    }
}

impl Agreement {
    /// Whether it should have been done by now.
    pub fn is_late(&self, today: Day) -> bool {
        self.outcome.is_none() && self.due < today
    }
}

impl Details for Screening {
    type Id = ScreeningId;

    const OPERATION: Operation = Operation::EditGuidance;
    const ADDED: Event = Event::ScreeningAdded;
    const CHANGED: Event = Event::ScreeningChanged;

    /// # Errors
    /// `DayInFuture`.
    fn check(&self, _others: &[&Record<Self>], today: Day) -> Result<(), Refusals> {
        not_in_future(Field::ScreeningDay, self.day, today)?;
        Ok(())
    }

    fn described(&self) -> Vec<(&'static str, Option<String>)> {
        vec![
            ("work_willing", Some(self.willing.label().to_owned())),
            ("work_ready", Some(self.ready.label().to_owned())),
            ("day", Some(self.day.to_iso())),
            ("note", self.note.as_ref().map(ToString::to_string)),
        ]
    }

    /// The last talk first.
    fn order(one: &Record<Self>, other: &Record<Self>) -> Ordering {
        (other.details.day, other.id).cmp(&(one.details.day, one.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::Refusal;
    use uuid::Uuid;

    fn day(text: &str) -> Day {
        Day::from_iso(text).unwrap()
    }

    fn agreement(due: &str, outcome: Option<&str>) -> Agreement {
        Agreement {
            text: Label::parse("Cv schrijven").unwrap(),
            who: Who::Client,
            due: day(due),
            outcome: outcome.map(|on| (AgreementOutcome::Done, day(on))),
        }
    }

    #[test]
    fn an_agreement_is_due_on_a_day_to_come_and_done_on_one_that_has_been() {
        let today = day("2025-05-28");
        let open = agreement("2025-06-10", None);
        assert_eq!(open.check(&[], today), Ok(()));
        assert!(!open.is_late(today) && open.is_late(day("2025-06-11")));
        let done = agreement("2025-06-10", Some("2025-05-29"));
        let refused = done.check(&[], today).unwrap_err();
        let field = Field::OutcomeDay;
        assert!(refused.contains(&Refusal::DayInFuture { field, today }));
        assert!(!agreement("2025-05-01", Some("2025-05-28")).is_late(today));
    }

    #[test]
    fn open_agreements_stand_first_by_the_day_they_are_due() {
        let all = [
            agreement("2025-06-10", None),
            agreement("2025-05-01", Some("2025-05-02")),
            agreement("2025-06-01", None),
            agreement("2025-05-01", Some("2025-05-20")),
        ];
        let mut records: Vec<Record<Agreement>> = all
            .into_iter()
            .zip(1_u128..)
            .map(|(details, id)| Record {
                id: AgreementId(Uuid::from_u128(id)),
                version: 1,
                details,
            })
            .collect();
        records.sort_by(Agreement::order);
        let order: Vec<u128> = records.iter().map(|it| it.id.0.as_u128()).collect();
        assert_eq!(order, [3, 1, 4, 2]);
    }

    #[test]
    fn a_talk_that_has_not_been_is_no_screening() {
        let screening = Screening {
            willing: Answer::Yes,
            ready: Answer::Unclear,
            day: day("2025-05-28"),
            note: None,
        };
        assert_eq!(screening.check(&[], day("2025-05-28")), Ok(()));
        assert!(screening.check(&[], day("2025-05-27")).is_err());
    }
}
