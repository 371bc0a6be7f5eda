//! Every status of the API: each operation is asked rightly and in every wrong way, and what is answered is what its
//! description tells, no more and no less.

mod rows;
mod sending;

use std::collections::{BTreeMap, BTreeSet};

use self::{
    rows::{ANYWHERE, SOMEWHERE, right},
    sending::Sending,
};
use super::*;
use crate::openapi::DOCUMENT;

/// A status, and what the description calls the code of its problem; no code of a success.
type Outcome = (u16, String);

/// What the description calls a code.
fn described_as(code: &str) -> &str {
    let is_ours = ProblemType::TABLE
        .iter()
        .any(|failure| failure.code() == code);
    match code {
        _ if code.starts_with("config.") => "config.*",
        _ if code.is_empty() || is_ours => code,
        _ => "a check's code",
    }
}

/// An operation of the description.
struct Described {
    method: Method,
    path: String,
    outcomes: BTreeSet<Outcome>,
}

/// All of them by their ids.
fn described() -> BTreeMap<String, Described> {
    let document: Value = serde_json::from_str(DOCUMENT).unwrap();
    let mut described = BTreeMap::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let Some(id) = operation["operationId"].as_str() else {
                continue; // What all methods of the path have.
            };
            let responses = operation["responses"].as_object().unwrap();
            let outcomes = responses.iter().flat_map(|(status, response)| {
                let status: u16 = status.parse().unwrap();
                codes(&document, response)
                    .into_iter()
                    .map(move |code| (status, code))
            });
            let operation = Described {
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                outcomes: outcomes.collect(),
            };
            described.insert(id.to_owned(), operation);
        }
    }
    described
}

/// The codes that a response names, in backticks.
fn codes(document: &Value, response: &Value) -> Vec<String> {
    let Some(reference) = response["$ref"].as_str() else {
        return vec![String::new()];
    };
    let problem = document.pointer(reference.trim_start_matches('#')).unwrap();
    let parts = problem["description"].as_str().unwrap().split('`');
    parts.skip(1).step_by(2).map(str::to_owned).collect()
}

#[tokio::test]
async fn each_operation_answers_what_is_described() {
    let mut described = described();
    let mut faults = Vec::new();
    for (operation, query, body, said) in right() {
        let Described {
            method,
            path,
            outcomes,
        } = described.remove(operation).unwrap_or_else(|| {
            panic!(
                "openapi.json has no {operation}\n  fix it with: \
                 BOWLINE_WRITE=1 cargo test -p bowline-service openapi"
            )
        });
        let right = Sending::right(query, &body, said);
        let success = right.clone().outcome(&method, &path).await;
        assert!((200..300).contains(&success.0), "{operation}: {success:?}");

        let mut reached = BTreeSet::from([success.clone()]);
        let here = SOMEWHERE
            .iter()
            .filter(|wrong| wrong.operation == operation);
        for wrong in ANYWHERE.iter().chain(here) {
            let mut sending = right.clone();
            (wrong.make)(&mut sending);
            let outcome = sending.outcome(&method, &path).await;
            let makes_no_difference = wrong.operation == "any" && outcome == success;
            if outcome != problem(wrong.status, wrong.code) && !makes_no_difference {
                faults.push(format!("{operation}, {}: {outcome:?}", wrong.what));
            }
            reached.insert((outcome.0, described_as(&outcome.1).to_owned()));
        }
        for outcome in reached.difference(&outcomes) {
            faults.push(format!(
                "{operation} answers what is not described: {outcome:?}"
            ));
        }
        for outcome in outcomes.difference(&reached) {
            faults.push(format!("{operation}: no row reaches {outcome:?}"));
        }
    }
    let forgotten = described.keys();
    faults.extend(
        forgotten.map(|operation| format!("{operation} has no row in api/tests/statuses/rows.rs")),
    );
    assert!(faults.is_empty(), "{faults:#?}");
}
