//! Handing credentials out: recorded, and of the connection as it is.

use crate::store::setup::{NOW, PROJECT, change_at, create, spec, store};
use bowline_store::{Edit, PageSize, StoreError, Timestamp};
use futures::executor::block_on;
use serde_json::json;

#[test]
fn a_hand_out_is_audited_and_sets_when_it_was_last_used() {
    let store = store();
    let made = create(&store, "prod", "https://one.example.com").unwrap();
    for now in [NOW + 2000, NOW + 1000, NOW + 3000] {
        block_on(store.hand_out(&change_at(now), &made, None)).unwrap();
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
fn what_was_replaced_since_it_was_opened_is_not_handed_out() {
    let store = store();
    let opened = create(&store, "prod", "https://one.example.com").unwrap();
    let (id, later) = (opened.id, change_at(NOW + 1));
    let edit = Edit {
        name: Some("renamed".to_owned()),
        ..Edit::default()
    };
    block_on(store.update(&later, PROJECT, id, None, &edit)).unwrap();
    assert_eq!(
        block_on(store.hand_out(&later, &opened, None)),
        Ok(()),
        "another name, the same credentials"
    );
    let anew = spec("prod", "https://one.example.com");
    block_on(store.replace_credentials(&later, PROJECT, id, None, &anew, None)).unwrap();
    assert_eq!(
        block_on(store.hand_out(&later, &opened, None)),
        Err(StoreError::VersionMismatch { current: 3 })
    );
    block_on(store.delete(&later, PROJECT, id, true)).unwrap();
    assert_eq!(
        block_on(store.hand_out(&later, &opened, None)),
        Err(StoreError::NotFound)
    );
    let audit = block_on(store.audit(PROJECT, id, PageSize::default(), None)).unwrap();
    let hand_outs = audit
        .items
        .iter()
        .filter(|entry| entry.action == "hand-out");
    assert_eq!(hand_outs.count(), 1);
}
