//! Who acts: roles, organisations, units. Knows nothing of passwords or sessions.

use serde::{Deserialize, Serialize};

use crate::ids::{DossierId, OrganisationId, PersonId, UnitId};
use crate::login::Confirmed;

/// What a person may do in principle; the policy decides on what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Role {
    /// Begeleider: registers guidance in the dossiers the organisation may open.
    Counsellor,
    /// Organisatiebeheerder: people and lines of the own organisation, no story text.
    Manager,
    /// Provinciale coach klantendossier: removes ended lines that are wrong.
    Coach,
    /// Bemiddelaar of the public service: gives and ends access grants.
    Mediator,
    /// ESF-controleur: pseudonymous lists.
    Controller,
    /// Systeembeheerder: users, organisations, catalogue; no dossier content.
    SystemManager,
    /// Jongere: the own dossier and who opened it.
    Client,
    /// Functionaris voor gegevensbescherming (FG): the journal and who looked, no story text.
    PrivacyOfficer,
}

impl Role {
    /// All roles, in the order of the authorisation table.
    pub const ALL: [Role; 8] = [
        Role::Counsellor,
        Role::Manager,
        Role::Coach,
        Role::Mediator,
        Role::Controller,
        Role::SystemManager,
        Role::Client,
        Role::PrivacyOfficer,
    ];

    /// The code that is stored.
    pub fn code(self) -> &'static str {
        match self {
            Role::Counsellor => "counsellor",
            Role::Manager => "manager",
            Role::Coach => "coach",
            Role::Mediator => "mediator",
            Role::Controller => "controller",
            Role::SystemManager => "system_manager",
            Role::Client => "client",
            Role::PrivacyOfficer => "privacy_officer",
        }
    }

    /// Reads the stored code.
    pub fn from_code(code: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.code() == code)
    }

    /// The Dutch name on screen.
    pub fn label(self) -> &'static str {
        match self {
            Role::Counsellor => "Begeleider",
            Role::Manager => "Organisatiebeheerder",
            Role::Coach => "Provinciale coach klantendossier",
            Role::Mediator => "Bemiddelaar",
            Role::Controller => "ESF-controleur",
            Role::SystemManager => "Systeembeheerder",
            Role::Client => "Jongere",
            Role::PrivacyOfficer => "Functionaris voor gegevensbescherming (FG)",
        }
    }

    /// Whether the role works for one organisation unit and so needs one.
    pub fn needs_unit(self) -> bool {
        matches!(self, Role::Counsellor | Role::Manager)
    }
}

/// A unit of an organisation, as it stands at 'Aanvrager' and 'Uitvoerder'.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// The unit itself.
    pub id: UnitId,
    /// The organisation it belongs to: the holder of access grants.
    pub organisation: OrganisationId,
    /// Name, as 'VDAB CENTRALE DIENST'.
    pub name: String,
    /// Street and number, as 'KEIZERSLAAN 11'.
    pub address: String,
    /// The number between brackets, as '1878'.
    pub number: String,
}

impl Unit {
    /// One line as the manual writes it: 'VDAB CENTRALE DIENST KEIZERSLAAN 11 (1878)'.
    pub fn line(&self) -> String {
        format!("{} {} ({})", self.name, self.address, self.number)
    }
}

/// Requester or provider of a step: a person in a unit (S6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// The unit, with the organisation that answers for it.
    pub unit: Unit,
    /// The person.
    pub person: PersonId,
    /// The person's name as shown.
    pub person_name: String,
}

impl Party {
    /// As the journal shows it.
    pub fn line(&self) -> String {
        format!("{}, {}", self.unit.line(), self.person_name)
    }
}

/// The person who acts, in the role and for the organisation of this session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub person: PersonId,
    /// Name as shown.
    pub name: String,
    /// In which role.
    pub role: Role,
    /// For which unit; always there when the role needs one.
    pub unit: Option<Unit>,
    /// The dossier that is about this person, for the role Client.
    pub own_dossier: Option<DossierId>,
    /// When this person last proved to be there.
    pub confirmed: Confirmed,
}

impl Actor {
    /// The organisation this person acts for, if any.
    pub fn organisation(&self) -> Option<OrganisationId> {
        self.unit.as_ref().map(|unit| unit.organisation)
    }

    /// The default requester and provider of a new step (S6).
    pub fn as_party(&self) -> Option<Party> {
        self.unit.clone().map(|unit| Party {
            unit,
            person: self.person,
            person_name: self.name.clone(),
        })
    }
}
