//! Backups in a folder, and back: each one whole in a folder of its own, named after its instant. A backup is
//! written under another name and gets its own when all of it is on the disk, so that one that was broken off
//! is never taken for one.
//!
//! The secret of the installation is not in it: documents and national numbers stay sealed.

use async_recursion::async_recursion as boxed;
use std::collections::HashMap;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Component, Path, PathBuf};

use domain::Moment;
use domain::account_events::AccountEvent;
use domain::ids::DossierId;
use domain::journal::{Change, digest};
use files::copies::{self, Sum};
use files::{Files, FilesError, Place};
use serde::{Deserialize, Serialize};
use store::verify as rows;
use store::{Batch, Database, Settings, StoreError, installation};
use uuid::Uuid;

use crate::account_events::About;
use crate::verify::{Check, Contents, Heads, Verified, permit, verify_with};
use crate::{Casework, Failure, Secrets};

/// The database file, in a backup and in a data folder.
pub const DATABASE: &str = "klantendossier.db";
/// The folder of documents, in a backup and in a data folder.
pub const DOCUMENTS: &str = "documents";
/// The secret of the installation in a data folder.
pub const SECRET: &str = "secret.key";
/// What says whose a folder is while a program works in it.
pub const LOCK: &str = "lock";

const MANIFEST: &str = "manifest.json";
/// The digest of the manifest, as `sha256sum` writes it.
const MANIFEST_SUM: &str = "manifest.sha256";
/// Before the name of what is being written or removed.
const UNFINISHED: &str = "unfinished-";
const FORMAT: &str = "klantendossier-backup";
const FORMAT_VERSION: u32 = 1;

/// Why there is no backup, or nothing was put back.
#[derive(Debug, thiserror::Error)]
pub enum BackupRefused {
    /// It is not a file.
    #[error("database_url is set: a server is backed up with its own tools (docs/backup.md)")]
    Server,
    /// A file or folder cannot be used.
    #[error("{place}: {reason}")]
    Place {
        /// Which one.
        place: String,
        /// What it said.
        reason: String,
    },
    /// There is none that fits.
    #[error("{0}")]
    None(String),
    /// It is not what was written.
    #[error("the backup {0} is damaged; `klantendossier verify --backup` tells what")]
    Damaged(String),
    /// What was put back is not what was in the backup.
    #[error("what was written to {0} does not verify; it was removed again")]
    NotWhole(String),
    /// It is not the secret that the backup was made with.
    #[error("the secret file {0} is not the one this backup was made with")]
    OtherSecret(String),
    /// The documents.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The use case failed.
    #[error("not done: {0:?}")]
    Failed(Failure),
}

impl From<Failure> for BackupRefused {
    fn from(failure: Failure) -> Self {
        BackupRefused::Failed(failure)
    }
}

fn at(place: &Path) -> impl FnOnce(io::Error) -> BackupRefused {
    let place = place.display().to_string();
    move |error| BackupRefused::Place {
        place,
        reason: error.to_string(),
    }
}

/// What a backup says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    format: String,
    format_version: u32,
    /// Version of the program that made it.
    pub program: String,
    /// Version of the database's schema.
    pub schema: i64,
    /// When, as the folder is called.
    pub instant: String,
    /// How many dossiers are in it.
    pub dossiers: u64,
    /// How many contents of documents are in it.
    pub documents: u64,
    /// SHA-256 over the heads of the chains of all dossiers, in the order of their identifiers.
    heads: String,
    /// Every other file.
    files: Vec<ManifestFile>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ManifestFile {
    path: String,
    bytes: u64,
    sha256: String,
}

impl ManifestFile {
    fn new(path: String, sum: Sum) -> Self {
        ManifestFile {
            path,
            bytes: sum.bytes,
            sha256: hex(&sum.sha256),
        }
    }

    /// Where it lies, below a folder; none when it would lie elsewhere.
    fn below(&self, folder: &Path) -> Option<PathBuf> {
        let path = Path::new(&self.path);
        let is_below = path
            .components()
            .all(|it| matches!(it, Component::Normal(_)));
        is_below.then(|| folder.join(path))
    }
}

fn hex(bytes: &[u8; 32]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is wanted of a backup.
#[derive(Clone, Copy, Debug)]
pub struct BackupWish<'a> {
    /// The folder of all backups.
    pub folder: &'a Path,
    /// How many to keep, this one included; all when none.
    pub keep: Option<usize>,
    /// Copies every document anew, rather than share the files of the last backup.
    pub full: bool,
    /// Version of the program.
    pub program: &'a str,
}

/// A backup that was made.
#[derive(Clone, Debug)]
pub struct BackupDone {
    /// Its folder.
    pub folder: PathBuf,
    /// What it says of itself.
    pub manifest: Manifest,
    /// Documents that were copied; the others are shared with the last backup.
    pub copied: u64,
    /// Documents that a row names and that are not there: they are not in the backup either.
    pub missing: Vec<String>,
    /// Older backups that were removed.
    pub removed: usize,
}

/// A folder that is removed again unless it is kept.
struct Unfinished(Option<PathBuf>);

impl Unfinished {
    fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(folder) = &self.0 {
            // What stays behind has a name that nobody takes for a backup.
            let _ = fs::remove_dir_all(folder);
        }
    }
}

impl Casework {
    /// Makes a backup while people work. It holds every change that was confirmed before it began.
    ///
    /// # Errors
    /// Why not, naming the file or folder; there is no backup then, and nothing half.
    #[boxed]
    pub async fn back_up(&self, wish: &BackupWish<'_>) -> Result<BackupDone, BackupRefused> {
        let folder = wish.folder;
        if self.database.schema_of_file().await?.is_none() {
            return Err(BackupRefused::Server);
        }
        copies::make_folder(folder).map_err(at(folder))?;
        let _turn = turn(folder)?;
        clear(folder)?;
        let earlier = match wish.full {
            true => None,
            false => backups(folder)?.pop().map(|(_, folder)| folder),
        };
        let instant = self.now().compact();
        let finished = folder.join(&instant);
        if finished.exists() {
            return Err(BackupRefused::Place {
                place: finished.display().to_string(),
                reason: "a backup was made in this second already".to_owned(),
            });
        }
        let working = folder.join(format!("{UNFINISHED}{instant}"));
        let unfinished = Unfinished(Some(working.clone()));
        let documents = working.join(DOCUMENTS);
        copies::make_folder(&documents).map_err(at(&documents))?;
        let file = working.join(DATABASE);
        self.database
            .copy_to(&file)
            .await
            .map_err(|error| BackupRefused::Place {
                place: file.display().to_string(),
                reason: error.to_string(),
            })?;
        let mut work = Work {
            files: &self.files,
            documents,
            earlier,
            known: HashMap::new(),
            kept: Vec::new(),
            copied: 0,
            missing: Vec::new(),
        };
        work.learn()?;
        let copy = open(&file).await?;
        let heads = heads_of(&copy).await?;
        work.all(&copy).await?;
        let schema = copy.schema_of_file().await?.unwrap_or_default();
        drop(copy);
        let documents = work.kept.len() as u64;
        let mut files = vec![ManifestFile::new(
            DATABASE.to_owned(),
            copies::sum_of(&file).map_err(at(&file))?,
        )];
        files.append(&mut work.kept);
        let manifest = Manifest {
            format: FORMAT.to_owned(),
            format_version: FORMAT_VERSION,
            program: wish.program.to_owned(),
            schema,
            instant,
            dossiers: heads.dossiers,
            documents,
            heads: hex(&heads.digest()),
            files,
        };
        write_manifest(&working, &manifest)?;
        sync_folders(&working).map_err(at(&working))?;
        fs::rename(&working, &finished).map_err(at(&finished))?;
        unfinished.keep();
        copies::sync_folder(folder).map_err(at(folder))?;
        let removed = prune(folder, wish.keep)?;
        self.note(AccountEvent::BackedUp, &manifest).await?;
        Ok(BackupDone {
            folder: finished,
            manifest,
            copied: work.copied,
            missing: work.missing,
            removed,
        })
    }

    /// Says in the administrative log that this database was put back from a backup.
    ///
    /// # Errors
    /// When it cannot be written.
    #[boxed]
    pub async fn note_restored(&self, manifest: &Manifest) -> Result<(), Failure> {
        self.note(AccountEvent::Restored, manifest).await
    }

    async fn note(&self, event: AccountEvent, manifest: &Manifest) -> Result<(), Failure> {
        let changes = vec![
            Change::new_value("instant", manifest.instant.as_str()),
            Change::new_value("dossiers", manifest.dossiers.to_string()),
            Change::new_value("documents", manifest.documents.to_string()),
        ];
        let about = About {
            changes,
            ..About::default()
        };
        let mut batch = Batch::new();
        self.record(&mut batch, event, &about);
        Ok(self.database.commit(batch).await?)
    }
}

/// The documents of a backup that is being made.
struct Work<'a> {
    files: &'a Files,
    documents: PathBuf,
    earlier: Option<PathBuf>,
    /// What the earlier backup has, by its path there.
    known: HashMap<String, ManifestFile>,
    kept: Vec<ManifestFile>,
    copied: u64,
    missing: Vec<String>,
}

impl Work<'_> {
    /// What the earlier backup has. One whose manifest is damaged has nothing to share.
    fn learn(&mut self) -> Result<(), BackupRefused> {
        let Some(folder) = &self.earlier else {
            return Ok(());
        };
        match manifest_of(folder) {
            Ok(manifest) => {
                let files = manifest.files.into_iter();
                self.known = files.map(|file| (file.path.clone(), file)).collect();
                Ok(())
            }
            Err(BackupRefused::Damaged(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Every content that the copy of the database names. It is there for a day at least after no row names
    /// it any more, so what the copy names can still be copied.
    async fn all(&mut self, copy: &Database) -> Result<(), BackupRefused> {
        let mut after = Vec::new();
        loop {
            let mut reader = copy.reader_for_one().await?;
            let page = rows::files(&mut reader, &permit(), &after).await?;
            drop(reader);
            for file in &page {
                self.one(file.object).await?;
            }
            match page.last() {
                Some(last) if page.len() == rows::ROWS => after = last.digest.to_vec(),
                _ => return Ok(()),
            }
        }
    }

    async fn one(&mut self, object: Uuid) -> Result<(), BackupRefused> {
        let below = Files::path_of(object);
        let path = format!("{DOCUMENTS}/{}", below.display());
        let to = self.documents.join(&below);
        if let Some(folder) = to.parent() {
            copies::make_folder(folder).map_err(at(folder))?;
        }
        if let Some(known) = self.shared(&path, &to) {
            self.kept.push(known);
            return Ok(());
        }
        let stream = match self.files.sealed(object).await {
            Ok(stream) => stream,
            Err(FilesError::Damaged(name)) => {
                self.missing.push(name);
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        let sum = copies::write_stream(&to, stream).await?;
        self.kept.push(ManifestFile::new(path, sum));
        self.copied += 1;
        Ok(())
    }

    /// The file of the earlier backup under a second name, where there is one of that length and the file
    /// system can do it.
    fn shared(&self, path: &str, to: &Path) -> Option<ManifestFile> {
        let known = self.known.get(path)?;
        let there = known.below(self.earlier.as_ref()?)?;
        let is_whole = fs::metadata(&there).is_ok_and(|it| it.len() == known.bytes);
        (is_whole && fs::hard_link(&there, to).is_ok()).then(|| known.clone())
    }
}

/// One backup at a time in a folder.
fn turn(folder: &Path) -> Result<File, BackupRefused> {
    let place = folder.join(LOCK);
    let lock = File::create(&place).map_err(at(&place))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(BackupRefused::Place {
            place: folder.display().to_string(),
            reason: "another backup is being made there".to_owned(),
        }),
        Err(TryLockError::Error(error)) => Err(at(&place)(error)),
    }
}

/// Removes what was broken off.
fn clear(folder: &Path) -> Result<(), BackupRefused> {
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let entry = entry.map_err(at(folder))?;
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            fs::remove_dir_all(entry.path()).map_err(at(&entry.path()))?;
        }
    }
    Ok(())
}

/// The finished backups in a folder, the oldest first.
///
/// # Errors
/// When it cannot be read.
pub fn backups(folder: &Path) -> Result<Vec<(Moment, PathBuf)>, BackupRefused> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let entry = entry.map_err(at(folder))?;
        let name = entry.file_name();
        if let Some(instant) = name.to_str().and_then(Moment::parse_compact) {
            found.push((instant, entry.path()));
        }
    }
    found.sort();
    Ok(found)
}

/// The last backup in a folder that was made at or before an instant.
///
/// # Errors
/// When there is none.
pub fn backup_at(folder: &Path, instant: Moment) -> Result<PathBuf, BackupRefused> {
    let mut found = backups(folder)?;
    found.retain(|(made, _)| *made <= instant);
    found.pop().map(|(_, folder)| folder).ok_or_else(|| {
        let folder = folder.display();
        BackupRefused::None(format!("{folder} holds no backup of {instant} or before"))
    })
}

/// Removes the oldest beyond a number. Its name goes first: what is half removed is no backup.
fn prune(folder: &Path, keep: Option<usize>) -> Result<usize, BackupRefused> {
    let Some(keep) = keep else {
        return Ok(0);
    };
    let found = backups(folder)?;
    let too_many = found.len().saturating_sub(keep.max(1));
    for (_, old) in found.iter().take(too_many) {
        let name = old.file_name().unwrap_or_default().to_string_lossy();
        let going = folder.join(format!("{UNFINISHED}{name}"));
        fs::rename(old, &going).map_err(at(old))?;
        fs::remove_dir_all(&going).map_err(at(&going))?;
    }
    Ok(too_many)
}

fn write_manifest(folder: &Path, manifest: &Manifest) -> Result<(), BackupRefused> {
    let place = folder.join(MANIFEST);
    let failed = |error: serde_json::Error| at(&place)(error.into());
    let mut text = serde_json::to_vec_pretty(manifest).map_err(failed)?;
    text.push(b'\n');
    copies::write_new(&place, &text).map_err(at(&place))?;
    let place = folder.join(MANIFEST_SUM);
    copies::write_new(&place, sum_line(&text).as_bytes()).map_err(at(&place))
}

fn sum_line(manifest: &[u8]) -> String {
    format!("{}  {MANIFEST}\n", hex(&digest(manifest)))
}

/// What a backup says of itself, when that is what was written.
fn manifest_of(folder: &Path) -> Result<Manifest, BackupRefused> {
    let damaged = || BackupRefused::Damaged(folder.display().to_string());
    let read = |name: &str| {
        let place = folder.join(name);
        fs::read(&place).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound if folder.is_dir() => damaged(),
            _ => at(&place)(error),
        })
    };
    let (text, sum) = (read(MANIFEST)?, read(MANIFEST_SUM)?);
    if sum != sum_line(&text).as_bytes() {
        return Err(damaged());
    }
    let manifest: Manifest = serde_json::from_slice(&text).map_err(|_| damaged())?;
    let known = Database::newest_schema_of_file();
    if manifest.format != FORMAT
        || manifest.format_version > FORMAT_VERSION
        || manifest.schema > known
    {
        return Err(BackupRefused::None(format!(
            "the backup {} was made by a newer program ({}); use that one",
            folder.display(),
            manifest.program
        )));
    }
    Ok(manifest)
}

/// Folders from the deepest up, so that a name is on the disk before the one that leads to it.
fn sync_folders(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_folders(&entry.path())?;
        }
    }
    copies::sync_folder(folder)
}

async fn open(file: &Path) -> Result<Database, StoreError> {
    let file = file.to_owned();
    Database::open_to_read(&Settings::Sqlite { file }).await
}

async fn heads_of(database: &Database) -> Result<Heads, StoreError> {
    let (mut heads, mut after) = (Heads::none(), DossierId(Uuid::nil()));
    loop {
        let mut reader = database.reader_for_one().await?;
        let page = rows::dossiers(&mut reader, &permit(), after).await?;
        for head in &page {
            heads.add(head);
        }
        match page.last() {
            Some(last) if page.len() == rows::ROWS => after = last.dossier,
            _ => return Ok(heads),
        }
    }
}

/// Verifies a backup: that each of its files is what was written, and what is in them. With the secret the
/// documents are opened too.
///
/// # Errors
/// When it cannot be read at all, or is of a newer program.
#[boxed]
pub async fn verify_backup(
    folder: &Path,
    secret: Option<&[u8]>,
) -> Result<Verified, BackupRefused> {
    let mut verified = Verified::default();
    let mut check = Check::of("manifest");
    check.looked = 1;
    let manifest = match manifest_of(folder) {
        Ok(manifest) => Some(manifest),
        Err(BackupRefused::Damaged(_)) => {
            check.fault(format!(
                "{MANIFEST} or {MANIFEST_SUM} is gone or is not what was written"
            ));
            None
        }
        Err(error) => return Err(error),
    };
    verified.checks.push(check);
    let Some(manifest) = manifest else {
        return Ok(verified);
    };
    let sums = sums_of(folder, &manifest);
    let is_as_written = sums.faults == 0;
    verified.checks.push(sums);
    if !is_as_written {
        let words = "what is in the files was not looked at, since not all are what was written";
        verified.notes.push(words.to_owned());
        return Ok(verified);
    }
    let database = open(&folder.join(DATABASE)).await?;
    let place = Place::Folder(folder.join(DOCUMENTS));
    let files = Files::open_to_read(&place, secret.unwrap_or_default())?;
    let contents = match secret {
        Some(_) => Contents::Opened(&files),
        None => Contents::There(&files),
    };
    let mut heads = Heads::none();
    let inside = verify_with(&database, &contents, &mut heads).await?;
    verified.checks.extend(inside.checks);
    verified.notes.extend(inside.notes);
    let mut check = Check::of("heads of all chains, as the manifest says");
    check.looked = heads.dossiers;
    if heads.dossiers != manifest.dossiers || hex(&heads.digest()) != manifest.heads {
        check.fault("they are not those of when it was made".to_owned());
    }
    verified.checks.push(check);
    Ok(verified)
}

fn sums_of(folder: &Path, manifest: &Manifest) -> Check {
    let mut check = Check::of("files of the backup");
    for file in &manifest.files {
        check.looked += 1;
        let sum = file.below(folder).map(|place| copies::sum_of(&place));
        match sum {
            Some(Ok(sum)) if ManifestFile::new(file.path.clone(), sum) == *file => {}
            Some(Err(error)) => check.fault(format!("{}: {error}", file.path)),
            _ => check.fault(format!("{}: is not what was written", file.path)),
        }
    }
    check
}

/// Puts a backup back into a data folder that is missing or empty. Verifies before and after.
///
/// # Errors
/// Why not; the folder is as it was then.
#[boxed]
pub async fn restore(
    from: &Path,
    to: &Path,
    (secret_file, secret): (&Path, &[u8]),
) -> Result<Manifest, BackupRefused> {
    must_be_empty(to)?;
    let manifest = manifest_of(from)?;
    if !has_secret_of(&from.join(DATABASE), secret).await? {
        return Err(BackupRefused::OtherSecret(
            secret_file.display().to_string(),
        ));
    }
    if verify_backup(from, Some(secret)).await?.faults() > 0 {
        return Err(BackupRefused::Damaged(from.display().to_string()));
    }
    let half = Half(Some(to.to_owned()));
    copies::make_folder(&to.join(DOCUMENTS)).map_err(at(to))?;
    let own = to.join(SECRET);
    copies::copy_new(secret_file, &own).map_err(at(&own))?;
    // The database last, and under its name when it is whole.
    let (databases, others): (Vec<_>, Vec<_>) = manifest
        .files
        .iter()
        .partition(|file| file.path == DATABASE);
    for file in others.into_iter().chain(databases) {
        put_back(file, from, to)?;
    }
    sync_folders(to).map_err(at(to))?;
    let database = open(&to.join(DATABASE)).await?;
    let files = Files::open_to_read(&Place::Folder(to.join(DOCUMENTS)), secret)?;
    let mut heads = Heads::none();
    let verified = verify_with(&database, &Contents::Opened(&files), &mut heads).await?;
    if verified.faults() > 0 || hex(&heads.digest()) != manifest.heads {
        return Err(BackupRefused::NotWhole(to.display().to_string()));
    }
    half.keep();
    Ok(manifest)
}

fn put_back(file: &ManifestFile, from: &Path, to: &Path) -> Result<(), BackupRefused> {
    let damaged = || BackupRefused::Damaged(from.display().to_string());
    let (Some(source), Some(place)) = (file.below(from), file.below(to)) else {
        return Err(damaged());
    };
    if let Some(folder) = place.parent() {
        copies::make_folder(folder).map_err(at(folder))?;
    }
    let unfinished = place.with_extension("unfinished");
    let sum = copies::copy_new(&source, &unfinished).map_err(at(&unfinished))?;
    if ManifestFile::new(file.path.clone(), sum) != *file {
        return Err(damaged());
    }
    fs::rename(&unfinished, &place).map_err(at(&place))
}

/// Whether a backup was made with this secret; also when none had served from it yet.
async fn has_secret_of(file: &Path, secret: &[u8]) -> Result<bool, BackupRefused> {
    let database = open(file).await?;
    let mut reader = database.reader_for_one().await?;
    let check = installation::secret_check(&mut reader).await?;
    Ok(check.is_none_or(|check| check == Secrets::derive(secret).check()))
}

/// A folder that takes a backup holds nothing; the program that puts it back may have locked it.
fn must_be_empty(to: &Path) -> Result<(), BackupRefused> {
    let entries = match fs::read_dir(to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(at(to))?,
    };
    for entry in entries {
        let name = entry.map_err(at(to))?.file_name();
        if name != LOCK {
            return Err(BackupRefused::Place {
                place: to.display().to_string(),
                reason: format!(
                    "holds {} already; a backup is put back into an empty or new folder only",
                    name.to_string_lossy()
                ),
            });
        }
    }
    Ok(())
}

/// A data folder that was empty, and is again unless it is kept.
struct Half(Option<PathBuf>);

impl Half {
    fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Half {
    fn drop(&mut self) {
        if let Some(folder) = &self.0 {
            let _ = fs::remove_dir_all(folder.join(DOCUMENTS));
            for name in [SECRET, DATABASE, "klantendossier.unfinished"] {
                let _ = fs::remove_file(folder.join(name));
            }
        }
    }
}
