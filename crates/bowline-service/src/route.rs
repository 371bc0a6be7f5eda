//! The paths of the API and the methods that they have.

#[cfg(test)]
mod tests;

use bowline::secret::Secret;
use http::Method;
use percent_encoding::percent_decode_str;

/// A path that the API has, with the names in it decoded.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// `/v1/providers`
    Providers,
    /// `/v1/openapi.json`
    OpenApi,
    /// `/v1/validate`
    Validate,
    /// `/v1/check`
    Check,
    /// `/v1/admin/reseal`
    Reseal,
    /// `/v1/events/{id}`, and with the secret behind it
    Events {
        /// Whose registry it is, as it stands in the path.
        id: String,
        /// What lets in, where it stands in the path.
        secret: Option<Secret>,
    },
    /// `/v1/sync/due`
    Due,
    /// `/v1/projects/{project}/connections`
    Connections {
        /// Whose they are.
        project: String,
    },
    /// `/v1/projects/{project}/resolve`, and under `…/connections` too
    Resolve {
        /// Whose connections.
        project: String,
    },
    /// `/v1/projects/{project}/dockerconfig`
    DockerConfig {
        /// Whose connections.
        project: String,
    },
    /// `/v1/projects/{project}/settings`
    Settings {
        /// Whose they are.
        project: String,
    },
    /// `/v1/projects/{project}/settings/audit`
    SettingsAudit {
        /// Whose they are.
        project: String,
    },
    /// `/v1/projects/{project}/scanners`
    Scanners {
        /// Whose images they scan.
        project: String,
    },
    /// `/v1/scans/lease`
    ScanLease,
    /// `/v1/scans/{id}/result`
    ScanResult {
        /// Which scan, as it stands in the path.
        id: String,
    },
    /// `…/connections/{id}` and what is below it
    Connection {
        /// Whose it is.
        project: String,
        /// Which it is, as it stands in the path.
        id: String,
        /// What of it.
        part: Part,
    },
}

/// What of a connection a path is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The connection.
    Whole,
    /// `…/{id}/credentials`
    Credentials,
    /// `…/{id}/check`
    Check,
    /// `…/{id}/selection`
    Selection,
    /// `…/{id}/repositories`
    Repositories,
    /// `…/{id}/repositories/{name}/tags`, where the name is one encoded segment, or `…/{id}/tags?repository=`
    Tags {
        /// The repository that the path names.
        repository: Option<String>,
    },
    /// `…/{id}/uses/{consumer}`
    Use {
        /// Who uses it.
        consumer: String,
    },
    /// `…/{id}/events`
    Events,
    /// `…/{id}/audit`
    Audit,
    /// `…/{id}/images`
    Images,
    /// `…/{id}/sync`
    Sync,
    /// `…/{id}/dockerconfig`
    DockerConfig,
    /// `…/{id}/scans`
    Scans,
}

impl Route {
    /// The route of a path, or `None` where there is none. A segment is decoded once; a trailing slash is none.
    pub(crate) fn parse(path: &str) -> Option<Self> {
        let decoded = |segment: &str| {
            let text = percent_decode_str(segment).decode_utf8().ok()?;
            (!text.is_empty()).then(|| text.into_owned())
        };
        let segments: Vec<&str> = path.strip_prefix("/v1/")?.split('/').collect();
        match segments.as_slice() {
            ["providers"] => Some(Self::Providers),
            ["openapi.json"] => Some(Self::OpenApi),
            ["validate"] => Some(Self::Validate),
            ["check"] => Some(Self::Check),
            ["admin", "reseal"] => Some(Self::Reseal),
            ["events", id] => Some(Self::Events {
                id: decoded(id)?,
                secret: None,
            }),
            ["events", id, secret] => Some(Self::Events {
                id: decoded(id)?,
                secret: Some(Secret::new(decoded(secret)?)),
            }),
            ["sync", "due"] => Some(Self::Due),
            ["projects", project, "connections"] => Some(Self::Connections {
                project: decoded(project)?,
            }),
            ["projects", project, "resolve"] | ["projects", project, "connections", "resolve"] => {
                Some(Self::Resolve {
                    project: decoded(project)?,
                })
            }
            ["projects", project, "dockerconfig"] => Some(Self::DockerConfig {
                project: decoded(project)?,
            }),
            ["projects", project, "settings"] => Some(Self::Settings {
                project: decoded(project)?,
            }),
            ["projects", project, "settings", "audit"] => Some(Self::SettingsAudit {
                project: decoded(project)?,
            }),
            ["projects", project, "scanners"] => Some(Self::Scanners {
                project: decoded(project)?,
            }),
            ["scans", "lease"] => Some(Self::ScanLease),
            ["scans", id, "result"] => Some(Self::ScanResult { id: decoded(id)? }),
            ["projects", project, "connections", id, rest @ ..] => {
                let part = match rest {
                    [] => Part::Whole,
                    ["credentials"] => Part::Credentials,
                    ["check"] => Part::Check,
                    ["selection"] => Part::Selection,
                    ["repositories"] => Part::Repositories,
                    ["repositories", name, "tags"] => Part::Tags {
                        repository: Some(decoded(name)?),
                    },
                    ["tags"] => Part::Tags { repository: None },
                    ["uses", consumer] => Part::Use {
                        consumer: decoded(consumer)?,
                    },
                    ["events"] => Part::Events,
                    ["audit"] => Part::Audit,
                    ["images"] => Part::Images,
                    ["sync"] => Part::Sync,
                    ["dockerconfig"] => Part::DockerConfig,
                    ["scans"] => Part::Scans,
                    _ => return None,
                };
                Some(Self::Connection {
                    project: decoded(project)?,
                    id: decoded(id)?,
                    part,
                })
            }
            _ => None,
        }
    }

    /// The project that this route is about; empty where it is about none.
    pub(crate) fn project(&self) -> &str {
        match self {
            Self::Providers
            | Self::OpenApi
            | Self::Validate
            | Self::Check
            | Self::Reseal
            | Self::Due
            | Self::Events { .. }
            | Self::ScanLease
            | Self::ScanResult { .. } => "",
            Self::Connections { project }
            | Self::Resolve { project }
            | Self::DockerConfig { project }
            | Self::Settings { project }
            | Self::SettingsAudit { project }
            | Self::Scanners { project }
            | Self::Connection { project, .. } => project,
        }
    }

    /// The methods of this route.
    pub(crate) fn methods(&self) -> &'static [Method] {
        match self {
            Self::Providers
            | Self::OpenApi
            | Self::Resolve { .. }
            | Self::DockerConfig { .. }
            | Self::Scanners { .. }
            | Self::SettingsAudit { .. } => &[Method::GET],
            Self::Validate
            | Self::Check
            | Self::Reseal
            | Self::Due
            | Self::Events { .. }
            | Self::ScanLease
            | Self::ScanResult { .. } => &[Method::POST],
            Self::Connections { .. } => &[Method::GET, Method::POST],
            Self::Settings { .. } => &[Method::GET, Method::PUT],
            Self::Connection { part, .. } => match part {
                Part::Whole => &[Method::GET, Method::PATCH, Method::DELETE],
                Part::Credentials => &[Method::PUT],
                Part::Check | Part::Selection => &[Method::POST],
                Part::Sync => &[Method::GET, Method::POST],
                Part::Repositories
                | Part::Tags { .. }
                | Part::Audit
                | Part::Images
                | Part::DockerConfig => &[Method::GET],
                Part::Use { .. } => &[Method::PUT, Method::DELETE],
                Part::Events => &[Method::GET, Method::POST, Method::DELETE],
                Part::Scans => &[Method::GET, Method::POST],
            },
        }
    }
}
