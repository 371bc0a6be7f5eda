//! What cannot be asked about or read when it is announced.

use super::*;

#[tokio::test]
async fn what_the_project_may_not_ask_any_more_waits_for_the_scheduled_work() {
    let watched = Watched::new().await;
    let asked = || watched.asked().len();
    let store = &watched.harness.service.ready.as_ref().unwrap().store;
    for _ in 0..600 {
        let requests = crate::rate::counter::project("acme");
        store.count_check(&requests, START_MS).await.unwrap();
    }
    assert_eq!(watched.tell(&push("v1", A, AT)).await, (1, 0));
    assert_eq!(asked(), 0);
    let pending = watched.rows("SELECT tag FROM pending_events").await;
    assert_eq!(pending, ["v1"]);
    watched.pass(60_000);
    watched.names("v1", Some(A));
    watched.stands_for(A, "");
    assert_eq!((watched.tick().await, asked()), (1, 2));
}

#[tokio::test]
async fn what_cannot_be_asked_now_waits_for_the_tick() {
    let watched = Watched::new().await;
    assert_eq!(
        watched.tell(&push("v1", A, AT)).await,
        (1, 0),
        "nobody answers"
    );
    assert_eq!(watched.queued().await, Vec::<String>::new());
    assert_eq!(watched.tick().await, 0, "nobody answers the tick either");
    watched.pass(60_000);
    watched.names("v1", Some(A));
    assert_eq!(watched.tick().await, 0, "what it stands for is not known");
    watched.pass(120_000);
    watched.stands_for(A, "");
    assert_eq!(watched.tick().await, 1);
    assert_eq!(watched.queued().await, [format!("event team/app:v1@{A}")]);
    assert_eq!(watched.tick().await, 0);
}

#[tokio::test]
async fn what_cannot_be_read_is_shown_with_its_reason() {
    let cases = [
        // What it is; whether it waits to be asked for again, and is queued.
        ("manifest.unsupported", "unknown", 0, 0),
        ("digest.mismatch", "", 1, 0),
        ("answer.too_large", "", 0, 1),
    ];
    for (code, artifact_type, waits, queued) in cases {
        let watched = Watched::new().await;
        let told = json!({ "items": [{ "tag": "v1", "digest": A, "from": null, "problem": code }],
            "left": [], "requests": 2 });
        watched.harness.script.whole(200, "application/json", &told);
        let unread = json!({ "items": [{ "digest": A, "createdAt": null, "size": null,
            "artifactType": artifact_type, "problem": code }], "left": [], "requests": 1 });
        watched
            .harness
            .script
            .whole(200, "application/json", &unread);
        assert_eq!(watched.tell(&push("v1", A, AT)).await, (1, 0), "{code}");
        let pending = watched.rows("SELECT tag FROM pending_events").await;
        assert_eq!(pending.len(), waits, "{code}");
        assert_eq!(watched.queued().await.len(), queued, "{code}");
        let images = format!("{LIST}/{}/images", watched.id);
        let images = watched.harness.get(&images).await.json();
        assert_eq!(images["items"][0]["problem"], code, "{images}");
    }
}

#[tokio::test]
async fn what_comes_right_is_queued_by_the_tick() {
    let watched = Watched::new().await;
    watched.names("v1", Some(A));
    let broken = json!({ "items": [{ "digest": A, "createdAt": null, "size": null, "artifactType": "",
        "problem": "digest.mismatch" }], "left": [], "requests": 1 });
    watched
        .harness
        .script
        .whole(200, "application/json", &broken);
    watched.tell(&push("v1", A, AT)).await;
    assert_eq!(watched.queued().await, Vec::<String>::new());
    watched.pass(60_000);
    watched.stands_for(A, "");
    assert_eq!(watched.tick().await, 1);
    assert_eq!(watched.queued().await, [format!("event team/app:v1@{A}")]);
}

#[tokio::test]
async fn what_waits_is_forgotten_when_events_are_turned_off() {
    let watched = Watched::new().await;
    watched.tell(&push("v1", A, AT)).await;
    let path = format!("{LIST}/{}", watched.id);
    let off = json!({ "policy": { "events": false } });
    let edit = request(Method::PATCH, &path, &[("if-match", "*")], Some(&off));
    assert_eq!(watched.harness.send(edit).await.status, 200);
    let asked = watched.asked().len();
    assert_eq!((watched.tick().await, watched.asked().len()), (1, asked));
}

#[tokio::test]
async fn several_tags_are_asked_about_at_once_and_each_for_itself() {
    let watched = Watched::new().await;
    let answer = json!({ "items": [
        { "tag": "v1", "digest": A, "from": null, "problem": null },
        { "tag": "v2", "digest": null, "from": null, "problem": "permission.pull_missing" },
        { "tag": "v3", "digest": A, "from": null, "problem": null },
    ], "left": ["v4"], "requests": 3 });
    watched
        .harness
        .script
        .whole(200, "application/json", &answer);
    watched.stands_for(A, "");
    let told: Vec<_> = ["v1", "v2", "v3", "v4"]
        .iter()
        .map(|tag| event("push", Some(tag), Some(A), AT))
        .collect();
    assert_eq!(watched.tell(&events(&told)).await, (4, 0));
    assert_eq!(
        watched.queued().await,
        [format!("event team/app:v1@{A}")],
        "one image, one scan"
    );
    assert_eq!(
        watched
            .rows("SELECT tag FROM pending_events ORDER BY tag")
            .await,
        ["v2", "v4"]
    );
}
