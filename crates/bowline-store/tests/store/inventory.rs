//! The inventory: what events and syncs write, and what is read of it.

use bowline_store::{
    ConnectionId, ImageQuery, InventoryImage, ManifestDetails, Origin, Outcome, Removed, SeenImage,
    StoreError, WantedScan,
};
use futures::executor::block_on;

use crate::store::{
    scans::{finish, lease},
    setup::{NOW, PROJECT, TestStore, change, create, sql, store},
};

const A: &str = "sha256:aaaa";
const B: &str = "sha256:bbbb";

fn connected() -> (TestStore, ConnectionId) {
    let store = store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    (store, id)
}

fn pushed(tag: &str, digest: &str, at: i64) -> SeenImage {
    SeenImage {
        repository: "app".to_owned(),
        tag: tag.to_owned(),
        digest: digest.to_owned(),
        pushed_at: Some(NOW + at),
    }
}

/// An event, told so many milliseconds after [`NOW`] by the registry's clock.
#[derive(Clone, Copy, Debug)]
enum Event {
    Push(&'static str, &'static str, i64),
    Remove(Removed<'static>, i64),
}

impl Event {
    fn tell(self, store: &TestStore, id: ConnectionId) {
        block_on(async {
            match self {
                Self::Push(tag, digest, at) => {
                    let pushed = [pushed(tag, digest, at)];
                    drop(store.record_push(id, &pushed, NOW + 1000).await.unwrap());
                }
                Self::Remove(removed, at) => {
                    let removed =
                        store.record_removed(id, "app", removed, Some(NOW + at), NOW + 1000);
                    removed.await.unwrap();
                }
            }
        });
    }
}

/// `tag=digest` of what is there, and `tag gone`.
fn standing(store: &TestStore, id: ConnectionId) -> Vec<String> {
    let line = |image: InventoryImage| match image.gone_at {
        None => format!("{}={}", image.tag, image.digest.replace("sha256:", "")),
        Some(_) => format!("{} gone", image.tag),
    };
    shown(store, id).into_iter().map(line).collect()
}

fn shown(store: &TestStore, id: ConnectionId) -> Vec<InventoryImage> {
    let page = block_on(store.inventory(PROJECT, id, &ImageQuery::default()));
    page.unwrap().items
}

#[test]
fn repeats_and_reordering_of_events_change_nothing() {
    use Event::{Push, Remove};
    let cases: [(&str, &[Event], &[&str]); 6] = [
        ("a push", &[Push("1", A, 1)], &["1=aaaa"]),
        (
            "a move",
            &[Push("1", A, 1), Push("1", B, 2), Push("2", A, 3)],
            &["1=bbbb", "2=aaaa"],
        ),
        (
            "a removed tag",
            &[
                Push("1", A, 1),
                Push("2", A, 2),
                Remove(Removed::Tag("1"), 3),
            ],
            &["1 gone", "2=aaaa"],
        ),
        (
            "a removed manifest",
            &[
                Push("1", A, 1),
                Push("2", B, 2),
                Remove(Removed::Digest(A), 3),
            ],
            &["1 gone", "2=bbbb"],
        ),
        (
            "a removed repository",
            &[
                Push("1", A, 1),
                Remove(Removed::Repository, 2),
                Push("2", B, 3),
            ],
            &["1 gone", "2=bbbb"],
        ),
        (
            "pushed again after it was removed",
            &[
                Push("1", A, 1),
                Remove(Removed::Tag("1"), 2),
                Push("1", A, 3),
            ],
            &["1=aaaa"],
        ),
    ];
    for (name, events, expected) in cases {
        for order in orders(events) {
            let (store, id) = connected();
            for event in order.iter().chain(&order) {
                event.tell(&store, id);
            }
            // What was removed before it was known was never there.
            let found: Vec<_> = standing(&store, id);
            let known =
                |line: &&str| !line.ends_with("gone") || found.contains(&(**line).to_owned());
            let expected: Vec<_> = expected.iter().copied().filter(known).collect();
            assert_eq!(found, expected, "{name}: {order:?}");
        }
        let (store, id) = connected();
        for event in events {
            event.tell(&store, id);
        }
        assert_eq!(standing(&store, id), expected, "{name} in order");
    }
}

fn orders(events: &[Event]) -> Vec<Vec<Event>> {
    let Some((first, rest)) = events.split_first() else {
        return vec![Vec::new()];
    };
    let insert = |order: Vec<Event>| {
        (0..=order.len()).map(move |at| {
            let mut order = order.clone();
            order.insert(at, *first);
            order
        })
    };
    orders(rest).into_iter().flat_map(insert).collect()
}

#[test]
fn a_push_is_given_until_it_was_scanned() {
    let (store, id) = connected();
    let push = [pushed("1", A, 1)];
    for time in ["first", "again"] {
        let given = block_on(store.record_push(id, &push, NOW + 1000)).unwrap();
        assert_eq!(given, [pushed("1", A, 1)], "{time}");
    }
    sql(
        &store,
        "INSERT INTO manifests (connection, digest, scanned_at) SELECT connection, digest, 1 FROM images",
        vec![],
    );
    for (name, push) in [
        ("the same", pushed("1", A, 1)),
        ("by another tag", pushed("2", A, 2)),
    ] {
        let given = block_on(store.record_push(id, &[push], NOW + 1000)).unwrap();
        assert_eq!(given, [], "{name}");
    }
    let moved = block_on(store.record_push(id, &[pushed("1", B, 3)], NOW + 1000)).unwrap();
    assert_eq!(moved, [pushed("1", B, 3)]);
    let late = block_on(store.record_push(id, &[pushed("1", "sha256:cc", 2)], NOW + 1000)).unwrap();
    assert_eq!(late, []);
}

#[test]
fn a_registry_whose_clock_is_ahead_is_still_heard() {
    let (store, id) = connected();
    block_on(store.record_push(id, &[pushed("1", A, 3_600_000)], NOW)).unwrap();
    block_on(store.record_push(id, &[pushed("1", B, 3_600_001)], NOW + 1)).unwrap();
    assert_eq!(standing(&store, id), ["1=bbbb"]);
}

#[test]
fn what_a_digest_stands_for_is_kept_once() {
    let (store, id) = connected();
    block_on(async {
        store
            .record_push(id, &[pushed("1", A, 1), pushed("2", B, 1)], NOW)
            .await
            .unwrap();
        assert_eq!(
            store.unread_digests(id, "app", 9, NOW).await.unwrap(),
            [A, B]
        );
        for created_at in [Some(7), Some(8)] {
            let details = ManifestDetails {
                digest: A.to_owned(),
                created_at,
                size: Some(5),
                ..Default::default()
            };
            store.record_details(id, &[details], NOW).await.unwrap();
        }
        assert_eq!(store.unread_digests(id, "app", 9, NOW).await.unwrap(), [B]);
        let images = store.images_of(id, "app").await.unwrap();
        let dates: Vec<_> = images.iter().map(|known| known.image.created_at).collect();
        assert_eq!(dates, [Some(7), None]);
    });
}

#[test]
fn what_could_not_be_told_is_shown_and_asked_for_another_time() {
    let (store, id) = connected();
    let untold = |digest: &str, problem: &str, ask_again| ManifestDetails {
        digest: digest.to_owned(),
        problem: Some(problem.to_owned()),
        ask_again,
        ..ManifestDetails::default()
    };
    let keep = |details: &[_], at| block_on(store.record_details(id, details, at)).unwrap();
    let unread = |since| block_on(store.unread_digests(id, "app", 9, since)).unwrap();
    let problems = || {
        let images = shown(&store, id).into_iter();
        let problems = images.map(|image| image.problem.unwrap_or_default());
        problems.collect::<Vec<_>>()
    };
    let pushed = [pushed("1", A, 1), pushed("2", B, 1)];
    block_on(store.record_push(id, &pushed, NOW)).unwrap();
    let details = [
        untold(A, "digest.mismatch", true),
        untold(B, "manifest.unsupported", false),
    ];
    keep(&details, NOW);
    assert_eq!(problems(), ["digest.mismatch", "manifest.unsupported"]);
    let known = block_on(store.images_of(id, "app")).unwrap();
    assert_eq!(known[0].problem.as_deref(), Some("digest.mismatch"));
    assert!(unread(NOW).is_empty(), "it was tried just now");
    assert_eq!(unread(NOW + 1), [A]);
    let told = ManifestDetails {
        digest: A.to_owned(),
        created_at: Some(7),
        ..ManifestDetails::default()
    };
    keep(&[told], NOW + 1);
    assert!(unread(NOW + 2).is_empty());
    assert_eq!(problems(), ["", "manifest.unsupported"]);
}

#[test]
fn the_scan_of_an_image_is_shown_as_it_stands() {
    let (store, id) = connected();
    let queue = |now| {
        let wanted = [WantedScan {
            repository: "app".to_owned(),
            tag: Some("1".to_owned()),
            digest: Some(A.to_owned()),
        }];
        block_on(store.queue_scans(PROJECT, id, &wanted, Origin::Sync, now)).unwrap();
    };
    let expect = |state: &str, at| {
        for image in shown(&store, id) {
            let scan = image.scan.map(|scan| (scan.state, scan.at.0));
            assert_eq!(scan, Some((state.to_owned(), at)), "{}", image.tag);
        }
    };
    let pushed = [pushed("1", A, 1), pushed("2", A, 1)];
    block_on(store.record_push(id, &pushed, NOW)).unwrap();
    assert!(shown(&store, id).iter().all(|image| image.scan.is_none()));
    queue(NOW + 1);
    expect("queued", NOW + 1);
    let leased = lease(&store, "s1", 1, NOW + 2).unwrap().remove(0);
    expect("leased", NOW + 2);
    finish(&store, &leased, Outcome::Failed, NOW + 3).unwrap();
    expect("failed", NOW + 3);
    queue(NOW + 4);
    expect("queued", NOW + 4);
    assert_eq!(shown(&store, id).len(), 2);
}

#[test]
fn a_removed_connection_takes_its_inventory_with_it() {
    let (store, id) = connected();
    block_on(async {
        store
            .record_push(id, &[pushed("1", A, 1)], NOW)
            .await
            .unwrap();
        let details = ManifestDetails {
            digest: A.to_owned(),
            ..Default::default()
        };
        store
            .record_details(id, std::slice::from_ref(&details), NOW)
            .await
            .unwrap();
        store
            .record_removed(id, "app", Removed::Tag("2"), None, NOW)
            .await
            .unwrap();
        store.delete(&change(), PROJECT, id, false).await.unwrap();
        // What comes in later is about nothing.
        store
            .record_push(id, &[pushed("1", A, 2)], NOW)
            .await
            .unwrap();
        store.record_details(id, &[details], NOW).await.unwrap();
        store
            .record_removed(id, "app", Removed::Tag("2"), None, NOW)
            .await
            .unwrap();
        let query = ImageQuery::default();
        let gone = store.inventory(PROJECT, id, &query).await.err();
        assert_eq!(gone, Some(StoreError::NotFound));
    });
    for table in ["images", "manifests", "removals"] {
        let rows = sql(&store, &format!("SELECT * FROM {table}"), vec![]);
        assert_eq!(rows, [], "{table}");
    }
}
