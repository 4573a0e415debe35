//! Decision tables of the rules about one line: who may change, end, supplement, cancel and read it. Every
//! combination of the conditions is tried, each condition in all the ways in which it can hold or fail, and
//! held against the rule as one sentence. And each condition is shown to matter: there is a combination in
//! which it alone turns the outcome (unique-cause MC/DC).

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::sync::LazyLock;

use common::*;
use domain::actions::ActionDay;
use domain::catalogue::Catalogue;
use domain::grants::Grant;
use domain::ids::*;
use domain::people::{Actor, Role};
use domain::policy::{self, DossierFacts, Operation};
use domain::steps::{Cancellation, Ongoing, Removal, State, Step, addendum, cancel, change, end};
use domain::{Day, Moment};

const TODAY: &str = "2025-05-28";
const START: &str = "2025-05-12";
/// Confirmed so that the last instant of the window of R3 is that of `TODAY`.
const CONFIRMED: &str = "2025-05-14T10:00:00+02:00";
const NOW: &str = "2025-05-28T23:59:59+02:00";

/// Tries every combination of `N` conditions. `outcomes` gives what the code decides in each of the ways in
/// which that combination can come about, of which there has to be one at least; `rule` what has to come out.
fn holds<const N: usize>(
    conditions: [&str; N],
    outcomes: impl Fn([bool; N]) -> Vec<(String, bool)>,
    rule: impl Fn([bool; N]) -> bool,
) {
    let combination = |bits: usize| std::array::from_fn(|place| bits >> place & 1 == 1);
    let mut decided = Vec::new();
    let mut ways = 0;
    for bits in 0..1 << N {
        let combination = combination(bits);
        let found = outcomes(combination);
        assert!(!found.is_empty(), "{combination:?} was not tried");
        let expected = rule(combination);
        for (way, outcome) in &found {
            let named: Vec<_> = conditions.iter().zip(combination).collect();
            assert_eq!(*outcome, expected, "{named:?}: {way}");
        }
        ways += found.len();
        decided.push(expected);
    }
    for (place, condition) in conditions.iter().enumerate() {
        let turns = (0..1 << N).any(|bits| decided[bits] != decided[bits ^ (1 << place)]);
        assert!(turns, "'{condition}' never turns the outcome by itself");
    }
    assert!(ways >= 1 << N);
}

fn dossier() -> DossierId {
    DossierId(id(1000))
}

/// A grant of organisation `n` from a day on.
fn grant(n: u128, starts: &str, ends: Option<&str>) -> Grant {
    Grant {
        id: GrantId(id(700)),
        dossier: dossier(),
        organisation: organisation(n),
        starts: day(starts),
        ends: ends.map(day),
        closes: None,
        ended: false,
    }
}

/// Grants that open the dossier today, or that do not.
fn grants(open: bool) -> Vec<(&'static str, Vec<Grant>)> {
    let over = || grant(1, "2025-01-01", Some("2025-05-27"));
    if open {
        return vec![
            ("without end", vec![grant(1, "2025-01-01", None)]),
            ("its last day", vec![grant(1, "2025-01-01", Some(TODAY))]),
            ("its first day", vec![grant(1, TODAY, None)]),
            ("one over, one open", vec![over(), grant(1, TODAY, None)]),
        ];
    }
    let ended = Grant {
        ended: true,
        ..grant(1, "2025-01-01", None)
    };
    let closed = Grant {
        closes: Some(day("2025-05-27")),
        ..grant(1, "2025-01-01", None)
    };
    let elsewhere = Grant {
        dossier: DossierId(id(1001)),
        ..grant(1, "2025-01-01", None)
    };
    vec![
        ("none", Vec::new()),
        ("of another", vec![grant(2, "2025-01-01", None)]),
        ("over since yesterday", vec![over()]),
        ("from tomorrow on", vec![grant(1, "2025-05-29", None)]),
        ("ended by hand", vec![ended]),
        ("closed by its lines", vec![closed]),
        ("on another dossier", vec![elsewhere]),
    ]
}

fn facts(grants: Vec<Grant>, others_only: bool) -> DossierFacts {
    DossierFacts {
        dossier: dossier(),
        grants,
        removal_asked: false,
        correction_asked: false,
        others_only,
    }
}

/// Who may be there as a counsellor, and as anybody else.
fn actors(counsellor: bool) -> Vec<Actor> {
    Role::ALL
        .into_iter()
        .filter(|role| (*role == Role::Counsellor) == counsellor)
        .map(|role| actor(role, 1))
        .collect()
}

/// The line with requester and provider of these organisations.
fn between(step: &Step, requester: u128, provider: u128) -> Step {
    Step {
        requester: party(requester),
        provider: party(provider),
        ..step.clone()
    }
}

/// The line as one of the own organisation, or of others.
fn lines(step: &Step, own: bool) -> Vec<Step> {
    if own {
        vec![
            between(step, 1, 1),
            between(step, 1, 2),
            between(step, 2, 1),
        ]
    } else {
        vec![between(step, 2, 2), between(step, 2, 3)]
    }
}

fn ongoing_line() -> Step {
    static LINE: LazyLock<Step> = LazyLock::new(|| Desk::on(TODAY).line(START));
    LINE.clone()
}

/// Ended, at the instant from which the window runs.
fn ended_line() -> Step {
    static LINE: LazyLock<Step> = LazyLock::new(|| {
        let desk = Desk::on("2025-05-14");
        let step = desk.line(START);
        let (line, with) = (step.ongoing().unwrap(), ending("2025-05-14", "P1"));
        let by = stamp(CONFIRMED);
        let done = end::end(line, terms(START), with, by, &desk.setting());
        done.expect("the line ends").step
    });
    LINE.clone()
}

fn cancelled(step: &Step) -> Step {
    let reason = note("Verkeerd dossier.");
    let stamp = stamp(CONFIRMED);
    Step {
        state: State::Cancelled(Cancellation { reason, stamp }),
        ..step.clone()
    }
}

fn removed(step: &Step) -> Step {
    let State::Ended(ending) = &step.state else {
        panic!("only an ended line is removed");
    };
    let removal = Removal {
        stamp: stamp(CONFIRMED),
    };
    Step {
        state: State::Removed(ending.clone(), removal),
        ..step.clone()
    }
}

/// The line as ongoing, or in each of the states that are final.
fn states(ongoing: bool) -> Vec<Step> {
    if ongoing {
        return vec![ongoing_line()];
    }
    let ended = ended_line();
    vec![cancelled(&ongoing_line()), removed(&ended), ended]
}

/// The two who know about the line: the policy about who acts, the line about its state.
fn may_write(actor: &Actor, facts: &DossierFacts, step: &Step) -> bool {
    policy::write(actor, Operation::ChangeStep, facts, day(TODAY))
        .and_then(|access| access.own_line(step))
        .is_ok()
}

fn at_version(step: &Step, fresh: bool) -> Option<Ongoing<'_>> {
    let read_at = if fresh {
        step.version
    } else {
        step.version + 1
    };
    step.ongoing().ok()?.at_version(read_at).ok()
}

/// Every way in which somebody stands at a line with these four conditions: counsellor, grant, not narrowed to
/// others, own line.
fn at_the_door(
    [counsellor, granted, not_narrowed, own]: [bool; 4],
    steps: &[Step],
    decide: impl Fn(&Step) -> bool,
) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    for actor in actors(counsellor) {
        for (how, grants) in grants(granted) {
            let facts = facts(grants, !not_narrowed);
            for step in steps.iter().flat_map(|step| lines(step, own)) {
                let way = format!("{:?}, {how}, {:?}", actor.role, step.state);
                let outcome = may_write(&actor, &facts, &step) && decide(&step);
                found.push((way, outcome));
            }
        }
    }
    found
}

/// S10, S11, T1, I1, I2: a line is changed by a counsellor of an organisation that may open the dossier, that is
/// not kept for colleagues, whose line it is, while it is ongoing, with a form that was read at its version.
#[test]
fn may_edit() {
    holds(
        [
            "counsellor",
            "granted",
            "not narrowed",
            "own line",
            "ongoing",
            "fresh",
        ],
        |[counsellor, granted, not_narrowed, own, ongoing, fresh]| {
            let desk = Desk::on(TODAY);
            let door = [counsellor, granted, not_narrowed, own];
            at_the_door(door, &states(ongoing), |step| {
                at_version(step, fresh)
                    .is_some_and(|line| change::change(line, terms(START), &desk.setting()).is_ok())
            })
        },
        |all| all.into_iter().all(|it| it),
    );
}

/// R1, R2, R4, A3: it is ended under the same conditions, from its start on, not in the future, not before its
/// last action, for a reason, with an explanation where that asks for one.
#[test]
fn may_end() {
    holds(
        [
            "allowed",
            "ongoing and fresh",
            "from the start on",
            "not in the future",
            "not before an action",
            "reason chosen",
            "explained where asked",
        ],
        |[
            allowed,
            open,
            from_start,
            not_later,
            after_actions,
            chosen,
            explained,
        ]| {
            let mut found = Vec::new();
            let door = [allowed; 4];
            let end_days: &[&str] = match (from_start, not_later) {
                (true, true) => &[START, "2025-05-20", TODAY],
                (true, false) => &["2025-05-29", "2026-01-01"],
                (false, true) => &["2025-05-11", "2024-01-01"],
                // A line that begins in the future was never registered: its clock is set back.
                (false, false) => &["2025-05-11"],
            };
            for end_day in end_days {
                let today = match (from_start, not_later) {
                    (false, false) => "2025-05-10",
                    _ => TODAY,
                };
                let last = day(end_day).plus_days(if after_actions { 0 } else { 1 });
                let mut desk = Desk::on(today);
                desk.actions = vec![action(&last.to_iso())];
                for reason in reasons(chosen, explained) {
                    let with = end::EndWith {
                        end: day(end_day),
                        ..reason
                    };
                    for step in states_at(open) {
                        let decide = |step: &Step| {
                            let line = step.ongoing().and_then(|it| it.at_version(1)).ok();
                            line.is_some_and(|line| {
                                let (with, by) = (with.clone(), stamp(NOW));
                                end::end(line, terms(START), with, by, &desk.setting()).is_ok()
                            })
                        };
                        found.extend(at_the_door(door, &[step], decide));
                    }
                }
            }
            found
        },
        // Nothing is explained where no reason was chosen: which one asks for it, nobody knows.
        |[
            allowed,
            open,
            from_start,
            not_later,
            after_actions,
            chosen,
            explained,
        ]| {
            allowed && open && from_start && not_later && after_actions && chosen && explained
        },
    );
}

/// An ongoing line at version 1, or what is final or was changed meanwhile.
fn states_at(open: bool) -> Vec<Step> {
    if open {
        return states(true);
    }
    let changed = Step {
        version: 2,
        ..ongoing_line()
    };
    [states(false), vec![changed]].concat()
}

/// A reason with the result that goes with it, explained or not where that is asked.
fn reasons(chosen: bool, explained: bool) -> Vec<end::EndWith> {
    let note = explained.then(|| note("Naar het buitenland verhuisd."));
    let with = |reason: &str, result: Option<&str>| end::EndWith {
        note: note.clone(),
        result: result.map(common::result),
        ..ending(TODAY, reason)
    };
    match (chosen, explained) {
        (true, true) => vec![with("P1", None), with(ASKS_NOTE, Some("NEGATIEF"))],
        (true, false) => vec![with(ASKS_NOTE, Some("NEGATIEF"))],
        (false, _) => vec![with("BESTAAT_NIET", None), with("", None)],
    }
}

/// A reason that asks for an explanation.
const ASKS_NOTE: &str = "ANDER_VERHUISD";

/// C1, C2, T1: it is cancelled under the same conditions, and when it has actions only after they were named.
#[test]
fn may_cancel() {
    holds(
        [
            "allowed",
            "ongoing",
            "fresh",
            "without actions",
            "actions confirmed",
        ],
        |[allowed, ongoing, fresh, without, confirmed]| {
            let actions: Vec<Vec<ActionDay>> = if without {
                vec![Vec::new()]
            } else {
                vec![vec![action(START)], vec![action(START), action(TODAY)]]
            };
            let mut found = Vec::new();
            for actions in &actions {
                found.extend(at_the_door([allowed; 4], &states(ongoing), |step| {
                    at_version(step, fresh).is_some_and(|line| {
                        let reason = note("Verkeerd dossier.");
                        cancel::cancel(line, reason, confirmed, actions, stamp(NOW)).is_ok()
                    })
                }));
            }
            found
        },
        |[allowed, ongoing, fresh, without, confirmed]| {
            allowed && ongoing && fresh && (without || confirmed)
        },
    );
}

/// R3: an ended line, and no other, is supplemented by who might change it, until the last instant of the window.
#[test]
fn may_append() {
    holds(
        [
            "counsellor",
            "granted",
            "not narrowed",
            "own line",
            "ended",
            "in the window",
        ],
        |[counsellor, granted, not_narrowed, own, ended, in_window]| {
            let steps = if ended {
                vec![ended_line()]
            } else {
                let line = ended_line();
                vec![ongoing_line(), cancelled(&ongoing_line()), removed(&line)]
            };
            let instants: &[&str] = if in_window {
                &[CONFIRMED, "2025-05-20T00:00:00+02:00", NOW]
            } else {
                &["2025-05-29T00:00:00+02:00", "2026-05-28T10:00:00+02:00"]
            };
            static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(catalogue);
            let mut found = Vec::new();
            for now in instants {
                let door = [counsellor, granted, not_narrowed, own];
                found.extend(at_the_door(door, &steps, |step| {
                    let text = summary("Een laatste gesprek.");
                    addendum::append(step, 1, text, stamp(now), &CATALOGUE).is_ok()
                }));
            }
            found
        },
        |all| all.into_iter().all(|it| it),
    );
}

/// I1, I2, C1, R6: who may read a line. A counsellor by a grant, if it is listed; the mediator and the client, if
/// it is listed; a coach in whose queue the dossier is, the lines whose removal was asked and the cancelled ones.
#[test]
fn may_view() {
    for role in Role::ALL {
        for (is_open, how, grants) in [true, false].into_iter().flat_map(|open| {
            grants(open)
                .into_iter()
                .map(move |(how, it)| (open, how, it))
        }) {
            for bits in 0..16_u8 {
                let bit = |place: u8| bits >> place & 1 == 1;
                let (narrowed, queued, asked, own) = (bit(0), bit(1), bit(2), bit(3));
                let facts = DossierFacts {
                    removal_asked: queued,
                    ..facts(grants.clone(), narrowed)
                };
                let mut who = actor(role, 1);
                if role == Role::Client && !own {
                    who.own_dossier = Some(DossierId(id(1001)));
                }
                let steps = [states(true), states(false)].concat();
                for step in steps {
                    let seen = policy::read(&who, Operation::ViewStep, &facts, day(TODAY))
                        .is_ok_and(|access| access.sees_line(&step, asked));
                    let is_listed = matches!(step.state, State::Ongoing | State::Ended(_));
                    let is_cancelled = matches!(step.state, State::Cancelled(_));
                    let expected = match role {
                        Role::Counsellor => is_open && !narrowed && is_listed,
                        Role::Mediator => is_listed,
                        Role::Client => own && is_listed,
                        Role::Coach => queued && (asked || is_cancelled),
                        _ => false,
                    };
                    let way = (role, how, narrowed, queued, asked, own, &step.state);
                    assert_eq!(seen, expected, "{way:?}");
                }
            }
        }
    }
}

/// I1: what people wrote in a line is read by a counsellor of an organisation that asked for it or gives it; by the
/// mediator and the client it is about always.
#[test]
fn may_read_the_story() {
    let step = ongoing_line();
    for (role, open) in [
        (Role::Counsellor, false),
        (Role::Mediator, true),
        (Role::Client, true),
    ] {
        let facts = facts(vec![grant(1, "2025-01-01", None)], false);
        let who = actor(role, 1);
        let access = policy::read(&who, Operation::ViewStep, &facts, day(TODAY)).unwrap();
        for own in [true, false] {
            for line in lines(&step, own) {
                assert_eq!(access.sees_story(&line), open || own, "{role:?} {own}");
            }
        }
    }
}

/// The instants that the tables stand on are at the two sides of a border.
#[test]
fn the_window_that_is_tried_closes_at_the_end_of_today() {
    let catalogue = catalogue();
    let window = addendum::window(&ended_line(), &catalogue).unwrap();
    assert_eq!(window.last_day, day(TODAY));
    let border: Moment = at("2025-05-29T00:00:00+02:00");
    assert_eq!(window.closes, border);
    let today: Day = at(NOW).brussels_day();
    assert_eq!(today, day(TODAY));
}
