//! Access grants (I2): asking for one, the mediator's queue, and 'Dienstverlening', where it is seen, asked
//! to go on, extended and ended.

mod ask;
mod dossier;
mod queue;

use axum::http::StatusCode;
use domain::grants::{Basis, ClientAnswer, Request, RequestDecision, RequestKind};
use domain::policy::Operation as O;
use domain::refusal::{Field, Refusal, Refusals};

use crate::page::{Choice, Errors};
use crate::routes::Routes;
use crate::sentences;

/// 'Inzagerechten' of the own organisation.
const OWN: &str = "/inzagerechten";
/// 'Inzagevragen' of the mediator.
const QUEUE: &str = "/inzagevragen";

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get(OWN, O::AskGrant, ask::list)
        .get("/inzagerechten/nieuw", O::AskGrant, ask::show)
        .post("/inzagerechten/nieuw", O::AskGrant, ask::send)
        .get(QUEUE, O::ManageGrants, queue::list)
        .get("/inzagevragen/{request}", O::ManageGrants, queue::one)
        .get(
            "/inzagevragen/{request}/formulier",
            O::ManageGrants,
            queue::form_file,
        )
        .post(
            "/inzagevragen/{request}/toekennen",
            O::ManageGrants,
            queue::grant,
        )
        .post(
            "/inzagevragen/{request}/weigeren",
            O::ManageGrants,
            queue::refuse,
        )
        .get(
            "/dossier/{dossier}/dienstverlening",
            O::ViewDossier,
            dossier::services,
        )
        .get(
            "/dossier/{dossier}/inzagerecht/vragen",
            O::AskInDossier,
            dossier::ask_form,
        )
        .post(
            "/dossier/{dossier}/inzagerecht/vragen",
            O::AskInDossier,
            dossier::ask,
        )
        .get(
            "/dossier/{dossier}/inzagerecht/geven",
            O::ManageGrants,
            dossier::give_form,
        )
        .post(
            "/dossier/{dossier}/inzagerecht/geven",
            O::ManageGrants,
            dossier::give,
        )
        .post(
            "/dossier/{dossier}/inzagerecht/verlengen",
            O::ManageGrants,
            dossier::extend,
        )
        .get(
            "/dossier/{dossier}/inzagerecht/beeindigen",
            O::EndGrant,
            dossier::end_form,
        )
        .post(
            "/dossier/{dossier}/inzagerecht/beeindigen",
            O::EndGrant,
            dossier::end,
        )
        .post(
            "/dossier/{dossier}/inzagerecht/antwoord",
            O::AnswerRequest,
            dossier::answer,
        )
}

/// The bases to choose from.
fn bases(chosen: &str) -> Vec<Choice> {
    Basis::ALL
        .iter()
        .map(|basis| {
            let choice = Choice::new(basis.code(), basis.label(), basis.code() == chosen);
            match basis {
                Basis::Mandate => choice.hint("De begeleiding is aan jullie toegewezen."),
                Basis::Agreement => {
                    choice.hint("Jullie vulden samen het formulier in. Tekenen hoeft niet.")
                }
            }
        })
        .collect()
}

/// What became of a request, for the one who asked: no reason, since a reason gives away (I2).
fn outcome(request: &Request) -> (String, &'static str) {
    match &request.decision {
        None => ("Wacht op antwoord".to_owned(), "ongoing"),
        Some(RequestDecision::Granted(stamp)) => (
            format!("Toegekend op {}", stamp.at.brussels_day()),
            "positive",
        ),
        Some(RequestDecision::Refused(stamp, ..)) => (
            format!("Geweigerd op {}", stamp.at.brussels_day()),
            "neutral",
        ),
    }
}

/// What the client said of it; empty when nothing.
fn client_said(request: &Request) -> String {
    match request.client_answer {
        None => String::new(),
        Some((ClientAnswer::Agreed, at)) => {
            format!("De jongere ging akkoord op {}.", at.brussels_text())
        }
        Some((ClientAnswer::Disagreed, at)) => {
            format!("De jongere ging niet akkoord op {}.", at.brussels_text())
        }
    }
}

/// What is asked, in a word or two.
fn asked_what(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Access => "Inzagerecht",
        RequestKind::Extension => "Verlenging",
        RequestKind::Takeover => "Overname van het dossier",
    }
}

/// Puts refusals at the fields of these forms.
fn show_refusals(errors: &mut Errors, refusals: &Refusals) -> StatusCode {
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    for refusal in refusals.iter() {
        let id = match refusal.field() {
            Field::ClientNumber => "klantnummer",
            Field::Proof => "bewijs",
            Field::Basis => "grond",
            Field::FormDay => "formulier_dag",
            Field::Files => "bestanden",
            Field::Purpose => "doel",
            Field::GrantEnd => "laatste_dag",
            Field::Ground => "weigering",
            Field::Note => "toelichting",
            Field::Organisation => "organisatie",
            _ => "",
        };
        if matches!(
            refusal,
            Refusal::GrantRequestDecided | Refusal::NoActiveGrant | Refusal::ChangedMeanwhile
        ) {
            status = StatusCode::CONFLICT;
        }
        errors.add(id, sentences::refusal(refusal));
    }
    status
}
