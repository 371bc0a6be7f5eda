//! What is done without anybody asking.

use bowline_tests::{
    app::{App, Setup},
    form::{anonymous, with},
    image::Image,
    registry::{Access, Registry},
};
use serde_json::{Value, json};

const PATH: &str = "/v1/projects/acme/connections";

#[test]
fn the_host_asks_for_what_is_due() {
    let mut app = App::start_with(Setup {
        asks_for_due: true,
        ..Setup::default()
    });
    let policy = json!({ "mode": "automatic", "at": "02:30", "timezone": "Europe/Vienna" });
    let form = with(
        anonymous("http://127.0.0.1:1"),
        &json!({ "name": "prod", "policy": policy }),
    );
    let created = app.client(&["acme"]).post(PATH, &form).expect(201);
    let path = format!("{PATH}/{}/sync", created["id"].as_str().unwrap());
    app.terminate();
    app.wait();
    // It asks as soon as it has started; nobody else does.
    app.start_again();
    let client = app.client(&["acme"]);
    let next = loop {
        let status = client.get(&path).expect(200);
        match status["next"].as_str() {
            Some(next) => break next.to_owned(),
            None => std::thread::yield_now(),
        }
    };
    // In Vienna it is an hour or two later.
    assert!(
        next.contains("T01:30:00") || next.contains("T00:30:00"),
        "{next}"
    );
}

#[test]
fn a_sync_that_nobody_is_at_is_gone_on_with() {
    let registry = Registry::start(&Access::Open);
    registry.push(&Image::new("one"), "app:v1");
    let app = App::start();
    let client = app.client(&["acme"]);
    let form = with(anonymous(&registry.url()), &json!({ "name": "prod" }));
    let created = client.post(PATH, &form).expect(201);
    let path = format!("{PATH}/{}", created["id"].as_str().unwrap());
    // As the clock would begin it.
    let database = rusqlite::Connection::open(app.database()).unwrap();
    let begin = "UPDATE schedules SET run = '01a1fcd2-40c0-7571-8000-000000000571', run_at = 1";
    assert_eq!(database.execute(begin, []).unwrap(), 1);
    let due = client.post("/v1/sync/due", &json!({})).expect(200);
    assert_eq!(due["syncs"]["finished"], 1, "{due:#}");
    assert_eq!(due["more"], false);
    let status = client.get(&format!("{path}/sync")).expect(200);
    assert_eq!(status["running"], Value::Null);
    assert_eq!(status["last"]["origin"], "schedule");
    assert_eq!(status["last"]["images"]["new"], 1);
}
