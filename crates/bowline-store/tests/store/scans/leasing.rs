//! Who gets which image, for how long.

use std::collections::BTreeMap;

use bowline_store::{
    Defaults, LeaseRequest, Leased, Origin, Outcome, PageSize, Quotas, Removed, Row, ScanState,
    SeenImage, StoreError, SyncOrigin, Timestamp, WantedScan, Within,
};
use futures::executor::block_on;
use serde_json::json;

use super::{finish, lease, queue, state, wanted, with_policy};
use crate::store::setup::{NOW, PROJECT, change, change_at, create, spec, spec_of, sql, store};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

fn counted(leased: &[Leased]) -> BTreeMap<String, usize> {
    let mut counted = BTreeMap::new();
    for leased in leased {
        let name = leased.scan.image.split('.').next().unwrap().to_owned();
        *counted.entry(name).or_default() += 1;
    }
    counted
}

#[test]
fn connections_take_turns_whatever_each_has_waiting() {
    let store = store();
    let many = create(&store, "many", "https://many.example.com")
        .unwrap()
        .id;
    queue(&store, many, 5000);
    let before = lease(&store, "s1", 10, NOW).unwrap();
    assert_eq!(counted(&before), BTreeMap::from([("many".to_owned(), 10)]));
    let few = create(&store, "few", "https://few.example.com").unwrap().id;
    queue(&store, few, 2);
    let turns: Vec<_> = (0..5)
        .map(|_| {
            lease(&store, "s1", 1, NOW)
                .unwrap()
                .remove(0)
                .scan
                .connection
        })
        .collect();
    assert_eq!(turns, [few, many, few, many, many]);
    let third = create(&store, "third", "https://third.example.com")
        .unwrap()
        .id;
    queue(&store, few, 0);
    queue(&store, third, 3);
    let mixed = counted(&lease(&store, "s1", 10, NOW).unwrap());
    let expected = [("many".to_owned(), 7), ("third".to_owned(), 3)];
    assert_eq!(mixed, BTreeMap::from(expected));
}

#[test]
fn every_connection_has_its_turn_before_any_other_has_a_second() {
    const CONNECTIONS: usize = 50;
    let store = store().with_quotas(Quotas {
        queued_scans: 1_000_000,
        ..Quotas::default()
    });
    // The first has one image, the last five thousand and more.
    let mut waiting = BTreeMap::new();
    for number in 0..CONNECTIONS {
        let name = format!("c{number}");
        let id = create(&store, &name, &format!("https://{name}.example.com"));
        let (id, images) = (id.unwrap().id, 1 << (number / 4));
        queue(&store, id, images);
        waiting.insert(id, (images, 0));
    }
    for (lease_number, most) in [1, 3, 10, 7].into_iter().cycle().take(300).enumerate() {
        for leased in lease(&store, "s1", most, NOW).unwrap() {
            let (left, served) = waiting.get_mut(&leased.scan.connection).unwrap();
            *left -= 1;
            *served += 1;
        }
        let still = waiting.values().filter(|(left, _)| *left > 0);
        let least = still.map(|(_, served)| *served).min().unwrap();
        let most_served = waiting.values().map(|(_, served)| *served).max();
        assert!(
            most_served <= Some(least + 1),
            "lease {lease_number}: {waiting:?}"
        );
    }
    let done = waiting.values().filter(|(left, _)| *left == 0).count();
    assert!(
        (20..CONNECTIONS).contains(&done),
        "{done} had all of theirs"
    );
}

#[test]
fn images_of_a_connection_come_in_the_order_in_which_they_were_queued() {
    let store = store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    for number in [3, 1, 2] {
        let (tag, digest) = (number.to_string(), u64::try_from(number).unwrap());
        let wanted = [wanted(&tag, digest)];
        let queued = store.queue_scans(PROJECT, id, &wanted, Origin::Event, NOW + number);
        block_on(queued).unwrap();
    }
    let tags: Vec<_> = lease(&store, "s1", 10, NOW + 9)
        .unwrap()
        .into_iter()
        .filter_map(|leased| leased.scan.tag)
        .collect();
    assert_eq!(tags, ["1", "2", "3"]);
}

#[test]
fn a_policy_names_its_scanners() {
    let cases = [
        ("no policy", json!(null), true),
        ("no word of it", json!({ "mode": "manual" }), true),
        ("nobody's name", json!({ "scanner": null }), true),
        ("any", json!({ "scanner": { "kind": "any" } }), true),
        (
            "any, with names",
            json!({ "scanner": { "kind": "any", "names": ["s2"] } }),
            true,
        ),
        (
            "this one",
            json!({ "scanner": { "kind": "specific", "names": ["s2", " s1 "] } }),
            true,
        ),
        (
            "another one",
            json!({ "scanner": { "kind": "specific", "names": ["s2", "s11"] } }),
            false,
        ),
    ];
    for (name, policy, served) in cases {
        let store = store();
        let id = with_policy(&store, "prod", policy).id;
        queue(&store, id, 1);
        let leased = lease(&store, "s1", 1, NOW).unwrap();
        assert_eq!(leased.len(), usize::from(served), "{name}");
    }
}

#[test]
fn a_changed_policy_holds_for_what_is_queued() {
    let store = store();
    let names = json!({ "scanner": { "kind": "specific", "names": ["gone"] } });
    let id = with_policy(&store, "prod", names).id;
    queue(&store, id, 1);
    assert_eq!(lease(&store, "s1", 1, NOW), Ok(vec![]));
    let edit = bowline_store::Edit {
        policy: Some(None),
        ..Default::default()
    };
    block_on(store.update(&change(), PROJECT, id, None, &edit)).unwrap();
    assert_eq!(lease(&store, "s1", 1, NOW).unwrap().len(), 1);
}

#[test]
fn the_deadline_is_the_policys_or_the_projects() {
    let set = Some(Defaults {
        scan_timeout_seconds: 60,
        keep_newest: None,
    });
    let cases = [
        ("nobody said", json!(null), None, 3600),
        ("the project", json!(null), set, 60),
        (
            "the project, not the policy",
            json!({ "scanTimeoutSeconds": null }),
            set,
            60,
        ),
        ("the policy", json!({ "scanTimeoutSeconds": 120 }), set, 120),
        (
            "the policy alone",
            json!({ "scanTimeoutSeconds": 86400 }),
            None,
            86400,
        ),
    ];
    for (name, policy, defaults, seconds) in cases {
        let store = store();
        if let Some(defaults) = defaults {
            block_on(store.change_settings(&change(), PROJECT, None, defaults)).unwrap();
        }
        let id = with_policy(&store, "prod", policy).id;
        queue(&store, id, 1);
        let leased = lease(&store, "s1", 1, NOW).unwrap().remove(0).scan;
        let expected = Some(Timestamp(NOW + seconds * 1000));
        assert_eq!(leased.deadline, expected, "{name}");
        assert_eq!(
            (
                leased.state,
                leased.attempts,
                leased.scanner.as_deref(),
                leased.leased_at
            ),
            (ScanState::Leased, 1, Some("s1"), Some(Timestamp(NOW))),
            "{name}"
        );
    }
}

#[test]
fn only_the_projects_that_are_asked_for_are_served() {
    let store = store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    queue(&store, id, 1);
    let ask = |projects: &[&str]| {
        let projects: Vec<_> = projects.iter().map(ToString::to_string).collect();
        let request = LeaseRequest {
            scanner: "s1",
            subject: "ada",
            projects: &projects,
            most: 10,
        };
        block_on(store.lease_scans(request, NOW)).unwrap().len()
    };
    assert_eq!((ask(&[]), ask(&["other"])), (0, 0));
    assert_eq!(ask(&["other", PROJECT]), 1);
}

#[test]
fn what_lapses_is_queued_again_at_the_end_and_set_aside_after_five_attempts() {
    let store = store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    queue(&store, id, 1);
    let mut now = NOW;
    for attempt in 1..=5 {
        let leased = lease(&store, "s1", 10, now).unwrap();
        assert_eq!(leased.len(), 1, "attempt {attempt}");
        let other = wanted("2", 100 + u64::from(leased[0].scan.attempts));
        block_on(store.queue_scans(PROJECT, id, &[other], Origin::Event, now + 1)).unwrap();
        assert_eq!(leased[0].scan.attempts, attempt);
        assert_eq!(
            lease(&store, "s2", 1, now + 2).unwrap().len(),
            1,
            "the other"
        );
        sql(&store, "DELETE FROM scans WHERE tag = '2'", vec![]);
        now += HOUR;
        let lapsed = block_on(store.requeue_lapsed(Within::All, now - 1)).unwrap();
        assert_eq!(
            (lapsed.requeued, lapsed.set_aside),
            (0, 0),
            "not before the deadline"
        );
        let lapsed = block_on(store.requeue_lapsed(Within::All, now)).unwrap();
        let expected = if attempt < 5 { (1, 0) } else { (0, 1) };
        assert_eq!(
            (lapsed.requeued, lapsed.set_aside),
            expected,
            "attempt {attempt}"
        );
        let scan = state(&store, &leased[0]);
        assert_eq!(scan.reason.as_deref(), Some("s1 sent no result in time."));
        assert_eq!(scan.deadline, None);
        let expected = if attempt < 5 {
            (ScanState::Queued, None, Timestamp(now))
        } else {
            (ScanState::SetAside, Some(Timestamp(now)), scan.queued_at)
        };
        assert_eq!((scan.state, scan.finished_at, scan.queued_at), expected);
    }
    assert_eq!(lease(&store, "s1", 10, now), Ok(vec![]));
    queue(&store, id, 1);
    assert_eq!(
        lease(&store, "s1", 10, now).unwrap().len(),
        1,
        "it may be queued anew"
    );
}

#[test]
fn whoever_asks_next_takes_over_what_lapsed() {
    let store = store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    queue(&store, id, 1);
    let first = lease(&store, "s1", 1, NOW).unwrap().remove(0);
    assert_eq!(lease(&store, "s2", 1, NOW + HOUR - 1), Ok(vec![]));
    let second = lease(&store, "s2", 1, NOW + HOUR).unwrap().remove(0);
    assert_eq!(first.scan.id, second.scan.id);
    assert_ne!(first.lease, second.lease);
    assert_eq!(second.scan.attempts, 2);
}

#[test]
fn a_connection_whose_credentials_fail_rests_and_the_others_are_served() {
    let store = store();
    let broken = create(&store, "broken", "https://broken.example.com").unwrap();
    let sound = create(&store, "sound", "https://sound.example.com")
        .unwrap()
        .id;
    queue(&store, broken.id, 2);
    queue(&store, sound, 9);
    let give_back = |now| {
        let leased = lease(&store, "s1", 2, now).unwrap();
        let given = leased
            .iter()
            .find(|leased| leased.scan.connection == broken.id)?;
        let reason = "The registry rejected the password.";
        block_on(store.give_scans_back(broken.id, &given.lease, reason, now)).unwrap();
        let scan = state(&store, given);
        assert_eq!((scan.state, scan.attempts), (ScanState::Queued, 0));
        assert_eq!(scan.reason.as_deref(), Some(reason));
        assert_eq!(scan.queued_at, Timestamp(NOW), "it keeps its place");
        Some(())
    };
    assert_eq!(give_back(NOW), Some(()));
    assert_eq!(give_back(NOW + MINUTE - 1), None, "it rests a minute");
    assert_eq!(give_back(NOW + MINUTE), Some(()));
    assert_eq!(give_back(NOW + 3 * MINUTE - 1), None, "then two");
    assert_eq!(give_back(NOW + 3 * MINUTE), Some(()));
    let served = || {
        lease(&store, "s1", 1, NOW + 4 * MINUTE).unwrap()[0]
            .scan
            .connection
    };
    assert_eq!(served(), sound);
    let anew = spec("broken", "https://broken.example.com");
    let by = change();
    let replaced = store.replace_credentials(&by, PROJECT, broken.id, None, &anew, None);
    let replaced = block_on(replaced).unwrap();
    assert_eq!(served(), broken.id, "new credentials are tried at once");
    let given = lease(&store, "s1", 2, NOW + 4 * MINUTE).unwrap();
    for given in given
        .iter()
        .filter(|given| given.scan.connection == broken.id)
    {
        block_on(store.give_scans_back(broken.id, &given.lease, "", NOW + 4 * MINUTE)).unwrap();
    }
    let later = change_at(replaced.credentials_changed_at.0 + 1);
    block_on(store.hand_out(&later, &replaced, None)).unwrap();
    let resting = sql(
        &store,
        "SELECT 1 FROM scan_queues WHERE failures > 0",
        vec![],
    );
    assert_eq!(resting, [], "credentials that serve end the rest");
}

#[test]
fn a_removed_connection_has_nothing_to_lease() {
    let store = store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    queue(&store, id, 2);
    let leased = lease(&store, "s1", 1, NOW).unwrap().remove(0);
    block_on(store.delete(&change(), PROJECT, id, true)).unwrap();
    assert_eq!(lease(&store, "s1", 10, NOW), Ok(vec![]));
    let late = finish(&store, &leased, Outcome::Passed, NOW);
    assert_eq!(late, Err(StoreError::NotFound));
}

#[test]
fn images_that_a_policy_gives_to_a_name_go_to_who_used_it_first() {
    let store = store();
    let named = json!({ "scanner": { "kind": "specific", "names": ["s1"] } });
    let id = with_policy(&store, "one", named).id;
    queue(&store, id, 4);
    let lease_as = |subject: &str, at: i64| {
        let request = LeaseRequest {
            scanner: "s1",
            subject,
            projects: &[PROJECT.to_owned()],
            most: 1,
        };
        block_on(store.lease_scans(request, NOW + at))
            .unwrap()
            .len()
    };
    for (subject, at, leased) in [
        ("ada", 0, 1),
        ("eve", 1, 0),
        ("eve", 120_000, 0),
        ("ada", 120_001, 1),
    ] {
        assert_eq!(lease_as(subject, at), leased, "{subject} at {at}");
    }
    let scanners = block_on(store.scanners(PROJECT)).unwrap();
    assert_eq!(scanners[0].subject.as_deref(), Some("ada"));
    // An instance of before knows no subject: the next who asks has the name.
    sql(&store, "UPDATE scanners SET subject = NULL", vec![]);
    assert_eq!(lease_as("bob", 120_002), 1);
    // Other images are for everybody.
    let any = create(&store, "two", "https://two.example.com").unwrap().id;
    queue(&store, any, 1);
    assert_eq!(lease_as("eve", 120_003), 1);
}

#[test]
fn scanners_are_seen_by_project_to_the_minute() {
    let store = store();
    let seen = || {
        let scanners = block_on(store.scanners(PROJECT)).unwrap();
        let pair = |scanner: bowline_store::Scanner| (scanner.name, scanner.last_seen.0 - NOW);
        scanners.into_iter().map(pair).collect::<Vec<_>>()
    };
    for (name, now) in [
        ("s2", 0),
        ("s1", 5),
        ("s2", MINUTE - 1),
        ("s2", MINUTE),
        ("s2", 7),
    ] {
        lease(&store, name, 1, NOW + now).unwrap();
    }
    assert_eq!(seen(), [("s1".to_owned(), 5), ("s2".to_owned(), MINUTE)]);
    assert_eq!(block_on(store.scanners("other")), Ok(vec![]));
    block_on(store.forget_scans(NOW + 5 + 30 * 24 * HOUR)).unwrap();
    assert_eq!(seen(), [("s2".to_owned(), MINUTE)]);
}

/// An image of the inventory.
fn seen(repository: &str, tag: &str, end: u64) -> SeenImage {
    SeenImage {
        repository: repository.to_owned(),
        tag: tag.to_owned(),
        digest: format!("sha256:{end:064x}"),
        pushed_at: Some(NOW - HOUR),
    }
}

#[test]
fn what_is_gone_is_set_aside_unless_it_stands_elsewhere() {
    let store = store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    let images = [
        seen("team/app", "1", 1),
        seen("team/app", "2", 2),
        seen("team/app", "two", 2),
        seen("team/app", "3", 3),
        seen("team/copy", "3", 3),
    ];
    block_on(store.record_push(id, &images, NOW)).unwrap();
    queue(&store, id, 4);
    let remove = |tag| {
        let removed = store.record_removed(id, "team/app", Removed::Tag(tag), None, NOW + 1);
        block_on(removed).unwrap();
    };
    let before = lease(&store, "s1", 1, NOW).unwrap();
    assert_eq!(before[0].scan.digest, wanted("", 0).digest);
    for tag in ["1", "2", "3"] {
        remove(tag);
    }
    let left = lease(&store, "s1", 10, NOW + 2).unwrap();
    let images: Vec<_> = left
        .iter()
        .map(|leased| (&*leased.scan.repository, leased.scan.tag.as_deref()))
        .collect();
    assert_eq!(
        images,
        [("team/app", Some("two")), ("team/copy", Some("3"))]
    );
    let page = store.scans(
        PROJECT,
        id,
        Some(ScanState::SetAside),
        PageSize::default(),
        None,
    );
    let aside = block_on(page).unwrap().items;
    assert_eq!(aside.len(), 1);
    assert_eq!(
        aside[0].reason.as_deref(),
        Some("The registry has the image no more.")
    );
    // One that went while it was scanned is not tried again.
    remove("two");
    let lapsed = block_on(store.requeue_lapsed(Within::All, NOW + 2 * HOUR)).unwrap();
    assert_eq!((lapsed.requeued, lapsed.set_aside), (2, 1));
}

#[test]
fn what_a_registry_withholds_is_not_gone() {
    let store = store();
    let form = serde_json::from_value(json!({
        "provider": "azure-acr", "name": "azure", "auth": "password", "policy": { "quarantine": true },
        "values": { "url": "acmeregistry.azurecr.io", "username": "acme", "password": "swordfish" },
    }));
    let spec = spec_of(&form.unwrap());
    let id = block_on(store.create(&change(), PROJECT, &spec, None))
        .unwrap()
        .id;
    block_on(store.record_push(id, &[seen("team/app", "1", 0)], NOW)).unwrap();
    queue(&store, id, 1);
    let removed = store.record_removed(id, "team/app", Removed::Repository, None, NOW + 1);
    assert_eq!(block_on(removed), Ok(1));
    assert_eq!(lease(&store, "s1", 1, NOW + 2).unwrap().len(), 1);
    let lapsed = block_on(store.requeue_lapsed(Within::All, NOW + 2 * HOUR)).unwrap();
    assert_eq!((lapsed.requeued, lapsed.set_aside), (1, 0));
}

#[test]
fn the_inventory_knows_how_the_scan_of_a_digest_ended() {
    let store = store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    queue(&store, id, 3);
    let leased = lease(&store, "s1", 3, NOW).unwrap();
    for (leased, outcome) in leased
        .iter()
        .zip([Outcome::Passed, Outcome::Failed, Outcome::Error])
    {
        finish(&store, leased, outcome, NOW + 7).unwrap();
    }
    let kept = "SELECT digest, scanned_at, scan_result FROM manifests ORDER BY digest";
    let kept = sql(&store, kept, vec![]);
    let row = |end: u64, result: &str| {
        let digest = format!("sha256:{end:064x}");
        Row(vec![digest.into(), (NOW + 7).into(), result.into()])
    };
    assert_eq!(kept, [row(0, "passed"), row(1, "failed")]);
}

#[test]
fn what_is_replaced_is_set_aside_unless_another_tag_names_it() {
    let digest = |end: u64| Some(format!("sha256:{end:064x}"));
    for by_sync in [false, true] {
        let store = store();
        let id = create(&store, "prod", "https://one.example.com")
            .unwrap()
            .id;
        let images = [
            seen("team/app", "1", 0),
            seen("team/app", "2", 1),
            seen("team/app", "two", 1),
            seen("team/app", "3", 2),
        ];
        block_on(store.record_push(id, &images, NOW)).unwrap();
        queue(&store, id, 2);
        let wanted_third = [WantedScan {
            repository: "team/app".to_owned(),
            tag: Some("3".to_owned()),
            digest: digest(2),
        }];
        let queue_third = |at| {
            let queued = store.queue_scans(PROJECT, id, &wanted_third, Origin::Sync, at);
            block_on(queued).unwrap()
        };
        assert_eq!(queue_third(NOW), 1);
        let at_work = lease(&store, "s1", 1, NOW).unwrap();
        assert_eq!(at_work[0].scan.digest, digest(0));
        let replacing = ["1", "2", "3"].map(|tag| SeenImage {
            pushed_at: Some(NOW + 5),
            ..seen("team/app", tag, 9)
        });
        if by_sync {
            let origin = SyncOrigin::Request;
            let held = block_on(store.start_sync(PROJECT, id, origin, NOW + 5));
            let held = held.unwrap().unwrap();
            block_on(store.record_seen(&held, &replacing, NOW + 5)).unwrap();
        } else {
            block_on(store.record_push(id, &replacing, NOW + 5)).unwrap();
        }
        let scans = |state| {
            let page = store.scans(PROJECT, id, Some(state), PageSize::default(), None);
            block_on(page).unwrap().items
        };
        let aside = scans(ScanState::SetAside);
        assert_eq!(aside.len(), 1, "by sync: {by_sync}");
        assert_eq!(
            (
                &aside[0].digest,
                aside[0].finished_at,
                aside[0].reason.as_deref()
            ),
            (
                &digest(2),
                Some(Timestamp(NOW + 5)),
                Some("The registry has another image under the tag.")
            )
        );
        let left = lease(&store, "s1", 10, NOW + 6).unwrap();
        let left: Vec<_> = left.iter().map(|it| it.scan.tag.as_deref()).collect();
        assert_eq!(left, [Some("two")], "by sync: {by_sync}");
        // A decision from before does not bring it back.
        assert_eq!(queue_third(NOW + 7), 0, "by sync: {by_sync}");
        // What a scanner had is not tried again, unless a tag names it again.
        let failed = finish(&store, &at_work[0], Outcome::Error, NOW + 7).unwrap();
        assert_eq!(failed.state, ScanState::SetAside, "by sync: {by_sync}");
    }
}
