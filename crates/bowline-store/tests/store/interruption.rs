//! Instances that die, and others that come between two statements.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use bowline_store::{
    Connection, Database, DatabaseError, Defaults, Dialect, Edit, LastCheck, Origin, Outcome,
    PageSize, Random, Row, SealingKeys, Store, StoreError, Timestamp, Use, Value, Within,
};
use futures::executor::block_on;

use crate::{
    TestDatabase,
    store::{
        invariants::hold,
        scans::{finish, lease, wanted},
        setup::{Counting, File, KEY, NEWER_KEY, NOW, PROJECT, change, spec},
    },
};

/// A database that fails from a certain statement on, as it looks to an instance that is killed.
pub(crate) struct Dying<'a> {
    pub(crate) database: &'a TestDatabase,
    pub(crate) left: AtomicUsize,
}

impl Database for Dying<'_> {
    const DIALECT: Dialect = TestDatabase::DIALECT;

    async fn query(
        &self,
        statement: &str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        let died = || DatabaseError::Failed("died".to_owned());
        self.left
            .fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1))
            .map_err(|_| died())?;
        self.database.query(statement, parameters).await
    }
}

/// A database that others change before a statement that `meddle` picks by its text.
pub(crate) struct Meddled<'a, F> {
    pub(crate) database: &'a TestDatabase,
    pub(crate) meddle: F,
}

impl<F: Fn(&str) -> Option<&'static str> + Send + Sync> Database for Meddled<'_, F> {
    const DIALECT: Dialect = TestDatabase::DIALECT;

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
    over_with(database, KEY)
}

pub(crate) fn over_with<D: Database>(database: D, keys: &str) -> Store<D, Counting> {
    Store::new(database, Counting, SealingKeys::parse(keys).unwrap())
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
    let file = File::new();
    let database = TestDatabase::open(&file.path()).unwrap();
    let dies_after = |left| {
        let left = AtomicUsize::new(left);
        let database = &database;
        block_on(over(Dying { database, left }).migrate(NOW)).is_err()
    };
    // SQLite: four statements come before the steps. A step is two: it is taken, and that is recorded. PostgreSQL takes a
    // step and records it in one.
    let (before, expected) = match TestDatabase::DIALECT {
        Dialect::Sqlite => (4, 200..1000),
        Dialect::Postgres => (3, 3..10),
    };
    let steps = [before, before + 1, before + 2].into_iter().cycle();
    let lives = (0..before).chain(steps).take(1000);
    let deaths = lives.take_while(|&left| dies_after(left)).count();
    assert!(expected.contains(&deaths), "{deaths} deaths");
    create(&over(&database), "prod").unwrap();
}

/// Every call that changes something, on a connection that is there.
const CALLS: [&str; 16] = [
    "create",
    "update",
    "replace_credentials",
    "delete",
    "declare_use",
    "end_use",
    "hand_out",
    "change_settings",
    "reseal",
    "record_check",
    "renew_event_secret",
    "end_events",
    "queue_scans",
    "lease_scans",
    "finish_scan",
    "give_scans_back",
];

fn call(
    store: &Store<impl Database, Counting>,
    name: &str,
    kept: &Connection,
) -> Result<(), StoreError> {
    let (change, id) = (change(), kept.id);
    let used = Use::declared(name, name, Timestamp(NOW + 1));
    let check = LastCheck {
        at: Timestamp(NOW),
        ok: true,
        proved: "pull".to_owned(),
        problem: None,
    };
    let other = spec("other", "https://other.example.com");
    let anew = spec("prod", "https://one.example.com");
    let edit = Edit {
        name: Some("renamed".to_owned()),
        ..Edit::default()
    };
    block_on(async {
        match name {
            "create" => store.create(&change, PROJECT, &other, None).await.map(drop),
            "update" => {
                let updated = store.update(&change, PROJECT, id, Some(&[1]), &edit).await;
                updated.map(drop)
            }
            "replace_credentials" => {
                let replaced = store.replace_credentials(&change, PROJECT, id, None, &anew, None);
                replaced.await.map(drop)
            }
            "delete" => store.delete(&change, PROJECT, id, true).await,
            "declare_use" => store.declare_use(&change, PROJECT, id, &used).await,
            "end_use" => store.end_use(&change, PROJECT, id, "build").await,
            "hand_out" => store.hand_out(&change, kept, None).await,
            "change_settings" => {
                let defaults = Defaults::default();
                let changed = store.change_settings(&change, PROJECT, None, defaults);
                changed.await.map(drop)
            }
            "reseal" => {
                let resealed = store
                    .reseal(Within::All, &change, PageSize::default(), None)
                    .await;
                resealed.map(drop)
            }
            "renew_event_secret" => {
                let renewed = store.renew_event_secret(&change, PROJECT, id).await;
                renewed.map(drop)
            }
            "end_events" => store.end_events(&change, PROJECT, id).await,
            "record_check" => store.record_check(PROJECT, id, &check).await,
            "queue_scans" => {
                let wanted = [wanted("2", 2), wanted("3", 3)];
                let queued = store.queue_scans(PROJECT, id, &wanted, Origin::Sync, NOW);
                queued.await.map(drop)
            }
            "lease_scans" => lease(store, "s1", 9, NOW).map(drop),
            "finish_scan" => {
                let leased = lease(store, "s1", 9, NOW)?.remove(0);
                finish(store, &leased, Outcome::Error, NOW).map(drop)
            }
            "give_scans_back" => {
                let leased = lease(store, "s1", 9, NOW)?.remove(0);
                store.give_scans_back(id, &leased.lease, "", NOW).await
            }
            other => panic!("{other}"),
        }
    })
}

#[test]
fn a_call_that_dies_after_any_statement_leaves_no_half_state() {
    let one = [wanted("1", 1)];
    for name in CALLS {
        for statements in 0.. {
            let database = TestDatabase::in_memory().unwrap();
            let store = over(&database);
            block_on(store.migrate(NOW)).unwrap();
            let kept = create(&store, "prod").unwrap();
            let build = Use::declared("build", "Build", Timestamp(NOW + 1));
            block_on(store.declare_use(&change(), PROJECT, kept.id, &build)).unwrap();
            block_on(store.renew_event_secret(&change(), PROJECT, kept.id)).unwrap();
            let queued = store.queue_scans(PROJECT, kept.id, &one, Origin::Sync, NOW);
            block_on(queued).unwrap();
            let dying = Dying {
                database: &database,
                left: AtomicUsize::new(statements),
            };
            let dying = over_with(dying, &format!("{NEWER_KEY},{KEY}"));
            let outcome = call(&dying, name, &kept);
            hold(&database, &format!("{name} after {statements} statements"));
            match outcome {
                Ok(()) => {
                    assert!(statements > 0, "{name} did nothing");
                    break;
                }
                Err(error) => assert_eq!(
                    error,
                    StoreError::Database("died".to_owned()),
                    "{name} after {statements} statements"
                ),
            }
        }
    }
}

#[test]
fn a_conflict_that_has_gone_is_tried_again() {
    let database = TestDatabase::in_memory().unwrap();
    let store = over(&database);
    block_on(store.migrate(NOW)).unwrap();
    let first = create(&store, "prod").unwrap();
    let meddle = |statement: &str| statement.starts_with("SELECT id = ?2").then_some(REMOVE);
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
    let database = TestDatabase::in_memory().unwrap();
    let store = over(&database);
    block_on(store.migrate(NOW)).unwrap();
    let id = create(&store, "prod").unwrap().id;
    block_on(store.delete(&change(), PROJECT, id, false)).unwrap();
    let inserts = AtomicUsize::new(0);
    let meddle = |statement: &str| {
        let insert = statement.starts_with("INSERT INTO connections");
        inserts.fetch_add(usize::from(insert), Relaxed);
        if insert {
            return Some(BRING_BACK);
        }
        statement.starts_with("SELECT id = ?2").then_some(REMOVE)
    };
    let meddled = over(Meddled {
        database: &database,
        meddle,
    });
    assert_eq!(create(&meddled, "prod").err(), Some(StoreError::Busy));
    assert_eq!(inserts.load(Relaxed), 3);
}

#[test]
fn an_edit_names_the_version_that_came_between() {
    let database = TestDatabase::in_memory().unwrap();
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
