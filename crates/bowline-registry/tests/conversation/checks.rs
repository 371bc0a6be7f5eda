//! Checks that succeed, with every request that they send.

use bowline_registry::{CanPush, Operator, Proved, Scheme, WarningCode, networks_are_blocked};

use crate::{
    double::{FakeWorld, Reply, world},
    registry::*,
};

#[tokio::test]
async fn basic_with_an_image() {
    let world = Fake::basic().world();
    let check = run(
        &world,
        &Operator::default(),
        &password(),
        Some("team/app:1"),
    )
    .await;
    assert_eq!(
        (check.ok, check.proved, statuses(&check).as_str()),
        (true, Proved::Pull, "PP--PP")
    );
    assert_eq!(
        world.http.lines(),
        [
            "GET https://registry.example.com/v2/",
            "GET https://registry.example.com/v2/",
            "GET https://registry.example.com/v2/team/app/manifests/1",
            &format!(
                "GET https://registry.example.com/v2/team/app/blobs/{}",
                digest(CONFIG)
            ),
        ]
    );
    assert_eq!(
        world.http.sent()[0].authorization(),
        None,
        "the first request is without a login"
    );
    assert_eq!(check.facts.scheme, Some(Scheme::Basic));
    assert_eq!(check.facts.image.as_deref(), Some("team/app:1"));
    assert_eq!(check.facts.digest, Some(digest(&manifest())));
    assert_eq!(check.facts.can_push, CanPush::Unknown);
    assert_eq!(check.warnings, []);
}

#[tokio::test]
async fn bearer_with_an_image() {
    let world = Fake::bearer().world();
    let check = run(
        &world,
        &Operator::default(),
        &password(),
        Some("team/app:1"),
    )
    .await;
    assert_eq!(
        (check.ok, check.proved, statuses(&check).as_str()),
        (true, Proved::Pull, "PP--PP")
    );
    let token = "GET https://auth.example.com/token?service=registry.example.com&scope=repository%3Ateam%2Fapp%3Apull";
    assert_eq!(
        world.http.lines(),
        [
            "GET https://registry.example.com/v2/",
            token,
            "GET https://registry.example.com/v2/team/app/manifests/1",
            &format!(
                "GET https://registry.example.com/v2/team/app/blobs/{}",
                digest(CONFIG)
            ),
            &format!("{token}%2Cpush"),
        ]
    );
    assert_eq!(
        check.facts.realm.as_deref(),
        Some("https://auth.example.com/token")
    );
    assert_eq!(check.facts.can_push, CanPush::No);
    assert_eq!(
        check.facts.token_expires_at.as_deref(),
        Some("2023-11-14T22:18:20Z")
    );
    let reach = check.steps[0].detail.as_deref();
    assert_eq!(
        reach,
        Some("Answered; asks for a token from auth.example.com")
    );
}

#[tokio::test]
async fn bearer_without_an_image_draws_one() {
    let world = Fake {
        index: true,
        ..Fake::bearer()
    }
    .world();
    let check = run(&world, &Operator::default(), &password(), None).await;
    assert_eq!(
        (check.ok, check.proved, statuses(&check).as_str()),
        (true, Proved::Pull, "PPPPPP")
    );
    assert_eq!(
        world
            .http
            .sent()
            .iter()
            .map(|sent| sent.url.path().to_owned())
            .collect::<Vec<_>>(),
        [
            "/v2/",
            "/token",
            "/v2/_catalog",
            "/token",
            "/v2/team/app/tags/list",
            "/v2/team/app/manifests/1",
            &format!("/v2/team/app/manifests/{}", digest(&manifest())),
            &format!("/v2/team/app/blobs/{}", digest(CONFIG)),
            "/token",
        ]
    );
    assert_eq!(
        check.facts.digest,
        Some(digest(&index())),
        "the digest is what the tag points to"
    );
}

#[tokio::test]
async fn every_request_is_announced_and_asks_for_no_compression() {
    let world = Fake::bearer().world();
    run(&world, &Operator::default(), &password(), None).await;
    for sent in world.http.sent() {
        assert!(
            sent.headers["user-agent"]
                .to_str()
                .unwrap()
                .starts_with("bowline/")
        );
        assert_eq!(sent.headers["accept-encoding"], "identity");
        assert!(!sent.url.as_str().contains(PASSWORD));
        assert!(
            sent.headers
                .get("authorization")
                .is_none_or(http::HeaderValue::is_sensitive)
        );
    }
}

#[tokio::test]
async fn a_name_without_a_tag_draws_a_tag() {
    let world = Fake::basic().world();
    let check = run(&world, &Operator::default(), &password(), Some("team/app")).await;
    assert_eq!((check.ok, statuses(&check).as_str()), (true, "PP-PPP"));
    assert_eq!(check.facts.image.as_deref(), Some("team/app:1"));
}

#[tokio::test]
async fn the_forms_own_image_is_used_where_none_is_given() {
    let world = Fake::basic().world();
    let mut spec = password();
    spec.image = "team/app:1".to_owned();
    let check = run(&world, &Operator::default(), &spec, Some(" ")).await;
    assert_eq!((check.ok, statuses(&check).as_str()), (true, "PP--PP"));
}

#[tokio::test]
async fn an_image_by_digest() {
    let world = Fake::basic().world();
    let image = format!("registry.example.com/team/app@{}", digest(&manifest()));
    let check = run(&world, &Operator::default(), &password(), Some(&image)).await;
    assert_eq!((check.ok, check.proved), (true, Proved::Pull));
}

#[tokio::test]
async fn an_anonymous_connection_gets_an_anonymous_token() {
    let world = Fake::bearer().world();
    let check = run(
        &world,
        &Operator::default(),
        &anonymous(),
        Some("team/app:1"),
    )
    .await;
    assert_eq!((check.ok, check.proved), (true, Proved::Pull));
    assert!(world.http.sent().iter().all(|sent| {
        sent.authorization()
            .is_none_or(|given| given.starts_with("Bearer "))
    }));
    assert_eq!(
        world.http.lines().len(),
        4,
        "nobody can push anonymously, so that is not asked"
    );
}

#[tokio::test]
async fn a_blob_store_gets_no_credentials() {
    let to = "https://blobs.example.net/config?sig=1";
    let fake = Fake::bearer()
        .instead(
            "GET https://registry.example.com/v2/team/app/blobs",
            Reply::status(307).with("location", to),
        )
        .instead(
            "GET https://blobs.example.net/",
            Reply::status(200).text(CONFIG),
        );
    let world = fake.world();
    let check = run(
        &world,
        &Operator::default(),
        &password(),
        Some("team/app:1"),
    )
    .await;
    assert_eq!((check.ok, check.proved), (true, Proved::Pull));
    assert!(world.http.lines().contains(&format!("GET {to}")));
    assert_eq!(
        trusted_with_credentials(&world.http),
        ["https://auth.example.com", "https://registry.example.com"]
    );
}

#[tokio::test]
async fn a_registry_behind_a_path_is_asked_there() {
    let fake = Fake::basic();
    let moved = world(move |sent| {
        let mut sent = sent.clone();
        let path = sent
            .url
            .path()
            .strip_prefix("/repository/docker")
            .expect("everything is below the path")
            .to_owned();
        sent.url.set_path(&path);
        fake.answer(&sent)
    });
    let spec = password_at("https://registry.example.com/repository/docker/v2/");
    let check = run(&moved, &Operator::default(), &spec, None).await;
    assert_eq!((check.ok, check.proved), (true, Proved::Pull), "{check:?}");
}

#[tokio::test]
async fn networks_are_blocked_only_if_the_runtime_says_so() {
    use bowline_registry::SendError;
    let operator = |private: &str, networks: &str| {
        let operator = Operator::parse(private, "", "").unwrap();
        operator.with_networks(networks).unwrap()
    };
    let prohibited = || Reply::Fail(SendError::Prohibited);
    // The addresses that are let out, how they answer, what follows, and how many are asked.
    type Case<'a> = (&'a str, Operator, &'a [&'a str], Reply, bool, usize);
    let cases: [Case; 12] = [
        ("all blocked", operator("", ""), &[], prohibited(), true, 9),
        (
            "refused",
            operator("", "runtime"),
            &["127.0.0.1"],
            Reply::Fail(SendError::Refused),
            false,
            1,
        ),
        (
            "answered",
            operator("", ""),
            &["127.0.0.1"],
            Reply::status(200),
            false,
            1,
        ),
        (
            "slow",
            operator("", ""),
            &["127.0.0.1"],
            Reply::Fail(SendError::ConnectTimeout),
            false,
            1,
        ),
        (
            "only loopback is blocked",
            operator("", ""),
            &["10.255.255.254"],
            Reply::Fail(SendError::Refused),
            false,
            3,
        ),
        (
            "metadata",
            operator("", ""),
            &["169.254.169.254"],
            Reply::Fail(SendError::Refused),
            false,
            6,
        ),
        (
            "IPv6",
            operator("", ""),
            &["[fd00::1]"],
            Reply::Fail(SendError::Refused),
            false,
            8,
        ),
        (
            "translation",
            operator("", ""),
            &["[64:ff9b::aff:fffe]"],
            Reply::Fail(SendError::Refused),
            false,
            9,
        ),
        (
            "a network that may be reached",
            operator("10.0.0.0/8", ""),
            &["10.255.255.254"],
            Reply::status(200),
            true,
            8,
        ),
        (
            "a name opens no network",
            operator("registry.corp", ""),
            &["10.255.255.254"],
            Reply::status(200),
            false,
            3,
        ),
        (
            "a port opens no network",
            operator("127.0.0.1:5000", ""),
            &["127.0.0.1"],
            Reply::status(200),
            false,
            1,
        ),
        (
            "the platform",
            operator("", "platform"),
            &["127.0.0.1"],
            Reply::status(200),
            true,
            0,
        ),
    ];
    for (case, operator, open, reply, blocked, requests) in cases {
        let open: Vec<String> = open.iter().map(|&host| host.to_owned()).collect();
        let world = world(move |sent| {
            let host = sent.url.host_str().unwrap_or_default();
            if open.iter().any(|open| open == host) {
                reply.clone()
            } else {
                Reply::Fail(SendError::Prohibited)
            }
        });
        assert_eq!(
            networks_are_blocked(&world.http, &operator).await,
            blocked,
            "{case}"
        );
        assert_eq!(world.http.lines().len(), requests, "{case}");
    }
}

/// A registry with these repositories, each with the tag `1` and this manifest; `None` for no tag.
fn holding(repositories: &'static [(&'static str, Option<&'static str>)]) -> FakeWorld {
    world(move |sent| {
        let path = sent.url.path().strip_prefix("/v2/").unwrap();
        if path.is_empty() {
            return Reply::json("{}").with("docker-distribution-api-version", "registry/2.0");
        }
        if path == "_catalog" {
            let names: Vec<_> = repositories.iter().map(|(name, _)| name).collect();
            return Reply::json(serde_json::json!({ "repositories": names }).to_string());
        }
        let (name, what) = path.split_once('/').unwrap();
        let (_, held) = repositories
            .iter()
            .find(|(known, _)| *known == name)
            .unwrap();
        let body = held.unwrap_or_default().replace("DIGEST", &digest(CONFIG));
        match what {
            "tags/list" if held.is_none() => Reply::json(r#"{"tags":null}"#),
            "tags/list" => Reply::json(r#"{"tags":["1"]}"#),
            "manifests/1" => Reply::json(body),
            _ if what == format!("blobs/{}", digest(CONFIG)) => Reply::status(200).text(CONFIG),
            _ if what.starts_with("manifests/sha256:") => {
                Reply::json(IMAGE.replace("DIGEST", &digest(CONFIG)))
            }
            _ => Reply::status(404),
        }
    })
}

const IMAGE: &str = r#"{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"DIGEST","size":37}}"#;
const CHART: &str = r#"{"schemaVersion":2,"config":{"mediaType":"application/vnd.cncf.helm.config.v1+json","digest":"DIGEST","size":37}}"#;
const SCHEMA_1: &str =
    r#"{"schemaVersion":1,"name":"old","tag":"1","fsLayers":[{"blobSum":"DIGEST"}]}"#;

#[tokio::test]
async fn a_check_looks_further_until_it_finds_an_image() {
    let cases: [(&str, FakeWorld, Proved); 4] = [
        (
            "an image behind a chart and an empty repository",
            holding(&[
                ("chart", Some(CHART)),
                ("empty", None),
                ("app", Some(IMAGE)),
            ]),
            Proved::Pull,
        ),
        (
            "an image of Docker schema 1",
            holding(&[("old", Some(SCHEMA_1))]),
            Proved::Pull,
        ),
        (
            "only charts",
            holding(&[("a", Some(CHART)), ("b", Some(CHART))]),
            Proved::Login,
        ),
        ("nothing", holding(&[("a", None)]), Proved::Login),
    ];
    for (case, world, proved) in cases {
        let check = run(&world, &Operator::default(), &anonymous(), None).await;
        assert_eq!(
            (check.ok, check.proved),
            (true, proved),
            "{case}: {:?}",
            check.problem
        );
        if proved == Proved::Login {
            let warning = &check.warnings[0];
            assert_eq!(warning.code, WarningCode::CatalogEmpty, "{case}");
            assert!(warning.detail.contains("None has an image"), "{case}");
            assert_eq!(check.facts.image, None, "{case}");
        }
    }
}

#[tokio::test]
async fn a_registry_that_cannot_be_searched_wants_an_image_named() {
    // The form asks for one already; a connection may have lost it.
    let mut atomic = password();
    atomic.provider = bowline::provider::provider("red-hat-atomic").unwrap();
    let world = Fake::bearer().world();
    let check = run(&world, &Operator::default(), &atomic, None).await;
    assert_eq!(
        (code(&check), check.proved, statuses(&check).as_str()),
        ("image.required", Proved::Login, "PP--F-")
    );
    assert_eq!(world.http.lines().len(), 2, "nothing is listed in vain");
}
