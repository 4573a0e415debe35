//! The bytes of documents, from the door to the shelf and back: received into a file that has no name,
//! looked at, sealed, kept under a random name, and given back as a stream. Never a file whole in memory.
//!
//! Knows no database and no page. Whether a row may point at what is kept here is for others; what no row
//! points at is removed by `Files::remove`.

mod check;
pub mod copies;
mod scan;
mod seal;
mod shelf;
mod spool;

pub use check::{MOST_DOTS, MOST_ENTRIES, MOST_UNPACKED, check};
pub use scan::Scanner;
pub use shelf::{Files, Place};
pub use spool::Spooled;

use std::io;

/// Why bytes could not be received, kept or given back.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// The place where documents are kept cannot be used.
    #[error("the documents in {place} cannot be used: {reason}")]
    Place {
        /// The folder or bucket.
        place: String,
        /// What it said.
        reason: String,
    },
    /// What is kept under a name is not there, or not what was kept.
    #[error("the document {0} is not there or was changed")]
    Damaged(String),
    /// A temporary file cannot be written or read.
    #[error("a temporary file in {place} cannot be used: {reason}")]
    Spool {
        /// The folder.
        place: String,
        /// What it said.
        reason: String,
    },
    /// The virus scanner cannot be asked, and nothing is accepted without it.
    #[error("the virus scanner {scanner} cannot be asked: {reason}")]
    Scanner {
        /// Its address.
        scanner: String,
        /// What went wrong.
        reason: String,
    },
    /// The settings are wrong.
    #[error("{0}")]
    Settings(String),
}

impl From<FilesError> for io::Error {
    fn from(error: FilesError) -> Self {
        io::Error::other(error)
    }
}
