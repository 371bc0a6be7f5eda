//! Listing what a connection reaches: repositories and tags, page by page.

use bowline::form::ConnectionSpec;
use serde::Deserialize;
use url::Url;

use crate::{
    guard::Target,
    http::HttpClient,
    image::{Repository, Tag},
    link,
    operator::Operator,
    problem::{Code, Failure, Problem},
    registry::{Get, Registry},
    scope::Scope,
    transport::Answer,
    world::{Clock, Random, World},
};

/// How many pages of a listing are read.
pub(crate) const PAGES: usize = 20;
/// How many entries a page is asked for; distribution's default limit for the catalog.
const PER_PAGE: usize = 1000;
/// The largest page, in bytes.
const PAGE_BYTES: usize = 4 * 1024 * 1024;

/// What a listing found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Names of repositories, or tags, in the registry's order.
    pub items: Vec<String>,
    /// Whether that is all of them; a listing stops after 20 pages.
    pub complete: bool,
}

/// The repositories that the connection reaches, within its namespace.
///
/// # Errors
/// What a check would name; `permission.catalog_missing` where this login may not list, or the registry offers no
/// listing.
pub async fn repositories<H: HttpClient, C: Clock, R: Random>(
    world: &World<H, C, R>,
    operator: &Operator,
    spec: &ConnectionSpec,
) -> Result<Listing, Problem> {
    let listing = async {
        let mut registry = Registry::open(world, operator, spec).await?;
        registry.reach().await?;
        let scope = registry.listing_scope();
        registry.authenticate(&scope).await?;
        let (repositories, complete) = registry.repositories(PAGES, |_| false).await?;
        Ok(Listing {
            items: repositories.iter().map(ToString::to_string).collect(),
            complete,
        })
    };
    listing
        .await
        .map_err(|failure: Failure| failure.explain(spec, operator))
}

/// The tags of a repository.
///
/// # Errors
/// What a check would name; `image.unknown` where there is no such repository.
pub async fn tags<H: HttpClient, C: Clock, R: Random>(
    world: &World<H, C, R>,
    operator: &Operator,
    spec: &ConnectionSpec,
    repository: &str,
) -> Result<Listing, Problem> {
    let listing = async {
        let repository = Repository::parse(repository)
            .ok_or_else(|| Failure::new(Code::ImageUnknown, "This is no repository's name."))?;
        let mut registry = Registry::open(world, operator, spec).await?;
        registry.reach().await?;
        let scope = Scope::Pull(repository.clone());
        registry.authenticate(&scope).await?;
        let mut tags = Vec::new();
        let mut page = None;
        for _ in 0..PAGES {
            let read = registry.tags_page(&repository, &scope, page.take()).await?;
            tags.extend(read.items.iter().map(ToString::to_string));
            page = read.next;
            if page.is_none() {
                break;
            }
        }
        Ok(Listing {
            items: tags,
            complete: page.is_none(),
        })
    };
    listing
        .await
        .map_err(|failure: Failure| failure.explain(spec, operator))
}

/// One page.
pub(crate) struct Page<T> {
    /// What it lists, without names that break the grammar: those could not be asked for.
    pub(crate) items: Vec<T>,
    /// Where it goes on.
    pub(crate) next: Option<Url>,
}

#[derive(Deserialize)]
struct Catalog {
    repositories: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Tags {
    /// `null` where a repository has none (Nexus).
    tags: Option<Vec<String>>,
}

impl<H: HttpClient, C: Clock, R: Random> Registry<'_, H, C, R> {
    /// What a token is asked for when repositories are to be listed.
    pub(crate) fn listing_scope(&self) -> Scope {
        if self.is_docker_hub() {
            Scope::Login
        } else {
            Scope::Catalog
        }
    }

    /// The repositories within the connection's namespace, of at most `pages` pages, and whether that is all of them.
    /// `enough` may end the listing after a page.
    pub(crate) async fn repositories(
        &mut self,
        pages: usize,
        enough: impl Fn(&[Repository]) -> bool,
    ) -> Result<(Vec<Repository>, bool), Failure> {
        if self.is_docker_hub() {
            return self.hub_repositories(pages, enough).await;
        }
        let namespace = self.endpoint.namespace().to_owned();
        let mut found = Vec::new();
        let mut page = None;
        for _ in 0..pages {
            let read = self.catalog_page(page.take()).await?;
            found.extend(
                read.items
                    .into_iter()
                    .filter(|repository| repository.is_in(&namespace)),
            );
            page = read.next;
            if page.is_none() || enough(&found) {
                break;
            }
        }
        Ok((found, page.is_none()))
    }

    /// A page of a repository's tags; the first without `page`.
    pub(crate) async fn tags_page(
        &mut self,
        repository: &Repository,
        scope: &Scope,
        page: Option<Url>,
    ) -> Result<Page<Tag>, Failure> {
        let first = self.url(&format!("{repository}/tags/list"));
        let answer = self.page("the tags", first, page, scope).await?;
        if !answer.status.is_success() {
            let what = format!("The tags of {repository}");
            return Err(self.refusal(
                &answer,
                &what,
                Code::PermissionPullMissing,
                Code::ImageUnknown,
            ));
        }
        let tags: Tags = read(&answer, "the tags")?;
        let items = tags
            .tags
            .unwrap_or_default()
            .iter()
            .filter_map(|tag| Tag::parse(tag))
            .collect();
        Ok(Page {
            items,
            next: self.next(&answer)?,
        })
    }

    async fn catalog_page(&mut self, page: Option<Url>) -> Result<Page<Repository>, Failure> {
        let answer = self
            .page("the catalog", self.url("_catalog"), page, &Scope::Catalog)
            .await?;
        if !answer.status.is_success() {
            let denied = Code::PermissionCatalogMissing;
            let mut failure = self.refusal(&answer, "The catalog", denied, denied);
            // Registries without a catalog answer in all these ways.
            if matches!(answer.status.as_u16(), 400 | 405 | 501) {
                failure.code = denied;
            }
            return Err(failure);
        }
        let catalog: Catalog = read(&answer, "the catalog")?;
        let names = catalog.repositories.unwrap_or_default();
        let items = names
            .iter()
            .filter_map(|name| Repository::parse(name))
            .collect();
        Ok(Page {
            items,
            next: self.next(&answer)?,
        })
    }

    /// Reads `page`, or the first page of a listing. A registry that refuses the number of entries asked for
    /// (distribution: 400) is asked again without one.
    async fn page(
        &mut self,
        what: &'static str,
        first: Url,
        page: Option<Url>,
        scope: &Scope,
    ) -> Result<Answer, Failure> {
        let is_first = page.is_none();
        let mut url = page.unwrap_or_else(|| {
            let mut url = first;
            url.query_pairs_mut()
                .append_pair("n", &PER_PAGE.to_string());
            url
        });
        loop {
            let get = Get {
                what,
                url: url.clone(),
                target: Target::Page,
                scope,
                accept: "application/json",
                limit: PAGE_BYTES,
            };
            let answer = self.get(get).await?;
            if is_first && answer.status.as_u16() == 400 && url.query().is_some() {
                url.set_query(None);
                continue;
            }
            return Ok(answer);
        }
    }

    /// Where a listing goes on. Only the query of the link is taken, because some registries behind a path name a wrong
    /// one there (Artifactory).
    fn next(&self, answer: &Answer) -> Result<Option<Url>, Failure> {
        let Some(target) = link::next(&answer.headers) else {
            return Ok(None);
        };
        let here = answer.permit.url();
        let target = here.join(&target).map_err(|_| {
            Failure::new(
                Code::AnswerMalformed,
                "The link to the next page is no URL.",
            )
        })?;
        let permit = self.transport.guard().permit(target, Target::Page, true)?;
        let mut next = here.clone();
        next.set_query(permit.url().query());
        Ok(Some(next).filter(|next| next != here))
    }
}

fn read<T: serde::de::DeserializeOwned>(answer: &Answer, what: &str) -> Result<T, Failure> {
    serde_json::from_slice(&answer.body).map_err(|_| {
        Failure::new(
            Code::AnswerMalformed,
            format!("The answer for {what} is not what it should be."),
        )
    })
}
