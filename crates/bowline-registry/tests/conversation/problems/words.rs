//! What a problem says, and where it points.

use bowline_registry::{AskedTag, Tags, digests, tags};

use super::*;

#[tokio::test]
async fn what_a_server_says_before_it_is_a_registry_is_not_shown() {
    let said = "secret-of-the-intranet";
    let reply = Reply::status(403)
        .with("server", said)
        .text(format!(r#"{{"message":"{said}"}}"#));
    for status in [200, 401, 403, 404, 500] {
        let mut reply = reply.clone();
        if let Reply::Answer {
            status: of_reply,
            body,
            ..
        } = &mut reply
        {
            *of_reply = status;
            *body = Body::Whole(Bytes::from(format!("<html>{said}</html>")));
        }
        let check = run(
            &pings(reply).world(),
            &Operator::default(),
            &password(),
            None,
        )
        .await;
        assert!(
            !serde_json::to_string(&check).unwrap().contains(said),
            "HTTP {status}"
        );
    }
    let check = run(
        &fails(SendError::Prohibited).world(),
        &Operator::default(),
        &password(),
        None,
    )
    .await;
    let guarded = run(
        &Fake::basic().world(),
        &Operator::default(),
        &password_at("https://10.0.0.5"),
        None,
    )
    .await;
    assert_eq!(
        check.problem, guarded.problem,
        "the runtime's refusal and the guard's are told alike"
    );
}

#[tokio::test]
async fn what_a_registry_says_is_shown_in_short() {
    let long = format!(
        r#"{{"errors":[{{"code":"DENIED","message":"{}"}}]}}"#,
        "no\\u001b".repeat(200)
    );
    let fake = Fake::basic().instead(MANIFEST, Reply::status(403).text(long));
    let check = run(
        &fake.world(),
        &Operator::default(),
        &password(),
        Some("team/app:1"),
    )
    .await;
    let detail = check.problem.unwrap().detail;
    assert!(
        detail.starts_with("The manifest: HTTP 403 (DENIED: nono"),
        "{detail}"
    );
    assert!(detail.chars().count() < 240 && !detail.contains('\u{1b}'));

    let echo = format!(r#"{{"errors":[{{"code":"DENIED","message":"you sent {PASSWORD}"}}]}}"#);
    let fake = Fake::basic().instead(MANIFEST, Reply::status(403).text(echo));
    let check = run(
        &fake.world(),
        &Operator::default(),
        &password(),
        Some("team/app:1"),
    )
    .await;
    assert_eq!(check.problem.unwrap().detail, "The manifest: HTTP 403");
}

#[tokio::test]
async fn a_firewall_hint_names_where_requests_come_from() {
    let operator = Operator::parse("", "", "192.0.2.1, 192.0.2.2").unwrap();
    for (error, named) in [(SendError::Refused, true), (SendError::Dns, false)] {
        let check = run(&fails(error).world(), &operator, &password(), None).await;
        assert_eq!(
            check.problem.unwrap().hint.contains("192.0.2.1, 192.0.2.2"),
            named,
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_login_that_was_not_given_is_not_called_wrong() {
    let token = [("url", "registry.example.com"), ("token", PASSWORD)];
    let token = spec("docker-registry", "oauth2", &token, &[]);
    let rejected = "The registry rejected the username or password";
    for (name, spec, title, words) in [
        (
            "none",
            anonymous(),
            "The registry requires a login",
            "none were entered",
        ),
        (
            "a token for Basic",
            token,
            rejected,
            "accepts a username and password",
        ),
        ("a wrong password", wrong_password(), rejected, "HTTP 401"),
    ] {
        let world = Fake::basic().world();
        let check = run(&world, &Operator::default(), &spec, None).await;
        let problem = check.problem.unwrap();
        assert_eq!(problem.code.as_str(), "auth.rejected", "{name}");
        assert_eq!(problem.title, title, "{name}");
        assert!(problem.detail.contains(words), "{name}: {}", problem.detail);
    }
}

#[tokio::test]
async fn a_realm_that_no_consent_makes_good_asks_for_none() {
    let consented = |host: &str| ConnectionSpec {
        trusted_auth_hosts: vec![host.to_owned()],
        ..password()
    };
    for (name, url, spec, code) in [
        (
            "http",
            "http://auth.example.net/token",
            password(),
            "realm.not_trusted",
        ),
        (
            "a username",
            "https://u@auth.example.com/token",
            password(),
            "realm.not_trusted",
        ),
        (
            "http, trusted",
            "http://auth.example.net/token",
            consented("auth.example.net"),
            "address.not_allowed",
        ),
        (
            "private, trusted",
            "https://10.0.0.1/token",
            consented("10.0.0.1"),
            "address.not_allowed",
        ),
    ] {
        let check = run(&realm(url).world(), &Operator::default(), &spec, None).await;
        let problem = check.problem.unwrap();
        assert_eq!(
            (problem.code.as_str(), problem.field),
            (code, None),
            "{name}"
        );
        assert!(
            problem.hint.contains("public https URL"),
            "{name}: {}",
            problem.hint
        );
    }
}

#[tokio::test]
async fn json_of_another_service_is_no_listing() {
    for (path, image) in [(CATALOG, None), (TAGS, Some("team/app"))] {
        let fake = Fake::basic().instead(path, Reply::json(r#"{"hi":1}"#));
        let check = run(&fake.world(), &Operator::default(), &password(), image).await;
        // Without the catalog a check goes on; what is named has to be there.
        let found = (check.ok, code(&check));
        let expected = match image {
            None => (true, "none"),
            Some(_) => (false, "answer.malformed"),
        };
        assert_eq!(found, expected, "{path}");
        let null = r#"{"repositories":null,"tags":null}"#;
        let fake = Fake::basic().instead(path, Reply::json(null));
        let check = run(&fake.world(), &Operator::default(), &password(), image).await;
        assert_ne!(code(&check), "answer.malformed", "{path}");
    }
}

#[tokio::test]
async fn what_has_no_listing_wants_an_image() {
    let spec = parsed(serde_json::json!({
        "provider": "red-hat-atomic", "name": "test", "auth": "password", "image": "team/app:1",
        "values": { "url": "registry.example.com", "username": "scanner", "password": PASSWORD },
    }));
    let listed = repositories(&Fake::basic().world(), &Operator::default(), &spec).await;
    let problem = listed.unwrap_err();
    assert_eq!(problem.code, Code::ImageRequired);
    assert_eq!(problem.field.as_deref(), Some("image"));
}

/// Such a registry answers under `/v1/` alone; who chose its type is not told to choose it.
#[tokio::test]
async fn a_registry_of_version_1_that_is_browsed_wants_an_image() {
    let spec = parsed(serde_json::json!({
        "provider": "docker-registry-v1", "name": "test", "image": "team/app:1",
        "values": { "url": "registry.example.com", "username": "scanner", "password": PASSWORD },
    }));
    let operator = Operator::default();
    let fake = || {
        Fake::basic()
            .instead(
                "GET https://registry.example.com/v1/_ping",
                Reply::json("true"),
            )
            .instead("GET https://registry.example.com/v2/", Reply::status(404))
    };
    let world = fake().world();
    let problems = [
        repositories(&world, &operator, &spec).await.unwrap_err(),
        tags(&world, &operator, &spec, "team/app")
            .await
            .unwrap_err(),
        Tags::open(&world, &operator, &spec, None, "team/app", None)
            .await
            .err()
            .unwrap(),
    ];
    for problem in problems {
        let found = (problem.code, problem.field.as_deref());
        assert_eq!(found, (Code::ImageRequired, Some("image")), "{problem:?}");
    }
    // Who chose another type is told about this one.
    let other = repositories(&world, &operator, &password()).await;
    assert_eq!(other.unwrap_err().code, Code::AnswerV1Only);
}

#[tokio::test]
async fn a_namespace_bounds_what_is_named() {
    let spec = password_at("registry.example.com/other");
    let operator = Operator::default();
    let world = Fake::basic().world();
    let check = run(&world, &operator, &spec, Some("team/app:1")).await;
    let problem = check.problem.unwrap();
    assert_eq!(problem.code, Code::ImageUnknown);
    assert!(
        problem.detail.contains("only images in other"),
        "{}",
        problem.detail
    );
    let tags = tags(&world, &operator, &spec, "team/app").await;
    assert_eq!(tags.unwrap_err().code, Code::ImageUnknown);
    let stream = Tags::open(&world, &operator, &spec, None, "team/app", None).await;
    assert_eq!(stream.err().unwrap().code, Code::ImageUnknown);
    let asked = AskedTag {
        tag: "1".to_owned(),
        known: None,
    };
    let found = digests(&world, &operator, &spec, None, "team/app", vec![asked]).await;
    assert_eq!(found.unwrap_err().code, Code::ImageUnknown);
    let lines = world.http.lines();
    assert!(
        !lines.iter().any(|line| line.contains("team/app")),
        "{lines:?}"
    );
}

#[tokio::test]
async fn a_refused_realm_is_named_for_consent() {
    let foreign = || realm("https://auth.example.net:8443/token");
    let refused = foreign().world();
    let check = run(
        &refused,
        &Operator::default(),
        &password(),
        Some("team/app:1"),
    )
    .await;
    assert!(
        check
            .problem
            .unwrap()
            .detail
            .contains("auth.example.net:8443")
    );
    assert_eq!(
        refused.http.lines().len(),
        1,
        "the token service is not even asked"
    );

    let consent = ConnectionSpec {
        trusted_auth_hosts: vec!["auth.example.net:8443".to_owned()],
        ..password()
    };
    let world = foreign().world();
    world.http.trust(&["https://auth.example.net:8443"]);
    let check = run(&world, &Operator::default(), &consent, Some("team/app:1")).await;
    assert!(check.ok, "{:?}", check.problem);
    let world = foreign().world();
    let check = run(
        &world,
        &Operator::default(),
        &anonymous(),
        Some("team/app:1"),
    )
    .await;
    assert!(
        check.ok,
        "without credentials there is nothing to consent to: {:?}",
        check.problem
    );
}
