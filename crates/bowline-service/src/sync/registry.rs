//! A sync's requests to a registry, and the meaning of its errors.

use bowline_registry::{AskedImage, AskedTag, Details, Digests};
use bowline_store::SyncProblem;

use super::stop::Stop;
use crate::protocol::inventory::{RepositoriesPage, TagsPage};

/// The requests of a sync to a registry.
pub(crate) trait Registry {
    /// A page of the repositories.
    fn repositories(
        &self,
        cursor: Option<&str>,
    ) -> impl Future<Output = Result<RepositoriesPage, Stop>>;

    /// A page of a repository's tags.
    fn tags(
        &self,
        repository: &str,
        cursor: Option<&str>,
    ) -> impl Future<Output = Result<TagsPage, Stop>>;

    /// The digests that tags name.
    fn digests(
        &self,
        repository: &str,
        tags: Vec<AskedTag>,
    ) -> impl Future<Output = Result<Digests, Stop>>;

    /// The details of digests.
    fn details(
        &self,
        repository: &str,
        digests: Vec<AskedImage>,
    ) -> impl Future<Output = Result<Details, Stop>>;
}

/// The scope of a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// It may have gone later.
    Passing,
    /// The registry wants fewer requests.
    Limit,
    /// This repository alone, and lasting.
    Repository,
    /// All of the connection, and lasting.
    Connection,
}

pub(super) fn scope(problem: &SyncProblem) -> Scope {
    match problem.code.as_str() {
        "rate.limited" => Scope::Limit,
        "connect.refused" | "connect.timeout" | "answer.timeout" | "deadline.exceeded"
        | "dns.not_found" | "server.error" | "tls.failed" | "answer.malformed" => Scope::Passing,
        "image.unknown"
        | "permission.pull_missing"
        | "manifest.unsupported"
        | "digest.mismatch"
        | "answer.too_large"
        | "answer.encoded"
        | "link.not_allowed"
        | "redirect.not_allowed" => Scope::Repository,
        _ => Scope::Connection,
    }
}

/// A registry that answers about nothing that it was asked for.
pub(super) fn silent() -> SyncProblem {
    SyncProblem {
        code: "answer.malformed".to_owned(),
        title: "The registry's response is malformed".to_owned(),
        detail: "It contains nothing about what was requested.".to_owned(),
        hint: "Try again later. If it keeps happening, ask the registry's administrator."
            .to_owned(),
    }
}
