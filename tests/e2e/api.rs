//! What holds for every route: signing in, methods, media types, headers.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpStream,
};

use bowline_tests::{
    app::{AUTH_SECRET, App},
    client::Client,
    form::with_password,
    sign_in::SignIn,
};
use serde_json::{Value, json};

#[test]
fn the_provider_table_needs_no_token() {
    let app = App::start();
    let providers = app.stranger().get("/v1/providers").expect(200);
    let providers = providers
        .as_array()
        .or_else(|| providers["items"].as_array())
        .expect("a list")
        .clone();
    for id in ["docker-registry", "docker-hub"] {
        let provider = providers
            .iter()
            .find(|provider| provider["id"] == id)
            .expect("the provider is listed");
        assert_eq!(provider["auth"][0]["id"], "password");
        let fields = provider["auth"][0]["fields"].as_array().unwrap();
        let password = fields
            .iter()
            .find(|field| field["name"] == "password")
            .expect("it has a password");
        assert_eq!(password["kind"], "secret");
    }
}

#[test]
fn a_form_is_judged_as_in_the_browser() {
    let app = App::start();
    let client = app.client(&["acme"]);
    let report = client.post(
        "/v1/validate",
        &with_password("https://registry.example.com/team", "alice", "s3cret"),
    );
    let report = report.expect(200);
    assert_eq!(report["valid"], true, "{report:#}");
    assert_eq!(report["endpoint"], "https://registry.example.com/team");

    let report = client
        .post(
            "/v1/validate",
            &with_password("hub.docker.com", "alice", "s3cret"),
        )
        .expect(200);
    assert_eq!(report["valid"], false, "{report:#}");
    let findings = report["findings"].as_array().unwrap();
    let finding = findings
        .iter()
        .find(|finding| finding["severity"] == "error")
        .expect("an error");
    assert_eq!(finding["field"], "values.url", "{report:#}");
    assert_eq!(finding["suggestion"], "docker.io", "{report:#}");
}

#[test]
fn only_sound_tokens_sign_in() {
    let app = App::start();
    let path = "/v1/projects/acme/connections";
    app.stranger().get(path).problem(401, "auth.missing");
    let claims = |change: fn(&mut Value)| {
        let mut sign_in = SignIn::everything(&["acme"]);
        change(&mut sign_in.claims);
        sign_in
    };
    let cases: [(&str, SignIn); 6] = [
        (
            "expired",
            claims(|claims| claims["exp"] = json!(1_000_000_000)),
        ),
        (
            "without an end",
            claims(|claims| drop(claims.as_object_mut().unwrap().remove("exp"))),
        ),
        (
            "of nobody",
            claims(|claims| drop(claims.as_object_mut().unwrap().remove("sub"))),
        ),
        (
            "projects that are no list",
            claims(|claims| claims["projects"] = json!("acme")),
        ),
        (
            "permissions that are no list",
            claims(|claims| claims["permissions"] = json!("*")),
        ),
        (
            "not yet valid",
            claims(|claims| claims["nbf"] = json!(9_000_000_000_u64)),
        ),
    ];
    for (name, sign_in) in cases {
        println!("{name}");
        app.client_of(&sign_in)
            .get(path)
            .problem(401, "auth.invalid");
    }
    let foreign = SignIn::everything(&["acme"]).token("another secret of thirty-two bytes or more");
    Client::new(app.origin(), Some(foreign))
        .get(path)
        .problem(401, "auth.invalid");
    // {"alg":"none"} with the right claims and no signature.
    let token = SignIn::everything(&["acme"]).token("unimportant");
    let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", token.split('.').nth(1).unwrap());
    Client::new(app.origin(), Some(unsigned))
        .get(path)
        .problem(401, "auth.invalid");
    assert_eq!(
        app.client(&["acme"]).get(path).expect(200),
        json!({ "items": [], "next": null })
    );
}

#[test]
fn permissions_are_compared_exactly() {
    let app = App::start();
    let form = with_password("https://registry.example.com", "alice", "s3cret");
    let path = "/v1/projects/acme/connections";
    let created = app.client(&["acme"]).post(path, &form).expect(201);
    let connection = format!("{path}/{}", created["id"].as_str().unwrap());
    let reader = app.client_of(&SignIn::new("rita", &["acme"], &["read"]));
    let writer = app.client_of(&SignIn::new("will", &["acme"], &["write"]));
    reader.get(&connection).expect(200);
    reader.post(path, &form).problem(403, "permission.missing");
    reader
        .delete(&connection)
        .problem(403, "permission.missing");
    reader
        .post("/v1/check", &json!({ "form": form }))
        .problem(403, "permission.missing");
    writer.get(path).problem(403, "permission.missing");
    writer
        .delete(&connection)
        .problem(403, "permission.missing");
    // Another project is not there at all, whatever one may do in one's own.
    let stranger = app.client(&["other", "acme2", "acm"]);
    stranger.get(&connection).problem(404, "not_found");
    stranger.get(path).problem(404, "not_found");
    stranger.post(path, &form).problem(404, "not_found");
    // … and a connection is found only in its own project.
    let id = created["id"].as_str().unwrap();
    stranger
        .get(&format!("/v1/projects/other/connections/{id}"))
        .problem(404, "not_found");
    stranger
        .delete(&format!("/v1/projects/other/connections/{id}"))
        .problem(404, "not_found");
    reader.get(&connection).expect(200);
}

#[test]
fn requests_that_no_route_takes_are_refused_by_name() {
    let app = App::start();
    let client = app.client(&["acme"]);
    client.get("/v1/nothing").problem(404, "not_found");
    client
        .send("PATCH", "/v1/providers", &[], Some(&json!({})))
        .problem(405, "method.not_allowed");
    assert_eq!(client.delete("/v1/validate").header("allow"), "POST");
    client
        .post_text("/v1/validate", &[], "{")
        .problem(400, "body.malformed");
    client
        .post_text("/v1/validate", &[("Content-Type", "text/plain")], "{}")
        .problem(415, "media_type.unsupported");
    client
        .post_text("/v1/validate", &[], &" ".repeat(2_000_000))
        .problem(413, "body.too_large");
    client
        .send("GET", "/v1/providers", &[("Accept", "text/html")], None)
        .problem(406, "accept.unsupported");
}

#[test]
fn a_body_that_is_announced_too_long_is_refused_before_it_comes() {
    let app = App::start();
    let token = SignIn::everything(&["acme"]).token(AUTH_SECRET);
    let head = format!(
        "POST /v1/validate HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n"
    );
    let mut stream = TcpStream::connect(app.address()).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    let mut status = String::new();
    BufReader::new(stream).read_line(&mut status).unwrap();
    assert!(status.starts_with("HTTP/1.1 413 "), "{status}");
}

#[test]
fn answers_are_not_stored_and_say_their_length() {
    let app = App::start();
    let client = app.client(&["acme"]);
    for path in [
        "/v1/projects/acme/connections",
        "/v1/projects/acme/connections/nothing",
        "/v1/nothing",
    ] {
        let answer = client.get(path);
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(
            answer.header("content-length"),
            answer.text.len().to_string(),
            "{path}"
        );
    }
}

#[test]
fn a_private_component_has_no_route() {
    let app = App::start();
    let form = with_password("https://registry.example.com", "alice", "s3cret");
    let client = app.client(&["acme"]);
    for path in ["/check", "/outbound", "/outbound/check"] {
        let answer = client.post(path, &json!({ "form": form }));
        assert!([404, 405].contains(&answer.status), "{path}: {answer:?}");
    }
}

#[test]
fn checks_are_limited_to_thirty_a_minute() {
    let app = App::start();
    let form = with_password(
        &format!("http://{}", bowline_tests::hostile::refusing()),
        "alice",
        "s3cret",
    );
    let client = app.client(&["acme"]);
    // A minute may end meanwhile, so two minutes' worth and one more are sure to meet the limit.
    let limited = (0..61)
        .map(|_| client.post("/v1/check", &json!({ "form": form })))
        .find(|answer| answer.status != 200);
    let limited = limited.expect("the limit is met");
    assert!(!limited.header("retry-after").is_empty(), "{limited:?}");
    limited.problem(429, "rate.limited");
    // The limit is a subject's own.
    let other = app.client_of(&SignIn::new("somebody else", &["acme"], &["write"]));
    other
        .post("/v1/check", &json!({ "form": form }))
        .expect(200);
}
