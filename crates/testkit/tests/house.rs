//! The crates know each other in one direction only: the manifests are read and held to it.

#![allow(clippy::unwrap_used)]

use std::path::Path;

/// Each crate and the own crates it may depend on, outside tests.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("store", &["domain"]),
    ("oidc", &["domain"]),
    ("files", &["domain"]),
    ("casework", &["domain", "store", "oidc", "files"]),
    ("web", &["domain", "casework"]),
    ("klantendossier", &["domain", "oidc", "casework", "web"]),
    ("testkit", &["domain", "store", "oidc", "casework"]),
    ("torture", &["domain"]),
];

fn own_dependencies(name: &str) -> Vec<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../{name}/Cargo.toml"));
    let manifest = std::fs::read_to_string(&file).unwrap();
    let mut in_dependencies = false;
    let mut found = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            in_dependencies = line.trim() == "[dependencies]";
        } else if in_dependencies {
            let key = line.split(['.', ' ', '=']).next().unwrap_or_default();
            if MAY_KNOW.iter().any(|(own, _)| *own == key) {
                found.push(key.to_owned());
            }
        }
    }
    found
}

#[test]
fn every_crate_knows_only_the_floors_below_it() {
    for (name, allowed) in MAY_KNOW {
        for known in own_dependencies(name) {
            assert!(
                allowed.contains(&known.as_str()),
                "{name} may not know {known}"
            );
        }
    }
}

#[test]
fn every_crate_of_the_house_is_in_the_list() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for entry in std::fs::read_dir(crates).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            MAY_KNOW.iter().any(|(own, _)| *own == name),
            "{name} has no place in the house"
        );
    }
}
