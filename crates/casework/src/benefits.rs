//! 'RVA', as the RVA tells it.

use async_recursion::async_recursion as boxed;
use domain::benefits::Benefit;
use domain::ids::DossierId;
use domain::people::Actor;
use domain::policy::Operation;
use store::dossiers::Head;

use crate::{Casework, Failure};

impl Casework {
    /// The page 'RVA': the right to a benefit, the latest that was told first.
    #[boxed]
    pub async fn benefits(
        &self,
        actor: &Actor,
        dossier: DossierId,
    ) -> Result<(Head, Vec<Benefit>), Failure> {
        let mut glance = self
            .glance(actor, Operation::ViewBenefits, dossier, "rva")
            .await?;
        let benefits = store::benefits::list(&mut glance.reader, &glance.access).await?;
        Ok((glance.head, benefits))
    }
}
