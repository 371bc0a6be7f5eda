use bowline::{endpoint::Endpoint, time::format_rfc3339};
use bowline_fuzz::{fuzz, near};
use serde_json::{Value, json};

use super::{examples::example, *};

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
fn the_vendors_examples_are_understood() {
    let harbor = "pushed test-webhook/debian:latest@sha256:8a9e9863dbb6e10edb5adfe917c00da84e1700fa76e7ed02476aa6e6fb8ee0d8";
    let ubuntu = "pushed docker-remote-cache/library/ubuntu:latest@sha256:35c4a2c15539c6c1e4e5fa4e554dac323ad0107d8eb5c582d6ff386b383b7dce";
    let acr_push = format!("pushed hello-world:v1@{D}");
    let acr_quarantine = format!("quarantined hello-world:v1@{D}");
    let acr_delete = format!("removed hello-world@{D}");
    let cases: [(&str, &str, &str, &[&str], usize); 25] = [
        (
            "distribution_envelope",
            "docker-registry",
            "https://r.example.com",
            &[],
            3,
        ),
        (
            "distribution_pull",
            "docker-registry",
            "https://r.example.com",
            &[],
            1,
        ),
        (
            "distribution_delete",
            "docker-registry",
            "https://r.example.com",
            &[
                "removed library/test@sha256:d89e1bee20d9cb344674e213b581f14fbd8e70274ecf9d10c514bab78a307845",
            ],
            0,
        ),
        (
            "distribution_delete",
            "gitlab",
            "https://registry.gitlab.com/library",
            &[
                "removed library/test@sha256:d89e1bee20d9cb344674e213b581f14fbd8e70274ecf9d10c514bab78a307845",
            ],
            0,
        ),
        (
            "docker_hub",
            "docker-hub",
            "docker.io",
            &["pushed svendowideit/testhook:latest"],
            0,
        ),
        ("harbor", "harbor", "https://hub.harbor.com", &[harbor], 0),
        (
            "harbor_cloudevents",
            "harbor",
            "https://hub.harbor.com",
            &[harbor],
            0,
        ),
        (
            "harbor",
            "docker-registry",
            "https://hub.harbor.com/test-webhook",
            &[harbor],
            0,
        ),
        (
            "quay",
            "quay",
            "https://quay.io",
            &["pushed dgangaia/test:latest"],
            0,
        ),
        ("quay_build", "quay", "https://quay.io", &[], 1),
        (
            "azure_push",
            "azure-acr",
            "https://myregistry.azurecr.io",
            &[&acr_push],
            0,
        ),
        (
            "azure_quarantine",
            "azure-acr",
            "https://myregistry.azurecr.io",
            &[&acr_quarantine],
            0,
        ),
        (
            "azure_delete",
            "azure-acr",
            "https://myregistry.azurecr.io",
            &[&acr_delete],
            0,
        ),
        (
            "azure_chart_push",
            "azure-acr",
            "https://myregistry.azurecr.io",
            &[],
            1,
        ),
        (
            "ecr_push",
            "amazon-ecr",
            "https://123456789012.dkr.ecr.us-west-2.amazonaws.com",
            &["pushed my-repository-name:latest"],
            0,
        ),
        (
            "ecr_delete",
            "amazon-ecr",
            "https://123456789012.dkr.ecr.us-west-2.amazonaws.com",
            &["untagged my-repository-name:latest"],
            0,
        ),
        (
            "ecr_scan",
            "amazon-ecr",
            "https://123456789012.dkr.ecr.us-west-2.amazonaws.com",
            &[],
            1,
        ),
        (
            "google",
            "google",
            "https://us-east1-docker.pkg.dev/my-project",
            &[
                "pushed my-project/my-repo/hello-world:1.1@sha256:6ec128e26cd5e2b1a4f5a3e6a4cd4d0c7a4d2b1f1f0f2e8f7a6b5c4d3e2f1a0b",
            ],
            0,
        ),
        ("github", "github", "https://ghcr.io", &[], 1),
        ("github_npm", "github", "https://ghcr.io", &[], 1),
        (
            "jfrog",
            "jfrog-artifactory",
            "https://acme.jfrog.io",
            &[ubuntu],
            0,
        ),
        (
            "jfrog_envelope",
            "jfrog-artifactory",
            "https://acme.jfrog.io",
            &[ubuntu],
            0,
        ),
        (
            "docker_trusted",
            "docker-trusted-registry",
            "https://dtr.example.com",
            &[
                "pushed foo/bar:latest@sha256:b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c",
            ],
            0,
        ),
        // The bodies of one product mean nothing to a connection of another.
        ("docker_hub", "quay", "https://quay.io", &[], 1),
        ("harbor", "docker-hub", "docker.io", &[], 1),
    ];
    for (name, provider, endpoint, expected, ignored) in cases {
        let (lines, others) = told(provider, &example(name), endpoint);
        assert_eq!(lines, expected, "{name} for {provider}");
        assert_eq!(others, ignored, "{name} for {provider}");
    }
}

#[test]
fn times_are_read_where_they_are_told() {
    let cases = [
        ("distribution_pull", None),
        ("docker_hub", Some("2014-12-03T00:22:41Z")),
        ("docker_trusted", Some("2015-01-02T15:04:05Z")),
        ("harbor", Some("2020-04-15T03:45:08Z")),
        ("harbor_cloudevents", Some("2020-04-15T03:45:08Z")),
        ("azure_push", Some("2023-11-17T16:52:01Z")),
        ("ecr_push", Some("2019-11-16T01:54:34Z")),
        ("google", Some("2021-02-26T19:13:55Z")),
        ("quay", None),
        ("jfrog", None),
    ];
    for (name, expected) in cases {
        let body = example(name).to_string();
        let events = read("docker-registry", body.as_bytes()).events;
        let at = events.first().and_then(|event| event.at);
        assert_eq!(at.map(format_rfc3339).as_deref(), expected, "{name}");
    }
}

#[test]
fn an_event_of_another_registry_or_namespace_is_none_of_the_connections() {
    let cases = [
        (
            "another host",
            "harbor",
            "harbor",
            "https://harbor.example.com",
        ),
        (
            "another port",
            "harbor",
            "harbor",
            "https://hub.harbor.com:8443",
        ),
        (
            "another namespace",
            "harbor",
            "harbor",
            "https://hub.harbor.com/test",
        ),
        (
            "the beginning of a name",
            "distribution_delete",
            "docker-registry",
            "https://r.example.com/lib",
        ),
        (
            "another registry of Azure",
            "azure_push",
            "azure-acr",
            "https://another.azurecr.io",
        ),
        (
            "another account",
            "ecr_push",
            "amazon-ecr",
            "https://210987654321.dkr.ecr.us-west-2.amazonaws.com",
        ),
        (
            "another region",
            "ecr_push",
            "amazon-ecr",
            "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com",
        ),
        (
            "another location",
            "google",
            "google",
            "https://europe-docker.pkg.dev",
        ),
        ("another Quay", "quay", "quay", "https://quay.example.com"),
        (
            "another key",
            "jfrog",
            "jfrog-artifactory",
            "https://a.example.com/artifactory/api/docker/other",
        ),
    ];
    for (name, body, provider, endpoint) in cases {
        assert_eq!(
            told(provider, &example(body), endpoint),
            (vec![], 1),
            "{name}"
        );
    }
}

#[test]
fn artifactory_lays_its_keys_out_in_three_ways() {
    let digest = "sha256:35c4a2c15539c6c1e4e5fa4e554dac323ad0107d8eb5c582d6ff386b383b7dce";
    let cases = [
        (
            "before the image",
            "https://a.example.com",
            "docker-remote-cache/library/ubuntu",
        ),
        (
            "below a path",
            "https://a.example.com/artifactory/api/docker/docker-remote-cache",
            "library/ubuntu",
        ),
        (
            "as a host",
            "https://docker-remote-cache.a.example.com",
            "library/ubuntu",
        ),
    ];
    for (name, endpoint, repository) in cases {
        let (lines, _) = told("jfrog-artifactory", &example("jfrog"), endpoint);
        assert_eq!(
            lines,
            [format!("pushed {repository}:latest@{digest}")],
            "{name}"
        );
    }
}

#[test]
fn what_the_examples_leave_open() {
    let pushed = |tag: Value, digest: Value| json!({ "events": [{ "action": "push", "target": { "repository": "a/b", "tag": tag, "digest": digest } }] });
    let package = |key: &str, tag: &str| {
        json!({ "action": "published", key: { "name": "App", "owner": { "login": "Acme" },
            "package_version": { "version": D, "container_metadata": { "tag": { "name": tag } } } } })
    };
    let google = |data: Value| {
        let data = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, data.to_string());
        json!({ "message": { "data": data } })
    };
    let (with, without) = (format!("pushed a/b:v1@{D}"), "pushed a/b:v1".to_owned());
    let cases = [
        (
            "a tag",
            "docker-registry",
            pushed(json!("v1"), json!(D)),
            vec![with.clone()],
        ),
        (
            "a digest that is none",
            "docker-registry",
            pushed(json!("v1"), json!("sha256:7")),
            vec![without],
        ),
        (
            "a tag that is a digest",
            "docker-registry",
            pushed(json!(D), json!(D)),
            vec![],
        ),
        (
            "no tag",
            "docker-registry",
            pushed(Value::Null, json!(D)),
            vec![],
        ),
        (
            "a tag of another type",
            "docker-registry",
            pushed(json!(7), json!(D)),
            vec![],
        ),
        (
            "a tag that leads out of a path",
            "docker-registry",
            pushed(json!("../x"), json!(D)),
            vec![],
        ),
        (
            "a removed tag",
            "gitlab",
            json!({ "events": [{ "action": "delete", "target": { "repository": "a/b", "tag": "v1" } }] }),
            vec!["untagged a/b:v1".to_owned()],
        ),
        (
            "a removed repository",
            "gitlab",
            json!({ "events": [{ "action": "delete", "target": { "repository": "a/b" } }] }),
            vec![],
        ),
        (
            "a package with a tag",
            "github",
            package("package", "v1"),
            vec![format!("pushed acme/app:v1@{D}")],
        ),
        (
            "a package of an organization",
            "github",
            package("registry_package", "v1"),
            vec![format!("pushed acme/app:v1@{D}")],
        ),
        (
            "a ping",
            "github",
            json!({ "zen": "Design for failure.", "hook_id": 1 }),
            vec![],
        ),
        (
            "a tag without a digest",
            "google",
            google(json!({ "action": "DELETE", "tag": "r.example.com/a/b:v1" })),
            vec!["untagged a/b:v1".to_owned()],
        ),
        (
            "a digest without a tag",
            "google",
            google(json!({ "action": "DELETE", "digest": format!("r.example.com/a/b@{D}") })),
            vec![format!("removed a/b@{D}")],
        ),
        (
            "data that is no base64",
            "google",
            json!({ "message": { "data": "%" } }),
            vec![],
        ),
        (
            "several tags",
            "quay",
            json!({ "repository": "a/b", "docker_url": "r.example.com/a/b", "updated_tags": ["v1", "v2"] }),
            vec!["pushed a/b:v1".to_owned(), "pushed a/b:v2".to_owned()],
        ),
        (
            "an image removed from Harbor",
            "harbor",
            json!({ "type": "DELETE_ARTIFACT", "event_data": { "repository": { "repo_full_name": "a/b" },
                "resources": [{ "digest": D, "tag": D, "resource_url": format!("r.example.com/a/b@{D}") }] } }),
            vec![format!("removed a/b@{D}")],
        ),
    ];
    for (name, provider, body, expected) in cases {
        let host = match provider {
            "github" => "https://ghcr.io",
            _ => "https://r.example.com",
        };
        let (lines, ignored) = told(provider, &body, host);
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
    let deep = "[".repeat(LARGEST);
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
    let providers = FORMATS.map(|(id, _)| id);
    fuzz(near(examples::ALL.map(|(_, text)| text)), |text| {
        let body = serde_json::from_str::<Value>(&text)
            .map_or(text, |mut it| it["body"].take().to_string());
        for provider in providers.into_iter().chain(["docker-registry"]) {
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
