//! Addresses of events, who is let in at them, and what waits.

use bowline_store::{
    ConnectionId, PageSize, PendingEvent, StoreError, TakenEvent, Timestamp, Value, Within,
};
use futures::executor::block_on;

use crate::store::setup::{NOW, PROJECT, TestStore, change, change_at, create, sql, store};

const MINUTE: i64 = 60_000;

fn connected(store: &TestStore) -> ConnectionId {
    create(store, "prod", "https://one.example.com").unwrap().id
}

fn secret(store: &TestStore, id: ConnectionId) -> String {
    let (_, secret) = block_on(store.renew_event_secret(&change(), PROJECT, id)).unwrap();
    secret.expose().to_owned()
}

fn pending(tag: &str) -> PendingEvent {
    PendingEvent {
        repository: "team/app".to_owned(),
        tag: tag.to_owned(),
        digest: None,
        removed: false,
        at: Some(NOW),
    }
}

fn keep(store: &TestStore, id: ConnectionId, tags: &[&str], now: i64) -> usize {
    let events: Vec<_> = tags.iter().map(|tag| pending(tag)).collect();
    block_on(store.keep_pending(id, &events, now)).unwrap()
}

fn take(store: &TestStore, now: i64) -> Vec<TakenEvent> {
    block_on(store.take_pending(Within::All, 10, now)).unwrap()
}

fn tags(taken: &[TakenEvent]) -> Vec<&str> {
    taken.iter().map(|taken| taken.event.tag.as_str()).collect()
}

#[test]
fn the_last_secret_lets_in_and_nothing_else() {
    let store = store();
    let (id, other) = (
        connected(&store),
        create(&store, "other", "https://two.example.com")
            .unwrap()
            .id,
    );
    let (first, elsewhere) = (secret(&store, id), secret(&store, other));
    let last = secret(&store, id);
    assert!(last.len() == 32 && first != last, "128 bits in hexadecimal");
    let cases: [(&str, &[&str], bool); 8] = [
        ("the last one", &[&last], true),
        ("the last one among others", &["", "Bearer x", &last], true),
        ("the one before", &[&first], false),
        ("that of another connection", &[&elsewhere], false),
        ("none", &[], false),
        ("an empty one", &[""], false),
        ("half of it", &[last.get(..16).unwrap()], false),
        ("with a space", &[&format!("{last} ")], false),
    ];
    for (name, secrets, expected) in cases {
        let admitted = block_on(store.admit_event(id, secrets));
        assert_eq!(admitted.is_ok(), expected, "{name}");
    }
    block_on(store.end_events(&change(), PROJECT, id)).unwrap();
    assert_eq!(
        block_on(store.admit_event(id, &[&last])),
        Err(StoreError::NotFound)
    );
}

#[test]
fn only_a_hash_of_the_secret_is_kept() {
    let store = store();
    let secret = secret(&store, connected(&store));
    let rows = sql(
        &store,
        "SELECT hash, changed_by FROM event_addresses",
        vec![],
    );
    assert!(matches!(&rows[0].0[0], Value::Blob(hash) if hash.len() == 32));
    let audit = sql(
        &store,
        "SELECT group_concat(changes || action || subject) FROM audit",
        vec![],
    );
    assert!(!format!("{rows:?}{audit:?}").contains(&secret));
}

#[test]
fn what_is_done_with_an_address_is_audited() {
    let store = store();
    let id = connected(&store);
    let mut address = block_on(store.event_address(PROJECT, id)).unwrap();
    assert_eq!((address.enabled, address.created_at), (false, None));
    assert_eq!(
        block_on(store.end_events(&change(), PROJECT, id)),
        Err(StoreError::NotFound)
    );
    secret(&store, id);
    secret(&store, id);
    address = block_on(store.event_address(PROJECT, id)).unwrap();
    assert_eq!(
        (address.enabled, address.created_at),
        (true, Some(Timestamp(NOW)))
    );
    block_on(store.end_events(&change_at(NOW + 1), PROJECT, id)).unwrap();
    assert!(!block_on(store.event_address(PROJECT, id)).unwrap().enabled);
    let audit = block_on(store.audit(PROJECT, id, PageSize::default(), None)).unwrap();
    let changes = audit.items.iter().map(|it| {
        (
            it.action.as_str(),
            it.version,
            it.subject.as_str(),
            it.changes.get("events").map(ToString::to_string),
        )
    });
    let switched = |to: &str| Some(to.to_owned());
    assert_eq!(
        changes.collect::<Vec<_>>(),
        [
            ("events", 1, "ada", switched("[true,false]")),
            ("events", 1, "ada", switched("[true,true]")),
            ("events", 1, "ada", switched("[false,true]")),
            ("create", 1, "ada", None),
        ]
    );
}

#[test]
fn a_connection_of_another_project_or_none_has_no_address() {
    let store = store();
    let id = connected(&store);
    secret(&store, id);
    let nobody = ConnectionId::new(NOW, &crate::store::setup::Counting);
    for (project, id) in [("other", id), (PROJECT, nobody)] {
        let read = block_on(store.event_address(project, id)).map(drop);
        let renewed = block_on(store.renew_event_secret(&change(), project, id)).map(drop);
        let ended = block_on(store.end_events(&change(), project, id));
        assert_eq!(
            [read, renewed, ended],
            [const { Err(StoreError::NotFound) }; 3]
        );
    }
}

#[test]
fn requests_are_counted_by_the_minute() {
    let store = store();
    let id = connected(&store);
    let start = NOW - NOW % MINUTE;
    assert_eq!(
        block_on(store.count_events(id, 1, 0, start)),
        Err(StoreError::NotFound)
    );
    secret(&store, id);
    let counted = [
        (start, 1),
        (start + MINUTE - 1, 2),
        (start + MINUTE, 1),
        (start, 1),
    ];
    for (now, expected) in counted {
        assert_eq!(
            block_on(store.count_events(id, 2, 3, now)),
            Ok(expected),
            "{now}"
        );
    }
    let address = block_on(store.event_address(PROJECT, id)).unwrap();
    assert_eq!((address.received, address.unknown), (8, 12));
    assert_eq!(address.last_received_at, Some(Timestamp(start)));
}

#[test]
fn what_waits_comes_again_until_it_is_done() {
    let store = store();
    let id = connected(&store);
    assert_eq!(keep(&store, id, &["v1", "v2"], NOW), 2);
    let taken = take(&store, NOW);
    assert_eq!(tags(&taken), ["v1", "v2"]);
    assert_eq!(
        (taken[0].project.as_str(), taken[0].connection),
        (PROJECT, id)
    );
    assert_eq!(taken[0].event, pending("v1"));
    assert_eq!(
        tags(&take(&store, NOW + MINUTE - 1)),
        Vec::<&str>::new(),
        "both are being done"
    );
    block_on(store.pending_done(&taken[0])).unwrap();
    let left = take(&store, NOW + MINUTE);
    assert_eq!(tags(&left), ["v2"]);
    assert_eq!(
        tags(&take(&store, NOW + 2 * MINUTE)),
        Vec::<&str>::new(),
        "less often"
    );
    // It was announced again while it was being done.
    keep(&store, id, &["v2"], NOW + 2 * MINUTE);
    block_on(store.pending_done(&left[0])).unwrap();
    assert_eq!(tags(&take(&store, NOW + 2 * MINUTE)), ["v2"]);
}

#[test]
fn nothing_waits_for_longer_than_a_day() {
    let store = store();
    keep(&store, connected(&store), &["v1"], NOW);
    let mut times = 0;
    for minute in (0..2 * 24 * 60).step_by(5) {
        times += take(&store, NOW + minute * MINUTE).len();
    }
    assert!((20..40).contains(&times), "{times} times");
    assert_eq!(sql(&store, "SELECT tag FROM pending_events", vec![]), []);
}

#[test]
fn only_so_many_events_of_a_connection_wait() {
    let store = store();
    let (id, other) = (
        connected(&store),
        create(&store, "other", "https://two.example.com")
            .unwrap()
            .id,
    );
    let many: Vec<String> = (0..1500).map(|number| format!("v{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(keep(&store, id, &many[..700], NOW), 700);
    assert_eq!(keep(&store, id, &many[700..], NOW), 300);
    assert_eq!(keep(&store, id, &["one-more"], NOW), 0);
    assert_eq!(
        keep(&store, other, &["v1"], NOW),
        1,
        "another has its own room"
    );
}

#[test]
fn a_removed_connection_takes_its_events_along() {
    let store = store();
    let id = connected(&store);
    let secret = secret(&store, id);
    keep(&store, id, &["v1"], NOW);
    block_on(store.delete(&change(), PROJECT, id, false)).unwrap();
    assert_eq!(
        block_on(store.admit_event(id, &[&secret])),
        Err(StoreError::NotFound)
    );
    assert_eq!(keep(&store, id, &["v1"], NOW), 0);
    assert_eq!(take(&store, NOW), []);
    assert_eq!(
        sql(&store, "SELECT connection FROM event_addresses", vec![]),
        []
    );
}
