//! What is done about what registries announce.

mod waiting;

use super::*;

const A: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B: &str = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
const AT: &str = "2027-01-15T07:59:00Z";
const LATER: &str = "2027-01-15T07:59:30Z";

/// A connection whose policy takes events, and where its registry sends them.
pub(super) struct Watched {
    pub(super) harness: Harness,
    pub(super) id: String,
    pub(super) secret: String,
}

impl Watched {
    pub(super) async fn new() -> Self {
        Self::with(json!({ "events": true })).await
    }

    async fn with(policy: Value) -> Self {
        let mut form = form("prod", "https://registry.example.com/team");
        form["policy"] = policy;
        Self::of(form).await
    }

    async fn of(form: Value) -> Self {
        let harness = Harness::new();
        let created = harness.post(LIST, &form).await;
        assert_eq!(created.status, 201, "{created:?}");
        let id = created.json()["id"].as_str().unwrap().to_owned();
        let made = harness
            .post(&format!("{LIST}/{id}/events"), &json!({}))
            .await;
        let made = made.json();
        let secret = match made["authorization"].as_str() {
            Some(header) => header.trim_start_matches("Bearer ").to_owned(),
            None => made["url"]
                .as_str()
                .unwrap()
                .rsplit('/')
                .next()
                .unwrap()
                .to_owned(),
        };
        Self {
            harness,
            id,
            secret,
        }
    }

    /// Sends a notification, and gives how much of it was accepted and ignored.
    pub(super) async fn tell(&self, body: &Value) -> (u64, u64) {
        let read = self.harness.send(self.notification(body)).await;
        assert_eq!(read.status, 202, "{read:?}");
        let said = read.json();
        (
            said["accepted"].as_u64().unwrap(),
            said["ignored"].as_u64().unwrap(),
        )
    }

    pub(super) fn notification(&self, body: &Value) -> http::Request<Full<Bytes>> {
        let path = format!("/v1/events/{}/{}", self.id, self.secret);
        request(Method::POST, &path, &[("authorization", "")], Some(body))
    }

    /// What the registry says that a tag names.
    fn names(&self, tag: &str, digest: Option<&str>) {
        let answer = json!({ "items": [{ "tag": tag, "digest": digest, "from": null, "problem": null }],
            "left": [], "requests": 1 });
        self.harness.script.whole(200, "application/json", &answer);
    }

    /// What the registry says that a digest stands for.
    fn stands_for(&self, digest: &str, artifact_type: &str) {
        let answer = json!({ "items": [{ "digest": digest, "createdAt": START_MS, "size": 7,
            "artifactType": artifact_type, "problem": null }], "left": [], "requests": 1 });
        self.harness.script.whole(200, "application/json", &answer);
    }

    fn asked(&self) -> Vec<String> {
        let sent = self.harness.script.sent.borrow();
        let errand = |sent: &Sent| sent.address.rsplit('/').next().unwrap().to_owned();
        sent.iter().map(errand).collect()
    }

    async fn rows(&self, statement: &str) -> Vec<String> {
        let rows = self
            .harness
            .database
            .query(statement, vec![])
            .await
            .unwrap();
        let text = |row: &bowline_store::Row| match &row.0[0] {
            bowline_store::Value::Text(text) => text.clone(),
            other => panic!("{other:?}"),
        };
        rows.iter().map(text).collect()
    }

    async fn queued(&self) -> Vec<String> {
        self.rows("SELECT origin || ' ' || repository || ':' || tag || '@' || digest FROM scans ORDER BY id").await
    }

    async fn inventory(&self) -> Vec<String> {
        self.rows("SELECT state || ' ' || repository || ':' || tag || '@' || digest FROM images ORDER BY repository, tag")
            .await
    }

    /// What the tick does about what waits.
    async fn tick(&self) -> usize {
        let (head, ()) = http::Request::new(()).into_parts();
        let now = self.harness.now.get();
        let context = RequestContext::new(head, "tick".to_owned(), None, now);
        self.harness
            .service
            .retry_pending_events(&context, bowline_store::Within::All, Duration::from_secs(5))
            .await
            .unwrap()
    }

    pub(super) fn pass(&self, ms: i64) {
        self.harness
            .now
            .set(self.harness.now.get().saturating_add(ms));
    }
}

fn event(action: &str, tag: Option<&str>, digest: Option<&str>, at: &str) -> Value {
    json!({ "action": action, "timestamp": at,
        "target": { "repository": "team/app", "tag": tag, "digest": digest } })
}

pub(super) fn events(events: &[Value]) -> Value {
    json!({ "events": events })
}

fn push(tag: &str, digest: &str, at: &str) -> Value {
    events(&[event("push", Some(tag), Some(digest), at)])
}

#[tokio::test]
async fn a_push_that_is_selected_is_queued_when_it_is_answered() {
    let watched = Watched::new().await;
    watched.names("v1", Some(A));
    watched.stands_for(A, "");
    assert_eq!(watched.tell(&push("v1", A, AT)).await, (1, 0));
    assert_eq!(watched.queued().await, [format!("event team/app:v1@{A}")]);
    assert_eq!(watched.inventory().await, [format!("new team/app:v1@{A}")]);
    assert_eq!(watched.asked(), ["digests", "details"]);
    let sent: Value = serde_json::from_str(&watched.harness.script.sent.borrow()[0].body).unwrap();
    assert_eq!(
        sent["tags"],
        json!([{ "tag": "v1", "known": A }]),
        "a HEAD will do"
    );
}

#[tokio::test]
async fn repeats_and_reordering_change_nothing() {
    let watched = Watched::new().await;
    let (first, second) = (push("v1", A, AT), push("v1", B, LATER));
    // The second push is told first.
    watched.names("v1", Some(B));
    watched.stands_for(B, "");
    watched.tell(&second).await;
    let (queued, inventory) = (watched.queued().await, watched.inventory().await);
    assert_eq!(queued, [format!("event team/app:v1@{B}")]);
    for (name, told, answers) in [
        ("the first push, late", &first, true),
        ("the second again", &second, false),
        ("the first again", &first, true),
    ] {
        if answers {
            watched.names("v1", Some(B));
        }
        assert_eq!(watched.tell(told).await, (1, 0), "{name}");
        assert_eq!(watched.queued().await, queued, "{name}");
        assert_eq!(watched.inventory().await, inventory, "{name}");
    }
    assert_eq!(
        watched
            .rows("SELECT CAST(pushed_at AS TEXT) FROM images")
            .await,
        ["1799999970000"]
    );
}

#[tokio::test]
async fn a_tag_that_moved_is_queued_again() {
    let watched = Watched::new().await;
    for (digest, at) in [(A, AT), (B, LATER)] {
        watched.names("v1", Some(digest));
        watched.stands_for(digest, "");
        watched.tell(&push("v1", digest, at)).await;
        watched.pass(1);
    }
    let scan = |digest| format!("event team/app:v1@{digest}");
    assert_eq!(watched.queued().await, [scan(A), scan(B)]);
    assert_eq!(
        watched.inventory().await,
        [format!("replaced team/app:v1@{B}")]
    );
}

/// Docker Hub's and Harbor's clocks tick in seconds.
#[tokio::test]
async fn of_two_pushes_at_once_the_one_counts_that_the_registry_has() {
    let watched = Watched::new().await;
    for digest in [A, B] {
        watched.names("v1", Some(digest));
        watched.stands_for(digest, "");
        watched.tell(&push("v1", digest, AT)).await;
        watched.pass(1);
    }
    assert_eq!(
        watched.inventory().await,
        [format!("replaced team/app:v1@{B}")]
    );
    assert_eq!(watched.queued().await.len(), 2);
}

#[tokio::test]
async fn what_the_registry_does_not_have_is_not_brought_back() {
    let watched = Watched::new().await;
    watched.names("v1", None);
    assert_eq!(watched.tell(&push("v1", A, AT)).await, (1, 0));
    assert_eq!(watched.inventory().await, Vec::<String>::new());
    assert_eq!(watched.queued().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_removal_counts_when_the_registry_confirms_it() {
    let digest = || events(&[event("delete", None, Some(A), LATER)]);
    let tag = || events(&[event("delete", Some("v1"), None, LATER)]);
    let earlier = || events(&[event("delete", None, Some(A), "2027-01-15T07:58:00Z")]);
    let with_push = || {
        let push = event("push", Some("v1"), Some(A), AT);
        events(&[event("delete", Some("v1"), None, LATER), push])
    };
    for (name, removal, named, state) in [
        ("a manifest", digest(), None, "gone"),
        ("a tag", tag(), None, "gone"),
        ("a forged one of a manifest", digest(), Some(A), "new"),
        ("a forged one of a tag", tag(), Some(A), "new"),
        ("one from before the push", earlier(), Some(A), "new"),
        ("one told before its push", with_push(), None, "gone"),
        ("a forged one with a push", with_push(), Some(A), "new"),
    ] {
        let watched = Watched::new().await;
        watched.names("v1", Some(A));
        watched.stands_for(A, "");
        watched.tell(&push("v1", A, AT)).await;
        watched.names("v1", named);
        let told = removal["events"].as_array().map_or(0, Vec::len) as u64;
        assert_eq!(watched.tell(&removal).await, (told, 0), "{name}");
        assert_eq!(
            watched.inventory().await,
            [format!("{state} team/app:v1@{A}")],
            "{name}"
        );
        assert_eq!(watched.asked(), ["digests", "details", "digests"], "{name}");
    }
}

#[tokio::test]
async fn a_removal_that_cannot_be_asked_about_waits() {
    for (name, digest, state) in [("gone", None, "gone"), ("forged", Some(A), "new")] {
        let watched = Watched::new().await;
        watched.names("v1", Some(A));
        watched.stands_for(A, "");
        watched.tell(&push("v1", A, AT)).await;
        let removal = events(&[event("delete", None, Some(A), LATER)]);
        assert_eq!(watched.tell(&removal).await, (1, 0), "{name}");
        assert_eq!(
            watched.inventory().await,
            [format!("new team/app:v1@{A}")],
            "{name}"
        );
        watched.names("v1", digest);
        assert_eq!(watched.tick().await, 1, "{name}");
        assert_eq!(
            watched.inventory().await,
            [format!("{state} team/app:v1@{A}")],
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_removal_of_what_the_inventory_does_not_have_asks_nothing() {
    let watched = Watched::new().await;
    let removals = [
        event("delete", Some("v1"), None, AT),
        event("delete", None, Some(A), AT),
    ];
    assert_eq!(watched.tell(&events(&removals)).await, (2, 0));
    assert_eq!(watched.asked(), Vec::<String>::new());
    assert_eq!(
        watched.rows("SELECT tag FROM pending_events").await,
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn a_removal_without_a_time_is_asked_about() {
    for (name, digest, state) in [
        ("it is gone", None, "gone"),
        ("it is there again", Some(A), "new"),
    ] {
        let mut form = form("prod", "https://artifactory.example.com");
        form["provider"] = json!("jfrog-artifactory");
        form["policy"] = json!({ "events": true });
        let watched = Watched::of(form).await;
        let told = |kind: &str| {
            json!({ "domain": "docker", "event_type": kind, "data": { "repo_key": "team", "image_name": "app",
                "tag": "v1", "sha256": A.trim_start_matches("sha256:") } })
        };
        watched.names("v1", Some(A));
        watched.stands_for(A, "");
        watched.tell(&told("pushed")).await;
        watched.pass(1000);
        watched.names("v1", digest);
        watched.tell(&told("deleted")).await;
        assert_eq!(
            watched.inventory().await,
            [format!("{state} team/app:v1@{A}")],
            "{name}"
        );
    }
}

#[tokio::test]
async fn only_what_the_policy_selects_is_queued() {
    let cases = [
        ("all", json!({ "events": true }), "", true, 2),
        (
            "included",
            json!({ "events": true, "include": ["app:v"] }),
            "",
            true,
            2,
        ),
        (
            "not included",
            json!({ "events": true, "include": ["other"] }),
            "",
            false,
            2,
        ),
        (
            "a tag that is never taken",
            json!({ "events": true, "never": [":v1"] }),
            "",
            false,
            2,
        ),
        (
            "a repository that is never taken",
            json!({ "events": true, "never": ["team/app"] }),
            "",
            false,
            0,
        ),
        (
            "young enough",
            json!({ "events": true, "condition": { "kind": "created-within", "amount": 1, "unit": "days" } }),
            "",
            true,
            2,
        ),
        (
            "a chart",
            json!({ "events": true }),
            "application/vnd.cncf.helm.config.v1+json",
            false,
            2,
        ),
        ("events are off", json!({ "events": false }), "", false, 0),
    ];
    for (name, policy, artifact_type, queued, requests) in cases {
        let watched = Watched::with(policy.clone()).await;
        watched.names("v1", Some(A));
        watched.stands_for(A, artifact_type);
        let accepted = u64::from(policy["events"] == true);
        assert_eq!(
            watched.tell(&push("v1", A, AT)).await,
            (accepted, 1 - accepted),
            "{name}"
        );
        assert_eq!(watched.queued().await.len(), usize::from(queued), "{name}");
        assert_eq!(watched.asked().len(), requests, "{name}");
    }
}

#[tokio::test]
async fn an_image_in_quarantine_is_queued_by_its_digest() {
    let mut form = form("prod", "https://myregistry.azurecr.io");
    form["provider"] = json!("azure-acr");
    form["policy"] = json!({ "events": true, "quarantine": true });
    let watched = Watched::of(form).await;
    let mut told = event("quarantine", Some("v1"), Some(A), AT);
    told["request"] = json!({ "host": "myregistry.azurecr.io" });
    // Nobody may read it but who has the role for that.
    watched
        .harness
        .script
        .whole(502, "application/problem+json", &json!({}));
    assert_eq!(watched.tell(&told).await, (1, 0));
    assert_eq!(watched.asked(), ["details"]);
    assert_eq!(watched.queued().await, [format!("event team/app:v1@{A}")]);
}

/// What was broken and is fixed is queued by the tick.
#[tokio::test]
async fn a_notification_without_end_is_bounded() {
    let watched = Watched::new().await;
    let pushes: Vec<_> = (0..1500)
        .map(|number| event("push", Some(&format!("v{number}")), Some(A), AT))
        .collect();
    assert_eq!(watched.tell(&events(&pushes)).await, (1000, 500));
    let waiting = watched.rows("SELECT tag FROM pending_events").await;
    assert_eq!(waiting.len(), 1000);
}

#[tokio::test]
async fn what_is_no_event_of_the_connection_is_accepted_and_counted() {
    let watched = Watched::new().await;
    let foreign = json!({ "action": "push", "target": { "repository": "other/app", "tag": "v1" } });
    let pull = event("pull", Some("v1"), Some(A), AT);
    let blob = event("push", None, Some(A), AT);
    assert_eq!(watched.tell(&events(&[foreign, pull, blob])).await, (0, 3));
    let mut request = watched.notification(&json!({}));
    *request.body_mut() = Full::from("no JSON at all");
    request
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    let read = watched.harness.send(request).await;
    assert_eq!(
        (read.status, read.json()),
        (202, json!({ "accepted": 0, "ignored": 1 }))
    );
    assert_eq!(watched.asked(), Vec::<String>::new());
    let address = watched
        .harness
        .get(&format!("{LIST}/{}/events", watched.id))
        .await
        .json();
    assert_eq!(
        (&address["received"], &address["unknown"]),
        (&json!(0), &json!(4))
    );
    assert_eq!(address["lastReceivedAt"], "2027-01-15T08:00:00Z");
}
