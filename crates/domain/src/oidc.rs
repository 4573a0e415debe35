//! Logging in at a provider outside (OpenID Connect): what of its word is enough for which role. Knows no
//! token and no protocol: whether the provider really said it is settled before.

use crate::people::Role;

/// A claim that has to be there, with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedClaim {
    /// The claim's name.
    pub name: String,
    /// The value that it is or holds.
    pub value: String,
}

impl WantedClaim {
    /// Reads `name=value`.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, value) = text.split_once('=')?;
        let (name, value) = (name.trim(), value.trim());
        (!name.is_empty() && !value.is_empty()).then(|| WantedClaim {
            name: name.to_owned(),
            value: value.to_owned(),
        })
    }
}

/// What an installation asks of the provider's word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demands {
    /// What has to be there before a role that reaches beyond one organisation can be used.
    pub privileged: Option<WantedClaim>,
    /// The ways of logging in there (`acr` or `amr`) that count as two factors.
    pub second_factor: Vec<String>,
}

/// What the provider said, as far as it matters here.
#[derive(Clone, Copy, Debug)]
pub struct Word<'a> {
    /// The class of the log-in there.
    pub acr: Option<&'a str>,
    /// The means used there.
    pub amr: &'a [String],
    /// The values of the claim that is wanted for privileged roles.
    pub privileged: &'a [&'a str],
}

/// The provider's word is not enough for this role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotEnough;

/// Whether a role reaches beyond the dossiers of one organisation or of oneself.
pub fn is_privileged(role: Role) -> bool {
    match role {
        Role::Counsellor | Role::Manager | Role::Client => false,
        Role::Coach
        | Role::Mediator
        | Role::Controller
        | Role::SystemManager
        | Role::PrivacyOfficer => true,
    }
}

impl Demands {
    /// Whether somebody with this role may log in on the provider's word.
    ///
    /// # Errors
    /// When the role is privileged and the claim for it is not there.
    pub fn admit(&self, role: Role, word: Word<'_>) -> Result<(), NotEnough> {
        match &self.privileged {
            Some(wanted)
                if is_privileged(role) && !word.privileged.contains(&wanted.value.as_str()) =>
            {
                Err(NotEnough)
            }
            _ => Ok(()),
        }
    }

    /// Whether the log-in at the provider counts as one with two factors.
    pub fn has_two_factors(&self, word: Word<'_>) -> bool {
        let counts = |way: &str| self.second_factor.iter().any(|it| it == way);
        word.acr.is_some_and(counts) || word.amr.iter().any(|it| counts(it))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word<'a>(acr: Option<&'a str>, amr: &'a [String], privileged: &'a [&'a str]) -> Word<'a> {
        Word {
            acr,
            amr,
            privileged,
        }
    }

    #[test]
    fn a_coach_needs_the_claim_and_a_counsellor_does_not() {
        let demands = Demands {
            privileged: WantedClaim::parse("vo_doelgroepcode = GID"),
            second_factor: Vec::new(),
        };
        for role in Role::ALL {
            let without = demands.admit(role, word(None, &[], &[]));
            assert_eq!(without.is_err(), is_privileged(role), "{role:?}");
            let other = demands.admit(role, word(None, &[], &["BUR"]));
            assert_eq!(other.is_err(), is_privileged(role), "{role:?}");
            let with = demands.admit(role, word(None, &[], &["BUR", "GID"]));
            assert_eq!(with, Ok(()), "{role:?}");
            let unset = Demands::default().admit(role, word(None, &[], &[]));
            assert_eq!(unset, Ok(()), "{role:?}");
        }
    }

    #[test]
    fn two_factors_are_what_the_installation_says_they_are() {
        let demands = Demands {
            privileged: None,
            second_factor: vec!["urn:eid".to_owned(), "mfa".to_owned()],
        };
        let mfa = ["pwd".to_owned(), "mfa".to_owned()];
        assert!(demands.has_two_factors(word(Some("urn:eid"), &[], &[])));
        assert!(demands.has_two_factors(word(None, &mfa, &[])));
        assert!(!demands.has_two_factors(word(Some("urn:password"), &mfa[..1], &[])));
        assert!(!demands.has_two_factors(word(None, &[], &[])));
        assert!(!Demands::default().has_two_factors(word(Some("urn:eid"), &mfa, &[])));
    }

    #[test]
    fn a_wanted_claim_has_a_name_and_a_value() {
        assert_eq!(
            WantedClaim::parse("rol=a=b"),
            Some(WantedClaim {
                name: "rol".to_owned(),
                value: "a=b".to_owned()
            })
        );
        for wrong in ["", "rol", "=GID", "rol=", " = "] {
            assert_eq!(WantedClaim::parse(wrong), None, "{wrong}");
        }
    }
}
