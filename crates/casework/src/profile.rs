//! 'Profiel': studies and 'Over mezelf', to be added and corrected (I4). 'Werkervaring' is added and corrected
//! as the sections are.

use async_recursion::async_recursion as boxed;
use domain::availability::Availability;
use domain::development::Competence;
use domain::ids::{DossierId, StudyId};
use domain::journal::{Change, Event};
use domain::people::Actor;
use domain::policy::Operation;
use domain::preferences::{LanguageSkill, WantedJob};
use domain::profile::Experience;
use domain::refusal::Refusal;
use domain::sections::Record;
use domain::studies::{self, Study, StudyDetails, StudyFacts};
use domain::text::Note;
use store::dossiers::{self, Head};

use crate::desk::{Stored, TRIES};
use crate::steps::busy;
use crate::{Casework, Failure, Submission};

/// A study of a form: a new one, or a correction of one at a version.
#[derive(Clone, Debug)]
pub struct StudyInput {
    /// The study that is corrected and the version the form was read at; none for a new one.
    pub existing: Option<(StudyId, u32)>,
    /// What was filled in.
    pub details: StudyDetails,
}

/// The page 'Profiel'.
#[derive(Debug)]
pub struct ProfilePage {
    /// The dossier's head.
    pub head: Head,
    /// E-mail and address.
    pub contact: dossiers::Contact,
    /// The studies, the last one first.
    pub studies: Vec<Study>,
    /// The work experiences, the last one first.
    pub experiences: Vec<Experience>,
    /// Languages, what is spoken best first.
    pub languages: Vec<Record<LanguageSkill>>,
    /// Jobs, what is wanted most first.
    pub jobs: Vec<Record<WantedJob>>,
    /// Where the driving licences are kept: one at most.
    pub availability: Vec<Record<Availability>>,
    /// Competences, by axis.
    pub competences: Vec<Record<Competence>>,
    /// Whether this person may add and correct (I4).
    pub may_edit: bool,
}

impl Casework {
    /// The page 'Profiel'.
    #[boxed]
    pub async fn profile(&self, actor: &Actor, dossier: DossierId) -> Result<ProfilePage, Failure> {
        let mut glance = self
            .glance(actor, Operation::ViewDossier, dossier, "profiel")
            .await?;
        let (reader, access) = (&mut glance.reader, &glance.access);
        Ok(ProfilePage {
            contact: dossiers::contact(reader, access).await?,
            studies: store::studies::list(reader, access).await?,
            experiences: store::sections::list(reader, access).await?,
            languages: store::sections::list(reader, access).await?,
            jobs: store::sections::list(reader, access).await?,
            availability: store::sections::list(reader, access).await?,
            competences: store::sections::list(reader, access).await?,
            may_edit: domain::policy::permit(actor, Operation::EditProfile).is_ok(),
            head: glance.head,
        })
    }

    /// Adds or corrects a study. Lines for which a diploma turns out to have been held at the start
    /// become 'te controleren' in the same transaction (E5).
    #[boxed]
    pub async fn save_study(
        &self,
        actor: &Actor,
        dossier: DossierId,
        input: &StudyInput,
        submission: &Submission,
    ) -> Result<StudyId, Failure> {
        for _ in 0..TRIES {
            let mut desk = self.desk(actor, Operation::EditProfile, dossier).await?;
            desk.check_new(submission).await?;
            let access = desk.reading();
            let mut recorded = store::studies::list(&mut desk.reader, &access).await?;
            let before = match input.existing {
                None => None,
                Some((id, version)) => {
                    let found = recorded.iter().find(|study| study.id == id).cloned();
                    let found = found.ok_or(Failure::NotFound)?;
                    if found.version != version {
                        return Err(Refusal::ChangedMeanwhile.into());
                    }
                    Some(found)
                }
            };
            let facts = StudyFacts {
                today: desk.today(),
                birth: desk.head.birth,
            };
            studies::check(before.as_ref(), &input.details, facts)?;
            let after = Study {
                id: before
                    .as_ref()
                    .map_or_else(|| StudyId(desk.new_id()), |study| study.id),
                version: before.as_ref().map_or(1, |study| study.version + 1),
                details: input.details.clone(),
            };
            let changes =
                study_described(before.as_ref().map(|study| &study.details), &after.details);
            if changes.is_empty() {
                return Ok(after.id);
            }
            let event = if before.is_some() {
                store::studies::update(&mut desk.batch, &desk.access, &after);
                Event::StudyChanged
            } else {
                store::studies::insert(&mut desk.batch, &desk.access, &after);
                Event::StudyAdded
            };
            desk.journal(event, after.id.0, None, changes);
            recorded.retain(|study| study.id != after.id);
            recorded.push(after.clone());
            desk.review_lines(&recorded).await?;
            if desk.store(submission).await? == Stored::Yes {
                return Ok(after.id);
            }
        }
        Err(busy())
    }

    /// Sets 'Over mezelf'. `read` is the text the form was opened with (T1).
    #[boxed]
    pub async fn save_about_me(
        &self,
        actor: &Actor,
        dossier: DossierId,
        read: &str,
        text: Option<&Note>,
        submission: &Submission,
    ) -> Result<(), Failure> {
        for _ in 0..TRIES {
            let mut desk = self.desk(actor, Operation::EditProfile, dossier).await?;
            desk.check_new(submission).await?;
            let access = desk.reading();
            let before = dossiers::contact(&mut desk.reader, &access).await?.about_me;
            if Casework::text_mark(before.as_deref().unwrap_or_default()) != read {
                return Err(Refusal::ChangedMeanwhile.into());
            }
            let after = text.map(|text| text.as_str().to_owned());
            let change = Change::of("about_me", before, after.clone());
            if !change.is_change() {
                return Ok(());
            }
            dossiers::set_about_me(&mut desk.batch, &desk.access, after.as_deref());
            desk.journal(Event::AboutMeChanged, dossier.0, None, vec![change]);
            if desk.store(submission).await? == Stored::Yes {
                return Ok(());
            }
        }
        Err(busy())
    }

    /// A mark of a text, for a form to carry instead of a version.
    pub fn text_mark(text: &str) -> String {
        let digest = domain::journal::digest(text.as_bytes());
        digest
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

fn study_described(before: Option<&StudyDetails>, after: &StudyDetails) -> Vec<Change> {
    let old = before.map(StudyDetails::cells).unwrap_or_default();
    let before_of = |field: &str| old.iter().find(|(name, _)| *name == field)?.1.clone();
    after
        .cells()
        .into_iter()
        .map(|(field, value)| Change::of(field, before_of(field), value))
        .filter(Change::is_change)
        .collect()
}
