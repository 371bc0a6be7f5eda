//! What a synchronization asks for, of a registry that serves everybody.

use sha2::{Digest as _, Sha256};

use super::*;

/// The answers of a registry that serves everybody, with the image `team/app:1` and a signature of it.
pub(super) fn open_registry(request: &Request) -> http::Response<Whole> {
    let path = request.url.path();
    let blob = format!("/v2/team/app/blobs/{}", digest(CONFIG));
    let text = match path {
        "/v2/" => "{}".to_owned(),
        "/v2/_catalog" => r#"{"repositories":["team/app"]}"#.to_owned(),
        "/v2/team/app/tags/list" => {
            let signature = digest(&manifest()).replace(':', "-");
            json!({ "tags": ["1", format!("{signature}.sig")] }).to_string()
        }
        _ if path == blob => CONFIG.to_owned(),
        "/v2/team/app/manifests/1" => manifest(),
        _ => {
            return http::Response::builder()
                .status(404)
                .body(Whole(None))
                .unwrap();
        }
    };
    let response = http::Response::builder().header("docker-content-digest", digest(&text));
    let is_head = request.method == Method::HEAD;
    let body = (!is_head).then(|| Bytes::from(text));
    response.body(Whole(body)).unwrap()
}

const CONFIG: &str = r#"{"created":"2023-11-14T22:13:20Z"}"#;

fn manifest() -> String {
    format!(
        r#"{{"config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{}","size":34}}}}"#,
        digest(CONFIG)
    )
}

fn digest(text: &str) -> String {
    let hex = |byte: &u8| format!("{byte:02x}");
    let digest = Sha256::digest(text);
    format!("sha256:{}", digest.iter().map(hex).collect::<String>())
}

#[tokio::test]
async fn a_synchronization_reads_part_by_part() {
    let Setup { service, sent } = setup(true, "");
    let open = json!({ "provider": "docker-registry", "auth": "anonymous", "values": { "url": "https://open.example.com" } });
    let image = digest(&manifest());
    let from = json!({ "config": { "digest": digest(CONFIG), "bytes": 34, "size": 34 } });
    let item = |from: &Value| json!({ "tag": "1", "digest": image, "from": from, "problem": null });
    let cases = [
        (
            "repositories/page",
            json!({ "cursor": null }),
            json!({ "items": [{ "name": "team/app" }], "cursor": null, "complete": true, "requests": 2 }),
        ),
        (
            "tags/page",
            json!({ "repository": "team/app", "cursor": null }),
            json!({ "items": [{ "tag": "1" }], "cursor": null, "complete": true, "requests": 2 }),
        ),
        (
            "digests",
            json!({ "repository": "team/app", "tags": [{ "tag": "1", "known": null }] }),
            json!({ "items": [item(&from)], "left": [], "requests": 2 }),
        ),
        (
            "digests",
            json!({ "repository": "team/app", "tags": [{ "tag": "1", "known": image }] }),
            json!({ "items": [item(&Value::Null)], "left": [], "requests": 2 }),
        ),
        (
            "details",
            json!({ "repository": "team/app", "digests": [{ "digest": image, "from": from }] }),
            json!({ "items": [{ "digest": image, "createdAt": 1_700_000_000_000_i64, "size": 34,
                                "artifactType": "", "problem": null }], "left": [], "requests": 2 }),
        ),
    ];
    for mut session in [Value::Null, json!([])] {
        for (number, (errand, mut body, mut expected)) in cases.clone().into_iter().enumerate() {
            body["form"] = open.clone();
            body["session"] = session.clone();
            // In a session only the first has to find out how the registry wants a login.
            if session.is_array() && number > 0 {
                expected["requests"] = json!(1);
            }
            let before = sent.lock().unwrap().len();
            let answer = service
                .handle(request_to(errand, "application/json", &body))
                .await;
            let mut told: Value = serde_json::from_str(&text(answer).await).unwrap();
            assert_eq!(
                told.get("session").is_some(),
                session.is_array(),
                "{errand}"
            );
            session = told
                .as_object_mut()
                .and_then(|told| told.remove("session"))
                .unwrap_or_default();
            assert_eq!(told, expected, "{errand}");
            let to_the_registry = sent
                .lock()
                .unwrap()
                .iter()
                .skip(before)
                .filter(|line| line.contains("open."))
                .count();
            assert_eq!(json!(to_the_registry), expected["requests"], "{errand}");
        }
    }
}

#[tokio::test]
async fn what_a_product_does_not_have_is_a_problem() {
    let Setup { service, sent } = setup(true, "");
    let digest = digest("image");
    let cases = [
        (
            "release",
            json!({ "form": form(), "repository": "team/app", "digest": digest }),
            "image.unknown",
        ),
        (
            "streams",
            json!({ "form": form(), "resourceVersion": null }),
            "permission.catalog_missing",
        ),
    ];
    for (errand, body, code) in cases {
        let answer = service
            .handle(request_to(errand, "application/json", &body))
            .await;
        assert_eq!(problem(answer).await, (422, code.to_owned()), "{errand}");
    }
    assert_eq!(beside_probes(&sent), [""; 0]);
}
