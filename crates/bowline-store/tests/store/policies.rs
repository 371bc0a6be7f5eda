//! Policies that older instances wrote: read in the background, in bounded steps.

use std::sync::atomic::AtomicUsize;

use bowline_store::{
    BackgroundWork, Connection, ConnectionId, Database, Dialect, Edit, Store, StoreError,
    Timestamp, Value, Within,
};
use futures::executor::block_on;
use serde_json::json;

use crate::{
    TestDatabase,
    store::{
        interruption::{Dying, over_with},
        plans::reads_policy,
        scans::{lease, wanted},
        setup::{Counting, KEY, NOW, PROJECT, TestStore, change_at, create, kept, sql, store},
    },
};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The columns of a policy.
const COLUMNS: &str = "SELECT policy_revision, pull_at, pull_timezone, scanners, scan_timeout, quarantine, image_streams
    FROM connections WHERE id = ?1";

/// Writes a policy as an instance does that knows nothing of its columns.
fn plant(
    store: &Store<impl bowline_store::Database, Counting>,
    id: ConnectionId,
    policy: Option<&str>,
) {
    let statement =
        "UPDATE connections SET policy = ?2, version = version + 1, updated_at = ?3 WHERE id = ?1";
    let parameters = vec![id.to_string().into(), policy.into(), NOW.into()];
    block_on(store.database().query(statement, parameters)).unwrap();
}

fn columns(store: &TestStore, id: ConnectionId) -> Vec<Value> {
    sql(store, COLUMNS, vec![id.to_string().into()]).remove(0).0
}

fn made(store: &TestStore) -> Connection {
    create(store, "prod", "https://one.example.com").unwrap()
}

fn edited(store: &TestStore, id: ConnectionId, at: i64, policy: serde_json::Value) {
    let edit = Edit {
        policy: Some(kept(policy)),
        ..Edit::default()
    };
    block_on(store.update(&change_at(at), PROJECT, id, None, &edit)).unwrap();
}

fn read(store: &TestStore, now: i64) -> Option<ConnectionId> {
    block_on(store.read_policy(Within::All, now)).unwrap()
}

#[test]
fn what_an_older_instance_wrote_is_read_as_if_it_were_saved_now() {
    let policies = [
        r#"{"mode":"automatic","at":"02:30","timezone":"Europe/Vienna"}"#,
        r#"{"scanner":{"kind":"specific","names":["s1"]},"scanTimeoutSeconds":60}"#,
        r#"{"quarantine":true,"imageStreams":true}"#,
        r#"{"imageStreams":"true"}"#,
        "{}",
    ];
    for policy in policies {
        let (store, other) = (store(), store());
        let (id, saved) = (made(&store).id, made(&other).id);
        edited(&other, saved, NOW, serde_json::from_str(policy).unwrap());
        plant(&store, id, Some(policy));
        assert_eq!(columns(&store, id), vec![Value::Null; 7], "{policy}");
        assert_eq!(read(&store, NOW), Some(id), "{policy}");
        assert_eq!(read(&store, i64::MAX / 2), None, "{policy}");
        assert_eq!(columns(&store, id), columns(&other, saved), "{policy}");
        let standing = |store: &TestStore| {
            let schedule = "SELECT plan_from, sync_at, watch_at FROM schedules";
            sql(store, schedule, vec![])
        };
        assert_eq!(standing(&store), standing(&other), "{policy}");
        let connection = block_on(store.read(PROJECT, id, NOW)).unwrap();
        let expected = block_on(other.read(PROJECT, saved, NOW)).unwrap();
        assert_eq!(connection.policy, expected.policy, "{policy}");
        assert_eq!(connection.version, 2, "reading is no change");
    }
}

#[test]
fn no_policy_needs_no_reading() {
    let store = store();
    let id = made(&store).id;
    edited(
        &store,
        id,
        NOW,
        json!({ "mode": "automatic", "imageStreams": true }),
    );
    plant(&store, id, None);
    assert_eq!(read(&store, i64::MAX / 2), None);
    assert_eq!(block_on(store.to_plan(Within::All, 9)).unwrap(), []);
    assert_eq!(block_on(store.claim_watch(Within::All, NOW)).unwrap(), None);
}

#[test]
fn no_lease_ends_in_the_second_in_which_it_begins() {
    let store = store();
    let id = made(&store).id;
    plant(
        &store,
        id,
        Some(r#"{"mode":"automatic","scanTimeoutSeconds":""}"#),
    );
    let wanted = [wanted("1", 1)];
    let queued = store.queue_scans(PROJECT, id, &wanted, bowline_store::Origin::Sync, NOW);
    block_on(queued).unwrap();
    assert_eq!(
        lease(&store, "s1", 1, NOW),
        Ok(vec![]),
        "it may name scanners"
    );
    read(&store, NOW);
    let [shown] = block_on(store.set_aside(id)).unwrap().try_into().unwrap();
    assert_eq!(shown.work, BackgroundWork::Policy, "{}", shown.reason);
    assert_eq!(lease(&store, "s1", 1, NOW), Ok(vec![]), "it is not known");
    edited(
        &store,
        id,
        NOW + 1,
        json!({ "mode": "automatic", "scanTimeoutSeconds": null }),
    );
    let leased = lease(&store, "s1", 1, NOW).unwrap().remove(0).scan;
    assert_eq!(leased.deadline, Some(Timestamp(NOW + HOUR)));
}

#[test]
fn a_switch_that_is_a_text_switches() {
    let store = store();
    let id = made(&store).id;
    plant(&store, id, Some(r#"{"imageStreams":"true"}"#));
    read(&store, NOW);
    let watch = block_on(store.claim_watch(Within::All, NOW)).unwrap();
    assert_eq!(watch.map(|watch| watch.connection), Some(id));
}

#[test]
fn a_policy_that_cannot_be_read_is_set_aside_with_its_reason() {
    let policies = [
        ("{", "JSON"),
        ("7", "an object"),
        (r#"{"mode":"automatic","at":7}"#, "a text"),
        (r#"{"mode":"automatic","include":["alpine:"]}"#, ""),
    ];
    for (policy, part) in policies {
        let store = store();
        let id = made(&store).id;
        // Not as a new version: the audit takes only JSON.
        let planted = "UPDATE connections SET policy = ?2 WHERE id = ?1";
        sql(&store, planted, vec![id.to_string().into(), policy.into()]);
        assert_eq!(read(&store, NOW), Some(id));
        let [shown] = block_on(store.set_aside(id)).unwrap().try_into().unwrap();
        assert_eq!(shown.work, BackgroundWork::Policy);
        assert!(shown.reason.contains(part), "{policy}: {}", shown.reason);
        assert_eq!(shown.next_at, Some(Timestamp(NOW + DAY)), "{policy}");
        assert_eq!(
            block_on(store.to_plan(Within::All, 9)).unwrap(),
            [],
            "{policy}"
        );
        assert_eq!(
            block_on(store.due(Within::All, i64::MAX, 9)).unwrap(),
            [],
            "{policy}"
        );
        assert_eq!(read(&store, NOW + DAY - 1), None, "{policy}");
        assert_eq!(read(&store, NOW + DAY), Some(id), "{policy}");
    }
}

#[test]
fn a_new_policy_ends_what_is_set_aside() {
    let store = store();
    let id = made(&store).id;
    plant(&store, id, Some("7"));
    read(&store, NOW);
    edited(&store, id, NOW + 1, json!({ "mode": "automatic" }));
    assert_eq!(block_on(store.set_aside(id)).unwrap(), []);
    assert_eq!(read(&store, i64::MAX / 2), None);
    assert_eq!(block_on(store.to_plan(Within::All, 9)).unwrap().len(), 1);
}

#[test]
fn a_policy_that_stops_the_service_is_counted_before_it_is_read() {
    let database = TestDatabase::in_memory().unwrap();
    let store = over_with(&database, KEY);
    block_on(store.migrate(NOW)).unwrap();
    let spec = crate::store::setup::spec("prod", "https://one.example.com");
    let created = block_on(store.create(&change_at(NOW), PROJECT, &spec, None));
    let id = created.unwrap().id;
    plant(&store, id, Some("{}"));
    for attempt in 0..3 {
        let dying = Dying {
            database: &database,
            left: AtomicUsize::new(1),
        };
        let died = block_on(over_with(dying, KEY).read_policy(Within::All, NOW + attempt * MINUTE));
        assert_eq!(died, Err(StoreError::Database("died".to_owned())));
    }
    let [shown] = block_on(store.set_aside(id)).unwrap().try_into().unwrap();
    assert_eq!((shown.work, shown.attempts), (BackgroundWork::Policy, 3));
    let again = NOW + 2 * MINUTE + HOUR;
    assert_eq!(shown.next_at, Some(Timestamp(again)));
    assert_eq!(
        block_on(store.read_policy(Within::All, again - 1)).unwrap(),
        None
    );
    assert_eq!(
        block_on(store.read_policy(Within::All, again)).unwrap(),
        Some(id)
    );
    assert_eq!(block_on(store.set_aside(id)).unwrap(), []);
}

#[test]
fn what_is_due_stays_due_while_its_policy_is_read() {
    let store = store();
    let id = made(&store).id;
    edited(&store, id, NOW - HOUR, json!({ "mode": "automatic" }));
    let planned = block_on(store.to_plan_of(id)).unwrap().unwrap();
    block_on(store.plan(&planned, Some(NOW - MINUTE))).unwrap();
    plant(&store, id, Some(r#"{"mode":"automatic","at":"23:00"}"#));
    assert_eq!(
        block_on(store.due(Within::All, NOW, 9)).unwrap(),
        [],
        "its policy is not known"
    );
    read(&store, NOW);
    let [due] = block_on(store.due(Within::All, NOW, 9))
        .unwrap()
        .try_into()
        .unwrap();
    assert_eq!(due.daily_pull.unwrap().at, 23 * 60);
}

#[test]
fn no_trigger_reads_a_policy() {
    let schema = match TestDatabase::DIALECT {
        Dialect::Sqlite => "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL",
        Dialect::Postgres => {
            "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'"
        }
    };
    for row in sql(&store(), schema, vec![]) {
        let [Value::Text(statement)] = row.0.as_slice() else {
            panic!("{row:?}");
        };
        assert!(!reads_policy(statement), "{statement}");
    }
}
