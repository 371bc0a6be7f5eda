//! `POST /v1/check` against real registries.

use bowline_tests::{
    app::{App, Setup},
    certificate::Certificate,
    client::Client,
    form::{anonymous, with, with_password},
    gate::Gate,
    image::Image,
    registry::{Access, Registry},
    token_service::{Mood, TokenService, User},
};
use serde_json::{Value, json};

const STEPS: [&str; 6] = [
    "reach",
    "authenticate",
    "catalog",
    "tags",
    "manifest",
    "pull",
];

/// The check of a form. No answer repeats what the form keeps secret.
fn check(client: &Client, form: &Value, image: Option<&str>) -> Value {
    let answer = client.post("/v1/check", &json!({ "form": form, "image": image }));
    for name in ["password", "token"] {
        if let Some(secret) = form["values"][name].as_str() {
            assert!(
                !answer.text.contains(secret),
                "the answer holds the secret: {}",
                answer.text
            );
        }
    }
    answer.expect(200)
}

/// How the steps ended, in order, as `step=status`.
fn steps(check: &Value) -> String {
    let steps = check["steps"].as_array().expect("a check has steps");
    assert_eq!(
        steps
            .iter()
            .map(|step| step["step"].as_str().unwrap())
            .collect::<Vec<_>>(),
        STEPS
    );
    steps
        .iter()
        .map(|step| step["status"].as_str().unwrap())
        .collect::<Vec<_>>()
        .join(" ")
}

fn warnings(check: &Value) -> Vec<&str> {
    let warnings = check["warnings"].as_array().expect("a check has warnings");
    warnings
        .iter()
        .map(|warning| warning["code"].as_str().unwrap())
        .collect()
}

/// A failed check's problem, which must have this code and be told in full.
fn problem<'a>(check: &'a Value, code: &str, proved: &str) -> &'a Value {
    let problem = &check["problem"];
    assert_eq!(
        (&check["ok"], &check["proved"], &problem["code"]),
        (&json!(false), &json!(proved), &json!(code)),
        "{check:#}"
    );
    for member in ["title", "detail", "hint"] {
        assert!(
            problem[member]
                .as_str()
                .is_some_and(|text| !text.is_empty()),
            "{member}: {check:#}"
        );
    }
    problem
}

fn passed(check: &Value, proved: &str) {
    assert_eq!(
        (&check["ok"], &check["proved"]),
        (&json!(true), &json!(proved)),
        "{check:#}"
    );
    assert_eq!(check["problem"], Value::Null, "{check:#}");
}

mod basic {
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
}

#[test]
fn checks_at_the_same_time_do_not_mix() {
    // Instances are shared: these run in one memory.
    let app = App::start();
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret"), ("bob", "builds")]));
    registry.push(&Image::new("shared"), "team/app:v1");
    let logins = [
        ("alice", "s3cret", true),
        ("bob", "builds", true),
        ("alice", "builds", false),
        ("bob", "s3cret", false),
    ];
    std::thread::scope(|scope| {
        for (user, password, right) in logins.into_iter().cycle().take(16) {
            let (client, form) = (
                app.client(&["acme"]),
                with_password(&registry.url(), user, password),
            );
            scope.spawn(move || {
                let check = check(&client, &form, Some("team/app:v1"));
                assert_eq!(check["ok"], right, "{user} {password}: {check:#}");
            });
        }
    });
}

mod open {
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
}

mod images {
    use super::*;

    fn checked(registry: &Registry, image: Option<&str>) -> Value {
        check(
            &App::start().client(&["acme"]),
            &anonymous(&registry.url()),
            image,
        )
    }

    #[test]
    fn every_current_format_is_pulled() {
        let (registry, image) = (Registry::start(&Access::Open), Image::new("formats"));
        for format in ["oci", "v2s2"] {
            registry.push_as(&image, &format!("app:{format}"), format);
            passed(&checked(&registry, Some(&format!("app:{format}"))), "pull");
        }
    }

    #[test]
    fn the_format_of_before_2016_is_not_supported() {
        let registry = Registry::start(&Access::Open);
        registry.push_as(&Image::new("old"), "app:v1", "v2s1");
        problem(
            &checked(&registry, Some("app:v1")),
            "manifest.unsupported",
            "login",
        );
    }

    #[test]
    fn an_index_leads_to_an_image() {
        let (registry, images) = (
            Registry::start(&Access::Open),
            [Image::new("one"), Image::new("two")],
        );
        registry.push(&images[0], "app:amd64");
        registry.push(&images[1], "app:arm64");
        let digest = registry.put_index("app", "v1", &[&images[0], &images[1]]);
        let check = checked(&registry, Some("app:v1"));
        passed(&check, "pull");
        assert_eq!(check["facts"]["digest"], digest);
    }

    #[test]
    fn an_image_is_named_by_its_digest_too() {
        let (registry, image) = (Registry::start(&Access::Open), Image::new("digest"));
        registry.push(&image, "team/app:v1");
        let check = checked(&registry, Some(&format!("team/app@{}", image.digest())));
        passed(&check, "pull");
        assert_eq!(check["facts"]["digest"], image.digest());
    }

    #[test]
    fn a_repository_whose_images_were_deleted_is_passed_over() {
        let registry = Registry::start(&Access::Open);
        for name in ["a", "b"] {
            let image = Image::new(name);
            registry.push(&image, &format!("{name}:v1"));
            registry.delete(name, &image.digest());
        }
        let check = checked(&registry, None);
        passed(&check, "login");
        assert_eq!(warnings(&check), ["catalog.empty"]);

        registry.push(&Image::new("left"), "left:v1");
        let check = checked(&registry, None);
        passed(&check, "pull");
        assert_eq!(check["facts"]["image"], "left:v1");
    }

    #[test]
    fn damaged_content_is_noticed() {
        let (registry, image) = (Registry::start(&Access::Open), Image::new("damaged"));
        registry.push(&image, "app:v1");
        registry.damage(&image.config_digest());
        let check = checked(&registry, Some("app:v1"));
        problem(&check, "digest.mismatch", "login");
        assert_eq!(steps(&check), "passed passed skipped skipped passed failed");
    }
}

mod tls {
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
}

mod token {
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
        let service =
            TokenService::start([User::new("alice", "s3cret").pulls("team/other").lists()]);
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
}

mod docker_hub {
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
            ..Setup::default()
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
}
