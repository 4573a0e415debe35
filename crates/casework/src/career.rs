//! 'Loopbaangegevens', as the sources tell them.

use async_recursion::async_recursion as boxed;
use domain::career::WorkPeriod;
use domain::ids::DossierId;
use domain::people::Actor;
use domain::policy::Operation;
use store::dossiers::Head;

use crate::{Casework, Failure};

impl Casework {
    /// The page 'Loopbaangegevens': the work situations, what lasts first.
    #[boxed]
    pub async fn career(
        &self,
        actor: &Actor,
        dossier: DossierId,
    ) -> Result<(Head, Vec<WorkPeriod>), Failure> {
        let mut glance = self
            .glance(actor, Operation::ViewDossier, dossier, "loopbaangegevens")
            .await?;
        let periods = store::career::list(&mut glance.reader, &glance.access).await?;
        Ok((glance.head, periods))
    }
}
