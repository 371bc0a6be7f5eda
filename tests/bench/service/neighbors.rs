//! Neighbors: how many answers a tenant gets beside attackers, and beside as many honest callers.

use std::{thread, time::Duration};

use bowline_tests::{
    client::Client,
    neighbors::{ATTACKS, FLOOD, beside},
};

use crate::{
    bench::{Bench, median},
    load::{Call, sample},
};

/// How many callers the tenant has, and how many attackers or honest callers there are beside it.
const CALLERS: u64 = 4;
const OTHERS: usize = 4;
/// How often each is measured.
const ROUNDS: usize = 3;

const INTRODUCTION: &str = "
## Neighbors

Reads of a connection with 4 callers beside attackers, as a percentage of the requests per second beside the same number of
honest callers, who also read: 4, or 300 for an attack with 300 connections. `tests/src/neighbors.rs` has the attacks. They
run on the same cores. Values are medians of rounds.

| beside | requests/s | of honest |
|---|---:|---:|";

/// Prints the table.
pub(crate) fn measure(bench: &Bench) {
    println!("{INTRODUCTION}");
    let [_, _, read, ..] = &bench.calls;
    let path = read.path.clone();
    let client: Client = bench.app.client(&["read"]);
    let honest = median(
        (0..ROUNDS).map(|_| beside(&|_| drop(client.get(&path)), OTHERS, || rate(read, CALLERS))),
    );
    // All of them are alike, so the tenant's part is that of its callers.
    let all = CALLERS + FLOOD as u64;
    let among_many = median((0..ROUNDS).map(|_| rate(read, all))) * CALLERS as f64 / all as f64;
    println!("| {OTHERS} honest callers | {honest:.0} | 100 % |");
    println!("| {FLOOD} honest callers | {among_many:.0} | 100 % |");
    let mut worst = f64::INFINITY;
    for attack in ATTACKS {
        let rates = (0..ROUNDS).map(|_| attack.run(&bench.app, OTHERS, || rate(read, CALLERS)));
        let rate = median(rates);
        let honest = if attack.is_flood { among_many } else { honest };
        let percent = 100.0 * rate / honest;
        worst = worst.min(percent);
        println!("| {} | {rate:.0} | {percent:.0} % |", attack.name);
    }
    let met = if worst >= 50.0 { "met" } else { "missed" };
    println!("\nBudget: 50 %, {met} (the lowest is {worst:.0} %).");
}

/// The requests per second of this many callers.
fn rate(call: &Call, callers: u64) -> f64 {
    // A runtime of its own: this runs within the benchmark's.
    let measured = thread::scope(|scope| {
        let measure = || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("there is a thread");
            runtime.block_on(sample(call, callers, 0, || Duration::ZERO))
        };
        scope.spawn(measure).join()
    });
    measured.expect("the tenant is served").rate
}
