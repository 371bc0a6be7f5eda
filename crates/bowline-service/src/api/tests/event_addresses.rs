//! Addresses of events: who is let in, and how much.

use super::{
    events::{Watched, events},
    *,
};

#[tokio::test]
async fn the_secret_lets_in_wherever_the_vendor_sends_it() {
    let watched = Watched::new().await;
    let secret = &watched.secret;
    let (address, of_path) = (
        format!("/v1/events/{}", watched.id),
        format!("/v1/events/{}/{secret}", watched.id),
    );
    let wrong_path = format!("/v1/events/{}/{}", watched.id, "0".repeat(32));
    let bearer = format!("Bearer {secret}");
    let token = format!("Bearer {}", token(&claims("ada", &["acme"], &ALL)));
    let cases: [(&str, &str, &'static str, &str, u16); 11] = [
        (
            "the header as it is shown",
            &address,
            "authorization",
            &bearer,
            202,
        ),
        ("without a scheme", &address, "authorization", secret, 202),
        ("GitLab's header", &address, "x-gitlab-token", secret, 202),
        (
            "JFrog's header",
            &address,
            "x-jfrog-event-auth",
            secret,
            202,
        ),
        ("the path", &of_path, "x-other", "", 202),
        (
            "the path, with Google's own token",
            &of_path,
            "authorization",
            "Bearer ey.ey.x",
            202,
        ),
        ("another header", &address, "x-other", secret, 404),
        ("nothing", &address, "x-other", "", 404),
        ("a sign-in token", &address, "authorization", &token, 404),
        ("another secret", &wrong_path, "x-other", "", 404),
        ("no id", "/v1/events/acme", "authorization", &bearer, 404),
    ];
    for (name, path, header, value, status) in cases {
        let mut request = request(
            Method::POST,
            path,
            &[("authorization", "")],
            Some(&events(&[])),
        );
        request.headers_mut().remove(header::AUTHORIZATION);
        request.headers_mut().insert(header, value.parse().unwrap());
        assert_eq!(watched.harness.send(request).await.status, status, "{name}");
    }
}

#[tokio::test]
async fn a_wrong_secret_and_an_unknown_connection_look_alike() {
    let watched = Watched::new().await;
    let secret = "0".repeat(32);
    let mut answers = Vec::new();
    for id in [
        watched.id.as_str(),
        "019aa548-1980-7fff-bfff-ffffffffffff",
        "acme",
    ] {
        let path = format!("/v1/events/{id}/{secret}");
        let request = request(
            Method::POST,
            &path,
            &[("x-request-id", "same")],
            Some(&json!({})),
        );
        let read = watched.harness.send(request).await;
        assert_eq!(read.problem(), problem(404, "not_found"));
        assert!(!read.text.contains(&secret));
        answers.push(read.text);
    }
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
}

#[tokio::test]
async fn a_notification_is_bounded_in_size_and_number() {
    let watched = Watched::new().await;
    for (bytes, status) in [(1024 * 1024, 202), (1024 * 1024 + 1, 413)] {
        let mut request = watched.notification(&json!({}));
        *request.body_mut() = Full::from(" ".repeat(bytes));
        assert_eq!(
            watched.harness.send(request).await.status,
            status,
            "{bytes} bytes"
        );
    }
    // One was taken above.
    for _ in 1..600 {
        watched.tell(&events(&[])).await;
    }
    let refused = watched
        .harness
        .send(watched.notification(&events(&[])))
        .await;
    assert_eq!(refused.problem(), problem(429, "rate.limited"));
    assert_eq!(refused.headers[header::RETRY_AFTER], "60");
    watched.pass(60_000);
    watched.tell(&events(&[])).await;
}

#[tokio::test]
async fn the_address_says_what_to_configure() {
    let public = Variables {
        public_url: "https://app.example.com/registries".to_owned(),
        ..variables()
    };
    let mut docker_hub = form("hub", "");
    docker_hub["provider"] = json!("docker-hub");
    docker_hub["values"] = json!({ "username": "acmecorp", "password": "not a real token" });
    for (harness, origin) in [
        (Harness::new(), ""),
        (Harness::with(&public), "https://app.example.com/registries"),
    ] {
        let cases = [
            (
                form("prod", "https://registry.example.com"),
                "header",
                json!("Authorization"),
            ),
            (docker_hub.clone(), "url", Value::Null),
        ];
        for (form, place, header) in cases {
            let created = harness.post(LIST, &form).await.json();
            let id = created["id"].as_str().unwrap();
            let (path, url) = (
                format!("{LIST}/{id}/events"),
                format!("{origin}/v1/events/{id}"),
            );
            let address = json!({ "enabled": false, "url": url, "secretIn": place, "header": header, "createdAt": null,
                "received": 0, "unknown": 0, "lastReceivedAt": null });
            assert_eq!(harness.get(&path).await.json(), address);
            let made = harness.post(&path, &json!({})).await.json();
            assert_eq!(
                made["authorization"].is_string(),
                place == "header",
                "{made}"
            );
            let shown = made["url"].as_str().unwrap();
            assert_eq!(shown == url, place == "header", "{made}");
            assert!(shown.starts_with(&url), "{made}");
            let kept = harness.get(&path).await.json();
            assert_eq!(
                (&kept["enabled"], &kept["url"]),
                (&json!(true), &json!(url)),
                "the secret is not shown again"
            );
            let end = request(Method::DELETE, &path, &[], None);
            assert_eq!(harness.send(end).await.status, 204);
            assert_eq!(harness.get(&path).await.json()["enabled"], false);
        }
    }
}
