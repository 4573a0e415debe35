//! What holds for the installation as a whole. No dossier content.

use crate::engine::{Batch, Statement};
use crate::{Reader, StoreError, guard, known, statements};

statements! {
    SECRET_CHECK = "installation.secret_check", "SELECT secret_check FROM installation WHERE id = 1";
    SET_SECRET_CHECK = "installation.set_secret_check",
        "UPDATE installation SET secret_check = ?1 WHERE id = 1 AND secret_check IS NULL";
}

/// What proves that a server has the secret of this installation; none before the first one served.
pub async fn secret_check(reader: &mut Reader) -> Result<Option<Vec<u8>>, StoreError> {
    let found = reader
        .first(&SECRET_CHECK, &[], |row| row.opt_bytes(0))
        .await?;
    known(&SECRET_CHECK, "id", found)
}

/// Keeps the proof of the first server; `TAKEN` when another was first.
pub fn set_secret_check(batch: &mut Batch, check: &[u8]) {
    batch.push(Statement::new(&SET_SECRET_CHECK, [check.into()]).one(guard::TAKEN));
}
