//! 'Inzetbaarheid': when and where somebody can work or learn. One record in a dossier, which is corrected;
//! what it said before stands in its history.

use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::ids::AvailabilityId;
use crate::journal::Event;
use crate::policy::Operation;
use crate::refusal::{Field, Refusal, Refusals};
use crate::sections::{Details, Record, within};
use crate::studies::coded;
use crate::text::{Label, Note};

coded! {
    /// Where the client stands.
    AvailabilityStatus {
        /// looking for a job or a workplace
        Mediation = "mediation", "In bemiddeling";
        /// learning first
        Training = "training", "In opleiding of voortraject";
        /// not for a long time
        Unavailable = "unavailable", "Niet inzetbaar op lange termijn";
    }
}

coded! {
    /// A day of the week.
    Weekday {
        /// Monday
        Monday = "mon", "Maandag";
        /// Tuesday
        Tuesday = "tue", "Dinsdag";
        /// Wednesday
        Wednesday = "wed", "Woensdag";
        /// Thursday
        Thursday = "thu", "Donderdag";
        /// Friday
        Friday = "fri", "Vrijdag";
        /// Saturday
        Saturday = "sat", "Zaterdag";
        /// Sunday
        Sunday = "sun", "Zondag";
    }
}

coded! {
    /// A driving licence, by its category.
    Licence {
        /// moped
        Am = "AM", "AM (bromfiets)";
        /// motor cycle
        A = "A", "A (motorfiets)";
        /// car
        B = "B", "B (auto)";
        /// car with trailer
        Be = "BE", "BE (auto met aanhangwagen)";
        /// lorry
        C = "C", "C (vrachtwagen)";
        /// lorry with trailer
        Ce = "CE", "CE (vrachtwagen met aanhangwagen)";
        /// bus
        D = "D", "D (bus)";
        /// tractor
        G = "G", "G (landbouwvoertuig)";
    }
}

/// Most hours of work or learning a week.
pub const MOST_HOURS: u32 = 60;

/// What is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Availability {
    /// Where the client stands.
    pub status: AvailabilityStatus,
    /// Hours a week.
    pub hours: Option<u32>,
    /// The days of the week, in their order.
    pub days: Vec<Weekday>,
    /// Where.
    pub regions: Option<Label>,
    /// Driving licences.
    pub licences: Vec<Licence>,
    /// From which day on.
    pub from: Option<Day>,
    /// What else counts.
    pub note: Option<Note>,
}

impl Details for Availability {
    type Id = AvailabilityId;

    const OPERATION: Operation = Operation::EditGuidance;
    const ADDED: Event = Event::AvailabilityAdded;
    const CHANGED: Event = Event::AvailabilityChanged;

    /// One record a dossier. Who looks for a job says for how many hours and on which days.
    ///
    /// # Errors
    /// `AlreadyRecorded`, `Empty`, `NotChosen`, `NumberOutOfRange`.
    fn check(&self, others: &[&Record<Self>], _today: Day) -> Result<(), Refusals> {
        let mut refusals = Refusals::default();
        if !others.is_empty() {
            refusals.add(Refusal::AlreadyRecorded(Field::AvailabilityStatus));
        }
        if self.status == AvailabilityStatus::Mediation {
            if self.hours.is_none() {
                refusals.add(Refusal::Empty(Field::Hours));
            }
            if self.days.is_empty() {
                refusals.add(Refusal::NotChosen(Field::Weekdays));
            }
        }
        if let Some(hours) = self.hours {
            refusals.keep(within(Field::Hours, hours, 1, MOST_HOURS));
        }
        refusals.into_result()
    }

    fn described(&self) -> Vec<(&'static str, Option<String>)> {
        vec![
            ("availability_status", Some(self.status.label().to_owned())),
            ("hours_a_week", self.hours.map(|it| it.to_string())),
            ("weekdays", listed(&self.days, Weekday::label)),
            ("regions", self.regions.as_ref().map(ToString::to_string)),
            ("licences", listed(&self.licences, Licence::code)),
            ("available_from", self.from.map(Day::to_iso)),
            ("note", self.note.as_ref().map(ToString::to_string)),
        ]
    }
}

/// Several choices in a sentence; none when nothing was chosen.
pub fn listed<T: Copy>(chosen: &[T], name: impl Fn(T) -> &'static str) -> Option<String> {
    let names: Vec<&str> = chosen.iter().copied().map(name).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn looking() -> Availability {
        Availability {
            status: AvailabilityStatus::Mediation,
            hours: Some(38),
            days: vec![Weekday::Monday, Weekday::Friday],
            regions: None,
            licences: vec![Licence::Am, Licence::B],
            from: None,
            note: None,
        }
    }

    fn refusals(details: &Availability, others: &[&Record<Availability>]) -> Vec<Refusal> {
        let today = Day::new(2025, 5, 28).unwrap();
        let refused = details.check(others, today).err().unwrap_or_default();
        refused.into_iter().collect()
    }

    #[test]
    fn who_looks_for_a_job_says_for_how_many_hours_and_on_which_days() {
        assert_eq!(refusals(&looking(), &[]), []);
        let silent = Availability {
            hours: None,
            days: Vec::new(),
            ..looking()
        };
        let asked = [
            Refusal::Empty(Field::Hours),
            Refusal::NotChosen(Field::Weekdays),
        ];
        assert_eq!(refusals(&silent, &[]), asked);
        let away = Availability {
            status: AvailabilityStatus::Unavailable,
            ..silent
        };
        assert_eq!(refusals(&away, &[]), []);
    }

    #[test]
    fn a_week_has_no_more_hours_than_somebody_can_work() {
        for (hours, is_fine) in [(0, false), (1, true), (MOST_HOURS, true), (61, false)] {
            let details = Availability {
                hours: Some(hours),
                ..looking()
            };
            assert_eq!(refusals(&details, &[]).is_empty(), is_fine, "{hours}");
        }
    }

    #[test]
    fn a_dossier_has_one_and_its_history_says_it_in_words() {
        let recorded = Record {
            id: AvailabilityId(Uuid::from_u128(1)),
            version: 1,
            details: looking(),
        };
        let refused = refusals(&looking(), &[&recorded]);
        let twice = Refusal::AlreadyRecorded(Field::AvailabilityStatus);
        assert_eq!(refused, [twice]);
        let described = looking().described();
        assert!(described.contains(&("weekdays", Some("Maandag, Vrijdag".to_owned()))));
        assert!(described.contains(&("licences", Some("AM, B".to_owned()))));
    }
}
