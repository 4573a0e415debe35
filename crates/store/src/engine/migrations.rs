//! The schema's versions: the SQL files of the repository's migrations folder, run by refinery. Knows no
//! table but refinery's own.
//!
//! A migration has no deferred constraint: those are checked at COMMIT, where one batch's fault would
//! fail its neighbours in the same commit (see `writer.rs`).

use refinery::Runner;
use refinery::error::{Error, Kind};
use rusqlite::Connection;

use super::StoreError;
use super::sqlite::failure;

const STATEMENT: &str = "migrations";

#[allow(
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    reason = "written by the macro"
)]
mod embedded {
    refinery::embed_migrations!("../../migrations/sqlite");
}

/// The migrations this program brings.
pub(super) fn embedded() -> Runner {
    embedded::migrations::runner()
}

/// Brings the schema to the newest version of `runner`: all missing migrations, or none.
pub(super) fn apply(runner: Runner, connection: &mut Connection) -> Result<(), StoreError> {
    let runner = runner.set_grouped(true);
    let migrations = runner.get_migrations().iter();
    let program = migrations
        .map(|m| i64::from(m.version()))
        .max()
        .unwrap_or(0);
    loop {
        let database = version(connection)?;
        if database > program {
            return Err(StoreError::Version {
                database,
                program,
                detail: "the database is newer; start the newer program".into(),
            });
        }
        match runner.run(connection) {
            Ok(_) => return Ok(()),
            // refinery takes no lock: another program that starts now may have been first.
            Err(_) if version(connection)? > database => {}
            Err(error) => return Err(explain(&error, database, program)),
        }
    }
}

/// The newest migration applied to the database; 0 for an empty one.
fn version(connection: &Connection) -> Result<i64, StoreError> {
    let read = || {
        let migrated_before = connection.query_row(
            "SELECT count(*) FROM sqlite_schema WHERE name = 'refinery_schema_history'",
            [],
            |row| row.get::<_, i64>(0),
        )?;
        if migrated_before == 0 {
            return Ok(0);
        }
        connection.query_row(
            "SELECT coalesce(max(version), 0) FROM refinery_schema_history",
            [],
            |row| row.get(0),
        )
    };
    read().map_err(|error| failure(STATEMENT, &error))
}

fn explain(error: &Error, database: i64, program: i64) -> StoreError {
    match error.kind() {
        Kind::DivergentVersion(..) | Kind::MissingVersion(_) => StoreError::Version {
            database,
            program,
            detail: format!("{error}; it was made by another edition of the program"),
        },
        Kind::Connection(step, source) => match source.downcast_ref() {
            Some(source) => match failure(STATEMENT, source) {
                StoreError::Corrupt { statement, detail } => StoreError::Corrupt {
                    statement,
                    detail: format!("{step}: {detail}"),
                },
                other => other,
            },
            None => StoreError::Corrupt {
                statement: STATEMENT,
                detail: error.to_string(),
            },
        },
        _ => StoreError::Corrupt {
            statement: STATEMENT,
            detail: error.to_string(),
        },
    }
}
