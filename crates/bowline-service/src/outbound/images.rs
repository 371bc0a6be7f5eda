//! The images that a connection reaches, for the preview of a policy.

use std::time::Duration;

use bowline::{
    form::{ConnectionForm, ConnectionSpec},
    json,
    provider::provider,
    selection::Policy,
};
use bowline_registry::{
    Clock, Code, HttpClient, Operator, Problem, Random, World, repositories, tags,
};
use serde::{Deserialize, Serialize};

/// How many repositories are asked for their tags.
const MOST_REPOSITORIES: usize = 50;

/// After how many images no further repository is asked.
const MOST_IMAGES: usize = 2_000;

/// After how long no further repository is asked. Asking one takes 10 seconds at most.
const LONGEST: Duration = Duration::from_secs(15);

/// The body of `/images`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ImagesRequest {
    pub(super) form: ConnectionForm,
    /// The policy that will select: a repository that it excludes whole is not asked for its tags.
    #[serde(default)]
    pub(super) policy: json::Value,
}

/// The answer of `/images`.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct Images {
    pub(crate) images: Vec<ListedImage>,
    /// Whether that is all there is.
    pub(crate) complete: bool,
}

/// An image, with what its listing tells.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListedImage {
    pub(crate) repository: String,
    pub(crate) tag: String,
}

/// Lists images, within bounds. A repository that this login may not pull, or that has gone, is left out.
pub(super) async fn images<H: HttpClient, C: Clock, R: Random>(
    world: &World<H, C, R>,
    operator: &Operator,
    spec: &ConnectionSpec,
    policy: &json::Value,
) -> Result<Images, Problem> {
    // One that is none excludes nothing; whoever selects with it judges it.
    let (_, policy) = Policy::check(policy, provider(spec.provider.id), None);
    let policy = policy.unwrap_or_default();
    let begun = world.clock.monotonic();
    let listing = repositories(world, operator, spec).await?;
    let mut found = Images {
        images: Vec::new(),
        complete: listing.complete,
    };
    let wanted = listing
        .items
        .into_iter()
        .filter(|repository| !policy.never_asks(repository));
    for (number, repository) in wanted.enumerate() {
        let elapsed = world.clock.monotonic().saturating_sub(begun);
        if number == MOST_REPOSITORIES || found.images.len() >= MOST_IMAGES || elapsed > LONGEST {
            found.complete = false;
            break;
        }
        match tags(world, operator, spec, &repository).await {
            Ok(tags) => {
                found.complete &= tags.complete;
                found
                    .images
                    .extend(tags.items.into_iter().map(|tag| ListedImage {
                        repository: repository.clone(),
                        tag,
                    }));
            }
            Err(problem)
                if matches!(
                    problem.code,
                    Code::ImageUnknown | Code::PermissionPullMissing
                ) =>
            {
                found.complete = false;
            }
            Err(problem) => return Err(problem),
        }
    }
    found.images.truncate(MOST_IMAGES);
    Ok(found)
}
