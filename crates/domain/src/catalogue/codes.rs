//! The codes of the programme: short names that are stored with what was registered.
//! Whether the programme has a code is asked of the catalogue.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

const MAX: usize = 32;

/// Why a text is no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a code has 1 to {MAX} characters out of A-Z, 0-9 and _")]
pub struct CodeError;

/// A kind of code. Inside the catalogue the checks treat all kinds alike.
pub(super) trait Code: Sized + PartialEq + fmt::Display {
    fn read(text: &str) -> Result<Self, CodeError>;
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Reads a code of 1 to 32 characters out of A-Z, 0-9 and _.
            ///
            /// # Errors
            /// When it is built otherwise.
            pub fn parse(text: &str) -> Result<Self, CodeError> {
                let fits = (1..=MAX).contains(&text.len())
                    && text
                        .bytes()
                        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
                fits.then(|| Self(text.into())).ok_or(CodeError)
            }

            /// The code itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Code for $name {
            fn read(text: &str) -> Result<Self, CodeError> {
                Self::parse(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    )+};
}

codes! {
    /// A step type, as `OND_OAL`.
    StepTypeCode,
    /// A funding number, as `EEWG019`.
    FundingCode,
    /// A result, as `POSITIEF`.
    ResultCode,
    /// A reason of a result, as `P1`.
    ReasonCode,
    /// A kind of action, as `GESPREK`.
    ActionKindCode,
    /// A set of results that step types share.
    ResultSetCode,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_short_and_in_capitals() {
        assert_eq!(FundingCode::parse("EEWG019").unwrap().as_str(), "EEWG019");
        assert!(FundingCode::parse(&"A".repeat(32)).is_ok());
        for text in ["", "eewg019", "EEWG 019", "EEWG-019", "É", &"A".repeat(33)] {
            assert_eq!(FundingCode::parse(text), Err(CodeError), "{text}");
        }
        assert_eq!(
            serde_json::from_str::<ReasonCode>("\"P1\"").unwrap(),
            ReasonCode::parse("P1").unwrap()
        );
        assert!(serde_json::from_str::<ReasonCode>("\"p1\"").is_err());
    }
}
