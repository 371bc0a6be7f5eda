//! What scanners say of images, in time, late, twice.

use bowline_store::{Outcome, PageSize, ScanResult, ScanState, StoreError, Timestamp, Within};
use futures::executor::block_on;

use super::{finish, lease, queue, state};
use crate::store::setup::{NOW, PROJECT, create, store};

const HOUR: i64 = 3_600_000;

#[test]
fn who_had_an_image_last_may_say_how_it_ended() {
    use Outcome::{Error, Failed, Passed};
    use ScanState as State;
    let lost = Err(StoreError::LeaseLost);
    // What happens before, what is said, and how the scan stands then.
    type Case = (
        &'static str,
        &'static [&'static str],
        Outcome,
        Result<State, StoreError>,
    );
    let cases: [Case; 16] = [
        ("in time", &[], Passed, Ok(State::Passed)),
        ("in time, failed", &[], Failed, Ok(State::Failed)),
        ("in time, an error", &[], Error, Ok(State::Queued)),
        ("late", &["lapse"], Passed, Ok(State::Passed)),
        ("late, an error", &["lapse"], Error, Ok(State::Queued)),
        ("too late", &["lapse", "taken"], Passed, lost.clone()),
        (
            "too late, an error",
            &["lapse", "taken"],
            Error,
            lost.clone(),
        ),
        (
            "after all attempts",
            &["last", "lapse"],
            Passed,
            Ok(State::Passed),
        ),
        (
            "an error, again",
            &["last", "lapse"],
            Error,
            Ok(State::SetAside),
        ),
        ("the last error", &["last"], Error, Ok(State::SetAside)),
        ("passed again", &["passed"], Passed, Ok(State::Passed)),
        ("failed again", &["failed"], Failed, Ok(State::Failed)),
        ("passed, then not", &["passed"], Failed, lost.clone()),
        ("passed, then an error", &["passed"], Error, lost.clone()),
        ("failed, then not", &["failed"], Passed, lost),
        (
            "passed after an error",
            &["error"],
            Passed,
            Ok(State::Passed),
        ),
    ];
    for (name, before, outcome, expected) in cases {
        let store = store();
        let id = create(&store, "prod", "https://one.example.com")
            .unwrap()
            .id;
        queue(&store, id, 1);
        let attempts = if before.contains(&"last") { 5 } else { 1 };
        let mut leased = lease(&store, "s1", 1, NOW).unwrap().remove(0);
        for _ in 1..attempts {
            finish(&store, &leased, Error, NOW).unwrap();
            leased = lease(&store, "s1", 1, NOW).unwrap().remove(0);
        }
        for step in before {
            match *step {
                "lapse" => drop(block_on(store.requeue_lapsed(Within::All, NOW + HOUR)).unwrap()),
                "taken" => assert_eq!(lease(&store, "s2", 1, NOW + HOUR).unwrap().len(), 1),
                "passed" => drop(finish(&store, &leased, Passed, NOW).unwrap()),
                "failed" => drop(finish(&store, &leased, Failed, NOW).unwrap()),
                "error" => drop(finish(&store, &leased, Error, NOW).unwrap()),
                _ => {}
            }
        }
        let said = finish(&store, &leased, outcome, NOW + HOUR);
        assert_eq!(said.map(|scan| scan.state), expected, "{name}");
    }
}

#[test]
fn a_result_needs_the_lease_and_the_project() {
    let store = store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    queue(&store, id, 2);
    let leased = lease(&store, "s1", 1, NOW).unwrap().remove(0);
    let other = lease(&store, "s1", 1, NOW).unwrap().remove(0);
    let say = |project: &str, lease: &str| {
        let result = ScanResult {
            lease,
            outcome: Outcome::Passed,
            reason: "no findings",
        };
        let projects = [project.to_owned()];
        block_on(store.finish_scan(&projects, leased.scan.id, result, NOW + 7))
    };
    assert_eq!(say("other", &leased.lease), Err(StoreError::NotFound));
    assert_eq!(say(PROJECT, &other.lease), Err(StoreError::LeaseLost));
    assert_eq!(say(PROJECT, ""), Err(StoreError::LeaseLost));
    let scan = say(PROJECT, &leased.lease).unwrap();
    assert_eq!(scan.reason.as_deref(), Some("no findings"));
    assert_eq!(scan.finished_at, Some(Timestamp(NOW + 7)));
    assert_eq!(state(&store, &leased), scan);
}

#[test]
fn an_error_is_an_attempt_and_five_are_too_many() {
    let store = store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    queue(&store, id, 1);
    for attempt in 1..=5 {
        let leased = lease(&store, "s1", 1, NOW).unwrap().remove(0);
        assert_eq!(leased.scan.attempts, attempt);
        let scan = finish(&store, &leased, Outcome::Error, NOW + i64::from(attempt)).unwrap();
        let expected = if attempt < 5 {
            ScanState::Queued
        } else {
            ScanState::SetAside
        };
        assert_eq!(scan.state, expected, "attempt {attempt}");
    }
    assert_eq!(lease(&store, "s1", 1, NOW), Ok(vec![]));
}

#[test]
fn what_ended_long_ago_is_forgotten() {
    let store = store();
    let id = create(&store, "prod", "https://one.example.com")
        .unwrap()
        .id;
    queue(&store, id, 3);
    let ended = lease(&store, "s1", 2, NOW).unwrap();
    finish(&store, &ended[0], Outcome::Passed, NOW).unwrap();
    finish(&store, &ended[1], Outcome::Failed, NOW + 1).unwrap();
    let left = |now| {
        block_on(store.forget_scans(now)).unwrap();
        let page = block_on(store.scans(PROJECT, id, None, PageSize::default(), None));
        page.unwrap().items.len()
    };
    let days = 30 * 24 * HOUR;
    assert_eq!(
        (left(NOW + days - 1), left(NOW + days), left(NOW + 9 * days)),
        (3, 2, 1)
    );
}
