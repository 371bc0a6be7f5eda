use super::*;
use crate::{
    fixtures::{MANIFEST, TRAPS, alone, application, request},
    start::load,
};

#[tokio::test(flavor = "multi_thread")]
async fn answers_without_a_component_and_of_one_that_traps() {
    let (_folder, settings) = application(TRAPS, MANIFEST);
    let app = load(&settings).unwrap();
    let cases = [
        (
            "health",
            "/.well-known/spin/health",
            Some("a.test"),
            StatusCode::OK,
        ),
        (
            "other well-known paths",
            "/.well-known/spin/info",
            Some("a.test"),
            StatusCode::NOT_FOUND,
        ),
        ("no route", "/", Some("a.test"), StatusCode::NOT_FOUND),
        (
            "trap",
            "/app",
            Some("a.test"),
            StatusCode::INTERNAL_SERVER_ERROR,
        ),
        (
            "trap again, in a new instance",
            "/app/x",
            Some("a.test"),
            StatusCode::INTERNAL_SERVER_ERROR,
        ),
        ("no host", "/app", None, StatusCode::BAD_REQUEST),
        (
            "hosts that contradict",
            "http://b.test/app",
            Some("a.test"),
            StatusCode::BAD_REQUEST,
        ),
        (
            "host that is none",
            "/app",
            Some("a b"),
            StatusCode::BAD_REQUEST,
        ),
        (
            "host of a component",
            "/app",
            Some("app.spin.internal"),
            StatusCode::BAD_REQUEST,
        ),
    ];
    for (name, uri, host, expected) in cases {
        let response = app
            .handle(request(uri, host), "192.0.2.1:7".parse().unwrap())
            .await;
        assert_eq!(response.status(), expected, "{name}");
    }
}

#[tokio::test]
async fn chaining_to_nobody_is_destination_not_found() {
    let (_folder, settings) = application(TRAPS, MANIFEST);
    let app = load(&settings).unwrap();
    let outcome = app
        .send("nobody", request("http://nobody.spin.internal/", None))
        .await;
    assert!(matches!(outcome, Err(Error::DestinationNotFound)));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_component_answers_every_path() {
    let (_folder, settings) = alone(TRAPS);
    let app = load(&settings).unwrap();
    for path in ["/", "/any/path", "/.well-known/spin/health"] {
        let client = "192.0.2.1:7".parse().unwrap();
        let response = app.handle(request(path, Some("a.test")), client).await;
        assert_eq!(
            response.status(),
            StatusCode::INTERNAL_SERVER_ERROR,
            "the component traps at {path}"
        );
    }
}
