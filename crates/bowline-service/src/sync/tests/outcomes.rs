//! What a sync finds, selects and queues.

use bowline_store::SeenImage;

use super::*;

#[tokio::test]
async fn a_sync_tells_what_changed() {
    let world = two_repositories(json!({})).await;
    let first = world.sync().await;
    assert_eq!(counts(&first), [4, 0, 0, 0]);
    assert!(first.complete);
    let repositories = first.outcome.repositories;
    assert_eq!((repositories.listed, repositories.read), (2, 2));
    assert_eq!(world.there().await, world.registry.all());

    assert_eq!(counts(&world.sync().await), [0, 0, 4, 0], "nothing changed");

    world.registry.set("app", "latest", "a3");
    world.registry.set("app", "3", "a3");
    world.registry.images.borrow_mut().remove("base");
    let changed = world.sync().await;
    assert_eq!(counts(&changed), [1, 1, 2, 1]);
    assert_eq!(world.there().await, world.registry.all());
    let gone = world.inventory(&[ImageState::Gone]).await;
    assert_eq!(gone, ["base:1 sha256:b1".to_owned()].into());

    world.registry.set("base", "1", "b1");
    assert_eq!(counts(&world.sync().await), [1, 0, 4, 0], "it is back");
    assert_eq!(world.inventory(&[ImageState::Gone]).await, [].into());
}

#[tokio::test]
async fn the_second_sync_asks_only_for_what_changed() {
    for tells in [false, true] {
        let world = two_repositories(json!({})).await;
        world.registry.page.set(100);
        world.registry.tells.set(tells);
        let first = world.sync().await;
        // A listing of repositories and one of tags each; then a manifest a tag twice over, and a config a digest.
        let requests = if tells { 3 } else { 3 + 4 * 2 + 3 };
        assert_eq!(first.requests, requests, "tells {tells}");
        world.registry.asked.borrow_mut().clear();
        world.registry.set("app", "3", "a2");
        world.registry.set("app", "4", "a4");
        let second = world.sync().await;
        let requests = if tells { 3 } else { 3 + 4 + 2 * 2 + 1 };
        assert_eq!(second.requests, requests, "tells {tells}");
        assert_eq!(world.registry.count("details"), usize::from(!tells));
    }
}

#[tokio::test]
async fn what_is_gone_is_removed_where_the_policy_says_so() {
    for cleanup in [false, true] {
        let world = two_repositories(json!({ "cleanup": cleanup })).await;
        world.sync().await;
        world.registry.images.borrow_mut().remove("base");
        world
            .registry
            .images
            .borrow_mut()
            .get_mut("app")
            .unwrap()
            .remove("1");
        assert_eq!(
            counts(&world.sync().await),
            [0, 0, 2, 2],
            "cleanup {cleanup}"
        );
        let gone = world.inventory(&[ImageState::Gone]).await;
        assert_eq!(gone.len(), if cleanup { 0 } else { 2 }, "cleanup {cleanup}");
        let manifests = world.database.query("SELECT digest FROM manifests", vec![]);
        let kept = if cleanup { 1 } else { 3 };
        assert_eq!(manifests.await.unwrap().len(), kept, "cleanup {cleanup}");
    }
}

#[tokio::test]
async fn what_is_selected_and_was_not_scanned_is_queued_once() {
    let automatic = |more: serde_json::Value| {
        let mut policy = json!({ "mode": "automatic", "never": [":1"] });
        policy
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        policy
    };
    let manual = two_repositories(json!({ "never": [":1"] })).await;
    assert_eq!(manual.sync().await.outcome.queued, 0);
    assert!(manual.queued().await.is_empty(), "manual");

    // How many are pulled again when nothing is new, and when a tag moved.
    for (rescan, unchanged, changed) in [
        (json!("never"), 0, 1),
        (json!(false), 0, 1),
        (json!("new"), 0, 2),
        (json!(true), 0, 2),
        (json!("always"), 1, 1),
    ] {
        let world = two_repositories(automatic(json!({ "rescanExisting": rescan }))).await;
        // Two tags name one digest.
        assert_eq!(world.sync().await.outcome.queued, 1, "rescan {rescan}");
        assert_eq!(world.queued().await, ["sha256:a2"], "rescan {rescan}");
        assert_eq!(world.sync().await.outcome.queued, 0, "it is queued already");
        world.scan_all().await;
        let again = world.sync().await.outcome.queued;
        assert_eq!(again, unchanged, "rescan {rescan}");
        world.registry.set("app", "latest", "a5");
        let moved = world.sync().await.outcome.queued;
        assert_eq!(moved, changed, "rescan {rescan}: the moved tag");
    }
}

#[tokio::test]
async fn what_was_skipped_names_the_pattern_that_decided() {
    let policy =
        json!({ "include": [":latest", ":1"], "never": ["base", "internal-*"], "always": [] });
    let world = two_repositories(policy).await;
    world.registry.set("internal-tools", "9", "c9");
    world.registry.set(
        "app",
        "sha256-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "d",
    );
    let sync = world.sync().await;
    assert_eq!(
        world.registry.count("tags base") + world.registry.count("tags internal"),
        0
    );
    let skipped = |list: &str, pattern: Option<&str>, repositories, images| json!({ "list": list, "pattern": pattern, "repositories": repositories, "images": images });
    let mut found = json!(sync.outcome.skipped);
    let found = found.as_array_mut().unwrap();
    found.sort_by_key(|it| it["list"].to_string() + &it["pattern"].to_string());
    let expected = [
        skipped("artifact", None, 0, 1),
        skipped("include", None, 0, 1),
        skipped("never", Some("base"), 1, 0),
        skipped("never", Some("internal-*"), 1, 0),
    ];
    assert_eq!(found[..], expected);
    assert_eq!(
        (sync.outcome.images.skipped, sync.outcome.images.new),
        (2, 4)
    );
}

#[tokio::test]
async fn a_repository_that_the_policy_comes_to_exclude_stays_as_it_was() {
    let mut world = two_repositories(json!({})).await;
    world.sync().await;
    let never = serde_json::from_value(json!({ "never": ["base"] })).unwrap();
    world.policy = Policy::check(&never, None, None).1.unwrap();
    let sync = world.sync().await;
    assert_eq!(world.there().await, world.registry.all());
    assert_eq!(
        json!(sync.outcome.skipped),
        json!([{ "list": "never", "pattern": "base", "repositories": 1, "images": 1 }])
    );
}

#[tokio::test]
async fn the_newest_are_shown_unless_images_are_pulled_by_themselves() {
    for (mode, shown) in [("manual", 3), ("automatic", 5)] {
        let mut world = two_repositories(json!({ "mode": mode })).await;
        // Longer digests are older here.
        world.registry.set("app", "3", "older");
        world.keep_newest = Some(1);
        for round in ["first", "second"] {
            let sync = world.sync().await;
            assert_eq!(world.there().await.len(), shown, "{mode} {round}");
            assert_eq!(sync.outcome.images.gone, 0, "{mode} {round}");
        }
        assert_eq!(world.registry.count("details"), 3, "{mode}: asked once");
        world.keep_newest = None;
        world.sync().await;
        assert_eq!(world.there().await, world.registry.all(), "{mode}");
    }
}

#[tokio::test]
async fn an_event_knows_better_than_a_listing_that_was_asked_for_before() {
    let world = Rc::new(two_repositories(json!({})).await);
    world.sync().await;
    let errands = world.registry.asked.borrow().len();
    // Before each errand in turn, somebody moves a tag and its event arrives.
    for at in 0..errands {
        let before = world.registry.asked.borrow().len();
        let told = Rc::clone(&world);
        let digest = format!("e{at}");
        *world.registry.before.borrow_mut() = Some(Rc::new(move |number| {
            let (world, digest) = (Rc::clone(&told), digest.clone());
            Box::pin(async move {
                if number != before + at {
                    return;
                }
                world.registry.set("app", "1", &digest);
                let pushed = SeenImage {
                    repository: "app".to_owned(),
                    tag: "1".to_owned(),
                    digest: format!("sha256:{digest}"),
                    pushed_at: Some(world.now.get()),
                };
                let store = world.store(usize::MAX);
                // The event comes after the answer that the registry is about to give was made.
                let now = world.now.get() + 1;
                store
                    .record_push(world.connection, &[pushed], now)
                    .await
                    .unwrap();
            })
        }));
        world.sync().await;
        assert_eq!(
            world.there().await,
            world.registry.all(),
            "before errand {at}"
        );
    }
    *world.registry.before.borrow_mut() = None;
}

#[tokio::test]
async fn what_a_list_that_is_cut_leaves_out_is_not_gone() {
    for list in ["tags app", "repositories"] {
        let world = two_repositories(json!({ "mode": "automatic", "cleanup": true })).await;
        world.sync().await;
        let before = world.there().await;
        world.registry.cut.borrow_mut().insert(list.to_owned());
        world.registry.set("app", "4", "a4");
        match list {
            "repositories" => {
                world
                    .registry
                    .unlisted
                    .borrow_mut()
                    .insert("base".to_owned());
                let refused = ("tags base", "permission.pull_missing");
                world.registry.refused.borrow_mut().push(refused);
            }
            _ => {
                let mut images = world.registry.images.borrow_mut();
                images.get_mut("app").unwrap().remove("1");
            }
        }
        let sync = world.sync().await;
        assert_eq!(
            (sync.state, sync.complete),
            (bowline_store::SyncState::Done, false),
            "{list}"
        );
        assert_eq!(counts(&sync)[3], 0, "{list}: nothing is gone");
        assert_eq!(sync.problem.unwrap().code, "answer.malformed", "{list}");
        let mut expected = before;
        expected.insert("app:4 sha256:a4".to_owned());
        assert_eq!(world.there().await, expected, "{list}");

        world.registry.cut.borrow_mut().clear();
        world.registry.unlisted.borrow_mut().clear();
        world.registry.refused.borrow_mut().clear();
        let whole = world.sync().await;
        assert!(whole.complete, "{list}: {:?}", whole.problem);
        assert_eq!(world.there().await, world.registry.all(), "{list}");
    }
}
