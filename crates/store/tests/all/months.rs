//! The journal and the openings are kept by month on PostgreSQL: months are made ahead, what has none is
//! kept all the same, and a page reads over all of them. SQLite keeps them together, and agrees.

#![allow(clippy::unwrap_used)]

use domain::Day;
use testkit::{TestDatabase, day, world};

async fn months(it: &TestDatabase) -> Vec<String> {
    if !it.place().is_postgres() {
        return Vec::new();
    }
    it.place()
        .column(
            "SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'
             AND relname LIKE 'journal%' AND relname <> 'journal_rest' ORDER BY 1",
        )
        .await
}

#[tokio::test]
async fn months_are_made_ahead_once() {
    let it = TestDatabase::open().await;
    let before = months(&it).await;
    let made = async |from: Day, until: Day| it.database.ensure_months(from, until).await.unwrap();
    let expected = if it.place().is_postgres() { 14 } else { 0 };
    assert_eq!(made(day("2041-12-31"), day("2043-01-01")).await, expected);
    assert_eq!(made(day("2041-12-01"), day("2043-01-31")).await, 0, "once");
    let after = months(&it).await;
    assert_eq!(
        after.len() - before.len(),
        usize::try_from(expected).unwrap()
    );
    if it.place().is_postgres() {
        assert!(after.contains(&"journal_2041_12".to_owned()), "{after:?}");
        assert!(after.contains(&"journal_2043_01".to_owned()), "{after:?}");
    }
}

/// The world's clock stands in a month that nobody made: nothing waits, nothing is lost, and the month
/// is left whole when others are made round it.
#[tokio::test]
async fn what_has_no_month_is_kept_all_the_same() {
    let w = world().await;
    let step = w.register(&w.an, w.dossier, "2025-03-01").await;
    w.record(&w.an, w.dossier, step, "2025-03-05").await;
    let before = w.journal(w.dossier).await.len();
    w.database()
        .ensure_months(day("2025-04-01"), day("2025-08-01"))
        .await
        .unwrap();
    w.record(&w.an, w.dossier, step, "2025-03-06").await;
    w.clock.set(testkit::at("2025-06-15T10:00:00+02:00"));
    w.record(&w.an, w.dossier, step, "2025-03-07").await;
    let journal = w.journal(w.dossier).await;
    assert_eq!(journal.len(), before + 2);
    assert!(journal.is_sorted_by_key(|entry| entry.number));
    if w.place().is_postgres() {
        let count = "SELECT count(*) FROM journal_2025_06";
        assert_eq!(w.place().column(count).await, ["1"], "its own month");
        let rest = "SELECT count(*) > 0 FROM journal_rest";
        assert_eq!(w.place().column(rest).await, ["t"]);
    }
}
