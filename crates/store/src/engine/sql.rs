//! A named SQL text. Knows how the engines number their parameters, nothing else of them.

use std::sync::OnceLock;

/// One SQL statement under a name. The name, never the bound values, shows in errors, logs and plan
/// tests.
///
/// Parameters are written `?1, ?2`, each number as often as needed; PostgreSQL's `$1, $2` is made from
/// that once. Declare it as a `static`:
///
/// ```text
/// use store::engine::Sql;
/// static BY_DOSSIER: Sql = Sql::new("steps.by_dossier", "SELECT id FROM step WHERE dossier_id = ?1");
/// ```
#[derive(Debug)]
pub struct Sql {
    /// Feature and use, such as `steps.list`; unique in the program.
    pub name: &'static str,
    /// The text, in the subset all engines speak.
    pub text: &'static str,
    for_postgres: OnceLock<String>,
}

impl Sql {
    /// Names a text.
    #[must_use]
    pub const fn new(name: &'static str, text: &'static str) -> Self {
        Self {
            name,
            text,
            for_postgres: OnceLock::new(),
        }
    }

    /// The text with PostgreSQL's numbering.
    pub(super) fn for_postgres(&self) -> &str {
        self.for_postgres.get_or_init(|| dollars(self.text))
    }
}

impl PartialEq for Sql {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.text == other.text
    }
}

impl Eq for Sql {}

/// `?1` as `$1`, but for question marks within a text or a quoted name.
fn dollars(text: &str) -> String {
    let mut quote = None;
    text.chars()
        .map(|c| match (quote, c) {
            (None, '?') => '$',
            (None, '\'' | '"') => {
                quote = Some(c);
                c
            }
            (Some(open), _) if open == c => {
                quote = None;
                c
            }
            _ => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::dollars;

    #[test]
    fn parameters_are_renumbered_and_texts_are_left_alone() {
        assert_eq!(
            dollars(
                "SELECT a FROM b WHERE c = ?1 AND d <> 'wie?' AND \"e?\" = ?12 AND f = 'it''s ?3'"
            ),
            "SELECT a FROM b WHERE c = $1 AND d <> 'wie?' AND \"e?\" = $12 AND f = 'it''s ?3'"
        );
    }
}
