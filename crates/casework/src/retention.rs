//! What need not be kept any more: counted by a dry run, erased when a system manager says so with the
//! number that the dry run gave. Both walk the same way, so that what is erased is what was counted.
//!
//! Each line and each dossier is a transaction of its own, with its entry in the journal: a run that is
//! stopped leaves nothing half, and the next one goes on where it stopped.

use async_recursion::async_recursion as boxed;
use std::collections::HashMap;

use domain::Moment;
use domain::account_events::AccountEvent;
use domain::catalogue::FundingCode;
use domain::ids::{DossierId, StepId};
use domain::journal::{Change, Event};
use domain::people::Actor;
use domain::policy::{self, Operation, Permit};
use domain::retention::{
    Due, Facts, Findings, Hold, Keep, Kind, Project, Regime, Rule, due_before, is_story,
    keep_through,
};
use store::retention::{self as rows, Erasure, Line, Place};
use store::{Batch, openings, projects};

use crate::account_events::About;
use crate::desk::{Stored, TRIES};
use crate::steps::busy;
use crate::{Casework, Failure};

/// Why nothing was erased.
#[derive(Debug, thiserror::Error)]
pub enum RetentionRefused {
    /// The number is not the one that is due now.
    #[error(
        "{due} records are due now, not {confirmed}; nothing was erased: look at a dry run first"
    )]
    NotConfirmed {
        /// What is due.
        due: u64,
        /// What was confirmed.
        confirmed: u64,
    },
    /// The use case failed.
    #[error("not done: {0:?}")]
    Failed(Failure),
}

impl<T: Into<Failure>> From<T> for RetentionRefused {
    fn from(failure: T) -> Self {
        RetentionRefused::Failed(failure.into())
    }
}

/// A run that was kept.
#[derive(Clone, Debug)]
pub struct RetentionRun {
    /// When.
    pub at: Moment,
    /// In whose name; empty for a dry run of the operator.
    pub by: String,
    /// Whether it erased.
    pub applied: bool,
    /// What it found, or erased.
    pub findings: Findings,
}

/// 'Bewaartermijnen'.
#[derive(Debug)]
pub struct RetentionPage {
    /// The rules.
    pub rules: Vec<Rule>,
    /// The regimes of projects.
    pub regimes: Vec<Regime>,
    /// The last runs, the last first.
    pub runs: Vec<RetentionRun>,
}

/// What was found so far.
#[derive(Default)]
struct Tally(HashMap<Kind, (u64, Option<Moment>)>);

impl Tally {
    fn add(&mut self, kind: Kind, count: u64, oldest: Option<Moment>) {
        let (known, first) = self.0.entry(kind).or_default();
        *known += count;
        *first = match (*first, oldest) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
}

/// A walk: what it counts, and in whose name it erases, if it does.
struct Walk<'a> {
    permit: Permit,
    now: Moment,
    by: Option<&'a Actor>,
    tally: Tally,
}

impl Casework {
    /// 'Bewaartermijnen': the rules, and what the last runs found or erased, in numbers.
    #[boxed]
    pub async fn retention_page(&self, actor: &Actor) -> Result<RetentionPage, Failure> {
        let permit = policy::permit(actor, Operation::ViewRetention)?;
        let mut reader = self.database.reader().await?;
        let runs = rows::runs(&mut reader, &permit).await?;
        Ok(RetentionPage {
            rules: self.rules.all().to_vec(),
            regimes: self.rules.regimes().to_vec(),
            runs: runs
                .into_iter()
                .filter_map(|run| {
                    Some(RetentionRun {
                        at: run.at,
                        by: run.by,
                        applied: run.applied,
                        findings: serde_json::from_str(&run.content).ok()?,
                    })
                })
                .collect(),
        })
    }

    /// The rules for what is kept until when.
    pub fn retention_rules(&self) -> &[Rule] {
        self.rules.all()
    }

    /// The regimes that a project can be under.
    pub fn retention_regimes(&self) -> &[Regime] {
        self.rules.regimes()
    }

    /// Counts what is due, erases nothing, and keeps the numbers for the page.
    ///
    /// # Errors
    /// When the store fails.
    #[boxed]
    pub async fn retention_dry_run(&self) -> Result<Findings, Failure> {
        let permit = policy::operator(Operation::ApplyRetention);
        let found = self.walk(permit.clone(), None).await?;
        self.keep_run(&permit, None, &found).await?;
        Ok(found)
    }

    /// Erases what is due, in the name of a system manager, when as much is due as was confirmed. Answers
    /// what was erased.
    ///
    /// # Errors
    /// `NotConfirmed`, and nothing was erased; `Failed` when it stopped: what was erased until then is, and
    /// the next run goes on.
    #[boxed]
    pub async fn apply_retention(
        &self,
        actor: &Actor,
        confirmed: u64,
    ) -> Result<Findings, RetentionRefused> {
        let permit = policy::permit(actor, Operation::ApplyRetention)?;
        let due = self.walk(permit.clone(), None).await?.total();
        if due != confirmed {
            return Err(RetentionRefused::NotConfirmed { due, confirmed });
        }
        let erased = self.walk(permit.clone(), Some(actor)).await?;
        self.keep_run(&permit, Some(actor), &erased).await?;
        Ok(erased)
    }

    /// Leaves nothing in the database file of what was erased. Answers whether it was done: a server's
    /// database is its owner's to clean.
    ///
    /// # Errors
    /// When the file is in use, or the disk is full.
    #[boxed]
    pub async fn write_database_anew(&self) -> Result<bool, Failure> {
        Ok(self.database.write_anew().await?)
    }

    async fn keep_run(
        &self,
        permit: &Permit,
        by: Option<&Actor>,
        found: &Findings,
    ) -> Result<(), Failure> {
        let content = serde_json::to_string(found).unwrap_or_default();
        let (now, person) = (self.now(), by.map(|actor| actor.person));
        let mut batch = Batch::new();
        let run = (now, self.ids.next(now));
        rows::add_run(&mut batch, permit, run, person, by.is_some(), &content);
        if by.is_some() {
            let about = About {
                by: person,
                subject: None,
                organisation: None,
                changes: vec![Change::new_value("count", found.total().to_string())],
            };
            self.record(&mut batch, AccountEvent::RetentionApplied, &about);
        }
        Ok(self.database.commit(batch).await?)
    }

    async fn walk(&self, permit: Permit, by: Option<&Actor>) -> Result<Findings, Failure> {
        let now = self.now();
        let mut walk = Walk {
            permit,
            now,
            by,
            tally: Tally::default(),
        };
        // First, so that what this run empties waits for the next: only what was counted is erased.
        self.walk_dossiers(&mut walk).await?;
        let (mut kept, mut held) = (Vec::new(), Vec::new());
        for number in self.catalogue.funding_numbers() {
            let project = self.project_of(&walk.permit, &number.code).await?;
            let mut reader = self.database.reader().await?;
            let has_lines = rows::has_lines(&mut reader, &walk.permit, &number.code).await?;
            drop(reader);
            if !has_lines {
                continue;
            }
            match &project {
                Some(project) if project.hold.is_some_and(|it| holds(it, now)) => {
                    held.push(number.code.to_string());
                }
                Some(project) if project.last_payment.is_some() => {}
                _ => kept.push(number.code.to_string()),
            }
            // What goes whole is counted once: its texts go with it.
            self.walk_lines(&mut walk, &number.code, Kind::Evidence)
                .await?;
            self.walk_lines(&mut walk, &number.code, Kind::Story)
                .await?;
        }
        self.walk_grants(&mut walk).await?;
        self.walk_dated(&mut walk, Kind::GrantRequest).await?;
        self.walk_dated(&mut walk, Kind::Notice).await?;
        let due = self
            .rules
            .all()
            .iter()
            .map(|rule| {
                let found = walk.tally.0.get(&rule.kind).copied().unwrap_or_default();
                Due {
                    kind: rule.kind.code().to_owned(),
                    count: found.0,
                    oldest: found.1.map(Moment::brussels_day),
                }
            })
            .collect();
        Ok(Findings {
            at: now,
            due,
            kept_projects: kept,
            held_projects: held,
        })
    }

    /// What is known of a project, if anything.
    async fn project_of(
        &self,
        permit: &Permit,
        funding: &FundingCode,
    ) -> Result<Option<Project>, Failure> {
        let mut reader = self.database.reader().await?;
        let current = projects::current(&mut reader, permit, funding).await?;
        Ok(current.map(|change| change.project))
    }

    /// Until when the lines of a project, or the texts of one that became final at an instant, are kept.
    fn keeps(&self, rule: &Rule, project: Option<&Project>, since: Moment) -> Keep {
        let project = project.and_then(|it| Some((it, self.rules.regime(&it.regime)?)));
        let since = Some(since);
        keep_through(rule, Facts { since, project })
    }

    async fn walk_lines(
        &self,
        walk: &mut Walk<'_>,
        funding: &FundingCode,
        kind: Kind,
    ) -> Result<(), Failure> {
        let Some(rule) = self.rules.rule(kind) else {
            return Ok(());
        };
        let before = (kind == Kind::Story).then(|| due_before(rule, walk.now));
        let evidence = self.rules.rule(Kind::Evidence);
        let mut place = Some(Place::default());
        while let Some(here) = place {
            // Asked anew for every page: a hold that is confirmed meanwhile stops the rest.
            let project = self.project_of(&walk.permit, funding).await?;
            let goes_whole = |line: &Line| {
                evidence.is_some_and(|rule| {
                    self.keeps(rule, project.as_ref(), line.since)
                        .is_due(walk.now)
                })
            };
            let mut reader = self.database.reader().await?;
            let page = rows::lines(&mut reader, &walk.permit, funding, here, before).await?;
            drop(reader);
            for line in &page {
                let keep = self.keeps(rule, project.as_ref(), line.since);
                if !keep.is_due(walk.now) || (kind == Kind::Story && goes_whole(line)) {
                    continue;
                }
                let counts = match walk.by {
                    None => true,
                    Some(by) => self.erase_line(by, line.dossier, line.step, kind).await?,
                };
                if counts {
                    walk.tally.add(kind, 1, Some(line.since));
                }
            }
            place = here.after(&page);
        }
        Ok(())
    }

    /// Erases a line, or its texts. Answers whether it was there still.
    async fn erase_line(
        &self,
        by: &Actor,
        dossier: DossierId,
        step: StepId,
        kind: Kind,
    ) -> Result<bool, Failure> {
        for _ in 0..TRIES {
            let Some(mut desk) = self.upkeep_desk(by, dossier).await? else {
                return Ok(false);
            };
            let reading = desk.reading();
            if store::steps::load(&mut desk.reader, &reading, step)
                .await?
                .is_none()
            {
                return Ok(false);
            }
            let erasure = Erasure {
                id: desk.new_id(),
                at: desk.now,
                step: Some(step),
            };
            rows::begin(&mut desk.batch, &desk.access, kind, &erasure);
            let event = if kind == Kind::Story {
                let contents = rows::contents(&mut desk.reader, &desk.access, step).await?;
                let told: Vec<i64> = contents
                    .iter()
                    .filter(|(_, changes)| changes.iter().any(is_story))
                    .map(|(number, _)| *number)
                    .collect();
                rows::erase_texts(&mut desk.batch, &desk.access, step, &told, erasure.at);
                Event::StoryErased
            } else {
                let through = desk.head.journal_number;
                rows::erase_line(&mut desk.batch, &desk.access, step, through);
                Event::StepErased
            };
            rows::end(&mut desk.batch, &desk.access, &erasure);
            desk.journal(event, step.0, Some(step.0), Vec::new());
            if desk.store(&self.own_submission()).await? == Stored::Yes {
                return Ok(true);
            }
        }
        Err(busy())
    }

    async fn walk_grants(&self, walk: &mut Walk<'_>) -> Result<(), Failure> {
        let Some(rule) = self.rules.rule(Kind::Grant) else {
            return Ok(());
        };
        let before = due_before(rule, walk.now);
        let mut after = Moment::MIN;
        loop {
            let mut reader = self.database.reader().await?;
            let page = rows::grants(&mut reader, &walk.permit, (before, after)).await?;
            drop(reader);
            let page = whole_instants(page, |(_, at)| *at);
            let Some((_, last)) = page.last() else {
                return Ok(());
            };
            after = *last;
            let oldest = page.first().map(|(_, at)| *at);
            walk.tally.add(Kind::Grant, count(page.len()), oldest);
            if walk.by.is_some() {
                let mut batch = Batch::new();
                for (grant, _) in &page {
                    rows::erase_grant(&mut batch, &walk.permit, grant);
                }
                self.database.commit(batch).await?;
            }
        }
    }

    async fn walk_dated(&self, walk: &mut Walk<'_>, kind: Kind) -> Result<(), Failure> {
        let Some(rule) = self.rules.rule(kind) else {
            return Ok(());
        };
        let before = due_before(rule, walk.now);
        let mut after = Moment::MIN;
        loop {
            let mut reader = self.database.reader().await?;
            let page = rows::dated(&mut reader, &walk.permit, kind, (before, after)).await?;
            drop(reader);
            let page = whole_instants(page, |(_, at)| *at);
            let Some((_, last)) = page.last() else {
                return Ok(());
            };
            after = *last;
            let oldest = page.first().map(|(_, at)| *at);
            walk.tally.add(kind, count(page.len()), oldest);
            if walk.by.is_some() {
                let mut batch = Batch::new();
                for (id, _) in &page {
                    rows::erase_dated(&mut batch, &walk.permit, kind, *id);
                }
                self.database.commit(batch).await?;
            }
        }
    }

    /// Openings, documents, and dossiers of which nothing is kept any more.
    async fn walk_dossiers(&self, walk: &mut Walk<'_>) -> Result<(), Failure> {
        let (Some(opening), Some(document), Some(dossier)) = (
            self.rules.rule(Kind::Opening),
            self.rules.rule(Kind::Document),
            self.rules.rule(Kind::Dossier),
        ) else {
            return Ok(());
        };
        let before_minute = openings::minute_of(due_before(opening, walk.now));
        let added_before = due_before(document, walk.now);
        let made_before = due_before(dossier, walk.now);
        if walk.by.is_some() {
            // Whole months at once, where they are kept apart; what is left goes row by row.
            let dropped = self.database.drop_opening_months(before_minute).await?;
            let dropped = u64::try_from(dropped).unwrap_or(0);
            walk.tally.add(Kind::Opening, dropped, None);
        }
        let mut after = None;
        loop {
            let mut reader = self.database.reader().await?;
            let page = rows::dossiers(&mut reader, &walk.permit, after).await?;
            let (Some(first), Some(last)) = (page.first(), page.last()) else {
                break;
            };
            let range = (*first, *last);
            let (found, oldest) =
                rows::openings(&mut reader, &walk.permit, range, before_minute).await?;
            walk.tally.add(Kind::Opening, found, oldest);
            let (documents, oldest) =
                rows::documents(&mut reader, &walk.permit, range, added_before).await?;
            walk.tally.add(Kind::Document, documents, oldest);
            let empty = rows::empty_dossiers(&mut reader, &walk.permit, range, made_before).await?;
            drop(reader);
            if walk.by.is_some() && found + documents > 0 {
                let mut batch = Batch::new();
                rows::erase_openings(&mut batch, &walk.permit, range, before_minute);
                rows::erase_documents(&mut batch, &walk.permit, range, added_before);
                self.database.commit(batch).await?;
            }
            for (dossier, since) in empty {
                let counts = match walk.by {
                    None => true,
                    Some(by) => self.erase_dossier(by, dossier).await?,
                };
                if counts {
                    walk.tally.add(Kind::Dossier, 1, Some(since));
                }
            }
            after = Some(*last);
        }
        Ok(())
    }

    async fn erase_dossier(&self, by: &Actor, dossier: DossierId) -> Result<bool, Failure> {
        for _ in 0..TRIES {
            let Some(mut desk) = self.upkeep_desk(by, dossier).await? else {
                return Ok(false);
            };
            let erasure = Erasure {
                id: desk.new_id(),
                at: desk.now,
                step: None,
            };
            let words =
                store::dossiers::search_words(&desk.head.given_name, &desk.head.family_name);
            let accounts = rows::own_accounts(&mut desk.reader, &desk.access).await?;
            let upto = (desk.head.journal_number, erasure.at);
            rows::begin(&mut desk.batch, &desk.access, Kind::Dossier, &erasure);
            rows::erase_dossier(&mut desk.batch, &desk.access, &words, &accounts, upto);
            rows::end(&mut desk.batch, &desk.access, &erasure);
            desk.journal(Event::DossierErased, dossier.0, None, Vec::new());
            if desk.store(&self.own_submission()).await? == Stored::Yes {
                return Ok(true);
            }
        }
        Err(busy())
    }
}

/// Whether a hold is in force.
fn holds(hold: Hold, now: Moment) -> bool {
    match hold {
        Hold::Open => true,
        Hold::Until(day) => now.brussels_day() <= day,
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// A page without its last instant, which may go on in the next; unless the page is the last, or all of it
/// is of one instant.
fn whole_instants<T>(mut page: Vec<T>, at: impl Fn(&T) -> Moment) -> Vec<T> {
    if page.len() < rows::PAGE {
        return page;
    }
    let last = page.last().map(&at);
    let whole = page.iter().take_while(|it| Some(at(it)) != last).count();
    if whole > 0 {
        page.truncate(whole);
    }
    page
}
