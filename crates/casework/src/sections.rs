//! The sections of a dossier that people fill in: one road to add and correct a record, one to read the records
//! of a page with what happened to them.

use std::future::Future;

use async_recursion::async_recursion as boxed;
use domain::closed::{self, Closed, OpeningReason};
use domain::ids::DossierId;
use domain::journal::{Change, Event};
use domain::people::Actor;
use domain::policy::{Access, Denied, Operation, Read};
use domain::sections::{Decided, Entered, Identifier as _, Record, decide};
use domain::text::Label;
use store::dossiers::Head;
use store::journal::{self, Stored as JournalEntry};
use store::openings;
use store::sections::Kept;
use store::{Reader, StoreError};

use crate::desk::{Desk, Glance, Stored, TRIES};
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

/// What a form to add or correct a record begins with.
#[derive(Debug)]
pub struct RecordForm<D: Kept> {
    /// The dossier's head.
    pub head: Head,
    /// The records of the kind; none while they are closed to this person.
    pub records: Option<Vec<Record<D>>>,
}

/// The kinds of records of one section.
pub trait Kinds: 'static {
    /// The records of each kind.
    type Records: Send;
    /// Who may change them.
    const OPERATION: Operation;
    /// How they are kept closed; none for what everybody reads who reads the dossier.
    const CLOSED: Option<Closed> = None;

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
    const CLOSED: Option<Closed> = A::CLOSED;

    async fn read(reader: &mut Reader, access: &Access<Read>) -> Result<Self::Records, StoreError> {
        store::sections::list(reader, access).await
    }

    fn events() -> Vec<Event> {
        vec![A::ADDED, A::CHANGED]
    }
}

/// The page of a section, for who may read it.
pub(crate) async fn read_section<K: Kinds>(
    reader: &mut Reader,
    access: &Access<Read>,
    head: Head,
    actor: &Actor,
) -> Result<SectionPage<K::Records>, StoreError> {
    Ok(SectionPage {
        records: K::read(reader, access).await?,
        history: journal::of_events(reader, access, &K::events()).await?,
        may_edit: domain::policy::permit(actor, K::OPERATION).is_ok(),
        head,
    })
}

impl Casework {
    /// The records of a section, with their history. What is kept closed is read so by the client alone; others
    /// use `open_section`.
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
        if K::CLOSED.is_some() && !access.is_own() {
            return Err(Failure::Denied(Denied::Function));
        }
        Ok(read_section::<K>(reader, access, glance.head, actor).await?)
    }

    /// Opens what is kept closed. The reason stands in the list of who looked and in the journal before anything
    /// is shown.
    ///
    /// # Errors
    /// What `OpeningReason::in_words` refuses.
    #[boxed]
    pub async fn open_section<D: Kept>(
        &self,
        actor: &Actor,
        dossier: DossierId,
        (reason, note): (OpeningReason, Option<&Label>),
        submission: &Submission,
    ) -> Result<SectionPage<Vec<Record<D>>>, Failure> {
        let closed = D::CLOSED.ok_or(Failure::NotFound)?;
        let why = reason.in_words(note)?;
        for _ in 0..TRIES {
            let mut desk = self.desk(actor, closed.operation, dossier).await?;
            desk.check_new(submission).await?;
            let access = desk.reading();
            let head = desk.head.clone();
            let page = read_section::<D>(&mut desk.reader, &access, head, actor).await?;
            let minute = openings::minute_of(desk.now);
            let what = (closed.what, why.as_str());
            openings::write_with_reason(&mut desk.batch, &access, actor, what, minute);
            let changes = vec![Change::new_value("why", why.as_str())];
            desk.journal(closed.opened, dossier.0, None, changes);
            if desk.store(submission).await? == Stored::Yes {
                return Ok(page);
            }
        }
        Err(busy())
    }

    /// What a form to add or correct a record begins with, for who may. `shows` says whether it shows what is
    /// recorded: of what is kept closed only just after this person opened it for a reason.
    #[boxed]
    pub async fn record_form<D: Kept>(
        &self,
        actor: &Actor,
        dossier: DossierId,
        what: &'static str,
        shows: bool,
    ) -> Result<RecordForm<D>, Failure> {
        let what = D::CLOSED.map_or(what, |closed| closed.form);
        let mut glance = self.glance(actor, D::OPERATION, dossier, what).await?;
        let records = if !shows || is_open::<D>(&mut glance, actor).await? {
            Some(store::sections::list(&mut glance.reader, &glance.access).await?)
        } else {
            None
        };
        Ok(RecordForm {
            head: glance.head,
            records,
        })
    }

    /// What happened to a record, the last first, for a form that comes back because somebody else was first
    /// (T1). Nothing of what is kept closed to this person.
    #[boxed]
    pub async fn record_history<D: Kept>(
        &self,
        actor: &Actor,
        dossier: DossierId,
        what: &'static str,
        record: D::Id,
    ) -> Result<Vec<JournalEntry>, Failure> {
        let what = D::CLOSED.map_or(what, |closed| closed.form);
        let mut glance = self.glance(actor, D::OPERATION, dossier, what).await?;
        if !is_open::<D>(&mut glance, actor).await? {
            return Ok(Vec::new());
        }
        let (reader, access) = (&mut glance.reader, &glance.access);
        let mut history = journal::of_events(reader, access, &[D::ADDED, D::CHANGED]).await?;
        history.retain(|it| it.entry.subject == record.uuid());
        Ok(history)
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
            let situation = desk.head.work_situation.clone();
            let on = (situation.as_str(), desk.today());
            let decided = decide(&recorded, entered, on, || desk.new_id())?;
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

/// Whether this person may see the records of a kind: of what is kept closed only just after opening it for a
/// reason.
async fn is_open<D: Kept>(glance: &mut Glance, actor: &Actor) -> Result<bool, StoreError> {
    let Some(closed) = D::CLOSED else {
        return Ok(true);
    };
    let since = openings::minute_of(glance.now) - closed::MINUTES;
    let opened = (actor.person, closed.what);
    openings::opened_since(&mut glance.reader, &glance.access, opened, since).await
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
