//! Rows of 'Berichten'. A message is only ever added; what somebody read is one row for each conversation.

use std::collections::HashMap;

use domain::ids::{MessageId, OrganisationId, PersonId, ThreadId};
use domain::messages::{Message, Thread};
use domain::people::Role;
use domain::policy::{Access, Read, Write};
use domain::text::{Label, Note};
use domain::{Day, Moment};
use uuid::Uuid;

use crate::engine::{Batch, Statement};
use crate::{Reader, StoreError, guard, known, statements};

statements! {
    THREADS = "messages.threads", "SELECT id, subject FROM message_thread WHERE dossier_id = ?1";
    SENT = "messages.sent", "SELECT thread_id, at, by_person FROM message WHERE dossier_id = ?1";
    OF_THREAD = "messages.of_thread",
        "SELECT m.id, m.at, m.by_person, p.name, m.role, o.name, m.text
         FROM message m JOIN person p ON p.id = m.by_person LEFT JOIN organisation o ON o.id = m.organisation_id
         WHERE m.dossier_id = ?1 AND m.thread_id = ?2 AND m.id < ?3 ORDER BY m.id DESC LIMIT ?4";
    READ_BY = "messages.read_by",
        "SELECT thread_id, read_at FROM message_read WHERE dossier_id = ?1 AND person_id = ?2";
    START = "messages.start", "INSERT INTO message_thread (dossier_id, id, subject) VALUES (?1, ?2, ?3)";
    SEND = "messages.send",
        "INSERT INTO message (dossier_id, thread_id, id, at, by_person, role, organisation_id, text)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    MARK_READ = "messages.mark_read",
        "INSERT INTO message_read (dossier_id, person_id, thread_id, read_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (dossier_id, person_id, thread_id) DO UPDATE SET read_at = excluded.read_at
         WHERE message_read.read_at < excluded.read_at";
    COUNSELLORS = "messages.counsellors",
        "SELECT f.person_id, g.organisation_id
         FROM access_grant g JOIN organisation o ON o.id = g.organisation_id
         JOIN person_function f ON f.organisation_id = g.organisation_id
         JOIN person p ON p.id = f.person_id
         WHERE g.dossier_id = ?1 AND g.ended_at IS NULL AND g.starts_on <= ?2
         AND (g.ends_on IS NULL OR g.ends_on >= ?2) AND (g.closes_on IS NULL OR g.closes_on >= ?2)
         AND f.role = 'counsellor' AND f.ended_at IS NULL AND p.active
         AND (NOT o.narrowed OR EXISTS (
              SELECT 1 FROM assignment a WHERE a.dossier_id = ?1 AND a.organisation_id = g.organisation_id
              AND a.person_id = f.person_id AND a.until IS NULL))
         LIMIT 1000";
    CLIENT = "messages.client", "SELECT id FROM person WHERE own_dossier_id = ?1 AND active";
    // A mediator may open every dossier: those are told who wrote in the conversation.
    MEDIATORS = "messages.mediators",
        "SELECT m.by_person FROM message m JOIN person_function f ON f.person_id = m.by_person
         JOIN person p ON p.id = m.by_person
         WHERE m.dossier_id = ?1 AND m.thread_id = ?2 AND f.role = 'mediator' AND f.ended_at IS NULL
         AND p.active";
}

/// The conversations of a dossier.
pub async fn threads(
    reader: &mut Reader,
    access: &Access<Read>,
) -> Result<Vec<Thread>, StoreError> {
    reader
        .all(&THREADS, &[access.dossier().0.into()], |row| {
            let subject = Label::parse(row.text_ref(1)?).ok();
            Ok(Thread {
                id: ThreadId(row.id(0)?),
                subject: known(&THREADS, "subject", subject)?,
            })
        })
        .await
}

/// When each message of a dossier was sent, and by whom, for each conversation.
pub async fn sent(
    reader: &mut Reader,
    access: &Access<Read>,
) -> Result<HashMap<ThreadId, Vec<(Moment, PersonId)>>, StoreError> {
    let rows = reader
        .all(&SENT, &[access.dossier().0.into()], |row| {
            Ok((ThreadId(row.id(0)?), (row.at(1)?, PersonId(row.id(2)?))))
        })
        .await?;
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for (thread, message) in rows {
        found.entry(thread).or_default().push(message);
    }
    Ok(found)
}

/// The last messages of a conversation before one of them, or the last of all, the first one first. Their
/// identifiers sort by time.
pub async fn of_thread(
    reader: &mut Reader,
    access: &Access<Read>,
    thread: ThreadId,
    before: Option<MessageId>,
    limit: u32,
) -> Result<Vec<Message>, StoreError> {
    let params = [
        access.dossier().0.into(),
        thread.0.into(),
        before.map_or(Uuid::max(), |it| it.0).into(),
        limit.into(),
    ];
    let mut found = reader
        .all(&OF_THREAD, &params, |row| {
            Ok(Message {
                id: MessageId(row.id(0)?),
                at: row.at(1)?,
                by: PersonId(row.id(2)?),
                by_name: row.text(3)?,
                role: known(&OF_THREAD, "role", Role::from_code(row.text_ref(4)?))?,
                organisation: row.opt_text(5)?.unwrap_or_default(),
                text: known(&OF_THREAD, "text", Note::parse(row.text_ref(6)?).ok())?,
            })
        })
        .await?;
    found.reverse();
    Ok(found)
}

/// Until when a person read each conversation.
pub async fn read_by(
    reader: &mut Reader,
    access: &Access<Read>,
    person: PersonId,
) -> Result<HashMap<ThreadId, Moment>, StoreError> {
    let params = [access.dossier().0.into(), person.0.into()];
    let rows = reader
        .all(&READ_BY, &params, |row| {
            Ok((ThreadId(row.id(0)?), row.at(1)?))
        })
        .await?;
    Ok(rows.into_iter().collect())
}

/// Begins a conversation.
pub fn start(batch: &mut Batch, access: &Access<Write>, thread: &Thread) {
    let params = [
        access.dossier().0.into(),
        thread.id.0.into(),
        thread.subject.to_string().into(),
    ];
    batch.push(Statement::new(&START, params).one(guard::ROW));
}

/// Adds a message of the person who acts, for the organisation of the proof.
pub fn send(batch: &mut Batch, access: &Access<Write>, thread: ThreadId, message: &Message) {
    let params = [
        access.dossier().0.into(),
        thread.0.into(),
        message.id.0.into(),
        message.at.into(),
        message.by.0.into(),
        message.role.code().into(),
        access.organisation().map(|it| it.0).into(),
        message.text.to_string().into(),
    ];
    batch.push(Statement::new(&SEND, params).one(guard::ROW));
}

/// Records that a person read a conversation until an instant.
pub fn mark_read(
    batch: &mut Batch,
    access: &Access<Read>,
    person: PersonId,
    (thread, until): (ThreadId, Moment),
) {
    let params = [
        access.dossier().0.into(),
        person.0.into(),
        thread.0.into(),
        until.into(),
    ];
    batch.push(Statement::new(&MARK_READ, params));
}

/// The counsellors who may read the dossier on a day, each with the organisation for which.
pub async fn counsellors(
    reader: &mut Reader,
    access: &Access<Read>,
    today: Day,
) -> Result<Vec<(PersonId, OrganisationId)>, StoreError> {
    let params = [access.dossier().0.into(), today.into()];
    reader
        .all(&COUNSELLORS, &params, |row| {
            Ok((PersonId(row.id(0)?), OrganisationId(row.id(1)?)))
        })
        .await
}

/// Who may read the dossier beside them and is told of a message: the client, and the mediators who wrote in the
/// conversation.
pub async fn others(
    reader: &mut Reader,
    access: &Access<Read>,
    thread: ThreadId,
) -> Result<Vec<PersonId>, StoreError> {
    let dossier = access.dossier().0;
    let mut people = reader
        .all(&CLIENT, &[dossier.into()], |row| row.id(0).map(PersonId))
        .await?;
    let params = [dossier.into(), thread.0.into()];
    let mediators = reader.all(&MEDIATORS, &params, |row| row.id(0).map(PersonId));
    people.extend(mediators.await?);
    Ok(people)
}
