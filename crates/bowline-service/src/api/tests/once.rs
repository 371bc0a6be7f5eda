//! Requests that are sent again.

use std::sync::atomic::AtomicUsize;

use bowline_store::{Database, DatabaseError, Row, Value as Column};

use super::*;

const URL: &str = "https://registry.example.com";

fn post(key: &str, path: &str, body: &Value) -> http::Request<Full<Bytes>> {
    request(Method::POST, path, &[("idempotency-key", key)], Some(body))
}

async fn names(harness: &Harness) -> Vec<String> {
    let list = harness.get(LIST).await.json();
    let items = list["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn what_is_sent_again_is_answered_again() {
    let harness = Harness::new();
    let mut invalid = form("c", URL);
    invalid["values"]["password"] = json!("");
    let cases = [
        ("made", form("a", URL), 201),
        ("taken", form("a", "https://other.example.com"), 409),
        ("invalid", invalid, 422),
    ];
    for (key, body, status) in cases {
        let first = harness.send(post(key, LIST, &body)).await;
        harness.now.set(harness.now.get() + 1000);
        let again = harness.send(post(key, LIST, &body)).await;
        assert_eq!((first.status, again.status), (status, status), "{key}");
        assert_eq!(first.text, again.text, "{key}");
        for name in [header::CONTENT_TYPE, header::ETAG, header::LOCATION] {
            assert_eq!(first.headers.get(&name), again.headers.get(&name), "{key}");
        }
    }
    assert_eq!(names(&harness).await, ["a"]);
}

#[tokio::test]
async fn every_post_is_done_once() {
    let images = json!({ "images": [], "complete": true });
    let check = check_json(true, "login", Value::Null);
    let checked = json!({ "form": form("a", URL) });
    let cases = [
        ("/v1/validate", form("a", URL), None),
        ("/v1/check", checked, Some(check.clone())),
        (LIST, form("b", "https://b.example.com"), None),
        ("{id}/check", json!({}), Some(check)),
        ("{id}/selection", json!({}), Some(images)),
        ("/v1/admin/reseal?limit=7", json!({}), None),
    ];
    for (route, body, said) in cases {
        let harness = Harness::new();
        let (path, _) = harness.created("a", URL).await;
        let route = route.replace("{id}", &path);
        let expected = usize::from(said.is_some());
        if let Some(said) = said {
            harness.script.whole(200, "application/json", &said);
        }
        let first = harness.send(post("k", &route, &body)).await;
        assert!((200..300).contains(&first.status), "{route}: {first:?}");
        let again = harness.send(post("k", &route, &body)).await;
        assert_eq!(
            (first.status, first.text),
            (again.status, again.text),
            "{route}"
        );
        assert_eq!(harness.script.sent.borrow().len(), expected, "{route}");
        let other = harness.send(post("k", &route, &json!({ "b": 1 }))).await;
        assert_eq!(
            other.problem(),
            problem(409, "idempotency_key.reused"),
            "{route}"
        );
    }
}

#[tokio::test]
async fn a_stream_is_made_anew() {
    let harness = Harness::new();
    let body = json!({ "form": form("a", URL) });
    let headers = [("idempotency-key", "k"), ("accept", "text/event-stream")];
    for stream in ["event: a\n\n", "event: b\n\n"] {
        let sender = harness.script.stream(200, "text/event-stream");
        sender.send(Bytes::from(stream)).unwrap();
        drop(sender);
        let sent = request(Method::POST, "/v1/check", &headers, Some(&body));
        assert_eq!(harness.send(sent).await.text, stream);
    }
    let as_json = harness.send(post("k", "/v1/check", &body)).await;
    assert_eq!(as_json.problem(), problem(409, "idempotency_key.reused"));
}

#[tokio::test]
async fn a_kept_answer_is_given_to_who_may_have_it() {
    let harness = Harness::new();
    harness.send(post("k", LIST, &form("a", URL))).await;
    for (projects, permissions, refusal) in [
        (["acme"], [ALL[0]], problem(403, "permission.missing")),
        (["other"], [ALL[1]], problem(404, "not_found")),
    ] {
        let token = token(&claims("ada", &projects, &permissions));
        let authorization = format!("Bearer {token}");
        let headers = [
            ("authorization", authorization.as_str()),
            ("idempotency-key", "k"),
        ];
        let sent = request(Method::POST, LIST, &headers, Some(&form("a", URL)));
        assert_eq!(harness.send(sent).await.problem(), refusal);
    }
    let again = harness.send(post("k", LIST, &form("a", URL))).await;
    assert_eq!(again.status, 201, "and a refusal takes nobody's place");
}

#[tokio::test]
async fn a_key_belongs_to_a_request() {
    let harness = Harness::new();
    assert_eq!(
        harness.send(post("k", LIST, &form("a", URL))).await.status,
        201
    );
    let other = form("b", "https://b.example.com");
    for (name, path) in [
        ("another body", LIST.to_owned()),
        ("another query", format!("{LIST}?verify=false")),
    ] {
        let body = if name == "another body" {
            &other
        } else {
            &form("a", URL)
        };
        let answer = harness.send(post("k", &path, body)).await;
        assert_eq!(
            answer.problem(),
            problem(409, "idempotency_key.reused"),
            "{name}"
        );
    }
    // Of somebody else, in another project, and after a day it is another key.
    let everywhere = ["acme", "other"];
    let bob = format!("Bearer {}", token(&claims("bob", &everywhere, &ALL)));
    let of_bob = [("authorization", bob.as_str()), ("idempotency-key", "k")];
    let send =
        |path: &str, body: &Value| harness.send(request(Method::POST, path, &of_bob, Some(body)));
    assert_eq!(send(LIST, &other).await.status, 201);
    let elsewhere = "/v1/projects/other/connections";
    assert_eq!(send(elsewhere, &other).await.status, 201);
    harness.now.set(START_MS + 24 * 3_600_000);
    let third = form("c", "https://c.example.com");
    let mut later = claims("ada", &["acme"], &ALL);
    later["exp"] = json!(START_MS / 1000 + 30 * 3600);
    let ada = format!("Bearer {}", token(&later));
    let of_ada = [("authorization", ada.as_str()), ("idempotency-key", "k")];
    let answer = harness
        .send(request(Method::POST, LIST, &of_ada, Some(&third)))
        .await;
    assert_eq!(answer.status, 201);
}

#[tokio::test]
async fn what_may_be_other_the_next_time_is_not_kept() {
    let harness = Harness::new();
    let verified = format!("{LIST}?verify=true");
    let unreachable = harness.send(post("k", &verified, &form("a", URL))).await;
    assert_eq!(unreachable.problem(), problem(500, "internal"));
    harness.script.check(true, "login", Value::Null);
    let answer = harness.send(post("k", &verified, &form("a", URL))).await;
    assert_eq!(answer.status, 201);
    let again = harness.send(post("k", &verified, &form("a", URL))).await;
    assert_eq!(again.text, answer.text);
    assert_eq!(
        harness.script.sent.borrow().len(),
        2,
        "checked once more, not twice"
    );
}

#[tokio::test]
async fn what_is_no_key_is_refused() {
    let harness = Harness::new();
    let long = "x".repeat(256);
    for key in ["", "a b", long.as_str()] {
        let answer = harness.send(post(key, LIST, &form("a", URL))).await;
        assert_eq!(
            answer.problem(),
            problem(400, "idempotency_key.malformed"),
            "{key}"
        );
    }
    let twice = [("idempotency-key", "a"), ("idempotency-key", "b")];
    let answer = harness
        .send(request(Method::POST, LIST, &twice, Some(&form("a", URL))))
        .await;
    assert_eq!(answer.problem(), problem(400, "idempotency_key.malformed"));
    assert_eq!(names(&harness).await, [""; 0]);
}

/// A database that dies with the instance, from a certain statement on.
struct Dying {
    database: Shared,
    left: AtomicUsize,
}

impl Database for Dying {
    async fn query(
        &self,
        statement: &str,
        parameters: Vec<Column>,
    ) -> Result<Vec<Row>, DatabaseError> {
        let died = || DatabaseError::Failed("died".to_owned());
        self.left
            .fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1))
            .map_err(|_| died())?;
        self.database.query(statement, parameters).await
    }
}

#[tokio::test]
async fn what_was_interrupted_anywhere_is_done_once() {
    let body = form("a", URL);
    let (mut statements, mut interrupted) = (0, 0);
    loop {
        let harness = Harness::new();
        assert_eq!(names(&harness).await, [""; 0], "migrated");
        let dying = Service::new(
            Dying {
                database: harness.database.clone(),
                left: AtomicUsize::new(statements),
            },
            Script::default(),
            TestClock(harness.now.clone()),
            Counter::default(),
            Config::parse(&variables()),
        );
        let first = dying.handle(post("k", LIST, &body)).await;
        let waiting = harness.send(post("k", LIST, &body)).await;
        if waiting.status == 409 {
            interrupted += 1;
            assert_eq!(
                waiting.problem(),
                problem(409, "idempotency_key.in_progress")
            );
            assert_eq!(waiting.headers[header::RETRY_AFTER], "60");
            harness.now.set(START_MS + 60_000);
        }
        let retried = harness.send(post("k", LIST, &body)).await;
        assert_eq!(retried.status, 201, "after {statements}: {retried:?}");
        let audit = harness
            .get(&format!(
                "{}/audit",
                retried.headers[header::LOCATION].to_str().unwrap()
            ))
            .await;
        let entries = audit.json()["items"].as_array().unwrap().len();
        assert_eq!(
            (names(&harness).await.len(), entries),
            (1, 1),
            "after {statements}"
        );
        if first.status() == 201 && waiting.status == 201 {
            break;
        }
        statements += 1;
    }
    assert!(interrupted >= 2, "{interrupted} of {statements}");
}

#[tokio::test]
async fn what_is_kept_holds_no_secret() {
    let harness = Harness::new();
    harness.send(post("k", LIST, &form("a", URL))).await;
    let rows = harness
        .database
        .query("SELECT * FROM requests", vec![])
        .await
        .unwrap();
    let text = format!("{rows:?}");
    assert!(
        text.contains("registry.example.com") && !text.contains(PASSWORD),
        "{text}"
    );
}
