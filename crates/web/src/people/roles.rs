//! Roles that work for no organisation: one system manager proposes, a second one confirms.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::Proposal;
use domain::ids::ProposalId;
use domain::people::Role;
use domain::refusal::Field;

use super::{ROLES, USERS, address, person_in, show_refusals};
use crate::App;
use crate::context::{Me, Succeeded};
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{Errors, NavLink, Page};
use crate::steps::submission;
use crate::system;

struct Row {
    name: String,
    href: String,
    role: &'static str,
    by: String,
    action: String,
    /// Whether somebody else than who looks has to confirm it.
    own: bool,
    key: String,
}

#[derive(Template)]
#[template(path = "people/roles.html")]
struct RolesPage {
    page: Page,
    tabs: Vec<NavLink>,
    errors: Errors,
    rows: Vec<Row>,
}

fn row(app: &App, me: &Me, proposal: Proposal) -> Row {
    Row {
        own: [proposal.by, proposal.person].contains(&me.actor.person),
        href: address(proposal.person),
        role: proposal.role.label(),
        by: format!("{}, {}", proposal.by_name, proposal.at.brussels_text()),
        action: format!("{ROLES}/{}", proposal.id.address()),
        key: app.casework.submission_key().0.to_string(),
        name: proposal.name,
    }
}

async fn view(
    app: &App,
    me: &Me,
    errors: Errors,
    status: StatusCode,
    notice: Option<String>,
) -> Result<Response, Response> {
    let waiting = app.casework.proposals(&me.actor).await;
    let waiting = waiting.map_err(|failure| fail::answer(app, me, failure))?;
    let mut page = app.page(me, "Systeem: rollen", USERS);
    page.has_errors = !errors.is_empty();
    page.notice = notice;
    Ok(render(
        status,
        &RolesPage {
            page,
            tabs: system::tabs(ROLES),
            errors,
            rows: waiting.into_iter().map(|it| row(app, me, it)).collect(),
        },
    ))
}

pub(super) async fn list(
    State(app): State<App>,
    me: Me,
    Succeeded(notice): Succeeded,
) -> Result<Response, Response> {
    view(&app, &me, Errors::new(), StatusCode::OK, notice).await
}

pub(super) async fn propose(
    State(app): State<App>,
    me: Me,
    Path(person): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let person = person_in(&app, &me, &person)?;
    let found = app.casework.person_page(&me.actor, person).await;
    found.map_err(|failure| fail::answer(&app, &me, failure))?;
    let mut errors = Errors::new();
    let role = fields.choice("systeemrol", Field::Role, Role::from_code, &mut errors);
    let leads_to = format!("{ROLES}?gelukt=rol-voorgesteld");
    let submission = submission(&app, &fields, leads_to, &mut errors);
    let (Some(role), Some(submission)) = (role, submission) else {
        return super::one::page(&app, &me, person, &fields, errors).await;
    };
    let done = app
        .casework
        .propose_role(&me.actor, person, role, &submission);
    match done.await {
        Ok(()) => Ok(Redirect::to(&submission.leads_to).into_response()),
        Err(failure) => {
            let refused = fail::refusals(&app, &me, failure)?;
            show_refusals(&mut errors, &refused);
            for line in &mut errors.lines {
                if line.field == "rol" {
                    line.field = "systeemrol".to_owned();
                }
            }
            super::one::page(&app, &me, person, &fields, errors).await
        }
    }
}

pub(super) async fn decide(
    State(app): State<App>,
    me: Me,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let id = ProposalId::from_address(&id).ok_or_else(|| fail::not_found(&app, Some(&me)))?;
    let failed = |failure| fail::answer(&app, &me, failure);
    let waiting = app.casework.proposals(&me.actor).await.map_err(failed)?;
    let is_there = waiting.iter().any(|it| it.id == id);
    let mut errors = Errors::new();
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    let confirmed = match fields.get("beslissing") {
        "bevestigen" => Some(true),
        "weigeren" => Some(false),
        _ if !is_there => return Err(fail::not_found(&app, Some(&me))),
        _ => {
            errors.add("", "Kies 'Bevestigen' of 'Weigeren'.");
            None
        }
    };
    let code = match confirmed {
        Some(true) => "rol-bevestigd",
        _ => "rol-geweigerd",
    };
    let leads_to = format!("{ROLES}?gelukt={code}");
    let submission = submission(&app, &fields, leads_to, &mut errors);
    if let (Some(confirmed), Some(submission)) = (confirmed, submission) {
        let done = app
            .casework
            .decide_role(&me.actor, id, confirmed, &submission);
        match done.await {
            Ok(()) => return Ok(Redirect::to(&submission.leads_to).into_response()),
            Err(failure) => {
                let refused = fail::refusals(&app, &me, failure)?;
                status = show_refusals(&mut errors, &refused);
            }
        }
    }
    view(&app, &me, errors, status, None).await
}
