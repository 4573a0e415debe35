//! 'Loopbaancheques': the career vouchers, as their register tells them.

use axum::extract::{Path, State};
use axum::response::Response;
use domain::past::Past;
use domain::policy::Operation;
use domain::vouchers;

use crate::App;
use crate::context::Me;
use crate::fail;
use crate::find::Find;
use crate::from_source::{Content, Told, page};
use crate::routes::Routes;
use crate::steps::dossier_in;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get(
        "/dossier/{dossier}/loopbaancheques",
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
    let (head, found) = app
        .casework
        .vouchers(&me.actor, id)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    // What was ordered before somebody became a pupil is shown all the same.
    let applies = vouchers::apply_to(&head.work_situation) || !found.is_empty();
    let rows = found.iter().map(|it| {
        vec![
            it.number.to_string(),
            it.ordered_on.to_string(),
            it.hours.to_string(),
            it.status.label().to_owned(),
            it.centre
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
        ]
    });
    let table = Told {
        caption: "Loopbaancheques, de laatste eerst",
        columns: &["Nummer", "Besteld op", "Uren", "Status", "Loopbaancentrum"],
        rows: rows.collect(),
        empty: "Hier komen de loopbaancheques die besteld zijn. De gegevens komen van de VDAB.",
    };
    let not_for = "Loopbaancheques zijn voor mensen die al jaren werken, niet voor een leerling (werksituatie 11).";
    let content = Content {
        entry: Past::Vouchers,
        facts: Vec::new(),
        tables: if applies { vec![table] } else { Vec::new() },
        not_for: if applies { "" } else { not_for },
        source: "Deze gegevens komen van de VDAB.",
    };
    Ok(page(&app, &me, &head, find, content))
}
