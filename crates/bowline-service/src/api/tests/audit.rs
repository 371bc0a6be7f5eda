//! The audit of a project: who reads it, refusals in it, and its upkeep.

use super::*;

const AUDIT: &str = "/v1/projects/acme/audit";
const DUE: &str = "/v1/sync/due";

fn as_reader(method: Method, path: &str) -> http::Request<Full<Bytes>> {
    let claims = claims("eve", &["acme", "beta"], &ALL[..1]);
    let authorization = format!("Bearer {}", token(&claims));
    request(method, path, &[("authorization", &authorization)], None)
}

#[tokio::test]
async fn a_project_reads_its_audit_with_its_end_and_follows_it() {
    let harness = Harness::new();
    harness.created("a", "https://a.example.com").await;
    harness.created("b", "https://b.example.com").await;
    let first = harness.get(&format!("{AUDIT}?limit=1")).await.json();
    let told = |page: &Value| {
        let entry = &page["items"][0];
        (
            entry["number"].clone(),
            entry["action"].clone(),
            entry["subject"].clone(),
        )
    };
    assert_eq!(told(&first), (json!(1), json!("create"), json!("ada")));
    assert_eq!(
        (&first["head"]["number"], &first["head"]["linked"]),
        (&json!(2), &json!(2))
    );
    assert_eq!(first["head"]["link"].as_str().unwrap().len(), 44);
    let next = first["next"].as_str().unwrap();
    let second = harness
        .get(&format!("{AUDIT}?limit=5&cursor={next}"))
        .await
        .json();
    assert_eq!(told(&second).0, 2);
    let next = second["next"].as_str().unwrap();
    let end = harness.get(&format!("{AUDIT}?cursor={next}")).await.json();
    assert_eq!(
        (&end["items"], end["next"].as_str().unwrap()),
        (&json!([]), next)
    );
}

#[tokio::test]
async fn a_refused_permission_is_one_row_a_minute_in_the_audit() {
    let harness = Harness::new();
    let (path, connection) = harness.created("a", "https://a.example.com").await;
    for _ in 0..3 {
        let answer = harness.send(as_reader(Method::DELETE, &path)).await;
        assert_eq!(answer.problem(), problem(403, "permission.missing"));
    }
    // One that names no project stands in each of the token's.
    let answer = harness.send(as_reader(Method::POST, DUE)).await;
    assert_eq!(answer.problem(), problem(403, "permission.missing"));
    // A project that is not the caller's knows nothing of it.
    let elsewhere = as_reader(Method::DELETE, "/v1/projects/other/dockerconfig?image=a/b");
    assert!(harness.send(elsewhere).await.status >= 400);
    let refused = |page: &Value| -> Vec<Value> {
        let rows = page["items"].as_array().unwrap().iter();
        rows.filter(|row| row["action"] == "refused")
            .map(|row| {
                json!([
                    row["subject"],
                    row["changes"]["operation"][1],
                    row["connection"]
                ])
            })
            .collect()
    };
    let acme = harness.get(AUDIT).await.json();
    let id = &connection["id"];
    let expected = [
        json!(["eve", "deleteConnection", id]),
        json!(["eve", "doDue", null]),
    ];
    assert_eq!(refused(&acme), expected);
    let beta = harness
        .send(as_reader(Method::GET, "/v1/projects/beta/audit"))
        .await
        .json();
    assert_eq!(refused(&beta), [json!(["eve", "doDue", null])]);
    let other = "SELECT count(*) FROM audit WHERE project NOT IN ('acme', 'beta')";
    let rows = harness.database.query(other, vec![]).await.unwrap();
    assert_eq!(rows[0].0, [0_i64.into()]);
}

#[tokio::test]
async fn the_scheduled_work_links_what_was_left_and_forgets_what_is_old() {
    let harness = Harness::new();
    let (path, _) = harness.created("a", "https://a.example.com").await;
    let row = "INSERT INTO audit (project, connection, version, action, changes, at, subject, source, request_id)
        VALUES ('acme', '', 1, 'hand-out', '{}', 1, 'ada', NULL, 'r')";
    harness.database.query(row, vec![]).await.unwrap();
    let head = async || harness.get(AUDIT).await.json()["head"].clone();
    assert_eq!(head().await["linked"], 1);
    assert_eq!(harness.post(DUE, &json!({})).await.status, 200);
    assert_eq!(
        (&head().await["number"], &head().await["linked"]),
        (&json!(2), &json!(2))
    );

    // The second row is as old as the clock's beginning; the first is kept for its 400 days.
    let after = async |days: i64| {
        harness.now.set(START_MS + days * 24 * 60 * 60 * 1000);
        harness.script.check(true, "login", Value::Null);
        assert_eq!(
            harness
                .send(today(&harness, Method::POST, DUE))
                .await
                .status,
            200
        );
        harness
            .send(today(&harness, Method::GET, AUDIT))
            .await
            .json()["items"]
            .clone()
    };
    assert_eq!(after(399).await[0]["number"], 1);
    let kept = after(401).await;
    assert_eq!(
        (&kept[0]["action"], &kept[0]["subject"]),
        (&json!("reseal"), &json!("bowline"))
    );
    assert_eq!(
        harness
            .send(today(&harness, Method::GET, &path))
            .await
            .status,
        200
    );
}

/// A request with a token of the time that it is.
fn today(harness: &Harness, method: Method, path: &str) -> http::Request<Full<Bytes>> {
    let mut claims = claims("ada", &["acme"], &ALL);
    claims["exp"] = json!(harness.now.get().div_euclid(1000).saturating_add(3600));
    let authorization = format!("Bearer {}", token(&claims));
    request(method, path, &[("authorization", &authorization)], None)
}
