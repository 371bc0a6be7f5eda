//! Background work that does not end in order is counted when it is claimed, and set aside.

use bowline_store::{
    BackgroundWork, ConnectionId, Edit, LastCheck, PendingEvent, SetAside, SyncOrigin, Timestamp,
    Within,
};
use futures::executor::block_on;
use serde_json::json;

use crate::store::setup::{NOW, PROJECT, TestStore, change_at, create, kept, store};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

fn edit(store: &TestStore, id: ConnectionId, at: i64, edit: Edit) {
    block_on(store.update(&change_at(at), PROJECT, id, None, &edit)).unwrap();
}

fn with_policy(store: &TestStore, id: ConnectionId, policy: serde_json::Value) {
    let policy = Some(kept(policy));
    let change = Edit {
        policy,
        ..Edit::default()
    };
    edit(store, id, NOW, change);
}

fn set_aside(store: &TestStore, id: ConnectionId) -> Vec<SetAside> {
    block_on(store.set_aside(id)).unwrap()
}

/// A kind of work that is due at [`DAY`] after [`NOW`].
struct Kind {
    work: BackgroundWork,
    /// Makes it due.
    prepare: fn(&TestStore, ConnectionId),
    /// Claims it, if it is due.
    claim: fn(&TestStore, ConnectionId, i64) -> bool,
    /// After which times it is claimed again while it never ends.
    pauses: [i64; 5],
    /// Ends it in order.
    succeed: fn(&TestStore, ConnectionId, i64),
}

const KINDS: [Kind; 4] = [
    Kind {
        work: BackgroundWork::Check,
        prepare: |_, _| {},
        claim: |store, _, now| {
            !block_on(store.claim_checks(Within::All, now, 1))
                .unwrap()
                .is_empty()
        },
        pauses: [5 * MINUTE, 5 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR],
        succeed: |store, id, now| {
            let check = LastCheck {
                at: Timestamp(now),
                ok: false,
                proved: "none".to_owned(),
                problem: None,
            };
            block_on(store.record_check(PROJECT, id, &check)).unwrap();
        },
    },
    Kind {
        work: BackgroundWork::Sync,
        prepare: |store, id| {
            block_on(store.begin_sync(id, SyncOrigin::Schedule, NOW)).unwrap();
        },
        claim: |store, _, now| {
            let waiting = block_on(store.waiting_syncs(Within::All, 1, now)).unwrap();
            let held = waiting
                .first()
                .map(|(_, id)| block_on(store.take_up_sync(*id, now)).unwrap());
            held.flatten().is_some()
        },
        pauses: [MINUTE, MINUTE, HOUR, 2 * HOUR, 4 * HOUR],
        succeed: |store, id, now| {
            let later = now + DAY;
            let started = block_on(store.start_sync(PROJECT, id, SyncOrigin::Request, later));
            block_on(store.release_sync(&started.unwrap().unwrap(), later)).unwrap();
        },
    },
    Kind {
        work: BackgroundWork::Streams,
        prepare: |store, id| with_policy(store, id, json!({ "imageStreams": true })),
        claim: |store, _, now| {
            block_on(store.claim_watch(Within::All, now))
                .unwrap()
                .is_some()
        },
        pauses: [MINUTE / 3, MINUTE / 3, HOUR, 2 * HOUR, 4 * HOUR],
        succeed: |store, id, _| block_on(store.end_watch(id, None)).unwrap(),
    },
    Kind {
        work: BackgroundWork::Events,
        prepare: |store, id| {
            let event = PendingEvent {
                repository: "team/app".to_owned(),
                tag: "v1".to_owned(),
                digest: None,
                removed: false,
                at: None,
            };
            block_on(store.keep_pending(id, &[event], NOW + DAY)).unwrap();
        },
        claim: |store, _, now| {
            !block_on(store.take_pending(Within::All, 9, now))
                .unwrap()
                .is_empty()
        },
        pauses: [MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE, 16 * MINUTE],
        succeed: |store, _, now| {
            let taken = block_on(store.take_pending(Within::All, 9, now + DAY)).unwrap();
            for taken in taken {
                block_on(store.pending_done(&taken)).unwrap();
            }
        },
    },
];

#[test]
fn work_that_never_ends_is_counted_by_its_claim_and_set_aside_after_three() {
    for kind in KINDS {
        let (store, work) = (store(), kind.work);
        let id = create(&store, "a", "https://a.example.com").unwrap().id;
        (kind.prepare)(&store, id);
        let mut now = NOW + DAY;
        for (pause, attempts) in kind.pauses.into_iter().zip(1_u32..) {
            assert!(
                (kind.claim)(&store, id, now),
                "{work:?}, attempt {attempts}"
            );
            let shown = set_aside(&store, id);
            let [shown] = shown.as_slice() else {
                assert!(shown.is_empty() && attempts < 3, "{work:?}: {shown:?}");
                now += pause;
                continue;
            };
            assert!(attempts >= 3, "{work:?}");
            assert_eq!((shown.work, shown.attempts), (work, attempts));
            assert_eq!(shown.next_at, Some(Timestamp(now + pause)), "{work:?}");
            assert!(shown.reason.ends_with('.'), "{work:?}");
            assert!(!(kind.claim)(&store, id, now + pause - 1), "{work:?}");
            now += pause;
        }
        (kind.succeed)(&store, id, now);
        assert_eq!(set_aside(&store, id), [], "{work:?}");
    }
}

#[test]
fn a_new_version_of_the_connection_is_tried_at_once() {
    for kind in KINDS {
        let (store, work) = (store(), kind.work);
        if work == BackgroundWork::Events {
            continue;
        }
        let id = create(&store, "a", "https://a.example.com").unwrap().id;
        (kind.prepare)(&store, id);
        let mut now = NOW + DAY;
        for pause in &kind.pauses[..3] {
            assert!((kind.claim)(&store, id, now), "{work:?}");
            now += pause;
        }
        let changed_at = now - HOUR + MINUTE;
        assert!(!(kind.claim)(&store, id, changed_at), "{work:?}");
        let description = Some("changed".to_owned());
        let change = Edit {
            description,
            ..Edit::default()
        };
        edit(&store, id, changed_at, change);
        assert_eq!(set_aside(&store, id), [], "{work:?}");
        assert!((kind.claim)(&store, id, changed_at), "{work:?}");
    }
}

#[test]
fn a_connection_that_fails_delays_no_other() {
    let store = store();
    let ids = ["a", "b"].map(|name| {
        let url = format!("https://{name}.example.com");
        create(&store, name, &url).unwrap().id
    });
    let claimed = |now| {
        let claimed = block_on(store.claim_checks(Within::All, now, 1)).unwrap();
        claimed.first().map(|(_, id)| *id)
    };
    assert_eq!(claimed(NOW + DAY), Some(ids[0]));
    assert_eq!(claimed(NOW + DAY + 1), Some(ids[1]));
}

#[test]
fn a_reason_is_kept_until_the_work_succeeds() {
    let store = store();
    let id = create(&store, "a", "https://a.example.com").unwrap().id;
    for attempt in 0..3 {
        block_on(store.claim_checks(Within::All, NOW + DAY + attempt * 5 * MINUTE, 1)).unwrap();
        block_on(store.fail_check(id, "It does not open.")).unwrap();
    }
    let [shown] = set_aside(&store, id).try_into().unwrap();
    assert_eq!(shown.reason, "It does not open.");
}
