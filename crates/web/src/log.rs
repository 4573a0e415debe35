//! 'Logboek': what happened to accounts, people and organisations. No dossier content.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use casework::{LogPlace, StoredAccountEvent, WhichEvents};
use domain::account_events::AccountEvent;
use domain::ids::PersonId;
use domain::policy::Operation;
use uuid::Uuid;

use crate::App;
use crate::context::Me;
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{Choice, Page};
use crate::routes::Routes;
use crate::sentences;

/// Its address.
pub(crate) const HERE: &str = "/logboek";

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get(HERE, Operation::ViewAccountEvents, show)
}

struct Row {
    at: String,
    what: &'static str,
    by: String,
    about: String,
    organisation: String,
    /// Label, before and after.
    changes: Vec<(String, String, String)>,
}

#[derive(Template)]
#[template(path = "log.html")]
struct LogPage {
    page: Page,
    kinds: Vec<Choice>,
    person: String,
    rows: Vec<Row>,
    first: String,
    next: String,
}

fn row(stored: StoredAccountEvent) -> Row {
    let by = match stored.entry.by {
        Some(_) => stored.by_name,
        None if stored.entry.event == AccountEvent::SignInFailed => String::new(),
        None => "De beheerder van de server".to_owned(),
    };
    let changes = stored.entry.changes.into_iter().map(|change| {
        (
            sentences::journal_field(&change.field).to_owned(),
            change.before.unwrap_or_default(),
            change.after.unwrap_or_default(),
        )
    });
    Row {
        at: stored.entry.at.brussels_text(),
        what: stored.entry.event.label(),
        about: if stored.entry.subject == stored.entry.by {
            String::new()
        } else {
            stored.subject_name
        },
        by,
        organisation: stored.organisation,
        changes: changes.collect(),
    }
}

/// A place as the address holds it: microseconds and identifier.
fn place(text: &str) -> Option<LogPlace> {
    let (at, id) = text.split_once('-')?;
    let at = domain::Moment::from_micros(at.parse().ok()?)?;
    Some((at, Uuid::try_parse(id).ok()?))
}

async fn show(State(app): State<App>, me: Me, uri: Uri) -> Result<Response, Response> {
    let query = Fields::of_query(uri.query());
    let kind = AccountEvent::from_code(query.get("soort"));
    let person = PersonId::from_address(query.get("wie"));
    let which = match (person, kind) {
        (Some(person), _) => WhichEvents::Person(person),
        (None, Some(kind)) => WhichEvents::Kind(kind),
        (None, None) => WhichEvents::All,
    };
    let before = place(query.get("voor"));
    let found = app
        .casework
        .account_events(&me.actor, which, before)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let kind = kind.filter(|_| person.is_none());
    let mut filter = match (person, kind) {
        (Some(person), _) => format!("wie={}&", person.address()),
        (None, Some(kind)) => format!("soort={}&", kind.code()),
        (None, None) => String::new(),
    };
    let next = found
        .next
        .map(|(at, id)| format!("{HERE}?{filter}voor={}-{}", at.micros(), id.simple()));
    filter.pop();
    let first = if before.is_none() {
        String::new()
    } else {
        format!("{HERE}?{filter}")
    };
    let kinds = AccountEvent::ALL
        .iter()
        .map(|known| Choice::new(known.code(), known.label(), Some(*known) == kind));
    Ok(render(
        StatusCode::OK,
        &LogPage {
            page: app.page(&me, "Logboek", HERE),
            kinds: kinds.collect(),
            person: person.map(PersonId::address).unwrap_or_default(),
            rows: found.entries.into_iter().map(row).collect(),
            first,
            next: next.unwrap_or_default(),
        },
    ))
}
