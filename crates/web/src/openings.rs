//! 'Wie bekeek mijn dossier': for the client, who opened it and when (I3).

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use domain::people::Role;
use domain::policy::Operation;

use crate::App;
use crate::context::{Me, dossier_address};
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{DossierHead, Page};
use crate::routes::Routes;
use crate::steps::dossier_in;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get(
        "/dossier/{dossier}/raadplegingen",
        Operation::ViewOpenings,
        show,
    )
}

#[derive(Template)]
#[template(path = "entries/openings.html")]
struct OpeningsPage {
    page: Page,
    dossier: DossierHead,
    rows: Vec<Row>,
    earlier: String,
}

struct Row {
    when: String,
    who: String,
    role: &'static str,
    what: &'static str,
}

/// Most openings on one page.
const MOST: u32 = 100;

async fn show(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
    uri: Uri,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let before = Fields::of_query(uri.query()).get("voor").parse().ok();
    let (head, found) = app
        .casework
        .openings(&me.actor, id, before, MOST)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let full = u32::try_from(found.len()).unwrap_or(MOST) >= MOST;
    let earlier = found
        .last()
        .filter(|_| full)
        .map(|last| {
            let minute = last.at.micros().div_euclid(60_000_000);
            format!("{}/raadplegingen?voor={minute}", dossier_address(id))
        })
        .unwrap_or_default();
    let rows = found
        .into_iter()
        .map(|opening| Row {
            when: opening.at.brussels_text(),
            who: if opening.organisation.is_empty() {
                opening.person
            } else {
                format!("{}, {}", opening.person, opening.organisation)
            },
            role: Role::from_code(&opening.role).map_or("", Role::label),
            what: what(&opening.what),
        })
        .collect();
    Ok(render(
        StatusCode::OK,
        &OpeningsPage {
            page: app.page(&me, "Wie bekeek mijn dossier", ""),
            dossier: app.dossier_head(&me, &head, "raadplegingen"),
            rows,
            earlier,
        },
    ))
}

/// What was opened, in words.
fn what(code: &str) -> &'static str {
    match code {
        "stappen" => "De lijst met stappen naar werk",
        "stap" => "Een stap",
        "stap_nieuw" => "Het formulier voor een nieuwe stap",
        "geschiedenis" => "De geschiedenis van een stap",
        "acties" => "De acties van een stap",
        "raadplegingen" => "Wie het dossier bekeek",
        "traject" => "Traject",
        "randvoorwaarden" => "Randvoorwaarden",
        "inzetbaarheid" => "Inzetbaarheid",
        other => crate::page::DOSSIER_ENTRIES
            .iter()
            .find(|(slug, _)| *slug == other)
            .map_or("Het dossier", |(_, label)| label),
    }
}
