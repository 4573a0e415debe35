//! 'Loopbaancheques', as their register tells them.

use async_recursion::async_recursion as boxed;
use domain::ids::DossierId;
use domain::people::Actor;
use domain::policy::Operation;
use domain::vouchers::Voucher;
use store::dossiers::Head;

use crate::{Casework, Failure};

impl Casework {
    /// The page 'Loopbaancheques': the vouchers, the last ordered first.
    #[boxed]
    pub async fn vouchers(
        &self,
        actor: &Actor,
        dossier: DossierId,
    ) -> Result<(Head, Vec<Voucher>), Failure> {
        let mut glance = self
            .glance(actor, Operation::ViewDossier, dossier, "loopbaancheques")
            .await?;
        let vouchers = store::vouchers::list(&mut glance.reader, &glance.access).await?;
        Ok((glance.head, vouchers))
    }
}
