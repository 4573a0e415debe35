//! 'Inburgering - NT2', as the Kruispuntbank Inburgering tells it.

use async_recursion::async_recursion as boxed;
use domain::ids::DossierId;
use domain::integration::{Course, Trajectory};
use domain::people::Actor;
use domain::policy::Operation;
use store::dossiers::Head;

use crate::{Casework, Failure};

/// The page 'Inburgering - NT2'.
#[derive(Debug)]
pub struct IntegrationPage {
    /// The dossier's head.
    pub head: Head,
    /// The trajectory, the latest that was told first.
    pub trajectories: Vec<Trajectory>,
    /// The courses of Dutch, the last one first.
    pub courses: Vec<Course>,
}

impl Casework {
    /// The page 'Inburgering - NT2'.
    #[boxed]
    pub async fn integration(
        &self,
        actor: &Actor,
        dossier: DossierId,
    ) -> Result<IntegrationPage, Failure> {
        let mut glance = self
            .glance(actor, Operation::ViewIntegration, dossier, "inburgering")
            .await?;
        let (reader, access) = (&mut glance.reader, &glance.access);
        Ok(IntegrationPage {
            trajectories: store::integration::trajectories(reader, access).await?,
            courses: store::integration::courses(reader, access).await?,
            head: glance.head,
        })
    }
}
