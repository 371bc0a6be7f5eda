//! Instances that die in the middle of a sync, and several at once.

use super::*;

/// A registry that has changed since the inventory was made, with a policy under which something is queued.
async fn changed() -> World {
    let world =
        two_repositories(json!({ "mode": "automatic", "cleanup": true, "never": [":skip"] })).await;
    world.sync().await;
    world.scan_all().await;
    world.registry.set("app", "latest", "a4");
    world.registry.set("app", "skip", "a5");
    world.registry.set("new", "1", "n1");
    world.registry.images.borrow_mut().remove("base");
    world.now.set(world.now.get() + 60_000);
    world
}

async fn hold(world: &World, when: &str) {
    assert_eq!(world.there().await, world.registry.all(), "{when}");
    assert_eq!(world.queued().await, ["sha256:a4", "sha256:n1"], "{when}");
    let last = world.last().await;
    assert_eq!(counts(&last), [2, 1, 2, 1], "{when}");
    assert!(last.complete, "{when}");
    let left = world
        .database
        .query("SELECT * FROM sync_repositories", vec![]);
    assert!(left.await.unwrap().is_empty(), "{when}");
}

#[tokio::test]
async fn a_sync_that_dies_after_any_statement_is_gone_on_with() {
    let mut died = 0;
    loop {
        let world = changed().await;
        let outcome = world.step(&world.store(died)).await;
        let when = format!("after {died} statements");
        match outcome {
            Ok(progress) => {
                assert_eq!(progress, Some(Progress::Done));
                hold(&world, "undisturbed").await;
                break;
            }
            Err(_) => {
                // Its lease has to end first, unless it died before it had one.
                let next = world.store(usize::MAX);
                let early = world.step(&next).await.unwrap();
                if early.is_none() {
                    world.now.set(world.now.get() + 60_000);
                    let late = world.step(&next).await.unwrap();
                    assert_eq!(late, Some(Progress::Done), "{when}");
                }
            }
        }
        hold(&world, &when).await;
        died += 1;
    }
    assert!(died > 30, "{died} statements");
}

#[tokio::test]
async fn an_instance_that_was_taken_for_dead_changes_nothing_any_more() {
    let errands = {
        let world = changed().await;
        let before = world.registry.asked.borrow().len();
        world.step(&world.store(usize::MAX)).await.unwrap();
        world.registry.asked.borrow().len() - before
    };
    for at in 0..errands {
        let world = Rc::new(changed().await);
        let from = world.registry.asked.borrow().len();
        let taken = Rc::clone(&world);
        *world.registry.before.borrow_mut() = Some(Rc::new(move |number| {
            let world = Rc::clone(&taken);
            Box::pin(async move {
                if number != from + at {
                    return;
                }
                *world.registry.before.borrow_mut() = None;
                // Its question takes longer than its lease; meanwhile another does all of it, and things go on.
                world.now.set(world.now.get() + 61_000);
                let other = world.store(usize::MAX);
                let outcome = world.step(&other).await.unwrap();
                assert_eq!(outcome, Some(Progress::Done), "errand {at}");
                hold(&world, &format!("taken over at errand {at}")).await;
            })
        }));
        let late = world.step(&world.store(usize::MAX)).await.unwrap();
        assert_eq!(late, Some(Progress::Lost), "errand {at}");
        hold(&world, &format!("come back at errand {at}")).await;
    }
    assert!(errands > 5, "{errands} errands");
}

#[tokio::test]
async fn exactly_one_of_two_works() {
    let world = two_repositories(json!({})).await;
    let (one, other) = (world.store(usize::MAX), world.store(usize::MAX));
    let start = |store: &'static str| (PROJECT, world.connection, SyncOrigin::Request, store);
    let (project, connection, origin, _) = start("one");
    let now = world.now.get();
    let held = one
        .start_sync(project, connection, origin, now)
        .await
        .unwrap();
    assert!(
        other
            .start_sync(project, connection, origin, now)
            .await
            .unwrap()
            .is_none()
    );
    assert!(other.take_up_sync(connection, now).await.unwrap().is_none());
    assert_eq!(
        other
            .waiting_syncs(bowline_store::Within::All, 9, now)
            .await
            .unwrap(),
        []
    );
    let waiting = other
        .waiting_syncs(bowline_store::Within::All, 9, now + 60_000)
        .await
        .unwrap();
    assert_eq!(waiting, [(PROJECT.to_owned(), connection)]);
    assert_eq!(
        world.go_on(&one, held.unwrap()).await.unwrap(),
        Progress::Done
    );
    assert!(
        other
            .take_up_sync(connection, now + 60_000)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_connection_that_is_removed_ends_its_sync() {
    let world = Rc::new(changed().await);
    let removed = Rc::clone(&world);
    *world.registry.before.borrow_mut() = Some(Rc::new(move |_| {
        let world = Rc::clone(&removed);
        Box::pin(async move {
            *world.registry.before.borrow_mut() = None;
            let remove = "UPDATE connections SET sealed = NULL, deleted_at = 1";
            world.database.query(remove, vec![]).await.unwrap();
        })
    }));
    let outcome = world.step(&world.store(usize::MAX)).await.unwrap();
    assert_eq!(outcome, Some(Progress::Lost));
    for table in ["images", "manifests", "syncs", "sync_repositories"] {
        let all = format!("SELECT * FROM {table}");
        let rows = world.database.query(&all, vec![]).await.unwrap();
        assert!(rows.is_empty(), "{table}");
    }
}
