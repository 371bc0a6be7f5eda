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
    /// What could be tried passed, and at least the login is proven.
    pub ok: bool,
    /// The furthest point that it reached.
    pub proved: Proved,
    /// The six steps, in order.
    pub steps: Vec<Step>,
    /// The problem; `None` where `ok`.
    pub problem: Option<Problem>,
    /// Facts that were learned on the way.
    pub facts: Facts,
    /// Warnings: what works but is worth a word.
    pub warnings: Vec<Warning>,
}

/// The furthest point that a check reached. Each includes the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Proved {
    /// Nothing.
    None,
    /// A registry answers at this address.
    Reach,
    /// It accepts the credentials, or asks for none.
    Login,
    /// An image was pulled: manifest and config, digests verified.
    Pull,
}

/// The steps of a check, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum StepName {
    /// `GET /v2/` answers as a registry does.
    Reach,
    /// The credentials are accepted.
    Authenticate,
    /// The repositories can be listed.
    Catalog,
    /// The tags of a repository can be listed.
    Tags,
    /// The manifest of an image can be read.
    Manifest,
    /// The content that the manifest names can be read.
    Pull,
}

impl StepName {
    /// All of them, in order.
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
    /// It was tried, and worked.
    Passed,
    /// It was tried, and the check ended with it.
    Failed,
    /// It was not needed, came after a failure, or this registry does not offer it.
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
    /// The time it took, in milliseconds; `None` where nothing was tried.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub elapsed_ms: Option<u64>,
    /// The observation, in words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub detail: Option<String>,
}

/// The facts that a check learned. The words of a server stand here only after it proved to be a registry, at most 200
/// printable characters of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct Facts {
    /// What `/v2/` says of the product and its version: its own header where it has one, else `Server`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// The version of the API that `/v2/` names: `registry/2.0`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_version: Option<String>,
    /// How it asks for a login.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme: Option<Scheme>,
    /// The token service's URL, without a query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub realm: Option<String>,
    /// The image that was tried: `library/alpine:3.20`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// What its tag points to: the digest of the manifest or index.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// True if repositories can be listed.
    pub catalog: CatalogSupport,
    /// True if the credentials may push, too.
    pub can_push: CanPush,
    /// When the registry token of this check ends, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_expires_at: Option<String>,
    /// The pull limit, where the registry tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateLimit>,
}

/// The kind of login that a registry asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// Not at all.
    None,
    /// With a username and a password in every request.
    Basic,
    /// With a token, mostly from a token service.
    Bearer,
}

/// True if repositories can be listed, by the catalog or by the product's own API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CatalogSupport {
    /// They were listed.
    Listed,
    /// This registry has no listing, or not for this login.
    Unlistable,
    /// Not asked, because an image was named.
    #[default]
    Unknown,
}

/// True if the credentials may push. Never found out by uploading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CanPush {
    /// The token service granted it.
    Yes,
    /// The token service refused it.
    No,
    /// Not asked, or not to be told (Basic logins, tokens that cannot be read).
    #[default]
    Unknown,
}

/// A pull limit, as Docker Hub tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RateLimit {
    /// Pulls per window.
    pub limit: u64,
    /// Pulls that are left.
    pub remaining: u64,
    /// The length of the window, in seconds.
    pub window_seconds: u64,
}

/// A warning: something works but is worth a word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Warning {
    /// The stable code.
    pub code: WarningCode,
    /// The title, a few words.
    pub title: String,
    /// The observation and the advice.
    pub detail: String,
}

/// The subject of a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum WarningCode {
    /// The registry asks for no credentials but got some.
    #[serde(rename = "credential.not_proven")]
    CredentialNotProven,
    /// Nothing to pull: there is no repository in the registry or the namespace, or those that were drawn hold no image.
    #[serde(rename = "catalog.empty")]
    CatalogEmpty,
    /// The repositories cannot be listed; an image has to be named.
    #[serde(rename = "catalog.unlistable")]
    CatalogUnlistable,
    /// The credentials may push though pulling is all that is needed.
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
