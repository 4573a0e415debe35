//! 'Inzagerechten': what the own organisation asked and what ends soon, and the form to ask.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::{AskInput, Proof};
use domain::client_number::ClientNumber;
use domain::documents::MIB;
use domain::grants::{Basis, RequestKind};
use domain::insz::Insz;
use domain::refusal::{Field, Refusal};
use domain::text::Note;

use super::{OWN, asked_what, bases, client_said, outcome, show_refusals};
use crate::App;
use crate::context::{Me, Succeeded, dossier_address};
use crate::documents::ACCEPT;
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{Choice, DateParts, Errors, Page};
use crate::steps::submission;
use crate::upload::Upload;

#[derive(Template)]
#[template(path = "grants/own.html")]
struct OwnPage {
    page: Page,
    ending: Vec<EndingRow>,
    rows: Vec<Row>,
}

struct EndingRow {
    name: String,
    href: String,
    number: String,
    last_day: String,
    extend: String,
}

struct Row {
    number: String,
    what: &'static str,
    asked: String,
    outcome: String,
    kind: &'static str,
    client_said: String,
}

#[derive(Template)]
#[template(path = "grants/ask.html")]
struct AskPage {
    page: Page,
    errors: Errors,
    key: String,
    number: String,
    proofs: Vec<Choice>,
    insz: String,
    birth: DateParts,
    bases: Vec<Choice>,
    form_on: DateParts,
    purpose: String,
    max: String,
    files_hint: String,
    accept: &'static str,
    changed: bool,
}

pub(super) async fn list(
    State(app): State<App>,
    me: Me,
    Succeeded(notice): Succeeded,
) -> Result<Response, Response> {
    let found = app
        .casework
        .own_grants(&me.actor)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let mut page = app.page(&me, "Inzagerechten", OWN);
    page.notice = notice;
    let ending = found
        .ending
        .into_iter()
        .map(|soon| EndingRow {
            name: soon.name,
            href: dossier_address(soon.dossier),
            number: soon.client_number.to_string(),
            last_day: soon.last_day.to_string(),
            extend: format!(
                "{}/inzagerecht/vragen?soort={}",
                dossier_address(soon.dossier),
                RequestKind::Extension.code()
            ),
        })
        .collect();
    let rows = found
        .requests
        .into_iter()
        .map(|request| {
            let (outcome, kind) = outcome(&request);
            Row {
                number: request.client_number.to_string(),
                what: asked_what(request.kind),
                asked: format!(
                    "{}, {}",
                    request.asked.by_name,
                    request.asked.at.brussels_text()
                ),
                outcome,
                kind,
                // Only who may open the dossier is told what the client says of it.
                client_said: if request.kind == RequestKind::Access {
                    String::new()
                } else {
                    client_said(&request)
                },
            }
        })
        .collect();
    Ok(render(StatusCode::OK, &OwnPage { page, ending, rows }))
}

fn form(app: &App, me: &Me, fields: &Fields, errors: Errors, status: StatusCode) -> Response {
    let mut page = app.page(me, "Vraag inzagerecht", OWN);
    page.has_errors = !errors.is_empty();
    let proof = fields.get("bewijs");
    render(
        status,
        &AskPage {
            page,
            errors,
            key: app.casework.submission_key().0.to_string(),
            number: fields.get("klantnummer").to_owned(),
            proofs: vec![
                Choice::new("insz", "Rijksregisternummer (INSZ)", proof == "insz"),
                Choice::new("geboortedatum", "Geboortedatum", proof == "geboortedatum"),
            ],
            insz: fields.get("insz").to_owned(),
            birth: fields.date_parts("geboren"),
            bases: bases(fields.get("grond")),
            form_on: fields.date_parts("formulier"),
            purpose: fields.get("doel").to_owned(),
            max: Note::MAX.to_string(),
            files_hint: format!(
                "Nodig bij een akkoord van de jongere. PDF, JPEG, PNG, ODT of DOCX, hoogstens {} MB. Alleen de bemiddelaar ziet het.",
                app.casework.files().limits().file_bytes / MIB
            ),
            accept: ACCEPT,
            changed: status != StatusCode::OK,
        },
    )
}

pub(super) async fn show(State(app): State<App>, me: Me) -> Response {
    form(&app, &me, &Fields::default(), Errors::new(), StatusCode::OK)
}

pub(super) async fn send(
    State(app): State<App>,
    me: Me,
    request: Request,
) -> Result<Response, Response> {
    let Upload {
        fields,
        mut files,
        mut refused,
    } = Upload::read(&app, request).await?;
    if fields.has("doe", "terug") {
        return Ok(Redirect::to(OWN).into_response());
    }
    let mut errors = Errors::new();
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    let number = match ClientNumber::parse(fields.get("klantnummer")) {
        Ok(number) => Some(number),
        Err(_) => {
            let sentence = "Vul het klantnummer in: 8 cijfers. Het staat op brieven van VDAB.";
            errors.add("klantnummer", sentence);
            None
        }
    };
    let proof = proof(&fields, &mut errors);
    let basis = fields.choice("grond", Field::Basis, Basis::from_code, &mut errors);
    if files.len() > 1 {
        refused.add(Refusal::TooManyFiles { most: 1 });
    }
    show_refusals(&mut errors, &refused);
    let form_on = fields.optional_day("formulier", "de dag van het formulier", &mut errors);
    let purpose: Option<Note> = fields.story("doel", Field::Purpose, &mut errors);
    let leads_to = format!("{OWN}?gelukt=gevraagd");
    let submission = submission(&app, &fields, leads_to, &mut errors);
    if let (true, Some(number), Some(proof), Some(basis), Some(purpose), Some(submission)) =
        (errors.is_empty(), number, proof, basis, purpose, submission)
    {
        let input = AskInput {
            number,
            proof,
            basis,
            form_on,
            purpose,
        };
        let asked = app
            .casework
            .ask_grant_with_form(&me.actor, &input, files.pop(), &submission)
            .await;
        match asked {
            Ok(()) => return Ok(Redirect::to(&submission.leads_to).into_response()),
            Err(failure) => {
                let refused = fail::refusals(&app, &me, failure)?;
                status = show_refusals(&mut errors, &refused);
            }
        }
    }
    Ok(form(&app, &me, &fields, errors, status))
}

/// The national number or the day of birth, whichever was chosen.
fn proof(fields: &Fields, errors: &mut Errors) -> Option<Proof> {
    match fields.get("bewijs") {
        "insz" => match Insz::parse(fields.get("insz")) {
            Ok(insz) => Some(Proof::Insz(insz)),
            Err(_) => {
                let sentence = "Dit is geen rijksregisternummer. Kijk de 11 cijfers na.";
                errors.add("insz", sentence);
                None
            }
        },
        "geboortedatum" => fields
            .day("geboren", "de geboortedatum", errors)
            .map(Proof::Birth),
        _ => {
            let sentence = "Kies hoe je toont dat je de jongere kent.";
            errors.add("bewijs", sentence);
            None
        }
    }
}
