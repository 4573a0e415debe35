//! The copy of everything that is kept about a client, for the client (GDPR, articles 15 and 20). The
//! format is documented in docs/export.md; the schema of it stands beside that.

use async_recursion::async_recursion as boxed;
use std::collections::BTreeMap;

use domain::ids::DossierId;
use domain::insz::Insz;
use domain::people::Actor;
use domain::policy::Operation;
use domain::uses::Use;
use serde::Serialize;
use store::Batch;
use store::export::{
    Account, Action, Addendum, Agreement, Assignment, Availability, BenefitStatus, CareerVoucher,
    Check, Competence, Condition, ContactPreference, Correction, Document, Entry, Erasure,
    Everything, Experience, Goal, Grant, GrantRequest, Indication, IntegrationStatus,
    LanguageSkill, Line, Message, MessageRead, MessageThread, Mobility, Note, Notice, Nt2Course,
    Opening, Owner, Personal, Removal, Review, Screening, Study, Training, Transmission, Vacancy,
    WantedJob, WorkPeriod,
};
use tokio::sync::OwnedSemaphorePermit;

use crate::{Casework, Failure};

/// The name of the format.
pub const FORMAT: &str = "klantendossier-export";
/// Counts up when a reader of the version before would misread it.
pub const FORMAT_VERSION: u32 = 1;

/// Everything about one client. The names of the parts are those of the tables.
#[derive(Debug, Serialize)]
pub struct Export {
    /// `FORMAT`.
    pub format: &'static str,
    /// `FORMAT_VERSION`.
    pub version: u32,
    /// When it was made, in UTC.
    pub made_at: String,
    /// By whom.
    pub made_by: String,
    /// The dossier's identifier.
    pub dossier_id: uuid::Uuid,
    /// The national number: in full for the client, masked for a mediator.
    pub insz: Option<String>,
    /// Who it is about.
    pub dossier: Vec<Personal>,
    /// The client's own account.
    pub person: Vec<Account>,
    /// Studies.
    pub study: Vec<Study>,
    /// Work experiences.
    pub experience: Vec<Experience>,
    /// Work situations.
    pub work_period: Vec<WorkPeriod>,
    /// What the RVA told.
    pub benefit_status: Vec<BenefitStatus>,
    /// What was told of the integration trajectory.
    pub integration_status: Vec<IntegrationStatus>,
    /// Courses of Dutch.
    pub nt2_course: Vec<Nt2Course>,
    /// Career vouchers.
    pub career_voucher: Vec<CareerVoucher>,
    /// Conditions of the guidance.
    pub condition: Vec<Condition>,
    /// When and where the client can work or learn.
    pub availability: Vec<Availability>,
    /// Goals of the guidance.
    pub goal: Vec<Goal>,
    /// Agreements of who does what.
    pub agreement: Vec<Agreement>,
    /// Start screenings.
    pub screening: Vec<Screening>,
    /// Vacancies and workplaces kept for the client.
    pub vacancy: Vec<Vacancy>,
    /// Trainings and traineeships.
    pub training: Vec<Training>,
    /// Competences with their scores.
    pub competence: Vec<Competence>,
    /// Languages.
    pub language_skill: Vec<LanguageSkill>,
    /// Jobs that the client wants.
    pub wanted_job: Vec<WantedJob>,
    /// How the client gets to work.
    pub mobility: Vec<Mobility>,
    /// How the client wants to be reached.
    pub contact_preference: Vec<ContactPreference>,
    /// What was granted to somebody with a work disability; only in the client's own copy.
    pub indication: Vec<Indication>,
    /// When the dossier was passed on to the control service; only in the client's own copy.
    pub transmission: Vec<Transmission>,
    /// Conversations.
    pub message_thread: Vec<MessageThread>,
    /// Messages.
    pub message: Vec<Message>,
    /// Until when somebody read a conversation.
    pub message_read: Vec<MessageRead>,
    /// Lines with their texts, whatever became of them.
    pub step: Vec<Line>,
    /// Addenda.
    pub addendum: Vec<Addendum>,
    /// What stands next to lines.
    pub correction_note: Vec<Note>,
    /// Checks of the diploma.
    pub eligibility_check: Vec<Check>,
    /// Lines that are 'te controleren'.
    pub step_review: Vec<Review>,
    /// Actions.
    pub action: Vec<Action>,
    /// Requests for removal.
    pub removal_request: Vec<Removal>,
    /// Requests for a correction, and objections.
    pub correction_request: Vec<Correction>,
    /// Rights to open the dossier.
    pub access_grant: Vec<Grant>,
    /// Requests for such a right.
    pub grant_request: Vec<GrantRequest>,
    /// Owners.
    pub dossier_owner: Vec<Owner>,
    /// Documents.
    pub document: Vec<Document>,
    /// To whom it was assigned.
    pub assignment: Vec<Assignment>,
    /// What was erased.
    pub erasure: Vec<Erasure>,
    /// What happened.
    pub journal: Vec<Entry>,
    /// Who looked.
    pub opening: Vec<Opening>,
    /// What people were told about it.
    pub outbox: Vec<Notice>,
    /// What the codes in it mean, in Dutch: of the programme at the time it was made.
    pub codes: BTreeMap<String, String>,
    /// Held until the copy is written out.
    #[serde(skip)]
    _turn: OwnedSemaphorePermit,
}

impl Casework {
    /// Everything about a client, in the form a record of openings gets (`what`). At most two are made at
    /// once: the others wait for their turn.
    #[boxed]
    pub async fn export(
        &self,
        actor: &Actor,
        dossier: DossierId,
        what: &'static str,
    ) -> Result<Export, Failure> {
        domain::policy::permit(actor, Operation::ExportDossier)?;
        self.commit_counted(Batch::new(), actor, Use::Export)
            .await?;
        let exporting = std::sync::Arc::clone(&self.exporting);
        let turn = exporting.acquire_owned().await;
        let turn = turn.map_err(|_| Failure::Unavailable("exports stopped".to_owned()))?;
        let mut glance = self
            .glance(actor, Operation::ExportDossier, dossier, what)
            .await?;
        let (reader, access) = (&mut glance.reader, &glance.access);
        let number = &glance.head.client_number;
        let mut all = store::export::everything(reader, access, number).await?;
        if !access.is_own() {
            leave_closed(&mut all);
        }
        let digest = store::dossiers::insz_digest(reader, access).await?;
        let contact = store::dossiers::contact(reader, access).await?;
        let insz = self.insz_of(&contact, dossier);
        let is_own = access.is_own();
        let birth = glance.head.birth;
        let fits = |proof: Option<&[u8]>| self.is_proof(proof, number, birth, digest.as_deref());
        let shown = |insz: Insz| {
            if is_own {
                insz.display()
            } else {
                insz.masked()
            }
        };
        let Everything {
            personal,
            accounts,
            studies,
            experiences,
            work_periods,
            benefits,
            trajectories,
            courses,
            vouchers,
            conditions,
            availability,
            goals,
            agreements,
            screenings,
            vacancies,
            trainings,
            competences,
            languages,
            wanted_jobs,
            mobility,
            contact_preferences,
            indications,
            transmissions,
            threads,
            messages,
            read_marks,
            lines,
            addenda,
            checks,
            reviews,
            actions,
            removals,
            corrections,
            notes,
            grants,
            grant_requests,
            owners,
            documents,
            assignments,
            erasures,
            journal,
            openings,
            notices,
        } = all;
        Ok(Export {
            format: FORMAT,
            version: FORMAT_VERSION,
            made_at: glance.now.to_string(),
            made_by: actor.name.clone(),
            dossier_id: dossier.0,
            insz: insz.map(shown),
            codes: self.codes_of(&lines, &actions),
            dossier: personal,
            person: accounts,
            study: studies,
            experience: experiences,
            work_period: work_periods,
            benefit_status: benefits,
            integration_status: trajectories,
            nt2_course: courses,
            career_voucher: vouchers,
            condition: conditions,
            availability,
            goal: goals,
            agreement: agreements,
            screening: screenings,
            vacancy: vacancies,
            training: trainings,
            competence: competences,
            language_skill: languages,
            wanted_job: wanted_jobs,
            mobility,
            contact_preference: contact_preferences,
            indication: indications,
            transmission: transmissions,
            message_thread: threads,
            message: messages,
            message_read: read_marks,
            step: lines,
            addendum: addenda,
            correction_note: notes,
            eligibility_check: checks,
            step_review: reviews,
            action: actions,
            removal_request: removals,
            correction_request: corrections,
            access_grant: grants,
            grant_request: grant_requests
                .into_iter()
                .filter(|(_, proof)| fits(proof.as_deref()))
                .map(|(request, _)| request)
                .collect(),
            dossier_owner: owners,
            document: documents,
            assignment: assignments,
            erasure: erasures,
            journal,
            opening: openings,
            outbox: notices,
            _turn: turn,
        })
    }

    /// What the codes of the programme mean that stand in these lines and actions.
    fn codes_of(&self, lines: &[Line], actions: &[Action]) -> BTreeMap<String, String> {
        let mut meaning = BTreeMap::new();
        for line in lines {
            let Ok(code) = domain::catalogue::StepTypeCode::parse(&line.step_type) else {
                continue;
            };
            let Some(kind) = self.catalogue.step_type(&code) else {
                continue;
            };
            meaning.insert(line.step_type.clone(), kind.name_list.clone());
            if let Ok(code) = domain::catalogue::FundingCode::parse(&line.funding)
                && let Some(funding) = self.catalogue.funding(&code)
            {
                meaning.insert(line.funding.clone(), funding.choice());
            }
            let set = self.catalogue.result_set(&kind.result_set);
            if let Some(code) = &line.result
                && let Ok(result) = domain::catalogue::ResultCode::parse(code)
            {
                meaning.insert(code.clone(), set.result_label(&result).to_owned());
            }
            if let Some(code) = &line.reason
                && let Ok(reason) = domain::catalogue::ReasonCode::parse(code)
            {
                meaning.insert(code.clone(), set.reason_label(&reason).to_owned());
            }
            for action in actions.iter().filter(|it| it.step_id == line.id) {
                let mut known = kind.actions.iter();
                if let Some(known) = known.find(|it| it.code.as_str() == action.kind) {
                    meaning.insert(action.kind.clone(), known.label.clone());
                }
            }
        }
        meaning
    }
}

/// Leaves out what is kept closed: who makes a copy for the client gives no reason to read it.
fn leave_closed(all: &mut Everything) {
    all.indications.clear();
    all.transmissions.clear();
    for entry in &mut all.journal {
        let event = domain::journal::Event::from_code(&entry.event);
        if event.is_some_and(domain::journal::Event::is_closed) {
            entry.content = None;
        }
    }
}
