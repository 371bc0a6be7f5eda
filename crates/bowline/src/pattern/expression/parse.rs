//! Parses an expression, and compiles it on the way: groups, alternatives and repetitions.

use super::program::{Program, Step};

/// Why an expression is refused.
pub(super) enum Refusal {
    /// It sets the flag `u`.
    Unicode,
    /// What is wrong.
    Because(&'static str),
}

pub(super) type Parsed<T> = Result<T, Refusal>;

/// How deep groups may nest, and how high an expression may be; as `regex-lite` has it.
const MOST_NESTED: u32 = 50;

/// How many steps an expression may have, its repetitions written out: about what `regex-lite`'s memory is limited to.
const MOST_STEPS: usize = 1 << 18;

/// The program of an expression.
pub(super) fn program(text: &[u8]) -> Parsed<Program> {
    let mut parser = Parser {
        rest: text,
        flags: Flags::default(),
        names: Vec::new(),
        program: Program::default(),
    };
    let whole = parser.alternatives(0)?;
    need(parser.rest.is_empty(), "a “)” closes no group")?;
    need(whole.height <= MOST_NESTED, "it nests too deeply")?;
    Ok(parser.program)
}

pub(super) struct Parser<'a> {
    pub(super) rest: &'a [u8],
    pub(super) flags: Flags,
    names: Vec<&'a [u8]>,
    pub(super) program: Program,
}

#[derive(Clone, Copy, Default)]
pub(super) struct Flags {
    pub(super) any_case: bool,
    pub(super) many_lines: bool,
    pub(super) dot_takes_all: bool,
    pub(super) crlf: bool,
    comments: bool,
}

/// A part of the expression, whose steps are the last ones of the program so far.
#[derive(Clone, Copy)]
struct Piece {
    /// Its first step.
    start: usize,
    /// How many levels of lists, groups and repetitions it has.
    height: u32,
}

impl Parser<'_> {
    /// Alternatives, up to the end or to the `)` of the group that they are in.
    fn alternatives(&mut self, depth: u32) -> Parsed<Piece> {
        need(depth <= MOST_NESTED, "it nests too deeply")?;
        let mut last = self.sequence(depth)?;
        let mut whole = last;
        let mut ends = Vec::new();
        while self.take(b"|") {
            let other = self.length_from(last.start).saturating_add(2);
            let steps = &mut self.program.steps;
            steps.insert(last.start, Step::Split(other));
            ends.push(steps.len());
            steps.push(Step::Jump(0));
            last = self.sequence(depth)?;
            whole.height = whole.height.max(last.height);
        }
        whole.height = whole.height.saturating_add(u32::from(!ends.is_empty()));
        for end in ends {
            let to_end = self.length_from(end);
            if let Some(step) = self.program.steps.get_mut(end) {
                *step = Step::Jump(to_end);
            }
        }
        Ok(whole)
    }

    /// What follows one another, up to a `|`, a `)` or the end.
    fn sequence(&mut self, depth: u32) -> Parsed<Piece> {
        let start = self.program.steps.len();
        let mut pieces: Vec<Piece> = Vec::new();
        loop {
            let start = self.program.steps.len();
            let piece = match self.peek() {
                None | Some(b'|' | b')') => break,
                Some(b'?' | b'*' | b'+' | b'{') => match pieces.pop() {
                    Some(piece) => self.repetition(piece)?,
                    None => return because("there is nothing to repeat"),
                },
                Some(b'(') => match self.group(depth)? {
                    Some(piece) => piece,
                    None => continue,
                },
                Some(_) => {
                    let step = self.single()?;
                    self.program.steps.push(step);
                    Piece { start, height: 0 }
                }
            };
            pieces.push(piece);
        }
        if let [one] = pieces.as_slice() {
            return Ok(*one);
        }
        let heights = pieces.iter().map(|piece| piece.height.saturating_add(1));
        let height = heights.max().unwrap_or(0);
        Ok(Piece { start, height })
    }

    /// A group in parentheses; nothing where it only sets flags for what follows it.
    fn group(&mut self, depth: u32) -> Parsed<Option<Piece>> {
        self.next();
        self.skip_comment();
        let outer = self.flags;
        let looks: [&[u8]; 4] = [b"?=", b"?!", b"?<=", b"?<!"];
        let looks = looks.iter().any(|look| self.rest.starts_with(look));
        need(!looks, "looking ahead or behind is not supported")?;
        let mut captures = true;
        if self.take(b"?P<") || self.take(b"?<") {
            self.name()?;
        } else if self.take(b"?") {
            captures = false;
            if self.flags()? == b')' {
                return Ok(None);
            }
        }
        let Piece { start, height } = self.alternatives(depth.saturating_add(1))?;
        need(self.take(b")"), "a group is not closed")?;
        self.flags = outer;
        let height = height.saturating_add(u32::from(captures));
        Ok(Some(Piece { start, height }))
    }

    /// A group's name and the `>` after it.
    fn name(&mut self) -> Parsed<()> {
        let end = self.rest.iter().position(|&byte| byte == b'>');
        let name = end.and_then(|end| self.rest.get(..end)).unwrap_or_default();
        let mut sound = !name.is_empty() && !self.names.contains(&name);
        for (at, byte) in name.iter().enumerate() {
            let inner = matches!(byte, b'.' | b'[' | b']' | b'0'..=b'9');
            sound &= *byte == b'_' || byte.is_ascii_alphabetic() || (inner && at > 0);
        }
        need(sound, "a group has no name, or one that is not possible")?;
        self.names.push(name);
        self.skip(name.len().saturating_add(1));
        Ok(())
    }

    /// Sets flags, up to the `:` or `)` that ends them.
    fn flags(&mut self) -> Parsed<u8> {
        let mut seen = Vec::new();
        // What tells nothing about whether there is a match.
        let mut other = true;
        loop {
            let on = !seen.contains(&b'-');
            let flag = self.next();
            let known = match flag {
                Some(b':') if seen.last() != Some(&b'-') => return Ok(b':'),
                Some(b')') if !matches!(seen.last(), None | Some(b'-')) => return Ok(b')'),
                Some(b'-' | b'U') => &mut other,
                Some(b'i') => &mut self.flags.any_case,
                Some(b'm') => &mut self.flags.many_lines,
                Some(b's') => &mut self.flags.dot_takes_all,
                Some(b'R') => &mut self.flags.crlf,
                Some(b'x') => &mut self.flags.comments,
                Some(b'u') => return Err(Refusal::Unicode),
                _ => return because("a group's flags are some of “imsxRU”, then “:” or “)”"),
            };
            let flag = flag.unwrap_or_default();
            *known = on;
            need(!seen.contains(&flag), "a flag stands twice")?;
            seen.push(flag);
        }
    }

    /// Repeats the piece before.
    fn repetition(&mut self, piece: Piece) -> Parsed<Piece> {
        let (least, most) = match self.next() {
            Some(b'?') => (0, Some(1)),
            Some(b'*') => (0, None),
            Some(b'+') => (1, None),
            _ => self.counts()?,
        };
        // Whether it takes as few as it can makes no difference.
        self.take(b"?");
        let length = self.length_from(piece.start);
        let block = length.saturating_add(1);
        let copies = most.unwrap_or(least.max(1));
        let fits = usize::try_from(copies.saturating_mul(block)).is_ok_and(|all| all <= MOST_STEPS);
        need(fits, "its repetitions are too long")?;

        let steps = &mut self.program.steps;
        let body = steps.split_off(piece.start);
        for _ in 0..least {
            steps.extend_from_slice(&body);
        }
        match most {
            // Back to the last copy.
            None if least > 0 => steps.push(Step::Split(length.saturating_neg())),
            None => {
                steps.push(Step::Split(block.saturating_add(1)));
                steps.extend_from_slice(&body);
                steps.push(Step::Jump(block.saturating_neg()));
            }
            // Each further copy may be passed over, together with those behind it.
            Some(most) => {
                for left in (1..=most.saturating_sub(least)).rev() {
                    steps.push(Step::Split(block.saturating_mul(left)));
                    steps.extend_from_slice(&body);
                }
            }
        }
        let height = match (least, most) {
            (_, Some(0)) => 0,
            (1, Some(1)) => piece.height,
            _ => piece.height.saturating_add(1),
        };
        Ok(Piece { height, ..piece })
    }

    /// What stands in the braces of a repetition.
    fn counts(&mut self) -> Parsed<(i32, Option<i32>)> {
        let least = self.number()?;
        let most = if !self.take(b",") {
            Some(least)
        } else if self.peek() == Some(b'}') {
            None
        } else {
            Some(self.number()?)
        };
        need(self.take(b"}"), "a repetition's braces are not closed")?;
        let sound = most.is_none_or(|most| most >= least);
        need(sound, "a repetition's first number is the larger one")?;
        self.skip_comment();
        Ok((least, most))
    }

    /// A number; one that is too large is the largest.
    fn number(&mut self) -> Parsed<i32> {
        let digits = self.rest.iter().take_while(|byte| byte.is_ascii_digit());
        let digits = digits.count();
        need(digits > 0, "a repetition's braces hold one number or two")?;
        let mut number = 0_i32;
        for digit in self.rest.iter().take(digits) {
            let digit = i32::from(digit.wrapping_sub(b'0'));
            number = number.saturating_mul(10).saturating_add(digit);
        }
        self.skip(digits);
        Ok(number)
    }

    /// How many steps there are from `start` on.
    fn length_from(&self, start: usize) -> i32 {
        let length = self.program.steps.len().saturating_sub(start);
        i32::try_from(length).unwrap_or(i32::MAX)
    }

    /// The next character, behind a comment.
    pub(super) fn peek(&mut self) -> Option<u8> {
        self.skip_comment();
        self.rest.first().copied()
    }

    /// Where comments are allowed, one reaches to the end: an expression has no line breaks.
    pub(super) fn skip_comment(&mut self) {
        if self.flags.comments && self.rest.first() == Some(&b'#') {
            self.rest = &[];
        }
    }

    pub(super) fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    /// Passes over a text, if it comes next.
    pub(super) fn take(&mut self, text: &[u8]) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    pub(super) fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }
}

/// Refuses the expression unless this holds.
pub(super) fn need(holds: bool, reason: &'static str) -> Parsed<()> {
    if holds { Ok(()) } else { because(reason) }
}

pub(super) fn because<T>(reason: &'static str) -> Parsed<T> {
    Err(Refusal::Because(reason))
}
