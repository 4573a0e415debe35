//! The browser tests: the release binary, Chromium and Playwright brought together.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::Result;

use crate::shell::{command, run, target};
use crate::tools;

/// Builds the product for release.
const BUILD: [&str; 6] = [
    "cargo",
    "build",
    "--release",
    "--locked",
    "-p",
    "klantendossier",
];

/// The product, built for release.
pub(crate) fn binary(root: &Path) -> Result<PathBuf> {
    let [cargo, args @ ..] = BUILD;
    run(&mut command(root, cargo, &args))?;
    Ok(target(root).join("release/klantendossier"))
}

/// Begins to build it with the time that other stages leave: a compiler uses one core for long stretches.
/// `binary` waits for it at cargo's own lock, and builds, and says what is wrong, where this did not.
pub(crate) fn build_beside(root: &Path) -> Option<Child> {
    let mut build = command(root, "nice", &["-n", "19"]);
    build.args(BUILD);
    build.stdout(Stdio::null()).stderr(Stdio::null());
    build.spawn().ok()
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
