//! The reason that is named: by the error object before the status, and for the server that failed.

use bowline_registry::{Check, Clock as _, SendError};

use super::*;

const MARK: (&str, &str) = ("docker-distribution-api-version", "registry/2.0");
const LOGGED_IN: Option<&str> = Some("team/app:1");

/// An error object with a message.
fn says(status: u16, code: &str, message: &str) -> Reply {
    let body = serde_json::json!({ "errors": [{ "code": code, "message": message }] });
    Reply::status(status).text(body.to_string())
}

async fn checked(fake: Fake, spec: &ConnectionSpec, image: Option<&str>) -> Check {
    run(&fake.world(), &Operator::default(), spec, image).await
}

#[tokio::test]
async fn an_error_object_says_more_than_the_status() {
    let manifest = |reply| Fake::basic().instead(MANIFEST, reply);
    let cases = [
        (
            "an invalid name, 400",
            error(400, "NAME_INVALID"),
            "image.unknown",
        ),
        (
            "an unknown manifest, 400",
            error(400, "MANIFEST_UNKNOWN"),
            "image.unknown",
        ),
        (
            "an unknown manifest, 403",
            error(403, "MANIFEST_UNKNOWN"),
            "image.unknown",
        ),
        (
            "an unknown manifest, 500",
            error(500, "MANIFEST_UNKNOWN"),
            "image.unknown",
        ),
        (
            "Harbor's unknown image",
            error(404, "NOT_FOUND"),
            "image.unknown",
        ),
        ("gone", Reply::status(410), "image.unknown"),
        (
            "a refusal, 400",
            error(400, "DENIED"),
            "permission.pull_missing",
        ),
        (
            "a refusal, 405",
            error(405, "DENIED"),
            "permission.pull_missing",
        ),
        (
            "a refusal, 404",
            error(404, "DENIED"),
            "permission.pull_missing",
        ),
        (
            "no login, 400",
            error(400, "UNAUTHORIZED"),
            "permission.pull_missing",
        ),
        (
            "no login, 405",
            error(405, "UNAUTHORIZED"),
            "permission.pull_missing",
        ),
        (
            "too many, 403",
            error(403, "TOOMANYREQUESTS"),
            "rate.limited",
        ),
        (
            "too many, 503",
            error(503, "TOOMANYREQUESTS"),
            "rate.limited",
        ),
        (
            "not offered",
            error(405, "UNSUPPORTED"),
            "manifest.unsupported",
        ),
        ("not acceptable", Reply::status(406), "manifest.unsupported"),
        ("the law", Reply::status(451), "permission.pull_missing"),
        (
            "the law, in words",
            says(451, "DENIED", "unavailable for legal reasons"),
            "permission.pull_missing",
        ),
        (
            "Harbor's policy",
            says(
                412,
                "PROJECTPOLICYVIOLATION",
                "current image with 33 vulnerabilities cannot be pulled",
            ),
            "permission.pull_missing",
        ),
        (
            "a policy by 400",
            says(400, "UNKNOWN", "The image is quarantined"),
            "permission.pull_missing",
        ),
        (
            "a policy by 409",
            Reply::status(409),
            "permission.pull_missing",
        ),
        (
            "a policy by 500",
            says(500, "UNKNOWN", "blocked by a download policy"),
            "permission.pull_missing",
        ),
        (
            "a policy without a code",
            Reply::status(400).text(r#"{"message":"Download blocked by Xray"}"#),
            "permission.pull_missing",
        ),
        (
            "a locked image",
            Reply::status(423),
            "permission.pull_missing",
        ),
        (
            "no subscription",
            Reply::status(402),
            "permission.pull_missing",
        ),
        ("nothing known", error(400, "UNKNOWN"), "server.error"),
        ("nonsense", Reply::status(418), "answer.malformed"),
        (
            "the network, by a firewall",
            says(
                403,
                "DENIED",
                "client with IP '192.0.2.7' is not allowed access",
            ),
            "network.denied",
        ),
    ];
    let mut wrong = Vec::new();
    for (name, reply, expected) in cases {
        let check = checked(manifest(reply), &password(), LOGGED_IN).await;
        if code(&check) != expected {
            wrong.push(format!("{name}: {:?} instead of {expected}", check.problem));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_policy_is_told_in_the_registrys_words() {
    let words = "current image with 33 vulnerabilities cannot be pulled due to configured policy";
    let fake = Fake::basic().instead(MANIFEST, says(412, "PROJECTPOLICYVIOLATION", words));
    let problem = checked(fake, &password(), LOGGED_IN).await.problem.unwrap();
    assert!(problem.detail.contains(words), "{}", problem.detail);
}

#[tokio::test]
async fn a_registry_that_refuses_this_network_is_one() {
    let acr = "client with IP '192.0.2.7' is not allowed access. Refer https://aka.ms/acr/firewall to grant access.";
    let cases = [
        (
            "Azure's firewall",
            says(403, "DENIED", acr),
            "network.denied",
        ),
        ("an error object", error(403, "DENIED"), "network.denied"),
        (
            "an error object with another code",
            error(403, "UNKNOWN"),
            "network.denied",
        ),
        (
            "the header of the API",
            Reply::status(403).with(MARK.0, MARK.1).text("Forbidden"),
            "network.denied",
        ),
        ("as 400", error(400, "DENIED"), "network.denied"),
        (
            "as 401, in words",
            says(401, "UNAUTHORIZED", "Your IP is not in the IP allow list"),
            "network.denied",
        ),
        (
            "no mark",
            Reply::status(403).text("Forbidden"),
            "answer.not_registry",
        ),
        (
            "JSON of something else",
            Reply::status(403).text(r#"{"message":"Forbidden"}"#),
            "answer.not_registry",
        ),
        (
            "too many by its code",
            error(403, "TOOMANYREQUESTS"),
            "rate.limited",
        ),
    ];
    for (name, reply, expected) in cases {
        let check = checked(pings(reply), &password(), None).await;
        assert_eq!(code(&check), expected, "{name}: {:?}", check.problem);
        assert_eq!(statuses(&check), "F-----", "{name}");
    }
    let operator = Operator::parse("", "", "192.0.2.1").unwrap();
    let world = pings(says(403, "DENIED", acr)).world();
    let problem = run(&world, &operator, &password(), None)
        .await
        .problem
        .unwrap();
    assert!(problem.detail.contains("192.0.2.7"), "{}", problem.detail);
    assert!(problem.hint.contains("192.0.2.1"), "{}", problem.hint);
    assert_eq!(problem.field, None);
}

#[tokio::test]
async fn a_login_is_asked_for_by_a_code_as_well_as_by_a_status() {
    let challenged = || Reply::status(403).with("www-authenticate", "Basic realm=x");
    let unauthorized = error(400, "UNAUTHORIZED").with("www-authenticate", "Basic realm=x");
    for (name, reply) in [("403", challenged()), ("400", unauthorized)] {
        // The login is right: only the first ping is answered so.
        let mut first = Some(reply);
        let fake = Fake::basic();
        let world = world(move |sent| match sent.authorization() {
            None => first.take().unwrap_or_else(|| fake.answer(sent)),
            Some(_) => fake.answer(sent),
        });
        let check = run(&world, &Operator::default(), &password(), LOGGED_IN).await;
        assert!(check.ok, "{name}: {:?}", check.problem);
    }
    let check = checked(pings(error(405, "UNAUTHORIZED")), &password(), None).await;
    assert_eq!(code(&check), "challenge.missing");
}

/// A registry that answers `reply` to `/v2/` with a login, and the rest as it should.
fn refuses_login(reply: Reply) -> impl FnMut(&crate::double::Sent) -> Reply + Send + 'static {
    let fake = Fake::basic();
    move |sent| match sent.authorization() {
        Some(_) if sent.url.path() == "/v2/" => reply.clone(),
        _ => fake.answer(sent),
    }
}

#[tokio::test]
async fn a_login_that_v2_refuses_in_another_way_is_a_rejected_login() {
    let cases = [
        (
            "a bad request",
            Reply::status(400).text("Bad Request"),
            "auth.rejected",
        ),
        ("unprocessable", Reply::status(422), "auth.rejected"),
        ("a teapot", Reply::status(418), "auth.rejected"),
        ("by its code", error(400, "UNAUTHORIZED"), "auth.rejected"),
        ("denied by its code", error(405, "DENIED"), "auth.rejected"),
        ("too many", error(400, "TOOMANYREQUESTS"), "rate.limited"),
        ("the server fails", Reply::status(502), "server.error"),
    ];
    for (name, reply, expected) in cases {
        let world = world(refuses_login(reply));
        let check = run(&world, &Operator::default(), &password(), LOGGED_IN).await;
        assert_eq!(code(&check), expected, "{name}: {:?}", check.problem);
        assert_eq!(statuses(&check), "PF----", "{name}");
    }
}

#[tokio::test]
async fn where_v2_is_nothing_with_a_login_the_image_tells() {
    for reply in [
        Reply::status(404),
        Reply::status(405),
        error(404, "NAME_UNKNOWN"),
        error(405, "UNSUPPORTED"),
    ] {
        let world = world(refuses_login(reply.clone()));
        let check = run(&world, &Operator::default(), &password(), LOGGED_IN).await;
        assert!(check.ok, "{:?}", check.problem);
        assert_eq!(statuses(&check), "PP--PP");

        let named = run(&world, &Operator::default(), &wrong_password(), LOGGED_IN).await;
        assert_eq!(code(&named), "auth.rejected", "{:?}", named.problem);
    }
    // Nothing can be listed, so nothing shows whether the login is right.
    let fake = Fake::basic();
    let world = world(move |sent| match sent.authorization() {
        Some(_) => Reply::status(404),
        None => fake.answer(sent),
    });
    let check = run(&world, &Operator::default(), &password(), None).await;
    assert_eq!(code(&check), "image.required", "{:?}", check.problem);
    assert_eq!(check.proved, bowline_registry::Proved::Reach);
}

#[tokio::test]
async fn a_port_with_tls_that_is_asked_without_says_so() {
    let operator = Operator::parse("", "registry.example.com", "").unwrap();
    let spec = password_at("http://registry.example.com:5000");
    let plain = "GET http://registry.example.com:5000/v2/";
    let tls = "GET https://registry.example.com:5000/v2/";
    let words = |text: &str| Reply::status(400).text(text);
    let alert = Reply::status(400).body(Body::Whole(Bytes::from_static(
        b"\x15\x03\x01\x00\x02\x02\x46",
    )));
    let broken = || Reply::Fail(SendError::Malformed);
    let cases = [
        (
            "nginx",
            words("<html><head><title>400 The plain HTTP request was sent to HTTPS port</title>"),
            broken(),
            "tls.expected",
        ),
        (
            "Go",
            words("Client sent an HTTP request to an HTTPS server.\n"),
            broken(),
            "tls.expected",
        ),
        (
            "Apache",
            words("Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />"),
            broken(),
            "tls.expected",
        ),
        (
            "Tomcat",
            words("Bad Request\r\nThis combination of host and port requires TLS.\r\n"),
            broken(),
            "tls.expected",
        ),
        ("an alert behind a proxy", alert, broken(), "tls.expected"),
        ("an alert", broken(), Reply::status(401), "tls.expected"),
        (
            "an alert, and a private certificate",
            broken(),
            Reply::Fail(SendError::Certificate),
            "tls.expected",
        ),
        ("neither", broken(), broken(), "answer.malformed"),
        (
            "another bad request",
            words("Bad Request"),
            broken(),
            "answer.not_registry",
        ),
    ];
    for (name, at_http, at_https, expected) in cases {
        let fake = Fake::basic().instead(plain, at_http).instead(tls, at_https);
        let check = run(&fake.world(), &operator, &spec, None).await;
        assert_eq!(code(&check), expected, "{name}: {:?}", check.problem);
        let problem = check.problem.unwrap();
        if expected == "tls.expected" {
            assert_eq!(problem.field.as_deref(), Some("values.url"), "{name}");
            assert!(problem.hint.contains("https://"), "{name}");
        }
    }
}

#[tokio::test]
async fn what_goes_wrong_at_the_token_service_is_called_its_failure() {
    let cases = [
        (
            "unknown name",
            Reply::Fail(SendError::Dns),
            "dns.not_found",
            "We can't find the token service's host (DNS)",
        ),
        (
            "refused",
            Reply::Fail(SendError::Refused),
            "connect.refused",
            "Nothing answers on the token service's port",
        ),
        (
            "no certificate",
            Reply::Fail(SendError::Certificate),
            "tls.certificate",
            "The token service's certificate is not trusted",
        ),
        (
            "a page",
            Reply::status(200).text("<html>"),
            "answer.malformed",
            "The token service's response is malformed",
        ),
        (
            "fails",
            Reply::status(500),
            "server.error",
            "The token service has an internal error",
        ),
        (
            "busy",
            Reply::status(429),
            "rate.limited",
            "The token service's rate limit is reached",
        ),
        (
            "busy, by its code",
            error(400, "TOOMANYREQUESTS"),
            "rate.limited",
            "The token service's rate limit is reached",
        ),
        (
            "this network",
            says(
                403,
                "DENIED",
                "client with IP '192.0.2.7' is not allowed access",
            ),
            "network.denied",
            "The token service refuses requests from this network",
        ),
        (
            "a redirect",
            Reply::status(302).with("location", "https://evil.example.net/"),
            "redirect.not_allowed",
            "The token service redirects to a URL that isn't allowed",
        ),
    ];
    for (name, reply, expected, title) in cases {
        let problem = checked(tokens(reply), &password(), LOGGED_IN)
            .await
            .problem
            .unwrap();
        assert_eq!(
            (problem.code.as_str(), problem.title.as_str()),
            (expected, title),
            "{name}"
        );
        assert_eq!(problem.field, None, "{name}");
        assert!(
            problem.hint.contains("token service"),
            "{name}: {}",
            problem.hint
        );
    }
    let rejected = checked(tokens(error(401, "UNAUTHORIZED")), &password(), LOGGED_IN).await;
    let rejected = rejected.problem.unwrap();
    assert_eq!(
        rejected.title,
        "The registry rejected the username or password"
    );
    assert_eq!(rejected.field.as_deref(), Some("values.password"));
}

#[tokio::test]
async fn a_challenge_describes_the_error() {
    let described = |body: &str| {
        Fake::bearer().instead(
            MANIFEST,
            challenge(r#"Bearer realm="https://auth.example.com/token",service="registry.example.com",error="insufficient_scope",error_description="The project is archived""#)
                .text(body),
        )
    };
    let object = r#"{"errors":[{"code":"DENIED","message":"no"}]}"#;
    for (body, detail) in [
        ("", "The manifest: HTTP 401 (The project is archived)"),
        (
            object,
            "The manifest: HTTP 401 (DENIED: no; The project is archived)",
        ),
    ] {
        let problem = checked(described(body), &password(), LOGGED_IN)
            .await
            .problem
            .unwrap();
        assert_eq!(problem.detail, detail);
    }
}

#[tokio::test]
async fn nobody_is_told_to_spell_an_address_that_was_not_typed() {
    let hub = [
        ("username", "scanner"),
        ("password", "dckr_pat_abcdefghijklmnopqrstuvwxyz1"),
    ];
    let ecr = [
        ("region", "eu-west-1"),
        ("accountId", "123456789012"),
        ("accessKeyId", "AKIDEXAMPLEAKIDEXAMP"),
        (
            "secretAccessKey",
            "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        ),
    ];
    let cases = [
        (
            spec("docker-hub", "password", &hub, &[]),
            None,
            "vendor's own address",
        ),
        (
            spec("amazon-ecr", "access-key", &ecr, &[]),
            None,
            "If the region is right",
        ),
        (password(), Some("values.url"), "Check the spelling"),
    ];
    for (spec, field, hint) in cases {
        for error in [SendError::Dns, SendError::Refused] {
            let world = world(move |_| Reply::Fail(error));
            let problem = run(&world, &Operator::default(), &spec, None)
                .await
                .problem
                .unwrap();
            assert_eq!(problem.field.as_deref(), field, "{problem:?}");
            if error == SendError::Dns {
                assert!(problem.hint.contains(hint), "{problem:?}");
            }
            assert!(world.clock.monotonic().as_secs() <= 10);
        }
    }
}
