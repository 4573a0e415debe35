//! SQLite itself: how a connection is opened and set, what its errors mean, and the parts of the engine
//! put together. The only file that knows a pragma.

use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::config::DbConfig;
use rusqlite::types::Null;
use rusqlite::{Connection, ErrorCode, OpenFlags, ffi};

use super::pool::{Lease, Pool};
use super::stamp::{Stamp, Watch};
use super::writer::Writer;
use super::{Batch, Sql, StoreError, migrations, trial};

/// How long to wait for a free connection to read with.
const READER_PATIENCE: Duration = Duration::from_secs(5);
/// How long SQLite waits for another program's lock on the file.
const LOCK_PATIENCE: Duration = Duration::from_secs(5);
const PREPARED_STATEMENTS: usize = 128;
const WRITER_CACHE_KIB: usize = 8_000;
/// Page cache of all read connections together: the program as a whole stays under 100 MB.
const READER_CACHES_KIB: usize = 24_000;
const SMALLEST_CACHE_KIB: usize = 512;
/// Pages that a copy takes at once: 2 MiB.
const COPIED_PAGES: i32 = 256;

/// One SQLite file: a thread that writes, connections that read.
#[derive(Debug)]
pub(super) struct Sqlite {
    file: PathBuf,
    /// None where it was opened only to look at.
    writer: Option<Writer>,
    readers: Arc<Pool>,
    watch: Watch,
}

impl Sqlite {
    pub(super) fn open(file: &Path) -> Result<Self, StoreError> {
        // Absolute: connections are opened later too, and no name may mean anything but a file.
        let file = std::path::absolute(file).map_err(|error| cannot_open(file, &error))?;
        make_if_absent(&file)?;
        let first = connect_to_write(&file)?;
        let same = file.clone();
        let writer = Writer::start(first, move || connect_to_write(&same))
            .map_err(|error| cannot_open(&file, &error))?;
        Ok(Self {
            watch: Watch::new(file.clone()),
            readers: readers_of(&file),
            file,
            writer: Some(writer),
        })
    }

    /// To look at it and nothing else: the file is neither made nor changed.
    pub(super) fn open_to_read(file: &Path) -> Result<Self, StoreError> {
        let file = std::path::absolute(file).map_err(|error| cannot_open(file, &error))?;
        if let Err(error) = std::fs::File::open(&file) {
            return Err(cannot_open(&file, &error));
        }
        Ok(Self {
            watch: Watch::new(file.clone()),
            readers: readers_of(&file),
            file,
            writer: None,
        })
    }

    pub(super) fn migrate(&self) -> Result<(), StoreError> {
        let mut connection = connect_to_write(&self.file)?;
        trial::point("before-migration");
        migrations::apply(migrations::embedded_sqlite(), &mut connection)?;
        trial::point("after-migration");
        Ok(())
    }

    /// VACUUM copies what is there into a new file, and the log is cut off after: what was deleted stood in
    /// free pages and in the log until then. It needs as much room again, and a connection of its own.
    pub(super) async fn write_anew(&self) -> Result<(), StoreError> {
        let file = self.file.clone();
        on_a_thread(move || {
            let connection = connect_to_write(&file)?;
            let anew = || {
                connection.execute_batch("VACUUM")?;
                let deadline = Instant::now() + LOCK_PATIENCE;
                loop {
                    let busy: i64 =
                        connection
                            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
                    if busy == 0 {
                        return Ok(true);
                    }
                    if Instant::now() > deadline {
                        return Ok(false);
                    }
                    thread::sleep(Duration::from_millis(50));
                }
            };
            match anew() {
                Ok(true) => Ok(()),
                Ok(false) => Err(StoreError::Unavailable(
                    "others were reading all the time, so the log could not be cut off".into(),
                )),
                Err(error) => Err(failure("write the file anew", &error)),
            }
        })
        .await
    }

    pub(super) async fn lease(&self) -> Result<Lease, StoreError> {
        self.readers.lease().await
    }

    #[cfg(test)]
    pub(super) fn writer(&self) -> Option<&Writer> {
        self.writer.as_ref()
    }

    pub(super) fn stamp(&self) -> Option<Stamp> {
        self.watch.stamp()
    }

    pub(super) async fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        match &self.writer {
            Some(writer) => writer.commit(batch).await,
            None => Err(StoreError::Unavailable("it was opened to be read".into())),
        }
    }

    pub(super) fn commits(&self) -> u64 {
        self.writer.as_ref().map_or(0, Writer::commits)
    }

    pub(super) async fn schema(&self) -> Result<i64, StoreError> {
        migrations::version_of(self.lease().await?.connection()?)
    }

    /// SQLite's own copy, some pages at a time. It reads within one snapshot, so that it does not begin again
    /// when others write; they wait for nothing, and the log grows until it is done.
    pub(super) async fn copy_to(&self, to: &Path) -> Result<(), StoreError> {
        let (from, to) = (self.file.clone(), to.to_owned());
        on_a_thread(move || {
            let source = connect_to_read(&from, WRITER_CACHE_KIB)?;
            make_if_absent(&to)?;
            let copied = || -> rusqlite::Result<()> {
                source.execute_batch("BEGIN")?;
                source.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
                let access = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                let mut copy = Connection::open_with_flags(&to, access)?;
                copy.pragma_update(None, "synchronous", "FULL")?;
                let backup = Backup::new(&source, &mut copy)?;
                let deadline = Instant::now() + LOCK_PATIENCE;
                loop {
                    match backup.step(COPIED_PAGES)? {
                        StepResult::Done => break,
                        StepResult::Busy | StepResult::Locked if Instant::now() > deadline => {
                            return Err(rusqlite::Error::SqliteFailure(
                                ffi::Error::new(ffi::SQLITE_BUSY),
                                None,
                            ));
                        }
                        StepResult::Busy | StepResult::Locked => {
                            thread::sleep(Duration::from_millis(50));
                        }
                        _ => thread::yield_now(),
                    }
                }
                drop(backup);
                // One file without a log beside it: it is read as it stands, also where nobody may write.
                copy.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))?;
                copy.close().map_err(|(_, error)| error)
            };
            copied().map_err(|error| failure("copy the database", &error))
        })
        .await
    }

    pub(super) async fn damage(&self) -> Result<Vec<String>, StoreError> {
        let file = self.file.clone();
        on_a_thread(move || {
            let connection = connect_to_read(&file, WRITER_CACHE_KIB)?;
            let texts = |sql: &str| -> rusqlite::Result<Vec<String>> {
                let mut statement = connection.prepare(sql)?;
                let rows = statement.query_map([], |row| row.get(0))?;
                rows.collect()
            };
            let found = || -> rusqlite::Result<Vec<String>> {
                let mut found = texts("PRAGMA integrity_check")?;
                found.retain(|it| it != "ok");
                found.extend(texts(
                    "SELECT \"table\" || ' points at nothing in ' || parent FROM pragma_foreign_key_check",
                )?);
                Ok(found)
            };
            match found() {
                Ok(found) => Ok(found),
                Err(error) => match failure("look at the file", &error) {
                    // So damaged that it cannot even be looked at.
                    StoreError::Corrupt { detail, .. } => Ok(vec![detail]),
                    other => Err(other),
                },
            }
        })
        .await
    }
}

fn readers_of(file: &Path) -> Arc<Pool> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let size = (2 * cores).max(4);
    let cache_kib = (READER_CACHES_KIB / size).max(SMALLEST_CACHE_KIB);
    Arc::new(Pool::new(file.to_owned(), size, cache_kib, READER_PATIENCE))
}

/// What takes long and has a connection of its own.
async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(StoreError::Unavailable("a fault ended it".into())))
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        // The writer, dropped next, must be the last connection: closing it removes the log files.
        self.readers.close();
        self.watch.close();
    }
}

/// The lines of the plan for `sql`, its parameters bound to NULL.
pub(super) fn plan(connection: &Connection, sql: &'static Sql) -> Result<Vec<String>, StoreError> {
    let lines = || {
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", sql.text))?;
        let unknown = vec![Null; statement.parameter_count()];
        statement
            .query_map(rusqlite::params_from_iter(unknown), |row| row.get("detail"))?
            .collect::<rusqlite::Result<_>>()
    };
    lines().map_err(|error| failure(sql.name, &error))
}

/// Runs one of the engine's own statements (BEGIN and the like).
pub(super) fn run(connection: &Connection, text: &'static str) -> Result<(), StoreError> {
    connection
        .prepare_cached(text)
        .and_then(|mut statement| statement.raw_execute())
        .map(drop)
        .map_err(|error| failure(text, &error))
}

/// What an error of SQLite means to the caller.
pub(super) fn failure(statement: &'static str, error: &rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(
            ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied
            | ErrorCode::OutOfMemory
            | ErrorCode::OperationInterrupted,
        ) => StoreError::Unavailable(format!("statement {statement}: {error}")),
        _ => StoreError::Corrupt {
            statement,
            detail: error.to_string(),
        },
    }
}

/// A connection that can write: one for the writing thread, one for migrating at start.
pub(super) fn connect_to_write(file: &Path) -> Result<Connection, StoreError> {
    let connect = || -> rusqlite::Result<(Connection, String)> {
        let connection = connect(file, OpenFlags::SQLITE_OPEN_READ_WRITE, WRITER_CACHE_KIB)?;
        // The page size holds for a new file only, and only before the log mode is set.
        connection.pragma_update(None, "page_size", 8192)?;
        let mode =
            connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
        // FULL: a confirmed change survives a power cut. NORMAL may lose the last ones.
        connection.pragma_update(None, "synchronous", trial::synchronous("FULL"))?;
        connection.pragma_update(None, "wal_autocheckpoint", trial::log_pages(2_000))?;
        // The log file shrinks back to this after a burst: 32 MiB.
        connection.pragma_update(None, "journal_size_limit", 32 * 1024 * 1024)?;
        Ok((connection, mode))
    };
    // Two programs that start on a new file at once: SQLite does not wait by itself for the lock it
    // needs to set the log mode.
    let deadline = Instant::now() + LOCK_PATIENCE;
    let connected = loop {
        match connect() {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && Instant::now() < deadline =>
            {
                thread::sleep(Duration::from_millis(5));
            }
            result => break result,
        }
    };
    let (connection, mode) = connected.map_err(|error| refuse(file, &error))?;
    if mode == "wal" {
        Ok(connection)
    } else {
        Err(StoreError::Open {
            place: format!("the database file {}", file.display()),
            detail: format!(
                "its file system does not allow a write-ahead log (journal mode stays '{mode}'); use a local disk"
            ),
        })
    }
}

/// A connection that cannot write.
pub(super) fn connect_to_read(file: &Path, cache_kib: usize) -> Result<Connection, StoreError> {
    let connect = || {
        let connection = connect(file, OpenFlags::SQLITE_OPEN_READ_ONLY, cache_kib)?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(connection)
    };
    connect().map_err(|error| failure("open a connection to read", &error))
}

fn connect(file: &Path, access: OpenFlags, cache_kib: usize) -> rusqlite::Result<Connection> {
    // NO_MUTEX: a connection is used by one thread at a time, which the borrow checker sees to.
    let connection = Connection::open_with_flags(file, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(LOCK_PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(PREPARED_STATEMENTS);
    // Without this a statement that may use a partial index is parsed and planned anew for every value that
    // is bound to it: more than half the time of a page.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // With memory mapping an I/O error would be a signal that kills the program.
    connection.pragma_update(None, "mmap_size", 0)?;
    // Negative: KiB and not pages.
    let cache = -i64::try_from(cache_kib).unwrap_or(i64::MAX);
    connection.pragma_update(None, "cache_size", cache)?;
    Ok(connection)
}

/// Makes the file where there is none, readable by its owner alone: it will hold personal data. The log
/// files beside it take over its permissions.
pub(super) fn make_if_absent(file: &Path) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(file) {
        Ok(_) => Ok(()),
        Err(error) => Err(cannot_open(file, &error)),
    }
}

fn cannot_open(file: &Path, error: &io::Error) -> StoreError {
    let detail = match error.kind() {
        io::ErrorKind::NotFound => "its folder does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "no permission to read and write it".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "it is on a read-only file system".to_owned(),
        _ => error.to_string(),
    };
    StoreError::Open {
        place: format!("the database file {}", file.display()),
        detail,
    }
}

fn refuse(file: &Path, error: &rusqlite::Error) -> StoreError {
    let detail = match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => "it is not an SQLite database".to_owned(),
        Some(ErrorCode::ReadOnly) => "it, or the folder it is in, cannot be written".to_owned(),
        Some(ErrorCode::DatabaseBusy) => "another program keeps it locked".to_owned(),
        _ => error.to_string(),
    };
    StoreError::Open {
        place: format!("the database file {}", file.display()),
        detail,
    }
}
