//! Docker Trusted Registry's own listing (API 0), for connections that prefer it.

use serde::Deserialize;

use crate::{
    image::Repository,
    json::List,
    listing::{ListedRepository, ListedTag, Page, api::time, cursor::Mark},
    problem::Failure,
    registry::Registry,
    transport::Answer,
    urlencoded,
    world::World,
};

const WHAT: &str = "the DTR API's listing";
const API: &str = "/api/v0/repositories";
/// How many entries a page is asked for.
const PER_PAGE: usize = 100;

#[derive(Deserialize)]
struct RepositoriesAnswer {
    repositories: List<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    namespace: String,
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TagEntry {
    name: String,
    digest: Option<String>,
    created_at: Option<String>,
    updated_at: Option<String>,
}

impl<W: World> Registry<'_, W> {
    /// A page of the repositories.
    pub(super) async fn docker_trusted_repositories(
        &mut self,
        mark: Option<Mark>,
    ) -> Result<Page<ListedRepository, Mark>, Failure> {
        let answer = self.docker_trusted_page(API, mark).await?;
        let read: RepositoriesAnswer = self.listed(&answer, WHAT)?;
        let names = read
            .repositories
            .0
            .iter()
            .map(|entry| format!("{}/{}", entry.namespace, entry.name));
        Ok(Page::new(
            names
                .filter_map(|name| ListedRepository::parse(&name))
                .collect(),
            next(&answer),
        ))
    }

    /// A page of a repository's tags.
    pub(super) async fn docker_trusted_tags(
        &mut self,
        repository: &Repository,
        mark: Option<Mark>,
    ) -> Result<Page<ListedTag, Mark>, Failure> {
        let answer = self
            .docker_trusted_page(&format!("{API}/{repository}/tags"), mark)
            .await?;
        let read: List<TagEntry> = self.listed(&answer, WHAT)?;
        let items = read
            .0
            .iter()
            .filter_map(|entry| {
                let mut tag = ListedTag::parse(&entry.name)?.digest(entry.digest.as_deref());
                tag.created_at = time(entry.created_at.as_deref());
                tag.pushed_at = time(entry.updated_at.as_deref());
                Some(tag)
            })
            .collect();
        Ok(Page::new(items, next(&answer)))
    }

    async fn docker_trusted_page(
        &mut self,
        path: &str,
        mark: Option<Mark>,
    ) -> Result<Answer, Failure> {
        let start = Mark::token(mark)?;
        let start = start.as_deref().map(|start| ("pageStart", start));
        let size = PER_PAGE.to_string();
        let size = [("pageSize", size.as_str())];
        let query = urlencoded::encode(size.into_iter().chain(start));
        let login = self.api_login().await?;
        self.ask(WHAT, self.own_url(path, &query), login.as_ref())
            .await
    }
}

/// What the next page starts with.
fn next(answer: &Answer) -> Option<Mark> {
    answer
        .header("x-next-page-start")
        .filter(|start| !start.is_empty())
        .map(|start| Mark::Token(start.to_owned()))
}
