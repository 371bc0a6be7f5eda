//! What registries make of the protocol: headers, challenges, tokens and redirects in forms of their own.

use bowline_registry::{Check, Operator, SendError, repositories};

use crate::{
    double::{Reply, Sent, world},
    registry::*,
};

const MANIFEST: &str = "GET https://registry.example.com/v2/team/app/manifests";
const BLOB: &str = "GET https://registry.example.com/v2/team/app/blobs";
const CATALOG: &str = "GET https://registry.example.com/v2/_catalog";
const TOKEN: &str = "GET https://auth.example.com/token";
const IMAGE: Option<&str> = Some("team/app:1");

async fn check_of(fake: Fake) -> Check {
    run(&fake.world(), &Operator::default(), &password(), IMAGE).await
}

#[tokio::test]
async fn each_media_type_has_an_accept_line_of_its_own() {
    let world = Fake::basic().world();
    run(&world, &Operator::default(), &password(), IMAGE).await;
    let sent = world.http.sent();
    let manifest = sent.iter().find(|sent| sent.line().starts_with(MANIFEST));
    let lines: Vec<&str> = manifest
        .unwrap()
        .headers
        .get_all("accept")
        .iter()
        .map(|line| line.to_str().unwrap())
        .collect();
    assert_eq!(lines.len(), 6);
    assert!(lines.contains(&"application/vnd.docker.distribution.manifest.v2+json"));
    for line in sent.iter().flat_map(|sent| sent.headers.get_all("accept")) {
        let line = line.to_str().unwrap();
        assert!(!line.contains([',', ';']), "{line}");
    }
}

#[tokio::test]
async fn only_real_codings_are_refused() {
    let cases = [
        ("gzip", false),
        ("x-gzip", false),
        ("aws-chunked, GZIP", false),
        ("deflate", false),
        ("br", false),
        ("zstd", false),
        ("compress", false),
        ("identity", true),
        ("aws-chunked", true),
        ("utf-8", true),
        ("none", true),
        ("", true),
    ];
    for (coding, fine) in cases {
        let blob = Reply::status(200)
            .text(CONFIG)
            .with("content-encoding", coding);
        let check = check_of(Fake::basic().instead(BLOB, blob)).await;
        let expected = if fine { "none" } else { "answer.encoded" };
        assert_eq!(code(&check), expected, "{coding}: {:?}", check.problem);
    }
}

/// A registry that answers 401 with this challenge's parameters until a token fits `takes`.
fn wants(
    parameters: &'static str,
    takes: impl Fn(&Sent, &str) -> bool + Send + 'static,
) -> impl FnMut(&Sent) -> Reply + Send + 'static {
    let fake = Fake::bearer();
    let mut issued = 0;
    move |sent| {
        if sent.line().starts_with(TOKEN) {
            issued += 1;
            let scope = sent.query("scope").unwrap_or_default();
            return Reply::json(format!(r#"{{"token":"{issued} {scope}"}}"#).replace(' ', "+"));
        }
        match sent.authorization().and_then(|given| given.strip_prefix("Bearer ")) {
            Some(token) if sent.url.path().contains("/manifests/") && !takes(sent, token) => {
                Reply::status(401).with(
                    "www-authenticate",
                    format!(
                        r#"Bearer realm="https://auth.example.com/token",service="registry.example.com",{parameters}"#
                    ),
                )
            }
            _ => fake.answer(sent),
        }
    }
}

#[tokio::test]
async fn the_scope_that_a_challenge_names_is_asked_for_once() {
    let parameters = r#"scope="repository:real/app:pull",error="insufficient_scope""#;
    let world_of = |takes: fn(&Sent, &str) -> bool| world(wants(parameters, takes));
    let world = world_of(|_, token| token.contains("real/app"));
    let check = run(&world, &Operator::default(), &password(), IMAGE).await;
    assert!(check.ok, "{:?}", check.problem);

    let world = world_of(|_, _| false);
    let check = run(&world, &Operator::default(), &password(), IMAGE).await;
    assert_eq!(code(&check), "permission.pull_missing");
    let tokens = |world: &crate::double::FakeWorld| {
        let lines = world.http.lines();
        lines.iter().filter(|line| line.starts_with(TOKEN)).count()
    };
    assert_eq!(tokens(&world), 2);

    // The scope that was asked for is not asked for again.
    let same = r#"scope="repository:team/app:pull",error="insufficient_scope""#;
    let world = crate::double::world(wants(same, |_, _| false));
    let check = run(&world, &Operator::default(), &password(), IMAGE).await;
    assert_eq!(code(&check), "permission.pull_missing");
    assert_eq!(tokens(&world), 1);
}

#[tokio::test]
async fn a_token_that_ends_in_the_middle_is_made_anew_once() {
    let parameters = r#"error="invalid_token""#;
    let world = world(wants(parameters, |_, token| !token.starts_with("1+")));
    let check = run(&world, &Operator::default(), &password(), IMAGE).await;
    assert!(check.ok, "{:?}", check.problem);

    let world = crate::double::world(wants(parameters, |_, _| false));
    let check = run(&world, &Operator::default(), &password(), IMAGE).await;
    assert_eq!(code(&check), "auth.rejected");
}

#[tokio::test]
async fn token_answers_come_in_many_forms() {
    let cases = [
        (
            "a scope as a list",
            Reply::json(r#"{"token":"t","scope":["repository:team/app:pull"]}"#),
        ),
        (
            "a scope as something else",
            Reply::json(r#"{"token":"t","scope":{"a":1}}"#),
        ),
        (
            "a life as a text",
            Reply::json(r#"{"token":"t","expires_in":"300"}"#),
        ),
        (
            "a life as something else",
            Reply::json(r#"{"token":"t","expires_in":[]}"#),
        ),
        (
            "null",
            Reply::json(
                r#"{"token":null,"access_token":"t","expires_in":null,"scope":null,"issued_at":null}"#,
            ),
        ),
        ("a line break at the end", Reply::json(r#"{"token":"t\n"}"#)),
        (
            "a byte order mark",
            Reply::json("\u{feff}{\"token\":\"t\"}"),
        ),
        ("created", Reply::status(201).text(r#"{"token":"t"}"#)),
    ];
    for (name, reply) in cases {
        let check = check_of(Fake::bearer().instead(TOKEN, reply)).await;
        assert!(check.ok, "{name}: {:?}", check.problem);
    }
}

#[tokio::test]
async fn a_byte_order_mark_is_skipped_in_every_answer() {
    let mark = |text: String| format!("\u{feff}{text}");
    let marked = |text: String| Reply::json(mark(text));
    let tags = "GET https://registry.example.com/v2/team/app/tags";
    let fake = Fake::basic()
        .instead(
            CATALOG,
            marked(r#"{"repositories":["team/app"]}"#.to_owned()),
        )
        .instead(tags, marked(r#"{"tags":["1"]}"#.to_owned()))
        .instead(MANIFEST, marked(manifest()));
    let check = run(&fake.world(), &Operator::default(), &password(), None).await;
    assert!(check.ok, "{:?}", check.problem);
    assert_eq!(check.facts.digest, Some(digest(&mark(manifest()))));
}

#[tokio::test]
async fn a_catalog_without_content_is_empty() {
    let fake = Fake::basic().instead(CATALOG, Reply::status(204));
    let listing = repositories(&fake.world(), &Operator::default(), &password()).await;
    let listing = listing.unwrap();
    assert!(listing.items.is_empty() && listing.complete);
}

#[tokio::test]
async fn a_redirect_is_followed_as_it_is_written() {
    let cases = [
        (
            "https://blobs.example.net/a'b/x?X-Amz-Signature=1%2F2&c=d'e+f",
            "/a'b/x?X-Amz-Signature=1%2F2&c=d'e+f",
        ),
        ("https://blobs.example.net/é?ü=1 2", "/%C3%A9?%C3%BC=1%202"),
        ("https://blobs.example.net/a/../b?c='", "/b?c=%27"),
        ("/v2/elsewhere?sig=a'b", "/v2/elsewhere?sig=a'b"),
    ];
    for (location, target) in cases {
        let fake = Fake::basic();
        let world = world(move |sent| {
            let is_blob = sent.line().starts_with(BLOB);
            match is_blob || sent.target == target {
                true if is_blob => Reply::status(307).with("location", location),
                true => Reply::status(200).text(CONFIG),
                false => fake.answer(sent),
            }
        });
        let check = run(&world, &Operator::default(), &password(), IMAGE).await;
        let sent = world.http.sent();
        assert_eq!(sent.last().unwrap().target, target, "{location}");
        assert!(check.ok, "{location}: {:?}", check.problem);
    }
}

/// A registry that offers these challenges, and takes the password by Basic alone.
fn offers(
    challenges: &'static [&'static str],
    token: Reply,
) -> impl FnMut(&Sent) -> Reply + Send + 'static {
    let fake = Fake::basic();
    move |sent| {
        if sent.url.host_str() != Some("registry.example.com") {
            return token.clone();
        }
        match sent.authorization() {
            Some(given) if given == basic("scanner", PASSWORD) => fake.answer(sent),
            _ => challenges
                .iter()
                .fold(Reply::status(401), |reply, challenge| {
                    reply.with("www-authenticate", *challenge)
                }),
        }
    }
}

#[tokio::test]
async fn another_login_that_is_offered_is_tried_before_the_check_fails() {
    const BEARER: &str = r#"Bearer realm="https://auth.example.com/token",service="x""#;
    const FOREIGN: &str = r#"Bearer realm="https://auth.example.org/token",service="x""#;
    const BASIC: &str = r#"Basic realm="x""#;
    let opaque = || Reply::json(r#"{"token":"not-taken"}"#);
    let cases: [(&str, &[&str], Reply); 6] = [
        (
            "the realm does not answer",
            &[BEARER, BASIC],
            Reply::Fail(SendError::Dns),
        ),
        ("the realm fails", &[BEARER, BASIC], Reply::status(500)),
        (
            "the realm is no token service",
            &[BEARER, BASIC],
            Reply::status(200).text("<html>"),
        ),
        (
            "the realm is not allowed",
            &[FOREIGN, BASIC],
            Reply::status(500),
        ),
        ("the token is refused", &[BEARER, BASIC], opaque()),
        ("Basic comes first", &[BASIC, BEARER], opaque()),
    ];
    for (name, challenges, token) in cases {
        for image in [IMAGE, None] {
            let world = world(offers(challenges, token.clone()));
            let check = run(&world, &Operator::default(), &password(), image).await;
            assert!(check.ok, "{name}: {:?}", check.problem);
        }
    }
    let world = world(offers(&[BEARER], opaque()));
    let check = run(&world, &Operator::default(), &password(), IMAGE).await;
    assert!(!check.ok, "there is no other");
    let world = crate::double::world(offers(&[BEARER, BASIC], Reply::status(500)));
    let anonymous = run(&world, &Operator::default(), &anonymous(), IMAGE).await;
    assert_eq!(code(&anonymous), "server.error", "{:?}", anonymous.problem);
}
