//! The browser tests: the product, Chromium and Playwright brought together.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::shell::{command, run, target};
use crate::tools;

/// The product as the tests in Rust use it: built already when they ran. What an optimised one takes to build
/// is a fifth of the whole test command, and it would show nothing else.
pub(crate) fn binary(root: &Path) -> Result<PathBuf> {
    let args = ["build", "--locked", "--workspace", "--bins"];
    run(&mut command(root, "cargo", &args))?;
    Ok(target(root).join("debug/klantendossier"))
}

/// The product, built for release: what is measured.
pub(crate) fn release(root: &Path) -> Result<PathBuf> {
    let args = ["build", "--release", "--locked", "-p", "klantendossier"];
    run(&mut command(root, "cargo", &args))?;
    Ok(target(root).join("release/klantendossier"))
}

/// Node in `e2e/`, told where the product and the browser are; `args` follow.
pub(crate) fn node(root: &Path, binary: &Path, args: &[&str]) -> Result<Command> {
    let folder = root.join("e2e");
    tools::npm_packages(&folder)?;
    let chromium = match std::env::var_os("E2E_CHROMIUM") {
        Some(path) => PathBuf::from(path),
        None => tools::program("chromium", &["chromium", "fonts-liberation"])?,
    };
    let mut node = command(&folder, "node", args);
    node.env("E2E_BINARY", binary)
        .env("E2E_CHROMIUM", chromium)
        .env("NO_COLOR", "1");
    Ok(node)
}

/// The tests themselves, their pictures written to the folder `pictures`.
pub(crate) fn playwright(
    root: &Path,
    binary: &Path,
    pictures: &Path,
    args: &[&str],
) -> Result<Command> {
    let mut words = vec!["node_modules/@playwright/test/cli.js", "test"];
    words.extend(args);
    let mut node = node(root, binary, &words)?;
    node.env("E2E_PICTURES", pictures);
    Ok(node)
}
