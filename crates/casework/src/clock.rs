//! Time and identifiers, as values that come in from outside, so that a test sets them.

use std::sync::atomic::{AtomicI64, Ordering};

use domain::Moment;
use uuid::{ContextV7, Timestamp, Uuid};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Moment;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        let since = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        let micros = i64::try_from(since.as_micros()).unwrap_or(i64::MAX);
        Moment::from_micros(micros).unwrap_or(Moment::MAX)
    }
}

/// The machine's clock, put right by another: where several servers write in one journal, the clock of
/// the store rules. It starts as the machine's own.
#[derive(Debug, Default)]
pub struct SharedClock {
    /// Microseconds that the store is ahead of this machine.
    ahead: AtomicI64,
}

impl SharedClock {
    /// Follows the store, which said `theirs` somewhere between the two instants of this machine.
    pub fn follow(&self, theirs: Moment, asked: Moment, answered: Moment) {
        let halfway = asked.micros() / 2 + answered.micros() / 2;
        self.ahead
            .store(theirs.micros().saturating_sub(halfway), Ordering::Relaxed);
    }
}

impl Clock for SharedClock {
    fn now(&self) -> Moment {
        let own = SystemClock.now();
        let micros = own
            .micros()
            .saturating_add(self.ahead.load(Ordering::Relaxed));
        Moment::from_micros(micros).unwrap_or(own)
    }
}

/// A clock that was set to an instant and runs on from there: for `demo --now`.
#[derive(Clone, Copy, Debug)]
pub struct RunningClock {
    set_to: Moment,
    set_at: std::time::Instant,
}

impl RunningClock {
    /// Sets the clock and lets it run.
    pub fn from(set_to: Moment) -> Self {
        RunningClock {
            set_to,
            set_at: std::time::Instant::now(),
        }
    }
}

impl Clock for RunningClock {
    fn now(&self) -> Moment {
        let run = i64::try_from(self.set_at.elapsed().as_micros()).unwrap_or(i64::MAX);
        let micros = self.set_to.micros().saturating_add(run);
        Moment::from_micros(micros).unwrap_or(self.set_to)
    }
}

/// Makes identifiers and tokens.
pub trait Ids: Send + Sync {
    /// An identifier that sorts by time (UUID v7).
    fn next(&self, now: Moment) -> Uuid;
    /// An identifier that gives nothing away (UUID v4): for what stands in addresses.
    fn random(&self) -> Uuid;
    /// 256 bits that nobody can guess.
    fn token(&self) -> [u8; 32];
}

/// Identifiers from the machine's source of randomness.
#[derive(Debug, Default)]
pub struct RandomIds {
    context: std::sync::Mutex<ContextV7>,
}

impl Ids for RandomIds {
    fn next(&self, now: Moment) -> Uuid {
        let micros = u64::try_from(now.micros()).unwrap_or(0);
        let nanos = u32::try_from(micros % 1_000_000).unwrap_or(0) * 1_000;
        // A poisoned counter only means that another thread stopped while counting.
        let context = self
            .context
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        Uuid::new_v7(Timestamp::from_unix(&*context, micros / 1_000_000, nanos))
    }

    fn random(&self) -> Uuid {
        Uuid::new_v4()
    }

    fn token(&self) -> [u8; 32] {
        let mut token = [0; 32];
        // Without a source of randomness nothing here is safe: better to stop than to go on.
        #[allow(clippy::expect_used)]
        getrandom::fill(&mut token).expect("the machine's source of randomness works");
        token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shared_clock_shows_what_the_store_shows() {
        let clock = SharedClock::default();
        let own = SystemClock.now();
        assert!(clock.now().seconds_since(own).abs() <= 1);
        let asked = own;
        let answered = own.plus_seconds(2);
        clock.follow(own.plus_seconds(1 + 3_600), asked, answered);
        let off = clock.now().seconds_since(SystemClock.now()) - 3_600;
        assert!(off.abs() <= 1, "{off}");
    }
}
