//! What authentic sources tell, taken over into the dossiers. Everything is looked at before anything is
//! stored; each dossier is one transaction with its journal, and what was told before is not told again.

use async_recursion::async_recursion as boxed;
use std::collections::{BTreeMap, HashMap};

use domain::Day;
use domain::career::{WorkPeriod, situation_now};
use domain::client_number::ClientNumber;
use domain::feed::{Fed, Key, Wrong};
use domain::ids::{DossierId, StudyId};
use domain::insz::Insz;
use domain::journal::{Change, Event};
use domain::policy;
use domain::studies::Study;
use store::{benefits, career, dossiers, grants, integration, vouchers};

use crate::desk::{Desk, Stored, TRIES};
use crate::grants::program;
use crate::steps::busy;
use crate::{Casework, Failure};

/// A row of a feed: of whom, and what the source tells.
#[derive(Clone, Debug)]
pub struct FeedRow {
    /// Where it stands in the file.
    pub row: u64,
    /// The client number.
    pub client: ClientNumber,
    /// The national number, which has to be that of the client.
    pub insz: Insz,
    /// What the source tells.
    pub record: Fed,
}

/// What is wrong in a row, for the operator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("row {row}, {field}: {what}")]
pub struct FeedFault {
    /// Where it stands in the file.
    pub row: u64,
    /// The field, by its name in the file.
    pub field: String,
    /// What is wrong.
    pub what: String,
}

/// How much was taken over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeedDone {
    /// Clients that the feed is about.
    pub clients: usize,
    /// Records that were stored.
    pub stored: usize,
    /// Records that were there already, just so.
    pub known: usize,
}

/// Why a feed was not taken over.
#[derive(Debug)]
pub enum FeedRefused {
    /// Rows are wrong; nothing was stored.
    Wrong(Vec<FeedFault>),
    /// It stopped. Each dossier before it is whole, and the feed can be given again.
    Failed(Failure),
}

impl From<Failure> for FeedRefused {
    fn from(failure: Failure) -> Self {
        FeedRefused::Failed(failure)
    }
}

/// What is told of each dossier.
type Told<'a> = BTreeMap<DossierId, Vec<&'a Fed>>;

impl Casework {
    /// Looks at a feed and stores nothing.
    ///
    /// # Errors
    /// `Wrong` with everything that is wrong.
    #[boxed]
    pub async fn check_feed(&self, rows: &[FeedRow]) -> Result<FeedDone, FeedRefused> {
        let told = self.told(rows).await?;
        Ok(FeedDone {
            clients: told.len(),
            ..FeedDone::default()
        })
    }

    /// Takes over a feed, in the name of the program. Lines for which a diploma turns out to have been held
    /// at the start become 'te controleren' in the same transaction (E5).
    ///
    /// # Errors
    /// `Wrong` with everything that is wrong: nothing is stored then.
    #[boxed]
    pub async fn feed(&self, rows: &[FeedRow]) -> Result<FeedDone, FeedRefused> {
        let told = self.told(rows).await?;
        let mut done = FeedDone {
            clients: told.len(),
            ..FeedDone::default()
        };
        for (dossier, records) in told {
            let stored = self.take_over(dossier, &records).await?;
            done.stored += stored;
            done.known += records.len() - stored;
        }
        Ok(done)
    }

    async fn told<'a>(&self, rows: &'a [FeedRow]) -> Result<Told<'a>, FeedRefused> {
        let today = self.today();
        let mut faults = Vec::new();
        let mut told = Told::new();
        let mut clients = HashMap::new();
        let mut seen: HashMap<(DossierId, Key), (u64, &Fed)> = HashMap::new();
        for row in rows {
            let digest = self.secrets.insz_digest(&row.insz);
            let who = (row.client, digest);
            let found = match clients.get(&who) {
                Some(found) => *found,
                None => {
                    let found = self.client_of(&who.0, &who.1).await?;
                    clients.insert(who, found);
                    found
                }
            };
            let mut fault = |field: &str, what: String| {
                faults.push(FeedFault {
                    row: row.row,
                    field: field.to_owned(),
                    what,
                });
            };
            // Which of the two is wrong is not told: it would say whether there is such a client.
            let Some((dossier, birth)) = found else {
                let what = "no client has this client number and this national number (insz)";
                fault("client_number", what.to_owned());
                continue;
            };
            if let Err(wrong) = row.record.check(today, birth) {
                for Wrong { field, what } in wrong {
                    fault(field, what);
                }
                continue;
            }
            match seen.get(&(dossier, row.record.key())) {
                Some((first, same)) if **same != row.record => {
                    fault(
                        "kind",
                        format!("says something else than row {first} of the same thing"),
                    );
                }
                Some(_) => {}
                None => {
                    seen.insert((dossier, row.record.key()), (row.row, &row.record));
                    told.entry(dossier).or_default().push(&row.record);
                }
            }
        }
        if faults.is_empty() {
            Ok(told)
        } else {
            Err(FeedRefused::Wrong(faults))
        }
    }

    /// The dossier of a client number, when that client has this national number, and the day of birth.
    async fn client_of(
        &self,
        client: &ClientNumber,
        digest: &[u8],
    ) -> Result<Option<(DossierId, Day)>, Failure> {
        let mut reader = self.database.reader().await?;
        let Some(dossier) = dossiers::id_of(&mut reader, client).await? else {
            return Ok(None);
        };
        if grants::facts(&mut reader, dossier, None).await?.is_none() {
            return Ok(None);
        }
        let access = policy::upkeep(dossier).reading();
        let held = dossiers::insz_digest(&mut reader, &access).await?;
        if held.as_deref() != Some(digest) {
            return Ok(None);
        }
        let head = dossiers::head(&mut reader, &access).await?;
        Ok(Some((dossier, head.birth)))
    }

    /// Stores what is new of one dossier, and says how much that is.
    #[boxed]
    async fn take_over(&self, dossier: DossierId, records: &[&Fed]) -> Result<usize, Failure> {
        let program = program();
        for _ in 0..TRIES {
            let desk = self.upkeep_desk(&program, dossier).await?;
            let mut desk = desk.ok_or(Failure::NotFound)?;
            let (known, mut studies) = desk.fed().await?;
            let mut stored = 0;
            for record in records {
                let before = known.iter().find(|it| it.key() == record.key());
                if before == Some(*record) {
                    continue;
                }
                stored += 1;
                desk.put(record, before, &mut studies);
            }
            if stored == 0 {
                return Ok(0);
            }
            desk.follow_sources(&known, records);
            if records.iter().any(|it| matches!(it, Fed::Study(..))) {
                desk.review_lines(&studies).await?;
            }
            let submission = self.own_submission();
            if desk.store(&submission).await? == Stored::Yes {
                return Ok(stored);
            }
        }
        Err(busy())
    }
}

impl Desk<'_> {
    /// What the sources told of this dossier before, and all its studies.
    async fn fed(&mut self) -> Result<(Vec<Fed>, Vec<Study>), Failure> {
        let access = self.reading();
        let reader = &mut self.reader;
        let mut known = Vec::new();
        let periods = career::list(reader, &access).await?;
        known.extend(periods.into_iter().map(Fed::Career));
        let benefits = benefits::list(reader, &access).await?;
        known.extend(benefits.into_iter().map(Fed::Benefit));
        let trajectories = integration::trajectories(reader, &access).await?;
        known.extend(trajectories.into_iter().map(Fed::Trajectory));
        let courses = integration::courses(reader, &access).await?;
        known.extend(courses.into_iter().map(Fed::Course));
        let vouchers = vouchers::list(reader, &access).await?;
        known.extend(vouchers.into_iter().map(Fed::Voucher));
        let studies = store::studies::list(reader, &access).await?;
        known.extend(
            studies
                .iter()
                .map(|it| Fed::Study(it.id, it.details.clone())),
        );
        Ok((known, studies))
    }

    /// Brings the work situation on the dossier's head to what the sources say now.
    fn follow_sources(&mut self, known: &[Fed], told: &[&Fed]) {
        let before = known
            .iter()
            .filter(|it| !told.iter().any(|new| new.key() == it.key()));
        let periods: Vec<WorkPeriod> = before
            .chain(told.iter().copied())
            .filter_map(|it| match it {
                Fed::Career(period) => Some(period.clone()),
                _ => None,
            })
            .collect();
        let head = (
            self.head.work_situation.as_str(),
            self.head.work_situation_since,
        );
        let Some(now) = situation_now(&periods, head, self.today()) else {
            return;
        };
        dossiers::set_work_situation(&mut self.batch, &self.access, (now.code, now.from));
        let line = |code: &str, since: Option<Day>| match since {
            Some(since) => format!("{code}, {}", since.to_iso()),
            None => code.to_owned(),
        };
        let changes = vec![
            Change::new_value("source", now.source.label()),
            Change::of(
                "work_situation_now",
                Some(line(head.0, head.1)),
                Some(line(now.code, Some(now.from))),
            ),
        ];
        self.journal(Event::SourceTakenOver, self.head.id.0, None, changes);
    }

    fn put(&mut self, record: &Fed, before: Option<&Fed>, studies: &mut Vec<Study>) {
        let changes = record.changes_from(before);
        let mut subject = self.head.id.0;
        let mut event = Event::SourceTakenOver;
        match record {
            Fed::Career(period) => {
                career::put(&mut self.batch, &self.access, period);
            }
            Fed::Benefit(it) => benefits::put(&mut self.batch, &self.access, it),
            Fed::Trajectory(it) => integration::put_trajectory(&mut self.batch, &self.access, it),
            Fed::Course(it) => integration::put_course(&mut self.batch, &self.access, it),
            Fed::Voucher(it) => vouchers::put(&mut self.batch, &self.access, it),
            Fed::Study(id, details) => {
                subject = id.0;
                let place = studies.iter().position(|it: &Study| it.id == *id);
                let version = place
                    .and_then(|at| studies.get(at))
                    .map_or(1, |it| it.version + 1);
                let id: StudyId = *id;
                let details = details.clone();
                let after = Study {
                    id,
                    version,
                    details,
                };
                if let Some(at) = place {
                    store::studies::update_from_source(&mut self.batch, &self.access, &after);
                    event = Event::StudyChanged;
                    studies.remove(at);
                } else {
                    store::studies::insert(&mut self.batch, &self.access, &after);
                    event = Event::StudyAdded;
                }
                studies.push(after);
            }
        }
        self.journal(event, subject, None, changes);
    }
}
