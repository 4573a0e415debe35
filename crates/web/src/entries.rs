//! The entries of the dossier's menu that only show what the dossier holds there, and the tabs of
//! 'Begeleiding'.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::{Contact, ListedStep};
use domain::career::WorkPeriod;
use domain::conditions::ConditionStatus;
use domain::ids::DossierId;
use domain::people::Role;
use domain::policy::Operation;
use domain::studies::{Certificate, Provenance, Study};
use domain::trajectory::Agreement;
use domain::{Day, work_situation};

use crate::App;
use crate::context::{Me, Succeeded, dossier_address};
use crate::fail::{self, render};
use crate::find::{Find, FindBar};
use crate::page::{DossierHead, Fact, NavLink, Page};
use crate::routes::Routes;
use crate::sections;
use crate::steps::{dossier_in, list_address, row_view};
use crate::timeline::{self, Item, Lane, Picture, When};

pub(crate) fn routes(routes: Routes) -> Routes {
    use Operation::ViewDossier;
    routes.get("/dossier/{dossier}", ViewDossier, open).get(
        "/dossier/{dossier}/klantenportret",
        ViewDossier,
        portrait,
    )
}

/// The tabs of 'Begeleiding'.
pub(crate) fn guidance_tabs(dossier: DossierId, current: &str) -> Vec<NavLink> {
    let base = dossier_address(dossier);
    let tab =
        |slug: &str, label: &str, href: String| NavLink::new(label, href).current(slug == current);
    let mut tabs = vec![tab(
        "stappen",
        "Stappen naar werk",
        format!("{base}/stappen"),
    )];
    tabs.extend(
        sections::tabs_of("begeleiding")
            .map(|(slug, section)| tab(slug, section.label, section.address(dossier))),
    );
    tabs
}

#[derive(Template)]
#[template(path = "entries/portrait.html")]
struct PortraitPage {
    page: Page,
    dossier: DossierHead,
    facts: Vec<Fact>,
    attention: Vec<String>,
    diploma: String,
    studies: Vec<String>,
    steps: Vec<crate::steps::RowView>,
    profile: String,
    list: String,
    timeline: TimelineView,
    find: FindBar,
    /// The address of the page itself.
    here: String,
}

/// The timeline: the picture, and the same in words.
struct TimelineView {
    /// None while there is nothing to draw.
    picture: Option<Picture>,
    /// What the picture shows, in a sentence.
    described: String,
    rows: Vec<TimelineRow>,
}

struct TimelineRow {
    kind: &'static str,
    what: String,
    when: String,
}

async fn open(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    // Whether it may be opened is asked here too: an address gives nothing away.
    app.casework
        .entry(&me.actor, Operation::ViewDossier, id, "klantenportret")
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let first = match me.actor.role {
        Role::Client => "mijn-dossier",
        _ => "klantenportret",
    };
    Ok(Redirect::to(&format!("{}/{first}", dossier_address(id))).into_response())
}

async fn portrait(
    State(app): State<App>,
    me: Me,
    find: Find,
    Succeeded(notice): Succeeded,
    Path(dossier): Path<String>,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let found = app
        .casework
        .portrait(&me.actor, id)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let today = app.casework.today();
    let head = &found.head;
    let mut facts = vec![
        Fact::new(
            "Geboren op",
            format!("{} ({} jaar)", head.birth, age(head.birth, today)),
        ),
        Fact::new("Werksituatie", situation(&head.work_situation)),
    ];
    if let Some(since) = head.work_situation_since {
        facts.push(Fact::new("Werksituatie sinds", since.to_string()));
    }
    facts.push(Fact::new(
        "Diploma secundair onderwijs behaald",
        diploma_answer(&found.studies, today),
    ));
    let mut page = app.page(&me, "Klantenportret", "");
    page.notice = notice;
    let mut attention = attention(&found, today);
    let mut timeline = timeline_of(&app, &found, today);
    // Every guidance and study is a row of the timeline, and is found with it.
    let all = attention.len() + timeline.rows.len();
    attention.retain(|point| find.fits([point.as_str()]));
    timeline
        .rows
        .retain(|row| find.fits([row.kind, row.what.as_str(), &row.when]));
    let fits = |kind: &str, (_, what, when): Told| find.fits([kind, what.as_str(), &when.words()]);
    let studies = found.studies.iter();
    let studies = studies.filter(|it| fits(STUDIES, told_study(it)));
    // The latest, and what still runs however long ago it began.
    let steps = found.steps.iter().enumerate();
    let steps = steps
        .filter(|(place, step)| *place < LATEST || step.end.is_none())
        .filter(|(_, step)| fits(STEPS, told_step(&app, step, id)))
        .map(|(_, step)| row_view(&app.casework, step, id));
    Ok(render(
        StatusCode::OK,
        &PortraitPage {
            page,
            dossier: app.dossier_head(&me, head, "klantenportret"),
            facts,
            diploma: diploma_text(&found.studies, today),
            studies: studies.map(study_line).collect(),
            steps: steps.collect(),
            find: find.bar(all, attention.len() + timeline.rows.len()),
            here: format!("{}/klantenportret", dossier_address(id)),
            attention,
            profile: format!("{}/profiel", dossier_address(id)),
            list: list_address(id),
            timeline,
        },
    ))
}

/// What stands on the timeline, with what the table says of it: of lines of others what their list shows.
fn timeline_of(app: &App, found: &casework::PortraitPage, today: Day) -> TimelineView {
    let steps = found.steps.iter();
    let steps = steps.map(|step| told_step(app, step, found.head.id));
    let studies = found.studies.iter().map(told_study);
    let told = found.situations.iter().map(|it| {
        let name = situation(it.code);
        let more = format!("{name}, bron: {}", it.source.label());
        (name, more, When::Period(it.from, it.until))
    });
    let head = &found.head;
    let now = head.work_situation_since.filter(|since| {
        let is_now = |it: &WorkPeriod| it.code == head.work_situation && it.from == *since;
        !found.situations.iter().any(is_now)
    });
    let now = now.map(|since| {
        let name = situation(&head.work_situation);
        (name.clone(), name, When::Period(since, None))
    });
    let experiences = found.experiences.iter().map(|it| {
        let name = format!("{}, {}", it.details.function, it.details.employer);
        let when = When::Period(it.details.from, it.details.until);
        (name.clone(), name, when)
    });
    let lanes: [(_, _, Vec<Told>); 4] = [
        (STEPS, "steps", steps.collect()),
        (STUDIES, "studies", studies.collect()),
        (
            "Werksituaties",
            "situations",
            now.into_iter().chain(told).collect(),
        ),
        ("Werkervaring", "work", experiences.collect()),
    ];
    let mut rows = Vec::new();
    let mut counts = Vec::new();
    let lanes = lanes.map(|(name, class, entries)| {
        if !entries.is_empty() {
            counts.push(format!("{name}: {}.", entries.len()));
        }
        let mut items = Vec::new();
        for (label, what, when) in entries {
            rows.push(TimelineRow {
                kind: name,
                what,
                when: when.words(),
            });
            items.push(Item { label, when });
        }
        Lane { name, class, items }
    });
    TimelineView {
        picture: timeline::draw(&lanes, today),
        described: counts.join(" "),
        rows,
    }
}

/// Something on the timeline: its name in the picture, what the table says of it, and when it was.
type Told = (String, String, When);

/// What the timeline calls guidances and studies.
const STEPS: &str = "Begeleidingen";
const STUDIES: &str = "Studies";

fn told_step(app: &App, step: &ListedStep, dossier: DossierId) -> Told {
    let row = row_view(&app.casework, step, dossier);
    let name = format!("{} {}", row.name, row.funding);
    let more = format!("{name}, {} ({})", row.provider, row.state);
    (name, more, When::Period(step.start, step.end))
}

fn told_study(study: &Study) -> Told {
    let when = study.details.ended_on.map_or(When::Unknown, When::Point);
    (study.details.title(), study_line(study), when)
}

/// How many of the latest lines 'Klantenportret' shows.
const LATEST: usize = 5;

/// What somebody who opens the dossier should see first.
fn attention(found: &casework::PortraitPage, today: Day) -> Vec<String> {
    let mut points = Vec::new();
    if found.studies.is_empty() {
        points.push(
            "Er is geen studie bekend. Vraag ernaar voor je een begeleiding start.".to_owned(),
        );
    }
    for step in &found.steps {
        if step.review {
            points.push(format!(
                "De stap van {} is te controleren: er blijkt een diploma van voor de start.",
                step.start
            ));
        }
        if step.end.is_none() && step.start.plus_months(12) < today {
            points.push(format!(
                "De stap van {} loopt al langer dan een jaar.",
                step.start
            ));
        }
    }
    let late: Vec<&Agreement> = found
        .agreements
        .iter()
        .map(|it| &it.details)
        .filter(|it| it.is_late(today))
        .collect();
    if let Some(first) = late.first() {
        let which = format!("{} (tegen {})", first.text, first.due);
        points.push(match late.len() {
            1 => format!("Een afspraak is te laat: {which}."),
            many => format!("Er zijn {many} afspraken te laat. De eerste: {which}."),
        });
    }
    let blocking: Vec<&str> = found
        .conditions
        .iter()
        .filter(|it| it.details.status == ConditionStatus::Blocking)
        .map(|it| it.details.kind.label())
        .collect();
    if !blocking.is_empty() {
        let what = blocking.join(", ").to_lowercase();
        points.push(format!("Dit staat de begeleiding in de weg: {what}."));
    }
    points
}

/// Whether a diploma of secondary education is known today, and on what that rests.
pub(crate) fn diploma_text(studies: &[Study], today: Day) -> String {
    match first_diploma(studies, today) {
        Some(study) => {
            let when = study.details.ended_on.map_or_else(
                || "zonder datum".to_owned(),
                |day| format!("behaald op {day}"),
            );
            format!(
                "Er is een diploma: {}, {when}. Herkomst: {}.",
                study.details.title(),
                study.details.provenance.label().to_lowercase()
            )
        }
        None if studies.is_empty() => "Er is geen studie bekend.".to_owned(),
        None => format!(
            "Er is geen diploma secundair onderwijs gevonden. Herkomst van de studies: {}.",
            provenances(studies)
        ),
    }
}

/// The same in a word, with the diploma's name when it is another one that excludes (E3).
fn diploma_answer(studies: &[Study], today: Day) -> String {
    let held = first_diploma(studies, today).and_then(|study| study.details.certificate);
    match held {
        Some(Certificate::SecondaryDiploma) => "Ja".to_owned(),
        Some(other) => format!("Ja: {}", other.label()),
        None if studies.is_empty() => "Niet bekend".to_owned(),
        None => "Nee".to_owned(),
    }
}

/// The diploma that is held the longest; one without a date only when there is no other.
fn first_diploma(studies: &[Study], today: Day) -> Option<&Study> {
    studies
        .iter()
        .filter(|study| study.details.diploma_held_on(today))
        .min_by_key(|study| (study.details.ended_on.is_none(), study.details.ended_on))
}

/// Where the studies come from, each kind once (E6).
fn provenances(studies: &[Study]) -> String {
    Provenance::ALL
        .iter()
        .filter(|kind| studies.iter().any(|it| it.details.provenance == **kind))
        .map(|kind| kind.label().to_lowercase())
        .collect::<Vec<_>>()
        .join(", ")
}

fn study_line(study: &Study) -> String {
    let obtained = study
        .details
        .certificate
        .map_or("geen studiebewijs", Certificate::label);
    format!(
        "{}, {} ({obtained})",
        study.details.title(),
        study.details.school
    )
}

fn age(birth: Day, today: Day) -> i16 {
    let had_birthday = (today.month(), today.day()) >= (birth.month(), birth.day());
    today.year() - birth.year() - i16::from(!had_birthday)
}

pub(crate) fn situation(code: &str) -> String {
    let text = work_situation::text(code).unwrap_or("Onbekend");
    format!("{text} ({code})")
}

/// Postcode and municipality, as far as known.
pub(crate) fn municipality(contact: &Contact) -> Option<String> {
    let known: Vec<&str> = [&contact.postcode, &contact.municipality]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    (!known.is_empty()).then(|| known.join(" "))
}
