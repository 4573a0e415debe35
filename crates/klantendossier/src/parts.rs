//! Puts the parts together: data folder, secret, programme, database, use cases.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use casework::{Casework, Clock, Database, Limits, RandomIds, Secrets, SystemClock};
use domain::catalogue::Catalogue;

use crate::secret;
use crate::settings::{Misconfigured, Settings};

/// The programme that comes with the program.
const PROGRAMME: &str = include_str!("../../../catalogue/programmas.toml");

/// An opened installation.
pub(crate) struct Parts {
    /// The use cases.
    pub(crate) casework: Casework,
}

impl Parts {
    /// Opens the installation of these settings on the machine's clock.
    ///
    /// # Errors
    /// A programme file that is wrong, a folder or file that cannot be used, a database of a newer
    /// program.
    pub(crate) async fn open(settings: &Settings, limits: Limits) -> anyhow::Result<Self> {
        let catalogue = match &settings.catalogue {
            None => programme(PROGRAMME, "the programme compiled in")?,
            Some(file) => {
                let name = file.display().to_string();
                let text = fs::read_to_string(file).map_err(|error| {
                    Misconfigured(format!("cannot read the programme file {name}: {error}"))
                })?;
                programme(&text, &name)?
            }
        };
        make_folder(&settings.data)?;
        let file = database_file(&settings.data);
        let secret = secret::load_or_make(&settings.secret_file, file.exists())?;
        let clock = Arc::new(SystemClock);
        Parts::assemble(&file, catalogue, &secret, clock, limits).await
    }

    /// Opens a database file and brings it up to date.
    pub(crate) async fn assemble(
        file: &Path,
        catalogue: Catalogue,
        secret: &[u8],
        clock: Arc<dyn Clock>,
        limits: Limits,
    ) -> anyhow::Result<Self> {
        let file = file.to_owned();
        let database = Database::open(&casework::Settings::Sqlite { file }).await?;
        database.migrate().await?;
        Ok(Parts {
            casework: Casework::new(
                Arc::new(database),
                Arc::new(catalogue),
                clock,
                Arc::new(RandomIds::default()),
                Secrets::derive(secret),
                limits,
            ),
        })
    }

    /// Refuses a database with accounts whose password everybody knows.
    ///
    /// # Errors
    /// When it holds accounts of the demo.
    pub(crate) async fn refuse_demo(&self) -> anyhow::Result<()> {
        if self.casework.has_demo_accounts().await? {
            bail!(
                "the database holds accounts of the demo, whose password everybody knows; \
                 start with another data folder"
            );
        }
        Ok(())
    }
}

/// The programme compiled in.
///
/// # Errors
/// When it is wrong; a test holds that it is not.
pub(crate) fn own_programme() -> Result<Catalogue, Misconfigured> {
    programme(PROGRAMME, "the programme compiled in")
}

fn programme(text: &str, name: &str) -> Result<Catalogue, Misconfigured> {
    Catalogue::parse(text).map_err(|errors| Misconfigured(format!("{name}: {errors}")))
}

/// The database file of a data folder.
pub(crate) fn database_file(data: &Path) -> PathBuf {
    data.join("klantendossier.db")
}

/// Makes the data folder where there is none, for its owner only.
///
/// # Errors
/// When it cannot be made.
pub(crate) fn make_folder(data: &Path) -> anyhow::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(data)
        .with_context(|| format!("cannot make the data folder {}", data.display()))
}

/// Claims a data folder for one serving program, until the claim is dropped or the program ends.
///
/// # Errors
/// When another program serves from it, or the folder cannot be written.
pub(crate) fn claim(data: &Path) -> anyhow::Result<File> {
    make_folder(data)?;
    let name = data.display();
    let lock = File::create(data.join("lock"))
        .with_context(|| format!("cannot write in the data folder {name}"))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => {
            bail!("another klantendossier serves from the data folder {name}")
        }
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot claim the data folder {name}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use testkit::TestFolder;

    use super::*;

    #[test]
    fn the_programme_compiled_in_is_right() {
        assert!(own_programme().is_ok());
    }

    #[test]
    fn a_wrong_programme_says_everything_that_is_wrong() {
        let wrong = PROGRAMME
            .replace("result_set = \"POSNEG\"", "result_set = \"GEEN\"")
            .replace("addendum_days = 14", "addendum_days = \"veel\"");
        let said = programme(&wrong, "eigen.toml").unwrap_err().to_string();
        assert!(said.starts_with("eigen.toml: "), "{said}");
        assert!(said.contains("addendum_days"), "{said}");
    }

    #[test]
    fn a_data_folder_is_served_from_by_one_program_at_a_time() {
        let folder = TestFolder::new();
        let data = folder.path().join("data");
        let first = claim(&data).unwrap();
        let refused = claim(&data).unwrap_err().to_string();
        assert!(refused.contains("another klantendossier"), "{refused}");
        drop(first);
        assert!(claim(&data).is_ok());
    }
}
