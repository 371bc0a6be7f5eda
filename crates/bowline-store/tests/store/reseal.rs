//! Resealing with a new key, in steps, while others work.

use std::{collections::BTreeMap, thread};

use crate::store::setup::{
    File, NEWER_KEY, NOW, PROJECT, TestStore, change, create, form, spec_of, sql,
};
use crate::{
    TestDatabase,
    store::interruption::{Meddled, over_with},
};
use bowline_store::{
    Connection, ConnectionId, Cursor, PageSize, Resealing, StoreError, Timestamp, Unsealable,
    Value, Within,
};
use futures::executor::block_on;
use serde_json::json;

const BOTH: &str = "k2:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=,k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

fn made(store: &TestStore, count: usize) -> Vec<Connection> {
    let one = |number| {
        let url = format!("https://r{number}.example.com");
        create(store, &format!("name {number}"), &url).unwrap()
    };
    (0..count).map(one).collect()
}

fn step(store: &TestStore, size: u64, cursor: Option<&Cursor>) -> Resealing {
    let size = PageSize::new(size).unwrap();
    block_on(store.reseal(Within::All, &change(), size, cursor)).unwrap()
}

/// Every step until there is none left.
fn all_steps(store: &TestStore, size: u64) -> Vec<Resealing> {
    let mut steps = vec![step(store, size, None)];
    while let Some(next) = steps.last().unwrap().next.clone() {
        steps.push(step(store, size, Some(&next)));
    }
    steps
}

fn by(counts: &[(&str, i64)]) -> BTreeMap<String, i64> {
    let count = |&(key, count): &(&str, i64)| (key.to_owned(), count);
    counts.iter().map(count).collect()
}

#[test]
fn bounded_steps_move_all_to_the_first_key() {
    let file = File::new();
    let connections = made(&file.store(), 5);
    let rotated = file.connect(BOTH);
    let steps = all_steps(&rotated, 2);
    let seen: Vec<_> = steps
        .iter()
        .map(|step| (step.resealed, step.next.is_some(), step.sealed_by.clone()))
        .collect();
    assert_eq!(
        seen,
        [
            (2, true, by(&[("k1", 3), ("k2", 2)])),
            (2, true, by(&[("k1", 1), ("k2", 4)])),
            (1, false, by(&[("k2", 5)])),
        ]
    );
    // The old key may go; nothing that the customer sees has changed.
    let newer = file.connect(NEWER_KEY);
    for before in connections {
        let opened = block_on(newer.open(PROJECT, before.id, NOW)).unwrap();
        let password = format!("swordfish of {}", before.name);
        assert_eq!(opened.secrets["password"].expose(), password);
        assert_eq!(opened.connection, before);
    }
    let audited = "SELECT count(*) FROM audit WHERE action = 'reseal'";
    assert_eq!(sql(&newer, audited, vec![])[0].0, [Value::Integer(5)]);
    assert_eq!(step(&newer, 200, None).resealed, 0);
}

#[test]
fn the_audit_tells_who_resealed() {
    let file = File::new();
    let id = made(&file.store(), 1)[0].id;
    step(&file.connect(BOTH), 1, None);
    let page = block_on(file.store().audit(PROJECT, id, PageSize::default(), None)).unwrap();
    assert_eq!(
        serde_json::to_value(&page.items[0]).unwrap(),
        json!({ "action": "reseal", "version": 1, "changes": { "sealingKey": ["k1", "k2"] }, "at": Timestamp(NOW),
            "subject": "ada", "from": "192.0.2.7", "requestId": "req-1" })
    );
}

#[test]
fn keys_that_only_open_are_emptied_one_after_the_other() {
    let file = File::new();
    made(&file.store(), 2);
    let second = file.connect(BOTH);
    for name in ["x", "y"] {
        create(&second, name, &format!("https://{name}.example.com")).unwrap();
    }
    let third = format!("k3:{}=,{BOTH}", "Ag".repeat(21) + "I");
    let third = file.connect(&third);
    let steps = all_steps(&third, 3);
    let resealed: Vec<_> = steps.iter().map(|step| step.resealed).collect();
    assert_eq!(resealed, [3, 1]);
    assert_eq!(steps[1].sealed_by, by(&[("k3", 4)]));
}

#[test]
fn what_does_not_open_is_named_and_holds_nothing_up() {
    let file = File::new();
    let store = file.store();
    let connections = made(&store, 3);
    let edited = connections[1].id;
    sql(
        &store,
        "UPDATE connections SET endpoint = 'https://evil.example' WHERE id = ?1",
        vec![edited.to_string().into()],
    );
    let unlisted = file.connect(NEWER_KEY);
    assert_eq!(
        (
            step(&unlisted, 9, None).resealed,
            step(&unlisted, 9, None).sealed_by
        ),
        (0, by(&[("k1", 3)])),
        "a key that is not listed opens nothing"
    );
    let steps = all_steps(&file.connect(BOTH), 1);
    let named: Vec<_> = steps.iter().flat_map(|step| &step.unsealable).collect();
    let edited = Unsealable {
        project: PROJECT.to_owned(),
        id: edited,
    };
    assert_eq!(named, [&edited]);
    let last = steps.last().unwrap();
    assert_eq!(last.sealed_by, by(&[("k1", 1), ("k2", 2)]));
}

#[test]
fn many_may_reseal_at_once_while_credentials_change() {
    let file = File::new();
    let connections = made(&file.store(), 20);
    let resealed = file.at_once(|store, number| {
        if number % 2 == 0 {
            let rotated = file.connect(BOTH);
            return all_steps(&rotated, 3)
                .iter()
                .map(|step| step.resealed)
                .sum();
        }
        for connection in &connections {
            let mut form = form(&connection.name, &connection.endpoint);
            let password = format!("rotated {}", connection.name);
            form.values
                .insert("password".to_owned(), password.as_str().into());
            let (spec, id) = (spec_of(&form), connection.id);
            // Again after another was faster: a lock is no answer.
            while block_on(store.replace_credentials(&change(), PROJECT, id, None, &spec, None))
                == Err(StoreError::Busy)
            {}
        }
        0
    });
    let rotated = file.connect(BOTH);
    all_steps(&rotated, 200);
    let newer = file.connect(NEWER_KEY);
    for connection in &connections {
        let opened = block_on(newer.open(PROJECT, connection.id, NOW)).unwrap();
        let password = format!("rotated {}", connection.name);
        assert_eq!(
            opened.secrets["password"].expose(),
            password,
            "no rotation is lost"
        );
    }
    assert!(resealed.iter().sum::<usize>() > 0, "{resealed:?}");
}

fn rotate(file: &File, id: ConnectionId) {
    let mut form = form("prod", "https://one.example.com");
    form.values.insert("password".to_owned(), "n3w".into());
    let (store, spec) = (file.store(), spec_of(&form));
    block_on(store.replace_credentials(&change(), PROJECT, id, None, &spec, None)).unwrap();
}

#[test]
fn a_rotation_between_reading_and_resealing_is_kept() {
    let file = File::new();
    let store = file.store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    let database = TestDatabase::open(&file.path()).unwrap();
    let meddle = |statement: &str| {
        if statement.starts_with("UPDATE connections SET key_id = ?4") {
            // In a thread of its own: an executor does not run in another.
            thread::scope(|scope| scope.spawn(|| rotate(&file, id)).join().unwrap());
        }
        None
    };
    let meddled = over_with(
        Meddled {
            database: &database,
            meddle,
        },
        BOTH,
    );
    let step = block_on(meddled.reseal(Within::All, &change(), PageSize::default(), None)).unwrap();
    assert_eq!((step.resealed, step.unsealable), (0, vec![]));
    let opened = block_on(store.open(PROJECT, id, NOW)).unwrap();
    assert_eq!(opened.secrets["password"].expose(), "n3w");
}
