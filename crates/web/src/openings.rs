//! 'Wie bekeek mijn dossier': for the client, who opened it and when (I3).

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use casework::{Failure, Head, Opening};
use domain::ids::{DocumentId, DossierId};
use domain::people::Role;
use domain::policy::Operation;
use domain::text::Label;

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
    heading: &'static str,
    is_own: bool,
    rows: Vec<Row>,
    earlier: String,
}

struct Row {
    when: String,
    who: String,
    role: &'static str,
    what: String,
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
    let (head, found, earlier) = one_page(&app, &me, id, before)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let earlier = earlier
        .map(|minute| format!("{}/raadplegingen?voor={minute}", dossier_address(id)))
        .unwrap_or_default();
    let is_own = me.actor.role == Role::Client;
    // A privacy officer reads that a document was opened, and not what it is called.
    let titles = if is_own {
        app.casework
            .document_titles(&me.actor, id)
            .await
            .map_err(|failure| fail::answer(&app, &me, failure))?
    } else {
        Vec::new()
    };
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
            what: what(&opening.what, &titles),
        })
        .collect();
    let heading = if is_own {
        "Wie bekeek mijn dossier"
    } else {
        "Wie bekeek het dossier"
    };
    Ok(render(
        StatusCode::OK,
        &OpeningsPage {
            page: app.page(&me, heading, ""),
            dossier: app.dossier_head(&me, &head, "raadplegingen"),
            heading,
            is_own,
            rows,
            earlier,
        },
    ))
}

/// The openings before a minute, and the minute where the page after this one goes on; none when
/// these are the last. A page ends between two minutes: one that ended within a minute would hide the
/// rest of it (I3).
async fn one_page(
    app: &App,
    me: &Me,
    dossier: DossierId,
    before: Option<i64>,
) -> Result<(Head, Vec<Opening>, Option<i64>), Failure> {
    // One more than is shown tells whether there are earlier ones.
    let mut limit = MOST + 1;
    loop {
        let (head, mut found) = app
            .casework
            .openings(&me.actor, dossier, before, limit)
            .await?;
        if u32::try_from(found.len()).is_ok_and(|count| count < limit) {
            return Ok((head, found, None));
        }
        if let Some(minute) = keep_whole_minutes(&mut found) {
            return Ok((head, found, Some(minute)));
        }
        // All of one minute: the whole of it goes on one page.
        limit = limit.saturating_mul(2);
    }
}

/// Leaves out the last minute, which may not be there whole, and answers the minute that is last then.
/// None, and nothing left out, when there is only one minute.
fn keep_whole_minutes(found: &mut Vec<Opening>) -> Option<i64> {
    let cut = found.last()?.at;
    let whole = found.iter().take_while(|opening| opening.at > cut).count();
    let last = found.get(whole.checked_sub(1)?)?;
    let minute = last.at.micros().div_euclid(60_000_000);
    found.truncate(whole);
    Some(minute)
}

/// What was opened, in words.
fn what(code: &str, titles: &[(DocumentId, Label)]) -> String {
    if let Some((kind, document)) = code.split_once(':') {
        let what = match kind {
            "bestand" => "Het bestand van een document",
            _ => "Een document",
        };
        let known = DocumentId::from_address(document);
        let title = titles.iter().find(|(id, _)| Some(*id) == known);
        return title.map_or_else(|| what.to_owned(), |(_, title)| format!("{what}: {title}"));
    }
    entry(code).to_owned()
}

fn entry(code: &str) -> &'static str {
    match code {
        "inzageformulier" => "Het formulier bij een vraag om inzagerecht",
        "stappen" => "De lijst met stappen naar werk",
        "stap" => "Een stap",
        "stap_nieuw" => "Het formulier voor een nieuwe stap",
        "geschiedenis" => "De geschiedenis van een stap",
        "acties" => "De acties van een stap",
        "raadplegingen" => "Wie het dossier bekeek",
        "inzagerecht" => "Een vraag om inzagerecht",
        "journaal" => "Wat er in het dossier gebeurde",
        "traject" => "Traject",
        "randvoorwaarden" => "Randvoorwaarden",
        "inzetbaarheid" => "Inzetbaarheid",
        other => crate::page::DOSSIER_ENTRIES
            .iter()
            .find(|(slug, _)| *slug == other)
            .map_or("Het dossier", |(_, label)| label),
    }
}
