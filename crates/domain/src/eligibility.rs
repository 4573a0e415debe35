//! E1 to E7: may this guidance start on this day, given the studies under 'Profiel'?
//! Decides with values only; who looked and when is added by the use case.

use serde::{Deserialize, Serialize};

use crate::catalogue::EligibilityRule;
use crate::day::Day;
use crate::ids::StudyId;
use crate::refusal::Refusal;
use crate::studies::{Provenance, Study};

/// What the check found, kept with the step (E7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// Studies are recorded and none is a diploma held on the start day (E1, E2).
    NoDiplomaFound,
    /// No study is recorded; the user declared to have checked with the client (E4).
    DeclaredWithoutStudies,
}

impl Verdict {
    /// The code that is stored.
    pub fn code(self) -> &'static str {
        match self {
            Verdict::NoDiplomaFound => "no_diploma_found",
            Verdict::DeclaredWithoutStudies => "declared",
        }
    }

    /// Reads the stored code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Verdict::NoDiplomaFound, Verdict::DeclaredWithoutStudies]
            .into_iter()
            .find(|verdict| verdict.code() == code)
    }
}

/// A study record that the check looked at, with its provenance at that time (E7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudySeen {
    /// Which record.
    pub study: StudyId,
    /// Its title at the time of the check.
    pub title: String,
    /// Where it came from at that time.
    pub provenance: Provenance,
}

/// The outcome of a check, ready to be kept (E7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The start day that was checked.
    pub start: Day,
    /// What was found.
    pub verdict: Verdict,
    /// On which records.
    pub seen: Vec<StudySeen>,
}

/// Checks the named rules of the step type for a start day.
///
/// `declared` is the tick that the absence of a diploma was checked with the client (E4).
///
/// # Errors
/// `HoldsDiploma` (E1, E3) names the study and its day; `DeclarationNeeded` (E4) when nothing is
/// recorded and nothing is declared.
pub fn check(
    rules: &[EligibilityRule],
    start: Day,
    studies: &[Study],
    declared: bool,
) -> Result<Option<Checked>, Refusal> {
    let mut checked = None;
    for rule in rules {
        match rule {
            EligibilityRule::NoUpperSecondaryDiplomaAtStart => {
                checked = Some(no_diploma_at_start(start, studies, declared)?);
            }
        }
    }
    Ok(checked)
}

fn no_diploma_at_start(start: Day, studies: &[Study], declared: bool) -> Result<Checked, Refusal> {
    if let Some(study) = held_at(start, studies) {
        return Err(Refusal::HoldsDiploma {
            study: study.details.title(),
            obtained: study.details.ended_on,
        });
    }
    let verdict = match (studies.is_empty(), declared) {
        (false, _) => Verdict::NoDiplomaFound,
        (true, true) => Verdict::DeclaredWithoutStudies,
        (true, false) => return Err(Refusal::DeclarationNeeded),
    };
    Ok(Checked {
        start,
        verdict,
        seen: studies
            .iter()
            .map(|study| StudySeen {
                study: study.id,
                title: study.details.title(),
                provenance: study.details.provenance,
            })
            .collect(),
    })
}

fn held_at(start: Day, studies: &[Study]) -> Option<&Study> {
    studies
        .iter()
        .find(|study| study.details.diploma_held_on(start))
}

/// The diploma that makes a step 'te controleren' (E5): recorded or corrected later, held at the start.
pub fn diploma_against(
    rules: &[EligibilityRule],
    start: Day,
    studies: &[Study],
) -> Option<StudyId> {
    rules
        .contains(&EligibilityRule::NoUpperSecondaryDiplomaAtStart)
        .then(|| held_at(start, studies))
        .flatten()
        .map(|study| study.id)
}

/// Diplomas obtained after the start: no obstacle, but shown (E3).
pub fn obtained_later(start: Day, studies: &[Study]) -> impl Iterator<Item = &Study> {
    studies
        .iter()
        .filter(move |study| study.details.holds_diploma() && !study.details.diploma_held_on(start))
}
