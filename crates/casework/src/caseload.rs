//! Lists over dossiers: the own organisation's lines.

use async_recursion::async_recursion as boxed;
use domain::people::Actor;
use domain::policy::Operation;
use domain::{Day, policy};
use store::caseload::{self, OwnLine, Shown};

use crate::{Casework, Failure};

/// A line of the own organisation.
pub type OwnRow = OwnLine;

impl Casework {
    /// The lines the own organisation gives, up to and including a day.
    #[boxed]
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
}
