//! Mail over a real connection: the program delivers to a mail server that misbehaves, dies, and goes on.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper that fails is a test that fails"
)]

use std::collections::HashSet;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use casework::{Database, Settings};
use domain::ids::PersonId;
use domain::mail::MailAddress;
use store::Batch;
use store::mail::Pending;
use store::notices::Notice;
use testkit::{MailSink, Manner, Received, TestFolder};
use uuid::Uuid;

use crate::program::{self, Serving, finished, free_port, get, program, run, said};

/// The program on a folder, with mail to a sink.
fn with_mail(folder: &Path, sink: &MailSink) -> Command {
    let mut command = program(folder);
    command
        .env(
            "KLANTENDOSSIER_SMTP_URL",
            format!("smtp://127.0.0.1:{}", sink.port),
        )
        .env("KLANTENDOSSIER_MAIL_FROM", "klantendossier@example.org");
    command
}

fn serving(folder: &Path, sink: &MailSink) -> Serving {
    let port = free_port();
    let mut command = with_mail(folder, sink);
    command
        .arg("serve")
        .env("KLANTENDOSSIER_LISTEN", format!("127.0.0.1:{port}"));
    Serving::start(command, port)
}

/// An installation with so many users, each with an address and a notice that waits.
async fn filled(folder: &Path, names: &[&str]) -> Vec<PersonId> {
    for (at, name) in names.iter().enumerate() {
        let user = format!("gebruiker{at}");
        let output = run(
            folder,
            &[
                "user",
                "create",
                "--user-name",
                &user,
                "--name",
                name,
                "--role",
                "coach",
            ],
        );
        assert!(output.status.success(), "{output:?}");
    }
    let database = open(folder).await;
    let mut people = Vec::new();
    let mut batch = Batch::new();
    let now = casework::Clock::now(&casework::SystemClock);
    for at in 0..names.len() {
        let user = format!("gebruiker{at}");
        let mut reader = database.reader().await.unwrap();
        let found = store::people::credentials(&mut reader, &user)
            .await
            .unwrap();
        let person = found.unwrap().person;
        let pending = Pending {
            address: MailAddress::parse(&format!("{user}@example.org")).unwrap(),
            id: Uuid::now_v7(),
            until: now,
        };
        store::mail::ask(&mut batch, person, &pending);
        store::mail::confirm(&mut batch, person, pending.id);
        people.push(person);
    }
    database.commit(batch).await.unwrap();
    for person in &people {
        notice(&database, *person).await;
    }
    people
}

async fn open(folder: &Path) -> Database {
    let file = folder.join("klantendossier-data/klantendossier.db");
    Database::open(&Settings::Sqlite { file }).await.unwrap()
}

async fn notice(database: &Database, person: PersonId) {
    let mut batch = Batch::new();
    let notice = Notice {
        at: casework::Clock::now(&casework::SystemClock),
        kind: "line_removed".to_owned(),
        dossier: None,
        step: None,
        note: Some("Reden: zus van 61000447".to_owned()),
        read: false,
    };
    store::notices::write(&mut batch, Uuid::now_v7(), person, &notice);
    database.commit(batch).await.unwrap();
}

/// Lets the waits of mail be over, as time does.
async fn time_passes(folder: &Path) {
    let database = open(folder).await;
    let now = casework::Clock::now(&casework::SystemClock);
    let mut reader = database.reader().await.unwrap();
    let ahead = now.plus_seconds(86_400);
    let waiting = store::mail::due(&mut reader, ahead).await.unwrap();
    drop(reader);
    let mut batch = Batch::new();
    for mail in &waiting {
        store::mail::later(&mut batch, mail, now);
    }
    database.commit(batch).await.unwrap();
}

fn only_to(received: &[Received]) -> HashSet<String> {
    received.iter().flat_map(|mail| mail.to.clone()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_says_that_there_is_something_and_nothing_else() {
    let folder = TestFolder::new();
    let folder = folder.path();
    let sink = MailSink::open().await;
    // Names as somebody with bad intentions would choose them; a name never comes in a mail.
    filled(folder, &["Eén Gebruiker", "<b>Twee</b> =?utf-8?q?x?="]).await;
    let serving = serving(folder, &sink);
    let received = sink.wait_for(2).await;
    for mail in &received {
        assert_eq!(mail.from, "<klantendossier@example.org>");
        assert_eq!(mail.to.len(), 1);
        assert_eq!(mail.header("To"), mail.to[0].trim_matches(['<', '>']));
        assert_eq!(
            mail.header("Subject"),
            "Er is een melding voor je in het klantendossier"
        );
        assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
        assert_eq!(mail.header("Content-Type"), "text/plain; charset=utf-8");
        assert!(
            mail.raw
                .contains(&format!("http://127.0.0.1:{}/meldingen", serving.port))
        );
        for secret in ["61000447", "zus", "Gebruiker", "Twee", "List-"] {
            assert!(!mail.raw.contains(secret), "{secret} in {}", mail.raw);
        }
        let known = [
            "from",
            "to",
            "subject",
            "message-id",
            "auto-submitted",
            "x-auto-response-suppress",
            "content-language",
            "content-type",
            "content-transfer-encoding",
            "date",
            "mime-version",
        ];
        for line in mail.head() {
            let name = line.split(':').next().unwrap().to_ascii_lowercase();
            assert!(known.contains(&name.as_str()), "{line}");
        }
    }
    assert_eq!(sink.connections(), 1, "both went over one connection");
    let status = said(&finished(with_mail(folder, &sink).args(["mail", "status"])));
    assert!(
        status.contains("mail is on\nwaiting 0, of which 0 failed so far\ngiven up in 30 days 0"),
        "{status}"
    );
    let (code, _) = serving.stop();
    assert_eq!(code, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_server_does_not_take_now_comes_later_and_what_it_never_takes_is_given_up() {
    let folder = TestFolder::new();
    let folder = folder.path();
    let sink = MailSink::open().await;
    sink.next(&[Manner::Defers, Manner::Cuts, Manner::Refuses]);
    filled(folder, &["Een", "Twee", "Drie", "Vier"]).await;
    let serving = serving(folder, &sink);
    // The first is put off, the second is cut off, the third is refused for good, the fourth is taken.
    let first = sink.wait_for(1).await;
    time_passes(folder).await;
    let all = sink.wait_for(3).await;
    assert_eq!(only_to(&all).len(), 3, "{:?}", only_to(&all));
    assert_eq!(first.len(), 1);
    let ids: HashSet<&str> = all.iter().map(|mail| mail.header("Message-ID")).collect();
    assert_eq!(ids.len(), 3);
    let (code, _) = serving.stop();
    assert_eq!(code, Some(0));
    let status = said(&finished(with_mail(folder, &sink).args(["mail", "status"])));
    assert!(
        status.contains("waiting 0, of which 0 failed so far\ngiven up in 30 days 1"),
        "{status}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_between_sending_and_marking_it_is_sent_again_and_can_be_told() {
    let folder = TestFolder::new();
    let folder = folder.path();
    let sink = MailSink::open().await;
    sink.next(&[Manner::FallsSilent]);
    filled(folder, &["Een"]).await;
    let mut first = serving(folder, &sink);
    let deadline = Instant::now() + Duration::from_secs(30);
    while sink.begun() == 0 && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(sink.begun(), 1);
    // A mail server that says nothing slows no page.
    let asked = Instant::now();
    assert!(
        get(first.port, "/aanmelden")
            .unwrap()
            .starts_with("HTTP/1.1 200")
    );
    assert!(
        asked.elapsed() < Duration::from_secs(2),
        "{:?}",
        asked.elapsed()
    );
    // SIGKILL: nothing is tidied up.
    first.child.kill().unwrap();
    first.child.wait().unwrap();
    sink.next(&[Manner::TakesAndCuts]);
    time_passes(folder).await;
    let mut second = serving(folder, &sink);
    sink.wait_for(1).await;
    // Taken, but never said so: killed again before it could be marked, or put off by the cut.
    second.child.kill().unwrap();
    second.child.wait().unwrap();
    time_passes(folder).await;
    let third = serving(folder, &sink);
    let received = sink.wait_for(2).await;
    let ids: HashSet<&str> = received
        .iter()
        .map(|mail| mail.header("Message-ID"))
        .collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
    assert!(ids.iter().all(|id| id.starts_with('<') && id.contains('@')));
    let (code, _) = third.stop();
    assert_eq!(code, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operator_tries_mail_and_is_told_what_is_wrong() {
    let folder = TestFolder::new();
    let folder = folder.path();
    let sink = MailSink::open().await;
    let test = ["mail", "test", "beheer@example.org"];
    let off = run(folder, &test);
    assert!(program::refused(&off, 1).contains("smtp_url is not set"));
    let sent = finished(with_mail(folder, &sink).args(test));
    assert!(sent.status.success(), "{sent:?}");
    let received = sink.received();
    assert_eq!(
        received[0].header("Subject"),
        "Proefmail van het klantendossier"
    );
    sink.next(&[Manner::Refuses]);
    let refused = finished(with_mail(folder, &sink).args(test));
    assert!(program::refused(&refused, 1).contains("550"));
    let bad = run(
        folder,
        &["mail", "test", "beheer@example.org\r\nBcc: x@example.org"],
    );
    assert_eq!(bad.status.code(), Some(2));
    drop(sink);
}
