//! The own view of the person a dossier is about: 'Mijn dossier', and who may open it, with what became of
//! every agreement that was given.

use async_recursion::async_recursion as boxed;
use domain::grants::Request;
use domain::ids::DossierId;
use domain::people::Actor;
use domain::policy::Operation;
use store::dossiers::{Counts, Head};
use store::grants::{self, Holder};
use store::owners::{self, Owner};
use store::steps::OngoingLine;

use crate::{Casework, Failure};

/// 'Mijn dossier': what stands there, who helps now, what was agreed.
#[derive(Debug)]
pub struct OwnPage {
    /// The dossier's head.
    pub head: Head,
    /// How much there is.
    pub counts: Counts,
    /// The guidance that goes on, the last one first.
    pub ongoing: Vec<OngoingLine>,
    /// The owners, the present one first.
    pub owners: Vec<Owner>,
    /// Every organisation that held or holds a grant, the last one first.
    pub holders: Vec<Holder>,
    /// What was asked about the dossier and waits.
    pub waiting: Vec<Request>,
}

/// 'Wie mag mijn dossier openen'.
#[derive(Debug)]
pub struct AgreementsPage {
    /// The dossier's head.
    pub head: Head,
    /// Every organisation that held or holds a grant, the last one first.
    pub holders: Vec<Holder>,
    /// Everything that was asked about the dossier, the last first.
    pub requests: Vec<Request>,
}

impl Casework {
    /// 'Mijn dossier'.
    #[boxed]
    pub async fn own_page(&self, actor: &Actor, dossier: DossierId) -> Result<OwnPage, Failure> {
        let mut glance = self
            .glance(actor, Operation::ViewOwn, dossier, "mijn-dossier")
            .await?;
        let (reader, access) = (&mut glance.reader, &glance.access);
        let mut waiting = self.requests_about(reader, access, &glance.head).await?;
        waiting.retain(|request| request.decision.is_none());
        Ok(OwnPage {
            counts: store::dossiers::counts(reader, access).await?,
            ongoing: store::steps::ongoing(reader, access).await?,
            owners: owners::list(reader, access).await?,
            holders: grants::holders(reader, access).await?,
            head: glance.head,
            waiting,
        })
    }

    /// 'Wie mag mijn dossier openen', with its history.
    #[boxed]
    pub async fn agreements(
        &self,
        actor: &Actor,
        dossier: DossierId,
    ) -> Result<AgreementsPage, Failure> {
        let mut glance = self
            .glance(actor, Operation::ViewOwn, dossier, "toestemming")
            .await?;
        let (reader, access) = (&mut glance.reader, &glance.access);
        Ok(AgreementsPage {
            holders: grants::holders(reader, access).await?,
            requests: self.requests_about(reader, access, &glance.head).await?,
            head: glance.head,
        })
    }
}
