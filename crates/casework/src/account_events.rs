//! The administrative log: what happened to accounts, people and organisations. Written in the batch of
//! the change it tells of; read by who looks after accounts, each as far as that reaches.

use async_recursion::async_recursion as boxed;
use domain::account_events::{AccountEntry, AccountEvent};
use domain::ids::{OrganisationId, PersonId};
use domain::journal::Change;
use domain::people::Actor;
use domain::policy::{self, Operation};
use store::Batch;
use store::account_events::{self, Place, Stored, Which};

use crate::{Casework, Failure};

/// Entries on one page.
const ON_A_PAGE: u32 = 50;

/// Who and whom an entry is about.
#[derive(Clone, Debug, Default)]
pub(crate) struct About {
    /// Who did it; none for the operator at the command line, and for somebody who is not known.
    pub(crate) by: Option<PersonId>,
    /// About whom.
    pub(crate) subject: Option<PersonId>,
    /// Within which organisation: its manager reads it.
    pub(crate) organisation: Option<OrganisationId>,
    /// What changed. Never a secret, never anything of a dossier.
    pub(crate) changes: Vec<Change>,
}

impl About {
    /// What a person did about the own account.
    pub(crate) fn itself(actor: &Actor) -> Self {
        About {
            by: Some(actor.person),
            subject: Some(actor.person),
            organisation: actor.organisation(),
            changes: Vec::new(),
        }
    }
}

/// A page of the log.
#[derive(Debug)]
pub struct AccountEventsPage {
    /// The entries, the last first.
    pub entries: Vec<Stored>,
    /// Where the next page begins; none when this is the last.
    pub next: Option<Place>,
}

impl Casework {
    /// Adds an entry to the batch of the change it tells of.
    pub(crate) fn record(&self, batch: &mut Batch, event: AccountEvent, about: &About) {
        let now = self.now();
        let entry = AccountEntry {
            id: self.ids.next(now),
            at: now,
            event,
            by: about.by,
            subject: about.subject,
            organisation: about.organisation,
            changes: about.changes.clone(),
        };
        account_events::write(batch, &entry);
    }

    /// A page of the log before a place: of everything, or of the own organisation.
    #[boxed]
    pub async fn account_events(
        &self,
        actor: &Actor,
        which: Which,
        before: Option<Place>,
    ) -> Result<AccountEventsPage, Failure> {
        let permit = policy::permit(actor, Operation::ViewAccountEvents)?;
        let mut reader = self.database.reader().await?;
        let more = ON_A_PAGE + 1;
        let mut entries = account_events::page(&mut reader, &permit, which, before, more).await?;
        let has_more = entries.len() > ON_A_PAGE as usize;
        entries.truncate(ON_A_PAGE as usize);
        let last = entries.last().filter(|_| has_more);
        let next = last.map(|last| (last.entry.at, last.entry.id));
        Ok(AccountEventsPage { entries, next })
    }
}
