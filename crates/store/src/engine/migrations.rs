//! The schema's versions: the SQL files of the repository's migrations folder, run by refinery. One
//! folder per engine, the same numbers. Knows no table but refinery's own and `installation`.
//!
//! A migration has no deferred constraint: those are checked at COMMIT, where one batch's fault would
//! fail its neighbours in the same commit (see `writer.rs`).
//!
//! A program also serves a database that is newer than itself, as long as every migration since only
//! added to it: `installation.least_program` says so. That is what lets several servers be replaced one
//! by one (docs/postgresql.md).

use std::ops::DerefMut;
use std::time::{Duration, Instant};

use refinery::Runner;
use refinery::error::{Error, Kind};
use rusqlite::Connection;
use tokio_postgres::Client;

use super::StoreError;
use super::{postgres, sqlite};

const STATEMENT: &str = "migrations";
/// How long one program waits for another that migrates.
const TURN_PATIENCE: Duration = Duration::from_secs(120);

#[allow(
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    reason = "written by the macro"
)]
mod embedded {
    pub(super) mod sqlite {
        refinery::embed_migrations!("../../migrations/sqlite");
    }
    pub(super) mod postgres {
        refinery::embed_migrations!("../../migrations/postgres");
    }
}

/// The migrations this program brings for SQLite.
pub(super) fn embedded_sqlite() -> Runner {
    embedded::sqlite::migrations::runner()
}

/// The migrations this program brings for PostgreSQL.
pub(super) fn embedded_postgres() -> Runner {
    embedded::postgres::migrations::runner()
}

/// The newest version among the migrations.
pub(super) fn newest(runner: &Runner) -> i64 {
    let versions = runner.get_migrations().iter().map(|it| it.version());
    versions.max().map_or(0, i64::from)
}

/// What stands in the database.
struct Found {
    /// The newest migration applied; 0 for an empty database.
    version: i64,
    /// The oldest program that may serve it.
    least_program: i64,
}

impl Found {
    /// Whether there is nothing to migrate; an error when this program is too old.
    fn is_new_enough(&self, program: i64) -> Result<bool, StoreError> {
        if self.version > program && self.least_program > program {
            return Err(StoreError::Version {
                database: self.version,
                program,
                detail: "the database is newer; start the newer program".into(),
            });
        }
        Ok(self.version > program)
    }
}

/// Brings the schema to the newest version of `runner`: all missing migrations, or none.
pub(super) fn apply(runner: Runner, connection: &mut Connection) -> Result<(), StoreError> {
    let runner = runner.set_grouped(true);
    let program = newest(&runner);
    loop {
        let found = version(connection)?;
        if found.is_new_enough(program)? {
            return Ok(());
        }
        match runner.run(connection) {
            Ok(_) => return Ok(()),
            // refinery takes no lock: another program that starts now may have been first.
            Err(_) if version(connection)?.version > found.version => {}
            Err(error) => return Err(explain(&error, found.version, program)),
        }
    }
}

/// The newest migration that was applied to a file; 0 for an empty one.
pub(super) fn version_of(connection: &Connection) -> Result<i64, StoreError> {
    version(connection).map(|found| found.version)
}

fn version(connection: &Connection) -> Result<Found, StoreError> {
    let has = |table: &str| {
        connection.query_row(
            "SELECT count(*) FROM sqlite_schema WHERE name = ?1",
            [table],
            |row| row.get::<_, i64>(0),
        )
    };
    let read = || {
        let one = |sql: &str| connection.query_row(sql, [], |row| row.get(0));
        Ok(Found {
            version: match has("refinery_schema_history")? {
                0 => 0,
                _ => one("SELECT coalesce(max(version), 0) FROM refinery_schema_history")?,
            },
            least_program: match has("installation")? {
                0 => i64::MAX,
                _ => one("SELECT least_program FROM installation")?,
            },
        })
    };
    read().map_err(|error| sqlite::failure(STATEMENT, &error))
}

/// The same on PostgreSQL. One program at a time: the others wait and find it done.
pub(super) async fn apply_postgres(
    runner: Runner,
    mut client: impl DerefMut<Target = Client>,
) -> Result<(), StoreError> {
    let failed = |error| postgres::failure(STATEMENT, &error);
    let until = Instant::now() + TURN_PATIENCE;
    loop {
        let turn = client
            .query_one("SELECT pg_try_advisory_lock(4881, 1)", &[])
            .await
            .map_err(failed)?;
        if turn.get::<_, bool>(0) {
            break;
        }
        if Instant::now() > until {
            return Err(StoreError::Unavailable(
                "another program has been migrating the database for two minutes".into(),
            ));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // The connection is not used again: the lock goes with it.
    let runner = runner.set_grouped(true);
    let program = newest(&runner);
    let found = version_postgres(&client).await?;
    if found.is_new_enough(program)? {
        return Ok(());
    }
    // A table that is in use is not waited for long: everybody after us would wait too.
    client
        .batch_execute("SET lock_timeout = '5s'; SET client_min_messages = warning")
        .await
        .map_err(failed)?;
    match runner.run_async(&mut *client).await {
        Ok(_) => Ok(()),
        Err(error) => Err(explain(&error, found.version, program)),
    }
}

/// Whether this program may serve the database as it is.
pub(super) async fn check_postgres(client: &Client, program: i64) -> Result<(), StoreError> {
    let found = version_postgres(client).await?;
    if found.version < program {
        return Err(StoreError::Version {
            database: found.version,
            program,
            detail: "run `klantendossier migrate` with the role that owns the tables".into(),
        });
    }
    found.is_new_enough(program).map(drop)
}

async fn version_postgres(client: &Client) -> Result<Found, StoreError> {
    let read = async {
        let has = client
            .query_one(
                "SELECT to_regclass('refinery_schema_history') IS NOT NULL,
                        to_regclass('installation') IS NOT NULL",
                &[],
            )
            .await?;
        let one = async |sql: &str| Ok(client.query_one(sql, &[]).await?.get::<_, i64>(0));
        Ok(Found {
            version: match has.get(0) {
                false => 0,
                true => {
                    one("SELECT coalesce(max(version), 0)::bigint FROM refinery_schema_history")
                        .await?
                }
            },
            least_program: match has.get(1) {
                false => i64::MAX,
                true => one("SELECT least_program FROM installation").await?,
            },
        })
    };
    read.await
        .map_err(|error: tokio_postgres::Error| postgres::failure(STATEMENT, &error))
}

fn explain(error: &Error, database: i64, program: i64) -> StoreError {
    match error.kind() {
        Kind::DivergentVersion(..) | Kind::MissingVersion(_) => StoreError::Version {
            database,
            program,
            detail: format!("{error}; it was made by another edition of the program"),
        },
        Kind::Connection(step, source) => {
            let cause = match (source.downcast_ref(), source.downcast_ref()) {
                (Some(source), _) => sqlite::failure(STATEMENT, source),
                (None, Some(source)) => postgres::failure(STATEMENT, source),
                (None, None) => StoreError::Corrupt {
                    statement: STATEMENT,
                    detail: source.to_string(),
                },
            };
            match cause {
                StoreError::Corrupt { statement, detail } => StoreError::Corrupt {
                    statement,
                    detail: format!("{step}: {detail}"),
                },
                other => other,
            }
        }
        _ => StoreError::Corrupt {
            statement: STATEMENT,
            detail: error.to_string(),
        },
    }
}
