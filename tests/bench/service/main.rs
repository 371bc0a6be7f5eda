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

Reads, lists (a page of 50), and creates of connections on the embedded host, with HS256 tokens. The peers are a component
that does nothing and a component that only runs the statement that reads a connection (`tests/bench/peers`), in the same
process with the same database. Callers send their next request as soon as they get a response, over persistent
connections and on the same cores. Values are medians of rounds in which each call runs for a second. Ratios compare the
requests per second within a round. *CPU* is the host's processor time for a request, on all cores.

| callers | | of SELECT only | of empty | requests/s | p50 | p95 | p99 | CPU |
|---:|---|---:|---:|---:|---:|---:|---:|---:|";

/// Why the numbers are what they are.
const FINDINGS: &str = "
A read runs one prepared statement. It also verifies a token, decodes a row, and writes a JSON response with four more
headers. A profile of this extra work has no hot spot. Half of it is WebAssembly, a few microseconds each for the token,
JSON, and memory. The other half is the host's work for the calls and copies. Earlier hot spots are fixed:
- The host passed every statement to a thread, which took longer than a short read. It now runs short reads directly.
- When several requests reached a new instance together (one in 128 is an instance's first), each read the variables,
  opened the database, and looked for migrations. Now the first one does, and the others wait for it.
- The functions were optimized for size. They are now optimized for speed.
- Each request verified a public key's signature, which takes longer than the rest of a read. An instance now remembers
  the digests of valid tokens.
- Each request created an id that it might not need, and built times and ids from many small strings.

Tried without a gain: SIMD in WebAssembly, instances that handle more than 128 requests, and memory that the host keeps
for the next instance.";

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
        "\nBudget of a read with 1, 8, and 32 callers: {}; {}.",
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
        "{least} % of {peer}, {} ({})",
        if met { "met" } else { "missed" },
        reached.join(", ")
    )
}
