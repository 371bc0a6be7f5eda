//! Large registries: bounded steps, bounded memory, counted questions.

use super::*;

const REPOSITORIES: usize = 2_000;
const TAGS: usize = 50;

#[tokio::test]
async fn a_hundred_thousand_images_are_read_in_bounded_pieces() {
    let world =
        World::new(json!({ "mode": "automatic", "condition": { "kind": "latest", "count": 5 } }))
            .await;
    world.registry.page.set(500);
    for repository in 0..REPOSITORIES {
        for tag in 0..TAGS {
            let digest = format!("{repository:04}{tag:02}");
            world.registry.set(
                &format!("team/app-{repository:04}"),
                &format!("{tag:02}"),
                &digest,
            );
        }
    }
    let images = i64::try_from(REPOSITORIES * TAGS).unwrap();
    for (round, expected) in [("first", [images, 0, 0, 0]), ("second", [0, 0, images, 0])] {
        world.registry.asked.borrow_mut().clear();
        let store = world.store(usize::MAX);
        world.now.set(world.now.get() + 60_000);
        let mut steps = 0;
        loop {
            let begun = world.now.get();
            let progress = world.step(&store).await.unwrap();
            // 10 seconds, and the question that is under way.
            assert!(world.now.get() - begun <= 10_100, "{round}");
            steps += 1;
            match progress {
                Some(Progress::More) => {}
                other => break assert_eq!(other, Some(Progress::Done), "{round}"),
            }
        }
        let sync = world.last().await;
        assert_eq!(counts(&sync), expected, "{round}");
        let registry = &world.registry;
        // Steps that end between two questions about a repository ask for a page again.
        let again = registry.count("tags") - REPOSITORIES;
        assert!(
            again <= steps,
            "{round}: {again} pages again in {steps} steps"
        );
        assert_eq!(
            registry.count("repositories"),
            REPOSITORIES / 500,
            "{round}"
        );
        assert_eq!(registry.count("digests"), REPOSITORIES, "{round}");
        let details = if round == "first" { REPOSITORIES } else { 0 };
        assert_eq!(registry.count("details"), details, "{round}");
        let most_rows = store.database().most_rows.load(Relaxed);
        assert!(most_rows <= 500, "{round}: {most_rows} rows at once");
        let longest = store.database().longest.load(Relaxed);
        assert!(longest <= 64 * 1024, "{round}: {longest} bytes at once");
    }
    assert_eq!(world.queued().await.len(), REPOSITORIES * 5);
}

#[tokio::test]
async fn a_repository_of_tags_without_end_is_passed_over() {
    let world = two_repositories(json!({})).await;
    world.registry.tells.set(true);
    world.registry.page.set(25_000);
    for tag in 0..MOST_TAGS {
        world.registry.set("app", &format!("v{tag:05}"), "a1");
    }
    let sync = world.sync().await;
    assert_eq!(sync.state, bowline_store::SyncState::Done);
    assert_eq!(
        (sync.complete, sync.outcome.repositories.failed),
        (false, 1)
    );
    assert_eq!(sync.problem.unwrap().code, "answer.too_large");
    assert_eq!(world.registry.count("tags app"), 3);
    assert_eq!(world.registry.count("tags base"), 1);
}

#[tokio::test]
async fn a_sync_of_repositories_without_end_fails() {
    let world = World::new(json!({})).await;
    world.registry.page.set(50_000);
    for repository in 0..=MOST_REPOSITORIES {
        world
            .registry
            .set(&format!("app-{repository:06}"), "1", "a1");
    }
    let sync = world.sync().await;
    assert_eq!(sync.state, bowline_store::SyncState::Failed);
    assert_eq!(sync.problem.unwrap().code, "answer.too_large");
    assert_eq!(world.registry.asked.borrow().len(), 3);
}

#[tokio::test]
async fn a_listing_that_leads_in_a_circle_ends() {
    for (what, fails) in [
        ("repositories", true),
        ("tags app", false),
        ("tags base", false),
    ] {
        let world = two_repositories(json!({})).await;
        world.registry.set("new", "1", "n1");
        world.registry.circles.borrow_mut().insert(what.to_owned());
        let sync = world.sync().await;
        let failed = sync.state == bowline_store::SyncState::Failed;
        assert_eq!((failed, sync.complete), (fails, false), "{what}");
        assert_eq!(sync.problem.unwrap().code, "answer.too_large", "{what}");
        assert!(world.registry.count(what) <= 10, "{what}");
    }
}
