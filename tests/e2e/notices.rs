//! Notices: a receiver verifies them with the library of Standard Webhooks.

use std::{
    io::Write,
    net::TcpListener,
    process::{Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use bowline_tests::{
    app::{App, Setup, repository},
    form::{anonymous, with},
    server::{Answer, Request, Server},
};
use serde_json::{Value, json};

const CONNECTIONS: &str = "/v1/projects/acme/connections";
const NOTICES: &str = "/v1/projects/acme/notices";

/// What the library makes of a request: its payload, or why it does not verify.
const VERIFY: &str = "
import json, sys
from standardwebhooks import Webhook, WebhookVerificationError
given = json.load(sys.stdin)
try:
    print(json.dumps({'payload': Webhook(given['secret']).verify(given['body'], given['headers'])}))
except WebhookVerificationError as error:
    print(json.dumps({'error': str(error)}))
";

fn header(request: &Request, name: &str) -> String {
    let found = request.headers.get(name);
    found.expect("the header is there").clone()
}

fn verified(secret: &Value, request: &Request) -> Value {
    let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
    let headers: serde_json::Map<String, Value> = names
        .into_iter()
        .map(|name| (name.to_owned(), header(request, name).into()))
        .collect();
    let body = String::from_utf8(request.body.clone()).expect("the body is text");
    let given = json!({ "secret": secret, "headers": headers, "body": body });
    let python = repository().join("target/python/bin/python3");
    let mut library = Command::new(python)
        .args(["-c", VERIFY])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python is installed: cargo xtask setup");
    let mut input = library.stdin.take().expect("it is piped");
    input
        .write_all(given.to_string().as_bytes())
        .expect("it reads");
    drop(input);
    let output = library.wait_with_output().expect("it ends");
    serde_json::from_slice(&output.stdout).expect("it prints JSON")
}

/// Lets the next notice be tried now.
fn let_a_minute_pass(app: &App) {
    let database = rusqlite::Connection::open(app.database()).unwrap();
    let due = "UPDATE notice_endpoints SET due_at = 1";
    assert_eq!(database.execute(due, []).unwrap(), 1);
}

#[test]
fn a_receiver_verifies_what_it_is_told_and_is_told_again_until_it_takes_it() {
    let answers = AtomicUsize::new(0);
    let receiver = Server::start(move |_| {
        let first = answers.fetch_add(1, Relaxed) == 0;
        Answer::new(if first { 500 } else { 204 }, "")
    });
    let mut app = App::start();
    let client = app.client(&["acme"]);
    let url = format!("{}/bowline?x=1", receiver.origin());
    let body = json!({ "url": url, "kinds": ["connection.failing", "connection.recovered"] });
    let secret = client.send("PUT", NOTICES, &[], Some(&body)).expect(200)["secret"].clone();
    // Nobody listens there any more.
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let registry = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let form = with(anonymous(&registry), &json!({ "name": "prod" }));
    let created = client.post(CONNECTIONS, &form).expect(201);
    let check = format!("{CONNECTIONS}/{}/check", created["id"].as_str().unwrap());
    assert_eq!(client.post(&check, &json!({})).expect(200)["ok"], false);
    let due = client.post("/v1/sync/due", &json!({})).expect(200);
    assert_eq!(
        due["notices"],
        json!({ "delivered": 0, "failed": 1 }),
        "{due:#}"
    );
    let shown = client.get(NOTICES).expect(200);
    assert_eq!(
        (&shown["pending"], &shown["problem"]),
        (&json!(1), &json!("The receiver responded with HTTP 500."))
    );
    // Another instance goes on.
    app.terminate();
    app.wait();
    app.start_again();
    let client = app.client(&["acme"]);
    let_a_minute_pass(&app);
    let due = client.post("/v1/sync/due", &json!({})).expect(200);
    assert_eq!(
        due["notices"],
        json!({ "delivered": 1, "failed": 0 }),
        "{due:#}"
    );
    let requests = receiver.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(
        header(&requests[0], "webhook-id"),
        header(&requests[1], "webhook-id")
    );
    for request in &requests {
        assert_eq!(
            (request.method.as_str(), request.path()),
            ("POST", "/bowline")
        );
        let payload = verified(&secret, request)["payload"].clone();
        assert_eq!(payload["type"], "connection.failing", "{payload:#}");
        assert_eq!(payload["data"]["connection"]["id"], created["id"]);
        assert_eq!(payload["data"]["problem"]["code"], "connect.refused");
    }
    // What was changed on the way does not verify, nor does another secret.
    let mut forged = requests[0].clone();
    forged.body.push(b' ');
    assert!(verified(&secret, &forged)["error"].is_string());
    let renewed = json!({ "url": url, "kinds": ["sync.failed"], "renewSecret": true });
    let renewed = client.send("PUT", NOTICES, &[], Some(&renewed)).expect(200);
    assert!(verified(&renewed["secret"], &requests[0])["error"].is_string());
    let log = app.log();
    assert!(
        !log.contains(secret.as_str().unwrap()) && !log.contains("bowline?x=1"),
        "{log}"
    );
}

#[test]
fn no_notice_goes_where_no_registry_may_be() {
    let receiver = Server::start(|_| Answer::new(204, ""));
    let app = App::start_with(Setup::default().public());
    let client = app.client(&["acme"]);
    let body = json!({ "url": receiver.origin(), "kinds": ["connection.failing"] });
    client.send("PUT", NOTICES, &[], Some(&body)).expect(200);
    let form = with(anonymous("https://127.0.0.1:1"), &json!({ "name": "prod" }));
    let created = client.post(CONNECTIONS, &form).expect(201);
    let check = format!("{CONNECTIONS}/{}/check", created["id"].as_str().unwrap());
    assert_eq!(client.post(&check, &json!({})).expect(200)["ok"], false);
    let due = client.post("/v1/sync/due", &json!({})).expect(200);
    assert_eq!(
        due["notices"],
        json!({ "delivered": 0, "failed": 1 }),
        "{due:#}"
    );
    assert_eq!(
        client.get(NOTICES).expect(200)["problem"],
        "This service isn't allowed to contact that address."
    );
    assert_eq!(receiver.requests(), []);
}
