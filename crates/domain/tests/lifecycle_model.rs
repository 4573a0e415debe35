//! The lifecycle against a simple model: random sequences of commands on one dossier, each decided by
//! the rules and by a model that knows only day numbers. They must agree on every answer, and what is
//! final must stay as it was.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::collections::BTreeMap;
use std::sync::Mutex;

use common::*;
use domain::actions::{ActionDay, ActionDetails, Presence};
use domain::catalogue::{ActionKindCode, Catalogue};
use domain::ids::*;
use domain::refusal::Refusals;
use domain::steps::removal::{self, RemovalRequest};
use domain::steps::{Setting, Stamp, State, Step, addendum, cancel, change, end, register};
use domain::studies::Study;
use domain::{Day, Moment};
use proptest::prelude::*;

/// Day 0 of the model.
const ZERO: &str = "2025-05-01";
/// Days after which a start is late, and of the window for addenda.
const LATE: i32 = 31;
const WINDOW: i32 = 14;

fn real(day_number: i32) -> Day {
    day(ZERO).plus_days(day_number)
}

/// Noon in Brussels (summer time): never near a midnight.
fn noon(day_number: i32) -> Moment {
    at(&format!("{}T12:00:00+02:00", real(day_number).to_iso()))
}

#[derive(Clone, Debug)]
enum Command {
    Register {
        start: i32,
        end: Option<i32>,
        reason: bool,
    },
    Restart {
        line: usize,
        start: i32,
        stale: bool,
    },
    Act {
        line: usize,
        on: i32,
    },
    TakeBack {
        line: usize,
    },
    End {
        line: usize,
        on: i32,
        stale: bool,
    },
    Cancel {
        line: usize,
        confirmed: bool,
    },
    Append {
        line: usize,
    },
    Ask {
        line: usize,
    },
    Decide {
        line: usize,
        remove: bool,
        asker: bool,
    },
    Wait {
        days: i32,
    },
    Diploma {
        on: i32,
    },
}

fn command() -> impl Strategy<Value = Command> {
    let line = 0_usize..3;
    let on = -36_i32..18;
    prop_oneof![
        4 => (on.clone(), proptest::option::weighted(0.3, on.clone()), any::<bool>())
            .prop_map(|(start, end, reason)| Command::Register { start, end, reason }),
        2 => (line.clone(), on.clone(), proptest::bool::weighted(0.1))
            .prop_map(|(line, start, stale)| Command::Restart { line, start, stale }),
        4 => (line.clone(), on.clone()).prop_map(|(line, on)| Command::Act { line, on }),
        1 => line.clone().prop_map(|line| Command::TakeBack { line }),
        4 => (line.clone(), on.clone(), proptest::bool::weighted(0.1))
            .prop_map(|(line, on, stale)| Command::End { line, on, stale }),
        1 => (line.clone(), any::<bool>())
            .prop_map(|(line, confirmed)| Command::Cancel { line, confirmed }),
        3 => line.clone().prop_map(|line| Command::Append { line }),
        2 => line.clone().prop_map(|line| Command::Ask { line }),
        2 => (line, any::<bool>(), proptest::bool::weighted(0.2))
            .prop_map(|(line, remove, asker)| Command::Decide { line, remove, asker }),
        3 => (1_i32..12).prop_map(|days| Command::Wait { days }),
        1 => on.prop_map(|on| Command::Diploma { on }),
    ]
}

// ------------------------------------------------------------------ the model

#[derive(Clone, Copy, Debug, PartialEq)]
enum Standing {
    Ongoing,
    Ended { on: i32, confirmed: i32 },
    Cancelled,
    Removed,
}

#[derive(Clone, Debug)]
struct ModelLine {
    start: i32,
    standing: Standing,
    actions: Vec<i32>,
    asked: bool,
    changes: u32,
}

#[derive(Default)]
struct Model {
    today: i32,
    lines: Vec<ModelLine>,
    diplomas: Vec<i32>,
}

impl Model {
    fn start_fits(&self, start: i32, reason: bool) -> bool {
        start <= self.today
            && !self.diplomas.iter().any(|obtained| *obtained <= start)
            && (self.today - start <= LATE || reason)
    }

    /// No other listed line may be ongoing beside an ongoing one, nor share more than an edge.
    fn period_fits(&self, except: Option<usize>, start: i32, end: Option<i32>) -> bool {
        self.lines.iter().enumerate().all(|(index, other)| {
            let other_end = match other.standing {
                Standing::Ongoing => None,
                Standing::Ended { on, .. } => Some(on),
                Standing::Cancelled | Standing::Removed => return true,
            };
            if Some(index) == except {
                return true;
            }
            let far = i32::MAX;
            start >= other_end.unwrap_or(far) || other.start >= end.unwrap_or(far)
        })
    }

    fn answer(&mut self, command: &Command) -> bool {
        let today = self.today;
        match *command {
            Command::Wait { days } => {
                self.today += days;
                true
            }
            Command::Diploma { on } => {
                self.diplomas.push(on);
                true
            }
            Command::Register { start, end, reason } => {
                let fits = self.start_fits(start, reason)
                    && self.period_fits(None, start, end)
                    && end.is_none_or(|end| end >= start && end <= today);
                if fits {
                    let standing = end.map_or(Standing::Ongoing, |on| Standing::Ended {
                        on,
                        confirmed: today,
                    });
                    let (actions, asked, changes) = (Vec::new(), false, 1);
                    self.lines.push(ModelLine { start, standing, actions, asked, changes });
                }
                fits
            }
            Command::Restart { line, start, stale } => {
                let Some(found) = self.lines.get(line) else { return false };
                let fits = found.standing == Standing::Ongoing
                    && !stale
                    && (found.start == start || self.start_fits(start, true))
                    && found.actions.iter().all(|on| *on >= start)
                    && self.period_fits(Some(line), start, None);
                if fits {
                    let found = self.lines.get_mut(line).unwrap();
                    found.start = start;
                    found.changes += 1;
                }
                fits
            }
            Command::Act { line, on } => {
                let Some(found) = self.lines.get_mut(line) else { return false };
                let fits = found.standing == Standing::Ongoing && on >= found.start && on <= today;
                if fits {
                    found.actions.push(on);
                }
                fits
            }
            Command::TakeBack { line } => {
                let Some(found) = self.lines.get_mut(line) else { return false };
                found.standing == Standing::Ongoing && found.actions.pop().is_some()
            }
            Command::End { line, on, stale } => {
                let Some(found) = self.lines.get(line) else { return false };
                let fits = found.standing == Standing::Ongoing
                    && !stale
                    && on >= found.start
                    && on <= today
                    && found.actions.iter().all(|action| *action <= on)
                    && self.period_fits(Some(line), found.start, Some(on));
                if fits {
                    let found = self.lines.get_mut(line).unwrap();
                    found.standing = Standing::Ended { on, confirmed: today };
                    found.changes += 1;
                }
                fits
            }
            Command::Cancel { line, confirmed } => {
                let Some(found) = self.lines.get_mut(line) else { return false };
                let fits = found.standing == Standing::Ongoing
                    && (found.actions.is_empty() || confirmed);
                if fits {
                    found.standing = Standing::Cancelled;
                    found.actions.clear();
                    found.changes += 1;
                }
                fits
            }
            Command::Append { line } => self.lines.get(line).is_some_and(|found| {
                matches!(found.standing, Standing::Ended { confirmed, .. } if today <= confirmed + WINDOW)
            }),
            Command::Ask { line } => {
                let Some(found) = self.lines.get_mut(line) else { return false };
                let fits = matches!(found.standing, Standing::Ended { .. }) && !found.asked;
                found.asked |= fits;
                fits
            }
            Command::Decide { line, remove, asker } => {
                let Some(found) = self.lines.get_mut(line) else { return false };
                let fits = found.asked && !asker;
                if fits {
                    found.asked = false;
                    if remove {
                        found.standing = Standing::Removed;
                        found.changes += 1;
                    }
                }
                fits
            }
        }
    }
}

// ------------------------------------------------------------------ the rules

struct Line {
    step: Step,
    actions: Vec<ActionDay>,
    addenda: u32,
    request: Option<RemovalRequest>,
}

struct Real {
    catalogue: Catalogue,
    today: i32,
    lines: Vec<Line>,
    studies: Vec<Study>,
}

impl Real {
    fn stamp(&self) -> Stamp {
        Stamp {
            by: PersonId(id(201)),
            by_name: "Begeleider 1".into(),
            at: noon(self.today),
        }
    }

    fn with_setting<T>(&self, line: Option<usize>, decide: impl FnOnce(&Setting<'_>) -> T) -> T {
        let others: Vec<_> = self
            .lines
            .iter()
            .enumerate()
            .filter(|(index, other)| other.step.is_listed() && Some(*index) != line)
            .map(|(_, other)| other.step.span())
            .collect();
        let actions = line
            .and_then(|line| self.lines.get(line))
            .map(|line| line.actions.clone());
        decide(&Setting {
            today: real(self.today),
            birth: day("2008-03-17"),
            catalogue: &self.catalogue,
            studies: &self.studies,
            others: &others,
            actions: &actions.unwrap_or_default(),
            own: OrganisationId(id(1)),
            requester_granted: true,
            provider_granted: true,
        })
    }

    fn answer(&mut self, command: &Command) -> Result<(), Refusals> {
        let nothing = || Err(Refusals::default());
        match *command {
            Command::Wait { days } => self.today += days,
            Command::Diploma { on } => self.studies.push(diploma(&real(on).to_iso())),
            Command::Register { start, end, reason } => {
                let mut agreed = terms(&real(start).to_iso());
                agreed.summary = Some(summary("Kennismaking"));
                if !reason {
                    agreed.late_reason = None;
                }
                let order = new_line(self.lines.len() as u128, agreed);
                let stamp = self.stamp();
                let done = self.with_setting(None, |setting| match end {
                    None => register::register(order, stamp, setting),
                    Some(end) => {
                        let with = ending(&real(end).to_iso(), "P1");
                        register::register_ended(order, with, stamp, setting)
                    }
                })?;
                let (actions, addenda, request) = (Vec::new(), 0, None);
                self.lines.push(Line {
                    step: done.step,
                    actions,
                    addenda,
                    request,
                });
            }
            Command::Restart { line, start, stale } => {
                let Some(found) = self.lines.get(line) else {
                    return nothing();
                };
                let version = found.step.version - u32::from(stale);
                let ongoing = found.step.ongoing()?.at_version(version)?;
                let mut agreed = terms(&real(start).to_iso());
                agreed.summary = Some(summary("Nieuwe start"));
                let changed =
                    self.with_setting(Some(line), |it| change::change(ongoing, agreed, it))?;
                self.lines.get_mut(line).unwrap().step = changed.step;
            }
            Command::Act { line, on } => {
                let Some(found) = self.lines.get(line) else {
                    return nothing();
                };
                let details = ActionDetails {
                    day: real(on),
                    kind: ActionKindCode::parse("GESPREK").unwrap(),
                    minutes: 45,
                    presence: Presence::Present,
                    place: None,
                    note: None,
                };
                domain::actions::check(found.step.ongoing()?, &details, real(self.today))?;
                let done = action(&real(on).to_iso());
                self.lines.get_mut(line).unwrap().actions.push(done);
            }
            Command::TakeBack { line } => {
                let Some(found) = self.lines.get_mut(line) else {
                    return nothing();
                };
                found.step.ongoing()?;
                if found.actions.pop().is_none() {
                    return nothing();
                }
            }
            Command::End { line, on, stale } => {
                let Some(found) = self.lines.get(line) else {
                    return nothing();
                };
                let version = found.step.version - u32::from(stale);
                let ongoing = found.step.ongoing()?.at_version(version)?;
                let mut agreed = terms(&found.step.start.to_iso());
                agreed.summary = found.step.summary.clone();
                let with = ending(&real(on).to_iso(), "P1");
                let stamp = self.stamp();
                let done =
                    self.with_setting(Some(line), |it| end::end(ongoing, agreed, with, stamp, it))?;
                self.lines.get_mut(line).unwrap().step = done.step;
            }
            Command::Cancel { line, confirmed } => {
                let stamp = self.stamp();
                let Some(found) = self.lines.get_mut(line) else {
                    return nothing();
                };
                let reason = note("Vergissing");
                let ongoing = found.step.ongoing()?;
                let gone = cancel::cancel(ongoing, reason, confirmed, &found.actions, stamp)?;
                found.step = gone;
                found.actions.clear();
            }
            Command::Append { line } => {
                let stamp = self.stamp();
                let Some(found) = self.lines.get_mut(line) else {
                    return nothing();
                };
                let number = found.addenda + 1;
                addendum::append(&found.step, number, summary("Nog"), stamp, &self.catalogue)?;
                found.addenda = number;
            }
            Command::Ask { line } => {
                let stamp = self.stamp();
                let Some(found) = self.lines.get_mut(line) else {
                    return nothing();
                };
                let waiting = found.request.is_some();
                let key = RemovalId(id(900));
                let asked = removal::request(key, &found.step, note("Fout"), waiting, stamp)?;
                found.request = Some(asked);
            }
            Command::Decide {
                line,
                remove,
                asker,
            } => {
                let mut coach = self.stamp();
                if !asker {
                    coach.by = PersonId(id(999));
                }
                let Some(found) = self.lines.get_mut(line) else {
                    return nothing();
                };
                let Some(request) = &found.request else {
                    return nothing();
                };
                if remove {
                    found.step = removal::remove(request, &found.step, coach)?.1;
                } else {
                    removal::refuse(request, note("Klopt"), coach)?;
                }
                found.request = None;
            }
        }
        Ok(())
    }
}

/// The same command at a line that exists, as soon as there is one: the last ones more often.
fn aimed(mut command: Command, lines: usize) -> Command {
    use Command as C;
    if let C::Restart { line, .. }
    | C::Act { line, .. }
    | C::TakeBack { line }
    | C::End { line, .. }
    | C::Cancel { line, .. }
    | C::Append { line }
    | C::Ask { line }
    | C::Decide { line, .. } = &mut command
    {
        *line = lines.saturating_sub(1 + *line);
    }
    command
}

/// What must hold after every command.
fn check(model: &Model, rules: &Real, finals: &mut BTreeMap<StepId, Step>) {
    assert_eq!(model.lines.len(), rules.lines.len());
    for (expected, line) in model.lines.iter().zip(&rules.lines) {
        let step = &line.step;
        assert_eq!(step.start, real(expected.start));
        assert_eq!(
            step.version, expected.changes,
            "one version up for every change"
        );
        match (expected.standing, &step.state) {
            (Standing::Ongoing, State::Ongoing) | (Standing::Cancelled, State::Cancelled(_)) => {}
            (Standing::Ended { on, .. }, State::Ended(ending)) => assert_eq!(ending.end, real(on)),
            (Standing::Removed, State::Removed(..)) => {}
            (expected, found) => panic!("{expected:?} is {found:?}"),
        }
        assert_eq!(
            step.is_listed(),
            matches!(
                expected.standing,
                Standing::Ongoing | Standing::Ended { .. }
            )
        );
        for done in &line.actions {
            assert!(done.day >= step.start && step.end().is_none_or(|end| done.day <= end));
        }
        // Once final, nothing of a line changes but the coach's removal.
        if step.ongoing().is_err() {
            let before = finals.entry(step.id).or_insert_with(|| step.clone());
            if let State::Removed(ending, _) = &step.state {
                if let State::Ended(first) = &before.state {
                    assert_eq!(ending, first);
                }
                assert_eq!((step.start, &step.summary), (before.start, &before.summary));
            } else {
                assert_eq!(step, before);
            }
        }
    }
    let listed: Vec<_> = rules
        .lines
        .iter()
        .filter(|line| line.step.is_listed())
        .collect();
    for (index, one) in listed.iter().enumerate() {
        for other in listed.iter().skip(index + 1) {
            let (a, b) = (&one.step, &other.step);
            let apart = |a: &Step, b: &Step| a.end().is_some_and(|end| end <= b.start);
            assert!(apart(a, b) || apart(b, a), "periods overlap");
        }
    }
    let ongoing = rules
        .lines
        .iter()
        .filter(|line| line.step.state == State::Ongoing)
        .count();
    assert!(ongoing <= 1, "one ongoing line of a kind at one provider");
}

/// How often each command was accepted and refused, over all sequences.
static ANSWERS: Mutex<BTreeMap<(&'static str, bool), u32>> = Mutex::new(BTreeMap::new());

fn name(command: &Command) -> &'static str {
    match command {
        Command::Register { end: None, .. } => "register",
        Command::Register { .. } => "register ended",
        Command::Restart { .. } => "correct the start",
        Command::Act { .. } => "record an action",
        Command::TakeBack { .. } => "take an action back",
        Command::End { .. } => "end",
        Command::Cancel { .. } => "cancel",
        Command::Append { .. } => "add an addendum",
        Command::Ask { .. } => "ask for removal",
        Command::Decide { .. } => "decide on removal",
        Command::Wait { .. } | Command::Diploma { .. } => "",
    }
}

const SEQUENCES: u32 = 10_000;

#[test]
fn the_lifecycle_agrees_with_a_simple_model() {
    let shared = catalogue();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: SEQUENCES,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let sequences = proptest::collection::vec(command(), 1..=40);
    runner
        .run(&sequences, |commands| {
            let mut model = Model::default();
            let mut rules = Real {
                catalogue: shared.clone(),
                today: 0,
                lines: Vec::new(),
                studies: vec![second_grade()],
            };
            let mut finals = BTreeMap::new();
            for command in &commands {
                let command = &aimed(command.clone(), model.lines.len());
                let expected = model.answer(command);
                let found = rules.answer(command);
                prop_assert_eq!(expected, found.is_ok(), "{:?}: {:?}", command, found);
                check(&model, &rules, &mut finals);
                // A command at a line that is not there says nothing of the rules.
                if rules.lines.is_empty() && !matches!(command, Command::Register { .. }) {
                    continue;
                }
                *ANSWERS
                    .lock()
                    .unwrap()
                    .entry((name(command), expected))
                    .or_default() += 1;
            }
            Ok(())
        })
        .unwrap();
    let answers = ANSWERS.lock().unwrap();
    println!("{SEQUENCES} sequences: {answers:?}");
    for ((command, _), _) in answers
        .iter()
        .filter(|((command, _), _)| !command.is_empty())
    {
        for answer in [true, false] {
            assert!(
                answers.contains_key(&(command, answer)),
                "{command} was never {answer}"
            );
        }
    }
}
