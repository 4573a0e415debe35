//! Files as they are copied for a backup and back: new, for their owner only, with their digest, and on the
//! disk when a function answers. Knows nothing of what is in them.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt as _};
use sha2::{Digest as _, Sha256};

use crate::FilesError;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sum {
    /// How long.
    pub bytes: u64,
    /// SHA-256 of it.
    pub sha256: [u8; 32],
}

/// Bytes that are read at once.
const PIECE: usize = 256 * 1024;

/// Makes a folder and those above it, for its owner only.
///
/// # Errors
/// When it cannot be made.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// The names in a folder are on the disk.
///
/// # Errors
/// When it cannot be opened or flushed.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// What a file is.
///
/// # Errors
/// When it cannot be read.
pub fn sum_of(file: &Path) -> io::Result<Sum> {
    read_pieces(&mut File::open(file)?, |_| Ok(()))
}

/// Copies a file under a name that is not there yet.
///
/// # Errors
/// When it cannot be read, or written, or is there.
pub fn copy_new(from: &Path, to: &Path) -> io::Result<Sum> {
    let mut from = File::open(from)?;
    let mut to = make_new(to)?;
    let sum = read_pieces(&mut from, |piece| to.write_all(piece))?;
    to.sync_all()?;
    Ok(sum)
}

/// Writes bytes under a name that is not there yet.
///
/// # Errors
/// When it cannot be written, or is there.
pub fn write_new(to: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut to = make_new(to)?;
    to.write_all(bytes)?;
    to.sync_all()
}

/// The same with bytes as they come.
///
/// # Errors
/// Those of the stream; `Place` when it cannot be written, or is there.
pub async fn write_stream(
    to: &Path,
    mut stream: BoxStream<'static, Result<Bytes, FilesError>>,
) -> Result<Sum, FilesError> {
    let failed = |error: io::Error| FilesError::Place {
        place: to.display().to_string(),
        reason: error.to_string(),
    };
    let mut file = make_new(to).map_err(failed)?;
    let mut hash = Sha256::new();
    let mut bytes = 0;
    while let Some(piece) = stream.next().await {
        let piece = piece?;
        hash.update(&piece);
        bytes += piece.len() as u64;
        file.write_all(&piece).map_err(failed)?;
    }
    file.sync_all().map_err(failed)?;
    Ok(Sum {
        bytes,
        sha256: hash.finalize().into(),
    })
}

fn make_new(file: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600).open(file)
}

fn read_pieces(
    from: &mut impl Read,
    mut with: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<Sum> {
    let mut hash = Sha256::new();
    let mut bytes = 0;
    let mut piece = vec![0; PIECE];
    loop {
        let length = from.read(&mut piece)?;
        let read = piece.get(..length).unwrap_or_default();
        if read.is_empty() {
            return Ok(Sum {
                bytes,
                sha256: hash.finalize().into(),
            });
        }
        hash.update(read);
        bytes += read.len() as u64;
        with(read)?;
    }
}
