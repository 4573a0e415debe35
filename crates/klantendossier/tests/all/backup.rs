//! `backup`, `verify` and `restore` in the program itself: while people work, with bits that flip, files that
//! go, a disk that is full, and a program that is killed.

#![allow(
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use testkit::TestFolder;
use testkit::papers::pdf;

use crate::program::session::{Session, demo, demo_in};
use crate::program::{Serving, finished, program, refused, said};

const CLIENT: &str = "61000447";

/// A command of the operator of the demo.
fn operator(folder: &Path, words: &[&str]) -> Command {
    let mut command = program(folder);
    command.args(words).env("KLANTENDOSSIER_DATA", "demo");
    command
}

fn ok(folder: &Path, words: &[&str]) -> String {
    let output = finished(&mut operator(folder, words));
    assert!(output.status.success(), "{words:?}: {output:?}");
    said(&output)
}

fn no(folder: &Path, words: &[&str]) -> String {
    refused(&finished(&mut operator(folder, words)), 1)
}

/// The names in a folder of backups, sorted, without the lock.
fn names(folder: &Path) -> Vec<String> {
    let found = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = found
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "lock")
        .collect();
    names.sort();
    names
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found.sort();
    found
}

/// Adds a document; whether it was confirmed.
fn add(session: &Session, list: &str, about: &str) -> bool {
    let request = session.upload(list, &[pdf(about)]);
    let mut connection = session.connection();
    let mut answer = String::new();
    connection.write_all(&request).unwrap();
    connection.read_to_string(&mut answer).unwrap();
    answer.starts_with("HTTP/1.1 303")
}

/// A demo with some documents, stopped.
fn with_documents(folder: &Path, documents: usize) {
    let serving = demo(folder);
    let session = Session::of(serving.port, "begeleider");
    let list = session.documents(CLIENT);
    for nth in 0..documents {
        assert!(add(&session, &list, &format!("stuk {nth}")));
    }
    serving.stop();
}

fn documents_listed(serving: &Serving) -> usize {
    let session = Session::of(serving.port, "begeleider");
    let all = session.listed(&session.documents(CLIENT));
    for address in &all {
        let file = session.bytes(&format!("{address}/bestand"));
        let text = String::from_utf8_lossy(&file);
        assert!(text.starts_with("HTTP/1.1 200"), "{address}");
        assert!(text.ends_with("%%EOF\n"), "{address} is not whole");
    }
    all.len()
}

#[test]
fn r14_a_backup_while_people_work_holds_what_was_confirmed_before_and_goes_back() {
    let folder = TestFolder::new();
    let folder = folder.path();
    let serving = demo(folder);
    let list = Session::of(serving.port, "begeleider").documents(CLIENT);
    let (confirmed, over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let before = std::thread::scope(|scope| {
        for writer in 0..3 {
            let (list, confirmed, over, port) = (&list, &confirmed, &over, serving.port);
            scope.spawn(move || {
                let session = Session::of(port, "begeleider");
                for nth in 0..12 {
                    if over.load(Ordering::Relaxed) {
                        break;
                    }
                    if add(&session, list, &format!("stuk {writer}-{nth}")) {
                        confirmed.fetch_add(1, Ordering::SeqCst);
                    }
                }
            });
        }
        let wait_for = |most: usize| {
            while confirmed.load(Ordering::SeqCst) < most {
                std::thread::sleep(Duration::from_millis(5));
            }
            confirmed.load(Ordering::SeqCst)
        };
        let first = wait_for(3);
        ok(folder, &["backup", "--to", "kopie"]);
        // The next one is of another second.
        std::thread::sleep(Duration::from_millis(1_100));
        let second = wait_for(first + 3);
        let told = ok(folder, &["backup", "--to", "kopie"]);
        assert!(told.contains("secret.key is not in it"), "{told}");
        over.store(true, Ordering::Relaxed);
        [first, second]
    });
    // The data in use verifies too, while the program serves.
    let told = ok(folder, &["verify"]);
    assert!(told.ends_with("nothing is wrong\n"), "{told}");
    let everything = documents_listed(&serving);
    assert!(everything >= confirmed.load(Ordering::SeqCst));
    serving.stop();

    let kept = names(&folder.join("kopie"));
    assert_eq!(kept.len(), 2, "{kept:?}");
    for name in &kept {
        let backup = format!("kopie/{name}");
        let there = files(&folder.join(&backup));
        ok(folder, &["verify", "--backup", &backup]);
        assert_eq!(
            files(&folder.join(&backup)),
            there,
            "verifying leaves nothing"
        );
        ok(folder, &["verify", "--since", &backup]);
    }
    // What the first has, the second shares.
    let shared = files(&folder.join("kopie").join(&kept[0]).join("documents"));
    assert!(shared.len() >= before[0]);
    assert!(shared.iter().all(|it| it.metadata().unwrap().nlink() == 2));

    let secret = "demo/secret.key";
    for (name, before) in kept.iter().zip(before) {
        let (from, to) = (format!("kopie/{name}"), format!("terug-{name}"));
        let told = ok(
            folder,
            &["restore", "--from", &from, "--to", &to, "--secret", secret],
        );
        assert!(told.contains(name.as_str()), "{told}");
        let serving = demo_in(folder, &to);
        let there = documents_listed(&serving);
        assert!(
            there >= before && there <= everything,
            "{there} of {before}"
        );
        serving.stop();
        let database = fs::read(folder.join(&to).join("klantendossier.db")).unwrap();
        let is_noted = database.windows(8).any(|it| it == b"restored");
        assert!(is_noted, "the administrative log says so");
        // It holds data now.
        let again = no(
            folder,
            &["restore", "--from", &from, "--to", &to, "--secret", secret],
        );
        assert!(again.contains("empty or new folder only"), "{again}");
    }
}

#[test]
fn a_restore_takes_the_last_backup_before_an_instant_and_only_with_its_secret() {
    let folder = TestFolder::new();
    let folder = folder.path();
    with_documents(folder, 1);
    ok(folder, &["backup", "--to", "kopie"]);
    std::thread::sleep(Duration::from_millis(1_100));
    ok(folder, &["backup", "--to", "kopie"]);
    let kept = names(&folder.join("kopie"));
    let [first, second] = kept.as_slice() else {
        panic!("{kept:?}");
    };
    let instant = |name: &str| domain::Moment::parse_compact(name).unwrap();
    let secret = "demo/secret.key";
    let at = |at: domain::Moment, to: &str| {
        let at = at.to_string();
        let words = [
            "restore", "--from", "kopie", "--to", to, "--at", &at, "--secret", secret,
        ];
        finished(&mut operator(folder, &words))
    };
    let earliest = at(instant(first).plus_seconds(-1), "niets");
    assert!(refused(&earliest, 1).contains("no backup of"));
    assert!(said(&at(instant(first), "een")).contains(first.as_str()));
    assert!(said(&at(instant(second).plus_seconds(3_600), "twee")).contains(second.as_str()));

    // Without an instant it has to be said which.
    let from = no(
        folder,
        &[
            "restore", "--from", "kopie", "--to", "drie", "--secret", secret,
        ],
    );
    assert!(from.contains(second.as_str()), "{from}");
    // Another secret, or none.
    fs::write(folder.join("ander.key"), "1".repeat(64)).unwrap();
    let backup = format!("kopie/{first}");
    let other = no(
        folder,
        &[
            "restore",
            "--from",
            &backup,
            "--to",
            "vier",
            "--secret",
            "ander.key",
        ],
    );
    assert!(
        other.contains("is not the one this backup was made with"),
        "{other}"
    );
    let none = no(
        folder,
        &[
            "restore", "--from", &backup, "--to", "vijf", "--secret", "weg.key",
        ],
    );
    assert!(none.contains("weg.key"), "{none}");
    for to in ["vier", "vijf"] {
        let left = folder.join(to);
        assert!(!left.exists() || names(&left).is_empty(), "{to}");
    }
    // Of a number to keep, the oldest go.
    std::thread::sleep(Duration::from_millis(1_100));
    let told = ok(folder, &["backup", "--to", "kopie", "--keep", "2"]);
    assert!(told.contains("1 older backups were removed"), "{told}");
    let left = names(&folder.join("kopie"));
    assert_eq!(left.len(), 2);
    assert!(left.contains(second) && !left.contains(first), "{left:?}");
    ok(folder, &["verify", "--backup", &format!("kopie/{second}")]);
    // On a server it is for the server's own tools.
    let mut server = operator(folder, &["backup", "--to", "kopie"]);
    server.env(
        "KLANTENDOSSIER_DATABASE_URL",
        "postgres://kd@127.0.0.1:1/kd",
    );
    assert!(refused(&finished(&mut server), 1).contains("docs/backup.md"));
    // No data, no backup, and no data folder that comes about by asking for one.
    let mut nowhere = operator(folder, &["backup", "--to", "kopie"]);
    nowhere.env("KLANTENDOSSIER_DATA", "er-is-niets");
    assert!(refused(&finished(&mut nowhere), 1).contains("there is no database"));
    assert!(!folder.join("er-is-niets").exists());
}

/// Flips one bit of a file.
fn flip(file: &Path, at: u64, bit: u8) {
    let open = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(file)
        .unwrap();
    let mut byte = [0];
    open.read_exact_at(&mut byte, at).unwrap();
    byte[0] ^= 1 << bit;
    open.write_all_at(&byte, at).unwrap();
}

#[test]
fn r14_a_flipped_bit_in_a_backup_is_found_100_of_100() {
    let folder = TestFolder::new();
    let folder = folder.path();
    with_documents(folder, 6);
    ok(folder, &["backup", "--to", "kopie"]);
    let name = names(&folder.join("kopie")).remove(0);
    let backup = format!("kopie/{name}");
    let place = folder.join(&backup);
    let all = files(&place);
    assert_eq!(
        all.len(),
        1 + 6 + 2,
        "database, documents, manifest and its digest"
    );
    let bytes: Vec<u64> = all.iter().map(|it| it.metadata().unwrap().len()).collect();
    let mut rng = fastrand::Rng::with_seed(6);
    let mut found = BTreeMap::<String, u32>::new();
    let mut missed = Vec::new();
    for nth in 0..100 {
        // Half of them anywhere, which is in the database mostly; half in a file of each.
        let mut at = rng.u64(..bytes.iter().sum::<u64>());
        let mut which = 0;
        while at >= bytes[which] {
            at -= bytes[which];
            which += 1;
        }
        if nth % 2 == 1 {
            which = rng.usize(..all.len());
            at = rng.u64(..bytes[which]);
        }
        let bit = rng.u8(..8);
        flip(&all[which], at, bit);
        let output = finished(&mut operator(folder, &["verify", "--backup", &backup]));
        flip(&all[which], at, bit);
        let below = all[which].strip_prefix(&place).unwrap();
        match output.status.code() {
            Some(1) => {
                let part = below.components().next().unwrap().as_os_str();
                *found
                    .entry(part.to_string_lossy().into_owned())
                    .or_default() += 1;
            }
            _ => missed.push(format!(
                "{}: byte {at}, bit {bit}: {output:?}",
                below.display()
            )),
        }
    }
    eprintln!("found: {found:?}");
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    assert_eq!(found.values().sum::<u32>(), 100);
    assert_eq!(found.len(), 4, "{found:?}");
    ok(folder, &["verify", "--backup", &backup]);
}

#[test]
fn a_file_that_is_gone_is_named_and_a_damaged_backup_does_not_go_back() {
    let folder = TestFolder::new();
    let folder = folder.path();
    with_documents(folder, 2);
    ok(folder, &["backup", "--to", "kopie"]);
    let name = names(&folder.join("kopie")).remove(0);
    let backup = format!("kopie/{name}");
    let place = folder.join(&backup);
    for file in files(&place) {
        let aside = folder.join("opzij");
        fs::rename(&file, &aside).unwrap();
        let output = finished(&mut operator(folder, &["verify", "--backup", &backup]));
        refused(&output, 1);
        let named = file.file_name().unwrap().to_str().unwrap();
        assert!(said(&output).contains(named), "{named}: {}", said(&output));
        let words = [
            "restore",
            "--from",
            &backup,
            "--to",
            "terug",
            "--secret",
            "demo/secret.key",
        ];
        no(folder, &words);
        assert!(names(&folder.join("terug")).is_empty(), "{named}");
        fs::rename(&aside, &file).unwrap();
    }
    ok(folder, &["verify", "--backup", &backup]);
    // A document that is gone where it is kept: told, and the rest is backed up all the same.
    let document = files(&folder.join("demo/documents")).remove(0);
    fs::remove_file(&document).unwrap();
    std::thread::sleep(Duration::from_millis(1_100));
    let output = finished(&mut operator(folder, &["backup", "--to", "vers"]));
    let named = document.file_name().unwrap().to_str().unwrap();
    assert!(refused(&output, 1).contains(named));
    assert!(said(&output).contains("backed up"));
    let output = finished(&mut operator(folder, &["verify"]));
    assert!(refused(&output, 1).contains("1 fault"));
    assert!(said(&output).contains(named));
    // The earlier backup still has it.
    ok(folder, &["verify", "--backup", &backup]);
}

#[test]
fn a_backup_that_is_killed_at_any_moment_is_never_taken_for_one() {
    let folder = TestFolder::new();
    let folder = folder.path();
    with_documents(folder, 4);
    let kopie = folder.join("kopie");
    let (mut killed, mut whole) = (0, BTreeSet::new());
    for round in 0..10_u64 {
        let mut child = operator(folder, &["backup", "--to", "kopie", "--full"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(20 + 60 * round));
        let _ = child.kill();
        let output: Output = child.wait_with_output().unwrap();
        killed += usize::from(output.status.code().is_none());
        let _ = fs::create_dir(&kopie);
        for name in names(&kopie) {
            if !name.starts_with("unfinished-") && !whole.contains(&name) {
                ok(folder, &["verify", "--backup", &format!("kopie/{name}")]);
                whole.insert(name);
            }
        }
    }
    eprintln!("{killed} killed, {} backups made all the same", whole.len());
    assert!(killed > 0);
    std::thread::sleep(Duration::from_millis(1_100));
    ok(folder, &["backup", "--to", "kopie"]);
    let left = names(&kopie);
    assert!(
        left.iter().all(|it| !it.starts_with("unfinished-")),
        "{left:?}"
    );
    ok(folder, &["verify"]);
}

#[test]
fn a_disk_that_is_full_is_named_and_nothing_half_stays() {
    let folder = TestFolder::new();
    let folder = folder.path();
    with_documents(folder, 1);
    // Whatever the first command on this folder writes, is written.
    ok(folder, &["mail", "status"]);
    // As a disk that takes no more than this many blocks of one file.
    let script = "trap '' XFSZ; ulimit -f 200; exec \"$0\" backup --to kopie";
    let mut shell = Command::new("sh");
    shell
        .args(["-c", script, env!("CARGO_BIN_EXE_klantendossier")])
        .current_dir(folder)
        .env("KLANTENDOSSIER_DATA", "demo")
        .stdin(Stdio::null());
    let told = refused(&finished(&mut shell), 1);
    assert!(
        told.contains("no backup was made in") && told.contains("klantendossier.db"),
        "{told}"
    );
    assert_eq!(told.trim_end().lines().count(), 1, "{told}");
    assert!(names(&folder.join("kopie")).is_empty());
    ok(folder, &["backup", "--to", "kopie"]);
}
