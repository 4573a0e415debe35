//! 'Rapport': the figures of a project in a school year, on the page and as a file for a spreadsheet.
//! Small numbers are hidden before they come here.

use askama::Template;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use casework::{ReportPage, ReportWish};
use domain::Day;
use domain::catalogue::{Catalogue, FundingCode};
use domain::people::Role;
use domain::policy::Operation;
use domain::reports::{Report, SchoolYear, Shown};

use crate::App;
use crate::caseload::{funding_numbers, reason_text, result_text};
use crate::context::Me;
use crate::control;
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::headers::KEPT_FILE;
use crate::page::{Choice, NavLink, Page};
use crate::routes::Routes;
use crate::sheet::Sheet;
use crate::system;

pub(crate) const PAGE: &str = "/rapport";
const FILE: &str = "/rapport/csv";

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get(PAGE, Operation::ViewReport, show)
        .get(FILE, Operation::DownloadReport, file)
}

#[derive(Template)]
#[template(path = "control/report.html")]
struct Shows {
    page: Page,
    heading: &'static str,
    tabs_label: &'static str,
    tabs: Vec<NavLink>,
    mandates: Vec<Choice>,
    numbers: Vec<Choice>,
    years: Vec<Choice>,
    has_report: bool,
    scope: &'static str,
    about: String,
    smallest: u32,
    total: String,
    tables: Vec<Table>,
    download: String,
}

struct Table {
    caption: &'static str,
    what: &'static str,
    rows: Vec<Line>,
}

struct Line {
    label: String,
    count: String,
    /// Part of the line before it that has none.
    within: bool,
}

/// What stands for a number that is not shown.
const HIDDEN: &str = "verborgen";

fn number(shown: Shown) -> String {
    shown.map_or_else(|| HIDDEN.to_owned(), |count| count.to_string())
}

fn wish(app: &App, me: &Me, query: &Fields) -> Result<ReportWish, Response> {
    let nothing = || fail::not_found(app, Some(me));
    Ok(ReportWish {
        mandate: control::wanted(app, me, query)?,
        funding: match query.get("nummer") {
            "" => None,
            text => Some(FundingCode::parse(text).map_err(|_| nothing())?),
        },
        year: match query.get("jaar") {
            "" => None,
            text => Some(SchoolYear::parse(text).ok_or_else(nothing)?),
        },
    })
}

async fn show(State(app): State<App>, me: Me, uri: Uri) -> Result<Response, Response> {
    let query = Fields::of_query(uri.query());
    let found = app
        .casework
        .report(&me.actor, &wish(&app, &me, &query)?)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let catalogue = app.casework.catalogue();
    let (heading, tabs_label, tabs, here) = match me.actor.role {
        Role::Controller => {
            let tabs = control::parts(found.mandate, PAGE);
            ("Controle", "Controle", tabs, "/controle")
        }
        Role::SystemManager => (
            "Systeem",
            "Systeem",
            system::tabs(PAGE),
            crate::people::USERS,
        ),
        _ => ("Rapport", "", Vec::new(), PAGE),
    };
    let lines = found
        .report
        .as_ref()
        .zip(found.funding.as_ref())
        .map(|(report, funding)| tables(catalogue, funding, report));
    Ok(render(
        StatusCode::OK,
        &Shows {
            page: app.page(&me, "Rapport", here),
            heading,
            tabs_label,
            tabs,
            mandates: control::choices(&found.mandates, found.mandate),
            numbers: match me.actor.role {
                Role::Controller => Vec::new(),
                _ => number_choices(catalogue, found.funding.as_ref()),
            },
            years: found
                .years
                .iter()
                .map(|year| {
                    let text = year.to_string();
                    Choice::new(text.clone(), text, Some(*year) == found.year)
                })
                .collect(),
            has_report: found.report.is_some(),
            scope: match found.own_only {
                true => "De begeleidingen die jouw organisatie geeft.",
                false => "De begeleidingen van alle organisaties.",
            },
            about: about(&found),
            smallest: found.smallest,
            total: found
                .report
                .as_ref()
                .map(|it| number(it.total))
                .unwrap_or_default(),
            tables: lines.unwrap_or_default(),
            download: download(&found),
        },
    ))
}

fn about(found: &ReportPage) -> String {
    match (&found.funding, found.year) {
        (Some(funding), Some(year)) => format!(
            "{funding}, begonnen in schooljaar {year}. Stand op {}.",
            found.stands_on
        ),
        _ => String::new(),
    }
}

fn download(found: &ReportPage) -> String {
    let year = found.year.map(|year| year.to_string()).unwrap_or_default();
    match (found.mandate, &found.funding) {
        (Some(id), _) => format!("{FILE}?opdracht={}&jaar={year}", id.address()),
        (None, Some(funding)) => format!("{FILE}?nummer={funding}&jaar={year}"),
        (None, None) => FILE.to_owned(),
    }
}

fn number_choices(catalogue: &Catalogue, chosen: Option<&FundingCode>) -> Vec<Choice> {
    funding_numbers(catalogue)
        .into_iter()
        .map(|number| {
            let is_chosen = chosen == Some(&number.code);
            Choice::new(number.code.as_str(), number.choice(), is_chosen)
        })
        .collect()
}

fn tables(catalogue: &Catalogue, funding: &FundingCode, report: &Report) -> Vec<Table> {
    let line = |label: &str, count: Shown, within: bool| Line {
        label: label.to_owned(),
        count: number(count),
        within,
    };
    let mut outcomes = vec![
        line("Bezig", report.ongoing, false),
        line("Beëindigd", report.ended, false),
    ];
    for row in &report.results {
        let (label, _) = result_text(catalogue, funding, &row.result);
        outcomes.push(line(&label, row.count, false));
        for (reason, count) in &row.reasons {
            let label = reason_text(catalogue, funding, reason);
            outcomes.push(line(&label, *count, true));
        }
    }
    vec![
        Table {
            caption: "Toestand, resultaat en reden",
            what: "Toestand",
            rows: outcomes,
        },
        Table {
            caption: "Per organisatie",
            what: "Organisatie",
            rows: report
                .organisations
                .iter()
                .map(|(name, count)| line(name, *count, false))
                .collect(),
        },
        Table {
            caption: "Per maand van de start",
            what: "Maand",
            rows: report
                .months
                .iter()
                .map(|(month, count)| line(&month_text(*month), *count, false))
                .collect(),
        },
    ]
}

fn month_text(month: Day) -> String {
    format!("{:02}/{}", month.month(), month.year())
}

async fn file(State(app): State<App>, me: Me, uri: Uri) -> Result<Response, Response> {
    let query = Fields::of_query(uri.query());
    let found = app
        .casework
        .report_file(&me.actor, &wish(&app, &me, &query)?)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let catalogue = app.casework.catalogue();
    let mut sheet = Sheet::new(&["Rapport", "Onderdeel", "Aantal"]);
    let (Some(report), Some(funding)) = (&found.report, &found.funding) else {
        return Err(fail::not_found(&app, Some(&me)));
    };
    sheet.row(&["Over", &about(&found), ""]);
    let hidden = format!(
        "'{HIDDEN}': minder dan {}, of nodig om zo'n getal te verbergen",
        found.smallest
    );
    sheet.row(&["Uitleg", &hidden, ""]);
    sheet.row(&["Totaal", "Alle begeleidingen", &number(report.total)]);
    for table in tables(catalogue, funding, report) {
        for line in table.rows {
            sheet.row(&[table.caption, &line.label, &line.count]);
        }
    }
    let name = format!(
        "rapport-{funding}-{}.csv",
        found.year.map(|year| year.to_string()).unwrap_or_default()
    );
    sheet.into_response(&name).ok_or_else(|| {
        tracing::error!("a report could not be written as CSV");
        fail::panicked(&app)
    })
}

impl Sheet {
    /// The answer that a browser keeps as a file.
    fn into_response(self, name: &str) -> Option<Response> {
        let attachment = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")).ok()?;
        let mut response = self.into_bytes()?.into_response();
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("text/csv; charset=utf-8"),
        );
        headers.insert(CONTENT_DISPOSITION, attachment);
        let policy = HeaderValue::from_static(KEPT_FILE);
        headers.insert(CONTENT_SECURITY_POLICY, policy);
        Some(response)
    }
}
