//! What is done without anybody asking: planned, claimed once, and not put off by edits.

use bowline_store::{ConnectionId, Edit, Expiring, LastCheck, Scheduled, Timestamp, Within};
use futures::executor::block_on;
use serde_json::json;

use crate::store::setup::{File, NOW, PROJECT, TestStore, change_at, create, kept, spec, store};

const DAY: i64 = 86_400_000;

fn with_policy(store: &TestStore, id: ConnectionId, at: i64, policy: serde_json::Value) {
    let edit = Edit {
        policy: Some(kept(policy)),
        ..Edit::default()
    };
    block_on(store.update(&change_at(at), PROJECT, id, None, &edit)).unwrap();
}

fn automatic(store: &TestStore, name: &str) -> ConnectionId {
    let id = create(store, name, &format!("https://{name}.example.com"))
        .unwrap()
        .id;
    with_policy(
        store,
        id,
        NOW,
        json!({ "mode": "automatic", "at": "02:30" }),
    );
    id
}

fn to_plan(store: &TestStore) -> Vec<Scheduled> {
    block_on(store.to_plan(Within::All, 10)).unwrap()
}

fn plan(store: &TestStore, next: i64) {
    for scheduled in to_plan(store) {
        block_on(store.plan(&scheduled, Some(next))).unwrap();
    }
}

fn due(store: &TestStore, now: i64) -> Vec<Scheduled> {
    block_on(store.due(Within::All, now, 10)).unwrap()
}

fn next(store: &TestStore, id: ConnectionId) -> Option<i64> {
    let next = block_on(store.next_sync(id)).unwrap();
    next.map(|time| time.0)
}

#[test]
fn an_automatic_policy_is_planned_from_when_it_was_set() {
    let store = store();
    let manual = create(&store, "manual", "https://manual.example.com").unwrap();
    assert_eq!(to_plan(&store), []);
    with_policy(
        &store,
        manual.id,
        NOW,
        json!({ "mode": "manual", "include": ["a"] }),
    );
    assert_eq!(to_plan(&store), []);
    let id = automatic(&store, "automatic");
    let [scheduled] = to_plan(&store).try_into().unwrap();
    assert_eq!((scheduled.connection, scheduled.at), (id, Timestamp(NOW)));
    assert_eq!(scheduled.daily_pull.unwrap().at, 150);
    plan(&store, NOW + 60_000);
    assert_eq!(to_plan(&store), []);
    assert_eq!(next(&store, id), Some(NOW + 60_000));
    assert_eq!(next(&store, manual.id), None);
}

#[test]
fn a_new_time_is_planned_anew_and_nothing_else_is() {
    let store = store();
    let id = automatic(&store, "a");
    plan(&store, NOW + 60_000);
    for (name, policy, anew) in [
        (
            "other patterns",
            json!({ "mode": "automatic", "at": "02:30", "include": ["b"] }),
            false,
        ),
        (
            "another time",
            json!({ "mode": "automatic", "at": "03:30" }),
            true,
        ),
        (
            "a zone",
            json!({ "mode": "automatic", "at": "03:30", "timezone": "Europe/Vienna" }),
            true,
        ),
    ] {
        with_policy(&store, id, NOW + 1_000, policy);
        let planned = to_plan(&store);
        assert_eq!(planned.len(), usize::from(anew), "{name}");
        assert_eq!(next(&store, id).is_none(), anew, "{name}");
        plan(&store, NOW + 60_000);
    }
    with_policy(&store, id, NOW + 1_000, json!({ "mode": "manual" }));
    assert_eq!((to_plan(&store), next(&store, id)), (vec![], None));
}

#[test]
fn who_plans_by_an_old_policy_changes_nothing() {
    let store = store();
    let id = automatic(&store, "a");
    let old = to_plan(&store);
    with_policy(
        &store,
        id,
        NOW + 5,
        json!({ "mode": "automatic", "at": "04:00" }),
    );
    block_on(store.plan(&old[0], Some(NOW + 60_000))).unwrap();
    assert_eq!(next(&store, id), None);
    assert_eq!(to_plan(&store)[0].at, Timestamp(NOW + 5));
}

#[test]
fn what_is_due_begins_once_however_many_look() {
    let file = File::new();
    let id = automatic(&file.store(), "a");
    plan(&file.store(), NOW + 60_000);
    assert_eq!(due(&file.store(), NOW + 59_999), []);
    let begun = file.at_once(|store, _| {
        let found = due(store, NOW + 60_000);
        let begun = found.iter().filter(|scheduled| {
            block_on(store.begin_due(scheduled, Some(NOW + DAY), NOW + 60_000)).unwrap()
        });
        begun.count()
    });
    assert_eq!(begun.iter().sum::<usize>(), 1, "{begun:?}");
    assert_eq!(next(&file.store(), id), Some(NOW + DAY));
    assert_eq!(due(&file.store(), NOW + DAY - 1), []);
}

#[test]
fn what_is_due_is_not_put_off_by_an_edit() {
    let store = store();
    let id = automatic(&store, "a");
    plan(&store, NOW + 60_000);
    let later = json!({ "mode": "automatic", "at": "23:00" });
    with_policy(&store, id, NOW + 60_001, later);
    assert_eq!(to_plan(&store), []);
    let [scheduled] = due(&store, NOW + 60_002).try_into().unwrap();
    assert_eq!(scheduled.daily_pull.as_ref().unwrap().at, 23 * 60);
    assert!(block_on(store.begin_due(&scheduled, Some(NOW + DAY), NOW + 60_002)).unwrap());
}

#[test]
fn what_became_manual_does_not_begin() {
    let store = store();
    let id = automatic(&store, "a");
    plan(&store, NOW + 60_000);
    with_policy(&store, id, NOW + 60_001, json!({ "mode": "manual" }));
    let [scheduled] = due(&store, NOW + 60_002).try_into().unwrap();
    assert!(!block_on(store.begin_due(&scheduled, None, NOW + 60_002)).unwrap());
    assert_eq!(due(&store, i64::MAX), []);
    assert_eq!(next(&store, id), None);
}

#[test]
fn a_connection_is_checked_a_day_after_its_last_check() {
    let store = store();
    let id = create(&store, "a", "https://a.example.com").unwrap().id;
    let claim = |now| block_on(store.claim_checks(Within::All, now, 10)).unwrap();
    assert_eq!(claim(NOW + DAY - 1), []);
    let ours = vec![(PROJECT.to_owned(), id)];
    assert_eq!(claim(NOW + DAY), ours);
    assert_eq!(claim(NOW + DAY + 1), [], "another has it");
    assert_eq!(claim(NOW + DAY + 5 * 60_000), ours, "who died left it");
    let check = LastCheck {
        at: Timestamp(NOW + DAY),
        ok: false,
        proved: "reach".to_owned(),
        problem: None,
    };
    block_on(store.record_check(PROJECT, id, &check)).unwrap();
    assert_eq!(claim(NOW + 2 * DAY - 1), []);
    assert_eq!(claim(NOW + 2 * DAY), ours);
}

#[test]
fn a_removed_connection_has_no_schedule() {
    let store = store();
    let id = automatic(&store, "a");
    plan(&store, NOW + 60_000);
    block_on(store.delete(&change_at(NOW), PROJECT, id, false)).unwrap();
    assert_eq!(due(&store, i64::MAX), []);
    assert_eq!(
        block_on(store.claim_checks(Within::All, i64::MAX, 10)).unwrap(),
        []
    );
}

#[test]
fn credentials_that_end_are_told_to_their_projects() {
    let store = store();
    let id = |name: &str, ends: Option<i64>| {
        let mut made = spec(name, &format!("https://{name}.example.com"));
        made.expires_at = ends;
        block_on(store.create(&change_at(NOW), PROJECT, &made, None))
            .unwrap()
            .id
    };
    let (soon, _later, _never) = (
        id("soon", Some(NOW + 1)),
        id("later", Some(NOW + DAY)),
        id("never", None),
    );
    let expiring = |projects: &[&str]| {
        let projects: Vec<_> = projects.iter().map(|&it| it.to_owned()).collect();
        block_on(store.expiring(&projects, Timestamp(NOW + 1), 10)).unwrap()
    };
    let expected = Expiring {
        project: PROJECT.to_owned(),
        id: soon,
        name: "soon".to_owned(),
        expires_at: Timestamp(NOW + 1),
    };
    assert_eq!(expiring(&[PROJECT, "other"]), [expected]);
    assert_eq!(expiring(&["other"]), []);
    assert_eq!(expiring(&[]), []);
}

#[test]
fn image_streams_are_looked_at_from_version_to_version() {
    let store = store();
    let id = create(&store, "a", "https://a.example.com").unwrap().id;
    let claim = |now| block_on(store.claim_watch(Within::All, now)).unwrap();
    assert_eq!(claim(NOW), None);
    with_policy(&store, id, NOW, json!({ "imageStreams": true }));
    let first = claim(NOW).unwrap();
    assert_eq!((first.connection, &first.version), (id, &None));
    assert_eq!(claim(NOW + 1), None, "just looked at");
    block_on(store.keep_watch(&first, "7")).unwrap();
    // Who was slow does not set it back.
    block_on(store.keep_watch(&first, "6")).unwrap();
    let second = claim(NOW + 30_000).unwrap();
    assert_eq!(second.version.as_deref(), Some("7"));
    with_policy(&store, id, NOW, json!({ "imageStreams": false }));
    assert_eq!(claim(i64::MAX), None);
    with_policy(&store, id, NOW, json!({ "imageStreams": true }));
    assert_eq!(claim(NOW).unwrap().version, None, "begun anew");
}
