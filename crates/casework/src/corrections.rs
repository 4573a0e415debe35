//! Corrections and objections: asked within a dossier, decided in a queue by the mediator, or by a coach
//! when it is about a line. A final line keeps every byte; what is granted stands next to it.

use async_recursion::async_recursion as boxed;
use domain::corrections::{self as rules, Ask, Correction, Rectification, Subject};
use domain::ids::{CorrectionId, DossierId, PersonId, StepId};
use domain::journal::{Change, Event};
use domain::people::Actor;
use domain::policy::{Access, Operation, Read};
use domain::profile::{Experience, ExperienceDetails};
use domain::steps::{Span, Step};
use domain::studies::Study;
use domain::text::Note;
use store::Reader;
use store::corrections::{self, Place, Queued};
use store::dossiers::Head;
use store::notices::{self, Notice};

use crate::desk::{Desk, Stored, TRIES};
use crate::steps::busy;
use crate::{Casework, Failure, NoticeKind, StepPage, Submission};

/// Requests on one page of the queue.
const PER_PAGE: u32 = 50;

/// 'Rechtzettingen' of one dossier.
#[derive(Debug)]
pub struct CorrectionsPage {
    /// The dossier's head.
    pub head: Head,
    /// The requests that are for this person to see, the last one first.
    pub requests: Vec<Correction>,
    /// What there is to ask about.
    pub about: About,
}

/// What a request can be about.
#[derive(Debug, Default)]
pub struct About {
    /// The listed lines; for a counsellor those of the own organisation.
    pub lines: Vec<Span>,
    /// Studies.
    pub studies: Vec<Study>,
    /// Work experiences.
    pub experiences: Vec<Experience>,
}

/// The queue.
#[derive(Debug)]
pub struct CorrectionQueuePage {
    /// Requests that wait, the oldest first.
    pub waiting: Vec<Queued>,
    /// The last ones that were decided; only on the first page.
    pub decided: Vec<Queued>,
    /// Where the next page begins; none when this is the last.
    pub next: Option<Place>,
}

/// One request, as it is decided.
#[derive(Debug)]
pub struct CorrectionPage {
    /// The dossier's head.
    pub head: Head,
    /// The request.
    pub request: Correction,
    /// The line it is about.
    pub line: Option<StepPage>,
    /// The study it is about, as it is now.
    pub study: Option<Study>,
    /// The work experience it is about, as it is now.
    pub experience: Option<Experience>,
}

/// What is decided.
#[derive(Clone, Debug)]
pub enum CorrectionAnswer {
    /// It is right: what the asker reads, and for a line what stands next to it.
    Grant(Note, Option<Note>),
    /// It stays: why.
    Refuse(Note),
}

impl Casework {
    /// The requests about a dossier, and what there is to ask about. A counsellor sees those of the own
    /// organisation, and of others those about its lines.
    #[boxed]
    pub async fn corrections(
        &self,
        actor: &Actor,
        dossier: DossierId,
    ) -> Result<CorrectionsPage, Failure> {
        let mut glance = self
            .glance(actor, Operation::AskCorrection, dossier, "rechtzettingen")
            .await?;
        let (reader, access) = (&mut glance.reader, &glance.access);
        let mut lines = store::steps::spans(reader, access).await?;
        let mut requests = corrections::of_dossier(reader, access).await?;
        if !access.reads_all() {
            let own = access.organisation();
            lines.retain(|it| own == Some(it.requester) || own == Some(it.provider));
            requests.retain(|it| {
                let about_own = it
                    .subject
                    .line()
                    .is_some_and(|step| lines.iter().any(|line| line.step == step));
                about_own || own.is_some() && it.organisation == own
            });
        }
        lines.sort_by_key(|line| std::cmp::Reverse((line.start, line.step)));
        Ok(CorrectionsPage {
            about: About {
                lines,
                studies: store::studies::list(reader, access).await?,
                experiences: store::sections::list(reader, access).await?,
            },
            head: glance.head,
            requests,
        })
    }

    /// Asks for a correction, or objects.
    ///
    /// # Errors
    /// What `domain::corrections::check` refuses. A line of another organisation is not a counsellor's to
    /// ask about.
    #[boxed]
    pub async fn ask_correction(
        &self,
        actor: &Actor,
        dossier: DossierId,
        ask: &Ask,
        submission: &Submission,
    ) -> Result<CorrectionId, Failure> {
        for _ in 0..TRIES {
            let operation = Operation::AskCorrection;
            let mut desk = self.desk(actor, operation, dossier).await?;
            desk.check_new(submission).await?;
            let access = desk.reading();
            let line = match ask.subject.line() {
                None => None,
                Some(step) => {
                    let line = store::steps::load(&mut desk.reader, &access, step).await?;
                    let line = line.ok_or(Failure::NotFound)?;
                    if !access.sees_story(&line) {
                        return Err(domain::policy::Denied::Function.into());
                    }
                    Some(line)
                }
            };
            desk.check_subject(ask.subject).await?;
            let earlier = corrections::of_dossier(&mut desk.reader, &access).await?;
            let waiting = earlier.iter().filter(|it| it.decision.is_none()).count();
            rules::check(ask, actor.role, line.as_ref(), waiting)?;
            let request = Correction {
                id: CorrectionId(desk.new_id()),
                version: 1,
                kind: ask.kind,
                subject: ask.subject,
                text: ask.text.clone(),
                asked: desk.stamp(),
                organisation: actor.organisation(),
                decision: None,
            };
            corrections::insert(&mut desk.batch, &desk.access, &request);
            let step = ask.subject.line().map(|step| step.0);
            let changes = vec![
                Change::new_value("request", ask.kind.label()),
                Change::new_value("about", ask.subject.label()),
                Change::new_value("text", ask.text.as_str()),
            ];
            desk.journal(Event::CorrectionAsked, request.id.0, step, changes);
            if desk.store(submission).await? == Stored::Yes {
                return Ok(request.id);
            }
        }
        Err(busy())
    }

    /// A page of the queue, behind a request. A coach sees the requests about lines.
    #[boxed]
    pub async fn correction_queue(
        &self,
        actor: &Actor,
        after: Option<Place>,
    ) -> Result<CorrectionQueuePage, Failure> {
        let permit = domain::policy::permit(actor, Operation::DecideCorrection)?;
        let mut reader = self.database.reader().await?;
        let (mut waiting, decided) =
            corrections::queue(&mut reader, &permit, after, PER_PAGE + 1).await?;
        let most = usize::try_from(PER_PAGE).unwrap_or(usize::MAX);
        let is_more = waiting.len() > most;
        waiting.truncate(most);
        let last = waiting.last().filter(|_| is_more);
        let next = last.map(|last| Place(last.asked_at, last.id));
        Ok(CorrectionQueuePage {
            waiting,
            decided,
            next,
        })
    }

    /// One request with what it is about.
    #[boxed]
    pub async fn correction_page(
        &self,
        actor: &Actor,
        request: CorrectionId,
    ) -> Result<CorrectionPage, Failure> {
        let (dossier, _) = self.where_correction_is(actor, request).await?;
        let operation = Operation::DecideCorrection;
        let mut glance = self
            .glance(actor, operation, dossier, "rechtzetting")
            .await?;
        let request = one(&mut glance.reader, &glance.access, request).await?;
        let line = match request.subject.line() {
            None => None,
            Some(step) => Some(self.line_as_read(actor, &mut glance, step, true).await?),
        };
        let (reader, access) = (&mut glance.reader, &glance.access);
        let study = match request.subject {
            Subject::Study(id) => store::studies::list(reader, access)
                .await?
                .into_iter()
                .find(|it| it.id == id),
            _ => None,
        };
        let experience = match request.subject {
            Subject::Experience(id) => store::sections::list::<ExperienceDetails>(reader, access)
                .await?
                .into_iter()
                .find(|it| it.id == id),
            _ => None,
        };
        Ok(CorrectionPage {
            head: glance.head,
            request,
            line,
            study,
            experience,
        })
    }

    /// Grants or refuses a request that was read at a version; the asker is told.
    ///
    /// # Errors
    /// What `Correction::grant` and `refuse` refuse.
    #[boxed]
    pub async fn decide_correction(
        &self,
        actor: &Actor,
        (request, version): (CorrectionId, u32),
        answer: &CorrectionAnswer,
        submission: &Submission,
    ) -> Result<(), Failure> {
        let (dossier, step) = self.where_correction_is(actor, request).await?;
        for _ in 0..TRIES {
            let operation = Operation::DecideCorrection;
            let mut desk = self.desk(actor, operation, dossier).await?;
            desk.check_new(submission).await?;
            let access = desk.reading();
            let asked = one(&mut desk.reader, &access, request).await?;
            let line = match step {
                None => None,
                Some(step) => store::steps::load(&mut desk.reader, &access, step).await?,
            };
            let authors = line.as_ref().map(rules::authors).unwrap_or_default();
            let seen = (version, authors.as_slice());
            let stamp = desk.stamp();
            let (decided, note) = match answer.clone() {
                CorrectionAnswer::Grant(answer, note) => asked.grant(seen, answer, note, stamp)?,
                CorrectionAnswer::Refuse(answer) => (asked.refuse(seen, answer, stamp)?, None),
            };
            desk.carry_out_correction(&decided, note.as_ref(), line.as_ref());
            if desk.store(submission).await? == Stored::Yes {
                return Ok(());
            }
        }
        Err(busy())
    }

    async fn where_correction_is(
        &self,
        actor: &Actor,
        request: CorrectionId,
    ) -> Result<(DossierId, Option<StepId>), Failure> {
        let permit = domain::policy::permit(actor, Operation::DecideCorrection)?;
        let mut reader = self.database.reader().await?;
        let found = corrections::where_is(&mut reader, request).await?;
        found
            .filter(|(_, step)| permit.reaches_all() || step.is_some())
            .ok_or(Failure::NotFound)
    }
}

async fn one(
    reader: &mut Reader,
    access: &Access<Read>,
    request: CorrectionId,
) -> Result<Correction, Failure> {
    let found = corrections::one(reader, access, request).await?;
    found.ok_or(Failure::NotFound)
}

impl Desk<'_> {
    /// That what a request is about stands in this dossier. A line was loaded before.
    async fn check_subject(&mut self, subject: Subject) -> Result<(), Failure> {
        let access = self.reading();
        let reader = &mut self.reader;
        let is_there = match subject {
            Subject::Study(id) => {
                let studies = store::studies::list(reader, &access).await?;
                studies.iter().any(|it| it.id == id)
            }
            Subject::Experience(id) => {
                let experiences: Vec<Experience> = store::sections::list(reader, &access).await?;
                experiences.iter().any(|it| it.id == id)
            }
            Subject::Line(_) | Subject::Personal | Subject::Other => true,
        };
        if is_there {
            Ok(())
        } else {
            Err(Failure::NotFound)
        }
    }

    /// Writes a decision, with what stands next to the line, and tells the asker. Who asks for or gives
    /// the line is told too: an ongoing one is theirs to correct.
    fn carry_out_correction(
        &mut self,
        decided: &Correction,
        note: Option<&Rectification>,
        line: Option<&Step>,
    ) {
        let Some(decision) = &decided.decision else {
            return;
        };
        corrections::decide(&mut self.batch, &self.access, decided);
        let mut changes = vec![
            Change::new_value("request", decided.kind.label()),
            Change::new_value("about", decided.subject.label()),
            Change::new_value("answer", decision.answer().as_str()),
        ];
        if let Some(note) = note {
            corrections::add_note(&mut self.batch, &self.access, note);
            changes.push(Change::new_value("rectification", note.text.as_str()));
        }
        let (event, kind) = if decision.is_granted() {
            (Event::CorrectionGranted, NoticeKind::CorrectionGranted)
        } else {
            (Event::CorrectionRefused, NoticeKind::CorrectionRefused)
        };
        let step = decided.subject.line();
        self.journal(event, decided.id.0, step.map(|step| step.0), changes);
        let answer = Some(decision.answer().to_string());
        self.tell_of_correction(decided.asked.by, kind, None, answer);
        if let (Some(line), true) = (line, note.is_some()) {
            let mut people = vec![line.requester.person, line.provider.person];
            people.sort_unstable();
            people.dedup();
            people.retain(|person| *person != decided.asked.by);
            for person in people {
                self.tell_of_correction(person, NoticeKind::LineCorrected, Some(line.id), None);
            }
        }
    }

    fn tell_of_correction(
        &mut self,
        person: PersonId,
        kind: NoticeKind,
        step: Option<StepId>,
        note: Option<String>,
    ) {
        let notice = Notice {
            at: self.now,
            kind: kind.code().to_owned(),
            dossier: Some(self.head.id),
            step,
            note,
            read: false,
        };
        let id = self.new_id();
        notices::write(&mut self.batch, id, person, &notice);
    }
}
