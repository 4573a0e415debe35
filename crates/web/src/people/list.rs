//! The people of the own organisation, and all users.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use casework::{Invitation, ListedPerson, PeoplePage};
use domain::ids::PersonId;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{OWN, USERS, address};
use crate::App;
use crate::context::{Me, Succeeded};
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{NavLink, Page};
use crate::system;

pub(super) struct Row {
    name: String,
    href: String,
    user_name: String,
    functions: Vec<String>,
    state: &'static str,
    kind: &'static str,
    signed_in: String,
}

impl Row {
    fn new(person: ListedPerson) -> Self {
        let is_in = person.active && !person.functions.is_empty();
        let functions = person.functions.iter().map(|(role, unit)| {
            if unit.is_empty() {
                role.label().to_owned()
            } else {
                format!("{}, {unit}", role.label())
            }
        });
        Row {
            href: address(person.person),
            functions: functions.collect(),
            state: if is_in { "In dienst" } else { "Uit dienst" },
            kind: if is_in { "ongoing" } else { "neutral" },
            signed_in: person.signed_in.map_or_else(
                || "Nog nooit".to_owned(),
                |at| at.brussels_day().to_string(),
            ),
            name: person.name,
            user_name: person.user_name,
        }
    }
}

pub(super) struct LinkRow {
    name: String,
    what: String,
    until: String,
    action: String,
    key: String,
}

#[derive(Template)]
#[template(path = "people/list.html")]
struct ListPage {
    page: Page,
    /// The parts of 'Systeem'; empty for a manager.
    tabs: Vec<NavLink>,
    organisation: String,
    here: &'static str,
    query: String,
    rows: Vec<Row>,
    links: Vec<LinkRow>,
    first: String,
    next: String,
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn link_row(app: &App, link: &Invitation) -> LinkRow {
    let what = match (&link.person, &link.function) {
        (Some(_), _) => "Nieuw wachtwoord".to_owned(),
        (None, Some((role, Some(unit)))) => format!("{}, {}", role.label(), unit.name),
        (None, Some((role, None))) => role.label().to_owned(),
        (None, None) => "Nog geen functie".to_owned(),
    };
    LinkRow {
        name: link.name.clone(),
        what,
        until: link.ends.brussels_text(),
        action: format!("/uitnodigingen/{}/intrekken", link.id.address()),
        key: app.casework.submission_key().0.to_string(),
    }
}

pub(super) async fn own(
    State(app): State<App>,
    me: Me,
    Succeeded(notice): Succeeded,
    uri: Uri,
) -> Result<Response, Response> {
    let query = Fields::of_query(uri.query());
    let after = PersonId::from_address(query.get("wie"));
    let after = after.map(|person| (query.get("na").to_owned(), person));
    let has_after = after.is_some();
    let found = app
        .casework
        .own_people(&me.actor, query.get("q"), after)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let next = found
        .next
        .as_ref()
        .map(|(name, person)| format!("{OWN}?na={}&wie={}", encoded(name), person.address()));
    let mut page = app.page(&me, "Medewerkers", OWN);
    page.notice = notice;
    let unit = me.actor.unit.as_ref();
    let organisation = unit.map(|unit| unit.name.clone()).unwrap_or_default();
    Ok(list(
        &app,
        page,
        Vec::new(),
        organisation,
        OWN,
        query.get("q"),
        found,
        has_after,
        next,
    ))
}

pub(super) async fn all(
    State(app): State<App>,
    me: Me,
    Succeeded(notice): Succeeded,
    uri: Uri,
) -> Result<Response, Response> {
    let query = Fields::of_query(uri.query());
    let after = query.get("na");
    let found = app
        .casework
        .all_people(&me.actor, query.get("q"), after)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let next = found.next.as_ref();
    let next = next.map(|(user_name, _)| format!("{USERS}?na={}", encoded(user_name)));
    let mut page = app.page(&me, "Systeem: gebruikers", USERS);
    page.notice = notice;
    let tabs = system::tabs(USERS);
    let has_after = !after.is_empty();
    Ok(list(
        &app,
        page,
        tabs,
        String::new(),
        USERS,
        query.get("q"),
        found,
        has_after,
        next,
    ))
}

#[allow(clippy::too_many_arguments, reason = "two pages with the same parts")]
fn list(
    app: &App,
    page: Page,
    tabs: Vec<NavLink>,
    organisation: String,
    here: &'static str,
    query: &str,
    found: PeoplePage,
    has_after: bool,
    next: Option<String>,
) -> Response {
    render(
        StatusCode::OK,
        &ListPage {
            page,
            tabs,
            organisation,
            here,
            query: query.to_owned(),
            rows: found.people.into_iter().map(Row::new).collect(),
            links: found.links.iter().map(|link| link_row(app, link)).collect(),
            first: if has_after { here } else { "" }.to_owned(),
            next: next.unwrap_or_default(),
        },
    )
}
