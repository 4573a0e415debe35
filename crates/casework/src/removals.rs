//! R6: asking the provincial coach to remove an ended line, and the coach's decision.

use async_recursion::async_recursion as boxed;
use domain::ids::{DossierId, RemovalId, StepId};
use domain::journal::{Change, Event};
use domain::people::Actor;
use domain::policy::Operation;
use domain::steps::removal::{self, RemovalRequest};
use domain::text::Note;
use store::notices::{self, Notice};
use store::removals::Queued;

use crate::desk::{Desk, Stored, TRIES};
use crate::steps::busy;
use crate::{Casework, Failure, NoticeKind, StepPage, Submission};

/// The coach's queue.
#[derive(Debug)]
pub struct QueuePage {
    /// The requests that wait, the oldest first.
    pub waiting: Vec<Queued>,
    /// The last ones that were decided.
    pub decided: Vec<Queued>,
}

/// One request with the line it is about.
#[derive(Debug)]
pub struct RemovalPage {
    /// The request.
    pub request: RemovalRequest,
    /// The line, with everything around it.
    pub line: StepPage,
    /// In which dossier.
    pub dossier: DossierId,
}

impl Casework {
    /// Asks the coach to remove an ended line.
    #[boxed]
    pub async fn request_removal(
        &self,
        actor: &Actor,
        dossier: DossierId,
        step: StepId,
        reason: &Note,
        submission: &Submission,
    ) -> Result<(), Failure> {
        for _ in 0..TRIES {
            let mut desk = self.desk(actor, Operation::RequestRemoval, dossier).await?;
            desk.check_new(submission).await?;
            let line = desk.own(step).await?;
            let access = desk.reading();
            let earlier = store::removals::of_step(&mut desk.reader, &access, step).await?;
            let waiting = earlier.iter().any(|it| it.decision.is_none());
            let request = removal::request(
                RemovalId(desk.new_id()),
                &line,
                reason.clone(),
                waiting,
                desk.stamp(),
            )?;
            store::removals::insert(&mut desk.batch, &desk.access, &request);
            store::dossiers::mark_removal_asked(&mut desk.batch, &desk.access);
            let changes = vec![Change::new_value("reason", reason.as_str())];
            desk.journal(Event::RemovalAsked, request.id.0, Some(step.0), changes);
            if desk.store(submission).await? == Stored::Yes {
                return Ok(());
            }
        }
        Err(busy())
    }

    /// The coach's queue.
    #[boxed]
    pub async fn removal_queue(&self, actor: &Actor) -> Result<QueuePage, Failure> {
        let permit = domain::policy::permit(actor, Operation::ViewRemovals)?;
        let mut reader = self.database.reader().await?;
        let (waiting, decided) = store::removals::queue(&mut reader, &permit).await?;
        Ok(QueuePage { waiting, decided })
    }

    /// One request with its line.
    #[boxed]
    pub async fn removal_page(
        &self,
        actor: &Actor,
        request: RemovalId,
    ) -> Result<RemovalPage, Failure> {
        let (dossier, step) = self.where_removal_is(actor, request).await?;
        let line = self.step_page(actor, dossier, step).await?;
        let request = line
            .removals
            .iter()
            .find(|it| it.id == request)
            .cloned()
            .ok_or(Failure::NotFound)?;
        Ok(RemovalPage {
            request,
            line,
            dossier,
        })
    }

    /// The coach removes the line; the asker is told.
    #[boxed]
    pub async fn remove_line(
        &self,
        actor: &Actor,
        request: RemovalId,
        submission: &Submission,
    ) -> Result<(), Failure> {
        let (dossier, step) = self.where_removal_is(actor, request).await?;
        for _ in 0..TRIES {
            let mut desk = self.desk(actor, Operation::DecideRemoval, dossier).await?;
            desk.check_new(submission).await?;
            let access = desk.reading();
            let asked = desk.asked(step, request).await?;
            let line = store::steps::load(&mut desk.reader, &access, step)
                .await?
                .ok_or(Failure::NotFound)?;
            let stamp = desk.stamp();
            let (decided, removed) = removal::remove(&asked, &line, stamp.clone())?;
            store::removals::decide(&mut desk.batch, &desk.access, &decided);
            store::steps::remove(&mut desk.batch, &desk.access, &removed, &stamp);
            let spans = store::steps::spans(&mut desk.reader, &access).await?;
            let flagged = store::steps::reviews(&mut desk.reader, &access).await?;
            if flagged.iter().any(|(it, _)| *it == step) {
                store::steps::clear_review(&mut desk.batch, &desk.access, step);
            }
            let months = self
                .catalogue
                .step_type(&line.step_type)
                .map_or(6, |kind| kind.access_after_end_months);
            desk.close_grants(&spans, Some(&line), &removed, months);
            let changes = vec![
                Change::of("state", Some("Beëindigd".into()), Some("Verwijderd".into())),
                Change::new_value("reason", asked.reason.as_str()),
            ];
            desk.journal(Event::StepRemoved, request.0, Some(step.0), changes);
            desk.tell(&asked, NoticeKind::LineRemoved, None);
            if desk.store(submission).await? == Stored::Yes {
                return Ok(());
            }
        }
        Err(busy())
    }

    /// The coach leaves the line, with a reason; the asker is told.
    #[boxed]
    pub async fn refuse_removal(
        &self,
        actor: &Actor,
        request: RemovalId,
        reason: &Note,
        submission: &Submission,
    ) -> Result<(), Failure> {
        let (dossier, step) = self.where_removal_is(actor, request).await?;
        for _ in 0..TRIES {
            let mut desk = self.desk(actor, Operation::DecideRemoval, dossier).await?;
            desk.check_new(submission).await?;
            let asked = desk.asked(step, request).await?;
            let decided = removal::refuse(&asked, reason.clone(), desk.stamp())?;
            store::removals::decide(&mut desk.batch, &desk.access, &decided);
            let changes = vec![Change::new_value("reason", reason.as_str())];
            desk.journal(Event::RemovalRefused, request.0, Some(step.0), changes);
            desk.tell(&asked, NoticeKind::RemovalRefused, Some(reason));
            if desk.store(submission).await? == Stored::Yes {
                return Ok(());
            }
        }
        Err(busy())
    }

    async fn where_removal_is(
        &self,
        actor: &Actor,
        request: RemovalId,
    ) -> Result<(DossierId, StepId), Failure> {
        domain::policy::permit(actor, Operation::ViewRemovals)?;
        let mut reader = self.database.reader().await?;
        let found = store::removals::where_is(&mut reader, request).await?;
        found.ok_or(Failure::NotFound)
    }
}

impl Desk<'_> {
    async fn asked(&mut self, step: StepId, request: RemovalId) -> Result<RemovalRequest, Failure> {
        let access = self.reading();
        store::removals::of_step(&mut self.reader, &access, step)
            .await?
            .into_iter()
            .find(|it| it.id == request)
            .ok_or(Failure::NotFound)
    }

    fn tell(&mut self, asked: &RemovalRequest, kind: NoticeKind, reason: Option<&Note>) {
        let notice = Notice {
            at: self.now,
            kind: kind.code().to_owned(),
            dossier: Some(self.head.id),
            step: Some(asked.step),
            note: reason.map(|reason| reason.as_str().to_owned()),
            read: false,
        };
        let id = self.new_id();
        notices::write(&mut self.batch, id, asked.asked.by, &notice);
    }
}
