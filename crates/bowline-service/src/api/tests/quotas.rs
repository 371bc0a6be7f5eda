//! What a project may have, for all instances together.

use super::*;

fn small() -> Variables {
    Variables {
        connections_per_project: "2".to_owned(),
        patterns_per_project: "3".to_owned(),
        queued_scans_per_project: "2".to_owned(),
        validate_bytes_per_subject: "20000".to_owned(),
        ..variables()
    }
}

#[tokio::test]
async fn a_project_changes_so_many_bytes_a_minute() {
    let harness = Harness::with(&Variables {
        change_bytes_per_project: "5000".to_owned(),
        ..variables()
    });
    // Small ones count as a kilobyte, so there are four of them.
    let (path, _) = harness.created("a", "https://a.example.com").await;
    let used = format!("{path}/uses/build-7");
    let body = json!({ "until": "2027-02-01T00:00:00Z" });
    let declare = || request(Method::PUT, &used, &[], Some(&body));
    for status in [200, 200, 200, 429, 429] {
        assert_eq!(harness.send(declare()).await.status, status);
    }
    // Other projects, and who reads, are not concerned.
    assert_eq!(harness.get(&path).await.status, 200);
    let bearer = format!("Bearer {}", token(&claims("ada", &["beta"], &ALL)));
    let elsewhere = request(
        Method::POST,
        "/v1/projects/beta/connections",
        &[("authorization", &bearer)],
        Some(&form("b", "https://b.example.com")),
    );
    assert_eq!(harness.send(elsewhere).await.status, 201);
    // The next minute is another one; what is long counts as it is.
    harness.now.set(START_MS + 60_000);
    let mut long = form("c", "https://c.example.com");
    long["policy"] = json!({ "include": vec!["a".repeat(100); 60] });
    let refused = harness.post(LIST, &long).await;
    assert_eq!(refused.problem(), problem(429, "rate.limited"));
}

fn with_patterns(name: &str, patterns: usize) -> Value {
    let mut form = form(name, &format!("https://{name}.example.com"));
    form["policy"] = json!({ "include": vec!["alpine"; patterns] });
    form
}

#[tokio::test]
async fn a_project_has_so_many_connections() {
    let harness = Harness::new().another_instance(&small());
    let (path, _) = harness.created("a", "https://a.example.com").await;
    harness.created("b", "https://b.example.com").await;
    let refused = harness
        .post(LIST, &form("c", "https://c.example.com"))
        .await;
    assert_eq!(refused.problem(), problem(422, "quota.exceeded"));
    let told = refused.json();
    assert_eq!(
        (&told["quota"], &told["limit"]),
        (&json!("connections"), &json!(2))
    );
    // A name that is taken is still told as such.
    let taken = harness
        .post(LIST, &form("a", "https://c.example.com"))
        .await;
    assert_eq!(taken.problem(), problem(409, "name.taken"));
    harness
        .send(request(Method::DELETE, &path, &[], None))
        .await;
    harness.created("c", "https://c.example.com").await;
}

#[tokio::test]
async fn a_project_has_so_many_patterns_in_all_its_policies() {
    let harness = Harness::new().another_instance(&small());
    let first = harness.post(LIST, &with_patterns("a", 2)).await;
    assert_eq!(first.status, 201);
    let refused = harness.post(LIST, &with_patterns("b", 2)).await;
    assert_eq!(refused.problem(), problem(422, "quota.exceeded"));
    assert_eq!(refused.json()["quota"], "patterns");
    assert_eq!(harness.post(LIST, &with_patterns("b", 1)).await.status, 201);
    let path = format!("{LIST}/{}", first.json()["id"].as_str().unwrap());
    let edit = async |patterns: usize| {
        let body = json!({ "policy": { "include": vec!["alpine"; patterns] } });
        let edit = request(Method::PATCH, &path, &[("if-match", "*")], Some(&body));
        harness.send(edit).await
    };
    assert_eq!(edit(3).await.problem(), problem(422, "quota.exceeded"));
    assert_eq!(edit(1).await.status, 200);
    assert_eq!(edit(2).await.status, 200);
    // Other changes need no room.
    let body = json!({ "description": "d" });
    let edit = request(Method::PATCH, &path, &[("if-match", "*")], Some(&body));
    assert_eq!(harness.send(edit).await.status, 200);
}

#[tokio::test]
async fn so_many_images_of_a_project_wait_for_their_scan() {
    let harness = Harness::new().another_instance(&small());
    let (path, _) = harness.created("a", "https://registry.example.com").await;
    let ask = async |from: u8, to: u8| {
        let image = |number| format!("team/app@{}", super::scans::digest(number));
        let images: Vec<_> = (from..to).map(image).collect();
        harness
            .post(&format!("{path}/scans"), &json!({ "images": images }))
            .await
    };
    assert_eq!(ask(0, 2).await.status, 202);
    let refused = ask(2, 3).await;
    assert_eq!(refused.problem(), problem(429, "rate.limited"));
    assert_eq!(refused.headers[header::RETRY_AFTER], "60");
}

#[tokio::test]
async fn a_subject_has_so_many_bytes_validated_a_minute() {
    let harness = Harness::new().another_instance(&small());
    let other = harness.another_instance(&small());
    let long = with_patterns("a", 1000);
    assert_eq!(harness.post("/v1/validate", &long).await.status, 200);
    assert_eq!(other.post("/v1/validate", &long).await.status, 200);
    let limited = harness.post("/v1/validate", &long).await;
    assert_eq!(limited.problem(), problem(429, "rate.limited"));
    let usual = form("a", "https://a.example.com");
    assert_eq!(harness.post("/v1/validate", &usual).await.status, 200);
    harness.now.set(START_MS + 60_000);
    assert_eq!(harness.post("/v1/validate", &long).await.status, 200);
}

#[tokio::test]
async fn a_host_behind_tls_is_reached_in_no_other_way() {
    for (public_url, expected) in [
        ("https://app.example.com", Some("max-age=31536000")),
        ("http://localhost:3000", None),
        ("", None),
    ] {
        let variables = Variables {
            public_url: public_url.to_owned(),
            ..variables()
        };
        let harness = Harness::new().another_instance(&variables);
        for path in ["/v1/providers", "/v1/nothing"] {
            let answer = harness.get(path).await;
            let sent = answer.headers.get(header::STRICT_TRANSPORT_SECURITY);
            let sent = sent.map(|value| value.to_str().unwrap());
            assert_eq!(sent, expected, "{public_url} {path}");
        }
    }
}
