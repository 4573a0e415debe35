//! 'Mijn account': the own password, sessions and second factors, confirming to be there, and the second
//! factor of somebody of the own organisation who lost it.

use async_recursion::async_recursion as boxed;
use domain::Moment;
use domain::account_events::AccountEvent;
use domain::ids::PersonId;
use domain::login::Method;
use domain::people::Actor;
use domain::policy::{self, Operation, Permit};
use store::factors::{self, Enrolled};
use store::notices::Notice;
use store::{Batch, StoreError, guard, notices, people, sessions, submissions};
use uuid::Uuid;

use crate::account_events::About;
use crate::factors::{ProofRefused, Proven};
use crate::passkeys::{Answer, PasskeyView};
use crate::sign_in::digest;
use crate::{Casework, Failure, NoticeKind, PasswordRefused, Submission, check_password};

/// 'Mijn account'.
#[derive(Debug)]
pub struct AccountPage {
    /// Gebruikersnaam
    pub user_name: String,
    /// Which second factors there are.
    pub enrolled: Enrolled,
    /// The passkeys.
    pub passkeys: Vec<PasskeyView>,
    /// Where this person is logged in, the last first.
    pub sessions: Vec<SessionView>,
    /// Whether a second factor has to stay.
    pub needs_factor: bool,
}

/// A session as its person sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionView {
    /// Which one; none for one that began before sessions had a name.
    pub id: Option<Uuid>,
    /// What the browser said it is.
    pub device: String,
    /// How it began.
    pub method: Method,
    /// When it began.
    pub started: Moment,
    /// When it was last used, to the minute.
    pub seen: Moment,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

/// Somebody of the own organisation, with which second factors they have.
#[derive(Clone, Debug)]
pub struct ColleagueFactors {
    /// Who.
    pub person: PersonId,
    /// Name as shown.
    pub name: String,
    /// Gebruikersnaam
    pub user_name: String,
    /// Which second factors there are.
    pub enrolled: Enrolled,
}

/// Why a password was not changed.
#[derive(Debug)]
pub enum PasswordNotChanged {
    /// The current one is not right.
    Proof(ProofRefused),
    /// The new one does not do.
    New(PasswordRefused),
}

impl From<Failure> for PasswordNotChanged {
    fn from(failure: Failure) -> Self {
        PasswordNotChanged::Proof(failure.into())
    }
}

impl From<StoreError> for PasswordNotChanged {
    fn from(error: StoreError) -> Self {
        PasswordNotChanged::Proof(Failure::from(error).into())
    }
}

/// How a person proves to be there.
#[derive(Clone, Debug)]
pub enum Confirmation {
    /// The password, and a code where there is a second factor.
    Password {
        /// Wachtwoord
        password: String,
        /// Code of the app, or a recovery code.
        code: String,
    },
    /// A passkey.
    Passkey(Answer),
}

impl Casework {
    /// Whether a person may do this now: the function, and where it needs one, a fresh proof.
    pub(crate) fn permit_now(
        &self,
        actor: &Actor,
        operation: Operation,
    ) -> Result<Permit, Failure> {
        let permit = policy::permit(actor, operation)?;
        policy::confirmed(actor, operation, self.now())?;
        Ok(permit)
    }

    /// Commits a change that belongs to no dossier, once for its submission (T2).
    #[boxed]
    pub(crate) async fn commit_once(
        &self,
        batch: Batch,
        actor: &Actor,
        submission: &Submission,
    ) -> Result<(), Failure> {
        let (key, person) = (submission.key, actor.person);
        let mut whole = Batch::new();
        submissions::write(&mut whole, key, person, self.now(), &submission.leads_to);
        whole.append(batch);
        match self.database.commit(whole).await {
            Err(StoreError::Missed(guard::SUBMISSION)) => {
                let mut reader = self.database.reader().await?;
                let seen = submissions::find(&mut reader, key, person).await?;
                Err(seen.map_or(Failure::NotFound, Failure::AlreadyDone))
            }
            Err(StoreError::Missed(_)) => Err(Failure::NotFound),
            other => Ok(other?),
        }
    }

    /// 'Mijn account'.
    #[boxed]
    pub async fn account(&self, actor: &Actor, session: &[u8; 32]) -> Result<AccountPage, Failure> {
        self.permit_now(actor, Operation::OwnLogin)?;
        let now = self.now();
        let mut reader = self.database.reader().await?;
        let account = people::account(&mut reader, actor.person).await?;
        let account = account.ok_or(Failure::NotFound)?;
        let enrolled = factors::enrolled(&mut reader, actor.person).await?;
        let own = digest(session);
        let found = sessions::of_person(&mut reader, actor.person, now).await?;
        drop(reader);
        let idle = self.limits.session_idle_seconds;
        let sessions = found
            .into_iter()
            .filter(|it| now.seconds_since(it.seen) <= idle)
            .map(|it| SessionView {
                is_this: it.token_digest == own,
                id: it.id,
                device: it.device,
                method: it.method,
                started: it.started,
                seen: it.seen,
            })
            .collect();
        Ok(AccountPage {
            user_name: account.user_name,
            enrolled,
            passkeys: self.passkeys_of(actor.person).await?,
            sessions,
            needs_factor: self.needs_factor(actor),
        })
    }

    /// What a confirmation asks of this person.
    #[boxed]
    pub async fn factors_of(&self, actor: &Actor) -> Result<Enrolled, Failure> {
        let mut reader = self.database.reader_for_one().await?;
        Ok(factors::enrolled(&mut reader, actor.person).await?)
    }

    /// Changes the password; the other sessions end. Gives the new token of this one.
    #[boxed]
    pub async fn change_password(
        &self,
        actor: &Actor,
        session: &[u8; 32],
        current: &str,
        new: &str,
        submission: &Submission,
    ) -> Result<[u8; 32], PasswordNotChanged> {
        self.permit_now(actor, Operation::OwnLogin)?;
        let mut reader = self.database.reader_for_one().await?;
        let account = people::account(&mut reader, actor.person).await?;
        drop(reader);
        let account = account.ok_or(Failure::NotFound)?;
        let house = actor.unit.as_ref().map_or("", |unit| unit.name.as_str());
        let about = [account.user_name.as_str(), account.name.as_str(), house];
        check_password(new, &about).map_err(PasswordNotChanged::New)?;
        let right = self.prove_password(actor, current).await;
        let mut batch = right.map_err(PasswordNotChanged::Proof)?;
        let hash = self.hash(new.to_owned()).await?;
        people::set_password(&mut batch, actor.person, &hash);
        let own = digest(session);
        sessions::stop_others(&mut batch, actor.person, &own);
        let token = self.ids.token();
        sessions::confirm(&mut batch, &own, &digest(&token), self.now());
        let event = AccountEvent::PasswordChanged;
        self.record(&mut batch, event, &About::itself(actor));
        self.tell_login(&mut batch, actor.person, "Je wachtwoord is gewijzigd.");
        self.commit_once(batch, actor, submission).await?;
        Ok(token)
    }

    /// Proves the own password, within the limits of a log-in.
    async fn prove_password(&self, actor: &Actor, password: &str) -> Result<Batch, ProofRefused> {
        let now = self.now();
        let mut reader = self.database.reader_for_one().await?;
        let account = people::account(&mut reader, actor.person).await?;
        let account = account.ok_or(Failure::NotFound)?;
        let counted = self.counted_of(actor.person);
        self.check_attempts(&mut reader, &counted, now)
            .await
            .map_err(ProofRefused::from)?;
        drop(reader);
        self.reserve(&counted, now)
            .await
            .map_err(ProofRefused::from)?;
        let hash = account.password_hash;
        if self.verify(password.to_owned(), hash).await? {
            return Ok(self.forgive(&counted, now));
        }
        let mut batch = self.blame(&counted, now);
        let event = AccountEvent::ConfirmationFailed;
        self.record(&mut batch, event, &About::itself(actor));
        self.database.commit(batch).await?;
        Err(ProofRefused::Wrong)
    }

    /// Confirms that the person is there: what needs a fresh proof can be done for five minutes. Gives the
    /// new token of the session.
    #[boxed]
    pub async fn confirm(
        &self,
        actor: &Actor,
        session: &[u8; 32],
        proof: &Confirmation,
    ) -> Result<[u8; 32], ProofRefused> {
        self.permit_now(actor, Operation::OwnLogin)?;
        let mut batch = match proof {
            Confirmation::Password { password, code } => {
                let mut batch = self.prove_password(actor, password).await?;
                let enrolled = self.factors_of(actor).await?;
                if enrolled.code || enrolled.passkeys > 0 {
                    let Proven { batch: used, .. } = self.prove_code(actor.person, code).await?;
                    batch.append(used);
                }
                batch
            }
            Confirmation::Passkey(answer) => self.prove_passkey(actor.person, answer).await?.batch,
        };
        let token = self.ids.token();
        sessions::confirm(&mut batch, &digest(session), &digest(&token), self.now());
        self.database.commit(batch).await?;
        Ok(token)
    }

    /// Ends one of the own sessions.
    #[boxed]
    pub async fn end_session(
        &self,
        actor: &Actor,
        id: Uuid,
        submission: &Submission,
    ) -> Result<(), Failure> {
        self.permit_now(actor, Operation::OwnLogin)?;
        let mut batch = Batch::new();
        sessions::stop_one(&mut batch, actor.person, id);
        self.record(&mut batch, AccountEvent::SignedOut, &About::itself(actor));
        self.commit_once(batch, actor, submission).await
    }

    /// 'Afmelden overal': every session of this person ends, and no browser is known any more.
    #[boxed]
    pub async fn end_all_sessions(
        &self,
        actor: &Actor,
        submission: &Submission,
    ) -> Result<(), Failure> {
        self.permit_now(actor, Operation::OwnLogin)?;
        let mut batch = Batch::new();
        sessions::stop_all(&mut batch, actor.person);
        let event = AccountEvent::SignedOutEverywhere;
        self.record(&mut batch, event, &About::itself(actor));
        self.commit_once(batch, actor, submission).await
    }

    /// Tells a person what changed about how they log in.
    pub(crate) fn tell_login(&self, batch: &mut Batch, person: PersonId, what: &str) {
        self.tell(batch, person, NoticeKind::LoginChanged, what);
    }

    /// Tells a person something about the own account.
    pub(crate) fn tell(&self, batch: &mut Batch, person: PersonId, kind: NoticeKind, what: &str) {
        let now = self.now();
        let notice = Notice {
            at: now,
            kind: kind.code().to_owned(),
            dossier: None,
            step: None,
            note: Some(what.to_owned()),
            read: false,
        };
        notices::write(batch, self.ids.next(now), person, &notice);
    }

    /// The people of the own organisation with their second factors.
    #[boxed]
    pub async fn colleague_factors(&self, actor: &Actor) -> Result<Vec<ColleagueFactors>, Failure> {
        let permit = policy::permit(actor, Operation::ViewOrganisation)?;
        let mut reader = self.database.reader().await?;
        let first = ("", people::before_all());
        let listed = people::of_organisation(&mut reader, &permit, first, 500).await?;
        let mut all = Vec::new();
        for person in listed {
            all.push(ColleagueFactors {
                enrolled: factors::enrolled(&mut reader, person.person).await?,
                person: person.person,
                name: person.name,
                user_name: person.user_name,
            });
        }
        Ok(all)
    }

    /// Takes every second factor of somebody of the own organisation away, who lost it. Their sessions end,
    /// they are told, and their password stays as it is.
    #[boxed]
    pub async fn reset_factors(
        &self,
        actor: &Actor,
        person: PersonId,
        submission: &Submission,
    ) -> Result<(), Failure> {
        let permit = self.permit_now(actor, Operation::ResetFactors)?;
        let mut reader = self.database.reader().await?;
        let account = people::account(&mut reader, person).await?;
        let functions = store::functions::open(&mut reader, person).await?;
        drop(reader);
        let own = permit.organisation();
        // Who works elsewhere too is not this manager's alone.
        let is_own = own.is_some() && !functions.is_empty();
        let is_own = is_own && functions.iter().all(|it| it.organisation() == own);
        let account = account.filter(|_| is_own);
        // Somebody of another organisation is answered as nobody. One's own is changed under 'Mijn account'.
        if account.is_none() || person == actor.person {
            return Err(Failure::NotFound);
        }
        let mut batch = Batch::new();
        factors::drop_all(&mut batch, person);
        sessions::stop_all(&mut batch, person);
        let about = About {
            by: Some(actor.person),
            subject: Some(person),
            organisation: own,
            changes: Vec::new(),
        };
        self.record(&mut batch, AccountEvent::FactorsReset, &about);
        let told = format!(
            "{} nam je tweede stap weg, omdat je die kwijt was. Was dat niet op jouw vraag? Verwittig de beheerder.",
            actor.name
        );
        self.tell_login(&mut batch, person, &told);
        self.commit_once(batch, actor, submission).await
    }
}
