//! Logging in and out: Argon2id, server-side sessions, limits on attempts.

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, PasswordHash, Version};
use domain::Moment;
use domain::account_events::AccountEvent;
use domain::people::Actor;
use store::{Batch, StoreError, guard, people, sessions};

use crate::account_events::About;
use crate::{Casework, Failure};

/// What a log-in gives.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// Gebruikersnaam
    pub user_name: String,
    /// Wachtwoord
    pub password: String,
    /// The address the request came from, for the limit per address.
    pub address: String,
}

/// Why a log-in was refused. Whether the user exists is not told.
#[derive(Debug)]
pub enum SignInRefused {
    /// User name or password is wrong.
    Wrong,
    /// Too many wrong attempts: wait so many seconds.
    Wait(i64),
    /// Not now, or broken.
    Failed(Failure),
}

/// A session that counts.
#[derive(Clone, Debug)]
pub struct Signed {
    /// Who.
    pub actor: Actor,
}

/// Memory in KiB, passes and lanes of Argon2id: 19 MiB, 2, 1.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);

/// How far ahead the journal has its months, where they are kept apart.
const MONTHS_AHEAD: i32 = 6;

impl Casework {
    /// Checks user name and password and starts a session. Gives the token for the cookie; only its
    /// digest is stored.
    pub async fn sign_in(&self, attempt: &SignIn) -> Result<[u8; 32], SignInRefused> {
        let now = self.now();
        let user_name = attempt.user_name.trim().to_lowercase();
        let account = self.secrets.attempt_digest("account", &user_name);
        let address = self.secrets.attempt_digest("address", &attempt.address);
        self.check_attempts(&account, &address, now).await?;

        let mut reader = self.database.reader().await?;
        let found = people::credentials(&mut reader, &user_name).await?;
        drop(reader);
        let found = found.filter(|it| self.limits.demo_accounts || !it.demo);
        // An unknown user costs the same hash as a known one.
        let hash = found
            .as_ref()
            .map_or_else(|| UNKNOWN_USER.to_owned(), |it| it.password_hash.clone());
        let right = self.verify(attempt.password.clone(), hash).await?;
        let known = About {
            by: None,
            subject: found.as_ref().map(|it| it.person),
            organisation: found.as_ref().and_then(|it| it.organisation),
            changes: Vec::new(),
        };
        let Some(found) = found.filter(|_| right) else {
            let mut batch = Batch::new();
            self.record(&mut batch, AccountEvent::SignInFailed, &known);
            for key in [&account, &address] {
                sessions::attempt(&mut batch, key, now, self.ids.next(now));
            }
            self.database.commit(batch).await?;
            return Err(SignInRefused::Wrong);
        };

        let token = self.ids.token();
        let mut batch = Batch::new();
        let ends = now.plus_seconds(self.limits.session_seconds);
        sessions::start(&mut batch, &digest(&token), found.person, now, ends);
        sessions::forget_attempts(&mut batch, &account);
        let itself = About {
            by: Some(found.person),
            ..known
        };
        self.record(&mut batch, AccountEvent::SignedIn, &itself);
        self.database.commit(batch).await?;
        Ok(token)
    }

    async fn check_attempts(
        &self,
        account: &[u8],
        address: &[u8],
        now: Moment,
    ) -> Result<(), SignInRefused> {
        let mut reader = self.database.reader().await?;
        let (of_address, last) =
            sessions::attempts(&mut reader, address, now.plus_seconds(-60)).await?;
        if of_address >= self.limits.attempts_of_address {
            return Err(SignInRefused::Wait(left(now, last, 60)));
        }
        let (in_day, last) =
            sessions::attempts(&mut reader, account, now.plus_seconds(-86_400)).await?;
        if in_day >= self.limits.attempts_a_day {
            return Err(SignInRefused::Wait(left(now, last, 86_400)));
        }
        let (recent, last) =
            sessions::attempts(&mut reader, account, now.plus_seconds(-300)).await?;
        if let Some(more) = recent.checked_sub(self.limits.attempts_before_wait) {
            // 1, 2, 4 ... at most 900 seconds after the last wrong attempt.
            let wait = 1_i64.checked_shl(more).unwrap_or(900).clamp(1, 900);
            let wait = left(now, last, wait);
            if wait > 0 {
                return Err(SignInRefused::Wait(wait));
            }
        }
        Ok(())
    }

    /// The session of a token, when it still counts. Records that it is used, at most once a minute.
    pub async fn session(&self, token: &[u8; 32]) -> Result<Option<Signed>, Failure> {
        let now = self.now();
        let digest = digest(token);
        let mut reader = self.database.reader_for_one().await?;
        let found = sessions::find(&mut reader, &digest).await?;
        drop(reader);
        let Some(found) = found else {
            return Ok(None);
        };
        let idle = now.seconds_since(found.seen);
        if now >= found.ends
            || idle > self.limits.session_idle_seconds
            || (found.demo && !self.limits.demo_accounts)
        {
            return Ok(None);
        }
        if idle >= 60 {
            let mut batch = Batch::new();
            sessions::touch(&mut batch, &digest, now);
            self.database.commit(batch).await?;
        }
        Ok(Some(Signed { actor: found.actor }))
    }

    /// Ends a session.
    pub async fn sign_out(&self, token: &[u8; 32]) -> Result<(), Failure> {
        let digest = digest(token);
        let mut reader = self.database.reader_for_one().await?;
        let found = sessions::find(&mut reader, &digest).await?;
        drop(reader);
        let Some(found) = found else {
            return Ok(());
        };
        let mut batch = Batch::new();
        sessions::stop(&mut batch, &digest);
        let itself = About::itself(&found.actor);
        self.record(&mut batch, AccountEvent::SignedOut, &itself);
        match self.database.commit(batch).await {
            // Ended meanwhile, with its own record.
            Ok(()) | Err(StoreError::Missed(guard::ROW)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Forgets sessions, attempts and submissions that no longer count. Called now and then.
    pub async fn tidy(&self) -> Result<(), Failure> {
        let now = self.now();
        let mut batch = Batch::new();
        sessions::clean(&mut batch, now, now.plus_seconds(-2 * 86_400));
        store::submissions::clean(&mut batch, now.plus_seconds(-8 * 86_400));
        self.database.commit(batch).await?;
        let today = now.brussels_day();
        let made = self
            .database
            .ensure_months(today, today.plus_months(MONTHS_AHEAD))
            .await?;
        if made > 0 {
            tracing::info!(made, "months of the journal made ahead");
        }
        Ok(())
    }

    /// Hashes a password; at most two at once.
    pub(crate) async fn hash(&self, password: String) -> Result<String, Failure> {
        self.hashing(move || hash_password(&password))
            .await?
            .ok_or_else(|| Failure::Unavailable("cannot hash the password".into()))
    }

    async fn verify(&self, password: String, hash: String) -> Result<bool, Failure> {
        self.hashing(move || {
            PasswordHash::new(&hash).is_ok_and(|known| {
                hasher().is_some_and(|hasher| {
                    hasher.verify_password(password.as_bytes(), &known).is_ok()
                })
            })
        })
        .await
    }

    async fn hashing<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let permit = self.hashing.clone().acquire_owned().await;
        let permit = permit.map_err(|error| Failure::Unavailable(error.to_string()))?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(permit);
            done
        });
        done.await
            .map_err(|error| Failure::Unavailable(error.to_string()))
    }
}

impl From<Failure> for SignInRefused {
    fn from(failure: Failure) -> Self {
        SignInRefused::Failed(failure)
    }
}

impl From<StoreError> for SignInRefused {
    fn from(error: StoreError) -> Self {
        SignInRefused::Failed(error.into())
    }
}

/// A hash nobody has the password of, with the same cost.
const UNKNOWN_USER: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn hasher() -> Option<Argon2<'static>> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).ok()?;
    Some(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The Argon2id hash of a password, as PHC string; none when the machine has no randomness.
pub fn hash_password(password: &str) -> Option<String> {
    let hash = hasher()?.hash_password(password.as_bytes()).ok()?;
    Some(hash.to_string())
}

fn digest(token: &[u8; 32]) -> [u8; 32] {
    domain::journal::digest(token)
}

fn left(now: Moment, last: Option<Moment>, wait: i64) -> i64 {
    last.map_or(0, |last| wait - now.seconds_since(last)).max(0)
}
