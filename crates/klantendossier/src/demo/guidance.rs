//! What a counsellor filled in about the guidance of one client, a little in every section.

use domain::availability::{Availability, AvailabilityStatus, Licence, Weekday};
use domain::conditions::{Condition, ConditionKind, ConditionStatus};
use domain::development::{Axis, Competence, Training, TrainingKind};
use domain::people::Actor;
use domain::preferences::{
    Channel, ContactPreference, Language, LanguageLevel, LanguageSkill, Mobility, Spoken,
    TravelMeans, WantedJob,
};
use domain::text::{Label, Note};
use domain::trajectory::{Agreement, AgreementOutcome, Answer, Goal, GoalKind, Screening, Who};
use domain::vacancies::{Vacancy, VacancyKind, VacancyStatus};

use super::story::Story;

/// Fills in every section.
pub(crate) async fn fill_in(story: &Story, by: &Actor) -> anyhow::Result<()> {
    vacancies(story, by).await?;
    trajectory(story, by).await?;
    conditions(story, by).await?;
    development(story, by).await?;
    preferences(story, by).await?;
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
    let text =
        "Neem je identiteitskaart mee naar het gesprek op de werkplek. Bel me als het niet lukt.";
    story.conversation(by, "Gesprek op de werkplek", text).await
}

async fn preferences(story: &Story, by: &Actor) -> anyhow::Result<()> {
    for (language, level) in [
        (Spoken::Listed(Language::Dutch), LanguageLevel::B1),
        (Spoken::Listed(Language::Turkish), LanguageLevel::Native),
    ] {
        story.record(by, LanguageSkill { language, level }).await?;
    }
    for (job, place) in [("Hulpkok", 1), ("Medewerker grootkeuken", 2)] {
        let wanted = WantedJob {
            job: Label::parse(job)?,
            place,
            note: None,
        };
        story.record(by, wanted).await?;
    }
    let travels = Mobility {
        means: vec![TravelMeans::Bicycle, TravelMeans::PublicTransport],
        minutes: Some(45),
        note: None,
    };
    story.record(by, travels).await?;
    let reached = ContactPreference {
        channel: Channel::Sms,
        language: Some(Language::Dutch),
        note: Some(Note::parse("Liefst na 16 uur.")?),
    };
    story.record(by, reached).await
}

async fn vacancies(story: &Story, by: &Actor) -> anyhow::Result<()> {
    for (title, employer, status, due) in [
        (
            "Hulpkok",
            "De Gouden Lepel",
            VacancyStatus::Assigned,
            Some(10),
        ),
        (
            "Keukenhulp",
            "Grootkeuken Dijle",
            VacancyStatus::Applied,
            None,
        ),
    ] {
        let vacancy = Vacancy {
            kind: VacancyKind::Workplace,
            title: Label::parse(title)?,
            employer: Label::parse(employer)?,
            address: None,
            place: Some(Label::parse("Mechelen")?),
            status,
            due: due.map(|days| story.today.plus_days(days)),
            note: None,
        };
        story.record(by, vacancy).await?;
    }
    Ok(())
}

async fn development(story: &Story, by: &Actor) -> anyhow::Result<()> {
    let training = Training {
        name: Label::parse("Basisopleiding keukenhulp")?,
        provider: Label::parse("Opleidingscentrum Dijle")?,
        kind: TrainingKind::Course,
        from: story.ago(40),
        until: None,
        hours_planned: Some(120),
        hours_done: Some(64),
        result: None,
    };
    story.record(by, training).await?;
    for (label, axis, score) in [
        ("Groenten snijden", Axis::Trade, 3),
        ("Weet welke job past", Axis::Career, 4),
        ("Op tijd komen", Axis::Work, 2),
    ] {
        let competence = Competence {
            label: Label::parse(label)?,
            axis,
            score,
            scored: story.ago(20),
        };
        story.record(by, competence).await?;
    }
    Ok(())
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
        (
            "Mee naar het eerste gesprek gaan",
            Who::Counsellor,
            20,
            None,
        ),
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
        note: Some(Note::parse(
            "Wil graag aan de slag. Komt nog vaak te laat.",
        )?),
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
