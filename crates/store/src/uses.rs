//! How often a person did something within a window of time.

use domain::Moment;
use domain::ids::PersonId;
use domain::uses::Use;

use crate::engine::{Batch, Statement, Value};
use crate::{Reader, StoreError, guard, statements};

statements! {
    COUNT = "uses.count",
        "INSERT INTO use_count (person_id, what, window_end, used) VALUES (?1, ?2, ?3, 1)
         ON CONFLICT (person_id, what, window_end) DO UPDATE SET used = use_count.used + 1
         WHERE use_count.used < ?4";
    USED = "uses.used",
        "SELECT used FROM use_count WHERE person_id = ?1 AND what = ?2 AND window_end = ?3";
    CLEAN = "uses.clean", "DELETE FROM use_count WHERE window_end <= ?1";
}

/// Counts one use in the window that ends then; `LIMIT` when there were so many.
pub fn count(batch: &mut Batch, person: PersonId, what: &str, window_end: Moment, most: u32) {
    let params = [person.0.into(), what.into(), window_end.into(), most.into()];
    batch.push(Statement::new(&COUNT, params).one(guard::LIMIT));
}

/// How many were counted in the window that ends then.
pub async fn used(
    reader: &mut Reader,
    person: PersonId,
    what: Use,
    window_end: Moment,
) -> Result<u32, StoreError> {
    let params = [person.0.into(), what.code().into(), window_end.into()];
    let found = reader
        .first(&USED, &params, |row| crate::count(&USED, row, 0))
        .await?;
    Ok(found.unwrap_or(0))
}

/// Forgets the windows that are over.
pub fn clean(batch: &mut Batch, now: Moment) {
    batch.push(Statement::new(&CLEAN, [Value::from(now)]));
}
