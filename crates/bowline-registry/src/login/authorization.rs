//! The headers that prove who sends a request.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use bowline::secret::Secret;
use http::{HeaderMap, HeaderName, HeaderValue, header::AUTHORIZATION};
use zeroize::Zeroizing;

use crate::problem::{Code, Failure};

/// The headers that prove who sends a request: `Authorization`, or those that a product has in its place. The guard
/// leaves all of them out where credentials may not go, and there is no other way to send one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Authorization(HeaderMap);

impl Authorization {
    /// `Authorization: Basic …`
    pub(crate) fn basic(username: &str, password: &Secret) -> Result<Self, Failure> {
        let pair = Zeroizing::new(format!("{username}:{}", password.expose()));
        let encoded = Zeroizing::new(BASE64_STANDARD.encode(pair.as_bytes()));
        Self::of(AUTHORIZATION, &["Basic ", &encoded])
    }

    /// `Authorization: Bearer …`
    pub(crate) fn bearer(token: &Secret) -> Result<Self, Failure> {
        Self::of(AUTHORIZATION, &["Bearer ", token.expose()])
    }

    /// A secret in a header of its own: `X-JFrog-Art-Api`, `PRIVATE-TOKEN`.
    pub(crate) fn header(name: HeaderName, secret: &Secret) -> Result<Self, Failure> {
        Self::of(name, &[secret.expose()])
    }

    /// All headers of a signed request: each is of use only with the others.
    pub(crate) fn signed(mut headers: HeaderMap) -> Self {
        headers
            .values_mut()
            .for_each(|value| value.set_sensitive(true));
        Self(headers)
    }

    /// Adds a header that is sent only together with the login: IBM's `Account`.
    pub(crate) fn and(mut self, name: HeaderName, value: &str) -> Result<Self, Failure> {
        self.0.extend(Self::of(name, &[value])?.0);
        Ok(self)
    }

    /// The headers.
    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.0
    }

    fn of(name: HeaderName, parts: &[&str]) -> Result<Self, Failure> {
        let text = Zeroizing::new(parts.concat());
        let mut value = HeaderValue::from_str(&text).map_err(|_| {
            Failure::new(
                Code::AnswerMalformed,
                "The token contains characters that aren't valid in a header.",
            )
        })?;
        value.set_sensitive(true);
        Ok(Self(HeaderMap::from_iter([(name, value)])))
    }
}
