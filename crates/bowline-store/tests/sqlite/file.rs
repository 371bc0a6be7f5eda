//! What is particular to a file on this machine: what lies on the disk, and locks.

use std::fs;

use bowline_store::{DatabaseError, Edit, StoreError, Value};
use futures::executor::block_on;

use crate::store::{
    at_rest::sealed,
    setup::{File, PROJECT, change, create, form, spec_of, sql},
};

/// Whether any file in the folder, the write-ahead log included, holds these bytes.
fn on_disk(file: &File, bytes: &[u8]) -> bool {
    let mut files = fs::read_dir(file.path().parent().unwrap())
        .unwrap()
        .map(|entry| fs::read(entry.unwrap().path()).unwrap());
    files.any(|content| content.windows(bytes.len()).any(|window| window == bytes))
}

#[test]
fn a_copied_database_holds_no_secret_in_clear() {
    let file = File::new();
    let store = file.store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    let mut replaced = form("prod", "https://one.example.com");
    replaced
        .values
        .insert("password".to_owned(), "opensesame and more".into());
    let edit = Edit {
        description: Some("described".to_owned()),
        ..Edit::default()
    };
    block_on(store.update(&change(), PROJECT, id, None, &edit)).unwrap();
    block_on(store.replace_credentials(&change(), PROJECT, id, None, &spec_of(&replaced), None))
        .unwrap();
    for stage in ["in the log", "in the file"] {
        assert!(
            on_disk(&file, b"described"),
            "{stage}: the search finds what is there"
        );
        for secret in [
            b"swordfish".as_slice(),
            b"opensesame",
            b"c3dvcmRmaXNo",
            b"b3BlbnNlc2FtZ",
        ] {
            assert!(!on_disk(&file, secret), "{stage}");
        }
        sql(&store, "PRAGMA wal_checkpoint(TRUNCATE)", vec![]);
    }
}

#[test]
fn removing_erases_the_sealed_value() {
    let file = File::new();
    let store = file.store();
    // Long enough to lie on pages of its own, which a removal would leave as they are.
    let mut form = form("prod", "https://one.example.com");
    form.values
        .insert("password".to_owned(), "x".repeat(20_000).as_str().into());
    let id = block_on(store.create(&change(), PROJECT, &spec_of(&form), None))
        .unwrap()
        .id;
    let sealed = sealed(&store, &id.to_string());
    // Some page holds each of these whole: pages have 4 KiB.
    let parts: Vec<_> = sealed.chunks_exact(100).map(<[u8]>::to_vec).collect();
    let left = |parts: &[Vec<u8>]| parts.iter().filter(|part| on_disk(&file, part)).count();
    assert!(left(&parts) > parts.len() - 10);

    block_on(store.delete(&change(), PROJECT, id, false)).unwrap();
    let row = sql(&store, "SELECT sealed, key_id FROM connections", vec![]);
    assert_eq!(row[0].0, [Value::Null, Value::Null]);
    drop(store);
    assert_eq!(
        left(&parts),
        0,
        "once the log is written back, nothing is left of it"
    );
}

#[test]
fn a_locked_database_is_busy() {
    let file = File::new();
    let (holder, store) = (file.store(), file.store());
    sql(&store, "PRAGMA busy_timeout = 0", vec![]);
    sql(&holder, "BEGIN IMMEDIATE", vec![]);
    assert_eq!(
        create(&store, "prod", "https://one.example.com").err(),
        Some(StoreError::Busy)
    );
    assert_eq!(StoreError::from(DatabaseError::Busy).code(), "store.busy");
    sql(&holder, "ROLLBACK", vec![]);
    create(&store, "prod", "https://one.example.com").unwrap();
}
