//! The second screen: the result (R1, R2). And the screen of cancelling (C2).

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::{Failure, RegisterPage, StepPage, Submission, Warning};
use domain::catalogue::{ReasonCode, ResultCode, StepType, StepTypeCode};
use domain::refusal::Field;
use domain::steps::OutcomeFacts;
use domain::steps::end::{EndWith, propose};
use domain::text::Note;

use crate::App;
use crate::context::Me;
use crate::entries::guidance_tabs;
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{Choice, DossierHead, Errors, NavLink, Page};
use crate::steps::detail::{
    after_registering, line_of_form, list_after, refused, refused_new, register_page,
};
use crate::steps::{dossier_in, form, list_address, step_address, step_in};

#[derive(Template)]
#[template(path = "steps/end.html")]
struct EndPage {
    page: Page,
    dossier: DossierHead,
    tabs: Vec<NavLink>,
    errors: Errors,
    heading: String,
    action: String,
    key: String,
    kept: Vec<(String, String)>,
    start: String,
    end: String,
    funding: String,
    facts: Vec<Choice>,
    results: Vec<Choice>,
    reasons: Vec<Choice>,
    note: String,
    note_max: String,
    proposal: String,
    no_actions: bool,
    addendum_days: u32,
}

#[derive(Template)]
#[template(path = "steps/cancel.html")]
struct CancelPage {
    page: Page,
    dossier: DossierHead,
    tabs: Vec<NavLink>,
    errors: Errors,
    heading: String,
    action: String,
    key: String,
    version: String,
    reason: String,
    reason_max: String,
    start: String,
    actions: Vec<String>,
    voids: bool,
}

/// The fields of the second screen, which the first does not have.
const OWN_FIELDS: [&str; 6] = [
    "sleutel",
    "vaststellingen",
    "resultaatcode",
    "reden",
    "toelichting",
    "doe",
];

/// The key of a submission and where it leads; a sentence when the form is too old or broken.
pub(crate) fn submission(
    app: &App,
    fields: &Fields,
    leads_to: String,
    errors: &mut Errors,
) -> Option<Submission> {
    match fields.submission_key(app) {
        Ok(key) => Some(Submission { key, leads_to }),
        Err(sentence) => {
            errors.add("", sentence);
            None
        }
    }
}

/// The second screen of an ongoing line.
pub(super) fn show(
    app: &App,
    me: &Me,
    page: &StepPage,
    fields: &Fields,
    warnings: &[Warning],
    errors: Errors,
) -> Response {
    let Some(kind) = &page.kind else {
        return fail::not_found(app, Some(me));
    };
    let action = format!("{}/einde", step_address(page.head.id, page.step.id));
    let no_actions = warnings.contains(&Warning::NoActions);
    second_screen(
        app, me, &page.head, kind, fields, action, errors, no_actions,
    )
}

/// The second screen of a line that is registered straight as Beëindigd (S12).
pub(super) fn show_new(
    app: &App,
    me: &Me,
    page: &RegisterPage,
    fields: &Fields,
    errors: Errors,
    _status: StatusCode,
) -> Response {
    let action = format!("{}/nieuw/einde", list_address(page.head.id));
    second_screen(
        app, me, &page.head, &page.kind, fields, action, errors, true,
    )
}

#[allow(clippy::too_many_arguments)]
fn second_screen(
    app: &App,
    me: &Me,
    head: &casework::Head,
    kind: &StepType,
    fields: &Fields,
    action: String,
    errors: Errors,
    no_actions: bool,
) -> Response {
    let catalogue = app.casework.catalogue();
    let set = catalogue.result_set(&kind.result_set);
    let facts = facts_of(fields);
    // With nothing ticked there is nothing to go by, unless the person asks.
    let asked =
        fields.has("doe", "voorstel") || (!errors.is_empty() && facts != OutcomeFacts::default());
    let proposal = asked.then(|| propose(set, facts)).flatten();
    let chosen_reason = match (fields.get("reden"), proposal) {
        ("", Some(row)) if fields.has("doe", "voorstel") => row.reason.to_string(),
        (typed, _) => typed.to_owned(),
    };
    let follows = set
        .reasons
        .iter()
        .find(|it| it.code.as_str() == chosen_reason);
    let chosen_result = match (fields.get("resultaatcode"), follows.map(|it| &it.gives)) {
        ("", Some(domain::catalogue::Gives::Code(code))) if fields.has("doe", "voorstel") => {
            code.to_string()
        }
        (typed, _) => typed.to_owned(),
    };
    let heading = format!("Stap: {}", kind.name_list);
    let mut page = app.page(me, &format!("{heading}: resultaat"), "");
    page.has_errors = !errors.is_empty();
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let date = |id: &str| {
        let parts = fields.date_parts(id);
        domain::Day::parse_parts(&parts.day, &parts.month, &parts.year)
            .map(|day| day.to_string())
            .unwrap_or_default()
    };
    let funding = domain::catalogue::FundingCode::parse(fields.get("financieringsnummer"))
        .ok()
        .and_then(|code| catalogue.funding(&code))
        .map(|number| number.choice())
        .unwrap_or_default();
    let fact =
        |value: &str, label: &str| Choice::new(value, label, fields.has("vaststellingen", value));
    render(
        status,
        &EndPage {
            page,
            dossier: app.dossier_head(me, head, "begeleiding"),
            tabs: guidance_tabs(head.id, "stappen"),
            errors,
            heading,
            action,
            key: app.casework.submission_key().0.to_string(),
            kept: fields.without(&OWN_FIELDS),
            start: date("datum"),
            end: date("einddatum"),
            funding,
            facts: vec![
                fact("opleiding", "Zit nog in een opleiding, of start een andere"),
                fact("werk", "Heeft werk"),
                fact(
                    "kwalificatie",
                    "Behaalde een beroeps- of onderwijskwalificatie",
                ),
                fact(
                    "afwezigheid",
                    "De begeleiding stopt om afwezigheid, onwil of gebrek aan motivatie",
                ),
            ],
            results: set
                .results
                .iter()
                .map(|result| {
                    let value = result.code.as_str();
                    Choice::new(value, result.label.clone(), value == chosen_result)
                })
                .collect(),
            reasons: set
                .reasons
                .iter()
                .map(|reason| {
                    let value = reason.code.as_str();
                    Choice::new(value, reason.label.clone(), value == chosen_reason)
                })
                .collect(),
            note: fields.get("toelichting").to_owned(),
            note_max: Note::MAX.to_string(),
            proposal: proposal
                .map(|row| {
                    let reason = set.reason_label(&row.reason);
                    format!("Voorstel op basis van wat je aanvinkte: {reason}. Jij beslist.")
                })
                .unwrap_or_default(),
            no_actions,
            addendum_days: kind.addendum_days,
        },
    )
}

fn facts_of(fields: &Fields) -> OutcomeFacts {
    OutcomeFacts {
        in_education: fields.has("vaststellingen", "opleiding"),
        has_work: fields.has("vaststellingen", "werk"),
        qualification: fields.has("vaststellingen", "kwalificatie"),
        stopped_for_absence: fields.has("vaststellingen", "afwezigheid"),
    }
}

/// Parses the second screen; sentences go to `errors`.
fn parse(fields: &Fields, errors: &mut Errors) -> Option<EndWith> {
    let end = fields.day("einddatum", "de einddatum", errors);
    let before = errors.lines.len();
    let note = fields.optional_story("toelichting", Field::ResultNote, errors);
    let reason = fields.choice(
        "reden",
        Field::Reason,
        |text| ReasonCode::parse(text).ok(),
        errors,
    );
    if errors.lines.len() > before {
        return None;
    }
    Some(EndWith {
        end: end?,
        result: ResultCode::parse(fields.get("resultaatcode")).ok(),
        reason,
        note,
        facts: facts_of(fields),
    })
}

/// Whether refusals belong to the second screen; others send the person back to the first.
fn is_of_second_screen(failure: &Failure) -> bool {
    matches!(failure, Failure::Refused(refusals) if refusals.iter().all(|refusal| {
        matches!(
            refusal.field(),
            Field::Result | Field::Reason | Field::ResultNote | Field::Facts
        )
    }))
}

/// 'Bevestigen' on the second screen: the line ends, with its result.
pub(super) async fn end(
    State(app): State<App>,
    me: Me,
    Path(path): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Response> {
    let (dossier, step) = step_in(&app, &me, &path)?;
    if fields.has("doe", "terug") {
        return Ok(Redirect::to(&list_address(dossier)).into_response());
    }
    let page = line_of_form(&app, &me, dossier, step, (&fields, "toelichting")).await?;
    let warnings: &[Warning] = if page.actions.is_empty() {
        &[Warning::NoActions]
    } else {
        &[]
    };
    let mut errors = Errors::new();
    if fields.has("doe", "voorstel") {
        if page.step.ongoing().is_err() {
            let failure = Failure::from(already_final(&page));
            return refused(&app, &me, dossier, step, fields, failure).await;
        }
        return Ok(show(&app, &me, &page, &fields, warnings, errors));
    }
    let input = form::parse(&fields, &mut errors);
    let ending = parse(&fields, &mut errors);
    let submission = submission(&app, &fields, list_after(dossier, "beeindigd"), &mut errors);
    let (Some(input), Some(ending), Some(submission)) = (input, ending, submission) else {
        if page.step.ongoing().is_err() {
            let failure = Failure::from(already_final(&page));
            return refused(&app, &me, dossier, step, fields, failure).await;
        }
        return Ok(show(&app, &me, &page, &fields, warnings, errors));
    };
    let version = fields.version();
    let done = app
        .casework
        .end_step(
            &me.actor,
            dossier,
            step,
            version,
            &input,
            &ending,
            &submission,
        )
        .await;
    match done {
        Ok(_) => Ok(Redirect::to(&submission.leads_to).into_response()),
        Err(failure) if is_of_second_screen(&failure) => {
            if let Failure::Refused(refusals) = &failure {
                form::show_refusals(&mut errors, refusals, dossier);
            }
            Ok(show(&app, &me, &page, &fields, warnings, errors))
        }
        Err(failure) => refused(&app, &me, dossier, step, fields, failure).await,
    }
}

fn already_final(page: &StepPage) -> domain::refusal::Refusal {
    match page.step.ongoing() {
        Err(refusal) => refusal,
        Ok(_) => domain::refusal::Refusal::ChangedMeanwhile,
    }
}

/// 'Bevestigen' on the second screen of a line that is registered straight as Beëindigd (S12).
pub(super) async fn register(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    if fields.has("doe", "terug") {
        return Ok(Redirect::to(&list_address(id)).into_response());
    }
    let step_type =
        StepTypeCode::parse(fields.get("soort")).map_err(|_| fail::not_found(&app, Some(&me)))?;
    let page = register_page(&app, &me, id, &step_type).await?;
    let mut errors = Errors::new();
    if fields.has("doe", "voorstel") {
        return Ok(show_new(&app, &me, &page, &fields, errors, StatusCode::OK));
    }
    let input = form::parse(&fields, &mut errors);
    let ending = parse(&fields, &mut errors);
    let submission = submission(&app, &fields, list_after(id, "beeindigd"), &mut errors);
    let (Some(input), Some(ending), Some(submission)) = (input, ending, submission) else {
        return Ok(show_new(&app, &me, &page, &fields, errors, StatusCode::OK));
    };
    let done = app
        .casework
        .register_step(
            &me.actor,
            id,
            &step_type,
            &input,
            Some(&ending),
            &submission,
        )
        .await;
    match done {
        Ok(done) => Ok(Redirect::to(&after_registering(id, &done.warnings)).into_response()),
        Err(failure) if is_of_second_screen(&failure) => {
            if let Failure::Refused(refusals) = &failure {
                form::show_refusals(&mut errors, refusals, id);
            }
            Ok(show_new(&app, &me, &page, &fields, errors, StatusCode::OK))
        }
        Err(failure) => refused_new(&app, &me, &page, &fields, failure).await,
    }
}

/// The screen that asks why a line is cancelled, and lists the actions that are voided with it (C2).
pub(super) fn show_cancel(
    app: &App,
    me: &Me,
    page: &StepPage,
    fields: &Fields,
    errors: Errors,
    status: StatusCode,
) -> Response {
    let heading = "Stap annuleren".to_owned();
    let mut frame = app.page(me, &heading, "");
    frame.has_errors = !errors.is_empty();
    let actions = page
        .actions
        .iter()
        .map(|action| format!("{}: {}", action.day, action.kind))
        .collect();
    render(
        status,
        &CancelPage {
            page: frame,
            dossier: app.dossier_head(me, &page.head, "begeleiding"),
            tabs: guidance_tabs(page.head.id, "stappen"),
            errors,
            heading,
            action: format!("{}/annuleren", step_address(page.head.id, page.step.id)),
            key: app.casework.submission_key().0.to_string(),
            version: fields.get("versie").to_owned(),
            reason: fields.get("reden").to_owned(),
            reason_max: Note::MAX.to_string(),
            start: page.step.start.to_string(),
            actions,
            voids: fields.has("acties_vervallen", "ja"),
        },
    )
}

/// 'Bevestigen' on the screen of cancelling.
pub(super) async fn cancel(
    State(app): State<App>,
    me: Me,
    Path(path): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Response> {
    let (dossier, step) = step_in(&app, &me, &path)?;
    if fields.has("doe", "terug") {
        return Ok(Redirect::to(&list_address(dossier)).into_response());
    }
    let mut errors = Errors::new();
    let reason: Option<Note> = fields.story("reden", Field::CancelReason, &mut errors);
    let submission = submission(
        &app,
        &fields,
        list_after(dossier, "geannuleerd"),
        &mut errors,
    );
    let typed = (&fields, "reden");
    let (Some(reason), Some(submission)) = (reason, submission) else {
        let page = line_of_form(&app, &me, dossier, step, typed).await?;
        if page.step.ongoing().is_err() {
            let failure = Failure::from(already_final(&page));
            return refused_cancel(&app, &me, dossier, step, (typed, failure)).await;
        }
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(show_cancel(&app, &me, &page, &fields, errors, status));
    };
    let voids = fields.has("acties_vervallen", "ja");
    let version = fields.version();
    let done = app
        .casework
        .cancel_step(
            &me.actor,
            dossier,
            step,
            version,
            &reason,
            voids,
            &submission,
        )
        .await;
    match done {
        Ok(_) => Ok(Redirect::to(&submission.leads_to).into_response()),
        Err(Failure::Refused(refusals))
            if refusals.iter().all(|it| it.field() == Field::VoidActions) =>
        {
            let page = line_of_form(&app, &me, dossier, step, typed).await?;
            form::show_refusals(&mut errors, &refusals, dossier);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(show_cancel(&app, &me, &page, &fields, errors, status))
        }
        Err(failure) => refused_cancel(&app, &me, dossier, step, (typed, failure)).await,
    }
}

async fn refused_cancel(
    app: &App,
    me: &Me,
    dossier: domain::DossierId,
    step: domain::StepId,
    (typed, failure): ((&Fields, &str), Failure),
) -> Result<Response, Response> {
    // Sent twice: it leads where the first one did (T2).
    if let Failure::AlreadyDone(_) = failure {
        return Err(fail::answer(app, me, failure));
    }
    // The fields of the line itself were not sent here: show it as it is now.
    let page = line_of_form(app, me, dossier, step, typed).await?;
    refused(app, me, dossier, step, form::fields_of(&page.step), failure).await
}
