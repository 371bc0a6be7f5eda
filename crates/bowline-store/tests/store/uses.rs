//! Declaring uses, ending them, and what lapses.

use crate::store::{
    scans::{finish, lease, queue},
    setup::{NOW, PROJECT, change, change_at, create, sql, store},
};
use bowline_store::{Change, MOST_USES, Outcome, PageSize, StoreError, Timestamp, Use, UseKind};
use futures::executor::block_on;
use serde_json::json;

const HOUR: i64 = 3_600_000;

fn change_as(subject: &str, now: i64) -> Change {
    Change {
        subject: subject.to_owned(),
        ..change_at(now)
    }
}

fn used(consumer: &str, title: &str, until: i64) -> Use {
    Use::declared(consumer, title, Timestamp(until))
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

#[test]
fn who_was_handed_the_credentials_lately_uses_the_connection() {
    let store = store();
    let made = create(&store, "prod", "https://one.example.com").unwrap();
    let (id, other) = (made.id, change_as("ben", NOW));
    block_on(store.hand_out(&other, &made, None)).unwrap();
    block_on(store.hand_out(&change_at(NOW + 7), &made, None)).unwrap();
    block_on(store.hand_out(&change_as("cid", NOW), &made, Some("s1"))).unwrap();
    let handed_out = |subject: &str, at: i64| Use {
        kind: UseKind::HandOut,
        ..used(subject, subject, at + HOUR)
    };
    let both = vec![handed_out("ada", NOW + 7), handed_out("ben", NOW)];
    let later = NOW + HOUR - 1;
    assert_eq!(
        block_on(store.read(PROJECT, id, later)).unwrap().uses,
        both,
        "what a scanner gets is used by its lease"
    );
    let delete = |now| block_on(store.delete(&change_at(now), PROJECT, id, false));
    assert_eq!(delete(later), Err(StoreError::InUse(both)));
    // Who declares a use and ends it needs the credentials no longer.
    let declare = |change: &Change, subject: &str| {
        let nightly = used("build-7", subject, NOW + 2 * HOUR);
        block_on(store.declare_use(change, PROJECT, id, &nightly)).unwrap();
        block_on(store.end_use(change, PROJECT, id, "build-7")).unwrap();
    };
    declare(&other, "ben");
    let left = block_on(store.read(PROJECT, id, later)).unwrap().uses;
    assert_eq!(left, [handed_out("ada", NOW + 7)]);
    assert_eq!(delete(NOW + 7 + HOUR), Ok(()), "an hour has passed");
}

#[test]
fn scanners_with_leases_use_the_connection() {
    let store = store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    queue(&store, id, 4);
    let first = lease(&store, "s1", 2, NOW).unwrap();
    let second = lease(&store, "s1", 1, NOW + 5).unwrap();
    let third = lease(&store, "s2", 1, NOW + 6).unwrap();
    let scan = |scanner: &str, until: i64| Use {
        kind: UseKind::Scan,
        ..used(scanner, scanner, until)
    };
    let uses = |now| block_on(store.read(PROJECT, id, now)).unwrap().uses;
    let both = [scan("s1", NOW + 5 + HOUR), scan("s2", NOW + 6 + HOUR)];
    assert_eq!(uses(NOW + 7), both);
    let delete = || block_on(store.delete(&change_at(NOW + 7), PROJECT, id, false));
    assert_eq!(delete(), Err(StoreError::InUse(both.to_vec())));
    for leased in first.iter().chain(&second) {
        finish(&store, leased, Outcome::Passed, NOW + 7).unwrap();
    }
    assert_eq!(uses(NOW + 7), both[1..]);
    finish(&store, &third[0], Outcome::Failed, NOW + 7).unwrap();
    assert_eq!(delete(), Ok(()));
}
