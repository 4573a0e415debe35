//! Narrowing (I2): an organisation can open its dossiers only to the counsellors they are assigned to. The
//! manager sets that and assigns; a counsellor hands a dossier to a colleague.

use async_recursion::async_recursion as boxed;
use domain::account_events::AccountEvent;
use domain::ids::{DossierId, OrganisationId, PersonId};
use domain::journal::{Change, Event, chain};
use domain::people::Actor;
use domain::policy::{self, Operation};
use domain::refusal::Refusal;
use domain::steps::Step;
use store::assignments::{self, Assigned, Counsellor, Held, HeldDossier};
use store::dossiers::{self, Head};
use store::{Batch, StoreError, grants, guard, people, submissions};

use crate::account_events::About;
use crate::desk::{Desk, Stored, TRIES};
use crate::steps::busy;
use crate::{Casework, Failure, NoticeKind, Submission};

/// 'Toewijzingen' of the own organisation.
#[derive(Debug)]
pub struct AssignmentsPage {
    /// Whether the organisation narrows its dossiers.
    pub narrowed: bool,
    /// The dossiers it may open.
    pub dossiers: Vec<HeldDossier>,
}

/// Who of the own organisation works on one dossier.
#[derive(Debug)]
pub struct AssignmentPage {
    /// The dossier's head.
    pub head: Head,
    /// Whether the organisation narrows its dossiers.
    pub narrowed: bool,
    /// The counsellors of the own organisation to whom it is assigned.
    pub assigned: Vec<Assigned>,
    /// The other counsellors of the own organisation.
    pub others: Vec<Counsellor>,
}

impl Casework {
    /// Whether the own organisation narrows its dossiers, and those it may open, after a given one.
    #[boxed]
    pub async fn assignments(
        &self,
        actor: &Actor,
        which: &Held,
        after: Option<DossierId>,
        limit: u32,
    ) -> Result<AssignmentsPage, Failure> {
        let permit = policy::permit(actor, Operation::AssignDossiers)?;
        let today = self.today();
        let mut reader = self.database.reader().await?;
        let narrowed = match permit.organisation() {
            Some(own) => assignments::is_narrowed(&mut reader, own).await?,
            None => false,
        };
        let dossiers = if narrowed {
            assignments::held(&mut reader, &permit, which, today, after, limit).await?
        } else {
            Vec::new()
        };
        Ok(AssignmentsPage { narrowed, dossiers })
    }

    /// Sets whether the own organisation opens its dossiers only to whom they are assigned. When it begins,
    /// who works on a dossier is assigned to it in the same change, so that nobody is shut out of running
    /// work. Gives how many assignments that made.
    ///
    /// # Errors
    /// `ChangedMeanwhile` when it was so already.
    #[boxed]
    pub async fn set_narrowing(
        &self,
        actor: &Actor,
        narrowed: bool,
        submission: &Submission,
    ) -> Result<usize, Failure> {
        let permit = policy::permit(actor, Operation::AssignDossiers)?;
        let own = permit.organisation().ok_or(Failure::NotFound)?;
        for _ in 0..TRIES {
            let now = self.now();
            let mut reader = self.database.reader().await?;
            let seen = submissions::find(&mut reader, submission.key, actor.person).await?;
            if let Some(led_to) = seen {
                return Err(Failure::AlreadyDone(led_to));
            }
            if assignments::is_narrowed(&mut reader, own).await? == narrowed {
                return Err(Refusal::ChangedMeanwhile.into());
            }
            let mut batch = Batch::new();
            let (key, leads_to) = (submission.key, &submission.leads_to);
            submissions::write(&mut batch, key, actor.person, now, leads_to);
            assignments::narrow(&mut batch, own, narrowed);
            let about = About {
                by: Some(actor.person),
                organisation: Some(own),
                changes: vec![Change::new_value(
                    "narrowed",
                    if narrowed { "ja" } else { "nee" },
                )],
                subject: None,
            };
            self.record(&mut batch, AccountEvent::NarrowingChanged, &about);
            let mut made = 0;
            if narrowed {
                let counsellors = assignments::counsellors(&mut reader, own).await?;
                let running = assignments::running(&mut reader, &permit).await?;
                for of_one in running.chunk_by(|a, b| a.0 == b.0) {
                    let Some((dossier, _)) = of_one.first() else {
                        continue;
                    };
                    let facts = grants::facts_for(&mut reader, *dossier, actor).await?;
                    let access = facts.and_then(|facts| {
                        let today = now.brussels_day();
                        policy::write(actor, Operation::AssignDossiers, &facts, today).ok()
                    });
                    // What is not open to the organisation any more needs nobody.
                    let Some(access) = access else { continue };
                    let second = self.database.reader().await?;
                    let mut desk = self.desk_with(actor, access, second, now).await?;
                    for (_, person) in of_one {
                        let found = counsellors.iter().find(|(id, ..)| id == person);
                        let Some((_, name, _)) = found else { continue };
                        let is_new =
                            !assignments::is_assigned(&mut desk.reader, *dossier, own, *person)
                                .await?;
                        if is_new {
                            desk.assign(own, *person, name).await?;
                            made += 1;
                        }
                    }
                    desk.add_to(&mut batch);
                }
            }
            drop(reader);
            match self.database.commit(batch).await {
                Ok(()) => return Ok(made),
                // Somebody changed one of the dossiers, or sent the same form: look again.
                Err(StoreError::Missed(guard::DOSSIER | guard::ROW | guard::SUBMISSION)) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Err(busy())
    }

    /// Who works on a dossier of the own organisation, for its manager. Looking is recorded (I3).
    #[boxed]
    pub async fn assignment(
        &self,
        actor: &Actor,
        dossier: DossierId,
    ) -> Result<AssignmentPage, Failure> {
        let operation = Operation::AssignDossiers;
        self.assignment_page(actor, operation, dossier).await
    }

    /// The same for a counsellor who has the dossier open.
    #[boxed]
    pub async fn hand_over_page(
        &self,
        actor: &Actor,
        dossier: DossierId,
    ) -> Result<AssignmentPage, Failure> {
        let operation = Operation::HandOver;
        self.assignment_page(actor, operation, dossier).await
    }

    async fn assignment_page(
        &self,
        actor: &Actor,
        operation: Operation,
        dossier: DossierId,
    ) -> Result<AssignmentPage, Failure> {
        let mut glance = self.glance(actor, operation, dossier, "toewijzing").await?;
        let own = glance.access.organisation().ok_or(Failure::NotFound)?;
        let (reader, access) = (&mut glance.reader, &glance.access);
        let narrowed = assignments::is_narrowed(reader, own).await?;
        let mut assigned = assignments::of_dossier(reader, access).await?;
        assigned.retain(|it| it.organisation == own);
        let mut others = assignments::counsellors(reader, own).await?;
        others.retain(|(id, ..)| assigned.iter().all(|it| it.person != *id));
        Ok(AssignmentPage {
            head: glance.head,
            narrowed,
            assigned,
            others,
        })
    }

    /// The manager assigns a dossier to a counsellor of the own organisation; the counsellor is told.
    ///
    /// # Errors
    /// `NotNarrowed`, `NotOurCounsellor`, `AlreadyAssigned`.
    #[boxed]
    pub async fn assign_dossier(
        &self,
        actor: &Actor,
        dossier: DossierId,
        person: PersonId,
        submission: &Submission,
    ) -> Result<(), Failure> {
        for _ in 0..TRIES {
            let mut desk = self.desk(actor, Operation::AssignDossiers, dossier).await?;
            desk.check_new(submission).await?;
            desk.assign_to(person).await?;
            if desk.store(submission).await? == Stored::Yes {
                return Ok(());
            }
        }
        Err(busy())
    }

    /// The manager ends an assignment: the dossier is closed to that counsellor at once.
    ///
    /// # Errors
    /// `NotNarrowed`, `NotAssigned`.
    #[boxed]
    pub async fn release_dossier(
        &self,
        actor: &Actor,
        dossier: DossierId,
        person: PersonId,
        submission: &Submission,
    ) -> Result<(), Failure> {
        for _ in 0..TRIES {
            let mut desk = self.desk(actor, Operation::AssignDossiers, dossier).await?;
            desk.check_new(submission).await?;
            desk.own_narrowed().await?;
            desk.release(person).await?;
            if desk.store(submission).await? == Stored::Yes {
                return Ok(());
            }
        }
        Err(busy())
    }

    /// A counsellor hands the dossier to a colleague, and stays on it or not.
    ///
    /// # Errors
    /// `NotNarrowed`, `NotOurCounsellor`, `AlreadyAssigned`.
    #[boxed]
    pub async fn hand_over(
        &self,
        actor: &Actor,
        dossier: DossierId,
        (to, leaves): (PersonId, bool),
        submission: &Submission,
    ) -> Result<(), Failure> {
        for _ in 0..TRIES {
            let mut desk = self.desk(actor, Operation::HandOver, dossier).await?;
            desk.check_new(submission).await?;
            desk.assign_to(to).await?;
            if leaves {
                desk.release(actor.person).await?;
            }
            if desk.store(submission).await? == Stored::Yes {
                return Ok(());
            }
        }
        Err(busy())
    }
}

impl Desk<'_> {
    /// The own organisation, when it narrows its dossiers.
    async fn own_narrowed(&mut self) -> Result<OrganisationId, Failure> {
        let own = self.access.organisation().ok_or(Failure::NotFound)?;
        if assignments::is_narrowed(&mut self.reader, own).await? {
            Ok(own)
        } else {
            Err(Refusal::NotNarrowed.into())
        }
    }

    /// Assigns the dossier to a counsellor of the own organisation, who is told.
    async fn assign_to(&mut self, person: PersonId) -> Result<(), Failure> {
        let own = self.own_narrowed().await?;
        let counsellors = assignments::counsellors(&mut self.reader, own).await?;
        let Some((_, name, _)) = counsellors.iter().find(|(id, ..)| *id == person) else {
            return Err(Refusal::NotOurCounsellor.into());
        };
        let dossier = self.head.id;
        if assignments::is_assigned(&mut self.reader, dossier, own, person).await? {
            return Err(Refusal::AlreadyAssigned.into());
        }
        self.assign(own, person, name).await?;
        if person != self.actor.person {
            self.notify(person, NoticeKind::DossierAssigned, Some(dossier), None);
        }
        Ok(())
    }

    /// Where an organisation narrows its dossiers, whoever it gets to work on this one is assigned to it.
    #[boxed]
    pub(crate) async fn assign_where_narrowed(
        &mut self,
        organisation: OrganisationId,
        person: PersonId,
        name: &str,
    ) -> Result<(), Failure> {
        let dossier = self.head.id;
        let narrowed = assignments::is_narrowed(&mut self.reader, organisation).await?;
        if narrowed
            && !assignments::is_assigned(&mut self.reader, dossier, organisation, person).await?
        {
            self.assign(organisation, person, name).await?;
        }
        Ok(())
    }

    /// Whoever of the own organisation is put on a line works on the dossier from then on.
    #[boxed]
    pub(crate) async fn assign_parties(
        &mut self,
        before: Option<&Step>,
        after: &Step,
    ) -> Result<(), Failure> {
        let Some(own) = self.actor.organisation() else {
            return Ok(());
        };
        let was_there = |person| {
            before.is_some_and(|it| it.requester.person == person || it.provider.person == person)
        };
        let mut seen = None;
        for party in [&after.requester, &after.provider] {
            let is_new = !was_there(party.person) && seen != Some(party.person);
            if party.unit.organisation == own && is_new {
                seen = Some(party.person);
                let name = &party.person_name;
                self.assign_where_narrowed(own, party.person, name).await?;
            }
        }
        Ok(())
    }

    /// Writes an assignment with its journal.
    async fn assign(
        &mut self,
        organisation: OrganisationId,
        person: PersonId,
        name: &str,
    ) -> Result<(), Failure> {
        let id = self.new_id();
        let (by, at) = (self.actor.person, self.now);
        let whom = (organisation, person);
        assignments::assign(&mut self.batch, &self.access, whom, id, by, at);
        let house = store::organisations::name(&mut self.reader, organisation).await?;
        let changes = vec![
            Change::new_value("organisation", house.unwrap_or_default()),
            Change::new_value("counsellor", name),
        ];
        self.journal(Event::CounsellorAssigned, id, None, changes);
        Ok(())
    }

    /// Ends the assignment of a person, who is told.
    async fn release(&mut self, person: PersonId) -> Result<(), Failure> {
        let own = self.access.organisation().ok_or(Failure::NotFound)?;
        let dossier = self.head.id;
        if !assignments::is_assigned(&mut self.reader, dossier, own, person).await? {
            return Err(Refusal::NotAssigned.into());
        }
        let (by, at) = (self.actor.person, self.now);
        let whom = (own, person);
        assignments::release(&mut self.batch, &self.access, whom, by, at);
        let house = store::organisations::name(&mut self.reader, own).await?;
        let name = people::name(&mut self.reader, person).await?;
        let changes = vec![
            Change::new_value("organisation", house.unwrap_or_default()),
            Change::of("counsellor", name, None),
        ];
        self.journal(Event::CounsellorReleased, person.0, None, changes);
        if person != self.actor.person {
            let number = self.head.client_number.to_string();
            self.notify(person, NoticeKind::DossierReleased, None, Some(number));
        }
        Ok(())
    }

    /// Adds the change to a batch that holds more, without a submission of its own.
    fn add_to(self, whole: &mut Batch) {
        let (head, access) = (&self.head, &self.access);
        if self.entries.is_empty() {
            return;
        }
        let chained = chain(self.entries, head.journal_number, head.journal_link);
        dossiers::advance(whole, access, head, &chained);
        whole.append(self.batch);
    }
}
