//! 'Voorkeuren' under 'Persoonsgegevens en voorkeuren': four kinds of records on one page.

use domain::journal::Event;
use domain::policy::{Access, Operation, Read};
use domain::preferences::{ContactPreference, LanguageSkill, Mobility, WantedJob};
use domain::sections::{Details, Record};
use store::sections::list;
use store::{Reader, StoreError};

use crate::sections::Kinds;

/// The kinds of records under 'Voorkeuren'.
#[derive(Debug)]
pub struct Preferences {
    /// Languages, what is spoken best first.
    pub languages: Vec<Record<LanguageSkill>>,
    /// Jobs, what is wanted most first.
    pub jobs: Vec<Record<WantedJob>>,
    /// How the client gets to work: one at most.
    pub mobility: Vec<Record<Mobility>>,
    /// How the client wants to be reached: one at most.
    pub contact: Vec<Record<ContactPreference>>,
}

impl Kinds for Preferences {
    type Records = Self;
    const OPERATION: Operation = <LanguageSkill as Details>::OPERATION;

    async fn read(reader: &mut Reader, access: &Access<Read>) -> Result<Self, StoreError> {
        Ok(Preferences {
            languages: list(reader, access).await?,
            jobs: list(reader, access).await?,
            mobility: list(reader, access).await?,
            contact: list(reader, access).await?,
        })
    }

    /// With what happened to the contact data, which stand on the same page.
    fn events() -> Vec<Event> {
        vec![
            LanguageSkill::ADDED,
            LanguageSkill::CHANGED,
            WantedJob::ADDED,
            WantedJob::CHANGED,
            Mobility::ADDED,
            Mobility::CHANGED,
            ContactPreference::ADDED,
            ContactPreference::CHANGED,
            Event::ContactChanged,
        ]
    }
}
