//! One-time links: an invitation to make an account, and a new password for who forgot it. Nobody sets a
//! password for somebody else. A link works once, for three days; only its digest is kept.

use domain::account_events::AccountEvent;
use domain::ids::{InvitationId, PersonId, UnitId};
use domain::journal::{Change, digest};
use domain::people::{self as rules, Actor, Role};
use domain::policy::{self, Operation};
use domain::refusal::{Field, Refusal, Refusals};
use domain::text::Name;
use store::invitations::{self, Invitation};
use store::people::{self, NewPerson};
use store::{Batch, StoreError, guard, sessions};

use crate::account_events::About;
use crate::people::{about, open_unit};
use crate::{Casework, Failure, PasswordRefused, Submission, check_password};

/// Somebody to invite.
#[derive(Clone, Debug)]
pub struct InviteInput {
    /// The name.
    pub name: Name,
    /// The address the link is passed on to.
    pub email: String,
    /// The first function; a system manager may leave it for later.
    pub function: Option<(Role, UnitId)>,
}

/// What the page behind a link shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkPage {
    /// The name of who was invited.
    pub name: String,
    /// The user name, for a new password; none when it is still to be chosen.
    pub user_name: Option<String>,
}

/// Why a link did nothing.
#[derive(Debug)]
pub enum LinkRefused {
    /// It is unknown, used, taken back or too old: all the same answer.
    Dead,
    /// What was filled in is not accepted.
    Refused(Refusals),
    /// The password does not do.
    Password(PasswordRefused),
    /// Not now, or broken.
    Failed(Failure),
}

impl<E: Into<Failure>> From<E> for LinkRefused {
    fn from(error: E) -> Self {
        LinkRefused::Failed(error.into())
    }
}

impl Casework {
    /// Invites somebody. Gives the token of the link: it is shown once, and nowhere kept.
    ///
    /// # Errors
    /// `NotChosen` for a function that who invites may not give.
    pub async fn invite(
        &self,
        actor: &Actor,
        input: &InviteInput,
        submission: &Submission,
    ) -> Result<[u8; 32], Failure> {
        let permit = policy::permit(actor, Operation::ManagePeople)?;
        let mut reader = self.database.reader().await?;
        self.check_new(&mut reader, actor, submission).await?;
        let own = permit.only_organisation();
        let changer = own.map_or(rules::Changer::System, rules::Changer::ManagerOf);
        let function = match input.function {
            Some((role, unit)) => {
                let unit = open_unit(&mut reader, unit).await?;
                rules::check_give(changer, role, &unit)?;
                Some((role, Some(unit)))
            }
            None if own.is_some() => return Err(Refusal::NotChosen(Field::Role).into()),
            None => None,
        };
        drop(reader);
        let now = self.now();
        let unit = function.as_ref().and_then(|(_, unit)| unit.as_ref());
        let organisation = unit.map(|unit| unit.organisation);
        let mut changes = vec![Change::new_value("name", input.name.as_str())];
        changes.extend(function.as_ref().map(|(role, _)| {
            let unit = unit.map_or(String::new(), |unit| format!(", {}", unit.name));
            Change::new_value("function", format!("{}{unit}", role.label()))
        }));
        let link = Invitation {
            id: InvitationId(self.ids.next(now)),
            person: None,
            name: input.name.as_str().to_owned(),
            email: Some(input.email.clone()),
            function,
            invited: now,
            ends: now.plus_seconds(rules::LINK_SECONDS),
        };
        let about = About {
            by: Some(actor.person),
            subject: None,
            organisation,
            changes,
        };
        let mut batch = Batch::new();
        if let Some(organisation) = organisation {
            // A second invitation takes the place of the first.
            invitations::withdraw_by_address(&mut batch, organisation, &input.email, now);
        }
        let token = self.new_link(&mut batch, &link, AccountEvent::Invited, &about);
        self.keep(actor, batch, submission, Refusal::ChangedMeanwhile)
            .await?;
        Ok(token)
    }

    fn new_link(
        &self,
        batch: &mut Batch,
        link: &Invitation,
        event: AccountEvent,
        about: &About,
    ) -> [u8; 32] {
        let token = self.ids.token();
        let (organisation, by) = (about.organisation, about.by);
        invitations::invite(batch, link, &digest(&token), organisation, by);
        self.record(batch, event, about);
        token
    }

    /// A link with which a person chooses a new password. Earlier ones work no longer. Gives its token.
    ///
    /// # Errors
    /// `WorksElsewhere`; `Closed` for who is out of service.
    pub async fn new_password_link(
        &self,
        actor: &Actor,
        person: PersonId,
        submission: &Submission,
    ) -> Result<[u8; 32], Failure> {
        let mut reader = self.database.reader().await?;
        let folder = self.folder(&mut reader, actor, person).await?;
        self.check_new(&mut reader, actor, submission).await?;
        drop(reader);
        rules::check_whole_person(folder.changer, &folder.open())?;
        if !folder.person.active {
            return Err(Refusal::Closed.into());
        }
        let now = self.now();
        let link = Invitation {
            id: InvitationId(self.ids.next(now)),
            person: Some(person),
            name: folder.person.name.clone(),
            email: folder.person.email.clone(),
            function: None,
            invited: now,
            ends: now.plus_seconds(rules::LINK_SECONDS),
        };
        let own = folder.permit.only_organisation();
        let about = about(actor, person, own, Vec::new());
        let mut batch = Batch::new();
        invitations::withdraw_of_person(&mut batch, person, now);
        let token = self.new_link(&mut batch, &link, AccountEvent::PasswordLinkMade, &about);
        self.keep(actor, batch, submission, Refusal::ChangedMeanwhile)
            .await?;
        Ok(token)
    }

    /// Takes back a link that was not used.
    pub async fn withdraw_link(
        &self,
        actor: &Actor,
        id: InvitationId,
        submission: &Submission,
    ) -> Result<(), Failure> {
        let permit = policy::permit(actor, Operation::ManagePeople)?;
        let mut reader = self.database.reader().await?;
        self.check_new(&mut reader, actor, submission).await?;
        let since = self.now().plus_seconds(-rules::LINK_SECONDS);
        let mine = match permit.only_organisation() {
            None => true,
            Some(_) => {
                let own = invitations::waiting(&mut reader, &permit, since).await?;
                own.iter().any(|link| link.id == id)
            }
        };
        let found = invitations::one(&mut reader, &permit, id).await?;
        let found = found.filter(|_| mine).ok_or(Failure::NotFound)?;
        drop(reader);
        let unit = found.function.as_ref().and_then(|(_, unit)| unit.as_ref());
        let about = About {
            by: Some(actor.person),
            subject: found.person,
            organisation: unit
                .map(|unit| unit.organisation)
                .or(permit.only_organisation()),
            changes: vec![Change::new_value("name", found.name.as_str())],
        };
        let mut batch = Batch::new();
        invitations::withdraw(&mut batch, id, self.now());
        self.record(&mut batch, AccountEvent::LinkWithdrawn, &about);
        self.keep(actor, batch, submission, Refusal::ChangedMeanwhile)
            .await
    }

    /// What the page behind a link shows; none when the link is dead.
    pub async fn link_page(&self, token: &[u8; 32]) -> Result<Option<LinkPage>, Failure> {
        let mut reader = self.database.reader_for_one().await?;
        let found = invitations::by_token(&mut reader, &digest(token), self.now()).await?;
        let Some(link) = found else {
            return Ok(None);
        };
        let user_name = match link.person {
            Some(person) => people::one(&mut reader, person).await?,
            None => None,
        };
        Ok(Some(LinkPage {
            name: link.name,
            user_name: user_name.map(|person| person.user_name),
        }))
    }

    /// Makes the account, or sets the new password and ends every session of the person.
    ///
    /// # Errors
    /// `Dead` for a link that does not work, whatever the reason.
    pub async fn use_link(
        &self,
        token: &[u8; 32],
        user_name: &str,
        password: &str,
    ) -> Result<(), LinkRefused> {
        let now = self.now();
        let mut reader = self.database.reader().await?;
        let found = invitations::by_token(&mut reader, &digest(token), now).await?;
        drop(reader);
        let link = found.ok_or(LinkRefused::Dead)?;
        let mut refusals = Refusals::default();
        let user_name = match link.person {
            None => refusals.keep(rules::parse_user_name(user_name)),
            Some(_) => Some(String::new()),
        };
        let user_name = match (refusals.into_result(), user_name) {
            (Ok(()), Some(user_name)) => user_name,
            (Err(refusals), _) => return Err(LinkRefused::Refused(refusals)),
            (Ok(()), None) => return Err(LinkRefused::Dead),
        };
        let unit = link.function.as_ref().and_then(|(_, unit)| unit.as_ref());
        let house = unit.map(|unit| unit.name.as_str()).unwrap_or_default();
        let known = link.email.as_deref().unwrap_or_default();
        check_password(password, &[&user_name, &link.name, house, known])
            .map_err(LinkRefused::Password)?;
        let password_hash = self.hash(password.to_owned()).await?;
        let mut batch = Batch::new();
        invitations::use_up(&mut batch, link.id, now);
        match link.person {
            Some(person) => {
                people::set_password(&mut batch, person, &password_hash);
                sessions::stop_all(&mut batch, person);
                let chosen = About {
                    by: Some(person),
                    subject: Some(person),
                    ..About::default()
                };
                self.record(&mut batch, AccountEvent::PasswordChosen, &chosen);
                let told = "Er is een nieuw wachtwoord gekozen met een link. Was jij dat niet? Verwittig de beheerder.";
                self.tell_login(&mut batch, person, told);
            }
            None => self.make_account(&mut batch, &link, user_name, password_hash),
        }
        match self.database.commit(batch).await {
            Ok(()) => Ok(()),
            Err(StoreError::Missed(guard::ROW)) => Err(LinkRefused::Dead),
            Err(StoreError::Missed(guard::TAKEN)) => {
                Err(LinkRefused::Refused(Refusal::UserNameTaken.into()))
            }
            Err(other) => Err(other.into()),
        }
    }

    fn make_account(
        &self,
        batch: &mut Batch,
        link: &Invitation,
        user_name: String,
        password_hash: String,
    ) {
        let now = self.now();
        let unit = link.function.as_ref().and_then(|(_, unit)| unit.as_ref());
        let person = NewPerson {
            id: PersonId(self.ids.next(now)),
            user_name,
            name: link.name.clone(),
            email: link.email.clone(),
            password_hash,
            function: link.function.clone(),
            own_dossier: None,
            demo: false,
        };
        people::add_person(batch, &person, None, now);
        let role = link.function.as_ref().map(|(role, _)| *role);
        let changes = role.map(|role| Change::new_value("function", role.label()));
        let made = About {
            by: Some(person.id),
            subject: Some(person.id),
            organisation: unit.map(|unit| unit.organisation),
            changes: changes.into_iter().collect(),
        };
        self.record(batch, AccountEvent::AccountCreated, &made);
    }
}
