//! What stands in a mail: that there is something to read, and where. Nothing of a client: no name, no
//! number.

use askama::Template;
use casework::Letter;
use domain::mail::CONFIRM_SECONDS;

/// Subject and text of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterText {
    /// Onderwerp
    pub subject: &'static str,
    /// The text, as lines of plain text.
    pub body: String,
}

#[derive(Template)]
#[template(path = "letters/notices.txt")]
struct Notices<'a> {
    url: &'a str,
}

#[derive(Template)]
#[template(path = "letters/confirm.txt")]
struct Confirm<'a> {
    url: &'a str,
    code: &'a str,
    hours: i64,
}

#[derive(Template)]
#[template(path = "letters/test.txt")]
struct Trial<'a> {
    url: &'a str,
}

/// What stands in a letter of a product that people reach at this address.
///
/// # Errors
/// When the text cannot be made.
pub fn letter_text(letter: &Letter, url: &str) -> Result<LetterText, askama::Error> {
    Ok(match &letter.confirms {
        None => LetterText {
            subject: "Er is een melding voor je in het klantendossier",
            body: Notices { url }.render()?,
        },
        Some(code) => LetterText {
            subject: "Bevestig je e-mailadres voor het klantendossier",
            body: Confirm {
                url,
                code,
                hours: CONFIRM_SECONDS / 3_600,
            }
            .render()?,
        },
    })
}

/// The mail with which an operator tries whether mail goes out.
///
/// # Errors
/// As for `letter_text`.
pub fn trial_text(url: &str) -> Result<LetterText, askama::Error> {
    Ok(LetterText {
        subject: "Proefmail van het klantendossier",
        body: Trial { url }.render()?,
    })
}
