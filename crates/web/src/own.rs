//! The client's own pages: 'Mijn dossier' in plain words, and 'Wie mag mijn dossier openen', where an
//! agreement is given, withdrawn and read back.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use casework::{Holder, OngoingLine, OwnPage as Found};
use domain::Day;
use domain::grants::{Basis, ClientAnswer, Request, RequestDecision, RequestKind};
use domain::policy::Operation;

use crate::App;
use crate::context::{Me, Succeeded, dossier_address};
use crate::fail::{self, render};
use crate::page::{DossierHead, Page};
use crate::routes::Routes;
use crate::steps::{dossier_in, step_address};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/dossier/{dossier}/mijn-dossier", Operation::ViewOwn, show)
        .get(
            "/dossier/{dossier}/toestemming",
            Operation::ViewOwn,
            agreements,
        )
}

#[derive(Template)]
#[template(path = "own/show.html")]
struct OwnPage {
    page: Page,
    dossier: DossierHead,
    greeting: String,
    unread: u32,
    /// How many organisations ask to open the dossier.
    asking: usize,
    helpers: Vec<HelperView>,
    contact: String,
    openers: Vec<String>,
    holds: Vec<String>,
    corrections: u32,
    address: String,
}

/// Who helps now, with what and since when, and what was agreed.
struct HelperView {
    what: String,
    person: String,
    unit: String,
    since: String,
    agreed: String,
    href: String,
}

#[derive(Template)]
#[template(path = "own/agreements.html")]
struct AgreementsPage {
    page: Page,
    dossier: DossierHead,
    waiting: Vec<WaitingView>,
    answer: String,
    open: Vec<OpenView>,
    earlier: Vec<EarlierView>,
    answered: Vec<AnsweredView>,
}

struct WaitingView {
    id: String,
    key: String,
    what: &'static str,
    unit: String,
    asked: String,
    why: &'static str,
    purpose: String,
    said: String,
}

struct OpenView {
    organisation: String,
    why: &'static str,
    since: String,
    until: String,
    given: String,
    /// 'Trek je akkoord in' or 'Beëindig', with the way there.
    button: &'static str,
    end: String,
}

struct EarlierView {
    organisation: String,
    period: String,
    ended: String,
    reason: String,
}

struct AnsweredView {
    what: String,
    when: String,
    said: String,
    outcome: String,
}

fn helper(app: &App, me: &Me, line: &OngoingLine) -> HelperView {
    let kind = app.casework.catalogue().step_type(&line.step_type);
    HelperView {
        what: kind.map_or_else(|| line.step_type.to_string(), |kind| kind.name_list.clone()),
        person: line.person.clone(),
        unit: line.unit.clone(),
        since: line.start.to_string(),
        agreed: line.summary.clone().unwrap_or_default(),
        href: me
            .actor
            .own_dossier
            .map(|own| step_address(own, line.id))
            .unwrap_or_default(),
    }
}

/// 'een studie', '3 studies': nothing at all is said as such.
fn how_many(count: u32, one: &str, many: &str) -> String {
    match count {
        0 => format!("geen {many}"),
        1 => format!("1 {one}"),
        more => format!("{more} {many}"),
    }
}

/// The organisations that may open the dossier today, each once.
fn openers(found: &Found, today: Day) -> Vec<String> {
    let mut names: Vec<String> = found
        .holders
        .iter()
        .filter(|holder| holder.grant.is_active(today))
        .map(|holder| holder.organisation.clone())
        .collect();
    names.sort();
    names.dedup();
    names
}

async fn show(
    State(app): State<App>,
    me: Me,
    Succeeded(notice): Succeeded,
    Path(dossier): Path<String>,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let failed = |failure| fail::answer(&app, &me, failure);
    let casework = &app.casework;
    let found = casework.own_page(&me.actor, id).await.map_err(failed)?;
    let unread = casework.unread_notices(&me.actor).await.map_err(failed)?;
    let counts = found.counts;
    let owner = found.owners.iter().find(|owner| owner.until.is_none());
    let address = dossier_address(id);
    let mut page = app.page(&me, "Mijn dossier", &format!("{address}/mijn-dossier"));
    page.notice = notice;
    Ok(render(
        StatusCode::OK,
        &OwnPage {
            page,
            dossier: app.dossier_head(&me, &found.head, "mijn-dossier"),
            greeting: format!("Dag {}", found.head.given_name),
            unread,
            asking: found.waiting.len(),
            helpers: found
                .ongoing
                .iter()
                .map(|line| helper(&app, &me, line))
                .collect(),
            contact: owner.map_or_else(
                || "de bemiddelaar van VDAB".to_owned(),
                |owner| format!("{}, {}", owner.party.person_name, owner.party.unit.name),
            ),
            openers: openers(&found, casework.today()),
            holds: vec![
                how_many(counts.studies, "studie", "studies"),
                how_many(counts.experiences, "werkervaring", "werkervaringen"),
                how_many(counts.lines, "stap naar werk", "stappen naar werk"),
            ],
            corrections: counts.corrections,
            address,
        },
    ))
}

/// Why somebody may open the dossier, to the client.
fn why(basis: Basis) -> &'static str {
    match basis {
        Basis::Mandate => "Deze organisatie kreeg de opdracht om je te begeleiden.",
        Basis::Agreement => "Jij ging daarmee akkoord.",
    }
}

fn what(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Access => "wil je dossier openen",
        RequestKind::Extension => "wil je dossier langer kunnen openen",
        RequestKind::Takeover => "wil het aanspreekpunt voor je dossier worden",
    }
}

fn said(request: &Request) -> String {
    match request.client_answer {
        None => "Jij gaf nog geen antwoord.".to_owned(),
        Some((ClientAnswer::Agreed, at)) => {
            format!("Jij ging akkoord op {}.", at.brussels_text())
        }
        Some((ClientAnswer::Disagreed, at)) => {
            format!("Jij ging niet akkoord op {}.", at.brussels_text())
        }
    }
}

fn period(holder: &Holder) -> String {
    let start = holder.grant.starts;
    match (&holder.ended, holder.grant.last_day()) {
        (Some((at, ..)), _) => format!("van {start} tot {}", at.brussels_day()),
        (None, Some(last)) => format!("van {start} tot en met {last}"),
        (None, None) => format!("sinds {start}"),
    }
}

fn earlier(holder: &Holder) -> EarlierView {
    let (ended, reason) = match &holder.ended {
        None => ("Vanzelf geëindigd.".to_owned(), String::new()),
        Some((at, by, reason)) if by.is_empty() => (
            format!("Vanzelf geëindigd op {}.", at.brussels_day()),
            reason.clone(),
        ),
        Some((at, by, reason)) => (
            format!("Beëindigd door {by} op {}.", at.brussels_text()),
            reason.clone(),
        ),
    };
    EarlierView {
        organisation: holder.organisation.clone(),
        period: period(holder),
        ended,
        reason,
    }
}

fn answered(request: &Request) -> AnsweredView {
    let outcome = match &request.decision {
        None => String::new(),
        Some(RequestDecision::Granted(stamp)) => format!(
            "De bemiddelaar zei ja op {} ({}).",
            stamp.at.brussels_day(),
            stamp.by_name
        ),
        Some(RequestDecision::Refused(stamp, ground, note)) => format!(
            "De bemiddelaar zei nee op {} ({}): {}.{}",
            stamp.at.brussels_day(),
            stamp.by_name,
            ground.label(),
            note.as_ref()
                .map(|note| format!(" {note}"))
                .unwrap_or_default()
        ),
    };
    AnsweredView {
        what: format!("{} {}", request.unit.name, what(request.kind)),
        when: request.asked.at.brussels_text(),
        said: said(request),
        outcome,
    }
}

async fn agreements(
    State(app): State<App>,
    me: Me,
    Succeeded(notice): Succeeded,
    Path(dossier): Path<String>,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let found = app
        .casework
        .agreements(&me.actor, id)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let today = app.casework.today();
    let address = dossier_address(id);
    let mut open: Vec<OpenView> = Vec::new();
    let mut past = Vec::new();
    for holder in &found.holders {
        if !holder.grant.is_active(today) {
            past.push(earlier(holder));
            continue;
        }
        let id = holder.grant.organisation.address();
        let end = format!("{address}/inzagerecht/beeindigen?organisatie={id}");
        // Ending ends every grant of an organisation: one button for it.
        let is_first = open.iter().all(|known| known.end != end);
        let since = holder.grant.starts.to_string();
        open.push(OpenView {
            organisation: holder.organisation.clone(),
            why: why(holder.basis),
            since,
            until: match holder.grant.last_day() {
                Some(last) => format!("tot en met {last}"),
                None => "tot 6 maanden na de laatste stap".to_owned(),
            },
            given: format!(
                "{} gaf dit recht op {}.",
                holder.given_by,
                holder.given_at.brussels_text()
            ),
            button: match holder.basis {
                Basis::Agreement => "Trek je akkoord in",
                Basis::Mandate => "Beëindig",
            },
            end: if is_first { end } else { String::new() },
        });
    }
    let mut page = app.page(&me, "Wie mag mijn dossier openen", "");
    page.notice = notice;
    let waiting = found.requests.iter().filter(|it| it.decision.is_none());
    let decided = found.requests.iter().filter(|it| it.decision.is_some());
    Ok(render(
        StatusCode::OK,
        &AgreementsPage {
            page,
            dossier: app.dossier_head(&me, &found.head, "toestemming"),
            waiting: waiting
                .map(|request| WaitingView {
                    id: request.id.address(),
                    key: app.casework.submission_key().0.to_string(),
                    what: what(request.kind),
                    unit: request.unit.name.clone(),
                    asked: format!(
                        "{}, {}",
                        request.asked.by_name,
                        request.asked.at.brussels_text()
                    ),
                    why: match request.basis {
                        Basis::Mandate => "De organisatie zegt dat ze de opdracht heeft.",
                        Basis::Agreement => "De organisatie rekent op jouw akkoord.",
                    },
                    purpose: request.purpose.to_string(),
                    said: said(request),
                })
                .collect(),
            answer: format!("{address}/inzagerecht/antwoord"),
            open,
            earlier: past,
            answered: decided.map(answered).collect(),
        },
    ))
}
