//! Reading the journal of a dossier, page by page, the last first.

use async_recursion::async_recursion as boxed;
use domain::ids::DossierId;
use domain::journal::Change;
use domain::people::Actor;
use domain::policy::Operation;
use store::dossiers::Head;
use store::journal::{self, Stored};

use crate::{Casework, Failure};

/// Entries on one page.
const PER_PAGE: i64 = 50;

/// 'Wat er gebeurde'.
#[derive(Debug)]
pub struct JournalPage {
    /// The dossier's head.
    pub head: Head,
    /// The entries, the last first.
    pub entries: Vec<Stored>,
    /// Where the page before this one ends; none when these are the first.
    pub earlier: Option<i64>,
    /// Whether the values of what people wrote are shown.
    pub tells_story: bool,
}

impl Casework {
    /// The journal of a dossier before a number. The privacy officer reads what happened to which field,
    /// and nothing of what was written or chosen.
    #[boxed]
    pub async fn journal(
        &self,
        actor: &Actor,
        dossier: DossierId,
        before: Option<i64>,
    ) -> Result<JournalPage, Failure> {
        let mut glance = self
            .glance(actor, Operation::ViewJournal, dossier, "journaal")
            .await?;
        let last = glance.head.journal_number;
        let before = before.unwrap_or(i64::MAX).clamp(1, last.saturating_add(1));
        // Numbers count up by one within a dossier, so a page is a range of them.
        let after = before.saturating_sub(PER_PAGE + 1).max(0);
        let limit = u32::try_from(before - 1 - after).unwrap_or(0);
        let (reader, access) = (&mut glance.reader, &glance.access);
        let mut entries = journal::of_dossier(reader, access, after, limit).await?;
        entries.reverse();
        let tells_story = access.tells_story();
        if !tells_story {
            for stored in &mut entries {
                for change in &mut stored.entry.changes {
                    withhold(change);
                }
            }
        }
        Ok(JournalPage {
            head: glance.head,
            entries,
            earlier: (after > 0).then_some(after + 1),
            tells_story,
        })
    }
}

/// Leaves that there was and is a value, not which.
fn withhold(change: &mut Change) {
    for value in [&mut change.before, &mut change.after] {
        if value.is_some() {
            *value = Some("•••".to_owned());
        }
    }
}
