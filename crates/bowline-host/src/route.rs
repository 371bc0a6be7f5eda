//! Spin's route syntax, which maps paths to components.

use crate::component_id::ComponentId;
use http::{HeaderMap, HeaderName, HeaderValue};
use std::{cmp::Reverse, fmt};

/// The requests that reach a trigger's component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// From outside, on the paths of a pattern.
    Public(Pattern),
    /// Only through service chaining.
    Private,
}

/// A path pattern: fixed segments, `:name` for one segment, and `/...` at the end for any rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    segments: Vec<Segment>,
}

/// The public routes of an application, the most specific first.
#[derive(Debug, Default)]
pub struct RouteTable {
    routes: Vec<(Pattern, ComponentId)>,
}

/// A matched route.
#[derive(Debug, PartialEq, Eq)]
pub struct Match<'a> {
    /// The component that handles the request.
    pub component: &'a ComponentId,
    route: &'a str,
    path_info: String,
    parameters: Vec<(&'a str, &'a str)>,
}

/// Why a route is invalid.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    /// A `:` without a name, a name that cannot be part of a header, or the same name twice.
    #[error(
        "route `{0}`: a parameter is `:` and a name of letters, digits, `-`, or `_`, used once"
    )]
    Parameter(String),
    /// `...` that is not the whole last segment.
    #[error("route `{0}`: `...` can only be the last segment")]
    Wildcard(String),
    /// Two triggers that match the same paths.
    #[error("routes `{0}` and `{1}` match the same paths")]
    Duplicate(String, String),
}

/// Declared in the order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Rest,
    /// The end of a pattern is more specific than `...` and less than any segment.
    End,
    Parameter(String),
    Exact(String),
}

impl Route {
    /// Parses a manifest's `route` text.
    pub fn parse(text: &str) -> Result<Self, RouteError> {
        Pattern::parse(text).map(Self::Public)
    }
}

impl Pattern {
    /// Returns `/...`, which matches every path.
    pub fn everything() -> Self {
        Self {
            text: "/...".to_owned(),
            segments: vec![Segment::Rest],
        }
    }

    fn parse(text: &str) -> Result<Self, RouteError> {
        let mut segments = Vec::new();
        let mut names = Vec::new();
        let mut parts = segments_of(text).peekable();
        while let Some(part) = parts.next() {
            let segment = match part.strip_prefix(':') {
                Some(name) if is_parameter_name(name) && !names.contains(&name) => {
                    names.push(name);
                    Segment::Parameter(name.to_owned())
                }
                Some(_) => return Err(RouteError::Parameter(text.to_owned())),
                None if part == "..." && parts.peek().is_none() => Segment::Rest,
                None if part.contains("...") || part == "*" => {
                    return Err(RouteError::Wildcard(text.to_owned()));
                }
                None => Segment::Exact(part.to_owned()),
            };
            segments.push(segment);
        }
        if segments.last() != Some(&Segment::Rest) {
            segments.push(Segment::End);
        }
        Ok(Self {
            text: text.to_owned(),
            segments,
        })
    }

    /// The captured parameters and the rest of the path, or nothing when the path does not match.
    fn captures<'a>(&'a self, path: &'a str) -> Option<(Vec<(&'a str, &'a str)>, String)> {
        let mut parts = segments_of(path);
        let mut parameters = Vec::new();
        for segment in &self.segments {
            match segment {
                Segment::Exact(text) => parts.next().filter(|part| part == text).map(|_| ())?,
                Segment::Parameter(name) => {
                    let value = parts.next().filter(|part| !part.is_empty())?;
                    parameters.push((name.as_str(), value));
                }
                Segment::End => return parts.next().is_none().then(|| (parameters, String::new())),
                Segment::Rest => {
                    let mut rest: String = parts.flat_map(|part| ["/", part]).collect();
                    if path.ends_with('/') {
                        rest.push('/');
                    }
                    return Some((parameters, rest));
                }
            }
        }
        None
    }

    /// The shape that decides which paths match and which pattern wins: names of parameters do not count.
    fn rank(&self) -> Vec<Segment> {
        let unnamed = |segment: &Segment| match segment {
            Segment::Parameter(_) => Segment::Parameter(String::new()),
            other => other.clone(),
        };
        self.segments.iter().map(unnamed).collect()
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl RouteTable {
    /// Creates a table with the most specific routes first.
    pub fn new(
        routes: impl IntoIterator<Item = (Pattern, ComponentId)>,
    ) -> Result<Self, RouteError> {
        let mut routes: Vec<_> = routes.into_iter().collect();
        routes.sort_by_cached_key(|(pattern, _)| Reverse(pattern.rank()));
        for pair in routes.windows(2) {
            if let [(first, _), (second, _)] = pair
                && first.rank() == second.rank()
            {
                return Err(RouteError::Duplicate(
                    first.text.clone(),
                    second.text.clone(),
                ));
            }
        }
        Ok(Self { routes })
    }

    /// Returns the route for a path, with the captures of its pattern.
    pub fn find<'a>(&'a self, path: &'a str) -> Option<Match<'a>> {
        self.routes.iter().find_map(|(pattern, component)| {
            let (parameters, path_info) = pattern.captures(path)?;
            Some(Match {
                component,
                route: &pattern.text,
                path_info,
                parameters,
            })
        })
    }

    /// Returns the patterns and their components, for the start message.
    pub fn iter(&self) -> impl Iterator<Item = &(Pattern, ComponentId)> {
        self.routes.iter()
    }
}

impl<'a> Match<'a> {
    /// Returns the match of a chained request. As on Spin, it is as if the whole path matched `/...`.
    pub fn chained(component: &'a ComponentId, path: &str) -> Self {
        Self {
            component,
            route: "/...",
            path_info: path.to_owned(),
            parameters: Vec::new(),
        }
    }

    /// Replaces every `spin-*` header of a request with those that Spin sets. `client` is the peer's address.
    pub fn set_headers(&self, headers: &mut HeaderMap, full_url: &str, client: &str) {
        strip_spin_headers(headers);
        let prefix = self.route.strip_suffix("/...").unwrap_or(self.route);
        let fixed = [
            ("spin-full-url", full_url),
            ("spin-path-info", &self.path_info),
            ("spin-matched-route", self.route),
            ("spin-raw-component-route", self.route),
            ("spin-component-route", prefix),
            ("spin-base-path", "/"),
            ("spin-client-addr", client),
        ];
        for (name, value) in fixed {
            insert(headers, name, value);
        }
        for (name, value) in &self.parameters {
            insert(
                headers,
                &format!("spin-path-match-{}", name.to_ascii_lowercase()),
                value,
            );
        }
    }
}

/// The segments between slashes. Slashes at either end do not count.
fn segments_of(path: &str) -> impl Iterator<Item = &str> {
    let inner = path.trim_matches('/');
    inner
        .split('/')
        .take(if inner.is_empty() { 0 } else { usize::MAX })
}

fn is_parameter_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

fn strip_spin_headers(headers: &mut HeaderMap) {
    let forged: Vec<HeaderName> = headers
        .keys()
        .filter(|name| name.as_str().starts_with("spin-"))
        .cloned()
        .collect();
    for name in forged {
        headers.remove(name);
    }
}

fn insert(headers: &mut HeaderMap, name: &str, value: &str) {
    // A path that came over HTTP is visible ASCII, so neither conversion fails.
    if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests;
