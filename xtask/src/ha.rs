//! The failover test: `deploy/ha/` on this machine, the primary killed under load. Installs what the
//! cluster needs; what is tested, and what counts as a test, stands in `e2e/failover/`.

use std::path::Path;

use anyhow::{Result, bail};

use crate::counts::{Counts, Runner};
use crate::{e2e, postgres, shell, tools};

/// Debian's programs beside PostgreSQL itself: what is run, and the package that has it.
const PROGRAMS: [(&str, &str); 4] = [
    ("etcd", "etcd-server"),
    ("patroni", "patroni"),
    ("curl", "curl"),
    ("setpriv", "util-linux"),
];

/// `cargo xtask ha`.
///
/// # Errors
/// When something did not hold, or could not be tried.
pub(crate) fn start() -> Result<()> {
    run(&shell::root()?, &mut Counts::default())
}

/// Installs what the cluster runs on.
///
/// # Errors
/// When something is missing and cannot be installed.
pub(crate) fn programs() -> Result<()> {
    postgres::programs()?;
    for (program, package) in PROGRAMS {
        tools::program(program, &[package])?;
    }
    Ok(())
}

/// Runs the test and adds its assertions.
///
/// # Errors
/// When one did not hold, or the test could not run.
pub(crate) fn run(root: &Path, counts: &mut Counts) -> Result<()> {
    programs()?;
    let binary = e2e::binary(root)?;
    let mut test = e2e::node(root, &binary, &["failover/failover.js"])?;
    test.env("E2E_PICTURES", root.join("e2e/out/failover"));
    let (success, output) = shell::run_and_keep(&mut test)?;
    // It ends as Playwright does: `1 failed`, `21 passed (69.4 s)`.
    counts.add(Runner::Playwright, &output);
    if !success {
        bail!("not everything held");
    }
    Ok(())
}
