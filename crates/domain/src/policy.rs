//! Who may do what to which dossier (I1 to I4). The one table of the product stands here, and only
//! this module makes the proofs that the store asks for.
//!
//! A denied dossier is answered like one that does not exist (I2); a denied function says so.

use std::marker::PhantomData;

use crate::day::Day;
use crate::documents::{Audience, Document};
use crate::grants::Grant;
use crate::ids::{DossierId, OrganisationId, PersonId};
use crate::mandates::Mandate;
use crate::moment::Moment;
use crate::people::{Actor, Role};
use crate::steps::{State, Step};

/// Everything the product can do, one name per row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operation {
    /// Log in, public pages, health.
    Public,
    /// Own start page, notices, logging out.
    OwnAccount,
    /// See and end the own sessions, change the own password, confirm to be there.
    OwnLogin,
    /// Change one's own second factors.
    ChangeOwnLogin,
    /// Let a log-in at another service count as one's own, or no longer.
    LinkOwnLogin,
    /// Take the second factor away of somebody of the own organisation who lost it.
    ResetFactors,
    /// Search a client.
    SearchClient,
    /// Read the dossier's frame, profile and the entries of the menu.
    ViewDossier,
    /// Read what is kept under 'PmAB', for a reason.
    OpenDisability,
    /// Add, correct or end what is kept under 'PmAB'.
    EditDisability,
    /// Read what is kept under 'Transmissie', for a reason.
    OpenTransmission,
    /// Pass a dossier on to the control service, and record what became of it.
    EditTransmission,
    /// Begin a conversation under 'Berichten', and answer in one.
    WriteMessage,
    /// Read what the RVA tells of a right to a benefit.
    ViewBenefits,
    /// Read what the Kruispuntbank Inburgering tells of the trajectory and the courses of Dutch.
    ViewIntegration,
    /// Add or correct what 'Profiel' and 'Persoonsgegevens en voorkeuren' hold (I4); not names, day of birth and
    /// national number.
    EditProfile,
    /// Add or correct what is filled in about the guidance: 'Randvoorwaarden' and 'Inzetbaarheid'.
    EditGuidance,
    /// Say to have applied for a vacancy in the own dossier.
    ApplyForVacancy,
    /// List the lines.
    ListSteps,
    /// Read one line, its actions and its history.
    ViewStep,
    /// Register a line.
    RegisterStep,
    /// Change, end or cancel a line; add an addendum.
    ChangeStep,
    /// Record, change or take back an action.
    RecordAction,
    /// Ask the coach to remove an ended line (R6).
    RequestRemoval,
    /// The coach's queue (R6).
    ViewRemovals,
    /// Deciding in the coach's queue (R6).
    DecideRemoval,
    /// Who opened the dossier (I3).
    ViewOpenings,
    /// The lines of the own organisation.
    ViewCaseload,
    /// The pseudonymous list of a project, within a mandate.
    ViewControl,
    /// The mandates of controllers, and the form to give one.
    ViewMandates,
    /// Give and end the mandates of controllers.
    ManageMandates,
    /// Figures of a project, small numbers hidden.
    ViewReport,
    /// The same figures as a file.
    DownloadReport,
    /// The people of the own organisation.
    ViewOrganisation,
    /// One person's page, and the forms on it and to invite.
    ViewPeople,
    /// Invite and change people, give and take functions, make a link for a new password, and end access.
    ManagePeople,
    /// The catalogue, and the list of users.
    ManageSystem,
    /// Organisations and their units, and the forms to change them.
    ViewOrganisations,
    /// Create, change and close organisations and their units.
    ManageOrganisations,
    /// The roles that wait for a second system manager.
    ViewProposals,
    /// Propose a role that works for no organisation, and confirm what another proposed.
    GrantRoles,
    /// Create a dossier and give an access grant.
    ManageGrants,
    /// Ask for an access grant on a dossier that is not open to the own organisation, and follow that up.
    AskGrant,
    /// Ask, within an open dossier, to keep the access grant longer or to become the owner.
    AskInDossier,
    /// End an access grant.
    EndGrant,
    /// Say what one thinks of a request to open the own dossier.
    AnswerRequest,
    /// Read the journal of a dossier.
    ViewJournal,
    /// 'Mijn dossier' and 'Wie mag mijn dossier openen': the own view of the person it is about.
    ViewOwn,
    /// Ask for a correction or object, and follow that up.
    AskCorrection,
    /// The queue of corrections, and deciding in it.
    DecideCorrection,
    /// See the national number in full, for a reason.
    RevealInsz,
    /// Everything about a client in one file.
    ExportDossier,
    /// What is kept until when, and how much is due, in numbers.
    ViewRetention,
    /// Payments, state aid and holds of a project, and the form to propose them.
    ViewProjects,
    /// Payments, state aid and holds of a project: proposed by one, confirmed by another.
    ManageProjects,
    /// Erase what need not be kept any more. Only from the command line.
    ApplyRetention,
    /// Back up, verify and restore. Only from the command line, for who has the machine.
    KeepCopies,
    /// List and read the documents of a dossier.
    ViewDocuments,
    /// Add a document.
    AddDocument,
    /// Correct a document's title, kind, day or line, or withdraw it.
    ChangeDocument,
    /// Whether the own organisation narrows its dossiers, and to whom each is assigned.
    AssignDossiers,
    /// Within an open dossier: who of the own organisation works on it, and handing it to a colleague.
    HandOver,
    /// Read the administrative log: what happened to accounts, people and organisations.
    ViewAccountEvents,
    /// What the program does by itself on its day, such as ending a grant, and what the operator feeds it from
    /// authentic sources. Nobody can ask for it on a page.
    Upkeep,
}

/// How far an operation reaches for a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Not at all.
    Never,
    /// It concerns no dossier: the role alone decides.
    Function,
    /// It concerns no dossier, and only what belongs to the own organisation.
    Organisation,
    /// Dossiers for which the own organisation holds an active grant and, where it narrows that to whom a
    /// dossier is assigned, that are assigned to the person.
    Granted,
    /// Dossiers for which the own organisation holds an active grant, whoever they are assigned to.
    GrantedToHouse,
    /// The same, and only lines the own organisation asked for or gives.
    GrantedOwnLine,
    /// Lines that are or were asked to be removed; see `Access::sees_line`.
    RemovalQueue,
    /// Lines of which a correction was asked.
    CorrectionQueue,
    /// Every dossier; where it concerns people and organisations, every one of those.
    All,
    /// Only the dossier about oneself.
    Self_,
}

use Operation as O;
use Reach::{
    All, CorrectionQueue as Corrections, Function as Fun, Granted as Held, GrantedOwnLine as Line,
    GrantedToHouse as House, Never, Organisation as Own, RemovalQueue as Queue, Self_,
};

/// The authorisation table: one row per operation, one column per role in the order of `Role::ALL`
/// (Counsellor, Manager, Coach, Mediator, Controller, SystemManager, Client, PrivacyOfficer).
pub const TABLE: &[(Operation, [Reach; 8])] = &[
    (O::Public, [Fun, Fun, Fun, Fun, Fun, Fun, Fun, Fun]),
    (O::OwnAccount, [Fun, Fun, Fun, Fun, Fun, Fun, Fun, Fun]),
    (
        O::SearchClient,
        [Held, Never, Never, All, Never, Never, Never, All],
    ),
    (
        O::ViewDossier,
        [Held, Never, Never, All, Never, Never, Self_, Never],
    ),
    (
        O::OpenDisability,
        [Never, Never, Never, All, Never, Never, Never, Never],
    ),
    (
        O::EditDisability,
        [Never, Never, Never, All, Never, Never, Never, Never],
    ),
    (
        O::OpenTransmission,
        [Never, Never, Never, All, Never, Never, Never, Never],
    ),
    (
        O::EditTransmission,
        [Never, Never, Never, All, Never, Never, Never, Never],
    ),
    (
        O::WriteMessage,
        [Held, Never, Never, All, Never, Never, Self_, Never],
    ),
    (
        O::ViewBenefits,
        [Held, Never, Never, All, Never, Never, Self_, Never],
    ),
    (
        O::ViewIntegration,
        [Held, Never, Never, All, Never, Never, Self_, Never],
    ),
    (
        O::EditProfile,
        [Held, Never, Never, All, Never, Never, Never, Never],
    ),
    (
        O::EditGuidance,
        [Held, Never, Never, All, Never, Never, Never, Never],
    ),
    (
        O::ApplyForVacancy,
        [Never, Never, Never, Never, Never, Never, Self_, Never],
    ),
    (
        O::ListSteps,
        [Held, Never, Never, All, Never, Never, Self_, Never],
    ),
    (
        O::ViewStep,
        [Held, Never, Queue, All, Never, Never, Self_, Never],
    ),
    (
        O::RegisterStep,
        [Held, Never, Never, Never, Never, Never, Never, Never],
    ),
    (
        O::ChangeStep,
        [Line, Never, Never, Never, Never, Never, Never, Never],
    ),
    (
        O::RecordAction,
        [Line, Never, Never, Never, Never, Never, Never, Never],
    ),
    (
        O::RequestRemoval,
        [Line, Never, Never, Never, Never, Never, Never, Never],
    ),
    (O::OwnLogin, [Fun, Fun, Fun, Fun, Fun, Fun, Fun, Fun]),
    (O::ChangeOwnLogin, [Fun, Fun, Fun, Fun, Fun, Fun, Fun, Fun]),
    (O::LinkOwnLogin, [Fun, Fun, Fun, Fun, Fun, Fun, Fun, Fun]),
    (
        O::ResetFactors,
        [Never, Own, Never, Never, Never, Never, Never, Never],
    ),
    (
        O::ViewRemovals,
        [Never, Never, Queue, Never, Never, Never, Never, Never],
    ),
    (
        O::DecideRemoval,
        [Never, Never, Queue, Never, Never, Never, Never, Never],
    ),
    (
        O::ViewOpenings,
        [Never, Never, Never, Never, Never, Never, Self_, All],
    ),
    (
        O::ViewCaseload,
        [Fun, Fun, Never, Never, Never, Never, Never, Never],
    ),
    (
        O::ViewControl,
        [Never, Never, Never, Never, Fun, Never, Never, Never],
    ),
    (
        O::ViewMandates,
        [Never, Never, Never, Never, Never, Fun, Never, Never],
    ),
    (
        O::ManageMandates,
        [Never, Never, Never, Never, Never, Fun, Never, Never],
    ),
    (
        O::ViewReport,
        [Never, Own, Never, Never, Fun, Fun, Never, Never],
    ),
    (
        O::DownloadReport,
        [Never, Own, Never, Never, Fun, Fun, Never, Never],
    ),
    (
        O::ViewOrganisation,
        [Never, Own, Never, Never, Never, Never, Never, Never],
    ),
    (
        O::ViewPeople,
        [Never, Own, Never, Never, Never, All, Never, Never],
    ),
    (
        O::ManagePeople,
        [Never, Own, Never, Never, Never, All, Never, Never],
    ),
    (
        O::ViewOrganisations,
        [Never, Never, Never, Never, Never, All, Never, Never],
    ),
    (
        O::ManageOrganisations,
        [Never, Never, Never, Never, Never, All, Never, Never],
    ),
    (
        O::ViewProposals,
        [Never, Never, Never, Never, Never, All, Never, Never],
    ),
    (
        O::GrantRoles,
        [Never, Never, Never, Never, Never, All, Never, Never],
    ),
    (
        O::ManageSystem,
        [Never, Never, Never, Never, Never, Fun, Never, Never],
    ),
    (
        O::ManageGrants,
        [Never, Never, Never, All, Never, Never, Never, Never],
    ),
    (
        O::AskGrant,
        [Fun, Fun, Never, Never, Never, Never, Never, Never],
    ),
    (
        O::AskInDossier,
        [Held, Never, Never, Never, Never, Never, Never, Never],
    ),
    (
        O::EndGrant,
        [Never, Never, Never, All, Never, Never, Self_, Never],
    ),
    (
        O::AnswerRequest,
        [Never, Never, Never, Never, Never, Never, Self_, Never],
    ),
    (
        O::ViewJournal,
        [Never, Never, Never, Never, Never, Never, Self_, All],
    ),
    (
        O::ViewOwn,
        [Never, Never, Never, Never, Never, Never, Self_, Never],
    ),
    (
        O::AskCorrection,
        [Held, Never, Never, All, Never, Never, Self_, Never],
    ),
    (
        O::DecideCorrection,
        [Never, Never, Corrections, All, Never, Never, Never, Never],
    ),
    (
        O::RevealInsz,
        [Held, Never, Never, All, Never, Never, Never, Never],
    ),
    (
        O::ExportDossier,
        [Never, Never, Never, All, Never, Never, Self_, Never],
    ),
    (
        O::ViewRetention,
        [Never, Never, Never, Never, Never, Fun, Never, Fun],
    ),
    (
        O::ViewProjects,
        [Never, Never, Never, Never, Never, Fun, Never, Never],
    ),
    (
        O::ManageProjects,
        [Never, Never, Never, Never, Never, Fun, Never, Never],
    ),
    (
        O::ApplyRetention,
        [Never, Never, Never, Never, Never, Fun, Never, Never],
    ),
    (
        O::KeepCopies,
        [Never, Never, Never, Never, Never, Never, Never, Never],
    ),
    (
        O::ViewDocuments,
        [Held, Never, Never, All, Never, Never, Self_, Never],
    ),
    (
        O::AddDocument,
        [Held, Never, Never, All, Never, Never, Self_, Never],
    ),
    (
        O::ChangeDocument,
        [Held, Never, Never, All, Never, Never, Self_, Never],
    ),
    (
        O::AssignDossiers,
        [Never, House, Never, Never, Never, Never, Never, Never],
    ),
    (
        O::HandOver,
        [Held, Never, Never, Never, Never, Never, Never, Never],
    ),
    (
        O::ViewAccountEvents,
        [Never, Own, Never, Never, Never, Fun, Never, Fun],
    ),
    (
        O::Upkeep,
        [Never, Never, Never, Never, Never, Never, Never, Never],
    ),
];

/// What needs a proof of being there that is at most five minutes old: what gives or takes rights, what
/// changes how somebody logs in, what cannot be undone, and what leaves as a file. Reading a page does not.
pub const STEP_UP: &[Operation] = &[
    O::DecideRemoval,
    O::ExportDossier,
    O::DownloadReport,
    O::ChangeOwnLogin,
    O::LinkOwnLogin,
    O::ResetFactors,
    O::ManagePeople,
    O::GrantRoles,
    O::ManageOrganisations,
    O::ManageMandates,
    O::ManageProjects,
];

/// Whether the person proved to be there, recently enough for this.
///
/// # Errors
/// `Denied::Unconfirmed`.
pub fn confirmed(actor: &Actor, operation: Operation, now: Moment) -> Result<(), Denied> {
    if STEP_UP.contains(&operation) && !actor.confirmed.is_fresh(now) {
        return Err(Denied::Unconfirmed);
    }
    Ok(())
}

/// How far an operation reaches for a role.
pub fn reach(role: Role, operation: Operation) -> Reach {
    let column = Role::ALL.iter().position(|known| *known == role);
    TABLE
        .iter()
        .find(|(row, _)| *row == operation)
        .and_then(|(_, cells)| column.and_then(|index| cells.get(index)))
        .copied()
        .unwrap_or(Never)
}

/// What is denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// The role has no such function: say so.
    Function,
    /// It may be done, once the person proves again to be there.
    Unconfirmed,
    /// This dossier or line is not for this person: answer as if it did not exist (I2).
    Dossier,
}

/// Marks a proof that allows reading.
#[derive(Clone, Copy, Debug)]
pub struct Read;
/// Marks a proof that allows writing.
#[derive(Clone, Copy, Debug)]
pub struct Write;

/// Proof that one person may do one thing to one dossier. Only this module makes one; the store
/// gives no dossier content without it.
#[derive(Clone, Debug)]
pub struct Access<Mode> {
    dossier: DossierId,
    operation: Operation,
    reach: Reach,
    organisation: Option<OrganisationId>,
    mode: PhantomData<Mode>,
}

/// Proof that a person may use a function that concerns no single dossier.
#[derive(Clone, Debug)]
pub struct Permit {
    operation: Operation,
    reach: Reach,
    organisation: Option<OrganisationId>,
    person: PersonId,
    role: Role,
}

/// Proof that a controller may see the lines of one mandate, without names.
#[derive(Clone, Debug)]
pub struct Mandated {
    mandate: Mandate,
}

/// Proof that a person may see the figures of projects, and which lines count in them.
#[derive(Clone, Debug)]
pub struct Reporting {
    organisation: Option<OrganisationId>,
    mandate: Option<Mandate>,
}

/// What the policy looks at. No dossier content is needed for it.
#[derive(Clone, Debug)]
pub struct DossierFacts {
    /// Which dossier.
    pub dossier: DossierId,
    /// The grants of the actor's organisation on it.
    pub grants: Vec<Grant>,
    /// Whether a removal was ever asked for one of its lines.
    pub removal_asked: bool,
    /// Whether a correction of one of its lines was ever asked.
    pub correction_asked: bool,
    /// Whether the actor's organisation opens its dossiers only to whom they are assigned, and this one is
    /// not assigned to the actor.
    pub others_only: bool,
}

/// Whether an actor may use a function that concerns no single dossier.
///
/// # Errors
/// `Denied::Function`.
pub fn permit(actor: &Actor, operation: Operation) -> Result<Permit, Denied> {
    match reach(actor.role, operation) {
        Never => Err(Denied::Function),
        Own if actor.organisation().is_none() => Err(Denied::Function),
        reach => Ok(Permit {
            operation,
            reach,
            organisation: actor.organisation(),
            person: actor.person,
            role: actor.role,
        }),
    }
}

/// Whether a controller may see the lines of a mandate today. Somebody else's mandate, or one that is over,
/// is answered like one that does not exist.
///
/// # Errors
/// `Denied::Function` when the role never may, `Denied::Dossier` when it is not theirs or not now.
pub fn mandated(actor: &Actor, mandate: &Mandate, today: Day) -> Result<Mandated, Denied> {
    permit(actor, Operation::ViewControl)?;
    if mandate.controller != actor.person || !mandate.is_active(today) {
        return Err(Denied::Dossier);
    }
    Ok(Mandated {
        mandate: mandate.clone(),
    })
}

/// Whether an actor may see figures: a controller within a mandate, a manager of the own organisation, a
/// system manager of all.
///
/// # Errors
/// As `mandated`; `Denied::Dossier` for a controller without a mandate, a manager without organisation.
pub fn reporting(
    actor: &Actor,
    mandate: Option<&Mandate>,
    today: Day,
) -> Result<Reporting, Denied> {
    permit(actor, Operation::ViewReport)?;
    let (organisation, mandate) = match actor.role {
        Role::Controller => {
            let mandate = mandate.ok_or(Denied::Dossier)?;
            (None, Some(mandated(actor, mandate, today)?.mandate))
        }
        Role::Manager => (Some(actor.organisation().ok_or(Denied::Dossier)?), None),
        _ => (None, None),
    };
    Ok(Reporting {
        organisation,
        mandate,
    })
}

/// Whether an actor may read in a dossier.
///
/// # Errors
/// `Denied::Function` when the role never may, `Denied::Dossier` when this dossier is not for them.
pub fn read(
    actor: &Actor,
    operation: Operation,
    facts: &DossierFacts,
    today: Day,
) -> Result<Access<Read>, Denied> {
    decide(actor, operation, facts, today)
}

/// Whether an actor may write in a dossier. Whether a line is theirs is asked with `own_line`.
///
/// # Errors
/// As `read`.
pub fn write(
    actor: &Actor,
    operation: Operation,
    facts: &DossierFacts,
    today: Day,
) -> Result<Access<Write>, Denied> {
    decide(actor, operation, facts, today)
}

/// The operator's own permit, for what shows numbers only, or holds rows against each other, and concerns
/// nobody's account.
pub fn operator(operation: Operation) -> Permit {
    Permit {
        operation,
        reach: Fun,
        organisation: None,
        person: PersonId(uuid::Uuid::nil()),
        role: Role::SystemManager,
    }
}

/// The program's own access to a dossier, for what it does on its day without anybody asking.
pub fn upkeep(dossier: DossierId) -> Access<Write> {
    Access {
        dossier,
        operation: Operation::Upkeep,
        reach: All,
        organisation: None,
        mode: PhantomData,
    }
}

fn decide<Mode>(
    actor: &Actor,
    operation: Operation,
    facts: &DossierFacts,
    today: Day,
) -> Result<Access<Mode>, Denied> {
    let reach = reach(actor.role, operation);
    let is_granted = || {
        facts.grants.iter().any(|grant| {
            grant.dossier == facts.dossier
                && Some(grant.organisation) == actor.organisation()
                && grant.is_active(today)
        })
    };
    let allowed = match reach {
        Never | Fun | Own => return Err(Denied::Function),
        All => true,
        Held | Line => is_granted() && !facts.others_only,
        House => is_granted(),
        Queue => facts.removal_asked,
        Corrections => facts.correction_asked,
        Self_ => actor.own_dossier == Some(facts.dossier),
    };
    if !allowed {
        return Err(Denied::Dossier);
    }
    Ok(Access {
        dossier: facts.dossier,
        operation,
        reach,
        organisation: actor.organisation(),
        mode: PhantomData,
    })
}

impl<Mode> Access<Mode> {
    /// The dossier this proof opens.
    pub fn dossier(&self) -> DossierId {
        self.dossier
    }

    /// What for; goes into the record of openings (I3).
    pub fn operation(&self) -> Operation {
        self.operation
    }

    /// The organisation of the person who acts.
    pub fn organisation(&self) -> Option<OrganisationId> {
        self.organisation
    }

    /// Whether what people wrote may be read with what happened: by who reads the dossier, and not by a
    /// privacy officer, who looks after the dossier of everybody.
    pub fn tells_story(&self) -> bool {
        !(self.operation == Operation::ViewJournal && self.reach == All)
    }

    /// Whether everything in the dossier is for this person to see, not only what is of an organisation.
    pub fn reads_all(&self) -> bool {
        matches!(self.reach, All | Self_)
    }

    /// Whether what is kept closed may be read at once: by whom it is about. Others give a reason first
    /// (`RevealInsz`, `OpenDisability`, `OpenTransmission`).
    pub fn is_own(&self) -> bool {
        self.reach == Self_
    }

    /// Whether this line may be changed: for a role that works on own lines only, the own
    /// organisation asked for it or gives it.
    ///
    /// # Errors
    /// `Denied::Function`: that the line exists is known, so it can be said.
    pub fn own_line(&self, step: &Step) -> Result<(), Denied> {
        match self.reach {
            Line => match self.organisation {
                Some(own) if step.involves(own) => Ok(()),
                _ => Err(Denied::Function),
            },
            _ => Ok(()),
        }
    }

    /// Whether the story of this line may be read: a counsellor reads that of the own organisation's
    /// lines, and of another's only what, when and in which state.
    pub fn sees_story(&self, step: &Step) -> bool {
        match (self.reach, self.organisation) {
            (Held | Line, Some(own)) => step.involves(own),
            (Held | Line, None) => false,
            _ => true,
        }
    }

    /// Whether this document may be seen: a counsellor sees those of the own organisation and those meant
    /// for every organisation that may open the dossier. A withdrawn one is out of sight for them and for
    /// the client; the mediator sees what became of it.
    pub fn sees_document(&self, document: &Document) -> bool {
        match self.reach {
            Held | Line => {
                document.withdrawn.is_none()
                    && (document.details.audience == Audience::Granted
                        || self.is_own_document(document))
            }
            Self_ => document.withdrawn.is_none(),
            _ => true,
        }
    }

    /// Whether this document may be corrected or withdrawn: by the organisation that added it, by a client
    /// who added it, by a mediator.
    ///
    /// # Errors
    /// `Denied::Function`: that the document exists is known, so it can be said.
    pub fn own_document(&self, document: &Document, person: PersonId) -> Result<(), Denied> {
        let is_own = match self.reach {
            Held | Line => self.is_own_document(document),
            Self_ => document.is_of(person),
            _ => true,
        };
        if is_own {
            Ok(())
        } else {
            Err(Denied::Function)
        }
    }

    fn is_own_document(&self, document: &Document) -> bool {
        document.organisation.is_some() && document.organisation == self.organisation
    }

    /// Whether this line may be read at all. A cancelled or removed one is out of sight (C1, R6). A coach
    /// sees the lines whose removal was asked, whatever became of them, and the cancelled ones beside
    /// them; of the rest of the dossier nothing. Who decides on a correction sees the line it was asked
    /// of, whatever became of it.
    pub fn sees_line(&self, step: &Step, asked: bool) -> bool {
        match self.reach {
            Queue => asked || matches!(step.state, State::Cancelled(_)),
            _ if self.operation == Operation::DecideCorrection => asked,
            _ => step.is_listed(),
        }
    }

    /// Whether the history of this line may be read: who reads the dossier reads that of every line,
    /// also of one out of sight (C1); a coach that of the lines the coach sees.
    pub fn sees_history(&self, step: &Step, removal_asked: bool) -> bool {
        self.reach != Queue || self.sees_line(step, removal_asked)
    }
}

impl Access<Write> {
    /// Who may write may read.
    pub fn reading(&self) -> Access<Read> {
        Access {
            dossier: self.dossier,
            operation: self.operation,
            reach: self.reach,
            organisation: self.organisation,
            mode: PhantomData,
        }
    }
}

impl Mandated {
    /// The mandate it rests on.
    pub fn mandate(&self) -> &Mandate {
        &self.mandate
    }
}

impl Reporting {
    /// The organisation whose lines alone count; none for those of all.
    pub fn organisation(&self) -> Option<OrganisationId> {
        self.organisation
    }

    /// The mandate it rests on; none for who needs none.
    pub fn mandate(&self) -> Option<&Mandate> {
        self.mandate.as_ref()
    }
}

impl Permit {
    /// What it permits.
    pub fn operation(&self) -> Operation {
        self.operation
    }

    /// The organisation of the person who acts.
    pub fn organisation(&self) -> Option<OrganisationId> {
        self.organisation
    }

    /// The person who acts.
    pub fn person(&self) -> PersonId {
        self.person
    }

    /// The person whose assignments bound a list of the own organisation's dossiers, where that narrows
    /// them: a counsellor. Who assigns them sees them all.
    pub fn narrows_to(&self) -> Option<PersonId> {
        (self.role == Role::Counsellor).then_some(self.person)
    }

    /// The one organisation it is bound to, when it reaches no further than that.
    pub fn only_organisation(&self) -> Option<OrganisationId> {
        self.organisation.filter(|_| self.reach == Own)
    }

    /// Whether it reaches every dossier, not only those of the own organisation.
    pub fn reaches_all(&self) -> bool {
        self.reach == All
    }
}
