//! Sets of characters.

/// A set of ASCII characters. Others can be named and are in none: no text has one.
#[derive(Clone, Debug)]
pub(super) struct Set([bool; 128]);

impl Set {
    pub(super) const EMPTY: Self = Self([false; 128]);

    pub(super) const DIGIT: &[u8] = b"09";
    pub(super) const SPACE: &[u8] = b"\t\r  ";
    pub(super) const WORD: &[u8] = b"09AZ__az";

    /// The characters of pairs of a first and a last one.
    pub(super) fn of(pairs: &[u8]) -> Self {
        let mut set = Self::EMPTY;
        for pair in pairs.chunks_exact(2) {
            if let [first, last] = *pair {
                set.add(char::from(first), char::from(last));
            }
        }
        set
    }

    /// The characters from `first` to `last`.
    pub(super) fn range(first: char, last: char) -> Self {
        let mut set = Self::EMPTY;
        set.add(first, last);
        set
    }

    /// The set that `[:name:]` is (POSIX).
    pub(super) fn named(name: &[u8]) -> Option<Self> {
        Some(Self::of(match name {
            b"alnum" => b"09AZaz",
            b"alpha" => b"AZaz",
            b"ascii" => b"\0\x7f",
            b"blank" => b"\t\t  ",
            b"cntrl" => b"\0\x1f\x7f\x7f",
            b"digit" => Self::DIGIT,
            b"graph" => b"!~",
            b"lower" => b"az",
            b"print" => b" ~",
            b"punct" => b"!/:@[`{~",
            b"space" => Self::SPACE,
            b"upper" => b"AZ",
            b"word" => Self::WORD,
            b"xdigit" => b"09AFaf",
            _ => return None,
        }))
    }

    /// Adds the characters from `first` to `last`.
    pub(super) fn add(&mut self, first: char, last: char) {
        for (character, has) in ('\0'..='\x7f').zip(&mut self.0) {
            *has |= (first..=last).contains(&character);
        }
    }

    /// Adds those of another set.
    pub(super) fn add_all(&mut self, other: &Self) {
        for (has, also) in self.0.iter_mut().zip(other.0) {
            *has |= also;
        }
    }

    /// The characters that it has not.
    pub(super) fn negated(self) -> Self {
        Self(self.0.map(|has| !has))
    }

    /// With each letter the same letter in the other case.
    pub(super) fn in_any_case(self) -> Self {
        let mut both = self.clone();
        for letter in 'a'..='z' {
            let other = letter.to_ascii_uppercase();
            if self.contains(letter as u8) || self.contains(other as u8) {
                both.add(letter, letter);
                both.add(other, other);
            }
        }
        both
    }

    pub(super) fn contains(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte)).is_some_and(|has| *has)
    }
}
