//! A vendor-neutral event of an image.

use bowline::{
    aws::{AwsAccount, AwsRegion},
    endpoint::Endpoint,
    provider::is_same_registry,
    reference::Reference,
};

/// Something happened to a tag or a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Where it says that it happened.
    pub(crate) origin: Origin,
    /// The repository as the registry names it, without the host.
    pub(crate) repository: String,
    /// The kind.
    pub(crate) kind: EventKind,
    /// The time on the registry's clock, in milliseconds since 1970, if the format has it.
    pub at: Option<i64>,
}

/// The kind of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// A tag was pushed, or moved.
    Pushed {
        /// The tag.
        tag: String,
        /// The digest that it now points to, if the format has it.
        digest: Option<String>,
    },
    /// An image was pushed into quarantine. The registry does not show it by tag until it is released. Only the event
    /// has the digest that the tag will point to.
    Quarantined {
        /// The tag.
        tag: String,
        /// The digest that it will point to.
        digest: String,
    },
    /// A tag was removed.
    Untagged {
        /// The tag.
        tag: String,
    },
    /// A manifest was removed, with all of its tags.
    Removed {
        /// The manifest.
        digest: String,
    },
}

/// The registry that an event says it is from. Only names of registries are held against the connection: a host that a
/// client typed, or that a server behind a proxy has for itself, may be another name of the right one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Unknown: the format does not contain it.
    Unnamed,
    /// The registry of this name: `registry.example.com:5000`.
    Host(String),
    /// The registry of an AWS account in a region.
    Aws { account: String, region: String },
    /// A repository of Artifactory, by its key, with which [`Event::repository`] begins.
    ArtifactoryKey(String),
}

impl Event {
    /// Creates a push of a tag; `None` if a name is not valid. An invalid digest counts as missing.
    pub(crate) fn pushed(
        repository: &str,
        tag: Option<&str>,
        digest: Option<&str>,
    ) -> Option<Self> {
        let digest = digest.and_then(digest_of);
        let tag = tag_of(tag?)?;
        Self::of(repository, EventKind::Pushed { tag, digest })
    }

    /// A push of a tag into quarantine.
    pub(crate) fn quarantined(repository: &str, tag: &str, digest: &str) -> Option<Self> {
        let (tag, digest) = (tag_of(tag)?, digest_of(digest)?);
        Self::of(repository, EventKind::Quarantined { tag, digest })
    }

    /// Creates the removal of a tag, or of a manifest without a tag.
    pub(crate) fn removed(
        repository: &str,
        tag: Option<&str>,
        digest: Option<&str>,
    ) -> Option<Self> {
        let kind = match tag.and_then(tag_of) {
            Some(tag) => EventKind::Untagged { tag },
            None => EventKind::Removed {
                digest: digest_of(digest?)?,
            },
        };
        Self::of(repository, kind)
    }

    /// The same, at a time.
    pub(crate) fn at(self, at: Option<i64>) -> Self {
        Self { at, ..self }
    }

    /// The same, from a registry that is named.
    pub(crate) fn told_by(self, origin: Origin) -> Self {
        Self { origin, ..self }
    }

    fn of(repository: &str, kind: EventKind) -> Option<Self> {
        let reference = Reference::parse(&format!("{REGISTRY}/{repository}")).ok()?;
        (reference.path == repository).then_some(Self {
            origin: Origin::Unnamed,
            repository: reference.path,
            kind,
            at: None,
        })
    }

    /// Returns the repository and the event, if they are in the registry and the namespace of a connection.
    pub fn within(self, endpoint: &Endpoint, namespace: &str) -> Option<(String, EventKind)> {
        let Self {
            origin,
            repository,
            kind,
            ..
        } = self;
        let repository = origin.path_at(endpoint, repository)?;
        let is_inside = namespace.is_empty()
            || repository
                .strip_prefix(namespace)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        is_inside.then_some((repository, kind))
    }
}

impl Origin {
    /// Returns the repository's path at `endpoint`; `None` if it is not there.
    fn path_at(&self, endpoint: &Endpoint, repository: String) -> Option<String> {
        match self {
            Self::Unnamed => Some(repository),
            Self::Host(host) => {
                let told = Endpoint::parse(host).ok()?;
                let usual = endpoint.scheme().port();
                let is_same = is_same_registry(told.host(), endpoint.host())
                    && told.port().filter(|&port| port != usual) == endpoint.port();
                is_same.then_some(repository)
            }
            Self::Aws { account, region } => {
                let account = AwsAccount::parse(account)?;
                let own = AwsAccount::of_registry(endpoint.host(), AwsRegion::parse(region)?);
                (own == Some(account)).then_some(repository)
            }
            Self::ArtifactoryKey(key) => {
                let image = repository.strip_prefix(key.as_str())?.strip_prefix('/')?;
                let (base, first) = (endpoint.base_path(), endpoint.host().split('.').next());
                // The three ways in which Artifactory lays its keys out: below a path, as a host, before the image.
                if !base.is_empty() {
                    let own = base.rsplit('/').next() == Some(key);
                    return own.then(|| image.to_owned());
                }
                if first == Some(key) {
                    return Some(image.to_owned());
                }
                Some(repository)
            }
        }
    }
}

/// What names are parsed behind: any registry.
const REGISTRY: &str = "registry.invalid";

fn tag_of(text: &str) -> Option<String> {
    let reference = Reference::parse(&format!("{REGISTRY}/x:{text}")).ok()?;
    reference.tag.filter(|tag| tag == text)
}

fn digest_of(text: &str) -> Option<String> {
    let reference = Reference::parse(&format!("{REGISTRY}/x@{text}")).ok()?;
    reference.digest.filter(|digest| digest == text)
}
