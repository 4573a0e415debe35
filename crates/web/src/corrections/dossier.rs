//! 'Rechtzettingen' of one dossier: what was asked and what became of it, and the form to ask.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::{About, Casework, CorrectionsPage as Found};
use domain::corrections::{Ask, Correction, CorrectionDecision, CorrectionKind, Subject};
use domain::ids::{DossierId, ExperienceId, StepId, StudyId};
use domain::people::Role;
use domain::refusal::Field;
use domain::steps::Span;
use domain::text::Note;

use super::{outcome, rows, show_refusals};
use crate::App;
use crate::context::{Me, Succeeded, dossier_address};
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{Choice, DossierHead, Errors, Fact, Page};
use crate::steps::{dossier_in, step_address, submission};

#[derive(Template)]
#[template(path = "corrections/list.html")]
struct ListPage {
    page: Page,
    dossier: DossierHead,
    is_client: bool,
    requests: Vec<RequestView>,
    ask: String,
}

struct RequestView {
    heading: &'static str,
    state: &'static str,
    state_kind: &'static str,
    rows: Vec<Fact>,
    /// The line it is about; empty when it is about none.
    line: String,
}

#[derive(Template)]
#[template(path = "corrections/ask.html")]
struct AskPage {
    page: Page,
    dossier: DossierHead,
    errors: Errors,
    is_client: bool,
    back: String,
    action: String,
    key: String,
    kinds: Vec<Choice>,
    subjects: Vec<Choice>,
    text: String,
    max: String,
    changed: bool,
}

fn list_address(dossier: DossierId) -> String {
    format!("{}/rechtzettingen", dossier_address(dossier))
}

/// How a subject stands in a form and an address.
fn code(subject: Subject) -> String {
    match subject {
        Subject::Line(id) => format!("stap-{}", id.address()),
        Subject::Study(id) => format!("studie-{}", id.address()),
        Subject::Experience(id) => format!("werkervaring-{}", id.address()),
        Subject::Personal => "gegevens".to_owned(),
        Subject::Other => "anders".to_owned(),
    }
}

fn subject_of(code: &str) -> Option<Subject> {
    match code.split_once('-') {
        Some(("stap", id)) => StepId::from_address(id).map(Subject::Line),
        Some(("studie", id)) => StudyId::from_address(id).map(Subject::Study),
        Some(("werkervaring", id)) => ExperienceId::from_address(id).map(Subject::Experience),
        None if code == "gegevens" => Some(Subject::Personal),
        None if code == "anders" => Some(Subject::Other),
        _ => None,
    }
}

fn line_text(casework: &Casework, line: &Span) -> String {
    let kind = casework.catalogue().step_type(&line.step_type);
    let name = kind.map_or_else(|| line.step_type.to_string(), |kind| kind.name_list.clone());
    format!("Stap van {}: {name}", line.start)
}

/// What a request is about, as far as it still stands there.
fn about_text(casework: &Casework, about: &About, subject: Subject) -> String {
    let found = match subject {
        Subject::Line(id) => {
            let mut lines = about.lines.iter();
            lines
                .find(|it| it.step == id)
                .map(|line| line_text(casework, line))
        }
        Subject::Study(id) => {
            let mut studies = about.studies.iter();
            studies
                .find(|it| it.id == id)
                .map(|it| format!("Studie: {}", it.details.title()))
        }
        Subject::Experience(id) => {
            let mut experiences = about.experiences.iter();
            experiences
                .find(|it| it.id == id)
                .map(|it| format!("Werkervaring: {}", it.details.function))
        }
        Subject::Personal | Subject::Other => None,
    };
    found.unwrap_or_else(|| subject.label().to_owned())
}

async fn load(app: &App, me: &Me, dossier: DossierId) -> Result<Found, Response> {
    app.casework
        .corrections(&me.actor, dossier)
        .await
        .map_err(|failure| fail::answer(app, me, failure))
}

pub(super) async fn list(
    State(app): State<App>,
    me: Me,
    Succeeded(notice): Succeeded,
    Path(dossier): Path<String>,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let found = load(&app, &me, id).await?;
    let mut page = app.page(&me, "Rechtzettingen", "");
    page.notice = notice;
    let view = |request: &Correction| {
        let granted = request
            .decision
            .as_ref()
            .map(CorrectionDecision::is_granted);
        let (state, state_kind) = outcome(granted);
        let about = about_text(&app.casework, &found.about, request.subject);
        RequestView {
            heading: request.kind.label(),
            state,
            state_kind,
            rows: rows(request, about),
            line: request
                .subject
                .line()
                .filter(|step| found.about.lines.iter().any(|it| it.step == *step))
                .map(|step| step_address(id, step))
                .unwrap_or_default(),
        }
    };
    Ok(render(
        StatusCode::OK,
        &ListPage {
            page,
            dossier: app.dossier_head(&me, &found.head, "rechtzettingen"),
            is_client: me.actor.role == Role::Client,
            requests: found.requests.iter().map(view).collect(),
            ask: format!("{}/nieuw", list_address(id)),
        },
    ))
}

fn ask_page(
    app: &App,
    me: &Me,
    found: &Found,
    (fields, errors): (&Fields, Errors),
    status: StatusCode,
) -> Response {
    let role = me.actor.role;
    let about = &found.about;
    let mut subjects: Vec<Subject> = about
        .lines
        .iter()
        .map(|it| Subject::Line(it.step))
        .collect();
    subjects.extend(about.studies.iter().map(|it| Subject::Study(it.id)));
    subjects.extend(
        about
            .experiences
            .iter()
            .map(|it| Subject::Experience(it.id)),
    );
    subjects.push(Subject::Personal);
    if role != Role::Counsellor {
        subjects.push(Subject::Other);
    }
    let kinds: Vec<Choice> = CorrectionKind::ALL
        .iter()
        .filter(|kind| role == Role::Client || **kind == CorrectionKind::Correction)
        .map(|kind| {
            let chosen = fields.get("vraag") == kind.code();
            let choice = Choice::new(kind.code(), kind.label(), chosen);
            match kind {
                CorrectionKind::Correction => {
                    choice.hint("Er staat iets fout, of er ontbreekt iets.")
                }
                CorrectionKind::Objection => {
                    choice.hint("Je wil niet dat dit bewaard of gebruikt wordt.")
                }
            }
        })
        .collect();
    let mut page = app.page(me, "Vraag een rechtzetting", "");
    page.has_errors = !errors.is_empty();
    render(
        status,
        &AskPage {
            page,
            dossier: app.dossier_head(me, &found.head, "rechtzettingen"),
            errors,
            is_client: role == Role::Client,
            back: list_address(found.head.id),
            action: format!("{}/nieuw", list_address(found.head.id)),
            key: app.casework.submission_key().0.to_string(),
            kinds,
            subjects: subjects
                .into_iter()
                .map(|subject| {
                    let value = code(subject);
                    let chosen = value == fields.get("over");
                    let label = about_text(&app.casework, about, subject);
                    Choice::new(value, label, chosen)
                })
                .collect(),
            text: fields.get("tekst").to_owned(),
            max: Note::MAX.to_string(),
            changed: status != StatusCode::OK,
        },
    )
}

pub(super) async fn form(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
    uri: Uri,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let found = load(&app, &me, id).await?;
    let mut fields = Fields::of_query(uri.query());
    if fields.get("vraag").is_empty() {
        fields.set("vraag", CorrectionKind::Correction.code());
    }
    let shown = (&fields, Errors::new());
    Ok(ask_page(&app, &me, &found, shown, StatusCode::OK))
}

/// 'Verstuur je vraag'.
pub(super) async fn send(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    if fields.has("doe", "terug") {
        return Ok(Redirect::to(&list_address(id)).into_response());
    }
    let mut errors = Errors::new();
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    let parse = CorrectionKind::from_code;
    let kind = fields.choice("vraag", Field::CorrectionText, parse, &mut errors);
    let subject = fields.choice("over", Field::Subject, subject_of, &mut errors);
    let text: Option<Note> = fields.story("tekst", Field::CorrectionText, &mut errors);
    let leads_to = format!("{}?gelukt=rechtzetting-gevraagd", list_address(id));
    let submission = submission(&app, &fields, leads_to, &mut errors);
    if let (Some(kind), Some(subject), Some(text), Some(submission)) =
        (kind, subject, text, submission)
    {
        let ask = Ask {
            kind,
            subject,
            text,
        };
        let asked = app
            .casework
            .ask_correction(&me.actor, id, &ask, &submission)
            .await;
        match asked {
            Ok(_) => return Ok(Redirect::to(&submission.leads_to).into_response()),
            Err(failure) => {
                let refused = fail::refusals(&app, &me, failure)?;
                status = show_refusals(&mut errors, &refused);
            }
        }
    }
    let found = load(&app, &me, id).await?;
    Ok(ask_page(&app, &me, &found, (&fields, errors), status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_reads_back_as_it_was_written() {
        let id = "0123456789abcdef0123456789abcdef";
        for text in [
            format!("stap-{id}"),
            format!("studie-{id}"),
            format!("werkervaring-{id}"),
            "gegevens".to_owned(),
            "anders".to_owned(),
        ] {
            assert_eq!(code(subject_of(&text).unwrap()), text);
        }
        for odd in ["", "stap", "stap-", "stap-x", "gegevens-", "anders-1"] {
            assert!(subject_of(odd).is_none(), "{odd}");
        }
    }
}
