//! 'Meldingen': what a person has to know, in a sentence, with the way to the line.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use casework::NoticeKind;
use domain::policy::Operation;

use crate::App;
use crate::context::{Me, dossier_address};
use crate::fail::{self, render};
use crate::page::Page;
use crate::routes::Routes;
use crate::steps::{list_address, step_address};

const LIST: &str = "/meldingen";

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get(LIST, Operation::OwnAccount, list).post(
        "/meldingen/gelezen",
        Operation::OwnAccount,
        mark_read,
    )
}

#[derive(Template)]
#[template(path = "notices/list.html")]
struct ListPage {
    page: Page,
    notices: Vec<NoticeView>,
    any_new: bool,
}

struct NoticeView {
    sentence: &'static str,
    /// The coach's reason; empty without one.
    reason: String,
    when: String,
    href: String,
    link: &'static str,
    is_new: bool,
}

fn sentence(kind: Option<NoticeKind>) -> &'static str {
    match kind {
        Some(NoticeKind::OngoingElsewhere) => {
            "Dezelfde begeleiding startte ook bij een andere organisatie."
        }
        Some(NoticeKind::LineRemoved) => {
            "De provinciale coach verwijderde de stap waarvoor je dat vroeg."
        }
        Some(NoticeKind::RemovalRefused) => "De provinciale coach liet de stap staan.",
        Some(NoticeKind::GrantGiven) => "Je organisatie heeft inzagerecht op een dossier.",
        Some(NoticeKind::GrantRefused) => {
            "De bemiddelaar gaf geen inzagerecht. Kijk de gegevens na met de jongere, of bel de bemiddelaar."
        }
        Some(NoticeKind::GrantExtended) => "Het inzagerecht op een dossier is verlengd.",
        Some(NoticeKind::GrantEnds) => {
            "Het inzagerecht op een dossier eindigt binnenkort. Vraag een verlenging als dat nodig is."
        }
        Some(NoticeKind::GrantEnded) => "Het inzagerecht op een dossier is beëindigd.",
        Some(NoticeKind::DossierTakenOver) => {
            "Een andere organisatie is nu eigenaar van een dossier dat van jou was."
        }
        Some(NoticeKind::CorrectionGranted) => "Je kreeg gelijk: wat je vroeg, is rechtgezet.",
        Some(NoticeKind::CorrectionRefused) => {
            "Wat je vroeg recht te zetten, blijft zoals het was. Lees hieronder waarom."
        }
        Some(NoticeKind::LineCorrected) => {
            "Bij een stap waar jij aan werkt, staat nu een rechtzetting."
        }
        Some(NoticeKind::LoginChanged) => "Er is iets gewijzigd aan hoe je je aanmeldt.",
        Some(NoticeKind::PasswordLinkMade) => {
            "Er is een link gemaakt voor een nieuw wachtwoord van iemand met een rol zonder organisatie. Was dat niet afgesproken? Trek de link in en verwittig de andere systeembeheerders."
        }
        Some(NoticeKind::NewBrowser) => "Er is met jouw account aangemeld in een nieuwe browser.",
        Some(NoticeKind::DossierAssigned) => "Een dossier is aan jou toegewezen.",
        Some(NoticeKind::DossierReleased) => {
            "Een dossier is niet langer aan jou toegewezen. Je kan het niet meer openen."
        }
        Some(NoticeKind::MessageReceived) => "Er is een nieuw bericht in een dossier.",
        None => "Er gebeurde iets met een stap waar jij aan werkt.",
    }
}

/// The sentence of a notice as stored.
pub(crate) fn sentence_of(code: &str) -> &'static str {
    sentence(NoticeKind::from_code(code))
}

async fn list(State(app): State<App>, me: Me) -> Result<Response, Response> {
    let found = app
        .casework
        .notices(&me.actor)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    let any_new = found.iter().any(|notice| !notice.read);
    let notices = found
        .into_iter()
        .map(|notice| {
            let kind = NoticeKind::from_code(&notice.kind);
            let (href, link) = match (notice.dossier, notice.step) {
                (None, _)
                    if matches!(
                        kind,
                        Some(NoticeKind::LoginChanged | NoticeKind::NewBrowser)
                    ) =>
                {
                    (crate::account::PAGE.to_owned(), "Naar Mijn account")
                }
                (None, _) if kind == Some(NoticeKind::PasswordLinkMade) => {
                    (crate::people::USERS.to_owned(), "Naar de gebruikers")
                }
                (None, _) => (String::new(), ""),
                (Some(dossier), _)
                    if matches!(
                        kind,
                        Some(NoticeKind::CorrectionGranted | NoticeKind::CorrectionRefused)
                    ) =>
                {
                    let address = dossier_address(dossier);
                    (
                        format!("{address}/rechtzettingen"),
                        "Naar de rechtzettingen",
                    )
                }
                (Some(dossier), _) if kind == Some(NoticeKind::MessageReceived) => {
                    (crate::messages::address(dossier), "Naar de berichten")
                }
                // A removed line is out of sight: its list is where a new one is registered.
                (Some(dossier), Some(step)) if kind != Some(NoticeKind::LineRemoved) => {
                    (step_address(dossier, step), "Naar de stap")
                }
                (Some(dossier), None) => (dossier_address(dossier), "Naar het dossier"),
                (Some(dossier), _) => (list_address(dossier), "Naar de lijst met stappen"),
            };
            NoticeView {
                sentence: sentence(kind),
                reason: notice
                    .note
                    .map(|note| match kind {
                        Some(
                            NoticeKind::GrantRefused
                            | NoticeKind::GrantEnded
                            | NoticeKind::DossierReleased,
                        ) => {
                            format!("Klantnummer {note}")
                        }
                        Some(NoticeKind::GrantEnds) => format!("Laatste dag: {note}"),
                        _ => note,
                    })
                    .unwrap_or_default(),
                when: notice.at.brussels_text(),
                href,
                link,
                is_new: !notice.read,
            }
        })
        .collect();
    Ok(render(
        StatusCode::OK,
        &ListPage {
            page: app.page(&me, "Meldingen", LIST),
            notices,
            any_new,
        },
    ))
}

/// 'Alles gelezen'.
async fn mark_read(State(app): State<App>, me: Me) -> Result<Response, Response> {
    app.casework
        .mark_notices_read(&me.actor)
        .await
        .map_err(|failure| fail::answer(&app, &me, failure))?;
    Ok(Redirect::to(LIST).into_response())
}
