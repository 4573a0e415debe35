//! What holds for SQLite only, on a real file: the writing thread, the pool, the file itself. What
//! every engine promises is tested in `tests/engine.rs`.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use refinery::{Migration, Runner};
use uuid::Uuid;

use super::pool::Pool;
use super::writer::{GROUP, QUEUE, Writer};
use super::*;

macro_rules! values {
    ($($value:expr),* $(,)?) => { [$(Value::from($value)),*] };
}

/// A folder of this test alone, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("store-test-{}", Uuid::new_v4()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("test.db")
    }

    async fn open(&self) -> Database {
        open(&self.file()).await.unwrap()
    }

    /// A database with the table `note`.
    async fn notes(&self) -> Database {
        let database = self.open().await;
        raw_execute_batch(
            &database,
            "CREATE TABLE note (
                id INTEGER PRIMARY KEY,
                title TEXT NOT NULL UNIQUE,
                stars INTEGER NOT NULL DEFAULT 0 CHECK (stars <= 5),
                parent INTEGER REFERENCES note (id) DEFERRABLE INITIALLY DEFERRED
            ) STRICT",
        )
        .await;
        database
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

static ADD: Sql = Sql::new("note.add", "INSERT INTO note (id, title) VALUES (?1, ?2)");
static RATE: Sql = Sql::new("note.rate", "UPDATE note SET stars = ?2 WHERE id = ?1");
static ADOPT: Sql = Sql::new("note.adopt", "UPDATE note SET parent = ?2 WHERE id = ?1");
static TITLES: Sql = Sql::new("note.titles", "SELECT title FROM note ORDER BY id");
static COUNT: Sql = Sql::new("note.count", "SELECT count(*) FROM note");

async fn open(file: &Path) -> Result<Database, StoreError> {
    let file = file.to_owned();
    Database::open(&Settings::Sqlite { file }).await
}

fn writer(database: &Database) -> &Writer {
    match &database.engine {
        Engine::Sqlite(sqlite) => sqlite.writer().unwrap(),
        Engine::Postgres(_) => panic!("these tests are about SQLite"),
    }
}

/// Runs SQL as it stands, on the writing connection.
async fn raw_execute_batch(database: &Database, sql: &'static str) {
    writer(database)
        .test(move |connection| connection.execute_batch(sql))
        .await
        .unwrap();
}

async fn pragma(database: &Database, name: &'static str) -> rusqlite::types::Value {
    let (tell, told) = mpsc::channel();
    let ask = move |connection: &rusqlite::Connection| {
        let value = connection.pragma_query_value(None, name, |row| row.get(0))?;
        tell.send(value).unwrap();
        Ok(())
    };
    writer(database).test(ask).await.unwrap();
    told.recv().unwrap()
}

fn add(id: i64, title: &str) -> Statement {
    Statement::new(&ADD, values![id, title])
}

fn rate(id: i64, stars: i64) -> Statement {
    Statement::new(&RATE, values![id, stars])
}

fn batch(statements: impl Into<Vec<Statement>>) -> Batch {
    Batch::from(statements.into())
}

async fn titles(database: &Database) -> Vec<String> {
    let mut reader = database.reader().await.unwrap();
    reader.all(&TITLES, &[], |row| row.text(0)).await.unwrap()
}

async fn count(reader: &mut Reader) -> i64 {
    let found = reader.first(&COUNT, &[], |row| row.int(0)).await.unwrap();
    found.unwrap()
}

/// Hands a change in, without waiting for its answer.
fn hand_in<F: Future>(change: F) -> Pin<Box<F>> {
    let mut change = Box::pin(change);
    let poll = change
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(poll, Poll::Pending), "the writer was to be held");
    change
}

/// Keeps the writer within a transaction of its own until the sender is dropped or used: what is handed
/// in meanwhile has to queue.
fn hold(database: &Database) -> mpsc::Sender<()> {
    let (release, released) = mpsc::channel();
    let (started, start) = mpsc::channel();
    let wait = move |_: &rusqlite::Connection| {
        started.send(()).unwrap();
        let _ = released.recv();
        Ok(())
    };
    drop(hand_in(writer(database).test(wait)));
    start.recv().unwrap();
    release
}

#[tokio::test]
async fn a_missed_guard_rolls_back_its_own_batch_and_no_neighbour() {
    let folder = Folder::new();
    let database = folder.notes().await;
    let before = database.commits();

    let release = hold(&database);
    let first = hand_in(database.commit(batch([add(1, "first")])));
    let missed = hand_in(database.commit(batch([
        add(2, "written before the guard"),
        rate(99, 3).one("no such note"),
        add(3, "never reached"),
    ])));
    let last = hand_in(database.commit(batch([add(4, "last"), rate(1, 5).one("first")])));
    drop(release);

    assert_eq!(first.await, Ok(()));
    assert_eq!(missed.await, Err(StoreError::Missed("no such note")));
    assert_eq!(last.await, Ok(()));
    assert_eq!(titles(&database).await, ["first", "last"]);
    assert_eq!(
        database.commits() - before,
        2,
        "the held transaction, then one for all three"
    );
}

#[tokio::test]
async fn sixty_four_changes_at_once_land_in_one_commit() {
    let folder = Folder::new();
    let database = folder.notes().await;
    let before = database.commits();
    let release = hold(&database);
    let changes: Vec<_> = (0..64)
        .map(|n| hand_in(database.commit(batch([add(n, &format!("note {n}"))]))))
        .collect();
    drop(release);
    for change in changes {
        assert_eq!(change.await, Ok(()));
    }
    assert_eq!(titles(&database).await.len(), 64);
    assert_eq!(database.commits() - before, 2);
}

#[tokio::test]
async fn a_full_disk_refuses_the_change_and_is_got_over() {
    let folder = Folder::new();
    let database = folder.notes().await;
    raw_execute_batch(&database, "PRAGMA max_page_count = 10").await;
    let long = "x".repeat(200_000);
    let refused = database.commit(batch([add(1, &long)])).await;
    match refused {
        Err(StoreError::Unavailable(why)) => {
            assert!(why.contains("note.add") && why.contains("full"), "{why}");
        }
        other => panic!("{other:?}"),
    }
    let small = database.commit(batch([add(2, "still fits")])).await;
    assert_eq!(small, Ok(()));
    raw_execute_batch(&database, "PRAGMA max_page_count = 1000").await;
    assert_eq!(database.commit(batch([add(1, &long)])).await, Ok(()));
    assert_eq!(titles(&database).await, [long.as_str(), "still fits"]);
}

#[tokio::test]
async fn a_failed_commit_keeps_nothing_and_the_writer_goes_on() {
    let folder = Folder::new();
    let database = folder.notes().await;
    database.commit(batch([add(1, "one")])).await.unwrap();
    let release = hold(&database);
    // SQLite finds out about a deferred foreign key at COMMIT only.
    let orphan = Statement::new(&ADOPT, values![1, 99]);
    let orphan = hand_in(database.commit(batch([orphan])));
    let neighbour = hand_in(database.commit(batch([add(2, "two")])));
    let missed = hand_in(database.commit(batch([add(2, "again").one("taken")])));
    drop(release);
    for change in [orphan, neighbour, missed] {
        match change.await {
            Err(StoreError::Corrupt { statement, .. }) => assert_eq!(statement, "COMMIT"),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(titles(&database).await, ["one"]);
    assert_eq!(database.commit(batch([add(2, "two")])).await, Ok(()));
    assert_eq!(titles(&database).await, ["one", "two"]);
}

#[tokio::test]
async fn a_panic_costs_its_group_and_not_the_writer() {
    let folder = Folder::new();
    let database = folder.notes().await;
    let release = hold(&database);
    let neighbour = hand_in(database.commit(batch([add(1, "beside the fault")])));
    let fault = hand_in(writer(&database).test(|_| panic!("this test's fault")));
    drop(release);
    assert!(matches!(fault.await, Err(StoreError::Unavailable(_))));
    assert!(matches!(neighbour.await, Err(StoreError::Unavailable(_))));
    assert_eq!(database.commit(batch([add(2, "after")])).await, Ok(()));
    assert_eq!(titles(&database).await, ["after"]);
}

#[tokio::test]
async fn a_full_queue_sends_away_at_once() {
    let folder = Folder::new();
    let database = folder.notes().await;
    let before = database.commits();
    let release = hold(&database);
    let waiting: Vec<_> = (0_i64..)
        .take(QUEUE)
        .map(|n| hand_in(database.commit(batch([add(n, &format!("note {n}"))]))))
        .collect();
    match database.commit(batch([add(-1, "one too many")])).await {
        Err(StoreError::Unavailable(why)) => assert!(why.contains("busy"), "{why}"),
        other => panic!("{other:?}"),
    }
    assert!(!database.healthy().await);
    drop(release);
    for change in waiting {
        assert_eq!(change.await, Ok(()));
    }
    assert_eq!(titles(&database).await.len(), QUEUE);
    let groups = u64::try_from(QUEUE.div_ceil(GROUP)).unwrap();
    assert_eq!(
        database.commits() - before,
        1 + groups,
        "groups are bounded"
    );
    assert!(database.healthy().await);
}

#[tokio::test]
async fn closing_finishes_what_is_queued_and_leaves_one_file() {
    let folder = Folder::new();
    let database = folder.notes().await;
    assert!(
        titles(&database).await.is_empty(),
        "a connection has been lent out"
    );
    let release = hold(&database);
    for n in 0..10 {
        drop(hand_in(
            database.commit(batch([add(n, &format!("note {n}"))])),
        ));
    }
    drop(release);
    drop(database);

    let left: Vec<_> = std::fs::read_dir(&folder.0)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["test.db"], "the log is folded in");
    assert_eq!(titles(&folder.open().await).await.len(), 10);
}

#[tokio::test]
async fn a_reader_may_outlive_the_database() {
    let folder = Folder::new();
    let database = folder.notes().await;
    database.commit(batch([add(1, "one")])).await.unwrap();
    let mut reader = database.reader().await.unwrap();
    assert_eq!(count(&mut reader).await, 1);
    database.commit(batch([add(2, "two")])).await.unwrap();
    drop(database);
    assert_eq!(count(&mut reader).await, 1);
    drop(reader);
    assert_eq!(titles(&folder.open().await).await, ["one", "two"]);
}

#[tokio::test]
async fn the_connections_are_set_as_measured() {
    use rusqlite::types::Value::{Integer, Text};
    let folder = Folder::new();
    let database = folder.notes().await;
    let wanted = [
        ("journal_mode", Text("wal".into())),
        ("synchronous", Integer(2)),
        ("page_size", Integer(8192)),
        ("mmap_size", Integer(0)),
        ("cache_size", Integer(-8000)),
        ("busy_timeout", Integer(5000)),
        ("foreign_keys", Integer(1)),
        ("wal_autocheckpoint", Integer(2000)),
        ("journal_size_limit", Integer(33_554_432)),
        ("trusted_schema", Integer(0)),
    ];
    for (name, value) in wanted {
        assert_eq!(pragma(&database, name).await, value, "{name}");
    }

    static QUERY_ONLY: Sql = Sql::new("pragma", "PRAGMA query_only");
    static CACHE_SIZE: Sql = Sql::new("pragma", "PRAGMA cache_size");
    let mut reader = database.reader().await.unwrap();
    let query_only = reader.first(&QUERY_ONLY, &[], |row| row.bool(0)).await;
    assert_eq!(query_only, Ok(Some(true)));
    let cache = reader.first(&CACHE_SIZE, &[], |row| row.int(0)).await;
    assert!((-8000..=-512).contains(&cache.unwrap().unwrap()));
    let write = reader.all(&ADD, &values![1, "no"], |row| row.int(0)).await;
    assert!(write.is_err(), "a reader cannot write");
}

#[tokio::test]
async fn waiting_for_a_connection_ends() {
    let folder = Folder::new();
    drop(folder.notes().await);
    let patience = Duration::from_millis(30);
    let pool = Arc::new(Pool::new(folder.file(), 1, 512, patience));
    let lease = pool.lease().await.unwrap();
    match pool.lease().await {
        Err(StoreError::Unavailable(why)) => assert!(why.contains("in use"), "{why}"),
        other => panic!("{other:?}"),
    }
    drop(lease);
    let mut again = pool.lease().await.unwrap();
    assert!(again.connection().is_ok());
    drop(again);
    pool.close();
    assert!(matches!(
        pool.lease().await,
        Err(StoreError::Unavailable(_))
    ));
}

#[tokio::test]
async fn what_cannot_be_opened_is_named() {
    let folder = Folder::new();
    let text = folder.0.join("letter.txt");
    std::fs::write(&text, "Beste, hierbij de documenten.\n".repeat(40)).unwrap();
    let absent = folder.0.join("absent").join("test.db");
    let cases = [
        (&absent, "folder does not exist"),
        (&folder.0, "it is a folder"),
        (&text, "not an SQLite database"),
    ];
    for (file, why) in cases {
        let error = open(file).await.unwrap_err().to_string();
        assert!(error.contains(&file.display().to_string()), "{error}");
        assert!(error.contains(why), "{error}");
    }
    let kept = std::fs::read_to_string(&text).unwrap();
    assert!(
        kept.starts_with("Beste"),
        "a file that is not ours is left alone"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let database = folder.notes().await;
    for entry in std::fs::read_dir(&folder.0).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", entry.path().display());
    }
    drop(database);
}

fn runner(files: &[(&str, &str)]) -> Runner {
    let migrations: Vec<_> = files
        .iter()
        .map(|(name, sql)| Migration::unapplied(name, sql).unwrap())
        .collect();
    Runner::new(&migrations)
}

const V1: (&str, &str) = (
    "V1__start",
    "CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT",
);
const V2: (&str, &str) = ("V2__more", "CREATE TABLE b (id INTEGER PRIMARY KEY) STRICT");

fn migrate(file: &Path, files: &[(&str, &str)]) -> Result<(), StoreError> {
    let sqlite = sqlite::Sqlite::open(file)?;
    let mut connection = sqlite::connect_to_write(file)?;
    let outcome = migrations::apply(runner(files), &mut connection);
    drop((connection, sqlite));
    outcome
}

fn tables(file: &Path) -> Vec<String> {
    let connection = rusqlite::Connection::open(file).unwrap();
    let mut statement = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'refinery_schema_history' ORDER BY 1")
        .unwrap();
    let names = statement.query_map([], |row| row.get(0)).unwrap();
    names.collect::<Result<_, _>>().unwrap()
}

#[test]
fn migrations_are_applied_once_and_go_on_where_they_were() {
    let folder = Folder::new();
    let file = folder.file();
    migrate(&file, &[V1]).unwrap();
    migrate(&file, &[V1]).unwrap();
    assert_eq!(tables(&file), ["a"]);
    migrate(&file, &[V1, V2]).unwrap();
    assert_eq!(tables(&file), ["a", "b"]);
}

#[test]
fn a_database_newer_than_the_program_is_refused() {
    let folder = Folder::new();
    let file = folder.file();
    migrate(&file, &[V1, V2]).unwrap();
    match migrate(&file, &[V1]) {
        Err(StoreError::Version {
            database, program, ..
        }) => assert_eq!((database, program), (2, 1)),
        other => panic!("{other:?}"),
    }
}

/// Expand, then contract: while servers are replaced one by one, the old ones serve the new schema.
#[test]
fn a_database_that_only_grew_is_served_by_the_program_before() {
    let folder = Folder::new();
    let file = folder.file();
    let grows = (
        "V2__installation",
        "CREATE TABLE installation (least_program INTEGER NOT NULL) STRICT;
         INSERT INTO installation VALUES (1);",
    );
    let takes = ("V3__takes", "UPDATE installation SET least_program = 3");
    migrate(&file, &[V1, grows]).unwrap();
    assert_eq!(migrate(&file, &[V1]), Ok(()), "V1 may still serve");
    migrate(&file, &[V1, grows, takes]).unwrap();
    let refused = migrate(&file, &[V1, grows]);
    assert!(
        matches!(refused, Err(StoreError::Version { .. })),
        "{refused:?}"
    );
}

#[test]
fn a_database_made_with_another_migration_of_that_number_is_refused() {
    let folder = Folder::new();
    let file = folder.file();
    migrate(&file, &[V1]).unwrap();
    let edited = (V1.0, "CREATE TABLE other (id INTEGER PRIMARY KEY) STRICT");
    let refused = migrate(&file, &[edited, V2]);
    assert!(
        matches!(refused, Err(StoreError::Version { .. })),
        "{refused:?}"
    );
    assert_eq!(tables(&file), ["a"]);
}

#[test]
fn a_migration_that_fails_leaves_the_database_as_it_was() {
    let folder = Folder::new();
    let file = folder.file();
    migrate(&file, &[V1]).unwrap();
    let wrong = ("V3__wrong", "CREATE TABLE a (id INTEGER)");
    match migrate(&file, &[V1, V2, wrong]) {
        Err(StoreError::Corrupt { detail, .. }) => {
            assert!(detail.contains("already exists"), "{detail}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(tables(&file), ["a"]);
}

#[test]
fn programs_that_start_at_once_migrate_once() {
    for _ in 0..10 {
        let folder = Folder::new();
        let file = folder.file();
        std::thread::scope(|scope| {
            let starts = [0; 4].map(|_| scope.spawn(|| migrate(&file, &[V1, V2])));
            for start in starts {
                assert_eq!(start.join().unwrap(), Ok(()));
            }
        });
        assert_eq!(tables(&file), ["a", "b"]);
    }
}

#[tokio::test]
async fn the_schema_of_this_program_goes_in() {
    let folder = Folder::new();
    let database = folder.open().await;
    assert_eq!(database.migrate().await, Ok(()));
    assert!(!tables(&folder.file()).is_empty());
    assert_eq!(database.migrate().await, Ok(()), "nothing left to do");
    assert!(database.healthy().await);
}

/// Cargo does not see a file added to the folder; this does.
#[test]
fn every_migration_of_the_folder_is_embedded_under_the_same_number_for_both_engines() {
    is_embedded("sqlite", &migrations::embedded_sqlite());
    is_embedded("postgres", &migrations::embedded_postgres());
    let names = |runner: Runner| -> Vec<String> {
        runner
            .get_migrations()
            .iter()
            .map(ToString::to_string)
            .collect()
    };
    assert_eq!(
        names(migrations::embedded_sqlite()),
        names(migrations::embedded_postgres())
    );
}

fn is_embedded(engine: &str, runner: &Runner) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../migrations")
        .join(engine);
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let mut embedded: Vec<_> = runner
        .get_migrations()
        .iter()
        .map(|migration| format!("{migration}.sql"))
        .collect();
    embedded.sort();
    assert_eq!(
        embedded, files,
        "touch crates/store/src/engine/migrations.rs and build again"
    );
}

#[test]
fn no_migration_defers_a_constraint() {
    let (sqlite, postgres) = (
        migrations::embedded_sqlite(),
        migrations::embedded_postgres(),
    );
    for migration in sqlite
        .get_migrations()
        .iter()
        .chain(postgres.get_migrations())
    {
        let sql = migration.sql().unwrap().to_ascii_uppercase();
        assert!(!sql.contains("DEFERRABLE"), "{migration}");
        assert!(!sql.contains("DEFER_FOREIGN_KEYS"), "{migration}");
    }
}

#[tokio::test]
async fn a_stamp_is_the_same_until_anybody_commits_anything() {
    let folder = Folder::new();
    let database = folder.notes().await;
    let other = folder.open().await;
    let add = |id: i64| {
        let mut batch = Batch::new();
        batch.push(Statement::new(&ADD, values![id, format!("note {id}")]));
        batch
    };
    let first = database.stamp().unwrap();
    // Reading is no change, nor is a batch of which nothing was kept.
    let mut reader = database.reader().await.unwrap();
    let titles = reader.all(&TITLES, &[], |row| row.text(0)).await;
    assert!(titles.unwrap().is_empty());
    drop(reader);
    assert_eq!(database.stamp(), Some(first));
    database.commit(add(1)).await.unwrap();
    let second = database.stamp().unwrap();
    assert_ne!(second, first);
    assert!(database.commit(add(1)).await.is_err(), "it is there");
    // Of another program on the same file.
    other.commit(add(2)).await.unwrap();
    let third = database.stamp().unwrap();
    assert!(third != second && third != first);
    assert_eq!(database.stamp(), Some(third));
    // As soon as a change is confirmed, whoever asks sees another stamp.
    let mut last = third;
    for id in 3..100 {
        let by = if id % 2 == 0 { &database } else { &other };
        by.commit(add(id)).await.unwrap();
        let now = database.stamp().unwrap();
        assert_ne!(now, last);
        last = now;
    }
    // Two that watch cannot be compared, and one that was closed says nothing.
    drop(other);
    assert!(database.stamp().is_some());
}
