//! Answers that registries really give, byte for byte, with the outcome of a check that gets one.
//!
//! `corpus/` has a file for each registry. An answer is written as it goes over the wire: status line, headers, an empty line,
//! body. Each says where it was seen, and how much of it is quoted there (`Kind`). The server of these tests sends exactly these
//! bytes over a loopback connection; every other request is answered by a sound registry.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "the exemptions of clippy.toml reach only what is marked as a test"
)]

mod corpus;
mod server;
mod witness;
mod world;

use bowline::form::{CheckOptions, ConnectionForm, check_form};
use bowline_registry::{Check, Operator, Proved, check};

use self::corpus::{Answer, Kind, Place, answers};

async fn checked(answer: &Answer) -> Check {
    let server = server::serve(answer).await;
    let form = serde_json::json!({
        "provider": answer.provider, "name": "test", "auth": answer.auth, "values": answer.values(),
        "image": answer.image(),
    });
    let form: ConnectionForm = serde_json::from_value(form).unwrap();
    let (report, spec) = check_form(&form, CheckOptions::default());
    let spec = spec.unwrap_or_else(|| panic!("{}: {report:?}", answer.name));
    let operator = Operator::parse("", &answer.plain_http(), "").unwrap();
    check(&world::world(server), &operator, &spec, None, |_| ()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_has_the_outcome_that_the_corpus_states() {
    let mut wrong = Vec::new();
    for answer in answers() {
        let check = checked(&answer).await;
        let code = check.problem.as_ref().map_or("none", |p| p.code.as_str());
        let warned = check.warnings.iter().any(|warning| {
            serde_json::to_value(warning).unwrap()["code"] == answer.expected.as_str()
        });
        let is_as_stated = code == answer.expected || (check.ok && warned);
        let is_proved = answer.proved.is_none_or(|proved| check.proved == proved);
        if !is_as_stated || !is_proved {
            wrong.push(format!(
                "{} ({}): {code}, {:?} instead of {}: {:?} {:?}",
                answer.name,
                answer.source,
                check.proved,
                answer.expected,
                check.problem,
                check.warnings
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_answer_says_where_it_is_from() {
    let all = answers();
    assert!(all.len() >= 85, "{}", all.len());
    for answer in &all {
        assert!(answer.source.starts_with("https://"), "{}", answer.name);
        assert!(
            !answer.bytes.is_empty() && answer.bytes.starts_with(b"HTTP/1."),
            "{}",
            answer.name
        );
    }
    let cited = all.iter().filter(|answer| answer.kind == Kind::Cited);
    assert!(cited.count() < all.len() / 3, "most are quoted");
    let mut names: Vec<_> = all.iter().map(|answer| &answer.name).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all.len(), "two have the same name");
}

#[test]
fn every_step_of_a_check_has_answers() {
    let all = answers();
    for place in Place::ALL {
        assert!(all.iter().any(|answer| answer.place == place), "{place:?}");
    }
    assert!(all.iter().any(|answer| answer.proved == Some(Proved::Pull)));
}
