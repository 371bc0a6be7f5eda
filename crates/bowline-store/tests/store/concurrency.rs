//! Several instances on one file at once.

use crate::setup::{File, INSTANCES, NOW, PROJECT, change, create, sql};
use bowline_store::{DatabaseError, Edit, StoreError, Value};
use futures::executor::block_on;

#[test]
fn migrations_may_run_at_once_and_again() {
    for _ in 0..5 {
        let file = File::new();
        let outcomes = file.at_once_unmigrated(|store, _| block_on(store.migrate(NOW)));
        assert_eq!(outcomes, vec![Ok(()); INSTANCES]);
        let store = file.store();
        assert_eq!(
            sql(&store, "PRAGMA journal_mode", vec![])[0].0,
            ["wal".into()]
        );
        let steps = sql(
            &store,
            "SELECT count(*) = max(step), min(step) FROM migrations",
            vec![],
        );
        assert_eq!(steps[0].0, [Value::Integer(1), Value::Integer(1)]);
        create(&store, "prod", "https://one.example.com").unwrap();
        let audited = sql(&store, "SELECT count(*) FROM audit", vec![]);
        assert_eq!(
            audited[0].0,
            [Value::Integer(1)],
            "no trigger is there twice"
        );
    }
}

#[test]
fn one_of_several_gets_a_name() {
    let file = File::new();
    let outcomes = file.at_once(|store, number| {
        create(store, "prod", &format!("https://r{number}.example.com")).map(|_| ())
    });
    assert_eq!(
        outcomes.iter().filter(|outcome| outcome.is_ok()).count(),
        1,
        "{outcomes:?}"
    );
    let lost = outcomes
        .iter()
        .filter(|outcome| **outcome == Err(StoreError::NameTaken));
    assert_eq!(lost.count(), INSTANCES - 1, "{outcomes:?}");
}

#[test]
fn one_of_several_gets_an_endpoint() {
    let file = File::new();
    let outcomes = file.at_once(|store, number| {
        create(store, &format!("name {number}"), "https://one.example.com").map(|_| ())
    });
    assert_eq!(
        outcomes.iter().filter(|outcome| outcome.is_ok()).count(),
        1,
        "{outcomes:?}"
    );
    let lost = outcomes
        .iter()
        .filter(|outcome| **outcome == Err(StoreError::EndpointTaken));
    assert_eq!(lost.count(), INSTANCES - 1, "{outcomes:?}");
}

#[test]
fn one_of_several_edits_wins() {
    let file = File::new();
    let id = create(&file.store(), "prod", "https://one.example.com")
        .unwrap()
        .id;
    let outcomes = file.at_once(|store, number| {
        let edit = Edit {
            description: Some(format!("by {number}")),
            ..Edit::default()
        };
        block_on(store.update(&change(), PROJECT, id, Some(&[1]), &edit))
            .map(|edited| edited.description)
    });
    let won: Vec<_> = outcomes
        .iter()
        .filter_map(|outcome| outcome.as_ref().ok())
        .collect();
    let lost = outcomes
        .iter()
        .filter(|outcome| **outcome == Err(StoreError::VersionMismatch { current: 2 }));
    assert_eq!(
        (won.len(), lost.count()),
        (1, INSTANCES - 1),
        "{outcomes:?}"
    );
    let read = block_on(file.store().read(PROJECT, id, NOW)).unwrap();
    assert_eq!((&read.description, read.version), (won[0], 2));
}

#[test]
fn no_unconditional_edit_is_lost() {
    let file = File::new();
    let id = create(&file.store(), "prod", "https://one.example.com")
        .unwrap()
        .id;
    file.at_once(|store, _| {
        for _ in 0..10 {
            block_on(store.update(&change(), PROJECT, id, None, &Edit::default())).unwrap();
        }
    });
    let edits = 10 * INSTANCES as i64;
    let store = file.store();
    assert_eq!(
        block_on(store.read(PROJECT, id, NOW)).unwrap().version,
        1 + edits
    );
    let audited = sql(
        &store,
        "SELECT count(*), count(DISTINCT version) FROM audit WHERE action = 'update'",
        vec![],
    );
    assert_eq!(audited[0].0, [Value::Integer(edits), Value::Integer(edits)]);
}

#[test]
fn a_locked_database_is_busy() {
    let file = File::new();
    let (holder, store) = (file.store(), file.store());
    sql(&store, "PRAGMA busy_timeout = 0", vec![]);
    sql(&holder, "BEGIN IMMEDIATE", vec![]);
    assert_eq!(
        create(&store, "prod", "https://one.example.com").err(),
        Some(StoreError::Busy)
    );
    assert_eq!(StoreError::from(DatabaseError::Busy).code(), "store.busy");
    sql(&holder, "ROLLBACK", vec![]);
    create(&store, "prod", "https://one.example.com").unwrap();
}
