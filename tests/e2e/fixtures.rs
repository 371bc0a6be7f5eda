//! The fixtures themselves: a wrong fixture would make every other test lie.

use bowline_tests::{
    image::Image,
    registry::{Access, Registry},
    token_service::{TokenService, UPLOADER, User},
    tool::SKOPEO,
};
use serde_json::Value;

/// What skopeo, a client that is not ours, reads from the registry with these credentials.
fn inspect(registry: &Registry, image: &str, credentials: (&str, &str)) -> Value {
    let credentials = format!("{}:{}", credentials.0, credentials.1);
    let image = format!("docker://{}/{image}", registry.authority());
    let output = SKOPEO.run(&[
        "inspect",
        "--tls-verify=false",
        "--creds",
        &credentials,
        &image,
    ]);
    serde_json::from_slice(&output.stdout).expect("skopeo prints JSON")
}

#[test]
fn a_registry_with_passwords_serves_a_pushed_image() {
    let image = Image::new("basic");
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    registry.push(&image, "team/app:v1");
    assert_eq!(
        inspect(&registry, "team/app:v1", ("alice", "s3cret"))["Digest"],
        image.digest()
    );
}

#[test]
fn a_registry_trusts_the_tokens_of_its_service() {
    let image = Image::new("token");
    let service = TokenService::start([User::new("alice", "s3cret").pulls("team/app")]);
    let registry = Registry::start(&Access::Token(&service));
    registry.push(&image, "team/app:v1");
    assert_eq!(
        inspect(&registry, "team/app:v1", ("alice", "s3cret"))["Digest"],
        image.digest()
    );
    assert!(
        service
            .requests()
            .iter()
            .any(|request| request.target.contains("scope=repository"))
    );
}

#[test]
fn a_registry_with_tls_takes_pushes() {
    let registry = Registry::start_tls(&Access::Basic(&[]));
    registry.push(&Image::new("tls"), "team/app:v1");
    assert_eq!(
        inspect(&registry, "team/app:v1", UPLOADER)["RepoTags"][0],
        "v1"
    );
}
