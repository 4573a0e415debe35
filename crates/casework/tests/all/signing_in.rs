//! I1: logging in, the limits on attempts, and how long a session lasts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper that fails is a test that fails"
)]

use casework::{Limits, SignIn, SignInRefused};
use domain::login::{Confirmed, Method};
use domain::people::Actor;
use testkit::{PASSWORD, World, world, world_with};

fn attempt(user_name: &str, password: &str) -> SignIn {
    SignIn {
        user_name: user_name.to_owned(),
        password: password.to_owned(),
        address: "192.0.2.1".to_owned(),
        ..SignIn::default()
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
    let an = Actor {
        confirmed: Confirmed::At(w.casework.now()),
        ..w.an.clone()
    };
    assert_eq!(signed.actor, an);
    assert_eq!(signed.method, Method::Password);
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
            ..SignIn::default()
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

#[tokio::test]
async fn i1_the_wait_grows_to_a_quarter_of_an_hour_and_stays_there() {
    let w = world().await;
    let mut waits = Vec::new();
    for _ in 0..18 {
        match w.casework.sign_in(&attempt("an", PASSWORD)).await {
            Err(SignInRefused::Wait(seconds)) => {
                waits.push(seconds);
                w.clock.advance(seconds);
            }
            Ok(token) => w.casework.sign_out(&token).await.unwrap(),
            other => panic!("{other:?}"),
        }
        // Logging in forgot the wrong ones: only once the waiting began is it left alone.
        if waits.is_empty() {
            for _ in 0..5 {
                wrong(&w, "an").await;
            }
        } else {
            assert!(matches!(wrong(&w, "an").await, SignInRefused::Wrong));
        }
    }
    let grown: Vec<i64> = (0..10).map(|turn| 1 << turn).collect();
    assert_eq!(waits[..10], grown[..]);
    assert!(waits[10..].iter().all(|it| *it == 900), "{waits:?}");
    assert!(waits.len() > 12);
}

#[tokio::test]
async fn k055_ten_thousand_guesses_in_a_day_compare_a_hundred_and_the_known_browser_gets_in() {
    let w = world().await;
    let token = w.casework.sign_in(&attempt("an", PASSWORD)).await.unwrap();
    let known = w.casework.remember_device(&token, &[]).await.unwrap();
    let device = vec![known.unwrap()];
    let at_home = SignIn {
        device,
        ..attempt("an", PASSWORD)
    };
    let mut compared = 0;
    let mut got_in = 0;
    for guess in 0..10_000 {
        // All of them within one day.
        w.clock.advance(8);
        if matches!(wrong(&w, "an").await, SignInRefused::Wrong) {
            compared += 1;
        }
        // The password itself does not help who is somewhere else, once the waiting is long.
        if guess % 100 == 99 {
            got_in += u32::from(w.casework.sign_in(&at_home).await.is_ok());
        }
    }
    assert_eq!(got_in, 100);
    assert!(compared <= 100, "{compared}");
    assert!(compared >= 90, "{compared}");
    let elsewhere = w.casework.sign_in(&attempt("an", PASSWORD)).await;
    assert!(matches!(elsewhere, Err(SignInRefused::Wait(_))));
}

#[tokio::test]
async fn k055_a_log_in_of_the_victim_gives_the_guesser_no_new_hundred() {
    let w = world_with(Limits {
        attempts_before_wait: 1_000,
        attempts_a_day: 10,
        attempts_of_address: 1_000,
        ..Limits::default()
    })
    .await;
    for _ in 0..9 {
        assert!(matches!(wrong(&w, "an").await, SignInRefused::Wrong));
    }
    w.casework.sign_in(&attempt("an", PASSWORD)).await.unwrap();
    assert!(matches!(wrong(&w, "an").await, SignInRefused::Wrong));
    assert!(matches!(wrong(&w, "an").await, SignInRefused::Wait(_)));
}

#[tokio::test]
async fn k055_many_guesses_at_once_compare_no_more_than_the_limit() {
    let w = world_with(Limits {
        attempts_before_wait: 1_000,
        attempts_a_day: 4,
        attempts_of_address: 1_000,
        ..Limits::default()
    })
    .await;
    let guess = attempt("an", "fout");
    let all = (0..12).map(|_| w.casework.sign_in(&guess));
    let answers = futures_util::future::join_all(all).await;
    let compared = answers
        .iter()
        .filter(|it| matches!(it, Err(SignInRefused::Wrong)))
        .count();
    assert_eq!(compared, 4, "{answers:?}");
}

#[tokio::test]
async fn k055_a_known_browser_is_known_for_its_own_person_only_and_has_a_limit_too() {
    let w = world().await;
    let token = w.casework.sign_in(&attempt("an", PASSWORD)).await.unwrap();
    let known = w.casework.remember_device(&token, &[]).await.unwrap();
    let device = vec![known.unwrap()];
    let again = w.casework.remember_device(&token, &device).await;
    assert!(again.unwrap().is_none(), "it is known already");
    for _ in 0..5 {
        wrong(&w, "bram").await;
    }
    let bram = SignIn {
        device: device.clone(),
        ..attempt("bram", PASSWORD)
    };
    let refused = w.casework.sign_in(&bram).await;
    assert!(matches!(refused, Err(SignInRefused::Wait(_))));
    let an = SignIn {
        device,
        ..attempt("an", "fout")
    };
    for _ in 0..5 {
        let refused = w.casework.sign_in(&an).await;
        assert!(matches!(refused, Err(SignInRefused::Wrong)));
    }
    let refused = w.casework.sign_in(&an).await;
    assert!(matches!(refused, Err(SignInRefused::Wait(1))));
}

#[tokio::test]
async fn i1_the_limit_of_an_address_holds_for_its_neighbours() {
    let w = world_with(Limits {
        attempts_of_address: 3,
        ..Limits::default()
    })
    .await;
    for (user, host) in [("an", 1), ("bram", 2), ("carla", 250)] {
        let guess = SignIn {
            address: format!("192.0.2.{host}"),
            ..attempt(user, "fout")
        };
        let refused = w.casework.sign_in(&guess).await;
        assert!(matches!(refused, Err(SignInRefused::Wrong)));
    }
    let near = w.casework.sign_in(&attempt("dirk", PASSWORD)).await;
    assert!(matches!(near, Err(SignInRefused::Wait(60))));
    let far = SignIn {
        address: "192.0.3.1".to_owned(),
        ..attempt("dirk", PASSWORD)
    };
    assert!(w.casework.sign_in(&far).await.is_ok());
}

#[tokio::test]
async fn i1_a_password_is_the_same_however_the_keyboard_writes_it() {
    let w = world().await;
    let user = casework::NewUser {
        user_name: "noor".to_owned(),
        name: "Noor Aerts".to_owned(),
        role: domain::people::Role::Coach,
        unit: None,
        own_dossier: None,
    };
    let password = "drie cafe\u{301}s in een rij";
    w.casework.create_user(&user, password).await.unwrap();
    let other = attempt("noor", "drie caf\u{e9}s in een rij");
    assert!(w.casework.sign_in(&other).await.is_ok());
    let short = w.casework.create_user(&user, "kort").await;
    assert!(
        short
            .unwrap_err()
            .to_string()
            .contains("at least 15 characters")
    );
}
