//! Something of every section that people fill in.

use domain::availability::{Availability, AvailabilityStatus, Licence, Weekday};
use domain::conditions::{Condition, ConditionKind, ConditionStatus};
use domain::development::{Axis, Competence, Training, TrainingKind, TrainingResult};
use domain::disability::{Indication, IndicationKind};
use domain::ids::{
    AgreementId, AvailabilityId, CompetenceId, ConditionId, ContactPreferenceId, DossierId, GoalId,
    IndicationId, LanguageSkillId, MobilityId, ScreeningId, ThreadId, TrainingId, TransmissionId,
    VacancyId, WantedJobId,
};
use domain::people::Actor;
use domain::preferences::{
    Channel, ContactPreference, Language, LanguageLevel, LanguageSkill, Mobility, Spoken,
    TravelMeans, WantedJob,
};
use domain::sections::Entered;
use domain::trajectory::{
    Agreement, AgreementOutcome, Answer, Goal, GoalKind, GoalOutcome, Screening, Who,
};
use domain::transmission::{
    Transmission, TransmissionDecision, TransmissionReason, TransmissionStatus,
};
use domain::vacancies::{Vacancy, VacancyKind, VacancyStatus, WebAddress};

use crate::{World, day, label, note};

/// The records of `World::fill_sections`.
#[derive(Clone, Copy, Debug)]
pub struct Sections {
    /// Under 'Vacature-dashboard'.
    pub vacancy: VacancyId,
    /// A training under 'Competentieontwikkeling'.
    pub training: TrainingId,
    /// A competence under 'Competentieontwikkeling'.
    pub competence: CompetenceId,
    /// A goal under 'Traject'.
    pub goal: GoalId,
    /// An agreement under 'Traject'.
    pub agreement: AgreementId,
    /// A start screening under 'Traject'.
    pub screening: ScreeningId,
    /// Under 'Randvoorwaarden'.
    pub condition: ConditionId,
    /// Under 'Inzetbaarheid'.
    pub availability: AvailabilityId,
    /// A language under 'Voorkeuren'.
    pub language: LanguageSkillId,
    /// A wanted job under 'Voorkeuren'.
    pub wanted_job: WantedJobId,
    /// 'Mobiliteit' under 'Voorkeuren'.
    pub mobility: MobilityId,
    /// 'Contactvoorkeur' under 'Voorkeuren'.
    pub contact_preference: ContactPreferenceId,
    /// Under 'PmAB'.
    pub indication: IndicationId,
    /// Under 'Transmissie'.
    pub transmission: TransmissionId,
    /// Under 'Berichten'.
    pub thread: ThreadId,
}

impl World {
    /// Adds a record of every kind and a conversation, each with the day and the choices of its like. `say` makes the text of a
    /// field, at most 200 characters on one line.
    pub async fn fill_sections(
        &self,
        me: &Actor,
        dossier: DossierId,
        say: impl Fn(&str) -> String,
    ) -> Sections {
        let casework = &self.casework;
        let vacancy = Entered::new(Vacancy {
            kind: VacancyKind::Workplace,
            title: label(&say("job")),
            employer: label(&say("werkgever-vacature")),
            address: WebAddress::optional("https://voorbeeld.be/job?nummer=1&taal=nl").unwrap(),
            place: Some(label(&say("plaats-werk"))),
            status: VacancyStatus::Assigned,
            due: Some(day("2025-06-15")),
            note: Some(note(&say("nota-vacature"))),
        });
        let training = Entered::new(Training {
            name: label(&say("opleiding")),
            provider: label(&say("aanbieder")),
            kind: TrainingKind::WorkExperience,
            from: day("2025-01-06"),
            until: Some(day("2025-05-16")),
            hours_planned: Some(120),
            hours_done: Some(96),
            result: Some(TrainingResult::Followed),
        });
        let competence = Entered::new(Competence {
            label: label(&say("competentie")),
            axis: Axis::Work,
            score: 3,
            scored: day("2025-05-10"),
        });
        let goal = Entered::new(Goal {
            kind: GoalKind::Workplace,
            text: label(&say("doel")),
            target: Some(day("2025-09-01")),
            outcome: Some((GoalOutcome::Dropped, day("2025-05-10"))),
        });
        let agreement = Entered::new(Agreement {
            text: label(&say("afspraak")),
            who: Who::Counsellor,
            due: day("2025-05-20"),
            outcome: Some((AgreementOutcome::Done, day("2025-05-10"))),
        });
        let screening = Entered::new(Screening {
            willing: Answer::Yes,
            ready: Answer::Unclear,
            day: day("2025-05-10"),
            note: Some(note(&say("nota-screening"))),
        });
        let condition = Entered::new(Condition {
            kind: ConditionKind::Housing,
            status: ConditionStatus::Attention,
            note: Some(note(&say("nota-randvoorwaarde"))),
            since: day("2025-05-01"),
        });
        let availability = Entered::new(Availability {
            status: AvailabilityStatus::Mediation,
            hours: Some(20),
            days: vec![Weekday::Monday, Weekday::Tuesday],
            regions: Some(label(&say("streek"))),
            licences: vec![Licence::B],
            from: Some(day("2025-06-01")),
            note: Some(note(&say("nota-inzetbaarheid"))),
        });
        let language = Entered::new(LanguageSkill {
            language: Spoken::Other(label(&say("andere-taal"))),
            level: LanguageLevel::Native,
        });
        let wanted_job = Entered::new(WantedJob {
            job: label(&say("gewenste-job")),
            place: 2,
            note: Some(note(&say("nota-gewenste-job"))),
        });
        let mobility = Entered::new(Mobility {
            means: vec![TravelMeans::Foot, TravelMeans::PublicTransport],
            minutes: Some(45),
            note: Some(note(&say("nota-mobiliteit"))),
        });
        let contact_preference = Entered::new(ContactPreference {
            channel: Channel::Sms,
            language: Some(Language::Turkish),
            note: Some(note(&say("nota-contact"))),
        });
        let indication = Entered::new(Indication {
            kind: IndicationKind::Wop,
            granted_on: day("2025-05-01"),
            valid_until: Some(day("2030-04-30")),
            decided_by: label(&say("dienst")),
            ended_on: Some(day("2025-05-20")),
        });
        let transmission = Entered::new(Transmission {
            reason: TransmissionReason::NoShow,
            facts: note(&say("feiten")),
            sent_on: day("2025-05-02"),
            status: TransmissionStatus::Decided,
            decision: Some(TransmissionDecision::Warning),
        });
        let (subject, text) = (label(&say("onderwerp")), note(&say("bericht")));
        Sections {
            vacancy: casework
                .save_record(me, dossier, &vacancy, &self.submission())
                .await
                .unwrap(),
            training: casework
                .save_record(me, dossier, &training, &self.submission())
                .await
                .unwrap(),
            competence: casework
                .save_record(me, dossier, &competence, &self.submission())
                .await
                .unwrap(),
            goal: casework
                .save_record(me, dossier, &goal, &self.submission())
                .await
                .unwrap(),
            agreement: casework
                .save_record(me, dossier, &agreement, &self.submission())
                .await
                .unwrap(),
            screening: casework
                .save_record(me, dossier, &screening, &self.submission())
                .await
                .unwrap(),
            condition: casework
                .save_record(me, dossier, &condition, &self.submission())
                .await
                .unwrap(),
            availability: casework
                .save_record(me, dossier, &availability, &self.submission())
                .await
                .unwrap(),
            language: casework
                .save_record(me, dossier, &language, &self.submission())
                .await
                .unwrap(),
            wanted_job: casework
                .save_record(me, dossier, &wanted_job, &self.submission())
                .await
                .unwrap(),
            mobility: casework
                .save_record(me, dossier, &mobility, &self.submission())
                .await
                .unwrap(),
            contact_preference: casework
                .save_record(me, dossier, &contact_preference, &self.submission())
                .await
                .unwrap(),
            indication: casework
                .save_record(&self.mediator, dossier, &indication, &self.submission())
                .await
                .unwrap(),
            transmission: casework
                .save_record(&self.mediator, dossier, &transmission, &self.submission())
                .await
                .unwrap(),
            thread: casework
                .start_thread(me, dossier, (&subject, &text), &self.submission())
                .await
                .unwrap(),
        }
    }
}
