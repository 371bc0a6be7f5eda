//! Docker image manifest schema 1: its content and its signed part.

use std::borrow::Cow;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::Deserialize;

use super::content::{Content, Kind, Manifest, created_at, unsupported};
use crate::{
    digest::Digest,
    json::{self, First, or_default},
    problem::Failure,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Layer {
    #[serde(default, deserialize_with = "or_default")]
    blob_sum: String,
}

#[derive(Deserialize)]
pub(super) struct Ancestor {
    /// A config, as a text.
    #[serde(rename = "v1Compatibility", default, deserialize_with = "or_default")]
    config: String,
}

/// Docker schema 1 names only layers. The empty one, which most of these images have, is the smallest that there is.
pub(super) fn manifest(layers: &[Layer], newest: Option<&Ancestor>) -> Result<Manifest, Failure> {
    const EMPTY: &str = "sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4";
    let created_at = newest.and_then(|newest| created_at(newest.config.as_bytes()));
    let empty = layers.iter().find(|layer| layer.blob_sum == EMPTY);
    empty
        .or(layers.last())
        .and_then(|layer| Digest::parse(&layer.blob_sum))
        .map(|blob| {
            Manifest::Content(Content {
                kind: Kind::Schema1(created_at),
                blob,
                blob_bytes: None,
                bytes: None,
            })
        })
        .ok_or_else(|| unsupported("The Docker schema 1 manifest has no layers."))
}

/// Returns the part of a response that is the manifest and that its digest covers: the whole body, or, for signed
/// schema 1, the signed document without its signatures.
pub(crate) fn content(body: &[u8]) -> Cow<'_, [u8]> {
    signed(body).map_or(Cow::Borrowed(body), Cow::Owned)
}

/// Returns the signed document of a manifest in "pretty" JSON Web Signature form: its beginning, with the length from
/// the signature's header, and the end from the header.
fn signed(body: &[u8]) -> Option<Vec<u8>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Signed {
        schema_version: u64,
        signatures: First<Signature>,
    }
    #[derive(Deserialize)]
    struct Signature {
        protected: String,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Protected {
        format_length: usize,
        format_tail: String,
    }
    let decode = |text: &str| {
        BASE64_URL_SAFE_NO_PAD
            .decode(text.trim_end_matches('='))
            .ok()
    };
    let document: Signed = json::from_slice(body).ok()?;
    if document.schema_version != 1 {
        return None;
    }
    let protected = decode(&document.signatures.0?.protected)?;
    let protected: Protected = serde_json::from_slice(&protected).ok()?;
    let mut payload = body.get(..protected.format_length)?.to_vec();
    payload.extend(decode(&protected.format_tail)?);
    Some(payload)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_digest_of_a_signed_manifest_is_that_of_what_was_signed() {
        let plain = "{\n   \"schemaVersion\": 1\n}";
        let length = plain.find("\n}").unwrap();
        let header = |length: usize| {
            let tail = BASE64_URL_SAFE_NO_PAD.encode("\n}");
            BASE64_URL_SAFE_NO_PAD.encode(format!(
                r#"{{"formatLength":{length},"formatTail":"{tail}"}}"#
            ))
        };
        let with = |length: usize| {
            let end = format!(
                ",\n   \"signatures\": [{{\"protected\":\"{}\"}}]\n}}",
                header(length)
            );
            plain.replace("\n}", &end)
        };
        let signed = with(length);
        assert_eq!(content(signed.as_bytes()), plain.as_bytes());
        for odd in [
            plain.to_owned(),
            with(1_000_000),
            with(length).replace("schemaVersion\": 1", "schemaVersion\": 2"),
            r#"{"schemaVersion":1,"signatures":[]}"#.to_owned(),
            r#"{"schemaVersion":1,"signatures":[{"protected":"!"}]}"#.to_owned(),
            "no JSON".to_owned(),
        ] {
            assert_eq!(content(odd.as_bytes()), odd.as_bytes(), "taken as it is");
        }
    }

    proptest! {
        #[test]
        fn no_body_makes_it_fail(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = content(&body);
        }
    }
}
