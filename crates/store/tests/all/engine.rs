//! What every engine promises, whichever it is: SQLite, or the server that TEST_POSTGRES names.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;

use domain::{Day, Moment};
use store::engine::{Row, Sql, Statement, Value};
use store::{Batch, Database, Reader, StoreError};
use testkit::Place;
use uuid::Uuid;

macro_rules! values {
    ($($value:expr),* $(,)?) => { [$(Value::from($value)),*] };
}

static ADD: Sql = Sql::new("note.add", "INSERT INTO note (id, title) VALUES (?1, ?2)");
static RATE: Sql = Sql::new("note.rate", "UPDATE note SET stars = ?2 WHERE id = ?1");
static TITLES: Sql = Sql::new("note.titles", "SELECT title FROM note ORDER BY id");
static COUNT: Sql = Sql::new("note.count", "SELECT count(*) FROM note");

/// A database with the table `note`. The database is closed before the place goes.
struct Notes {
    database: Arc<Database>,
    place: Place,
}

async fn notes() -> Notes {
    let place = Place::new().await;
    let database = Arc::new(Database::open(&place.settings()).await.unwrap());
    let strict = if place.is_postgres() { "" } else { " STRICT" };
    let number = if place.is_postgres() {
        "bigint"
    } else {
        "INTEGER"
    };
    place
        .execute(&format!(
            "CREATE TABLE note (
                id {number} PRIMARY KEY,
                title TEXT NOT NULL UNIQUE,
                stars {number} NOT NULL DEFAULT 0 CHECK (stars <= 5)
            ){strict}"
        ))
        .await
        .unwrap();
    Notes { database, place }
}

fn add(id: i64, title: &str) -> Statement {
    Statement::new(&ADD, values![id, title])
}

fn rate(id: i64, stars: i64) -> Statement {
    Statement::new(&RATE, values![id, stars])
}

fn batch(statements: impl Into<Vec<Statement>>) -> Batch {
    Batch::from(statements.into())
}

async fn titles(database: &Database) -> Vec<String> {
    let mut reader = database.reader().await.unwrap();
    reader.all(&TITLES, &[], |row| row.text(0)).await.unwrap()
}

async fn count(reader: &mut Reader) -> i64 {
    let found = reader.first(&COUNT, &[], |row| row.int(0)).await.unwrap();
    found.unwrap()
}

fn is_send<T: Send>(value: T) -> T {
    value
}

#[tokio::test]
async fn a_batch_is_kept_whole_or_not_at_all() {
    let it = notes().await;
    let missed = it
        .database
        .commit(batch([
            add(1, "written before the guard"),
            rate(99, 3).one("no such note"),
            add(2, "after it"),
        ]))
        .await;
    assert_eq!(missed, Err(StoreError::Missed("no such note")));
    assert!(titles(&it.database).await.is_empty());
    let kept = it
        .database
        .commit(batch([add(1, "one"), rate(1, 5).one("one")]))
        .await;
    assert_eq!(kept, Ok(()));
    assert_eq!(it.database.commit(Batch::new()).await, Ok(()));
    assert_eq!(titles(&it.database).await, ["one"]);
}

/// However many there are, and however they travel: each sees what those before it did.
#[tokio::test]
async fn the_statements_of_a_batch_are_carried_out_in_order() {
    let it = notes().await;
    let mut whole = Batch::new();
    for n in 0..100 {
        whole.push(add(n, &format!("note {n}")).one("new"));
        for stars in 1..=3 {
            whole.push(rate(n, stars).one("there"));
        }
    }
    assert_eq!(it.database.commit(whole).await, Ok(()));
    static STARS: Sql = Sql::new("note.stars", "SELECT stars FROM note");
    let mut reader = it.database.reader().await.unwrap();
    let stars = reader.all(&STARS, &[], |row| row.int(0)).await.unwrap();
    assert_eq!(stars, [3; 100]);
}

#[tokio::test]
async fn a_guard_names_the_constraint_it_is_about_and_no_other() {
    let it = notes().await;
    let made = it.database.commit(batch([add(1, "one")])).await;
    assert_eq!(made, Ok(()));

    let same_title = || add(2, "one");
    let same_id = || add(1, "two");
    let too_many_stars = || rate(1, 6);
    let no_title = || Statement::new(&ADD, values![3_i64, None::<String>]);
    let missed = [
        same_title().unique("tag"),
        same_id().unique("tag"),
        same_title().one("tag"),
        same_id().one("tag"),
        too_many_stars().one("tag"),
    ];
    for statement in missed {
        let outcome = it.database.commit(batch([statement])).await;
        assert_eq!(outcome, Err(StoreError::Missed("tag")));
    }
    let faults = [
        same_title(),
        too_many_stars(),
        too_many_stars().unique("tag"),
        no_title().unique("tag"),
        no_title().one("tag"),
    ];
    for statement in faults {
        let name = statement.sql.name;
        match it.database.commit(batch([statement])).await {
            Err(StoreError::Corrupt { statement, .. }) => assert_eq!(statement, name),
            other => panic!("{other:?}"),
        }
    }
    let none_changed = it.database.commit(batch([rate(99, 1).unique("tag")])).await;
    assert_eq!(none_changed, Ok(()), "only One counts rows");
    assert_eq!(titles(&it.database).await, ["one"]);
}

#[tokio::test]
async fn the_first_guard_that_is_missed_is_the_one_that_is_named() {
    let it = notes().await;
    let outcome = it
        .database
        .commit(batch([
            rate(1, 1).one("first"),
            rate(2, 1).one("second"),
            add(3, "three"),
            add(3, "again").one("third"),
        ]))
        .await;
    assert_eq!(outcome, Err(StoreError::Missed("first")));
}

#[tokio::test]
async fn a_confirmed_change_is_seen_by_another_program() {
    let it = notes().await;
    let theirs = Database::open(&it.place.settings()).await.unwrap();
    it.database
        .commit(batch([add(1, "from us")]))
        .await
        .unwrap();
    theirs.commit(batch([add(2, "from them")])).await.unwrap();
    assert_eq!(titles(&theirs).await, ["from us", "from them"]);
    assert_eq!(titles(&it.database).await, ["from us", "from them"]);
}

#[tokio::test]
async fn a_reader_sees_one_moment() {
    let it = notes().await;
    let mut reader = it.database.reader().await.unwrap();
    assert_eq!(count(&mut reader).await, 0);
    it.database.commit(batch([add(1, "later")])).await.unwrap();
    assert_eq!(count(&mut reader).await, 0);
    drop(reader);

    let mut reader = it.database.reader().await.unwrap();
    assert_eq!(
        count(&mut reader).await,
        1,
        "the snapshot ended with its reader"
    );
}

#[tokio::test]
async fn a_list_reader_shows_what_was_confirmed_before_it() {
    let it = notes().await;
    for n in 0..20 {
        let note = add(n, &format!("note {n}"));
        it.database.commit(batch([note])).await.unwrap();
        let mut reader = it.database.list_reader().await.unwrap();
        assert_eq!(count(&mut reader).await, n + 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn changes_from_many_tasks_all_land() {
    let it = notes().await;
    let tasks: Vec<_> = (0..64)
        .map(|n| {
            let database = Arc::clone(&it.database);
            tokio::spawn(async move {
                let change = batch([add(n, &format!("note {n}")).one("new")]);
                database.commit(change).await.unwrap();
                let mut reader = database.reader().await.unwrap();
                assert!(count(&mut reader).await >= 1);
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(titles(&it.database).await.len(), 64);
}

/// Two that each change the same two rows in the other's order wait for each other for ever, unless
/// one is sent back. Neither may be lost, and no user has to hear of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn changes_in_each_others_way_all_land() {
    let it = notes().await;
    it.database
        .commit(batch([add(1, "one"), add(2, "two")]))
        .await
        .unwrap();
    for round in 0..20 {
        let stars = round % 5 + 1;
        let forth = it.database.commit(batch([rate(1, stars), rate(2, stars)]));
        let back = it.database.commit(batch([rate(2, stars), rate(1, stars)]));
        let (forth, back) = tokio::join!(forth, back);
        assert_eq!((forth, back), (Ok(()), Ok(())));
    }
}

#[tokio::test]
async fn a_change_is_carried_out_also_when_nobody_waits_for_it() {
    let it = notes().await;
    for n in 0..10 {
        let note = batch([add(n, &format!("note {n}"))]);
        let mut change = Box::pin(it.database.commit(note));
        // Handed in, and broken off at once, as when a browser goes away.
        let broken_off = tokio::time::timeout(std::time::Duration::ZERO, &mut change).await;
        drop((broken_off, change));
    }
    for _ in 0..200 {
        if titles(&it.database).await.len() == 10 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("{:?}", titles(&it.database).await);
}

#[tokio::test]
async fn a_reader_that_is_broken_off_leaves_its_connection_fit_for_use() {
    let it = notes().await;
    it.database.commit(batch([add(1, "one")])).await.unwrap();
    for _ in 0..40 {
        let mut reader = it.database.reader().await.unwrap();
        let reading = reader.all(&TITLES, &[], |row| row.text(0));
        let _ = tokio::time::timeout(std::time::Duration::ZERO, reading).await;
        drop(reader);
        assert_eq!(titles(&it.database).await, ["one"]);
    }
    it.database.commit(batch([add(2, "two")])).await.unwrap();
    for _ in 0..20 {
        assert_eq!(titles(&it.database).await, ["one", "two"]);
    }
}

#[tokio::test]
async fn every_kind_of_value_comes_back_as_it_went() {
    static INSERT: Sql = Sql::new(
        "kinds.insert",
        "INSERT INTO kinds (t, i, b, n, y, d, a, x) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    );
    static READ: Sql = Sql::new("kinds.read", "SELECT t, i, b, n, y, d, a, x FROM kinds");
    let it = notes().await;
    let create = if it.place.is_postgres() {
        "CREATE TABLE kinds (t text, i uuid, b bytea, n bigint, y boolean, d date, a timestamptz, x text)"
    } else {
        "CREATE TABLE kinds (t TEXT, i BLOB, b BLOB, n INTEGER, y INTEGER, d TEXT, a INTEGER, x TEXT) STRICT"
    };
    it.place.execute(create).await.unwrap();
    let id = Uuid::now_v7();
    for (day, micros) in [
        ("2025-05-28", 1_748_424_896_123_456),
        ("1931-12-31", -1),
        ("2000-01-01", 946_684_800_000_000),
        ("0001-01-01", -60_000_000_000_000_000),
        ("9999-12-31", 253_402_000_000_000_000),
    ] {
        it.place.execute("DELETE FROM kinds").await.unwrap();
        let day = Day::from_iso(day).unwrap();
        let moment = Moment::from_micros(micros).unwrap();
        let params = values![
            "één jongere 🙂".to_owned(),
            id,
            vec![0_u8, 255],
            i64::MIN,
            true,
            day,
            moment,
            None::<String>,
        ];
        let stored = Statement::new(&INSERT, params).one("stored");
        it.database.commit(batch([stored])).await.unwrap();
        let mut reader = it.database.reader().await.unwrap();
        let read = reader.first(&READ, &[], |row| {
            assert_eq!(row.text(0)?, "één jongere 🙂");
            assert_eq!(row.text_ref(0)?, "één jongere 🙂");
            assert_eq!(row.opt_text(0)?.as_deref(), Some("één jongere 🙂"));
            assert_eq!((row.id(1)?, row.opt_id(1)?), (id, Some(id)));
            assert_eq!(row.bytes(2)?, [0, 255]);
            assert_eq!((row.int(3)?, row.opt_int(3)?), (i64::MIN, Some(i64::MIN)));
            assert_eq!((row.bool(4)?, row.opt_bool(4)?), (true, Some(true)));
            assert_eq!((row.day(5)?, row.opt_day(5)?), (day, Some(day)));
            assert_eq!((row.at(6)?, row.opt_at(6)?), (moment, Some(moment)));
            assert_eq!(row.opt_text(7)?, None);
            assert_eq!(row.opt_int(7)?, None);
            assert_eq!(row.opt_id(7)?, None);
            assert_eq!(row.opt_day(7)?, None);
            assert_eq!(row.opt_at(7)?, None);
            Ok(())
        });
        assert_eq!(read.await, Ok(Some(())));
    }
}

#[tokio::test]
async fn a_column_of_another_kind_is_named_without_its_content() {
    static ODD: Sql = Sql::new("odd.one", "SELECT title, NULL, id, stars FROM note");
    let it = notes().await;
    it.database
        .commit(batch([add(7, "Sofie"), rate(7, 3)]))
        .await
        .unwrap();
    let mut reader = it.database.reader().await.unwrap();
    type Getter = fn(&Row<'_>) -> Result<(), StoreError>;
    let odd: [(usize, Getter); 9] = [
        (0, |row| row.int(0).map(drop)),
        (0, |row| row.opt_day(0).map(drop)),
        (0, |row| row.day(0).map(drop)),
        (0, |row| row.bytes(0).map(drop)),
        (1, |row| row.text(1).map(drop)),
        (2, |row| row.bool(2).map(drop)),
        (3, |row| row.id(3).map(drop)),
        (3, |row| row.text(3).map(drop)),
        (4, |row| row.opt_int(4).map(drop)),
    ];
    for (column, get) in odd {
        let error = reader.first(&ODD, &[], get).await.unwrap_err().to_string();
        assert!(error.contains("odd.one"), "{error}");
        assert!(error.contains(&format!("column {column}")), "{error}");
        assert!(!error.contains("Sofie"), "{error}");
    }
}

#[tokio::test]
async fn a_reader_counts_its_statements_cannot_write_and_its_future_is_send() {
    let it = notes().await;
    let wrote = is_send(it.database.commit(batch([add(1, "one"), add(2, "two")]))).await;
    assert_eq!(wrote, Ok(()));
    let mut reader = is_send(it.database.reader()).await.unwrap();
    assert_eq!(reader.statements(), 0);
    let all = is_send(reader.all(&TITLES, &[], |row| row.text(0))).await;
    assert_eq!(all.unwrap(), ["one", "two"]);
    let first = is_send(reader.first(&TITLES, &[], |row| row.text(0))).await;
    assert_eq!(first.unwrap().as_deref(), Some("one"));
    assert_eq!(reader.statements(), 2);
    let params = values![3_i64, "no"];
    let write = reader.all(&ADD, &params, |row| row.int(0));
    assert!(write.await.is_err(), "a reader cannot write");
    drop(reader);
    assert_eq!(titles(&it.database).await, ["one", "two"]);
}

#[tokio::test]
async fn the_plan_shows_whether_an_index_is_used() {
    static BY_TITLE: Sql = Sql::new("note.by_title", "SELECT id FROM note WHERE title = ?1");
    static BY_STARS: Sql = Sql::new("note.by_stars", "SELECT id FROM note WHERE stars = ?1");
    static WRONG: Sql = Sql::new("note.wrong", "SELECT nothing FROM nowhere");
    let it = notes().await;
    let (found, read_whole) = if it.place.is_postgres() {
        ("Index Scan using note_title_key", "Seq Scan on note")
    } else {
        ("USING COVERING INDEX", "SCAN note")
    };
    let by_title = it.database.plan(&BY_TITLE, false).await.unwrap().join("\n");
    assert!(by_title.contains(found), "{by_title}");
    let by_stars = it.database.plan(&BY_STARS, false).await.unwrap().join("\n");
    assert!(by_stars.contains(read_whole), "{by_stars}");
    let add = it.database.plan(&ADD, false).await;
    assert!(
        add.is_ok(),
        "a statement that writes has a plan too: {add:?}"
    );
    let wrong = it
        .database
        .plan(&WRONG, false)
        .await
        .unwrap_err()
        .to_string();
    assert!(wrong.contains("note.wrong"), "{wrong}");
}

#[tokio::test]
async fn the_schema_of_this_program_goes_in_and_four_that_migrate_at_once_do_it_once() {
    let place = Place::new().await;
    let mut starts = Vec::new();
    for _ in 0..4 {
        let settings = place.settings();
        starts.push(tokio::spawn(async move {
            let database = Database::open(&settings).await?;
            database.migrate().await
        }));
    }
    for start in starts {
        assert_eq!(start.await.unwrap(), Ok(()));
    }
    let versions = place
        .column("SELECT version FROM refinery_schema_history ORDER BY version")
        .await;
    assert_eq!(versions.len(), testkit::schema_versions(), "{versions:?}");
    let database = Database::open(&place.settings()).await.unwrap();
    assert_eq!(database.migrate().await, Ok(()), "nothing left to do");
    assert_eq!(database.check_schema().await, Ok(()));
    assert!(database.healthy().await);
}
