//! The manual shows what the browser test saw, and its links lead somewhere.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every target of a Markdown link in the manual, with the file it stands in.
fn links() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root().join("handleiding")).unwrap() {
        let file = entry.unwrap().path();
        if file.extension().is_some_and(|kind| kind == "md") {
            let text = std::fs::read_to_string(&file).unwrap();
            for part in text.split("](").skip(1) {
                let target = part.split(')').next().unwrap_or_default();
                found.push((file.clone(), target.to_owned()));
            }
        }
    }
    found
}

#[test]
fn every_link_of_the_manual_leads_to_a_file() {
    let links = links();
    assert!(links.len() > 20, "the manual has links and pictures");
    for (file, target) in links {
        let there = file.parent().unwrap().join(&target).exists();
        assert!(there, "{} links to {target}", file.display());
    }
}

#[test]
fn every_picture_of_the_manual_is_taken_by_the_browser_test() {
    let test = std::fs::read_to_string(root().join("e2e/tests/manual.spec.js")).unwrap();
    for (file, target) in links() {
        let Some(picture) = target.strip_prefix("beelden/") else {
            continue;
        };
        let name = picture.trim_end_matches(".png");
        assert!(
            test.contains(&format!("'{name}'")),
            "{}: nobody takes {picture}",
            file.display()
        );
    }
}
