//! What tags point to.

use std::time::Duration;

use bowline_registry::{AskedTag, Digests, Operator, TagDigest, digests};
use bytes::Bytes;

use super::*;
use crate::{
    double::Body,
    providers::fake::error,
    registry::{Fake as Bearer, password},
};

async fn ask(world: &FakeWorld, tags: &[(&str, Option<&str>)]) -> Result<Digests, &'static str> {
    let tags = tags
        .iter()
        .map(|(tag, known)| AskedTag {
            tag: (*tag).to_owned(),
            known: known.map(str::to_owned),
        })
        .collect();
    let operator = Operator::default();
    gave(
        world,
        digests(world, &operator, &password(), None, "team/app", tags).await,
    )
}

#[tokio::test]
async fn a_tag_takes_one_request_or_two() {
    let (old, new) = (digest("old"), digest(&image(CONFIG)));
    let (old, new) = (Some(old.as_str()), Some(new.as_str()));
    let read = || manifest(IMAGE, &image(CONFIG));
    let none = || error(404, "MANIFEST_UNKNOWN");
    let bare = || Reply::status(200).with("content-type", IMAGE);
    let large = Reply::status(200).with("content-length", "5000000");
    let [head, get] = ["HEAD manifests/1", "GET manifests/1"];
    let text = |text: &str| Reply::status(200).text(text);
    let lie = || read().text(image("other"));
    let other = digest(&text_of(&text("<html>")));
    let other = Some(other.as_str());
    // What is known, what is answered; the digest, whether there is a source, the problem.
    type Case<'c> = (
        &'c str,
        Option<&'c str>,
        &'c [(&'c str, Reply)],
        Option<&'c str>,
        bool,
        &'c str,
    );
    let cases: [Case<'_>; 14] = [
        ("not known", None, &[(get, read())], new, true, ""),
        ("unmoved", new, &[(head, read())], new, false, ""),
        (
            "moved",
            old,
            &[(head, read()), (get, read())],
            new,
            true,
            "",
        ),
        (
            "gone",
            old,
            &[(head, none()), (get, none())],
            None,
            false,
            "",
        ),
        ("never there", None, &[(get, none())], None, false, ""),
        (
            "no HEAD",
            new,
            &[(head, Reply::status(405)), (get, read())],
            new,
            false,
            "",
        ),
        (
            "HEAD tells nothing",
            new,
            &[(head, bare()), (get, read())],
            new,
            false,
            "",
        ),
        (
            "HEAD is wrong",
            new,
            &[(head, none()), (get, read())],
            new,
            false,
            "",
        ),
        (
            "known by what is no digest",
            Some("1"),
            &[(get, read())],
            new,
            true,
            "",
        ),
        (
            "a digest is not told",
            None,
            &[(get, text(&image(CONFIG)))],
            new,
            true,
            "",
        ),
        (
            "another manifest",
            None,
            &[(get, lie()), (head, read())],
            new,
            false,
            "digest.mismatch",
        ),
        (
            "too large",
            None,
            &[(get, large), (head, read())],
            new,
            false,
            "answer.too_large",
        ),
        (
            "not understood",
            None,
            &[(get, text("<html>"))],
            other,
            true,
            "",
        ),
        (
            "no sense",
            None,
            &[(get, Reply::status(418)), (head, Reply::status(418))],
            None,
            false,
            "answer.malformed",
        ),
    ];
    for (name, known, replies, expected, from, problem) in cases {
        let fake = replies.iter().fold(registry(), |fake, (request, reply)| {
            with(fake, request, reply.clone())
        });
        let world = fake.world();
        let found = ask(&world, &[("1", known)]).await.unwrap();
        let [item] = found.items.as_slice() else {
            panic!("{name}: {found:?}");
        };
        assert_eq!(item.digest.as_deref(), expected, "{name}");
        assert_eq!(item.from.is_some(), from, "{name}");
        let told = item.problem.map_or("", |code| code.as_str());
        assert_eq!(told, problem, "{name}");
        let requests: Vec<&str> = replies.iter().map(|(request, _)| *request).collect();
        assert_eq!(asked(&world), requests, "{name}");
        assert_eq!(found.requests as usize, requests.len() + 1, "{name}");
        assert!(found.left.is_empty(), "{name}");
    }
}

fn text_of(reply: &Reply) -> String {
    let Reply::Answer {
        body: Body::Whole(bytes),
        ..
    } = reply
    else {
        panic!("{reply:?}");
    };
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn what_is_no_tag_is_not_asked_for() {
    let world = registry().world();
    let found = ask(&world, &[("../x", None)]).await.unwrap();
    assert_eq!((found.items.len(), found.requests), (1, 1));
    assert_eq!(found.items.first().unwrap().digest, None);
}

#[tokio::test]
async fn one_token_serves_for_all() {
    let world = Bearer::bearer().world();
    let found = ask(&world, &[("1", None), ("2", None), ("3", None)]).await;
    let found = found.unwrap();
    let there: Vec<bool> = found
        .items
        .iter()
        .map(|item| item.digest.is_some())
        .collect();
    assert_eq!(there, [true, false, false]);
    assert_eq!(found.requests, 5);
    assert!(world.http.lines()[1].starts_with("GET https://auth.example.com/token"));
}

#[tokio::test]
async fn a_login_that_is_asked_for_late_is_found_out_once() {
    let late = registry()
        .instead(
            format!("GET {API}/v2/"),
            crate::providers::fake::Anyone,
            Reply::json("{}"),
        )
        .on(
            format!("GET {API}/v2/team/app/*"),
            crate::providers::fake::Nobody,
            challenge(r#"Basic realm="registry""#),
        );
    let read = manifest(IMAGE, &image(CONFIG));
    let late = with(late, "GET manifests/1", read.clone());
    let world = with(late, "GET manifests/2", read).world();
    let found = ask(&world, &[("1", None), ("2", None)]).await.unwrap();
    assert_eq!((found.items.len(), found.requests), (2, 4));
}

/// The tags 1 to 9 of a registry that answers all of them, but some otherwise.
fn nine(instead: &[(&str, Reply)]) -> FakeWorld {
    let fake = instead.iter().fold(registry(), |fake, (tag, reply)| {
        with(fake, &format!("GET manifests/{tag}"), reply.clone())
    });
    let read = manifest(IMAGE, &image(CONFIG));
    with(fake, "GET *", read).world()
}

const NINE: [(&str, Option<&str>); 9] = [
    ("1", None),
    ("2", None),
    ("3", None),
    ("4", None),
    ("5", None),
    ("6", None),
    ("7", None),
    ("8", None),
    ("9", None),
];

#[tokio::test]
async fn what_was_read_counts_and_the_rest_is_named() {
    let limit = || error(429, "TOOMANYREQUESTS");
    let denied = || error(403, "DENIED");
    let broken = || Reply::Fail(bowline_registry::SendError::Refused);
    let none = || error(404, "MANIFEST_UNKNOWN");
    // What is answered for which tag; how many are read, and what is left.
    type Case<'c> = (
        &'c str,
        Vec<(&'c str, Reply)>,
        Result<(usize, &'c [&'c str]), &'c str>,
    );
    let cases: [Case<'_>; 9] = [
        ("all there", vec![], Ok((9, &[]))),
        ("limited at once", vec![("1", limit())], Err("rate.limited")),
        (
            "limited later",
            vec![("7", limit())],
            Ok((6, &["7", "8", "9"])),
        ),
        ("the way breaks", vec![("9", broken())], Ok((8, &["9"]))),
        (
            "the way is broken",
            vec![("1", broken())],
            Err("connect.refused"),
        ),
        ("one is denied", vec![("1", denied())], Ok((9, &[]))),
        (
            "three are denied before any is allowed",
            vec![("1", denied()), ("2", denied()), ("3", denied())],
            Err("permission.pull_missing"),
        ),
        (
            "three are denied after one was allowed",
            vec![("2", denied()), ("3", denied()), ("4", denied())],
            Ok((9, &[])),
        ),
        (
            "some are gone",
            vec![("1", none()), ("5", none())],
            Ok((9, &[])),
        ),
    ];
    for (name, replies, expected) in cases {
        let world = nine(&replies);
        let found = ask(&world, &NINE).await;
        let short = found
            .as_ref()
            .map(|found| (found.items.len(), found.left.clone()));
        let expected = expected
            .map(|(items, left)| (items, left.iter().map(|tag| (*tag).to_owned()).collect()));
        assert_eq!(short.map_err(|code| *code), expected, "{name}");
        let Ok(found) = found else { continue };
        let tags: Vec<&str> = found.items.iter().map(|item| item.tag.as_str()).collect();
        assert!(tags.is_sorted(), "{name}: {tags:?}");
        assert_eq!(found.requests as usize, world.http.lines().len(), "{name}");
    }
}

#[tokio::test]
async fn all_that_are_denied_make_a_refusal() {
    let world = nine(&[("1", error(403, "DENIED")), ("2", error(403, "DENIED"))]);
    let found = ask(&world, &[("1", None), ("2", None)]).await;
    assert_eq!(found, Err("permission.pull_missing"));
}

#[tokio::test]
async fn nothing_new_is_begun_after_eight_seconds() {
    let text = image(CONFIG);
    let slow = manifest(IMAGE, &text).body(Body::Slow(Bytes::from(text), Duration::from_secs(1)));
    let tags: Vec<String> = (0..60).map(|number| number.to_string()).collect();
    let asked_for: Vec<(&str, Option<&str>)> =
        tags.iter().map(|tag| (tag.as_str(), None)).collect();
    let world = with(registry(), "GET *", slow).world();
    let found = ask(&world, &asked_for).await.unwrap();
    assert!(
        !found.items.is_empty() && !found.left.is_empty(),
        "{found:?}"
    );
    assert_eq!(found.items.len() + found.left.len(), 60);
    assert!(found.items.iter().all(|item| item.problem.is_none()));
    assert!(world.clock.monotonic() >= Duration::from_secs(8));
}

#[test]
fn what_is_answered_survives_json() {
    let text = r#"{"items":[{"tag":"1","digest":null,"from":null,"problem":"digest.mismatch"}],"left":["2"],"requests":3}"#;
    let read: Digests = serde_json::from_str(text).unwrap();
    let item = TagDigest {
        tag: "1".to_owned(),
        digest: None,
        from: None,
        problem: Some(bowline_registry::Code::DigestMismatch),
    };
    assert_eq!((read.items.as_slice(), read.requests), (&[item][..], 3));
    assert_eq!(serde_json::to_string(&read).unwrap(), text);
}
