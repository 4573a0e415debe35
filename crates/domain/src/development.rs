//! 'Competentieontwikkeling': trainings and traineeships, and what somebody can do by now.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::ids::{CompetenceId, TrainingId};
use crate::journal::Event;
use crate::policy::Operation;
use crate::refusal::{Field, Refusal, Refusals};
use crate::sections::{Details, Record, not_in_future, within};
use crate::studies::coded;
use crate::text::Label;

coded! {
    /// What a training is.
    TrainingKind {
        /// a course
        Course = "course", "Opleiding";
        /// individual vocational training with an employer
        Ibo = "ibo", "Individuele beroepsopleiding (IBO)";
        /// paid traineeship
        Introduction = "introduction", "Beroepsinlevingsstage";
        /// traineeship within a course
        CourseTraineeship = "course_traineeship", "Opleidingsstage";
        /// traineeship to get work experience
        WorkExperience = "work_experience", "Werkervaringsstage";
        /// none of these
        Other = "other", "Andere";
    }
}

coded! {
    /// How a training ended.
    TrainingResult {
        /// with success
        Passed = "passed", "Geslaagd";
        /// without success
        Failed = "failed", "Niet geslaagd";
        /// to the end, where nobody passes or fails
        Followed = "followed", "Volledig gevolgd";
        /// before its end
        Stopped = "stopped", "Vroegtijdig gestopt";
    }
}

coded! {
    /// What a competence is about.
    Axis {
        /// the trade itself
        Trade = "trade", "Vaktechnisch";
        /// choosing a way
        Career = "career", "Loopbaangericht";
        /// being at work
        Work = "work", "Arbeidsgericht";
    }
}

/// Most hours of one training.
pub const MOST_TRAINING_HOURS: u32 = 5000;

/// The highest score of a competence; the lowest is 1.
pub const HIGHEST_SCORE: u32 = 5;

/// What the scores mean, from 1 on.
pub const SCORES: [&str; HIGHEST_SCORE as usize] = [
    "nog te leren",
    "met veel hulp",
    "met wat hulp",
    "zelfstandig",
    "leert het anderen",
];

/// What is recorded of a training or a traineeship.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Training {
    /// What is learned.
    pub name: Label,
    /// With whom.
    pub provider: Label,
    /// What it is.
    pub kind: TrainingKind,
    /// First day.
    pub from: Day,
    /// Last day.
    pub until: Option<Day>,
    /// Hours it takes.
    pub hours_planned: Option<u32>,
    /// Hours that were followed.
    pub hours_done: Option<u32>,
    /// How it ended; none while it lasts.
    pub result: Option<TrainingResult>,
}

/// What is recorded of a competence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Competence {
    /// What somebody can do.
    pub label: Label,
    /// What it is about.
    pub axis: Axis,
    /// How well, as `SCORES` says.
    pub score: u32,
    /// On which day that was seen.
    pub scored: Day,
}

impl Details for Training {
    type Id = TrainingId;

    const OPERATION: Operation = Operation::EditGuidance;
    const ADDED: Event = Event::TrainingAdded;
    const CHANGED: Event = Event::TrainingChanged;

    /// A training can be planned; what has a result has ended, and hours are followed once it began.
    ///
    /// # Errors
    /// `UntilBeforeFrom`, `NumberOutOfRange`, `Empty`, `DayInFuture`.
    fn check(&self, _others: &[&Record<Self>], today: Day) -> Result<(), Refusals> {
        let mut refusals = Refusals::default();
        if self.until.is_some_and(|until| until < self.from) {
            refusals.add(Refusal::UntilBeforeFrom { from: self.from });
        }
        if let Some(hours) = self.hours_planned {
            refusals.keep(within(Field::HoursPlanned, hours, 1, MOST_TRAINING_HOURS));
        }
        if let Some(hours) = self.hours_done {
            refusals.keep(within(Field::HoursDone, hours, 0, MOST_TRAINING_HOURS));
            if hours > 0 {
                refusals.keep(not_in_future(Field::From, self.from, today));
            }
        }
        if self.result.is_some() {
            match self.until {
                None => refusals.add(Refusal::Empty(Field::Until)),
                Some(until) => {
                    refusals.keep(not_in_future(Field::Until, until, today));
                }
            }
        }
        refusals.into_result()
    }

    fn described(&self) -> Vec<(&'static str, Option<String>)> {
        vec![
            ("training", Some(self.name.to_string())),
            ("training_provider", Some(self.provider.to_string())),
            ("training_kind", Some(self.kind.label().to_owned())),
            ("from", Some(self.from.to_iso())),
            ("until", self.until.map(Day::to_iso)),
            ("hours_planned", self.hours_planned.map(|it| it.to_string())),
            ("hours_done", self.hours_done.map(|it| it.to_string())),
            (
                "training_result",
                self.result.map(|it| it.label().to_owned()),
            ),
        ]
    }

    /// The last one first.
    fn order(one: &Record<Self>, other: &Record<Self>) -> Ordering {
        (other.details.from, other.id).cmp(&(one.details.from, one.id))
    }
}

impl Details for Competence {
    type Id = CompetenceId;

    const OPERATION: Operation = Operation::EditGuidance;
    const ADDED: Event = Event::CompetenceAdded;
    const CHANGED: Event = Event::CompetenceChanged;

    /// Each competence of an axis stands once: a new score corrects it, and its history shows the way.
    ///
    /// # Errors
    /// `AlreadyRecorded`, `NumberOutOfRange`, `DayInFuture`.
    fn check(&self, others: &[&Record<Self>], today: Day) -> Result<(), Refusals> {
        let mut refusals = Refusals::default();
        let name = self.label.as_str().to_lowercase();
        let is_same =
            |it: &Competence| it.axis == self.axis && it.label.as_str().to_lowercase() == name;
        if others.iter().any(|it| is_same(&it.details)) {
            refusals.add(Refusal::AlreadyRecorded(Field::Competence));
        }
        refusals.keep(within(Field::Score, self.score, 1, HIGHEST_SCORE));
        refusals.keep(not_in_future(Field::ScoredOn, self.scored, today));
        refusals.into_result()
    }

    fn described(&self) -> Vec<(&'static str, Option<String>)> {
        vec![
            ("competence", Some(self.label.to_string())),
            ("axis", Some(self.axis.label().to_owned())),
            ("score", Some(self.score.to_string())),
            ("scored_on", Some(self.scored.to_iso())),
        ]
    }

    /// By axis in the order of the screen, and within it by name.
    fn order(one: &Record<Self>, other: &Record<Self>) -> Ordering {
        let key = |it: &Record<Self>| {
            let axis = Axis::ALL.iter().position(|axis| *axis == it.details.axis);
            (axis, it.details.label.as_str().to_lowercase(), it.id)
        };
        key(one).cmp(&key(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn day(text: &str) -> Day {
        Day::from_iso(text).unwrap()
    }

    fn today() -> Day {
        day("2025-05-28")
    }

    fn training(from: &str, until: Option<&str>) -> Training {
        Training {
            name: Label::parse("Keukenhulp").unwrap(),
            provider: Label::parse("Opleidingscentrum Zuid").unwrap(),
            kind: TrainingKind::Course,
            from: day(from),
            until: until.map(day),
            hours_planned: Some(120),
            hours_done: None,
            result: None,
        }
    }

    fn competence(label: &str, axis: Axis, score: u32) -> Competence {
        Competence {
            label: Label::parse(label).unwrap(),
            axis,
            score,
            scored: today(),
        }
    }

    fn refusals<D: Details>(details: &D, others: &[&Record<D>]) -> Vec<Refusal> {
        let refused = details.check(others, today()).err().unwrap_or_default();
        refused.into_iter().collect()
    }

    #[test]
    fn a_training_can_be_planned_but_has_hours_and_a_result_only_afterwards() {
        let planned = training("2025-09-01", Some("2025-12-19"));
        assert_eq!(refusals(&planned, &[]), []);
        let done = Training {
            hours_done: Some(8),
            result: Some(TrainingResult::Passed),
            ..planned
        };
        let future = |field| Refusal::DayInFuture {
            field,
            today: today(),
        };
        let expected = [future(Field::From), future(Field::Until)];
        assert_eq!(refusals(&done, &[]), expected);
        let open = Training {
            result: Some(TrainingResult::Stopped),
            ..training("2025-01-06", None)
        };
        assert_eq!(refusals(&open, &[]), [Refusal::Empty(Field::Until)]);
        let ended = Training {
            hours_done: Some(100),
            result: Some(TrainingResult::Followed),
            ..training("2025-01-06", Some("2025-05-28"))
        };
        assert_eq!(refusals(&ended, &[]), []);
    }

    #[test]
    fn a_training_ends_after_it_begins_and_its_hours_are_possible() {
        let backwards = training("2025-05-01", Some("2025-04-30"));
        let from = day("2025-05-01");
        assert_eq!(
            refusals(&backwards, &[]),
            [Refusal::UntilBeforeFrom { from }]
        );
        for (planned, done, is_fine) in [
            (0, 0, false),
            (1, 0, true),
            (MOST_TRAINING_HOURS, MOST_TRAINING_HOURS, true),
            (MOST_TRAINING_HOURS + 1, 0, false),
            (1, MOST_TRAINING_HOURS + 1, false),
        ] {
            let details = Training {
                hours_planned: Some(planned),
                hours_done: Some(done),
                ..training("2025-01-06", None)
            };
            let fine = refusals(&details, &[]).is_empty();
            assert_eq!(fine, is_fine, "{planned}, {done}");
        }
    }

    #[test]
    fn a_competence_has_a_score_of_1_to_5_and_stands_once_on_its_axis() {
        for (score, is_fine) in [(0, false), (1, true), (5, true), (6, false)] {
            let details = competence("Snijden", Axis::Trade, score);
            assert_eq!(refusals(&details, &[]).is_empty(), is_fine, "{score}");
        }
        let recorded = Record {
            id: CompetenceId(Uuid::from_u128(1)),
            version: 1,
            details: competence("Op tijd komen", Axis::Work, 2),
        };
        let again = competence("op tijd KOMEN", Axis::Work, 3);
        let twice = Refusal::AlreadyRecorded(Field::Competence);
        assert_eq!(refusals(&again, &[&recorded]), [twice]);
        let elsewhere = competence("Op tijd komen", Axis::Career, 3);
        assert_eq!(refusals(&elsewhere, &[&recorded]), []);
        let later = Competence {
            scored: day("2025-05-29"),
            ..competence("Snijden", Axis::Trade, 3)
        };
        assert_eq!(refusals(&later, &[]).len(), 1);
    }
}
