//! 'Toewijzingen': whether the own organisation narrows its dossiers, and to whom each is assigned. The
//! manager sees who a dossier is about and no more; a counsellor hands an open one to a colleague.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::{AssignmentPage as Found, Failure, Held, HeldDossier};
use domain::client_number::ClientNumber;
use domain::ids::{DossierId, PersonId};
use domain::policy::Operation as O;
use domain::refusal::{Field, Refusal};

use crate::App;
use crate::context::{Me, Succeeded, dossier_address};
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{Choice, DossierHead, Errors, NavLink, Page};
use crate::routes::Routes;
use crate::sentences;
use crate::steps::{dossier_in, submission};

/// 'Toewijzingen' of the own organisation.
pub(crate) const LIST: &str = "/toewijzingen";

/// Most dossiers on a page.
const PER_PAGE: u32 = 50;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get(LIST, O::AssignDossiers, list)
        .post(LIST, O::AssignDossiers, set)
        .get("/toewijzingen/{dossier}", O::AssignDossiers, one)
        .post("/toewijzingen/{dossier}", O::AssignDossiers, change)
        .get("/dossier/{dossier}/toewijzing", O::HandOver, hand_over_form)
        .post("/dossier/{dossier}/toewijzing", O::HandOver, hand_over)
}

#[derive(Template)]
#[template(path = "assignments/list.html")]
struct ListPage {
    page: Page,
    errors: Errors,
    key: String,
    narrowed: bool,
    tabs: Vec<NavLink>,
    typed: String,
    /// What is shown, for a list with nothing in it.
    which: &'static str,
    rows: Vec<Row>,
    first: String,
    next: String,
}

struct Row {
    name: String,
    number: String,
    href: String,
    assigned: String,
}

#[derive(Template)]
#[template(path = "assignments/one.html")]
struct OnePage {
    page: Page,
    errors: Errors,
    name: String,
    number: String,
    action: String,
    narrowed: bool,
    assigned: Vec<AssignedRow>,
    others: Vec<Choice>,
    key: String,
}

struct AssignedRow {
    name: String,
    since: String,
    person: String,
    key: String,
}

#[derive(Template)]
#[template(path = "assignments/hand_over.html")]
struct HandOverPage {
    page: Page,
    dossier: DossierHead,
    errors: Errors,
    action: String,
    narrowed: bool,
    assigned: Vec<AssignedRow>,
    others: Vec<Choice>,
    key: String,
    leaves: bool,
}

fn address(dossier: DossierId) -> String {
    format!("{LIST}/{}", dossier.address())
}

/// What the address asks for, and how it is said.
fn asked(query: &Fields) -> (Held, &'static str, Option<DossierId>) {
    let after = DossierId::from_address(query.get("na"));
    let number = query.get("klantnummer").trim();
    if !number.is_empty() {
        // What is no client number is nobody's.
        return match ClientNumber::parse(number) {
            Ok(number) => (Held::Number(number), "nummer", None),
            Err(_) => (Held::All, "geen", None),
        };
    }
    match query.get("toon") {
        "alle" => (Held::All, "alle", after),
        _ => (Held::ByNobody, "niemand", after),
    }
}

async fn show_list(
    app: &App,
    me: &Me,
    query: &Fields,
    errors: Errors,
    notice: Option<String>,
) -> Result<Response, Response> {
    let (held, which, after) = asked(query);
    let found = app
        .casework
        .assignments(&me.actor, &held, after, PER_PAGE + 1)
        .await
        .map_err(|failure| fail::answer(app, me, failure))?;
    let mut dossiers = if which == "geen" {
        Vec::new()
    } else {
        found.dossiers
    };
    let most = usize::try_from(PER_PAGE).unwrap_or(usize::MAX);
    let has_more = dossiers.len() > most;
    dossiers.truncate(most);
    let next = match (has_more, dossiers.last()) {
        (true, Some(last)) => {
            format!("{LIST}?toon={which}&na={}", last.dossier.address())
        }
        _ => String::new(),
    };
    dossiers.sort_by(|a, b| (&a.name, a.dossier).cmp(&(&b.name, b.dossier)));
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let mut page = app.page(me, "Toewijzingen", LIST);
    page.has_errors = !errors.is_empty();
    page.notice = notice;
    let tab = |label: &'static str, code: &'static str| {
        NavLink::new(label, format!("{LIST}?toon={code}")).current(which == code)
    };
    Ok(render(
        status,
        &ListPage {
            page,
            errors,
            key: app.casework.submission_key().0.to_string(),
            narrowed: found.narrowed,
            tabs: vec![tab("Niet toegewezen", "niemand"), tab("Alle", "alle")],
            typed: query.get("klantnummer").chars().take(50).collect(),
            which,
            rows: dossiers.into_iter().map(row).collect(),
            first: after
                .map(|_| format!("{LIST}?toon={which}"))
                .unwrap_or_default(),
            next,
        },
    ))
}

fn row(held: HeldDossier) -> Row {
    Row {
        href: address(held.dossier),
        name: held.name,
        number: held.client_number.to_string(),
        assigned: held.assigned.join(", "),
    }
}

async fn list(
    State(app): State<App>,
    me: Me,
    Succeeded(notice): Succeeded,
    uri: Uri,
) -> Result<Response, Response> {
    let query = Fields::of_query(uri.query());
    show_list(&app, &me, &query, Errors::new(), notice).await
}

/// 'Alleen toegewezen begeleiders', on or off.
async fn set(State(app): State<App>, me: Me, fields: Fields) -> Result<Response, Response> {
    let mut errors = Errors::new();
    let narrowed = match fields.get("beperkt") {
        "ja" => Some(true),
        "nee" => Some(false),
        _ => {
            errors.add(
                "beperkt",
                sentences::refusal(&Refusal::NotChosen(Field::Decision)),
            );
            None
        }
    };
    let leads_to = match narrowed {
        Some(true) => format!("{LIST}?gelukt=beperkt"),
        _ => format!("{LIST}?gelukt=niet-beperkt"),
    };
    let submission = submission(&app, &fields, leads_to, &mut errors);
    if let (Some(narrowed), Some(submission)) = (narrowed, submission) {
        let set = app
            .casework
            .set_narrowing(&me.actor, narrowed, &submission)
            .await;
        match set {
            Ok(_) => return Ok(Redirect::to(&submission.leads_to).into_response()),
            Err(failure) => show_failure(&app, &me, failure, "beperkt", &mut errors)?,
        }
    }
    show_list(&app, &me, &Fields::of_query(None), errors, None).await
}

/// Puts refusals at a field; anything else is an answer of its own.
fn show_failure(
    app: &App,
    me: &Me,
    failure: Failure,
    field: &str,
    errors: &mut Errors,
) -> Result<(), Response> {
    match failure {
        Failure::Refused(refusals) => {
            for refusal in refusals.iter() {
                errors.add(field, sentences::refusal(refusal));
            }
            Ok(())
        }
        other => Err(fail::answer(app, me, other)),
    }
}

fn assigned_rows(app: &App, found: &Found) -> Vec<AssignedRow> {
    found
        .assigned
        .iter()
        .map(|it| AssignedRow {
            name: it.name.clone(),
            since: it.since.brussels_day().to_string(),
            person: it.person.address(),
            key: app.casework.submission_key().0.to_string(),
        })
        .collect()
}

fn choices(found: &Found, chosen: &str) -> Vec<Choice> {
    found
        .others
        .iter()
        .map(|(id, name, unit)| {
            let id = id.address();
            let selected = id == chosen;
            Choice::new(id, format!("{name} ({unit})"), selected)
        })
        .collect()
}

async fn show_one(
    app: &App,
    me: &Me,
    dossier: DossierId,
    fields: &Fields,
    errors: Errors,
    notice: Option<String>,
) -> Result<Response, Response> {
    let found = app
        .casework
        .assignment(&me.actor, dossier)
        .await
        .map_err(|failure| fail::answer(app, me, failure))?;
    let mut page = app.page(me, "Toewijzing van een dossier", LIST);
    page.has_errors = !errors.is_empty();
    page.notice = notice;
    Ok(render(
        errors.status(),
        &OnePage {
            page,
            errors,
            name: found.head.full_name(),
            number: found.head.client_number.to_string(),
            action: address(dossier),
            narrowed: found.narrowed,
            assigned: assigned_rows(app, &found),
            others: choices(&found, fields.get("begeleider")),
            key: app.casework.submission_key().0.to_string(),
        },
    ))
}

async fn one(
    State(app): State<App>,
    me: Me,
    Succeeded(notice): Succeeded,
    Path(dossier): Path<String>,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let fields = Fields::of_query(None);
    show_one(&app, &me, id, &fields, Errors::new(), notice).await
}

/// 'Wijs toe' and 'Haal weg'.
async fn change(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let mut errors = Errors::new();
    let releases = fields.has("doe", "weghalen");
    let parse = PersonId::from_address;
    let person = fields.choice("begeleider", Field::Counsellor, parse, &mut errors);
    let done = if releases { "weggehaald" } else { "toegewezen" };
    let leads_to = format!("{}?gelukt={done}", address(id));
    let submission = submission(&app, &fields, leads_to, &mut errors);
    if let (Some(person), Some(submission)) = (person, submission) {
        let changed = if releases {
            app.casework
                .release_dossier(&me.actor, id, person, &submission)
                .await
        } else {
            app.casework
                .assign_dossier(&me.actor, id, person, &submission)
                .await
        };
        match changed {
            Ok(()) => return Ok(Redirect::to(&submission.leads_to).into_response()),
            Err(failure) => show_failure(&app, &me, failure, "begeleider", &mut errors)?,
        }
    }
    show_one(&app, &me, id, &fields, errors, None).await
}

async fn show_hand_over(
    app: &App,
    me: &Me,
    dossier: DossierId,
    fields: &Fields,
    errors: Errors,
) -> Result<Response, Response> {
    let found = app
        .casework
        .hand_over_page(&me.actor, dossier)
        .await
        .map_err(|failure| fail::answer(app, me, failure))?;
    let mut page = app.page(me, "Toewijzing", "");
    page.has_errors = !errors.is_empty();
    Ok(render(
        errors.status(),
        &HandOverPage {
            page,
            dossier: app.dossier_head(me, &found.head, "dienstverlening"),
            errors,
            action: format!("{}/toewijzing", dossier_address(dossier)),
            narrowed: found.narrowed,
            assigned: assigned_rows(app, &found),
            others: choices(&found, fields.get("begeleider")),
            key: app.casework.submission_key().0.to_string(),
            leaves: fields.has("stopt", "ja"),
        },
    ))
}

async fn hand_over_form(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let fields = Fields::of_query(None);
    show_hand_over(&app, &me, id, &fields, Errors::new()).await
}

/// 'Geef door'.
async fn hand_over(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let mut errors = Errors::new();
    let parse = PersonId::from_address;
    let to = fields.choice("begeleider", Field::Counsellor, parse, &mut errors);
    let leaves = fields.has("stopt", "ja");
    // Who gave the dossier away cannot look at it any more.
    let leads_to = if leaves {
        "/?gelukt=doorgegeven".to_owned()
    } else {
        format!("{}/dienstverlening?gelukt=doorgegeven", dossier_address(id))
    };
    let submission = submission(&app, &fields, leads_to, &mut errors);
    if let (Some(to), Some(submission)) = (to, submission) {
        let done = app
            .casework
            .hand_over(&me.actor, id, (to, leaves), &submission)
            .await;
        match done {
            Ok(()) => return Ok(Redirect::to(&submission.leads_to).into_response()),
            Err(failure) => show_failure(&app, &me, failure, "begeleider", &mut errors)?,
        }
    }
    show_hand_over(&app, &me, id, &fields, errors).await
}
