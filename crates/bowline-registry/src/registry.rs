//! A conversation with one registry: how it is reached and asked.

use bowline::{credential::Credentials, endpoint::Endpoint, form::ConnectionSpec};
use http::{HeaderMap, Method, StatusCode};
use serde::de::DeserializeOwned;
use url::Url;

use crate::{
    challenge::{self, Login, NoLogin},
    check::{Facts, Scheme},
    guard::Target,
    http::HttpClient,
    login::{self, Authorization, Minted, RegistryLogin},
    operator::Operator,
    problem::{Code, Failure},
    scope::Scope,
    token::Tokens,
    transport::{Answer, Call, Message, Transport},
    world::{Clock, Random, World},
};

/// What a registry asks for before it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Asks {
    /// Nothing, so far.
    Nothing,
    /// A login that can be given.
    For(Login),
    /// A login that cannot be given.
    Otherwise(NoLogin),
}

/// The largest answer to `/v2/`, in bytes.
const PING_BYTES: usize = 64 * 1024;

/// A conversation with one registry.
pub(crate) struct Registry<'w, H, C, R> {
    pub(crate) transport: Transport<'w, H, C, R>,
    pub(crate) spec: &'w ConnectionSpec,
    pub(crate) endpoint: Endpoint,
    pub(crate) asks: Asks,
    pub(crate) tokens: Tokens,
    /// What was learned so far.
    pub(crate) facts: Facts,
    operator: &'w Operator,
    /// What the credentials have become; `None` until that is needed.
    minted: Option<Minted>,
    /// What the provider's own API gave for listing, from one page to the next.
    pub(crate) listing_login: Option<Authorization>,
    base: Url,
}

/// One thing to read of the registry.
pub(crate) struct Get<'a> {
    /// As a detail names it: `the catalog`.
    pub(crate) what: &'static str,
    pub(crate) url: Url,
    /// The registry's API, or a page of it.
    pub(crate) target: Target,
    /// What a token has to cover.
    pub(crate) scope: &'a Scope,
    pub(crate) accept: &'static str,
    pub(crate) limit: usize,
}

impl<'w, H: HttpClient, C: Clock, R: Random> Registry<'w, H, C, R> {
    /// Starts a conversation. Nothing is sent yet, except where only the provider can tell the registry's address:
    /// there the credentials are exchanged first.
    pub(crate) async fn open(
        world: &'w World<H, C, R>,
        operator: &'w Operator,
        spec: &'w ConnectionSpec,
    ) -> Result<Self, Failure> {
        let mut transport = Transport::new(world, operator, spec);
        let mut minted = None;
        let endpoint = match &spec.endpoint {
            Some(endpoint) => endpoint.clone(),
            None => {
                let told = login::exchange(&mut transport, operator, spec).await?;
                minted.insert(told).endpoint.clone().ok_or_else(|| {
                    Failure::new(
                        Code::EndpointUnresolved,
                        "The registry's address cannot be told from the form.",
                    )
                })?
            }
        };
        let base = Url::parse(&endpoint.api_base()).map_err(|_| {
            Failure::new(Code::AddressNotAllowed, "The registry's address is no URL.")
        })?;
        transport.set_registry(base.clone());
        let mut registry = Self {
            transport,
            spec,
            endpoint,
            asks: Asks::Nothing,
            tokens: Tokens::default(),
            facts: Facts::default(),
            operator,
            minted: None,
            listing_login: None,
            base,
        };
        if let Some(minted) = minted {
            registry.keep(minted);
        }
        Ok(registry)
    }

    /// The same conversation, with the login that it has, to ask with beside this one.
    pub(crate) fn beside(&self) -> Self {
        Self {
            transport: self.transport.beside(),
            spec: self.spec,
            endpoint: self.endpoint.clone(),
            asks: self.asks.clone(),
            tokens: self.tokens.clone(),
            facts: self.facts.clone(),
            operator: self.operator,
            minted: self.minted.clone(),
            listing_login: self.listing_login.clone(),
            base: self.base.clone(),
        }
    }

    /// Whether the credentials have become what is to be given.
    pub(crate) fn is_minted(&self) -> bool {
        self.minted.is_some()
    }

    /// What the credentials have become, once they have to be given. They are exchanged at most once.
    pub(crate) async fn minted(&mut self) -> Result<&Minted, Failure> {
        if self.minted.is_none() {
            let minted = login::exchange(&mut self.transport, self.operator, self.spec).await?;
            self.keep(minted);
        }
        self.minted
            .as_ref()
            .ok_or_else(|| Failure::new(Code::ServerError, "The login was not kept."))
    }

    /// Notes when what was given by the provider or the token service ends. What was minted of the credentials counts
    /// for longer than a token that can be had again for it.
    pub(crate) fn note_expiry(&mut self, at: Option<i64>) {
        let minted = self.minted.as_ref().and_then(|minted| minted.expires_at);
        self.facts.token_expires_at = minted.or(at).map(bowline::time::format_rfc3339);
    }

    fn keep(&mut self, minted: Minted) {
        if let RegistryLogin::Password { username, password } = &minted.login {
            self.transport.hide_login(username.as_str(), password);
        }
        self.minted = Some(minted);
        self.note_expiry(None);
    }

    /// The URL of a part of the API: what follows `/v2/`. Names in it are parsed ones, which need no encoding.
    pub(crate) fn url(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/v2/{path}", self.endpoint.base_path()));
        url
    }

    /// The URL of a part of version 1 of the API: what follows `/v1/`.
    pub(crate) fn v1_url(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/v1/{path}", self.endpoint.base_path()));
        url
    }

    /// Asks whether a registry answers, and how it wants a login. Gives what was seen.
    pub(crate) async fn reach(&mut self) -> Result<String, Failure> {
        let answer = match self.ping(self.url(""), Target::Registry, true).await {
            Ok(answer) => answer,
            Err(failure) if self.may_be_plain_http(&failure) => {
                return Err(if self.speaks_plain_http().await {
                    Failure::new(Code::TlsPlainHttp, "The port answers plain HTTP.")
                } else {
                    failure
                });
            }
            Err(failure) => return Err(failure),
        };
        let asks = self.judge(&answer).await?;
        if answer.permit.url().origin() != self.base.origin() {
            let to = answer.permit.url().origin().ascii_serialization();
            return Err(Failure::new(
                Code::RedirectNotAllowed,
                format!("The registry redirects to {to}."),
            ));
        }
        let told = |name: &str| self.transport.shown(answer.header(name)?);
        let server = told("x-jfrog-version").or_else(|| told("server"));
        let api_version = told("docker-distribution-api-version");
        self.facts.server = server;
        self.facts.api_version = api_version;
        self.adopt(asks);
        let status = answer.status.as_u16();
        Ok(match &self.asks {
            Asks::Nothing => format!("HTTP {status}, no login asked for"),
            Asks::For(Login::Basic) => format!("HTTP {status} with a Basic challenge"),
            Asks::For(Login::Bearer { realm, .. }) => {
                let host = realm.host_str().unwrap_or_default();
                format!("HTTP {status} with a Bearer challenge from {host}")
            }
            Asks::Otherwise(_) => format!("HTTP {status} without a challenge that can be answered"),
        })
    }

    /// Reaches the registry, so that something of it can be read, and gets the token that this takes. A username and
    /// password are not tried before: what is read will show whether they are right.
    pub(crate) async fn approach(&mut self, scope: &Scope) -> Result<(), Failure> {
        self.reach().await?;
        if self.asks != Asks::For(Login::Basic) {
            self.authenticate(scope).await?;
        }
        Ok(())
    }

    /// Reads something of the registry, with the login that it asks for.
    ///
    /// A registry that lets everyone ping may ask for a login only now, and one part of it may ask for another login
    /// than the rest: a new challenge is answered once.
    pub(crate) async fn get(&mut self, get: Get<'_>) -> Result<Answer, Failure> {
        self.read(get, &Method::GET).await
    }

    /// As [`Self::get`], but asks for the head of the answer alone.
    pub(crate) async fn head(&mut self, get: Get<'_>) -> Result<Answer, Failure> {
        self.read(get, &Method::HEAD).await
    }

    async fn read(&mut self, get: Get<'_>, method: &Method) -> Result<Answer, Failure> {
        let mut answered = false;
        loop {
            let authorization = self.authorization(get.scope).await?;
            let permit = self.transport.guard().permit(
                get.url.clone(),
                get.target,
                authorization.is_some(),
            )?;
            let answer = self
                .transport
                .send(Call {
                    what: get.what,
                    permit,
                    accept: get.accept,
                    message: match *method {
                        Method::HEAD => Message::Head(authorization.as_ref()),
                        _ => Message::Get(authorization.as_ref()),
                    },
                    limit: get.limit,
                    follow: true,
                })
                .await?;
            if answer.status.is_success() && authorization.is_some() {
                self.tokens.prove();
            }
            if answered || !self.adopts(&answer) {
                return Ok(answer);
            }
            answered = true;
        }
    }

    /// `GET /v2/` with the login that the registry asks for.
    pub(crate) async fn ping_with_login(&mut self) -> Result<Answer, Failure> {
        let url = self.url("");
        let get = Get {
            what: "/v2/",
            url,
            target: Target::Registry,
            scope: &Scope::Login,
            accept: "application/json",
            limit: PING_BYTES,
        };
        self.get(get).await
    }

    /// Asks ECR's own API something that the connection's keys sign; `denied` is what it is called if they may not.
    ///
    /// # Errors
    /// `denied`, too, where the credentials are none of AWS's.
    pub(crate) async fn ecr<T: DeserializeOwned>(
        &mut self,
        operation: &str,
        arguments: &serde_json::Value,
        denied: Code,
    ) -> Result<T, Failure> {
        let api = self.minted().await?.ecr.clone();
        match api {
            Some(api) => api.ask(&self.transport, operation, arguments, denied).await,
            None => Err(Failure::new(
                denied,
                "A registry password signs no requests to ECR's API.",
            )),
        }
    }

    /// What an answer with an error status means for something that was read with a login.
    pub(crate) fn refusal(
        &self,
        answer: &Answer,
        what: &str,
        denied: Code,
        unknown: Code,
    ) -> Failure {
        let code = match answer.status.as_u16() {
            401 if self.has_credentials() && !self.tokens.are_proven() => {
                return self.rejection(answer);
            }
            401 if self.is_token_refused(&answer.headers) => Code::AuthRejected,
            401 | 403 => denied,
            404 => unknown,
            429 => Code::RateLimited,
            408 | 500.. => Code::ServerError,
            _ => Code::AnswerMalformed,
        };
        Failure::new(code, format!("{what}: {}", self.transport.seen(answer)))
    }

    /// Whether there are credentials to give.
    pub(crate) fn has_credentials(&self) -> bool {
        self.spec.credentials != Credentials::Anonymous
    }

    /// Asks for something without a login.
    pub(crate) async fn ping(
        &self,
        url: Url,
        target: Target,
        follow: bool,
    ) -> Result<Answer, Failure> {
        let permit = self.transport.guard().permit(url, target, false)?;
        let call = Call {
            what: "/v2/",
            permit,
            accept: "application/json",
            message: Message::Get(None),
            limit: PING_BYTES,
            follow,
        };
        self.transport.send(call).await
    }

    /// Whether an answer to `/v2/` is a registry's, and what it asks for.
    async fn judge(&self, answer: &Answer) -> Result<Asks, Failure> {
        let status = answer.status.as_u16();
        // Older registries and proxies leave the header out, so it proves one but its absence proves nothing.
        let marked = answer
            .header("docker-distribution-api-version")
            .is_some_and(|version| version.trim().starts_with("registry/2"));
        let json = serde_json::from_slice::<serde_json::Value>(&answer.body);
        match status {
            200 if marked || json.is_ok() || answer.body.is_empty() => Ok(Asks::Nothing),
            401 => match challenge::login(&answer.headers, self.prefers_bearer()) {
                Ok(login) => Ok(Asks::For(login)),
                Err(none) if marked || json.is_ok_and(|body| body.get("errors").is_some()) => {
                    Ok(Asks::Otherwise(none))
                }
                Err(NoLogin::Unsupported) => Ok(Asks::Otherwise(NoLogin::Unsupported)),
                Err(NoLogin::Missing) => {
                    Err(not_registry("HTTP 401 to GET /v2/, without a challenge."))
                }
            },
            429 => Err(Failure::new(Code::RateLimited, "HTTP 429 to GET /v2/.")),
            408 | 500.. => Err(Failure::new(
                Code::ServerError,
                format!("HTTP {status} to GET /v2/."),
            )),
            404 if self.speaks_v1().await => Err(Failure::new(
                Code::AnswerV1Only,
                "HTTP 404 to GET /v2/, but /v1/_ping answers.",
            )),
            200 => Err(not_registry(
                "HTTP 200 to GET /v2/, but with something else than a registry's answer.",
            )),
            403 => Err(not_registry(
                "HTTP 403 to GET /v2/. A firewall or an access list in front of it may refuse this service.",
            )),
            _ => Err(not_registry(&format!("HTTP {status} to GET /v2/."))),
        }
    }

    async fn speaks_v1(&self) -> bool {
        self.ping(self.v1_url("_ping"), Target::Registry, false)
            .await
            .is_ok_and(|answer| {
                answer.status == StatusCode::OK
                    && (answer.headers.contains_key("x-docker-registry-version")
                        || answer.body.trim_ascii() == b"true")
            })
    }

    /// A server that does not speak TLS breaks the handshake, or just closes the connection.
    pub(crate) fn may_be_plain_http(&self, failure: &Failure) -> bool {
        self.base.scheme() == "https"
            && matches!(failure.code, Code::TlsFailed | Code::AnswerMalformed)
    }

    /// Whether the registry's port answers `/v2/` without TLS. A port with TLS answers 400 to that, if anything.
    async fn speaks_plain_http(&self) -> bool {
        let mut url = self.url("");
        let port = url.port_or_known_default();
        if url.set_scheme("http").is_err() || url.set_port(port).is_err() {
            return false;
        }
        self.ping(url, Target::PlainHttpProbe, false)
            .await
            .is_ok_and(|answer| matches!(answer.status.as_u16(), 200 | 401 | 403 | 404))
    }

    /// Takes over the login that a 401 of the registry itself asks for, if that is news.
    fn adopts(&mut self, answer: &Answer) -> bool {
        if answer.status != StatusCode::UNAUTHORIZED
            || answer.permit.url().origin() != self.base.origin()
            || self.tokens.are_given_directly()
        {
            return false;
        }
        let Ok(login) = challenge::login(&answer.headers, self.prefers_bearer()) else {
            return false;
        };
        let asks = Asks::For(login);
        if self.asks == asks {
            return false;
        }
        self.tokens.forget();
        self.adopt(asks);
        true
    }

    /// Takes over what the registry asks for.
    pub(crate) fn adopt(&mut self, asks: Asks) {
        self.asks = asks;
        self.note_login();
    }

    fn note_login(&mut self) {
        let (scheme, realm) = match &self.asks {
            Asks::Nothing => (Some(Scheme::None), None),
            Asks::For(Login::Basic) => (Some(Scheme::Basic), None),
            Asks::For(Login::Bearer { realm, .. }) => {
                (Some(Scheme::Bearer), Some(without_query(realm)))
            }
            Asks::Otherwise(_) => (None, None),
        };
        self.facts.scheme = scheme;
        self.facts.realm = realm.and_then(|realm| self.transport.shown(&realm));
    }

    fn prefers_bearer(&self) -> bool {
        matches!(
            self.spec.credentials,
            Credentials::OAuth2 { .. } | Credentials::Bearer { .. }
        )
    }

    /// Whether the registry does not take the token at all, which says nothing about permissions.
    fn is_token_refused(&self, headers: &HeaderMap) -> bool {
        challenge::challenges(headers)
            .iter()
            .any(|challenge| challenge.parameter("error") == Some("invalid_token"))
    }
}

fn not_registry(detail: &str) -> Failure {
    Failure::new(Code::AnswerNotRegistry, detail)
}

fn without_query(url: &Url) -> String {
    url[..url::Position::AfterPath].replace(
        &url[url::Position::BeforeUsername..url::Position::BeforeHost],
        "",
    )
}
