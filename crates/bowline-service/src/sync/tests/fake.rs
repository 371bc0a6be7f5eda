//! A registry that is made up.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    pin::Pin,
    rc::Rc,
};

use bowline_registry::{AskedImage, AskedTag, Code, Details, Digests, ImageDetails, TagDigest};

use super::*;
use crate::protocol::inventory::{RepositoriesPage, RepositoryEntry, TagEntry, TagsPage};

/// What a test does just before an errand, by its number.
pub(super) type Before = Rc<dyn Fn(usize) -> Pin<Box<dyn Future<Output = ()>>>>;

/// A registry. Every errand takes 100 milliseconds.
pub(super) struct Fake {
    /// Digests by tag, by repository.
    pub(super) images: RefCell<BTreeMap<String, BTreeMap<String, String>>>,
    /// Those that are not listed, though they are there.
    pub(super) unlisted: RefCell<BTreeSet<String>>,
    /// Whether listings tell digests and dates.
    pub(super) tells: Cell<bool>,
    /// How many repositories and tags a page has, and how many tags an errand gets through.
    pub(super) page: Cell<usize>,
    /// What is listed again and again: `tags app`.
    pub(super) circles: RefCell<BTreeSet<String>>,
    /// Lists that end without telling whether that was all: `repositories`, `tags app`.
    pub(super) cut: RefCell<BTreeSet<String>>,
    /// What is refused, by the beginning of what is asked, with which code.
    pub(super) refused: RefCell<Vec<(&'static str, &'static str)>>,
    /// Why images cannot be read, by their digests, or by `repository:tag` where that tells none.
    pub(super) unreadable: RefCell<BTreeMap<String, Code>>,
    /// What it was asked.
    pub(super) asked: RefCell<Vec<String>>,
    pub(super) before: RefCell<Option<Before>>,
    now: Now,
}

impl Fake {
    /// One that holds nothing, with pages of two entries.
    pub(super) fn new(now: Now) -> Self {
        Self {
            images: RefCell::default(),
            unlisted: RefCell::default(),
            tells: Cell::new(false),
            page: Cell::new(2),
            circles: RefCell::default(),
            cut: RefCell::default(),
            refused: RefCell::default(),
            unreadable: RefCell::default(),
            asked: RefCell::default(),
            before: RefCell::default(),
            now,
        }
    }

    async fn asked(&self, what: String) -> Result<(), Stop> {
        let number = self.asked.borrow().len();
        let before = self.before.borrow().clone();
        if let Some(before) = before {
            before(number).await;
        }
        self.now.set(self.now.get() + 100);
        let refused = self.refused.borrow();
        let refused = refused.iter().find(|(asked, _)| what.starts_with(asked));
        let code = refused.map(|(_, code)| *code);
        self.asked.borrow_mut().push(what);
        match code {
            Some(code) => Err(Stop::Registry(problem(code))),
            None => Ok(()),
        }
    }

    /// A page of sorted names, and where the next begins.
    fn cut<T: Clone>(
        &self,
        what: &str,
        names: Vec<T>,
        cursor: Option<&str>,
    ) -> (Vec<T>, Option<String>) {
        let from: usize = cursor.map_or(0, |cursor| cursor.parse().unwrap());
        let to = names.len().min(from + self.page.get());
        let begins_again = self.circles.borrow().contains(what);
        let next = match to < names.len() {
            true => Some(to),
            false => begins_again.then_some(0),
        };
        let next = next.map(|next| next.to_string());
        (names[from.min(to)..to].to_vec(), next)
    }

    pub(super) fn set(&self, repository: &str, tag: &str, digest: &str) {
        let mut images = self.images.borrow_mut();
        let tags = images.entry(repository.to_owned()).or_default();
        tags.insert(tag.to_owned(), format!("sha256:{digest}"));
    }

    fn tags_of(&self, repository: &str) -> Result<BTreeMap<String, String>, Stop> {
        let images = self.images.borrow();
        let tags = images.get(repository).cloned();
        tags.ok_or_else(|| Stop::Registry(problem("image.unknown")))
    }

    /// How often it was asked something that begins so.
    pub(super) fn count(&self, asked: &str) -> usize {
        let all = self.asked.borrow();
        all.iter().filter(|one| one.starts_with(asked)).count()
    }

    /// `repository:tag digest` of all that is there.
    pub(super) fn all(&self) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        for (repository, tags) in &*self.images.borrow() {
            for (tag, digest) in tags {
                all.insert(format!("{repository}:{tag} {digest}"));
            }
        }
        all
    }
}

impl Registry for &Fake {
    async fn repositories(&self, cursor: Option<&str>) -> Result<RepositoriesPage, Stop> {
        self.asked("repositories".to_owned()).await?;
        let unlisted = self.unlisted.borrow();
        let names: Vec<String> = self.images.borrow().keys().cloned().collect();
        let names = names.into_iter().filter(|name| !unlisted.contains(name));
        let (items, cursor) = self.cut("repositories", names.collect(), cursor);
        let complete = cursor.is_none() && !self.cut.borrow().contains("repositories");
        let entry = |name| RepositoryEntry {
            name,
            updated_at: None,
        };
        Ok(RepositoriesPage {
            items: items.into_iter().map(entry).collect(),
            cursor,
            complete,
            requests: 1,
        })
    }

    async fn tags(&self, repository: &str, cursor: Option<&str>) -> Result<TagsPage, Stop> {
        let page = cursor.unwrap_or("0");
        self.asked(format!("tags {repository} {page}")).await?;
        let tags: Vec<_> = self.tags_of(repository)?.into_iter().collect();
        let (items, cursor) = self.cut(&format!("tags {repository}"), tags, cursor);
        let is_cut = self.cut.borrow().contains(&format!("tags {repository}"));
        let complete = cursor.is_none() && !is_cut;
        let tells = self.tells.get();
        let entry = |(tag, digest)| TagEntry {
            tag,
            digest: tells.then_some(digest),
            created_at: tells.then_some(NOW - 1),
            pushed_at: None,
            size: None,
        };
        Ok(TagsPage {
            items: items.into_iter().map(entry).collect(),
            cursor,
            complete,
            requests: 1,
        })
    }

    async fn digests(&self, repository: &str, asked: Vec<AskedTag>) -> Result<Digests, Stop> {
        assert!(!asked.is_empty() && asked.len() <= 200, "{}", asked.len());
        self.asked(format!("digests {repository}")).await?;
        let tags = self.tags_of(repository)?;
        let mut answer = Digests::default();
        for asked in asked {
            if answer.items.len() == self.page.get() {
                answer.left.push(asked.tag);
                continue;
            }
            let name = format!("{repository}:{}", asked.tag);
            let problem = self.unreadable.borrow().get(&name).copied();
            let digest = tags.get(&asked.tag).cloned();
            let digest = digest.filter(|_| problem.is_none());
            let moved = u32::from(digest.is_some() && digest != asked.known);
            answer.requests += 1 + moved;
            answer.items.push(TagDigest {
                digest,
                tag: asked.tag,
                from: None,
                problem,
            });
        }
        Ok(answer)
    }

    async fn details(&self, repository: &str, asked: Vec<AskedImage>) -> Result<Details, Stop> {
        assert!(!asked.is_empty() && asked.len() <= 200, "{}", asked.len());
        self.asked(format!("details {repository}")).await?;
        let mut answer = Details::default();
        for AskedImage { digest, .. } in asked {
            if answer.items.len() == self.page.get() {
                answer.left.push(digest);
                continue;
            }
            answer.requests += 1;
            let problem = self.unreadable.borrow().get(&digest).copied();
            let made = NOW - i64::try_from(digest.len()).unwrap();
            let is_understood = problem != Some(Code::ManifestUnsupported);
            let artifact_type = if is_understood { "" } else { "unknown" };
            answer.items.push(ImageDetails {
                created_at: problem.is_none().then_some(made),
                size: Some(7),
                artifact_type: artifact_type.to_owned(),
                problem,
                digest,
            });
        }
        Ok(answer)
    }
}

fn problem(code: &str) -> SyncProblem {
    SyncProblem {
        code: code.to_owned(),
        title: "t".to_owned(),
        detail: String::new(),
        hint: String::new(),
    }
}
