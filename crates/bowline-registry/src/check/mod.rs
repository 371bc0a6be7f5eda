//! The result of a check of a connection.

use serde::{Deserialize, Serialize};

use crate::problem::Problem;

mod run;
mod sample;
mod search;
mod steps;
mod v1;

pub use run::check;

/// The result of a check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Check {
    /// True if every step that ran passed, and at least the login is proven.
    pub ok: bool,
    /// How much the check proved.
    pub proved: Proved,
    /// The six steps, in order.
    pub steps: Vec<Step>,
    /// The problem that ended the check; `None` if `ok`.
    pub problem: Option<Problem>,
    /// Facts about the registry.
    pub facts: Facts,
    /// Warnings about what works but may need attention.
    pub warnings: Vec<Warning>,
}

/// How much a check proved. Each value includes the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Proved {
    /// Nothing.
    None,
    /// A registry responds at this address.
    Reach,
    /// It accepts the credentials or requires none.
    Login,
    /// The manifest and config of an image were pulled, and their digests verified.
    Pull,
}

/// The steps of a check, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum StepName {
    /// `GET /v2/` responds like a registry.
    Reach,
    /// The credentials are accepted.
    Authenticate,
    /// The repositories can be listed.
    Catalog,
    /// The tags of a repository can be listed.
    Tags,
    /// The manifest of an image can be read.
    Manifest,
    /// The content in the manifest can be read.
    Pull,
}

impl StepName {
    /// All steps, in order.
    pub const ALL: [Self; 6] = [
        Self::Reach,
        Self::Authenticate,
        Self::Catalog,
        Self::Tags,
        Self::Manifest,
        Self::Pull,
    ];
}

/// The outcome of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It ran and succeeded.
    Passed,
    /// It ran and failed, which ended the check.
    Failed,
    /// It was not needed, came after a failure, or is not supported by this registry.
    Skipped,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// The step.
    pub step: StepName,
    /// Its outcome.
    pub status: Status,
    /// Its duration in milliseconds; `None` if it was skipped.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub elapsed_ms: Option<u64>,
    /// What the check saw, as text.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub detail: Option<String>,
}

/// The facts that a check learned. Text from a server appears only after it proved to be a registry, with at most 200
/// printable characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct Facts {
    /// The product and version that `/v2/` reports, in the product's own header or in `Server`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// The API version that `/v2/` reports: `registry/2.0`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_version: Option<String>,
    /// The kind of login that it requires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme: Option<Scheme>,
    /// The token service's URL, without a query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub realm: Option<String>,
    /// The image that was tried: `library/alpine:3.20`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// The digest of the manifest or index that its tag points to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Whether repositories can be listed.
    pub catalog: CatalogSupport,
    /// Whether the credentials can push, too.
    pub can_push: CanPush,
    /// When the registry token of this check expires, in RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_expires_at: Option<String>,
    /// The pull limit, if the registry reports it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateLimit>,
}

/// The kind of login that a registry requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// None.
    None,
    /// A username and a password in every request.
    Basic,
    /// A token, usually from a token service.
    Bearer,
}

/// Whether repositories can be listed, through the catalog or the product's own API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CatalogSupport {
    /// They can: the check listed them.
    Listed,
    /// They cannot: the registry has no listing, or not for this login.
    Unlistable,
    /// The check did not ask, because the caller named an image.
    #[default]
    Unknown,
}

/// Whether the credentials can push. A check never uploads to find out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CanPush {
    /// The token service granted it.
    Yes,
    /// The token service refused it.
    No,
    /// The check did not ask, or cannot know (Basic logins, opaque tokens).
    #[default]
    Unknown,
}

/// A pull limit, as Docker Hub reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RateLimit {
    /// Pulls per window.
    pub limit: u64,
    /// Remaining pulls.
    pub remaining: u64,
    /// The length of the window, in seconds.
    pub window_seconds: u64,
}

/// A warning: something works but may need attention.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Warning {
    /// The stable code.
    pub code: WarningCode,
    /// The title, a few words.
    pub title: String,
    /// What the check saw, and what to do.
    pub detail: String,
}

/// The subject of a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum WarningCode {
    /// The registry requires no credentials but got some.
    #[serde(rename = "credential.not_proven")]
    CredentialNotProven,
    /// There is nothing to pull: the registry or namespace has no repository, or the picked repositories have no image.
    #[serde(rename = "catalog.empty")]
    CatalogEmpty,
    /// The repositories cannot be listed. The caller has to name an image.
    #[serde(rename = "catalog.unlistable")]
    CatalogUnlistable,
    /// The credentials can push, although only pulling is needed.
    #[serde(rename = "credential.can_push")]
    CredentialCanPush,
    /// The operator's AWS identity may take the role on without the external id that was issued to the project.
    #[serde(rename = "role.external_id_optional")]
    RoleExternalIdOptional,
}

impl WarningCode {
    pub(crate) fn warning(self, detail: impl Into<String>) -> Warning {
        let title = match self {
            Self::CredentialNotProven => "The credentials couldn't be verified",
            Self::CatalogEmpty => "No image was found to pull",
            Self::CatalogUnlistable => "The repositories can't be listed",
            Self::CredentialCanPush => "The credentials can also push",
            Self::RoleExternalIdOptional => "The role doesn't require the external ID",
        };
        Warning {
            code: self,
            title: title.to_owned(),
            detail: detail.into(),
        }
    }
}
