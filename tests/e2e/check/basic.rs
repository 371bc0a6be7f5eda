//! Registries with passwords.

use super::*;

#[test]
fn the_right_password_pulls_an_image_drawn_from_the_catalog() {
    let (app, image) = (App::start(), Image::new("basic"));
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    registry.push(&image, "team/app:v1");
    let check = check(
        &app.client(&["acme"]),
        &with_password(&registry.url(), "alice", "s3cret"),
        None,
    );
    passed(&check, "pull");
    assert_eq!(steps(&check), "passed passed passed passed passed passed");
    assert_eq!(check["facts"]["scheme"], "basic");
    assert_eq!(check["facts"]["image"], "team/app:v1");
    assert_eq!(check["facts"]["digest"], image.digest());
    assert_eq!(check["facts"]["canPush"], "unknown");
}

#[test]
fn a_wrong_password_is_rejected() {
    let app = App::start();
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    for (user, password) in [("alice", "not-her-password"), ("nobody", "s3cret")] {
        let check = check(
            &app.client(&["acme"]),
            &with_password(&registry.url(), user, password),
            None,
        );
        assert_eq!(
            problem(&check, "auth.rejected", "reach")["field"],
            "values.password"
        );
        assert_eq!(
            steps(&check),
            "passed failed skipped skipped skipped skipped"
        );
    }
}

#[test]
fn no_password_where_one_is_needed_is_rejected() {
    let app = App::start();
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    let check = check(&app.client(&["acme"]), &anonymous(&registry.url()), None);
    assert_eq!(problem(&check, "auth.rejected", "reach")["field"], "auth");
}

#[test]
fn a_named_image_is_pulled_without_a_catalog() {
    let (app, image) = (App::start(), Image::new("named"));
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    registry.push(&image, "team/app:v1");
    registry.push(&Image::new("other"), "team/other:v1");
    let form = with_password(&registry.url(), "alice", "s3cret");
    let check = check(&app.client(&["acme"]), &form, Some("team/app:v1"));
    passed(&check, "pull");
    assert_eq!(steps(&check), "passed passed skipped skipped passed passed");
    assert_eq!(check["facts"]["digest"], image.digest());
}

#[test]
fn an_unknown_image_is_named() {
    let app = App::start();
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    registry.push(&Image::new("known"), "team/app:v1");
    let form = with_password(&registry.url(), "alice", "s3cret");
    for image in ["team/app:v2", "team/unknown:v1"] {
        let check = check(&app.client(&["acme"]), &form, Some(image));
        assert_eq!(
            problem(&check, "image.unknown", "login")["field"],
            "image",
            "{image}"
        );
        assert_eq!(
            steps(&check),
            "passed passed skipped skipped failed skipped",
            "{image}"
        );
    }
}

#[test]
fn an_empty_catalog_proves_the_login_and_warns() {
    let app = App::start();
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    let check = check(
        &app.client(&["acme"]),
        &with_password(&registry.url(), "alice", "s3cret"),
        None,
    );
    passed(&check, "login");
    assert_eq!(warnings(&check), ["catalog.empty"]);
    assert_eq!(
        steps(&check),
        "passed passed passed skipped skipped skipped"
    );
}

#[test]
fn a_namespace_bounds_what_is_drawn() {
    let app = App::start();
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    for name in ["a/app:v1", "team/app:v1", "teamwork/app:v1", "z/app:v1"] {
        registry.push(&Image::new(name), name);
    }
    let form = with_password(&format!("{}/team", registry.url()), "alice", "s3cret");
    for _ in 0..5 {
        let check = check(&app.client(&["acme"]), &form, None);
        passed(&check, "pull");
        assert_eq!(check["facts"]["image"], "team/app:v1");
    }
}
