//! Limits on what one person looks at, searches and downloads, over all servers; and an eye on who sends
//! forms faster than people do. Going over a limit is in the administrative log, once an hour.

use async_recursion::async_recursion as boxed;
use std::collections::HashMap;
use std::sync::Mutex;

use domain::account_events::AccountEvent;
use domain::ids::PersonId;
use domain::journal::Change;
use domain::people::Actor;
use domain::policy::Denied;
use domain::uses::{Use, WINDOWS, window_end};
use store::{Batch, StoreError, guard, uses};

use crate::account_events::About;
use crate::{Casework, Failure};

/// Seconds over which forms are counted.
const PACE_SECONDS: i64 = 5;

/// Forms of each person within the present five seconds, on this server.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    seen: Mutex<(i64, HashMap<PersonId, u32>)>,
}

impl Pace {
    /// Counts a form; how many that makes.
    fn count(&self, window: i64, person: PersonId) -> u32 {
        let mut seen = self
            .seen
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        if seen.0 != window {
            *seen = (window, HashMap::new());
        }
        let count = seen.1.entry(person).or_default();
        *count = count.saturating_add(1);
        *count
    }
}

impl Casework {
    /// Commits a batch that counts as one use of this person; nothing of it is stored when that is one too
    /// many.
    #[boxed]
    pub(crate) async fn commit_counted(
        &self,
        batch: Batch,
        actor: &Actor,
        used: Use,
    ) -> Result<(), Failure> {
        let now = self.now();
        let mut whole = Batch::new();
        for (seconds, most) in self.limits.most(used).windows() {
            let end = window_end(now, seconds);
            uses::count(&mut whole, actor.person, used.code(), end, most);
        }
        whole.append(batch);
        match self.database.commit(whole).await {
            Err(StoreError::Missed(guard::LIMIT)) => Err(self.one_too_many(actor, used).await?),
            other => Ok(other?),
        }
    }

    /// Records that somebody went over a limit, once an hour, and says how long it lasts.
    async fn one_too_many(&self, actor: &Actor, used: Use) -> Result<Failure, Failure> {
        let now = self.now();
        let [hour, day] = WINDOWS.map(|seconds| window_end(now, seconds));
        let mut reader = self.database.reader_for_one().await?;
        let today = uses::used(&mut reader, actor.person, used, day).await?;
        drop(reader);
        let ends = if today >= self.limits.most(used).a_day {
            day
        } else {
            hour
        };
        let mut batch = Batch::new();
        let told = format!("{}-told", used.code());
        uses::count(&mut batch, actor.person, &told, hour, 1);
        let about = About {
            changes: vec![Change::new_value("use", used.label())],
            ..About::itself(actor)
        };
        self.record(&mut batch, AccountEvent::LimitReached, &about);
        match self.database.commit(batch).await {
            Ok(()) | Err(StoreError::Missed(guard::LIMIT)) => Ok(Failure::TooMuch {
                used,
                seconds: ends.seconds_since(now).max(1),
            }),
            Err(error) => Err(error.into()),
        }
    }

    /// What somebody gets who asks for a dossier that is not for them, or not there. It is in the log that
    /// they asked, not for which: the log holds nothing of a dossier.
    #[boxed]
    pub(crate) async fn refuse_dossier(&self, actor: &Actor) -> Failure {
        let mut batch = Batch::new();
        let event = AccountEvent::DossierRefused;
        self.record(&mut batch, event, &About::itself(actor));
        match self.commit_counted(batch, actor, Use::Refused).await {
            Ok(()) => Failure::Denied(Denied::Dossier),
            Err(failure) => failure,
        }
    }

    /// Records that somebody asked for what the own role does not have. The answer is the same without it.
    #[boxed]
    pub async fn note_refusal(&self, actor: &Actor) {
        let mut batch = Batch::new();
        let event = AccountEvent::FunctionRefused;
        self.record(&mut batch, event, &About::itself(actor));
        match self.commit_counted(batch, actor, Use::Refused).await {
            // Of more than that the log has it that there were more.
            Ok(()) | Err(Failure::TooMuch { .. }) => {}
            Err(failure) => tracing::warn!(?failure, "not recorded that a function was refused"),
        }
    }

    /// Looks whether somebody sends forms faster than people do. That is in the log and stops nobody: tools
    /// that help people send fast too.
    #[boxed]
    pub async fn note_form(&self, actor: &Actor) {
        let window = self.now().micros().div_euclid(PACE_SECONDS * 1_000_000);
        let count = self.pace.count(window, actor.person);
        if count != self.limits.forms_in_five_seconds {
            return;
        }
        let mut batch = Batch::new();
        let event = AccountEvent::FormsTooFast;
        self.record(&mut batch, event, &About::itself(actor));
        if let Err(error) = self.database.commit(batch).await {
            tracing::warn!(%error, "not recorded that forms come too fast");
        }
    }
}
