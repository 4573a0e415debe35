//! Documents in the program itself: large files in little memory, and a program that is killed while they
//! come in.

#![allow(
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::time::Duration;

use testkit::TestFolder;
use testkit::papers::pdf;

use crate::program::Serving;
use crate::program::session::{Session, demo};

const MIB: usize = 1024 * 1024;

/// A PDF of exactly so many bytes, like no other one.
fn large(bytes: usize, about: &str) -> Vec<u8> {
    let begin = bytes - pdf(about).len();
    (begin - 40..=begin)
        .map(|spaces| pdf(&format!("{about}{}", " ".repeat(spaces))))
        .find(|file| file.len() == bytes)
        .unwrap()
}

/// The most memory that a program held since it was last asked, in bytes.
fn most_memory(id: u32) -> usize {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib = line.unwrap().split_whitespace().nth(1).unwrap();
    kib.parse::<usize>().unwrap() * 1024
}

#[test]
fn k046_four_files_of_the_limit_go_through_in_the_memory_of_less_than_two() {
    let folder = TestFolder::new();
    let serving = demo(folder.path());
    let session = Session::of(serving.port, "begeleider");
    let list = session.documents("61000447");
    let id = serving.child.id();
    // What else the program did meanwhile counts too, such as checking a password: a file that is held whole
    // shows every time.
    let mut rounds = Vec::new();
    for round in 1..=3 {
        let grown = grown_by_four_files(&session, &list, id, round);
        rounds.push(grown);
        if grown < 20 {
            break;
        }
    }
    eprintln!("MiB more than before, in every round: {rounds:?}");
    assert!(rounds.iter().any(|grown| *grown < 20), "{rounds:?}");
}

/// How many MiB the program grew at most while four files of the limit went in and out again.
fn grown_by_four_files(session: &Session, list: &str, id: u32, round: usize) -> usize {
    let files: Vec<Vec<u8>> = (0..4)
        .map(|n| large(10 * MIB, &format!("{round}-{n}")))
        .collect();
    let request = session.upload(list, &files);
    // From now on the highest is counted anew.
    fs::write(format!("/proc/{id}/clear_refs"), "5").unwrap();
    let before = most_memory(id);
    let mut connection = session.connection();
    connection.write_all(&request).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    let all = session.listed(list);
    assert_eq!(all.len(), 4 * round);
    let came_out = all
        .iter()
        .map(|address| session.bytes(&format!("{address}/bestand")))
        .filter(|found| files.iter().any(|it| found.ends_with(it)))
        .count();
    assert_eq!(came_out, 4);
    most_memory(id).saturating_sub(before) / MIB
}

fn kill(serving: Serving) {
    // Dropping it kills it as hard as can be: SIGKILL.
    drop(serving);
}

fn names_in(folder: &Path) -> usize {
    fs::read_dir(folder).map_or(0, Iterator::count)
}

#[test]
fn a_program_that_is_killed_while_a_file_comes_in_keeps_nothing_of_it() {
    let folder = TestFolder::new();
    let serving = demo(folder.path());
    let session = Session::of(serving.port, "begeleider");
    let list = session.documents("61000447");
    let request = session.upload(&list, &[large(5 * MIB, "half")]);
    let mut connection = session.connection();
    connection.write_all(&request[..request.len() / 2]).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    kill(serving);
    let serving = demo(folder.path());
    let session = Session::of(serving.port, "begeleider");
    assert!(session.listed(&list).is_empty());
    assert_eq!(names_in(&folder.path().join("demo/incoming")), 0);
    assert_eq!(names_in(&folder.path().join("demo/documents")), 0);
}

#[test]
fn a_program_that_is_killed_at_any_moment_lists_no_document_without_its_bytes() {
    let folder = TestFolder::new();
    let mut serving = demo(folder.path());
    let mut list = String::new();
    let mut confirmed = 0;
    for round in 0..8_u64 {
        let session = Session::of(serving.port, "begeleider");
        list = session.documents("61000447");
        let files = [
            large(2 * MIB, &format!("a{round}")),
            large(MIB, &format!("b{round}")),
        ];
        let request = session.upload(&list, &files);
        let mut connection = session.connection();
        let answered = std::thread::scope(|scope| {
            let sending = scope.spawn(move || {
                let mut answer = String::new();
                let sent = connection.write_all(&request);
                let _ = sent.and_then(|()| connection.read_to_string(&mut answer).map(drop));
                answer.starts_with("HTTP/1.1 303")
            });
            std::thread::sleep(Duration::from_millis(40 + 60 * round));
            kill(serving);
            sending.join().unwrap()
        });
        confirmed += usize::from(answered) * 2;
        serving = demo(folder.path());
    }
    let session = Session::of(serving.port, "begeleider");
    let all = session.listed(&list);
    eprintln!(
        "{} documents listed, {confirmed} of them confirmed",
        all.len()
    );
    // What was confirmed is there, and both files of a form or neither.
    assert!(all.len() >= confirmed && all.len().is_multiple_of(2));
    for address in &all {
        let file = session.bytes(&format!("{address}/bestand"));
        let text = String::from_utf8_lossy(&file);
        assert!(text.starts_with("HTTP/1.1 200"), "{address}");
        assert!(text.ends_with("%%EOF\n"), "{address} is not whole");
    }
}
