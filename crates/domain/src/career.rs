//! 'Loopbaangegevens': the work situations a client was in, as an authentic source tells them.
//! Background: domain.md 3.17.

use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::studies::coded;

coded! {
    /// The register that tells of a work situation.
    CareerSource {
        /// social security: employment as declared by employers
        SocialSecurity = "rsz", "RSZ";
        /// registered at the employment service
        Employment = "vdab", "VDAB";
        /// unemployment
        Unemployment = "rva", "RVA";
    }
}

/// A work situation from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkPeriod {
    /// Code of `work_situation`.
    pub code: &'static str,
    /// First day.
    pub from: Day,
    /// Last day; none while it lasts.
    pub until: Option<Day>,
    /// Who tells it.
    pub source: CareerSource,
}

impl WorkPeriod {
    /// Whether this is the client's work situation from now on, given the one on the dossier's head and
    /// since when: it lasts, and did not begin before that one.
    pub fn replaces(&self, code: &str, since: Option<Day>) -> bool {
        let begins_later = since.is_none_or(|since| self.from >= since);
        let differs = code != self.code || since != Some(self.from);
        self.until.is_none() && begins_later && differs
    }
}
