//! What is kept: sealed, and bound to its row.

use crate::store::setup::{
    File, KEY, NEWER_KEY, NOW, PROJECT, TestStore, change, create, spec_of, sql, store,
};
use bowline_store::{StoreError, Value};
use futures::executor::block_on;

/// The sealed value of a connection.
pub(crate) fn sealed(store: &TestStore, id: &str) -> Vec<u8> {
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
