//! The form of 'Over mezelf'.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::{Casework, Failure};
use domain::ids::DossierId;
use domain::refusal::Field;
use domain::text::Note;

use crate::App;
use crate::context::Me;
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{DossierHead, Errors, Page};
use crate::profile::{address, load, show_refusals};
use crate::sections::status_of;
use crate::steps::{dossier_in, submission};

#[derive(Template)]
#[template(path = "profile/about.html")]
struct AboutPage {
    page: Page,
    dossier: DossierHead,
    errors: Errors,
    action: String,
    key: String,
    read: String,
    text: String,
    max: String,
    changed: bool,
}

async fn form(
    app: &App,
    me: &Me,
    dossier: DossierId,
    typed: Option<&str>,
    errors: Errors,
    status: StatusCode,
) -> Result<Response, Response> {
    let found = load(app, me, dossier).await?;
    let now = found.contact.about_me.unwrap_or_default();
    let mut page = app.page(me, "Over mezelf", "");
    page.has_errors = !errors.is_empty();
    Ok(render(
        status,
        &AboutPage {
            page,
            dossier: app.dossier_head(me, &found.head, "profiel"),
            errors,
            action: format!("{}/over-mezelf", address(dossier)),
            key: app.casework.submission_key().0.to_string(),
            // Of the text as it is now: confirming again is then on that.
            read: Casework::text_mark(&now),
            text: typed.map_or(now, str::to_owned),
            max: Note::MAX.to_string(),
            changed: status != StatusCode::OK,
        },
    ))
}

pub(super) async fn show(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    form(&app, &me, id, None, Errors::new(), StatusCode::OK).await
}

pub(super) async fn save(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    if fields.has("doe", "terug") {
        return Ok(Redirect::to(&address(id)).into_response());
    }
    let mut errors = Errors::new();
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    let text: Option<Note> = fields.optional_story("over_mezelf", Field::AboutMe, &mut errors);
    let leads_to = format!("{}?gelukt=over-mezelf", address(id));
    let submission = submission(&app, &fields, leads_to, &mut errors);
    if let (Some(submission), true) = (submission, errors.is_empty()) {
        let done = app
            .casework
            .save_about_me(
                &me.actor,
                id,
                fields.get("gelezen"),
                text.as_ref(),
                &submission,
            )
            .await;
        match done {
            Ok(()) => return Ok(Redirect::to(&submission.leads_to).into_response()),
            Err(Failure::Refused(refusals)) => {
                status = status_of(&refusals);
                show_refusals(&mut errors, &refusals);
            }
            Err(other) => return Err(fail::answer(&app, &me, other)),
        }
    }
    form(
        &app,
        &me,
        id,
        Some(fields.get("over_mezelf")),
        errors,
        status,
    )
    .await
}
