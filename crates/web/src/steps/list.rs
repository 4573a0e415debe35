//! The list of lines with its filter.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use casework::{Casework, ListedStep, Since};
use domain::Day;

use crate::context::{Me, Succeeded};
use crate::entries::guidance_tabs;
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::kept;
use crate::page::{Choice, DateParts, DossierHead, Errors, NavLink, Page};
use crate::steps::{dossier_in, list_address, step_address};
use crate::{App, again};

#[derive(Template)]
#[template(path = "steps/list.html")]
struct ListPage {
    page: Page,
    dossier: DossierHead,
    tabs: Vec<NavLink>,
    rows: Vec<RowView>,
    total: usize,
    add_href: String,
    may_register: bool,
    filter: FilterView,
}

/// A line in a list.
pub(crate) struct RowView {
    pub(crate) date: String,
    pub(crate) name: String,
    pub(crate) funding: String,
    pub(crate) href: String,
    pub(crate) period: String,
    pub(crate) provider: String,
    pub(crate) state: String,
    pub(crate) kind: &'static str,
    pub(crate) review: bool,
    pub(crate) corrected: bool,
}

struct FilterView {
    open: bool,
    active: bool,
    open_href: String,
    action: String,
    states: Vec<Choice>,
    types: Vec<Choice>,
    providers: Vec<Choice>,
    from: DateParts,
    until: DateParts,
    errors: Errors,
}

/// What of the list is shown.
#[derive(Default)]
struct Filter {
    state: String,
    step_type: String,
    provider: String,
    from: Option<Day>,
    until: Option<Day>,
}

impl Filter {
    fn read(query: &Fields, errors: &mut Errors) -> Self {
        Filter {
            state: query.get("toestand").to_owned(),
            step_type: query.get("soort").to_owned(),
            provider: query.get("uitvoerder").to_owned(),
            from: query.optional_day("van", "het begin van de periode", errors),
            until: query.optional_day("tot", "het einde van de periode", errors),
        }
    }

    fn is_active(&self) -> bool {
        !self.state.is_empty()
            || !self.step_type.is_empty()
            || !self.provider.is_empty()
            || self.from.is_some()
            || self.until.is_some()
    }

    /// A line fits a period when it has at least one day in it.
    fn fits(&self, row: &ListedStep) -> bool {
        let state = match self.state.as_str() {
            "ongoing" => row.result.is_none(),
            "ended" => row.result.is_some(),
            _ => true,
        };
        state
            && (self.step_type.is_empty() || row.step_type.as_str() == self.step_type)
            && (self.provider.is_empty() || row.provider.address() == self.provider)
            && self
                .from
                .is_none_or(|from| row.end.is_none_or(|end| end >= from))
            && self.until.is_none_or(|until| row.start <= until)
    }
}

pub(super) async fn show(
    State(app): State<App>,
    me: Me,
    Succeeded(notice): Succeeded,
    Path(dossier): Path<String>,
    uri: Uri,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    // The whole list is kept; with a filter or a message it is a page of that moment.
    let is_whole = uri.query().is_none();
    let kept = is_whole.then(|| app.kept.find(&me, id, KEPT)).flatten();
    let found = app
        .casework
        .steps_page_since(&me.actor, id, kept)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let until = found.until;
    let (found, mark) = match found.page {
        Since::Changed(found, mark) => (found, mark),
        Since::Unchanged(body) => return Ok(again::lasting(kept::again(body), &me, until)),
    };
    let query = Fields::of_query(uri.query());
    let mut errors = Errors::new();
    let filter = Filter::read(&query, &mut errors);
    let address = list_address(id);
    let mut page = app.page(&me, "Stappen naar werk", "");
    page.notice = notice;
    page.has_errors = !errors.is_empty();
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let rows = found
        .rows
        .iter()
        .filter(|row| filter.fits(row))
        .map(|row| row_view(&app.casework, row, id))
        .collect();
    let list = ListPage {
        page,
        dossier: app.dossier_head(&me, &found.head, "begeleiding"),
        tabs: guidance_tabs(id, "stappen"),
        rows,
        total: found.rows.len(),
        add_href: format!("{address}/nieuw"),
        may_register: found.may_register,
        filter: filter_view(&app.casework, &found.rows, &filter, &query, errors, address),
    };
    Ok(if is_whole {
        let response = app.kept.render(&me, (id, KEPT), mark, &list);
        again::lasting(response, &me, until)
    } else {
        render(status, &list)
    })
}

/// What the whole list is kept under.
const KEPT: &str = "stappen";

/// A line as a list shows it.
pub(crate) fn row_view(
    casework: &Casework,
    row: &ListedStep,
    dossier: domain::DossierId,
) -> RowView {
    let kind = casework.catalogue().step_type(&row.step_type);
    let (state, tag) = state_text(casework, row);
    RowView {
        date: row.listed_on.to_string(),
        name: kind.map_or_else(|| row.step_type.to_string(), |kind| kind.name_list.clone()),
        funding: row.funding.to_string(),
        href: step_address(dossier, row.id),
        period: match row.end {
            Some(end) => format!("Van {} tot {}", row.start, end),
            None => format!("Sinds {}", row.start),
        },
        provider: row.provider_name.clone(),
        state,
        kind: tag,
        review: row.review,
        corrected: row.corrected,
    }
}

/// 'Bezig', or 'Beëindigd / Positief resultaat' (R5), with the kind of its tag.
fn state_text(casework: &Casework, row: &ListedStep) -> (String, &'static str) {
    let Some(result) = &row.result else {
        return ("Bezig".to_owned(), "ongoing");
    };
    let catalogue = casework.catalogue();
    let Some(kind) = catalogue.step_type(&row.step_type) else {
        return (format!("Beëindigd / {result}"), "neutral");
    };
    let set = catalogue.result_set(&kind.result_set);
    let tag = match set.result(result).map(|result| result.polarity) {
        Some(domain::catalogue::Polarity::Positive) => "positive",
        Some(domain::catalogue::Polarity::Negative) => "negative",
        None => "neutral",
    };
    (format!("Beëindigd / {}", set.result_label(result)), tag)
}

fn filter_view(
    casework: &Casework,
    rows: &[ListedStep],
    filter: &Filter,
    query: &Fields,
    errors: Errors,
    address: String,
) -> FilterView {
    let open = query.has("filter", "open") || !errors.is_empty();
    let mut types: Vec<(String, String)> = Vec::new();
    let mut providers: Vec<(String, String)> = Vec::new();
    // The choices are only made when they are shown.
    for row in rows.iter().filter(|_| open) {
        let name = casework
            .catalogue()
            .step_type(&row.step_type)
            .map_or_else(|| row.step_type.to_string(), |kind| kind.name_list.clone());
        types.push((row.step_type.to_string(), name));
        providers.push((row.provider.address(), row.provider_name.clone()));
    }
    let choices = |mut found: Vec<(String, String)>, chosen: &str| {
        found.sort_by(|a, b| a.1.cmp(&b.1));
        found.dedup_by(|a, b| a.0 == b.0);
        found
            .into_iter()
            .map(|(value, label)| {
                let selected = value == chosen;
                Choice::new(value, label, selected)
            })
            .collect::<Vec<_>>()
    };
    FilterView {
        open,
        active: filter.is_active(),
        open_href: format!("{address}?filter=open"),
        states: vec![
            Choice::new("ongoing", "Bezig", filter.state == "ongoing"),
            Choice::new("ended", "Beëindigd", filter.state == "ended"),
        ],
        types: choices(types, &filter.step_type),
        providers: choices(providers, &filter.provider),
        from: query.date_parts("van"),
        until: query.date_parts("tot"),
        errors,
        action: address,
    }
}
