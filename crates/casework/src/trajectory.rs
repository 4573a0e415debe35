//! 'Traject': goals, agreements and start screenings on one page.

use domain::journal::Event;
use domain::policy::{Access, Operation, Read};
use domain::sections::{Details, Record};
use domain::trajectory::{Agreement, Goal, Screening};
use store::sections::list;
use store::{Reader, StoreError};

use crate::sections::Kinds;

/// The kinds of records under 'Traject'.
#[derive(Debug)]
pub struct Trajectory {
    /// What is worked towards.
    pub goals: Vec<Record<Goal>>,
    /// Who does what by when.
    pub agreements: Vec<Record<Agreement>>,
    /// Where the client stood at the start.
    pub screenings: Vec<Record<Screening>>,
}

impl Kinds for Trajectory {
    type Records = Self;
    const OPERATION: Operation = <Goal as Details>::OPERATION;

    async fn read(reader: &mut Reader, access: &Access<Read>) -> Result<Self, StoreError> {
        Ok(Trajectory {
            goals: list(reader, access).await?,
            agreements: list(reader, access).await?,
            screenings: list(reader, access).await?,
        })
    }

    fn events() -> Vec<Event> {
        vec![
            Goal::ADDED,
            Goal::CHANGED,
            Agreement::ADDED,
            Agreement::CHANGED,
            Screening::ADDED,
            Screening::CHANGED,
        ]
    }
}
