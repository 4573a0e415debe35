//! 'RVA': whether the client is entitled to a benefit, as the RVA tells it. Background: domain.md 3.17.

use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::studies::coded;

coded! {
    /// Whether there is a right to a benefit.
    Entitled {
        /// there is
        Yes = "yes", "Ja";
        /// there is none
        No = "no", "Nee";
        /// the source does not know
        Unknown = "unknown", "Niet bekend";
    }
}

coded! {
    /// From what the client is exempted. Never for which reason of health.
    Exemption {
        /// study or training
        Training = "training", "Vrijstelling voor studie of opleiding";
        /// care of somebody
        Care = "care", "Vrijstelling als mantelzorger";
        /// local work
        LocalWork = "local_work", "Vrijstelling via wijk-werken";
        /// any other
        Other = "other", "Andere vrijstelling";
    }
}

/// What the RVA told on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Benefit {
    /// The day it holds for.
    pub as_of: Day,
    /// Whether there is a right to a benefit.
    pub entitled: Entitled,
    /// From what the client is exempted, if from anything.
    pub exemption: Option<Exemption>,
    /// Last day of the exemption, when known.
    pub exempt_until: Option<Day>,
}
