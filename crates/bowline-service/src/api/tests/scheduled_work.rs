//! What is done without anybody asking.

use super::*;

const DUE: &str = "/v1/sync/due";
const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// START_MS is 08:00 UTC.
fn automatic(name: &str, at: &str, timezone: &str) -> Value {
    let mut form = form(name, &format!("https://{name}.example.com"));
    form["policy"] = json!({ "mode": "automatic", "at": at, "timezone": timezone });
    form
}

/// The call of a clock at that time.
fn tick(now: i64) -> http::Request<Full<Bytes>> {
    let mut claims = claims("cron", &["acme"], &ALL);
    claims["exp"] = json!(now.div_euclid(1000).saturating_add(60));
    let bearer = format!("Bearer {}", token(&claims));
    let headers = [("authorization", bearer.as_str())];
    request(Method::POST, DUE, &headers, Some(&json!({})))
}

impl Harness {
    async fn due_at(&self, now: i64) -> Value {
        self.now.set(now);
        let answer = self.send(tick(now)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// A tick whose instance dies while it waits for the private service; what is asked after that is answered so.
    async fn die_at(&self, now: i64, answers: &[(u16, &Value)]) {
        self.now.set(now);
        let _unanswered = self.script.stream(200, "application/json");
        for (status, answer) in answers {
            self.script.whole(*status, "application/json", answer);
        }
        let before = self.script.sent.borrow().len();
        let waits = async {
            while self.script.sent.borrow().len() == before {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            answer = self.answer(tick(now)) => panic!("it did not wait: {answer:?}"),
            () = waits => {}
        }
    }

    /// How a connection's syncs stand.
    async fn status(&self, path: &str) -> Value {
        let now = self.now.replace(START_MS);
        let status = self.get(&format!("{path}/sync")).await.json();
        self.now.set(now);
        status
    }

    /// What is set aside of a connection.
    async fn set_aside(&self, path: &str) -> Value {
        self.status(path).await["setAside"].clone()
    }

    /// Writes a policy as an older instance would.
    async fn plant(&self, path: &str, policy: &str) {
        let statement = "UPDATE connections SET policy = ?2, version = version + 1 WHERE id = ?1";
        let id = path.rsplit('/').next().unwrap();
        let planted = self
            .database
            .query(statement, vec![id.into(), policy.into()]);
        planted.await.unwrap();
    }
}

/// The kept policies that once stopped the scheduled work of everybody.
fn hostile(count: u32) -> String {
    let expressions: Vec<_> = (0..count).map(|it| format!("/a{{20000}}{it}/")).collect();
    json!({ "mode": "automatic", "at": "08:10", "include": expressions }).to_string()
}

#[tokio::test]
async fn no_kept_policy_keeps_others_from_their_pull() {
    let harness = Harness::new();
    let at = START_MS + 10 * MINUTE;
    let cases = [
        ("m1", hostile(115)),
        ("m2", hostile(120)),
        ("m3", hostile(122)),
        ("m4", r#"{"mode":"automatic","at":7}"#.to_owned()),
        ("m5", r#"{"mode":"automatic","at":"24:10"}"#.to_owned()),
        ("m6", r#"{"mode":"automatic","timezone":[]}"#.to_owned()),
    ];
    let mut hostile = Vec::new();
    for (name, policy) in &cases {
        let (path, _) = harness
            .created(name, &format!("https://{name}.example.com"))
            .await;
        harness.plant(&path, policy).await;
        hostile.push(path);
    }
    let theirs = harness
        .post(LIST, &automatic("z", "08:10", "UTC"))
        .await
        .json();
    let theirs = format!("{LIST}/{}", theirs["id"].as_str().unwrap());
    // Nothing was planned before the time had come: a fresh instance finds everything at once.
    let due = harness.another_instance(&variables()).due_at(at).await;
    assert_eq!(due["syncs"]["started"], 1, "{due}");
    let status = harness.status(&theirs).await;
    assert_eq!(status["running"]["origin"], "schedule", "{status}");
    assert_eq!(status["setAside"], json!([]));
    for path in hostile {
        let shown = harness.set_aside(&path).await;
        assert_eq!(shown[0]["work"], "policy", "{shown}");
        assert!(shown[0]["reason"].as_str().unwrap().len() > 40, "{shown}");
        let status = harness.status(&path).await;
        assert_eq!(
            (&status["running"], &status["next"]),
            (&Value::Null, &Value::Null)
        );
    }
}

#[tokio::test]
async fn the_next_beginning_is_known_as_soon_as_a_policy_is_saved() {
    let harness = Harness::new();
    let created = harness
        .post(LIST, &automatic("a", "08:10", "UTC"))
        .await
        .json();
    let path = format!("{LIST}/{}", created["id"].as_str().unwrap());
    assert_eq!(harness.status(&path).await["next"], "2027-01-15T08:10:00Z");
    for (policy, next) in [
        (
            json!({ "mode": "automatic", "at": "07:00" }),
            json!("2027-01-16T07:00:00Z"),
        ),
        (json!({ "mode": "manual", "at": "07:00" }), Value::Null),
    ] {
        let edit = json!({ "policy": policy });
        let edit = request(Method::PATCH, &path, &[("if-match", "*")], Some(&edit));
        assert_eq!(harness.send(edit).await.status, 200);
        assert_eq!(harness.status(&path).await["next"], next, "{policy}");
    }
}

#[tokio::test]
async fn work_during_which_instances_die_is_set_aside_and_delays_no_neighbor() {
    let rejected =
        json!({ "code": "auth.rejected", "title": "Rejected", "detail": "", "hint": "" });
    // What is due, when it is claimed for the first, second and third time, and what the neighbor's registry answers.
    let cases = [
        (
            "check",
            Value::Null,
            [DAY, DAY + 5 * MINUTE, DAY + 10 * MINUTE],
            (200, check_json(true, "login", Value::Null)),
        ),
        (
            "sync",
            json!({ "mode": "automatic", "at": "08:10" }),
            [10 * MINUTE, 11 * MINUTE, 12 * MINUTE],
            (422, rejected),
        ),
    ];
    for (work, policy, times, (status, answer)) in cases {
        let harness = Harness::new();
        let mut paths = Vec::new();
        for name in ["a", "b"] {
            let mut form = form(name, &format!("https://{name}.example.com"));
            form["policy"] = policy.clone();
            let created = harness.post(LIST, &form).await.json();
            paths.push(format!("{LIST}/{}", created["id"].as_str().unwrap()));
        }
        // Plans the pull.
        harness.due_at(START_MS).await;
        let asked = harness.script.sent.borrow().len();
        let first = START_MS + times[0];
        harness.die_at(first, &[(status, &answer)]).await;
        let neighbor_asked = harness.script.sent.borrow().len();
        assert_eq!(neighbor_asked, asked + 2, "{work}: the neighbor is served");
        for time in &times[1..] {
            harness.die_at(START_MS + time, &[]).await;
            let asked = harness.script.sent.borrow().len();
            harness.due_at(START_MS + time + 1).await;
            assert_eq!(harness.script.sent.borrow().len(), asked, "{work}");
        }
        let shown = harness.set_aside(&paths[0]).await;
        assert_eq!(
            (&shown[0]["work"], &shown[0]["attempts"]),
            (&json!(work), &json!(3)),
            "{shown}"
        );
        assert_eq!(harness.set_aside(&paths[1]).await, json!([]), "{work}");
        // A new revision is tried at once.
        let edit = json!({ "description": "fixed" });
        harness.now.set(START_MS);
        let edit = request(Method::PATCH, &paths[0], &[("if-match", "*")], Some(&edit));
        assert_eq!(harness.send(edit).await.status, 200);
        assert_eq!(harness.set_aside(&paths[0]).await, json!([]), "{work}");
        let asked = harness.script.sent.borrow().len();
        harness.due_at(START_MS + times[2] + MINUTE).await;
        assert!(harness.script.sent.borrow().len() > asked, "{work}");
    }
}

#[tokio::test]
async fn a_registry_that_does_not_answer_keeps_no_other_work_from_being_done() {
    let harness = Harness::new();
    let mut watched = form("a", "https://registry.example.com");
    watched["provider"] = json!("openshift");
    watched["policy"] = json!({ "imageStreams": true });
    watched["values"]["apiUrl"] = json!("https://api.example.com:6443");
    assert_eq!(harness.post(LIST, &watched).await.status, 201);
    let (neighbor, _) = harness.created("b", "https://b.example.com").await;
    // Who watches image streams is asked first, and does not answer. Both checks come after.
    let checked = check_json(true, "login", Value::Null);
    let answers = [(200, &checked), (200, &checked)];
    harness.die_at(START_MS + DAY, &answers).await;
    harness.now.set(START_MS);
    assert_eq!(harness.script.sent.borrow().len(), 3);
    let last = harness.get(&neighbor).await.json()["lastCheck"].clone();
    assert_eq!(last["ok"], true, "{last}");
}

#[tokio::test]
async fn a_daily_pull_begins_once_a_day() {
    let harness = Harness::new();
    harness
        .post(LIST, &automatic("a", "10:30", "Europe/Vienna"))
        .await;
    // 10:30 in Vienna is 09:30 UTC in January.
    let first = START_MS + 90 * MINUTE;
    for (name, now, started) in [
        ("at once", START_MS, 0),
        ("before it", first - 1, 0),
        ("then", first, 1),
        ("again", first, 0),
        ("later", first + MINUTE, 0),
        ("before the next", first + DAY - 1, 0),
        ("a day later", first + DAY, 1),
        (
            "after three days without anybody",
            first + 4 * DAY + MINUTE,
            1,
        ),
        ("which is made up for once", first + 4 * DAY + 2 * MINUTE, 0),
        ("and the next is in time", first + 5 * DAY, 1),
    ] {
        let due = harness.due_at(now).await;
        assert_eq!(due["syncs"]["started"], started, "{name}: {due}");
    }
}

#[tokio::test]
async fn connections_are_checked_again_every_day() {
    let harness = Harness::new();
    let (path, _) = harness.created("a", "https://a.example.com").await;
    harness.script.check(false, "reach", auth_rejected());
    let due = harness.due_at(START_MS + DAY).await;
    assert_eq!(due["checks"], json!({ "passed": 0, "failed": 1 }));
    harness.now.set(START_MS);
    let last = harness.get(&path).await.json()["lastCheck"].clone();
    assert_eq!(last["problem"]["code"], "auth.rejected");
    // Nothing is asked again before the next day.
    let due = harness.due_at(START_MS + 2 * DAY - MINUTE).await;
    assert_eq!(due["checks"], json!({ "passed": 0, "failed": 0 }));
    harness.script.check(true, "pull", Value::Null);
    let due = harness.due_at(START_MS + 2 * DAY).await;
    assert_eq!(due["checks"], json!({ "passed": 1, "failed": 0 }));
    harness.now.set(START_MS);
    assert_eq!(harness.get(&path).await.json()["version"], 1);
}

#[tokio::test]
async fn a_connection_that_cannot_be_asked_about_keeps_no_other_from_its_check() {
    let harness = Harness::new();
    harness.created("a", "https://a.example.com").await;
    harness.created("b", "https://b.example.com").await;
    harness
        .script
        .whole(503, "application/problem+json", &json!({}));
    harness.script.check(true, "login", Value::Null);
    let due = harness.due_at(START_MS + DAY).await;
    assert_eq!(due["checks"], json!({ "passed": 1, "failed": 1 }));
    assert_eq!(due["more"], false);
}

#[tokio::test]
async fn credentials_that_end_soon_are_reported_to_their_own_project() {
    let harness = Harness::new();
    let mut ending = form("a", "https://a.example.com");
    ending["expiresAt"] = json!("2027-01-20T00:00:00Z");
    assert_eq!(harness.post(LIST, &ending).await.status, 201);
    harness.created("b", "https://b.example.com").await;
    let due = harness.due_at(START_MS).await;
    assert_eq!(due["expiring"].as_array().map(Vec::len), Some(1), "{due}");
    assert_eq!(due["expiring"][0]["name"], "a");
    assert_eq!(due["expiring"][0]["project"], "acme");
    let other = format!("Bearer {}", token(&claims("cron", &["other"], &ALL)));
    let request = request(Method::POST, DUE, &[("authorization", &other)], None);
    assert_eq!(harness.send(request).await.json()["expiring"], json!([]));
}

#[tokio::test]
async fn a_time_zone_that_nobody_knows_is_refused() {
    let harness = Harness::new();
    let is_refused = |answer: Value| answer["findings"][0]["code"] == "policy.timezone";
    let form = automatic("a", "10:30", "Mars/Phobos");
    assert!(is_refused(harness.post(LIST, &form).await.json()));
    let created = harness.post(LIST, &automatic("a", "10:30", "UTC")).await;
    let path = format!("{LIST}/{}", created.json()["id"].as_str().unwrap());
    for (timezone, refused) in [("Europe/Vienna", false), ("Mars/Deimos", true)] {
        let policy = json!({ "policy": { "mode": "automatic", "timezone": timezone } });
        let edit = request(Method::PATCH, &path, &[("if-match", "*")], Some(&policy));
        let answer = harness.send(edit).await.json();
        assert_eq!(is_refused(answer.clone()), refused, "{timezone}: {answer}");
    }
}

#[tokio::test]
async fn a_token_does_the_work_of_its_projects_or_of_all() {
    const ALL_PROJECTS: &str = "iam:system:cicd:registry:sync";
    let cases: [(&str, &[&str], &str, u16, u64); 5] = [
        ("another's project", &["beta"], ALL[5], 200, 0),
        ("its project", &["acme"], ALL[5], 200, 1),
        ("no project", &[], ALL[5], 403, 0),
        ("all", &[], ALL_PROJECTS, 200, 1),
        (
            "the power to reseal all",
            &[],
            "iam:system:cicd:registry:admin",
            403,
            0,
        ),
    ];
    for (name, projects, permission, status, begun) in cases {
        let harness = Harness::new();
        harness.post(LIST, &automatic("a", "08:10", "UTC")).await;
        let now = START_MS + DAY;
        harness.now.set(now);
        let mut claims = claims("cron", projects, &[permission]);
        claims["exp"] = json!(now.div_euclid(1000).saturating_add(60));
        let bearer = format!("Bearer {}", token(&claims));
        let due = request(Method::POST, DUE, &[("authorization", &bearer)], None);
        let answer = harness.send(due).await;
        assert_eq!(answer.status, status, "{name}: {answer:?}");
        let done = answer.json();
        assert_eq!(
            done["syncs"]["started"].as_u64().unwrap_or(0),
            begun,
            "{name}"
        );
        // Nobody answers the check of the connection, which is due too.
        assert_eq!(
            done["checks"]["failed"].as_u64().unwrap_or(0),
            begun,
            "{name}"
        );
        let asked = !harness.script.sent.borrow().is_empty();
        assert_eq!(asked, begun > 0, "{name}");
    }
}
