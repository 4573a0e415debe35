//! `cargo xtask screenshots`: the pictures of the user manual, from the browser tests.

use std::fs;

use anyhow::{Context, Result};

use crate::{e2e, shell};

pub(crate) fn start() -> Result<()> {
    let root = shell::root()?;
    let pictures = root.join("handleiding/beelden");
    fs::create_dir_all(&pictures)?;
    // A step that has gone must not leave its picture behind.
    for file in fs::read_dir(&pictures)? {
        let path = file?.path();
        if path.extension().is_some_and(|end| end == "png") {
            fs::remove_file(&path).with_context(|| path.display().to_string())?;
        }
    }
    let binary = e2e::binary(&root)?;
    let only = ["--project=met-javascript"];
    shell::run(&mut e2e::playwright(&root, &binary, &pictures, &only)?)?;
    println!(
        "{} pictures in handleiding/beelden/",
        fs::read_dir(&pictures)?.count()
    );
    Ok(())
}
