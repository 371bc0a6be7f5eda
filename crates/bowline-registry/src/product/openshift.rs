//! OpenShift: what it adds to the distribution protocol.
//!
//! OpenShift's own listing: the image streams of the API server.

use bowline::form::ConnectionSpec;
use serde::Deserialize;
use url::Url;

pub(super) use super::distribution::exchange;
use super::row::{Format, OWN_FIRST, PLAIN, Product, Way, Webhook, authority, nothing};
use crate::{
    guard::hosts::{Api, Hosts, Realms},
    image::Repository,
    image_stream::ImageStream,
    json::{List, or_default},
    listing::{
        api::{address, not_about_it},
        cursor::Mark,
        entry::{ListedRepository, ListedTag, Page},
    },
    problem::{
        Code::{
            self, AnswerNotRegistry, AuthExpired, AuthRejected, PermissionCatalogMissing,
            PermissionPullMissing, PermissionPushMissing,
        },
        Failure,
    },
    registry::Registry,
    scope::Scope,
    urlencoded,
    world::World,
};

/// Its row of what other code asks about it.
pub(super) static PRODUCT: Product = Product {
    hosts,
    token_services: &[],
    unexchanged: nothing,
    repository_ways,
    tag_ways,
    catalog_scope: Scope::Catalog,
    token_username: "oauth2",
    docker_config_key: authority,
    speaks_v1: false,
};

fn hosts(spec: &ConnectionSpec) -> Hosts {
    Hosts::new(Realms::Consented, api_server(spec))
}

fn repository_ways(spec: &ConnectionSpec) -> &'static [Way] {
    match names_api(spec) {
        true => OWN_FIRST,
        false => PLAIN,
    }
}

fn tag_ways(spec: &ConnectionSpec) -> &'static [Way] {
    match names_api(spec) {
        true => OWN_FIRST,
        false => PLAIN,
    }
}

/// Tells whether the connection names an API server.
pub(crate) fn names_api(spec: &ConnectionSpec) -> bool {
    spec.values.contains_key("apiUrl")
}

/// Returns the API server, with which the customer says where the token belongs.
fn api_server(spec: &ConnectionSpec) -> Vec<Api> {
    let url = spec.values.get("apiUrl");
    let url = url.and_then(|url| Url::parse(url).ok());
    url.map(Api::Origin).into_iter().collect()
}

/// The advice for a problem; `None` if the general hint is enough.
pub(super) fn hint(code: Code, _auth: &str) -> Option<&'static str> {
    Some(match code {
        AuthRejected | AuthExpired => {
            "Enter the token again. A user's token (oc whoami -t) expires after a day, so use a service account's token instead. Any username without a colon works."
        }
        PermissionPullMissing => {
            "Give the user or service account get, list, and watch on imagestreams and imagestreams/layers in this project, for example with the role registry-viewer or system:image-puller. Names have two levels: project/name."
        }
        PermissionPushMissing => {
            "Give the user or service account the role registry-editor or system:image-builder in this project. The project must exist first."
        }
        PermissionCatalogMissing => {
            "Enter an image to test with, or give the user or service account get, list, and watch on imagestreams and imagestreams/layers in the whole cluster."
        }
        AnswerNotRegistry => {
            "Check the host, the port, and HTTPS. Enter the host of the registry's route, not of the console or the API server. The route must be exposed first."
        }
        _ => return None,
    })
}

/// How it announces pushes.
pub(super) static WEBHOOK: Webhook = Webhook {
    format: Format::Distribution,
    sends_header: true,
    defaults_to_username: false,
};

const WHAT: &str = "OpenShift's API";
const API: &str = "/apis/image.openshift.io/v1";
/// The number of entries that a page is asked for.
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

/// A page of the project's image streams, or of all of the cluster.
pub(super) async fn repositories<W: World>(
    registry: &mut Registry<'_, W>,
    mark: Option<Mark>,
) -> Result<Page<ListedRepository, Mark>, Failure> {
    let token = Mark::token(mark)?;
    let token = token.as_deref().map(|token| ("continue", token));
    let limit = PER_PAGE.to_string();
    let limit = [("limit", limit.as_str())];
    let query = urlencoded::encode(limit.into_iter().chain(token));
    let url = image_streams_url(registry, &query)?;
    let login = registry.token_login()?;
    let answer = registry.ask(WHAT, url, login.as_ref()).await?;
    let streams: ImageStreams = registry.listed(&answer, WHAT)?;
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
pub(super) async fn tags<W: World>(
    registry: &mut Registry<'_, W>,
    repository: &Repository,
    mark: Option<Mark>,
) -> Result<Page<ListedTag, Mark>, Failure> {
    let Some((project, name)) = repository.as_str().split_once('/') else {
        return Ok(Page::empty());
    };
    if mark.is_some() {
        return Err(Mark::foreign());
    }
    let mut url = api_url(registry)?;
    url.set_path(&format!("{API}/namespaces/{project}/imagestreams/{name}"));
    let login = registry.token_login()?;
    let answer = registry.ask(WHAT, url, login.as_ref()).await?;
    if answer.status.as_u16() == 404 {
        return Err(Failure::new(
            Code::ImageUnknown,
            "The image stream doesn't exist.",
        ));
    }
    let stream: ImageStream = registry.listed(&answer, WHAT)?;
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

/// Returns the URL of the project's image streams, or of those of all projects.
pub(crate) fn image_streams_url<W: World>(
    registry: &Registry<'_, W>,
    query: &str,
) -> Result<Url, Failure> {
    let path = match registry.endpoint.namespace() {
        "" => format!("{API}/imagestreams"),
        project => format!("{API}/namespaces/{project}/imagestreams"),
    };
    let mut url = api_url(registry)?;
    url.set_path(&path);
    url.set_query(Some(query));
    Ok(url)
}

fn api_url<W: World>(registry: &Registry<'_, W>) -> Result<Url, Failure> {
    let api = registry.spec.values.get("apiUrl").map(String::as_str);
    address(api.unwrap_or_default())
}
