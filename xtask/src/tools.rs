//! What the commands need that a bare machine lacks: Debian packages, npm packages, cargo-deny.
//! As root they are installed; otherwise one line says what to install.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::shell::{self, command, find, run};

const CARGO_DENY: &str = "0.20.2";
const LEAST_NODE: u32 = 20;

/// The program, installed from Debian's packages when it is not there.
pub(crate) fn program(name: &str, packages: &[&str]) -> Result<PathBuf> {
    if let Some(path) = find(name) {
        return Ok(path);
    }
    install(name, packages)?;
    let list = packages.join(" ");
    find(name).with_context(|| format!("'{name}' is still missing after installing {list}"))
}

/// Installs Debian's packages; `name` is what was missing.
pub(crate) fn install(name: &str, packages: &[&str]) -> Result<()> {
    let list = packages.join(" ");
    if find("apt-get").is_none() {
        bail!("'{name}' is missing; install it (Debian: {list})");
    }
    if shell::output(&mut command(Path::new("/"), "id", &["-u"]))?.trim() != "0" {
        bail!("'{name}' is missing; install it with: sudo apt-get install {list}");
    }
    println!("installing {list}");
    apt_get(&["-qq", "update"])?;
    let mut install = vec!["-qq", "install", "-y", "--no-install-recommends"];
    install.extend(packages);
    apt_get(&install)
}

fn apt_get(args: &[&str]) -> Result<()> {
    run(command(Path::new("/"), "apt-get", args).env("DEBIAN_FRONTEND", "noninteractive"))
}

/// The npm packages of a folder, exactly as its package-lock.json says.
pub(crate) fn npm_packages(folder: &Path) -> Result<()> {
    program("node", &["nodejs"])?;
    let version = shell::output(&mut command(folder, "node", &["--version"]))?;
    let major = version
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|major| major.parse().ok());
    if major.is_none_or(|major: u32| major < LEAST_NODE) {
        bail!("Node {LEAST_NODE} or newer is needed; this is {version}");
    }
    program("npm", &["npm"])?;
    if installed_since(folder) == Some(true) {
        return Ok(());
    }
    // Chromium is the machine's own: Playwright must not look for one elsewhere.
    run(command(
        folder,
        "npm",
        &["ci", "--no-audit", "--no-fund", "--loglevel=error"],
    )
    .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"))
}

/// Whether the packages were installed after the lock file was written.
fn installed_since(folder: &Path) -> Option<bool> {
    let written = |file: &str| folder.join(file).metadata().ok()?.modified().ok();
    Some(written("node_modules/.package-lock.json")? >= written("package-lock.json")?)
}

/// cargo-deny, built once into the target folder when the machine has none.
pub(crate) fn cargo_deny(root: &Path) -> Result<PathBuf> {
    if let Some(path) = find("cargo-deny") {
        let version = shell::output(&mut command(root, &path, &["--version"]))?;
        if version.trim().ends_with(CARGO_DENY) {
            return Ok(path);
        }
    }
    let tools = shell::target(root).join("tools");
    let path = tools.join("bin/cargo-deny");
    if !path.is_file() {
        println!("installing cargo-deny {CARGO_DENY}, once (some minutes)");
        // Not optimised: it is compiled longer than it runs.
        let args = ["install", "--quiet", "--debug", "cargo-deny", "--locked"];
        run(command(root, "cargo", &args)
            .args(["--version", CARGO_DENY])
            .arg("--root")
            .arg(&tools)
            .env("CARGO_PROFILE_DEV_DEBUG", "false"))?;
    }
    Ok(path)
}
