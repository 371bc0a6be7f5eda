//! Webhooks to addresses that customers name: one request, under the guard.

use bowline_registry::{Operator, SendError, Undelivered, deliver_webhook};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use url::Url;

use crate::double::{FakeWorld, Reply, world};

async fn delivered(world: &FakeWorld, operator: &Operator, url: &str) -> Result<u16, Undelivered> {
    // A notice is told to who is to have it.
    world.http.trust(&[
        "https://hooks.example.com",
        "http://hooks.corp.example.com",
        "http://10.0.0.5",
    ]);
    let url = Url::parse(url).unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("webhook-id", HeaderValue::from_static("msg_1"));
    let body = Bytes::from_static(b"{}");
    let status = deliver_webhook(world, operator, &url, headers, body).await;
    status.map(|status| status.as_u16())
}

#[tokio::test]
async fn one_request_is_sent_and_its_status_told() {
    for status in [200, 204, 302, 410, 500] {
        let world = world(move |sent| {
            assert_eq!(sent.method, "POST");
            assert_eq!(
                (sent.headers["webhook-id"].as_bytes(), &*sent.body),
                (&b"msg_1"[..], "{}")
            );
            assert_eq!(sent.headers["content-type"], "application/json");
            Reply::status(status).with("location", "https://elsewhere.example.com/")
        });
        let url = "https://hooks.example.com/x?y=z";
        let told = delivered(&world, &Operator::default(), url).await;
        assert_eq!(told, Ok(status));
        assert_eq!(world.http.lines(), [format!("POST {url}")]);
    }
}

#[tokio::test]
async fn nothing_is_sent_where_nothing_may_be() {
    let allowing = Operator::parse("10.0.0.5", "hooks.corp.example.com,10.0.0.5", "").unwrap();
    let cases = [
        ("https://127.0.0.1/x", false),
        ("https://169.254.169.254/latest", false),
        ("https://[::1]/x", false),
        ("https://hooks/x", false),
        ("https://outbound.spin.internal/check", false),
        ("https://user:pass@hooks.example.com/x", false),
        ("http://hooks.example.com/x", false),
        ("https://hooks.example.com:22/x", false),
        ("ftp://hooks.example.com/x", false),
        ("http://hooks.corp.example.com/x", true),
        ("http://10.0.0.5/x", true),
    ];
    for (url, allowed) in cases {
        let world = world(|_| Reply::status(200));
        let told = delivered(&world, &allowing, url).await;
        assert_eq!(told.is_ok(), allowed, "{url}: {told:?}");
        assert_eq!(world.http.lines().len(), usize::from(allowed), "{url}");
        if !allowed {
            assert_eq!(told, Err(Undelivered::NotAllowed), "{url}");
        }
    }
}

#[tokio::test]
async fn what_fails_says_why_and_in_time() {
    let cases = [
        (Reply::Fail(SendError::Prohibited), Undelivered::NotAllowed),
        (
            Reply::Fail(SendError::Dns),
            Undelivered::Failed(SendError::Dns),
        ),
        (Reply::Hang, Undelivered::TimedOut),
    ];
    for (reply, expected) in cases {
        let world = world(move |_| reply.clone());
        let url = "https://hooks.example.com/x";
        let told = delivered(&world, &Operator::default(), url).await;
        assert_eq!(told, Err(expected));
        assert!(expected.to_string().ends_with('.'), "{expected}");
    }
}
