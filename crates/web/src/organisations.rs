//! 'Organisaties' under 'Systeem': made, changed and closed, with their units.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::{Failure, Submission, UnitInput, UnitState};
use domain::ids::{OrganisationId, UnitId};
use domain::kbo::Kbo;
use domain::policy::Operation as O;
use domain::refusal::{Field, Refusal};
use domain::text::Name;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::App;
use crate::context::{Me, Succeeded};
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{Errors, NavLink, Page};
use crate::people::{USERS, show_refusals};
use crate::routes::Routes;
use crate::sentences;
use crate::steps::submission;
use crate::system;

/// The list.
pub(crate) const LIST: &str = "/systeem/organisaties";

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get(LIST, O::ViewOrganisations, list)
        .get("/systeem/organisaties/nieuw", O::ViewOrganisations, new)
        .post("/systeem/organisaties/nieuw", O::ManageOrganisations, make)
        .get(
            "/systeem/organisaties/{organisation}",
            O::ViewOrganisations,
            show,
        )
        .post(
            "/systeem/organisaties/{organisation}",
            O::ManageOrganisations,
            change,
        )
        .post(
            "/systeem/organisaties/{organisation}/sluiten",
            O::ManageOrganisations,
            close,
        )
        .post(
            "/systeem/organisaties/{organisation}/vestigingen",
            O::ManageOrganisations,
            add_unit,
        )
        .get("/systeem/vestigingen/{unit}", O::ViewOrganisations, unit)
        .post(
            "/systeem/vestigingen/{unit}",
            O::ManageOrganisations,
            change_unit,
        )
        .post(
            "/systeem/vestigingen/{unit}/sluiten",
            O::ManageOrganisations,
            close_unit,
        )
}

struct Row {
    name: String,
    href: String,
    kbo: String,
    closed: bool,
}

#[derive(Template)]
#[template(path = "organisations/list.html")]
struct ListPage {
    page: Page,
    tabs: Vec<NavLink>,
    query: String,
    rows: Vec<Row>,
    first: String,
    next: String,
}

#[derive(Template)]
#[template(path = "organisations/edit.html")]
struct EditPage {
    page: Page,
    errors: Errors,
    key: String,
    name: String,
    kbo: String,
    changed: bool,
}

#[derive(Template)]
#[template(path = "organisations/one.html")]
struct OnePage {
    page: Page,
    errors: Errors,
    key: String,
    version: String,
    base: String,
    shown_name: String,
    name: String,
    kbo: String,
    closed: String,
    invite: String,
    units: Vec<UnitRow>,
    unit_name: String,
    address: String,
    number: String,
}

struct UnitRow {
    line: String,
    href: String,
    closed: bool,
}

#[derive(Template)]
#[template(path = "organisations/unit.html")]
struct UnitPage {
    page: Page,
    errors: Errors,
    key: String,
    version: String,
    base: String,
    back: String,
    shown_name: String,
    name: String,
    address: String,
    number: String,
    closed: String,
}

fn address(organisation: OrganisationId) -> String {
    format!("{LIST}/{}", organisation.address())
}

fn unit_address(unit: UnitId) -> String {
    format!("/systeem/vestigingen/{}", unit.address())
}

fn organisation_in(app: &App, me: &Me, text: &str) -> Result<OrganisationId, Response> {
    OrganisationId::from_address(text).ok_or_else(|| fail::not_found(app, Some(me)))
}

fn unit_in(app: &App, me: &Me, text: &str) -> Result<UnitId, Response> {
    UnitId::from_address(text).ok_or_else(|| fail::not_found(app, Some(me)))
}

/// The number with its dots; what is stored otherwise is shown as it is.
fn shown_kbo(digits: Option<&str>) -> String {
    let digits = digits.unwrap_or_default();
    Kbo::parse(digits).map_or_else(|_| digits.to_owned(), |kbo| kbo.to_string())
}

async fn list(
    State(app): State<App>,
    me: Me,
    Succeeded(notice): Succeeded,
    uri: Uri,
) -> Result<Response, Response> {
    let query = Fields::of_query(uri.query());
    let after = OrganisationId::from_address(query.get("wie"));
    let after = after.map(|id| (query.get("na").to_owned(), id));
    let has_after = after.is_some();
    let found = app
        .casework
        .organisations(&me.actor, query.get("q"), after)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let next = found.next.map(|(text, id)| {
        let (text, q) = (encoded(&text), encoded(query.get("q")));
        format!("{LIST}?q={q}&na={text}&wie={}", id.address())
    });
    let mut page = app.page(&me, "Systeem: organisaties", USERS);
    page.notice = notice;
    let rows = found.organisations.into_iter().map(|it| Row {
        href: address(it.id),
        kbo: shown_kbo(it.kbo.as_deref()),
        closed: it.closed.is_some(),
        name: it.name,
    });
    Ok(render(
        StatusCode::OK,
        &ListPage {
            page,
            tabs: system::tabs(LIST),
            query: query.get("q").to_owned(),
            rows: rows.collect(),
            first: if has_after { LIST } else { "" }.to_owned(),
            next: next.unwrap_or_default(),
        },
    ))
}

fn edit(app: &App, me: &Me, fields: &Fields, errors: Errors, status: StatusCode) -> Response {
    let mut page = app.page(me, "Nieuwe organisatie", USERS);
    page.has_errors = !errors.is_empty();
    render(
        status,
        &EditPage {
            page,
            errors,
            key: app.casework.submission_key().0.to_string(),
            name: fields.get("naam").to_owned(),
            kbo: fields.get("ondernemingsnummer").to_owned(),
            changed: status != StatusCode::OK,
        },
    )
}

async fn new(State(app): State<App>, me: Me) -> Response {
    edit(&app, &me, &Fields::default(), Errors::new(), StatusCode::OK)
}

fn parse(fields: &Fields, errors: &mut Errors) -> Option<(Name, Kbo)> {
    let name = fields.line("naam", Field::Name, errors);
    let kbo = match Kbo::parse(fields.get("ondernemingsnummer")) {
        Ok(kbo) => Some(kbo),
        Err(error) => {
            let sentence = sentences::refusal(&Refusal::OddKbo(error));
            errors.add("ondernemingsnummer", sentence);
            None
        }
    };
    name.zip(kbo)
}

async fn make(State(app): State<App>, me: Me, fields: Fields) -> Result<Response, Response> {
    let mut errors = Errors::new();
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    let input = parse(&fields, &mut errors);
    let leads_to = format!("{LIST}?gelukt=organisatie");
    let submission = submission(&app, &fields, leads_to, &mut errors);
    if let (Some((name, kbo)), Some(submission)) = (input, submission) {
        let made = app
            .casework
            .save_organisation(&me.actor, None, (&name, kbo), &submission)
            .await;
        match made {
            Ok(id) => {
                let to = format!("{}?gelukt=organisatie", address(id));
                return Ok(Redirect::to(&to).into_response());
            }
            Err(failure) => {
                let refused = fail::refusals(&app, &me, failure)?;
                status = show_refusals(&mut errors, &refused);
            }
        }
    }
    Ok(edit(&app, &me, &fields, errors, status))
}

async fn view(
    app: &App,
    me: &Me,
    id: OrganisationId,
    fields: &Fields,
    errors: Errors,
    status: StatusCode,
    notice: Option<String>,
) -> Result<Response, Response> {
    let found = app.casework.organisation(&me.actor, id).await;
    let (found, units) = found.map_err(|failure| fail::answer(app, me, failure))?;
    let mut page = app.page(me, &found.name, USERS);
    page.has_errors = !errors.is_empty();
    page.notice = notice;
    let typed = |name: &str, stored: String| {
        if fields.has("wat", "gegevens") {
            fields.get(name).to_owned()
        } else {
            stored
        }
    };
    let closed = found.closed.map(|at| at.brussels_text());
    Ok(render(
        status,
        &OnePage {
            page,
            errors,
            key: app.casework.submission_key().0.to_string(),
            version: found.version.to_string(),
            base: address(id),
            name: typed("naam", found.name.clone()),
            kbo: typed("ondernemingsnummer", shown_kbo(found.kbo.as_deref())),
            shown_name: found.name,
            closed: closed.unwrap_or_default(),
            invite: format!("/medewerkers/nieuw?organisatie={}", id.address()),
            units: units.iter().map(unit_row).collect(),
            unit_name: fields.get("vestiging_naam").to_owned(),
            address: fields.get("adres").to_owned(),
            number: fields.get("nummer").to_owned(),
        },
    ))
}

fn unit_row(state: &UnitState) -> UnitRow {
    UnitRow {
        line: state.unit.line(),
        href: unit_address(state.unit.id),
        closed: state.closed.is_some(),
    }
}

async fn show(
    State(app): State<App>,
    me: Me,
    Succeeded(notice): Succeeded,
    Path(id): Path<String>,
) -> Result<Response, Response> {
    let id = organisation_in(&app, &me, &id)?;
    let fields = Fields::default();
    view(
        &app,
        &me,
        id,
        &fields,
        Errors::new(),
        StatusCode::OK,
        notice,
    )
    .await
}

/// A change that was tried with its submission; none when the form was wrong already.
type Tried = Option<(Submission, Result<(), Failure>)>;

/// Where a change led; else the status of the page that comes again, with what was refused.
fn led(
    app: &App,
    me: &Me,
    tried: Tried,
    errors: &mut Errors,
) -> Result<Result<Response, StatusCode>, Response> {
    match tried {
        Some((submission, Ok(()))) => Ok(Ok(Redirect::to(&submission.leads_to).into_response())),
        Some((_, Err(failure))) => {
            let refused = fail::refusals(app, me, failure)?;
            Ok(Err(show_refusals(errors, &refused)))
        }
        None => Ok(Err(StatusCode::UNPROCESSABLE_ENTITY)),
    }
}

async fn answer(
    app: &App,
    me: &Me,
    id: OrganisationId,
    fields: &Fields,
    mut errors: Errors,
    tried: Tried,
) -> Result<Response, Response> {
    match led(app, me, tried, &mut errors)? {
        Ok(response) => Ok(response),
        Err(status) => view(app, me, id, fields, errors, status, None).await,
    }
}

async fn change(
    State(app): State<App>,
    me: Me,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let id = organisation_in(&app, &me, &id)?;
    let mut errors = Errors::new();
    let input = parse(&fields, &mut errors);
    let leads_to = format!("{}?gelukt=gewijzigd", address(id));
    let submission = submission(&app, &fields, leads_to, &mut errors);
    let done = match (input, submission) {
        (Some((name, kbo)), Some(submission)) => {
            let existing = Some((id, fields.version()));
            let done = app
                .casework
                .save_organisation(&me.actor, existing, (&name, kbo), &submission)
                .await;
            Some((submission, done.map(drop)))
        }
        _ => None,
    };
    answer(&app, &me, id, &fields, errors, done).await
}

async fn close(
    State(app): State<App>,
    me: Me,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let id = organisation_in(&app, &me, &id)?;
    let mut errors = Errors::new();
    let open = fields.has("doe", "heropenen");
    let code = if open { "heropend" } else { "gesloten" };
    let leads_to = format!("{}?gelukt={code}", address(id));
    let done = match submission(&app, &fields, leads_to, &mut errors) {
        Some(submission) => {
            let version = fields.version();
            let done = app
                .casework
                .set_organisation_open(&me.actor, id, version, open, &submission)
                .await;
            Some((submission, done))
        }
        None => None,
    };
    answer(&app, &me, id, &fields, errors, done).await
}

fn parse_unit(fields: &Fields, name: &str, errors: &mut Errors) -> Option<UnitInput> {
    let name = fields.line(name, Field::Name, errors);
    let address = fields.line("adres", Field::Address, errors);
    let number = fields.line("nummer", Field::UnitNumber, errors);
    Some(UnitInput {
        name: name?,
        address: address?,
        number: number?,
    })
}

async fn add_unit(
    State(app): State<App>,
    me: Me,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let id = organisation_in(&app, &me, &id)?;
    let mut errors = Errors::new();
    let input = parse_unit(&fields, "vestiging_naam", &mut errors);
    let leads_to = format!("{}?gelukt=vestiging", address(id));
    let submission = submission(&app, &fields, leads_to, &mut errors);
    let done = match (input, submission) {
        (Some(input), Some(submission)) => {
            let done = app
                .casework
                .add_unit(&me.actor, id, &input, &submission)
                .await;
            Some((submission, done.map(drop)))
        }
        _ => None,
    };
    answer(&app, &me, id, &fields, errors, done).await
}

async fn view_unit(
    app: &App,
    me: &Me,
    id: UnitId,
    fields: &Fields,
    errors: Errors,
    status: StatusCode,
    notice: Option<String>,
) -> Result<Response, Response> {
    let found = app.casework.unit(&me.actor, id).await;
    let found = found.map_err(|failure| fail::answer(app, me, failure))?;
    let mut page = app.page(me, &found.unit.name, USERS);
    page.has_errors = !errors.is_empty();
    page.notice = notice;
    let typed = |name: &str, stored: &str| {
        if fields.has("wat", "gegevens") {
            fields.get(name).to_owned()
        } else {
            stored.to_owned()
        }
    };
    Ok(render(
        status,
        &UnitPage {
            page,
            errors,
            key: app.casework.submission_key().0.to_string(),
            version: found.version.to_string(),
            base: unit_address(id),
            back: address(found.unit.organisation),
            name: typed("naam", &found.unit.name),
            address: typed("adres", &found.unit.address),
            number: typed("nummer", &found.unit.number),
            shown_name: found.unit.name.clone(),
            closed: found
                .closed
                .map_or_else(String::new, |at| at.brussels_text()),
        },
    ))
}

async fn unit(
    State(app): State<App>,
    me: Me,
    Succeeded(notice): Succeeded,
    Path(id): Path<String>,
) -> Result<Response, Response> {
    let id = unit_in(&app, &me, &id)?;
    let fields = Fields::default();
    view_unit(
        &app,
        &me,
        id,
        &fields,
        Errors::new(),
        StatusCode::OK,
        notice,
    )
    .await
}

async fn answer_unit(
    app: &App,
    me: &Me,
    id: UnitId,
    fields: &Fields,
    mut errors: Errors,
    tried: Tried,
) -> Result<Response, Response> {
    match led(app, me, tried, &mut errors)? {
        Ok(response) => Ok(response),
        Err(status) => view_unit(app, me, id, fields, errors, status, None).await,
    }
}

async fn change_unit(
    State(app): State<App>,
    me: Me,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let id = unit_in(&app, &me, &id)?;
    let mut errors = Errors::new();
    let input = parse_unit(&fields, "naam", &mut errors);
    let leads_to = format!("{}?gelukt=gewijzigd", unit_address(id));
    let submission = submission(&app, &fields, leads_to, &mut errors);
    let done = match (input, submission) {
        (Some(input), Some(submission)) => {
            let which = (id, fields.version());
            let done = app
                .casework
                .change_unit(&me.actor, which, &input, &submission)
                .await;
            Some((submission, done))
        }
        _ => None,
    };
    answer_unit(&app, &me, id, &fields, errors, done).await
}

async fn close_unit(
    State(app): State<App>,
    me: Me,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let id = unit_in(&app, &me, &id)?;
    let mut errors = Errors::new();
    let open = fields.has("doe", "heropenen");
    let code = if open { "heropend" } else { "gesloten" };
    let leads_to = format!("{}?gelukt={code}", unit_address(id));
    let done = match submission(&app, &fields, leads_to, &mut errors) {
        Some(submission) => {
            let which = (id, fields.version());
            let done = app
                .casework
                .set_unit_open(&me.actor, which, open, &submission)
                .await;
            Some((submission, done))
        }
        None => None,
    };
    answer_unit(&app, &me, id, &fields, errors, done).await
}
