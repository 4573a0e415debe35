//! Whether what exists and what does not can be told apart by time alone. Asks in turn, in one program
//! without a network between, and prints the AUC of the two samples (0.5: not at all) and the difference
//! of their medians. A measurement and no test: a busy machine makes noise.
//!
//! `cargo xtask refusals` runs it as it is released; `refusals N` asks N pairs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a measurement that fails says where"
)]

#[allow(dead_code, unused_imports, reason = "a measurement needs a part of it")]
#[path = "../tests/all/support/mod.rs"]
mod support;

use std::time::{Duration, Instant};

use domain::ids::DossierId;
use support::samples::complete_form;
use support::{Browser, Ids, encode};
use testkit::{World, world};

/// The two samples of one question.
#[derive(Default)]
struct Samples {
    there: Vec<Duration>,
    not_there: Vec<Duration>,
}

impl Samples {
    fn add(&mut self, is_there: bool, began: Instant) {
        let sample = if is_there {
            &mut self.there
        } else {
            &mut self.not_there
        };
        sample.push(began.elapsed());
    }

    /// How often one of the first takes longer than one of the second; halves where they are equal.
    fn auc(&self) -> f64 {
        let mut wins = 0.0;
        let mut sorted = self.not_there.clone();
        sorted.sort_unstable();
        for one in &self.there {
            let below = sorted.partition_point(|it| it < one);
            let equal = sorted[below..].partition_point(|it| it == one);
            wins += below as f64 + equal as f64 / 2.0;
        }
        wins / (self.there.len() * sorted.len()) as f64
    }

    fn print(&self, what: &str) {
        let (a, b) = (median(&self.there), median(&self.not_there));
        let millis = |it: Duration| it.as_secs_f64() * 1_000.0;
        println!(
            "{what:<44}{:>7}{:>9.3}{:>12.4}{:>12.4}{:>12.4}",
            self.there.len(),
            self.auc(),
            millis(a),
            millis(b),
            millis(a) - millis(b),
        );
    }
}

fn median(sample: &[Duration]) -> Duration {
    let mut sorted = sample.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2]
}

/// Which of a pair goes first changes with every pair.
fn order(pair: usize) -> [bool; 2] {
    [pair.is_multiple_of(2), !pair.is_multiple_of(2)]
}

fn number(of: usize) -> String {
    format!("{:08}", 62_000_000 + of)
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let pairs = std::env::args().nth(1);
    let pairs: usize = pairs.map_or(2_000, |it| it.parse().expect("a number of pairs"));
    let world = world().await;
    let mut foreign = Vec::new();
    for one in 0..pairs {
        foreign.push(world.client(&number(one), "Noor", "Aerts").await);
    }
    println!(
        "{:<44}{:>7}{:>9}{:>12}{:>12}{:>12}",
        "", "pairs", "AUC", "there ms", "not ms", "difference"
    );
    dossiers(&world, &foreign)
        .await
        .print("a dossier: foreign or absent");
    searches(&world, pairs)
        .await
        .print("an exact number: foreign or absent");
    requests(&world, pairs)
        .await
        .print("a request for a grant: known or unknown");
    log_ins(&world, pairs)
        .await
        .print("a wrong password: known or unknown user");
}

async fn dossiers(world: &World, foreign: &[DossierId]) -> Samples {
    let an = Browser::of(world, "an").await;
    let mut samples = Samples::default();
    for (pair, dossier) in foreign.iter().enumerate() {
        let absent = DossierId(uuid::Uuid::new_v4());
        for is_there in order(pair) {
            let dossier = if is_there { *dossier } else { absent };
            let ids = Ids {
                dossier,
                ..Ids::absent()
            };
            let address = ids.address("/dossier/{dossier}/stappen");
            let began = Instant::now();
            let seen = an.open(&address).await;
            samples.add(is_there, began);
            assert_eq!(seen.status, 404);
        }
    }
    samples
}

async fn searches(world: &World, pairs: usize) -> Samples {
    let an = Browser::of(world, "an").await;
    let mut samples = Samples::default();
    for pair in 0..pairs {
        for is_there in order(pair) {
            let number = number(if is_there { pair } else { pair + 1_000_000 });
            let address = format!("/zoeken?q={number}");
            let began = Instant::now();
            let seen = an.open(&address).await;
            samples.add(is_there, began);
            assert_eq!(seen.status, 200);
        }
    }
    samples
}

/// A day goes by after ten pairs: nobody asks more than thirty times a day.
async fn requests(world: &World, pairs: usize) -> Samples {
    let mut an = Browser::of(world, "an").await;
    let mut samples = Samples::default();
    for pair in 0..pairs {
        if pair % 10 == 9 {
            world.clock.advance(86_400);
            an = Browser::of(world, "an").await;
        }
        for is_there in order(pair) {
            let number = number(if is_there { pair } else { pair + 1_000_000 });
            let fields = complete_form(world, &world.an, world.a.id, Ids::absent().request);
            let fields: Vec<_> = fields
                .into_iter()
                .map(|(name, value)| match name.as_str() {
                    "klantnummer" => (name, number.clone()),
                    _ => (name, value),
                })
                .collect();
            let form = encode(&fields);
            let began = Instant::now();
            let seen = an.post("/inzagerechten/nieuw", form).await;
            samples.add(is_there, began);
            assert_eq!(seen.status, 303, "{}", seen.html);
        }
    }
    samples
}

/// A day goes by after every pair, so that no limit is met.
async fn log_ins(world: &World, pairs: usize) -> Samples {
    let nobody = Browser::nobody(world);
    let mut samples = Samples::default();
    for pair in 0..pairs {
        world.clock.advance(2 * 86_400);
        for is_there in order(pair) {
            let user = if is_there {
                "an".to_owned()
            } else {
                format!("a{pair}")
            };
            let form = format!("gebruikersnaam={user}&wachtwoord=een-ander-wachtwoord");
            let began = Instant::now();
            let seen = nobody.post("/aanmelden", form).await;
            samples.add(is_there, began);
            assert_eq!(seen.status, 422, "{}", seen.html);
        }
    }
    samples
}
