//! 'Traject': goals, the sheet of agreements, and the start screening.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use casework::Trajectory;
use domain::Day;
use domain::policy::Operation;
use domain::refusal::{Field, Refusal};
use domain::sections::Record;
use domain::text::Label;
use domain::trajectory::{
    Agreement, AgreementOutcome, Answer, Goal, GoalKind, GoalOutcome, Screening, Who,
};

use crate::App;
use crate::context::{Me, dossier_address};
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{DossierHead, Errors, NavLink, Page};
use crate::routes::Routes;
use crate::sections::{
    Card, Content, Control, Form, Group, Section, Shown, forms, optional_choice, section_page,
};
use crate::sentences;
use crate::steps::dossier_in;

pub(super) static SECTION: Section = Section {
    path: "begeleiding/traject",
    label: "Traject",
    routes,
};

fn routes(routes: Routes) -> Routes {
    let routes = routes
        .get(
            "/dossier/{dossier}/begeleiding/traject",
            Operation::ViewDossier,
            show,
        )
        .get(
            "/dossier/{dossier}/begeleiding/traject/afsprakenblad",
            Operation::ViewDossier,
            sheet,
        );
    let routes = forms::<Goal>(
        routes,
        "/dossier/{dossier}/begeleiding/traject/doelen/nieuw",
        "/dossier/{dossier}/begeleiding/traject/doelen/{goal}",
    );
    let routes = forms::<Agreement>(
        routes,
        "/dossier/{dossier}/begeleiding/traject/afspraken/nieuw",
        "/dossier/{dossier}/begeleiding/traject/afspraken/{agreement}",
    );
    forms::<Screening>(
        routes,
        "/dossier/{dossier}/begeleiding/traject/screening/nieuw",
        "/dossier/{dossier}/begeleiding/traject/screening/{screening}",
    )
}

section_page!(SECTION, Trajectory, content);

fn content(records: Trajectory, at: &Shown<'_>) -> Content {
    let Trajectory {
        goals,
        agreements,
        screenings,
    } = records;
    let has_agreements = !agreements.is_empty();
    let goals = Group::new(
        "Doelen",
        (
            "Nog geen doelen",
            "Hier komt waar jullie naartoe werken: een job, een leerwerkplek of een kwalificatie.",
        ),
        goals.iter().map(|it| goal(it, at)).collect(),
    );
    let agreements = Group::new(
        "Afsprakenblad",
        (
            "Nog geen afspraken",
            "Hier komt wie wat doet, en tegen wanneer.",
        ),
        agreements.iter().map(|it| agreement(it, at)).collect(),
    );
    let screenings = Group::new(
        "Startscreening",
        (
            "Nog geen startscreening",
            "Hier komt of de jongere bij de start wil werken en er klaar voor is.",
        ),
        screenings.iter().map(|it| screening(it, at)).collect(),
    );
    let sheet = format!("{}/afsprakenblad", SECTION.address(at.dossier));
    Content {
        intro: at.told(
            "Hier staat waar je naartoe werkt, en wat jij en je begeleider afspraken.",
            "Hou bij waar de jongere naartoe werkt, wat jullie afspreken, en hoe de jongere startte.",
        ),
        warning: "",
        groups: vec![
            goals.adding::<Goal>("Voeg een doel toe", at),
            agreements.adding::<Agreement>("Voeg een afspraak toe", at),
            screenings.adding::<Screening>("Voeg een startscreening toe", at),
        ],
        remark: String::new(),
        also: has_agreements.then(|| NavLink::new("Afsprakenblad om af te drukken", sheet)),
    }
}

fn goal(record: &Record<Goal>, at: &Shown<'_>) -> Card {
    let details = &record.details;
    let (tag, colour) = match details.outcome {
        None => ("Bezig", "ongoing"),
        Some((outcome @ GoalOutcome::Achieved, _)) => (outcome.label(), "positive"),
        Some((outcome @ GoalOutcome::Dropped, _)) => (outcome.label(), "neutral"),
    };
    Card::new(details.text.as_str())
        .tag(tag, colour)
        .fact("Soort doel", details.kind.label())
        .known("Tegen", details.target)
        .known("Afgesloten op", details.outcome.map(|(_, day)| day))
        .editing::<Goal>(record.id, at)
}

/// How an agreement stands, with its colour.
fn standing(agreement: &Agreement, today: Day) -> (&'static str, &'static str) {
    match agreement.outcome {
        Some((outcome @ AgreementOutcome::Done, _)) => (outcome.label(), "positive"),
        Some((outcome @ AgreementOutcome::Lapsed, _)) => (outcome.label(), "neutral"),
        None if agreement.is_late(today) => ("Te laat", "negative"),
        None => ("Open", "ongoing"),
    }
}

fn agreement(record: &Record<Agreement>, at: &Shown<'_>) -> Card {
    let details = &record.details;
    let (tag, colour) = standing(details, at.today);
    Card::new(details.text.as_str())
        .tag(tag, colour)
        .fact("Wie", details.who.label())
        .fact("Tegen", details.due.to_string())
        .known("Afgesloten op", details.outcome.map(|(_, day)| day))
        .editing::<Agreement>(record.id, at)
}

fn screening(record: &Record<Screening>, at: &Shown<'_>) -> Card {
    let details = &record.details;
    Card::new(format!("Gesprek van {}", details.day))
        .fact("Wil werken (arbeidsbereid)", details.willing.label())
        .fact("Klaar om te werken (arbeidsrijp)", details.ready.label())
        .text(details.note.as_ref())
        .editing::<Screening>(record.id, at)
}

/// The end of a goal or an agreement: which, and on which day. Both are given or neither.
fn outcome_controls<'c>(
    typed: &Fields,
    choices: impl Iterator<Item = (&'c str, &'c str)>,
) -> [Control; 2] {
    [
        Control::select(
            "uitkomst",
            "Uitkomst",
            Field::Outcome,
            typed,
            choices,
            "Nog bezig",
        ),
        Control::day("afgesloten", "Afgesloten op", Field::OutcomeDay, typed)
            .hint("Alleen als er een uitkomst is"),
    ]
}

fn fill_outcome(fields: &mut Fields, outcome: Option<(&'static str, Day)>) {
    if let Some((code, day)) = outcome {
        fields.set("uitkomst", code);
        fields.set_date("afgesloten", day);
    }
}

fn parse_outcome<T>(
    fields: &Fields,
    parse: impl FnOnce(&str) -> Option<T>,
    errors: &mut Errors,
) -> Option<(T, Day)> {
    let outcome = optional_choice(fields, "uitkomst", Field::Outcome, parse, errors);
    if fields.get("uitkomst").is_empty() {
        if fields
            .optional_day("afgesloten", "de dag", errors)
            .is_some()
        {
            let refusal = Refusal::NotChosen(Field::Outcome);
            errors.add("uitkomst", sentences::refusal(&refusal));
        }
        return None;
    }
    let day = fields.day("afgesloten", "de dag", errors);
    Some((outcome?, day?))
}

impl Form for Goal {
    const PATH: &'static str = "begeleiding/traject/doelen";
    const PAGE: &'static str = SECTION.path;
    const NAME: &'static str = "Doel";
    const KEPT: &'static str = "doel";

    fn controls(typed: &Fields) -> Vec<Control> {
        let kinds = GoalKind::ALL.iter().map(|it| (it.code(), it.label()));
        let outcomes = GoalOutcome::ALL.iter().map(|it| (it.code(), it.label()));
        let [outcome, day] = outcome_controls(typed, outcomes);
        vec![
            Control::radios("soort_doel", "Soort doel", Field::GoalKind, typed, kinds),
            Control::line("doel", "Doel", Field::Goal, typed)
                .hint("Bijvoorbeeld: leerwerkplek als hulpkok"),
            Control::day("tegen", "Tegen", Field::TargetDay, typed).hint("Mag leeg blijven"),
            outcome,
            day,
        ]
    }

    fn fill(&self, fields: &mut Fields) {
        fields.set("soort_doel", self.kind.code());
        fields.set("doel", self.text.as_str());
        if let Some(target) = self.target {
            fields.set_date("tegen", target);
        }
        fill_outcome(fields, self.outcome.map(|(it, day)| (it.code(), day)));
    }

    fn parse(fields: &Fields, errors: &mut Errors) -> Option<Self> {
        let kind = fields.choice("soort_doel", Field::GoalKind, GoalKind::from_code, errors);
        let text: Option<Label> = fields.line("doel", Field::Goal, errors);
        let target = fields.optional_day("tegen", "de dag", errors);
        let outcome = parse_outcome(fields, GoalOutcome::from_code, errors);
        Some(Goal {
            kind: kind?,
            text: text?,
            target,
            outcome,
        })
    }
}

impl Form for Agreement {
    const PATH: &'static str = "begeleiding/traject/afspraken";
    const PAGE: &'static str = SECTION.path;
    const NAME: &'static str = "Afspraak";
    const KEPT: &'static str = "afspraak";

    fn controls(typed: &Fields) -> Vec<Control> {
        let people = Who::ALL.iter().map(|it| (it.code(), it.label()));
        let outcomes = AgreementOutcome::ALL.iter();
        let outcomes = outcomes.map(|it| (it.code(), it.label()));
        let [outcome, day] = outcome_controls(typed, outcomes);
        vec![
            Control::line("afspraak", "Afspraak", Field::Agreement, typed)
                .hint("Bijvoorbeeld: een cv schrijven"),
            Control::radios(
                "wie_doet",
                "Wie doet dit?",
                Field::AgreementWho,
                typed,
                people,
            ),
            Control::day("tegen", "Tegen", Field::DueDay, typed),
            outcome,
            day,
        ]
    }

    fn fill(&self, fields: &mut Fields) {
        fields.set("afspraak", self.text.as_str());
        fields.set("wie_doet", self.who.code());
        fields.set_date("tegen", self.due);
        fill_outcome(fields, self.outcome.map(|(it, day)| (it.code(), day)));
    }

    fn parse(fields: &Fields, errors: &mut Errors) -> Option<Self> {
        let text: Option<Label> = fields.line("afspraak", Field::Agreement, errors);
        let who = fields.choice("wie_doet", Field::AgreementWho, Who::from_code, errors);
        let due = fields.day("tegen", "de dag", errors);
        let outcome = parse_outcome(fields, AgreementOutcome::from_code, errors);
        Some(Agreement {
            text: text?,
            who: who?,
            due: due?,
            outcome,
        })
    }
}

impl Form for Screening {
    const PATH: &'static str = "begeleiding/traject/screening";
    const PAGE: &'static str = SECTION.path;
    const NAME: &'static str = "Startscreening";
    const KEPT: &'static str = "startscreening";

    fn controls(typed: &Fields) -> Vec<Control> {
        let answers = || Answer::ALL.iter().map(|it| (it.code(), it.label()));
        vec![
            Control::radios(
                "arbeidsbereid",
                "Wil de jongere werken (arbeidsbereid)?",
                Field::Willing,
                typed,
                answers(),
            ),
            Control::radios(
                "arbeidsrijp",
                "Is de jongere klaar om te werken (arbeidsrijp)?",
                Field::Ready,
                typed,
                answers(),
            ),
            Control::day("gesprek", "Dag van het gesprek", Field::ScreeningDay, typed),
            Control::story("nota", "Nota", Field::Note, typed)
                .hint("Mag leeg blijven. Schrijf hier niets over gezondheid of gerecht."),
        ]
    }

    fn fill(&self, fields: &mut Fields) {
        fields.set("arbeidsbereid", self.willing.code());
        fields.set("arbeidsrijp", self.ready.code());
        fields.set_date("gesprek", self.day);
        fields.set_text("nota", self.note.as_ref());
    }

    fn fill_new(fields: &mut Fields, today: Day) {
        fields.set_date("gesprek", today);
    }

    fn parse(fields: &Fields, errors: &mut Errors) -> Option<Self> {
        let willing = fields.choice("arbeidsbereid", Field::Willing, Answer::from_code, errors);
        let ready = fields.choice("arbeidsrijp", Field::Ready, Answer::from_code, errors);
        let day = fields.day("gesprek", "de dag van het gesprek", errors);
        let note = fields.optional_story("nota", Field::Note, errors);
        Some(Screening {
            willing: willing?,
            ready: ready?,
            day: day?,
            note,
        })
    }
}

#[derive(Template)]
#[template(path = "sections/sheet.html")]
struct SheetPage {
    page: Page,
    dossier: DossierHead,
    name: String,
    day: String,
    rows: Vec<SheetRow>,
    back: String,
}

struct SheetRow {
    text: String,
    who: &'static str,
    due: String,
    standing: &'static str,
}

/// The agreements on one sheet, to print and to sign together.
async fn sheet(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let found = app
        .casework
        .section::<Trajectory>(&me.actor, id, SECTION.slug())
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let today = app.casework.today();
    let rows = found.records.agreements.iter().map(|it| SheetRow {
        text: it.details.text.to_string(),
        who: it.details.who.label(),
        due: it.details.due.to_string(),
        standing: standing(&it.details, today).0,
    });
    Ok(render(
        StatusCode::OK,
        &SheetPage {
            page: app.page(&me, "Afsprakenblad", ""),
            dossier: app.dossier_head(&me, &found.head, SECTION.entry()),
            name: found.head.full_name(),
            day: today.to_string(),
            rows: rows.collect(),
            back: format!("{}/{}", dossier_address(id), SECTION.path),
        },
    ))
}
