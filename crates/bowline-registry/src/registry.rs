//! A conversation with one registry: login and requests.

use bowline::{credential::Credentials, endpoint::Endpoint, form::ConnectionSpec};
use futures::future::BoxFuture;
use http::{Method, StatusCode};
use url::Url;

use crate::{
    challenge::{self, Login, NoLogin},
    check::{Facts, Scheme},
    guard::{Target, hosts::Hosts},
    login::{Authorization, Doubt, Minted, RegistryLogin},
    operator::Operator,
    problem::{Code, Failure},
    product::row::Product,
    scope::Scope,
    tokens::Tokens,
    transport::{Call, Message, Response, Session, Transport},
    world::World,
};

/// What a registry asks for before it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Authentication {
    /// Nothing, so far.
    None,
    /// A login that can be given.
    Login(Login),
    /// A login that cannot be given.
    Unsupported(NoLogin),
}

/// The largest answer to `/v2/`, in bytes.
pub(crate) const PING_BYTES: usize = 64 * 1024;

/// What a product makes of a connection's credentials. Only those that need an exchange send anything; every secret that
/// is learned on the way is given to [`Transport::hide`].
pub(crate) type Exchange<W> = for<'a> fn(
    &'a mut Transport<'_, W>,
    &'a Operator,
    &'a ConnectionSpec,
) -> BoxFuture<'a, Result<Minted, Failure>>;

/// A conversation with one registry.
pub(crate) struct Registry<'w, W> {
    pub(crate) transport: Transport<'w, W>,
    /// What is known of its product.
    pub(crate) product: &'static Product,
    exchange: Exchange<W>,
    pub(crate) spec: &'w ConnectionSpec,
    pub(crate) endpoint: Endpoint,
    pub(crate) authentication: Authentication,
    /// Another kind of login that the registry offers beside it.
    alternative: Option<Login>,
    pub(crate) tokens: Tokens,
    /// What was learned so far.
    pub(crate) facts: Facts,
    operator: &'w Operator,
    /// What the credentials have become; `None` until that is needed.
    minted: Option<Minted>,
    /// What the provider's own API gave for listing, from one page to the next.
    pub(crate) listing_login: Option<Authorization>,
    pub(crate) base: Url,
}

/// What has been tried for one reading.
#[derive(Default)]
struct Tries {
    /// The login of a new challenge.
    adopted: bool,
    /// A token for the scope that the challenge names.
    widened: bool,
    /// A new token for the same scope.
    renewed: bool,
}

/// How a reading goes on.
enum Next {
    /// With its answer.
    Done,
    /// With the login that a new challenge asks for.
    Adopted,
    /// With another token for this scope. If there is none, the response counts.
    Token(Scope),
}

/// One thing to read of the registry.
#[derive(Clone)]
pub(crate) struct Get<'a> {
    /// As a detail names it: `the catalog`.
    pub(crate) what: &'static str,
    pub(crate) url: Url,
    /// The registry's API, or a page of it.
    pub(crate) target: Target,
    /// What a token has to cover.
    pub(crate) scope: &'a Scope,
    pub(crate) accept: &'static [&'static str],
    pub(crate) limit: usize,
}

impl<'w, W: World> Registry<'w, W> {
    /// Starts a conversation, in a session if there is one. It sends nothing yet, unless only the provider knows the
    /// registry's address. Then it exchanges the credentials first.
    pub(crate) async fn start(
        product: &'static Product,
        exchange: Exchange<W>,
        hosts: Hosts,
        session: Option<&'w Session>,
        world: &'w W,
        operator: &'w Operator,
        spec: &'w ConnectionSpec,
    ) -> Result<Self, Failure> {
        let mut transport = Transport::new(world, operator, spec, session, hosts);
        let mut minted = None;
        let endpoint = match &spec.endpoint {
            Some(endpoint) => endpoint.clone(),
            None => {
                let told = exchange(&mut transport, operator, spec).await?;
                minted.insert(told).endpoint.clone().ok_or_else(|| {
                    Failure::new(
                        Code::EndpointUnresolved,
                        "The registry's URL isn't known from the form.",
                    )
                })?
            }
        };
        let base = Url::parse(&endpoint.api_base()).map_err(|_| {
            Failure::new(Code::AddressNotAllowed, "The registry's URL isn't valid.")
        })?;
        transport.set_registry(base.clone());
        let mut registry = Self {
            transport,
            product,
            exchange,
            spec,
            endpoint,
            authentication: Authentication::None,
            alternative: None,
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
            product: self.product,
            exchange: self.exchange,
            spec: self.spec,
            endpoint: self.endpoint.clone(),
            authentication: self.authentication.clone(),
            alternative: self.alternative.clone(),
            tokens: self.tokens.clone(),
            facts: self.facts.clone(),
            operator: self.operator,
            minted: self.minted.clone(),
            listing_login: self.listing_login.clone(),
            base: self.base.clone(),
        }
    }

    /// Returns true if the credentials have been exchanged.
    pub(crate) fn is_minted(&self) -> bool {
        self.minted.is_some()
    }

    /// What the credentials have become, once they have to be given. They are exchanged at most once.
    pub(crate) async fn minted(&mut self) -> Result<&Minted, Failure> {
        if self.minted.is_none() {
            let minted = (self.exchange)(&mut self.transport, self.operator, self.spec).await?;
            self.keep(minted);
        }
        self.minted
            .as_ref()
            .ok_or_else(|| Failure::new(Code::ServerError, "The login wasn't kept."))
    }

    /// Takes the request that the provider should refuse, if there is one.
    pub(crate) fn take_doubt(&mut self) -> Option<Doubt> {
        self.minted.as_mut()?.doubt.take()
    }

    /// Records the expiry of a login from the provider or the token service. The exchanged login takes precedence over
    /// a token that it can renew.
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

    /// Reads something of the registry, with the login that it asks for.
    ///
    /// A registry that lets everyone ping may ask for a login only now, and one part of it may ask for another login
    /// than the rest: a new challenge is answered once.
    pub(crate) async fn get(&mut self, get: Get<'_>) -> Result<Response, Failure> {
        self.read(get, &Method::GET, None).await
    }

    /// As [`Self::get`], but asks for the head of the answer alone.
    pub(crate) async fn head(&mut self, get: Get<'_>) -> Result<Response, Failure> {
        self.read(get, &Method::HEAD, None).await
    }

    async fn read(
        &mut self,
        get: Get<'_>,
        method: &Method,
        remembered_as: Option<&str>,
    ) -> Result<Response, Failure> {
        let mut scope = get.scope.clone();
        let mut tries = Tries::default();
        // What the registry answered before another token was asked for.
        let mut refused = None;
        loop {
            let authorization = match (self.authorization(&scope).await, refused.take()) {
                (Ok(authorization), _) => authorization,
                // It says more than that there is no other token.
                (Err(_), Some(answer)) => return Ok(answer),
                (Err(failure), None) => return Err(failure),
            };
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
                    remembered_as: remembered_as.map(str::to_owned),
                })
                .await?;
            if answer.status.is_success() && authorization.is_some() {
                self.tokens.prove();
                if scope != *get.scope {
                    self.tokens.serve(&scope, get.scope);
                }
            }
            match self.next_try(&answer, &scope, &mut tries) {
                Next::Done => return Ok(answer),
                Next::Adopted => {}
                Next::Token(wanted) => {
                    scope = wanted;
                    refused = Some(answer);
                }
            }
        }
    }

    /// How a reading goes on after an answer, each way at most once.
    fn next_try(&mut self, answer: &Response, scope: &Scope, tries: &mut Tries) -> Next {
        if answer.status != StatusCode::UNAUTHORIZED
            || answer.permit.url().origin() != self.base.origin()
            || self.tokens.are_given_directly()
        {
            return Next::Done;
        }
        if !tries.adopted && self.adopts(answer) {
            tries.adopted = true;
            return Next::Adopted;
        }
        let challenges = challenge::challenges(&answer.headers);
        let error = |wanted: &str| {
            let mut named = challenges.iter();
            named.find(|challenge| challenge.parameter("error") == Some(wanted))
        };
        // Some registries check another scope than the one of the repository (oras-project/oras-go issue 650).
        let named = error("insufficient_scope").and_then(|challenge| {
            let named = Scope::named(challenge.parameter("scope")?)?;
            (named.parameter() != scope.parameter()).then_some(named)
        });
        if let Some(named) = named.filter(|_| !tries.widened) {
            tries.widened = true;
            return Next::Token(named);
        }
        // A token may end before its time, when its service starts anew.
        let is_refused = error("invalid_token").is_some();
        if is_refused && !tries.renewed && self.tokens.drop_refused(scope) {
            tries.renewed = true;
            return Next::Token(scope.clone());
        }
        let is_about_scope = error("insufficient_scope").is_some();
        match !is_about_scope && self.falls_back() {
            true => Next::Token(scope.clone()),
            false => Next::Done,
        }
    }

    /// Switches to the registry's other login scheme, if there is one and the credentials fit.
    pub(crate) fn falls_back(&mut self) -> bool {
        let Some(other) = self.alternative.take().filter(|_| self.has_credentials()) else {
            return false;
        };
        self.tokens.forget();
        self.adopt(Authentication::Login(other));
        true
    }

    /// `GET /v2/` with the login that the registry asks for.
    pub(crate) async fn ping_with_login(&mut self) -> Result<Response, Failure> {
        let url = self.url("");
        let get = Get {
            what: "/v2/",
            url,
            target: Target::Registry,
            scope: &Scope::Login,
            accept: &["application/json"],
            limit: PING_BYTES,
        };
        self.read(get, &Method::GET, Some("login")).await
    }

    /// Returns true if there are credentials.
    pub(crate) fn has_credentials(&self) -> bool {
        self.spec.credentials != Credentials::Anonymous
    }

    /// Takes over the login that a 401 of the registry itself asks for, if that is news.
    fn adopts(&mut self, answer: &Response) -> bool {
        let Ok(login) = challenge::login(&answer.headers, self.prefers_bearer()) else {
            return false;
        };
        let authentication = Authentication::Login(login);
        if self.authentication == authentication {
            return false;
        }
        self.tokens.forget();
        self.adopt(authentication);
        self.note_alternative(answer);
        true
    }

    /// Notes which other kind of login an answer offers.
    pub(crate) fn note_alternative(&mut self, answer: &Response) {
        self.alternative = match &self.authentication {
            Authentication::Login(login) => challenge::beside(&answer.headers, login),
            Authentication::None | Authentication::Unsupported(_) => None,
        };
    }

    /// Takes over what the registry asks for.
    pub(crate) fn adopt(&mut self, authentication: Authentication) {
        self.authentication = authentication;
        self.note_login();
    }

    fn note_login(&mut self) {
        let (scheme, realm) = match &self.authentication {
            Authentication::None => (Some(Scheme::None), None),
            Authentication::Login(Login::Basic) => (Some(Scheme::Basic), None),
            Authentication::Login(Login::Bearer { realm, .. }) => {
                (Some(Scheme::Bearer), Some(without_query(realm)))
            }
            Authentication::Unsupported(_) => (None, None),
        };
        self.facts.scheme = scheme;
        self.facts.realm = realm.and_then(|realm| self.transport.shown(&realm));
    }

    pub(crate) fn prefers_bearer(&self) -> bool {
        matches!(
            self.spec.credentials,
            Credentials::OAuth2 { .. } | Credentials::Bearer { .. }
        )
    }
}

fn without_query(url: &Url) -> String {
    url[..url::Position::AfterPath].replace(
        &url[url::Position::BeforeUsername..url::Position::BeforeHost],
        "",
    )
}
