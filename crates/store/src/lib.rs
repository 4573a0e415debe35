//! Rows in and out: the only place with SQL. One face above SQLite and PostgreSQL.
//!
//! No function here gives dossier content without a proof that only the policy makes
//! (`domain::policy::Access`). It decides nothing: a write is a list of statements with what must
//! hold for them, and a missed guard is reported, not explained.

pub mod account_events;
pub mod actions;
pub mod assignments;
pub mod availability;
pub mod benefits;
pub mod career;
pub mod caseload;
pub mod conditions;
pub mod corrections;
pub mod development;
pub mod disability;
pub mod documents;
pub mod dossiers;
pub mod engine;
pub mod export;
pub mod factors;
pub mod functions;
pub mod grant_requests;
pub mod grants;
pub mod installation;
pub mod integration;
pub mod invitations;
pub mod journal;
pub mod mail;
pub mod mandates;
pub mod messages;
pub mod notices;
pub mod oidc;
pub mod openings;
pub mod organisations;
pub mod owners;
pub mod people;
pub mod preferences;
pub mod profile;
pub mod projects;
pub mod proposals;
pub mod removals;
pub mod reports;
pub mod retention;
pub mod sections;
pub mod sessions;
pub mod steps;
pub mod studies;
pub mod submissions;
pub mod trajectory;
pub mod transmission;
pub mod uses;
pub mod vacancies;
pub mod verify;
pub mod vouchers;

pub use engine::{Answer, Batch, Database, PostgresSettings, Reader, Settings, Stamp, StoreError};

use domain::text::search_form;
use engine::{GuardTag, Row, Sql};

/// Guards that a batch can miss.
pub mod guard {
    use super::GuardTag;

    /// Somebody else changed the dossier since it was read: decide again.
    pub const DOSSIER: GuardTag = "dossier_changed";
    /// The submission was stored before: answer as then.
    pub const SUBMISSION: GuardTag = "submission_seen";
    /// The row was changed, or is final, since it was read.
    pub const ROW: GuardTag = "row_changed";
    /// The name, number or key is taken.
    pub const TAKEN: GuardTag = "taken";
    /// It was done as often as it may be.
    pub const LIMIT: GuardTag = "limit_reached";
}

/// Declares the statements of a module and lists them, so that a test sees every one.
macro_rules! statements {
    ($($(#[$meta:meta])* $name:ident = $label:literal, $text:expr;)+) => {
        $($(#[$meta])* static $name: crate::engine::Sql = crate::engine::Sql::new($label, $text);)+
        /// Every statement of this module.
        pub(crate) static ALL: &[&crate::engine::Sql] = &[$(&$name),+];
    };
}
pub(crate) use statements;

/// Every statement of the program, for the tests of plans and columns.
pub fn statements_of_all() -> Vec<&'static Sql> {
    [
        account_events::ALL,
        actions::ALL,
        assignments::ALL,
        benefits::ALL,
        career::ALL,
        availability::ALL,
        caseload::ALL,
        conditions::ALL,
        corrections::ALL,
        development::ALL,
        disability::ALL,
        documents::ALL,
        dossiers::ALL,
        functions::ALL,
        export::ALL,
        factors::ALL,
        grant_requests::ALL,
        grants::ALL,
        installation::ALL,
        integration::ALL,
        invitations::ALL,
        journal::ALL,
        mandates::ALL,
        mail::ALL,
        messages::ALL,
        notices::ALL,
        oidc::ALL,
        openings::ALL,
        organisations::ALL,
        owners::ALL,
        people::ALL,
        preferences::ALL,
        profile::ALL,
        proposals::ALL,
        projects::ALL,
        removals::ALL,
        reports::ALL,
        retention::ALL,
        sessions::ALL,
        steps::ALL,
        studies::ALL,
        submissions::ALL,
        trajectory::ALL,
        transmission::ALL,
        uses::ALL,
        vacancies::ALL,
        verify::ALL,
        vouchers::ALL,
    ]
    .concat()
}

/// A stored code or text that must be one the program knows.
fn known<T>(statement: &'static Sql, what: &str, value: Option<T>) -> Result<T, StoreError> {
    value.ok_or_else(|| StoreError::Corrupt {
        statement: statement.name,
        detail: format!("the column {what} holds a value this program does not know"),
    })
}

/// A stored text that is optional, parsed.
fn parsed<T, E>(
    statement: &'static Sql,
    what: &str,
    text: Option<String>,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<Option<T>, StoreError> {
    text.map(|text| known(statement, what, parse(&text).ok()))
        .transpose()
}

/// A count in a column.
fn count(statement: &'static Sql, row: &Row<'_>, column: usize) -> Result<u32, StoreError> {
    known(statement, "count", u32::try_from(row.int(column)?).ok())
}

/// A count in a column that may be empty.
fn opt_count(
    statement: &'static Sql,
    row: &Row<'_>,
    column: usize,
) -> Result<Option<u32>, StoreError> {
    let count = |number| known(statement, "count", u32::try_from(number).ok());
    row.opt_int(column)?.map(count).transpose()
}

/// The first text after every text that begins with this one: the upper end of a prefix search.
pub(crate) fn after_prefix(prefix: &str) -> String {
    format!("{prefix}\u{10ffff}")
}
