//! 'RVA': whether there is a right to a benefit, as the RVA tells it.

use axum::extract::{Path, State};
use axum::response::Response;
use domain::past::Past;
use domain::policy::Operation;

use crate::App;
use crate::context::Me;
use crate::fail;
use crate::find::Find;
use crate::from_source::{Content, Told, day, page};
use crate::routes::Routes;
use crate::steps::dossier_in;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get("/dossier/{dossier}/rva", Operation::ViewBenefits, show)
}

async fn show(
    State(app): State<App>,
    me: Me,
    find: Find,
    Path(dossier): Path<String>,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let (head, benefits) = app
        .casework
        .benefits(&me.actor, id)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let rows = benefits.iter().map(|it| {
        let exemption = it.exemption.map_or("", |it| it.label());
        vec![
            it.as_of.to_string(),
            it.entitled.label().to_owned(),
            exemption.to_owned(),
            day(it.exempt_until),
        ]
    });
    let table = Told {
        caption: "Recht op uitkering, het laatste eerst",
        columns: &[
            "Toestand op",
            "Recht op uitkering",
            "Vrijstelling",
            "Vrijgesteld tot",
        ],
        rows: rows.collect(),
        empty: "Hier komt of er recht is op een uitkering, en of er een vrijstelling is. De gegevens komen van de RVA. Voor een leerling zijn er meestal geen.",
    };
    let content = Content {
        entry: Past::Benefits,
        facts: Vec::new(),
        tables: vec![table],
        not_for: "",
        source: "Deze gegevens komen van de RVA.",
    };
    Ok(page(&app, &me, &head, find, content))
}
