//! What a registry that fails does to a sync, and what it does not.

use bowline_registry::Code;

use super::*;

#[tokio::test]
async fn nothing_is_gone_because_a_listing_failed() {
    // What is refused; whether the sync fails, and with which code it ends.
    let cases = [
        (
            "the listing",
            vec![("repositories", "auth.rejected")],
            true,
            "auth.rejected",
        ),
        (
            "tags, lasting",
            vec![("tags app", "permission.pull_missing")],
            false,
            "permission.pull_missing",
        ),
        (
            "a later page of tags",
            vec![("tags app 2", "answer.too_large")],
            false,
            "answer.too_large",
        ),
        (
            "tags, again and again",
            vec![("tags app", "server.error")],
            false,
            "server.error",
        ),
        (
            "digests",
            vec![("digests app", "deadline.exceeded")],
            false,
            "deadline.exceeded",
        ),
        (
            "all tags",
            vec![("tags", "connect.refused")],
            false,
            "connect.refused",
        ),
        (
            "everything",
            vec![("", "connect.timeout")],
            true,
            "connect.timeout",
        ),
        (
            "the limit",
            vec![("digests", "rate.limited")],
            true,
            "rate.limited",
        ),
    ];
    for (name, refused, fails, code) in cases {
        let world = two_repositories(json!({ "cleanup": true })).await;
        world.sync().await;
        let known = world.there().await;
        *world.registry.refused.borrow_mut() = refused;
        world.registry.set("app", "new", "a9");
        world
            .registry
            .images
            .borrow_mut()
            .get_mut("app")
            .unwrap()
            .remove("1");
        let failed = world.sync().await;
        assert_eq!(
            failed.state == bowline_store::SyncState::Failed,
            fails,
            "{name}"
        );
        let ended = failed.problem.map(|problem| problem.code);
        assert_eq!(ended.as_deref(), Some(code), "{name}");
        assert!(!failed.complete, "{name}");
        assert_eq!(world.there().await, known, "{name}");
        world.registry.refused.borrow_mut().clear();
        assert!(world.sync().await.complete, "{name}");
        assert_eq!(world.there().await, world.registry.all(), "{name}");
    }
}

#[tokio::test]
async fn a_repository_that_is_not_listed_is_gone_only_if_it_is_not_there() {
    let world = two_repositories(json!({})).await;
    world.sync().await;
    for name in ["app", "base"] {
        world.registry.unlisted.borrow_mut().insert(name.to_owned());
    }
    let sync = world.sync().await;
    assert_eq!(counts(&sync), [0, 0, 4, 0], "an empty listing");
    assert_eq!(sync.outcome.repositories.listed, 0);
    *world.registry.refused.borrow_mut() = vec![("tags base", "permission.pull_missing")];
    assert_eq!(
        counts(&world.sync().await),
        [0, 0, 3, 1],
        "neither listed nor to be read"
    );
}

#[tokio::test]
async fn a_sync_waits_longer_after_each_failure() {
    let world = two_repositories(json!({})).await;
    *world.registry.refused.borrow_mut() = vec![("", "connect.refused")];
    let store = world.store(usize::MAX);
    let mut waited = Vec::new();
    assert_eq!(world.step(&store).await.unwrap(), Some(Progress::Paused));
    loop {
        let paused = world.now.get();
        // Nobody takes it up before its time.
        let held = loop {
            match store
                .take_up_sync(world.connection, world.now.get())
                .await
                .unwrap()
            {
                Some(held) => break held,
                None => world.now.set(world.now.get() + 60_000),
            }
        };
        waited.push((world.now.get() - paused) / 60_000);
        if world.go_on(&store, held).await.unwrap() == Progress::Failed {
            break;
        }
    }
    assert_eq!(waited, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    let found = world.last().await;
    assert_eq!(found.problem.unwrap().code, "connect.refused");
}

#[tokio::test]
async fn what_cannot_be_read_is_shown_with_its_reason_and_asked_for_again() {
    let cases = [
        // Why; whether it is selected, queued, and asked for by the next sync.
        (Code::ManifestUnsupported, false, false, false),
        (Code::DigestMismatch, true, false, true),
        (Code::AnswerTooLarge, true, true, true),
    ];
    for (code, selected, queued, again) in cases {
        let world = World::new(json!({ "mode": "automatic" })).await;
        world.registry.set("app", "1", "a1");
        let digest = "sha256:a1".to_owned();
        world.registry.unreadable.borrow_mut().insert(digest, code);
        world.sync().await;
        let shown = async || {
            let store = world.store(usize::MAX);
            let all = ImageQuery::default();
            let page = store.inventory(PROJECT, world.connection, &all);
            page.await.unwrap().items.remove(0)
        };
        let image = shown().await;
        assert_eq!(image.problem.as_deref(), Some(code.as_str()));
        assert_eq!(image.selected, Some(selected), "{code:?}");
        assert_eq!(world.queued().await.len(), usize::from(queued), "{code:?}");
        let asked = world.registry.count("details");
        world.registry.unreadable.borrow_mut().clear();
        world.sync().await;
        let more = world.registry.count("details") - asked;
        assert_eq!(more, usize::from(again), "{code:?}");
        // What has come right is scanned.
        assert_eq!(shown().await.problem.is_some(), !again, "{code:?}");
        assert_eq!(world.queued().await.len(), usize::from(again), "{code:?}");
    }
}

#[tokio::test]
async fn a_tag_that_is_refused_at_first_sight_is_shown_with_its_reason() {
    for code in [Code::PermissionPullMissing, Code::AnswerMalformed] {
        let world = World::new(json!({ "mode": "automatic" })).await;
        world.registry.set("app", "1", "a1");
        world.registry.set("app", "2", "a2");
        let refused = "app:2".to_owned();
        world.registry.unreadable.borrow_mut().insert(refused, code);
        let first = world.sync().await;
        assert_eq!(counts(&first), [2, 0, 0, 0], "{code:?}");
        let shown = async || {
            let store = world.store(usize::MAX);
            let all = ImageQuery::default();
            let page = store.inventory(PROJECT, world.connection, &all);
            page.await.unwrap().items.remove(1)
        };
        let image = shown().await;
        assert_eq!((image.tag.as_str(), image.digest.as_str()), ("2", "app:2"));
        assert_eq!(image.problem.as_deref(), Some(code.as_str()));
        assert_eq!(world.queued().await.len(), 1, "{code:?}");

        assert_eq!(counts(&world.sync().await), [0, 0, 2, 0], "{code:?}");
        assert_eq!(shown().await.problem.as_deref(), Some(code.as_str()));

        world.registry.unreadable.borrow_mut().clear();
        assert_eq!(counts(&world.sync().await), [0, 1, 1, 0], "{code:?}");
        let image = shown().await;
        assert_eq!((image.digest.as_str(), image.problem), ("sha256:a2", None));
        assert_eq!(world.queued().await.len(), 2, "{code:?}");
    }
}

#[tokio::test]
async fn tags_that_are_all_refused_are_shown_one_and_all() {
    let world = World::new(json!({ "mode": "automatic" })).await;
    world.registry.set("app", "1", "a1");
    world.registry.set("app", "2", "a2");
    *world.registry.refused.borrow_mut() = vec![("digests app", "permission.pull_missing")];
    let sync = world.sync().await;
    assert_eq!(counts(&sync), [2, 0, 0, 0]);
    let there: Vec<String> = world.there().await.into_iter().collect();
    assert_eq!(there, ["app:1 app:1", "app:2 app:2"]);
    assert_eq!(world.queued().await.len(), 0);
}
