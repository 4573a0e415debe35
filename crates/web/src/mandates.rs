//! 'Opdrachten': the mandates of controllers, for the system manager, who gives and ends them.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::{Failure, MandateInput};
use domain::catalogue::FundingCode;
use domain::ids::MandateId;
use domain::mandates::{Mandate, Period, Terms};
use domain::policy::Operation;
use domain::refusal::Field;

use crate::App;
use crate::caseload::funding_numbers;
use crate::context::{Me, Succeeded};
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{Choice, DateParts, Errors, NavLink, Page};
use crate::routes::Routes;
use crate::sentences;
use crate::steps::submission;
use crate::system;

pub(crate) const LIST: &str = "/systeem/opdrachten";
const NEW: &str = "/systeem/opdrachten/nieuw";
const END: &str = "/systeem/opdrachten/beeindigen";

pub(crate) fn routes(routes: Routes) -> Routes {
    const SEE: Operation = Operation::ViewMandates;
    const MANAGE: Operation = Operation::ManageMandates;
    routes
        .get(LIST, SEE, list)
        .get(NEW, SEE, form)
        .post(NEW, MANAGE, give)
        .post(END, MANAGE, end)
}

#[derive(Template)]
#[template(path = "system/mandates.html")]
struct ListPage {
    page: Page,
    errors: Errors,
    tabs: Vec<NavLink>,
    rows: Vec<Row>,
}

struct Row {
    reference: String,
    controller: String,
    funding: String,
    lines: String,
    valid: String,
    state: &'static str,
    kind: &'static str,
    /// The mandate and the key of the form that ends it; empty when it is over.
    id: String,
    key: String,
    given: String,
}

#[derive(Template)]
#[template(path = "system/mandate.html")]
struct FormPage {
    page: Page,
    errors: Errors,
    key: String,
    controller: String,
    numbers: Vec<Choice>,
    reference: String,
    lines_from: DateParts,
    lines_until: DateParts,
    valid_from: DateParts,
    valid_until: DateParts,
    changed: bool,
}

async fn list(
    State(app): State<App>,
    me: Me,
    Succeeded(notice): Succeeded,
) -> Result<Response, Response> {
    show(&app, &me, notice, StatusCode::OK, Errors::new()).await
}

async fn show(
    app: &App,
    me: &Me,
    notice: Option<String>,
    status: StatusCode,
    errors: Errors,
) -> Result<Response, Response> {
    let found = app
        .casework
        .mandates(&me.actor)
        .await
        .map_err(|failure| fail::answer(app, me, failure))?;
    let mut page = app.page(me, "Systeem: opdrachten", crate::people::USERS);
    page.notice = notice;
    page.has_errors = !errors.is_empty();
    Ok(render(
        status,
        &ListPage {
            page,
            errors,
            tabs: system::tabs(LIST),
            rows: found.iter().map(|mandate| row(app, mandate)).collect(),
        },
    ))
}

fn row(app: &App, mandate: &Mandate) -> Row {
    let today = app.casework.today();
    let days = |period: Period| format!("{} tot en met {}", period.from, period.until);
    let (state, kind) = match (&mandate.ended, mandate.is_active(today)) {
        (Some(_), _) => ("Beëindigd", "neutral"),
        (None, true) => ("Open", "ongoing"),
        (None, false) if today < mandate.terms.valid.from => ("Begint later", "neutral"),
        (None, false) => ("Voorbij", "neutral"),
    };
    let may_end = mandate.ended.is_none() && today <= mandate.terms.valid.until;
    Row {
        reference: mandate.terms.reference.to_string(),
        controller: mandate.controller_name.clone(),
        funding: mandate.terms.funding.to_string(),
        lines: days(mandate.terms.lines),
        valid: days(mandate.terms.valid),
        state,
        kind,
        id: if may_end {
            mandate.id.address()
        } else {
            String::new()
        },
        key: app.casework.submission_key().0.to_string(),
        given: format!(
            "{}, {}",
            mandate.given.by_name,
            mandate.given.at.brussels_day()
        ),
    }
}

async fn form(State(app): State<App>, me: Me) -> Response {
    let mut fields = Fields::default();
    fields.set_date("geldig_van", app.casework.today());
    form_page(&app, &me, &fields, StatusCode::OK, Errors::new())
}

fn form_page(app: &App, me: &Me, fields: &Fields, status: StatusCode, errors: Errors) -> Response {
    let mut page = app.page(me, "Nieuwe opdracht", crate::people::USERS);
    page.has_errors = !errors.is_empty();
    let numbers = funding_numbers(app.casework.catalogue());
    render(
        status,
        &FormPage {
            page,
            errors,
            key: app.casework.submission_key().0.to_string(),
            controller: fields.get("controleur").to_owned(),
            numbers: numbers
                .into_iter()
                .map(|number| {
                    let chosen = fields.get("nummer") == number.code.as_str();
                    Choice::new(number.code.as_str(), number.choice(), chosen)
                })
                .collect(),
            reference: fields.get("kenmerk").to_owned(),
            lines_from: fields.date_parts("lijnen_van"),
            lines_until: fields.date_parts("lijnen_tot"),
            valid_from: fields.date_parts("geldig_van"),
            valid_until: fields.date_parts("geldig_tot"),
            changed: status != StatusCode::OK,
        },
    )
}

async fn give(State(app): State<App>, me: Me, fields: Fields) -> Result<Response, Response> {
    let mut errors = Errors::new();
    let controller = fields.get("controleur").trim().to_owned();
    if controller.is_empty() {
        let empty = domain::refusal::Refusal::Empty(Field::Controller);
        errors.add("controleur", sentences::refusal(&empty));
    }
    let funding = fields.choice(
        "nummer",
        Field::Funding,
        |text| {
            FundingCode::parse(text)
                .ok()
                .filter(|code| is_offered(&app, code))
        },
        &mut errors,
    );
    let reference = fields.line("kenmerk", Field::Reference, &mut errors);
    let lines_from = fields.day(
        "lijnen_van",
        "de eerste dag van de begeleidingen",
        &mut errors,
    );
    let lines_until = fields.day(
        "lijnen_tot",
        "de laatste dag van de begeleidingen",
        &mut errors,
    );
    let valid_from = fields.day("geldig_van", "de eerste dag van de opdracht", &mut errors);
    let valid_until = fields.day("geldig_tot", "de laatste dag van de opdracht", &mut errors);
    let submission = submission(
        &app,
        &fields,
        format!("{LIST}?gelukt=opdracht"),
        &mut errors,
    );
    let period = |from, until| {
        Some(Period {
            from: from?,
            until: until?,
        })
    };
    let terms = (|| {
        Some(Terms {
            funding: funding?,
            reference: reference?,
            lines: period(lines_from, lines_until)?,
            valid: period(valid_from, valid_until)?,
        })
    })();
    if let (Some(terms), Some(submission), true) = (terms, submission, errors.is_empty()) {
        let input = MandateInput { controller, terms };
        let given = app
            .casework
            .give_mandate(&me.actor, &input, &submission)
            .await;
        match given {
            Ok(_) => return Ok(Redirect::to(&submission.leads_to).into_response()),
            Err(Failure::Refused(refusals)) => {
                for refusal in refusals.iter() {
                    let id = match refusal.field() {
                        Field::Controller => "controleur",
                        Field::LinesUntil => "lijnen_tot_dag",
                        Field::ValidUntil => "geldig_tot_dag",
                        _ => "",
                    };
                    errors.add(id, sentences::refusal(refusal));
                }
            }
            Err(failure) => return Err(fail::answer(&app, &me, failure)),
        }
    }
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(form_page(&app, &me, &fields, status, errors))
}

fn is_offered(app: &App, code: &FundingCode) -> bool {
    let numbers = funding_numbers(app.casework.catalogue());
    numbers.iter().any(|number| number.code == *code)
}

async fn end(State(app): State<App>, me: Me, fields: Fields) -> Result<Response, Response> {
    let mut errors = Errors::new();
    let leads_to = format!("{LIST}?gelukt=opdracht-beeindigd");
    let submission = submission(&app, &fields, leads_to, &mut errors);
    let Some(submission) = submission else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return show(&app, &me, None, status, errors).await;
    };
    let id = MandateId::from_address(fields.get("opdracht"))
        .ok_or_else(|| fail::not_found(&app, Some(&me)))?;
    match app.casework.end_mandate(&me.actor, id, &submission).await {
        Ok(()) => Ok(Redirect::to(&submission.leads_to).into_response()),
        Err(Failure::Refused(refusals)) => {
            errors.refused(&refusals);
            show(&app, &me, None, StatusCode::CONFLICT, errors).await
        }
        Err(failure) => Err(fail::answer(&app, &me, failure)),
    }
}
