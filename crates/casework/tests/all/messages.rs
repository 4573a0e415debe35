//! 'Berichten': who writes and reads, who is told, and that what was sent stays.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use casework::{Failure, NoticeKind};
use domain::ids::{DossierId, ThreadId};
use domain::people::Actor;
use domain::policy::Denied;
use testkit::{World, label, note, world};

async fn start(w: &World, by: &Actor, dossier: DossierId) -> Result<ThreadId, Failure> {
    let said = (&label("Gesprek van morgen"), &note("Kan je om 10 uur?"));
    w.casework
        .start_thread(by, dossier, said, &w.submission())
        .await
}

async fn answer(w: &World, by: &Actor, thread: ThreadId) -> Result<(), Failure> {
    let said = (thread, &note("Dat is goed."));
    w.casework
        .answer_thread(by, w.dossier, said, &w.submission())
        .await
}

/// How many notices of a message a person has.
async fn told(w: &World, who: &Actor) -> usize {
    let found = w.casework.notices(who).await.unwrap();
    let code = NoticeKind::MessageReceived.code();
    found.iter().filter(|it| it.kind == code).count()
}

async fn unread(w: &World, who: &Actor) -> usize {
    let found = w.casework.messages(who, w.dossier).await.unwrap();
    found.threads[0].standing.unread
}

#[tokio::test]
async fn the_counsellor_writes_the_client_answers_and_each_is_told_once() {
    let w = world().await;
    let thread = start(&w, &w.an, w.dossier).await.unwrap();
    assert_eq!((told(&w, &w.lotte).await, told(&w, &w.an).await), (1, 0));
    w.clock.advance(60);
    answer(&w, &w.lotte, thread).await.unwrap();
    assert_eq!((told(&w, &w.lotte).await, told(&w, &w.an).await), (1, 1));
    // Who may not open the dossier is not told, nor a mediator who wrote nothing.
    assert_eq!(
        (told(&w, &w.carla).await, told(&w, &w.mediator).await),
        (0, 0)
    );
    let found = w
        .casework
        .message_thread(&w.bram, w.dossier, (thread, None))
        .await;
    let found = found.unwrap();
    let texts: Vec<&str> = found.messages.iter().map(|it| it.text.as_str()).collect();
    assert_eq!(texts, ["Kan je om 10 uur?", "Dat is goed."]);
    assert!(!found.messages[0].organisation.is_empty());
    assert_eq!(found.messages[1].organisation, "");
    let notices = w.casework.notices(&w.an).await.unwrap();
    assert!(notices.iter().all(|it| it.note.is_none()), "no content");
}

#[tokio::test]
async fn a_mediator_who_wrote_is_told_of_the_answer() {
    let w = world().await;
    let thread = start(&w, &w.mediator, w.dossier).await.unwrap();
    w.clock.advance(60);
    answer(&w, &w.lotte, thread).await.unwrap();
    assert_eq!(told(&w, &w.mediator).await, 1);
}

#[tokio::test]
async fn what_somebody_opened_is_read_by_that_person_and_by_nobody_else() {
    let w = world().await;
    let thread = start(&w, &w.an, w.dossier).await.unwrap();
    let both = (unread(&w, &w.lotte).await, unread(&w, &w.bram).await);
    assert_eq!(both, (1, 1));
    assert_eq!(unread(&w, &w.an).await, 0);
    let read = w
        .casework
        .message_thread(&w.lotte, w.dossier, (thread, None));
    read.await.unwrap();
    let both = (unread(&w, &w.lotte).await, unread(&w, &w.bram).await);
    assert_eq!(both, (0, 1));
    w.clock.advance(60);
    answer(&w, &w.an, thread).await.unwrap();
    assert_eq!(unread(&w, &w.lotte).await, 1);
}

#[tokio::test]
async fn i2_without_a_grant_nothing_is_written_or_read_and_a_thread_stays_in_its_dossier() {
    let w = world().await;
    let thread = start(&w, &w.an, w.dossier).await.unwrap();
    let refused = start(&w, &w.carla, w.dossier).await;
    assert!(matches!(refused, Err(Failure::Denied(Denied::Dossier))));
    let refused = w.casework.messages(&w.carla, w.dossier).await;
    assert!(matches!(refused, Err(Failure::Denied(Denied::Dossier))));
    let refused = start(&w, &w.coach, w.dossier).await;
    assert!(matches!(refused, Err(Failure::Denied(Denied::Function))));
    let other = w.client("61000942", "Noor", "Aerts").await;
    let said = (thread, &note("Naar het verkeerde dossier."));
    let refused = w
        .casework
        .answer_thread(&w.mediator, other, said, &w.submission())
        .await;
    assert!(matches!(refused, Err(Failure::NotFound)), "{refused:?}");
    let refused = w
        .casework
        .message_thread(&w.mediator, other, (thread, None))
        .await;
    assert!(matches!(refused, Err(Failure::NotFound)), "{refused:?}");
}

#[tokio::test]
async fn t2_a_message_that_is_sent_twice_is_kept_once_and_none_is_ever_changed() {
    let w = world().await;
    let thread = start(&w, &w.an, w.dossier).await.unwrap();
    let once = w.submission();
    let text = note("Dat is goed.");
    let said = (thread, &text);
    let first = w.casework.answer_thread(&w.lotte, w.dossier, said, &once);
    first.await.unwrap();
    let again = w.casework.answer_thread(&w.lotte, w.dossier, said, &once);
    assert!(matches!(again.await, Err(Failure::AlreadyDone(to)) if to == once.leads_to));
    let found = w
        .casework
        .message_thread(&w.an, w.dossier, (thread, None))
        .await;
    assert_eq!(found.unwrap().messages.len(), 2);
    let sql = "UPDATE message SET text = 'iets anders'";
    let refused = w.place().execute(sql).await.unwrap_err();
    assert!(refused.contains("stays as it was sent"), "{refused}");
}

#[tokio::test]
async fn a_long_conversation_is_read_page_by_page_the_newest_first() {
    let w = world().await;
    let thread = start(&w, &w.an, w.dossier).await.unwrap();
    for number in 1..=120 {
        w.clock.advance(1);
        let text = note(&format!("Bericht {number}"));
        let said = (thread, &text);
        let sent = w
            .casework
            .answer_thread(&w.an, w.dossier, said, &w.submission())
            .await;
        sent.unwrap();
    }
    assert_eq!(unread(&w, &w.lotte).await, 121);
    let mut before = None;
    let mut pages = Vec::new();
    loop {
        let page = w
            .casework
            .message_thread(&w.bram, w.dossier, (thread, before))
            .await
            .unwrap();
        assert!(
            page.messages.is_sorted_by_key(|it| it.at),
            "in order of time"
        );
        before = page.earlier;
        pages.push(page.messages);
        if before.is_none() {
            break;
        }
    }
    let counts: Vec<usize> = pages.iter().map(Vec::len).collect();
    assert_eq!(counts, [50, 50, 21]);
    pages.reverse();
    let texts: Vec<String> = pages
        .iter()
        .flatten()
        .map(|it| it.text.to_string())
        .collect();
    let expected = (1..=120).map(|number| format!("Bericht {number}"));
    let expected: Vec<String> = ["Kan je om 10 uur?".to_owned()]
        .into_iter()
        .chain(expected)
        .collect();
    assert_eq!(texts, expected, "each once");
    assert_eq!(unread(&w, &w.bram).await, 0);
    // Who opens an earlier page first has read what was before it, and nothing after it.
    let second = Some(pages[2][0].id);
    let read = w
        .casework
        .message_thread(&w.lotte, w.dossier, (thread, second));
    read.await.unwrap();
    assert_eq!(unread(&w, &w.lotte).await, 50);
    let read = w
        .casework
        .message_thread(&w.lotte, w.dossier, (thread, None));
    read.await.unwrap();
    assert_eq!(unread(&w, &w.lotte).await, 0);
    // An earlier page makes nothing unread again.
    let read = w
        .casework
        .message_thread(&w.lotte, w.dossier, (thread, second));
    read.await.unwrap();
    assert_eq!(unread(&w, &w.lotte).await, 0);
}
