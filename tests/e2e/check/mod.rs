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

mod amazon_ecr;
mod basic;
mod docker_hub;
mod images;
mod open;
mod tls;
mod token;

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
