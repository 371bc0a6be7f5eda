//! The distribution API's listings: the catalog, and the tags of a repository.

use http::StatusCode;
use serde::Deserialize;
use url::Url;

use crate::{
    guard::Target,
    image::Repository,
    json::{List, or_default},
    listing::{
        api::Style,
        cursor::Mark,
        entry::{ListedRepository, ListedTag, Page},
        manifests,
    },
    problem::{Code, Failure},
    refusal::Refusals,
    registry::{Get, Registry},
    scope::Scope,
    transport::Response,
    world::World,
};

/// The number of entries that a page is asked for; distribution's default limit for the catalog, and ECR's for tags.
pub(crate) const PER_PAGE: usize = 1000;
/// The largest page, in bytes.
const PAGE_BYTES: usize = 4 * 1024 * 1024;

/// The answer for the catalog.
#[derive(Deserialize)]
struct Catalog {
    /// It may be `null`, but not be missing: what has none is no catalog, and no empty one either.
    repositories: List<String>,
}

/// The answer for tags.
#[derive(Deserialize)]
pub(crate) struct TagList {
    /// `null` for a repository without tags (distribution), and sometimes among the tags (Nexus); never missing.
    tags: List<String>,
    /// What Google adds: the repositories below.
    #[serde(default)]
    pub(crate) child: List<String>,
    /// What Google adds: the manifests by their digests.
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) manifest: manifests::Manifests,
}

impl TagList {
    /// Tells whether the repository holds anything.
    pub(crate) fn holds_images(&self) -> bool {
        !self.manifest.is_empty() || !self.tags.0.is_empty()
    }
}

impl<W: World> Registry<'_, W> {
    /// A page of the catalog.
    pub(crate) async fn catalog_page(
        &mut self,
        mark: Option<Mark>,
    ) -> Result<Page<ListedRepository, Mark>, Failure> {
        let scope = self.product.catalog_scope.clone();
        let answer = self
            .page("the catalog", self.url("_catalog"), mark, &scope)
            .await?;
        if !answer.status.is_success() {
            let mut failure = self.refusal(&answer, "The catalog", Refusals::LISTING);
            // Registries without a catalog answer in all these ways.
            if matches!(answer.status.as_u16(), 400 | 405 | 501)
                && matches!(failure.code, Code::AnswerMalformed | Code::ServerError)
            {
                failure.code = Code::PermissionCatalogMissing;
            }
            return Err(failure);
        }
        if answer.status == StatusCode::NO_CONTENT {
            return Ok(Page::empty());
        }
        let catalog: Catalog = self.listed(&answer, "the catalog API")?;
        let names = catalog.repositories.0;
        let items = names
            .iter()
            .filter_map(|name| ListedRepository::parse(name))
            .collect();
        let last = names.last().map(String::as_str);
        Ok(self
            .turn(&answer, Style::Last, names.len(), last)?
            .of(items))
    }

    /// A page of a repository's tags, with what the same answer says of them.
    pub(crate) async fn tags_page(
        &mut self,
        repository: &Repository,
        scope: &Scope,
        mark: Option<Mark>,
    ) -> Result<Page<ListedTag, Mark>, Failure> {
        let answer = self.tags_answer(repository, scope, mark).await?;
        if !answer.status.is_success() {
            let what = format!("The tags of {repository}");
            return Err(self.refusal(&answer, &what, Refusals::TAGS));
        }
        let list: TagList = self.listed(&answer, "the tags")?;
        let tags = list.tags.0;
        let mut known = list.manifest.by_tag();
        let items = tags
            .iter()
            .filter_map(|tag| known.remove(tag.as_str()).or_else(|| ListedTag::parse(tag)))
            .collect();
        let last = tags.last().map(String::as_str);
        Ok(self.turn(&answer, Style::Last, tags.len(), last)?.of(items))
    }

    /// What is answered for a page of a repository's tags.
    pub(crate) async fn tags_answer(
        &mut self,
        repository: &Repository,
        scope: &Scope,
        mark: Option<Mark>,
    ) -> Result<Response, Failure> {
        let url = self.url(&format!("{repository}/tags/list"));
        self.page("the tags API", url, mark, scope).await
    }

    /// Reads a page of a listing at `url`. A registry that refuses the number of entries asked for, or fails over it, is
    /// asked again without one.
    async fn page(
        &mut self,
        what: &'static str,
        mut url: Url,
        mark: Option<Mark>,
        scope: &Scope,
    ) -> Result<Response, Failure> {
        let is_first = mark.is_none();
        let query = Mark::query(mark)?.unwrap_or_else(|| format!("n={PER_PAGE}"));
        url.set_query(Some(&query));
        loop {
            let get = Get {
                what,
                url: url.clone(),
                target: Target::Registry,
                scope,
                accept: &["application/json"],
                limit: PAGE_BYTES,
            };
            let answer = self.get(get).await?;
            let refuses = matches!(answer.status.as_u16(), 400 | 422 | 500);
            if is_first && refuses && url.query().is_some() {
                url.set_query(None);
                continue;
            }
            return Ok(answer);
        }
    }
}
