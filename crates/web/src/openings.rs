//! 'Wie bekeek mijn dossier': for the client, who opened it and when (I3).

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use casework::{Failure, Head, Opening};
use domain::ids::{DocumentId, DossierId};
use domain::people::Role;
use domain::policy::Operation;
use domain::text::Label;

use crate::App;
use crate::context::{Me, dossier_address};
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{DossierHead, Page};
use crate::routes::Routes;
use crate::steps::dossier_in;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get(
        "/dossier/{dossier}/raadplegingen",
        Operation::ViewOpenings,
        show,
    )
}

#[derive(Template)]
#[template(path = "entries/openings.html")]
struct OpeningsPage {
    page: Page,
    dossier: DossierHead,
    heading: &'static str,
    is_own: bool,
    days: Vec<DayView>,
    earlier: String,
}

/// What was opened on one day, the last first.
struct DayView {
    day: String,
    rows: Vec<Row>,
}

struct Row {
    when: String,
    who: String,
    role: &'static str,
    what: String,
    /// Why: what somebody gave as a reason, or what people in this role look for.
    why: String,
}

/// Most openings on one page.
const MOST: u32 = 100;

async fn show(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
    uri: Uri,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let before = Fields::of_query(uri.query()).get("voor").parse().ok();
    let (head, found, earlier) = one_page(&app, &me, id, before)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let earlier = earlier
        .map(|minute| format!("{}/raadplegingen?voor={minute}", dossier_address(id)))
        .unwrap_or_default();
    let is_own = me.actor.role == Role::Client;
    // A privacy officer reads that a document was opened, and not what it is called.
    let titles = if is_own {
        app.casework
            .document_titles(&me.actor, id)
            .await
            .map_err(|failure| fail::answer(&app, &me, failure))?
    } else {
        Vec::new()
    };
    let mut days: Vec<DayView> = Vec::new();
    for opening in found {
        let day = opening.at.brussels_day().to_string();
        let row = row(opening, &titles);
        match days.last_mut() {
            Some(last) if last.day == day => last.rows.push(row),
            _ => days.push(DayView {
                day,
                rows: vec![row],
            }),
        }
    }
    let heading = if is_own {
        "Wie bekeek mijn dossier"
    } else {
        "Wie bekeek het dossier"
    };
    Ok(render(
        StatusCode::OK,
        &OpeningsPage {
            page: app.page(&me, heading, ""),
            dossier: app.dossier_head(&me, &head, "raadplegingen"),
            heading,
            is_own,
            days,
            earlier,
        },
    ))
}

/// The openings before a minute, and the minute where the page after this one goes on; none when
/// these are the last. A page ends between two minutes: one that ended within a minute would hide the
/// rest of it (I3).
async fn one_page(
    app: &App,
    me: &Me,
    dossier: DossierId,
    before: Option<i64>,
) -> Result<(Head, Vec<Opening>, Option<i64>), Failure> {
    // One more than is shown tells whether there are earlier ones.
    let mut limit = MOST + 1;
    loop {
        let (head, mut found) = app
            .casework
            .openings(&me.actor, dossier, before, limit)
            .await?;
        if u32::try_from(found.len()).is_ok_and(|count| count < limit) {
            return Ok((head, found, None));
        }
        if let Some(minute) = keep_whole_minutes(&mut found) {
            return Ok((head, found, Some(minute)));
        }
        // All of one minute: the whole of it goes on one page.
        limit = limit.saturating_mul(2);
    }
}

/// Leaves out the last minute, which may not be there whole, and answers the minute that is last then.
/// None, and nothing left out, when there is only one minute.
fn keep_whole_minutes(found: &mut Vec<Opening>) -> Option<i64> {
    let cut = found.last()?.at;
    let whole = found.iter().take_while(|opening| opening.at > cut).count();
    let last = found.get(whole.checked_sub(1)?)?;
    let minute = last.at.micros().div_euclid(60_000_000);
    found.truncate(whole);
    Some(minute)
}

fn row(opening: Opening, titles: &[(DocumentId, Label)]) -> Row {
    let role = Role::from_code(&opening.role);
    let when = opening.at.brussels_text();
    Row {
        // The day stands above it.
        when: when.split(' ').next_back().unwrap_or_default().to_owned(),
        who: match (opening.person.is_empty(), opening.organisation.is_empty()) {
            (true, _) => "Het programma".to_owned(),
            (false, true) => opening.person,
            (false, false) => format!("{}, {}", opening.person, opening.organisation),
        },
        role: role.map_or("", Role::label),
        what: what(&opening.what, titles),
        why: if opening.reason.is_empty() {
            role.map_or("", why).to_owned()
        } else {
            opening.reason
        },
    }
}

/// What people in a role look for in a dossier.
pub(crate) fn why(role: Role) -> &'static str {
    match role {
        Role::Counsellor => "Om de jongere te begeleiden",
        Role::Mediator => "Om te bemiddelen en vragen te beslissen",
        Role::Coach => "Om een fout bij een stap na te kijken",
        Role::PrivacyOfficer => "Om na te kijken of gegevens goed beschermd zijn",
        Role::Controller => "Om een project te controleren",
        Role::Manager | Role::SystemManager => "Om het programma te laten werken",
        Role::Client => "Het eigen dossier",
    }
}

/// What was opened or done, in words, with the title of a document that is known.
pub(crate) fn what(code: &str, titles: &[(DocumentId, Label)]) -> String {
    if let Some((kind, document)) = code.split_once(':') {
        let what = match kind {
            "bestand" => "Het bestand van een document",
            _ => "Een document",
        };
        let known = DocumentId::from_address(document);
        let title = titles.iter().find(|(id, _)| Some(*id) == known);
        return title.map_or_else(|| what.to_owned(), |(_, title)| format!("{what}: {title}"));
    }
    entry(code).to_owned()
}

fn entry(code: &str) -> &'static str {
    match code {
        "inzageformulier" => "Las het formulier bij een vraag om inzagerecht",
        "controle" => "De lijst van een project, voor een controle. Zonder je naam of nummer",
        "stappen" => "Las de lijst met stappen naar werk",
        "stap" => "Las een stap",
        "stap_nieuw" => "Opende het formulier voor een nieuwe stap",
        "geschiedenis" => "Las de geschiedenis van een stap",
        "acties" => "Las de acties van een stap",
        "raadplegingen" => "Las wie het dossier bekeek",
        "inzagerecht" => "Bekeek een vraag om inzagerecht",
        "journaal" => "Las wat er in het dossier gebeurde",
        "traject" => "Las 'Traject'",
        "randvoorwaarden" => "Las 'Randvoorwaarden'",
        "inzetbaarheid" => "Las 'Inzetbaarheid'",
        "mijn-dossier" => "Las 'Mijn dossier'",
        "toestemming" => "Las wie het dossier mag openen",
        "rechtzettingen" => "Las de vragen om rechtzetting",
        "rechtzetting" => "Bekeek een vraag om rechtzetting",
        "insz" => "Zag het volledige rijksregisternummer",
        "export" => "Opende de pagina om alles te downloaden",
        "export_leesbaar" => "Downloadde alles, om te lezen",
        "export_json" => "Downloadde alles, voor een computer",
        "klantenportret" => "Las het klantenportret",
        "profiel" => "Las het profiel",
        "vacatures" => "Las het vacature-dashboard",
        "persoonsgegevens" => "Las de persoonsgegevens",
        "documenten" => "Las de lijst met documenten",
        "berichten" => "Las de lijst met berichten",
        "bericht" => "Las een gesprek onder 'Berichten'",
        "loopbaancheques" => "Las de loopbaancheques",
        "dienstverlening" => "Las 'Dienstverlening'",
        "competentieontwikkeling" => "Las 'Competentieontwikkeling'",
        "transmissie" => "Las 'Transmissie'",
        "transmissie_gesloten" => "Kwam op 'Transmissie', dat gesloten bleef",
        "transmissie_formulier" => "Opende het formulier van 'Transmissie'",
        "inburgering" => "Las 'Inburgering - NT2'",
        "pmab" => "Las 'PmAB'",
        "pmab_gesloten" => "Kwam op 'PmAB', dat gesloten bleef",
        "pmab_formulier" => "Opende het formulier van 'PmAB'",
        "loopbaangegevens" => "Las de loopbaangegevens",
        "rva" => "Las 'RVA'",
        _ => "Opende het dossier",
    }
}
