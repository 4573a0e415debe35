//! Logging in and out at a provider outside: begun here, finished in the browser that began it, once. Who
//! comes back is who is linked to an account; no account is made.

use async_recursion::async_recursion as boxed;
use domain::Moment;
use domain::account_events::AccountEvent;
use domain::insz::Insz;
use domain::login::Method;
use domain::oidc::{Demands, Word};
use domain::people::{Actor, Function, Role, to_begin_with};
use domain::policy::{self, Denied, Operation};
use oidc::{Identity, Provider, Refused};
use serde::{Deserialize, Serialize};
use store::oidc::{self as rows, Began, Ended, Flow, Person};
use store::{Batch, StoreError, functions, guard, people, sessions};

use crate::account_events::About;
use crate::setup::SetupError;
use crate::sign_in::{digest, left};
use crate::{Casework, Failure};

/// Seconds in which a log-in has to come back.
const FLOW_SECONDS: i64 = 10 * 60;
/// Log-ins begun from one address in a minute, and those that keep a form meanwhile: each of these may
/// take 256 KiB for ten minutes.
const BEGINS_A_MINUTE: u32 = 300;
const KEPT_A_MINUTE: u32 = 20;
/// Seconds after which a logout token is refused for its age, twice over.
const LOGOUT_SECONDS: i64 = 60 * 60;

/// The provider that is configured, and what is asked of its word.
pub struct Oidc {
    /// The way to it.
    pub provider: Provider,
    /// Its name on the button.
    pub name: String,
    /// What has to be in its word, for whom.
    pub demands: Demands,
    /// The claim with a national number by which a young person is found.
    pub client_insz_claim: Option<String>,
}

/// What somebody was doing when they had to log in.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub struct Ahead {
    /// Where they were going.
    pub to: String,
    /// Where the form that is kept goes.
    pub kept_for: String,
    /// Its fields.
    pub kept: Vec<(String, String)>,
}

/// A log-in to begin.
#[derive(Clone, Debug)]
pub struct OidcBegin {
    /// The cookie of this browser.
    pub browser: [u8; 32],
    /// The address the request came from.
    pub address: String,
    /// What follows.
    pub ahead: Ahead,
    /// Who links the provider to the own account; none for a log-in.
    pub linking: Option<Actor>,
}

/// What came back from the provider with the browser.
#[derive(Clone, Debug, Default)]
pub struct OidcAnswer {
    /// The cookie of this browser.
    pub browser: Option<[u8; 32]>,
    /// The cookie of a session in it.
    pub session: Option<[u8; 32]>,
    /// What the browser says it is.
    pub agent: String,
    /// Which log-in.
    pub state: String,
    /// What gives the token.
    pub code: String,
    /// What the provider says went wrong; empty when nothing.
    pub error: String,
    /// Which provider it says it is.
    pub iss: Option<String>,
}

/// How it ended.
#[derive(Clone, Debug)]
pub enum OidcDone {
    /// A session began: the token for its cookie, and what follows.
    SignedIn([u8; 32], Ahead),
    /// The provider is linked to the own account.
    Linked,
}

/// Why not.
#[derive(Debug)]
pub enum OidcRefused {
    /// Not begun here, not in this browser, too long ago, or finished before.
    Expired,
    /// The provider cannot be reached, or its operator or ours has something to put right.
    Unreachable,
    /// The person stopped at the provider, or it let nobody through.
    Stopped,
    /// What came back cannot be believed.
    Untrusted,
    /// The person has to log in at the provider in a stronger way.
    TooWeak,
    /// Nobody here is linked to it. The name that the provider has for them.
    Unknown(String),
    /// The provider does not say what this role needs.
    NotEnough,
    /// It, or the own account, is linked already.
    Taken,
    /// Too many log-ins from this address: wait so many seconds.
    Wait(i64),
    /// Not now, or broken.
    Failed(Failure),
}

impl From<Failure> for OidcRefused {
    fn from(failure: Failure) -> Self {
        OidcRefused::Failed(failure)
    }
}

impl From<StoreError> for OidcRefused {
    fn from(error: StoreError) -> Self {
        OidcRefused::Failed(error.into())
    }
}

impl From<Refused> for OidcRefused {
    fn from(refused: Refused) -> Self {
        match &refused {
            Refused::Unreachable(_) => tracing::error!(%refused, "log-in at the provider"),
            _ => tracing::warn!(%refused, "log-in at the provider"),
        }
        match refused {
            Refused::Unreachable(_) => OidcRefused::Unreachable,
            Refused::Code(_) => OidcRefused::Expired,
            Refused::Token(_) => OidcRefused::Untrusted,
            Refused::Acr(_) => OidcRefused::TooWeak,
        }
    }
}

/// The values of one log-in and what follows it, as they are sealed.
#[derive(Deserialize, Serialize)]
struct Kept {
    nonce: String,
    verifier: String,
    ahead: Ahead,
}

impl Casework {
    /// The same use cases with a provider outside.
    #[must_use]
    pub fn with_oidc(self, oidc: Oidc) -> Self {
        Casework {
            oidc: Some(std::sync::Arc::new(oidc)),
            ..self
        }
    }

    /// The name of the provider, when there is one.
    pub fn oidc_name(&self) -> Option<&str> {
        self.oidc.as_ref().map(|oidc| oidc.name.as_str())
    }

    /// Whether people may log in with a password.
    pub fn has_local_login(&self) -> bool {
        self.limits.local_login
    }

    /// 256 bits that nobody can guess, for the cookie of a browser.
    pub fn new_token(&self) -> [u8; 32] {
        self.ids.token()
    }

    fn oidc(&self) -> Result<&Oidc, Failure> {
        self.oidc.as_deref().ok_or(Failure::NotFound)
    }

    /// Begins a log-in: where to send the browser.
    #[boxed]
    pub async fn oidc_begin(&self, begin: &OidcBegin) -> Result<String, OidcRefused> {
        let oidc = self.oidc()?;
        if let Some(actor) = &begin.linking {
            self.permit_now(actor, Operation::LinkOwnLogin)?;
        }
        let now = self.now();
        let (kind, most) = if begin.ahead.kept.is_empty() {
            ("oidc", BEGINS_A_MINUTE)
        } else {
            ("oidc kept", KEPT_A_MINUTE)
        };
        let key = self.secrets.attempt_digest(kind, &begin.address);
        let mut reader = self.database.reader().await?;
        let (begun, last) = sessions::attempts(&mut reader, &key, now.plus_seconds(-60)).await?;
        drop(reader);
        if begun >= most {
            return Err(OidcRefused::Wait(left(now, last, 60)));
        }
        let secrets = oidc::Secrets {
            state: hex(&self.ids.token()),
            nonce: hex(&self.ids.token()),
            verifier: hex(&self.ids.token()),
        };
        let address = oidc
            .provider
            .begin(&secrets, begin.linking.is_some(), now)
            .await?;
        let state_digest = digest_of(&secrets.state);
        let kept = Kept {
            nonce: secrets.nonce,
            verifier: secrets.verifier,
            ahead: begin.ahead.clone(),
        };
        let text = serde_json::to_vec(&kept).map_err(|error| unavailable(&error))?;
        let flow = Flow {
            state_digest,
            browser_digest: digest(&begin.browser).to_vec(),
            person: begin.linking.as_ref().map(|actor| actor.person),
            sealed: self.seal_for(&state_digest, &text)?,
            ends: now.plus_seconds(FLOW_SECONDS),
        };
        let mut batch = Batch::new();
        rows::begin(&mut batch, &flow);
        sessions::attempt(&mut batch, &key, now, self.ids.next(now));
        self.database.commit(batch).await?;
        Ok(address)
    }

    /// Finishes a log-in that came back. When it is refused, what followed it comes back too, as far as it
    /// was this browser's.
    #[boxed]
    pub async fn oidc_finish(&self, answer: &OidcAnswer) -> Result<OidcDone, (OidcRefused, Ahead)> {
        let none = Ahead::default;
        let (flow, kept) = match self.take_flow(answer).await {
            Ok(found) => found,
            Err(refused) => return Err((refused, none())),
        };
        let ahead = kept.ahead.clone();
        self.finish_flow(answer, &flow, kept)
            .await
            .map_err(|refused| (refused, ahead))
    }

    /// The log-in that an answer belongs to, taken out so that it comes back once.
    async fn take_flow(&self, answer: &OidcAnswer) -> Result<(Flow, Kept), OidcRefused> {
        self.oidc()?;
        let state_digest = digest_of(&answer.state);
        let mut reader = self.database.reader_for_one().await?;
        let found = rows::flow(&mut reader, &state_digest).await?;
        drop(reader);
        let browser = answer.browser.as_ref().map(|it| digest(it).to_vec());
        let flow = found
            .filter(|flow| browser.as_ref() == Some(&flow.browser_digest))
            .filter(|flow| self.now() < flow.ends)
            .ok_or(OidcRefused::Expired)?;
        let mut batch = Batch::new();
        rows::take(&mut batch, &state_digest);
        match self.database.commit(batch).await {
            Ok(()) => {}
            Err(StoreError::Missed(guard::ROW)) => return Err(OidcRefused::Expired),
            Err(error) => return Err(error.into()),
        }
        let opened = self
            .secrets
            .unseal_bytes(&flow.sealed, &state_digest)
            .ok_or(OidcRefused::Expired)?;
        let kept = serde_json::from_slice(&opened).map_err(|error| unavailable(&error))?;
        Ok((flow, kept))
    }

    async fn finish_flow(
        &self,
        answer: &OidcAnswer,
        flow: &Flow,
        kept: Kept,
    ) -> Result<OidcDone, OidcRefused> {
        let oidc = self.oidc()?;
        let now = self.now();
        oidc.provider
            .check_sender(answer.iss.as_deref(), now)
            .await?;
        match answer.error.as_str() {
            "" => {}
            "unmet_authentication_requirements" => return Err(OidcRefused::TooWeak),
            "access_denied" | "login_required" | "interaction_required" | "consent_required" => {
                return Err(OidcRefused::Stopped);
            }
            other => {
                let error: String = other
                    .chars()
                    .filter(char::is_ascii_graphic)
                    .take(80)
                    .collect();
                tracing::error!(
                    error,
                    "the provider refuses: look at oidc_client_id, oidc_scopes, oidc_acr_values and \
                     public_url"
                );
                return Err(OidcRefused::Unreachable);
            }
        }
        if answer.code.is_empty() {
            return Err(OidcRefused::Untrusted);
        }
        let secrets = oidc::Secrets {
            state: answer.state.clone(),
            nonce: kept.nonce,
            verifier: kept.verifier,
        };
        let identity = oidc.provider.finish(&answer.code, &secrets, now).await?;
        match flow.person {
            Some(person) => {
                let session = match &answer.session {
                    Some(token) => self.session(token).await?,
                    None => None,
                };
                let signed = session.filter(|signed| signed.actor.person == person);
                let signed = signed.ok_or(OidcRefused::Expired)?;
                let about = About::itself(&signed.actor);
                self.link(&identity, person, &about, now).await?;
                Ok(OidcDone::Linked)
            }
            None => {
                let token = self.enter(oidc, &identity, &answer.agent, now).await?;
                Ok(OidcDone::SignedIn(token, kept.ahead))
            }
        }
    }

    async fn link(
        &self,
        identity: &Identity,
        person: domain::ids::PersonId,
        about: &About,
        now: Moment,
    ) -> Result<(), OidcRefused> {
        let mut batch = Batch::new();
        rows::link(&mut batch, &identity.issuer, &identity.subject, person, now);
        self.record(&mut batch, AccountEvent::IdentityLinked, about);
        match self.database.commit(batch).await {
            Ok(()) => Ok(()),
            Err(StoreError::Missed(guard::TAKEN)) => Err(OidcRefused::Taken),
            Err(error) => Err(error.into()),
        }
    }

    /// Starts a session for who an identity is here.
    async fn enter(
        &self,
        oidc: &Oidc,
        identity: &Identity,
        agent: &str,
        now: Moment,
    ) -> Result<[u8; 32], OidcRefused> {
        let mut batch = Batch::new();
        let person = match self.person_of(oidc, identity, &mut batch, now).await? {
            Some(person) => person,
            None => {
                self.record(&mut batch, AccountEvent::IdentityRefused, &About::default());
                self.database.commit(batch).await?;
                return Err(OidcRefused::Unknown(identity.subject.clone()));
            }
        };
        let mut reader = self.database.reader().await?;
        let functions = functions::open(&mut reader, person.id).await?;
        drop(reader);
        let Some(function) = to_begin_with(&functions) else {
            return Err(OidcRefused::Unknown(identity.subject.clone()));
        };
        let about = About {
            by: Some(person.id),
            subject: Some(person.id),
            organisation: function.organisation(),
            changes: Vec::new(),
        };
        let wanted = oidc.demands.privileged.as_ref();
        let values = wanted.map_or_else(Vec::new, |wanted| identity.texts(&wanted.name));
        let word = Word {
            acr: identity.acr.as_deref(),
            amr: &identity.amr,
            privileged: &values,
        };
        // The session can go on in any of the person's functions: it has to do for all.
        let does = |function: &Function| oidc.demands.admit(function.role, word).is_ok();
        if !functions.iter().all(does) {
            let mut batch = Batch::new();
            self.record(&mut batch, AccountEvent::IdentityRefused, &about);
            self.database.commit(batch).await?;
            return Err(OidcRefused::NotEnough);
        }
        let token = self.ids.token();
        let token_digest = digest(&token);
        let ends = now.plus_seconds(self.limits.session_seconds);
        let session = sessions::New {
            person: person.id,
            function: function.id,
            id: self.ids.random(),
            method: if oidc.demands.has_two_factors(word) {
                Method::Provider
            } else {
                Method::ProviderAlone
            },
            device: agent.to_owned(),
            ends,
        };
        self.start(&mut batch, &token_digest, &session).await?;
        let began = Began {
            token_digest,
            issuer: identity.issuer.clone(),
            subject: identity.subject.clone(),
            sid: identity.sid.clone(),
            id_token_sealed: self.seal_for(&token_digest, identity.id_token.as_bytes())?,
            ends,
        };
        rows::keep_session(&mut batch, &began);
        self.record(&mut batch, AccountEvent::SignedIn, &about);
        match self.database.commit(batch).await {
            Ok(()) => Ok(token),
            // Linked meanwhile, in another browser: from now on that counts.
            Err(StoreError::Missed(guard::TAKEN)) => Err(OidcRefused::Expired),
            Err(error) => Err(error.into()),
        }
    }

    /// Who is linked to an identity; a young person may be found by the own national number, and is linked
    /// then. That number says nothing about who works here.
    async fn person_of(
        &self,
        oidc: &Oidc,
        identity: &Identity,
        batch: &mut Batch,
        now: Moment,
    ) -> Result<Option<Person>, Failure> {
        let mut reader = self.database.reader().await?;
        let found = rows::person_of(&mut reader, &identity.issuer, &identity.subject).await?;
        let allowed = |person: &Person| self.limits.demo_accounts || !person.demo;
        if found.is_some() {
            return Ok(found.filter(allowed));
        }
        let Some(claim) = &oidc.client_insz_claim else {
            return Ok(None);
        };
        let [number] = identity.texts(claim)[..] else {
            return Ok(None);
        };
        let Ok(insz) = Insz::parse(number) else {
            return Ok(None);
        };
        let sought = self.secrets.insz_digest(&insz);
        let found = rows::client_of(&mut reader, &sought).await?;
        let Some(client) = found.filter(allowed).filter(|it| it.role == Role::Client) else {
            return Ok(None);
        };
        let other = rows::linked_since(&mut reader, client.id, &identity.issuer).await?;
        if other.is_some() {
            return Ok(None);
        }
        rows::link(batch, &identity.issuer, &identity.subject, client.id, now);
        let about = About {
            subject: Some(client.id),
            ..About::default()
        };
        self.record(batch, AccountEvent::IdentityLinked, &about);
        Ok(Some(client))
    }

    /// Since when the person who acts is linked to the provider.
    #[boxed]
    pub async fn oidc_linked(&self, actor: &Actor) -> Result<Option<Moment>, Failure> {
        policy::permit(actor, Operation::OwnAccount)?;
        let issuer = self.oidc()?.provider.issuer();
        let mut reader = self.database.reader().await?;
        Ok(rows::linked_since(&mut reader, actor.person, issuer).await?)
    }

    /// Takes the link of the own account away; nothing when there is none. Where nobody can log in with a
    /// password it stays: it would be the last way in.
    #[boxed]
    pub async fn oidc_unlink(&self, actor: &Actor) -> Result<(), Failure> {
        self.permit_now(actor, Operation::LinkOwnLogin)?;
        let issuer = self.oidc()?.provider.issuer();
        if !self.limits.local_login {
            return Err(Failure::Denied(Denied::Function));
        }
        let mut batch = Batch::new();
        rows::unlink(&mut batch, actor.person, issuer);
        let about = About::itself(actor);
        self.record(&mut batch, AccountEvent::IdentityUnlinked, &about);
        match self.database.commit(batch).await {
            Ok(()) | Err(StoreError::Missed(guard::ROW)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Where to send the browser of a session that ends, to log out at the provider too; none when it did
    /// not begin there, or the provider has no such address or cannot be reached.
    #[boxed]
    pub async fn oidc_log_out(&self, token: &[u8; 32]) -> Result<Option<String>, Failure> {
        let Some(oidc) = self.oidc.as_deref() else {
            return Ok(None);
        };
        let token_digest = digest(token);
        let mut reader = self.database.reader_for_one().await?;
        let sealed = rows::id_token(&mut reader, &token_digest, oidc.provider.issuer()).await?;
        drop(reader);
        let opened = sealed.and_then(|it| self.secrets.unseal_bytes(&it, &token_digest));
        let Some(id_token) = opened.and_then(|it| String::from_utf8(it).ok()) else {
            return Ok(None);
        };
        match oidc.provider.log_out(&id_token, self.now()).await {
            Ok(address) => Ok(address),
            Err(refused) => {
                tracing::warn!(%refused, "not logged out at the provider");
                Ok(None)
            }
        }
    }

    /// Ends the sessions that a logout token of the provider names, on every server. Twice is once.
    #[boxed]
    pub async fn oidc_logged_out(&self, token: &str) -> Result<(), OidcRefused> {
        let oidc = self.oidc()?;
        let now = self.now();
        let told = oidc.provider.logged_out(token, now).await?;
        let ended = Ended {
            issuer: &told.issuer,
            subject: &told.subject,
            sid: told.sid.as_deref(),
        };
        let mut reader = self.database.reader_for_one().await?;
        let is_known = rows::any_ended(&mut reader, ended).await?;
        let person = rows::person_of(&mut reader, &told.issuer, &told.subject).await?;
        drop(reader);
        let mut batch = Batch::new();
        let token_digest = digest_of(&format!("{}\0{}", told.issuer, told.token));
        rows::stop_ended(&mut batch, ended, &token_digest, now);
        if is_known {
            let about = About {
                subject: person.as_ref().map(|person| person.id),
                organisation: person.and_then(|person| person.organisation),
                ..About::default()
            };
            self.record(&mut batch, AccountEvent::SignedOutByProvider, &about);
        }
        match self.database.commit(batch).await {
            Ok(()) => Ok(()),
            Err(StoreError::Missed(guard::TAKEN)) => Err(OidcRefused::Expired),
            Err(error) => Err(error.into()),
        }
    }

    /// Links a user to who the provider says somebody is, for the command line.
    #[boxed]
    pub async fn link_identity(
        &self,
        issuer: &str,
        user_name: &str,
        subject: &str,
    ) -> Result<(), SetupError> {
        let now = self.now();
        let mut reader = self.database.reader().await?;
        let found = people::credentials(&mut reader, &user_name.trim().to_lowercase()).await?;
        drop(reader);
        let found = found.ok_or_else(|| SetupError::Unknown(format!("user {user_name}")))?;
        let mut batch = Batch::new();
        rows::link(&mut batch, issuer, subject, found.person, now);
        let about = About {
            subject: Some(found.person),
            organisation: found.organisation,
            ..About::default()
        };
        self.record(&mut batch, AccountEvent::IdentityLinked, &about);
        self.set_up(batch, "the subject, or a subject of this user,")
            .await
    }

    /// Takes such a link away.
    #[boxed]
    pub async fn unlink_identity(&self, issuer: &str, user_name: &str) -> Result<(), SetupError> {
        let mut reader = self.database.reader().await?;
        let found = people::credentials(&mut reader, &user_name.trim().to_lowercase()).await?;
        drop(reader);
        let found = found.ok_or_else(|| SetupError::Unknown(format!("user {user_name}")))?;
        let mut batch = Batch::new();
        rows::unlink(&mut batch, found.person, issuer);
        let about = About {
            subject: Some(found.person),
            organisation: found.organisation,
            ..About::default()
        };
        self.record(&mut batch, AccountEvent::IdentityUnlinked, &about);
        match self.database.commit(batch).await {
            Ok(()) => Ok(()),
            Err(StoreError::Missed(guard::ROW)) => Err(SetupError::Unknown(format!(
                "link of {user_name} to {issuer}"
            ))),
            Err(error) => Err(error.into()),
        }
    }

    /// Forgets log-ins that did not come back, and what goes with sessions that ended.
    pub(crate) fn tidy_oidc(&self, batch: &mut Batch, now: Moment) {
        rows::clean(batch, now, now.plus_seconds(-LOGOUT_SECONDS));
    }

    pub(crate) fn seal_for(&self, purpose: &[u8; 32], text: &[u8]) -> Result<Vec<u8>, Failure> {
        let mut nonce = [0; 24];
        for (to, from) in nonce.iter_mut().zip(self.ids.token()) {
            *to = from;
        }
        self.secrets
            .seal_bytes(text, purpose, nonce)
            .ok_or_else(|| Failure::Unavailable("cannot seal".into()))
    }
}

fn unavailable(error: &serde_json::Error) -> Failure {
    Failure::Unavailable(error.to_string())
}

fn digest_of(text: &str) -> [u8; 32] {
    domain::journal::digest(text.as_bytes())
}

fn hex(token: &[u8; 32]) -> String {
    token.iter().map(|byte| format!("{byte:02x}")).collect()
}
