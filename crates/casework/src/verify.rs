//! Holding everything that is kept against each other: pages, journals, lines, documents. Reads a piece at a
//! time, changes nothing, and says which row does not hold, never what stands in it.

use async_recursion::async_recursion as boxed;
use domain::ids::DossierId;
use domain::journal::{FIRST_LINK, Follow};
use domain::policy::{self, Operation, Permit};
use domain::verify::Told;
use files::{Files, FilesError};
use futures_util::stream::StreamExt as _;
use sha2::{Digest as _, Sha256};
use store::verify::{self as rows, Head, StoredFile};
use store::{Database, Reader, StoreError};
use uuid::Uuid;

use crate::Failure;

/// Faults of one check that are told; the others are counted.
const TOLD: usize = 50;

/// What was looked at in one way, and what was wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was looked at.
    pub what: &'static str,
    /// How many of it.
    pub looked: u64,
    /// How much was wrong.
    pub faults: u64,
    /// The first of it, in words.
    pub told: Vec<String>,
}

impl Check {
    pub(crate) fn of(what: &'static str) -> Self {
        Check {
            what,
            looked: 0,
            faults: 0,
            told: Vec::new(),
        }
    }

    pub(crate) fn fault(&mut self, words: String) {
        self.faults += 1;
        if self.told.len() < TOLD {
            self.told.push(words);
        }
    }

    /// What the store says when a row cannot be what it is read as is a fault; that it cannot be asked, is not.
    fn fault_or(&mut self, place: &str, error: StoreError) -> Result<(), StoreError> {
        match error {
            StoreError::Corrupt { statement, detail } => {
                self.fault(format!("{place}: {statement}: {detail}"));
                Ok(())
            }
            other => Err(other),
        }
    }
}

/// What was looked at and found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Each check.
    pub checks: Vec<Check>,
    /// What is no fault and worth knowing.
    pub notes: Vec<String>,
}

impl Verified {
    /// How much was wrong.
    pub fn faults(&self) -> u64 {
        self.checks.iter().map(|check| check.faults).sum()
    }
}

/// The heads of all chains, as one digest.
pub(crate) struct Heads {
    hash: Sha256,
    pub(crate) dossiers: u64,
}

impl Heads {
    pub(crate) fn none() -> Self {
        Heads {
            hash: Sha256::new(),
            dossiers: 0,
        }
    }

    pub(crate) fn add(&mut self, head: &Head) {
        self.hash.update(head.dossier.0.as_bytes());
        self.hash.update(head.head.number.to_be_bytes());
        self.hash.update(head.head.link);
        self.dossiers += 1;
    }

    pub(crate) fn digest(self) -> [u8; 32] {
        self.hash.finalize().into()
    }
}

/// What a verification needs of the documents.
pub enum Contents<'a> {
    /// They are opened, and what is in them is held against its digest.
    Opened(&'a Files),
    /// They are there: without the secret they cannot be opened.
    There(&'a Files),
}

impl Contents<'_> {
    fn files(&self) -> &Files {
        match self {
            Contents::Opened(files) | Contents::There(files) => files,
        }
    }
}

pub(crate) fn permit() -> Permit {
    policy::operator(Operation::KeepCopies)
}

/// Verifies a database with its documents.
///
/// # Errors
/// When the database or the place of the documents cannot be read at all. That something is wrong in them is
/// no error: it is told.
#[boxed]
pub async fn verify(database: &Database, contents: &Contents<'_>) -> Result<Verified, Failure> {
    verify_with(database, contents, &mut Heads::none()).await
}

pub(crate) async fn verify_with(
    database: &Database,
    contents: &Contents<'_>,
    heads: &mut Heads,
) -> Result<Verified, Failure> {
    let mut verified = Verified::default();
    if let Some(damage) = database.damage().await? {
        let mut pages = Check::of("database files, their pages and references");
        pages.looked = 1;
        for words in damage {
            pages.fault(words);
        }
        verified.checks.push(pages);
    }
    let mut walk = Walk::new();
    walk.dossiers(database, heads).await?;
    verified.checks.extend([
        walk.entries,
        walk.heads,
        walk.lines,
        walk.actions,
        walk.documents,
    ]);
    verified.checks.push(contents_of(database, contents).await?);
    let loose = loose(database, contents.files()).await?;
    if loose > 0 {
        verified.notes.push(format!(
            "{loose} files among the documents belong to no row: no harm, and to be removed by hand"
        ));
    }
    if matches!(contents, Contents::There(_)) {
        let words = "without the secret the documents were not opened, only found to be there";
        verified.notes.push(words.to_owned());
    }
    Ok(verified)
}

/// One walk over all dossiers.
struct Walk {
    permit: Permit,
    entries: Check,
    heads: Check,
    lines: Check,
    actions: Check,
    documents: Check,
}

impl Walk {
    fn new() -> Self {
        Walk {
            permit: permit(),
            entries: Check::of("journal entries, chained"),
            heads: Check::of("dossiers, the head of their chain"),
            lines: Check::of("lines, as their journal says"),
            actions: Check::of("actions and addenda"),
            documents: Check::of("documents, with what they point at"),
        }
    }

    async fn dossiers(&mut self, database: &Database, heads: &mut Heads) -> Result<(), Failure> {
        let mut after = DossierId(Uuid::nil());
        loop {
            let mut reader = database.reader_for_one().await?;
            let page = match rows::dossiers(&mut reader, &self.permit, after).await {
                Ok(page) => page,
                // Where a list of dossiers cannot be read, nothing more can be.
                Err(error) => {
                    self.heads.fault_or("the list of dossiers", error)?;
                    return Ok(());
                }
            };
            drop(reader);
            for head in &page {
                heads.add(head);
                self.dossier(database, head.dossier).await?;
            }
            match page.last() {
                Some(last) if page.len() == rows::ROWS => after = last.dossier,
                _ => return Ok(()),
            }
        }
    }

    /// One dossier, within one snapshot: people may be at work in it.
    async fn dossier(&mut self, database: &Database, dossier: DossierId) -> Result<(), Failure> {
        let mut reader = database.reader().await?;
        let place = format!("dossier {}", dossier.address());
        self.heads.looked += 1;
        let told = match self.journal(&mut reader, dossier, &place).await {
            Ok(told) => told,
            Err(error) => {
                self.entries.fault_or(&place, error)?;
                None
            }
        };
        if let Err(error) = self.rows(&mut reader, dossier, &place, told).await {
            self.lines.fault_or(&place, error)?;
        }
        Ok(())
    }

    /// Follows the chain to its head. What it tells; none when it does not hold.
    async fn journal(
        &mut self,
        reader: &mut Reader,
        dossier: DossierId,
        place: &str,
    ) -> Result<Option<Told>, StoreError> {
        let head = rows::head(reader, &self.permit, dossier).await?;
        let (mut chain, mut told, mut holds) = (Follow::BEGIN, Told::default(), true);
        loop {
            let page = rows::entries(reader, &self.permit, dossier, chain.number).await?;
            for it in &page {
                self.entries.looked += 1;
                let content = it.content.as_deref();
                let (number, last) = (it.number, chain.number);
                if !chain.holds(number, &it.entry, content, &it.content_digest, &it.link) {
                    holds = false;
                    self.entries.fault(match number == last + 1 {
                        true => format!("{place}: entry {number} is not what was written"),
                        false => format!("{place}: after entry {last} comes {number}"),
                    });
                }
                told.tell(number, &it.entry, content.is_some());
            }
            if page.len() < rows::ENTRIES {
                break;
            }
        }
        if head != Some(chain) {
            let (ends, says) = (chain.number, head.map_or(0, |it| it.number));
            self.heads.fault(format!(
                "{place}: its chain ends at entry {ends}, and the dossier says {says}, or another link"
            ));
        }
        Ok(holds.then_some(told))
    }

    async fn rows(
        &mut self,
        reader: &mut Reader,
        dossier: DossierId,
        place: &str,
        told: Option<Told>,
    ) -> Result<(), StoreError> {
        let permit = &self.permit;
        let lines = rows::lines(reader, permit, dossier).await?;
        let actions = rows::actions(reader, permit, dossier).await?;
        let addenda = rows::addenda(reader, permit, dossier).await?;
        self.lines.looked += lines.len() as u64;
        self.actions.looked += (actions.len() + addenda.len()) as u64;
        if let Some(told) = told {
            for fault in told.line_faults(&lines) {
                self.lines.fault(format!("{place}: {fault}"));
            }
            for fault in told.action_faults(&lines, &actions) {
                self.actions.fault(format!("{place}: {fault}"));
            }
            for fault in told.addendum_faults(&addenda) {
                self.actions.fault(format!("{place}: {fault}"));
            }
        }
        for it in rows::documents(reader, permit, dossier).await? {
            self.documents.looked += 1;
            let id = it.id.simple();
            match it.kept {
                Some(kept) if kept == it.bytes => {}
                Some(_) => self.documents.fault(format!(
                    "{place}: document {id} says another length than what it points at"
                )),
                None => self
                    .documents
                    .fault(format!("{place}: document {id} points at nothing")),
            }
        }
        Ok(())
    }
}

/// Every content that a row names: it is there, and is what was received.
async fn contents_of(database: &Database, contents: &Contents<'_>) -> Result<Check, Failure> {
    let mut check = Check::of("contents of documents");
    let mut after = Vec::new();
    loop {
        let mut reader = database.reader_for_one().await?;
        let page = match rows::files(&mut reader, &permit(), &after).await {
            Ok(page) => page,
            Err(error) => {
                check.fault_or("the list of contents", error)?;
                return Ok(check);
            }
        };
        drop(reader);
        for file in &page {
            check.looked += 1;
            match content(contents, file).await {
                Ok(true) => {}
                Ok(false) => check.fault(format!(
                    "{}: what is in it is not what was received",
                    file.object.simple()
                )),
                Err(error @ FilesError::Damaged(_)) => check.fault(error.to_string()),
                Err(error) => return Err(error.into()),
            }
        }
        match page.last() {
            Some(last) if page.len() == rows::ROWS => after = last.digest.to_vec(),
            _ => return Ok(check),
        }
    }
}

async fn content(contents: &Contents<'_>, file: &StoredFile) -> Result<bool, FilesError> {
    let files = match contents {
        Contents::There(files) => return files.sealed(file.object).await.map(|_| true),
        Contents::Opened(files) => files,
    };
    let mut pieces = files.read(file.object).await?;
    let (mut hash, mut bytes) = (Sha256::new(), 0);
    while let Some(piece) = pieces.next().await {
        let piece = piece?;
        bytes += piece.len() as u64;
        hash.update(&piece);
    }
    Ok(bytes == file.bytes && hash.finalize().as_slice() == file.digest)
}

/// How many files lie among the documents that no row names. What is coming in is named before its first byte.
async fn loose(database: &Database, files: &Files) -> Result<u64, Failure> {
    let mut names = files.names();
    let mut loose = 0;
    while let Some(name) = names.next().await {
        let is_named = match Uuid::try_parse(&name?) {
            Ok(object) => {
                let mut reader = database.reader_for_one().await?;
                rows::is_named(&mut reader, &permit(), object).await?
            }
            Err(_) => false,
        };
        loose += u64::from(!is_named);
    }
    Ok(loose)
}

/// Holds the chains against an earlier copy: each has to go through the head that it had then. Finds what the
/// database itself cannot tell: entries taken off the end with the head set back, and dossiers that are gone.
///
/// # Errors
/// When one of the two cannot be read.
#[boxed]
pub async fn verify_since(database: &Database, earlier: &Database) -> Result<Check, Failure> {
    let mut check = Check::of("dossiers, since that backup");
    let permit = permit();
    let mut after = DossierId(Uuid::nil());
    loop {
        let mut reader = earlier.reader_for_one().await?;
        let page = rows::dossiers(&mut reader, &permit, after).await?;
        drop(reader);
        for Head { dossier, head } in &page {
            check.looked += 1;
            let mut reader = database.reader_for_one().await?;
            let now = rows::link_of_entry(&mut reader, &permit, *dossier, head.number).await?;
            let is_begin = head.number == 0 && head.link == FIRST_LINK;
            if now != Some(head.link) && !is_begin {
                check.fault(format!(
                    "dossier {}: its chain does not go through entry {} as it was then",
                    dossier.address(),
                    head.number
                ));
            }
        }
        match page.last() {
            Some(last) if page.len() == rows::ROWS => after = last.dossier,
            _ => return Ok(check),
        }
    }
}
