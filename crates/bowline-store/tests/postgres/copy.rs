//! A database of SQLite becomes one of PostgreSQL.

use bowline_store::{
    Database, DatabaseError, Outcome, PageSize, Row, SealingKeys, Store, Timestamp, Use, Value,
    Within, copy, rusqlite::Rusqlite,
};
use futures::executor::block_on;

use crate::{
    TestDatabase,
    store::{
        invariants::hold,
        scans::{finish, lease, wanted},
        setup::{Counting, KEY, NOW, PROJECT, change, spec},
    },
};

fn over<D: Database>(database: D) -> Store<D, Counting> {
    let store = Store::new(database, Counting, SealingKeys::parse(KEY).unwrap());
    block_on(store.migrate(NOW)).unwrap();
    store
}

/// Something in most tables, and more connections than a statement copies.
fn filled() -> Rusqlite {
    let database = Rusqlite::in_memory().unwrap();
    let store = over(&database);
    block_on(async {
        for number in 0..250 {
            let (name, url) = (
                format!("c{number}"),
                format!("https://c{number}.example.com"),
            );
            store
                .create(&change(), PROJECT, &spec(&name, &url), None)
                .await
                .unwrap();
        }
        let page = store.list(PROJECT, &Default::default(), NOW).await.unwrap();
        let (id, removed) = (page.items[0].id, page.items[1].id);
        let used = Use::declared("build", "Nightly “é”", Timestamp(NOW + 1000));
        store
            .declare_use(&change(), PROJECT, id, &used)
            .await
            .unwrap();
        store
            .renew_event_secret(&change(), PROJECT, id)
            .await
            .unwrap();
        store.settings(PROJECT, NOW).await.unwrap();
        store
            .delete(&change(), PROJECT, removed, false)
            .await
            .unwrap();
        let images = [wanted("1", 1), wanted("2", 2)];
        let origin = bowline_store::Origin::Sync;
        store
            .queue_scans(PROJECT, id, &images, origin, NOW)
            .await
            .unwrap();
        let leased = lease(&store, "s1", 1, NOW).unwrap();
        finish(&store, &leased[0], Outcome::Passed, NOW).unwrap();
    });
    database
}

fn rows(database: &impl Database, statement: &str) -> Vec<Row> {
    block_on(database.query(statement, vec![])).unwrap()
}

#[test]
fn a_copy_has_every_row_and_goes_on_where_the_other_ended() {
    let (from, to) = (filled(), TestDatabase::in_memory().unwrap());
    let copied = block_on(copy(&from, &to)).unwrap();
    let mut all = 0;
    for (table, order) in [
        ("connections", "id"),
        ("audit", "id"),
        ("audit_heads", "project"),
        ("audit_links", "project, number"),
        ("uses", "consumer"),
        ("scans", "id"),
        ("scan_queues", "connection"),
        ("scanners", "name"),
        ("manifests", "digest"),
        ("schedules", "connection"),
        ("settings", "project"),
        ("event_addresses", "connection"),
    ] {
        let columns = format!(
            "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
            WHERE attrelid = '{table}'::regclass AND attnum > 0"
        );
        let columns = rows(&to, &columns).remove(0).0.remove(0);
        let Value::Text(columns) = columns else {
            panic!("{table} has columns");
        };
        let statement = format!("SELECT {columns} FROM {table} ORDER BY {order}");
        let kept = rows(&from, &statement);
        assert!(!kept.is_empty(), "{table}");
        assert_eq!(rows(&to, &statement), kept, "{table}");
        all += kept.len() as u64;
    }
    assert_eq!(copied, all);
    hold(&to, "after the copy");
    let store = over(&to);
    block_on(async {
        let page = store.list(PROJECT, &Default::default(), NOW).await.unwrap();
        for connection in &page.items {
            store.open(PROJECT, connection.id, NOW).await.unwrap();
        }
        let before = store.verify_audit(PROJECT, None).await.unwrap();
        assert_eq!((before.fault, before.unlinked), (None, 0));
        store
            .create(
                &change(),
                PROJECT,
                &spec("new", "https://new.example.com"),
                None,
            )
            .await
            .unwrap();
        let after = store.verify_audit(PROJECT, None).await.unwrap();
        assert_eq!((after.rows, after.fault), (before.rows + 1, None));
        let change = change();
        store
            .reseal(Within::All, &change, PageSize::default(), None)
            .await
            .unwrap();
    });
    assert_eq!(lease(&store, "s1", 9, NOW).unwrap().len(), 1);
}

#[test]
fn nothing_is_copied_into_a_database_that_has_something() {
    let (from, to) = (filled(), TestDatabase::in_memory().unwrap());
    let store = over(&to);
    block_on(store.create(
        &change(),
        PROJECT,
        &spec("one", "https://one.example.com"),
        None,
    ))
    .unwrap();
    let refused = DatabaseError::Failed("the database to copy to is not empty".to_owned());
    assert_eq!(block_on(copy(&from, &to)), Err(refused));
    assert_eq!(
        rows(&to, "SELECT count(*) FROM connections")[0].0,
        [1_i64.into()]
    );
    block_on(store.create(
        &change(),
        PROJECT,
        &spec("two", "https://two.example.com"),
        None,
    ))
    .unwrap();
}
