//! 'Geschiedenis' of an entry of the dossier: a page beside it. A section has its own under its records.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use casework::{JournalEntry, ListedStep};
use domain::ids::{DossierId, StepId};
use domain::past::Past;

use crate::App;
use crate::context::{Me, dossier_address};
use crate::documents::line_name;
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::journal::{EntryView, entry_view};
use crate::page::{DossierHead, Page};
use crate::routes::Routes;
use crate::steps::dossier_in;

/// Every entry that has one, with its path: one line each.
const REGISTER: [(Past, &str); 7] = [
    (Past::Profile, "/dossier/{dossier}/profiel/geschiedenis"),
    (
        Past::Documents,
        "/dossier/{dossier}/documenten/geschiedenis",
    ),
    (
        Past::Vouchers,
        "/dossier/{dossier}/loopbaancheques/geschiedenis",
    ),
    (
        Past::Services,
        "/dossier/{dossier}/dienstverlening/geschiedenis",
    ),
    (
        Past::Integration,
        "/dossier/{dossier}/inburgering/geschiedenis",
    ),
    (
        Past::Career,
        "/dossier/{dossier}/loopbaangegevens/geschiedenis",
    ),
    (Past::Benefits, "/dossier/{dossier}/rva/geschiedenis"),
];

pub(crate) fn routes(routes: Routes) -> Routes {
    REGISTER.into_iter().fold(routes, |routes, (past, path)| {
        let handler = move |app: State<App>, me: Me, dossier: Path<String>, uri: Uri| {
            show(past, app, me, dossier, uri)
        };
        routes.get(path, past.operation(), handler)
    })
}

/// The address of the page.
pub(crate) fn address(dossier: DossierId, past: Past) -> String {
    format!("{}/geschiedenis", of_entry(dossier, past))
}

/// The address of the entry itself.
fn of_entry(dossier: DossierId, past: Past) -> String {
    format!("{}/{}", dossier_address(dossier), past.code())
}

#[derive(Template)]
#[template(path = "entries/past.html")]
struct PastPage {
    page: Page,
    dossier: DossierHead,
    back: String,
    entry: &'static str,
    entries: Vec<EntryView>,
    /// The pages with what was before these, and with the last; empty for none.
    earlier: String,
    newest: String,
}

async fn show(
    past: Past,
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
    uri: Uri,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let before: Option<i64> = Fields::of_query(uri.query()).get("voor").parse().ok();
    let found = app
        .casework
        .past(&me.actor, id, (past, before))
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let here = address(id, past);
    let earlier = found.earlier.map(|number| format!("{here}?voor={number}"));
    let entries = found.entries.into_iter();
    let entries = entries.map(|it| entry_view(with_lines(it, &found.lines, &app)));
    Ok(render(
        StatusCode::OK,
        &PastPage {
            page: app.page(&me, &format!("Geschiedenis: {}", past.label()), ""),
            dossier: app.dossier_head(&me, &found.head, past.code()),
            back: of_entry(id, past),
            entry: past.label(),
            entries: entries.collect(),
            earlier: earlier.unwrap_or_default(),
            newest: before.map(|_| here).unwrap_or_default(),
        },
    ))
}

/// With the name of the line that a document is evidence of.
fn with_lines(mut stored: JournalEntry, lines: &[ListedStep], app: &App) -> JournalEntry {
    let named = |address: String| {
        let id = StepId::from_address(&address);
        let line = lines.iter().find(|line| Some(line.id) == id);
        line.map_or_else(
            || "Een stap die niet meer in de lijst staat".to_owned(),
            |line| line_name(app, line),
        )
    };
    for change in &mut stored.entry.changes {
        if change.field == "evidence_of" {
            change.before = change.before.take().map(named);
            change.after = change.after.take().map(named);
        }
    }
    stored
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_history_stands_beside_its_entry() {
        let paths = REGISTER.map(|(past, _)| past);
        assert_eq!(paths.as_slice(), Past::ALL);
        for (past, path) in REGISTER {
            let expected = format!("/dossier/{{dossier}}/{}/geschiedenis", past.code());
            assert_eq!(path, expected);
        }
    }
}
