//! Finding a client, and the pages of the dossier that only show what it holds.

use async_recursion::async_recursion as boxed;
use domain::career::WorkPeriod;
use domain::client_number::ClientNumber;
use domain::conditions::Condition;
use domain::ids::DossierId;
use domain::insz::{self, Insz, InszReason};
use domain::journal::{Change, Event};
use domain::people::Actor;
use domain::policy::Operation;
use domain::profile::Experience;
use domain::refusal::{Field, Refusal};
use domain::sections::Record;
use domain::studies::Study;
use domain::text::Label;
use domain::trajectory::Agreement;
use domain::uses::Use;
use store::Batch;
use store::dossiers::{self, Contact, Head, Hit, Sought};
use store::openings::{self, Opening};
use store::steps::Listed;

use crate::desk::{Stored, TRIES};
use crate::preferences::Preferences;
use crate::sections::{SectionPage, read_section};
use crate::steps::busy;
use crate::{Casework, Failure, Submission};

/// 'Persoonsgegevens en voorkeuren'.
#[derive(Debug)]
pub struct PersonalData {
    /// The dossier's head, and what stands under 'Voorkeuren'.
    pub section: SectionPage<Preferences>,
    /// Contact data.
    pub contact: Contact,
    /// The national number: in full for whom it belongs to, else masked.
    pub insz: Option<String>,
    /// Whether that is less than the whole number.
    pub is_masked: bool,
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
    /// The work experiences, the last one first.
    pub experiences: Vec<Experience>,
    /// The work situations that the sources tell of, what lasts first.
    pub situations: Vec<WorkPeriod>,
    /// Who does what by when, what is due first above.
    pub agreements: Vec<Record<Agreement>>,
    /// What helps or hinders the guidance.
    pub conditions: Vec<Record<Condition>>,
}

impl Casework {
    /// The clients that fit what was typed: a client number, a national number, or words of a name.
    /// Only those this person may open; of others not even that they exist (I2).
    #[boxed]
    pub async fn search(&self, actor: &Actor, typed: &str) -> Result<Vec<Hit>, Failure> {
        let permit = domain::policy::permit(actor, Operation::SearchClient)?;
        self.commit_counted(Batch::new(), actor, Use::Search)
            .await?;
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
    #[boxed]
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
    #[boxed]
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
            steps: self.lines(reader, access, &glance.head).await?,
            experiences: store::sections::list(reader, access).await?,
            situations: store::career::list(reader, access).await?,
            agreements: store::sections::list(reader, access).await?,
            conditions: store::sections::list(reader, access).await?,
            head: glance.head,
        })
    }

    /// 'Persoonsgegevens en voorkeuren', with the national number masked for everybody but the client.
    #[boxed]
    pub async fn personal_data(
        &self,
        actor: &Actor,
        dossier: DossierId,
    ) -> Result<PersonalData, Failure> {
        let mut glance = self
            .glance(actor, Operation::ViewDossier, dossier, "persoonsgegevens")
            .await?;
        let (reader, access) = (&mut glance.reader, &glance.access);
        let contact = dossiers::contact(reader, access).await?;
        let insz = self.insz_of(&contact, dossier);
        let is_own = access.is_own();
        Ok(PersonalData {
            section: read_section::<Preferences>(reader, access, glance.head, actor).await?,
            contact,
            is_masked: insz.is_some() && !is_own,
            insz: insz.map(|insz| {
                if is_own {
                    insz.display()
                } else {
                    insz.masked()
                }
            }),
        })
    }

    /// The national number of a dossier, opened; none when it is not known.
    pub(crate) fn insz_of(&self, contact: &Contact, dossier: DossierId) -> Option<Insz> {
        let sealed = contact.insz_sealed.as_deref()?;
        self.secrets.unseal(sealed, dossier)
    }

    /// The same page with the national number in full, once. Who asked, and why, is in the list of who
    /// looked and in the journal before it is shown.
    ///
    /// # Errors
    /// `NotChosen` when there is no number to show, and what `reason_in_words` refuses.
    #[boxed]
    pub async fn reveal_insz(
        &self,
        actor: &Actor,
        dossier: DossierId,
        (reason, note): (InszReason, Option<&Label>),
        submission: &Submission,
    ) -> Result<PersonalData, Failure> {
        let why = insz::reason_in_words(reason, note)?;
        for _ in 0..TRIES {
            let mut desk = self.desk(actor, Operation::RevealInsz, dossier).await?;
            desk.check_new(submission).await?;
            let access = desk.reading();
            let contact = dossiers::contact(&mut desk.reader, &access).await?;
            let Some(insz) = self.insz_of(&contact, dossier) else {
                return Err(Refusal::NotChosen(Field::InszReason).into());
            };
            let minute = openings::minute_of(desk.now);
            let what = ("insz", why.as_str());
            openings::write_with_reason(&mut desk.batch, &access, actor, what, minute);
            let changes = vec![Change::new_value("why", why.as_str())];
            desk.journal(Event::InszShown, dossier.0, None, changes);
            let head = desk.head.clone();
            let section =
                read_section::<Preferences>(&mut desk.reader, &access, head, actor).await?;
            if desk.store(submission).await? == Stored::Yes {
                return Ok(PersonalData {
                    section,
                    contact,
                    insz: Some(insz.display()),
                    is_masked: false,
                });
            }
        }
        Err(busy())
    }

    /// Who opened the dossier, before a minute, the last first (I3).
    #[boxed]
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
