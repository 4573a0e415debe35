//! Organisations and their units: made, changed and closed by the system manager. What is closed stays on
//! what was registered; nobody can choose it, and nobody works in a closed organisation.

use async_recursion::async_recursion as boxed;
use domain::account_events::AccountEvent;
use domain::ids::{OrganisationId, UnitId};
use domain::journal::Change;
use domain::kbo::Kbo;
use domain::people::{Actor, Unit};
use domain::policy::{self, Operation};
use domain::refusal::Refusal;
use domain::text::Name;
use store::Batch;
use store::organisations::{self, Organisation, Place, UnitState};

use crate::account_events::About;
use crate::people::check_version;
use crate::{Casework, Failure, Submission};

/// Organisations on one page.
const ON_A_PAGE: u32 = 50;

/// A page of the list.
#[derive(Debug)]
pub struct OrganisationsPage {
    /// By name.
    pub organisations: Vec<Organisation>,
    /// After which the next page begins; none when this is the last.
    pub next: Option<Place>,
}

/// What a unit is to be called.
#[derive(Clone, Debug)]
pub struct UnitInput {
    /// Name, as 'VDAB CENTRALE DIENST'.
    pub name: Name,
    /// Street and number.
    pub address: Name,
    /// The number between brackets.
    pub number: Name,
}

impl Casework {
    /// The organisations whose name begins with a text.
    #[boxed]
    pub async fn organisations(
        &self,
        actor: &Actor,
        text: &str,
        after: Option<Place>,
    ) -> Result<OrganisationsPage, Failure> {
        policy::permit(actor, Operation::ViewOrganisations)?;
        let mut reader = self.database.reader().await?;
        let mut found = organisations::list(&mut reader, text, after, ON_A_PAGE + 1).await?;
        let more = found.len() > ON_A_PAGE as usize;
        found.truncate(ON_A_PAGE as usize);
        let next = found.last().filter(|_| more);
        let next = next.map(|(_, place)| place.clone());
        Ok(OrganisationsPage {
            organisations: found.into_iter().map(|(found, _)| found).collect(),
            next,
        })
    }

    /// One organisation with its units.
    #[boxed]
    pub async fn organisation(
        &self,
        actor: &Actor,
        id: OrganisationId,
    ) -> Result<(Organisation, Vec<UnitState>), Failure> {
        policy::permit(actor, Operation::ViewOrganisations)?;
        let mut reader = self.database.reader().await?;
        let found = organisations::one(&mut reader, id).await?;
        let found = found.ok_or(Failure::NotFound)?;
        let units = organisations::units_of(&mut reader, id).await?;
        Ok((found, units))
    }

    /// Makes an organisation, or changes one at its version.
    ///
    /// # Errors
    /// `KboTaken`, `ChangedMeanwhile`.
    #[boxed]
    pub async fn save_organisation(
        &self,
        actor: &Actor,
        existing: Option<(OrganisationId, u32)>,
        (name, kbo): (&Name, Kbo),
        submission: &Submission,
    ) -> Result<OrganisationId, Failure> {
        self.permit_now(actor, Operation::ManageOrganisations)?;
        let mut reader = self.database.reader().await?;
        let now = self.now();
        let after = Some(kbo.to_string());
        let mut batch = Batch::new();
        let (id, event, mut changes) = match existing {
            Some((id, version)) => {
                let before = organisations::one(&mut reader, id).await?;
                let before = before.ok_or(Failure::NotFound)?;
                self.check_new(&mut reader, actor, submission).await?;
                check_version(before.version, version)?;
                organisations::change(&mut batch, &before, name.as_str(), Some(kbo.digits()));
                let shown = before.kbo.as_deref().and_then(|it| Kbo::parse(it).ok());
                let changes = vec![
                    Change::of("name", Some(before.name), Some(name.to_string())),
                    Change::of("kbo", shown.map(|it| it.to_string()), after),
                ];
                (id, AccountEvent::OrganisationChanged, changes)
            }
            None => {
                self.check_new(&mut reader, actor, submission).await?;
                let id = OrganisationId(self.ids.next(now));
                let made = Organisation {
                    id,
                    name: name.to_string(),
                    kbo: Some(kbo.digits()),
                    closed: None,
                    version: 1,
                };
                organisations::add(&mut batch, &made, now);
                let changes = vec![
                    Change::new_value("name", name.as_str()),
                    Change::of("kbo", None, after),
                ];
                (id, AccountEvent::OrganisationCreated, changes)
            }
        };
        drop(reader);
        changes.retain(Change::is_change);
        self.record(&mut batch, event, &of_organisation(actor, id, changes));
        self.keep(actor, batch, submission, Refusal::KboTaken)
            .await?;
        Ok(id)
    }

    /// Closes an organisation, which ends the sessions of its people, or opens it again.
    ///
    /// # Errors
    /// `ChangedMeanwhile`.
    #[boxed]
    pub async fn set_organisation_open(
        &self,
        actor: &Actor,
        id: OrganisationId,
        version: u32,
        open: bool,
        submission: &Submission,
    ) -> Result<(), Failure> {
        self.permit_now(actor, Operation::ManageOrganisations)?;
        let mut reader = self.database.reader().await?;
        let before = organisations::one(&mut reader, id).await?;
        let before = before.ok_or(Failure::NotFound)?;
        self.check_new(&mut reader, actor, submission).await?;
        check_version(before.version, version)?;
        drop(reader);
        let mut batch = Batch::new();
        let event = if open {
            organisations::reopen(&mut batch, &before);
            AccountEvent::OrganisationReopened
        } else {
            organisations::close(&mut batch, &before, self.now());
            AccountEvent::OrganisationClosed
        };
        self.record(&mut batch, event, &of_organisation(actor, id, Vec::new()));
        self.keep(actor, batch, submission, Refusal::ChangedMeanwhile)
            .await
    }

    /// One unit, for changing it.
    #[boxed]
    pub async fn unit(&self, actor: &Actor, id: UnitId) -> Result<UnitState, Failure> {
        self.permit_now(actor, Operation::ManageOrganisations)?;
        let mut reader = self.database.reader().await?;
        let found = organisations::unit(&mut reader, id).await?;
        found.ok_or(Failure::NotFound)
    }

    /// Makes a unit of an organisation.
    ///
    /// # Errors
    /// `Closed` when the organisation is.
    #[boxed]
    pub async fn add_unit(
        &self,
        actor: &Actor,
        organisation: OrganisationId,
        input: &UnitInput,
        submission: &Submission,
    ) -> Result<UnitId, Failure> {
        self.permit_now(actor, Operation::ManageOrganisations)?;
        let mut reader = self.database.reader().await?;
        let found = organisations::one(&mut reader, organisation).await?;
        let found = found.ok_or(Failure::NotFound)?;
        self.check_new(&mut reader, actor, submission).await?;
        drop(reader);
        if found.closed.is_some() {
            return Err(Refusal::Closed.into());
        }
        let unit = named(UnitId(self.ids.next(self.now())), organisation, input);
        let mut batch = Batch::new();
        organisations::add_unit(&mut batch, &unit);
        let changes = vec![Change::new_value("unit", unit.line())];
        let about = of_organisation(actor, organisation, changes);
        self.record(&mut batch, AccountEvent::UnitCreated, &about);
        self.keep(actor, batch, submission, Refusal::ChangedMeanwhile)
            .await?;
        Ok(unit.id)
    }

    /// Changes a unit at its version.
    ///
    /// # Errors
    /// `ChangedMeanwhile`.
    #[boxed]
    pub async fn change_unit(
        &self,
        actor: &Actor,
        (id, version): (UnitId, u32),
        input: &UnitInput,
        submission: &Submission,
    ) -> Result<(), Failure> {
        let before = self
            .unit_to_change(actor, (id, version), submission)
            .await?;
        let organisation = before.unit.organisation;
        let after = named(id, organisation, input);
        let mut batch = Batch::new();
        organisations::change_unit(&mut batch, &before, &after);
        let change = Change::of("unit", Some(before.unit.line()), Some(after.line()));
        let about = of_organisation(actor, organisation, vec![change]);
        self.record(&mut batch, AccountEvent::UnitChanged, &about);
        self.keep(actor, batch, submission, Refusal::ChangedMeanwhile)
            .await
    }

    /// Closes a unit, or opens it again.
    ///
    /// # Errors
    /// `ChangedMeanwhile`.
    #[boxed]
    pub async fn set_unit_open(
        &self,
        actor: &Actor,
        (id, version): (UnitId, u32),
        open: bool,
        submission: &Submission,
    ) -> Result<(), Failure> {
        let before = self
            .unit_to_change(actor, (id, version), submission)
            .await?;
        let mut batch = Batch::new();
        organisations::set_unit_open(&mut batch, &before, open, self.now());
        let event = if open {
            AccountEvent::UnitReopened
        } else {
            AccountEvent::UnitClosed
        };
        let changes = vec![Change::new_value("unit", before.unit.line())];
        let about = of_organisation(actor, before.unit.organisation, changes);
        self.record(&mut batch, event, &about);
        self.keep(actor, batch, submission, Refusal::ChangedMeanwhile)
            .await
    }

    async fn unit_to_change(
        &self,
        actor: &Actor,
        (id, version): (UnitId, u32),
        submission: &Submission,
    ) -> Result<UnitState, Failure> {
        let before = self.unit(actor, id).await?;
        let mut reader = self.database.reader().await?;
        self.check_new(&mut reader, actor, submission).await?;
        check_version(before.version, version)?;
        Ok(before)
    }
}

fn named(id: UnitId, organisation: OrganisationId, input: &UnitInput) -> Unit {
    Unit {
        id,
        organisation,
        name: input.name.to_string(),
        address: input.address.to_string(),
        number: input.number.to_string(),
    }
}

fn of_organisation(actor: &Actor, organisation: OrganisationId, changes: Vec<Change>) -> About {
    About {
        by: Some(actor.person),
        subject: None,
        organisation: Some(organisation),
        changes,
    }
}
