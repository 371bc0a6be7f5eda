//! Anything at any place: a check survives it, names it, and sends nothing where it must not.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use bowline_registry::{Operator, SendError};
use bytes::Bytes;
use proptest::prelude::*;

use crate::{
    double::{Body, Reply, world},
    registry::*,
};

const OWN: [&str; 2] = ["https://auth.example.com", "https://registry.example.com"];

fn any_error() -> impl Strategy<Value = SendError> {
    use SendError::*;
    prop::sample::select(vec![
        Dns,
        Prohibited,
        Refused,
        ConnectTimeout,
        ReadTimeout,
        Tls,
        Certificate,
        Closed,
        Malformed,
        TooLarge,
        Internal,
    ])
}

fn any_text() -> impl Strategy<Value = String> {
    let known = vec![
        r#"{"token":"t"}"#,
        r#"{"repositories":["team/app"]}"#,
        r#"{"tags":["1"]}"#,
        "{}",
        "[]",
        "null",
        "<html>",
        r#"{"errors":[{"code":"DENIED","message":"x"}]}"#,
        r#"{"schemaVersion":1}"#,
        r#"{"config":{"digest":"x"}}"#,
    ];
    prop_oneof![
        prop::sample::select(known).prop_map(str::to_owned),
        "[ -~]{0,40}"
    ]
}

fn any_header() -> impl Strategy<Value = (&'static str, String)> {
    let known = vec![
        ("www-authenticate", "Basic realm=x"),
        (
            "www-authenticate",
            "Bearer realm=\"https://auth.example.com/token\",service=s",
        ),
        (
            "www-authenticate",
            "Bearer realm=\"https://evil.example.net/token\",service=s",
        ),
        (
            "www-authenticate",
            "Bearer realm=\"https://u:p@registry.example.com/token\"",
        ),
        ("location", "https://evil.example.net/x"),
        ("location", "http://registry.example.com/v2/"),
        ("location", "https://10.0.0.1/"),
        ("location", "/v2/"),
        ("link", "</v2/_catalog?last=a>; rel=next"),
        ("link", "<https://evil.example.net/>; rel=next"),
        ("content-encoding", "gzip"),
        ("content-length", "99999999"),
        ("retry-after", "1"),
        ("docker-content-digest", "sha256:x"),
        ("docker-distribution-api-version", "registry/2.0"),
    ];
    prop_oneof![
        prop::sample::select(known).prop_map(|(name, value)| (name, value.to_owned())),
        (
            prop::sample::select(vec![
                "www-authenticate",
                "link",
                "location",
                "server",
                "ratelimit-limit"
            ]),
            "[ -~]{0,40}"
        ),
    ]
}

fn any_body() -> impl Strategy<Value = Body> {
    let pause = prop::sample::select(vec![0, 1, 900]).prop_map(Duration::from_millis);
    prop_oneof![
        6 => any_text().prop_map(|text| Body::Whole(Bytes::from(text))),
        1 => (any_text(), any_error()).prop_map(|(text, error)| Body::Broken(Bytes::from(text), error)),
        1 => any_text().prop_map(|text| Body::Stalled(Bytes::from(text))),
        1 => pause.prop_map(|pause| Body::Endless(Bytes::from(vec![b' '; 64 * 1024]), pause)),
    ]
}

fn any_reply() -> impl Strategy<Value = Reply> {
    let status = prop::sample::select(vec![
        200, 201, 204, 301, 307, 400, 401, 403, 404, 405, 418, 429, 500, 503,
    ]);
    prop_oneof![
        6 => (status, prop::collection::vec(any_header(), 0..3), any_body())
            .prop_map(|(status, headers, body)| Reply::Answer { status, headers, body }),
        1 => any_error().prop_map(Reply::Fail),
        1 => Just(Reply::Hang),
    ]
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_odd_answer_at_any_place(at in 0_usize..10, odd in any_reply(), bearer in any::<bool>(), named in any::<bool>()) {
        let fake = if bearer { Fake::bearer() } else { Fake::basic() };
        let mut seen = 0;
        let world = world(move |sent| {
            seen += 1;
            let url = sent.url.as_str();
            let known = url.starts_with("https://registry.example.com/")
                || (bearer && url.starts_with("https://auth.example.com/token"));
            if seen == at + 1 || !known { odd.clone() } else { fake.answer(sent) }
        });
        // `run` holds what is true of every check.
        block_on(run(&world, &Operator::default(), &password(), named.then_some("team/app:1")));
        for origin in trusted_with_credentials(&world.http) {
            prop_assert!(OWN.contains(&origin.as_str()), "credentials went to {}", origin);
        }
        prop_assert!(world.http.lines().len() <= 60, "{} requests", world.http.lines().len());
    }

    #[test]
    fn nothing_but_odd_answers(replies in prop::collection::vec(any_reply(), 1..8), named in any::<bool>()) {
        let mut turn = replies.into_iter().cycle();
        let world = world(move |_| turn.next().unwrap());
        block_on(run(&world, &Operator::default(), &password(), named.then_some("team/app:1")));
        for origin in trusted_with_credentials(&world.http) {
            prop_assert!(OWN.contains(&origin.as_str()), "credentials went to {}", origin);
        }
    }
}

/// What happens to an answer at one of its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// The connection breaks.
    Reset,
    /// The answer ends as if that were all.
    Truncation,
    /// Nothing more comes.
    Stall,
    /// Another byte comes.
    Garbage,
}

impl Fault {
    fn strike(self, whole: Bytes, at: usize) -> Body {
        let cut = whole.slice(..at);
        match self {
            Self::Reset => Body::Broken(cut, SendError::Closed),
            Self::Truncation => Body::Whole(cut),
            Self::Stall => Body::Stalled(cut),
            Self::Garbage => {
                let mut odd = whole.to_vec();
                odd[at] ^= 0xff;
                Body::Whole(Bytes::from(odd))
            }
        }
    }
}

#[tokio::test]
async fn a_fault_at_any_byte_of_any_answer_leaves_nothing_behind() {
    // The answers of a check, in order: the ping, and then, as `Fake` gives them, tokens and what they are for.
    let lengths: Arc<Mutex<Vec<usize>>> = Arc::default();
    let seen = Arc::clone(&lengths);
    let sound = world(move |sent| {
        let reply = Fake::bearer().answer(sent);
        if let Reply::Answer {
            body: Body::Whole(bytes),
            ..
        } = &reply
        {
            seen.lock().unwrap().push(bytes.len());
        }
        reply
    });
    assert!(
        run(&sound, &Operator::default(), &password(), None)
            .await
            .ok
    );
    let lengths = std::mem::take(&mut *lengths.lock().unwrap());
    // Whether the login may push, too, is asked last, and nothing depends on it; nor on the catalog.
    let last = lengths.len() - 1;
    let catalog = 2;
    for (answer, length) in lengths.into_iter().enumerate() {
        for at in 0..length {
            for fault in [
                Fault::Reset,
                Fault::Truncation,
                Fault::Stall,
                Fault::Garbage,
            ] {
                let mut left = answer + 1;
                let world = world(move |sent| {
                    left = left.saturating_sub(1);
                    match Fake::bearer().answer(sent) {
                        Reply::Answer {
                            status,
                            headers,
                            body: Body::Whole(whole),
                        } if left == 0 => {
                            left = usize::MAX;
                            Reply::Answer {
                                status,
                                headers,
                                body: fault.strike(whole, at),
                            }
                        }
                        reply => reply,
                    }
                });
                let case = format!("{fault:?} at byte {at} of answer {answer}");
                let struck = run(&world, &Operator::default(), &password(), None).await;
                if fault != Fault::Garbage {
                    let is_optional = [catalog, last].contains(&answer);
                    assert_eq!(struck.ok, is_optional, "{case}: {:?}", struck.problem);
                }
                let next = run(&world, &Operator::default(), &password(), None).await;
                assert!(next.ok, "after {case}: {:?}", next.problem);
            }
        }
    }
}
