//! What is kept: sealed, and bound to its row.

use crate::store::setup::{
    File, KEY, NEWER_KEY, NOW, PROJECT, TestStore, change, create, spec, spec_of, sql, store,
};
use bowline_store::{PageSize, StoreError, Value, Within};
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
            "plain_values = replace(plain_values, 'one.example.com', 'evil.example')",
        ),
        (
            "username",
            "plain_values = replace(plain_values, 'scanner', 'admin')",
        ),
        (
            "another value",
            r#"plain_values = replace(plain_values, '{', '{"namespace":"evil",')"#,
        ),
        (
            "a value less",
            r#"plain_values = replace(plain_values, ',"username":"scanner"', '')"#,
        ),
        ("trusted host", r#"trusted_auth_hosts = '["evil.example"]'"#),
        ("provider", "provider = 'docker-hub'"),
        ("auth", "auth = 'oauth2'"),
        ("purpose", "purpose = 'push'"),
        ("sealed value", "sealed = x'01026b31'"),
        ("sealed value of this format", "sealed = x'02026b31'"),
        ("expiry", "expires_at = 1"),
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
fn an_old_value_that_is_put_back_does_not_open() {
    let store = store();
    let id = create(&store, "one", "https://one.example.com").unwrap().id;
    let old = sealed(&store, &id.to_string());
    let replaced = spec("one", "https://one.example.com");
    block_on(store.replace_credentials(&change(), PROJECT, id, None, &replaced, None)).unwrap();
    let new = sealed(&store, &id.to_string());
    for (value, opens) in [(old, false), (new, true)] {
        let parameters = vec![value.into(), id.to_string().into()];
        sql(
            &store,
            "UPDATE connections SET sealed = ?1 WHERE id = ?2",
            parameters,
        );
        let error = block_on(store.open(PROJECT, id, NOW)).err();
        assert_eq!(error, (!opens).then_some(StoreError::Unsealable));
    }
}

#[test]
fn a_deleted_connection_that_is_brought_back_does_not_open() {
    let store = store();
    let id = create(&store, "one", "https://one.example.com").unwrap().id;
    let old = sealed(&store, &id.to_string());
    block_on(store.delete(&change(), PROJECT, id, false)).unwrap();
    let revive = "UPDATE connections SET deleted_at = NULL, key_id = 'k1', sealed = ?1";
    sql(&store, revive, vec![old.into()]);
    assert_eq!(
        block_on(store.open(PROJECT, id, NOW)).err(),
        Some(StoreError::Unsealable)
    );
}

#[test]
fn a_value_from_before_a_resealing_that_is_put_back_does_not_open() {
    let file = File::new();
    let store = file.store();
    let id = create(&store, "one", "https://one.example.com").unwrap().id;
    let old = sealed(&store, &id.to_string());
    let both = file.connect(&format!("{NEWER_KEY},{KEY}"));
    block_on(both.reseal(Within::All, &change(), PageSize::default(), None)).unwrap();
    block_on(both.open(PROJECT, id, NOW)).unwrap();
    sql(
        &both,
        "UPDATE connections SET sealed = ?1",
        vec![old.into()],
    );
    assert_eq!(
        block_on(both.open(PROJECT, id, NOW)).err(),
        Some(StoreError::Unsealable)
    );
}

#[test]
fn an_external_id_that_the_project_was_not_issued_is_not_used() {
    for edit in [
        "external_id = (SELECT external_id FROM settings WHERE project = 'beta')",
        "external_id = (SELECT external_id FROM settings WHERE project = 'beta'),
            external_id_tag = (SELECT external_id_tag FROM settings WHERE project = 'beta')",
        "external_id = 'bowline-0', external_id_tag = NULL, external_id_key = NULL",
        "external_id_tag = NULL",
        "external_id_key = NULL",
    ] {
        let store = store();
        block_on(store.settings(PROJECT, NOW)).unwrap();
        block_on(store.settings("beta", NOW)).unwrap();
        sql(&store, "DROP TRIGGER settings_keep_external_id", vec![]);
        let edit = format!("UPDATE settings SET {edit} WHERE project = 'acme'");
        sql(&store, &edit, vec![]);
        assert_eq!(
            block_on(store.settings(PROJECT, NOW)),
            Err(StoreError::Tampered("external_id")),
            "{edit}"
        );
        block_on(store.settings("beta", NOW)).unwrap();
    }
}

#[test]
fn nobody_is_let_in_by_a_hash_that_the_service_did_not_write() {
    let own = "x'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'";
    for edit in [
        format!("hash = {own}"),
        format!("hash = {own}, tagged = {own}"),
        format!("hash = {own}, tagged = {own}, tag = NULL"),
        format!("hash = {own}, tagged = {own}, tag = NULL, tag_key = NULL"),
        "tag = (SELECT tag FROM event_addresses ORDER BY connection DESC LIMIT 1)".to_owned(),
    ] {
        let store = store();
        let id = create(&store, "one", "https://one.example.com").unwrap().id;
        let other = create(&store, "two", "https://two.example.com").unwrap().id;
        let (_, secret) = block_on(store.renew_event_secret(&change(), PROJECT, id)).unwrap();
        block_on(store.renew_event_secret(&change(), PROJECT, other)).unwrap();
        let admitted = |secret: &str| block_on(store.admit_event(id, &[secret])).is_ok();
        assert!(admitted(secret.expose()));
        // The trigger would tell the audit of an older instance's change.
        sql(&store, "DROP TRIGGER event_addresses_changed", vec![]);
        let edit = format!("UPDATE event_addresses SET {edit} WHERE connection = '{id}'");
        sql(&store, &edit, vec![]);
        for secret in ["abc", secret.expose()] {
            assert!(!admitted(secret), "{edit}");
        }
    }
}

#[test]
fn tags_go_over_to_the_first_key_with_the_connections() {
    let file = File::new();
    let store = file.store();
    let id = create(&store, "one", "https://one.example.com").unwrap().id;
    let ended = create(&store, "two", "https://two.example.com").unwrap().id;
    let (_, secret) = block_on(store.renew_event_secret(&change(), PROJECT, id)).unwrap();
    block_on(store.renew_event_secret(&change(), PROJECT, ended)).unwrap();
    block_on(store.end_events(&change(), PROJECT, ended)).unwrap();
    let settings = block_on(store.settings(PROJECT, NOW)).unwrap();
    block_on(store.settings("beta", NOW)).unwrap();
    let both = file.connect(&format!("{NEWER_KEY},{KEY}"));
    let (mut cursor, mut steps) = (None, 0);
    let sealed_by = loop {
        let size = PageSize::new(1).unwrap();
        let step = block_on(both.reseal(Within::All, &change(), size, cursor.as_ref())).unwrap();
        (cursor, steps) = (step.next, steps + 1);
        if cursor.is_none() {
            break step.sealed_by;
        }
        assert!(steps < 20);
    };
    assert_eq!(sealed_by, [("k2".to_owned(), 6)].into());
    let newer = file.connect(NEWER_KEY);
    assert_eq!(block_on(newer.settings(PROJECT, NOW)), Ok(settings));
    block_on(newer.settings("beta", NOW)).unwrap();
    block_on(newer.admit_event(id, &[secret.expose()])).unwrap();
    assert_eq!(
        block_on(newer.admit_event(ended, &[""])),
        Err(StoreError::NotFound)
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
