//! Who changed what: written by the statement that changed it, and by nobody rewritten.

use crate::{
    TestDatabase,
    store::setup::{
        NOW, PROJECT, TestStore, change, change_at, create, form, kept, normalized, spec_of, store,
    },
};
use bowline_store::{
    AuditEntry, Change, ConnectionId, Database, Dialect, Edit, LastCheck, PageSize, Timestamp,
};
use futures::executor::block_on;
use serde_json::json;

fn entries(store: &TestStore, id: ConnectionId) -> Vec<AuditEntry> {
    block_on(store.audit(PROJECT, id, PageSize::default(), None))
        .unwrap()
        .items
}

#[test]
fn every_change_is_in_it_and_nothing_else() {
    let store = store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    let edit = Edit {
        name: Some("Prod".to_owned()),
        policy: Some(kept(json!({ "at": "02:30" }))),
        ..Edit::default()
    };
    let by_bob = Change {
        subject: "bob".into(),
        from: None,
        request_id: "req-2".into(),
        now_ms: NOW + 1000,
    };
    block_on(store.update(&by_bob, PROJECT, id, None, &edit)).unwrap();
    let stale = block_on(store.update(&by_bob, PROJECT, id, Some(&[1]), &edit));
    assert!(stale.is_err(), "what is refused is no change");
    let check = LastCheck {
        at: Timestamp(NOW + 9),
        ok: true,
        proved: "pull".to_owned(),
        problem: None,
    };
    block_on(store.record_check(PROJECT, id, &check)).unwrap();
    block_on(store.open(PROJECT, id, NOW)).unwrap();
    let mut credentials = form("prod", "https://one.example.com");
    credentials
        .values
        .insert("username".to_owned(), "other".into());
    block_on(store.replace_credentials(
        &change_at(NOW + 2000),
        PROJECT,
        id,
        None,
        &spec_of(&credentials),
        None,
    ))
    .unwrap();
    block_on(store.delete(&change_at(NOW + 3000), PROJECT, id, false)).unwrap();

    let values = |username: &str| json!({ "url": "https://one.example.com", "username": username });
    let by_ada = |action, version, changes, at| {
        json!({ "action": action, "version": version, "changes": changes, "at": Timestamp(NOW + at),
                "subject": "ada", "from": "192.0.2.7", "requestId": "req-1" })
    };
    let expected = json!([
        by_ada("delete", 4, json!({}), 3000),
        by_ada("credentials", 3, json!({ "values": [values("scanner"), values("other")] }), 2000),
        { "action": "update", "version": 2,
          "changes": { "name": ["prod", "Prod"], "policy": [null, normalized(json!({ "at": "02:30" }))] },
          "at": Timestamp(NOW + 1000), "subject": "bob", "from": null, "requestId": "req-2" },
        by_ada("create", 1, json!({}), 0),
    ]);
    assert_eq!(serde_json::to_value(entries(&store, id)).unwrap(), expected);
}

#[test]
fn pages_go_back_to_the_first_entry() {
    let store = store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    create(&store, "other", "https://two.example.com").unwrap();
    for _ in 0..4 {
        block_on(store.update(&change(), PROJECT, id, None, &Edit::default())).unwrap();
    }
    let size = PageSize::new(2).unwrap();
    let (mut versions, mut cursor) = (Vec::new(), None);
    loop {
        let page = block_on(store.audit(PROJECT, id, size, cursor.as_ref())).unwrap();
        versions.extend(page.items.iter().map(|entry| entry.version));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(versions, [5, 4, 3, 2, 1]);
}

#[test]
fn it_is_append_only() {
    let store = store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    let before = entries(&store, id);
    let columns = "project, connection, version, action, changes, at, subject, source, request_id";
    let attempts = [
        ("changed", "UPDATE audit SET subject = 'nobody'".to_owned()),
        ("removed", "DELETE FROM audit".to_owned()),
    ];
    let own_ways = match TestDatabase::DIALECT {
        Dialect::Sqlite => [
            (
                "replaced",
                format!(
                    "INSERT OR REPLACE INTO audit (id, {columns}) SELECT id, {columns} FROM audit"
                ),
            ),
            (
                "ignored",
                "UPDATE OR IGNORE audit SET subject = 'nobody'".to_owned(),
            ),
        ],
        Dialect::Postgres => [
            ("emptied", "TRUNCATE audit".to_owned()),
            (
                "changed by a column",
                "UPDATE audit SET (number, keyed) = (7, NULL)".to_owned(),
            ),
        ],
    };
    for (case, statement) in attempts.into_iter().chain(own_ways) {
        let outcome = block_on(store.database().query(&statement, vec![]));
        assert!(
            outcome.is_err_and(|error| error.to_string().contains("append-only")),
            "{case}"
        );
        assert_eq!(entries(&store, id), before, "{case}");
    }
}
