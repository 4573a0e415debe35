//! Passkeys (WebAuthn): making one, a whole log-in with one, and one as the second half or as a
//! confirmation. The user is always verified by the device. A challenge is kept here, used once, and over
//! after five minutes.

use async_recursion::async_recursion as boxed;
use std::sync::Arc;

use domain::Moment;
use domain::ids::PersonId;
use domain::login::Method;
use domain::people::Actor;
use domain::policy::Operation;
use serde_json::{from_str, to_string};
use store::factors::{self, Passkey as Kept};
use store::{Batch, people, sessions};
use uuid::Uuid;
use webauthn_rs::prelude::{
    AuthenticationResult, DiscoverableAuthentication, DiscoverableKey, Passkey,
    PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential,
    Url, WebauthnError,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};
use webauthn_rs_proto::ResidentKeyRequirement;

use crate::factors::{HALF, ProofRefused, Proven, STEP_SECONDS, broken};
use crate::network::network_of;
use crate::sign_in::digest;
use crate::{Casework, Failure, SignIn, SignInRefused};

/// The kinds of challenge among what was begun.
const LOG_IN: &str = "log_in";
const REGISTER: &str = "register";
const CONFIRM: &str = "confirm";

/// Most passkeys of one person.
const MOST: u32 = 10;

/// A challenge for the browser.
#[derive(Debug)]
pub struct Challenge {
    /// What the answer is found by.
    pub attempt: [u8; 32],
    /// What the browser is asked, as JSON.
    pub options: String,
}

/// A browser's answer to a challenge.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The challenge it answers.
    pub attempt: [u8; 32],
    /// What the device said, as JSON.
    pub json: String,
}

/// A passkey as its person sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyView {
    /// Which one.
    pub id: Uuid,
    /// What its person calls it.
    pub name: String,
    /// When it was made.
    pub made: Moment,
    /// When it was last used.
    pub used: Option<Moment>,
}

impl Casework {
    /// The same for an address as people type it, so that passkeys can be used. At a bare IP address, for
    /// which browsers make none, they are not offered.
    #[must_use]
    pub fn at_site(self, public_url: &str) -> Self {
        let site = site(public_url);
        if site.is_none() {
            tracing::info!(public_url, "no passkeys: the address has no host name");
        }
        Casework {
            site: site.map(Arc::new),
            ..self
        }
    }

    /// Whether passkeys can be used here.
    pub fn has_passkeys(&self) -> bool {
        self.site.is_some()
    }

    fn site(&self) -> Result<&Webauthn, ProofRefused> {
        self.site.as_deref().ok_or(ProofRefused::Over)
    }

    /// Begins a whole log-in with a passkey. Nobody is named: the device knows whose it is.
    #[boxed]
    pub async fn begin_passkey_sign_in(&self, address: &str) -> Result<Challenge, SignInRefused> {
        if !self.limits.local_login {
            return Err(SignInRefused::NotHere);
        }
        let Some(site) = self.site.as_deref() else {
            return Err(SignInRefused::Wrong);
        };
        let now = self.now();
        let key = self.secrets.attempt_digest("passkey", &network_of(address));
        let mut reader = self.database.reader_for_one().await?;
        let minute = now.plus_seconds(-60);
        let (begun, _) = sessions::attempts(&mut reader, &key, minute).await?;
        drop(reader);
        if begun >= self.limits.attempts_of_address {
            return Err(SignInRefused::Wait(60));
        }
        let (mut asked, state) = site
            .start_discoverable_authentication()
            .map_err(|error| broken(&error.to_string()))?;
        // It is asked for on a page of its own, not among the suggestions of a field.
        asked.mediation = None;
        let mut batch = Batch::new();
        sessions::attempt(&mut batch, &key, now, self.ids.next(now));
        let state = to_string(&state).map_err(|error| broken(&error.to_string()))?;
        let options = to_string(&asked).map_err(|error| broken(&error.to_string()))?;
        Ok(self.begin(batch, LOG_IN, None, &state, options).await?)
    }

    /// Finishes a whole log-in with a passkey. Gives the token of the session.
    #[boxed]
    pub async fn finish_passkey_sign_in(
        &self,
        answer: &Answer,
        visit: &SignIn,
    ) -> Result<[u8; 32], ProofRefused> {
        let site = self.site()?;
        let (_, state) = self.take_challenge(answer, LOG_IN).await?;
        let state: DiscoverableAuthentication =
            from_str(&state).map_err(|_| broken("a challenge"))?;
        let said: PublicKeyCredential = from_str(&answer.json).map_err(|_| ProofRefused::Wrong)?;
        let (owner, credential_id) = site
            .identify_discoverable_authentication(&said)
            .map_err(|_| ProofRefused::Wrong)?;
        let person = PersonId(owner);
        let mut reader = self.database.reader().await?;
        let account = people::account(&mut reader, person).await?;
        let may = account.is_some_and(|it| self.limits.demo_accounts || !it.demo);
        let kept = factors::passkeys(&mut reader, person).await?;
        drop(reader);
        let found = of_id(&kept, credential_id).filter(|_| may);
        let (kept, passkey) = found.ok_or(ProofRefused::Wrong)?;
        let result = site
            .finish_discoverable_authentication_v2(&said, state, DiscoverableKey::from(&passkey))
            .map_err(|error| refused(&error))?;
        let mut batch = Batch::new();
        self.used(&mut batch, person, kept, passkey, &result)?;
        let who = (person, self.function_to_begin(person).await?);
        let token = self
            .start_session(&mut batch, who, Method::Passkey, &visit.agent)
            .await?;
        let event = domain::account_events::AccountEvent::SignedIn;
        self.record_about(&mut batch, event, Some(person), person)
            .await?;
        self.database.commit(batch).await?;
        Ok(token)
    }

    /// Begins the second half of a log-in with a passkey.
    #[boxed]
    pub async fn begin_passkey_of_half(&self, half: &[u8; 32]) -> Result<Challenge, ProofRefused> {
        let person = self.person_of_half(half).await?;
        self.begin_of(person).await
    }

    /// Finishes the second half of a log-in with a passkey. Gives the token of the session.
    #[boxed]
    pub async fn finish_half_with_passkey(
        &self,
        half: &[u8; 32],
        answer: &Answer,
        visit: &SignIn,
    ) -> Result<[u8; 32], ProofRefused> {
        let person = self.person_of_half(half).await?;
        let proven = self.prove_passkey(person, answer).await?;
        self.finish_half(half, person, proven, visit).await
    }

    /// Begins a confirmation of the person who is logged in.
    #[boxed]
    pub async fn begin_passkey_of(&self, actor: &Actor) -> Result<Challenge, ProofRefused> {
        self.begin_of(actor.person).await
    }

    async fn begin_of(&self, person: PersonId) -> Result<Challenge, ProofRefused> {
        let site = self.site()?;
        let mut reader = self.database.reader_for_one().await?;
        let kept = factors::passkeys(&mut reader, person).await?;
        drop(reader);
        let passkeys: Vec<Passkey> = kept.iter().filter_map(read).collect();
        if passkeys.is_empty() {
            return Err(ProofRefused::Over);
        }
        let (asked, state) = site
            .start_passkey_authentication(&passkeys)
            .map_err(|error| broken(&error.to_string()))?;
        let state = to_string(&state).map_err(|error| broken(&error.to_string()))?;
        let options = to_string(&asked).map_err(|error| broken(&error.to_string()))?;
        let begun = self.begin(Batch::new(), CONFIRM, Some(person), &state, options);
        Ok(begun.await?)
    }

    /// Proves a passkey of a person.
    #[boxed]
    pub(crate) async fn prove_passkey(
        &self,
        person: PersonId,
        answer: &Answer,
    ) -> Result<Proven, ProofRefused> {
        let site = self.site()?;
        let (owner, state) = self.take_challenge(answer, CONFIRM).await?;
        if owner != Some(person) {
            return Err(ProofRefused::Over);
        }
        let state: PasskeyAuthentication = from_str(&state).map_err(|_| broken("a challenge"))?;
        let said: PublicKeyCredential = from_str(&answer.json).map_err(|_| ProofRefused::Wrong)?;
        let result = site
            .finish_passkey_authentication(&said, &state)
            .map_err(|error| refused(&error))?;
        let mut reader = self.database.reader_for_one().await?;
        let all = factors::passkeys(&mut reader, person).await?;
        drop(reader);
        let found = of_id(&all, result.cred_id().as_slice());
        let (kept, passkey) = found.ok_or(ProofRefused::Wrong)?;
        let mut batch = Batch::new();
        self.used(&mut batch, person, kept, passkey, &result)?;
        Ok(Proven {
            method: Method::PasswordAndPasskey,
            batch,
        })
    }

    fn used(
        &self,
        batch: &mut Batch,
        person: PersonId,
        kept: &Kept,
        mut passkey: Passkey,
        result: &AuthenticationResult,
    ) -> Result<(), ProofRefused> {
        if !result.user_verified() {
            return Err(ProofRefused::Wrong);
        }
        passkey.update_credential(result);
        let credential = to_string(&passkey).map_err(|error| broken(&error.to_string()))?;
        factors::use_passkey(batch, person, kept.id, &credential, self.now());
        Ok(())
    }

    /// Begins to make a passkey.
    #[boxed]
    pub async fn begin_new_passkey(&self, actor: &Actor) -> Result<Challenge, ProofRefused> {
        self.permit_now(actor, Operation::ChangeOwnLogin)?;
        let site = self.site()?;
        let mut reader = self.database.reader_for_one().await?;
        let account = people::account(&mut reader, actor.person).await?;
        let kept = factors::passkeys(&mut reader, actor.person).await?;
        drop(reader);
        let account = account.ok_or(Failure::NotFound)?;
        if u32::try_from(kept.len()).unwrap_or(MOST) >= MOST {
            return Err(ProofRefused::Wrong);
        }
        let known = kept.iter().filter_map(read);
        let known = known.map(|it| it.cred_id().clone()).collect();
        let (mut asked, state) = site
            .start_passkey_registration(
                actor.person.0,
                &account.user_name,
                &account.name,
                Some(known),
            )
            .map_err(|error| broken(&error.to_string()))?;
        // So that a log-in can begin without a name, on every device that keeps it with its person.
        if let Some(selection) = &mut asked.public_key.authenticator_selection {
            selection.resident_key = Some(ResidentKeyRequirement::Preferred);
        }
        let state = to_string(&state).map_err(|error| broken(&error.to_string()))?;
        let options = to_string(&asked).map_err(|error| broken(&error.to_string()))?;
        let person = Some(actor.person);
        let begun = self.begin(Batch::new(), REGISTER, person, &state, options);
        Ok(begun.await?)
    }

    /// Adds the passkey that a device made. Gives the new token of the session, and recovery codes where
    /// there were none.
    #[boxed]
    pub async fn add_passkey(
        &self,
        actor: &Actor,
        session: &[u8; 32],
        name: &str,
        answer: &Answer,
        submission: &crate::Submission,
    ) -> Result<([u8; 32], Vec<String>), ProofRefused> {
        self.permit_now(actor, Operation::ChangeOwnLogin)?;
        let site = self.site()?;
        let (owner, state) = self.take_challenge(answer, REGISTER).await?;
        if owner != Some(actor.person) {
            return Err(ProofRefused::Over);
        }
        let state: PasskeyRegistration = from_str(&state).map_err(|_| broken("a challenge"))?;
        let said: RegisterPublicKeyCredential =
            from_str(&answer.json).map_err(|_| ProofRefused::Wrong)?;
        let passkey = site
            .finish_passkey_registration(&said, &state)
            .map_err(|error| refused(&error))?;
        let now = self.now();
        let kept = Kept {
            id: self.ids.next(now),
            name: name.to_owned(),
            credential: to_string(&passkey).map_err(|error| broken(&error.to_string()))?,
            made: now,
            used: None,
        };
        let mut reader = self.database.reader_for_one().await?;
        let enrolled = factors::enrolled(&mut reader, actor.person).await?;
        drop(reader);
        let mut batch = Batch::new();
        factors::add_passkey(
            &mut batch,
            actor.person,
            passkey.cred_id().as_slice(),
            &kept,
        );
        let added = "Er is een passkey aan je account toegevoegd.";
        let done = (Method::PasswordAndPasskey, added);
        self.factor_added(batch, actor, session, enrolled, done, submission)
            .await
    }

    /// Takes a passkey away.
    #[boxed]
    pub async fn remove_passkey(
        &self,
        actor: &Actor,
        id: Uuid,
        submission: &crate::Submission,
    ) -> Result<(), ProofRefused> {
        self.permit_now(actor, Operation::ChangeOwnLogin)?;
        let mut reader = self.database.reader_for_one().await?;
        let enrolled = factors::enrolled(&mut reader, actor.person).await?;
        drop(reader);
        if !enrolled.code && enrolled.passkeys <= 1 && self.needs_factor(actor) {
            return Err(ProofRefused::Wrong);
        }
        let mut batch = Batch::new();
        factors::drop_passkey(&mut batch, actor.person, id);
        self.factor_removed(batch, actor, submission).await
    }

    /// The passkeys of a person, as that person sees them.
    #[boxed]
    pub(crate) async fn passkeys_of(&self, person: PersonId) -> Result<Vec<PasskeyView>, Failure> {
        let mut reader = self.database.reader_for_one().await?;
        let kept = factors::passkeys(&mut reader, person).await?;
        let views = kept.into_iter().map(|it| PasskeyView {
            id: it.id,
            name: it.name,
            made: it.made,
            used: it.used,
        });
        Ok(views.collect())
    }

    async fn begin(
        &self,
        mut batch: Batch,
        kind: &str,
        person: Option<PersonId>,
        state: &str,
        options: String,
    ) -> Result<Challenge, Failure> {
        let attempt = self.ids.token();
        let ends = self.now().plus_seconds(STEP_SECONDS);
        factors::begin_step(&mut batch, &digest(&attempt), kind, person, state, ends);
        self.database.commit(batch).await?;
        Ok(Challenge { attempt, options })
    }

    /// Takes what was begun, so that it is answered once, right or wrong.
    async fn take_challenge(
        &self,
        answer: &Answer,
        kind: &str,
    ) -> Result<(Option<PersonId>, String), ProofRefused> {
        let digest = digest(&answer.attempt);
        let mut reader = self.database.reader_for_one().await?;
        let found = factors::step(&mut reader, &digest, kind, self.now()).await?;
        drop(reader);
        let found = found.ok_or(ProofRefused::Over)?;
        let mut batch = Batch::new();
        factors::take_step(&mut batch, &digest, kind);
        match self
            .database
            .commit(batch)
            .await
            .map_err(ProofRefused::from)
        {
            Err(ProofRefused::Wrong) => Err(ProofRefused::Over),
            other => other.map(|()| found),
        }
    }

    /// Begins half a log-in, for a person whose password was right.
    #[boxed]
    pub(crate) async fn begin_half(
        &self,
        mut batch: Batch,
        person: PersonId,
    ) -> Result<[u8; 32], Failure> {
        let token = self.ids.token();
        let ends = self.now().plus_seconds(STEP_SECONDS);
        factors::begin_step(&mut batch, &digest(&token), HALF, Some(person), "", ends);
        self.database.commit(batch).await?;
        Ok(token)
    }
}

fn site(public_url: &str) -> Option<Webauthn> {
    let url = Url::parse(public_url).ok()?;
    // A name, or nothing: browsers make no passkeys for an address in numbers.
    let host = url.domain()?.to_owned();
    let builder = WebauthnBuilder::new(&host, &url).ok()?;
    builder.rp_name("Klantendossier").build().ok()
}

fn read(kept: &Kept) -> Option<Passkey> {
    from_str(&kept.credential).ok()
}

fn of_id<'a>(kept: &'a [Kept], credential_id: &[u8]) -> Option<(&'a Kept, Passkey)> {
    kept.iter().find_map(|it| {
        let passkey = read(it)?;
        (passkey.cred_id().as_slice() == credential_id).then_some((it, passkey))
    })
}

fn refused(error: &WebauthnError) -> ProofRefused {
    tracing::info!(%error, "a passkey was refused");
    ProofRefused::Wrong
}
