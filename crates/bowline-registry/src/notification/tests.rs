mod vendors;

use bowline::{endpoint::Endpoint, time::format_rfc3339};
use bowline_fuzz::{fuzz, near};
use serde_json::{Value, json};

use super::{event::EventKind as Kind, *};
use crate::{product::webhook, read_notification};
use bowline::provider::ProviderId;

/// Reads a body that was sent for a provider of this id.
fn read(provider: &str, body: &[u8]) -> Notification {
    read_notification(provider.parse().unwrap(), body)
}

const D: &str = "sha256:0000d5c8786bb9e621a45ece0db00001cdc624ad20da9fe62e9d25490f330000";

/// A body's events at an endpoint, one a line, and how many other things it tells.
fn told(provider: &str, body: &Value, endpoint: &str) -> (Vec<String>, usize) {
    let endpoint = Endpoint::parse(endpoint).unwrap();
    let Notification {
        events,
        mut ignored,
    } = read(provider, body.to_string().as_bytes());
    let mut lines = Vec::new();
    for event in events {
        match event.within(&endpoint, endpoint.namespace()) {
            None => ignored = ignored.saturating_add(1),
            Some((name, kind)) => lines.push(match kind {
                Kind::Pushed { tag, digest: None } => format!("pushed {name}:{tag}"),
                Kind::Pushed {
                    tag,
                    digest: Some(digest),
                } => format!("pushed {name}:{tag}@{digest}"),
                Kind::Quarantined { tag, digest } => format!("quarantined {name}:{tag}@{digest}"),
                Kind::Untagged { tag } => format!("untagged {name}:{tag}"),
                Kind::Removed { digest } => format!("removed {name}@{digest}"),
            }),
        }
    }
    (lines, ignored)
}

#[test]
fn odd_names_are_none() {
    let event = |action: &str, tag: Value, digest: Value| {
        json!({ "events": [{ "action": action,
        "target": { "repository": "a/b", "tag": tag, "digest": digest } }] })
    };
    let push = |tag, digest| event("push", tag, digest);
    let quay = json!({ "repository": "a/b", "docker_url": "r.example.com/a/b", "updated_tags": ["v1", "v2"] });
    let zen = json!({ "zen": "Design for failure.", "hook_id": 1 });
    let google = json!({ "message": { "data": "%" } });
    let (with, without) = (format!("pushed a/b:v1@{D}"), "pushed a/b:v1");
    let cases: [(&str, &str, Value, &[&str]); 11] = [
        (
            "a tag",
            "docker-registry",
            push(json!("v1"), json!(D)),
            &[&with],
        ),
        (
            "a digest that is none",
            "docker-registry",
            push(json!("v1"), json!("sha256:7")),
            &[without],
        ),
        (
            "a tag that is a digest",
            "docker-registry",
            push(json!(D), json!(D)),
            &[],
        ),
        (
            "no tag",
            "docker-registry",
            push(Value::Null, json!(D)),
            &[],
        ),
        (
            "a tag of another type",
            "docker-registry",
            push(json!(7), json!(D)),
            &[],
        ),
        (
            "a tag that leads out of a path",
            "docker-registry",
            push(json!("../x"), json!(D)),
            &[],
        ),
        (
            "a removed tag",
            "gitlab",
            event("delete", json!("v1"), Value::Null),
            &["untagged a/b:v1"],
        ),
        (
            "a removed repository",
            "gitlab",
            event("delete", Value::Null, Value::Null),
            &[],
        ),
        ("a ping", "github", zen, &[]),
        ("data that is no base64", "google", google, &[]),
        (
            "several tags",
            "quay",
            quay,
            &["pushed a/b:v1", "pushed a/b:v2"],
        ),
    ];
    for (name, provider, body, expected) in cases {
        let (lines, ignored) = told(provider, &body, "https://r.example.com");
        assert_eq!(lines, expected, "{name}");
        assert_eq!(ignored, usize::from(expected.is_empty()), "{name}");
    }
}

#[test]
fn one_event_that_is_not_understood_leaves_the_others() {
    let good = json!({ "action": "push", "target": { "repository": "a", "tag": "v1" } });
    let body = json!({ "events": [good, 7, { "action": [] }, { "action": "mount" }, good] });
    let (lines, ignored) = told("docker-registry", &body, "https://r.example.com");
    assert_eq!((lines.len(), ignored), (2, 3));
}

#[test]
fn a_body_that_is_nothing_is_one_thing_ignored() {
    let deep = "[".repeat(Notification::MAX_BYTES);
    let nested = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let cases = [
        ("nothing", ""),
        ("no JSON", "<events/>"),
        ("a text", "\"events\""),
        ("a list", "[]"),
        ("an object", "{}"),
        ("null", "null"),
        ("events that are no list", r#"{"events":{}}"#),
        ("an endless nesting", &deep),
        ("a deep one", &nested),
        ("half a body", r#"{"events":[{"action":"push","#),
    ];
    for (name, body) in cases {
        for provider in [
            "docker-registry",
            "harbor",
            "google",
            "github",
            "amazon-ecr",
        ] {
            let expected = Notification::unknown();
            assert_eq!(
                read(provider, body.as_bytes()),
                expected,
                "{name} for {provider}"
            );
        }
    }
    assert_eq!(read("quay", &[0xff, 0xfe]), Notification::unknown());
}

/// Whatever is sent, what comes of it are names that a URL can be built of.
#[test]
fn nearly_right_bodies_give_names_or_nothing() {
    let with_format =
        |id: &&ProviderId| matches!(webhook(**id).format, crate::product::row::Format::Own(_));
    let providers: Vec<&str> = ProviderId::ALL
        .iter()
        .filter(with_format)
        .map(|id| id.as_str())
        .collect();
    fuzz(near(vendors::TEXTS.values()), |text| {
        let body = serde_json::from_str::<Value>(&text).map_or(text, |mut example| {
            vendors::encode(&mut example["body"]);
            example["body"].to_string()
        });
        for provider in providers.iter().copied().chain(["docker-registry"]) {
            for event in read(provider, body.as_bytes()).events {
                let harmless = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
                assert!(event.repository.chars().all(harmless), "{event:?}");
                assert!(!event.repository.contains(".."), "{event:?}");
                let (Kind::Pushed { tag, .. }
                | Kind::Quarantined { tag, .. }
                | Kind::Untagged { tag }) = &event.kind
                else {
                    continue;
                };
                assert!(
                    !tag.is_empty() && tag.chars().all(|c| harmless(c) && c != '/'),
                    "{event:?}"
                );
            }
        }
    });
}
