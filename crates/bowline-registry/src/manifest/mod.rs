//! Manifests: what an image is made of (OCI image specification, Docker image manifest versions 1 and 2).

use serde::{Deserialize, de::IgnoredAny};

use crate::{
    digest::Digest,
    json::{First, List, or_default},
    problem::{Code, Failure},
};

mod schema_1;
#[cfg(test)]
mod tests;

pub(crate) use self::schema_1::content;

/// The media types that are understood; of a registry that has several forms of an image, schema 1 is wanted last.
pub(crate) const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, \
    application/vnd.oci.image.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, \
    application/vnd.docker.distribution.manifest.v2+json, \
    application/vnd.oci.artifact.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.v1+prettyjws;q=0.5";

/// No larger manifest is read; registries take none that is larger either.
pub(crate) const MAX_BYTES: usize = 4 * 1024 * 1024;

/// How many indexes may name one another before an image.
pub(crate) const INDEXES: usize = 3;

/// A manifest, as far as a pull goes on from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Manifest {
    /// Several platforms: the digest of the one to go on with.
    Index(Digest),
    /// One image, or something else in the same form.
    Content(Content),
}

/// What a manifest that is no index says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) kind: Kind,
    /// What to pull to prove that pulling works: the config, of an artifact its smallest blob, of schema 1 a layer.
    pub(crate) blob: Digest,
    /// How large the manifest says that this blob is; `None` where it does not.
    pub(crate) blob_bytes: Option<u64>,
    /// How large all of its blobs are together; `None` where it does not say.
    pub(crate) bytes: Option<u64>,
}

/// What a manifest is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An image, whose config says when it was made.
    Image,
    /// An image in the form of schema 1, which says itself when it was made, in milliseconds since 1970.
    Schema1(Option<i64>),
    /// A chart, a signature, an attestation or another artifact, of this media type.
    Artifact(String),
}

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

/// What is read of an entry's annotations.
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

/// What is read of a config.
#[derive(Deserialize)]
struct Config {
    created: Option<String>,
}

impl Manifest {
    /// Reads a manifest. `media_type` is that of the answer; it is believed only where the document states none.
    pub(crate) fn parse(media_type: &str, body: &[u8]) -> Result<Self, Failure> {
        let document: Document = serde_json::from_slice(body)
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

impl Content {
    /// Whether it is an image, not a chart, a signature, an attestation or another artifact.
    pub(crate) fn is_image(&self) -> bool {
        !matches!(self.kind, Kind::Artifact(_))
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

/// When an image was made, in milliseconds since 1970, as its config says; `None` where it does not.
pub(crate) fn created_at(config: &[u8]) -> Option<i64> {
    let config: Config = serde_json::from_slice(config).ok()?;
    bowline::time::parse_rfc3339(&config.created?)
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

fn unsupported(detail: &str) -> Failure {
    Failure::new(Code::ManifestUnsupported, detail)
}
