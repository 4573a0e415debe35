//! Actions of a line (A1 to A4).

use async_recursion::async_recursion as boxed;
use domain::Day;
use domain::actions::{self, Action, ActionDetails, Presence};
use domain::catalogue::{ActionKindCode, StepType};
use domain::ids::{ActionId, DossierId, StepId};
use domain::journal::{Change, Event};
use domain::people::Actor;
use domain::policy::Operation;
use domain::refusal::{Field, Refusal};
use domain::steps::Step;
use domain::text::{Label, Note};
use store::dossiers::Head;

use crate::desk::{Desk, Stored, TRIES};
use crate::steps::busy;
use crate::{Casework, Conflict, Failure, Submission};

/// The actions of a line.
#[derive(Debug)]
pub struct ActionsPage {
    /// The dossier's head.
    pub head: Head,
    /// The line.
    pub step: Step,
    /// Its type, as far as the programme still knows it.
    pub kind: Option<StepType>,
    /// The actions, the last day first; voided ones too.
    pub actions: Vec<Action>,
    /// Whether this person may record actions on this line now.
    pub may_record: bool,
    /// Whether this person reads the actions.
    pub sees_story: bool,
}

/// What the form of an action gives, parsed.
#[derive(Clone, Debug)]
pub struct ActionInput {
    /// Dag
    pub day: Day,
    /// Soort
    pub kind: ActionKindCode,
    /// Duur in minutes
    pub minutes: u16,
    /// Aanwezigheid
    pub presence: Presence,
    /// Plaats
    pub place: Option<Label>,
    /// Nota
    pub note: Option<Note>,
}

impl Casework {
    /// The actions of a line.
    #[boxed]
    pub async fn actions_page(
        &self,
        actor: &Actor,
        dossier: DossierId,
        step: StepId,
    ) -> Result<ActionsPage, Failure> {
        let mut glance = self
            .glance(actor, Operation::ViewStep, dossier, "acties")
            .await?;
        let (reader, access) = (&mut glance.reader, &glance.access);
        let removals = store::removals::of_step(reader, access, step).await?;
        let step = store::steps::load(reader, access, step)
            .await?
            .filter(|step| access.sees_line(step, !removals.is_empty()))
            .ok_or(Failure::NotFound)?;
        let sees_story = access.sees_story(&step);
        let actions = if sees_story {
            store::actions::list(reader, access, step.id).await?
        } else {
            Vec::new()
        };
        let own = actor.organisation().is_some_and(|own| step.involves(own));
        Ok(ActionsPage {
            kind: self.catalogue.step_type(&step.step_type).cloned(),
            may_record: own
                && step.ongoing().is_ok()
                && domain::policy::permit(actor, Operation::RecordAction).is_ok(),
            head: glance.head,
            step,
            actions,
            sees_story,
        })
    }

    /// Records an action (A1, A2).
    #[boxed]
    pub async fn record_action(
        &self,
        actor: &Actor,
        dossier: DossierId,
        step: StepId,
        input: &ActionInput,
        submission: &Submission,
    ) -> Result<ActionId, Failure> {
        for _ in 0..TRIES {
            let mut desk = self.desk(actor, Operation::RecordAction, dossier).await?;
            desk.check_new(submission).await?;
            let line = desk.own(step).await?;
            let details = self.details(&line, input)?;
            actions::check(line.ongoing()?, &details, desk.today())?;
            let action = Action {
                id: ActionId(desk.new_id()),
                step,
                version: 1,
                details,
                recorded: desk.stamp(),
                voided: false,
            };
            store::actions::insert(&mut desk.batch, &desk.access, &action);
            let changes = described(None, Some(&action.details));
            desk.journal(Event::ActionRecorded, action.id.0, Some(step.0), changes);
            let id = action.id;
            if desk.store(submission).await? == Stored::Yes {
                return Ok(id);
            }
        }
        Err(busy())
    }

    /// Changes an action while its line is ongoing (A4).
    #[allow(clippy::too_many_arguments)]
    #[boxed]
    pub async fn change_action(
        &self,
        actor: &Actor,
        dossier: DossierId,
        step: StepId,
        action: ActionId,
        version: u32,
        input: &ActionInput,
        submission: &Submission,
    ) -> Result<(), Failure> {
        for _ in 0..TRIES {
            let mut desk = self.desk(actor, Operation::RecordAction, dossier).await?;
            desk.check_new(submission).await?;
            let line = desk.own(step).await?;
            let ongoing = line.ongoing()?;
            let before = desk.action(step, action, version).await?;
            let details = self.details(&line, input)?;
            actions::check(ongoing, &details, desk.today())?;
            let changes = described(Some(&before.details), Some(&details));
            if changes.is_empty() {
                return Ok(());
            }
            let after = Action {
                version: before.version + 1,
                details,
                ..before
            };
            store::actions::update(&mut desk.batch, &desk.access, &after);
            desk.journal(Event::ActionChanged, action.0, Some(step.0), changes);
            if desk.store(submission).await? == Stored::Yes {
                return Ok(());
            }
        }
        Err(busy())
    }

    /// Takes an action back while its line is ongoing (A4): kept, and no longer counted.
    #[boxed]
    pub async fn void_action(
        &self,
        actor: &Actor,
        dossier: DossierId,
        step: StepId,
        action: ActionId,
        version: u32,
        submission: &Submission,
    ) -> Result<(), Failure> {
        for _ in 0..TRIES {
            let mut desk = self.desk(actor, Operation::RecordAction, dossier).await?;
            desk.check_new(submission).await?;
            let line = desk.own(step).await?;
            line.ongoing()?;
            let before = desk.action(step, action, version).await?;
            let changes = described(Some(&before.details), None);
            let after = Action {
                version: before.version + 1,
                voided: true,
                ..before
            };
            store::actions::update(&mut desk.batch, &desk.access, &after);
            desk.journal(Event::ActionVoided, action.0, Some(step.0), changes);
            if desk.store(submission).await? == Stored::Yes {
                return Ok(());
            }
        }
        Err(busy())
    }

    fn details(&self, step: &Step, input: &ActionInput) -> Result<ActionDetails, Failure> {
        let known = self
            .catalogue
            .step_type(&step.step_type)
            .is_some_and(|kind| kind.actions.iter().any(|action| action.code == input.kind));
        if !known {
            return Err(Refusal::NotChosen(Field::ActionKind).into());
        }
        Ok(ActionDetails {
            day: input.day,
            kind: input.kind.clone(),
            minutes: input.minutes,
            presence: input.presence,
            place: input.place.clone(),
            note: input.note.clone(),
        })
    }
}

impl Desk<'_> {
    /// An action that counts, at the version the form was read at (T1).
    async fn action(
        &mut self,
        step: StepId,
        action: ActionId,
        version: u32,
    ) -> Result<Action, Failure> {
        let access = self.reading();
        let found = store::actions::list(&mut self.reader, &access, step)
            .await?
            .into_iter()
            .find(|it| it.id == action)
            .ok_or(Failure::NotFound)?;
        if found.version == version && !found.voided {
            return Ok(found);
        }
        let entries = store::journal::of_step(&mut self.reader, &access, step).await?;
        let last = entries
            .into_iter()
            .find(|stored| stored.entry.subject == action.0);
        let Some(last) = last else {
            return Err(Refusal::ChangedMeanwhile.into());
        };
        Err(Failure::Changed(Box::new(Conflict {
            stamp: domain::steps::Stamp {
                by: last.entry.by,
                by_name: last.by_name,
                at: last.entry.at,
            },
            changes: last.entry.changes,
            version: found.version,
            is_final: found.voided,
        })))
    }
}

/// The fields of an action that differ, for the journal.
pub(crate) fn described(
    before: Option<&ActionDetails>,
    after: Option<&ActionDetails>,
) -> Vec<Change> {
    let field = |name: &str, of: &dyn Fn(&ActionDetails) -> Option<String>| {
        Change::of(name, before.and_then(of), after.and_then(of))
    };
    [
        field("day", &|it| Some(it.day.to_iso())),
        field("kind", &|it| Some(it.kind.to_string())),
        field("minutes", &|it| Some(it.minutes.to_string())),
        field("presence", &|it| Some(it.presence.label().to_owned())),
        field("place", &|it| {
            it.place.as_ref().map(|p| p.as_str().to_owned())
        }),
        field("note", &|it| {
            it.note.as_ref().map(|n| n.as_str().to_owned())
        }),
    ]
    .into_iter()
    .filter(Change::is_change)
    .collect()
}
