//! What can go wrong below the SQL, in the operator's English. The Dutch sentence for the user is made
//! above. Never holds a bound value: they are personal data.

use super::GuardTag;

/// Why the store did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A guard of the batch did not hold; nothing of the batch was kept.
    #[error("the guard '{0}' was not met")]
    Missed(GuardTag),
    /// Not now: disk full, file locked, queue full, closed, waited too long. The same request may
    /// succeed later.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// The data or the program is not as the other expects; trying again does not help.
    #[error("statement {statement}: {detail}")]
    Corrupt {
        /// The name of the statement.
        statement: &'static str,
        /// What was found.
        detail: String,
    },
    /// The database cannot be used at all.
    #[error("cannot open {place}: {detail}")]
    Open {
        /// The file, or the setting and the hosts, as it was looked for. No password.
        place: String,
        /// What stands in the way.
        detail: String,
    },
    /// The schema of the database and this program do not belong together.
    #[error(
        "the database has schema version {database}, this program knows version {program}: {detail}"
    )]
    Version {
        /// The version found in the database; 0 when it is empty.
        database: i64,
        /// The newest version this program brings.
        program: i64,
        /// What to do about it.
        detail: String,
    },
}
