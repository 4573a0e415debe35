//! Text that came in at the door: bounded, clean, and then trusted.
//!
//! Knows lengths and characters. Does not know what the text is about or in which field it stood.
//! Nothing here prints the text in `Debug`: what people write about clients stays out of the log.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The name of a person or an organisation.
pub type Name = Line<100>;
/// A short text on one line, such as a place or a school.
pub type Label = Line<200>;
/// A reason or an explanation.
pub type Note = Story<2000>;
/// The course of the guidance, or an addendum to it.
pub type Summary = Story<20000>;

/// Why a text is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing that can be seen was typed.
    #[error("the text is empty")]
    Empty,
    /// More characters than the field takes.
    #[error("the text has {was} characters; at most {max} are accepted")]
    TooLong {
        /// The most that is accepted, in characters.
        max: usize,
        /// What was typed, in characters.
        was: usize,
    },
    /// A character that steers instead of being read: a control character, or one that turns the
    /// direction of the text around and can make it read as something else.
    #[error("the text holds a control character")]
    ControlCharacter,
}

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $clean:path) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name<const MAX: usize>(String);

        impl<const MAX: usize> $name<MAX> {
            /// The most characters it takes; for the page to say so.
            pub const MAX: usize = MAX;

            /// Reads a text as typed; white space at both ends does not count.
            ///
            /// # Errors
            /// When nothing is left, when it is too long, or when it holds a control character.
            pub fn parse(typed: &str) -> Result<Self, TextError> {
                $clean(typed, MAX).map(Self)
            }

            /// Reads a text that may be left out.
            ///
            /// # Errors
            /// As for `parse`, except that an empty text is no error but nothing.
            pub fn optional(typed: &str) -> Result<Option<Self>, TextError> {
                match Self::parse(typed) {
                    Ok(text) => Ok(Some(text)),
                    Err(TextError::Empty) => Ok(None),
                    Err(error) => Err(error),
                }
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text, handed over.
            #[must_use]
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl<const MAX: usize> fmt::Display for $name<MAX> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<const MAX: usize> fmt::Debug for $name<MAX> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({} characters)", stringify!($name), self.0.chars().count())
            }
        }

        impl<const MAX: usize> AsRef<str> for $name<MAX> {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl<const MAX: usize> Serialize for $name<MAX> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de, const MAX: usize> Deserialize<'de> for $name<MAX> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

text! {
    /// One line of text of at most `MAX` characters, never empty.
    Line, clean_line
}
text! {
    /// Text of at most `MAX` characters that may have several lines, never empty.
    ///
    /// Ends of lines are kept as `\n`, however they were sent.
    Story, clean_story
}

fn clean_line(typed: &str, max: usize) -> Result<String, TextError> {
    let text = typed.trim();
    if text.chars().any(|c| steers(c) || separates_lines(c)) {
        return Err(TextError::ControlCharacter);
    }
    bounded(text.to_owned(), max)
}

fn clean_story(typed: &str, max: usize) -> Result<String, TextError> {
    let text = typed
        .trim()
        .replace("\r\n", "\n")
        .replace(|c| c == '\r' || separates_lines(c), "\n");
    if text.chars().any(|c| steers(c) && c != '\n' && c != '\t') {
        return Err(TextError::ControlCharacter);
    }
    bounded(text, max)
}

fn bounded(text: String, max: usize) -> Result<String, TextError> {
    if !text.chars().any(is_seen) {
        return Err(TextError::Empty);
    }
    match text.chars().count() {
        was if was > max => Err(TextError::TooLong { max, was }),
        _ => Ok(text),
    }
}

/// Control characters, and those that override or isolate the direction of text. Right-to-left
/// writing itself does not need them.
fn steers(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// The line and paragraph separators of Unicode, which are no control characters.
fn separates_lines(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

/// Whether a reader would see anything: a name of only zero-width characters is no name.
fn is_seen(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}')
}

/// Lower case, without accents, only letters and digits with single spaces: how names and
/// organisations are searched, the same on every engine.
pub fn search_form(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        let plain = match c {
            'à'..='å' => "a",
            'æ' => "ae",
            'ç' => "c",
            'è'..='ë' => "e",
            'ì'..='ï' => "i",
            'ñ' => "n",
            'ò'..='ö' | 'ø' => "o",
            'ù'..='ü' => "u",
            'ý' | 'ÿ' => "y",
            'ß' => "ss",
            'œ' => "oe",
            'š' | 'ş' => "s",
            'ž' => "z",
            'č' | 'ć' => "c",
            'ğ' => "g",
            'ł' => "l",
            'ı' => "i",
            // Combining accents, and what stands inside a name without parting it.
            '\u{300}'..='\u{36f}' | '\'' | '’' => "",
            other if other.is_alphanumeric() => {
                words.push(other);
                continue;
            }
            _ => {
                if !words.is_empty() && !words.ends_with(' ') {
                    words.push(' ');
                }
                continue;
            }
        };
        words.push_str(plain);
    }
    words.truncate(words.trim_end().len());
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn note(text: &str) -> Result<String, TextError> {
        Note::parse(text).map(Note::into_string)
    }

    #[test]
    fn spaces_around_a_name_do_not_count() {
        let name = Name::parse("  Fatima El Amrani\u{a0}\r\n").unwrap();
        assert_eq!(name.as_str(), "Fatima El Amrani");
        assert_eq!(name.to_string(), "Fatima El Amrani");
    }

    #[test]
    fn a_text_of_several_lines_keeps_them_however_they_were_sent() {
        assert_eq!(
            note("\r\nGesprek:\r\n\t- werkplek\r- school\n\n").unwrap(),
            "Gesprek:\n\t- werkplek\n- school"
        );
        assert_eq!(note("een\u{2028}twee").unwrap(), "een\ntwee");
    }

    #[test]
    fn nothing_to_see_is_empty() {
        for nothing in ["", "   ", "\r\n\t", "\u{200b}\u{feff}"] {
            assert_eq!(Name::parse(nothing), Err(TextError::Empty), "{nothing:?}");
            assert_eq!(Summary::optional(nothing), Ok(None), "{nothing:?}");
        }
    }

    #[test]
    fn length_is_counted_in_characters_not_in_bytes() {
        type Four = Line<4>;
        assert!(Four::parse("🙂🙂🙂🙂").is_ok());
        assert!(Four::parse("Zoë!").is_ok());
        assert_eq!(
            Four::parse("vijf!"),
            Err(TextError::TooLong { max: 4, was: 5 })
        );
        assert_eq!(
            Four::optional("vijf!"),
            Err(TextError::TooLong { max: 4, was: 5 })
        );
        assert!(Summary::parse(&"é".repeat(20_000)).is_ok());
        // Two characters at the end of a line, sent by every browser, count as one.
        assert!(Story::<3>::parse("a\r\nb").is_ok());
        assert_eq!(Four::MAX, 4);
    }

    #[test]
    fn other_alphabets_are_welcome() {
        for name in ["فاطمة", "מרים", "Müller-Łuczak", "李小龙", "O’Neill"] {
            assert_eq!(Name::parse(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn characters_that_steer_are_refused() {
        for bad in [
            "a\0b",
            "a\u{1b}[31mb",
            "a\u{7f}b",
            "a\u{85}b",
            "a\u{202a}b",
            "a\u{202e}b",
            "a\u{2066}b",
            "a\u{2069}b",
        ] {
            assert_eq!(
                Name::parse(bad),
                Err(TextError::ControlCharacter),
                "{bad:?}"
            );
            assert_eq!(note(bad), Err(TextError::ControlCharacter), "{bad:?}");
        }
        for lines in ["a\nb", "a\tb", "a\u{2029}b"] {
            assert_eq!(
                Name::parse(lines),
                Err(TextError::ControlCharacter),
                "{lines:?}"
            );
            assert!(note(lines).is_ok(), "{lines:?}");
        }
    }

    #[test]
    fn what_people_write_stays_out_of_the_log() {
        let note = Note::parse("Ziek sinds maandag").unwrap();
        assert_eq!(format!("{note:?}"), "Story(18 characters)");
    }

    #[test]
    fn reading_back_checks_again() {
        assert!(serde_json::from_str::<Name>("\"\"").is_err());
        assert!(serde_json::from_str::<Name>("\"a\\u0000b\"").is_err());
        assert_eq!(
            serde_json::from_str::<Name>("\"Jan\"").unwrap().as_str(),
            "Jan"
        );
    }

    proptest! {
        #[test]
        fn an_accepted_text_is_accepted_again_unchanged(typed in any::<String>()) {
            if let Ok(text) = Summary::parse(&typed) {
                let json = serde_json::to_string(&text).unwrap();
                prop_assert_eq!(&serde_json::from_str::<Summary>(&json).unwrap(), &text);
                prop_assert_eq!(Summary::parse(text.as_str()).unwrap(), text);
            }
            if let Ok(line) = Label::parse(&typed) {
                let lines = line.as_str().contains(['\n', '\r', '\u{2028}']);
                prop_assert!(!lines);
                prop_assert_eq!(Label::parse(line.as_str()).unwrap(), line);
            }
        }
    }

    #[test]
    fn a_name_is_found_without_accents_capitals_and_signs() {
        assert_eq!(search_form("  Noëlle  D'Hondt-Özil "), "noelle dhondt ozil");
        assert_eq!(search_form("VDAB CENTRALE DIENST"), "vdab centrale dienst");
    }
}
