//! Registries that speak TLS.

use super::*;

#[test]
fn a_certificate_from_an_unknown_authority_is_named() {
    let app = App::start();
    let registry = Registry::start_tls(&Access::Basic(&[("alice", "s3cret")]));
    let check = check(
        &app.client(&["acme"]),
        &with_password(&registry.url(), "alice", "s3cret"),
        None,
    );
    // Spin tells of one TLS error for all, and the embedded host does as Spin does.
    problem(&check, "tls.failed", "none");
}

#[test]
fn an_authority_that_the_operator_adds_is_trusted() {
    let registry = Registry::start_tls(&Access::Basic(&[("alice", "s3cret")]));
    registry.push(&Image::new("tls"), "team/app:v1");
    let app = App::start_with(Setup {
        authorities: vec![registry.certificate().unwrap().authority.clone()],
        ..Setup::default()
    });
    let check = check(
        &app.client(&["acme"]),
        &with_password(&registry.url(), "alice", "s3cret"),
        None,
    );
    passed(&check, "pull");
}
