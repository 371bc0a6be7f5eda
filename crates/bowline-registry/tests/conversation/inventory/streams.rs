//! What changed in OpenShift's image streams: a double of an API server, with objects as
//! <https://github.com/openshift/api/blob/master/image/v1/types.go> has them and a watch as
//! <https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes> describes it: an event a
//! line, bookmarks, and 410 or an event `ERROR` where the version is too old.

use bowline::form::ConnectionSpec;
use bowline_registry::{Operator, StreamChanges, stream_changes};
use serde_json::{Value, json};

use super::gave;
use crate::{
    double::{FakeWorld, Reply},
    providers::fake::{Fake, bearer},
    registry::{PASSWORD, digest, password, spec},
};

const API: &str = "https://api.example.net:6443";
const STREAMS: &str =
    "https://api.example.net:6443/apis/image.openshift.io/v1/namespaces/acme/imagestreams";

fn openshift(project: &str) -> ConnectionSpec {
    let values = [
        ("url", "registry.example.com"),
        ("token", PASSWORD),
        ("apiUrl", API),
        ("namespace", project),
    ];
    spec("openshift", "token", &values, &[])
}

/// An API server whose present version is 900, and that answers so to a watch from 700 on.
fn server(watch: Reply) -> FakeWorld {
    let version =
        json!({ "kind": "ImageStreamList", "metadata": { "resourceVersion": "900" }, "items": [] });
    Fake::new(&[API])
        .on(
            format!("GET {STREAMS}?watch=true&resourceVersion=700&timeoutSeconds=1"),
            bearer(PASSWORD),
            watch,
        )
        .on(
            format!("GET {STREAMS}?limit=1"),
            bearer(PASSWORD),
            Reply::json(version.to_string()),
        )
        .world()
}

async fn ask(world: &FakeWorld, since: Option<&str>) -> Result<StreamChanges, &'static str> {
    let operator = Operator::default();
    gave(
        world,
        stream_changes(world, &operator, &openshift("acme"), since).await,
    )
}

/// An event about the stream `acme/<name>`, whose tags have pointed to these, the newest first.
fn event(kind: &str, version: &str, name: &str, tags: &[(&str, &[&str])]) -> Value {
    let tags: Vec<Value> = tags
        .iter()
        .map(|(tag, contents)| {
            let items: Vec<Value> = contents
                .iter()
                .map(|content| {
                    json!({ "created": "2023-11-14T22:13:20Z", "generation": 2,
                            "dockerImageReference": "172.30.124.220:5000/acme/app@sha256:0", "image": digest(content) })
                })
                .collect();
            json!({ "tag": tag, "items": items })
        })
        .collect();
    json!({ "type": kind, "object": {
        "kind": "ImageStream", "apiVersion": "image.openshift.io/v1",
        "metadata": { "namespace": "acme", "name": name, "resourceVersion": version },
        "spec": { "lookupPolicy": { "local": false } },
        "status": { "dockerImageRepository": "image-registry.openshift-image-registry.svc:5000/acme/app", "tags": tags } } })
}

fn error(code: u16) -> Value {
    json!({ "type": "ERROR", "object": { "kind": "Status", "apiVersion": "v1", "metadata": {},
            "status": "Failure", "message": "too old resource version", "reason": "Expired", "code": code } })
}

fn lines(events: &[Value]) -> Reply {
    let lines: String = events.iter().map(|event| format!("{event}\n")).collect();
    Reply::json(lines)
}

#[tokio::test]
async fn changes_are_told_since_a_version() {
    let bookmark = json!({ "type": "BOOKMARK", "object": { "kind": "ImageStream",
        "metadata": { "resourceVersion": "800", "creationTimestamp": null }, "status": { "dockerImageRepository": "" } } });
    let new = || event("ADDED", "701", "new", &[("1", &["a"])]);
    let moved = || {
        event(
            "MODIFIED",
            "702",
            "app",
            &[("1", &["c", "b"]), ("2", &["b"])],
        )
    };
    let gone = || event("DELETED", "703", "app", &[("1", &["c"])]);
    let odd = event(
        "ADDED",
        "704",
        "odd",
        &[("../x", &["a"]), ("empty", &[]), ("1", &["a"])],
    );
    let upper = event("ADDED", "705", "Upper", &[("1", &["a"])]);
    let bare = event("MODIFIED", "706", "bare", &[]);
    let large = Reply::json("").with("content-length", "5000000");
    let cases = [
        // what is answered; what changed, what is gone, whether anything is missing, up to which version; requests
        ("nothing", lines(&[]), Ok(("", "", false, "700", 1))),
        (
            "a bookmark",
            lines(&[bookmark]),
            Ok(("", "", false, "800", 1)),
        ),
        (
            "a new one",
            lines(&[new()]),
            Ok(("acme/new 1=a", "", false, "701", 1)),
        ),
        (
            "a moved tag",
            lines(&[new(), moved()]),
            Ok(("acme/new 1=a, acme/app 1=c 2=b", "", false, "702", 1)),
        ),
        (
            "a deleted one",
            lines(&[moved(), gone()]),
            Ok(("", "acme/app", false, "703", 1)),
        ),
        (
            "made again",
            lines(&[gone(), moved()]),
            Ok(("acme/app 1=c 2=b", "", false, "702", 1)),
        ),
        (
            "without tags",
            lines(&[bare]),
            Ok(("acme/bare", "", false, "706", 1)),
        ),
        (
            "odd names",
            lines(&[odd, upper]),
            Ok(("acme/odd 1=a", "", false, "705", 1)),
        ),
        ("too old", Reply::status(410), Ok(("", "", true, "900", 2))),
        (
            "too old, told later",
            lines(&[new(), error(410)]),
            Ok(("", "", true, "900", 2)),
        ),
        ("too much", large, Ok(("", "", true, "900", 2))),
        (
            "broken",
            lines(&[new(), error(500)]),
            Err("answer.malformed"),
        ),
        ("no JSON", Reply::json("<html>"), Err("answer.malformed")),
        (
            "not allowed",
            Reply::status(403),
            Err("permission.catalog_missing"),
        ),
        ("too often", Reply::status(429), Err("rate.limited")),
        ("not now", Reply::status(500), Err("server.error")),
    ];
    let letter = |found: &str| {
        ["a", "b", "c"]
            .into_iter()
            .find(|text| digest(text) == found)
            .unwrap()
    };
    for (name, watch, expected) in cases {
        let world = server(watch);
        let found = ask(&world, Some("700")).await;
        let short = found.as_ref().map(|found| {
            assert!(
                found
                    .changed
                    .iter()
                    .flat_map(|stream| &stream.tags)
                    .all(|tag| tag.pushed_at == super::MADE)
            );
            let changed: Vec<String> = found
                .changed
                .iter()
                .map(|stream| {
                    stream
                        .tags
                        .iter()
                        .fold(stream.repository.clone(), |text, tag| {
                            format!("{text} {}={}", tag.tag, letter(&tag.digest))
                        })
                })
                .collect();
            (
                changed.join(", "),
                found.gone.join(", "),
                found.missed,
                found.resource_version.clone(),
                found.requests,
            )
        });
        let expected = expected.map(|(changed, gone, missed, version, requests)| {
            (
                changed.to_owned(),
                gone.to_owned(),
                missed,
                version.to_owned(),
                requests,
            )
        });
        assert_eq!(short.map_err(|code| *code), expected, "{name}");
    }
}

#[tokio::test]
async fn without_a_version_the_present_one_is_told() {
    let world = server(Reply::status(500));
    let found = ask(&world, None).await.unwrap();
    assert_eq!(
        (found.resource_version.as_str(), found.requests),
        ("900", 1)
    );
    assert!(found.changed.is_empty() && found.gone.is_empty() && !found.missed);
}

#[tokio::test]
async fn only_an_api_server_can_be_asked() {
    let world = Fake::new(&[]).world();
    let found = stream_changes(&world, &Operator::default(), &password(), None).await;
    assert_eq!(gave(&world, found), Err("permission.catalog_missing"));
    assert!(world.http.sent().is_empty());
}
