//! The user manual and the product are held together: every picture is taken by the browser tests,
//! every link leads somewhere, and what the manual quotes from the screen is what the screen says.
//! Knows nothing of how the manual is shown.

#![allow(
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// A page of the manual.
struct Page {
    name: String,
    text: String,
}

/// A link or picture: `[text](target)`, `![text](target)`.
struct Link {
    page: String,
    text: String,
    target: String,
    is_picture: bool,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn manual() -> PathBuf {
    root().join("handleiding")
}

fn files(folder: &Path, ends: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ends));
        } else if path
            .extension()
            .is_some_and(|end| ends.iter().any(|it| end == *it))
        {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn pages() -> Vec<Page> {
    let pages: Vec<Page> = files(&manual(), &["md"])
        .iter()
        .map(|path| Page {
            name: path.file_name().unwrap().to_str().unwrap().to_owned(),
            text: fs::read_to_string(path).unwrap(),
        })
        .collect();
    assert!(pages.len() >= 10, "the manual is somewhere else");
    pages
}

fn links(page: &Page) -> Vec<Link> {
    let mut found = Vec::new();
    for (middle, _) in page.text.match_indices("](") {
        let before = &page.text[..middle];
        let opens = before.rfind('[').unwrap();
        let after = &page.text[middle + 2..];
        let target = &after[..after.find(')').unwrap()];
        found.push(Link {
            page: page.name.clone(),
            text: before[opens + 1..].to_owned(),
            target: target.to_owned(),
            is_picture: before[..opens].ends_with('!'),
        });
    }
    found
}

fn all_links() -> Vec<Link> {
    pages().iter().flat_map(links).collect()
}

/// The text of files as one line, as it is after Rust and HTML have dealt with line breaks.
fn as_one_line(paths: &[PathBuf]) -> String {
    let mut text = String::new();
    for path in paths {
        text.push_str(&fs::read_to_string(path).unwrap().replace("\\\n", " "));
        text.push('\n');
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Everything from which the pages are made.
fn screens() -> String {
    let root = root();
    let mut paths = files(&root.join("crates/web/templates"), &["html"]);
    paths.extend(files(&root.join("crates/web/src"), &["rs"]));
    paths.extend(files(&root.join("crates/domain/src"), &["rs"]));
    paths.extend(files(&root.join("catalogue"), &["toml"]));
    as_one_line(&paths)
}

/// How a heading is addressed: small letters, no punctuation, hyphens for spaces.
fn anchor(heading: &str) -> String {
    heading
        .trim()
        .to_lowercase()
        .chars()
        .filter(|sign| sign.is_alphanumeric() || matches!(sign, ' ' | '-' | '_'))
        .map(|sign| if sign == ' ' { '-' } else { sign })
        .collect()
}

fn anchors(text: &str) -> Vec<String> {
    text.lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| anchor(line.trim_start_matches('#')))
        .collect()
}

#[test]
fn every_picture_in_the_manual_is_taken_by_the_browser_tests() {
    let tests = files(&root().join("e2e/tests"), &["js"]);
    let calls: Vec<String> = tests
        .iter()
        .flat_map(|path| {
            let text = fs::read_to_string(path).unwrap();
            text.lines().map(str::to_owned).collect::<Vec<_>>()
        })
        .filter(|line| line.contains("look(page, '"))
        .collect();
    let pictures: Vec<Link> = all_links().into_iter().filter(|it| it.is_picture).collect();
    assert!(pictures.len() > 20, "the pictures were not found");
    for picture in pictures {
        let file = picture.target.strip_prefix("beelden/").unwrap();
        let name = file.strip_suffix(".png").unwrap();
        let taken = match name.strip_suffix("-telefoon") {
            None => calls.iter().any(|it| it.contains(&format!("'{name}'"))),
            Some(desk) => calls
                .iter()
                .any(|it| it.contains(&format!("'{desk}'")) && it.contains("phone: true")),
        };
        assert!(taken, "{}: no test takes {file}", picture.page);
    }
}

#[test]
fn every_picture_says_in_words_what_it_shows() {
    for picture in all_links().iter().filter(|it| it.is_picture) {
        assert!(
            picture.text.len() > 20 && picture.text.ends_with('.'),
            "{}: {} needs a sentence as its text",
            picture.page,
            picture.target
        );
    }
}

#[test]
fn every_internal_link_leads_to_a_file_and_a_heading_that_exist() {
    for link in all_links() {
        if link.target.contains("://") {
            continue;
        }
        let (file, heading) = link.target.split_once('#').unwrap_or((&link.target, ""));
        let file = if file.is_empty() { &link.page } else { file };
        assert!(
            manual().join(file).is_file(),
            "{}: there is no {file} (pictures come from `cargo xtask screenshots`)",
            link.page
        );
        if heading.is_empty() {
            continue;
        }
        let text = fs::read_to_string(manual().join(file)).unwrap();
        assert!(
            anchors(&text).iter().any(|it| it == heading),
            "{}: {file} has no heading {heading}",
            link.page
        );
    }
}

#[test]
fn the_contents_name_every_page() {
    let pages = pages();
    let contents = pages.iter().find(|page| page.name == "README.md").unwrap();
    let named: Vec<String> = links(contents).into_iter().map(|it| it.target).collect();
    for page in pages.iter().filter(|page| page.name != "README.md") {
        assert!(
            named.contains(&page.name),
            "the contents lack {}",
            page.name
        );
    }
}

/// Bold in the manual means: so it stands on the screen. These few only stress a word.
const STRESSED: &[&str] = &[
    "in het vet",
    "geen",
    "op of vóór",
    "na",
    "zonder datum",
    "vóór",
    "nog niet",
    "bevestigde",
    "Opgelet.",
    "Verwijderd",
    "Geweigerd",
];

#[test]
fn what_the_manual_prints_bold_stands_so_on_a_screen() {
    let screens = screens();
    let mut seen = 0;
    for page in pages() {
        for line in page.text.lines() {
            // The odd parts of a line are between two pairs of stars.
            for bold in line.split("**").skip(1).step_by(2) {
                seen += 1;
                // 'Beëindigd / Positief resultaat' is put together out of a state and a result.
                let on_screen = bold.split(" / ").all(|part| screens.contains(part));
                assert!(
                    on_screen || STRESSED.contains(&bold),
                    "{}: {bold:?} stands on no screen",
                    page.name
                );
            }
        }
    }
    assert!(seen > 100, "only {seen} labels were found");
}

#[test]
fn every_sentence_the_manual_explains_is_one_the_product_says() {
    let screens = screens();
    let pages = pages();
    let questions = pages.iter().find(|it| it.name == "8-vragen.md").unwrap();
    let sentences: Vec<&str> = questions
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("> "))
        .collect();
    assert!(sentences.len() > 40, "the sentences were not found");
    for sentence in sentences {
        // Where the screen fills in a name, a day or a number, the manual has three dots.
        for part in sentence.split('…').map(str::trim) {
            assert!(
                screens.contains(part),
                "8-vragen.md: no screen says {part:?}"
            );
        }
    }
}
