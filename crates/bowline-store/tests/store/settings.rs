//! A project's settings, and the external id that is issued to it.

use std::collections::BTreeSet;

use crate::store::setup::{File, NOW, PROJECT, change, change_at, store};
use bowline_store::{Database, Defaults, PageSize, StoreError, Timestamp};
use futures::executor::block_on;
use serde_json::json;

#[test]
fn the_first_question_issues_the_external_id() {
    let store = store();
    let first = block_on(store.settings(PROJECT, NOW)).unwrap();
    assert_eq!(
        serde_json::to_value(&first).unwrap(),
        json!({ "scanTimeoutSeconds": 3600, "keepNewest": null, "awsExternalId": first.aws_external_id,
            "version": 1, "updatedAt": Timestamp(NOW) })
    );
    let bits = first.aws_external_id.strip_prefix("bowline-").unwrap();
    assert!(bits.len() == 32 && bits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_eq!(
        block_on(store.settings(PROJECT, NOW + 1)),
        Ok(first.clone())
    );
    let other = block_on(store.settings("other", NOW)).unwrap();
    assert_ne!(other.aws_external_id, first.aws_external_id);
}

#[test]
fn all_who_ask_at_once_get_one_external_id() {
    let file = File::new();
    let ids: BTreeSet<_> = file
        .at_once(|store, _| {
            block_on(store.settings(PROJECT, NOW))
                .unwrap()
                .aws_external_id
        })
        .into_iter()
        .collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
}

#[test]
fn a_change_is_audited_and_keeps_the_external_id() {
    let store = store();
    let defaults = Defaults {
        scan_timeout_seconds: 60,
        keep_newest: Some(5),
    };
    let changed =
        block_on(store.change_settings(&change_at(NOW + 9), PROJECT, Some(&[1]), defaults));
    let changed = changed.unwrap();
    assert_eq!(
        (changed.defaults, changed.version, changed.updated_at),
        (defaults, 2, Timestamp(NOW + 9))
    );
    assert_eq!(
        block_on(store.change_settings(&change(), PROJECT, Some(&[1]), defaults)),
        Err(StoreError::VersionMismatch { current: 2 })
    );
    assert_eq!(block_on(store.settings(PROJECT, NOW)), Ok(changed));
    let page = block_on(store.settings_audit(PROJECT, PageSize::default(), None)).unwrap();
    assert_eq!(
        serde_json::to_value(&page).unwrap(),
        json!({ "items": [{ "action": "settings", "version": 2,
            "changes": { "scanTimeoutSeconds": [3600, 60], "keepNewest": [null, 5] }, "at": Timestamp(NOW + 9),
            "subject": "ada", "from": "192.0.2.7", "requestId": "req-1" }], "next": null })
    );
    let elsewhere = block_on(store.settings_audit("other", PageSize::default(), None)).unwrap();
    assert_eq!(elsewhere.items, []);
    let meddling = "UPDATE settings SET external_id = 'another'";
    let outcome = block_on(store.database().query(meddling, vec![]));
    assert!(outcome.is_err_and(|error| error.to_string().contains("issued once")));
}

#[test]
fn one_of_several_changes_wins() {
    let file = File::new();
    let outcomes = file.at_once(|store, number| {
        let defaults = Defaults {
            scan_timeout_seconds: u32::try_from(number).unwrap() + 1,
            ..Defaults::default()
        };
        block_on(store.change_settings(&change(), PROJECT, Some(&[1]), defaults))
    });
    let won: Vec<_> = outcomes.iter().flatten().collect();
    assert_eq!(won.len(), 1, "{outcomes:?}");
    let kept = block_on(file.store().settings(PROJECT, NOW)).unwrap();
    assert_eq!(&kept, won[0]);
}
