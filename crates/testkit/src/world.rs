//! The world itself: who is there, and the one dossier that everybody starts with.

use std::sync::{Arc, OnceLock};

use casework::{
    AskInput, Casework, Contact, Database, GrantInput, JournalEntry, Limits, NewClient, NewUser,
    Proof, RandomIds, Secrets, Submission, hash_password,
};
use domain::catalogue::Catalogue;
use domain::client_number::ClientNumber;
use domain::grants::Basis;
use domain::ids::{DossierId, GrantId, GrantRequestId, OrganisationId, PersonId};
use domain::people::{Actor, Role, Unit};
use domain::policy::{self, DossierFacts, Operation};

use crate::{ManualClock, Place, TestDatabase, at, day, note};

/// The password of everybody in the world.
pub const PASSWORD: &str = "een-lang-wachtwoord";

/// The secret of the installation.
const SECRET: [u8; 32] = [7; 32];

const PROGRAMME: &str = include_str!("../../../catalogue/programmas.toml");

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
    // Last: the file goes after everything that uses it.
    database: TestDatabase,
}

/// The world on a database of its own.
pub async fn world() -> World {
    world_with(Limits::default()).await
}

/// The same with other limits.
pub async fn world_with(limits: Limits) -> World {
    // Everybody shares one hash, and only accounts of the demo are made from a hash.
    let limits = Limits {
        demo_accounts: true,
        ..limits
    };
    let database = TestDatabase::open().await;
    let clock = ManualClock::at(at("2025-05-28T10:00:00+02:00"));
    let casework = Casework::new(
        Arc::clone(&database.database),
        Arc::new(Catalogue::parse(PROGRAMME).expect("the programme is right")),
        clock.clone(),
        Arc::new(RandomIds::default()),
        Secrets::derive(&SECRET),
        limits,
    );
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
            Limits {
                demo_accounts: true,
                ..Limits::default()
            },
        )
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
        self.casework
            .ask_grant(counsellor, &input, &self.submission())
            .await
            .expect("it can be asked");
        let own = self.casework.own_grants(counsellor).await;
        own.expect("the own requests").requests[0].id
    }

    /// The whole journal of a dossier, in order.
    pub async fn journal(&self, dossier: DossierId) -> Vec<JournalEntry> {
        let facts = DossierFacts {
            dossier,
            grants: Vec::new(),
            removal_asked: false,
            correction_asked: false,
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
