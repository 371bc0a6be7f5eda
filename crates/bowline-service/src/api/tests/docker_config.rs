//! Files that jobs pull with.

use base64::engine::general_purpose::STANDARD;

use super::*;

const URL: &str = "https://registry.example.com:5000/team";

const SERVER: &str = "registry.example.com:5000";

/// What the private service answers to `/credentials`.
fn login(username: &str, expires_at: Value) -> Value {
    json!({ "login": { "server": SERVER, "username": username, "password": PASSWORD, "expiresAt": expires_at } })
}

fn auths(username: &str) -> Value {
    let auth = STANDARD.encode(format!("{username}:{PASSWORD}"));
    json!({ "auths": { SERVER: { "username": username, "password": PASSWORD, "auth": auth } } })
}

async fn actions(harness: &Harness, path: &str) -> Vec<String> {
    let audit = harness.get(&format!("{path}/audit")).await.json();
    let items = audit["items"].as_array().unwrap();
    items
        .iter()
        .map(|entry| entry["action"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_job_gets_a_docker_config_and_the_audit_tells_it() {
    let harness = Harness::new();
    let (path, _) = harness.created("a", URL).await;
    harness
        .script
        .whole(200, "application/json", &login("ada", Value::Null));
    harness.now.set(START_MS + 5000);
    let answer = harness.get(&format!("{path}/dockerconfig")).await;
    assert_eq!((answer.status, answer.json()), (200, auths("ada")));
    assert!(!answer.headers.contains_key("bowline-expires-at"));
    for sent in harness.script.sent.borrow().iter() {
        assert_eq!(sent.address, "http://outbound.spin.internal/credentials");
        assert!(sent.body.contains(PASSWORD));
    }
    assert_eq!(actions(&harness, &path).await, ["hand-out", "create"]);
    let connection = harness.get(&path).await.json();
    assert_eq!(
        (&connection["lastUsedAt"], &connection["version"]),
        (&json!("2027-01-15T08:00:05Z"), &json!(1))
    );
}

#[tokio::test]
async fn a_minted_password_says_when_it_ends() {
    let harness = Harness::new();
    let (path, _) = harness.created("a", URL).await;
    for format in ["dockerconfigjson", "kubernetes-secret"] {
        let minted = login("AWS", json!(START_MS + 43_200_000));
        harness.script.whole(200, "application/json", &minted);
        let route = format!("{path}/dockerconfig?format={format}");
        let answer = harness.get(&route).await;
        assert_eq!(
            answer.headers["bowline-expires-at"], "2027-01-15T20:00:00Z",
            "{format}"
        );
    }
}

#[tokio::test]
async fn a_cluster_gets_a_pull_secret() {
    let harness = Harness::new();
    let (path, connection) = harness.created("Prod images!", URL).await;
    harness
        .script
        .whole(200, "application/json", &login("ada", Value::Null));
    let route = format!("{path}/dockerconfig?format=kubernetes-secret");
    let secret = harness.get(&route).await.json();
    for (member, value) in [
        ("apiVersion", json!("v1")),
        ("kind", json!("Secret")),
        ("type", json!("kubernetes.io/dockerconfigjson")),
        (
            "metadata",
            json!({ "name": format!("registry-{}", connection["id"].as_str().unwrap()) }),
        ),
    ] {
        assert_eq!(secret[member], value, "{member}");
    }
    let data = secret["data"][".dockerconfigjson"].as_str().unwrap();
    let config: Value = serde_json::from_slice(&STANDARD.decode(data).unwrap()).unwrap();
    assert_eq!(config, auths("ada"));
}

#[tokio::test]
async fn an_image_finds_its_login() {
    let harness = Harness::new();
    harness.created("team", URL).await;
    let cases = [
        ("registry.example.com:5000/team/app:v1", true),
        ("registry.example.com:5000/other/app", false),
        ("alpine", false),
    ];
    for (image, found) in cases {
        harness
            .script
            .whole(200, "application/json", &login("ada", Value::Null));
        let route = format!("/v1/projects/acme/dockerconfig?image={image}");
        let answer = harness.get(&route).await;
        if found {
            assert_eq!(answer.json(), auths("ada"), "{image}");
        } else {
            assert_eq!(answer.problem(), problem(404, "not_found"), "{image}");
        }
    }
    // Tools look a login up by the host that they pull from, which may be another name of the registry.
    let mut hub = form("hub", "docker.io");
    hub["provider"] = json!("docker-hub");
    assert_eq!(harness.post(LIST, &hub).await.status, 201);
    harness
        .script
        .whole(200, "application/json", &login("ada", Value::Null));
    let route = "/v1/projects/acme/dockerconfig?image=registry-1.docker.io/acme/app";
    let answer = harness.get(route).await.json();
    let usual = auths("ada")["auths"].as_object().unwrap().clone();
    let (server, auth) = usual.into_iter().next().unwrap();
    assert_eq!(
        answer,
        json!({ "auths": { server: auth.clone(), "registry-1.docker.io": auth } })
    );
    for query in ["", "?image=", "?image=a%20b", "?image=a&format=yaml"] {
        let route = format!("/v1/projects/acme/dockerconfig{query}");
        let answer = harness.get(&route).await;
        assert_eq!(answer.problem(), problem(400, "query.malformed"), "{query}");
    }
}

#[tokio::test]
async fn what_needs_no_login_gets_none() {
    let harness = Harness::new();
    let open = json!({ "provider": "docker-registry", "name": "open", "auth": "anonymous", "values": { "url": URL } });
    let answer = harness.post(LIST, &open).await.json();
    let path = format!("{LIST}/{}", answer["id"].as_str().unwrap());
    harness
        .script
        .whole(200, "application/json", &json!({ "login": null }));
    let answer = harness.get(&format!("{path}/dockerconfig")).await;
    assert_eq!(answer.json(), json!({ "auths": {} }));
}

#[tokio::test]
async fn what_could_not_be_minted_is_no_hand_out() {
    let harness = Harness::new();
    let (path, _) = harness.created("a", URL).await;
    let refused = json!({ "type": "urn:bowline:problem:auth.rejected", "status": 422, "code": "auth.rejected",
        "requestId": "r-1" });
    harness
        .script
        .whole(422, "application/problem+json", &refused);
    let answer = harness
        .send(request(
            Method::GET,
            &format!("{path}/dockerconfig"),
            &[("x-request-id", "r-1")],
            None,
        ))
        .await;
    assert_eq!(answer.problem(), problem(422, "auth.rejected"));
    let unreachable = harness.get(&format!("{path}/dockerconfig")).await;
    assert_eq!(unreachable.problem(), problem(500, "internal"));
    assert_eq!(actions(&harness, &path).await, ["create"]);
    assert_eq!(harness.get(&path).await.json()["lastUsedAt"], Value::Null);
}

#[tokio::test]
async fn who_asks_after_a_rotation_gets_the_new_password() {
    let harness = Harness::new();
    let (path, _) = harness.created("a", URL).await;
    let rotated = json!({ "values": { "username": "ada", "password": "n3w-w0rd-of-ada" } });
    let put = request(
        Method::PUT,
        &format!("{path}/credentials"),
        &[],
        Some(&rotated),
    );
    assert_eq!(harness.send(put).await.status, 200);
    harness
        .script
        .whole(200, "application/json", &login("ada", Value::Null));
    harness.get(&format!("{path}/dockerconfig")).await;
    let body = &harness.script.sent.borrow()[0].body;
    assert!(body.contains("n3w-w0rd-of-ada") && !body.contains(PASSWORD));
}
