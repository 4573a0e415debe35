//! Reading within one snapshot. Knows the engines' leases, no table.

use rusqlite::params_from_iter;

use super::pool::Lease;
use super::postgres::Session;
use super::sqlite::{self, run};
use super::{Answer, Row, Sql, StoreError, Value};

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

/// What is done with a row. An error ends the reading.
type OnRow<'a> = &'a mut (dyn FnMut(&Row<'_>) -> Result<(), StoreError> + Send);

#[derive(Debug)]
enum Source {
    Sqlite(Snapshot),
    Postgres(Session),
}

impl Reader {
    pub(super) fn sqlite(lease: Lease) -> Self {
        Self::sqlite_in(lease, Transaction::NotBegun)
    }

    /// Without a transaction around its statement: SQLite makes one of each by itself.
    pub(super) fn sqlite_for_one(lease: Lease) -> Self {
        Self::sqlite_in(lease, Transaction::None)
    }

    fn sqlite_in(lease: Lease, transaction: Transaction) -> Self {
        Self {
            source: Source::Sqlite(Snapshot { lease, transaction }),
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
    pub async fn all<T: Send>(
        &mut self,
        sql: &'static Sql,
        params: &[Value],
        mut map: impl FnMut(&Row<'_>) -> Result<T, StoreError> + Send,
    ) -> Result<Vec<T>, StoreError> {
        let mut found = Vec::new();
        let mut keep = |row: &Row<'_>| map(row).map(|it| found.push(it));
        self.each(sql, params, usize::MAX, &mut keep).await?;
        Ok(found)
    }

    /// The first row, through `map`, or `None` where there is no row.
    ///
    /// # Errors
    /// As for [`Reader::all`].
    pub async fn first<T: Send>(
        &mut self,
        sql: &'static Sql,
        params: &[Value],
        mut map: impl FnMut(&Row<'_>) -> Result<T, StoreError> + Send,
    ) -> Result<Option<T>, StoreError> {
        let mut found = None;
        let mut keep = |row: &Row<'_>| map(row).map(|it| found = Some(it));
        self.each(sql, params, 1, &mut keep).await?;
        Ok(found)
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

    /// Boxed, so that it is compiled once and here, not for every kind of row in every crate that reads.
    fn each<'a>(
        &'a mut self,
        sql: &'static Sql,
        params: &'a [Value],
        limit: usize,
        on_row: OnRow<'a>,
    ) -> Answer<'a, ()> {
        self.statements += 1;
        // The name only: what is bound may be about somebody.
        tracing::trace!(target: "store::statement", name = sql.name);
        Box::pin(async move {
            match &mut self.source {
                Source::Sqlite(snapshot) => snapshot.each(sql, params, limit, on_row),
                Source::Postgres(session) => {
                    let rows = session.query(sql, params).await?;
                    rows.iter()
                        .take(limit)
                        .try_for_each(|row| on_row(&Row::postgres(sql, row)))
                }
            }
        })
    }
}

/// A connection of SQLite, in a transaction from its first statement on, unless it needs none.
#[derive(Debug)]
struct Snapshot {
    lease: Lease,
    transaction: Transaction,
}

#[derive(Debug, PartialEq)]
enum Transaction {
    None,
    NotBegun,
    Begun,
}

impl Snapshot {
    fn each(
        &mut self,
        sql: &'static Sql,
        params: &[Value],
        limit: usize,
        on_row: OnRow<'_>,
    ) -> Result<(), StoreError> {
        let connection = self.lease.connection()?;
        if self.transaction == Transaction::NotBegun {
            run(connection, "BEGIN")?;
            self.transaction = Transaction::Begun;
        }
        let failed = |error| sqlite::failure(sql.name, &error);
        let mut statement = connection.prepare_cached(sql.text).map_err(failed)?;
        let mut rows = statement.query(params_from_iter(params)).map_err(failed)?;
        let mut left = limit;
        while left > 0
            && let Some(row) = rows.next().map_err(failed)?
        {
            on_row(&Row::sqlite(sql, row))?;
            left -= 1;
        }
        Ok(())
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        if self.transaction == Transaction::Begun {
            self.lease.end_snapshot();
        }
    }
}
