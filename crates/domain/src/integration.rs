//! 'Inburgering - NT2': the integration trajectory and the courses of Dutch, as the Kruispuntbank
//! Inburgering tells them. A course may be there without a trajectory (background: domain.md 3.15).

use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::studies::coded;
use crate::text::Label;

coded! {
    /// How far the trajectory is.
    TrajectoryStatus {
        /// announced
        Registered = "registered", "Aangemeld";
        /// runs
        Running = "running", "Loopt";
        /// everything was done
        Completed = "completed", "Afgerond";
        /// stopped before the end
        Stopped = "stopped", "Stopgezet";
    }
}

/// What the source told of the trajectory on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trajectory {
    /// The day it holds for.
    pub as_of: Day,
    /// Whether a contract was signed.
    pub contract: bool,
    /// Whether the attest was obtained.
    pub attest: bool,
    /// How far it is; none when the source gives none.
    pub status: Option<TrajectoryStatus>,
}

coded! {
    /// Level of a course of Dutch as a second language.
    Nt2Level {
        /// reading and writing first
        Literacy = "alfa", "Alfabetisering";
        /// A1
        A1 = "1.1", "Richtgraad 1.1 (A1)";
        /// A2
        A2 = "1.2", "Richtgraad 1.2 (A2)";
        /// B1
        B1 = "2", "Richtgraad 2 (B1)";
        /// B2
        B2 = "3", "Richtgraad 3 (B2)";
        /// C1
        C1 = "4", "Richtgraad 4 (C1)";
    }
}

coded! {
    /// How a course ended.
    CourseResult {
        /// passed
        Passed = "passed", "Geslaagd";
        /// did not pass
        Failed = "failed", "Niet geslaagd";
        /// stopped before the end
        Stopped = "stopped", "Gestopt";
    }
}

/// A course of Dutch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    /// Its level.
    pub level: Nt2Level,
    /// Who gives it.
    pub provider: Label,
    /// First day.
    pub from: Day,
    /// Last day; none while it lasts.
    pub until: Option<Day>,
    /// How it ended; none while it lasts.
    pub result: Option<CourseResult>,
}
