//! 'Profiel': the page, and the forms for studies, 'Over mezelf' and 'Werkervaring' (I4).

mod about;
mod experience;
mod study;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::Day;
use domain::development::HIGHEST_SCORE;
use domain::ids::DossierId;
use domain::past::Past;
use domain::policy::Operation as O;
use domain::profile::ExperienceDetails;
use domain::refusal::{Field, Refusals};
use domain::studies::{Provenance, Study};

use crate::App;
use crate::context::{Me, Succeeded, dossier_address};
use crate::entries::{diploma_text, municipality};
use crate::fail::{self, render};
use crate::find::{Find, FindBar};
use crate::page::{DossierHead, Errors, NavLink, Page};
use crate::past;
use crate::routes::Routes;
use crate::sections::forms;
use crate::sentences;
use crate::steps::dossier_in;

pub(crate) fn routes(routes: Routes) -> Routes {
    let routes = routes
        .get("/dossier/{dossier}/profiel", O::ViewDossier, show)
        .get(
            "/dossier/{dossier}/profiel/studies/nieuw",
            O::EditProfile,
            study::new,
        )
        .post(
            "/dossier/{dossier}/profiel/studies/nieuw",
            O::EditProfile,
            study::add,
        )
        .get(
            "/dossier/{dossier}/profiel/studies/{study}",
            O::EditProfile,
            study::one,
        )
        .post(
            "/dossier/{dossier}/profiel/studies/{study}",
            O::EditProfile,
            study::correct,
        )
        .get(
            "/dossier/{dossier}/profiel/over-mezelf",
            O::EditProfile,
            about::show,
        )
        .post(
            "/dossier/{dossier}/profiel/over-mezelf",
            O::EditProfile,
            about::save,
        );
    forms::<ExperienceDetails>(
        routes,
        "/dossier/{dossier}/profiel/werkervaring/nieuw",
        "/dossier/{dossier}/profiel/werkervaring/{experience}",
    )
}

#[derive(Template)]
#[template(path = "profile/show.html")]
struct ProfilePage {
    page: Page,
    dossier: DossierHead,
    name: String,
    email: String,
    address: String,
    about_me: String,
    lists: Lists,
    diploma: String,
    holds_diploma: bool,
    base: String,
    may_edit: bool,
    find: FindBar,
    history: String,
}

/// What somebody may look for words in.
struct Lists {
    experiences: Vec<ExperienceView>,
    studies: Vec<StudyView>,
    /// What is kept on other pages, and belongs to the profile.
    elsewhere: Vec<Elsewhere>,
}

impl Lists {
    fn count(&self) -> usize {
        let elsewhere = self.elsewhere.iter().map(|group| group.lines.len());
        self.experiences.len() + self.studies.len() + elsewhere.sum::<usize>()
    }

    /// Leaves that in which the words stand.
    fn look_for(&mut self, find: Find) -> FindBar {
        let all = self.count();
        self.experiences
            .retain(|it| find.fits([it.title.as_str(), &it.period, &it.description]));
        self.studies.retain(|it| {
            let own = [it.title.as_str(), &it.school, &it.ended_on, it.diploma];
            find.fits(own.into_iter().chain([it.certificate, it.provenance]))
        });
        for group in &mut self.elsewhere {
            let heading = group.heading;
            group.lines.retain(|line| find.fits([heading, line]));
        }
        find.bar(all, self.count())
    }
}

/// What another page keeps.
struct Elsewhere {
    heading: &'static str,
    lines: Vec<String>,
    /// What is said while there is nothing.
    empty: &'static str,
    /// The other page, with its name.
    page: NavLink,
}

struct StudyView {
    title: String,
    school: String,
    ended_on: String,
    diploma: &'static str,
    certificate: &'static str,
    provenance: &'static str,
    href: String,
}

struct ExperienceView {
    title: String,
    period: String,
    description: String,
    href: String,
}

/// The address of the page.
fn address(dossier: DossierId) -> String {
    format!("{}/profiel", dossier_address(dossier))
}

/// A day as the manual writes it with a study: '16/6/2025'.
fn short(day: Day) -> String {
    format!("{}/{}/{}", day.day(), day.month(), day.year())
}

async fn load(app: &App, me: &Me, dossier: DossierId) -> Result<casework::ProfilePage, Response> {
    app.casework
        .profile(&me.actor, dossier)
        .await
        .map_err(|failure| fail::answer(app, me, failure))
}

async fn show(
    State(app): State<App>,
    me: Me,
    find: Find,
    Succeeded(notice): Succeeded,
    Path(dossier): Path<String>,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let found = load(&app, &me, id).await?;
    let today = app.casework.today();
    let base = address(id);
    let mut page = app.page(&me, "Profiel", "");
    page.notice = notice;
    let contact = &found.contact;
    let place = [contact.street.clone(), municipality(contact)]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ");
    let mut lists = Lists {
        experiences: experiences(&found, &base),
        studies: found
            .studies
            .iter()
            .map(|study| study_view(study, &base))
            .collect(),
        elsewhere: elsewhere(&found),
    };
    let find = lists.look_for(find);
    Ok(render(
        StatusCode::OK,
        &ProfilePage {
            page,
            dossier: app.dossier_head(&me, &found.head, "profiel"),
            name: found.head.full_name(),
            email: contact
                .email
                .clone()
                .unwrap_or_else(|| "Niet bekend".to_owned()),
            address: if place.is_empty() {
                "Niet bekend".to_owned()
            } else {
                place
            },
            about_me: contact.about_me.clone().unwrap_or_default(),
            lists,
            diploma: diploma_text(&found.studies, today),
            holds_diploma: found
                .studies
                .iter()
                .any(|it| it.details.diploma_held_on(today)),
            base,
            may_edit: found.may_edit,
            find,
            history: past::address(id, Past::Profile),
        },
    ))
}

fn experiences(found: &casework::ProfilePage, base: &str) -> Vec<ExperienceView> {
    let experiences = found.experiences.iter();
    let experiences = experiences.map(|it| ExperienceView {
        title: format!("{}, {}", it.details.function, it.details.employer),
        period: match it.details.until {
            Some(until) => format!("Van {} tot {until}", it.details.from),
            None => format!("Sinds {}", it.details.from),
        },
        description: it
            .details
            .description
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        href: format!("{base}/werkervaring/{}", it.id.address()),
    });
    experiences.collect()
}

/// Languages, wanted jobs, driving licences and competences, each with the page that keeps them.
fn elsewhere(found: &casework::ProfilePage) -> Vec<Elsewhere> {
    let at = |label: &str, path: &str| {
        NavLink::new(label, format!("{}/{path}", dossier_address(found.head.id)))
    };
    let personal = || at("Persoonsgegevens en voorkeuren", "persoonsgegevens");
    let languages = found.languages.iter().map(|it| {
        let details = &it.details;
        format!("{} ({})", details.language.name(), details.level.label())
    });
    let jobs = found.jobs.iter().map(|it| it.details.job.to_string());
    let licences = found
        .availability
        .iter()
        .flat_map(|it| &it.details.licences);
    let competences = found.competences.iter().map(|it| {
        let details = &it.details;
        format!(
            "{}: score {} van {HIGHEST_SCORE}",
            details.label, details.score
        )
    });
    vec![
        Elsewhere {
            heading: "Talen",
            lines: languages.collect(),
            empty: "Er is nog geen taal ingevuld.",
            page: personal(),
        },
        Elsewhere {
            heading: "Gewenste jobs",
            lines: jobs.collect(),
            empty: "Er is nog geen gewenste job.",
            page: personal(),
        },
        Elsewhere {
            heading: "Rijbewijzen",
            lines: licences.map(|it| it.label().to_owned()).collect(),
            empty: "Er is geen rijbewijs ingevuld.",
            page: at("Inzetbaarheid", "begeleiding/inzetbaarheid"),
        },
        Elsewhere {
            heading: "Competenties",
            lines: competences.collect(),
            empty: "Er is nog geen competentie.",
            page: at("Competentieontwikkeling", "competentieontwikkeling"),
        },
    ]
}

fn study_view(study: &Study, base: &str) -> StudyView {
    let details = &study.details;
    StudyView {
        title: details.title(),
        school: details.school.to_string(),
        ended_on: details.ended_on.map(short).unwrap_or_default(),
        diploma: if details.holds_diploma() {
            "Diploma behaald: ja"
        } else {
            "Diploma behaald: nee"
        },
        certificate: details
            .certificate
            .map_or("", domain::studies::Certificate::label),
        provenance: details.provenance.label(),
        href: if details.provenance == Provenance::Authentic {
            String::new()
        } else {
            format!("{base}/studies/{}", study.id.address())
        },
    }
}

/// Puts refusals at the fields of the forms of this page.
fn show_refusals(errors: &mut Errors, refusals: &Refusals) {
    for refusal in refusals.iter() {
        let id = match refusal.field() {
            Field::Level => "onderwijsvorm",
            Field::Grade => "graad",
            Field::StudyField => "studierichting",
            Field::School => "school",
            Field::StudyEnd => "einddatum_dag",
            Field::Certificate => "studiebewijs",
            Field::Provenance => "herkomst",
            Field::AboutMe => "over_mezelf",
            _ => "",
        };
        errors.add(id, sentences::refusal(refusal));
    }
}
