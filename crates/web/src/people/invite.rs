//! Inviting somebody, and a new password for who forgot it: a link that is shown once, to be passed on.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::{Failure, InviteInput};
use domain::ids::{InvitationId, OrganisationId, UnitId};
use domain::people::{self, Role};
use domain::refusal::Field;
use domain::text::Name;

use super::{address, link, list_of, person_in, show_refusals, unit_roles};
use crate::App;
use crate::context::Me;
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{Choice, Errors, Page};
use crate::sentences;
use crate::steps::submission;

#[derive(Template)]
#[template(path = "people/invite.html")]
struct InvitePage {
    page: Page,
    errors: Errors,
    key: String,
    back: &'static str,
    name: String,
    email: String,
    organisation: String,
    roles: Vec<Choice>,
    units: Vec<Choice>,
    changed: bool,
}

#[derive(Template)]
#[template(path = "people/link.html")]
struct LinkPage {
    page: Page,
    heading: &'static str,
    name: String,
    link: String,
    back: String,
}

async fn form(
    app: &App,
    me: &Me,
    fields: &Fields,
    errors: Errors,
    status: StatusCode,
) -> Result<Response, Response> {
    let organisation = OrganisationId::from_address(fields.get("organisatie"));
    let units = app
        .casework
        .units_to_give(&me.actor, organisation)
        .await
        .map_err(|failure| fail::answer(app, me, failure))?;
    let mut page = app.page(me, "Nodig iemand uit", list_of(me));
    page.has_errors = !errors.is_empty();
    let mut roles = unit_roles(fields.get("rol"));
    if me.actor.role == Role::SystemManager {
        if organisation.is_none() {
            roles.clear();
        }
        let chosen = fields.get("rol") == "geen" || roles.is_empty();
        let none = Choice::new("geen", "Nog geen functie", chosen);
        roles.push(none.hint("Je geeft die later, op de pagina van de persoon."));
    }
    let chosen = fields.get("vestiging");
    let units = units
        .into_iter()
        .map(|unit| Choice::new(unit.id.address(), unit.line(), unit.id.address() == chosen))
        .collect();
    Ok(render(
        status,
        &InvitePage {
            page,
            errors,
            key: app.casework.submission_key().0.to_string(),
            back: list_of(me),
            name: fields.get("naam").to_owned(),
            email: fields.get("email").to_owned(),
            organisation: organisation
                .map(OrganisationId::address)
                .unwrap_or_default(),
            roles,
            units,
            changed: status != StatusCode::OK,
        },
    ))
}

pub(super) async fn show(State(app): State<App>, me: Me, uri: Uri) -> Result<Response, Response> {
    let fields = Fields::of_query(uri.query());
    form(&app, &me, &fields, Errors::new(), StatusCode::OK).await
}

pub(super) async fn send(
    State(app): State<App>,
    me: Me,
    fields: Fields,
) -> Result<Response, Response> {
    let mut errors = Errors::new();
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    let name: Option<Name> = fields.line("naam", Field::Name, &mut errors);
    let email = match people::parse_email(fields.get("email")) {
        Ok(email) => Some(email),
        Err(refusal) => {
            errors.add("email", sentences::refusal(&refusal));
            None
        }
    };
    let function = if fields.get("rol") == "geen" {
        Some(None)
    } else {
        let role = fields.choice("rol", Field::Role, Role::from_code, &mut errors);
        let unit = fields.choice("vestiging", Field::Unit, UnitId::from_address, &mut errors);
        role.zip(unit).map(Some)
    };
    let leads_to = format!("{}?gelukt=link-getoond", list_of(&me));
    let submission = submission(&app, &fields, leads_to, &mut errors);
    if let (true, Some(name), Some(email), Some(function), Some(submission)) =
        (errors.is_empty(), name, email, function, submission)
    {
        let input = InviteInput {
            name,
            email,
            function,
        };
        match app.casework.invite(&me.actor, &input, &submission).await {
            Ok(token) => {
                let page = app.page(&me, "De uitnodiging is klaar", list_of(&me));
                return Ok(render(
                    StatusCode::OK,
                    &LinkPage {
                        page,
                        heading: "De uitnodiging is klaar",
                        name: input.name.to_string(),
                        link: link(&app, &token),
                        back: list_of(&me).to_owned(),
                    },
                ));
            }
            Err(failure) => {
                let refused = fail::refusals(&app, &me, failure)?;
                status = show_refusals(&mut errors, &refused);
            }
        }
    }
    form(&app, &me, &fields, errors, status).await
}

pub(super) async fn password(
    State(app): State<App>,
    me: Me,
    Path(person): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let person = person_in(&app, &me, &person)?;
    let failed = |failure: Failure| fail::answer(&app, &me, failure);
    let shown = app.casework.person_page(&me.actor, person).await;
    let shown = shown.map_err(failed)?;
    let mut errors = Errors::new();
    let leads_to = format!("{}?gelukt=link-getoond", address(person));
    let Some(submission) = submission(&app, &fields, leads_to, &mut errors) else {
        return super::one::page(&app, &me, person, &fields, errors).await;
    };
    let made = app
        .casework
        .new_password_link(&me.actor, person, &submission);
    let token = match made.await {
        Ok(token) => token,
        Err(failure) => {
            let refused = fail::refusals(&app, &me, failure)?;
            show_refusals(&mut errors, &refused);
            return super::one::page(&app, &me, person, &fields, errors).await;
        }
    };
    let heading = "De link voor een nieuw wachtwoord is klaar";
    Ok(render(
        StatusCode::OK,
        &LinkPage {
            page: app.page(&me, heading, list_of(&me)),
            heading,
            name: shown.person.name,
            link: link(&app, &token),
            back: address(person),
        },
    ))
}

pub(super) async fn withdraw(
    State(app): State<App>,
    me: Me,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let id = InvitationId::from_address(&id).ok_or_else(|| fail::not_found(&app, Some(&me)))?;
    let leads_to = format!("{}?gelukt=link-ingetrokken", list_of(&me));
    let mut errors = Errors::new();
    let Some(submission) = submission(&app, &fields, leads_to, &mut errors) else {
        return Err(fail::too_late(
            &app,
            &me,
            sentences::FORM_TOO_OLD.to_owned(),
            "",
        ));
    };
    let done = app.casework.withdraw_link(&me.actor, id, &submission).await;
    done.map_err(|failure| fail::answer(&app, &me, failure))?;
    Ok(Redirect::to(&submission.leads_to).into_response())
}
