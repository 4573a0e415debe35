//! The four facts asked at the end of a guidance, as the programme file speaks of them (R2).

use super::ReasonCode;
use crate::steps::OutcomeFacts;

/// One of the four facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fact {
    /// Still in education, or starting another.
    InEducation,
    /// Has work.
    HasWork,
    /// Obtained a vocational or educational qualification.
    Qualification,
    /// The guidance stopped for absence, unwillingness or lack of motivation.
    StoppedForAbsence,
}

impl Fact {
    /// All four.
    pub const ALL: &'static [Self] = &[
        Self::InEducation,
        Self::HasWork,
        Self::Qualification,
        Self::StoppedForAbsence,
    ];

    /// The name in the programme file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::InEducation => "in_education",
            Self::HasWork => "has_work",
            Self::Qualification => "qualification",
            Self::StoppedForAbsence => "stopped_for_absence",
        }
    }

    /// Whether it is true in these facts.
    #[must_use]
    pub fn holds_in(self, facts: OutcomeFacts) -> bool {
        match self {
            Self::InEducation => facts.in_education,
            Self::HasWork => facts.has_work,
            Self::Qualification => facts.qualification,
            Self::StoppedForAbsence => facts.stopped_for_absence,
        }
    }

    /// Makes it true in these facts.
    pub fn set_in(self, facts: &mut OutcomeFacts) {
        match self {
            Self::InEducation => facts.in_education = true,
            Self::HasWork => facts.has_work = true,
            Self::Qualification => facts.qualification = true,
            Self::StoppedForAbsence => facts.stopped_for_absence = true,
        }
    }

    /// The sixteen ways the four facts can stand.
    pub(super) fn combinations() -> impl Iterator<Item = OutcomeFacts> {
        (0..16_u8).map(|bits| {
            let mut facts = OutcomeFacts::default();
            for (place, fact) in Self::ALL.iter().enumerate() {
                if bits >> place & 1 == 1 {
                    fact.set_in(&mut facts);
                }
            }
            facts
        })
    }

    /// The facts that are true, by name, for a message.
    pub(super) fn names_in(facts: OutcomeFacts) -> String {
        let names: Vec<_> = Self::ALL
            .iter()
            .filter(|fact| fact.holds_in(facts))
            .map(|fact| fact.name())
            .collect();
        if names.is_empty() {
            "none of the facts".to_owned()
        } else {
            names.join(" and ")
        }
    }
}

/// A row of the table that proposes a reason; a fact the row does not name may be either way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposalRow {
    /// The reason proposed.
    pub reason: ReasonCode,
    /// Whether following this proposal asks for a note, though the reason itself may not.
    pub note_required: bool,
    /// What the row asks of the facts.
    pub when: Vec<(Fact, bool)>,
}

impl ProposalRow {
    /// Whether the row speaks of these facts.
    #[must_use]
    pub fn fits(&self, facts: OutcomeFacts) -> bool {
        self.when
            .iter()
            .all(|(fact, wanted)| fact.holds_in(facts) == *wanted)
    }
}
