//! 'Documenten': add, correct, withdraw, read; and the filled-in form that comes with a request for an access
//! grant. A row is written only when the bytes it points at are durable. Bytes that no row points at are
//! removed here, in time.

use async_recursion::async_recursion as boxed;
use std::collections::HashMap;

use bytes::Bytes;
use domain::documents::{
    self as rules, Audience, Details, Document, DocumentKind, FileFacts, REFUSED_FORM_DAYS,
};
use domain::grants::Request;
use domain::ids::{DocumentId, DossierId, GrantRequestId, StepId};
use domain::journal::{Change, Event};
use domain::people::Actor;
use domain::policy::Operation;
use domain::refusal::Refusals;
use domain::steps::Stamp;
use domain::text::{Label, Note};
use domain::{Day, Moment};
use files::{FilesError, Spooled};
use futures_util::stream::BoxStream;
use store::documents;
use store::dossiers::Head;
use store::steps::Listed;
use store::{Batch, Reader, StoreError, guard};
use uuid::Uuid;

use crate::desk::{Desk, Stored, TRIES};
use crate::steps::busy;
use crate::{Casework, Failure, Submission};

/// How long bytes that nothing points at are left alone: what is still coming in is among them.
const LOOSE_SECONDS: i64 = 86_400;

/// A file that came in and is what it says, not yet kept.
#[derive(Debug)]
pub struct Incoming {
    /// What it is.
    pub facts: FileFacts,
    /// Its bytes.
    pub file: Spooled,
}

/// What a form says of the documents that come with it.
#[derive(Clone, Debug)]
pub struct DocumentInput {
    /// What they are.
    pub kind: DocumentKind,
    /// What they are called; the file's name when nothing was typed.
    pub title: Option<Label>,
    /// The day that stands on them.
    pub day: Day,
    /// Who sees them.
    pub audience: Audience,
    /// The line they are evidence of.
    pub step: Option<StepId>,
}

/// What a form corrects of a document, at a version.
#[derive(Clone, Debug)]
pub struct Correction {
    /// The version the form was read at (T1).
    pub version: u32,
    /// What it says now.
    pub details: Details,
}

/// The page 'Documenten'.
#[derive(Debug)]
pub struct DocumentsPage {
    /// The dossier's head.
    pub head: Head,
    /// The documents this person may see, the last first.
    pub documents: Vec<Document>,
    /// The lines that are listed, to name those that a document is evidence of.
    pub lines: Vec<Listed>,
    /// The lines that take evidence from this person now.
    pub open_lines: Vec<Listed>,
    /// Whether this person may add one.
    pub may_add: bool,
}

/// One document.
#[derive(Debug)]
pub struct DocumentPage {
    /// The dossier's head.
    pub head: Head,
    /// The document.
    pub document: Document,
    /// The line it is evidence of, when it is listed.
    pub line: Option<Listed>,
    /// The lines that take evidence from this person now.
    pub open_lines: Vec<Listed>,
    /// Whether this person may correct and withdraw it.
    pub may_change: bool,
}

/// A file that is given back.
pub struct OpenedFile {
    /// What it is.
    pub facts: FileFacts,
    /// Its bytes. They end in an error when they are not what was kept.
    pub stream: BoxStream<'static, Result<Bytes, FilesError>>,
}

/// The form that comes with a request for an access grant.
pub type RequestForm = Incoming;

/// Names under which contents were kept in this change, by their digest.
type KeptNow = HashMap<[u8; 32], Uuid>;

impl Casework {
    /// The page 'Documenten'.
    #[boxed]
    pub async fn documents(
        &self,
        actor: &Actor,
        dossier: DossierId,
    ) -> Result<DocumentsPage, Failure> {
        let operation = Operation::ViewDocuments;
        let mut glance = self.glance(actor, operation, dossier, "documenten").await?;
        let (reader, access) = (&mut glance.reader, &glance.access);
        let found = documents::list(reader, access).await?;
        let lines = self.lines(reader, access, &glance.head).await?;
        let open_lines = self
            .open_lines(actor, reader, access, &lines, glance.now)
            .await?;
        Ok(DocumentsPage {
            documents: found,
            lines,
            open_lines,
            may_add: domain::policy::permit(actor, Operation::AddDocument).is_ok(),
            head: glance.head,
        })
    }

    /// The lines of the own organisation that take evidence now.
    async fn open_lines(
        &self,
        actor: &Actor,
        reader: &mut Reader,
        access: &domain::policy::Access<domain::policy::Read>,
        lines: &[Listed],
        now: Moment,
    ) -> Result<Vec<Listed>, Failure> {
        let Some(own) = actor.organisation() else {
            return Ok(Vec::new());
        };
        let mut open = Vec::new();
        for line in lines {
            if line.provider != own && line.requester != own {
                continue;
            }
            let step = store::steps::load(reader, access, line.id).await?;
            if step.is_some_and(|step| rules::check_evidence(&step, now, &self.catalogue).is_ok()) {
                open.push(line.clone());
            }
        }
        Ok(open)
    }

    /// Whether this person may add a document here: asked before anything is taken in.
    #[boxed]
    pub async fn may_add_document(&self, actor: &Actor, dossier: DossierId) -> Result<(), Failure> {
        let desk = self.desk(actor, Operation::AddDocument, dossier).await?;
        drop(desk);
        Ok(())
    }

    /// One document.
    #[boxed]
    pub async fn document(
        &self,
        actor: &Actor,
        dossier: DossierId,
        id: DocumentId,
    ) -> Result<DocumentPage, Failure> {
        let operation = Operation::ViewDocuments;
        let what = format!("document:{}", id.address());
        let mut glance = self.glance(actor, operation, dossier, what).await?;
        let (reader, access) = (&mut glance.reader, &glance.access);
        let document = documents::one(reader, access, id).await?;
        let document = document.ok_or(Failure::NotFound)?;
        let lines = self.lines(reader, access, &glance.head).await?;
        let may_change = domain::policy::permit(actor, Operation::ChangeDocument).is_ok()
            && access.own_document(&document, actor.person).is_ok()
            && document.withdrawn.is_none();
        let open_lines = self
            .open_lines(actor, reader, access, &lines, glance.now)
            .await?;
        let line = lines
            .into_iter()
            .find(|line| Some(line.id) == document.details.step);
        Ok(DocumentPage {
            head: glance.head,
            document,
            line,
            open_lines,
            may_change,
        })
    }

    /// The file of a document. That it was opened is durable before the first byte goes (I3).
    #[boxed]
    pub async fn document_file(
        &self,
        actor: &Actor,
        dossier: DossierId,
        id: DocumentId,
    ) -> Result<OpenedFile, Failure> {
        let operation = Operation::ViewDocuments;
        let what = format!("bestand:{}", id.address());
        let mut glance = self.glance(actor, operation, dossier, what).await?;
        let document = documents::one(&mut glance.reader, &glance.access, id).await?;
        let facts = document.ok_or(Failure::NotFound)?.file;
        let object = documents::object_of(&mut glance.reader, &facts.digest).await?;
        drop(glance);
        self.opened(facts, object).await
    }

    async fn opened(&self, facts: FileFacts, object: Option<Uuid>) -> Result<OpenedFile, Failure> {
        let object = object.ok_or(Failure::Broken(StoreError::Corrupt {
            statement: "documents.file",
            detail: "a document points at no stored file".to_owned(),
        }))?;
        let stream = self.files.read(object).await?;
        Ok(OpenedFile { facts, stream })
    }

    /// The titles of the documents in a dossier, for who reads which of them were opened: the client.
    #[boxed]
    pub async fn document_titles(
        &self,
        actor: &Actor,
        dossier: DossierId,
    ) -> Result<Vec<(DocumentId, Label)>, Failure> {
        let operation = Operation::ViewDocuments;
        let mut glance = self
            .glance(actor, operation, dossier, "raadplegingen")
            .await?;
        let found = documents::list(&mut glance.reader, &glance.access).await?;
        Ok(found
            .into_iter()
            .map(|document| (document.id, document.details.title))
            .collect())
    }

    /// Adds documents: all of them, or none.
    ///
    /// # Errors
    /// What `check_count`, `check_room`, `check_day` and `check_evidence` refuse; `Unavailable` when they
    /// cannot be kept.
    #[boxed]
    pub async fn add_documents(
        &self,
        actor: &Actor,
        dossier: DossierId,
        input: &DocumentInput,
        mut incoming: Vec<Incoming>,
        submission: &Submission,
    ) -> Result<Vec<DocumentId>, Failure> {
        let limits = *self.files.limits();
        rules::check_count(incoming.len(), &limits)?;
        let facts: Vec<FileFacts> = incoming.iter().map(|it| it.facts.clone()).collect();
        let mut kept = KeptNow::new();
        for _ in 0..TRIES {
            let mut desk = self.desk(actor, Operation::AddDocument, dossier).await?;
            desk.check_new(submission).await?;
            let mut refusals = Refusals::default();
            refusals.keep(rules::check_day(input.day, desk.today()));
            let room = desk.check_room(&limits, &facts).await?;
            refusals.keep(room);
            let step = desk.check_evidence(input.step).await?;
            refusals.keep(step);
            refusals.into_result()?;
            if desk.misses(&facts, &kept).await? {
                // The snapshot is let go while the bytes are written, and everything is decided again.
                drop(desk);
                self.keep_missing(&mut incoming, &mut kept).await?;
                continue;
            }
            let mut added = Vec::new();
            for (place, file) in facts.iter().enumerate() {
                let title = title(input, file, place, facts.len());
                let document = desk.new_document(input, title, file);
                added.push(document.id);
                desk.add(&document, kept.get(&file.digest).copied());
            }
            if desk.store(submission).await? == Stored::Yes {
                return Ok(added);
            }
        }
        Err(busy())
    }

    /// Keeps the contents that are not kept yet. Their names are written down first, so that what is broken
    /// off is found again.
    async fn keep_missing(
        &self,
        incoming: &mut [Incoming],
        kept: &mut KeptNow,
    ) -> Result<(), Failure> {
        for Incoming { facts, file } in incoming {
            if kept.contains_key(&facts.digest) {
                continue;
            }
            let mut reader = self.database.reader().await?;
            if documents::object_of(&mut reader, &facts.digest)
                .await?
                .is_some()
            {
                continue;
            }
            drop(reader);
            let object = self.ids.random();
            let mut batch = Batch::new();
            documents::loosen(&mut batch, object, self.now());
            self.database.commit(batch).await?;
            self.files.keep(file, object).await?;
            kept.insert(facts.digest, object);
        }
        Ok(())
    }

    /// Corrects what a document says of itself, or the line it is evidence of.
    #[boxed]
    pub async fn correct_document(
        &self,
        actor: &Actor,
        dossier: DossierId,
        id: DocumentId,
        correction: &Correction,
        submission: &Submission,
    ) -> Result<(), Failure> {
        for _ in 0..TRIES {
            let mut desk = self.desk(actor, Operation::ChangeDocument, dossier).await?;
            desk.check_new(submission).await?;
            let before = desk.own_document(id).await?;
            let (version, details) = (correction.version, correction.details.clone());
            let after = before.correct(version, details, desk.today())?;
            let (from, to) = (before.details.step, after.details.step);
            if from != to {
                // Neither line changes any more once its window is closed.
                desk.check_evidence(from).await??;
                desk.check_evidence(to).await??;
            }
            let changes = changes(&before.details, &after.details);
            if changes.is_empty() {
                return Ok(());
            }
            documents::correct(&mut desk.batch, &desk.access, &after);
            let line = to.or(from).map(|step| step.0);
            desk.journal(Event::DocumentChanged, id.0, line, changes);
            if desk.store(submission).await? == Stored::Yes {
                return Ok(());
            }
        }
        Err(busy())
    }

    /// Takes a document out of sight, with a reason. Also one that is evidence of an ended line: what was
    /// put in the wrong dossier must not stay in sight. That it was there stays on the line.
    #[boxed]
    pub async fn withdraw_document(
        &self,
        actor: &Actor,
        dossier: DossierId,
        (id, version): (DocumentId, u32),
        reason: &Note,
        submission: &Submission,
    ) -> Result<(), Failure> {
        for _ in 0..TRIES {
            let mut desk = self.desk(actor, Operation::ChangeDocument, dossier).await?;
            desk.check_new(submission).await?;
            let before = desk.own_document(id).await?;
            let after = before.withdraw(version, reason.clone(), desk.stamp())?;
            documents::withdraw(&mut desk.batch, &desk.access, &after);
            let line = after.details.step.map(|step| step.0);
            let changes = vec![
                Change::new_value("document", after.details.title.as_str()),
                Change::new_value("reason", reason.as_str()),
            ];
            desk.journal(Event::DocumentWithdrawn, id.0, line, changes);
            if desk.store(submission).await? == Stored::Yes {
                return Ok(());
            }
        }
        Err(busy())
    }

    /// The statements that keep a form with a request that is about to be stored.
    #[boxed]
    pub(crate) async fn form_batch(
        &self,
        request: GrantRequestId,
        mut form: RequestForm,
    ) -> Result<Batch, Failure> {
        let mut kept = KeptNow::new();
        self.keep_missing(std::slice::from_mut(&mut form), &mut kept)
            .await?;
        let mut batch = Batch::new();
        keep(
            &mut batch,
            &form.facts,
            kept.get(&form.facts.digest).copied(),
        );
        documents::keep_form(&mut batch, request, &form.facts);
        Ok(batch)
    }

    /// The form of a request, for who decides. When the request fits a dossier, that it was opened is
    /// recorded there (I3).
    #[boxed]
    pub async fn request_form_file(
        &self,
        actor: &Actor,
        request: GrantRequestId,
    ) -> Result<OpenedFile, Failure> {
        let permit = domain::policy::permit(actor, Operation::ManageGrants)?;
        let mut reader = self.database.reader().await?;
        let facts = documents::form(&mut reader, &permit, request).await?;
        let facts = facts.ok_or(Failure::NotFound)?;
        let dossier = self
            .dossier_of_request(&mut reader, &permit, request)
            .await?;
        let object = documents::object_of(&mut reader, &facts.digest).await?;
        drop(reader);
        if let Some(dossier) = dossier {
            let operation = Operation::ManageGrants;
            let what = "inzageformulier";
            drop(self.glance(actor, operation, dossier, what).await?);
        }
        self.opened(facts, object).await
    }

    /// Removes what nothing points at any more, and the forms of refused requests whose time has come.
    /// Called now and then; gives how many contents went.
    #[boxed]
    pub async fn tidy_documents(&self) -> Result<usize, Failure> {
        let now = self.now();
        let mut reader = self.database.reader().await?;
        let forms = documents::forms_due(&mut reader, now).await?;
        drop(reader);
        for request in forms {
            let mut batch = Batch::new();
            documents::remove_form(&mut batch, request);
            self.database.commit(batch).await?;
        }
        let mut reader = self.database.reader().await?;
        let released = documents::released(&mut reader).await?;
        drop(reader);
        for file in released {
            let mut batch = Batch::new();
            documents::drop_file(&mut batch, &file, now);
            match self.database.commit(batch).await {
                Ok(()) => {}
                Err(StoreError::Missed(guard::ROW)) => {
                    let mut batch = Batch::new();
                    documents::in_use(&mut batch, &file);
                    self.database.commit(batch).await?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        let mut reader = self.database.reader().await?;
        let before = now.plus_seconds(-LOOSE_SECONDS);
        let loose = documents::loose(&mut reader, before).await?;
        drop(reader);
        let mut gone = 0;
        for object in loose {
            self.files.remove(object).await?;
            let mut batch = Batch::new();
            documents::forget(&mut batch, object);
            self.database.commit(batch).await?;
            gone += 1;
        }
        Ok(gone)
    }
}

/// The statements that make a row point at its content: kept just now under a name, or before.
fn keep(batch: &mut Batch, file: &FileFacts, object: Option<Uuid>) {
    match object {
        Some(object) => documents::keep(batch, file, object),
        None => documents::hold(batch, file),
    }
}

/// What was typed, with a number when there are several; else the name of the file.
fn title(input: &DocumentInput, file: &FileFacts, place: usize, of: usize) -> Label {
    let numbered = input.title.as_ref().and_then(|title| match of {
        1 => Some(title.clone()),
        _ => Label::parse(&format!("{title} ({} van {of})", place + 1)).ok(),
    });
    let named = || Label::parse(file.name.stem()).ok();
    let kind = || Label::parse(input.kind.label()).ok();
    let found = numbered.or_else(|| input.title.clone());
    // The last two are texts of our own: one of them always is a title.
    found.or_else(named).or_else(kind).unwrap_or_else(untitled)
}

fn untitled() -> Label {
    // A fixed text that every check accepts.
    #[allow(clippy::expect_used)]
    Label::parse("Document").expect("a title")
}

fn changes(before: &Details, after: &Details) -> Vec<Change> {
    let step = |details: &Details| details.step.map(|step| step.address());
    let of = |field: &str, before: &str, after: &str| {
        Change::of(field, Some(before.to_owned()), Some(after.to_owned()))
    };
    [
        of("document_kind", before.kind.label(), after.kind.label()),
        of("document", before.title.as_str(), after.title.as_str()),
        of("document_day", &before.day.to_iso(), &after.day.to_iso()),
        of("audience", before.audience.label(), after.audience.label()),
        Change::of("evidence_of", step(before), step(after)),
    ]
    .into_iter()
    .filter(Change::is_change)
    .collect()
}

impl Desk<'_> {
    async fn check_room(
        &mut self,
        limits: &rules::DocumentLimits,
        incoming: &[FileFacts],
    ) -> Result<Result<(), domain::refusal::Refusal>, Failure> {
        let access = self.reading();
        let day_ago = self.now.plus_seconds(-86_400);
        let person = self.actor.person;
        let used = documents::used(&mut self.reader, &access).await?;
        let today = documents::added_since(&mut self.reader, person, day_ago).await?;
        Ok(rules::check_room(limits, incoming, used, today))
    }

    /// Whether one of these contents is not kept yet.
    async fn misses(&mut self, files: &[FileFacts], kept: &KeptNow) -> Result<bool, Failure> {
        for file in files {
            let is_known = kept.contains_key(&file.digest)
                || documents::object_of(&mut self.reader, &file.digest)
                    .await?
                    .is_some();
            if !is_known {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a line of the own organisation takes evidence, or gives it up, now.
    async fn check_evidence(
        &mut self,
        step: Option<StepId>,
    ) -> Result<Result<(), domain::refusal::Refusal>, Failure> {
        let Some(step) = step else {
            return Ok(Ok(()));
        };
        let access = self.reading();
        let own = self.actor.organisation();
        let step = store::steps::load(&mut self.reader, &access, step).await?;
        let step = step.filter(|step| own.is_some_and(|own| step.involves(own)));
        let step = step.ok_or(Failure::NotFound)?;
        let catalogue = self.casework().catalogue();
        Ok(rules::check_evidence(&step, self.now, catalogue))
    }

    async fn own_document(&mut self, id: DocumentId) -> Result<Document, Failure> {
        let access = self.reading();
        let found = documents::one(&mut self.reader, &access, id).await?;
        let found = found.ok_or(Failure::NotFound)?;
        access.own_document(&found, self.actor.person)?;
        Ok(found)
    }

    fn new_document(&self, input: &DocumentInput, title: Label, file: &FileFacts) -> Document {
        Document {
            id: DocumentId(self.new_id()),
            version: 1,
            details: Details {
                kind: input.kind,
                title,
                day: input.day,
                audience: input.audience,
                step: input.step,
            },
            file: file.clone(),
            added: self.stamp(),
            organisation: self.actor.organisation(),
            withdrawn: None,
        }
    }

    /// Adds a document and writes it in the journal.
    fn add(&mut self, document: &Document, object: Option<Uuid>) {
        keep(&mut self.batch, &document.file, object);
        documents::insert(&mut self.batch, &self.access, document);
        let details = &document.details;
        let digest: String = document
            .file
            .digest
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let mut changes = vec![
            Change::new_value("document", details.title.as_str()),
            Change::new_value("document_kind", details.kind.label()),
            Change::new_value("document_day", details.day.to_iso()),
            Change::new_value("audience", details.audience.label()),
            Change::new_value("file_name", document.file.name.as_str()),
            Change::new_value("file_digest", digest),
        ];
        changes.extend(
            details
                .step
                .map(|step| Change::new_value("evidence_of", step.address())),
        );
        let line = details.step.map(|step| step.0);
        self.journal(Event::DocumentAdded, document.id.0, line, changes);
    }

    /// What becomes of the form of a request that is decided: granted, it is a document of the dossier, of
    /// the organisation that asked; refused, it goes after some days.
    #[boxed]
    pub(crate) async fn settle_form(
        &mut self,
        permit: &domain::policy::Permit,
        request: &Request,
        is_granted: bool,
    ) -> Result<(), Failure> {
        let form = documents::form(&mut self.reader, permit, request.id).await?;
        let Some(file) = form else {
            return Ok(());
        };
        if !is_granted {
            form_goes(&mut self.batch, request.id, self.now);
            return Ok(());
        }
        let title = format!("Inzageformulier {}", request.unit.name);
        let document = Document {
            id: DocumentId(self.new_id()),
            version: 1,
            details: Details {
                kind: DocumentKind::AccessForm,
                title: Label::parse(&title).unwrap_or_else(|_| untitled()),
                day: request
                    .form_on
                    .unwrap_or_else(|| request.asked.at.brussels_day()),
                audience: Audience::Own,
                step: None,
            },
            file,
            added: Stamp {
                at: self.now,
                ..request.asked.clone()
            },
            organisation: Some(request.organisation()),
            withdrawn: None,
        };
        self.add(&document, None);
        documents::remove_form(&mut self.batch, request.id);
        Ok(())
    }
}

/// The form of a refused request is kept some days more.
pub(crate) fn form_goes(batch: &mut Batch, request: GrantRequestId, now: Moment) {
    let at = now.plus_seconds(REFUSED_FORM_DAYS * 86_400);
    documents::form_goes(batch, request, at);
}
