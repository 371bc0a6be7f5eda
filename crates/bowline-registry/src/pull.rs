//! Pulling what proves that pulling works: a manifest and the config that it names, digests verified.

use http::{HeaderMap, header::CONTENT_TYPE};

use crate::{
    check::RateLimit,
    digest::Digest,
    guard::Target,
    http::HttpClient,
    image::{Repository, Selector},
    manifest::{ACCEPT, MAX_BYTES, Manifest},
    problem::{Code, Failure},
    registry::{Get, Registry},
    scope::Scope,
    transport::Answer,
    world::{Clock, Random},
};

/// The largest config that is read, in bytes.
const CONFIG_BYTES: usize = 4 * 1024 * 1024;

impl<H: HttpClient, C: Clock, R: Random> Registry<'_, H, C, R> {
    /// Reads a manifest, and gives its digest with it.
    pub(crate) async fn manifest(
        &mut self,
        repository: &Repository,
        selector: &Selector,
        scope: &Scope,
    ) -> Result<(Digest, Manifest), Failure> {
        let url = self.url(&format!("{repository}/manifests/{selector}"));
        let target = Target::Registry;
        let get = Get {
            what: "the manifest",
            url,
            target,
            scope,
            accept: ACCEPT,
            limit: MAX_BYTES,
        };
        let answer = self.get(get).await?;
        self.facts.rate_limit = rate_limit(&answer.headers).or(self.facts.rate_limit);
        if !answer.status.is_success() {
            return Err(self.pull_refusal(&answer, "The manifest"));
        }
        let media_type = answer.header(CONTENT_TYPE.as_str()).unwrap_or_default();
        let manifest = Manifest::parse(media_type, &answer.body)?;
        let digest = verified(&answer, selector)?;
        Ok((digest, manifest))
    }

    /// Reads a config and verifies its digest. Gives its size in bytes.
    pub(crate) async fn config(
        &mut self,
        repository: &Repository,
        digest: &Digest,
        size: u64,
        scope: &Scope,
    ) -> Result<usize, Failure> {
        if usize::try_from(size).is_ok_and(|size| size > CONFIG_BYTES) {
            return Err(Failure::new(
                Code::AnswerTooLarge,
                format!("The manifest names a config of {size} bytes, more than {CONFIG_BYTES}."),
            ));
        }
        let url = self.url(&format!("{repository}/blobs/{digest}"));
        let target = Target::Registry;
        let get = Get {
            what: "the config",
            url,
            target,
            scope,
            accept: "*/*",
            limit: CONFIG_BYTES,
        };
        let answer = self.get(get).await?;
        if !answer.status.is_success() {
            return Err(self.pull_refusal(&answer, "The config"));
        }
        if !digest.matches(&answer.body) {
            return Err(Failure::new(
                Code::DigestMismatch,
                format!("The config is not {digest}."),
            ));
        }
        Ok(answer.body.len())
    }

    /// What an error answer to pulling means.
    pub(crate) fn pull_refusal(&self, answer: &Answer, what: &str) -> Failure {
        self.refusal(
            answer,
            what,
            Code::PermissionPullMissing,
            Code::ImageUnknown,
        )
    }
}

/// The digest of a manifest: the one that was asked for, else what the registry says, else SHA-256.
fn verified(answer: &Answer, selector: &Selector) -> Result<Digest, Failure> {
    let stated = match selector {
        Selector::Digest(digest) => Some(digest.clone()),
        // A digest of an algorithm that is not registered cannot be verified, and is not shown either.
        Selector::Tag(_) => answer
            .header("docker-content-digest")
            .and_then(|text| Digest::parse(text.trim())),
    };
    match stated {
        Some(digest) if digest.matches(&answer.body) => Ok(digest),
        Some(digest) => Err(Failure::new(
            Code::DigestMismatch,
            format!("The manifest is not {digest}."),
        )),
        None => Ok(Digest::of(&answer.body)),
    }
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
