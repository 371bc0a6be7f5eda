//! One pattern after the other, of those that an image's letters leave.

use super::{
    super::{explanation::Explanation, image::split_image, parse::Pattern},
    compiled::{Compiled, CompiledPart, CompiledPattern, Search, explain},
};

#[derive(Debug)]
pub(crate) struct Small {
    patterns: Vec<CompiledPattern>,
    /// The pairs that an image must have, for each pattern.
    needed: Vec<Pairs>,
    names: Vec<Option<regex_lite::Regex>>,
    tags: Vec<Option<regex_lite::Regex>>,
}

/// The pairs of neighboring bytes of a text, a bit for every kind of them. A text has the pairs of all its parts, so
/// that most patterns are ruled out without a search.
type Pairs = u64;

impl Small {
    pub(crate) fn new(patterns: &[Pattern]) -> Self {
        let compiled = Compiled::new(patterns);
        // They were judged, so that they compile.
        let all = |texts: &[&str]| {
            let texts = texts.iter();
            texts
                .map(|text| regex_lite::Regex::new(text).ok())
                .collect()
        };
        let needed = |pattern: &CompiledPattern| {
            needed_by(pattern.name.as_ref()) | needed_by(pattern.tag.as_ref())
        };
        Self {
            needed: compiled.patterns.iter().map(needed).collect(),
            names: all(&compiled.name_expressions),
            tags: all(&compiled.tag_expressions),
            patterns: compiled.patterns,
        }
    }

    /// The first pattern that takes the image.
    pub(crate) fn first(&self, image: &str) -> Option<usize> {
        let pairs = pairs_of(image);
        let mut all = self.needed.iter().zip(&self.patterns);
        all.position(|(needed, pattern)| {
            needed & !pairs == 0 && {
                let (name, tag) = self.search(image);
                pattern.matches(&name, tag.as_ref())
            }
        })
    }

    pub(crate) fn matches(&self, image: &str) -> bool {
        self.first(image).is_some()
    }

    /// The places of the images that a pattern takes.
    pub(crate) fn filter<T: AsRef<str>>(&self, images: impl Iterator<Item = T>) -> Vec<u32> {
        (0_u32..)
            .zip(images)
            .filter(|(_, image)| self.matches(image.as_ref()))
            .map(|(index, _)| index)
            .collect()
    }

    /// The first pattern that takes the image, for each image. `write` puts an image's text behind another text.
    pub(crate) fn firsts<T>(
        &self,
        images: &[T],
        write: impl Fn(&T, &mut String),
    ) -> Vec<Option<u32>> {
        let mut text = String::new();
        let first = |image: &T| {
            text.clear();
            write(image, &mut text);
            self.first(&text)
                .and_then(|first| u32::try_from(first).ok())
        };
        images.iter().map(first).collect()
    }

    pub(crate) fn explain(&self, image: &str) -> Explanation {
        let (name, tag) = self.search(image);
        explain(&self.patterns, &name, tag.as_ref())
    }

    fn search<'a>(&'a self, image: &'a str) -> (Single<'a>, Option<Single<'a>>) {
        let (name, tag) = split_image(image);
        let search = |expressions, text| Single { expressions, text };
        (
            search(&self.names, name),
            tag.map(|tag| search(&self.tags, tag)),
        )
    }
}

/// A text, and expressions that are looked for one by one.
struct Single<'a> {
    expressions: &'a [Option<regex_lite::Regex>],
    text: &'a str,
}

impl Search for Single<'_> {
    fn text(&self) -> &str {
        self.text
    }

    fn has(&self, place: usize) -> bool {
        let expression = self.expressions.get(place).and_then(Option::as_ref);
        self.text.is_ascii() && expression.is_some_and(|expression| expression.is_match(self.text))
    }
}

fn needed_by(part: Option<&CompiledPart>) -> Pairs {
    // What every alternative needs.
    let all = |texts: Vec<&str>| {
        let texts = texts.into_iter().map(pairs_of);
        texts.fold(Pairs::MAX, |all, pairs| all & pairs)
    };
    part.and_then(CompiledPart::needed_texts).map_or(0, all)
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
