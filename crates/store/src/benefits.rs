//! What the RVA told of a right to a benefit.

use domain::benefits::{Benefit, Entitled, Exemption};
use domain::policy::{Access, Read, Write};

use crate::engine::{Batch, Statement};
use crate::{Reader, StoreError, guard, known, parsed, statements};

statements! {
    LIST = "benefits.list",
        "SELECT as_of, entitled, exemption, exempt_until FROM benefit_status WHERE dossier_id = ?1";
    PUT = "benefits.put",
        "INSERT INTO benefit_status (dossier_id, as_of, entitled, exemption, exempt_until)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (dossier_id, as_of) DO UPDATE SET entitled = excluded.entitled,
             exemption = excluded.exemption, exempt_until = excluded.exempt_until";
}

/// What the RVA told, the latest first.
pub async fn list(reader: &mut Reader, access: &Access<Read>) -> Result<Vec<Benefit>, StoreError> {
    let mut found = reader
        .all(&LIST, &[access.dossier().0.into()], |row| {
            Ok(Benefit {
                as_of: row.day(0)?,
                entitled: known(&LIST, "entitled", Entitled::from_code(row.text_ref(1)?))?,
                exemption: parsed(&LIST, "exemption", row.opt_text(2)?, |code| {
                    Exemption::from_code(code).ok_or(())
                })?,
                exempt_until: row.opt_day(3)?,
            })
        })
        .await?;
    found.sort_by_key(|it| std::cmp::Reverse(it.as_of));
    Ok(found)
}

/// Stores what the RVA tells of a day.
pub fn put(batch: &mut Batch, access: &Access<Write>, benefit: &Benefit) {
    let params = [
        access.dossier().0.into(),
        benefit.as_of.into(),
        benefit.entitled.code().into(),
        benefit.exemption.map(|it| it.code().to_owned()).into(),
        benefit.exempt_until.into(),
    ];
    batch.push(Statement::new(&PUT, params).one(guard::ROW));
}
