//! Mail of notices: which addresses are taken, when a mail is tried again, and when no longer. A mail says
//! that there is a notice and nothing of what it tells.

use std::fmt;

use crate::moment::Moment;

/// An address that notices can be mailed to: plain ASCII, as nearly every address is.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct MailAddress(String);

/// The text is no address that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an address is written as name@example.org")]
pub struct NoMailAddress;

impl MailAddress {
    /// The most characters it takes.
    pub const MAX: usize = 254;
    /// The most of them before the @.
    const MAX_LOCAL: usize = 64;

    /// Reads an address as typed; white space at both ends does not count. What could end a line of a
    /// mail's head, or begin another, is in no address.
    ///
    /// # Errors
    /// `NoMailAddress`.
    pub fn parse(typed: &str) -> Result<Self, NoMailAddress> {
        let text = typed.trim_matches([' ', '\t', '\u{a0}']);
        let (local, domain) = text.split_once('@').ok_or(NoMailAddress)?;
        let is_local = !local.is_empty()
            && local.len() <= Self::MAX_LOCAL
            && local.split('.').all(|part| {
                !part.is_empty()
                    && part
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
            });
        let is_label = |label: &str| {
            (1..=63).contains(&label.len())
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let is_domain = domain.contains('.') && domain.split('.').all(is_label);
        if text.len() > Self::MAX || !is_local || !is_domain {
            return Err(NoMailAddress);
        }
        Ok(MailAddress(format!(
            "{local}@{}",
            domain.to_ascii_lowercase()
        )))
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for MailAddress {
    /// Where a person can be reached stays out of the log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailAddress(…)")
    }
}

/// Seconds in which a person gets one mail of notices at most; what comes in between goes into the next.
pub const DIGEST_SECONDS: i64 = 5 * 60;

/// Seconds for which who sends a mail has it for itself. Longer than sending one may take.
pub const CLAIM_SECONDS: i64 = 5 * 60;

/// Seconds after which a mail that cannot be delivered is given up, and a notice is too old to be mailed.
pub const GIVE_UP_SECONDS: i64 = 3 * 86_400;

/// Seconds for which the link that confirms an address counts.
pub const CONFIRM_SECONDS: i64 = 72 * 3_600;

/// Most links to confirm an address that a person gets in a day: the address may be somebody else's.
pub const MOST_CONFIRMATIONS_A_DAY: u32 = 5;

/// The wait after the first try, and the longest one.
const FIRST_WAIT: i64 = 60;
const LONGEST_WAIT: i64 = 6 * 3_600;

/// When a mail that could not be delivered is tried again: after a minute, then twice as long each time, at
/// most six hours. None when it is given up.
pub fn next_try(tries: u32, made: Moment, now: Moment) -> Option<Moment> {
    if now.seconds_since(made) >= GIVE_UP_SECONDS {
        return None;
    }
    let wait = FIRST_WAIT
        .checked_shl(tries.saturating_sub(1).min(32))
        .unwrap_or(LONGEST_WAIT)
        .clamp(FIRST_WAIT, LONGEST_WAIT);
    Some(now.plus_seconds(wait))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_plain_and_on_one_line() {
        for fine in [
            "an@example.org",
            " An.Peeters+werk@Leerhuis.example.org ",
            "o'brien@example.org",
        ] {
            assert!(MailAddress::parse(fine).is_ok(), "{fine}");
        }
        assert_eq!(
            MailAddress::parse("An@Example.ORG").unwrap().as_str(),
            "An@example.org"
        );
        for wrong in [
            "",
            "an",
            "an@",
            "@example.org",
            "an@example",
            "an@@example.org",
            "an peeters@example.org",
            "an@example.org\nBcc: x@example.org",
            "an@example.org\r\n",
            "an\r\n@example.org",
            "an@exa\u{2028}mple.org",
            "an@example..org",
            ".an@example.org",
            "\"an\"@example.org",
            "an@example.org>, <x@example.org",
            "an@-example.org",
            "An <an@example.org>",
            "änn@example.org",
            "an@example.org\0",
        ] {
            assert_eq!(MailAddress::parse(wrong), Err(NoMailAddress), "{wrong:?}");
        }
        let long = format!("{}@example.org", "a".repeat(65));
        assert!(MailAddress::parse(&long).is_err());
    }

    #[test]
    fn an_address_does_not_show_where_a_value_is_printed_for_a_programmer() {
        let address = MailAddress::parse("an@example.org").unwrap();
        assert!(!format!("{address:?}").contains("an@"));
    }

    #[test]
    fn a_mail_is_tried_again_ever_later_and_given_up_after_three_days() {
        let made = Moment::parse_rfc3339("2025-05-28T10:00:00+02:00").unwrap();
        let mut now = made;
        let mut waits = Vec::new();
        for tries in 1..100 {
            let Some(next) = next_try(tries, made, now) else {
                break;
            };
            waits.push(next.seconds_since(now));
            now = next;
        }
        assert_eq!(waits[..4], [60, 120, 240, 480]);
        assert_eq!(waits.iter().max(), Some(&LONGEST_WAIT));
        assert!(now.seconds_since(made) >= GIVE_UP_SECONDS);
        assert!(now.seconds_since(made) < GIVE_UP_SECONDS + LONGEST_WAIT);
    }
}
