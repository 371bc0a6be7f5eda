//! Logins that are posted as a form, and their responses (RFC 6749 sections 4 and 5).

use bowline::secret::Secret;
use bytes::Bytes;
use serde::Deserialize;
use url::Url;
use zeroize::Zeroizing;

use crate::{
    guard::Target,
    json,
    problem::{Code, Failure},
    transport::{Call, Message, Response, Transport},
    urlencoded,
    world::{Clock, World},
};

/// The largest answer, in bytes.
const MAX_BYTES: usize = 64 * 1024;

/// Posts a login to `url`, once; redirects are not followed.
pub(crate) async fn post<W: World>(
    transport: &Transport<'_, W>,
    url: Url,
    target: Target,
    fields: &[(&str, &str)],
) -> Result<Response, Failure> {
    // What is asked for is in the fields that hold no secret.
    let asked_for = |(name, _): &&(&str, &str)| matches!(*name, "grant_type" | "scope");
    let asked_for = fields.iter().filter(asked_for).map(|(_, value)| *value);
    let remembered_as = [url.as_str()].into_iter().chain(asked_for);
    let remembered_as = Some(remembered_as.collect::<Vec<_>>().join(" "));
    let form = urlencoded::encode(fields.iter().copied());
    let body = Bytes::from_owner(Zeroizing::new(form.into_bytes()));
    let call = Call {
        what: "a token",
        permit: transport.guard().permit(url, target, true)?,
        accept: &["application/json"],
        message: Message::Login("application/x-www-form-urlencoded", body),
        limit: MAX_BYTES,
        follow: true,
        remembered_as,
    };
    transport.send(call).await
}

/// What was granted.
pub(crate) struct Granted {
    pub(crate) access_token: Option<Secret>,
    pub(crate) refresh_token: Option<Secret>,
    /// When the access token ends, in milliseconds since 1970.
    pub(crate) expires_at: Option<i64>,
}

impl Granted {
    /// Returns the grant in a successful response at `now`, and registers its tokens for redaction.
    pub(crate) fn read<W: World>(
        transport: &mut Transport<'_, W>,
        answer: &Response,
    ) -> Result<Self, Failure> {
        #[derive(Deserialize)]
        struct Members {
            access_token: Option<String>,
            refresh_token: Option<String>,
            #[serde(default, deserialize_with = "json::seconds")]
            expires_in: Option<f64>,
        }
        let members: Members = answer.json().map_err(|_| {
            let host = answer.permit.url().host_str().unwrap_or_default();
            Failure::new(
                Code::AnswerMalformed,
                format!("The response from {host} isn't a token response."),
            )
        })?;
        let now = transport.world().clock().epoch_ms();
        let mut secret = |token: Option<String>| {
            let secret = token.map(|token| Secret::new(token.trim()));
            let secret = secret.filter(|token| !token.is_empty())?;
            transport.hide(&secret);
            Some(secret)
        };
        Ok(Self {
            access_token: secret(members.access_token),
            refresh_token: secret(members.refresh_token),
            expires_at: members
                .expires_in
                .map(|seconds| now.saturating_add((seconds * 1000.0) as i64)),
        })
    }
}
