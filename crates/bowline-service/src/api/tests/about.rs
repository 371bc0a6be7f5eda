//! What is told of the service.

use super::*;

#[tokio::test]
async fn a_form_learns_what_customers_have_to_set_up_first() {
    let told = |variables: Variables| async move {
        let answer = Harness::with(&variables).get("/v1/service").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    };
    let usual = json!({
        "egressAddresses": [], "awsAccountId": null, "issuer": null,
        "limits": { "checksPerSubject": 30, "registryRequestsPerSubject": 120,
            "registryRequestsPerProject": 600, "notificationsPerConnection": 600,
            "validateBytesPerSubject": 16_777_216, "changeBytesPerProject": 2_097_152 },
        "quotas": { "connections": 1000, "patterns": 10_000, "queuedScans": 20_000 },
    });
    assert_eq!(told(variables()).await, usual);
    let set = Variables {
        egress_addresses: "192.0.2.7, 2001:db8::/64".to_owned(),
        aws_account_id: " 123456789012 ".to_owned(),
        checks_per_subject: "5".to_owned(),
        registry_requests_per_subject: "6".to_owned(),
        registry_requests_per_project: "7".to_owned(),
        notifications_per_connection: "8".to_owned(),
        validate_bytes_per_subject: "9".to_owned(),
        connections_per_project: "10".to_owned(),
        change_bytes_per_project: "13".to_owned(),
        patterns_per_project: "11".to_owned(),
        queued_scans_per_project: "12".to_owned(),
        ..variables()
    };
    let expected = json!({
        "egressAddresses": ["192.0.2.7", "2001:db8::/64"], "awsAccountId": "123456789012", "issuer": null,
        "limits": { "checksPerSubject": 5, "registryRequestsPerSubject": 6,
            "registryRequestsPerProject": 7, "notificationsPerConnection": 8,
            "validateBytesPerSubject": 9, "changeBytesPerProject": 13 },
        "quotas": { "connections": 10, "patterns": 11, "queuedScans": 12 },
    });
    assert_eq!(told(set).await, expected);
}

#[tokio::test]
async fn the_limits_are_the_operators() {
    let harness = Harness::with(&Variables {
        checks_per_subject: "1".to_owned(),
        ..variables()
    });
    let form = json!({ "form": form("a", "https://a.example.com") });
    for status in [200, 429] {
        harness.script.check(true, "login", Value::Null);
        assert_eq!(harness.post("/v1/check", &form).await.status, status);
    }
}

type Set = fn(&mut Variables);

#[tokio::test]
async fn what_is_no_limit_and_no_account_stops_the_service() {
    let cases: [(&str, Set); 4] = [
        ("config.checks_per_subject", |it| {
            it.checks_per_subject = "0".to_owned()
        }),
        ("config.notifications_per_connection", |it| {
            it.notifications_per_connection = "many".to_owned();
        }),
        ("config.aws_account_id", |it| {
            it.aws_account_id = "1234".to_owned()
        }),
        ("config.aws_account_id", |it| {
            it.aws_account_id = "12345678901x".to_owned()
        }),
    ];
    for (code, set) in cases {
        let mut variables = variables();
        set(&mut variables);
        let answer = Harness::with(&variables).get("/v1/service").await;
        assert_eq!(answer.problem(), problem(503, code));
    }
}
