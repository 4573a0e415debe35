//! Read-only SQLite connections, lent out one at a time. Knows no table and no statement.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::StoreError;
use super::sqlite::{self, run};

/// Where the connections are between uses. One is opened when it is first needed; the one given back
/// last is lent out first, for its page cache is warm.
#[derive(Debug)]
pub(super) struct Pool {
    file: PathBuf,
    cache_kib: usize,
    patience: Duration,
    free: Arc<Semaphore>,
    idle: Mutex<Vec<Connection>>,
}

impl Pool {
    /// At most `size` connections at once, each with a page cache of `cache_kib`; who waits longer than
    /// `patience` for one is sent away.
    pub(super) fn new(file: PathBuf, size: usize, cache_kib: usize, patience: Duration) -> Self {
        Self {
            file,
            cache_kib,
            patience,
            free: Arc::new(Semaphore::new(size)),
            idle: Mutex::new(Vec::with_capacity(size)),
        }
    }

    /// The right to one connection, and the connection itself at its first use.
    pub(super) async fn lease(self: &Arc<Self>) -> Result<Lease, StoreError> {
        let waiting = Arc::clone(&self.free).acquire_owned();
        match tokio::time::timeout(self.patience, waiting).await {
            Ok(Ok(permit)) => Ok(Lease {
                connection: self.idle().pop(),
                pool: Arc::clone(self),
                _permit: permit,
            }),
            Ok(Err(_closed)) => Err(StoreError::Unavailable("it is closed".into())),
            Err(_elapsed) => Err(StoreError::Unavailable(format!(
                "all connections for reading were in use for {:?}",
                self.patience
            ))),
        }
    }

    /// Lends out nothing more and closes what is idle.
    pub(super) fn close(&self) {
        self.free.close();
        self.idle().clear();
    }

    // A list of connections is whole at every moment: a panic elsewhere has not spoilt it.
    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to one connection; both go back on drop.
#[derive(Debug)]
pub(super) struct Lease {
    /// `None` until the first use of a connection that is still to be opened.
    connection: Option<Connection>,
    pool: Arc<Pool>,
    /// Goes back after [`Drop::drop`] has put the connection where the next one finds it.
    _permit: OwnedSemaphorePermit,
}

impl Lease {
    pub(super) fn connection(&mut self) -> Result<&Connection, StoreError> {
        match &mut self.connection {
            Some(connection) => Ok(connection),
            none => {
                let opened = sqlite::connect_to_read(&self.pool.file, self.pool.cache_kib)?;
                Ok(none.insert(opened))
            }
        }
    }

    /// Ends the read transaction; a connection that cannot end it is not used again.
    pub(super) fn end_snapshot(&mut self) {
        self.connection
            .take_if(|connection| run(connection, "COMMIT").is_err());
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take()
            && !self.pool.free.is_closed()
        {
            self.pool.idle().push(connection);
        }
    }
}
