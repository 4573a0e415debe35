//! Access grants: the right of an organisation to open one dossier (I2).

use crate::day::Day;
use crate::ids::{DossierId, GrantId, OrganisationId};
use crate::steps::Span;
use crate::studies::coded;
use serde::{Deserialize, Serialize};

coded! {
    /// What a grant rests on (I2).
    Basis {
        /// mandate, with an assignment
        Mandate = "mandaat", "Opdracht of mandaat";
        /// the client's agreement
        Agreement = "akkoord", "Akkoord van de jongere";
    }
}

/// A grant as recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Which grant.
    pub id: GrantId,
    /// On which dossier.
    pub dossier: DossierId,
    /// For which organisation.
    pub organisation: OrganisationId,
    /// First day.
    pub starts: Day,
    /// Last day agreed beforehand, if any.
    pub ends: Option<Day>,
    /// Last day that follows from the organisation's lines: see `closes_on`.
    pub closes: Option<Day>,
    /// Ended by hand: from this day on it opens nothing.
    pub ended: bool,
}

impl Grant {
    /// Whether the grant opens the dossier on a day. Its last day counts in.
    pub fn is_active(&self, today: Day) -> bool {
        !self.ended && self.starts <= today && self.last_day().is_none_or(|last| today <= last)
    }

    /// The last day on which it opens the dossier, as far as known. A closing that follows from lines
    /// before this grant was given does not count.
    pub fn last_day(&self) -> Option<Day> {
        let closes = self.closes.filter(|day| *day >= self.starts);
        match (self.ends, closes) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }
}

/// The day on which an organisation's grant ends by itself: so many months after its last line
/// ended, when nothing of it is ongoing (I2). None while a line is ongoing or when there is none.
pub fn closes_on(organisation: OrganisationId, lines: &[Span], months: u32) -> Option<Day> {
    let mut last = None;
    for line in lines {
        if line.requester != organisation && line.provider != organisation {
            continue;
        }
        last = last.max(Some(line.end?));
    }
    let months = i32::try_from(months).unwrap_or(i32::MAX);
    last.map(|end: Day| end.plus_months(months))
}
