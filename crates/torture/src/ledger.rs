//! What the clients sent and what they were told: the other side of the balance. Knows no database.

use std::collections::HashMap;

use uuid::Uuid;

/// Where a change shows in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Place {
    /// A line of the summary of a line.
    Summary,
    /// The note of its result.
    Result,
    /// The reason why it was cancelled.
    Cancelled,
    /// What was supplemented.
    Addendum,
    /// The note of an action.
    Action,
    /// A record of a section.
    Agreement,
}

/// A form, filled in. Its mark is a text that stands nowhere else.
#[derive(Clone, Debug)]
pub(crate) struct Submission {
    pub(crate) mark: String,
    pub(crate) place: Place,
    pub(crate) key: Uuid,
    pub(crate) path: String,
    pub(crate) fields: Vec<(String, String)>,
}

/// What somebody was told about a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Confirmed,
    Refused,
    /// No answer: done or not, nobody knows until it is sent again.
    Nothing,
}

/// What became of a submission, as far as its sender knows.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) place: Place,
    pub(crate) key: Uuid,
    pub(crate) confirmed: bool,
    pub(crate) refused: bool,
}

/// A page of a dossier that was shown, between these two minutes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Shown {
    pub(crate) dossier: String,
    pub(crate) from: i64,
    pub(crate) until: i64,
}

/// Everything of one run.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// By mark.
    pub(crate) sent: HashMap<String, Sent>,
    /// Pages that were shown since the last look.
    pub(crate) shown: Vec<Shown>,
    /// What nobody should be shown, in words.
    pub(crate) faults: Vec<String>,
    /// Submissions of which two were sent at once.
    pub(crate) twice: u64,
    /// Lines on which two ends were sent at once.
    pub(crate) contested: u64,
    /// Submissions sent again because the first time had no answer.
    pub(crate) again: u64,
    /// Of those, how many had been stored the first time, or were stored now.
    pub(crate) again_confirmed: u64,
}

impl Ledger {
    /// Before it is sent: from now on it may be in the database.
    pub(crate) fn send(&mut self, submission: &Submission) {
        self.sent
            .entry(submission.mark.clone())
            .or_insert_with(|| Sent {
                place: submission.place,
                key: submission.key,
                confirmed: false,
                refused: false,
            });
    }

    pub(crate) fn told(&mut self, mark: &str, told: Told) {
        if let Some(sent) = self.sent.get_mut(mark) {
            match told {
                Told::Confirmed => sent.confirmed = true,
                Told::Refused => sent.refused = true,
                Told::Nothing => {}
            }
        }
    }

    pub(crate) fn confirmed(&self) -> usize {
        self.sent.values().filter(|it| it.confirmed).count()
    }

    pub(crate) fn refused(&self) -> usize {
        let refused = self.sent.values().filter(|it| it.refused && !it.confirmed);
        refused.count()
    }
}
