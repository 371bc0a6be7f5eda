//! Starting, stopping and misconfiguring the application.

use std::{
    fs,
    net::TcpStream,
    time::{Duration, Instant},
};

use bowline_tests::{
    app::{App, Program, SEALING_KEYS, Setup, repository},
    form::{with, with_password},
    gate::Gate,
    registry::{Access, Registry},
    token_service::{Mood, TokenService, User},
};
use serde_json::json;

const PATH: &str = "/v1/projects/acme/connections";

#[test]
fn what_was_kept_survives_a_crash() {
    let mut app = App::start();
    let created = app
        .client(&["acme"])
        .post(
            PATH,
            &with_password("https://registry.example.com", "alice", "s3cret"),
        )
        .expect(201);
    app.kill();
    app.start_again();
    let path = format!("{PATH}/{}", created["id"].as_str().unwrap());
    assert_eq!(app.client(&["acme"]).get(&path).expect(200), created);
}

#[test]
fn a_request_in_flight_is_finished_before_the_end() {
    let mut app = App::start();
    let service = TokenService::start([User::new("alice", "s3cret").pulls("*").lists()]);
    let registry = Registry::start(&Access::Token(&service));
    let gate = Gate::default();
    service.set(Mood::Slow(gate.clone()));
    let form = with(
        with_password(&registry.url(), "alice", "s3cret"),
        &json!({ "trustedAuthHosts": [service.authority()] }),
    );
    let mut events = app
        .client(&["acme"])
        .stream("/v1/check", &json!({ "form": form }));
    events.next().expect("the check has begun");
    app.terminate();
    let address = app.origin().trim_start_matches("http://").to_owned();
    let asked = Instant::now();
    while TcpStream::connect(&address).is_ok() {
        assert!(
            asked.elapsed() < Duration::from_secs(5),
            "it still takes connections after SIGTERM"
        );
    }
    gate.open();
    let result = events.last().expect("the check goes on to its end");
    assert_eq!(
        (result.name.as_str(), &result.data["ok"]),
        ("result", &json!(true)),
        "{result:?}"
    );
    assert!(app.wait().success());
}

#[test]
fn without_blocked_networks_nothing_is_contacted() {
    let app = App::start_with(Setup {
        runtime_config: Some(String::new()),
        ..Setup::default()
            .with("private_hosts", "")
            .with("plain_http_hosts", "")
    });
    let client = app.client(&["acme"]);
    let form = with_password("https://registry.example.com", "alice", "s3cret");
    client
        .post("/v1/check", &json!({ "form": form }))
        .problem(503, "config.networks_not_blocked");
    let created = client.post(PATH, &form).expect(201);
    let path = format!("{PATH}/{}/check", created["id"].as_str().unwrap());
    client
        .post(&path, &json!({}))
        .problem(503, "config.networks_not_blocked");
}

#[test]
fn nothing_that_is_printed_holds_a_secret() {
    let mut app = App::start();
    let client = app.client(&["acme"]);
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    for password in ["s3cret", "a-wrong-password-that-is-long"] {
        let form = with_password(&registry.url(), "alice", password);
        client
            .post("/v1/check", &json!({ "form": form }))
            .expect(200);
        client.post("/v1/validate", &form).expect(200);
    }
    client
        .post(PATH, &with_password(&registry.url(), "alice", "s3cret"))
        .expect(201);
    client
        .post(PATH, &with_password(&registry.url(), "alice", "s3cret"))
        .problem(409, "name.taken");
    client
        .post_text(
            "/v1/check",
            &[],
            "{\"form\": {\"values\": {\"password\": \"s3cret\", ",
        )
        .problem(400, "body.malformed");
    app.terminate();
    app.wait();
    let log = app.log();
    for secret in [
        "s3cret",
        "a-wrong-password-that-is-long",
        "eyJ",
        SEALING_KEYS,
    ] {
        assert!(!log.contains(secret), "{secret} was printed:\n{log}");
    }
}

/// The repository's manifest, edited, in a file that lies beside the components as the original does.
fn edited_manifest(edit: impl Fn(&str) -> String) -> tempfile::TempPath {
    let text = fs::read_to_string(repository().join("spin.toml")).expect("there is a manifest");
    let edited = edit(&text);
    assert_ne!(text, edited, "the edit did something");
    let file = tempfile::Builder::new()
        .prefix(".spin-")
        .suffix(".toml")
        .tempfile_in(repository().join("target"));
    let path = file
        .expect("the target folder can be written")
        .into_temp_path();
    fs::write(&path, edited.replace("source = \"target/", "source = \""))
        .expect("the file can be written");
    path
}

#[test]
fn a_manifest_key_that_is_not_implemented_is_named() {
    let cases: [(&str, &str, &str); 6] = [
        ("[application]", "surprise = 1\n[application]", "surprise"),
        (
            "[application]\n",
            "[application]\ntrigger = { redis = { address = \"redis://localhost\" } }\n",
            "trigger",
        ),
        (
            "[component.outbound]\n",
            "[component.outbound]\nkey_value_stores = [\"default\"]\n",
            "key_value_stores",
        ),
        (
            "[component.outbound]\n",
            "[component.outbound]\nai_models = [\"llama2-chat\"]\n",
            "ai_models",
        ),
        (
            "[component.site]\n",
            "[component.site]\nfiles = [\"*.html\"]\n",
            "files",
        ),
        (
            "[[trigger.http]]\n",
            "[[trigger.http]]\nexecutor = { type = \"wagi\" }\n",
            "executor",
        ),
    ];
    for (at, insert, key) in cases {
        let manifest = edited_manifest(|text| text.replacen(at, insert, 1));
        let setup = Setup {
            program: Program::Application(manifest.to_path_buf()),
            ..Setup::default()
        };
        let refusal = setup.refusal();
        assert!(refusal.contains(key), "{key}: {refusal}");
    }
}

#[test]
fn a_runtime_configuration_key_that_is_not_implemented_is_named() {
    let cases = [
        (
            "[key_value_store.default]\ntype = \"redis\"\n",
            "key_value_store",
        ),
        (
            "[outbound_networking]\nblock_network = [\"private\"]\n",
            "block_network",
        ),
        (
            "[sqlite_database.default]\ntype = \"libsql\"\nurl = \"https://example.com\"\ntoken = \"x\"\n",
            "libsql",
        ),
        (
            "[outbound_networking]\nblock_networks = [\"privat\"]\n",
            "privat",
        ),
    ];
    for (config, key) in cases {
        let setup = Setup {
            runtime_config: Some(config.to_owned()),
            ..Setup::default()
        };
        let refusal = setup.refusal();
        assert!(refusal.contains(key), "{key}: {refusal}");
    }
}

#[test]
fn a_variable_that_is_missing_is_named() {
    let mut setup = Setup::default();
    setup.variables.retain(|(name, _)| *name != "sealing_keys");
    assert!(setup.refusal().contains("sealing_keys"));
}

#[test]
fn a_variable_that_is_not_valid_ends_the_start_by_name() {
    let sound = Setup::default()
        .with("aws_access_key_id", "EXAMPLE_ACCESS_KEY_ID")
        .with("aws_secret_access_key", "an-example-and-no-secret");
    for (name, value) in [
        ("sealing_keys", "k1:short"),
        ("auth_secret", "shorter than 32 bytes"),
        ("allowed_origins", "not an origin"),
        ("private_hosts", "b@d"),
        // Only the private component has these.
        ("aws_access_key_id", "too-short"),
        ("aws_secret_access_key", "with white space"),
    ] {
        let refusal = sound.clone().with(name, value).refusal();
        assert!(refusal.contains(&format!("variable {name}")), "{refusal}");
        assert!(!refusal.contains(value), "{refusal}");
    }
}
