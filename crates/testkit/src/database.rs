//! A real database of its own for one test, gone when the test is: an SQLite file, or a database on the
//! PostgreSQL server that TEST_POSTGRES names. The same tests run on both.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use casework::{Database, PostgresSettings, Settings};
use tokio_postgres::NoTls;
use tokio_postgres::error::SqlState;
use uuid::Uuid;

/// A folder that is removed with everything in it when this is dropped.
#[derive(Debug)]
pub struct TestFolder(PathBuf);

impl TestFolder {
    /// An empty folder among the machine's temporary files.
    pub fn new() -> Self {
        let name = format!("klantendossier-test-{}", Uuid::new_v4().simple());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir(&folder).expect("the temporary folder can be written");
        TestFolder(folder)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Default for TestFolder {
    fn default() -> Self {
        TestFolder::new()
    }
}

impl Drop for TestFolder {
    fn drop(&mut self) {
        // A folder that stays behind is untidy, not wrong.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Names the server for the tests on PostgreSQL.
const SERVER: &str = "TEST_POSTGRES";
/// The name of the SQLite file in its folder.
const FILE: &str = "klantendossier.db";
/// The migrated database that others are copied from; its name changes with the migrations.
const TEMPLATE: &str = "klantendossier_template";

/// Where a test's database stands.
#[derive(Debug)]
pub enum Place {
    /// In a file, in a folder of its own.
    Sqlite(TestFolder),
    /// On the server.
    Postgres(OwnDatabase),
}

impl Place {
    /// A new one, on the engine that this run of the tests is for. On SQLite the file is not made yet;
    /// on PostgreSQL the database is there and empty.
    pub async fn new() -> Self {
        match std::env::var(SERVER) {
            Err(_) => Place::Sqlite(TestFolder::new()),
            Ok(server) => Place::Postgres(OwnDatabase::new(server, None).await),
        }
    }

    /// Whether this run is for PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        matches!(self, Place::Postgres(_))
    }

    /// What opens it.
    pub fn settings(&self) -> Settings {
        match self {
            Place::Sqlite(folder) => Settings::Sqlite {
                file: folder.path().join(FILE),
            },
            Place::Postgres(own) => Settings::Postgres(postgres_settings(&own.url())),
        }
    }

    /// Runs SQL on a connection past the program; answers what the database said when it refused.
    ///
    /// # Errors
    /// What the database said.
    pub async fn execute(&self, sql: &str) -> Result<u64, String> {
        match self {
            Place::Sqlite(folder) => rusqlite::Connection::open(folder.path().join(FILE))
                .and_then(|file| file.execute(sql, []))
                .map(|changed| changed as u64)
                .map_err(|error| error.to_string()),
            Place::Postgres(own) => {
                let client = connect(&own.url()).await;
                client
                    .execute(sql, &[])
                    .await
                    .map_err(|error| match error.as_db_error() {
                        Some(server) => server.message().to_owned(),
                        None => error.to_string(),
                    })
            }
        }
    }

    /// The first column of every row, as text, read past the program.
    pub async fn column(&self, sql: &str) -> Vec<String> {
        match self {
            Place::Sqlite(folder) => {
                let file = rusqlite::Connection::open(folder.path().join(FILE)).expect("opens");
                let mut statement = file.prepare(sql).expect(sql);
                let rows = statement
                    .query_map([], |row| {
                        row.get::<_, rusqlite::types::Value>(0)
                            .map(|value| match value {
                                rusqlite::types::Value::Text(text) => text,
                                other => format!("{other:?}"),
                            })
                    })
                    .expect(sql);
                rows.collect::<Result<_, _>>().expect(sql)
            }
            Place::Postgres(own) => {
                let rows = connect(&own.url()).await.simple_query(sql).await;
                rows.expect(sql)
                    .iter()
                    .filter_map(|message| match message {
                        tokio_postgres::SimpleQueryMessage::Row(row) => {
                            Some(row.get(0).unwrap_or("NULL").to_owned())
                        }
                        _ => None,
                    })
                    .collect()
            }
        }
    }

    /// Every row of every table, as text: shows whether anything at all was changed.
    pub async fn contents(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Place::Sqlite(folder) => contents_of_file(&folder.path().join(FILE)),
            Place::Postgres(own) => contents_of_server(&own.url()).await,
        }
    }
}

/// A row with its columns by name.
pub type Record = serde_json::Map<String, serde_json::Value>;

impl Place {
    /// Every row of every table, with its columns by name: identifiers and other bytes as hexadecimal
    /// digits or as the engine writes them.
    pub async fn records(&self) -> BTreeMap<String, Vec<Record>> {
        match self {
            Place::Sqlite(folder) => records_of_file(&folder.path().join(FILE)),
            Place::Postgres(own) => records_of_server(&own.url()).await,
        }
    }
}

fn records_of_file(file: &Path) -> BTreeMap<String, Vec<Record>> {
    use rusqlite::types::Value as Stored;
    let tables: Vec<String> = contents_of_file(file).into_keys().collect();
    let file = rusqlite::Connection::open(file).expect("opens");
    let records_of = |table: &str| -> Vec<Record> {
        let mut all = file
            .prepare(&format!("SELECT * FROM {table}"))
            .expect(table);
        let names: Vec<String> = all.column_names().map(str::to_owned).collect();
        let rows = all
            .query_map([], |row| {
                let mut record = Record::new();
                for (at, name) in names.iter().enumerate() {
                    let value = match row.get(at)? {
                        Stored::Null => serde_json::Value::Null,
                        Stored::Integer(number) => number.into(),
                        Stored::Real(number) => number.into(),
                        Stored::Text(text) => text.into(),
                        Stored::Blob(bytes) => {
                            let hex: String = bytes.iter().map(|it| format!("{it:02x}")).collect();
                            hex.into()
                        }
                    };
                    record.insert(name.clone(), value);
                }
                Ok(record)
            })
            .expect(table);
        rows.collect::<Result<_, _>>().expect(table)
    };
    tables
        .into_iter()
        .map(|name| {
            let records = records_of(&name);
            (name, records)
        })
        .collect()
}

async fn records_of_server(url: &str) -> BTreeMap<String, Vec<Record>> {
    let tables: Vec<String> = contents_of_server(url).await.into_keys().collect();
    let client = connect(url).await;
    let mut all = BTreeMap::new();
    for table in tables {
        let select = format!("SELECT row_to_json(t)::text FROM {table} t");
        let rows = client.query(&select, &[]).await.expect("all rows");
        let records = rows.iter().map(|row| {
            let text: String = row.get(0);
            serde_json::from_str(&text).expect("a row as JSON")
        });
        let records = records.collect();
        all.insert(table, records);
    }
    all
}

fn contents_of_file(file: &Path) -> BTreeMap<String, Vec<String>> {
    let file = rusqlite::Connection::open(file).expect("opens");
    let rows_of = |table: &str| -> Vec<String> {
        let mut all = file
            .prepare(&format!("SELECT * FROM {table}"))
            .expect(table);
        let columns = all.column_count();
        let rows = all
            .query_map([], |row| {
                let values: Result<Vec<rusqlite::types::Value>, _> =
                    (0..columns).map(|at| row.get(at)).collect();
                values.map(|values| format!("{values:?}"))
            })
            .expect(table);
        rows.collect::<Result<_, _>>().expect(table)
    };
    let mut tables = file
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .expect("the list of tables");
    let names = tables
        .query_map([], |row| row.get::<_, String>(0))
        .expect("the list of tables");
    names
        .map(|name| {
            let name = name.expect("a table");
            let rows = rows_of(&name);
            (name, rows)
        })
        .collect()
}

async fn contents_of_server(url: &str) -> BTreeMap<String, Vec<String>> {
    let client = connect(url).await;
    let tables = client
        .query(
            "SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition
             AND relnamespace = 'public'::regnamespace",
            &[],
        )
        .await
        .expect("the list of tables");
    let mut all: BTreeMap<String, Vec<String>> =
        tables.iter().map(|row| (row.get(0), Vec::new())).collect();
    let select: String = all
        .keys()
        .map(|table| format!("SELECT '{table}', t::text FROM {table} t ORDER BY 2;"))
        .collect();
    for message in client.simple_query(&select).await.expect("all rows") {
        if let tokio_postgres::SimpleQueryMessage::Row(row) = message
            && let (Some(table), Some(text)) = (row.get(0), row.get(1))
            && let Some(rows) = all.get_mut(table)
        {
            rows.push(text.to_owned());
        }
    }
    all
}

fn postgres_settings(url: &str) -> PostgresSettings {
    PostgresSettings {
        url: url.to_owned(),
        replica_url: None,
        ca_file: None,
        connections: 8,
        patience: Duration::ZERO,
    }
}

/// A database on the server, dropped with this.
#[derive(Debug)]
pub struct OwnDatabase {
    server: String,
    name: String,
}

impl OwnDatabase {
    /// Makes one, empty or as a copy.
    async fn new(server: String, template: Option<&str>) -> Self {
        let own = Self {
            server,
            name: format!("test_{}", Uuid::new_v4().simple()),
        };
        let template = template.unwrap_or("template0");
        let make = format!("CREATE DATABASE {} TEMPLATE {template}", own.name);
        connect(&own.server)
            .await
            .batch_execute(&make)
            .await
            .expect("the role of TEST_POSTGRES makes databases");
        own
    }

    /// A migrated one, copied from a template that the first test makes.
    async fn migrated(server: String) -> Self {
        let admin = connect(&server).await;
        let template = format!("{TEMPLATE}_{}", fingerprint());
        // One test makes it, the others wait; the lock goes with the connection.
        admin
            .batch_execute("SELECT pg_advisory_lock(77)")
            .await
            .expect("a lock");
        let found = admin
            .query("SELECT 1 FROM pg_database WHERE datname = $1", &[&template])
            .await
            .expect("the list of databases");
        if found.is_empty() {
            let fresh = Self::new(server.clone(), None).await;
            let settings = Settings::Postgres(postgres_settings(&fresh.url()));
            let database = Database::open(&settings).await.expect("opens");
            database.migrate().await.expect("migrates");
            drop(database);
            rename(&admin, &fresh.name, &template).await;
            // It has another name now: nothing to drop.
            std::mem::forget(fresh);
        }
        drop(admin);
        Self::new(server, Some(&template)).await
    }

    /// Its address.
    pub fn url(&self) -> String {
        self.url_on(&self.server)
    }

    /// The address of the same database on another server, such as a replica.
    pub fn url_on(&self, server: &str) -> String {
        let (before, _) = server.rsplit_once('/').expect("an address");
        format!("{before}/{}", self.name)
    }
}

/// Renames a database; its last connections may take a moment to go.
async fn rename(admin: &tokio_postgres::Client, from: &str, to: &str) {
    for _ in 0..100 {
        let done = admin
            .batch_execute(&format!("ALTER DATABASE {from} RENAME TO {to}"))
            .await;
        match done {
            Ok(()) => return,
            Err(error) if error.code() == Some(&SqlState::OBJECT_IN_USE) => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(error) => panic!("{error}"),
        }
    }
    panic!("the template stays in use");
}

impl Drop for OwnDatabase {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // On a thread of its own: a test's runtime cannot be waited for from here.
        let gone = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                // What stays behind goes with the server.
                let _ = connect(&server).await.batch_execute(&drop).await;
            });
        });
        let _ = gone.join();
    }
}

async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls)
        .await
        .expect("the server of TEST_POSTGRES answers");
    tokio::spawn(connection);
    client
}

/// How many versions the schema has: the migrations of the repository.
pub fn schema_versions() -> usize {
    migrations().len()
}

fn migrations() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations/postgres");
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the migrations")
        .map(|entry| entry.expect("a file").path())
        .collect();
    files.sort();
    files
}

/// Another template for other migrations.
fn fingerprint() -> String {
    let mut hash = std::hash::DefaultHasher::new();
    for file in migrations() {
        std::hash::Hasher::write(&mut hash, &fs::read(file).expect("a migration"));
    }
    format!("{:016x}", std::hash::Hasher::finish(&hash))
}

/// An empty, migrated database of its own. It goes when this is dropped.
#[derive(Debug)]
pub struct TestDatabase {
    /// The database. Before the place, so that it is closed before that goes.
    pub database: Arc<Database>,
    place: Place,
}

impl TestDatabase {
    /// Opens and migrates a new one.
    pub async fn open() -> Self {
        let place = match std::env::var(SERVER) {
            Err(_) => Place::new().await,
            Ok(server) => Place::Postgres(OwnDatabase::migrated(server).await),
        };
        let database = Database::open(&place.settings())
            .await
            .expect("a new database opens");
        database.migrate().await.expect("a new database migrates");
        TestDatabase {
            database: Arc::new(database),
            place,
        }
    }

    /// The same database opened once more, as another program would.
    pub async fn open_again(&self) -> Arc<Database> {
        let again = Database::open(&self.place.settings()).await;
        Arc::new(again.expect("it opens once more"))
    }

    /// Where it stands.
    pub fn place(&self) -> &Place {
        &self.place
    }
}
