//! Logging in with tokens: the forms of the protocol, its fall-backs, and what goes where.

use bowline::form::ConnectionSpec;
use bowline_registry::{Operator, Proved};

use crate::{
    double::{Reply, Sent, world},
    registry::*,
};

const SERVICE: &str = "https://auth.example.com/token";

fn oauth2() -> ConnectionSpec {
    spec(
        "docker-registry",
        "oauth2",
        &[("url", "registry.example.com"), ("token", "refresh-me")],
        &[],
    )
}

/// A registry whose token service answers as `service` says.
fn with_service(service: impl Fn(&Sent) -> Reply + Send + 'static) -> crate::double::FakeWorld {
    let fake = Fake::bearer();
    world(move |sent| {
        if sent.url.as_str().starts_with(SERVICE) {
            service(sent)
        } else {
            fake.answer(sent)
        }
    })
}

fn form(sent: &Sent, name: &str) -> Option<String> {
    url::form_urlencoded::parse(sent.body.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

#[tokio::test]
async fn token_answers_in_every_known_form() {
    let cases = [
        ("token", r#"{"token":"t"}"#, None),
        ("access_token", r#"{"access_token":"t"}"#, None),
        ("both", r#"{"token":"t","access_token":"u"}"#, None),
        (
            "an empty one beside",
            r#"{"token":"","access_token":"t"}"#,
            None,
        ),
        (
            "a life",
            r#"{"token":"t","expires_in":300}"#,
            Some("2023-11-14T22:18:20Z"),
        ),
        (
            "a life that is too short",
            r#"{"token":"t","expires_in":5}"#,
            Some("2023-11-14T22:14:20Z"),
        ),
        (
            "a life with a fraction",
            r#"{"token":"t","expires_in":300.5}"#,
            Some("2023-11-14T22:18:20Z"),
        ),
        (
            "null members",
            r#"{"token":"t","access_token":null,"expires_in":null,"scope":null}"#,
            None,
        ),
    ];
    for (case, answer, expires) in cases {
        let world = with_service(move |_| Reply::json(answer));
        let check = run(
            &world,
            &Operator::default(),
            &password(),
            Some("team/app:1"),
        )
        .await;
        assert_eq!(
            (check.ok, check.proved),
            (true, Proved::Pull),
            "{case}: {:?}",
            check.problem
        );
        assert_eq!(check.facts.token_expires_at.as_deref(), expires, "{case}");
        assert_eq!(
            world.http.sent()[2].authorization(),
            Some("Bearer t"),
            "{case}"
        );
    }
}

#[tokio::test]
async fn a_service_that_takes_only_post_gets_one() {
    for status in [404, 405] {
        let by_post = move |sent: &Sent| {
            if sent.method == "GET" {
                Reply::status(status)
            } else {
                Reply::json(r#"{"access_token":"t"}"#)
            }
        };
        let world = with_service(by_post);
        let check = run(
            &world,
            &Operator::default(),
            &password(),
            Some("team/app:1"),
        )
        .await;
        assert!(check.ok, "{:?}", check.problem);
        // The second token is asked for as the first was given.
        let searched = with_service(by_post);
        run(&searched, &Operator::default(), &password(), None).await;
        let asked = |method: &str| {
            let line = format!("{method} {SERVICE}");
            let lines = searched.http.lines().into_iter();
            lines.filter(|asked| asked.starts_with(&line)).count()
        };
        assert_eq!((asked("GET"), asked("POST")), (1, 2), "{status}");
        let post = &world.http.sent()[2];
        assert_eq!(post.line(), format!("POST {SERVICE}"));
        assert_eq!(post.authorization(), None);
        assert_eq!(
            post.headers["content-type"],
            "application/x-www-form-urlencoded"
        );
        for (name, value) in [
            ("grant_type", "password"),
            ("service", "registry.example.com"),
            ("client_id", "bowline"),
            ("scope", "repository:team/app:pull"),
            ("username", "scanner"),
            ("password", PASSWORD),
        ] {
            assert_eq!(form(post, name).as_deref(), Some(value), "{name}");
        }
    }
}

#[tokio::test]
async fn a_wrong_password_is_tried_once() {
    for status in [400, 401, 403] {
        let world = with_service(move |_| Reply::status(status));
        let check = run(
            &world,
            &Operator::default(),
            &password(),
            Some("team/app:1"),
        )
        .await;
        assert_eq!(code(&check), "auth.rejected");
        assert_eq!(
            world.http.lines().len(),
            2,
            "HTTP {status}: a second try may lock the account"
        );
    }
}

#[tokio::test]
async fn an_oauth2_token_is_a_refresh_token_first() {
    let world = with_service(|sent| {
        assert_eq!(form(sent, "grant_type").as_deref(), Some("refresh_token"));
        assert_eq!(form(sent, "refresh_token").as_deref(), Some("refresh-me"));
        Reply::json(r#"{"access_token":"t","scope":"repository:team/app:pull,push"}"#)
    });
    let check = run(&world, &Operator::default(), &oauth2(), Some("team/app:1")).await;
    assert!(check.ok, "{:?}", check.problem);
    assert!(
        world
            .http
            .sent()
            .iter()
            .all(|sent| sent.authorization() != Some("Bearer refresh-me"))
    );
    assert_eq!(
        check.facts.can_push,
        bowline_registry::CanPush::Yes,
        "the answer's scope tells"
    );
}

#[tokio::test]
async fn an_oauth2_token_is_the_registrys_own_otherwise() {
    for status in [400, 401, 404, 405] {
        let world = with_service(move |_| Reply::status(status));
        let check = run(&world, &Operator::default(), &oauth2(), Some("team/app:1")).await;
        assert_eq!(
            (check.ok, check.proved),
            (true, Proved::Pull),
            "{:?}",
            check.problem
        );
        let given: Vec<_> = world
            .http
            .sent()
            .iter()
            .filter_map(|sent| sent.authorization().map(str::to_owned))
            .collect();
        assert_eq!(
            given, ["Bearer refresh-me"; 3],
            "the ping, the manifest and the config"
        );
        assert_eq!(
            world
                .http
                .lines()
                .iter()
                .filter(|line| line.contains("/token"))
                .count(),
            1,
            "it is asked once"
        );
    }
    // One that is refused there, too.
    let fake = Fake::bearer();
    let world = world(move |sent| match sent.url.path() {
        "/token" => Reply::status(401),
        "/v2/" => {
            Reply::status(401).with("www-authenticate", format!("Bearer realm=\"{SERVICE}\""))
        }
        _ => fake.answer(sent),
    });
    let check = run(&world, &Operator::default(), &oauth2(), Some("team/app:1")).await;
    assert_eq!(
        (code(&check), statuses(&check).as_str()),
        ("auth.rejected", "PF----")
    );
    assert_eq!(
        check.problem.unwrap().field.as_deref(),
        Some("values.token")
    );
}

#[tokio::test]
async fn an_oauth2_token_goes_as_bearer_where_only_basic_is_asked() {
    let fake = Fake::new(Login::None);
    let world = world(move |sent| match sent.authorization() {
        Some("Bearer refresh-me") => fake.answer(sent),
        _ => Reply::status(401).with("www-authenticate", "Basic realm=x"),
    });
    let check = run(&world, &Operator::default(), &oauth2(), Some("team/app:1")).await;
    assert_eq!(
        (check.ok, check.proved),
        (true, Proved::Pull),
        "{:?}",
        check.problem
    );
}

#[tokio::test]
async fn a_service_that_refuses_the_catalogs_scope_still_proves_the_login() {
    for status in [400, 403] {
        let world = with_service(move |sent| match sent.query("scope") {
            Some(scope) if scope.starts_with("registry:") => Reply::status(status),
            _ => Reply::json(r#"{"token":"t"}"#),
        });
        let check = run(&world, &Operator::default(), &password(), None).await;
        assert_eq!(
            (check.ok, check.proved),
            (true, Proved::Pull),
            "{:?}",
            check.problem
        );
    }
}

#[tokio::test]
async fn a_permission_that_the_service_refuses_is_no_wrong_password() {
    for status in [400, 401, 403] {
        let world = with_service(move |sent| match sent.query("scope") {
            Some(scope) if scope.starts_with("repository:") => Reply::status(status),
            _ => Reply::json(r#"{"token":"t"}"#),
        });
        let check = run(&world, &Operator::default(), &password(), None).await;
        assert_eq!(
            (code(&check), statuses(&check).as_str()),
            ("permission.pull_missing", "PPPF--"),
            "HTTP {status}: the login was accepted before"
        );
    }
}

#[tokio::test]
async fn a_realm_with_a_query_keeps_it() {
    let world = {
        let fake = Fake::new(Login::Bearer {
            realm: "https://auth.example.com/token?tenant=a",
            grants: &["pull"],
        });
        fake.world()
    };
    let check = run(
        &world,
        &Operator::default(),
        &password(),
        Some("team/app:1"),
    )
    .await;
    assert!(check.ok, "{:?}", check.problem);
    assert!(world.http.lines()[1].starts_with(
        "GET https://auth.example.com/token?tenant=a&service=registry.example.com&scope="
    ));
    assert_eq!(
        check.facts.realm.as_deref(),
        Some("https://auth.example.com/token")
    );
}

#[tokio::test]
async fn usernames_arrive_as_they_are() {
    for username in [
        "robot$proj+name",
        "1234|name",
        "ns/domain/user@x",
        "$oauthtoken",
        "ü",
    ] {
        let values = [
            ("url", "registry.example.com"),
            ("username", username),
            ("password", PASSWORD),
        ];
        let spec = spec("docker-registry", "password", &values, &[]);
        let world = world(move |sent| match sent.authorization() {
            None => Reply::status(401).with("www-authenticate", "BASIC realm=x"),
            Some(given) if given == basic(username, PASSWORD) => {
                Reply::json(r#"{"repositories":[]}"#)
            }
            Some(_) => Reply::status(401).with("www-authenticate", "BASIC realm=x"),
        });
        let check = run(&world, &Operator::default(), &spec, None).await;
        assert!(check.ok, "{username}: {:?}", check.problem);
    }
}

#[tokio::test]
async fn an_access_token_alone_goes_to_the_registry_as_it_is() {
    let token = spec(
        "jfrog-artifactory",
        "access-token",
        &[
            ("url", "registry.example.com"),
            ("accessToken", "refresh-me"),
        ],
        &[],
    );
    let world = with_service(|sent| panic!("the token service was asked: {}", sent.url));
    let check = run(&world, &Operator::default(), &token, Some("team/app:1")).await;
    assert_eq!(
        (check.ok, check.proved),
        (true, Proved::Pull),
        "{:?}",
        check.problem
    );
}

#[tokio::test]
async fn an_api_key_goes_in_its_own_header_and_only_to_the_registry() {
    let key = "key-of-artifactory";
    let api_key = spec(
        "jfrog-artifactory",
        "api-key",
        &[("url", "registry.example.com"), ("apiKey", key)],
        &[],
    );
    let blob = format!("https://blobs.example.net/{}", digest(CONFIG));
    for challenge in [
        "Basic realm=\"Artifactory Realm\"",
        "Bearer realm=\"https://registry.example.com/v2/token\"",
    ] {
        let fake = Fake::new(Login::None);
        let to = blob.clone();
        let world = world(move |sent| match sent.url.host_str() {
            Some("blobs.example.net") => Reply::status(200).text(CONFIG),
            _ if sent
                .headers
                .get("x-jfrog-art-api")
                .is_none_or(|given| given != key) =>
            {
                Reply::status(401).with("www-authenticate", challenge)
            }
            _ if sent.url.path().contains("/blobs/") => {
                Reply::status(307).with("location", to.as_str())
            }
            _ => fake.answer(sent),
        });
        let check = run(&world, &Operator::default(), &api_key, Some("team/app:1")).await;
        assert_eq!(
            (check.ok, check.proved),
            (true, Proved::Pull),
            "{:?}",
            check.problem
        );
        assert!(world.http.lines().contains(&format!("GET {blob}")));
        assert_eq!(
            trusted_with_credentials(&world.http),
            ["https://registry.example.com"]
        );
    }
}
