//! Registries with a token service.

use super::*;

/// The form for a registry whose token service the customer trusts.
fn trusting(registry: &Registry, service: &TokenService, password: &str) -> Value {
    let form = with_password(&registry.url(), "alice", password);
    with(form, &json!({ "trustedAuthHosts": [service.authority()] }))
}

#[test]
fn the_right_password_pulls_an_image_drawn_from_the_catalog() {
    let (app, image) = (App::start(), Image::new("token"));
    let service = TokenService::start([User::new("alice", "s3cret").pulls("*").lists()]);
    let registry = Registry::start(&Access::Token(&service));
    registry.push(&image, "team/app:v1");
    let before = service.requests().len();
    let check = check(
        &app.client(&["acme"]),
        &trusting(&registry, &service, "s3cret"),
        None,
    );
    passed(&check, "pull");
    assert_eq!(steps(&check), "passed passed passed passed passed passed");
    assert_eq!(check["facts"]["scheme"], "bearer");
    assert_eq!(check["facts"]["realm"], service.realm());
    assert_eq!(check["facts"]["digest"], image.digest());
    // One for the catalog, one for the repository, and one that asks whether the login may push, too.
    let asked = service.requests().len() - before;
    assert!(asked <= 3, "{:#?}", service.requests());
}

#[test]
fn a_wrong_password_is_rejected() {
    let app = App::start();
    let service = TokenService::start([User::new("alice", "s3cret").pulls("*").lists()]);
    let registry = Registry::start(&Access::Token(&service));
    let check = check(
        &app.client(&["acme"]),
        &trusting(&registry, &service, "not-her-password"),
        None,
    );
    assert_eq!(
        problem(&check, "auth.rejected", "reach")["field"],
        "values.password"
    );
}

#[test]
fn a_missing_permission_is_named() {
    let app = App::start();
    let service = TokenService::start([User::new("alice", "s3cret").pulls("team/other").lists()]);
    let registry = Registry::start(&Access::Token(&service));
    registry.push(&Image::new("hidden"), "team/app:v1");
    let check = check(
        &app.client(&["acme"]),
        &trusting(&registry, &service, "s3cret"),
        Some("team/app:v1"),
    );
    assert_eq!(
        problem(&check, "permission.pull_missing", "login")["field"],
        "image"
    );
    assert_eq!(
        steps(&check),
        "passed passed skipped skipped failed skipped"
    );
}

#[test]
fn a_service_that_grants_nothing_is_a_missing_permission() {
    let app = App::start();
    let service = TokenService::start([User::new("alice", "s3cret").pulls("*").lists()]);
    let registry = Registry::start(&Access::Token(&service));
    registry.push(&Image::new("hidden"), "team/app:v1");
    service.set(Mood::GrantsNothing);
    let check = check(
        &app.client(&["acme"]),
        &trusting(&registry, &service, "s3cret"),
        Some("team/app:v1"),
    );
    problem(&check, "permission.pull_missing", "login");
}

#[test]
fn a_catalog_that_may_not_be_listed_proves_the_login_and_warns() {
    let app = App::start();
    let service = TokenService::start([User::new("alice", "s3cret").pulls("*")]);
    let registry = Registry::start(&Access::Token(&service));
    registry.push(&Image::new("unlisted"), "team/app:v1");
    let check = check(
        &app.client(&["acme"]),
        &trusting(&registry, &service, "s3cret"),
        None,
    );
    passed(&check, "login");
    assert_eq!(warnings(&check), ["catalog.unlistable"]);
}

#[test]
fn a_realm_on_another_host_gets_the_password_only_with_consent() {
    let app = App::start();
    let service = TokenService::start([User::new("alice", "s3cret").pulls("*").lists()]);
    let registry = Registry::start(&Access::Token(&service));
    registry.push(&Image::new("trust"), "team/app:v1");
    let before = service.requests().len();

    let form = with_password(&registry.url(), "alice", "s3cret");
    let refused = check(&app.client(&["acme"]), &form, None);
    let problem = problem(&refused, "realm.not_trusted", "reach");
    assert_eq!(problem["field"], "trustedAuthHosts");
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains(&service.authority()),
        "{problem:#}"
    );
    assert_eq!(
        service.requests().len(),
        before,
        "the token service was asked without consent"
    );

    let consented = check(
        &app.client(&["acme"]),
        &trusting(&registry, &service, "s3cret"),
        None,
    );
    passed(&consented, "pull");
}

#[test]
fn a_push_connection_needs_the_right_to_push() {
    let app = App::start();
    let service = TokenService::start([
        User::new("alice", "s3cret").pulls("*").lists(),
        User::new("bob", "builds").pushes("*").lists(),
    ]);
    let registry = Registry::start(&Access::Token(&service));
    registry.push(&Image::new("push"), "team/app:v1");
    let form = with(
        trusting(&registry, &service, "s3cret"),
        &json!({ "purpose": "push" }),
    );
    let refused = check(&app.client(&["acme"]), &form, Some("team/app:v1"));
    problem(&refused, "permission.push_missing", "pull");

    let form = with(
        form,
        &json!({ "values": { "url": registry.url(), "username": "bob", "password": "builds" } }),
    );
    let granted = check(&app.client(&["acme"]), &form, Some("team/app:v1"));
    passed(&granted, "pull");
    assert_eq!(granted["facts"]["canPush"], "yes");
    assert_eq!(warnings(&granted), [""; 0]);
}

#[test]
fn a_pull_connection_that_may_push_is_warned_about() {
    let app = App::start();
    let service = TokenService::start([User::new("alice", "s3cret").pushes("*").lists()]);
    let registry = Registry::start(&Access::Token(&service));
    registry.push(&Image::new("push"), "team/app:v1");
    let check = check(
        &app.client(&["acme"]),
        &trusting(&registry, &service, "s3cret"),
        None,
    );
    passed(&check, "pull");
    assert_eq!(warnings(&check), ["credential.can_push"]);
}

#[test]
fn a_refresh_token_logs_in() {
    let app = App::start();
    let service = TokenService::start([User::new("alice", "s3cret")
        .pulls("*")
        .lists()
        .refreshes_with("refresh-token-of-alice-0123456789")]);
    let registry = Registry::start(&Access::Token(&service));
    registry.push(&Image::new("refresh"), "team/app:v1");
    let form = json!({
        "provider": "docker-registry", "name": "refreshed", "auth": "oauth2",
        "values": { "url": registry.url(), "token": "refresh-token-of-alice-0123456789" },
        "trustedAuthHosts": [service.authority()],
    });
    passed(&check(&app.client(&["acme"]), &form, None), "pull");

    let form = with(
        form,
        &json!({ "values": { "url": registry.url(), "token": "another-token-0123456789" } }),
    );
    problem(
        &check(&app.client(&["acme"]), &form, None),
        "auth.rejected",
        "reach",
    );
}

#[test]
fn a_token_that_is_none_is_malformed() {
    let app = App::start();
    let service = TokenService::start([User::new("alice", "s3cret").pulls("*").lists()]);
    let registry = Registry::start(&Access::Token(&service));
    service.set(Mood::Rubbish);
    let check = check(
        &app.client(&["acme"]),
        &trusting(&registry, &service, "s3cret"),
        None,
    );
    problem(&check, "answer.malformed", "reach");
}

#[test]
fn steps_are_told_as_they_end() {
    let app = App::start();
    let service = TokenService::start([User::new("alice", "s3cret").pulls("*").lists()]);
    let registry = Registry::start(&Access::Token(&service));
    registry.push(&Image::new("stream"), "team/app:v1");
    let gate = Gate::default();
    service.set(Mood::Slow(gate.clone()));
    let form = trusting(&registry, &service, "s3cret");
    let mut events = app
        .client(&["acme"])
        .stream("/v1/check", &json!({ "form": form }));

    // The token service waits at the gate, and the gate is opened only when the first step was told: a stream that
    // was held back anywhere would end in a time-out.
    let first = events.next().expect("the stream begins");
    assert_eq!(
        (first.name.as_str(), &first.data["step"]),
        ("step", &json!("reach")),
        "{first:?}"
    );
    assert_eq!(first.data["status"], "passed", "{first:?}");
    gate.open();

    let rest: Vec<_> = events.collect();
    let (result, told) = rest.split_last().expect("the stream goes on");
    assert_eq!(
        told.iter()
            .map(|event| event.data["step"].as_str().unwrap())
            .collect::<Vec<_>>(),
        STEPS[1..]
    );
    assert!(
        told.iter()
            .all(|event| event.name == "step" && event.data["status"] == "passed"),
        "{told:?}"
    );
    assert_eq!(result.name, "result");
    passed(&result.data, "pull");
    assert_eq!(result.data["steps"][0], first.data);
}
