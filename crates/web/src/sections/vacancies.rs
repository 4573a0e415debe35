//! 'Vacature-dashboard': vacancies and workplaces that are kept for the client, who says for which the client
//! applied.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::{Failure, Head};
use domain::Day;
use domain::ids::VacancyId;
use domain::policy::{self, Operation};
use domain::refusal::{Field, Refusal};
use domain::sections::Record;
use domain::vacancies::{Vacancy, VacancyKind, VacancyStatus, WebAddress};

use crate::App;
use crate::context::Me;
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{DossierHead, Errors, Page};
use crate::routes::Routes;
use crate::sections::{
    Card, Content, Control, Form, Group, Section, Shown, address, forms, section_page, status_of,
};
use crate::sentences;
use crate::steps::{dossier_in, submission};

pub(super) static SECTION: Section = Section {
    path: "vacatures",
    label: "Vacature-dashboard",
    routes,
};

fn routes(routes: Routes) -> Routes {
    let applying = "/dossier/{dossier}/vacatures/{vacancy}/gesolliciteerd";
    let routes = routes
        .get("/dossier/{dossier}/vacatures", Operation::ViewDossier, show)
        .get(applying, Operation::ApplyForVacancy, ask_applied)
        .post(applying, Operation::ApplyForVacancy, apply);
    forms::<Vacancy>(
        routes,
        "/dossier/{dossier}/vacatures/nieuw",
        "/dossier/{dossier}/vacatures/{vacancy}",
    )
}

section_page!(SECTION, Vacancy, content);

fn content(records: Vec<Record<Vacancy>>, at: &Shown<'_>) -> Content {
    let empty = (
        "Nog geen vacatures",
        "Hier komen vacatures en leerwerkplekken die voor de jongere bewaard zijn, en hoe het ermee staat.",
    );
    let cards = records.into_iter().map(|it| card(&it, at)).collect();
    let group = Group::new("", empty, cards);
    Content {
        intro: at.told(
            "Hier staan vacatures en leerwerkplekken voor jou. Heb je gesolliciteerd? Zeg het hier.",
            "Bewaar hier vacatures en leerwerkplekken voor de jongere, en hou bij hoe het ermee staat. De jongere \
             zegt zelf waarvoor er gesolliciteerd is.",
        ),
        warning: "",
        groups: vec![group.adding::<Vacancy>("Voeg een vacature toe", at)],
        remark: String::new(),
        also: None,
    }
}

fn card(record: &Record<Vacancy>, at: &Shown<'_>) -> Card {
    let details = &record.details;
    let colour = match details.status {
        VacancyStatus::Suggested => "neutral",
        VacancyStatus::Assigned => "review",
        VacancyStatus::Applied => "ongoing",
        VacancyStatus::Rejected => "negative",
        VacancyStatus::Hired => "positive",
    };
    let card = Card::new(details.title.as_str())
        .tag(details.status.label(), colour)
        .fact("Soort", details.kind.label())
        .fact("Werkgever", details.employer.as_str())
        .known("Plaats", details.place.as_ref())
        .known("Solliciteer tegen", details.due)
        .leading_out(details.address.as_ref().map(WebAddress::as_str))
        .text(details.note.as_ref())
        .editing::<Vacancy>(record.id, at);
    let may_apply = policy::permit(&at.me.actor, Operation::ApplyForVacancy).is_ok();
    if may_apply && details.can_be_applied_for() {
        let record = address::<Vacancy>(at.dossier, record.id);
        return card.asking("Ik heb gesolliciteerd", format!("{record}/gesolliciteerd"));
    }
    card
}

impl Form for Vacancy {
    const PATH: &'static str = SECTION.path;
    const PAGE: &'static str = SECTION.path;
    const NAME: &'static str = "Vacature";
    const KEPT: &'static str = "vacature";

    fn controls(typed: &Fields) -> Vec<Control> {
        let kinds = VacancyKind::ALL.iter().map(|it| (it.code(), it.label()));
        let states = VacancyStatus::ALL.iter().map(|it| (it.code(), it.label()));
        vec![
            Control::radios("soort_vacature", "Soort", Field::VacancyKind, typed, kinds),
            Control::line("job", "Job", Field::Job, typed).hint("Bijvoorbeeld: hulpkok"),
            Control::line("werkgever", "Werkgever", Field::Employer, typed),
            Control::line("link", "Link naar de vacature", Field::WebAddress, typed)
                .hint("Een adres dat begint met https:// of http://. Mag leeg blijven."),
            Control::line("plaats_werk", "Plaats", Field::WorkPlace, typed)
                .hint("Mag leeg blijven"),
            Control::radios("stand", "Stand", Field::VacancyStatus, typed, states),
            Control::day("solliciteren", "Solliciteer tegen", Field::DueDay, typed)
                .hint("Nodig als je de vacature toewijst"),
            Control::story("nota", "Nota", Field::Note, typed).hint("Mag leeg blijven"),
        ]
    }

    fn fill(&self, fields: &mut Fields) {
        fields.set("soort_vacature", self.kind.code());
        fields.set("job", self.title.as_str());
        fields.set("werkgever", self.employer.as_str());
        fields.set_text("link", self.address.as_ref());
        fields.set_text("plaats_werk", self.place.as_ref());
        fields.set("stand", self.status.code());
        if let Some(due) = self.due {
            fields.set_date("solliciteren", due);
        }
        fields.set_text("nota", self.note.as_ref());
    }

    fn fill_new(fields: &mut Fields, _today: Day) {
        fields.set("stand", VacancyStatus::Suggested.code());
    }

    fn parse(fields: &Fields, errors: &mut Errors) -> Option<Self> {
        let kind = fields.choice(
            "soort_vacature",
            Field::VacancyKind,
            VacancyKind::from_code,
            errors,
        );
        let title = fields.line("job", Field::Job, errors);
        let employer = fields.line("werkgever", Field::Employer, errors);
        let address = web_address(fields, errors);
        let place = fields.optional_line("plaats_werk", Field::WorkPlace, errors);
        let status = fields.choice(
            "stand",
            Field::VacancyStatus,
            VacancyStatus::from_code,
            errors,
        );
        let due = fields.optional_day("solliciteren", "de dag", errors);
        let note = fields.optional_story("nota", Field::Note, errors);
        Some(Vacancy {
            kind: kind?,
            title: title?,
            employer: employer?,
            address,
            place,
            status: status?,
            due,
            note,
        })
    }
}

fn web_address(fields: &Fields, errors: &mut Errors) -> Option<WebAddress> {
    let read = WebAddress::optional(fields.get("link"));
    let refused = |refusal: Refusal| errors.add("link", sentences::refusal(&refusal));
    read.map_err(refused).ok().flatten()
}

#[derive(Template)]
#[template(path = "sections/applied.html")]
struct AppliedPage {
    page: Page,
    dossier: DossierHead,
    errors: Errors,
    action: String,
    key: String,
    version: u32,
    title: String,
    employer: String,
    back: String,
}

/// The question whether the client applied, with what went wrong when it was answered.
fn question(
    app: &App,
    me: &Me,
    (head, record): (&Head, &Record<Vacancy>),
    errors: Errors,
    status: StatusCode,
) -> Response {
    let mut page = app.page(me, "Heb je gesolliciteerd?", "");
    page.has_errors = !errors.is_empty();
    let form = address::<Vacancy>(head.id, record.id);
    render(
        status,
        &AppliedPage {
            page,
            dossier: app.dossier_head(me, head, SECTION.entry()),
            errors,
            action: format!("{form}/gesolliciteerd"),
            key: app.casework.submission_key().0.to_string(),
            version: record.version,
            title: record.details.title.to_string(),
            employer: record.details.employer.to_string(),
            back: SECTION.address(head.id),
        },
    )
}

/// The dossier and the vacancy in an address.
async fn vacancy_in(
    app: &App,
    me: &Me,
    (dossier, vacancy): &(String, String),
) -> Result<(Head, Record<Vacancy>), Response> {
    let dossier = dossier_in(app, me, dossier)?;
    let found = app
        .casework
        .section::<Vacancy>(&me.actor, dossier, "vacatures")
        .await
        .map_err(|failure| fail::answer(app, me, failure))?;
    let id = VacancyId::from_address(vacancy);
    let record = found.records.into_iter().find(|it| Some(it.id) == id);
    Ok((
        found.head,
        record.ok_or_else(|| fail::not_found(app, Some(me)))?,
    ))
}

async fn ask_applied(
    State(app): State<App>,
    me: Me,
    Path(path): Path<(String, String)>,
) -> Result<Response, Response> {
    let (head, record) = vacancy_in(&app, &me, &path).await?;
    let about = (&head, &record);
    Ok(question(&app, &me, about, Errors::new(), StatusCode::OK))
}

async fn apply(
    State(app): State<App>,
    me: Me,
    Path(path): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Response> {
    let (head, record) = vacancy_in(&app, &me, &path).await?;
    let page = SECTION.address(head.id);
    if fields.has("doe", "terug") {
        return Ok(Redirect::to(&page).into_response());
    }
    let mut errors = Errors::new();
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    let leads_to = format!("{page}?gelukt=gesolliciteerd");
    if let Some(submission) = submission(&app, &fields, leads_to, &mut errors) {
        let read = (record.id, fields.version());
        let casework = &app.casework;
        let done = casework
            .apply_for(&me.actor, head.id, read, &submission)
            .await;
        match done {
            Ok(()) => return Ok(Redirect::to(&submission.leads_to).into_response()),
            Err(Failure::Refused(refusals)) => {
                status = status_of(&refusals);
                errors.refused(&refusals);
            }
            Err(other) => return Err(fail::answer(&app, &me, other)),
        }
    }
    Ok(question(&app, &me, (&head, &record), errors, status))
}
