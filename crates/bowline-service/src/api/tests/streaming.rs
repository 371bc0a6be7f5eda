//! OpenShift's image streams, watched from tick to tick.

use super::*;

const DUE: &str = "/v1/sync/due";
const A: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

async fn watched() -> (Harness, String) {
    let harness = Harness::new();
    let mut form = form("a", "https://registry.example.com");
    form["provider"] = json!("openshift");
    form["policy"] = json!({ "imageStreams": true });
    form["values"]["apiUrl"] = json!("https://api.example.com:6443");
    let created = harness.post(LIST, &form).await;
    assert_eq!(created.status, 201, "{created:?}");
    let path = format!("{LIST}/{}", created.json()["id"].as_str().unwrap());
    (harness, path)
}

impl Harness {
    fn streams(&self, changed: Value, gone: Value, missed: bool, version: &str) {
        let changes = json!({ "changed": changed, "gone": gone, "missed": missed, "resourceVersion": version, "requests": 1 });
        self.script.whole(200, "application/json", &changes);
    }

    /// What the private service was asked at the last tick, by address.
    async fn tick(&self) -> Vec<(String, Value)> {
        self.script.sent.borrow_mut().clear();
        self.now.set(self.now.get().saturating_add(30_000));
        let answer = self.post(DUE, &json!({})).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let sent = self.script.sent.borrow();
        let errand = |sent: &Sent| {
            let errand = sent.address.rsplit_once("internal").unwrap().1;
            (errand.to_owned(), serde_json::from_str(&sent.body).unwrap())
        };
        sent.iter().map(errand).collect()
    }
}

#[tokio::test]
async fn what_changed_since_the_last_look_is_asked_for() {
    let (harness, path) = watched().await;
    harness.streams(json!([]), json!([]), false, "7");
    let asked = harness.tick().await;
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert_eq!(
        (asked[0].0.as_str(), &asked[0].1["resourceVersion"]),
        ("/streams", &Value::Null)
    );

    let tag = json!({ "tag": "v1", "digest": A, "pushedAt": START_MS });
    harness.streams(
        json!([{ "repository": "team/app", "tags": [tag] }]),
        json!([]),
        false,
        "9",
    );
    harness.script.whole(
        200,
        "application/json",
        &json!({ "items": [{ "tag": "v1", "digest": A, "from": null }], "left": [], "requests": 1 }),
    );
    harness.script.whole(
        200,
        "application/json",
        &json!({ "items": [{ "digest": A, "createdAt": START_MS, "size": 7, "artifactType": "" }], "left": [], "requests": 2 }),
    );
    let asked = harness.tick().await;
    assert_eq!(asked[0].1["resourceVersion"], "7");
    let images = harness.get(&format!("{path}/images")).await.json();
    assert_eq!(images["items"][0]["digest"], A, "{images}");

    harness.streams(json!([]), json!([]), false, "9");
    assert_eq!(harness.tick().await[0].1["resourceVersion"], "9");
}

#[tokio::test]
async fn a_look_that_failed_is_repeated_from_the_same_version() {
    let (harness, _) = watched().await;
    harness.streams(json!([]), json!([]), false, "7");
    harness.tick().await;
    harness.script.whole(
        502,
        "application/problem+json",
        &json!({ "code": "connect.refused" }),
    );
    assert_eq!(harness.tick().await[0].1["resourceVersion"], "7");
    harness.streams(json!([]), json!([]), false, "8");
    assert_eq!(harness.tick().await[0].1["resourceVersion"], "7");
}

#[tokio::test]
async fn changes_that_were_missed_are_found_by_a_sync() {
    let (harness, path) = watched().await;
    harness.streams(json!([]), json!([]), true, "7");
    harness.tick().await;
    let status = harness.get(&format!("{path}/sync")).await.json();
    assert_eq!(status["running"]["origin"], "schedule", "{status}");
}
