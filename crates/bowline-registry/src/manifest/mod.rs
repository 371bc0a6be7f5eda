//! Manifests, which list the parts of an image (OCI image specification, Docker image manifest versions 1 and 2).

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

/// The supported media types, schema 1 last. Each has its own header line without a weight, because forks of
/// Distribution 2.3 to 2.6 (OpenShift 3, Atomic) compare whole lines, and convert an image to schema 1 if they know
/// none.
pub(crate) const ACCEPT: &[&str] = &[
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.artifact.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v1+prettyjws",
];

/// No larger manifest is read; registries take none that is larger either.
pub(crate) const MAX_BYTES: usize = 4 * 1024 * 1024;

/// The number of indexes that may name one another before an image.
pub(crate) const INDEXES: usize = 3;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    schema_version: Option<u64>,
    media_type: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    artifact_type: String,
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
    #[serde(default, deserialize_with = "or_default")]
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
    /// Parses a manifest. `media_type` is that of the response, which counts only if the document has none.
    pub(crate) fn parse(media_type: &str, body: &[u8]) -> Result<Self, Failure> {
        let document: Document = json::from_slice(body)
            .map_err(|_| unsupported("The response for the manifest isn't a manifest in JSON."))?;
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
                    .ok_or_else(|| unsupported("The artifact is empty."))?;
                Ok(Self::Content(Content {
                    kind: Kind::artifact(&document.artifact_type),
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
                "The manifest mixes several kinds: image, index, or artifact.",
            )),
        }
    }
}

impl Document {
    /// Signatures and attestations have an image's config, too, but no image's layers.
    fn kind(&self, config: &Descriptor) -> Kind {
        let layers = || self.layers.0.iter();
        let has_images_config = match config.media_type.as_str() {
            "application/vnd.oci.image.config.v1+json"
            | "application/vnd.docker.container.image.v1+json" => true,
            other => self.is_dockers() && is_taken_for_a_config(other),
        };
        match layers().next() {
            _ if !self.artifact_type.is_empty() => Kind::artifact(&self.artifact_type),
            _ if !has_images_config => Kind::artifact(&config.media_type),
            Some(first)
                if !layers().any(|layer| layer.is_oci_layer() || layer.is_docker_layer()) =>
            {
                Kind::artifact(&first.media_type)
            }
            _ => Kind::Image,
        }
    }

    /// Tells whether Docker made it.
    fn is_dockers(&self) -> bool {
        self.layers.0.iter().any(Descriptor::is_docker_layer)
            || self.media_type.as_deref()
                == Some("application/vnd.docker.distribution.manifest.v2+json")
    }
}

impl Kind {
    fn artifact(media_type: &str) -> Self {
        Self::Artifact(shown(media_type).to_owned())
    }
}

/// Tells whether Docker takes a config of this media type for an image's though it is not one of an image: old registries
/// and builders wrote these (moby/moby, `distribution/registry.go`; distribution/distribution issue 1621).
fn is_taken_for_a_config(media_type: &str) -> bool {
    let name = media_type.split(';').next().unwrap_or_default().trim();
    matches!(
        name,
        "" | "application/octet-stream" | "application/json" | "text/html"
    )
}

impl Descriptor {
    fn is_oci_layer(&self) -> bool {
        self.media_type
            .starts_with("application/vnd.oci.image.layer.")
    }

    fn is_docker_layer(&self) -> bool {
        self.media_type
            .starts_with("application/vnd.docker.image.rootfs.")
    }

    /// Tells whether it can be a manifest or an index. A cache of BuildKit is an index of layers.
    fn is_manifest(&self) -> bool {
        self.media_type.is_empty()
            || self.media_type.contains("manifest")
            || self.media_type.contains("image.index")
    }

    fn is_index(&self) -> bool {
        self.media_type.contains("index") || self.media_type.contains("manifest.list")
    }

    /// Tells whether it says of itself that it is no attestation. BuildKit keeps these in the index, for a platform that there
    /// is not. It only decides what is looked at first: some builders know no platform.
    fn is_likely(&self) -> bool {
        let is_attestation = self.annotations.reference_type.is_some()
            || self
                .platform
                .as_ref()
                .is_some_and(|platform| platform.os == "unknown");
        !is_attestation
    }

    fn is_usual(&self) -> bool {
        self.platform
            .as_ref()
            .is_some_and(|platform| platform.os == "linux" && platform.architecture == "amd64")
    }
}

/// The platform that most pulls want: linux/amd64, else the first image, else what another index names, else whatever
/// there is: what that is says its own manifest.
fn index(manifests: &[Descriptor]) -> Result<Manifest, Failure> {
    let children = || manifests.iter().filter(|child| child.is_manifest());
    let likely = || children().filter(|child| child.is_likely());
    let images = || likely().filter(|child| !child.is_index());
    images()
        .find(|child| child.is_usual())
        .or_else(|| images().next())
        .or_else(|| likely().next())
        .or_else(|| children().next())
        .map(digest)
        .transpose()?
        .map(Manifest::Index)
        .ok_or_else(|| unsupported("The index contains no image."))
}

/// That more indexes than that name one another.
pub(crate) fn too_deep() -> Failure {
    unsupported(&format!(
        "More than {INDEXES} indexes are nested in one another."
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
        .ok_or_else(|| unsupported("The manifest names its content by an invalid digest."))
}
