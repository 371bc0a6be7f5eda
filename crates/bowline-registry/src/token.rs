//! Logins with Basic and with tokens from a token service (distribution token authentication, with GET and OAuth 2).

use bowline::{credential::Credentials, secret::Secret};
use http::{HeaderName, StatusCode};
use serde::Deserialize;
use url::Url;

use crate::{
    challenge::{Login, NoLogin},
    guard::Target,
    json,
    login::{Authorization, RegistryLogin, form},
    oci_error::OciError,
    problem::{Code, Failure},
    refusal::Refusals,
    registry::{Authentication, Registry},
    scope::{Claims, Grant, Scope},
    tokens::Token,
    transport::{Call, Message, Response},
    world::{Clock, World},
};

/// The largest answer of a token service, in bytes.
const TOKEN_BYTES: usize = 64 * 1024;
/// How long a token without a stated life lives at least, in seconds (token specification).
const SHORTEST_LIFE: i64 = 60;

/// What a token service answers.
#[derive(Deserialize)]
struct TokenResponse {
    token: Option<String>,
    access_token: Option<String>,
    #[serde(default, deserialize_with = "json::seconds")]
    expires_in: Option<f64>,
    /// A text with spaces, or a list.
    #[serde(default, deserialize_with = "json::words")]
    scope: Option<String>,
}

impl<W: World> Registry<'_, W> {
    /// Proves the login, with a token for `scope` if the registry uses tokens. Returns what was seen.
    pub(crate) async fn authenticate(&mut self, scope: &Scope) -> Result<String, Failure> {
        let login = match &self.authentication {
            Authentication::None => {
                return Ok("The registry doesn't ask for credentials".to_owned());
            }
            Authentication::Unsupported(NoLogin::Missing) => {
                return Err(Failure::new(
                    Code::ChallengeMissing,
                    "The registry returned HTTP 401 without a WWW-Authenticate header.",
                ));
            }
            Authentication::Unsupported(NoLogin::Unsupported) => {
                return Err(Failure::new(
                    Code::ChallengeUnsupported,
                    "The registry offers neither a Basic nor a complete Bearer challenge.",
                ));
            }
            Authentication::Login(login) => login.clone(),
        };
        if let Login::Bearer { realm, .. } = &login {
            if self.needs_no_token(scope) {
                return Ok("There are no credentials to verify".to_owned());
            }
            self.authorization(scope).await?;
            let is_kept = self.authentication == Authentication::Login(login.clone());
            if is_kept && !self.tokens.directly {
                let host = realm.host_str().unwrap_or_default();
                return Ok(format!("{host} issued a token for {scope}"));
            }
        } else if !self.has_credentials() {
            return Err(Failure::new(
                Code::AuthRejected,
                "The registry asks for a username and password, but none were entered.",
            ));
        }
        let answer = self.ping_with_login().await?;
        match answer.status.as_u16() {
            200..=299 => Ok("The registry accepts the credentials".to_owned()),
            401 | 403 => Err(self.rejection(&answer)),
            // Some registries have nothing at `/v2/` for those that are logged in. Their images are pulled all the same.
            404 | 405 if OciError::read(&answer.body).is_none_or(OciError::is_about_the_path) => {
                Ok(format!(
                    "GET /v2/ with the credentials returned {}, so the next step shows whether they're right",
                    self.transport.seen(&answer)
                ))
            }
            // A registry that says no more than that refuses what it got: a password with a line break, another region.
            400..=499 if answer.status != 408 && OciError::read(&answer.body).is_none() => {
                Err(self.rejection(&answer))
            }
            _ => Err(self.refusal(&answer, "The login", Refusals::LOGIN)),
        }
    }

    /// Returns true if a token would prove nothing: without a login and without a scope. Quay refuses to issue one.
    fn needs_no_token(&self, scope: &Scope) -> bool {
        !self.has_credentials() && *scope == Scope::Login
    }

    /// Tells whether the credentials have been accepted, or none are wanted.
    pub(crate) fn is_login_settled(&self) -> bool {
        self.tokens.are_proven()
            || !self.has_credentials()
            || self.authentication == Authentication::None
    }

    /// Returns the authorization for a scope; `None` if the registry requires none or there are no credentials.
    pub(crate) async fn authorization(
        &mut self,
        scope: &Scope,
    ) -> Result<Option<Authorization>, Failure> {
        match self.authentication.clone() {
            Authentication::Login(Login::Basic) => {
                let asks_an_index = self.product.speaks_v1;
                let login = self.minted().await?.login.authorization()?;
                match login {
                    // An index of version 1 wants to be asked so (Docker Registry API v1).
                    Some(login) if asks_an_index => login
                        .and(HeaderName::from_static("x-docker-token"), "true")
                        .map(Some),
                    login => Ok(login),
                }
            }
            Authentication::Login(Login::Bearer { .. }) if self.needs_no_token(scope) => Ok(None),
            Authentication::Login(Login::Bearer { realm, service }) => {
                let now = self.transport.world().clock().epoch_ms();
                self.tokens.drop_ending(now);
                if let Some(token) = self.tokens.covering(scope) {
                    return Ok(Some(token.authorization.clone()));
                }
                if !self.tokens.directly {
                    let fetched = self.fetch_token(&realm, service.as_deref(), scope).await;
                    let fetched = match fetched {
                        Err(failure) if is_of_the_scheme(failure.code) && self.falls_back() => {
                            return Box::pin(self.authorization(scope)).await;
                        }
                        fetched => fetched?,
                    };
                    if let Some(token) = fetched {
                        let authorization = token.authorization.clone();
                        self.note_expiry(token.expires_at);
                        self.tokens.held.push(token);
                        return Ok(Some(authorization));
                    }
                    self.tokens.directly = true;
                }
                self.minted().await?.login.authorization()
            }
            Authentication::None | Authentication::Unsupported(_) => Ok(None),
        }
    }

    /// Returns the grant of the token for a scope; `None` if there is no such token.
    pub(crate) fn grant(&self, scope: &Scope) -> Option<&Grant> {
        self.tokens.covering(scope).map(|token| &token.grant)
    }

    /// Gets a token; `None` if the credentials' own token must be sent instead.
    ///
    /// Credentials that work with and without an exchange are exchanged only after a rejection, because that can help
    /// and can show the reason.
    async fn fetch_token(
        &mut self,
        realm: &Url,
        service: Option<&str>,
        scope: &Scope,
    ) -> Result<Option<Token>, Failure> {
        let direct =
            (self.product.unexchanged)(&self.spec.credentials).filter(|_| !self.is_minted());
        let Some(direct) = direct else {
            let login = self.minted().await?.login.clone();
            return self.token_for(&login, realm, service, scope).await;
        };
        let refused = match self.token_for(&direct, realm, service, scope).await {
            Err(failure) if failure.code.is_rejection() => failure,
            other => return other,
        };
        let login = self.minted().await?.login.clone();
        if login == direct {
            return Err(refused);
        }
        self.tokens.prove();
        self.token_for(&login, realm, service, scope).await
    }

    /// Gets a token for a login; `None` if the login itself must be sent instead.
    async fn token_for(
        &mut self,
        login: &RegistryLogin,
        realm: &Url,
        service: Option<&str>,
        scope: &Scope,
    ) -> Result<Option<Token>, Failure> {
        let answer = match login {
            RegistryLogin::Anonymous => self.get_token(realm, service, scope, None).await?,
            RegistryLogin::Password { username, password } => {
                let basic = Authorization::basic(username.as_str(), password)?;
                let got = match self.tokens.by_post {
                    true => None,
                    false => Some(self.get_token(realm, service, scope, Some(&basic)).await?),
                };
                // A service that takes only POST (OAuth 2) says so with one of these.
                let takes_get = |answer: &Response| {
                    !matches!(
                        answer.status,
                        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED
                    )
                };
                match got.filter(takes_get) {
                    Some(answer) => answer,
                    None => {
                        self.tokens.by_post = true;
                        let login = [
                            ("username", username.as_str()),
                            ("password", password.expose()),
                        ];
                        self.post_token(realm, service, scope, "password", &login)
                            .await?
                    }
                }
            }
            RegistryLogin::OAuth2 { token } => {
                let login = [("refresh_token", token.expose())];
                let answer = self
                    .post_token(realm, service, scope, "refresh_token", &login)
                    .await?;
                // The ways in which services say that they do not know this grant.
                let is_unknown = matches!(answer.status.as_u16(), 400 | 401 | 404 | 405);
                if is_unknown && !self.tokens.proven {
                    return Ok(None);
                }
                answer
            }
            RegistryLogin::Bearer { .. } | RegistryLogin::Header { .. } => return Ok(None),
        };
        self.token_of(&answer, scope).map(Some)
    }

    /// A token by GET. A service that does not know the catalog's scope (Quay: 400), or refuses it to most (GitLab: 403),
    /// is asked again without one: whether the login is right must not depend on it.
    async fn get_token(
        &self,
        realm: &Url,
        service: Option<&str>,
        scope: &Scope,
        authorization: Option<&Authorization>,
    ) -> Result<Response, Failure> {
        let mut parameter = scope.parameter();
        loop {
            let mut url = realm.clone();
            url.set_fragment(None);
            {
                let mut query = url.query_pairs_mut();
                query.extend_pairs(service.map(|service| ("service", service)));
                query.extend_pairs(parameter.as_deref().map(|scope| ("scope", scope)));
            }
            let guard = self.transport.guard();
            let call = Call {
                what: "a token",
                remembered_as: Some(url.to_string()),
                permit: guard.permit(url, Target::TokenService, self.has_credentials())?,
                accept: &["application/json"],
                message: Message::Get(authorization),
                limit: TOKEN_BYTES,
                follow: true,
            };
            let answer = self
                .transport
                .send(call)
                .await
                .map_err(Failure::of_the_token_service)?;
            let refused = matches!(
                answer.status,
                StatusCode::BAD_REQUEST | StatusCode::FORBIDDEN
            );
            if refused && *scope == Scope::Catalog && parameter.is_some() {
                parameter = None;
                continue;
            }
            return Ok(answer);
        }
    }

    /// A token by OAuth 2.
    async fn post_token(
        &self,
        realm: &Url,
        service: Option<&str>,
        scope: &Scope,
        grant_type: &str,
        login: &[(&str, &str)],
    ) -> Result<Response, Failure> {
        let scope = scope.parameter();
        let mut fields = vec![
            ("grant_type", grant_type),
            ("service", service.unwrap_or_default()),
            ("client_id", "bowline"),
        ];
        fields.extend(scope.as_deref().map(|scope| ("scope", scope)));
        fields.extend(login);
        form::post(
            &self.transport,
            realm.clone(),
            Target::TokenService,
            &fields,
        )
        .await
        .map_err(Failure::of_the_token_service)
    }

    /// The token of a token service's answer.
    fn token_of(&mut self, answer: &Response, scope: &Scope) -> Result<Token, Failure> {
        let malformed =
            |detail: &str| Failure::new(Code::AnswerMalformed, detail).of_the_token_service();
        match answer.status.as_u16() {
            200..=299 => {}
            400..=499 if self.transport.is_refused_before_the_login(answer) => {
                return Err(self.rejection(answer).of_the_token_service());
            }
            // A login that was accepted before is not wrong now, and none cannot be wrong: it may not have this.
            400 | 401 | 403 if self.tokens.proven => return Err(self.denial(answer, scope)),
            403 if !(self.has_credentials() || scope.is_general()) => {
                return Err(self.denial(answer, scope));
            }
            400 | 401 | 403 | 429 => {
                return Err(self.rejection(answer).of_the_token_service());
            }
            _ => {
                let failure = self.refusal(answer, "The token service", Refusals::TOKEN);
                return Err(failure.of_the_token_service());
            }
        }
        let body: TokenResponse = answer
            .json()
            .map_err(|_| malformed("The token service's response isn't a token response."))?;
        let text = [body.token, body.access_token]
            .into_iter()
            .flatten()
            .map(|token| Secret::new(token.trim()))
            .find(|token| !token.is_empty())
            .ok_or_else(|| malformed("The token service's response contains no token."))?;
        self.transport.hide(&text);
        let authorization = Authorization::bearer(&text)?;
        let claims = Claims::read(text.expose());
        let now = self.transport.world().clock().epoch_ms();
        let expires_at = claims.as_ref().and_then(Claims::expires_at).or_else(|| {
            let seconds = body.expires_in? as i64;
            Some(now.saturating_add(seconds.max(SHORTEST_LIFE).saturating_mul(1000)))
        });
        let mut grant = claims.map(Claims::grant).unwrap_or_default();
        if let Some(scope) = body.scope.filter(|_| !grant.is_known()) {
            grant = Grant::of_scope(&scope);
        }
        self.tokens.prove();
        Ok(Token {
            scope: scope.clone(),
            authorization,
            grant,
            expires_at,
        })
    }

    fn denial(&self, answer: &Response, scope: &Scope) -> Failure {
        let code = match scope {
            Scope::Login => Code::AuthRejected,
            Scope::Catalog => Code::PermissionCatalogMissing,
            Scope::Pull(_) | Scope::Metadata(_) | Scope::Named(_) => Code::PermissionPullMissing,
            Scope::PullPush(_) => Code::PermissionPushMissing,
        };
        Failure::new(
            code,
            format!(
                "The token service refused a token for {scope}: {}",
                self.transport.seen(answer)
            ),
        )
    }

    /// Why a login was not accepted.
    pub(crate) fn rejection(&self, answer: &Response) -> Failure {
        let seen = self.transport.seen(answer);
        match &self.spec.credentials {
            // Without a login there is none to be locked out.
            Credentials::Anonymous
                if answer.status == StatusCode::TOO_MANY_REQUESTS
                    || OciError::read(&answer.body) == Some(OciError::TooManyRequests) =>
            {
                Failure::new(
                    Code::RateLimited,
                    format!("The registry limits requests: {seen}"),
                )
            }
            Credentials::Anonymous => Failure::new(
                Code::AuthRejected,
                format!("The registry requires a login, and none was entered: {seen}"),
            ),
            Credentials::OAuth2 { .. } | Credentials::Bearer { .. }
                if self.authentication == Authentication::Login(Login::Basic) =>
            {
                Failure::new(
                    Code::AuthRejected,
                    format!(
                        "The registry accepts a username and password, but a token was entered: {seen}"
                    ),
                )
            }
            _ => self.transport.rejection(answer),
        }
    }
}

/// Tells whether another scheme may fare better: a refused login is refused by each of them.
fn is_of_the_scheme(code: Code) -> bool {
    !code.is_rejection() && !matches!(code, Code::RateLimited | Code::DeadlineExceeded)
}
