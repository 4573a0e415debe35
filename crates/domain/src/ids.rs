//! Identifiers. They say which thing is meant and nothing else; who makes them is decided outside.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The form in addresses: 32 lower-case hexadecimal digits.
            pub fn address(self) -> String {
                self.0.simple().to_string()
            }

            /// Reads the form that `address` writes; anything else is no identifier.
            pub fn from_address(text: &str) -> Option<Self> {
                let plain = text.len() == 32
                    && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
                if !plain {
                    return None;
                }
                Uuid::try_parse(text).ok().map(Self)
            }
        }

        impl crate::sections::Identifier for $name {
            fn of(id: Uuid) -> Self {
                Self(id)
            }

            fn uuid(self) -> Uuid {
                self.0
            }

            fn address(self) -> String {
                Self::address(self)
            }

            fn from_address(text: &str) -> Option<Self> {
                Self::from_address(text)
            }
        }
    )+};
}

ids! {
    /// One client's dossier. Random, because it stands in addresses.
    DossierId,
    /// One line under 'Stappen naar werk'.
    StepId,
    /// Something done within one guidance, on a day.
    ActionId,
    /// A study under 'Profiel'.
    StudyId,
    /// A work experience under 'Profiel'.
    ExperienceId,
    /// A record under 'Randvoorwaarden'.
    ConditionId,
    /// The record under 'Inzetbaarheid'.
    AvailabilityId,
    /// A goal under 'Traject'.
    GoalId,
    /// An agreement under 'Traject'.
    AgreementId,
    /// A start screening under 'Traject'.
    ScreeningId,
    /// A vacancy that is kept for the client.
    VacancyId,
    /// A training or a traineeship.
    TrainingId,
    /// A competence.
    CompetenceId,
    /// A language that the client speaks.
    LanguageSkillId,
    /// A job that the client wants.
    WantedJobId,
    /// How the client gets to work.
    MobilityId,
    /// How the client wants to be reached.
    ContactPreferenceId,
    /// An indication under 'PmAB'.
    IndicationId,
    /// A record under 'Transmissie'.
    TransmissionId,
    /// A conversation under 'Berichten'.
    ThreadId,
    /// A message in a conversation.
    MessageId,
    /// A person who can log in.
    PersonId,
    /// A function of a person: a role, for a unit where the role needs one.
    FunctionId,
    /// A one-time link to make an account or to choose a new password.
    InvitationId,
    /// A role that a second system manager confirms.
    ProposalId,
    /// An organisation that holds access grants.
    OrganisationId,
    /// A unit of an organisation, with an address.
    UnitId,
    /// The right of an organisation to open one dossier.
    GrantId,
    /// A request for an access grant, its extension or the ownership of a dossier.
    GrantRequestId,
    /// A document in a dossier.
    DocumentId,
    /// A request to the provincial coach to remove a line.
    RemovalId,
    /// A request to correct something in a dossier, or an objection.
    CorrectionId,
    /// The right of a controller to see the lines of one project, without names.
    MandateId,
    /// A change of what retention knows of a project, to be confirmed by a second person.
    ProjectChangeId,
    /// The key of one submission of a form (T2).
    SubmissionKey,
}

impl PersonId {
    /// The program itself, where it does something on its own day.
    pub const PROGRAM: PersonId = PersonId(Uuid::nil());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back_and_nothing_else_does() {
        let id = StepId(Uuid::from_u128(0x1234));
        assert_eq!(StepId::from_address(&id.address()), Some(id));
        for odd in [
            "",
            "1234",
            &id.0.to_string(),
            &id.address().to_uppercase(),
            "zz",
        ] {
            let read = StepId::from_address(odd);
            assert!(
                read.is_none() || read == Some(id) && odd == id.address(),
                "{odd}"
            );
        }
    }
}
