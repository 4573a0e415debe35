//! Why a use case did not do what was asked.

use domain::journal::Change;
use domain::policy::Denied;
use domain::refusal::{Refusal, Refusals};
use domain::steps::Stamp;
use domain::uses::Use;
use store::StoreError;

/// Why not.
#[derive(Debug)]
pub enum Failure {
    /// The policy says no. A denied dossier is answered as one that does not exist.
    Denied(Denied),
    /// There is no such thing.
    NotFound,
    /// The rules say no.
    Refused(Refusals),
    /// T1: somebody else changed it since the form was opened.
    Changed(Box<Conflict>),
    /// T2: this submission was stored before; its answer led here.
    AlreadyDone(String),
    /// So much of it that the person has to wait, so many seconds.
    TooMuch {
        /// Of what.
        used: Use,
        /// How long.
        seconds: i64,
    },
    /// Not now: try again.
    Unavailable(String),
    /// The program or its data is broken; the operator has to look.
    Broken(StoreError),
}

/// What somebody else changed in the meantime (T1).
#[derive(Clone, Debug)]
pub struct Conflict {
    /// Who changed it last, and when.
    pub stamp: Stamp,
    /// What changed since the form was opened.
    pub changes: Vec<Change>,
    /// The version as it is now.
    pub version: u32,
    /// Whether the line is final now, so that saving again makes no sense.
    pub is_final: bool,
}

impl From<Denied> for Failure {
    fn from(denied: Denied) -> Self {
        Failure::Denied(denied)
    }
}

impl From<Refusals> for Failure {
    fn from(refusals: Refusals) -> Self {
        Failure::Refused(refusals)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Failure::Refused(refusal.into())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(detail) => Failure::Unavailable(detail),
            other => Failure::Broken(other),
        }
    }
}

impl From<files::FilesError> for Failure {
    fn from(error: files::FilesError) -> Self {
        if matches!(error, files::FilesError::Damaged(_)) {
            // A row points at it: the operator has to look in the backups.
            tracing::error!(%error, "a document cannot be given back");
        }
        Failure::Unavailable(error.to_string())
    }
}
