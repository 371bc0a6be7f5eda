//! Uses and the audit through the API.

use super::*;

const URL: &str = "https://registry.example.com";
const UNTIL: &str = "2027-01-15T09:00:00Z";

#[tokio::test]
async fn what_is_in_use_is_named_and_not_deleted() {
    let harness = Harness::new();
    let (path, _) = harness.created("a", URL).await;
    let put = |title: &str| {
        let body = json!({ "title": title, "until": UNTIL });
        request(
            Method::PUT,
            &format!("{path}/uses/ci%2F7"),
            &[],
            Some(&body),
        )
    };
    let used =
        json!({ "kind": "declared", "consumer": "ci/7", "title": "Nightly", "until": UNTIL });
    for title in ["first", " Nightly "] {
        assert_eq!(harness.send(put(title)).await.status, 200);
    }
    let connection = harness.get(&path).await.json();
    assert_eq!(
        (&connection["uses"], &connection["version"]),
        (&json!([used]), &json!(1))
    );
    let delete = |route: &str| request(Method::DELETE, route, &[], None);
    let refused = harness.send(delete(&path)).await;
    assert_eq!(refused.problem(), problem(409, "connection.in_use"));
    assert_eq!(refused.json()["uses"], json!([used]));

    let ended = harness.send(delete(&format!("{path}/uses/ci%2F7"))).await;
    assert_eq!(ended.status, 204);
    let again = harness.send(delete(&format!("{path}/uses/ci%2F7"))).await;
    assert_eq!(again.problem(), problem(404, "not_found"));

    harness.send(put("again")).await;
    harness.now.set(START_MS + 3_600_000);
    assert_eq!(
        harness.get(&path).await.json()["uses"],
        json!([]),
        "it has lapsed"
    );
}

#[tokio::test]
async fn a_use_says_until_when() {
    let harness = Harness::new();
    let (path, _) = harness.created("a", URL).await;
    let long = "x".repeat(201);
    for body in [
        json!({}),
        json!({ "title": "Nightly" }),
        json!({ "until": null }),
        json!({ "until": "tomorrow" }),
        json!({ "until": "2027-01-15T08:00:00Z" }),
        json!({ "until": UNTIL, "title": long }),
        json!({ "until": UNTIL, "title": "a\u{7}b" }),
        json!({ "until": UNTIL, "consumer": "other" }),
    ] {
        let put = request(Method::PUT, &format!("{path}/uses/ci"), &[], Some(&body));
        let answer = harness.send(put).await;
        assert_eq!(answer.problem(), problem(400, "body.malformed"), "{body}");
    }
    let put = request(
        Method::PUT,
        &format!("{path}/uses/ci"),
        &[],
        Some(&json!({ "until": UNTIL })),
    );
    assert_eq!(harness.send(put).await.json()["title"], "ci");
}

#[tokio::test]
async fn the_audit_tells_who_did_what() {
    let harness = Harness::new();
    let (path, _) = harness.created("a", URL).await;
    let rename = request(
        Method::PATCH,
        &path,
        &[
            ("if-match", "*"),
            ("x-request-id", "r-2"),
            ("spin-client-addr", "192.0.2.7:4711"),
        ],
        Some(&json!({ "name": "b" })),
    );
    harness.send(rename).await;
    harness
        .send(request(Method::DELETE, &path, &[], None))
        .await;
    let first = harness.get(&format!("{path}/audit?limit=2")).await.json();
    let actions = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap().clone();
        items
            .iter()
            .map(|entry| entry["action"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(actions(&first), ["delete", "update"]);
    let update = &first["items"][1];
    for (member, value) in [
        ("subject", json!("ada")),
        ("from", json!("192.0.2.7")),
        ("requestId", json!("r-2")),
        ("changes", json!({ "name": ["a", "b"] })),
        ("at", json!("2027-01-15T08:00:00Z")),
    ] {
        assert_eq!(update[member], value, "{member}");
    }
    let next = first["next"].as_str().unwrap();
    let rest = harness.get(&format!("{path}/audit?cursor={next}")).await;
    assert_eq!(actions(&rest.json()), ["create"]);
    assert_eq!(rest.json()["next"], Value::Null);
    let nobody = format!("{LIST}/019aa548-1980-7fff-bfff-ffffffffffff/audit");
    assert_eq!(
        harness.get(&nobody).await.problem(),
        problem(404, "not_found")
    );
}

#[tokio::test]
async fn who_pulls_with_a_connection_uses_it() {
    let harness = Harness::new();
    let (path, _) = harness.created("a", URL).await;
    super::scans::queued(&harness, &path, &[1, 2]).await;
    let login = json!({ "login": null });
    let lease = json!({ "scanner": "s1", "limit": 2 });
    harness.script.whole(200, "application/json", &login);
    assert_eq!(harness.post("/v1/scans/lease", &lease).await.status, 200);
    harness.script.whole(200, "application/json", &login);
    let handed_out = harness.get(&format!("{path}/dockerconfig")).await;
    assert_eq!(handed_out.status, 200);
    let use_of = |kind: &str, consumer: &str| json!({ "kind": kind, "consumer": consumer, "title": consumer, "until": UNTIL });
    let uses = json!([use_of("scan", "s1"), use_of("hand-out", "ada")]);
    assert_eq!(harness.get(&path).await.json()["uses"], uses);
    let refused = harness
        .send(request(Method::DELETE, &path, &[], None))
        .await;
    assert_eq!(refused.problem(), problem(409, "connection.in_use"));
    assert_eq!(refused.json()["uses"], uses);

    // New credentials are taken, and it is said who still has the old ones.
    let rotated = json!({ "values": { "username": "ada", "password": "n3w-w0rd-of-ada" } });
    let put = |body: &Value| request(Method::PUT, &format!("{path}/credentials"), &[], Some(body));
    let answer = harness.send(put(&rotated)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let warnings = answer.json()["warnings"].clone();
    assert_eq!(
        (&warnings[0]["code"], &warnings[0]["uses"]),
        (&json!("connection.in_use"), &uses)
    );
}
