//! One pattern after the other.

use super::{
    super::{Pattern, split_image},
    CompiledPattern,
};

#[derive(Debug)]
pub(crate) struct Small;

impl Small {
    pub(crate) fn new(_: &[Pattern]) -> Self {
        Self
    }

    pub(crate) fn matches(&self, patterns: &[CompiledPattern], image: &str) -> bool {
        let (name, tag) = split_image(image);
        patterns.iter().any(|pattern| pattern.matches(name, tag))
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
