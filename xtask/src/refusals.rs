//! `cargo xtask refusals`: whether what exists and what does not can be told apart by time alone.

use anyhow::{Result, bail};

use crate::shell::{self, command, run};

/// `--pairs N` asks N pairs of each question instead of 2,000.
pub(crate) fn start(args: &[String]) -> Result<()> {
    let pairs = match args {
        [] => "2000",
        [option, pairs] if option == "--pairs" => pairs,
        _ => bail!("refusals knows --pairs N only"),
    };
    let root = shell::root()?;
    let words = [
        "run",
        "--release",
        "--locked",
        "-p",
        "web",
        "--example",
        "refusals",
        "--",
        pairs,
    ];
    run(&mut command(&root, "cargo", &words))
}
