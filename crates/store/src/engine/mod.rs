//! One face over the database engine: named SQL in, rows out, guarded batches in.
//!
//! Everything above this module writes `?1, ?2` SQL, binds [`Value`]s, reads [`Row`]s and commits
//! [`Batch`]es; it does not know which engine answers: SQLite in the program itself, on the calling
//! task, or PostgreSQL on a server.
//!
//! This module knows no table, no rule and no screen.

mod batch;
pub mod bulk;
mod error;
mod migrations;
mod pool;
mod postgres;
mod postgres_tls;
mod postgres_types;
mod reader;
mod row;
mod sql;
mod sqlite;
mod stamp;
pub(crate) mod trial;
mod value;
mod writer;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::time::Duration;

use domain::{Day, Moment};

pub use batch::{Batch, Guard, GuardTag, Statement};
pub use error::StoreError;
pub use postgres::PostgresSettings;
pub use reader::Reader;
pub use row::Row;
pub use sql::Sql;
pub use stamp::Stamp;
pub use value::Value;

/// How long [`Database::healthy`] waits before it says no.
const HEALTH_PATIENCE: Duration = Duration::from_secs(2);

static ALIVE: Sql = Sql::new("engine.alive", "SELECT 1");

/// What the engine will answer. Boxed where the engine begins: the body of an `async fn` is compiled in
/// every crate that waits for it, and the engine, its pool and its driver are large.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Which database to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settings {
    /// An SQLite database in this file; it is made when it does not exist, its folder is not.
    Sqlite {
        /// The database file. SQLite keeps two more beside it while it runs (`-wal`, `-shm`).
        file: PathBuf,
    },
    /// A PostgreSQL database that is there already, empty or not.
    Postgres(PostgresSettings),
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
    Postgres(postgres::Postgres),
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
            Settings::Postgres(settings) => {
                Engine::Postgres(postgres::Postgres::open(settings).await?)
            }
        };
        Ok(Self { engine })
    }

    /// Opens a database to look at it: nothing of it is changed, no schema brought up to date. A file that is
    /// not there is not made. On a server it is opened as always.
    ///
    /// # Errors
    /// [`StoreError::Open`] when it is not there or cannot be read.
    pub async fn open_to_read(settings: &Settings) -> Result<Self, StoreError> {
        let engine = match settings {
            Settings::Sqlite { file } => Engine::Sqlite(sqlite::Sqlite::open_to_read(file)?),
            Settings::Postgres(settings) => {
                Engine::Postgres(postgres::Postgres::open(settings).await?)
            }
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
            Engine::Postgres(postgres) => postgres.migrate().await,
        }
    }

    /// The newest migration that was applied to a file; none on a server, where [`Database::check_schema`]
    /// compares.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and [`StoreError::Corrupt`] when it cannot be read.
    pub async fn schema_of_file(&self) -> Result<Option<i64>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.schema().await.map(Some),
            Engine::Postgres(_) => Ok(None),
        }
    }

    /// The newest version of a file's schema that this program knows.
    #[must_use]
    pub fn newest_schema_of_file() -> i64 {
        migrations::newest(&migrations::embedded_sqlite())
    }

    /// Copies the database as it is at this moment into a new file, while others read and write; the copy is
    /// on the disk when this answers. Answers whether that was done: on a server it is the work of its own
    /// tools (docs/backup.md).
    ///
    /// # Errors
    /// [`StoreError::Open`] when the new file cannot be made; [`StoreError::Unavailable`] when the disk is
    /// full. A half copy can be left behind then.
    pub async fn copy_to(&self, file: &Path) -> Result<bool, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.copy_to(file).await.map(|()| true),
            Engine::Postgres(_) => Ok(false),
        }
    }

    /// What is wrong with the file itself, by SQLite's own checks: pages, indexes, rows that point at
    /// nothing. None on a server, which looks after its pages itself.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it cannot be read now.
    pub async fn damage(&self) -> Result<Option<Vec<String>>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.damage().await.map(Some),
            Engine::Postgres(_) => Ok(None),
        }
    }

    /// Makes sure that the schema is one this program can serve: an SQLite file, which belongs to this
    /// program alone, is migrated; a PostgreSQL database is left as it is, because the role that serves
    /// need not own the tables.
    ///
    /// # Errors
    /// As for [`Database::migrate`], and [`StoreError::Version`] when a PostgreSQL database is older.
    pub async fn check_schema(&self) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.migrate(),
            Engine::Postgres(postgres) => postgres.check_version().await,
        }
    }

    /// Makes room for what is written by month (the journal, the openings), where the engine keeps months
    /// apart; answers how many months were made.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and [`StoreError::Corrupt`] as for [`Database::commit`]. Changes do
    /// not depend on it: what has no month is kept all the same.
    pub async fn ensure_months(&self, from: Day, until: Day) -> Result<i64, StoreError> {
        match &self.engine {
            Engine::Sqlite(_) => Ok(0),
            Engine::Postgres(postgres) => postgres.ensure_months(from, until).await,
        }
    }

    /// Drops the months of openings that are over before a minute, where the engine keeps months apart;
    /// answers how many openings went with them.
    ///
    /// # Errors
    /// As for [`Database::ensure_months`].
    pub async fn drop_opening_months(&self, before_minute: i64) -> Result<i64, StoreError> {
        match &self.engine {
            Engine::Sqlite(_) => Ok(0),
            Engine::Postgres(postgres) => postgres.drop_opening_months(before_minute).await,
        }
    }

    /// Leaves nothing in the file of what was erased: SQLite writes it anew. Answers whether that was done;
    /// on a server it is the work of who owns it (docs/retention.md).
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the file is in use or the disk is full; it is as it was then.
    pub async fn write_anew(&self) -> Result<bool, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.write_anew().await.map(|()| true),
            Engine::Postgres(_) => Ok(false),
        }
    }

    /// A reader: one consistent snapshot of the database, taken at its first statement.
    ///
    /// Take one per request and let go of it soon. A task that holds one and asks for another can make
    /// all tasks wait for each other, until the time limit below ends it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when no connection came free within five seconds.
    pub fn reader(&self) -> Answer<'_, Reader> {
        Box::pin(async move {
            match &self.engine {
                Engine::Sqlite(sqlite) => Ok(Reader::sqlite(sqlite.lease().await?)),
                Engine::Postgres(postgres) => Ok(Reader::postgres(postgres.session().await?)),
            }
        })
    }

    /// A reader for a single statement, which needs no snapshot around it. A second one would see what was
    /// written since.
    ///
    /// # Errors
    /// As for [`Database::reader`].
    pub fn reader_for_one(&self) -> Answer<'_, Reader> {
        Box::pin(async move {
            match &self.engine {
                Engine::Sqlite(sqlite) => Ok(Reader::sqlite_for_one(sqlite.lease().await?)),
                Engine::Postgres(postgres) => {
                    Ok(Reader::postgres(postgres.session_for_one().await?))
                }
            }
        })
    }

    /// A reader for lists, that a replica may answer where one is set. It still shows everything that
    /// was confirmed before it was asked for, by any server: who just wrote sees it.
    ///
    /// # Errors
    /// As for [`Database::reader`].
    pub fn list_reader(&self) -> Answer<'_, Reader> {
        Box::pin(async move {
            match &self.engine {
                Engine::Sqlite(_) => self.reader().await,
                Engine::Postgres(postgres) => {
                    Ok(Reader::postgres(postgres.relaxed_session().await?))
                }
            }
        })
    }

    /// The instant on the clock that several programs share; none where there is one program.
    ///
    /// # Errors
    /// As for [`Database::reader`].
    pub fn clock(&self) -> Answer<'_, Option<Moment>> {
        Box::pin(async move {
            match &self.engine {
                Engine::Sqlite(_) => Ok(None),
                Engine::Postgres(postgres) => postgres.clock().await.map(Some),
            }
        })
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
    pub fn commit(&self, batch: Batch) -> Answer<'_, ()> {
        Box::pin(async move {
            tracing::trace!(target: "store::statement", name = "commit");
            match &self.engine {
                Engine::Sqlite(sqlite) => sqlite.commit(batch).await,
                Engine::Postgres(postgres) => postgres.commit(batch).await,
            }
        })
    }

    /// Durable commits made since opening, empty ones included. On SQLite fewer than the batches that
    /// were handed in, when several arrived at once; PostgreSQL lets several share one wait for the disk.
    #[must_use]
    pub fn commits(&self) -> u64 {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.commits(),
            Engine::Postgres(postgres) => postgres.commits(),
        }
    }

    /// Where the database stands, for who keeps what was read: while it stays the same, nobody committed
    /// anything. Take it before reading. None where that costs as much as reading (a server), or cannot be
    /// said now.
    #[must_use]
    pub fn stamp(&self) -> Option<Stamp> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.stamp(),
            Engine::Postgres(_) => None,
        }
    }

    /// The lines of the engine's plan for this statement, its parameters unknown; `may_sort` says that
    /// sorting its few rows is no fault. For the test that holds every statement to its index.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the statement does not prepare on the present schema;
    /// [`StoreError::Unavailable`] as for [`Database::reader`].
    pub async fn plan(&self, sql: &'static Sql, may_sort: bool) -> Result<Vec<String>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite::plan(sqlite.lease().await?.connection()?, sql),
            Engine::Postgres(postgres) => postgres.plan(sql, may_sort).await,
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
