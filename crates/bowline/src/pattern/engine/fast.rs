//! About one pass over the images' text, however many patterns there are.
//!
//! Every pattern that needs some text is filed under it, and one automaton (Aho-Corasick) finds all those texts at
//! once. Where the text is all that a pattern asks for, a hit is the verdict; else the pattern is asked itself. Expressions
//! are looked for together, once for each image at most.

use std::collections::BTreeMap;

use aho_corasick::{
    AhoCorasick, AhoCorasickKind, Anchored, Input, MatchKind, StartKind, automaton::Automaton,
    dfa::DFA,
};

use super::{
    super::{explanation::Explanation, image::split_image, parse::Pattern},
    compiled::{Compiled, CompiledPart, CompiledPattern, explain},
    expression_set::{ExpressionSet, SetSearch},
};

#[derive(Debug)]
pub(crate) struct Fast {
    patterns: Vec<CompiledPattern>,
    names: ExpressionSet,
    tags: ExpressionSet,
    texts: Option<Texts>,
    /// Patterns that need no text: `*`, `:?`, `/^[ab]/`. In order.
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
    /// True if the text is all that the pattern asks for.
    alone: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Where {
    Name,
    Tag,
}

impl Fast {
    pub(crate) fn new(patterns: &[Pattern]) -> Self {
        let compiled = Compiled::new(patterns);
        let mut texts: BTreeMap<&str, Vec<Filed>> = BTreeMap::new();
        let mut rest = Vec::new();
        for (index, pattern) in compiled.patterns.iter().enumerate() {
            let parts = [(Where::Name, &pattern.name), (Where::Tag, &pattern.tag)];
            let needed = parts
                .into_iter()
                .filter_map(|(part, found)| found.as_ref().map(|found| (part, found)))
                .find_map(|(part, found)| found.needed_texts().map(|texts| (part, found, texts)));
            let Some((part, found, needed)) = needed else {
                rest.push(index);
                continue;
            };
            let one_part = pattern.name.is_none() || pattern.tag.is_none();
            for text in needed {
                texts.entry(text).or_default().push(Filed {
                    pattern: index,
                    part,
                    alone: one_part && matches!(found, CompiledPart::Literal(_)),
                });
            }
        }
        let texts = Texts::new(texts, &mut rest);
        rest.sort_unstable();
        rest.dedup();
        Self {
            texts,
            names: ExpressionSet::new(&compiled.name_expressions),
            tags: ExpressionSet::new(&compiled.tag_expressions),
            rest,
            patterns: compiled.patterns,
        }
    }

    /// Returns true if a pattern takes the image.
    pub(crate) fn matches(&self, image: &str) -> bool {
        self.search(image, Wanted::Any).is_some()
    }

    /// The first pattern that takes the image.
    pub(crate) fn first(&self, image: &str) -> Option<usize> {
        self.search(image, Wanted::First)
    }

    /// The places of the images that a pattern takes.
    pub(crate) fn filter<T: AsRef<str>>(&self, images: impl Iterator<Item = T>) -> Vec<u32> {
        let images = (0_u32..).zip(images);
        match &self.texts {
            Some(texts) if self.rest.is_empty() => {
                let mut taken = Vec::new();
                let write = |image: &T, page: &mut String| page.push_str(image.as_ref());
                texts.candidates(images, write, |index, image| {
                    if self.matches(image) {
                        taken.push(index);
                    }
                });
                taken
            }
            _ => images
                .filter(|(_, image)| self.matches(image.as_ref()))
                .map(|(index, _)| index)
                .collect(),
        }
    }

    /// The first pattern that takes the image, for each image. `write` puts an image's text behind another text.
    pub(crate) fn firsts<T>(
        &self,
        images: &[T],
        write: impl Fn(&T, &mut String),
    ) -> Vec<Option<u32>> {
        let mut firsts = vec![None; images.len()];
        let first = |image: &str| {
            self.first(image)
                .and_then(|first| u32::try_from(first).ok())
        };
        if !self.rest.is_empty() {
            let mut text = String::new();
            for (found, image) in firsts.iter_mut().zip(images) {
                text.clear();
                write(image, &mut text);
                *found = first(&text);
            }
        } else if let Some(texts) = &self.texts {
            let images = (0_usize..).zip(images);
            let write = |image: &&T, page: &mut String| write(image, page);
            texts.candidates(images, write, |index, image| {
                if let Some(found) = firsts.get_mut(index) {
                    *found = first(image);
                }
            });
        }
        firsts
    }

    pub(crate) fn explain(&self, image: &str) -> Explanation {
        let (name, tag) = split_image(image);
        let (names, tags) = self.searches(name, tag);
        explain(&self.patterns, &names, tags.as_ref())
    }

    fn search(&self, image: &str, wanted: Wanted) -> Option<usize> {
        let (name, tag) = split_image(image);
        let (names, tags) = self.searches(name, tag);
        let takes = |index: usize| {
            let pattern = self.patterns.get(index);
            pattern.is_some_and(|pattern| pattern.matches(&names, tags.as_ref()))
        };
        let texts = self.texts.as_ref();
        let found = texts.and_then(|texts| texts.search(image, (name, tag), wanted, takes));
        if found.is_some() && wanted == Wanted::Any {
            return found;
        }
        let end = found.unwrap_or(usize::MAX);
        let mut rest = self.rest.iter().copied().take_while(|&index| index < end);
        rest.find(|&index| takes(index)).or(found)
    }

    fn searches<'a>(
        &'a self,
        name: &'a str,
        tag: Option<&'a str>,
    ) -> (SetSearch<'a>, Option<SetSearch<'a>>) {
        (
            self.names.search(name),
            tag.map(|tag| self.tags.search(tag)),
        )
    }
}

/// The pattern that is looked for among those that take an image.
#[derive(Clone, Copy, PartialEq)]
enum Wanted {
    Any,
    First,
}

impl Texts {
    /// Compiles the texts into one automaton. If that fails, their patterns go to `rest`, to be asked one by one.
    fn new(texts: BTreeMap<&str, Vec<Filed>>, rest: &mut Vec<usize>) -> Option<Self> {
        if texts.is_empty() {
            return None;
        }
        let (texts, filed): (Vec<&str>, Vec<_>) = texts.into_iter().unzip();
        let kind = Some(AhoCorasickKind::ContiguousNFA);
        let Ok(automaton) = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(kind)
            .build(&texts)
        else {
            rest.extend(filed.iter().flatten().map(|filed| filed.pattern));
            return None;
        };
        let has_table = texts.len() >= FEWEST_FOR_TABLE && table_size(&texts) <= LARGEST_TABLE;
        let mut table = DFA::builder();
        table
            .match_kind(MatchKind::Standard)
            .start_kind(StartKind::Unanchored)
            .prefilter(false);
        Some(Self {
            automaton,
            table: has_table.then(|| table.build(&texts).ok()).flatten(),
            filed,
        })
    }

    /// The pattern whose text decides, or that is brought up by a text and says yes.
    fn search(
        &self,
        image: &str,
        (name, tag): (&str, Option<&str>),
        wanted: Wanted,
        takes: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let tag_start = name.len().saturating_add(1);
        let end = tag.map_or(name.len(), |tag| tag_start.saturating_add(tag.len()));
        let mut found: Option<usize> = None;
        // Of texts that many patterns need, whether they were asked, by the part.
        let mut asked: Vec<[bool; 2]> = Vec::new();
        let input = Input::new(image).range(..end);
        for hit in self.automaton.find_overlapping_iter(input) {
            let part = match hit.end() <= name.len() {
                true => Where::Name,
                false if hit.start() >= tag_start => Where::Tag,
                false => continue,
            };
            let text = hit.pattern().as_usize();
            let filed = self.filed.get(text).map_or(&[][..], Vec::as_slice);
            if filed.len() > MANY {
                asked.resize(self.filed.len(), [false; 2]);
                let asked = asked
                    .get_mut(text)
                    .and_then(|asked| asked.get_mut(part as usize));
                if asked.is_some_and(|asked| std::mem::replace(asked, true)) {
                    continue;
                }
            }
            let mut fitting = filed
                .iter()
                .take_while(|filed| found.is_none_or(|found| filed.pattern < found))
                .filter(|filed| filed.part == part);
            if let Some(first) = fitting.find(|filed| filed.alone || takes(filed.pattern)) {
                found = Some(first.pattern);
                if wanted == Wanted::Any {
                    break;
                }
            }
        }
        found
    }

    /// Gives `judge` every image that holds one of the texts. Many images are searched at a time, since starting a
    /// search costs more than searching so short a text.
    fn candidates<I: Copy, T>(
        &self,
        images: impl Iterator<Item = (I, T)>,
        write: impl Fn(&T, &mut String),
        mut judge: impl FnMut(I, &str),
    ) {
        let mut images = images.peekable();
        let mut page = String::with_capacity(PAGE);
        let mut ends = Vec::new();
        while images.peek().is_some() {
            page.clear();
            ends.clear();
            while page.len() < PAGE
                && let Some((index, image)) = images.next()
            {
                write(&image, &mut page);
                // No pattern holds a line feed, so none matches across two images.
                page.push('\n');
                ends.push((index, page.len()));
            }
            self.candidates_of_page(&page, &ends, &mut judge);
        }
    }

    /// `ends` has for each image of the page the byte after its line feed.
    fn candidates_of_page<I: Copy>(
        &self,
        page: &str,
        ends: &[(I, usize)],
        judge: &mut impl FnMut(I, &str),
    ) {
        let starts = std::iter::once(0).chain(ends.iter().map(|(_, end)| *end));
        let mut images = starts.zip(ends);
        let mut judge_at = |hit: usize| {
            let (start, &(index, end)) = images.find(|(_, (_, end))| *end > hit)?;
            let image = page.get(start..end.saturating_sub(1));
            judge(index, image.unwrap_or_default());
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

/// The number of bytes in the table of these texts: a row for each of their different beginnings, with an entry for each
/// kind of byte. The texts are sorted.
fn table_size(texts: &[&str]) -> usize {
    let mut rows = 2_usize;
    let mut before = "";
    let mut is_used = [false; 257];
    for text in texts {
        let common = text.bytes().zip(before.bytes()).take_while(|(a, b)| a == b);
        rows = rows.saturating_add(text.len().saturating_sub(common.count()));
        before = text;
        for byte in text.bytes() {
            if let Some(used) = is_used.get_mut(usize::from(byte)) {
                *used = true;
            }
        }
    }
    // A kind begins with each byte that is used, and behind it.
    let kinds = is_used
        .windows(2)
        .filter(|pair| pair.contains(&true))
        .count();
    rows.saturating_mul(kinds.saturating_add(1).next_power_of_two())
        .saturating_mul(size_of::<u32>())
}

/// The places in `page` where a text ends, in order.
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

/// Up to so many bytes the automaton is a table of all its states, which is the fastest to walk.
const LARGEST_TABLE: usize = 4 << 20;

/// A text that more patterns than this need has them asked once for each part of an image, however often it stands there.
const MANY: usize = 8;

/// So many bytes are searched at a time; they stay in the nearest cache.
const PAGE: usize = 16 << 10;
