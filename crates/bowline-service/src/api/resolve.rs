//! Which connection an image is pulled with.

use bowline::{endpoint::Endpoint, reference::Reference};
use bowline_registry::Clock;
use bowline_store::{Connection, Database};
use http::StatusCode;

use super::{
    connections::answer_of,
    service::{Random, Service},
};
use crate::{
    client::Outbound,
    context::RequestContext,
    parameters::Parameters,
    problem::{Problem, ProblemType},
    response::Response,
};

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    /// The connection for pulling the image that the parameter `image` names.
    ///
    /// Errors: `query.malformed` where that is no image, `not_found` where the project has no connection for it.
    pub(super) async fn resolve(
        &self,
        context: &RequestContext,
        project: &str,
    ) -> Result<Response, Problem> {
        let parameters = &context.parameters;
        let connection = self.serving(context, project, parameters).await?;
        answer_of(StatusCode::OK, &connection)
    }

    /// The connection for pulling the image of `parameters`.
    pub(super) async fn serving(
        &self,
        context: &RequestContext,
        project: &str,
        parameters: &Parameters,
    ) -> Result<Connection, Problem> {
        let image = parameters.parsed("image", |text| Reference::parse(text).ok())?;
        let image = image.ok_or(ProblemType::QueryMalformed)?;
        let store = self.store(context).await?;
        Ok(store
            .serving(project, &endpoints_of(&image), context.now)
            .await?)
    }
}

/// The endpoints that an image can be behind, the longest first: of its name, every prefix that ends at a `/`.
fn endpoints_of(image: &Reference) -> Vec<String> {
    let name = format!("{}/{}", image.domain, image.path);
    let mut endpoints = Vec::new();
    for (slash, _) in name.rmatch_indices('/') {
        let Some(prefix) = name.get(..slash) else {
            continue;
        };
        let (host, namespace) = prefix.split_once('/').unwrap_or((prefix, ""));
        for scheme in ["https://", "http://"] {
            // Read as it was when the connection was made, so that ports and letter case are those of the kept one.
            // What stands behind `/v2/` is the namespace as it is, also where a repository's name begins with `v2`.
            let text = [scheme, host, "/v2/", namespace].concat();
            if let Ok(endpoint) = Endpoint::parse(&text)
                && endpoint.namespace() == namespace
            {
                endpoints.push(endpoint.to_string());
            }
        }
    }
    endpoints
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_has_the_endpoints_of_its_prefixes() {
        let cases: [(&str, &[&str]); 6] = [
            (
                "host.example.com/team/app:v1",
                &[
                    "https://host.example.com/team",
                    "http://host.example.com/team",
                    "https://host.example.com",
                    "http://host.example.com",
                ],
            ),
            (
                "host.example.com/v2/team/app",
                &[
                    "https://host.example.com/v2/v2/team",
                    "http://host.example.com/v2/v2/team",
                    "https://host.example.com/v2/v2",
                    "http://host.example.com/v2/v2",
                    "https://host.example.com",
                    "http://host.example.com",
                ],
            ),
            (
                "host.example.com/repository/docker/app",
                &[
                    "https://host.example.com/v2/repository/docker",
                    "http://host.example.com/v2/repository/docker",
                    "https://host.example.com/repository",
                    "http://host.example.com/repository",
                    "https://host.example.com",
                    "http://host.example.com",
                ],
            ),
            (
                "Host.example.com:443/app",
                &["https://host.example.com", "http://host.example.com:443"],
            ),
            (
                "localhost:5000/app",
                &["https://localhost:5000", "http://localhost:5000"],
            ),
            (
                "acme/app@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                &["docker.io/acme", "docker.io"],
            ),
        ];
        for (image, expected) in cases {
            let mut found = endpoints_of(&Reference::parse(image).unwrap());
            found.retain(|endpoint| !endpoint.starts_with("http://docker.io"));
            assert_eq!(found, expected, "{image}");
        }
    }
}
