//! A file while it comes in: without a name, so that nothing stays behind when the program is killed.

use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;

use sha2::{Digest as _, Sha256};
use tokio::task::spawn_blocking;

use crate::FilesError;

/// A file that is coming in, or has come in whole.
pub struct Spooled {
    file: Option<File>,
    hash: Sha256,
    bytes: u64,
    place: String,
}

impl std::fmt::Debug for Spooled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Spooled({} bytes)", self.bytes)
    }
}

impl Spooled {
    pub(crate) fn new(folder: &Path) -> Result<Self, FilesError> {
        let place = folder.display().to_string();
        let file = tempfile::tempfile_in(folder).map_err(|error| FilesError::Spool {
            place: place.clone(),
            reason: error.to_string(),
        })?;
        Ok(Spooled {
            file: Some(file),
            hash: Sha256::new(),
            bytes: 0,
            place,
        })
    }

    /// How many bytes came in so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// SHA-256 of what came in so far.
    pub fn digest(&self) -> [u8; 32] {
        self.hash.clone().finalize().into()
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// `Spool`, as when the disk is full.
    pub async fn write(&mut self, bytes: bytes::Bytes) -> Result<(), FilesError> {
        self.hash.update(&bytes);
        self.bytes += bytes.len() as u64;
        self.work(move |file| file.write_all(&bytes)).await
    }

    /// Does something with the file where it may block.
    pub(crate) async fn work<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut File) -> std::io::Result<T> + Send + 'static,
    ) -> Result<T, FilesError> {
        let failed = |reason: String| FilesError::Spool {
            place: self.place.clone(),
            reason,
        };
        let Some(mut file) = self.file.take() else {
            return Err(failed("an earlier task was broken off".to_owned()));
        };
        let (file, done) = spawn_blocking(move || {
            let done = work(&mut file);
            (file, done)
        })
        .await
        .map_err(|error| failed(error.to_string()))?;
        let done = done.map_err(|error| failed(error.to_string()));
        self.file = Some(file);
        done
    }

    /// Back to the first byte.
    pub(crate) async fn rewind(&mut self) -> Result<(), FilesError> {
        self.work(|file| file.seek(SeekFrom::Start(0)).map(|_| ()))
            .await
    }
}
