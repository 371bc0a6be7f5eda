//! The log: one line a request, with nothing secret in it.

use super::*;
use crate::log::LogLine;

impl Harness {
    /// The line about a request.
    async fn line_of(&self, request: http::Request<Full<Bytes>>) -> Option<Value> {
        let answer = self.answer(request).await;
        let LogLine(line) = answer.extensions().get()?;
        for secret in [PASSWORD, SECRET, "eyJ", "words of a registry"] {
            assert!(!line.contains(secret), "{line}");
        }
        Some(serde_json::from_str(line).unwrap())
    }
}

#[tokio::test]
async fn each_request_has_a_line_that_leads_from_the_page_to_its_cause() {
    let harness = Harness::new();
    let (path, _) = harness.created("a", "https://a.example.com").await;
    let problem = json!({ "code": "auth.rejected", "title": "t", "detail": "words of a registry", "hint": "h", "status": 422 });
    harness
        .script
        .whole(422, "application/problem+json", &problem);
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let headers = [("x-request-id", "r-7"), ("traceparent", trace)];
    let browse = request(
        Method::GET,
        &format!("{path}/repositories?search={PASSWORD}"),
        &headers,
        None,
    );
    let line = harness.line_of(browse).await.unwrap();
    let expected = json!({
        "time": "2027-01-15T08:00:00Z", "level": "warn", "component": "connections", "request_id": "r-7",
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "method": "GET",
        "route": "/v1/projects/{project}/connections/{id}/repositories", "status": 422, "code": "auth.rejected",
        "subject": "ada", "project": "acme", "duration_ms": 0, "outbound_requests": 1, "outbound_ms": 0,
    });
    assert_eq!(line, expected);
    // The private service does not answer.
    let browse = request(Method::GET, &format!("{path}/repositories"), &headers, None);
    let line = harness.line_of(browse).await.unwrap();
    assert_eq!(
        (&line["level"], &line["status"], &line["code"]),
        (&json!("error"), &json!(500), &json!("internal"))
    );
    assert!(
        line["cause"]
            .as_str()
            .unwrap()
            .contains("connection refused"),
        "{line}"
    );
}

#[tokio::test]
async fn what_is_unknown_or_secret_is_not_repeated() {
    let harness = Harness::new();
    let (path, _) = harness.created("a", "https://a.example.com").await;
    let events = harness.post(&format!("{path}/events"), &json!({})).await;
    let secret = events.json()["authorization"].as_str().unwrap().to_owned();
    let secret = secret.trim_start_matches("Bearer ").to_owned();
    let id = path.rsplit('/').next().unwrap();
    let notices = json!({ "url": "https://hooks.example.com/t0ken", "kinds": ["sync.failed"] });
    let cases = [
        (
            request(
                Method::POST,
                &format!("/v1/events/{id}/{secret}"),
                &[],
                Some(&json!({})),
            ),
            Some("/v1/events/{id}/{secret}"),
        ),
        (
            request(Method::GET, &format!("/v1/{PASSWORD}"), &[], None),
            None,
        ),
        (
            request(
                Method::POST,
                LIST,
                &[],
                Some(&form("b", "https://b.example.com")),
            ),
            Some("/v1/projects/{project}/connections"),
        ),
        (
            request(
                Method::PUT,
                "/v1/projects/acme/notices",
                &[],
                Some(&notices),
            ),
            Some("/v1/projects/{project}/notices"),
        ),
        (
            request(
                Method::GET,
                "/v1/providers",
                &[("authorization", "Bearer eyJ")],
                None,
            ),
            Some("/v1/providers"),
        ),
        (
            request(Method::GET, LIST, &[("authorization", "Bearer eyJ")], None),
            Some("/v1/projects/{project}/connections"),
        ),
    ];
    for (request, route) in cases {
        let line = harness.line_of(request).await.unwrap();
        assert_eq!(line["route"].as_str(), route);
        let text = line.to_string();
        assert!(
            !text.contains(&secret) && !text.contains("t0ken") && !text.contains(id),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_change_and_the_scheduled_work_tell_where_the_audit_ends() {
    let harness = Harness::new();
    let (path, _) = harness.created("a", "https://a.example.com").await;
    let page = async || harness.get("/v1/projects/acme/audit").await.json();
    let told = |page: &Value| {
        let (number, mac) = (&page["head"]["linked"], &page["head"]["link"]);
        json!([{ "project": "acme", "number": number, "mac": mac }])
    };
    let eve = format!("Bearer {}", token(&claims("eve", &["acme"], &ALL[..1])));
    let dockerconfig = format!("{path}/dockerconfig");
    let due = || {
        harness.script.check(true, "pull", Value::Null);
        request(Method::POST, "/v1/sync/due", &[], None)
    };
    let changes: [(&str, http::Request<Full<Bytes>>, i64); 5] = [
        (
            "a change",
            request(
                Method::POST,
                LIST,
                &[],
                Some(&form("b", "https://b.example.com")),
            ),
            2,
        ),
        (
            "credentials that are handed out",
            request(Method::GET, &dockerconfig, &[], None),
            3,
        ),
        (
            "a refused permission",
            request(Method::DELETE, &path, &[("authorization", &eve)], None),
            4,
        ),
        ("the scheduled work, a daily check", due(), 4),
        (
            "the end",
            request(Method::DELETE, &format!("{path}?force=true"), &[], None),
            5,
        ),
    ];
    let checks_are_due = "UPDATE schedules SET check_at = 1";
    harness
        .database
        .query(checks_are_due, vec![])
        .await
        .unwrap();
    for (name, asked, number) in changes {
        let line = harness.line_of(asked).await.unwrap();
        let expected = told(&page().await);
        assert_eq!(line["audit"], expected, "{name}: {line}");
        assert_eq!(line["audit"][0]["number"], number, "{name}");
    }
    // Who only reads changes nothing, and what was refused for its body did not.
    let read = request(Method::GET, LIST, &[], None);
    let invalid = request(Method::POST, LIST, &[], Some(&json!({})));
    for asked in [read, invalid] {
        let line = harness.line_of(asked).await.unwrap();
        assert_eq!(line.get("audit"), None, "{line}");
    }
}

#[tokio::test]
async fn the_operator_says_how_much_is_logged() {
    let lines = |level: &'static str, sample: &'static str| async move {
        let harness = Harness::with(&Variables {
            log_level: level.to_owned(),
            log_sample: sample.to_owned(),
            ..variables()
        });
        let mut lines = Vec::new();
        for path in [LIST, "/v1/nothing"] {
            let line = harness.line_of(request(Method::GET, path, &[], None)).await;
            lines.push(line.is_some());
        }
        lines
    };
    assert_eq!(lines("info", "").await, [true, true]);
    assert_eq!(lines("info", "0").await, [false, true]);
    assert_eq!(lines("error", "").await, [false, false]);
    for (level, sample, code) in [
        ("loud", "", "config.log_level"),
        ("", "all", "config.log_sample"),
    ] {
        let harness = Harness::with(&Variables {
            log_level: level.to_owned(),
            log_sample: sample.to_owned(),
            ..variables()
        });
        assert_eq!(harness.get(LIST).await.problem(), problem(503, code));
    }
}

#[tokio::test]
async fn health_is_told_to_everybody() {
    let harness = Harness::new();
    let health = || {
        let mut asked = request(Method::GET, "/v1/health", &[], None);
        asked.headers_mut().remove(header::AUTHORIZATION);
        asked
    };
    let well = harness.send(health()).await;
    assert_eq!((well.status, well.json()), (200, json!({ "status": "ok" })));
    let unconfigured = harness.another_instance(&Variables::default());
    let answer = unconfigured.send(health()).await;
    assert_eq!(answer.problem(), problem(503, "config.sealing_keys"));
    // A step of the schema is missing.
    let step = "DELETE FROM migrations WHERE step = (SELECT MAX(step) FROM migrations)";
    harness.database.query(step, vec![]).await.unwrap();
    assert_eq!(
        harness.send(health()).await.problem(),
        problem(500, "internal")
    );
}
