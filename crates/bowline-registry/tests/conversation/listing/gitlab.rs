//! GitLab: the registries of a group or of the login's projects, by the API beside the token service.

use bowline::form::ConnectionSpec;
use bowline_registry::{Code, Operator, Repositories, repositories};
use serde_json::json;

use super::product::{Product, array, number, numbered};
use crate::{
    double::{FakeWorld, Reply, Sent},
    registry::{Fake, Login, spec},
};

const REALM: &str = "https://gitlab.example.com/jwt/auth";
const TOKEN: &str = "not-a-personal-access-token";

pub fn product() -> Product {
    Product {
        spec: gitlab("registry.example.com/acme", "scanner", TOKEN),
        registry: registry(TOKEN),
        api,
        name: |number| format!("acme/web/app{number:06}"),
        per_page: 100,
        before: 2,
        trusted: &["https://gitlab.example.com", "https://registry.example.com"],
        falls_back: true,
    }
}

fn gitlab(url: &str, username: &str, token: &str) -> ConnectionSpec {
    let values = [("url", url), ("username", username), ("password", token)];
    spec("gitlab", "password", &values, &[])
}

fn registry(password: &'static str) -> Fake {
    let login = Login::Bearer {
        realm: REALM,
        grants: &["pull"],
    };
    Fake {
        password,
        ..Fake::new(login)
    }
    .instead(
        "GET https://registry.example.com/v2/_catalog",
        Reply::status(401),
    )
}

/// A group with all these repositories.
fn api(names: &[String], sent: &Sent) -> Option<Reply> {
    if sent.url.host_str() != Some("gitlab.example.com") || sent.url.path() == "/jwt/auth" {
        return None;
    }
    if sent.authorization() != Some(&format!("Bearer {TOKEN}")) {
        return Some(Reply::status(401).text(r#"{"message":"401 Unauthorized"}"#));
    }
    if sent.url.path() != "/api/v4/groups/acme/registry/repositories" {
        return Some(Reply::status(404).text(r#"{"message":"404 Not Found"}"#));
    }
    let page = number(sent, "page");
    let (shown, more) = numbered(names, page, 100);
    let entries = array(
        shown,
        |name| json!({ "id": 1, "name": "", "path": name, "project_id": 7 }),
    );
    let reply = Reply::json(entries.to_string());
    let next = page + 1;
    Some(if more {
        reply.with("x-next-page", next.to_string()).with("link", format!(
            r#"<https://gitlab.example.com/api/v4/groups/acme/registry/repositories?id=acme&page={next}&per_page=100>; rel="next""#
        ))
    } else {
        reply
    })
}

/// A GitLab with 150 projects, of which every second has its registry on, with two repositories on a page each.
fn projects() -> FakeWorld {
    let fake = registry(TOKEN);
    product().world(move |sent| {
        let Some(path) = sent.url.path().strip_prefix("/api/v4/") else {
            return fake.answer(sent);
        };
        if path == "projects" {
            assert_eq!(sent.query("membership").as_deref(), Some("true"));
            assert_eq!(sent.query("order_by").as_deref(), Some("id"));
            let after: usize = sent.query("id_after").unwrap().parse().unwrap();
            let shown: Vec<_> = (after + 1..=150)
                .take(100)
                .map(|id| {
                    json!({ "id": id, "path_with_namespace": format!("jdoe/p{id:03}"), "container_registry_enabled": id % 2 == 0 })
                })
                .collect();
            return Reply::json(serde_json::Value::from(shown).to_string());
        }
        let Some(id) = path
            .strip_prefix("projects/")
            .and_then(|rest| rest.strip_suffix("/registry/repositories"))
        else {
            return Reply::status(404);
        };
        // One project hides its registry after all.
        if id == "4" {
            return Reply::status(403);
        }
        let id: usize = id.parse().unwrap();
        let page = number(sent, "page");
        let entry = json!([{ "path": format!("jdoe/p{id:03}/i{page}") }]);
        let reply = Reply::json(entry.to_string());
        if page == 1 {
            reply.with("link", "<?page=2&per_page=100>; rel=\"next\"")
        } else {
            reply
        }
    })
}

fn repositories_of_projects() -> Vec<String> {
    (1..=150)
        .filter(|id| id % 2 == 0 && *id != 4)
        .flat_map(|id| [format!("jdoe/p{id:03}/i1"), format!("jdoe/p{id:03}/i2")])
        .collect()
}

#[tokio::test]
async fn the_projects_of_a_member_are_walked() {
    let world = projects();
    let (operator, spec) = (
        Operator::default(),
        gitlab("registry.example.com", "scanner", TOKEN),
    );
    let mut names = Vec::new();
    let mut cursor = None;
    loop {
        // Another instance every few pages.
        let mut listing = Repositories::open(&world, &operator, &spec, None, cursor.as_deref())
            .await
            .unwrap();
        for _ in 0..7 {
            let Some(page) = listing.next_page().await.unwrap() else {
                break;
            };
            names.extend(page.items.iter().map(|entry| entry.name().to_owned()));
            cursor = page.cursor;
        }
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(names, repositories_of_projects());
}

#[tokio::test]
async fn one_instance_asks_for_each_thing_once() {
    let world = projects();
    let (operator, spec) = (
        Operator::default(),
        gitlab("registry.example.com", "scanner", TOKEN),
    );
    let mut listing = Repositories::open(&world, &operator, &spec, None, None)
        .await
        .unwrap();
    let mut names = Vec::new();
    while let Some(page) = listing.next_page().await.unwrap() {
        names.extend(page.items.iter().map(|entry| entry.name().to_owned()));
    }
    assert_eq!(names, repositories_of_projects());
    // Ping, token, two pages of projects, and of 75 projects the pages: one of the project that hides its own.
    assert_eq!(world.http.lines().len(), 2 + 2 + 74 * 2 + 1);
}

#[tokio::test]
async fn deploy_tokens_and_tokens_of_jobs_cannot_list() {
    for (username, token) in [
        ("gitlab+deploy-token-7", "not-a-token"),
        ("deploy", "gldt-not-a-token"),
        ("gitlab-ci-token", "not-a-token"),
    ] {
        let spec = gitlab("registry.example.com", username, token);
        let fake = Fake {
            username,
            ..registry(token)
        };
        let world = product().world(move |sent| fake.answer(sent));
        let problem = repositories(&world, &Operator::default(), &spec)
            .await
            .unwrap_err();
        assert_eq!(problem.code, Code::PermissionCatalogMissing, "{username}");
        assert!(problem.detail.contains("read_api"), "{}", problem.detail);
        assert!(
            !world.http.lines().iter().any(|line| line.contains("/api/")),
            "nothing is asked in vain"
        );
    }
}

#[tokio::test]
async fn the_api_of_a_foreign_token_service_gets_nothing() {
    let fake = Fake {
        login: Login::Bearer {
            realm: "https://gitlab.example.net/jwt/auth",
            grants: &["pull"],
        },
        ..registry(TOKEN)
    };
    let world = product().world(move |sent| fake.answer(sent));
    let spec = gitlab("registry.example.com", "scanner", TOKEN);
    let problem = repositories(&world, &Operator::default(), &spec).await;
    assert_eq!(problem.unwrap_err().code, Code::RealmNotTrusted);
    assert_eq!(world.http.lines().len(), 1);
}
