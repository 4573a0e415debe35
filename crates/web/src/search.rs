//! 'Zoek een klant': by client number, name or national number, only among those this person may open.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use domain::policy::{Operation, permit};

use crate::App;
use crate::context::{Me, dossier_address};
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::Page;
use crate::routes::Routes;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get("/zoeken", Operation::SearchClient, search)
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    page: Page,
    typed: String,
    searched: bool,
    too_many: bool,
    hits: Vec<HitRow>,
}

struct HitRow {
    name: String,
    href: String,
    number: String,
    birth: String,
}

/// Most hits shown at once.
const MOST: usize = 50;

async fn search(State(app): State<App>, me: Me, uri: Uri) -> Result<Response, Response> {
    let query = Fields::of_query(uri.query());
    let typed: String = query.get("q").chars().take(200).collect();
    let searched = !typed.trim().is_empty();
    let mut hits = if searched {
        app.casework
            .search(&me.actor, typed.trim())
            .await
            .map_err(|failure| fail::answer(&app, &me, failure))?
    } else {
        Vec::new()
    };
    let too_many = hits.len() > MOST;
    hits.truncate(MOST);
    // The privacy officer has no use for the dossier itself.
    let opens = permit(&me.actor, Operation::ViewDossier).is_ok();
    let hits = hits
        .into_iter()
        .map(|hit| HitRow {
            name: hit.name,
            href: if opens {
                dossier_address(hit.id)
            } else {
                format!("{}/raadplegingen", dossier_address(hit.id))
            },
            number: hit.client_number.to_string(),
            birth: hit.birth.to_string(),
        })
        .collect();
    let page = app.page(&me, "Zoek een klant", "/zoeken");
    Ok(render(
        StatusCode::OK,
        &SearchPage {
            page,
            typed,
            searched,
            too_many,
            hits,
        },
    ))
}
