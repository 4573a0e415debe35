//! Finding a client, and the pages of the dossier that only show what it holds.

use domain::client_number::ClientNumber;
use domain::ids::DossierId;
use domain::insz::Insz;
use domain::people::Actor;
use domain::policy::Operation;
use domain::studies::Study;
use store::dossiers::{self, Contact, Head, Hit, Sought};
use store::openings::{self, Opening};
use store::steps::Listed;

use crate::{Casework, Failure};

/// 'Persoonsgegevens en voorkeuren'.
#[derive(Debug)]
pub struct PersonalData {
    /// The dossier's head.
    pub head: Head,
    /// Contact data.
    pub contact: Contact,
    /// The national number, masked.
    pub insz_masked: Option<String>,
}

/// 'Klantenportret': one page of what matters now.
#[derive(Debug)]
pub struct PortraitPage {
    /// The dossier's head.
    pub head: Head,
    /// The studies, the last one first.
    pub studies: Vec<Study>,
    /// The listed lines, newest first.
    pub steps: Vec<Listed>,
}

impl Casework {
    /// The clients that fit what was typed: a client number, a national number, or words of a name.
    /// Only those this person may open; of others not even that they exist (I2).
    pub async fn search(&self, actor: &Actor, typed: &str) -> Result<Vec<Hit>, Failure> {
        let permit = domain::policy::permit(actor, Operation::SearchClient)?;
        let mut reader = self.database.reader().await?;
        let sought = self.sought(typed);
        Ok(dossiers::search(&mut reader, &permit, &sought, self.today()).await?)
    }

    fn sought(&self, typed: &str) -> Sought {
        if let Ok(number) = ClientNumber::parse(typed) {
            return Sought::Number(number);
        }
        if let Ok(insz) = Insz::parse(typed) {
            return Sought::Insz(self.secrets.insz_digest(&insz));
        }
        Sought::Name(typed.to_owned())
    }

    /// The head of a dossier, for an entry of the menu that holds nothing else yet.
    pub async fn entry(
        &self,
        actor: &Actor,
        operation: Operation,
        dossier: DossierId,
        what: &'static str,
    ) -> Result<Head, Failure> {
        Ok(self.glance(actor, operation, dossier, what).await?.head)
    }

    /// 'Klantenportret'.
    pub async fn portrait(
        &self,
        actor: &Actor,
        dossier: DossierId,
    ) -> Result<PortraitPage, Failure> {
        let mut glance = self
            .glance(actor, Operation::ViewDossier, dossier, "klantenportret")
            .await?;
        let (reader, access) = (&mut glance.reader, &glance.access);
        Ok(PortraitPage {
            studies: store::studies::list(reader, access).await?,
            steps: store::steps::list(reader, access).await?,
            head: glance.head,
        })
    }

    /// 'Persoonsgegevens en voorkeuren', with the national number masked.
    pub async fn personal_data(
        &self,
        actor: &Actor,
        dossier: DossierId,
    ) -> Result<PersonalData, Failure> {
        let mut glance = self
            .glance(actor, Operation::ViewDossier, dossier, "persoonsgegevens")
            .await?;
        let contact = dossiers::contact(&mut glance.reader, &glance.access).await?;
        let insz = contact
            .insz_sealed
            .as_deref()
            .and_then(|sealed| self.secrets.unseal(sealed, dossier));
        Ok(PersonalData {
            head: glance.head,
            contact,
            insz_masked: insz.map(Insz::masked),
        })
    }

    /// Who opened the dossier, before a minute, the last first (I3).
    pub async fn openings(
        &self,
        actor: &Actor,
        dossier: DossierId,
        before_minute: Option<i64>,
        limit: u32,
    ) -> Result<(Head, Vec<Opening>), Failure> {
        let mut glance = self
            .glance(actor, Operation::ViewOpenings, dossier, "raadplegingen")
            .await?;
        let before = before_minute.unwrap_or(i64::MAX);
        let found = openings::list(&mut glance.reader, &glance.access, before, limit).await?;
        Ok((glance.head, found))
    }
}
