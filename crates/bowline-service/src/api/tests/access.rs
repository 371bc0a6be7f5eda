//! Who may do what, and what others see.

use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::*;
use crate::operations::{self, Authorization, Need, Row, parameter::Place, tests::filled};

const READ: &str = ALL[0];
const WRITE: &str = ALL[1];

/// Every operation that wants a token, with the permission that it needs; `{id}` is a connection of `acme`.
fn routes() -> Vec<(Method, String, Option<&'static str>)> {
    let described = |row: &Row| {
        let Authorization::Token(need, _) = row.authorization else {
            return None;
        };
        let permission = match need {
            Need::Nothing => None,
            Need::InProject(permission)
            | Need::InSomeProject(permission)
            | Need::InOwnOrAll(permission, _) => Some(permission.name()),
        };
        let path = row.path.replace("{project}", "acme");
        let path = path.replace(&format!("{LIST}/{{id}}"), "{connection}");
        let path = filled(&path).replace("{connection}", "{id}");
        let required = row
            .parameters
            .iter()
            .find(|it| it.is_required && it.place == Place::Query);
        let query = required.map_or_else(String::new, |it| format!("?{}=a", it.name));
        Some((row.method.clone(), path + &query, permission))
    };
    let routes: Vec<_> = operations::all().filter_map(described).collect();
    assert!(routes.len() >= 35, "{routes:?}");
    routes
}

fn bearer(claims: &Value) -> String {
    format!("Bearer {}", token(claims))
}

#[tokio::test]
async fn every_route_but_the_provider_table_wants_a_token() {
    let harness = Harness::new();
    let (path, _) = harness.created("a", "https://a.example.com").await;
    let good = bearer(&claims("ada", &["acme"], &ALL));
    let mut expired = claims("ada", &["acme"], &ALL);
    expired["exp"] = json!(START_MS / 1000 - 60);
    let cases = [
        (
            "another scheme",
            "Basic YWRhOnB3".to_owned(),
            "auth.invalid",
        ),
        ("no token", "Bearer ".to_owned(), "auth.invalid"),
        ("nonsense", "Bearer nonsense".to_owned(), "auth.invalid"),
        ("expired", bearer(&expired), "auth.invalid"),
        (
            "alg none",
            {
                let (signed, _) = good.rsplit_once('.').unwrap();
                let (_, payload) = signed.rsplit_once('.').unwrap();
                format!(
                    "Bearer {}.{payload}.",
                    URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#)
                )
            },
            "auth.invalid",
        ),
        (
            "another signature",
            format!("{}AAAA", good.split_at(good.len() - 4).0),
            "auth.invalid",
        ),
    ];
    for (method, route, _) in routes() {
        let route = route.replace("{id}", &path);
        for (name, authorization, code) in &cases {
            let headers = [("authorization", authorization.as_str())];
            let answer = harness
                .send(request(method.clone(), &route, &headers, Some(&json!({}))))
                .await;
            assert_eq!(
                answer.problem(),
                problem(401, code),
                "{method} {route}: {name}"
            );
            assert!(answer.headers.contains_key(header::WWW_AUTHENTICATE));
        }
        let mut bare = request(method.clone(), &route, &[], Some(&json!({})));
        bare.headers_mut().remove(header::AUTHORIZATION);
        assert_eq!(
            harness.send(bare).await.problem(),
            problem(401, "auth.missing"),
            "{method} {route}"
        );
        let mut two = request(method.clone(), &route, &[], Some(&json!({})));
        two.headers_mut()
            .append(header::AUTHORIZATION, good.parse().unwrap());
        assert_eq!(
            harness.send(two).await.problem(),
            problem(401, "auth.invalid"),
            "{method} {route}: two tokens"
        );
    }
    assert!(harness.script.sent.borrow().is_empty());
    assert_eq!(
        harness.get(LIST).await.json()["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn each_permission_alone_opens_only_its_routes() {
    for (method, route, needed) in routes() {
        for held in ALL {
            let harness = Harness::new();
            harness.script.check(true, "login", Value::Null);
            let (path, _) = harness.created("a", "https://a.example.com").await;
            let route = route.replace("{id}", &path);
            let authorization = bearer(&claims("bob", &["acme"], &[held]));
            let headers = [
                ("authorization", authorization.as_str()),
                ("if-match", "\"1\""),
            ];
            let answer = harness
                .send(request(method.clone(), &route, &headers, Some(&json!({}))))
                .await;
            let open = needed.is_none_or(|needed| needed == held);
            assert_eq!(
                answer.status != 403,
                open,
                "{method} {route} with {held}: {answer:?}"
            );
            if !open {
                assert_eq!(answer.problem(), problem(403, "permission.missing"));
                assert_eq!(answer.json()["permission"], needed.unwrap());
            }
        }
    }
}

#[tokio::test]
async fn permissions_and_projects_are_compared_exactly() {
    let harness = Harness::new();
    let cases: [(&str, &[&str], &[&str], u16); 9] = [
        ("its own", &["acme"], &[READ], 200),
        ("one of several", &["b", "acme"], &[WRITE, READ], 200),
        ("no project", &[], &[READ], 404),
        ("another case", &["Acme"], &[READ], 404),
        ("a prefix", &["acm"], &[READ], 404),
        ("a star", &["*"], &[READ], 404),
        ("no permission", &["acme"], &[], 403),
        (
            "a star for a permission",
            &["acme"],
            &["iam:project:cicd:registry:*"],
            403,
        ),
        ("the short name", &["acme"], &["read"], 403),
    ];
    for (name, projects, permissions, status) in cases {
        let authorization = bearer(&claims("bob", projects, permissions));
        let answer = harness
            .send(request(
                Method::GET,
                LIST,
                &[("authorization", &authorization)],
                None,
            ))
            .await;
        assert_eq!(answer.status, status, "{name}");
    }
}

/// What is asked of a project that has the connection and of one that nobody has is answered alike.
#[tokio::test]
async fn another_project_shows_nothing() {
    let harness = Harness::new();
    harness.created("a", "https://a.example.com").await;
    let (path, _) = harness.created("b", "https://b.example.com").await;
    let nowhere = path.replace("/acme/", "/nowhere/");
    for (method, route, _) in routes()
        .into_iter()
        .filter(|(_, route, _)| route.starts_with("{id}") || route == LIST)
    {
        // Somebody of another project asks, also for the connection under their own project.
        let authorization = bearer(&claims("eve", &["evil"], &ALL));
        let headers = [
            ("authorization", authorization.as_str()),
            ("if-match", "\"1\""),
        ];
        let bodies = |base: &str| {
            route
                .replace("{id}", base)
                .replace(LIST, base.rsplit_once('/').unwrap().0)
        };
        let mut seen = Vec::new();
        for base in [path.as_str(), nowhere.as_str()] {
            let answer = harness
                .send(request(
                    method.clone(),
                    &bodies(base),
                    &headers,
                    Some(&json!({ "name": "x" })),
                ))
                .await;
            assert_eq!(
                answer.problem(),
                problem(404, "not_found"),
                "{method} {base}"
            );
            let mut body = answer.json();
            body["requestId"] = Value::Null;
            seen.push(body);
        }
        assert_eq!(seen[0], seen[1], "{method} {route}");
        if route.contains("{id}") {
            let own = bodies(&path.replace("/acme/", "/evil/"));
            let body = if route.contains("credentials") {
                form("b", "https://b.example.com")
            } else {
                json!({ "name": "x" })
            };
            let body = match route.rsplit('/').next() {
                Some("check" | "selection") => json!({}),
                Some("scans") => json!({ "images": ["a:1"] }),
                Some("build-7") => json!({ "until": "2999-01-01T00:00:00Z" }),
                _ => body,
            };
            let answer = harness
                .send(request(method.clone(), &own, &headers, Some(&body)))
                .await;
            assert_eq!(
                answer.problem(),
                problem(404, "not_found"),
                "{method} {own}"
            );
        }
    }
    assert_eq!(harness.get(&path).await.json()["name"], "b");
    assert!(harness.script.sent.borrow().is_empty());
}

#[tokio::test]
async fn a_check_needs_a_project_to_write_in() {
    let harness = Harness::new();
    let authorization = bearer(&claims("bob", &[], &[WRITE]));
    let headers = [("authorization", authorization.as_str())];
    let answer = harness
        .send(request(
            Method::POST,
            "/v1/check",
            &headers,
            Some(&json!({})),
        ))
        .await;
    assert_eq!(answer.problem(), problem(403, "permission.missing"));
}
