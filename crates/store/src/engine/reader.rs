//! Reading within one snapshot. Knows the pool's lease, no table.

use rusqlite::params_from_iter;

use super::pool::Lease;
use super::sqlite::{self, run};
use super::{Row, Sql, StoreError, Value};

/// One consistent snapshot: whatever is written meanwhile, every statement of one reader sees the
/// database as it was at the first. The snapshot ends, and the connection goes back, on drop.
///
/// On SQLite a statement runs on the calling task. It takes tens of microseconds, less than handing it
/// to another thread and back; so no statement read through here may walk a whole table.
#[derive(Debug)]
pub struct Reader {
    lease: Lease,
    begun: bool,
    statements: u32,
}

impl Reader {
    pub(super) fn new(lease: Lease) -> Self {
        Self {
            lease,
            begun: false,
            statements: 0,
        }
    }

    /// All rows, each through `map`.
    ///
    /// # Errors
    /// The first error of `map`; [`StoreError::Corrupt`] when the statement does not fit the schema or
    /// the parameters; [`StoreError::Unavailable`] when the file cannot be read now.
    pub async fn all<T>(
        &mut self,
        sql: &'static Sql,
        params: &[Value],
        map: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        self.fetch(sql, params, usize::MAX, map)
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
        Ok(self.fetch(sql, params, 1, map)?.pop())
    }

    /// How many statements were read through this reader, so that a test can hold a page to its number.
    #[must_use]
    pub fn statements(&self) -> u32 {
        self.statements
    }

    fn fetch<T>(
        &mut self,
        sql: &'static Sql,
        params: &[Value],
        limit: usize,
        mut map: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        self.statements += 1;
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
                Some(row) => found.push(map(&Row::new(sql, row))?),
                None => break,
            }
        }
        Ok(found)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if self.begun {
            self.lease.end_snapshot();
        }
    }
}
