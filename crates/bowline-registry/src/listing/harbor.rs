//! Harbor's own listing (API 2.0): its catalog is for administrators only.

use serde::Deserialize;

use crate::{
    image::Repository,
    json::{List, or_default},
    listing::{
        ListedRepository, ListedTag, Page,
        api::{Style, Turn, time},
        cursor::Mark,
    },
    problem::Failure,
    registry::Registry,
    world::World,
};

const WHAT: &str = "Harbor's listing";
const API: &str = "/api/v2.0";
/// The most entries that a page can have.
const PER_PAGE: usize = 100;

#[derive(Deserialize)]
struct Entry {
    /// With the project: `library/app`.
    name: String,
    update_time: Option<String>,
}

#[derive(Deserialize)]
struct Artifact {
    /// `IMAGE`, `CHART`, …
    #[serde(rename = "type", default, deserialize_with = "or_default")]
    kind: String,
    digest: Option<String>,
    size: Option<u64>,
    push_time: Option<String>,
    #[serde(default)]
    tags: List<TagEntry>,
    extra_attrs: Option<Attributes>,
}

#[derive(Deserialize)]
struct TagEntry {
    name: String,
    push_time: Option<String>,
}

#[derive(Deserialize)]
struct Attributes {
    created: Option<String>,
}

impl<W: World> Registry<'_, W> {
    /// A page of the project's repositories, or of all that the login may see.
    pub(super) async fn harbor_repositories(
        &mut self,
        mark: Option<Mark>,
    ) -> Result<Page<ListedRepository, Mark>, Failure> {
        let project = self.endpoint.namespace().split('/').next();
        let path = match project.filter(|project| !project.is_empty()) {
            Some(project) => format!("{API}/projects/{project}/repositories"),
            None => format!("{API}/repositories"),
        };
        let (entries, turn): (Vec<Entry>, _) = self.harbor_page(&path, "", mark).await?;
        let items = entries
            .iter()
            .filter_map(|entry| {
                let updated = time(entry.update_time.as_deref());
                Some(ListedRepository::parse(&entry.name)?.updated(updated))
            })
            .collect();
        Ok(turn.of(items))
    }

    /// A page of the tags of a repository's images.
    pub(super) async fn harbor_tags(
        &mut self,
        repository: &Repository,
        mark: Option<Mark>,
    ) -> Result<Page<ListedTag, Mark>, Failure> {
        let Some((project, name)) = repository.as_str().split_once('/') else {
            return Ok(Page::empty());
        };
        // A slash in a name has to be encoded twice.
        let name = name.replace('/', "%252F");
        let path = format!("{API}/projects/{project}/repositories/{name}/artifacts");
        let (artifacts, turn): (Vec<Artifact>, _) =
            self.harbor_page(&path, "&with_tag=true", mark).await?;
        let images = artifacts
            .iter()
            .filter(|artifact| matches!(artifact.kind.as_str(), "" | "IMAGE"));
        let items = images
            .flat_map(|image| image.tags.0.iter().map(move |tag| (image, tag)))
            .filter_map(|(image, tag)| {
                let created = image
                    .extra_attrs
                    .as_ref()
                    .and_then(|a| a.created.as_deref());
                let pushed = tag.push_time.as_deref().or(image.push_time.as_deref());
                let mut listed = ListedTag::parse(&tag.name)?.digest(image.digest.as_deref());
                listed.size = image.size;
                listed.created_at = time(created);
                listed.pushed_at = time(pushed);
                Some(listed)
            })
            .collect();
        Ok(turn.of(items))
    }

    async fn harbor_page<T: serde::de::DeserializeOwned>(
        &mut self,
        path: &str,
        with: &str,
        mark: Option<Mark>,
    ) -> Result<(Vec<T>, Turn), Failure> {
        let login = self.api_login().await?;
        let query =
            Mark::query(mark)?.unwrap_or_else(|| format!("page=1&page_size={PER_PAGE}{with}"));
        let answer = self
            .ask(WHAT, self.own_url(path, &query), login.as_ref())
            .await?;
        let entries = self.listed::<List<T>>(&answer, WHAT)?.0;
        let turn = self.turn(&answer, Style::Number, entries.len(), None)?;
        Ok((entries, turn))
    }
}
