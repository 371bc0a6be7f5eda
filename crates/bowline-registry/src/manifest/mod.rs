//! Manifests: what an image is made of (OCI image specification, Docker image manifest versions 1 and 2).

use serde::{Deserialize, de::IgnoredAny};

use crate::{
    digest::Digest,
    json::{self, First, List, or_default},
    problem::Failure,
};

mod content;
mod schema_1;
#[cfg(test)]
mod tests;

use self::content::unsupported;
pub(crate) use self::{
    content::{Content, Kind, Manifest, created_at},
    schema_1::content,
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

/// The number of indexes that may name one another before an image.
pub(crate) const INDEXES: usize = 3;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    schema_version: Option<u64>,
    media_type: Option<String>,
    artifact_type: Option<String>,
    manifests: Option<List<Descriptor>>,
    config: Option<Descriptor>,
    #[serde(default)]
    layers: List<Descriptor>,
    /// Of an OCI artifact manifest.
    blobs: Option<List<Descriptor>>,
    /// Of schema 1.
    fs_layers: Option<List<schema_1::Layer>>,
    /// Of schema 1, the newest first.
    #[serde(default)]
    history: First<schema_1::Ancestor>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    #[serde(default, deserialize_with = "or_default")]
    media_type: String,
    artifact_type: Option<String>,
    digest: String,
    #[serde(default, deserialize_with = "or_default")]
    size: u64,
    platform: Option<Platform>,
    #[serde(default, deserialize_with = "or_default")]
    annotations: Annotations,
}

/// The part that is read of an entry's annotations.
#[derive(Default, Deserialize)]
struct Annotations {
    #[serde(default, rename = "vnd.docker.reference.type")]
    reference_type: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Platform {
    #[serde(default, deserialize_with = "or_default")]
    architecture: String,
    #[serde(default, deserialize_with = "or_default")]
    os: String,
}

impl Manifest {
    /// Reads a manifest. `media_type` is that of the answer; it is believed only where the document states none.
    pub(crate) fn parse(media_type: &str, body: &[u8]) -> Result<Self, Failure> {
        let document: Document = json::from_slice(body)
            .map_err(|_| unsupported("The answer for the manifest is no manifest in JSON."))?;
        if let Some(layers) = &document.fs_layers
            && document.schema_version == Some(1)
        {
            return schema_1::manifest(&layers.0, document.history.0.as_ref());
        }
        match (&document.manifests, &document.config, &document.blobs) {
            (Some(manifests), None, None) => index(&manifests.0),
            (None, Some(config), None) => Ok(Self::Content(Content {
                kind: document.kind(config),
                blob: digest(config)?,
                blob_bytes: Some(config.size),
                bytes: Some(sum(document.layers.0.iter().chain([config]))),
            })),
            (None, None, Some(blobs)) => {
                let smallest = blobs
                    .0
                    .iter()
                    .min_by_key(|blob| blob.size)
                    .ok_or_else(|| unsupported("The artifact holds nothing."))?;
                Ok(Self::Content(Content {
                    kind: Kind::artifact(document.artifact_type.as_deref().unwrap_or_default()),
                    blob: digest(smallest)?,
                    blob_bytes: Some(smallest.size),
                    bytes: Some(sum(&blobs.0)),
                }))
            }
            (None, None, None) => {
                let stated = media_type.split(';').next().unwrap_or_default().trim();
                let kind = shown(document.media_type.as_deref().unwrap_or(stated));
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
    fn kind(&self, config: &Descriptor) -> Kind {
        let is_layer = |layer: &Descriptor| {
            [
                "application/vnd.oci.image.layer.",
                "application/vnd.docker.image.rootfs.",
            ]
            .iter()
            .any(|kind| layer.media_type.starts_with(kind))
        };
        let has_images_config = matches!(
            config.media_type.as_str(),
            "application/vnd.oci.image.config.v1+json"
                | "application/vnd.docker.container.image.v1+json"
        );
        match (&self.artifact_type, self.layers.0.first()) {
            (Some(kind), _) => Kind::artifact(kind),
            (None, _) if !has_images_config => Kind::artifact(&config.media_type),
            (None, Some(first)) if !self.layers.0.iter().any(is_layer) => {
                Kind::artifact(&first.media_type)
            }
            _ => Kind::Image,
        }
    }
}

impl Kind {
    fn artifact(media_type: &str) -> Self {
        Self::Artifact(shown(media_type).to_owned())
    }
}

impl Descriptor {
    fn is_index(&self) -> bool {
        self.media_type.contains("index") || self.media_type.contains("manifest.list")
    }

    /// BuildKit keeps attestations in the index, for a platform that there is not.
    fn is_image_or_index(&self) -> bool {
        let is_attestation = self.annotations.reference_type.is_some()
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

/// That more indexes than that name one another.
pub(crate) fn too_deep() -> Failure {
    unsupported(&format!(
        "More than {INDEXES} indexes name one another before there is an image."
    ))
}

fn sum<'d>(descriptors: impl IntoIterator<Item = &'d Descriptor>) -> u64 {
    let sizes = descriptors.into_iter().map(|descriptor| descriptor.size);
    sizes.fold(0, u64::saturating_add)
}

/// A media type that a registry named, as it may be shown.
fn shown(media_type: &str) -> &str {
    let is_one = !media_type.is_empty()
        && media_type.len() <= 100
        && media_type.bytes().all(|b| b.is_ascii_graphic());
    if is_one { media_type } else { "unknown" }
}

fn digest(descriptor: &Descriptor) -> Result<Digest, Failure> {
    Digest::parse(&descriptor.digest)
        .ok_or_else(|| unsupported("The manifest names its content by a digest that is none."))
}
