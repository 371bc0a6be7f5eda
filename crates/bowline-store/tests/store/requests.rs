//! What is remembered of requests that are done once.

use std::collections::BTreeMap;

use bowline_store::{Change, Claim, KeptAnswer, MOST_REQUESTS, RequestKey};
use futures::executor::block_on;

use crate::store::setup::{NOW, PROJECT, TestStore, change_at, sql, store};

const DAY: i64 = 24 * 60 * 60 * 1000;

fn request(key: &str) -> RequestKey<'_> {
    RequestKey {
        project: PROJECT,
        route: "/v1/check",
        key,
    }
}

fn claim(store: &TestStore, change: &Change, key: &str) -> Claim {
    block_on(store.claim(change, request(key), &[b"body"])).unwrap()
}

/// Does a request.
fn done(store: &TestStore, change: &Change, key: &str) {
    let claimed = claim(store, change, key);
    let Claim::Ours(lease) = claimed else {
        panic!("{key}: {claimed:?}");
    };
    let answer = KeptAnswer {
        status: 200,
        headers: BTreeMap::new(),
        body: key.to_owned(),
    };
    block_on(store.keep_answer(change, request(key), &lease, &answer)).unwrap();
}

fn is_done(claim: &Claim) -> bool {
    matches!(claim, Claim::Done(_))
}

#[test]
fn the_oldest_of_a_subject_make_room() {
    let store = store();
    let other = Change {
        subject: "bob".to_owned(),
        ..change_at(NOW)
    };
    done(&store, &other, "another's");
    claim(&store, &change_at(NOW), "being done");
    for number in 1..=MOST_REQUESTS {
        done(&store, &change_at(NOW + number), &format!("{number}"));
    }
    let count = "SELECT count(*) FROM requests WHERE subject = 'ada'";
    let kept = sql(&store, count, vec![]);
    let last = change_at(NOW + MOST_REQUESTS + 1);
    let cases = [
        ("being done", &last, "being done"),
        ("2", &last, "remembered"),
        ("1", &last, "forgotten"),
        ("2", &last, "forgotten"),
        ("another's", &other, "remembered"),
    ];
    for (key, change, expected) in cases {
        let outcome = match claim(&store, change, key) {
            Claim::Ours(_) => "forgotten",
            Claim::Done(_) => "remembered",
            Claim::InProgress(_) => "being done",
            Claim::OtherContent => "another",
        };
        assert_eq!(outcome, expected, "{key}");
    }
    assert_eq!(
        kept[0].0,
        [(MOST_REQUESTS + 1).into()],
        "with what is being done"
    );
}

#[test]
fn a_day_is_enough() {
    let store = store();
    done(&store, &change_at(NOW), "k");
    assert!(is_done(&claim(&store, &change_at(NOW + DAY - 1), "k")));
    assert!(!is_done(&claim(&store, &change_at(NOW + DAY), "k")));
    let left = sql(&store, "SELECT count(*) FROM requests", vec![]);
    assert_eq!(left[0].0, [1_i64.into()]);
}
