//! What two sessions do at once: the second comes while the first has changed something and not committed it.
//!
//! The store has no such pause, because each change is one statement. The tests make one, so that the second always comes
//! then.

use std::thread;

use bowline_store::{
    ConnectionId, Database, Edit, MOST_USES, Origin, Outcome, Quota, Quotas, SeenImage, StoreError,
    SyncOrigin, Timestamp, Use,
};
use futures::executor::block_on;
use serde_json::json;

use crate::{
    TestDatabase,
    store::{
        invariants::hold,
        scans::{finish, lease, queue, wanted},
        setup::{File, KEY, NOW, PROJECT, TestStore, change, create, integers, kept, spec, sql},
    },
};

/// A session that waits for another.
const WAITING: &str = "SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'";

/// What the second gets that has to wait for the first. Nothing is broken after that.
fn second_after_first<T: Send>(
    file: &File,
    first: impl FnOnce(&TestStore),
    second: impl FnOnce(&TestStore) -> T + Send,
) -> T {
    second_after_first_within(file, Quotas::default(), first, second)
}

/// The same where a project may have only so much.
fn second_after_first_within<T: Send>(
    file: &File,
    quotas: Quotas,
    first: impl FnOnce(&TestStore),
    second: impl FnOnce(&TestStore) -> T + Send,
) -> T {
    let store = || file.store().with_quotas(quotas);
    let (one, two, watcher) = (store(), store(), store());
    sql(&one, "BEGIN", vec![]);
    first(&one);
    let outcome = thread::scope(|scope| {
        let second = scope.spawn(|| second(&two));
        while integers(&watcher, WAITING) == [0] {
            assert!(!second.is_finished(), "it does not wait");
            thread::yield_now();
        }
        sql(&one, "COMMIT", vec![]);
        second.join().unwrap()
    });
    hold(&TestDatabase::open(&file.path()).unwrap(), "after both");
    outcome
}

/// A database with one connection.
fn connected() -> (File, ConnectionId) {
    let file = File::new();
    let id = create(&file.store(), "one", "https://one.example.com")
        .unwrap()
        .id;
    (file, id)
}

fn declare(store: &TestStore, id: ConnectionId, consumer: &str) -> Result<(), StoreError> {
    let used = Use::declared(consumer, consumer, Timestamp(NOW + 1000));
    block_on(store.declare_use(&change(), PROJECT, id, &used))
}

fn delete(store: &TestStore, id: ConnectionId) -> Result<(), StoreError> {
    block_on(store.delete(&change(), PROJECT, id, false))
}

fn hand_out(store: &TestStore, id: ConnectionId) -> Result<(), StoreError> {
    let opened = block_on(store.open(PROJECT, id, NOW))?;
    block_on(store.hand_out(&change(), &opened.connection, None))
}

/// Queues one image.
fn queue_one(store: &TestStore, id: ConnectionId, number: u64) -> Result<usize, StoreError> {
    let wanted = [wanted(&number.to_string(), number)];
    block_on(store.queue_scans(PROJECT, id, &wanted, Origin::Sync, NOW))
}

#[test]
fn a_connection_that_comes_into_use_is_not_removed() {
    type Uses = fn(&TestStore, ConnectionId);
    let uses: [(&str, Uses); 3] = [
        ("declared", |store, id| declare(store, id, "build").unwrap()),
        ("leased", |store, _| {
            assert_eq!(lease(store, "s1", 1, NOW).unwrap().len(), 1)
        }),
        ("handed out", |store, id| hand_out(store, id).unwrap()),
    ];
    for (name, uses) in uses {
        let (file, id) = connected();
        queue(&file.store(), id, 1);
        let removed = second_after_first(&file, |one| uses(one, id), |two| delete(two, id));
        assert!(
            matches!(removed, Err(StoreError::InUse(_))),
            "{name}: {removed:?}"
        );
    }
}

#[test]
fn nothing_begins_for_a_connection_that_is_removed() {
    let image = SeenImage {
        repository: "team/app".to_owned(),
        tag: "1".to_owned(),
        digest: "sha256:1".to_owned(),
        pushed_at: None,
    };
    type Begins<'a> = &'a (dyn Fn(&TestStore, ConnectionId) -> bool + Sync);
    let begins: [(&str, Begins<'_>); 6] = [
        ("a use", &|store, id| declare(store, id, "build").is_ok()),
        ("a hand-out", &|store, id| hand_out(store, id).is_ok()),
        ("a scan", &|store, id| queue_one(store, id, 1) != Ok(0)),
        ("an image", &|store, id| {
            let kept = block_on(store.record_push(id, std::slice::from_ref(&image), NOW));
            !kept.unwrap().is_empty()
        }),
        ("an address of events", &|store, id| {
            block_on(store.renew_event_secret(&change(), PROJECT, id)).is_ok()
        }),
        ("a sync", &|store, id| {
            let started = store.start_sync(PROJECT, id, SyncOrigin::Request, NOW);
            block_on(started).is_ok()
        }),
    ];
    for (name, begins) in begins {
        let (file, id) = connected();
        let removes = |one: &TestStore| delete(one, id).unwrap();
        let has_begun = second_after_first(&file, removes, |two| begins(two, id));
        assert!(!has_begun, "{name}");
    }
}

#[test]
fn a_name_is_given_once() {
    let (file, id) = connected();
    let creates = |name: &'static str| {
        move |store: &TestStore| {
            create(store, name, &format!("https://{name}.example.com")).map(drop)
        }
    };
    let first = |one: &TestStore| creates("two")(one).unwrap();
    let edit = Edit {
        name: Some("two".to_owned()),
        ..Edit::default()
    };
    let second =
        |two: &TestStore| block_on(two.update(&change(), PROJECT, id, None, &edit)).map(drop);
    assert_eq!(
        second_after_first(&file, first, second),
        Err(StoreError::NameTaken)
    );
    let first = |one: &TestStore| creates("three")(one).unwrap();
    let second = |two: &TestStore| create(two, "three", "https://other.example.com").map(drop);
    assert_eq!(
        second_after_first(&file, first, second),
        Err(StoreError::NameTaken)
    );
}

#[test]
fn a_quota_holds() {
    let policy = json!({ "mode": "automatic", "include": [ "v1", "v2" ] });
    let quotas = Quotas {
        connections: 2,
        patterns: 3,
        queued_scans: 1,
    };
    let (file, id) = connected();
    let other = create(&file.store(), "two", "https://two.example.com")
        .unwrap()
        .id;
    let exceeded = |quota, most| Err(StoreError::QuotaExceeded { quota, most });

    let edits = |store: &TestStore, id| {
        let edit = Edit {
            policy: Some(kept(policy.clone())),
            ..Edit::default()
        };
        block_on(store.update(&change(), PROJECT, id, None, &edit)).map(drop)
    };
    let first = |one: &TestStore| edits(one, id).unwrap();
    let patterns = second_after_first_within(&file, quotas, first, |two| edits(two, other));
    assert_eq!(patterns, exceeded(Quota::Patterns, 3));

    let first = |one: &TestStore| assert_eq!(queue_one(one, id, 1), Ok(1));
    let second = |two: &TestStore| queue_one(two, other, 2).map(drop);
    let scans = second_after_first_within(&file, quotas, first, second);
    assert_eq!(scans, exceeded(Quota::QueuedScans, 1));

    delete(&file.store(), other).unwrap();
    let first = |one: &TestStore| drop(create(one, "three", "https://three.example.com").unwrap());
    let second = |two: &TestStore| create(two, "four", "https://four.example.com").map(drop);
    let connections = second_after_first_within(&file, quotas, first, second);
    assert_eq!(connections, exceeded(Quota::Connections, 2));
}

#[test]
fn no_more_use_a_connection_than_may() {
    let (file, id) = connected();
    let store = file.store();
    for number in 1..MOST_USES {
        declare(&store, id, &format!("build {number}")).unwrap();
    }
    let first = |one: &TestStore| declare(one, id, "last").unwrap();
    let second = second_after_first(&file, first, |two| declare(two, id, "one more"));
    assert_eq!(second, Err(StoreError::TooManyUses));
}

#[test]
fn secrets_open_whoever_wrote_to_the_audit_meanwhile() {
    let (file, one_id) = connected();
    let two_id = create(&file.store(), "two", "https://two.example.com")
        .unwrap()
        .id;
    let replaces = |store: &TestStore, id, name: &str| {
        let anew = spec(name, &format!("https://{name}.example.com"));
        block_on(store.replace_credentials(&change(), PROJECT, id, None, &anew, None)).map(drop)
    };
    let first = |one: &TestStore| replaces(one, one_id, "one").unwrap();
    second_after_first(&file, first, |two| replaces(two, two_id, "two")).unwrap();
    let first = |one: &TestStore| declare(one, one_id, "build").unwrap();
    let made = second_after_first(&file, first, |two| {
        create(two, "three", "https://three.example.com").map(|made| made.id)
    });
    for id in [one_id, two_id, made.unwrap()] {
        block_on(file.store().open(PROJECT, id, NOW)).unwrap();
    }
}

#[test]
fn a_queue_knows_what_waits() {
    let (file, id) = connected();
    let store = file.store();
    queue(&store, id, 1);
    let first = |one: &TestStore| assert_eq!(lease(one, "s1", 1, NOW).unwrap().len(), 1);
    assert_eq!(
        second_after_first(&file, first, |two| queue_one(two, id, 7)),
        Ok(1)
    );
    assert_eq!(lease(&store, "s1", 1, NOW).unwrap().len(), 1);
    queue_one(&store, id, 8).unwrap();
    let first = |one: &TestStore| assert_eq!(queue_one(one, id, 9), Ok(1));
    let leased = second_after_first(&file, first, |two| lease(two, "s1", 1, NOW).unwrap().len());
    assert_eq!(leased, 1);
    assert_eq!(lease(&store, "s1", 1, NOW).unwrap().len(), 1);
}

#[test]
fn an_image_is_leased_once_and_a_new_lease_does_not_lapse_with_the_old_one() {
    let (file, id) = connected();
    let store = file.store();
    queue(&store, id, 2);
    let first = |one: &TestStore| assert_eq!(lease(one, "s1", 1, NOW).unwrap().len(), 1);
    let second = second_after_first(&file, first, |two| lease(two, "s2", 2, NOW).unwrap());
    assert_eq!(second.len(), 1, "the other one");
    let later = NOW + 3_600_000;
    let first = |one: &TestStore| assert_eq!(lease(one, "s3", 2, later).unwrap().len(), 2);
    let late = second_after_first(&file, first, |two| {
        finish(two, &second[0], Outcome::Passed, later).map(drop)
    });
    assert_eq!(late, Err(StoreError::LeaseLost));
}

#[test]
fn a_step_of_a_sync_that_another_took_over_writes_nothing() {
    let (file, id) = connected();
    let started = file.store();
    let started = block_on(started.start_sync(PROJECT, id, SyncOrigin::Request, NOW));
    let held = started.unwrap().unwrap();
    let later = NOW + 3_600_000;
    let first = |one: &TestStore| drop(block_on(one.take_up_sync(id, later)).unwrap().unwrap());
    let seen = SeenImage {
        repository: "team/app".to_owned(),
        tag: "1".to_owned(),
        digest: "sha256:1".to_owned(),
        pushed_at: None,
    };
    let written = second_after_first(&file, first, |two| {
        block_on(two.record_seen(&held, &[seen], NOW))
    });
    assert_eq!(written, Ok(false));
    assert_eq!(integers(&file.store(), "SELECT count(*) FROM images"), [0]);
}

#[test]
fn sessions_that_wait_for_each_other_are_busy() {
    let (file, id) = connected();
    let other = create(&file.store(), "two", "https://two.example.com")
        .unwrap()
        .id;
    let (one, two) = (file.connect(KEY), file.connect(KEY));
    for (store, own) in [(&one, id), (&two, other)] {
        sql(store, "BEGIN", vec![]);
        let locks = "SELECT 1 FROM connections WHERE id = ?1 FOR UPDATE";
        sql(store, locks, vec![own.to_string().into()]);
    }
    let renames = |store: &TestStore, id| {
        let renamed = block_on(store.update(&change(), PROJECT, id, None, &Edit::default()));
        let ended = block_on(store.database().query("COMMIT", vec![]));
        renamed
            .map(drop)
            .and(ended.map(drop).map_err(StoreError::from))
    };
    let outcomes = thread::scope(|scope| {
        let second = scope.spawn(|| renames(&two, id));
        [renames(&one, other), second.join().unwrap()]
    });
    let is_busy = |outcome: &&Result<(), StoreError>| **outcome == Err(StoreError::Busy);
    assert_eq!(outcomes.iter().filter(is_busy).count(), 1, "{outcomes:?}");
    assert_eq!(
        outcomes.iter().filter(|outcome| outcome.is_ok()).count(),
        1,
        "{outcomes:?}"
    );
}
