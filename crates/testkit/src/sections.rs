//! Something of every section that people fill in.

use domain::availability::{Availability, AvailabilityStatus, Licence, Weekday};
use domain::conditions::{Condition, ConditionKind, ConditionStatus};
use domain::disability::{Indication, IndicationKind};
use domain::ids::{
    AvailabilityId, ConditionId, DossierId, IndicationId, ThreadId, TransmissionId,
};
use domain::people::Actor;
use domain::sections::Entered;
use domain::transmission::{
    Transmission, TransmissionDecision, TransmissionReason, TransmissionStatus,
};

use crate::{World, day, label, note};

/// The records of `World::fill_sections`.
#[derive(Clone, Copy, Debug)]
pub struct Sections {
    /// Under 'Randvoorwaarden'.
    pub condition: ConditionId,
    /// Under 'Inzetbaarheid'.
    pub availability: AvailabilityId,
    /// Under 'PmAB'.
    pub indication: IndicationId,
    /// Under 'Transmissie'.
    pub transmission: TransmissionId,
    /// Under 'Berichten'.
    pub thread: ThreadId,
}

impl World {
    /// Adds a record of every kind and a conversation, each with the day and the choices of its like. `say` makes the text of a
    /// field, at most 200 characters on one line.
    pub async fn fill_sections(
        &self,
        me: &Actor,
        dossier: DossierId,
        say: impl Fn(&str) -> String,
    ) -> Sections {
        let casework = &self.casework;
        let condition = Entered::new(Condition {
            kind: ConditionKind::Housing,
            status: ConditionStatus::Attention,
            note: Some(note(&say("nota-randvoorwaarde"))),
            since: day("2025-05-01"),
        });
        let availability = Entered::new(Availability {
            status: AvailabilityStatus::Mediation,
            hours: Some(20),
            days: vec![Weekday::Monday, Weekday::Tuesday],
            regions: Some(label(&say("streek"))),
            licences: vec![Licence::B],
            from: Some(day("2025-06-01")),
            note: Some(note(&say("nota-inzetbaarheid"))),
        });
        let indication = Entered::new(Indication {
            kind: IndicationKind::Wop,
            granted_on: day("2025-05-01"),
            valid_until: Some(day("2030-04-30")),
            decided_by: label(&say("dienst")),
            ended_on: Some(day("2025-05-20")),
        });
        let transmission = Entered::new(Transmission {
            reason: TransmissionReason::NoShow,
            facts: note(&say("feiten")),
            sent_on: day("2025-05-02"),
            status: TransmissionStatus::Decided,
            decision: Some(TransmissionDecision::Warning),
        });
        let (subject, text) = (label(&say("onderwerp")), note(&say("bericht")));
        Sections {
            condition: casework
                .save_record(me, dossier, &condition, &self.submission())
                .await
                .unwrap(),
            availability: casework
                .save_record(me, dossier, &availability, &self.submission())
                .await
                .unwrap(),
            indication: casework
                .save_record(&self.mediator, dossier, &indication, &self.submission())
                .await
                .unwrap(),
            transmission: casework
                .save_record(&self.mediator, dossier, &transmission, &self.submission())
                .await
                .unwrap(),
            thread: casework
                .start_thread(me, dossier, (&subject, &text), &self.submission())
                .await
                .unwrap(),
        }
    }
}
