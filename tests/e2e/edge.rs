//! The function at the edge: `outbound` as a component of its own, on the embedded host without an application.

use std::fs;

use bowline_tests::{
    app::{App, EDGE, Setup, repository},
    form::with_password,
    image::Image,
    registry::{Access, Registry},
    sign_in::SignIn,
};
use serde_json::json;

use crate::manifest::{imports, is_provided};

fn form(registry: &Registry) -> serde_json::Value {
    with_password(&registry.url(), "alice", "s3cret")
}

#[test]
fn it_imports_only_wasi() {
    let component = fs::read(repository().join(EDGE)).expect("cargo xtask build has made it");
    let foreign: Vec<_> = imports(&component)
        .into_iter()
        .filter(|import| !import.starts_with("wasi:") || !is_provided(import))
        .collect();
    assert_eq!(foreign, [""; 0]);
}

#[test]
fn it_judges_and_checks_for_callers_whose_tokens_it_verifies() {
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    registry.push(&Image::new("edge"), "team/app:v1");
    let app = App::start_with(Setup::edge());
    let (anna, asked) = (app.client(&["acme"]), json!({ "form": form(&registry) }));

    let table = app.stranger().get("/v1/providers").expect(200);
    assert!(table.as_array().is_some_and(|table| !table.is_empty()));
    assert_eq!(
        anna.post("/v1/validate", &form(&registry)).expect(200)["valid"],
        true
    );
    let check = anna.post("/v1/check", &asked).expect(200);
    assert_eq!(check["proved"], "pull", "{check:#}");

    app.stranger()
        .post("/v1/check", &asked)
        .problem(401, "auth.missing");
    app.client_of(&SignIn::new("rita", &["acme"], &["read"]))
        .post("/v1/check", &asked)
        .problem(403, "permission.missing");
    anna.get("/v1/projects/acme/connections")
        .problem(404, "not_found");
    anna.post("/check", &asked).problem(404, "not_found");
}

#[test]
fn it_tells_steps_as_they_end() {
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    registry.push(&Image::new("edge"), "team/app:v1");
    let app = App::start_with(Setup::edge());
    let events: Vec<_> = app
        .client(&["acme"])
        .stream("/v1/check", &json!({ "form": form(&registry) }))
        .collect();
    let names: Vec<_> = events.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(
        names,
        ["step", "step", "step", "step", "step", "step", "result"]
    );
    assert_eq!(events[6].data["proved"], "pull", "{events:#?}");
}

#[test]
fn it_contacts_nothing_where_private_networks_are_open() {
    let form = with_password("https://registry.example.com", "alice", "s3cret");
    let resolve = vec!["registry.example.com:443:".to_owned()];
    let blocked = Setup {
        resolve,
        ..Setup::edge().public()
    };
    let open = Setup {
        runtime_config: Some(String::new()),
        ..blocked.clone()
    };
    let answer = |setup| {
        let app = App::start_with(setup);
        app.client(&["acme"])
            .post("/v1/check", &json!({ "form": form }))
    };
    answer(open).problem(503, "config.networks_not_blocked");
    assert_eq!(
        answer(blocked).expect(200)["problem"]["code"],
        "dns.not_found"
    );
}

#[test]
fn it_counts_the_checks_of_its_callers() {
    let app = App::start_with(Setup::edge());
    let url = format!("http://{}", bowline_tests::hostile::refusing());
    let asked = json!({ "form": with_password(&url, "alice", "s3cret") });
    let anna = app.client(&["acme"]);
    // A minute may end meanwhile, so two minutes' worth and one more are sure to meet the limit.
    let limited = (0..61)
        .map(|_| anna.post("/v1/check", &asked))
        .find(|answer| answer.status != 200);
    limited
        .expect("the limit is met")
        .problem(429, "rate.limited");
}

#[test]
fn it_does_not_start_without_what_verifies_tokens() {
    let mut setup = Setup::edge();
    setup.variables.retain(|(name, _)| *name != "auth_secret");
    assert!(setup.refusal().contains("variable auth_secret"));
}
