//! Searching connections, page by page.

use bowline_store::{Cursor, PageSize, Query};
use futures::executor::block_on;
use serde_json::json;

use crate::setup::{NOW, PROJECT, change, create, spec_of, store};

#[test]
fn a_list_is_searched_by_name_host_and_title() {
    let store = store();
    create(&store, "Alpha", "https://quay.example.com").unwrap();
    create(
        &store,
        "beta",
        "https://registry.example.com/ALPHA".to_lowercase().as_str(),
    )
    .unwrap();
    let hub = serde_json::from_value(json!({
        "provider": "docker-hub", "name": "public", "auth": "anonymous",
    }));
    block_on(store.create(&change(), PROJECT, &spec_of(&hub.unwrap()), None)).unwrap();
    let cases: [(&str, Option<&str>, &[&str]); 11] = [
        ("", None, &["Alpha", "beta", "public"]),
        ("  ", None, &["Alpha", "beta", "public"]),
        ("ALPH", None, &["Alpha"]),
        ("quay.EX", None, &["Alpha"]),
        ("docker hub", None, &["public"]),
        ("docker.io", None, &["public"]),
        ("a", Some("docker-hub"), &[]),
        ("", Some("docker-registry"), &["Alpha", "beta"]),
        ("", Some("unknown"), &[]),
        ("%", None, &[]),
        ("\\", None, &[]),
    ];
    for (search, provider, names) in cases {
        let query = Query {
            search: search.to_owned(),
            provider: provider.map(str::to_owned),
            ..Query::default()
        };
        let page = block_on(store.list(PROJECT, &query, NOW)).unwrap();
        let found: Vec<_> = page.items.iter().map(|item| item.name.as_str()).collect();
        assert_eq!(found, names, "{search:?} {provider:?}");
        assert_eq!(page.next, None);
    }
    let elsewhere = block_on(store.list("other", &Query::default(), NOW)).unwrap();
    assert_eq!(
        serde_json::to_value(&elsewhere).unwrap(),
        json!({ "items": [], "next": null })
    );
}

#[test]
fn pages_hold_all_in_order_whatever_changes_meanwhile() {
    let store = store();
    for number in (0..7).rev() {
        create(
            &store,
            &format!("Name {number}"),
            &format!("https://r{number}.example.com"),
        )
        .unwrap();
    }
    let mut names = Vec::new();
    let mut query = Query {
        size: PageSize::new(3).unwrap(),
        ..Query::default()
    };
    loop {
        let page = block_on(store.list(PROJECT, &query, NOW)).unwrap();
        names.extend(page.items.iter().map(|item| item.name.clone()));
        let Some(next) = page.next else { break };
        // What was shown already may go without shifting what comes.
        let last = page.items.last().unwrap();
        block_on(store.delete(&change(), PROJECT, last.id, false)).unwrap();
        let sent = serde_json::to_value(&next).unwrap();
        query.cursor = Cursor::parse(sent.as_str().unwrap());
        assert_eq!(query.cursor, Some(next));
    }
    assert_eq!(
        names,
        (0..7)
            .map(|number| format!("Name {number}"))
            .collect::<Vec<_>>()
    );
}

#[test]
fn a_full_last_page_has_no_next() {
    let store = store();
    for number in 0..3 {
        create(
            &store,
            &format!("{number}"),
            &format!("https://r{number}.example.com"),
        )
        .unwrap();
    }
    let query = Query {
        size: PageSize::new(3).unwrap(),
        ..Query::default()
    };
    let page = block_on(store.list(PROJECT, &query, NOW)).unwrap();
    assert_eq!((page.items.len(), page.next), (3, None));
}
