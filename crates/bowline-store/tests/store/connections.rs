//! Creating, reading, changing and removing connections.

use crate::store::setup::{
    NOW, PROJECT, change, change_at, create, form, kept, normalized, spec, spec_of, sql, store,
};
use bowline_store::{ConnectionId, Edit, LastCheck, PageSize, Query, StoreError, Timestamp};
use futures::executor::block_on;
use serde_json::json;

#[test]
fn a_connection_is_answered_as_the_api_says() {
    let store = store();
    let mut form = form("prod-images", "https://registry.example.com");
    form.trusted_auth_hosts = vec!["auth.example.net".to_owned()];
    form.expires_at = Some("2027-01-31T12:00:00Z".to_owned());
    form.policy = serde_json::from_value(json!({ "mode": "manual" })).unwrap();
    let check = LastCheck {
        at: Timestamp(NOW - 1000),
        ok: true,
        proved: "pull".to_owned(),
        problem: None,
    };
    let created =
        block_on(store.create(&change(), PROJECT, &spec_of(&form), Some(&check))).unwrap();
    let read = block_on(store.read(PROJECT, created.id, NOW)).unwrap();
    assert_eq!(created, read);
    let text = serde_json::to_string(&read).unwrap();
    let expected = json!({
        "id": created.id.to_string(), "project": "acme", "name": "prod-images", "description": "",
        "provider": "docker-registry", "auth": "password", "purpose": "pull",
        "endpoint": "https://registry.example.com",
        "values": { "username": "scanner" }, "secrets": ["password"],
        "policy": normalized(json!({ "mode": "manual" })), "trustedAuthHosts": ["auth.example.net"], "image": "", "uses": [], "version": 1,
        "createdAt": "2026-11-21T06:36:40Z", "updatedAt": "2026-11-21T06:36:40Z",
        "credentialsChangedAt": "2026-11-21T06:36:40Z", "lastUsedAt": null, "expiresAt": "2027-01-31T12:00:00Z",
        "lastCheck": { "at": "2026-11-21T06:36:39Z", "ok": true, "proved": "pull", "problem": null },
    });
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&text).unwrap(),
        expected
    );
    assert!(!text.contains("swordfish"));
    assert_eq!(read.values["url"], "https://registry.example.com");
}

#[test]
fn a_stored_connection_gives_its_form_again() {
    let store = store();
    let mut form = form("prod", "https://registry.example.com:5000/team");
    form.trusted_auth_hosts = vec!["auth.example.net".to_owned()];
    form.expires_at = Some("2027-01-31T12:00:00Z".to_owned());
    form.purpose = "push".to_owned();
    form.description = "the good ones".to_owned();
    form.image = "team/app:1".to_owned();
    let before = spec_of(&form);
    let id = block_on(store.create(&change(), PROJECT, &before, None))
        .unwrap()
        .id;
    let opened = block_on(store.open(PROJECT, id, NOW)).unwrap();
    let after = spec_of(&opened.form());
    assert_eq!(opened.secrets["password"].expose(), "swordfish of prod");
    assert_eq!(after.credentials, before.credentials);
    assert_eq!(after.endpoint, before.endpoint);
    // No secret is shown by `Debug`, so this compares the rest.
    assert_eq!(format!("{after:?}"), format!("{before:?}"));
    assert!(!format!("{opened:?}").contains("swordfish"));
}

#[test]
fn names_and_endpoints_are_unique_in_a_project() {
    let store = store();
    create(&store, "Größe", "https://one.example.com").unwrap();
    let cases = [
        (
            "the name",
            "Größe",
            "https://two.example.com",
            Some(StoreError::NameTaken),
        ),
        (
            "the name in another case",
            "GRÖSSE",
            "https://two.example.com",
            None,
        ),
        (
            "the name in another case, with umlaut",
            "grÖße",
            "https://three.example.com",
            Some(StoreError::NameTaken),
        ),
        (
            "the endpoint",
            "other",
            "https://one.example.com",
            Some(StoreError::EndpointTaken),
        ),
        (
            "the endpoint, typed otherwise",
            "other",
            "ONE.example.com:443/v2/",
            Some(StoreError::EndpointTaken),
        ),
        (
            "both",
            "größe",
            "https://one.example.com",
            Some(StoreError::NameTaken),
        ),
        (
            "another namespace",
            "team",
            "https://one.example.com/team",
            None,
        ),
    ];
    for (case, name, url, expected) in cases {
        assert_eq!(create(&store, name, url).err(), expected, "{case}");
    }
    let elsewhere = block_on(store.create(
        &change(),
        "other",
        &spec("Größe", "https://one.example.com"),
        None,
    ));
    assert!(elsewhere.is_ok(), "another project");
    let mut push = form("pushing", "https://one.example.com");
    push.purpose = "push".to_owned();
    assert!(
        block_on(store.create(&change(), PROJECT, &spec_of(&push), None)).is_ok(),
        "another purpose"
    );
}

#[test]
fn a_removed_connection_frees_its_name_and_endpoint() {
    let store = store();
    let first = create(&store, "prod", "https://one.example.com").unwrap();
    block_on(store.delete(&change(), PROJECT, first.id, false)).unwrap();
    let second = create(&store, "prod", "https://one.example.com").unwrap();
    assert_ne!(first.id, second.id);
}

#[test]
fn what_another_project_has_is_not_found() {
    let store = store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    let spec = spec("prod", "https://one.example.com");
    let outcomes = [
        ("read", block_on(store.read("other", id, NOW)).err()),
        ("open", block_on(store.open("other", id, NOW)).err()),
        (
            "update",
            block_on(store.update(&change(), "other", id, None, &Edit::default())).err(),
        ),
        (
            "replace",
            block_on(store.replace_credentials(&change(), "other", id, None, &spec, None)).err(),
        ),
        (
            "delete",
            block_on(store.delete(&change(), "other", id, true)).err(),
        ),
    ];
    for (call, outcome) in outcomes {
        assert_eq!(outcome, Some(StoreError::NotFound), "{call}");
    }
    let audit = block_on(store.audit("other", id, PageSize::default(), None)).unwrap();
    assert!(audit.items.is_empty());
    let check = LastCheck {
        at: Timestamp(NOW),
        ok: true,
        proved: "pull".to_owned(),
        problem: None,
    };
    block_on(store.record_check("other", id, &check)).unwrap();
    assert_eq!(
        block_on(store.read(PROJECT, id, NOW)).unwrap().last_check,
        None
    );
}

#[test]
fn an_edit_changes_what_it_names() {
    let store = store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    let name = Edit {
        name: Some("Prod".to_owned()),
        ..Edit::default()
    };
    let description = Edit {
        description: Some("the good ones".to_owned()),
        ..Edit::default()
    };
    let policy = Edit {
        policy: Some(kept(json!({ "mode": "manual" }))),
        ..Edit::default()
    };
    let no_policy = Edit {
        policy: Some(None),
        ..Edit::default()
    };
    for (version, edit) in [(2, name), (3, description), (4, policy)] {
        let changed = block_on(store.update(
            &change_at(NOW + version),
            PROJECT,
            id,
            Some(&[version - 1]),
            &edit,
        ))
        .unwrap();
        assert_eq!(
            (changed.version, changed.updated_at),
            (version, Timestamp(NOW + version))
        );
        assert_eq!(changed.created_at, Timestamp(NOW));
        assert_eq!(changed.credentials_changed_at, Timestamp(NOW));
    }
    let read = block_on(store.read(PROJECT, id, NOW)).unwrap();
    assert_eq!(
        (read.name.as_str(), read.description.as_str()),
        ("Prod", "the good ones")
    );
    assert_eq!(read.policy, Some(normalized(json!({ "mode": "manual" }))));
    let changed = block_on(store.update(&change(), PROJECT, id, None, &no_policy)).unwrap();
    assert_eq!((changed.policy, changed.name.as_str()), (None, "Prod"));
    block_on(store.open(PROJECT, id, NOW)).expect("an edit leaves the secrets openable");
}

#[test]
fn an_edit_of_another_version_or_to_a_taken_name_is_refused() {
    let store = store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    create(&store, "Other", "https://two.example.com").unwrap();
    let rename = |name: &str| Edit {
        name: Some(name.to_owned()),
        ..Edit::default()
    };
    let cases: [(&str, Option<&[i64]>, &str, StoreError); 4] = [
        (
            "an older version",
            Some(&[0]),
            "new",
            StoreError::VersionMismatch { current: 1 },
        ),
        (
            "no version at all",
            Some(&[]),
            "new",
            StoreError::VersionMismatch { current: 1 },
        ),
        (
            "a taken name",
            Some(&[7, 1]),
            "oTHER",
            StoreError::NameTaken,
        ),
        (
            "both",
            Some(&[2]),
            "other",
            StoreError::VersionMismatch { current: 1 },
        ),
    ];
    for (case, expected, name, error) in cases {
        let outcome = block_on(store.update(&change(), PROJECT, id, expected, &rename(name)));
        assert_eq!(outcome.err(), Some(error), "{case}");
    }
    assert_eq!(block_on(store.read(PROJECT, id, NOW)).unwrap().version, 1);
}

#[test]
fn new_credentials_replace_all_of_the_old() {
    let store = store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    let check = LastCheck {
        at: Timestamp(NOW),
        ok: true,
        proved: "pull".to_owned(),
        problem: None,
    };
    block_on(store.record_check(PROJECT, id, &check)).unwrap();
    let mut form = form("ignored", "https://one.example.com");
    form.values.insert("username".to_owned(), "other".into());
    form.values
        .insert("password".to_owned(), "opensesame".into());
    form.trusted_auth_hosts = vec!["auth.example.net".to_owned()];
    let later = change_at(NOW + 5000);
    let changed =
        block_on(store.replace_credentials(&later, PROJECT, id, Some(&[1]), &spec_of(&form), None))
            .unwrap();
    assert_eq!((changed.name.as_str(), changed.version), ("prod", 2));
    assert_eq!(changed.values["username"], "other");
    assert_eq!(changed.trusted_auth_hosts, ["auth.example.net"]);
    assert_eq!(changed.credentials_changed_at, Timestamp(NOW + 5000));
    assert_eq!(changed.last_check, None, "it was with the old ones");
    let opened = block_on(store.open(PROJECT, id, NOW)).unwrap();
    assert_eq!(opened.secrets["password"].expose(), "opensesame");

    let stale =
        block_on(store.replace_credentials(&later, PROJECT, id, Some(&[1]), &spec_of(&form), None));
    assert_eq!(
        stale.err(),
        Some(StoreError::VersionMismatch { current: 2 })
    );
    for (case, url, purpose) in [
        ("host", "https://two.example.com", "pull"),
        ("purpose", "https://one.example.com", "push"),
    ] {
        form.values.insert("url".to_owned(), url.into());
        form.purpose = purpose.to_owned();
        let outcome =
            block_on(store.replace_credentials(&later, PROJECT, id, None, &spec_of(&form), None));
        assert_eq!(outcome.err(), Some(StoreError::EndpointImmutable), "{case}");
    }
}

#[test]
fn a_check_is_kept_beside_the_version() {
    let store = store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    let check = |at, ok| LastCheck {
        at: Timestamp(at),
        ok,
        proved: "reach".to_owned(),
        problem: (!ok).then(|| json!({ "code": "auth.rejected" })),
    };
    let cases = [
        (
            "begun before the credentials were set",
            check(NOW - 1, true),
            None,
        ),
        (
            "first",
            check(NOW + 10, false),
            Some(check(NOW + 10, false)),
        ),
        (
            "begun earlier, ended later",
            check(NOW + 5, true),
            Some(check(NOW + 10, false)),
        ),
        ("next", check(NOW + 20, true), Some(check(NOW + 20, true))),
    ];
    for (case, recorded, kept) in cases {
        block_on(store.record_check(PROJECT, id, &recorded)).unwrap();
        let read = block_on(store.read(PROJECT, id, NOW)).unwrap();
        assert_eq!(
            (read.last_check, read.version, read.updated_at),
            (kept, 1, Timestamp(NOW)),
            "{case}"
        );
    }
}

#[test]
fn what_is_in_use_is_removed_only_by_force() {
    let store = store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    let declare = "INSERT INTO uses (connection, consumer, title, until) VALUES (?1, ?2, ?3, ?4)";
    for (consumer, until) in [("build-7", NOW + 1000), ("lapsed", NOW)] {
        sql(
            &store,
            declare,
            vec![
                id.to_string().into(),
                consumer.into(),
                "Nightly".into(),
                until.into(),
            ],
        );
    }
    let uses = block_on(store.read(PROJECT, id, NOW)).unwrap().uses;
    assert_eq!(
        uses.iter()
            .map(|one| one.consumer.as_str())
            .collect::<Vec<_>>(),
        ["build-7"]
    );
    let refused = block_on(store.delete(&change(), PROJECT, id, false));
    assert_eq!(refused, Err(StoreError::InUse(uses)));
    block_on(store.delete(&change(), PROJECT, id, true)).unwrap();
    assert_eq!(
        block_on(store.read(PROJECT, id, NOW)).err(),
        Some(StoreError::NotFound)
    );
    assert_eq!(sql(&store, "SELECT consumer FROM uses", vec![]), []);
}

#[test]
fn a_lapsed_use_holds_nothing() {
    let store = store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    let declare = "INSERT INTO uses (connection, consumer, title, until) VALUES (?1, 'build-7', 'Nightly', ?2)";
    sql(
        &store,
        declare,
        vec![id.to_string().into(), (NOW + 1000).into()],
    );
    block_on(store.delete(&change_at(NOW + 1000), PROJECT, id, false)).unwrap();
}

#[test]
fn checks_are_counted_by_subject_and_minute() {
    let store = store();
    let minute = NOW - NOW % 60_000;
    let cases = [
        ("ada", 0, 1),
        ("ada", 59_999, 2),
        ("bob", 59_999, 1),
        ("ada", 60_000, 1),
        ("ada", 60_001, 2),
        ("bob", 60_002, 1),
    ];
    for (subject, after, expected) in cases {
        let count = block_on(store.count_check(subject, minute + after)).unwrap();
        assert_eq!(count, expected, "{subject} at {after}");
    }
}

#[test]
fn a_row_that_the_store_did_not_write_is_named() {
    let store = store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    sql(&store, "UPDATE connections SET purpose = 'look'", vec![]);
    assert_eq!(
        block_on(store.read(PROJECT, id, NOW)).err(),
        Some(StoreError::Corrupt("purpose"))
    );
}

#[test]
fn an_unknown_id_is_not_found() {
    let store = store();
    let id = ConnectionId::parse("019aa548-1980-7fff-bfff-ffffffffffff").unwrap();
    assert_eq!(
        block_on(store.read(PROJECT, id, NOW)).err(),
        Some(StoreError::NotFound)
    );
    assert_eq!(
        block_on(store.delete(&change(), PROJECT, id, false)),
        Err(StoreError::NotFound)
    );
}

#[test]
fn a_provider_that_this_build_does_not_know_is_listed_and_does_not_open() {
    let store = store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    create(&store, "other", "https://two.example.com").unwrap();
    let newer = "UPDATE connections SET provider = 'made-up-registry' WHERE id = ?1";
    sql(&store, newer, vec![id.to_string().into()]);
    let page = block_on(store.list(PROJECT, &Query::default(), NOW)).unwrap();
    let listed: Vec<_> = page.items.iter().map(|it| it.provider.as_str()).collect();
    assert_eq!(listed, ["docker-registry", "made-up-registry"]);
    let read = block_on(store.read(PROJECT, id, NOW)).unwrap();
    assert_eq!(read.provider, "made-up-registry");
    let opened = block_on(store.open(PROJECT, id, NOW));
    assert_eq!(opened.err(), Some(StoreError::UnknownProvider));
    block_on(store.delete(&change(), PROJECT, id, false)).unwrap();
}
