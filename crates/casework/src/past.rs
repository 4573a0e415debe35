//! The history of an entry of the dossier, page by page, the last first.

use async_recursion::async_recursion as boxed;
use domain::ids::{DocumentId, DossierId};
use domain::past::{Past, Sees};
use domain::people::Actor;
use domain::policy::{self, Operation};
use store::dossiers::Head;
use store::journal::{self, Stored};
use store::steps::Listed;
use store::{documents, organisations};

use crate::{Casework, Failure};

/// Entries on one page.
const PER_PAGE: usize = 50;

/// 'Geschiedenis' of an entry.
#[derive(Debug)]
pub struct PastPage {
    /// The dossier's head.
    pub head: Head,
    /// What happened, the last first.
    pub entries: Vec<Stored>,
    /// Where the page before this one ends; none when these are the first.
    pub earlier: Option<i64>,
    /// The lines that are listed, to name those that a document is evidence of.
    pub lines: Vec<Listed>,
}

impl Casework {
    /// What happened to an entry of the dossier before a number, as far as this person reads it.
    #[boxed]
    pub async fn past(
        &self,
        actor: &Actor,
        dossier: DossierId,
        (past, before): (Past, Option<i64>),
    ) -> Result<PastPage, Failure> {
        let mut glance = self
            .glance(actor, past.operation(), dossier, past.code())
            .await?;
        let (reader, access) = (&mut glance.reader, &glance.access);
        let mut lines = Vec::new();
        let mut seen: Vec<DocumentId> = Vec::new();
        if past == Past::Documents {
            let found = documents::list(reader, access).await?;
            seen.extend(found.iter().map(|it| it.id));
            lines = self.lines(reader, access, &glance.head).await?;
        }
        let own = access.organisation();
        let name = match own {
            Some(own) => organisations::name(reader, own).await?.unwrap_or_default(),
            None => String::new(),
        };
        let may = |operation| policy::permit(actor, operation).is_ok();
        let sees = Sees {
            all: access.reads_all(),
            requests: may(Operation::ManageGrants) || may(Operation::AnswerRequest),
            organisation: own.map(|own| (own, name.as_str())),
            documents: &seen,
        };
        let mut before = before.unwrap_or(i64::MAX);
        let mut entries: Vec<Stored> = Vec::new();
        // What is not for this person takes no place on a page.
        loop {
            let events = past.events();
            let (found, more) = journal::of_events_before(reader, access, events, before).await?;
            let shown = found.into_iter().filter_map(|mut it| {
                let is_shown = past.shows(&mut it.entry, sees);
                is_shown.then_some(it)
            });
            entries.extend(shown);
            match more {
                Some(number) if entries.len() <= PER_PAGE => before = number,
                _ => break,
            }
        }
        let is_more = entries.len() > PER_PAGE;
        entries.truncate(PER_PAGE);
        Ok(PastPage {
            head: glance.head,
            earlier: entries.last().filter(|_| is_more).map(|it| it.number),
            entries,
            lines,
        })
    }
}
