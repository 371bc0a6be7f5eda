//! Handing credentials out: recorded, and of the connection as it is.

use crate::setup::{NOW, PROJECT, change, change_at, create, store};
use bowline_store::{Edit, PageSize, StoreError, Timestamp};
use futures::executor::block_on;
use serde_json::json;

#[test]
fn a_hand_out_is_audited_and_sets_when_it_was_last_used() {
    let store = store();
    let made = create(&store, "prod", "https://one.example.com").unwrap();
    for now in [NOW + 2000, NOW + 1000, NOW + 3000] {
        block_on(store.hand_out(&change_at(now), &made)).unwrap();
    }
    let read = block_on(store.read(PROJECT, made.id, NOW)).unwrap();
    assert_eq!(
        (read.last_used_at, read.version, read.updated_at),
        (Some(Timestamp(NOW + 3000)), 1, made.updated_at)
    );
    let audit = block_on(store.audit(PROJECT, made.id, PageSize::default(), None)).unwrap();
    let seen: Vec<_> = audit
        .items
        .iter()
        .map(|entry| (entry.action.as_str(), json!(entry.changes)))
        .collect();
    let used = |before, after| json!({ "lastUsedAt": [before, after] });
    assert_eq!(
        seen,
        [
            ("hand-out", used(json!(NOW + 2000), NOW + 3000)),
            // A clock that is behind says so; the latest use counts.
            ("hand-out", used(json!(NOW + 2000), NOW + 1000)),
            ("hand-out", used(json!(null), NOW + 2000)),
            ("create", json!({})),
        ]
    );
}

#[test]
fn what_was_changed_since_it_was_opened_is_not_handed_out() {
    let store = store();
    let opened = create(&store, "prod", "https://one.example.com").unwrap();
    let edit = Edit {
        description: Some("described".to_owned()),
        ..Edit::default()
    };
    block_on(store.update(&change(), PROJECT, opened.id, None, &edit)).unwrap();
    assert_eq!(
        block_on(store.hand_out(&change(), &opened)),
        Err(StoreError::VersionMismatch { current: 2 })
    );
    block_on(store.delete(&change(), PROJECT, opened.id, false)).unwrap();
    assert_eq!(
        block_on(store.hand_out(&change(), &opened)),
        Err(StoreError::NotFound)
    );
    let audit = block_on(store.audit(PROJECT, opened.id, PageSize::default(), None)).unwrap();
    assert!(audit.items.iter().all(|entry| entry.action != "hand-out"));
}
