//! What is done without anybody asking.

use super::*;

const DUE: &str = "/v1/sync/due";
const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// START_MS is 08:00 UTC.
fn automatic(name: &str, at: &str, timezone: &str) -> Value {
    let mut form = form(name, &format!("https://{name}.example.com"));
    form["policy"] = json!({ "mode": "automatic", "at": at, "timezone": timezone });
    form
}

impl Harness {
    async fn due_at(&self, now: i64) -> Value {
        self.now.set(now);
        let mut claims = claims("cron", &["acme"], &ALL);
        claims["exp"] = json!(now.div_euclid(1000).saturating_add(60));
        let bearer = format!("Bearer {}", token(&claims));
        let headers = [("authorization", bearer.as_str())];
        let answer = self
            .send(request(Method::POST, DUE, &headers, Some(&json!({}))))
            .await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }
}

#[tokio::test]
async fn a_daily_pull_begins_once_a_day() {
    let harness = Harness::new();
    harness
        .post(LIST, &automatic("a", "10:30", "Europe/Vienna"))
        .await;
    // 10:30 in Vienna is 09:30 UTC in January.
    let first = START_MS + 90 * MINUTE;
    for (name, now, started) in [
        ("at once", START_MS, 0),
        ("before it", first - 1, 0),
        ("then", first, 1),
        ("again", first, 0),
        ("later", first + MINUTE, 0),
        ("before the next", first + DAY - 1, 0),
        ("a day later", first + DAY, 1),
        (
            "after three days without anybody",
            first + 4 * DAY + MINUTE,
            1,
        ),
        ("which is made up for once", first + 4 * DAY + 2 * MINUTE, 0),
        ("and the next is in time", first + 5 * DAY, 1),
    ] {
        let due = harness.due_at(now).await;
        assert_eq!(due["syncs"]["started"], started, "{name}: {due}");
    }
}

#[tokio::test]
async fn connections_are_checked_again_every_day() {
    let harness = Harness::new();
    let (path, _) = harness.created("a", "https://a.example.com").await;
    harness.script.check(false, "reach", auth_rejected());
    let due = harness.due_at(START_MS + DAY).await;
    assert_eq!(due["checks"], json!({ "passed": 0, "failed": 1 }));
    harness.now.set(START_MS);
    let last = harness.get(&path).await.json()["lastCheck"].clone();
    assert_eq!(last["problem"]["code"], "auth.rejected");
    // Nothing is asked again before the next day.
    let due = harness.due_at(START_MS + 2 * DAY - MINUTE).await;
    assert_eq!(due["checks"], json!({ "passed": 0, "failed": 0 }));
    harness.script.check(true, "pull", Value::Null);
    let due = harness.due_at(START_MS + 2 * DAY).await;
    assert_eq!(due["checks"], json!({ "passed": 1, "failed": 0 }));
    harness.now.set(START_MS);
    assert_eq!(harness.get(&path).await.json()["version"], 1);
}

#[tokio::test]
async fn a_connection_that_cannot_be_asked_about_keeps_no_other_from_its_check() {
    let harness = Harness::new();
    harness.created("a", "https://a.example.com").await;
    harness.created("b", "https://b.example.com").await;
    harness
        .script
        .whole(503, "application/problem+json", &json!({}));
    harness.script.check(true, "login", Value::Null);
    let due = harness.due_at(START_MS + DAY).await;
    assert_eq!(due["checks"], json!({ "passed": 1, "failed": 1 }));
    assert_eq!(due["more"], false);
}

#[tokio::test]
async fn credentials_that_end_soon_are_reported_to_their_own_project() {
    let harness = Harness::new();
    let mut ending = form("a", "https://a.example.com");
    ending["expiresAt"] = json!("2027-01-20T00:00:00Z");
    assert_eq!(harness.post(LIST, &ending).await.status, 201);
    harness.created("b", "https://b.example.com").await;
    let due = harness.due_at(START_MS).await;
    assert_eq!(due["expiring"].as_array().map(Vec::len), Some(1), "{due}");
    assert_eq!(due["expiring"][0]["name"], "a");
    assert_eq!(due["expiring"][0]["project"], "acme");
    let other = format!("Bearer {}", token(&claims("cron", &[], &ALL)));
    let request = request(Method::POST, DUE, &[("authorization", &other)], None);
    assert_eq!(harness.send(request).await.json()["expiring"], json!([]));
}

#[tokio::test]
async fn a_time_zone_that_nobody_knows_is_warned_of() {
    let harness = Harness::new();
    let created = harness
        .post(LIST, &automatic("a", "10:30", "Mars/Phobos"))
        .await;
    assert_eq!(
        created.json()["warnings"][0]["code"],
        "policy.timezone_unknown"
    );
    let path = format!("{LIST}/{}", created.json()["id"].as_str().unwrap());
    for (timezone, warnings) in [("Europe/Vienna", 0), ("Mars/Deimos", 1)] {
        let policy = json!({ "policy": { "mode": "automatic", "timezone": timezone } });
        let edit = request(Method::PATCH, &path, &[("if-match", "*")], Some(&policy));
        let answer = harness.send(edit).await.json();
        let warned = answer["warnings"].as_array().map_or(0, Vec::len);
        assert_eq!(warned, warnings, "{timezone}: {answer}");
    }
}
