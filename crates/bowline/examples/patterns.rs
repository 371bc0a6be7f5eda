//! Filters image names by patterns: `cargo run --example patterns -- 'team/*:v{1,2}.*' '/^alpine$/'`.

use bowline::pattern::PatternSet;

const IMAGES: [&str; 5] = [
    "alpine:3.20",
    "team/api:v1.4.0",
    "team/api:latest",
    "team/web:v2.0.1",
    "debian:12",
];

fn main() {
    let typed: Vec<String> = std::env::args().skip(1).collect();
    let patterns = if typed.is_empty() {
        vec!["team/*:v{1,2}.*".to_owned(), "/^alpine$/:3".to_owned()]
    } else {
        typed
    };
    match PatternSet::new(&patterns) {
        Ok(set) => {
            for image in IMAGES {
                println!("{image}: {:?}", set.explain(image));
            }
        }
        Err((index, issue)) => println!("pattern {index} is not valid: {}", issue.message()),
    }
}
