//! 'Wat er gebeurde': the journal of a dossier, for the client and for the privacy officer, who reads what
//! happened and no story.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use casework::JournalEntry;
use domain::Day;
use domain::journal::Change;
use domain::policy::Operation;

use crate::App;
use crate::context::{Me, dossier_address};
use crate::entries::situation;
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{DossierHead, Page};
use crate::routes::Routes;
use crate::sentences;
use crate::steps::dossier_in;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get("/dossier/{dossier}/journaal", Operation::ViewJournal, show)
}

#[derive(Template)]
#[template(path = "entries/journal.html")]
struct JournalPage {
    page: Page,
    dossier: DossierHead,
    entries: Vec<EntryView>,
    earlier: String,
    tells_story: bool,
}

/// Something that happened, as it is shown.
pub(crate) struct EntryView {
    pub(crate) what: &'static str,
    pub(crate) when: String,
    pub(crate) who: String,
    pub(crate) changes: Vec<ChangeView>,
}

/// A field that changed.
pub(crate) struct ChangeView {
    pub(crate) field: String,
    pub(crate) before: String,
    pub(crate) after: String,
}

async fn show(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
    uri: Uri,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let before = Fields::of_query(uri.query()).get("voor").parse().ok();
    let found = app
        .casework
        .journal(&me.actor, id, before)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let earlier = found
        .earlier
        .map(|number| format!("{}/journaal?voor={number}", dossier_address(id)));
    let entries = found.entries.into_iter().map(entry_view).collect();
    Ok(render(
        StatusCode::OK,
        &JournalPage {
            page: app.page(&me, "Wat er gebeurde", ""),
            dossier: app.dossier_head(&me, &found.head, "journaal"),
            entries,
            earlier: earlier.unwrap_or_default(),
            tells_story: found.tells_story,
        },
    ))
}

/// A value of a field as it is shown: a day as everywhere on the screen, a work situation in words.
fn shown(field: &str, value: String) -> String {
    if field == "work_situation_now" {
        let (code, since) = value.split_once(", ").unwrap_or((&value, ""));
        return match Day::from_iso(since) {
            Some(since) => format!("{} sinds {since}", situation(code)),
            None => situation(code),
        };
    }
    Day::from_iso(&value).map_or(value, |day| day.to_string())
}

/// A journal entry as it is shown, with the names of its fields in words.
pub(crate) fn entry_view(stored: JournalEntry) -> EntryView {
    let change = |change: Change| ChangeView {
        field: sentences::journal_field(&change.field).to_owned(),
        before: (change.before.map(|it| shown(&change.field, it))).unwrap_or_default(),
        after: (change.after.map(|it| shown(&change.field, it))).unwrap_or_default(),
    };
    EntryView {
        what: stored.entry.event.label(),
        when: stored.entry.at.brussels_text(),
        who: match (stored.by_name.is_empty(), stored.organisation.is_empty()) {
            (true, _) => "Het programma".to_owned(),
            (false, true) => stored.by_name,
            (false, false) => format!("{}, {}", stored.by_name, stored.organisation),
        },
        changes: stored.entry.changes.into_iter().map(change).collect(),
    }
}
