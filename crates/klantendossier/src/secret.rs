//! The secret of this installation: 32 random bytes, as 64 hexadecimal digits in a file that only
//! its owner reads. Without it the national numbers in the database cannot be read back.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use casework::{Ids as _, RandomIds};

const BYTES: usize = 32;

/// Reads the secret; makes it when there is none and there is no database yet that needs it.
///
/// # Errors
/// When the file cannot be read or written or holds something else, and when it is gone while the
/// database is there.
pub(crate) fn load_or_make(file: &Path, has_database: bool) -> anyhow::Result<[u8; BYTES]> {
    let name = file.display();
    match fs::read_to_string(file) {
        Ok(text) => {
            warn_of_open_file(file);
            decode(text.trim()).with_context(|| {
                format!("the secret file {name} does not hold 64 hexadecimal digits")
            })
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            if has_database {
                bail!(
                    "the secret file {name} is gone, and the database cannot be read without it; \
                     put it back from its copy"
                );
            }
            make(file).with_context(|| format!("cannot write the secret file {name}"))
        }
        Err(error) => Err(error).with_context(|| format!("cannot read the secret file {name}")),
    }
}

fn make(file: &Path) -> anyhow::Result<[u8; BYTES]> {
    let secret = RandomIds::default().token();
    let mut text: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    text.push('\n');
    // Whole or not at all: a program that stops halfway leaves no half secret under the name.
    let unfinished = file.with_extension("new");
    let mut made = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)?;
    made.write_all(text.as_bytes())?;
    made.sync_all()?;
    fs::rename(&unfinished, file)?;
    Ok(secret)
}

fn decode(text: &str) -> Option<[u8; BYTES]> {
    let mut secret = [0; BYTES];
    let digits = text.as_bytes();
    if digits.len() != 2 * BYTES || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    for (byte, pair) in secret.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(secret)
}

pub(crate) fn warn_of_open_file(file: &Path) {
    let mode = fs::metadata(file).map_or(0, |found| found.permissions().mode());
    if mode & 0o077 != 0 {
        tracing::warn!(file = %file.display(), "others than its owner can read this secret file");
    }
}

#[cfg(test)]
mod tests {
    use testkit::TestFolder;

    use super::*;

    #[test]
    fn it_is_made_once_for_its_owner_only_and_read_back() {
        let folder = TestFolder::new();
        let file = folder.path().join("secret.key");
        let made = load_or_make(&file, false).unwrap();
        assert_ne!(made, [0; BYTES]);
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(load_or_make(&file, true).unwrap(), made);
        let other = folder.path().join("other.key");
        assert_ne!(load_or_make(&other, false).unwrap(), made);
    }

    #[test]
    fn it_is_not_made_anew_for_a_database_that_needs_the_old_one() {
        let folder = TestFolder::new();
        let file = folder.path().join("secret.key");
        assert!(load_or_make(&file, true).is_err());
        assert!(!file.exists());
    }

    #[test]
    fn a_file_with_something_else_is_refused() {
        let folder = TestFolder::new();
        let file = folder.path().join("secret.key");
        for text in ["", "geheim", &"0".repeat(63), &"g".repeat(64)] {
            fs::write(&file, text).unwrap();
            assert!(load_or_make(&file, false).is_err(), "{text}");
        }
    }
}
