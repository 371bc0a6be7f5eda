//! Docker Hub, by its own names.

use super::*;

const TOKEN: &str = "dckr_pat_0123456789abcdefghijABCDEFG";

/// Docker Hub as its parts find each other: its registry and its token service, under their names.
fn hub(service: &TokenService, service_certificate: &Certificate, registry: &Registry) -> App {
    App::start_with(Setup {
        authorities: vec![
            service_certificate.authority.clone(),
            registry.certificate().unwrap().authority.clone(),
        ],
        resolve: vec![
            format!("registry-1.docker.io:443:{}", registry.authority()),
            format!("auth.docker.io:443:{}", service.authority()),
        ],
        ..Setup::default().public()
    })
}

#[test]
fn the_token_service_of_docker_hub_needs_no_consent() {
    let (images, image) = (Registry::start(&Access::Open), Image::new("hub"));
    images.push(&image, "library/alpine:3.20");
    let certificate = Certificate::for_host("auth.docker.io");
    let service = TokenService::start_tls(&certificate, [User::new("alice", TOKEN).pulls("*")]);
    let registry = images.serve_as(
        Certificate::for_host("registry-1.docker.io"),
        &Access::Token(&service),
    );
    let app = hub(&service, &certificate, &registry);
    let form = json!({
        "provider": "docker-hub", "name": "hub", "auth": "password",
        "values": { "username": "alice", "password": TOKEN },
    });
    let right = check(&app.client(&["acme"]), &form, Some("alpine:3.20"));
    passed(&right, "pull");
    assert_eq!(right["facts"]["realm"], "https://auth.docker.io/token");
    assert_eq!(right["facts"]["image"], "library/alpine:3.20");
    assert_eq!(right["facts"]["digest"], image.digest());

    let wrong = TOKEN.replace('0', "1");
    let form = with(
        form,
        &json!({ "values": { "username": "alice", "password": wrong } }),
    );
    let wrong = check(&app.client(&["acme"]), &form, Some("alpine:3.20"));
    let problem = problem(&wrong, "auth.rejected", "reach");
    assert!(
        problem["hint"].as_str().unwrap().contains("access token"),
        "{problem:#}"
    );
}
