//! How much one person may look at, search and download within an hour and within a day. The numbers are far
//! above what work asks for: they stop who goes through dossiers without end.

use serde::{Deserialize, Serialize};

use crate::moment::Moment;
use crate::studies::coded;

coded! {
    /// What is counted.
    Use {
        /// pages of dossiers
        Opening = "opening", "Pagina's van dossiers";
        /// searches for a client
        Search = "search", "Zoekopdrachten";
        /// copies of a whole dossier
        Export = "export", "Downloads van een heel dossier";
        /// dossiers that are not for this person, or not there
        Refused = "refused", "Dossiers zonder inzagerecht";
    }
}

/// Seconds of the two windows.
pub const WINDOWS: [i64; 2] = [3_600, 86_400];

/// The most of one kind, in each of the two windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Most {
    /// Within an hour.
    pub an_hour: u32,
    /// Within a day.
    pub a_day: u32,
}

impl Most {
    /// The numbers with the seconds they hold for.
    pub fn windows(self) -> [(i64, u32); 2] {
        [(WINDOWS[0], self.an_hour), (WINDOWS[1], self.a_day)]
    }
}

/// When the window of so many seconds ends that an instant lies in. A window begins at the same instant for
/// everybody, so that every server counts in the same one.
pub fn window_end(now: Moment, seconds: i64) -> Moment {
    let whole = seconds * 1_000_000;
    let into = now.micros().rem_euclid(whole);
    Moment::from_micros(now.micros() + (whole - into)).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_ends_after_now_and_no_later_than_it_lasts() {
        let now = Moment::parse_rfc3339("2025-05-28T10:20:30+02:00").unwrap();
        let hour = window_end(now, WINDOWS[0]);
        assert_eq!(hour.seconds_since(now), 39 * 60 + 30);
        // On its last instant the next one has begun.
        assert_eq!(window_end(hour, WINDOWS[0]).seconds_since(hour), 3_600);
        let day = window_end(now, WINDOWS[1]);
        assert!((1..=86_400).contains(&day.seconds_since(now)));
    }
}
