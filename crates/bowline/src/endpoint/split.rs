//! A URL's text, taken apart: pieces of the typed text, so that every piece has its place in it.

use super::{address::parse_v6, docker_hub::DOCKER_HUB, scheme::Scheme};
use crate::{
    finding::Issue,
    message::Code,
    reference::is_tag,
    text::{
        concat, contains, is_invisible, is_plain, joined, port_of, replace, replaced, span,
        split_once, trim_space, unquoted, visible,
    },
};

/// The pieces of a typed URL or hostname. Nothing but the structure is checked.
#[derive(Debug)]
pub(crate) struct Split<'a> {
    /// The whole text as typed.
    pub(crate) text: &'a str,
    /// The scheme with its `://`, or nothing.
    pub(crate) before_authority: &'a str,
    /// What it means.
    pub(crate) scheme: Scheme,
    /// The host as typed; an IPv6 address with its brackets.
    pub(crate) host: &'a str,
    /// What follows the host's `:`.
    pub(crate) port: Option<&'a str>,
    /// The path, with the slash that starts it.
    pub(crate) path: &'a str,
    /// The parts of the path, empty ones left out.
    pub(crate) segments: Vec<&'a str>,
    /// What follows the path's `?`.
    pub(crate) query: Option<&'a str>,
    /// What follows `#`.
    pub(crate) fragment: Option<&'a str>,
}

impl<'a> Split<'a> {
    /// The pieces of `text`.
    pub(crate) fn of(text: &'a str) -> Result<Self, Issue> {
        let trimmed = trim_space(text);
        check_text(text, trimmed)?;
        let (before_authority, scheme, rest) = split_scheme(text, trimmed)?;
        let ends = |b| matches!(b, b'/' | b'?' | b'#');
        let end = rest.bytes().position(ends).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let host_and_port = check_userinfo(text, before_authority, authority, rest)?;
        let (host, port) = split_port(text, host_and_port)?;
        let (rest, fragment) = split_off(rest, "#");
        let (path, query) = split_off(rest, "?");
        if host.is_empty() {
            // `https:///registry.example.com`
            let rest = path.trim_start_matches('/');
            let fix = Some(concat(&[before_authority, rest])).filter(|_| contains(rest, "."));
            return Err(Issue::new(Code::UrlHostMissing).suggest_some(fix));
        }
        Ok(Self {
            text,
            before_authority,
            scheme,
            host,
            port,
            path,
            segments: segments(path).collect(),
            query,
            fragment,
        })
    }

    /// That there is neither query nor fragment.
    pub(crate) fn check_rest(&self) -> Result<(), Issue> {
        for (part, code) in [
            (self.query, Code::UrlQuery),
            (self.fragment, Code::UrlFragment),
        ] {
            if let Some(part) = part {
                // The mark before it goes too.
                let start = span(self.text, part).start.saturating_sub(1);
                let without = self.text.get(..start).unwrap_or("");
                let fix = if self.is_page() {
                    self.origin()
                } else {
                    without.to_owned()
                };
                return Err(Issue::new(code)
                    .at(start..self.text.trim_end().len())
                    .suggest(fix));
            }
        }
        Ok(())
    }

    /// Whether an address with a query or a fragment is a page to sign in at, or a token service: its path is no namespace.
    fn is_page(&self) -> bool {
        const PAGES: [&str; 14] = [
            "sign-in",
            "sign_in",
            "signin",
            "login",
            "logout",
            "account",
            "accounts",
            "auth",
            "oauth",
            "oauth2",
            "token",
            "admin",
            "settings",
            "dashboard",
        ];
        self.segments.iter().any(|segment| PAGES.contains(segment))
            || contains(self.query.unwrap_or(""), "service=")
    }

    /// The port, where one is written.
    pub(crate) fn port_number(&self) -> Result<Option<u16>, Issue> {
        let Some(port) = self.port else {
            return Ok(None);
        };
        match port_of(port) {
            Some(number @ 1..) if port.len() <= 5 => Ok(Some(number)),
            _ if self.path.is_empty()
                && is_tag(port)
                && port.bytes().any(|b| b.is_ascii_alphabetic()) =>
            {
                // `alpine:latest`, `registry.example.com:latest`
                let registry = if contains(self.host, ".") {
                    self.host
                } else {
                    DOCKER_HUB
                };
                Err(Issue::new(Code::UrlImage)
                    .at(span(self.text, port))
                    .suggest(registry))
            }
            _ => {
                let fix = port
                    .is_empty()
                    .then(|| concat(&[self.before_authority, self.host, self.path]));
                Err(Issue::new(Code::UrlPort)
                    .at(span(self.text, port))
                    .with("port", port)
                    .suggest_some(fix))
            }
        }
    }

    /// Whether the host is this one, in any case of letters.
    pub(crate) fn is_on(&self, host: &str) -> bool {
        self.host.eq_ignore_ascii_case(host)
    }

    /// The scheme, if it was typed, the host and the port: a URL without a path.
    pub(crate) fn origin(&self) -> String {
        let (colon, port) = self.port.map_or(("", ""), |port| (":", port));
        concat(&[self.before_authority, self.host, colon, port])
    }
}

/// What pasting and typing do to an address.
fn check_text(text: &str, trimmed: &str) -> Result<(), Issue> {
    if is_plain(trimmed) && !trimmed.bytes().any(|b| matches!(b, b' ' | b'\\')) {
        return Ok(());
    }
    if let Some((before, _)) = trimmed.split_once('\\') {
        let place = span(text, before).end;
        let forwards = replace(trimmed, "\\", "/");
        return Err(Issue::new(Code::UrlBackslash)
            .at(place..place.saturating_add(1))
            .suggest(forwards));
    }
    if let Some(inner) = unquoted(trimmed) {
        return Err(Issue::new(Code::UrlQuoted).suggest(inner));
    }
    let Some((at, found)) = trimmed
        .char_indices()
        .find(|&(_, c)| c.is_whitespace() || is_invisible(c))
    else {
        return Ok(());
    };
    let place = trimmed
        .get(at..)
        .map(|tail| span(text, tail).start)
        .unwrap_or(0);
    let place = place..place.saturating_add(found.len_utf8());
    if !found.is_whitespace() {
        let issue = Issue::new(Code::UrlInvisible).at(place);
        return Err(issue.suggest(visible(trimmed)));
    }
    // Words, or two addresses, are no address that was torn apart.
    let words: Vec<&str> = trimmed.split_whitespace().collect();
    let is_torn = match words.as_slice() {
        [_, second] => {
            let both = words.iter().all(|word| word.contains('.'));
            !both || second.starts_with(['.', '/', ':'])
        }
        _ => false,
    };
    let fix = is_torn.then(|| joined(trimmed));
    Err(Issue::new(Code::UrlSpace).at(place).suggest_some(fix))
}

/// The parts of a path, empty ones left out.
pub(super) fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

/// The scheme with `://`, its meaning, and what follows.
fn split_scheme<'a>(text: &str, trimmed: &'a str) -> Result<(&'a str, Scheme, &'a str), Issue> {
    let wrong = |rest: &str| {
        let end = span(text, rest).start;
        let is_host = !rest.is_empty() && !rest.starts_with('/');
        Issue::new(Code::UrlScheme)
            .at(span(text, trimmed).start..end)
            .suggest_some(is_host.then(|| concat(&["https://", rest])))
    };
    let Some((scheme, rest)) = split_once(trimmed, "://") else {
        let rest = without_schemes(trimmed);
        return if rest.len() == trimmed.len() {
            Ok(("", Scheme::Https, trimmed))
        } else {
            Err(wrong(rest))
        };
    };
    let meant = match scheme {
        _ if scheme.eq_ignore_ascii_case("https") => Scheme::Https,
        _ if scheme.eq_ignore_ascii_case("http") => Scheme::Http,
        "ssh" | "git" | "git+ssh" => return Err(Issue::new(Code::UrlGit)),
        // A second scheme behind a path is that path's problem.
        _ if scheme.contains(['/', '?', '#']) => return Ok(("", Scheme::Https, trimmed)),
        _ => return Err(wrong(without_schemes(rest))),
    };
    // An address that was pasted behind a scheme has its own.
    let host = without_schemes(rest);
    if host.len() < rest.len() {
        return Err(wrong(host));
    }
    Ok((trimmed.strip_suffix(rest).unwrap_or(""), meant, rest))
}

/// What follows the schemes, mistyped ones too, that a text starts with.
fn without_schemes(text: &str) -> &str {
    const TYPOS: [&str; 5] = ["https:", "https//", "http:", "http//", "//"];
    let mut rest = text;
    loop {
        let after = match split_once(rest, "://") {
            Some((scheme, after)) if scheme.bytes().all(|b| b.is_ascii_alphanumeric()) => {
                Some(after)
            }
            _ => TYPOS.iter().find_map(|typo| {
                let (start, after) = rest.split_at_checked(typo.len())?;
                start.eq_ignore_ascii_case(typo).then_some(after)
            }),
        };
        match after {
            Some(after) => rest = after.trim_start_matches('/'),
            None => return rest,
        }
    }
}

/// The authority, which must have no user in it.
fn check_userinfo<'a>(
    text: &str,
    before: &str,
    authority: &'a str,
    rest: &str,
) -> Result<&'a str, Issue> {
    let Some((user, host)) = authority.rsplit_once('@') else {
        return Ok(authority);
    };
    if user == "git" {
        return Err(Issue::new(Code::UrlGit));
    }
    if host.starts_with("sha256:") || host.starts_with("sha512:") {
        let name = user.split('@').next().unwrap_or("");
        return Err(Issue::new(Code::UrlImage)
            .at(span(text, host))
            .suggest(concat(&[before, name])));
    }
    let place = span(text, user);
    let place = place.start..place.end.saturating_add(1);
    Err(Issue::new(Code::UrlUserinfo)
        .at(place)
        .suggest(concat(&[before, host, rest])))
}

/// Host and port.
fn split_port<'a>(text: &str, authority: &'a str) -> Result<(&'a str, Option<&'a str>), Issue> {
    if authority.starts_with('[') {
        let end = authority
            .find(']')
            .map_or(authority.len(), |at| at.saturating_add(1));
        let (host, after) = authority.split_at_checked(end).unwrap_or((authority, ""));
        return match after.strip_prefix(':') {
            Some(port) => Ok((host, Some(port))),
            None if after.is_empty() => Ok((host, None)),
            None => Err(Issue::new(Code::UrlAddressInvalid)
                .at(span(text, authority))
                .with("host", authority)),
        };
    }
    match split_once(authority, ":") {
        Some((_, port)) if contains(port, ":") => {
            let place = span(text, authority);
            Err(match parse_v6(authority) {
                Some(_) => {
                    let bracketed =
                        replaced(text.trim(), authority, &concat(&["[", authority, "]"]));
                    Issue::new(Code::UrlBrackets).at(place).suggest(bracketed)
                }
                None => Issue::new(Code::UrlHostInvalid)
                    .at(place)
                    .with("host", authority),
            })
        }
        Some((host, port)) => Ok((host, Some(port))),
        None => Ok((authority, None)),
    }
}

fn split_off<'a>(text: &'a str, mark: &str) -> (&'a str, Option<&'a str>) {
    match split_once(text, mark) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}
