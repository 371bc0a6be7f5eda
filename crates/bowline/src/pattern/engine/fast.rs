//! About one pass over the images' text, however many patterns there are.
//!
//! Every pattern that needs some text is filed under it, and one automaton (Aho-Corasick) finds all those texts at
//! once. Where the text is all that a pattern asks for, a hit is the verdict; else the pattern is asked itself.
//! Expressions are found together by one set automaton for each part.

use std::collections::HashMap;

use aho_corasick::{
    AhoCorasick, AhoCorasickKind, Anchored, Input, MatchKind, StartKind, automaton::Automaton,
    dfa::DFA,
};
use regex::bytes::{RegexSet, RegexSetBuilder};

use super::{
    super::{Part, Pattern, split_image},
    CompiledPattern,
    regex::SIZE_LIMIT,
};

#[derive(Debug)]
pub(crate) struct Fast {
    texts: Option<Texts>,
    name_regexes: Option<Regexes>,
    tag_regexes: Option<Regexes>,
    /// Patterns that nothing above finds: `*`, `:?`.
    rest: Vec<usize>,
}

/// The texts that patterns need, and the patterns of each.
#[derive(Debug)]
struct Texts {
    automaton: AhoCorasick,
    /// The same as a table of all states, for reading many images; not where it would be too large, nor where
    /// the texts are so few that skipping to their rare bytes is faster.
    table: Option<DFA>,
    filed: Vec<Vec<Filed>>,
}

/// A pattern that needs a text.
#[derive(Clone, Copy, Debug)]
struct Filed {
    pattern: usize,
    part: Where,
    /// Whether the text is all that it asks for.
    alone: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Where {
    Name,
    Tag,
}

#[derive(Debug)]
struct Regexes {
    set: RegexSet,
    patterns: Vec<usize>,
}

impl Fast {
    pub(crate) fn new(patterns: &[Pattern]) -> Self {
        let mut texts: HashMap<&str, Vec<Filed>> = HashMap::new();
        let (mut name_regexes, mut tag_regexes) = (Vec::new(), Vec::new());
        let mut rest = Vec::new();
        for (index, pattern) in patterns.iter().enumerate() {
            let parts = [(Where::Name, pattern.name()), (Where::Tag, pattern.tag())];
            let mut parts = parts
                .into_iter()
                .filter_map(|(part, found)| found.map(|found| (part, found)));
            let one_part = pattern.name().is_none() || pattern.tag().is_none();
            let needed = parts
                .clone()
                .find_map(|(part, found)| needed_texts(found).map(|texts| (part, found, texts)));
            match (needed, parts.next()) {
                (Some((part, found, needed)), _) => {
                    let alone = one_part && matches!(found, Part::Literal(_));
                    for text in needed {
                        texts.entry(text).or_default().push(Filed {
                            pattern: index,
                            part,
                            alone,
                        });
                    }
                }
                (None, Some((Where::Name, Part::Regex(text)))) => {
                    name_regexes.push((text.as_str(), index))
                }
                (None, Some((Where::Tag, Part::Regex(text)))) => {
                    tag_regexes.push((text.as_str(), index))
                }
                (None, _) => rest.push(index),
            }
        }
        Self {
            texts: Texts::new(texts, &mut rest),
            name_regexes: Regexes::new(name_regexes, &mut rest),
            tag_regexes: Regexes::new(tag_regexes, &mut rest),
            rest,
        }
    }

    /// Whether one of `patterns`, those that it was made of, matches the image.
    pub(crate) fn matches(&self, patterns: &[CompiledPattern], image: &str) -> bool {
        let (name, tag) = split_image(image);
        let asks = |index: usize| {
            patterns
                .get(index)
                .is_some_and(|pattern| pattern.matches(name, tag))
        };
        self.texts
            .as_ref()
            .is_some_and(|texts| texts.find(image, name, tag, asks))
            || self
                .name_regexes
                .as_ref()
                .is_some_and(|regexes| regexes.find(name, asks))
            || tag.is_some_and(|tag| {
                self.tag_regexes
                    .as_ref()
                    .is_some_and(|regexes| regexes.find(tag, asks))
            })
            || self.rest.iter().any(|&index| asks(index))
    }

    /// The places of the images that one of `patterns` matches.
    pub(crate) fn filter<T: AsRef<str>>(
        &self,
        patterns: &[CompiledPattern],
        images: impl Iterator<Item = T>,
    ) -> Vec<u32> {
        let images = (0_u32..).zip(images);
        match &self.texts {
            Some(texts)
                if self.name_regexes.is_none()
                    && self.tag_regexes.is_none()
                    && self.rest.is_empty() =>
            {
                let mut taken = Vec::new();
                texts.candidates(images, |index, image| {
                    if self.matches(patterns, image) {
                        taken.push(index);
                    }
                });
                taken
            }
            _ => images
                .filter(|(_, image)| self.matches(patterns, image.as_ref()))
                .map(|(index, _)| index)
                .collect(),
        }
    }
}

/// The texts one of which the part needs; `None` where it needs none.
fn needed_texts(part: &Part) -> Option<Vec<&str>> {
    let needed: Vec<&str> = match part {
        Part::Literal(text) => vec![text],
        Part::Glob(glob) => glob.needed_texts().collect(),
        Part::Regex(_) => return None,
    };
    (!needed.iter().any(|text| text.is_empty())).then_some(needed)
}

impl Texts {
    /// What cannot be compiled into one automaton goes to `rest`, to be asked one by one.
    fn new(texts: HashMap<&str, Vec<Filed>>, rest: &mut Vec<usize>) -> Option<Self> {
        if texts.is_empty() {
            return None;
        }
        let (texts, filed): (Vec<&str>, Vec<_>) = texts.into_iter().unzip();
        let bytes: usize = texts.iter().map(|text| text.len()).sum();
        let kind = Some(AhoCorasickKind::ContiguousNFA);
        let Ok(automaton) = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(kind)
            .build(&texts)
        else {
            rest.extend(filed.iter().flatten().map(|filed| filed.pattern));
            return None;
        };
        let many = texts.len() >= FEWEST_FOR_TABLE && bytes <= LARGEST_TABLE;
        let mut table = DFA::builder();
        table
            .match_kind(MatchKind::Standard)
            .start_kind(StartKind::Unanchored)
            .prefilter(false);
        Some(Self {
            automaton,
            table: many.then(|| table.build(&texts).ok()).flatten(),
            filed,
        })
    }

    /// Whether a text of the image decides, or one of the patterns that it brings up says yes.
    fn find(
        &self,
        image: &str,
        name: &str,
        tag: Option<&str>,
        asks: impl Fn(usize) -> bool,
    ) -> bool {
        let tag_start = name.len().saturating_add(1);
        let end = tag.map_or(name.len(), |tag| tag_start.saturating_add(tag.len()));
        let input = Input::new(image).range(..end);
        self.automaton.find_overlapping_iter(input).any(|hit| {
            let in_name = hit.end() <= name.len();
            let in_tag = hit.start() >= tag_start;
            let filed = self
                .filed
                .get(hit.pattern().as_usize())
                .into_iter()
                .flatten();
            filed
                .filter(|filed| {
                    if filed.part == Where::Name {
                        in_name
                    } else {
                        in_tag
                    }
                })
                .any(|filed| filed.alone || asks(filed.pattern))
        })
    }

    /// Gives `judge` every image that holds one of the texts. Many images are searched at a time, since starting a
    /// search costs more than searching so short a text.
    fn candidates<T: AsRef<str>>(
        &self,
        images: impl Iterator<Item = (u32, T)>,
        mut judge: impl FnMut(u32, &str),
    ) {
        let mut images = images.peekable();
        let mut page = String::with_capacity(PAGE);
        let mut ends = Vec::new();
        while let Some((first, _)) = images.peek() {
            let first = *first;
            page.clear();
            ends.clear();
            while page.len() < PAGE
                && let Some((_, image)) = images.next()
            {
                page.push_str(image.as_ref());
                // No pattern holds a line feed, so none matches across two images.
                page.push('\n');
                ends.push(page.len());
            }
            self.candidates_of_page(&page, first, &ends, &mut judge);
        }
    }

    /// `ends` has for each image of the page, from the one at place `first` on, the byte after its line feed.
    fn candidates_of_page(
        &self,
        page: &str,
        first: u32,
        ends: &[usize],
        judge: &mut impl FnMut(u32, &str),
    ) {
        let starts = std::iter::once(&0).chain(ends);
        let mut images = (first..).zip(starts.zip(ends));
        let mut judge_at = |hit: usize| {
            let (index, (&start, &end)) = images.find(|(_, (_, end))| **end > hit)?;
            judge(
                index,
                page.get(start..end.saturating_sub(1)).unwrap_or_default(),
            );
            Some(end)
        };
        if let Some(table) = &self.table {
            let mut judged = 0;
            for hit in hits(table, page.as_bytes()) {
                if hit >= judged {
                    judged = judge_at(hit).unwrap_or(usize::MAX);
                }
            }
            return;
        }
        let mut from = 0;
        while let Some(hit) = self.automaton.find(Input::new(page).range(from..)) {
            let Some(end) = judge_at(hit.start()) else {
                return;
            };
            from = end;
        }
    }
}

/// Where in `page` a text ends, in order.
///
/// The next state of a table is known only when the last one was read from memory. Four places are read at a time,
/// so that the processor has something to do meanwhile.
fn hits(table: &DFA, page: &[u8]) -> Vec<usize> {
    let Ok(start) = table.start_state(Anchored::No) else {
        return Vec::new();
    };
    let lane = page.len().div_ceil(LANES).max(1);
    // Each lane begins a little early, so that a text that lies across two lanes is found in the later one.
    let overlap = table.max_pattern_len();
    let mut hits: [Vec<usize>; LANES] = Default::default();
    let mut lanes: [(usize, usize, aho_corasick::automaton::StateID); LANES] = Default::default();
    for (index, place) in lanes.iter_mut().enumerate() {
        let begin = index.saturating_mul(lane);
        *place = (
            begin.saturating_sub(overlap),
            begin.saturating_add(lane).min(page.len()),
            start,
        );
    }
    for _ in 0..lane.saturating_add(overlap) {
        for ((at, end, state), hits) in lanes.iter_mut().zip(&mut hits) {
            let Some(&byte) = page.get(*at).filter(|_| *at < *end) else {
                continue;
            };
            *state = table.next_state(Anchored::No, *state, byte);
            if table.is_special(*state) && table.is_match(*state) {
                hits.push(*at);
            }
            *at = at.saturating_add(1);
        }
    }
    let mut hits = hits.concat();
    hits.sort_unstable();
    hits
}

/// So many places of a page are read at a time.
const LANES: usize = 4;

/// Fewer texts than this are found by skipping to their rare bytes.
const FEWEST_FOR_TABLE: usize = 4;

/// Up to so many bytes of texts the automaton is a table of all its states, which is the fastest to walk.
const LARGEST_TABLE: usize = 128 << 10;

/// So many bytes are searched at a time; they stay in the nearest cache.
const PAGE: usize = 16 << 10;

impl Regexes {
    fn new(regexes: Vec<(&str, usize)>, rest: &mut Vec<usize>) -> Option<Self> {
        if regexes.is_empty() {
            return None;
        }
        let (texts, patterns): (Vec<&str>, Vec<usize>) = regexes.into_iter().unzip();
        let set = RegexSetBuilder::new(texts)
            .unicode(false)
            .size_limit(SIZE_LIMIT)
            .dfa_size_limit(32 << 20)
            .build()
            .ok();
        if set.is_none() {
            rest.extend(&patterns);
        }
        set.map(|set| Self { set, patterns })
    }

    fn find(&self, text: &str, asks: impl Fn(usize) -> bool) -> bool {
        text.is_ascii()
            && self.set.is_match(text.as_bytes())
            && self
                .set
                .matches(text.as_bytes())
                .iter()
                .any(|hit| self.patterns.get(hit).is_some_and(|&index| asks(index)))
    }
}
