//! Token scopes: what a token is requested for and what it grants (distribution token authentication).

use std::fmt;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::Deserialize;

use crate::{image::Repository, json::List};

/// What a token is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Nothing: the token only shows that the login is right.
    Login,
    /// Listing all repositories.
    Catalog,
    /// Reading a repository.
    Pull(Repository),
    /// Reading and writing it.
    PullPush(Repository),
    /// Reading what Azure knows of its tags and manifests.
    Metadata(Repository),
    /// What the registry's challenge names.
    Named(String),
}

/// The longest scope of a challenge that is asked for.
const MAX_SCOPE: usize = 512;

impl Scope {
    /// Parses the scope in a challenge; `None` if it cannot be requested from a token service.
    pub(crate) fn named(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_sound = !text.is_empty()
            && text.len() <= MAX_SCOPE
            && text.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
        is_sound.then(|| Self::Named(text.to_owned()))
    }

    /// Tells whether a token for this is one for `other`, too.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        self == other
            || *other == Self::Login
            || matches!((self, other), (Self::PullPush(own), Self::Pull(asked)) if own == asked)
    }

    /// Tells whether it is about the registry as a whole.
    pub(crate) fn is_general(&self) -> bool {
        matches!(self, Self::Login | Self::Catalog)
    }

    /// Returns the `scope` parameter; `None` if none is sent.
    pub(crate) fn parameter(&self) -> Option<String> {
        match self {
            Self::Login => None,
            Self::Catalog => Some("registry:catalog:*".to_owned()),
            Self::Pull(repository) => Some(format!("repository:{repository}:pull")),
            Self::PullPush(repository) => Some(format!("repository:{repository}:pull,push")),
            Self::Metadata(repository) => Some(format!("repository:{repository}:metadata_read")),
            Self::Named(text) => Some(text.clone()),
        }
    }
}

/// What a token says that it grants. It is shown and explained, never trusted: the registry decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Grant(Option<Vec<Access>>);

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Access {
    #[serde(rename = "type")]
    kind: String,
    name: String,
    #[serde(default)]
    actions: List<String>,
}

/// The part that is read of a token that is a JWT.
#[derive(Deserialize)]
pub(crate) struct Claims {
    access: Option<List<Access>>,
    exp: Option<f64>,
}

impl Claims {
    /// The claims of a JWT, unverified; `None` for a token of another kind.
    pub(crate) fn read(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (_header, claims, _signature) = (parts.next()?, parts.next()?, parts.next()?);
        serde_json::from_slice(
            &BASE64_URL_SAFE_NO_PAD
                .decode(claims.trim_end_matches('='))
                .ok()?,
        )
        .ok()
    }

    /// When it ends, in milliseconds since 1970.
    pub(crate) fn expires_at(&self) -> Option<i64> {
        self.exp.map(|seconds| (seconds * 1000.0) as i64)
    }

    /// What it grants.
    pub(crate) fn grant(self) -> Grant {
        Grant(self.access.map(|access| access.0))
    }
}

impl Grant {
    /// The grant of a token answer's `scope`: `type:name:actions`, separated by spaces. A name may hold a `:` itself.
    pub(crate) fn of_scope(text: &str) -> Self {
        let access = |word: &str| {
            let (kind, rest) = word.split_once(':')?;
            let (name, actions) = rest.rsplit_once(':')?;
            let actions = List(actions.split(',').map(str::to_owned).collect());
            Some(Access {
                kind: kind.to_owned(),
                name: name.to_owned(),
                actions,
            })
        };
        Self(text.split_whitespace().map(access).collect())
    }

    /// Returns true if the grant is known.
    pub(crate) fn is_known(&self) -> bool {
        self.0.is_some()
    }

    /// Returns whether it contains this action on the repository; `None` if the grant is not known.
    pub(crate) fn allows(&self, repository: &Repository, action: &str) -> Option<bool> {
        let access = self.0.as_ref()?;
        Some(access.iter().any(|access| {
            access.kind == "repository"
                && access.name == repository.as_str()
                && access
                    .actions
                    .0
                    .iter()
                    .any(|granted| granted == action || granted == "*")
        }))
    }
}

/// In words, for a detail.
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Login => f.write_str("signing in"),
            Self::Catalog => f.write_str("the catalog"),
            Self::Pull(repository) => write!(f, "pulling {repository}"),
            Self::PullPush(repository) => write!(f, "pulling and pushing {repository}"),
            Self::Metadata(repository) => write!(f, "reading the tags of {repository}"),
            Self::Named(_) => f.write_str("what the registry asks for"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository(name: &str) -> Repository {
        Repository::parse(name).unwrap()
    }

    #[test]
    fn a_token_serves_for_all_that_it_covers() {
        let (pull, both) = (
            Scope::Pull(repository("a")),
            Scope::PullPush(repository("a")),
        );
        for (have, want, covers) in [
            (&pull, &pull, true),
            (&both, &pull, true),
            (&pull, &both, false),
            (&pull, &Scope::Pull(repository("b")), false),
            (&pull, &Scope::Catalog, false),
            (&pull, &Scope::Login, true),
            (&Scope::Login, &pull, false),
        ] {
            assert_eq!(have.covers(want), covers, "{have} for {want}");
        }
    }

    #[test]
    fn grants_are_read_where_they_are_told() {
        let jwt = |claims: &str| format!("e30.{}.c2ln", BASE64_URL_SAFE_NO_PAD.encode(claims));
        let granted = |token: &str, action: &str| {
            Claims::read(token)?
                .grant()
                .allows(&repository("a/b"), action)
        };
        let both = jwt(
            r#"{"access":[{"type":"repository","name":"a/b","actions":["pull","push"]}],"exp":1700000000}"#,
        );
        let all = jwt(r#"{"access":[{"type":"repository","name":"a/b","actions":["*"]}]}"#);
        let other = jwt(
            r#"{"access":[{"type":"repository","name":"a","actions":["pull"]},{"type":"registry","name":"a/b","actions":["pull"]}]}"#,
        );
        assert_eq!(granted(&both, "push"), Some(true));
        assert_eq!(granted(&both, "delete"), Some(false));
        assert_eq!(granted(&all, "push"), Some(true));
        assert_eq!(granted(&other, "pull"), Some(false));
        assert_eq!(granted(&jwt(r#"{"access":[]}"#), "pull"), Some(false));
        assert_eq!(granted(&jwt("{}"), "pull"), None);
        assert_eq!(granted("opaque", "pull"), None);
        assert_eq!(granted("a.!.c", "pull"), None);
        assert_eq!(
            Claims::read(&both).unwrap().expires_at(),
            Some(1_700_000_000_000)
        );
        assert_eq!(
            Claims::read(&jwt(r#"{"exp":1e300}"#)).unwrap().expires_at(),
            Some(i64::MAX)
        );
    }

    #[test]
    fn a_scope_text_is_read_with_ports_in_its_names() {
        let grant = Grant::of_scope("repository:a/b:pull,push registry:catalog:*");
        assert_eq!(grant.allows(&repository("a/b"), "push"), Some(true));
        assert_eq!(
            Grant::of_scope("repository:host:5000/x:pull").0.unwrap()[0].name,
            "host:5000/x"
        );
        assert!(!Grant::of_scope("odd").is_known());
    }
}
