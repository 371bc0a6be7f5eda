//! Connections over the HTTP API: create, list, read, rename, delete.

use bowline_tests::{
    app::App,
    client::Client,
    form::{with, with_password},
    image::Image,
    registry::{Access, Registry},
};
use serde_json::{Value, json};

const PATH: &str = "/v1/projects/acme/connections";

fn form(name: &str, host: &str) -> Value {
    with(
        with_password(&format!("https://{host}"), "scanner", "s3cret"),
        &json!({ "name": name }),
    )
}

fn create(client: &Client, name: &str, host: &str) -> Value {
    client.post(PATH, &form(name, host)).expect(201)
}

fn path_of(connection: &Value) -> String {
    format!(
        "{PATH}/{}",
        connection["id"].as_str().expect("a connection has an id")
    )
}

fn names(list: &Value) -> Vec<&str> {
    list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["name"].as_str().unwrap())
        .collect()
}

#[test]
fn what_is_created_is_answered_without_its_secret() {
    let app = App::start();
    let client = app.client(&["acme"]);
    let answer = client.post(
        PATH,
        &with(
            form("prod images", "Registry.example.com"),
            &json!({ "description": "for the scanner" }),
        ),
    );
    assert_eq!(answer.header("etag"), "\"1\"");
    let connection = answer.expect(201);
    assert_eq!(client.get(&path_of(&connection)).expect(200), connection);
    let expected = json!({
        "project": "acme", "name": "prod images", "description": "for the scanner", "provider": "docker-registry",
        "auth": "password", "purpose": "pull", "endpoint": "https://registry.example.com", "secrets": ["password"],
        "policy": null, "trustedAuthHosts": [], "image": "", "uses": [], "version": 1, "lastUsedAt": null,
        "expiresAt": null, "lastCheck": null,
    });
    for (member, value) in expected.as_object().unwrap() {
        assert_eq!(&connection[member], value, "{member}: {connection:#}");
    }
    assert_eq!(connection["values"], json!({ "username": "scanner" }));
    assert!(!connection.to_string().contains("s3cret"));
    assert_eq!(
        connection["id"].as_str().unwrap().as_bytes()[14],
        b'7',
        "a UUIDv7: {connection:#}"
    );
    for time in ["createdAt", "updatedAt", "credentialsChangedAt"] {
        assert!(
            connection[time]
                .as_str()
                .is_some_and(|time| time.ends_with('Z')),
            "{time}: {connection:#}"
        );
    }
}

#[test]
fn an_invalid_form_is_refused_with_its_findings() {
    let app = App::start();
    let client = app.client(&["acme"]);
    let problem = client
        .post(PATH, &form("", "registry.example.com"))
        .problem(422, "form.invalid");
    assert_eq!(problem["findings"][0]["field"], "name", "{problem:#}");
    assert_eq!(names(&client.get(PATH).expect(200)), [""; 0]);
}

#[test]
fn names_and_endpoints_are_taken_once() {
    let app = App::start();
    let client = app.client(&["acme", "beta"]);
    create(&client, "Prod", "a.example.com");
    let taken = client
        .post(PATH, &form("pROD", "b.example.com"))
        .problem(409, "name.taken");
    assert_eq!(taken["field"], "name");
    let taken = client
        .post(PATH, &form("other", "A.example.com:443"))
        .problem(409, "endpoint.taken");
    assert_eq!(taken["field"], "values.url");
    // Another purpose, another namespace and another project are other places.
    client
        .post(
            PATH,
            &with(
                form("pushes", "a.example.com"),
                &json!({ "purpose": "push" }),
            ),
        )
        .expect(201);
    create(&client, "a team's", "a.example.com/team");
    client
        .post(
            "/v1/projects/beta/connections",
            &form("Prod", "a.example.com"),
        )
        .expect(201);
}

#[test]
fn lists_are_pages_by_name() {
    let app = App::start();
    let client = app.client(&["acme"]);
    for (name, host) in [
        ("delta", "d.example.com"),
        ("Alpha", "a.example.com"),
        ("charlie", "c.example.org"),
        ("bravo", "b.example.com"),
    ] {
        create(&client, name, host);
    }
    let first = client.get(&format!("{PATH}?limit=3")).expect(200);
    assert_eq!(names(&first), ["Alpha", "bravo", "charlie"]);
    let cursor: String = url::form_urlencoded::byte_serialize(
        first["next"].as_str().expect("there is more").as_bytes(),
    )
    .collect();
    let second = client
        .get(&format!("{PATH}?limit=3&cursor={cursor}"))
        .expect(200);
    assert_eq!(
        (names(&second), &second["next"]),
        (vec!["delta"], &Value::Null)
    );
    assert_eq!(
        names(
            &client
                .get(&format!("{PATH}?search=EXAMPLE.ORG"))
                .expect(200)
        ),
        ["charlie"]
    );
    assert_eq!(
        names(&client.get(&format!("{PATH}?search=l")).expect(200)),
        ["Alpha", "bravo", "charlie", "delta"]
    );
    assert_eq!(
        names(&client.get(&format!("{PATH}?search=brav")).expect(200)),
        ["bravo"]
    );
    assert_eq!(
        names(
            &client
                .get(&format!("{PATH}?provider=docker-hub"))
                .expect(200)
        ),
        [""; 0]
    );
    assert_eq!(client.get(&format!("{PATH}?limit=0")).status, 400);
}

#[test]
fn a_change_names_the_version_that_it_changes() {
    let app = App::start();
    let client = app.client(&["acme"]);
    let path = path_of(&create(&client, "old name", "a.example.com"));
    let patch = |tag: Option<&str>, body: &Value| {
        let headers: Vec<_> = tag.map(|tag| ("If-Match", tag)).into_iter().collect();
        client.send("PATCH", &path, &headers, Some(body))
    };
    let rename = json!({ "name": "new name" });
    patch(None, &rename).problem(428, "precondition.required");
    patch(Some("\"7\""), &rename).problem(412, "precondition.failed");
    let answer = patch(Some("\"1\""), &rename);
    assert_eq!(answer.header("etag"), "\"2\"");
    let renamed = answer.expect(200);
    assert_eq!(
        (&renamed["name"], &renamed["version"]),
        (&json!("new name"), &json!(2))
    );
    patch(Some("\"1\""), &json!({ "name": "a late change" })).problem(412, "precondition.failed");
    assert_eq!(client.get(&path).expect(200)["name"], "new name");
    create(&client, "taken", "b.example.com");
    let taken = patch(Some("\"2\""), &json!({ "name": "Taken" })).problem(409, "name.taken");
    assert_eq!(taken["field"], "name");
}

#[test]
fn what_is_deleted_is_gone_and_frees_its_place() {
    let app = App::start();
    let client = app.client(&["acme"]);
    let path = path_of(&create(&client, "short-lived", "a.example.com"));
    client.delete(&path).expect(204);
    client.get(&path).problem(404, "not_found");
    client.delete(&path).problem(404, "not_found");
    assert_eq!(names(&client.get(PATH).expect(200)), [""; 0]);
    create(&client, "short-lived", "a.example.com");
}

#[test]
fn saving_with_a_check_keeps_only_what_passes() {
    let app = App::start();
    let client = app.client(&["acme"]);
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    registry.push(&Image::new("verified"), "team/app:v1");
    let wrong = with_password(&registry.url(), "alice", "not-her-password");
    let problem = client
        .post(&format!("{PATH}?verify=true"), &wrong)
        .problem(422, "check.failed");
    assert_eq!(
        problem["check"]["problem"]["code"], "auth.rejected",
        "{problem:#}"
    );
    assert_eq!(names(&client.get(PATH).expect(200)), [""; 0]);
    let right = with_password(&registry.url(), "alice", "s3cret");
    let created = client
        .post(&format!("{PATH}?verify=pull"), &right)
        .expect(201);
    assert_eq!(
        (&created["lastCheck"]["ok"], &created["lastCheck"]["proved"]),
        (&json!(true), &json!("pull")),
        "{created:#}"
    );
}

#[test]
fn verify_pull_needs_an_image_to_pull() {
    let app = App::start();
    let client = app.client(&["acme"]);
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    let form = with_password(&registry.url(), "alice", "s3cret");
    client
        .post(&format!("{PATH}?verify=pull"), &form)
        .problem(422, "check.failed");
    client
        .post(&format!("{PATH}?verify=true"), &form)
        .expect(201);
}

#[test]
fn a_stored_connection_is_checked_with_its_sealed_secret() {
    let app = App::start();
    let client = app.client(&["acme"]);
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    registry.push(&Image::new("stored"), "team/app:v1");
    let created = client
        .post(PATH, &with_password(&registry.url(), "alice", "s3cret"))
        .expect(201);
    let path = path_of(&created);
    let check = client
        .post(&format!("{path}/check"), &json!({}))
        .expect(200);
    assert_eq!(
        (&check["ok"], &check["proved"]),
        (&json!(true), &json!("pull")),
        "{check:#}"
    );
    let after = client.get(&path).expect(200);
    assert_eq!(after["lastCheck"]["proved"], "pull", "{after:#}");
    assert_eq!(after["version"], 1, "a check is no change: {after:#}");
    let check = client
        .post(&format!("{path}/check"), &json!({ "image": "team/app:v9" }))
        .expect(200);
    assert_eq!(check["problem"]["code"], "image.unknown", "{check:#}");
}

#[test]
fn a_stored_connection_is_browsed() {
    let app = App::start();
    let client = app.client(&["acme"]);
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    registry.push(&Image::new("one"), "team/app:v1");
    registry.push(&Image::new("two"), "team/app:v2");
    registry.push(&Image::new("three"), "team/tools:v1");
    let form = with_password(&registry.url(), "alice", "s3cret");
    let path = path_of(&client.post(PATH, &form).expect(201));
    let page = |names: &[&str]| {
        let items: Vec<_> = names.iter().map(|name| json!({ "name": name })).collect();
        json!({ "items": items, "complete": true, "next": null })
    };
    for (route, names) in [
        ("repositories", &["team/app", "team/tools"][..]),
        ("repositories?search=TOOL", &["team/tools"]),
        ("repositories?search=none", &[]),
        ("repositories/team%2Fapp/tags", &["v1", "v2"]),
        ("tags?repository=team/tools", &["v1"]),
    ] {
        let listing = client.get(&format!("{path}/{route}")).expect(200);
        assert_eq!(listing, page(names), "{route}");
    }
    let unknown = client.get(&format!("{path}/tags?repository=team/none"));
    unknown.problem(422, "image.unknown");

    let wrong = json!({ "values": { "username": "alice", "password": "not-hers" } });
    client
        .send("PUT", &format!("{path}/credentials"), &[], Some(&wrong))
        .expect(200);
    let problem = client
        .get(&format!("{path}/repositories"))
        .problem(422, "auth.rejected");
    assert_eq!(problem["field"], "values.password", "{problem:#}");
}

#[test]
fn what_is_in_use_is_kept_and_what_was_done_is_told() {
    let app = App::start();
    let client = app.client(&["acme"]);
    let path = path_of(&create(&client, "used", "a.example.com"));
    let route = format!("{path}/uses/build%2F7");
    let body = json!({ "title": "Nightly", "until": "2999-01-01T00:00:00Z" });
    let used = client.send("PUT", &route, &[], Some(&body)).expect(200);
    assert_eq!(used["consumer"], "build/7");
    let refused = client.delete(&path).problem(409, "connection.in_use");
    assert_eq!(refused["uses"], json!([used]), "{refused:#}");
    client.delete(&route).expect(204);
    client.delete(&path).expect(204);
    let audit = client.get(&format!("{path}/audit")).expect(200);
    let actions: Vec<_> = audit["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["action"].as_str().unwrap())
        .collect();
    assert_eq!(actions, ["delete", "release", "use", "create"]);
}

#[test]
fn new_credentials_replace_the_old_ones_at_the_same_endpoint() {
    let app = App::start();
    let client = app.client(&["acme"]);
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    let created = client
        .post(
            PATH,
            &with_password(&registry.url(), "alice", "an old password"),
        )
        .expect(201);
    let path = path_of(&created);
    let check = client
        .post(&format!("{path}/check"), &json!({}))
        .expect(200);
    assert_eq!(check["problem"]["code"], "auth.rejected", "{check:#}");

    let credentials = |url: &str, password: &str| {
        let form = with_password(url, "alice", password);
        json!({ "auth": form["auth"], "values": form["values"], "trustedAuthHosts": [], "expiresAt": null })
    };
    let put = |query: &str, body: &Value| {
        client.send(
            "PUT",
            &format!("{path}/credentials{query}"),
            &[],
            Some(body),
        )
    };
    put("", &credentials("https://elsewhere.example.com", "s3cret"))
        .problem(409, "endpoint.immutable");
    put(
        "?verify=true",
        &credentials(&registry.url(), "another wrong one"),
    )
    .problem(422, "check.failed");
    let replaced = put("?verify=true", &credentials(&registry.url(), "s3cret")).expect(200);
    assert_eq!(
        (&replaced["version"], &replaced["lastCheck"]["ok"]),
        (&json!(2), &json!(true)),
        "{replaced:#}"
    );
    let check = client
        .post(&format!("{path}/check"), &json!({}))
        .expect(200);
    assert_eq!(check["ok"], true, "{check:#}");
}

#[test]
fn a_stored_connections_check_is_told_and_kept_as_it_runs() {
    let app = App::start();
    let client = app.client(&["acme"]);
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    registry.push(&Image::new("streamed"), "team/app:v1");
    let created = client
        .post(PATH, &with_password(&registry.url(), "alice", "s3cret"))
        .expect(201);
    let path = path_of(&created);
    let events: Vec<_> = client
        .stream(&format!("{path}/check"), &json!({ "image": "team/app:v1" }))
        .collect();
    let names: Vec<_> = events.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(
        names,
        ["step", "step", "step", "step", "step", "step", "result"]
    );
    assert_eq!(events[6].data["proved"], "pull", "{events:#?}");
    assert_eq!(client.get(&path).expect(200)["lastCheck"]["proved"], "pull");
}
