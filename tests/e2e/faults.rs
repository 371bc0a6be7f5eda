//! Connections that break at any point of a check: each is a named problem, and the next check is right. Connections
//! of clients that neither read nor send, in floods: everybody else is served.

use std::{
    thread,
    time::{Duration, Instant},
};

use bowline_tests::{
    app::{AUTH_SECRET, App},
    client::Client,
    flood::flood,
    form::{with, with_password},
    gate::Gate,
    image::Image,
    registry::{Access, Registry},
    relay::{Fault, Relay},
    sign_in::SignIn,
};
use serde_json::{Value, json};

/// At how many places of all that a check reads each fault is tried.
const PLACES: usize = 12;
/// A check has ten seconds; the rest is for a busy machine.
const LIMIT: Duration = Duration::from_secs(13);

/// What a broken connection is told as; none of these blames the login.
const BROKEN: [&str; 2] = ["answer.malformed", "answer.not_registry"];
/// What is wrong with content that was changed on its way.
const CHANGED: [&str; 2] = ["manifest.unsupported", "digest.mismatch"];

/// Somebody of this name; the limit of checks is a subject's own.
fn client(app: &App, subject: &str) -> Client {
    app.client_of(&SignIn::new(subject, &["acme"], &["write"]))
}

/// Checks through the relay.
fn check(client: &Client, relay: &Relay) -> Value {
    let form = with_password(&format!("http://{}", relay.authority()), "alice", "s3cret");
    let asked = json!({ "form": form, "image": "team/app:v1" });
    client.post("/v1/check", &asked).expect(200)
}

fn registry() -> Registry {
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    registry.push(&Image::new("faults"), "team/app:v1");
    registry
}

#[test]
fn a_broken_connection_is_named_and_the_next_check_is_right() {
    let (app, registry) = (App::start(), registry());
    let relay = Relay::start(registry.authority());
    assert_eq!(check(&client(&app, "first"), &relay)["proved"], "pull");
    let whole = relay.take_traffic().received;
    for fault in [Fault::Reset, Fault::End, Fault::Garbage] {
        for place in 0..PLACES {
            let at = whole * place / PLACES;
            let name = format!("{fault:?} at byte {at} of {whole}");
            let client = client(&app, &name);
            relay.set_fault(Some((at, fault.clone())));
            let broken = check(&client, &relay);
            let code = broken["problem"]["code"].as_str().unwrap_or_default();
            let changed = matches!(fault, Fault::Garbage) && CHANGED.contains(&code);
            assert!(changed || BROKEN.contains(&code), "{name}: {broken:#}");
            relay.set_fault(None);
            let fixed = check(&client, &relay);
            assert_eq!(fixed["proved"], "pull", "after {name}: {fixed:#}");
        }
    }
}

#[test]
fn a_connection_that_stalls_is_a_time_out() {
    let (app, registry, gate) = (App::start(), registry(), Gate::default());
    let relay = Relay::start(registry.authority());
    check(&client(&app, "first"), &relay);
    let whole = relay.take_traffic().received;
    // Beside each other: each takes as long as it may.
    thread::scope(|scope| {
        for place in 0..PLACES {
            let at = whole * place / PLACES;
            let relay = Relay::start(registry.authority());
            relay.set_fault(Some((at, Fault::Stall(gate.clone()))));
            let name = format!("stalled at byte {at} of {whole}");
            let client = client(&app, &name);
            scope.spawn(move || {
                let started = Instant::now();
                let stalled = check(&client, &relay);
                assert_eq!(
                    stalled["problem"]["code"], "answer.timeout",
                    "{name}: {stalled:#}"
                );
                assert!(
                    started.elapsed() < LIMIT,
                    "{name} took {:?}",
                    started.elapsed()
                );
                relay.set_fault(None);
                assert_eq!(check(&client, &relay)["proved"], "pull", "after {name}");
            });
        }
    });
    gate.open();
}

/// How many connections of a flood there are: more than requests may be in flight.
const FLOOD: usize = 300;
/// How long anybody else may wait meanwhile.
const SERVED: Duration = Duration::from_secs(5);

/// The path of a list whose answer has a megabyte: more than the host and the system keep for a client that does not
/// read.
fn large_list(app: &App) -> String {
    let client = app.client(&["flood"]);
    let path = "/v1/projects/flood/connections";
    let include: Vec<String> = (0..1000).map(|it| format!("{it:0>100}")).collect();
    for number in 0..12 {
        let form = with(
            with_password(&format!("https://r{number}.example.com"), "alice", "s3cret"),
            &json!({ "name": format!("r{number}"), "policy": { "mode": "manual", "include": include } }),
        );
        client.post(path, &form).expect(201);
    }
    assert!(client.get(path).text.len() > 1_000_000);
    path.to_owned()
}

#[test]
fn clients_that_neither_read_nor_send_do_not_keep_others_from_being_served() {
    let app = App::start();
    let list = large_list(&app);
    let token = SignIn::everything(&["flood"]).token(AUTH_SECRET);
    let head = |method: &str, path: &str| {
        format!("{method} {path} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {token}\r\n")
    };
    let form = with(
        with_password("https://r.example.com", "alice", "s3cret"),
        &json!({ "policy": { "mode": "manual", "include": vec![""; 10_000] } }),
    )
    .to_string();
    let json = "Content-Type: application/json\r\n";
    let post = format!(
        "{}{json}Content-Length: {}\r\n\r\n",
        head("POST", "/v1/validate"),
        form.len()
    );
    let floods = [
        (
            "answers that nobody reads",
            format!("{}\r\n", head("GET", &list)),
        ),
        ("findings that nobody reads", format!("{post}{form}")),
        (
            "answers on one connection",
            format!("{}\r\n", head("GET", &list)).repeat(50),
        ),
        ("bodies that do not come", post),
        ("heads that do not come", head("GET", "/v1/providers")),
        ("nothing at all", String::new()),
    ];
    for (name, text) in floods {
        let _open = flood(app.address(), &text, FLOOD);
        for _ in 0..5 {
            for path in ["/v1/providers", "/"] {
                let started = Instant::now();
                let answer = app.stranger().get(path);
                assert_eq!(answer.status, 200, "{name}: {path}");
                let took = started.elapsed();
                assert!(took < SERVED, "{name}: {path} took {took:?}");
            }
        }
    }
}
