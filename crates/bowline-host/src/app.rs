//! A running program: an application with its routes and components, or a single component.

use crate::{
    component_id::ComponentId,
    instance::{InstanceFactory, Kind, Shutdown},
    outbound::{Components, chaining_target},
    route::{Match, RouteTable},
    server::{Handler, TrustedProxies, service_unavailable},
};
use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Request, Response, StatusCode, Uri, header, uri::Authority};
use http_body_util::{BodyExt as _, Full};
use std::{collections::BTreeMap, net::SocketAddr};
use wasmtime_wasi_http::{
    Error, WasiBody,
    handler::{InstantiationError, ProxyHandler},
};

/// The prefix of the paths that Spin answers itself.
const WELL_KNOWN: &str = "/.well-known/spin/";

/// A running program.
pub struct App {
    kind: Kind,
    routes: RouteTable,
    components: BTreeMap<ComponentId, ProxyHandler<InstanceFactory>>,
    proxies: TrustedProxies,
    shutdown: Shutdown,
}

impl App {
    /// A program out of its parts.
    pub(crate) fn new(
        kind: Kind,
        routes: RouteTable,
        components: BTreeMap<ComponentId, InstanceFactory>,
        proxies: TrustedProxies,
        shutdown: Shutdown,
    ) -> Self {
        let handlers = components.into_iter();
        Self {
            kind,
            routes,
            components: handlers
                .map(|(id, factory)| (id, ProxyHandler::new(factory)))
                .collect(),
            proxies,
            shutdown,
        }
    }

    /// The ids of the components.
    pub(crate) fn component_ids(&self) -> impl Iterator<Item = &ComponentId> {
        self.components.keys()
    }

    /// Returns the public routes, for the start message.
    pub fn routes(&self) -> &RouteTable {
        &self.routes
    }

    /// Returns the operator's proxies.
    pub fn proxies(&self) -> &TrustedProxies {
        &self.proxies
    }

    /// Marks that the host is ending: instances dropped from now on are not failures.
    pub fn shut_down(&self) {
        self.shutdown.set();
    }

    async fn dispatch(
        &self,
        id: &ComponentId,
        request: Request<WasiBody>,
    ) -> Result<Response<WasiBody>, Error> {
        let handler = self.components.get(id).ok_or(Error::DestinationNotFound)?;
        match handler.handle((), request).await {
            Ok(response) => Ok(response),
            Err(error) if error.is::<InstantiationError<()>>() => {
                eprintln!("[{id}] no instance: {error:#}");
                Ok(service_unavailable())
            }
            Err(error) => {
                eprintln!("[{id}] no response: {error:#}");
                Ok(status(StatusCode::INTERNAL_SERVER_ERROR))
            }
        }
    }
}

impl Components for App {
    fn send<'a>(
        &'a self,
        component: &'a str,
        mut request: Request<WasiBody>,
    ) -> BoxFuture<'a, Result<Response<WasiBody>, Error>> {
        Box::pin(async move {
            let (id, _) = self
                .components
                .get_key_value(component)
                .ok_or(Error::DestinationNotFound)?;
            let url = request.uri().to_string();
            let found = Match::chained(id, request.uri().path());
            found.set_headers(request.headers_mut(), &url, "0.0.0.0:0");
            request.headers_mut().remove(header::HOST);
            self.dispatch(id, request).await
        })
    }
}

impl Handler for App {
    fn component<'a>(&'a self, path: &'a str) -> &'a str {
        let found = self.routes.find(path);
        found.map_or("", |found| found.component.as_str())
    }

    async fn handle(
        &self,
        mut request: Request<WasiBody>,
        client: SocketAddr,
    ) -> Response<WasiBody> {
        let path = request.uri().path().to_owned();
        if self.kind == Kind::Application
            && let Some(name) = path.strip_prefix(WELL_KNOWN)
        {
            return match name {
                "health" => Response::new(full("OK")),
                _ => status(StatusCode::NOT_FOUND),
            };
        }
        let Some(found) = self.routes.find(&path) else {
            return status(StatusCode::NOT_FOUND);
        };
        let Some(uri) = absolute(&request) else {
            return status(StatusCode::BAD_REQUEST);
        };
        if self.kind == Kind::Application {
            found.set_headers(request.headers_mut(), &uri.to_string(), &client.to_string());
        }
        *request.uri_mut() = uri;
        self.dispatch(found.component, request)
            .await
            .unwrap_or_else(|_| status(StatusCode::INTERNAL_SERVER_ERROR))
    }
}

/// The request's URL with scheme and authority. Spin takes the `Host` header, and nothing when it contradicts the
/// request line or names a component.
fn absolute(request: &Request<WasiBody>) -> Option<Uri> {
    let host = match request.headers().get(header::HOST) {
        Some(host) => Some(host.to_str().ok()?),
        None => None,
    };
    let authority = request
        .uri()
        .authority()
        .map(|authority| authority.as_str());
    let authority = match (host, authority) {
        (Some(host), Some(authority)) if host != authority => return None,
        (host, authority) => host.or(authority)?.parse::<Authority>().ok()?,
    };
    if chaining_target(authority.host()).is_some() {
        return None;
    }
    Uri::builder()
        .scheme("http")
        .authority(authority)
        .path_and_query(request.uri().path_and_query()?.clone())
        .build()
        .ok()
}

fn status(code: StatusCode) -> Response<WasiBody> {
    let mut response = Response::new(full(""));
    *response.status_mut() = code;
    response
}

fn full(text: &'static str) -> WasiBody {
    Full::new(Bytes::from_static(text.as_bytes()))
        .map_err(|never| match never {})
        .boxed_unsync()
}

#[cfg(test)]
mod tests;
