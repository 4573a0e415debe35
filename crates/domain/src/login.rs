//! Logging in: by which way, who needs a second factor, how long somebody waits after wrong passwords,
//! and how fresh a proof of being there must be. Knows no passwords, codes or keys.

use crate::moment::Moment;
use crate::people::Role;

/// How a session began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// A password alone.
    Password,
    /// A password and a code of an authenticator app.
    PasswordAndCode,
    /// A password and a recovery code.
    PasswordAndRecovery,
    /// A password and a passkey.
    PasswordAndPasskey,
    /// A passkey that verified its user: a whole log-in by itself.
    Passkey,
    /// The log-in of another organisation, which answers for two factors.
    Provider,
    /// The log-in of another organisation, which does not say that there were two.
    ProviderAlone,
}

impl Method {
    /// All ways.
    pub const ALL: [Method; 7] = [
        Method::Password,
        Method::PasswordAndCode,
        Method::PasswordAndRecovery,
        Method::PasswordAndPasskey,
        Method::Passkey,
        Method::Provider,
        Method::ProviderAlone,
    ];

    /// The code that is stored.
    pub fn code(self) -> &'static str {
        match self {
            Method::Password => "password",
            Method::PasswordAndCode => "password_code",
            Method::PasswordAndRecovery => "password_recovery",
            Method::PasswordAndPasskey => "password_passkey",
            Method::Passkey => "passkey",
            Method::Provider => "provider",
            Method::ProviderAlone => "provider_alone",
        }
    }

    /// Reads the stored code.
    pub fn from_code(code: &str) -> Option<Method> {
        Method::ALL.into_iter().find(|it| it.code() == code)
    }

    /// The Dutch name on screen.
    pub fn label(self) -> &'static str {
        match self {
            Method::Password => "Wachtwoord",
            Method::PasswordAndCode => "Wachtwoord en code",
            Method::PasswordAndRecovery => "Wachtwoord en herstelcode",
            Method::PasswordAndPasskey => "Wachtwoord en passkey",
            Method::Passkey => "Passkey",
            Method::Provider | Method::ProviderAlone => "Aanmelding van een andere dienst",
        }
    }
}

/// Whether an installation asks everybody for a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondFactor {
    /// Everybody but the client: without one, a session reaches only the pages to set one up.
    Required,
    /// Who has one is asked for it; nobody has to.
    Optional,
}

/// Whether a session that began so reaches only the pages to set up a second factor.
pub fn must_enrol(asked: SecondFactor, role: Role, method: Method) -> bool {
    asked == SecondFactor::Required && role != Role::Client && has_one_factor(method)
}

/// Whether a session that began so rests on one factor.
fn has_one_factor(method: Method) -> bool {
    matches!(method, Method::Password | Method::ProviderAlone)
}

/// When the person who acts last proved to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmed {
    /// In the browser: by logging in, or by confirming since.
    At(Moment),
    /// Who works at the machine itself, past every log-in, and the program.
    AtTheMachine,
}

/// Seconds during which a proof of being there is fresh enough for what needs one.
pub const FRESH_SECONDS: i64 = 5 * 60;

impl Confirmed {
    /// Whether the proof is fresh.
    pub fn is_fresh(self, now: Moment) -> bool {
        match self {
            Confirmed::At(at) => now.seconds_since(at) <= FRESH_SECONDS,
            Confirmed::AtTheMachine => true,
        }
    }
}

/// The longest anybody waits after a wrong password, in seconds.
pub const LONGEST_WAIT: i64 = 900;

/// Seconds to wait after the last of so many wrong passwords: none before `free` of them, then 1, 2, 4 ...
/// at most [`LONGEST_WAIT`].
pub fn wait_after(wrong: u32, free: u32) -> i64 {
    match wrong.checked_sub(free) {
        None => 0,
        Some(more) => (1_i64 << more.min(10)).min(LONGEST_WAIT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_doubles_until_a_quarter_of_an_hour_and_stays_there() {
        let waits: Vec<i64> = (3..20).map(|wrong| wait_after(wrong, 5)).collect();
        assert_eq!(
            waits,
            [
                0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900, 900
            ]
        );
        assert_eq!(wait_after(5 + 63, 5), 900);
        assert_eq!(wait_after(u32::MAX, 5), 900);
    }

    #[test]
    fn only_a_password_alone_of_staff_leads_to_the_set_up() {
        for role in Role::ALL {
            for method in Method::ALL {
                let must = must_enrol(SecondFactor::Required, role, method);
                let alone = [Method::Password, Method::ProviderAlone].contains(&method);
                let expected = role != Role::Client && alone;
                assert_eq!(must, expected, "{role:?} {method:?}");
                assert!(!must_enrol(SecondFactor::Optional, role, method));
            }
        }
    }

    #[test]
    fn a_proof_is_fresh_for_five_minutes() {
        let at = Moment::parse_rfc3339("2025-05-28T08:00:00Z").unwrap();
        let confirmed = Confirmed::At(at);
        assert!(confirmed.is_fresh(at.plus_seconds(300)));
        assert!(!confirmed.is_fresh(at.plus_seconds(301)));
        assert!(Confirmed::AtTheMachine.is_fresh(at.plus_seconds(9_999)));
    }

    #[test]
    fn a_stored_way_reads_back() {
        for method in Method::ALL {
            assert_eq!(Method::from_code(method.code()), Some(method));
        }
        assert_eq!(Method::from_code("sms"), None);
    }
}
