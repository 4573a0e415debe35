//! 'Inzagevragen': what waits for the mediator, one request with the client it fits, and the decision.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::{GrantDecision, GrantRequestPage};
use domain::grants::{RefusalGround, Request, RequestDecision, RequestKind};
use domain::ids::GrantRequestId;
use domain::refusal::Field;
use domain::text::Note;

use super::{QUEUE, asked_what, client_said, show_refusals};
use crate::App;
use crate::context::{Me, Succeeded, dossier_address};
use crate::documents::{file_answer, size};
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{Choice, DateParts, Errors, Fact, Page};
use crate::steps::submission;

#[derive(Template)]
#[template(path = "grants/queue.html")]
struct QueuePage {
    page: Page,
    waiting: Vec<Row>,
    decided: Vec<Row>,
}

struct Row {
    href: String,
    text: String,
    unit: String,
    asked: String,
    decided: String,
}

#[derive(Template)]
#[template(path = "grants/request.html")]
struct RequestPage {
    page: Page,
    errors: Errors,
    back: &'static str,
    heading: &'static str,
    rows: Vec<Fact>,
    client: Vec<Fact>,
    form_name: String,
    form_href: String,
    dossier: String,
    holders: Vec<String>,
    decision: String,
    forms: Option<Forms>,
    grounds: Vec<Choice>,
}

struct Forms {
    grant_action: String,
    grant_key: String,
    may_grant: bool,
    asks_end: bool,
    end: DateParts,
    refuse_action: String,
    refuse_key: String,
    note: String,
    max: String,
    changed: bool,
}

/// How the page comes back.
#[derive(Default)]
struct Shown {
    errors: Errors,
    status: StatusCode,
    fields: Fields,
}

fn row(request: &Request) -> Row {
    Row {
        href: format!("{QUEUE}/{}", request.id.address()),
        text: format!(
            "{}, klant {}",
            asked_what(request.kind),
            request.client_number
        ),
        unit: request.unit.name.clone(),
        asked: format!(
            "{}, {}",
            request.asked.by_name,
            request.asked.at.brussels_text()
        ),
        decided: match &request.decision {
            None => String::new(),
            Some(RequestDecision::Granted(stamp)) => {
                format!("Toegekend op {}", stamp.at.brussels_text())
            }
            Some(RequestDecision::Refused(stamp, ..)) => {
                format!("Geweigerd op {}", stamp.at.brussels_text())
            }
        },
    }
}

pub(super) async fn list(
    State(app): State<App>,
    me: Me,
    Succeeded(notice): Succeeded,
) -> Result<Response, Response> {
    let found = app
        .casework
        .grant_queue(&me.actor)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let mut page = app.page(&me, "Vragen om inzagerecht", QUEUE);
    page.notice = notice;
    Ok(render(
        StatusCode::OK,
        &QueuePage {
            page,
            waiting: found.waiting.iter().map(row).collect(),
            decided: found.decided.iter().map(row).collect(),
        },
    ))
}

fn request_in(app: &App, me: &Me, text: &str) -> Result<GrantRequestId, Response> {
    GrantRequestId::from_address(text).ok_or_else(|| fail::not_found(app, Some(me)))
}

pub(super) async fn one(
    State(app): State<App>,
    me: Me,
    Path(request): Path<String>,
) -> Result<Response, Response> {
    let id = request_in(&app, &me, &request)?;
    show(&app, &me, id, Shown::default()).await
}

async fn show(app: &App, me: &Me, id: GrantRequestId, shown: Shown) -> Result<Response, Response> {
    let found = app
        .casework
        .grant_request(&me.actor, id)
        .await
        .map_err(|failure| fail::answer(app, me, failure))?;
    Ok(page(app, me, &found, shown))
}

fn page(app: &App, me: &Me, found: &GrantRequestPage, shown: Shown) -> Response {
    let request = &found.request;
    let heading = match request.kind {
        RequestKind::Access => "Vraag om inzagerecht",
        RequestKind::Extension => "Vraag om verlenging",
        RequestKind::Takeover => "Vraag om overname",
    };
    let mut page = app.page(me, heading, QUEUE);
    page.has_errors = !shown.errors.is_empty();
    let mut rows = vec![
        Fact::new("Organisatie", request.unit.line()),
        Fact::new(
            "Gevraagd door",
            format!(
                "{}, {}",
                request.asked.by_name,
                request.asked.at.brussels_text()
            ),
        ),
        Fact::new("Klantnummer", request.client_number.to_string()),
        Fact::new("Grond", request.basis.label()),
    ];
    if let Some(day) = request.form_on {
        rows.push(Fact::new("Formulier ingevuld op", day.to_string()));
    }
    rows.push(Fact::new("Waarvoor", request.purpose.as_str()));
    let form_name = found.form.as_ref().map(|file| {
        format!(
            "{} ({}, {})",
            file.name.as_str(),
            file.kind.label(),
            size(file.bytes)
        )
    });
    let said = client_said(request);
    if !said.is_empty() {
        rows.push(Fact::new("Antwoord van de jongere", said));
    }
    let today = app.casework.today();
    let (client, dossier, holders) = match &found.found {
        None => (Vec::new(), String::new(), Vec::new()),
        Some((head, holders)) => (
            vec![
                Fact::new("Naam", head.full_name()),
                Fact::new("Geboren op", head.birth.to_string()),
            ],
            format!("{}/dienstverlening", dossier_address(head.id)),
            holders
                .iter()
                .filter(|holder| holder.grant.is_active(today))
                .map(|holder| match holder.grant.last_day() {
                    Some(last) => format!("{}, tot en met {last}", holder.organisation),
                    None => format!("{}, zonder einddatum", holder.organisation),
                })
                .collect(),
        ),
    };
    let decision = match &request.decision {
        None => String::new(),
        Some(RequestDecision::Granted(stamp)) => format!(
            "{} kende dit toe op {}.",
            stamp.by_name,
            stamp.at.brussels_text()
        ),
        Some(RequestDecision::Refused(stamp, ground, note)) => format!(
            "{} weigerde dit op {}: {}.{}",
            stamp.by_name,
            stamp.at.brussels_text(),
            ground.label(),
            note.as_ref()
                .map(|note| format!(" {note}"))
                .unwrap_or_default()
        ),
    };
    let address = format!("{QUEUE}/{}", request.id.address());
    let forms = request.decision.is_none().then(|| Forms {
        grant_action: format!("{address}/toekennen"),
        grant_key: app.casework.submission_key().0.to_string(),
        may_grant: found.found.is_some(),
        asks_end: request.kind == RequestKind::Access,
        end: shown.fields.date_parts("laatste"),
        refuse_action: format!("{address}/weigeren"),
        refuse_key: app.casework.submission_key().0.to_string(),
        note: shown.fields.get("toelichting").to_owned(),
        max: Note::MAX.to_string(),
        changed: shown.status != StatusCode::OK,
    });
    let grounds = RefusalGround::ALL
        .iter()
        .map(|ground| {
            let chosen = shown.fields.get("weigering") == ground.code();
            Choice::new(ground.code(), ground.label(), chosen)
        })
        .collect();
    render(
        shown.status,
        &RequestPage {
            page,
            errors: shown.errors,
            back: QUEUE,
            heading,
            rows,
            client,
            dossier,
            form_name: form_name.unwrap_or_default(),
            form_href: format!("{QUEUE}/{}/formulier", request.id.address()),
            holders,
            decision,
            grounds,
            forms,
        },
    )
}

/// The form that came with a request.
pub(super) async fn form_file(
    State(app): State<App>,
    me: Me,
    Path(request): Path<String>,
) -> Result<Response, Response> {
    let id = request_in(&app, &me, &request)?;
    let file = app
        .casework
        .request_form_file(&me.actor, id)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    Ok(file_answer(file, true))
}

pub(super) async fn grant(
    State(app): State<App>,
    me: Me,
    Path(request): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let id = request_in(&app, &me, &request)?;
    let mut errors = Errors::new();
    let ends = fields.optional_day("laatste", "de laatste dag", &mut errors);
    let decision = errors.is_empty().then_some(GrantDecision::Grant(ends));
    decide(&app, &me, id, (fields, errors), decision, "toegekend").await
}

pub(super) async fn refuse(
    State(app): State<App>,
    me: Me,
    Path(request): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let id = request_in(&app, &me, &request)?;
    let mut errors = Errors::new();
    let ground = fields.choice(
        "weigering",
        Field::Ground,
        RefusalGround::from_code,
        &mut errors,
    );
    let note: Option<Note> = fields.optional_story("toelichting", Field::Note, &mut errors);
    let decision = ground
        .filter(|_| errors.is_empty())
        .map(|ground| GrantDecision::Refuse(ground, note));
    decide(&app, &me, id, (fields, errors), decision, "niet-toegekend").await
}

async fn decide(
    app: &App,
    me: &Me,
    id: GrantRequestId,
    (fields, mut errors): (Fields, Errors),
    decision: Option<GrantDecision>,
    done: &str,
) -> Result<Response, Response> {
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    let leads_to = format!("{QUEUE}?gelukt={done}");
    let submission = submission(app, &fields, leads_to, &mut errors);
    if let (Some(decision), Some(submission)) = (decision, submission) {
        let decided = app
            .casework
            .decide_grant_request(&me.actor, id, &decision, &submission)
            .await;
        match decided {
            Ok(()) => return Ok(Redirect::to(&submission.leads_to).into_response()),
            Err(failure) => {
                let refused = fail::refusals(app, me, failure)?;
                status = show_refusals(&mut errors, &refused);
            }
        }
    }
    let shown = Shown {
        errors,
        status,
        fields,
    };
    show(app, me, id, shown).await
}
