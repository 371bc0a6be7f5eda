//! Images that are asked for go to a scanner, which pulls them with what it is given.

use std::fs;

use bowline_tests::{
    app::App,
    form::{with, with_password},
    image::Image,
    registry::{Access, Registry},
    tool::SKOPEO,
};
use serde_json::{Value, json};
use tempfile::TempDir;

const PATH: &str = "/v1/projects/acme/connections";
const LEASE: &str = "/v1/scans/lease";

#[test]
fn a_scanner_pulls_what_it_leased_and_says_how_it_ended() {
    let image = Image::new("to be scanned");
    let registry = Registry::start(&Access::Basic(&[("scanner", "s3cret")]));
    for tag in ["team/app:1", "team/app:latest"] {
        registry.push(&image, tag);
    }
    let app = App::start();
    let client = app.client(&["acme"]);
    let url = format!("http://{}", registry.authority());
    let form = with(
        with_password(&url, "scanner", "s3cret"),
        &json!({ "name": "prod" }),
    );
    let connection = client.post(PATH, &form).expect(201);
    let path = format!("{PATH}/{}", connection["id"].as_str().unwrap());

    let images = ["team/app:1", "team/app", "team/app:none"];
    let answer = client.post(&format!("{path}/scans"), &json!({ "images": images }));
    let requested = answer.expect(202);
    let queued = requested["scans"].as_array().unwrap();
    assert_eq!(queued.len(), 1, "two tags, one digest: {requested:#}");
    assert_eq!(queued[0]["digest"], image.digest());
    assert_eq!(requested["refused"][0]["image"], "team/app:none");
    assert_eq!(requested["refused"][0]["code"], "image.unknown");

    let scanner = json!({ "scanner": "s1", "limit": 10 });
    let leased = client.post(LEASE, &scanner).expect(200);
    let scan = &leased["scans"][0];
    assert_eq!(scan["id"], queued[0]["id"]);
    assert_eq!(digest_with_login(scan), image.digest());
    let again = client.post(LEASE, &scanner).expect(200);
    assert_eq!(again, json!({ "scans": [] }), "it has been given to one");

    let result = json!({ "lease": scan["lease"], "outcome": "passed", "reason": "no findings" });
    let finish = format!("/v1/scans/{}/result", scan["id"].as_str().unwrap());
    let finished = client.post(&finish, &result).expect(200);
    assert_eq!(finished["state"], "passed");
    let passed = client
        .get(&format!("{path}/scans?state=passed"))
        .expect(200);
    assert_eq!(passed["items"], json!([finished]));
    let scanners = client.get("/v1/projects/acme/scanners").expect(200);
    assert_eq!(scanners["items"][0]["name"], "s1");
    let used = client.get(&path).expect(200);
    assert!(used["lastUsedAt"].is_string(), "{used:#}");
}

/// The digest of the image of a leased scan, as skopeo reads it with the login that came with it.
fn digest_with_login(scan: &Value) -> Value {
    let folder = TempDir::new().unwrap();
    let login = folder.path().join("config.json");
    fs::write(&login, scan["dockerconfig"].to_string()).unwrap();
    let output = SKOPEO.run(&[
        "inspect",
        "--tls-verify=false",
        "--authfile",
        &login.display().to_string(),
        &format!("docker://{}", scan["image"].as_str().unwrap()),
    ]);
    let read: Value = serde_json::from_slice(&output.stdout).unwrap();
    read["Digest"].clone()
}
