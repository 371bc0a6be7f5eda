//! Manifests: what an image is made of (OCI image specification, Docker image manifest versions 1 and 2).

use std::{borrow::Cow, collections::HashMap};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::Deserialize;

use crate::{
    digest::Digest,
    problem::{Code, Failure},
};

/// The media types that are understood; of a registry that has several forms of an image, schema 1 is wanted last.
pub(crate) const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, \
    application/vnd.oci.image.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, \
    application/vnd.docker.distribution.manifest.v2+json, \
    application/vnd.oci.artifact.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.v1+prettyjws;q=0.5";

/// No larger manifest is read; registries take none that is larger either.
pub(crate) const MAX_BYTES: usize = 4 * 1024 * 1024;

/// A manifest, as far as a pull goes on from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Manifest {
    /// Several platforms: the digest of the one to go on with.
    Index(Digest),
    /// One image, or something else in the same form.
    Content {
        /// What to pull to prove that pulling works: the config, of an artifact its smallest blob, of schema 1 a layer.
        blob: Digest,
        /// How large the manifest says that it is; `None` where it does not.
        size: Option<u64>,
        /// Whether it is an image, not a chart, a signature, an attestation or another artifact.
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
    #[serde(default)]
    layers: Vec<Descriptor>,
    /// Of an OCI artifact manifest.
    blobs: Option<Vec<Descriptor>>,
    /// Of schema 1.
    fs_layers: Option<Vec<FsLayer>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    #[serde(default)]
    media_type: String,
    artifact_type: Option<String>,
    digest: String,
    #[serde(default)]
    size: u64,
    platform: Option<Platform>,
    #[serde(default)]
    annotations: HashMap<String, String>,
}

#[derive(Deserialize)]
struct Platform {
    #[serde(default)]
    architecture: String,
    #[serde(default)]
    os: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FsLayer {
    blob_sum: String,
}

impl Manifest {
    /// Reads a manifest. `media_type` is that of the answer; it is believed only where the document states none.
    pub(crate) fn parse(media_type: &str, body: &[u8]) -> Result<Self, Failure> {
        let document: Document = serde_json::from_slice(body)
            .map_err(|_| unsupported("The answer for the manifest is no manifest in JSON."))?;
        if let Some(layers) = &document.fs_layers
            && document.schema_version == Some(1)
        {
            return schema_1(layers);
        }
        match (&document.manifests, &document.config, &document.blobs) {
            (Some(manifests), None, None) => index(manifests),
            (None, Some(config), None) => Ok(Self::Content {
                blob: digest(config)?,
                size: Some(config.size),
                is_image: document.is_image(config),
            }),
            (None, None, Some(blobs)) => {
                let smallest = blobs
                    .iter()
                    .min_by_key(|blob| blob.size)
                    .ok_or_else(|| unsupported("The artifact holds nothing."))?;
                Ok(Self::Content {
                    blob: digest(smallest)?,
                    size: Some(smallest.size),
                    is_image: false,
                })
            }
            (None, None, None) => {
                let stated = media_type.split(';').next().unwrap_or_default().trim();
                let kind = document.media_type.as_deref().unwrap_or(stated);
                let known = !kind.is_empty()
                    && kind.len() <= 100
                    && kind.bytes().all(|b| b.is_ascii_graphic());
                let kind = if known { kind } else { "unknown" };
                Err(unsupported(&format!(
                    "The manifest has neither a config nor platforms (media type {kind})."
                )))
            }
            _ => Err(unsupported(
                "The manifest is of several kinds at once: image, index or artifact.",
            )),
        }
    }
}

impl Document {
    /// Signatures and attestations have an image's config, too, but no image's layers.
    fn is_image(&self, config: &Descriptor) -> bool {
        let is_layer = |layer: &Descriptor| {
            [
                "application/vnd.oci.image.layer.",
                "application/vnd.docker.image.rootfs.",
            ]
            .iter()
            .any(|kind| layer.media_type.starts_with(kind))
        };
        self.artifact_type.is_none()
            && matches!(
                config.media_type.as_str(),
                "application/vnd.oci.image.config.v1+json"
                    | "application/vnd.docker.container.image.v1+json"
            )
            && (self.layers.is_empty() || self.layers.iter().any(is_layer))
    }
}

impl Descriptor {
    fn is_index(&self) -> bool {
        self.media_type.contains("index") || self.media_type.contains("manifest.list")
    }

    /// BuildKit keeps attestations in the index, for a platform that there is not.
    fn is_image_or_index(&self) -> bool {
        let is_attestation = self.annotations.contains_key("vnd.docker.reference.type")
            || self
                .platform
                .as_ref()
                .is_some_and(|platform| platform.os == "unknown");
        !is_attestation && self.artifact_type.is_none()
    }

    fn is_usual(&self) -> bool {
        self.platform
            .as_ref()
            .is_some_and(|platform| platform.os == "linux" && platform.architecture == "amd64")
    }
}

/// The platform that most pulls want: linux/amd64, else the first image, else what another index names.
fn index(manifests: &[Descriptor]) -> Result<Manifest, Failure> {
    let children = || manifests.iter().filter(|child| child.is_image_or_index());
    let images = || children().filter(|child| !child.is_index());
    images()
        .find(|child| child.is_usual())
        .or_else(|| images().next())
        .or_else(|| children().next())
        .map(digest)
        .transpose()?
        .map(Manifest::Index)
        .ok_or_else(|| unsupported("The index names no image."))
}

/// Docker schema 1 names only layers. The empty one, which most of these images have, is the smallest that there is.
fn schema_1(layers: &[FsLayer]) -> Result<Manifest, Failure> {
    const EMPTY: &str = "sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4";
    let empty = layers.iter().find(|layer| layer.blob_sum == EMPTY);
    empty
        .or(layers.last())
        .and_then(|layer| Digest::parse(&layer.blob_sum))
        .map(|blob| Manifest::Content {
            blob,
            size: None,
            is_image: true,
        })
        .ok_or_else(|| unsupported("The manifest of Docker schema 1 names no layer."))
}

/// What of an answer is the manifest, and what its digest is made of: all of it, but of a signed one of schema 1 what was
/// signed, which is the document without its signatures.
pub(crate) fn content(body: &[u8]) -> Cow<'_, [u8]> {
    signed(body).map_or(Cow::Borrowed(body), Cow::Owned)
}

/// The signed document of a manifest in "pretty" JSON Web Signature form: its beginning up to a length that the
/// signature's header tells, and the end that the header holds.
fn signed(body: &[u8]) -> Option<Vec<u8>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Signed {
        schema_version: u64,
        signatures: Vec<Signature>,
    }
    #[derive(Deserialize)]
    struct Signature {
        protected: String,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Protected {
        format_length: usize,
        format_tail: String,
    }
    let decode = |text: &str| {
        BASE64_URL_SAFE_NO_PAD
            .decode(text.trim_end_matches('='))
            .ok()
    };
    let document: Signed = serde_json::from_slice(body).ok()?;
    if document.schema_version != 1 {
        return None;
    }
    let protected = decode(&document.signatures.first()?.protected)?;
    let protected: Protected = serde_json::from_slice(&protected).ok()?;
    let mut payload = body.get(..protected.format_length)?.to_vec();
    payload.extend(decode(&protected.format_tail)?);
    Some(payload)
}

fn digest(descriptor: &Descriptor) -> Result<Digest, Failure> {
    Digest::parse(&descriptor.digest)
        .ok_or_else(|| unsupported("The manifest names its content by a digest that is none."))
}

fn unsupported(detail: &str) -> Failure {
    Failure::new(Code::ManifestUnsupported, detail)
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
            Ok(Manifest::Content {
                blob,
                size,
                is_image,
            }) => {
                let kind = if is_image { "image" } else { "artifact" };
                let size = size.map_or("?".to_owned(), |size| size.to_string());
                format!("{kind} {} {size}", blob.to_string().chars().nth(7).unwrap())
            }
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
                "image 1 7",
            ),
            (
                "Docker image",
                "application/vnd.docker.distribution.manifest.v2+json; charset=utf-8",
                r#"{"schemaVersion":2,"config":{"mediaType":"application/vnd.docker.container.image.v1+json","digest":"D1","size":7}}"#,
                "image 1 7",
            ),
            (
                "a chart",
                OCI,
                r#"{"schemaVersion":2,"config":{"mediaType":"application/vnd.cncf.helm.config.v1+json","digest":"D1","size":7}}"#,
                "artifact 1 7",
            ),
            (
                "an artifact",
                OCI,
                r#"{"schemaVersion":2,"artifactType":"a/b","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"D1","size":2}}"#,
                "artifact 1 2",
            ),
            (
                "no media type at all",
                "",
                r#"{"config":{"digest":"D1"}}"#,
                "artifact 1 0",
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
                "index 1",
            ),
            (
                "index of an index and an image",
                "",
                r#"{"manifests":[{"mediaType":"application/vnd.oci.image.index.v1+json","digest":"D1"},{"digest":"D2"}]}"#,
                "index 2",
            ),
            (
                "index of attestations and artifacts only",
                "",
                r#"{"manifests":[{"digest":"D1","annotations":{"vnd.docker.reference.type":"attestation-manifest"}},{"digest":"D2","artifactType":"a/b"},{"digest":"D2","platform":{"os":"unknown","architecture":"unknown"}}]}"#,
                unsupported,
            ),
            (
                "an attestation with an image's config",
                OCI,
                r#"{"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"D1","size":7},"layers":[{"mediaType":"application/vnd.in-toto+json","digest":"D2"}]}"#,
                "artifact 1 7",
            ),
            (
                "an image with a foreign layer",
                OCI,
                r#"{"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"D1","size":7},"layers":[{"mediaType":"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip","digest":"D2"}]}"#,
                "image 1 7",
            ),
            (
                "an artifact manifest",
                "application/vnd.oci.artifact.manifest.v1+json",
                r#"{"artifactType":"a/b","blobs":[{"digest":"D1","size":9},{"digest":"D2","size":3}]}"#,
                "artifact 2 3",
            ),
            (
                "an empty artifact manifest",
                "application/vnd.oci.artifact.manifest.v1+json",
                r#"{"artifactType":"a/b","blobs":[]}"#,
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
                "schema 1",
                "application/vnd.docker.distribution.manifest.v1+prettyjws",
                r#"{"schemaVersion":1,"fsLayers":[{"blobSum":"D2"},{"blobSum":"D1"}]}"#,
                "image 1 ?",
            ),
            (
                "schema 1 with an empty layer",
                "application/json",
                r#"{"schemaVersion":1,"fsLayers":[{"blobSum":"sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4"},{"blobSum":"D1"}]}"#,
                "image a ?",
            ),
            (
                "schema 1 without layers",
                "application/json",
                r#"{"schemaVersion":1,"fsLayers":[]}"#,
                unsupported,
            ),
            (
                "schema 1 with a bad digest",
                "application/json",
                r#"{"schemaVersion":1,"fsLayers":[{"blobSum":"sha256:zz"}]}"#,
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

    #[test]
    fn the_digest_of_a_signed_manifest_is_that_of_what_was_signed() {
        let plain = "{\n   \"schemaVersion\": 1\n}";
        let length = plain.find("\n}").unwrap();
        let header = |length: usize| {
            let tail = BASE64_URL_SAFE_NO_PAD.encode("\n}");
            BASE64_URL_SAFE_NO_PAD.encode(format!(
                r#"{{"formatLength":{length},"formatTail":"{tail}"}}"#
            ))
        };
        let with = |length: usize| {
            let end = format!(
                ",\n   \"signatures\": [{{\"protected\":\"{}\"}}]\n}}",
                header(length)
            );
            plain.replace("\n}", &end)
        };
        let signed = with(length);
        assert_eq!(content(signed.as_bytes()), plain.as_bytes());
        for odd in [
            plain.to_owned(),
            with(1_000_000),
            with(length).replace("schemaVersion\": 1", "schemaVersion\": 2"),
            r#"{"schemaVersion":1,"signatures":[]}"#.to_owned(),
            r#"{"schemaVersion":1,"signatures":[{"protected":"!"}]}"#.to_owned(),
            "no JSON".to_owned(),
        ] {
            assert_eq!(content(odd.as_bytes()), odd.as_bytes(), "taken as it is");
        }
    }

    proptest! {
        #[test]
        fn no_body_makes_it_fail(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Manifest::parse(OCI, &body);
            let _ = content(&body);
        }
    }
}
