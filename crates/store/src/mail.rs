//! Where a person's notices are mailed to, and the mails themselves. No dossier content: a mail names a
//! person and a kind.

use domain::Moment;
use domain::ids::PersonId;
use domain::mail::MailAddress;
use uuid::Uuid;

use crate::engine::{Batch, Statement};
use crate::{Reader, StoreError, guard, known, parsed, statements};

statements! {
    ADDRESS = "mail.address",
        "SELECT a.address, a.pending, a.pending_id, a.pending_until, a.wanted, a.quiet_until, p.active
         FROM person p LEFT JOIN mail_address a ON a.person_id = p.id WHERE p.id = ?1";
    ASK = "mail.ask",
        "INSERT INTO mail_address (person_id, address, pending, pending_id, pending_until, wanted, quiet_until)
         VALUES (?1, NULL, ?2, ?3, ?4, TRUE, NULL)
         ON CONFLICT (person_id) DO UPDATE SET pending = ?2, pending_id = ?3, pending_until = ?4";
    CONFIRM = "mail.confirm",
        "UPDATE mail_address SET address = pending, pending = NULL, pending_id = NULL, pending_until = NULL
         WHERE person_id = ?1 AND pending_id = ?2";
    FORGET = "mail.forget",
        "UPDATE mail_address SET address = NULL, pending = NULL, pending_id = NULL, pending_until = NULL
         WHERE person_id = ?1";
    WANT = "mail.want", "UPDATE mail_address SET wanted = ?2 WHERE person_id = ?1";
    BE_QUIET = "mail.be_quiet",
        "UPDATE mail_address SET quiet_until = ?3
         WHERE person_id = ?1 AND coalesce(quiet_until, ?2) <= ?2";
    TO_MAIL = "mail.to_mail",
        "SELECT id, person_id, at FROM outbox WHERE mail_due <= ?1 ORDER BY mail_due LIMIT 500";
    TAKEN = "mail.taken", "UPDATE outbox SET mail_due = ?2 WHERE id = ?1";
    MAKE = "mail.make",
        "INSERT INTO mail (id, kind, person_id, made_at, version, tries, due_at, sent_at, gave_up_at)
         VALUES (?1, ?2, ?3, ?4, 1, 0, ?4, NULL, NULL)";
    DUE = "mail.due",
        "SELECT id, kind, person_id, made_at, version, tries FROM mail
         WHERE due_at <= ?1 ORDER BY due_at LIMIT 50";
    CLAIM = "mail.claim",
        "UPDATE mail SET due_at = ?3, version = version + 1, tries = tries + 1
         WHERE id = ?1 AND version = ?2";
    SENT = "mail.sent",
        "UPDATE mail SET due_at = NULL, sent_at = ?3, version = version + 1
         WHERE id = ?1 AND version = ?2";
    LATER = "mail.later",
        "UPDATE mail SET due_at = ?3, version = version + 1 WHERE id = ?1 AND version = ?2";
    GIVE_UP = "mail.give_up",
        "UPDATE mail SET due_at = NULL, gave_up_at = ?3, version = version + 1
         WHERE id = ?1 AND version = ?2";
    DROP = "mail.drop", "DELETE FROM mail WHERE id = ?1 AND version = ?2";
    RECENT = "mail.recent",
        "SELECT kind FROM mail WHERE person_id = ?1 AND made_at > ?2 LIMIT 500";
    WAITING = "mail.waiting",
        "SELECT tries FROM mail WHERE due_at <= ?1 ORDER BY due_at LIMIT 10000";
    GAVE_UP = "mail.gave_up",
        "SELECT gave_up_at FROM mail WHERE gave_up_at > ?1 ORDER BY gave_up_at DESC LIMIT 10000";
    LAST_SENT = "mail.last_sent",
        "SELECT sent_at FROM mail WHERE sent_at > ?1 ORDER BY sent_at DESC LIMIT 1";
    CLEAN_SENT = "mail.clean_sent", "DELETE FROM mail WHERE sent_at < ?1";
    CLEAN_GIVEN_UP = "mail.clean_given_up", "DELETE FROM mail WHERE gave_up_at < ?1";
}

/// What a mail is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailKind {
    /// There is a notice, or more than one.
    Notices,
    /// An address is to be confirmed.
    Confirm,
}

impl MailKind {
    fn code(self) -> &'static str {
        match self {
            MailKind::Notices => "notices",
            MailKind::Confirm => "confirm",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        [MailKind::Notices, MailKind::Confirm]
            .into_iter()
            .find(|kind| kind.code() == code)
    }
}

/// An address that waits until its owner confirms it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The address.
    pub address: MailAddress,
    /// Which link confirms it; also the mail that carries the link.
    pub id: Uuid,
    /// Until when the link counts.
    pub until: Moment,
}

/// Where a person's notices go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// The confirmed address.
    pub address: Option<MailAddress>,
    /// One that waits.
    pub pending: Option<Pending>,
    /// Whether the person wants notices mailed.
    pub wanted: bool,
    /// No other mail of notices before this.
    pub quiet_until: Option<Moment>,
    /// Whether the person can still log in.
    pub active: bool,
}

/// Where the notices of a person go; none when there is no such person.
pub async fn destination(
    reader: &mut Reader,
    person: PersonId,
) -> Result<Option<Destination>, StoreError> {
    reader
        .first(&ADDRESS, &[person.0.into()], |row| {
            let parse = MailAddress::parse;
            let pending = match (row.opt_text(1)?, row.opt_id(2)?, row.opt_at(3)?) {
                (Some(text), Some(id), Some(until)) => Some(Pending {
                    address: known(&ADDRESS, "pending", parse(&text).ok())?,
                    id,
                    until,
                }),
                _ => None,
            };
            Ok(Destination {
                address: parsed(&ADDRESS, "address", row.opt_text(0)?, parse)?,
                pending,
                wanted: row.opt_bool(4)?.unwrap_or(true),
                quiet_until: row.opt_at(5)?,
                active: row.bool(6)?,
            })
        })
        .await
}

/// Keeps an address that its owner is to confirm; the one before it stays in use until then.
pub fn ask(batch: &mut Batch, person: PersonId, pending: &Pending) {
    let params = [
        person.0.into(),
        pending.address.as_str().into(),
        pending.id.into(),
        pending.until.into(),
    ];
    batch.push(Statement::new(&ASK, params));
}

/// Takes the address that waits into use; `ROW` when another link is the one that counts.
pub fn confirm(batch: &mut Batch, person: PersonId, link: Uuid) {
    batch.push(Statement::new(&CONFIRM, [person.0.into(), link.into()]).one(guard::ROW));
}

/// Forgets the addresses of a person.
pub fn forget(batch: &mut Batch, person: PersonId) {
    batch.push(Statement::new(
        &FORGET,
        [crate::engine::Value::from(person.0)],
    ));
}

/// Sets whether a person wants notices mailed.
pub fn want(batch: &mut Batch, person: PersonId, wanted: bool) {
    batch.push(Statement::new(&WANT, [person.0.into(), wanted.into()]));
}

/// Lets a person have no other mail of notices until an instant; `ROW` when somebody just did.
pub fn be_quiet(batch: &mut Batch, person: PersonId, now: Moment, until: Moment) {
    let params = [person.0.into(), now.into(), until.into()];
    batch.push(Statement::new(&BE_QUIET, params).one(guard::ROW));
}

/// A notice that is to be mailed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ToMail {
    /// Which notice.
    pub notice: Uuid,
    /// To whom.
    pub person: PersonId,
    /// From when.
    pub at: Moment,
}

/// The notices that are to be mailed by now, at most 500.
pub async fn to_mail(reader: &mut Reader, now: Moment) -> Result<Vec<ToMail>, StoreError> {
    reader
        .all(&TO_MAIL, &[now.into()], |row| {
            Ok(ToMail {
                notice: row.id(0)?,
                person: PersonId(row.id(1)?),
                at: row.at(2)?,
            })
        })
        .await
}

/// A notice is in a mail or needs none; or it is looked at again at an instant.
pub fn taken(batch: &mut Batch, notice: Uuid, again: Option<Moment>) {
    batch.push(Statement::new(&TAKEN, [notice.into(), again.into()]));
}

/// Makes a mail that is to be sent now.
pub fn make(batch: &mut Batch, id: Uuid, kind: MailKind, person: PersonId, now: Moment) {
    let params = [id.into(), kind.code().into(), person.0.into(), now.into()];
    batch.push(Statement::new(&MAKE, params).one(guard::TAKEN));
}

/// A mail that is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Which one; it stands in the mail itself, so that a second copy can be told.
    pub id: Uuid,
    /// What for.
    pub kind: MailKind,
    /// To whom.
    pub person: PersonId,
    /// When it was made.
    pub made: Moment,
    /// Counts up whenever somebody takes it or lets it go.
    pub version: i64,
    /// How often it was tried.
    pub tries: u32,
}

/// The mails that are to be sent by now, the longest due first, at most 50.
pub async fn due(reader: &mut Reader, now: Moment) -> Result<Vec<Mail>, StoreError> {
    reader
        .all(&DUE, &[now.into()], |row| {
            Ok(Mail {
                id: row.id(0)?,
                kind: known(&DUE, "kind", MailKind::from_code(row.text_ref(1)?))?,
                person: PersonId(row.id(2)?),
                made: row.at(3)?,
                version: row.int(4)?,
                tries: crate::count(&DUE, row, 5)?,
            })
        })
        .await
}

/// Takes a mail for oneself until an instant; `ROW` when somebody else was first.
pub fn claim(batch: &mut Batch, mail: &Mail, until: Moment) {
    let params = [mail.id.into(), mail.version.into(), until.into()];
    batch.push(Statement::new(&CLAIM, params).one(guard::ROW));
}

/// The mail was taken by the server. Nothing when somebody else has it by now.
pub fn sent(batch: &mut Batch, mail: &Mail, now: Moment) {
    let params = [mail.id.into(), mail.version.into(), now.into()];
    batch.push(Statement::new(&SENT, params));
}

/// The mail is tried again at an instant.
pub fn later(batch: &mut Batch, mail: &Mail, again: Moment) {
    let params = [mail.id.into(), mail.version.into(), again.into()];
    batch.push(Statement::new(&LATER, params));
}

/// The mail is given up.
pub fn give_up(batch: &mut Batch, mail: &Mail, now: Moment) {
    let params = [mail.id.into(), mail.version.into(), now.into()];
    batch.push(Statement::new(&GIVE_UP, params));
}

/// The mail is not wanted any more.
pub fn drop_mail(batch: &mut Batch, mail: &Mail) {
    batch.push(Statement::new(&DROP, [mail.id.into(), mail.version.into()]));
}

/// How many mails of a kind a person had since an instant, at most 500.
pub async fn recent(
    reader: &mut Reader,
    person: PersonId,
    kind: MailKind,
    since: Moment,
) -> Result<usize, StoreError> {
    let kinds = reader
        .all(&RECENT, &[person.0.into(), since.into()], |row| row.text(0))
        .await?;
    Ok(kinds.iter().filter(|code| *code == kind.code()).count())
}

/// How the mail goes, for the operator. Counts are at most 10,000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MailStatus {
    /// Mails that wait, also those that are tried again later.
    pub waiting: usize,
    /// Those of them that could not be delivered so far.
    pub failing: usize,
    /// Mails that were given up.
    pub given_up: usize,
    /// When the last one was delivered.
    pub last_sent: Option<Moment>,
}

/// How the mail goes: what waits, and what became of the rest since an instant.
pub async fn status(
    reader: &mut Reader,
    since: Moment,
    ahead: Moment,
) -> Result<MailStatus, StoreError> {
    let waiting = reader
        .all(&WAITING, &[ahead.into()], |row| {
            crate::count(&WAITING, row, 0)
        })
        .await?;
    let given_up = reader
        .all(&GAVE_UP, &[since.into()], |row| row.at(0))
        .await?;
    let last_sent = reader
        .first(&LAST_SENT, &[since.into()], |row| row.at(0))
        .await?;
    Ok(MailStatus {
        waiting: waiting.len(),
        failing: waiting.iter().filter(|tries| **tries > 0).count(),
        given_up: given_up.len(),
        last_sent,
    })
}

/// Forgets mails that were delivered or given up before an instant.
pub fn clean(batch: &mut Batch, before: Moment) {
    for statement in [&CLEAN_SENT, &CLEAN_GIVEN_UP] {
        batch.push(Statement::new(
            statement,
            [crate::engine::Value::from(before)],
        ));
    }
}
