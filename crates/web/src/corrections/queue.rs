//! 'Rechtzettingen' of who decides: what waits, one request with what it is about, and the decision.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::{CorrectionAnswer, CorrectionPage as Found, QueuePlace, QueuedCorrection};
use domain::Moment;
use domain::corrections::{CorrectionDecision, Subject};
use domain::ids::CorrectionId;
use domain::policy::{self, Operation};
use domain::refusal::Field;
use domain::text::Note;

use super::{QUEUE, outcome, rows, show_refusals};
use crate::App;
use crate::context::{Me, Succeeded, dossier_address};
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{Errors, Fact, Page};
use crate::steps::{
    AddendumView, NoteView, action_lines, addenda, ending_facts, line_facts, line_notes, submission,
};

#[derive(Template)]
#[template(path = "corrections/queue.html")]
struct QueuePage {
    page: Page,
    waiting: Vec<Row>,
    decided: Vec<Row>,
    next: String,
    is_first: bool,
}

struct Row {
    href: String,
    text: String,
    about: &'static str,
    asked: String,
    outcome: &'static str,
    outcome_kind: &'static str,
    decided_at: String,
}

#[derive(Template)]
#[template(path = "corrections/one.html")]
struct OnePage {
    page: Page,
    errors: Errors,
    heading: &'static str,
    back: &'static str,
    asker: String,
    client: Vec<Fact>,
    rows: Vec<Fact>,
    state: &'static str,
    state_kind: &'static str,
    /// Where the mediator corrects what is no line; empty for others.
    correct: String,
    line: Option<LineView>,
    /// The study or the work experience as it is now; empty for the rest.
    now: String,
    forms: Option<Forms>,
}

struct LineView {
    rows: Vec<Fact>,
    summary: String,
    addenda: Vec<AddendumView>,
    notes: Vec<NoteView>,
    actions: Vec<String>,
}

struct Forms {
    version: String,
    grant_action: String,
    grant_key: String,
    needs_note: bool,
    note: String,
    grant_answer: String,
    refuse_action: String,
    refuse_key: String,
    refuse_answer: String,
    max: String,
    changed: bool,
}

/// How the page comes back.
#[derive(Default)]
struct Shown {
    errors: Errors,
    status: StatusCode,
    fields: Fields,
    refuses: bool,
}

/// What a request is about, from its stored code.
fn about(code: &str) -> &'static str {
    let nothing = uuid::Uuid::nil();
    match code {
        "line" => Subject::Line(domain::StepId(nothing)).label(),
        "study" => Subject::Study(domain::StudyId(nothing)).label(),
        "experience" => Subject::Experience(domain::ExperienceId(nothing)).label(),
        "personal" => Subject::Personal.label(),
        _ => Subject::Other.label(),
    }
}

fn row(queued: &QueuedCorrection) -> Row {
    let (outcome, outcome_kind) = outcome(queued.granted);
    Row {
        href: format!("{QUEUE}/{}", queued.id.address()),
        text: format!("{}, klant {}", queued.kind.label(), queued.client_number),
        about: about(&queued.subject),
        asked: format!("{}, {}", queued.asked_by, queued.asked_at.brussels_text()),
        outcome,
        outcome_kind,
        decided_at: queued
            .decided_at
            .map(|at| at.brussels_text())
            .unwrap_or_default(),
    }
}

/// The place behind which a page begins, as it stands in an address.
fn place_in(query: &Fields) -> Option<QueuePlace> {
    let (micros, id) = query.get("na").split_once('-')?;
    let at = Moment::from_micros(micros.parse().ok()?)?;
    Some(QueuePlace(at, CorrectionId::from_address(id)?))
}

pub(super) async fn list(
    State(app): State<App>,
    me: Me,
    Succeeded(notice): Succeeded,
    uri: Uri,
) -> Result<Response, Response> {
    let after = place_in(&Fields::of_query(uri.query()));
    let found = app
        .casework
        .correction_queue(&me.actor, after)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let mut page = app.page(&me, "Vragen om rechtzetting", QUEUE);
    page.notice = notice;
    Ok(render(
        StatusCode::OK,
        &QueuePage {
            page,
            waiting: found.waiting.iter().map(row).collect(),
            decided: found.decided.iter().map(row).collect(),
            next: found
                .next
                .map(|QueuePlace(at, id)| format!("{QUEUE}?na={}-{}", at.micros(), id.address()))
                .unwrap_or_default(),
            is_first: after.is_none(),
        },
    ))
}

fn correction_in(app: &App, me: &Me, text: &str) -> Result<CorrectionId, Response> {
    CorrectionId::from_address(text).ok_or_else(|| fail::not_found(app, Some(me)))
}

pub(super) async fn one(
    State(app): State<App>,
    me: Me,
    Path(correction): Path<String>,
) -> Result<Response, Response> {
    let id = correction_in(&app, &me, &correction)?;
    show(&app, &me, id, Shown::default()).await
}

async fn show(app: &App, me: &Me, id: CorrectionId, shown: Shown) -> Result<Response, Response> {
    let found = app
        .casework
        .correction_page(&me.actor, id)
        .await
        .map_err(|failure| fail::answer(app, me, failure))?;
    Ok(page(app, me, &found, shown))
}

fn page(app: &App, me: &Me, found: &Found, shown: Shown) -> Response {
    let request = &found.request;
    let mut page = app.page(me, request.kind.label(), QUEUE);
    page.has_errors = !shown.errors.is_empty();
    let address = format!("{QUEUE}/{}", request.id.address());
    let (state, state_kind) = outcome(
        request
            .decision
            .as_ref()
            .map(CorrectionDecision::is_granted),
    );
    let is_mediator = policy::permit(&me.actor, Operation::EditProfile).is_ok();
    let profile = match request.subject {
        Subject::Line(_) => "",
        Subject::Personal => "persoonsgegevens",
        _ => "profiel",
    };
    let typed = |refuses: bool, field: &str| {
        if shown.refuses == refuses {
            shown.fields.get(field).to_owned()
        } else {
            String::new()
        }
    };
    let now = match (&found.study, &found.experience) {
        (Some(study), _) => format!("{}, {}", study.details.title(), study.details.school),
        (_, Some(work)) => format!("{}, {}", work.details.function, work.details.employer),
        _ => String::new(),
    };
    let forms = request.decision.is_none().then(|| Forms {
        version: request.version.to_string(),
        grant_action: format!("{address}/toekennen"),
        grant_key: app.casework.submission_key().0.to_string(),
        needs_note: request.needs_note(),
        note: typed(false, "rechtzetting"),
        grant_answer: typed(false, "antwoord"),
        refuse_action: format!("{address}/weigeren"),
        refuse_key: app.casework.submission_key().0.to_string(),
        refuse_answer: typed(true, "reden"),
        max: Note::MAX.to_string(),
        changed: shown.status != StatusCode::OK,
    });
    render(
        shown.status,
        &OnePage {
            page,
            errors: shown.errors,
            heading: request.kind.label(),
            back: QUEUE,
            asker: request.asked.by_name.clone(),
            client: vec![
                Fact::new("Klant", found.head.full_name()),
                Fact::new("Klantnummer", found.head.client_number.to_string()),
            ],
            rows: rows(request, request.subject.label().to_owned()),
            state,
            state_kind,
            correct: if is_mediator && !profile.is_empty() {
                format!("{}/{profile}", dossier_address(found.head.id))
            } else {
                String::new()
            },
            line: found.line.as_ref().map(|line| {
                let mut rows = line_facts(app, line);
                rows.extend(ending_facts(app, line));
                LineView {
                    rows,
                    summary: line
                        .step
                        .summary
                        .as_ref()
                        .map(ToString::to_string)
                        .unwrap_or_default(),
                    addenda: addenda(line),
                    notes: line_notes(line),
                    actions: action_lines(line),
                }
            }),
            now,
            forms,
        },
    )
}

/// 'Toekennen'.
pub(super) async fn grant(
    State(app): State<App>,
    me: Me,
    Path(correction): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let id = correction_in(&app, &me, &correction)?;
    let mut errors = Errors::new();
    let note: Option<Note> =
        fields.optional_story("rechtzetting", Field::Rectification, &mut errors);
    let answer: Option<Note> = fields.story("antwoord", Field::Answer, &mut errors);
    let answer = answer
        .filter(|_| errors.is_empty())
        .map(|answer| CorrectionAnswer::Grant(answer, note));
    let shown = Shown {
        errors,
        status: StatusCode::UNPROCESSABLE_ENTITY,
        fields,
        refuses: false,
    };
    decide(&app, &me, id, answer, shown, "rechtgezet").await
}

/// 'Weigeren'.
pub(super) async fn refuse(
    State(app): State<App>,
    me: Me,
    Path(correction): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let id = correction_in(&app, &me, &correction)?;
    let mut errors = Errors::new();
    let answer: Option<Note> = fields.story("reden", Field::Answer, &mut errors);
    let shown = Shown {
        errors,
        status: StatusCode::UNPROCESSABLE_ENTITY,
        fields,
        refuses: true,
    };
    let answer = answer.map(CorrectionAnswer::Refuse);
    decide(&app, &me, id, answer, shown, "niet-rechtgezet").await
}

async fn decide(
    app: &App,
    me: &Me,
    id: CorrectionId,
    answer: Option<CorrectionAnswer>,
    mut shown: Shown,
    done: &str,
) -> Result<Response, Response> {
    let leads_to = format!("{QUEUE}?gelukt={done}");
    let submission = submission(app, &shown.fields, leads_to, &mut shown.errors);
    if let (Some(answer), Some(submission)) = (answer, submission) {
        let read_at = (id, shown.fields.version());
        let decided = app
            .casework
            .decide_correction(&me.actor, read_at, &answer, &submission)
            .await;
        match decided {
            Ok(()) => return Ok(Redirect::to(&submission.leads_to).into_response()),
            Err(failure) => {
                let refused = fail::refusals(app, me, failure)?;
                shown.status = show_refusals(&mut shown.errors, &refused);
            }
        }
    }
    show(app, me, id, shown).await
}
