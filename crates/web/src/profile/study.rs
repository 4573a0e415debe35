//! The form of a study.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::{Failure, StudyInput};
use domain::ids::{DossierId, StudyId};
use domain::refusal::Field;
use domain::studies::{Certificate, Grade, Level, Provenance, Study, StudyDetails};

use crate::App;
use crate::context::Me;
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{Choice, DateParts, DossierHead, Errors, Page};
use crate::profile::{address, load, show_refusals};
use crate::sections::{optional_choice, status_of};
use crate::steps::{dossier_in, submission};

#[derive(Template)]
#[template(path = "profile/study.html")]
struct StudyPage {
    page: Page,
    dossier: DossierHead,
    errors: Errors,
    heading: &'static str,
    action: String,
    key: String,
    version: String,
    levels: Vec<Choice>,
    grades: Vec<Choice>,
    field: String,
    school: String,
    ended_on: DateParts,
    certificates: Vec<Choice>,
    provenances: Vec<Choice>,
    changed: bool,
}

fn fields_of(study: &Study) -> Fields {
    let details = &study.details;
    let mut fields = Fields::default();
    fields.set("versie", study.version.to_string());
    fields.set("onderwijsvorm", details.level.code());
    fields.set("graad", details.grade.map_or("", Grade::code));
    fields.set(
        "studierichting",
        details
            .field
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
    );
    fields.set("school", details.school.as_str());
    if let Some(day) = details.ended_on {
        fields.set_date("einddatum", day);
    }
    fields.set(
        "studiebewijs",
        details.certificate.map_or("", Certificate::code),
    );
    fields.set("herkomst", details.provenance.code());
    fields
}

fn parse(fields: &Fields, errors: &mut Errors) -> Option<StudyDetails> {
    let level = fields.choice("onderwijsvorm", Field::Level, Level::from_code, errors);
    let grade = optional_choice(fields, "graad", Field::Grade, Grade::from_code, errors);
    let field = fields.optional_line("studierichting", Field::StudyField, errors);
    let school = fields.line("school", Field::School, errors);
    let ended_on = fields.optional_day("einddatum", "de einddatum", errors);
    let certificate = optional_choice(
        fields,
        "studiebewijs",
        Field::Certificate,
        Certificate::from_code,
        errors,
    );
    let provenance = fields.choice("herkomst", Field::Provenance, Provenance::from_code, errors);
    if !errors.is_empty() {
        return None;
    }
    Some(StudyDetails {
        level: level?,
        grade,
        field,
        school: school?,
        ended_on,
        certificate,
        provenance: provenance?,
    })
}

/// What the form is about and how it comes back.
struct Shown<'a> {
    existing: Option<StudyId>,
    fields: &'a Fields,
    errors: Errors,
    status: StatusCode,
}

async fn form(
    app: &App,
    me: &Me,
    dossier: DossierId,
    shown: Shown<'_>,
) -> Result<Response, Response> {
    let found = load(app, me, dossier).await?;
    let fields = shown.fields;
    let base = address(dossier);
    let (heading, action) = match shown.existing {
        Some(id) => (
            "Studie wijzigen",
            format!("{base}/studies/{}", id.address()),
        ),
        None => ("Studie toevoegen", format!("{base}/studies/nieuw")),
    };
    let mut page = app.page(me, heading, "");
    page.has_errors = !shown.errors.is_empty();
    let choice = |name: &str, code: &'static str, label: &'static str| {
        Choice::new(code, label, fields.get(name) == code)
    };
    Ok(render(
        shown.status,
        &StudyPage {
            page,
            dossier: app.dossier_head(me, &found.head, "profiel"),
            errors: shown.errors,
            heading,
            action,
            key: app.casework.submission_key().0.to_string(),
            version: fields.get("versie").to_owned(),
            levels: Level::ALL
                .iter()
                .map(|it| choice("onderwijsvorm", it.code(), it.label()))
                .collect(),
            grades: Grade::ALL
                .iter()
                .map(|it| choice("graad", it.code(), it.label()))
                .collect(),
            field: fields.get("studierichting").to_owned(),
            school: fields.get("school").to_owned(),
            ended_on: fields.date_parts("einddatum"),
            certificates: Certificate::ALL
                .iter()
                .map(|it| choice("studiebewijs", it.code(), it.label()))
                .collect(),
            provenances: [Provenance::SelfDeclared, Provenance::PaperVerified]
                .iter()
                .map(|it| choice("herkomst", it.code(), it.label()))
                .collect(),
            changed: shown.status != StatusCode::OK,
        },
    ))
}

pub(super) async fn new(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let mut fields = Fields::default();
    fields.set("herkomst", Provenance::SelfDeclared.code());
    let shown = Shown {
        existing: None,
        fields: &fields,
        errors: Errors::new(),
        status: StatusCode::OK,
    };
    form(&app, &me, id, shown).await
}

/// The study in an address.
async fn study_in(
    app: &App,
    me: &Me,
    (dossier, study): &(String, String),
) -> Result<(DossierId, Study), Response> {
    let dossier = dossier_in(app, me, dossier)?;
    let id = StudyId::from_address(study);
    let found = load(app, me, dossier).await?;
    let study = found.studies.into_iter().find(|it| Some(it.id) == id);
    let study = study.ok_or_else(|| fail::not_found(app, Some(me)))?;
    Ok((dossier, study))
}

pub(super) async fn one(
    State(app): State<App>,
    me: Me,
    Path(path): Path<(String, String)>,
) -> Result<Response, Response> {
    let (dossier, study) = study_in(&app, &me, &path).await?;
    if study.details.provenance == Provenance::Authentic {
        let refused = domain::refusal::Refusal::AuthenticIsReadOnly;
        return Err(fail::answer(&app, &me, refused.into()));
    }
    let shown = Shown {
        existing: Some(study.id),
        fields: &fields_of(&study),
        errors: Errors::new(),
        status: StatusCode::OK,
    };
    form(&app, &me, dossier, shown).await
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
    let (dossier, study) = study_in(&app, &me, &path).await?;
    save(&app, &me, dossier, Some(study), fields).await
}

async fn save(
    app: &App,
    me: &Me,
    dossier: DossierId,
    existing: Option<Study>,
    mut fields: Fields,
) -> Result<Response, Response> {
    if fields.has("doe", "terug") {
        return Ok(Redirect::to(&address(dossier)).into_response());
    }
    let mut errors = Errors::new();
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    let details = parse(&fields, &mut errors);
    let leads_to = format!("{}?gelukt=studie", address(dossier));
    let submission = submission(app, &fields, leads_to, &mut errors);
    let id = existing.as_ref().map(|study| study.id);
    if let (Some(details), Some(submission)) = (details, submission) {
        let input = StudyInput {
            existing: id.map(|id| (id, fields.version())),
            details,
        };
        let done = app
            .casework
            .save_study(&me.actor, dossier, &input, &submission)
            .await;
        match done {
            Ok(_) => return Ok(Redirect::to(&submission.leads_to).into_response()),
            Err(Failure::Refused(refusals)) => {
                status = status_of(&refusals);
                show_refusals(&mut errors, &refusals);
                // Confirming again is then on the study as it is now.
                if let (StatusCode::CONFLICT, Some(now)) = (status, &existing) {
                    fields.set("versie", now.version.to_string());
                }
            }
            Err(other) => return Err(fail::answer(app, me, other)),
        }
    }
    let shown = Shown {
        existing: id,
        fields: &fields,
        errors,
        status,
    };
    form(app, me, dossier, shown).await
}
