//! Previews of policies.

use super::*;

const URL: &str = "https://registry.example.com";

fn images() -> Value {
    let image = |repository: &str, tag: &str| json!({ "repository": repository, "tag": tag });
    json!([
        image("alpine", "3.20"),
        image("alpine", "4.0"),
        image("web/alpine", "4.1"),
        image("internal", "4.2")
    ])
}

#[tokio::test]
async fn a_policy_is_tried_on_what_is_there() {
    let harness = Harness::new();
    let mut kept = form("a", URL);
    kept["policy"] = json!({ "include": ["web"] });
    let created = harness.post(LIST, &kept).await.json();
    let path = format!("{LIST}/{}/selection", created["id"].as_str().unwrap());
    let tried = json!({ "include": ["alpine:4"], "never": ["web"], "always": ["internal"] });
    let decision = |selected, by, pattern: Option<u8>| json!({ "selected": selected, "by": by, "pattern": pattern });
    let by_tried = json!([
        decision(false, "include", None),
        decision(true, "include", Some(0)),
        decision(false, "never", Some(0)),
        decision(true, "always", Some(0)),
    ]);
    let cases = [
        (
            "another",
            json!({ "policy": tried }),
            json!([1, 3]),
            Some(by_tried),
        ),
        ("the kept one", json!({}), json!([2]), None),
        (
            "the default",
            json!({ "policy": null }),
            json!([0, 1, 2, 3]),
            None,
        ),
    ];
    for (name, body, selected, decisions) in cases {
        let found = json!({ "images": images(), "complete": false });
        harness.script.whole(200, "application/json", &found);
        let answer = harness.post(&path, &body).await;
        assert_eq!(answer.status, 200, "{name}: {answer:?}");
        let answer = answer.json();
        assert_eq!(answer["selected"], selected, "{name}");
        assert_eq!(
            (&answer["images"], &answer["complete"]),
            (&images(), &json!(false)),
            "{name}"
        );
        if let Some(decisions) = decisions {
            assert_eq!(answer["decisions"], decisions, "{name}");
        }
        let sent = harness.script.sent.borrow_mut().pop().unwrap();
        assert_eq!(sent.address, "http://outbound.spin.internal/images");
        let sent: Value = serde_json::from_str(&sent.body).unwrap();
        assert_eq!(sent["form"]["values"]["password"], PASSWORD);
        let policy = match name {
            "another" => tried.clone(),
            "the kept one" => normalized(&kept["policy"]),
            _ => Value::Null,
        };
        assert_eq!(sent["policy"], policy, "{name}");
    }
}

#[tokio::test]
async fn what_the_listing_tells_decides_and_is_shown() {
    let harness = Harness::new();
    let (path, _) = harness.created("a", URL).await;
    let day = 24 * 3_600_000;
    let image = |tag: &str, days: i64| json!({ "repository": "app", "tag": tag, "digest": "sha256:aa", "createdAt": START_MS - days * day });
    let found = json!({ "images": [image("new", 1), image("old", 90)], "complete": true });
    harness.script.whole(200, "application/json", &found);
    let policy = json!({ "condition": { "kind": "created-within", "amount": 60, "unit": "days" } });
    let answer = harness
        .post(&format!("{path}/selection"), &json!({ "policy": policy }))
        .await
        .json();
    assert_eq!(
        (&answer["selected"], &answer["images"][0]),
        (
            &json!([0]),
            &json!({ "repository": "app", "tag": "new", "digest": "sha256:aa", "createdAt": "2027-01-14T08:00:00Z" })
        )
    );
}

#[tokio::test]
async fn a_policy_that_is_none_is_not_tried() {
    let harness = Harness::new();
    let (path, _) = harness.created("a", URL).await;
    let path = format!("{path}/selection");
    let invalid = harness
        .post(&path, &json!({ "policy": { "mode": "sometimes" } }))
        .await;
    assert_eq!(invalid.problem(), problem(422, "form.invalid"));
    let more = harness.post(&path, &json!({ "image": "alpine" })).await;
    assert_eq!(more.problem(), problem(400, "body.malformed"));
    assert!(harness.script.sent.borrow().is_empty());
    let refused = json!({ "status": 422, "code": "permission.catalog_missing", "requestId": "r" });
    harness
        .script
        .whole(422, "application/problem+json", &refused);
    let answer = harness.post(&path, &json!({})).await;
    assert_eq!((answer.status, answer.json()), (422, refused));
}
