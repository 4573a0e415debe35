//! What a counsellor filled in about the guidance of one client, a little in every section.

use domain::availability::{Availability, AvailabilityStatus, Licence, Weekday};
use domain::conditions::{Condition, ConditionKind, ConditionStatus};
use domain::people::Actor;
use domain::text::{Label, Note};
use domain::trajectory::{
    Agreement, AgreementOutcome, Answer, Goal, GoalKind, Screening, Who,
};

use super::story::Story;

/// Fills in every section.
pub(crate) async fn fill_in(story: &Story, by: &Actor) -> anyhow::Result<()> {
    trajectory(story, by).await?;
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
    story.record(by, hours).await
}

async fn trajectory(story: &Story, by: &Actor) -> anyhow::Result<()> {
    let goal = Goal {
        kind: GoalKind::Workplace,
        text: Label::parse("Leerwerkplek als hulpkok")?,
        target: Some(story.today.plus_days(60)),
        outcome: None,
    };
    story.record(by, goal).await?;
    for (text, who, due, done) in [
        ("Een cv schrijven", Who::Client, -10, Some(12)),
        ("Drie restaurants bellen", Who::Client, 7, None),
        ("Mee naar het eerste gesprek gaan", Who::Counsellor, 20, None),
    ] {
        let agreement = Agreement {
            text: Label::parse(text)?,
            who,
            due: story.today.plus_days(due),
            outcome: done.map(|days| (AgreementOutcome::Done, story.ago(days))),
        };
        story.record(by, agreement).await?;
    }
    let screening = Screening {
        willing: Answer::Yes,
        ready: Answer::Unclear,
        day: story.ago(30),
        note: Some(Note::parse("Wil graag aan de slag. Komt nog vaak te laat.")?),
    };
    story.record(by, screening).await
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
