//! Keys of submissions that were confirmed, so that pressing twice stores once (T2).

use domain::Moment;
use domain::ids::{PersonId, SubmissionKey};

use crate::engine::trial::{self, Taken};
use crate::engine::{Batch, Statement, Value};
use crate::{Reader, StoreError, guard, statements};

statements! {
    WRITE = "submissions.write",
        "INSERT INTO submission (key, person_id, at, led_to) VALUES (?1, ?2, ?3, ?4)";
    FIND = "submissions.find", "SELECT led_to FROM submission WHERE key = ?1 AND person_id = ?2";
    CLEAN = "submissions.clean", "DELETE FROM submission WHERE at < ?1";
}

/// Remembers a submission in the batch it belongs to; `SUBMISSION` when it was stored before.
pub fn write(batch: &mut Batch, key: SubmissionKey, person: PersonId, at: Moment, led_to: &str) {
    let key = match trial::is_without(Taken::SubmissionKey) {
        true => uuid::Uuid::new_v4(),
        false => key.0,
    };
    let params = [key.into(), person.0.into(), at.into(), led_to.into()];
    batch.push(Statement::new(&WRITE, params).one(guard::SUBMISSION));
}

/// Where the answer to an earlier submission of this person led.
pub async fn find(
    reader: &mut Reader,
    key: SubmissionKey,
    person: PersonId,
) -> Result<Option<String>, StoreError> {
    reader
        .first(&FIND, &[key.0.into(), person.0.into()], |row| row.text(0))
        .await
}

/// Forgets submissions so old that their forms are refused anyhow.
pub fn clean(batch: &mut Batch, before: Moment) {
    batch.push(Statement::new(&CLEAN, [Value::from(before)]));
}
