//! Registries that ask for no login.

use super::*;

#[test]
fn an_open_registry_is_pulled_from_without_a_login() {
    let (app, registry) = (App::start(), Registry::start(&Access::Open));
    registry.push(&Image::new("open"), "app:v1");
    let check = check(&app.client(&["acme"]), &anonymous(&registry.url()), None);
    passed(&check, "pull");
    assert_eq!(warnings(&check), [""; 0]);
    assert_eq!(check["facts"]["scheme"], "none");
}

#[test]
fn credentials_that_nobody_asked_for_are_not_proven() {
    let (app, registry) = (App::start(), Registry::start(&Access::Open));
    registry.push(&Image::new("open"), "app:v1");
    let check = check(
        &app.client(&["acme"]),
        &with_password(&registry.url(), "alice", "s3cret"),
        None,
    );
    assert_eq!(warnings(&check), ["credential.not_proven"]);
}
