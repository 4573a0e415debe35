//! One document: what it is, its preview, correcting what it says of itself, and withdrawing it.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::{Correction, DocumentPage, Failure};
use domain::documents::{Audience, Details, DocumentKind, FileType};
use domain::ids::{DocumentId, DossierId, StepId};
use domain::people::Role;
use domain::policy::Denied;
use domain::refusal::Field;
use domain::text::{Label, Note};

use super::{
    audiences, document_address, document_in, kinds, line_choices, line_name, list_address,
    show_refusals, size,
};
use crate::App;
use crate::context::{Me, Succeeded};
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::headers::WITH_FRAME;
use crate::page::{Choice, DateParts, DossierHead, Errors, Fact, Page};
use crate::steps::{step_address, submission};

#[derive(Template)]
#[template(path = "documents/one.html")]
struct OnePage {
    page: Page,
    dossier: DossierHead,
    heading: String,
    facts: Vec<Fact>,
    line: String,
    line_href: String,
    withdrawn: String,
    list: String,
    content: String,
    download: String,
    is_picture: bool,
    is_pdf: bool,
    change: String,
    withdraw: String,
}

#[derive(Template)]
#[template(path = "documents/change.html")]
struct ChangePage {
    page: Page,
    dossier: DossierHead,
    errors: Errors,
    action: String,
    back: String,
    key: String,
    version: String,
    kinds: Vec<Choice>,
    title: String,
    day: DateParts,
    today: String,
    audiences: Vec<Choice>,
    lines: Vec<Choice>,
    /// The line it is evidence of, when that does not change any more.
    fixed_line: String,
    fixed_step: String,
    changed: bool,
}

#[derive(Template)]
#[template(path = "documents/withdraw.html")]
struct WithdrawPage {
    page: Page,
    dossier: DossierHead,
    errors: Errors,
    action: String,
    back: String,
    key: String,
    version: String,
    what: String,
    is_evidence: bool,
    reason: String,
    max: String,
}

async fn load(
    app: &App,
    me: &Me,
    path: &(String, String),
) -> Result<(DossierId, DocumentId, DocumentPage), Response> {
    let (dossier, document) = document_in(app, me, path)?;
    let found = app
        .casework
        .document(&me.actor, dossier, document)
        .await
        .map_err(|failure| fail::answer(app, me, failure))?;
    Ok((dossier, document, found))
}

/// The same for a form: who may not change it is told so.
async fn load_own(
    app: &App,
    me: &Me,
    path: &(String, String),
) -> Result<(DossierId, DocumentId, DocumentPage), Response> {
    let loaded = load(app, me, path).await?;
    if !loaded.2.may_change {
        let denied = Failure::Denied(Denied::Function);
        return Err(fail::answer(app, me, denied));
    }
    Ok(loaded)
}

pub(super) async fn show(
    State(app): State<App>,
    me: Me,
    Succeeded(notice): Succeeded,
    Path(path): Path<(String, String)>,
) -> Result<Response, Response> {
    let (dossier, id, found) = load(&app, &me, &path).await?;
    let document = &found.document;
    let details = &document.details;
    let address = document_address(dossier, id);
    let mut page = app.page(&me, details.title.as_str(), "");
    page.notice = notice;
    let audience = match (details.audience, me.actor.role, document.organisation) {
        (Audience::Granted, _, _) => "Elke organisatie met inzagerecht",
        (Audience::Own, Role::Counsellor, Some(_)) => "Alleen onze organisatie",
        (Audience::Own, _, Some(_)) => "Alleen de organisatie die het toevoegde",
        (Audience::Own, _, None) => "Alleen de jongere en de bemiddelaar",
    };
    let facts = vec![
        Fact::new("Soort", details.kind.label()),
        Fact::new("Dag", details.day.to_string()),
        Fact::new(
            "Bestand",
            format!(
                "{} ({}, {})",
                document.file.name.as_str(),
                document.file.kind.label(),
                size(document.file.bytes)
            ),
        ),
        Fact::new(
            "Toegevoegd",
            format!(
                "door {} op {}",
                document.added.by_name,
                document.added.at.brussels_text()
            ),
        ),
        Fact::new("Wie ziet dit", audience),
    ];
    let is_shown = document.file.kind.is_shown();
    let is_pdf = document.file.kind == FileType::Pdf;
    let withdrawn = document.withdrawn.as_ref().map(|(stamp, reason)| {
        format!(
            "{} trok dit document in op {}. {reason}",
            stamp.by_name,
            stamp.at.brussels_text()
        )
    });
    let link = |may: bool, end: &str| {
        if may {
            format!("{address}/{end}")
        } else {
            String::new()
        }
    };
    let line = found.line.as_ref();
    let mut response = render(
        StatusCode::OK,
        &OnePage {
            page,
            dossier: app.dossier_head(&me, &found.head, "documenten"),
            heading: details.title.as_str().to_owned(),
            facts,
            line: line.map(|line| line_name(&app, line)).unwrap_or_default(),
            line_href: line
                .map(|line| step_address(dossier, line.id))
                .unwrap_or_default(),
            withdrawn: withdrawn.unwrap_or_default(),
            list: list_address(dossier),
            content: link(is_shown, "inhoud"),
            download: link(true, "bestand"),
            is_picture: document.file.kind.is_picture(),
            is_pdf,
            change: link(found.may_change, "wijzigen"),
            withdraw: link(found.may_change, "intrekken"),
        },
    );
    if is_pdf {
        // The frame of the preview, and nothing else that the other pages may not have.
        let policy = HeaderValue::from_static(WITH_FRAME);
        response
            .headers_mut()
            .insert(CONTENT_SECURITY_POLICY, policy);
    }
    Ok(response)
}

pub(super) async fn change_form(
    State(app): State<App>,
    me: Me,
    Path(path): Path<(String, String)>,
) -> Result<Response, Response> {
    let (dossier, _, found) = load_own(&app, &me, &path).await?;
    let details = &found.document.details;
    let mut fields = Fields::default();
    fields.set("versie", found.document.version.to_string());
    fields.set("soort_document", details.kind.code());
    fields.set("titel", details.title.as_str());
    fields.set_date("dag_document", details.day);
    fields.set("wie", details.audience.code());
    let step = details.step.map(StepId::address);
    fields.set("stap", step.unwrap_or_default());
    let errors = Errors::new();
    Ok(change_page(
        &app,
        &me,
        (dossier, &found),
        &fields,
        errors,
        StatusCode::OK,
    ))
}

fn change_page(
    app: &App,
    me: &Me,
    (dossier, found): (DossierId, &DocumentPage),
    fields: &Fields,
    errors: Errors,
    status: StatusCode,
) -> Response {
    let mut page = app.page(me, "Document wijzigen", "");
    page.has_errors = !errors.is_empty();
    let address = document_address(dossier, found.document.id);
    let step = found.document.details.step;
    let is_open = |step| found.open_lines.iter().any(|line| line.id == step);
    let fixed = step.filter(|step| !is_open(*step));
    let fixed_line = match (fixed, &found.line) {
        (None, _) => String::new(),
        (Some(_), Some(line)) => line_name(app, line),
        (Some(_), None) => "Een stap die niet meer in de lijst staat".to_owned(),
    };
    render(
        status,
        &ChangePage {
            page,
            dossier: app.dossier_head(me, &found.head, "documenten"),
            action: format!("{address}/wijzigen"),
            back: address,
            key: app.casework.submission_key().0.to_string(),
            version: fields.get("versie").to_owned(),
            kinds: kinds(fields.get("soort_document")),
            title: fields.get("titel").to_owned(),
            day: fields.date_parts("dag_document"),
            today: app.casework.today().to_iso(),
            audiences: audiences(me.actor.role, fields.get("wie")),
            lines: line_choices(&found.open_lines, app, fields.get("stap")),
            fixed_line,
            fixed_step: fixed.map(StepId::address).unwrap_or_default(),
            changed: status != StatusCode::OK,
            errors,
        },
    )
}

pub(super) async fn change(
    State(app): State<App>,
    me: Me,
    Path(path): Path<(String, String)>,
    mut fields: Fields,
) -> Result<Response, Response> {
    let (dossier, id, found) = load_own(&app, &me, &path).await?;
    let address = document_address(dossier, id);
    if fields.has("doe", "terug") {
        return Ok(Redirect::to(&address).into_response());
    }
    let mut errors = Errors::new();
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    if fields.has("vandaag", "dag_document") {
        fields.set_date("dag_document", app.casework.today());
        let found = (dossier, &found);
        return Ok(change_page(
            &app,
            &me,
            found,
            &fields,
            errors,
            StatusCode::OK,
        ));
    }
    let kind = fields.choice(
        "soort_document",
        Field::DocumentKind,
        DocumentKind::from_code,
        &mut errors,
    );
    let title: Option<Label> = fields.line("titel", Field::Title, &mut errors);
    let day = fields.day("dag_document", "de dag op het document", &mut errors);
    let audience = fields.choice("wie", Field::Audience, Audience::from_code, &mut errors);
    let leads_to = format!("{address}?gelukt=document-gewijzigd");
    let submission = submission(&app, &fields, leads_to, &mut errors);
    if let (Some(kind), Some(title), Some(day), Some(audience), Some(submission)) =
        (kind, title, day, audience, submission)
    {
        let correction = Correction {
            version: fields.version(),
            details: Details {
                kind,
                title,
                day,
                audience,
                step: StepId::from_address(fields.get("stap")),
            },
        };
        let done = app
            .casework
            .correct_document(&me.actor, dossier, id, &correction, &submission)
            .await;
        match done {
            Ok(()) => return Ok(Redirect::to(&submission.leads_to).into_response()),
            Err(Failure::Refused(refusals)) => {
                status = show_refusals(&mut errors, &refusals);
                if status == StatusCode::CONFLICT {
                    // Confirming again is then on the document as it is now.
                    fields.set("versie", found.document.version.to_string());
                }
            }
            Err(other) => return Err(fail::answer(&app, &me, other)),
        }
    }
    let found = (dossier, &found);
    Ok(change_page(&app, &me, found, &fields, errors, status))
}

pub(super) async fn withdraw_form(
    State(app): State<App>,
    me: Me,
    Path(path): Path<(String, String)>,
) -> Result<Response, Response> {
    let (dossier, _, found) = load_own(&app, &me, &path).await?;
    let mut fields = Fields::default();
    fields.set("versie", found.document.version.to_string());
    let found = (dossier, &found);
    let errors = Errors::new();
    Ok(withdraw_page(
        &app,
        &me,
        found,
        &fields,
        errors,
        StatusCode::OK,
    ))
}

fn withdraw_page(
    app: &App,
    me: &Me,
    (dossier, found): (DossierId, &DocumentPage),
    fields: &Fields,
    errors: Errors,
    status: StatusCode,
) -> Response {
    let mut page = app.page(me, "Document intrekken", "");
    page.has_errors = !errors.is_empty();
    let address = document_address(dossier, found.document.id);
    let details = &found.document.details;
    render(
        status,
        &WithdrawPage {
            page,
            dossier: app.dossier_head(me, &found.head, "documenten"),
            errors,
            action: format!("{address}/intrekken"),
            back: address,
            key: app.casework.submission_key().0.to_string(),
            version: fields.get("versie").to_owned(),
            what: format!(
                "{} ({}, {})",
                details.title,
                details.kind.label(),
                details.day
            ),
            is_evidence: details.step.is_some(),
            reason: fields.get("reden").to_owned(),
            max: Note::MAX.to_string(),
        },
    )
}

pub(super) async fn withdraw(
    State(app): State<App>,
    me: Me,
    Path(path): Path<(String, String)>,
    mut fields: Fields,
) -> Result<Response, Response> {
    let (dossier, id, found) = load_own(&app, &me, &path).await?;
    if fields.has("doe", "terug") {
        return Ok(Redirect::to(&document_address(dossier, id)).into_response());
    }
    let mut errors = Errors::new();
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    let reason: Option<Note> = fields.story("reden", Field::WithdrawReason, &mut errors);
    let leads_to = format!("{}?gelukt=document-ingetrokken", list_address(dossier));
    let submission = submission(&app, &fields, leads_to, &mut errors);
    if let (Some(reason), Some(submission)) = (reason, submission) {
        let which = (id, fields.version());
        let done = app
            .casework
            .withdraw_document(&me.actor, dossier, which, &reason, &submission)
            .await;
        match done {
            Ok(()) => return Ok(Redirect::to(&submission.leads_to).into_response()),
            Err(Failure::Refused(refusals)) => {
                status = show_refusals(&mut errors, &refusals);
                if status == StatusCode::CONFLICT {
                    fields.set("versie", found.document.version.to_string());
                }
            }
            Err(other) => return Err(fail::answer(&app, &me, other)),
        }
    }
    let found = (dossier, &found);
    Ok(withdraw_page(&app, &me, found, &fields, errors, status))
}
