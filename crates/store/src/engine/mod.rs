//! One face over the database engine: named SQL in, rows out, guarded batches in.
//!
//! Everything above this module writes `?1, ?2` SQL, binds [`Value`]s, reads [`Row`]s and commits
//! [`Batch`]es; it does not know which engine answers. Today that is SQLite. PostgreSQL comes as a
//! second variant of [`Settings`] and of the private engine inside [`Database`] and [`Reader`], which is
//! why every method that reaches the database is async, although SQLite answers on the calling task.
//!
//! This module knows no table, no rule and no screen.

mod batch;
mod error;
mod migrations;
mod pool;
mod reader;
mod row;
mod sql;
mod sqlite;
mod value;
mod writer;

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::time::Duration;

pub use batch::{Batch, Guard, GuardTag, Statement};
pub use error::StoreError;
pub use reader::Reader;
pub use row::Row;
pub use sql::Sql;
pub use value::Value;

/// How long [`Database::healthy`] waits before it says no.
const HEALTH_PATIENCE: Duration = Duration::from_secs(2);

static ALIVE: Sql = Sql::new("engine.alive", "SELECT 1");

/// Which database to open.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Settings {
    /// An SQLite database in this file; it is made when it does not exist, its folder is not.
    Sqlite {
        /// The database file. SQLite keeps two more beside it while it runs (`-wal`, `-shm`).
        file: PathBuf,
    },
}

/// An open database. One per program, shared behind an `Arc`.
///
/// Dropping it refuses new changes, finishes the ones already queued, and folds the write-ahead log
/// into the database file. The drop blocks its thread until that is done.
#[derive(Debug)]
pub struct Database {
    engine: Engine,
}

#[derive(Debug)]
enum Engine {
    Sqlite(sqlite::Sqlite),
}

impl Database {
    /// Opens the database, and makes an empty one where there is none. The schema comes with
    /// [`Database::migrate`].
    ///
    /// # Errors
    /// [`StoreError::Open`], naming the file, when it cannot be made, read or written, or is something
    /// else than a database.
    pub async fn open(settings: &Settings) -> Result<Self, StoreError> {
        let engine = match settings {
            Settings::Sqlite { file } => Engine::Sqlite(sqlite::Sqlite::open(file)?),
        };
        Ok(Self { engine })
    }

    /// Brings the schema up to the version this program was built with. Run it at start, before
    /// serving; it costs a few milliseconds when there is nothing to do. Two programs starting at once
    /// on one database is fine: one migrates, the other finds it done.
    ///
    /// # Errors
    /// [`StoreError::Version`] when the database is newer than the program, or was made with other
    /// migrations under the same numbers; nothing has been changed then.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.migrate(),
        }
    }

    /// A reader: one consistent snapshot of the database, taken at its first statement.
    ///
    /// Take one per request and let go of it soon. A task that holds one and asks for another can make
    /// all tasks wait for each other, until the time limit below ends it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when no connection came free within five seconds.
    pub async fn reader(&self) -> Result<Reader, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => Ok(Reader::new(sqlite.lease().await?)),
        }
    }

    /// Carries out the batch as one transaction and answers when it is durable: all of it, or nothing.
    ///
    /// Dropping the future does not withdraw the batch.
    ///
    /// # Errors
    /// [`StoreError::Missed`] with the tag of the first guard that did not hold;
    /// [`StoreError::Unavailable`] when it could not be written now (disk full, queue full, closed);
    /// [`StoreError::Corrupt`] when a statement failed in a way its guard does not foresee. Each time
    /// nothing of the batch was kept.
    pub async fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.writer().commit(batch).await,
        }
    }

    /// Durable commits made since opening, empty ones included. Fewer than the batches that were
    /// handed in, when several arrived at once.
    #[must_use]
    pub fn commits(&self) -> u64 {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.writer().commits(),
        }
    }

    /// The lines of the engine's plan for this statement, its parameters unknown. For the test that
    /// holds every statement to its index.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the statement does not prepare on the present schema;
    /// [`StoreError::Unavailable`] as for [`Database::reader`].
    pub async fn plan(&self, sql: &'static Sql) -> Result<Vec<String>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite::plan(sqlite.lease().await?.connection()?, sql),
        }
    }

    /// Whether a trivial read and an empty commit both come back within two seconds.
    pub async fn healthy(&self) -> bool {
        let check = async {
            self.reader()
                .await?
                .first(&ALIVE, &[], |row| row.int(0))
                .await?;
            self.commit(Batch::new()).await
        };
        matches!(
            tokio::time::timeout(HEALTH_PATIENCE, check).await,
            Ok(Ok(()))
        )
    }
}
