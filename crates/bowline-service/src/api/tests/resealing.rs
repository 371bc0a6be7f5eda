//! Resealing, and what an unknown key means.

use super::*;

const RESEAL: &str = "/v1/admin/reseal";

fn key(id: &str, byte: u8) -> String {
    let bytes = base64::engine::general_purpose::STANDARD.encode([byte; 32]);
    format!("{id}:{bytes}")
}

fn with_keys(keys: &[&str]) -> Variables {
    Variables {
        sealing_keys: keys.join(","),
        ..variables()
    }
}

#[tokio::test]
async fn keys_rotate_online() {
    let (old, new) = (key("old", 7), key("new", 8));
    let before = Harness::with(&with_keys(&[&old]));
    for name in ["a", "b", "c"] {
        before
            .created(name, &format!("https://{name}.example.com"))
            .await;
    }
    let both = before.another_instance(&with_keys(&[&new, &old]));
    let first = both.post(&format!("{RESEAL}?limit=2"), &json!({})).await;
    assert_eq!(first.status, 200, "{first:?}");
    let next = first.json()["next"].as_str().unwrap().to_owned();
    assert_eq!(
        first.json(),
        json!({ "resealed": 2, "unsealable": [], "next": next, "sealedBy": { "old": 1, "new": 2 } })
    );
    let last = both
        .post(&format!("{RESEAL}?limit=2&cursor={next}"), &json!({}))
        .await;
    assert_eq!(
        last.json(),
        json!({ "resealed": 1, "unsealable": [], "next": null, "sealedBy": { "new": 3 } })
    );
    let after = before.another_instance(&with_keys(&[&new]));
    let list = after.get(LIST).await.json();
    for connection in list["items"].as_array().unwrap() {
        after.script.check(true, "login", Value::Null);
        let path = format!("{LIST}/{}/check", connection["id"].as_str().unwrap());
        assert_eq!(after.post(&path, &json!({})).await.status, 200);
    }
    for query in ["limit=0", "cursor=%21", "force=true"] {
        let answer = both.post(&format!("{RESEAL}?{query}"), &json!({})).await;
        assert_eq!(answer.problem(), problem(400, "query.malformed"), "{query}");
    }
}

#[tokio::test]
async fn a_key_that_is_missing_is_named_as_the_operators_variable() {
    let (old, new) = (key("old", 7), key("new", 8));
    let before = Harness::with(&with_keys(&[&old]));
    let (path, _) = before.created("a", "https://a.example.com").await;
    let without = before.another_instance(&with_keys(&[&new]));
    for route in [
        format!("{path}/dockerconfig"),
        format!("{path}/repositories"),
    ] {
        let answer = without.get(&route).await;
        assert_eq!(
            answer.problem(),
            problem(503, "config.sealing_keys"),
            "{route}"
        );
        for key in [&old, &new] {
            let (id, bytes) = key.split_once(':').unwrap();
            assert!(
                !answer.text.contains(bytes) && !answer.text.contains(id),
                "{answer:?}"
            );
        }
    }
    // What needs no secret goes on.
    assert_eq!(without.get(&path).await.status, 200);
}

#[tokio::test]
async fn a_secret_of_another_project_is_told_to_who_sees_both() {
    let harness = Harness::new();
    let authorization = |projects: &[&str], permissions: &[&str]| {
        format!("Bearer {}", token(&claims("eve", projects, permissions)))
    };
    let send = async |authorization: &str, method, path: &str, body: &Value| {
        let headers = [("authorization", authorization)];
        let answer = harness
            .send(request(method, path, &headers, Some(body)))
            .await
            .json();
        let warned = answer["warnings"][0]["code"] == "secret.shared";
        (answer["id"].as_str().unwrap_or_default().to_owned(), warned)
    };
    let theirs = "/v1/projects/secretive/connections";
    let (only_theirs, only_ours) = (
        authorization(&["secretive"], &ALL),
        authorization(&["acme"], &ALL),
    );
    let both = authorization(&["acme", "secretive"], &ALL);
    let without_read = authorization(&["acme", "secretive"], &["iam:project:cicd:registry:write"]);
    let other = form("theirs", "https://b.example.com");
    assert!(!send(&only_theirs, Method::POST, theirs, &other).await.1);
    let cases = [
        ("who sees one project", &only_ours, false),
        ("who may not read the other", &without_read, false),
        ("who sees both", &both, true),
    ];
    for (index, (name, authorization, expected)) in cases.into_iter().enumerate() {
        let ours = form(name, &format!("https://a{index}.example.com"));
        let (id, warned) = send(authorization, Method::POST, LIST, &ours).await;
        assert_eq!(warned, expected, "{name}");
        let path = format!("{LIST}/{id}/credentials");
        for (password, shared) in [("0f-our-own", false), (PASSWORD, true)] {
            let body = json!({ "values": { "username": "ada", "password": password } });
            let (_, warned) = send(authorization, Method::PUT, &path, &body).await;
            assert_eq!(warned, shared && expected, "{name}: {password}");
        }
    }
}

#[tokio::test]
async fn a_token_reseals_its_projects_or_all() {
    let (old, new) = (key("old", 7), key("new", 8));
    let before = Harness::with(&with_keys(&[&old]));
    before.created("a", "https://a.example.com").await;
    let both = before.another_instance(&with_keys(&[&new, &old]));
    let done = |resealed: u32, sealed_by: Value| json!({ "resealed": resealed, "unsealable": [], "next": null, "sealedBy": sealed_by });
    let all = "iam:system:cicd:registry:admin";
    let cases: [(&str, &[&str], &str, Option<Value>); 4] = [
        (
            "another's project",
            &["beta"],
            ALL[4],
            Some(done(0, json!({}))),
        ),
        ("no project", &[], ALL[4], None),
        (
            "its project",
            &["acme"],
            ALL[4],
            Some(done(1, json!({ "new": 1 }))),
        ),
        ("all", &[], all, Some(done(0, json!({ "new": 1 })))),
    ];
    for (name, projects, permission, expected) in cases {
        let bearer = format!("Bearer {}", token(&claims("eve", projects, &[permission])));
        let reseal = request(Method::POST, RESEAL, &[("authorization", &bearer)], None);
        let answer = both.send(reseal).await;
        match expected {
            Some(expected) => assert_eq!(answer.json(), expected, "{name}"),
            None => assert_eq!(
                answer.problem(),
                problem(403, "permission.missing"),
                "{name}"
            ),
        }
    }
}
