//! One made-up dossier, told in the order of time: each sentence is a use case, at its own instant.
//! Knows how to say things shortly; what is told stands in `known` and `crowd`.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use anyhow::{Context as _, anyhow};
use casework::{
    ActionInput, Casework, Clock, Contact, Failure, FeedRow, GrantInput, Kept, NewClient,
    StepInput, StudyInput, Submission,
};
use domain::actions::Presence;
use domain::catalogue::{
    ActionKindCode, Catalogue, FundingCode, Gives, ReasonCode, ResultCode, StepTypeCode,
};
use domain::client_number::ClientNumber;
use domain::feed::Fed;
use domain::grants::Basis;
use domain::ids::{DossierId, OrganisationId, RemovalId, StepId, StudyId};
use domain::insz::Insz;
use domain::moment::start_of_day;
use domain::people::Actor;
use domain::profile::ExperienceDetails;
use domain::sections::Entered;
use domain::steps::OutcomeFacts;
use domain::steps::end::EndWith;
use domain::studies::{Provenance, StudyDetails};
use domain::text::{Label, Note, Summary};
use domain::{Day, Moment};

use super::chance::Chance;
use super::houses::{House, Houses};
use super::names::{self, Taught};

/// A clock in the past that is moved by hand.
#[derive(Debug)]
pub(crate) struct PastClock(AtomicI64);

impl PastClock {
    /// A clock that stands at an instant.
    pub(crate) fn at(now: Moment) -> Self {
        PastClock(AtomicI64::new(now.micros()))
    }
}

impl Clock for PastClock {
    fn now(&self) -> Moment {
        Moment::from_micros(self.0.load(Ordering::Relaxed)).unwrap_or(Moment::MIN)
    }
}

/// Who a dossier is about.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    /// Client number.
    pub(crate) number: u32,
    /// First name.
    pub(crate) given_name: String,
    /// Name.
    pub(crate) family_name: String,
    /// Day of birth.
    pub(crate) birth: Day,
    /// Code of the work situation.
    pub(crate) work_situation: &'static str,
}

/// A line of a story, with what the next sentences about it need.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    id: StepId,
    version: u32,
    start: Day,
    by: Actor,
    provider: Actor,
    summary: Option<Summary>,
}

/// One dossier while it is told.
pub(crate) struct Story {
    casework: Casework,
    clock: Arc<PastClock>,
    start: Moment,
    mediator: Actor,
    coach: Actor,
    /// Which dossier.
    pub(crate) dossier: DossierId,
    /// The day the demo's clock starts.
    pub(crate) today: Day,
    /// What falls by chance in this story.
    pub(crate) chance: Chance,
}

/// Seconds between two sentences of the same day.
const BETWEEN: i64 = 7 * 60;

impl Story {
    /// A new dossier, so many days before the clock's start.
    pub(crate) async fn begin(houses: &Houses, who: &Who, days_ago: i32) -> anyhow::Result<Self> {
        let today = houses.start.brussels_day();
        let clock = Arc::new(PastClock::at(Moment::MIN));
        let mut story = Story {
            casework: houses.casework.at_clock(clock.clone()),
            clock,
            start: houses.start,
            mediator: houses.mediator.clone(),
            coach: houses.coach.clone(),
            dossier: DossierId(Default::default()),
            today,
            chance: Chance::from(u64::from(who.number)),
        };
        story.on(story.ago(days_ago));
        let client = story.client(who)?;
        story.dossier = story
            .casework
            .create_client(&story.mediator, &client)
            .await
            .with_context(|| format!("client {}", who.number))?;
        Ok(story)
    }

    fn client(&mut self, who: &Who) -> anyhow::Result<NewClient> {
        let chance = &mut self.chance;
        let (postcode, municipality) = *chance.one_of(names::PLACES);
        let street = *chance.one_of(names::STREETS);
        let house = chance.between(1, 180);
        let mailbox: String = who
            .given_name
            .to_lowercase()
            .chars()
            .filter(char::is_ascii_lowercase)
            .collect();
        let since = -chance.between(30, 300);
        Ok(NewClient {
            client_number: ClientNumber::parse(&format!("{:08}", who.number))?,
            given_name: who.given_name.clone(),
            family_name: who.family_name.clone(),
            birth: who.birth,
            work_situation: who.work_situation.to_owned(),
            work_situation_since: Some(self.today.plus_days(since)),
            insz: Some(made_up_insz(who.birth)?),
            contact: Contact {
                email: Some(format!("{mailbox}.{}@example.be", who.number)),
                // No operator has numbers that begin with 0400.
                phone: Some(format!(
                    "0400 {:02} {:02} {:02}",
                    who.number / 10_000 % 100,
                    who.number / 100 % 100,
                    who.number % 100
                )),
                street: Some(format!("{street} {house}")),
                postcode: Some(postcode.to_owned()),
                municipality: Some(municipality.to_owned()),
                about_me: None,
                insz_sealed: None,
            },
        })
    }

    /// So many days before the clock's start.
    pub(crate) fn ago(&self, days: i32) -> Day {
        self.today.plus_days(-days)
    }

    /// The sentences from here on are about this day; about a later hour of it when it is today
    /// already. Never after the clock's start, and never back.
    pub(crate) fn on(&self, day: Day) {
        let morning = start_of_day(day).plus_seconds(9 * 3_600);
        let next = self.clock.now().plus_seconds(BETWEEN);
        // Just before the start the sentences follow each other by a second.
        let latest = self
            .start
            .plus_seconds(-120)
            .max(self.clock.now().plus_seconds(1));
        let now = next.max(morning).min(latest);
        self.clock.0.store(now.micros(), Ordering::Relaxed);
    }

    fn next(&self) {
        self.on(self.clock.now().brussels_day());
    }

    fn submission(&self) -> Submission {
        self.next();
        Submission {
            key: self.casework.submission_key(),
            leads_to: String::new(),
        }
    }

    /// The organisation gets its grant, as of the day it is.
    pub(crate) async fn grant(&self, house: &House) -> anyhow::Result<()> {
        self.grant_of(house.id, self.clock.now().brussels_day())
            .await
    }

    async fn grant_of(&self, organisation: OrganisationId, starts: Day) -> anyhow::Result<()> {
        let input = GrantInput {
            organisation,
            basis: if organisation.0.as_bytes()[15].is_multiple_of(3) {
                Basis::Agreement
            } else {
                Basis::Mandate
            },
            starts,
            ends: None,
        };
        let submission = self.submission();
        let given = self
            .casework
            .give_grant(&self.mediator, self.dossier, &input, &submission)
            .await;
        given.map(drop).map_err(told("grant"))
    }

    /// Somebody opens 'Profiel' and the list of steps.
    pub(crate) async fn looked_at(&self, by: &Actor) -> anyhow::Result<()> {
        self.next();
        let profile = self.casework.profile(by, self.dossier).await;
        profile.map_err(told("opening the profile"))?;
        self.next();
        let steps = self.casework.steps_page(by, self.dossier).await;
        steps.map(drop).map_err(told("opening the steps"))
    }

    /// A study.
    pub(crate) async fn study(
        &self,
        by: &Actor,
        study: Taught<'_>,
        school: &str,
        ended_on: Option<Day>,
        provenance: Provenance,
    ) -> anyhow::Result<StudyId> {
        let (level, grade, field, certificate) = study;
        let input = StudyInput {
            existing: None,
            details: StudyDetails {
                level,
                grade,
                field: field.map(Label::parse).transpose()?,
                school: Label::parse(school)?,
                ended_on,
                certificate,
                provenance,
            },
        };
        let submission = self.submission();
        let saved = self
            .casework
            .save_study(by, self.dossier, &input, &submission)
            .await;
        saved.map_err(told("study"))
    }

    /// Authentic sources tell this of the client.
    pub(crate) async fn told(&self, who: &Who, records: Vec<Fed>) -> anyhow::Result<()> {
        self.next();
        let client = ClientNumber::parse(&format!("{:08}", who.number))?;
        let insz = made_up_insz(who.birth)?;
        let rows: Vec<FeedRow> = (1..)
            .zip(records)
            .map(|(row, record)| FeedRow {
                row,
                client,
                insz,
                record,
            })
            .collect();
        let fed = self.casework.feed(&rows).await;
        fed.map(drop)
            .map_err(|refused| anyhow!("feed: {refused:?}"))
    }

    /// A work experience that ended.
    pub(crate) async fn experience(
        &self,
        by: &Actor,
        (function, employer): (&str, &str),
        from: Day,
        until: Day,
    ) -> anyhow::Result<()> {
        let details = ExperienceDetails {
            function: Label::parse(function)?,
            employer: Label::parse(employer)?,
            from,
            until: Some(until),
            description: None,
        };
        self.record(by, details).await
    }

    /// Who mediates.
    pub(crate) fn mediator(&self) -> &Actor {
        &self.mediator
    }

    /// A conversation under 'Berichten', with a message.
    pub(crate) async fn conversation(
        &self,
        by: &Actor,
        subject: &str,
        text: &str,
    ) -> anyhow::Result<()> {
        let (subject, text) = (Label::parse(subject)?, Note::parse(text)?);
        let submission = self.submission();
        let started = self
            .casework
            .start_thread(by, self.dossier, (&subject, &text), &submission)
            .await;
        started.map(drop).map_err(told("a conversation"))
    }

    /// A record of a section, for the first time.
    pub(crate) async fn record<D: Kept>(&self, by: &Actor, details: D) -> anyhow::Result<()> {
        let entered = Entered::new(details);
        let submission = self.submission();
        let saved = self
            .casework
            .save_record(by, self.dossier, &entered, &submission)
            .await;
        saved.map(drop).map_err(told(D::ADDED.code()))
    }

    /// 'Over mezelf', for the first time.
    pub(crate) async fn about_me(&self, by: &Actor, text: &str) -> anyhow::Result<()> {
        let text = Note::parse(text)?;
        let read = Casework::text_mark("");
        let submission = self.submission();
        let saved = self
            .casework
            .save_about_me(by, self.dossier, &read, Some(&text), &submission)
            .await;
        saved.map_err(told("about me"))
    }

    /// A line from today in the story on, asked for and given by the same person.
    pub(crate) async fn register(&self, by: &Actor) -> anyhow::Result<Line> {
        self.register_from(by, by, self.clock.now().brussels_day(), None)
            .await
    }

    /// A line with everything set.
    pub(crate) async fn register_from(
        &self,
        by: &Actor,
        provider: &Actor,
        start: Day,
        summary: Option<&str>,
    ) -> anyhow::Result<Line> {
        let line = Line {
            id: StepId(Default::default()),
            version: 1,
            start,
            by: by.clone(),
            provider: provider.clone(),
            summary: summary.map(Summary::parse).transpose()?,
        };
        let input = self.input(&line)?;
        let kind = self.kind()?;
        let submission = self.submission();
        let done = self
            .casework
            .register_step(by, self.dossier, &kind, &input, None, &submission)
            .await
            .map_err(told("registering"))?;
        Ok(Line {
            id: done.step,
            ..line
        })
    }

    fn kind(&self) -> anyhow::Result<StepTypeCode> {
        let kinds = self.casework.catalogue().step_types();
        let first = kinds.first().context("the programme has no step type")?;
        Ok(first.code.clone())
    }

    fn funding(&self) -> anyhow::Result<FundingCode> {
        let kind = self.kind()?;
        let number = self.casework.catalogue().funding_of(&kind).next();
        let number = number.context("the programme has no funding number")?;
        Ok(number.code.clone())
    }

    fn input(&self, line: &Line) -> anyhow::Result<StepInput> {
        Ok(StepInput {
            funding: self.funding()?,
            requester: line.by.person,
            provider: line.provider.person,
            start: line.start,
            summary: line.summary.clone(),
            late_reason: None,
            declared_no_diploma: true,
        })
    }

    /// The summary of a line changes.
    pub(crate) async fn go_on(
        &self,
        line: &mut Line,
        by: &Actor,
        summary: &str,
    ) -> anyhow::Result<()> {
        let summary = Some(Summary::parse(summary)?);
        if line.summary == summary {
            return Ok(());
        }
        line.summary = summary;
        let input = self.input(line)?;
        let submission = self.submission();
        self.casework
            .change_step(by, self.dossier, line.id, line.version, &input, &submission)
            .await
            .map_err(told("changing"))?;
        line.version += 1;
        Ok(())
    }

    /// An action today in the story, of a kind, duration and presence that fall by chance.
    pub(crate) async fn action(&mut self, line: &Line, by: &Actor) -> anyhow::Result<()> {
        let kind = self.action_kind(line)?;
        let chance = &mut self.chance;
        let presence = match chance.between(1, 10) {
            1 => Presence::Absent,
            2 => Presence::Excused,
            _ => Presence::Present,
        };
        let note = *chance.one_of(names::NOTES);
        let input = ActionInput {
            day: self.clock.now().brussels_day(),
            kind,
            minutes: u16::try_from(chance.between(1, 8) * 15)?,
            presence,
            place: Some(Label::parse(chance.one_of::<&str>(names::SPOTS))?),
            note: if chance.percent(60) {
                Some(Note::parse(note)?)
            } else {
                None
            },
        };
        let submission = self.submission();
        self.casework
            .record_action(by, self.dossier, line.id, &input, &submission)
            .await
            .map(drop)
            .map_err(told("action"))
    }

    fn action_kind(&mut self, line: &Line) -> anyhow::Result<ActionKindCode> {
        let kind = self.kind()?;
        let catalogue = self.casework.catalogue();
        let found = catalogue.step_type(&kind);
        let found = found.with_context(|| format!("the type of {:?}", line.id))?;
        Ok(self.chance.one_of(&found.actions).code.clone())
    }

    /// Actions on days spread over the line, from its start through a day, in order; the story is at
    /// that day afterwards.
    pub(crate) async fn actions_until(
        &mut self,
        line: &Line,
        by: &Actor,
        last: Day,
        count: i32,
    ) -> anyhow::Result<()> {
        let days = line.start.days_until(last).max(0);
        for number in 0..count {
            let day = line.start.plus_days(days * number / count.max(1));
            self.on(day);
            self.action(line, by).await?;
        }
        self.on(last);
        Ok(())
    }

    /// The line ends on a day, for a reason.
    pub(crate) async fn end(&self, line: &Line, end: Day, reason: &str) -> anyhow::Result<()> {
        let with = self.ending(end, reason)?;
        let input = self.input(line)?;
        let submission = self.submission();
        self.casework
            .end_step(
                &line.by,
                self.dossier,
                line.id,
                line.version,
                &input,
                &with,
                &submission,
            )
            .await
            .map(drop)
            .map_err(told("ending"))
    }

    fn ending(&self, end: Day, reason: &str) -> anyhow::Result<EndWith> {
        let reason = ReasonCode::parse(reason)?;
        let result = result_of(self.casework.catalogue(), &self.kind()?, &reason)?;
        let other = reason.as_str().starts_with("ANDER");
        let mut facts = OutcomeFacts::default();
        match reason.as_str() {
            "P1" => facts.in_education = true,
            "P2" => facts.has_work = true,
            "P3" => facts.qualification = true,
            "N2" => {
                facts.in_education = true;
                facts.stopped_for_absence = true;
            }
            _ => {}
        }
        let note = if other {
            Some(Note::parse("Besproken met de jongere en de school.")?)
        } else {
            None
        };
        Ok(EndWith {
            end,
            result: Some(result),
            reason: Some(reason),
            note,
            facts,
        })
    }

    /// An addendum to an ended line.
    pub(crate) async fn addendum(&self, line: &Line, by: &Actor, text: &str) -> anyhow::Result<()> {
        let text = Summary::parse(text)?;
        let submission = self.submission();
        self.casework
            .add_addendum(by, self.dossier, line.id, &text, &submission)
            .await
            .map(drop)
            .map_err(told("addendum"))
    }

    /// The line was a mistake.
    pub(crate) async fn cancel(&self, line: &Line) -> anyhow::Result<()> {
        let reason = Note::parse("Bij de verkeerde jongere geregistreerd.")?;
        let submission = self.submission();
        self.casework
            .cancel_step(
                &line.by,
                self.dossier,
                line.id,
                line.version,
                &reason,
                true,
                &submission,
            )
            .await
            .map(drop)
            .map_err(told("cancelling"))
    }

    /// The organiser asks the coach to remove an ended line.
    pub(crate) async fn ask_removal(&self, line: &Line, reason: &str) -> anyhow::Result<RemovalId> {
        let reason = Note::parse(reason)?;
        let submission = self.submission();
        self.casework
            .request_removal(&line.by, self.dossier, line.id, &reason, &submission)
            .await
            .map_err(told("asking removal"))?;
        let page = self
            .casework
            .step_page(&line.by, self.dossier, line.id)
            .await
            .map_err(told("reading the request"))?;
        let asked = page.removals.first().context("the request is not there")?;
        Ok(asked.id)
    }

    /// The coach removes it.
    pub(crate) async fn remove(&self, request: RemovalId) -> anyhow::Result<()> {
        let submission = self.submission();
        let removed = self
            .casework
            .remove_line(&self.coach, request, &submission)
            .await;
        removed.map_err(told("removing"))
    }

    /// The coach refuses.
    pub(crate) async fn refuse(&self, request: RemovalId, reason: &str) -> anyhow::Result<()> {
        let reason = Note::parse(reason)?;
        let submission = self.submission();
        let refused = self
            .casework
            .refuse_removal(&self.coach, request, &reason, &submission)
            .await;
        refused.map_err(told("refusing"))
    }
}

/// The result that follows from a reason; with a reason that takes either, the first one.
fn result_of(
    catalogue: &Catalogue,
    kind: &StepTypeCode,
    reason: &ReasonCode,
) -> anyhow::Result<ResultCode> {
    let kind = catalogue.step_type(kind).context("an unknown step type")?;
    let set = catalogue.result_set(&kind.result_set);
    let reason = set
        .reason(reason)
        .with_context(|| format!("the programme has no reason {reason}"))?;
    match (&reason.gives, set.results.first()) {
        (Gives::Code(result), _) => Ok(result.clone()),
        (Gives::Either, Some(result)) => Ok(result.code.clone()),
        (Gives::Either, None) => Err(anyhow!("the programme has no results")),
    }
}

/// A number with the sequence 999, which is never given to anybody.
fn made_up_insz(birth: Day) -> anyhow::Result<Insz> {
    let two = i64::from(birth.year()) % 100;
    let body =
        ((two * 100 + i64::from(birth.month())) * 100 + i64::from(birth.day())) * 1_000 + 999;
    let century = if birth.year() >= 2000 {
        2_000_000_000
    } else {
        0
    };
    let check = 97 - (century + body) % 97;
    Ok(Insz::parse(&format!("{body:09}{check:02}"))?)
}

fn told(what: &'static str) -> impl Fn(Failure) -> anyhow::Error {
    move |failure| anyhow!("{what}: {failure:?}")
}
