//! Notices to projects: made with what they tell, delivered or set aside, whoever dies over it.

use bowline_store::{
    Connection, Delivery, DueNotice, LastCheck, NoticeEndpoint, NoticeKind, Outcome, PageSize,
    StoreError, SyncOrigin, SyncProblem, Timestamp, Within,
};
use futures::executor::block_on;
use serde_json::{Value, json};

use crate::store::{
    scans::{finish, lease, queue},
    setup::{
        File, KEY, NEWER_KEY, NOW, PROJECT, TestStore, change, change_at, create, form, spec,
        spec_of, sql, store,
    },
};

const URL: &str = "https://hooks.example.com/x";
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Has the project told of everything, from the beginning.
fn told(store: &TestStore) {
    let (_, secret) =
        block_on(store.change_notices(&change(), PROJECT, URL, NoticeKind::ALL, false)).unwrap();
    assert!(secret.unwrap().expose().starts_with("whsec_"));
}

fn take(store: &TestStore, now: i64) -> Vec<DueNotice> {
    block_on(store.take_notices(Within::All, 10, now)).unwrap()
}

fn end(store: &TestStore, notice: &DueNotice, delivery: Delivery, now: i64) {
    block_on(store.end_notice(notice, &delivery, now)).unwrap();
}

fn failed() -> Delivery {
    Delivery::Failed("It answered 500.".to_owned())
}

fn shown(store: &TestStore) -> NoticeEndpoint {
    block_on(store.notices(PROJECT)).unwrap()
}

/// Everything that is due at `now`, delivered: kind and data.
fn delivered(store: &TestStore, now: i64) -> Vec<(&'static str, Value)> {
    let mut all = Vec::new();
    loop {
        let due = take(store, now);
        if due.is_empty() {
            return all;
        }
        for notice in due {
            all.push((notice.kind.as_str(), notice.data.clone()));
            end(store, &notice, Delivery::Delivered, now);
        }
    }
}

fn kinds(store: &TestStore, now: i64) -> Vec<&'static str> {
    let all = delivered(store, now).into_iter();
    all.map(|(kind, _)| kind).collect()
}

fn check(store: &TestStore, of: &Connection, at: i64, ok: bool) {
    let problem =
        json!({ "code": "auth.rejected", "title": "Rejected", "detail": "of the registry" });
    let check = LastCheck {
        at: Timestamp(at),
        ok,
        proved: "reach".to_owned(),
        problem: (!ok).then_some(problem),
    };
    block_on(store.record_check(&of.project, of.id, &check)).unwrap();
}

#[test]
fn a_project_says_where_it_is_told_and_gets_the_secret_once() {
    let store = store();
    assert_eq!(shown(&store).url, None);
    let put = |url: &str, kinds: &[NoticeKind], renew| {
        block_on(store.change_notices(&change(), PROJECT, url, kinds, renew)).unwrap()
    };
    let (first, secret) = put(URL, &[NoticeKind::SyncFailed], false);
    let secret = secret.unwrap();
    assert_eq!(first.url.as_deref(), Some(URL));
    assert_eq!(
        (first.kinds, first.pending),
        (vec![NoticeKind::SyncFailed], 0)
    );
    let (moved, none) = put("https://other.example.com/", NoticeKind::ALL, false);
    assert!(none.is_none(), "it stays");
    assert_eq!(moved.kinds, NoticeKind::ALL);
    let (_, renewed) = put(URL, NoticeKind::ALL, true);
    let renewed = renewed.unwrap();
    assert_ne!(renewed.expose(), secret.expose());
    for secret in [&secret, &renewed] {
        let kept = sql(&store, "SELECT * FROM notice_endpoints", vec![]);
        assert!(
            !format!("{kept:?}").contains(secret.expose()),
            "it is sealed"
        );
    }
    block_on(store.end_notices(&change(), PROJECT)).unwrap();
    assert_eq!(shown(&store).url, None);
    let again = block_on(store.end_notices(&change(), PROJECT));
    assert_eq!(again, Err(StoreError::NotFound));
    assert!(put(URL, NoticeKind::ALL, false).1.is_some(), "a new secret");

    let audit = block_on(store.settings_audit(PROJECT, PageSize::default(), None)).unwrap();
    let seen: Vec<_> = audit
        .items
        .iter()
        .map(|entry| (entry.action.as_str(), entry.changes["noticesUrl"].clone()))
        .collect();
    let other = "https://other.example.com/";
    assert_eq!(
        seen,
        [
            ("notices", json!([null, URL])),
            ("notices", json!([URL, null])),
            ("notices", json!([other, URL])),
            ("notices", json!([URL, other])),
            ("notices", json!([null, URL])),
        ]
    );
}

#[test]
fn a_connection_fails_and_recovers_once_each() {
    let store = store();
    told(&store);
    let prod = create(&store, "prod", "https://one.example.com").unwrap();
    let mut at = NOW;
    let mut checked = |ok| {
        at += MINUTE;
        check(&store, &prod, at, ok);
        kinds(&store, at)
    };
    assert_eq!(checked(true), [""; 0]);
    assert_eq!(checked(false), ["connection.failing"]);
    assert_eq!(checked(false), [""; 0], "that is known");
    assert_eq!(checked(true), ["connection.recovered"]);
    assert_eq!(checked(true), [""; 0]);
    check(&store, &prod, at + 1, false);
    let (_, data) = delivered(&store, at + 1).remove(0);
    let connection = json!({ "id": prod.id, "name": "prod", "provider": "docker-registry", "endpoint": "https://one.example.com" });
    let problem = json!({ "code": "auth.rejected", "title": "Rejected" });
    assert_eq!(
        data,
        json!({ "project": PROJECT, "connection": connection, "problem": problem }),
        "without words of a registry"
    );
    // New credentials that were not checked are no recovery; the check that follows may be.
    let anew = spec("prod", "https://one.example.com");
    let later = change_at(at + 2);
    block_on(store.replace_credentials(&later, PROJECT, prod.id, None, &anew, None)).unwrap();
    assert_eq!(kinds(&store, at + 2), [""; 0]);
    check(&store, &prod, at + 3, true);
    assert_eq!(kinds(&store, at + 3), ["connection.recovered"]);
}

#[test]
fn credentials_that_end_or_are_old_are_told_once() {
    let store = store();
    told(&store);
    let mut ending = form("ending", "https://ending.example.com");
    ending.expires_at = Some("2026-11-30T00:00:00Z".to_owned());
    let ending = block_on(store.create(&change(), PROJECT, &spec_of(&ending), None)).unwrap();
    create(&store, "lasting", "https://lasting.example.com").unwrap();
    let public = json!({ "provider": "docker-hub", "name": "public", "auth": "anonymous" });
    let public = spec_of(&serde_json::from_value(public).unwrap());
    block_on(store.create(&change(), PROJECT, &public, None)).unwrap();
    let look = |now| {
        while block_on(store.look_at_credentials(Within::All, now)).unwrap() {}
        let mut names: Vec<_> = delivered(&store, now)
            .into_iter()
            .map(|(kind, data)| format!("{kind} {}", data["connection"]["name"].as_str().unwrap()))
            .collect();
        names.sort();
        names
    };
    assert_eq!(look(NOW), ["credentials.expiring ending"]);
    assert_eq!(look(NOW + 2 * HOUR), [""; 0]);
    assert_eq!(
        look(NOW + 90 * DAY),
        ["credentials.old ending", "credentials.old lasting"],
        "who has no secret has nothing to replace"
    );
    assert_eq!(look(NOW + 100 * DAY), [""; 0]);
    let mut anew = form("ending", "https://ending.example.com");
    anew.expires_at = Some("2027-03-01T00:00:00Z".to_owned());
    let later = change_at(NOW + 100 * DAY);
    let anew = spec_of(&anew);
    block_on(store.replace_credentials(&later, PROJECT, ending.id, None, &anew, None)).unwrap();
    assert_eq!(look(NOW + 101 * DAY), ["credentials.expiring ending"]);
}

#[test]
fn failed_syncs_and_scans_that_are_set_aside_are_told() {
    let store = store();
    told(&store);
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    let origin = SyncOrigin::Request;
    let problem = SyncProblem {
        code: "tls.failed".to_owned(),
        title: "The TLS connection failed".to_owned(),
        detail: "words".to_owned(),
        hint: String::new(),
    };
    for problem in [None, Some(&problem)] {
        let held = block_on(store.start_sync(PROJECT, id, origin, NOW)).unwrap();
        block_on(store.finish_sync(&held.unwrap(), problem, NOW)).unwrap();
    }
    let (kind, data) = delivered(&store, NOW).remove(0);
    assert_eq!(kind, "sync.failed");
    assert_eq!(
        data["problem"],
        json!({ "code": "tls.failed", "title": "The TLS connection failed" })
    );
    queue(&store, id, 1);
    for attempt in 1..=5 {
        assert_eq!(kinds(&store, NOW + attempt), [""; 0]);
        let leased = lease(&store, "s1", 1, NOW + attempt).unwrap();
        finish(&store, &leased[0], Outcome::Error, NOW + attempt).unwrap();
    }
    let (kind, data) = delivered(&store, NOW + 5).remove(0);
    assert_eq!(kind, "scan.set_aside");
    assert_eq!(
        (&data["scan"]["repository"], &data["scan"]["attempts"]),
        (&json!("team/app"), &json!(5))
    );
}

#[test]
fn who_is_not_told_of_a_kind_gets_none() {
    let store = store();
    let prod = create(&store, "prod", "https://one.example.com").unwrap();
    check(&store, &prod, NOW, false);
    let only = [NoticeKind::ConnectionRecovered];
    block_on(store.change_notices(&change(), PROJECT, URL, &only, false)).unwrap();
    check(&store, &prod, NOW + 1, false);
    assert_eq!(kinds(&store, NOW + 1), [""; 0]);
    check(&store, &prod, NOW + 2, true);
    assert_eq!(kinds(&store, NOW + 2), ["connection.recovered"]);
    // Of others nothing is told here.
    let other = spec("theirs", "https://theirs.example.com");
    let theirs = block_on(store.create(&change(), "other", &other, None)).unwrap();
    check(&store, &theirs, NOW + 3, false);
    check(&store, &theirs, NOW + 4, true);
    assert_eq!(kinds(&store, NOW + 4), [""; 0]);
}

#[test]
fn a_notice_is_tried_for_a_day_at_growing_distances_and_then_set_aside() {
    let store = store();
    told(&store);
    let prod = create(&store, "prod", "https://one.example.com").unwrap();
    check(&store, &prod, NOW, false);
    let (mut tries, mut now, mut ids) = (Vec::new(), NOW, Vec::new());
    while now <= NOW + 2 * DAY {
        for notice in take(&store, now) {
            tries.push(now - NOW);
            ids.push(notice.id.clone());
            end(&store, &notice, failed(), now);
        }
        now += MINUTE;
    }
    let first: Vec<_> = tries.iter().take(7).map(|it| it / MINUTE).collect();
    assert_eq!(first, [0, 1, 3, 7, 15, 31, 63]);
    assert!(tries.len() < 35, "{}", tries.len());
    assert!(*tries.last().unwrap() >= DAY && *tries.last().unwrap() < DAY + 70 * MINUTE);
    ids.dedup();
    assert_eq!(ids.len(), 1, "under one id");
    let endpoint = shown(&store);
    assert_eq!((endpoint.pending, endpoint.set_aside), (0, 1));
    assert_eq!(endpoint.problem.as_deref(), Some("It answered 500."));
    block_on(store.forget_notices(now + 7 * DAY)).unwrap();
    assert_eq!(shown(&store).set_aside, 0);
    // What comes next is delivered, and all is well.
    check(&store, &prod, now, true);
    assert_eq!(kinds(&store, now), ["connection.recovered"]);
    let endpoint = shown(&store);
    assert_eq!(
        (endpoint.problem, endpoint.last_delivered_at),
        (None, Some(Timestamp(now)))
    );
}

#[test]
fn one_that_nobody_wants_holds_up_no_other() {
    let store = store();
    told(&store);
    for name in ["a", "b"] {
        let of = create(&store, name, &format!("https://{name}.example.com")).unwrap();
        check(&store, &of, NOW, false);
    }
    let first = take(&store, NOW).remove(0);
    end(&store, &first, failed(), NOW);
    assert!(
        take(&store, NOW + MINUTE - 1).is_empty(),
        "the address rests"
    );
    let second = take(&store, NOW + MINUTE).remove(0);
    assert_ne!(first.id, second.id);
    end(&store, &second, Delivery::Delivered, NOW + MINUTE);
    let again = take(&store, NOW + MINUTE).remove(0);
    assert_eq!(again.id, first.id);
    end(
        &store,
        &again,
        Delivery::Refused("Gone.".to_owned()),
        NOW + MINUTE,
    );
    let endpoint = shown(&store);
    assert_eq!((endpoint.pending, endpoint.set_aside), (0, 1));
}

#[test]
fn one_instance_tries_and_another_goes_on_where_it_dies() {
    let file = File::new();
    let store = file.store();
    told(&store);
    let prod = create(&store, "prod", "https://one.example.com").unwrap();
    check(&store, &prod, NOW, false);
    let taken = file.at_once(|store, _| take(store, NOW).len());
    assert_eq!(taken.iter().sum::<usize>(), 1, "{taken:?}");
    // Whoever has it does not come back.
    let again = take(&file.connect(KEY), NOW + MINUTE);
    assert_eq!(again.len(), 1);
}

#[test]
fn what_waits_is_bounded_and_goes_with_its_connection() {
    let store = store();
    told(&store);
    let prod = create(&store, "prod", "https://one.example.com").unwrap();
    for number in 0..1001 {
        check(&store, &prod, NOW + 2 * number, false);
        check(&store, &prod, NOW + 2 * number + 1, true);
    }
    assert_eq!(shown(&store).pending, 1000);
    block_on(store.delete(&change(), PROJECT, prod.id, true)).unwrap();
    assert_eq!(shown(&store).pending, 0);
    assert!(take(&store, NOW + DAY).is_empty());
}

#[test]
fn the_secret_moves_to_the_newest_key() {
    let file = File::new();
    let store = file.store();
    told(&store);
    let newer = file.connect(&format!("{NEWER_KEY},{KEY}"));
    let resealed =
        block_on(newer.reseal(Within::All, &change(), PageSize::new(10).unwrap(), None)).unwrap();
    assert_eq!(resealed.sealed_by, [("k2".to_owned(), 1)].into());
    let alone = file.connect(NEWER_KEY);
    let prod = create(&store, "prod", "https://one.example.com").unwrap();
    check(&store, &prod, NOW, false);
    assert_eq!(take(&alone, NOW).len(), 1);
    // What nobody asked for is done within the hour.
    block_on(alone.change_notices(&change(), PROJECT, URL, NoticeKind::ALL, true)).unwrap();
    let back = file.connect(&format!("{KEY},{NEWER_KEY}"));
    assert!(block_on(back.look_at_credentials(Within::All, NOW)).unwrap());
    let resealed =
        block_on(store.reseal(Within::All, &change(), PageSize::new(10).unwrap(), None)).unwrap();
    assert_eq!(resealed.sealed_by["k1"], 2);
    // One that does not open is told.
    let stranger = file.connect("k9:CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=");
    assert!(take(&stranger, NOW + HOUR).is_empty());
    let problem = shown(&alone).problem.unwrap();
    assert!(problem.contains("new one"), "{problem}");
}

#[test]
fn a_project_is_told_its_own_alone() {
    let store = store();
    told(&store);
    let prod = create(&store, "prod", "https://one.example.com").unwrap();
    check(&store, &prod, NOW, false);
    let other = ["other".to_owned()];
    let taken = block_on(store.take_notices(Within::Projects(&other), 10, NOW));
    assert!(taken.unwrap().is_empty());
    let looked = block_on(store.look_at_credentials(Within::Projects(&other), NOW));
    assert_eq!(looked, Ok(false));
    let own = [PROJECT.to_owned()];
    let taken = block_on(store.take_notices(Within::Projects(&own), 10, NOW));
    assert_eq!(taken.unwrap().len(), 1);
}
