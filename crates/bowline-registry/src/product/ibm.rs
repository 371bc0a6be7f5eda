//! IBM Cloud Container Registry: what it adds to the distribution protocol.
//!
//! IBM Cloud's own listing: one answer with the images of the account, or of a namespace.

use std::collections::BTreeMap;

use bowline::{credential::Credentials, form::ConnectionSpec, secret::Secret};
use bytes::Bytes;
use http::HeaderName;
use serde::Deserialize;
use zeroize::Zeroizing;

pub(super) use super::distribution::{exchange, tags};
use super::row::{Format, Product, Webhook, authority, nothing, own_first, plain};
use crate::{
    guard::hosts::{Api, Hosts, Realms},
    json::List,
    listing::{
        api::unlistable,
        cursor::Mark,
        entry::{ListedRepository, Page},
    },
    login::Authorization,
    problem::{
        Code::{
            self, AuthExpired, AuthRejected, PermissionCatalogMissing, PermissionPullMissing,
            PermissionPushMissing,
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
    repository_ways: own_first,
    tag_ways: plain,
    catalog_scope: Scope::Catalog,
    token_username: "oauth2",
    docker_config_key: authority,
    speaks_v1: false,
};

fn hosts(_: &ConnectionSpec) -> Hosts {
    Hosts::new(Realms::Domain, vec![Api::host("iam.cloud.ibm.com")])
}

/// The advice for a problem; `None` if the general hint is enough.
pub(super) fn hint(code: Code, _auth: &str) -> Option<&'static str> {
    Some(match code {
        AuthRejected => {
            "Check the username, which says what the password is. For an API key, it is iamapikey, in lowercase. Also check that the key wasn't deleted or locked in IAM."
        }
        AuthExpired => {
            "Use an API key with the username iamapikey. Tokens for iambearer and iamrefresh expire."
        }
        PermissionPullMissing => {
            "Give the user or service ID the service role Reader for Container Registry in this region and namespace."
        }
        PermissionPushMissing => {
            "Give the user or service ID the service roles Reader and Writer for Container Registry. The namespace must exist first."
        }
        PermissionCatalogMissing => {
            "Enter an image to test with, or give the user or service ID container-registry.image.list. The service role Reader includes it."
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

const WHAT: &str = "IBM Cloud's API";

/// Where an API key buys an access token.
const IAM: &str = "https://iam.cloud.ibm.com/identity/token";

#[derive(Deserialize)]
struct TokenResponse {
    access_token: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Image {
    /// `us.icr.io/namespace/app:1`.
    #[serde(default)]
    repo_tags: List<String>,
    /// `us.icr.io/namespace/app@sha256:…`.
    #[serde(default)]
    repo_digests: List<String>,
    /// In seconds since 1970.
    created: Option<i64>,
}

/// All repositories of the account, within the namespace.
pub(super) async fn repositories<W: World>(
    registry: &mut Registry<'_, W>,
    mark: Option<Mark>,
) -> Result<Page<ListedRepository, Mark>, Failure> {
    if mark.is_some() {
        return Err(Mark::foreign());
    }
    let Some(login) = registry.ibm_login().await? else {
        return Err(unlistable(
            "Only API keys and IAM access tokens can list images in IBM Cloud.",
        ));
    };
    let namespace = registry.endpoint.namespace().split('/').next();
    let namespace = namespace.filter(|namespace| !namespace.is_empty());
    let namespace = namespace.map(|namespace| ("namespace", namespace));
    // Without the second, images of several platforms are left out (ibm-container-registry, `list_images`).
    let options = [("includeIBM", "false"), ("includeManifestLists", "true")];
    let query = urlencoded::encode(options.into_iter().chain(namespace));
    let url = registry.own_url("/api/v1/images", &query);
    let answer = registry.ask(WHAT, url, Some(&login)).await?;
    let images: List<Image> = registry.listed(&answer, WHAT)?;
    let mut found = BTreeMap::new();
    for image in &images.0 {
        let references = [&image.repo_tags, &image.repo_digests];
        for name in references
            .into_iter()
            .flat_map(|list| &list.0)
            .filter_map(|text| name_of(text))
        {
            let newest = found.entry(name).or_insert(image.created);
            *newest = image.created.max(*newest);
        }
    }
    let items = found
        .into_iter()
        .filter_map(|(name, created)| {
            let updated = created.map(|seconds| seconds.saturating_mul(1000));
            Some(ListedRepository::parse(name)?.updated(updated))
        })
        .collect();
    Ok(Page::new(items, None))
}

impl<W: World> Registry<'_, W> {
    /// Gets an IAM access token for the account; `None` if the login is a refresh token, which cannot get one.
    async fn ibm_login(&mut self) -> Result<Option<Authorization>, Failure> {
        let Credentials::Password { username, password } = &self.spec.credentials else {
            return Ok(None);
        };
        let token = match username.as_str() {
            "iamapikey" => self.iam_token(password).await?,
            "iambearer" => password.clone(),
            _ => return Ok(None),
        };
        let account = self.spec.values.get("accountId").map_or("", String::as_str);
        let login = Authorization::bearer(&token)?;
        login
            .and(HeaderName::from_static("account"), account)
            .map(Some)
    }

    /// An API key buys a token that lives an hour.
    async fn iam_token(&mut self, key: &Secret) -> Result<Secret, Failure> {
        let form = urlencoded::encode([
            ("grant_type", "urn:ibm:params:oauth:grant-type:apikey"),
            ("apikey", key.expose()),
        ]);
        let body = Bytes::from_owner(Zeroizing::new(form.into_bytes()));
        let answer = self
            .login_to_api(WHAT, IAM, "application/x-www-form-urlencoded", body)
            .await?;
        let token: TokenResponse = self.listed(&answer, "IBM Cloud's IAM")?;
        let token = Secret::new(token.access_token);
        self.transport.hide(&token);
        Ok(token)
    }
}

/// The repository of `us.icr.io/namespace/app:1` and of `us.icr.io/namespace/app@sha256:…`.
fn name_of(reference: &str) -> Option<&str> {
    let (_host, rest) = reference.split_once('/')?;
    let rest = rest.split('@').next()?;
    Some(rest.rsplit_once(':').map_or(rest, |(name, _tag)| name))
}
