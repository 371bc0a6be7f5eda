//! Requests to a provider's own API.

use bowline::credential::Credentials;
use bytes::Bytes;
use serde::de::DeserializeOwned;
use url::Url;

use crate::{
    guard::Target,
    listing::{
        cursor::Mark,
        entry::Page,
        link::{self, NextLink},
    },
    login::Authorization,
    problem::{Code, Failure},
    registry::Registry,
    transport::{Call, Message, Response},
    world::World,
};

/// The largest page of an API, in bytes.
const PAGE_BYTES: usize = 4 * 1024 * 1024;
/// The largest answer to a login, in bytes.
const LOGIN_BYTES: usize = 64 * 1024;

impl<W: World> Registry<'_, W> {
    /// The URL of a path on the registry's own origin, with a query. Names in the path are parsed ones.
    pub(crate) fn own_url(&self, path: &str, query: &str) -> Url {
        let mut url = self.url("");
        url.set_path(path);
        url.set_query(Some(query));
        url
    }

    /// The login of the registry, for a provider's API that takes the same.
    pub(crate) async fn api_login(&mut self) -> Result<Option<Authorization>, Failure> {
        self.minted().await?.login.authorization()
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

    /// Sends a request to an API and returns the response, whatever its status.
    pub(crate) async fn ask(
        &self,
        what: &'static str,
        url: Url,
        login: Option<&Authorization>,
    ) -> Result<Response, Failure> {
        let permit = self
            .transport
            .guard()
            .permit(url, Target::ProviderApi, login.is_some())?;
        let call = Call {
            what,
            permit,
            accept: &["application/json"],
            message: Message::Get(login),
            limit: PAGE_BYTES,
            follow: true,
            remembered_as: None,
        };
        self.transport.send(call).await
    }

    /// Sends a login to an API of the provider's, at this address of ours.
    pub(crate) async fn login_to_api(
        &self,
        what: &'static str,
        at: &str,
        media_type: &'static str,
        body: Bytes,
    ) -> Result<Response, Failure> {
        let guard = self.transport.guard();
        let call = Call {
            what,
            permit: guard.permit(address(at)?, Target::ProviderApi, true)?,
            accept: &["application/json"],
            message: Message::Login(media_type, body),
            limit: LOGIN_BYTES,
            follow: true,
            remembered_as: Some(at.to_owned()),
        };
        self.transport.send(call).await
    }

    /// What a listing answered.
    pub(crate) fn listed<T: DeserializeOwned>(
        &self,
        answer: &Response,
        what: &str,
    ) -> Result<T, Failure> {
        if !answer.status.is_success() {
            return Err(self.not_listed(answer, what));
        }
        answer.json().map_err(|_| not_about_it(what))
    }

    /// Why a listing is refused. The login is right, it was tried before; so these are all a matter of permissions, or
    /// of what the registry offers.
    pub(crate) fn not_listed(&self, answer: &Response, what: &str) -> Failure {
        let code = match answer.status.as_u16() {
            400 | 401 | 403 | 404 | 405 | 501 => Code::PermissionCatalogMissing,
            429 => Code::RateLimited,
            408 | 500.. => Code::ServerError,
            _ => Code::AnswerMalformed,
        };
        Failure::new(code, format!("{what}: {}", self.transport.seen(answer)))
    }

    /// How a listing goes on after `answer`, a page of `count` entries whose last is `last`.
    ///
    /// The link must lead to the same host; of it only the query is taken, because some products behind a path or a
    /// proxy name a wrong path, scheme or port there. A page that is full and has no link, or one that cannot be read, is
    /// not taken for the last: the next is asked for by `style`.
    pub(crate) fn turn(
        &self,
        answer: &Response,
        style: Style,
        count: usize,
        last: Option<&str>,
    ) -> Result<Turn, Failure> {
        let here = answer.permit.url();
        let wanted = wanted(here);
        let probe = || style.next(here, last).map(Mark::Probe);
        let (next, is_cut) = match link::next(&answer.headers) {
            NextLink::To(target) => match here.join(&target) {
                Ok(target) => {
                    let next = self.transport.guard().link(&answer.permit, &target)?;
                    (linked(here, next.url()), false)
                }
                Err(_) => lost_without(probe()),
            },
            NextLink::Unreadable => lost_without(probe()),
            NextLink::None if !may_be_full(count, wanted) => (None, false),
            NextLink::None => (probe(), false),
        };
        Ok(Turn {
            next,
            is_cut,
            is_empty: count == 0,
            is_full: count == wanted,
        })
    }
}

/// How a listing goes on after a page.
pub(crate) struct Turn {
    pub(crate) next: Option<Mark>,
    pub(crate) is_cut: bool,
    is_empty: bool,
    is_full: bool,
}

impl Turn {
    /// The page that it follows, which goes on at `next`.
    pub(crate) fn page<T>(self, items: Vec<T>, next: Option<Mark>) -> Page<T, Mark> {
        Page {
            items,
            next,
            is_cut: self.is_cut,
            is_empty: self.is_empty,
            is_full: self.is_full,
        }
    }

    /// The page that it follows.
    pub(crate) fn of<T>(mut self, items: Vec<T>) -> Page<T, Mark> {
        let next = self.next.take();
        self.page(items, next)
    }

    /// The query of the next page.
    pub(crate) fn query(&mut self) -> Option<String> {
        self.next.take().and_then(Mark::into_query)
    }
}

/// How to request the next page of a listing without a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// By the last name of this one: `n=100&last=app`.
    Last,
    /// By its number: `page=2`.
    Number,
}

impl Style {
    /// Returns the query of the next page; `None` if it is not known.
    fn next(self, here: &Url, last: Option<&str>) -> Option<String> {
        let (name, value) = match self {
            Self::Last => ("last", last?.to_owned()),
            Self::Number => {
                let number = parameter(here, "page").map_or(Ok(1), |number| number.parse::<u32>());
                ("page", number.ok()?.checked_add(1)?.to_string())
            }
        };
        let mut next = here.clone();
        let others = here.query_pairs().filter(|(other, _)| other != name);
        next.query_pairs_mut()
            .clear()
            .extend_pairs(others)
            .append_pair(name, &value);
        next.query()
            .filter(|query| Some(*query) != here.query())
            .map(str::to_owned)
    }
}

/// Returns the query of a link to another page; `None` if it links to its own page or if its `last` is empty.
fn linked(here: &Url, next: &Url) -> Option<Mark> {
    let query = next.query().unwrap_or_default();
    let is_over = parameter(next, "last").is_some_and(|last| last.is_empty());
    Some(query)
        .filter(|query| !is_over && Some(*query) != here.query())
        .map(|query| Mark::Query(query.to_owned()))
}

/// How a listing goes on that says that it does, and not where: without another way to ask it is cut here.
fn lost_without(probe: Option<Mark>) -> (Option<Mark>, bool) {
    let is_cut = probe.is_none();
    (probe, is_cut)
}

/// The requested number of entries in a page; by default, the smallest page size of a registry.
fn wanted(here: &Url) -> usize {
    const FEWEST: usize = 100;
    ["n", "page_size", "per_page"]
        .iter()
        .find_map(|name| parameter(here, name)?.parse().ok())
        .unwrap_or(FEWEST)
}

/// Returns true if a page may be full. Some registries return fewer entries than requested and do not link to the next
/// page. Their own limit is a round number.
fn may_be_full(count: usize, wanted: usize) -> bool {
    count >= wanted || count == 50 || (count > 0 && count.is_multiple_of(100))
}

fn parameter<'u>(url: &'u Url, name: &str) -> Option<std::borrow::Cow<'u, str>> {
    url.query_pairs()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value)
}

/// That an answer is another than the one that was asked for.
pub(crate) fn not_about_it(what: &str) -> Failure {
    Failure::new(
        Code::AnswerMalformed,
        format!("The response from {what} isn't in the expected format."),
    )
}

/// The URL of an API.
pub(crate) fn address(text: &str) -> Result<Url, Failure> {
    Url::parse(text).map_err(|_| {
        Failure::new(
            Code::AddressNotAllowed,
            "This service isn't allowed to contact that address.",
        )
    })
}

/// The time of an RFC 3339 text, in milliseconds since 1970.
pub(crate) fn time(text: Option<&str>) -> Option<i64> {
    bowline::time::parse_rfc3339(text?)
}

/// That there is no listing for this connection, and why.
pub(crate) fn unlistable(why: impl Into<String>) -> Failure {
    Failure::new(Code::PermissionCatalogMissing, why)
}
