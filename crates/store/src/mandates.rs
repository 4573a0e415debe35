//! The mandates of controllers. No dossier content.

use domain::catalogue::FundingCode;
use domain::ids::{MandateId, PersonId};
use domain::mandates::{Mandate, Period, Terms};
use domain::policy::Permit;
use domain::steps::Stamp;
use domain::text::Label;

use crate::engine::{Batch, Row, Sql, Statement};
use crate::{Reader, StoreError, guard, known, statements};

/// A statement that reads mandates, with what chooses them.
macro_rules! mandates {
    ($which:literal) => {
        concat!(
            "SELECT m.id, m.person_id, p.name, m.funding, m.lines_from, m.lines_until, m.valid_from,
                    m.valid_until, m.reference, m.given_by, g.name, m.given_at, m.ended_by, e.name,
                    m.ended_at
             FROM control_mandate m JOIN person p ON p.id = m.person_id
             JOIN person g ON g.id = m.given_by LEFT JOIN person e ON e.id = m.ended_by ",
            $which
        )
    };
}

statements! {
    ONE = "mandates.one", mandates!("WHERE m.id = ?1");
    OF_PERSON = "mandates.of_person",
        mandates!("WHERE m.person_id = ?1 ORDER BY m.given_at DESC LIMIT 100");
    ALL_OF_THEM = "mandates.all",
        mandates!("WHERE m.given_at >= ?1 ORDER BY m.given_at DESC, m.id DESC LIMIT 200");
    INSERT = "mandates.insert",
        "INSERT INTO control_mandate (id, person_id, funding, lines_from, lines_until, valid_from,
                                      valid_until, reference, given_by, given_at, ended_by, ended_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, NULL, NULL)";
    END = "mandates.end",
        "UPDATE control_mandate SET ended_by = ?2, ended_at = ?3 WHERE id = ?1 AND ended_at IS NULL";
}

fn mandate_at(statement: &'static Sql, row: &Row<'_>) -> Result<Mandate, StoreError> {
    let funding = FundingCode::parse(row.text_ref(3)?).ok();
    let reference = Label::parse(row.text_ref(8)?).ok();
    let ended = match row.opt_id(12)? {
        None => None,
        Some(by) => Some(Stamp {
            by: PersonId(by),
            by_name: row.opt_text(13)?.unwrap_or_default(),
            at: row.at(14)?,
        }),
    };
    Ok(Mandate {
        id: MandateId(row.id(0)?),
        controller: PersonId(row.id(1)?),
        controller_name: row.text(2)?,
        terms: Terms {
            funding: known(statement, "funding", funding)?,
            lines: Period {
                from: row.day(4)?,
                until: row.day(5)?,
            },
            valid: Period {
                from: row.day(6)?,
                until: row.day(7)?,
            },
            reference: known(statement, "reference", reference)?,
        },
        given: Stamp {
            by: PersonId(row.id(9)?),
            by_name: row.text(10)?,
            at: row.at(11)?,
        },
        ended,
    })
}

/// One mandate. Whether it is for who asks is asked of the policy.
pub async fn one(reader: &mut Reader, id: MandateId) -> Result<Option<Mandate>, StoreError> {
    reader
        .first(&ONE, &[id.0.into()], |row| mandate_at(&ONE, row))
        .await
}

/// The mandates of a controller, the last given first.
pub async fn of_person(reader: &mut Reader, person: PersonId) -> Result<Vec<Mandate>, StoreError> {
    reader
        .all(&OF_PERSON, &[person.0.into()], |row| {
            mandate_at(&OF_PERSON, row)
        })
        .await
}

/// All mandates, the last given first, at most 200.
pub async fn all(reader: &mut Reader, _permit: &Permit) -> Result<Vec<Mandate>, StoreError> {
    let first = domain::Moment::MIN;
    reader
        .all(&ALL_OF_THEM, &[first.into()], |row| {
            mandate_at(&ALL_OF_THEM, row)
        })
        .await
}

/// Keeps a mandate that is given.
pub fn insert(batch: &mut Batch, mandate: &Mandate) {
    let terms = &mandate.terms;
    let params = [
        mandate.id.0.into(),
        mandate.controller.0.into(),
        terms.funding.as_str().into(),
        terms.lines.from.into(),
        terms.lines.until.into(),
        terms.valid.from.into(),
        terms.valid.until.into(),
        terms.reference.as_str().into(),
        mandate.given.by.0.into(),
        mandate.given.at.into(),
    ];
    batch.push(Statement::new(&INSERT, params).one(guard::ROW));
}

/// Ends a mandate.
pub fn end(batch: &mut Batch, id: MandateId, stamp: &Stamp) {
    let params = [id.0.into(), stamp.by.0.into(), stamp.at.into()];
    batch.push(Statement::new(&END, params).one(guard::ROW));
}
