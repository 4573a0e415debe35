//! The national number of a person: rijksregisternummer or bis-nummer (INSZ).
//!
//! Knows how it is built. Does not know whether it exists, nor whose it is. There is on purpose no
//! `Display` and no serialisation, and `Debug` shows no digits: whoever needs them asks for them.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Day;
use crate::closed::in_words;
use crate::refusal::{Field, Refusal};
use crate::studies::coded;
use crate::text::Label;

coded! {
    /// Why somebody needs to see the number of a client in full.
    InszReason {
        /// is this the right person
        Identify = "identificatie", "Nagaan of dit de juiste persoon is";
        /// a form or declaration
        Form = "formulier", "Een formulier of aangifte invullen";
        /// another authority asks
        Authority = "overheid", "Een andere overheidsdienst vraagt het";
        /// the client asks
        Client = "jongere", "De jongere vraagt het";
        /// another reason, with a word of explanation
        Other = "ander", "Een andere reden";
    }
}

/// The reason in words, as it stands in the list of who looked and in the journal.
///
/// # Errors
/// `Empty` for another reason without a word of explanation.
pub fn reason_in_words(reason: InszReason, note: Option<&Label>) -> Result<String, Refusal> {
    let is_other = reason == InszReason::Other;
    in_words(reason.label(), is_other, Field::InszReason, note)
}

/// An INSZ whose check digits are right.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Insz {
    number: u64,
    born_from_2000: bool,
}

/// Why a text is no INSZ. Says nothing of what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InszError {
    /// Nothing was typed.
    #[error("no national number was given")]
    Empty,
    /// Something else than digits, dots, dashes, slashes and spaces was typed.
    #[error("the national number holds something else than digits")]
    NotDigits,
    /// The number of digits is not eleven.
    #[error("the national number has {was} digits instead of 11")]
    NotElevenDigits {
        /// How many digits were typed.
        was: usize,
    },
    /// The last two digits do not fit the nine before them: a slip of the finger.
    #[error("the check digits of the national number are wrong")]
    CheckDigits,
}

/// What is odd about a number whose check digits are right. Never a reason to refuse it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InszWarning {
    /// The birth date in it is no day of the calendar (other than the zeros for unknown).
    OddBirthDate,
    /// The birth date in it lies in the future.
    BornInFuture,
    /// The sequence number 000 or 999 is never assigned; used for made-up people.
    SequenceNeverAssigned,
    /// The birth date in it differs from the one in the profile.
    DiffersFromProfile,
}

/// Which register gave the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InszKind {
    /// Rijksregisternummer.
    NationalRegister,
    /// Bis-nummer; the sex was known when it was given.
    Bis,
    /// Bis-nummer; the sex was not known when it was given.
    BisSexUnknown,
}

impl Insz {
    /// Reads a number as people write it: `93.05.18-223.61`, with or without the signs.
    ///
    /// # Errors
    /// When it has not eleven digits or the check digits are wrong.
    pub fn parse(typed: &str) -> Result<Self, InszError> {
        let mut digits = 0_usize;
        let mut number = 0_u64;
        for c in typed.chars() {
            match c {
                '.' | '-' | '/' => {}
                c if c.is_whitespace() => {}
                c => {
                    let digit = c
                        .is_ascii()
                        .then(|| c.to_digit(10))
                        .flatten()
                        .ok_or(InszError::NotDigits)?;
                    digits += 1;
                    if digits <= 11 {
                        number = number * 10 + u64::from(digit);
                    }
                }
            }
        }
        match digits {
            0 if typed.trim().is_empty() => Err(InszError::Empty),
            11 => Self::checked(number),
            was => Err(InszError::NotElevenDigits { was }),
        }
    }

    /// The century is not written in the number: the check digits tell which of two it is.
    fn checked(number: u64) -> Result<Self, InszError> {
        let (body, check) = (number / 100, number % 100);
        let fits = |body: u64| 97 - body % 97 == check;
        let born_from_2000 = fits(2_000_000_000 + body);
        if born_from_2000 || fits(body) {
            Ok(Self {
                number,
                born_from_2000,
            })
        } else {
            Err(InszError::CheckDigits)
        }
    }

    /// The eleven digits, for storing encrypted and for the keyed search hash; never for a log or
    /// an address.
    #[must_use]
    pub fn digits(self) -> String {
        format!("{:011}", self.number)
    }

    /// As written on a card: `93.05.18-223.61`.
    #[must_use]
    pub fn display(self) -> String {
        format!(
            "{:02}.{:02}.{:02}-{:03}.{:02}",
            self.pair(9),
            self.pair(7),
            self.pair(5),
            self.sequence(),
            self.pair(0)
        )
    }

    /// Enough to recognise the number beside the paper, and no more: `**.**.**-***.61`.
    #[must_use]
    pub fn masked(self) -> String {
        format!("**.**.**-***.{:02}", self.pair(0))
    }

    /// Which register gave it.
    #[must_use]
    pub fn kind(self) -> InszKind {
        match self.pair(7) {
            20..=32 => InszKind::BisSexUnknown,
            40..=52 => InszKind::Bis,
            _ => InszKind::NationalRegister,
        }
    }

    /// The year of birth in the number, with its century.
    #[must_use]
    pub fn birth_year(self) -> i16 {
        i16::from(self.pair(9)) + if self.born_from_2000 { 2000 } else { 1900 }
    }

    /// The birth date in the number; nothing when it is unknown in part, or odd.
    #[must_use]
    pub fn birth_day(self) -> Option<Day> {
        let month = i8::try_from(self.month()).ok()?;
        let day = i8::try_from(self.pair(5)).ok()?;
        Day::new(self.birth_year(), month, day)
    }

    /// Everything odd about the number, given what day it is and the birth date in the profile.
    #[must_use]
    pub fn warnings(self, today: Day, profile_birth: Option<Day>) -> Vec<InszWarning> {
        let mut warnings = Vec::new();
        let unknown_in_part = self.month() == 0 || self.pair(5) == 0;
        let possible = self.month() <= 12 && self.pair(5) <= 31;
        if self.birth_day().is_none() && !(unknown_in_part && possible) {
            warnings.push(InszWarning::OddBirthDate);
        }
        let future = match self.birth_day() {
            Some(birth) => birth > today,
            None => self.birth_year() > today.year(),
        };
        if future {
            warnings.push(InszWarning::BornInFuture);
        }
        if matches!(self.sequence(), 0 | 999) {
            warnings.push(InszWarning::SequenceNeverAssigned);
        }
        let differs = profile_birth.is_some_and(|profile| match self.birth_day() {
            Some(birth) => birth != profile,
            None => self.birth_year() != profile.year(),
        });
        if differs {
            warnings.push(InszWarning::DiffersFromProfile);
        }
        warnings
    }

    /// The month without what a bis-nummer adds to it.
    fn month(self) -> u8 {
        let month = self.pair(7);
        match self.kind() {
            InszKind::NationalRegister => month,
            InszKind::BisSexUnknown => month - 20,
            InszKind::Bis => month - 40,
        }
    }

    fn sequence(self) -> u64 {
        self.number / 100 % 1000
    }

    /// Two digits, counted from the right.
    fn pair(self, from_right: u32) -> u8 {
        // Below one hundred by the remainder.
        u8::try_from(self.number / 10_u64.pow(from_right) % 100).unwrap_or_default()
    }
}

impl fmt::Debug for Insz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Insz(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn insz(text: &str) -> Insz {
        Insz::parse(text).unwrap()
    }

    fn today() -> Day {
        Day::new(2025, 5, 28).unwrap()
    }

    #[test]
    fn published_numbers_are_valid_and_tell_their_century() {
        for (text, year) in [
            ("93051822361", 1993),
            ("00012556777", 2000),
            ("63112800174", 1963),
        ] {
            let insz = insz(text);
            assert_eq!(insz.birth_year(), year, "{text}");
            assert_eq!(insz.kind(), InszKind::NationalRegister);
            assert_eq!(insz.warnings(today(), None), [], "{text}");
        }
        assert_eq!(insz("00012556777").birth_day(), Day::new(2000, 1, 25));
    }

    #[test]
    fn signs_and_spaces_do_not_count() {
        for text in ["93.05.18-223.61", " 93 05 18 223 61 ", "930518/223-61"] {
            assert_eq!(insz(text), insz("93051822361"), "{text}");
        }
    }

    #[test]
    fn a_wrong_check_digit_is_an_error_and_a_birth_in_the_future_a_warning() {
        assert_eq!(Insz::parse("93051822360"), Err(InszError::CheckDigits));
        let later = insz("93051822390");
        assert_eq!(later.birth_year(), 2093);
        assert_eq!(later.warnings(today(), None), [InszWarning::BornInFuture]);
    }

    #[test]
    fn made_up_people_have_a_sequence_that_is_never_assigned() {
        for text in ["08031599930", "08031500059"] {
            let insz = insz(text);
            assert_eq!(insz.birth_day(), Day::new(2008, 3, 15));
            assert_eq!(
                insz.warnings(today(), None),
                [InszWarning::SequenceNeverAssigned]
            );
        }
    }

    #[test]
    fn bis_numbers_count_the_month_from_20_or_40() {
        let known = insz("07481199956");
        assert_eq!(known.kind(), InszKind::Bis);
        assert_eq!(known.birth_day(), Day::new(2007, 8, 11));
        let unknown = insz("07281199913");
        assert_eq!(unknown.kind(), InszKind::BisSexUnknown);
        assert_eq!(unknown.birth_day(), Day::new(2007, 8, 11));
        assert_eq!(
            unknown.warnings(today(), None),
            [InszWarning::SequenceNeverAssigned]
        );
    }

    #[test]
    fn what_is_no_number_is_explained() {
        assert_eq!(Insz::parse("07031512300"), Err(InszError::CheckDigits));
        assert!(Insz::parse("07031512380").is_ok());
        assert!(Insz::parse("07031512312").is_ok());
        assert_eq!(
            Insz::parse("9305182236"),
            Err(InszError::NotElevenDigits { was: 10 })
        );
        assert_eq!(
            Insz::parse(&"1".repeat(40)),
            Err(InszError::NotElevenDigits { was: 40 })
        );
        assert_eq!(Insz::parse("9305182236x"), Err(InszError::NotDigits));
        assert_eq!(Insz::parse("٩3051822361"), Err(InszError::NotDigits));
        assert_eq!(Insz::parse("  "), Err(InszError::Empty));
        assert_eq!(
            Insz::parse(".-/"),
            Err(InszError::NotElevenDigits { was: 0 })
        );
    }

    /// Puts the right check digits behind nine others, for somebody born in the 1900s.
    fn with_check(body: u64) -> Insz {
        insz(&format!("{body:09}{:02}", 97 - body % 97))
    }

    #[test]
    fn odd_birth_dates_are_warnings_and_zeros_mean_unknown() {
        let odd = with_check(930_230_123);
        assert_eq!(odd.birth_day(), None);
        assert_eq!(odd.warnings(today(), None), [InszWarning::OddBirthDate]);
        let month_13 = with_check(931_310_123);
        assert_eq!(
            month_13.warnings(today(), None),
            [InszWarning::OddBirthDate]
        );
        for refugee in [930_000_123, 930_500_123, 932_000_123, 934_000_123] {
            assert_eq!(with_check(refugee).warnings(today(), None), [], "{refugee}");
        }
    }

    #[test]
    fn another_birth_date_than_the_profile_is_a_warning() {
        let insz = insz("93051822361");
        assert_eq!(insz.warnings(today(), Day::new(1993, 5, 18)), []);
        assert_eq!(
            insz.warnings(today(), Day::new(1993, 5, 19)),
            [InszWarning::DiffersFromProfile]
        );
        let only_year = with_check(930_000_123);
        assert_eq!(only_year.warnings(today(), Day::new(1993, 5, 19)), []);
    }

    #[test]
    fn it_shows_only_what_is_asked_for() {
        let insz = insz("93051822361");
        assert_eq!(insz.display(), "93.05.18-223.61");
        assert_eq!(insz.masked(), "**.**.**-***.61");
        assert_eq!(insz.digits(), "93051822361");
        let logged = format!("{insz:?} {:?}", Insz::parse("93051822360"));
        assert!(!logged.contains(|c: char| c.is_ascii_digit()), "{logged}");
    }

    proptest! {
        #[test]
        fn one_wrong_digit_of_made_up_people_is_noticed(place in 0..11_usize, digit in 0..10_u8) {
            for good in ["08031599930", "08031500059"] {
                let mut typed = good.as_bytes().to_vec();
                typed[place] = b'0' + digit;
                let typed = String::from_utf8(typed).unwrap();
                prop_assert_eq!(Insz::parse(&typed).is_ok(), typed == good);
            }
        }

        #[test]
        fn what_is_shown_can_be_typed(body in 0..1_000_000_000_u64, later in any::<bool>()) {
            let base = if later { 2_000_000_000 } else { 0 };
            let text = format!("{body:09}{:02}", 97 - (base + body) % 97);
            let insz = Insz::parse(&text).unwrap();
            prop_assert_eq!(insz.birth_year() >= 2000, later);
            prop_assert_eq!(insz.digits(), text);
            prop_assert_eq!(Insz::parse(&insz.display()).unwrap(), insz);
            let _ = insz.warnings(Day::MIN, Some(Day::MAX));
        }

        #[test]
        fn no_typing_makes_it_panic(text in ".{0,20}") {
            let _ = Insz::parse(&text);
        }
    }
}
