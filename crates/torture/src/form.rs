//! The form of a page as a browser would send it: what stands in its fields, filled in further.

use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};

/// The fields of a form, in order.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) fields: Vec<(String, String)>,
}

impl Form {
    /// The form of a page with this address.
    pub(crate) fn in_page(html: &str, action: &str) -> Option<Self> {
        let mut emitter = DefaultEmitter::<()>::default();
        emitter.naively_switch_states(true);
        let mut reading = Reading::default();
        let mut is_inside = false;
        for token in Tokenizer::new_with_emitter(html, emitter) {
            let Ok(token) = token;
            match token {
                Token::StartTag(tag) if *tag.name == b"form"[..] => {
                    is_inside = attribute(&tag, "action").as_deref() == Some(action);
                }
                Token::EndTag(tag) if *tag.name == b"form"[..] && is_inside => {
                    let fields = reading.fields;
                    return Some(Form { fields });
                }
                Token::StartTag(tag) if is_inside => reading.begin(&tag),
                Token::EndTag(tag) if is_inside => reading.end(&tag.name),
                Token::String(text) if is_inside => {
                    reading.text.push_str(&String::from_utf8_lossy(&text));
                }
                _ => {}
            }
        }
        None
    }

    /// Fills in a field, in place of what stood there.
    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Fills in a day (2026-11-28) in its three fields.
    pub(crate) fn day(self, name: &str, iso: &str) -> Self {
        let mut parts = iso.split('-');
        ["jaar", "maand", "dag"]
            .into_iter()
            .fold(self, |form, part| {
                form.set(&format!("{name}_{part}"), parts.next().unwrap_or_default())
            })
    }

    /// What stands in a field; empty without it.
    pub(crate) fn get(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    }
}

#[derive(Default)]
struct Reading {
    fields: Vec<(String, String)>,
    /// The text area or the list that is open.
    name: String,
    text: String,
}

impl Reading {
    fn begin(&mut self, tag: &StartTag<()>) {
        let name = attribute(tag, "name").unwrap_or_default();
        let value = attribute(tag, "value").unwrap_or_default();
        match &**tag.name {
            b"input" => {
                let kind = attribute(tag, "type").unwrap_or_default();
                let is_choice = kind == "radio" || kind == "checkbox";
                if !name.is_empty() && (!is_choice || attribute(tag, "checked").is_some()) {
                    self.fields.push((name, value));
                }
            }
            b"textarea" | b"select" => {
                self.name = name;
                self.text.clear();
            }
            b"option" if attribute(tag, "selected").is_some() => {
                self.fields.push((self.name.clone(), value));
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: &[u8]) {
        if tag == b"textarea" {
            // The first line break is the template's, as browsers have it too.
            let text = self.text.strip_prefix('\n').unwrap_or(&self.text);
            self.fields.push((self.name.clone(), text.to_owned()));
        }
    }
}

fn attribute(tag: &StartTag<()>, name: &str) -> Option<String> {
    let value = tag.attributes.get(name.as_bytes())?;
    Some(String::from_utf8_lossy(value).into_owned())
}

#[cfg(test)]
mod tests {
    use super::Form;

    const PAGE: &str = "<form action=\"/afmelden\"><input name=\"ander\" value=\"1\"></form>\
        <form method=\"post\" action=\"/hier\"><input type=\"hidden\" name=\"sleutel\" value=\"a&amp;b\">\
        <input type=\"radio\" name=\"soort\" value=\"x\"><input type=\"radio\" name=\"soort\" value=\"y\" checked>\
        <textarea name=\"nota\">\nEen\nTwee &lt;</textarea>\
        <select name=\"keuze\"><option value=\"1\"><option value=\"2\" selected>Twee</select>\
        <button name=\"doe\" value=\"weg\">Weg</button></form>";

    #[test]
    fn what_a_browser_would_send_is_read_and_filled_in() {
        let form = Form::in_page(PAGE, "/hier").expect("the form");
        let sent: Vec<_> = form
            .fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let stands = [
            ("sleutel", "a&b"),
            ("soort", "y"),
            ("nota", "Een\nTwee <"),
            ("keuze", "2"),
        ];
        assert_eq!(sent, stands);
        let form = form.set("nota", "Drie").day("van", "2026-11-28");
        assert_eq!(form.get("nota"), "Drie");
        let day = ["dag", "maand", "jaar"].map(|part| form.get(&format!("van_{part}")));
        assert_eq!(day, ["28", "11", "2026"]);
    }

    #[test]
    fn a_form_with_another_address_is_none() {
        assert!(Form::in_page(PAGE, "/daar").is_none());
    }
}
