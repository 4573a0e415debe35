//! Where documents are kept: a folder, or an S3-compatible store when the program is built with it. Each
//! under a random name, which says nothing of what it is.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use domain::documents::{DocumentLimits, FileFacts, FileFault, FileName};
use futures_util::stream::{BoxStream, StreamExt as _};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt as _, WriteMultipart};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::check::check;
use crate::scan::{Found, Scanner};
use crate::seal::{self, PIECE, SealKey, Sealing};
use crate::spool::Spooled;
use crate::{FilesError, check as checks};

/// Where documents are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A folder of this machine, or one that several share.
    Folder(PathBuf),
    /// A bucket and what stands before the names in it. The rest comes from the AWS_ variables of the
    /// environment.
    Bucket {
        /// Its name.
        bucket: String,
        /// Before every name, without slashes at its ends; may be empty.
        prefix: String,
    },
}

/// Files that come in at the same time; the others wait.
const COMING_IN: usize = 16;
/// Files that are looked at and kept at the same time.
const AT_WORK: usize = 2;
/// Bytes of a part of an upload to a bucket, which takes none smaller but the last.
const BUCKET_PART: usize = 5 * 1024 * 1024;
/// Bytes that go to a folder at once.
const FOLDER_PART: usize = 256 * 1024;

/// Receives, keeps and gives back. Cheap to clone.
#[derive(Clone)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
    place: Arc<str>,
    prefix: Key,
    part: usize,
    /// The folder, where it is one.
    folder: Option<PathBuf>,
    spool: PathBuf,
    key: SealKey,
    scanner: Option<Scanner>,
    limits: DocumentLimits,
    coming_in: Arc<Semaphore>,
    at_work: Arc<Semaphore>,
}

impl Files {
    /// Opens the place. A folder is made when it is not there. Files that come in are put in `spool` without
    /// a name.
    ///
    /// # Errors
    /// `Place` when it cannot be used, `Settings` when this program is built without it.
    pub fn open(
        place: &Place,
        spool: &Path,
        secret: &[u8],
        scanner: Option<Scanner>,
        limits: DocumentLimits,
    ) -> Result<Self, FilesError> {
        let (store, name, prefix, part) = match place {
            Place::Folder(folder) => (
                folder_store(folder)?,
                folder.display().to_string(),
                Key::default(),
                FOLDER_PART,
            ),
            Place::Bucket { bucket, prefix } => (
                bucket_store(bucket)?,
                format!("s3://{bucket}/{prefix}"),
                Key::from(prefix.as_str()),
                BUCKET_PART,
            ),
        };
        make_folder(spool)?;
        let folder = match place {
            Place::Folder(folder) => Some(folder.clone()),
            Place::Bucket { .. } => None,
        };
        Ok(Files {
            store,
            folder,
            place: name.into(),
            prefix,
            part,
            spool: spool.to_owned(),
            key: SealKey::derive(secret),
            scanner,
            limits,
            coming_in: Arc::new(Semaphore::new(COMING_IN)),
            at_work: Arc::new(Semaphore::new(AT_WORK)),
        })
    }

    /// Opens a place to look at what is there. A folder is not made; what comes in has nowhere to go.
    ///
    /// # Errors
    /// `Place` when it is not there, `Settings` when this program is built without it.
    pub fn open_to_read(place: &Place, secret: &[u8]) -> Result<Self, FilesError> {
        let spool = match place {
            Place::Folder(folder) => {
                std::fs::read_dir(folder).map_err(|error| FilesError::Place {
                    place: folder.display().to_string(),
                    reason: error.to_string(),
                })?;
                folder.clone()
            }
            Place::Bucket { .. } => std::env::temp_dir(),
        };
        Files::open(place, &spool, secret, None, DocumentLimits::default())
    }

    /// How much fits.
    pub fn limits(&self) -> &DocumentLimits {
        &self.limits
    }

    /// A turn to send files. Who holds none waits, so that files that come in never fill the disk.
    ///
    /// # Errors
    /// Never while the program runs.
    pub async fn turn(&self) -> Result<tokio::sync::OwnedSemaphorePermit, FilesError> {
        let turn = Arc::clone(&self.coming_in).acquire_owned().await;
        turn.map_err(|error| self.failed(&error))
    }

    /// A file that begins to come in.
    ///
    /// # Errors
    /// `Spool`.
    pub fn spool(&self) -> Result<Spooled, FilesError> {
        Spooled::new(&self.spool)
    }

    /// Looks at a file that came in: that its name, the type it was declared as and its content say the
    /// same, that it is whole, and that the scanner finds nothing. Answers what it is, or why not.
    ///
    /// # Errors
    /// `Spool`, `Scanner`.
    pub async fn inspect(
        &self,
        file: &mut Spooled,
        name: FileName,
        declared: &str,
    ) -> Result<Result<FileFacts, (FileName, FileFault)>, FilesError> {
        let _turn = self.at_work.acquire().await;
        let (bytes, digest) = (file.bytes(), file.digest());
        if bytes == 0 {
            return Ok(Err((name, FileFault::Empty)));
        }
        if bytes > self.limits.file_bytes {
            let most_mib = self.limits.file_bytes / domain::documents::MIB;
            return Ok(Err((name, FileFault::TooLarge { most_mib })));
        }
        let kind = match checks::declared_kind(&name, declared) {
            Ok(kind) => kind,
            Err(fault) => return Ok(Err((name, fault))),
        };
        file.rewind().await?;
        if let Err(fault) = file.work(move |file| check(file, kind)).await? {
            return Ok(Err((name, fault)));
        }
        if let Some(scanner) = self.scanner.clone() {
            file.rewind().await?;
            let found = file.work(move |file| Ok(scanner.ask(file))).await??;
            if found == Found::Something {
                return Ok(Err((name, FileFault::Infected)));
            }
        }
        Ok(Ok(FileFacts {
            name,
            kind,
            bytes,
            digest,
        }))
    }

    /// Keeps a file that came in under a name that was never used. It is durable when this answers.
    ///
    /// # Errors
    /// `Place`, `Spool`.
    pub async fn keep(&self, file: &mut Spooled, object: Uuid) -> Result<(), FilesError> {
        let _turn = self.at_work.acquire().await;
        let (mut sealing, header) = Sealing::begin(&self.key, object)?;
        let upload = self.store.put_multipart(&self.key_of(object)).await;
        let upload = upload.map_err(|error| self.failed(&error))?;
        let mut upload = WriteMultipart::new_with_chunk_size(upload, self.part);
        upload.put(header);
        file.rewind().await?;
        let mut left = file.bytes();
        loop {
            let piece = file.work(move |file| read_piece(file, left)).await?;
            left -= piece.len() as u64;
            if left == 0 {
                upload.put(sealing.last(&piece)?);
                break;
            }
            upload.put(sealing.piece(&piece)?);
            let room = upload.wait_for_capacity(1).await;
            room.map_err(|error| self.failed(&error))?;
        }
        let done = upload.finish().await;
        done.map_err(|error| self.failed(&error))?;
        Ok(())
    }

    /// What is kept under a name, as a stream. Its first piece is there when this answers, so that what is
    /// missing or damaged shows before anything is sent.
    ///
    /// # Errors
    /// `Damaged`, `Place`.
    pub async fn read(
        &self,
        object: Uuid,
    ) -> Result<BoxStream<'static, Result<Bytes, FilesError>>, FilesError> {
        let found = self.store.get(&self.key_of(object)).await;
        let found = found.map_err(|error| self.not_got(object, &error))?;
        let mut pieces = Box::pin(seal::open(&self.key, object, found.into_stream()));
        let first = match pieces.next().await {
            Some(first) => first?,
            None => Bytes::new(),
        };
        Ok(futures_util::stream::once(async { Ok(first) })
            .chain(pieces)
            .boxed())
    }

    /// What is kept under a name as it lies there, sealed: to be copied. Needs no secret.
    ///
    /// # Errors
    /// `Damaged` when it is not there, `Place`.
    pub async fn sealed(
        &self,
        object: Uuid,
    ) -> Result<BoxStream<'static, Result<Bytes, FilesError>>, FilesError> {
        let found = self.store.get(&self.key_of(object)).await;
        let found = found.map_err(|error| self.not_got(object, &error))?;
        let place = Arc::clone(&self.place);
        let pieces = found.into_stream().map(move |piece| {
            piece.map_err(|error| FilesError::Place {
                place: place.to_string(),
                reason: error.to_string(),
            })
        });
        Ok(pieces.boxed())
    }

    /// The names of everything that lies there, in no order.
    pub fn names(&self) -> BoxStream<'static, Result<String, FilesError>> {
        let place = Arc::clone(&self.place);
        let prefix = Some(&self.prefix).filter(|it| it.parts().next().is_some());
        let all = self.store.list(prefix).map(move |found| match found {
            Ok(found) => Ok(found.location.filename().unwrap_or_default().to_owned()),
            Err(error) => Err(FilesError::Place {
                place: place.to_string(),
                reason: error.to_string(),
            }),
        });
        all.boxed()
    }

    /// Where a folder keeps a document, below itself.
    pub fn path_of(object: Uuid) -> PathBuf {
        Path::new(&begin_of(object)).join(object.simple().to_string())
    }

    /// Removes what is kept under a name, whole or half; that it is gone already is fine. What was half
    /// written to a bucket is for a rule of the bucket (unfinished uploads).
    ///
    /// # Errors
    /// `Place`.
    pub async fn remove(&self, object: Uuid) -> Result<(), FilesError> {
        let key = self.key_of(object);
        match self.store.delete(&key).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(self.failed(&error)),
        }
        let Some(folder) = &self.folder else {
            return Ok(());
        };
        let (folder, name) = (folder.join(begin_of(object)), object.simple().to_string());
        let swept = tokio::task::spawn_blocking(move || remove_halves(&folder, &name)).await;
        let swept = swept.map_err(|error| self.failed(&error))?;
        swept.map_err(|error| self.failed(&error))
    }

    /// Two letters first, so that no folder holds them all.
    fn key_of(&self, object: Uuid) -> Key {
        let name = object.simple().to_string();
        self.prefix.clone().join(begin_of(object)).join(name)
    }

    fn not_got(&self, object: Uuid, error: &object_store::Error) -> FilesError {
        match error {
            object_store::Error::NotFound { .. } => {
                FilesError::Damaged(object.simple().to_string())
            }
            other => self.failed(other),
        }
    }

    fn failed(&self, error: &dyn std::fmt::Display) -> FilesError {
        FilesError::Place {
            place: self.place.to_string(),
            reason: error.to_string(),
        }
    }
}

fn begin_of(object: Uuid) -> String {
    object.simple().to_string().chars().take(2).collect()
}

/// The store writes under the name, a '#' and a number, and renames when it is whole.
fn remove_halves(folder: &Path, name: &str) -> std::io::Result<()> {
    let files = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        files => files?,
    };
    for file in files {
        let file = file?;
        let is_half = file
            .file_name()
            .to_str()
            .and_then(|found| found.strip_prefix(name))
            .is_some_and(|rest| rest.starts_with('#'));
        if is_half {
            std::fs::remove_file(file.path())?;
        }
    }
    Ok(())
}

fn read_piece(file: &mut std::fs::File, left: u64) -> std::io::Result<Vec<u8>> {
    let length = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
    let mut piece = vec![0; length];
    file.read_exact(&mut piece)?;
    Ok(piece)
}

fn make_folder(folder: &Path) -> Result<(), FilesError> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| FilesError::Place {
            place: folder.display().to_string(),
            reason: error.to_string(),
        })
}

fn folder_store(folder: &Path) -> Result<Arc<dyn ObjectStore>, FilesError> {
    make_folder(folder)?;
    let store = LocalFileSystem::new_with_prefix(folder).map_err(|error| FilesError::Place {
        place: folder.display().to_string(),
        reason: error.to_string(),
    })?;
    // File and folder are on the disk before anything points at them.
    Ok(Arc::new(store.with_fsync(true)))
}

#[cfg(feature = "s3")]
fn bucket_store(bucket: &str) -> Result<Arc<dyn ObjectStore>, FilesError> {
    // The one cipher library of the house; that it was set already is fine.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let store = object_store::aws::AmazonS3Builder::from_env()
        .with_bucket_name(bucket)
        .build()
        .map_err(|error| FilesError::Place {
            place: format!("s3://{bucket}"),
            reason: error.to_string(),
        })?;
    Ok(Arc::new(store))
}

#[cfg(not(feature = "s3"))]
fn bucket_store(bucket: &str) -> Result<Arc<dyn ObjectStore>, FilesError> {
    Err(FilesError::Settings(format!(
        "documents = \"s3://{bucket}\": this program is built without S3; build it with --features s3"
    )))
}
