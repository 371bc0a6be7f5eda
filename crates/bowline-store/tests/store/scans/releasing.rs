//! Registries that withhold images are told what passed.

use bowline_store::{ConnectionId, Edit, Outcome, Scan, Timestamp, Within};
use futures::executor::block_on;
use serde_json::{Value, json};

use super::{finish, lease, queue, state};
use crate::store::setup::{NOW, PROJECT, TestStore, change, kept, spec_of, sql, store};

const MINUTE: i64 = 60_000;

fn azure(store: &TestStore, policy: Value) -> ConnectionId {
    let form = serde_json::from_value(json!({
        "provider": "azure-acr", "name": "azure", "auth": "password", "policy": policy,
        "values": { "url": "acmeregistry.azurecr.io", "username": "acme", "password": "swordfish" },
    }));
    let spec = spec_of(&form.unwrap());
    block_on(store.create(&change(), PROJECT, &spec, None))
        .unwrap()
        .id
}

fn scanned(store: &TestStore, connection: ConnectionId, outcome: Outcome) -> Scan {
    queue(store, connection, 1);
    let leased = lease(store, "s1", 1, NOW).unwrap().remove(0);
    finish(store, &leased, outcome, NOW).unwrap()
}

#[test]
fn what_passed_is_released_where_the_policy_says_so() {
    let quarantine = json!({ "quarantine": true });
    let cases = [
        ("passed", quarantine.clone(), Outcome::Passed, true),
        ("failed", quarantine.clone(), Outcome::Failed, false),
        ("an error", quarantine, Outcome::Error, false),
        (
            "switched off",
            json!({ "quarantine": false }),
            Outcome::Passed,
            false,
        ),
        ("not spoken of", json!({}), Outcome::Passed, false),
        ("no policy", json!(null), Outcome::Passed, false),
    ];
    for (name, policy, outcome, released) in cases {
        let store = store();
        let scan = scanned(&store, azure(&store, policy), outcome);
        assert_eq!(release_of(&store, &scan).is_some(), released, "{name}");
        let release = block_on(store.take_release(Within::All, Some(scan.id), NOW)).unwrap();
        let found =
            release.map(|release| (release.project, release.repository, Some(release.digest)));
        let expected = (scan.project, scan.repository, scan.digest);
        assert_eq!(found, released.then_some(expected), "{name}");
    }
}

#[test]
fn a_release_that_failed_is_tried_again_after_growing_distances() {
    let store = store();
    let scan = scanned(
        &store,
        azure(&store, json!({ "quarantine": true })),
        Outcome::Passed,
    );
    let mut now = NOW;
    for minutes in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 512] {
        let release = block_on(store.take_release(Within::All, None, now))
            .unwrap()
            .unwrap();
        let next = now + minutes * MINUTE;
        assert_eq!(
            block_on(store.take_release(Within::All, None, next - 1)),
            Ok(None),
            "one at a time"
        );
        block_on(store.end_release(&release, Some("The registry is away."))).unwrap();
        let pending = release_of(&store, &scan).unwrap();
        assert_eq!(pending.next_at, Timestamp(next));
        assert_eq!(pending.problem.as_deref(), Some("The registry is away."));
        now = next;
    }
    let release = block_on(store.take_release(Within::All, None, now))
        .unwrap()
        .unwrap();
    block_on(store.end_release(&release, None)).unwrap();
    assert_eq!(release_of(&store, &scan), None);
    assert_eq!(
        block_on(store.take_release(Within::All, None, i64::MAX / 2)),
        Ok(None)
    );
}

#[test]
fn nothing_is_released_that_nobody_wants_released() {
    let switch_off = |store: &TestStore, id| {
        let edit = Edit {
            policy: Some(kept(json!({ "quarantine": false }))),
            ..Edit::default()
        };
        block_on(store.update(&change(), PROJECT, id, None, &edit)).map(drop)
    };
    let rename = |store: &TestStore, id| {
        let edit = Edit {
            name: Some("renamed".to_owned()),
            ..Edit::default()
        };
        block_on(store.update(&change(), PROJECT, id, None, &edit)).map(drop)
    };
    let remove = |store: &TestStore, id| block_on(store.delete(&change(), PROJECT, id, true));
    type Act<'a> = &'a dyn Fn(&TestStore, ConnectionId) -> Result<(), bowline_store::StoreError>;
    let cases: [(&str, Act<'_>, i64); 3] = [
        ("switched off", &switch_off, 0),
        ("removed", &remove, 0),
        ("renamed", &rename, 1),
    ];
    for (name, act, left) in cases {
        let store = store();
        let id = azure(&store, json!({ "quarantine": true }));
        scanned(&store, id, Outcome::Passed);
        act(&store, id).unwrap();
        let count = sql(&store, "SELECT count(*) FROM releases", vec![]);
        assert_eq!(count[0].0, [left.into()], "{name}");
    }
}

fn release_of(store: &TestStore, scan: &Scan) -> Option<bowline_store::PendingRelease> {
    let leased = bowline_store::Leased {
        scan: scan.clone(),
        lease: String::new(),
    };
    state(store, &leased).release
}
