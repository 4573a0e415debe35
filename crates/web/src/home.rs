//! The start page of each role, the state of the program, and the public pages.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::people::Role;
use domain::policy::{self, Operation};

use crate::App;
use crate::context::{Me, Succeeded, dossier_address};
use crate::fail::{self, render};
use crate::page::Page;
use crate::routes::Routes;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/", Operation::OwnAccount, start)
        .get("/health/live", Operation::Public, live)
        .get("/health/ready", Operation::Public, ready)
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    page: Page,
    greeting: String,
    may_search: bool,
    tiles: Vec<Tile>,
    unread: u32,
}

/// Something this person can do from the start page.
struct Tile {
    label: &'static str,
    href: String,
    text: &'static str,
}

async fn start(
    State(app): State<App>,
    me: Me,
    Succeeded(notice): Succeeded,
) -> Result<Response, Response> {
    // Who a dossier is about comes for that dossier.
    if let (Role::Client, Some(own)) = (me.actor.role, me.actor.own_dossier) {
        let address = format!("{}/mijn-dossier", dossier_address(own));
        return Ok(Redirect::to(&address).into_response());
    }
    let unread = app
        .casework
        .unread_notices(&me.actor)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let mut page = app.page(&me, "Start", "/");
    page.notice = notice;
    Ok(render(
        StatusCode::OK,
        &HomePage {
            page,
            greeting: format!("Dag {}", me.actor.name),
            may_search: policy::permit(&me.actor, Operation::SearchClient).is_ok(),
            tiles: tiles(&me),
            unread,
        },
    ))
}

fn tiles(me: &Me) -> Vec<Tile> {
    let tile = |label, href: &str, text| Tile {
        label,
        href: href.to_owned(),
        text,
    };
    match me.actor.role {
        Role::Counsellor => vec![tile(
            "Begeleidingen",
            "/begeleidingen",
            "De lopende en beëindigde begeleidingen van je organisatie.",
        )],
        Role::Manager => vec![
            tile(
                "Begeleidingen",
                "/begeleidingen",
                "De begeleidingen van je organisatie, met wat te controleren is.",
            ),
            tile(
                "Medewerkers",
                "/medewerkers",
                "Nodig collega's uit, geef functies, zet iemand uit dienst.",
            ),
            tile(
                "Rapport",
                "/rapport",
                "De cijfers van je organisatie, per project en schooljaar.",
            ),
        ],
        Role::Coach => vec![
            tile(
                "Verwijderingen",
                "/verwijderingen",
                "Vragen om een foutieve, beëindigde stap te verwijderen.",
            ),
            tile(
                "Rechtzettingen",
                "/rechtzettingen",
                "Vragen om iets recht te zetten bij een stap.",
            ),
        ],
        Role::Mediator => vec![tile(
            "Rechtzettingen",
            "/rechtzettingen",
            "Vragen om iets in een dossier recht te zetten, en bezwaren.",
        )],
        Role::Controller => vec![tile(
            "Controle",
            "/controle",
            "De begeleidingen van een project, zonder namen, en het rapport.",
        )],
        Role::SystemManager => vec![tile(
            "Systeem",
            "/systeem",
            "Gebruikers, organisaties, rollen, het programma, opdrachten en bewaartermijnen.",
        )],
        Role::PrivacyOfficer => vec![tile(
            "Bewaartermijnen",
            "/bewaartermijnen",
            "Wat hoe lang bewaard wordt, en wat gewist mag worden.",
        )],
        // The client's start page is the own dossier.
        Role::Client => Vec::new(),
    }
}

async fn live() -> &'static str {
    "live\n"
}

async fn ready(State(app): State<App>) -> Response {
    if app.casework.is_ready().await {
        "ready\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response()
    }
}
