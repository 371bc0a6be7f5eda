//! The parameters of a path.

use bowline::secret::Secret;
use bowline_store::ConnectionId;
use percent_encoding::percent_decode_str;

/// A connection, as a path names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConnectionPath {
    /// The project that it belongs to.
    pub(crate) project: String,
    /// Which it is.
    pub(crate) id: ConnectionId,
}

/// The values of a path's parameters, still encoded.
pub(crate) struct PathParameters<'a>(Vec<(&'a str, &'a str)>);

impl<'a> PathParameters<'a> {
    /// The pairs of name and segment, or `None` if a segment is empty or not UTF-8. A segment is decoded once.
    pub(crate) fn new(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Option<Self> {
        let parameters = Self(pairs.collect());
        let sound = |(_, segment): &(&str, &str)| {
            !segment.is_empty() && percent_decode_str(segment).decode_utf8().is_ok()
        };
        parameters.0.iter().all(sound).then_some(parameters)
    }

    /// A parameter, decoded.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let (_, segment) = self.0.iter().find(|(known, _)| *known == name)?;
        let decoded = percent_decode_str(segment).decode_utf8().ok()?;
        Some(decoded.into_owned())
    }

    /// A parameter that is a secret, decoded.
    pub(super) fn secret(&self) -> Option<Secret> {
        self.text("secret").map(Secret::new)
    }

    /// The project, if the path has one.
    pub(crate) fn project(&self) -> Option<String> {
        self.text("project")
    }

    /// The connection. What is no id is the id of nothing.
    pub(crate) fn connection(&self) -> Option<ConnectionPath> {
        Some(ConnectionPath {
            project: self.project()?,
            id: ConnectionId::parse(&self.text("id")?)?,
        })
    }
}
