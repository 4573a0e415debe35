//! What the operator sets up from the command line: organisations, units, users, clients. The same
//! checks and the same journal as everywhere.

use async_recursion::async_recursion as boxed;
use domain::Day;
use domain::account_events::AccountEvent;
use domain::client_number::ClientNumber;
use domain::ids::{DossierId, OrganisationId, PersonId, UnitId};
use domain::insz::Insz;
use domain::journal::{Change, Entry, Event, FIRST_LINK, chain};
use domain::kbo::Kbo;
use domain::login::Confirmed;
use domain::people::{Actor, Role, Unit, to_begin_with};
use domain::policy::{self, Operation};
use store::dossiers::{self, Contact, NewDossier};
use store::organisations::{self, Organisation};
use store::people::{self, NewPerson};
use store::{Batch, StoreError, functions, guard};

use crate::account_events::About;
use crate::{Casework, Failure, PasswordRefused, check_password};

/// Why something could not be set up, for the operator.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The name or number is in use.
    #[error("{0} is already in use")]
    Taken(String),
    /// The role works for a unit and none was given, or the other way round.
    #[error("role {0} needs {1}")]
    Needs(&'static str, &'static str),
    /// There is no such thing.
    #[error("there is no {0}")]
    Unknown(String),
    /// The password does not do.
    #[error(transparent)]
    Password(#[from] PasswordRefused),
    /// The policy or the store says no.
    #[error("not done: {0}")]
    Failed(String),
}

impl From<StoreError> for SetupError {
    fn from(error: StoreError) -> Self {
        SetupError::Failed(error.to_string())
    }
}

impl From<Failure> for SetupError {
    fn from(failure: Failure) -> Self {
        SetupError::Failed(format!("{failure:?}"))
    }
}

/// A user to create.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Name to log in with.
    pub user_name: String,
    /// Name as shown.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Unit, for roles that need one.
    pub unit: Option<UnitId>,
    /// The dossier about this person, for the role Client.
    pub own_dossier: Option<DossierId>,
}

/// A client to create.
#[derive(Clone, Debug)]
pub struct NewClient {
    /// Client number.
    pub client_number: ClientNumber,
    /// First name.
    pub given_name: String,
    /// Name.
    pub family_name: String,
    /// Day of birth.
    pub birth: Day,
    /// Work situation code.
    pub work_situation: String,
    /// Since when.
    pub work_situation_since: Option<Day>,
    /// National number.
    pub insz: Option<Insz>,
    /// E-mail, phone, address.
    pub contact: Contact,
}

impl Casework {
    /// Creates an organisation.
    #[boxed]
    pub async fn create_organisation(
        &self,
        name: &str,
        kbo: Option<Kbo>,
    ) -> Result<OrganisationId, SetupError> {
        let organisation = Organisation {
            id: OrganisationId(self.ids.next(self.now())),
            name: name.trim().to_owned(),
            kbo: kbo.map(|kbo| kbo.digits()),
            closed: None,
            version: 1,
        };
        let mut batch = Batch::new();
        organisations::add(&mut batch, &organisation, self.now());
        let made = About {
            organisation: Some(organisation.id),
            changes: vec![Change::new_value("name", organisation.name.as_str())],
            ..About::default()
        };
        self.record(&mut batch, AccountEvent::OrganisationCreated, &made);
        self.set_up(batch, "the enterprise number").await?;
        Ok(organisation.id)
    }

    /// Creates a unit of an organisation.
    #[boxed]
    pub async fn create_unit(
        &self,
        organisation: OrganisationId,
        name: &str,
        address: &str,
        number: &str,
    ) -> Result<Unit, SetupError> {
        let unit = Unit {
            id: UnitId(self.ids.next(self.now())),
            organisation,
            name: name.trim().to_owned(),
            address: address.trim().to_owned(),
            number: number.trim().to_owned(),
        };
        let mut batch = Batch::new();
        organisations::add_unit(&mut batch, &unit);
        let made = About {
            organisation: Some(organisation),
            changes: vec![Change::new_value("unit", unit.line())],
            ..About::default()
        };
        self.record(&mut batch, AccountEvent::UnitCreated, &made);
        self.set_up(batch, "the unit").await?;
        Ok(unit)
    }

    /// Finds the unit with exactly this number, for the command line.
    #[boxed]
    pub async fn unit_by_number(&self, name: &str, number: &str) -> Result<Unit, SetupError> {
        let mut reader = self.database.reader().await?;
        organisations::units(&mut reader, name)
            .await?
            .into_iter()
            .find(|unit| unit.number == number)
            .ok_or_else(|| SetupError::Unknown(format!("unit {name} ({number})")))
    }

    /// Creates a user with a password.
    #[boxed]
    pub async fn create_user(
        &self,
        user: &NewUser,
        password: &str,
    ) -> Result<PersonId, SetupError> {
        let unit = match user.unit {
            Some(unit) => organisations::unit(&mut self.database.reader().await?, unit).await?,
            None => None,
        };
        let house = unit.map(|it| it.unit.name).unwrap_or_default();
        check_password(password, &[&user.user_name, &user.name, &house])?;
        let hash = self.hash(password.to_owned()).await?;
        self.create_user_with_hash(user, hash, false).await
    }

    /// Creates a user of the demo. `serve` refuses a database that holds one.
    #[boxed]
    pub async fn create_demo_user(
        &self,
        user: &NewUser,
        password_hash: &str,
    ) -> Result<PersonId, SetupError> {
        self.create_user_with_hash(user, password_hash.to_owned(), true)
            .await
    }

    async fn create_user_with_hash(
        &self,
        user: &NewUser,
        password_hash: String,
        demo: bool,
    ) -> Result<PersonId, SetupError> {
        if user.role.needs_unit() && user.unit.is_none() {
            return Err(SetupError::Needs(user.role.code(), "a unit"));
        }
        if user.role == Role::Client && user.own_dossier.is_none() {
            return Err(SetupError::Needs(user.role.code(), "the own dossier"));
        }
        let unit = match user.unit {
            Some(unit) => {
                let mut reader = self.database.reader().await?;
                let found = organisations::unit(&mut reader, unit).await?;
                let found = found.filter(|it| it.closed.is_none());
                let found = found.ok_or_else(|| SetupError::Unknown("such open unit".into()))?;
                Some(found.unit)
            }
            None => None,
        };
        let person = NewPerson {
            id: PersonId(self.ids.next(self.now())),
            user_name: user.user_name.trim().to_lowercase(),
            name: user.name.trim().to_owned(),
            email: None,
            password_hash,
            function: Some((user.role, unit.clone())),
            own_dossier: user.own_dossier,
            demo,
        };
        let mut batch = Batch::new();
        people::add_person(&mut batch, &person, None, self.now());
        let created = About {
            subject: Some(person.id),
            organisation: unit.map(|unit| unit.organisation),
            changes: vec![Change::new_value("function", user.role.label())],
            ..About::default()
        };
        self.record(&mut batch, AccountEvent::AccountCreated, &created);
        self.set_up(batch, "the user name").await?;
        Ok(person.id)
    }

    /// Creates a client's dossier.
    ///
    /// # Errors
    /// `Taken` when the client number or the national number is in use.
    #[boxed]
    pub async fn create_client(
        &self,
        actor: &Actor,
        client: &NewClient,
    ) -> Result<DossierId, SetupError> {
        let permit = policy::permit(actor, Operation::ManageGrants)
            .map_err(|denied| SetupError::Failed(format!("{denied:?}")))?;
        let now = self.now();
        // Random, because it stands in addresses.
        let id = DossierId(self.ids.random());
        let mut nonce = [0; 24];
        for (to, from) in nonce.iter_mut().zip(self.ids.token()) {
            *to = from;
        }
        let sealed = client
            .insz
            .as_ref()
            .map(|insz| self.secrets.seal(insz, id, nonce));
        let insz_sealed = match sealed {
            Some(None) => return Err(SetupError::Failed("cannot seal the number".into())),
            other => other.flatten(),
        };
        let dossier = NewDossier {
            id,
            client_number: client.client_number,
            given_name: client.given_name.clone(),
            family_name: client.family_name.clone(),
            birth: client.birth,
            work_situation: client.work_situation.clone(),
            work_situation_since: client.work_situation_since,
            insz_digest: client
                .insz
                .as_ref()
                .map(|insz| self.secrets.insz_digest(insz)),
            contact: Contact {
                insz_sealed,
                ..client.contact.clone()
            },
        };
        let entry = Entry {
            dossier: id,
            at: now,
            by: actor.person,
            organisation: actor.organisation(),
            event: Event::DossierCreated,
            subject: id.0,
            step: None,
            changes: vec![Change::new_value(
                "client_number",
                client.client_number.to_string(),
            )],
        };
        let mut batch = Batch::new();
        let entries = chain(vec![entry], 0, FIRST_LINK);
        dossiers::create(&mut batch, &permit, &dossier, &entries, now);
        self.set_up(batch, "the client number or national number")
            .await?;
        Ok(id)
    }

    /// The dossier of a client number, for the command line.
    #[boxed]
    pub async fn dossier_of(&self, number: &ClientNumber) -> Result<DossierId, SetupError> {
        let mut reader = self.database.reader().await?;
        dossiers::id_of(&mut reader, number)
            .await?
            .ok_or_else(|| SetupError::Unknown(format!("client {number}")))
    }

    /// Whether the database holds accounts of the demo.
    #[boxed]
    pub async fn has_demo_accounts(&self) -> Result<bool, SetupError> {
        let mut reader = self.database.reader().await?;
        Ok(people::has_demo_accounts(&mut reader).await?)
    }

    /// A person as actor, for the command line: every change there names who asked for it.
    #[boxed]
    pub async fn actor_named(&self, user_name: &str) -> Result<Actor, SetupError> {
        let mut reader = self.database.reader().await?;
        let found = people::credentials(&mut reader, user_name).await?;
        let found = found.ok_or_else(|| SetupError::Unknown(format!("user {user_name}")))?;
        let name = people::name(&mut reader, found.person).await?;
        let functions = functions::open(&mut reader, found.person).await?;
        // What is asked at the command line is a mediator's work; without that role it is refused.
        let mediator = functions.iter().find(|it| it.role == Role::Mediator);
        let function = mediator.or_else(|| to_begin_with(&functions));
        let function =
            function.ok_or_else(|| SetupError::Unknown(format!("function of {user_name}")))?;
        Ok(Actor {
            person: found.person,
            name: name.unwrap_or_default(),
            role: function.role,
            unit: function.unit.clone(),
            own_dossier: None,
            confirmed: Confirmed::AtTheMachine,
        })
    }

    #[boxed]
    pub(crate) async fn set_up(&self, batch: Batch, what: &str) -> Result<(), SetupError> {
        match self.database.commit(batch).await {
            Ok(()) => Ok(()),
            Err(StoreError::Missed(guard::TAKEN)) => Err(SetupError::Taken(what.to_owned())),
            Err(other) => Err(other.into()),
        }
    }
}
