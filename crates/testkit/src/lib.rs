//! A small world for tests: two organisations, one person in every role, a client with a dossier,
//! on a real database, at a clock that is set by hand. Tests above the rules begin with [`world`].
//!
//! Knows the use cases and no page. Never in a release: it panics where a test should fail.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a fixture that does not come about is a test that fails"
)]

mod clock;
mod database;
pub mod papers;
pub mod provider;
mod sections;
mod smtp;
mod steps;
mod world;

pub use clock::ManualClock;
pub use database::{OwnDatabase, Place, Record, TestDatabase, TestFolder, schema_versions};
pub use sections::Sections;
pub use smtp::{MailSink, Manner, Received};
pub use steps::{ended, facts};
pub use world::{
    House, OidcSet, PASSWORD, World, files_in, world, world_with, world_with_documents,
};

use domain::text::{Label, Note, Summary};
use domain::{Day, Moment};

/// The day written as 2025-05-28.
pub fn day(iso: &str) -> Day {
    Day::from_iso(iso).expect("a day written as 2025-05-28")
}

/// The instant written as 2025-05-28T10:00:00+02:00.
pub fn at(rfc3339: &str) -> Moment {
    Moment::parse_rfc3339(rfc3339).expect("an instant written as 2025-05-28T10:00:00+02:00")
}

/// A note.
pub fn note(text: &str) -> Note {
    Note::parse(text).expect("a note")
}

/// A summary or addendum.
pub fn summary(text: &str) -> Summary {
    Summary::parse(text).expect("a summary")
}

/// A line of text.
pub fn label(text: &str) -> Label {
    Label::parse(text).expect("a line of text")
}
