//! The contact data of a client, which who guides them keeps right.

use async_recursion::async_recursion as boxed;
use domain::contact::ContactData;
use domain::ids::DossierId;
use domain::journal::{Change, Event};
use domain::people::Actor;
use domain::policy::Operation;
use domain::refusal::Refusal;
use store::dossiers::{self, Contact, Head};
use store::journal::{self, Stored as JournalEntry};

use crate::desk::{Stored, TRIES};
use crate::steps::busy;
use crate::{Casework, Failure, Submission};

/// What the form of the contact data begins with.
#[derive(Debug)]
pub struct ContactForm {
    /// The dossier's head.
    pub head: Head,
    /// The contact data.
    pub contact: Contact,
    /// What changed in them, the last first.
    pub changes: Vec<JournalEntry>,
}

impl ContactForm {
    /// The number of the journal entry that the contact data stem from, for a form to carry as their version.
    pub fn version(&self) -> i64 {
        version(&self.changes)
    }
}

/// The last change, or the dossier's first entry.
fn version(changes: &[JournalEntry]) -> i64 {
    changes.first().map_or(1, |it| it.number)
}

impl Casework {
    /// What the form of the contact data begins with, for who may change them.
    #[boxed]
    pub async fn contact_form(
        &self,
        actor: &Actor,
        dossier: DossierId,
    ) -> Result<ContactForm, Failure> {
        let mut glance = self
            .glance(actor, Operation::EditProfile, dossier, "persoonsgegevens")
            .await?;
        let (reader, access) = (&mut glance.reader, &glance.access);
        Ok(ContactForm {
            contact: dossiers::contact(reader, access).await?,
            changes: journal::of_events(reader, access, &[Event::ContactChanged]).await?,
            head: glance.head,
        })
    }

    /// Sets the contact data. `read` is the version that the form was opened with (T1).
    ///
    /// # Errors
    /// `ChangedMeanwhile`, and what `ContactData::check` refuses.
    #[boxed]
    pub async fn save_contact(
        &self,
        actor: &Actor,
        dossier: DossierId,
        (data, read): (&ContactData, i64),
        submission: &Submission,
    ) -> Result<(), Failure> {
        for _ in 0..TRIES {
            let mut desk = self.desk(actor, Operation::EditProfile, dossier).await?;
            desk.check_new(submission).await?;
            let access = desk.reading();
            let before = dossiers::contact(&mut desk.reader, &access).await?;
            let changed = [Event::ContactChanged];
            let changed = journal::of_events(&mut desk.reader, &access, &changed).await?;
            if version(&changed) != read {
                return Err(Refusal::ChangedMeanwhile.into());
            }
            data.check()?;
            let was = [
                before.email,
                before.phone,
                before.street,
                before.postcode,
                before.municipality,
            ];
            let changes: Vec<Change> = was
                .into_iter()
                .zip(data.cells())
                .map(|(was, (field, now))| Change::of(field, was, now.map(str::to_owned)))
                .filter(Change::is_change)
                .collect();
            if changes.is_empty() {
                return Ok(());
            }
            dossiers::set_contact(&mut desk.batch, &desk.access, data);
            desk.journal(Event::ContactChanged, dossier.0, None, changes);
            if desk.store(submission).await? == Stored::Yes {
                return Ok(());
            }
        }
        Err(busy())
    }
}
