//! Docker Hub: its own listing, its own hosts, its own words.

use bowline::form::ConnectionSpec;
use bowline_registry::{
    Operator, Proved, Repositories, SendError, Tags, WarningCode, repositories,
};

use super::product::{Product, array, number, numbered};
use crate::{
    double::{FakeWorld, Reply, Sent, world},
    registry::*,
};

const REALM: &str = "https://auth.docker.io/token";
const LIST: &str = "https://hub.docker.com/v2/namespaces/";

pub fn product() -> Product {
    Product {
        spec: hub(&[("namespace", "acme")]),
        registry: registry(),
        api,
        name: |number| format!("acme/app{number:06}"),
        per_page: 100,
        before: 3,
        trusted: &[
            "https://auth.docker.io",
            "https://hub.docker.com",
            "https://registry-1.docker.io",
        ],
        falls_back: false,
    }
}

fn registry() -> Fake {
    Fake {
        origin: "https://registry-1.docker.io",
        ..Fake::new(Login::Bearer {
            realm: REALM,
            grants: &["pull"],
        })
    }
}

fn api(names: &[String], sent: &Sent) -> Option<Reply> {
    if sent.url.as_str() == "https://hub.docker.com/v2/auth/token" {
        return Some(Reply::json(r#"{"access_token":"hub"}"#));
    }
    if sent.url.host_str() != Some("hub.docker.com") {
        return None;
    }
    assert_eq!(sent.url.path(), "/v2/namespaces/acme/repositories");
    assert_eq!(sent.authorization(), Some("Bearer hub"));
    let page = number(sent, "page");
    if (page - 1) * 100 > names.len() {
        return Some(Reply::status(404));
    }
    let (shown, more) = numbered(names, page, 100);
    let results = array(
        shown,
        |name| serde_json::json!({ "name": name.strip_prefix("acme/"), "namespace": "acme", "last_updated": "2023-11-14T22:13:20.5Z" }),
    );
    let next = more.then_some("https://hub.docker.com/v2/anything");
    let answer = serde_json::json!({ "count": names.len(), "next": next, "results": results });
    Some(Reply::json(answer.to_string()))
}

fn hub(extra: &[(&str, &str)]) -> ConnectionSpec {
    let mut values = vec![("username", "scanner"), ("password", PASSWORD)];
    values.extend(extra);
    spec("docker-hub", "password", &values, &[])
}

/// Docker Hub, with `list` in place of its listing.
fn fake(list: impl Fn(&Sent) -> Reply + Send + 'static) -> FakeWorld {
    let registry = registry();
    let world = world(move |sent| match sent.url.as_str() {
        "https://hub.docker.com/v2/auth/token" => {
            assert_eq!(sent.method, "POST");
            let right = serde_json::json!({ "identifier": "scanner", "secret": PASSWORD });
            let given: serde_json::Value = serde_json::from_str(&sent.body).unwrap();
            if given == right {
                Reply::json(r#"{"access_token":"hub"}"#)
            } else {
                Reply::status(401)
            }
        }
        url if url.starts_with(LIST) => list(sent),
        _ => match registry.answer(sent) {
            Reply::Answer {
                status: 200,
                headers,
                body,
            } => Reply::Answer {
                status: 200,
                headers,
                body,
            }
            .with("ratelimit-limit", "100;w=21600")
            .with("ratelimit-remaining", "76;w=21600"),
            other => other,
        },
    });
    world.http.trust(&[
        "https://registry-1.docker.io",
        "https://auth.docker.io",
        "https://hub.docker.com",
    ]);
    world
}

fn one_page(_: &Sent) -> Reply {
    Reply::json(r#"{"count":1,"next":null,"results":[{"name":"app","namespace":"team"}]}"#)
}

#[tokio::test]
async fn a_repository_of_the_namespace_is_drawn() {
    let world = fake(one_page);
    let check = run(
        &world,
        &Operator::default(),
        &hub(&[("namespace", "team")]),
        None,
    )
    .await;
    assert_eq!(
        (check.ok, check.proved),
        (true, Proved::Pull),
        "{:?}",
        check.problem
    );
    assert_eq!(check.facts.image.as_deref(), Some("team/app:1"));
    let limit = check.facts.rate_limit.unwrap();
    assert_eq!(
        (limit.limit, limit.remaining, limit.window_seconds),
        (100, 76, 21_600)
    );
    let sent = world.http.sent();
    assert_eq!(
        sent[1].line(),
        format!("GET {REALM}?service=registry.example.com"),
        "the login alone is asked for"
    );
    assert_eq!(
        sent[3].line(),
        format!("GET {LIST}team/repositories?page_size=100&page=1")
    );
    assert_eq!(sent[3].authorization(), Some("Bearer hub"));
    assert_eq!(
        trusted_with_credentials(&world.http),
        [
            "https://auth.docker.io",
            "https://hub.docker.com",
            "https://registry-1.docker.io"
        ]
    );
}

#[tokio::test]
async fn the_username_is_the_namespace_where_none_is_named() {
    let world = fake(|sent| {
        assert_eq!(sent.url.path(), "/v2/namespaces/scanner/repositories");
        Reply::status(404)
    });
    let check = run(&world, &Operator::default(), &hub(&[]), None).await;
    assert_eq!((check.ok, check.proved), (true, Proved::Login));
    assert_eq!(check.warnings[0].code, WarningCode::CatalogEmpty);
}

#[tokio::test]
async fn without_a_namespace_nothing_is_listed() {
    let world = fake(one_page);
    let check = run(
        &world,
        &Operator::default(),
        &spec("docker-hub", "anonymous", &[], &[]),
        None,
    )
    .await;
    assert_eq!(
        (check.ok, check.proved, check.warnings[0].code),
        (true, Proved::Login, WarningCode::CatalogUnlistable)
    );
    assert_eq!(trusted_with_credentials(&world.http), [""; 0]);
}

#[tokio::test]
async fn a_listing_that_knows_no_login_lists_what_is_public() {
    let world = fake(|sent| {
        if sent.authorization().is_none() {
            one_page(sent)
        } else {
            Reply::status(403)
        }
    });
    let values = [
        ("username", "scanner"),
        ("password", PASSWORD),
        ("namespace", "team"),
    ];
    let mut spec = spec("docker-hub", "password", &values, &[]);
    // The token service accepts what the API does not: an organization's token.
    let check = run(&world, &Operator::default(), &spec, None).await;
    assert_eq!(
        (check.ok, check.warnings[0].code),
        (true, WarningCode::CatalogUnlistable)
    );
    spec.credentials = bowline::credential::Credentials::Anonymous;
    let check = run(&world, &Operator::default(), &spec, None).await;
    assert_eq!((check.ok, check.proved), (true, Proved::Pull));
}

#[tokio::test]
async fn an_official_image_needs_no_namespace() {
    let world = fake(one_page);
    let check = run(&world, &Operator::default(), &hub(&[]), Some("alpine:3.20")).await;
    assert_eq!(code(&check), "image.unknown");
    assert_eq!(check.facts.image.as_deref(), Some("library/alpine:3.20"));
    let check = run(
        &fake(one_page),
        &Operator::default(),
        &hub(&[]),
        Some("team/app:1"),
    )
    .await;
    assert!(check.ok);
}

#[tokio::test]
async fn a_rejected_login_has_docker_hubs_advice() {
    let values = [("username", "scanner"), ("password", "dckr_pat_wrong-one")];
    let wrong = spec("docker-hub", "password", &values, &[]);
    let check = run(&fake(one_page), &Operator::default(), &wrong, None).await;
    let problem = check.problem.unwrap();
    assert_eq!(problem.code.as_str(), "auth.rejected");
    assert!(
        problem
            .hint
            .contains("use an access token instead of the password"),
        "{}",
        problem.hint
    );
}

#[tokio::test]
async fn a_foreign_realm_cannot_be_consented_to() {
    let mut spec = hub(&[]);
    spec.trusted_auth_hosts = vec!["auth.example.net".to_owned()];
    let world = world(|_| {
        Reply::status(401).with(
            "www-authenticate",
            r#"Bearer realm="https://auth.example.net/token""#,
        )
    });
    let check = run(&world, &Operator::default(), &spec, None).await;
    assert_eq!(code(&check), "realm.not_trusted");
    assert_eq!(world.http.lines().len(), 1);
}

#[tokio::test]
async fn pages_are_followed_by_number_never_by_url() {
    let world = fake(|sent| match sent.query("page").as_deref() {
        Some("1") => Reply::json(
            r#"{"next":"https://evil.example.net/","results":[{"name":"a"},{"name":"../b"}]}"#,
        ),
        Some("2") => Reply::json(r#"{"next":null,"results":[{"name":"c"}]}"#),
        _ => Reply::status(404),
    });
    let listing = repositories(&world, &Operator::default(), &hub(&[("namespace", "team")]))
        .await
        .unwrap();
    assert_eq!(
        (listing.items, listing.complete),
        (vec!["team/a".to_owned(), "team/c".to_owned()], true)
    );
}

#[tokio::test]
async fn a_page_that_is_announced_and_not_there_leaves_the_list_open() {
    let world = fake(|sent| match sent.query("page").as_deref() {
        Some("1") => Reply::json(r#"{"next":"x","results":[{"name":"a"}]}"#),
        _ => Reply::status(404),
    });
    let listing = repositories(&world, &Operator::default(), &hub(&[("namespace", "team")]))
        .await
        .unwrap();
    assert_eq!(
        (listing.items, listing.complete),
        (vec!["team/a".to_owned()], false)
    );
}

#[tokio::test]
async fn only_the_docker_hub_provider_speaks_with_its_api() {
    let values = [
        ("url", "docker.io"),
        ("username", "scanner"),
        ("password", PASSWORD),
        ("namespace", "team"),
    ];
    let generic = spec("docker-registry", "password", &values, &[]);
    let world = {
        let registry = registry().instead(
            "GET https://registry-1.docker.io/v2/_catalog",
            Reply::status(401),
        );
        registry.world()
    };
    world
        .http
        .trust(&["https://registry-1.docker.io", "https://auth.docker.io"]);
    let check = run(&world, &Operator::default(), &generic, None).await;
    assert_eq!(
        (check.ok, check.warnings[0].code),
        (true, WarningCode::CatalogUnlistable)
    );
    assert_eq!(
        trusted_with_credentials(&world.http),
        ["https://auth.docker.io", "https://registry-1.docker.io"]
    );
}

#[tokio::test]
async fn tags_come_with_digest_size_and_push_time() {
    let digest = format!("sha256:{}", "d".repeat(64));
    let known = digest.clone();
    let world = fake(move |sent| {
        assert_eq!(sent.url.path(), "/v2/namespaces/team/repositories/app/tags");
        let entry = serde_json::json!({ "name": "1", "digest": known, "full_size": 42, "tag_last_pushed": "2023-11-14T22:13:20Z" });
        Reply::json(serde_json::json!({ "next": null, "results": [entry] }).to_string())
    });
    let (operator, spec) = (Operator::default(), hub(&[]));
    let mut tags = Tags::open(&world, &operator, &spec, None, "team/app", None)
        .await
        .unwrap();
    let page = tags.next_page().await.unwrap().unwrap();
    let expected = (
        "1",
        Some(digest.as_str()),
        None,
        Some(1_700_000_000_000),
        Some(42),
    );
    let shown: Vec<_> = page.items.iter().map(super::harbor::shown).collect();
    assert_eq!(shown, [expected]);
}

#[tokio::test]
async fn what_a_login_could_not_see_does_not_seem_gone() {
    // What logging in to the API gives, what its first page of tags, and what is listed.
    let right = || Reply::json(r#"{"access_token":"hub"}"#);
    let cases = [
        ("no such repository", right(), 404, "image.unknown"),
        (
            "a login that the API does not know",
            Reply::status(401),
            404,
            "permission.pull_missing",
        ),
        ("too many logins", Reply::status(429), 200, "rate.limited"),
        ("the API is down", Reply::status(503), 200, "server.error"),
        (
            "no way to the API",
            Reply::Fail(SendError::Refused),
            200,
            "connect.refused",
        ),
        ("all is well", right(), 200, "1"),
    ];
    for (name, login, status, expected) in cases {
        let registry = registry().instead(
            "GET https://registry-1.docker.io/v2/team/app/tags/list",
            Reply::status(401),
        );
        let world = world(move |sent| match sent.url.as_str() {
            "https://hub.docker.com/v2/auth/token" => login.clone(),
            url if url.starts_with(LIST) => {
                Reply::status(status).text(r#"{"next":null,"results":[{"name":"1"}]}"#)
            }
            _ => registry.answer(sent),
        });
        world.http.trust(&[
            "https://registry-1.docker.io",
            "https://auth.docker.io",
            "https://hub.docker.com",
        ]);
        let (operator, spec) = (Operator::default(), hub(&[]));
        let mut tags = Tags::open(&world, &operator, &spec, None, "team/app", None)
            .await
            .unwrap();
        let listed = match tags.next_page().await {
            Ok(page) => page.unwrap().items[0].name().to_owned(),
            Err(problem) => problem.code.to_string(),
        };
        assert_eq!(listed, expected, "{name}");
    }
}

#[tokio::test]
async fn a_token_that_ended_between_pages_is_had_anew() {
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    };
    let tokens = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&tokens);
    let registry = registry();
    let world = product().world(move |sent| match sent.url.host_str() {
        Some("hub.docker.com") if sent.url.path() == "/v2/auth/token" => {
            let number = count.fetch_add(1, Relaxed) + 1;
            Reply::json(format!(r#"{{"access_token":"hub{number}"}}"#))
        }
        // The first token serves one page only.
        Some("hub.docker.com") => match (number(sent, "page"), sent.authorization()) {
            (1, Some("Bearer hub1")) => Reply::json(r#"{"next":"x","results":[{"name":"a"}]}"#),
            (2, Some("Bearer hub2")) => Reply::json(r#"{"next":null,"results":[{"name":"b"}]}"#),
            _ => Reply::status(401),
        },
        _ => registry.answer(sent),
    });
    let (operator, spec) = (Operator::default(), hub(&[("namespace", "team")]));
    let mut listing = Repositories::open(&world, &operator, &spec, None, None)
        .await
        .unwrap();
    for expected in ["team/a", "team/b"] {
        let page = listing.next_page().await.unwrap().unwrap();
        assert_eq!(page.items[0].name(), expected);
    }
    assert_eq!(tokens.load(Relaxed), 2);
}
