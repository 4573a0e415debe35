//! Reading everything, a piece at a time, to hold it against each other: dossiers with their journal, lines,
//! actions and addenda, and the contents of documents. For the operator's commands only; nothing of it is
//! shown but which row does not hold.

use domain::actions::Presence;
use domain::ids::{DossierId, OrganisationId, PersonId};
use domain::journal::{Change, Entry, Event, Follow, Link};
use domain::policy::Permit;
use domain::verify::{KeptAction, KeptAddendum, KeptLine};
use uuid::Uuid;

use crate::engine::{Row, Sql};
use crate::{Reader, StoreError, count, known, statements};

/// Entries of one reading of a journal.
pub const ENTRIES: usize = 500;
/// Dossiers, and contents of documents, of one reading.
pub const ROWS: usize = 200;

statements! {
    DOSSIERS = "verify.dossiers",
        "SELECT id, journal_number, journal_link FROM dossier WHERE id > ?1 ORDER BY id LIMIT 200";
    HEAD = "verify.head", "SELECT journal_number, journal_link FROM dossier WHERE id = ?1";
    ENTRIES_AFTER = "verify.entries_after",
        "SELECT number, at, by_person, organisation_id, event, subject_id, step_id, content, content_digest, link
         FROM journal WHERE dossier_id = ?1 AND number > ?2 ORDER BY number LIMIT 500";
    LINK_AT = "verify.link_at", "SELECT link FROM journal WHERE dossier_id = ?1 AND number = ?2";
    LINES = "verify.lines",
        "SELECT s.id, s.state, s.start_on, s.end_on, s.registered_by, s.registered_at, s.ended_by, s.ended_at,
                s.closed_by, s.closed_at, s.step_type, s.funding, s.result, s.reason, s.fact_education, s.fact_work,
                s.fact_qualification, s.fact_absence, t.summary, t.late_reason, t.result_note, t.cancel_reason,
                s.listed_on
         FROM step s LEFT JOIN step_text t ON t.dossier_id = s.dossier_id AND t.step_id = s.id
         WHERE s.dossier_id = ?1";
    ACTIONS = "verify.actions",
        "SELECT id, step_id, day, voided, recorded_by, recorded_at, kind, minutes, presence, place, note
         FROM action WHERE dossier_id = ?1";
    ADDENDA = "verify.addenda",
        "SELECT step_id, number, text, by_person, at FROM addendum WHERE dossier_id = ?1";
    DOCUMENTS = "verify.documents",
        "SELECT d.id, d.bytes, s.bytes FROM document d LEFT JOIN stored_file s ON s.digest = d.digest
         WHERE d.dossier_id = ?1";
    FILES = "verify.files",
        "SELECT digest, object, bytes FROM stored_file WHERE digest > ?1 ORDER BY digest LIMIT 200";
    NAMED = "verify.named",
        "SELECT 1 FROM stored_file WHERE object = ?1 UNION ALL SELECT 1 FROM loose_object WHERE object = ?1";
}

/// A dossier with the head of its chain.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    /// Which one.
    pub dossier: DossierId,
    /// Where its chain ends.
    pub head: Follow,
}

/// An entry of a journal as it was stored.
#[derive(Clone, Debug)]
pub struct StoredEntry {
    /// Counts up within the dossier.
    pub number: i64,
    /// The entry.
    pub entry: Entry,
    /// Its content; none once erased.
    pub content: Option<String>,
    /// Digest of the content.
    pub content_digest: Link,
    /// Its link.
    pub link: Link,
}

/// A content that documents have.
#[derive(Clone, Debug)]
pub struct StoredFile {
    /// SHA-256 of what was received.
    pub digest: Link,
    /// The name it is kept under.
    pub object: Uuid,
    /// How many bytes were received.
    pub bytes: u64,
}

/// A document that says how many bytes it has, beside what is kept.
#[derive(Clone, Copy, Debug)]
pub struct StoredDocument {
    /// Which one.
    pub id: Uuid,
    /// Bytes, as it says.
    pub bytes: i64,
    /// Bytes, as the content it points at says; none when it points at nothing.
    pub kept: Option<i64>,
}

fn link_at(statement: &'static Sql, row: &Row<'_>, column: usize) -> Result<Link, StoreError> {
    known(statement, "link", Link::try_from(row.bytes(column)?).ok())
}

/// The dossiers after one, in the order of their identifiers, at most [`ROWS`].
pub async fn dossiers(
    reader: &mut Reader,
    _permit: &Permit,
    after: DossierId,
) -> Result<Vec<Head>, StoreError> {
    reader
        .all(&DOSSIERS, &[after.0.into()], |row| {
            Ok(Head {
                dossier: DossierId(row.id(0)?),
                head: Follow {
                    number: row.int(1)?,
                    link: link_at(&DOSSIERS, row, 2)?,
                },
            })
        })
        .await
}

/// Where the chain of a dossier ends by its own word, within this reader's snapshot.
pub async fn head(
    reader: &mut Reader,
    _permit: &Permit,
    dossier: DossierId,
) -> Result<Option<Follow>, StoreError> {
    reader
        .first(&HEAD, &[dossier.0.into()], |row| {
            Ok(Follow {
                number: row.int(0)?,
                link: link_at(&HEAD, row, 1)?,
            })
        })
        .await
}

/// The entries of a dossier after a number, at most [`ENTRIES`].
pub async fn entries(
    reader: &mut Reader,
    _permit: &Permit,
    dossier: DossierId,
    after: i64,
) -> Result<Vec<StoredEntry>, StoreError> {
    let sql = &ENTRIES_AFTER;
    reader
        .all(sql, &[dossier.0.into(), after.into()], |row| {
            let content = row.opt_text(7)?;
            let changes: Vec<Change> = match &content {
                Some(text) => known(sql, "content", serde_json::from_str(text).ok())?,
                None => Vec::new(),
            };
            Ok(StoredEntry {
                number: row.int(0)?,
                entry: Entry {
                    dossier,
                    at: row.at(1)?,
                    by: PersonId(row.id(2)?),
                    organisation: row.opt_id(3)?.map(OrganisationId),
                    event: known(sql, "event", Event::from_code(row.text_ref(4)?))?,
                    subject: row.id(5)?,
                    step: row.opt_id(6)?,
                    changes,
                },
                content,
                content_digest: link_at(sql, row, 8)?,
                link: link_at(sql, row, 9)?,
            })
        })
        .await
}

/// The link of one entry; none when there is no such entry.
pub async fn link_of_entry(
    reader: &mut Reader,
    _permit: &Permit,
    dossier: DossierId,
    number: i64,
) -> Result<Option<Link>, StoreError> {
    reader
        .first(&LINK_AT, &[dossier.0.into(), number.into()], |row| {
            link_at(&LINK_AT, row, 0)
        })
        .await
}

/// The lines of a dossier; their fields under the names that the journal gives them.
pub async fn lines(
    reader: &mut Reader,
    _permit: &Permit,
    dossier: DossierId,
) -> Result<Vec<KeptLine>, StoreError> {
    let by = |row: &Row<'_>, at: usize| {
        let (person, when) = (row.opt_id(at)?, row.opt_at(at + 1)?);
        Ok::<_, StoreError>(person.map(PersonId).zip(when))
    };
    let fact = |row: &Row<'_>, at: usize| {
        let yes = row.opt_bool(at)?;
        Ok::<_, StoreError>(yes.map(|yes| if yes { "ja" } else { "nee" }.to_owned()))
    };
    reader
        .all(&LINES, &[dossier.0.into()], |row| {
            let (start, end) = (row.day(2)?, row.opt_day(3)?);
            Ok(KeptLine {
                id: row.id(0)?,
                state: row.text(1)?,
                listed_on: row.day(22)?,
                start,
                end,
                registered: (PersonId(row.id(4)?), row.at(5)?),
                ended: by(row, 6)?,
                closed: by(row, 8)?,
                fields: vec![
                    ("start", Some(start.to_iso())),
                    ("end", end.map(|it| it.to_iso())),
                    ("step_type", Some(row.text(10)?)),
                    ("funding", Some(row.text(11)?)),
                    ("result", row.opt_text(12)?),
                    ("reason", row.opt_text(13)?),
                    ("in_education", fact(row, 14)?),
                    ("has_work", fact(row, 15)?),
                    ("qualification", fact(row, 16)?),
                    ("stopped_for_absence", fact(row, 17)?),
                    ("summary", row.opt_text(18)?),
                    ("late_reason", row.opt_text(19)?),
                    ("result_note", row.opt_text(20)?),
                    ("cancel_reason", row.opt_text(21)?),
                ],
            })
        })
        .await
}

/// The actions of a dossier; their fields under the names that the journal gives them.
pub async fn actions(
    reader: &mut Reader,
    _permit: &Permit,
    dossier: DossierId,
) -> Result<Vec<KeptAction>, StoreError> {
    reader
        .all(&ACTIONS, &[dossier.0.into()], |row| {
            let presence = Presence::from_code(row.text_ref(8)?);
            let day = row.day(2)?;
            Ok(KeptAction {
                id: row.id(0)?,
                step: row.id(1)?,
                day,
                voided: row.bool(3)?,
                recorded: (PersonId(row.id(4)?), row.at(5)?),
                fields: vec![
                    ("day", Some(day.to_iso())),
                    ("kind", Some(row.text(6)?)),
                    ("minutes", Some(row.int(7)?.to_string())),
                    (
                        "presence",
                        Some(known(&ACTIONS, "presence", presence)?.label().to_owned()),
                    ),
                    ("place", row.opt_text(9)?),
                    ("note", row.opt_text(10)?),
                ],
            })
        })
        .await
}

/// The addenda of a dossier.
pub async fn addenda(
    reader: &mut Reader,
    _permit: &Permit,
    dossier: DossierId,
) -> Result<Vec<KeptAddendum>, StoreError> {
    reader
        .all(&ADDENDA, &[dossier.0.into()], |row| {
            Ok(KeptAddendum {
                step: row.id(0)?,
                number: count(&ADDENDA, row, 1)?,
                text: row.text(2)?,
                by: (PersonId(row.id(3)?), row.at(4)?),
            })
        })
        .await
}

/// The documents of a dossier, beside the contents they point at.
pub async fn documents(
    reader: &mut Reader,
    _permit: &Permit,
    dossier: DossierId,
) -> Result<Vec<StoredDocument>, StoreError> {
    reader
        .all(&DOCUMENTS, &[dossier.0.into()], |row| {
            Ok(StoredDocument {
                id: row.id(0)?,
                bytes: row.int(1)?,
                kept: row.opt_int(2)?,
            })
        })
        .await
}

/// The contents after a digest, in their order, at most [`ROWS`].
pub async fn files(
    reader: &mut Reader,
    _permit: &Permit,
    after: &[u8],
) -> Result<Vec<StoredFile>, StoreError> {
    reader
        .all(&FILES, &[after.into()], |row| {
            Ok(StoredFile {
                digest: link_at(&FILES, row, 0)?,
                object: row.id(1)?,
                bytes: known(&FILES, "bytes", u64::try_from(row.int(2)?).ok())?,
            })
        })
        .await
}

/// Whether a row names what is kept under this name, or says that it is coming in or going.
pub async fn is_named(
    reader: &mut Reader,
    _permit: &Permit,
    object: Uuid,
) -> Result<bool, StoreError> {
    let params = [object.into()];
    let found = reader.first(&NAMED, &params, |row| row.int(0)).await?;
    Ok(found.is_some())
}
