//! A project's settings, and the external id that goes with its roles.

use super::*;

const SETTINGS: &str = "/v1/projects/acme/settings";
const EXTERNAL_ID: &str = "bowline-external-id";

fn put(etag: &str, body: &Value) -> http::Request<Full<Bytes>> {
    request(Method::PUT, SETTINGS, &[("if-match", etag)], Some(body))
}

/// A role that the operator's own identity takes on.
fn role() -> Value {
    json!({ "provider": "amazon-ecr", "name": "role", "auth": "assume-role",
        "values": { "region": "eu-west-1", "roleArn": "arn:aws:iam::123456789012:role/reader", "externalId": "of-another" } })
}

async fn issued(harness: &Harness) -> String {
    let settings = harness.get(SETTINGS).await.json();
    settings["awsExternalId"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn settings_are_read_and_replaced() {
    let harness = Harness::new();
    let first = harness.get(SETTINGS).await;
    assert_eq!(first.headers[header::ETAG], "\"1\"");
    let mut expected = first.json();
    assert_eq!(
        (&expected["scanTimeoutSeconds"], &expected["keepNewest"]),
        (&json!(3600), &Value::Null)
    );
    let body = json!({ "scanTimeoutSeconds": 60, "keepNewest": 5 });
    harness.now.set(START_MS + 1000);
    let changed = harness.send(put("\"1\"", &body)).await;
    expected["scanTimeoutSeconds"] = json!(60);
    expected["keepNewest"] = json!(5);
    expected["version"] = json!(2);
    expected["updatedAt"] = json!("2027-01-15T08:00:01Z");
    assert_eq!((changed.status, changed.json()), (200, expected.clone()));
    assert_eq!(changed.headers[header::ETAG], "\"2\"");
    assert_eq!(harness.get(SETTINGS).await.json(), expected);

    let stale = harness.send(put("\"1\"", &body)).await;
    assert_eq!(stale.problem(), problem(412, "precondition.failed"));
    // It is about what was sent, whatever that is.
    assert!(!stale.text.contains("connection"), "{stale:?}");
    let blind = request(Method::PUT, SETTINGS, &[], Some(&body));
    assert_eq!(
        harness.send(blind).await.problem(),
        problem(428, "precondition.required")
    );
    let audit = harness.get(&format!("{SETTINGS}/audit")).await.json();
    let entry = &audit["items"][0];
    assert_eq!(audit["items"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&entry["action"], &entry["subject"], &entry["changes"]),
        (
            &json!("settings"),
            &json!("ada"),
            &json!({ "scanTimeoutSeconds": [3600, 60], "keepNewest": [null, 5] })
        )
    );
    let usual = harness.send(put("*", &json!({}))).await.json();
    assert_eq!(
        (&usual["scanTimeoutSeconds"], &usual["keepNewest"]),
        (&json!(3600), &Value::Null)
    );
}

#[tokio::test]
async fn a_whole_number_may_have_a_fraction_of_zero() {
    let harness = Harness::new();
    let bodies = [
        (r#"{"scanTimeoutSeconds":279.0,"keepNewest":5.0}"#, 200),
        (r#"{"scanTimeoutSeconds":2.79e2,"keepNewest":null}"#, 200),
        (r#"{"scanTimeoutSeconds":279.5}"#, 400),
        (r#"{"keepNewest":4294967296}"#, 400),
        (r#"{"keepNewest":1e300}"#, 400),
        (r#"{"keepNewest":-0.5}"#, 400),
        (r#"{"keepNewest":true}"#, 400),
    ];
    for (body, status) in bodies {
        let sent = put("*", &json!({})).map(|_| Full::from(body));
        let answer = harness.send(sent).await;
        assert_eq!(answer.status, status, "{body}: {answer:?}");
        if status == 200 {
            assert_eq!(answer.json()["scanTimeoutSeconds"], 279, "{body}");
        }
    }
    let lease = request(Method::POST, "/v1/scans/lease", &[], Some(&json!({})));
    let lease = lease.map(|_| Full::from(r#"{"scanner":"s1","limit":2.0}"#));
    assert_eq!(harness.send(lease).await.status, 200);
}

#[tokio::test]
async fn a_stale_change_of_the_settings_is_called_that() {
    let harness = Harness::new();
    harness.send(put("*", &json!({}))).await;
    let stale = harness.send(put("\"77\"", &json!({}))).await;
    assert_eq!(stale.problem(), problem(412, "precondition.failed"));
    assert_eq!(stale.json()["title"], "The settings have changed");
}

#[tokio::test]
async fn settings_are_bounded() {
    let harness = Harness::new();
    for body in [
        json!({ "scanTimeoutSeconds": 0 }),
        json!({ "scanTimeoutSeconds": 86_401 }),
        json!({ "scanTimeoutSeconds": "60" }),
        json!({ "scanTimeoutSeconds": 60.5 }),
        json!({ "keepNewest": 0 }),
        json!({ "keepNewest": 10_001 }),
        json!({ "keepNewest": -1 }),
        json!({ "awsExternalId": "mine" }),
    ] {
        let answer = harness.send(put("*", &body)).await;
        assert_eq!(answer.problem(), problem(400, "body.malformed"), "{body}");
    }
}

#[tokio::test]
async fn a_role_without_keys_is_taken_on_with_the_issued_external_id() {
    let harness = Harness::new();
    let made = harness.post(LIST, &role()).await;
    assert_eq!(made.status, 201, "{made:?}");
    let path = format!("{LIST}/{}", made.json()["id"].as_str().unwrap());
    let (plain, _) = harness.created("plain", "https://a.example.com").await;
    let id = issued(&harness).await;
    let mut own_keys = role();
    own_keys["values"]["accessKeyId"] = json!("AKIAIOSFODNN7EXAMPLE");
    own_keys["values"]["secretAccessKey"] = json!("x".repeat(40));
    let check = |form: &Value, project: Value| {
        let body = json!({ "form": form, "project": project });
        request(
            Method::POST,
            "/v1/check",
            &[(EXTERNAL_ID, "forged")],
            Some(&body),
        )
    };
    let of = |method: Method, path: &str| request(method, path, &[(EXTERNAL_ID, "forged")], None);
    let cases = [
        ("a form", check(&role(), json!("acme")), true),
        (
            "a form, of the only project",
            check(&role(), Value::Null),
            true,
        ),
        ("a form with keys", check(&own_keys, json!("acme")), false),
        ("a check", of(Method::POST, &format!("{path}/check")), true),
        (
            "a listing",
            of(Method::GET, &format!("{path}/repositories")),
            true,
        ),
        (
            "tags",
            of(Method::GET, &format!("{path}/tags?repository=a")),
            true,
        ),
        (
            "a hand-out",
            of(Method::GET, &format!("{path}/dockerconfig")),
            true,
        ),
        (
            "no role",
            of(Method::POST, &format!("{plain}/check")),
            false,
        ),
    ];
    for (name, request, delegated) in cases {
        harness.send(request).await;
        let sent = harness.script.sent.borrow_mut().pop().unwrap();
        let header = sent.headers.get(EXTERNAL_ID);
        let header = header.map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(header, delegated.then(|| id.clone()), "{name}");
    }
}

#[tokio::test]
async fn a_role_is_checked_for_a_project_of_the_caller() {
    let harness = Harness::new();
    let two = token(&claims("ada", &["acme", "other"], &ALL));
    let authorization = format!("Bearer {two}");
    let headers = [("authorization", authorization.as_str())];
    let cases = [
        (
            "which of two",
            json!({ "form": role() }),
            (400, "body.malformed"),
        ),
        (
            "another's",
            json!({ "form": role(), "project": "theirs" }),
            (404, "not_found"),
        ),
    ];
    for (name, body, (status, code)) in cases {
        let answer = harness
            .send(request(Method::POST, "/v1/check", &headers, Some(&body)))
            .await;
        assert_eq!(answer.problem(), problem(status, code), "{name}");
    }
    assert!(harness.script.sent.borrow().is_empty());
}
