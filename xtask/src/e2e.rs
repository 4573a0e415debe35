//! The browser tests: the product, Chromium and Playwright brought together.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

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
    let binary = target(root).join("release/klantendossier");
    holds_no_trial(&fs::read(&binary).with_context(|| binary.display().to_string())?)?;
    Ok(binary)
}

/// Points to halt at and guards to leave out are for `cargo xtask torture` alone: no release may know their names.
fn holds_no_trial(program: &[u8]) -> Result<()> {
    const NAMES: [&[u8]; 3] = [b"TORTURE_POINT", b"TORTURE_WITHOUT", b"TORTURE_LOG_PAGES"];
    for name in NAMES {
        if program.windows(name.len()).any(|part| part == name) {
            bail!(
                "the release can be told to fail: it holds {}",
                String::from_utf8_lossy(name)
            );
        }
    }
    Ok(())
}

/// Installs what the tests run on.
///
/// # Errors
/// When something is missing and cannot be installed.
pub(crate) fn prepare(root: &Path) -> Result<()> {
    tools::npm_packages(&root.join("e2e"))?;
    chromium().map(drop)
}

/// The browser: the one that is named, or Debian's.
fn chromium() -> Result<PathBuf> {
    match std::env::var_os("E2E_CHROMIUM") {
        Some(path) => Ok(PathBuf::from(path)),
        None => tools::program("chromium", &["chromium", "fonts-liberation"]),
    }
}

/// Node in `e2e/`, told where the product and the browser are; `args` follow.
pub(crate) fn node(root: &Path, binary: &Path, args: &[&str]) -> Result<Command> {
    let folder = root.join("e2e");
    prepare(root)?;
    let chromium = chromium()?;
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

#[cfg(test)]
mod tests {
    use super::holds_no_trial;

    #[test]
    fn a_release_that_can_be_told_to_fail_is_none() {
        assert!(holds_no_trial(b"\0KLANTENDOSSIER_DATA\0").is_ok());
        let refused = holds_no_trial(b"\0TORTURE_POINT\0").expect_err("a name of the trial");
        assert!(refused.to_string().contains("TORTURE_POINT"));
    }
}
