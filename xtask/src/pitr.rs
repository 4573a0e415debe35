//! `cargo xtask pitr`: what docs/backup.md says of PostgreSQL, carried out on a server that is thrown away: a
//! base backup, the log archived, a mistake, and the database as it was before it.

use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::counts::Counts;
use crate::e2e;
use crate::postgres::Server;
use crate::shell::{self, command, output};

/// How long the server gets to archive what was written.
const PATIENCE: Duration = Duration::from_secs(60);

/// `cargo xtask pitr`.
pub(crate) fn start() -> Result<()> {
    run(&shell::root()?, &mut Counts::default())
}

/// Runs it as one test.
///
/// # Errors
/// When the server did not come back to the instant, or it could not run.
pub(crate) fn run(root: &Path, counts: &mut Counts) -> Result<()> {
    let binary = e2e::binary(root)?;
    let folder =
        std::env::temp_dir().join(format!("klantendossier-pitr-data-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let done = pitr(root, &binary, &folder);
    std::fs::remove_dir_all(&folder)?;
    counts.passed += u32::from(done.is_ok());
    done
}

fn pitr(root: &Path, binary: &Path, folder: &Path) -> Result<()> {
    let archive = folder.join("archive");
    // The server runs as another user when we are root.
    let open = format!(
        "archive_command='mkdir -p {0} && cp %p {0}/%f'",
        archive.display()
    );
    output(command(root, "chmod", &["777"]).arg(folder))?;
    let server = Server::start(root, "pitr", &["archive_mode=on", &open])?;
    let url = server.url("postgres");
    let program = |url: &str, words: &[&str]| -> Result<String> {
        let mut program: Command = command(folder, binary, words);
        program
            .env("KLANTENDOSSIER_DATABASE_URL", url)
            .env("KLANTENDOSSIER_DATA", folder.join("data"));
        output(&mut program)
    };
    let client = |number: &str| {
        let words = [
            "client",
            "create",
            "--by",
            "mia",
            "--number",
            number,
            "--given-name",
            "Noor",
            "--family-name",
            "Maes",
            "--birth",
            "2008-01-02",
            "--work-situation",
            "00",
        ];
        program(&url, &words)
    };
    program(&url, &["migrate"])?;
    let mediator = [
        "user",
        "create",
        "--user-name",
        "mia",
        "--name",
        "Mia",
        "--role",
        "mediator",
    ];
    program(&url, &mediator)?;
    client("61000901")?;
    server.base_backup()?;
    client("61000902")?;
    let before = server.ask(&url, "SELECT clock_timestamp()")?;
    thread::sleep(Duration::from_secs(1));
    client("61000903")?;
    let last = server.ask(&url, "SELECT pg_walfile_name(pg_switch_wal())")?;
    let asked = Instant::now();
    while !archive.join(&last).exists() {
        if asked.elapsed() > PATIENCE {
            bail!("{last} was not archived");
        }
        thread::sleep(Duration::from_millis(100));
    }
    let recovered = server.recovered(&archive, &before)?;
    let numbers = "SELECT client_number FROM dossier ORDER BY client_number";
    let there = server.ask(&recovered, numbers)?;
    if there != "61000901\n61000902" {
        bail!("at {before} there were 61000901 and 61000902, and recovered were: {there}");
    }
    let told = program(&recovered, &["verify"]).context("what was recovered does not verify")?;
    println!("{told}recovered to {before}: what came before is there, what came after is not");
    Ok(())
}
