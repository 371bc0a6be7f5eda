//! Instances that die, and others that come between two statements.

use std::cell::Cell;

use bowline_store::{
    Connection, Database, DatabaseError, Edit, Random, Row, SealingKeys, Store, StoreError, Value,
    rusqlite::Rusqlite,
};
use futures::executor::block_on;

use crate::setup::{Counting, KEY, NOW, PROJECT, change, spec};

/// A database that fails from a certain statement on, as it looks to an instance that is killed.
struct Dying<'a> {
    database: &'a Rusqlite,
    left: Cell<usize>,
}

impl Database for Dying<'_> {
    async fn query(
        &self,
        statement: &str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        let died = || DatabaseError::Failed("died".to_owned());
        self.left
            .set(self.left.get().checked_sub(1).ok_or_else(died)?);
        self.database.query(statement, parameters).await
    }
}

/// A database that others change before a statement that `meddle` picks by its text.
struct Meddled<'a, F> {
    database: &'a Rusqlite,
    meddle: F,
}

impl<F: Fn(&str) -> Option<&'static str>> Database for Meddled<'_, F> {
    async fn query(
        &self,
        statement: &str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        if let Some(other) = (self.meddle)(statement) {
            self.database.query(other, Vec::new()).await?;
        }
        self.database.query(statement, parameters).await
    }
}

const REMOVE: &str = "UPDATE connections SET sealed = NULL, deleted_at = 1";
const BRING_BACK: &str = "UPDATE connections SET sealed = x'00', deleted_at = NULL";

fn over<D: Database>(database: D) -> Store<D, Counting> {
    Store::new(database, Counting, SealingKeys::parse(KEY).unwrap())
}

fn create<D: Database, R: Random>(
    store: &Store<D, R>,
    name: &str,
) -> Result<Connection, StoreError> {
    block_on(store.create(
        &change(),
        PROJECT,
        &spec(name, "https://one.example.com"),
        None,
    ))
}

#[test]
fn a_migration_may_be_interrupted_anywhere() {
    let mut statements = 0;
    loop {
        let database = Rusqlite::in_memory().unwrap();
        let dying = over(Dying {
            database: &database,
            left: Cell::new(statements),
        });
        let ended = block_on(dying.migrate(NOW)).is_ok();
        let store = over(&database);
        block_on(store.migrate(NOW)).unwrap_or_else(|error| panic!("after {statements}: {error}"));
        create(&store, "prod").unwrap_or_else(|error| panic!("after {statements}: {error}"));
        if ended {
            break;
        }
        statements += 1;
    }
    assert!(statements > 20, "{statements} statements");
}

#[test]
fn a_call_that_is_interrupted_did_all_or_nothing() {
    let database = Rusqlite::in_memory().unwrap();
    let store = over(&database);
    block_on(store.migrate(NOW)).unwrap();
    let dying = over(Dying {
        database: &database,
        left: Cell::new(0),
    });
    assert!(create(&dying, "prod").is_err());
    let id = create(&store, "prod").unwrap().id;
    assert!(block_on(dying.update(&change(), PROJECT, id, None, &Edit::default())).is_err());
    assert!(block_on(dying.delete(&change(), PROJECT, id, false)).is_err());
    assert_eq!(block_on(store.read(PROJECT, id, NOW)).unwrap().version, 1);
    let audited = block_on(database.query("SELECT action FROM audit", vec![])).unwrap();
    assert_eq!(audited, [Row(vec!["create".into()])]);
}

#[test]
fn a_conflict_that_has_gone_is_tried_again() {
    let database = Rusqlite::in_memory().unwrap();
    let store = over(&database);
    block_on(store.migrate(NOW)).unwrap();
    let first = create(&store, "prod").unwrap();
    let meddle = |statement: &str| statement.starts_with("SELECT name_key").then_some(REMOVE);
    let second = create(
        &over(Meddled {
            database: &database,
            meddle,
        }),
        "prod",
    )
    .unwrap();
    assert_ne!(first.id, second.id);
}

#[test]
fn a_conflict_that_comes_and_goes_ends_as_busy() {
    let database = Rusqlite::in_memory().unwrap();
    let store = over(&database);
    block_on(store.migrate(NOW)).unwrap();
    let id = create(&store, "prod").unwrap().id;
    block_on(store.delete(&change(), PROJECT, id, false)).unwrap();
    let inserts = Cell::new(0);
    let meddle = |statement: &str| {
        let insert = statement.starts_with("INSERT INTO connections");
        inserts.set(inserts.get() + usize::from(insert));
        if insert {
            return Some(BRING_BACK);
        }
        statement.starts_with("SELECT name_key").then_some(REMOVE)
    };
    let meddled = over(Meddled {
        database: &database,
        meddle,
    });
    assert_eq!(create(&meddled, "prod").err(), Some(StoreError::Busy));
    assert_eq!(inserts.get(), 3);
}

#[test]
fn an_edit_names_the_version_that_came_between() {
    let database = Rusqlite::in_memory().unwrap();
    let store = over(&database);
    block_on(store.migrate(NOW)).unwrap();
    let id = create(&store, "prod").unwrap().id;
    let meddle = |statement: &str| {
        statement
            .starts_with("UPDATE")
            .then_some("UPDATE connections SET version = 7")
    };
    let meddled = over(Meddled {
        database: &database,
        meddle,
    });
    let outcome = block_on(meddled.update(&change(), PROJECT, id, Some(&[1]), &Edit::default()));
    assert_eq!(
        outcome.err(),
        Some(StoreError::VersionMismatch { current: 7 })
    );
}
