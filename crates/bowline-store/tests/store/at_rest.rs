//! What lies in the file: sealed, bound to its row, and gone when removed.

use std::fs;

use crate::setup::{
    File, KEY, NEWER_KEY, NOW, PROJECT, TestStore, change, create, form, spec_of, sql, store,
};
use bowline_store::{Edit, StoreError, Value};
use futures::executor::block_on;

/// Whether any file in the folder, the write-ahead log included, holds these bytes.
fn on_disk(file: &File, bytes: &[u8]) -> bool {
    let mut files = fs::read_dir(file.folder())
        .unwrap()
        .map(|entry| fs::read(entry.unwrap().path()).unwrap());
    files.any(|content| content.windows(bytes.len()).any(|window| window == bytes))
}

fn sealed(store: &TestStore, id: &str) -> Vec<u8> {
    let rows = sql(
        store,
        "SELECT sealed FROM connections WHERE id = ?1",
        vec![id.into()],
    );
    match &rows[0].0[0] {
        Value::Blob(bytes) => bytes.clone(),
        other => panic!("{other:?}"),
    }
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
fn a_sealed_value_does_not_open_in_another_row() {
    let store = store();
    let one = create(&store, "one", "https://one.example.com").unwrap().id;
    let two = create(&store, "two", "https://two.example.com").unwrap().id;
    let (of_one, of_two) = (
        sealed(&store, &one.to_string()),
        sealed(&store, &two.to_string()),
    );
    let put = |first: &[u8], second: &[u8]| {
        for (id, sealed) in [(one, first), (two, second)] {
            let parameters = vec![id.to_string().into(), sealed.to_vec().into()];
            sql(
                &store,
                "UPDATE connections SET sealed = ?2 WHERE id = ?1",
                parameters,
            );
        }
        [one, two].map(|id| block_on(store.open(PROJECT, id, NOW)).err())
    };
    assert_eq!(
        put(&of_two, &of_one),
        [Some(StoreError::Unsealable), Some(StoreError::Unsealable)]
    );
    assert_eq!(put(&of_one, &of_one), [None, Some(StoreError::Unsealable)]);
    assert_eq!(put(&of_one, &of_two), [None, None]);
}

#[test]
fn a_row_edited_behind_the_stores_back_does_not_open() {
    let edits = [
        ("endpoint", "endpoint = 'https://evil.example'"),
        (
            "url",
            "plain_values = json_set(plain_values, '$.url', 'https://evil.example')",
        ),
        (
            "username",
            "plain_values = json_set(plain_values, '$.username', 'admin')",
        ),
        (
            "another value",
            "plain_values = json_set(plain_values, '$.namespace', 'evil')",
        ),
        (
            "a value less",
            "plain_values = json_remove(plain_values, '$.username')",
        ),
        ("trusted host", r#"trusted_auth_hosts = '["evil.example"]'"#),
        ("provider", "provider = 'docker-hub'"),
        ("auth", "auth = 'oauth2'"),
        ("purpose", "purpose = 'push'"),
        ("sealed value", "sealed = x'01026b31'"),
    ];
    for (case, edit) in edits {
        let store = store();
        let id = create(&store, "one", "https://one.example.com").unwrap().id;
        block_on(store.open(PROJECT, id, NOW)).unwrap();
        sql(&store, &format!("UPDATE connections SET {edit}"), vec![]);
        assert_eq!(
            block_on(store.open(PROJECT, id, NOW)).err(),
            Some(StoreError::Unsealable),
            "{case}"
        );
    }
}

#[test]
fn a_row_given_to_another_project_or_id_does_not_open() {
    let store = store();
    let id = create(&store, "one", "https://one.example.com").unwrap().id;
    sql(&store, "UPDATE connections SET project = 'evil'", vec![]);
    assert_eq!(
        block_on(store.open("evil", id, NOW)).err(),
        Some(StoreError::Unsealable)
    );

    let other = bowline_store::ConnectionId::parse("019aa548-1980-7fff-bfff-ffffffffffff").unwrap();
    sql(
        &store,
        "UPDATE connections SET project = ?1, id = ?2",
        vec![PROJECT.into(), other.to_string().into()],
    );
    assert_eq!(
        block_on(store.open(PROJECT, other, NOW)).err(),
        Some(StoreError::Unsealable)
    );
}

#[test]
fn secrets_keep_their_names_whatever_the_row_says() {
    let store = store();
    let form = serde_json::json!({ "provider": "amazon-ecr", "name": "prod", "auth": "session-token", "values": {
        "region": "eu-west-1", "accountId": "123456789012", "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
        "secretAccessKey": "s".repeat(40), "sessionToken": "t".repeat(120) } });
    let spec = spec_of(&serde_json::from_value(form).unwrap());
    let id = block_on(store.create(&change(), PROJECT, &spec, None))
        .unwrap()
        .id;
    for names in [
        r#"["sessionToken","secretAccessKey"]"#,
        r#"["password"]"#,
        "[]",
    ] {
        let edit = "UPDATE connections SET secrets = ?1";
        sql(&store, edit, vec![names.into()]);
        let opened = block_on(store.open(PROJECT, id, NOW)).unwrap().secrets;
        let kept = [("secretAccessKey", 's'), ("sessionToken", 't')];
        for (name, letter) in kept {
            assert!(opened[name].expose().starts_with(letter), "{names}");
        }
        assert_eq!(opened.len(), kept.len(), "{names}");
    }
}

#[test]
fn what_does_not_decide_where_secrets_go_may_change() {
    for edit in [
        "name = 'x', name_key = 'x'",
        "description = 'x'",
        "policy = '{}'",
        "version = 9",
        "image = 'x'",
    ] {
        let store = store();
        let id = create(&store, "one", "https://one.example.com").unwrap().id;
        sql(&store, &format!("UPDATE connections SET {edit}"), vec![]);
        block_on(store.open(PROJECT, id, NOW)).unwrap_or_else(|error| panic!("{edit}: {error}"));
    }
}

#[test]
fn keys_rotate() {
    let file = File::new();
    let old = create(&file.store(), "one", "https://one.example.com")
        .unwrap()
        .id;
    let rotated = file.connect(&format!("{NEWER_KEY},{KEY}"));
    assert_eq!(
        block_on(rotated.open(PROJECT, old, NOW)).unwrap().secrets["password"].expose(),
        "swordfish of one"
    );
    let new = create(&rotated, "two", "https://two.example.com")
        .unwrap()
        .id;

    let only_new = file.connect(NEWER_KEY);
    assert_eq!(
        block_on(only_new.open(PROJECT, new, NOW)).unwrap().secrets["password"].expose(),
        "swordfish of two"
    );
    assert_eq!(
        block_on(only_new.open(PROJECT, old, NOW)).err(),
        Some(StoreError::UnknownKey)
    );
    let named = sql(
        &only_new,
        "SELECT key_id FROM connections ORDER BY name",
        vec![],
    );
    assert_eq!(
        named.iter().map(|row| row.0[0].clone()).collect::<Vec<_>>(),
        ["k1".into(), "k2".into()]
    );
}

#[test]
fn errors_show_no_secret() {
    let store = store();
    let id = create(&store, "one", "https://one.example.com").unwrap().id;
    sql(&store, "UPDATE connections SET auth = 'x'", vec![]);
    let error = block_on(store.open(PROJECT, id, NOW)).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("swordfish"));
}
