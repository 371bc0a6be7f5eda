//! Cold starts: of an instance, and of the host.

use std::{
    fs,
    time::{Duration, Instant},
};

use crate::{
    bench::{Bench, median},
    load::Caller,
};

/// How often each is measured.
const INSTANCES: usize = 15;
const HOSTS: usize = 3;

/// Longer than the host keeps an instance without a request.
const IDLE: Duration = Duration::from_millis(1500);

const FIRST_REQUESTS: &str = "
The first and the second request to a new instance. An instance ends after a second without requests.

| | first | next |
|---|---:|---:|";

const STARTS: &str = "
The start of the host with the application and the peers, with and without a cache of compiled components: the time until
it listens, and until it answers the first read.

| cache | listens | first read |
|---|---:|---:|";

/// Prints both tables.
pub(crate) async fn measure(bench: &mut Bench) {
    instances(bench).await;
    hosts(bench).await;
}

async fn instances(bench: &Bench) {
    println!("{FIRST_REQUESTS}");
    let [empty, select, read, ..] = &bench.calls;
    let mut times: [(Vec<f64>, Vec<f64>); 3] = Default::default();
    for _ in 0..INSTANCES {
        let mut callers = Vec::new();
        for call in [empty, select, read] {
            callers.push(Caller::connect(call).await);
        }
        tokio::time::sleep(IDLE).await;
        for (caller, (first, next)) in callers.iter_mut().zip(&mut times) {
            first.push(milliseconds(caller.ask(0).await));
            next.push(milliseconds(caller.ask(0).await));
        }
    }
    for (call, (first, next)) in [empty, select, read].into_iter().zip(times) {
        let (first, next) = (median(first.into_iter()), median(next.into_iter()));
        println!("| {} | {first:.2} ms | {next:.2} ms |", call.name);
    }
}

async fn hosts(bench: &mut Bench) {
    println!("{STARTS}");
    for (name, is_kept) in [("warm", true), ("cold", false)] {
        let (mut listens, mut reads) = (Vec::new(), Vec::new());
        for _ in 0..HOSTS {
            bench.app.kill();
            if !is_kept {
                fs::remove_dir_all(bench.cache()).expect("the cache is ours");
            }
            let started = Instant::now();
            bench.app.start_again();
            listens.push(milliseconds(started.elapsed()));
            Caller::connect(&bench.calls[2]).await.ask(0).await;
            reads.push(milliseconds(started.elapsed()));
        }
        let (listens, reads) = (median(listens.into_iter()), median(reads.into_iter()));
        println!("| {name} | {listens:.0} ms | {reads:.0} ms |");
    }
}

fn milliseconds(took: Duration) -> f64 {
    took.as_secs_f64() * 1e3
}
