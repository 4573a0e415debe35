//! `cargo xtask torture`: kills the program under load, again and again, or cuts the power of its disk, and looks
//! after each restart whether every confirmed change is there, once. Then once more with a guard taken away, which has to be found out.
//!
//! Drives the program as built (over HTTP, and by the points of `store::engine::trial`), and reads the database
//! past it. Knows no crate of it but `domain`, for the chain of the journal.
#![allow(
    clippy::print_stdout,
    reason = "a command line tool talks on its output"
)]

mod check;
mod client;
mod disk;
mod form;
mod http;
mod ledger;
mod mount;
mod plan;
mod report;
mod run;
mod server;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use crate::check::Wrong;
use crate::report::Report;
use crate::run::{Goes, Run};

/// Kills the program under load, or cuts its power, and looks whether anything was lost or doubled.
#[derive(Debug, Parser)]
struct Arguments {
    /// The program, built with debug assertions.
    #[arg(long)]
    binary: PathBuf,
    /// How often it is killed.
    #[arg(long, default_value_t = 300)]
    kill: u32,
    /// Cut the power instead, so many times: what was not flushed is lost with the program.
    #[arg(long, conflicts_with = "kill")]
    cut: Option<u32>,
    /// Decides when it is killed and what the clients do.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Write the figures to this file, as Markdown.
    #[arg(long)]
    report: Option<PathBuf>,
}

/// How often it is killed with a guard taken away.
const KILLS_OF_A_CONTROL: u32 = 12;

/// A guard, and what goes wrong without it when the program is killed.
const CONTROLS: [(&str, Wrong); 2] = [
    ("submission-key", Wrong::Doubled),
    ("durable-answer", Wrong::Lost),
];

/// The same when the power goes: without a flush at every change, and without any.
const CONTROLS_OF_POWER: [(&str, Wrong); 2] = [
    ("flush-of-changes", Wrong::Lost),
    ("every-flush", Wrong::Lost),
];

fn main() -> ExitCode {
    domain::moment::load_time_zone();
    let done = tokio::runtime::Runtime::new()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(start(&Arguments::parse())));
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            println!("torture: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether everything held, and the controls did not.
async fn start(arguments: &Arguments) -> Result<bool> {
    let folder = tempfile::tempdir()?;
    let start = run::Start::make(&arguments.binary, folder.path()).await?;
    let (goes, times, controls) = match arguments.cut {
        Some(cuts) => (Goes::Power, cuts, CONTROLS_OF_POWER),
        None => (Goes::Program, arguments.kill, CONTROLS),
    };
    let run = Run::of(&start, goes, times, arguments.seed).await?;
    let mut report = Report::new(goes, arguments.seed, &run);
    for (guard, wrong) in controls {
        let seed = arguments.seed.wrapping_add(1);
        let control = (guard, wrong);
        let run = Run::control(&start, goes, control, KILLS_OF_A_CONTROL, seed).await?;
        report.control(guard, wrong, &run);
    }
    print!("{}", report.markdown());
    let (passed, failed) = report.verdict();
    if let Some(file) = &arguments.report {
        fs::write(file, report.markdown())?;
    }
    if failed > 0 {
        println!("{failed} failed");
    }
    println!("{passed} passed");
    Ok(failed == 0)
}
