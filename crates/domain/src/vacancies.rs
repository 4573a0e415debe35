//! 'Vacature-dashboard': vacancies and workplaces that are kept for the client.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::day::Day;
use crate::ids::VacancyId;
use crate::journal::Event;
use crate::policy::Operation;
use crate::refusal::{Field, Refusal, Refusals};
use crate::sections::{Details, Record};
use crate::studies::coded;
use crate::text::{Label, Line, Note, TextError};

coded! {
    /// What is offered.
    VacancyKind {
        /// a job
        Job = "job", "Vacature";
        /// a workplace to learn at
        Workplace = "workplace", "Leerwerkplek";
    }
}

coded! {
    /// How it stands.
    VacancyStatus {
        /// shown to the client
        Suggested = "suggested", "Voorgesteld";
        /// the client is to apply
        Assigned = "assigned", "Toegewezen";
        /// the client applied
        Applied = "applied", "Gesolliciteerd";
        /// the employer said no
        Rejected = "rejected", "Afgewezen";
        /// the client starts there
        Hired = "hired", "Aangenomen";
    }
}

/// An address on the web that a browser may be led to: `http` or `https`, with a host, without a name or a
/// password in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebAddress(String);

impl WebAddress {
    /// Most characters, as typed and as kept.
    pub const MAX: usize = 1000;

    /// Reads an address that may be left out. It is kept as browsers write it, so that a host in letters that
    /// look like others shows what it is.
    ///
    /// # Errors
    /// `TooLong`, `OddCharacters`, `OddWebAddress`.
    pub fn optional(typed: &str) -> Result<Option<Self>, Refusal> {
        let field = Field::WebAddress;
        let line = match Line::<{ WebAddress::MAX }>::parse(typed) {
            Ok(line) => line,
            Err(TextError::Empty) => return Ok(None),
            Err(TextError::TooLong { max, was }) => {
                return Err(Refusal::TooLong { field, max, was });
            }
            Err(TextError::ControlCharacter) => return Err(Refusal::OddCharacters(field)),
        };
        let url = Url::parse(line.as_str()).map_err(|_| Refusal::OddWebAddress)?;
        let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
        let names_nobody = url.username().is_empty() && url.password().is_none();
        if !is_web || !names_nobody || url.as_str().len() > Self::MAX {
            return Err(Refusal::OddWebAddress);
        }
        Ok(Some(WebAddress(url.into())))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for WebAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is recorded of a vacancy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vacancy {
    /// A job, or a workplace to learn at.
    pub kind: VacancyKind,
    /// The job.
    pub title: Label,
    /// The employer.
    pub employer: Label,
    /// Where it stands on the web.
    pub address: Option<WebAddress>,
    /// Where the work is.
    pub place: Option<Label>,
    /// How it stands.
    pub status: VacancyStatus,
    /// By when the client applies.
    pub due: Option<Day>,
    /// What else counts.
    pub note: Option<Note>,
}

impl Vacancy {
    /// Whether the client can still say to have applied.
    pub fn can_be_applied_for(&self) -> bool {
        matches!(
            self.status,
            VacancyStatus::Suggested | VacancyStatus::Assigned
        )
    }

    /// The same once the client applied.
    ///
    /// # Errors
    /// `NotToApplyFor` once it stands otherwise.
    pub fn applied(&self) -> Result<Self, Refusal> {
        if !self.can_be_applied_for() {
            return Err(Refusal::NotToApplyFor);
        }
        Ok(Vacancy {
            status: VacancyStatus::Applied,
            ..self.clone()
        })
    }
}

impl Details for Vacancy {
    type Id = VacancyId;

    const OPERATION: Operation = Operation::EditGuidance;
    const ADDED: Event = Event::VacancyAdded;
    const CHANGED: Event = Event::VacancyChanged;

    /// Who is to apply is told by when.
    ///
    /// # Errors
    /// `Empty`.
    fn check(&self, _others: &[&Record<Self>], _today: Day) -> Result<(), Refusals> {
        if self.status == VacancyStatus::Assigned && self.due.is_none() {
            return Err(Refusal::Empty(Field::DueDay).into());
        }
        Ok(())
    }

    fn described(&self) -> Vec<(&'static str, Option<String>)> {
        let text = |it: &dyn fmt::Display| Some(it.to_string());
        vec![
            ("vacancy_kind", Some(self.kind.label().to_owned())),
            ("vacancy", text(&self.title)),
            ("employer", text(&self.employer)),
            (
                "web_address",
                self.address.as_ref().map(ToString::to_string),
            ),
            ("work_place", self.place.as_ref().map(ToString::to_string)),
            ("vacancy_status", Some(self.status.label().to_owned())),
            ("due", self.due.map(Day::to_iso)),
            ("note", self.note.as_ref().map(ToString::to_string)),
        ]
    }

    /// What still has to be done first.
    fn order(one: &Record<Self>, other: &Record<Self>) -> Ordering {
        let key = |it: &Record<Self>| {
            let is_over = !it.details.can_be_applied_for();
            (is_over, std::cmp::Reverse(it.id))
        };
        key(one).cmp(&key(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vacancy(status: VacancyStatus) -> Vacancy {
        Vacancy {
            kind: VacancyKind::Workplace,
            title: Label::parse("Hulpkok").unwrap(),
            employer: Label::parse("De Gouden Lepel").unwrap(),
            address: None,
            place: None,
            status,
            due: None,
            note: None,
        }
    }

    #[test]
    fn only_an_address_that_a_browser_may_be_led_to_is_kept() {
        for typed in [
            "javascript:alert(1)",
            "JaVaScRiPt://voorbeeld.be/%0aalert(1)",
            "data:text/html,<script>",
            "file:///etc/passwd",
            "ftp://voorbeeld.be/",
            "//voorbeeld.be",
            "voorbeeld.be/job",
            "https://",
            "https://bank.be@voorbeeld.be/",
            "https://x:y@voorbeeld.be/",
            "https://voor beeld.be/",
        ] {
            let read = WebAddress::optional(typed);
            assert_eq!(read, Err(Refusal::OddWebAddress), "{typed}");
        }
        for (typed, kept) in [
            (
                "https://voorbeeld.be/job?id=1",
                "https://voorbeeld.be/job?id=1",
            ),
            (" HTTP://Voorbeeld.be ", "http://voorbeeld.be/"),
            (
                "https://v\u{f3}\u{f3}rbeeld.be/",
                "https://xn--vrbeeld-l0aa.be/",
            ),
            (
                "https://voorbeeld.be/\"><b>",
                "https://voorbeeld.be/%22%3E%3Cb%3E",
            ),
        ] {
            let read = WebAddress::optional(typed).unwrap().unwrap();
            assert_eq!(read.as_str(), kept);
            assert_eq!(WebAddress::optional(kept), Ok(Some(read)));
        }
        assert_eq!(WebAddress::optional("  "), Ok(None));
        let long = format!("https://voorbeeld.be/{}", "é".repeat(400));
        assert_eq!(WebAddress::optional(&long), Err(Refusal::OddWebAddress));
    }

    #[test]
    fn the_client_applies_for_what_is_suggested_or_assigned_and_for_nothing_else() {
        for status in VacancyStatus::ALL {
            let applied = vacancy(*status).applied();
            match status {
                VacancyStatus::Suggested | VacancyStatus::Assigned => {
                    assert_eq!(applied.unwrap().status, VacancyStatus::Applied);
                }
                _ => assert_eq!(applied, Err(Refusal::NotToApplyFor), "{status:?}"),
            }
        }
    }

    #[test]
    fn who_is_to_apply_is_told_by_when() {
        let today = Day::new(2025, 5, 28).unwrap();
        let assigned = vacancy(VacancyStatus::Assigned);
        let refused = assigned.check(&[], today).unwrap_err();
        assert!(refused.contains(&Refusal::Empty(Field::DueDay)));
        let told = Vacancy {
            due: Some(today),
            ..assigned
        };
        assert_eq!(told.check(&[], today), Ok(()));
        assert_eq!(vacancy(VacancyStatus::Suggested).check(&[], today), Ok(()));
    }
}
