//! The life of an access grant (I2): asked for from outside, granted or refused by the mediator or given
//! with an assignment, extended, ended at any time by mediator or client, and by itself on its day.
//!
//! Who asks from outside learns nothing: asking writes the same row and gives the same answer whether or
//! not there is such a client, and a refusal carries no reason to the asker.

use async_recursion::async_recursion as boxed;
use domain::Day;
use domain::client_number::ClientNumber;
use domain::documents::FileFacts;
use domain::grants::{
    self as rules, Basis, ClientAnswer, Grant, RefusalGround, Request, RequestDecision, RequestKind,
};
use domain::ids::{DossierId, GrantId, GrantRequestId, OrganisationId, PersonId};
use domain::insz::Insz;
use domain::journal::{Change, Event};
use domain::login::Confirmed;
use domain::people::{Actor, Party, Unit};
use domain::policy::{Operation, Permit};
use domain::refusal::Refusal;
use domain::steps::Stamp;
use domain::text::Note;
use store::assignments::{self, Assigned};
use store::dossiers::{Head, Sought};
use store::grant_requests::{self, Kept};
use store::grants::{self, Due, Ending, Give, Holder};
use store::notices::Notice;
use store::owners::{self, Owner};
use store::{Batch, Reader, StoreError, guard, notices, organisations, submissions};

use crate::desk::{Desk, Stored, TRIES};
use crate::documents::{self, RequestForm};
use crate::steps::busy;
use crate::{Casework, Failure, NoticeKind, Submission};

/// Most requests of one person in a day.
const MOST_REQUESTS_A_DAY: u32 = 30;

/// How many days ahead the end of a grant is shown to its organisation.
const SHOWN_AHEAD: i32 = 30;

/// A grant to give.
#[derive(Clone, Debug)]
pub struct GrantInput {
    /// For which organisation.
    pub organisation: OrganisationId,
    /// What it rests on.
    pub basis: Basis,
    /// First day.
    pub starts: Day,
    /// Last day, if agreed.
    pub ends: Option<Day>,
}

/// What proves that the asker knows the client.
#[derive(Clone, Debug)]
pub enum Proof {
    /// The national number.
    Insz(Insz),
    /// The day of birth.
    Birth(Day),
}

/// A grant that is asked for.
#[derive(Clone, Debug)]
pub struct AskInput {
    /// The client number.
    pub number: ClientNumber,
    /// That the client is known.
    pub proof: Proof,
    /// What it will rest on.
    pub basis: Basis,
    /// The day the form was filled in with the client.
    pub form_on: Option<Day>,
    /// What it is needed for.
    pub purpose: Note,
}

/// 'Inzagerechten' of the own organisation.
#[derive(Debug)]
pub struct OwnGrantsPage {
    /// The requests that wait for an answer, and those that were decided, the last first.
    pub requests: Vec<Request>,
    /// Dossiers of which the grant ends soon.
    pub ending: Vec<Ending>,
}

/// 'Vragen om inzagerecht' for the mediator.
#[derive(Debug)]
pub struct GrantQueuePage {
    /// The requests that wait, the oldest first.
    pub waiting: Vec<Request>,
    /// The last ones that were decided.
    pub decided: Vec<Request>,
}

/// One request, as the mediator decides on it.
#[derive(Debug)]
pub struct GrantRequestPage {
    /// The request.
    pub request: Request,
    /// The form that came with it.
    pub form: Option<FileFacts>,
    /// The dossier that number and proof fit; none when they fit no client.
    pub found: Option<(Head, Vec<Holder>)>,
}

/// What the mediator decides.
#[derive(Clone, Debug)]
pub enum GrantDecision {
    /// Granted, until a last day if one is agreed.
    Grant(Option<Day>),
    /// Refused.
    Refuse(RefusalGround, Option<Note>),
}

/// 'Dienstverlening': who may open the dossier and who owns it.
#[derive(Debug)]
pub struct ServicesPage {
    /// The dossier's head.
    pub head: Head,
    /// Every organisation that held or holds a grant, the last one first.
    pub holders: Vec<Holder>,
    /// The owners, the present one first.
    pub owners: Vec<Owner>,
    /// What was asked about this dossier and waits.
    pub waiting: Vec<Request>,
    /// The counsellors to whom it is assigned, of the organisations that narrow their dossiers.
    pub assigned: Vec<Assigned>,
}

impl Casework {
    /// Asks for an access grant without a form, as on a mandate.
    ///
    /// # Errors
    /// As `ask_grant_with_form`.
    #[boxed]
    pub async fn ask_grant(
        &self,
        actor: &Actor,
        input: &AskInput,
        submission: &Submission,
    ) -> Result<(), Failure> {
        self.ask_grant_with_form(actor, input, None, submission)
            .await
    }

    /// Asks for an access grant from outside the dossier, with the form that was filled in.
    ///
    /// # Errors
    /// The refusals of `check_form`; `GrantAlreadyHeld` and `GrantAlreadyAsked`, which tell only what the own
    /// organisation did; `TooManyGrantRequests`. Never whether there is such a client.
    #[boxed]
    pub async fn ask_grant_with_form(
        &self,
        actor: &Actor,
        input: &AskInput,
        form: Option<RequestForm>,
        submission: &Submission,
    ) -> Result<(), Failure> {
        domain::policy::permit(actor, Operation::AskGrant)?;
        let Some(unit) = actor.unit.clone() else {
            return Err(Failure::NotFound);
        };
        let now = self.now();
        let mut reader = self.database.reader().await?;
        if let Some(led_to) = submissions::find(&mut reader, submission.key, actor.person).await? {
            return Err(Failure::AlreadyDone(led_to));
        }
        let today = now.brussels_day();
        rules::check_form(input.basis, input.form_on, form.is_some(), today)?;
        let day_ago = now.plus_seconds(-86_400);
        let recent = grant_requests::count(&mut reader, actor.person, day_ago).await?;
        if recent >= MOST_REQUESTS_A_DAY {
            return Err(Refusal::TooManyGrantRequests.into());
        }
        let kind = RequestKind::Access;
        if grant_requests::is_waiting(&mut reader, unit.organisation, &input.number, kind).await? {
            return Err(Refusal::GrantAlreadyAsked.into());
        }
        // What the own organisation may open it finds by searching: that is no secret.
        if let Ok(permit) = domain::policy::permit(actor, Operation::SearchClient) {
            let sought = Sought::Number(input.number);
            let today = now.brussels_day();
            let hits = store::dossiers::search(&mut reader, &permit, &sought, today).await?;
            if !hits.is_empty() {
                return Err(Refusal::GrantAlreadyHeld.into());
            }
        }
        drop(reader);
        let kept = Kept {
            request: Request {
                id: GrantRequestId(self.ids.next(now)),
                kind,
                unit,
                asked: Stamp {
                    by: actor.person,
                    by_name: actor.name.clone(),
                    at: now,
                },
                client_number: input.number,
                basis: input.basis,
                form_on: input.form_on,
                purpose: input.purpose.clone(),
                client_answer: None,
                decision: None,
            },
            proof: Some(self.proof_digest(&input.number, &input.proof)),
        };
        let mut batch = Batch::new();
        grant_requests::insert(&mut batch, &kept);
        if let Some(form) = form {
            batch.append(self.form_batch(kept.request.id, form).await?);
        }
        self.store_alone(actor, batch, submission, Refusal::GrantAlreadyAsked)
            .await
    }

    /// The digest under which a proof is kept. The same person's number and birth give different ones, and
    /// neither can be had back from it.
    fn proof_digest(&self, number: &ClientNumber, proof: &Proof) -> Vec<u8> {
        match proof {
            Proof::Insz(insz) => self.secrets.insz_digest(insz),
            Proof::Birth(day) => self.secrets.birth_digest(number, *day),
        }
    }

    /// Stores a change that concerns no dossier; a missed row means that somebody was first.
    #[boxed]
    pub(crate) async fn store_alone(
        &self,
        actor: &Actor,
        batch: Batch,
        submission: &Submission,
        first: Refusal,
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
            Err(StoreError::Missed(guard::ROW)) => Err(first.into()),
            Err(other) => Err(other.into()),
        }
    }

    /// 'Inzagerechten': what the own organisation asked, and what ends soon.
    #[boxed]
    pub async fn own_grants(&self, actor: &Actor) -> Result<OwnGrantsPage, Failure> {
        let permit = domain::policy::permit(actor, Operation::AskGrant)?;
        let Some(own) = permit.organisation() else {
            return Err(Failure::NotFound);
        };
        let today = self.today();
        let mut reader = self.database.reader().await?;
        let mut requests = grant_requests::of_organisation(&mut reader, own).await?;
        if let Some(person) = permit.narrows_to()
            && assignments::is_narrowed(&mut reader, own).await?
        {
            requests.retain(|kept| kept.request.asked.by == person);
        }
        let window = (today, today.plus_days(SHOWN_AHEAD));
        let mut ending = grants::ending(&mut reader, &permit, window).await?;
        // One that goes on under another grant does not end.
        let mut kept = Vec::new();
        for soon in ending.drain(..) {
            let facts = grants::facts_for(&mut reader, soon.dossier, actor).await?;
            let facts = facts.filter(|it| permit.narrows_to().is_none() || !it.others_only);
            let until = facts.and_then(|facts| rules::open_until(&facts.grants, today));
            if until == Some(Some(soon.last_day)) {
                kept.push(soon);
            }
        }
        Ok(OwnGrantsPage {
            requests: requests.into_iter().map(|kept| kept.request).collect(),
            ending: kept,
        })
    }

    /// The mediator's queue.
    #[boxed]
    pub async fn grant_queue(&self, actor: &Actor) -> Result<GrantQueuePage, Failure> {
        let permit = domain::policy::permit(actor, Operation::ManageGrants)?;
        let mut reader = self.database.reader().await?;
        let (waiting, decided) = grant_requests::queue(&mut reader, &permit).await?;
        Ok(GrantQueuePage {
            waiting: waiting.into_iter().map(|kept| kept.request).collect(),
            decided: decided.into_iter().map(|kept| kept.request).collect(),
        })
    }

    /// How many requests wait for the mediator, at most 200.
    #[boxed]
    pub async fn grant_requests_waiting(&self, actor: &Actor) -> Result<u32, Failure> {
        let permit = domain::policy::permit(actor, Operation::ManageGrants)?;
        let mut reader = self.database.reader_for_one().await?;
        Ok(grant_requests::how_many(&mut reader, &permit).await?)
    }

    /// One request with the dossier it fits. Looking at that dossier is recorded (I3).
    #[boxed]
    pub async fn grant_request(
        &self,
        actor: &Actor,
        id: GrantRequestId,
    ) -> Result<GrantRequestPage, Failure> {
        let permit = domain::policy::permit(actor, Operation::ManageGrants)?;
        let mut reader = self.database.reader().await?;
        let kept = grant_requests::one(&mut reader, &permit, id).await?;
        let kept = kept.ok_or(Failure::NotFound)?;
        let dossier = self.fitting(&mut reader, &permit, &kept).await?;
        let form = store::documents::form(&mut reader, &permit, id).await?;
        drop(reader);
        let found = match dossier {
            None => None,
            Some(dossier) => {
                let operation = Operation::ManageGrants;
                let mut glance = self
                    .glance(actor, operation, dossier, "inzagerecht")
                    .await?;
                let holders = grants::holders(&mut glance.reader, &glance.access).await?;
                Some((glance.head, holders))
            }
        };
        Ok(GrantRequestPage {
            request: kept.request,
            form,
            found,
        })
    }

    /// The dossier that a request fits, as `fitting` finds it.
    #[boxed]
    pub(crate) async fn dossier_of_request(
        &self,
        reader: &mut Reader,
        permit: &Permit,
        id: GrantRequestId,
    ) -> Result<Option<DossierId>, Failure> {
        let kept = grant_requests::one(reader, permit, id).await?;
        let kept = kept.ok_or(Failure::NotFound)?;
        self.fitting(reader, permit, &kept).await
    }

    /// The dossier that a request's number and proof fit. One asked within a dossier needs no proof.
    async fn fitting(
        &self,
        reader: &mut Reader,
        permit: &Permit,
        kept: &Kept,
    ) -> Result<Option<DossierId>, Failure> {
        let number = &kept.request.client_number;
        let found = grant_requests::fits(reader, permit, number).await?;
        Ok(found
            .filter(|(_, birth, insz)| self.proof_fits(kept, *birth, insz.as_deref()))
            .map(|(dossier, ..)| dossier))
    }

    fn proof_fits(&self, kept: &Kept, birth: Day, insz: Option<&[u8]>) -> bool {
        let number = &kept.request.client_number;
        self.is_proof(kept.proof.as_deref(), number, birth, insz)
    }

    /// Whether what was given as proof fits a client; a request from within a dossier needs none.
    pub(crate) fn is_proof(
        &self,
        proof: Option<&[u8]>,
        number: &ClientNumber,
        birth: Day,
        insz: Option<&[u8]>,
    ) -> bool {
        let Some(proof) = proof else {
            return true;
        };
        insz == Some(proof) || self.secrets.birth_digest(number, birth) == proof
    }

    /// The mediator grants or refuses a request; the asker is told.
    ///
    /// # Errors
    /// `NoClientFits` for granting what fits nobody, and what `Request::grant` and `refuse` refuse.
    #[boxed]
    pub async fn decide_grant_request(
        &self,
        actor: &Actor,
        id: GrantRequestId,
        decision: &GrantDecision,
        submission: &Submission,
    ) -> Result<(), Failure> {
        let permit = domain::policy::permit(actor, Operation::ManageGrants)?;
        for _ in 0..TRIES {
            let mut reader = self.database.reader().await?;
            let kept = grant_requests::one(&mut reader, &permit, id).await?;
            let kept = kept.ok_or(Failure::NotFound)?;
            let dossier = self.fitting(&mut reader, &permit, &kept).await?;
            drop(reader);
            let Some(dossier) = dossier else {
                return self
                    .refuse_nobody(actor, &kept.request, decision, submission)
                    .await;
            };
            let mut desk = self.desk(actor, Operation::ManageGrants, dossier).await?;
            desk.check_new(submission).await?;
            let decided = decided(&kept.request, decision, desk.stamp())?;
            let is_granted = matches!(decision, GrantDecision::Grant(_));
            desk.settle_form(&permit, &decided, is_granted).await?;
            match decision {
                GrantDecision::Grant(ends) => desk.carry_out(&decided, *ends).await?,
                GrantDecision::Refuse(ground, note) => {
                    let mut changes = vec![
                        Change::new_value("organisation", decided.unit.name.as_str()),
                        Change::new_value("request", decided.kind.label()),
                        Change::new_value("ground", ground.label()),
                    ];
                    changes.extend(
                        note.as_ref()
                            .map(|note| Change::new_value("note", note.as_str())),
                    );
                    desk.journal(Event::GrantRefused, id.0, None, changes);
                }
            }
            grant_requests::decide(&mut desk.batch, &decided);
            let kind = match decision {
                GrantDecision::Grant(_) => NoticeKind::GrantGiven,
                GrantDecision::Refuse(..) => NoticeKind::GrantRefused,
            };
            let about = matches!(decision, GrantDecision::Grant(_)).then_some(dossier);
            let number = decided.client_number.to_string();
            desk.notify(decided.asked.by, kind, about, Some(number));
            if desk.store(submission).await? == Stored::Yes {
                return Ok(());
            }
        }
        Err(busy())
    }

    /// A request that fits no client can only be refused; there is no dossier whose journal could say so.
    async fn refuse_nobody(
        &self,
        actor: &Actor,
        request: &Request,
        decision: &GrantDecision,
        submission: &Submission,
    ) -> Result<(), Failure> {
        let mut reader = self.database.reader().await?;
        if let Some(led_to) = submissions::find(&mut reader, submission.key, actor.person).await? {
            return Err(Failure::AlreadyDone(led_to));
        }
        drop(reader);
        if matches!(decision, GrantDecision::Grant(_)) {
            return Err(Refusal::NoClientFits.into());
        }
        let now = self.now();
        let stamp = Stamp {
            by: actor.person,
            by_name: actor.name.clone(),
            at: now,
        };
        let decided = decided(request, decision, stamp)?;
        let mut batch = Batch::new();
        grant_requests::decide(&mut batch, &decided);
        documents::form_goes(&mut batch, request.id, now);
        let number = Some(decided.client_number.to_string());
        let notice = notice(now, NoticeKind::GrantRefused, None, number);
        let asker = decided.asked.by;
        notices::write(&mut batch, self.ids.next(now), asker, &notice);
        self.store_alone(actor, batch, submission, Refusal::GrantRequestDecided)
            .await
    }

    /// Gives an organisation the right to open a dossier, as comes with an assignment.
    #[boxed]
    pub async fn give_grant(
        &self,
        actor: &Actor,
        dossier: DossierId,
        input: &GrantInput,
        submission: &Submission,
    ) -> Result<GrantId, Failure> {
        for _ in 0..TRIES {
            let mut desk = self.desk(actor, Operation::ManageGrants, dossier).await?;
            desk.check_new(submission).await?;
            rules::check_last_day(input.ends, desk.today())?;
            let id = desk.give(input, Event::GrantGiven, None).await?;
            let notice = NoticeKind::GrantGiven;
            desk.tell_holders(input.organisation, notice, None).await?;
            if desk.store(submission).await? == Stored::Yes {
                return Ok(id);
            }
        }
        Err(busy())
    }

    /// Extends an organisation's access by so many months (`EXTENSION_MONTHS`), with what it rests on. What
    /// was given before stays as it was given; this is a grant beside it.
    ///
    /// # Errors
    /// `NoActiveGrant` when there is nothing to extend.
    #[boxed]
    pub async fn extend_grant(
        &self,
        actor: &Actor,
        dossier: DossierId,
        organisation: OrganisationId,
        basis: Basis,
        submission: &Submission,
    ) -> Result<(), Failure> {
        for _ in 0..TRIES {
            let mut desk = self.desk(actor, Operation::ManageGrants, dossier).await?;
            desk.check_new(submission).await?;
            desk.extend(organisation, basis, None).await?;
            let notice = NoticeKind::GrantExtended;
            desk.tell_holders(organisation, notice, None).await?;
            if desk.store(submission).await? == Stored::Yes {
                return Ok(());
            }
        }
        Err(busy())
    }

    /// Ends an organisation's access by hand: from now on it opens nothing. By the mediator or the client.
    ///
    /// # Errors
    /// `NoActiveGrant`.
    #[boxed]
    pub async fn end_grants(
        &self,
        actor: &Actor,
        dossier: DossierId,
        organisation: OrganisationId,
        reason: &Note,
        submission: &Submission,
    ) -> Result<(), Failure> {
        for _ in 0..TRIES {
            let mut desk = self.desk(actor, Operation::EndGrant, dossier).await?;
            desk.check_new(submission).await?;
            let (name, active) = desk.active_grants(organisation).await?;
            if active.is_empty() {
                return Err(Refusal::NoActiveGrant.into());
            }
            for grant in &active {
                let which = (organisation, grant.id);
                let by = Some(actor.person);
                let said = Some(reason.as_str());
                grants::end(&mut desk.batch, &desk.access, which, by, desk.now, said);
                let changes = vec![
                    Change::new_value("organisation", name.as_str()),
                    Change::new_value("reason", reason.as_str()),
                ];
                desk.journal(Event::GrantEnded, grant.id.0, None, changes);
            }
            let number = desk.head.client_number.to_string();
            let notice = NoticeKind::GrantEnded;
            desk.tell_holders(organisation, notice, Some(number))
                .await?;
            if desk.store(submission).await? == Stored::Yes {
                return Ok(());
            }
        }
        Err(busy())
    }

    /// Asks the mediator, within an open dossier, to keep the grant longer or to become its owner.
    ///
    /// # Errors
    /// `GrantAlreadyAsked`, and what `check_form` refuses.
    #[boxed]
    pub async fn ask_in_dossier(
        &self,
        actor: &Actor,
        dossier: DossierId,
        (kind, basis, purpose): (RequestKind, Basis, &Note),
        submission: &Submission,
    ) -> Result<(), Failure> {
        for _ in 0..TRIES {
            let mut desk = self.desk(actor, Operation::AskInDossier, dossier).await?;
            desk.check_new(submission).await?;
            let Some(unit) = actor.unit.clone() else {
                return Err(Failure::NotFound);
            };
            if kind == RequestKind::Access {
                return Err(Refusal::GrantAlreadyHeld.into());
            }
            let number = desk.head.client_number;
            let (own, reader) = (unit.organisation, &mut desk.reader);
            if grant_requests::is_waiting(reader, own, &number, kind).await? {
                return Err(Refusal::GrantAlreadyAsked.into());
            }
            let id = GrantRequestId(desk.new_id());
            let kept = Kept {
                request: Request {
                    id,
                    kind,
                    unit,
                    asked: desk.stamp(),
                    client_number: number,
                    basis,
                    form_on: None,
                    purpose: purpose.clone(),
                    client_answer: None,
                    decision: None,
                },
                proof: None,
            };
            grant_requests::insert(&mut desk.batch, &kept);
            let changes = vec![
                Change::new_value("request", kind.label()),
                Change::new_value("basis", basis.label()),
                Change::new_value("purpose", purpose.as_str()),
            ];
            desk.journal(Event::GrantAsked, id.0, None, changes);
            if desk.store(submission).await? == Stored::Yes {
                return Ok(());
            }
        }
        Err(busy())
    }

    /// The client says what they think of a request to open their dossier.
    #[boxed]
    pub async fn answer_request(
        &self,
        actor: &Actor,
        dossier: DossierId,
        (request, answer): (GrantRequestId, ClientAnswer),
        submission: &Submission,
    ) -> Result<(), Failure> {
        for _ in 0..TRIES {
            let mut desk = self.desk(actor, Operation::AnswerRequest, dossier).await?;
            desk.check_new(submission).await?;
            let kept = desk.requests().await?;
            let asked = kept.into_iter().find(|it| it.id == request);
            let answered = asked.ok_or(Failure::NotFound)?.answer(answer, desk.now)?;
            grant_requests::answer(&mut desk.batch, &answered);
            let changes = vec![
                Change::new_value("organisation", answered.unit.name.as_str()),
                Change::new_value("answer", answer.label()),
            ];
            desk.journal(Event::ClientAnswered, request.0, None, changes);
            if desk.store(submission).await? == Stored::Yes {
                return Ok(());
            }
        }
        Err(busy())
    }

    /// 'Dienstverlening': the organisations that may or might open this dossier, its owners, and what was
    /// asked about it.
    #[boxed]
    pub async fn services(
        &self,
        actor: &Actor,
        dossier: DossierId,
    ) -> Result<ServicesPage, Failure> {
        let operation = Operation::ViewDossier;
        let mut glance = self
            .glance(actor, operation, dossier, "dienstverlening")
            .await?;
        let (reader, access) = (&mut glance.reader, &glance.access);
        let holders = grants::holders(reader, access).await?;
        let owners = owners::list(reader, access).await?;
        let mut waiting = self.requests_about(reader, access, &glance.head).await?;
        waiting.retain(|request| request.decision.is_none());
        let mut assigned = assignments::of_dossier(reader, access).await?;
        assigned.retain(|it| it.narrowed);
        Ok(ServicesPage {
            head: glance.head,
            holders,
            owners,
            waiting,
            assigned,
        })
    }

    /// The requests that fit a dossier, the last first.
    #[boxed]
    pub(crate) async fn requests_about(
        &self,
        reader: &mut Reader,
        access: &domain::policy::Access<domain::policy::Read>,
        head: &Head,
    ) -> Result<Vec<Request>, Failure> {
        let number = &head.client_number;
        let kept = grant_requests::of_number(reader, access, number).await?;
        let insz = store::dossiers::insz_digest(reader, access).await?;
        Ok(kept
            .into_iter()
            .filter(|kept| self.proof_fits(kept, head.birth, insz.as_deref()))
            .map(|kept| kept.request)
            .collect())
    }

    /// Units whose name begins with a text, for choosing an organisation.
    #[boxed]
    pub async fn units_for_grant(&self, actor: &Actor, text: &str) -> Result<Vec<Unit>, Failure> {
        domain::policy::permit(actor, Operation::ManageGrants)?;
        let mut reader = self.database.reader().await?;
        Ok(organisations::units(&mut reader, text).await?)
    }

    /// Warns of grants that end soon and ends those that are over, each with its journal. For the program
    /// itself, as often as it likes: what was done is not done again, also with several servers. Gives how
    /// many grants it ended.
    #[boxed]
    pub async fn keep_up_grants(&self) -> Result<usize, Failure> {
        let today = self.today();
        let mut ended = 0;
        // What is over goes first: it needs no warning any more.
        loop {
            let mut reader = self.database.reader().await?;
            let over = grants::due(&mut reader, today.plus_days(-1), usize::MAX).await?;
            drop(reader);
            if over.is_empty() {
                break;
            }
            let before = ended;
            for due in over {
                if self.end_by_itself(&due).await? {
                    ended += 1;
                }
            }
            if ended == before {
                break;
            }
        }
        for (place, days) in rules::WARNINGS.iter().enumerate() {
            let mut reader = self.database.reader().await?;
            let soon = grants::due(&mut reader, today.plus_days(*days), place + 1).await?;
            drop(reader);
            for due in soon {
                self.warn_of_end(&due).await?;
            }
        }
        Ok(ended)
    }

    async fn end_by_itself(&self, due: &Due) -> Result<bool, Failure> {
        let program = program();
        for _ in 0..TRIES {
            let Some(mut desk) = self.upkeep_desk(&program, due.dossier).await? else {
                return Ok(false);
            };
            let (dossier, own) = (desk.head.id, Some(due.organisation));
            let facts = grants::facts(&mut desk.reader, dossier, own).await?;
            let over = facts
                .into_iter()
                .flat_map(|facts| facts.grants)
                .find(|it| it.id == due.grant && !it.ended);
            let Some(over) = over.filter(|it| !it.is_active(desk.today())) else {
                return Ok(false);
            };
            let (name, active) = desk.active_grants(due.organisation).await?;
            let which = (due.organisation, due.grant);
            grants::end(&mut desk.batch, &desk.access, which, None, desk.now, None);
            let mut changes = vec![Change::new_value("organisation", name)];
            changes.extend(
                over.last_day()
                    .map(|last| Change::new_value("ends", last.to_iso())),
            );
            desk.journal(Event::GrantEnded, due.grant.0, None, changes);
            if active.is_empty() {
                let number = desk.head.client_number.to_string();
                let notice = NoticeKind::GrantEnded;
                desk.tell_holders(due.organisation, notice, Some(number))
                    .await?;
            }
            let submission = self.own_submission();
            if desk.store(&submission).await? == Stored::Yes {
                return Ok(true);
            }
        }
        Err(busy())
    }

    async fn warn_of_end(&self, due: &Due) -> Result<(), Failure> {
        let program = program();
        for _ in 0..TRIES {
            let Some(mut desk) = self.upkeep_desk(&program, due.dossier).await? else {
                return Ok(());
            };
            let today = desk.today();
            let (_, active) = desk.active_grants(due.organisation).await?;
            let Some(grant) = active.iter().find(|grant| grant.id == due.grant) else {
                return Ok(());
            };
            let given = grant
                .last_day()
                .map_or(0, |last| rules::warnings_due(last, today));
            grants::warned(&mut desk.batch, &desk.access, due, given);
            // One that goes on under another grant needs no warning.
            let until = rules::open_until(&active, today).flatten();
            if until.is_some() && until == grant.last_day() {
                let notice = NoticeKind::GrantEnds;
                let last = until.map(|day| day.to_string());
                desk.tell_holders(due.organisation, notice, last).await?;
            }
            let submission = self.own_submission();
            if desk.store(&submission).await? == Stored::Yes {
                return Ok(());
            }
        }
        Err(busy())
    }

    /// The submission of what the program does by itself.
    pub(crate) fn own_submission(&self) -> Submission {
        Submission {
            key: self.submission_key(),
            leads_to: String::new(),
        }
    }
}

/// The program itself, for what it does on its day. It is nobody's account.
pub(crate) fn program() -> Actor {
    Actor {
        person: PersonId::PROGRAM,
        name: "Klantendossier".to_owned(),
        role: domain::people::Role::SystemManager,
        unit: None,
        own_dossier: None,
        confirmed: Confirmed::AtTheMachine,
    }
}

fn decided(request: &Request, decision: &GrantDecision, stamp: Stamp) -> Result<Request, Failure> {
    Ok(match decision {
        GrantDecision::Grant(ends) => request.grant(*ends, stamp)?,
        GrantDecision::Refuse(ground, note) => request.refuse(*ground, note.clone(), stamp)?,
    })
}

fn notice(
    at: domain::Moment,
    kind: NoticeKind,
    dossier: Option<DossierId>,
    note: Option<String>,
) -> Notice {
    Notice {
        at,
        kind: kind.code().to_owned(),
        dossier,
        step: None,
        note,
        read: false,
    }
}

impl Desk<'_> {
    /// Carries out what a granted request asked for.
    async fn carry_out(&mut self, decided: &Request, ends: Option<Day>) -> Result<(), Failure> {
        debug_assert!(matches!(
            decided.decision,
            Some(RequestDecision::Granted(_))
        ));
        let organisation = decided.organisation();
        match decided.kind {
            RequestKind::Access => {
                let input = GrantInput {
                    organisation,
                    basis: decided.basis,
                    starts: self.today(),
                    ends,
                };
                self.give(&input, Event::GrantGiven, Some(decided)).await?;
                let asker = &decided.asked;
                self.assign_where_narrowed(organisation, asker.by, &asker.by_name)
                    .await?;
            }
            RequestKind::Extension => {
                self.extend(organisation, decided.basis, Some(decided))
                    .await?;
            }
            RequestKind::Takeover => {
                let (_, active) = self.active_grants(organisation).await?;
                if active.is_empty() {
                    return Err(Refusal::NoActiveGrant.into());
                }
                let access = self.reading();
                let before = owners::list(&mut self.reader, &access).await?;
                let before = before.into_iter().find(|owner| owner.until.is_none());
                let to = Party {
                    unit: decided.unit.clone(),
                    person: decided.asked.by,
                    person_name: decided.asked.by_name.clone(),
                };
                let (id, by, at) = (self.new_id(), self.actor.person, self.now);
                owners::hand_over(&mut self.batch, &self.access, id, &to, by, at);
                let line = before.as_ref().map(|owner| owner.party.line());
                let changes = vec![Change::of("owner", line, Some(to.line()))];
                self.journal(Event::OwnerChanged, decided.id.0, None, changes);
                if let Some(before) = before {
                    let dossier = Some(self.head.id);
                    let person = before.party.person;
                    self.notify(person, NoticeKind::DossierTakenOver, dossier, None);
                }
            }
        }
        Ok(())
    }

    /// Gives a grant and writes it in the journal.
    async fn give(
        &mut self,
        input: &GrantInput,
        event: Event,
        asked: Option<&Request>,
    ) -> Result<GrantId, Failure> {
        let give = Give {
            id: GrantId(self.new_id()),
            organisation: input.organisation,
            basis: input.basis,
            starts: input.starts,
            ends: input.ends,
            by: self.actor.person,
            at: self.now,
            request: asked.map(|request| request.id),
        };
        grants::give(&mut self.batch, &self.access, &give);
        let name = organisations::name(&mut self.reader, input.organisation).await?;
        let name = name.ok_or(Failure::NotFound)?;
        let mut changes = vec![
            Change::new_value("organisation", name),
            Change::new_value("basis", input.basis.label()),
            Change::new_value("starts", input.starts.to_iso()),
        ];
        changes.extend(
            input
                .ends
                .map(|ends| Change::new_value("ends", ends.to_iso())),
        );
        if let Some(asked) = asked {
            let by = format!("{}, {}", asked.asked.by_name, asked.unit.name);
            changes.push(Change::new_value("asked_by", by));
            changes.push(Change::new_value("purpose", asked.purpose.as_str()));
            changes.extend(
                asked
                    .form_on
                    .map(|day| Change::new_value("form_on", day.to_iso())),
            );
        }
        self.journal(event, give.id.0, None, changes);
        Ok(give.id)
    }

    async fn extend(
        &mut self,
        organisation: OrganisationId,
        basis: Basis,
        asked: Option<&Request>,
    ) -> Result<(), Failure> {
        let (_, active) = self.active_grants(organisation).await?;
        let Some(until) = rules::open_until(&active, self.today()) else {
            return Err(Refusal::NoActiveGrant.into());
        };
        let input = GrantInput {
            organisation,
            basis,
            starts: self.today(),
            ends: Some(rules::extended_until(until, self.today())),
        };
        self.give(&input, Event::GrantExtended, asked).await?;
        Ok(())
    }

    /// The name of an organisation that holds or held grants here, and those that open the dossier today.
    async fn active_grants(
        &mut self,
        organisation: OrganisationId,
    ) -> Result<(String, Vec<Grant>), Failure> {
        let today = self.today();
        let reader = &mut self.reader;
        let name = organisations::name(reader, organisation).await?;
        // Every grant of the organisation, not only those that a page would list.
        let facts = grants::facts(reader, self.head.id, Some(organisation)).await?;
        let grants = facts.map(|facts| facts.grants).unwrap_or_default();
        let active = grants.into_iter().filter(|grant| grant.is_active(today));
        Ok((name.unwrap_or_default(), active.collect()))
    }

    /// The requests about this dossier that wait.
    async fn requests(&mut self) -> Result<Vec<Request>, Failure> {
        let access = self.reading();
        let casework = self.casework();
        let head = self.head.clone();
        let mut waiting = casework
            .requests_about(&mut self.reader, &access, &head)
            .await?;
        waiting.retain(|request| request.decision.is_none());
        Ok(waiting)
    }

    /// A notice to one person.
    pub(crate) fn notify(
        &mut self,
        person: PersonId,
        kind: NoticeKind,
        dossier: Option<DossierId>,
        note: Option<String>,
    ) {
        let notice = notice(self.now, kind, dossier, note);
        let id = self.new_id();
        notices::write(&mut self.batch, id, person, &notice);
    }

    /// A notice to those whom an organisation's grant concerns. It names the dossier only while they may
    /// open it.
    async fn tell_holders(
        &mut self,
        organisation: OrganisationId,
        kind: NoticeKind,
        note: Option<String>,
    ) -> Result<(), Failure> {
        let access = self.reading();
        let people = grants::concerned(&mut self.reader, &access, organisation).await?;
        let open = kind != NoticeKind::GrantEnded;
        let dossier = open.then_some(self.head.id);
        for person in people {
            self.notify(person, kind, dossier, note.clone());
        }
        Ok(())
    }
}
