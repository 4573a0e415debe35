//! Reading within one snapshot. Knows the engines' leases, no table.

use rusqlite::params_from_iter;

use super::pool::Lease;
use super::postgres::Session;
use super::sqlite::{self, run};
use super::{Row, Sql, StoreError, Value};

/// One consistent snapshot: whatever is written meanwhile, every statement of one reader sees the
/// database as it was at the first. The snapshot ends, and the connection goes back, on drop.
///
/// On SQLite a statement runs on the calling task. It takes tens of microseconds, less than handing it
/// to another thread and back; so no statement read through here may walk a whole table.
#[derive(Debug)]
pub struct Reader {
    source: Source,
    statements: u32,
}

#[derive(Debug)]
enum Source {
    Sqlite(Snapshot),
    Postgres(Session),
}

impl Reader {
    pub(super) fn sqlite(lease: Lease) -> Self {
        Self {
            source: Source::Sqlite(Snapshot {
                lease,
                begun: false,
            }),
            statements: 0,
        }
    }

    pub(super) fn postgres(session: Session) -> Self {
        Self {
            source: Source::Postgres(session),
            statements: 0,
        }
    }

    /// All rows, each through `map`.
    ///
    /// # Errors
    /// The first error of `map`; [`StoreError::Corrupt`] when the statement does not fit the schema or
    /// the parameters; [`StoreError::Unavailable`] when the database cannot be read now.
    pub async fn all<T>(
        &mut self,
        sql: &'static Sql,
        params: &[Value],
        map: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        self.fetch(sql, params, usize::MAX, map).await
    }

    /// The first row, through `map`, or `None` where there is no row.
    ///
    /// # Errors
    /// As for [`Reader::all`].
    pub async fn first<T>(
        &mut self,
        sql: &'static Sql,
        params: &[Value],
        map: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.fetch(sql, params, 1, map).await?.pop())
    }

    /// Says which statements come next, so that a server can be asked for all of them at once. Each is
    /// still read, and counted, by its own call with the same parameters. Without effect before the first
    /// statement, and on SQLite, where a statement is no journey.
    ///
    /// # Errors
    /// As for [`Reader::all`].
    pub(crate) async fn ask_ahead(
        &mut self,
        statements: &[(&'static Sql, &[Value])],
    ) -> Result<(), StoreError> {
        match &mut self.source {
            Source::Sqlite(_) => Ok(()),
            Source::Postgres(session) => session.ask_ahead(statements).await,
        }
    }

    /// How many statements were read through this reader, so that a test can hold a page to its number.
    #[must_use]
    pub fn statements(&self) -> u32 {
        self.statements
    }

    async fn fetch<T>(
        &mut self,
        sql: &'static Sql,
        params: &[Value],
        limit: usize,
        mut map: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        self.statements += 1;
        // The name only: what is bound may be about somebody.
        tracing::trace!(target: "store::statement", name = sql.name);
        match &mut self.source {
            Source::Sqlite(snapshot) => snapshot.fetch(sql, params, limit, map),
            Source::Postgres(session) => {
                let rows = session.query(sql, params).await?;
                rows.iter()
                    .take(limit)
                    .map(|row| map(&Row::postgres(sql, row)))
                    .collect()
            }
        }
    }
}

/// A connection of SQLite, in a transaction from its first statement on.
#[derive(Debug)]
struct Snapshot {
    lease: Lease,
    begun: bool,
}

impl Snapshot {
    fn fetch<T>(
        &mut self,
        sql: &'static Sql,
        params: &[Value],
        limit: usize,
        mut map: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let connection = self.lease.connection()?;
        if !self.begun {
            run(connection, "BEGIN")?;
            self.begun = true;
        }
        let failed = |error| sqlite::failure(sql.name, &error);
        let mut statement = connection.prepare_cached(sql.text).map_err(failed)?;
        let mut rows = statement.query(params_from_iter(params)).map_err(failed)?;
        let mut found = Vec::new();
        while found.len() < limit {
            match rows.next().map_err(failed)? {
                Some(row) => found.push(map(&Row::sqlite(sql, row))?),
                None => break,
            }
        }
        Ok(found)
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        if self.begun {
            self.lease.end_snapshot();
        }
    }
}
