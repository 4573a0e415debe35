//! 'Bewaartermijnen': what is kept until when and how much is due, in numbers; and for the system manager
//! 'Projecten': payments, state aid and holds, proposed by one and confirmed by another (H8).

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::{Failure, ProjectInput, RetentionRun};
use domain::catalogue::FundingCode;
use domain::ids::ProjectChangeId;
use domain::people::Role;
use domain::policy::Operation;
use domain::refusal::Field;
use domain::retention::{Base, Hold, Kind, Project, ProjectChange, Rule, may_confirm, paid_on};
use domain::text::Note;

use crate::App;
use crate::context::{Me, Succeeded};
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{Choice, DateParts, Errors, Fact, NavLink, Page};
use crate::routes::Routes;
use crate::sentences;
use crate::steps::submission;
use crate::system;

pub(crate) const RETENTION: &str = "/bewaartermijnen";
pub(crate) const PROJECTS: &str = "/systeem/projecten";
const CHANGE: &str = "/systeem/projecten/wijzigen";
const DECIDE: &str = "/systeem/projecten/beslissen";

pub(crate) fn routes(routes: Routes) -> Routes {
    const SEE: Operation = Operation::ViewProjects;
    const MANAGE: Operation = Operation::ManageProjects;
    routes
        .get(RETENTION, Operation::ViewRetention, retention)
        .get(PROJECTS, SEE, projects)
        .get(CHANGE, SEE, form)
        .post(CHANGE, MANAGE, propose)
        .post(DECIDE, MANAGE, decide)
}

#[derive(Template)]
#[template(path = "system/retention.html")]
struct RetentionPage {
    page: Page,
    heading: &'static str,
    tabs: Vec<NavLink>,
    rules: Vec<RuleRow>,
    regimes: Vec<String>,
    looked: String,
    due: Vec<DueRow>,
    total: u64,
    kept: String,
    held: String,
    applied: Vec<String>,
}

struct RuleRow {
    what: String,
    period: String,
    hold: &'static str,
    why: String,
}

struct DueRow {
    what: &'static str,
    count: u64,
    oldest: String,
}

#[derive(Template)]
#[template(path = "system/projects.html")]
struct ProjectsPage {
    page: Page,
    errors: Errors,
    tabs: Vec<NavLink>,
    projects: Vec<ProjectRow>,
    waiting: Vec<ChangeView>,
    decided: Vec<ChangeView>,
}

struct ProjectRow {
    number: String,
    facts: Vec<Fact>,
    change: String,
    waits: bool,
}

struct ChangeView {
    id: String,
    key: String,
    number: String,
    facts: Vec<Fact>,
    proposed: String,
    decided: String,
    may_confirm: bool,
}

#[derive(Template)]
#[template(path = "system/project.html")]
struct FormPage {
    page: Page,
    errors: Errors,
    back: &'static str,
    action: &'static str,
    key: String,
    numbers: Vec<Choice>,
    regimes: Vec<Choice>,
    paid: DateParts,
    aid: DateParts,
    holds: Vec<Choice>,
    hold_until: DateParts,
    reason: String,
    max: String,
    changed: bool,
}

/// How long a rule keeps, in words.
fn period(rule: &Rule) -> String {
    let months = rule.months.unwrap_or(0);
    let long = match (months / 12, months % 12) {
        (years, 0) => format!("{years} jaar"),
        _ => format!("{months} maanden"),
    };
    match rule.from {
        Base::LastPayment => "Volgens de regels van het project, na de laatste betaling".to_owned(),
        Base::Final => {
            format!("{long} nadat de begeleiding beëindigd, geannuleerd of verwijderd is")
        }
        Base::Happened => format!("{long} daarna"),
        Base::NothingLeft => format!("{long} na het laatste, als er verder niets bewaard wordt"),
    }
}

async fn retention(State(app): State<App>, me: Me) -> Result<Response, Response> {
    let found = app
        .casework
        .retention_page(&me.actor)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let is_system = me.actor.role == Role::SystemManager;
    let looked = found.runs.iter().find(|run| !run.applied);
    let regimes = found.regimes.iter().map(|regime| {
        format!(
            "{}: {} jaar na 31 december van het jaar van de laatste betaling; met staatssteun minstens {} jaar na de toekenning.",
            regime.label, regime.years, regime.aid_years
        )
    });
    Ok(render(
        StatusCode::OK,
        &RetentionPage {
            page: app.page(
                &me,
                "Bewaartermijnen",
                if is_system {
                    crate::people::USERS
                } else {
                    RETENTION
                },
            ),
            heading: if is_system {
                "Systeem"
            } else {
                "Bewaartermijnen"
            },
            tabs: if is_system {
                system::tabs(RETENTION)
            } else {
                Vec::new()
            },
            rules: found
                .rules
                .iter()
                .map(|rule| RuleRow {
                    what: rule.what.clone(),
                    period: period(rule),
                    hold: if rule.hold { "Ja" } else { "Nee" },
                    why: rule.why.clone(),
                })
                .collect(),
            regimes: regimes.collect(),
            looked: looked.map(|run| run.at.brussels_text()).unwrap_or_default(),
            due: looked.map(due_rows).unwrap_or_default(),
            total: looked.map(|run| run.findings.total()).unwrap_or_default(),
            kept: looked
                .map(|run| run.findings.kept_projects.join(", "))
                .unwrap_or_default(),
            held: looked
                .map(|run| run.findings.held_projects.join(", "))
                .unwrap_or_default(),
            applied: found
                .runs
                .iter()
                .filter(|run| run.applied)
                .map(|run| {
                    format!(
                        "{}: {} gewist, door {}",
                        run.at.brussels_text(),
                        run.findings.total(),
                        run.by
                    )
                })
                .collect(),
        },
    ))
}

fn due_rows(run: &RetentionRun) -> Vec<DueRow> {
    run.findings
        .due
        .iter()
        .filter_map(|due| {
            Some(DueRow {
                what: Kind::from_code(&due.kind)?.label(),
                count: due.count,
                oldest: due.oldest.map(|day| day.to_string()).unwrap_or_default(),
            })
        })
        .collect()
}

async fn projects(
    State(app): State<App>,
    me: Me,
    Succeeded(notice): Succeeded,
) -> Result<Response, Response> {
    projects_page(&app, &me, notice, StatusCode::OK, Errors::new()).await
}

async fn projects_page(
    app: &App,
    me: &Me,
    notice: Option<String>,
    status: StatusCode,
    errors: Errors,
) -> Result<Response, Response> {
    let found = app
        .casework
        .projects(&me.actor)
        .await
        .map_err(|failure| fail::answer(app, me, failure))?;
    let mut page = app.page(me, "Systeem: projecten", crate::people::USERS);
    page.notice = notice;
    page.has_errors = !errors.is_empty();
    let rows = found.projects.iter().map(|(code, current)| ProjectRow {
        number: code.to_string(),
        facts: current
            .as_ref()
            .map(|change| facts(app, &change.project))
            .unwrap_or_default(),
        change: format!("{CHANGE}?nummer={code}"),
        waits: found.waiting.iter().any(|it| it.funding == *code),
    });
    Ok(render(
        status,
        &ProjectsPage {
            page,
            errors,
            tabs: system::tabs(PROJECTS),
            projects: rows.collect(),
            waiting: found
                .waiting
                .iter()
                .map(|it| change_view(app, me, it))
                .collect(),
            decided: found
                .decided
                .iter()
                .map(|it| change_view(app, me, it))
                .collect(),
        },
    ))
}

fn facts(app: &App, project: &Project) -> Vec<Fact> {
    let regimes = app.casework.retention_regimes();
    let regime = regimes.iter().find(|it| it.code == project.regime);
    vec![
        Fact::new(
            "Regels",
            regime.map_or(project.regime.as_str(), |it| &it.label),
        ),
        Fact::new(
            "Laatste betaling",
            project
                .last_payment
                .map_or_else(|| "Nog niet".to_owned(), |at| at.brussels_day().to_string()),
        ),
        Fact::new(
            "Staatssteun toegekend op",
            project
                .aid_granted
                .map_or_else(|| "Geen".to_owned(), |day| day.to_string()),
        ),
        Fact::new(
            "Bewaarbevel",
            match project.hold {
                None => "Geen".to_owned(),
                Some(Hold::Open) => "Ja, tot iemand het opheft".to_owned(),
                Some(Hold::Until(day)) => format!("Ja, tot en met {day}"),
            },
        ),
    ]
}

fn change_view(app: &App, me: &Me, change: &ProjectChange) -> ChangeView {
    let mut facts = facts(app, &change.project);
    facts.push(Fact::new("Waarom", change.reason.as_str()));
    ChangeView {
        id: change.id.address(),
        key: app.casework.submission_key().0.to_string(),
        number: change.funding.to_string(),
        facts,
        proposed: format!(
            "{}, {}",
            change.proposed.by_name,
            change.proposed.at.brussels_text()
        ),
        decided: match &change.decided {
            None => String::new(),
            Some((true, stamp)) => {
                format!(
                    "Bevestigd door {}, {}",
                    stamp.by_name,
                    stamp.at.brussels_text()
                )
            }
            Some((false, stamp)) => {
                format!(
                    "Niet bevestigd, {}, {}",
                    stamp.by_name,
                    stamp.at.brussels_text()
                )
            }
        },
        may_confirm: may_confirm(change, me.actor.person),
    }
}

async fn form(State(app): State<App>, me: Me, uri: Uri) -> Result<Response, Response> {
    let query = Fields::of_query(uri.query());
    let mut fields = Fields::default();
    fields.set("nummer", query.get("nummer"));
    let found = app
        .casework
        .projects(&me.actor)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let current = found
        .projects
        .into_iter()
        .find(|(code, _)| code.as_str() == query.get("nummer"))
        .and_then(|(_, current)| current);
    if let Some(change) = current {
        let project = change.project;
        fields.set("regime", project.regime.as_str());
        if let Some(at) = project.last_payment {
            fields.set_date("betaald", at.brussels_day());
        }
        if let Some(day) = project.aid_granted {
            fields.set_date("steun", day);
        }
        match project.hold {
            None => fields.set("bewaarbevel", "nee"),
            Some(Hold::Open) => fields.set("bewaarbevel", "open"),
            Some(Hold::Until(day)) => {
                fields.set("bewaarbevel", "tot");
                fields.set_date("bevel_tot", day);
            }
        }
    }
    Ok(form_page(&app, &me, &fields, StatusCode::OK, Errors::new()))
}

fn form_page(app: &App, me: &Me, fields: &Fields, status: StatusCode, errors: Errors) -> Response {
    let mut page = app.page(me, "Bewaargegevens van een project", crate::people::USERS);
    page.has_errors = !errors.is_empty();
    let choice =
        |name: &str, value: &str, label: &str| Choice::new(value, label, fields.get(name) == value);
    let holds = [
        ("nee", "Nee"),
        ("open", "Ja, tot iemand het opheft"),
        ("tot", "Ja, tot en met een dag"),
    ];
    render(
        status,
        &FormPage {
            page,
            errors,
            back: PROJECTS,
            action: CHANGE,
            key: app.casework.submission_key().0.to_string(),
            numbers: app
                .casework
                .catalogue()
                .funding_numbers()
                .iter()
                .map(|it| choice("nummer", it.code.as_str(), &it.choice()))
                .collect(),
            regimes: app
                .casework
                .retention_regimes()
                .iter()
                .map(|it| choice("regime", &it.code, &it.label))
                .collect(),
            paid: fields.date_parts("betaald"),
            aid: fields.date_parts("steun"),
            holds: holds
                .into_iter()
                .map(|(value, label)| choice("bewaarbevel", value, label))
                .collect(),
            hold_until: fields.date_parts("bevel_tot"),
            reason: fields.get("waarom").to_owned(),
            max: Note::MAX.to_string(),
            changed: status != StatusCode::OK,
        },
    )
}

async fn propose(State(app): State<App>, me: Me, fields: Fields) -> Result<Response, Response> {
    let mut errors = Errors::new();
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    let funding = fields.choice(
        "nummer",
        Field::Funding,
        |text| FundingCode::parse(text).ok(),
        &mut errors,
    );
    let known = |text: &str| {
        let regimes = app.casework.retention_regimes();
        regimes
            .iter()
            .find(|it| it.code == text)
            .map(|it| it.code.clone())
    };
    let regime = fields.choice("regime", Field::Regime, known, &mut errors);
    let paid = fields.optional_day("betaald", "de laatste betaling", &mut errors);
    let aid = fields.optional_day("steun", "de toekenning van de staatssteun", &mut errors);
    let hold = match fields.get("bewaarbevel") {
        "nee" => Some(None),
        "open" => Some(Some(Hold::Open)),
        "tot" => fields
            .day(
                "bevel_tot",
                "de laatste dag van het bewaarbevel",
                &mut errors,
            )
            .map(|day| Some(Hold::Until(day))),
        _ => {
            let none = domain::refusal::Refusal::NotChosen(Field::HoldUntil);
            errors.add("bewaarbevel", sentences::refusal(&none));
            None
        }
    };
    let reason = fields.story("waarom", Field::Reason, &mut errors);
    let leads_to = format!("{PROJECTS}?gelukt=project-voorgesteld");
    let submission = submission(&app, &fields, leads_to, &mut errors);
    let input = (|| {
        Some(ProjectInput {
            funding: funding?,
            project: Project {
                regime: regime?,
                last_payment: paid.map(paid_on),
                aid_granted: aid,
                hold: hold?,
            },
            reason: reason?,
        })
    })();
    if let (Some(input), Some(submission), true) = (input, submission, errors.is_empty()) {
        match app
            .casework
            .propose_project(&me.actor, &input, &submission)
            .await
        {
            Ok(()) => return Ok(Redirect::to(&submission.leads_to).into_response()),
            Err(Failure::Refused(refusals)) => {
                for refusal in refusals.iter() {
                    let id = match refusal.field() {
                        Field::Funding => "nummer",
                        Field::Regime => "regime",
                        Field::LastPayment => "betaald_dag",
                        Field::HoldUntil => "bevel_tot_dag",
                        _ => {
                            status = StatusCode::CONFLICT;
                            ""
                        }
                    };
                    errors.add(id, sentences::refusal(refusal));
                }
            }
            Err(failure) => return Err(fail::answer(&app, &me, failure)),
        }
    }
    Ok(form_page(&app, &me, &fields, status, errors))
}

async fn decide(State(app): State<App>, me: Me, fields: Fields) -> Result<Response, Response> {
    let mut errors = Errors::new();
    let confirmed = fields.has("beslissing", "bevestigen");
    let done = if confirmed {
        "project-bevestigd"
    } else {
        "project-geweigerd"
    };
    let leads_to = format!("{PROJECTS}?gelukt={done}");
    let Some(submission) = submission(&app, &fields, leads_to, &mut errors) else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return projects_page(&app, &me, None, status, errors).await;
    };
    let id = ProjectChangeId::from_address(fields.get("voorstel"))
        .ok_or_else(|| fail::not_found(&app, Some(&me)))?;
    let decided = app
        .casework
        .decide_project(&me.actor, id, confirmed, &submission)
        .await;
    match decided {
        Ok(()) => Ok(Redirect::to(&submission.leads_to).into_response()),
        Err(Failure::Refused(refusals)) => {
            errors.refused(&refusals);
            projects_page(&app, &me, None, StatusCode::CONFLICT, errors).await
        }
        Err(failure) => Err(fail::answer(&app, &me, failure)),
    }
}
