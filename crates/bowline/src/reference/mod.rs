//! Image references: the distribution grammar (`distribution/reference`), familiar names and defaults.
//!
//! Stricter than the grammar in two places, where it lets through what no registry can be asked for: a port is
//! 1-65535, and an IPv6 address is one.

mod component;

use serde::{Serialize, Serializer};

pub(crate) use self::component::is_component;
use crate::{
    endpoint::{DOCKER_HUB, parse_v6},
    finding::Issue,
    message::Code,
    text::{concat, contains, joined, port_of, replaced, span, split_once, trim_space},
};

/// An image reference, with familiar names filled in: `alpine` is `docker.io/library/alpine`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// `docker.io`, `registry.example.com:5000`. As written, but for Docker Hub's other name `index.docker.io`.
    pub domain: String,
    /// The repository: `library/alpine`.
    pub path: String,
    /// The tag, where one was written.
    pub tag: Option<String>,
    /// The digest, where one was written.
    pub digest: Option<String>,
}

/// Where Docker Hub keeps the images that are named by one word.
const OFFICIAL: &str = "library/";

impl Reference {
    /// The reference that `text` is.
    ///
    /// # Errors
    /// An issue with a `reference.…` code and its place in `text`.
    ///
    /// ```
    /// use bowline::reference::Reference;
    ///
    /// let reference = Reference::parse("alpine:3.20")?;
    /// assert_eq!(reference.domain, "docker.io");
    /// assert_eq!(reference.path, "library/alpine");
    /// # Ok::<(), bowline::finding::Issue>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, Issue> {
        check_text(text)?;
        let (name, digest) = match split_once(text, "@") {
            Some((name, digest)) => (name, Some(digest)),
            None => (text, None),
        };
        let (name, tag) = split_tag(name);
        let (domain, path) = split_domain(name);
        if name.is_empty() {
            return Err(Issue::new(Code::ReferenceEmpty));
        }
        if let Some(domain) = domain {
            check_domain(text, domain)?;
        }
        check_path(text, path)?;
        if let Some(tag) = tag.filter(|tag| !is_tag(tag)) {
            return Err(Issue::new(Code::ReferenceTag)
                .at(span(text, tag))
                .with("tag", tag));
        }
        if let Some(digest) = digest.filter(|digest| !is_digest(digest)) {
            return Err(Issue::new(Code::ReferenceDigest)
                .at(span(text, digest))
                .with("digest", digest));
        }
        let domain = domain
            .filter(|&domain| domain != "index.docker.io")
            .unwrap_or(DOCKER_HUB);
        let official = domain == DOCKER_HUB && !contains(path, "/");
        let path = concat(&[if official { OFFICIAL } else { "" }, path]);
        if path.len() > 255 {
            let length = path.len().to_string();
            return Err(Issue::new(Code::ReferenceTooLong).with("length", length));
        }
        Ok(Self {
            domain: domain.to_owned(),
            path,
            tag: tag.map(str::to_owned),
            digest: digest.map(str::to_owned),
        })
    }

    /// As people write it: without Docker Hub's domain and `library/`. Parsing it gives the same reference.
    ///
    /// ```
    /// # use bowline::reference::Reference;
    /// assert_eq!(Reference::parse("docker.io/library/alpine")?.familiar(), "alpine");
    /// # Ok::<(), bowline::finding::Issue>(())
    /// ```
    pub fn familiar(&self) -> String {
        let short = self
            .path
            .strip_prefix(OFFICIAL)
            .filter(|rest| !contains(rest, "/") && !is_image_id(rest));
        let name = match short {
            _ if self.domain != DOCKER_HUB => concat(&[&self.domain, "/", &self.path]),
            Some(short) => short.to_owned(),
            // `docker.io/example.com/x` would be read as another domain.
            None if split_domain(&self.path).0.is_some() => {
                concat(&[&self.domain, "/", &self.path])
            }
            None => self.path.clone(),
        };
        concat(&[name.as_str(), &self.suffix(None)])
    }

    /// In full: `docker.io/library/alpine:latest`. The tag is `latest` where neither tag nor digest was written.
    ///
    /// ```
    /// # use bowline::reference::Reference;
    /// assert_eq!(Reference::parse("alpine")?.canonical(), "docker.io/library/alpine:latest");
    /// # Ok::<(), bowline::finding::Issue>(())
    /// ```
    pub fn canonical(&self) -> String {
        concat(&[
            &self.domain,
            "/",
            &self.path,
            self.suffix(Some("latest")).as_str(),
        ])
    }

    fn suffix(&self, default: Option<&str>) -> String {
        let default = default.filter(|_| self.digest.is_none());
        let mut suffix = String::new();
        for (mark, part) in [
            (':', self.tag.as_deref().or(default)),
            ('@', self.digest.as_deref()),
        ] {
            if let Some(part) = part {
                suffix.push(mark);
                suffix.push_str(part);
            }
        }
        suffix
    }
}

/// The reference with its familiar and its canonical form.
impl Serialize for Reference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct ReferenceJson<'a> {
            domain: &'a str,
            path: &'a str,
            tag: Option<&'a str>,
            digest: Option<&'a str>,
            familiar: String,
            canonical: String,
        }

        ReferenceJson {
            domain: &self.domain,
            path: &self.path,
            tag: self.tag.as_deref(),
            digest: self.digest.as_deref(),
            familiar: self.familiar(),
            canonical: self.canonical(),
        }
        .serialize(serializer)
    }
}

impl std::str::FromStr for Reference {
    type Err = Issue;

    fn from_str(text: &str) -> Result<Self, Issue> {
        Self::parse(text)
    }
}

/// Whether a reference was written with a domain.
pub(crate) fn names_domain(text: &str) -> bool {
    split_domain(text).0.is_some()
}

/// Whether a text is a tag.
pub(crate) fn is_tag(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    (1..=128).contains(&text.len())
        && text.bytes().next().is_some_and(word)
        && text.bytes().all(|b| word(b) || matches!(b, b'.' | b'-'))
}

/// Tells whether a word can hardly be anything but a tag: `latest`, `1.27`, `v2`.
fn looks_like_tag(word: &str) -> bool {
    let number = word.strip_prefix('v').unwrap_or(word);
    is_tag(word) && (word == "latest" || number.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether a text is a digest of a registered algorithm.
pub(crate) fn is_digest(text: &str) -> bool {
    let length = match text.split_once(':') {
        Some(("sha256", _)) => 64,
        Some(("sha384", _)) => 96,
        Some(("sha512", _)) => 128,
        _ => return false,
    };
    text.split_once(':')
        .is_some_and(|(_, hex)| hex.len() == length && hex.bytes().all(is_lower_hex))
}

fn is_lower_hex(b: u8) -> bool {
    matches!(b, b'0'..=b'9' | b'a'..=b'f')
}

/// What Docker calls an image by locally; the grammar refuses it as a name.
fn is_image_id(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(is_lower_hex)
}

fn check_text(text: &str) -> Result<(), Issue> {
    if trim_space(text).is_empty() {
        return Err(Issue::new(Code::ReferenceEmpty));
    }
    if let Some((scheme, rest)) = split_once(text, "://") {
        let place = span(text, scheme).start..span(text, rest).start;
        let issue = Issue::new(Code::ReferenceScheme)
            .at(place)
            .with("scheme", concat(&[scheme, "://"]));
        let mut image = rest;
        while let Some((_, after)) = split_once(image, "://") {
            image = after;
        }
        return Err(issue.suggest(image));
    }
    if !text.bytes().all(|b| b.is_ascii_graphic())
        && let Some((at, found)) = text.char_indices().find(|(_, c)| c.is_whitespace())
    {
        // Words of a sentence or a command are no name that was torn apart.
        let words: Vec<&str> = text.split_whitespace().collect();
        let image = match words.as_slice() {
            // A colon became a space, or two images stand on two lines.
            [name, tag] if looks_like_tag(tag) && split_tag(name).1.is_none() => {
                Some(concat(&[name, ":", tag]))
            }
            [_, _] if text.trim().contains(['\n', '\r']) => None,
            [_] | [_, _] => Some(joined(text)),
            _ => None,
        };
        let image = image.filter(|image| Reference::parse(image).is_ok());
        return Err(Issue::new(Code::ReferenceSpace)
            .at(at..at.saturating_add(found.len_utf8()))
            .suggest_some(image));
    }
    if is_image_id(text) {
        return Err(Issue::new(Code::ReferenceHexName));
    }
    Ok(())
}

/// The tag begins after the last `:` that follows the last `/`.
fn split_tag(name: &str) -> (&str, Option<&str>) {
    match name.rsplit_once(':') {
        Some((name, tag)) if !contains(tag, "/") => (name, Some(tag)),
        _ => (name, None),
    }
}

/// The part before the first `/` is a domain if it cannot be a Docker Hub namespace.
fn split_domain(name: &str) -> (Option<&str>, &str) {
    match name.split_once('/') {
        Some((first, rest))
            if first == "localhost"
                || first
                    .bytes()
                    .any(|b| b.is_ascii_uppercase() || matches!(b, b'.' | b':')) =>
        {
            (Some(first), rest)
        }
        _ => (None, name),
    }
}

fn check_domain(text: &str, domain: &str) -> Result<(), Issue> {
    let bracket = domain.find(']').unwrap_or(0);
    let (host, port) = match domain.rsplit_once(':') {
        Some((host, port)) if host.len() > bracket => (host, Some(port)),
        _ => (domain, None),
    };
    if let Some(port) = port
        && !matches!(port_of(port), Some(1..))
    {
        return Err(Issue::new(Code::ReferencePort)
            .at(span(text, port))
            .with("port", port));
    }
    let label = |label: &str| {
        label
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && label
                .bytes()
                .next()
                .is_some_and(|b| b.is_ascii_alphanumeric())
            && label
                .bytes()
                .next_back()
                .is_some_and(|b| b.is_ascii_alphanumeric())
    };
    let sound = match host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
    {
        Some(address) => !contains(address, ".") && parse_v6(address).is_some(),
        None => host.split('.').all(label),
    };
    if sound {
        Ok(())
    } else {
        Err(Issue::new(Code::ReferenceDomain)
            .at(span(text, domain))
            .with("domain", domain))
    }
}

fn check_path(text: &str, path: &str) -> Result<(), Issue> {
    for component in path.split('/') {
        if is_component(component) {
            continue;
        }
        let place = span(text, component);
        if is_component(&component.to_ascii_lowercase()) {
            let lower = replaced(text, path, &path.to_ascii_lowercase());
            return Err(Issue::new(Code::ReferenceCase).at(place).suggest(lower));
        }
        return Err(Issue::new(Code::ReferencePath)
            .at(place)
            .with("component", component));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
