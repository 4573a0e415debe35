//! 'Transmissie': a dossier that the mediator passes on to the control service, what for, and what became of it.
//! Background: domain.md 3.14.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::closed::Closed;
use crate::day::Day;
use crate::ids::TransmissionId;
use crate::journal::Event;
use crate::policy::Operation;
use crate::refusal::{Field, Refusal, Refusals};
use crate::sections::{Details, Record, not_in_future};
use crate::studies::coded;
use crate::text::Note;

/// The work situations of whom the control service looks at.
pub const SITUATIONS: [&str; 8] = ["00", "02", "05", "14", "80", "82", "85", "89"];

/// Whether somebody in this work situation can be passed on to the control service.
pub fn applies_to(work_situation: &str) -> bool {
    SITUATIONS.contains(&work_situation)
}

coded! {
    /// Why a dossier is passed on.
    TransmissionReason {
        /// did not turn up
        NoShow = "no_show", "Kwam niet na een uitnodiging";
        /// did not do a task
        TaskNotDone = "task_not_done", "Deed een sollicitatie-opdracht niet";
        /// did not keep to an agreement
        AgreementBroken = "agreement_broken", "Hield zich niet aan een afspraak";
        /// refused a job
        JobRefused = "job_refused", "Weigerde een passende baan";
        /// refused or stopped a training
        TrainingRefused = "training_refused", "Weigerde of stopte een opleiding";
    }
}

coded! {
    /// How far it is.
    TransmissionStatus {
        /// sent
        Sent = "sent", "Verstuurd";
        /// the client was asked to tell their side
        Heard = "heard", "Jongere gehoord";
        /// decided
        Decided = "decided", "Beslist";
        /// taken back
        Withdrawn = "withdrawn", "Ingetrokken";
    }
}

coded! {
    /// What the control service decided.
    TransmissionDecision {
        /// nothing
        Nothing = "nothing", "Geen gevolg";
        /// a warning
        Warning = "warning", "Verwittiging";
        /// a sanction, carried out by the RVA
        Sanction = "sanction", "Sanctie (de RVA voert ze uit)";
    }
}

/// What is recorded of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transmission {
    /// Why.
    pub reason: TransmissionReason,
    /// What happened.
    pub facts: Note,
    /// The day it was sent.
    pub sent_on: Day,
    /// How far it is.
    pub status: TransmissionStatus,
    /// What was decided.
    pub decision: Option<TransmissionDecision>,
}

impl Details for Transmission {
    type Id = TransmissionId;

    const OPERATION: Operation = Operation::EditTransmission;
    const ADDED: Event = Event::TransmissionAdded;
    const CHANGED: Event = Event::TransmissionChanged;
    const MOST: usize = 40;
    const CLOSED: Option<Closed> = Some(Closed {
        operation: Operation::OpenTransmission,
        opened: Event::TransmissionOpened,
        what: "transmissie",
        page: "transmissie_gesloten",
        form: "transmissie_formulier",
    });

    fn applies(work_situation: &str) -> Result<(), Refusal> {
        if applies_to(work_situation) {
            return Ok(());
        }
        let situation = work_situation.to_owned();
        Err(Refusal::NoTransmission { situation })
    }

    /// A decision goes with the status 'Beslist', and with no other.
    ///
    /// # Errors
    /// `DayInFuture`, `NotChosen`, `DecisionTooEarly`.
    fn check(&self, _others: &[&Record<Self>], today: Day) -> Result<(), Refusals> {
        let mut refusals = Refusals::default();
        refusals.keep(not_in_future(Field::SentOn, self.sent_on, today));
        let is_decided = self.status == TransmissionStatus::Decided;
        if is_decided && self.decision.is_none() {
            refusals.add(Refusal::NotChosen(Field::TransmissionDecision));
        }
        if !is_decided && self.decision.is_some() {
            refusals.add(Refusal::DecisionTooEarly);
        }
        refusals.into_result()
    }

    fn described(&self) -> Vec<(&'static str, Option<String>)> {
        let decision = self.decision.map(|it| it.label().to_owned());
        vec![
            ("transmission_reason", Some(self.reason.label().to_owned())),
            ("transmission_facts", Some(self.facts.to_string())),
            ("sent_on", Some(self.sent_on.to_iso())),
            ("transmission_status", Some(self.status.label().to_owned())),
            ("transmission_decision", decision),
        ]
    }

    /// The last that was sent first.
    fn order(one: &Record<Self>, other: &Record<Self>) -> Ordering {
        let place = |it: &Record<Self>| (it.details.sent_on, it.id);
        place(other).cmp(&place(one))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: &str = "2025-05-28";

    fn day(text: &str) -> Day {
        Day::from_iso(text).unwrap()
    }

    fn sent(status: TransmissionStatus, decision: Option<TransmissionDecision>) -> Transmission {
        Transmission {
            reason: TransmissionReason::NoShow,
            facts: Note::parse("Kwam twee keer niet.").unwrap(),
            sent_on: day(TODAY),
            status,
            decision,
        }
    }

    fn refusals(details: &Transmission) -> Vec<Refusal> {
        let refused = details.check(&[], day(TODAY)).err().unwrap_or_default();
        refused.into_iter().collect()
    }

    #[test]
    fn only_whom_the_control_service_looks_at_is_passed_on() {
        for (code, _) in crate::work_situation::WORK_SITUATIONS {
            let is_listed = ["00", "02", "05", "14", "80", "82", "85", "89"].contains(code);
            let answer = Transmission::applies(code);
            assert_eq!(answer.is_ok(), is_listed, "{code}");
            let situation = (*code).to_owned();
            let refused = Err(Refusal::NoTransmission { situation });
            assert!(is_listed || answer == refused, "{code}");
        }
    }

    #[test]
    fn a_decision_goes_with_decided_and_with_nothing_else() {
        let warning = Some(TransmissionDecision::Warning);
        assert_eq!(refusals(&sent(TransmissionStatus::Decided, warning)), []);
        let none = refusals(&sent(TransmissionStatus::Decided, None));
        assert_eq!(none, [Refusal::NotChosen(Field::TransmissionDecision)]);
        for status in [
            TransmissionStatus::Sent,
            TransmissionStatus::Heard,
            TransmissionStatus::Withdrawn,
        ] {
            assert_eq!(refusals(&sent(status, None)), []);
            let refused = refusals(&sent(status, warning));
            assert_eq!(refused, [Refusal::DecisionTooEarly], "{status:?}");
        }
    }

    #[test]
    fn it_was_sent_today_at_the_latest() {
        let mut it = sent(TransmissionStatus::Sent, None);
        it.sent_on = day("2025-05-29");
        let (field, today) = (Field::SentOn, day(TODAY));
        assert_eq!(refusals(&it), [Refusal::DayInFuture { field, today }]);
    }
}
