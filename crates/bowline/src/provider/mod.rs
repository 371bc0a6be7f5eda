//! The provider table: what each registry product asks for and can do. One file a provider.
//!
//! A provider is data ([`Provider`], its [`Auth`] methods and their [`Field`]s) and a few functions that know what
//! only this product has ([`Rules`], [`Field`] rules). No provider file knows another; what concerns several of them
//! (a token of one in the form of another) is decided over the whole table.

mod alibaba_acr;
mod amazon_ecr;
mod amazon_ecr_public;
mod aws;
mod azure_acr;
mod bitbucket;
mod chainguard;
mod cloudsmith;
mod digitalocean;
mod docker_hub;
mod docker_registry;
mod docker_registry_v1;
mod docker_trusted_registry;
mod field;
mod gitea;
mod github;
mod gitlab;
mod google;
mod harbor;
mod huawei_swr;
mod ibm;
mod id;
mod jfrog_artifactory;
mod judge;
pub(crate) mod login;
mod names;
mod nexus;
mod notifications;
mod nvidia_ngc;
mod openshift;
mod oracle_ocir;
mod proget;
mod quay;
mod red_hat_atomic;
pub(crate) mod rules;
mod scaleway;
mod setup;
mod tencent_tcr;

use std::fmt;

use serde::Serialize;

use self::{
    field::page_text,
    id::PROVIDERS,
    login::Login,
    rules::{Fit, Rules, Shape},
};
pub use self::{
    field::{Choice, Field, Help, Kind},
    id::{ProviderId, UnknownProvider},
    names::{is_same_registry, registry_names},
    notifications::{Line, Notifications, When},
    setup::{Setup, Snippet},
};
use crate::{endpoint::Endpoint, finding::Issue, form::Draft, message::Code};

/// A registry product, enough to render its form.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Provider {
    /// Its id: `docker-hub`.
    pub id: ProviderId,
    /// `Docker Hub`.
    pub title: &'static str,
    /// The vendor's page about its credentials.
    pub docs_url: &'static str,
    /// Where a picker shows it.
    pub group: Group,
    /// Its place in a picker: lower comes first. No two products have the same.
    pub rank: u16,
    /// The ways to log in; the first is the default.
    pub auth: &'static [Auth],
    /// What the product can do.
    pub capabilities: Capabilities,
    /// How its notifications of pushes are set up, where it has some.
    pub notifications: Option<Notifications>,
    /// What only this product has.
    #[serde(skip)]
    pub(crate) rules: Rules,
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Provider({})", self.id)
    }
}

/// The part of a picker that a product stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// A registry of a cloud provider.
    Cloud,
    /// A registry that its vendor hosts.
    Hosted,
    /// A product that its users run themselves.
    SelfHosted,
    /// Any registry of a protocol.
    Generic,
}

/// A way to log in.
#[derive(Debug, Serialize)]
pub struct Auth {
    /// `password`, `oauth2`, …
    pub id: &'static str,
    /// `Username and access token`.
    pub title: &'static str,
    /// What it asks for, in the order in which a page shows it.
    pub fields: &'static [Field],
    /// Makes the credentials of the values.
    #[serde(skip)]
    pub(crate) login: Login,
    /// Makes the endpoint of the values.
    #[serde(skip)]
    pub(crate) endpoint: fn(&mut Draft<'_>) -> Option<Endpoint>,
    /// How long its secrets last at most, in milliseconds, where they all end.
    #[serde(skip)]
    pub(crate) lasts_ms: Option<i64>,
    /// What to create at the vendor first, where it is the same for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setup: Option<Setup>,
}

impl Auth {
    pub(crate) const fn new(
        id: &'static str,
        title: &'static str,
        fields: &'static [Field],
        login: Login,
    ) -> Self {
        Self {
            id,
            title: page_text(title),
            fields,
            login,
            endpoint: typed_endpoint,
            lasts_ms: None,
            setup: None,
        }
    }

    /// Something is to be created at the vendor first.
    pub(crate) const fn setup(mut self, setup: Setup) -> Self {
        self.setup = Some(setup);
        self
    }

    /// The secrets all end, this long after they were made.
    pub(crate) const fn lasts_ms(mut self, lasts_ms: i64) -> Self {
        self.lasts_ms = Some(lasts_ms);
        self
    }

    /// The endpoint is made of something else than the field `url`.
    pub(crate) const fn endpoint(
        mut self,
        endpoint: fn(&mut Draft<'_>) -> Option<Endpoint>,
    ) -> Self {
        self.endpoint = endpoint;
        self
    }

    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// What a registry product can do. A page hides what it cannot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Capabilities {
    /// Repositories can be listed: by the catalog, or by the product's own API.
    pub catalog: bool,
    /// Tags can be listed.
    pub tags: bool,
    /// A connection test needs an image to be named.
    pub test_needs_image: bool,
    /// The product can announce pushes by webhooks.
    pub events: bool,
    /// Images can be held back until they are released.
    pub quarantine: bool,
    /// Images can be listed as image streams.
    pub image_streams: bool,
    /// Images that are gone from the registry can be found out and forgotten.
    pub cleanup: bool,
    /// Images can be taken in without being named one by one.
    pub automatic: bool,
}

impl Capabilities {
    /// What a registry with a catalog and webhooks can do.
    pub(crate) const LISTING: Self = Self {
        catalog: true,
        tags: true,
        test_needs_image: false,
        events: false,
        quarantine: false,
        image_streams: false,
        cleanup: true,
        automatic: true,
    };

    /// What a registry can do that has to be told every image's name.
    pub(crate) const UNLISTED: Self = Self {
        catalog: false,
        tags: false,
        test_needs_image: true,
        events: false,
        quarantine: false,
        image_streams: false,
        cleanup: false,
        automatic: false,
    };
}

/// Every provider, in the order of [`ProviderId::ALL`].
///
/// ```
/// let mut providers = bowline::provider::providers().to_vec();
/// providers.sort_by_key(|provider| provider.rank);
/// assert_eq!(providers[0].title, "Docker Hub");
/// ```
pub fn providers() -> &'static [&'static Provider] {
    PROVIDERS
}

/// The table as a JSON document: what the npm package has as `providers.json` and `GET /v1/providers` answers.
pub fn providers_json() -> String {
    // A table of texts and numbers is always JSON.
    serde_json::to_string(PROVIDERS).unwrap_or_default()
}

/// The provider of this id.
///
/// ```
/// let provider = bowline::provider::provider("harbor").expect("Harbor is known");
/// assert_eq!(provider.auth("").map(|auth| auth.id), Some("password"));
/// ```
pub fn provider(id: &str) -> Option<&'static Provider> {
    id.parse().ok().map(ProviderId::provider)
}

impl Provider {
    /// The auth method of this id; the empty id is the default.
    pub fn auth(&self, id: &str) -> Option<&'static Auth> {
        if id.is_empty() {
            self.auth.first()
        } else {
            self.auth.iter().find(|auth| auth.id == id)
        }
    }

    /// Whether what its registries have no more may be removed from an inventory. Where listings are limited, it is only
    /// marked.
    pub fn cleans_up(&self) -> bool {
        self.capabilities.cleanup && !self.rules.listing_is_limited
    }

    /// The provider whose own host an endpoint has.
    pub(crate) fn of_host(host: &str) -> Option<&'static Self> {
        PROVIDERS
            .iter()
            .copied()
            .find(|provider| (provider.rules.owns)(host))
    }

    /// This provider where the host is its own, which is asked first since it mostly is; else the one whose it is.
    pub(crate) fn or_of_host(&'static self, host: &str) -> Option<&'static Self> {
        if (self.rules.owns)(host) {
            Some(self)
        } else {
            Self::of_host(host)
        }
    }
}

impl Shape {
    /// The shape of any product that a text has by its prefix, and that product.
    pub(crate) fn of_any(text: &str) -> Option<(&'static Self, &'static Provider)> {
        let first = text.bytes().next()?;
        PROVIDERS.iter().find_map(|provider| {
            let distinctive = |shape: &&Shape| {
                shape.prefix.bytes().next() == Some(first) && shape.fit(text) == Fit::Yes
            };
            provider
                .rules
                .shapes
                .iter()
                .find(distinctive)
                .map(|shape| (shape, *provider))
        })
    }
}

/// The endpoint of the field `url`, or else that at the host which `host_of` gives for the field `region`. Where both
/// are filled in, `agrees` says whether the region is the host's.
pub(crate) fn region_or_url(
    draft: &mut Draft<'_>,
    host_of: fn(region: &str) -> Option<String>,
    agrees: fn(region: &str, host: &str) -> bool,
) -> Option<Endpoint> {
    let region = draft.get("region").to_owned();
    if draft.is_filled("url") {
        let endpoint = draft.take_url()?;
        if !region.is_empty() && !agrees(&region, endpoint.host()) {
            let issue = Issue::new(Code::RegionConflict).with("region", &region);
            draft.report("url", issue.suggest_some(host_of(&region)));
        }
        return Some(endpoint);
    }
    if region.is_empty() {
        let issue = Issue::new(Code::ValueRequired).with("label", "The region or the registry URL");
        draft.report_missing("region", issue);
    }
    Endpoint::parse(&host_of(&region)?).ok()
}

/// The endpoint of the field `url`.
fn typed_endpoint(draft: &mut Draft<'_>) -> Option<Endpoint> {
    draft.take_url()
}

#[cfg(test)]
mod tests;
