//! Mandates of controllers: given and ended by a system manager, who sees none of the lines they open, and
//! told of in the administrative log.

use async_recursion::async_recursion as boxed;
use domain::account_events::AccountEvent;
use domain::ids::MandateId;
use domain::journal::Change;
use domain::mandates::{self as rules, Mandate, Period, Terms};
use domain::people::{Actor, Role};
use domain::policy::{self, Operation};
use domain::refusal::Refusal;
use domain::steps::Stamp;
use store::{Batch, mandates, people, submissions};

use crate::account_events::About;
use crate::{Casework, Failure, Submission};

/// A mandate as a form gives it.
#[derive(Clone, Debug)]
pub struct MandateInput {
    /// User name of the controller.
    pub controller: String,
    /// What it says.
    pub terms: Terms,
}

impl Casework {
    /// Every mandate, the last given first.
    #[boxed]
    pub async fn mandates(&self, actor: &Actor) -> Result<Vec<Mandate>, Failure> {
        let permit = policy::permit(actor, Operation::ViewMandates)?;
        let mut reader = self.database.reader().await?;
        Ok(mandates::all(&mut reader, &permit).await?)
    }

    /// Gives a controller a mandate.
    ///
    /// # Errors
    /// `NoSuchController`, and the refusals of `domain::mandates::check`.
    #[boxed]
    pub async fn give_mandate(
        &self,
        actor: &Actor,
        input: &MandateInput,
        submission: &Submission,
    ) -> Result<MandateId, Failure> {
        self.permit_now(actor, Operation::ManageMandates)?;
        let mut reader = self.database.reader().await?;
        if let Some(led_to) = submissions::find(&mut reader, submission.key, actor.person).await? {
            return Err(Failure::AlreadyDone(led_to));
        }
        let user_name = input.controller.trim().to_lowercase();
        let found = people::credentials(&mut reader, &user_name).await?;
        let functions = match &found {
            Some(found) => store::functions::open(&mut reader, found.person).await?,
            None => Vec::new(),
        };
        let controls = functions.iter().any(|it| it.role == Role::Controller);
        let Some(found) = found.filter(|_| controls) else {
            return Err(Refusal::NoSuchController.into());
        };
        let name = people::name(&mut reader, found.person).await?;
        drop(reader);
        rules::check(found.person, &input.terms, actor.person, self.today())?;
        let now = self.now();
        let mandate = Mandate {
            // Random, because it stands in addresses.
            id: MandateId(self.ids.random()),
            controller: found.person,
            controller_name: name.unwrap_or_default(),
            terms: input.terms.clone(),
            given: stamp(actor, now),
            ended: None,
        };
        let mut batch = Batch::new();
        mandates::insert(&mut batch, &mandate);
        self.record(
            &mut batch,
            AccountEvent::MandateGiven,
            &about(actor, &mandate),
        );
        self.store_alone(actor, batch, submission, Refusal::ChangedMeanwhile)
            .await?;
        Ok(mandate.id)
    }

    /// Ends a mandate: from now on it opens nothing.
    ///
    /// # Errors
    /// `MandateEnded`.
    #[boxed]
    pub async fn end_mandate(
        &self,
        actor: &Actor,
        id: MandateId,
        submission: &Submission,
    ) -> Result<(), Failure> {
        self.permit_now(actor, Operation::ManageMandates)?;
        let mut reader = self.database.reader().await?;
        if let Some(led_to) = submissions::find(&mut reader, submission.key, actor.person).await? {
            return Err(Failure::AlreadyDone(led_to));
        }
        let found = mandates::one(&mut reader, id).await?;
        drop(reader);
        let mandate = found.ok_or(Failure::NotFound)?;
        let stamp = stamp(actor, self.now());
        mandate.end(stamp.clone())?;
        let mut batch = Batch::new();
        mandates::end(&mut batch, id, &stamp);
        self.record(
            &mut batch,
            AccountEvent::MandateEnded,
            &about(actor, &mandate),
        );
        self.store_alone(actor, batch, submission, Refusal::MandateEnded)
            .await
    }
}

/// Who acts, and when.
pub(crate) fn stamp(actor: &Actor, at: domain::Moment) -> Stamp {
    Stamp {
        by: actor.person,
        by_name: actor.name.clone(),
        at,
    }
}

fn about(actor: &Actor, mandate: &Mandate) -> About {
    let terms = &mandate.terms;
    let days = |period: Period| format!("{} tot en met {}", period.from, period.until);
    About {
        by: Some(actor.person),
        subject: Some(mandate.controller),
        organisation: None,
        changes: vec![
            Change::new_value("reference", terms.reference.as_str()),
            Change::new_value("funding", terms.funding.to_string()),
            Change::new_value("lines", days(terms.lines)),
            Change::new_value("valid", days(terms.valid)),
        ],
    }
}
