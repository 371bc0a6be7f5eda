//! One pattern after the other, of those that an image's letters leave.

use super::{
    super::{Part, Pattern, split_image},
    CompiledPattern,
};

#[derive(Debug)]
pub(crate) struct Small {
    /// For each pattern the pairs that an image must have for it.
    needed: Vec<Pairs>,
}

/// Which pairs of neighbouring bytes a text has, a bit for every kind of them. A text has the pairs of all its parts, so
/// that most patterns are ruled out without a search.
type Pairs = u64;

impl Small {
    pub(crate) fn new(patterns: &[Pattern]) -> Self {
        let needed = |pattern: &Pattern| needed_by(pattern.name()) | needed_by(pattern.tag());
        Self {
            needed: patterns.iter().map(needed).collect(),
        }
    }

    pub(crate) fn matches(&self, patterns: &[CompiledPattern], image: &str) -> bool {
        let pairs = pairs_of(image);
        let mut all = self.needed.iter().zip(patterns);
        all.any(|(needed, pattern)| {
            needed & !pairs == 0 && {
                let (name, tag) = split_image(image);
                pattern.matches(name, tag)
            }
        })
    }

    #[cfg(not(test))]
    pub(crate) fn filter<T: AsRef<str>>(
        &self,
        patterns: &[CompiledPattern],
        images: impl Iterator<Item = T>,
    ) -> Vec<u32> {
        (0_u32..)
            .zip(images)
            .filter(|(_, image)| self.matches(patterns, image.as_ref()))
            .map(|(index, _)| index)
            .collect()
    }
}

fn needed_by(part: Option<&Part>) -> Pairs {
    match part {
        Some(Part::Literal(text)) => pairs_of(text),
        // What every alternative needs.
        Some(Part::Glob(glob)) => glob
            .needed_texts()
            .fold(Pairs::MAX, |pairs, text| pairs & pairs_of(text)),
        Some(Part::Regex(_)) | None => 0,
    }
}

fn pairs_of(text: &str) -> Pairs {
    let Some((first, rest)) = text.as_bytes().split_first() else {
        return 0;
    };
    let (mut pairs, mut before) = (0, u32::from(*first));
    for byte in rest {
        let byte = u32::from(*byte);
        pairs |= 1_u64.wrapping_shl(before.wrapping_mul(7).wrapping_add(byte));
        before = byte;
    }
    pairs
}
