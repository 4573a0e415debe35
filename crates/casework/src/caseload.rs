//! Lists over dossiers: the own organisation's lines, and the controller's project.

use domain::catalogue::FundingCode;
use domain::people::Actor;
use domain::policy::Operation;
use domain::{Day, policy};
use store::caseload::{self, ControlLine, OwnLine, Shown};

use crate::{Casework, Failure};

/// A line of the own organisation.
pub type OwnRow = OwnLine;

/// A line as the controller sees it.
#[derive(Debug)]
pub struct ControlRow {
    /// The name under which the controller sees the client.
    pub pseudonym: String,
    /// The line. Its identifiers are not shown.
    pub line: ControlLine,
}

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

    /// The lines of a project, pseudonymous.
    pub async fn control_lines(
        &self,
        actor: &Actor,
        funding: &FundingCode,
        shown: Shown,
        until: Option<Day>,
        limit: u32,
    ) -> Result<Vec<ControlRow>, Failure> {
        let permit = policy::permit(actor, Operation::ViewControl)?;
        let until = until.unwrap_or_else(|| self.today());
        let mut reader = self.database.list_reader().await?;
        let lines = caseload::control(&mut reader, &permit, funding, shown, until, limit).await?;
        Ok(lines
            .into_iter()
            .map(|line| ControlRow {
                pseudonym: self.secrets.pseudonym(line.dossier),
                line,
            })
            .collect())
    }
}
