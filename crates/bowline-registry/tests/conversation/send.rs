//! Every public async function can run in `tokio::spawn` and in a handler of a multi-threaded server.

use bowline_registry::{
    Operator, Repositories, Session, Tags, check, deliver_webhook, details, digests,
    networks_are_blocked, pull_credentials, release, repositories, resolve_endpoint,
    stream_changes, tags,
};

use bytes::Bytes;
use http::HeaderMap;
use url::Url;

use crate::registry::*;

fn is_send<T: Send>(_: T) {}

#[tokio::test]
async fn every_public_async_function_is_send() {
    let (world, operator, spec) = (Fake::basic().world(), Operator::default(), password());
    let session = Session::default();
    let (w, o, s) = (&world, &operator, &spec);
    is_send(check(w, o, s, None, |_| ()));
    is_send(repositories(w, o, s));
    is_send(tags(w, o, s, "team/app"));
    is_send(digests(w, o, s, Some(&session), "team/app", Vec::new()));
    is_send(details(w, o, s, Some(&session), "team/app", Vec::new()));
    is_send(release(w, o, s, "team/app", "sha256:0"));
    is_send(stream_changes(w, o, s, None));
    let receiver = Url::parse("https://receiver.example.com/hook").unwrap();
    is_send(deliver_webhook(
        w,
        o,
        &receiver,
        HeaderMap::new(),
        Bytes::new(),
    ));
    is_send(pull_credentials(w, o, s));
    is_send(resolve_endpoint(w, o, s));
    is_send(networks_are_blocked(&w.http, o));
    is_send(Repositories::open(w, o, s, Some(&session), None));
    is_send(Tags::open(w, o, s, Some(&session), "team/app", None));
    let mut listing = Repositories::open(w, o, s, Some(&session), None)
        .await
        .unwrap();
    is_send(listing.next_page());
    let mut listing = Tags::open(w, o, s, None, "team/app", None).await.unwrap();
    is_send(listing.next_page());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_runs_in_a_task_of_its_own() {
    let task = tokio::spawn(async {
        let world = Fake::bearer().world();
        run(&world, &Operator::default(), &password(), None).await
    });
    assert!(task.await.unwrap().ok);
}

#[test]
fn the_list_above_is_complete() {
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    collect(&source, &mut found);
    found.sort_unstable();
    let expected = [
        "check",
        "deliver_webhook",
        "details",
        "digests",
        "networks_are_blocked",
        "next_page",
        "next_page",
        "open",
        "open",
        "pull_credentials",
        "release",
        "repositories",
        "resolve_endpoint",
        "stream_changes",
        "tags",
    ];
    assert_eq!(found, expected, "name it in the test above");
}

fn collect(folder: &std::path::Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let functions = text.lines().filter_map(|line| {
                let rest = line.trim_start().strip_prefix("pub async fn ")?;
                rest.split(['<', '(']).next().map(str::to_owned)
            });
            found.extend(functions);
        }
    }
}
