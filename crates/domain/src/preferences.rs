//! 'Voorkeuren' under 'Persoonsgegevens en voorkeuren': which languages somebody speaks, which jobs somebody
//! wants, how somebody gets to work, and how somebody wants to be reached.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::availability::listed;
use crate::day::Day;
use crate::ids::{ContactPreferenceId, LanguageSkillId, MobilityId, WantedJobId};
use crate::journal::Event;
use crate::policy::Operation;
use crate::refusal::{Field, Refusal, Refusals};
use crate::sections::{Details, Record, within};
use crate::studies::coded;
use crate::text::{Label, Note};

coded! {
    /// A language by its code of ISO 639-1: those that are spoken most here.
    Language {
        /// Dutch
        Dutch = "nl", "Nederlands";
        /// French
        French = "fr", "Frans";
        /// English
        English = "en", "Engels";
        /// German
        German = "de", "Duits";
        /// Albanian
        Albanian = "sq", "Albanees";
        /// Arabic
        Arabic = "ar", "Arabisch";
        /// Bulgarian
        Bulgarian = "bg", "Bulgaars";
        /// Chinese
        Chinese = "zh", "Chinees";
        /// Italian
        Italian = "it", "Italiaans";
        /// Kurdish
        Kurdish = "ku", "Koerdisch";
        /// Ukrainian
        Ukrainian = "uk", "Oekraïens";
        /// Pashto
        Pashto = "ps", "Pasjtoe";
        /// Persian, Dari
        Persian = "fa", "Perzisch of Dari";
        /// Polish
        Polish = "pl", "Pools";
        /// Portuguese
        Portuguese = "pt", "Portugees";
        /// Romanian
        Romanian = "ro", "Roemeens";
        /// Russian
        Russian = "ru", "Russisch";
        /// Somali
        Somali = "so", "Somalisch";
        /// Spanish
        Spanish = "es", "Spaans";
        /// Tigrinya
        Tigrinya = "ti", "Tigrinya";
        /// Turkish
        Turkish = "tr", "Turks";
        /// Urdu
        Urdu = "ur", "Urdu";
    }
}

coded! {
    /// How well, by the European framework (CEFR).
    LanguageLevel {
        /// first language
        Native = "native", "Moedertaal";
        /// A1
        A1 = "A1", "A1: een paar woorden en zinnen";
        /// A2
        A2 = "A2", "A2: eenvoudige gesprekken";
        /// B1
        B1 = "B1", "B1: redt zich in de meeste gesprekken";
        /// B2
        B2 = "B2", "B2: vlot, ook op het werk";
        /// C1
        C1 = "C1", "C1: heel vlot";
        /// C2
        C2 = "C2", "C2: zo goed als een moedertaal";
    }
}

coded! {
    /// A way to get to work.
    TravelMeans {
        /// on foot
        Foot = "foot", "Te voet";
        /// bicycle
        Bicycle = "bicycle", "Fiets";
        /// moped
        Moped = "moped", "Bromfiets";
        /// bus, tram or train
        PublicTransport = "public", "Bus, tram of trein";
        /// own car
        Car = "car", "Eigen auto";
        /// with somebody else
        Lift = "lift", "Rijdt met iemand mee";
    }
}

coded! {
    /// A way to reach somebody.
    Channel {
        /// telephone
        Phone = "phone", "Telefoon";
        /// text message
        Sms = "sms", "Sms";
        /// e-mail
        Email = "email", "E-mail";
        /// 'Berichten' in this dossier
        Message = "message", "Berichten in dit dossier";
        /// letter
        Letter = "letter", "Brief";
    }
}

/// A language: one of the list, or another by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spoken {
    /// Of the list.
    Listed(Language),
    /// Another one.
    Other(Label),
}

impl Spoken {
    /// The code that is stored for one that is not in the list.
    pub const OTHER: &'static str = "other";

    /// The code that is stored.
    pub fn code(&self) -> &'static str {
        match self {
            Spoken::Listed(language) => language.code(),
            Spoken::Other(_) => Self::OTHER,
        }
    }

    /// Its name on screen.
    pub fn name(&self) -> &str {
        match self {
            Spoken::Listed(language) => language.label(),
            Spoken::Other(name) => name.as_str(),
        }
    }
}

/// The shortest and the longest way to work, in minutes.
pub const TRAVEL_MINUTES: (u32, u32) = (5, 180);

/// The least wanted place of a job; the most wanted is 1.
pub const LAST_PLACE: u32 = 10;

/// What is recorded of a language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LanguageSkill {
    /// Which one.
    pub language: Spoken,
    /// How well.
    pub level: LanguageLevel,
}

/// What is recorded of a job that somebody wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedJob {
    /// What the job is.
    pub job: Label,
    /// Its place among the others: 1 is wanted most.
    pub place: u32,
    /// Why, or on which conditions.
    pub note: Option<Note>,
}

/// What is recorded of how somebody gets to work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mobility {
    /// In the order of the list.
    pub means: Vec<TravelMeans>,
    /// The longest way to work, in minutes.
    pub minutes: Option<u32>,
    /// What else counts.
    pub note: Option<Note>,
}

/// What is recorded of how somebody wants to be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactPreference {
    /// How.
    pub channel: Channel,
    /// In which language.
    pub language: Option<Language>,
    /// When not, for instance.
    pub note: Option<Note>,
}

fn is_same_name(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

impl Details for LanguageSkill {
    type Id = LanguageSkillId;

    const OPERATION: Operation = Operation::EditProfile;
    const ADDED: Event = Event::LanguageAdded;
    const CHANGED: Event = Event::LanguageChanged;
    const MOST: usize = 20;

    /// Each language stands there once.
    ///
    /// # Errors
    /// `AlreadyRecorded`.
    fn check(&self, others: &[&Record<Self>], _today: Day) -> Result<(), Refusals> {
        let name = self.language.name();
        let is_same = |it: &&Record<Self>| is_same_name(it.details.language.name(), name);
        if others.iter().any(is_same) {
            return Err(Refusal::AlreadyRecorded(Field::Language).into());
        }
        Ok(())
    }

    fn described(&self) -> Vec<(&'static str, Option<String>)> {
        vec![
            ("language", Some(self.language.name().to_owned())),
            ("language_level", Some(self.level.label().to_owned())),
        ]
    }

    /// What is spoken best first.
    fn order(one: &Record<Self>, other: &Record<Self>) -> Ordering {
        let level = |it: &Record<Self>| match it.details.level {
            LanguageLevel::Native => usize::MAX,
            level => LanguageLevel::ALL
                .iter()
                .position(|it| *it == level)
                .unwrap_or(0),
        };
        (level(other), one.id).cmp(&(level(one), other.id))
    }
}

impl Details for WantedJob {
    type Id = WantedJobId;

    const OPERATION: Operation = Operation::EditProfile;
    const ADDED: Event = Event::WantedJobAdded;
    const CHANGED: Event = Event::WantedJobChanged;
    const MOST: usize = 20;

    /// Each job stands there once, at a place of 1 to 10. Two may share a place.
    ///
    /// # Errors
    /// `AlreadyRecorded`, `NumberOutOfRange`.
    fn check(&self, others: &[&Record<Self>], _today: Day) -> Result<(), Refusals> {
        let mut refusals = Refusals::default();
        let is_same = |it: &&Record<Self>| is_same_name(it.details.job.as_str(), self.job.as_str());
        if others.iter().any(is_same) {
            refusals.add(Refusal::AlreadyRecorded(Field::WantedJob));
        }
        refusals.keep(within(Field::WantedPlace, self.place, 1, LAST_PLACE));
        refusals.into_result()
    }

    fn described(&self) -> Vec<(&'static str, Option<String>)> {
        vec![
            ("wanted_job", Some(self.job.to_string())),
            ("wanted_place", Some(self.place.to_string())),
            ("note", self.note.as_ref().map(ToString::to_string)),
        ]
    }

    /// What is wanted most first.
    fn order(one: &Record<Self>, other: &Record<Self>) -> Ordering {
        (one.details.place, one.id).cmp(&(other.details.place, other.id))
    }
}

impl Details for Mobility {
    type Id = MobilityId;

    const OPERATION: Operation = Operation::EditProfile;
    const ADDED: Event = Event::MobilityAdded;
    const CHANGED: Event = Event::MobilityChanged;

    /// One record a dossier, with a way to get there.
    ///
    /// # Errors
    /// `AlreadyRecorded`, `NotChosen`, `NumberOutOfRange`.
    fn check(&self, others: &[&Record<Self>], _today: Day) -> Result<(), Refusals> {
        let mut refusals = Refusals::default();
        if !others.is_empty() {
            refusals.add(Refusal::AlreadyRecorded(Field::TravelMeans));
        }
        if self.means.is_empty() {
            refusals.add(Refusal::NotChosen(Field::TravelMeans));
        }
        if let Some(minutes) = self.minutes {
            let (least, most) = TRAVEL_MINUTES;
            refusals.keep(within(Field::TravelMinutes, minutes, least, most));
        }
        refusals.into_result()
    }

    fn described(&self) -> Vec<(&'static str, Option<String>)> {
        vec![
            ("travel_means", listed(&self.means, TravelMeans::label)),
            ("travel_minutes", self.minutes.map(|it| it.to_string())),
            ("note", self.note.as_ref().map(ToString::to_string)),
        ]
    }
}

impl Details for ContactPreference {
    type Id = ContactPreferenceId;

    const OPERATION: Operation = Operation::EditProfile;
    const ADDED: Event = Event::ContactPreferenceAdded;
    const CHANGED: Event = Event::ContactPreferenceChanged;

    /// One record a dossier.
    ///
    /// # Errors
    /// `AlreadyRecorded`.
    fn check(&self, others: &[&Record<Self>], _today: Day) -> Result<(), Refusals> {
        if !others.is_empty() {
            return Err(Refusal::AlreadyRecorded(Field::Channel).into());
        }
        Ok(())
    }

    fn described(&self) -> Vec<(&'static str, Option<String>)> {
        vec![
            ("channel", Some(self.channel.label().to_owned())),
            (
                "contact_language",
                self.language.map(|it| it.label().to_owned()),
            ),
            ("note", self.note.as_ref().map(ToString::to_string)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sections::Identifier as _;
    use uuid::Uuid;

    fn refusals<D: Details>(details: &D, others: &[&Record<D>]) -> Vec<Refusal> {
        let today = Day::new(2025, 5, 28).unwrap();
        let refused = details.check(others, today).err().unwrap_or_default();
        refused.into_iter().collect()
    }

    fn recorded<D: Details>(place: u128, details: &D) -> Record<D> {
        Record {
            id: D::Id::of(Uuid::from_u128(place)),
            version: 1,
            details: details.clone(),
        }
    }

    fn speaks(language: Spoken, level: LanguageLevel) -> LanguageSkill {
        LanguageSkill { language, level }
    }

    fn named(name: &str) -> Spoken {
        Spoken::Other(Label::parse(name).unwrap())
    }

    fn wants(job: &str, place: u32) -> WantedJob {
        WantedJob {
            job: Label::parse(job).unwrap(),
            place,
            note: None,
        }
    }

    #[test]
    fn each_language_stands_there_once_also_one_that_is_not_in_the_list() {
        let french = speaks(Spoken::Listed(Language::French), LanguageLevel::B1);
        let berber = speaks(named("Berbers"), LanguageLevel::Native);
        assert_eq!(refusals(&berber, &[]), []);
        let (one, two) = (recorded(1, &french), recorded(2, &berber));
        let twice = [Refusal::AlreadyRecorded(Field::Language)];
        for again in [
            speaks(Spoken::Listed(Language::French), LanguageLevel::C1),
            speaks(named("FRANS"), LanguageLevel::A1),
            speaks(named("berbers"), LanguageLevel::A2),
        ] {
            assert_eq!(refusals(&again, &[&one, &two]), twice, "{again:?}");
        }
        let lingala = speaks(named("Lingala"), LanguageLevel::A1);
        assert_eq!(refusals(&lingala, &[&one, &two]), []);
    }

    #[test]
    fn the_mother_tongue_stands_first_and_then_what_is_spoken_best() {
        let mut all = [
            recorded(1, &speaks(named("Een"), LanguageLevel::A1)),
            recorded(2, &speaks(named("Twee"), LanguageLevel::C2)),
            recorded(3, &speaks(named("Drie"), LanguageLevel::Native)),
            recorded(4, &speaks(named("Vier"), LanguageLevel::C2)),
        ];
        all.sort_by(LanguageSkill::order);
        let names: Vec<&str> = all.iter().map(|it| it.details.language.name()).collect();
        assert_eq!(names, ["Drie", "Twee", "Vier", "Een"]);
    }

    #[test]
    fn a_wanted_job_stands_there_once_and_has_a_place_of_1_to_10() {
        for (place, is_fine) in [(0, false), (1, true), (LAST_PLACE, true), (11, false)] {
            let fine = refusals(&wants("Kok", place), &[]).is_empty();
            assert_eq!(fine, is_fine, "{place}");
        }
        let cook = recorded(1, &wants("Kok", 1));
        let twice = Refusal::AlreadyRecorded(Field::WantedJob);
        assert_eq!(refusals(&wants("kok", 2), &[&cook]), [twice]);
        assert_eq!(refusals(&wants("Bakker", 1), &[&cook]), []);
        let mut all = [
            recorded(1, &wants("Bakker", 2)),
            recorded(2, &wants("Kok", 1)),
        ];
        all.sort_by(WantedJob::order);
        assert_eq!(all[0].details.job.as_str(), "Kok");
    }

    #[test]
    fn mobility_stands_there_once_with_a_way_to_get_there_in_a_time_that_is_possible() {
        let travels = |means: &[TravelMeans], minutes| Mobility {
            means: means.to_vec(),
            minutes,
            note: None,
        };
        let bus = [TravelMeans::PublicTransport];
        for (minutes, is_fine) in [
            (None, true),
            (Some(4), false),
            (Some(5), true),
            (Some(180), true),
            (Some(181), false),
        ] {
            let fine = refusals(&travels(&bus, minutes), &[]).is_empty();
            assert_eq!(fine, is_fine, "{minutes:?}");
        }
        let field = Field::TravelMeans;
        let none = refusals(&travels(&[], None), &[]);
        assert_eq!(none, [Refusal::NotChosen(field)]);
        let kept = recorded(1, &travels(&bus, None));
        let again = refusals(&travels(&bus, Some(30)), &[&kept]);
        assert_eq!(again, [Refusal::AlreadyRecorded(field)]);
    }

    #[test]
    fn how_somebody_wants_to_be_reached_stands_there_once() {
        let preference = ContactPreference {
            channel: Channel::Sms,
            language: Some(Language::Turkish),
            note: None,
        };
        assert_eq!(refusals(&preference, &[]), []);
        let kept = recorded(1, &preference);
        let again = refusals(&preference, &[&kept]);
        assert_eq!(again, [Refusal::AlreadyRecorded(Field::Channel)]);
    }
}
