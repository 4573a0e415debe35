//! A clock that only moves when a test moves it. Knows nothing of the world it times.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use casework::Clock;
use domain::Moment;

/// A clock that stands still until it is set or moved.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that stands at an instant.
    pub fn at(now: Moment) -> Arc<Self> {
        Arc::new(ManualClock(AtomicI64::new(now.micros())))
    }

    /// Sets it to an instant.
    pub fn set(&self, now: Moment) {
        self.0.store(now.micros(), Ordering::SeqCst);
    }

    /// Moves it on by so many seconds; back when negative.
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Moment {
        Moment::from_micros(self.0.load(Ordering::SeqCst)).expect("a test stays in the calendar")
    }
}
