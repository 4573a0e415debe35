//! One person: name and address, functions, and 'Uit dienst'.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::{Failure, PersonPage as Known, Submission};
use domain::ids::{FunctionId, PersonId, UnitId};
use domain::people::{self, Role};
use domain::refusal::Field;
use domain::text::Name;

use super::{address, list_of, person_in, show_refusals, unit_roles};
use crate::App;
use crate::context::{Me, Succeeded};
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{Choice, Errors, Page};
use crate::sentences;
use crate::steps::submission;

struct FunctionRow {
    line: String,
    state: String,
    /// The function's identifier while it can be taken away; else empty.
    take: String,
}

#[derive(Template)]
#[template(path = "people/one.html")]
struct OnePage {
    page: Page,
    errors: Errors,
    key: String,
    version: String,
    base: String,
    back: &'static str,
    shown_name: String,
    user_name: String,
    signed_in: String,
    is_in: bool,
    can_return: bool,
    whole: bool,
    name: String,
    email: String,
    functions: Vec<FunctionRow>,
    ongoing: Vec<(String, String)>,
    by_system: bool,
    sought: String,
    roles: Vec<Choice>,
    units: Vec<Choice>,
    /// Roles that a second system manager confirms.
    system_roles: Vec<Choice>,
    log: String,
}

#[derive(Template)]
#[template(path = "people/leave.html")]
struct LeavePage {
    page: Page,
    errors: Errors,
    key: String,
    version: String,
    base: String,
    name: String,
    ongoing: Vec<(String, String)>,
}

fn ongoing(known: &Known) -> Vec<(String, String)> {
    let lines = known.ongoing.iter();
    lines
        .map(|(number, start)| (number.to_string(), start.to_string()))
        .collect()
}

async fn known(app: &App, me: &Me, person: PersonId) -> Result<Known, Response> {
    let found = app.casework.person_page(&me.actor, person).await;
    found.map_err(|failure| fail::answer(app, me, failure))
}

/// The person a form is about; somebody whom who sends it does not look after is not there.
async fn somebody(app: &App, me: &Me, text: &str) -> Result<PersonId, Response> {
    let person = person_in(app, me, text)?;
    known(app, me, person).await?;
    Ok(person)
}

/// The page again with what is wrong.
pub(super) async fn page(
    app: &App,
    me: &Me,
    person: PersonId,
    fields: &Fields,
    errors: Errors,
) -> Result<Response, Response> {
    let changed = sentences::refusal(&domain::refusal::Refusal::ChangedMeanwhile);
    let status = if errors.lines.iter().any(|line| line.message == changed) {
        StatusCode::CONFLICT
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    view(app, me, person, fields, errors, status, None).await
}

async fn view(
    app: &App,
    me: &Me,
    person: PersonId,
    fields: &Fields,
    errors: Errors,
    status: StatusCode,
    notice: Option<String>,
) -> Result<Response, Response> {
    let found = known(app, me, person).await?;
    let mut page = app.page(me, &found.person.name, list_of(me));
    page.has_errors = !errors.is_empty();
    page.notice = notice;
    let sought = fields.get("zoek").to_owned();
    let mut units = found.units.clone();
    if found.by_system && !sought.trim().is_empty() {
        let all = app.casework.units_found(&me.actor, &sought).await;
        units = all.map_err(|failure| fail::answer(app, me, failure))?;
    }
    let chosen = fields.get("vestiging");
    let units = units
        .into_iter()
        .map(|unit| Choice::new(unit.id.address(), unit.line(), unit.id.address() == chosen))
        .collect();
    let typed = |name: &str, stored: &str| {
        if fields.has("wat", "gegevens") {
            fields.get(name).to_owned()
        } else {
            stored.to_owned()
        }
    };
    let is_in = found.functions.iter().any(|(_, ended)| ended.is_none());
    let can_return = !is_in && found.functions.iter().any(|(it, _)| it.unit.is_some());
    let functions = found
        .functions
        .iter()
        .map(|(function, ended)| FunctionRow {
            line: function.line(),
            state: match ended {
                None => "Loopt".to_owned(),
                Some(at) => format!("Geëindigd op {}", at.brussels_day()),
            },
            take: match ended {
                None if function.role != Role::Client => function.id.address(),
                _ => String::new(),
            },
        })
        .collect();
    let system_roles = Role::ALL.into_iter().filter(|role| role.needs_second());
    let system_role = fields.get("systeemrol");
    Ok(render(
        status,
        &OnePage {
            page,
            errors,
            key: app.casework.submission_key().0.to_string(),
            version: found.person.version.to_string(),
            base: address(person),
            back: list_of(me),
            shown_name: found.person.name.clone(),
            user_name: found.person.user_name.clone(),
            signed_in: found.person.signed_in.map_or_else(
                || "Nog nooit".to_owned(),
                |at| at.brussels_day().to_string(),
            ),
            is_in,
            can_return,
            whole: found.whole,
            name: typed("naam", &found.person.name),
            email: typed("email", found.person.email.as_deref().unwrap_or_default()),
            functions,
            ongoing: ongoing(&found),
            by_system: found.by_system,
            sought,
            roles: unit_roles(fields.get("rol")),
            units,
            system_roles: system_roles
                .map(|role| Choice::new(role.code(), role.label(), role.code() == system_role))
                .collect(),
            log: format!("/logboek?wie={}", person.address()),
        },
    ))
}

pub(super) async fn show(
    State(app): State<App>,
    me: Me,
    Succeeded(notice): Succeeded,
    Path(person): Path<String>,
    uri: Uri,
) -> Result<Response, Response> {
    let person = person_in(&app, &me, &person)?;
    let fields = Fields::of_query(uri.query());
    view(
        &app,
        &me,
        person,
        &fields,
        Errors::new(),
        StatusCode::OK,
        notice,
    )
    .await
}

/// The end of every form about a person: done, or the page again with what is wrong.
async fn answer(
    app: &App,
    me: &Me,
    person: PersonId,
    fields: &Fields,
    submission: &Submission,
    done: Result<(), Failure>,
) -> Result<Response, Response> {
    match done {
        Ok(()) => Ok(Redirect::to(&submission.leads_to).into_response()),
        Err(failure) => {
            let refused = fail::refusals(app, me, failure)?;
            let mut errors = Errors::new();
            show_refusals(&mut errors, &refused);
            page(app, me, person, fields, errors).await
        }
    }
}

fn leading(
    app: &App,
    fields: &Fields,
    person: PersonId,
    code: &str,
    errors: &mut Errors,
) -> Option<Submission> {
    let leads_to = format!("{}?gelukt={code}", address(person));
    submission(app, fields, leads_to, errors)
}

pub(super) async fn change(
    State(app): State<App>,
    me: Me,
    Path(person): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let person = somebody(&app, &me, &person).await?;
    let mut errors = Errors::new();
    let name: Option<Name> = fields.line("naam", Field::Name, &mut errors);
    let email = match fields.get("email").trim() {
        "" => Some(None),
        typed => match people::parse_email(typed) {
            Ok(email) => Some(Some(email)),
            Err(refusal) => {
                errors.add("email", sentences::refusal(&refusal));
                None
            }
        },
    };
    let submission = leading(&app, &fields, person, "gewijzigd", &mut errors);
    let (Some(name), Some(email), Some(submission)) = (name, email, submission) else {
        return page(&app, &me, person, &fields, errors).await;
    };
    let what = (name.as_str(), email.as_deref());
    let version = fields.version();
    let done = app
        .casework
        .change_person(&me.actor, person, version, what, &submission)
        .await;
    answer(&app, &me, person, &fields, &submission, done).await
}

pub(super) async fn give(
    State(app): State<App>,
    me: Me,
    Path(person): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let person = somebody(&app, &me, &person).await?;
    let mut errors = Errors::new();
    let role = fields.choice("rol", Field::Role, Role::from_code, &mut errors);
    let unit = fields.choice("vestiging", Field::Unit, UnitId::from_address, &mut errors);
    let submission = leading(&app, &fields, person, "functie", &mut errors);
    let (Some(role), Some(unit), Some(submission)) = (role, unit, submission) else {
        return page(&app, &me, person, &fields, errors).await;
    };
    let version = fields.version();
    let done = app
        .casework
        .give_function(&me.actor, person, version, (role, unit), &submission)
        .await;
    answer(&app, &me, person, &fields, &submission, done).await
}

pub(super) async fn take(
    State(app): State<App>,
    me: Me,
    Path(person): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let person = somebody(&app, &me, &person).await?;
    let mut errors = Errors::new();
    let parse = FunctionId::from_address;
    let function = fields.choice("functie", Field::Role, parse, &mut errors);
    let submission = leading(&app, &fields, person, "functie-afgenomen", &mut errors);
    let (Some(function), Some(submission)) = (function, submission) else {
        return page(&app, &me, person, &fields, errors).await;
    };
    let version = fields.version();
    let done = app
        .casework
        .take_function(&me.actor, person, version, function, &submission)
        .await;
    answer(&app, &me, person, &fields, &submission, done).await
}

async fn leaving(
    app: &App,
    me: &Me,
    person: PersonId,
    errors: Errors,
    status: StatusCode,
) -> Result<Response, Response> {
    let found = known(app, me, person).await?;
    let mut page = app.page(me, "Uit dienst", list_of(me));
    page.has_errors = !errors.is_empty();
    Ok(render(
        status,
        &LeavePage {
            page,
            errors,
            key: app.casework.submission_key().0.to_string(),
            version: found.person.version.to_string(),
            base: address(person),
            ongoing: ongoing(&found),
            name: found.person.name,
        },
    ))
}

pub(super) async fn leave_form(
    State(app): State<App>,
    me: Me,
    Path(person): Path<String>,
) -> Result<Response, Response> {
    let person = person_in(&app, &me, &person)?;
    leaving(&app, &me, person, Errors::new(), StatusCode::OK).await
}

pub(super) async fn leave(
    State(app): State<App>,
    me: Me,
    Path(person): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let person = somebody(&app, &me, &person).await?;
    let mut errors = Errors::new();
    let Some(submission) = leading(&app, &fields, person, "uit-dienst", &mut errors) else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return leaving(&app, &me, person, errors, status).await;
    };
    let version = fields.version();
    let done = app.casework.leave(&me.actor, person, version, &submission);
    match done.await {
        Ok(()) => Ok(Redirect::to(&submission.leads_to).into_response()),
        Err(failure) => {
            let refused = fail::refusals(&app, &me, failure)?;
            let status = show_refusals(&mut errors, &refused);
            leaving(&app, &me, person, errors, status).await
        }
    }
}

pub(super) async fn come_back(
    State(app): State<App>,
    me: Me,
    Path(person): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let person = somebody(&app, &me, &person).await?;
    let mut errors = Errors::new();
    let Some(submission) = leading(&app, &fields, person, "terug", &mut errors) else {
        return page(&app, &me, person, &fields, errors).await;
    };
    let version = fields.version();
    let done = app
        .casework
        .come_back(&me.actor, person, version, &submission);
    answer(&app, &me, person, &fields, &submission, done.await).await
}
