//! `POST /v1/check` against what is no registry, no reachable one, or one that must not be contacted.

use std::{
    thread,
    time::{Duration, Instant},
};

use bowline_tests::{
    app::{App, Setup},
    client::Client,
    form::{with, with_password},
    gate::Gate,
    hostile,
    registry::{Access, Registry},
    server::Server,
    sign_in::SignIn,
};
use serde_json::{Value, json};

const PASSWORD: &str = "the-password-that-must-not-leak";

/// A check has ten seconds; the rest is for a busy machine.
const LIMIT: Duration = Duration::from_secs(13);

/// Checks a form with this URL, which must fail with this code before the login; gives the problem.
fn fails(app: &App, url: &str, code: &str, proved: &str) -> Value {
    let form = with_password(url, "alice", PASSWORD);
    fails_with(&app.client(&["acme"]), &form, code, proved)
}

fn fails_with(client: &Client, form: &Value, code: &str, proved: &str) -> Value {
    let answer = client.post("/v1/check", &json!({ "form": form }));
    assert!(!answer.text.contains(PASSWORD), "{}", answer.text);
    let check = answer.expect(200);
    assert_eq!(
        (&check["ok"], &check["proved"], &check["problem"]["code"]),
        (&json!(false), &json!(proved), &json!(code)),
        "{form:#} {check:#}"
    );
    for member in ["title", "detail", "hint"] {
        assert!(
            check["problem"][member]
                .as_str()
                .is_some_and(|text| !text.is_empty()),
            "{member}: {check:#}"
        );
    }
    check["problem"].clone()
}

/// Whether the password came to this server.
fn got_the_password(server: &Server) -> bool {
    server
        .requests()
        .iter()
        .any(|request| request.headers.contains_key("authorization"))
}

#[test]
fn what_answers_wrongly_is_named() {
    let app = App::start();
    let cases = [
        (
            "a web site",
            hostile::web_site(),
            "answer.not_registry",
            "none",
        ),
        (
            "version 1 only",
            hostile::first_version_only(),
            "answer.v1_only",
            "none",
        ),
        (
            "no challenge",
            hostile::without_challenge(),
            "challenge.missing",
            "reach",
        ),
        (
            "a foreign challenge",
            hostile::with_challenge("Negotiate"),
            "challenge.unsupported",
            "reach",
        ),
        (
            "a compressed answer",
            hostile::compressing(),
            "answer.encoded",
            "none",
        ),
        (
            "another protocol",
            hostile::babbling(),
            "answer.malformed",
            "none",
        ),
        (
            "a failing server",
            hostile::failing(),
            "server.error",
            "none",
        ),
        (
            "a limited server",
            hostile::limiting(),
            "rate.limited",
            "none",
        ),
    ];
    for (name, server, code, proved) in cases {
        println!("{name}");
        fails(&app, &server.origin(), code, proved);
        assert!(!got_the_password(&server), "{name} got the password");
    }
}

#[test]
fn a_refused_port_is_named() {
    let app = App::start();
    let problem = fails(
        &app,
        &format!("http://{}", hostile::refusing()),
        "connect.refused",
        "none",
    );
    assert_eq!(problem["field"], "values.url");
}

#[test]
fn the_question_whether_it_is_plain_http_carries_no_password() {
    let app = App::start();
    let server = hostile::with_challenge("Basic realm=\"plain\"");
    fails(
        &app,
        &format!("https://{}", server.authority()),
        "tls.plain_http",
        "none",
    );
    assert_eq!(
        server
            .requests()
            .iter()
            .map(|request| request.path().to_owned())
            .collect::<Vec<_>>(),
        ["/v2/"]
    );
    assert!(!got_the_password(&server));
}

#[test]
fn servers_that_take_their_time_are_cut_off() {
    let app = App::start();
    let gate = Gate::default();
    let token_service = hostile::silent(&gate);
    let challenge = format!(
        "Bearer realm=\"{}/token\",service=\"s\"",
        token_service.origin()
    );
    let cases = [
        ("silence", hostile::silent(&gate), "answer.timeout", "none"),
        (
            "headers that drip",
            hostile::dripping_headers(&gate),
            "answer.timeout",
            "none",
        ),
        (
            "a body that drips",
            hostile::dripping(&gate),
            "deadline.exceeded",
            "none",
        ),
        (
            "a silent token service",
            hostile::with_challenge(&challenge),
            "answer.timeout",
            "reach",
        ),
    ];
    // Beside each other: each takes as long as it may.
    thread::scope(|scope| {
        for (name, server, code, proved) in &cases {
            let form = with(
                with_password(&server.origin(), "alice", PASSWORD),
                &json!({ "trustedAuthHosts": [token_service.authority()] }),
            );
            let client = app.client(&["acme"]);
            scope.spawn(move || {
                let started = Instant::now();
                fails_with(&client, &form, code, proved);
                let took = started.elapsed();
                assert!(
                    took < LIMIT,
                    "{name}: a check has ten seconds, this took {took:?}"
                );
            });
        }
    });
    gate.open();
}

#[test]
fn answers_without_end_cost_little_memory() {
    let app = App::start();
    let cases = [
        ("a body", hostile::endless(), "answer.too_large", "none"),
        (
            "headers",
            hostile::endless_headers(),
            "answer.malformed",
            "none",
        ),
        (
            "a manifest",
            hostile::endless_manifests(),
            "answer.too_large",
            "login",
        ),
        (
            "a compressed bomb",
            hostile::compressed_bombs(),
            "answer.encoded",
            "login",
        ),
    ];
    fails(
        &app,
        &hostile::web_site().origin(),
        "answer.not_registry",
        "none",
    );
    let before = app.peak_memory();
    for (name, server, code, proved) in &cases {
        println!("{name}");
        let form = with(
            with_password(&server.origin(), "alice", PASSWORD),
            &json!({ "image": "team/app:v1" }),
        );
        fails_with(&app.client(&["acme"]), &form, code, proved);
    }
    let more = app.peak_memory() - before;
    assert!(more < 32 << 20, "{} MiB", more >> 20);
}

#[test]
fn an_unknown_host_is_named() {
    let app = App::start_with(Setup {
        resolve: vec!["registry.example.com:443:".into()],
        ..Setup::default()
    });
    let problem = fails(
        &app,
        "https://registry.example.com",
        "dns.not_found",
        "none",
    );
    assert_eq!(problem["field"], "values.url");
}

#[test]
fn addresses_that_are_not_allowed_are_not_contacted() {
    // Nothing is exempt here. The addresses are all of this machine, so that a failing guard would not reach others.
    let app = App::start_with(
        Setup::default()
            .with("private_hosts", "")
            .with("plain_http_hosts", "127.0.0.1"),
    );
    let registry = Registry::start(&Access::Basic(&[("alice", PASSWORD)]));
    let port = registry.authority().rsplit(':').next().unwrap();
    let hosts = ["127.0.0.1", "localhost", "[::1]", "0.0.0.0"];
    for url in hosts
        .iter()
        .flat_map(|host| ["http", "https"].map(|scheme| format!("{scheme}://{host}:{port}")))
    {
        let problem = fails(&app, &url, "address.not_allowed", "none");
        let detail = problem["detail"].as_str().unwrap();
        assert!(
            !detail.contains("refused") && !detail.contains("TLS"),
            "{url} was contacted: {detail}"
        );
    }
    // Other spellings of addresses are no addresses to the form.
    for host in [
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "localhost.",
    ] {
        let form = with_password(&format!("https://{host}:{port}"), "alice", PASSWORD);
        app.client_of(&SignIn::new("another", &["acme"], &["write"]))
            .post("/v1/check", &json!({ "form": form }))
            .problem(422, "form.invalid");
    }
}

#[test]
fn plain_http_needs_the_operators_permission() {
    let app = App::start_with(Setup::default().with("plain_http_hosts", "other.example.com"));
    let server = hostile::with_challenge("Basic realm=\"plain\"");
    fails(&app, &server.origin(), "address.not_allowed", "none");
    assert_eq!(server.requests(), []);
}

#[test]
fn components_of_the_application_are_no_registries() {
    let hosts = "outbound.spin.internal,connections.spin.internal,self.alt";
    let app = App::start_with(
        Setup::default()
            .with("private_hosts", hosts)
            .with("plain_http_hosts", hosts),
    );
    for host in [
        "outbound.spin.internal",
        "Connections.Spin.Internal",
        "self.alt",
    ] {
        fails(
            &app,
            &format!("http://{host}"),
            "address.not_allowed",
            "none",
        );
    }
}

#[test]
fn a_redirect_takes_no_password_elsewhere() {
    let app = App::start();
    let elsewhere = hostile::with_challenge("Basic realm=\"elsewhere\"");
    let server = hostile::redirecting(&format!("{}/v2/", elsewhere.origin()));
    fails(&app, &server.origin(), "redirect.not_allowed", "none");
    assert!(!got_the_password(&elsewhere) && !got_the_password(&server));
}

#[test]
fn a_realm_in_plain_http_gets_nothing_though_it_is_trusted() {
    let app = App::start();
    let server =
        hostile::with_challenge("Bearer realm=\"http://auth.example.com/token\",service=\"s\"");
    let form = with(
        with_password(&server.origin(), "alice", PASSWORD),
        &json!({ "trustedAuthHosts": ["auth.example.com"] }),
    );
    fails_with(
        &app.client(&["acme"]),
        &form,
        "address.not_allowed",
        "reach",
    );
}
