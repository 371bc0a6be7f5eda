//! The one place that allows or refuses a component's outgoing requests.

use crate::{
    allowed_hosts::AllowedHosts,
    client::{Client, Server},
};
use futures::future::BoxFuture;
use http::{Request, Response};
use std::sync::{Arc, OnceLock, Weak};
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

/// The domain of service chaining: `http://<component>.spin.internal`.
const CHAINING_DOMAIN: &str = "spin.internal";

/// Sends the requests of one component.
pub struct Outbound {
    /// The hosts that the component may send requests to.
    pub allowed: AllowedHosts,
    /// Sends requests to other hosts.
    pub client: Client,
    /// The application's components; set once all of them are loaded.
    pub components: Arc<OnceLock<Weak<dyn Components>>>,
}

/// The components of an application, which send requests to each other (service chaining).
pub trait Components: Send + Sync {
    /// Handles a request to `http://<component>.spin.internal`.
    fn send<'a>(
        &'a self,
        component: &'a str,
        request: Request<WasiBody>,
    ) -> BoxFuture<'a, Result<Response<WasiBody>, Error>>;
}

/// Passes outgoing requests of Wasmtime's `wasi:http` to [`Outbound`].
pub struct Hooks(pub Arc<Outbound>);

impl Outbound {
    /// Sends a request where `allowed_outbound_hosts` lets it go: to another component or to the network.
    async fn send(
        &self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
    ) -> Result<Response<WasiBody>, Error> {
        let server = Server::of(request.uri()).ok_or(Error::HttpRequestUriInvalid)?;
        let scheme = if server.tls { "https" } else { "http" };
        if !self.allowed.allow(scheme, &server.host, server.port) {
            return Err(Error::HttpRequestDenied);
        }
        match chaining_target(&server.host) {
            Some(component) => {
                let components = self.components.get().and_then(Weak::upgrade);
                let components = components.ok_or(Error::DestinationUnavailable)?;
                components.send(component, request).await
            }
            None => {
                self.client
                    .send(server, request, options.unwrap_or_default())
                    .await
            }
        }
    }
}

impl WasiHttpHooks for Hooks {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _response_outcome: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<
        dyn Future<
                Output = Result<
                    (
                        Response<WasiBody>,
                        Box<dyn Future<Output = Result<(), Error>> + Send>,
                    ),
                    Error,
                >,
            > + Send,
    > {
        let outbound = self.0.clone();
        Box::new(async move {
            let response = outbound.send(request, options).await?;
            let io: Box<dyn Future<Output = _> + Send> = Box::new(std::future::ready(Ok(())));
            Ok((response, io))
        })
    }
}

/// The component that a host names. The domain never reaches the resolver, however it is spelled.
pub(crate) fn chaining_target(host: &str) -> Option<&str> {
    let name = host.strip_suffix('.').unwrap_or(host);
    let dot = name.len().checked_sub(CHAINING_DOMAIN.len())?;
    let (component, domain) = name.split_at_checked(dot)?;
    if !domain.eq_ignore_ascii_case(CHAINING_DOMAIN) {
        return None;
    }
    // The bare domain names the component "", which does not exist.
    component
        .strip_suffix('.')
        .or(component.is_empty().then_some(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chaining_hosts() {
        let cases = [
            ("outbound.spin.internal", Some("outbound")),
            ("outbound.SPIN.internal.", Some("outbound")),
            ("a.b.spin.internal", Some("a.b")),
            ("spin.internal", Some("")),
            ("notspin.internal", None),
            ("outbound.spin.internal.example", None),
            ("internal", None),
            ("", None),
        ];
        for (host, expected) in cases {
            assert_eq!(chaining_target(host), expected, "{host}");
        }
    }
}
