//! Puts the parts together: data folder, secret, programme, database, use cases.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use casework::{
    Casework, Clock, Database, Files, Limits, RandomIds, Secrets, SharedClock, SystemClock,
};
use domain::catalogue::Catalogue;
use domain::retention::Rules;

use crate::secret;
use crate::settings::{Misconfigured, Settings};

/// The programme that comes with the program.
const PROGRAMME: &str = include_str!("../../../catalogue/programmas.toml");

/// What is kept until when, as it comes with the program.
const RETENTION: &str = include_str!("../../../catalogue/bewaring.toml");
/// The folder in the data folder for files that come in; they have no name there.
pub(crate) const INCOMING: &str = "incoming";
/// The folder in the data folder in which documents are kept, when nothing else is set.
pub(crate) use casework::DOCUMENTS;

/// An opened installation.
pub(crate) struct Parts {
    /// The use cases.
    pub(crate) casework: Casework,
    /// The clock, where several servers share the store's.
    pub(crate) clock: Option<Arc<SharedClock>>,
}

/// Whether a PostgreSQL database is migrated when it is opened. A file always is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Schema {
    /// Brought up to date.
    Migrate,
    /// Left as it is, and refused when it is older than this program.
    Check,
}

/// How long a server waits for its database when it starts, and how long a command does.
const SERVER_PATIENCE: Duration = Duration::from_secs(60);
pub(crate) const COMMAND_PATIENCE: Duration = Duration::from_secs(5);

impl Parts {
    /// Opens the installation of these settings on the machine's clock, to serve.
    ///
    /// # Errors
    /// A programme file that is wrong, a folder or file that cannot be used, a database of another
    /// version, another secret than the servers before it had.
    pub(crate) async fn to_serve(settings: &Settings) -> anyhow::Result<Self> {
        Parts::open(settings, settings.limits(), SERVER_PATIENCE).await
    }

    /// The same for a command of the operator.
    ///
    /// # Errors
    /// As for [`Parts::to_serve`].
    pub(crate) async fn for_command(settings: &Settings) -> anyhow::Result<Self> {
        Parts::open(settings, Limits::default(), COMMAND_PATIENCE).await
    }

    async fn open(settings: &Settings, limits: Limits, patience: Duration) -> anyhow::Result<Self> {
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
        let rules = match &settings.retention {
            None => own_rules()?,
            Some(file) => {
                let name = file.display().to_string();
                let text = fs::read_to_string(file).map_err(|error| {
                    Misconfigured(format!("cannot read the retention rules {name}: {error}"))
                })?;
                retention_rules(&text, &name)?
            }
        };
        make_folder(&settings.data)?;
        let store = store_of(settings, patience);
        // The secret of a file is made before the file: a first start that is broken off leaves no file
        // without its secret, which the next start would refuse.
        let of_file = match &store {
            casework::Settings::Sqlite { file } => {
                Some(secret::load_or_make(&settings.secret_file, file.exists())?)
            }
            casework::Settings::Postgres(_) => None,
        };
        let database = open_database(&store, Schema::Check).await?;
        let secret = match of_file {
            Some(secret) => secret,
            None => {
                let has_database = casework::has_secret(&database).await?;
                secret::load_or_make(&settings.secret_file, has_database)?
            }
        };
        let clock = matches!(store, casework::Settings::Postgres(_))
            .then(|| Arc::new(SharedClock::default()));
        let told: Arc<dyn Clock> = match &clock {
            Some(shared) => Arc::clone(shared) as Arc<dyn Clock>,
            None => Arc::new(SystemClock),
        };
        let files = Files::open(
            &settings.documents_place(),
            &settings.data.join(INCOMING),
            &secret,
            settings.clamd.clone(),
            settings.document_limits(),
        )?;
        let parts = Parts {
            clock,
            ..Parts::assemble(database, (catalogue, rules), &secret, told, files, limits)
        };
        parts
            .casework
            .agree_on_secret()
            .await
            .with_context(|| format!("the secret file {}", settings.secret_file.display()))?;
        parts.follow_clock().await?;
        Ok(parts)
    }

    /// Puts the parts together on a database that is open.
    pub(crate) fn assemble(
        database: Database,
        (catalogue, rules): (Catalogue, Rules),
        secret: &[u8],
        clock: Arc<dyn Clock>,
        files: Files,
        limits: Limits,
    ) -> Self {
        Parts {
            casework: Casework::new(
                Arc::new(database),
                Arc::new(catalogue),
                clock,
                Arc::new(RandomIds::default()),
                Secrets::derive(secret),
                files,
                limits,
            )
            .with_rules(rules),
            clock: None,
        }
    }

    /// The same for the address that people type, for which passkeys are made.
    pub(crate) fn at_site(self, public_url: &str) -> Self {
        Parts {
            casework: self.casework.at_site(public_url),
            ..self
        }
    }

    /// Puts the clock right by the store's, where there is one to follow.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub(crate) async fn follow_clock(&self) -> anyhow::Result<()> {
        let Some(clock) = &self.clock else {
            return Ok(());
        };
        let asked = SystemClock.now();
        let theirs = self.casework.clock_of_store().await;
        let answered = SystemClock.now();
        if let Some(theirs) = theirs.map_err(|failure| anyhow!("{failure:?}"))? {
            clock.follow(theirs, asked, answered);
        }
        Ok(())
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

/// Makes the database of these settings, or brings it up to this version. On a server it needs no secret:
/// who owns the tables need not be who serves. A file gets its secret beside it.
///
/// # Errors
/// When it cannot be reached, or is newer.
pub(crate) async fn migrate(settings: &Settings) -> anyhow::Result<()> {
    if settings.database_url.is_none() {
        return Parts::for_command(settings).await.map(drop);
    }
    let store = store_of(settings, COMMAND_PATIENCE);
    open_database(&store, Schema::Migrate).await.map(drop)
}

/// Where the database of these settings is.
pub(crate) fn store_of(settings: &Settings, patience: Duration) -> casework::Settings {
    match &settings.database_url {
        None => casework::Settings::Sqlite {
            file: database_file(&settings.data),
        },
        Some(url) => casework::Settings::Postgres(casework::PostgresSettings {
            url: url.clone(),
            replica_url: settings.database_replica_url.clone(),
            ca_file: settings.database_ca_file.clone(),
            connections: settings.database_connections.into(),
            patience,
        }),
    }
}

/// Opens a database with a schema this program can serve.
pub(crate) async fn open_database(
    store: &casework::Settings,
    schema: Schema,
) -> anyhow::Result<Database> {
    let database = Database::open(store).await?;
    match schema {
        Schema::Migrate => database.migrate().await?,
        Schema::Check => database.check_schema().await?,
    }
    Ok(database)
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

/// The retention rules compiled in.
///
/// # Errors
/// When they are wrong; a test holds that they are not.
pub(crate) fn own_rules() -> Result<Rules, Misconfigured> {
    retention_rules(RETENTION, "the retention rules compiled in")
}

fn retention_rules(text: &str, name: &str) -> Result<Rules, Misconfigured> {
    Rules::parse(text).map_err(|errors| Misconfigured(format!("{name}: {errors}")))
}

/// The database file of a data folder.
pub(crate) fn database_file(data: &Path) -> PathBuf {
    data.join(casework::DATABASE)
}

/// Refuses a data folder without a database, where a command must not begin a new one.
///
/// # Errors
/// When there is none.
pub(crate) fn must_hold_data(data: &Path) -> anyhow::Result<()> {
    let file = database_file(data);
    if !file.exists() {
        bail!("there is no database {} (setting data)", file.display());
    }
    Ok(())
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
    let lock = File::create(data.join(casework::LOCK))
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
        assert!(own_rules().is_ok());
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
