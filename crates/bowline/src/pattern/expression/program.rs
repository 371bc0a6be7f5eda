//! What an expression is compiled to, and how it is run.

use super::set::Set;

/// The steps of an expression, to be walked along the text on all ways at once.
#[derive(Debug, Default)]
pub(super) struct Program {
    pub(super) steps: Vec<Step>,
    pub(super) sets: Vec<Set>,
}

/// One step. Where it leads elsewhere than to the next one, it says how far away that is, so that a piece of a program
/// can be moved and copied.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// Takes this character.
    Byte(u8),
    /// Takes a character of the set at this place.
    OneOf(u32),
    /// Takes nothing, and goes on where this holds.
    Look(Look),
    /// Goes on with the next step, and with another.
    Split(i32),
    /// Goes on with another step.
    Jump(i32),
}

/// What must hold between two characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Start,
    End,
    /// The start of a line; lines end in `\n`.
    LineStart,
    LineEnd,
    /// The start of a line; lines end in `\n`, `\r` or `\r\n`.
    CrlfStart,
    CrlfEnd,
    WordEdge,
    NoWordEdge,
    WordStart,
    WordEnd,
    /// No word ends here.
    NoWordBefore,
    NoWordAfter,
}

impl Program {
    /// Whether the expression matches somewhere in the text.
    pub(super) fn finds(&self, text: &[u8]) -> bool {
        let anchored = matches!(self.steps.first(), Some(Step::Look(Look::Start)));
        let (mut ways, mut onwards) = (Vec::new(), Vec::new());
        // For each step the place where it was last come to.
        let mut seen = vec![usize::MAX; self.steps.len()];
        for at in 0..=text.len() {
            if at == 0 || !anchored {
                ways.push(0);
            } else if ways.is_empty() {
                return false;
            }
            while let Some(way) = ways.pop() {
                let (Some(step), Some(seen)) = (self.steps.get(way), seen.get_mut(way)) else {
                    // Past the last step.
                    return true;
                };
                if *seen == at {
                    continue;
                }
                *seen = at;
                let next = way.saturating_add(1);
                let byte = text.get(at);
                match *step {
                    Step::Byte(wanted) if byte == Some(&wanted) => onwards.push(next),
                    Step::OneOf(set) if byte.is_some_and(|&byte| self.set_has(set, byte)) => {
                        onwards.push(next);
                    }
                    Step::Byte(_) | Step::OneOf(_) => {}
                    Step::Look(look) if look.holds(text, at) => ways.push(next),
                    Step::Look(_) => {}
                    Step::Split(far) => ways.extend([next, target(way, far)]),
                    Step::Jump(far) => ways.push(target(way, far)),
                }
            }
            std::mem::swap(&mut ways, &mut onwards);
        }
        false
    }

    fn set_has(&self, set: u32, byte: u8) -> bool {
        usize::try_from(set)
            .ok()
            .and_then(|set| self.sets.get(set))
            .is_some_and(|set| set.contains(byte))
    }
}

fn target(from: usize, far: i32) -> usize {
    isize::try_from(far).map_or(usize::MAX, |far| from.saturating_add_signed(far))
}

impl Look {
    fn holds(self, text: &[u8], at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|at| text.get(at));
        let after = text.get(at);
        let is_word = |byte: Option<&u8>| {
            byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        };
        let (word_before, word_after) = (is_word(before), is_word(after));
        match self {
            Self::Start => before.is_none(),
            Self::End => after.is_none(),
            Self::LineStart => matches!(before, None | Some(b'\n')),
            Self::LineEnd => matches!(after, None | Some(b'\n')),
            Self::CrlfStart => match before {
                None | Some(b'\n') => true,
                before => before == Some(&b'\r') && after != Some(&b'\n'),
            },
            Self::CrlfEnd => match after {
                None | Some(b'\r') => true,
                after => after == Some(&b'\n') && before != Some(&b'\r'),
            },
            Self::WordEdge => word_before != word_after,
            Self::NoWordEdge => word_before == word_after,
            Self::WordStart => !word_before && word_after,
            Self::WordEnd => word_before && !word_after,
            Self::NoWordBefore => !word_before,
            Self::NoWordAfter => !word_after,
        }
    }
}
