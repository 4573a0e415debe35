//! Two servers on one database: nothing that one keeps in memory is missed by the other, and of two that
//! end the same line on different servers exactly one succeeds (T1, T2). On PostgreSQL this is how the
//! product is run; on SQLite the same holds for two programs on one file.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper that fails is a test that fails"
)]

use std::sync::Arc;

use casework::{Casework, Failure, SecretRefused, SignIn, SignInRefused, Submission};
use domain::ids::DossierId;
use domain::journal::{Event, FIRST_LINK, link_of};
use domain::people::Actor;
use domain::steps::State;
use testkit::{PASSWORD, World, ended, note, world};
use tokio::sync::Barrier;

const ROUNDS: u32 = 100;

async fn dossier_of_round(w: &World, round: u32) -> DossierId {
    let dossier = w.client(&format!("7000{round:04}"), "Round", "Robin").await;
    w.grant_to(dossier, &w.a).await;
    dossier
}

/// How often a line was ended according to the journal, whose chain has to be whole.
async fn endings(w: &World, dossier: DossierId) -> usize {
    let journal = w.journal(dossier).await;
    let mut link = FIRST_LINK;
    for (stored, number) in journal.iter().zip(1..) {
        assert_eq!(stored.number, number, "each number once");
        link = link_of(&link, number, &stored.entry, &stored.content_digest);
        assert_eq!(stored.link, link, "entry {number}");
    }
    journal
        .iter()
        .filter(|stored| stored.entry.event == Event::StepEnded)
        .count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn t1_of_two_that_end_the_same_line_on_two_servers_exactly_one_succeeds() {
    let w = world().await;
    let other = w.other_server().await;
    for round in 0..ROUNDS {
        let dossier = dossier_of_round(&w, round).await;
        let step = w.register(&w.an, dossier, "2025-05-20").await;
        let start = Arc::new(Barrier::new(2));
        let end = |server: &Casework, actor: &Actor, day: &'static str| {
            let (server, actor, start) = (server.clone(), actor.clone(), Arc::clone(&start));
            let (input, submission) = (w.input(&w.an, "2025-05-20"), w.submission());
            tokio::spawn(async move {
                start.wait().await;
                server
                    .end_step(&actor, dossier, step, 1, &input, &ended(day), &submission)
                    .await
            })
        };
        let an = end(&w.casework, &w.an, "2025-05-27");
        let bram = end(&other, &w.bram, "2025-05-28");
        let (an, bram) = (an.await.unwrap(), bram.await.unwrap());
        let (winner, loser) = match (an, bram) {
            (Ok(_), Err(told)) => ("An Peeters", told),
            (Err(told), Ok(_)) => ("Bram Claes", told),
            both => panic!("round {round}: {both:?}"),
        };
        let Failure::Changed(conflict) = loser else {
            panic!("round {round}: {loser:?}");
        };
        assert!(conflict.is_final);
        assert_eq!(conflict.stamp.by_name, winner);
        let State::Ended(ending) = w.step(&w.an, dossier, step).await.state else {
            panic!("round {round}: the line is not ended");
        };
        assert_eq!(ending.confirmed.by_name, winner);
        assert_eq!(endings(&w, dossier).await, 1, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn t2_the_same_form_sent_to_two_servers_is_stored_once() {
    let w = world().await;
    let other = w.other_server().await;
    for round in 0..ROUNDS {
        let dossier = dossier_of_round(&w, round).await;
        let step = w.register(&w.an, dossier, "2025-05-20").await;
        let form = w.leading_to(&format!("/klant/{round}"));
        let start = Arc::new(Barrier::new(2));
        let send = |server: &Casework, form: &Submission| {
            let (server, form, start) = (server.clone(), form.clone(), Arc::clone(&start));
            let (actor, input) = (w.an.clone(), w.input(&w.an, "2025-05-20"));
            tokio::spawn(async move {
                start.wait().await;
                server
                    .end_step(
                        &actor,
                        dossier,
                        step,
                        1,
                        &input,
                        &ended("2025-05-27"),
                        &form,
                    )
                    .await
            })
        };
        let (one, two) = (send(&w.casework, &form), send(&other, &form));
        match (one.await.unwrap(), two.await.unwrap()) {
            (Ok(_), Err(Failure::AlreadyDone(led_to)))
            | (Err(Failure::AlreadyDone(led_to)), Ok(_)) => assert_eq!(led_to, form.leads_to),
            both => panic!("round {round}: {both:?}"),
        }
        assert_eq!(endings(&w, dossier).await, 1, "round {round}");
    }
}

#[tokio::test]
async fn i1_a_session_holds_on_both_servers_and_ends_on_both_at_once() {
    let w = world().await;
    let other = w.other_server().await;
    let attempt = SignIn {
        user_name: "an".to_owned(),
        password: PASSWORD.to_owned(),
        address: "192.0.2.1".to_owned(),
        ..SignIn::default()
    };
    let token = w.casework.sign_in(&attempt).await.unwrap();
    let signed = other.session(&token).await.unwrap().expect("a session");
    assert_eq!(signed.actor.person, w.an.person);
    other.sign_out(&token).await.unwrap();
    assert!(w.casework.session(&token).await.unwrap().is_none());
}

#[tokio::test]
async fn i1_wrong_passwords_are_counted_over_both_servers() {
    let w = world().await;
    let other = w.other_server().await;
    let attempt = |password: &str| SignIn {
        user_name: "an".to_owned(),
        password: password.to_owned(),
        address: "192.0.2.1".to_owned(),
        ..SignIn::default()
    };
    for turn in 0..5 {
        let server = if turn % 2 == 0 { &w.casework } else { &other };
        let refused = server.sign_in(&attempt("verkeerd")).await;
        assert!(matches!(refused, Err(SignInRefused::Wrong)), "{refused:?}");
    }
    for server in [&w.casework, &other] {
        let refused = server.sign_in(&attempt(PASSWORD)).await;
        assert!(
            matches!(refused, Err(SignInRefused::Wait(_))),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn i2_a_grant_that_ends_on_one_server_closes_the_dossier_on_the_other_at_once() {
    let w = world().await;
    let other = w.other_server().await;
    assert!(other.steps_page(&w.an, w.dossier).await.is_ok());
    w.casework
        .end_grants(
            &w.mediator,
            w.dossier,
            w.a.id,
            &note("Gestopt"),
            &w.submission(),
        )
        .await
        .unwrap();
    let closed = other.steps_page(&w.an, w.dossier).await;
    assert!(matches!(closed, Err(Failure::Denied(_))), "{closed:?}");
}

#[tokio::test]
async fn a_server_with_another_secret_is_turned_away() {
    let w = world().await;
    let (other, stranger) = (w.other_server().await, w.server_with_secret(&[8; 32]).await);
    let first = w.casework.agree_on_secret();
    let second = other.agree_on_secret();
    let (first, second) = tokio::join!(first, second);
    assert!(first.is_ok() && second.is_ok());
    let refused = stranger.agree_on_secret().await;
    assert!(matches!(refused, Err(SecretRefused::Other)), "{refused:?}");
}
