//! A line as text: ended, of another organisation, or out of sight. With it the addenda (R3), the
//! request to the coach (R6) and the history.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::{Failure, StepPage};
use domain::Moment;
use domain::ids::{DossierId, StepId};
use domain::journal::Event;
use domain::policy::{self, Operation};
use domain::refusal::{Field, FinalKind, Refusal};
use domain::steps::removal::Decision;
use domain::steps::{State as LineState, Step};
use domain::studies::Study;
use domain::text::{Note, Summary};

use crate::App;
use crate::context::{Me, Succeeded, dossier_address};
use crate::documents::{self, EvidenceView};
use crate::entries::guidance_tabs;
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{DossierHead, Errors, Fact, NavLink, Page};
use crate::sentences;
use crate::steps::detail::{line_of_form, list_after, own_step_page};
use crate::steps::form::{self, ChangeView};
use crate::steps::{end, list_address, step_address, step_in};

#[derive(Template)]
#[template(path = "steps/view.html")]
struct ViewPage {
    page: Page,
    dossier: DossierHead,
    tabs: Vec<NavLink>,
    errors: Errors,
    typed: String,
    heading: String,
    state: String,
    state_kind: &'static str,
    rows: Vec<Fact>,
    facts: Vec<Fact>,
    summary: String,
    sees_story: bool,
    addenda: Vec<AddendumView>,
    is_corrected: bool,
    notes: Vec<NoteView>,
    correct: String,
    review: String,
    checks: Vec<CheckView>,
    actions: Vec<String>,
    is_ended: bool,
    append: Option<AppendView>,
    closed_on: String,
    removal: RemovalView,
    evidence: Vec<EvidenceView>,
    add_evidence: String,
    links: ViewLinks,
}

/// An addendum as shown.
pub(crate) struct AddendumView {
    pub(crate) text: String,
    pub(crate) who: String,
    pub(crate) when: String,
}

/// The addenda of a line, in order (R3).
pub(crate) fn addenda(page: &StepPage) -> Vec<AddendumView> {
    page.addenda
        .iter()
        .map(|addendum| AddendumView {
            text: addendum.text.to_string(),
            who: addendum.stamp.by_name.clone(),
            when: addendum.stamp.at.brussels_text(),
        })
        .collect()
}

/// What stands next to a line, as shown.
pub(crate) struct NoteView {
    pub(crate) text: String,
    pub(crate) who: String,
    pub(crate) when: String,
}

/// The corrections that stand next to a line, in order.
pub(crate) fn line_notes(page: &StepPage) -> Vec<NoteView> {
    page.corrections
        .iter()
        .map(|note| NoteView {
            text: note.text.to_string(),
            who: note.stamp.by_name.clone(),
            when: note.stamp.at.brussels_text(),
        })
        .collect()
}

/// Where somebody who reads the story of a line asks to correct it; empty for others.
pub(super) fn correct_address(me: &Me, page: &StepPage) -> String {
    if page.sees_story && policy::permit(&me.actor, Operation::AskCorrection).is_ok() {
        let address = dossier_address(page.head.id);
        let line = page.step.id.address();
        format!("{address}/rechtzettingen/nieuw?over=stap-{line}")
    } else {
        String::new()
    }
}

/// The actions of a line that count, a line of text each.
pub(crate) fn action_lines(page: &StepPage) -> Vec<String> {
    page.actions
        .iter()
        .map(|action| format!("{}: {}", action.day, action.kind))
        .collect()
}

struct CheckView {
    when: String,
    who: String,
    text: String,
    seen: Vec<String>,
}

struct AppendView {
    action: String,
    key: String,
    text: String,
    hint: String,
    max: String,
}

#[derive(Default)]
struct RemovalView {
    may_ask: bool,
    address: String,
    status: String,
    reason: String,
}

struct ViewLinks {
    back: String,
    actions: String,
    history: String,
}

#[derive(Template)]
#[template(path = "steps/removal.html")]
struct RemovalPage {
    page: Page,
    dossier: DossierHead,
    tabs: Vec<NavLink>,
    errors: Errors,
    action: String,
    key: String,
    reason: String,
    reason_max: String,
    what: String,
}

#[derive(Template)]
#[template(path = "steps/history.html")]
struct HistoryPage {
    page: Page,
    dossier: DossierHead,
    tabs: Vec<NavLink>,
    back: String,
    heading: String,
    entries: Vec<EntryView>,
}

struct EntryView {
    what: String,
    when: String,
    who: String,
    changes: Vec<ChangeView>,
}

/// How a line as text comes back.
#[derive(Default)]
pub(super) struct Shown {
    pub(super) errors: Errors,
    pub(super) status: StatusCode,
    pub(super) notice: Option<String>,
    /// Why a change was refused, when it was.
    pub(super) refused: Option<String>,
    /// What was typed and could not be kept with the line.
    pub(super) typed: String,
    /// What was typed as addendum.
    pub(super) addendum: String,
}

/// Why a final line takes no change, with who was first when that is known.
pub(super) fn final_sentence(step: &Step, first: Option<(&str, Moment)>) -> String {
    let kind = match step.state {
        LineState::Cancelled(_) => FinalKind::Cancelled,
        LineState::Removed(..) => FinalKind::Removed,
        LineState::Ended(_) | LineState::Ongoing => FinalKind::Ended,
    };
    let sentence = sentences::refusal(&Refusal::Final(kind));
    match first {
        Some((who, at)) => format!("{who} was je voor, op {}. {sentence}", at.brussels_text()),
        None => sentence,
    }
}

/// The answer to a form for a line that cannot be opened. When it went out of sight since the form
/// was, its own organisation is told who was first, and keeps what was typed in the field (T1); what was
/// stored before is said to be (T2). To everybody else there is no such line (C1).
pub(crate) async fn out_of_sight(
    app: &App,
    me: &Me,
    dossier: DossierId,
    step: StepId,
    (fields, field): (&Fields, &str),
) -> Response {
    let found = app.casework.step_history(&me.actor, dossier, step).await;
    let own = me.actor.organisation();
    match found {
        Ok((_, step, entries))
            if !step.is_listed() && own.is_some_and(|own| step.involves(own)) =>
        {
            if let Ok(key) = fields.submission_key(app) {
                match app.casework.was_stored(&me.actor, key).await {
                    Ok(false) => {}
                    // Where the first answer led is not there any more.
                    Ok(true) => {
                        let list = list_after(dossier, "bewaard-en-weg");
                        return Redirect::to(&list).into_response();
                    }
                    Err(failure) => return fail::answer(app, me, failure),
                }
            }
            let last = entries.iter().find(|stored| {
                matches!(
                    stored.entry.event,
                    Event::StepCancelled | Event::StepRemoved
                )
            });
            let first = last.map(|stored| (stored.by_name.as_str(), stored.entry.at));
            fail::too_late(app, me, final_sentence(&step, first), fields.get(field))
        }
        _ => fail::not_found(app, Some(me)),
    }
}

/// Why a line is 'te controleren' (E5).
pub(crate) fn review_text(study: &Study) -> String {
    let title = study.details.title();
    match study.details.ended_on {
        Some(day) => format!(
            "Te controleren: bij Profiel staat een diploma van voor de start, {title}, behaald op {day}."
        ),
        None => format!("Te controleren: bij Profiel staat een diploma zonder datum, {title}."),
    }
}

/// Who registered the line, when.
pub(super) fn registered_text(page: &StepPage) -> String {
    let stamp = &page.step.registered;
    format!("door {} op {}", stamp.by_name, stamp.at.brussels_text())
}

/// A line as text.
pub(super) fn render_line(app: &App, me: &Me, page: &StepPage, shown: Shown) -> Response {
    let step = &page.step;
    let dossier = page.head.id;
    let address = step_address(dossier, step.id);
    let name = page
        .kind
        .as_ref()
        .map_or_else(|| step.step_type.to_string(), |kind| kind.name_list.clone());
    let heading = format!("Stap: {name}");
    let mut frame = app.page(me, &heading, "");
    frame.notice = shown.notice;
    let mut errors = shown.errors;
    if let Some(refused) = shown.refused {
        errors.add("inhoud", refused);
    }
    frame.has_errors = !errors.is_empty();
    let (state, state_kind) = state_of(app, page);
    let append = (page.window_open && page.may_change).then(|| AppendView {
        action: format!("{address}/aanvulling"),
        key: app.casework.submission_key().0.to_string(),
        text: shown.addendum.clone(),
        hint: page
            .window
            .map(|window| {
                format!(
                    "Aanvullen kan nog tot en met {}, 23.59 uur. Wat er al staat, verandert niet.",
                    window.last_day
                )
            })
            .unwrap_or_default(),
        max: Summary::MAX.to_string(),
    });
    let is_ended = matches!(step.state, LineState::Ended(_));
    let facts = ending_facts(app, page);
    render(
        shown.status,
        &ViewPage {
            page: frame,
            dossier: app.dossier_head(me, &page.head, "begeleiding"),
            tabs: guidance_tabs(dossier, "stappen"),
            errors,
            typed: shown.typed,
            heading,
            state,
            state_kind,
            rows: line_facts(app, page),
            facts,
            summary: step
                .summary
                .as_ref()
                .map(|text| text.as_str().to_owned())
                .unwrap_or_default(),
            sees_story: page.sees_story,
            addenda: addenda(page),
            is_corrected: page.is_corrected,
            notes: line_notes(page),
            correct: correct_address(me, page),
            review: page
                .review
                .as_ref()
                .map(|(study, _)| review_text(study))
                .unwrap_or_default(),
            checks: checks(page),
            actions: action_lines(page),
            is_ended,
            closed_on: page
                .window
                .filter(|_| !page.window_open)
                .map(|window| window.last_day.to_string())
                .unwrap_or_default(),
            append,
            removal: removal_view(page, &address),
            evidence: documents::evidence(dossier, &page.documents),
            add_evidence: documents::add_to_line(page),
            links: ViewLinks {
                back: list_address(dossier),
                actions: format!("{address}/acties"),
                history: format!("{address}/geschiedenis"),
            },
        },
    )
}

fn state_of(app: &App, page: &StepPage) -> (String, &'static str) {
    let ending = match &page.step.state {
        LineState::Ongoing => return ("Bezig".to_owned(), "ongoing"),
        LineState::Cancelled(_) => return ("Geannuleerd".to_owned(), "neutral"),
        LineState::Removed(..) => return ("Verwijderd".to_owned(), "neutral"),
        LineState::Ended(ending) => ending,
    };
    let Some(kind) = &page.kind else {
        return ("Beëindigd".to_owned(), "neutral");
    };
    let set = app.casework.catalogue().result_set(&kind.result_set);
    let tag = match set.result(&ending.result).map(|result| result.polarity) {
        Some(domain::catalogue::Polarity::Positive) => "positive",
        Some(domain::catalogue::Polarity::Negative) => "negative",
        None => "neutral",
    };
    (
        format!("Beëindigd / {}", set.result_label(&ending.result)),
        tag,
    )
}

/// The fields of the detail screen, as rows (S2).
pub(crate) fn line_facts(app: &App, page: &StepPage) -> Vec<Fact> {
    let step = &page.step;
    let funding = app
        .casework
        .catalogue()
        .funding(&step.funding)
        .map_or_else(|| step.funding.to_string(), |number| number.choice());
    let label = sentences::journal_field;
    let mut rows = vec![Fact::new(label("start"), step.start.to_string())];
    if let Some(end) = step.end() {
        rows.push(Fact::new(label("end"), end.to_string()));
    }
    rows.push(Fact::new(label("funding"), funding));
    rows.push(Fact::new(label("requester"), step.requester.line()));
    rows.push(Fact::new(label("provider"), step.provider.line()));
    if let Some(reason) = &step.late_reason {
        rows.push(Fact::new(label("late_reason"), reason.as_str()));
    }
    rows.push(Fact::new("Geregistreerd", registered_text(page)));
    rows
}

/// Result, reason, note and the four facts, as rows (R2).
pub(crate) fn ending_facts(app: &App, page: &StepPage) -> Vec<Fact> {
    let (LineState::Ended(ending) | LineState::Removed(ending, _)) = &page.step.state else {
        return Vec::new();
    };
    let Some(kind) = &page.kind else {
        return Vec::new();
    };
    let set = app.casework.catalogue().result_set(&kind.result_set);
    let yes_no = |fact: bool| if fact { "Ja" } else { "Nee" };
    let mut facts = vec![Fact::new("Resultaatcode", set.result_label(&ending.result))];
    let stamp = &ending.confirmed;
    let confirmed = format!("{} op {}", stamp.by_name, stamp.at.brussels_text());
    let confirmed = Fact::new("Beëindigd door", confirmed);
    // Another organisation reads what, when and in which state.
    if !page.sees_story {
        facts.push(confirmed);
        return facts;
    }
    facts.push(Fact::new("Reden", set.reason_label(&ending.reason)));
    if let Some(note) = &ending.note {
        facts.push(Fact::new("Toelichting", note.as_str()));
    }
    for (field, fact) in [
        ("in_education", ending.facts.in_education),
        ("has_work", ending.facts.has_work),
        ("qualification", ending.facts.qualification),
        ("stopped_for_absence", ending.facts.stopped_for_absence),
    ] {
        facts.push(Fact::new(sentences::journal_field(field), yes_no(fact)));
    }
    facts.push(confirmed);
    facts
}

fn checks(page: &StepPage) -> Vec<CheckView> {
    page.checks
        .iter()
        .map(|kept| CheckView {
            when: kept.stamp.at.brussels_text(),
            who: kept.stamp.by_name.clone(),
            text: match kept.checked.verdict {
                domain::eligibility::Verdict::NoDiplomaFound => format!(
                    "Geen diploma secundair onderwijs op {}.",
                    kept.checked.start
                ),
                domain::eligibility::Verdict::DeclaredWithoutStudies => format!(
                    "Geen studie bekend op {}; de begeleider ging met de jongere na dat er geen diploma was.",
                    kept.checked.start
                ),
            },
            seen: kept
                .checked
                .seen
                .iter()
                .map(|seen| format!("{} ({})", seen.title, seen.provenance.label()))
                .collect(),
        })
        .collect()
}

fn removal_view(page: &StepPage, address: &str) -> RemovalView {
    // What was asked and answered is part of the story.
    if !page.sees_story {
        return RemovalView::default();
    }
    let is_ended = matches!(page.step.state, LineState::Ended(_));
    let last = page.removals.first();
    let (status, reason) = match last {
        None => (String::new(), String::new()),
        Some(request) => {
            let asked = format!(
                "{} vroeg op {} om deze stap te verwijderen",
                request.asked.by_name,
                request.asked.at.brussels_text()
            );
            match &request.decision {
                None => (
                    format!("{asked}. De provinciale coach moet nog beslissen."),
                    String::new(),
                ),
                Some(Decision::Removed(stamp)) => (
                    format!("{asked}. {} verwijderde de stap.", stamp.by_name),
                    String::new(),
                ),
                Some(Decision::Refused(stamp, reason)) => (
                    format!("{asked}. {} liet de stap staan.", stamp.by_name),
                    reason.as_str().to_owned(),
                ),
            }
        }
    };
    let waiting = last.is_some_and(|request| request.decision.is_none());
    RemovalView {
        may_ask: is_ended && page.may_change && !waiting,
        address: format!("{address}/verwijdering"),
        status,
        reason,
    }
}

/// 'Aanvulling toevoegen' (R3).
pub(super) async fn append(
    State(app): State<App>,
    me: Me,
    Path(path): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Response> {
    let (dossier, step) = step_in(&app, &me, &path)?;
    let address = step_address(dossier, step);
    let leads_to = format!("{address}?gelukt=aangevuld");
    let mut shown = Shown {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        addendum: fields.get("aanvulling").to_owned(),
        ..Shown::default()
    };
    let text: Option<Summary> = fields.story("aanvulling", Field::Addendum, &mut shown.errors);
    let submission = end::submission(&app, &fields, leads_to, &mut shown.errors);
    if let (Some(text), Some(submission)) = (text, submission) {
        let done = app
            .casework
            .add_addendum(&me.actor, dossier, step, &text, &submission)
            .await;
        match done {
            Ok(_) => return Ok(Redirect::to(&submission.leads_to).into_response()),
            Err(Failure::Refused(refusals)) => {
                let closed = refusals.iter().any(|it| {
                    matches!(it, Refusal::AddendumWindowClosed { .. } | Refusal::Final(_))
                });
                if closed {
                    // There is no field any more: the text stays in sight, to be copied.
                    shown.typed = std::mem::take(&mut shown.addendum);
                    shown.status = StatusCode::CONFLICT;
                    shown.refused = refusals.iter().next().map(sentences::refusal);
                } else {
                    form::show_refusals(&mut shown.errors, &refusals, dossier);
                }
            }
            // The page below says what became of the line.
            Err(Failure::NotFound) => {}
            Err(other) => return Err(fail::answer(&app, &me, other)),
        }
    }
    let typed = (&fields, "aanvulling");
    let page = line_of_form(&app, &me, dossier, step, typed).await?;
    Ok(render_line(&app, &me, &page, shown))
}

/// The form of the request to the coach (R6).
pub(super) async fn ask_removal(
    State(app): State<App>,
    me: Me,
    Path(path): Path<(String, String)>,
) -> Result<Response, Response> {
    let (dossier, step) = step_in(&app, &me, &path)?;
    let page = own_step_page(&app, &me, dossier, step).await?;
    let fields = Fields::default();
    Ok(removal_form(
        &app,
        &me,
        &page,
        &fields,
        Errors::new(),
        StatusCode::OK,
    ))
}

fn removal_form(
    app: &App,
    me: &Me,
    page: &StepPage,
    fields: &Fields,
    errors: Errors,
    status: StatusCode,
) -> Response {
    let mut frame = app.page(me, "Vraag verwijdering aan de provinciale coach", "");
    frame.has_errors = !errors.is_empty();
    let name = page.kind.as_ref().map_or_else(
        || page.step.step_type.to_string(),
        |kind| kind.name_list.clone(),
    );
    let (state, _) = state_of(app, page);
    let end = page
        .step
        .end()
        .map(|end| format!(" tot {end}"))
        .unwrap_or_default();
    render(
        status,
        &RemovalPage {
            page: frame,
            dossier: app.dossier_head(me, &page.head, "begeleiding"),
            tabs: guidance_tabs(page.head.id, "stappen"),
            errors,
            action: format!("{}/verwijdering", step_address(page.head.id, page.step.id)),
            key: app.casework.submission_key().0.to_string(),
            reason: fields.get("reden").to_owned(),
            reason_max: Note::MAX.to_string(),
            what: format!("{name}, van {}{end} ({state})", page.step.start),
        },
    )
}

/// 'Bevestigen' on the request to the coach.
pub(super) async fn request_removal(
    State(app): State<App>,
    me: Me,
    Path(path): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Response> {
    let (dossier, step) = step_in(&app, &me, &path)?;
    let address = step_address(dossier, step);
    if fields.has("doe", "terug") {
        return Ok(Redirect::to(&address).into_response());
    }
    let mut errors = Errors::new();
    let reason: Option<Note> = fields.story("reden", Field::RemovalReason, &mut errors);
    let leads_to = format!("{address}?gelukt=verwijdering-gevraagd");
    let submission = end::submission(&app, &fields, leads_to, &mut errors);
    let typed = (&fields, "reden");
    let (Some(reason), Some(submission)) = (reason, submission) else {
        let page = line_of_form(&app, &me, dossier, step, typed).await?;
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(removal_form(&app, &me, &page, &fields, errors, status));
    };
    let done = app
        .casework
        .request_removal(&me.actor, dossier, step, &reason, &submission)
        .await;
    match done {
        Ok(()) => Ok(Redirect::to(&submission.leads_to).into_response()),
        Err(Failure::Refused(refusals)) => {
            form::show_refusals(&mut errors, &refusals, dossier);
            let page = line_of_form(&app, &me, dossier, step, typed).await?;
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(removal_form(&app, &me, &page, &fields, errors, status))
        }
        Err(Failure::NotFound) => Err(out_of_sight(&app, &me, dossier, step, typed).await),
        Err(other) => Err(fail::answer(&app, &me, other)),
    }
}

/// 'Geschiedenis': what happened to the line, for a person to read.
pub(super) async fn history(
    State(app): State<App>,
    me: Me,
    Succeeded(_): Succeeded,
    Path(path): Path<(String, String)>,
) -> Result<Response, Response> {
    let (dossier, step) = step_in(&app, &me, &path)?;
    let (head, step, entries) = app
        .casework
        .step_history(&me.actor, dossier, step)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let entries = entries
        .into_iter()
        .map(|stored| EntryView {
            what: stored.entry.event.label().to_owned(),
            when: stored.entry.at.brussels_text(),
            who: if stored.organisation.is_empty() {
                stored.by_name
            } else {
                format!("{}, {}", stored.by_name, stored.organisation)
            },
            changes: form::changes(&app.casework, &step, &stored.entry.changes),
        })
        .collect();
    let name = app
        .casework
        .catalogue()
        .step_type(&step.step_type)
        .map_or_else(|| step.step_type.to_string(), |kind| kind.name_list.clone());
    Ok(render(
        StatusCode::OK,
        &HistoryPage {
            page: app.page(&me, "Geschiedenis", ""),
            dossier: app.dossier_head(&me, &head, "begeleiding"),
            tabs: guidance_tabs(dossier, "stappen"),
            back: step_address(dossier, step.id),
            heading: format!("Geschiedenis: {name}"),
            entries,
        },
    ))
}
