//! Mail of notices: to whom, how many, and what becomes of one that cannot be delivered.

#![allow(clippy::unwrap_used)]

use std::collections::HashSet;

use casework::{Casework, Delivery, Failure, Letter, NewUser};
use domain::mail::{CLAIM_SECONDS, CONFIRM_SECONDS, DIGEST_SECONDS, GIVE_UP_SECONDS, MailAddress};
use domain::people::{Actor, Role};
use domain::refusal::Refusal;
use testkit::{World, world};

fn address(text: &str) -> MailAddress {
    MailAddress::parse(text).unwrap()
}

/// Everything that is due, claimed.
async fn claimed(casework: &Casework) -> Vec<Letter> {
    let mut letters = Vec::new();
    for waiting in casework.due_mail().await.unwrap() {
        letters.extend(casework.claim_mail(&waiting).await.unwrap());
    }
    letters
}

/// Everything that is due, sent.
async fn sent(casework: &Casework) -> Vec<Letter> {
    let letters = claimed(casework).await;
    for letter in &letters {
        let gave_up = casework.mail_done(letter, Delivery::Taken).await.unwrap();
        assert!(!gave_up);
    }
    letters
}

/// A person with an address that is confirmed.
async fn with_address(w: &World, actor: &Actor, text: &str) {
    let casework = &w.casework;
    casework
        .set_mail_address(actor, &address(text), &w.submission())
        .await
        .unwrap();
    let letters = sent(casework).await;
    let code = letters.last().unwrap().confirms.clone().unwrap();
    casework
        .confirm_mail_address(actor, &code, &w.submission())
        .await
        .unwrap();
}

/// A notice to An: the mediator extends the grant of her organisation, on whose line she stands.
async fn notice(w: &World) {
    let done = w
        .casework
        .extend_grant(
            &w.mediator,
            w.dossier,
            w.a.id,
            domain::grants::Basis::Mandate,
            &w.submission(),
        )
        .await;
    done.unwrap();
}

#[track_caller]
fn refused(result: Result<impl Sized, Failure>, why: &Refusal) {
    match result {
        Err(Failure::Refused(refusals)) => assert!(refusals.contains(why), "{refusals:?}"),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was not refused"),
    }
}

#[tokio::test]
async fn an_address_is_used_once_its_owner_opened_the_link() {
    let w = world().await;
    let casework = &w.casework;
    w.register(&w.an, w.dossier, "2025-05-20").await;
    notice(&w).await;
    assert_eq!(
        casework.gather_mail().await.unwrap(),
        0,
        "nobody has an address"
    );
    casework
        .set_mail_address(&w.an, &address("an@example.org"), &w.submission())
        .await
        .unwrap();
    let letters = sent(casework).await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].to, address("an@example.org"));
    let code = letters[0].confirms.clone().unwrap();
    assert_eq!(code.len(), 64, "256 bits");
    notice(&w).await;
    assert_eq!(
        casework.gather_mail().await.unwrap(),
        0,
        "not confirmed yet"
    );
    // Looking at the link changes nothing, and it is nobody else's.
    casework.address_to_confirm(&w.an, &code).await.unwrap();
    refused(
        casework.address_to_confirm(&w.bram, &code).await,
        &Refusal::LinkNotValid,
    );
    let other = casework
        .confirm_mail_address(&w.bram, &code, &w.submission())
        .await;
    refused(other, &Refusal::LinkNotValid);
    let wrong = code.replace(|c: char| c != 'a', "a");
    let wrong = casework
        .confirm_mail_address(&w.an, &wrong, &w.submission())
        .await;
    refused(wrong, &Refusal::LinkNotValid);
    casework
        .confirm_mail_address(&w.an, &code, &w.submission())
        .await
        .unwrap();
    let again = casework
        .confirm_mail_address(&w.an, &code, &w.submission())
        .await;
    refused(again, &Refusal::LinkNotValid);
    notice(&w).await;
    assert_eq!(casework.gather_mail().await.unwrap(), 1);
    let letters = sent(casework).await;
    assert_eq!(letters[0].to, address("an@example.org"));
    assert_eq!(letters[0].confirms, None);
}

#[tokio::test]
async fn the_address_before_stays_in_use_until_the_new_one_is_confirmed_and_a_link_ends() {
    let w = world().await;
    let casework = &w.casework;
    w.register(&w.an, w.dossier, "2025-05-20").await;
    with_address(&w, &w.an, "an@example.org").await;
    casework
        .set_mail_address(&w.an, &address("anders@example.org"), &w.submission())
        .await
        .unwrap();
    let code = sent(casework).await[0].confirms.clone().unwrap();
    notice(&w).await;
    casework.gather_mail().await.unwrap();
    assert_eq!(sent(casework).await[0].to, address("an@example.org"));
    // Of two links only the last one counts.
    casework
        .set_mail_address(&w.an, &address("derde@example.org"), &w.submission())
        .await
        .unwrap();
    let second = sent(casework).await[0].confirms.clone().unwrap();
    let late = casework
        .confirm_mail_address(&w.an, &code, &w.submission())
        .await;
    refused(late, &Refusal::LinkNotValid);
    w.clock.advance(CONFIRM_SECONDS + 1);
    let late = casework
        .confirm_mail_address(&w.an, &second, &w.submission())
        .await;
    refused(late, &Refusal::LinkNotValid);
    let page = casework.mail_page(&w.an).await.unwrap();
    assert_eq!(page.address, Some(address("an@example.org")));
    assert_eq!(page.pending, None);
}

#[tokio::test]
async fn nobody_can_have_links_mailed_to_others_without_end() {
    let w = world().await;
    for at in 0..5 {
        let to = address(&format!("iemand{at}@example.org"));
        let set = w
            .casework
            .set_mail_address(&w.an, &to, &w.submission())
            .await;
        set.unwrap();
    }
    let to = address("iemand6@example.org");
    let set = w
        .casework
        .set_mail_address(&w.an, &to, &w.submission())
        .await;
    refused(set, &Refusal::TooManyConfirmations);
    // Only the last one is mailed: the others do not count any more.
    assert_eq!(claimed(&w.casework).await.len(), 1);
    w.clock.advance(86_401);
    let set = w
        .casework
        .set_mail_address(&w.an, &to, &w.submission())
        .await;
    set.unwrap();
}

#[tokio::test]
async fn several_notices_go_in_one_mail_and_the_next_one_waits_five_minutes() {
    let w = world().await;
    let casework = &w.casework;
    w.register(&w.an, w.dossier, "2025-05-20").await;
    with_address(&w, &w.an, "an@example.org").await;
    for _ in 0..4 {
        notice(&w).await;
    }
    assert_eq!(casework.gather_mail().await.unwrap(), 1);
    assert_eq!(sent(casework).await.len(), 1);
    notice(&w).await;
    notice(&w).await;
    assert_eq!(casework.gather_mail().await.unwrap(), 0, "not so soon");
    assert!(casework.due_mail().await.unwrap().is_empty());
    w.clock.advance(DIGEST_SECONDS - 1);
    assert_eq!(casework.gather_mail().await.unwrap(), 0);
    w.clock.advance(1);
    assert_eq!(casework.gather_mail().await.unwrap(), 1);
    assert_eq!(sent(casework).await.len(), 1);
    w.clock.advance(86_400);
    assert_eq!(casework.gather_mail().await.unwrap(), 0, "nothing is left");
}

#[tokio::test]
async fn who_does_not_want_mail_or_left_gets_none_and_an_old_notice_is_not_mailed() {
    let w = world().await;
    let casework = &w.casework;
    w.register(&w.an, w.dossier, "2025-05-20").await;
    with_address(&w, &w.an, "an@example.org").await;
    casework
        .want_mail(&w.an, false, &w.submission())
        .await
        .unwrap();
    notice(&w).await;
    assert_eq!(casework.gather_mail().await.unwrap(), 0);
    casework
        .want_mail(&w.an, true, &w.submission())
        .await
        .unwrap();
    assert_eq!(
        casework.gather_mail().await.unwrap(),
        0,
        "what was before stays unmailed"
    );
    notice(&w).await;
    assert_eq!(casework.gather_mail().await.unwrap(), 1);
    // Between gathering and sending the address went away.
    casework
        .forget_mail_address(&w.an, &w.submission())
        .await
        .unwrap();
    assert!(claimed(casework).await.is_empty());
    with_address(&w, &w.an, "an@example.org").await;
    notice(&w).await;
    w.clock.advance(GIVE_UP_SECONDS + 1);
    assert_eq!(casework.gather_mail().await.unwrap(), 0, "too old to mail");
    notice(&w).await;
    assert_eq!(casework.gather_mail().await.unwrap(), 1);
    let left = if w.place().is_postgres() {
        "FALSE"
    } else {
        "0"
    };
    let left = format!("UPDATE person SET active = {left} WHERE user_name = 'an'");
    w.place().execute(&left).await.unwrap();
    assert!(claimed(casework).await.is_empty());
}

#[tokio::test]
async fn a_mail_that_cannot_go_is_tried_ever_later_and_then_given_up() {
    let w = world().await;
    let casework = &w.casework;
    w.register(&w.an, w.dossier, "2025-05-20").await;
    with_address(&w, &w.an, "an@example.org").await;
    notice(&w).await;
    casework.gather_mail().await.unwrap();
    let (mut tries, mut ids) = (0, HashSet::new());
    let mut last_wait = 0;
    loop {
        let letters = claimed(casework).await;
        assert_eq!(letters.len(), 1);
        tries += 1;
        assert_eq!(letters[0].tries(), tries);
        ids.insert(letters[0].id());
        let gave_up = casework
            .mail_done(&letters[0], Delivery::NotNow)
            .await
            .unwrap();
        let status = casework.mail_status().await.unwrap();
        if gave_up {
            assert_eq!((status.waiting, status.given_up), (0, 1));
            break;
        }
        assert_eq!((status.waiting, status.failing, status.given_up), (1, 1, 0));
        let mut waited = 0;
        while casework.due_mail().await.unwrap().is_empty() {
            w.clock.advance(60);
            waited += 60;
        }
        assert!(waited >= last_wait, "{waited} after {last_wait}");
        last_wait = waited;
    }
    assert!((15..30).contains(&tries), "{tries}");
    assert_eq!(ids.len(), 1, "the same identifier each time");
    // One the server will never take is given up at once.
    notice(&w).await;
    casework.gather_mail().await.unwrap();
    let letters = claimed(casework).await;
    assert!(
        casework
            .mail_done(&letters[0], Delivery::Never)
            .await
            .unwrap()
    );
    assert_eq!(casework.mail_status().await.unwrap().given_up, 2);
}

#[tokio::test]
async fn what_died_between_sending_and_marking_is_sent_again_under_the_same_identifier() {
    let w = world().await;
    let other = w.other_server().await;
    w.register(&w.an, w.dossier, "2025-05-20").await;
    with_address(&w, &w.an, "an@example.org").await;
    notice(&w).await;
    w.casework.gather_mail().await.unwrap();
    let died = claimed(&w.casework).await;
    assert!(claimed(&other).await.is_empty(), "it is somebody's");
    w.clock.advance(CLAIM_SECONDS + 1);
    let again = claimed(&other).await;
    assert_eq!(again[0].id(), died[0].id());
    other.mail_done(&again[0], Delivery::Taken).await.unwrap();
    // Who was taken for dead and was only slow changes nothing any more.
    w.casework
        .mail_done(&died[0], Delivery::NotNow)
        .await
        .unwrap();
    w.clock.advance(86_400);
    assert!(claimed(&w.casework).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_several_servers_on_one_database_each_mail_is_claimed_by_one() {
    let w = world().await;
    let hash = casework::hash_password(testkit::PASSWORD).unwrap();
    let mut people = Vec::new();
    for at in 0..500 {
        let user = NewUser {
            user_name: format!("begeleider{at}"),
            name: format!("Begeleider {at}"),
            role: Role::Counsellor,
            unit: Some(w.a.unit.id),
            own_dossier: None,
        };
        let person = w.casework.create_demo_user(&user, &hash).await.unwrap();
        people.push((person, at));
    }
    let mut batch = store::Batch::new();
    for (person, at) in &people {
        let pending = store::mail::Pending {
            address: address(&format!("begeleider{at}@example.org")),
            id: uuid::Uuid::now_v7(),
            until: w.casework.now(),
        };
        store::mail::ask(&mut batch, *person, &pending);
        store::mail::confirm(&mut batch, *person, pending.id);
        let notice = store::notices::Notice {
            at: w.casework.now(),
            kind: "grant_given".to_owned(),
            dossier: None,
            step: None,
            note: None,
            read: false,
        };
        store::notices::write(&mut batch, uuid::Uuid::now_v7(), *person, &notice);
    }
    w.database().commit(batch).await.unwrap();
    let mut servers = Vec::new();
    for casework in [w.casework.clone(), w.other_server().await] {
        servers.push(tokio::spawn(async move {
            let mut to = Vec::new();
            let mut idle = 0;
            while idle < 3 {
                casework.gather_mail().await.unwrap();
                let letters = sent(&casework).await;
                idle = if letters.is_empty() { idle + 1 } else { 0 };
                to.extend(letters.into_iter().map(|letter| letter.to.to_string()));
            }
            to
        }));
    }
    let mut all = Vec::new();
    let mut shares = Vec::new();
    for server in servers {
        let to = server.await.unwrap();
        shares.push(to.len());
        all.extend(to);
    }
    assert_eq!(all.len(), 500, "{shares:?}");
    let distinct: HashSet<_> = all.iter().collect();
    assert_eq!(distinct.len(), 500);
    assert_eq!(w.casework.mail_status().await.unwrap().waiting, 0);
}

#[tokio::test]
async fn what_became_of_a_mail_is_forgotten_after_a_month() {
    let w = world().await;
    w.register(&w.an, w.dossier, "2025-05-20").await;
    with_address(&w, &w.an, "an@example.org").await;
    let count = "SELECT count(*) FROM mail";
    assert_ne!(
        w.place().column(count).await,
        w.place().column("SELECT 0").await
    );
    w.clock.advance(31 * 86_400);
    w.casework.tidy().await.unwrap();
    assert_eq!(
        w.place().column(count).await,
        w.place().column("SELECT 0").await
    );
}
