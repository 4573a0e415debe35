//! Counting the lines of a project (G2). Numbers only.

use domain::catalogue::{FundingCode, ReasonCode, ResultCode};
use domain::ids::OrganisationId;
use domain::policy::Reporting;
use domain::reports::{Alike, Outcome};
use domain::{Day, Moment};

use crate::{Reader, StoreError, known, parsed, statements};

statements! {
    // As it stood at an instant: what was registered, ended, cancelled or removed since is not known yet.
    // An organisation is compared before it is asked for NULL: so PostgreSQL learns its type.
    OF_MONTH = "reports.of_month",
        "SELECT s.provider_org, o.name,
                CASE WHEN s.ended_at < ?4 THEN s.result END, CASE WHEN s.ended_at < ?4 THEN s.reason END,
                count(*)
         FROM step s JOIN organisation o ON o.id = s.provider_org
         WHERE s.funding = ?1 AND s.start_on >= ?2 AND s.start_on < ?3 AND s.registered_at < ?4
         AND (s.closed_at IS NULL OR s.closed_at >= ?4)
         AND (s.provider_org = ?5 OR ?5 IS NULL)
         GROUP BY 1, 2, 3, 4";
}

/// The lines of a project that started in the month that begins on a day, as they stood before an instant.
pub async fn of_month(
    reader: &mut Reader,
    reporting: &Reporting,
    funding: &FundingCode,
    month: Day,
    before: Moment,
) -> Result<Vec<Alike>, StoreError> {
    let params = [
        funding.as_str().into(),
        month.into(),
        month.plus_months(1).into(),
        before.into(),
        reporting.organisation().map(|id| id.0).into(),
    ];
    reader
        .all(&OF_MONTH, &params, |row| {
            let result = parsed(&OF_MONTH, "result", row.opt_text(2)?, ResultCode::parse)?;
            let reason = parsed(&OF_MONTH, "reason", row.opt_text(3)?, ReasonCode::parse)?;
            let count = u64::try_from(row.int(4)?).ok();
            Ok(Alike {
                month,
                organisation: OrganisationId(row.id(0)?),
                organisation_name: row.text(1)?,
                outcome: match result.zip(reason) {
                    Some((result, reason)) => Outcome::Ended(result, reason),
                    None => Outcome::Ongoing,
                },
                count: known(&OF_MONTH, "count", count)?,
            })
        })
        .await
}
