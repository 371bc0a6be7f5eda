//! Azure Container Registry's own listing of tags, which knows their digests.

use serde::Deserialize;

use crate::{
    guard::Target,
    image::Repository,
    json::List,
    listing::{
        ListedTag, Page,
        api::{Style, not_about_it, time},
        cursor::Mark,
    },
    problem::{Code, Failure},
    registry::{Get, Registry},
    scope::Scope,
    world::World,
};

const WHAT: &str = "Azure's listing";
/// How many tags a page is asked for.
const PER_PAGE: usize = 100;
/// The largest page, in bytes.
const PAGE_BYTES: usize = 1024 * 1024;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TagsAnswer {
    /// The repository. What does not name it is no answer about its tags.
    image_name: String,
    #[serde(default)]
    tags: List<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    name: String,
    digest: Option<String>,
    /// When the tag came to point there.
    last_update_time: Option<String>,
}

impl<W: World> Registry<'_, W> {
    /// A page of a repository's tags. It takes the permission `metadata/read`, which not all that may pull have.
    pub(super) async fn azure_tags(
        &mut self,
        repository: &Repository,
        mark: Option<Mark>,
    ) -> Result<Page<ListedTag, Mark>, Failure> {
        let query = Mark::query(mark)?.unwrap_or_else(|| format!("n={PER_PAGE}"));
        let get = Get {
            what: WHAT,
            url: self.own_url(&format!("/acr/v1/{repository}/_tags"), &query),
            target: Target::Registry,
            scope: &Scope::Metadata(repository.clone()),
            accept: "application/json",
            limit: PAGE_BYTES,
        };
        let answer = self.get(get).await?;
        if answer.status.as_u16() == 404 {
            return Err(Failure::new(
                Code::ImageUnknown,
                "There is no such repository.",
            ));
        }
        let read: TagsAnswer = self.listed(&answer, WHAT)?;
        if read.image_name != repository.as_str() {
            return Err(not_about_it(WHAT));
        }
        let items = read
            .tags
            .0
            .iter()
            .filter_map(|entry| {
                let mut tag = ListedTag::parse(&entry.name)?.digest(entry.digest.as_deref());
                tag.pushed_at = time(entry.last_update_time.as_deref());
                Some(tag)
            })
            .collect();
        let (count, last) = (read.tags.0.len(), read.tags.0.last());
        let last = last.map(|entry| entry.name.as_str());
        Ok(self.turn(&answer, Style::Last, count, last)?.of(items))
    }
}
