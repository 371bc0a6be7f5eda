//! Azure: an application of Microsoft Entra gets a token of Entra, and for that a refresh token of the registry
//! (Azure/acr, AAD-OAuth).

use bowline::{
    azure::{AzureCloud, TenantId},
    credential::{Credentials, Username},
    endpoint::Endpoint,
    form::ConnectionSpec,
    secret::Secret,
};
use serde::Deserialize;
use url::Url;

use crate::{
    guard::Target,
    json::First,
    login::{
        Minted, RegistryLogin,
        form::{self, Granted},
    },
    operator::Operator,
    problem::{Code, Failure},
    product::distribution,
    transport::{Response, Transport},
    world::{Clock, World},
};

/// What a token of Entra is asked for: the registries of every cloud are this one resource.
const SCOPE: &str = "https://containerregistry.azure.net/.default";
/// How long a refresh token of the registry lives, in milliseconds.
const LIFE: i64 = 3 * 60 * 60 * 1000;

/// Makes what the registry takes of a connection's credentials.
pub(in crate::product) async fn exchange<W: World>(
    transport: &mut Transport<'_, W>,
    operator: &Operator,
    spec: &ConnectionSpec,
) -> Result<Minted, Failure> {
    match Application::of(&spec.credentials) {
        Some(application) => application.exchange(transport, spec).await,
        None => distribution::exchange(transport, operator, spec).await,
    }
}

/// An application with one of its secrets.
pub(super) struct Application<'a> {
    tenant: &'a TenantId,
    client_id: &'a str,
    client_secret: &'a Secret,
}

impl<'a> Application<'a> {
    /// Returns the application in these credentials; `None` for other credentials.
    pub(super) fn of(credentials: &'a Credentials) -> Option<Self> {
        match credentials {
            Credentials::AzureServicePrincipal {
                tenant,
                client_id,
                client_secret,
            } => Some(Self {
                tenant,
                client_id,
                client_secret,
            }),
            _ => None,
        }
    }

    /// The application as a username and password, which the registry's token service takes, too.
    pub(super) fn as_password(&self) -> Option<RegistryLogin> {
        Some(RegistryLogin::Password {
            username: Username::parse(self.client_id)?,
            password: self.client_secret.clone(),
        })
    }

    /// Makes a refresh token of the registry. Where Entra or the registry does not know this way, the application is
    /// given as a username and password.
    async fn exchange<W: World>(
        &self,
        transport: &mut Transport<'_, W>,
        spec: &ConnectionSpec,
    ) -> Result<Minted, Failure> {
        let token = match &spec.endpoint {
            Some(registry) => self.refresh_token(transport, registry).await?,
            None => None,
        };
        let now = transport.world().clock().epoch_ms();
        Ok(match token {
            Some(token) => Minted {
                expires_at: Some(now.saturating_add(LIFE)),
                ..Minted::kept(RegistryLogin::OAuth2 { token })
            },
            None => Minted::kept(self.as_password().unwrap_or(RegistryLogin::Anonymous)),
        })
    }

    async fn refresh_token<W: World>(
        &self,
        transport: &mut Transport<'_, W>,
        registry: &Endpoint,
    ) -> Result<Option<Secret>, Failure> {
        let Some(cloud) = AzureCloud::of_registry(registry.host()) else {
            return Ok(None);
        };
        let (host, tenant) = (cloud.login_host(), self.tenant.as_str());
        let entra = format!("https://{host}/{tenant}/oauth2/v2.0/token");
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", self.client_id),
            ("client_secret", self.client_secret.expose()),
            ("scope", SCOPE),
        ];
        let Some(answer) = ask(transport, &entra, Target::ProviderApi, &fields).await? else {
            return Ok(None);
        };
        if !answer.status.is_success() {
            return Err(refused(transport, &answer));
        }
        let Some(token) = Granted::read(transport, &answer)?.access_token else {
            return Ok(None);
        };

        let fields = [
            ("grant_type", "access_token"),
            ("service", registry.host()),
            ("tenant", tenant),
            ("access_token", token.expose()),
        ];
        let exchange = format!("{}/oauth2/exchange", registry.api_base());
        let Some(answer) = ask(transport, &exchange, Target::Registry, &fields).await? else {
            return Ok(None);
        };
        if !answer.status.is_success() {
            let seen = transport.seen(&answer);
            return Err(Failure::new(
                Code::PermissionPullMissing,
                format!("Entra accepts the application, but the registry doesn't know it: {seen}"),
            ));
        }
        Ok(Granted::read(transport, &answer)?.refresh_token)
    }
}

/// Posts a login; `None` if the server cannot judge it.
async fn ask<W: World>(
    transport: &Transport<'_, W>,
    url: &str,
    target: Target,
    fields: &[(&str, &str)],
) -> Result<Option<Response>, Failure> {
    let Ok(url) = Url::parse(url) else {
        return Ok(None);
    };
    match form::post(transport, url, target, fields).await {
        Ok(answer) => {
            Ok(Some(answer)
                .filter(|answer| matches!(answer.status.as_u16(), 200 | 400 | 401 | 403)))
        }
        Err(failure) if failure.code == Code::DeadlineExceeded => Err(failure),
        Err(_) => Ok(None),
    }
}

/// Why Entra refuses an application. Its numbers say which field is wrong; they only choose the field.
fn refused<W: World>(transport: &Transport<'_, W>, answer: &Response) -> Failure {
    #[derive(Deserialize)]
    struct Refusal {
        #[serde(default)]
        error_codes: First<u32>,
    }
    let failure = transport.rejection(answer);
    let refusal = answer.json::<Refusal>();
    match refusal.ok().and_then(|refusal| refusal.error_codes.0) {
        // The directory has no such application; there is no such directory.
        Some(700_016) => failure.at("values.clientId"),
        Some(90_002) => failure.at("values.tenantId"),
        _ => failure,
    }
}
