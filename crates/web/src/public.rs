//! The pages that everybody may read: how accessible the product is, and under which licences it
//! stands. Text only.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::policy::Operation;

use crate::context::{self, Me};
use crate::fail::render;
use crate::page::Page;
use crate::routes::Routes;
use crate::{App, Web};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/toegankelijkheid", Operation::Public, accessibility)
        .get("/licenties", Operation::Public, licences)
}

#[derive(Template)]
#[template(path = "public/accessibility.html")]
struct AccessibilityPage {
    page: Page,
}

#[derive(Template)]
#[template(path = "public/licences.html")]
struct LicencesPage {
    page: Page,
}

/// The frame: with the own menu for who is logged in, so that they find the way back.
async fn frame(app: &Web, headers: &HeaderMap, title: &str) -> Page {
    let found = match context::token(app, headers) {
        Some(token) => app.casework.session(&token).await.ok().flatten(),
        None => None,
    };
    match found {
        Some(signed) => {
            let me = Me::from(signed);
            app.page(&me, title, "")
        }
        None => app.bare_page(title),
    }
}

async fn accessibility(State(app): State<App>, headers: HeaderMap) -> Response {
    let page = frame(&app, &headers, "Toegankelijkheid").await;
    render(StatusCode::OK, &AccessibilityPage { page })
}

async fn licences(State(app): State<App>, headers: HeaderMap) -> Response {
    let page = frame(&app, &headers, "Licenties").await;
    render(StatusCode::OK, &LicencesPage { page })
}

#[cfg(test)]
mod tests {
    use testkit::world;

    use crate::caseload::tests::Browser;

    #[tokio::test]
    async fn everybody_reads_the_public_pages_and_who_is_logged_in_keeps_the_menu() {
        let world = world().await;
        let nobody = Browser::anonymous(&world);
        let somebody = Browser::of(&world, "an").await;
        for (address, text) in [
            ("/toegankelijkheid", "WCAG"),
            ("/licenties", "Crown Copyright (Government Digital Service)"),
        ] {
            let seen = nobody.open(address).await;
            assert_eq!(seen.status, 200, "{address}");
            assert!(seen.html.contains(text) && !seen.html.contains("Afmelden"));
            let seen = somebody.open(address).await;
            assert!(seen.html.contains(text) && seen.html.contains("Afmelden"));
        }
    }
}
