//! Logging in and out: Argon2id, server-side sessions, limits on attempts.

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, PasswordHash, Version};
use async_recursion::async_recursion as boxed;
use domain::Moment;
use domain::account_events::AccountEvent;
use domain::ids::{FunctionId, PersonId};
use domain::journal::Change;
use domain::login::{self, Method};
use domain::people::{Actor, Function, to_begin_with};
use store::{Batch, Reader, StoreError, factors, functions, guard, people, sessions};
use uuid::Uuid;

use crate::account_events::About;
use crate::factors::ProofRefused;
use crate::network::network_of;
use crate::passwords::normal;
use crate::{Casework, Failure, NoticeKind};

/// What a log-in gives.
#[derive(Clone, Debug, Default)]
pub struct SignIn {
    /// Gebruikersnaam
    pub user_name: String,
    /// Wachtwoord
    pub password: String,
    /// The address the request came from, for the limit per address.
    pub address: String,
    /// What the browser says it is, for the person's list of sessions.
    pub agent: String,
    /// The tokens that this browser was given when people logged in there before.
    pub device: Vec<[u8; 32]>,
}

/// Why a log-in was refused. Whether the user exists is not told.
#[derive(Debug)]
pub enum SignInRefused {
    /// User name or password is wrong.
    Wrong,
    /// Nobody logs in with a password here.
    NotHere,
    /// Too many wrong attempts: wait so many seconds.
    Wait(i64),
    /// The password is right, and a second factor has to come: half a log-in, by its token. It is no session
    /// and is over after five minutes.
    SecondFactor([u8; 32]),
    /// Not now, or broken.
    Failed(Failure),
}

/// A session that counts.
#[derive(Clone, Debug)]
pub struct Signed {
    /// Who, in one function.
    pub actor: Actor,
    /// That function.
    pub function: FunctionId,
    /// Whether the person has other functions to work in.
    pub has_others: bool,
    /// Whether the person ever chose this one.
    pub was_chosen: bool,
    /// How it began.
    pub method: Method,
    /// Whether it reaches only the pages to set up a second factor.
    pub must_enrol: bool,
    /// How long it counts without being asked for, as long as nobody committed anything: until its next use
    /// has to be noted.
    pub until: Moment,
}

/// What the attempts of one log-in are counted under.
pub(crate) struct Counted {
    /// Wrong ones since the last right one, for the wait.
    waits: Vec<u8>,
    /// All wrong ones, for the limit of a day.
    day: Vec<u8>,
    /// Those from one network; none where somebody logged in before.
    network: Option<Vec<u8>>,
}

/// Memory in KiB, passes and lanes of Argon2id: 19 MiB, 2, 1.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);

/// How far ahead the journal has its months, where they are kept apart.
const MONTHS_AHEAD: i32 = 6;

/// Seconds in a day of 24 hours.
const DAY: i64 = 86_400;

/// After how many seconds the use of a session is noted again.
const NOTED_SECONDS: i64 = 60;

/// How long a browser is known after a log-in.
const KNOWN_SECONDS: i64 = 180 * DAY;

impl Casework {
    /// Checks user name and password and starts a session. Gives the token for the cookie; only its
    /// digest is stored.
    #[boxed]
    pub async fn sign_in(&self, attempt: &SignIn) -> Result<[u8; 32], SignInRefused> {
        if !self.limits.local_login {
            return Err(SignInRefused::NotHere);
        }
        let now = self.now();
        let user_name = attempt.user_name.trim().to_lowercase();
        let mut reader = self.database.reader().await?;
        let found = people::credentials(&mut reader, &user_name).await?;
        // Asked for an unknown user too, so that both cost the same.
        let whose = found.as_ref().map_or(PersonId(Uuid::nil()), |it| it.person);
        let functions = functions::open(&mut reader, whose).await?;
        let function = to_begin_with(&functions).cloned();
        let found = found.filter(|it| self.limits.demo_accounts || !it.demo);
        let own_device = self.own_device(&mut reader, whose, &attempt.device).await?;
        let own_device = own_device.filter(|_| found.is_some());
        let counted = self.counted(&user_name, &attempt.address, own_device);
        self.check_attempts(&mut reader, &counted, now).await?;
        drop(reader);
        self.reserve(&counted, now).await?;

        // An unknown user costs the same hash as a known one.
        let hash = found
            .as_ref()
            .map_or_else(|| UNKNOWN_USER.to_owned(), |it| it.password_hash.clone());
        let right = self.verify(attempt.password.clone(), hash).await?;
        let known = About {
            by: None,
            subject: found.as_ref().map(|it| it.person),
            organisation: function.as_ref().and_then(Function::organisation),
            changes: Vec::new(),
        };
        // Who has no function, or left, has no account to log in with.
        let (Some(found), Some(function)) = (found.filter(|_| right), function) else {
            let mut batch = self.blame(&counted, now);
            self.record(&mut batch, AccountEvent::SignInFailed, &known);
            self.database.commit(batch).await?;
            return Err(SignInRefused::Wrong);
        };

        let mut batch = self.forgive(&counted, now);
        let mut reader = self.database.reader_for_one().await?;
        let enrolled = factors::enrolled(&mut reader, found.person).await?;
        drop(reader);
        if enrolled.code || enrolled.passkeys > 0 {
            let half = self.begin_half(batch, found.person).await?;
            return Err(SignInRefused::SecondFactor(half));
        }
        let method = Method::Password;
        let who = (found.person, function.id);
        let token = self
            .start_session(&mut batch, who, method, &attempt.agent)
            .await?;
        let itself = About {
            by: Some(found.person),
            ..known
        };
        self.record(&mut batch, AccountEvent::SignedIn, &itself);
        self.database.commit(batch).await?;
        Ok(token)
    }

    /// Which of the tokens of a browser is of this person.
    async fn own_device<'t>(
        &self,
        reader: &mut Reader,
        person: PersonId,
        tokens: &'t [[u8; 32]],
    ) -> Result<Option<&'t [u8; 32]>, StoreError> {
        let now = self.now();
        for token in tokens {
            let owner = sessions::known_device(reader, &digest(token), now).await?;
            if owner == Some(person) {
                return Ok(Some(token));
            }
        }
        Ok(None)
    }

    /// Makes the browser of a session known, so that wrong passwords that others type elsewhere do not keep
    /// its person out. None when it is known already; else the token for its cookie, and who is known
    /// elsewhere is told.
    #[boxed]
    pub async fn remember_device(
        &self,
        session: &[u8; 32],
        tokens: &[[u8; 32]],
    ) -> Result<Option<[u8; 32]>, Failure> {
        let now = self.now();
        let mut reader = self.database.reader_for_one().await?;
        let Some(found) = sessions::find(&mut reader, &digest(session)).await? else {
            return Ok(None);
        };
        let person = found.actor.person;
        let own = self.own_device(&mut reader, person, tokens).await?;
        if own.is_some() {
            return Ok(None);
        }
        let has_others = sessions::has_device(&mut reader, person, now).await?;
        drop(reader);
        let token = self.ids.token();
        let mut batch = Batch::new();
        let ends = now.plus_seconds(KNOWN_SECONDS);
        sessions::know_device(&mut batch, &digest(&token), person, ends);
        if has_others {
            let told = "Was jij dat niet? Klik dan op 'Afmelden overal' en wijzig je wachtwoord.";
            self.tell(&mut batch, person, NoticeKind::NewBrowser, told);
        }
        self.database.commit(batch).await?;
        Ok(Some(token))
    }

    /// A known browser is counted by itself, so that what others do elsewhere is nothing to it.
    fn counted(&self, user_name: &str, address: &str, known: Option<&[u8; 32]>) -> Counted {
        match known {
            Some(device) => {
                let device: String = digest(device)
                    .iter()
                    .map(|it| format!("{it:02x}"))
                    .collect();
                Counted {
                    waits: self.secrets.attempt_digest("device", &device),
                    day: self.secrets.attempt_digest("device-day", &device),
                    network: None,
                }
            }
            None => Counted {
                waits: self.secrets.attempt_digest("account", user_name),
                day: self.secrets.attempt_digest("account-day", user_name),
                network: Some(self.secrets.attempt_digest("address", &network_of(address))),
            },
        }
    }

    /// What confirming to be there is counted under: others cannot keep somebody from it.
    pub(crate) fn counted_of(&self, person: PersonId) -> Counted {
        let person = person.address();
        Counted {
            waits: self.secrets.attempt_digest("confirm", &person),
            day: self.secrets.attempt_digest("confirm-day", &person),
            network: None,
        }
    }

    /// Counts a wrong password.
    pub(crate) fn blame(&self, counted: &Counted, now: Moment) -> Batch {
        let mut batch = Batch::new();
        let network = counted.network.as_ref();
        for key in [Some(&counted.waits), Some(&counted.day), network]
            .into_iter()
            .flatten()
        {
            sessions::attempt(&mut batch, key, now, self.ids.next(now));
        }
        batch
    }

    /// Forgets the wrong ones after a right one; those of the day stay.
    pub(crate) fn forgive(&self, counted: &Counted, now: Moment) -> Batch {
        let mut batch = Batch::new();
        sessions::forget_attempts(&mut batch, &counted.waits);
        sessions::give_back(&mut batch, &counted.day, now.brussels_day());
        batch
    }

    #[boxed]
    pub(crate) async fn check_attempts(
        &self,
        reader: &mut Reader,
        counted: &Counted,
        now: Moment,
    ) -> Result<(), SignInRefused> {
        if let Some(network) = &counted.network {
            let (wrong, last) = sessions::attempts(reader, network, now.plus_seconds(-60)).await?;
            if wrong >= self.limits.attempts_of_address {
                return Err(SignInRefused::Wait(left(now, last, 60)));
            }
        }
        let day_ago = now.plus_seconds(-DAY);
        let (wrong, last) = sessions::attempts(reader, &counted.day, day_ago).await?;
        if wrong >= self.limits.attempts_a_day {
            return Err(SignInRefused::Wait(left(now, last, DAY)));
        }
        // Over a day, so that the wait is longer than what it is counted over is never.
        let (wrong, last) = sessions::attempts(reader, &counted.waits, day_ago).await?;
        let wait = login::wait_after(wrong, self.limits.attempts_before_wait);
        match left(now, last, wait) {
            0 => Ok(()),
            wait => Err(SignInRefused::Wait(wait)),
        }
    }

    /// Counts a comparison before it is made: a thousand attempts at once get no more than the limit.
    #[boxed]
    pub(crate) async fn reserve(
        &self,
        counted: &Counted,
        now: Moment,
    ) -> Result<(), SignInRefused> {
        let mut batch = Batch::new();
        let most = self.limits.attempts_a_day;
        sessions::reserve(&mut batch, &counted.day, now.brussels_day(), most);
        match self.database.commit(batch).await {
            Err(StoreError::Missed(guard::LIMIT)) => Err(SignInRefused::Wait(login::LONGEST_WAIT)),
            other => Ok(other?),
        }
    }

    /// The session of a token, when it still counts. Records that it is used, at most once a minute.
    #[boxed]
    pub async fn session(&self, token: &[u8; 32]) -> Result<Option<Signed>, Failure> {
        let now = self.now();
        let digest = digest(token);
        let stamp = self.database.stamp();
        let known = stamp.and_then(|at| self.unchanged.session(&digest, at));
        let found = match known {
            Some(found) => found,
            None => {
                let mut reader = self.database.reader_for_one().await?;
                let found = sessions::find(&mut reader, &digest).await?;
                drop(reader);
                let Some(found) = found else {
                    return Ok(None);
                };
                if let Some(at) = stamp {
                    self.unchanged.keep_session(digest, at, &found);
                }
                found
            }
        };
        let idle = now.seconds_since(found.seen);
        if now >= found.ends
            || idle > self.limits.session_idle_seconds
            || (found.demo && !self.limits.demo_accounts)
        {
            return Ok(None);
        }
        if idle >= NOTED_SECONDS {
            let mut batch = Batch::new();
            sessions::touch(&mut batch, &digest, now);
            self.database.commit(batch).await?;
        }
        let noted_again = found.seen.plus_seconds(NOTED_SECONDS);
        Ok(Some(Signed {
            until: noted_again.min(found.ends),
            must_enrol: login::must_enrol(
                self.limits.second_factor,
                found.actor.role,
                found.method,
            ),
            actor: found.actor,
            function: found.function,
            has_others: found.has_others,
            was_chosen: found.was_chosen,
            method: found.method,
        }))
    }

    /// Goes on in another function of the same person, under a new token; the old one is dead.
    ///
    /// # Errors
    /// `NotFound` when the person does not have that function, or the session is over.
    #[boxed]
    pub async fn switch_function(
        &self,
        token: &[u8; 32],
        actor: &Actor,
        to: FunctionId,
    ) -> Result<[u8; 32], Failure> {
        let mut reader = self.database.reader().await?;
        let functions = functions::open(&mut reader, actor.person).await?;
        let to = functions.into_iter().find(|it| it.id == to);
        let to = to.ok_or(Failure::NotFound)?;
        let now = self.now();
        let after = self.ids.token();
        let mut batch = Batch::new();
        let (before_digest, after_digest) = (digest(token), digest(&after));
        // What came from a provider is sealed for the token of its session.
        if let Some(sealed) = store::oidc::sealed_of(&mut reader, &before_digest).await? {
            let opened = self.secrets.unseal_bytes(&sealed, &before_digest);
            let opened = opened.ok_or(Failure::NotFound)?;
            let sealed = self.seal_for(&after_digest, &opened)?;
            store::oidc::move_session(&mut batch, &before_digest, &after_digest, &sealed);
        }
        drop(reader);
        let tokens = (before_digest.as_slice(), after_digest.as_slice());
        sessions::switch(&mut batch, tokens, actor.person, to.id, now);
        functions::choose(&mut batch, to.id, now);
        let about = About {
            organisation: to.organisation(),
            changes: vec![Change::new_value("function", to.line())],
            ..About::itself(actor)
        };
        self.record(&mut batch, AccountEvent::RoleSwitched, &about);
        match self.database.commit(batch).await {
            Ok(()) => Ok(after),
            Err(StoreError::Missed(guard::ROW)) => Err(Failure::NotFound),
            Err(error) => Err(error.into()),
        }
    }

    /// Ends a session.
    #[boxed]
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
        store::oidc::forget_session(&mut batch, &digest);
        let itself = About::itself(&found.actor);
        self.record(&mut batch, AccountEvent::SignedOut, &itself);
        match self.database.commit(batch).await {
            // Ended meanwhile, with its own record.
            Ok(()) | Err(StoreError::Missed(guard::ROW)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Forgets sessions, attempts and submissions that no longer count. Called now and then.
    #[boxed]
    pub async fn tidy(&self) -> Result<(), Failure> {
        self.unchanged.clear();
        let now = self.now();
        let mut batch = Batch::new();
        sessions::clean(&mut batch, now, now.plus_seconds(-2 * DAY));
        factors::clean(&mut batch, now);
        self.tidy_oidc(&mut batch, now);
        store::submissions::clean(&mut batch, now.plus_seconds(-8 * DAY));
        self.tidy_mail(&mut batch);
        store::uses::clean(&mut batch, now);
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
    #[boxed]
    pub(crate) async fn hash(&self, password: String) -> Result<String, Failure> {
        self.hashing(move || hash_password(&password))
            .await?
            .ok_or_else(|| Failure::Unavailable("cannot hash the password".into()))
    }

    #[boxed]
    pub(crate) async fn verify(&self, password: String, hash: String) -> Result<bool, Failure> {
        self.hashing(move || {
            let password = normal(&password);
            PasswordHash::new(&hash).is_ok_and(|known| {
                hasher().is_some_and(|hasher| {
                    hasher.verify_password(password.as_bytes(), &known).is_ok()
                })
            })
        })
        .await
    }

    #[boxed]
    pub(crate) async fn hashing<T: Send + 'static>(
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

impl From<SignInRefused> for ProofRefused {
    fn from(refused: SignInRefused) -> Self {
        match refused {
            SignInRefused::Wrong | SignInRefused::NotHere | SignInRefused::SecondFactor(_) => {
                ProofRefused::Wrong
            }
            SignInRefused::Wait(seconds) => ProofRefused::Wait(seconds),
            SignInRefused::Failed(failure) => ProofRefused::Failed(failure),
        }
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
    let hash = hasher()?.hash_password(normal(password).as_bytes()).ok()?;
    Some(hash.to_string())
}

/// The digest of a token: what is stored and remembered of it.
pub fn digest(token: &[u8; 32]) -> [u8; 32] {
    domain::journal::digest(token)
}

pub(crate) fn left(now: Moment, last: Option<Moment>, wait: i64) -> i64 {
    last.map_or(0, |last| wait - now.seconds_since(last)).max(0)
}
