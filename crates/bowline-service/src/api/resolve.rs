//! Finds the connection for an image.

use bowline::{endpoint::Endpoint, provider::registry_names, reference::Reference};
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
    /// Errors: `query.malformed` if it is not an image, `not_found` if the project has no connection for it.
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

/// The endpoints that an image can be behind, the longest first: of its name, every prefix that ends at a `/`, under
/// every name that the registry has.
fn endpoints_of(image: &Reference) -> Vec<String> {
    let mut hosts = registry_names(&image.domain.to_ascii_lowercase());
    // The name that was written is the likeliest.
    hosts.retain(|host| !host.eq_ignore_ascii_case(&image.domain));
    hosts.insert(0, image.domain.clone());
    let mut endpoints: Vec<String> = Vec::new();
    let slashes = image.path.rmatch_indices('/').map(|(slash, _)| slash);
    for namespace in slashes.chain([0]).filter_map(|end| image.path.get(..end)) {
        for (host, scheme) in hosts
            .iter()
            .flat_map(|host| ["https://", "http://"].map(|scheme| (host.as_str(), scheme)))
        {
            // Read as it was when the connection was made, so that ports and letter case are those of the kept one.
            // What stands behind `/v2/` is the namespace as it is, also where a repository's name begins with `v2`.
            let text = [scheme, host, "/v2/", namespace].concat();
            if let Ok(endpoint) = Endpoint::parse(&text)
                && endpoint.namespace() == namespace
            {
                let text = endpoint.to_string();
                // Names can be of one endpoint, as Docker Hub's are.
                if !endpoints.contains(&text) {
                    endpoints.push(text);
                }
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
        let cases: [(&str, &[&str]); 8] = [
            (
                "registry-1.docker.io/acme/app",
                &["docker.io/acme", "docker.io"],
            ),
            (
                "ocir.eu-frankfurt-1.oci.oraclecloud.com/acme/app",
                &[
                    "https://ocir.eu-frankfurt-1.oci.oraclecloud.com/acme",
                    "http://ocir.eu-frankfurt-1.oci.oraclecloud.com/acme",
                    "https://fra.ocir.io/acme",
                    "http://fra.ocir.io/acme",
                    "https://eu-frankfurt-1.ocir.io/acme",
                    "http://eu-frankfurt-1.ocir.io/acme",
                    "https://ocir.eu-frankfurt-1.oci.oraclecloud.com",
                    "http://ocir.eu-frankfurt-1.oci.oraclecloud.com",
                    "https://fra.ocir.io",
                    "http://fra.ocir.io",
                    "https://eu-frankfurt-1.ocir.io",
                    "http://eu-frankfurt-1.ocir.io",
                ],
            ),
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
            found.retain(|endpoint| {
                !endpoint.contains("//index.docker") && !endpoint.contains("//reg")
            });
            assert_eq!(found, expected, "{image}");
        }
    }
}
