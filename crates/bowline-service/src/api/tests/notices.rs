//! Notices to a project: set up through the API, made by the scheduled work, and sent signed.

use super::*;
use crate::webhook_signature::signature;
use bowline::secret::Secret;

const NOTICES: &str = "/v1/projects/acme/notices";
const URL: &str = "https://hooks.example.com/bowline";
const DAY: i64 = 24 * 60 * 60 * 1000;

fn put(body: &Value) -> http::Request<Full<Bytes>> {
    request(Method::PUT, NOTICES, &[], Some(body))
}

impl Harness {
    /// What the scheduled work did with notices.
    async fn noticed_at(&self, now: i64) -> Value {
        self.now.set(now);
        let mut claims = claims("cron", &["acme"], &ALL);
        claims["exp"] = json!(now.div_euclid(1000).saturating_add(60));
        let bearer = format!("Bearer {}", token(&claims));
        let headers = [("authorization", bearer.as_str())];
        let due = request(Method::POST, "/v1/sync/due", &headers, Some(&json!({})));
        let answer = self.send(due).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["notices"].clone()
    }
}

#[tokio::test]
async fn an_address_is_set_up_and_its_secret_shown_once() {
    let harness = Harness::new();
    let nowhere = harness.get(NOTICES).await.json();
    assert_eq!(
        (&nowhere["url"], &nowhere["kinds"]),
        (&Value::Null, &json!([]))
    );
    let all = json!([
        "connection.failing",
        "connection.recovered",
        "credentials.expiring",
        "credentials.old",
        "sync.failed",
        "scan.set_aside"
    ]);
    let body = json!({ "url": URL, "kinds": all });
    let made = harness.send(put(&body)).await;
    assert_eq!(made.status, 200, "{made:?}");
    let secret = made.json()["secret"].as_str().unwrap().to_owned();
    assert_eq!(secret.len(), "whsec_".len() + 44, "32 bytes");
    let read = harness.get(NOTICES).await;
    assert_eq!(read.json()["kinds"], all);
    assert!(!read.text.contains(&secret));
    let again = harness.send(put(&body)).await.json();
    assert_eq!(again.get("secret"), None);
    let renewed = json!({ "url": URL, "kinds": ["sync.failed"], "renewSecret": true });
    let renewed = harness.send(put(&renewed)).await.json();
    assert_ne!(renewed["secret"], json!(secret));
    let delete = || request(Method::DELETE, NOTICES, &[], None);
    assert_eq!(harness.send(delete()).await.status, 204);
    assert_eq!(
        harness.send(delete()).await.problem(),
        problem(404, "not_found")
    );
}

#[tokio::test]
async fn what_is_no_address_or_no_kind_is_refused() {
    let harness = Harness::new();
    let long = format!("https://h.example.com/{}", "x".repeat(2048));
    for url in [
        "",
        "hooks",
        "ftp://h.example.com/",
        "https://",
        "https://u:p@h.example.com/",
        "https://h.example.com/#x",
        "javascript:alert(1)",
        &long,
    ] {
        let answer = harness
            .send(put(&json!({ "url": url, "kinds": ["sync.failed"] })))
            .await;
        assert_eq!(answer.problem(), problem(400, "body.malformed"), "{url}");
        assert_eq!(answer.json()["field"], "url", "{url}");
    }
    for kinds in [json!([]), json!(["all"]), json!("sync.failed"), Value::Null] {
        let answer = harness
            .send(put(&json!({ "url": URL, "kinds": kinds })))
            .await;
        assert_eq!(answer.problem(), problem(400, "body.malformed"), "{kinds}");
    }
}

#[tokio::test]
async fn a_failing_connection_is_told_under_a_signature() {
    let harness = Harness::new();
    let body = json!({ "url": URL, "kinds": ["connection.failing"] });
    let secret = harness.send(put(&body)).await.json()["secret"].clone();
    let secret = Secret::new(secret.as_str().unwrap());
    let (_, connection) = harness.created("a", "https://a.example.com").await;
    harness.script.check(false, "reach", auth_rejected());
    let refused = json!({ "status": 500, "problem": null });
    harness.script.whole(200, "application/json", &refused);
    let at = START_MS + DAY;
    let told = harness.noticed_at(at).await;
    assert_eq!(told, json!({ "delivered": 0, "failed": 1 }));
    // Tried again in a minute, under the same id and another time.
    let taken = json!({ "status": 204, "problem": null });
    harness.script.whole(200, "application/json", &taken);
    let told = harness.noticed_at(at + 60_000).await;
    assert_eq!(told, json!({ "delivered": 1, "failed": 0 }));
    assert_eq!(
        harness.noticed_at(at + DAY / 2).await,
        json!({ "delivered": 0, "failed": 0 })
    );

    let sent = harness.script.sent.borrow();
    let sent: Vec<Value> = sent
        .iter()
        .filter(|sent| sent.address == "http://outbound.spin.internal/notice")
        .map(|sent| serde_json::from_str(&sent.body).unwrap())
        .collect();
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0]["id"], sent[1]["id"]);
    for (sent, timestamp) in sent.iter().zip([at / 1000, at / 1000 + 60]) {
        let (id, text) = (sent["id"].as_str().unwrap(), sent["body"].as_str().unwrap());
        assert_eq!(
            (&sent["url"], &sent["timestamp"]),
            (&json!(URL), &json!(timestamp))
        );
        let expected = signature(&secret, id, timestamp, text);
        assert_eq!(sent["signature"].as_str().map(str::to_owned), expected);
        let body: Value = serde_json::from_str(text).unwrap();
        assert_eq!(body["type"], "connection.failing");
        assert_eq!(body["timestamp"], "2027-01-16T08:00:00Z");
        assert_eq!(body["data"]["connection"]["id"], connection["id"]);
        assert_eq!(body["data"]["problem"]["code"], "auth.rejected");
        assert!(!text.contains("detail"), "no words of a registry: {text}");
    }
}

#[tokio::test]
async fn why_nothing_is_delivered_is_shown_to_the_project() {
    let cases = [
        (
            json!({ "status": 500, "problem": null }),
            "The receiver responded with HTTP 500.",
            (1, 0),
        ),
        (
            json!({ "status": 302, "problem": null }),
            "The receiver responded with HTTP 302.",
            (1, 0),
        ),
        (
            json!({ "status": null, "problem": "No way." }),
            "No way.",
            (1, 0),
        ),
        (
            json!({ "status": 410, "problem": null }),
            "The receiver responded with HTTP 410. It doesn't want any more notices.",
            (0, 1),
        ),
    ];
    for (said, problem, (pending, set_aside)) in cases {
        let harness = Harness::new();
        let body = json!({ "url": URL, "kinds": ["connection.failing"] });
        assert_eq!(harness.send(put(&body)).await.status, 200);
        harness.created("a", "https://a.example.com").await;
        harness.script.check(false, "reach", auth_rejected());
        harness.script.whole(200, "application/json", &said);
        harness.noticed_at(START_MS + DAY).await;
        harness.now.set(START_MS);
        let shown = harness.get(NOTICES).await.json();
        assert_eq!(
            (&shown["problem"], &shown["pending"], &shown["setAside"]),
            (&json!(problem), &json!(pending), &json!(set_aside)),
        );
    }
}
