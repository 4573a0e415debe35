//! What a counsellor filled in about the guidance of one client, a little in every section.

use domain::availability::{Availability, AvailabilityStatus, Licence, Weekday};
use domain::conditions::{Condition, ConditionKind, ConditionStatus};
use domain::people::Actor;
use domain::text::{Label, Note};

use super::story::Story;

/// Fills in every section.
pub(crate) async fn fill_in(story: &Story, by: &Actor) -> anyhow::Result<()> {
    conditions(story, by).await?;
    let hours = Availability {
        status: AvailabilityStatus::Mediation,
        hours: Some(20),
        days: vec![Weekday::Monday, Weekday::Tuesday, Weekday::Thursday],
        regions: Some(Label::parse("Mechelen en omgeving")?),
        licences: vec![Licence::Am],
        from: None,
        note: None,
    };
    story.record(by, hours).await?;
    let text = "Neem je identiteitskaart mee naar het gesprek op de werkplek. Bel me als het niet lukt.";
    story.conversation(by, "Gesprek op de werkplek", text).await
}

async fn conditions(story: &Story, by: &Actor) -> anyhow::Result<()> {
    for (kind, status, note) in [
        (
            ConditionKind::Mobility,
            ConditionStatus::Attention,
            "Woont ver van een bushalte. Heeft wel een fiets.",
        ),
        (
            ConditionKind::Housing,
            ConditionStatus::Fine,
            "Woont bij de ouders.",
        ),
        (
            ConditionKind::Digital,
            ConditionStatus::Blocking,
            "Heeft thuis geen computer. We zoeken een tweedehands laptop.",
        ),
    ] {
        let condition = Condition {
            kind,
            status,
            note: Some(Note::parse(note)?),
            since: story.ago(30),
        };
        story.record(by, condition).await?;
    }
    Ok(())
}
