//! 'Controle': the lines of a mandate as its controller sees them, without names. That a line was on a
//! page is recorded in its dossier before the page is shown (I3): the young person sees it with the other
//! openings, exactly as often as it was shown.

use async_recursion::async_recursion as boxed;
use domain::Day;
use domain::ids::MandateId;
use domain::mandates::Mandate;
use domain::people::Actor;
use domain::policy::{self, Denied, Mandated, Operation};
use domain::uses::Use;
use store::caseload::{self, ControlLine, Shown};
use store::{Batch, mandates, openings};

use crate::{Casework, Failure};

/// Lines on a page; more only when one pseudonym has several on a day.
const PER_PAGE: usize = 50;

/// A line as the controller sees it.
#[derive(Debug)]
pub struct ControlRow {
    /// The name under which the controller sees the client.
    pub pseudonym: String,
    /// The line. Its identifiers are not shown.
    pub line: ControlLine,
}

/// The last line of a page, after which the next goes on: its day and pseudonym, both of which it showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlCursor {
    /// The day it is listed on.
    pub day: Day,
    /// Its pseudonym.
    pub pseudonym: String,
}

/// A page of a mandate's lines.
#[derive(Debug)]
pub struct ControlPage {
    /// Every mandate that is open to this controller today.
    pub mandates: Vec<Mandate>,
    /// The one that is shown; none when there is none.
    pub mandate: Option<Mandate>,
    /// Its lines, by day, the last first; those of a day by pseudonym, so that the order tells nothing.
    pub rows: Vec<ControlRow>,
    /// Where the next page goes on.
    pub next: Option<ControlCursor>,
}

impl Casework {
    /// The mandates that are open to a controller today, and a page of the lines of one: the one asked
    /// for, or the last given.
    ///
    /// # Errors
    /// `Denied::Dossier` for a mandate that is not theirs, not now, or not there.
    #[boxed]
    pub async fn control(
        &self,
        actor: &Actor,
        wanted: Option<MandateId>,
        shown: Shown,
        after: Option<&ControlCursor>,
    ) -> Result<ControlPage, Failure> {
        policy::permit(actor, Operation::ViewControl)?;
        let mandates = self.open_mandates(actor).await?;
        let chosen = match wanted {
            None => mandates.first(),
            Some(id) => {
                let found = mandates.iter().find(|it| it.id == id);
                Some(found.ok_or(Denied::Dossier)?)
            }
        };
        let Some(mandate) = chosen.cloned() else {
            return Ok(ControlPage {
                mandates,
                mandate: None,
                rows: Vec::new(),
                next: None,
            });
        };
        let mandated = policy::mandated(actor, &mandate, self.today())?;
        let (rows, next) = self.control_rows(&mandated, shown, after).await?;
        let mut seen: Vec<_> = rows.iter().map(|row| row.line.dossier).collect();
        seen.sort_unstable();
        seen.dedup();
        let mut batch = Batch::new();
        openings::write_listed(
            &mut batch,
            &mandated,
            &seen,
            openings::minute_of(self.now()),
        );
        if !seen.is_empty() {
            self.commit_counted(batch, actor, Use::Opening).await?;
        }
        Ok(ControlPage {
            mandates,
            mandate: Some(mandate),
            rows,
            next,
        })
    }

    /// The mandates of a controller that are open today, the last given first.
    #[boxed]
    pub(crate) async fn open_mandates(&self, actor: &Actor) -> Result<Vec<Mandate>, Failure> {
        let today = self.today();
        let mut reader = self.database.reader().await?;
        let mut found = mandates::of_person(&mut reader, actor.person).await?;
        found.retain(|mandate| mandate.is_active(today));
        Ok(found)
    }

    async fn control_rows(
        &self,
        mandated: &Mandated,
        shown: Shown,
        after: Option<&ControlCursor>,
    ) -> Result<(Vec<ControlRow>, Option<ControlCursor>), Failure> {
        let until = after.map_or(Day::MAX, |cursor| cursor.day);
        let mut limit = u32::try_from(2 * PER_PAGE).unwrap_or(u32::MAX);
        loop {
            let mut reader = self.database.list_reader().await?;
            let lines = caseload::control(&mut reader, mandated, shown, until, limit).await?;
            drop(reader);
            let is_all = u32::try_from(lines.len()).is_ok_and(|found| found < limit);
            let last = lines.last().map(ControlLine::listed_on).filter(|_| !is_all);
            let mut rows: Vec<ControlRow> = lines
                .into_iter()
                // The last day may not be there whole, and is sorted as a whole.
                .filter(|line| last.is_none_or(|last| line.listed_on() > last))
                .map(|line| ControlRow {
                    pseudonym: self.secrets.pseudonym(mandated.mandate().id, line.dossier),
                    line,
                })
                .collect();
            rows.sort_by(|a, b| place(b).0.cmp(&place(a).0).then(place(a).1.cmp(place(b).1)));
            if let Some(cursor) = after {
                rows.retain(|row| {
                    let (day, pseudonym) = place(row);
                    day < cursor.day || pseudonym > cursor.pseudonym.as_str()
                });
            }
            // One more than a page tells that there is another.
            if is_all || rows.len() > PER_PAGE {
                return Ok(one_page(rows));
            }
            limit = limit.saturating_mul(4);
        }
    }
}

fn place(row: &ControlRow) -> (Day, &str) {
    (row.line.listed_on(), &row.pseudonym)
}

/// The first page of rows, cut between two pseudonyms.
fn one_page(mut rows: Vec<ControlRow>) -> (Vec<ControlRow>, Option<ControlCursor>) {
    let Some(last) = rows.get(PER_PAGE - 1) else {
        return (rows, None);
    };
    let (day, pseudonym) = place(last);
    let same = rows
        .iter()
        .skip(PER_PAGE)
        .take_while(|row| place(row) == (day, pseudonym));
    let cut = PER_PAGE + same.count();
    if cut == rows.len() {
        return (rows, None);
    }
    let cursor = ControlCursor {
        day,
        pseudonym: pseudonym.to_owned(),
    };
    rows.truncate(cut);
    (rows, Some(cursor))
}
