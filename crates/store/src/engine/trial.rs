//! Where `cargo xtask torture` may stop this program, and which guard it may take away to see whether that is
//! found out. Asked for in the environment, and silent without. A build without debug assertions, as a release
//! is, holds none of it; `cargo xtask` looks for the names in every release that it builds.

/// What is taken away when `TORTURE_WITHOUT` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// `submission-key`: a submission that was stored before is not recognised.
    SubmissionKey,
    /// `durable-answer`: a change is confirmed before it is committed.
    DurableAnswer,
    /// `flush-of-changes`: a change is confirmed before it is on the disk.
    #[cfg(debug_assertions)]
    FlushOfChanges,
    /// `every-flush`: nothing is ever put on the disk.
    #[cfg(debug_assertions)]
    EveryFlush,
}

#[cfg(debug_assertions)]
mod asked {
    use std::env;
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::thread;

    use super::Taken;

    /// `TORTURE_POINT=before-commit:3` halts the thread that passes that point for the third time.
    static POINT: LazyLock<Option<(String, u64)>> = LazyLock::new(|| {
        let asked = env::var("TORTURE_POINT").ok()?;
        let (point, nth) = asked.split_once(':')?;
        Some((point.to_owned(), nth.parse().ok()?))
    });
    static PASSED: AtomicU64 = AtomicU64::new(0);
    static WITHOUT: LazyLock<Option<String>> = LazyLock::new(|| env::var("TORTURE_WITHOUT").ok());
    static LOG_PAGES: LazyLock<Option<i64>> =
        LazyLock::new(|| env::var("TORTURE_LOG_PAGES").ok()?.parse().ok());

    /// Halts for good when this point was asked for, and says so: who asked ends the program from outside.
    pub(crate) fn point(name: &str) {
        if let Some((point, nth)) = &*POINT
            && point == name
            && PASSED.fetch_add(1, Ordering::Relaxed) + 1 == *nth
        {
            eprintln!("halted at {name}");
            loop {
                thread::park();
            }
        }
    }

    pub(crate) fn is_without(taken: Taken) -> bool {
        let name = match taken {
            Taken::SubmissionKey => "submission-key",
            Taken::DurableAnswer => "durable-answer",
            Taken::FlushOfChanges => "flush-of-changes",
            Taken::EveryFlush => "every-flush",
        };
        WITHOUT.as_deref() == Some(name)
    }

    /// How SQLite flushes: less when it was asked for.
    pub(crate) fn synchronous(usual: &'static str) -> &'static str {
        if is_without(Taken::EveryFlush) {
            "OFF"
        } else if is_without(Taken::FlushOfChanges) {
            "NORMAL"
        } else {
            usual
        }
    }

    /// After how many pages the log is folded into the file: fewer make it happen all the time.
    pub(crate) fn log_pages(usual: i64) -> i64 {
        LOG_PAGES.unwrap_or(usual)
    }
}

#[cfg(not(debug_assertions))]
mod asked {
    pub(crate) const fn point(_: &str) {}

    pub(crate) const fn is_without(_: super::Taken) -> bool {
        false
    }

    pub(crate) const fn synchronous(usual: &'static str) -> &'static str {
        usual
    }

    pub(crate) const fn log_pages(usual: i64) -> i64 {
        usual
    }
}

pub(crate) use asked::{is_without, log_pages, point, synchronous};
