//! Lists a connection's images for the preview of a policy.

use std::time::Duration;

use bowline::{document::Document, form::ConnectionSpec, selection::Policy};
use bowline_registry::{
    Clock, Code, ListedTag, Operator, Problem, Session, Tags, World, repositories,
};

use crate::protocol::images::{Images, ListedImage};

/// The most repositories that are asked for their tags.
const MOST_REPOSITORIES: usize = 50;

/// After how many images no further repository is asked.
const MOST_IMAGES: usize = 2_000;

/// After how long no further repository is asked. Asking one takes 10 seconds at most.
const LONGEST: Duration = Duration::from_secs(15);

fn listed_image(repository: &str, tag: ListedTag) -> ListedImage {
    ListedImage {
        repository: repository.to_owned(),
        tag: tag.name().to_owned(),
        digest: tag.digest,
        created_at: tag.created_at,
        pushed_at: tag.pushed_at,
    }
}

/// Lists images, within bounds. A repository that this login may not pull, or that has gone, is left out.
pub(super) async fn images<W: World>(
    world: &W,
    operator: &Operator,
    spec: &ConnectionSpec,
    policy: &Document,
) -> Result<Images, Problem> {
    // One that is none excludes nothing; whoever selects with it judges it.
    let (_, policy) = Policy::check(policy, Some(spec.provider), None);
    let policy = policy.unwrap_or_default();
    let (session, begun) = (Session::default(), world.clock().monotonic());
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
        let elapsed = world.clock().monotonic().saturating_sub(begun);
        if number == MOST_REPOSITORIES || found.images.len() >= MOST_IMAGES || elapsed > LONGEST {
            found.complete = false;
            break;
        }
        match tagged(
            world,
            operator,
            spec,
            &session,
            &repository,
            &mut found.images,
        )
        .await
        {
            Ok(complete) => found.complete &= complete,
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

/// Adds the images of a repository, up to the bound, and says whether those are all.
async fn tagged<W: World>(
    world: &W,
    operator: &Operator,
    spec: &ConnectionSpec,
    session: &Session,
    repository: &str,
    images: &mut Vec<ListedImage>,
) -> Result<bool, Problem> {
    let mut tags = Tags::open(world, operator, spec, Some(session), repository, None).await?;
    let mut complete = false;
    while let Some(page) = tags.next_page().await? {
        complete = page.complete;
        let listed = page.items.into_iter();
        images.extend(listed.map(|tag| listed_image(repository, tag)));
        if images.len() >= MOST_IMAGES {
            return Ok(false);
        }
    }
    Ok(complete)
}
