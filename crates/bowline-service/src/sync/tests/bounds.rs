//! A large registry: bounded steps, bounded memory, counted questions.

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
        let most_rows = store.database().most_rows.get();
        assert!(most_rows <= 500, "{round}: {most_rows} rows at once");
        let longest = store.database().longest.get();
        assert!(longest <= 64 * 1024, "{round}: {longest} bytes at once");
    }
    assert_eq!(world.queued().await.len(), REPOSITORIES * 5);
}
