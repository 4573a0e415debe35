//! A virus scanner, where one is set: clamd, over its own small protocol (INSTREAM). Nothing is accepted
//! while it cannot be asked.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

use crate::FilesError;

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes sent at once; clamd takes any.
const PIECE: usize = 64 * 1024;

/// Where clamd listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scanner {
    /// A socket on this machine.
    Socket(PathBuf),
    /// Host and port.
    Address(String),
}

impl std::str::FromStr for Scanner {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with('/') {
            return Ok(Scanner::Socket(text.into()));
        }
        let port = text.rsplit_once(':').and_then(|(host, port)| {
            let port = port.parse::<u16>().ok();
            port.filter(|_| !host.is_empty())
        });
        match port {
            Some(_) => Ok(Scanner::Address(text.to_owned())),
            None => Err("expected the path of a socket, or host:port".to_owned()),
        }
    }
}

impl std::fmt::Display for Scanner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Scanner::Socket(path) => write!(f, "{}", path.display()),
            Scanner::Address(address) => f.write_str(address),
        }
    }
}

/// What it found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Nothing,
    Something,
}

impl Scanner {
    /// Asks about a file, from its first byte on. Blocks.
    pub(crate) fn ask(&self, file: &mut File) -> Result<Found, FilesError> {
        let failed = |reason: String| FilesError::Scanner {
            scanner: self.to_string(),
            reason,
        };
        let said = match self {
            Scanner::Socket(path) => UnixStream::connect(path).and_then(|stream| {
                stream.set_read_timeout(Some(PATIENCE))?;
                stream.set_write_timeout(Some(PATIENCE))?;
                talk(stream, file)
            }),
            Scanner::Address(address) => connect(address).and_then(|stream| {
                stream.set_read_timeout(Some(PATIENCE))?;
                stream.set_write_timeout(Some(PATIENCE))?;
                talk(stream, file)
            }),
        };
        let said = said.map_err(|error| failed(error.to_string()))?;
        if said.ends_with(" OK") {
            Ok(Found::Nothing)
        } else if said.ends_with(" FOUND") {
            tracing::warn!(said, "a document was refused by the virus scanner");
            Ok(Found::Something)
        } else {
            Err(failed(format!("it said {said:?}")))
        }
    }
}

fn connect(address: &str) -> std::io::Result<TcpStream> {
    let mut last = std::io::Error::other("the name has no address");
    for address in address.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// One question: the command, the file in pieces that begin with their length, a piece of no length.
fn talk(mut stream: impl Read + Write, file: &mut File) -> std::io::Result<String> {
    stream.write_all(b"zINSTREAM\0")?;
    let mut piece = vec![0; PIECE];
    loop {
        let length = file.read(&mut piece)?;
        stream.write_all(&u32::try_from(length).unwrap_or(0).to_be_bytes())?;
        let Some(read) = piece.get(..length).filter(|read| !read.is_empty()) else {
            break;
        };
        stream.write_all(read)?;
    }
    stream.flush()?;
    let mut said = Vec::new();
    stream.take(4096).read_to_end(&mut said)?;
    let said = String::from_utf8_lossy(&said);
    Ok(said.trim_end_matches(['\0', '\n']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_socket_or_a_host_with_a_port() {
        assert_eq!(
            "/run/clamav/clamd.ctl".parse(),
            Ok(Scanner::Socket("/run/clamav/clamd.ctl".into()))
        );
        assert_eq!(
            "localhost:3310".parse(),
            Ok(Scanner::Address("localhost:3310".to_owned()))
        );
        for wrong in ["", "localhost", ":3310", "localhost:veel"] {
            assert!(wrong.parse::<Scanner>().is_err(), "{wrong}");
        }
    }
}
