//! Checks through the API: what is relayed, what is kept, what is refused.

use super::*;

const URL: &str = "https://registry.example.com";

#[tokio::test]
async fn a_check_is_relayed_as_bytes() {
    let harness = Harness::new();
    harness
        .script
        .whole(200, "application/json", &json!({ "anything": "at all" }));
    let body = json!({ "form": form("", URL), "image": "alpine:3.20" });
    let headers = [
        ("x-request-id", "r-7"),
        (
            "traceparent",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ),
    ];
    let answer = harness
        .send(request(Method::POST, "/v1/check", &headers, Some(&body)))
        .await;
    assert_eq!(
        (answer.status, answer.json()),
        (200, json!({ "anything": "at all" }))
    );
    let sent = harness.script.sent.borrow();
    let relayed: Value = serde_json::from_str(&sent[0].body).unwrap();
    assert_eq!(relayed["image"], "alpine:3.20");
    assert_eq!(relayed["form"]["values"], body["form"]["values"]);
    for (name, value) in headers.into_iter().chain([
        ("accept", "application/json"),
        ("content-type", "application/json"),
    ]) {
        assert_eq!(sent[0].headers[name], value);
    }
    assert!(
        !sent[0].headers.contains_key(header::AUTHORIZATION),
        "the token stays here"
    );
}

#[tokio::test]
async fn events_are_relayed_as_they_come() {
    let harness = Harness::new();
    let private = harness.script.stream(200, "text/event-stream");
    let body = json!({ "form": form("a", URL) });
    let answer = harness
        .answer(request(
            Method::POST,
            "/v1/check",
            &[("accept", "text/event-stream")],
            Some(&body),
        ))
        .await;
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/event-stream");
    assert!(!answer.headers().contains_key(header::CONTENT_LENGTH));
    assert_eq!(
        harness.script.sent.borrow()[0].headers[header::ACCEPT],
        "text/event-stream"
    );
    let mut stream = answer.into_body();
    for piece in ["event: st", "ep\ndata: {}\n\n", ":\n\n"] {
        private.send(Bytes::from(piece)).unwrap();
        assert_eq!(
            stream.frame().await.unwrap().unwrap().into_data().unwrap(),
            piece
        );
    }
    drop(stream);
    assert!(private.is_closed(), "the check ends with its caller");
}

#[tokio::test]
async fn a_refusal_of_the_private_service_is_passed_on() {
    let harness = Harness::new();
    let refusal = json!({ "code": "config.networks_not_blocked", "requestId": "r" });
    for accept in ["application/json", "text/event-stream"] {
        harness
            .script
            .whole(503, "application/problem+json", &refusal);
        let answer = harness
            .send(request(
                Method::POST,
                "/v1/check",
                &[("accept", accept)],
                Some(&json!({ "form": {} })),
            ))
            .await;
        assert_eq!(
            (answer.status, answer.json()),
            (503, refusal.clone()),
            "{accept}"
        );
        assert_eq!(
            answer.headers[header::CONTENT_TYPE],
            "application/problem+json"
        );
    }
    harness
        .script
        .whole(503, "application/problem+json", &refusal);
    let answer = harness
        .post(&format!("{LIST}?verify=true"), &form("a", URL))
        .await;
    assert_eq!((answer.status, answer.json()), (503, refusal));
    assert_eq!(harness.get(LIST).await.json()["items"], json!([]));
}

#[tokio::test]
async fn a_private_service_that_fails_is_internal_and_says_why_to_the_log_only() {
    let harness = Harness::new();
    let answer = harness
        .answer(request(
            Method::POST,
            "/v1/check",
            &[],
            Some(&json!({ "form": form("a", URL) })),
        ))
        .await;
    assert_eq!(answer.status(), 500);
    let cause = answer.extensions().get::<crate::response::Cause>().unwrap();
    assert!(cause.0.contains("connection refused"));
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    assert!(!String::from_utf8_lossy(&body).contains("connection refused"));
}

#[tokio::test]
async fn thirty_checks_a_minute_are_enough() {
    let harness = Harness::new();
    let check = |harness: &Harness| {
        harness.script.check(true, "login", Value::Null);
        request(Method::POST, "/v1/check", &[], Some(&json!({ "form": {} })))
    };
    harness.now.set(START_MS + 15_000);
    for _ in 0..28 {
        assert_eq!(harness.send(check(&harness)).await.status, 200);
    }
    let verified = format!("{LIST}?verify=true");
    harness.script.check(true, "login", Value::Null);
    let created = harness.post(&verified, &form("a", URL)).await;
    assert_eq!(created.status, 201);
    let kept = created.headers[header::LOCATION].to_str().unwrap();
    let stored = format!("{kept}/check");
    harness.script.check(true, "login", Value::Null);
    assert_eq!(harness.post(&stored, &json!({})).await.status, 200);

    let (sent, other) = (harness.script.sent.borrow().len(), "https://b.example.com");
    for refused in [
        harness.send(check(&harness)).await,
        harness.post(&verified, &form("b", other)).await,
        harness.post(&stored, &json!({})).await,
    ] {
        assert_eq!(refused.problem(), problem(429, "rate.limited"));
        assert_eq!(refused.headers[header::RETRY_AFTER], "45");
    }
    assert_eq!(harness.script.sent.borrow().len(), sent, "nobody is asked");
    // Somebody else is not held up, and the next minute is a new one.
    let bob = format!("Bearer {}", token(&claims("bob", &["acme"], &ALL)));
    let other = request(
        Method::POST,
        "/v1/check",
        &[("authorization", &bob)],
        Some(&json!({ "form": {} })),
    );
    assert_eq!(harness.send(other).await.status, 200);
    harness.now.set(START_MS + 60_000);
    assert_eq!(harness.send(check(&harness)).await.status, 200);
}

#[tokio::test]
async fn verifying_keeps_only_what_proved_enough() {
    let cases = [
        ("true", true, "login", 201),
        ("true", true, "pull", 201),
        ("pull", true, "pull", 201),
        ("pull", true, "login", 422),
        ("true", false, "reach", 422),
        // The login is proven, and something else is wrong.
        ("true", false, "login", 201),
        ("true", false, "pull", 201),
        ("pull", false, "login", 422),
        ("pull", false, "pull", 422),
        ("true", true, "reach", 422),
    ];
    for (verify, ok, proved, status) in cases {
        let harness = Harness::new();
        let problem_of = if ok { Value::Null } else { auth_rejected() };
        harness.script.check(ok, proved, problem_of.clone());
        let answer = harness
            .post(&format!("{LIST}?verify={verify}"), &form("a", URL))
            .await;
        assert_eq!(answer.status, status, "{verify} {ok} {proved}: {answer:?}");
        let kept = harness.get(LIST).await.json()["items"]
            .as_array()
            .unwrap()
            .len();
        if status == 201 {
            assert_eq!(answer.json()["lastCheck"]["proved"], proved);
            assert_eq!(kept, 1);
        } else {
            assert_eq!(answer.problem(), problem(422, "check.failed"));
            assert_eq!(answer.json()["check"], {
                let mut check = check_json(ok, proved, problem_of);
                check["facts"] = answer.json()["check"]["facts"].clone();
                check
            });
            assert_eq!(kept, 0);
        }
        assert!(harness.script.sent.borrow()[0].body.contains(PASSWORD));
    }
    let harness = Harness::new();
    assert_eq!(
        harness
            .post(&format!("{LIST}?verify=false"), &form("a", URL))
            .await
            .status,
        201
    );
    assert!(harness.script.sent.borrow().is_empty());
    let misspelled = harness
        .post(&format!("{LIST}?verfy=true"), &form("b", URL))
        .await;
    assert_eq!(misspelled.problem(), problem(400, "query.malformed"));
    let unknown = harness
        .post(&format!("{LIST}?verify=yes"), &form("b", URL))
        .await;
    assert_eq!(unknown.problem(), problem(400, "query.malformed"));
}

#[tokio::test]
async fn a_stored_check_sends_what_is_kept_and_keeps_how_it_ended() {
    let harness = Harness::new();
    let (path, connection) = harness.created("a", URL).await;
    harness.now.set(START_MS + 1000);
    harness.script.check(false, "reach", auth_rejected());
    let answer = harness
        .post(&format!("{path}/check"), &json!({ "image": "alpine:3.20" }))
        .await;
    assert_eq!(
        (answer.status, answer.json()["ok"].clone()),
        (200, json!(false))
    );
    {
        let sent = harness.script.sent.borrow();
        let body: Value = serde_json::from_str(&sent[0].body).unwrap();
        assert_eq!(body["image"], "alpine:3.20");
        assert_eq!(body["form"]["values"]["password"], PASSWORD);
        assert_eq!(body["form"]["values"]["url"], connection["endpoint"]);
    }
    let kept = harness.get(&path).await;
    let last = &kept.json()["lastCheck"];
    assert_eq!(
        (&last["ok"], &last["proved"], &last["problem"]["code"]),
        (&json!(false), &json!("reach"), &json!("auth.rejected"))
    );
    assert_eq!(
        kept.headers[header::ETAG],
        "\"1\"",
        "a check is no new version"
    );

    // Without a body too.
    harness.now.set(START_MS + 2000);
    harness.script.check(true, "pull", Value::Null);
    assert_eq!(
        harness
            .send(request(Method::POST, &format!("{path}/check"), &[], None))
            .await
            .status,
        200
    );
    assert_eq!(
        harness.get(&path).await.json()["lastCheck"]["proved"],
        "pull"
    );
    for body in [
        json!({ "form": form("a", URL) }),
        json!({ "values": {} }),
        json!({ "image": 7 }),
        json!([]),
    ] {
        let answer = harness.post(&format!("{path}/check"), &body).await;
        assert_eq!(answer.problem(), problem(400, "body.malformed"), "{body}");
    }
    assert_eq!(harness.script.sent.borrow().len(), 2);
}

#[tokio::test]
async fn a_stored_check_as_events_is_kept_before_its_result_is_seen() {
    let harness = Harness::new();
    let (path, _) = harness.created("a", URL).await;
    harness.now.set(START_MS + 1000);
    let private = harness.script.stream(200, "text/event-stream");
    let answer = harness
        .answer(request(
            Method::POST,
            &format!("{path}/check"),
            &[("accept", "text/event-stream")],
            None,
        ))
        .await;
    let mut stream = answer.into_body();
    let step = "event: step\ndata: {\"step\":\"reach\",\"status\":\"passed\"}\n\n";
    let result = format!(
        "event: result\ndata: {}\n\n",
        check_json(true, "login", Value::Null)
    );
    // The pieces end where events do not.
    let whole = format!("{step}:\n\n{result}");
    let mut seen = String::new();
    for piece in whole.as_bytes().chunks(17) {
        private.send(Bytes::copy_from_slice(piece)).unwrap();
        let unseen = harness.get(&path).await.json()["lastCheck"].is_null();
        assert!(unseen || seen.len() + piece.len() >= whole.len());
        let piece = stream.frame().await.unwrap().unwrap().into_data().unwrap();
        seen.push_str(std::str::from_utf8(&piece).unwrap());
    }
    assert_eq!(seen, whole);
    assert_eq!(
        harness.get(&path).await.json()["lastCheck"]["proved"],
        "login"
    );
    drop(private);
    assert!(stream.frame().await.is_none());
}
