//! Time and identifiers, as values that come in from outside, so that a test sets them.

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
