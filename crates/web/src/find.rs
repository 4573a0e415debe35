//! 'Zoek op deze pagina': words that have to stand in what a page of a dossier shows.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::text::search_form;

use crate::fields::Fields;

/// The name of the field.
const FIELD: &str = "zoek";
/// Most characters that are looked for.
const LONGEST: usize = 100;
/// From so many things on, a page offers to look among them.
const MANY: usize = 6;

/// What somebody looks for on a page. Without a word everything is found.
#[derive(Clone, Debug)]
pub(crate) struct Find {
    typed: String,
    words: Vec<String>,
}

impl Find {
    fn of(query: Option<&str>) -> Self {
        let typed: String = Fields::of_query(query)
            .get(FIELD)
            .chars()
            .take(LONGEST)
            .collect();
        let words = search_form(&typed);
        Find {
            words: words
                .split(' ')
                .filter(|it| !it.is_empty())
                .map(str::to_owned)
                .collect(),
            typed,
        }
    }

    /// Whether every word stands in one of the texts of something.
    pub(crate) fn fits<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> bool {
        if self.words.is_empty() {
            return true;
        }
        let held: Vec<String> = texts.into_iter().map(search_form).collect();
        let held = held.join(" ");
        self.words.iter().all(|word| held.contains(word))
    }

    /// The form for it on a page that shows `found` of the `all` things it has.
    pub(crate) fn bar(self, all: usize, found: usize) -> FindBar {
        let said = match found {
            _ if self.words.is_empty() => String::new(),
            0 => "Niets gevonden. Zoek met een ander of een korter woord.".to_owned(),
            found => format!("{found} van {all} gevonden."),
        };
        FindBar {
            is_offered: all >= MANY || !said.is_empty(),
            typed: self.typed,
            said,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Find {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Find::of(parts.uri.query()))
    }
}

/// The form to look for words on a page, and what came of it.
#[derive(Debug, Default)]
pub(crate) struct FindBar {
    pub(crate) is_offered: bool,
    pub(crate) typed: String,
    /// How much was found; empty while nothing is looked for.
    pub(crate) said: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_to_stand_there_whatever_its_case_and_accents() {
        let find = Find::of(Some("zoek=CAFE+mechelen&andere=x"));
        assert!(find.fits(["Café de Kroon", "Werk in Mechelen"]));
        assert!(!find.fits(["Café de Kroon", "Leuven"]));
        assert!(Find::of(None).fits([]));
        assert!(Find::of(Some("zoek=+.+")).fits([]));
    }

    #[test]
    fn a_page_offers_it_when_there_is_much_and_says_what_was_found() {
        assert!(!Find::of(None).bar(MANY - 1, MANY - 1).is_offered);
        assert!(Find::of(None).bar(MANY, MANY).is_offered);
        let asked = || Find::of(Some("zoek=bus"));
        assert_eq!(asked().bar(3, 1).said, "1 van 3 gevonden.");
        assert!(asked().bar(3, 0).said.starts_with("Niets gevonden"));
    }
}
