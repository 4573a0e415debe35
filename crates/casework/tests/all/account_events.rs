//! The administrative log: who did what to which account, in the transaction of the change itself.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use casework::{Failure, SignIn, WhichEvents};
use domain::account_events::AccountEvent;
use domain::people::Actor;
use domain::policy::Denied;
use testkit::{PASSWORD, World, world};

async fn sign_in(w: &World, user_name: &str, password: &str) -> Option<[u8; 32]> {
    let attempt = SignIn {
        user_name: user_name.to_owned(),
        password: password.to_owned(),
        address: "192.0.2.1".to_owned(),
        ..SignIn::default()
    };
    w.clock.advance(1);
    w.casework.sign_in(&attempt).await.ok()
}

/// What happened and about whom, the last first, but for the accounts the world was made with.
async fn seen(w: &World, actor: &Actor) -> Vec<(AccountEvent, String)> {
    let page = w
        .casework
        .account_events(actor, WhichEvents::All, None)
        .await;
    let entries = page.unwrap().entries.into_iter();
    entries
        .map(|stored| (stored.entry.event, stored.subject_name))
        // What the world itself was made with.
        .filter(|(event, _)| {
            !matches!(
                event,
                AccountEvent::AccountCreated
                    | AccountEvent::OrganisationCreated
                    | AccountEvent::UnitCreated
            )
        })
        .collect()
}

#[tokio::test]
async fn logging_in_and_out_and_wrong_passwords_are_in_the_log() {
    let w = world().await;
    assert!(sign_in(&w, "an", "verkeerd").await.is_none());
    let token = sign_in(&w, "an", PASSWORD).await.unwrap();
    assert!(sign_in(&w, "carla", "verkeerd").await.is_none());
    assert!(sign_in(&w, "niemand", "verkeerd").await.is_none());
    w.clock.advance(1);
    w.casework.sign_out(&token).await.unwrap();
    // Once more is no news.
    w.casework.sign_out(&token).await.unwrap();

    let an = || "An Peeters".to_owned();
    let all = [
        (AccountEvent::SignedOut, an()),
        (AccountEvent::SignInFailed, String::new()),
        (AccountEvent::SignInFailed, "Carla Nys".to_owned()),
        (AccountEvent::SignedIn, an()),
        (AccountEvent::SignInFailed, an()),
    ];
    assert_eq!(seen(&w, &w.system).await, all);
    assert_eq!(seen(&w, &w.privacy_officer).await, all);
    // The manager of A reads of A alone.
    let [out, _, _, signed_in, wrong] = all;
    assert_eq!(seen(&w, &w.manager).await, [out, signed_in, wrong]);
    // Nobody else reads it.
    for actor in [&w.an, &w.coach, &w.mediator, &w.controller, &w.lotte] {
        let refused = w
            .casework
            .account_events(actor, WhichEvents::All, None)
            .await;
        assert!(matches!(refused, Err(Failure::Denied(Denied::Function))));
    }
    // What was typed is nowhere.
    let contents = w.place().contents().await;
    assert!(!format!("{:?}", contents["account_event"]).contains("niemand"));
}

#[tokio::test]
async fn the_log_is_read_in_pages_and_by_kind_and_person() {
    let w = world().await;
    for _ in 0..30 {
        sign_in(&w, "an", PASSWORD).await.unwrap();
        sign_in(&w, "bram", PASSWORD).await.unwrap();
    }
    for actor in [&w.system, &w.manager] {
        let page = async |which, before| {
            let page = w.casework.account_events(actor, which, before).await;
            page.unwrap()
        };
        let kind = WhichEvents::Kind(AccountEvent::SignedIn);
        let first = page(kind, None).await;
        let second = page(kind, first.next).await;
        assert_eq!((first.entries.len(), second.entries.len()), (50, 10));
        assert_eq!(second.next, None);
        let last = &first.entries.last().unwrap().entry;
        assert!(second.entries.iter().all(|it| it.entry.at < last.at));
        let of_bram = page(WhichEvents::Person(w.bram.person), None).await.entries;
        assert_eq!(of_bram.len(), 31, "logged in thirty times, and made once");
        assert!(of_bram.iter().all(|it| it.subject_name == "Bram Claes"));
        let made = &of_bram[30];
        assert_eq!(made.entry.event, AccountEvent::AccountCreated);
        assert_eq!((made.entry.by, made.by_name.as_str()), (None, ""));
    }
    let of_carla = WhichEvents::Person(w.carla.person);
    let own = w.casework.account_events(&w.manager, of_carla, None).await;
    assert!(own.unwrap().entries.is_empty(), "of another organisation");
}

#[tokio::test]
async fn the_database_itself_refuses_to_rewrite_the_log() {
    let w = world().await;
    for sql in [
        "UPDATE account_event SET event = 'signed_out'",
        "UPDATE account_event SET by_person = subject_person",
        "DELETE FROM account_event",
    ] {
        let said = w.place().execute(sql).await.expect_err(sql);
        assert!(said.contains("append-only"), "{sql}: {said}");
    }
}
