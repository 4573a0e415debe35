//! PostgreSQL itself: how connections are made and lent out, how a batch becomes one transaction, and
//! what the server's errors mean. Knows guards, no table.
//!
//! Any number of programs work on one database; each keeps nothing that another would need. Finding the
//! server that takes writes, among several hosts, is the driver's work (`target_session_attrs`).

use std::fmt;
use std::future::Future;
use std::path::PathBuf;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use deadpool_postgres::{
    Connect, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime, TimeoutType,
};
use domain::{Day, Moment};
use futures_util::future::join_all;
use tokio::task::JoinHandle;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres::error::SqlState;
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, NoTls, Socket, Statement as Prepared};

use super::postgres_tls;
use super::{Batch, Guard, Sql, StoreError, Value, migrations};

/// How long to wait for a free connection.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long one host may take until a connection is ready, unless the address says otherwise.
const CONNECT_PATIENCE: Duration = Duration::from_millis(1_500);
/// How long to wait for an answer to a reading; the server gives it up after five seconds itself, so one
/// that is silent for longer hangs.
const ANSWER_PATIENCE: Duration = Duration::from_secs(6);
/// How long a transaction of ours may take in all; the server's own limits are shorter.
const COMMIT_PATIENCE: Duration = Duration::from_secs(8);
/// How often a transaction that the server gave up for the sake of another is tried again.
const TRIES: u32 = 5;
/// The oldest server this program is tested with.
const LEAST_SERVER: i64 = 150_000;
/// How long a replica gets to catch up with what was confirmed before it is asked.
const REPLICA_PATIENCE: Duration = Duration::from_millis(60);
/// How long a replica that did not answer is left alone.
const REPLICA_REST: Duration = Duration::from_secs(10);

static SERVER: Sql = Sql::new(
    "engine.server",
    "SELECT current_setting('server_version_num')::bigint, current_setting('server_encoding'),
            current_setting('fsync'), current_setting('full_page_writes'),
            pg_catalog.has_schema_privilege(current_schema(), 'USAGE')",
);
static CONFIRMED: Sql = Sql::new(
    "engine.confirmed",
    "SELECT pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::bigint",
);
static REPLAYED: Sql = Sql::new(
    "engine.replayed",
    "SELECT pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint",
);
static MONTHS: Sql = Sql::new("engine.months", "SELECT ensure_months(?1, ?2)");
static DROP_MONTHS: Sql = Sql::new("engine.drop_months", "SELECT drop_opening_months(?1)");
static CLOCK: Sql = Sql::new("engine.clock", "SELECT clock_timestamp()");

/// Where the server is, and how many connections it gets from this program.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresSettings {
    /// `postgres://user:password@host,host/database?…`, as the driver reads it.
    pub url: String,
    /// The same for a server that may lag, for lists; none sends them to the first.
    pub replica_url: Option<String>,
    /// PEM file with the authorities that may vouch for the server; needed with `sslmode=require`.
    pub ca_file: Option<PathBuf>,
    /// Connections at most, half of them to read and half to write; at least 2.
    pub connections: usize,
    /// How long to go on trying to reach a server that is not there yet.
    pub patience: Duration,
}

/// Without the addresses: they may hold a password.
impl fmt::Debug for PostgresSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresSettings")
            .field("connections", &self.connections)
            .finish_non_exhaustive()
    }
}

/// One PostgreSQL database, and perhaps a replica of it.
pub(super) struct Postgres {
    readers: Pool,
    writers: Pool,
    replica: Option<Replica>,
    commits: Arc<AtomicU64>,
}

struct Replica {
    pool: Pool,
    started: Instant,
    /// Milliseconds since `started` until which it is left alone.
    rests_until: AtomicU64,
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Postgres").finish_non_exhaustive()
    }
}

impl Postgres {
    /// Opens the database; waits for it as long as the settings say.
    pub(super) async fn open(settings: &PostgresSettings) -> Result<Self, StoreError> {
        let config = config(&settings.url, "database_url", TargetSessionAttrs::ReadWrite)?;
        let half = (settings.connections / 2).max(1);
        let ca = settings.ca_file.as_deref();
        // What is read is read soon or not at all; what is written may wait for a replica to have it.
        let readers = pool(&with_options(&config, "-c statement_timeout=5s"), ca, half)?;
        let writers = pool(&with_options(&config, "-c lock_timeout=3s"), ca, half)?;
        let replica = match &settings.replica_url {
            None => None,
            Some(url) => {
                let config = self::config(url, "database_replica_url", TargetSessionAttrs::Any)?;
                Some(Replica {
                    pool: pool(&with_options(&config, "-c statement_timeout=5s"), ca, half)?,
                    started: Instant::now(),
                    rests_until: AtomicU64::new(0),
                })
            }
        };
        let place = place(&config, "database_url");
        let first = reach(&readers, &place, settings.patience).await?;
        check_server(first, &place).await?;
        Ok(Self {
            readers,
            writers,
            replica,
            commits: Arc::default(),
        })
    }

    pub(super) async fn migrate(&self) -> Result<(), StoreError> {
        migrations::apply_postgres(
            migrations::embedded_postgres(),
            self.own_connection().await?,
        )
        .await
    }

    pub(super) async fn check_version(&self) -> Result<(), StoreError> {
        let program = migrations::newest(&migrations::embedded_postgres());
        let client = self.own_connection().await?;
        migrations::check_postgres(&client, program).await
    }

    /// A connection that does not go back to the pool.
    pub(super) async fn own_connection(
        &self,
    ) -> Result<deadpool_postgres::ClientWrapper, StoreError> {
        Ok(Object::take(lease(&self.writers).await?))
    }

    pub(super) async fn session(&self) -> Result<Session, StoreError> {
        Ok(Session::new(lease(&self.readers).await?))
    }

    /// A session for one statement, which is a snapshot by itself.
    pub(super) async fn session_for_one(&self) -> Result<Session, StoreError> {
        let mut session = self.session().await?;
        session.for_one = true;
        Ok(session)
    }

    /// A session for what may come from a replica: it shows at least everything that was confirmed
    /// before this was called, by whichever server. Where there is no replica, or it is too far behind,
    /// the first server answers.
    pub(super) async fn relaxed_session(&self) -> Result<Session, StoreError> {
        let Some(replica) = self.replica.as_ref().filter(|it| !it.rests()) else {
            return self.session().await;
        };
        let confirmed = self.session().await?.number(&CONFIRMED).await?;
        match replica.caught_up(confirmed).await {
            Ok(Some(session)) => Ok(session),
            Ok(None) => self.session().await,
            Err(error) => {
                tracing::warn!(%error, "the replica of database_replica_url does not answer; lists come from database_url");
                replica.rest();
                self.session().await
            }
        }
    }

    pub(super) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// The server's clock, that of all programs together.
    pub(super) async fn clock(&self) -> Result<Moment, StoreError> {
        let rows = self.session().await?.query(&CLOCK, &[]).await?;
        let row = rows.first().ok_or_else(|| corrupt(&CLOCK, "no row"))?;
        super::Row::postgres(&CLOCK, row).at(0)
    }

    /// Makes the months of the journal and the openings that are missing; answers how many.
    pub(super) async fn ensure_months(&self, from: Day, until: Day) -> Result<i64, StoreError> {
        self.ask_months(&MONTHS, &[from.into(), until.into()]).await
    }

    pub(super) async fn drop_opening_months(&self, before_minute: i64) -> Result<i64, StoreError> {
        self.ask_months(&DROP_MONTHS, &[before_minute.into()]).await
    }

    async fn ask_months(&self, sql: &'static Sql, params: &[Value]) -> Result<i64, StoreError> {
        let client = lease(&self.writers).await?;
        let asked = async {
            let statement = client.prepare_cached(sql.for_postgres()).await?;
            client.query_one(&statement, &bound(params)).await
        };
        let row = asked.await.map_err(|error| failure(sql.name, &error))?;
        super::Row::postgres(sql, &row).int(0)
    }

    /// Runs to its end even when nobody waits for it any more, as on SQLite: a transaction is never
    /// left half on a connection that goes back to the pool.
    pub(super) async fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        let (pool, commits) = (self.writers.clone(), Arc::clone(&self.commits));
        let work = tokio::spawn(async move {
            let mut tries = 1;
            loop {
                match transact(&pool, &batch).await {
                    Err(Stopped::GaveWay) if tries < TRIES => tries += 1,
                    Err(Stopped::GaveWay) => {
                        return Err(StoreError::Unavailable(
                            "others were at the same rows each time it was tried".into(),
                        ));
                    }
                    Err(Stopped::For(error)) => return Err(error),
                    Ok(()) => {
                        commits.fetch_add(1, Ordering::Relaxed);
                        return Ok(());
                    }
                }
            }
        });
        work.await.unwrap_or_else(|_| {
            Err(StoreError::Unavailable(
                "a fault in the program ended the transaction".into(),
            ))
        })
    }

    /// The plan for any parameters, as text. Makes whole scans and, unless it may sort, sorts look dear, so
    /// that they show only where no index would do, however small the table is.
    pub(super) async fn plan(
        &self,
        sql: &'static Sql,
        may_sort: bool,
    ) -> Result<Vec<String>, StoreError> {
        let client = self.own_connection().await?;
        let failed = |error| failure(sql.name, &error);
        let prepared = client.prepare(sql.for_postgres()).await.map_err(failed)?;
        let nulls = vec!["NULL"; prepared.params().len()].join(", ");
        let arguments = if nulls.is_empty() {
            nulls
        } else {
            format!("({nulls})")
        };
        client
            .batch_execute(&format!(
                "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off;
                 SET enable_bitmapscan = off; SET enable_sort = {may_sort}; SET enable_hashjoin = off;
                 SET enable_mergejoin = off; PREPARE explained AS {}",
                sql.for_postgres()
            ))
            .await
            .map_err(failed)?;
        let lines = client
            .simple_query(&format!("EXPLAIN (COSTS OFF) EXECUTE explained{arguments}"))
            .await
            .map_err(failed)?;
        Ok(lines
            .iter()
            .filter_map(|message| match message {
                tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                _ => None,
            })
            .collect())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.readers.close();
        self.writers.close();
        if let Some(replica) = &self.replica {
            replica.pool.close();
        }
    }
}

impl Replica {
    fn rests(&self) -> bool {
        self.since_start() < self.rests_until.load(Ordering::Relaxed)
    }

    fn rest(&self) {
        let until = self.since_start() + millis(REPLICA_REST);
        self.rests_until.store(until, Ordering::Relaxed);
    }

    fn since_start(&self) -> u64 {
        millis(self.started.elapsed())
    }

    /// A session that has seen everything up to `confirmed`; none when it stays behind.
    async fn caught_up(&self, confirmed: i64) -> Result<Option<Session>, StoreError> {
        let until = Instant::now() + REPLICA_PATIENCE;
        loop {
            let lease = tokio::time::timeout(REPLICA_PATIENCE, lease(&self.pool));
            let lease = lease
                .await
                .map_err(|_| StoreError::Unavailable("no connection in time".into()))??;
            let mut session = Session::new(lease);
            let replayed = session.opt_number(&REPLAYED).await?;
            // A server that replays nothing takes the writes itself: it is not behind.
            if replayed.is_none_or(|replayed| replayed >= confirmed) {
                // The snapshot was taken with the question; what was replayed since is in the next.
                return Ok(Some(session.afresh()));
            }
            drop(session);
            if Instant::now() >= until {
                return Ok(None);
            }
            tokio::time::sleep(Duration::from_millis(4)).await;
        }
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// A connection to read with: one snapshot from its first statement on, ended on drop.
#[derive(Debug)]
pub(super) struct Session {
    /// `None` while being dropped.
    client: Option<Object>,
    /// Without a transaction: the one statement is its own.
    for_one: bool,
    begun: bool,
    broken: bool,
    /// What was asked for ahead and is not taken yet.
    ahead: Vec<Answer>,
}

/// The rows of a statement with these parameters.
struct Answer {
    sql: &'static Sql,
    params: Vec<Value>,
    rows: Vec<tokio_postgres::Row>,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("sql", &self.sql)
            .finish_non_exhaustive()
    }
}

impl Session {
    fn new(client: Object) -> Self {
        Self {
            client: Some(client),
            for_one: false,
            begun: false,
            broken: false,
            ahead: Vec::new(),
        }
    }

    pub(super) async fn query(
        &mut self,
        sql: &'static Sql,
        params: &[Value],
    ) -> Result<Vec<tokio_postgres::Row>, StoreError> {
        let asked = self
            .ahead
            .iter()
            .position(|it| it.sql == sql && it.params == params);
        if let Some(at) = asked {
            return Ok(self.ahead.swap_remove(at).rows);
        }
        let Some(client) = &self.client else {
            return Err(StoreError::Unavailable("it is closed".into()));
        };
        // Whoever breaks off before the answer leaves a connection of which nothing is known: perhaps its
        // server hangs. It does not go back to the others.
        let was_broken = std::mem::replace(&mut self.broken, true);
        let rows = async {
            let statement = client.prepare_cached(sql.for_postgres()).await?;
            let params = bound(params);
            if self.begun || self.for_one {
                return client.query(&statement, &params).await;
            }
            // Before the first await: whoever breaks off leaves a transaction that drop ends.
            self.begun = true;
            // Sent together, answered together: the snapshot costs no journey of its own.
            let (begun, rows) = tokio::join!(
                biased;
                client.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
                client.query(&statement, &params)
            );
            begun.and(rows)
        };
        let Ok(rows) = tokio::time::timeout(ANSWER_PATIENCE, rows).await else {
            give_up_on_all(client);
            return Err(StoreError::Unavailable(format!(
                "statement {}: no answer within {ANSWER_PATIENCE:?}",
                sql.name
            )));
        };
        self.broken = was_broken || rows.as_ref().is_err_and(is_broken);
        rows.map_err(|error| failure(sql.name, &error))
    }

    /// Asks for several statements in one journey; each is answered when its turn comes.
    pub(super) async fn ask_ahead(
        &mut self,
        statements: &[(&'static Sql, &[Value])],
    ) -> Result<(), StoreError> {
        // A snapshot is begun with the first statement, and these are not the first.
        let Some(client) = self.client.as_ref().filter(|_| self.begun) else {
            return Ok(());
        };
        let asked = statements.iter().map(|(sql, params)| async move {
            let failed = |error| (sql.name, error);
            let statement = client
                .prepare_cached(sql.for_postgres())
                .await
                .map_err(failed)?;
            let rows = client
                .query(&statement, &bound(params))
                .await
                .map_err(failed)?;
            Ok(Answer {
                sql,
                params: params.to_vec(),
                rows,
            })
        });
        let was_broken = std::mem::replace(&mut self.broken, true);
        let Ok(answers) = tokio::time::timeout(ANSWER_PATIENCE, join_all(asked)).await else {
            give_up_on_all(client);
            return Err(StoreError::Unavailable(format!(
                "no answer within {ANSWER_PATIENCE:?}"
            )));
        };
        self.broken = was_broken;
        for answer in answers {
            let answer = answer.map_err(|(name, error): (_, tokio_postgres::Error)| {
                self.broken |= is_broken(&error);
                failure(name, &error)
            })?;
            self.ahead.push(answer);
        }
        Ok(())
    }

    async fn number(&mut self, sql: &'static Sql) -> Result<i64, StoreError> {
        let number = self.opt_number(sql).await?;
        number.ok_or_else(|| corrupt(sql, "no number"))
    }

    async fn opt_number(&mut self, sql: &'static Sql) -> Result<Option<i64>, StoreError> {
        let rows = self.query(sql, &[]).await?;
        let row = rows.first().ok_or_else(|| corrupt(sql, "no row"))?;
        super::Row::postgres(sql, row).opt_int(0)
    }

    /// The same connection with a snapshot of its own.
    fn afresh(mut self) -> Self {
        self.end();
        Self {
            client: self.client.take(),
            for_one: false,
            begun: false,
            broken: self.broken,
            ahead: Vec::new(),
        }
    }

    /// Sends the end of the snapshot without waiting for the answer: whoever gets the connection next
    /// is answered after it.
    fn end(&mut self) {
        if let Some(client) = self.client.as_ref().filter(|_| self.begun) {
            let mut ending = pin!(client.batch_execute("COMMIT"));
            let _ = ending
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()));
        }
        self.begun = false;
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.end();
        if let Some(client) = self.client.take().filter(|_| self.broken) {
            drop(Object::take(client));
        }
    }
}

/// A server that does not answer one connection does not answer the others: those that are idle are let
/// go, so that nobody waits for each of them in turn, and the next connection looks for the host anew.
fn give_up_on_all(silent: &Object) {
    if let Some(pool) = Object::pool(silent) {
        pool.retain(|_, _| false);
    }
}

/// Why a transaction was not kept.
enum Stopped {
    /// The server sacrificed it for another (deadlock): nothing was kept, try again.
    GaveWay,
    For(StoreError),
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::For(error)
    }
}

/// One transaction: BEGIN and all statements in one journey, the guards, COMMIT in a second.
async fn transact(pool: &Pool, batch: &Batch) -> Result<(), Stopped> {
    let client = lease(pool).await?;
    let outcome = match tokio::time::timeout(COMMIT_PATIENCE, carry_out(&client, batch)).await {
        Ok(outcome) => outcome,
        Err(_elapsed) => {
            give_up_on_all(&client);
            Err(Halt::Broken(Stopped::For(StoreError::Unavailable(
                "no answer in time; whether the change was kept is not known".into(),
            ))))
        }
    };
    match outcome {
        Ok(()) => Ok(()),
        Err(Halt::Broken(stopped)) => {
            drop(Object::take(client));
            Err(stopped)
        }
        Err(Halt::RolledBack(stopped)) => {
            if client.batch_execute("ROLLBACK").await.is_err() {
                drop(Object::take(client));
            }
            Err(stopped)
        }
    }
}

/// Where a transaction stopped: on a connection that can go on, or on one that cannot.
enum Halt {
    RolledBack(Stopped),
    Broken(Stopped),
}

async fn carry_out(client: &Object, batch: &Batch) -> Result<(), Halt> {
    let halt = |name: &'static str, error: tokio_postgres::Error| {
        let stopped = if gave_way(&error) {
            Stopped::GaveWay
        } else {
            Stopped::For(failure(name, &error))
        };
        if is_broken(&error) {
            Halt::Broken(stopped)
        } else {
            Halt::RolledBack(stopped)
        }
    };
    let mut prepared: Vec<Prepared> = Vec::with_capacity(batch.statements().len());
    for statement in batch.statements() {
        let sql = statement.sql;
        let ready = client.prepare_cached(sql.for_postgres()).await;
        prepared.push(ready.map_err(|error| halt(sql.name, error))?);
    }
    let params: Vec<_> = batch
        .statements()
        .iter()
        .map(|it| bound(&it.params))
        .collect();
    let changes = prepared
        .iter()
        .zip(&params)
        .map(|(statement, params)| client.execute(statement, params));
    let (begun, changed) = tokio::join!(
        biased;
        client.batch_execute("BEGIN"),
        join_all(changes)
    );
    begun.map_err(|error| halt("BEGIN", error))?;
    for (statement, changed) in batch.statements().iter().zip(changed) {
        let name = statement.sql.name;
        match (changed, statement.guard) {
            (Ok(1), Guard::One(_)) | (Ok(_), Guard::None | Guard::Unique(_)) => {}
            (Ok(_), Guard::One(tag)) => {
                return Err(Halt::RolledBack(StoreError::Missed(tag).into()));
            }
            (Err(error), guard) => {
                let missed = match (error.code(), guard) {
                    (Some(code), Guard::One(tag))
                        if [SqlState::UNIQUE_VIOLATION, SqlState::CHECK_VIOLATION]
                            .contains(code) =>
                    {
                        Some(tag)
                    }
                    (Some(&SqlState::UNIQUE_VIOLATION), Guard::Unique(tag)) => Some(tag),
                    _ => None,
                };
                return Err(match missed {
                    Some(tag) => Halt::RolledBack(StoreError::Missed(tag).into()),
                    None => halt(name, error),
                });
            }
        }
    }
    let committed = client.batch_execute("COMMIT").await;
    committed.map_err(|error| halt("COMMIT", error))
}

fn bound(params: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    params.iter().map(|it| it as &(dyn ToSql + Sync)).collect()
}

/// The server chose another transaction over this one.
fn gave_way(error: &tokio_postgres::Error) -> bool {
    let code = error.code();
    code == Some(&SqlState::T_R_DEADLOCK_DETECTED)
        || code == Some(&SqlState::T_R_SERIALIZATION_FAILURE)
}

/// Whether the connection is of no use any more: gone, or to a server that takes no writes now.
fn is_broken(error: &tokio_postgres::Error) -> bool {
    match error.code() {
        None => error.is_closed() || std::error::Error::source(error).is_some_and(is_io),
        Some(code) => {
            code.code().starts_with("57P")
                || code.code().starts_with("08")
                || *code == SqlState::READ_ONLY_SQL_TRANSACTION
        }
    }
}

fn is_io(error: &(dyn std::error::Error + 'static)) -> bool {
    error.is::<std::io::Error>()
}

/// What an error of PostgreSQL means to the caller. Detail and hint of the server are left out: they
/// quote what stands in the rows.
pub(super) fn failure(statement: &'static str, error: &tokio_postgres::Error) -> StoreError {
    let Some(server) = error.as_db_error() else {
        let said = said(error);
        return if error.is_closed() || std::error::Error::source(error).is_some_and(is_io) {
            StoreError::Unavailable(format!("statement {statement}: {said}"))
        } else {
            StoreError::Corrupt {
                statement,
                detail: said,
            }
        };
    };
    let code = server.code();
    let passes = ["08", "53", "57", "58"]
        .iter()
        .any(|class| code.code().starts_with(class))
        || *code == SqlState::READ_ONLY_SQL_TRANSACTION
        || *code == SqlState::LOCK_NOT_AVAILABLE
        || gave_way(error);
    let detail = format!("{} ({})", server.message(), code.code());
    if *code == SqlState::INSUFFICIENT_PRIVILEGE {
        return StoreError::Open {
            place: "the database of database_url".into(),
            detail: format!(
                "{detail} at {statement}; give the role the grants in docs/postgresql.md"
            ),
        };
    }
    if passes {
        StoreError::Unavailable(format!("statement {statement}: {detail}"))
    } else {
        StoreError::Corrupt { statement, detail }
    }
}

/// An error with what caused it, in one line.
fn said(error: &tokio_postgres::Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

fn corrupt(sql: &'static Sql, detail: &str) -> StoreError {
    StoreError::Corrupt {
        statement: sql.name,
        detail: detail.to_owned(),
    }
}

/// What is not set in the address gets the value this program was tested with.
fn config(
    url: &str,
    setting: &'static str,
    attributes: TargetSessionAttrs,
) -> Result<Config, StoreError> {
    let wrong = |detail: String| StoreError::Open {
        place: format!("the database of {setting}"),
        detail,
    };
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(wrong(
            "expected an address as postgres://user:password@host/database".into(),
        ));
    }
    let mut config: Config = url
        .parse()
        .map_err(|error: tokio_postgres::Error| wrong(said(&error)))?;
    if config.get_hosts().is_empty() {
        return Err(wrong("the address names no host".into()));
    }
    if config.get_dbname().is_none() {
        return Err(wrong("the address names no database".into()));
    }
    let away = config.get_hosts().iter().any(|host| match host {
        Host::Tcp(name) => !is_own_machine(name),
        Host::Unix(_) => false,
    });
    // 'prefer' would give way to whoever stands in between.
    if config.get_ssl_mode() == SslMode::Prefer {
        if away && !url.contains("sslmode=prefer") {
            config.ssl_mode(SslMode::Require);
        } else if !away {
            config.ssl_mode(SslMode::Disable);
        }
    }
    if config.get_application_name().is_none() {
        config.application_name("klantendossier");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_PATIENCE);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(COMMIT_PATIENCE);
    }
    config.keepalives_idle(Duration::from_secs(10));
    config.keepalives_interval(Duration::from_secs(5));
    config.keepalives_retries(2);
    if config.get_target_session_attrs() == TargetSessionAttrs::Any {
        config.target_session_attrs(attributes);
    }
    Ok(config)
}

/// Connects to the first host that answers and suits. The driver does the same, but waits for ever for a
/// host that takes the connection and then says nothing: a server that hangs would hide the others.
struct HostByHost<T>(T);

impl<T> Connect for HostByHost<T>
where
    T: MakeTlsConnect<Socket> + Clone + Sync + Send + 'static,
    T::Stream: Sync + Send,
    T::TlsConnect: Sync + Send,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
{
    fn connect(&self, config: &Config) -> Pin<Box<dyn Future<Output = Connected> + Send + '_>> {
        let alone = each_host(config);
        let all = config.clone();
        Box::pin(async move {
            let mut refused = None;
            for config in alone {
                let connecting = config.connect(self.0.clone());
                let patience = config.get_connect_timeout().copied();
                let patience = patience.unwrap_or(CONNECT_PATIENCE);
                match tokio::time::timeout(patience, connecting).await {
                    Ok(Ok((client, connection))) => return Ok((client, watch(connection))),
                    Ok(Err(error)) => refused = Some(error),
                    Err(_silent) => {}
                }
            }
            match refused {
                Some(error) => Err(error),
                // All are silent: whoever asked for the connection says when it has waited enough.
                None => {
                    let (client, connection) = all.connect(self.0.clone()).await?;
                    Ok((client, watch(connection)))
                }
            }
        })
    }
}

type Connected = Result<(Client, JoinHandle<()>), tokio_postgres::Error>;

/// Drives a connection until it ends.
fn watch<S, T>(connection: tokio_postgres::Connection<S, T>) -> JoinHandle<()>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::warn!(%error, "a connection to the database ended");
        }
    })
}

/// The same settings once per host.
fn each_host(config: &Config) -> Vec<Config> {
    let (hosts, ports) = (config.get_hosts(), config.get_ports());
    if hosts.len() < 2 || !config.get_hostaddrs().is_empty() {
        return vec![config.clone()];
    }
    hosts
        .iter()
        .enumerate()
        .map(|(i, host)| {
            let mut one = Config::new();
            match host {
                Host::Tcp(name) => one.host(name.as_str()),
                Host::Unix(path) => one.host_path(path),
            };
            one.port(ports.get(i).or(ports.first()).copied().unwrap_or(5432));
            if let Some(user) = config.get_user() {
                one.user(user);
            }
            if let Some(password) = config.get_password() {
                one.password(password);
            }
            if let Some(name) = config.get_dbname() {
                one.dbname(name);
            }
            if let Some(options) = config.get_options() {
                one.options(options);
            }
            if let Some(name) = config.get_application_name() {
                one.application_name(name);
            }
            if let Some(time) = config.get_connect_timeout() {
                one.connect_timeout(*time);
            }
            if let Some(time) = config.get_tcp_user_timeout() {
                one.tcp_user_timeout(*time);
            }
            one.ssl_mode(config.get_ssl_mode())
                .channel_binding(config.get_channel_binding())
                .target_session_attrs(config.get_target_session_attrs())
                .keepalives(config.get_keepalives())
                .keepalives_idle(config.get_keepalives_idle());
            if let Some(time) = config.get_keepalives_interval() {
                one.keepalives_interval(time);
            }
            if let Some(times) = config.get_keepalives_retries() {
                one.keepalives_retries(times);
            }
            one
        })
        .collect()
}

fn is_own_machine(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn with_options(config: &Config, ours: &str) -> Config {
    let mut config = config.clone();
    let theirs = config.get_options().unwrap_or_default();
    // Every statement looks rows up by their key: one plan serves all values, and planning anew would
    // cost more than most of them take.
    // Theirs last: an operator who sets one of these means it. But what is confirmed is durable.
    let options = format!(
        "{ours} -c idle_in_transaction_session_timeout=20s -c TimeZone=UTC \
         -c plan_cache_mode=force_generic_plan -c jit=off {theirs} -c synchronous_commit=on"
    );
    config.options(options);
    config
}

fn pool(config: &Config, ca: Option<&std::path::Path>, size: usize) -> Result<Pool, StoreError> {
    let recycling = ManagerConfig {
        recycling_method: RecyclingMethod::Fast,
    };
    let manager = match config.get_ssl_mode() {
        SslMode::Disable => Manager::from_connect(config.clone(), HostByHost(NoTls), recycling),
        _ => {
            let tls = postgres_tls::connector(ca)?;
            Manager::from_connect(config.clone(), HostByHost(tls), recycling)
        }
    };
    Pool::builder(manager)
        .max_size(size)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(PATIENCE))
        .create_timeout(Some(PATIENCE))
        .build()
        .map_err(|error| StoreError::Unavailable(error.to_string()))
}

async fn lease(pool: &Pool) -> Result<Object, StoreError> {
    pool.get().await.map_err(|error| match error {
        PoolError::Backend(error) => match failure("connect", &error) {
            StoreError::Corrupt { detail, .. } => StoreError::Unavailable(detail),
            other => other,
        },
        PoolError::Timeout(TimeoutType::Wait) => StoreError::Unavailable(format!(
            "all connections of database_connections were in use for {PATIENCE:?}"
        )),
        PoolError::Timeout(_) => {
            StoreError::Unavailable(format!("the server did not answer within {PATIENCE:?}"))
        }
        other => StoreError::Unavailable(other.to_string()),
    })
}

/// The first connection. A server that is not there yet is waited for, one that says no is not.
async fn reach(pool: &Pool, place: &str, patience: Duration) -> Result<Object, StoreError> {
    let until = Instant::now() + patience;
    let mut pause = Duration::from_millis(100);
    loop {
        let open = |detail: String| StoreError::Open {
            place: place.to_owned(),
            detail,
        };
        let error = match pool.get().await {
            Ok(client) => return Ok(client),
            Err(PoolError::Backend(error)) => match error.as_db_error() {
                Some(server)
                    if !["08", "53", "57"]
                        .iter()
                        .any(|class| server.code().code().starts_with(class)) =>
                {
                    return Err(open(server.message().to_owned()));
                }
                _ => open(said(&error)),
            },
            Err(PoolError::Timeout(_)) => open("it does not answer".into()),
            Err(other) => open(other.to_string()),
        };
        if Instant::now() + pause > until {
            return Err(error);
        }
        tracing::warn!(%error, "waiting for the database");
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(5));
    }
}

async fn check_server(client: Object, place: &str) -> Result<(), StoreError> {
    let refuse = |detail: String| StoreError::Open {
        place: place.to_owned(),
        detail,
    };
    let mut session = Session::new(client);
    let rows = session.query(&SERVER, &[]).await?;
    let row = rows.first().ok_or_else(|| corrupt(&SERVER, "no row"))?;
    let row = super::Row::postgres(&SERVER, row);
    let version = row.int(0)?;
    if version < LEAST_SERVER {
        return Err(refuse(format!(
            "PostgreSQL {} or newer is needed; this is {}",
            LEAST_SERVER / 10_000,
            version / 10_000
        )));
    }
    let encoding = row.text(1)?;
    if encoding != "UTF8" {
        return Err(refuse(format!(
            "its encoding is {encoding}; make it with ENCODING 'UTF8'"
        )));
    }
    if !row.opt_bool(4)?.unwrap_or(false) {
        return Err(refuse(
            "the role has no USAGE on the schema; see the grants in docs/postgresql.md".into(),
        ));
    }
    for (column, setting) in [(2, "fsync"), (3, "full_page_writes")] {
        if row.text_ref(column)? == "off" {
            tracing::warn!(
                "{setting} is off in {place}: a power cut may destroy what was confirmed"
            );
        }
    }
    Ok(())
}

/// The hosts and the name, without user and password.
fn place(config: &Config, setting: &str) -> String {
    let ports = config.get_ports();
    let hosts: Vec<String> = config
        .get_hosts()
        .iter()
        .enumerate()
        .map(|(i, host)| {
            let port = ports.get(i).or(ports.first()).copied().unwrap_or(5432);
            match host {
                Host::Tcp(name) => format!("{name}:{port}"),
                Host::Unix(path) => path.display().to_string(),
            }
        })
        .collect();
    format!(
        "the database {} at {} ({setting})",
        config.get_dbname().unwrap_or_default(),
        hosts.join(", ")
    )
}
