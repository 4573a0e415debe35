//! Behind a one-time link: make the account, or choose a new password. For somebody who is not known yet;
//! a link that does not work answers the same, whatever is wrong with it.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::LinkRefused;
use domain::policy::Operation;

use crate::context;
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{Errors, Page};
use crate::people::show_refusals;
use crate::routes::Routes;
use crate::{App, Web, sentences};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/uitnodiging/{token}", Operation::Public, show)
        .post("/uitnodiging/{token}", Operation::Public, send)
}

#[derive(Template)]
#[template(path = "invitation.html")]
struct InvitationPage {
    page: Page,
    errors: Errors,
    action: String,
    name: String,
    /// For a new password the user name that stays; empty when it is to be chosen.
    known: String,
    user_name: String,
}

#[derive(Template)]
#[template(path = "invitation_dead.html")]
struct DeadPage {
    page: Page,
}

fn dead(app: &Web) -> Response {
    let page = app.bare_page("Deze link werkt niet");
    render(StatusCode::NOT_FOUND, &DeadPage { page })
}

async fn view(
    app: &App,
    text: &str,
    token: &[u8; 32],
    fields: &Fields,
    errors: Errors,
    status: StatusCode,
) -> Response {
    let found = match app.casework.link_page(token).await {
        Ok(Some(found)) => found,
        Ok(None) => return dead(app),
        Err(failure) => return fail::plain(app, failure),
    };
    let mut page = app.bare_page("Welkom");
    page.has_errors = !errors.is_empty();
    render(
        status,
        &InvitationPage {
            page,
            errors,
            action: format!("/uitnodiging/{text}"),
            name: found.name,
            known: found.user_name.unwrap_or_default(),
            user_name: fields.get("gebruikersnaam").chars().take(200).collect(),
        },
    )
}

async fn show(State(app): State<App>, Path(text): Path<String>) -> Response {
    let Some(token) = context::from_hex(&text) else {
        return dead(&app);
    };
    let fields = Fields::default();
    view(&app, &text, &token, &fields, Errors::new(), StatusCode::OK).await
}

async fn send(State(app): State<App>, Path(text): Path<String>, fields: Fields) -> Response {
    let Some(token) = context::from_hex(&text) else {
        return dead(&app);
    };
    let mut errors = Errors::new();
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    let (first, again) = (fields.get("wachtwoord"), fields.get("herhaal"));
    if first != again {
        errors.add(
            "herhaal",
            "Je typte twee verschillende wachtwoorden. Typ twee keer hetzelfde.",
        );
        return view(&app, &text, &token, &fields, errors, status).await;
    }
    let user_name = fields.get("gebruikersnaam");
    match app.casework.use_link(&token, user_name, first).await {
        Ok(()) => Redirect::to("/aanmelden?gelukt=account").into_response(),
        Err(LinkRefused::Dead) => dead(&app),
        Err(LinkRefused::Refused(refusals)) => {
            let shown = show_refusals(&mut errors, &refusals);
            status = shown;
            view(&app, &text, &token, &fields, errors, status).await
        }
        Err(LinkRefused::Password(refused)) => {
            errors.add("wachtwoord", sentences::password(refused));
            view(&app, &text, &token, &fields, errors, status).await
        }
        Err(LinkRefused::Failed(failure)) => fail::plain(&app, failure),
    }
}
