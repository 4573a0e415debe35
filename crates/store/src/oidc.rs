//! Logging in at a provider outside: what was begun, who somebody there is here, which sessions began
//! there. Secrets come in sealed; no dossier content.

use domain::Moment;
use domain::ids::{OrganisationId, PersonId};
use domain::people::Role;

use crate::engine::{Batch, Row, Sql, Statement, Value};
use crate::{Reader, StoreError, guard, known, statements};

statements! {
    BEGIN = "oidc.begin",
        "INSERT INTO oidc_flow (state_digest, browser_digest, person_id, sealed, ends_at)
         VALUES (?1, ?2, ?3, ?4, ?5)";
    FLOW = "oidc.flow",
        "SELECT browser_digest, person_id, sealed, ends_at FROM oidc_flow WHERE state_digest = ?1";
    TAKE = "oidc.take", "DELETE FROM oidc_flow WHERE state_digest = ?1";
    CLEAN_FLOWS = "oidc.clean_flows", "DELETE FROM oidc_flow WHERE ends_at < ?1";
    KNOWN = "oidc.known",
        "SELECT p.id, p.name, p.role, p.demo, u.organisation_id
         FROM oidc_identity i JOIN person p ON p.id = i.person_id LEFT JOIN unit u ON u.id = p.unit_id
         WHERE i.issuer = ?1 AND i.subject = ?2 AND p.active";
    OF_OWN_DOSSIER = "oidc.of_own_dossier",
        "SELECT p.id, p.name, p.role, p.demo, NULL
         FROM dossier d JOIN person p ON p.own_dossier_id = d.id
         WHERE d.insz_digest = ?1 AND p.active AND p.role = 'client' LIMIT 2";
    HAS_IDENTITY = "oidc.has_identity",
        "SELECT linked_at FROM oidc_identity WHERE person_id = ?1 AND issuer = ?2";
    LINK = "oidc.link",
        "INSERT INTO oidc_identity (issuer, subject, person_id, linked_at) VALUES (?1, ?2, ?3, ?4)";
    UNLINK = "oidc.unlink", "DELETE FROM oidc_identity WHERE person_id = ?1 AND issuer = ?2";
    SESSION = "oidc.session",
        "INSERT INTO oidc_session (token_digest, issuer, subject, sid, id_token_sealed, ends_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    ID_TOKEN = "oidc.id_token",
        "SELECT issuer, id_token_sealed FROM oidc_session WHERE token_digest = ?1";
    MOVE = "oidc.move",
        "UPDATE oidc_session SET token_digest = ?2, id_token_sealed = ?3 WHERE token_digest = ?1";
    SESSION_OF = "oidc.session_of", "SELECT id_token_sealed FROM oidc_session WHERE token_digest = ?1";
    FORGET = "oidc.forget", "DELETE FROM oidc_session WHERE token_digest = ?1";
    CLEAN_SESSIONS = "oidc.clean_sessions", "DELETE FROM oidc_session WHERE ends_at < ?1";
    ANY_SID = "oidc.any_sid",
        "SELECT 1 FROM oidc_session WHERE issuer = ?1 AND sid = ?2 AND subject = ?3 LIMIT 1";
    ANY_SUBJECT = "oidc.any_subject",
        "SELECT 1 FROM oidc_session WHERE issuer = ?1 AND subject = ?2 LIMIT 1";
    STOP_SID = "oidc.stop_sid",
        "DELETE FROM session WHERE token_digest IN (
             SELECT token_digest FROM oidc_session WHERE issuer = ?1 AND sid = ?2 AND subject = ?3)";
    STOP_SUBJECT = "oidc.stop_subject",
        "DELETE FROM session WHERE token_digest IN (
             SELECT token_digest FROM oidc_session WHERE issuer = ?1 AND subject = ?2)";
    FORGET_SID = "oidc.forget_sid",
        "DELETE FROM oidc_session WHERE issuer = ?1 AND sid = ?2 AND subject = ?3";
    FORGET_SUBJECT = "oidc.forget_subject",
        "DELETE FROM oidc_session WHERE issuer = ?1 AND subject = ?2";
    LOGOUT = "oidc.logout", "INSERT INTO oidc_logout (token_digest, at) VALUES (?1, ?2)";
    CLEAN_LOGOUTS = "oidc.clean_logouts", "DELETE FROM oidc_logout WHERE at < ?1";
}

/// A log-in that was begun.
#[derive(Clone, Debug)]
pub struct Flow {
    /// The digest of the state that comes back.
    pub state_digest: [u8; 32],
    /// The digest of the cookie of the browser that began it.
    pub browser_digest: Vec<u8>,
    /// Who links; none for a log-in.
    pub person: Option<PersonId>,
    /// What is kept meanwhile.
    pub sealed: Vec<u8>,
    /// Until when it counts.
    pub ends: Moment,
}

/// Begins one.
pub fn begin(batch: &mut Batch, flow: &Flow) {
    let params = [
        flow.state_digest.as_slice().into(),
        flow.browser_digest.as_slice().into(),
        flow.person.map(|id| id.0).into(),
        flow.sealed.as_slice().into(),
        flow.ends.into(),
    ];
    batch.push(Statement::new(&BEGIN, params).one(guard::TAKEN));
}

/// One that was begun, whether it still counts or not.
pub async fn flow(
    reader: &mut Reader,
    state_digest: &[u8; 32],
) -> Result<Option<Flow>, StoreError> {
    reader
        .first(&FLOW, &[state_digest.as_slice().into()], |row| {
            Ok(Flow {
                state_digest: *state_digest,
                browser_digest: row.bytes(0)?,
                person: row.opt_id(1)?.map(PersonId),
                sealed: row.bytes(2)?,
                ends: row.at(3)?,
            })
        })
        .await
}

/// Takes one out, whatever becomes of it; `ROW` when somebody else did.
pub fn take(batch: &mut Batch, state_digest: &[u8; 32]) {
    let params = [Value::from(state_digest.as_slice())];
    batch.push(Statement::new(&TAKE, params).one(guard::ROW));
}

/// Who somebody at a provider is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: PersonId,
    /// Name as shown.
    pub name: String,
    /// In which role.
    pub role: Role,
    /// Whether this is one of the demo's accounts.
    pub demo: bool,
    /// For which organisation.
    pub organisation: Option<OrganisationId>,
}

fn person(statement: &'static Sql, row: &Row<'_>) -> Result<Person, StoreError> {
    Ok(Person {
        id: PersonId(row.id(0)?),
        name: row.text(1)?,
        role: known(statement, "role", Role::from_code(row.text_ref(2)?))?,
        demo: row.bool(3)?,
        organisation: row.opt_id(4)?.map(OrganisationId),
    })
}

/// The active person who is linked to an identity.
pub async fn person_of(
    reader: &mut Reader,
    issuer: &str,
    subject: &str,
) -> Result<Option<Person>, StoreError> {
    reader
        .first(&KNOWN, &[issuer.into(), subject.into()], |row| {
            person(&KNOWN, row)
        })
        .await
}

/// The active client whose own dossier has this digest of a national number; nobody when several have
/// an account on that dossier.
pub async fn client_of(
    reader: &mut Reader,
    insz_digest: &[u8],
) -> Result<Option<Person>, StoreError> {
    let mut found = reader
        .all(&OF_OWN_DOSSIER, &[insz_digest.into()], |row| {
            person(&OF_OWN_DOSSIER, row)
        })
        .await?;
    Ok(found.pop().filter(|_| found.is_empty()))
}

/// Since when a person is linked to a provider.
pub async fn linked_since(
    reader: &mut Reader,
    person: PersonId,
    issuer: &str,
) -> Result<Option<Moment>, StoreError> {
    reader
        .first(&HAS_IDENTITY, &[person.0.into(), issuer.into()], |row| {
            row.at(0)
        })
        .await
}

/// Links a person to an identity; `TAKEN` when either is linked at this provider already.
pub fn link(batch: &mut Batch, issuer: &str, subject: &str, person: PersonId, now: Moment) {
    let params = [issuer.into(), subject.into(), person.0.into(), now.into()];
    batch.push(Statement::new(&LINK, params).one(guard::TAKEN));
}

/// Takes the link of a person to a provider away; `ROW` when there is none.
pub fn unlink(batch: &mut Batch, person: PersonId, issuer: &str) {
    let params = [person.0.into(), issuer.into()];
    batch.push(Statement::new(&UNLINK, params).one(guard::ROW));
}

/// A session that began at a provider.
#[derive(Clone, Debug)]
pub struct Began {
    /// The digest of its token.
    pub token_digest: [u8; 32],
    /// Where.
    pub issuer: String,
    /// Who, there.
    pub subject: String,
    /// Which session, there.
    pub sid: Option<String>,
    /// The token to show when logging out there.
    pub id_token_sealed: Vec<u8>,
    /// When the session ends, whatever happens.
    pub ends: Moment,
}

/// Keeps with a session where it began.
pub fn keep_session(batch: &mut Batch, began: &Began) {
    let params = [
        began.token_digest.as_slice().into(),
        began.issuer.as_str().into(),
        began.subject.as_str().into(),
        began.sid.clone().into(),
        began.id_token_sealed.as_slice().into(),
        began.ends.into(),
    ];
    batch.push(Statement::new(&SESSION, params).one(guard::TAKEN));
}

/// The sealed token of the provider where a session began.
pub async fn id_token(
    reader: &mut Reader,
    token_digest: &[u8; 32],
    issuer: &str,
) -> Result<Option<Vec<u8>>, StoreError> {
    let found = reader
        .first(&ID_TOKEN, &[token_digest.as_slice().into()], |row| {
            Ok((row.text(0)?, row.bytes(1)?))
        })
        .await?;
    Ok(found.and_then(|(at, sealed)| (at == issuer).then_some(sealed)))
}

/// The sealed identity of a session that began at a provider.
pub async fn sealed_of(
    reader: &mut Reader,
    token_digest: &[u8; 32],
) -> Result<Option<Vec<u8>>, StoreError> {
    reader
        .first(&SESSION_OF, &[token_digest.as_slice().into()], |row| {
            row.bytes(0)
        })
        .await
}

/// Keeps where a session began under its new token, sealed for that.
pub fn move_session(batch: &mut Batch, before: &[u8; 32], after: &[u8; 32], sealed: &[u8]) {
    let params = [
        Value::from(before.as_slice()),
        after.as_slice().into(),
        sealed.into(),
    ];
    batch.push(Statement::new(&MOVE, params));
}

/// Forgets where a session began, since it ended.
pub fn forget_session(batch: &mut Batch, token_digest: &[u8; 32]) {
    let params = [Value::from(token_digest.as_slice())];
    batch.push(Statement::new(&FORGET, params));
}

/// Whose sessions, or which one, the provider ended.
#[derive(Clone, Copy, Debug)]
pub struct Ended<'a> {
    /// The provider.
    pub issuer: &'a str,
    /// Who.
    pub subject: &'a str,
    /// Only this session.
    pub sid: Option<&'a str>,
}

impl Ended<'_> {
    fn params(self) -> Vec<Value> {
        match self.sid {
            Some(sid) => vec![self.issuer.into(), sid.into(), self.subject.into()],
            None => vec![self.issuer.into(), self.subject.into()],
        }
    }
}

/// Whether a session is still known that the provider ended.
pub async fn any_ended(reader: &mut Reader, ended: Ended<'_>) -> Result<bool, StoreError> {
    let statement: &'static Sql = match ended.sid {
        Some(_) => &ANY_SID,
        None => &ANY_SUBJECT,
    };
    let found = reader.first(statement, &ended.params(), |_| Ok(())).await?;
    Ok(found.is_some())
}

/// Ends the sessions that the provider ended, on every server; `TAKEN` when this token did so before.
pub fn stop_ended(batch: &mut Batch, ended: Ended<'_>, token_digest: &[u8; 32], now: Moment) {
    let once = [token_digest.as_slice().into(), now.into()];
    batch.push(Statement::new(&LOGOUT, once).one(guard::TAKEN));
    let (stop, forget): (&'static Sql, &'static Sql) = match ended.sid {
        Some(_) => (&STOP_SID, &FORGET_SID),
        None => (&STOP_SUBJECT, &FORGET_SUBJECT),
    };
    batch.push(Statement::new(stop, ended.params()));
    batch.push(Statement::new(forget, ended.params()));
}

/// Forgets what no longer counts; logout tokens from before an instant are too old to come again.
pub fn clean(batch: &mut Batch, now: Moment, logouts_before: Moment) {
    batch.push(Statement::new(&CLEAN_FLOWS, [Value::from(now)]));
    batch.push(Statement::new(&CLEAN_SESSIONS, [Value::from(now)]));
    batch.push(Statement::new(
        &CLEAN_LOGOUTS,
        [Value::from(logouts_before)],
    ));
}
