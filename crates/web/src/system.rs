//! 'Systeem': its parts, and the programme, which is read only. No dossier content.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::Day;
use domain::catalogue::{Catalogue, EligibilityRule, Gives, ResultSet, StepType};
use domain::policy::Operation;

use crate::caseload::funding_numbers;
use crate::context::Me;
use crate::fail::render;
use crate::page::{NavLink, Page};
use crate::routes::Routes;
use crate::{App, mandates, organisations, people, reports, retention};

const PROGRAMME: &str = "/systeem/programma";

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get(PROGRAMME, Operation::ManageSystem, programme)
}

#[derive(Template)]
#[template(path = "system/programme.html")]
struct ProgrammePage {
    page: Page,
    tabs: Vec<NavLink>,
    types: Vec<TypeView>,
    numbers: Vec<NumberRow>,
    sets: Vec<SetView>,
}

struct TypeView {
    name: String,
    code: String,
    validity: String,
    offered: &'static str,
    rules: Vec<&'static str>,
    actions: String,
    addendum_days: String,
    late_days: String,
    access_months: String,
}

struct NumberRow {
    code: String,
    description: String,
    validity: String,
    types: String,
}

struct SetView {
    heading: String,
    /// Label and code.
    results: Vec<(String, String)>,
    reasons: Vec<ReasonRow>,
}

struct ReasonRow {
    label: String,
    code: String,
    gives: String,
    note: bool,
}

/// The parts of 'Systeem'.
pub(crate) fn tabs(current: &str) -> Vec<NavLink> {
    [
        ("Gebruikers", people::USERS),
        ("Organisaties", organisations::LIST),
        ("Rollen", people::ROLES),
        ("Programma", PROGRAMME),
        ("Opdrachten", mandates::LIST),
        ("Rapport", reports::PAGE),
        ("Projecten", retention::PROJECTS),
        ("Bewaartermijnen", retention::RETENTION),
    ]
    .into_iter()
    .map(|(label, href)| NavLink::new(label, href).current(href == current))
    .collect()
}

async fn programme(State(app): State<App>, me: Me) -> Response {
    let catalogue = app.casework.catalogue();
    let numbers = funding_numbers(catalogue)
        .into_iter()
        .map(|number| NumberRow {
            code: number.code.to_string(),
            description: number.description.clone(),
            validity: validity(number.valid_from, number.valid_to),
            types: number
                .step_types
                .iter()
                .filter_map(|code| catalogue.step_type(code))
                .map(|kind| kind.name_list.as_str())
                .collect::<Vec<_>>()
                .join(", "),
        })
        .collect();
    let types = catalogue.step_types();
    render(
        StatusCode::OK,
        &ProgrammePage {
            page: app.page(&me, "Systeem: programma", people::USERS),
            tabs: tabs(PROGRAMME),
            types: types.iter().map(type_view).collect(),
            numbers,
            sets: result_sets(catalogue).into_iter().map(set_view).collect(),
        },
    )
}

fn type_view(kind: &StepType) -> TypeView {
    TypeView {
        name: kind.name_long.clone(),
        code: kind.code.to_string(),
        validity: validity(kind.valid_from, kind.valid_to),
        offered: if kind.active { "Ja" } else { "Nee" },
        rules: kind.eligibility.iter().copied().map(rule_text).collect(),
        actions: kind
            .actions
            .iter()
            .map(|action| action.label.as_str())
            .collect::<Vec<_>>()
            .join(", "),
        addendum_days: format!("{} dagen na het beëindigen", kind.addendum_days),
        late_days: format!(
            "Bij een start meer dan {} dagen geleden",
            kind.late_registration_days
        ),
        access_months: format!(
            "{} maanden na de laatste stap",
            kind.access_after_end_months
        ),
    }
}

fn rule_text(rule: EligibilityRule) -> &'static str {
    match rule {
        EligibilityRule::NoUpperSecondaryDiplomaAtStart => {
            "Geen diploma secundair onderwijs op de startdatum"
        }
    }
}

fn validity(from: Day, to: Option<Day>) -> String {
    match to {
        Some(to) => format!("{from} tot en met {to}"),
        None => format!("Vanaf {from}"),
    }
}

/// The result sets of the step types, each once.
fn result_sets(catalogue: &Catalogue) -> Vec<&ResultSet> {
    let mut sets: Vec<&ResultSet> = Vec::new();
    for kind in catalogue.step_types() {
        let set = catalogue.result_set(&kind.result_set);
        if !sets.iter().any(|known| known.code == set.code) {
            sets.push(set);
        }
    }
    sets
}

fn set_view(set: &ResultSet) -> SetView {
    SetView {
        heading: format!("Resultaten ({})", set.code),
        results: set
            .results
            .iter()
            .map(|result| (result.label.clone(), result.code.to_string()))
            .collect(),
        reasons: set
            .reasons
            .iter()
            .map(|reason| ReasonRow {
                label: reason.label.clone(),
                code: reason.code.to_string(),
                gives: match &reason.gives {
                    Gives::Code(code) => set.result_label(code).to_owned(),
                    Gives::Either => "De begeleider kiest".to_owned(),
                },
                note: reason.note_required,
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use testkit::world;

    use crate::caseload::tests::Browser;

    #[tokio::test]
    async fn the_manager_sees_the_people_of_the_own_organisation_only() {
        let world = world().await;
        let browser = Browser::of(&world, "dirk").await;
        let seen = browser.open("/medewerkers").await;
        assert_eq!(seen.status, 200);
        for text in [
            "An Peeters",
            "bram",
            "Organisatiebeheerder",
            "Leerhuis De Brug",
        ] {
            assert!(seen.html.contains(text), "{text}");
        }
        assert!(!seen.html.contains("Carla"));
    }

    #[tokio::test]
    async fn the_system_manager_sees_users_organisations_and_the_programme() {
        let world = world().await;
        let browser = Browser::of(&world, "system").await;
        let seen = browser.open("/systeem").await;
        assert!(seen.html.contains("Carla Nys") && seen.html.contains("ESF-controleur"));
        // Users after a name do not begin before it.
        let seen = browser.open("/systeem?na=bram").await;
        assert!(seen.html.contains("Carla Nys") && !seen.html.contains("An Peeters"));
        let seen = browser.open("/systeem/organisaties").await;
        assert!(seen.html.contains("Werkatelier Noord"));
        let seen = browser.open("/systeem/programma").await;
        for text in [
            "Onderwijs ondersteuning alternerend leren",
            "EEWG019",
            "Vanaf 01/09/2023",
            "Geen diploma secundair onderwijs op de startdatum",
            "ANDER_VERHUISD",
            "De begeleider kiest",
        ] {
            assert!(seen.html.contains(text), "{text}");
        }
    }
}
