//! Browsing through the API: what the private service is asked, and what of its answer comes back.

use super::*;

const URL: &str = "https://registry.example.com/team";

#[tokio::test]
async fn listings_are_asked_for_with_the_kept_form_and_relayed() {
    let harness = Harness::new();
    let (path, _) = harness.created("a", URL).await;
    let cases = [
        ("repositories", "repositories", "search", ""),
        ("repositories?search=app", "repositories", "search", "app"),
        (
            "repositories/team%2Fapp/tags",
            "tags",
            "repository",
            "team/app",
        ),
        ("tags?repository=team/app", "tags", "repository", "team/app"),
    ];
    for (route, errand, member, value) in cases {
        let listing = json!({ "items": [{ "name": route }], "complete": true, "next": null });
        harness.script.whole(200, "application/json", &listing);
        let answer = harness.get(&format!("{path}/{route}")).await;
        assert_eq!((answer.status, answer.json()), (200, listing), "{route}");
        let sent = harness.script.sent.borrow_mut().pop().unwrap();
        assert_eq!(
            sent.address,
            format!("http://outbound.spin.internal/{errand}")
        );
        let body: Value = serde_json::from_str(&sent.body).unwrap();
        assert_eq!(body[member], value, "{route}");
        assert_eq!(body["form"]["values"]["password"], PASSWORD, "{route}");
        assert_eq!(body["form"]["values"]["url"], URL, "{route}");
    }
}

#[tokio::test]
async fn a_refused_listing_is_passed_on() {
    let harness = Harness::new();
    let (path, _) = harness.created("a", URL).await;
    let refusal = json!({ "code": "auth.rejected", "status": 422 });
    harness
        .script
        .whole(422, "application/problem+json", &refusal);
    let answer = harness.get(&format!("{path}/repositories")).await;
    assert_eq!((answer.status, answer.json()), (422, refusal));
    assert_eq!(
        answer.headers[header::CONTENT_TYPE],
        "application/problem+json"
    );
}

#[tokio::test]
async fn nothing_is_asked_for_what_is_not_there() {
    let harness = Harness::new();
    let (path, _) = harness.created("a", URL).await;
    let cases = [
        ("tags", 400, "query.malformed"),
        ("tags?repository=", 400, "query.malformed"),
        (
            "repositories/app/tags?repository=other",
            400,
            "query.malformed",
        ),
        ("repositories?limit=1", 400, "query.malformed"),
        ("repositories/app", 404, "not_found"),
    ];
    for (route, status, code) in cases {
        let answer = harness.get(&format!("{path}/{route}")).await;
        assert_eq!(answer.problem(), problem(status, code), "{route}");
    }
    let missing = format!("{LIST}/019aa548-1980-7fff-bfff-ffffffffffff/repositories");
    assert_eq!(
        harness.get(&missing).await.problem(),
        problem(404, "not_found")
    );
    assert!(harness.script.sent.borrow().is_empty());
}

#[tokio::test]
async fn how_often_a_registry_is_asked_is_limited_by_subject_and_by_project() {
    let harness = Harness::with(&Variables {
        registry_requests_per_subject: "2".to_owned(),
        registry_requests_per_project: "3".to_owned(),
        ..variables()
    });
    let (path, _) = harness.created("a", URL).await;
    let tokens = ["ada", "bob"].map(|subject| {
        let token = token(&claims(subject, &["acme"], &ALL));
        format!("Bearer {token}")
    });
    let listing = json!({ "items": [], "complete": true, "next": null });
    // Who asks for what, and whether they may; then a minute goes by.
    let cases = [
        (0, "repositories", 200),
        (0, "tags?repository=app", 200),
        (0, "dockerconfig", 429),
        (1, "repositories", 200),
        (1, "repositories", 429),
    ];
    for minute in 0..2 {
        for (number, (who, route, status)) in cases.into_iter().enumerate() {
            if status == 200 {
                harness.script.whole(200, "application/json", &listing);
            }
            let headers = [("authorization", tokens[who].as_str())];
            let path = format!("{path}/{route}");
            let sent = request(Method::GET, &path, &headers, None);
            let answer = harness.send(sent).await;
            assert_eq!(answer.status, status, "minute {minute}, request {number}");
            if status == 429 {
                assert_eq!(answer.problem(), problem(429, "rate.limited"));
                assert!(answer.headers.contains_key(header::RETRY_AFTER));
            }
        }
        harness.now.set(harness.now.get() + 60_000);
    }
    assert_eq!(harness.script.sent.borrow().len(), 6);
}
