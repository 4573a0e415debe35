//! Sessions and log-in attempts. Only digests of tokens are stored.

use domain::ids::{DossierId, FunctionId, OrganisationId, PersonId, UnitId};
use domain::login::{Confirmed, Method};
use domain::people::{Actor, Role, Unit};
use domain::{Day, Moment};
use uuid::Uuid;

use crate::engine::{Batch, Row, Statement, Value};
use crate::{Reader, StoreError, guard, known, statements};

statements! {
    FIND = "sessions.find",
        "SELECT p.id, p.name, a.role, p.own_dossier_id, s.seen_at, s.ends_at,
                u.id, u.organisation_id, u.name, u.address, u.number, p.demo, a.id, a.chosen_at,
                EXISTS (SELECT 1 FROM person_function b
                        WHERE b.person_id = p.id AND b.id <> a.id AND b.ended_at IS NULL),
                coalesce(s.confirmed_at, s.started_at), s.method
         FROM session s JOIN person p ON p.id = s.person_id
         JOIN person_function a ON a.id = coalesce(s.function_id, s.person_id)
         LEFT JOIN unit u ON u.id = a.unit_id LEFT JOIN organisation o ON o.id = a.organisation_id
         WHERE s.token_digest = ?1 AND p.active AND a.ended_at IS NULL AND o.closed_at IS NULL";
    START = "sessions.start",
        "INSERT INTO session (token_digest, person_id, started_at, seen_at, ends_at, id, method, device,
                              confirmed_at, function_id)
         VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?3, ?8)";
    SWITCH = "sessions.switch",
        "UPDATE session SET token_digest = ?2, function_id = ?3, seen_at = ?4
         WHERE token_digest = ?1 AND person_id = ?5";
    STOP_OF_FUNCTION = "sessions.stop_of_function", "DELETE FROM session WHERE function_id = ?1";
    STOP_OF_ORGANISATION = "sessions.stop_of_organisation",
        "DELETE FROM session
         WHERE function_id IN (SELECT id FROM person_function WHERE organisation_id = ?1)";
    TOUCH = "sessions.touch",
        "UPDATE session SET seen_at = ?2 WHERE token_digest = ?1 AND seen_at < ?2";
    STOP = "sessions.stop", "DELETE FROM session WHERE token_digest = ?1";
    CLEAN = "sessions.clean", "DELETE FROM session WHERE ends_at < ?1";
    ATTEMPTS = "sessions.attempts",
        "SELECT count(*), max(at) FROM login_attempt WHERE key_digest = ?1 AND at > ?2";
    ATTEMPT = "sessions.attempt",
        "INSERT INTO login_attempt (key_digest, at, id) VALUES (?1, ?2, ?3)";
    FORGET = "sessions.forget", "DELETE FROM login_attempt WHERE key_digest = ?1";
    FORGET_OLD = "sessions.forget_old", "DELETE FROM login_attempt WHERE at < ?1";
    RESERVE = "sessions.reserve",
        "INSERT INTO login_count (key_digest, day, verifications) VALUES (?1, ?2, 1)
         ON CONFLICT (key_digest, day) DO UPDATE SET verifications = login_count.verifications + 1
         WHERE login_count.verifications < ?3";
    GIVE_BACK = "sessions.give_back",
        "UPDATE login_count SET verifications = verifications - 1
         WHERE key_digest = ?1 AND day = ?2 AND verifications > 0";
    CLEAN_COUNTS = "sessions.clean_counts", "DELETE FROM login_count WHERE day < ?1";
    KNOWN_DEVICE = "sessions.known_device",
        "SELECT person_id FROM known_device WHERE token_digest = ?1 AND ends_at > ?2";
    KNOW_DEVICE = "sessions.know_device",
        "INSERT INTO known_device (token_digest, person_id, ends_at) VALUES (?1, ?2, ?3)";
    OF_PERSON = "sessions.of_person",
        "SELECT token_digest, id, device, method, started_at, seen_at FROM session
         WHERE person_id = ?1 AND ends_at > ?2 ORDER BY started_at DESC LIMIT 50";
    CONFIRM = "sessions.confirm",
        "UPDATE session SET token_digest = ?2, confirmed_at = ?3, seen_at = ?3 WHERE token_digest = ?1";
    RENEW = "sessions.renew",
        "UPDATE session SET token_digest = ?2, confirmed_at = ?3, seen_at = ?3, method = ?4
         WHERE token_digest = ?1";
    STOP_ONE = "sessions.stop_one", "DELETE FROM session WHERE person_id = ?1 AND id = ?2";
    STOP_ALL = "sessions.stop_all", "DELETE FROM session WHERE person_id = ?1";
    STOP_OTHERS = "sessions.stop_others",
        "DELETE FROM session WHERE person_id = ?1 AND token_digest <> ?2";
    STOP_BEYOND = "sessions.stop_beyond",
        "DELETE FROM session WHERE token_digest IN
            (SELECT token_digest FROM session WHERE person_id = ?1 AND token_digest <> ?2
             ORDER BY started_at DESC LIMIT 1000 OFFSET ?3)";
    HAS_DEVICE = "sessions.has_device",
        "SELECT 1 FROM known_device WHERE person_id = ?1 AND ends_at > ?2 LIMIT 1";
    FORGET_DEVICES = "sessions.forget_devices", "DELETE FROM known_device WHERE person_id = ?1";
    CLEAN_DEVICES = "sessions.clean_devices", "DELETE FROM known_device WHERE ends_at < ?1";
}

/// A session that was found, whether it still counts or not.
#[derive(Clone, Debug)]
pub struct Found {
    /// Who it belongs to.
    pub actor: Actor,
    /// Last use that was recorded.
    pub seen: Moment,
    /// When it ends, whatever happens.
    pub ends: Moment,
    /// Whether this is one of the demo's accounts.
    pub demo: bool,
    /// The function it acts in.
    pub function: FunctionId,
    /// Whether the person ever chose that function.
    pub was_chosen: bool,
    /// Whether the person has other functions.
    pub has_others: bool,
    /// How it began.
    pub method: Method,
}

/// A session to start.
#[derive(Clone, Debug)]
pub struct New {
    /// Whose.
    pub person: PersonId,
    /// The function it acts in.
    pub function: FunctionId,
    /// What it is called in a list.
    pub id: Uuid,
    /// How it begins.
    pub method: Method,
    /// What the browser says it is.
    pub device: String,
    /// When it ends, whatever happens.
    pub ends: Moment,
}

/// The session of a token digest, with its person and unit, in one look-up.
pub async fn find(reader: &mut Reader, token_digest: &[u8]) -> Result<Option<Found>, StoreError> {
    reader
        .first(&FIND, &[token_digest.into()], |row| {
            Ok(Found {
                actor: Actor {
                    person: PersonId(row.id(0)?),
                    name: row.text(1)?,
                    role: known(&FIND, "role", Role::from_code(row.text_ref(2)?))?,
                    own_dossier: row.opt_id(3)?.map(DossierId),
                    unit: unit_at(row, 6)?,
                    confirmed: Confirmed::At(row.at(15)?),
                },
                seen: row.at(4)?,
                ends: row.at(5)?,
                demo: row.bool(11)?,
                function: FunctionId(row.id(12)?),
                was_chosen: row.opt_at(13)?.is_some(),
                has_others: row.bool(14)?,
                method: known(&FIND, "method", Method::from_code(row.text_ref(16)?))?,
            })
        })
        .await
}

/// A unit in five neighbouring columns: id, organisation, name, address, number.
pub(crate) fn unit_at(row: &Row<'_>, first: usize) -> Result<Option<Unit>, StoreError> {
    let Some(id) = row.opt_id(first)? else {
        return Ok(None);
    };
    Ok(Some(Unit {
        id: UnitId(id),
        organisation: OrganisationId(row.id(first + 1)?),
        name: row.text(first + 2)?,
        address: row.text(first + 3)?,
        number: row.text(first + 4)?,
    }))
}

/// A session in the list of its person.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The digest of its token.
    pub token_digest: Vec<u8>,
    /// What it is called; none when it is older than these names.
    pub id: Option<Uuid>,
    /// What the browser said it is.
    pub device: String,
    /// How it began.
    pub method: Method,
    /// When it began.
    pub started: Moment,
    /// Last use that was recorded.
    pub seen: Moment,
}

/// The sessions of a person that did not end, the last first, at most 50.
pub async fn of_person(
    reader: &mut Reader,
    person: PersonId,
    now: Moment,
) -> Result<Vec<Listed>, StoreError> {
    reader
        .all(&OF_PERSON, &[person.0.into(), now.into()], |row| {
            Ok(Listed {
                token_digest: row.bytes(0)?,
                id: row.opt_id(1)?,
                device: row.text(2)?,
                method: known(&OF_PERSON, "method", Method::from_code(row.text_ref(3)?))?,
                started: row.at(4)?,
                seen: row.at(5)?,
            })
        })
        .await
}

/// Gives a session a new token after its person proved to be there; `ROW` when it is over.
pub fn confirm(batch: &mut Batch, old_digest: &[u8], new_digest: &[u8], now: Moment) {
    let params = [old_digest.into(), new_digest.into(), now.into()];
    batch.push(Statement::new(&CONFIRM, params).one(guard::ROW));
}

/// The same, when the person also set up another way to log in.
pub fn renew(batch: &mut Batch, old_digest: &[u8], new_digest: &[u8], now: Moment, method: Method) {
    let params = [
        old_digest.into(),
        new_digest.into(),
        now.into(),
        method.code().into(),
    ];
    batch.push(Statement::new(&RENEW, params).one(guard::ROW));
}

/// Ends one session of a person; `ROW` when it is over, or of somebody else.
pub fn stop_one(batch: &mut Batch, person: PersonId, id: Uuid) {
    batch.push(Statement::new(&STOP_ONE, [person.0.into(), id.into()]).one(guard::ROW));
}

/// Ends every session of a person, and knows none of their browsers any more.
pub fn stop_all(batch: &mut Batch, person: PersonId) {
    batch.push(Statement::new(&STOP_ALL, [Value::from(person.0)]));
    batch.push(Statement::new(&FORGET_DEVICES, [Value::from(person.0)]));
}

/// Ends the oldest sessions of a person: of those beside this one, so many stay.
pub fn stop_beyond(batch: &mut Batch, person: PersonId, own_digest: &[u8], others: u32) {
    batch.push(Statement::new(
        &STOP_BEYOND,
        [person.0.into(), own_digest.into(), others.into()],
    ));
}

/// Whether some browser of this person is known.
pub async fn has_device(
    reader: &mut Reader,
    person: PersonId,
    now: Moment,
) -> Result<bool, StoreError> {
    let found = reader
        .first(&HAS_DEVICE, &[person.0.into(), now.into()], |_| Ok(()))
        .await?;
    Ok(found.is_some())
}

/// Ends every session of a person but one.
pub fn stop_others(batch: &mut Batch, person: PersonId, own_digest: &[u8]) {
    batch.push(Statement::new(
        &STOP_OTHERS,
        [person.0.into(), own_digest.into()],
    ));
}

/// Starts a session.
pub fn start(batch: &mut Batch, token_digest: &[u8], session: &New, now: Moment) {
    let params = [
        token_digest.into(),
        session.person.0.into(),
        now.into(),
        session.ends.into(),
        session.id.into(),
        session.method.code().into(),
        session.device.as_str().into(),
        session.function.0.into(),
    ];
    batch.push(Statement::new(&START, params).one(guard::TAKEN));
}

/// Goes on under another token, in another function of the same person; `ROW` when the session is over.
pub fn switch(
    batch: &mut Batch,
    (before, after): (&[u8], &[u8]),
    person: PersonId,
    function: FunctionId,
    now: Moment,
) {
    let params = [
        before.into(),
        after.into(),
        function.0.into(),
        now.into(),
        person.0.into(),
    ];
    batch.push(Statement::new(&SWITCH, params).one(guard::ROW));
}

/// Ends every session in a function.
pub fn stop_of_function(batch: &mut Batch, function: FunctionId) {
    let params = [Value::from(function.0)];
    batch.push(Statement::new(&STOP_OF_FUNCTION, params));
}

/// Ends every session in a function for an organisation.
pub fn stop_of_organisation(batch: &mut Batch, organisation: OrganisationId) {
    let params = [Value::from(organisation.0)];
    batch.push(Statement::new(&STOP_OF_ORGANISATION, params));
}

/// Records that a session is in use.
pub fn touch(batch: &mut Batch, token_digest: &[u8], now: Moment) {
    batch.push(Statement::new(&TOUCH, [token_digest.into(), now.into()]));
}

/// Ends one session; `ROW` when it was ended already.
pub fn stop(batch: &mut Batch, token_digest: &[u8]) {
    batch.push(Statement::new(&STOP, [Value::from(token_digest)]).one(guard::ROW));
}

/// Forgets sessions that ended and attempts that no longer count.
pub fn clean(batch: &mut Batch, now: Moment, attempts_before: Moment) {
    batch.push(Statement::new(&CLEAN, [Value::from(now)]));
    batch.push(Statement::new(&FORGET_OLD, [Value::from(attempts_before)]));
    let day = attempts_before.brussels_day();
    batch.push(Statement::new(&CLEAN_COUNTS, [Value::from(day)]));
    batch.push(Statement::new(&CLEAN_DEVICES, [Value::from(now)]));
}

/// Counts one comparison of a password for a key on a day; `LIMIT` when there were so many.
pub fn reserve(batch: &mut Batch, key_digest: &[u8], day: Day, most: u32) {
    let params = [key_digest.into(), day.into(), most.into()];
    batch.push(Statement::new(&RESERVE, params).one(guard::LIMIT));
}

/// Takes a counted comparison back, because the password was right.
pub fn give_back(batch: &mut Batch, key_digest: &[u8], day: Day) {
    batch.push(Statement::new(&GIVE_BACK, [key_digest.into(), day.into()]));
}

/// Whose browser this token is of, while it is known.
pub async fn known_device(
    reader: &mut Reader,
    token_digest: &[u8],
    now: Moment,
) -> Result<Option<PersonId>, StoreError> {
    reader
        .first(&KNOWN_DEVICE, &[token_digest.into(), now.into()], |row| {
            Ok(PersonId(row.id(0)?))
        })
        .await
}

/// Makes a browser known.
pub fn know_device(batch: &mut Batch, token_digest: &[u8], person: PersonId, ends: Moment) {
    let params = [token_digest.into(), person.0.into(), ends.into()];
    batch.push(Statement::new(&KNOW_DEVICE, params).one(guard::TAKEN));
}

/// How many wrong attempts a key had since an instant, and the last one.
pub async fn attempts(
    reader: &mut Reader,
    key_digest: &[u8],
    since: Moment,
) -> Result<(u32, Option<Moment>), StoreError> {
    let found = reader
        .first(&ATTEMPTS, &[key_digest.into(), since.into()], |row| {
            Ok((crate::count(&ATTEMPTS, row, 0)?, row.opt_at(1)?))
        })
        .await?;
    Ok(found.unwrap_or((0, None)))
}

/// Records a wrong attempt.
pub fn attempt(batch: &mut Batch, key_digest: &[u8], now: Moment, id: Uuid) {
    batch.push(Statement::new(
        &ATTEMPT,
        [key_digest.into(), now.into(), id.into()],
    ));
}

/// Forgets the wrong attempts of a key after a right one.
pub fn forget_attempts(batch: &mut Batch, key_digest: &[u8]) {
    batch.push(Statement::new(&FORGET, [Value::from(key_digest)]));
}
