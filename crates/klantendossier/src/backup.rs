//! `backup`, `verify` and `restore`: what the use cases answer, in lines for the operator.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use casework::{BackupWish, Contents, Database, Files, Verified};

use crate::VERSION;
use crate::arguments::{Backup, Restore, Verify};
use crate::operator::say;
use crate::parts::{self, COMMAND_PATIENCE, Parts};
use crate::secret;
use crate::settings::Settings;

/// Makes a backup.
///
/// # Errors
/// In one line, why not; there is none then. Also when documents are missing: there is one then.
pub(crate) async fn back_up(settings: &Settings, wish: &Backup) -> anyhow::Result<()> {
    if settings.database_url.is_some() {
        return Err(casework::BackupRefused::Server.into());
    }
    parts::must_hold_data(&settings.data)?;
    let parts = Parts::for_command(settings).await?;
    let folder = std::path::absolute(&wish.to)?;
    let done = parts
        .casework
        .back_up(&BackupWish {
            folder: &folder,
            keep: wish.keep,
            full: wish.full,
            program: VERSION,
        })
        .await
        .with_context(|| format!("no backup was made in {}", folder.display()))?;
    let (dossiers, documents) = (done.manifest.dossiers, done.manifest.documents);
    let mut text = format!(
        "backed up {dossiers} dossiers and {documents} documents ({} copied) to {}",
        done.copied,
        done.folder.display(),
    );
    if done.removed > 0 {
        let _ = write!(text, "; {} older backups were removed", done.removed);
    }
    let _ = writeln!(
        text,
        "; the secret {} is not in it: keep a copy of that elsewhere",
        settings.secret_file.display()
    );
    say(&text)?;
    if !done.missing.is_empty() {
        bail!(
            "{} documents that rows name are not there, and so not in the backup: {}",
            done.missing.len(),
            done.missing.join(", ")
        );
    }
    Ok(())
}

/// Verifies the data in use, or a backup.
///
/// # Errors
/// When something is wrong: each fault is printed, and this says how many there are.
pub(crate) async fn verify(settings: &Settings, wish: &Verify) -> anyhow::Result<()> {
    let secret = match settings.secret_file.exists() {
        true => Some(secret::load_or_make(&settings.secret_file, true)?),
        false => None,
    };
    let verified = match &wish.backup {
        Some(folder) => {
            let secret = secret.as_ref().map(<[u8; 32]>::as_slice);
            casework::verify_backup(folder, secret).await?
        }
        None => in_use(settings, secret.as_ref(), wish.since.as_deref()).await?,
    };
    say(&told(&verified))?;
    match verified.faults() {
        0 => say("nothing is wrong\n"),
        1 => bail!("1 fault was found"),
        faults => bail!("{faults} faults were found"),
    }
}

async fn in_use(
    settings: &Settings,
    secret: Option<&[u8; 32]>,
    since: Option<&Path>,
) -> anyhow::Result<Verified> {
    let database = Database::open_to_read(&parts::store_of(settings, COMMAND_PATIENCE)).await?;
    let files = Files::open_to_read(
        &settings.documents_place(),
        secret.map_or(&[], <[u8; 32]>::as_slice),
    )?;
    let contents = match secret {
        Some(_) => Contents::Opened(&files),
        None => Contents::There(&files),
    };
    let found = casework::verify(&database, &contents).await;
    let mut verified = found.map_err(|failure| anyhow!("cannot verify: {failure:?}"))?;
    if let Some(folder) = since {
        let file = folder.join(casework::DATABASE);
        let earlier = Database::open_to_read(&casework::Settings::Sqlite { file }).await?;
        let found = casework::verify_since(&database, &earlier).await;
        let found = found.map_err(|failure| anyhow!("{}: {failure:?}", folder.display()))?;
        verified.checks.push(found);
    }
    Ok(verified)
}

fn told(verified: &Verified) -> String {
    let mut text = String::new();
    for check in &verified.checks {
        let faults = match check.faults {
            0 => "none wrong".to_owned(),
            faults => format!("{faults} WRONG"),
        };
        let _ = writeln!(text, "{:>9}  {}: {faults}", check.looked, check.what);
        for fault in &check.told {
            let _ = writeln!(text, "           - {fault}");
        }
        let more = check.faults.saturating_sub(check.told.len() as u64);
        if more > 0 {
            let _ = writeln!(text, "           - and {more} more");
        }
    }
    for note in &verified.notes {
        let _ = writeln!(text, "note: {note}");
    }
    text
}

/// Puts a backup back into a new data folder.
///
/// # Errors
/// In one line, why not; the folder is as it was then.
pub(crate) async fn restore(settings: &Settings, wish: &Restore) -> anyhow::Result<()> {
    let from = match wish.at {
        Some(instant) => casework::backup_at(&wish.from, instant)?,
        None => one_of(&wish.from)?,
    };
    let secret_file = wish.secret.as_ref().unwrap_or(&settings.secret_file);
    let secret = secret::load_or_make(secret_file, true)
        .context("restoring needs the secret of the installation (--secret FILE)")?;
    let claim = parts::claim(&wish.to)?;
    let manifest = casework::restore(&from, &wish.to, (secret_file, &secret))
        .await
        .with_context(|| format!("nothing was put back into {}", wish.to.display()))?;
    let parts = Parts::for_command(&settings.at(&wish.to)).await?;
    let noted = parts.casework.note_restored(&manifest).await;
    noted.map_err(|failure| anyhow!("put back, but not noted in the log: {failure:?}"))?;
    drop(claim);
    say(&format!(
        "put back the backup of {} (program {}): {} dossiers and {} documents, verified before and after, in {}; \
         what was stored after that instant is not in it. Start with data = \"{}\"\n",
        manifest.instant,
        manifest.program,
        manifest.dossiers,
        manifest.documents,
        wish.to.display(),
        wish.to.display(),
    ))
}

/// A backup, and not the folder of all of them.
fn one_of(from: &Path) -> anyhow::Result<PathBuf> {
    let found = casework::backups(from)?;
    if let Some((_, newest)) = found.last() {
        bail!(
            "{} holds {} backups: give one, as --from {}, or an instant with --at",
            from.display(),
            found.len(),
            newest.display()
        );
    }
    Ok(from.to_owned())
}
