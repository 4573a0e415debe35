//! What is kept closed of a few clients: what was granted under 'PmAB', and what was passed on to the control service.

use domain::disability::{Indication, IndicationKind};
use domain::text::{Label, Note};
use domain::transmission::{
    Transmission, TransmissionDecision, TransmissionReason, TransmissionStatus, applies_to,
};

use super::story::{Story, Who};

/// Fills in both, the second for whom it can concern.
pub(crate) async fn fill_in(story: &Story, who: &Who) -> anyhow::Result<()> {
    let by = story.mediator();
    for (kind, until) in [
        (IndicationKind::Indication, None),
        (IndicationKind::Wop, Some(story.ago(30).plus_months(60))),
    ] {
        let indication = Indication {
            kind,
            granted_on: story.ago(30),
            valid_until: until,
            decided_by: Label::parse("VDAB")?,
            ended_on: None,
        };
        story.record(by, indication).await?;
    }
    if !applies_to(who.work_situation) {
        return Ok(());
    }
    let transmission = Transmission {
        reason: TransmissionReason::NoShow,
        facts: Note::parse("Kwam twee keer niet na een uitnodiging, en liet niets weten.")?,
        sent_on: story.ago(25),
        status: TransmissionStatus::Decided,
        decision: Some(TransmissionDecision::Warning),
    };
    story.record(by, transmission).await
}
