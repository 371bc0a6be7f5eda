//! A connection's webhook: its URL, its secret, and the notifications that it receives.
//!
//! A caller needs the secret, in a header or as the last segment of the path. A notification only says which tags to
//! look up: see [`super::event_lookup`].

use std::time::Duration;

use bowline::{endpoint::Endpoint, provider::ProviderId, secret::Secret};
use bowline_registry::{
    Clock, EventKind, Notification, namespace_of, read_notification, sends_header,
};
use bowline_store::{Connection, ConnectionId, Database, EventAddress, Opened};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use http_body::Body;
use serde::Serialize;

use super::{
    event_lookup::{AnnouncedEvent, PATIENCE},
    service::{Random, Service},
};
use crate::{
    body,
    caller::Caller,
    client::Outbound,
    context::RequestContext,
    problem::{Problem, ProblemType},
    rate,
    response::{self, Response},
};

/// The maximum number of events to handle in a notification. A sync finds the rest.
const MOST: usize = 1000;

/// The headers in which registries send a secret.
const SECRET_HEADERS: [HeaderName; 3] = [
    header::AUTHORIZATION,
    HeaderName::from_static("x-gitlab-token"),
    HeaderName::from_static("x-jfrog-event-auth"),
];

/// The place in a request at which the provider's registry sends the secret.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum SecretIn {
    Header,
    Url,
}

/// An address as it is shown.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownAddress {
    /// It ends with the secret, if the secret is new and belongs in the path.
    #[serde(serialize_with = "body::expose")]
    url: Secret,
    secret_in: SecretIn,
    header: Option<&'static str>,
    /// The value of the header, if the secret is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization: Option<Authorization>,
    #[serde(flatten)]
    address: EventAddress,
}

/// The value of the header `Authorization`.
#[derive(Serialize)]
#[serde(transparent)]
struct Authorization(#[serde(serialize_with = "body::expose")] Secret);

/// The answer to the registry.
#[derive(Serialize)]
struct Received {
    /// The number of events that will be processed, or have been.
    accepted: usize,
    /// The number of other things in the notification.
    ignored: usize,
}

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    /// The address of a connection, without its secret.
    pub(super) async fn event_address(
        &self,
        context: &RequestContext,
        project: &str,
        id: ConnectionId,
    ) -> Result<Response, Problem> {
        let store = self.store(context).await?;
        let address = store.event_address(project, id).await?;
        let provider = store.read(project, id, context.now).await?.provider;
        let shown = self.shown(id, &provider, address, None)?;
        response::json(StatusCode::OK, &shown)
    }

    /// Gives the address a new secret, which is shown this once.
    pub(super) async fn renew_event_secret(
        &self,
        context: &RequestContext,
        caller: &Caller,
        project: &str,
        id: ConnectionId,
    ) -> Result<Response, Problem> {
        let (store, change) = (self.store(context).await?, context.change(caller));
        let provider = store.read(project, id, context.now).await?.provider;
        let (address, secret) = store.renew_event_secret(&change, project, id).await?;
        let shown = self.shown(id, &provider, address, Some(&secret))?;
        response::secret_json(StatusCode::OK, &shown)
    }

    /// Turns the webhook off.
    pub(super) async fn end_events(
        &self,
        context: &RequestContext,
        caller: &Caller,
        project: &str,
        id: ConnectionId,
    ) -> Result<Response, Problem> {
        let change = context.change(caller);
        self.store(context)
            .await?
            .end_events(&change, project, id)
            .await?;
        Ok(response::empty())
    }

    /// Handles a registry's notification. When this returns, the images that the policy selects are queued, or their
    /// tags wait until the registry can be asked. If the project has reached its limit of registry requests, the
    /// scheduled work looks the tags up.
    ///
    /// Errors: `not_found`, whether there is no such address or the secret is another; `body.too_large`; `rate.limited`.
    pub(super) async fn receive_events<B: Body<Data = Bytes>>(
        &self,
        context: &RequestContext,
        id: &str,
        secret: Option<&Secret>,
        body: B,
    ) -> Result<Response, Problem> {
        let headers = &context.head.headers;
        let id = ConnectionId::parse(id).ok_or(ProblemType::NotFound)?;
        let store = self.store(context).await?;
        let project = store.admit_event(id, &secrets(headers, secret)).await?;
        let body = body::read(headers, body, Notification::MAX_BYTES).await?;
        let opened = store.open(&project, id, context.now).await?;
        let (announced, ignored) = announced(&opened, &body);
        let events = announced.len();
        let requests = store.count_events(id, events, ignored, context.now).await?;
        let limits = &self.ready.as_ref()?.access.limits;
        rate::within(limits.notifications_per_connection, requests, context.now)?;
        let patience = if announced.is_empty() || self.may_ask_registry(context, &project).await? {
            PATIENCE
        } else {
            // An image that no tag shows yet cannot wait: its registry sends it again.
            let is_quarantined =
                |it: &AnnouncedEvent| matches!(it.kind, EventKind::Quarantined { .. });
            if announced.iter().any(is_quarantined) {
                rate::within(0, 1, context.now)?;
            }
            Duration::ZERO
        };
        let processed = self.process_events(context, &opened, announced, patience);
        let accepted = processed.await?;
        let received = Received {
            accepted,
            ignored: ignored.saturating_add(events.saturating_sub(accepted)),
        };
        response::json(StatusCode::ACCEPTED, &received)
    }

    fn shown(
        &self,
        id: ConnectionId,
        provider: &str,
        address: EventAddress,
        secret: Option<&Secret>,
    ) -> Result<ShownAddress, Problem> {
        let public_url = &self.ready.as_ref()?.access.public_url;
        let url = format!("{public_url}/v1/events/{id}");
        let secret = secret.map(Secret::expose);
        let (url, secret_in, authorization) = match (takes_header(provider), secret) {
            (true, secret) => (
                url,
                SecretIn::Header,
                secret.map(|it| Authorization(Secret::new([BEARER, it].concat()))),
            ),
            (false, Some(secret)) => ([url.as_str(), "/", secret].concat(), SecretIn::Url, None),
            (false, None) => (url, SecretIn::Url, None),
        };
        Ok(ShownAddress {
            url: Secret::new(url),
            secret_in,
            header: (secret_in == SecretIn::Header).then_some("Authorization"),
            authorization,
            address,
        })
    }
}

const BEARER: &str = "Bearer ";

/// Whether the provider's registry sends a header of one's choice.
fn takes_header(provider: &str) -> bool {
    provider.parse().is_ok_and(sends_header)
}

/// The candidates for the secret: the path's, and those of the headers, with a scheme or without.
fn secrets<'a>(headers: &'a HeaderMap, of_path: Option<&'a Secret>) -> Vec<&'a str> {
    let sent = SECRET_HEADERS
        .into_iter()
        .filter_map(|name| headers.get(name));
    sent.filter_map(|value: &HeaderValue| value.to_str().ok())
        .map(|value| value.strip_prefix(BEARER).unwrap_or(value))
        .chain(of_path.map(Secret::expose))
        .collect()
}

/// Returns the events of a connection's images in a body, and the number of other entries.
fn announced(opened: &Opened, body: &[u8]) -> (Vec<AnnouncedEvent>, usize) {
    let connection = &opened.connection;
    let provider = connection.provider.parse::<ProviderId>();
    let Notification { events, ignored } = match provider {
        Ok(provider) => read_notification(provider, body),
        Err(_) => Notification::unknown(),
    };
    let Ok(endpoint) = Endpoint::parse(&connection.endpoint) else {
        return (Vec::new(), ignored);
    };
    let told = events.len();
    let namespace = namespace(connection, &endpoint);
    let announced: Vec<_> = events
        .into_iter()
        .filter_map(|event| {
            let at = event.at;
            let (repository, kind) = event.within(&endpoint, &namespace)?;
            Some(AnnouncedEvent {
                repository,
                kind,
                at,
            })
        })
        .take(MOST)
        .collect();
    let foreign = told.saturating_sub(announced.len());
    (announced, ignored.saturating_add(foreign))
}

/// The namespace of the connection's repositories.
fn namespace(connection: &Connection, endpoint: &Endpoint) -> String {
    let username = connection.values.get("username").map(String::as_str);
    match connection.provider.parse() {
        Ok(provider) => namespace_of(provider, endpoint, username),
        Err(_) => endpoint.namespace().to_owned(),
    }
}
