//! Career vouchers.

use domain::policy::{Access, Read, Write};
use domain::text::Label;
use domain::vouchers::{Voucher, VoucherStatus};

use crate::engine::{Batch, Statement};
use crate::{Reader, StoreError, count, guard, known, parsed, statements};

statements! {
    LIST = "vouchers.list",
        "SELECT number, ordered_on, hours, status, centre FROM career_voucher WHERE dossier_id = ?1";
    PUT = "vouchers.put",
        "INSERT INTO career_voucher (dossier_id, number, ordered_on, hours, status, centre)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (dossier_id, number) DO UPDATE SET ordered_on = excluded.ordered_on,
             hours = excluded.hours, status = excluded.status, centre = excluded.centre";
}

/// The vouchers of a dossier, the last ordered first.
pub async fn list(reader: &mut Reader, access: &Access<Read>) -> Result<Vec<Voucher>, StoreError> {
    let mut found = reader
        .all(&LIST, &[access.dossier().0.into()], |row| {
            Ok(Voucher {
                number: known(&LIST, "number", Label::parse(row.text_ref(0)?).ok())?,
                ordered_on: row.day(1)?,
                hours: count(&LIST, row, 2)?,
                status: known(&LIST, "status", VoucherStatus::from_code(row.text_ref(3)?))?,
                centre: parsed(&LIST, "centre", row.opt_text(4)?, Label::parse)?,
            })
        })
        .await?;
    found.sort_by(|a, b| (b.ordered_on, &b.number).cmp(&(a.ordered_on, &a.number)));
    Ok(found)
}

/// Stores what the register tells of a voucher.
pub fn put(batch: &mut Batch, access: &Access<Write>, voucher: &Voucher) {
    let params = [
        access.dossier().0.into(),
        voucher.number.as_str().into(),
        voucher.ordered_on.into(),
        voucher.hours.into(),
        voucher.status.code().into(),
        voucher
            .centre
            .as_ref()
            .map(|it| it.as_str().to_owned())
            .into(),
    ];
    batch.push(Statement::new(&PUT, params).one(guard::ROW));
}
