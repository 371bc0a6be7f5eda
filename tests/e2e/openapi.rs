//! The description of the API, and a peer that holds the served API against it.

use std::fs;

use bowline_tests::{
    app::{App, Program, Setup, repository},
    process::Process,
    sign_in::SignIn,
};
use serde_json::Value;
use tempfile::TempDir;

/// How long the peer may make up requests, in seconds.
const SECONDS: &str = "60";

#[test]
fn what_is_served_is_what_is_checked_in() {
    let app = App::start();
    let served = app.stranger().get("/v1/openapi.json");
    assert_eq!(served.header("content-type"), "application/json");
    let kept =
        fs::read_to_string(repository().join("crates/bowline-service/openapi.json")).unwrap();
    assert!(
        served.text == kept,
        "crates/bowline-service/openapi.json is not what is served"
    );
    let document: Value = serde_json::from_str(&kept).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
}

/// Schemathesis makes up requests from the description, good ones and bad ones, and sequences of them.
#[test]
fn schemathesis_finds_no_failure() {
    let folder = TempDir::new().unwrap();
    let app = App::start_with(Setup {
        program: Program::Application(without_a_way_out(&folder)),
        ..Setup::default()
    });
    let schemathesis = repository().join("target/python/bin/schemathesis");
    assert!(
        schemathesis.is_file(),
        "Schemathesis is not installed. Run: cargo xtask setup"
    );
    let token = SignIn::everything(&["acme"]).token(bowline_tests::app::AUTH_SECRET);
    let mut command = std::process::Command::new(schemathesis);
    command
        .current_dir(folder.path())
        .arg("--config-file")
        .arg(repository().join("tests/schemathesis.toml"))
        .args(["run", "--no-color", "--workers", "1", "--seed", "7"])
        .args(["--max-examples", "15", "--max-time", SECONDS])
        .args(["--suppress-health-check", "all", "--warnings", "off"])
        .args(["--generation-database", "none"])
        .args(["--header", &format!("Authorization: Bearer {token}")])
        .arg(format!("{}/v1/openapi.json", app.origin()));
    let mut run = Process::start("schemathesis", command);
    let status = run.wait_within(std::time::Duration::from_secs(300));
    assert!(status.success(), "{}", run.log());
}

/// The manifest with a private component that may reach nothing: what is made up must not leave this machine.
fn without_a_way_out(folder: &TempDir) -> std::path::PathBuf {
    let manifest = fs::read_to_string(repository().join("spin.toml")).unwrap();
    let way_out = r#"allowed_outbound_hosts = ["https://*:*", "http://*:*"]"#;
    assert!(manifest.contains(way_out));
    let sources = format!("source = \"{}/target/", repository().display());
    let manifest = manifest
        .replace(way_out, "allowed_outbound_hosts = []")
        .replace("source = \"target/", &sources);
    let path = folder.path().join("spin.toml");
    fs::write(&path, manifest).unwrap();
    path
}
