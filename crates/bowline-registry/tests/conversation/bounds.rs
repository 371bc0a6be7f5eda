//! Servers without end, without haste, or without luck: everything ends within ten seconds, and passing troubles pass.

use std::time::Duration;

use bowline_registry::{Clock, Operator, SendError};
use bytes::Bytes;

use crate::{
    double::{Body, FakeWorld, Reply, world},
    registry::*,
};

/// A sound registry whose first `failures` answers to `path` are `reply`.
fn failing(path: &'static str, failures: u32, reply: Reply) -> FakeWorld {
    let fake = Fake::basic();
    let mut left = failures;
    world(move |sent| {
        if sent.url.path() == path && left > 0 {
            left -= 1;
            return reply.clone();
        }
        fake.answer(sent)
    })
}

#[tokio::test]
async fn a_body_may_stop_or_never_stop_anywhere() {
    let paths = [
        "/v2/",
        "/v2/_catalog",
        "/v2/team/app/tags/list",
        "/v2/team/app/manifests/1",
    ];
    let kilobyte = Bytes::from(vec![b' '; 1024]);
    let cases = [
        (
            "stalls",
            Body::Stalled(kilobyte.clone()),
            ["answer.timeout", "deadline.exceeded"],
        ),
        (
            "drips",
            Body::Endless(Bytes::from_static(b" "), Duration::from_secs(1)),
            ["deadline.exceeded"; 2],
        ),
        (
            "floods",
            Body::Endless(kilobyte.clone(), Duration::ZERO),
            ["answer.too_large"; 2],
        ),
        (
            "breaks",
            Body::Broken(kilobyte, SendError::Closed),
            ["answer.malformed"; 2],
        ),
    ];
    for path in paths {
        for (case, body, codes) in &cases {
            let reply = Reply::json("").body(body.clone());
            let fake = Fake::new(Login::None);
            let world = world(
                move |sent| match (sent.url.scheme(), sent.url.path() == path) {
                    ("https", true) => reply.clone(),
                    ("https", false) => fake.answer(sent),
                    _ => Reply::Fail(SendError::Closed),
                },
            );
            let check = run(&world, &Operator::default(), &anonymous(), None).await;
            // Without the catalog a check goes on.
            let codes = match path {
                "/v2/_catalog" => &["none"; 2],
                _ => codes,
            };
            assert!(
                codes.contains(&code(&check)),
                "{path} {case}: {}",
                code(&check)
            );
        }
    }
}

#[tokio::test]
async fn passing_failures_are_tried_again() {
    for status in [408, 500, 502, 503, 504] {
        let world = failing("/v2/_catalog", 2, Reply::status(status));
        let check = run(&world, &Operator::default(), &password(), None).await;
        assert!(check.ok, "HTTP {status}: {:?}", check.problem);
        assert_eq!(
            world
                .http
                .lines()
                .iter()
                .filter(|line| line.contains("_catalog"))
                .count(),
            3
        );
        let spent = world.clock.monotonic();
        assert!(
            (Duration::from_millis(600)..Duration::from_millis(1300)).contains(&spent),
            "it waited {spent:?}"
        );
    }
    for status in [429, 501, 505, 418, 401, 404] {
        let world = failing("/v2/team/app/manifests/1", 1, Reply::status(status));
        let check = run(
            &world,
            &Operator::default(),
            &password(),
            Some("team/app:1"),
        )
        .await;
        assert!(!check.ok, "HTTP {status} does not pass");
        assert_eq!(world.clock.monotonic(), Duration::ZERO);
    }
}

#[tokio::test]
async fn lasting_failures_are_not_tried_for_ever() {
    let world = failing("/v2/_catalog", u32::MAX, Reply::status(503));
    let check = run(&world, &Operator::default(), &password(), None).await;
    assert_eq!(
        check.warnings[0].code,
        bowline_registry::WarningCode::CatalogUnlistable
    );
    assert_eq!(
        world
            .http
            .lines()
            .iter()
            .filter(|line| line.contains("_catalog"))
            .count(),
        3
    );
}

#[tokio::test]
async fn a_server_that_asks_to_wait_is_waited_for_if_there_is_time() {
    let cases = [
        ("retry-after", "3", true, 3),
        ("retry-after", "Tue, 14 Nov 2023 22:13:24 GMT", true, 4),
        ("x-retry-after", "1700000005", true, 5),
        ("retry-after", "60", false, 0),
        ("retry-after", "4294967295", false, 0),
        ("retry-after", "Tue, 14 Nov 2034 22:13:24 GMT", false, 0),
    ];
    for (name, value, ok, seconds) in cases {
        let world = failing("/v2/_catalog", 1, Reply::status(429).with(name, value));
        let check = run(&world, &Operator::default(), &password(), None).await;
        assert_eq!(check.ok, ok, "{name}: {value}");
        assert_eq!(
            world.clock.monotonic().as_secs(),
            seconds,
            "{name}: {value}"
        );
        assert!(ok || code(&check) == "rate.limited");
    }
}

#[tokio::test]
async fn a_login_is_posted_once() {
    let fake = Fake::bearer();
    let world = world(move |sent| match (sent.method.as_str(), sent.url.path()) {
        ("GET", "/token") => Reply::status(405),
        ("POST", _) => Reply::status(503),
        _ => fake.answer(sent),
    });
    let check = run(
        &world,
        &Operator::default(),
        &password(),
        Some("team/app:1"),
    )
    .await;
    assert_eq!(code(&check), "server.error");
    assert_eq!(
        world
            .http
            .lines()
            .iter()
            .filter(|line| line.starts_with("POST"))
            .count(),
        1
    );
}

#[tokio::test]
async fn five_redirects_are_followed_and_no_more() {
    for (count, ok) in [(5, true), (6, false)] {
        let fake = Fake::basic();
        let world = world(move |sent| {
            let hops = sent
                .query("hop")
                .map_or(0, |hop| hop.parse::<u32>().unwrap());
            if sent.url.path().contains("/blobs/") && hops < count {
                return Reply::status(307).with("location", format!("?hop={}", hops + 1));
            }
            fake.answer(sent)
        });
        let check = run(
            &world,
            &Operator::default(),
            &password(),
            Some("team/app:1"),
        )
        .await;
        assert_eq!(check.ok, ok, "{count} redirects");
        assert_eq!(
            code(&check),
            if ok { "none" } else { "redirect.not_allowed" }
        );
    }
}

#[tokio::test]
async fn an_error_is_named_even_if_its_body_cannot_be_read() {
    let bodies = [
        Body::Stalled(Bytes::new()),
        Body::Endless(Bytes::from(vec![b'x'; 1024]), Duration::ZERO),
        Body::Broken(Bytes::new(), SendError::Closed),
    ];
    for body in bodies {
        let case = format!("{body:?}");
        let world = failing("/v2/team/app/manifests/1", 1, Reply::status(403).body(body));
        let check = run(
            &world,
            &Operator::default(),
            &password(),
            Some("team/app:1"),
        )
        .await;
        assert_eq!(
            code(&check),
            "permission.pull_missing",
            "{}",
            case.get(..20).unwrap_or(&case)
        );
    }
}

#[tokio::test]
async fn the_whole_check_shares_one_deadline() {
    let fake = Fake::basic();
    let slow = world(move |sent| match fake.answer(sent) {
        Reply::Answer {
            status,
            headers,
            body: Body::Whole(bytes),
        } => {
            // Each answer takes four seconds: its only piece, and an empty one after it.
            let body = if sent.url.path().contains("blobs") {
                Body::Whole(bytes)
            } else {
                Body::Slow(bytes, Duration::from_secs(4))
            };
            Reply::Answer {
                status,
                headers,
                body,
            }
        }
        other => other,
    });
    let check = run(&slow, &Operator::default(), &password(), Some("team/app:1")).await;
    assert_eq!(
        (code(&check), statuses(&check).as_str()),
        ("deadline.exceeded", "PP--F-")
    );
    assert_eq!(check.steps[0].elapsed_ms, Some(4000));
}

/// Members of any shape that nobody asked for, as many as fit into the largest body: about 600,000 objects, which took
/// 340 MB as `serde_json::Value`.
fn stuffed(head: &str) -> String {
    let count = (4 * 1024 * 1024 - head.len() - 32) / 7;
    format!(r#"{{{head},"x":[{}{{}}]}}"#, r#"{"":0},"#.repeat(count))
}

#[tokio::test]
async fn members_that_nobody_asked_for_cost_nothing() {
    const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let v1 = parsed(serde_json::json!({
        "provider": "docker-registry-v1", "name": "test", "auth": "password", "image": "team/app:1",
        "values": { "url": "registry.example.com", "username": "scanner", "password": PASSWORD },
    }));
    let world = world(|sent| match sent.url.path() {
        "/v1/_ping" => Reply::json("true").with("x-docker-registry-version", "0.9.1"),
        "/v1/repositories/team/app/tags/1" => Reply::json(format!("\"{ID}\"")),
        _ => Reply::json(stuffed(&format!(r#""id":"{ID}""#))),
    });
    let check = run(&world, &Operator::default(), &v1, None).await;
    assert_eq!(statuses(&check), "PP--PP", "{:?}", check.problem);

    let fake = Fake::basic()
        .instead(
            "GET https://registry.example.com/v2/_catalog",
            Reply::json(stuffed(r#""repositories":["team/app"]"#)),
        )
        .instead(
            "GET https://registry.example.com/v2/team/app/tags/list",
            Reply::json(stuffed(r#""tags":["1"],"manifest":null,"child":null"#)),
        );
    let check = run(&fake.world(), &Operator::default(), &password(), None).await;
    assert!(check.ok, "{:?}", check.problem);
}
