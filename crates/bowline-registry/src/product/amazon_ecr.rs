//! Amazon ECR: what it adds to the distribution protocol.
//!
//! Amazon ECR's own listing: `DescribeRepositories` and `DescribeImages`, signed.

use bowline::{
    credential::{Credentials, EcrService},
    form::ConnectionSpec,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use self::api::{Ecr, EcrApi, host};
pub(super) use self::exchange::exchange;
use super::row::{Format, OWN_FIRST, PLAIN, Product, Way, Webhook, authority, nothing};
use crate::{
    guard::hosts::{Api, Hosts, Realms},
    image::Repository,
    json::List,
    listing::{
        api::time,
        cursor::Mark,
        entry::{ListedRepository, ListedTag, Page},
    },
    notification::{Event, Notification, Origin},
    problem::{
        Code::{
            self, AuthExpired, AuthRejected, EndpointUnresolved, ImageUnknown,
            PermissionCatalogMissing, PermissionPullMissing, PermissionPushMissing,
        },
        Failure,
    },
    registry::Registry,
    scope::Scope,
    world::World,
};

mod api;
mod exchange;
mod refusal;
mod sign;
mod sts;

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

pub(super) fn hosts(spec: &ConnectionSpec) -> Hosts {
    Hosts::new(Realms::Own, aws_apis(&spec.credentials))
}

pub(super) fn repository_ways(spec: &ConnectionSpec) -> &'static [Way] {
    match has_aws_keys(spec) {
        true => OWN_FIRST,
        false => PLAIN,
    }
}

pub(super) fn tag_ways(spec: &ConnectionSpec) -> &'static [Way] {
    match has_aws_keys(spec) {
        true => OWN_FIRST,
        false => PLAIN,
    }
}

fn has_aws_keys(spec: &ConnectionSpec) -> bool {
    matches!(spec.credentials, Credentials::Aws { .. })
}

/// ECR and STS of the region that was chosen; the public registry's API is in one region only.
fn aws_apis(credentials: &Credentials) -> Vec<Api> {
    let Credentials::Aws {
        service, region, ..
    } = credentials
    else {
        return Vec::new();
    };
    let ecr = Ecr::of(*service).host;
    ["sts", ecr]
        .map(|service| Api::host(host(service, *region)))
        .into()
}

/// The advice for a problem; `None` if the general hint is enough.
pub(super) fn hint(code: Code, auth: &str) -> Option<&'static str> {
    Some(match (code, auth) {
        (AuthRejected | AuthExpired, "password") => {
            "The username is AWS, in capitals. An ECR password expires after 12 hours, or with the temporary credentials it was created with. Create a new one in the registry's region (aws ecr get-login-password), or use an access key, which gets a new one for every check."
        }
        (AuthRejected, "assume-role") => {
            "Check the role's ARN and the keys. The role's trust policy must name the identity that assumes it, and the external ID exactly as shown here."
        }
        (AuthExpired, _) => {
            "Temporary credentials expire. Create new ones, and enter the access key ID, the secret access key, and the session token together."
        }
        (AuthRejected, _) => {
            "Check the access key ID and the secret access key. The key must be active in IAM, and the region must be the registry's. A key that starts with ASIA needs its session token."
        }
        (PermissionPullMissing, _) => {
            "Give the identity ecr:GetAuthorizationToken on all resources, and ecr:BatchCheckLayerAvailability, ecr:GetDownloadUrlForLayer, and ecr:BatchGetImage on this repository. If the repository is in another account, its own policy must allow the pull, too."
        }
        (PermissionPushMissing, _) => {
            "Besides the permissions for pulling, give the identity ecr:InitiateLayerUpload, ecr:UploadLayerPart, ecr:CompleteLayerUpload, and ecr:PutImage on this repository. The repository must exist first."
        }
        (PermissionCatalogMissing, _) => {
            "Enter an image to test with, or give the identity ecr:DescribeRepositories."
        }
        (ImageUnknown, _) => {
            "Check the repository, the tag, the region, and the account. The repository must exist first: ECR doesn't create it when you push. A tag has up to 128 letters, digits, periods, hyphens, and underscores."
        }
        (EndpointUnresolved, _) => {
            "Enter the 12-digit account ID. With it, the registry's URL is known without asking AWS."
        }
        _ => return None,
    })
}

/// How it announces pushes.
pub(super) static WEBHOOK: Webhook = Webhook {
    format: Format::Own(notification),
    sends_header: true,
    defaults_to_username: false,
};

/// ECR's events as EventBridge delivers them. The registry's host follows from account and region.
/// <https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html>
fn notification(body: &[u8]) -> Option<Notification> {
    #[derive(Deserialize)]
    struct Sender {
        source: String,
    }
    let sender: Sender = serde_json::from_slice(body).ok()?;
    if sender.source != "aws.ecr" {
        return None;
    }
    let told = serde_json::from_slice::<Payload>(body).ok();
    Some([told.and_then(event)].into_iter().collect())
}

/// An event of ECR.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Payload {
    account: String,
    region: String,
    time: Option<String>,
    detail_type: String,
    detail: Detail,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Detail {
    result: Option<String>,
    /// The result of a pull through the cache.
    sync_status: Option<String>,
    repository_name: String,
    image_digest: Option<String>,
    image_tag: Option<String>,
    action_type: Option<String>,
    /// `ARCHIVE` or `STANDARD`.
    target_storage_class: Option<String>,
}

fn event(told: Payload) -> Option<Event> {
    let detail = told.detail;
    let result = detail.result.or(detail.sync_status);
    if result.as_deref() != Some("SUCCESS") {
        return None;
    }
    let (tag, digest) = (detail.image_tag.as_deref(), detail.image_digest.as_deref());
    let action = (
        told.detail_type.as_str(),
        detail.action_type.as_deref(),
        detail.target_storage_class.as_deref(),
    );
    let repository = &detail.repository_name;
    let event = match action {
        ("ECR Pull Through Cache Action", _, _)
        | ("ECR Image Action" | "ECR Replication Action", Some("PUSH"), _) => {
            Event::pushed(repository, tag, digest)
        }
        ("ECR Image Action", Some("DELETE"), _) => Event::removed(repository, tag, digest),
        // An image in the archive cannot be pulled before it is restored.
        ("ECR Image Action", Some("UPDATE_STORAGE_CLASS"), Some("ARCHIVE")) => {
            Event::removed(repository, tag, digest)
        }
        ("ECR Image Action", Some("UPDATE_STORAGE_CLASS"), Some("STANDARD")) => {
            Event::pushed(repository, tag, digest)
        }
        _ => None,
    }?;
    Some(event.at(time(told.time.as_deref())).told_by(Origin::Aws {
        account: told.account,
        region: told.region,
    }))
}

/// The requested number of entries in a page. 1000 is possible but large.
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
struct RepositoriesResponse {
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
struct ImagesResponse {
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

/// A page of the account's repositories.
pub(super) async fn repositories<W: World>(
    registry: &mut Registry<'_, W>,
    mark: Option<Mark>,
) -> Result<Page<ListedRepository, Mark>, Failure> {
    let read: RepositoriesResponse = registry
        .ecr_page("DescribeRepositories", None, mark)
        .await?;
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
pub(super) async fn tags<W: World>(
    registry: &mut Registry<'_, W>,
    repository: &Repository,
    mark: Option<Mark>,
) -> Result<Page<ListedTag, Mark>, Failure> {
    // The public registry's API knows a repository without the alias that its name starts with.
    let name = match &registry.spec.credentials {
        Credentials::Aws {
            service: EcrService::Public,
            ..
        } => repository.as_str().split_once('/').map(|(_, name)| name),
        _ => Some(repository.as_str()),
    };
    let name = name.map(str::to_owned);
    let read: ImagesResponse = registry.ecr_page("DescribeImages", name, mark).await?;
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

impl<W: World> Registry<'_, W> {
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
        let keys = self.minted().await?.signing_keys.clone();
        let (
            Credentials::Aws {
                service, region, ..
            },
            Some(keys),
        ) = (&self.spec.credentials, keys)
        else {
            return Err(Failure::new(
                denied,
                "ECR's API doesn't accept a registry password.",
            ));
        };
        let api = EcrApi {
            service: *service,
            region: *region,
            keys: &keys,
        };
        api.ask(&self.transport, operation, &arguments, denied)
            .await
    }
}

impl Image {
    /// Tells whether it is an image or an index, not a chart, a signature or another artifact.
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
