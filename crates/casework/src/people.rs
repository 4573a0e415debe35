//! The people of an organisation and of the system: who they are, in which functions they work, and when
//! that ends. Each change is in the administrative log; a leaver's sessions end with the change itself.

use async_recursion::async_recursion as boxed;
use domain::Day;
use domain::account_events::AccountEvent;
use domain::client_number::ClientNumber;
use domain::ids::{FunctionId, OrganisationId, PersonId, UnitId};
use domain::journal::Change;
use domain::people::{self as rules, Actor, Changer, Function, Role, Unit};
use domain::policy::{self, Operation, Permit};
use domain::refusal::{Field, Refusal};
use store::functions::{self, Kept, Remaining};
use store::invitations::{self, Invitation};
use store::organisations::{self, UnitState};
use store::people::{self, Listed, Person};
use store::proposals::{self, Proposal};
use store::{Batch, Reader, StoreError, caseload, guard, sessions, submissions};

use crate::account_events::About;
use crate::{Casework, Failure, Submission};

/// People on one page.
const ON_A_PAGE: u32 = 50;

/// 'Medewerkers' of the own organisation, or all users.
#[derive(Debug)]
pub struct PeoplePage {
    /// The people, by name; all users by user name.
    pub people: Vec<Listed>,
    /// After whom the next page begins; none when this is the last.
    pub next: Option<(String, PersonId)>,
    /// Links that were not used yet, the last first.
    pub links: Vec<Invitation>,
}

/// One person, as far as who asks may see.
#[derive(Debug)]
pub struct PersonPage {
    /// The person.
    pub person: Person,
    /// The functions, those that ended too; for a manager those in the own organisation.
    pub functions: Vec<Kept>,
    /// Whether who asks may change name, address and password.
    pub whole: bool,
    /// For a manager: the ongoing guidances this person gives, by client number and start.
    pub ongoing: Vec<(ClientNumber, Day)>,
    /// Where a function can be given.
    pub units: Vec<Unit>,
    /// Whether a system manager asks.
    pub by_system: bool,
}

/// Everything that decides about one person.
pub(crate) struct Folder {
    pub(crate) permit: Permit,
    pub(crate) changer: Changer,
    pub(crate) person: Person,
    pub(crate) all: Vec<Kept>,
}

impl Folder {
    /// The functions that go on.
    pub(crate) fn open(&self) -> Vec<Function> {
        let open = self.all.iter().filter(|(_, ended)| ended.is_none());
        open.map(|(function, _)| function.clone()).collect()
    }

    /// Whether a function is one that who asks looks after.
    fn reaches(&self, function: &Function) -> bool {
        match self.changer {
            Changer::System => true,
            Changer::ManagerOf(own) => function.organisation() == Some(own),
        }
    }
}

/// Which function of a list the columns show that the version before reads.
fn shown(open: &[Function]) -> Option<(Role, Option<UnitId>)> {
    let first = rules::to_begin_with(open)?;
    Some((first.role, first.unit.as_ref().map(|unit| unit.id)))
}

impl Casework {
    /// The people of the own organisation: those that a text finds, or a page of all by name.
    #[boxed]
    pub async fn own_people(
        &self,
        actor: &Actor,
        text: &str,
        after: Option<(String, PersonId)>,
    ) -> Result<PeoplePage, Failure> {
        let permit = policy::permit(actor, Operation::ViewOrganisation)?;
        let mut reader = self.database.reader().await?;
        if !text.trim().is_empty() {
            let found = people::find(&mut reader, &permit, text).await?;
            return self.people_page(reader, &permit, found, None).await;
        }
        let (name, person) = after.unwrap_or_else(|| (String::new(), people::before_all()));
        let after = (name.as_str(), person);
        let found = people::of_organisation(&mut reader, &permit, after, ON_A_PAGE + 1).await?;
        let by_name = |last: &Listed| last.name.clone();
        self.people_page(reader, &permit, found, Some(by_name))
            .await
    }

    /// All users: those that a text finds, or a page by user name.
    #[boxed]
    pub async fn all_people(
        &self,
        actor: &Actor,
        text: &str,
        after: &str,
    ) -> Result<PeoplePage, Failure> {
        let permit = policy::permit(actor, Operation::ManageSystem)?;
        let mut reader = self.database.reader().await?;
        if !text.trim().is_empty() {
            let found = people::find(&mut reader, &permit, text).await?;
            return self.people_page(reader, &permit, found, None).await;
        }
        let found = people::all(&mut reader, &permit, after, ON_A_PAGE + 1).await?;
        let by_user_name = |last: &Listed| last.user_name.clone();
        self.people_page(reader, &permit, found, Some(by_user_name))
            .await
    }

    /// A page of people with the links that wait. `order` says what the next page begins after; what a search
    /// found has none.
    async fn people_page(
        &self,
        mut reader: Reader,
        permit: &Permit,
        mut people: Vec<Listed>,
        order: Option<fn(&Listed) -> String>,
    ) -> Result<PeoplePage, Failure> {
        let is_more = people.len() > ON_A_PAGE as usize;
        people.truncate(ON_A_PAGE as usize);
        let last = people.last().filter(|_| is_more).zip(order);
        let next = last.map(|(last, order)| (order(last), last.person));
        let since = self.now().plus_seconds(-rules::LINK_SECONDS);
        let links = invitations::waiting(&mut reader, permit, since).await?;
        Ok(PeoplePage {
            people,
            next,
            links,
        })
    }

    /// What decides about a person. One whom who asks does not look after is not there.
    #[boxed]
    pub(crate) async fn folder(
        &self,
        reader: &mut Reader,
        permit: Permit,
        person: PersonId,
    ) -> Result<Folder, Failure> {
        // Nobody and somebody of another organisation cost the same.
        let found = people::one(reader, person).await?;
        let all = functions::of_person(reader, person).await?;
        let found = found.ok_or(Failure::NotFound)?;
        let changer = match permit.only_organisation() {
            None => Changer::System,
            Some(own) => {
                if !all.iter().any(|(it, _)| it.organisation() == Some(own)) {
                    return Err(Failure::NotFound);
                }
                Changer::ManagerOf(own)
            }
        };
        Ok(Folder {
            permit,
            changer,
            person: found,
            all,
        })
    }

    /// One person.
    #[boxed]
    pub async fn person_page(
        &self,
        actor: &Actor,
        person: PersonId,
    ) -> Result<PersonPage, Failure> {
        let permit = policy::permit(actor, Operation::ViewPeople)?;
        let mut reader = self.database.reader().await?;
        let folder = self.folder(&mut reader, permit, person).await?;
        let whole = rules::check_whole_person(folder.changer, &folder.open()).is_ok();
        let mut ongoing = Vec::new();
        let mut units = Vec::new();
        if let Changer::ManagerOf(own) = folder.changer {
            ongoing = caseload::ongoing_of(&mut reader, &folder.permit, person).await?;
            units = open_units(&mut reader, own).await?;
        }
        let functions = folder.all.iter().filter(|(it, _)| folder.reaches(it));
        Ok(PersonPage {
            functions: functions.cloned().collect(),
            whole,
            ongoing,
            units,
            by_system: folder.changer == Changer::System,
            person: folder.person,
        })
    }

    /// The units in which who asks can give a function: of the own organisation, or of the one named.
    #[boxed]
    pub async fn units_to_give(
        &self,
        actor: &Actor,
        organisation: Option<OrganisationId>,
    ) -> Result<Vec<Unit>, Failure> {
        let permit = policy::permit(actor, Operation::ViewPeople)?;
        let mut reader = self.database.reader().await?;
        match permit.only_organisation().or(organisation) {
            Some(own) => Ok(open_units(&mut reader, own).await?),
            None => Ok(Vec::new()),
        }
    }

    /// Units whose name begins with a text, where a system manager can give a function.
    #[boxed]
    pub async fn units_found(&self, actor: &Actor, text: &str) -> Result<Vec<Unit>, Failure> {
        policy::permit(actor, Operation::ViewOrganisations)?;
        let mut reader = self.database.reader().await?;
        Ok(organisations::units(&mut reader, text).await?)
    }

    /// Changes name and address.
    ///
    /// # Errors
    /// `WorksElsewhere`, `ChangedMeanwhile`.
    #[boxed]
    pub async fn change_person(
        &self,
        actor: &Actor,
        person: PersonId,
        version: u32,
        (name, email): (&str, Option<&str>),
        submission: &Submission,
    ) -> Result<(), Failure> {
        let permit = self.permit_now(actor, Operation::ManagePeople)?;
        let mut reader = self.database.reader().await?;
        let folder = self.folder(&mut reader, permit, person).await?;
        self.check_new(&mut reader, actor, submission).await?;
        check_version(folder.person.version, version)?;
        rules::check_whole_person(folder.changer, &folder.open())?;
        drop(reader);
        let before = &folder.person;
        let mut changes = vec![
            Change::of("name", Some(before.name.clone()), Some(name.to_owned())),
            Change::of("email", before.email.clone(), email.map(str::to_owned)),
        ];
        changes.retain(Change::is_change);
        let mut batch = Batch::new();
        people::change(&mut batch, before, name, email);
        let organisation = folder.permit.only_organisation();
        let about = about(actor, person, organisation, changes);
        self.record(&mut batch, AccountEvent::PersonChanged, &about);
        self.keep(actor, batch, submission, Refusal::ChangedMeanwhile)
            .await
    }

    /// Gives a function in a unit. Who had left is back in service with it.
    ///
    /// # Errors
    /// `NotChosen`, `Closed`, `HasFunction`, `ChangedMeanwhile`.
    #[boxed]
    pub async fn give_function(
        &self,
        actor: &Actor,
        person: PersonId,
        version: u32,
        (role, unit): (Role, UnitId),
        submission: &Submission,
    ) -> Result<(), Failure> {
        let permit = self.permit_now(actor, Operation::ManagePeople)?;
        let mut reader = self.database.reader().await?;
        let folder = self.folder(&mut reader, permit, person).await?;
        self.check_new(&mut reader, actor, submission).await?;
        check_version(folder.person.version, version)?;
        let unit = open_unit(&mut reader, unit).await?;
        rules::check_give(folder.changer, role, &unit)?;
        drop(reader);
        let mut batch = Batch::new();
        self.give(
            &mut batch,
            actor,
            &folder,
            &[(role, Some(unit))],
            AccountEvent::FunctionGiven,
        );
        self.keep(actor, batch, submission, Refusal::HasFunction)
            .await
    }

    /// Adds functions to a person, in the batch.
    pub(crate) fn give(
        &self,
        batch: &mut Batch,
        actor: &Actor,
        folder: &Folder,
        functions: &[(Role, Option<Unit>)],
        event: AccountEvent,
    ) {
        let now = self.now();
        let person = &folder.person;
        let mut open = folder.open();
        for (role, unit) in functions {
            let given = Function {
                // The first function has the person's own identifier.
                id: if folder.all.is_empty() && open.is_empty() {
                    FunctionId(person.id.0)
                } else {
                    FunctionId(self.ids.next(now))
                },
                role: *role,
                unit: unit.clone(),
                chosen: None,
            };
            let whose = (person.id, person.name.as_str());
            let what = (*role, unit.as_ref());
            functions::give(batch, given.id, whose, what, Some(actor.person), now);
            let changes = vec![Change::new_value("function", given.line())];
            let about = about(actor, person.id, given.organisation(), changes);
            self.record(batch, event, &about);
            open.push(given);
        }
        people::advance(batch, person, shown(&open), true);
    }

    /// Takes a function away, with the sessions in it.
    ///
    /// # Errors
    /// `LastManager`, `LastSystemManager`, `ChangedMeanwhile`.
    #[boxed]
    pub async fn take_function(
        &self,
        actor: &Actor,
        person: PersonId,
        version: u32,
        function: FunctionId,
        submission: &Submission,
    ) -> Result<(), Failure> {
        let permit = self.permit_now(actor, Operation::ManagePeople)?;
        let mut reader = self.database.reader().await?;
        let folder = self.folder(&mut reader, permit, person).await?;
        self.check_new(&mut reader, actor, submission).await?;
        check_version(folder.person.version, version)?;
        let taken = folder.open().into_iter();
        let taken: Vec<Function> = taken
            .filter(|it| it.id == function && folder.reaches(it))
            .collect();
        if taken.is_empty() {
            return Err(Failure::NotFound);
        }
        let batch = self
            .take(
                &mut reader,
                actor,
                &folder,
                &taken,
                AccountEvent::FunctionTaken,
            )
            .await?;
        drop(reader);
        self.keep(actor, batch, submission, Refusal::ChangedMeanwhile)
            .await
    }

    /// 'Uit dienst': every function that who asks looks after ends, with every session of the person and
    /// every open link for the password. What was registered stays as it is.
    ///
    /// # Errors
    /// As `take_function`.
    #[boxed]
    pub async fn leave(
        &self,
        actor: &Actor,
        person: PersonId,
        version: u32,
        submission: &Submission,
    ) -> Result<(), Failure> {
        let permit = self.permit_now(actor, Operation::ManagePeople)?;
        let mut reader = self.database.reader().await?;
        let folder = self.folder(&mut reader, permit, person).await?;
        self.check_new(&mut reader, actor, submission).await?;
        check_version(folder.person.version, version)?;
        let mut taken = folder.open();
        taken.retain(|it| folder.reaches(it));
        let mut batch = self
            .take(&mut reader, actor, &folder, &taken, AccountEvent::Left)
            .await?;
        drop(reader);
        let now = self.now();
        sessions::stop_all(&mut batch, person);
        invitations::withdraw_of_person(&mut batch, person, now);
        if let (Some(email), Changer::ManagerOf(own)) = (&folder.person.email, folder.changer) {
            invitations::withdraw_by_address(&mut batch, own, email, now);
        }
        self.keep(actor, batch, submission, Refusal::ChangedMeanwhile)
            .await
    }

    /// The batch that takes functions away.
    async fn take(
        &self,
        reader: &mut Reader,
        actor: &Actor,
        folder: &Folder,
        taken: &[Function],
        event: AccountEvent,
    ) -> Result<Batch, Failure> {
        let now = self.now();
        let person = folder.person.id;
        let mut remaining = Vec::new();
        for function in taken {
            let own = function.organisation();
            if matches!(function.role, Role::Manager | Role::SystemManager) {
                let others = functions::others(reader, function.role, own, person).await?;
                rules::check_take(folder.changer, function.role, others)?;
            }
            match (folder.changer, function.role, own) {
                (Changer::ManagerOf(_), Role::Manager, Some(own)) => {
                    remaining.push(Remaining::Manager(own));
                }
                (_, Role::SystemManager, _) => remaining.push(Remaining::SystemManager),
                _ => {}
            }
        }
        let mut batch = Batch::new();
        for role in &remaining {
            functions::wait(&mut batch, *role);
        }
        for function in taken {
            functions::take(&mut batch, function, now);
            let changes = vec![Change::of("function", Some(function.line()), None)];
            let about = about(actor, person, function.organisation(), changes);
            self.record(&mut batch, event, &about);
        }
        if taken.is_empty() {
            self.record(&mut batch, event, &about(actor, person, None, Vec::new()));
        }
        let mut open = folder.open();
        open.retain(|it| taken.iter().all(|gone| gone.id != it.id));
        people::advance(&mut batch, &folder.person, shown(&open), !open.is_empty());
        for role in remaining {
            functions::remains(&mut batch, role);
        }
        Ok(batch)
    }

    /// 'Terug in dienst': the functions that ended together last are given again. A role that needs a
    /// second system manager is proposed anew instead.
    ///
    /// # Errors
    /// `Closed` when none of them can be chosen any more.
    #[boxed]
    pub async fn come_back(
        &self,
        actor: &Actor,
        person: PersonId,
        version: u32,
        submission: &Submission,
    ) -> Result<(), Failure> {
        let permit = self.permit_now(actor, Operation::ManagePeople)?;
        let mut reader = self.database.reader().await?;
        let folder = self.folder(&mut reader, permit, person).await?;
        self.check_new(&mut reader, actor, submission).await?;
        check_version(folder.person.version, version)?;
        let ended = || {
            let own = folder.all.iter().filter(|(it, _)| folder.reaches(it));
            own.filter_map(|(it, ended)| Some((it, (*ended)?)))
        };
        let last = ended().map(|(_, at)| at).max();
        let mut again = Vec::new();
        for (function, at) in ended() {
            if Some(at) != last {
                continue;
            }
            let Some(unit) = &function.unit else {
                if function.role == Role::Client {
                    again.push((function.role, None));
                }
                continue;
            };
            if let Ok(unit) = open_unit(&mut reader, unit.id).await {
                again.push((function.role, Some(unit)));
            }
        }
        drop(reader);
        let still = folder.open().into_iter();
        if again.is_empty() || still.filter(|it| folder.reaches(it)).count() > 0 {
            return Err(Refusal::Closed.into());
        }
        let mut batch = Batch::new();
        self.give(&mut batch, actor, &folder, &again, AccountEvent::CameBack);
        self.keep(actor, batch, submission, Refusal::HasFunction)
            .await
    }

    /// The roles that wait for a second system manager.
    #[boxed]
    pub async fn proposals(&self, actor: &Actor) -> Result<Vec<Proposal>, Failure> {
        let permit = policy::permit(actor, Operation::ViewProposals)?;
        let mut reader = self.database.reader().await?;
        Ok(proposals::queue(&mut reader, &permit).await?)
    }

    /// Proposes a role that works for no organisation. A second system manager confirms it.
    ///
    /// # Errors
    /// `NotChosen`, `HasFunction`.
    #[boxed]
    pub async fn propose_role(
        &self,
        actor: &Actor,
        person: PersonId,
        role: Role,
        submission: &Submission,
    ) -> Result<(), Failure> {
        let permit = self.permit_now(actor, Operation::GrantRoles)?;
        let mut reader = self.database.reader().await?;
        let folder = self.folder(&mut reader, permit, person).await?;
        self.check_new(&mut reader, actor, submission).await?;
        drop(reader);
        if !role.needs_second() {
            return Err(Refusal::NotChosen(Field::Role).into());
        }
        if folder.open().iter().any(|it| it.role == role) {
            return Err(Refusal::HasFunction.into());
        }
        let now = self.now();
        let proposal = Proposal {
            id: domain::ids::ProposalId(self.ids.next(now)),
            person,
            name: folder.person.name.clone(),
            role,
            by: actor.person,
            by_name: actor.name.clone(),
            at: now,
        };
        let mut batch = Batch::new();
        proposals::propose(&mut batch, &proposal);
        let changes = vec![Change::new_value("function", role.label())];
        let about = about(actor, person, None, changes);
        self.record(&mut batch, AccountEvent::RoleProposed, &about);
        self.keep(actor, batch, submission, Refusal::HasFunction)
            .await
    }

    /// Confirms a proposed role, which the person has from then on, or refuses it.
    ///
    /// # Errors
    /// `OwnProposal`, `HasFunction`, `ChangedMeanwhile`.
    #[boxed]
    pub async fn decide_role(
        &self,
        actor: &Actor,
        id: domain::ids::ProposalId,
        confirmed: bool,
        submission: &Submission,
    ) -> Result<(), Failure> {
        let permit = self.permit_now(actor, Operation::GrantRoles)?;
        let mut reader = self.database.reader().await?;
        self.check_new(&mut reader, actor, submission).await?;
        let found = proposals::one(&mut reader, &permit, id).await?;
        let found = found.ok_or(Failure::NotFound)?;
        let folder = self.folder(&mut reader, permit, found.person).await?;
        drop(reader);
        let mut batch = Batch::new();
        proposals::decide(&mut batch, id, confirmed, actor.person, self.now());
        if confirmed {
            rules::check_confirm(found.by, found.person, actor.person)?;
            let event = AccountEvent::RoleConfirmed;
            self.give(&mut batch, actor, &folder, &[(found.role, None)], event);
        } else {
            let changes = vec![Change::new_value("function", found.role.label())];
            let about = about(actor, found.person, None, changes);
            self.record(&mut batch, AccountEvent::RoleRefused, &about);
        }
        self.keep(actor, batch, submission, Refusal::HasFunction)
            .await
    }

    /// The functions a person can choose between.
    #[boxed]
    pub async fn own_functions(&self, actor: &Actor) -> Result<Vec<Function>, Failure> {
        policy::permit(actor, Operation::OwnAccount)?;
        let mut reader = self.database.reader().await?;
        Ok(functions::open(&mut reader, actor.person).await?)
    }

    /// Answers a submission that was stored before as then (T2).
    #[boxed]
    pub(crate) async fn check_new(
        &self,
        reader: &mut Reader,
        actor: &Actor,
        submission: &Submission,
    ) -> Result<(), Failure> {
        match submissions::find(reader, submission.key, actor.person).await? {
            Some(led_to) => Err(Failure::AlreadyDone(led_to)),
            None => Ok(()),
        }
    }

    /// Stores a change that concerns no dossier. A row that somebody else changed is told as such, one
    /// that cannot be there twice as `taken`.
    #[boxed]
    pub(crate) async fn keep(
        &self,
        actor: &Actor,
        batch: Batch,
        submission: &Submission,
        taken: Refusal,
    ) -> Result<(), Failure> {
        let mut whole = Batch::new();
        let (key, leads_to) = (submission.key, &submission.leads_to);
        submissions::write(&mut whole, key, actor.person, self.now(), leads_to);
        whole.append(batch);
        match self.database.commit(whole).await {
            Ok(()) => Ok(()),
            Err(StoreError::Missed(guard::SUBMISSION)) => {
                let mut reader = self.database.reader().await?;
                let seen = submissions::find(&mut reader, key, actor.person).await?;
                Err(seen.map_or(Failure::NotFound, Failure::AlreadyDone))
            }
            Err(StoreError::Missed(guard::ROW)) => Err(Refusal::ChangedMeanwhile.into()),
            Err(StoreError::Missed(guard::TAKEN)) => Err(taken.into()),
            Err(other) => Err(other.into()),
        }
    }
}

/// Who did it, about whom, in which organisation.
pub(crate) fn about(
    actor: &Actor,
    person: PersonId,
    organisation: Option<OrganisationId>,
    changes: Vec<Change>,
) -> About {
    About {
        by: Some(actor.person),
        subject: Some(person),
        organisation,
        changes,
    }
}

pub(crate) fn check_version(now: u32, seen: u32) -> Result<(), Refusal> {
    if now == seen {
        Ok(())
    } else {
        Err(Refusal::ChangedMeanwhile)
    }
}

/// A unit in which a function can be given.
#[boxed]
pub(crate) async fn open_unit(reader: &mut Reader, unit: UnitId) -> Result<Unit, Failure> {
    let found = organisations::unit(reader, unit).await?;
    let found = found.ok_or(Refusal::NotChosen(Field::Unit))?;
    match found.closed {
        None => Ok(found.unit),
        Some(_) => Err(Refusal::NotChosen(Field::Unit).into()),
    }
}

/// The units of an organisation that can be chosen.
#[boxed]
pub(crate) async fn open_units(
    reader: &mut Reader,
    organisation: OrganisationId,
) -> Result<Vec<Unit>, StoreError> {
    let all = organisations::units_of(reader, organisation).await?;
    let open = all.into_iter().filter(|it: &UnitState| it.closed.is_none());
    Ok(open.map(|it| it.unit).collect())
}
