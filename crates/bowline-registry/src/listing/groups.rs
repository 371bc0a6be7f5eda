//! Nested listings: first the groups (projects, repository keys), then the repositories of each.

use serde::{Deserialize, Serialize};

/// A place in such a listing. Another instance asks again for the groups that this one knows to come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Groups {
    /// The group whose next page has this query.
    page: Option<(String, String)>,
    /// The last group that was begun, or that needs not be asked for again.
    after: Option<String>,
    /// True if there is only this one group.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    only: bool,
    /// The groups that come next, the nearest last.
    #[serde(skip)]
    ahead: Vec<String>,
    /// How the groups go on after those.
    #[serde(skip)]
    rest: Rest,
}

/// How the groups go on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Rest {
    /// After the last that was begun.
    #[default]
    Unknown,
    /// After this one.
    After(String),
    /// Not at all.
    None,
}

/// A group of a list that has numbered pages, with the page that it is on: `2/team`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Paged<'a> {
    pub(crate) page: u32,
    /// Empty before the first of the page.
    pub(crate) group: &'a str,
}

impl<'a> Paged<'a> {
    /// The place of this text; without one the beginning of the first page.
    pub(crate) fn parse(text: Option<&'a str>) -> Option<Self> {
        let Some(text) = text else {
            return Some(Self { page: 1, group: "" });
        };
        let (page, group) = text.split_once('/')?;
        let page = page.parse().ok()?;
        Some(Self { page, group })
    }

    /// Those of the page's groups that come after this one, and how the groups go on. Where it is gone meanwhile, all count.
    pub(crate) fn after(self, groups: &[String], goes_on: bool) -> (Vec<String>, Rest) {
        let begin = groups.iter().position(|group| group == self.group);
        let coming = groups
            .iter()
            .skip(begin.map_or(0, |at| at.saturating_add(1)));
        let coming = coming.map(|group| format!("{}/{group}", self.page));
        let rest = match self.page.checked_add(1) {
            Some(page) if goes_on => Rest::After(format!("{page}/")),
            _ => Rest::None,
        };
        (coming.collect(), rest)
    }
}

impl Groups {
    /// The listing of one group.
    pub(crate) fn only(group: &str) -> Self {
        Self {
            ahead: vec![group.to_owned()],
            only: true,
            ..Self::default()
        }
    }

    /// The next page of the only group; `None` without one.
    pub(crate) fn within(group: &str, query: Option<String>) -> Option<Self> {
        query.map(|query| Self {
            page: Some((group.to_owned(), query)),
            only: true,
            ..Self::default()
        })
    }

    /// Tells whether to ask for more groups before the next page, and after which. The page has to be read in the same step,
    /// because what is learned here is known to this instance only.
    pub(crate) fn wanted(&self) -> Option<Option<String>> {
        (self.is_short() && !self.are_all_known()).then(|| self.after.clone())
    }

    /// Returns the group to read, with the query of its page unless it is the first. It then counts as read.
    pub(crate) fn page(&mut self) -> Option<(String, Option<String>)> {
        if let Some((group, query)) = self.page.take() {
            return Some((group, Some(query)));
        }
        let group = self.ahead.pop()?;
        self.after = Some(group.clone());
        Some((group, None))
    }

    /// Takes the groups that come next, in their order, and how they go on.
    pub(crate) fn learn(&mut self, groups: impl DoubleEndedIterator<Item = String>, rest: Rest) {
        self.ahead = groups.rev().collect();
        self.rest = rest;
        self.pass();
    }

    /// Takes the query of a group's next page.
    pub(crate) fn turn(&mut self, group: String, query: Option<String>) {
        self.page = query.map(|query| (group, query));
    }

    /// Returns the position after this step; `None` if nothing is left.
    pub(crate) fn next(mut self) -> Option<Self> {
        self.pass();
        (!(self.is_short() && self.are_all_known())).then_some(self)
    }

    /// Tells whether there is only one group, whose name is known from the beginning.
    pub(crate) fn is_only(&self) -> bool {
        self.only
    }

    /// Tells whether the next page is a further one of the same group.
    pub(crate) fn is_within_one(&self) -> bool {
        self.page.is_some()
    }

    fn is_short(&self) -> bool {
        self.page.is_none() && self.ahead.is_empty()
    }

    fn are_all_known(&self) -> bool {
        self.only || self.rest == Rest::None
    }

    /// Where no group is ahead, the next are asked for after those that are known.
    fn pass(&mut self) {
        if self.ahead.is_empty()
            && let Rest::After(last) = &self.rest
        {
            self.after = Some(last.clone());
            self.rest = Rest::Unknown;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Groups `a` to `e`, two at a time and without `c`, with two pages each.
    fn read(groups: &mut Groups) -> Vec<String> {
        let mut asked = Vec::new();
        if let Some(after) = groups.wanted() {
            let names = ["a", "b", "c", "d", "e"];
            let rest = names
                .iter()
                .filter(|name| Some(**name) > after.as_deref())
                .map(|name| (*name).to_owned());
            let next: Vec<String> = rest.take(2).collect();
            let rest = match next.last() {
                Some(last) if next.len() == 2 => Rest::After(last.clone()),
                _ => Rest::None,
            };
            groups.learn(next.into_iter().filter(|name| name != "c"), rest);
            asked.push(format!("?{}", after.unwrap_or_default()));
        }
        match groups.page() {
            Some((group, None)) => {
                groups.turn(group.clone(), Some("page=2".to_owned()));
                asked.push(group);
            }
            Some((group, Some(query))) => asked.push(format!("{group}?{query}")),
            None => {}
        }
        asked
    }

    #[test]
    fn groups_are_read_one_after_the_other() {
        let mut groups = Some(Groups::default());
        let mut asked = Vec::new();
        while let Some(mut at) = groups.take() {
            asked.extend(read(&mut at));
            assert!(asked.len() < 50, "it goes round in circles: {asked:?}");
            groups = at.next();
        }
        assert_eq!(
            asked,
            [
                "?", "a", "a?page=2", "b", "b?page=2", "?b", "d", "d?page=2", "?d", "e", "e?page=2"
            ]
        );
    }

    #[test]
    fn a_place_on_a_page_goes_on_after_its_group() {
        let groups = ["a", "b", "c"].map(str::to_owned);
        let cases: [(&str, bool, &[&str], Rest); 5] = [
            // the place, whether there are more pages; the groups, and how they go on
            (
                "2/",
                true,
                &["2/a", "2/b", "2/c"],
                Rest::After("3/".to_owned()),
            ),
            ("2/b", true, &["2/c"], Rest::After("3/".to_owned())),
            ("2/c", false, &[], Rest::None),
            ("2/gone", false, &["2/a", "2/b", "2/c"], Rest::None),
            ("4294967295/c", true, &[], Rest::None),
        ];
        for (place, goes_on, coming, rest) in cases {
            let place = Paged::parse(Some(place)).unwrap();
            let coming = coming.iter().map(|group| (*group).to_owned()).collect();
            assert_eq!(place.after(&groups, goes_on), (coming, rest), "{place:?}");
        }
        assert_eq!(Paged::parse(None), Some(Paged { page: 1, group: "" }));
        assert_eq!(Paged::parse(Some("images")), None);
        assert_eq!(Paged::parse(Some("x/images")), None);
    }

    #[test]
    fn another_instance_asks_for_the_groups_again_and_for_no_page_twice() {
        let mut groups = Some(Groups::default());
        let mut pages = Vec::new();
        for _ in 0..50 {
            let Some(at) = groups.take() else { break };
            let text = serde_json::to_string(&at).unwrap();
            let mut at: Groups = serde_json::from_str(&text).unwrap();
            let asked = read(&mut at).into_iter();
            pages.extend(asked.filter(|asked| !asked.starts_with('?')));
            groups = at.next();
        }
        assert_eq!(
            pages,
            [
                "a", "a?page=2", "b", "b?page=2", "d", "d?page=2", "e", "e?page=2"
            ]
        );
    }
}
