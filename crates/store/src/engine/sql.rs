//! A named SQL text. Knows nothing of engines or connections.

/// One SQL statement under a name. The name, never the bound values, shows in errors, logs and plan
/// tests.
///
/// Parameters are written `?1, ?2`, each number as often as needed. Declare it as a `static`:
///
/// ```
/// use store::engine::Sql;
/// static BY_DOSSIER: Sql = Sql::new("steps.by_dossier", "SELECT id FROM step WHERE dossier_id = ?1");
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct Sql {
    /// Feature and use, such as `steps.list`; unique in the program.
    pub name: &'static str,
    /// The text, in the subset all engines speak.
    pub text: &'static str,
}

impl Sql {
    /// Names a text.
    #[must_use]
    pub const fn new(name: &'static str, text: &'static str) -> Self {
        Self { name, text }
    }
}
