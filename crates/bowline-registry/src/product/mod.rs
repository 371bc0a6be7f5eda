//! The products: what each adds to the distribution protocol, in one file per product.
//!
//! A product's file has six items. The table below does not compile without them: `PRODUCT` and `WEBHOOK`, its rows;
//! `exchange`, which exchanges its credentials; `hint`, the advice for a problem; and `repositories` and `tags`, its
//! own listing. The rows are separate statics, so that a component that only parses notifications links nothing else.
//! Code for a product's other APIs is in its folder.

use bowline::{endpoint::Endpoint, form::ConnectionSpec, provider::ProviderId};

use futures::future::BoxFuture;

use self::row::{Product, Webhook};
use crate::{
    guard::hosts::Hosts,
    image::Repository,
    listing::{
        cursor::Mark,
        entry::{ListedRepository, ListedTag, Page},
    },
    login::Minted,
    notification::Notification,
    operator::Operator,
    problem::{Code, Failure},
    registry::Registry,
    transport::Transport,
    world::World,
};

mod alibaba_acr;
mod amazon_ecr;
mod amazon_ecr_public;
mod azure_acr;
mod bitbucket;
mod chainguard;
mod cloudsmith;
mod digitalocean;
mod distribution;
mod docker_hub;
mod docker_registry;
mod docker_registry_v1;
mod docker_trusted_registry;
mod gitea;
mod github;
mod gitlab;
mod google;
mod harbor;
mod huawei_swr;
mod ibm;
mod jfrog_artifactory;
mod nexus;
mod nvidia_ngc;
pub(crate) mod openshift;
mod oracle_ocir;
mod proget;
mod quay;
mod red_hat_atomic;
pub(crate) mod row;
mod scaleway;
mod tencent_tcr;

/// Makes the matches of one line a product: variant, module.
macro_rules! products {
    ($($variant:ident $module:ident,)*) => {
        /// The row of a product.
        pub(crate) fn of(id: ProviderId) -> &'static Product {
            match id {
                $(ProviderId::$variant => &$module::PRODUCT,)*
            }
        }

        /// How a product announces pushes.
        pub(crate) fn webhook(id: ProviderId) -> &'static Webhook {
            match id {
                $(ProviderId::$variant => &$module::WEBHOOK,)*
            }
        }

        /// The advice for a problem with a product and an auth method; `None` if the general hint is enough.
        pub(crate) fn hint(id: ProviderId, code: Code, auth: &str) -> Option<&'static str> {
            match id {
                $(ProviderId::$variant => $module::hint(code, auth),)*
            }
        }

        /// What the credentials of a connection become before its registry takes them.
        pub(crate) fn exchange<'a, W: World>(
            transport: &'a mut Transport<'_, W>,
            operator: &'a Operator,
            spec: &'a ConnectionSpec,
        ) -> BoxFuture<'a, Result<Minted, Failure>> {
            match spec.provider.id {
                $(ProviderId::$variant => Box::pin($module::exchange(transport, operator, spec)),)*
            }
        }

        /// Returns true if a product's registry has digests.
        ///
        /// ```
        /// use bowline_registry::has_digests;
        ///
        /// assert!(has_digests("docker-registry".parse().unwrap()));
        /// assert!(!has_digests("docker-registry-v1".parse().unwrap()));
        /// ```
        pub fn has_digests(provider: ProviderId) -> bool {
            match provider {
                // Read at compile time, so that nothing links a row for it.
                $(ProviderId::$variant => const { !$module::PRODUCT.speaks_v1 },)*
            }
        }

        /// A page of the product's own listing of repositories.
        pub(crate) async fn repositories<W: World>(
            registry: &mut Registry<'_, W>,
            mark: Option<Mark>,
        ) -> Result<Page<ListedRepository, Mark>, Failure> {
            match registry.spec.provider.id {
                $(ProviderId::$variant => $module::repositories(registry, mark).await,)*
            }
        }

        /// A page of the product's own listing of tags.
        pub(crate) async fn tags<W: World>(
            registry: &mut Registry<'_, W>,
            repository: &Repository,
            mark: Option<Mark>,
        ) -> Result<Page<ListedTag, Mark>, Failure> {
            match registry.spec.provider.id {
                $(ProviderId::$variant => $module::tags(registry, repository, mark).await,)*
            }
        }
    };
}

products! {
    AmazonEcr amazon_ecr,
    AmazonEcrPublic amazon_ecr_public,
    AzureAcr azure_acr,
    DockerHub docker_hub,
    GitHub github,
    Google google,
    GitLab gitlab,
    Harbor harbor,
    Quay quay,
    JfrogArtifactory jfrog_artifactory,
    Nexus nexus,
    OpenShift openshift,
    OracleOcir oracle_ocir,
    Ibm ibm,
    Gitea gitea,
    DigitalOcean digitalocean,
    Scaleway scaleway,
    AlibabaAcr alibaba_acr,
    TencentTcr tencent_tcr,
    HuaweiSwr huawei_swr,
    Cloudsmith cloudsmith,
    NvidiaNgc nvidia_ngc,
    Chainguard chainguard,
    ProGet proget,
    Bitbucket bitbucket,
    DockerTrustedRegistry docker_trusted_registry,
    RedHatAtomic red_hat_atomic,
    DockerRegistry docker_registry,
    DockerRegistryV1 docker_registry_v1,
}

/// Where the credentials of a connection may go beside the registry itself.
pub(crate) fn hosts(spec: &ConnectionSpec) -> Hosts {
    let product = of(spec.provider.id);
    Hosts {
        token_services: product.token_services,
        ..(product.hosts)(spec)
    }
}

/// Parses a notification that was sent to a connection of this provider.
///
/// A product without its own format sends Distribution's. Because its connection can get any product's notifications,
/// the first format that matches the body counts. Parsing never fails: unknown entries are counted.
///
/// ```
/// use bowline_registry::read_notification;
///
/// let body = br#"{"events":[{"action":"push","target":{"repository":"team/app","tag":"1"}}]}"#;
/// let provider = "docker-registry".parse().unwrap();
/// let notification = read_notification(provider, body);
/// assert_eq!((notification.events.len(), notification.ignored), (1, 0));
/// ```
pub fn read_notification(provider: ProviderId, body: &[u8]) -> Notification {
    let own = |id: ProviderId| match webhook(id).format {
        row::Format::Own(read) => read(body),
        row::Format::Distribution => None,
    };
    let read = match webhook(provider).format {
        row::Format::Own(read) => read(body),
        row::Format::Distribution => crate::notification::distribution::read(body)
            .or_else(|| ProviderId::ALL.iter().copied().find_map(own)),
    };
    read.unwrap_or_else(Notification::unknown)
}

/// Returns true if a product's registry can send a custom header with a notification.
///
/// ```
/// use bowline_registry::sends_header;
///
/// assert!(sends_header("harbor".parse().unwrap()));
/// assert!(!sends_header("docker-hub".parse().unwrap()));
/// ```
pub fn sends_header(provider: ProviderId) -> bool {
    webhook(provider).sends_header
}

/// Returns the part of the registry that a connection can reach: its namespace, or the one that its product derives
/// from the username.
///
/// ```
/// use bowline::endpoint::Endpoint;
/// use bowline_registry::namespace_of;
///
/// let endpoint = Endpoint::parse("registry.example.com/team").unwrap();
/// assert_eq!(namespace_of("harbor".parse().unwrap(), &endpoint, Some("Alice")), "team");
/// ```
pub fn namespace_of(provider: ProviderId, endpoint: &Endpoint, username: Option<&str>) -> String {
    let own = username.filter(|_| webhook(provider).defaults_to_username);
    match own.filter(|_| endpoint.namespace().is_empty()) {
        Some(username) => username.to_ascii_lowercase(),
        None => endpoint.namespace().to_owned(),
    }
}

#[cfg(test)]
mod tests;
