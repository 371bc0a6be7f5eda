//! A listing of listings: first the groups (projects, repository keys), then the repositories of each.

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

    /// The group to read, with the query of its page where that is not the first. It counts as read.
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

    /// The place after this step; `None` where there is nothing left.
    pub(crate) fn next(mut self) -> Option<Self> {
        self.pass();
        (!(self.is_short() && self.are_all_known())).then_some(self)
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

    /// Groups `a` to `e`, of which two are told at a time and `c` is left out, each with two pages.
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
