//! Declaring uses, ending them, and what lapses.

use crate::store::setup::{NOW, PROJECT, change, change_at, create, sql, store};
use bowline_store::{MOST_USES, PageSize, StoreError, Timestamp, Use};
use futures::executor::block_on;
use serde_json::json;

fn used(consumer: &str, title: &str, until: i64) -> Use {
    Use {
        consumer: consumer.to_owned(),
        title: title.to_owned(),
        until: Timestamp(until),
    }
}

#[test]
fn a_use_is_declared_renewed_ended_and_audited() {
    let store = store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    let first = used("build-7", "Nightly", NOW + 1000);
    let renewed = used("build-7", "Nightly build", NOW + 9000);
    block_on(store.declare_use(&change(), PROJECT, id, &first)).unwrap();
    block_on(store.declare_use(&change(), PROJECT, id, &renewed)).unwrap();
    let read = block_on(store.read(PROJECT, id, NOW)).unwrap();
    assert_eq!((read.uses, read.version), (vec![renewed.clone()], 1));
    assert_eq!(
        block_on(store.delete(&change(), PROJECT, id, false)),
        Err(StoreError::InUse(vec![renewed]))
    );
    block_on(store.end_use(&change(), PROJECT, id, "build-7")).unwrap();
    assert_eq!(
        block_on(store.end_use(&change(), PROJECT, id, "build-7")),
        Err(StoreError::NotFound)
    );
    let audit = block_on(store.audit(PROJECT, id, PageSize::default(), None)).unwrap();
    let seen: Vec<_> = audit
        .items
        .iter()
        .map(|entry| (entry.action.as_str(), entry.changes["use"].clone()))
        .take(3)
        .collect();
    let one =
        |title: &str, until: i64| json!({ "consumer": "build-7", "title": title, "until": until });
    let (first, renewed) = (one("Nightly", NOW + 1000), one("Nightly build", NOW + 9000));
    assert_eq!(
        seen,
        [
            ("release", json!([renewed, null])),
            ("use", json!([first, renewed])),
            ("use", json!([null, first])),
        ]
    );
    block_on(store.delete(&change(), PROJECT, id, false)).unwrap();
}

#[test]
fn a_use_lapses() {
    let store = store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    block_on(store.declare_use(&change(), PROJECT, id, &used("old", "Old", NOW + 10))).unwrap();
    let later = change_at(NOW + 10);
    assert_eq!(
        block_on(store.end_use(&later, PROJECT, id, "old")),
        Err(StoreError::NotFound)
    );
    block_on(store.declare_use(&later, PROJECT, id, &used("new", "New", NOW + 99))).unwrap();
    let kept = sql(&store, "SELECT consumer FROM uses", vec![]);
    assert_eq!(kept.len(), 1, "what has lapsed is cleared away: {kept:?}");
}

#[test]
fn a_connection_has_only_so_many_uses() {
    let store = store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    let declare = |now, name: &str, until| {
        let used = used(name, name, until);
        block_on(store.declare_use(&change_at(now), PROJECT, id, &used))
    };
    for number in 0..MOST_USES {
        declare(NOW, &format!("job-{number}"), NOW + 10).unwrap();
    }
    let cases = [
        (NOW, "one more", Err(StoreError::TooManyUses)),
        (NOW, "job-7", Ok(())),
        (NOW + 10, "one more", Ok(())),
    ];
    for (now, name, expected) in cases {
        let outcome = declare(now, name, NOW + 20);
        assert_eq!(outcome, expected, "{name} at {now}");
    }
}

#[test]
fn what_is_not_there_is_used_by_nobody() {
    let store = store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    let nightly = used("build-7", "Nightly", NOW + 1000);
    assert_eq!(
        block_on(store.declare_use(&change(), "other", id, &nightly)),
        Err(StoreError::NotFound)
    );
    block_on(store.delete(&change(), PROJECT, id, false)).unwrap();
    assert_eq!(
        block_on(store.declare_use(&change(), PROJECT, id, &nightly)),
        Err(StoreError::NotFound)
    );
    assert_eq!(sql(&store, "SELECT consumer FROM uses", vec![]), []);
}
