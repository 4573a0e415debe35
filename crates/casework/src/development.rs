//! 'Competentieontwikkeling': trainings and competences on one page.

use domain::development::{Competence, Training};
use domain::journal::Event;
use domain::policy::{Access, Operation, Read};
use domain::sections::{Details, Record};
use store::sections::list;
use store::{Reader, StoreError};

use crate::sections::Kinds;

/// The kinds of records under 'Competentieontwikkeling'.
#[derive(Debug)]
pub struct Development {
    /// Trainings and traineeships.
    pub trainings: Vec<Record<Training>>,
    /// What somebody can do by now.
    pub competences: Vec<Record<Competence>>,
}

impl Kinds for Development {
    type Records = Self;
    const OPERATION: Operation = <Training as Details>::OPERATION;

    async fn read(reader: &mut Reader, access: &Access<Read>) -> Result<Self, StoreError> {
        Ok(Development {
            trainings: list(reader, access).await?,
            competences: list(reader, access).await?,
        })
    }

    fn events() -> Vec<Event> {
        vec![
            Training::ADDED,
            Training::CHANGED,
            Competence::ADDED,
            Competence::CHANGED,
        ]
    }
}
