//! Credentials and the endpoint that they are for.

use super::*;

const URL: &str = "https://registry.example.com/team";

#[tokio::test]
async fn credentials_are_replaced_together() {
    let harness = Harness::new();
    let (path, before) = harness.created("a", URL).await;
    let path = format!("{path}/credentials");
    harness.now.set(START_MS + 5000);
    let body = json!({ "auth": "oauth2", "values": { "url": URL, "token": "t0ken-of-ada" } });
    let answer = harness
        .send(request(
            Method::PUT,
            &path,
            &[("if-match", "\"1\"")],
            Some(&body),
        ))
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let after = answer.json();
    assert_eq!(
        (&after["auth"], &after["secrets"], &after["version"]),
        (&json!("oauth2"), &json!(["token"]), &json!(2))
    );
    assert_eq!(
        (&after["name"], &after["id"], &after["endpoint"]),
        (&before["name"], &before["id"], &before["endpoint"])
    );
    assert_ne!(
        after["credentialsChangedAt"],
        before["credentialsChangedAt"]
    );
    assert!(!answer.text.contains("t0ken-of-ada"));

    let stale = harness
        .send(request(
            Method::PUT,
            &path,
            &[("if-match", "\"1\"")],
            Some(&body),
        ))
        .await;
    assert_eq!(stale.problem(), problem(412, "precondition.failed"));
    let cases = [
        (
            "another endpoint",
            json!({ "auth": "oauth2", "values": { "url": "https://else.example.com", "token": "t" } }),
            "values.url",
        ),
        (
            "another namespace",
            json!({ "auth": "oauth2", "values": { "url": format!("{URL}2"), "token": "t" } }),
            "values.url",
        ),
        (
            "another namespace, beside the kept address",
            json!({ "auth": "oauth2", "values": { "namespace": "other", "token": "t" } }),
            "values.url",
        ),
        (
            "another provider",
            json!({ "provider": "docker-hub", "auth": "oauth2", "values": { "token": "t" } }),
            "provider",
        ),
        (
            "another purpose",
            json!({ "purpose": "push", "auth": "oauth2", "values": { "url": URL, "token": "t" } }),
            "purpose",
        ),
    ];
    for (name, body, field) in cases {
        let answer = harness
            .send(request(
                Method::PUT,
                &format!("{path}?verify=true"),
                &[],
                Some(&body),
            ))
            .await;
        assert_eq!(
            answer.problem(),
            problem(409, "endpoint.immutable"),
            "{name}"
        );
        assert_eq!(answer.json()["field"], field, "{name}");
    }
    assert!(
        harness.script.sent.borrow().is_empty(),
        "no secret goes to another endpoint"
    );
    let missing = harness
        .send(request(
            Method::PUT,
            &path,
            &[],
            Some(&json!({ "auth": "oauth2", "values": { "url": URL } })),
        ))
        .await;
    assert_eq!(missing.problem(), problem(422, "form.invalid"));
}

#[tokio::test]
async fn an_endpoint_that_only_the_provider_tells_is_learned_or_refused() {
    let form = json!({ "provider": "amazon-ecr", "name": "prod", "auth": "access-key", "values": {
        "region": "eu-west-1", "accessKeyId": "AKIAIOSFODNN7EXAMPLE", "secretAccessKey": "x".repeat(40) } });
    let endpoint = "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    let found = json!({ "endpoint": endpoint });
    let unresolved = json!({ "status": 422, "code": "endpoint.unresolved", "requestId": "r" });
    let cases = [
        ("learned", 200, found, 201),
        (
            "no registry of ECR",
            200,
            json!({ "endpoint": "https://registry.example.com" }),
            422,
        ),
        ("not told", 422, unresolved, 422),
    ];
    for (name, status, told, expected) in cases {
        let harness = Harness::new();
        harness.script.whole(status, "application/json", &told);
        let answer = harness.post(LIST, &form).await;
        assert_eq!(answer.status, expected, "{name}: {answer:?}");
        let address = harness.script.sent.borrow_mut().pop().unwrap().address;
        assert_eq!(address, "http://outbound.spin.internal/endpoint", "{name}");
        let connection = answer.json();
        if expected != 201 {
            assert_eq!(connection["code"], "endpoint.unresolved", "{name}");
            continue;
        }
        assert_eq!(connection["endpoint"], endpoint);
        assert_eq!(connection["values"]["accountId"], "123456789012");
        // It is known from then on.
        let path = format!("{LIST}/{}/credentials", connection["id"].as_str().unwrap());
        let put = request(Method::PUT, &path, &[], Some(&form));
        let replaced = harness.send(put).await;
        assert_eq!(replaced.json()["endpoint"], endpoint, "{replaced:?}");
        assert!(harness.script.sent.borrow().is_empty());
    }
}

#[tokio::test]
async fn what_is_misspelled_does_not_pass_for_no_secrets() {
    let harness = Harness::new();
    let (path, before) = harness.created("a", URL).await;
    let credentials = format!("{path}/credentials");
    let values = json!({ "url": URL, "username": "u2", "password": "p2" });
    for (name, body) in [
        ("no values", json!({})),
        ("null", json!({ "values": null })),
        (
            "misspelled values",
            json!({ "auth": "password", "vaules": values }),
        ),
        ("values outside", values.clone()),
        (
            "another member misspelled",
            json!({ "values": values, "expires_at": "2030-01-01T00:00:00Z" }),
        ),
    ] {
        let put = request(Method::PUT, &credentials, &[], Some(&body));
        let answer = harness.send(put).await;
        assert_eq!(answer.problem(), problem(400, "body.malformed"), "{name}");
        assert!(!answer.text.contains("p2"), "{name}");
    }
    let after = harness.send(request(Method::GET, &path, &[], None)).await;
    assert_eq!(after.json(), before);
}

#[tokio::test]
async fn a_role_of_another_account_is_another_endpoint() {
    let harness = Harness::new();
    let form = |account: &str| {
        json!({ "provider": "amazon-ecr", "name": "role", "auth": "assume-role", "values": {
            "region": "eu-west-1", "roleArn": format!("arn:aws:iam::{account}:role/reader") } })
    };
    let created = harness.post(LIST, &form("123456789012")).await;
    let path = format!(
        "{LIST}/{}/credentials",
        created.json()["id"].as_str().unwrap()
    );
    for (account, status) in [("123456789012", 200), ("999999999999", 409)] {
        let put = request(Method::PUT, &path, &[], Some(&form(account)));
        let answer = harness.send(put).await;
        assert_eq!(answer.status, status, "{account}: {answer:?}");
    }
}

#[tokio::test]
async fn new_credentials_without_an_address_are_for_the_kept_one() {
    let harness = Harness::new();
    let (path, before) = harness.created("a", URL).await;
    let path = format!("{path}/credentials");
    for (version, values) in [
        (2, json!({ "token": "t0ken" })),
        (3, json!({ "token": "t0ken", "url": "" })),
        (4, json!({ "token": "t0ken", "namespace": "team" })),
    ] {
        let body = json!({ "auth": "oauth2", "values": values });
        let answer = harness
            .send(request(Method::PUT, &path, &[], Some(&body)))
            .await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let after = answer.json();
        assert_eq!(
            (&after["endpoint"], &after["version"]),
            (&before["endpoint"], &json!(version))
        );
    }
    // The default login of this provider has an address too.
    let body = json!({ "values": { "username": "ada", "password": "n3w" } });
    let answer = harness
        .send(request(Method::PUT, &path, &[], Some(&body)))
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json()["values"], json!({ "username": "ada" }));
}
