//! `cargo xtask docs`: what is printed from the code into docs/. The test that holds a file to the code
//! writes it when it is asked to, so that there is one text of it.

use anyhow::Result;

use crate::shell::{self, command, run};

pub(crate) fn start() -> Result<()> {
    let root = shell::root()?;
    let words = [
        "test",
        "-p",
        "web",
        "--test",
        "all",
        "authorisation_document",
    ];
    run(command(&root, "cargo", &words).env("WRITE_DOCS", "1"))?;
    println!("docs/authorisation.md is written");
    Ok(())
}
