//! The form that pages have which show what an authentic source tells: read only, with where it comes from.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use domain::past::Past;

use crate::App;
use crate::context::{Me, dossier_address};
use crate::fail::render;
use crate::find::{Find, FindBar};
use crate::page::{DossierHead, Fact, Page};
use crate::past;

/// A table of such a page, or what belongs there when there is nothing.
pub(crate) struct Told {
    /// What it is a table of; a heading when the page has several.
    pub(crate) caption: &'static str,
    /// The headings of the columns.
    pub(crate) columns: &'static [&'static str],
    /// The rows, as long as the headings.
    pub(crate) rows: Vec<Vec<String>>,
    /// What belongs there and where it comes from, when there is nothing.
    pub(crate) empty: &'static str,
}

impl Told {
    /// The cells of a row, each with the heading of its column.
    fn cells<'a>(
        &'a self,
        row: &'a [String],
    ) -> impl Iterator<Item = (&'a &'static str, &'a String)> {
        self.columns.iter().zip(row)
    }
}

/// What such a page shows.
pub(crate) struct Content {
    /// Its entry of the menu.
    pub(crate) entry: Past,
    /// Facts above the tables.
    pub(crate) facts: Vec<Fact>,
    /// The tables. None for an entry that does not apply to this client.
    pub(crate) tables: Vec<Told>,
    /// Why it does not apply to this client; else empty.
    pub(crate) not_for: &'static str,
    /// Who tells it, under the tables.
    pub(crate) source: &'static str,
}

impl Content {
    /// Leaves the rows in which the words stand.
    fn look_for(&mut self, find: Find) -> FindBar {
        let count = |tables: &[Told]| tables.iter().map(|table| table.rows.len()).sum();
        let all = count(&self.tables);
        for table in &mut self.tables {
            table
                .rows
                .retain(|row| find.fits(row.iter().map(String::as_str)));
        }
        find.bar(all, count(&self.tables))
    }

    /// Whether a source told anything of it.
    fn has_rows(&self) -> bool {
        self.tables.iter().any(|table| !table.rows.is_empty())
    }
}

#[derive(Template)]
#[template(path = "entries/from_source.html")]
struct SourcePage {
    page: Page,
    dossier: DossierHead,
    content: Content,
    find: FindBar,
    /// The address of the page itself.
    here: String,
    history: String,
}

/// The page of an entry.
pub(crate) fn page(
    app: &App,
    me: &Me,
    head: &casework::Head,
    find: Find,
    mut content: Content,
) -> Response {
    let find = content.look_for(find);
    render(
        StatusCode::OK,
        &SourcePage {
            page: app.page(me, content.entry.label(), ""),
            dossier: app.dossier_head(me, head, content.entry.code()),
            here: format!("{}/{}", dossier_address(head.id), content.entry.code()),
            history: past::address(head.id, content.entry),
            find,
            content,
        },
    )
}

/// A day, or nothing.
pub(crate) fn day(day: Option<domain::Day>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

/// The last day of what may still last.
pub(crate) fn until(day: Option<domain::Day>) -> String {
    day.map_or_else(|| "Loopt nog".to_owned(), |day| day.to_string())
}
