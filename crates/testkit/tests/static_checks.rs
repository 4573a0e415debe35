//! What may never stand in the sources: each of these is one line that a review can miss.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every file below a folder whose name ends so, with its text; tests and examples left out.
fn sources(folder: &str, ends: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, ends: &str, found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir()
                && !["tests", "examples", "target", "node_modules"].contains(&name.as_str())
            {
                walk(&path, ends, found);
            } else if name.ends_with(ends) && name != "tests.rs" {
                let text = fs::read_to_string(&path).unwrap();
                // What a file tests of itself stands at its end.
                let text = match ends {
                    ".rs" => text
                        .split("#[cfg(test)]\nmod tests {")
                        .next()
                        .unwrap()
                        .to_owned(),
                    _ => text,
                };
                found.push((path.display().to_string(), text));
            }
        }
    }
    let mut found = Vec::new();
    walk(&top().join(folder), ends, &mut found);
    assert!(found.len() > 3, "{folder} has no {ends}");
    found
}

/// The sources of what a release is made of.
fn released() -> Vec<(String, String)> {
    ["domain", "store", "casework", "web", "klantendossier"]
        .iter()
        .flat_map(|name| sources(&format!("crates/{name}/src"), ".rs"))
        .collect()
}

fn nobody_says(files: &[(String, String)], word: &str, but: &[&str]) {
    for (path, text) in files {
        let may = but.iter().any(|it| path.ends_with(it));
        assert!(may || !text.contains(word), "{word} in {path}");
    }
}

/// K002, K004, K033: templates escape everything, and run and style nothing of their own.
#[test]
fn no_template_leaves_out_the_escaping_or_holds_a_script_or_a_style() {
    for (path, text) in sources("crates/web/templates", ".html") {
        for word in [
            "|safe",
            "| safe",
            "|escape(\"none\")",
            "<style",
            " style=",
            "javascript:",
            "{% autoescape",
        ] {
            // The copy of everything about a client is a file by itself, with a policy of its own that
            // allows its one style and no script.
            let own_style = word == "<style" && path.ends_with("templates/export/readable.html");
            assert!(own_style || !text.contains(word), "{word} in {path}");
        }
        for script in text.split("<script").skip(1) {
            let (tag, after) = script.split_once('>').unwrap();
            assert!(
                tag.contains(" src="),
                "a script without an address in {path}"
            );
            assert!(
                after.starts_with("</script>"),
                "a script with a body in {path}"
            );
        }
        for tag in text.split('<').skip(1) {
            let tag = tag.split('>').next().unwrap();
            assert!(!has_handler(tag), "<{tag}> in {path}");
        }
    }
    nobody_says(&sources("crates/web/src", ".rs"), "escape = \"none\"", &[]);
}

fn has_handler(tag: &str) -> bool {
    tag.split_whitespace().skip(1).any(|part| {
        part.strip_prefix("on").is_some_and(|rest| {
            let name = rest.split('=').next().unwrap_or_default();
            rest.contains('=') && !name.is_empty() && name.chars().all(|it| it.is_ascii_lowercase())
        })
    })
}

/// K006: the server starts no other program.
#[test]
fn nothing_in_a_release_starts_a_program() {
    nobody_says(&released(), "process::Command", &[]);
    nobody_says(&released(), "execve", &[]);
}

/// K005: a statement is a text of the program; `Sql::new` takes no other. What the engine itself puts
/// together holds nothing that came in.
#[test]
fn no_statement_is_pasted_together() {
    let engine = [
        "engine/sqlite.rs",
        "engine/postgres.rs",
        "engine/migrations.rs",
        "engine/bulk.rs",
    ];
    for (path, text) in released() {
        if engine.iter().any(|it| path.ends_with(it)) {
            continue;
        }
        for pasted in text.split("format!(").skip(1) {
            let literal = pasted.split_once('"').map_or("", |(_, it)| it);
            let literal = literal.split('"').next().unwrap_or_default();
            for word in [
                "SELECT ",
                "INSERT INTO",
                "UPDATE ",
                "DELETE FROM",
                " WHERE ",
            ] {
                assert!(!literal.contains(word), "{literal:?} in {path}");
            }
        }
    }
    let sql = fs::read_to_string(top().join("crates/store/src/engine/sql.rs")).unwrap();
    assert!(sql.contains("pub const fn new(name: &'static str, text: &'static str)"));
}

/// Time comes in from outside, so that a test can set it: one file asks the machine.
#[test]
fn one_file_asks_the_machine_for_the_time() {
    nobody_says(&released(), "SystemTime::now", &["casework/src/clock.rs"]);
    nobody_says(&released(), "Zoned::now", &[]);
    nobody_says(&released(), "Timestamp::now", &[]);
    nobody_says(&released(), "Moment::now", &[]);
}

/// K013: no crate of ours is let off.
#[test]
fn no_unsafe_code_and_no_silent_overflow() {
    let manifest = fs::read_to_string(top().join("Cargo.toml")).unwrap();
    assert!(manifest.contains("unsafe_code = \"forbid\""));
    assert!(manifest.contains("overflow-checks = true"));
    for name in ["domain", "store", "casework", "web", "klantendossier"] {
        let own = fs::read_to_string(top().join(format!("crates/{name}/Cargo.toml"))).unwrap();
        assert!(own.contains("[lints]\nworkspace = true"), "{name}");
    }
    nobody_says(&released(), "allow(unsafe_code", &[]);
}

/// K028, K107, K112: scripts only add comfort, and never make mark-up out of text.
#[test]
fn no_script_of_ours_makes_mark_up_or_keeps_anything() {
    let scripts = sources("assets/js", ".js");
    for word in [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "localStorage",
        "sessionStorage",
        "__proto__",
    ] {
        nobody_says(&scripts, word, &[]);
    }
}
