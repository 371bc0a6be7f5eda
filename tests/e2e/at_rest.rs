//! What the database file gives to somebody who copies or edits it.

use std::{collections::BTreeMap, fs};

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use bowline_tests::{
    app::App,
    form::{with, with_password},
    registry::{Access, Registry},
};
use rusqlite::{Connection, params};
use serde_json::json;

const PATH: &str = "/v1/projects/acme/connections";
const SECRET: &str = "a-password-to-be-found-nowhere";

#[test]
fn a_copied_database_holds_no_secret_in_clear() {
    let mut app = App::start();
    let client = app.client(&["acme"]);
    let form = with_password(
        "https://registry.example.com",
        "a-username-in-clear",
        SECRET,
    );
    client.post(PATH, &form).expect(201);
    // Neither what a check meets nor what a refusal answers leaves a trace.
    client.post(PATH, &form).problem(409, "name.taken");
    app.terminate();
    app.wait();

    let mut found_username = false;
    for entry in fs::read_dir(app.state()).unwrap() {
        let path = entry.unwrap().path();
        if !path.is_file() {
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let holds = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
        found_username |= holds(b"a-username-in-clear");
        assert!(
            !holds(SECRET.as_bytes()),
            "{} holds the secret",
            path.display()
        );
        // Base64 of a text is found in the Base64 of what contains it, at one of three offsets.
        for offset in 0..3 {
            let shifted = STANDARD_NO_PAD.encode([&b"???"[..offset], SECRET.as_bytes()].concat());
            let inner = &shifted[4..shifted.len() - 4];
            assert!(
                !holds(inner.as_bytes()),
                "{} holds the secret in Base64",
                path.display()
            );
        }
        let hex: String = SECRET.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert!(
            !holds(hex.as_bytes()) && !holds(hex.to_uppercase().as_bytes()),
            "{} in hex",
            path.display()
        );
        let reversed: Vec<u8> = SECRET.bytes().rev().collect();
        assert!(
            !holds(&reversed),
            "{} holds the secret backwards",
            path.display()
        );
    }
    assert!(
        found_username,
        "the search looks at the right files: what is not secret is found"
    );
}

#[test]
fn a_deleted_connection_leaves_no_sealed_value() {
    let mut app = App::start();
    let client = app.client(&["acme"]);
    let created = client
        .post(
            PATH,
            &with_password("https://registry.example.com", "alice", SECRET),
        )
        .expect(201);
    client
        .delete(&format!("{PATH}/{}", created["id"].as_str().unwrap()))
        .expect(204);
    app.terminate();
    app.wait();
    let database = Connection::open(app.database()).unwrap();
    let sealed: i64 = database
        .query_row(
            "SELECT count(*) FROM connections WHERE sealed IS NOT NULL",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(sealed, 0);
}

/// Two connections to registries that both take alice's password; after `edit` of the stopped application's database
/// by somebody who has the file, tells the status of the first one's check.
fn check_after(edit: impl Fn(&Connection, &BTreeMap<&str, String>)) -> (u16, String) {
    let registries = [
        Registry::start(&Access::Basic(&[("alice", SECRET)])),
        Registry::start(&Access::Basic(&[("alice", SECRET)])),
    ];
    let mut app = App::start();
    let client = app.client(&["acme"]);
    let mut ids = BTreeMap::new();
    for (name, registry) in ["first", "second"].into_iter().zip(&registries) {
        let form = with(
            with_password(&registry.url(), "alice", SECRET),
            &json!({ "name": name }),
        );
        let created = client.post(PATH, &form).expect(201);
        ids.insert(name, created["id"].as_str().unwrap().to_owned());
    }
    ids.insert("elsewhere", registries[1].url());
    app.terminate();
    app.wait();

    let database = Connection::open(app.database()).unwrap();
    for trigger in triggers(&database) {
        database
            .execute(&format!("DROP TRIGGER {trigger}"), [])
            .unwrap();
    }
    for index in ["connections_name", "connections_endpoint"] {
        database
            .execute(&format!("DROP INDEX IF EXISTS {index}"), [])
            .unwrap();
    }
    edit(&database, &ids);
    drop(database);

    app.start_again();
    let answer = app
        .client(&["acme"])
        .post(&format!("{PATH}/{}/check", ids["first"]), &json!({}));
    (answer.status, answer.text)
}

/// Whoever has the file can also do away with what guards it from inside.
fn triggers(database: &Connection) -> Vec<String> {
    let mut statement = database
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        .unwrap();
    let names = statement.query_map([], |row| row.get(0)).unwrap();
    names.map(Result::unwrap).collect()
}

#[test]
fn an_untouched_row_opens() {
    let (status, text) = check_after(|_, _| {});
    assert_eq!(status, 200, "{text}");
    assert!(text.contains("\"ok\":true"), "{text}");
}

#[test]
fn a_sealed_value_in_another_row_does_not_open() {
    let (status, text) = check_after(|database, ids| {
        let changed = database.execute(
            "UPDATE connections SET sealed = (SELECT sealed FROM connections WHERE id = ?1) WHERE id = ?2",
            params![ids["second"], ids["first"]],
        );
        assert_eq!(changed, Ok(1));
    });
    assert_eq!(status, 500, "{text}");
    assert!(!text.contains(SECRET), "{text}");
}

#[test]
fn a_row_that_was_edited_does_not_open() {
    let edits = [
        (
            "endpoint",
            "UPDATE connections SET endpoint = ?2 WHERE id = ?1",
        ),
        (
            "values",
            "UPDATE connections SET plain_values = json_set(plain_values, '$.url', ?2) WHERE id = ?1",
        ),
        (
            "endpoint and values",
            "UPDATE connections SET endpoint = ?2, plain_values = json_set(plain_values, '$.url', ?2) WHERE id = ?1",
        ),
        (
            "trusted hosts",
            "UPDATE connections SET trusted_auth_hosts = json_array(?2) WHERE id = ?1",
        ),
        (
            "purpose",
            "UPDATE connections SET purpose = CASE WHEN ?2 = '' THEN '' ELSE 'push' END WHERE id = ?1",
        ),
        (
            "username",
            "UPDATE connections SET plain_values = json_set(plain_values, '$.username', ?2) WHERE id = ?1",
        ),
        (
            "provider",
            "UPDATE connections SET provider = CASE WHEN ?2 = '' THEN '' ELSE 'docker-hub' END WHERE id = ?1",
        ),
    ];
    for (name, edit) in edits {
        let (status, text) = check_after(|database, ids| {
            assert_eq!(
                database.execute(edit, params![ids["first"], ids["elsewhere"]]),
                Ok(1),
                "{name}"
            );
        });
        assert_eq!(status, 500, "{name}: {text}");
        assert!(!text.contains(SECRET), "{name}: {text}");
    }
}
