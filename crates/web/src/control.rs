//! 'Controle': the lines of a controller's mandate, without names. Knows nothing of a dossier beyond what
//! the proof needs.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use casework::{ControlCursor, ControlRow, Shown};
use domain::Day;
use domain::catalogue::{Catalogue, FundingCode};
use domain::eligibility::Verdict;
use domain::ids::MandateId;
use domain::mandates::Mandate;
use domain::policy::Operation;
use domain::studies::Provenance;

use crate::App;
use crate::caseload::{reason_text, result_text};
use crate::context::Me;
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{Choice, NavLink, Page};
use crate::routes::Routes;

const LIST: &str = "/controle";

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get(LIST, Operation::ViewControl, list)
}

#[derive(Template)]
#[template(path = "control/list.html")]
struct ListPage {
    page: Page,
    parts: Vec<NavLink>,
    mandates: Vec<Choice>,
    lines: String,
    valid_until: String,
    tabs: Vec<NavLink>,
    rows: Vec<Row>,
    counts: String,
    ended: bool,
    first: String,
    next: String,
}

struct Row {
    pseudonym: String,
    start: String,
    end: String,
    state: String,
    kind: &'static str,
    reason: String,
    provider: String,
    check: &'static str,
    provenance: String,
    review: bool,
}

/// The two parts of a controller's work, for the same mandate.
pub(crate) fn parts(mandate: Option<MandateId>, here: &str) -> Vec<NavLink> {
    let query = mandate.map_or_else(String::new, |id| format!("?opdracht={}", id.address()));
    [("Begeleidingen", LIST), ("Rapport", "/rapport")]
        .into_iter()
        .map(|(label, href)| NavLink::new(label, format!("{href}{query}")).current(href == here))
        .collect()
}

/// The select of mandates.
pub(crate) fn choices(mandates: &[Mandate], chosen: Option<MandateId>) -> Vec<Choice> {
    mandates
        .iter()
        .map(|it| {
            let label = format!("{}: {}", it.terms.funding, it.terms.reference);
            Choice::new(it.id.address(), label, Some(it.id) == chosen)
        })
        .collect()
}

/// The mandate that an address asks for; an odd one is one that does not exist.
pub(crate) fn wanted(app: &App, me: &Me, query: &Fields) -> Result<Option<MandateId>, Response> {
    match query.get("opdracht") {
        "" => Ok(None),
        text => match MandateId::from_address(text) {
            Some(id) => Ok(Some(id)),
            None => Err(fail::not_found(app, Some(me))),
        },
    }
}

async fn list(State(app): State<App>, me: Me, uri: Uri) -> Result<Response, Response> {
    let query = Fields::of_query(uri.query());
    let wanted = wanted(&app, &me, &query)?;
    let shown = match query.get("toestand") {
        "ended" => Shown::Ended,
        _ => Shown::Ongoing,
    };
    let after = cursor(query.get("na"));
    let found = app
        .casework
        .control(&me.actor, wanted, shown, after.as_ref())
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let catalogue = app.casework.catalogue();
    let id = found.mandate.as_ref().map(|mandate| mandate.id);
    let here = |shown: Shown| {
        let state = match shown {
            Shown::Ongoing => "ongoing",
            Shown::Ended => "ended",
        };
        let mandate = id.map(MandateId::address).unwrap_or_default();
        format!("{LIST}?opdracht={mandate}&toestand={state}")
    };
    let tabs = [("Bezig", Shown::Ongoing), ("Beëindigd", Shown::Ended)];
    let terms = found.mandate.as_ref().map(|mandate| &mandate.terms);
    let rows: Vec<Row> = found
        .rows
        .into_iter()
        .filter_map(|row| terms.map(|terms| row_view(catalogue, &terms.funding, row)))
        .collect();
    Ok(render(
        StatusCode::OK,
        &ListPage {
            page: app.page(&me, "Controle", LIST),
            parts: parts(id, LIST),
            mandates: choices(&found.mandates, id),
            lines: terms
                .map(|it| format!("{} tot en met {}", it.lines.from, it.lines.until))
                .unwrap_or_default(),
            valid_until: terms
                .map(|it| it.valid.until.to_string())
                .unwrap_or_default(),
            tabs: tabs
                .into_iter()
                .map(|(label, to)| NavLink::new(label, here(to)).current(to == shown))
                .collect(),
            counts: counts(&rows),
            rows,
            ended: shown == Shown::Ended,
            first: after.map(|_| here(shown)).unwrap_or_default(),
            next: found
                .next
                .map(|next| {
                    format!(
                        "{}&na={}~{}",
                        here(shown),
                        next.day.to_iso(),
                        next.pseudonym
                    )
                })
                .unwrap_or_default(),
        },
    ))
}

/// Reads where a page goes on; anything odd is the first page.
fn cursor(text: &str) -> Option<ControlCursor> {
    let (day, pseudonym) = text.split_once('~')?;
    Some(ControlCursor {
        day: Day::from_iso(day)?,
        pseudonym: pseudonym.to_owned(),
    })
}

fn row_view(catalogue: &Catalogue, funding: &FundingCode, row: ControlRow) -> Row {
    let line = row.line;
    let (state, kind) = match &line.result {
        Some(code) => result_text(catalogue, funding, code),
        None => ("Bezig".to_owned(), "ongoing"),
    };
    let (check, seen) = match line.check {
        None => ("Niet gevraagd", Vec::new()),
        Some((Verdict::NoDiplomaFound, seen)) => ("Geen diploma gevonden", seen),
        Some((Verdict::DeclaredWithoutStudies, seen)) => {
            ("Geen studie bekend, nagevraagd bij de jongere", seen)
        }
    };
    let seen: Vec<&str> = seen.into_iter().map(Provenance::label).collect();
    Row {
        pseudonym: row.pseudonym,
        start: line.start.to_string(),
        end: line.end.map(|day| day.to_string()).unwrap_or_default(),
        state,
        kind,
        reason: line
            .reason
            .map(|code| reason_text(catalogue, funding, &code))
            .unwrap_or_default(),
        provider: line.provider,
        check,
        provenance: seen.join(", "),
        review: line.review,
    }
}

/// What is shown, counted: '12 begeleidingen: 9 positief, 3 negatief, waarvan 1 te controleren'.
fn counts(rows: &[Row]) -> String {
    let of = |kind: &str| rows.iter().filter(|row| row.kind == kind).count();
    let mut text = match rows.len() {
        1 => "1 begeleiding op deze pagina".to_owned(),
        many => format!("{many} begeleidingen op deze pagina"),
    };
    let results: Vec<String> = [
        ("positive", "met een positief resultaat"),
        ("negative", "met een negatief resultaat"),
    ]
    .into_iter()
    .map(|(kind, label)| (of(kind), label))
    .filter(|(count, _)| *count > 0)
    .map(|(count, label)| format!("{count} {label}"))
    .collect();
    if !results.is_empty() {
        text.push_str(&format!(": {}", results.join(", ")));
    }
    let review = rows.iter().filter(|row| row.review).count();
    if review > 0 {
        text.push_str(&format!(". Te controleren: {review}"));
    }
    text.push('.');
    text
}
