//! Lines under 'Stappen naar werk': list, register, change, end, cancel, supplement.

use async_recursion::async_recursion as boxed;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use domain::catalogue::{FundingCode, StepType, StepTypeCode};
use domain::corrections::Rectification;
use domain::documents::{self, Document};
use domain::ids::{DossierId, OrganisationId, PersonId, StepId, UnitId};
use domain::journal::{Change, Event};
use domain::moment::AppendWindow;
use domain::people::{Actor, Party, Unit};
use domain::policy::{Access, Operation, Read};
use domain::refusal::{Field, Refusal};
use domain::steps::addendum::{self, Addendum};
use domain::steps::change::{self, Changed};
use domain::steps::end::{self, EndWith};
use domain::steps::register::{self, Register, Registered};
use domain::steps::removal::RemovalRequest;
use domain::steps::{Setting, Span, Stamp, State, Step, Terms, cancel, ongoing_elsewhere};
use domain::studies::Study;
use domain::text::{Note, Summary};
use domain::{Day, Moment, eligibility};
use store::dossiers::Head;
use store::notices::{self, Notice};
use store::steps::{KeptCheck, Listed, UnitNames};
use store::{Reader, StoreError, grants, journal, organisations, people, removals, studies};

use crate::desk::{Desk, Glance, Looked, Mark, Since, Stored, TRIES};
use crate::{Casework, Conflict, Failure, NoticeKind, Submission};

/// The list of a dossier.
#[derive(Debug)]
pub struct StepsPage {
    /// The dossier's head.
    pub head: Head,
    /// The listed lines, newest first.
    pub rows: Vec<Listed>,
    /// Whether this person may register a line here.
    pub may_register: bool,
}

/// What the empty detail screen needs.
#[derive(Debug)]
pub struct RegisterPage {
    /// The dossier's head.
    pub head: Head,
    /// The type that was chosen.
    pub kind: StepType,
    /// Requester and provider by default: the own unit and name (S6).
    pub default_party: Party,
    /// The studies the check will look at (E1 to E4).
    pub studies: Vec<Study>,
}

/// One line with everything around it.
#[derive(Debug)]
pub struct StepPage {
    /// The dossier's head.
    pub head: Head,
    /// The line. Without its story when that is not for this person.
    pub step: Step,
    /// Its type, as far as the programme still knows it.
    pub kind: Option<StepType>,
    /// The addenda, in order.
    pub addenda: Vec<Addendum>,
    /// The eligibility checks, in order (E7).
    pub checks: Vec<KeptCheck>,
    /// The studies as they are now.
    pub studies: Vec<Study>,
    /// The study that makes it 'te controleren', and since when (E5).
    pub review: Option<(Study, Moment)>,
    /// The requests for removal, the last one first (R6).
    pub removals: Vec<RemovalRequest>,
    /// The window for addenda, for an ended line (R3).
    pub window: Option<AppendWindow>,
    /// Whether that window is open now.
    pub window_open: bool,
    /// Days and kinds of the actions that count.
    pub actions: Vec<domain::actions::ActionDay>,
    /// Whether this person may change it, as far as its state lets anybody.
    pub may_change: bool,
    /// Whether this person reads its story.
    pub sees_story: bool,
    /// Whether a correction stands next to it.
    pub is_corrected: bool,
    /// What stands next to it; empty when its story is not for this person.
    pub corrections: Vec<Rectification>,
    /// The documents that are its evidence, the first first, also those that were withdrawn.
    pub documents: Vec<Document>,
    /// Whether this person can add evidence to it now.
    pub takes_evidence: bool,
}

/// The fields of the detail screen, parsed.
#[derive(Clone, Debug)]
pub struct StepInput {
    /// Financieringsnummer
    pub funding: FundingCode,
    /// Aanvrager
    pub requester: PersonId,
    /// Uitvoerder
    pub provider: PersonId,
    /// Datum
    pub start: Day,
    /// Samenvatting
    pub summary: Option<Summary>,
    /// Why late (S13)
    pub late_reason: Option<Note>,
    /// The tick of E4
    pub declared_no_diploma: bool,
}

/// Something to tell that is no reason to refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warning {
    /// S8: the same guidance is ongoing at another organisation.
    OngoingElsewhere,
    /// R1: the line ends without any action.
    NoActions,
}

/// A stored change.
#[derive(Clone, Debug)]
pub struct Done {
    /// The line.
    pub step: StepId,
    /// What to tell besides.
    pub warnings: Vec<Warning>,
}

impl Done {
    fn quietly(step: StepId) -> Self {
        Done {
            step,
            warnings: Vec::new(),
        }
    }
}

/// What a line is decided against, loaded in one go.
struct Around {
    studies: Vec<Study>,
    spans: Vec<Span>,
    actions: Vec<domain::actions::ActionDay>,
    requester_granted: bool,
    provider_granted: bool,
    own: OrganisationId,
    /// Whether the line is 'te controleren' (E5).
    flagged: bool,
}

/// Names of units as they were read last, for as long as none was changed.
#[derive(Debug, Default)]
pub(crate) struct KnownUnits(Mutex<(i64, UnitNames)>);

impl Casework {
    /// The lines of a dossier, read together with its head.
    pub(crate) async fn lines(
        &self,
        reader: &mut Reader,
        access: &Access<Read>,
        head: &Head,
    ) -> Result<Vec<Listed>, StoreError> {
        let known = || {
            let known = self.known_units.0.lock();
            known.unwrap_or_else(PoisonError::into_inner)
        };
        let mut names = match &*known() {
            (mark, names) if *mark == head.unit_names => names.clone(),
            _ => UnitNames::default(),
        };
        let rows = store::steps::list(reader, access, &mut names).await?;
        *known() = (head.unit_names, names);
        Ok(rows)
    }

    async fn listed(&self, actor: &Actor, mut glance: Glance) -> Result<StepsPage, Failure> {
        let (reader, access) = (&mut glance.reader, &glance.access);
        let rows = self.lines(reader, access, &glance.head).await?;
        Ok(StepsPage {
            may_register: may(actor, Operation::RegisterStep),
            head: glance.head,
            rows,
        })
    }

    /// The listed lines of a dossier.
    #[boxed]
    pub async fn steps_page(
        &self,
        actor: &Actor,
        dossier: DossierId,
    ) -> Result<StepsPage, Failure> {
        let glance = self
            .glance(actor, Operation::ListSteps, dossier, "stappen")
            .await?;
        self.listed(actor, glance).await
    }

    /// The same for who may have kept the page. Opening it is decided and recorded as for any other.
    #[boxed]
    pub async fn steps_page_since<K: Send>(
        &self,
        actor: &Actor,
        dossier: DossierId,
        kept: Option<(Mark, K)>,
    ) -> Result<Looked<StepsPage, K>, Failure> {
        let glance = self
            .glance(actor, Operation::ListSteps, dossier, "stappen")
            .await?;
        let (mark, until) = (glance.mark(), glance.recorded_until());
        let page = match kept {
            Some((of, kept)) if of == mark => Since::Unchanged(kept),
            _ => Since::Changed(self.listed(actor, glance).await?, mark),
        };
        Ok(Looked { page, until })
    }

    /// What the empty detail screen needs, for a type that can be chosen today.
    #[boxed]
    pub async fn register_page(
        &self,
        actor: &Actor,
        dossier: DossierId,
        step_type: &StepTypeCode,
    ) -> Result<RegisterPage, Failure> {
        let mut glance = self
            .glance(actor, Operation::RegisterStep, dossier, "stap_nieuw")
            .await?;
        let kind = self
            .catalogue
            .active_step_types(self.today())
            .into_iter()
            .find(|kind| kind.code == *step_type)
            .ok_or(Failure::NotFound)?
            .clone();
        let studies = studies::list(&mut glance.reader, &glance.access).await?;
        let default_party = actor.as_party().ok_or(Failure::NotFound)?;
        Ok(RegisterPage {
            head: glance.head,
            kind,
            default_party,
            studies,
        })
    }

    /// One line with everything around it. Cancelled and removed ones are there for who may see them.
    #[boxed]
    pub async fn step_page(
        &self,
        actor: &Actor,
        dossier: DossierId,
        step: StepId,
    ) -> Result<StepPage, Failure> {
        let mut glance = self
            .glance(actor, Operation::ViewStep, dossier, "stap")
            .await?;
        self.line_as_read(actor, &mut glance, step, false).await
    }

    /// One line with everything around it, in a dossier that is open for reading. `asked` says that
    /// something was asked of this line which makes it this person's to look at.
    #[boxed]
    pub(crate) async fn line_as_read(
        &self,
        actor: &Actor,
        glance: &mut Glance,
        step: StepId,
        asked: bool,
    ) -> Result<StepPage, Failure> {
        let (reader, access) = (&mut glance.reader, &glance.access);
        let mut removals = removals::of_step(reader, access, step).await?;
        let mut step = store::steps::load(reader, access, step)
            .await?
            .filter(|step| access.sees_line(step, asked || !removals.is_empty()))
            .ok_or(Failure::NotFound)?;
        let mut corrections = store::corrections::notes(reader, access, step.id).await?;
        let is_corrected = !corrections.is_empty();
        let sees_story = access.sees_story(&step);
        let mut addenda = store::steps::addenda(reader, access, step.id).await?;
        let actions = if sees_story {
            self.action_days(reader, access, &step).await?
        } else {
            Vec::new()
        };
        if !sees_story {
            step.summary = None;
            step.late_reason = None;
            addenda.clear();
            corrections.clear();
            // Why a removal was asked or refused is part of the story.
            removals.clear();
            if let State::Ended(ending) = &mut step.state {
                ending.note = None;
            }
        }
        let studies = studies::list(reader, access).await?;
        let review = store::steps::review_of(reader, access, step.id).await?;
        let review = review.and_then(|(id, since)| {
            let study = studies.iter().find(|study| study.id == id)?;
            Some((study.clone(), since))
        });
        let window = addendum::window(&step, &self.catalogue);
        let own = actor.organisation();
        let documents = if sees_story && may(actor, Operation::ViewDocuments) {
            store::documents::of_step(reader, access, step.id).await?
        } else {
            Vec::new()
        };
        let is_own = own.is_some_and(|own| step.involves(own));
        let takes_evidence = is_own
            && may(actor, Operation::AddDocument)
            && documents::check_evidence(&step, glance.now, &self.catalogue).is_ok();
        Ok(StepPage {
            documents,
            takes_evidence,
            kind: self.catalogue.step_type(&step.step_type).cloned(),
            checks: store::steps::checks(reader, access, step.id).await?,
            removals,
            window_open: window.is_some_and(|window| addendum::is_open(window, glance.now)),
            may_change: may(actor, Operation::ChangeStep) && is_own,
            head: glance.head.clone(),
            is_corrected,
            corrections,
            step,
            addenda,
            studies,
            review,
            window,
            actions,
            sees_story,
        })
    }

    /// What happened to a line, the last first.
    #[boxed]
    pub async fn step_history(
        &self,
        actor: &Actor,
        dossier: DossierId,
        step: StepId,
    ) -> Result<(Head, Step, Vec<journal::Stored>), Failure> {
        let mut glance = self
            .glance(actor, Operation::ViewStep, dossier, "geschiedenis")
            .await?;
        let (reader, access) = (&mut glance.reader, &glance.access);
        let removals = removals::of_step(reader, access, step).await?;
        // Who reads the dossier reads the history of every line, also of one out of sight (C1).
        let step = store::steps::load(reader, access, step)
            .await?
            .filter(|step| access.sees_history(step, !removals.is_empty()))
            .ok_or(Failure::NotFound)?;
        let mut entries = journal::of_step(reader, access, step.id).await?;
        if !access.sees_story(&step) {
            for stored in &mut entries {
                stored.entry.changes.clear();
            }
        }
        Ok((glance.head, step, entries))
    }

    /// Units whose name begins with a text, for choosing a requester or provider.
    #[boxed]
    pub async fn find_units(&self, actor: &Actor, text: &str) -> Result<Vec<Unit>, Failure> {
        domain::policy::permit(actor, Operation::RegisterStep)?;
        let mut reader = self.database.reader().await?;
        Ok(organisations::units(&mut reader, text).await?)
    }

    /// The counsellors of a unit, for choosing a requester or provider.
    #[boxed]
    pub async fn parties_of(
        &self,
        actor: &Actor,
        unit: UnitId,
    ) -> Result<(Unit, Vec<Party>), Failure> {
        domain::policy::permit(actor, Operation::RegisterStep)?;
        let mut reader = self.database.reader().await?;
        let found = organisations::unit(&mut reader, unit).await?;
        let found = found.filter(|it| it.closed.is_none());
        let found = found.ok_or(Failure::NotFound)?;
        Ok((found.unit, people::parties(&mut reader, unit).await?))
    }

    /// One counsellor with the unit, for showing a form again.
    #[boxed]
    pub async fn party(&self, actor: &Actor, person: PersonId) -> Result<Option<Party>, Failure> {
        domain::policy::permit(actor, Operation::RegisterStep)?;
        let mut reader = self.database.reader().await?;
        Ok(people::party(&mut reader, person, actor.unit.as_ref()).await?)
    }

    /// The first screen of a line that is registered straight as Beëindigd (S12). Stores nothing.
    #[boxed]
    pub async fn check_registration_ended(
        &self,
        actor: &Actor,
        dossier: DossierId,
        step_type: &StepTypeCode,
        input: &StepInput,
        end: Option<Day>,
    ) -> Result<(), Failure> {
        let mut desk = self.desk(actor, Operation::RegisterStep, dossier).await?;
        let (command, around) = desk.new_line(step_type, input).await?;
        let setting = self.setting(&desk, &around);
        register::check_ended(&command, end, &setting)?;
        Ok(())
    }

    /// Registers a line: as Bezig, or with an ending straight as Beëindigd (S12).
    #[boxed]
    pub async fn register_step(
        &self,
        actor: &Actor,
        dossier: DossierId,
        step_type: &StepTypeCode,
        input: &StepInput,
        ending: Option<&EndWith>,
        submission: &Submission,
    ) -> Result<Done, Failure> {
        for _ in 0..TRIES {
            let mut desk = self.desk(actor, Operation::RegisterStep, dossier).await?;
            desk.check_new(submission).await?;
            let (command, around) = desk.new_line(step_type, input).await?;
            let setting = self.setting(&desk, &around);
            let stamp = desk.stamp();
            let Registered { step, checked } = match ending {
                None => register::register(command, stamp.clone(), &setting)?,
                Some(ending) => {
                    register::register_ended(command, ending.clone(), stamp.clone(), &setting)?
                }
            };
            store::steps::insert(&mut desk.batch, &desk.access, &step);
            if let Some(checked) = &checked {
                store::steps::add_check(&mut desk.batch, &desk.access, step.id, checked, &stamp);
            }
            desk.journal(
                Event::StepRegistered,
                step.id.0,
                Some(step.id.0),
                described(&step),
            );
            desk.close_grants(&around.spans, None, &step, self.months_after(&step));
            let warnings = desk.warn_elsewhere(&around.spans, &step).await?;
            desk.assign_parties(None, &step).await?;
            let id = step.id;
            if desk.store(submission).await? == Stored::Yes {
                return Ok(Done { step: id, warnings });
            }
        }
        Err(busy())
    }

    /// Changes the fields of an ongoing line (S10).
    #[boxed]
    pub async fn change_step(
        &self,
        actor: &Actor,
        dossier: DossierId,
        step: StepId,
        version: u32,
        input: &StepInput,
        submission: &Submission,
    ) -> Result<Done, Failure> {
        for _ in 0..TRIES {
            let mut desk = self.desk(actor, Operation::ChangeStep, dossier).await?;
            desk.check_new(submission).await?;
            let before = desk.own_ongoing(step, version).await?;
            let (terms, around) = desk.terms(input, Some(&before)).await?;
            let setting = self.setting(&desk, &around);
            let changed = change::change(before.ongoing()?, terms, &setting)?;
            if changed.changes.is_empty() {
                return Ok(Done::quietly(step));
            }
            self.write_changed(&mut desk, &before, &around, &changed, Event::StepChanged);
            desk.assign_parties(Some(&before), &changed.step).await?;
            if desk.store(submission).await? == Stored::Yes {
                return Ok(Done::quietly(step));
            }
        }
        Err(busy())
    }

    /// The first screen of ending (R1). Stores nothing; gives the warnings that go with it.
    #[boxed]
    pub async fn check_end(
        &self,
        actor: &Actor,
        dossier: DossierId,
        step: StepId,
        version: u32,
        input: &StepInput,
        end: Option<Day>,
    ) -> Result<Vec<Warning>, Failure> {
        let mut desk = self.desk(actor, Operation::ChangeStep, dossier).await?;
        let before = desk.own_ongoing(step, version).await?;
        let (terms, around) = desk.terms(input, Some(&before)).await?;
        let setting = self.setting(&desk, &around);
        end::check(before.ongoing()?, terms, end, &setting)?;
        Ok(if around.actions.is_empty() {
            vec![Warning::NoActions]
        } else {
            Vec::new()
        })
    }

    /// Ends a line with its result (R1, R2): of two that end the same line exactly one succeeds (T1).
    #[allow(clippy::too_many_arguments)]
    #[boxed]
    pub async fn end_step(
        &self,
        actor: &Actor,
        dossier: DossierId,
        step: StepId,
        version: u32,
        input: &StepInput,
        ending: &EndWith,
        submission: &Submission,
    ) -> Result<Done, Failure> {
        for _ in 0..TRIES {
            let mut desk = self.desk(actor, Operation::ChangeStep, dossier).await?;
            desk.check_new(submission).await?;
            let before = desk.own_ongoing(step, version).await?;
            let (terms, around) = desk.terms(input, Some(&before)).await?;
            let setting = self.setting(&desk, &around);
            let stamp = desk.stamp();
            let changed = end::end(before.ongoing()?, terms, ending.clone(), stamp, &setting)?;
            self.write_changed(&mut desk, &before, &around, &changed, Event::StepEnded);
            if desk.store(submission).await? == Stored::Yes {
                return Ok(Done::quietly(step));
            }
        }
        Err(busy())
    }

    /// Cancels a line that was registered by mistake (C2).
    #[allow(clippy::too_many_arguments)]
    #[boxed]
    pub async fn cancel_step(
        &self,
        actor: &Actor,
        dossier: DossierId,
        step: StepId,
        version: u32,
        reason: &Note,
        voids_actions: bool,
        submission: &Submission,
    ) -> Result<Done, Failure> {
        for _ in 0..TRIES {
            let mut desk = self.desk(actor, Operation::ChangeStep, dossier).await?;
            desk.check_new(submission).await?;
            let before = desk.own_ongoing(step, version).await?;
            let access = desk.reading();
            let actions = self.action_days(&mut desk.reader, &access, &before).await?;
            let spans = store::steps::spans(&mut desk.reader, &access).await?;
            let cancelled = cancel::cancel(
                before.ongoing()?,
                reason.clone(),
                voids_actions,
                &actions,
                desk.stamp(),
            )?;
            // Actions first: once the line is final the database refuses to touch them.
            store::actions::void_all(&mut desk.batch, &desk.access, step);
            store::steps::update(&mut desk.batch, &desk.access, &cancelled);
            let mut changes = vec![
                Change::of("state", Some("Bezig".into()), Some("Geannuleerd".into())),
                Change::new_value("reason", reason.as_str()),
            ];
            for action in &actions {
                let line = format!("{} {}", action.day, action.kind);
                changes.push(Change::of("action", Some(line), None));
            }
            desk.journal(Event::StepCancelled, step.0, Some(step.0), changes);
            let months = self.months_after(&before);
            desk.close_grants(&spans, Some(&before), &cancelled, months);
            if desk.store(submission).await? == Stored::Yes {
                return Ok(Done::quietly(step));
            }
        }
        Err(busy())
    }

    /// Adds an addendum to an ended line, while the window is open (R3).
    #[boxed]
    pub async fn add_addendum(
        &self,
        actor: &Actor,
        dossier: DossierId,
        step: StepId,
        text: &Summary,
        submission: &Submission,
    ) -> Result<Done, Failure> {
        for _ in 0..TRIES {
            let mut desk = self.desk(actor, Operation::ChangeStep, dossier).await?;
            desk.check_new(submission).await?;
            let line = desk.own(step).await?;
            let access = desk.reading();
            let earlier = store::steps::addenda(&mut desk.reader, &access, step).await?;
            let number = earlier.last().map_or(1, |last| last.number + 1);
            let addendum =
                addendum::append(&line, number, text.clone(), desk.stamp(), &self.catalogue)?;
            store::steps::add_addendum(&mut desk.batch, &desk.access, step, &addendum);
            let changes = vec![Change::new_value("addendum", text.as_str())];
            desk.journal(Event::AddendumAdded, step.0, Some(step.0), changes);
            if desk.store(submission).await? == Stored::Yes {
                return Ok(Done::quietly(step));
            }
        }
        Err(busy())
    }

    fn setting<'b>(&'b self, desk: &Desk<'_>, around: &'b Around) -> Setting<'b> {
        Setting {
            today: desk.today(),
            birth: desk.head.birth,
            catalogue: &self.catalogue,
            studies: &around.studies,
            others: &around.spans,
            actions: &around.actions,
            own: around.own,
            requester_granted: around.requester_granted,
            provider_granted: around.provider_granted,
        }
    }

    fn write_changed(
        &self,
        desk: &mut Desk<'_>,
        before: &Step,
        around: &Around,
        changed: &Changed,
        event: Event,
    ) {
        let step = &changed.step;
        let stamp = desk.stamp();
        store::steps::update(&mut desk.batch, &desk.access, step);
        if let Some(checked) = &changed.checked {
            store::steps::add_check(&mut desk.batch, &desk.access, step.id, checked, &stamp);
        }
        let mut changes = changed.changes.clone();
        changes.extend(ending_described(step));
        desk.journal(event, step.id.0, Some(step.id.0), changes);
        // E5: the corrected start was checked just now, and no diploma was held then.
        if around.flagged && changed.checked.is_some() {
            store::steps::clear_review(&mut desk.batch, &desk.access, step.id);
            desk.journal(Event::ReviewCleared, step.id.0, Some(step.id.0), Vec::new());
        }
        desk.close_grants(&around.spans, Some(before), step, self.months_after(step));
    }

    fn months_after(&self, step: &Step) -> u32 {
        self.catalogue
            .step_type(&step.step_type)
            .map_or(6, |kind| kind.access_after_end_months)
    }

    /// The actions of a line that count, with the label of their kind.
    #[boxed]
    pub(crate) async fn action_days(
        &self,
        reader: &mut Reader,
        access: &Access<Read>,
        step: &Step,
    ) -> Result<Vec<domain::actions::ActionDay>, Failure> {
        let actions = store::actions::list(reader, access, step.id).await?;
        Ok(actions
            .into_iter()
            .filter(|action| !action.voided)
            .map(|action| domain::actions::ActionDay {
                day: action.details.day,
                kind: self.action_kind_label(step, &action.details.kind),
            })
            .collect())
    }

    /// The label of a kind of action; its code when the programme no longer knows it.
    pub fn action_kind_label(
        &self,
        step: &Step,
        kind: &domain::catalogue::ActionKindCode,
    ) -> String {
        self.catalogue
            .step_type(&step.step_type)
            .and_then(|step_type| step_type.actions.iter().find(|known| known.code == *kind))
            .map_or_else(|| kind.to_string(), |known| known.label.clone())
    }
}

fn may(actor: &Actor, operation: Operation) -> bool {
    domain::policy::permit(actor, operation).is_ok()
}

/// Others kept being first; the person can simply try again.
pub(crate) fn busy() -> Failure {
    Failure::Unavailable("the dossier is being changed by many at once".into())
}

impl Desk<'_> {
    /// A line of this dossier that the own organisation asked for or gives.
    #[boxed]
    pub(crate) async fn own(&mut self, step: StepId) -> Result<Step, Failure> {
        let access = self.reading();
        let step = store::steps::load(&mut self.reader, &access, step)
            .await?
            .filter(Step::is_listed)
            .ok_or(Failure::NotFound)?;
        self.access.own_line(&step)?;
        Ok(step)
    }

    /// The same, ongoing and at the version that the form was read at; else what changed (T1).
    #[boxed]
    pub(crate) async fn own_ongoing(
        &mut self,
        step: StepId,
        version: u32,
    ) -> Result<Step, Failure> {
        let access = self.reading();
        let found = store::steps::load(&mut self.reader, &access, step)
            .await?
            .ok_or(Failure::NotFound)?;
        self.access.own_line(&found)?;
        let stale = version < found.version;
        match found.ongoing().map(|ongoing| ongoing.at_version(version)) {
            Ok(Ok(_)) => Ok(found),
            _ if stale => Err(self.conflict(&found, version).await?),
            Ok(Err(refusal)) | Err(refusal) => Err(refusal.into()),
        }
    }

    async fn conflict(&mut self, step: &Step, version: u32) -> Result<Failure, Failure> {
        let access = self.reading();
        let entries = journal::of_step(&mut self.reader, &access, step.id).await?;
        let since = usize::try_from(step.version.saturating_sub(version)).unwrap_or(usize::MAX);
        let later: Vec<_> = entries
            .into_iter()
            .filter(|stored| {
                matches!(
                    stored.entry.event,
                    Event::StepChanged
                        | Event::StepEnded
                        | Event::StepCancelled
                        | Event::StepRemoved
                )
            })
            .take(since)
            .collect();
        let Some(last) = later.first() else {
            return Ok(Refusal::ChangedMeanwhile.into());
        };
        let stamp = Stamp {
            by: last.entry.by,
            by_name: last.by_name.clone(),
            at: last.entry.at,
        };
        let changes = later
            .into_iter()
            .rev()
            .flat_map(|stored| stored.entry.changes)
            .collect();
        Ok(Failure::Changed(Box::new(Conflict {
            stamp,
            changes,
            version: step.version,
            is_final: step.ongoing().is_err(),
        })))
    }

    async fn new_line(
        &mut self,
        step_type: &StepTypeCode,
        input: &StepInput,
    ) -> Result<(Register, Around), Failure> {
        let (terms, around) = self.terms(input, None).await?;
        let command = Register {
            id: self.new_step_id(),
            dossier: self.head.id,
            step_type: step_type.clone(),
            terms,
        };
        Ok((command, around))
    }

    async fn terms(
        &mut self,
        input: &StepInput,
        existing: Option<&Step>,
    ) -> Result<(Terms, Around), Failure> {
        let access = self.reading();
        let today = self.today();
        let own = access.organisation().ok_or(Failure::NotFound)?;
        let kept = existing.map(|step| (&step.requester, &step.provider));
        let requester = self
            .party(input.requester, kept.map(|k| k.0), Field::Requester)
            .await?;
        let provider = self
            .party(input.provider, kept.map(|k| k.1), Field::Provider)
            .await?;
        let reader = &mut self.reader;
        let mut granted = Vec::new();
        for party in [&requester, &provider] {
            let theirs = party.unit.organisation;
            // The own organisation has a grant, or this proof would not exist.
            let is_granted =
                theirs == own || grants::is_granted(reader, &access, theirs, today).await?;
            granted.push(is_granted);
        }
        let actions = match existing {
            Some(step) => {
                self.casework()
                    .action_days(&mut self.reader, &access, step)
                    .await?
            }
            None => Vec::new(),
        };
        let flagged = match existing {
            Some(step) => store::steps::review_of(&mut self.reader, &access, step.id)
                .await?
                .is_some(),
            None => false,
        };
        let around = Around {
            studies: studies::list(&mut self.reader, &access).await?,
            spans: store::steps::spans(&mut self.reader, &access).await?,
            actions,
            requester_granted: granted.first().copied().unwrap_or(false),
            provider_granted: granted.last().copied().unwrap_or(false),
            own,
            flagged,
        };
        let terms = Terms {
            funding: input.funding.clone(),
            requester,
            provider,
            start: input.start,
            summary: input.summary.clone(),
            late_reason: input.late_reason.clone(),
            declared_no_diploma: input.declared_no_diploma,
        };
        Ok((terms, around))
    }

    /// A counsellor by identifier; one that left stays on a line that already names them.
    async fn party(
        &mut self,
        person: PersonId,
        kept: Option<&Party>,
        field: Field,
    ) -> Result<Party, Failure> {
        if let Some(kept) = kept.filter(|party| party.person == person) {
            return Ok(kept.clone());
        }
        let own = self.actor.unit.as_ref();
        let found = people::party(&mut self.reader, person, own).await?;
        found.ok_or_else(|| Refusal::NotChosen(field).into())
    }

    /// Sets the day on which the grants of the organisations of a line end by themselves (I2).
    pub(crate) fn close_grants(
        &mut self,
        spans: &[Span],
        before: Option<&Step>,
        after: &Step,
        months: u32,
    ) {
        let mut spans: Vec<Span> = spans
            .iter()
            .filter(|span| span.step != after.id)
            .cloned()
            .collect();
        if after.is_listed() {
            spans.push(after.span());
        }
        let organisations: BTreeSet<_> = [before, Some(after)]
            .into_iter()
            .flatten()
            .flat_map(|step| {
                [
                    step.requester.unit.organisation,
                    step.provider.unit.organisation,
                ]
            })
            .collect();
        for organisation in organisations {
            let day = domain::grants::closes_on(organisation, &spans, months);
            grants::close_on(&mut self.batch, &self.access, organisation, day);
        }
    }

    /// S8: the same guidance ongoing elsewhere warns both, without names.
    async fn warn_elsewhere(
        &mut self,
        spans: &[Span],
        step: &Step,
    ) -> Result<Vec<Warning>, Failure> {
        if step.end().is_some() {
            return Ok(Vec::new());
        }
        let own = step.provider.unit.organisation;
        let elsewhere: Vec<StepId> = ongoing_elsewhere(&step.step_type, own, spans)
            .map(|span| span.step)
            .collect();
        let access = self.reading();
        for id in &elsewhere {
            if let Some(other) = store::steps::load(&mut self.reader, &access, *id).await? {
                let notice = Notice {
                    at: self.now,
                    kind: NoticeKind::OngoingElsewhere.code().to_owned(),
                    dossier: Some(self.head.id),
                    step: Some(other.id),
                    note: None,
                    read: false,
                };
                let id = self.new_id();
                notices::write(&mut self.batch, id, other.provider.person, &notice);
            }
        }
        Ok(if elsewhere.is_empty() {
            Vec::new()
        } else {
            vec![Warning::OngoingElsewhere]
        })
    }

    /// E5: after a study changed, flags the lines for which a diploma was held at the start, and
    /// takes the flag from those for which that is no longer so.
    #[boxed]
    pub(crate) async fn review_lines(&mut self, studies: &[Study]) -> Result<(), Failure> {
        let access = self.reading();
        let spans = store::steps::spans(&mut self.reader, &access).await?;
        let flagged = store::steps::reviews(&mut self.reader, &access).await?;
        for span in spans {
            let rules = self
                .casework()
                .catalogue
                .step_type(&span.step_type)
                .map(|kind| kind.eligibility.clone())
                .unwrap_or_default();
            let against = eligibility::diploma_against(&rules, span.start, studies);
            let is_flagged = flagged.iter().any(|(step, _)| *step == span.step);
            let subject = span.step.0;
            match (against, is_flagged) {
                (Some(study), false) => {
                    let now = self.now;
                    store::steps::raise_review(
                        &mut self.batch,
                        &self.access,
                        span.step,
                        study,
                        now,
                    );
                    let title = studies
                        .iter()
                        .find(|it| it.id == study)
                        .map(|it| it.details.title())
                        .unwrap_or_default();
                    let changes = vec![Change::new_value("study", title)];
                    self.journal(Event::ReviewRaised, subject, Some(subject), changes);
                }
                (None, true) => {
                    store::steps::clear_review(&mut self.batch, &self.access, span.step);
                    self.journal(Event::ReviewCleared, subject, Some(subject), Vec::new());
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// A new line as the journal shows it.
fn described(step: &Step) -> Vec<Change> {
    let mut changes = registered_described(step);
    changes.extend(ending_described(step));
    changes
}

/// The same without its end.
pub(crate) fn registered_described(step: &Step) -> Vec<Change> {
    let mut changes = vec![
        Change::new_value("step_type", step.step_type.as_str()),
        Change::new_value("start", step.start.to_iso()),
        Change::new_value("funding", step.funding.as_str()),
        Change::new_value("requester", step.requester.line()),
        Change::new_value("provider", step.provider.line()),
    ];
    if let Some(summary) = &step.summary {
        changes.push(Change::new_value("summary", summary.as_str()));
    }
    if let Some(reason) = &step.late_reason {
        changes.push(Change::new_value("late_reason", reason.as_str()));
    }
    changes
}

/// The end of a line as the journal shows it; nothing while it is ongoing.
pub(crate) fn ending_described(step: &Step) -> Vec<Change> {
    let State::Ended(ending) = &step.state else {
        return Vec::new();
    };
    let yes_no = |fact: bool| if fact { "ja" } else { "nee" };
    let mut changes = vec![
        Change::of("state", Some("Bezig".into()), Some("Beëindigd".into())),
        Change::new_value("end", ending.end.to_iso()),
        Change::new_value("result", ending.result.as_str()),
        Change::new_value("reason", ending.reason.as_str()),
        Change::new_value("in_education", yes_no(ending.facts.in_education)),
        Change::new_value("has_work", yes_no(ending.facts.has_work)),
        Change::new_value("qualification", yes_no(ending.facts.qualification)),
        Change::new_value(
            "stopped_for_absence",
            yes_no(ending.facts.stopped_for_absence),
        ),
    ];
    if let Some(note) = &ending.note {
        changes.push(Change::new_value("result_note", note.as_str()));
    }
    changes
}
