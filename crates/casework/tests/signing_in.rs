//! I1: logging in, the limits on attempts, and how long a session lasts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper that fails is a test that fails"
)]

use casework::{Limits, SignIn, SignInRefused};
use testkit::{PASSWORD, World, world, world_with};

fn attempt(user_name: &str, password: &str) -> SignIn {
    SignIn {
        user_name: user_name.to_owned(),
        password: password.to_owned(),
        address: "192.0.2.1".to_owned(),
    }
}

async fn wrong(w: &World, user_name: &str) -> SignInRefused {
    let answer = w.casework.sign_in(&attempt(user_name, "fout")).await;
    answer.expect_err("a wrong password does not log in")
}

#[tokio::test]
async fn i1_the_right_password_opens_a_session_and_logging_out_ends_it() {
    let w = world().await;
    let token = w
        .casework
        .sign_in(&attempt(" An ", PASSWORD))
        .await
        .unwrap();
    let signed = w.casework.session(&token).await.unwrap().unwrap();
    assert_eq!(signed.actor, w.an);
    let other = w.casework.session(&[0; 32]).await.unwrap();
    assert!(other.is_none());

    w.casework.sign_out(&token).await.unwrap();
    assert!(w.casework.session(&token).await.unwrap().is_none());
}

#[tokio::test]
async fn i1_after_five_wrong_passwords_even_the_right_one_has_to_wait() {
    let w = world().await;
    for _ in 0..5 {
        assert!(matches!(wrong(&w, "an").await, SignInRefused::Wrong));
    }
    let waits = w.casework.sign_in(&attempt("an", PASSWORD)).await;
    let Err(SignInRefused::Wait(seconds)) = waits else {
        panic!("{waits:?}");
    };
    assert_eq!(seconds, 1);
    // Somebody else logs in meanwhile.
    assert!(w.casework.sign_in(&attempt("bram", PASSWORD)).await.is_ok());

    w.clock.advance(1);
    assert!(matches!(wrong(&w, "an").await, SignInRefused::Wrong));
    let waits = w.casework.sign_in(&attempt("an", PASSWORD)).await;
    assert!(matches!(waits, Err(SignInRefused::Wait(2))), "{waits:?}");
}

#[tokio::test]
async fn i1_the_right_password_forgets_the_wrong_ones() {
    let w = world().await;
    for _ in 0..4 {
        wrong(&w, "an").await;
    }
    w.casework.sign_in(&attempt("an", PASSWORD)).await.unwrap();
    for _ in 0..5 {
        assert!(matches!(wrong(&w, "an").await, SignInRefused::Wrong));
    }
}

#[tokio::test]
async fn i1_an_unknown_user_is_answered_as_a_known_one() {
    let w = world().await;
    for _ in 0..5 {
        assert!(matches!(wrong(&w, "niemand").await, SignInRefused::Wrong));
    }
    assert!(matches!(wrong(&w, "niemand").await, SignInRefused::Wait(1)));
}

#[tokio::test]
async fn i1_one_address_gets_twenty_wrong_attempts_a_minute() {
    let w = world_with(Limits {
        attempts_of_address: 3,
        ..Limits::default()
    })
    .await;
    for user in ["an", "bram", "carla"] {
        assert!(matches!(wrong(&w, user).await, SignInRefused::Wrong));
    }
    assert!(matches!(wrong(&w, "dirk").await, SignInRefused::Wait(60)));
    w.clock.advance(61);
    assert!(matches!(wrong(&w, "dirk").await, SignInRefused::Wrong));
}

#[tokio::test]
async fn i1_a_session_ends_after_half_an_hour_without_use() {
    let w = world().await;
    let token = w.casework.sign_in(&attempt("an", PASSWORD)).await.unwrap();
    for _ in 0..3 {
        w.clock.advance(30 * 60);
        assert!(w.casework.session(&token).await.unwrap().is_some());
    }
    w.clock.advance(30 * 60 + 1);
    assert!(w.casework.session(&token).await.unwrap().is_none());
}

#[tokio::test]
async fn i1_a_session_ends_after_ten_hours_however_much_it_is_used() {
    let w = world().await;
    let token = w.casework.sign_in(&attempt("an", PASSWORD)).await.unwrap();
    for _ in 0..59 {
        w.clock.advance(10 * 60);
        assert!(w.casework.session(&token).await.unwrap().is_some());
    }
    w.clock.advance(10 * 60 - 1);
    assert!(w.casework.session(&token).await.unwrap().is_some());
    w.clock.advance(1);
    assert!(w.casework.session(&token).await.unwrap().is_none());
}

#[tokio::test]
async fn tidying_forgets_sessions_that_ended_and_keeps_the_others() {
    let w = world().await;
    let old = w.casework.sign_in(&attempt("an", PASSWORD)).await.unwrap();
    w.clock.advance(11 * 60 * 60);
    let new = w
        .casework
        .sign_in(&attempt("bram", PASSWORD))
        .await
        .unwrap();
    w.casework.tidy().await.unwrap();
    assert!(w.casework.session(&old).await.unwrap().is_none());
    assert!(w.casework.session(&new).await.unwrap().is_some());
}

#[tokio::test]
async fn i1_a_name_that_cannot_be_is_answered_as_an_unknown_one() {
    let w = world().await;
    for user_name in ["an\0", "\0", "a\0n", "\u{feff}an", &"x".repeat(10_000)] {
        let attempt = SignIn {
            user_name: user_name.to_owned(),
            password: PASSWORD.to_owned(),
            address: "192.0.2.7".to_owned(),
        };
        let refused = w.casework.sign_in(&attempt).await;
        assert!(
            matches!(refused, Err(SignInRefused::Wrong)),
            "{user_name:?}: {refused:?}"
        );
    }
    let listed = w.casework.all_people(&w.system, "", "a\0").await;
    assert!(listed.is_ok(), "{listed:?}");
}
