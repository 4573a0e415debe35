//! 'Begeleidingen': the lines of the own organisation. Knows no dossier's content beyond one row per line.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use casework::{OwnRow, Shown};
use domain::Day;
use domain::catalogue::{Catalogue, FundingCode, FundingNumber, Polarity, ReasonCode, ResultCode};
use domain::policy::{self, Operation};

use crate::App;
use crate::context::Me;
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{NavLink, Page};
use crate::routes::Routes;
use crate::steps::step_address;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get("/begeleidingen", Operation::ViewCaseload, own)
}

/// Most lines on a page, unless one day alone has more.
const PER_PAGE: u32 = 50;

#[derive(Template)]
#[template(path = "caseload/own.html")]
struct OwnPage {
    page: Page,
    tabs: Vec<NavLink>,
    rows: Vec<OwnView>,
    ended: bool,
    paging: Paging,
}

struct OwnView {
    date: String,
    client: String,
    number: String,
    /// Empty for who may not open the line.
    href: String,
    funding: String,
    state: String,
    kind: &'static str,
    provider: String,
    review: bool,
}

/// Links through a list that goes back in time, a page of whole days each.
#[derive(Default)]
struct Paging {
    /// Up to and including which day this page goes back from; empty on the first page.
    until: String,
    /// The first page, when this is another.
    newest: String,
    /// The next page; empty when there is nothing earlier.
    earlier: String,
}

/// Which lines are asked for, as the address says it.
struct Asked {
    /// The address up to the part that is told here; ends with ? or &.
    base: String,
    shown: Shown,
    until: Option<Day>,
}

impl Asked {
    fn read(base: String, query: &Fields) -> Self {
        Asked {
            base,
            shown: match query.get("toestand") {
                "ended" => Shown::Ended,
                _ => Shown::Ongoing,
            },
            until: Day::from_iso(query.get("tot")),
        }
    }

    fn address(&self, shown: Shown) -> String {
        let state = match shown {
            Shown::Ongoing => "ongoing",
            Shown::Ended => "ended",
        };
        format!("{}toestand={state}", self.base)
    }

    fn tabs(&self) -> Vec<NavLink> {
        [("Bezig", Shown::Ongoing), ("Beëindigd", Shown::Ended)]
            .into_iter()
            .map(|(label, shown)| {
                NavLink::new(label, self.address(shown)).current(shown == self.shown)
            })
            .collect()
    }

    fn paging(&self, earlier: Option<Day>) -> Paging {
        let here = self.address(self.shown);
        Paging {
            until: self.until.map(|day| day.to_string()).unwrap_or_default(),
            newest: self.until.map(|_| here.clone()).unwrap_or_default(),
            earlier: earlier
                .map(|day| format!("{here}&tot={}", day.to_iso()))
                .unwrap_or_default(),
        }
    }
}

/// The whole days out of rows (the newest first) that were asked for with a limit, and the day on
/// which the next page begins. None when one day has more rows than were asked for: ask for more.
fn whole_days<T>(
    mut rows: Vec<T>,
    limit: u32,
    day: impl Fn(&T) -> Day,
) -> Option<(Vec<T>, Option<Day>)> {
    let is_all = rows.len() < usize::try_from(limit).unwrap_or(usize::MAX);
    let Some(last) = rows.last().map(&day).filter(|_| !is_all) else {
        return Some((rows, None));
    };
    rows.retain(|row| day(row) > last);
    (!rows.is_empty()).then_some((rows, Some(last)))
}

async fn own(State(app): State<App>, me: Me, uri: Uri) -> Result<Response, Response> {
    let asked = Asked::read("/begeleidingen?".into(), &Fields::of_query(uri.query()));
    let mut limit = PER_PAGE + 1;
    let (lines, earlier) = loop {
        let lines = app
            .casework
            .own_lines(&me.actor, asked.shown, asked.until, limit)
            .await
            .map_err(|failure| fail::answer(&app, &me, failure))?;
        match whole_days(lines, limit, |line| line.end.unwrap_or(line.start)) {
            Some(found) => break found,
            None => limit = limit.saturating_mul(4),
        }
    };
    // A manager reads no dossiers.
    let links = policy::permit(&me.actor, Operation::ViewStep).is_ok();
    let catalogue = app.casework.catalogue();
    Ok(render(
        StatusCode::OK,
        &OwnPage {
            page: app.page(&me, "Begeleidingen", "/begeleidingen"),
            tabs: asked.tabs(),
            rows: lines
                .into_iter()
                .map(|line| own_view(catalogue, line, links))
                .collect(),
            ended: asked.shown == Shown::Ended,
            paging: asked.paging(earlier),
        },
    ))
}

fn own_view(catalogue: &Catalogue, line: OwnRow, links: bool) -> OwnView {
    let (state, kind) = state_text(catalogue, &line.funding, line.result.as_ref());
    OwnView {
        date: line.end.unwrap_or(line.start).to_string(),
        href: if links {
            step_address(line.dossier, line.step)
        } else {
            String::new()
        },
        client: line.client,
        number: line.client_number.to_string(),
        funding: line.funding.to_string(),
        state,
        kind,
        provider: line.provider,
        review: line.review,
    }
}

/// 'Bezig', or 'Beëindigd / Positief resultaat' (R5), with the kind of its tag.
fn state_text(
    catalogue: &Catalogue,
    funding: &FundingCode,
    result: Option<&ResultCode>,
) -> (String, &'static str) {
    let Some(code) = result else {
        return ("Bezig".to_owned(), "ongoing");
    };
    let (label, kind) = result_text(catalogue, funding, code);
    (format!("Beëindigd / {label}"), kind)
}

/// A result's label, with the kind of its tag.
pub(crate) fn result_text(
    catalogue: &Catalogue,
    funding: &FundingCode,
    code: &ResultCode,
) -> (String, &'static str) {
    let result = kinds(catalogue, funding)
        .find_map(|kind| catalogue.result_set(&kind.result_set).result(code));
    let tag = match result.map(|result| result.polarity) {
        Some(Polarity::Positive) => "positive",
        Some(Polarity::Negative) => "negative",
        None => "neutral",
    };
    let label = result.map_or(code.as_str(), |result| &result.label);
    (label.to_owned(), tag)
}

/// A reason's label.
pub(crate) fn reason_text(
    catalogue: &Catalogue,
    funding: &FundingCode,
    code: &ReasonCode,
) -> String {
    kinds(catalogue, funding)
        .find_map(|kind| catalogue.result_set(&kind.result_set).reason(code))
        .map_or_else(|| code.to_string(), |reason| reason.label.clone())
}

/// The step types that a funding number belongs to.
fn kinds<'a>(
    catalogue: &'a Catalogue,
    funding: &FundingCode,
) -> impl Iterator<Item = &'a domain::catalogue::StepType> {
    catalogue
        .funding(funding)
        .map(|number| number.step_types.as_slice())
        .unwrap_or_default()
        .iter()
        .filter_map(|code| catalogue.step_type(code))
}

/// The funding numbers that can be chosen for some step type, each once.
pub(crate) fn funding_numbers(catalogue: &Catalogue) -> Vec<&FundingNumber> {
    let mut numbers: Vec<&FundingNumber> = Vec::new();
    for kind in catalogue.step_types() {
        for number in catalogue.funding_of(&kind.code) {
            if !numbers.iter().any(|known| known.code == number.code) {
                numbers.push(number);
            }
        }
    }
    numbers
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
pub(crate) mod tests {
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::http::header::{CONTENT_TYPE, COOKIE, LOCATION};
    use axum::http::{Request, Response as Answer};
    use testkit::{World, world};
    use tower::ServiceExt as _;

    use super::*;

    /// The pages as one person sees them.
    pub(crate) struct Browser {
        router: Router,
        cookie: String,
    }

    /// An answer, read.
    pub(crate) struct Seen {
        pub(crate) status: u16,
        pub(crate) location: String,
        pub(crate) html: String,
    }

    impl Browser {
        /// Nobody in particular.
        pub(crate) fn anonymous(world: &World) -> Self {
            let settings = crate::WebSettings {
                public_url: String::new(),
                demo: false,
                secure_cookies: false,
                version: "0",
            };
            let casework = world.casework.clone();
            Browser {
                router: crate::router(crate::Web {
                    casework,
                    settings,
                    trusted_proxies: Vec::new(),
                    kept: crate::Kept::default(),
                }),
                cookie: String::new(),
            }
        }

        /// Somebody who is logged in.
        pub(crate) async fn of(world: &World, user_name: &str) -> Self {
            let attempt = casework::SignIn {
                user_name: user_name.to_owned(),
                password: testkit::PASSWORD.to_owned(),
                address: "127.0.0.1".to_owned(),
                ..casework::SignIn::default()
            };
            let Ok(token) = world.casework.sign_in(&attempt).await else {
                panic!("{user_name} can log in");
            };
            let hex: String = token.iter().map(|byte| format!("{byte:02x}")).collect();
            Browser {
                cookie: format!("sessie={hex}"),
                ..Browser::anonymous(world)
            }
        }

        /// Opens a page.
        pub(crate) async fn open(&self, address: &str) -> Seen {
            let request = Request::get(address).header(COOKIE, &self.cookie);
            self.send(request.body(Body::empty()).unwrap()).await
        }

        /// Sends a form, as the browser writes it.
        pub(crate) async fn post(&self, address: &str, form: &str) -> Seen {
            let request = Request::post(address)
                .header(COOKIE, &self.cookie)
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
            self.send(request.body(Body::from(form.to_owned())).unwrap())
                .await
        }

        async fn send(&self, request: Request<Body>) -> Seen {
            let answer: Answer<Body> = self.router.clone().oneshot(request).await.unwrap();
            let location = answer.headers().get(LOCATION);
            let location = location.map_or("", |value| value.to_str().unwrap());
            Seen {
                status: answer.status().as_u16(),
                location: location.to_owned(),
                html: {
                    let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
                    String::from_utf8(bytes.to_vec()).unwrap()
                },
            }
        }
    }

    fn days(isos: &[&str]) -> Vec<Day> {
        isos.iter().map(|iso| testkit::day(iso)).collect()
    }

    #[test]
    fn a_page_holds_whole_days_and_says_on_which_day_the_next_begins() {
        let rows = days(&["2025-05-03", "2025-05-03", "2025-05-02", "2025-05-01"]);
        let cut = |limit| whole_days(rows.clone(), limit, |day| *day);
        assert_eq!(cut(5), Some((rows.clone(), None)));
        let (shown, next) = whole_days(rows.clone(), 4, |day| *day).unwrap();
        assert_eq!(
            shown,
            days(&["2025-05-03", "2025-05-03", "2025-05-02"]),
            "the last one may have others on its day"
        );
        assert_eq!(next, Some(testkit::day("2025-05-01")));
    }

    #[test]
    fn a_day_with_more_lines_than_a_page_asks_for_more() {
        let rows = days(&["2025-06-30", "2025-06-30", "2025-06-30"]);
        assert_eq!(whole_days(rows, 3, |day| *day), None);
    }

    #[tokio::test]
    async fn a_counsellor_sees_the_lines_of_the_own_organisation_and_opens_them() {
        let world = world().await;
        let step = world.register(&world.an, world.dossier, "2025-05-20").await;
        let address = step_address(world.dossier, step);

        let seen = Browser::of(&world, "bram")
            .await
            .open("/begeleidingen")
            .await;
        assert_eq!(seen.status, 200);
        assert!(
            seen.html
                .contains(&format!("href=\"{address}\">Lotte Maes"))
        );
        for text in [
            "20/05/2025",
            "61000447",
            "EEWG019",
            ">Bezig</strong>",
            "An Peeters",
        ] {
            assert!(seen.html.contains(text), "{text}");
        }

        let seen = Browser::of(&world, "carla")
            .await
            .open("/begeleidingen")
            .await;
        assert!(seen.html.contains("Geen lopende begeleidingen"));
        assert!(!seen.html.contains("Lotte"));
    }

    #[tokio::test]
    async fn the_manager_sees_who_it_is_but_opens_no_dossier() {
        let world = world().await;
        world.register(&world.an, world.dossier, "2025-05-20").await;
        let seen = Browser::of(&world, "dirk")
            .await
            .open("/begeleidingen")
            .await;
        assert!(seen.html.contains("Lotte Maes") && seen.html.contains("61000447"));
        assert!(!seen.html.contains("/dossier/"));
    }

    #[tokio::test]
    async fn an_ended_line_stands_under_its_end_with_its_result() {
        let world = world().await;
        let step = world.register(&world.an, world.dossier, "2025-05-01").await;
        world
            .end(&world.an, world.dossier, step, "2025-05-27")
            .await;
        let browser = Browser::of(&world, "an").await;
        let seen = browser.open("/begeleidingen?toestand=ended").await;
        assert!(seen.html.contains("data-label=\"Datum\">27/05/2025"));
        assert!(seen.html.contains("Beëindigd / Positief resultaat"));
        // The page that begins on the day before does not reach it.
        let seen = browser
            .open("/begeleidingen?toestand=ended&tot=2025-05-26")
            .await;
        assert!(seen.html.contains("Geen beëindigde begeleidingen"));
        assert!(seen.html.contains("Naar de laatste"));
    }

    #[tokio::test]
    async fn who_has_not_the_function_is_told_so() {
        let world = world().await;
        let browser = Browser::of(&world, "an").await;
        for address in ["/controle", "/verwijderingen", "/medewerkers", "/systeem"] {
            assert_eq!(browser.open(address).await.status, 403, "{address}");
        }
        let browser = Browser::of(&world, "system").await;
        assert_eq!(browser.open("/begeleidingen").await.status, 403);
    }
}
