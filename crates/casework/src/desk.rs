//! How every use case reads and writes a dossier. A `Glance` is a reading that is recorded before
//! anything is shown (I3). A `Desk` is a change: decided on one version of the dossier, written with
//! its journal in one transaction, and decided again when somebody was first.

use async_recursion::async_recursion as boxed;
use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Mutex;

use domain::ids::{DossierId, PersonId, StepId, SubmissionKey};
use domain::journal::{Change, Entry, Event, chain};
use domain::people::Actor;
use domain::policy::{self, Access, Denied, Operation, Read, Write};
use domain::steps::Stamp;
use domain::uses::Use;
use domain::{Day, Moment};
use store::dossiers::Head;
use store::{Batch, Reader, StoreError, dossiers, grants, guard, openings, submissions};
use uuid::Uuid;

use crate::{Casework, Failure};

/// How often a change is decided again when others are first.
pub(crate) const TRIES: usize = 50;

/// The key of a submission, and where its answer leads (T2).
#[derive(Clone, Debug)]
pub struct Submission {
    /// The key that the form carried.
    pub key: SubmissionKey,
    /// The address its answer leads to.
    pub leads_to: String,
}

/// What a page of a dossier was made of. While it is the same, and the same person looks with the same
/// rights, so is the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    version: i64,
    unit_names: i64,
    today: Day,
}

/// A page for who kept an earlier one as `K`.
#[derive(Debug)]
pub enum Since<T, K> {
    /// What was kept is still right.
    Unchanged(K),
    /// What it is now.
    Changed(T, Mark),
}

/// A page, and how long it may be shown again without asking here, as long as nobody committed anything.
#[derive(Debug)]
pub struct Looked<T, K> {
    /// The page.
    pub page: Since<T, K>,
    /// From then on a look is another one, to be recorded, on another day perhaps.
    pub until: Moment,
}

/// A reading of one dossier, recorded.
pub(crate) struct Glance {
    pub(crate) reader: Reader,
    pub(crate) access: Access<Read>,
    pub(crate) head: Head,
    pub(crate) now: Moment,
}

/// A change of one dossier, not yet stored.
pub(crate) struct Desk<'a> {
    casework: &'a Casework,
    pub(crate) actor: &'a Actor,
    pub(crate) reader: Reader,
    pub(crate) access: Access<Write>,
    pub(crate) head: Head,
    pub(crate) batch: Batch,
    pub(crate) now: Moment,
    pub(crate) entries: Vec<Entry>,
}

/// Whether a change was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stored {
    /// Durable.
    Yes,
    /// Somebody else changed the dossier first: decide again.
    Again,
}

/// Which dossier, by whom, and what of it.
type Opened = (DossierId, PersonId, Cow<'static, str>);

/// Openings that are durable already, within the present minute.
#[derive(Debug, Default)]
pub(crate) struct Openings {
    seen: Mutex<(i64, HashSet<Opened>)>,
}

/// Most openings remembered; beyond it the record is simply written again.
const MOST_OPENINGS: usize = 20_000;

impl Openings {
    fn is_durable(&self, minute: i64, key: &Opened) -> bool {
        let seen = self
            .seen
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        seen.0 == minute && seen.1.contains(key)
    }

    fn remember(&self, minute: i64, key: Opened) {
        let mut seen = self
            .seen
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        if seen.0 != minute || seen.1.len() >= MOST_OPENINGS {
            *seen = (minute, HashSet::new());
        }
        seen.1.insert(key);
    }
}

impl Casework {
    /// Opens a dossier for reading. Without the record of it there is no data (I3): the page waits until
    /// the record is durable, without holding a connection meanwhile, and then looks again.
    pub(crate) async fn glance(
        &self,
        actor: &Actor,
        operation: Operation,
        dossier: DossierId,
        what: impl Into<Cow<'static, str>>,
    ) -> Result<Glance, Failure> {
        match self.glance_at(actor, operation, dossier, what.into()).await {
            Err(Failure::Denied(Denied::Dossier)) => Err(self.refuse_dossier(actor).await),
            other => other,
        }
    }

    async fn glance_at(
        &self,
        actor: &Actor,
        operation: Operation,
        dossier: DossierId,
        what: Cow<'static, str>,
    ) -> Result<Glance, Failure> {
        loop {
            let now = self.now();
            let stamp = self.database.stamp();
            let known = stamp.and_then(|at| self.unchanged.dossier(actor, dossier, at));
            let mut reader = self.database.reader().await?;
            let (facts, head) = match known {
                Some((facts, head)) => (Some(facts), Some(head)),
                None => (grants::facts_for(&mut reader, dossier, actor).await?, None),
            };
            let Some(facts) = facts else {
                // The same answer as for a role that never may, or a dossier that is not theirs.
                policy_of_nothing(actor, operation)?;
                return Err(Failure::Denied(Denied::Dossier));
            };
            let access = policy::read(actor, operation, &facts, now.brussels_day())?;
            policy::confirmed(actor, operation, now)?;
            let minute = openings::minute_of(now);
            let opened = (dossier, actor.person, what.clone());
            if self.openings.is_durable(minute, &opened) {
                let head = match head {
                    Some(head) => head,
                    None => {
                        let head = dossiers::head(&mut reader, &access).await?;
                        if let Some(at) = stamp {
                            self.unchanged.keep_dossier(actor, at, facts, &head);
                        }
                        head
                    }
                };
                return Ok(Glance {
                    reader,
                    access,
                    head,
                    now,
                });
            }
            drop(reader);
            let mut batch = Batch::new();
            openings::write(&mut batch, &access, actor, &what, minute);
            self.commit_counted(batch, actor, Use::Opening).await?;
            self.openings.remember(minute, opened);
        }
    }

    /// Whether this person's submission was stored before (T2). For a form about what cannot be opened any
    /// more: a change looks by itself.
    ///
    /// # Errors
    /// When the database cannot be read.
    #[boxed]
    pub async fn was_stored(&self, actor: &Actor, key: SubmissionKey) -> Result<bool, Failure> {
        let mut reader = self.database.reader().await?;
        let led_to = submissions::find(&mut reader, key, actor.person).await?;
        Ok(led_to.is_some())
    }

    /// Opens a dossier for a change.
    #[boxed]
    pub(crate) async fn desk<'a>(
        &'a self,
        actor: &'a Actor,
        operation: Operation,
        dossier: DossierId,
    ) -> Result<Desk<'a>, Failure> {
        match self.desk_at(actor, operation, dossier).await {
            Err(Failure::Denied(Denied::Dossier)) => Err(self.refuse_dossier(actor).await),
            other => other,
        }
    }

    async fn desk_at<'a>(
        &'a self,
        actor: &'a Actor,
        operation: Operation,
        dossier: DossierId,
    ) -> Result<Desk<'a>, Failure> {
        let now = self.now();
        let mut reader = self.database.reader().await?;
        let facts = grants::facts_for(&mut reader, dossier, actor).await?;
        let Some(facts) = facts else {
            policy_of_nothing(actor, operation)?;
            return Err(Failure::Denied(Denied::Dossier));
        };
        let access = policy::write(actor, operation, &facts, now.brussels_day())?;
        policy::confirmed(actor, operation, now)?;
        self.desk_with(actor, access, reader, now).await
    }

    /// Opens a dossier for what the program does by itself; none when there is no such dossier.
    #[boxed]
    pub(crate) async fn upkeep_desk<'a>(
        &'a self,
        program: &'a Actor,
        dossier: DossierId,
    ) -> Result<Option<Desk<'a>>, Failure> {
        let now = self.now();
        let mut reader = self.database.reader().await?;
        if grants::facts(&mut reader, dossier, None).await?.is_none() {
            return Ok(None);
        }
        let access = policy::upkeep(dossier);
        Ok(Some(self.desk_with(program, access, reader, now).await?))
    }

    #[boxed]
    pub(crate) async fn desk_with<'a>(
        &'a self,
        actor: &'a Actor,
        access: Access<Write>,
        mut reader: Reader,
        now: Moment,
    ) -> Result<Desk<'a>, Failure> {
        let head = dossiers::head(&mut reader, &access.reading()).await?;
        Ok(Desk {
            casework: self,
            actor,
            reader,
            access,
            head,
            batch: Batch::new(),
            now,
            entries: Vec::new(),
        })
    }
}

impl Glance {
    /// What a page made of this reading is made of.
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            version: self.head.version,
            unit_names: self.head.unit_names,
            today: self.now.brussels_day(),
        }
    }

    /// Until when the opening that is on record covers showing it again.
    pub(crate) fn recorded_until(&self) -> Moment {
        openings::end_of_minute(self.now)
    }
}

/// A dossier that does not exist is answered as one without a grant: a role that never may hears so.
fn policy_of_nothing(actor: &Actor, operation: Operation) -> Result<(), Denied> {
    policy::permit(actor, operation).map(|_| ())
}

impl<'a> Desk<'a> {
    /// The actor and the instant, for what is decided here.
    pub(crate) fn stamp(&self) -> Stamp {
        Stamp {
            by: self.actor.person,
            by_name: self.actor.name.clone(),
            at: self.now,
        }
    }

    /// The use cases this change belongs to.
    pub(crate) fn casework(&self) -> &'a Casework {
        self.casework
    }

    /// A new identifier.
    pub(crate) fn new_id(&self) -> Uuid {
        self.casework.ids.next(self.now)
    }

    /// A new line's identifier.
    pub(crate) fn new_step_id(&self) -> StepId {
        StepId(self.new_id())
    }

    /// Today in Brussels.
    pub(crate) fn today(&self) -> Day {
        self.now.brussels_day()
    }

    /// The same proof, for reading.
    pub(crate) fn reading(&self) -> Access<Read> {
        self.access.reading()
    }

    /// Answers a submission that was stored before as then (T2).
    #[boxed]
    pub(crate) async fn check_new(&mut self, submission: &Submission) -> Result<(), Failure> {
        let seen = submissions::find(&mut self.reader, submission.key, self.actor.person).await?;
        match seen {
            Some(led_to) => Err(Failure::AlreadyDone(led_to)),
            None => Ok(()),
        }
    }

    /// Adds a journal entry to the change.
    pub(crate) fn journal(
        &mut self,
        event: Event,
        subject: Uuid,
        step: Option<Uuid>,
        changes: Vec<Change>,
    ) {
        self.entries.push(Entry {
            dossier: self.head.id,
            at: self.now,
            by: self.actor.person,
            organisation: self.actor.organisation(),
            event,
            subject,
            step,
            changes,
        });
    }

    /// Stores the change, its journal and its submission in one transaction; answers when durable.
    pub(crate) async fn store(self, submission: &Submission) -> Result<Stored, Failure> {
        let Desk {
            casework,
            actor,
            reader,
            access,
            head,
            batch,
            now,
            entries,
        } = self;
        let chained = chain(entries, head.journal_number, head.journal_link);
        let mut whole = Batch::new();
        submissions::write(
            &mut whole,
            submission.key,
            actor.person,
            now,
            &submission.leads_to,
        );
        dossiers::advance(&mut whole, &access, &head, &chained);
        whole.append(batch);
        // The snapshot it was decided on is let go before the change waits for its turn.
        drop(reader);
        match casework.database.commit(whole).await {
            Ok(()) => Ok(Stored::Yes),
            Err(StoreError::Missed(guard::SUBMISSION)) => {
                let mut reader = casework.database.reader().await?;
                let seen = submissions::find(&mut reader, submission.key, actor.person).await?;
                // A key that somebody else used was made up: it is not answered as theirs.
                seen.map_or(Err(Failure::NotFound), |led_to| {
                    Err(Failure::AlreadyDone(led_to))
                })
            }
            Err(StoreError::Missed(guard::DOSSIER | guard::ROW)) => Ok(Stored::Again),
            Err(other) => Err(other.into()),
        }
    }
}
