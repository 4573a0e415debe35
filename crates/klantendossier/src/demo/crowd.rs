//! Some two hundred more clients, so that lists, search and reports have something to show.

use std::collections::HashSet;
use std::sync::Arc;

use domain::Day;
use domain::benefits::{Benefit, Entitled};
use domain::career::{CareerSource, WorkPeriod};
use domain::feed::Fed;
use domain::integration::{Course, CourseResult, Nt2Level, Trajectory, TrajectoryStatus};
use domain::people::Actor;
use domain::studies::Provenance;
use domain::text::Label;
use domain::vouchers::{Voucher, VoucherStatus};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::chance::Chance;
use super::closed;
use super::houses::{House, Houses};
use super::story::{Line, Story, Who};
use super::{known, names};

const FIRST: u32 = 61_000_453;
const COUNT: u32 = 200;
/// Stories told at once: enough to share every commit, few enough for the queue of changes.
const AT_ONCE: usize = 64;

const REASONS: &[&str] = &[
    "P1",
    "N1",
    "P2",
    "N2",
    "P3",
    "P1",
    "ANDER_VERHUISD",
    "P2",
    "ANDER_ZIEK",
    "P1",
    "ANDER_OVERDRACHT",
    "P3",
    "ANDER_EINDE_PROJECT",
    "N1",
    "ANDER",
    "P1",
    "ANDER_OVERLEDEN",
    "N2",
];

/// What a dossier tells.
#[derive(Clone, Copy, Debug)]
enum Plot {
    NoStep,
    Ongoing,
    JustStarted,
    Ended,
    EndedAndWithAddendum,
    EndedAndStartedAgain,
    Cancelled,
    Diploma,
    DiplomaLater,
    Removed,
    RemovalRefused,
    RemovalWaits,
    AtTwoOrganisations,
    ProviderElsewhere,
}

/// Twenty dossiers in a row tell these; a few are told otherwise, see `plot`.
const PLOTS: [Plot; 20] = [
    Plot::Ongoing,
    Plot::Ended,
    Plot::NoStep,
    Plot::Ongoing,
    Plot::Ended,
    Plot::JustStarted,
    Plot::EndedAndStartedAgain,
    Plot::Ongoing,
    Plot::Ended,
    Plot::Diploma,
    Plot::Ongoing,
    Plot::EndedAndWithAddendum,
    Plot::Cancelled,
    Plot::Ongoing,
    Plot::Ended,
    Plot::NoStep,
    Plot::Ongoing,
    Plot::Ended,
    Plot::EndedAndStartedAgain,
    Plot::Ongoing,
];

fn plot(index: u32) -> Plot {
    match index {
        7 | 47 => Plot::DiplomaLater,
        13 | 113 => Plot::Removed,
        16 => Plot::RemovalRefused,
        27 => Plot::RemovalWaits,
        33 | 93 => Plot::AtTwoOrganisations,
        53 => Plot::ProviderElsewhere,
        _ => PLOTS[index as usize % PLOTS.len()],
    }
}

/// Tells them, many at once, so that they share commits.
pub(crate) async fn tell(houses: &Houses) -> anyhow::Result<()> {
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut stories = JoinSet::new();
    for (index, who) in people().into_iter().enumerate() {
        let (houses, turns) = (houses.clone(), Arc::clone(&turns));
        stories.spawn(async move {
            let _turn = turns.acquire_owned().await?;
            let index = u32::try_from(index)?;
            one(&houses, index, &who)
                .await
                .map_err(|error| error.context(format!("made-up client {}", who.number)))
        });
    }
    while let Some(told) = stories.join_next().await {
        told??;
    }
    Ok(())
}

/// Names by chance; days of birth that differ, because the made-up national numbers follow from them.
fn people() -> Vec<Who> {
    let mut chance = Chance::from(1878);
    let first = Day::new(2005, 1, 3).unwrap_or(Day::MIN);
    let mut born = HashSet::new();
    let mut called = HashSet::new();
    (0..COUNT)
        .map(|index| {
            let step = i32::try_from(index).unwrap_or(0) * 10;
            let birth = first.plus_days(step + chance.between(0, 6));
            // Those of `known` were born on other days than 0 to 6 in ten, or a little later.
            let birth = (0..).map(|late| birth.plus_days(late)).find(|day| {
                !known::BIRTHS.contains(&(day.year(), day.month(), day.day())) && born.insert(*day)
            });
            let (given_name, family_name) = loop {
                let name = (*chance.one_of(names::GIVEN), *chance.one_of(names::FAMILY));
                if called.insert(name) {
                    break name;
                }
            };
            let (work_situation, _) = *chance.one_of(domain::work_situation::WORK_SITUATIONS);
            Who {
                number: FIRST + index,
                given_name: given_name.to_owned(),
                family_name: family_name.to_owned(),
                birth: birth.unwrap_or(first),
                work_situation,
            }
        })
        .collect()
}

/// The house a dossier belongs to: six in ten with the VDAB.
fn house(houses: &Houses, index: u32) -> (&House, &House) {
    match index % 10 {
        3 | 6 | 8 => (&houses.kompaslijn, &houses.vdab),
        5 => (&houses.vlinderbos, &houses.kompaslijn),
        _ => (&houses.vdab, &houses.kompaslijn),
    }
}

async fn one(houses: &Houses, index: u32, who: &Who) -> anyhow::Result<()> {
    let (house, other) = house(houses, index);
    let plot = plot(index);
    let mut chance = Chance::from(u64::from(index) + 7);
    // A few ended long ago, so that a grant has ended by itself.
    let ended_ago = match (plot, index % 20) {
        (Plot::Ended, 17) => chance.between(200, 240),
        _ => chance.between(20, 150),
    };
    let lasted = chance.between(20, 110);
    let began = match plot {
        Plot::JustStarted => chance.between(1, 12),
        Plot::NoStep | Plot::Diploma => chance.between(10, 100),
        Plot::Ongoing | Plot::AtTwoOrganisations | Plot::ProviderElsewhere => {
            chance.between(25, 280)
        }
        _ => (ended_ago + lasted).min(290),
    };
    let mut story = Story::begin(houses, who, began + chance.between(3, 10)).await?;
    story.grant(house).await?;
    let by = chance.one_of(&house.counsellors).clone();
    let colleague = chance.one_of(&house.counsellors).clone();
    profile(&mut story, &by, plot, who.birth).await?;
    story.on(story.ago(began));
    let ended = story.ago(ended_ago);
    let confirmed = story.ago((ended_ago - chance.between(0, 4)).max(0));
    let reason = REASONS[index as usize % REASONS.len()];
    match plot {
        Plot::NoStep | Plot::Diploma => {}
        Plot::JustStarted => {
            story.register(&by).await?;
        }
        Plot::Ongoing => {
            ongoing(&mut story, &by, &colleague).await?;
        }
        Plot::DiplomaLater => {
            let mut line = story.register(&by).await?;
            let until = story.ago(began / 2);
            story.actions_until(&line, &by, until, 2).await?;
            story.go_on(&mut line, &by, names::SUMMARIES[1]).await?;
            story.on(story.ago(3));
            let diploma = names::DIPLOMAS[index as usize % names::DIPLOMAS.len()];
            let before = story.ago(began + 15);
            let seen = Provenance::PaperVerified;
            story
                .study(&by, diploma, names::SCHOOLS[0], Some(before), seen)
                .await?;
        }
        Plot::Cancelled => {
            let line = story.register(&by).await?;
            if index % 40 == 12 {
                story.action(&line, &by).await?;
            }
            story.on(story.ago(began - 2));
            story.cancel(&line).await?;
        }
        Plot::AtTwoOrganisations => {
            ongoing(&mut story, &by, &colleague).await?;
            story.on(story.ago(5));
            story.grant(other).await?;
            let theirs = chance.one_of(&other.counsellors);
            story.register(theirs).await?;
        }
        Plot::ProviderElsewhere => {
            story.grant(other).await?;
            let theirs = chance.one_of(&other.counsellors);
            let start = story.ago(began);
            let summary = names::SUMMARIES[2];
            let line = story
                .register_from(&by, theirs, start, Some(summary))
                .await?;
            let until = story.ago(6);
            story.actions_until(&line, theirs, until, 3).await?;
        }
        _ => {
            let line = whole(&mut story, &by, (ended, confirmed), reason).await?;
            after(&mut story, plot, &line, (&by, &colleague), ended_ago).await?;
        }
    }
    if index % 40 == 1 {
        story.on(story.ago(2));
        closed::fill_in(&story, who).await?;
    }
    // The last that happens: what the registers know arrived yesterday.
    if index % 4 == 1 {
        story.on(story.ago(1));
        let records = told(&mut story, who)?;
        story.told(who, records).await?;
    }
    Ok(())
}

/// What the registers know of somebody in a work situation.
fn told(story: &mut Story, who: &Who) -> anyhow::Result<Vec<Fed>> {
    let days = story.chance.between(2, 25);
    let now = story.ago(days);
    let before = now.plus_days(-story.chance.between(60, 90));
    let mut records = vec![
        Fed::Career(WorkPeriod {
            code: "19",
            from: before,
            until: Some(now.plus_days(-1)),
            source: CareerSource::SocialSecurity,
        }),
        Fed::Career(WorkPeriod {
            code: who.work_situation,
            from: now,
            until: None,
            source: CareerSource::Employment,
        }),
    ];
    match who.work_situation {
        "00" | "02" | "14" | "80" | "82" => records.push(Fed::Benefit(Benefit {
            as_of: now,
            entitled: match who.work_situation {
                "00" | "80" => Entitled::Yes,
                "14" => Entitled::No,
                _ => Entitled::Unknown,
            },
            exemption: None,
            exempt_until: None,
        })),
        "10" | "89" | "93" => records.push(Fed::Voucher(Voucher {
            number: Label::parse(&format!("LC-{}", who.number))?,
            ordered_on: before,
            hours: 4,
            status: VoucherStatus::Ordered,
            centre: Some(Label::parse("Loopbaancentrum De Wegwijzer")?),
        })),
        _ => records.extend([
            Fed::Trajectory(Trajectory {
                as_of: now,
                contract: true,
                attest: false,
                status: Some(TrajectoryStatus::Running),
            }),
            Fed::Course(Course {
                level: Nt2Level::A2,
                provider: Label::parse("Centrum Basiseducatie Zuid")?,
                from: before,
                until: Some(now),
                result: Some(CourseResult::Passed),
            }),
        ]),
    }
    Ok(records)
}

async fn profile(story: &mut Story, by: &Actor, plot: Plot, birth: Day) -> anyhow::Result<()> {
    if matches!(plot, Plot::Diploma) {
        let diploma = *story.chance.one_of(names::DIPLOMAS);
        let school = *story.chance.one_of(names::SCHOOLS);
        let days = story.chance.between(120, 300);
        let obtained = story.ago(days);
        let seen = Provenance::PaperVerified;
        story
            .study(by, diploma, school, Some(obtained), seen)
            .await?;
    } else if story.chance.percent(90) {
        known::a_study(story, by, birth).await?;
        if story.chance.percent(25) {
            known::a_study(story, by, birth).await?;
        }
    }
    if story.chance.percent(35) {
        let text = *story.chance.one_of(names::ABOUT);
        story.about_me(by, text).await?;
    }
    if story.chance.percent(35) {
        let job = *story.chance.one_of(names::JOBS);
        let days = story.chance.between(330, 420);
        let from = story.ago(days);
        let until = from.plus_days(story.chance.between(5, 25));
        story.experience(by, job, from, until).await?;
    }
    Ok(())
}

async fn ongoing(story: &mut Story, by: &Actor, colleague: &Actor) -> anyhow::Result<()> {
    let mut line = story.register(by).await?;
    let count = story.chance.between(2, 8);
    let days = story.chance.between(7, 20);
    let until = story.ago(days);
    story.actions_until(&line, by, until, count).await?;
    let summary = *story.chance.one_of(names::SUMMARIES);
    story.go_on(&mut line, colleague, summary).await
}

/// A line from its start to its end.
async fn whole(
    story: &mut Story,
    by: &Actor,
    (ended, confirmed): (Day, Day),
    reason: &str,
) -> anyhow::Result<Line> {
    let mut line = story.register(by).await?;
    let count = story.chance.between(1, 6);
    story.actions_until(&line, by, ended, count).await?;
    let summary = *story.chance.one_of(names::SUMMARIES);
    story.go_on(&mut line, by, summary).await?;
    story.on(confirmed);
    story.end(&line, ended, reason).await?;
    Ok(line)
}

/// What follows once a line has ended.
async fn after(
    story: &mut Story,
    plot: Plot,
    line: &Line,
    (by, colleague): (&Actor, &Actor),
    ended_ago: i32,
) -> anyhow::Result<()> {
    match plot {
        Plot::EndedAndWithAddendum => {
            let text = *story.chance.one_of(names::ADDENDA);
            story.on(story.ago((ended_ago - 8).max(0)));
            story.addendum(line, colleague, text).await
        }
        Plot::EndedAndStartedAgain => {
            story.on(story.ago(ended_ago / 2));
            ongoing_again(story, by).await
        }
        Plot::Removed => {
            story.on(story.ago(ended_ago / 2));
            let why = "Deze begeleiding werd dubbel geregistreerd.";
            let request = story.ask_removal(line, why).await?;
            story.on(story.ago(ended_ago / 3));
            story.remove(request).await
        }
        Plot::RemovalRefused => {
            story.on(story.ago(ended_ago / 2));
            let why = "Het resultaat moet negatief zijn.";
            let request = story.ask_removal(line, why).await?;
            story.on(story.ago(ended_ago / 3));
            let because = "De bewijzen in het dossier steunen het geregistreerde resultaat.";
            story.refuse(request, because).await
        }
        Plot::RemovalWaits => {
            story.on(story.ago(2));
            let why = "De einddatum is fout: de begeleiding liep een maand langer.";
            story.ask_removal(line, why).await?;
            Ok(())
        }
        _ => Ok(()),
    }
}

async fn ongoing_again(story: &mut Story, by: &Actor) -> anyhow::Result<()> {
    let line = story.register(by).await?;
    story.action(&line, by).await
}
