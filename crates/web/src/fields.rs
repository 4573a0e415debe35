//! What a form sent, as typed. Parsing a field gives its value, or a sentence at that field; what was
//! typed stays, so that a page can be shown again with it.

use std::collections::HashSet;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::response::Response;
use domain::SubmissionKey;
use domain::day::{Day, DayError};
use domain::refusal::{Field, Refusal};
use domain::text::{Line, Story, TextError};
use percent_encoding::percent_decode;
use uuid::Uuid;

use crate::page::{DateParts, Errors};
use crate::{App, Web, fail, sentences};

/// Most bytes of one form. More than any text that is accepted, so that a text that is too long is
/// refused at its field with what was typed still there.
pub(crate) const MOST_BYTES: usize = 4 * 1024 * 1024;

/// Most fields of one form.
const MOST_FIELDS: usize = 200;

/// Seconds after which a form is too old to be sent: what it showed may no longer be so.
const OLDEST_FORM: i64 = 12 * 60 * 60;

/// The fields that are lists of ticks: each of their values may be sent, once.
const TICKS: [&str; 4] = ["vaststellingen", "dagen", "rijbewijzen", "vervoer"];

/// Whether a field was sent twice, so that it depends on who reads it what it says.
fn has_twice(fields: &[(String, String)]) -> bool {
    let mut seen = HashSet::new();
    fields.iter().any(|(name, value)| {
        // A form that is kept through a log-in has its names behind a word.
        let last = name.rsplit('.').next();
        let is_ticks = last.is_some_and(|name| TICKS.contains(&name));
        let value = if is_ticks { value.as_str() } else { "" };
        !seen.insert((name.as_str(), value))
    })
}

/// The fields of a form, in the order they were sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

/// Why a form could not be read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unreadable {
    /// Larger than any form here.
    TooLarge,
    /// No form at all.
    NotAForm,
}

impl Fields {
    /// Reads the body of a request.
    pub(crate) async fn read(request: Request<Body>) -> Result<Self, Unreadable> {
        let is_form = request
            .headers()
            .get(axum::http::header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_none_or(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        if !is_form {
            return Err(Unreadable::NotAForm);
        }
        let bytes = to_bytes(request.into_body(), MOST_BYTES)
            .await
            .map_err(|_| Unreadable::TooLarge)?;
        Fields::of_body(&bytes)
    }

    /// Reads a form as it was sent.
    pub(crate) fn of_body(bytes: &[u8]) -> Result<Self, Unreadable> {
        // The parser would put a sign in the place of what is no text, and that would be stored.
        percent_decode(bytes)
            .decode_utf8()
            .map_err(|_| Unreadable::NotAForm)?;
        let fields: Vec<(String, String)> =
            serde_html_form::from_bytes(bytes).map_err(|_| Unreadable::NotAForm)?;
        if fields.len() > MOST_FIELDS || has_twice(&fields) {
            return Err(Unreadable::NotAForm);
        }
        Ok(Fields(fields))
    }

    /// The fields of a query string.
    pub(crate) fn of_query(query: Option<&str>) -> Self {
        let fields = serde_html_form::from_str(query.unwrap_or_default());
        Fields(fields.unwrap_or_default())
    }

    /// A field as typed; empty when it was not sent.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value.as_str())
    }

    /// Whether a field was sent at all.
    pub(crate) fn holds(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// Whether a field was sent with this value: a tick, a button.
    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        self.0
            .iter()
            .any(|(key, sent)| key == name && sent == value)
    }

    /// Adds a field that was sent.
    pub(crate) fn add(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// Sets a field.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.retain(|(key, _)| key != name);
        self.0.push((name.to_owned(), value.into()));
    }

    /// Sets a field to what is known; empty when nothing is.
    pub(crate) fn set_text(&mut self, name: &str, value: Option<impl ToString>) {
        self.set(name, value.map(|it| it.to_string()).unwrap_or_default());
    }

    /// Every field but the named ones, for carrying a form along in another.
    pub(crate) fn without(&self, names: &[&str]) -> Vec<(String, String)> {
        self.0
            .iter()
            .filter(|(key, _)| !names.contains(&key.as_str()))
            .cloned()
            .collect()
    }

    /// The three fields of a date as typed.
    pub(crate) fn date_parts(&self, id: &str) -> DateParts {
        let part = |part: &str| self.get(&format!("{id}_{part}")).to_owned();
        DateParts::new(part("dag"), part("maand"), part("jaar"))
    }

    /// Fills in the three fields of a date.
    pub(crate) fn set_date(&mut self, id: &str, day: Day) {
        self.set(&format!("{id}_dag"), format!("{:02}", day.day()));
        self.set(&format!("{id}_maand"), format!("{:02}", day.month()));
        self.set(&format!("{id}_jaar"), day.year().to_string());
    }

    /// A day that must be given.
    pub(crate) fn day(&self, id: &str, what: &str, errors: &mut Errors) -> Option<Day> {
        match self.parse_day(id) {
            Ok(day) => Some(day),
            Err(error) => {
                let (part, sentence) = sentences::day_error(&error, what);
                errors.add(format!("{id}_{part}"), sentence);
                None
            }
        }
    }

    /// A day that may be left open.
    pub(crate) fn optional_day(&self, id: &str, what: &str, errors: &mut Errors) -> Option<Day> {
        match self.parse_day(id) {
            Err(DayError::AllEmpty) => None,
            _ => self.day(id, what, errors),
        }
    }

    fn parse_day(&self, id: &str) -> Result<Day, DayError> {
        let parts = self.date_parts(id);
        Day::parse_parts(&parts.day, &parts.month, &parts.year)
    }

    /// A line of text that must be given.
    pub(crate) fn line<const MAX: usize>(
        &self,
        name: &str,
        field: Field,
        errors: &mut Errors,
    ) -> Option<Line<MAX>> {
        text(Line::parse(self.get(name)), name, field, errors)
    }

    /// A line of text that may be left open.
    pub(crate) fn optional_line<const MAX: usize>(
        &self,
        name: &str,
        field: Field,
        errors: &mut Errors,
    ) -> Option<Line<MAX>> {
        text(Line::optional(self.get(name)), name, field, errors).flatten()
    }

    /// A longer text that must be given.
    pub(crate) fn story<const MAX: usize>(
        &self,
        name: &str,
        field: Field,
        errors: &mut Errors,
    ) -> Option<Story<MAX>> {
        text(Story::parse(self.get(name)), name, field, errors)
    }

    /// A longer text that may be left open.
    pub(crate) fn optional_story<const MAX: usize>(
        &self,
        name: &str,
        field: Field,
        errors: &mut Errors,
    ) -> Option<Story<MAX>> {
        text(Story::optional(self.get(name)), name, field, errors).flatten()
    }

    /// A choice out of a list that must be made.
    pub(crate) fn choice<T>(
        &self,
        name: &str,
        field: Field,
        parse: impl FnOnce(&str) -> Option<T>,
        errors: &mut Errors,
    ) -> Option<T> {
        let parsed = parse(self.get(name));
        if parsed.is_none() {
            errors.add(name, sentences::refusal(&Refusal::NotChosen(field)));
        }
        parsed
    }

    /// The version the form was read at; 0, which never fits, when it does not say.
    pub(crate) fn version(&self) -> u32 {
        self.get("versie").parse().unwrap_or(0)
    }

    /// The key of this submission (T2), when the form is not too old; else the sentence.
    pub(crate) fn submission_key(&self, app: &Web) -> Result<SubmissionKey, &'static str> {
        let key = Uuid::try_parse(self.get("sleutel")).ok();
        let key = key.filter(|key| key.get_version_num() == 7);
        let Some(key) = key else {
            return Err(sentences::FORM_INCOMPLETE);
        };
        let made = key.get_timestamp().map(|stamp| stamp.to_unix().0);
        let made = made
            .and_then(|seconds| i64::try_from(seconds).ok())
            .unwrap_or(0);
        let now = app.casework.now().micros() / 1_000_000;
        if now - made > OLDEST_FORM {
            return Err(sentences::FORM_TOO_OLD);
        }
        Ok(SubmissionKey(key))
    }
}

fn text<T>(
    parsed: Result<T, TextError>,
    name: &str,
    field: Field,
    errors: &mut Errors,
) -> Option<T> {
    let refusal = match parsed {
        Ok(value) => return Some(value),
        Err(TextError::Empty) => Refusal::Empty(field),
        Err(TextError::TooLong { max, was }) => Refusal::TooLong { field, max, was },
        Err(TextError::ControlCharacter) => Refusal::OddCharacters(field),
    };
    errors.add(name, sentences::refusal(&refusal));
    None
}

impl FromRequest<App> for Fields {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Self::Rejection> {
        Fields::read(request)
            .await
            .map_err(|unreadable| fail::unreadable(app, unreadable))
    }
}
