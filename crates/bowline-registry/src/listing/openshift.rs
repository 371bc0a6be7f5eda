//! OpenShift's own listing: the image streams that the API server tells of.

use serde::Deserialize;
use url::Url;

use crate::{
    image::Repository,
    image_stream::ImageStream,
    json::{List, or_default},
    listing::{
        ListedRepository, ListedTag, Page,
        api::{address, not_about_it},
        cursor::Mark,
    },
    problem::{Code, Failure},
    registry::Registry,
    urlencoded,
    world::World,
};

const WHAT: &str = "the list of image streams";
const API: &str = "/apis/image.openshift.io/v1";
/// How many entries a page is asked for.
const PER_PAGE: usize = 500;

#[derive(Deserialize)]
struct ImageStreams {
    items: List<ImageStream>,
    #[serde(default, deserialize_with = "or_default")]
    metadata: ListMetadata,
}

#[derive(Default, Deserialize)]
struct ListMetadata {
    /// What the next page is asked with; absent or empty at the end.
    #[serde(rename = "continue", default, deserialize_with = "or_default")]
    next: String,
}

impl<W: World> Registry<'_, W> {
    /// A page of the project's image streams, or of all of the cluster.
    pub(super) async fn openshift_repositories(
        &mut self,
        mark: Option<Mark>,
    ) -> Result<Page<ListedRepository, Mark>, Failure> {
        let token = Mark::token(mark)?;
        let token = token.as_deref().map(|token| ("continue", token));
        let limit = PER_PAGE.to_string();
        let limit = [("limit", limit.as_str())];
        let query = urlencoded::encode(limit.into_iter().chain(token));
        let url = self.image_streams_url(&query)?;
        let login = self.token_login()?;
        let answer = self.ask(WHAT, url, login.as_ref()).await?;
        let streams: ImageStreams = self.listed(&answer, WHAT)?;
        let items = streams
            .items
            .0
            .iter()
            .filter_map(|stream| stream.repository().map(ListedRepository::of))
            .collect();
        let next = Some(streams.metadata.next).filter(|token| !token.is_empty());
        Ok(Page::new(items, next.map(Mark::Token)))
    }

    /// The tags of an image stream, all on one page.
    pub(super) async fn openshift_tags(
        &mut self,
        repository: &Repository,
        mark: Option<Mark>,
    ) -> Result<Page<ListedTag, Mark>, Failure> {
        let Some((project, name)) = repository.as_str().split_once('/') else {
            return Ok(Page::empty());
        };
        if mark.is_some() {
            return Err(Mark::foreign());
        }
        let mut url = self.api_url()?;
        url.set_path(&format!("{API}/namespaces/{project}/imagestreams/{name}"));
        let login = self.token_login()?;
        let answer = self.ask(WHAT, url, login.as_ref()).await?;
        if answer.status.as_u16() == 404 {
            return Err(Failure::new(
                Code::ImageUnknown,
                "There is no such image stream.",
            ));
        }
        let stream: ImageStream = self.listed(&answer, WHAT)?;
        if stream.repository().as_ref() != Some(repository) {
            return Err(not_about_it(WHAT));
        }
        let items = stream.tags().map(|pointer| ListedTag {
            digest: Some(pointer.digest.to_string()),
            pushed_at: pointer.since,
            ..ListedTag::of(pointer.tag)
        });
        Ok(Page::new(items.collect(), None))
    }

    /// Where the API server tells of the project's image streams, or of those of all projects.
    pub(crate) fn image_streams_url(&self, query: &str) -> Result<Url, Failure> {
        let path = match self.endpoint.namespace() {
            "" => format!("{API}/imagestreams"),
            project => format!("{API}/namespaces/{project}/imagestreams"),
        };
        let mut url = self.api_url()?;
        url.set_path(&path);
        url.set_query(Some(query));
        Ok(url)
    }

    fn api_url(&self) -> Result<Url, Failure> {
        let api = self.spec.values.get("apiUrl").map(String::as_str);
        address(api.unwrap_or_default())
    }
}
