//! Amazon ECR's own listing: `DescribeRepositories` and `DescribeImages`, signed.

use bowline::credential::{Credentials, EcrService};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    image::Repository,
    json::List,
    listing::{ListedRepository, ListedTag, Page, cursor::Mark},
    problem::{Code, Failure},
    registry::Registry,
    world::World,
};

/// How many entries a page is asked for; 1000 could be had, but would be large.
const PER_PAGE: usize = 500;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Arguments {
    max_results: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repository_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RepositoriesAnswer {
    repositories: List<Entry>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    /// `123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app`, `public.ecr.aws/alias/app`.
    repository_uri: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ImagesAnswer {
    image_details: List<Image>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Image {
    image_digest: Option<String>,
    #[serde(default)]
    image_tags: List<String>,
    image_size_in_bytes: Option<u64>,
    /// In seconds since 1970.
    image_pushed_at: Option<f64>,
    /// The media type of the config; absent for an index.
    artifact_media_type: Option<String>,
}

impl<W: World> Registry<'_, W> {
    /// A page of the account's repositories.
    pub(super) async fn ecr_repositories(
        &mut self,
        mark: Option<Mark>,
    ) -> Result<Page<ListedRepository, Mark>, Failure> {
        let read: RepositoriesAnswer = self.ecr_page("DescribeRepositories", None, mark).await?;
        let items = read
            .repositories
            .0
            .iter()
            .filter_map(|entry| {
                let (_host, name) = entry.repository_uri.split_once('/')?;
                ListedRepository::parse(name)
            })
            .collect();
        Ok(Page::new(items, read.next_token.map(Mark::Token)))
    }

    /// A page of the tags of a repository's images.
    pub(super) async fn ecr_tags(
        &mut self,
        repository: &Repository,
        mark: Option<Mark>,
    ) -> Result<Page<ListedTag, Mark>, Failure> {
        // The public registry's API knows a repository without the alias that its name starts with.
        let name = match &self.spec.credentials {
            Credentials::Aws {
                service: EcrService::Public,
                ..
            } => repository.as_str().split_once('/').map(|(_, name)| name),
            _ => Some(repository.as_str()),
        };
        let name = name.map(str::to_owned);
        let read: ImagesAnswer = self.ecr_page("DescribeImages", name, mark).await?;
        let images = read.image_details.0.iter().filter(|image| image.is_image());
        let items = images
            .flat_map(|image| image.image_tags.0.iter().map(move |tag| (image, tag)))
            .filter_map(|(image, tag)| {
                let mut listed = ListedTag::parse(tag)?.digest(image.image_digest.as_deref());
                listed.size = image.image_size_in_bytes;
                listed.pushed_at = image
                    .image_pushed_at
                    .map(|seconds| (seconds * 1000.0) as i64);
                Some(listed)
            })
            .collect();
        Ok(Page::new(items, read.next_token.map(Mark::Token)))
    }

    async fn ecr_page<T: DeserializeOwned>(
        &mut self,
        operation: &str,
        repository_name: Option<String>,
        mark: Option<Mark>,
    ) -> Result<T, Failure> {
        let arguments = Arguments {
            max_results: PER_PAGE,
            next_token: Mark::token(mark)?,
            repository_name,
        };
        let denied = Code::PermissionCatalogMissing;
        self.ecr(operation, &arguments, denied).await
    }
}

impl Image {
    /// Whether it is an image or an index, not a chart, a signature or another artifact.
    fn is_image(&self) -> bool {
        self.artifact_media_type.as_deref().is_none_or(|kind| {
            matches!(
                kind,
                "application/vnd.docker.container.image.v1+json"
                    | "application/vnd.oci.image.config.v1+json"
            )
        })
    }
}
