//! 'Inburgering - NT2': the integration trajectory and the courses of Dutch, as their source tells them.

use axum::extract::{Path, State};
use axum::response::Response;
use domain::integration::{CourseResult, TrajectoryStatus};
use domain::past::Past;
use domain::policy::Operation;

use crate::App;
use crate::context::Me;
use crate::export::yes_no;
use crate::fail;
use crate::find::Find;
use crate::from_source::{Content, Told, page, until};
use crate::routes::Routes;
use crate::steps::dossier_in;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get(
        "/dossier/{dossier}/inburgering",
        Operation::ViewIntegration,
        show,
    )
}

async fn show(
    State(app): State<App>,
    me: Me,
    find: Find,
    Path(dossier): Path<String>,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let found = app
        .casework
        .integration(&me.actor, id)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let trajectories = found.trajectories.iter().map(|it| {
        let status = it.status.map_or("Niet bekend", TrajectoryStatus::label);
        vec![
            it.as_of.to_string(),
            yes_no(it.contract).to_owned(),
            yes_no(it.attest).to_owned(),
            status.to_owned(),
        ]
    });
    let courses = found.courses.iter().map(|it| {
        vec![
            it.level.label().to_owned(),
            it.provider.to_string(),
            it.from.to_string(),
            until(it.until),
            it.result.map_or("", CourseResult::label).to_owned(),
        ]
    });
    let tables = vec![
        Told {
            caption: "Inburgeringstraject",
            columns: &["Toestand op", "Contract", "Attest", "Status"],
            rows: trajectories.collect(),
            empty: "Hier komt of er een inburgeringscontract en een attest zijn, en hoe ver het traject staat. De gegevens komen van de Kruispuntbank Inburgering.",
        },
        Told {
            caption: "Lessen Nederlands (NT2)",
            columns: &["Niveau", "Aanbieder", "Van", "Tot", "Resultaat"],
            rows: courses.collect(),
            empty: "Hier komen de lessen Nederlands als tweede taal. De gegevens komen van de Kruispuntbank Inburgering.",
        },
    ];
    let content = Content {
        entry: Past::Integration,
        facts: Vec::new(),
        tables,
        not_for: "",
        source: "Deze gegevens komen van de Kruispuntbank Inburgering.",
    };
    Ok(page(&app, &me, &found.head, find, content))
}
