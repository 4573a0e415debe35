//! When the program is killed.

use std::collections::BTreeMap;

use fastrand::Rng;

use crate::server::Asked;

/// Points in the writing of a change (`store::engine::writer`).
const OF_CHANGES: [&str; 3] = ["after-begin", "before-commit", "after-commit"];
const OF_CLOSING: [&str; 2] = ["before-last-checkpoint", "after-last-checkpoint"];
const OF_MIGRATING: [&str; 2] = ["before-migration", "after-migration"];

/// A moment to kill at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Any, under load.
    Any,
    /// A point in the writing of a change, passed so many times.
    Change(&'static str, u32),
    /// Any, while the log is folded into the file all the time.
    Checkpoint,
    /// Any, while it starts after a kill.
    Starting,
    /// After it was asked to stop under load: at a point, or any.
    Closing(Option<&'static str>),
    /// The first start on an empty folder: at a point, or any.
    Migrating(Option<&'static str>),
}

impl Moment {
    /// The next one.
    pub(crate) fn next(rng: &mut Rng) -> Self {
        let any_of = |rng: &mut Rng, points: &[&'static str]| rng.choice(points).copied();
        match rng.u32(0..100) {
            0..40 => Self::Any,
            40..70 => {
                let nth = rng.u32(1..12);
                any_of(rng, &OF_CHANGES).map_or(Self::Any, |point| Self::Change(point, nth))
            }
            70..82 => Self::Checkpoint,
            82..88 => Self::Starting,
            88..95 => Self::Closing(if rng.bool() {
                any_of(rng, &OF_CLOSING)
            } else {
                None
            }),
            _ => Self::Migrating(if rng.bool() {
                any_of(rng, &OF_MIGRATING)
            } else {
                None
            }),
        }
    }

    /// The next one of a control: where a guard is needed.
    pub(crate) fn next_of_control(rng: &mut Rng) -> Self {
        if rng.bool() {
            Self::Any
        } else {
            Self::Change("before-commit", rng.u32(6..20))
        }
    }

    /// What the program is asked for at its start.
    pub(crate) fn asked(self) -> Asked {
        let (point, log_pages) = match self {
            Self::Any | Self::Starting => (None, None),
            Self::Change(point, nth) => (Some((point, nth)), None),
            Self::Checkpoint => (None, Some(4)),
            Self::Closing(point) | Self::Migrating(point) => (point.map(|it| (it, 1)), None),
        };
        Asked {
            point,
            log_pages,
            without: None,
        }
    }

    /// As it is counted.
    fn words(self) -> String {
        match self {
            Self::Any => "under load, at any moment".to_owned(),
            Self::Change(point, _) => format!("under load, `{point}`"),
            Self::Checkpoint => "under load, while checkpoints go on".to_owned(),
            Self::Starting => "while it starts after a kill".to_owned(),
            Self::Closing(None) => "while it stops, at any moment".to_owned(),
            Self::Closing(Some(point)) => format!("while it stops, `{point}`"),
            Self::Migrating(None) => "first start, at any moment".to_owned(),
            Self::Migrating(Some(point)) => format!("first start, `{point}`"),
        }
    }
}

/// How often it was killed when.
#[derive(Debug, Default)]
pub(crate) struct Kills(BTreeMap<String, u32>);

impl Kills {
    pub(crate) fn count(&mut self, moment: Moment) {
        *self.0.entry(moment.words()).or_default() += 1;
    }

    pub(crate) fn all(&self) -> u32 {
        self.0.values().sum()
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = (&String, &u32)> {
        self.0.iter()
    }
}
