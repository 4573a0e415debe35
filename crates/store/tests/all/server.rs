//! What only a server of its own can do: encrypt, and have a replica. For PostgreSQL alone.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use store::engine::{Sql, Statement, Value};
use store::{Batch, Database, PostgresSettings, Settings, StoreError};
use testkit::{OwnDatabase, Place, TestFolder};

static ADD: Sql = Sql::new("note.add", "INSERT INTO note (id) VALUES (?1)");
static COUNT: Sql = Sql::new(
    "note.count",
    "SELECT count(*), pg_is_in_recovery() FROM note",
);

async fn own() -> (Place, PostgresSettings) {
    let place = Place::new().await;
    let settings = match place.settings() {
        Settings::Postgres(settings) => settings,
        Settings::Sqlite { .. } => panic!("this test needs TEST_POSTGRES"),
    };
    (place, settings)
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("this test needs {name}"))
}

async fn open(settings: PostgresSettings) -> Result<Database, StoreError> {
    Database::open(&Settings::Postgres(settings)).await
}

#[tokio::test]
#[ignore = "needs TEST_POSTGRES and TEST_POSTGRES_CA"]
async fn an_encrypted_way_needs_a_certificate_of_the_authority_that_was_named() {
    let (_place, settings) = own().await;
    let encrypted = |ca_file: PathBuf, host: &str| PostgresSettings {
        url: format!(
            "{}?sslmode=require",
            settings.url.replace("127.0.0.1", host)
        ),
        ca_file: Some(ca_file),
        ..settings.clone()
    };
    let authority = PathBuf::from(variable("TEST_POSTGRES_CA"));
    let database = open(encrypted(authority.clone(), "127.0.0.1"))
        .await
        .unwrap();
    static ENCRYPTED: Sql = Sql::new(
        "test.encrypted",
        "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
    );
    let mut reader = database.reader().await.unwrap();
    let ssl = reader.first(&ENCRYPTED, &[], |row| row.bool(0)).await;
    assert_eq!(ssl, Ok(Some(true)));

    // Another authority, made here, vouches for nothing of this server.
    let folder = TestFolder::new();
    let (key, other) = (folder.path().join("key"), folder.path().join("other.pem"));
    let made = std::process::Command::new("openssl")
        .args(["req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=other"])
        .args(["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"])
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&other)
        .output()
        .unwrap();
    assert!(made.status.success());
    let refused = open(encrypted(other, "127.0.0.1"))
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("certificate"), "{refused}");
    // The certificate is for 127.0.0.1, and not for whoever answers under another name.
    let refused = open(encrypted(authority, "localhost"))
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("certificate"), "{refused}");
}

/// The replica's own clock of what it carried out, stopped and started.
async fn replaying(replica: &str, does: bool) {
    let (client, connection) = tokio_postgres::connect(replica, tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    let call = if does {
        "SELECT pg_wal_replay_resume()"
    } else {
        "SELECT pg_wal_replay_pause()"
    };
    client.batch_execute(call).await.unwrap();
    let state = "SELECT pg_get_wal_replay_pause_state()";
    let wanted = if does { "not paused" } else { "paused" };
    for _ in 0..500 {
        let row = client.query_one(state, &[]).await.unwrap();
        if row.get::<_, String>(0) == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the replica is not {wanted}");
}

async fn counted(database: &Database) -> (i64, bool) {
    let mut reader = database.list_reader().await.unwrap();
    let found = reader.first(&COUNT, &[], |row| Ok((row.int(0)?, row.bool(1)?)));
    found.await.unwrap().unwrap()
}

#[tokio::test]
#[ignore = "needs TEST_POSTGRES and TEST_POSTGRES_REPLICA"]
async fn a_list_comes_from_the_replica_and_never_misses_what_was_confirmed() {
    let (place, settings) = own().await;
    let Place::Postgres(own) = &place else {
        panic!("this test needs TEST_POSTGRES");
    };
    let replica = variable("TEST_POSTGRES_REPLICA");
    // The database itself has to get there first.
    let there = OwnDatabase::url_on(own, &replica);
    for _ in 0..500 {
        match tokio_postgres::connect(&there, tokio_postgres::NoTls).await {
            Ok(_) => break,
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
    let database = open(PostgresSettings {
        replica_url: Some(there),
        ..settings.clone()
    })
    .await
    .unwrap();
    place
        .execute("CREATE TABLE note (id bigint PRIMARY KEY)")
        .await
        .unwrap();
    let add = async |id: i64| {
        let statement = Statement::new(&ADD, [Value::from(id)]).one("new");
        database.commit(Batch::from(vec![statement])).await.unwrap();
    };
    let mut from_replica = 0;
    for n in 0..100 {
        add(n).await;
        let (count, is_replica) = counted(&database).await;
        assert_eq!(count, n + 1, "who just wrote sees it");
        from_replica += i32::from(is_replica);
    }
    assert!(
        from_replica > 50,
        "only {from_replica} of 100 came from the replica"
    );

    // A replica that stands still is waited for a moment, and passed by.
    replaying(&replica, false).await;
    add(100).await;
    let started = Instant::now();
    let behind = counted(&database).await;
    let took = started.elapsed();
    replaying(&replica, true).await;
    assert_eq!(behind, (101, false));
    assert!(took < Duration::from_millis(700), "{took:?}");

    // One that is not there is passed by too, and is not asked at every list.
    let nowhere = open(PostgresSettings {
        replica_url: Some("postgres://postgres@127.0.0.1:1/nowhere".into()),
        ..settings
    })
    .await
    .unwrap();
    for _ in 0..3 {
        assert_eq!(counted(&nowhere).await, (101, false));
    }
}

/// What a server says when it cannot: nothing is kept, the caller may try again, and does at once where the
/// server only gave way to another.
#[tokio::test]
#[ignore = "needs TEST_POSTGRES"]
async fn what_the_server_cannot_do_now_is_refused_whole_and_the_next_change_goes_in() {
    let (place, settings) = own().await;
    let database = open(settings).await.unwrap();
    for sql in [
        "CREATE TABLE note (id bigint PRIMARY KEY)",
        "CREATE SEQUENCE tries",
        "CREATE FUNCTION cannot() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN
             IF NEW.id = 53100 THEN
                 RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
             ELSIF NEW.id = 25006 THEN
                 RAISE EXCEPTION 'cannot execute INSERT in a read-only transaction' USING ERRCODE = '25006';
             ELSIF NEW.id = 40001 AND nextval('tries') < 3 THEN
                 RAISE EXCEPTION 'could not serialize access' USING ERRCODE = '40001';
             ELSIF NEW.id = 40002 THEN
                 RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01';
             ELSIF NEW.id = 57014 THEN
                 PERFORM pg_terminate_backend(pg_backend_pid());
             END IF;
             RETURN NEW;
         END $$",
        "CREATE TRIGGER cannot BEFORE INSERT ON note FOR EACH ROW EXECUTE FUNCTION cannot()",
    ] {
        place.execute(sql).await.unwrap();
    }
    let add = async |ids: &[i64]| {
        let statements: Vec<_> = ids
            .iter()
            .map(|id| Statement::new(&ADD, [Value::from(*id)]).one("new"))
            .collect();
        database.commit(Batch::from(statements)).await
    };
    for (n, refused) in (1..).zip([53_100, 25_006, 40_002, 57_014]) {
        match add(&[1_000 + n, refused]).await {
            Err(StoreError::Unavailable(why)) => assert!(!why.is_empty()),
            other => panic!("{refused}: {other:?}"),
        }
        assert_eq!(add(&[n]).await, Ok(()), "after {refused}");
    }
    assert_eq!(add(&[40_001]).await, Ok(()), "tried until it went in");
    let kept = "SELECT string_agg(id::text, ' ' ORDER BY id) FROM note";
    assert_eq!(place.column(kept).await, ["1 2 3 4 40001"]);
    assert!(database.healthy().await);
}

/// A server that hangs takes connections and says nothing. The next host is asked, and soon.
#[tokio::test]
#[ignore = "needs TEST_POSTGRES"]
async fn a_host_that_says_nothing_does_not_hide_the_next() {
    let (_place, settings) = own().await;
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let held = tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((connection, _)) = silent.accept().await {
            held.push(connection);
        }
    });
    let url = settings
        .url
        .replace("@127.0.0.1:", &format!("@127.0.0.1:{port},127.0.0.1:"));
    // Both ports are named after their hosts: host:port,host:port.
    let started = Instant::now();
    let database = open(PostgresSettings { url, ..settings }).await.unwrap();
    assert!(database.healthy().await || database.healthy().await);
    let took = started.elapsed();
    assert!(took < Duration::from_secs(12), "{took:?}");
    held.abort();
}

/// Passes on to the server, until it is told that what passed so far hangs: open, and silent.
struct Wire {
    port: u16,
    hangs: tokio::sync::watch::Sender<bool>,
}

impl Wire {
    async fn to(server: String) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (hangs, _) = tokio::sync::watch::channel(false);
        let told = hangs.clone();
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let mut far = tokio::net::TcpStream::connect(&server).await.unwrap();
                // Who comes after it was told is passed on.
                let mut hangs = told.subscribe();
                hangs.borrow_and_update();
                tokio::spawn(async move {
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        _ = hangs.changed() => std::future::pending().await,
                    }
                });
            }
        });
        Wire { port, hangs }
    }
}

/// As when a primary hangs and another takes over: its connections stay open and silent. One request waits
/// for it, not one for every connection there was.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs TEST_POSTGRES"]
async fn connections_that_fall_silent_are_let_go_together() {
    static ONE: Sql = Sql::new("test.one", "SELECT 1");
    let (_place, settings) = own().await;
    let (before, name) = settings.url.rsplit_once('/').unwrap();
    let (_, server) = before.rsplit_once('@').unwrap();
    let wire = Wire::to(server.to_owned()).await;
    let url = format!("postgres://postgres@127.0.0.1:{}/{name}", wire.port);
    let database = open(PostgresSettings { url, ..settings }).await.unwrap();
    let read = async || {
        let mut reader = database.reader().await?;
        reader.first(&ONE, &[], |row| row.int(0)).await
    };
    // All four connections to read are open, and idle.
    let mut readers = Vec::new();
    for _ in 0..4 {
        let mut reader = database.reader().await.unwrap();
        reader.first(&ONE, &[], |row| row.int(0)).await.unwrap();
        readers.push(reader);
    }
    drop(readers);
    assert_eq!(database.commit(Batch::new()).await, Ok(()));

    wire.hangs.send(true).unwrap();
    let started = Instant::now();
    let silent = read().await;
    assert!(
        matches!(silent, Err(StoreError::Unavailable(_))),
        "{silent:?}"
    );
    let took = started.elapsed();
    assert!(took < Duration::from_secs(8), "{took:?}");
    let started = Instant::now();
    for _ in 0..4 {
        assert_eq!(read().await, Ok(Some(1)));
    }
    let changed = database.commit(Batch::new()).await;
    assert!(
        matches!(changed, Err(StoreError::Unavailable(_))),
        "{changed:?}"
    );
    assert_eq!(database.commit(Batch::new()).await, Ok(()));
    let took = started.elapsed();
    assert!(took < Duration::from_secs(11), "{took:?}");
}
