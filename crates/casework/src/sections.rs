//! The sections of a dossier that people fill in: one road to add and correct a record, one to read the records
//! of a page with what happened to them.

use std::future::Future;

use async_recursion::async_recursion as boxed;
use domain::ids::DossierId;
use domain::journal::Event;
use domain::people::Actor;
use domain::policy::{Access, Operation, Read};
use domain::sections::{Decided, Entered, Identifier as _, Record, decide};
use store::dossiers::Head;
use store::journal::{self, Stored as JournalEntry};
use store::sections::Kept;
use store::{Reader, StoreError};

use crate::desk::{Desk, Stored, TRIES};
use crate::steps::busy;
use crate::{Casework, Failure, Submission};

/// The page of a section.
#[derive(Debug)]
pub struct SectionPage<R> {
    /// The dossier's head.
    pub head: Head,
    /// The records, each kind in its order.
    pub records: R,
    /// What happened to them, the last first.
    pub history: Vec<JournalEntry>,
    /// Whether this person may add and correct.
    pub may_edit: bool,
}

/// The kinds of records of one section.
pub trait Kinds: 'static {
    /// The records of each kind.
    type Records: Send;
    /// Who may change them.
    const OPERATION: Operation;

    /// Reads them.
    fn read(
        reader: &mut Reader,
        access: &Access<Read>,
    ) -> impl Future<Output = Result<Self::Records, StoreError>> + Send;

    /// What happens to them.
    fn events() -> Vec<Event>;
}

impl<A: Kept> Kinds for A {
    type Records = Vec<Record<A>>;
    const OPERATION: Operation = A::OPERATION;

    async fn read(reader: &mut Reader, access: &Access<Read>) -> Result<Self::Records, StoreError> {
        store::sections::list(reader, access).await
    }

    fn events() -> Vec<Event> {
        vec![A::ADDED, A::CHANGED]
    }
}

impl Casework {
    /// The records of a section, with their history.
    #[boxed]
    pub async fn section<K: Kinds>(
        &self,
        actor: &Actor,
        dossier: DossierId,
        what: &'static str,
    ) -> Result<SectionPage<K::Records>, Failure> {
        let mut glance = self
            .glance(actor, Operation::ViewDossier, dossier, what)
            .await?;
        let (reader, access) = (&mut glance.reader, &glance.access);
        Ok(SectionPage {
            records: K::read(reader, access).await?,
            history: journal::of_events(reader, access, &K::events()).await?,
            may_edit: domain::policy::permit(actor, K::OPERATION).is_ok(),
            head: glance.head,
        })
    }

    /// Adds or corrects a record.
    #[boxed]
    pub async fn save_record<D: Kept>(
        &self,
        actor: &Actor,
        dossier: DossierId,
        entered: &Entered<D>,
        submission: &Submission,
    ) -> Result<D::Id, Failure> {
        for _ in 0..TRIES {
            let mut desk = self.desk(actor, D::OPERATION, dossier).await?;
            desk.check_new(submission).await?;
            let access = desk.reading();
            let recorded = store::sections::list(&mut desk.reader, &access).await?;
            let decided = decide(&recorded, entered, desk.today(), || desk.new_id())?;
            let decided = decided.ok_or(Failure::NotFound)?;
            let id = decided.record.id;
            if decided.changes.is_empty() {
                return Ok(id);
            }
            write(&mut desk, decided);
            if desk.store(submission).await? == Stored::Yes {
                return Ok(id);
            }
        }
        Err(busy())
    }
}

/// Puts a decided change on the desk: the record, and what the journal keeps of it.
pub(crate) fn write<D: Kept>(desk: &mut Desk<'_>, decided: Decided<D>) {
    let event = if decided.is_new {
        store::sections::insert(&mut desk.batch, &desk.access, &decided.record);
        D::ADDED
    } else {
        store::sections::update(&mut desk.batch, &desk.access, &decided.record);
        D::CHANGED
    };
    desk.journal(event, decided.record.id.uuid(), None, decided.changes);
}
