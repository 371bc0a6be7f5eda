//! What a listing leaves out: digests, details, image stream changes, and the end of a quarantine.

mod at_once;
mod details;
mod digests;
mod release;
mod streams;

use bowline_registry::{Clock, Problem};

use crate::{
    double::{FakeWorld, Reply},
    providers::fake::{Fake, basic, challenge},
    registry::{PASSWORD, digest},
};

const API: &str = "https://registry.example.com";
const IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// The config of an image that was made at 2023-11-14T22:13:20Z.
const CONFIG: &str = r#"{"created":"2023-11-14T22:13:20Z"}"#;
const MADE: Option<i64> = Some(1_700_000_000_000);

/// A registry with a password, as far as everybody has to ask it first.
fn registry() -> Fake {
    Fake::new(&[API]).on(
        format!("GET {API}/v2/"),
        crate::providers::fake::Nobody,
        challenge(r#"Basic realm="registry""#),
    )
}

/// With an answer to this request below `/v2/team/app/`: `HEAD manifests/1`.
fn with(fake: Fake, request: &str, reply: Reply) -> Fake {
    let (method, path) = request.split_once(' ').unwrap();
    let login = basic("scanner", PASSWORD);
    fake.on(format!("{method} {API}/v2/team/app/{path}"), login, reply)
}

/// An image of 100 bytes beside this config.
fn image(config: &str) -> String {
    of_type("application/vnd.oci.image.config.v1+json", config)
}

/// What has an image's layer and a config of this type.
fn of_type(kind: &str, config: &str) -> String {
    format!(
        r#"{{"schemaVersion":2,"config":{{"mediaType":"{kind}","digest":"{}","size":{}}},"layers":[{{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"{}","size":100}}]}}"#,
        digest(config),
        config.len(),
        digest("layer"),
    )
}

/// An index of these manifests.
fn index(children: &[&str]) -> String {
    let children: Vec<String> = children
        .iter()
        .map(|child| {
            format!(
                r#"{{"mediaType":"{IMAGE}","digest":"{}","size":1}}"#,
                digest(child)
            )
        })
        .collect();
    format!(
        r#"{{"schemaVersion":2,"manifests":[{}]}}"#,
        children.join(",")
    )
}

/// The answer with a manifest.
fn manifest(kind: &'static str, manifest: &str) -> Reply {
    Reply::status(200)
        .with("content-type", kind)
        .with("docker-content-digest", digest(manifest))
        .text(manifest)
}

/// What was asked below `/v2/team/app/`, after the one request that finds the login out.
fn asked(world: &FakeWorld) -> Vec<String> {
    let lines = world.http.lines();
    let (first, rest) = lines.split_first().unwrap();
    assert_eq!(*first, format!("GET {API}/v2/"));
    rest.iter()
        .map(|line| line.replace(&format!("{API}/v2/team/app/"), ""))
        .collect()
}

/// What an errand gave, which never lasts longer than a conversation may.
fn gave<T>(world: &FakeWorld, result: Result<T, Problem>) -> Result<T, &'static str> {
    assert!(world.clock.monotonic().as_secs() <= 10);
    result.map_err(|problem| problem.code.as_str())
}
