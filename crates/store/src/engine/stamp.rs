//! Whether anything was committed since. SQLite says it to a connection that only ever asks this, at the
//! price of a look at the index of its log: the answer covers every program that writes to the file.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use super::StoreError;
use super::sqlite::{self, failure};

/// What the connection needs to cache: the first page.
const CACHE_KIB: usize = 64;
const VERSION: &str = "PRAGMA data_version";

/// Where the database stood. Two that are equal: nothing was committed between them, by any program. Two
/// that differ say nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Which connection said it: the numbers of two cannot be compared.
    connection: u64,
    version: i64,
}

/// The connection that is asked.
#[derive(Debug)]
pub(super) struct Watch {
    file: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    connection: Option<Connection>,
    opened: u64,
    closed: bool,
}

impl Watch {
    pub(super) fn new(file: PathBuf) -> Self {
        Watch {
            file,
            state: Mutex::default(),
        }
    }

    /// Where the database stands: none when that cannot be said now.
    pub(super) fn stamp(&self) -> Option<Stamp> {
        let mut state = self.state();
        if state.closed {
            return None;
        }
        let asked = self.ask(&mut state);
        if let Err(error) = &asked {
            tracing::warn!(%error, "cannot see whether the database changed; everything is read again");
            state.connection = None;
        }
        asked.ok()
    }

    fn ask(&self, state: &mut State) -> Result<Stamp, StoreError> {
        let connection = match &mut state.connection {
            Some(connection) => connection,
            none => {
                let opened = sqlite::connect_to_read(&self.file, CACHE_KIB)?;
                state.opened += 1;
                none.insert(opened)
            }
        };
        let failed = |error| failure(VERSION, &error);
        let mut statement = connection.prepare_cached(VERSION).map_err(failed)?;
        let version = statement.query_row([], |row| row.get(0)).map_err(failed)?;
        Ok(Stamp {
            connection: state.opened,
            version,
        })
    }

    /// Lets go of the file, for good.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.connection = None;
        state.closed = true;
    }

    // What a panic elsewhere left is at worst a connection, which is whole.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
