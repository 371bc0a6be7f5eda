//! Where each provider's credentials may go beside the registry itself: its token services and its API hosts.
//!
//! What of a form enters a host name here is a parsed type (region, cloud), so no text of a form is a host, except
//! OpenShift's `apiUrl`, which is the customer's own word for where the token belongs.

use bowline::{
    azure::AzureCloud,
    credential::{Credentials, EcrService},
    form::ConnectionSpec,
};
use url::Url;

/// Token services that are known to belong to a registry on another domain: registry host, token service host.
const KNOWN_PAIRS: &[(&str, &str)] = &[
    ("registry-1.docker.io", "auth.docker.io"),
    ("registry.gitlab.com", "gitlab.com"),
    ("registry.redhat.io", "sso.redhat.com"),
];

/// Domains under which strangers get names side by side, though the public suffix list does not have them: there a
/// sister name proves nothing.
const SHARED_DOMAINS: &[&str] = &["azurecr.cn", "azurecr.io", "azurecr.us", "jfrog.io"];

/// Whom a registry may name as its token service, beside itself and its known pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Realms {
    /// Nobody: the hosts of such a provider are known.
    Own,
    /// Names on its own domain.
    Domain,
    /// Those too that the customer consented to.
    Consented,
}

/// Where the API of a provider is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Api {
    /// On this host, by https on its usual port.
    Host(String),
    /// On the origin of this URL.
    Origin(Url),
    /// With the token service.
    TokenService,
}

/// Where one connection's credentials may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hosts {
    pub(super) realms: Realms,
    /// Beside the registry's own origin, which may always be asked.
    pub(super) apis: Vec<Api>,
}

impl Hosts {
    pub(super) fn of(spec: &ConnectionSpec) -> Self {
        let hosts = |names: &[&str]| names.iter().map(|name| host(*name)).collect();
        let (realms, apis) = match spec.provider.id.as_str() {
            "amazon-ecr" | "amazon-ecr-public" => (Realms::Own, aws_apis(&spec.credentials)),
            "azure-acr" => (Realms::Own, azure_apis(spec)),
            "docker-hub" => (Realms::Own, hosts(&["hub.docker.com"])),
            "github" => (Realms::Own, hosts(&["api.github.com"])),
            "google" => {
                let apis = ["oauth2.googleapis.com", "artifactregistry.googleapis.com"];
                (Realms::Own, hosts(&apis))
            }
            "ibm" => (Realms::Domain, hosts(&["iam.cloud.ibm.com"])),
            "oracle-ocir" => (Realms::Own, Vec::new()),
            "gitlab" => (Realms::Consented, vec![Api::TokenService]),
            "openshift" => {
                let url = spec
                    .values
                    .get("apiUrl")
                    .and_then(|url| Url::parse(url).ok());
                (
                    Realms::Consented,
                    url.map(Api::Origin).into_iter().collect(),
                )
            }
            _ => (Realms::Consented, Vec::new()),
        };
        Self { realms, apis }
    }
}

/// Whether this token service is known to be the registry's.
pub(super) fn is_known_pair(registry: &str, service: &str) -> bool {
    KNOWN_PAIRS.contains(&(registry, service))
}

/// Whether names on this registrable domain belong to one owner.
pub(super) fn has_one_owner(domain: &str) -> bool {
    !SHARED_DOMAINS.contains(&domain)
}

/// ECR and STS of the region that was chosen; the public registry's API is in one region only.
fn aws_apis(credentials: &Credentials) -> Vec<Api> {
    let Credentials::Aws {
        service, region, ..
    } = credentials
    else {
        return Vec::new();
    };
    let (id, suffix) = (region.as_str(), region.dns_suffix());
    let ecr = match service {
        EcrService::Private => "api.ecr",
        EcrService::Public => "api.ecr-public",
    };
    ["sts", ecr]
        .iter()
        .map(|service| host(format!("{service}.{id}.{suffix}")))
        .collect()
}

/// Entra's login host of the registry's cloud.
fn azure_apis(spec: &ConnectionSpec) -> Vec<Api> {
    let endpoint = spec.endpoint.as_ref();
    let cloud = endpoint.and_then(|endpoint| AzureCloud::of_registry(endpoint.host()));
    cloud
        .map(|cloud| host(cloud.login_host()))
        .into_iter()
        .collect()
}

fn host(name: impl Into<String>) -> Api {
    Api::Host(name.into())
}
