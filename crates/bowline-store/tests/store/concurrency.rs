//! Several instances on one file at once.

use crate::{
    TestDatabase,
    store::{
        invariants::hold,
        scans::{finish, lease, queue, wanted},
        setup::{File, INSTANCES, NOW, PROJECT, TestStore, change, change_at, create, spec, sql},
    },
};
use bowline_store::{
    Database, Defaults, Dialect, Edit, Origin, Outcome, PageSize, Query, StoreError, Timestamp,
    Use, Value, Within,
};
use futures::executor::block_on;

#[test]
fn migrations_may_run_at_once_and_again() {
    for _ in 0..5 {
        let file = File::new();
        let outcomes = file.at_once_unmigrated(|store, _| block_on(store.migrate(NOW)));
        assert_eq!(outcomes, vec![Ok(()); INSTANCES]);
        let store = file.store();
        if TestDatabase::DIALECT == Dialect::Sqlite {
            let mode = sql(&store, "PRAGMA journal_mode", vec![]);
            assert_eq!(mode[0].0, ["wal".into()]);
        }
        let steps = sql(
            &store,
            "SELECT count(*) = max(step), min(step) FROM migrations",
            vec![],
        );
        assert_eq!(steps[0].0, [Value::Integer(1), Value::Integer(1)]);
        create(&store, "prod", "https://one.example.com").unwrap();
        let audited = sql(&store, "SELECT count(*) FROM audit", vec![]);
        assert_eq!(
            audited[0].0,
            [Value::Integer(1)],
            "no trigger is there twice"
        );
    }
}

#[test]
fn one_of_several_gets_a_name() {
    let file = File::new();
    let outcomes = file.at_once(|store, number| {
        create(store, "prod", &format!("https://r{number}.example.com")).map(|_| ())
    });
    assert_eq!(
        outcomes.iter().filter(|outcome| outcome.is_ok()).count(),
        1,
        "{outcomes:?}"
    );
    let lost = outcomes
        .iter()
        .filter(|outcome| **outcome == Err(StoreError::NameTaken));
    assert_eq!(lost.count(), INSTANCES - 1, "{outcomes:?}");
}

#[test]
fn one_of_several_gets_an_endpoint() {
    let file = File::new();
    let outcomes = file.at_once(|store, number| {
        create(store, &format!("name {number}"), "https://one.example.com").map(|_| ())
    });
    assert_eq!(
        outcomes.iter().filter(|outcome| outcome.is_ok()).count(),
        1,
        "{outcomes:?}"
    );
    let lost = outcomes
        .iter()
        .filter(|outcome| **outcome == Err(StoreError::EndpointTaken));
    assert_eq!(lost.count(), INSTANCES - 1, "{outcomes:?}");
}

#[test]
fn one_of_several_edits_wins() {
    let file = File::new();
    let id = create(&file.store(), "prod", "https://one.example.com")
        .unwrap()
        .id;
    let outcomes = file.at_once(|store, number| {
        let edit = Edit {
            description: Some(format!("by {number}")),
            ..Edit::default()
        };
        block_on(store.update(&change(), PROJECT, id, Some(&[1]), &edit))
            .map(|edited| edited.description)
    });
    let won: Vec<_> = outcomes
        .iter()
        .filter_map(|outcome| outcome.as_ref().ok())
        .collect();
    let lost = outcomes
        .iter()
        .filter(|outcome| **outcome == Err(StoreError::VersionMismatch { current: 2 }));
    assert_eq!(
        (won.len(), lost.count()),
        (1, INSTANCES - 1),
        "{outcomes:?}"
    );
    let read = block_on(file.store().read(PROJECT, id, NOW)).unwrap();
    assert_eq!((&read.description, read.version), (won[0], 2));
}

#[test]
fn no_unconditional_edit_is_lost() {
    let file = File::new();
    let id = create(&file.store(), "prod", "https://one.example.com")
        .unwrap()
        .id;
    file.at_once(|store, _| {
        for _ in 0..10 {
            block_on(store.update(&change(), PROJECT, id, None, &Edit::default())).unwrap();
        }
    });
    let edits = 10 * INSTANCES as i64;
    let store = file.store();
    assert_eq!(
        block_on(store.read(PROJECT, id, NOW)).unwrap().version,
        1 + edits
    );
    let audited = sql(
        &store,
        "SELECT count(*), count(DISTINCT version) FROM audit WHERE action = 'update'",
        vec![],
    );
    assert_eq!(audited[0].0, [Value::Integer(edits), Value::Integer(edits)]);
}

#[test]
fn an_image_goes_to_one_scanner() {
    let file = File::new();
    let store = file.store();
    for number in 0..3_u64 {
        let (name, url) = (
            format!("c{number}"),
            format!("https://c{number}.example.com"),
        );
        queue(
            &store,
            create(&store, &name, &url).unwrap().id,
            40 * (number + 1),
        );
    }
    let leased = file.at_once(|store, number| {
        let (mut ids, most) = (Vec::new(), number as u32 + 1);
        loop {
            let leased = lease(store, "s1", most, NOW).unwrap();
            if leased.is_empty() {
                return ids;
            }
            ids.extend(leased.into_iter().map(|leased| leased.scan.id));
        }
    });
    let mut ids = leased.concat();
    assert_eq!(ids.len(), 240);
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 240, "none went to two");
    hold(
        &TestDatabase::open(&file.path()).unwrap(),
        "after all leases",
    );
}

#[test]
fn a_lease_is_lost_or_kept() {
    let later = NOW + 3_600_000;
    let (mut kept, mut lost) = (0, 0);
    for round in 0..20 {
        let file = File::new();
        let store = file.store();
        let id = create(&store, "prod", "https://one.example.com")
            .unwrap()
            .id;
        queue(&store, id, 1);
        let first = lease(&store, "s1", 1, NOW).unwrap().remove(0);
        let outcomes = file.at_once(|store, number| {
            if number == round % INSTANCES {
                return finish(store, &first, Outcome::Passed, later).map(|_| 1);
            }
            lease(store, "s2", 1, later).map(|leased| leased.len())
        });
        match outcomes[round % INSTANCES] {
            Ok(_) => kept += 1,
            Err(StoreError::LeaseLost) => lost += 1,
            _ => panic!("{outcomes:?}"),
        }
        let had: usize = outcomes.iter().flatten().sum();
        assert_eq!(had, 1, "one has it: {outcomes:?}");
    }
    println!("kept {kept}, lost {lost}");
}

/// Numbers that look random and are the same each time (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

#[test]
fn whatever_many_do_at_once_nothing_is_lost_or_doubled() {
    let file = File::new();
    let unexpected = file.at_once(|store, number| {
        let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15 ^ (number as u64 + 1));
        (0..150)
            .filter_map(|_| anything(store, &mut numbers).err())
            .filter(|error| {
                !matches!(
                    error,
                    StoreError::NotFound
                        | StoreError::NameTaken
                        | StoreError::EndpointTaken
                        | StoreError::EndpointImmutable
                        | StoreError::InUse(_)
                        | StoreError::VersionMismatch { .. }
                        | StoreError::LeaseLost
                        | StoreError::Busy
                )
            })
            .collect::<Vec<_>>()
    });
    assert_eq!(unexpected.concat(), []);
    hold(&TestDatabase::open(&file.path()).unwrap(), "after all");
    let done = sql(
        &file.store(),
        "SELECT count(DISTINCT action) FROM audit",
        vec![],
    );
    assert_eq!(
        done[0].0,
        [Value::Integer(9)],
        "every kind of change was made"
    );
}

/// Something with one of a few connections.
fn anything(store: &TestStore, numbers: &mut Numbers) -> Result<(), StoreError> {
    let (name, host) = (numbers.below(6), numbers.below(6));
    let (name, url) = (
        format!("name {name}"),
        format!("https://r{host}.example.com"),
    );
    let by = change_at(NOW + numbers.below(1000) as i64);
    block_on(async {
        let page = store.list(PROJECT, &Query::default(), NOW).await?;
        let picked = numbers.below(page.items.len() as u64 + 2) as usize;
        let Some(kept) = page.items.get(picked) else {
            return store
                .create(&by, PROJECT, &spec(&name, &url), None)
                .await
                .map(drop);
        };
        let (id, expected) = (kept.id, [kept.version]);
        match numbers.below(11) {
            0 => {
                let edit = Edit {
                    name: Some(name),
                    ..Edit::default()
                };
                store
                    .update(&by, PROJECT, id, Some(&expected), &edit)
                    .await
                    .map(drop)
            }
            1 => {
                let anew = spec(&name, &kept.endpoint);
                let replaced = store.replace_credentials(&by, PROJECT, id, None, &anew, None);
                replaced.await.map(drop)
            }
            2 => store.delete(&by, PROJECT, id, numbers.below(2) == 0).await,
            3 => {
                let used = Use::declared(name.clone(), name, Timestamp(NOW + 5000));
                store.declare_use(&by, PROJECT, id, &used).await
            }
            4 => store.end_use(&by, PROJECT, id, &name).await,
            5 => {
                let opened = store.open(PROJECT, id, NOW).await?;
                store.hand_out(&by, &opened.connection, None).await
            }
            6 => store
                .reseal(Within::All, &change(), PageSize::default(), None)
                .await
                .map(drop),
            7 => {
                let wanted = [wanted("1", numbers.below(9)), wanted("2", numbers.below(9))];
                let queued = store.queue_scans(PROJECT, id, &wanted, Origin::Sync, by.now_ms);
                queued.await.map(drop)
            }
            8 => lease(store, "lazy", 2, by.now_ms).map(drop),
            9 => {
                for leased in lease(store, "s1", 3, by.now_ms + 3_600_000)? {
                    let outcomes = [Outcome::Passed, Outcome::Failed, Outcome::Error];
                    let outcome = outcomes[numbers.below(3) as usize];
                    finish(store, &leased, outcome, by.now_ms)?;
                }
                Ok(())
            }
            _ => {
                let defaults = Defaults {
                    scan_timeout_seconds: 60,
                    keep_newest: Some(1),
                };
                store
                    .change_settings(&by, PROJECT, None, defaults)
                    .await
                    .map(drop)
            }
        }
    })
}
