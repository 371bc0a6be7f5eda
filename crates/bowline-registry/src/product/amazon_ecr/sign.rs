//! AWS Signature Version 4, by the crate of the AWS SDK.

use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use bowline::credential::AwsKeys;
use http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::{
    login::Authorization,
    problem::{Code, Failure},
};

/// Who signs, and for what.
pub(super) struct Signing<'a> {
    pub(super) keys: &'a AwsKeys,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
    /// Milliseconds since 1970.
    pub(super) now_ms: i64,
}

impl Signing<'_> {
    /// Signs a request with these headers. Gives them back with those of the signature, as one authorization: a header
    /// that is signed may not be changed on the way.
    pub(super) fn sign(
        &self,
        method: &str,
        url: &Url,
        mut headers: HeaderMap,
        body: &[u8],
    ) -> Result<Authorization, Failure> {
        let AwsKeys {
            access_key_id,
            secret_access_key,
            session_token,
        } = self.keys;
        let token = session_token.as_ref().map(|token| token.expose().trim());
        // The crate takes what stands in a header for granted.
        if !token
            .unwrap_or_default()
            .bytes()
            .all(|b| b.is_ascii_graphic())
        {
            return Err(Failure::new(
                Code::AuthRejected,
                "The session token contains characters that aren't valid in one.",
            )
            .at("values.sessionToken"));
        }
        let secret = secret_access_key.expose().trim();
        let identity = Credentials::new(
            access_key_id,
            secret,
            token.map(str::to_owned),
            None,
            "bowline",
        )
        .into();
        let since = Duration::from_millis(u64::try_from(self.now_ms).unwrap_or(0));
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name(self.service)
            .time(UNIX_EPOCH.checked_add(since).unwrap_or(UNIX_EPOCH))
            .settings(SigningSettings::default())
            .build()
            .map_err(|_| unsigned())?
            .into();
        let given = headers
            .iter()
            .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let request = SignableRequest::new(method, url.as_str(), given, SignableBody::Bytes(body))
            .map_err(|_| unsigned())?;
        let (instructions, _) = sign(request, &params).map_err(|_| unsigned())?.into_parts();
        for (name, value) in instructions.headers() {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unsigned())?;
            let value = HeaderValue::from_str(value).map_err(|_| unsigned())?;
            headers.insert(name, value);
        }
        Ok(Authorization::signed(headers))
    }
}

fn unsigned() -> Failure {
    Failure::new(
        Code::AuthRejected,
        "The request can't be signed with these keys.",
    )
}

#[cfg(test)]
mod tests {
    use http::header::AUTHORIZATION;
    use serde::Deserialize;

    use super::*;

    /// A case of AWS's published suite for Signature Version 4 (in the sources of `aws-sigv4`), of those that sign headers and
    /// can be said with a `Url` and a `HeaderMap`. What all of them have in common is in the test.
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Vector {
        case: String,
        method: String,
        url: String,
        #[serde(default)]
        headers: Vec<(String, String)>,
        #[serde(default)]
        body: String,
        #[serde(default)]
        token: String,
        signed_headers: String,
        signature: String,
    }

    #[test]
    fn signatures_are_those_of_the_published_suite() {
        let vectors: Vec<Vector> = serde_json::from_str(include_str!("vectors.json")).unwrap();
        assert!(vectors.len() >= 20);
        for vector in vectors {
            let keys = AwsKeys {
                access_key_id: "AKIDEXAMPLE".to_owned(),
                secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".into(),
                session_token: Some(vector.token.as_str().into())
                    .filter(|_| !vector.token.is_empty()),
            };
            let mut headers = HeaderMap::new();
            for (name, value) in &vector.headers {
                let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
                headers.append(name, HeaderValue::from_str(value).unwrap());
            }
            let signing = Signing {
                keys: &keys,
                region: "us-east-1",
                service: "service",
                now_ms: 1_440_938_160_000, // 2015-08-30T12:36:00Z
            };
            let url = Url::parse(&vector.url).unwrap();
            let body = vector.body.as_bytes();
            let signed = signing.sign(&vector.method, &url, headers, body).unwrap();
            let expected = format!(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
                 SignedHeaders={}, Signature={}",
                vector.signed_headers, vector.signature
            );
            assert_eq!(signed.headers()[AUTHORIZATION], expected, "{}", vector.case);
            assert!(signed.headers().values().all(HeaderValue::is_sensitive));
        }
    }

    #[test]
    fn a_token_that_no_header_can_hold_is_the_customers_to_fix() {
        let keys = AwsKeys {
            access_key_id: "AKIDEXAMPLE".to_owned(),
            secret_access_key: "not-a-real-secret".into(),
            session_token: Some("a\nb".into()),
        };
        let signing = Signing {
            keys: &keys,
            region: "us-east-1",
            service: "ecr",
            now_ms: 0,
        };
        let url = Url::parse("https://example.amazonaws.com/").unwrap();
        let failure = signing
            .sign("POST", &url, HeaderMap::new(), b"")
            .unwrap_err();
        assert_eq!(failure.field, Some("values.sessionToken"));
    }
}
