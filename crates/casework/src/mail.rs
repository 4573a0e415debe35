//! Mail of notices: where a person's notices go, and the mails that wait to be sent. Knows no SMTP: who
//! delivers claims a letter, sends it and says what came of it.
//!
//! A mail is sent at least once. Who claims it has it for a while (`CLAIM_SECONDS`); a program that dies in
//! between sends nothing any more, and whoever comes after sends it again under the same identifier.

use async_recursion::async_recursion as boxed;
use domain::Moment;
use domain::account_events::AccountEvent;
use domain::ids::PersonId;
use domain::mail::{
    self as rules, CLAIM_SECONDS, CONFIRM_SECONDS, DIGEST_SECONDS, GIVE_UP_SECONDS,
    MOST_CONFIRMATIONS_A_DAY, MailAddress,
};
use domain::people::Actor;
use domain::policy::Operation;
use domain::refusal::Refusal;
use store::mail::{self, Mail, MailKind, MailStatus, Pending};
use store::{Batch, StoreError, guard, submissions};
use uuid::Uuid;

use crate::account_events::About;
use crate::{Casework, Failure, Submission};

/// How long what became of a mail is kept.
const KEPT_SECONDS: i64 = 30 * 86_400;

/// 'E-mail en meldingen' of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailPage {
    /// Whether this installation sends mail at all.
    pub sends: bool,
    /// The confirmed address.
    pub address: Option<MailAddress>,
    /// One that waits to be confirmed, and until when its link counts.
    pub pending: Option<(MailAddress, Moment)>,
    /// Whether the person wants notices mailed.
    pub wanted: bool,
}

/// A mail to send.
#[derive(Clone, Debug)]
pub struct Letter {
    mail: Mail,
    /// Where it goes.
    pub to: MailAddress,
    /// The code of the link that confirms the address; none for a mail of notices.
    pub confirms: Option<String>,
}

impl Letter {
    /// Its identifier: the same however often it is sent.
    pub fn id(&self) -> Uuid {
        self.mail.id
    }

    /// How often it was tried, this time counted in.
    pub fn tries(&self) -> u32 {
        self.mail.tries
    }
}

/// What came of sending a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The server took it.
    Taken,
    /// Not now: tried again later.
    NotNow,
    /// The server will never take it.
    Never,
}

impl Casework {
    /// Where the notices of the person go.
    #[boxed]
    pub async fn mail_page(&self, actor: &Actor) -> Result<MailPage, Failure> {
        domain::policy::permit(actor, Operation::OwnAccount)?;
        let mut reader = self.database.reader().await?;
        let found = mail::destination(&mut reader, actor.person).await?;
        let found = found.ok_or(Failure::NotFound)?;
        let now = self.now();
        let counts = |pending: &Pending| pending.until >= now;
        Ok(MailPage {
            sends: self.limits.sends_mail,
            address: found.address,
            pending: found
                .pending
                .filter(counts)
                .map(|pending| (pending.address, pending.until)),
            wanted: found.wanted,
        })
    }

    /// Keeps an address for the own notices and mails it the link that confirms it. The address before it
    /// stays in use until then.
    ///
    /// # Errors
    /// `TooManyConfirmations`.
    #[boxed]
    pub async fn set_mail_address(
        &self,
        actor: &Actor,
        address: &MailAddress,
        submission: &Submission,
    ) -> Result<(), Failure> {
        domain::policy::permit(actor, Operation::OwnAccount)?;
        let mut reader = self.database.reader().await?;
        if let Some(led_to) = submissions::find(&mut reader, submission.key, actor.person).await? {
            return Err(Failure::AlreadyDone(led_to));
        }
        let day_ago = self.now().plus_seconds(-86_400);
        let recent = mail::recent(&mut reader, actor.person, MailKind::Confirm, day_ago).await?;
        if recent >= usize::try_from(MOST_CONFIRMATIONS_A_DAY).unwrap_or(usize::MAX) {
            return Err(Refusal::TooManyConfirmations.into());
        }
        drop(reader);
        let batch = self.ask_to_confirm(actor.person, address);
        let first = Refusal::ChangedMeanwhile;
        self.store_alone(actor, batch, submission, first).await
    }

    /// The same by the operator, for somebody else.
    #[boxed]
    pub async fn set_mail_address_of(
        &self,
        person: PersonId,
        address: &MailAddress,
    ) -> Result<(), Failure> {
        let batch = self.ask_to_confirm(person, address);
        Ok(self.database.commit(batch).await?)
    }

    fn ask_to_confirm(&self, person: PersonId, address: &MailAddress) -> Batch {
        let now = self.now();
        let pending = Pending {
            address: address.clone(),
            id: self.ids.next(now),
            until: now.plus_seconds(CONFIRM_SECONDS),
        };
        let mut batch = Batch::new();
        mail::ask(&mut batch, person, &pending);
        mail::make(&mut batch, pending.id, MailKind::Confirm, person, now);
        batch
    }

    /// Forgets the own address: nothing is mailed any more.
    #[boxed]
    pub async fn forget_mail_address(
        &self,
        actor: &Actor,
        submission: &Submission,
    ) -> Result<(), Failure> {
        domain::policy::permit(actor, Operation::OwnAccount)?;
        let mut batch = Batch::new();
        mail::forget(&mut batch, actor.person);
        let itself = About::itself(actor);
        self.record(&mut batch, AccountEvent::MailAddressRemoved, &itself);
        let first = Refusal::ChangedMeanwhile;
        self.store_alone(actor, batch, submission, first).await
    }

    /// Sets whether the own notices are mailed.
    #[boxed]
    pub async fn want_mail(
        &self,
        actor: &Actor,
        wanted: bool,
        submission: &Submission,
    ) -> Result<(), Failure> {
        domain::policy::permit(actor, Operation::OwnAccount)?;
        let mut batch = Batch::new();
        mail::want(&mut batch, actor.person, wanted);
        let first = Refusal::ChangedMeanwhile;
        self.store_alone(actor, batch, submission, first).await
    }

    /// The address that a link confirms, while it counts.
    ///
    /// # Errors
    /// `LinkNotValid`, also for the link of somebody else.
    #[boxed]
    pub async fn address_to_confirm(
        &self,
        actor: &Actor,
        code: &str,
    ) -> Result<MailAddress, Failure> {
        domain::policy::permit(actor, Operation::OwnAccount)?;
        Ok(self.pending_of(actor, code).await?.address)
    }

    /// Takes the address into use that waits for this link.
    ///
    /// # Errors
    /// `LinkNotValid`.
    #[boxed]
    pub async fn confirm_mail_address(
        &self,
        actor: &Actor,
        code: &str,
        submission: &Submission,
    ) -> Result<(), Failure> {
        domain::policy::permit(actor, Operation::OwnAccount)?;
        let mut reader = self.database.reader().await?;
        if let Some(led_to) = submissions::find(&mut reader, submission.key, actor.person).await? {
            return Err(Failure::AlreadyDone(led_to));
        }
        drop(reader);
        let pending = self.pending_of(actor, code).await?;
        let mut batch = Batch::new();
        mail::confirm(&mut batch, actor.person, pending.id);
        let itself = About::itself(actor);
        self.record(&mut batch, AccountEvent::MailAddressConfirmed, &itself);
        let first = Refusal::LinkNotValid;
        self.store_alone(actor, batch, submission, first).await
    }

    async fn pending_of(&self, actor: &Actor, code: &str) -> Result<Pending, Failure> {
        let mut reader = self.database.reader().await?;
        let found = mail::destination(&mut reader, actor.person).await?;
        found
            .and_then(|found| found.pending)
            .filter(|it| it.until >= self.now())
            .filter(|it| {
                self.secrets
                    .is_link_code(code, it.id, it.address.as_str(), actor.person)
            })
            .ok_or_else(|| Refusal::LinkNotValid.into())
    }

    /// Makes mails of the notices that wait: one for each person, however many there are. Gives how many.
    /// For the program itself; several servers can do it at once.
    #[boxed]
    pub async fn gather_mail(&self) -> Result<usize, Failure> {
        let now = self.now();
        let mut reader = self.database.reader().await?;
        let mut waiting = mail::to_mail(&mut reader, now).await?;
        waiting.sort_by_key(|it| it.person);
        let mut made = 0;
        for of_one in waiting.chunk_by(|a, b| a.person == b.person) {
            let Some(person) = of_one.first().map(|it| it.person) else {
                continue;
            };
            let found = mail::destination(&mut reader, person).await?;
            let is_fresh = of_one
                .iter()
                .any(|it| now.seconds_since(it.at) < GIVE_UP_SECONDS);
            let usable = found
                .filter(|it| it.active && it.wanted && it.address.is_some())
                .filter(|_| is_fresh);
            let quiet = usable.as_ref().and_then(|it| it.quiet_until);
            let again = quiet.filter(|until| *until > now);
            let mut batch = Batch::new();
            let makes = usable.is_some() && again.is_none();
            if makes {
                // First, so that of two servers only one makes a mail.
                let until = now.plus_seconds(DIGEST_SECONDS);
                mail::be_quiet(&mut batch, person, now, until);
                let id = self.ids.next(now);
                mail::make(&mut batch, id, MailKind::Notices, person, now);
            }
            for it in of_one {
                mail::taken(&mut batch, it.notice, again);
            }
            match self.database.commit(batch).await {
                Ok(()) => made += usize::from(makes),
                Err(StoreError::Missed(guard::ROW)) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Ok(made)
    }

    /// The mails that wait to be sent, the longest first, at most 50.
    #[boxed]
    pub async fn due_mail(&self) -> Result<Vec<Mail>, Failure> {
        let mut reader = self.database.reader().await?;
        Ok(mail::due(&mut reader, self.now()).await?)
    }

    /// Takes a mail to send it; none when somebody else has it, or when it is not wanted any more.
    #[boxed]
    pub async fn claim_mail(&self, waiting: &Mail) -> Result<Option<Letter>, Failure> {
        let now = self.now();
        let mut reader = self.database.reader().await?;
        let found = mail::destination(&mut reader, waiting.person).await?;
        drop(reader);
        let found = found.filter(|it| it.active);
        let (to, confirms) = match (waiting.kind, found) {
            (MailKind::Notices, Some(it)) => (it.address.filter(|_| it.wanted), None),
            (MailKind::Confirm, Some(it)) => {
                // Only the last address that was typed, and only while its link counts.
                let pending = it.pending;
                let pending = pending.filter(|it| it.id == waiting.id && it.until > now);
                let code = pending.as_ref().map(|it| {
                    let address = it.address.as_str();
                    self.secrets.link_code(it.id, address, waiting.person)
                });
                (pending.map(|it| it.address), code)
            }
            (_, None) => (None, None),
        };
        let mut batch = Batch::new();
        let Some(to) = to else {
            mail::drop_mail(&mut batch, waiting);
            self.database.commit(batch).await?;
            return Ok(None);
        };
        mail::claim(&mut batch, waiting, now.plus_seconds(CLAIM_SECONDS));
        match self.database.commit(batch).await {
            Ok(()) => Ok(Some(Letter {
                mail: Mail {
                    version: waiting.version + 1,
                    tries: waiting.tries + 1,
                    ..*waiting
                },
                to,
                confirms,
            })),
            Err(StoreError::Missed(guard::ROW)) => Ok(None),
            Err(other) => Err(other.into()),
        }
    }

    /// Keeps what came of sending a letter. Gives whether it was given up.
    #[boxed]
    pub async fn mail_done(&self, letter: &Letter, delivery: Delivery) -> Result<bool, Failure> {
        let now = self.now();
        let mail = &letter.mail;
        let mut batch = Batch::new();
        let again = match delivery {
            Delivery::Taken => {
                mail::sent(&mut batch, mail, now);
                self.database.commit(batch).await?;
                return Ok(false);
            }
            Delivery::NotNow => rules::next_try(mail.tries, mail.made, now),
            Delivery::Never => None,
        };
        match again {
            Some(again) => mail::later(&mut batch, mail, again),
            None => mail::give_up(&mut batch, mail, now),
        }
        self.database.commit(batch).await?;
        Ok(again.is_none())
    }

    /// How the mail goes, for the operator.
    #[boxed]
    pub async fn mail_status(&self) -> Result<MailStatus, Failure> {
        let now = self.now();
        let mut reader = self.database.reader().await?;
        let since = now.plus_seconds(-KEPT_SECONDS);
        // Everything that waits is tried within the longest wait.
        let ahead = now.plus_seconds(GIVE_UP_SECONDS);
        Ok(mail::status(&mut reader, since, ahead).await?)
    }

    /// Adds to a batch that what became of old mails is forgotten.
    pub(crate) fn tidy_mail(&self, batch: &mut Batch) {
        mail::clean(batch, self.now().plus_seconds(-KEPT_SECONDS));
    }
}
