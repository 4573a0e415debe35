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
use crate::contact;
use crate::context::{Me, Succeeded, dossier_address};
use crate::entries::municipality;
use crate::fail::{self, render};
use crate::fields::Fields;
use crate::find::{Find, FindBar};
use crate::journal::EntryView;
use crate::page::{Choice, DossierHead, Errors, Fact, Page};
use crate::routes::Routes;
use crate::sections::{Content, Shown, history, preferences};
use crate::sentences;
use crate::steps::{dossier_in, submission};

pub(crate) fn routes(routes: Routes) -> Routes {
    let routes = routes
        .get(
            "/dossier/{dossier}/persoonsgegevens",
            Operation::ViewDossier,
            show,
        )
        .post("/dossier/{dossier}/insz", Operation::RevealInsz, reveal);
    contact::routes(routes)
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
    /// The address of the form of the contact data; empty for who may not change them.
    change: String,
    content: Content,
    find: FindBar,
    /// The address of the page itself.
    here: String,
    history: Vec<EntryView>,
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
    found: PersonalData,
    (fields, errors): (&Fields, Errors),
    (status, notice, find): (StatusCode, Option<String>, Option<Find>),
    revealed: bool,
) -> Response {
    let section = found.section;
    let (head, known) = (&section.head, &found.contact);
    let address = dossier_address(head.id);
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "Niet bekend".to_owned());
    let facts = vec![
        Fact::new("Voornaam", head.given_name.clone()),
        Fact::new("Naam", head.family_name.clone()),
        Fact::new("Geboren op", head.birth.to_string()),
        Fact::new("Rijksregisternummer (INSZ)", or_none(&found.insz)),
        Fact::new("E-mailadres", or_none(&known.email)),
        Fact::new("Telefoon", or_none(&known.phone)),
        Fact::new("Straat en nummer", or_none(&known.street)),
        Fact::new("Gemeente", or_none(&municipality(known))),
    ];
    let may = |operation| policy::permit(&me.actor, operation).is_ok();
    let offers = found.is_masked && may(Operation::RevealInsz);
    let mut frame = app.page(me, "Persoonsgegevens en voorkeuren", "");
    frame.has_errors = !errors.is_empty();
    frame.notice = notice;
    let shown = Shown::of(app, me, head, section.may_edit);
    let mut content = preferences::content(section.records, &shown);
    let find = find.map(|find| content.look_for(find)).unwrap_or_default();
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
            change: if section.may_edit {
                contact::address(head.id)
            } else {
                String::new()
            },
            content,
            find,
            here: format!("{address}/persoonsgegevens"),
            history: history(section.history),
        },
    )
}

async fn show(
    State(app): State<App>,
    me: Me,
    Succeeded(notice): Succeeded,
    find: Find,
    Path(dossier): Path<String>,
) -> Result<Response, Response> {
    let id = dossier_in(&app, &me, &dossier)?;
    let found = app
        .casework
        .personal_data(&me.actor, id)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let nothing = (&Fields::default(), Errors::new());
    let first = (StatusCode::OK, notice, Some(find));
    Ok(page(&app, &me, found, nothing, first, false))
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
                let once = (StatusCode::OK, None, None);
                return Ok(page(&app, &me, found, nothing, once, true));
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
    let back = (StatusCode::UNPROCESSABLE_ENTITY, None, None);
    Ok(page(&app, &me, found, (&fields, errors), back, false))
}
