//! 'Vacature-dashboard': the client says to have applied. Adding and correcting is as for every section.

use async_recursion::async_recursion as boxed;
use domain::ids::{DossierId, VacancyId};
use domain::people::Actor;
use domain::policy::Operation;
use domain::sections::{Entered, decide};
use domain::vacancies::Vacancy;

use crate::desk::{Stored, TRIES};
use crate::sections::write;
use crate::steps::busy;
use crate::{Casework, Failure, Submission};

impl Casework {
    /// Records that the client applied for a vacancy in the own dossier, read at a version.
    #[boxed]
    pub async fn apply_for(
        &self,
        actor: &Actor,
        dossier: DossierId,
        (id, version): (VacancyId, u32),
        submission: &Submission,
    ) -> Result<(), Failure> {
        for _ in 0..TRIES {
            let mut desk = self
                .desk(actor, Operation::ApplyForVacancy, dossier)
                .await?;
            desk.check_new(submission).await?;
            let access = desk.reading();
            let recorded = store::sections::list::<Vacancy>(&mut desk.reader, &access).await?;
            let found = recorded.iter().find(|it| it.id == id);
            let entered = Entered {
                existing: Some((id, version)),
                details: found.ok_or(Failure::NotFound)?.details.applied()?,
            };
            let situation = desk.head.work_situation.clone();
            let on = (situation.as_str(), desk.today());
            let decided = decide(&recorded, &entered, on, || desk.new_id())?;
            write(&mut desk, decided.ok_or(Failure::NotFound)?);
            if desk.store(submission).await? == Stored::Yes {
                return Ok(());
            }
        }
        Err(busy())
    }
}
