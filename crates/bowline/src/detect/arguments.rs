//! The arguments of a command: options and other words.

use super::programs::{PROGRAMS, VERBS};
use crate::text::contains;

/// The arguments of a command, sorted.
#[derive(Debug)]
pub(crate) struct Arguments<'a> {
    options: Vec<(&'a str, &'a str)>,
    /// What is no option and no option's value.
    pub(crate) others: Vec<&'a str>,
}

impl<'a> Arguments<'a> {
    /// Sorts `words`. `valued` are the options after which the word is their value, with their hyphens and a space between
    /// them: `-u --username`.
    pub(crate) fn of(words: &'a [String], valued: &str) -> Self {
        Self::sort(words, valued, true)
    }

    /// Sorts `words`, where every option has a value but `switches`.
    pub(crate) fn with_switches(words: &'a [String], switches: &str) -> Self {
        Self::sort(words, switches, false)
    }

    fn sort(words: &'a [String], names: &str, have_value: bool) -> Self {
        let takes_value = |name: &str| names.split(' ').any(|known| known == name) == have_value;
        let mut sorted = Self {
            options: Vec::new(),
            others: Vec::new(),
        };
        let mut words = words.iter().map(String::as_str).peekable();
        while let Some(word) = words.next() {
            if word == "--" {
                sorted.others.extend(words);
                break;
            }
            if !word.starts_with('-') || word.len() == 1 {
                // Another command follows whose line break was lost.
                let is_command = PROGRAMS.contains(&word)
                    && words.peek().is_some_and(|next| VERBS.contains(next));
                if is_command {
                    break;
                }
                sorted.others.push(word);
                continue;
            }
            if word.starts_with("--") {
                match word.split_once('=') {
                    Some((name, value)) => sorted.options.push((name, value)),
                    None if takes_value(word) => {
                        sorted.options.push((word, words.next().unwrap_or("")));
                    }
                    None => sorted.options.push((word, "")),
                }
                continue;
            }
            // `-it`, `-uscanner`, `-u=scanner`, `-u scanner`.
            for (at, letter) in word.char_indices().skip(1) {
                let end = at.saturating_add(letter.len_utf8());
                let Some(name) = SHORT
                    .iter()
                    .find(|name| name.ends_with(letter) && takes_value(name))
                else {
                    continue;
                };
                let attached = word.get(end..).unwrap_or("");
                let value = match attached.strip_prefix('=').unwrap_or(attached) {
                    "" => words.next().unwrap_or(""),
                    value => value,
                };
                sorted.options.push((name, value));
                break;
            }
        }
        sorted
    }

    /// The value of the first of `names` that is there; empty where none is.
    pub(crate) fn option(&self, names: &[&str]) -> &'a str {
        let is_named = |(name, _): &&(&str, &str)| names.contains(name);
        self.options
            .iter()
            .find(is_named)
            .map_or("", |(_, value)| *value)
    }

    /// Returns true if the option is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.options.iter().any(|(known, _)| *known == name)
    }
}

/// Every option of one letter that may take a value.
const SHORT: [&str; 30] = [
    "-a", "-b", "-c", "-e", "-f", "-g", "-h", "-H", "-i", "-k", "-l", "-m", "-n", "-N", "-o", "-p",
    "-P", "-q", "-r", "-s", "-S", "-t", "-T", "-u", "-v", "-w", "-x", "-y", "-d", "-D",
];

/// The words that follow the verbs of a command, in this order: `["registry", "login"]`. Options may stand before and
/// between them.
pub(crate) fn after<'a>(words: &'a [String], verbs: &[&str]) -> Option<&'a [String]> {
    let mut rest = words;
    for verb in verbs {
        rest = find_verb(rest, &|word| word == *verb)?.1;
    }
    Some(rest)
}

/// The first word that `is_verb`, and those that follow. Only options and their values may stand before it.
pub(crate) fn find_verb<'a>(
    words: &'a [String],
    is_verb: &dyn Fn(&str) -> bool,
) -> Option<(&'a str, &'a [String])> {
    let mut follows_option = false;
    let mut rest = words;
    while let [word, after @ ..] = rest {
        if is_verb(word) {
            return Some((word, after));
        }
        let is_option = word.starts_with('-');
        if !is_option && !follows_option {
            return None;
        }
        follows_option = is_option && !contains(word, "=");
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Arguments, after};

    fn split(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn options_are_told_from_other_words() {
        for text in [
            "-u scanner host",
            "-uscanner host",
            "-u=scanner host",
            "--username scanner host",
            "host --username=scanner",
            "-qu scanner host",
            "-u scanner -- host",
            "-u scanner host docker pull x",
        ] {
            let words = split(text);
            let arguments = Arguments::of(&words, "-u --username");
            assert_eq!(arguments.option(&["-u", "--username"]), "scanner", "{text}");
            assert_eq!(arguments.others, ["host"], "{text}");
        }
    }

    #[test]
    fn verbs_may_have_options_before_them() {
        for text in [
            "registry login x",
            "--config a registry login x",
            "-D registry --y=z login x",
        ] {
            assert_eq!(
                after(&split(text), &["registry", "login"]),
                Some(&["x".to_owned()][..]),
                "{text}"
            );
        }
        for text in ["login x", "registry", "x registry login"] {
            assert_eq!(after(&split(text), &["registry", "login"]), None, "{text}");
        }
    }
}
