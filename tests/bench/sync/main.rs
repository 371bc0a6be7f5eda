//! The section on syncs of `cargo xtask bench`: a registry that is read for the first time, again, and after a change,
//! beside `skopeo list-tags` and `skopeo inspect` over the same registry at the same distance.

mod images;
mod skopeo;

use std::time::{Duration, Instant};

use bowline_tests::{
    app::{App, Setup},
    client::Client,
    form::{anonymous, with},
    registry::{Access, Registry},
    relay::{Relay, Traffic},
};
use serde_json::{Value, json};

use crate::images::{SmallImage, Uploader};

const REPOSITORIES: usize = 40;
const TAGS: usize = 25;
const IMAGES: usize = REPOSITORIES * TAGS;
/// What a sync asks for whatever it knows: the catalog, and the tags of each repository.
const LISTINGS: usize = 1 + REPOSITORIES;
/// How often a step asks how it is to log in.
const GREETINGS: usize = 1;
/// What a step may ask again that goes on in the middle of a repository: how to log in, its tags, and their digests.
const AGAIN: usize = GREETINGS + 1 + TAGS;

/// The round trips that are added, in milliseconds.
const DISTANCES: [u64; 2] = [0, 20];

/// What stands before the numbers.
const INTRODUCTION: &str = "
## A sync

A sync of an open local registry with 40 repositories of 25 images each, behind a relay that adds a round trip. Nothing
changes before the second sync. Before the third, one tag moves, one is added, and one is removed. The peer is skopeo. It
gets the names of the repositories, because it cannot list them, and runs six processes at once, because a sync has six
requests in flight. `skopeo list-tags` for each repository returns the names of the tags. With `skopeo inspect --no-tags`
for each image, it returns what a first sync reads: digest, date, and size. It stores nothing, so a second run takes as
long as the first. Each process opens a new connection and tries TLS before plain HTTP, which does not count as a request
here. Each row is one run over the thousand images. The relay counts requests and bytes.

| round trip | | ÷ list-tags and inspect | ÷ list-tags | took | images/s | steps | requests | an image | received |
|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|";

/// What the requests are. The runs assert that there are no more.
const FINDINGS: &str = "
Every sync requests the catalog and 40 tag lists. A first sync then makes two requests for each image: its manifest and its
config. A later sync requests the digest of each known tag (HEAD), because this registry's lists do not include digests. It
requests manifest and config only for new or moved tags: four requests in the third sync. Each step of ten seconds begins
with `GET /v2/`, which says how to log in. It may request the tags again of the repository at which the previous step
ended.";

/// What one run took.
struct Run {
    took: Duration,
    traffic: Traffic,
    /// How many requests to our service a sync took; none for skopeo.
    steps: Option<usize>,
}

impl Run {
    /// Prints its row, with how many times as long it took as the others.
    fn print(&self, latency: u64, name: &str, inspect: &Self, list: &Self) {
        let took = self.took.as_secs_f64();
        let steps = self
            .steps
            .map_or_else(String::new, |steps| steps.to_string());
        let Traffic {
            requests, received, ..
        } = self.traffic;
        println!(
            "| {latency} ms | {name} | {:.3} × | {:.2} × | {took:.2} s | {:.0} | {steps} | {requests} | {:.2} | {} KiB |",
            took / inspect.took.as_secs_f64(),
            took / list.took.as_secs_f64(),
            IMAGES as f64 / took,
            requests as f64 / IMAGES as f64,
            received / 1024,
        );
    }
}

fn main() {
    let registry = Registry::start(&Access::Open);
    let uploader = Uploader::to(&registry);
    let repositories: Vec<_> = (0..REPOSITORIES)
        .map(|number| format!("team/app-{number}"))
        .collect();
    for repository in &repositories {
        uploader.put_layer(repository);
        for tag in (0..TAGS).map(|number| format!("v{number}")) {
            uploader.put(&image(repository, &tag), repository, &tag);
        }
    }
    let app = App::start_with(Setup::optimized());
    let client = app.client(&["acme"]);
    println!("{INTRODUCTION}");
    for (latency, changed) in DISTANCES.into_iter().zip(&repositories) {
        let relay = Relay::with_latency(registry.authority(), Duration::from_millis(latency));
        let connection = connect(&client, &relay);
        let sync = |counts, most| sync(&client, &connection, &relay, counts, most);
        let first = sync([IMAGES, 0, 0, 0], GREETINGS + LISTINGS + 2 * IMAGES);
        let second = sync([0, 0, IMAGES, 0], GREETINGS + LISTINGS + IMAGES);
        change(&registry, &uploader, changed);
        // Two requests more for what moved, two for what is new, none for what is gone.
        let third = sync(
            [1, 1, IMAGES - 2, 1],
            GREETINGS + LISTINGS + (IMAGES - 1) + 4,
        );
        let authority = relay.authority();
        let list = measured(&relay, || {
            skopeo::list_tags(&authority, &repositories);
        });
        let inspect = measured(&relay, || {
            let images = skopeo::list_tags(&authority, &repositories);
            assert_eq!(images.len(), IMAGES);
            skopeo::inspect(&authority, &images);
        });
        for (name, run) in [
            ("first sync", &first),
            ("second sync", &second),
            ("third sync", &third),
            ("skopeo list-tags", &list),
            ("skopeo list-tags and inspect", &inspect),
        ] {
            run.print(latency, name, &inspect, &list);
        }
    }
    println!("{FINDINGS}");
}

fn image(repository: &str, tag: &str) -> SmallImage {
    SmallImage::new(&format!("{repository}:{tag}"))
}

/// A new connection to the registry behind the relay; gives its path.
fn connect(client: &Client, relay: &Relay) -> String {
    let url = format!("http://{}", relay.authority());
    let form = with(anonymous(&url), &json!({ "name": url }));
    let path = "/v1/projects/acme/connections";
    let created = client.post(path, &form).expect(201);
    format!("{path}/{}", created["id"].as_str().expect("it has an id"))
}

/// Moves a tag, adds one and removes one.
fn change(registry: &Registry, uploader: &Uploader<'_>, repository: &str) {
    uploader.put(&image(repository, "v0 anew"), repository, "v0");
    uploader.put(&image(repository, "new"), repository, "new");
    registry.delete(repository, &image(repository, "v1").digest());
}

/// A whole sync, which must find so many new, replaced, unchanged and gone, with so many requests at
/// most, had it but one step.
fn sync(client: &Client, connection: &str, relay: &Relay, counts: [usize; 4], most: usize) -> Run {
    let (mut sync, mut taken) = (Value::Null, 0);
    let run = measured(relay, || (sync, taken) = steps(client, connection));
    let most = most + (taken - 1) * AGAIN;
    let found = ["new", "replaced", "unchanged", "gone"].map(|name| sync["images"][name].clone());
    assert_eq!(found, counts.map(Value::from), "{sync:#}");
    assert_eq!(sync["requests"], run.traffic.requests, "{sync:#}");
    assert!(run.traffic.requests <= most, "more than {most}: {sync:#}");
    Run {
        steps: Some(taken),
        ..run
    }
}

/// Steps until the sync has ended; gives it, and how many there were.
fn steps(client: &Client, connection: &str) -> (Value, usize) {
    let mut taken = 1;
    loop {
        let answer = client.post(&format!("{connection}/sync"), &json!({}));
        if answer.status == 200 {
            return (answer.expect(200), taken);
        }
        let running = answer.expect(202);
        assert_eq!(running["problem"], Value::Null, "{running:#}");
        taken += 1;
    }
}

fn measured(relay: &Relay, run: impl FnOnce()) -> Run {
    // Closes what is open.
    relay.set_fault(None);
    relay.take_traffic();
    let started = Instant::now();
    run();
    Run {
        took: started.elapsed(),
        traffic: relay.take_traffic(),
        steps: None,
    }
}
