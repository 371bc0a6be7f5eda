//! The section on checks of `cargo xtask bench`: a check that draws an image, beside `skopeo inspect` and `skopeo list-tags`,
//! against the same registry at the same distance. Both connect anew each time.

use std::time::{Duration, Instant};

use bowline_tests::{
    app::{App, Setup},
    client::Client,
    form::with_password,
    image::Image,
    registry::{Access, Registry},
    relay::{Relay, Traffic},
    sign_in::SignIn,
    tool::SKOPEO,
};
use serde_json::json;

/// The round trips that are added, in milliseconds, and how often each is measured.
const DISTANCES: [(u64, usize); 3] = [(0, 21), (20, 11), (100, 7)];

/// What stands before the numbers.
const INTRODUCTION: &str = "
## A check

A check that picks an image and pulls its manifest and config, beside `skopeo inspect` and `skopeo list-tags`. Both use
the same local registry with a password, behind a relay that adds a round trip. Times are medians. Both open new
connections.

| round trip | check ÷ skopeo | check | skopeo | requests | skopeo's requests |
|---:|---:|---:|---:|---:|---:|";

/// What one run took.
struct Run {
    took: Duration,
    traffic: Traffic,
}

fn main() {
    let app = App::start_with(Setup::optimized());
    let registry = Registry::start(&Access::Basic(&[("alice", "s3cret")]));
    registry.push(&Image::new("bench"), "team/app:v1");
    println!("{INTRODUCTION}");
    for (latency, runs) in DISTANCES {
        let relay = Relay::with_latency(registry.authority(), Duration::from_millis(latency));
        // By turns, so that what else the machine does hits both. The first of each only warms up.
        let (mut ours, mut theirs): (Vec<_>, Vec<_>) = (0..=runs)
            .map(|run| {
                // The limit of checks is a subject's own.
                let subject = format!("bench {latency} {run}");
                let client = app.client_of(&SignIn::new(&subject, &["acme"], &["write"]));
                (
                    measured(&relay, || check(&client, &relay)),
                    measured(&relay, || skopeo(&relay)),
                )
            })
            .skip(1)
            .unzip();
        let (ours, theirs) = (median(&mut ours), median(&mut theirs));
        println!(
            "| {latency} ms | {:.2} × | {:.0} ms | {:.0} ms | {} | {} |",
            milliseconds(ours.took) / milliseconds(theirs.took),
            milliseconds(ours.took),
            milliseconds(theirs.took),
            ours.traffic.requests,
            theirs.traffic.requests,
        );
    }
}

fn check(client: &Client, relay: &Relay) {
    let form = with_password(&format!("http://{}", relay.authority()), "alice", "s3cret");
    let check = client.post("/v1/check", &json!({ "form": form }));
    assert_eq!(check.expect(200)["proved"], "pull");
}

fn skopeo(relay: &Relay) {
    let repository = format!("docker://{}/team/app", relay.authority());
    for (command, source) in [
        ("inspect", format!("{repository}:v1")),
        ("list-tags", repository),
    ] {
        SKOPEO.run(&[
            command,
            "--tls-verify=false",
            "--creds",
            "alice:s3cret",
            &source,
        ]);
    }
}

fn measured(relay: &Relay, run: impl FnOnce()) -> Run {
    relay.set_fault(None);
    relay.take_traffic();
    let started = Instant::now();
    run();
    Run {
        took: started.elapsed(),
        traffic: relay.take_traffic(),
    }
}

fn median(runs: &mut [Run]) -> &Run {
    runs.sort_by_key(|run| run.took);
    &runs[runs.len() / 2]
}

fn milliseconds(took: Duration) -> f64 {
    took.as_secs_f64() * 1000.0
}
