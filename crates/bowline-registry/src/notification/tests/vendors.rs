//! The vendors' published examples. What a vendor shows no example of is one of its examples with that changed.

use std::{collections::BTreeMap, fs, io, sync::LazyLock};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;

use super::*;

/// An example, and what it tells a connection.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    /// The vendor's page, and what is not as it is there.
    source: String,
    provider: String,
    endpoint: String,
    told: Vec<String>,
    #[serde(default)]
    ignored: usize,
    /// When its first event happened.
    #[serde(default)]
    at: Option<String>,
    body: Value,
}

/// The examples' texts by the names of their files, `examples/<name>.json`.
pub(super) static TEXTS: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/src/notification/tests/examples"
    );
    let read = |entry: io::Result<fs::DirEntry>| {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        (name, fs::read_to_string(path).unwrap())
    };
    fs::read_dir(folder).unwrap().map(read).collect()
});

static EXAMPLES: LazyLock<BTreeMap<&str, Example>> = LazyLock::new(|| {
    let read = |(name, text): (&'static String, &String)| {
        let mut example: Example = serde_json::from_str(text).unwrap();
        encode(&mut example.body);
        (name.as_str(), example)
    };
    TEXTS.iter().map(read).collect()
});

/// Puts the data of Pub/Sub, which Google shows as what it is, into base64 as it is sent.
pub(super) fn encode(body: &mut Value) {
    if let Some(data @ Value::Object(_)) = body.pointer_mut("/message/data") {
        *data = BASE64_STANDARD.encode(data.to_string()).into();
    }
}

/// The example of this name.
fn example(name: &str) -> Example {
    EXAMPLES[name].clone()
}

/// The body of an example with something in it changed.
fn changed(name: &str, place: &str, to: Value) -> Value {
    let mut example: Example = serde_json::from_str(&TEXTS[name]).unwrap();
    *example.body.pointer_mut(place).unwrap() = to;
    encode(&mut example.body);
    example.body
}

#[test]
fn the_examples_are_understood() {
    for (name, example) in EXAMPLES.iter() {
        assert!(example.source.starts_with("https://"), "{name}");
        let expected = (example.told.clone(), example.ignored);
        let told = told(&example.provider, &example.body, &example.endpoint);
        assert_eq!(told, expected, "{name}");
        let body = example.body.to_string();
        let events = read(&example.provider, body.as_bytes()).events;
        let at = events.first().and_then(|event| event.at);
        assert_eq!(at.map(format_rfc3339), example.at, "{name}");
    }
}

#[test]
fn what_the_vendors_show_no_example_of() {
    const G: &str = "us-east1-docker.pkg.dev/my-project/my-repo/hello-world";
    let tag = "/package/package_version/container_metadata/tag/name";
    let registry_tag = "/registry_package/package_version/container_metadata/tag/name";
    let image = "codertocat/hello-world-npm:v1";
    let version = "sha256:3da1996a8115d7616457760d9920b815241d0a03b34cf5f04e9a0e9d8de37498";
    let alpine = "sha256:2bb501e6173d9d006e56de5bce2720eb06396803300fe1687b58a7ff32bf4c14";
    let mut manifest = changed("docker_trusted", "/type", json!("MANIFEST_DELETE"));
    manifest["contents"].as_object_mut().unwrap().remove("tag");
    let bar = "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c";
    let cases = [
        (
            "github_package",
            changed("github_package", tag, json!("v1")),
            format!("pushed {image}@{version}"),
        ),
        (
            "github_registry_package",
            changed("github_registry_package", registry_tag, json!("v1")),
            format!("pushed {image}@{version}"),
        ),
        (
            "google_tag",
            changed(
                "google_tag",
                "/message/data/digest",
                json!(format!("{G}@{D}")),
            ),
            format!("pushed my-project/my-repo/hello-world:1.1@{D}"),
        ),
        (
            "google_push",
            changed(
                "google_push",
                "/message/data",
                json!({ "action": "DELETE", "digest": format!("{G}@{D}") }),
            ),
            format!("removed my-project/my-repo/hello-world@{D}"),
        ),
        (
            "harbor_cloudevents_delete",
            changed(
                "harbor_cloudevents_delete",
                "/type",
                json!("harbor.artifact.pushed"),
            ),
            format!("pushed harbor/alpine:3.8@{alpine}"),
        ),
        (
            "jfrog_push",
            changed("jfrog_push", "/event_type", json!("promoted")),
            example("jfrog_push").told.remove(0),
        ),
        (
            "docker_trusted",
            changed("docker_trusted", "/type", json!("TAG_DELETE")),
            "untagged foo/bar:latest".to_owned(),
        ),
        (
            "docker_trusted",
            manifest,
            format!("removed foo/bar@sha256:{bar}"),
        ),
    ];
    for (name, body, expected) in cases {
        let Example {
            provider, endpoint, ..
        } = example(name);
        assert_eq!(
            told(&provider, &body, &endpoint),
            (vec![expected], 0),
            "{name}: {body}"
        );
    }
}

/// The old names of Google's registry are hosts of their own, as its connections are.
#[test]
fn container_registry_tells_as_artifact_registry_does() {
    let data = json!({ "action": "INSERT", "tag": "eu.gcr.io/example.com/my-project/app:1.1" });
    let body = changed("google_push", "/message/data", data);
    let cases = [
        (
            "https://eu.gcr.io",
            vec!["pushed example.com/my-project/app:1.1".to_owned()],
        ),
        (
            "https://eu.gcr.io/example.com/my-project",
            vec!["pushed example.com/my-project/app:1.1".to_owned()],
        ),
        ("https://gcr.io", vec![]),
    ];
    for (endpoint, expected) in cases {
        let ignored = usize::from(expected.is_empty());
        assert_eq!(
            told("google", &body, endpoint),
            (expected, ignored),
            "{endpoint}"
        );
    }
}

#[test]
fn a_format_is_read_for_its_own_product_and_for_any_registry() {
    let cases = [
        // Who sends Distribution's or may be any product; another product.
        (
            "gitlab",
            "https://registry.gitlab.com/library",
            "distribution_delete",
            true,
        ),
        (
            "openshift",
            "https://r.example.com",
            "distribution_delete",
            true,
        ),
        (
            "docker-registry",
            "https://hub.harbor.com/test-webhook",
            "harbor_push",
            true,
        ),
        ("quay", "https://quay.io", "docker_hub", false),
        ("docker-hub", "docker.io", "harbor_push", false),
    ];
    for (provider, endpoint, name, is_read) in cases {
        let Example {
            body, told: all, ..
        } = example(name);
        let expected = if is_read { (all, 0) } else { (vec![], 1) };
        assert_eq!(
            told(provider, &body, endpoint),
            expected,
            "{name} for {provider}"
        );
    }
}

#[test]
fn an_event_of_another_registry_or_namespace_is_none_of_the_connections() {
    let cases = [
        ("another host", "harbor_push", "https://harbor.example.com"),
        ("another port", "harbor_push", "https://hub.harbor.com:8443"),
        (
            "another namespace",
            "harbor_push",
            "https://hub.harbor.com/test",
        ),
        (
            "the beginning of a name",
            "distribution_delete",
            "https://r.example.com/lib",
        ),
        (
            "another registry of Azure",
            "azure_push",
            "https://another.azurecr.io",
        ),
        (
            "another account",
            "ecr_push",
            "https://210987654321.dkr.ecr.us-west-2.amazonaws.com",
        ),
        (
            "another region",
            "ecr_push",
            "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com",
        ),
        (
            "another location",
            "google_tag",
            "https://europe-docker.pkg.dev",
        ),
        ("another Quay", "quay_push", "https://quay.example.com"),
        (
            "another key",
            "jfrog_push",
            "https://a.example.com/artifactory/api/docker/other",
        ),
    ];
    for (name, body, endpoint) in cases {
        let Example { provider, body, .. } = example(body);
        assert_eq!(told(&provider, &body, endpoint), (vec![], 1), "{name}");
    }
}

#[test]
fn artifactory_lays_its_keys_out_in_three_ways() {
    let digest = "sha256:35c4a2c15539c6c1e4e5fa4e554dac323ad0107d8eb5c582d6ff386b383b7dce";
    let cases = [
        (
            "https://a.example.com",
            "docker-remote-cache/library/ubuntu",
        ),
        (
            "https://a.example.com/artifactory/api/docker/docker-remote-cache",
            "library/ubuntu",
        ),
        (
            "https://docker-remote-cache.a.example.com",
            "library/ubuntu",
        ),
    ];
    for (endpoint, repository) in cases {
        let expected = format!("pushed {repository}:latest@{digest}");
        let told = told("jfrog-artifactory", &example("jfrog_push").body, endpoint);
        assert_eq!(told, (vec![expected], 0), "{endpoint}");
    }
}
