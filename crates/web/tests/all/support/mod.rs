//! A browser for the tests: it keeps its cookie, reads the fields of a page's form and sends them back
//! as they stand. It may not know the rules; what a page says is what it goes by.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper that fails is a test that fails"
)]

pub(crate) mod samples;
pub(crate) mod statements;

use std::collections::BTreeMap;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Method, Request};
use domain::ids::{DossierId, StepId};
use domain::people::Actor;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
pub(crate) use samples::Ids;
use testkit::World;
use tower::ServiceExt as _;

/// How browsers send a form.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// The pages over a world, with a provider outside that nobody reaches.
pub(crate) fn web(world: &World) -> web::Web {
    web::Web {
        casework: world.with_provider("http://127.0.0.1:1", |_| {}),
        settings: web::WebSettings {
            public_url: "http://dossier.test".to_owned(),
            demo: true,
            secure_cookies: false,
            version: "test",
        },
        trusted_proxies: Vec::new(),
        kept: web::Kept::default(),
    }
}

/// Everybody of the world who works there, by the name they log in with: one of each role.
pub(crate) fn staff(world: &World) -> [(&'static str, &Actor); 7] {
    [
        ("an", &world.an),
        ("dirk", &world.manager),
        ("coach", &world.coach),
        ("mediator", &world.mediator),
        ("controller", &world.controller),
        ("system", &world.system),
        ("fg", &world.privacy_officer),
    ]
}

/// An answer, read.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Its status.
    pub(crate) status: u16,
    /// Its headers.
    pub(crate) headers: HeaderMap,
    /// What stands in it.
    pub(crate) html: String,
}

impl Seen {
    /// Where it leads; empty when nowhere.
    pub(crate) fn location(&self) -> &str {
        self.header("location")
    }

    /// A header; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    /// Whether a text stands in it, as the browser would show it.
    pub(crate) fn shows(&self, text: &str) -> bool {
        unescape(&self.html).contains(text)
    }

    /// The title, as the browser would show it.
    pub(crate) fn title(&self) -> String {
        let (_, rest) = self.html.split_once("<title>").unwrap();
        unescape(rest.split_once("</title>").unwrap().0)
    }

    /// Fails the test with the page, unless the status is this one and a sentence stands in it.
    #[track_caller]
    pub(crate) fn says(&self, status: u16, sentence: &str) {
        assert_eq!(
            self.status, status,
            "expected '{sentence}' in {}",
            self.html
        );
        assert!(self.shows(sentence), "no '{sentence}' in {}", self.html);
    }

    /// Fails the test unless this is a form that came back with an error: its status, the title and
    /// the sentence.
    #[track_caller]
    pub(crate) fn refuses(&self, status: u16, sentence: &str) {
        self.says(status, sentence);
        assert!(self.title().starts_with("Fout: "), "{}", self.title());
    }

    /// The fields of the form with this address, when the page holds one.
    pub(crate) fn form_if_any(&self, action: &str) -> Option<Form> {
        Form::in_page(&self.html, action)
    }

    /// The fields of the form with this address, as the page holds them.
    #[track_caller]
    pub(crate) fn form(&self, action: &str) -> Form {
        self.form_if_any(action)
            .unwrap_or_else(|| panic!("no form to {action} ({}) in {}", self.status, self.html))
    }
}

/// A form as the page holds it and the person fills it in.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    /// Where it is sent.
    pub(crate) action: String,
    /// Its fields in order.
    pub(crate) fields: Vec<(String, String)>,
}

impl Form {
    fn in_page(html: &str, action: &str) -> Option<Form> {
        html.split("<form ").skip(1).find_map(|rest| {
            let inside = rest.split_once("</form>")?.0;
            let (tag, inside) = inside.split_once('>')?;
            (attribute(tag, "action")? == action).then(|| Form {
                action: action.to_owned(),
                fields: fields(inside),
            })
        })
    }

    /// Types in a field, or ticks a box, in place of what stood there.
    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Ticks one more box of a group.
    pub(crate) fn tick(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Types a day in its three fields, like 28/05/2025.
    pub(crate) fn date(self, id: &str, typed: &str) -> Self {
        let mut parts = typed.split('/');
        ["dag", "maand", "jaar"]
            .into_iter()
            .fold(self, |form, part| {
                form.set(&format!("{id}_{part}"), parts.next().unwrap_or_default())
            })
    }

    /// What stands in a field.
    #[track_caller]
    pub(crate) fn get(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(known, _)| known == name);
        found.map_or_else(
            || panic!("no field {name} in {:?}", self.fields),
            |(_, value)| value.as_str(),
        )
    }

    /// As the browser sends it.
    pub(crate) fn encoded(&self) -> String {
        encode(&self.fields)
    }
}

/// Fields as a browser sends them.
pub(crate) fn encode(fields: &[(String, String)]) -> String {
    let part = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{}={}", part(name), part(value)))
        .collect();
    pairs.join("&")
}

/// Every field a browser would send when the main button is pressed.
fn fields(form: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = form;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let Some(end) = rest.find('>') else { break };
        let (tag, after) = (&rest[..end], &rest[end + 1..]);
        let name = attribute(tag, "name");
        if let (true, Some(name)) = (tag.starts_with("input "), &name) {
            let kind = attribute(tag, "type").unwrap_or_default();
            if kind == "file" {
                rest = after;
                continue;
            }
            let may_be_off = kind == "checkbox" || kind == "radio";
            if !may_be_off || tag.contains(" checked") {
                found.push((name.clone(), attribute(tag, "value").unwrap_or_default()));
            }
        } else if let (true, Some(name)) = (tag.starts_with("textarea "), &name) {
            let text = after.split("</textarea>").next().unwrap();
            // The first line break belongs to the mark-up.
            let text = text.strip_prefix('\n').unwrap_or(text);
            found.push((name.clone(), unescape(text)));
        } else if let (true, Some(name)) = (tag.starts_with("select "), &name) {
            let options = after.split("</select>").next().unwrap();
            found.push((name.clone(), chosen(options)));
        }
        rest = after;
    }
    found
}

/// The chosen option, or the first one.
fn chosen(options: &str) -> String {
    let tags: Vec<&str> = options
        .split("<option ")
        .skip(1)
        .filter_map(|rest| rest.split('>').next())
        .collect();
    let chosen = tags.iter().find(|tag| tag.ends_with(" selected"));
    let tag = chosen.or(tags.first());
    tag.and_then(|tag| attribute(tag, "value"))
        .unwrap_or_default()
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    // With the space, so that data-name is not taken for name.
    let tag = format!(" {tag}");
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    Some(unescape(rest.split_once('"')?.0))
}

/// The text that a browser makes of mark-up; askama writes its escapes as numbers.
fn unescape(text: &str) -> String {
    text.replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#x27;", "'")
        .replace("&amp;", "&")
        // Last, so that a typed '&amp;' stays one.
        .replace("&#38;", "&")
}

/// The pages as one person sees them.
#[derive(Clone)]
pub(crate) struct Browser {
    router: Router,
    /// What it sends as its cookie; empty for nobody.
    pub(crate) cookie: String,
}

impl Browser {
    /// Nobody in particular.
    pub(crate) fn nobody(world: &World) -> Self {
        Browser::over(web(world))
    }

    /// Nobody in particular, over pages that are served in another way.
    pub(crate) fn over(web: web::Web) -> Self {
        Browser {
            router: web::router(web),
            cookie: String::new(),
        }
    }

    /// Somebody who logged in on the page for it.
    pub(crate) async fn of(world: &World, user_name: &str) -> Self {
        let mut browser = Browser::nobody(world);
        let seen = browser.sign_in(user_name, "/aanmelden").await;
        assert_eq!((seen.status, seen.location()), (303, "/"), "{user_name}");
        browser
    }

    /// Fills in the log-in that an address shows, and keeps the cookie.
    pub(crate) async fn sign_in(&mut self, user_name: &str, address: &str) -> Seen {
        let form = self.open(address).await.form("/aanmelden");
        self.sign_in_with(user_name, form).await
    }

    /// The same with a form that is on the screen already.
    pub(crate) async fn sign_in_with(&mut self, user_name: &str, form: Form) -> Seen {
        let form = form
            .set("gebruikersnaam", user_name)
            .set("wachtwoord", testkit::PASSWORD);
        let seen = self.send(&form).await;
        let set = seen.headers.get(SET_COOKIE).expect("a cookie was given");
        let set = set.to_str().unwrap();
        self.cookie = set.split(';').next().unwrap().to_owned();
        seen
    }

    /// Opens a page.
    pub(crate) async fn open(&self, address: &str) -> Seen {
        self.ask(self.request(Method::GET, address), Body::empty())
            .await
    }

    /// Sends a form.
    pub(crate) async fn send(&self, form: &Form) -> Seen {
        self.post(&form.action, form.encoded()).await
    }

    /// Sends a form that is already written out.
    pub(crate) async fn post(&self, address: &str, body: impl Into<Body>) -> Seen {
        let request = self
            .request(Method::POST, address)
            .header(CONTENT_TYPE, FORM);
        self.ask(request, body.into()).await
    }

    /// Sends a form with files: name of the field, name of the file, what it is said to be, content.
    pub(crate) async fn upload(&self, form: &Form, files: &[(&str, &str, &str, &[u8])]) -> Seen {
        let request = self
            .request(Method::POST, &form.action)
            .header(CONTENT_TYPE, "multipart/form-data; boundary=grens");
        self.ask(request, multipart(&form.fields, files).into())
            .await
    }

    /// A request with the cookie of this browser.
    pub(crate) fn request(&self, method: Method, address: &str) -> axum::http::request::Builder {
        let request = Request::builder().method(method).uri(address);
        if self.cookie.is_empty() {
            request
        } else {
            request.header(COOKIE, &self.cookie)
        }
    }

    /// Sends any request.
    pub(crate) async fn ask(&self, request: axum::http::request::Builder, body: Body) -> Seen {
        let request = request.body(body).unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let seen = Seen {
            status: parts.status.as_u16(),
            headers: parts.headers,
            html: String::from_utf8_lossy(&bytes).into_owned(),
        };
        assert_ne!(seen.status, 500, "{}", seen.html);
        assert_eq!(seen.headers.get(LOCATION).is_some(), seen.status == 303);
        seen
    }

    /// The form for a new line, filled in as a counsellor does, from a day on.
    pub(crate) async fn new_line(&self, dossier: DossierId, start: &str) -> Form {
        let action = format!("{}/nieuw", lines(dossier));
        let page = self.open(&format!("{action}?soort=OND_OAL")).await;
        page.form(&action)
            .date("datum", start)
            .set("financieringsnummer", "EEWG019")
            .set("samenvatting", "Eerste gesprek met Lotte.")
            .set("geen_diploma", "ja")
    }

    /// The detail screen of a line.
    pub(crate) async fn line(&self, dossier: DossierId, step: StepId) -> Form {
        let address = line(dossier, step);
        self.open(&address).await.form(&address)
    }
}

/// A form with files as browsers write it, with the boundary 'grens'.
pub(crate) fn multipart(
    fields: &[(String, String)],
    files: &[(&str, &str, &str, &[u8])],
) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let head = format!("--grens\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend(head.as_bytes());
        body.extend(value.as_bytes());
        body.extend(b"\r\n");
    }
    for (field, name, kind, content) in files {
        let name = name.replace('"', "%22");
        let head = format!(
            "--grens\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
             Content-Type: {kind}\r\n\r\n"
        );
        body.extend(head.as_bytes());
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(b"--grens--\r\n");
    body
}

/// The address of the lines of a dossier.
pub(crate) fn lines(dossier: DossierId) -> String {
    format!("/dossier/{}/stappen", dossier.address())
}

/// The address of a line.
pub(crate) fn line(dossier: DossierId, step: StepId) -> String {
    format!("{}/{}", lines(dossier), step.address())
}

/// Tables that change by only looking: who is logged in, who tried to, and who opened what (I3).
const BY_LOOKING: [&str; 8] = [
    "session",
    "person_sign_in",
    "login_attempt",
    "login_count",
    "known_device",
    "opening",
    "message_read",
    "use_count",
];

/// Every row of every other table, as the database has it. Goes past the program, so that it also
/// shows what no page does.
pub(crate) async fn contents(world: &World) -> BTreeMap<String, Vec<String>> {
    let mut all = world.place().contents().await;
    for known in BY_LOOKING {
        assert!(all.remove(known).is_some(), "no table {known}");
    }
    // What the log tells beside who logged in and out, and who was kept out, does change something.
    let log = all
        .get_mut("account_event")
        .expect("the administrative log");
    let looking = ["sign", "_refused", "limit_reached", "forms_too_fast"];
    log.retain(|row| !looking.iter().any(|it| row.contains(it)));
    // Who logs in in another browser is told.
    let told = all.get_mut("outbox").expect("notices");
    told.retain(|row| !row.contains("new_browser"));
    all
}

/// Fails the test unless the database holds what it held.
pub(crate) async fn unchanged(
    world: &World,
    before: &BTreeMap<String, Vec<String>>,
    after_what: &str,
) {
    let now = contents(world).await;
    for (name, rows) in before {
        assert_eq!(rows, &now[name], "{name} changed: {after_what}");
    }
}
