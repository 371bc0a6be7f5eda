//! The key set of an issuer, kept for all instances.

use crate::store::setup::{File, KEY, NEWER_KEY, NOW, sql};
use bowline_store::{FetchedKeySet, KeptKeySet};
use futures::executor::block_on;

const URL: &str = "https://id.example.com/jwks";
const PAUSE: i64 = 60_000;

fn fetched(at_ms: i64) -> FetchedKeySet {
    FetchedKeySet {
        at_ms,
        document: r#"{"keys":[]}"#.to_owned(),
    }
}

#[test]
fn one_caller_a_minute_may_ask() {
    let file = File::new();
    let (one, other) = (file.store(), file.connect(KEY));
    let claim = |store, now| block_on(store_claim(store, now));
    assert!(claim(&one, NOW));
    for (name, now, granted) in [
        ("at once", NOW, false),
        ("just before the minute ends", NOW + PAUSE - 1, false),
        ("after a minute", NOW + PAUSE, true),
        ("right after that", NOW + PAUSE + 1, false),
        ("when the clock was put back", NOW - 1, true),
    ] {
        assert_eq!(claim(&other, now), granted, "{name}");
    }
}

async fn store_claim(store: &crate::store::setup::TestStore, now: i64) -> bool {
    store.claim_key_set(URL, now, PAUSE).await.unwrap()
}

#[test]
fn what_was_fetched_is_read_by_every_instance() {
    let file = File::new();
    let (one, other) = (file.store(), file.connect(KEY));
    assert_eq!(block_on(other.key_set(URL)).unwrap(), None);
    assert!(block_on(store_claim(&one, NOW)));
    let kept = |fetched| KeptKeySet {
        asked_ms: NOW,
        fetched,
    };
    assert_eq!(block_on(other.key_set(URL)).unwrap(), Some(kept(None)));
    block_on(one.keep_key_set(URL, &fetched(NOW + 5))).unwrap();
    assert_eq!(
        block_on(other.key_set(URL)).unwrap(),
        Some(kept(Some(fetched(NOW + 5))))
    );
    assert_eq!(
        block_on(other.key_set("https://id.example.com/other")).unwrap(),
        None
    );
}

/// Whoever can write to the database cannot sign in with it.
#[test]
fn a_row_that_was_edited_does_not_open() {
    let edits = [
        (
            "another time",
            "UPDATE key_sets SET fetched_at = fetched_at + 1",
        ),
        (
            "another address",
            "UPDATE key_sets SET url = 'https://id.example.com/other'",
        ),
        (
            "another text",
            "UPDATE key_sets SET sealed = x'7b226b657973223a5b5d7d'",
        ),
    ];
    for (name, edit) in edits {
        let file = File::new();
        let store = file.store();
        assert!(block_on(store_claim(&store, NOW)));
        block_on(store.keep_key_set(URL, &fetched(NOW))).unwrap();
        sql(&store, edit, Vec::new());
        for url in [URL, "https://id.example.com/other"] {
            let kept = block_on(store.key_set(url)).unwrap();
            assert_eq!(kept.and_then(|kept| kept.fetched), None, "{name}");
        }
    }
}

#[test]
fn a_set_under_a_key_that_is_gone_counts_as_none() {
    let file = File::new();
    let store = file.store();
    assert!(block_on(store_claim(&store, NOW)));
    block_on(store.keep_key_set(URL, &fetched(NOW))).unwrap();
    let kept = block_on(file.connect(NEWER_KEY).key_set(URL)).unwrap();
    assert_eq!(kept.unwrap().fetched, None);
}
