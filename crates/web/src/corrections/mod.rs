//! Corrections and objections: 'Rechtzettingen' of one dossier, where they are asked and followed up, and
//! the queue of who decides.

mod dossier;
mod queue;

use axum::http::StatusCode;
use domain::corrections::Correction;
use domain::policy::Operation as O;
use domain::refusal::{Field, Refusal, Refusals};

use crate::page::{Errors, Fact};
use crate::routes::Routes;
use crate::sentences;

/// 'Rechtzettingen' of who decides.
const QUEUE: &str = "/rechtzettingen";

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get(
            "/dossier/{dossier}/rechtzettingen",
            O::AskCorrection,
            dossier::list,
        )
        .get(
            "/dossier/{dossier}/rechtzettingen/nieuw",
            O::AskCorrection,
            dossier::form,
        )
        .post(
            "/dossier/{dossier}/rechtzettingen/nieuw",
            O::AskCorrection,
            dossier::send,
        )
        .get(QUEUE, O::DecideCorrection, queue::list)
        .get(
            "/rechtzettingen/{correction}",
            O::DecideCorrection,
            queue::one,
        )
        .post(
            "/rechtzettingen/{correction}/toekennen",
            O::DecideCorrection,
            queue::grant,
        )
        .post(
            "/rechtzettingen/{correction}/weigeren",
            O::DecideCorrection,
            queue::refuse,
        )
}

/// A request as rows of text, with its answer when there is one.
fn rows(request: &Correction, about: String) -> Vec<Fact> {
    let mut rows = vec![
        Fact::new("Waarover", about),
        Fact::new(
            "Gevraagd door",
            format!(
                "{}, {}",
                request.asked.by_name,
                request.asked.at.brussels_text()
            ),
        ),
        Fact::new("Wat er niet klopt", request.text.as_str()),
    ];
    if let Some(decision) = &request.decision {
        let stamp = decision.stamp();
        rows.push(Fact::new("Antwoord", decision.answer().as_str()));
        rows.push(Fact::new(
            "Beslist door",
            format!("{}, {}", stamp.by_name, stamp.at.brussels_text()),
        ));
    }
    rows
}

/// What became of a request, with the kind of its tag.
fn outcome(granted: Option<bool>) -> (&'static str, &'static str) {
    match granted {
        None => ("Wacht op antwoord", "ongoing"),
        Some(true) => ("Toegekend", "positive"),
        Some(false) => ("Geweigerd", "neutral"),
    }
}

/// Puts refusals at the fields of these forms.
fn show_refusals(errors: &mut Errors, refusals: &Refusals) -> StatusCode {
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    for refusal in refusals.iter() {
        let id = match refusal.field() {
            Field::Subject => "over",
            Field::CorrectionText => "tekst",
            Field::Answer => "antwoord",
            Field::Rectification => "rechtzetting",
            _ => "",
        };
        if matches!(
            refusal,
            Refusal::CorrectionDecided | Refusal::ChangedMeanwhile
        ) {
            status = StatusCode::CONFLICT;
        }
        errors.add(id, sentences::refusal(refusal));
    }
    status
}
