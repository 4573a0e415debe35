//! Giving and ending an access grant (I2). How one is asked for comes later; this is the mediator's side.

use domain::Day;
use domain::grants::Basis;
use domain::ids::{DossierId, GrantId, OrganisationId};
use domain::journal::{Change, Event};
use domain::people::Actor;
use domain::policy::Operation;
use store::grants::{self, Give};

use crate::desk::{Stored, TRIES};
use crate::steps::busy;
use crate::{Casework, Failure, Submission};

/// A grant to give.
#[derive(Clone, Debug)]
pub struct GrantInput {
    /// For which organisation.
    pub organisation: OrganisationId,
    /// What it rests on.
    pub basis: Basis,
    /// First day.
    pub starts: Day,
    /// Last day, if agreed.
    pub ends: Option<Day>,
}

impl Casework {
    /// Gives an organisation the right to open a dossier.
    pub async fn give_grant(
        &self,
        actor: &Actor,
        dossier: DossierId,
        input: &GrantInput,
        submission: &Submission,
    ) -> Result<GrantId, Failure> {
        for _ in 0..TRIES {
            let mut desk = self.desk(actor, Operation::ManageGrants, dossier).await?;
            desk.check_new(submission).await?;
            let give = Give {
                id: GrantId(desk.new_id()),
                organisation: input.organisation,
                basis: input.basis,
                starts: input.starts,
                ends: input.ends,
                by: actor.person,
                at: desk.now,
            };
            grants::give(&mut desk.batch, &desk.access, &give);
            let mut changes = vec![
                Change::new_value("organisation", input.organisation.address()),
                Change::new_value("basis", input.basis.label()),
                Change::new_value("starts", input.starts.to_iso()),
            ];
            if let Some(ends) = input.ends {
                changes.push(Change::new_value("ends", ends.to_iso()));
            }
            desk.journal(Event::GrantGiven, give.id.0, None, changes);
            if desk.store(submission).await? == Stored::Yes {
                return Ok(give.id);
            }
        }
        Err(busy())
    }

    /// Ends a grant by hand: from now on it opens nothing.
    pub async fn end_grant(
        &self,
        actor: &Actor,
        dossier: DossierId,
        organisation: OrganisationId,
        grant: GrantId,
        submission: &Submission,
    ) -> Result<(), Failure> {
        for _ in 0..TRIES {
            let mut desk = self.desk(actor, Operation::ManageGrants, dossier).await?;
            desk.check_new(submission).await?;
            let access = desk.reading();
            let holders = grants::holders(&mut desk.reader, &access).await?;
            let held = holders
                .iter()
                .any(|it| it.grant.id == grant && it.grant.organisation == organisation);
            if !held {
                return Err(Failure::NotFound);
            }
            let (by, at) = (actor.person, desk.now);
            grants::end(&mut desk.batch, &desk.access, organisation, grant, by, at);
            let changes = vec![Change::new_value("organisation", organisation.address())];
            desk.journal(Event::GrantEnded, grant.0, None, changes);
            if desk.store(submission).await? == Stored::Yes {
                return Ok(());
            }
        }
        Err(busy())
    }
}
