//! `cargo xtask torture`: the program killed under load, again and again, or its power cut. What is tried and
//! what is looked for stands in `crates/torture`; here it gets the program, and its figures their place in
//! docs/proof.md.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::e2e;
use crate::shell::{self, command, run, target};

/// Between two of these stands what a run writes: of kills, and of cuts of the power.
const OF_KILLS: [&str; 2] = [
    "<!-- torture: written by `cargo xtask torture` -->\n",
    "<!-- torture: end -->",
];
const OF_CUTS: [&str; 2] = [
    "<!-- power: written by `cargo xtask torture --cut` -->\n",
    "<!-- power: end -->",
];

/// `cargo xtask torture`, its figures into docs/proof.md.
pub(crate) fn start(args: &[String]) -> Result<()> {
    let root = shell::root()?;
    let report = target(&root).join("torture.md");
    torture(&root, args, &report)?;
    let file = root.join("docs/proof.md");
    let proof = fs::read_to_string(&file).context("docs/proof.md")?;
    let place = match args.iter().any(|it| it == "--cut") {
        true => OF_CUTS,
        false => OF_KILLS,
    };
    fs::write(
        &file,
        with_figures(&proof, place, &fs::read_to_string(report)?)?,
    )?;
    println!("the figures are in docs/proof.md");
    Ok(())
}

fn torture(root: &Path, args: &[String], report: &Path) -> Result<()> {
    let binary = e2e::binary(root)?;
    let mut torture = command(root, binary.with_file_name("torture"), &[]);
    torture.arg("--binary").arg(&binary).args(args);
    run(torture.arg("--report").arg(report)).context("not everything held, or a control did")
}

/// The text with these figures in place of those of the run before.
fn with_figures(proof: &str, [begin, end]: [&str; 2], figures: &str) -> Result<String> {
    let place = proof
        .split_once(begin)
        .and_then(|(before, rest)| Some((before, rest.split_once(end)?.1)));
    let (before, after) = place.context("docs/proof.md has no place for the figures")?;
    Ok(format!("{before}{begin}{figures}{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::{OF_CUTS, OF_KILLS, with_figures};

    #[test]
    fn figures_take_the_place_of_earlier_ones() {
        for place in [OF_KILLS, OF_CUTS] {
            let old = format!("# Een\n{}oud\n{}\nTwee\n", place[0], place[1]);
            let new = with_figures(&old, place, "nieuw\n").expect("a place");
            assert_eq!(new, old.replace("oud", "nieuw"));
            assert!(with_figures("# Een\n", place, "nieuw\n").is_err());
        }
    }
}
