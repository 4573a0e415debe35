//! What retention knows of projects (H8): a system manager proposes, another one confirms, and both stand
//! in the administrative log.

use async_recursion::async_recursion as boxed;
use domain::account_events::AccountEvent;
use domain::catalogue::FundingCode;
use domain::ids::ProjectChangeId;
use domain::journal::Change;
use domain::people::Actor;
use domain::policy::{self, Operation};
use domain::refusal::{Field, Refusal};
use domain::retention::{self as rules, Hold, Project, ProjectChange};
use domain::text::Note;
use store::{Batch, projects, submissions};

use crate::account_events::About;
use crate::mandates::stamp;
use crate::{Casework, Failure, Submission};

/// What a form proposes for a project.
#[derive(Clone, Debug)]
pub struct ProjectInput {
    /// Which project.
    pub funding: FundingCode,
    /// What would hold.
    pub project: Project,
    /// Why.
    pub reason: Note,
}

/// The projects, and what was proposed for them.
#[derive(Debug)]
pub struct ProjectsPage {
    /// Every project with what holds for it now, if anything.
    pub projects: Vec<(FundingCode, Option<ProjectChange>)>,
    /// What waits for a second person.
    pub waiting: Vec<ProjectChange>,
    /// What was decided, the last proposed first.
    pub decided: Vec<ProjectChange>,
}

impl Casework {
    /// The projects, and what was proposed for them.
    #[boxed]
    pub async fn projects(&self, actor: &Actor) -> Result<ProjectsPage, Failure> {
        let permit = policy::permit(actor, Operation::ViewProjects)?;
        let mut reader = self.database.reader().await?;
        let mut known = Vec::new();
        for number in self.catalogue.funding_numbers() {
            let current = projects::current(&mut reader, &permit, &number.code).await?;
            known.push((number.code.clone(), current));
        }
        let latest = projects::latest(&mut reader, &permit).await?;
        let (decided, waiting) = latest.into_iter().partition(|it| it.decided.is_some());
        Ok(ProjectsPage {
            projects: known,
            waiting,
            decided,
        })
    }

    /// Proposes a change; it holds once another person confirms it.
    ///
    /// # Errors
    /// `NotChosen` for a project or regime that is not known, the refusals of `domain::retention::check`,
    /// `ProjectChangeWaits`.
    #[boxed]
    pub async fn propose_project(
        &self,
        actor: &Actor,
        input: &ProjectInput,
        submission: &Submission,
    ) -> Result<(), Failure> {
        self.permit_now(actor, Operation::ManageProjects)?;
        let mut reader = self.database.reader().await?;
        if let Some(led_to) = submissions::find(&mut reader, submission.key, actor.person).await? {
            return Err(Failure::AlreadyDone(led_to));
        }
        drop(reader);
        if self.catalogue.funding(&input.funding).is_none() {
            return Err(Refusal::NotChosen(Field::Funding).into());
        }
        if self.rules.regime(&input.project.regime).is_none() {
            return Err(Refusal::NotChosen(Field::Regime).into());
        }
        rules::check(&input.project, self.today())?;
        let now = self.now();
        let change = ProjectChange {
            id: ProjectChangeId(self.ids.next(now)),
            funding: input.funding.clone(),
            project: input.project.clone(),
            reason: input.reason.clone(),
            proposed: stamp(actor, now),
            decided: None,
        };
        let mut batch = Batch::new();
        projects::insert(&mut batch, &change);
        let about = about(actor, &change);
        self.record(&mut batch, AccountEvent::ProjectProposed, &about);
        self.store_alone(actor, batch, submission, Refusal::ProjectChangeWaits)
            .await
    }

    /// Confirms what another proposed, refuses it, or takes the own proposal back.
    ///
    /// # Errors
    /// `ProjectChangeDecided`, `OwnProjectChange`.
    #[boxed]
    pub async fn decide_project(
        &self,
        actor: &Actor,
        id: ProjectChangeId,
        confirmed: bool,
        submission: &Submission,
    ) -> Result<(), Failure> {
        let permit = self.permit_now(actor, Operation::ManageProjects)?;
        let mut reader = self.database.reader().await?;
        if let Some(led_to) = submissions::find(&mut reader, submission.key, actor.person).await? {
            return Err(Failure::AlreadyDone(led_to));
        }
        let found = projects::one(&mut reader, &permit, id).await?;
        drop(reader);
        let change = found.ok_or(Failure::NotFound)?;
        let stamp = stamp(actor, self.now());
        change.decide(confirmed, stamp.clone())?;
        let mut batch = Batch::new();
        projects::decide(&mut batch, id, confirmed, &stamp);
        let event = match confirmed {
            true => AccountEvent::ProjectConfirmed,
            false => AccountEvent::ProjectRefused,
        };
        self.record(&mut batch, event, &about(actor, &change));
        self.store_alone(actor, batch, submission, Refusal::ProjectChangeDecided)
            .await
    }
}

fn about(actor: &Actor, change: &ProjectChange) -> About {
    let project = &change.project;
    let paid = project.last_payment.map(|at| at.brussels_day().to_iso());
    let aid = project.aid_granted.map(domain::Day::to_iso);
    let hold = project.hold.map(|hold| match hold {
        Hold::Open => "zonder einde".to_owned(),
        Hold::Until(day) => day.to_iso(),
    });
    let changes = [
        Change::new_value("funding", change.funding.to_string()),
        Change::new_value("regime", project.regime.as_str()),
        Change::of("last_payment", None, paid),
        Change::of("aid_granted", None, aid),
        Change::of("hold", None, hold),
        Change::new_value("reason", change.reason.as_str()),
    ];
    About {
        by: Some(actor.person),
        subject: Some(change.proposed.by),
        organisation: None,
        changes: changes.into_iter().filter(Change::is_change).collect(),
    }
}
