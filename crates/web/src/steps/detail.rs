//! The detail screen of a line: new, or going on with one that is ongoing.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::{Conflict, Failure, RegisterPage, StepPage, Warning};
use domain::catalogue::StepTypeCode;
use domain::ids::{DossierId, PersonId, StepId, UnitId};
use domain::refusal::Refusals;
use domain::steps::register;

use crate::App;
use crate::context::{Me, Succeeded};
use crate::documents::{self, EvidenceView};
use crate::entries::guidance_tabs;
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{Choice, DossierHead, Errors, NavLink, Page};
use crate::steps::form::{self, Chosen, ConflictView, FormView, Surroundings};
use crate::steps::{dossier_in, end, list_address, step_address, step_in, view};

#[derive(Template)]
#[template(path = "steps/choose.html")]
struct ChoosePage {
    page: Page,
    dossier: DossierHead,
    tabs: Vec<NavLink>,
    errors: Errors,
    types: Vec<Choice>,
    action: String,
    back: String,
}

#[derive(Template)]
#[template(path = "steps/edit.html")]
struct EditPage {
    page: Page,
    dossier: DossierHead,
    tabs: Vec<NavLink>,
    errors: Errors,
    heading: String,
    action: String,
    key: String,
    form: FormView,
    conflict: Option<ConflictView>,
    review: String,
    links: Option<EditLinks>,
    notes: Vec<view::NoteView>,
    correct: String,
    evidence: Vec<EvidenceView>,
    add_evidence: String,
    changed: bool,
}

struct EditLinks {
    actions: String,
    action_count: usize,
    history: String,
    registered: String,
}

#[derive(Template)]
#[template(path = "steps/party.html")]
struct PartyPage {
    page: Page,
    dossier: DossierHead,
    tabs: Vec<NavLink>,
    heading: String,
    action: String,
    party: String,
    kept: Vec<(String, String)>,
    typed: String,
    searched: bool,
    units: Vec<(String, String)>,
    unit: String,
    people: Vec<(String, String)>,
}

/// Choosing the kind of step, and with one chosen the empty detail screen (S1). Stores nothing.
pub(super) async fn new(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
    uri: Uri,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let query = Fields::of_query(uri.query());
    let chosen = StepTypeCode::parse(query.get("soort")).ok();
    match chosen {
        Some(step_type) => {
            let page = register_page(&app, &me, id, &step_type).await?;
            let fields = form::fields_of_new(&page, app.casework.today(), &app.casework);
            Ok(edit_new(&app, &me, &page, &fields, Errors::new(), StatusCode::OK).await)
        }
        None => choose(&app, &me, id, uri.query().is_some()).await,
    }
}

async fn choose(
    app: &App,
    me: &Me,
    dossier: DossierId,
    nothing_chosen: bool,
) -> Result<Response, Response> {
    let found = app
        .casework
        .steps_page(&me.actor, dossier)
        .await
        .map_err(|failure| fail::answer(app, me, failure))?;
    let mut errors = Errors::new();
    if nothing_chosen {
        errors.add("soort", "Kies de stap uit de lijst.");
    }
    let types = app
        .casework
        .catalogue()
        .active_step_types(app.casework.today())
        .into_iter()
        .map(|kind| Choice::new(kind.code.as_str(), kind.name_choice.clone(), false))
        .collect();
    let mut page = app.page(me, "Voeg een stap toe", "");
    page.has_errors = !errors.is_empty();
    let address = list_address(dossier);
    Ok(render(
        StatusCode::OK,
        &ChoosePage {
            page,
            dossier: app.dossier_head(me, &found.head, "begeleiding"),
            tabs: guidance_tabs(dossier, "stappen"),
            errors,
            types,
            action: format!("{address}/nieuw"),
            back: address,
        },
    ))
}

pub(super) async fn register_page(
    app: &App,
    me: &Me,
    dossier: DossierId,
    step_type: &StepTypeCode,
) -> Result<RegisterPage, Response> {
    app.casework
        .register_page(&me.actor, dossier, step_type)
        .await
        .map_err(|failure| fail::answer(app, me, failure))
}

pub(super) async fn step_page(
    app: &App,
    me: &Me,
    dossier: DossierId,
    step: StepId,
) -> Result<StepPage, Response> {
    app.casework
        .step_page(&me.actor, dossier, step)
        .await
        .map_err(|failure| fail::answer(app, me, failure))
}

/// The same for a form: none is shown for a line of another organisation, since sending it would be
/// refused (I1).
pub(super) async fn own_step_page(
    app: &App,
    me: &Me,
    dossier: DossierId,
    step: StepId,
) -> Result<StepPage, Response> {
    let page = step_page(app, me, dossier, step).await?;
    if page.may_change {
        Ok(page)
    } else {
        Err(fail::function_denied(app, me))
    }
}

/// The line that a form is about, with the form and the field that has to stay when the line went out of
/// sight.
pub(super) async fn line_of_form(
    app: &App,
    me: &Me,
    dossier: DossierId,
    step: StepId,
    typed: (&Fields, &str),
) -> Result<StepPage, Response> {
    match app.casework.step_page(&me.actor, dossier, step).await {
        Ok(page) if page.may_change => Ok(page),
        Ok(_) => Err(fail::function_denied(app, me)),
        Err(Failure::NotFound) => Err(view::out_of_sight(app, me, dossier, step, typed).await),
        Err(other) => Err(fail::answer(app, me, other)),
    }
}

/// 'Bevestigen' on the screen of a new line, or one of its helper buttons.
pub(super) async fn register(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
    mut fields: Fields,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    if fields.has("doe", "terug") {
        return Ok(Redirect::to(&list_address(id)).into_response());
    }
    let step_type =
        StepTypeCode::parse(fields.get("soort")).map_err(|_| fail::not_found(&app, Some(&me)))?;
    let page = register_page(&app, &me, id, &step_type).await?;
    let mut errors = Errors::new();
    if helped(&app, &mut fields) {
        return Ok(edit_new(&app, &me, &page, &fields, errors, StatusCode::OK).await);
    }
    if !fields.get("partij").is_empty() {
        let frame = Frame::of_new(&app, &me, &page);
        return party(&app, &me, frame, fields, (id, None)).await;
    }
    if Chosen::read(&fields) == Some(Chosen::Cancelled) {
        form::show_refusals(&mut errors, &register::refuse_cancelled(), id);
    }
    let end = match Chosen::read(&fields) {
        Some(Chosen::Ended) => fields.day("einddatum", "de einddatum", &mut errors),
        _ => None,
    };
    let input = form::parse(&fields, &mut errors);
    let submission = end::submission(&app, &fields, list_after(id, "geregistreerd"), &mut errors);
    let (Some(input), Some(submission), true) = (input, submission, errors.is_empty()) else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(edit_new(&app, &me, &page, &fields, errors, status).await);
    };
    if let Some(end) = end {
        let checked = app
            .casework
            .check_registration_ended(&me.actor, id, &step_type, &input, Some(end))
            .await;
        return match checked {
            Ok(()) => Ok(end::show_new(
                &app,
                &me,
                &page,
                &fields,
                Errors::new(),
                StatusCode::OK,
            )),
            Err(failure) => refused_new(&app, &me, &page, &fields, failure).await,
        };
    }
    let done = app
        .casework
        .register_step(&me.actor, id, &step_type, &input, None, &submission)
        .await;
    match done {
        Ok(done) => Ok(Redirect::to(&after_registering(id, &done.warnings)).into_response()),
        Err(failure) => refused_new(&app, &me, &page, &fields, failure).await,
    }
}

/// Where a registration leads.
pub(super) fn after_registering(dossier: DossierId, warnings: &[Warning]) -> String {
    let code = if warnings.contains(&Warning::OngoingElsewhere) {
        "geregistreerd-elders"
    } else {
        "geregistreerd"
    };
    list_after(dossier, code)
}

/// The list, saying what succeeded.
pub(super) fn list_after(dossier: DossierId, code: &str) -> String {
    format!("{}?gelukt={code}", list_address(dossier))
}

pub(super) async fn refused_new(
    app: &App,
    me: &Me,
    page: &RegisterPage,
    fields: &Fields,
    failure: Failure,
) -> Result<Response, Response> {
    match failure {
        Failure::Refused(refusals) => {
            let mut errors = Errors::new();
            form::show_refusals(&mut errors, &refusals, page.head.id);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(edit_new(app, me, page, fields, errors, status).await)
        }
        other => Err(fail::answer(app, me, other)),
    }
}

/// A helper button that only fills in: '» huidige datum'.
fn helped(app: &App, fields: &mut Fields) -> bool {
    let group = fields.get("vandaag").to_owned();
    if group != "datum" && group != "einddatum" {
        return false;
    }
    fields.set_date(&group, app.casework.today());
    true
}

async fn edit_new(
    app: &App,
    me: &Me,
    page: &RegisterPage,
    fields: &Fields,
    errors: Errors,
    status: StatusCode,
) -> Response {
    let around = Surroundings::of_new(page);
    let form = form::view(&app.casework, &me.actor, fields, &errors, &around).await;
    let heading = format!("Stap: {}", page.kind.name_list);
    let mut frame = app.page(me, &heading, "");
    frame.has_errors = !errors.is_empty();
    render(
        status,
        &EditPage {
            page: frame,
            dossier: app.dossier_head(me, &page.head, "begeleiding"),
            tabs: guidance_tabs(page.head.id, "stappen"),
            changed: status != StatusCode::OK,
            errors,
            heading,
            action: format!("{}/nieuw", list_address(page.head.id)),
            key: app.casework.submission_key().0.to_string(),
            form,
            conflict: None,
            review: String::new(),
            links: None,
            notes: Vec::new(),
            correct: String::new(),
            evidence: Vec::new(),
            add_evidence: String::new(),
        },
    )
}

/// A line: the detail screen while it is ongoing and this person may change it, else as text.
pub(super) async fn show(
    State(app): State<App>,
    me: Me,
    Succeeded(notice): Succeeded,
    Path(path): Path<(String, String)>,
) -> Result<Response, Response> {
    let (dossier, step) = step_in(&app, &me, &path)?;
    let page = step_page(&app, &me, dossier, step).await?;
    if page.may_change && page.step.ongoing().is_ok() {
        let fields = form::fields_of(&page.step);
        let shown = Shown {
            notice,
            ..Shown::default()
        };
        Ok(edit(&app, &me, &page, &fields, shown).await)
    } else {
        let shown = view::Shown {
            notice,
            ..view::Shown::default()
        };
        Ok(view::render_line(&app, &me, &page, shown))
    }
}

/// How the detail screen of a line comes back.
#[derive(Default)]
pub(super) struct Shown {
    pub(super) errors: Errors,
    pub(super) status: StatusCode,
    pub(super) notice: Option<String>,
    pub(super) conflict: Option<Conflict>,
}

/// The detail screen of an ongoing line.
pub(super) async fn edit(
    app: &App,
    me: &Me,
    page: &StepPage,
    fields: &Fields,
    shown: Shown,
) -> Response {
    let Some(kind) = &page.kind else {
        return view::render_line(app, me, page, view::Shown::default());
    };
    let around = Surroundings::of(page, kind);
    let form = form::view(&app.casework, &me.actor, fields, &shown.errors, &around).await;
    let heading = format!("Stap: {}", kind.name_list);
    let mut frame = app.page(me, &heading, "");
    frame.has_errors = !shown.errors.is_empty();
    frame.notice = shown.notice;
    let dossier = page.head.id;
    let address = step_address(dossier, page.step.id);
    let review = page
        .review
        .as_ref()
        .map(|(study, _)| view::review_text(study));
    render(
        shown.status,
        &EditPage {
            page: frame,
            dossier: app.dossier_head(me, &page.head, "begeleiding"),
            tabs: guidance_tabs(dossier, "stappen"),
            changed: shown.status != StatusCode::OK,
            errors: shown.errors,
            heading,
            action: address.clone(),
            key: app.casework.submission_key().0.to_string(),
            form,
            conflict: shown
                .conflict
                .map(|conflict| ConflictView::new(&app.casework, &page.step, &conflict)),
            review: review.unwrap_or_default(),
            evidence: documents::evidence(dossier, &page.documents),
            add_evidence: documents::add_to_line(page),
            links: Some(EditLinks {
                actions: format!("{address}/acties"),
                action_count: page.actions.len(),
                history: format!("{address}/geschiedenis"),
                registered: view::registered_text(page),
            }),
            notes: view::line_notes(page),
            correct: view::correct_address(me, page),
        },
    )
}

/// 'Bevestigen' on the screen of an ongoing line, or one of its helper buttons.
pub(super) async fn change(
    State(app): State<App>,
    me: Me,
    Path(path): Path<(String, String)>,
    mut fields: Fields,
) -> Result<Response, Response> {
    let (dossier, step) = step_in(&app, &me, &path)?;
    if fields.has("doe", "terug") {
        return Ok(Redirect::to(&list_address(dossier)).into_response());
    }
    let page = line_of_form(&app, &me, dossier, step, (&fields, "samenvatting")).await?;
    let mut shown = Shown::default();
    let chosen = Chosen::read(&fields);
    let only_leads_on = !fields.get("vandaag").is_empty()
        || !fields.get("partij").is_empty()
        || chosen == Some(Chosen::Cancelled);
    // No screen opens a final line again; a form that confirms is first looked up (T2).
    if only_leads_on && let Err(refusal) = page.step.ongoing() {
        return refused(&app, &me, dossier, step, fields, refusal.into()).await;
    }
    if helped(&app, &mut fields) {
        return Ok(edit(&app, &me, &page, &fields, shown).await);
    }
    if !fields.get("partij").is_empty() {
        let frame = Frame::of(&app, &me, &page);
        return party(&app, &me, frame, fields, (dossier, Some(step))).await;
    }
    if chosen == Some(Chosen::Cancelled) {
        return Ok(end::show_cancel(
            &app,
            &me,
            &page,
            &fields,
            Errors::new(),
            StatusCode::OK,
        ));
    }
    let errors = &mut shown.errors;
    let end = match chosen {
        Some(Chosen::Ended) => fields.day("einddatum", "de einddatum", errors),
        _ => None,
    };
    let input = form::parse(&fields, errors);
    let submission = end::submission(&app, &fields, list_after(dossier, "gewijzigd"), errors);
    let (Some(input), Some(submission), true) = (input, submission, errors.is_empty()) else {
        if let Err(refusal) = page.step.ongoing() {
            return refused(&app, &me, dossier, step, fields, refusal.into()).await;
        }
        shown.status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(edit(&app, &me, &page, &fields, shown).await);
    };
    let version = fields.version();
    if chosen == Some(Chosen::Ended) {
        let checked = app
            .casework
            .check_end(&me.actor, dossier, step, version, &input, end)
            .await;
        return match checked {
            Ok(warnings) => Ok(end::show(
                &app,
                &me,
                &page,
                &fields,
                &warnings,
                Errors::new(),
            )),
            Err(failure) => refused(&app, &me, dossier, step, fields, failure).await,
        };
    }
    let done = app
        .casework
        .change_step(&me.actor, dossier, step, version, &input, &submission)
        .await;
    match done {
        Ok(_) => Ok(Redirect::to(&list_after(dossier, "gewijzigd")).into_response()),
        Err(failure) => refused(&app, &me, dossier, step, fields, failure).await,
    }
}

/// A change that was refused: the screen again with the sentences and what was typed; when somebody
/// was first, with what they changed (T1); when the line is final, as text with what was typed.
pub(super) async fn refused(
    app: &App,
    me: &Me,
    dossier: DossierId,
    step: StepId,
    mut fields: Fields,
    failure: Failure,
) -> Result<Response, Response> {
    let (refusals, conflict) = match failure {
        Failure::Refused(refusals) => (refusals, None),
        Failure::Changed(conflict) => (Refusals::default(), Some(*conflict)),
        other => return Err(fail::answer(app, me, other)),
    };
    // As it is now, not as it was when the form was sent.
    let page = line_of_form(app, me, dossier, step, (&fields, "samenvatting")).await?;
    let mut shown = Shown {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        ..Shown::default()
    };
    form::show_refusals(&mut shown.errors, &refusals, dossier);
    if let Some(conflict) = &conflict {
        shown.status = StatusCode::CONFLICT;
        fields.set("versie", conflict.version.to_string());
        shown.errors.add(
            "gewijzigd",
            format!(
                "{} heeft deze stap intussen gewijzigd. Wat je typte staat er nog: kijk na wat er \
                 veranderd is en bevestig opnieuw.",
                conflict.stamp.by_name
            ),
        );
    }
    if page.step.ongoing().is_ok() {
        shown.conflict = conflict;
        return Ok(edit(app, me, &page, &fields, shown).await);
    }
    let first = conflict
        .as_ref()
        .map(|it| (it.stamp.by_name.as_str(), it.stamp.at));
    let text = view::Shown {
        status: StatusCode::CONFLICT,
        typed: fields.get("samenvatting").to_owned(),
        refused: Some(view::final_sentence(&page.step, first)),
        ..view::Shown::default()
    };
    Ok(view::render_line(app, me, &page, text))
}

/// The frame of the search for a requester or provider.
struct Frame {
    page: Page,
    dossier: DossierHead,
    action: String,
}

impl Frame {
    fn of_new(app: &App, me: &Me, page: &RegisterPage) -> Self {
        Frame {
            page: app.page(me, "", ""),
            dossier: app.dossier_head(me, &page.head, "begeleiding"),
            action: format!("{}/nieuw", list_address(page.head.id)),
        }
    }

    fn of(app: &App, me: &Me, page: &StepPage) -> Self {
        Frame {
            page: app.page(me, "", ""),
            dossier: app.dossier_head(me, &page.head, "begeleiding"),
            action: step_address(page.head.id, page.step.id),
        }
    }
}

/// The search for a requester or provider (S6): organisation, then person. The form goes along, and
/// nothing is stored.
async fn party(
    app: &App,
    me: &Me,
    frame: Frame,
    mut fields: Fields,
    (dossier, step): (DossierId, Option<StepId>),
) -> Result<Response, Response> {
    let which = fields.get("partij").to_owned();
    let label = match which.as_str() {
        "aanvrager" => "Aanvrager",
        "uitvoerder" => "Uitvoerder",
        _ => return Err(fail::not_found(app, Some(me))),
    };
    let chosen = PersonId::from_address(fields.get("persoon"));
    if chosen.is_some() || fields.has("zoek", "klaar") {
        if let Some(person) = chosen {
            fields.set(&which, person.address());
        }
        for name in PARTY_FIELDS {
            fields.set(name, "");
        }
        return back_to_form(app, me, (dossier, step), fields).await;
    }
    let answer = |failure| fail::answer(app, me, failure);
    let typed: String = fields.get("zoek_organisatie").chars().take(100).collect();
    // Enter in the field sends no button: what was typed is searched all the same.
    let searched = fields.has("zoek", "organisatie")
        || (!typed.is_empty() && fields.get("eenheid").is_empty());
    let units = if searched {
        let found = app.casework.find_units(&me.actor, &typed).await;
        found.map_err(answer)?
    } else {
        Vec::new()
    };
    let unit = UnitId::from_address(fields.get("eenheid"))
        .filter(|_| !searched)
        .or_else(|| {
            me.actor
                .unit
                .as_ref()
                .filter(|_| !searched)
                .map(|unit| unit.id)
        });
    let people = match unit {
        Some(unit) => {
            let found = app.casework.parties_of(&me.actor, unit).await;
            Some(found.map_err(answer)?)
        }
        None => None,
    };
    let (unit, people) = people.map_or_else(Default::default, |(unit, people)| {
        let people = people
            .into_iter()
            .map(|party| (party.person.address(), party.person_name))
            .collect();
        (unit.line(), people)
    });
    let heading = format!("{label} wijzigen");
    let mut page = frame.page;
    page.title.clone_from(&heading);
    Ok(render(
        StatusCode::OK,
        &PartyPage {
            page,
            dossier: frame.dossier,
            tabs: guidance_tabs(dossier, "stappen"),
            heading,
            action: frame.action,
            party: which,
            kept: fields.without(&PARTY_FIELDS),
            typed,
            searched,
            units: units
                .into_iter()
                .map(|unit| (unit.id.address(), unit.line()))
                .collect(),
            unit,
            people,
        },
    ))
}

/// The fields of the search itself, which do not go along.
const PARTY_FIELDS: [&str; 5] = ["partij", "zoek", "zoek_organisatie", "eenheid", "persoon"];

/// Back on the form that the search was asked from.
async fn back_to_form(
    app: &App,
    me: &Me,
    (dossier, step): (DossierId, Option<StepId>),
    fields: Fields,
) -> Result<Response, Response> {
    if let Some(step) = step {
        let page = line_of_form(app, me, dossier, step, (&fields, "samenvatting")).await?;
        return Ok(edit(app, me, &page, &fields, Shown::default()).await);
    }
    let step_type =
        StepTypeCode::parse(fields.get("soort")).map_err(|_| fail::not_found(app, Some(me)))?;
    let page = register_page(app, me, dossier, &step_type).await?;
    Ok(edit_new(app, me, &page, &fields, Errors::new(), StatusCode::OK).await)
}
