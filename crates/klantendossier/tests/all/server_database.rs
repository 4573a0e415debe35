//! The program on a PostgreSQL server: what it says of a wrong setting, what it refuses, and what becomes
//! of it when the server goes away.

#![allow(
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use testkit::{Place, TestFolder};

use crate::program::{self, Serving, finished, free_port, get, program, refused, said};

const URL: &str = "KLANTENDOSSIER_DATABASE_URL";

fn on(folder: &Path, url: &str, words: &[&str]) -> Command {
    let mut program = program(folder);
    program.args(words).env(URL, url);
    program
}

/// What it says, in one line, without the password.
fn line(output: &std::process::Output) -> String {
    let said = refused(output, 1);
    assert!(!said.contains("geheim"), "{said}");
    // The server of the tests flushes nothing, and is warned about.
    let lines: Vec<_> = said.lines().filter(|it| !it.contains(" WARN ")).collect();
    assert_eq!(lines.len(), 1, "{said}");
    lines[0].to_owned()
}

#[test]
fn a_wrong_address_is_refused_in_one_line_that_names_the_setting() {
    let folder = TestFolder::new();
    // A port that no other test can be given while this one waits.
    let nobody = 1;
    for (url, part) in [
        ("dossier.db", "expected an address as postgres://"),
        (
            "mysql://kd:geheim@db/kd",
            "expected an address as postgres://",
        ),
        ("postgres://kd:geheim@/kd", "names no host"),
        ("postgres://kd:geheim@127.0.0.1", "names no database"),
        ("postgres://kd:geheim@127.0.0.1/kd?sslmod=require", "sslmod"),
        ("postgres://kd:geheim@db.example.be/kd", "database_ca_file"),
    ] {
        let said = line(&finished(&mut on(folder.path(), url, &["migrate"])));
        assert!(said.contains("database_url"), "{url}: {said}");
        assert!(said.contains(part), "{url}: {said}");
    }
    let url = format!("postgres://kd:geheim@127.0.0.1:{nobody}/kd");
    let mut command = on(folder.path(), &url, &["migrate"]);
    let output = finished(&mut command);
    let said = refused(&output, 1);
    let last = said.trim_end().lines().last().unwrap();
    assert!(
        last.contains("database_url") && last.contains("refused"),
        "{said}"
    );
    assert!(last.contains(&format!("127.0.0.1:{nobody}")), "{said}");
    assert!(!said.contains("geheim"), "{said}");
}

#[test]
fn a_file_of_authorities_that_is_none_is_named() {
    let folder = TestFolder::new();
    let file = folder.path().join("ca.pem");
    for (content, part) in [
        (None, "ca.pem"),
        (Some("geen certificaat"), "no certificate"),
    ] {
        if let Some(content) = content {
            std::fs::write(&file, content).unwrap();
        }
        let mut command = on(
            folder.path(),
            "postgres://kd:geheim@127.0.0.1/kd?sslmode=require",
            &["migrate"],
        );
        command.env("KLANTENDOSSIER_DATABASE_CA_FILE", &file);
        let said = line(&finished(&mut command));
        assert!(said.contains("database_ca_file"), "{said}");
        assert!(said.contains(part), "{said}");
    }
}

/// An empty database on the server of TEST_POSTGRES.
async fn empty() -> (Place, String) {
    let place = Place::new().await;
    let Place::Postgres(own) = &place else {
        panic!("this test needs TEST_POSTGRES");
    };
    let url = own.url();
    (place, url)
}

#[tokio::test]
#[ignore = "needs TEST_POSTGRES"]
async fn an_unknown_database_is_refused_at_once() {
    let (_place, url) = empty().await;
    let folder = TestFolder::new();
    let started = Instant::now();
    let said = line(&finished(&mut on(
        folder.path(),
        &format!("{url}_is_er_niet"),
        &["migrate"],
    )));
    assert!(
        said.contains("does not exist") && said.contains("database_url"),
        "{said}"
    );
    assert!(started.elapsed() < Duration::from_secs(4), "not waited for");
}

#[tokio::test]
#[ignore = "needs TEST_POSTGRES"]
async fn serve_changes_no_schema_and_says_what_does() {
    let (place, url) = empty().await;
    let folder = TestFolder::new();
    let mut serve = on(folder.path(), &url, &["serve"]);
    let said = line(&finished(serve.env("KLANTENDOSSIER_LISTEN", "127.0.0.1:0")));
    assert!(said.contains("klantendossier migrate"), "{said}");
    let tables = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname = 'dossier'";
    assert!(place.column(tables).await.is_empty());
}

#[tokio::test]
#[ignore = "needs TEST_POSTGRES"]
async fn several_that_migrate_at_once_all_find_it_done() {
    let (place, url) = empty().await;
    let folder = TestFolder::new();
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..3)
            .map(|_| {
                let mut migrate = on(folder.path(), &url, &["migrate"]);
                scope.spawn(move || finished(&mut migrate))
            })
            .collect();
        for run in runs {
            let output = run.join().unwrap();
            assert!(said(&output).contains("up to date"), "{output:?}");
        }
    });
    let versions = "SELECT count(*) FROM refinery_schema_history";
    let wanted = testkit::schema_versions().to_string();
    assert_eq!(place.column(versions).await, [wanted]);
    // Whoever migrates needs no secret, and makes none.
    assert!(!folder.path().join("klantendossier-data").exists());
}

#[tokio::test]
#[ignore = "needs TEST_POSTGRES"]
async fn a_database_of_a_newer_program_is_served_as_long_as_it_only_grew() {
    let (place, url) = empty().await;
    let folder = TestFolder::new();
    let migrated = finished(&mut on(folder.path(), &url, &["migrate"]));
    assert!(migrated.status.success(), "{migrated:?}");
    let newer = "INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
                 VALUES (99, 'newer', '2026-01-01T00:00:00Z', '1')";
    place.execute(newer).await.unwrap();
    let port = free_port();
    let serve = |url: &str| {
        let mut serve = on(folder.path(), url, &["serve"]);
        serve.env("KLANTENDOSSIER_LISTEN", format!("127.0.0.1:{port}"));
        serve
    };
    let (code, _) = Serving::start(serve(&url), port).stop();
    assert_eq!(code, Some(0));
    place
        .execute("UPDATE installation SET least_program = 99")
        .await
        .unwrap();
    let said = line(&finished(&mut serve(&url)));
    assert!(said.contains("99") && said.contains("newer"), "{said}");
}

#[tokio::test]
#[ignore = "needs TEST_POSTGRES"]
async fn another_secret_is_refused_and_the_setting_is_named() {
    let (_place, url) = empty().await;
    let (one, two) = (TestFolder::new(), TestFolder::new());
    for words in [
        ["migrate"].as_slice(),
        &["organisation", "create", "--name", "Leerhuis"],
    ] {
        let done = finished(&mut on(one.path(), &url, words));
        assert!(done.status.success(), "{done:?}");
    }
    // Without a secret none is made up: the database has one already.
    let said = line(&finished(&mut on(two.path(), &url, &["serve"])));
    assert!(
        said.contains("secret.key") && said.contains("gone"),
        "{said}"
    );
    let key = two.path().join("own.key");
    std::fs::write(&key, "ab".repeat(32)).unwrap();
    let mut serve = on(two.path(), &url, &["serve"]);
    let said = line(&finished(serve.env("KLANTENDOSSIER_SECRET_FILE", &key)));
    assert!(
        said.contains("own.key") && said.contains("not the secret"),
        "{said}"
    );
}

#[tokio::test]
#[ignore = "needs TEST_POSTGRES"]
async fn a_role_without_rights_is_told_which() {
    let (place, url) = empty().await;
    let folder = TestFolder::new();
    let migrated = finished(&mut on(folder.path(), &url, &["migrate"]));
    assert!(migrated.status.success(), "{migrated:?}");
    let role = format!("r{}", uuid::Uuid::new_v4().simple());
    place
        .execute(&format!("CREATE ROLE {role} LOGIN"))
        .await
        .unwrap();
    let as_role = url.replace("postgres://postgres@", &format!("postgres://{role}@"));
    let mut serve = on(folder.path(), &as_role, &["serve"]);
    let said = line(&finished(serve.env("KLANTENDOSSIER_LISTEN", "127.0.0.1:0")));
    assert!(
        said.contains("database_url") && said.contains("permission denied"),
        "{said}"
    );
    assert!(said.contains("docs/postgresql.md"), "{said}");

    // With the grants of the document it serves, and may neither rewrite nor change a table.
    for grant in grants_of_the_document(&role) {
        place.execute(&grant).await.unwrap();
    }
    let port = free_port();
    let mut serve = on(folder.path(), &as_role, &["serve"]);
    serve.env("KLANTENDOSSIER_LISTEN", format!("127.0.0.1:{port}"));
    let serving = Serving::start(serve, port);
    let (code, _) = serving.stop();
    assert_eq!(code, Some(0));
    let client = tokio_postgres::connect(&as_role, tokio_postgres::NoTls).await;
    let (client, connection) = client.unwrap();
    tokio::spawn(connection);
    for forbidden in [
        "DELETE FROM journal",
        "UPDATE journal SET event = event",
        "DELETE FROM step",
        "DELETE FROM addendum",
        "UPDATE addendum SET text = text",
        "DELETE FROM opening",
        "UPDATE opening SET what = what",
        "ALTER TABLE step DISABLE TRIGGER ALL",
        "DROP TABLE journal",
        "TRUNCATE step_text",
        "CREATE TABLE own (id int)",
        "SELECT rolpassword FROM pg_authid",
    ] {
        let refused = client.batch_execute(forbidden).await.unwrap_err();
        assert_eq!(
            refused.code().map(|code| code.code()),
            Some("42501"),
            "{forbidden}"
        );
    }
    drop(client);
    place
        .execute(&format!("DROP OWNED BY {role}"))
        .await
        .unwrap();
    place.execute(&format!("DROP ROLE {role}")).await.unwrap();
}

/// The SQL in docs/postgresql.md, for another role than its example.
fn grants_of_the_document(role: &str) -> Vec<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/postgresql.md");
    let text = std::fs::read_to_string(file).unwrap();
    let (_, after) = text.split_once("<!-- grants -->").unwrap();
    let (_, block) = after.split_once("```sql\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    block
        .split(';')
        .map(|it| it.trim().replace("klantendossier_serves", role))
        .filter(|it| it.starts_with("GRANT") || it.starts_with("REVOKE"))
        .collect()
}

/// Stands between the program and the server, and can be cut.
struct Wire {
    port: u16,
    ends: Arc<Mutex<Ends>>,
}

/// What runs over a wire now, and whether it is cut.
#[derive(Default)]
struct Ends {
    cut: bool,
    open: Vec<TcpStream>,
}

impl Wire {
    fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let ends = Arc::new(Mutex::new(Ends::default()));
        let shared = Arc::clone(&ends);
        std::thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let mut ends = shared.lock().unwrap();
                if ends.cut {
                    continue;
                }
                let Ok(far) = TcpStream::connect(server) else {
                    continue;
                };
                for (from, to) in [(&near, &far), (&far, &near)] {
                    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    std::thread::spawn(move || {
                        let _ = io::copy(&mut from, &mut to);
                        let _ = to.shutdown(Shutdown::Both);
                    });
                }
                ends.open.extend([near, far]);
            }
        });
        Wire { port, ends }
    }

    /// Nothing that was open is, and nothing new comes through, once this has answered.
    fn cut(&self) {
        let mut ends = self.ends.lock().unwrap();
        ends.cut = true;
        for end in ends.open.drain(..) {
            let _ = end.shutdown(Shutdown::Both);
        }
    }

    fn mend(&self) {
        self.ends.lock().unwrap().cut = false;
    }
}

#[tokio::test]
#[ignore = "needs TEST_POSTGRES"]
async fn when_the_server_goes_away_pages_ask_for_patience_and_come_back_by_themselves() {
    let (_place, url) = empty().await;
    let (before, database) = url.rsplit_once('/').unwrap();
    let (_, server) = before.rsplit_once('@').unwrap();
    let wire = Wire::to(server.parse().unwrap());
    let url = format!("postgres://postgres@127.0.0.1:{}/{database}", wire.port);
    let folder = TestFolder::new();
    let port = free_port();
    let mut demo = program(folder.path());
    demo.args([
        "demo",
        "--now",
        "2025-05-28T10:00:00+02:00",
        "--database",
        &url,
    ])
    .args(["--listen", &format!("127.0.0.1:{port}")]);
    let serving = Serving::start(demo, port);

    let with_session = |path: &str| {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sessie={}\r\nConnection: close\r\n\r\n",
            "a".repeat(64)
        );
        program::send(port, &request)
    };
    assert!(with_session("/").unwrap().contains("/aanmelden"));

    wire.cut();
    let started = Instant::now();
    let away = with_session("/").unwrap();
    let took = started.elapsed();
    assert!(away.starts_with("HTTP/1.1 503"), "{away}");
    assert!(away.contains("Even geduld"), "{away}");
    assert!(away.to_lowercase().contains("retry-after: 5"), "{away}");
    assert!(away.to_lowercase().contains("refresh: 5"), "{away}");
    assert!(took < Duration::from_secs(9), "{took:?}");
    let ready = get(port, "/health/ready").unwrap();
    assert!(ready.starts_with("HTTP/1.1 503"), "{ready}");
    let live = get(port, "/health/live").unwrap();
    assert!(live.starts_with("HTTP/1.1 200"), "{live}");

    // A form comes back in the answer, with the same key.
    let body = "sleutel=0190a0b0-0000-7000-8000-000000000000&notitie=Zij%20komt%20morgen";
    let form = format!(
        "POST /dossier/x/stappen/y/acties/nieuw HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sessie={}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        "a".repeat(64),
        body.len()
    );
    let kept = program::send(port, &form).unwrap();
    assert!(kept.starts_with("HTTP/1.1 503"), "{kept}");
    assert!(kept.contains("Opnieuw versturen"), "{kept}");
    assert!(kept.contains("value=\"Zij komt morgen\""), "{kept}");
    assert!(
        kept.contains("0190a0b0-0000-7000-8000-000000000000"),
        "{kept}"
    );
    assert!(
        !kept.to_lowercase().contains("refresh:"),
        "a form is not thrown away"
    );
    // A password does not.
    let body = "gebruikersnaam=begeleider&wachtwoord=geheim-van-an&naar=%2F";
    let log_in = format!(
        "POST /aanmelden HTTP/1.1\r\nHost: 127.0.0.1\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    );
    let log_in = program::send(port, &log_in).unwrap();
    assert!(log_in.starts_with("HTTP/1.1 503"), "{log_in}");
    assert!(!log_in.contains("geheim"), "{log_in}");

    wire.mend();
    let until = Instant::now() + Duration::from_secs(10);
    while !get(port, "/health/ready").is_some_and(|it| it.starts_with("HTTP/1.1 200")) {
        assert!(Instant::now() < until, "it does not come back");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(with_session("/").unwrap().contains("/aanmelden"));
    let (code, _) = serving.stop();
    assert_eq!(code, Some(0));
}
