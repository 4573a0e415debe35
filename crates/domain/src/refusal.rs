//! Why something is not allowed: one value per reason, with the rule it comes from and the facts.
//! The Dutch sentence of each is made in one place, in the pages.

use crate::day::Day;
use crate::documents::FileFault;
use crate::ids::StepId;

/// A field of a form that a refusal belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// Toestand
    State,
    /// Datum (start)
    Start,
    /// Einddatum
    End,
    /// Financieringsnummer
    Funding,
    /// Aanvrager
    Requester,
    /// Uitvoerder
    Provider,
    /// Samenvatting
    Summary,
    /// Reden van laattijdige registratie
    LateReason,
    /// The tick of E4
    Declaration,
    /// Resultaatcode
    Result,
    /// Reden (of the result)
    Reason,
    /// Toelichting bij het resultaat
    ResultNote,
    /// The four facts of R2
    Facts,
    /// Reden van annulering
    CancelReason,
    /// The tick that actions are voided too (C2)
    VoidActions,
    /// Aanvulling
    Addendum,
    /// Reden van de aanvraag tot verwijdering
    RemovalReason,
    /// Beslissing van de coach
    Decision,
    /// Dag van een actie
    ActionDay,
    /// Soort actie
    ActionKind,
    /// Duur
    Duration,
    /// Aanwezigheid
    Presence,
    /// Plaats
    Place,
    /// Nota
    Note,
    /// Onderwijsvorm
    Level,
    /// Graad
    Grade,
    /// Studierichting
    StudyField,
    /// School
    School,
    /// Einddatum of a study
    StudyEnd,
    /// Studiebewijs
    Certificate,
    /// Herkomst
    Provenance,
    /// Over mezelf
    AboutMe,
    /// Werkgever
    Employer,
    /// Functie
    Function,
    /// Van (work experience)
    From,
    /// Tot (work experience)
    Until,
    /// Omschrijving
    Description,
    /// Stap (the step type)
    StepType,
    /// Klantnummer
    ClientNumber,
    /// Rijksregisternummer of geboortedatum
    Proof,
    /// Grond (of an access grant)
    Basis,
    /// Dag waarop het formulier werd ingevuld
    FormDay,
    /// Waarvoor het inzagerecht nodig is
    Purpose,
    /// Laatste dag van een inzagerecht
    GrantEnd,
    /// Reden van een weigering
    Ground,
    /// Organisatie
    Organisation,
    /// Naam of a person, an organisation or a unit
    Name,
    /// E-mailadres
    Email,
    /// Rol
    Role,
    /// Vestiging
    Unit,
    /// Gebruikersnaam
    UserName,
    /// Ondernemingsnummer
    Kbo,
    /// Adres of a unit
    Address,
    /// Nummer of a unit
    UnitNumber,
    /// Waarover een rechtzetting gaat
    Subject,
    /// Wat er niet klopt
    CorrectionText,
    /// Antwoord op een vraag om rechtzetting
    Answer,
    /// Rechtzetting naast een stap
    Rectification,
    /// Reden om een rijksregisternummer te tonen
    InszReason,
    /// Vorm van een export
    ExportForm,
    /// Controleur (of a mandate)
    Controller,
    /// Laatste dag of the lines of a mandate
    LinesUntil,
    /// Laatste dag on which a mandate opens
    ValidUntil,
    /// Kenmerk van een opdracht
    Reference,
    /// Regels van het project
    Regime,
    /// Laatste betaling van een project
    LastPayment,
    /// Einde van een bewaarbevel
    HoldUntil,
    /// Bestanden
    Files,
    /// Soort document
    DocumentKind,
    /// Titel
    Title,
    /// Dag (on a document)
    DocumentDay,
    /// Wie mag dit zien
    Audience,
    /// Bij welke stap (evidence)
    Evidence,
    /// Reden van het intrekken
    WithdrawReason,
    /// E-mailadres
    MailAddress,
    /// Begeleider (to whom a dossier is assigned)
    Counsellor,
    /// Onderwerp of a condition
    ConditionKind,
    /// Toestand of a condition
    ConditionStatus,
    /// Sinds
    Since,
    /// Situatie (availability)
    AvailabilityStatus,
    /// Uren per week
    Hours,
    /// Dagen
    Weekdays,
    /// Streek
    Regions,
    /// Rijbewijzen
    Licences,
    /// Beschikbaar vanaf
    AvailableFrom,
    /// Soort doel
    GoalKind,
    /// Doel
    Goal,
    /// Tegen (a goal)
    TargetDay,
    /// Uitkomst of a goal or an agreement
    Outcome,
    /// Afgesloten op
    OutcomeDay,
    /// Afspraak
    Agreement,
    /// Wie doet dit?
    AgreementWho,
    /// Tegen (an agreement, a vacancy)
    DueDay,
    /// Arbeidsbereid
    Willing,
    /// Arbeidsrijp
    Ready,
    /// Dag van het gesprek
    ScreeningDay,
    /// Soort (of a vacancy)
    VacancyKind,
    /// Job
    Job,
    /// Link naar de vacature
    WebAddress,
    /// Plaats (of a vacancy)
    WorkPlace,
    /// Stand (of a vacancy)
    VacancyStatus,
    /// Naam (of a training)
    TrainingName,
    /// Bij wie? (a training)
    TrainingProvider,
    /// Soort (of a training)
    TrainingKind,
    /// Uren gepland
    HoursPlanned,
    /// Uren gevolgd
    HoursDone,
    /// Resultaat (of a training)
    TrainingResult,
    /// Competentie
    Competence,
    /// Soort (of a competence)
    Axis,
    /// Score
    Score,
    /// Score van
    ScoredOn,
    /// Telefoon
    Phone,
    /// Straat en nummer
    Street,
    /// Postcode
    Postcode,
    /// Gemeente
    Municipality,
    /// Taal
    Language,
    /// Welke andere taal?
    OtherLanguage,
    /// Niveau (of a language)
    LanguageLevel,
    /// Welke job? (that is wanted)
    WantedJob,
    /// Voorkeur (of a wanted job)
    WantedPlace,
    /// Hoe iemand naar het werk gaat
    TravelMeans,
    /// Hoogstens hoeveel minuten?
    TravelMinutes,
    /// Hoe je iemand het best bereikt
    Channel,
    /// Waarom (opening what is kept closed)
    OpeningReason,
    /// Wat is toegekend
    IndicationKind,
    /// Toegekend op
    GrantedOn,
    /// Geldig tot en met (of an indication)
    IndicationUntil,
    /// Beslist door
    DecidedBy,
    /// Beëindigd op (of an indication)
    IndicationEnd,
    /// Aanleiding
    TransmissionReason,
    /// Feiten
    TransmissionFacts,
    /// Verstuurd op
    SentOn,
    /// Status of a transmission
    TransmissionStatus,
    /// Beslissing of the control service
    TransmissionDecision,
    /// Onderwerp of a conversation
    MessageSubject,
    /// Bericht
    MessageText,
    /// The whole form
    Form,
}

/// An action named in a refusal: its day and kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedAction {
    /// The day it took place.
    pub day: Day,
    /// The label of its kind.
    pub kind: String,
}

/// One reason for refusing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// E1, E3: a diploma was held on the start day.
    HoldsDiploma {
        /// The study's title.
        study: String,
        /// The day it was obtained; none when unknown.
        obtained: Option<Day>,
    },
    /// E4: no study is recorded and nothing was declared.
    DeclarationNeeded,
    /// S5: the funding number does not belong to the step type or is not valid on the start day.
    FundingNotValid {
        /// The start day.
        start: Day,
    },
    /// S7: the start lies before the first day of this funding number.
    StartTooEarly {
        /// First possible day.
        first: Day,
    },
    /// S7: the start lies in the future.
    StartInFuture {
        /// Today.
        today: Day,
    },
    /// S7: the start lies before the client's birth.
    StartBeforeBirth {
        /// Day of birth.
        birth: Day,
    },
    /// S8: the same guidance is ongoing at the same provider organisation.
    AlreadyOngoing {
        /// The ongoing line.
        step: StepId,
        /// Its start.
        start: Day,
    },
    /// S8: the period overlaps with a line of the same guidance at the same provider organisation.
    PeriodOverlaps {
        /// The other line.
        step: StepId,
        /// Its start.
        start: Day,
        /// Its end; none while ongoing.
        end: Option<Day>,
    },
    /// S11: actions lie before the corrected start.
    ActionsBeforeStart(Vec<NamedAction>),
    /// S12: a new line cannot be cancelled.
    NothingToCancel,
    /// S13: a start more than this many days ago needs a reason.
    LateReasonNeeded {
        /// Days after which it is late.
        days: u32,
    },
    /// S13: the funding number stays once there are actions.
    FundingFixedByActions,
    /// I2: requester or provider of an organisation without an access grant of its own.
    PartyWithoutGrant {
        /// Requester or provider.
        field: Field,
        /// Name of the unit.
        unit: String,
    },
    /// S6: neither requester nor provider is of the own organisation.
    NotOurGuidance,
    /// A1: an action before the start of the guidance.
    ActionBeforeStart {
        /// The start.
        start: Day,
    },
    /// A2: an action in the future.
    ActionInFuture {
        /// Today.
        today: Day,
    },
    /// A2: a duration out of range.
    DurationOutOfRange {
        /// Fewest minutes.
        least: u16,
        /// Most minutes.
        most: u16,
    },
    /// A3: actions lie after the end.
    ActionsAfterEnd(Vec<NamedAction>),
    /// A4, R3, C2: the line is final.
    Final(FinalKind),
    /// C2: cancelling with actions needs the confirmation that lists them.
    ActionsWillBeVoided(Vec<NamedAction>),
    /// R4: the end lies before the start.
    EndBeforeStart {
        /// The start.
        start: Day,
    },
    /// R4: the end lies in the future.
    EndInFuture {
        /// Today.
        today: Day,
    },
    /// R2: the chosen result code does not follow from the chosen reason.
    ResultDoesNotFollow {
        /// The label of the code that follows.
        follows: String,
    },
    /// R2: the facts contradict the reason.
    FactsContradict,
    /// R2: this reason asks for a note.
    ResultNoteNeeded,
    /// R3: the window for addenda is closed.
    AddendumWindowClosed {
        /// The last day on which it was open.
        last_day: Day,
    },
    /// R6: only an ended line is removed by the coach.
    RemovalOnlyOfEnded,
    /// R6: a request is waiting already.
    RemovalAlreadyAsked,
    /// R6: the request has been decided.
    RemovalAlreadyDecided,
    /// R6: asker and coach are the same person.
    OwnRequest,
    /// T1: somebody changed the line after this form was opened.
    ChangedMeanwhile,
    /// I4: a record of an authentic source is read only.
    AuthenticIsReadOnly,
    /// A certificate without the day it was obtained.
    CertificateNeedsDay,
    /// A certificate that would be obtained in the future.
    CertificateInFuture {
        /// Today.
        today: Day,
    },
    /// A study that ends before the client's birth.
    StudyBeforeBirth {
        /// Day of birth.
        birth: Day,
    },
    /// A work experience that ends before it begins.
    UntilBeforeFrom {
        /// The first day.
        from: Day,
    },
    /// A work experience that begins in the future.
    FromInFuture {
        /// Today.
        today: Day,
    },
    /// I2: the own organisation asked this already and waits for the answer.
    GrantAlreadyAsked,
    /// I2: the own organisation may open this dossier already.
    GrantAlreadyHeld,
    /// I2: so many requests in a day that they look like guessing.
    TooManyGrantRequests,
    /// I2: the client's agreement stands on a form, and the day it was filled in is not given.
    FormDayNeeded,
    /// I2: the form was filled in on a day in the future.
    FormInFuture {
        /// Today.
        today: Day,
    },
    /// I2: the client does not agree, and the request rests on the agreement.
    ClientDisagrees,
    /// I2: the client number and the proof fit no client.
    NoClientFits,
    /// I2: somebody decided before.
    GrantRequestDecided,
    /// I2: who asks does not decide.
    OwnGrantRequest,
    /// I2: the last day of a grant lies before today.
    GrantEndsInPast {
        /// Today.
        today: Day,
    },
    /// I2: this organisation has no right to open the dossier now.
    NoActiveGrant,
    /// The person also works elsewhere, so that only a system manager changes name, address and password.
    WorksElsewhere,
    /// The organisation would have no manager.
    LastManager,
    /// Nobody would be system manager.
    LastSystemManager,
    /// Who proposed a role, or would get it, does not confirm it.
    OwnProposal,
    /// The person has this function, or it is proposed, already.
    HasFunction,
    /// A user name with other signs than it may have.
    OddUserName,
    /// The user name is somebody else's.
    UserNameTaken,
    /// No e-mail address.
    OddEmail,
    /// The enterprise number is wrong.
    OddKbo(crate::kbo::KboError),
    /// Another organisation has this enterprise number.
    KboTaken,
    /// The organisation or unit is closed.
    Closed,
    /// Only the person whom the dossier is about objects.
    ObjectionOfClientOnly,
    /// So many requests about one dossier wait already.
    TooManyCorrections {
        /// Most that wait at once.
        most: usize,
    },
    /// A request for a correction was decided before.
    CorrectionDecided,
    /// Who asks for a correction does not decide on it.
    OwnCorrection,
    /// Who wrote a line does not decide on its correction.
    AuthorOfLine,
    /// A period that ends before it starts; at this field.
    PeriodBackwards(Field),
    /// A mandate that would be over before it is given.
    MandateInPast {
        /// Today.
        today: Day,
    },
    /// A mandate for oneself.
    OwnMandate,
    /// A mandate that was ended before.
    MandateEnded,
    /// There is no active controller with this user name.
    NoSuchController,
    /// A payment in the future.
    PaymentInFuture {
        /// Today.
        today: Day,
    },
    /// A hold whose last day lies before today.
    HoldInPast {
        /// Today.
        today: Day,
    },
    /// A change of this project waits for confirmation already.
    ProjectChangeWaits,
    /// The change was confirmed or refused before.
    ProjectChangeDecided,
    /// Who proposes a change does not confirm it.
    OwnProjectChange,
    /// I2: the client's agreement stands on a form, and the form is not with the request.
    FormFileNeeded,
    /// A file that is not accepted.
    FileRefused {
        /// Its name.
        file: String,
        /// Why not.
        fault: FileFault,
    },
    /// More files at once than fit.
    TooManyFiles {
        /// Most.
        most: usize,
    },
    /// The documents of a dossier take so much room that no more fit.
    DossierFull {
        /// Most mebibytes.
        most_mib: u64,
    },
    /// So many documents in a day that it looks like a fault.
    TooManyDocuments {
        /// Most.
        most: u32,
    },
    /// The day of a document lies in the future.
    DocumentInFuture {
        /// Today.
        today: Day,
    },
    /// The document is out of sight and takes no change.
    DocumentWithdrawn,
    /// R3: nothing about an ended line changes once its window is closed, also not its evidence.
    EvidenceTooLate {
        /// The last day on which it was possible.
        last_day: Day,
    },
    /// I2: the person is no counsellor of the own organisation.
    NotOurCounsellor,
    /// I2: the dossier is assigned to this person already.
    AlreadyAssigned,
    /// I2: the dossier is not assigned to this person, or no longer.
    NotAssigned,
    /// I2: the organisation does not narrow its dossiers, so there is nothing to assign.
    NotNarrowed,
    /// The text is no e-mail address.
    NoMailAddress,
    /// So many links to confirm an address in a day that they would bother somebody.
    TooManyConfirmations,
    /// The link that confirms an address is used, too old, or of another address.
    LinkNotValid,
    /// A day that has not come yet.
    DayInFuture {
        /// Which field.
        field: Field,
        /// Today.
        today: Day,
    },
    /// No whole number, or one out of its bounds.
    NumberOutOfRange {
        /// Which field.
        field: Field,
        /// Least.
        least: u32,
        /// Most.
        most: u32,
    },
    /// A WOP that would be valid for more than five years.
    ValidTooLong {
        /// The last day it can be valid.
        last: Day,
    },
    /// In this work situation nobody is passed on to the control service.
    NoTransmission {
        /// Its code.
        situation: String,
    },
    /// A decision of the control service, while the status says that there is none.
    DecisionTooEarly,
    /// Of this there is one record, and it is there; at this field.
    AlreadyRecorded(Field),
    /// So many records of a kind that it looks like a fault.
    TooManyRecords {
        /// Most.
        most: usize,
    },
    /// No address on the web that a browser may be led to.
    OddWebAddress,
    /// No Belgian postcode.
    OddPostcode,
    /// No telephone number.
    OddPhone,
    /// The name of another language, beside one of the list.
    TwoLanguages,
    /// A vacancy for which the client applied already, or that is decided.
    NotToApplyFor,
    /// A field that must be filled in is empty.
    Empty(Field),
    /// A choice that must be made was not made, or is not in the list.
    NotChosen(Field),
    /// A text that is too long.
    TooLong {
        /// Which field.
        field: Field,
        /// Most characters.
        max: usize,
        /// Characters given.
        was: usize,
    },
    /// A text with characters that do not belong in it.
    OddCharacters(Field),
}

/// How a line became final.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinalKind {
    /// Beëindigd
    Ended,
    /// Geannuleerd
    Cancelled,
    /// Removed by the coach
    Removed,
}

impl Refusal {
    /// The number of the rule in the numbered rules, or 'form' for a plain check of a form.
    pub fn rule(&self) -> &'static str {
        use Refusal::*;
        match self {
            HoldsDiploma { .. } => "E1",
            DeclarationNeeded => "E4",
            FundingNotValid { .. } => "S5",
            NotOurGuidance => "S6",
            StartTooEarly { .. } | StartInFuture { .. } | StartBeforeBirth { .. } => "S7",
            AlreadyOngoing { .. } | PeriodOverlaps { .. } => "S8",
            ActionsBeforeStart(_) => "S11",
            NothingToCancel => "S12",
            LateReasonNeeded { .. } | FundingFixedByActions => "S13",
            PartyWithoutGrant { .. } => "I2",
            ActionBeforeStart { .. } => "A1",
            ActionInFuture { .. } | DurationOutOfRange { .. } => "A2",
            ActionsAfterEnd(_) => "A3",
            Final(FinalKind::Cancelled) | ActionsWillBeVoided(_) => "C2",
            Final(_) | AddendumWindowClosed { .. } | EvidenceTooLate { .. } => "R3",
            EndBeforeStart { .. } | EndInFuture { .. } => "R4",
            ResultDoesNotFollow { .. } | FactsContradict | ResultNoteNeeded => "R2",
            RemovalOnlyOfEnded | RemovalAlreadyAsked | RemovalAlreadyDecided | OwnRequest => "R6",
            GrantAlreadyAsked
            | GrantAlreadyHeld
            | TooManyGrantRequests
            | FormDayNeeded
            | FormInFuture { .. }
            | ClientDisagrees
            | NoClientFits
            | GrantRequestDecided
            | OwnGrantRequest
            | GrantEndsInPast { .. }
            | FormFileNeeded
            | NoActiveGrant
            | NotOurCounsellor
            | AlreadyAssigned
            | NotAssigned
            | NotNarrowed => "I2",
            OwnProposal => "B4",
            WorksElsewhere | LastManager | LastSystemManager | HasFunction => "B2",
            ObjectionOfClientOnly | TooManyCorrections { .. } => "H6",
            CorrectionDecided | OwnCorrection | AuthorOfLine => "H7",
            ChangedMeanwhile => "T1",
            AuthenticIsReadOnly => "I4",
            PeriodBackwards(_)
            | MandateInPast { .. }
            | OwnMandate
            | MandateEnded
            | NoSuchController
            | PaymentInFuture { .. }
            | HoldInPast { .. }
            | ProjectChangeWaits
            | ProjectChangeDecided
            | OwnProjectChange
            | CertificateNeedsDay
            | CertificateInFuture { .. }
            | StudyBeforeBirth { .. }
            | UntilBeforeFrom { .. }
            | FromInFuture { .. }
            | OddUserName
            | UserNameTaken
            | OddEmail
            | OddKbo(_)
            | KboTaken
            | Closed
            | FileRefused { .. }
            | TooManyFiles { .. }
            | DossierFull { .. }
            | TooManyDocuments { .. }
            | DocumentInFuture { .. }
            | DocumentWithdrawn
            | NoMailAddress
            | TooManyConfirmations
            | LinkNotValid
            | DayInFuture { .. }
            | NumberOutOfRange { .. }
            | ValidTooLong { .. }
            | NoTransmission { .. }
            | DecisionTooEarly
            | AlreadyRecorded(_)
            | TooManyRecords { .. }
            | OddWebAddress
            | OddPostcode
            | OddPhone
            | TwoLanguages
            | NotToApplyFor
            | Empty(_)
            | NotChosen(_)
            | TooLong { .. }
            | OddCharacters(_) => "form",
        }
    }

    /// The field of the form it is shown at.
    pub fn field(&self) -> Field {
        use Refusal::*;
        match self {
            HoldsDiploma { .. }
            | StartTooEarly { .. }
            | StartInFuture { .. }
            | StartBeforeBirth { .. }
            | PeriodOverlaps { .. }
            | ActionsBeforeStart(_) => Field::Start,
            DeclarationNeeded => Field::Declaration,
            FundingNotValid { .. } | FundingFixedByActions => Field::Funding,
            AlreadyOngoing { .. } | NothingToCancel | Final(_) => Field::State,
            LateReasonNeeded { .. } => Field::LateReason,
            PartyWithoutGrant { field, .. } => *field,
            NotOurGuidance => Field::Provider,
            ActionBeforeStart { .. } | ActionInFuture { .. } => Field::ActionDay,
            DurationOutOfRange { .. } => Field::Duration,
            ActionsAfterEnd(_) | EndBeforeStart { .. } | EndInFuture { .. } => Field::End,
            ActionsWillBeVoided(_) => Field::VoidActions,
            ResultDoesNotFollow { .. } => Field::Result,
            FactsContradict => Field::Facts,
            ResultNoteNeeded => Field::ResultNote,
            AddendumWindowClosed { .. } => Field::Addendum,
            RemovalOnlyOfEnded | RemovalAlreadyAsked => Field::RemovalReason,
            RemovalAlreadyDecided | OwnRequest => Field::Decision,
            ChangedMeanwhile | AuthenticIsReadOnly => Field::Form,
            CertificateNeedsDay | CertificateInFuture { .. } | StudyBeforeBirth { .. } => {
                Field::StudyEnd
            }
            UntilBeforeFrom { .. } => Field::Until,
            FromInFuture { .. } => Field::From,
            GrantAlreadyAsked | GrantAlreadyHeld | TooManyGrantRequests => Field::ClientNumber,
            FormDayNeeded | FormInFuture { .. } => Field::FormDay,
            GrantEndsInPast { .. } => Field::GrantEnd,
            ClientDisagrees | NoClientFits | GrantRequestDecided | OwnGrantRequest
            | NoActiveGrant => Field::Decision,
            WorksElsewhere | LastManager | LastSystemManager | OwnProposal | Closed => Field::Form,
            HasFunction => Field::Role,
            OddUserName | UserNameTaken => Field::UserName,
            OddEmail => Field::Email,
            OddKbo(_) | KboTaken => Field::Kbo,
            ObjectionOfClientOnly | TooManyCorrections { .. } => Field::Form,
            CorrectionDecided | OwnCorrection | AuthorOfLine => Field::Decision,
            FormFileNeeded
            | FileRefused { .. }
            | TooManyFiles { .. }
            | DossierFull { .. }
            | TooManyDocuments { .. } => Field::Files,
            DocumentInFuture { .. } => Field::DocumentDay,
            DocumentWithdrawn => Field::Form,
            EvidenceTooLate { .. } => Field::Evidence,
            NotOurCounsellor | AlreadyAssigned | NotAssigned => Field::Counsellor,
            NotNarrowed => Field::Form,
            NoMailAddress | TooManyConfirmations | LinkNotValid => Field::MailAddress,
            MandateInPast { .. } => Field::ValidUntil,
            OwnMandate | NoSuchController => Field::Controller,
            PaymentInFuture { .. } => Field::LastPayment,
            HoldInPast { .. } => Field::HoldUntil,
            MandateEnded | ProjectChangeWaits | ProjectChangeDecided | OwnProjectChange => {
                Field::Decision
            }
            TooManyRecords { .. } | NotToApplyFor | NoTransmission { .. } => Field::Form,
            OddWebAddress => Field::WebAddress,
            OddPostcode => Field::Postcode,
            OddPhone => Field::Phone,
            TwoLanguages => Field::OtherLanguage,
            ValidTooLong { .. } => Field::IndicationUntil,
            DecisionTooEarly => Field::TransmissionDecision,
            Empty(field)
            | NotChosen(field)
            | OddCharacters(field)
            | PeriodBackwards(field)
            | AlreadyRecorded(field) => *field,
            TooLong { field, .. } | DayInFuture { field, .. } | NumberOutOfRange { field, .. } => {
                *field
            }
        }
    }
}

/// Everything that is wrong at once, so that a form shows it all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusals(Vec<Refusal>);

impl Refusals {
    /// Adds one.
    pub fn add(&mut self, refusal: Refusal) {
        self.0.push(refusal);
    }

    /// Adds the refusal of a result and gives the value of a good one.
    pub fn keep<T>(&mut self, result: Result<T, Refusal>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(refusal) => {
                self.add(refusal);
                None
            }
        }
    }

    /// Ok when nothing was refused.
    ///
    /// # Errors
    /// Itself, when there is at least one refusal.
    pub fn into_result(self) -> Result<(), Refusals> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }

    /// The refusals in the order they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Refusal> {
        self.0.iter()
    }

    /// Whether one of them is this one.
    pub fn contains(&self, refusal: &Refusal) -> bool {
        self.0.contains(refusal)
    }

    /// Whether nothing was refused.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes over those of another.
    pub fn extend(&mut self, other: Refusals) {
        self.0.extend(other.0);
    }
}

impl From<Refusal> for Refusals {
    fn from(refusal: Refusal) -> Self {
        Refusals(vec![refusal])
    }
}

impl IntoIterator for Refusals {
    type Item = Refusal;
    type IntoIter = std::vec::IntoIter<Refusal>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
