//! Reads a page as a browser does, token by token, and says what in it was not written by us.

use html5gum::{DefaultEmitter, Token, Tokenizer};

/// The elements of our templates. None of them runs anything by itself.
const ELEMENTS: &[&str] = &[
    "a", "abbr", "article", "aside", "body", "br", "button", "caption", "code", "col", "colgroup",
    "dd", "details", "div", "dl", "dt", "em", "fieldset", "figure", "footer", "form", "h1", "h2",
    "h3", "h4", "head", "header", "hr", "html", "input", "label", "legend", "li", "link", "main",
    "meta", "nav", "ol", "option", "p", "pre", "section", "select", "small", "span", "strong",
    "summary", "table", "tbody", "td", "textarea", "tfoot", "th", "thead", "time", "title", "tr",
    "ul", "ins", "del",
];

/// What pictures are made of.
const DRAWN: &[&str] = &["svg", "path", "desc", "g", "line", "polygon", "text"];

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What is wrong with a page; empty when every element and attribute is one of ours.
pub(crate) fn intruders(html: &str) -> Vec<String> {
    let mut emitter = DefaultEmitter::<()>::default();
    emitter.naively_switch_states(true);
    let mut found = Vec::new();
    let mut scripts = 0;
    for token in Tokenizer::new_with_emitter(html, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => {
                let name = text(&tag.name);
                let attributes: Vec<(String, String)> = tag
                    .attributes
                    .iter()
                    .map(|(key, value)| (text(key), text(value)))
                    .collect();
                if name == "script" {
                    scripts += 1;
                    let ours = attributes
                        .iter()
                        .any(|(key, value)| key == "src" && value.starts_with("/bestanden/"));
                    if !ours {
                        found.push(format!("<script> {attributes:?}"));
                    }
                } else if name == "iframe" {
                    // A document that is shown in its page.
                    let ours = attributes
                        .iter()
                        .any(|(key, value)| key == "src" && value.starts_with("/dossier/"));
                    if !ours || attributes.iter().any(|(key, _)| key == "srcdoc") {
                        found.push(format!("<iframe> {attributes:?}"));
                    }
                } else if DRAWN.contains(&name.as_str()) {
                    // An icon of ours or the timeline: drawn, and nothing else.
                    let drawing = [
                        "aria-labelledby",
                        "id",
                        "points",
                        "x",
                        "x1",
                        "x2",
                        "y",
                        "y1",
                        "y2",
                        "aria-hidden",
                        "focusable",
                        "height",
                        "width",
                        "viewbox",
                        "d",
                        "fill",
                        "stroke",
                        "stroke-width",
                        "class",
                        "role",
                    ];
                    if !attributes
                        .iter()
                        .all(|(key, _)| drawing.contains(&key.as_str()))
                    {
                        found.push(format!("<{name}> {attributes:?}"));
                    }
                } else if !ELEMENTS.contains(&name.as_str()) {
                    found.push(format!("<{name}> {attributes:?}"));
                }
                // The link of a vacancy: what it opens knows nothing of where it was opened.
                let leads_out = name == "a"
                    && attributes.iter().any(|(key, value)| {
                        key == "rel" && value == "noopener noreferrer external"
                    });
                for (key, value) in attributes {
                    let leads = ["href", "src", "action", "formaction", "content", "srcdoc"];
                    let is_web = value.starts_with("https://") || value.starts_with("http://");
                    let elsewhere = leads.contains(&key.as_str())
                        && name != "meta"
                        && !(leads_out && is_web)
                        && !["/", "#", "?", "mailto:", "tel:"]
                            .iter()
                            .any(|it| value.starts_with(it) && !value.starts_with("//"));
                    let refreshes = name == "meta" && value.eq_ignore_ascii_case("refresh");
                    let odd = !key
                        .chars()
                        .all(|it| it.is_ascii_lowercase() || it == '-' || it.is_ascii_digit())
                        && !key.starts_with("data-i18n.");
                    if key.starts_with("on") || key == "style" || elsewhere || refreshes || odd {
                        found.push(format!("{key}={value:?} at <{name}>"));
                    }
                }
            }
            // A comment, a declaration or a broken tag of a visitor.
            Token::Comment(comment) => found.push(format!("<!--{comment:?}-->")),
            Token::Error(error) => found.push(format!("{error:?}")),
            Token::EndTag(_) | Token::String(_) | Token::Doctype(_) => {}
        }
    }
    if scripts > 1 {
        found.push(format!("{scripts} scripts"));
    }
    found
}

/// Without this, a check that sees nothing would pass for a page without anything.
#[test]
fn the_check_sees_what_a_browser_would_run() {
    let page = |inside: &str| {
        format!(
            "<!doctype html><html lang=\"nl\"><head><title>x</title></head><body><p class=\"a\">{inside}</p></body></html>"
        )
    };
    assert_eq!(
        intruders(&page("gewoon &lt;b&gt; en &#39;")),
        Vec::<String>::new()
    );
    for payload in super::payloads::MARKUP {
        let as_text = !payload.contains('<');
        assert!(
            as_text || !intruders(&page(payload)).is_empty(),
            "{payload}"
        );
        let in_attribute = page(&format!("<input class=\"{payload}\">"));
        let breaks_out = payload.contains('"') || payload.contains('<') && payload.contains("\">");
        assert!(
            !breaks_out || !intruders(&in_attribute).is_empty(),
            "{payload}"
        );
    }
}
