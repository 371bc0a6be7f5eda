//! `PatternSet::filter` beside `RegexSet`, `globset` and a naive loop, and `Policy::select` beside `filter`, in one run, on
//! the same names.
//!
//! `cargo bench -p bowline --bench patterns` prints Markdown, which `cargo xtask bench` puts into docs/benchmarks.md.
//! A peer that would need minutes is given the first images only, and its time is scaled up.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use std::{hint::black_box, time::Instant};

use bowline::{
    pattern::PatternSet,
    selection::{Image, Policy},
};
use globset::{Glob, GlobSet, GlobSetBuilder};
use regex::bytes::{RegexSet, RegexSetBuilder};

const IMAGES: usize = 1_000_000;
const WORDS: [&str; 20] = [
    "alpine", "api", "auth", "billing", "debian", "frontend", "gateway", "golang", "java", "kafka",
    "mysql", "nginx", "node", "postgres", "proxy", "python", "redis", "rust", "web", "worker",
];
const TEAMS: [&str; 10] = [
    "acme", "core", "data", "infra", "library", "platform", "prod", "staging", "team-a", "team-b",
];

const HEAD: &str = "## A list of patterns, natively

The first columns are the time of the peer divided by the time of `PatternSet::filter` for the same million image names.
Times are in milliseconds, the best of three runs. With 4096 patterns, the peers read only the first 2000 names, and their
times are scaled up.

| patterns | RegexSet ÷ | globset ÷ | naive loop ÷ | PatternSet | RegexSet | globset | naive loop | taken |
|---:|---:|---:|---:|---:|---:|---:|---:|---:|";

const SELECT_HEAD: &str = "
## A pull policy, natively

The first column is the time of `Policy::select`, which the service runs, divided by the time of `PatternSet::filter`.
`select` decides about the first 200,000 of those images with the same patterns in `include`. Times are in milliseconds,
the best of five runs.

| patterns | select ÷ filter | filter | select | taken |
|---:|---:|---:|---:|---:|";

/// So many images `Policy::select` decides about.
const SELECTED: usize = 200_000;

fn main() {
    let mut random = Random(88_172_645_463_325_252);
    let images: Vec<String> = (0..IMAGES).map(|_| random.image()).collect();
    println!("{HEAD}");
    let inventory: Vec<Image> = images[..SELECTED]
        .iter()
        .map(|image| listed(image))
        .collect();
    let mut selects = Vec::new();
    for count in [1, 64, 4096] {
        let patterns: Vec<String> = (0..count).map(|index| random.pattern(index)).collect();
        // Many patterns take a peer so long that only a part is measured.
        let part = if count > 1000 { 2000 } else { IMAGES };
        let ours = PatternSet::new(&patterns).unwrap();
        let regexes = regex_set(&patterns);
        let globs = glob_set(&patterns);
        let halves: Vec<_> = patterns.iter().map(|pattern| split(pattern)).collect();

        let (all, time) = timed(&images, |images| ours.filter(images).len());
        let taken = ours.filter(&images[..part]).len();
        let (by_regexes, regex_time) = timed(&images[..part], |images| {
            images
                .iter()
                .filter(|image| regexes.is_match(image.as_bytes()))
                .count()
        });
        let (by_globs, glob_time) = timed(&images[..part], |images| {
            images
                .iter()
                .filter(|image| globs.is_match(image.as_str()))
                .count()
        });
        let (by_loop, loop_time) = timed(&images[..part], |images| {
            images.iter().filter(|image| naive(&halves, image)).count()
        });
        assert_eq!(
            [by_regexes, by_globs, by_loop],
            [taken; 3],
            "the peers must take the same images"
        );
        let theirs = [regex_time, glob_time, loop_time];
        let ratios = theirs
            .map(|peer| format!("{:.1} ×", peer as f64 / time as f64))
            .join(" | ");
        let times = theirs.map(milliseconds).join(" | ");
        println!(
            "| {count} | {ratios} | {} | {times} | {all} |",
            milliseconds(time)
        );
        selects.push(select_beside_filter(
            count,
            ours,
            &images[..SELECTED],
            &inventory,
        ));
    }
    println!("{SELECT_HEAD}");
    for row in selects {
        println!("{row}");
    }
}

/// A row of the second table.
fn select_beside_filter(
    count: usize,
    include: PatternSet,
    images: &[String],
    inventory: &[Image],
) -> String {
    let policy = Policy {
        include,
        ..Policy::default()
    };
    let (mut filter, mut select) = (u128::MAX, u128::MAX);
    let mut taken = (0, 0);
    for _ in 0..5 {
        let start = Instant::now();
        taken.0 = black_box(policy.include.filter(black_box(images))).len();
        filter = filter.min(start.elapsed().as_micros());
        let start = Instant::now();
        let decisions = black_box(policy.select(black_box(inventory), 0));
        select = select.min(start.elapsed().as_micros());
        taken.1 = decisions
            .iter()
            .filter(|decision| decision.selected)
            .count();
    }
    assert_eq!(taken.0, taken.1, "both must take the same images");
    format!(
        "| {count} | {:.1} × | {:.1} | {:.1} | {} |",
        select as f64 / filter as f64,
        filter as f64 / 1000.0,
        select as f64 / 1000.0,
        taken.0
    )
}

/// An image of an inventory.
fn listed(image: &str) -> Image {
    let (repository, tag) = split(image);
    Image {
        repository: repository.to_owned(),
        tag: tag.to_owned(),
        ..Image::default()
    }
}

/// The result, and the best of three times in microseconds for a million images.
fn timed(images: &[String], run: impl Fn(&[String]) -> usize) -> (usize, u128) {
    let mut best = u128::MAX;
    let mut result = 0;
    for _ in 0..3 {
        let start = Instant::now();
        result = black_box(run(black_box(images)));
        best = best.min(start.elapsed().as_micros() * (IMAGES / images.len()) as u128);
    }
    (result, best)
}

fn milliseconds(microseconds: u128) -> String {
    format!("{:.0}", microseconds as f64 / 1000.0)
}

fn split(pattern: &str) -> (&str, &str) {
    pattern.split_once(':').unwrap_or((pattern, ""))
}

fn naive(patterns: &[(&str, &str)], image: &str) -> bool {
    let (name, tag) = image.rsplit_once(':').unwrap_or((image, ""));
    patterns
        .iter()
        .any(|(in_name, in_tag)| name.contains(in_name) && tag.contains(in_tag))
}

fn regex_set(patterns: &[String]) -> RegexSet {
    let expressions = patterns.iter().map(|pattern| match split(pattern) {
        (name, "") => format!("^[^:]*{}", regex::escape(name)),
        ("", tag) => format!(":.*{}", regex::escape(tag)),
        (name, tag) => format!(
            "^[^:]*{}[^:]*:.*{}",
            regex::escape(name),
            regex::escape(tag)
        ),
    });
    RegexSetBuilder::new(expressions)
        .unicode(false)
        .size_limit(1 << 30)
        .build()
        .unwrap()
}

fn glob_set(patterns: &[String]) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let glob = match split(pattern) {
            (name, "") => format!("*{name}*"),
            ("", tag) => format!("*:*{tag}*"),
            (name, tag) => format!("*{name}*:*{tag}*"),
        };
        set.add(Glob::new(&glob).unwrap());
    }
    set.build().unwrap()
}

/// Marsaglia's xorshift: the same names on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }

    fn word(&mut self) -> &'static str {
        WORDS[self.below(WORDS.len())]
    }

    /// `core/nginx-auth-417:3.11.62`
    fn image(&mut self) -> String {
        let team = TEAMS[self.below(TEAMS.len())];
        let (first, second) = (self.word(), self.word());
        format!(
            "{team}/{first}-{second}-{}:{}",
            self.below(1000),
            self.tag()
        )
    }

    fn tag(&mut self) -> String {
        format!("{}.{}.{}", self.below(9), self.below(20), self.below(100))
    }

    /// A name part, a tag part or both, in turn.
    fn pattern(&mut self, index: usize) -> String {
        let (first, second) = (self.word(), self.word());
        match index % 3 {
            0 => format!("{first}-{second}-{}", self.below(1000)),
            1 => format!("{first}-{second}-{}:{}.", self.below(1000), self.below(9)),
            _ => format!(":{}", self.tag()),
        }
    }
}
