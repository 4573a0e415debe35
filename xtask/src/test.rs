//! `cargo xtask test`: everything that has to hold before a change goes in, in stages.
//! The last line is `N passed, N failed`: the tests of cargo and of Playwright, and a stage that
//! fails without a test of its own (formatting, lints …) as one failure.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::counts::{Counts, Runner};
use crate::shell::{self, command, find, run};
use crate::{e2e, ha, pitr, postgres, tools};

struct Stage {
    name: &'static str,
    what: &'static str,
    /// Installs what the stage needs, so that it can be done while another one compiles. The stage does it by
    /// itself when it was not, and says what is missing.
    prepare: fn(&Path) -> Result<()>,
    /// Adds the tests it ran; an error when something did not hold.
    run: fn(&Path, &mut Counts) -> Result<()>,
}

const STAGES: &[Stage] = &[
    Stage {
        name: "fmt",
        what: "formatting",
        prepare: nothing,
        run: fmt,
    },
    Stage {
        name: "clippy",
        what: "lints, warnings denied",
        prepare: nothing,
        run: clippy,
    },
    Stage {
        name: "deny",
        what: "dependencies: advisories, licences, sources",
        prepare: |root| tools::cargo_deny(root).map(drop),
        run: deny,
    },
    Stage {
        name: "cargo-test",
        what: "tests in Rust",
        prepare: nothing,
        run: cargo_test,
    },
    Stage {
        name: "postgres",
        what: "the same tests on PostgreSQL",
        prepare: |_| postgres::programs().map(drop),
        run: cargo_test_on_postgres,
    },
    Stage {
        name: "assets",
        what: "the committed style sheet and script are those of their sources",
        prepare: |root| tools::npm_packages(&root.join("assets")),
        run: assets,
    },
    Stage {
        name: "ha",
        what: "the primary killed under load: docs/ha.md",
        prepare: |_| ha::programs(),
        run: ha::run,
    },
    Stage {
        name: "pitr",
        what: "a PostgreSQL server brought back to an instant: docs/backup.md",
        prepare: |_| postgres::programs().map(drop),
        run: pitr::run,
    },
    Stage {
        name: "e2e",
        what: "the product in Chromium",
        prepare: e2e::prepare,
        run: browser,
    },
    Stage {
        name: "e2e-postgres",
        what: "the manual in Chromium, on PostgreSQL",
        prepare: e2e::prepare,
        run: browser_on_postgres,
    },
];

impl Stage {
    /// Whether it runs more than cargo.
    fn needs_tools(&self) -> bool {
        !["fmt", "clippy"].contains(&self.name)
    }
}

fn command_line(args: &[String]) -> Result<Vec<&'static Stage>> {
    let (mut only, mut skip) = (Vec::new(), Vec::new());
    let mut args = args.iter();
    while let Some(option) = args.next() {
        let list = match option.as_str() {
            "--only" => &mut only,
            "--skip" => &mut skip,
            other => bail!("test does not know '{other}' (it knows --only STAGE, --skip STAGE)"),
        };
        let name = args.next().with_context(|| format!("{option} what?"))?;
        if !STAGES.iter().any(|stage| stage.name == name) {
            let names: Vec<_> = STAGES.iter().map(|stage| stage.name).collect();
            bail!(
                "there is no stage '{name}'; there are: {}",
                names.join(", ")
            );
        }
        list.push(name.as_str());
    }
    Ok(STAGES
        .iter()
        .filter(|stage| only.is_empty() || only.contains(&stage.name))
        .filter(|stage| !skip.contains(&stage.name))
        .collect())
}

fn nothing(_: &Path) -> Result<()> {
    Ok(())
}

/// Installs what the stages need beside the first ones, which only compile.
fn prepare(root: &Path, stages: &[&'static Stage]) -> thread::JoinHandle<()> {
    let (root, stages) = (root.to_owned(), stages.to_vec());
    thread::spawn(move || {
        for stage in stages {
            // What cannot be had is said by its stage.
            if (stage.prepare)(&root).is_err() {
                return;
            }
        }
    })
}

pub(crate) fn start(args: &[String]) -> ExitCode {
    let (root, stages) = match shell::root().and_then(|root| Ok((root, command_line(args)?))) {
        Ok(both) => both,
        Err(error) => {
            println!("xtask: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    let mut total = Counts::default();
    let mut report = Vec::new();
    let mut preparing = Some(prepare(&root, &stages));
    for (number, stage) in stages.iter().enumerate() {
        println!(
            "\n== {}/{} {}: {}",
            number + 1,
            stages.len(),
            stage.name,
            stage.what
        );
        let started = Instant::now();
        let mut counts = Counts::default();
        if stage.needs_tools()
            && let Some(preparing) = preparing.take()
        {
            // It says nothing that the stage would not.
            let _ = preparing.join();
        }
        let done = (stage.run)(&root, &mut counts);
        let verdict = match &done {
            Ok(()) => "ok",
            Err(error) => {
                println!("{} failed: {error:#}", stage.name);
                counts.failed = counts.failed.max(1);
                "FAILED"
            }
        };
        let line = format!(
            "{:<11} {verdict:<7} {:>6.1} s",
            stage.name,
            started.elapsed().as_secs_f64()
        );
        println!("== {line}");
        report.push(line);
        total.passed += counts.passed;
        total.failed += counts.failed;
    }
    println!("\n{}", report.join("\n"));
    println!("{} passed, {} failed", total.passed, total.failed);
    if total.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn cargo(root: &Path, args: &[&str]) -> Command {
    let mut cargo = command(root, "cargo", args);
    // Our own counting reads plain text.
    cargo.env("CARGO_TERM_COLOR", "never");
    cargo
}

fn fmt(root: &Path, _: &mut Counts) -> Result<()> {
    run(&mut cargo(root, &["fmt", "--all", "--check"]))
}

fn clippy(root: &Path, _: &mut Counts) -> Result<()> {
    let args = ["clippy", "--workspace", "--all-targets", "--locked"];
    run(cargo(root, &args).args(["--", "-D", "warnings"]))
}

/// Offline, so that the outcome depends on nothing but the checkout and the advisory database.
fn deny(root: &Path, _: &mut Counts) -> Result<()> {
    let cargo_deny = tools::cargo_deny(root)?;
    run(&mut cargo(root, &["fetch", "--locked"]))?;
    let mut check = command(
        root,
        cargo_deny,
        &["--offline", "check", "--hide-inclusion-graph"],
    );
    check.args(["bans", "licenses", "sources"]);
    match advisory_archive(root)? {
        Some(archive) => {
            let day = unpack_advisories(root, &archive)?;
            println!("advisory database of {day}");
            check.arg("advisories");
        }
        None => println!("advisories skipped: no database (XTASK_ADVISORIES names its archive)"),
    }
    run(&mut check)
}

/// Where the advisory database comes from: a setting, or the folder shared beside the checkout.
fn advisory_archive(root: &Path) -> Result<Option<PathBuf>> {
    if let Some(set) = std::env::var_os("XTASK_ADVISORIES") {
        let path = root.join(set);
        if !path.is_file() {
            bail!("XTASK_ADVISORIES: there is no {}", path.display());
        }
        return Ok(Some(path));
    }
    let beside = root.join("../shared/advisories/advisory-db.tar.xz");
    Ok(beside.is_file().then_some(beside))
}

/// Unpacks it under the db-path of deny.toml; answers the day of its newest advisory.
fn unpack_advisories(root: &Path, archive: &Path) -> Result<String> {
    tools::program("xz", &["xz-utils"])?;
    let folder = root.join("target/advisories");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    run(command(&folder, "tar", &["--no-same-owner", "-xJf"]).arg(archive))?;
    // The name is cargo-deny's own for the public database.
    let database = folder.join("advisory-db-3157b0e258782691");
    let args = ["log", "-1", "--format=%cs"];
    let day = shell::output(&mut command(&database, "git", &args))?;
    Ok(day.trim().to_owned())
}

/// With nextest where it is there: faster, and a test that hangs has a name. It runs no doc tests, of which there
/// are none.
fn cargo_test(root: &Path, counts: &mut Counts) -> Result<()> {
    if find("cargo-nextest").is_none() {
        let args = ["test", "--workspace", "--locked", "--no-fail-fast"];
        return counted(cargo(root, &args), Runner::CargoTest, counts);
    }
    let args = [
        "nextest",
        "run",
        "--workspace",
        "--locked",
        "--no-fail-fast",
    ];
    counted(cargo(root, &args), Runner::Nextest, counts)
}

/// Everything that reaches a database, on a server of our own. It forgets what was not flushed when the
/// machine stops, which no test here does; durability has tests of its own.
fn cargo_test_on_postgres(root: &Path, counts: &mut Counts) -> Result<()> {
    let quick = ["fsync=off", "full_page_writes=off", "max_connections=300"];
    if find("cargo-nextest").is_none() {
        let server = postgres::Server::start(root, "test", &quick)?;
        let mut tests = cargo(root, &["test", "--workspace", "--locked", "--no-fail-fast"]);
        tests
            .args(["--", "--include-ignored"])
            .env("TEST_POSTGRES", server.url("postgres"))
            .env("TEST_POSTGRES_CA", server.encrypt()?)
            .env("TEST_POSTGRES_REPLICA", server.replica()?);
        return counted(tests, Runner::CargoTest, counts);
    }
    let alone = [&quick[..], &["wal_level=minimal", "max_wal_senders=0"]].concat();
    let server = postgres::Server::start_in_memory(root, "test", &alone)?;
    // Of the pages those tests that hold a page against what the database says: the others see the
    // database through the use cases only, and take ten minutes. The program's own tests make databases of
    // their own, on a server only those of this name.
    let filter = format!(
        "(package(store) or package(casework) or \
         package(klantendossier) & test(/^server_database::/) or \
         package(web) & test(/^(authorisation|bad_input|kept|manual)::/)) & !{OF_REPLICA}"
    );
    let mut tests = on_postgres(root, &server, &filter);
    tests.env("TEST_POSTGRES_CA", server.encrypt()?);
    let most = counted(tests, Runner::Nextest, counts);
    drop(server);
    // A replica does again what every test does: it has a server of its own, for who asks for it.
    let server = postgres::Server::start(root, "replica", &quick)?;
    let mut tests = on_postgres(root, &server, OF_REPLICA);
    tests.env("TEST_POSTGRES_REPLICA", server.replica()?);
    most.and(counted(tests, Runner::Nextest, counts))
}

/// The tests that need a replica.
const OF_REPLICA: &str = "test(from_the_replica)";

/// These tests on a server. The whole workspace is built, as for the stage before: fewer packages would choose
/// other features of what they share, and compile it again.
fn on_postgres(root: &Path, server: &postgres::Server, filter: &str) -> Command {
    let mut tests = cargo(root, &["nextest", "run", "--run-ignored", "all"]);
    tests.args(["--workspace", "--locked", "--no-fail-fast", "-E", filter]);
    tests.env("TEST_POSTGRES", server.url("postgres"));
    tests
}

fn counted(mut command: Command, runner: Runner, counts: &mut Counts) -> Result<()> {
    let (success, output) = shell::run_and_keep(&mut command)?;
    counts.add(runner, &output);
    if !success {
        bail!("not every test passed");
    }
    Ok(())
}

/// Builds the assets anew and compares them with those in the checkout, byte for byte. What differs
/// stays as built: that is what has to be committed.
fn assets(root: &Path, _: &mut Counts) -> Result<()> {
    let folder = root.join("assets");
    tools::npm_packages(&folder)?;
    let committed = files(&folder.join("dist"))?;
    run(&mut command(&folder, "npm", &["run", "--silent", "build"]))?;
    let built = files(&folder.join("dist"))?;
    let mut names: Vec<_> = committed.keys().chain(built.keys()).collect();
    names.sort();
    names.dedup();
    names.retain(|name| committed.get(*name) != built.get(*name));
    if !names.is_empty() {
        bail!("assets/dist is not what its sources give; commit what was built: {names:?}");
    }
    Ok(())
}

fn files(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_file() {
            let name = path.file_name().unwrap_or_default();
            found.insert(name.to_string_lossy().into_owned(), fs::read(&path)?);
        }
    }
    Ok(found)
}

fn browser(root: &Path, counts: &mut Counts) -> Result<()> {
    let binary = e2e::binary(root)?;
    let pictures = root.join("e2e/out/beelden");
    let tests = e2e::playwright(root, &binary, &pictures, &[])?;
    counted(tests, Runner::Playwright, counts)
}

fn browser_on_postgres(root: &Path, counts: &mut Counts) -> Result<()> {
    let binary = e2e::binary(root)?;
    let pictures = root.join("e2e/out/beelden-postgres");
    let server = postgres::Server::start(root, "e2e", &[])?;
    let mut tests = e2e::playwright(
        root,
        &binary,
        &pictures,
        &["manual.spec.js", "--project=met-javascript"],
    )?;
    tests.env("E2E_POSTGRES", server.url("postgres"));
    counted(tests, Runner::Playwright, counts)
}

#[cfg(test)]
mod tests {
    use super::command_line;

    fn stages(args: &[&str]) -> Result<Vec<&'static str>, String> {
        let args: Vec<String> = args.iter().map(ToString::to_string).collect();
        let stages = command_line(&args).map_err(|error| error.to_string())?;
        Ok(stages.iter().map(|stage| stage.name).collect())
    }

    #[test]
    fn everything_is_run_unless_asked_otherwise() {
        let all = stages(&[]).expect("no options");
        assert_eq!(all.first(), Some(&"fmt"));
        assert_eq!(all.last(), Some(&"e2e-postgres"));
    }

    #[test]
    fn one_stage_alone_or_all_but_one() {
        assert_eq!(stages(&["--only", "e2e"]), Ok(vec!["e2e"]));
        let most = stages(&["--skip", "e2e"]).expect("a stage");
        assert!(!most.contains(&"e2e") && most.contains(&"fmt"));
    }

    #[test]
    fn an_unknown_stage_is_answered_with_those_there_are() {
        let refused = stages(&["--only", "e3e"]).expect_err("no such stage");
        assert!(refused.contains("'e3e'") && refused.contains("cargo-test"));
    }
}
