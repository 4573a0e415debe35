//! 'Document toevoegen': one or several files, from a folder or a camera.

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::{DocumentInput, Failure};
use domain::documents::{Audience, DocumentKind, MIB};
use domain::ids::{DossierId, StepId};
use domain::refusal::{Field, Refusal};

use super::{audiences, kinds, line_choices, list_address, show_refusals, usual_audience};
use crate::App;
use crate::context::Me;
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{Choice, DateParts, DossierHead, Errors, Page};
use crate::steps::{dossier_in, step_address, submission};
use crate::upload::Upload;

/// What a browser offers to choose from.
pub(crate) const ACCEPT: &str = ".pdf,.png,.jpg,.jpeg,.odt,.docx";

#[derive(Template)]
#[template(path = "documents/add.html")]
struct AddPage {
    page: Page,
    dossier: DossierHead,
    errors: Errors,
    action: String,
    back: String,
    key: String,
    files_hint: String,
    accept: &'static str,
    kinds: Vec<Choice>,
    title: String,
    day: DateParts,
    today: String,
    audiences: Vec<Choice>,
    lines: Vec<Choice>,
    from: String,
    changed: bool,
}

pub(super) async fn show(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
    uri: Uri,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let asked = Fields::of_query(uri.query());
    let mut fields = Fields::default();
    fields.set_date("dag_document", app.casework.today());
    fields.set("wie", usual_audience(me.actor.role).code());
    if let Some(step) = StepId::from_address(asked.get("stap")) {
        fields.set("stap", step.address());
        fields.set("van", step.address());
        fields.set("soort_document", DocumentKind::Agreement.code());
    }
    form(&app, &me, id, &fields, Errors::new(), StatusCode::OK).await
}

async fn form(
    app: &App,
    me: &Me,
    dossier: DossierId,
    fields: &Fields,
    errors: Errors,
    status: StatusCode,
) -> Result<Response, Response> {
    let found = app
        .casework
        .documents(&me.actor, dossier)
        .await
        .map_err(|failure| fail::answer(app, me, failure))?;
    let mut page = app.page(me, "Document toevoegen", "");
    page.has_errors = !errors.is_empty();
    let limits = app.casework.files().limits();
    let files_hint = format!(
        "PDF, JPEG, PNG, ODT of DOCX. Hoogstens {} tegelijk, elk van hoogstens {} MB.",
        limits.files,
        limits.file_bytes / MIB
    );
    Ok(render(
        status,
        &AddPage {
            page,
            dossier: app.dossier_head(me, &found.head, "documenten"),
            action: format!("{}/nieuw", list_address(dossier)),
            back: back(dossier, fields),
            key: app.casework.submission_key().0.to_string(),
            files_hint,
            accept: ACCEPT,
            kinds: kinds(fields.get("soort_document")),
            title: fields.get("titel").to_owned(),
            day: fields.date_parts("dag_document"),
            today: app.casework.today().to_iso(),
            audiences: audiences(me.actor.role, fields.get("wie")),
            lines: line_choices(&found.open_lines, app, fields.get("stap")),
            from: fields.get("van").to_owned(),
            changed: status != StatusCode::OK,
            errors,
        },
    ))
}

/// Where the form came from: the line, or the list.
fn back(dossier: DossierId, fields: &Fields) -> String {
    match StepId::from_address(fields.get("van")) {
        Some(step) => step_address(dossier, step),
        None => list_address(dossier),
    }
}

pub(super) async fn send(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
    request: Request,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    // Nothing is taken in from who may not add it.
    app.casework
        .may_add_document(&me.actor, id)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let Upload {
        mut fields,
        files,
        refused,
    } = Upload::read(&app, request).await?;
    if fields.has("doe", "terug") {
        return Ok(Redirect::to(&back(id, &fields)).into_response());
    }
    if fields.has("vandaag", "dag_document") {
        fields.set_date("dag_document", app.casework.today());
        return form(&app, &me, id, &fields, Errors::new(), StatusCode::OK).await;
    }
    let mut errors = Errors::new();
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    if !refused.is_empty() {
        show_refusals(&mut errors, &refused);
    } else if files.is_empty() {
        show_refusals(&mut errors, &Refusal::Empty(Field::Files).into());
    }
    let kind = fields.choice(
        "soort_document",
        Field::DocumentKind,
        DocumentKind::from_code,
        &mut errors,
    );
    let title = fields.optional_line("titel", Field::Title, &mut errors);
    let day = fields.day("dag_document", "de dag op het document", &mut errors);
    let audience = fields.choice("wie", Field::Audience, Audience::from_code, &mut errors);
    let step = StepId::from_address(fields.get("stap"));
    let leads_to = format!("{}?gelukt=document", back(id, &fields));
    let submission = submission(&app, &fields, leads_to, &mut errors);
    if let (true, Some(kind), Some(day), Some(audience), Some(submission)) =
        (errors.is_empty(), kind, day, audience, submission)
    {
        let input = DocumentInput {
            kind,
            title,
            day,
            audience,
            step,
        };
        let done = app
            .casework
            .add_documents(&me.actor, id, &input, files, &submission)
            .await;
        match done {
            Ok(_) => return Ok(Redirect::to(&submission.leads_to).into_response()),
            Err(Failure::Refused(refusals)) => status = show_refusals(&mut errors, &refusals),
            Err(other) => return Err(fail::answer(&app, &me, other)),
        }
    }
    form(&app, &me, id, &fields, errors, status).await
}
