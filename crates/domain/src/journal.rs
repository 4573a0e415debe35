//! The journal: who changed what, when, from what to what. Append-only, one hash chain per dossier.
//! The chain runs over digests and the content stands beside it, so that retention can erase content
//! and leave the chain whole.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::ids::{DossierId, OrganisationId, PersonId};
use crate::moment::Moment;
use crate::studies::coded;

coded! {
    /// What happened.
    Event {
        /// dossier opened in the system
        DossierCreated = "dossier_created", "Dossier aangemaakt";
        /// line registered
        StepRegistered = "step_registered", "Stap geregistreerd";
        /// line changed
        StepChanged = "step_changed", "Stap gewijzigd";
        /// line ended
        StepEnded = "step_ended", "Stap beëindigd";
        /// line cancelled
        StepCancelled = "step_cancelled", "Stap geannuleerd";
        /// addendum added
        AddendumAdded = "addendum_added", "Samenvatting aangevuld";
        /// removal asked
        RemovalAsked = "removal_asked", "Verwijdering gevraagd";
        /// removal refused by the coach
        RemovalRefused = "removal_refused", "Verwijdering geweigerd";
        /// line removed by the coach
        StepRemoved = "step_removed", "Stap verwijderd door de provinciale coach";
        /// flagged 'te controleren' (E5)
        ReviewRaised = "review_raised", "Te controleren: diploma behaald vóór de start";
        /// flag taken away because the study was corrected
        ReviewCleared = "review_cleared", "Niet langer te controleren";
        /// action recorded
        ActionRecorded = "action_recorded", "Actie geregistreerd";
        /// action changed
        ActionChanged = "action_changed", "Actie gewijzigd";
        /// action taken back
        ActionVoided = "action_voided", "Actie geschrapt";
        /// study added
        StudyAdded = "study_added", "Studie toegevoegd";
        /// study corrected
        StudyChanged = "study_changed", "Studie gewijzigd";
        /// about me
        AboutMeChanged = "about_me_changed", "Over mezelf gewijzigd";
        /// experience added
        ExperienceAdded = "experience_added", "Werkervaring toegevoegd";
        /// experience corrected
        ExperienceChanged = "experience_changed", "Werkervaring gewijzigd";
        /// condition recorded
        ConditionAdded = "condition_added", "Randvoorwaarde toegevoegd";
        /// condition changed
        ConditionChanged = "condition_changed", "Randvoorwaarde gewijzigd";
        /// availability recorded
        AvailabilityAdded = "availability_added", "Inzetbaarheid ingevuld";
        /// availability changed
        AvailabilityChanged = "availability_changed", "Inzetbaarheid gewijzigd";
        /// goal added
        GoalAdded = "goal_added", "Doel toegevoegd";
        /// goal changed, reached or dropped
        GoalChanged = "goal_changed", "Doel gewijzigd";
        /// agreement added
        AgreementAdded = "agreement_added", "Afspraak toegevoegd";
        /// agreement changed or done
        AgreementChanged = "agreement_changed", "Afspraak gewijzigd";
        /// start screening added
        ScreeningAdded = "screening_added", "Startscreening toegevoegd";
        /// start screening changed
        ScreeningChanged = "screening_changed", "Startscreening gewijzigd";
        /// vacancy added
        VacancyAdded = "vacancy_added", "Vacature toegevoegd";
        /// vacancy changed, or applied for
        VacancyChanged = "vacancy_changed", "Vacature gewijzigd";
        /// training added
        TrainingAdded = "training_added", "Opleiding toegevoegd";
        /// training changed
        TrainingChanged = "training_changed", "Opleiding gewijzigd";
        /// competence added
        CompetenceAdded = "competence_added", "Competentie toegevoegd";
        /// competence changed
        CompetenceChanged = "competence_changed", "Competentie gewijzigd";
        /// contact data changed
        ContactChanged = "contact_changed", "Contactgegevens gewijzigd";
        /// language added
        LanguageAdded = "language_added", "Taal toegevoegd";
        /// language changed
        LanguageChanged = "language_changed", "Taal gewijzigd";
        /// wanted job added
        WantedJobAdded = "wanted_job_added", "Gewenste job toegevoegd";
        /// wanted job changed
        WantedJobChanged = "wanted_job_changed", "Gewenste job gewijzigd";
        /// mobility recorded
        MobilityAdded = "mobility_added", "Mobiliteit ingevuld";
        /// mobility changed
        MobilityChanged = "mobility_changed", "Mobiliteit gewijzigd";
        /// contact preference recorded
        ContactPreferenceAdded = "contact_preference_added", "Contactvoorkeur ingevuld";
        /// contact preference changed
        ContactPreferenceChanged = "contact_preference_changed", "Contactvoorkeur gewijzigd";
        /// indication recorded
        IndicationAdded = "indication_added", "Gegeven onder PmAB toegevoegd";
        /// indication corrected or ended
        IndicationChanged = "indication_changed", "Gegeven onder PmAB gewijzigd";
        /// opened for a reason
        DisabilityOpened = "disability_opened", "PmAB geopend";
        /// transmission recorded
        TransmissionAdded = "transmission_added", "Transmissie toegevoegd";
        /// transmission corrected
        TransmissionChanged = "transmission_changed", "Transmissie gewijzigd";
        /// opened for a reason
        TransmissionOpened = "transmission_opened", "Transmissie geopend";
        /// conversation begun
        ThreadStarted = "thread_started", "Gesprek onder 'Berichten' begonnen";
        /// message sent
        MessageSent = "message_sent", "Bericht gestuurd";
        /// grant given
        GrantGiven = "grant_given", "Inzagerecht gegeven";
        /// grant ended
        GrantEnded = "grant_ended", "Inzagerecht beëindigd";
        /// grant extended
        GrantExtended = "grant_extended", "Inzagerecht verlengd";
        /// grant refused
        GrantRefused = "grant_refused", "Inzagerecht geweigerd";
        /// asked from within the dossier: extension, takeover
        GrantAsked = "grant_asked", "Vraag over inzagerecht of eigenaarschap";
        /// the client agreed with a request, or did not
        ClientAnswered = "client_answered", "Antwoord van de jongere op een vraag om inzagerecht";
        /// another organisation owns the dossier
        OwnerChanged = "owner_changed", "Eigenaar van het dossier gewijzigd";
        /// a correction was asked, or an objection made
        CorrectionAsked = "correction_asked", "Rechtzetting gevraagd of bezwaar gemaakt";
        /// a correction was granted
        CorrectionGranted = "correction_granted", "Rechtzetting toegekend";
        /// a correction was refused
        CorrectionRefused = "correction_refused", "Rechtzetting geweigerd";
        /// the national number was shown in full
        InszShown = "insz_shown", "Rijksregisternummer volledig getoond";
        /// taken over from an authentic source
        SourceTakenOver = "source_taken_over", "Overgenomen uit een officiële bron";
        /// the texts of a line were erased
        StoryErased = "story_erased", "Teksten gewist: de bewaartermijn is voorbij";
        /// a line was erased
        StepErased = "step_erased", "Stap gewist: de bewaartermijn is voorbij";
        /// all that says who the dossier is about was erased
        DossierErased = "dossier_erased", "Dossier gewist: de bewaartermijn is voorbij";
        /// document added
        DocumentAdded = "document_added", "Document toegevoegd";
        /// title, kind, day or line of a document corrected
        DocumentChanged = "document_changed", "Document gewijzigd";
        /// document taken out of sight
        DocumentWithdrawn = "document_withdrawn", "Document ingetrokken";
        /// assigned to a counsellor, where the organisation narrows its dossiers
        CounsellorAssigned = "counsellor_assigned", "Dossier toegewezen aan een begeleider";
        /// no longer assigned to a counsellor
        CounsellorReleased = "counsellor_released", "Dossier niet langer toegewezen aan een begeleider";
    }
}

impl Event {
    /// Whether it tells of what is kept closed (`crate::closed`).
    pub fn is_closed(self) -> bool {
        matches!(
            self,
            Event::IndicationAdded
                | Event::IndicationChanged
                | Event::DisabilityOpened
                | Event::TransmissionAdded
                | Event::TransmissionChanged
                | Event::TransmissionOpened
        )
    }
}

/// One field, before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The field's name in code.
    pub field: String,
    /// The value before; none when there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The value after; none when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

impl Change {
    /// A field with its two values.
    pub fn of(field: &str, before: Option<String>, after: Option<String>) -> Self {
        Change {
            field: field.to_owned(),
            before,
            after,
        }
    }

    /// A field of something new.
    pub fn new_value(field: &str, after: impl Into<String>) -> Self {
        Change::of(field, None, Some(after.into()))
    }

    /// Whether the two values differ.
    pub fn is_change(&self) -> bool {
        self.before != self.after
    }
}

/// Something to be written in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// In which dossier.
    pub dossier: DossierId,
    /// When.
    pub at: Moment,
    /// By whom.
    pub by: PersonId,
    /// For which organisation, if any.
    pub organisation: Option<OrganisationId>,
    /// What happened.
    pub event: Event,
    /// To what: a line, an action, a study...
    pub subject: Uuid,
    /// The line it belongs to, so that its history can be shown.
    pub step: Option<Uuid>,
    /// What changed.
    pub changes: Vec<Change>,
}

/// A link of the chain: 32 bytes of SHA-256.
pub type Link = [u8; 32];

/// The link before the first entry of a dossier.
pub const FIRST_LINK: Link = [0; 32];

/// An entry at its place in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chained {
    /// Counts up within the dossier, from 1.
    pub number: i64,
    /// The entry.
    pub entry: Entry,
    /// The changes as stored: JSON text.
    pub content: String,
    /// SHA-256 of the content; stays when the content is erased.
    pub content_digest: Link,
    /// SHA-256 over the link before and everything but the content.
    pub link: Link,
}

/// Puts entries behind the last link of their dossier.
pub fn chain(entries: Vec<Entry>, last_number: i64, last_link: Link) -> Vec<Chained> {
    let mut number = last_number;
    let mut link = last_link;
    entries
        .into_iter()
        .map(|entry| {
            number += 1;
            let content = content_of(&entry.changes);
            let content_digest = digest(content.as_bytes());
            link = link_of(&link, number, &entry, &content_digest);
            Chained {
                number,
                entry,
                content,
                content_digest,
                link,
            }
        })
        .collect()
}

/// The stored form of the changes.
pub fn content_of(changes: &[Change]) -> String {
    // A list of structs of strings has no way to fail; an empty text would show in the digest.
    serde_json::to_string(changes).unwrap_or_default()
}

/// SHA-256 of bytes.
pub fn digest(bytes: &[u8]) -> Link {
    Sha256::digest(bytes).into()
}

/// The link of an entry, from the one before it. The same for writing and for verifying.
pub fn link_of(before: &Link, number: i64, entry: &Entry, content_digest: &Link) -> Link {
    let mut hash = Sha256::new();
    hash.update(before);
    hash.update(number.to_be_bytes());
    hash.update(entry.dossier.0.as_bytes());
    hash.update(entry.at.micros().to_be_bytes());
    hash.update(entry.by.0.as_bytes());
    let organisation = entry.organisation.map(|id| id.0).unwrap_or_default();
    hash.update(organisation.as_bytes());
    hash.update(entry.event.code().as_bytes());
    hash.update([0]);
    hash.update(entry.subject.as_bytes());
    hash.update(entry.step.unwrap_or_default().as_bytes());
    hash.update(content_digest);
    hash.finalize().into()
}

/// Follows the chain of one dossier as it is read back, entry by entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Follow {
    /// The number of the last entry that was read; 0 before the first.
    pub number: i64,
    /// Its link.
    pub link: Link,
}

impl Follow {
    /// Before the first entry.
    pub const BEGIN: Self = Follow {
        number: 0,
        link: FIRST_LINK,
    };

    /// Whether this is the entry that comes next: its number, the digest of its content (when that was not
    /// erased) and its link. Goes on from it either way, so that one fault is told once.
    pub fn holds(
        &mut self,
        number: i64,
        entry: &Entry,
        content: Option<&str>,
        content_digest: &Link,
        link: &Link,
    ) -> bool {
        let before = std::mem::replace(
            self,
            Follow {
                number,
                link: *link,
            },
        );
        number == before.number + 1
            && content.is_none_or(|text| digest(text.as_bytes()) == *content_digest)
            && link_of(&before.link, number, entry, content_digest) == *link
    }
}
