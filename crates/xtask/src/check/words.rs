//! Words that American technical documentation does not use, in any text of the repository: pages, comments, messages.

use std::fs;

use anyhow::{Context as _, bail};

use crate::{
    progress::{Screen, Work},
    project::Project,
    tool::Tool,
};

/// This file, which has them all.
const THIS: &str = "crates/xtask/src/check/words.rs";

/// The folder of texts in other languages.
const OTHER_LANGUAGES: &str = "web/src/locales/";

/// The files whose text is read, by the end of their name.
const TEXTS: [&str; 9] = [
    ".css", ".html", ".md", ".mjs", ".rs", ".toml", ".ts", ".yaml", ".yml",
];

/// A word, or the beginning of one (`colour-` for “colours” and “coloured”), and what to write for it.
const WORDS: [(&str, &str); 48] = [
    ("afterwards", "afterward"),
    ("amongst", "among"),
    ("analyse-", "analyze-"),
    ("artefact-", "artifact-"),
    ("authoris-", "authoriz-"),
    ("behaviour-", "behavior-"),
    ("cancelled", "canceled"),
    ("catalogue-", "catalog-"),
    ("centre-", "center-"),
    ("colour-", "color-"),
    ("customis-", "customiz-"),
    ("defence-", "defense-"),
    ("dialled", "dialed"),
    ("favour-", "favor-"),
    ("flavour-", "flavor-"),
    ("grey", "gray"),
    ("honour-", "honor-"),
    ("initialis-", "initializ-"),
    ("judgement-", "judgment-"),
    ("labelled", "labeled"),
    ("labelling", "labeling"),
    ("learnt", "learned"),
    ("left empty", "blank"),
    ("licence-", "license-"),
    ("mend", "fix"),
    ("mended", "fixed"),
    ("mending", "fixing"),
    ("mends", "fixes"),
    ("minimis-", "minimiz-"),
    ("misspelt", "misspelled"),
    ("modelled", "modeled"),
    ("neighbour-", "neighbor-"),
    ("normalis-", "normaliz-"),
    ("optimisa-", "optimiza-"),
    ("optimise-", "optimize-"),
    ("optimisi-", "optimizi-"),
    ("organis-", "organiz-"),
    ("penalis-", "penaliz-"),
    ("programme", "program"),
    ("recognis-", "recogniz-"),
    ("serialis-", "serializ-"),
    ("signalled", "signaled"),
    ("spelt", "spelled"),
    ("summaris-", "summariz-"),
    ("synchronis-", "synchroniz-"),
    ("towards", "toward"),
    ("whilst", "while"),
    ("zerois-", "zeroiz-"),
];

/// Words that are names in the public API of the elements and their messages, and their folder.
const NAMES: [(&str, &str); 2] = [("afterwards", "web/src/"), ("cancelled", "web/")];

/// Looks for them in every text that Git knows.
pub(super) fn check(project: &Project, _: &Screen) -> anyhow::Result<Work> {
    let mut found = Vec::new();
    let listed = Tool::new(project, "git").args(["ls-files"]).read()?;
    let texts = listed
        .lines()
        .filter(|name| *name != THIS && !name.starts_with(OTHER_LANGUAGES))
        .filter(|name| TEXTS.iter().any(|end| name.ends_with(end)));
    for name in texts {
        let text = fs::read_to_string(project.path(name))
            .with_context(|| format!("cannot read {name}"))?;
        for (index, line) in text.lines().enumerate() {
            for (word, instead) in words_of(line).filter(|(word, _)| !is_name(name, word)) {
                found.push(format!("{name}:{}: “{word}”; write “{instead}”", index + 1));
            }
        }
    }
    if !found.is_empty() {
        bail!(
            "words that American technical documentation does not use:\n{}\n  fix it with: the suggested words",
            found.join("\n")
        );
    }
    Ok(Work::Done)
}

/// True if the word is a name of the public API in this file.
fn is_name(file: &str, word: &str) -> bool {
    NAMES
        .into_iter()
        .any(|(name, folder)| name == word && file.starts_with(folder))
}

/// Returns the entries of the table that occur in a line.
fn words_of(line: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let line = line.to_ascii_lowercase();
    WORDS
        .into_iter()
        .filter(move |(word, _)| has_word(&line, word))
}

fn has_word(line: &str, word: &str) -> bool {
    let (word, is_beginning) = match word.strip_suffix('-') {
        Some(beginning) => (beginning, true),
        None => (word, false),
    };
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
    line.match_indices(word).any(|(at, _)| {
        !is_letter(line[..at].chars().next_back())
            && (is_beginning || !is_letter(line[at + word.len()..].chars().next()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_and_beginnings_are_found() {
        for (line, expected) in [
            ("the command that mends it", &["mends"][..]),
            ("Normalised_form", &["normalis-"]),
            ("a field left empty", &["left empty"]),
            ("recommended, amended, Mendel", &[]),
            ("misspelt", &["misspelt"]),
            ("optimistic locking is optimised", &["optimise-"]),
            ("a greyhound", &[]),
            ("what it learnt whilst it ran", &["learnt", "whilst"]),
            ("ünormalised", &[]),
        ] {
            let found: Vec<_> = words_of(line).map(|(word, _)| word).collect();
            assert_eq!(found, expected, "{line}");
        }
    }

    #[test]
    fn names_of_the_public_api_stay_where_they_are() {
        for (file, word, expected) in [
            ("web/src/elements/check-run.ts", "cancelled", true),
            ("web/README.md", "cancelled", true),
            ("docs/tour.md", "cancelled", false),
            ("web/README.md", "afterwards", false),
            ("web/src/english/pulling.ts", "towards", false),
        ] {
            assert_eq!(is_name(file, word), expected, "{file}: {word}");
        }
    }
}
