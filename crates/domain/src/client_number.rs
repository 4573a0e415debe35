//! The number under which a client is known: eight digits, as in 61000447.
//!
//! It says nothing about the person and may be shown. Who the client is, is not known here.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A client number of exactly eight digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientNumber(u32);

/// Why a text is no client number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientNumberError {
    /// Nothing was typed.
    #[error("no client number was given")]
    Empty,
    /// Something other than eight digits was typed.
    #[error("a client number has exactly eight digits")]
    NotEightDigits,
}

impl ClientNumber {
    /// Reads eight digits; spaces around them do not count.
    ///
    /// # Errors
    /// When nothing was typed, or something else than eight digits.
    pub fn parse(typed: &str) -> Result<Self, ClientNumberError> {
        let text = typed.trim();
        if text.is_empty() {
            return Err(ClientNumberError::Empty);
        }
        if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ClientNumberError::NotEightDigits);
        }
        text.parse()
            .map(Self)
            .map_err(|_| ClientNumberError::NotEightDigits)
    }
}

impl fmt::Display for ClientNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08}", self.0)
    }
}

impl fmt::Debug for ClientNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for ClientNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ClientNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_the_manual_is_read_and_shown() {
        let number = ClientNumber::parse(" 61000447 ").unwrap();
        assert_eq!(number.to_string(), "61000447");
        assert_eq!(serde_json::to_string(&number).unwrap(), "\"61000447\"");
        assert_eq!(
            serde_json::from_str::<ClientNumber>("\"61000447\"").unwrap(),
            number
        );
    }

    #[test]
    fn zeros_in_front_are_kept() {
        assert_eq!(
            ClientNumber::parse("00000042").unwrap().to_string(),
            "00000042"
        );
    }

    #[test]
    fn anything_else_is_refused() {
        assert_eq!(ClientNumber::parse("  "), Err(ClientNumberError::Empty));
        for text in [
            "6100044",
            "610004470",
            "6100 0447",
            "+1000447",
            "6100044a",
            "６１０００４４７",
        ] {
            assert_eq!(
                ClientNumber::parse(text),
                Err(ClientNumberError::NotEightDigits),
                "{text}"
            );
        }
    }
}
