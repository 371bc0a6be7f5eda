//! Leases, results, and releases after them.

use super::{
    scans::{digest, queued},
    *,
};

const LEASE: &str = "/v1/scans/lease";

fn login(server: &str) -> Value {
    json!({ "login": { "server": server, "username": "ada", "password": PASSWORD, "expiresAt": null } })
}

async fn lease(harness: &Harness, limit: u32) -> Vec<Value> {
    let body = json!({ "scanner": "s1", "limit": limit });
    let answer = harness.post(LEASE, &body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["scans"].as_array().unwrap().clone()
}

async fn finish(harness: &Harness, scan: &Value, outcome: &str) -> Read {
    let path = format!("/v1/scans/{}/result", scan["id"].as_str().unwrap());
    let body = json!({ "lease": scan["lease"], "outcome": outcome, "reason": " Because. " });
    harness.post(&path, &body).await
}

async fn hand_outs(harness: &Harness, path: &str) -> usize {
    let audit = harness.get(&format!("{path}/audit")).await.json();
    let items = audit["items"].as_array().unwrap();
    items
        .iter()
        .filter(|entry| entry["action"] == "hand-out")
        .count()
}

#[tokio::test]
async fn a_scanner_gets_images_with_what_it_pulls_them_with() {
    let harness = Harness::new();
    let (path, connection) = harness.created("a", "https://a.example.com").await;
    queued(&harness, &path, &[1, 2, 3]).await;
    harness
        .script
        .whole(200, "application/json", &login("a.example.com"));
    let scans = lease(&harness, 2).await;
    assert_eq!(scans.len(), 2);
    for scan in &scans {
        assert_eq!(
            scan["dockerconfig"]["auths"]["a.example.com"]["password"],
            PASSWORD
        );
        assert_eq!(
            (&scan["state"], &scan["scanner"], &scan["connection"]),
            (&json!("leased"), &json!("s1"), &connection["id"])
        );
        assert_eq!(scan["deadline"], "2027-01-15T09:00:00Z", "an hour from now");
    }
    assert_eq!(harness.script.sent.borrow().len(), 1, "one login for both");
    assert_eq!(hand_outs(&harness, &path).await, 1);
    let used = harness.get(&path).await.json()["lastUsedAt"].clone();
    assert_eq!(used, "2027-01-15T08:00:00Z");
    let listed = harness.get(&format!("{path}/scans?state=leased")).await;
    assert!(
        !listed.text.contains(scans[0]["lease"].as_str().unwrap()),
        "only the scanner has it"
    );
    let scanners = harness.get("/v1/projects/acme/scanners").await.json();
    let seen = json!({ "items": [{ "name": "s1", "lastSeen": "2027-01-15T08:00:00Z", "subject": "ada" }] });
    assert_eq!(scanners, seen);
}

#[tokio::test]
async fn who_cannot_log_in_rests_and_the_others_are_served() {
    let harness = Harness::new();
    let (broken, _) = harness
        .created("broken", "https://broken.example.com")
        .await;
    let (sound, _) = harness.created("sound", "https://sound.example.com").await;
    queued(&harness, &broken, &[1, 2]).await;
    queued(&harness, &sound, &[3]).await;
    let refused = json!({ "code": "auth.rejected", "title": "The password was rejected", "detail": "Set another.", "status": 422 });
    harness
        .script
        .whole(422, "application/problem+json", &refused);
    harness
        .script
        .whole(200, "application/json", &login("sound.example.com"));
    let scans = lease(&harness, 10).await;
    assert_eq!(scans.len(), 1);
    assert_eq!(scans[0]["digest"], digest(3));
    let page = harness.get(&format!("{broken}/scans")).await.json();
    for scan in page["items"].as_array().unwrap() {
        assert_eq!(
            (&scan["state"], &scan["attempts"], &scan["reason"]),
            (
                &json!("queued"),
                &json!(0),
                &json!("The password was rejected. Set another.")
            )
        );
    }
    assert_eq!(hand_outs(&harness, &broken).await, 0);
    assert_eq!(lease(&harness, 10).await, Vec::<Value>::new(), "it rests");
    harness.now.set(START_MS + 60_000);
    harness
        .script
        .whole(200, "application/json", &login("broken.example.com"));
    assert_eq!(lease(&harness, 10).await.len(), 2);
}

#[tokio::test]
async fn a_private_service_that_is_away_costs_nobody_an_attempt() {
    let harness = Harness::new();
    let (path, _) = harness.created("a", "https://a.example.com").await;
    queued(&harness, &path, &[1]).await;
    let body = json!({ "scanner": "s1" });
    let answer = harness
        .answer(request(Method::POST, LEASE, &[], Some(&body)))
        .await;
    let cause: &crate::response::Cause = answer.extensions().get().unwrap();
    assert!(
        cause.0.contains("didn't respond"),
        "the log has it: {cause:?}"
    );
    let page = harness.get(&format!("{path}/scans")).await.json();
    let scan = &page["items"][0];
    assert_eq!(
        (&scan["state"], &scan["attempts"]),
        (&json!("queued"), &json!(0))
    );
}

#[tokio::test]
async fn a_lease_is_never_kept_for_a_key() {
    let harness = Harness::new();
    let (path, _) = harness.created("a", "https://a.example.com").await;
    queued(&harness, &path, &[1, 2]).await;
    let mut digests = Vec::new();
    for _ in 0..2 {
        harness
            .script
            .whole(200, "application/json", &login("a.example.com"));
        let body = json!({ "scanner": "s1" });
        let headers = [("idempotency-key", "again")];
        let answer = harness
            .send(request(Method::POST, LEASE, &headers, Some(&body)))
            .await;
        digests.push(answer.json()["scans"][0]["digest"].clone());
    }
    assert_eq!(digests, [digest(1), digest(2)]);
    let kept = harness
        .database
        .0
        .query("SELECT 1 FROM requests WHERE body LIKE '%auths%'", vec![]);
    assert_eq!(kept.await.unwrap(), []);
}

#[tokio::test]
async fn only_own_projects_are_asked_for() {
    let harness = Harness::new();
    let (path, _) = harness.created("a", "https://a.example.com").await;
    queued(&harness, &path, &[1]).await;
    let cases = [
        (
            json!({ "scanner": "s1", "projects": ["acme", "other"] }),
            problem(404, "not_found"),
        ),
        (
            json!({ "scanner": "s1", "limit": 0 }),
            problem(400, "body.malformed"),
        ),
        (
            json!({ "scanner": "s1", "limit": 11 }),
            problem(400, "body.malformed"),
        ),
        (json!({ "scanner": " " }), problem(400, "body.malformed")),
        (json!({ "scanner": "s\n1" }), problem(400, "body.malformed")),
        (json!({}), problem(400, "body.malformed")),
    ];
    for (body, expected) in cases {
        assert_eq!(
            harness.post(LEASE, &body).await.problem(),
            expected,
            "{body}"
        );
    }
    let none = json!({ "scanner": "s1", "projects": [] });
    assert_eq!(
        harness.post(LEASE, &none).await.json(),
        json!({ "scans": [] })
    );
    let token = token(&claims("eve", &["evil"], &ALL));
    let headers = [("authorization", &*format!("Bearer {token}"))];
    let body = json!({ "scanner": "s1" });
    let elsewhere = harness
        .send(request(Method::POST, LEASE, &headers, Some(&body)))
        .await;
    assert_eq!(elsewhere.json(), json!({ "scans": [] }));
}

#[tokio::test]
async fn a_result_is_kept_once_and_a_lost_lease_is_told() {
    let harness = Harness::new();
    let (path, _) = harness.created("a", "https://a.example.com").await;
    queued(&harness, &path, &[1]).await;
    harness
        .script
        .whole(200, "application/json", &login("a.example.com"));
    let first = lease(&harness, 1).await.remove(0);
    harness.now.set(START_MS + 3_600_000);
    harness
        .script
        .whole(200, "application/json", &login("a.example.com"));
    let second = lease(&harness, 1).await.remove(0);
    assert_eq!(
        (&first["id"], &second["attempts"]),
        (&second["id"], &json!(2))
    );
    let late = finish(&harness, &first, "passed").await;
    assert_eq!(late.problem(), problem(409, "lease.lost"));
    for _ in 0..2 {
        let answer = finish(&harness, &second, "failed").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let scan = answer.json();
        assert_eq!(
            (&scan["state"], &scan["reason"], &scan["finishedAt"]),
            (
                &json!("failed"),
                &json!("Because."),
                &json!("2027-01-15T09:00:00Z")
            )
        );
    }
    let other = finish(&harness, &second, "passed").await;
    assert_eq!(other.problem(), problem(409, "lease.lost"));
    let result = json!({ "lease": "0", "outcome": "passed" });
    for id in ["019aa548-1980-7fff-bfff-ffffffffffff", "7"] {
        let answer = harness
            .post(&format!("/v1/scans/{id}/result"), &result)
            .await;
        assert_eq!(answer.problem(), problem(404, "not_found"), "{id}");
    }
    let path = format!("/v1/scans/{}/result", second["id"].as_str().unwrap());
    for body in [
        json!({ "lease": "0", "outcome": "fine" }),
        json!({ "lease": "0", "outcome": "passed", "reason": "x".repeat(1001) }),
    ] {
        let answer = harness.post(&path, &body).await;
        assert_eq!(answer.problem(), problem(400, "body.malformed"), "{body}");
    }
}

/// A connection to Azure that withholds what did not pass, with one image that a scanner has.
async fn quarantined(harness: &Harness) -> Value {
    let form = json!({ "provider": "azure-acr", "name": "azure", "auth": "password", "policy": { "quarantine": true },
        "values": { "url": "acmeregistry.azurecr.io", "username": "acme", "password": PASSWORD } });
    let created = harness.post(LIST, &form).await.json();
    let path = format!("{LIST}/{}", created["id"].as_str().unwrap());
    queued(harness, &path, &[1]).await;
    let server = "acmeregistry.azurecr.io";
    harness
        .script
        .whole(200, "application/json", &login(server));
    lease(harness, 1).await.remove(0)
}

/// What the private service was asked last: where, and about which image.
fn asked_last(harness: &Harness) -> (String, Value) {
    let sent = harness.script.sent.borrow();
    let last = sent.last().unwrap();
    let body: Value = serde_json::from_str(&last.body).unwrap();
    (
        last.address.clone(),
        json!([body["repository"], body["digest"]]),
    )
}

#[tokio::test]
async fn what_passed_is_released_at_once() {
    let harness = Harness::new();
    let scan = quarantined(&harness).await;
    harness.script.whole(200, "application/json", &json!({}));
    let answer = finish(&harness, &scan, "passed").await.json();
    assert_eq!(
        (&answer["state"], &answer["release"]),
        (&json!("passed"), &Value::Null)
    );
    let image = json!(["team/app", digest(1)]);
    let address = "http://outbound.spin.internal/release".to_owned();
    assert_eq!(asked_last(&harness), (address, image));
}

#[tokio::test]
async fn what_did_not_pass_is_not_released() {
    let harness = Harness::new();
    let scan = quarantined(&harness).await;
    let before = harness.script.sent.borrow().len();
    finish(&harness, &scan, "failed").await;
    assert_eq!(harness.script.sent.borrow().len(), before);
}

#[tokio::test]
async fn a_release_that_failed_is_told_and_tried_again() {
    let harness = Harness::new();
    let scan = quarantined(&harness).await;
    let refused = json!({ "code": "permission.push_missing", "title": "It may not", "detail": "Grant AcrQuarantineWriter.",
        "status": 422 });
    harness
        .script
        .whole(422, "application/problem+json", &refused);
    let answer = finish(&harness, &scan, "passed").await.json();
    let pending = json!({ "attempts": 1, "nextAt": "2027-01-15T08:01:00Z",
        "problem": "It may not. Grant AcrQuarantineWriter." });
    assert_eq!(
        (&answer["state"], &answer["release"]),
        (&json!("passed"), &pending)
    );

    let retry = async |now: i64| {
        let (head, ()) = http::Request::new(()).into_parts();
        let context = RequestContext::new(head, "r-1".to_owned(), None, now);
        let budget = Duration::from_secs(1);
        let releases = harness
            .service
            .retry_releases(&context, bowline_store::Within::All, budget)
            .await
            .unwrap();
        (releases.done, releases.failed)
    };
    assert_eq!(
        retry(START_MS + 59_999).await,
        (0, 0),
        "not before its time"
    );
    assert_eq!(
        retry(START_MS + 60_000).await,
        (0, 1),
        "the private service is away"
    );
    harness.script.whole(200, "application/json", &json!({}));
    assert_eq!(retry(START_MS + 180_000).await, (1, 0));
    assert_eq!(retry(START_MS + 9_000_000).await, (0, 0), "once");
}

#[tokio::test]
async fn what_the_registry_has_no_more_needs_no_release() {
    let harness = Harness::new();
    let scan = quarantined(&harness).await;
    let gone = json!({ "code": "image.unknown", "title": "No image", "detail": "", "status": 502 });
    harness.script.whole(502, "application/problem+json", &gone);
    let answer = finish(&harness, &scan, "passed").await.json();
    assert_eq!(answer["release"], Value::Null);
}
