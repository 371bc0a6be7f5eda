//! Syncs and the inventory over HTTP.

use super::*;

const URL: &str = "https://registry.example.com";

/// Prepares the answers to the errands of one sync: two images of one repository.
fn registry(harness: &Harness) {
    let answers = [
        json!({ "items": [{ "name": "team/app" }], "cursor": null, "complete": true, "requests": 1 }),
        json!({ "items": [{ "tag": "1" }, { "tag": "2" }], "cursor": null, "complete": true, "requests": 1 }),
        json!({ "items": [
                { "tag": "1", "digest": "sha256:aa", "from": null, "problem": null },
                { "tag": "2", "digest": "sha256:bb", "from": null, "problem": null }],
            "left": [], "requests": 4 }),
        json!({ "items": [
                { "digest": "sha256:aa", "createdAt": START_MS - 1000, "size": 5, "artifactType": "", "problem": null },
                { "digest": "sha256:bb", "createdAt": null, "size": null, "artifactType": "", "problem": "digest.mismatch" }],
            "left": [], "requests": 2 }),
    ];
    for answer in answers {
        harness.script.whole(200, "application/json", &answer);
    }
}

#[tokio::test]
async fn a_sync_fills_the_inventory() {
    let harness = Harness::new();
    let mut kept = form("a", URL);
    kept["policy"] = json!({ "mode": "automatic", "include": [":1"] });
    let created = harness.post(LIST, &kept).await.json();
    let path = format!("{LIST}/{}", created["id"].as_str().unwrap());
    let status = harness.get(&format!("{path}/sync")).await.json();
    assert_eq!(
        status,
        json!({ "running": null, "last": null, "next": "2027-01-16T00:00:00Z", "setAside": [] })
    );

    registry(&harness);
    let answer = harness.post(&format!("{path}/sync"), &json!({})).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let sync = answer.json();
    assert_eq!(
        sync,
        json!({ "id": sync["id"], "origin": "request", "state": "done", "phase": "done",
            "startedAt": "2027-01-15T08:00:00Z", "finishedAt": "2027-01-15T08:00:00Z",
            "repositories": { "listed": 1, "read": 1, "failed": 0 },
            "images": { "new": 2, "replaced": 0, "unchanged": 0, "gone": 0, "skipped": 1 },
            "skipped": [{ "list": "include", "pattern": null, "repositories": 0, "images": 1 }],
            "queued": 1, "requests": 8, "complete": true, "problem": null })
    );
    let status = harness.get(&format!("{path}/sync")).await.json();
    assert_eq!(status["last"], sync);
    let sent = harness.script.sent.take();
    let errands: Vec<_> = sent
        .iter()
        .map(|sent| {
            sent.address
                .trim_start_matches("http://outbound.spin.internal/")
        })
        .collect();
    assert_eq!(
        errands,
        ["repositories/page", "tags/page", "digests", "details"]
    );
    assert!(sent.iter().all(|sent| sent.body.contains(PASSWORD)));

    let images = harness.get(&format!("{path}/images")).await.json();
    let now = "2027-01-15T08:00:00Z";
    let image = |tag: &str,
                 digest: &str,
                 created: Value,
                 size: Value,
                 selected: bool,
                 pattern: Value,
                 problem: Value,
                 scan: Value| {
        json!({ "repository": "team/app", "tag": tag, "digest": digest, "createdAt": created, "pushedAt": null,
            "size": size, "firstSeen": now, "lastSeen": now, "state": "new", "goneAt": null, "selected": selected,
            "decidedBy": "include", "pattern": pattern, "problem": problem, "scan": scan })
    };
    let first = image(
        "1",
        "sha256:aa",
        json!("2027-01-15T07:59:59Z"),
        json!(5),
        true,
        json!(":1"),
        Value::Null,
        json!({ "state": "queued", "at": now }),
    );
    let second = image(
        "2",
        "sha256:bb",
        Value::Null,
        Value::Null,
        false,
        Value::Null,
        json!("digest.mismatch"),
        Value::Null,
    );
    assert_eq!(images, json!({ "items": [first, second], "next": null }));
}

#[tokio::test]
async fn a_step_hands_on_what_it_learns_about_the_login_and_the_next_begins_anew() {
    let harness = Harness::new();
    let (path, _) = harness.created("a", URL).await;
    let session = |token: &str| json!([{ "question": "login", "at": START_MS, "status": 200, "headers": [], "body": token }]);
    for step in 0..2 {
        for (number, token) in ["first", "second"].iter().enumerate() {
            let cursor = (number == 0).then_some("2");
            let page = json!({ "items": [], "cursor": cursor, "complete": cursor.is_none(), "requests": 1, "session": session(token) });
            harness.script.whole(200, "application/json", &page);
        }
        let answer = harness.post(&format!("{path}/sync"), &json!({})).await;
        assert!(!answer.text.contains("second"), "{answer:?}");
        let sent = harness.script.sent.take();
        let had: Vec<Value> = sent
            .iter()
            .map(|sent| serde_json::from_str::<Value>(&sent.body).unwrap()["session"].take())
            .collect();
        assert_eq!(had, [json!([]), session("first")], "step {step}");
    }
}

#[tokio::test]
async fn what_is_gone_is_removed_but_at_docker_hub() {
    for (provider, left) in [("docker-registry", 1), ("docker-hub", 2)] {
        let harness = Harness::new();
        let mut kept = form("a", URL);
        kept["provider"] = json!(provider);
        if provider == "docker-hub" {
            kept["values"].as_object_mut().unwrap().remove("url");
        }
        kept["policy"] = json!({ "cleanup": true });
        let created = harness.post(LIST, &kept).await.json();
        let path = format!("{LIST}/{}", created["id"].as_str().unwrap());
        for tags in [["1", "2"].as_slice(), &["1"]] {
            let tags: Vec<_> = tags
                .iter()
                .map(|tag| json!({ "tag": tag, "digest": format!("sha256:a{tag}"), "createdAt": START_MS }))
                .collect();
            for answer in [
                json!({ "items": [{ "name": "team/app" }], "cursor": null, "complete": true, "requests": 1 }),
                json!({ "items": tags, "cursor": null, "complete": true, "requests": 1 }),
            ] {
                harness.script.whole(200, "application/json", &answer);
            }
            let sync = harness
                .post(&format!("{path}/sync"), &json!({}))
                .await
                .json();
            assert_eq!(sync["complete"], true, "{provider}: {sync}");
            harness.now.set(harness.now.get().saturating_add(60_000));
        }
        let images = harness.get(&format!("{path}/images")).await.json();
        let items = images["items"].as_array().unwrap();
        assert_eq!(items.len(), left, "{provider}: {images}");
        let gone = items.iter().filter(|image| image["state"] == "gone");
        assert_eq!(gone.count(), left - 1, "{provider}: {images}");
    }
}

#[tokio::test]
async fn the_inventory_is_searched_and_paged() {
    let harness = Harness::new();
    let (path, _) = harness.created("a", URL).await;
    registry(&harness);
    harness.post(&format!("{path}/sync"), &json!({})).await;
    for (query, expected) in [
        ("", vec!["1", "2"]),
        ("?search=APP:1", vec!["1"]),
        ("?search=sha256:bb", vec!["2"]),
        ("?search=256:bb", vec![]),
        ("?search=%25", vec![]),
        ("?state=new", vec!["1", "2"]),
        ("?state=gone", vec![]),
    ] {
        let found = harness.get(&format!("{path}/images{query}")).await.json();
        let items = found["items"].as_array().unwrap().iter();
        let tags: Vec<_> = items.map(|it| it["tag"].as_str().unwrap()).collect();
        assert_eq!(tags, expected, "{query}");
    }
    let first = harness.get(&format!("{path}/images?limit=1")).await.json();
    let next = first["next"].as_str().unwrap();
    let second = harness
        .get(&format!("{path}/images?limit=1&cursor={next}"))
        .await
        .json();
    assert_eq!(
        (&second["items"][0]["tag"], &second["next"]),
        (&json!("2"), &Value::Null)
    );
    let malformed = harness.get(&format!("{path}/images?state=lost")).await;
    assert_eq!(malformed.problem(), problem(400, "query.malformed"));
}

#[tokio::test]
async fn a_refusal_ends_a_sync_or_puts_it_off() {
    for (code, status, state) in [
        ("auth.rejected", 200, "failed"),
        ("rate.limited", 202, "running"),
    ] {
        let harness = Harness::new();
        let (path, _) = harness.created("a", URL).await;
        let refusal = json!({ "code": code, "title": "T", "detail": "d", "hint": "h", "status": 422, "requestId": "r" });
        harness
            .script
            .whole(422, "application/problem+json", &refusal);
        let answer = harness.post(&format!("{path}/sync"), &json!({})).await;
        assert_eq!(answer.status, status, "{code}");
        let sync = answer.json();
        let problem = json!({ "code": code, "title": "T", "detail": "d", "hint": "h" });
        assert_eq!(
            (&sync["state"], &sync["problem"]),
            (&json!(state), &problem),
            "{code}"
        );
        assert_eq!(sync["complete"], false, "{code}");
        assert_eq!(
            harness.get(&format!("{path}/sync")).await.status,
            200,
            "{code}"
        );
    }
}

#[tokio::test]
async fn a_sync_at_which_another_works_is_shown_as_it_stands() {
    let harness = Harness::new();
    let (path, created) = harness.created("a", URL).await;
    registry(&harness);
    let other = harness.another_instance(&variables());
    // The other has begun, and waits for the registry.
    let body = harness.script.stream(200, "application/json");
    harness.script.answers.borrow_mut().rotate_right(1);
    let request = request(Method::POST, &format!("{path}/sync"), &[], Some(&json!({})));
    let (first, second) = tokio::join!(other.answer(request), async {
        let shown = harness.post(&format!("{path}/sync"), &json!({})).await;
        let page = json!({ "items": [], "cursor": null, "complete": true, "requests": 1 });
        body.send(Bytes::from(page.to_string())).unwrap();
        drop(body);
        shown
    });
    assert_eq!(first.status(), 200, "{created}");
    assert_eq!(
        (second.status, &second.json()["phase"]),
        (202, &json!("repositories"))
    );
}
