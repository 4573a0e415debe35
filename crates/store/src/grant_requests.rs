//! Requests for an access grant, its extension or the ownership of a dossier (I2). No dossier content:
//! a request from outside names a client number and a proof, and only who decides looks up whether they fit.

use domain::Moment;
use domain::client_number::ClientNumber;
use domain::grants::{Basis, ClientAnswer, RefusalGround, Request, RequestDecision, RequestKind};
use domain::ids::{DossierId, GrantRequestId, OrganisationId, PersonId};
use domain::policy::{Access, Permit, Read};
use domain::steps::Stamp;
use domain::text::Note;

use crate::engine::{Batch, Row, Sql, Statement};
use crate::sessions::unit_at;
use crate::{Reader, StoreError, guard, known, parsed, statements};

macro_rules! requests {
    ($rest:literal) => {
        concat!(
            "SELECT r.id, r.kind, u.id, u.organisation_id, u.name, u.address, u.number,
                    r.asked_by, a.name, r.asked_at, r.client_number, r.basis, r.form_on, r.purpose,
                    r.client_answer, r.client_answered_at, r.decision, r.decided_by, d.name, r.decided_at,
                    r.ground, r.ground_note, r.proof_digest
             FROM grant_request r JOIN unit u ON u.id = r.unit_id JOIN person a ON a.id = r.asked_by
             LEFT JOIN person d ON d.id = r.decided_by ",
            $rest
        )
    };
}

statements! {
    // 'coalesce' where one row is meant: PostgreSQL would read an index of all that waits for it.
    ONE = "grant_requests.one", requests!("WHERE r.id = ?1");
    QUEUE = "grant_requests.queue",
        requests!("WHERE r.decided_at IS NULL ORDER BY r.asked_at LIMIT 200");
    DECIDED = "grant_requests.decided",
        requests!("WHERE r.decided_at IS NOT NULL ORDER BY r.decided_at DESC LIMIT 50");
    OF_ORGANISATION = "grant_requests.of_organisation",
        requests!("WHERE r.organisation_id = ?1 ORDER BY r.asked_at DESC LIMIT 100");
    OF_NUMBER = "grant_requests.of_number",
        requests!("WHERE r.client_number = ?1 ORDER BY r.asked_at DESC LIMIT 100");
    WAITING = "grant_requests.waiting",
        "SELECT 1 FROM grant_request
         WHERE organisation_id = ?1 AND client_number = ?2 AND kind = ?3 AND decision IS NULL";
    COUNT = "grant_requests.count",
        "SELECT count(*) FROM (SELECT 1 FROM grant_request WHERE asked_by = ?1 AND asked_at > ?2 LIMIT 100) AS recent";
    HOW_MANY = "grant_requests.how_many",
        "SELECT count(*) FROM (SELECT 1 FROM grant_request WHERE decided_at IS NULL ORDER BY asked_at LIMIT 200) AS waiting";
    FITS = "grant_requests.fits",
        "SELECT id, birth_day, insz_digest FROM dossier
         WHERE client_number = ?1 AND erased_at IS NULL";
    INSERT = "grant_requests.insert",
        "INSERT INTO grant_request (id, kind, organisation_id, unit_id, asked_by, asked_at, client_number,
                                    proof_digest, basis, form_on, purpose)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    DECIDE = "grant_requests.decide",
        "UPDATE grant_request SET decision = ?2, decided_by = ?3, decided_at = ?4, ground = ?5, ground_note = ?6
         WHERE id = ?1 AND coalesce(decision, '') = ''";
    ANSWER = "grant_requests.answer",
        "UPDATE grant_request SET client_answer = ?2, client_answered_at = ?3
         WHERE id = ?1 AND coalesce(decision, '') = ''";
}

/// A request with the digest of what was given as proof; none when it was asked within the dossier.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The request.
    pub request: Request,
    /// Keyed digest of the national number or the day of birth.
    pub proof: Option<Vec<u8>>,
}

fn kept(statement: &'static Sql, row: &Row<'_>) -> Result<Kept, StoreError> {
    let answer = match row.opt_text(14)? {
        None => None,
        Some(code) => Some((
            known(statement, "client_answer", ClientAnswer::from_code(&code))?,
            row.at(15)?,
        )),
    };
    let decision = match row.opt_text(16)? {
        None => None,
        Some(code) => {
            let stamp = Stamp {
                by: PersonId(row.id(17)?),
                by_name: row.text(18)?,
                at: row.at(19)?,
            };
            Some(if code == "granted" {
                RequestDecision::Granted(stamp)
            } else {
                let ground = row.opt_text(20)?.unwrap_or_default();
                let ground = known(statement, "ground", RefusalGround::from_code(&ground))?;
                let note = parsed(statement, "ground_note", row.opt_text(21)?, Note::parse)?;
                RequestDecision::Refused(stamp, ground, note)
            })
        }
    };
    let kind = RequestKind::from_code(row.text_ref(1)?);
    Ok(Kept {
        request: Request {
            id: GrantRequestId(row.id(0)?),
            kind: known(statement, "kind", kind)?,
            unit: known(statement, "unit_id", unit_at(row, 2)?)?,
            asked: Stamp {
                by: PersonId(row.id(7)?),
                by_name: row.text(8)?,
                at: row.at(9)?,
            },
            client_number: known(
                statement,
                "client_number",
                ClientNumber::parse(row.text_ref(10)?).ok(),
            )?,
            basis: known(statement, "basis", Basis::from_code(row.text_ref(11)?))?,
            form_on: row.opt_day(12)?,
            purpose: known(statement, "purpose", Note::parse(row.text_ref(13)?).ok())?,
            client_answer: answer,
            decision,
        },
        proof: row.opt_bytes(22)?,
    })
}

/// One request, for who may read requests.
pub async fn one(
    reader: &mut Reader,
    _permit: &Permit,
    id: GrantRequestId,
) -> Result<Option<Kept>, StoreError> {
    reader
        .first(&ONE, &[id.0.into()], |row| kept(&ONE, row))
        .await
}

/// The requests that wait (the oldest first) and the last ones that were decided.
pub async fn queue(
    reader: &mut Reader,
    _permit: &Permit,
) -> Result<(Vec<Kept>, Vec<Kept>), StoreError> {
    let waiting = reader.all(&QUEUE, &[], |row| kept(&QUEUE, row)).await?;
    let decided = reader.all(&DECIDED, &[], |row| kept(&DECIDED, row)).await?;
    Ok((waiting, decided))
}

/// How many requests wait, at most 200.
pub async fn how_many(reader: &mut Reader, _permit: &Permit) -> Result<u32, StoreError> {
    let found = reader
        .first(&HOW_MANY, &[], |row| crate::count(&HOW_MANY, row, 0))
        .await?;
    Ok(found.unwrap_or(0))
}

/// The requests of an organisation, the last first.
pub async fn of_organisation(
    reader: &mut Reader,
    organisation: OrganisationId,
) -> Result<Vec<Kept>, StoreError> {
    reader
        .all(&OF_ORGANISATION, &[organisation.0.into()], |row| {
            kept(&OF_ORGANISATION, row)
        })
        .await
}

/// The requests that name the client number of an open dossier, the last first. Whether their proof fits
/// is for the caller to see.
pub async fn of_number(
    reader: &mut Reader,
    _access: &Access<Read>,
    number: &ClientNumber,
) -> Result<Vec<Kept>, StoreError> {
    reader
        .all(&OF_NUMBER, &[number.to_string().into()], |row| {
            kept(&OF_NUMBER, row)
        })
        .await
}

/// Whether an organisation has a request of this kind waiting for this number.
pub async fn is_waiting(
    reader: &mut Reader,
    organisation: OrganisationId,
    number: &ClientNumber,
    kind: RequestKind,
) -> Result<bool, StoreError> {
    let params = [
        organisation.0.into(),
        number.to_string().into(),
        kind.code().into(),
    ];
    Ok(reader.first(&WAITING, &params, |_| Ok(())).await?.is_some())
}

/// How many requests a person made since an instant, at most 100.
pub async fn count(
    reader: &mut Reader,
    person: PersonId,
    since: Moment,
) -> Result<u32, StoreError> {
    let found = reader
        .first(&COUNT, &[person.0.into(), since.into()], |row| {
            crate::count(&COUNT, row, 0)
        })
        .await?;
    Ok(found.unwrap_or(0))
}

/// What a proof is compared with: the dossier of a client number, its day of birth and the digest of the
/// national number. For who decides.
pub async fn fits(
    reader: &mut Reader,
    _permit: &Permit,
    number: &ClientNumber,
) -> Result<Option<(DossierId, domain::Day, Option<Vec<u8>>)>, StoreError> {
    reader
        .first(&FITS, &[number.to_string().into()], |row| {
            Ok((DossierId(row.id(0)?), row.day(1)?, row.opt_bytes(2)?))
        })
        .await
}

/// Stores a request; `ROW` when the organisation has one of this kind waiting for this number.
pub fn insert(batch: &mut Batch, kept: &Kept) {
    let request = &kept.request;
    let params = [
        request.id.0.into(),
        request.kind.code().into(),
        request.unit.organisation.0.into(),
        request.unit.id.0.into(),
        request.asked.by.0.into(),
        request.asked.at.into(),
        request.client_number.to_string().into(),
        kept.proof.clone().into(),
        request.basis.code().into(),
        request.form_on.into(),
        request.purpose.as_str().into(),
    ];
    batch.push(Statement::new(&INSERT, params).one(guard::ROW));
}

/// Stores the decision of a request that was waiting; `ROW` when it was decided already.
pub fn decide(batch: &mut Batch, request: &Request) {
    let (code, stamp, ground, note) = match &request.decision {
        Some(RequestDecision::Granted(stamp)) => ("granted", stamp, None, None),
        Some(RequestDecision::Refused(stamp, ground, note)) => {
            ("refused", stamp, Some(ground.code()), note.as_ref())
        }
        None => return,
    };
    let params = [
        request.id.0.into(),
        code.into(),
        stamp.by.0.into(),
        stamp.at.into(),
        ground.map(str::to_owned).into(),
        note.map(|note| note.as_str().to_owned()).into(),
    ];
    batch.push(Statement::new(&DECIDE, params).one(guard::ROW));
}

/// Stores what the client says of a request that waits; `ROW` when it was decided.
pub fn answer(batch: &mut Batch, request: &Request) {
    let Some((answer, at)) = request.client_answer else {
        return;
    };
    let params = [request.id.0.into(), answer.code().into(), at.into()];
    batch.push(Statement::new(&ANSWER, params).one(guard::ROW));
}
