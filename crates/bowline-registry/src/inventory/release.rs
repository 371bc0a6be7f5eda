//! Releases an image from quarantine in Azure Container Registry.

use bowline::form::ConnectionSpec;
use bytes::Bytes;

use crate::{
    digest::Digest,
    guard::Target,
    image::Repository,
    operator::Operator,
    problem::{Code, Failure, Problem},
    refusal::Refusals,
    registry::Registry,
    scope::Scope,
    transport::{Call, Message},
    world::World,
};

/// The request to the registry. Its details are JSON in a text, which ACR stores unchanged.
const PASSED: &[u8] =
    br#"{"quarantineState":"Passed","quarantineDetails":"{\"state\":\"scan passed\"}"}"#;
/// The largest answer, in bytes.
const ANSWER_BYTES: usize = 64 * 1024;

/// Releases an image from quarantine in Azure Container Registry, so that everybody can pull it. Idempotent.
///
///
/// ```
/// use bowline::form::ConnectionSpec;
/// use bowline_registry::{Operator, Problem, World, release};
///
/// async fn pass<W: World>(world: &W, spec: &ConnectionSpec, digest: &str) -> Result<(), Problem> {
///     release(world, &Operator::default(), spec, "team/app", digest).await
/// }
/// ```
/// # Errors
/// The problem that a check would report; `permission.push_missing` if this login lacks the role `AcrQuarantineWriter`;
/// `image.unknown` if there is no such image, and for every other product, because none supports this.
pub async fn release<W: World>(
    world: &W,
    operator: &Operator,
    spec: &ConnectionSpec,
    repository: &str,
    digest: &str,
) -> Result<(), Problem> {
    let told = async {
        if !spec.provider.capabilities.quarantine {
            return Err(Failure::new(
                Code::ImageUnknown,
                "Only Azure Container Registry keeps images in quarantine.",
            ));
        }
        let repository = Repository::named(repository)?;
        let digest = Digest::parse(digest)
            .ok_or_else(|| Failure::new(Code::ImageUnknown, "The digest isn't valid."))?;
        let mut registry = Registry::open(world, operator, spec).await?;
        registry.reach().await?;
        registry.let_pass(&repository, &digest).await
    };
    told.await
        .map_err(|failure: Failure| failure.explain(spec, operator))
}

impl<W: World> Registry<'_, W> {
    async fn let_pass(&mut self, repository: &Repository, digest: &Digest) -> Result<(), Failure> {
        let scope = Scope::PullPush(repository.clone());
        let authorization = self.authorization(&scope).await?.ok_or_else(|| {
            Failure::new(
                Code::PermissionPushMissing,
                "The registry doesn't ask for a login that these credentials support.",
            )
        })?;
        let mut url = self.url("");
        url.set_path(&format!("/acr/v1/{repository}/_manifests/{digest}"));
        let permit = self.transport.guard().permit(url, Target::Registry, true)?;
        let call = Call {
            what: "ending the quarantine",
            permit,
            accept: &["application/json"],
            message: Message::Patch(&authorization, Bytes::from_static(PASSED)),
            limit: ANSWER_BYTES,
            follow: true,
            remembered_as: None,
        };
        let answer = self.transport.send(call).await?;
        if answer.status.is_success() {
            return Ok(());
        }
        Err(self.refusal(
            &answer,
            "Ending the quarantine (needs the role AcrQuarantineWriter)",
            Refusals::PUSH,
        ))
    }
}
