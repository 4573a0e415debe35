//! Who acts: roles, organisations, units. Knows nothing of passwords or sessions.

use serde::{Deserialize, Serialize};

use crate::ids::{DossierId, FunctionId, OrganisationId, PersonId, UnitId};
use crate::login::Confirmed;
use crate::moment::Moment;
use crate::refusal::{Field, Refusal};

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

    /// Whether one system manager proposes the role and a second one confirms it.
    pub fn needs_second(self) -> bool {
        !self.needs_unit() && self != Role::Client
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

/// A function of a person: a role, for a unit where the role needs one. A person can hold several; a
/// session acts in exactly one of them, so that nobody ever has the rights of two at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Which one.
    pub id: FunctionId,
    /// The role.
    pub role: Role,
    /// The unit; always there when the role needs one.
    pub unit: Option<Unit>,
    /// When the person last chose to work in it.
    pub chosen: Option<Moment>,
}

impl Function {
    /// The organisation it is for, if any.
    pub fn organisation(&self) -> Option<OrganisationId> {
        self.unit.as_ref().map(|unit| unit.organisation)
    }

    /// As a list shows it: 'Begeleider, VDAB CENTRALE DIENST'.
    pub fn line(&self) -> String {
        match &self.unit {
            Some(unit) => format!("{}, {}", self.role.label(), unit.name),
            None => self.role.label().to_owned(),
        }
    }
}

/// The function a session begins in: the one last chosen, else the first of the authorisation table.
pub fn to_begin_with(functions: &[Function]) -> Option<&Function> {
    let place = |role| Role::ALL.iter().position(|known| *known == role);
    functions
        .iter()
        .min_by_key(|it| (std::cmp::Reverse(it.chosen), place(it.role), it.id))
}

/// Seconds that a one-time link can be used.
pub const LINK_SECONDS: i64 = 72 * 60 * 60;

/// Who changes a person: the manager of one organisation, or a system manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changer {
    /// Of this organisation.
    ManagerOf(OrganisationId),
    /// Of the system.
    System,
}

/// Whether the changer may change the person as such: name, address, password. Who also works elsewhere
/// is not the manager's alone; whoever could give that person a password would have the other function.
///
/// # Errors
/// `WorksElsewhere`.
pub fn check_whole_person(changer: Changer, functions: &[Function]) -> Result<(), Refusal> {
    match changer {
        Changer::System => Ok(()),
        Changer::ManagerOf(own) => {
            if functions.iter().all(|it| it.organisation() == Some(own)) {
                Ok(())
            } else {
                Err(Refusal::WorksElsewhere)
            }
        }
    }
}

/// Whether the changer may give a function: a manager counsellors and managers of the own organisation, a
/// system manager those of every organisation. What needs a second person is proposed instead.
///
/// # Errors
/// `NotChosen`.
pub fn check_give(changer: Changer, role: Role, unit: &Unit) -> Result<(), Refusal> {
    if !role.needs_unit() {
        return Err(Refusal::NotChosen(Field::Role));
    }
    match changer {
        Changer::ManagerOf(own) if own != unit.organisation => Err(Refusal::NotChosen(Field::Unit)),
        _ => Ok(()),
    }
}

/// Whether a function may be taken away. `others` counts who else holds that role: in the organisation for
/// a manager, in the system for a system manager.
///
/// # Errors
/// `LastManager`, `LastSystemManager`.
pub fn check_take(changer: Changer, role: Role, others: u32) -> Result<(), Refusal> {
    match (changer, role, others) {
        (Changer::ManagerOf(_), Role::Manager, 0) => Err(Refusal::LastManager),
        (_, Role::SystemManager, 0) => Err(Refusal::LastSystemManager),
        _ => Ok(()),
    }
}

/// Whether a system manager may confirm a role that was proposed.
///
/// # Errors
/// `OwnProposal` for who proposed it and for who would get it.
pub fn check_confirm(
    proposed_by: PersonId,
    about: PersonId,
    confirms: PersonId,
) -> Result<(), Refusal> {
    if confirms == proposed_by || confirms == about {
        return Err(Refusal::OwnProposal);
    }
    Ok(())
}

/// Reads a user name as somebody chooses it.
///
/// # Errors
/// `OddUserName` unless it has 3 to 60 small letters, digits, dots, hyphens and underscores, and begins
/// with a letter or a digit.
pub fn parse_user_name(typed: &str) -> Result<String, Refusal> {
    let name = typed.trim().to_lowercase();
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-@".contains(c);
    let begins = name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    if (3..=60).contains(&name.len()) && begins && name.chars().all(is_plain) {
        Ok(name)
    } else {
        Err(Refusal::OddUserName)
    }
}

/// Reads an e-mail address: something, an @, and a name with a dot, without spaces.
///
/// # Errors
/// `OddEmail`.
pub fn parse_email(typed: &str) -> Result<String, Refusal> {
    let address = typed.trim();
    let is_plain = address
        .chars()
        .all(|c| c.is_ascii_graphic() && !"<>()[],;:\\\"".contains(c));
    let parts = address.rsplit_once('@').filter(|(name, host)| {
        !name.is_empty()
            && !name.contains('@')
            && host.contains('.')
            && !host.starts_with('.')
            && !host.ends_with('.')
    });
    if is_plain && parts.is_some() && address.len() <= 254 {
        Ok(address.to_owned())
    } else {
        Err(Refusal::OddEmail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn unit(organisation: u128) -> Unit {
        Unit {
            id: UnitId(Uuid::from_u128(organisation + 100)),
            organisation: OrganisationId(Uuid::from_u128(organisation)),
            name: "Leerhuis".to_owned(),
            address: "Dok 1".to_owned(),
            number: "1".to_owned(),
        }
    }

    fn function(id: u128, role: Role, unit: Option<Unit>, chosen: Option<i64>) -> Function {
        Function {
            id: FunctionId(Uuid::from_u128(id)),
            role,
            unit,
            chosen: chosen.and_then(Moment::from_micros),
        }
    }

    #[test]
    fn a_session_begins_in_the_function_last_chosen() {
        let counsellor = function(1, Role::Counsellor, Some(unit(1)), None);
        let manager = function(2, Role::Manager, Some(unit(1)), None);
        let chosen = function(3, Role::Coach, None, Some(7));
        let begins = |all: &[Function]| to_begin_with(all).map(|it| it.id.0.as_u128());
        assert_eq!(begins(&[]), None);
        assert_eq!(begins(&[manager.clone(), counsellor.clone()]), Some(1));
        assert_eq!(begins(&[counsellor, chosen, manager]), Some(3));
    }

    #[test]
    fn a_manager_changes_only_who_works_for_nobody_else() {
        let own = function(1, Role::Counsellor, Some(unit(1)), None);
        let other = function(2, Role::Counsellor, Some(unit(2)), None);
        let coach = function(3, Role::Coach, None, None);
        let manager = Changer::ManagerOf(OrganisationId(Uuid::from_u128(1)));
        assert_eq!(
            check_whole_person(manager, std::slice::from_ref(&own)),
            Ok(())
        );
        for elsewhere in [other, coach] {
            let both = [own.clone(), elsewhere];
            let refused = check_whole_person(manager, &both);
            assert_eq!(refused, Err(Refusal::WorksElsewhere));
            assert_eq!(check_whole_person(Changer::System, &both), Ok(()));
        }
    }

    #[test]
    fn functions_are_given_and_taken_within_bounds() {
        let manager = Changer::ManagerOf(OrganisationId(Uuid::from_u128(1)));
        for changer in [manager, Changer::System] {
            assert_eq!(check_give(changer, Role::Manager, &unit(1)), Ok(()));
            let refused = check_give(changer, Role::SystemManager, &unit(1));
            assert_eq!(refused, Err(Refusal::NotChosen(Field::Role)));
        }
        let elsewhere = check_give(manager, Role::Counsellor, &unit(2));
        assert_eq!(elsewhere, Err(Refusal::NotChosen(Field::Unit)));
        assert_eq!(
            check_take(manager, Role::Manager, 0),
            Err(Refusal::LastManager)
        );
        assert_eq!(check_take(manager, Role::Manager, 1), Ok(()));
        assert_eq!(check_take(Changer::System, Role::Manager, 0), Ok(()));
        let last = check_take(Changer::System, Role::SystemManager, 0);
        assert_eq!(last, Err(Refusal::LastSystemManager));
    }

    #[test]
    fn who_proposes_or_gets_a_role_does_not_confirm_it() {
        let id = |n| PersonId(Uuid::from_u128(n));
        assert_eq!(check_confirm(id(1), id(2), id(3)), Ok(()));
        assert_eq!(
            check_confirm(id(1), id(2), id(1)),
            Err(Refusal::OwnProposal)
        );
        assert_eq!(
            check_confirm(id(1), id(2), id(2)),
            Err(Refusal::OwnProposal)
        );
    }

    #[test]
    fn user_names_and_addresses_are_plain() {
        assert_eq!(
            parse_user_name(" An.Peeters-2 "),
            Ok("an.peeters-2".to_owned())
        );
        for odd in [
            "",
            "an",
            ".an.p",
            "an peeters",
            "an\u{0}x",
            "<b>an",
            "énoël",
            &"a".repeat(61),
        ] {
            assert_eq!(parse_user_name(odd), Err(Refusal::OddUserName), "{odd}");
        }
        assert_eq!(
            parse_email(" an@voorbeeld.be "),
            Ok("an@voorbeeld.be".to_owned())
        );
        for odd in [
            "",
            "an",
            "@x.be",
            "an@be",
            "an@@x.be",
            "a b@x.be",
            "an@x.be\r\nBcc: b@x.be",
            "<an@x.be>",
        ] {
            assert_eq!(parse_email(odd), Err(Refusal::OddEmail), "{odd}");
        }
    }
}
