//! Short ways to what a counsellor does with lines, actions and studies. Each panics when refused;
//! a test of a refusal calls the use case itself.

use casework::{ActionInput, DocumentInput, Done, Failure, StepInput, StudyInput};
use domain::actions::Presence;
use domain::catalogue::{ActionKindCode, FundingCode, ReasonCode, ResultCode, StepTypeCode};
use domain::documents::{Audience, DocumentKind};
use domain::ids::{ActionId, DocumentId, DossierId, StepId, StudyId};
use domain::people::Actor;
use domain::steps::end::EndWith;
use domain::steps::{OutcomeFacts, Step};
use domain::studies::{Certificate, Grade, Level, Provenance, StudyDetails};

use crate::{World, day, label};

/// The four facts, out of the names of those that hold: education, work, qualification, absence.
pub fn facts(holding: &[&str]) -> OutcomeFacts {
    let holds = |name: &str| holding.contains(&name);
    OutcomeFacts {
        in_education: holds("education"),
        has_work: holds("work"),
        qualification: holds("qualification"),
        stopped_for_absence: holds("absence"),
    }
}

/// Ended on a day because the client goes on with the training: a positive result.
pub fn ended(iso: &str) -> EndWith {
    EndWith {
        end: day(iso),
        result: Some(ResultCode::parse("POSITIEF").unwrap()),
        reason: Some(ReasonCode::parse("P1").unwrap()),
        note: None,
        facts: facts(&["education"]),
    }
}

impl World {
    /// The only step type of the programme.
    pub fn step_type(&self) -> StepTypeCode {
        StepTypeCode::parse("OND_OAL").unwrap()
    }

    /// The detail screen as this counsellor fills it in, from a day on. The absence of a diploma is
    /// declared, and a late registration has its reason.
    pub fn input(&self, actor: &Actor, start: &str) -> StepInput {
        StepInput {
            funding: FundingCode::parse("EEWG019").unwrap(),
            requester: actor.person,
            provider: actor.person,
            start: day(start),
            summary: None,
            late_reason: Some(crate::note("De overeenkomst kwam laat binnen.")),
            declared_no_diploma: true,
        }
    }

    /// Registers an ongoing line from a day on.
    pub async fn register(&self, actor: &Actor, dossier: DossierId, start: &str) -> StepId {
        self.try_register(actor, dossier, start).await.unwrap().step
    }

    /// The same, for a test that looks at what is refused.
    pub async fn try_register(
        &self,
        actor: &Actor,
        dossier: DossierId,
        start: &str,
    ) -> Result<Done, Failure> {
        let input = self.input(actor, start);
        let kind = self.step_type();
        self.casework
            .register_step(actor, dossier, &kind, &input, None, &self.submission())
            .await
    }

    /// Ends a line on a day, with a positive result, at its present version.
    pub async fn end(&self, actor: &Actor, dossier: DossierId, step: StepId, end: &str) -> Done {
        let line = self.step(actor, dossier, step).await;
        let input = self.input(actor, &line.start.to_iso());
        self.casework
            .end_step(
                actor,
                dossier,
                step,
                line.version,
                &input,
                &ended(end),
                &self.submission(),
            )
            .await
            .unwrap()
    }

    /// A line as this person sees it now.
    pub async fn step(&self, actor: &Actor, dossier: DossierId, step: StepId) -> Step {
        let page = self.casework.step_page(actor, dossier, step).await;
        page.unwrap().step
    }

    /// A talk of an hour on a day.
    pub fn talk(&self, iso: &str) -> ActionInput {
        ActionInput {
            day: day(iso),
            kind: ActionKindCode::parse("GESPREK").unwrap(),
            minutes: 60,
            presence: Presence::Present,
            place: None,
            note: None,
        }
    }

    /// Records a talk of an hour on a day.
    pub async fn record(
        &self,
        actor: &Actor,
        dossier: DossierId,
        step: StepId,
        iso: &str,
    ) -> ActionId {
        self.casework
            .record_action(actor, dossier, step, &self.talk(iso), &self.submission())
            .await
            .unwrap()
    }

    /// Adds a PDF that only the own organisation sees, dated 20/05/2025; evidence of a line when one is given.
    pub async fn add_document(
        &self,
        actor: &Actor,
        dossier: DossierId,
        title: &str,
        step: Option<StepId>,
    ) -> DocumentId {
        let input = DocumentInput {
            kind: DocumentKind::Agreement,
            title: Some(label(title)),
            day: day("2025-05-20"),
            audience: Audience::Own,
            step,
        };
        let paper = crate::papers::pdf(&uuid::Uuid::new_v4().to_string());
        let file = crate::papers::incoming(&self.casework, "overeenkomst.pdf", &paper).await;
        let added = self
            .casework
            .add_documents(actor, dossier, &input, vec![file], &self.submission())
            .await;
        added.unwrap()[0]
    }

    /// A study of the 3rd grade that ended on a day, with or without a certificate.
    pub fn study(&self, ended_on: &str, certificate: Option<Certificate>) -> StudyInput {
        StudyInput {
            existing: None,
            details: StudyDetails {
                level: Level::Technical,
                grade: Some(Grade::Third),
                field: Some(label("Handel")),
                school: label("Atheneum"),
                ended_on: Some(day(ended_on)),
                certificate,
                provenance: Provenance::SelfDeclared,
            },
        }
    }

    /// Records such a study.
    pub async fn add_study(
        &self,
        actor: &Actor,
        dossier: DossierId,
        ended_on: &str,
        certificate: Option<Certificate>,
    ) -> StudyId {
        let input = self.study(ended_on, certificate);
        self.casework
            .save_study(actor, dossier, &input, &self.submission())
            .await
            .unwrap()
    }
}
