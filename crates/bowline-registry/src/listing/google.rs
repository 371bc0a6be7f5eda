//! Google's own listing: `tags/list` tells what lies below a path, too, so the tree below a project is walked.

use std::{collections::HashMap, fmt};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{MapAccess, Visitor},
};

use crate::{
    digest::Digest,
    image::Repository,
    json::{List, Number},
    listing::{ListedRepository, ListedTag, Page, cursor::Mark, v2::TagList},
    login::{Authorization, RegistryLogin},
    problem::Failure,
    registry::Registry,
    scope::Scope,
    world::World,
};

const WHAT: &str = "Google's listing";

/// A place in the tree. Another instance asks again for the branches that this one knows to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Walk {
    /// The path that was visited last.
    last: String,
    /// What comes next: for each level the paths that are left, the nearest last.
    #[serde(skip)]
    ahead: Vec<Vec<Repository>>,
}

/// The manifests of a repository by their digests, as the list of its tags tells them.
#[derive(Default)]
pub(super) struct Manifests {
    /// Those that have tags.
    tagged: Vec<(Digest, Manifest)>,
    /// Whether there is any, tagged or not.
    are_there: bool,
}

/// What is known of a manifest. Numbers come as texts.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    #[serde(default)]
    tag: List<String>,
    #[serde(default)]
    image_size_bytes: Number,
    #[serde(default)]
    time_created_ms: Number,
    #[serde(default)]
    time_uploaded_ms: Number,
}

impl Manifests {
    pub(super) fn is_empty(&self) -> bool {
        !self.are_there
    }

    /// What is known of the tags.
    pub(super) fn by_tag(&self) -> HashMap<&str, ListedTag> {
        let tags = self.tagged.iter().flat_map(|(digest, manifest)| {
            manifest
                .tag
                .0
                .iter()
                .map(move |tag| (tag, digest, manifest))
        });
        tags.filter_map(|(tag, digest, manifest)| {
            let mut listed = ListedTag::parse(tag)?;
            listed.digest = Some(digest.to_string());
            listed.size = manifest
                .image_size_bytes
                .0
                .and_then(|size| size.try_into().ok());
            listed.created_at = manifest.time_created_ms.0;
            listed.pushed_at = manifest.time_uploaded_ms.0;
            Some((tag.as_str(), listed))
        })
        .collect()
    }
}

/// What has no tag, or no digest for a name, is not kept.
impl<'de> Deserialize<'de> for Manifests {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ManifestsVisitor)
    }
}

struct ManifestsVisitor;

impl<'de> Visitor<'de> for ManifestsVisitor {
    type Value = Manifests;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("manifests by their digests")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Manifests, A::Error> {
        let mut manifests = Manifests::default();
        while let Some((digest, manifest)) = entries.next_entry::<String, Option<Manifest>>()? {
            manifests.are_there = true;
            let tagged = manifest.filter(|manifest| !manifest.tag.0.is_empty());
            manifests.tagged.extend(Digest::parse(&digest).zip(tagged));
        }
        Ok(manifests)
    }
}

impl<W: World> Registry<'_, W> {
    /// The next path of the tree below the namespace: one repository, or none where the path holds no image itself.
    pub(super) async fn google_repositories(
        &mut self,
        mark: Option<Mark>,
    ) -> Result<Page<ListedRepository, Mark>, Failure> {
        let root = Repository::parse(self.endpoint.namespace()).ok_or_else(Mark::foreign)?;
        let (path, mut ahead) = match mark {
            None => (Some(root.clone()), Vec::new()),
            Some(Mark::Walk(walk)) => {
                let mut ahead = if walk.ahead.is_empty() {
                    self.google_way_to(&root, &walk.last).await?
                } else {
                    walk.ahead
                };
                (next_of(&mut ahead), ahead)
            }
            Some(_) => return Err(Mark::foreign()),
        };
        let Some(path) = path else {
            return Ok(Page::empty());
        };
        let is_root = path == root;
        let (holds_images, below) = self.google_node(&path, is_root).await?;
        ahead.push(below);
        ahead.retain(|level| !level.is_empty());
        let last = path.to_string();
        let entry = holds_images.then(|| ListedRepository::of(path));
        Ok(Page::new(
            entry.into_iter().collect(),
            (!ahead.is_empty()).then_some(Mark::Walk(Walk { last, ahead })),
        ))
    }

    /// What comes after `last` in the tree below `root`.
    async fn google_way_to(
        &mut self,
        root: &Repository,
        last: &str,
    ) -> Result<Vec<Vec<Repository>>, Failure> {
        let last = Repository::parse(last)
            .filter(|last| last.is_in(root.as_str()))
            .ok_or_else(Mark::foreign)?;
        let mut ahead = Vec::new();
        let mut path = root.clone();
        loop {
            let (_, mut below) = self.google_node(&path, path == *root).await?;
            let towards = below
                .iter()
                .find(|child| last.is_in(child.as_str()))
                .cloned();
            if path != last {
                below.retain(|child| child.as_str() > last.as_str());
            }
            ahead.push(below);
            match towards {
                Some(child) => path = child,
                None => break,
            }
        }
        ahead.retain(|level| !level.is_empty());
        Ok(ahead)
    }

    /// Whether a path holds images itself, and what lies below it, the nearest last. A path that went away meanwhile, or is
    /// hidden, holds nothing; but if that is the root, there is no listing.
    async fn google_node(
        &mut self,
        path: &Repository,
        is_root: bool,
    ) -> Result<(bool, Vec<Repository>), Failure> {
        let answer = match self.google_token().await? {
            Some(token) => {
                let url = self.url(&format!("{path}/tags/list"));
                self.ask(WHAT, url, Some(&token)).await?
            }
            None => {
                let scope = Scope::Pull(path.clone());
                self.tags_answer(path, &scope, None).await?
            }
        };
        if !is_root && matches!(answer.status.as_u16(), 401 | 403 | 404) {
            return Ok((false, Vec::new()));
        }
        let list: TagList = self.listed(&answer, WHAT)?;
        let mut below: Vec<Repository> = list
            .child
            .0
            .iter()
            .filter_map(|child| Repository::parse(&format!("{path}/{child}")))
            .collect();
        below.sort_unstable_by(|a, b| b.as_str().cmp(a.as_str()));
        Ok((list.holds_images(), below))
    }

    /// Google's access token, where the login is one: the registry takes it for every path, so that no path needs a
    /// token of its own.
    async fn google_token(&mut self) -> Result<Option<Authorization>, Failure> {
        match &self.minted().await?.login {
            RegistryLogin::Password { username, password }
                if username.as_str() == "oauth2accesstoken" =>
            {
                Authorization::bearer(password).map(Some)
            }
            RegistryLogin::Bearer { token } => Authorization::bearer(token).map(Some),
            _ => Ok(None),
        }
    }
}

fn next_of(ahead: &mut [Vec<Repository>]) -> Option<Repository> {
    ahead.iter_mut().rev().find_map(Vec::pop)
}
