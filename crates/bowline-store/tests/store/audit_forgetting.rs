//! Rows of the audit that are old enough to go.

use crate::store::setup::{
    File, KEY, NEWER_KEY, NOW, PROJECT, TestStore, change, create, integers, sql, store,
    unguard_audit,
};
use bowline_store::{AuditFault, Database, Edit, StoreError, Within};
use futures::executor::block_on;

const DAY: i64 = 24 * 60 * 60 * 1000;
const KEEP: i64 = 400 * DAY;
const LATER: i64 = NOW + 401 * DAY;

fn forget(store: &TestStore, now: i64) -> bool {
    block_on(store.forget_audit(Within::All, now, KEEP)).unwrap()
}

fn numbers(store: &TestStore) -> Vec<i64> {
    integers(store, "SELECT number FROM audit ORDER BY number")
}

#[test]
fn old_rows_go_and_leave_a_checkpoint() {
    let store = store();
    let kept = create(&store, "kept", "https://one.example.com")
        .unwrap()
        .id;
    let gone = create(&store, "gone", "https://two.example.com")
        .unwrap()
        .id;
    block_on(store.delete(&change(), PROJECT, gone, false)).unwrap();
    assert!(forget(&store, NOW + 399 * DAY));
    assert_eq!(numbers(&store), [1, 2, 3], "nothing is old yet");
    assert!(
        !forget(&store, NOW + 399 * DAY),
        "a project has its turn once a day"
    );

    assert!(forget(&store, LATER));
    // The connection's secrets were sealed anew, so that a row of today vouches for them.
    assert_eq!(numbers(&store), [4]);
    block_on(store.open(PROJECT, kept, LATER)).unwrap();
    let links = "SELECT number FROM audit_links ORDER BY number";
    assert_eq!(integers(&store, links), [3, 4]);
    let verified = block_on(store.verify_audit(PROJECT, None)).unwrap();
    assert_eq!(
        (verified.forgotten, verified.rows, verified.unlinked),
        (3, 1, 0)
    );
    assert_eq!(verified.fault, None);
    // Numbers go on.
    block_on(store.update(&change(), PROJECT, kept, None, &Edit::default())).unwrap();
    assert_eq!(numbers(&store), [4, 5]);
    assert_eq!(
        block_on(store.verify_audit(PROJECT, None)).unwrap().fault,
        None
    );
}

#[test]
fn nothing_goes_that_is_not_as_the_service_wrote_it() {
    let edits = [
        (
            "changed",
            "UPDATE audit SET subject = 'eve' WHERE number = 1",
        ),
        ("removed", "DELETE FROM audit WHERE number = 1"),
        ("unlinked", "DELETE FROM audit_links WHERE number = 1"),
    ];
    for (case, edit) in edits {
        let store = store();
        let id = create(&store, "one", "https://one.example.com").unwrap().id;
        block_on(store.update(&change(), PROJECT, id, None, &Edit::default())).unwrap();
        unguard_audit(&store);
        sql(&store, edit, vec![]);
        let before = numbers(&store);
        forget(&store, LATER);
        assert_eq!(numbers(&store), before, "{case}");
        let verified = block_on(store.verify_audit(PROJECT, None)).unwrap();
        assert!(verified.fault.is_some(), "{case}");
    }
}

#[test]
fn what_does_not_open_keeps_the_row_that_made_it() {
    let store = store();
    create(&store, "one", "https://one.example.com").unwrap();
    create(&store, "two", "https://two.example.com").unwrap();
    let edit = "UPDATE connections SET auth = 'x' WHERE name = 'two'";
    sql(&store, edit, vec![]);
    forget(&store, LATER);
    assert_eq!(numbers(&store), [2, 3]);
}

#[test]
fn rows_can_be_removed_by_a_checkpoint_only_and_it_has_a_tag() {
    let store = store();
    let id = create(&store, "one", "https://one.example.com").unwrap().id;
    let delete = store
        .database()
        .query("DELETE FROM audit WHERE number = 1", vec![]);
    assert!(block_on(delete).is_err());
    forget(&store, LATER);
    for _ in 0..2 {
        block_on(store.update(&change(), PROJECT, id, None, &Edit::default())).unwrap();
    }
    // A checkpoint that is moved hides nothing.
    sql(&store, "UPDATE audit_checkpoints SET number = 3", vec![]);
    sql(&store, "DELETE FROM audit WHERE number <= 3", vec![]);
    let verified = block_on(store.verify_audit(PROJECT, None)).unwrap();
    assert_eq!(verified.fault, Some(AuditFault::Checkpoint));
    assert_eq!(
        block_on(store.open(PROJECT, id, LATER)).err(),
        Some(StoreError::Unsealable)
    );
}

#[test]
fn a_checkpoint_goes_over_to_the_first_key() {
    let file = File::new();
    let store = file.store();
    create(&store, "one", "https://one.example.com").unwrap();
    forget(&store, LATER);
    let both = file.connect(&format!("{NEWER_KEY},{KEY}"));
    assert!(forget(&both, LATER + 2 * DAY));
    let newer = file.connect(NEWER_KEY);
    assert_eq!(
        block_on(newer.verify_audit(PROJECT, None)).unwrap().fault,
        None
    );
}

#[test]
fn many_rows_go_in_steps() {
    let store = store();
    let id = create(&store, "one", "https://one.example.com").unwrap().id;
    for _ in 0..600 {
        block_on(store.update(&change(), PROJECT, id, None, &Edit::default())).unwrap();
    }
    let mut steps = 0;
    while forget(&store, LATER) {
        steps += 1;
        assert!(steps < 10);
    }
    assert_eq!((numbers(&store).len(), steps), (1, 2));
    assert_eq!(
        block_on(store.verify_audit(PROJECT, None)).unwrap().fault,
        None
    );
}
