//! One secret that serves two projects.

use crate::store::setup::{File, KEY, NEWER_KEY, PROJECT, TestStore, change, form, spec_of, sql};
use bowline::form::ConnectionSpec;
use bowline_store::{ConnectionId, PageSize, Value, Within};
use futures::executor::block_on;
use serde_json::json;

fn with_password(url: &str, password: &str) -> ConnectionSpec {
    let mut form = form("prod", url);
    form.values.insert("password".to_owned(), password.into());
    spec_of(&form)
}

fn keep(store: &TestStore, project: &str, spec: &ConnectionSpec) -> ConnectionId {
    block_on(store.create(&change(), project, spec, None))
        .unwrap()
        .id
}

/// Whether who sees both projects is told.
fn is_shared(store: &TestStore, spec: &ConnectionSpec) -> bool {
    is_seen_shared(store, &[PROJECT, "theirs"], spec)
}

fn is_seen_shared(store: &TestStore, projects: &[&str], spec: &ConnectionSpec) -> bool {
    let projects: Vec<_> = projects.iter().map(|it| (*it).to_owned()).collect();
    block_on(store.is_shared(PROJECT, &projects, spec)).unwrap()
}

#[test]
fn the_same_secret_in_another_project_is_seen() {
    let file = File::new();
    let store = file.store();
    let spec = with_password("https://one.example.com", "swordfish");
    keep(&store, PROJECT, &spec);
    assert!(!is_shared(&store, &spec), "its own project does not count");
    let elsewhere = with_password("https://two.example.com", "swordfish");
    let theirs = keep(&store, "theirs", &elsewhere);
    assert!(is_shared(&store, &spec));
    for unseen in [&[][..], &[PROJECT], &[PROJECT, "nobodys"]] {
        assert!(!is_seen_shared(&store, unseen, &spec), "{unseen:?}");
    }
    let hub = json!({ "provider": "docker-hub", "name": "hub",
        "values": { "username": "scanner", "password": "swordfish" } });
    let cases = [
        (
            "another secret",
            with_password("https://one.example.com", "swordfish2"),
        ),
        (
            "another product",
            spec_of(&serde_json::from_value(hub).unwrap()),
        ),
        (
            "no secret",
            spec_of(
                &serde_json::from_value(json!({ "provider": "docker-registry", "name": "open",
                "auth": "anonymous", "values": { "url": "https://one.example.com" } }))
                .unwrap(),
            ),
        ),
    ];
    for (name, spec) in &cases {
        assert!(!is_shared(&store, spec), "{name}");
    }

    let rotated = with_password("https://two.example.com", "another");
    block_on(store.replace_credentials(&change(), "theirs", theirs, None, &rotated, None)).unwrap();
    assert!(!is_shared(&store, &spec), "they have another now");
    assert!(is_shared(&store, &rotated));
    block_on(store.delete(&change(), "theirs", theirs, false)).unwrap();
    assert!(
        !is_shared(&store, &rotated),
        "what was removed does not count"
    );
}

#[test]
fn a_fingerprint_is_of_its_key_and_outlives_it() {
    let file = File::new();
    let store = file.store();
    let spec = with_password("https://one.example.com", "swordfish");
    keep(&store, "theirs", &spec);
    let kept = || match &sql(&store, "SELECT fingerprint FROM connections", vec![])[0].0[0] {
        Value::Text(text) => text.clone(),
        other => panic!("{other:?}"),
    };
    let before = kept();
    let both = file.connect(&format!("{NEWER_KEY},{KEY}"));
    assert!(is_shared(&both, &spec), "under the key before");
    block_on(both.reseal(Within::All, &change(), PageSize::default(), None)).unwrap();
    assert_ne!(kept(), before, "without the key it says nothing");
    for (keys, shared) in [(NEWER_KEY, true), (KEY, false)] {
        assert_eq!(is_shared(&file.connect(keys), &spec), shared, "{keys}");
    }
}
