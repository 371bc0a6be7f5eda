//! The operations, each with the parameters of its path.

use bowline::secret::Secret;

use super::path::ConnectionPath;

/// An operation of a caller who signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// `GET /v1/service`
    ReadService,
    /// `POST /v1/validate`
    ValidateForm,
    /// `POST /v1/check`
    CheckForm,
    /// `GET …/connections`
    ListConnections { project: String },
    /// `POST …/connections`
    CreateConnection { project: String },
    /// `GET …/connections/{id}`
    ReadConnection(ConnectionPath),
    /// `PATCH …/connections/{id}`
    EditConnection(ConnectionPath),
    /// `DELETE …/connections/{id}`
    DeleteConnection(ConnectionPath),
    /// `PUT …/connections/{id}/credentials`
    ReplaceCredentials(ConnectionPath),
    /// `POST …/connections/{id}/check`
    CheckConnection(ConnectionPath),
    /// `PUT …/connections/{id}/uses/{consumer}`
    DeclareUse {
        connection: ConnectionPath,
        consumer: String,
    },
    /// `DELETE …/connections/{id}/uses/{consumer}`
    EndUse {
        connection: ConnectionPath,
        consumer: String,
    },
    /// `GET …/connections/{id}/audit`
    ReadAudit(ConnectionPath),
    /// `GET …/connections/{id}/repositories`
    ListRepositories(ConnectionPath),
    /// `GET …/connections/{id}/repositories/{name}/tags`
    ListTags {
        connection: ConnectionPath,
        repository: String,
    },
    /// `GET …/connections/{id}/tags`, for those whose proxies do not let an encoded slash through
    ListTagsOf(ConnectionPath),
    /// `POST …/connections/{id}/selection`
    PreviewSelection(ConnectionPath),
    /// `GET …/connections/{id}/events`
    ReadEventAddress(ConnectionPath),
    /// `POST …/connections/{id}/events`
    RenewEventSecret(ConnectionPath),
    /// `DELETE …/connections/{id}/events`
    EndEvents(ConnectionPath),
    /// `GET …/connections/{id}/images`
    ListImages(ConnectionPath),
    /// `POST …/connections/{id}/sync`
    Sync(ConnectionPath),
    /// `GET …/connections/{id}/sync`
    ReadSync(ConnectionPath),
    /// `POST /v1/sync/due`
    DoDue,
    /// `GET …/connections/{id}/scans`
    ListScans(ConnectionPath),
    /// `POST …/connections/{id}/scans`
    RequestScans(ConnectionPath),
    /// `POST /v1/scans/lease`
    LeaseScans,
    /// `POST /v1/scans/{id}/result`; the id is any text
    FinishScan { scan: String },
    /// `GET …/scanners`
    ListScanners { project: String },
    /// `GET …/connections/{id}/dockerconfig`
    HandOut(ConnectionPath),
    /// `GET …/dockerconfig`
    HandOutForImage { project: String },
    /// `GET …/resolve`
    ResolveImage { project: String },
    /// `GET …/settings`
    ReadSettings { project: String },
    /// `PUT …/settings`
    ChangeSettings { project: String },
    /// `GET …/settings/audit`
    ReadSettingsAudit { project: String },
    /// `GET /v1/projects/{project}/audit`
    ExportAudit { project: String },
    /// `GET …/notices`
    ReadNotices { project: String },
    /// `PUT …/notices`
    ChangeNotices { project: String },
    /// `DELETE …/notices`
    EndNotices { project: String },
    /// `POST /v1/admin/reseal`
    Reseal,
}

/// An operation that reads no token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PublicOperation {
    /// `GET /v1/providers`
    ListProviders,
    /// `GET /v1/health`
    ReadHealth,
    /// `GET /v1/openapi.json`
    ReadDescription,
    /// `POST /v1/events/{id}`, and with the secret behind it; the id is any text
    ReceiveEvents { id: String, secret: Option<Secret> },
}
