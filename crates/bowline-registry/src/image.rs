//! The image to test with, and names that may enter a URL.

use std::fmt;

use bowline::{endpoint::Endpoint, provider::is_same_registry, reference::Reference};

use crate::{
    digest::Digest,
    problem::{Code, Failure},
};

/// A valid repository name, which is safe in a URL's path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Repository(String);

/// A tag as the grammar allows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tag(String);

/// What picks a manifest of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Selector {
    Tag(Tag),
    Digest(Digest),
}

/// An image of one registry; without a selector, any of the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Image {
    pub(crate) repository: Repository,
    pub(crate) selector: Option<Selector>,
}

/// An image in a connection's registry, parsed from a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedImage {
    /// The repository's path, without the host.
    pub repository: String,
    /// The tag; `latest` if the name has neither a tag nor a digest.
    pub tag: Option<String>,
    /// The digest. If there is one, the tag is ignored.
    pub digest: Option<String>,
}

impl NamedImage {
    /// Parses `name:tag` or `name@digest`, with or without the registry's own host in front.
    ///
    /// ```
    /// use bowline::endpoint::Endpoint;
    /// use bowline_registry::NamedImage;
    ///
    /// let endpoint = Endpoint::parse("registry.example.com").unwrap();
    /// let image = NamedImage::parse("registry.example.com/team/app:1", &endpoint).unwrap();
    /// assert_eq!((image.repository.as_str(), image.tag.as_deref()), ("team/app", Some("1")));
    /// ```
    ///
    /// # Errors
    /// A message for people that says why it is not an image of this endpoint.
    pub fn parse(text: &str, endpoint: &Endpoint) -> Result<Self, String> {
        let image = Image::parse(text, endpoint).map_err(|failure| failure.detail)?;
        let (tag, digest) = match image.selector {
            Some(Selector::Digest(digest)) => (None, Some(digest.to_string())),
            Some(Selector::Tag(tag)) => (Some(tag.to_string()), None),
            None => (Some("latest".to_owned()), None),
        };
        Ok(Self {
            repository: image.repository.to_string(),
            tag,
            digest,
        })
    }
}

impl Repository {
    /// Parses a repository name; `None` if it is not valid.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let reference = relative(text)?;
        (reference.path == text).then_some(Self(reference.path))
    }

    /// Like [`Self::parse`], for a requested name: an invalid one is `image.unknown`.
    pub(crate) fn named(text: &str) -> Result<Self, Failure> {
        Self::parse(text)
            .ok_or_else(|| Failure::new(Code::ImageUnknown, "This isn't a valid repository name."))
    }

    /// This repository, if a connection to `endpoint` reaches it.
    pub(crate) fn reached(self, endpoint: &Endpoint) -> Result<Self, Failure> {
        let namespace = endpoint.namespace();
        match self.is_in(namespace) {
            true => Ok(self),
            false => Err(Failure::new(
                Code::ImageUnknown,
                format!("The connection covers only images in {namespace}."),
            )),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns true if it is in the namespace. Every repository is in the empty one.
    pub(crate) fn is_in(&self, namespace: &str) -> bool {
        namespace.is_empty()
            || self
                .0
                .strip_prefix(namespace)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl Tag {
    /// Parses a tag; `None` if it is not valid.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let reference = relative(&["x:", text].concat())?;
        reference.tag.filter(|tag| tag == text).map(Self)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Tells whether tools keep something else than an image under such tags: signatures, attestations, SBOMs, and the
    /// referrers of a digest (cosign's tag scheme, OCI's referrers tag schema).
    pub(crate) fn is_attachment(&self) -> bool {
        self.0.split_once('-').is_some_and(|(algorithm, rest)| {
            matches!(algorithm, "sha256" | "sha384" | "sha512")
                && rest.len() >= 64
                && rest.bytes().take(64).all(|b| b.is_ascii_hexdigit())
        })
    }
}

impl Image {
    /// The image that was typed, `name:tag` or `name@digest`, with or without the registry's own host in front, within the
    /// endpoint's namespace.
    pub(crate) fn parse(text: &str, endpoint: &Endpoint) -> Result<Self, Failure> {
        let text = text.trim();
        let unknown = |detail: &str| Failure::new(Code::ImageUnknown, detail);
        let full = Reference::parse(text).ok();
        let reference = if endpoint.host() == "docker.io" {
            full.filter(|reference| is_same_registry(&reference.domain, endpoint.host()))
                .ok_or_else(|| unknown("This isn't a valid image name on Docker Hub."))?
        } else {
            let named = full.as_ref().map(|full| full.domain.as_str());
            let own = match named.filter(|_| endpoint.port().is_none()) {
                Some(other) if is_same_registry(other, endpoint.host()) => other.to_owned(),
                _ => endpoint.authority(),
            };
            let name = [format!("{own}{}/", endpoint.base_path()), format!("{own}/")]
                .iter()
                .find_map(|prefix| text.strip_prefix(prefix.as_str()));
            // A domain that is not this registry's own must not be taken for a part of the name, unless the namespace
            // begins with it: an organization may be called as a domain is.
            let first = endpoint.namespace().split('/').next().unwrap_or_default();
            let foreign = full.filter(|full| {
                name.is_none()
                    && full.domain != first
                    && text.starts_with(&format!("{}/", full.domain))
            });
            if let Some(foreign) = foreign {
                return Err(unknown(&format!(
                    "This image is on {}, not on this registry. If this registry has it under that name, for example as a cache, put {own}/ in front.",
                    foreign.domain
                )));
            }
            // `alpine` is Docker Hub's `library/alpine`, but another registry's `alpine`.
            relative(name.unwrap_or(text)).ok_or_else(|| {
                unknown("This isn't a valid image name. Write it as name:tag or name@digest.")
            })?
        };
        let selector = match (&reference.digest, &reference.tag) {
            (Some(digest), _) => Some(Selector::Digest(
                Digest::parse(digest).ok_or_else(|| unknown("The digest isn't valid."))?,
            )),
            (None, Some(tag)) => Some(Selector::Tag(Tag(tag.clone()))),
            (None, None) => None,
        };
        Ok(Self {
            repository: Repository(reference.path).reached(endpoint)?,
            selector,
        })
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Returns it as in a manifest's URL.
impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(tag) => tag.fmt(f),
            Self::Digest(digest) => digest.fmt(f),
        }
    }
}

impl fmt::Display for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.selector {
            None => self.repository.fmt(f),
            Some(Selector::Tag(tag)) => write!(f, "{}:{tag}", self.repository),
            Some(Selector::Digest(digest)) => write!(f, "{}@{digest}", self.repository),
        }
    }
}

/// Stands for the registry's host where only what follows it is parsed.
const STAND_IN: &str = "registry.invalid";

fn relative(text: &str) -> Option<Reference> {
    Reference::parse(&[STAND_IN, "/", text].concat()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_one_of_the_registry() {
        let hex = "a".repeat(64);
        let digest = format!("app@sha256:{hex}");
        let cases = [
            // endpoint, typed, image; an empty one is `image.unknown`
            ("registry.example.com", "app:1", "app:1"),
            ("registry.example.com", " team/app:1 ", "team/app:1"),
            ("registry.example.com", "app", "app"),
            ("registry.example.com", &digest, &digest),
            (
                "registry.example.com",
                "registry.example.com/app:1",
                "app:1",
            ),
            (
                "registry.example.com:5000",
                "registry.example.com:5000/app:1",
                "app:1",
            ),
            (
                "registry.example.com:5000",
                "registry.example.com/app:1",
                "",
            ),
            ("registry.example.com", "other.example.com/app:1", ""),
            ("registry.example.com", "docker.io/app:1", ""),
            ("registry.example.com", "App:1", ""),
            ("registry.example.com", "app:1 x", ""),
            ("registry.example.com", "../app:1", ""),
            ("registry.example.com", "app@sha256:abc", ""),
            ("registry.example.com", "", ""),
            ("docker.io", "alpine:3", "library/alpine:3"),
            ("docker.io", "acme/app", "acme/app"),
            ("docker.io", "docker.io/alpine:3", "library/alpine:3"),
            ("docker.io", "index.docker.io/acme/app:1", "acme/app:1"),
            ("docker.io", "registry-1.docker.io/acme/app:1", "acme/app:1"),
            ("docker.io", "quay.io/acme/app:1", ""),
            (
                "acme.azurecr.io",
                "acme.westeurope.geo.azurecr.io/app:1",
                "app:1",
            ),
            ("acme.azurecr.io", "other.azurecr.io/app:1", ""),
            ("cgr.dev/acme.com", "acme.com/app:1", "acme.com/app:1"),
            ("cgr.dev/acme.com", "other.com/app:1", ""),
        ];
        for (endpoint, typed, expected) in cases {
            let endpoint = Endpoint::parse(endpoint).unwrap();
            let image = Image::parse(typed, &endpoint);
            let shown = image.as_ref().map(ToString::to_string).unwrap_or_default();
            assert_eq!(shown, expected, "{typed} at {endpoint}");
            assert!(
                image.is_ok() || image.is_err_and(|failure| failure.code == Code::ImageUnknown)
            );
        }
    }

    #[test]
    fn a_named_image_has_a_tag_or_a_digest_in_the_namespace() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let both = format!("team/app:1@{digest}");
        let cases = [
            ("team/app:1", Ok(("team/app", Some("1"), None))),
            ("team/app", Ok(("team/app", Some("latest"), None))),
            (&both, Ok(("team/app", None, Some(digest.as_str())))),
            (
                "registry.example.com/team/app:1",
                Ok(("team/app", Some("1"), None)),
            ),
            (
                "other/app:1",
                Err("The connection covers only images in team."),
            ),
            (
                "",
                Err("This isn't a valid image name. Write it as name:tag or name@digest."),
            ),
        ];
        let endpoint = Endpoint::parse("registry.example.com/team").unwrap();
        for (typed, expected) in cases {
            let named = NamedImage::parse(typed, &endpoint);
            let found = named.as_ref().map_err(String::as_str).map(|named| {
                let NamedImage {
                    repository,
                    tag,
                    digest,
                } = named;
                (repository.as_str(), tag.as_deref(), digest.as_deref())
            });
            assert_eq!(found, expected, "{typed}");
        }
    }

    #[test]
    fn only_names_and_tags_enter_a_url() {
        for name in ["app", "team/app", "a__b/c--d", "0"] {
            assert!(Repository::parse(name).is_some(), "{name}");
        }
        for name in [
            "", "/", "a/", "/a", "a//b", "..", "a/../b", "A", "a?b", "a#b", "a%2fb", "a:1", "a@b",
            "a b",
        ] {
            assert!(Repository::parse(name).is_none(), "{name}");
        }
        for tag in ["1", "latest", "_x", "v1.2-rc_3"] {
            assert!(Tag::parse(tag).is_some(), "{tag}");
        }
        for tag in [
            "",
            ".",
            "..",
            "-x",
            "a/b",
            "a:b",
            "a@b",
            "a?b",
            "é",
            &"x".repeat(129),
        ] {
            assert!(Tag::parse(tag).is_none(), "{tag}");
        }
    }

    #[test]
    fn a_namespace_ends_at_a_slash() {
        let cases = [
            ("team/app", "team", true),
            ("team", "team", true),
            ("teams/app", "team", false),
            ("app", "", true),
        ];
        for (name, namespace, inside) in cases {
            assert_eq!(
                Repository::parse(name).unwrap().is_in(namespace),
                inside,
                "{name} in {namespace}"
            );
        }
    }

    #[test]
    fn attachments_are_told_from_images_by_their_tags() {
        let hex = "0".repeat(64);
        for tag in [
            format!("sha256-{hex}.sig"),
            format!("sha256-{hex}.att"),
            format!("sha256-{hex}"),
        ] {
            assert!(Tag::parse(&tag).unwrap().is_attachment(), "{tag}");
        }
        for tag in ["latest", "sha256-abc", "sha256"] {
            assert!(!Tag::parse(tag).unwrap().is_attachment(), "{tag}");
        }
    }
}
