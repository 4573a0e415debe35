//! The virus scanner: what is sent to it, what its answers lead to, and that nothing is accepted without one.

#![allow(clippy::unwrap_used)]

use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::thread::JoinHandle;

use bytes::Bytes;
use domain::documents::{DocumentLimits, FileFault, FileName, FileType};
use files::{Files, FilesError, Place, Scanner};
use testkit::TestFolder;
use testkit::papers::pdf;

/// What every scanner knows, in two halves: whole it would be found here.
fn eicar() -> String {
    let begin = r"X5O!P%@AP[4\PZX54(P^)7CC)7}$";
    format!("{begin}EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*")
}

fn files(folder: &TestFolder, scanner: Scanner) -> Files {
    let place = Place::Folder(folder.path().join("documents"));
    let limits = DocumentLimits::default();
    Files::open(&place, folder.path(), &[7; 32], Some(scanner), limits).unwrap()
}

async fn seen(files: &Files, content: &[u8]) -> Result<Result<FileType, FileFault>, FilesError> {
    let mut file = files.spool().unwrap();
    file.write(Bytes::copy_from_slice(content)).await.unwrap();
    let name = FileName::clean("a.pdf");
    let seen = files.inspect(&mut file, name, "application/pdf").await?;
    Ok(seen.map(|facts| facts.kind).map_err(|(_, fault)| fault))
}

/// A scanner that takes one question and says this; answers what it was sent.
fn scanner(folder: &TestFolder, says: &'static str) -> (Scanner, JoinHandle<Vec<u8>>) {
    let socket = folder.path().join("clamd.sock");
    let listener = UnixListener::bind(&socket).unwrap();
    let asked = std::thread::spawn(move || {
        let (mut asks, _) = listener.accept().unwrap();
        let sent = question(&mut asks);
        asks.write_all(says.as_bytes()).unwrap();
        sent
    });
    (Scanner::Socket(socket), asked)
}

/// Reads a question as clamd does.
fn question(asks: &mut UnixStream) -> Vec<u8> {
    let mut command = [0; 10];
    asks.read_exact(&mut command).unwrap();
    assert_eq!(&command, b"zINSTREAM\0");
    let mut sent = Vec::new();
    loop {
        let mut length = [0; 4];
        asks.read_exact(&mut length).unwrap();
        let length = u32::from_be_bytes(length) as usize;
        if length == 0 {
            return sent;
        }
        let from = sent.len();
        sent.resize(from + length, 0);
        asks.read_exact(&mut sent[from..]).unwrap();
    }
}

#[tokio::test]
async fn the_scanner_gets_the_whole_file_and_its_answer_counts() {
    let large = pdf(&"x".repeat(300_000));
    for (says, wanted) in [
        ("stream: OK\0", Ok(FileType::Pdf)),
        ("stream: Eicar-Test FOUND\0", Err(FileFault::Infected)),
    ] {
        let folder = TestFolder::new();
        let (scanner, asked) = scanner(&folder, says);
        let files = files(&folder, scanner);
        assert_eq!(seen(&files, &large).await.unwrap(), wanted);
        assert!(
            asked.join().unwrap() == large,
            "the scanner got another file"
        );
    }
}

#[tokio::test]
async fn k053_without_an_answer_nothing_is_accepted() {
    for says in [
        "",
        "INSTREAM size limit exceeded. ERROR\0",
        "stream: OK maybe\0",
    ] {
        let folder = TestFolder::new();
        let (scanner, asked) = scanner(&folder, says);
        let answer = seen(&files(&folder, scanner), &pdf("x")).await;
        assert!(matches!(answer, Err(FilesError::Scanner { .. })), "{says}");
        asked.join().unwrap();
    }
    let folder = TestFolder::new();
    let nobody = Scanner::Socket(folder.path().join("nobody.sock"));
    let answer = seen(&files(&folder, nobody), &pdf("x")).await;
    assert!(matches!(answer, Err(FilesError::Scanner { .. })));
}

#[tokio::test]
#[ignore = "needs CLAMD: the socket or host:port of a clamd that knows EICAR"]
async fn a_real_clamd_finds_what_every_scanner_knows() {
    let folder = TestFolder::new();
    let scanner = std::env::var("CLAMD").unwrap().parse().unwrap();
    let files = files(&folder, scanner);
    assert_eq!(seen(&files, &pdf("x")).await.unwrap(), Ok(FileType::Pdf));
    let large = pdf(&"x".repeat(5_000_000));
    assert_eq!(seen(&files, &large).await.unwrap(), Ok(FileType::Pdf));
    let found = seen(&files, &pdf(&eicar())).await;
    assert_eq!(found.unwrap(), Err(FileFault::Infected));
}
