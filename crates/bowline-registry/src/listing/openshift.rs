//! OpenShift's own listing: the image streams that the API server tells of.

use serde::Deserialize;
use url::{Url, form_urlencoded};

use crate::{
    http::HttpClient,
    listing::{ListedRepository, Page, api::address, cursor::Mark},
    problem::Failure,
    registry::Registry,
    world::{Clock, Random},
};

const WHAT: &str = "the list of image streams";
/// How many entries a page is asked for.
const PER_PAGE: usize = 500;

#[derive(Deserialize)]
struct ImageStreams {
    items: Vec<ImageStream>,
    #[serde(default)]
    metadata: ListMetadata,
}

#[derive(Default, Deserialize)]
struct ListMetadata {
    /// What the next page is asked with; absent or empty at the end.
    #[serde(rename = "continue", default)]
    next: String,
}

#[derive(Deserialize)]
struct ImageStream {
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Metadata {
    namespace: String,
    name: String,
}

impl<H: HttpClient, C: Clock, R: Random> Registry<'_, H, C, R> {
    /// A page of the project's image streams, or of all of the cluster.
    pub(super) async fn openshift_repositories(
        &mut self,
        mark: Option<Mark>,
    ) -> Result<Page<ListedRepository, Mark>, Failure> {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("limit", &PER_PAGE.to_string());
        if let Some(token) = Mark::token(mark)? {
            query.append_pair("continue", &token);
        }
        let url = self.image_streams_url(&query.finish())?;
        let login = self.token_login()?;
        let answer = self.ask(WHAT, url, login.as_ref()).await?;
        let streams: ImageStreams = self.listed(&answer, WHAT)?;
        let items = streams
            .items
            .iter()
            .filter_map(|stream| {
                let Metadata { namespace, name } = &stream.metadata;
                ListedRepository::parse(&format!("{namespace}/{name}"))
            })
            .collect();
        let next = Some(streams.metadata.next).filter(|token| !token.is_empty());
        Ok(Page {
            items,
            next: next.map(Mark::Token),
        })
    }

    /// Where the API server tells of the project's image streams, or of those of all projects.
    pub(crate) fn image_streams_url(&self, query: &str) -> Result<Url, Failure> {
        let path = match self.endpoint.namespace() {
            "" => "/apis/image.openshift.io/v1/imagestreams".to_owned(),
            project => format!("/apis/image.openshift.io/v1/namespaces/{project}/imagestreams"),
        };
        let api = self.spec.values.get("apiUrl").map(String::as_str);
        let mut url = address(api.unwrap_or_default())?;
        url.set_path(&path);
        url.set_query(Some(query));
        Ok(url)
    }
}
