//! The number of an enterprise or organisation in the Kruispuntbank van Ondernemingen (KBO).
//!
//! Knows how it is built; not whether the enterprise exists.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An enterprise number whose check digits are right; shown as `0566.988.259`, stored as digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kbo(u64);

/// Why a text is no enterprise number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KboError {
    /// Nothing was typed.
    #[error("no enterprise number was given")]
    Empty,
    /// Something else than 'BE', digits, dots and spaces was typed.
    #[error("the enterprise number holds something else than digits")]
    NotDigits,
    /// The number of digits is not ten (or nine, for an old VAT number).
    #[error("the enterprise number has {was} digits instead of 10")]
    NotTenDigits {
        /// How many digits were typed.
        was: usize,
    },
    /// It starts with 2 to 8: the number of an establishment unit, not of the enterprise.
    #[error("this is the number of an establishment unit, not of an enterprise")]
    EstablishmentUnit,
    /// It starts with 9, which no number does.
    #[error("an enterprise number starts with 0 or 1")]
    FirstDigit,
    /// The last two digits do not fit the eight before them.
    #[error("the check digits of the enterprise number are wrong")]
    CheckDigits,
}

impl Kbo {
    /// Reads a number as people write it: `0566.988.259`, `BE 0566 988 259`, `566988259`.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn parse(typed: &str) -> Result<Self, KboError> {
        let text = typed.trim();
        if text.is_empty() {
            return Err(KboError::Empty);
        }
        let text = match text.get(..2) {
            Some(country) if country.eq_ignore_ascii_case("BE") => &text[2..],
            _ => text,
        };
        let digits: String = text
            .chars()
            .filter(|c| *c != '.' && !c.is_whitespace())
            .collect();
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(KboError::NotDigits);
        }
        if !matches!(digits.len(), 9 | 10) {
            return Err(KboError::NotTenDigits { was: digits.len() });
        }
        // Nine digits is the old VAT number: the number itself is the same, the zero came later.
        let number: u64 = digits.parse().map_err(|_| KboError::NotDigits)?;
        match number / 1_000_000_000 {
            0 | 1 => {}
            9 => return Err(KboError::FirstDigit),
            _ => return Err(KboError::EstablishmentUnit),
        }
        if 97 - (number / 100) % 97 == number % 100 {
            Ok(Self(number))
        } else {
            Err(KboError::CheckDigits)
        }
    }

    /// The ten digits.
    #[must_use]
    pub fn digits(self) -> String {
        format!("{:010}", self.0)
    }
}

impl fmt::Display for Kbo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:04}.{:03}.{:03}",
            self.0 / 1_000_000,
            self.0 / 1000 % 1000,
            self.0 % 1000
        )
    }
}

impl fmt::Debug for Kbo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Kbo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.digits())
    }
}

impl<'de> Deserialize<'de> for Kbo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn real_numbers_are_valid() {
        for text in ["0566988259", "0403019261"] {
            assert_eq!(Kbo::parse(text).unwrap().digits(), text);
        }
        assert_eq!(
            Kbo::parse("0566988259").unwrap().to_string(),
            "0566.988.259"
        );
    }

    #[test]
    fn the_many_ways_to_write_it_are_one_number() {
        let number = Kbo::parse("0566988259").unwrap();
        for text in [
            "BE 0566.988.259",
            "be0566988259",
            "566.988.259",
            " 0566 988 259 ",
        ] {
            assert_eq!(Kbo::parse(text), Ok(number), "{text}");
        }
    }

    #[test]
    fn what_is_no_enterprise_number_is_explained() {
        assert_eq!(Kbo::parse(" "), Err(KboError::Empty));
        assert_eq!(Kbo::parse("NL0566988259"), Err(KboError::NotDigits));
        assert_eq!(Kbo::parse("BE"), Err(KboError::NotTenDigits { was: 0 }));
        assert_eq!(
            Kbo::parse("05669882599"),
            Err(KboError::NotTenDigits { was: 11 })
        );
        assert_eq!(Kbo::parse("2123456789"), Err(KboError::EstablishmentUnit));
        assert_eq!(Kbo::parse("9123456789"), Err(KboError::FirstDigit));
        assert_eq!(Kbo::parse("0566988258"), Err(KboError::CheckDigits));
        // The check is 97 minus the remainder, not the remainder itself.
        assert_eq!(Kbo::parse("0566988238"), Err(KboError::CheckDigits));
        assert_eq!(Kbo::parse("é566988259"), Err(KboError::NotDigits));
    }

    #[test]
    fn numbers_of_the_new_series_start_with_1() {
        let body = 10_000_001_u64;
        let text = format!("{body}{:02}", 97 - body % 97);
        assert_eq!(Kbo::parse(&text).unwrap().digits(), text);
    }

    proptest! {
        #[test]
        fn one_wrong_digit_is_noticed(place in 0..10_usize, digit in 0..10_u8) {
            let good = "0403019261";
            let mut typed = good.as_bytes().to_vec();
            typed[place] = b'0' + digit;
            let typed = String::from_utf8(typed).unwrap();
            prop_assert_eq!(Kbo::parse(&typed).is_ok(), typed == good);
        }

        #[test]
        fn no_typing_makes_it_panic(text in ".{0,16}") {
            if let Ok(kbo) = Kbo::parse(&text) {
                prop_assert_eq!(Kbo::parse(&kbo.to_string()), Ok(kbo));
            }
        }
    }
}
