//! Searching connections, page by page.

use bowline_store::{Cursor, PageSize, Query, Timestamp, Use};
use futures::executor::block_on;
use serde_json::json;

use crate::store::setup::{
    NOW, PROJECT, TestStore, change, change_at, create, form, spec_of, store,
};

const DAY: i64 = 86_400_000;

fn names(store: &TestStore, query: &Query) -> Vec<String> {
    let page = block_on(store.list(PROJECT, query, NOW)).unwrap();
    page.items.into_iter().map(|item| item.name).collect()
}

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
    create(&store, "ported", "https://registry.example.com:5000").unwrap();
    let cases: [(&str, Option<&str>, &[&str]); 16] = [
        ("", None, &["Alpha", "beta", "ported", "public"]),
        ("  ", None, &["Alpha", "beta", "ported", "public"]),
        ("ALPH", None, &["Alpha"]),
        ("quay.EX", None, &["Alpha"]),
        ("docker hub", None, &["public"]),
        ("docker-hub", None, &["public"]),
        ("Docker-REG", None, &["Alpha", "beta", "ported"]),
        ("registry.example.com:5000", None, &["ported"]),
        (":5000", None, &["ported"]),
        ("https", None, &[]),
        ("docker.io", None, &["public"]),
        ("a", Some("docker-hub"), &[]),
        ("", Some("docker-registry"), &["Alpha", "beta", "ported"]),
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

#[test]
fn a_list_has_those_whose_credentials_end() {
    let store = store();
    for (name, end) in [
        ("ended", Some("2026-11-01T00:00:00Z")),
        ("soon", Some("2026-12-01T00:00:00Z")),
        ("later", Some("2027-12-01T00:00:00Z")),
        ("never", None),
    ] {
        let mut form = form(name, &format!("https://{name}.example.com"));
        form.expires_at = end.map(str::to_owned);
        block_on(store.create(&change(), PROJECT, &spec_of(&form), None)).unwrap();
    }
    let cases: [(i64, &[&str]); 3] = [
        (0, &["ended"]),
        (30, &["ended", "soon"]),
        (400, &["ended", "later", "soon"]),
    ];
    for (days, expected) in cases {
        let query = Query {
            expiring_by: Some(Timestamp(NOW + days * DAY)),
            ..Query::default()
        };
        assert_eq!(names(&store, &query), expected, "within {days} days");
    }
}

#[test]
fn a_list_has_those_that_nobody_uses() {
    let store = store();
    let made = |name: &str, days_ago: i64| {
        let spec = spec_of(&form(name, &format!("https://{name}.example.com")));
        let then = change_at(NOW - days_ago * DAY);
        block_on(store.create(&then, PROJECT, &spec, None)).unwrap()
    };
    made("idle", 40);
    made("new", 5);
    for (name, days_ago) in [("handed out", 10), ("long ago", 35)] {
        let connection = made(&name.replace(' ', "-"), 40);
        let then = change_at(NOW - days_ago * DAY);
        block_on(store.hand_out(&then, &connection, None)).unwrap();
    }
    for (name, until) in [("in-use", NOW + 1), ("lapsed", NOW)] {
        let used = Use::declared("build", "Build", Timestamp(until));
        let then = change_at(NOW - 2);
        block_on(store.declare_use(&then, PROJECT, made(name, 40).id, &used)).unwrap();
    }
    let query = Query {
        unused_since: Some(Timestamp(NOW - 30 * DAY)),
        ..Query::default()
    };
    assert_eq!(names(&store, &query), ["idle", "lapsed", "long-ago"]);
}

#[test]
fn the_end_is_the_earliest_that_is_known() {
    // A token that says it ends on 2027-01-01, without a signature.
    let token = "eyJhbGciOiJub25lIn0.eyJleHAiOjE3OTg3NjE2MDB9.";
    let hours = |hours: i64| Some(Timestamp(NOW + hours * 3_600_000));
    let by_token = Some(Timestamp(1_798_761_600_000));
    let typed = |text| bowline::time::parse_rfc3339(text).map(Timestamp);
    let password =
        json!({ "url": "https://r.example.com", "username": "u", "password": "swordfish" });
    let jwt = json!({ "url": "https://r.example.com", "token": token });
    let ecr = json!({ "url": "123456789012.dkr.ecr.eu-west-1.amazonaws.com", "username": "AWS", "password": "swordfish" });
    let (early, late) = ("2026-11-21T07:00:00Z", "2028-01-01T00:00:00Z");
    let cases = [
        (
            "nothing",
            "docker-registry",
            "password",
            &password,
            None,
            None,
        ),
        (
            "typed",
            "docker-registry",
            "password",
            &password,
            Some(late),
            typed(late),
        ),
        ("a token", "docker-registry", "oauth2", &jwt, None, by_token),
        (
            "a token before",
            "docker-registry",
            "oauth2",
            &jwt,
            Some(late),
            by_token,
        ),
        (
            "a token after",
            "docker-registry",
            "oauth2",
            &jwt,
            Some(early),
            typed(early),
        ),
        (
            "a password of ECR",
            "amazon-ecr",
            "password",
            &ecr,
            None,
            hours(12),
        ),
        (
            "typed before",
            "amazon-ecr",
            "password",
            &ecr,
            Some(early),
            typed(early),
        ),
    ];
    for (name, provider, auth, values, expires_at, expected) in cases {
        let store = store();
        let form = json!({ "provider": provider, "name": name, "auth": auth, "values": values, "expiresAt": expires_at });
        let spec = spec_of(&serde_json::from_value(form).unwrap());
        let made = block_on(store.create(&change(), PROJECT, &spec, None)).unwrap();
        assert_eq!(made.expires_at, expected, "{name}");
        let id = made.id;
        let later = change_at(NOW + 3_600_000);
        let replaced = block_on(store.replace_credentials(&later, PROJECT, id, None, &spec, None));
        let expected = if expected == hours(12) {
            hours(13)
        } else {
            expected
        };
        assert_eq!(replaced.unwrap().expires_at, expected, "{name}, replaced");
    }
}
