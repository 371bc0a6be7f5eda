//! What the path of a registry's URL means: base path and namespace.

use super::split::{Split, segments};
use crate::{
    finding::Issue,
    message::Code,
    reference::is_component,
    text::{concat, join, replaced, span},
};

/// Base path and namespace of a URL.
pub(super) fn parse(url: &Split<'_>, docker_hub: bool) -> Result<(String, String), Issue> {
    let segments = url.segments.as_slice();
    let (base, namespace) = divide(segments, docker_hub);
    if let Some(bad) = base.iter().find(|segment| !is_base_segment(segment)) {
        return Err(path_issue(url, bad));
    }
    let origin = || concat(&[&url.origin(), &joined(base)]);
    if segments.contains(&"v2") && is_api_path(namespace) {
        return Err(Issue::new(Code::UrlApi)
            .at(span(url.text, url.path))
            .suggest(origin()));
    }
    let names_image = |segment: &&str| segment.contains([':', '@']);
    if let Some(last) = namespace.last().filter(|&last| names_image(last)) {
        let before = namespace.split(names_image).next();
        let registry = concat(&[&origin(), &joined(before.unwrap_or(&[]))]);
        return Err(Issue::new(Code::UrlImage)
            .at(span(url.text, last))
            .suggest(registry));
    }
    for segment in namespace {
        if is_component(segment) {
            continue;
        }
        let lower = segment.to_ascii_lowercase();
        return Err(if is_component(&lower) {
            let path = url.path.to_ascii_lowercase();
            Issue::new(Code::UrlPathCase)
                .at(span(url.text, segment))
                .suggest(replaced(url.text.trim(), url.path, &path))
        } else {
            path_issue(url, segment)
        });
    }
    Ok((joined(base), join(namespace.iter().copied(), "/")))
}

/// Whether base path and namespace, written one after the other, are read as just that.
pub(super) fn is_plain(base: &str, namespace: &str, docker_hub: bool) -> bool {
    if base.is_empty() && namespace.is_empty() {
        return true;
    }
    let mut written: Vec<&str> = segments(base).collect();
    let base_length = written.len();
    written.extend(segments(namespace));
    let (read_base, read_namespace) = divide(&written, docker_hub);
    let read = read_base.len().saturating_add(read_namespace.len());
    (read_base.len(), read) == (base_length, written.len())
}

/// Where the base path ends. `/v2` parts it from the namespace; without one, Artifactory's and Nexus's paths of a
/// repository are base paths, and all else is namespace. Docker Hub's old address has `/v1/` for nothing.
fn divide<'a, 'b>(segments: &'a [&'b str], docker_hub: bool) -> (&'a [&'b str], &'a [&'b str]) {
    let base_length = match segments {
        ["v1"] | ["v1", "access-token" | "refresh-token"] if docker_hub => return (&[], &[]),
        _ if let Some(at) = segments.iter().position(|&segment| segment == "v2") => {
            let (base, rest) = segments.split_at_checked(at).unwrap_or((segments, &[]));
            return (base, rest.get(1..).unwrap_or(&[]));
        }
        ["artifactory", "api", "docker" | "oci", _, ..] => 4,
        ["nexus", "repository", _, ..] => 3,
        ["repository", _, ..] => 2,
        _ => 0,
    };
    segments
        .split_at_checked(base_length)
        .unwrap_or((&[], segments))
}

/// Whether what follows `/v2/` leads into the API: `_catalog`, `…/tags/list`, `…/manifests/…`, `…/blobs/…`.
fn is_api_path(namespace: &[&str]) -> bool {
    matches!(
        namespace,
        ["_catalog", ..] | [_, .., "tags", "list"] | [_, .., "manifests" | "blobs", _]
    )
}

fn is_base_segment(segment: &str) -> bool {
    !matches!(segment, "." | "..")
        && segment
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'~' | b'-'))
}

fn path_issue(url: &Split<'_>, segment: &str) -> Issue {
    Issue::new(Code::UrlPath)
        .at(span(url.text, segment))
        .with("path", segment)
}

/// `/a/b` of `a` and `b`; nothing of nothing.
fn joined(segments: &[&str]) -> String {
    let mut path = String::new();
    for segment in segments {
        path.push('/');
        path.push_str(segment);
    }
    path
}
