//! Filling an empty database with many rows at once, for benchmarks: plain inserts out of batches, with
//! the indexes made when the rows are there. All of it, or nothing. Knows no table.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::mpsc::Receiver;
use std::time::Instant;

use rusqlite::{Connection, OpenFlags, params_from_iter};
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};

use super::postgres::{self, Postgres};
use super::{Batch, Settings, Sql, StoreError, Value, migrations, sqlite};

const STATEMENT: &str = "load";
/// Page cache while loading, in KiB.
const CACHE_KIB: i64 = 96_000;

/// How long the two halves of a load took, in seconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Took {
    /// Until the last row was there.
    pub rows: f64,
    /// For indexes, statistics and the disk after that.
    pub indexes: f64,
}

/// Loads the batches that come in. The database must be empty: for SQLite there is no file yet, for
/// PostgreSQL the schema is there and no dossier.
///
/// # Errors
/// [`StoreError::Open`] when it is not empty, or the role may not do it; whatever went wrong while
/// loading. The database is as it was then.
pub async fn load(settings: &Settings, batches: Receiver<Batch>) -> Result<Took, StoreError> {
    match settings {
        Settings::Sqlite { file } => {
            let file = file.clone();
            let work = tokio::task::spawn_blocking(move || into_file(&file, &batches));
            work.await
                .unwrap_or_else(|_| Err(StoreError::Unavailable("a fault ended the load".into())))
        }
        Settings::Postgres(settings) => {
            into_server(&Postgres::open(settings).await?, &batches).await
        }
    }
}

fn refuse(place: String, detail: &str) -> StoreError {
    StoreError::Open {
        place,
        detail: detail.to_owned(),
    }
}

/// Into a file under another name, that takes its own when it is whole and on the disk.
fn into_file(file: &Path, batches: &Receiver<Batch>) -> Result<Took, StoreError> {
    let place = || format!("the database file {}", file.display());
    if file.exists() {
        return Err(refuse(
            place(),
            "it is there already; only an empty database is filled",
        ));
    }
    let part = with_end(file, ".part");
    for end in ["", "-journal", "-wal", "-shm"] {
        let _ = fs::remove_file(with_end(&part, end));
    }
    let failed = |error: rusqlite::Error| sqlite::failure(STATEMENT, &error);
    let started = Instant::now();
    sqlite::make_if_absent(&part)?;
    let access = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(&part, access).map_err(failed)?;
    let set_up = || -> rusqlite::Result<()> {
        connection.pragma_update(None, "page_size", 8192)?;
        connection.pragma_update_and_check(None, "journal_mode", "OFF", |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "OFF")?;
        connection.pragma_update_and_check(None, "locking_mode", "EXCLUSIVE", |_| Ok(()))?;
        connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        connection.pragma_update(None, "threads", 2)?;
        // What is loaded keeps the rules, and would be checked row by row.
        connection.pragma_update(None, "foreign_keys", false)?;
        connection.pragma_update(None, "ignore_check_constraints", true)?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(())
    };
    set_up().map_err(failed)?;
    // refinery groups its migrations in one transaction of its own.
    migrations::apply(migrations::embedded_sqlite(), &mut connection)?;
    let later = set_aside(&connection).map_err(failed)?;
    for batch in batches {
        connection.execute_batch("BEGIN").map_err(failed)?;
        for (sql, rows) in by_statement(&batch) {
            let failed = |error: rusqlite::Error| sqlite::failure(sql.name, &error);
            let mut insert = connection.prepare_cached(sql.text).map_err(failed)?;
            for params in rows {
                insert.execute(params_from_iter(params)).map_err(failed)?;
            }
        }
        connection.execute_batch("COMMIT").map_err(failed)?;
    }
    let rows = started.elapsed().as_secs_f64();
    for sql in later {
        connection.execute_batch(&sql).map_err(failed)?;
    }
    drop(connection);
    let in_place = || -> std::io::Result<()> {
        File::open(&part)?.sync_all()?;
        fs::rename(&part, file)?;
        match file.parent().filter(|it| !it.as_os_str().is_empty()) {
            Some(folder) => File::open(folder)?.sync_all(),
            None => File::open(".")?.sync_all(),
        }
    };
    in_place().map_err(|error| refuse(place(), &error.to_string()))?;
    Ok(Took {
        rows,
        indexes: started.elapsed().as_secs_f64() - rows,
    })
}

/// The rows of each statement, in the order of the statements' first rows: what is referred to comes
/// before what refers.
fn by_statement(batch: &Batch) -> Vec<(&'static Sql, Vec<&Vec<Value>>)> {
    let mut groups: Vec<(&'static Sql, Vec<&Vec<Value>>)> = Vec::new();
    for statement in batch.statements() {
        match groups
            .iter_mut()
            .find(|(sql, _)| std::ptr::eq(*sql, statement.sql))
        {
            Some((_, rows)) => rows.push(&statement.params),
            None => groups.push((statement.sql, vec![&statement.params])),
        }
    }
    groups
}

fn with_end(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// Drops the triggers and the indexes that no constraint needs, and answers what makes them again.
fn set_aside(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(
        "SELECT type, name, sql FROM sqlite_schema
         WHERE type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY type, name",
    )?;
    let found = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<Vec<(String, String, String)>>>()?;
    for (kind, name, _) in &found {
        connection.execute_batch(&format!("DROP {kind} {name}"))?;
    }
    Ok(found.into_iter().map(|(_, _, sql)| sql).collect())
}

/// One transaction: a load that is broken off leaves nothing.
async fn into_server(server: &Postgres, batches: &Receiver<Batch>) -> Result<Took, StoreError> {
    let client = server.own_connection().await?;
    let failed = |error: tokio_postgres::Error| postgres::failure(STATEMENT, &error);
    let place = || "the database of database_url".to_owned();
    let started = Instant::now();
    client
        .batch_execute("SET idle_in_transaction_session_timeout = 0; SET maintenance_work_mem = '256MB'; BEGIN")
        .await
        .map_err(failed)?;
    let filled = client.query("SELECT 1 FROM dossier LIMIT 1", &[]).await;
    if !filled.map_err(failed)?.is_empty() {
        return Err(refuse(
            place(),
            "it holds dossiers; only an empty database is filled",
        ));
    }
    // Neither triggers nor foreign keys, as above.
    if client
        .batch_execute("SET LOCAL session_replication_role = replica")
        .await
        .is_err()
    {
        return Err(refuse(place(), "filling it needs a superuser's role"));
    }
    // Emptied within this transaction, so that a server that keeps no log for others (wal_level=minimal)
    // writes none for what is loaded either.
    let tables: Vec<String> = texts(
        &client,
        "SELECT format('TRUNCATE %I CASCADE', relname) FROM pg_class
         WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = current_schema()::regnamespace
           AND relname NOT IN ('installation', 'refinery_schema_history')",
    )
    .await?;
    // Constraints first (but for those that others refer to), then what is left of indexes.
    let constraints = pairs(
        &client,
        "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', c.conrelid::regclass, c.conname),
                format('ALTER TABLE %s ADD CONSTRAINT %I %s', c.conrelid::regclass, c.conname,
                       pg_get_constraintdef(c.oid))
         FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
         WHERE c.connamespace = current_schema()::regnamespace AND c.contype IN ('p', 'u')
           AND NOT t.relispartition AND t.relname NOT IN ('installation', 'refinery_schema_history')
           AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.contype = 'f' AND k.conindid = c.conindid)
         ORDER BY 1",
    )
    .await?;
    // Without ONLY: the index of a parted table is made on each of its months.
    let indexes = pairs(
        &client,
        "SELECT format('DROP INDEX %I', c.relname),
                replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ')
         FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
         WHERE t.relnamespace = current_schema()::regnamespace AND NOT t.relispartition
           AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)
         ORDER BY c.relname",
    )
    .await?;
    let later: Vec<_> = constraints.into_iter().chain(indexes).collect();
    for sql in tables.iter().chain(later.iter().map(|(drop, _)| drop)) {
        client.batch_execute(sql).await.map_err(failed)?;
    }
    let mut shapes: Vec<(&'static Sql, Shape)> = Vec::new();
    for batch in batches {
        for (sql, rows) in by_statement(&batch) {
            if !shapes.iter().any(|(known, _)| *known == sql) {
                shapes.push((sql, Shape::of(sql, &client).await?));
            }
            if let Some((_, shape)) = shapes.iter().find(|(known, _)| *known == sql) {
                shape.copy(sql, &client, &rows).await?;
            }
        }
    }
    let rows = started.elapsed().as_secs_f64();
    for (_, make) in &later {
        client.batch_execute(make).await.map_err(failed)?;
    }
    client.batch_execute("COMMIT").await.map_err(failed)?;
    // Without it no list would come from its index alone. The statistics themselves matter little: every
    // statement looks rows up by their key.
    client
        .batch_execute("SET default_statistics_target = 10")
        .await
        .map_err(failed)?;
    client
        .batch_execute("VACUUM (ANALYZE)")
        .await
        .map_err(failed)?;
    Ok(Took {
        rows,
        indexes: started.elapsed().as_secs_f64() - rows,
    })
}

async fn texts(client: &tokio_postgres::Client, sql: &str) -> Result<Vec<String>, StoreError> {
    let rows = client.query(sql, &[]).await;
    let rows = rows.map_err(|error| postgres::failure(STATEMENT, &error))?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

async fn pairs(
    client: &tokio_postgres::Client,
    sql: &str,
) -> Result<Vec<(String, String)>, StoreError> {
    let rows = client.query(sql, &[]).await;
    let rows = rows.map_err(|error| postgres::failure(STATEMENT, &error))?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// Where the values of an insert go.
struct Shape {
    copy: String,
    types: Vec<Type>,
    values: Vec<Source>,
}

/// What stands at one place between the brackets of VALUES.
enum Source {
    /// `?3` is 2.
    Parameter(usize),
    Literal(Value),
}

impl Shape {
    async fn of(sql: &'static Sql, client: &tokio_postgres::Client) -> Result<Self, StoreError> {
        let plain = parts(sql.text).ok_or_else(|| StoreError::Corrupt {
            statement: sql.name,
            detail: "only a plain INSERT … VALUES can be loaded".into(),
        })?;
        let (table, columns, values) = plain;
        let described = client
            .prepare(&format!("SELECT {columns} FROM {table}"))
            .await
            .map_err(|error| postgres::failure(sql.name, &error))?;
        Ok(Self {
            copy: format!("COPY {table} ({columns}) FROM STDIN BINARY"),
            types: described
                .columns()
                .iter()
                .map(|column| column.type_().clone())
                .collect(),
            values,
        })
    }

    async fn copy(
        &self,
        sql: &'static Sql,
        client: &tokio_postgres::Client,
        rows: &[&Vec<Value>],
    ) -> Result<(), StoreError> {
        let failed = |error| postgres::failure(sql.name, &error);
        let sink = client.copy_in(&self.copy).await.map_err(failed)?;
        let mut writer = pin!(BinaryCopyInWriter::new(sink, &self.types));
        let null = Value::Null;
        for params in rows {
            let row: Vec<&(dyn ToSql + Sync)> = self
                .values
                .iter()
                .map(|source| match source {
                    Source::Parameter(at) => params.get(*at).unwrap_or(&null) as _,
                    Source::Literal(value) => value as _,
                })
                .collect();
            writer.as_mut().write(&row).await.map_err(failed)?;
        }
        writer.finish().await.map_err(failed).map(drop)
    }
}

/// Table, columns and values of `INSERT INTO t (a, b) VALUES (?1, NULL)`; none for any other text.
fn parts(text: &str) -> Option<(&str, &str, Vec<Source>)> {
    let rest = text.trim().strip_prefix("INSERT INTO ")?;
    let (table, rest) = rest.split_once(" (")?;
    let (columns, rest) = rest.split_once(')')?;
    let values = rest.trim().strip_prefix("VALUES (")?.strip_suffix(')')?;
    let values = values
        .split(',')
        .map(|value| match value.trim() {
            "NULL" => Some(Source::Literal(Value::Null)),
            "TRUE" => Some(Source::Literal(Value::Bool(true))),
            "FALSE" => Some(Source::Literal(Value::Bool(false))),
            other => match other.strip_prefix('?') {
                Some(number) => {
                    let at: usize = number.parse().ok()?;
                    Some(Source::Parameter(at.checked_sub(1)?))
                }
                None => other.parse().ok().map(|it| Source::Literal(Value::Int(it))),
            },
        })
        .collect::<Option<Vec<_>>>()?;
    (values.len() == columns.split(',').count()).then_some((table, columns, values))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_insert_is_taken_apart_and_nothing_else_is() {
        let text = "INSERT INTO a (b, c,\n d, e) VALUES (?2, NULL, 1, FALSE)";
        let (table, columns, values) = parts(text).unwrap();
        assert_eq!((table, columns), ("a", "b, c,\n d, e"));
        assert!(matches!(
            values[..],
            [
                Source::Parameter(1),
                Source::Literal(Value::Null),
                Source::Literal(Value::Int(1)),
                Source::Literal(Value::Bool(false))
            ]
        ));
        for other in [
            "INSERT INTO a (b) VALUES (?1) ON CONFLICT DO NOTHING",
            "INSERT INTO a (b) SELECT 1",
            "INSERT INTO a (b, c) VALUES (?1)",
            "UPDATE a SET b = ?1",
        ] {
            assert!(parts(other).is_none(), "{other}");
        }
    }
}
