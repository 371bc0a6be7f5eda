//! The queue of scans: what is queued, who gets it, and what comes of it.

mod leasing;
mod releasing;
mod results;

use bowline_store::{
    Connection, ConnectionId, Database, LeaseRequest, Leased, Origin, Outcome, PageSize, Scan,
    ScanResult, ScanState, Store, StoreError, WantedScan,
};
use futures::{FutureExt, executor::block_on};

use crate::store::setup::{
    Counting, NOW, PROJECT, TestStore, change, create, form, spec_of, sql, store,
};

/// An image of the repository `team/app`, by what its digest ends with.
pub(crate) fn wanted(tag: &str, digest: u64) -> WantedScan {
    WantedScan {
        repository: "team/app".to_owned(),
        tag: Some(tag.to_owned()),
        digest: Some(format!("sha256:{digest:064x}")),
    }
}

/// Queues as many images of a connection, each another one.
pub(crate) fn queue(store: &TestStore, connection: ConnectionId, images: u64) {
    let wanted: Vec<_> = (0..images)
        .map(|number| wanted(&number.to_string(), number))
        .collect();
    let queued = store.queue_scans(PROJECT, connection, &wanted, Origin::Sync, NOW);
    assert_eq!(block_on(queued), Ok(wanted.len()));
}

/// What a scanner gets that asks for `most` images of the project.
pub(crate) fn lease<D: Database>(
    store: &Store<D, Counting>,
    scanner: &str,
    most: u32,
    now: i64,
) -> Result<Vec<Leased>, StoreError> {
    let request = LeaseRequest {
        scanner,
        subject: "ada",
        projects: &[PROJECT.to_owned()],
        most,
    };
    at_once(store.lease_scans(request, now))
}

/// Says how the scan of `leased` ended.
pub(crate) fn finish<D: Database>(
    store: &Store<D, Counting>,
    leased: &Leased,
    outcome: Outcome,
    now: i64,
) -> Result<Scan, StoreError> {
    let result = ScanResult {
        lease: &leased.lease,
        outcome,
        reason: "",
    };
    let projects = [PROJECT.to_owned()];
    at_once(store.finish_scan(&projects, leased.scan.id, result, now))
}

/// The outcome of what the database of these tests never lets wait, within another future too.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().unwrap()
}

/// A connection with a policy.
fn with_policy(store: &TestStore, name: &str, policy: serde_json::Value) -> Connection {
    let mut form = form(name, &format!("https://{name}.example.com"));
    form.policy = serde_json::from_value(policy).unwrap();
    block_on(store.create(&change(), PROJECT, &spec_of(&form), None)).unwrap()
}

fn state(store: &TestStore, leased: &Leased) -> Scan {
    let Scan { connection, id, .. } = leased.scan;
    let page = block_on(store.scans(PROJECT, connection, None, PageSize::default(), None));
    let mut found = page.unwrap().items.into_iter();
    found.find(|scan| scan.id == id).unwrap()
}

#[test]
fn an_image_is_queued_once_however_many_tags_name_it() {
    let store = store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    let queue = |wanted: &[WantedScan]| {
        block_on(store.queue_scans(PROJECT, id, wanted, Origin::Sync, NOW)).unwrap()
    };
    assert_eq!(
        queue(&[wanted("1", 1), wanted("latest", 1), wanted("2", 2)]),
        2
    );
    assert_eq!(queue(&[wanted("2.0", 2), wanted("3", 3)]), 1);
    assert_eq!(queue(&[]), 0);
    let many: Vec<_> = (0..1200).map(|number| wanted("many", number)).collect();
    assert_eq!(queue(&many), 1197);
    let again =
        block_on(store.request_scans(PROJECT, id, &[wanted("x", 1), wanted("y", 9999)], NOW));
    let tags: Vec<_> = again
        .unwrap()
        .into_iter()
        .map(|scan| (scan.tag, scan.origin))
        .collect();
    assert_eq!(
        tags,
        [
            (Some("1".to_owned()), Origin::Sync),
            (Some("y".to_owned()), Origin::Request),
        ]
    );
}

#[test]
fn an_image_without_a_digest_is_its_tag() {
    let store = store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    let tagged = |tag: &str| WantedScan {
        digest: None,
        ..wanted(tag, 0)
    };
    let queued = block_on(store.queue_scans(
        PROJECT,
        id,
        &[tagged("1"), tagged("2"), tagged("1")],
        Origin::Request,
        NOW,
    ));
    assert_eq!(queued, Ok(2));
    let page = block_on(store.scans(PROJECT, id, None, PageSize::default(), None)).unwrap();
    let images: Vec<_> = page.items.iter().map(|scan| scan.image.as_str()).collect();
    assert_eq!(
        images,
        ["one.example.com/team/app:2", "one.example.com/team/app:1"]
    );
}

#[test]
fn nothing_is_queued_for_what_is_not_there_and_all_goes_with_the_connection() {
    let store = store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    let queue = |project| {
        block_on(store.queue_scans(project, id, &[wanted("1", 1)], Origin::Event, NOW)).unwrap()
    };
    assert_eq!((queue("other"), queue(PROJECT)), (0, 1));
    assert_eq!(
        block_on(store.request_scans("other", id, &[wanted("1", 1)], NOW)),
        Err(StoreError::NotFound)
    );
    block_on(store.delete(&change(), PROJECT, id, false)).unwrap();
    assert_eq!(queue(PROJECT), 0);
    let left = sql(
        &store,
        "SELECT id FROM scans UNION ALL SELECT connection FROM scan_queues",
        vec![],
    );
    assert_eq!(left, []);
    let listed = block_on(store.scans(PROJECT, id, None, PageSize::default(), None));
    assert_eq!(listed, Err(StoreError::NotFound));
}

#[test]
fn scans_are_listed_newest_first_page_by_page() {
    let store = store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    for number in 0..5 {
        let tag = number.to_string();
        let now = NOW + number;
        let wanted = [wanted(&tag, number.unsigned_abs())];
        block_on(store.queue_scans(PROJECT, id, &wanted, Origin::Sync, now)).unwrap();
    }
    let cases: [(Option<ScanState>, &[&str]); 3] = [
        (None, &["4", "3", "2", "1", "0"]),
        (Some(ScanState::Queued), &["4", "3", "2", "1", "0"]),
        (Some(ScanState::Passed), &[]),
    ];
    for (state, expected) in cases {
        let (mut tags, mut cursor) = (Vec::new(), None);
        loop {
            let size = PageSize::new(2).unwrap();
            let page = block_on(store.scans(PROJECT, id, state, size, cursor.as_ref())).unwrap();
            tags.extend(page.items.into_iter().filter_map(|scan| scan.tag));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(tags, expected, "{state:?}");
    }
}
