//! Asking a provider's own API.

use bowline::credential::Credentials;
use bytes::Bytes;
use serde::de::DeserializeOwned;
use url::Url;

use crate::{
    guard::Target,
    http::HttpClient,
    listing::link,
    login::Authorization,
    problem::{Code, Failure},
    registry::Registry,
    transport::{Answer, Call, Message},
    world::{Clock, Random},
};

/// The largest page of an API, in bytes.
const PAGE_BYTES: usize = 4 * 1024 * 1024;
/// The largest answer to a login, in bytes.
const LOGIN_BYTES: usize = 64 * 1024;

impl<H: HttpClient, C: Clock, R: Random> Registry<'_, H, C, R> {
    /// The URL of a path on the registry's own origin, with a query. Names in the path are parsed ones.
    pub(super) fn own_url(&self, path: &str, query: &str) -> Url {
        let mut url = self.url("");
        url.set_path(path);
        url.set_query(Some(query));
        url
    }

    /// The login as the provider's API takes it: what was made for it, else what the registry takes.
    pub(super) async fn api_login(&mut self) -> Result<Option<Authorization>, Failure> {
        let minted = self.minted().await?;
        match &minted.api {
            Some(api) => Ok(Some(api.clone())),
            None => minted.login.authorization(),
        }
    }

    /// The token of the login, or the password that is one, as Bearer; `None` for a login without a secret.
    pub(crate) fn token_login(&self) -> Result<Option<Authorization>, Failure> {
        match &self.spec.credentials {
            Credentials::Password {
                password: token, ..
            }
            | Credentials::OAuth2 { token }
            | Credentials::Bearer { token } => Authorization::bearer(token).map(Some),
            _ => Ok(None),
        }
    }

    /// Asks an API, and gives what it answers, whatever the status.
    pub(crate) async fn ask(
        &self,
        what: &'static str,
        url: Url,
        login: Option<&Authorization>,
    ) -> Result<Answer, Failure> {
        let permit = self
            .transport
            .guard()
            .permit(url, Target::ProviderApi, login.is_some())?;
        let call = Call {
            what,
            permit,
            accept: "application/json",
            message: Message::Get(login),
            limit: PAGE_BYTES,
            follow: true,
            remembered_as: None,
        };
        self.transport.send(call).await
    }

    /// Sends a login to an API of the provider's, at this address of ours.
    pub(super) async fn login_to_api(
        &self,
        what: &'static str,
        at: &str,
        media_type: &'static str,
        body: Bytes,
    ) -> Result<Answer, Failure> {
        let guard = self.transport.guard();
        let call = Call {
            what,
            permit: guard.permit(address(at)?, Target::ProviderApi, true)?,
            accept: "application/json",
            message: Message::Login(media_type, body),
            limit: LOGIN_BYTES,
            follow: true,
            remembered_as: Some(at.to_owned()),
        };
        self.transport.send(call).await
    }

    /// What a listing answered.
    pub(super) fn listed<T: DeserializeOwned>(
        &self,
        answer: &Answer,
        what: &str,
    ) -> Result<T, Failure> {
        if !answer.status.is_success() {
            return Err(self.not_listed(answer, what));
        }
        serde_json::from_slice(&answer.body).map_err(|_| not_about_it(what))
    }

    /// Why a listing is refused. The login is right, it was tried before; so these are all a matter of permissions, or
    /// of what the registry offers.
    pub(super) fn not_listed(&self, answer: &Answer, what: &str) -> Failure {
        let code = match answer.status.as_u16() {
            400 | 401 | 403 | 404 | 405 | 501 => Code::PermissionCatalogMissing,
            429 => Code::RateLimited,
            408 | 500.. => Code::ServerError,
            _ => Code::AnswerMalformed,
        };
        Failure::new(code, format!("{what}: {}", self.transport.seen(answer)))
    }

    /// The query of the next page's URL, where the answer links to one. The link must lead to the same origin; of it
    /// only the query is taken, because some products behind a path or a proxy name a wrong one there (Artifactory).
    pub(super) fn next_query(&self, answer: &Answer) -> Result<Option<String>, Failure> {
        let Some(target) = link::next(&answer.headers) else {
            return Ok(None);
        };
        let here = answer.permit.url();
        let target = here.join(&target).map_err(|_| {
            Failure::new(
                Code::AnswerMalformed,
                "The link to the next page is no URL.",
            )
        })?;
        let next = self.transport.guard().link(&answer.permit, target)?;
        let query = next.url().query().unwrap_or_default();
        // A page that links to itself is the last.
        Ok(Some(query.to_owned()).filter(|query| Some(query.as_str()) != here.query()))
    }
}

/// That an answer is another than the one that was asked for.
pub(super) fn not_about_it(what: &str) -> Failure {
    Failure::new(
        Code::AnswerMalformed,
        format!("The answer of {what} is not what it should be."),
    )
}

/// The URL of an API.
pub(super) fn address(text: &str) -> Result<Url, Failure> {
    Url::parse(text).map_err(|_| {
        Failure::new(
            Code::AddressNotAllowed,
            "This service may not contact that address.",
        )
    })
}

/// The time of an RFC 3339 text, in milliseconds since 1970.
pub(super) fn time(text: Option<&str>) -> Option<i64> {
    bowline::time::parse_rfc3339(text?)
}
