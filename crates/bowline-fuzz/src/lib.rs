//! Fuzzing on stable Rust: a parser's test provides valid texts and gets many nearly valid ones.
//!
//! A strategy that builds inputs from a grammar finds only what its author thought of. This one makes random edits to
//! real texts (the vector files, headers of real registries): it removes pieces, repeats them, swaps them with pieces
//! of another text, and inserts marks. proptest shrinks failing inputs. Every run has the same inputs, so failures
//! repeat. `BOWLINE_FUZZ_INPUTS=1000000 cargo test --release fuzz` reads more of them.

use std::env;

use proptest::{
    prelude::*,
    sample::{Index, select},
    test_runner::{RngSeed, TestRunner},
};

/// The default number of inputs per target: a few seconds for all targets in a debug build.
const INPUTS: u32 = 5_000;

/// Text that often breaks parsers.
const MARKS: [&str; 48] = [
    "",
    " ",
    "\t",
    "\n",
    "\r\n",
    "\0",
    "\u{feff}",
    "\u{200b}",
    "ü",
    "😀",
    "e\u{301}",
    ":",
    "/",
    "//",
    "://",
    "\\",
    "@",
    "?",
    "#",
    "&",
    "=",
    ",",
    ";",
    ".",
    "..",
    "-",
    "_",
    "+",
    "*",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "<",
    ">",
    "\"",
    "'",
    "%2f",
    "$",
    "|",
    "~",
    "^",
    "0",
    "A",
    "65536",
    "99999999999999999999",
];

/// Calls `check` with the inputs of a strategy. `check` panics if an invariant does not hold.
///
/// # Panics
/// If `check` panics, with the smallest input for which it does.
pub fn fuzz<S: Strategy>(inputs: S, check: impl Fn(S::Value)) {
    let cases = match env::var("BOWLINE_FUZZ_INPUTS") {
        Ok(number) => number.parse().expect("BOWLINE_FUZZ_INPUTS is a number"),
        Err(_) => INPUTS,
    };
    let config = ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(0),
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let outcome = TestRunner::new(config).run(&inputs, |input| {
        check(input);
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

/// Returns a strategy for texts near `seeds`.
pub fn near<T: Into<String>>(seeds: impl IntoIterator<Item = T>) -> impl Strategy<Value = String> {
    let seeds: Vec<String> = seeds.into_iter().map(Into::into).collect();
    (select(seeds.clone()), edits(seeds)).prop_map(|(text, edits)| edits.of(&text))
}

/// Returns a strategy for edits, which can insert pieces of `others`.
pub fn edits(others: Vec<String>) -> impl Strategy<Value = Edits> {
    let place = any::<Index>;
    let edit = prop_oneof![
        (place(), select(MARKS.as_slice()))
            .prop_map(|(at, mark)| Edit::Insert(at, mark.to_owned())),
        (place(), any::<char>()).prop_map(|(at, c)| Edit::Insert(at, c.into())),
        (place(), place()).prop_map(|(from, to)| Edit::Remove(from, to)),
        (place(), place(), 1..300_usize)
            .prop_map(|(from, to, times)| Edit::Repeat(from, to, times)),
        (place(), select(MARKS.as_slice())).prop_map(|(at, mark)| Edit::Exchange(at, mark)),
        (place(), select(others), place())
            .prop_map(|(at, other, from)| Edit::Splice(at, other, from)),
        place().prop_map(Edit::TurnCase),
    ];
    prop::collection::vec(edit, 0..5).prop_map(Edits)
}

/// A sequence of changes to a text.
#[derive(Clone, Debug)]
pub struct Edits(Vec<Edit>);

/// A change to a text. A position is that of a character or the end.
#[derive(Clone, Debug)]
enum Edit {
    Insert(Index, String),
    Remove(Index, Index),
    Repeat(Index, Index, usize),
    Exchange(Index, &'static str),
    Splice(Index, String, Index),
    TurnCase(Index),
}

/// The maximum length of a text, because repeated repetition would only be slow.
const LONGEST: usize = 8192;

impl Edits {
    /// Returns the text with the changes applied.
    pub fn of(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, edit| {
            let changed = edit.of(&text);
            if changed.len() > LONGEST {
                text
            } else {
                changed
            }
        })
    }
}

impl Edit {
    fn of(&self, text: &str) -> String {
        match self {
            Self::Insert(at, piece) => {
                let (before, after) = split(text, at);
                [before, piece, after].concat()
            }
            Self::Remove(from, to) => {
                let (before, _, after) = piece(text, from, to);
                [before, after].concat()
            }
            Self::Repeat(from, to, times) => {
                let (before, piece, after) = piece(text, from, to);
                // Long pieces seldom, short ones often.
                let times = times.checked_div(piece.len()).unwrap_or(0).max(2);
                [before, &piece.repeat(times), after].concat()
            }
            Self::Exchange(at, mark) => {
                let (before, after) = split(text, at);
                let mut rest = after.chars();
                rest.next();
                [before, mark, rest.as_str()].concat()
            }
            Self::Splice(at, other, from) => [split(text, at).0, split(other, from).1].concat(),
            Self::TurnCase(at) => {
                let (before, after) = split(text, at);
                let turned = |c: char| {
                    if c.is_ascii_uppercase() {
                        c.to_ascii_lowercase()
                    } else {
                        c.to_ascii_uppercase()
                    }
                };
                let mut rest = after.chars();
                let first: String = rest.next().map(turned).into_iter().collect();
                [before, &first, rest.as_str()].concat()
            }
        }
    }
}

/// A text before and after a place.
fn split<'a>(text: &'a str, at: &Index) -> (&'a str, &'a str) {
    let places: Vec<usize> = text
        .char_indices()
        .map(|(place, _)| place)
        .chain([text.len()])
        .collect();
    text.split_at(*at.get(&places))
}

/// A text before a piece, the piece, and the text after it.
fn piece<'a>(text: &'a str, from: &Index, to: &Index) -> (&'a str, &'a str, &'a str) {
    let (before, rest) = split(text, from);
    let (piece, after) = split(rest, to);
    (before, piece, after)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn inputs_differ_from_each_other_and_from_their_seeds() {
        let seen = std::cell::RefCell::new(HashSet::new());
        fuzz(near(["registry.example.com:5000/team", "ü"]), |text| {
            seen.borrow_mut().insert(text);
        });
        assert!(seen.borrow().len() > 1000, "{}", seen.borrow().len());
    }

    #[test]
    #[should_panic(expected = "minimal failing input")]
    fn what_does_not_hold_fails() {
        fuzz(near(["registry.example.com"]), |text| {
            assert!(!text.contains('@'))
        });
    }
}
