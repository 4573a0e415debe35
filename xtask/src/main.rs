//! What a newcomer types: `cargo xtask test`, `cargo xtask screenshots`, `cargo xtask bench`,
//! `cargo xtask docs`.
//!
//! One file per command. This program drives other programs (cargo, npm, Playwright, wrk) and knows
//! nothing of the product but the name of its binary and how it is started.
#![allow(
    clippy::print_stdout,
    reason = "a command line tool talks on its output"
)]

mod bench;
mod counts;
mod docs;
mod e2e;
mod ha;
mod pitr;
mod postgres;
mod refusals;
mod screenshots;
mod shell;
mod test;
mod tools;
mod torture;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask test [--only STAGE]... [--skip STAGE]...
    Everything that has to hold before a change goes in; installs what it needs.
    Stages: fmt, clippy, deny, cargo-test, postgres, assets, ha, pitr, e2e, e2e-postgres.
cargo xtask screenshots
    The pictures of the user manual, taken anew: handleiding/beelden/.
cargo xtask bench [--steps N]
    Pages and changes a second on SQLite and PostgreSQL, against the same bytes from memory; with a
    data set of N lines beside one of ten thousand.
cargo xtask docs
    docs/authorisation.md, printed from the authorisation table in the code.
cargo xtask refusals [--pairs N]
    Whether what exists and what does not can be told apart by time alone.
cargo xtask ha
    The database's primary is killed under load: docs/ha.md.
cargo xtask pitr
    A PostgreSQL server brought back to an instant, as docs/backup.md says.
cargo xtask torture [--kill N | --cut N] [--seed S]
    The program is killed under load, or its power cut, N times; nothing that was confirmed may be lost:
    docs/proof.md.";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match args.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", args.as_slice()),
    };
    let done = match command {
        "test" => return test::start(rest),
        "screenshots" => screenshots::start(),
        "bench" => bench::start(rest),
        "docs" => docs::start(),
        "refusals" => refusals::start(rest),
        "ha" => ha::start(),
        "pitr" => pitr::start(),
        "torture" => torture::start(rest),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        other => Err(anyhow::anyhow!("there is no command '{other}'\n{USAGE}")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
