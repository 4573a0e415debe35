//! The use cases: authorise, load, decide (in `domain`), write with journal and outbox in one
//! transaction. The only way in for pages, command line and whatever comes later; none of them
//! reaches the store.
//!
//! Knows no HTML and no HTTP. Clock and identifiers come in from outside.

mod account;
mod account_events;
mod actions;
mod assignments;
mod backup;
mod benefits;
mod career;
mod caseload;
mod clients;
mod clock;
mod contact;
mod control;
mod corrections;
mod desk;
mod development;
mod documents;
mod export;
mod factors;
mod failure;
mod feed;
mod generate;
mod grants;
mod installation;
mod integration;
mod invitations;
mod journal_page;
mod mail;
mod mandates;
mod messages;
mod network;
mod notices;
mod oidc;
mod organisations;
mod own;
mod passkeys;
mod passwords;
mod past;
mod people;
mod preferences;
mod profile;
mod projects;
mod removals;
mod reports;
mod retention;
mod seal;
mod sections;
mod setup;
mod sign_in;
mod steps;
mod trajectory;
mod unchanged;
mod uses;
mod vacancies;
mod verify;
mod vouchers;

pub use account::{AccountPage, ColleagueFactors, Confirmation, PasswordNotChanged, SessionView};
pub use account_events::AccountEventsPage;
pub use actions::{ActionInput, ActionsPage};
pub use assignments::{AssignmentPage, AssignmentsPage};
pub use backup::{
    BackupDone, BackupRefused, BackupWish, DATABASE, DOCUMENTS, LOCK, Manifest, SECRET, backup_at,
    backups, restore, verify_backup,
};
pub use caseload::OwnRow;
pub use clients::{PersonalData, PortraitPage};
pub use clock::{Clock, Ids, RandomIds, RunningClock, SharedClock, SystemClock};
pub use contact::ContactForm;
pub use control::{ControlCursor, ControlPage, ControlRow};
pub use corrections::{
    About, CorrectionAnswer, CorrectionPage, CorrectionQueuePage, CorrectionsPage,
};
pub use desk::{Looked, Mark, Since, Submission};
pub use development::Development;
pub use documents::{
    Correction, DocumentInput, DocumentPage, DocumentsPage, Incoming, OpenedFile, RequestForm,
};
pub use export::{Export, FORMAT as EXPORT_FORMAT, FORMAT_VERSION as EXPORT_VERSION};
pub use factors::{PendingApp, ProofRefused, SecondStep};
pub use failure::{Conflict, Failure};
pub use feed::{FeedDone, FeedFault, FeedRefused, FeedRow};
pub use generate::{ACCOUNT as GENERATED_ACCOUNT, Made, Wish, generate};
pub use grants::{
    AskInput, GrantDecision, GrantInput, GrantQueuePage, GrantRequestPage, OwnGrantsPage, Proof,
    ServicesPage,
};
pub use installation::{SecretRefused, has_secret};
pub use integration::IntegrationPage;
pub use invitations::{InviteInput, LinkPage, LinkRefused};
pub use journal_page::JournalPage;
pub use mail::{Delivery, Letter, MailPage};
pub use mandates::MandateInput;
pub use messages::{MessagesPage, ThreadPage, ThreadRow};
pub use notices::NoticeKind;
pub use oidc::{Ahead, Oidc, OidcAnswer, OidcBegin, OidcDone, OidcRefused};
pub use organisations::{OrganisationsPage, UnitInput};
pub use own::{AgreementsPage, OwnPage};
pub use passkeys::{Answer, Challenge, PasskeyView};
pub use passwords::{
    LONGEST as LONGEST_PASSWORD, PasswordRefused, SHORTEST as SHORTEST_PASSWORD, check_password,
};
pub use past::PastPage;
pub use people::{PeoplePage, PersonPage};
pub use preferences::Preferences;
pub use profile::{ProfilePage, StudyInput};
pub use projects::{ProjectInput, ProjectsPage};
pub use removals::{QueuePage, RemovalPage};
pub use reports::{ReportPage, ReportWish};
pub use retention::{RetentionPage, RetentionRefused, RetentionRun};
pub use seal::Secrets;
pub use sections::{Kinds, RecordForm, SectionPage};
pub use setup::{NewClient, NewUser, SetupError};
pub use sign_in::{SignIn, SignInRefused, Signed, digest, hash_password};
pub use steps::{Done, RegisterPage, StepInput, StepPage, StepsPage, Warning};
pub use trajectory::Trajectory;
pub use verify::{Check, Contents, Verified, verify, verify_since};

pub use files::{Files, FilesError, Place as DocumentPlace, Scanner, Spooled};
pub use store::account_events::{
    Place as LogPlace, Stored as StoredAccountEvent, Which as WhichEvents,
};
pub use store::assignments::{Assigned, Held, HeldDossier};
pub use store::caseload::Shown;
pub use store::corrections::{Place as QueuePlace, Queued as QueuedCorrection};
pub use store::dossiers::{Contact, Counts, Head, Hit, Sought};
pub use store::export as exported;
pub use store::factors::Enrolled;
pub use store::grants::{Ending, Holder};
pub use store::invitations::Invitation;
pub use store::journal::Stored as JournalEntry;
pub use store::mail::{Mail, MailStatus};
pub use store::openings::Opening;
pub use store::organisations::{Organisation, Place as OrganisationPlace, UnitState};
pub use store::owners::Owner;
pub use store::people::{Listed as ListedPerson, Person};
pub use store::proposals::Proposal;
pub use store::removals::Queued;
pub use store::sections::Kept;
pub use store::steps::{KeptCheck, Listed as ListedStep, OngoingLine};
pub use store::{Database, PostgresSettings, Settings, Stamp, StoreError};

use async_recursion::async_recursion as boxed;
use std::sync::Arc;

use domain::catalogue::Catalogue;
use domain::login::SecondFactor;
use domain::retention::Rules;
use domain::uses::{Most, Use};
use domain::{Day, Moment};

use crate::desk::Openings;

/// Everything a use case works with. Cheap to clone; one per program.
#[derive(Clone)]
pub struct Casework {
    database: Arc<Database>,
    catalogue: Arc<Catalogue>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    secrets: Arc<Secrets>,
    openings: Arc<Openings>,
    known_units: Arc<steps::KnownUnits>,
    unchanged: Arc<unchanged::Unchanged>,
    rules: Arc<Rules>,
    files: Files,
    hashing: Arc<tokio::sync::Semaphore>,
    exporting: Arc<tokio::sync::Semaphore>,
    pace: Arc<uses::Pace>,
    limits: Limits,
    /// What passkeys are made for; none where they cannot be used.
    site: Option<Arc<webauthn_rs::Webauthn>>,
    oidc: Option<Arc<Oidc>>,
}

/// How long things last. Every number has a default and can be set.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Seconds without use after which a session ends.
    pub session_idle_seconds: i64,
    /// Seconds after which a session ends whatever happens.
    pub session_seconds: i64,
    /// Wrong passwords for one account in five minutes before it has to wait.
    pub attempts_before_wait: u32,
    /// Wrong passwords for one account in a day.
    pub attempts_a_day: u32,
    /// Wrong passwords from one address in a minute.
    pub attempts_of_address: u32,
    /// Sessions of one person at once; with one more the oldest ends.
    pub sessions_a_person: u32,
    /// Pages of dossiers that one person opens.
    pub openings: Most,
    /// Searches of one person.
    pub searches: Most,
    /// Copies of whole dossiers for one person.
    pub exports: Most,
    /// Dossiers that one person asks for and may not open.
    pub refusals: Most,
    /// Forms of one person within five seconds that are more than people send.
    pub forms_in_five_seconds: u32,
    /// Days after which a notice no longer counts as fresh.
    pub notice_days: i64,
    /// Numbers below this are not shown in a report.
    pub smallest_number: u32,
    /// Whether accounts of the demo may log in.
    pub demo_accounts: bool,
    /// Whether everybody but the client needs a second factor.
    pub second_factor: SecondFactor,
    /// Whether people may log in with a password.
    pub local_login: bool,
    /// Whether this installation sends mail.
    pub sends_mail: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            session_idle_seconds: 30 * 60,
            session_seconds: 10 * 60 * 60,
            attempts_before_wait: 5,
            attempts_a_day: 100,
            attempts_of_address: 20,
            sessions_a_person: 5,
            openings: Most {
                an_hour: 600,
                a_day: 3_000,
            },
            searches: Most {
                an_hour: 200,
                a_day: 1_000,
            },
            exports: Most {
                an_hour: 10,
                a_day: 10,
            },
            refusals: Most {
                an_hour: 60,
                a_day: 200,
            },
            forms_in_five_seconds: 50,
            notice_days: 60,
            smallest_number: 10,
            demo_accounts: false,
            second_factor: SecondFactor::Optional,
            local_login: true,
            sends_mail: false,
        }
    }
}

impl Limits {
    /// The same without a limit on what one person does: for tests and for measuring.
    #[must_use]
    pub fn without_end(self) -> Self {
        let most = Most {
            an_hour: u32::MAX,
            a_day: u32::MAX,
        };
        Limits {
            sessions_a_person: u32::MAX,
            openings: most,
            searches: most,
            exports: most,
            refusals: most,
            forms_in_five_seconds: u32::MAX,
            ..self
        }
    }

    /// The most of one kind of use.
    fn most(&self, used: Use) -> Most {
        match used {
            Use::Opening => self.openings,
            Use::Search => self.searches,
            Use::Export => self.exports,
            Use::Refused => self.refusals,
        }
    }
}

impl Casework {
    /// Puts the parts together.
    pub fn new(
        database: Arc<Database>,
        catalogue: Arc<Catalogue>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        secrets: Secrets,
        files: Files,
        limits: Limits,
    ) -> Self {
        Casework {
            database,
            catalogue,
            clock,
            ids,
            secrets: Arc::new(secrets),
            openings: Arc::default(),
            known_units: Arc::default(),
            unchanged: Arc::default(),
            rules: Arc::default(),
            files,
            // Each hash takes 19 MiB: two at once bound the memory of a flood of log-ins.
            hashing: Arc::new(tokio::sync::Semaphore::new(2)),
            // An export holds a whole dossier: two at once bound the memory of a flood of them.
            exporting: Arc::new(tokio::sync::Semaphore::new(2)),
            pace: Arc::default(),
            limits,
            site: None,
            oidc: None,
        }
    }

    /// The same with another clock: for made-up data that lies in the past.
    pub fn at_clock(&self, clock: Arc<dyn Clock>) -> Self {
        Casework {
            clock,
            ..self.clone()
        }
    }

    /// The same, with rules for what is kept until when. Without them nothing is ever due.
    #[must_use]
    pub fn with_rules(self, rules: Rules) -> Self {
        Casework {
            rules: Arc::new(rules),
            ..self
        }
    }

    /// Where the bytes of documents come in and are kept.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// The programme.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// Seconds without use after which a session ends.
    pub fn session_idle_seconds(&self) -> i64 {
        self.limits.session_idle_seconds
    }

    /// The present instant.
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    /// Today in Brussels.
    pub fn today(&self) -> Day {
        self.now().brussels_day()
    }

    /// A key for the next submission of a form (T2). It carries its time, so that an old form shows.
    pub fn submission_key(&self) -> domain::SubmissionKey {
        domain::SubmissionKey(self.ids.next(self.now()))
    }

    /// Whether the store can answer and write.
    #[boxed]
    pub async fn is_ready(&self) -> bool {
        self.database.healthy().await
    }

    /// Where the store stands, for who keeps what was answered; see [`Database::stamp`].
    pub fn stamp(&self) -> Option<Stamp> {
        self.database.stamp()
    }

    /// The store's commits so far, for measuring how many changes share one.
    pub fn commits(&self) -> u64 {
        self.database.commits()
    }
}
