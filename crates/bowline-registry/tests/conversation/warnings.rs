//! Checks that succeed with a word of warning, and what is drawn without one.

use bowline_registry::{
    CanPush, CatalogSupport, Check, Operator, Proved, Scheme, SendError, WarningCode,
};

use crate::{
    double::{Reply, world},
    registry::*,
};

fn warnings(check: &Check) -> Vec<WarningCode> {
    check.warnings.iter().map(|warning| warning.code).collect()
}

#[tokio::test]
async fn an_open_registry_proves_no_credentials() {
    for (spec, expected) in [
        (password(), vec![WarningCode::CredentialNotProven]),
        (anonymous(), vec![]),
    ] {
        let world = Fake::new(Login::None).world();
        let check = run(&world, &Operator::default(), &spec, None).await;
        assert_eq!((check.ok, check.proved), (true, Proved::Pull));
        assert_eq!(check.facts.scheme, Some(Scheme::None));
        assert_eq!(warnings(&check), expected);
        assert_eq!(
            trusted_with_credentials(&world.http),
            [""; 0],
            "what is not asked for is not sent"
        );
    }
}

#[tokio::test]
async fn a_registry_that_asks_only_later_is_answered() {
    let fake = Fake::basic();
    let open_ping = world(move |sent| {
        if sent.url.path() == "/v2/" {
            Reply::json("{}")
        } else {
            fake.answer(sent)
        }
    });
    let check = run(&open_ping, &Operator::default(), &password(), None).await;
    assert_eq!((check.ok, check.proved), (true, Proved::Pull));
    assert_eq!(warnings(&check), []);
    let fake = Fake::basic();
    let wrong = spec(
        "docker-registry",
        "password",
        &[
            ("url", "registry.example.com"),
            ("username", "scanner"),
            ("password", "wrong-one"),
        ],
        &[],
    );
    let open_ping = world(move |sent| {
        if sent.url.path() == "/v2/" {
            Reply::json("{}")
        } else {
            fake.answer(sent)
        }
    });
    assert_eq!(
        code(&run(&open_ping, &Operator::default(), &wrong, None).await),
        "auth.rejected"
    );
}

#[tokio::test]
async fn nothing_to_pull_and_nothing_to_list_are_warnings() {
    let empty = || Fake {
        catalog: Vec::new(),
        ..Fake::basic()
    };
    let catalog = "GET https://registry.example.com/v2/_catalog";
    let cases = [
        (
            "an empty catalog",
            empty(),
            "PPP---",
            WarningCode::CatalogEmpty,
        ),
        (
            "an empty catalog as null",
            Fake::basic().instead(catalog, Reply::json(r#"{"repositories":null}"#)),
            "PPP---",
            WarningCode::CatalogEmpty,
        ),
        (
            "no catalog",
            Fake::basic().instead(catalog, Reply::status(404)),
            "PP----",
            WarningCode::CatalogUnlistable,
        ),
        (
            "no catalog, 405",
            Fake::basic().instead(catalog, Reply::status(405)),
            "PP----",
            WarningCode::CatalogUnlistable,
        ),
        (
            "a catalog for others",
            Fake::bearer().instead(catalog, Reply::status(401)),
            "PP----",
            WarningCode::CatalogUnlistable,
        ),
        (
            "a catalog for administrators",
            Fake::basic().instead(catalog, Reply::status(403)),
            "PP----",
            WarningCode::CatalogUnlistable,
        ),
        (
            "no tags",
            Fake {
                tags: Vec::new(),
                ..Fake::basic()
            },
            "PPPP--",
            WarningCode::CatalogEmpty,
        ),
        (
            "no tags as null",
            Fake::basic().instead(
                "GET https://registry.example.com/v2/team/app/tags",
                Reply::json(r#"{"tags":null}"#),
            ),
            "PPPP--",
            WarningCode::CatalogEmpty,
        ),
        (
            "a deleted repository",
            Fake {
                catalog: vec!["gone"],
                ..Fake::basic()
            },
            "PPP---",
            WarningCode::CatalogUnlistable,
        ),
        (
            "a broken catalog",
            Fake::basic().instead(catalog, Reply::json("{")),
            "PP----",
            WarningCode::CatalogUnlistable,
        ),
        (
            "a catalog of HTML",
            Fake::basic().instead(catalog, Reply::status(200).text("<html>")),
            "PP----",
            WarningCode::CatalogUnlistable,
        ),
        (
            "a catalog that fails",
            Fake::basic().instead(catalog, Reply::status(500)),
            "PP----",
            WarningCode::CatalogUnlistable,
        ),
        (
            "a catalog that hangs",
            Fake::basic().instead(catalog, Reply::Hang),
            "PP----",
            WarningCode::CatalogUnlistable,
        ),
        (
            "a catalog that times out",
            Fake::basic().instead(catalog, Reply::TimeOut(SendError::ReadTimeout)),
            "PP----",
            WarningCode::CatalogUnlistable,
        ),
        (
            "a compressed catalog",
            Fake::basic().instead(catalog, Reply::json("{}").with("content-encoding", "gzip")),
            "PP----",
            WarningCode::CatalogUnlistable,
        ),
    ];
    for (case, fake, steps, warning) in cases {
        let check = run(&fake.world(), &Operator::default(), &password(), None).await;
        assert_eq!(
            (check.ok, check.proved, statuses(&check).as_str()),
            (true, Proved::Login, steps),
            "{case}"
        );
        assert_eq!(warnings(&check), [warning], "{case}");
    }
}

#[tokio::test]
async fn signatures_and_charts_are_not_drawn() {
    let signature = "sha256-0000000000000000000000000000000000000000000000000000000000000000.sig";
    let fake = Fake {
        tags: vec![signature, "1"],
        ..Fake::basic()
    };
    let check = run(&fake.world(), &Operator::default(), &password(), None).await;
    assert_eq!(check.facts.image.as_deref(), Some("team/app:1"));

    let chart = manifest_of("application/vnd.cncf.helm.config.v1+json", CONFIG);
    let fake = Fake::basic().instead(
        "GET https://registry.example.com/v2/team/app/manifests/",
        Reply::json(chart),
    );
    let check = run(
        &fake.clone().world(),
        &Operator::default(),
        &password(),
        None,
    )
    .await;
    assert_eq!(
        (check.ok, check.proved, warnings(&check)),
        (true, Proved::Login, vec![WarningCode::CatalogEmpty])
    );
    let check = run(
        &fake.world(),
        &Operator::default(),
        &password(),
        Some("team/app:1"),
    )
    .await;
    assert_eq!(
        (check.ok, check.proved),
        (true, Proved::Pull),
        "one that is named is pulled"
    );
}

#[tokio::test]
async fn a_namespace_bounds_what_is_drawn() {
    let fake = Fake {
        catalog: vec!["other/app", "teams/app", "team/app"],
        ..Fake::basic()
    };
    let world = fake.world();
    let check = run(
        &world,
        &Operator::default(),
        &password_at("registry.example.com/team"),
        None,
    )
    .await;
    assert_eq!(check.facts.image.as_deref(), Some("team/app:1"));
    let fake = Fake {
        catalog: vec!["other/app"],
        ..Fake::basic()
    };
    let check = run(
        &fake.world(),
        &Operator::default(),
        &password_at("registry.example.com/team"),
        None,
    )
    .await;
    assert_eq!(warnings(&check), [WarningCode::CatalogEmpty]);
}

#[tokio::test]
async fn a_login_that_may_push_is_warned_about_for_pull_only() {
    let pushing = || {
        Fake::new(Login::Bearer {
            realm: "https://auth.example.com/token",
            grants: &["pull", "push"],
        })
    };
    let check = run(
        &pushing().world(),
        &Operator::default(),
        &password(),
        Some("team/app:1"),
    )
    .await;
    assert_eq!(
        (check.facts.can_push, warnings(&check)),
        (CanPush::Yes, vec![WarningCode::CredentialCanPush])
    );

    let mut push = password();
    push.purpose = bowline::form::Purpose::Push;
    let world = pushing().world();
    let check = run(&world, &Operator::default(), &push, Some("team/app:1")).await;
    assert_eq!(
        (check.ok, check.facts.can_push, warnings(&check)),
        (true, CanPush::Yes, vec![])
    );
    assert_eq!(world.http.lines().len(), 4, "one token serves for all");
    let check = run(
        &Fake::basic().world(),
        &Operator::default(),
        &push,
        Some("team/app:1"),
    )
    .await;
    assert_eq!(
        (check.ok, check.facts.can_push),
        (true, CanPush::Unknown),
        "Basic does not tell"
    );
}

#[tokio::test]
async fn what_a_registry_tells_of_itself_is_a_fact() {
    let ping = "GET https://registry.example.com/v2/";
    let nexus = "Nexus/3.70.1-02 (OSS)";
    let cases = [
        ("nothing", vec![], None, None),
        ("its server", vec![("server", nexus)], Some(nexus), None),
        (
            "a product of its own",
            vec![
                ("server", "nginx/1.25"),
                ("x-jfrog-version", "Artifactory/7.90.5 79005900"),
            ],
            Some("Artifactory/7.90.5 79005900"),
            None,
        ),
        (
            "the API",
            vec![("docker-distribution-api-version", "registry/2.0")],
            None,
            Some("registry/2.0"),
        ),
        ("the password", vec![("server", PASSWORD)], None, None),
    ];
    for (case, headers, server, api_version) in cases {
        let mut reply = Reply::json("{}");
        for (name, value) in headers {
            reply = reply.with(name, value);
        }
        let fake = Fake::new(Login::None).instead(ping, reply);
        let check = run(
            &fake.world(),
            &Operator::default(),
            &password(),
            Some("team/app:1"),
        )
        .await;
        assert_eq!(check.facts.server.as_deref(), server, "{case}");
        assert_eq!(check.facts.api_version.as_deref(), api_version, "{case}");
    }
}

#[tokio::test]
async fn whether_repositories_can_be_listed_is_a_fact() {
    let unlisted = Fake::basic().instead(
        "GET https://registry.example.com/v2/_catalog",
        Reply::status(404),
    );
    let cases = [
        ("a catalog", Fake::basic(), None, CatalogSupport::Listed),
        ("no catalog", unlisted, None, CatalogSupport::Unlistable),
        (
            "not asked",
            Fake::basic(),
            Some("team/app:1"),
            CatalogSupport::Unknown,
        ),
    ];
    for (case, fake, image, expected) in cases {
        let check = run(&fake.world(), &Operator::default(), &password(), image).await;
        assert_eq!(check.facts.catalog, expected, "{case}");
    }
}

#[tokio::test]
async fn a_catalog_that_takes_no_number_is_asked_without() {
    for status in [400, 422, 500] {
        let fake = Fake::basic().instead(
            "GET https://registry.example.com/v2/_catalog?n=",
            Reply::status(status),
        );
        let check = run(&fake.world(), &Operator::default(), &password(), None).await;
        assert_eq!((check.ok, check.proved), (true, Proved::Pull), "{status}");
    }
}

/// One repository is sound, the others are broken in all the ways that there are: every check ends alike.
#[tokio::test]
async fn a_broken_repository_is_passed_over_whatever_is_drawn() {
    let broken = [
        ("b/fails", Reply::status(500)),
        ("b/html", Reply::status(200).text("<html>")),
        (
            "b/large",
            Reply::json("{}").with("content-length", "5000000"),
        ),
        ("b/refused", Reply::status(403)),
        ("b/gone", Reply::status(404)),
        (
            "b/packed",
            Reply::json("{}").with("content-encoding", "gzip"),
        ),
        ("b/away", Reply::status(302)),
    ];
    let names = || broken.iter().map(|(name, _)| *name);
    for turn in 0..8 {
        let mut catalog: Vec<&str> = names().chain(["team/app"]).collect();
        catalog.rotate_left(turn);
        let mut fake = Fake {
            catalog,
            ..Fake::basic()
        };
        for (name, reply) in &broken {
            let path = format!("GET https://registry.example.com/v2/{name}/tags");
            fake = fake.instead(path.leak(), reply.clone());
        }
        let check = run(&fake.world(), &Operator::default(), &password(), None).await;
        assert_eq!(
            (check.ok, check.proved, check.facts.image.as_deref()),
            (true, Proved::Pull, Some("team/app:1")),
            "{turn}: {:?}",
            check.problem
        );
    }
    // All are broken: that is what is wrong.
    let fails = "GET https://registry.example.com/v2/team/app/tags";
    let fake = Fake::basic().instead(fails, Reply::status(500));
    let check = run(&fake.world(), &Operator::default(), &password(), None).await;
    assert_eq!(
        (check.proved, code(&check)),
        (Proved::Login, "server.error")
    );
}

#[tokio::test]
async fn a_broken_image_is_passed_over_and_a_named_one_is_not() {
    let sound = Fake {
        catalog: vec!["team/app", "b/app"],
        ..Fake::basic()
    };
    let lost = "GET https://registry.example.com/v2/b/app/blobs";
    let answer = move |sent: &crate::double::Sent| match sent.line().starts_with(lost) {
        true => Reply::status(404),
        false => {
            // Another name for the same content.
            let mut sent = sent.clone();
            let path = sent.url.path().replace("/b/app/", "/team/app/");
            sent.url.set_path(&path);
            sound.answer(&sent)
        }
    };
    for turn in 0..4 {
        let answer = answer.clone();
        let world = world(move |sent| answer(sent));
        for _ in 0..turn {
            bowline_registry::Random::next_u64(&world.random);
        }
        let check = run(&world, &Operator::default(), &password(), None).await;
        assert_eq!(
            (check.ok, check.proved, statuses(&check).as_str()),
            (true, Proved::Pull, "PPPPPP"),
            "{turn}: {:?}",
            check.problem
        );
        let named = run(&world, &Operator::default(), &password(), Some("b/app:1")).await;
        assert_eq!(code(&named), "image.unknown", "{turn}");
    }
}
