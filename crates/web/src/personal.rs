//! 'Persoonsgegevens en voorkeuren'. The national number is masked for everybody but the client; who needs
//! it in full says why first, and sees it once.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use casework::PersonalData;
use domain::insz::InszReason;
use domain::policy::{self, Operation};
use domain::refusal::{Field, Refusal};
use domain::text::Label;

use crate::App;
use crate::context::{Me, dossier_address};
use crate::entries::municipality;
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::page::{Choice, DossierHead, Errors, Fact, Page};
use crate::routes::Routes;
use crate::sentences;
use crate::steps::{dossier_in, submission};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get(
            "/dossier/{dossier}/persoonsgegevens",
            Operation::ViewDossier,
            show,
        )
        .post("/dossier/{dossier}/insz", Operation::RevealInsz, reveal)
}

#[derive(Template)]
#[template(path = "personal.html")]
struct PersonalPage {
    page: Page,
    dossier: DossierHead,
    errors: Errors,
    facts: Vec<Fact>,
    /// Shown in full just now, for a reason.
    revealed: bool,
    reveal: Option<Reveal>,
    reasons: Vec<Choice>,
    correct: String,
}

/// The form with which somebody asks to see the number.
struct Reveal {
    action: String,
    key: String,
    note: String,
    open: bool,
}

fn page(
    app: &App,
    me: &Me,
    found: &PersonalData,
    (fields, errors): (&Fields, Errors),
    status: StatusCode,
    revealed: bool,
) -> Response {
    let (head, contact) = (&found.head, &found.contact);
    let address = dossier_address(head.id);
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "Niet bekend".to_owned());
    let facts = vec![
        Fact::new("Voornaam", head.given_name.clone()),
        Fact::new("Naam", head.family_name.clone()),
        Fact::new("Geboren op", head.birth.to_string()),
        Fact::new("Rijksregisternummer (INSZ)", or_none(&found.insz)),
        Fact::new("E-mailadres", or_none(&contact.email)),
        Fact::new("Telefoon", or_none(&contact.phone)),
        Fact::new("Straat en nummer", or_none(&contact.street)),
        Fact::new("Gemeente", or_none(&municipality(contact))),
    ];
    let may = |operation| policy::permit(&me.actor, operation).is_ok();
    let offers = found.is_masked && may(Operation::RevealInsz);
    let mut frame = app.page(me, "Persoonsgegevens en voorkeuren", "");
    frame.has_errors = !errors.is_empty();
    let reveal = offers.then(|| Reveal {
        action: format!("{address}/insz"),
        key: app.casework.submission_key().0.to_string(),
        note: fields.get("uitleg").to_owned(),
        open: !errors.is_empty(),
    });
    render(
        status,
        &PersonalPage {
            page: frame,
            dossier: app.dossier_head(me, head, "persoonsgegevens"),
            errors,
            facts,
            revealed,
            reveal,
            reasons: InszReason::ALL
                .iter()
                .map(|reason| {
                    let chosen = fields.get("waarom") == reason.code();
                    Choice::new(reason.code(), reason.label(), chosen)
                })
                .collect(),
            correct: if may(Operation::AskCorrection) {
                format!("{address}/rechtzettingen/nieuw?over=gegevens")
            } else {
                String::new()
            },
        },
    )
}

async fn show(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let found = app
        .casework
        .personal_data(&me.actor, id)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let nothing = (&Fields::default(), Errors::new());
    Ok(page(&app, &me, &found, nothing, StatusCode::OK, false))
}

/// 'Toon het nummer': the answer shows it once, and nothing of it stands in an address.
async fn reveal(
    State(app): State<App>,
    me: Me,
    Path(dossier): Path<String>,
    fields: Fields,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let mut errors = Errors::new();
    let parse = InszReason::from_code;
    let reason = fields.choice("waarom", Field::InszReason, parse, &mut errors);
    let note: Option<Label> = fields.optional_line("uitleg", Field::Note, &mut errors);
    let leads_to = format!("{}/persoonsgegevens", dossier_address(id));
    let submission = submission(&app, &fields, leads_to, &mut errors);
    if let (Some(reason), Some(submission), true) = (reason, submission, errors.is_empty()) {
        let why = (reason, note.as_ref());
        let shown = app
            .casework
            .reveal_insz(&me.actor, id, why, &submission)
            .await;
        match shown {
            Ok(found) => {
                let nothing = (&Fields::default(), Errors::new());
                return Ok(page(&app, &me, &found, nothing, StatusCode::OK, true));
            }
            Err(casework::Failure::Refused(refusals)) => {
                for refusal in refusals.iter() {
                    let id = match refusal {
                        Refusal::Empty(_) => "uitleg",
                        _ => "waarom",
                    };
                    errors.add(id, sentences::refusal(refusal));
                }
            }
            Err(failure) => return Err(fail::answer(&app, &me, failure)),
        }
    }
    let found = app
        .casework
        .personal_data(&me.actor, id)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(page(&app, &me, &found, (&fields, errors), status, false))
}
