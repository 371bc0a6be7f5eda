//! Manifests: what an image is made of (OCI image specification, Docker image manifest version 2).

use serde::Deserialize;

use crate::{
    digest::Digest,
    problem::{Code, Failure},
};

/// The media types that are asked for. Schema 1 is among them so that a registry that has nothing else says so.
pub(crate) const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, \
    application/vnd.oci.image.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, \
    application/vnd.docker.distribution.manifest.v2+json, \
    application/vnd.docker.distribution.manifest.v1+prettyjws;q=0.5";

/// No larger manifest is read; registries take none that is larger either.
pub(crate) const MAX_BYTES: usize = 4 * 1024 * 1024;

/// A manifest, as far as a pull goes on from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Manifest {
    /// Several platforms: the digest of the one to go on with.
    Index(Digest),
    /// One image, or an artifact in the same form.
    Image {
        /// Its config.
        config: Digest,
        /// The config's size, as the manifest states it.
        size: u64,
        /// Whether the config is one of an image, not of a chart, a signature or another artifact.
        is_image: bool,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    schema_version: Option<u64>,
    media_type: Option<String>,
    artifact_type: Option<String>,
    manifests: Option<Vec<Descriptor>>,
    config: Option<Descriptor>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    #[serde(default)]
    media_type: String,
    digest: String,
    #[serde(default)]
    size: u64,
    platform: Option<Platform>,
}

#[derive(Deserialize)]
struct Platform {
    #[serde(default)]
    architecture: String,
    #[serde(default)]
    os: String,
}

impl Manifest {
    /// Reads a manifest. `media_type` is that of the answer; it is believed only where the document states none.
    pub(crate) fn parse(media_type: &str, body: &[u8]) -> Result<Self, Failure> {
        let unsupported = |detail: &str| Failure::new(Code::ManifestUnsupported, detail);
        let media_type = media_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        if media_type.starts_with("application/vnd.docker.distribution.manifest.v1") {
            return Err(schema_1());
        }
        let document: Document = serde_json::from_slice(body)
            .map_err(|_| unsupported("The answer for the manifest is no manifest in JSON."))?;
        if document.schema_version == Some(1) {
            return Err(schema_1());
        }
        match (document.manifests, document.config) {
            (Some(manifests), None) => index(&manifests),
            (None, Some(config)) => {
                let digest = Digest::parse(&config.digest).ok_or_else(|| {
                    unsupported("The manifest names its config by a digest that is none.")
                })?;
                let is_image = document.artifact_type.is_none()
                    && matches!(
                        config.media_type.as_str(),
                        "application/vnd.oci.image.config.v1+json"
                            | "application/vnd.docker.container.image.v1+json"
                    );
                Ok(Self::Image {
                    config: digest,
                    size: config.size,
                    is_image,
                })
            }
            (Some(_), Some(_)) => Err(unsupported("The manifest is both an index and an image.")),
            (None, None) => {
                let kind = document.media_type.unwrap_or(media_type);
                let known = kind.len() <= 100
                    && kind.bytes().all(|b| b.is_ascii_graphic())
                    && !kind.is_empty();
                let kind = if known { kind.as_str() } else { "unknown" };
                Err(unsupported(&format!(
                    "The manifest has neither a config nor platforms (media type {kind})."
                )))
            }
        }
    }
}

/// The platform that most pulls want: linux/amd64, else the first that is an image. Attestations have no platform.
fn index(manifests: &[Descriptor]) -> Result<Manifest, Failure> {
    let images = || {
        manifests.iter().filter(|child| {
            let is_index =
                child.media_type.contains("index") || child.media_type.contains("manifest.list");
            let is_attestation = child
                .platform
                .as_ref()
                .is_some_and(|platform| platform.os == "unknown");
            !is_index && !is_attestation
        })
    };
    let usual = images().find(|child| {
        child
            .platform
            .as_ref()
            .is_some_and(|platform| platform.os == "linux" && platform.architecture == "amd64")
    });
    usual
        .or_else(|| images().next())
        .and_then(|child| Digest::parse(&child.digest))
        .map(Manifest::Index)
        .ok_or_else(|| Failure::new(Code::ManifestUnsupported, "The index names no image."))
}

fn schema_1() -> Failure {
    Failure::new(
        Code::ManifestUnsupported,
        "The image has a manifest of Docker schema 1, which current clients no longer pull.",
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OCI: &str = "application/vnd.oci.image.manifest.v1+json";

    fn parse(media_type: &str, body: &str) -> String {
        match Manifest::parse(
            media_type,
            body.replace("D1", &digest('1'))
                .replace("D2", &digest('2'))
                .as_bytes(),
        ) {
            Ok(Manifest::Index(child)) => {
                format!("index {}", child.to_string().chars().nth(7).unwrap())
            }
            Ok(Manifest::Image { size, is_image, .. }) => format!("image {size} {is_image}"),
            Err(failure) => failure.code.to_string(),
        }
    }

    fn digest(fill: char) -> String {
        format!("sha256:{}", fill.to_string().repeat(64))
    }

    #[test]
    fn manifests_of_every_kind_are_read() {
        let unsupported = "manifest.unsupported";
        let cases = [
            (
                "OCI image",
                OCI,
                r#"{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"D1","size":7},"layers":[]}"#,
                "image 7 true",
            ),
            (
                "Docker image",
                "application/vnd.docker.distribution.manifest.v2+json; charset=utf-8",
                r#"{"schemaVersion":2,"config":{"mediaType":"application/vnd.docker.container.image.v1+json","digest":"D1","size":7}}"#,
                "image 7 true",
            ),
            (
                "a chart",
                OCI,
                r#"{"schemaVersion":2,"config":{"mediaType":"application/vnd.cncf.helm.config.v1+json","digest":"D1","size":7}}"#,
                "image 7 false",
            ),
            (
                "an artifact",
                OCI,
                r#"{"schemaVersion":2,"artifactType":"a/b","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"D1","size":2}}"#,
                "image 2 false",
            ),
            (
                "no media type at all",
                "",
                r#"{"config":{"digest":"D1"}}"#,
                "image 0 false",
            ),
            (
                "index, amd64 second",
                "application/vnd.oci.image.index.v1+json",
                r#"{"manifests":[{"mediaType":"m","digest":"D1","platform":{"os":"linux","architecture":"arm64"}},{"digest":"D2","platform":{"os":"linux","architecture":"amd64"}}]}"#,
                "index 2",
            ),
            (
                "index without amd64",
                "",
                r#"{"manifests":[{"digest":"D1","platform":{"os":"windows","architecture":"arm"}},{"digest":"D2"}]}"#,
                "index 1",
            ),
            (
                "index with an attestation first",
                "",
                r#"{"manifests":[{"digest":"D1","platform":{"os":"unknown","architecture":"unknown"}},{"digest":"D2"}]}"#,
                "index 2",
            ),
            (
                "index of an index",
                "",
                r#"{"manifests":[{"mediaType":"application/vnd.oci.image.index.v1+json","digest":"D1"}]}"#,
                unsupported,
            ),
            ("empty index", "", r#"{"manifests":[]}"#, unsupported),
            (
                "index with a bad digest",
                "",
                r#"{"manifests":[{"digest":"sha256:../../x"}]}"#,
                unsupported,
            ),
            (
                "bad config digest",
                OCI,
                r#"{"config":{"digest":"sha256:zz"}}"#,
                unsupported,
            ),
            (
                "schema 1 by media type",
                "application/vnd.docker.distribution.manifest.v1+prettyjws",
                "{}",
                unsupported,
            ),
            (
                "schema 1 by version",
                "application/json",
                r#"{"schemaVersion":1,"fsLayers":[]}"#,
                unsupported,
            ),
            (
                "both at once",
                OCI,
                r#"{"config":{"digest":"D1"},"manifests":[]}"#,
                unsupported,
            ),
            ("neither", OCI, "{}", unsupported),
            ("no JSON", OCI, "<html>", unsupported),
            ("an array", OCI, "[]", unsupported),
        ];
        for (case, media_type, body, expected) in cases {
            assert_eq!(parse(media_type, body), expected, "{case}");
        }
    }

    proptest! {
        #[test]
        fn no_body_makes_it_fail(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Manifest::parse(OCI, &body);
        }
    }
}
