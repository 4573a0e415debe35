//! 'Randvoorwaarden': what helps or hinders the guidance, one record for each subject. Health and justice do
//! not belong here.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::ids::ConditionId;
use crate::journal::Event;
use crate::policy::Operation;
use crate::refusal::{Field, Refusal, Refusals};
use crate::sections::{Details, Record, not_in_future};
use crate::studies::coded;
use crate::text::Note;

coded! {
    /// What it is about.
    ConditionKind {
        /// transport
        Mobility = "mobility", "Mobiliteit";
        /// a place to live
        Housing = "housing", "Wonen";
        /// money
        Finances = "finances", "Financiën";
        /// child care and family
        Family = "family", "Kinderopvang en gezin";
        /// papers
        Administration = "administration", "Administratie";
        /// Dutch
        Language = "language", "Taal";
        /// computer and telephone
        Digital = "digital", "Digitaal";
        /// anything else
        Other = "other", "Andere";
    }
}

coded! {
    /// How it stands.
    ConditionStatus {
        /// nothing in the way
        Fine = "fine", "In orde";
        /// needs attention
        Attention = "attention", "Aandacht";
        /// stands in the way
        Blocking = "blocking", "Belemmering";
    }
}

/// What is recorded of one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// What it is about.
    pub kind: ConditionKind,
    /// How it stands.
    pub status: ConditionStatus,
    /// What is the matter, and what is done about it.
    pub note: Option<Note>,
    /// The day from which it stands like this.
    pub since: Day,
}

impl Details for Condition {
    type Id = ConditionId;

    const OPERATION: Operation = Operation::EditGuidance;
    const ADDED: Event = Event::ConditionAdded;
    const CHANGED: Event = Event::ConditionChanged;
    const MOST: usize = 40;

    /// Each subject has one record, but 'Andere' as many as it takes. What is not in order is explained.
    ///
    /// # Errors
    /// `AlreadyRecorded`, `Empty`, `DayInFuture`.
    fn check(&self, others: &[&Record<Self>], today: Day) -> Result<(), Refusals> {
        let mut refusals = Refusals::default();
        let is_taken = others.iter().any(|it| it.details.kind == self.kind);
        if is_taken && self.kind != ConditionKind::Other {
            refusals.add(Refusal::AlreadyRecorded(Field::ConditionKind));
        }
        if self.status != ConditionStatus::Fine && self.note.is_none() {
            refusals.add(Refusal::Empty(Field::Note));
        }
        refusals.keep(not_in_future(Field::Since, self.since, today));
        refusals.into_result()
    }

    fn described(&self) -> Vec<(&'static str, Option<String>)> {
        vec![
            ("condition_kind", Some(self.kind.label().to_owned())),
            ("condition_status", Some(self.status.label().to_owned())),
            ("since", Some(self.since.to_iso())),
            ("note", self.note.as_ref().map(ToString::to_string)),
        ]
    }

    /// In the order of the list of subjects.
    fn order(one: &Record<Self>, other: &Record<Self>) -> Ordering {
        let place = |it: &Record<Self>| {
            ConditionKind::ALL
                .iter()
                .position(|k| *k == it.details.kind)
        };
        (place(one), one.id).cmp(&(place(other), other.id))
    }
}

/// The subjects of which nothing is recorded yet.
pub fn not_discussed(recorded: &[Record<Condition>]) -> Vec<ConditionKind> {
    ConditionKind::ALL
        .iter()
        .copied()
        .filter(|kind| *kind != ConditionKind::Other)
        .filter(|kind| recorded.iter().all(|it| it.details.kind != *kind))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const TODAY: &str = "2025-05-28";

    fn day(text: &str) -> Day {
        Day::from_iso(text).unwrap()
    }

    fn condition(kind: ConditionKind, status: ConditionStatus) -> Condition {
        Condition {
            kind,
            status,
            note: None,
            since: day(TODAY),
        }
    }

    fn refusals(details: &Condition, others: &[&Record<Condition>]) -> Vec<Refusal> {
        let refused = details.check(others, day(TODAY)).err().unwrap_or_default();
        refused.into_iter().collect()
    }

    #[test]
    fn a_hindrance_is_explained_and_what_is_in_order_need_not_be() {
        let hindered = condition(ConditionKind::Housing, ConditionStatus::Blocking);
        assert_eq!(refusals(&hindered, &[]), [Refusal::Empty(Field::Note)]);
        let fine = condition(ConditionKind::Housing, ConditionStatus::Fine);
        assert_eq!(refusals(&fine, &[]), []);
    }

    #[test]
    fn each_subject_stands_there_once_and_other_subjects_as_often_as_needed() {
        for (kind, is_refused) in [
            (ConditionKind::Language, true),
            (ConditionKind::Other, false),
        ] {
            let details = condition(kind, ConditionStatus::Fine);
            let recorded = Record {
                id: ConditionId(Uuid::from_u128(1)),
                version: 1,
                details: details.clone(),
            };
            let refused = refusals(&details, &[&recorded]);
            assert_eq!(!refused.is_empty(), is_refused, "{kind:?}: {refused:?}");
            assert_eq!(
                not_discussed(&[recorded]).len(),
                if is_refused { 6 } else { 7 }
            );
        }
    }

    #[test]
    fn it_stands_like_this_since_today_at_the_latest() {
        let mut details = condition(ConditionKind::Digital, ConditionStatus::Fine);
        details.since = day("2025-05-29");
        let refused = refusals(&details, &[]);
        let today = day(TODAY);
        let field = Field::Since;
        assert_eq!(refused, [Refusal::DayInFuture { field, today }]);
    }
}
