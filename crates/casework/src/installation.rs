//! What several servers of one installation must agree on before any of them serves: the secret, and
//! the clock.

use async_recursion::async_recursion as boxed;
use store::{Batch, Database, StoreError, guard, installation};

use crate::{Casework, Failure};
use domain::Moment;

/// The secret of this server is not the one the database was made with.
#[derive(Debug, thiserror::Error)]
pub enum SecretRefused {
    /// National numbers could not be read back, and new ones would be lost to the other servers.
    #[error("it is not the secret this database was made with; every server needs the same one")]
    Other,
    /// It could not be compared.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whether a server served from this database before, with a secret that is needed from then on.
///
/// # Errors
/// When the database cannot be read.
#[boxed]
pub async fn has_secret(database: &Database) -> Result<bool, StoreError> {
    let mut reader = database.reader().await?;
    Ok(installation::secret_check(&mut reader).await?.is_some())
}

impl Casework {
    /// Compares this server's secret with that of the servers before it; the first one sets it.
    ///
    /// # Errors
    /// When it is another one.
    #[boxed]
    pub async fn agree_on_secret(&self) -> Result<(), SecretRefused> {
        loop {
            let mut reader = self.database.reader().await?;
            let found = installation::secret_check(&mut reader).await?;
            drop(reader);
            match found {
                Some(check) if check == self.secrets.check() => return Ok(()),
                Some(_) => return Err(SecretRefused::Other),
                None => {
                    let mut batch = Batch::new();
                    installation::set_secret_check(&mut batch, self.secrets.check());
                    match self.database.commit(batch).await {
                        Ok(()) => return Ok(()),
                        // Another server was first: compare with what it set.
                        Err(StoreError::Missed(guard::TAKEN)) => {}
                        Err(error) => return Err(error.into()),
                    }
                }
            }
        }
    }

    /// The instant on the clock that all servers share; none where there is one server.
    ///
    /// # Errors
    /// When the store cannot be asked.
    #[boxed]
    pub async fn clock_of_store(&self) -> Result<Option<Moment>, Failure> {
        Ok(self.database.clock().await?)
    }
}
