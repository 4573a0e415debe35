//! Second factors: the codes of an authenticator app, recovery codes, and the second half of a log-in.
//! Passkeys stand in `passkeys`.

use async_recursion::async_recursion as boxed;
use domain::Moment;
use domain::account_events::AccountEvent;
use domain::ids::{FunctionId, PersonId};
use domain::login::Method;
use domain::people::Actor;
use domain::policy::Operation;
use qrcode::QrCode;
use qrcode::render::svg;
use store::factors::{self, Enrolled};
use store::{Batch, StoreError, guard, sessions};
use totp_rs::{Algorithm, Builder, Secret, Totp};

use crate::account_events::About;
use crate::sign_in::digest;
use crate::{Casework, Failure, SignIn};

/// Seconds in which half a log-in, or a challenge, has to be finished.
pub(crate) const STEP_SECONDS: i64 = 5 * 60;
/// The kind of half a log-in among what was begun.
pub(crate) const HALF: &str = "half";

/// Seconds for which one code of an app holds.
const CODE_SECONDS: i64 = 30;
/// Wrong codes within one of these.
const WRONG_A_STEP: u32 = 3;
/// Wrong codes within a quarter of an hour; then the factor rests as long.
const WRONG_A_QUARTER: u32 = 10;
const QUARTER: i64 = 15 * 60;
/// Bytes of an app's secret.
const SECRET_BYTES: usize = 20;

/// How many recovery codes there are, of how many groups of how many signs: 120 bits each.
const RECOVERY_CODES: usize = 10;
const RECOVERY_GROUPS: usize = 6;
const RECOVERY_SIGNS: usize = 4;
/// Letters and digits that are not mistaken for each other.
const SIGNS: &[u8; 32] = b"ABCDEFGHJKMNPQRSTUVWXYZ123456789";

/// Why a proof of being there was not taken.
#[derive(Debug)]
pub enum ProofRefused {
    /// The password, code or passkey is not right, or was used before.
    Wrong,
    /// Too many wrong ones: wait so many seconds.
    Wait(i64),
    /// It took too long, or was finished already: begin again.
    Over,
    /// Not now, or broken.
    Failed(Failure),
}

impl From<Failure> for ProofRefused {
    fn from(failure: Failure) -> Self {
        ProofRefused::Failed(failure)
    }
}

impl From<StoreError> for ProofRefused {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Missed(guard::ROW) => ProofRefused::Wrong,
            other => ProofRefused::Failed(other.into()),
        }
    }
}

/// What the second half of a log-in may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecondStep {
    /// A code of an app, or a recovery code.
    pub code: bool,
    /// A passkey.
    pub passkey: bool,
}

/// An authenticator app that was begun, for the page that shows it once.
#[derive(Debug)]
pub struct PendingApp {
    /// The secret in groups of four, to type.
    pub secret: String,
    /// The picture to scan, as SVG.
    pub picture: String,
}

/// A proof that holds, with what has to be written when it is used.
pub(crate) struct Proven {
    pub(crate) method: Method,
    pub(crate) batch: Batch,
}

impl Casework {
    /// What the second half of a log-in may be; none when it took too long.
    #[boxed]
    pub async fn second_step(&self, half: &[u8; 32]) -> Result<Option<SecondStep>, Failure> {
        let mut reader = self.database.reader_for_one().await?;
        let found = factors::step(&mut reader, &digest(half), HALF, self.now()).await?;
        let Some((Some(person), _)) = found else {
            return Ok(None);
        };
        let enrolled = factors::enrolled(&mut reader, person).await?;
        Ok(Some(SecondStep {
            code: enrolled.code || enrolled.recovery > 0,
            passkey: enrolled.passkeys > 0 && self.has_passkeys(),
        }))
    }

    /// Finishes a log-in with a code of the app or a recovery code. Gives the token of the session.
    #[boxed]
    pub async fn finish_sign_in(
        &self,
        half: &[u8; 32],
        code: &str,
        visit: &SignIn,
    ) -> Result<[u8; 32], ProofRefused> {
        let person = self.person_of_half(half).await?;
        let proven = match self.prove_code(person, code).await {
            Err(ProofRefused::Wrong) => {
                let mut batch = Batch::new();
                let event = AccountEvent::SignInFailed;
                self.record_about(&mut batch, event, None, person).await?;
                self.database.commit(batch).await?;
                return Err(ProofRefused::Wrong);
            }
            other => other?,
        };
        self.finish_half(half, person, proven, visit).await
    }

    #[boxed]
    pub(crate) async fn person_of_half(&self, half: &[u8; 32]) -> Result<PersonId, ProofRefused> {
        let mut reader = self.database.reader_for_one().await?;
        let found = factors::step(&mut reader, &digest(half), HALF, self.now()).await?;
        found
            .and_then(|(person, _)| person)
            .ok_or(ProofRefused::Over)
    }

    #[boxed]
    pub(crate) async fn finish_half(
        &self,
        half: &[u8; 32],
        person: PersonId,
        proven: Proven,
        visit: &SignIn,
    ) -> Result<[u8; 32], ProofRefused> {
        let mut batch = proven.batch;
        factors::take_step(&mut batch, &digest(half), HALF);
        let who = (person, self.function_to_begin(person).await?);
        let token = self
            .start_session(&mut batch, who, proven.method, &visit.agent)
            .await?;
        self.record_about(&mut batch, AccountEvent::SignedIn, Some(person), person)
            .await?;
        self.database.commit(batch).await?;
        Ok(token)
    }

    /// Adds a new session to a batch; gives its token.
    #[boxed]
    pub(crate) async fn start_session(
        &self,
        batch: &mut Batch,
        (person, function): (PersonId, FunctionId),
        method: Method,
        agent: &str,
    ) -> Result<[u8; 32], Failure> {
        let now = self.now();
        let token = self.ids.token();
        let session = sessions::New {
            person,
            function,
            id: self.ids.random(),
            method,
            device: agent.to_owned(),
            ends: now.plus_seconds(self.limits.session_seconds),
        };
        self.start(batch, &digest(&token), &session).await?;
        Ok(token)
    }

    /// Starts a session. With one more than a person may have the oldest ends: that is in the log, and its
    /// person is told.
    #[boxed]
    pub(crate) async fn start(
        &self,
        batch: &mut Batch,
        token_digest: &[u8],
        session: &sessions::New,
    ) -> Result<(), Failure> {
        let (now, person) = (self.now(), session.person);
        let others = self.limits.sessions_a_person.saturating_sub(1);
        let mut reader = self.database.reader_for_one().await?;
        let found = sessions::of_person(&mut reader, person, now).await?;
        drop(reader);
        let idle = self.limits.session_idle_seconds;
        let mut beyond = found
            .iter()
            .skip(usize::try_from(others).unwrap_or(usize::MAX));
        let ends_one = beyond.any(|it| now.seconds_since(it.seen) <= idle);
        // First what is one row of a person: two log-ins at once come one after the other there.
        store::people::signed_in(batch, person, now);
        sessions::start(batch, token_digest, session, now);
        sessions::stop_beyond(batch, person, token_digest, others);
        if ends_one {
            let event = AccountEvent::OldestSessionEnded;
            self.record_about(batch, event, Some(person), person)
                .await?;
            let told = "Je was op te veel plaatsen tegelijk aangemeld. Waar je het langst aangemeld was, ben je nu afgemeld.";
            self.tell_login(batch, person, told);
        }
        Ok(())
    }

    /// The function a person's session begins in; `NotFound` for who has none.
    #[boxed]
    pub(crate) async fn function_to_begin(&self, person: PersonId) -> Result<FunctionId, Failure> {
        let mut reader = self.database.reader_for_one().await?;
        let functions = store::functions::open(&mut reader, person).await?;
        let function = domain::people::to_begin_with(&functions);
        function.map(|it| it.id).ok_or(Failure::NotFound)
    }

    /// Records something about a person whose organisation is not at hand.
    #[boxed]
    pub(crate) async fn record_about(
        &self,
        batch: &mut Batch,
        event: AccountEvent,
        by: Option<PersonId>,
        subject: PersonId,
    ) -> Result<(), Failure> {
        let mut reader = self.database.reader_for_one().await?;
        let account = store::people::account(&mut reader, subject).await?;
        let about = About {
            by,
            subject: Some(subject),
            organisation: account.and_then(|it| it.organisation),
            changes: Vec::new(),
        };
        self.record(batch, event, &about);
        Ok(())
    }

    /// Proves a code of the app or a recovery code of a person: it is counted before it is compared, so
    /// that many at once are no more than the limit.
    #[boxed]
    pub(crate) async fn prove_code(
        &self,
        person: PersonId,
        typed: &str,
    ) -> Result<Proven, ProofRefused> {
        let now = self.now();
        let key = self.code_key(person);
        self.check_codes(&key, now, 0).await?;
        let mut batch = Batch::new();
        sessions::attempt(&mut batch, &key, now, self.ids.next(now));
        self.database.commit(batch).await?;
        self.check_codes(&key, now, 1).await?;

        let typed: String = typed.chars().filter(|c| c.is_alphanumeric()).collect();
        let mut batch = Batch::new();
        let is_app = typed.len() == 6 && typed.bytes().all(|b| b.is_ascii_digit());
        let method = if is_app {
            let mut reader = self.database.reader_for_one().await?;
            let kept = factors::totp(&mut reader, person).await?;
            let kept = kept.filter(|it| it.confirmed).ok_or(ProofRefused::Wrong)?;
            let step = self.step_of(person, &kept.sealed, &typed)?;
            factors::use_step(&mut batch, person, step);
            Method::PasswordAndCode
        } else {
            let digest = self.recovery_digest(person, &typed);
            factors::use_recovery(&mut batch, person, &digest, now);
            let event = AccountEvent::RecoveryCodeUsed;
            self.record_about(&mut batch, event, Some(person), person)
                .await?;
            self.tell_login(&mut batch, person, "Er is een herstelcode gebruikt.");
            Method::PasswordAndRecovery
        };
        sessions::forget_attempts(&mut batch, &key);
        Ok(Proven { method, batch })
    }

    fn code_key(&self, person: PersonId) -> Vec<u8> {
        self.secrets.attempt_digest("code", &person.address())
    }

    /// `own`: how many of the attempts found are the one that is asked for.
    async fn check_codes(&self, key: &[u8], now: Moment, own: u32) -> Result<(), ProofRefused> {
        let mut reader = self.database.reader_for_one().await?;
        let quarter = now.plus_seconds(-QUARTER);
        let (wrong, last) = sessions::attempts(&mut reader, key, quarter).await?;
        if wrong >= WRONG_A_QUARTER + own {
            let rest = last.map_or(QUARTER, |last| QUARTER - now.seconds_since(last));
            return Err(ProofRefused::Wait(rest.max(1)));
        }
        // The attempts of this step: everything after the last instant of the one before.
        let into_step = now.micros().rem_euclid(CODE_SECONDS * 1_000_000);
        let before = Moment::from_micros(now.micros() - into_step - 1).unwrap_or(now);
        let (wrong, _) = sessions::attempts(&mut reader, key, before).await?;
        if wrong >= WRONG_A_STEP + own {
            return Err(ProofRefused::Wait(CODE_SECONDS - into_step / 1_000_000));
        }
        Ok(())
    }

    /// The step that a code of the app is of.
    fn step_of(&self, person: PersonId, sealed: &[u8], code: &str) -> Result<i64, ProofRefused> {
        let secret = self.secrets.open_for(person, sealed);
        let secret = secret.ok_or_else(|| broken("the secret of an authenticator app"))?;
        let time = u64::try_from(seconds(self.now())).unwrap_or(0);
        let step = app(secret, "").and_then(|app| app.check(code, time));
        let step = step.and_then(|step| i64::try_from(step).ok());
        step.ok_or(ProofRefused::Wrong)
    }

    /// Begins to set up an authenticator app.
    #[boxed]
    pub async fn begin_app(
        &self,
        actor: &Actor,
        submission: &crate::Submission,
    ) -> Result<(), Failure> {
        self.permit_now(actor, Operation::ChangeOwnLogin)?;
        let now = self.now();
        let random = self.ids.token();
        let secret = random.get(..SECRET_BYTES).unwrap_or_default();
        let sealed = self.secrets.seal_for(actor.person, secret, self.nonce());
        let sealed = sealed.ok_or_else(|| broken("sealing a secret"))?;
        let mut batch = Batch::new();
        factors::begin_totp(&mut batch, actor.person, sealed, now);
        self.commit_once(batch, actor, submission).await
    }

    /// The authenticator app that was begun and does not count yet.
    #[boxed]
    pub async fn pending_app(&self, actor: &Actor) -> Result<Option<PendingApp>, Failure> {
        self.permit_now(actor, Operation::OwnLogin)?;
        let mut reader = self.database.reader_for_one().await?;
        let kept = factors::totp(&mut reader, actor.person).await?;
        let Some(kept) = kept.filter(|it| !it.confirmed) else {
            return Ok(None);
        };
        let account = store::people::account(&mut reader, actor.person).await?;
        let user_name = account.map(|it| it.user_name).unwrap_or_default();
        let secret = self.secrets.open_for(actor.person, &kept.sealed);
        // A name may hold what the address of an app may not.
        let user_name = user_name.replace(':', " ");
        let app = secret.and_then(|secret| app(secret, &user_name));
        let app = app.ok_or_else(|| broken("the secret of an authenticator app"))?;
        let address = app
            .to_url()
            .map_err(|error| broken(&format!("{error:?}")))?;
        let picture = QrCode::new(address)
            .map_err(|error| broken(&error.to_string()))?
            .render::<svg::Color<'_>>()
            .min_dimensions(220, 220)
            .build();
        let secret = in_groups(&app.secret().to_base32());
        Ok(Some(PendingApp { secret, picture }))
    }

    /// The first code: from now on the app counts. Gives the new token of the session, and recovery codes
    /// where there were none.
    #[boxed]
    pub async fn confirm_app(
        &self,
        actor: &Actor,
        session: &[u8; 32],
        code: &str,
        submission: &crate::Submission,
    ) -> Result<([u8; 32], Vec<String>), ProofRefused> {
        self.permit_now(actor, Operation::ChangeOwnLogin)?;
        let now = self.now();
        let mut reader = self.database.reader_for_one().await?;
        let kept = factors::totp(&mut reader, actor.person).await?;
        let enrolled = factors::enrolled(&mut reader, actor.person).await?;
        drop(reader);
        let kept = kept.filter(|it| !it.confirmed).ok_or(ProofRefused::Over)?;
        let typed: String = code.chars().filter(char::is_ascii_digit).collect();
        let step = self.step_of(actor.person, &kept.sealed, &typed)?;
        let mut batch = Batch::new();
        factors::confirm_totp(&mut batch, actor.person, now, step);
        let added = "Er is een authenticator-app aan je account toegevoegd.";
        let done = (Method::PasswordAndCode, added);
        self.factor_added(batch, actor, session, enrolled, done, submission)
            .await
    }

    /// What goes with every new factor: recovery codes when there are none, a new token, the log, a notice.
    #[boxed]
    pub(crate) async fn factor_added(
        &self,
        mut batch: Batch,
        actor: &Actor,
        session: &[u8; 32],
        enrolled: Enrolled,
        (method, told): (Method, &str),
        submission: &crate::Submission,
    ) -> Result<([u8; 32], Vec<String>), ProofRefused> {
        let codes = if enrolled.recovery == 0 {
            self.new_recovery(&mut batch, actor.person)
        } else {
            Vec::new()
        };
        let token = self.ids.token();
        let now = self.now();
        sessions::renew(&mut batch, &digest(session), &digest(&token), now, method);
        self.record(&mut batch, AccountEvent::FactorAdded, &About::itself(actor));
        self.tell_login(&mut batch, actor.person, told);
        self.commit_once(batch, actor, submission).await?;
        Ok((token, codes))
    }

    /// Takes the authenticator app away.
    #[boxed]
    pub async fn remove_app(
        &self,
        actor: &Actor,
        submission: &crate::Submission,
    ) -> Result<(), ProofRefused> {
        self.permit_now(actor, Operation::ChangeOwnLogin)?;
        let mut reader = self.database.reader_for_one().await?;
        let enrolled = factors::enrolled(&mut reader, actor.person).await?;
        drop(reader);
        if enrolled.passkeys == 0 && self.needs_factor(actor) {
            return Err(ProofRefused::Wrong);
        }
        let mut batch = Batch::new();
        factors::drop_totp(&mut batch, actor.person);
        self.factor_removed(batch, actor, submission).await
    }

    #[boxed]
    pub(crate) async fn factor_removed(
        &self,
        mut batch: Batch,
        actor: &Actor,
        submission: &crate::Submission,
    ) -> Result<(), ProofRefused> {
        self.record(
            &mut batch,
            AccountEvent::FactorRemoved,
            &About::itself(actor),
        );
        let told = "Een tweede stap van je account is verwijderd.";
        self.tell_login(&mut batch, actor.person, told);
        self.commit_once(batch, actor, submission).await?;
        Ok(())
    }

    /// Whether this person has to have a second factor here.
    pub(crate) fn needs_factor(&self, actor: &Actor) -> bool {
        let asked = self.limits.second_factor;
        domain::login::must_enrol(asked, actor.role, Method::Password)
    }

    /// New recovery codes in the place of the ones there are; shown once.
    #[boxed]
    pub async fn renew_recovery(
        &self,
        actor: &Actor,
        submission: &crate::Submission,
    ) -> Result<Vec<String>, Failure> {
        self.permit_now(actor, Operation::ChangeOwnLogin)?;
        let mut batch = Batch::new();
        let codes = self.new_recovery(&mut batch, actor.person);
        let event = AccountEvent::RecoveryCodesMade;
        self.record(&mut batch, event, &About::itself(actor));
        let told = "Er zijn nieuwe herstelcodes gemaakt. De oude werken niet meer.";
        self.tell_login(&mut batch, actor.person, told);
        self.commit_once(batch, actor, submission).await?;
        Ok(codes)
    }

    fn new_recovery(&self, batch: &mut Batch, person: PersonId) -> Vec<String> {
        let codes: Vec<String> = (0..RECOVERY_CODES)
            .map(|_| recovery_code(&self.ids.token()))
            .collect();
        let digests: Vec<Vec<u8>> = codes
            .iter()
            .map(|code| self.recovery_digest(person, &code.replace('-', "")))
            .collect();
        factors::set_recovery(batch, person, &digests, self.now());
        codes
    }

    fn recovery_digest(&self, person: PersonId, code: &str) -> Vec<u8> {
        let text = format!("{}\0{}", person.address(), code.to_uppercase());
        self.secrets.attempt_digest("recovery", &text)
    }

    pub(crate) fn nonce(&self) -> [u8; 24] {
        let mut nonce = [0; 24];
        for (to, from) in nonce.iter_mut().zip(self.ids.token()) {
            *to = from;
        }
        nonce
    }
}

/// What is kept cannot be used: the operator has to look.
pub(crate) fn broken(what: &str) -> Failure {
    Failure::Broken(StoreError::Corrupt {
        statement: "factors",
        detail: format!("{what} cannot be used; is it the secret file of this installation?"),
    })
}

fn seconds(now: Moment) -> i64 {
    now.micros().div_euclid(1_000_000)
}

/// The codes of an app (RFC 6238), one step early or late.
fn app(secret: Vec<u8>, user_name: &str) -> Option<Totp> {
    let name = if user_name.is_empty() {
        "account"
    } else {
        user_name
    };
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(1)
        .with_step_duration(30)
        .with_secret(Secret::from(secret))
        .with_account_name(name)
        .with_issuer(Some("Klantendossier"))
        .build()
        .ok()
}

fn in_groups(text: &str) -> String {
    let signs: Vec<char> = text.chars().collect();
    let groups: Vec<String> = signs.chunks(4).map(|it| it.iter().collect()).collect();
    groups.join(" ")
}

fn recovery_code(random: &[u8; 32]) -> String {
    let groups: Vec<String> = random
        .chunks_exact(RECOVERY_SIGNS)
        .take(RECOVERY_GROUPS)
        .map(|bytes| {
            let sign = |byte: &u8| SIGNS.get(usize::from(byte % 32)).copied().unwrap_or(b'X');
            bytes.iter().map(|byte| char::from(sign(byte))).collect()
        })
        .collect();
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k068_a_recovery_code_has_120_bits_and_no_signs_that_look_alike() {
        let code = recovery_code(&[0xa7; 32]);
        assert_eq!(code.len(), 29);
        assert_eq!(code.matches('-').count(), 5);
        let distinct: std::collections::BTreeSet<u8> = SIGNS.iter().copied().collect();
        assert_eq!(distinct.len(), 32);
        assert!(!"IO0L".bytes().any(|odd| distinct.contains(&odd)));
        let signs = RECOVERY_GROUPS * RECOVERY_SIGNS;
        assert!(signs * 5 >= 112);
    }

    #[test]
    fn a_secret_is_shown_in_groups_of_four() {
        assert_eq!(in_groups("ABCDEFGHIJ"), "ABCD EFGH IJ");
    }
}
