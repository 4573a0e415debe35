//! Lists over dossiers: the own organisation's lines and people, and what the system manager looks after.

use domain::people::Actor;
use domain::policy::Operation;
use domain::{Day, policy};
use store::caseload::{self, OwnLine, Shown};
use store::people::{self, Listed, Organisation};

use crate::{Casework, Failure};

/// A line of the own organisation.
pub type OwnRow = OwnLine;

impl Casework {
    /// The lines the own organisation gives, up to and including a day.
    pub async fn own_lines(
        &self,
        actor: &Actor,
        shown: Shown,
        until: Option<Day>,
        limit: u32,
    ) -> Result<Vec<OwnRow>, Failure> {
        let permit = policy::permit(actor, Operation::ViewCaseload)?;
        let until = until.unwrap_or_else(|| self.today());
        let mut reader = self.database.list_reader().await?;
        Ok(caseload::own(&mut reader, &permit, shown, until, limit).await?)
    }

    /// The people of the own organisation.
    pub async fn own_people(&self, actor: &Actor) -> Result<Vec<Listed>, Failure> {
        let permit = policy::permit(actor, Operation::ViewOrganisation)?;
        let Some(organisation) = permit.organisation() else {
            return Ok(Vec::new());
        };
        let mut reader = self.database.reader().await?;
        Ok(people::of_organisation(&mut reader, organisation).await?)
    }

    /// Users after a user name, and organisations, for the system manager.
    pub async fn system(
        &self,
        actor: &Actor,
        after: &str,
        limit: u32,
    ) -> Result<(Vec<Listed>, Vec<Organisation>), Failure> {
        policy::permit(actor, Operation::ManageSystem)?;
        let mut reader = self.database.reader().await?;
        let users = people::all(&mut reader, after, limit).await?;
        let organisations = people::organisations(&mut reader).await?;
        Ok((users, organisations))
    }
}
