//! Content negotiation and preconditions: `Content-Type`, `Accept`, and `If-Match`.

use http::{HeaderMap, HeaderValue, header};

use crate::problem::{Problem, ProblemType};

/// A format of answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// `application/json`
    Json,
    /// `text/event-stream`
    Events,
}

/// Checks that the caller accepts JSON.
pub(crate) fn json_accepted(headers: &HeaderMap) -> Result<(), Problem> {
    if quality(headers, "application", "json") > 0 {
        Ok(())
    } else {
        Err(ProblemType::AcceptUnsupported.into())
    }
}

/// The format that the caller prefers. Events must be named: `*/*` means JSON.
pub(crate) fn preferred(headers: &HeaderMap) -> Result<Form, Problem> {
    let json = quality(headers, "application", "json");
    let events = if headers.contains_key(header::ACCEPT) {
        quality(headers, "text", "event-stream")
    } else {
        0
    };
    let named =
        media_types(headers).any(|entry| entry.kind == "text" && entry.subtype == "event-stream");
    match (json, events) {
        (0, 0) => Err(ProblemType::AcceptUnsupported.into()),
        (json, events) if events > 0 && (json == 0 || (named && events >= json)) => {
            Ok(Form::Events)
        }
        _ => Ok(Form::Json),
    }
}

/// Checks that the caller says the body is JSON.
pub(crate) fn json_sent(headers: &HeaderMap) -> Result<(), Problem> {
    let sent = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = sent.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        Ok(())
    } else {
        Err(ProblemType::MediaTypeUnsupported.into())
    }
}

/// The `ETag` of a version.
pub(crate) fn etag(version: i64) -> HeaderValue {
    HeaderValue::try_from(format!("\"{version}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

/// The versions that `If-Match` names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum IfMatch {
    /// `*`: whichever there is.
    Any,
    /// One of these. What is no version of ours matches nothing.
    Versions(Vec<i64>),
}

impl IfMatch {
    /// The header's value; `None` without one.
    pub(crate) fn read(headers: &HeaderMap) -> Option<Self> {
        let mut versions = Vec::new();
        if !headers.contains_key(header::IF_MATCH) {
            return None;
        }
        for value in headers.get_all(header::IF_MATCH) {
            for tag in value.to_str().unwrap_or_default().split(',').map(str::trim) {
                if tag == "*" {
                    return Some(Self::Any);
                }
                // Only strong tags match (RFC 9110 §13.1.1), and only as this service writes them.
                let number = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
                versions.extend(
                    number
                        .and_then(|text| text.parse().ok())
                        .filter(|version| etag(*version) == tag),
                );
            }
        }
        Some(Self::Versions(versions))
    }

    /// The versions of which one is meant; `None` means any.
    pub(crate) fn versions(&self) -> Option<&[i64]> {
        match self {
            Self::Any => None,
            Self::Versions(versions) => Some(versions),
        }
    }
}

struct MediaRange<'a> {
    kind: &'a str,
    subtype: &'a str,
    /// In thousandths.
    quality: u16,
}

fn media_types(headers: &HeaderMap) -> impl Iterator<Item = MediaRange<'_>> {
    let values = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .filter_map(|entry| {
            let mut parts = entry.split(';').map(str::trim);
            let (kind, subtype) = parts.next()?.split_once('/')?;
            let quality =
                parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
            let quality = quality.map_or(Some(1.0), |text| text.parse::<f32>().ok())?;
            Some(MediaRange {
                kind,
                subtype,
                quality: (quality.clamp(0.0, 1.0) * 1000.0) as u16,
            })
        })
}

/// The caller's preference for this media type, in thousandths; the most specific range decides (RFC 9110 §12.5.1).
fn quality(headers: &HeaderMap, kind: &str, subtype: &str) -> u16 {
    if !headers.contains_key(header::ACCEPT) {
        return 1000;
    }
    media_types(headers)
        .filter_map(|range| {
            let specific = match (range.kind, range.subtype) {
                ("*", "*") => 0,
                (k, "*") if k.eq_ignore_ascii_case(kind) => 1,
                (k, s) if k.eq_ignore_ascii_case(kind) && s.eq_ignore_ascii_case(subtype) => 2,
                _ => return None,
            };
            Some((specific, range.quality))
        })
        .max()
        .map_or(0, |(_, quality)| quality)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, value: Option<&'static str>) -> HeaderMap {
        value
            .map(|value| (name, HeaderValue::from_static(value)))
            .into_iter()
            .collect()
    }

    #[test]
    fn accept_decides_between_json_and_events() {
        let cases = [
            (None, Some(Form::Json)),
            (Some("*/*"), Some(Form::Json)),
            (Some("application/json"), Some(Form::Json)),
            (Some("application/*"), Some(Form::Json)),
            (Some("Application/JSON; charset=utf-8"), Some(Form::Json)),
            (Some("text/event-stream"), Some(Form::Events)),
            (Some("text/*"), Some(Form::Events)),
            (
                Some("text/event-stream, application/json"),
                Some(Form::Events),
            ),
            (Some("text/event-stream, */*;q=0.1"), Some(Form::Events)),
            (
                Some("text/event-stream;q=0.5, application/json"),
                Some(Form::Json),
            ),
            (Some("text/event-stream;q=0, */*"), Some(Form::Json)),
            (
                Some("text/html,application/xhtml+xml,*/*;q=0.8"),
                Some(Form::Json),
            ),
            (Some("text/html"), None),
            (Some("application/json;q=0"), None),
            (Some("nonsense"), None),
            (Some(""), None),
        ];
        for (accept, form) in cases {
            assert_eq!(
                preferred(&headers(header::ACCEPT, accept)).ok(),
                form,
                "{accept:?}"
            );
        }
    }

    #[test]
    fn json_is_told_by_its_media_type() {
        let cases = [
            (Some("application/json"), true),
            (Some("Application/Json; charset=UTF-8"), true),
            (Some("text/json"), false),
            (Some("application/jsonp"), false),
            (Some("application/x-www-form-urlencoded"), false),
            (None, false),
        ];
        for (sent, json) in cases {
            assert_eq!(
                json_sent(&headers(header::CONTENT_TYPE, sent)).is_ok(),
                json,
                "{sent:?}"
            );
        }
    }

    #[test]
    fn if_match_names_versions() {
        let versions = |list: &[i64]| Some(IfMatch::Versions(list.to_vec()));
        let cases = [
            (None, None),
            (Some("\"3\""), versions(&[3])),
            (Some("\"3\", \"4\""), versions(&[3, 4])),
            (Some("*"), Some(IfMatch::Any)),
            (Some("W/\"3\""), versions(&[])),
            (Some("3"), versions(&[])),
            (Some("\"03\""), versions(&[])),
            (Some("\"+3\""), versions(&[])),
            (Some("\"x\""), versions(&[])),
            (Some(""), versions(&[])),
        ];
        for (value, expected) in cases {
            assert_eq!(
                IfMatch::read(&headers(header::IF_MATCH, value)),
                expected,
                "{value:?}"
            );
        }
    }
}
