//! The work situations of 'Loopbaangegevens'.

use domain::career::{CareerSource, WorkPeriod};
use domain::policy::{Access, Read, Write};
use domain::work_situation;

use crate::engine::{Batch, Statement};
use crate::{Reader, StoreError, guard, known, statements};

statements! {
    LIST = "career.list",
        "SELECT code, from_day, until_day, source FROM work_period WHERE dossier_id = ?1";
    PUT = "career.put",
        "INSERT INTO work_period (dossier_id, from_day, code, source, until_day) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (dossier_id, from_day, code, source) DO UPDATE SET until_day = excluded.until_day";
}

/// The work situations of a dossier: what lasts first, then the last one that ended.
pub async fn list(
    reader: &mut Reader,
    access: &Access<Read>,
) -> Result<Vec<WorkPeriod>, StoreError> {
    let mut found = reader
        .all(&LIST, &[access.dossier().0.into()], |row| {
            Ok(WorkPeriod {
                code: known(&LIST, "code", work_situation::known(row.text_ref(0)?))?,
                from: row.day(1)?,
                until: row.opt_day(2)?,
                source: known(&LIST, "source", CareerSource::from_code(row.text_ref(3)?))?,
            })
        })
        .await?;
    found.sort_by_key(|it| std::cmp::Reverse((it.until.is_none(), it.from, it.until)));
    Ok(found)
}

/// Stores what the source tells of a work situation.
pub fn put(batch: &mut Batch, access: &Access<Write>, period: &WorkPeriod) {
    let params = [
        access.dossier().0.into(),
        period.from.into(),
        period.code.into(),
        period.source.code().into(),
        period.until.into(),
    ];
    batch.push(Statement::new(&PUT, params).one(guard::ROW));
}
