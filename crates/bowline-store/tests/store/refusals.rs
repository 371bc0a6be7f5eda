//! Refused permissions in the audit.

use crate::store::setup::{NOW, PROJECT, TestStore, change_at, create, integers, store};
use bowline_store::{Change, ConnectionId, PageSize};
use futures::executor::block_on;
use serde_json::json;

fn refuse(store: &TestStore, subject: &str, operation: &str, now: i64, id: Option<ConnectionId>) {
    let change = Change {
        subject: subject.to_owned(),
        ..change_at(now)
    };
    block_on(store.record_refusal(&change, PROJECT, id, operation)).unwrap();
}

#[test]
fn a_subject_has_one_row_for_an_operation_in_a_minute() {
    let store = store();
    for (subject, operation, at) in [
        ("eve", "deleteConnection", 0),
        ("eve", "deleteConnection", 1),
        ("eve", "handOut", 2),
        ("bob", "handOut", 3),
        ("eve", "deleteConnection", 60_000),
    ] {
        refuse(&store, subject, operation, NOW + at, None);
    }
    let export = block_on(store.export_audit(PROJECT, PageSize::default(), None)).unwrap();
    let told: Vec<_> = export
        .items
        .iter()
        .map(|item| {
            let entry = serde_json::to_value(item).unwrap();
            json!([
                entry["action"],
                entry["subject"],
                entry["changes"]["operation"][1],
                entry["from"]
            ])
        })
        .collect();
    let row = |subject, operation| json!(["refused", subject, operation, "192.0.2.7"]);
    let expected = [
        row("eve", "deleteConnection"),
        row("eve", "handOut"),
        row("bob", "handOut"),
        row("eve", "deleteConnection"),
    ];
    assert_eq!(told, expected);
    assert_eq!(export.head.linked, 4);
    // What is remembered is that of the minute.
    assert_eq!(integers(&store, "SELECT count(*) FROM refusals"), [1]);
}

#[test]
fn a_refusal_stands_in_the_audit_of_the_projects_own_connection() {
    let store = store();
    let id = create(&store, "one", "https://one.example.com").unwrap().id;
    let unknown = ConnectionId::parse("019aa548-1980-7fff-bfff-ffffffffffff").unwrap();
    refuse(&store, "eve", "handOut", NOW, Some(id));
    refuse(&store, "eve", "deleteConnection", NOW, Some(unknown));
    let of = |id| {
        block_on(store.audit(PROJECT, id, PageSize::default(), None))
            .unwrap()
            .items
    };
    assert_eq!(of(id)[0].action, "refused");
    assert_eq!(of(unknown), []);
    let export = block_on(store.export_audit(PROJECT, PageSize::default(), None)).unwrap();
    assert_eq!(export.items[2].connection, None);
    let settings = block_on(store.settings_audit(PROJECT, PageSize::default(), None)).unwrap();
    assert_eq!(settings.items, []);
}

#[test]
fn refusals_cannot_fill_the_audit() {
    let store = store();
    for number in 0..200 {
        refuse(&store, &format!("eve {number}"), "handOut", NOW, None);
    }
    assert_eq!(integers(&store, "SELECT count(*) FROM audit"), [60]);
}
