//! Documents: the rows. The bytes are elsewhere; `stored_file` says under which name, once for each content.

use domain::Moment;
use domain::documents::{Audience, Details, Document, DocumentKind, FileFacts, FileName, FileType};
use domain::ids::{DocumentId, GrantRequestId, OrganisationId, PersonId, StepId};
use domain::policy::{Access, Permit, Read, Write};
use domain::steps::Stamp;
use domain::text::{Label, Note};
use uuid::Uuid;

use crate::engine::{Batch, Row, Sql, Statement, Value};
use crate::{Reader, StoreError, count, guard, known, statements};

macro_rules! documents {
    ($rest:literal) => {
        concat!(
            "SELECT d.id, d.version, d.kind, d.title, d.day, d.audience, d.step_id, d.file_name, d.file_type,
                    d.bytes, d.digest, d.added_by, a.name, d.added_at, d.organisation_id,
                    d.withdrawn_by, w.name, d.withdrawn_at, d.withdrawn_reason
             FROM document d JOIN person a ON a.id = d.added_by LEFT JOIN person w ON w.id = d.withdrawn_by ",
            $rest
        )
    };
}

statements! {
    ONE = "documents.one", documents!("WHERE d.dossier_id = ?1 AND d.id = ?2");
    LIST = "documents.list", documents!("WHERE d.dossier_id = ?1");
    OF_STEP = "documents.of_step", documents!("WHERE d.step_id = ?1 AND d.dossier_id = ?2");
    USED = "documents.used",
        "SELECT CAST(coalesce(sum(bytes), 0) AS bigint) FROM document WHERE dossier_id = ?1";
    COUNT = "documents.count",
        "SELECT count(*) FROM (SELECT 1 FROM document WHERE added_by = ?1 AND added_at > ?2 LIMIT 1000) AS recent";
    INSERT = "documents.insert",
        "INSERT INTO document (dossier_id, id, version, kind, title, day, audience, step_id, file_name,
                               file_type, bytes, digest, added_by, added_at, organisation_id,
                               withdrawn_by, withdrawn_at, withdrawn_reason)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, NULL, NULL, NULL)";
    CORRECT = "documents.correct",
        "UPDATE document SET version = ?3, kind = ?4, title = ?5, day = ?6, audience = ?7, step_id = ?8
         WHERE dossier_id = ?1 AND id = ?2 AND version = ?3 - 1 AND withdrawn_at IS NULL";
    WITHDRAW = "documents.withdraw",
        "UPDATE document SET version = ?3, withdrawn_by = ?4, withdrawn_at = ?5, withdrawn_reason = ?6
         WHERE dossier_id = ?1 AND id = ?2 AND version = ?3 - 1 AND withdrawn_at IS NULL";
    FILE = "documents.file", "SELECT object FROM stored_file WHERE digest = ?1";
    // Takes hold of the row that is there, so that it is not removed before the document points at it.
    KEEP = "documents.keep",
        "INSERT INTO stored_file (digest, object, bytes) VALUES (?1, ?2, ?3)
         ON CONFLICT (digest) DO UPDATE SET bytes = excluded.bytes";
    HOLD = "documents.hold", "UPDATE stored_file SET bytes = ?2 WHERE digest = ?1";
    LOOSEN = "documents.loosen", "INSERT INTO loose_object (object, since) VALUES (?1, ?2)";
    FASTEN = "documents.fasten",
        "DELETE FROM loose_object WHERE object = ?1
         AND EXISTS (SELECT 1 FROM stored_file s WHERE s.object = ?1)";
    FORGET = "documents.forget", "DELETE FROM loose_object WHERE object = ?1";
    LOOSE = "documents.loose",
        "SELECT object FROM loose_object WHERE since < ?1 ORDER BY since LIMIT 200";
    RELEASED = "documents.released",
        "SELECT digest, object, released FROM stored_file WHERE released > 0 LIMIT 200";
    DROP = "documents.drop",
        "DELETE FROM stored_file WHERE digest = ?1
         AND NOT EXISTS (SELECT 1 FROM document d WHERE d.digest = ?1)
         AND NOT EXISTS (SELECT 1 FROM request_form f WHERE f.digest = ?1)";
    IN_USE = "documents.in_use",
        "UPDATE stored_file SET released = 0 WHERE digest = ?1 AND released = ?2";
    FORM = "documents.form",
        "SELECT file_name, file_type, bytes, digest FROM request_form WHERE request_id = ?1";
    KEEP_FORM = "documents.keep_form",
        "INSERT INTO request_form (request_id, file_name, file_type, bytes, digest)
         VALUES (?1, ?2, ?3, ?4, ?5)";
    REMOVE_FORM = "documents.remove_form", "DELETE FROM request_form WHERE request_id = ?1";
    FORM_GOES = "documents.form_goes",
        "UPDATE request_form SET remove_at = ?2 WHERE request_id = ?1";
    FORMS_DUE = "documents.forms_due",
        "SELECT request_id FROM request_form WHERE remove_at < ?1 ORDER BY remove_at LIMIT 200";
}

fn file_at(statement: &'static Sql, row: &Row<'_>, from: usize) -> Result<FileFacts, StoreError> {
    let digest: Option<[u8; 32]> = row.bytes(from + 3)?.try_into().ok();
    Ok(FileFacts {
        name: FileName::clean(row.text_ref(from)?),
        kind: known(
            statement,
            "file_type",
            FileType::from_code(row.text_ref(from + 1)?),
        )?,
        bytes: known(statement, "bytes", u64::try_from(row.int(from + 2)?).ok())?,
        digest: known(statement, "digest", digest)?,
    })
}

fn document_at(statement: &'static Sql, row: &Row<'_>) -> Result<Document, StoreError> {
    let withdrawn = match row.opt_id(15)? {
        None => None,
        Some(by) => {
            let reason = row.opt_text(18)?.and_then(|text| Note::parse(&text).ok());
            Some((
                Stamp {
                    by: PersonId(by),
                    by_name: row.opt_text(16)?.unwrap_or_default(),
                    at: row.at(17)?,
                },
                known(statement, "withdrawn_reason", reason)?,
            ))
        }
    };
    let kind = DocumentKind::from_code(row.text_ref(2)?);
    let audience = Audience::from_code(row.text_ref(5)?);
    Ok(Document {
        id: DocumentId(row.id(0)?),
        version: count(statement, row, 1)?,
        details: Details {
            kind: known(statement, "kind", kind)?,
            title: known(statement, "title", Label::parse(row.text_ref(3)?).ok())?,
            day: row.day(4)?,
            audience: known(statement, "audience", audience)?,
            step: row.opt_id(6)?.map(StepId),
        },
        file: file_at(statement, row, 7)?,
        added: Stamp {
            by: PersonId(row.id(11)?),
            by_name: row.text(12)?,
            at: row.at(13)?,
        },
        organisation: row.opt_id(14)?.map(OrganisationId),
        withdrawn,
    })
}

/// One document, when this person may see it.
pub async fn one(
    reader: &mut Reader,
    access: &Access<Read>,
    id: DocumentId,
) -> Result<Option<Document>, StoreError> {
    let params = [access.dossier().0.into(), id.0.into()];
    let found = reader
        .first(&ONE, &params, |row| document_at(&ONE, row))
        .await?;
    Ok(found.filter(|document| access.sees_document(document)))
}

/// The documents of a dossier that this person may see, the last first.
pub async fn list(reader: &mut Reader, access: &Access<Read>) -> Result<Vec<Document>, StoreError> {
    let mut found = reader
        .all(&LIST, &[access.dossier().0.into()], |row| {
            document_at(&LIST, row)
        })
        .await?;
    found.retain(|document| access.sees_document(document));
    found.sort_by_key(|document| std::cmp::Reverse((document.details.day, document.id)));
    Ok(found)
}

/// Every document that is evidence of a line, the first first, also those that were withdrawn: that there was
/// one is part of the line's story. For who reads that.
pub async fn of_step(
    reader: &mut Reader,
    access: &Access<Read>,
    step: StepId,
) -> Result<Vec<Document>, StoreError> {
    let params = [step.0.into(), access.dossier().0.into()];
    let mut found = reader
        .all(&OF_STEP, &params, |row| document_at(&OF_STEP, row))
        .await?;
    found.sort_by_key(|document| (document.details.day, document.id));
    Ok(found)
}

/// How many bytes the documents of a dossier are.
pub async fn used(reader: &mut Reader, access: &Access<Read>) -> Result<u64, StoreError> {
    let found = reader
        .first(&USED, &[access.dossier().0.into()], |row| {
            known(&USED, "sum", u64::try_from(row.int(0)?).ok())
        })
        .await?;
    Ok(found.unwrap_or(0))
}

/// How many documents a person added since an instant, at most 1,000.
pub async fn added_since(
    reader: &mut Reader,
    person: PersonId,
    since: Moment,
) -> Result<u32, StoreError> {
    let found = reader
        .first(&COUNT, &[person.0.into(), since.into()], |row| {
            count(&COUNT, row, 0)
        })
        .await?;
    Ok(found.unwrap_or(0))
}

fn file_params(file: &FileFacts) -> [Value; 4] {
    [
        file.name.as_str().into(),
        file.kind.code().into(),
        bytes(file),
        file.digest.as_slice().into(),
    ]
}

fn bytes(file: &FileFacts) -> Value {
    i64::try_from(file.bytes).unwrap_or(i64::MAX).into()
}

/// Adds a document; its file is in `stored_file` by then.
pub fn insert(batch: &mut Batch, access: &Access<Write>, document: &Document) {
    let details = &document.details;
    let mut params: Vec<Value> = vec![
        access.dossier().0.into(),
        document.id.0.into(),
        document.version.into(),
        details.kind.code().into(),
        details.title.as_str().into(),
        details.day.into(),
        details.audience.code().into(),
        details.step.map(|id| id.0).into(),
    ];
    params.extend(file_params(&document.file));
    params.extend([
        document.added.by.0.into(),
        document.added.at.into(),
        document.organisation.map(|id| id.0).into(),
    ]);
    batch.push(Statement::new(&INSERT, params).one(guard::ROW));
}

/// Stores a document that was one version lower.
pub fn correct(batch: &mut Batch, access: &Access<Write>, document: &Document) {
    let details = &document.details;
    let params = [
        access.dossier().0.into(),
        document.id.0.into(),
        document.version.into(),
        details.kind.code().into(),
        details.title.as_str().into(),
        details.day.into(),
        details.audience.code().into(),
        details.step.map(|id| id.0).into(),
    ];
    batch.push(Statement::new(&CORRECT, params).one(guard::ROW));
}

/// Takes a document that was one version lower out of sight.
pub fn withdraw(batch: &mut Batch, access: &Access<Write>, document: &Document) {
    let Some((stamp, reason)) = &document.withdrawn else {
        return;
    };
    let params = [
        access.dossier().0.into(),
        document.id.0.into(),
        document.version.into(),
        stamp.by.0.into(),
        stamp.at.into(),
        reason.as_str().into(),
    ];
    batch.push(Statement::new(&WITHDRAW, params).one(guard::ROW));
}

/// Under which name a content is kept; none when it is not. Tells nothing of whose it is.
pub async fn object_of(reader: &mut Reader, digest: &[u8; 32]) -> Result<Option<Uuid>, StoreError> {
    reader
        .first(&FILE, &[digest.as_slice().into()], |row| row.id(0))
        .await
}

/// Says that bytes are going to be written under a name. Durable before the first byte is, so that what is
/// broken off is found again.
pub fn loosen(batch: &mut Batch, object: Uuid, at: Moment) {
    batch.push(Statement::new(&LOOSEN, [object.into(), at.into()]));
}

/// A content is kept under a name, unless it was already.
pub fn keep(batch: &mut Batch, file: &FileFacts, object: Uuid) {
    let params = [file.digest.as_slice().into(), object.into(), bytes(file)];
    batch.push(Statement::new(&KEEP, params).one(guard::ROW));
    batch.push(Statement::new(&FASTEN, [object.into()]));
}

/// A content that is kept already; `ROW` when it went in the meantime.
pub fn hold(batch: &mut Batch, file: &FileFacts) {
    let params = [file.digest.as_slice().into(), bytes(file)];
    batch.push(Statement::new(&HOLD, params).one(guard::ROW));
}

/// The names that were loose before an instant, at most 200.
pub async fn loose(reader: &mut Reader, before: Moment) -> Result<Vec<Uuid>, StoreError> {
    reader.all(&LOOSE, &[before.into()], |row| row.id(0)).await
}

/// What was under a loose name is gone.
pub fn forget(batch: &mut Batch, object: Uuid) {
    batch.push(Statement::new(&FORGET, [object.into()]));
}

/// A content of which something that pointed at it went.
#[derive(Clone, Debug)]
pub struct Released {
    /// Its digest.
    pub digest: Vec<u8>,
    /// Its name.
    pub object: Uuid,
    times: i64,
}

/// The contents of which something that pointed at them went, at most 200.
pub async fn released(reader: &mut Reader) -> Result<Vec<Released>, StoreError> {
    reader
        .all(&RELEASED, &[], |row| {
            Ok(Released {
                digest: row.bytes(0)?,
                object: row.id(1)?,
                times: row.int(2)?,
            })
        })
        .await
}

/// A content that nothing points at is no longer kept, and its bytes are to be removed; `ROW` when something
/// points at it.
pub fn drop_file(batch: &mut Batch, released: &Released, at: Moment) {
    batch.push(Statement::new(&DROP, [released.digest.as_slice().into()]).one(guard::ROW));
    loosen(batch, released.object, at);
}

/// A content that something points at, unless that changed again.
pub fn in_use(batch: &mut Batch, released: &Released) {
    let params = [released.digest.as_slice().into(), released.times.into()];
    batch.push(Statement::new(&IN_USE, params));
}

/// The form that came with a request; for who decides.
pub async fn form(
    reader: &mut Reader,
    _permit: &Permit,
    request: GrantRequestId,
) -> Result<Option<FileFacts>, StoreError> {
    reader
        .first(&FORM, &[request.0.into()], |row| file_at(&FORM, row, 0))
        .await
}

/// Keeps the form that comes with a request.
pub fn keep_form(batch: &mut Batch, request: GrantRequestId, file: &FileFacts) {
    let mut params: Vec<Value> = vec![request.0.into()];
    params.extend(file_params(file));
    batch.push(Statement::new(&KEEP_FORM, params).one(guard::ROW));
}

/// The form is no longer with its request.
pub fn remove_form(batch: &mut Batch, request: GrantRequestId) {
    batch.push(Statement::new(&REMOVE_FORM, [request.0.into()]));
}

/// The form of a refused request goes at an instant.
pub fn form_goes(batch: &mut Batch, request: GrantRequestId, at: Moment) {
    batch.push(Statement::new(&FORM_GOES, [request.0.into(), at.into()]));
}

/// The forms of refused requests whose time has come, at most 200.
pub async fn forms_due(
    reader: &mut Reader,
    now: Moment,
) -> Result<Vec<GrantRequestId>, StoreError> {
    reader
        .all(&FORMS_DUE, &[now.into()], |row| {
            row.id(0).map(GrantRequestId)
        })
        .await
}
