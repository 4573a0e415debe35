//! Second factors and what is begun at the log-in: codes of an app, recovery codes, passkeys, challenges.
//! Secrets come sealed or as digests; nothing here opens them.

use domain::Moment;
use domain::ids::PersonId;
use uuid::Uuid;

use crate::engine::{Batch, Statement, Value};
use crate::{Reader, StoreError, guard, statements};

statements! {
    ENROLLED = "factors.enrolled",
        "SELECT (SELECT count(*) FROM totp WHERE person_id = ?1 AND confirmed_at IS NOT NULL),
                (SELECT count(*) FROM passkey WHERE person_id = ?1),
                (SELECT count(*) FROM recovery_code WHERE person_id = ?1 AND used_at IS NULL)";
    TOTP = "factors.totp",
        "SELECT secret_sealed, confirmed_at, last_step FROM totp WHERE person_id = ?1";
    DROP_TOTP = "factors.drop_totp", "DELETE FROM totp WHERE person_id = ?1";
    DROP_PENDING = "factors.drop_pending",
        "DELETE FROM totp WHERE person_id = ?1 AND confirmed_at IS NULL";
    BEGIN_TOTP = "factors.begin_totp",
        "INSERT INTO totp (person_id, secret_sealed, begun_at, confirmed_at, last_step)
         VALUES (?1, ?2, ?3, NULL, 0)";
    CONFIRM_TOTP = "factors.confirm_totp",
        "UPDATE totp SET confirmed_at = ?2, last_step = ?3
         WHERE person_id = ?1 AND confirmed_at IS NULL";
    USE_STEP = "factors.use_step",
        "UPDATE totp SET last_step = ?2
         WHERE person_id = ?1 AND confirmed_at IS NOT NULL AND last_step < ?2";
    ADD_RECOVERY = "factors.add_recovery",
        "INSERT INTO recovery_code (person_id, code_digest, made_at, used_at)
         VALUES (?1, ?2, ?3, NULL)";
    USE_RECOVERY = "factors.use_recovery",
        "UPDATE recovery_code SET used_at = ?3
         WHERE person_id = ?1 AND code_digest = ?2 AND used_at IS NULL";
    DROP_RECOVERY = "factors.drop_recovery", "DELETE FROM recovery_code WHERE person_id = ?1";
    PASSKEYS = "factors.passkeys",
        "SELECT id, name, credential, made_at, used_at FROM passkey
         WHERE person_id = ?1 ORDER BY made_at LIMIT 50";
    ADD_PASSKEY = "factors.add_passkey",
        "INSERT INTO passkey (id, person_id, credential_id, name, credential, made_at, used_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL)";
    USE_PASSKEY = "factors.use_passkey",
        "UPDATE passkey SET credential = ?3, used_at = ?4 WHERE id = ?1 AND person_id = ?2";
    DROP_PASSKEY = "factors.drop_passkey", "DELETE FROM passkey WHERE id = ?1 AND person_id = ?2";
    DROP_PASSKEYS = "factors.drop_passkeys", "DELETE FROM passkey WHERE person_id = ?1";
    BEGIN_STEP = "factors.begin_step",
        "INSERT INTO login_step (token_digest, kind, person_id, state, ends_at)
         VALUES (?1, ?2, ?3, ?4, ?5)";
    STEP = "factors.step",
        "SELECT person_id, state FROM login_step WHERE token_digest = ?1 AND kind = ?2 AND ends_at > ?3";
    TAKE_STEP = "factors.take_step",
        "DELETE FROM login_step WHERE token_digest = ?1 AND kind = ?2";
    DROP_STEPS = "factors.drop_steps", "DELETE FROM login_step WHERE person_id = ?1";
    CLEAN_STEPS = "factors.clean_steps", "DELETE FROM login_step WHERE ends_at < ?1";
}

/// Which factors a person has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Enrolled {
    /// An authenticator app.
    pub code: bool,
    /// So many passkeys.
    pub passkeys: u32,
    /// So many recovery codes that were not used.
    pub recovery: u32,
}

/// The factors of a person.
pub async fn enrolled(reader: &mut Reader, person: PersonId) -> Result<Enrolled, StoreError> {
    let found = reader
        .first(&ENROLLED, &[person.0.into()], |row| {
            Ok(Enrolled {
                code: row.int(0)? > 0,
                passkeys: crate::count(&ENROLLED, row, 1)?,
                recovery: crate::count(&ENROLLED, row, 2)?,
            })
        })
        .await?;
    Ok(found.unwrap_or_default())
}

/// An authenticator app, as it is kept.
#[derive(Clone, Debug)]
pub struct Totp {
    /// Its secret, sealed.
    pub sealed: Vec<u8>,
    /// Whether a first code was given.
    pub confirmed: bool,
    /// The last step a code was used of.
    pub last_step: i64,
}

/// The authenticator app of a person.
pub async fn totp(reader: &mut Reader, person: PersonId) -> Result<Option<Totp>, StoreError> {
    reader
        .first(&TOTP, &[person.0.into()], |row| {
            Ok(Totp {
                sealed: row.bytes(0)?,
                confirmed: row.opt_at(1)?.is_some(),
                last_step: row.int(2)?,
            })
        })
        .await
}

/// Begins an authenticator app in the place of one that was begun before; `TAKEN` when one counts already.
pub fn begin_totp(batch: &mut Batch, person: PersonId, sealed: Vec<u8>, now: Moment) {
    batch.push(Statement::new(&DROP_PENDING, [Value::from(person.0)]));
    let params = [person.0.into(), sealed.into(), now.into()];
    batch.push(Statement::new(&BEGIN_TOTP, params).one(guard::TAKEN));
}

/// From now on it counts; `ROW` when it does already, or is gone.
pub fn confirm_totp(batch: &mut Batch, person: PersonId, now: Moment, step: i64) {
    let params = [person.0.into(), now.into(), step.into()];
    batch.push(Statement::new(&CONFIRM_TOTP, params).one(guard::ROW));
}

/// Uses the code of a step; `ROW` when it, or a later one, was used.
pub fn use_step(batch: &mut Batch, person: PersonId, step: i64) {
    batch.push(Statement::new(&USE_STEP, [person.0.into(), step.into()]).one(guard::ROW));
}

/// Takes the authenticator app away; `ROW` when there is none.
pub fn drop_totp(batch: &mut Batch, person: PersonId) {
    batch.push(Statement::new(&DROP_TOTP, [Value::from(person.0)]).one(guard::ROW));
}

/// Puts recovery codes in the place of those there were.
pub fn set_recovery(batch: &mut Batch, person: PersonId, digests: &[Vec<u8>], now: Moment) {
    batch.push(Statement::new(&DROP_RECOVERY, [Value::from(person.0)]));
    for digest in digests {
        let params = [person.0.into(), digest.clone().into(), now.into()];
        batch.push(Statement::new(&ADD_RECOVERY, params));
    }
}

/// Uses a recovery code; `ROW` when it is none, or was used.
pub fn use_recovery(batch: &mut Batch, person: PersonId, digest: &[u8], now: Moment) {
    let params = [person.0.into(), digest.into(), now.into()];
    batch.push(Statement::new(&USE_RECOVERY, params).one(guard::ROW));
}

/// A passkey, as it is kept.
#[derive(Clone, Debug)]
pub struct Passkey {
    /// Which one.
    pub id: Uuid,
    /// What its person calls it.
    pub name: String,
    /// What the server knows of it, as JSON.
    pub credential: String,
    /// When it was made.
    pub made: Moment,
    /// When it was last used.
    pub used: Option<Moment>,
}

/// The passkeys of a person, the oldest first.
pub async fn passkeys(reader: &mut Reader, person: PersonId) -> Result<Vec<Passkey>, StoreError> {
    reader
        .all(&PASSKEYS, &[person.0.into()], |row| {
            Ok(Passkey {
                id: row.id(0)?,
                name: row.text(1)?,
                credential: row.text(2)?,
                made: row.at(3)?,
                used: row.opt_at(4)?,
            })
        })
        .await
}

/// Adds a passkey; `TAKEN` when it is known already.
pub fn add_passkey(batch: &mut Batch, person: PersonId, credential_id: &[u8], passkey: &Passkey) {
    let params = [
        passkey.id.into(),
        person.0.into(),
        credential_id.into(),
        passkey.name.as_str().into(),
        passkey.credential.as_str().into(),
        passkey.made.into(),
    ];
    batch.push(Statement::new(&ADD_PASSKEY, params).one(guard::TAKEN));
}

/// Records that a passkey was used, and what it said of itself then; `ROW` when it is gone.
pub fn use_passkey(batch: &mut Batch, person: PersonId, id: Uuid, credential: &str, now: Moment) {
    let params = [id.into(), person.0.into(), credential.into(), now.into()];
    batch.push(Statement::new(&USE_PASSKEY, params).one(guard::ROW));
}

/// Takes a passkey away; `ROW` when it is gone.
pub fn drop_passkey(batch: &mut Batch, person: PersonId, id: Uuid) {
    batch.push(Statement::new(&DROP_PASSKEY, [id.into(), person.0.into()]).one(guard::ROW));
}

/// Takes every factor of a person away, and what was begun with one.
pub fn drop_all(batch: &mut Batch, person: PersonId) {
    for sql in [&DROP_TOTP, &DROP_RECOVERY, &DROP_PASSKEYS, &DROP_STEPS] {
        batch.push(Statement::new(sql, [Value::from(person.0)]));
    }
}

/// Begins what is finished within minutes.
pub fn begin_step(
    batch: &mut Batch,
    token_digest: &[u8],
    kind: &str,
    person: Option<PersonId>,
    state: &str,
    ends: Moment,
) {
    let params = [
        token_digest.into(),
        kind.into(),
        person.map(|id| id.0).into(),
        state.into(),
        ends.into(),
    ];
    batch.push(Statement::new(&BEGIN_STEP, params).one(guard::TAKEN));
}

/// What was begun, while it can be finished: whose it is, and its state.
pub async fn step(
    reader: &mut Reader,
    token_digest: &[u8],
    kind: &str,
    now: Moment,
) -> Result<Option<(Option<PersonId>, String)>, StoreError> {
    let params = [token_digest.into(), kind.into(), now.into()];
    reader
        .first(&STEP, &params, |row| {
            Ok((row.opt_id(0)?.map(PersonId), row.text(1)?))
        })
        .await
}

/// Finishes what was begun; `ROW` when it was finished before.
pub fn take_step(batch: &mut Batch, token_digest: &[u8], kind: &str) {
    let params = [token_digest.into(), kind.into()];
    batch.push(Statement::new(&TAKE_STEP, params).one(guard::ROW));
}

/// Forgets what was begun and never finished.
pub fn clean(batch: &mut Batch, now: Moment) {
    batch.push(Statement::new(&CLEAN_STEPS, [Value::from(now)]));
}
