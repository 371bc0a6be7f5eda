//! HTTP: routes, methods, media types, sizes, other origins.

use super::*;

#[tokio::test]
async fn the_provider_table_is_public() {
    let harness = Harness::new();
    let answer = harness
        .send(
            http::Request::get("/v1/providers")
                .body(Full::new(Bytes::new()))
                .unwrap(),
        )
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json");
    let ids: Vec<_> = answer
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|provider| provider["id"].as_str().unwrap().to_owned())
        .collect();
    for id in ["docker-registry", "docker-hub"] {
        assert!(ids.iter().any(|known| known == id), "{id}");
    }
}

#[tokio::test]
async fn forms_are_validated_alone_or_with_what_was_touched() {
    let harness = Harness::new();
    let form = json!({ "provider": "docker-registry", "auth": "password", "values": { "url": "https://a.example.com" } });
    let alone = harness.post("/v1/validate", &form).await;
    assert_eq!(
        (alone.status, alone.json()["valid"].clone()),
        (200, json!(false))
    );
    let fields = |answer: &Read| -> Vec<String> {
        let findings = answer.json()["findings"].as_array().unwrap().clone();
        findings
            .iter()
            .map(|finding| finding["field"].as_str().unwrap().to_owned())
            .collect()
    };
    assert!(fields(&alone).contains(&"name".to_owned()));
    assert_eq!(
        harness
            .post("/v1/validate", &json!({ "form": form }))
            .await
            .json(),
        alone.json()
    );
    let touched = harness
        .post("/v1/validate", &json!({ "form": form, "touched": [] }))
        .await;
    assert_eq!(fields(&touched), Vec::<String>::new());
    assert_eq!(touched.json()["endpoint"], "https://a.example.com");
}

#[tokio::test]
async fn what_is_no_route_is_not_found_and_what_is_no_method_is_named() {
    let harness = Harness::new();
    for path in [
        "/",
        "/v1",
        "/v1/openapi.jso",
        "/v2/providers",
        "/v1/projects",
        "/v1/projects/acme",
        "/v1/admin",
    ] {
        assert_eq!(
            harness.get(path).await.problem(),
            problem(404, "not_found"),
            "{path}"
        );
    }
    let cases = [
        (Method::POST, "/v1/providers", "GET"),
        (Method::GET, "/v1/validate", "POST"),
        (Method::GET, "/v1/check", "POST"),
        (Method::DELETE, LIST, "GET, POST"),
        (
            Method::PUT,
            "/v1/projects/acme/connections/1",
            "GET, PATCH, DELETE",
        ),
        (
            Method::HEAD,
            "/v1/projects/acme/connections/1",
            "GET, PATCH, DELETE",
        ),
        (
            Method::POST,
            "/v1/projects/acme/connections/1/credentials",
            "PUT",
        ),
        (Method::GET, "/v1/projects/acme/connections/1/check", "POST"),
    ];
    for (method, path, allow) in cases {
        let answer = harness.send(request(method.clone(), path, &[], None)).await;
        assert_eq!(
            answer.problem(),
            problem(405, "method.not_allowed"),
            "{method} {path}"
        );
        assert_eq!(answer.headers[header::ALLOW], allow, "{method} {path}");
    }
}

#[tokio::test]
async fn media_types_and_sizes_are_bounded() {
    let harness = Harness::new();
    let send = async |headers: &[(&'static str, &str)], body: &Value| {
        harness
            .send(request(Method::POST, LIST, headers, Some(body)))
            .await
            .problem()
    };
    assert_eq!(
        send(&[("content-type", "text/plain")], &json!({})).await,
        problem(415, "media_type.unsupported")
    );
    assert_eq!(
        send(&[("accept", "text/html")], &json!({})).await,
        problem(406, "accept.unsupported")
    );
    assert_eq!(send(&[], &json!([])).await, problem(400, "body.malformed"));
    assert_eq!(
        send(&[("content-length", "1048577")], &json!({})).await,
        problem(413, "body.too_large")
    );
    let fits = "x".repeat(crate::body::LARGEST - 2);
    assert_eq!(
        send(&[], &json!(fits)).await,
        problem(400, "body.malformed")
    );
    assert_eq!(
        send(&[], &json!(format!("{fits}x"))).await,
        problem(413, "body.too_large")
    );
    let broken = http::Request::post(LIST)
        .header(
            header::AUTHORIZATION,
            format!("Bearer {}", token(&claims("ada", &["acme"], &ALL))),
        )
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::new(Bytes::from_static(
            br#"{"values":{"password":"hunter2"#,
        )))
        .unwrap();
    let answer = harness.send(broken).await;
    assert_eq!(answer.problem(), problem(400, "body.malformed"));
    assert!(!answer.text.contains("hunter2"));
}

#[tokio::test]
async fn request_ids_are_kept_or_made() {
    let harness = Harness::new();
    let kept = harness
        .send(request(
            Method::GET,
            LIST,
            &[("x-request-id", "build-17")],
            None,
        ))
        .await;
    assert_eq!(kept.headers["x-request-id"], "build-17");
    let made = harness
        .send(request(Method::GET, LIST, &[("x-request-id", "a b")], None))
        .await;
    assert_eq!(made.headers["x-request-id"].len(), 32);
}

#[tokio::test]
async fn listed_origins_may_call() {
    let harness = Harness::with(&Variables {
        allowed_origins: "https://app.example.com".to_owned(),
        ..variables()
    });
    for (origin, allowed) in [
        ("https://app.example.com", true),
        ("https://evil.example.com", false),
    ] {
        let answer = harness
            .send(request(Method::GET, LIST, &[("origin", origin)], None))
            .await;
        assert_eq!(answer.status, 200);
        assert_eq!(
            answer
                .headers
                .get(header::ACCESS_CONTROL_ALLOW_ORIGIN)
                .is_some(),
            allowed,
            "{origin}"
        );

        let headers = [
            ("origin", origin),
            ("access-control-request-method", "PATCH"),
        ];
        let path = "/v1/projects/acme/connections/1";
        let mut preflight = request(Method::OPTIONS, path, &headers, None);
        preflight.headers_mut().remove(header::AUTHORIZATION);
        let answer = harness.send(preflight).await;
        assert_eq!(answer.status, 204);
        let methods = answer.headers.get(header::ACCESS_CONTROL_ALLOW_METHODS);
        assert_eq!(
            methods.map(|value| value.to_str().unwrap()),
            allowed.then_some("GET, PATCH, DELETE"),
            "{origin}"
        );
    }
    let problem_answer = harness
        .send(request(
            Method::GET,
            "/v1/nothing",
            &[("origin", "https://app.example.com")],
            None,
        ))
        .await;
    assert_eq!(
        problem_answer.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN],
        "https://app.example.com"
    );
}

#[tokio::test]
async fn a_variable_that_is_wrong_is_named_on_every_route() {
    let good = variables();
    let cases = [
        (
            "sealing_keys",
            Variables {
                sealing_keys: String::new(),
                ..variables()
            },
        ),
        (
            "sealing_keys",
            Variables {
                sealing_keys: "k1:c2hvcnQ=".to_owned(),
                ..variables()
            },
        ),
        (
            "sealing_keys",
            Variables {
                sealing_keys: format!("{0},{0}", good.sealing_keys),
                ..variables()
            },
        ),
        (
            "auth_secret",
            Variables {
                auth_secret: String::new(),
                ..variables()
            },
        ),
        (
            "auth_secret",
            Variables {
                auth_secret: "too short to be a secret".to_owned(),
                ..variables()
            },
        ),
        (
            "allowed_origins",
            Variables {
                allowed_origins: "*".to_owned(),
                ..variables()
            },
        ),
        (
            "registry_requests_per_subject",
            Variables {
                registry_requests_per_subject: "0".to_owned(),
                ..variables()
            },
        ),
        (
            "registry_requests_per_project",
            Variables {
                registry_requests_per_project: "many".to_owned(),
                ..variables()
            },
        ),
        (
            "private_hosts",
            Variables {
                private_hosts: "https://registry.corp".to_owned(),
                ..variables()
            },
        ),
        (
            "plain_http_hosts",
            Variables {
                plain_http_hosts: "registry.corp:0".to_owned(),
                ..variables()
            },
        ),
        (
            "egress_addresses",
            Variables {
                egress_addresses: "nat.example.com".to_owned(),
                ..variables()
            },
        ),
    ];
    for (name, variables) in cases {
        let harness = Harness::with(&variables);
        for path in ["/v1/providers", LIST, "/v1/nothing"] {
            let answer = harness.get(path).await;
            assert_eq!(
                answer.problem(),
                problem(503, &format!("config.{name}")),
                "{path}"
            );
            for value in [&variables.sealing_keys, &variables.auth_secret] {
                assert!(
                    value.is_empty() || !answer.text.contains(value.as_str()),
                    "{name}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_broken_database_is_internal_and_says_why_to_the_log_only() {
    struct Broken;

    impl Database for Broken {
        async fn query(
            &self,
            _statement: &str,
            _parameters: Vec<bowline_store::Value>,
        ) -> Result<Vec<bowline_store::Row>, bowline_store::DatabaseError> {
            Err(bowline_store::DatabaseError::Failed(
                "disk I/O error".to_owned(),
            ))
        }
    }

    let clock = TestClock(Clocked::new(START_MS));
    let service = Service::new(
        Broken,
        Script::default(),
        clock,
        Counter::default(),
        Config::parse(&variables()),
    );
    let answer = service.handle(request(Method::GET, LIST, &[], None)).await;
    assert_eq!(answer.status(), 500);
    assert!(
        answer
            .extensions()
            .get::<crate::response::Cause>()
            .unwrap()
            .0
            .contains("disk I/O error")
    );
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    assert!(!String::from_utf8_lossy(&body).contains("disk"));
}
