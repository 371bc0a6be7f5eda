//! Pulls a manifest and one of its blobs to prove that pulling works, and verifies their digests.

use http::{HeaderMap, StatusCode, header::CONTENT_TYPE};
use zeroize::Zeroizing;

use crate::{
    check::RateLimit,
    digest::Digest,
    guard::Target,
    image::{Repository, Selector},
    manifest::{ACCEPT, MAX_BYTES, Manifest, content},
    problem::{Code, Failure},
    refusal::Refusals,
    registry::{Get, Registry},
    scope::Scope,
    transport::Response,
    world::World,
};

/// The largest blob that is read, in bytes.
const BLOB_BYTES: usize = 4 * 1024 * 1024;

impl<W: World> Registry<'_, W> {
    /// Reads a manifest and returns it with its digest.
    pub(crate) async fn manifest(
        &mut self,
        repository: &Repository,
        selector: &Selector,
        scope: &Scope,
    ) -> Result<(Digest, Manifest), Failure> {
        let (digest, manifest) = self.any_manifest(repository, selector, scope).await?;
        Ok((digest, manifest?))
    }

    /// Reads a manifest, even of an unsupported kind, and returns it with its digest.
    pub(crate) async fn any_manifest(
        &mut self,
        repository: &Repository,
        selector: &Selector,
        scope: &Scope,
    ) -> Result<(Digest, Result<Manifest, Failure>), Failure> {
        let get = self.manifest_get(repository, selector, scope);
        let answer = self.get(get).await?;
        self.facts.rate_limit = rate_limit(&answer.headers).or(self.facts.rate_limit);
        if !answer.status.is_success() {
            return Err(self.pull_refusal(&answer, "The manifest"));
        }
        let media_type = answer.header(CONTENT_TYPE.as_str()).unwrap_or_default();
        let content = content(&answer.body);
        let manifest = Manifest::parse(media_type, &content);
        match verified(&answer, &content, selector) {
            Ok(digest) => Ok((digest, manifest)),
            // What is no manifest at all has no digest that could be wrong.
            Err(mismatch) => Err(manifest.err().unwrap_or(mismatch)),
        }
    }

    /// Requests the digest of a manifest without reading it, which does not count toward pull limits. `None` if the
    /// registry does not return it.
    pub(crate) async fn stated_digest(
        &mut self,
        repository: &Repository,
        selector: &Selector,
        scope: &Scope,
    ) -> Result<Option<Digest>, Failure> {
        let get = self.manifest_get(repository, selector, scope);
        let answer = self.head(get).await?;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            return Err(self.pull_refusal(&answer, "The manifest"));
        }
        Ok(stated(&answer).filter(|_| answer.status.is_success()))
    }

    fn manifest_get<'a>(
        &self,
        repository: &Repository,
        selector: &Selector,
        scope: &'a Scope,
    ) -> Get<'a> {
        Get {
            what: "the manifest",
            url: self.url(&format!("{repository}/manifests/{selector}")),
            target: Target::Registry,
            scope,
            accept: ACCEPT,
            limit: MAX_BYTES,
        }
    }

    /// Reads a blob and verifies its digest.
    pub(crate) async fn blob(
        &mut self,
        repository: &Repository,
        digest: &Digest,
        size: Option<u64>,
        scope: &Scope,
    ) -> Result<Zeroizing<Vec<u8>>, Failure> {
        if let Some(size) = size
            && usize::try_from(size).is_ok_and(|size| size > BLOB_BYTES)
        {
            return Err(Failure::new(
                Code::AnswerTooLarge,
                format!("The manifest names a blob of {size} bytes. The limit is {BLOB_BYTES}."),
            ));
        }
        let url = self.url(&format!("{repository}/blobs/{digest}"));
        let target = Target::Registry;
        let get = Get {
            what: "the blob",
            url,
            target,
            scope,
            accept: &["*/*"],
            limit: BLOB_BYTES,
        };
        let answer = match self.get(get).await {
            // Only schema 1 does not say how large its layers are.
            Err(failure) if failure.code == Code::AnswerTooLarge && size.is_none() => {
                return Err(Failure::new(
                    Code::ManifestUnsupported,
                    format!(
                        "The image has a Docker schema 1 manifest, and its layer is larger than the {BLOB_BYTES} bytes that a check reads."
                    ),
                ));
            }
            answer => answer?,
        };
        if !answer.status.is_success() {
            return Err(self.pull_refusal(&answer, "The blob"));
        }
        if !digest.matches(&answer.body) {
            return Err(Failure::new(
                Code::DigestMismatch,
                format!("The blob doesn't match {digest}."),
            ));
        }
        Ok(answer.body)
    }

    /// What an error answer to pulling means.
    pub(crate) fn pull_refusal(&self, answer: &Response, what: &str) -> Failure {
        self.refusal(answer, what, Refusals::PULL)
    }
}

/// The digest of a manifest: the one that was asked for, else what the registry says, else SHA-256.
fn verified(answer: &Response, content: &[u8], selector: &Selector) -> Result<Digest, Failure> {
    let stated = match selector {
        Selector::Digest(digest) => Some(digest.clone()),
        Selector::Tag(_) => stated(answer),
    };
    match stated {
        Some(digest) if digest.matches(content) => Ok(digest),
        Some(digest) => Err(Failure::new(
            Code::DigestMismatch,
            format!("The manifest doesn't match {digest}."),
        )),
        None => Ok(Digest::of(content)),
    }
}

/// The digest that a registry states for a manifest. One of an algorithm that is not registered cannot be verified, and is
/// not shown either.
fn stated(answer: &Response) -> Option<Digest> {
    Digest::parse(answer.header("docker-content-digest")?.trim())
}

/// Docker Hub's `ratelimit-limit: 100;w=21600` and `ratelimit-remaining: 76;w=21600`.
fn rate_limit(headers: &HeaderMap) -> Option<RateLimit> {
    let number_and_window = |name: &str| {
        let text = headers.get(name)?.to_str().ok()?;
        let (number, window) = text.split_once(';')?;
        let window = window.trim().strip_prefix("w=")?.parse::<u64>().ok()?;
        Some((number.trim().parse::<u64>().ok()?, window))
    };
    let (limit, window_seconds) = number_and_window("ratelimit-limit")?;
    let (remaining, _) = number_and_window("ratelimit-remaining")?;
    Some(RateLimit {
        limit,
        remaining,
        window_seconds,
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_pull_limit_is_read_as_docker_hub_tells_it() {
        let cases = [
            (("100;w=21600", "76;w=21600"), Some((100, 76, 21_600))),
            (("100", "76"), None),
            (("100;w=x", "76;w=21600"), None),
            (("-1;w=1", "0;w=1"), None),
        ];
        for ((limit, remaining), expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert("ratelimit-limit", HeaderValue::from_static(limit));
            headers.insert("ratelimit-remaining", HeaderValue::from_static(remaining));
            let read =
                rate_limit(&headers).map(|read| (read.limit, read.remaining, read.window_seconds));
            assert_eq!(read, expected, "{limit} {remaining}");
        }
    }
}
