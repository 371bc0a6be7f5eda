//! GitHub: the packages of an organization or a user, by its API; its registry has no catalog.

use bowline::form::ConnectionSpec;
use bowline_registry::{Code, Operator, repositories};
use serde_json::json;

use super::product::{Product, array, number, numbered, split};
use crate::{
    double::{FakeWorld, Reply, Sent},
    registry::{Fake, Login, spec},
};

const REALM: &str = "https://ghcr.io/token";
const TOKEN: &str = "ghp_not-a-token";

pub fn product() -> Product {
    Product {
        spec: ghcr("acme"),
        registry: registry(),
        api,
        name: |number| format!("acme/app{number:06}"),
        per_page: 100,
        before: 2,
        trusted: &["https://api.github.com", "https://ghcr.io"],
        falls_back: false,
    }
}

fn ghcr(namespace: &str) -> ConnectionSpec {
    let values = [
        ("url", "ghcr.io"),
        ("username", "scanner"),
        ("password", TOKEN),
        ("namespace", namespace),
    ];
    spec("github", "password", &values, &[])
}

fn registry() -> Fake {
    Fake {
        origin: "https://ghcr.io",
        password: TOKEN,
        ..Fake::new(Login::Bearer {
            realm: REALM,
            grants: &["pull"],
        })
    }
}

fn api(names: &[String], sent: &Sent) -> Option<Reply> {
    if sent.url.host_str() != Some("api.github.com") {
        return None;
    }
    if sent.url.path() != "/orgs/acme/packages" {
        return Some(Reply::status(404).text(r#"{"message":"Not Found"}"#));
    }
    assert_eq!(sent.query("package_type").as_deref(), Some("container"));
    if sent.authorization() != Some(&format!("Bearer {TOKEN}")) {
        return Some(Reply::status(401).text(r#"{"message":"Requires authentication"}"#));
    }
    let page = number(sent, "page");
    let (shown, more) = numbered(names, page, 100);
    let packages = array(shown, |name| {
        let (owner, name) = split(name);
        json!({ "id": 1, "name": name, "package_type": "container", "owner": { "login": owner.to_uppercase() },
                "updated_at": "2023-11-14T22:13:20Z" })
    });
    let reply = Reply::json(packages.to_string());
    let next = page + 1;
    Some(if more {
        reply.with("link", format!(
            r#"<https://api.github.com/organizations/7/packages?package_type=container&per_page=100&page={next}>; rel="next", <https://api.github.com/organizations/7/packages?page=9>; rel="last""#
        ))
    } else {
        reply
    })
}

/// GitHub, of which only this path of the API is there.
fn only(path: &'static str) -> FakeWorld {
    let fake = registry();
    product().world(move |sent| match sent.url.host_str() {
        Some("api.github.com") if sent.url.path() == path => Reply::json(
            r#"[{"name":"app","owner":{"login":"Jdoe"}},{"name":"Odd Name","owner":{"login":"jdoe"}}]"#,
        ),
        Some("api.github.com") => Reply::status(404),
        _ => fake.answer(sent),
    })
}

#[tokio::test]
async fn an_owner_is_an_organization_or_a_user_or_oneself() {
    for (namespace, path, requests) in [
        ("jdoe", "/orgs/jdoe/packages", 3),
        ("jdoe", "/users/jdoe/packages", 4),
        ("", "/user/packages", 3),
    ] {
        let world = only(path);
        let listing = repositories(&world, &Operator::default(), &ghcr(namespace)).await;
        assert_eq!(listing.unwrap().items, ["jdoe/app"], "{path}");
        assert_eq!(world.http.lines().len(), requests, "{path}");
    }
}

#[tokio::test]
async fn an_unknown_owner_and_no_login_have_no_listing() {
    let operator = Operator::default();
    let world = only("/nothing");
    let problem = repositories(&world, &operator, &ghcr("jdoe")).await;
    assert_eq!(problem.unwrap_err().code, Code::PermissionCatalogMissing);

    let values = [("url", "ghcr.io"), ("namespace", "jdoe")];
    let anonymous = spec("github", "anonymous", &values, &[]);
    let world = only("/orgs/jdoe/packages");
    let problem = repositories(&world, &operator, &anonymous).await;
    assert_eq!(problem.unwrap_err().code, Code::PermissionCatalogMissing);
    assert_eq!(world.http.lines().len(), 1, "nothing is asked in vain");
}

/// <https://docs.github.com/enterprise-server@latest/rest/packages/packages>: the API is below `/api/v3` of the server, and
/// on GHE.com beside the tenant.
#[tokio::test]
async fn an_enterprise_lists_by_its_own_api() {
    for (host, origin, api) in [
        (
            "containers.octocorp.ghe.com",
            "https://containers.octocorp.ghe.com",
            "https://api.octocorp.ghe.com/orgs/acme/packages",
        ),
        (
            "containers.github.acme-corp.com",
            "https://containers.github.acme-corp.com",
            "https://github.acme-corp.com/api/v3/orgs/acme/packages",
        ),
    ] {
        let fake = Fake {
            origin,
            password: TOKEN,
            ..Fake::basic()
        };
        let world = crate::double::world(move |sent| {
            let line = sent.line();
            match line.strip_prefix(&format!("GET {api}?")) {
                Some(query) => {
                    assert_eq!(query, "package_type=container&per_page=100");
                    assert_eq!(sent.authorization(), Some(&*format!("Bearer {TOKEN}")));
                    Reply::json(r#"[{"name":"app","owner":{"login":"Acme"}}]"#)
                }
                None => fake.answer(sent),
            }
        });
        let api_origin = url::Url::parse(api).unwrap().origin().ascii_serialization();
        world.http.trust_only(&[origin, api_origin.leak()]);
        let values = [
            ("url", host),
            ("username", "scanner"),
            ("password", TOKEN),
            ("namespace", "acme"),
        ];
        let spec = spec("github", "password", &values, &[]);
        let listing = repositories(&world, &Operator::default(), &spec).await;
        assert_eq!(listing.unwrap().items, ["acme/app"], "{host}");
    }
}
