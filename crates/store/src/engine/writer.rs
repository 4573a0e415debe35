//! The one thread that writes to SQLite. It takes what is queued and makes one durable commit of it:
//! the wait for the disk is shared, and SQLite never has two writers to keep apart. Knows guards, no
//! table.
//!
//! It never waits for more work to come: while one commit is on its way to the disk the next ones queue
//! up by themselves (measured: a fixed wait halves the throughput).

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::{io, iter};

use rusqlite::{Connection, ffi, params_from_iter};
use tokio::sync::oneshot;

use super::sqlite::{self, run};
use super::trial::{self, Taken};
use super::{Batch, Guard, Statement, StoreError};

/// Batches that may wait; one more is sent away at once.
pub(super) const QUEUE: usize = 256;
/// Batches in one commit, so that the first of them does not wait long for the last.
pub(super) const GROUP: usize = 128;
/// How long the last checkpoint waits for a reader that outlives the database.
const CLOSING_PATIENCE: Duration = Duration::from_millis(200);

/// What became of one batch.
type Outcome = Result<(), StoreError>;

/// The way to the writing thread. Dropping it closes the queue and waits until the thread has carried
/// out what is in it.
#[derive(Debug)]
pub(super) struct Writer {
    /// `None` while being dropped.
    queue: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
    commits: Arc<AtomicU64>,
}

struct Job {
    work: Work,
    answer: oneshot::Sender<Outcome>,
}

enum Work {
    Batch(Batch),
    /// What a test does on the writing thread, within the transaction.
    #[cfg(test)]
    Test(TestWork),
}

#[cfg(test)]
type TestWork = Box<dyn FnOnce(&Connection) -> rusqlite::Result<()> + Send>;

impl Writer {
    /// Starts the thread on a connection; `reopen` gives another should this one become unusable.
    pub(super) fn start(
        connection: Connection,
        reopen: impl Fn() -> Result<Connection, StoreError> + Send + 'static,
    ) -> io::Result<Self> {
        let (queue, jobs) = sync_channel(QUEUE);
        let commits = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&commits);
        let thread = thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || write(connection, reopen, &jobs, &counter))?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
            commits,
        })
    }

    pub(super) async fn commit(&self, batch: Batch) -> Outcome {
        self.submit(Work::Batch(batch)).await
    }

    pub(super) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    #[cfg(test)]
    pub(super) async fn test(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<()> + Send + 'static,
    ) -> Outcome {
        self.submit(Work::Test(Box::new(work))).await
    }

    async fn submit(&self, work: Work) -> Outcome {
        let (answer, outcome) = oneshot::channel();
        let gone = || StoreError::Unavailable("it is closed".into());
        let queue = self.queue.as_ref().ok_or_else(gone)?;
        queue
            .try_send(Job { work, answer })
            .map_err(|error| match error {
                TrySendError::Full(_) => {
                    StoreError::Unavailable(format!("busy: {QUEUE} changes are waiting already"))
                }
                TrySendError::Disconnected(_) => gone(),
            })?;
        outcome.await.unwrap_or_else(|_| Err(gone()))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the database writer ended in a panic");
        }
    }
}

/// The thread's life: until the queue is closed and empty.
fn write(
    mut connection: Connection,
    reopen: impl Fn() -> Result<Connection, StoreError>,
    jobs: &Receiver<Job>,
    commits: &AtomicU64,
) {
    while let Ok(first) = jobs.recv() {
        let group = iter::once(first).chain(jobs.try_iter()).take(GROUP);
        let (works, mut answers): (Vec<_>, Vec<_>) =
            group.map(|job| (job.work, job.answer)).unzip();
        let mut early = |outcomes: &[Outcome]| {
            if trial::is_without(Taken::DurableAnswer) {
                answer(&mut answers, outcomes.to_vec());
            }
        };
        // A panic (a fault of ours) must cost this group and no later one.
        let done = || commit_group(&connection, works, &mut early);
        let outcomes = panic::catch_unwind(AssertUnwindSafe(done)).unwrap_or_else(|_| {
            Err(StoreError::Unavailable(
                "a fault in the program ended the transaction".into(),
            ))
        });
        match outcomes {
            Ok(outcomes) => {
                commits.fetch_add(1, Ordering::Relaxed);
                answer(&mut answers, outcomes);
            }
            Err(error) => {
                tracing::error!(%error, batches = answers.len(), "no commit; all rolled back");
                // First clean up: who hears of it may try again at once.
                if !connection.is_autocommit()
                    && run(&connection, "ROLLBACK").is_err()
                    && let Ok(fresh) = reopen()
                {
                    connection = fresh;
                }
                let outcomes = vec![Err(error); answers.len()];
                answer(&mut answers, outcomes);
            }
        }
    }
    trial::point("before-last-checkpoint");
    fold_log(&connection);
    trial::point("after-last-checkpoint");
}

/// Tells who is waiting. Nobody listens when the request was broken off; the change stands all the same.
fn answer(waiting: &mut Vec<oneshot::Sender<Outcome>>, outcomes: Vec<Outcome>) {
    for (waiting, outcome) in waiting.drain(..).zip(outcomes) {
        let _ = waiting.send(outcome);
    }
}

/// One transaction with a savepoint per batch, so that a batch fails alone. `Err` means that nothing of
/// any batch was kept; that includes a guard that was missed, since what it missed on may be gone. `carried_out`
/// hears the outcomes before they are durable.
fn commit_group(
    connection: &Connection,
    works: Vec<Work>,
    carried_out: &mut impl FnMut(&[Outcome]),
) -> Result<Vec<Outcome>, StoreError> {
    run(connection, "BEGIN IMMEDIATE")?;
    trial::point("after-begin");
    let mut outcomes = Vec::with_capacity(works.len());
    for work in works {
        run(connection, "SAVEPOINT batch")?;
        let outcome = match work {
            Work::Batch(batch) => batch
                .statements()
                .iter()
                .try_for_each(|statement| execute(connection, statement)),
            #[cfg(test)]
            Work::Test(work) => work(connection).map_err(|e| sqlite::failure("test", &e)),
        };
        if connection.is_autocommit() {
            // On a full disk or an I/O error SQLite may end the whole transaction by itself.
            return Err(StoreError::Unavailable(match outcome {
                Err(error) => format!("the transaction was ended by: {error}"),
                Ok(()) => "the transaction was ended early".into(),
            }));
        }
        if outcome.is_err() {
            run(connection, "ROLLBACK TO batch")?;
        }
        run(connection, "RELEASE batch")?;
        outcomes.push(outcome);
    }
    carried_out(&outcomes);
    trial::point("before-commit");
    run(connection, "COMMIT")?;
    trial::point("after-commit");
    Ok(outcomes)
}

fn execute(connection: &Connection, statement: &Statement) -> Outcome {
    let changed = connection
        .prepare_cached(statement.sql.text)
        .and_then(|mut prepared| prepared.execute(params_from_iter(&statement.params)));
    match (changed, statement.guard) {
        (Ok(1), Guard::One(_)) | (Ok(_), Guard::None | Guard::Unique(_)) => Ok(()),
        (Ok(_), Guard::One(tag)) => Err(StoreError::Missed(tag)),
        (Err(error), guard) => Err(match (violated(&error), guard) {
            (Some(_), Guard::One(tag)) | (Some(Constraint::Unique), Guard::Unique(tag)) => {
                StoreError::Missed(tag)
            }
            _ => sqlite::failure(statement.sql.name, &error),
        }),
    }
}

/// The constraints a guard may be about. Any other (not null, foreign key, data type) is a fault.
enum Constraint {
    Unique,
    Check,
}

fn violated(error: &rusqlite::Error) -> Option<Constraint> {
    match error.sqlite_extended_error_code()? {
        ffi::SQLITE_CONSTRAINT_UNIQUE
        | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
        | ffi::SQLITE_CONSTRAINT_ROWID => Some(Constraint::Unique),
        ffi::SQLITE_CONSTRAINT_CHECK => Some(Constraint::Check),
        _ => None,
    }
}

/// Brings the whole log into the database file, so that the file alone is the database.
fn fold_log(connection: &Connection) {
    let folded = connection
        .busy_timeout(CLOSING_PATIENCE)
        .and_then(|()| connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())));
    if let Err(error) = folded {
        // Nothing is lost: the next start reads the log.
        tracing::warn!(%error, "the log was not folded into the database file at closing");
    }
}
