//! The creation dates and sizes of images.

use bowline::form::ConnectionSpec;

use super::{
    AskedImage, Details, ImageDetails, Place, Source,
    work::{self, Lookup},
};
use crate::{
    digest::Digest,
    image::{Repository, Selector},
    manifest::{self, INDEXES, Kind, Manifest},
    operator::Operator,
    problem::{Code, Failure, Problem},
    registry::Registry,
    scope::Scope,
    transport::Session,
    world::World,
};

/// From an index to its image, to the config of that, to what this says.
const PLACES: usize = INDEXES + 3;

/// Reads the manifests and configs of these images of a repository, as many as possible in 8 seconds, but at least one.
/// Verifies the content with its digest.
///
///
/// ```
/// use bowline::form::ConnectionSpec;
/// use bowline_registry::{AskedImage, Operator, Problem, World, details};
///
/// /// When an image was made, in milliseconds since 1970.
/// async fn made<W: World>(
///     world: &W,
///     spec: &ConnectionSpec,
///     digest: String,
/// ) -> Result<Option<i64>, Problem> {
///     let image = AskedImage { digest, from: None };
///     let found = details(world, &Operator::default(), spec, None, "team/app", vec![image]).await?;
///     Ok(found.items.first().and_then(|image| image.created_at))
/// }
/// ```
/// # Errors
/// The problem that a check would report; `permission.pull_missing` if this login can pull none of them.
pub async fn details<W: World>(
    world: &W,
    operator: &Operator,
    spec: &ConnectionSpec,
    session: Option<&Session>,
    repository: &str,
    images: Vec<AskedImage>,
) -> Result<Details, Problem> {
    work::all(world, operator, spec, session, repository, images).await
}

impl Lookup for AskedImage {
    type Found = ImageDetails;

    fn name(self) -> String {
        self.digest
    }

    async fn find<W: World>(
        &self,
        registry: &mut Registry<'_, W>,
        repository: &Repository,
        scope: &Scope,
    ) -> Result<ImageDetails, Failure> {
        let mut place = match &self.from {
            Some(Source(place)) => place.clone(),
            None => Digest::parse(&self.digest)
                .map(Place::Manifest)
                .ok_or_else(|| Failure::new(Code::ImageUnknown, "The digest isn't valid."))?,
        };
        for _ in 0..PLACES {
            place = match place {
                Place::Manifest(digest) => {
                    let selector = Selector::Digest(digest);
                    let read = registry.any_manifest(repository, &selector, scope).await?;
                    Place::told_by(read.1)
                }
                Place::Config {
                    digest,
                    bytes,
                    size,
                } => {
                    let config = registry.blob(repository, &digest, bytes, scope).await?;
                    Place::Here {
                        created_at: manifest::created_at(&config),
                        size,
                        artifact_type: String::new(),
                    }
                }
                Place::Here {
                    created_at,
                    size,
                    artifact_type,
                } => {
                    return Ok(ImageDetails {
                        created_at,
                        size,
                        artifact_type,
                        ..ImageDetails::unknown(self)
                    });
                }
                Place::Nowhere => {
                    return Err(Failure::new(
                        Code::ManifestUnsupported,
                        "This kind of manifest isn't supported.",
                    ));
                }
            };
        }
        Err(manifest::too_deep())
    }

    /// What is not understood is no image that anybody could scan.
    fn unreadable(&self, code: Code) -> ImageDetails {
        let artifact_type = match code {
            Code::ManifestUnsupported => "unknown".to_owned(),
            _ => String::new(),
        };
        ImageDetails {
            artifact_type,
            problem: Some(code),
            ..ImageDetails::unknown(self)
        }
    }
}

impl ImageDetails {
    fn unknown(asked: &AskedImage) -> Self {
        Self {
            digest: asked.digest.clone(),
            created_at: None,
            size: None,
            artifact_type: String::new(),
            problem: None,
        }
    }
}

impl Place {
    /// Finds where to read the details, from a manifest.
    pub(super) fn told_by(manifest: Result<Manifest, Failure>) -> Self {
        match manifest {
            Err(_) => Self::Nowhere,
            Ok(Manifest::Index(child)) => Self::Manifest(child),
            Ok(Manifest::Content(content)) => match content.kind {
                Kind::Image => Self::Config {
                    digest: content.blob,
                    bytes: content.blob_bytes,
                    size: content.bytes,
                },
                Kind::Schema1(created_at) => Self::Here {
                    created_at,
                    size: content.bytes,
                    artifact_type: String::new(),
                },
                Kind::Artifact(artifact_type) => Self::Here {
                    created_at: None,
                    size: content.bytes,
                    artifact_type,
                },
            },
        }
    }
}
