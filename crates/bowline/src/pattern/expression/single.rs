//! Parses what stands for one character or for a place: characters, escapes and classes.

use super::{
    parse::{Flags, Parsed, Parser, because, need},
    program::{Look, Step},
    set::Set,
};

enum Single {
    Character(char),
    OneOf(Set),
    Look(Look),
}

impl Parser<'_> {
    /// The step for what comes next, which is neither a group nor a repetition.
    pub(super) fn single(&mut self) -> Parsed<Step> {
        let Flags {
            many_lines,
            dot_takes_all,
            crlf,
            ..
        } = self.flags;
        let single = match self.next() {
            Some(b'\\') => self.escape()?,
            Some(b'[') => Single::OneOf(self.class()?),
            Some(b'.') => Single::OneOf(match (dot_takes_all, crlf) {
                (true, _) => Set::of(b"\0\x7f"),
                (false, true) => Set::of(b"\n\n\r\r").negated(),
                (false, false) => Set::of(b"\n\n").negated(),
            }),
            Some(b'^') => Single::Look(match (many_lines, crlf) {
                (false, _) => Look::Start,
                (true, false) => Look::LineStart,
                (true, true) => Look::CrlfStart,
            }),
            Some(b'$') => Single::Look(match (many_lines, crlf) {
                (false, _) => Look::End,
                (true, false) => Look::LineEnd,
                (true, true) => Look::CrlfEnd,
            }),
            byte => Single::Character(char::from(byte.unwrap_or_default())),
        };
        let set = match single {
            Single::Look(look) => return Ok(Step::Look(look)),
            Single::OneOf(set) => set,
            Single::Character(one) if one.is_ascii() && !self.has_two_cases(one) => {
                return Ok(Step::Byte(one.try_into().unwrap_or_default()));
            }
            Single::Character(one) => Set::range(one, one).in_any_case(),
        };
        let place = u32::try_from(self.program.sets.len()).unwrap_or(u32::MAX);
        self.program.sets.push(set);
        Ok(Step::OneOf(place))
    }

    fn has_two_cases(&self, character: char) -> bool {
        self.flags.any_case && character.is_ascii_alphabetic()
    }

    /// What follows a backslash.
    fn escape(&mut self) -> Parsed<Single> {
        let Some(byte) = self.next() else {
            return because("nothing follows the last “\\”");
        };
        let character = match byte {
            b'x' => self.hexadecimal(2)?,
            b'u' => self.hexadecimal(4)?,
            b'U' => self.hexadecimal(8)?,
            b'a' => '\u{7}',
            b't' => '\t',
            b'n' => '\n',
            b'v' => '\u{b}',
            b'f' => '\u{c}',
            b'r' => '\r',
            b'd' => return Ok(Single::OneOf(Set::of(Set::DIGIT))),
            b'D' => return Ok(Single::OneOf(Set::of(Set::DIGIT).negated())),
            b's' => return Ok(Single::OneOf(Set::of(Set::SPACE))),
            b'S' => return Ok(Single::OneOf(Set::of(Set::SPACE).negated())),
            b'w' => return Ok(Single::OneOf(Set::of(Set::WORD))),
            b'W' => return Ok(Single::OneOf(Set::of(Set::WORD).negated())),
            b'A' => return Ok(Single::Look(Look::Start)),
            b'z' => return Ok(Single::Look(Look::End)),
            b'b' => return self.word_edge().map(Single::Look),
            b'B' => return Ok(Single::Look(Look::NoWordEdge)),
            b'<' => return Ok(Single::Look(Look::WordStart)),
            b'>' => return Ok(Single::Look(Look::WordEnd)),
            byte => {
                let sound = !byte.is_ascii_alphanumeric();
                need(sound, "this letter or digit has no meaning after a “\\”")?;
                char::from(byte)
            }
        };
        Ok(Single::Character(character))
    }

    /// What follows `\b`.
    fn word_edge(&mut self) -> Parsed<Look> {
        let edges: [(&[u8], Look); 4] = [
            (b"{start}", Look::WordStart),
            (b"{end}", Look::WordEnd),
            (b"{start-half}", Look::NoWordBefore),
            (b"{end-half}", Look::NoWordAfter),
        ];
        if let Some((_, look)) = edges.into_iter().find(|(name, _)| self.take(name)) {
            return Ok(look);
        }
        match self.rest {
            [b'{', b'a'..=b'z' | b'A'..=b'Z' | b'-', ..] => {
                because("after “\\b” the braces hold “start”, “end”, “start-half” or “end-half”")
            }
            _ => Ok(Look::WordEdge),
        }
    }

    /// A character by its number: of so many digits, or of any in braces.
    fn hexadecimal(&mut self, digits: usize) -> Parsed<char> {
        let braced = self.take(b"{");
        let in_braces = self.rest.iter().position(|&byte| byte == b'}');
        let end = if braced { in_braces } else { Some(digits) };
        let number = end.and_then(|end| self.rest.get(..end)).unwrap_or_default();
        let value = number.iter().try_fold(0_u32, |value, &digit| {
            let digit = char::from(digit).to_digit(16)?;
            value.checked_mul(16)?.checked_add(digit)
        });
        self.skip(number.len().saturating_add(usize::from(braced)));
        match value.and_then(char::from_u32) {
            Some(character) if !number.is_empty() => Ok(character),
            _ => because("a character's number is hexadecimal, as in “\\x2d” or “\\u{2d}”"),
        }
    }

    /// What follows `[`.
    fn class(&mut self) -> Parsed<Set> {
        let mut set = Set::EMPTY;
        let negated = self.peek() == Some(b'^') && self.take(b"^");
        // Where they come first, one bracket or any hyphens are ordinary characters.
        if self.peek() == Some(b']') {
            self.next();
            set.add(']', ']');
        } else {
            while self.peek() == Some(b'-') {
                self.next();
                set.add('-', '-');
            }
        }
        loop {
            match self.peek() {
                None => return because("a class is not closed"),
                Some(b']') => break,
                Some(b'[') => match self.posix_class() {
                    Some(named) => set.add_all(&named),
                    None => return because("a class cannot hold another one"),
                },
                Some(mark @ (b'&' | b'-' | b'~')) if self.rest.get(1) == Some(&mark) => {
                    return because("classes cannot be combined");
                }
                Some(_) => self.class_item(&mut set)?,
            }
        }
        self.next();
        if self.flags.any_case {
            set = set.in_any_case();
        }
        Ok(if negated { set.negated() } else { set })
    }

    /// A character of a class, or a range of them.
    fn class_item(&mut self, set: &mut Set) -> Parsed<()> {
        let first = self.class_character()?;
        if self.peek() == Some(b'-') && !matches!(self.rest.get(1), Some(b']' | b'-')) {
            self.next();
            self.skip_comment();
            return match (first, self.class_character()?) {
                (Single::Character(first), Single::Character(last)) if first <= last => {
                    set.add(first, last);
                    Ok(())
                }
                _ => because("a range is from one character to a later one"),
            };
        }
        match first {
            Single::Character(one) => set.add(one, one),
            Single::OneOf(named) => set.add_all(&named),
            Single::Look(_) => return because("a class holds characters only"),
        }
        Ok(())
    }

    fn class_character(&mut self) -> Parsed<Single> {
        match self.next() {
            None => because("a class is not closed"),
            Some(b'\\') => Ok(match self.escape()? {
                // `regex-lite` reads it as two characters, which begin and end no range.
                Single::Character(one) if self.has_two_cases(one) => {
                    Single::OneOf(Set::range(one, one))
                }
                single => single,
            }),
            Some(byte) => Ok(Single::Character(char::from(byte))),
        }
    }

    /// `[:name:]` or `[:^name:]`.
    fn posix_class(&mut self) -> Option<Set> {
        let rest = self.rest.strip_prefix(b"[:")?;
        let (negated, rest) = match rest.strip_prefix(b"^") {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let end = rest.iter().position(|&byte| byte == b':')?;
        let set = Set::named(rest.get(..end)?)?;
        self.rest = rest.get(end..)?.strip_prefix(b":]")?;
        Some(if negated { set.negated() } else { set })
    }
}
