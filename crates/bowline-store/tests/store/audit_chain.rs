//! The numbers of the audit, and the links over its rows.

use crate::store::setup::{
    File, KEY, NEWER_KEY, NOW, PROJECT, TestStore, change, create, integers, spec, sql, store,
    unguard_audit,
};
use bowline_store::{
    AuditFault, AuditHead, AuditVerification, Cursor, Defaults, Edit, PageSize, StoreError, Within,
};
use futures::executor::block_on;
use serde_json::json;

fn verify(store: &TestStore) -> AuditVerification {
    block_on(store.verify_audit(PROJECT, None)).unwrap()
}

/// A project whose audit has six rows: 1 and 2 are connections that are made, the others edits of the second.
fn six_rows() -> TestStore {
    let store = store();
    create(&store, "one", "https://one.example.com").unwrap();
    let two = create(&store, "two", "https://two.example.com").unwrap().id;
    for _ in 0..4 {
        block_on(store.update(&change(), PROJECT, two, None, &Edit::default())).unwrap();
    }
    store
}

#[test]
fn numbers_have_no_gap_in_a_project_whoever_writes() {
    let file = File::new();
    file.at_once(|store, number| {
        for round in 0..4 {
            let name = format!("{number}-{round}");
            let url = format!("https://r{name}.example.com");
            let project = ["acme", "beta"][round % 2];
            let id = loop {
                match block_on(store.create(&change(), project, &spec(&name, &url), None)) {
                    Ok(made) => break made.id,
                    // Again after another was faster: a lock is no answer.
                    Err(StoreError::Busy) => {}
                    Err(error) => panic!("{error}"),
                }
            };
            while block_on(store.update(&change(), project, id, None, &Edit::default()))
                == Err(StoreError::Busy)
            {}
            // What is refused takes no number.
            let taken = block_on(store.create(&change(), project, &spec(&name, &url), None));
            assert!(taken.is_err());
        }
    });
    let store = file.store();
    for project in ["acme", "beta"] {
        let numbers = format!("SELECT number FROM audit WHERE project = '{project}' ORDER BY id");
        assert_eq!(integers(&store, &numbers), (1..=24).collect::<Vec<_>>());
        while block_on(store.link_audits(Within::All, NOW)).unwrap() {}
        let verification = block_on(store.verify_audit(project, None)).unwrap();
        let found = (verification.rows, verification.unlinked, verification.fault);
        assert_eq!(found, (24, 0, None), "{project}");
    }
}

#[test]
fn each_change_links_its_row() {
    let verification = verify(&six_rows());
    let head = &verification.head;
    assert_eq!((verification.rows, verification.unlinked), (6, 0));
    assert_eq!((head.number, head.linked, verification.fault), (6, 6, None));
    assert!(head.link.is_some());
}

#[test]
fn the_first_row_that_was_changed_or_is_missing_is_named() {
    use AuditFault::{Changed, Missing, Unlinked};
    let copy = "UPDATE audit_links SET mac = (SELECT mac FROM audit_links WHERE number = 3) WHERE number = 4";
    let cases: [(&str, &[&str], AuditFault); 17] = [
        (
            "subject",
            &["UPDATE audit SET subject = 'eve' WHERE number = 3"],
            Changed(3),
        ),
        (
            "source",
            &["UPDATE audit SET source = NULL WHERE number = 3"],
            Changed(3),
        ),
        (
            "request",
            &["UPDATE audit SET request_id = '' WHERE number = 3"],
            Changed(3),
        ),
        (
            "time",
            &["UPDATE audit SET at = at + 1 WHERE number = 3"],
            Changed(3),
        ),
        (
            "changes",
            &["UPDATE audit SET changes = '{\"a\":1}' WHERE number = 3"],
            Changed(3),
        ),
        (
            "action",
            &["UPDATE audit SET action = 'use' WHERE number = 1"],
            Changed(1),
        ),
        (
            "version",
            &["UPDATE audit SET version = 9 WHERE number = 6"],
            Changed(6),
        ),
        (
            "connection",
            &["UPDATE audit SET connection = '' WHERE number = 6"],
            Changed(6),
        ),
        (
            "what it made",
            &["UPDATE audit SET keyed = 0 WHERE number = 2"],
            Changed(2),
        ),
        (
            "order",
            &["UPDATE audit SET id = id + 100 WHERE number = 2"],
            Changed(2),
        ),
        (
            "a link",
            &["UPDATE audit_links SET mac = mac || '=' WHERE number = 5"],
            Changed(5),
        ),
        ("a copied link", &[copy], Changed(4)),
        ("a row", &["DELETE FROM audit WHERE number = 2"], Missing(2)),
        (
            "the last row",
            &["DELETE FROM audit WHERE number = 6"],
            Missing(6),
        ),
        (
            "the last row, its link and its count",
            &[
                "DELETE FROM audit WHERE number = 6",
                "UPDATE audit_heads SET number = 5, linked = 5",
            ],
            Missing(6),
        ),
        (
            "a link that is gone",
            &["DELETE FROM audit_links WHERE number = 3"],
            Unlinked(3),
        ),
        (
            "a number",
            &[
                "DELETE FROM audit WHERE number = 3",
                "UPDATE audit SET number = number - 1 WHERE number > 3",
            ],
            Changed(3),
        ),
    ];
    for (case, statements, fault) in cases {
        let store = six_rows();
        unguard_audit(&store);
        for statement in statements {
            sql(&store, statement, vec![]);
        }
        assert_eq!(verify(&store).fault, Some(fault), "{case}");
        // Nothing that comes after hides it.
        create(&store, "later", "https://later.example.com").unwrap();
        block_on(store.link_audits(Within::All, NOW)).unwrap();
        assert!(verify(&store).fault.is_some(), "{case}, later");
    }
}

#[test]
fn a_head_that_was_kept_elsewhere_shows_what_was_written_anew() {
    let all_links = "DELETE FROM audit_links WHERE number >= 3";
    let unlink = "UPDATE audit_heads SET linked = 2";
    let cut = [
        "DELETE FROM audit WHERE number > 4",
        "DELETE FROM audit_links WHERE number > 4",
        "UPDATE audit_heads SET number = 4, linked = 4",
    ];
    let edit = "UPDATE audit SET subject = 'eve' WHERE number = 3";
    let cases: [(&str, &[&str], AuditFault); 2] = [
        (
            "links that are made anew",
            &[edit, all_links, unlink],
            AuditFault::Rewritten(6),
        ),
        ("an end that is cut off", &cut, AuditFault::Missing(5)),
    ];
    for (case, statements, fault) in cases {
        let store = six_rows();
        let known = block_on(store.audit_head(PROJECT)).unwrap();
        unguard_audit(&store);
        for statement in statements {
            sql(&store, statement, vec![]);
        }
        block_on(store.link_audits(Within::All, NOW)).unwrap();
        assert_eq!(
            verify(&store).fault,
            None,
            "{case}: the database alone cannot tell"
        );
        let found = block_on(store.verify_audit(PROJECT, Some(&known))).unwrap();
        assert_eq!(found.fault, Some(fault), "{case}");
    }
    let store = six_rows();
    let known = block_on(store.audit_head(PROJECT)).unwrap();
    create(&store, "later", "https://later.example.com").unwrap();
    let found = block_on(store.verify_audit(PROJECT, Some(&known))).unwrap();
    assert_eq!(found.fault, None);
    let forged = AuditHead {
        link: None,
        ..known
    };
    let found = block_on(store.verify_audit(PROJECT, Some(&forged))).unwrap();
    assert_eq!(found.fault, Some(AuditFault::Rewritten(6)));
}

/// A row of an instance that knows nothing of links.
fn of_an_older_instance(store: &TestStore) {
    let row = "INSERT INTO audit (project, connection, version, action, changes, at, subject, source, request_id)
        VALUES ('acme', '', 1, 'hand-out', '{}', 1, 'ada', NULL, 'r')";
    sql(store, row, vec![]);
}

#[test]
fn rows_that_nobody_linked_are_counted_and_linked_by_the_scheduled_work() {
    let store = six_rows();
    for _ in 0..3 {
        of_an_older_instance(&store);
    }
    let found = verify(&store);
    assert_eq!((found.rows, found.unlinked, found.fault), (9, 3, None));
    let other = ["other".to_owned()];
    block_on(store.link_audits(Within::Projects(&other), NOW)).unwrap();
    assert_eq!(
        verify(&store).unlinked,
        3,
        "another project's work is not this one's"
    );
    block_on(store.link_audits(Within::All, NOW)).unwrap();
    assert_eq!(verify(&store).unlinked, 0);
}

#[test]
fn a_project_whose_links_are_broken_delays_no_other() {
    let store = store();
    for number in 0..40 {
        let project = format!("p{number:02}");
        let spec = spec("one", "https://one.example.com");
        block_on(store.create(&change(), &project, &spec, None)).unwrap();
    }
    unguard_audit(&store);
    sql(
        &store,
        "DELETE FROM audit_links WHERE project < 'p30'",
        vec![],
    );
    let row = "INSERT INTO audit (project, connection, version, action, changes, at, subject, source, request_id)
        SELECT project, '', 1, 'hand-out', '{}', 1, 'ada', NULL, 'r' FROM audit_heads";
    sql(&store, row, vec![]);
    for _ in 0..2 {
        block_on(store.link_audits(Within::All, NOW)).unwrap();
    }
    let left = "SELECT count(*) FROM audit_heads WHERE linked < number";
    assert_eq!(integers(&store, left), [30]);
}

#[test]
fn rows_that_are_linked_under_a_key_that_went_are_counted() {
    let file = File::new();
    create(&file.store(), "one", "https://one.example.com").unwrap();
    let both = file.connect(&format!("{NEWER_KEY},{KEY}"));
    create(&both, "two", "https://two.example.com").unwrap();
    assert_eq!((verify(&both).unknown_key, verify(&both).fault), (0, None));
    let newer = file.connect(NEWER_KEY);
    assert_eq!(
        (verify(&newer).unknown_key, verify(&newer).fault),
        (1, None)
    );
    unguard_audit(&newer);
    sql(
        &newer,
        "UPDATE audit SET subject = 'eve' WHERE number = 2",
        vec![],
    );
    assert_eq!(verify(&newer).fault, Some(AuditFault::Changed(2)));
}

#[test]
fn a_project_reads_its_audit_in_order_and_follows_it() {
    let store = six_rows();
    block_on(store.change_settings(&change(), PROJECT, None, Defaults::default())).unwrap();
    let page = |cursor: Option<&Cursor>| {
        block_on(store.export_audit(PROJECT, PageSize::new(5).unwrap(), cursor)).unwrap()
    };
    let first = page(None);
    let second = page(Some(&first.next));
    let numbers: Vec<_> = first
        .items
        .iter()
        .chain(&second.items)
        .map(|item| item.number)
        .collect();
    assert_eq!(numbers, (1..=8).collect::<Vec<_>>());
    let seventh = serde_json::to_value(&second.items[1]).unwrap();
    let expected = json!({ "number": 7, "connection": null, "action": "external-id", "subject": "bowline", "from": null });
    for (member, value) in expected.as_object().unwrap() {
        assert_eq!(&seventh[member], value, "{member}");
    }
    assert!(first.items[0].connection.is_some());
    assert_eq!((second.head.number, second.head.linked), (8, 8));
    let end = page(Some(&second.next));
    assert_eq!((end.items.len(), &end.next), (0, &second.next));
    create(&store, "later", "https://later.example.com").unwrap();
    assert_eq!(page(Some(&end.next)).items[0].number, 9);
    let nothing = block_on(store.export_audit("other", PageSize::default(), None)).unwrap();
    assert_eq!(
        (nothing.items.len(), nothing.head),
        (0, AuditHead::default())
    );
}

#[test]
fn projects_with_an_audit_are_listed() {
    let store = store();
    for project in ["b", "a", "c"] {
        let spec = spec("one", "https://one.example.com");
        block_on(store.create(&change(), project, &spec, None)).unwrap();
    }
    assert_eq!(block_on(store.audited_projects("", 2)).unwrap(), ["a", "b"]);
    assert_eq!(block_on(store.audited_projects("b", 2)).unwrap(), ["c"]);
}
