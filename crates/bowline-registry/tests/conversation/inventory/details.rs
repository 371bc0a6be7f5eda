//! When images were made, and how large they are.

use bowline_registry::{AskedImage, AskedTag, Details, Operator, Source, details, digests};
use serde_json::json;

use super::*;
use crate::{providers::fake::error, registry::password};

async fn ask(
    world: &FakeWorld,
    digest: &str,
    from: Option<Source>,
) -> Result<Details, &'static str> {
    let asked = AskedImage {
        digest: digest.to_owned(),
        from,
    };
    let operator = Operator::default();
    gave(
        world,
        details(world, &operator, &password(), None, "team/app", vec![asked]).await,
    )
}

/// A registry with these manifests and blobs, each under its digest, and a reply under the digest of its own.
fn holding(manifests: &[&str], blobs: &[(&str, Reply)]) -> Fake {
    let fake = manifests.iter().fold(registry(), |fake, text| {
        let path = format!("GET manifests/{}", digest(text));
        with(fake, &path, manifest(IMAGE, text))
    });
    blobs.iter().fold(fake, |fake, (blob, reply)| {
        with(fake, &format!("GET blobs/{}", digest(blob)), reply.clone())
    })
}

#[tokio::test]
async fn an_image_is_followed_to_its_config() {
    let config = || (CONFIG, Reply::status(200).text(CONFIG));
    let undated = r#"{"architecture":"amd64"}"#;
    let other = (CONFIG, Reply::status(200).text("other"));
    let one = image(CONFIG);
    let list = index(&[&one]);
    let lists = index(&[&list]);
    let deep = (0..4).fold(one.clone(), |inner, _| index(&[&inner]));
    let inner: Vec<String> = (0..3)
        .scan(one.clone(), |inner, _| {
            *inner = index(&[inner]);
            Some(inner.clone())
        })
        .collect();
    let chart = of_type("application/vnd.cncf.helm.config.v1+json", "{}");
    let chart_kind = "application/vnd.cncf.helm.config.v1+json";
    let huge = one.replace(&format!("\"size\":{}", CONFIG.len()), "\"size\":5000000");
    let old = r#"{"schemaVersion":1,"fsLayers":[{"blobSum":"sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4"}],"history":[{"v1Compatibility":"{\"created\":\"2023-11-14T22:13:20Z\"}"}]}"#;
    let size = Some(100 + CONFIG.len() as u64);
    let none = (CONFIG, error(404, "BLOB_UNKNOWN"));
    type Case<'a> = (
        &'a str,
        &'a str,
        Vec<&'a str>,
        Vec<(&'a str, Reply)>,
        (Option<i64>, Option<u64>, &'a str, &'a str),
        u32,
    );
    let cases: Vec<Case<'_>> = vec![
        (
            "an image",
            &one,
            vec![&one],
            vec![config()],
            (MADE, size, "", ""),
            3,
        ),
        (
            "an index",
            &list,
            vec![&list, &one],
            vec![config()],
            (MADE, size, "", ""),
            4,
        ),
        (
            "an index of an index",
            &lists,
            vec![&lists, &list, &one],
            vec![config()],
            (MADE, size, "", ""),
            5,
        ),
        (
            "too many indexes",
            &deep,
            [
                vec![deep.as_str()],
                inner.iter().map(String::as_str).collect(),
                vec![one.as_str()],
            ]
            .concat(),
            vec![config()],
            (None, None, "unknown", "manifest.unsupported"),
            7,
        ),
        (
            "a chart",
            &chart,
            vec![&chart],
            vec![],
            (None, Some(102), chart_kind, ""),
            2,
        ),
        ("schema 1", old, vec![old], vec![], (MADE, None, "", ""), 2),
        (
            "what is no manifest",
            "<html>",
            vec!["<html>"],
            vec![],
            (None, None, "unknown", "manifest.unsupported"),
            2,
        ),
        (
            "a config that is another",
            &one,
            vec![&one],
            vec![other],
            (None, None, "", "digest.mismatch"),
            3,
        ),
        (
            "a config that is not there",
            &one,
            vec![&one],
            vec![none],
            (None, None, "", "image.unknown"),
            3,
        ),
        (
            "a config that is too large",
            &huge,
            vec![&huge],
            vec![],
            (None, None, "", "answer.too_large"),
            2,
        ),
    ];
    for (name, wanted, manifests, blobs, expected, requests) in cases {
        let world = holding(&manifests, &blobs).world();
        let found = ask(&world, &digest(wanted), None).await.unwrap();
        let item = found.items.first().unwrap();
        let problem = item.problem.map_or("", |code| code.as_str());
        let told = (
            item.created_at,
            item.size,
            item.artifact_type.as_str(),
            problem,
        );
        assert_eq!(told, expected, "{name}");
        assert_eq!(item.digest, digest(wanted), "{name}");
        assert_eq!(found.requests, requests, "{name}");
    }
    let bare = image(undated);
    let world = holding(&[&bare], &[(undated, Reply::status(200).text(undated))]).world();
    let found = ask(&world, &digest(&bare), None).await.unwrap();
    assert_eq!(found.items.first().unwrap().created_at, None);
}

#[tokio::test]
async fn a_manifest_that_was_read_for_its_digest_is_not_read_again() {
    let (one, chart) = (
        image(CONFIG),
        of_type("application/vnd.cncf.helm.config.v1+json", "{}"),
    );
    let list = index(&[&one]);
    let config = format!("GET blobs/{}", digest(CONFIG));
    let child = format!("GET manifests/{}", digest(&one));
    let cases: [(&str, &str, Vec<String>); 4] = [
        ("an image", &one, vec![config.clone()]),
        ("an index", &list, vec![child, config]),
        ("a chart", &chart, vec![]),
        ("what is no manifest", "<html>", vec![]),
    ];
    for (name, tagged, expected) in cases {
        let fake = holding(&[&one], &[(CONFIG, Reply::status(200).text(CONFIG))]);
        let world = with(fake, "GET manifests/1", manifest(INDEX, tagged)).world();
        let tag = AskedTag {
            tag: "1".to_owned(),
            known: None,
        };
        let operator = Operator::default();
        let told = digests(&world, &operator, &password(), None, "team/app", vec![tag]).await;
        let told = told.unwrap().items.remove(0);
        // As it goes over the wire, or waits in a database.
        let from = serde_json::to_string(&told.from).unwrap();
        let before = world.http.lines().len();
        let found = ask(
            &world,
            &told.digest.unwrap(),
            serde_json::from_str(&from).unwrap(),
        )
        .await;
        assert_eq!(found.unwrap().items.len(), 1, "{name}");
        let asked: Vec<String> = asked(&world).into_iter().skip(before).collect();
        assert_eq!(asked, expected, "{name}");
    }
}

#[test]
fn only_digests_come_back_in_a_source() {
    for text in [
        json!({ "manifest": "../../x" }),
        json!({ "config": { "digest": "sha256:1", "bytes": 1, "size": 1 } }),
        json!({ "else": null }),
        json!("else"),
    ] {
        assert!(
            serde_json::from_value::<Source>(text.clone()).is_err(),
            "{text}"
        );
    }
}

#[tokio::test]
async fn what_is_no_digest_is_not_asked_for() {
    let world = registry().world();
    let found = ask(&world, "sha256:../x", None).await.unwrap();
    assert_eq!(found.requests, 1);
    assert_eq!(
        found.items.first().unwrap().problem,
        Some(bowline_registry::Code::ImageUnknown)
    );
}
