//! The section on the service of `cargo xtask bench`: reading, listing and creating connections on the embedded host,
//! beside a component that does nothing and one that does nothing but the statement that reads a connection, in the
//! same process on the same database. With the argument `neighbors` it measures the section on neighbors alone.

mod bench;
mod load;
mod neighbors;
mod start;
mod tokens;

use crate::bench::{Bench, SELECT};

/// How many callers ask at once.
const CALLERS: [u64; 3] = [1, 8, 32];
/// What stands before the numbers.
const INTRODUCTION: &str = "
## The service

Reading, listing (a page of 50) and creating connections on the embedded host, signed in with HS256, beside a component
that does nothing and one that does nothing but the statement that reads a connection (`tests/bench/peers`), in the same
process on the same database. Callers ask again as soon as they are answered, over connections that are kept; they run
on the same cores. Medians of rounds in which each call has its turn of a second; the ratios are those of the requests
per second within a round. *computed* is the processor time of the host for a request, on all cores.

| callers | | of SELECT only | of empty | requests/s | p50 | p95 | p99 | computed |
|---:|---|---:|---:|---:|---:|---:|---:|---:|";

/// Why the numbers are what they are.
const FINDINGS: &str = "
A read is one statement, which its instance keeps prepared, and around it what the statement alone has not: a token that
is verified, a row that is taken apart, an answer in JSON with four headers more. A profile shows nothing in it that
stands out: half of what a read computes more is WebAssembly, a few microseconds each for the token, JSON both ways and
memory; the other half is the host's, for the calls and copies that these need. What did stand out is fixed:
- the host handed every statement to a thread, which took longer than a short read: it now reads a little on the spot;
- the requests that reach a new instance together (one in 128 is its first) each read the variables, opened the database
  and looked for migrations: the first one now does, and the others wait for it;
- the functions were built for size, and are now built for speed;
- a public key's signature was verified for each request, which takes longer than the rest of a read: an instance now
  remembers the digests of the tokens that it has found good;
- each request drew an id for what it might create, and times and ids were put together from many small texts.

Tried, and no gain: SIMD in WebAssembly, instances that take more than 128 requests, memory that the host keeps for the
next instance.";

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut bench = Bench::start();
    if std::env::args().nth(1).as_deref() == Some("neighbors") {
        return neighbors::measure(&bench);
    }
    println!("{INTRODUCTION}");
    let (mut of_select, mut of_empty) = (Vec::new(), Vec::new());
    for callers in CALLERS {
        let [select, empty] = bench.load(callers).await;
        of_select.push(select);
        of_empty.push(empty);
    }
    println!(
        "\nWith 1, 8 and 32 callers the budget of a read is {}, and {}.",
        budget(80.0, SELECT, &of_select),
        budget(40.0, "empty", &of_empty)
    );
    tokens::measure(&bench.cache()).await;
    start::measure(&mut bench).await;
    println!("{FINDINGS}");
    neighbors::measure(&bench);
}

/// Whether a budget is met, and what was reached with 1, 8 and 32 callers.
fn budget(least: f64, peer: &str, reached: &[f64]) -> String {
    let met = reached.iter().all(|percent| *percent >= least);
    let reached: Vec<_> = reached
        .iter()
        .map(|percent| format!("{percent:.0} %"))
        .collect();
    format!(
        "{least} % of {peer}, which is {} ({})",
        if met { "met" } else { "missed" },
        reached.join(", ")
    )
}
