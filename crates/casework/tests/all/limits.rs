//! What one person can do at once and in a row: sessions, openings, searches, exports, dossiers that are
//! refused, forms; and what they are told of log-ins.

#![allow(clippy::unwrap_used)]

use casework::{Failure, Limits, NoticeKind, SignIn, WhichEvents};
use domain::account_events::AccountEvent;
use domain::ids::DossierId;
use domain::people::Actor;
use domain::policy::{Denied, Operation};
use domain::uses::{Most, Use};
use testkit::{PASSWORD, World, world, world_with};
use uuid::Uuid;

async fn sign_in(w: &World, user_name: &str) -> [u8; 32] {
    let attempt = SignIn {
        user_name: user_name.to_owned(),
        password: PASSWORD.to_owned(),
        address: "192.0.2.1".to_owned(),
        ..SignIn::default()
    };
    w.clock.advance(1);
    w.casework.sign_in(&attempt).await.unwrap()
}

/// How often something is in the log.
async fn logged(w: &World, event: AccountEvent) -> usize {
    let which = WhichEvents::Kind(event);
    let page = w.casework.account_events(&w.system, which, None).await;
    page.unwrap().entries.len()
}

async fn told(w: &World, actor: &Actor, kind: NoticeKind) -> usize {
    let notices = w.casework.notices(actor).await.unwrap();
    notices.iter().filter(|it| it.kind == kind.code()).count()
}

/// Opens a page of a dossier in a minute of its own.
async fn open(w: &World, actor: &Actor, dossier: DossierId) -> Result<(), Failure> {
    w.clock.advance(60);
    let page = w
        .casework
        .entry(actor, Operation::ViewDossier, dossier, "portret")
        .await;
    page.map(|_| ())
}

#[track_caller]
fn too_much(done: Result<(), Failure>, what: Use) -> i64 {
    match done {
        Err(Failure::TooMuch { used, seconds }) if used == what => seconds,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn k080_with_a_sixth_session_the_oldest_ends_and_it_is_in_the_log() {
    let w = world_with(Limits::default()).await;
    let mut sessions = Vec::new();
    for _ in 0..5 {
        sessions.push(sign_in(&w, "an").await);
    }
    let other = sign_in(&w, "bram").await;
    for session in &sessions {
        assert!(w.casework.session(session).await.unwrap().is_some());
    }
    assert_eq!(logged(&w, AccountEvent::OldestSessionEnded).await, 0);
    let sixth = sign_in(&w, "an").await;
    let oldest = sessions.remove(0);
    assert!(w.casework.session(&oldest).await.unwrap().is_none());
    for session in sessions.iter().chain([&sixth, &other]) {
        assert!(w.casework.session(session).await.unwrap().is_some());
    }
    assert_eq!(logged(&w, AccountEvent::OldestSessionEnded).await, 1);
    assert_eq!(told(&w, &w.an, NoticeKind::LoginChanged).await, 1);
    // Those that were not used any more make place without a word.
    w.clock.advance(3_600);
    sign_in(&w, "an").await;
    assert_eq!(logged(&w, AccountEvent::OldestSessionEnded).await, 1);
}

#[tokio::test]
async fn k080_many_log_ins_at_once_leave_five_sessions() {
    let w = world_with(Limits::default()).await;
    let all = (0..12).map(|_| sign_in(&w, "an"));
    let tokens = futures_util::future::join_all(all).await;
    let mut counting = 0;
    for token in &tokens {
        counting += usize::from(w.casework.session(token).await.unwrap().is_some());
    }
    assert_eq!(counting, 5);
}

#[tokio::test]
async fn k062_a_log_in_in_a_new_browser_is_told_and_one_in_a_known_browser_is_not() {
    let w = world().await;
    let first = sign_in(&w, "an").await;
    let home = w.casework.remember_device(&first, &[]).await.unwrap();
    // There was nothing to compare with.
    assert_eq!(told(&w, &w.an, NoticeKind::NewBrowser).await, 0);
    let second = sign_in(&w, "an").await;
    // A shared machine: the browser is known for Bram too.
    let bram = sign_in(&w, "bram").await;
    let brams = w.casework.remember_device(&bram, &[]).await.unwrap();
    let cookie = [brams.unwrap(), home.unwrap()];
    let known = w.casework.remember_device(&second, &cookie).await.unwrap();
    assert!(known.is_none());
    assert_eq!(told(&w, &w.an, NoticeKind::NewBrowser).await, 0);
    // The browser of somebody else is a new one.
    let third = sign_in(&w, "an").await;
    let elsewhere = w.casework.remember_device(&third, &cookie[..1]).await;
    assert!(elsewhere.unwrap().is_some());
    assert_eq!(told(&w, &w.an, NoticeKind::NewBrowser).await, 1);
    assert_eq!(told(&w, &w.bram, NoticeKind::NewBrowser).await, 0);
}

#[tokio::test]
async fn k021_opening_stops_at_the_limit_of_the_hour_and_of_the_day() {
    let w = world_with(Limits {
        openings: Most {
            an_hour: 3,
            a_day: 5,
        },
        ..Limits::default()
    })
    .await;
    for _ in 0..3 {
        open(&w, &w.an, w.dossier).await.unwrap();
    }
    let wait = too_much(open(&w, &w.an, w.dossier).await, Use::Opening);
    assert!((1..=3_600).contains(&wait), "{wait}");
    // A colleague goes on, and what was not shown is not recorded as seen.
    open(&w, &w.bram, w.dossier).await.unwrap();
    // Twice over the limit is once in the log.
    too_much(open(&w, &w.an, w.dossier).await, Use::Opening);
    assert_eq!(logged(&w, AccountEvent::LimitReached).await, 1);
    let list = w.casework.openings(&w.lotte, w.dossier, None, 50).await;
    let (_, seen) = list.unwrap();
    assert_eq!(
        seen.iter().filter(|it| it.person == "An Peeters").count(),
        3
    );
    w.clock.advance(wait);
    for _ in 0..2 {
        open(&w, &w.an, w.dossier).await.unwrap();
    }
    let wait = too_much(open(&w, &w.an, w.dossier).await, Use::Opening);
    assert!((1..=86_400).contains(&wait), "{wait}");
    w.clock.advance(3_600);
    too_much(open(&w, &w.an, w.dossier).await, Use::Opening);
    w.clock.advance(86_400);
    open(&w, &w.an, w.dossier).await.unwrap();
    w.casework.tidy().await.unwrap();
}

#[tokio::test]
async fn k021_searching_and_exporting_stop_at_their_limits() {
    let two = Most {
        an_hour: 2,
        a_day: 100,
    };
    let w = world_with(Limits {
        searches: two,
        exports: two,
        ..Limits::default()
    })
    .await;
    for typed in ["61000447", "99999999"] {
        w.casework.search(&w.an, typed).await.unwrap();
        w.casework
            .export(&w.mediator, w.dossier, "export_json")
            .await
            .unwrap();
    }
    let sought = w.casework.search(&w.an, "61000447").await;
    too_much(sought.map(|_| ()), Use::Search);
    let export = w
        .casework
        .export(&w.mediator, w.dossier, "export_json")
        .await;
    too_much(export.map(|_| ()), Use::Export);
    assert_eq!(logged(&w, AccountEvent::LimitReached).await, 2);
    w.clock.advance(3_600);
    w.casework.search(&w.an, "61000447").await.unwrap();
}

#[tokio::test]
async fn k117_a_refused_opening_is_in_the_log_and_says_nothing_of_the_dossier() {
    let w = world_with(Limits {
        refusals: Most {
            an_hour: 2,
            a_day: 100,
        },
        ..Limits::default()
    })
    .await;
    let absent = DossierId(Uuid::from_u128(7));
    for dossier in [w.dossier, absent] {
        let refused = open(&w, &w.carla, dossier).await;
        assert!(matches!(refused, Err(Failure::Denied(Denied::Dossier))));
    }
    let which = WhichEvents::Kind(AccountEvent::DossierRefused);
    let page = w.casework.account_events(&w.system, which, None).await;
    let entries = page.unwrap().entries;
    assert_eq!(entries.len(), 2);
    for stored in entries {
        assert_eq!(stored.entry.by, Some(w.carla.person));
        assert_eq!(stored.entry.organisation, w.carla.organisation());
        assert!(stored.entry.changes.is_empty());
    }
    // A change that is refused is recorded too, and counts.
    for dossier in [w.dossier, absent] {
        let asked = open(&w, &w.carla, dossier).await;
        too_much(asked, Use::Refused);
    }
    // Who may is in the list of openings, not there.
    open(&w, &w.an, w.dossier).await.unwrap();
    assert_eq!(logged(&w, AccountEvent::DossierRefused).await, 2);
}

#[tokio::test]
async fn k025_forms_faster_than_people_send_are_in_the_log_once() {
    let w = world_with(Limits {
        forms_in_five_seconds: 50,
        ..Limits::default()
    })
    .await;
    for _ in 0..49 {
        w.casework.note_form(&w.an).await;
    }
    assert_eq!(logged(&w, AccountEvent::FormsTooFast).await, 0);
    for _ in 0..30 {
        w.casework.note_form(&w.an).await;
    }
    assert_eq!(logged(&w, AccountEvent::FormsTooFast).await, 1);
    // As fast as people do, for an hour.
    for _ in 0..300 {
        w.clock.advance(1);
        w.casework.note_form(&w.bram).await;
    }
    assert_eq!(logged(&w, AccountEvent::FormsTooFast).await, 1);
}
