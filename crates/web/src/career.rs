//! 'Loopbaangegevens': the work situation now, and those that the sources tell of.

use axum::extract::{Path, State};
use axum::response::Response;
use domain::past::Past;
use domain::policy::Operation;

use crate::App;
use crate::context::Me;
use crate::entries::situation;
use crate::fail;
use crate::find::Find;
use crate::from_source::{Content, Told, page, until};
use crate::page::Fact;
use crate::routes::Routes;
use crate::steps::dossier_in;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get(
        "/dossier/{dossier}/loopbaangegevens",
        Operation::ViewDossier,
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
    let (head, periods) = app
        .casework
        .career(&me.actor, id)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let since = head
        .work_situation_since
        .map_or_else(|| "Niet bekend".to_owned(), |day| day.to_string());
    let rows = periods.iter().map(|it| {
        vec![
            situation(it.code),
            it.from.to_string(),
            until(it.until),
            it.source.label().to_owned(),
        ]
    });
    let table = Told {
        caption: "Werksituaties, wat nog loopt eerst",
        columns: &["Werksituatie", "Van", "Tot", "Bron"],
        rows: rows.collect(),
        empty: "Hier komen de werksituaties, met hun code en hun begin en einde. De gegevens komen van de RSZ, de VDAB en de RVA.",
    };
    let content = Content {
        entry: Past::Career,
        facts: vec![
            Fact::new("Werksituatie nu", situation(&head.work_situation)),
            Fact::new("Sinds", since),
        ],
        tables: vec![table],
        not_for: "",
        source: "De gegevens in de tabel komen uit officiële bronnen.",
    };
    Ok(page(&app, &me, &head, find, content))
}
