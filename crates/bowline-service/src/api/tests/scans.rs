//! Asking for scans, and looking at them.

use bowline_store::{SealingKeys, SeenImage};

use super::*;

const URL: &str = "https://registry.example.com/team";

pub(super) fn digest(end: u8) -> String {
    format!("sha256:{end:064x}")
}

/// What the private service answers to `/digests`.
fn digests(items: &[(&str, Option<u8>)], left: &[&str]) -> Value {
    let items: Vec<_> = items
        .iter()
        .map(|(tag, end)| json!({ "tag": tag, "digest": end.map(digest), "from": null, "problem": null }))
        .collect();
    json!({ "items": items, "left": left, "requests": 1 })
}

async fn request_scans(harness: &Harness, path: &str, images: &[&str]) -> Value {
    let answer = harness
        .post(&format!("{path}/scans"), &json!({ "images": images }))
        .await;
    assert_eq!(answer.status, 202, "{answer:?}");
    answer.json()
}

/// Queues images of `team/app` by their digests, and gives the scans.
pub(super) async fn queued(harness: &Harness, path: &str, ends: &[u8]) -> Value {
    let images: Vec<_> = ends
        .iter()
        .map(|end| format!("team/app@{}", digest(*end)))
        .collect();
    let names: Vec<_> = images.iter().map(String::as_str).collect();
    request_scans(harness, path, &names).await["scans"].clone()
}

#[tokio::test]
async fn a_tag_that_nobody_knows_is_asked_for_and_each_refusal_is_named() {
    let harness = Harness::new();
    let (path, connection) = harness.created("a", URL).await;
    let told = digests(
        &[("1", Some(1)), ("latest", Some(1)), ("gone", None)],
        &["late"],
    );
    harness.script.whole(200, "application/json", &told);
    let refused =
        json!({ "code": "permission.pull_missing", "title": "No.", "detail": "d", "status": 422 });
    harness
        .script
        .whole(422, "application/problem+json", &refused);
    let by_digest = format!("registry.example.com/team/app@{}", digest(2));
    let images = [
        "team/app:1",
        "team/app",
        "team/app:gone",
        "team/app:late",
        "team/private:1",
        "other/app:1",
        "elsewhere.example.com/team/app:1",
        "",
        by_digest.as_str(),
    ];
    let answer = request_scans(&harness, &path, &images).await;
    let scans = answer["scans"].as_array().unwrap();
    let found: Vec<_> = scans
        .iter()
        .map(|scan| (&scan["tag"], &scan["image"]))
        .collect();
    let image = |end| json!(format!("registry.example.com/team/app@{}", digest(end)));
    assert_eq!(
        found,
        [(&json!("1"), &image(1)), (&Value::Null, &image(2))],
        "a digest is scanned once, in the order of the digests"
    );
    for scan in scans {
        assert_eq!(
            (
                &scan["state"],
                &scan["origin"],
                &scan["connection"],
                &scan["attempts"]
            ),
            (
                &json!("queued"),
                &json!("request"),
                &connection["id"],
                &json!(0)
            )
        );
    }
    let refused: Vec<_> = answer["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|refused| {
            (
                refused["image"].as_str().unwrap(),
                refused["code"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        refused,
        [
            ("other/app:1", "image.unknown"),
            ("elsewhere.example.com/team/app:1", "image.unknown"),
            ("", "image.unknown"),
            ("team/app:gone", "image.unknown"),
            ("team/app:late", "deadline.exceeded"),
            ("team/private:1", "permission.pull_missing"),
        ]
    );
    let sent = harness.script.sent.borrow();
    let asked: Vec<_> = sent.iter().map(|sent| sent.address.as_str()).collect();
    assert_eq!(
        asked, ["http://outbound.spin.internal/digests"; 2],
        "once a repository"
    );
}

#[tokio::test]
async fn the_inventory_knows_digests_and_the_registry_is_not_asked() {
    let harness = Harness::new();
    let (path, connection) = harness.created("a", URL).await;
    let id = ConnectionId::parse(connection["id"].as_str().unwrap()).unwrap();
    let keys = SealingKeys::parse(&variables().sealing_keys).unwrap();
    let store = Store::new(harness.database.clone(), Counter::default(), keys);
    let seen = SeenImage {
        repository: "team/app".to_owned(),
        tag: "1".to_owned(),
        digest: digest(7),
        pushed_at: None,
    };
    store.record_push(id, &[seen], START_MS).await.unwrap();
    let answer = request_scans(&harness, &path, &["team/app:1"]).await;
    assert_eq!(answer["scans"][0]["digest"], digest(7));
    assert!(harness.script.sent.borrow().is_empty());
}

#[tokio::test]
async fn where_there_are_no_digests_a_tag_is_the_image() {
    let harness = Harness::new();
    let old = json!({ "provider": "docker-registry-v1", "name": "old", "auth": "password", "image": "app:1",
        "values": { "url": "https://old.example.com" } });
    let created = harness.post(LIST, &old).await.json();
    let path = format!("{LIST}/{}", created["id"].as_str().unwrap());
    let answer = request_scans(&harness, &path, &["app:1", "app", "app:1"]).await;
    let scans = answer["scans"].as_array().unwrap();
    let images: Vec<_> = scans
        .iter()
        .map(|scan| (&scan["image"], &scan["digest"]))
        .collect();
    let expected = [
        json!("old.example.com/app:1"),
        json!("old.example.com/app:latest"),
    ];
    assert_eq!(
        images,
        [(&expected[0], &Value::Null), (&expected[1], &Value::Null)]
    );
}

#[tokio::test]
async fn a_registry_that_cannot_be_searched_is_asked_for_the_named_image() {
    let harness = Harness::new();
    let atomic = json!({ "provider": "red-hat-atomic", "name": "atomic", "auth": "password", "image": "app:1",
        "values": { "url": "https://atomic.example.com", "username": "12345678|scanner", "password": PASSWORD } });
    let created = harness.post(LIST, &atomic).await.json();
    let path = format!("{LIST}/{}", created["id"].as_str().unwrap());
    let told = digests(&[("1", Some(1))], &[]);
    harness.script.whole(200, "application/json", &told);
    let answer = request_scans(&harness, &path, &["app:1"]).await;
    assert_eq!(answer["scans"][0]["digest"], digest(1));
}

#[tokio::test]
async fn what_is_no_request_is_refused_whole() {
    let harness = Harness::new();
    let (path, _) = harness.created("a", URL).await;
    let many = vec!["app:1"; 101];
    for body in [
        json!({}),
        json!({ "images": [] }),
        json!({ "images": many }),
        json!({ "images": ["app:1"], "else": 1 }),
    ] {
        let answer = harness.post(&format!("{path}/scans"), &body).await;
        assert_eq!(answer.problem(), problem(400, "body.malformed"), "{body}");
    }
}

#[tokio::test]
async fn scans_are_listed_by_state_and_page() {
    let harness = Harness::new();
    let (path, _) = harness.created("a", URL).await;
    queued(&harness, &path, &[1, 2, 3]).await;
    let cases = [
        ("", 3),
        ("?state=queued", 3),
        ("?state=set-aside", 0),
        ("?limit=2", 2),
    ];
    for (query, count) in cases {
        let page = harness.get(&format!("{path}/scans{query}")).await.json();
        assert_eq!(page["items"].as_array().unwrap().len(), count, "{query}");
        assert_eq!(page["next"].is_string(), query == "?limit=2", "{query}");
    }
    for query in ["?state=none", "?limit=0", "?else=1"] {
        let answer = harness.get(&format!("{path}/scans{query}")).await;
        assert_eq!(answer.problem(), problem(400, "query.malformed"), "{query}");
    }
}
