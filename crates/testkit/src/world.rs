//! The world itself: who is there, and the one dossier that everybody starts with.

use std::sync::{Arc, OnceLock};

use casework::{
    AskInput, Casework, Contact, Database, DocumentPlace, Files, GrantInput, JournalEntry, Limits,
    MandateInput, NewClient, NewUser, Oidc, Proof, RandomIds, Scanner, Secrets, Submission,
    hash_password,
};
use domain::catalogue::{Catalogue, FundingCode};
use domain::client_number::ClientNumber;
use domain::documents::DocumentLimits;
use domain::grants::Basis;
use domain::ids::{DossierId, GrantId, GrantRequestId, MandateId, OrganisationId, PersonId};
use domain::login::Confirmed;
use domain::mandates::{Period, Terms};
use domain::oidc::Demands;
use domain::people::{Actor, Role, Unit};
use domain::policy::{self, DossierFacts, Operation};
use domain::retention::Rules;

use crate::{ManualClock, Place, TestDatabase, TestFolder, at, day, note};

/// The password of everybody in the world.
pub const PASSWORD: &str = "een-lang-wachtwoord";

/// The secret of the installation.
const SECRET: [u8; 32] = [7; 32];

const PROGRAMME: &str = include_str!("../../../catalogue/programmas.toml");
const RULES: &str = include_str!("../../../catalogue/bewaring.toml");

/// An organisation with its one unit.
#[derive(Clone, Debug)]
pub struct House {
    /// The organisation.
    pub id: OrganisationId,
    /// Its unit.
    pub unit: Unit,
}

/// Everything a test starts with. It is 28/05/2025, 10:00 in Brussels.
pub struct World {
    /// The use cases.
    pub casework: Casework,
    /// The clock they look at.
    pub clock: Arc<ManualClock>,
    /// Organisation A, that holds a grant on the client's dossier since 01/09/2023.
    pub a: House,
    /// Organisation B, that holds none.
    pub b: House,
    /// Counsellor at A (user name `an`).
    pub an: Actor,
    /// Another counsellor at A (user name `bram`).
    pub bram: Actor,
    /// Counsellor at B (user name `carla`).
    pub carla: Actor,
    /// Manager of A (user name `dirk`).
    pub manager: Actor,
    /// Provincial coach (user name `coach`).
    pub coach: Actor,
    /// Mediator of the public service (user name `mediator`).
    pub mediator: Actor,
    /// ESF controller (user name `controller`).
    pub controller: Actor,
    /// System manager (user name `system`).
    pub system: Actor,
    /// Privacy officer (user name `fg`).
    pub privacy_officer: Actor,
    /// The client 61000447, Lotte Maes, about her own dossier (user name `lotte`).
    pub lotte: Actor,
    /// Her dossier: born 17/03/2008, no study, no line.
    pub dossier: DossierId,
    /// The grant of A on it.
    pub grant: GrantId,
    // Last: the files go after everything that uses them.
    database: TestDatabase,
    documents: TestFolder,
}

/// What a test asks of a provider's word; nothing at first.
#[derive(Debug, Default)]
pub struct OidcSet {
    /// Accepted ways of logging in there.
    pub acr_values: Vec<String>,
    /// How long ago it may have been.
    pub max_age_seconds: Option<i64>,
    /// What has to be there for whom.
    pub demands: Demands,
    /// The claim with a national number.
    pub client_insz_claim: Option<String>,
}

/// The world on a database of its own.
pub async fn world() -> World {
    // A test asks in a minute what people ask in a day.
    world_with(Limits::default().without_end()).await
}

/// The same with other limits.
pub async fn world_with(limits: Limits) -> World {
    world_of(limits, DocumentLimits::default(), None).await
}

/// The same with other limits on documents, or a virus scanner.
pub async fn world_with_documents(limits: DocumentLimits, scanner: Option<Scanner>) -> World {
    world_of(Limits::default().without_end(), limits, scanner).await
}

async fn world_of(limits: Limits, documents: DocumentLimits, scanner: Option<Scanner>) -> World {
    // Everybody shares one hash, and only accounts of the demo are made from a hash.
    let limits = Limits {
        demo_accounts: true,
        sends_mail: true,
        ..limits
    };
    let database = TestDatabase::open().await;
    let folder = TestFolder::new();
    let files = files_in(&folder, &SECRET, scanner, documents);
    let clock = ManualClock::at(at("2025-05-28T10:00:00+02:00"));
    let casework = Casework::new(
        Arc::clone(&database.database),
        Arc::new(Catalogue::parse(PROGRAMME).expect("the programme is right")),
        clock.clone(),
        Arc::new(RandomIds::default()),
        Secrets::derive(&SECRET),
        files,
        limits,
    )
    .with_rules(Rules::parse(RULES).expect("the rules are right"));
    let a = house(&casework, "Leerhuis De Brug", "Stationsstraat 1", "4101").await;
    let b = house(&casework, "Werkatelier Noord", "Dok 12", "4202").await;
    let counsellor = Role::Counsellor;
    let an = person(&casework, "an", "An Peeters", counsellor, Some(&a.unit)).await;
    let bram = person(&casework, "bram", "Bram Claes", counsellor, Some(&a.unit)).await;
    let carla = person(&casework, "carla", "Carla Nys", counsellor, Some(&b.unit)).await;
    let manager = person(
        &casework,
        "dirk",
        "Dirk Baert",
        Role::Manager,
        Some(&a.unit),
    )
    .await;
    let coach = person(&casework, "coach", "Co Ach", Role::Coach, None).await;
    let mediator = person(&casework, "mediator", "Mia Daels", Role::Mediator, None).await;
    let controller = person(
        &casework,
        "controller",
        "Tom Controle",
        Role::Controller,
        None,
    )
    .await;
    let system = person(&casework, "system", "Sys Beheer", Role::SystemManager, None).await;
    let privacy_officer = person(&casework, "fg", "Fee Gevens", Role::PrivacyOfficer, None).await;
    let dossier = client(&casework, &mediator, "61000447", "Lotte", "Maes").await;
    let lotte = own_account(&casework, "lotte", "Lotte Maes", dossier).await;
    let grant = grant(&casework, &mediator, dossier, a.id).await;
    World {
        casework,
        clock,
        a,
        b,
        an,
        bram,
        carla,
        manager,
        coach,
        mediator,
        controller,
        system,
        privacy_officer,
        lotte,
        dossier,
        grant,
        database,
        documents: folder,
    }
}

impl World {
    /// The database below, for what no use case shows.
    pub fn database(&self) -> &Arc<Database> {
        &self.database.database
    }

    /// Where the database stands, for a test that goes past the program.
    pub fn place(&self) -> &Place {
        self.database.place()
    }

    /// The folder in which documents are kept, for a test that goes past the program.
    pub fn documents_folder(&self) -> std::path::PathBuf {
        self.documents.path().join("documents")
    }

    /// The same use cases in another program on the same database: nothing in memory is shared.
    pub async fn other_server(&self) -> Casework {
        self.server_with_secret(&SECRET).await
    }

    /// The same, with a secret of its own.
    pub async fn server_with_secret(&self, secret: &[u8]) -> Casework {
        Casework::new(
            self.database.open_again().await,
            Arc::new(Catalogue::parse(PROGRAMME).expect("the programme is right")),
            self.clock.clone(),
            Arc::new(RandomIds::default()),
            Secrets::derive(secret),
            files_in(&self.documents, secret, None, DocumentLimits::default()),
            Limits {
                demo_accounts: true,
                ..Limits::default().without_end()
            },
        )
    }

    /// The same use cases with a provider outside, as it is configured for a test.
    pub fn with_provider(&self, issuer: &str, set: impl FnOnce(&mut OidcSet)) -> Casework {
        let mut wanted = OidcSet::default();
        set(&mut wanted);
        let configuration = oidc::Configuration {
            issuer: issuer.to_owned(),
            client_id: crate::provider::CLIENT_ID.to_owned(),
            client_secret: Some(crate::provider::CLIENT_SECRET.to_owned()),
            scopes: vec!["profile".to_owned()],
            acr_values: wanted.acr_values,
            max_age_seconds: wanted.max_age_seconds,
            ca_file: None,
            redirect: "http://127.0.0.1:8080/oidc/terug".to_owned(),
            after_logout: "http://127.0.0.1:8080/oidc/afgemeld".to_owned(),
        };
        self.casework.clone().with_oidc(Oidc {
            provider: oidc::Provider::new(configuration).expect("a provider"),
            name: "ACM/IDM".to_owned(),
            demands: wanted.demands,
            client_insz_claim: wanted.client_insz_claim,
        })
    }

    /// The same world at another clock, for two who act at different instants.
    pub fn at_clock(&self, clock: &Arc<ManualClock>) -> Casework {
        self.casework.at_clock(clock.clone())
    }

    /// A submission that was not sent before.
    pub fn submission(&self) -> Submission {
        self.leading_to("/klant")
    }

    /// The same, with where its answer leads.
    pub fn leading_to(&self, address: &str) -> Submission {
        Submission {
            key: self.casework.submission_key(),
            leads_to: address.to_owned(),
        }
    }

    /// Another client, without a grant for anybody.
    pub async fn client(&self, number: &str, given_name: &str, family_name: &str) -> DossierId {
        client(
            &self.casework,
            &self.mediator,
            number,
            given_name,
            family_name,
        )
        .await
    }

    /// A grant for an organisation from 01/09/2023 on, without an end.
    pub async fn grant_to(&self, dossier: DossierId, house: &House) -> GrantId {
        grant(&self.casework, &self.mediator, dossier, house.id).await
    }

    /// A request for a grant on a client number, by whoever knows that this client was born on 17/03/2008.
    pub async fn ask_grant(&self, counsellor: &Actor, number: &str) -> GrantRequestId {
        let input = AskInput {
            number: ClientNumber::parse(number).expect("a client number"),
            proof: Proof::Birth(day("2008-03-17")),
            basis: Basis::Mandate,
            form_on: None,
            purpose: note("Begeleiding vanaf juni."),
        };
        let form = crate::papers::pdf("Inzageformulier");
        let form = crate::papers::incoming(&self.casework, "formulier.pdf", &form).await;
        self.casework
            .ask_grant_with_form(counsellor, &input, Some(form), &self.submission())
            .await
            .expect("it can be asked");
        let own = self.casework.own_grants(counsellor).await;
        own.expect("the own requests").requests[0].id
    }

    /// A mandate for the controller: the lines of EEWG019 of the school years 2023-2024 and 2024-2025, to be
    /// looked at from today through 31/12/2025.
    pub async fn mandate(&self) -> MandateId {
        let input = MandateInput {
            controller: "controller".to_owned(),
            terms: Terms {
                funding: FundingCode::parse("EEWG019").expect("a funding number"),
                lines: Period {
                    from: day("2023-09-01"),
                    until: day("2025-08-31"),
                },
                valid: Period {
                    from: self.casework.today(),
                    until: day("2025-12-31"),
                },
                reference: crate::label("ESF-controle 2025/114"),
            },
        };
        self.casework
            .give_mandate(&self.system, &input, &self.submission())
            .await
            .expect("the system manager gives it")
    }

    /// Another person, without a unit.
    pub async fn person(&self, user_name: &str, name: &str, role: Role) -> Actor {
        person(&self.casework, user_name, name, role, None).await
    }

    /// The whole journal of a dossier, in order.
    pub async fn journal(&self, dossier: DossierId) -> Vec<JournalEntry> {
        let facts = DossierFacts {
            dossier,
            grants: Vec::new(),
            removal_asked: false,
            correction_asked: false,
            others_only: false,
        };
        let today = self.casework.today();
        let access = policy::read(&self.mediator, Operation::ViewDossier, &facts, today)
            .expect("the mediator may");
        let mut reader = self.database().reader().await.expect("a reader");
        store::journal::of_dossier(&mut reader, &access, 0, 1_000)
            .await
            .expect("the journal can be read")
    }
}

/// Where the documents of a program are kept, in a folder of a test.
pub fn files_in(
    folder: &TestFolder,
    secret: &[u8],
    scanner: Option<Scanner>,
    limits: DocumentLimits,
) -> Files {
    let place = DocumentPlace::Folder(folder.path().join("documents"));
    let incoming = folder.path().join("incoming");
    Files::open(&place, &incoming, secret, scanner, limits).expect("the folder can be used")
}

async fn house(casework: &Casework, name: &str, address: &str, number: &str) -> House {
    let id = casework.create_organisation(name, None).await.unwrap();
    let unit = casework
        .create_unit(id, name, address, number)
        .await
        .unwrap();
    House { id, unit }
}

async fn person(
    casework: &Casework,
    user_name: &str,
    name: &str,
    role: Role,
    unit: Option<&Unit>,
) -> Actor {
    let user = NewUser {
        user_name: user_name.to_owned(),
        name: name.to_owned(),
        role,
        unit: unit.map(|unit| unit.id),
        own_dossier: None,
    };
    let person = add(casework, &user).await;
    Actor {
        person,
        name: name.to_owned(),
        role,
        unit: unit.cloned(),
        own_dossier: None,
        confirmed: Confirmed::AtTheMachine,
    }
}

async fn own_account(
    casework: &Casework,
    user_name: &str,
    name: &str,
    dossier: DossierId,
) -> Actor {
    let user = NewUser {
        user_name: user_name.to_owned(),
        name: name.to_owned(),
        role: Role::Client,
        unit: None,
        own_dossier: Some(dossier),
    };
    let person = add(casework, &user).await;
    Actor {
        person,
        name: name.to_owned(),
        role: Role::Client,
        unit: None,
        own_dossier: Some(dossier),
        confirmed: Confirmed::AtTheMachine,
    }
}

async fn add(casework: &Casework, user: &NewUser) -> PersonId {
    // One hash for all: hashing is slow on purpose.
    static HASH: OnceLock<String> = OnceLock::new();
    let hash = HASH.get_or_init(|| hash_password(PASSWORD).expect("a password can be hashed"));
    casework.create_demo_user(user, hash).await.unwrap()
}

async fn client(
    casework: &Casework,
    mediator: &Actor,
    number: &str,
    given_name: &str,
    family_name: &str,
) -> DossierId {
    let client = NewClient {
        client_number: ClientNumber::parse(number).unwrap(),
        given_name: given_name.to_owned(),
        family_name: family_name.to_owned(),
        birth: day("2008-03-17"),
        work_situation: "00".to_owned(),
        work_situation_since: None,
        insz: None,
        contact: Contact::default(),
    };
    casework.create_client(mediator, &client).await.unwrap()
}

async fn grant(
    casework: &Casework,
    mediator: &Actor,
    dossier: DossierId,
    organisation: OrganisationId,
) -> GrantId {
    let input = GrantInput {
        organisation,
        basis: Basis::Mandate,
        starts: day("2023-09-01"),
        ends: None,
    };
    let submission = Submission {
        key: casework.submission_key(),
        leads_to: "/".to_owned(),
    };
    casework
        .give_grant(mediator, dossier, &input, &submission)
        .await
        .unwrap()
}
