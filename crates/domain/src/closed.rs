//! What is kept closed in a dossier: 'PmAB' and 'Transmissie'. The client reads the own records; who may open
//! them for the work says why first, and that stands in the list that the client reads (I3).

use serde::{Deserialize, Serialize};

use crate::journal::Event;
use crate::policy::Operation;
use crate::refusal::{Field, Refusal};
use crate::studies::coded;
use crate::text::Label;

/// Minutes after an opening in which what was read can be corrected without giving the reason again.
pub const MINUTES: i64 = 15;

/// How a kind of record is kept closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed {
    /// Who may open it, for a reason.
    pub operation: Operation,
    /// It was opened.
    pub opened: Event,
    /// The name under which the opening is recorded that shows what is kept.
    pub what: &'static str,
    /// The same of the page while it is closed.
    pub page: &'static str,
    /// The same of a form to add or correct.
    pub form: &'static str,
}

coded! {
    /// Why somebody opens what is kept closed.
    OpeningReason {
        /// to mediate
        Mediation = "bemiddeling", "De bemiddeling voorbereiden of opvolgen";
        /// to add or correct
        Record = "invullen", "Iets toevoegen of verbeteren";
        /// another authority asks
        Authority = "overheid", "Een andere overheidsdienst vraagt het";
        /// the client asks
        Client = "jongere", "De jongere vraagt het";
        /// another reason, with a word of explanation
        Other = "ander", "Een andere reden";
    }
}

impl OpeningReason {
    /// The reason in words, as it stands in the list of who looked and in the journal.
    ///
    /// # Errors
    /// `Empty` for another reason without a word of explanation.
    pub fn in_words(self, note: Option<&Label>) -> Result<String, Refusal> {
        let field = Field::OpeningReason;
        in_words(self.label(), self == OpeningReason::Other, field, note)
    }
}

/// A chosen reason with its word of explanation, which stands alone for a reason that is not in the list.
pub(crate) fn in_words(
    label: &str,
    is_other: bool,
    field: Field,
    note: Option<&Label>,
) -> Result<String, Refusal> {
    match (is_other, note) {
        (true, None) => Err(Refusal::Empty(field)),
        (true, Some(note)) => Ok(note.to_string()),
        (false, None) => Ok(label.to_owned()),
        (false, Some(note)) => Ok(format!("{label}: {note}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i3_the_reason_is_told_as_chosen_and_another_one_is_explained() {
        let note = Label::parse("Gesprek van maandag").unwrap();
        let (chosen, other) = (OpeningReason::Client, OpeningReason::Other);
        assert_eq!(chosen.in_words(None).unwrap(), "De jongere vraagt het");
        assert_eq!(
            chosen.in_words(Some(&note)).unwrap(),
            "De jongere vraagt het: Gesprek van maandag"
        );
        assert_eq!(other.in_words(Some(&note)).unwrap(), "Gesprek van maandag");
        let refused = Refusal::Empty(Field::OpeningReason);
        assert_eq!(other.in_words(None), Err(refused));
    }
}
