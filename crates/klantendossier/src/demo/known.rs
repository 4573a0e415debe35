//! The dossiers that the manual and the tests rely on: 61000447 to 61000452.

use domain::Day;
use domain::people::Actor;
use domain::studies::{Certificate, Grade, Level, Provenance};

use super::guidance;
use super::houses::{self, Houses};
use super::names;
use super::story::{Story, Who};

/// Number of the dossier with many lines.
const MANY: i32 = 30;
/// Days of each of its ended lines.
const DAYS_EACH: i32 = 9;

/// The days on which these six were born: a made-up national number follows from the day.
pub(crate) const BIRTHS: &[(i16, i8, i8)] = &[
    (2008, 3, 17),
    (2006, 2, 3),
    (2007, 9, 21),
    (2006, 11, 8),
    (2007, 5, 14),
    (2005, 4, 27),
];

/// Tells them.
pub(crate) async fn tell(houses: &Houses, hash: &str) -> anyhow::Result<()> {
    of_the_manual(houses, hash).await?;
    with_a_diploma(houses).await?;
    without_a_study(houses).await?;
    with_two_ended_lines(houses).await?;
    of_another_organisation(houses).await?;
    with_many_lines(houses).await
}

fn who(number: u32, given_name: &str, family_name: &str, birth: usize) -> Who {
    let (year, month, day) = BIRTHS[birth];
    Who {
        number,
        given_name: given_name.to_owned(),
        family_name: family_name.to_owned(),
        birth: Day::new(year, month, day).unwrap_or(Day::MIN),
        work_situation: "00",
    }
}

async fn of_the_manual(houses: &Houses, hash: &str) -> anyhow::Result<()> {
    let who = who(61_000_447, "VNMANTW61000447", "NAAMANTW61000447", 0);
    let story = Story::begin(houses, &who, 90).await?;
    story.grant(&houses.vdab).await?;
    let [counsellor, colleague, ..] = houses.vdab.counsellors.as_slice() else {
        return Ok(());
    };
    story.on(story.ago(80));
    // Its end may lie after the clock's start: the client says when it ends.
    let ends = Day::new(2025, 6, 16);
    let study = (
        Level::Technical,
        Some(Grade::Second),
        Some("Toerisme, recreatie en sport"),
        None,
    );
    story
        .study(
            counsellor,
            study,
            "Heilig Hart College",
            ends,
            Provenance::SelfDeclared,
        )
        .await?;
    story.looked_at(counsellor).await?;
    story.on(story.ago(12));
    story.looked_at(colleague).await?;
    let name = format!("{} {}", who.given_name, who.family_name);
    houses::own_account(houses, hash, &name, story.dossier).await
}

async fn with_a_diploma(houses: &Houses) -> anyhow::Result<()> {
    let who = who(61_000_448, "Lore", "Vanhoutte", 1);
    let story = Story::begin(houses, &who, 90).await?;
    story.grant(&houses.vdab).await?;
    let Some(counsellor) = houses.vdab.counsellors.first() else {
        return Ok(());
    };
    // Registered once it is there: at most thirty days ago, and today for the earliest clock.
    let obtained = Day::new(2024, 6, 30);
    let since = obtained.map_or(0, |day| day.days_until(story.today));
    story.on(story.ago(since.clamp(0, 30)));
    let study = (
        Level::Technical,
        Some(Grade::Third),
        Some("Handel"),
        Some(Certificate::SecondaryDiploma),
    );
    let seen = Provenance::PaperVerified;
    story
        .study(counsellor, study, "Atheneum De Zonnewijzer", obtained, seen)
        .await?;
    Ok(())
}

async fn without_a_study(houses: &Houses) -> anyhow::Result<()> {
    let who = who(61_000_449, "Bilal", "Ouali", 2);
    let story = Story::begin(houses, &who, 60).await?;
    story.grant(&houses.vdab).await
}

async fn with_two_ended_lines(houses: &Houses) -> anyhow::Result<()> {
    let who = who(61_000_450, "Amélie", "De Backer", 3);
    let mut story = Story::begin(houses, &who, 170).await?;
    story.grant(&houses.vdab).await?;
    let Some(counsellor) = houses.vdab.counsellors.first() else {
        return Ok(());
    };
    a_study(&mut story, counsellor, who.birth).await?;
    // Confirmed 20 days ago: the fourteen days for addenda are over.
    story.on(story.ago(150));
    let mut line = story.register(counsellor).await?;
    let end = story.ago(30);
    story.actions_until(&line, counsellor, end, 5).await?;
    let summary = names::SUMMARIES.first().copied().unwrap_or_default();
    story.go_on(&mut line, counsellor, summary).await?;
    story.on(story.ago(20));
    story.end(&line, end, "P3").await?;
    // Confirmed 10 days ago: still open.
    story.on(story.ago(19));
    let next = story
        .register_from(counsellor, counsellor, end, Some(summary))
        .await?;
    let end = story.ago(11);
    story.on(story.ago(18));
    story.action(&next, counsellor).await?;
    story.on(story.ago(12));
    story.action(&next, counsellor).await?;
    story.on(story.ago(10));
    story.end(&next, end, "P1").await
}

async fn of_another_organisation(houses: &Houses) -> anyhow::Result<()> {
    let who = who(61_000_451, "Gülsüm", "Kaya", 4);
    let mut story = Story::begin(houses, &who, 75).await?;
    story.grant(&houses.kompaslijn).await?;
    let Some(counsellor) = houses.kompaslijn.counsellors.first() else {
        return Ok(());
    };
    a_study(&mut story, counsellor, who.birth).await?;
    story.on(story.ago(40));
    let line = story.register(counsellor).await?;
    let until = story.ago(3);
    story.actions_until(&line, counsellor, until, 3).await
}

async fn with_many_lines(houses: &Houses) -> anyhow::Result<()> {
    let who = who(61_000_452, "Tuur", "Van den Broeck", 5);
    let first = (MANY - 1) * (DAYS_EACH + 1) + 5;
    let mut story = Story::begin(houses, &who, first).await?;
    story.grant(&houses.vdab).await?;
    let Some(counsellor) = houses.vdab.counsellors.first() else {
        return Ok(());
    };
    a_study(&mut story, counsellor, who.birth).await?;
    for number in 0..MANY - 1 {
        let start = story.ago(first - 1 - number * (DAYS_EACH + 1));
        story.on(start);
        let summary = *story.chance.one_of(names::SUMMARIES);
        let line = story
            .register_from(counsellor, counsellor, start, Some(summary))
            .await?;
        let end = start.plus_days(DAYS_EACH);
        story.actions_until(&line, counsellor, end, 2).await?;
        let reason = *story.chance.one_of(&["P1", "P1", "P2", "N1", "N2"]);
        story.end(&line, end, reason).await?;
    }
    story.on(story.ago(4));
    let line = story.register(counsellor).await?;
    story.action(&line, counsellor).await?;
    guidance::fill_in(&story, counsellor).await
}

/// A study that does not exclude, of the summer somebody turned seventeen or still going on.
pub(crate) async fn a_study(story: &mut Story, by: &Actor, birth: Day) -> anyhow::Result<()> {
    let study = *story.chance.one_of(names::STUDIES);
    let school = *story.chance.one_of(names::SCHOOLS);
    let (level, grade, field, certificate) = study;
    let ended = Day::new(birth.year() + 17, 6, 30).filter(|day| *day < story.ago(400));
    // Without the day there is no certificate yet.
    let certificate = certificate.filter(|_| ended.is_some());
    let provenance = if story.chance.percent(40) {
        Provenance::PaperVerified
    } else {
        Provenance::SelfDeclared
    };
    let study = (level, grade, field, certificate);
    story.study(by, study, school, ended, provenance).await?;
    Ok(())
}
