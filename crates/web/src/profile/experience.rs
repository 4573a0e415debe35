//! The form of a work experience.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::{ExperienceInput, Failure};
use domain::ids::{DossierId, ExperienceId};
use domain::profile::{Experience, ExperienceDetails};
use domain::refusal::Field;
use domain::text::Note;

use crate::App;
use crate::context::Me;
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{DateParts, DossierHead, Errors, Page};
use crate::profile::{address, load, show_refusals, status_of};
use crate::steps::{dossier_in, submission};

#[derive(Template)]
#[template(path = "profile/experience.html")]
struct ExperiencePage {
    page: Page,
    dossier: DossierHead,
    errors: Errors,
    heading: &'static str,
    action: String,
    key: String,
    version: String,
    function: String,
    employer: String,
    from: DateParts,
    until: DateParts,
    description: String,
    max: String,
    changed: bool,
}

fn fields_of(experience: &Experience) -> Fields {
    let details = &experience.details;
    let mut fields = Fields::default();
    fields.set("versie", experience.version.to_string());
    fields.set("functie", details.function.as_str());
    fields.set("werkgever", details.employer.as_str());
    fields.set_date("van", details.from);
    if let Some(until) = details.until {
        fields.set_date("tot", until);
    }
    if let Some(description) = &details.description {
        fields.set("omschrijving", description.as_str());
    }
    fields
}

fn parse(fields: &Fields, errors: &mut Errors) -> Option<ExperienceDetails> {
    let function = fields.line("functie", Field::Function, errors);
    let employer = fields.line("werkgever", Field::Employer, errors);
    let from = fields.day("van", "de begindatum", errors);
    let until = fields.optional_day("tot", "de einddatum", errors);
    let description = fields.optional_story("omschrijving", Field::Description, errors);
    if !errors.is_empty() {
        return None;
    }
    Some(ExperienceDetails {
        function: function?,
        employer: employer?,
        from: from?,
        until,
        description,
    })
}

async fn form(
    app: &App,
    me: &Me,
    dossier: DossierId,
    existing: Option<ExperienceId>,
    fields: &Fields,
    (errors, status): (Errors, StatusCode),
) -> Result<Response, Response> {
    let found = load(app, me, dossier).await?;
    let base = address(dossier);
    let (heading, action) = match existing {
        Some(id) => (
            "Werkervaring wijzigen",
            format!("{base}/werkervaring/{}", id.address()),
        ),
        None => (
            "Werkervaring toevoegen",
            format!("{base}/werkervaring/nieuw"),
        ),
    };
    let mut page = app.page(me, heading, "");
    page.has_errors = !errors.is_empty();
    Ok(render(
        status,
        &ExperiencePage {
            page,
            dossier: app.dossier_head(me, &found.head, "profiel"),
            errors,
            heading,
            action,
            key: app.casework.submission_key().0.to_string(),
            version: fields.get("versie").to_owned(),
            function: fields.get("functie").to_owned(),
            employer: fields.get("werkgever").to_owned(),
            from: fields.date_parts("van"),
            until: fields.date_parts("tot"),
            description: fields.get("omschrijving").to_owned(),
            max: Note::MAX.to_string(),
            changed: status != StatusCode::OK,
        },
    ))
}

pub(super) async fn new(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let fine = (Errors::new(), StatusCode::OK);
    form(&app, &me, id, None, &Fields::default(), fine).await
}

/// The work experience in an address.
async fn experience_in(
    app: &App,
    me: &Me,
    (dossier, experience): &(String, String),
) -> Result<(DossierId, Experience), Response> {
    let dossier = dossier_in(app, me, dossier)?;
    let id = ExperienceId::from_address(experience);
    let found = load(app, me, dossier).await?;
    let experience = found.experiences.into_iter().find(|it| Some(it.id) == id);
    let experience = experience.ok_or_else(|| fail::not_found(app, Some(me)))?;
    Ok((dossier, experience))
}

pub(super) async fn one(
    State(app): State<App>,
    me: Me,
    Path(path): Path<(String, String)>,
) -> Result<Response, Response> {
    let (dossier, experience) = experience_in(&app, &me, &path).await?;
    let fine = (Errors::new(), StatusCode::OK);
    let fields = fields_of(&experience);
    form(&app, &me, dossier, Some(experience.id), &fields, fine).await
}

pub(super) async fn add(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    save(&app, &me, id, None, fields).await
}

pub(super) async fn correct(
    State(app): State<App>,
    me: Me,
    Path(path): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Response> {
    let (dossier, experience) = experience_in(&app, &me, &path).await?;
    save(&app, &me, dossier, Some(experience), fields).await
}

async fn save(
    app: &App,
    me: &Me,
    dossier: DossierId,
    existing: Option<Experience>,
    mut fields: Fields,
) -> Result<Response, Response> {
    if fields.has("doe", "terug") {
        return Ok(Redirect::to(&address(dossier)).into_response());
    }
    let mut errors = Errors::new();
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    let details = parse(&fields, &mut errors);
    let leads_to = format!("{}?gelukt=werkervaring", address(dossier));
    let submission = submission(app, &fields, leads_to, &mut errors);
    let id = existing.as_ref().map(|it| it.id);
    if let (Some(details), Some(submission)) = (details, submission) {
        let input = ExperienceInput {
            existing: id.map(|id| (id, fields.version())),
            details,
        };
        let done = app
            .casework
            .save_experience(&me.actor, dossier, &input, &submission)
            .await;
        match done {
            Ok(_) => return Ok(Redirect::to(&submission.leads_to).into_response()),
            Err(Failure::Refused(refusals)) => {
                status = status_of(&refusals);
                show_refusals(&mut errors, &refusals);
                if let (StatusCode::CONFLICT, Some(now)) = (status, &existing) {
                    fields.set("versie", now.version.to_string());
                }
            }
            Err(other) => return Err(fail::answer(app, me, other)),
        }
    }
    form(app, me, dossier, id, &fields, (errors, status)).await
}
