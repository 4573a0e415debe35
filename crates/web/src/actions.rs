//! The actions of a line: a page per line, and a form to record, change or take back one (A1 to A4).

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::{ActionInput, ActionsPage, Failure};
use domain::actions::{Action, Presence};
use domain::catalogue::ActionKindCode;
use domain::ids::{ActionId, DossierId, StepId};
use domain::policy::Operation;
use domain::refusal::{Field, Refusal, Refusals};
use domain::text::Note;

use crate::App;
use crate::context::{Me, Succeeded};
use crate::entries::guidance_tabs;
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{Choice, DateParts, DossierHead, Errors, NavLink, Page};
use crate::routes::Routes;
use crate::sentences;
use crate::steps::{out_of_sight, step_address, step_in, submission};

pub(crate) fn routes(routes: Routes) -> Routes {
    const LIST: &str = "/dossier/{dossier}/stappen/{step}/acties";
    const NEW: &str = "/dossier/{dossier}/stappen/{step}/acties/nieuw";
    const ONE: &str = "/dossier/{dossier}/stappen/{step}/acties/{action}";
    const VOID: &str = "/dossier/{dossier}/stappen/{step}/acties/{action}/schrappen";
    routes
        .get(LIST, Operation::ViewStep, list)
        .get(NEW, Operation::RecordAction, new)
        .post(NEW, Operation::RecordAction, record)
        .get(ONE, Operation::RecordAction, one)
        .post(ONE, Operation::RecordAction, change)
        .post(VOID, Operation::RecordAction, void)
}

#[derive(Template)]
#[template(path = "actions/list.html")]
struct ListPage {
    page: Page,
    dossier: DossierHead,
    tabs: Vec<NavLink>,
    back: String,
    heading: String,
    period: String,
    rows: Vec<Row>,
    total: String,
    add_href: String,
    may_record: bool,
    is_final: bool,
    sees_story: bool,
}

struct Row {
    day: String,
    kind: String,
    minutes: String,
    presence: String,
    place: String,
    note: String,
    who: String,
    href: String,
    voided: bool,
}

#[derive(Template)]
#[template(path = "actions/edit.html")]
struct EditPage {
    page: Page,
    dossier: DossierHead,
    tabs: Vec<NavLink>,
    errors: Errors,
    heading: String,
    action: String,
    void_action: String,
    key: String,
    void_key: String,
    version: String,
    period: String,
    day: DateParts,
    today: String,
    kinds: Vec<Choice>,
    minutes: String,
    presences: Vec<Choice>,
    place: String,
    note: String,
    note_max: String,
    changed: bool,
}

fn list_address(dossier: DossierId, step: StepId) -> String {
    format!("{}/acties", step_address(dossier, step))
}

async fn load(
    app: &App,
    me: &Me,
    dossier: DossierId,
    step: StepId,
) -> Result<ActionsPage, Response> {
    app.casework
        .actions_page(&me.actor, dossier, step)
        .await
        .map_err(|failure| fail::answer(app, me, failure))
}

/// The same for a form that was sent: when its line went out of sight, that is told, with the note
/// that was typed (T1).
async fn load_for_form(
    app: &App,
    me: &Me,
    (dossier, step): (DossierId, StepId),
    fields: &Fields,
) -> Result<ActionsPage, Response> {
    match app.casework.actions_page(&me.actor, dossier, step).await {
        Ok(found) => Ok(found),
        Err(Failure::NotFound) => Err(out_of_sight(app, me, dossier, step, (fields, "nota")).await),
        Err(other) => Err(fail::answer(app, me, other)),
    }
}

fn name_of(page: &ActionsPage) -> String {
    page.kind.as_ref().map_or_else(
        || page.step.step_type.to_string(),
        |kind| kind.name_list.clone(),
    )
}

fn period_of(page: &ActionsPage) -> String {
    match page.step.end() {
        Some(end) => format!("Van {} tot {end}", page.step.start),
        None => format!("Sinds {}", page.step.start),
    }
}

async fn list(
    State(app): State<App>,
    me: Me,
    Succeeded(notice): Succeeded,
    Path(path): Path<(String, String)>,
) -> Result<Response, Response> {
    let (dossier, step) = step_in(&app, &me, &path)?;
    let found = load(&app, &me, dossier, step).await?;
    let mut page = app.page(&me, &format!("Acties: {}", name_of(&found)), "");
    page.notice = notice;
    let counted: Vec<&Action> = found.actions.iter().filter(|it| !it.voided).collect();
    let minutes: u32 = counted.iter().map(|it| u32::from(it.details.minutes)).sum();
    let total = format!(
        "{} {}, samen {} uur {:02}",
        counted.len(),
        if counted.len() == 1 {
            "actie"
        } else {
            "acties"
        },
        minutes / 60,
        minutes % 60
    );
    let address = list_address(dossier, step);
    let rows = found
        .actions
        .iter()
        .map(|action| row(&app, &found, action, &address))
        .collect();
    Ok(render(
        StatusCode::OK,
        &ListPage {
            page,
            dossier: app.dossier_head(&me, &found.head, "begeleiding"),
            tabs: guidance_tabs(dossier, "stappen"),
            back: step_address(dossier, step),
            heading: format!("Acties: {}", name_of(&found)),
            period: period_of(&found),
            rows,
            total,
            add_href: format!("{address}/nieuw"),
            may_record: found.may_record,
            is_final: found.step.ongoing().is_err(),
            sees_story: found.sees_story,
        },
    ))
}

fn row(app: &App, page: &ActionsPage, action: &Action, address: &str) -> Row {
    let details = &action.details;
    let editable = page.may_record && !action.voided;
    Row {
        day: details.day.to_string(),
        kind: app.casework.action_kind_label(&page.step, &details.kind),
        minutes: format!("{} min", details.minutes),
        presence: details.presence.label().to_owned(),
        place: details
            .place
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        note: details
            .note
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        who: action.recorded.by_name.clone(),
        href: if editable {
            format!("{address}/{}", action.id.address())
        } else {
            String::new()
        },
        voided: action.voided,
    }
}

async fn new(
    State(app): State<App>,
    me: Me,
    Path(path): Path<(String, String)>,
) -> Result<Response, Response> {
    let (dossier, step) = step_in(&app, &me, &path)?;
    let found = load(&app, &me, dossier, step).await?;
    may_record(&app, &me, &found, "")?;
    let mut fields = Fields::default();
    fields.set("aanwezigheid", Presence::Present.code());
    Ok(edit(
        &app,
        &me,
        &found,
        &fields,
        None,
        Errors::new(),
        StatusCode::OK,
    ))
}

/// The form is only there for a line that takes actions from this person (A4); a note that was typed
/// stays in sight.
fn may_record(app: &App, me: &Me, page: &ActionsPage, typed: &str) -> Result<(), Response> {
    if page.may_record {
        return Ok(());
    }
    // What became of another organisation's line is no reason: this is not theirs to record.
    if !page.sees_story {
        return Err(fail::function_denied(app, me));
    }
    match page.step.ongoing() {
        Err(refusal) if typed.is_empty() => Err(fail::answer(app, me, refusal.into())),
        Err(refusal) => {
            let sentence = sentences::refusal(&refusal);
            Err(fail::too_late(app, me, sentence, typed))
        }
        Ok(_) => Err(fail::function_denied(app, me)),
    }
}

fn edit(
    app: &App,
    me: &Me,
    page: &ActionsPage,
    fields: &Fields,
    existing: Option<ActionId>,
    errors: Errors,
    status: StatusCode,
) -> Response {
    let (dossier, step) = (page.head.id, page.step.id);
    let heading = if existing.is_some() {
        "Actie wijzigen"
    } else {
        "Actie registreren"
    };
    let mut frame = app.page(me, heading, "");
    frame.has_errors = !errors.is_empty();
    let address = list_address(dossier, step);
    let action = match existing {
        Some(id) => format!("{address}/{}", id.address()),
        None => format!("{address}/nieuw"),
    };
    let kind = fields.get("soort_actie");
    let kinds = page
        .kind
        .iter()
        .flat_map(|it| &it.actions)
        .map(|it| {
            let value = it.code.as_str();
            Choice::new(value, it.label.clone(), value == kind)
        })
        .collect();
    let presence = fields.get("aanwezigheid");
    render(
        status,
        &EditPage {
            page: frame,
            dossier: app.dossier_head(me, &page.head, "begeleiding"),
            tabs: guidance_tabs(dossier, "stappen"),
            errors,
            heading: heading.to_owned(),
            void_action: existing
                .map(|_| format!("{action}/schrappen"))
                .unwrap_or_default(),
            action,
            key: app.casework.submission_key().0.to_string(),
            void_key: app.casework.submission_key().0.to_string(),
            version: fields.get("versie").to_owned(),
            period: period_of(page),
            day: fields.date_parts("dag_actie"),
            today: app.casework.today().to_iso(),
            kinds,
            minutes: fields.get("duur").to_owned(),
            presences: Presence::ALL
                .iter()
                .map(|it| Choice::new(it.code(), it.label(), it.code() == presence))
                .collect(),
            place: fields.get("plaats").to_owned(),
            note: fields.get("nota").to_owned(),
            note_max: Note::MAX.to_string(),
            changed: status != StatusCode::OK,
        },
    )
}

fn parse(fields: &Fields, errors: &mut Errors) -> Option<ActionInput> {
    let day = fields.day("dag_actie", "de dag van de actie", errors);
    let kind = fields.choice(
        "soort_actie",
        Field::ActionKind,
        |text| ActionKindCode::parse(text).ok(),
        errors,
    );
    let minutes = minutes(fields, errors);
    let presence = fields.choice("aanwezigheid", Field::Presence, Presence::from_code, errors);
    let before = errors.lines.len();
    let place = fields.optional_line("plaats", Field::Place, errors);
    let note = fields.optional_story("nota", Field::Note, errors);
    if errors.lines.len() > before {
        return None;
    }
    Some(ActionInput {
        day: day?,
        kind: kind?,
        minutes: minutes?,
        presence: presence?,
        place,
        note,
    })
}

fn minutes(fields: &Fields, errors: &mut Errors) -> Option<u16> {
    let typed = fields.get("duur").trim();
    let refusal = match typed.parse() {
        Ok(minutes) => return Some(minutes),
        Err(_) if typed.is_empty() => Refusal::Empty(Field::Duration),
        Err(_) => Refusal::DurationOutOfRange {
            least: *domain::actions::MINUTES.start(),
            most: *domain::actions::MINUTES.end(),
        },
    };
    errors.add("duur", sentences::refusal(&refusal));
    None
}

fn show_refusals(errors: &mut Errors, refusals: &Refusals) {
    for refusal in refusals.iter() {
        let id = match refusal.field() {
            Field::ActionDay => "dag_actie_dag",
            Field::ActionKind => "soort_actie",
            Field::Duration => "duur",
            Field::Presence => "aanwezigheid",
            Field::Place => "plaats",
            Field::Note => "nota",
            _ => "",
        };
        errors.add(id, sentences::refusal(refusal));
    }
}

async fn record(
    State(app): State<App>,
    me: Me,
    Path(path): Path<(String, String)>,
    mut fields: Fields,
) -> Result<Response, Response> {
    let (dossier, step) = step_in(&app, &me, &path)?;
    let address = list_address(dossier, step);
    if fields.has("doe", "terug") {
        return Ok(Redirect::to(&address).into_response());
    }
    let found = load_for_form(&app, &me, (dossier, step), &fields).await?;
    // Only asked when the form does not confirm: one that was stored before is answered as then (T2).
    let open = may_record(&app, &me, &found, fields.get("nota"));
    let mut errors = Errors::new();
    if fields.get("vandaag") == "dag_actie" {
        open?;
        fields.set_date("dag_actie", app.casework.today());
        return Ok(edit(
            &app,
            &me,
            &found,
            &fields,
            None,
            errors,
            StatusCode::OK,
        ));
    }
    let input = parse(&fields, &mut errors);
    let leads_to = format!("{address}?gelukt=actie");
    let submission = submission(&app, &fields, leads_to, &mut errors);
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    let (Some(input), Some(submission), true) = (input, submission, errors.is_empty()) else {
        open?;
        return Ok(edit(
            &app,
            &me,
            &found,
            &fields,
            None,
            errors,
            unprocessable,
        ));
    };
    let done = app
        .casework
        .record_action(&me.actor, dossier, step, &input, &submission)
        .await;
    match done {
        Ok(_) => Ok(Redirect::to(&submission.leads_to).into_response()),
        Err(Failure::Refused(refusals)) if !is_final(&refusals) => {
            show_refusals(&mut errors, &refusals);
            Ok(edit(
                &app,
                &me,
                &found,
                &fields,
                None,
                errors,
                unprocessable,
            ))
        }
        Err(failure) => {
            if is_refused(&failure) {
                open?;
            }
            Err(fail::answer(&app, &me, failure))
        }
    }
}

fn is_refused(failure: &Failure) -> bool {
    matches!(failure, Failure::Refused(_))
}

fn is_final(refusals: &Refusals) -> bool {
    refusals.iter().any(|it| matches!(it, Refusal::Final(_)))
}

/// Dossier, line and action in an address.
async fn action_in(
    app: &App,
    me: &Me,
    (dossier, step, action): (String, String, String),
    sent: Option<&Fields>,
) -> Result<(ActionsPage, Action), Response> {
    let (dossier, step) = step_in(app, me, &(dossier, step))?;
    let found = match sent {
        Some(fields) => load_for_form(app, me, (dossier, step), fields).await?,
        None => load(app, me, dossier, step).await?,
    };
    // That the line is another organisation's may be said; what was done in it may not.
    if !found.sees_story {
        return Err(fail::function_denied(app, me));
    }
    let id = ActionId::from_address(&action);
    let action = found.actions.iter().find(|it| Some(it.id) == id).cloned();
    let action = action.ok_or_else(|| fail::not_found(app, Some(me)))?;
    Ok((found, action))
}

fn fields_of(action: &Action) -> Fields {
    let details = &action.details;
    let mut fields = Fields::default();
    fields.set("versie", action.version.to_string());
    fields.set_date("dag_actie", details.day);
    fields.set("soort_actie", details.kind.as_str());
    fields.set("duur", details.minutes.to_string());
    fields.set("aanwezigheid", details.presence.code());
    if let Some(place) = &details.place {
        fields.set("plaats", place.as_str());
    }
    if let Some(note) = &details.note {
        fields.set("nota", note.as_str());
    }
    fields
}

async fn one(
    State(app): State<App>,
    me: Me,
    Path(path): Path<(String, String, String)>,
) -> Result<Response, Response> {
    let (found, action) = action_in(&app, &me, path, None).await?;
    may_record(&app, &me, &found, "")?;
    let fields = fields_of(&action);
    let id = Some(action.id);
    Ok(edit(
        &app,
        &me,
        &found,
        &fields,
        id,
        Errors::new(),
        StatusCode::OK,
    ))
}

async fn change(
    State(app): State<App>,
    me: Me,
    Path(path): Path<(String, String, String)>,
    mut fields: Fields,
) -> Result<Response, Response> {
    let (found, action) = action_in(&app, &me, path, Some(&fields)).await?;
    let (dossier, step) = (found.head.id, found.step.id);
    let address = list_address(dossier, step);
    if fields.has("doe", "terug") {
        return Ok(Redirect::to(&address).into_response());
    }
    let id = Some(action.id);
    let open = may_record(&app, &me, &found, fields.get("nota"));
    let mut errors = Errors::new();
    if fields.get("vandaag") == "dag_actie" {
        open?;
        fields.set_date("dag_actie", app.casework.today());
        return Ok(edit(&app, &me, &found, &fields, id, errors, StatusCode::OK));
    }
    let input = parse(&fields, &mut errors);
    let leads_to = format!("{address}?gelukt=actie-gewijzigd");
    let submission = submission(&app, &fields, leads_to, &mut errors);
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    let (Some(input), Some(submission), true) = (input, submission, errors.is_empty()) else {
        open?;
        return Ok(edit(&app, &me, &found, &fields, id, errors, unprocessable));
    };
    let version = fields.version();
    let done = app
        .casework
        .change_action(
            &me.actor,
            dossier,
            step,
            action.id,
            version,
            &input,
            &submission,
        )
        .await;
    match done {
        Ok(()) => Ok(Redirect::to(&submission.leads_to).into_response()),
        Err(Failure::Changed(conflict)) if !conflict.is_final => {
            fields.set("versie", conflict.version.to_string());
            let changes: Vec<String> = conflict
                .changes
                .iter()
                .map(|change| {
                    let after = change.after.as_deref().unwrap_or("leeg");
                    format!("{}: {after}", sentences::journal_field(&change.field))
                })
                .collect();
            errors.add(
                "",
                format!(
                    "{} heeft deze actie intussen gewijzigd ({}). Wat je typte staat er nog: kijk het na en bevestig opnieuw.",
                    conflict.stamp.by_name,
                    changes.join("; ")
                ),
            );
            Ok(edit(
                &app,
                &me,
                &found,
                &fields,
                id,
                errors,
                StatusCode::CONFLICT,
            ))
        }
        Err(Failure::Refused(refusals)) if !is_final(&refusals) => {
            show_refusals(&mut errors, &refusals);
            Ok(edit(&app, &me, &found, &fields, id, errors, unprocessable))
        }
        Err(failure) => {
            if is_refused(&failure) {
                open?;
            }
            Err(fail::answer(&app, &me, failure))
        }
    }
}

async fn void(
    State(app): State<App>,
    me: Me,
    Path(path): Path<(String, String, String)>,
    fields: Fields,
) -> Result<Response, Response> {
    let (found, action) = action_in(&app, &me, path, Some(&fields)).await?;
    let (dossier, step) = (found.head.id, found.step.id);
    let mut errors = Errors::new();
    let leads_to = format!("{}?gelukt=actie-geschrapt", list_address(dossier, step));
    let Some(submission) = submission(&app, &fields, leads_to, &mut errors) else {
        may_record(&app, &me, &found, "")?;
        let kept = fields_of(&action);
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(edit(
            &app,
            &me,
            &found,
            &kept,
            Some(action.id),
            errors,
            status,
        ));
    };
    let version = fields.version();
    app.casework
        .void_action(&me.actor, dossier, step, action.id, version, &submission)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    Ok(Redirect::to(&submission.leads_to).into_response())
}
