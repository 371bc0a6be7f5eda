//! The paths of the API and the methods that they have.

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

#[cfg(test)]
mod tests {
    use super::*;

    fn connection(project: &str, id: &str, part: Part) -> Option<Route> {
        Some(Route::Connection {
            project: project.to_owned(),
            id: id.to_owned(),
            part,
        })
    }

    fn tags(repository: Option<&str>) -> Part {
        Part::Tags {
            repository: repository.map(str::to_owned),
        }
    }

    fn events(id: &str, secret: Option<&str>) -> Option<Route> {
        Some(Route::Events {
            id: id.to_owned(),
            secret: secret.map(Secret::new),
        })
    }

    fn resolve() -> Option<Route> {
        Some(Route::Resolve {
            project: "acme".to_owned(),
        })
    }

    #[test]
    fn paths() {
        let cases = [
            ("/v1/providers", Some(Route::Providers)),
            ("/v1/openapi.json", Some(Route::OpenApi)),
            ("/v1/validate", Some(Route::Validate)),
            ("/v1/check", Some(Route::Check)),
            ("/v1/admin/reseal", Some(Route::Reseal)),
            ("/v1/sync/due", Some(Route::Due)),
            (
                "/v1/projects/acme/connections",
                Some(Route::Connections {
                    project: "acme".to_owned(),
                }),
            ),
            (
                "/v1/projects/a%2Fb/connections",
                Some(Route::Connections {
                    project: "a/b".to_owned(),
                }),
            ),
            (
                "/v1/projects/a%252Fb/connections",
                Some(Route::Connections {
                    project: "a%2Fb".to_owned(),
                }),
            ),
            (
                "/v1/projects/acme/connections/7",
                connection("acme", "7", Part::Whole),
            ),
            (
                "/v1/projects/acme/connections/7/credentials",
                connection("acme", "7", Part::Credentials),
            ),
            (
                "/v1/projects/acme/connections/7/check",
                connection("acme", "7", Part::Check),
            ),
            (
                "/v1/projects/acme/connections/7/repositories",
                connection("acme", "7", Part::Repositories),
            ),
            (
                "/v1/projects/acme/connections/7/repositories/team%2Fapp/tags",
                connection("acme", "7", tags(Some("team/app"))),
            ),
            (
                "/v1/projects/acme/connections/7/tags",
                connection("acme", "7", tags(None)),
            ),
            (
                "/v1/projects/acme/connections/7/repositories/team/app/tags",
                None,
            ),
            ("/v1/projects/acme/connections/7/repositories//tags", None),
            ("/v1/projects/acme/connections/7/repositories/a", None),
            (
                "/v1/projects/acme/connections/7/uses/build%2F7",
                connection(
                    "acme",
                    "7",
                    Part::Use {
                        consumer: "build/7".to_owned(),
                    },
                ),
            ),
            (
                "/v1/projects/acme/connections/7/audit",
                connection("acme", "7", Part::Audit),
            ),
            (
                "/v1/projects/acme/connections/7/images",
                connection("acme", "7", Part::Images),
            ),
            (
                "/v1/projects/acme/connections/7/sync",
                connection("acme", "7", Part::Sync),
            ),
            (
                "/v1/projects/acme/connections/7/dockerconfig",
                connection("acme", "7", Part::DockerConfig),
            ),
            (
                "/v1/projects/acme/dockerconfig",
                Some(Route::DockerConfig {
                    project: "acme".to_owned(),
                }),
            ),
            (
                "/v1/projects/acme/settings",
                Some(Route::Settings {
                    project: "acme".to_owned(),
                }),
            ),
            (
                "/v1/projects/acme/connections/7/events",
                connection("acme", "7", Part::Events),
            ),
            ("/v1/events/7", events("7", None)),
            ("/v1/events/7/of%20acme", events("7", Some("of acme"))),
            ("/v1/events/7/", None),
            ("/v1/events/7/a/b", None),
            ("/v1/events", None),
            (
                "/v1/projects/acme/settings/audit",
                Some(Route::SettingsAudit {
                    project: "acme".to_owned(),
                }),
            ),
            (
                "/v1/projects/acme/connections/7/scans",
                connection("acme", "7", Part::Scans),
            ),
            (
                "/v1/projects/acme/scanners",
                Some(Route::Scanners {
                    project: "acme".to_owned(),
                }),
            ),
            ("/v1/scans/lease", Some(Route::ScanLease)),
            (
                "/v1/scans/7/result",
                Some(Route::ScanResult { id: "7".to_owned() }),
            ),
            ("/v1/scans", None),
            ("/v1/scans/7", None),
            ("/v1/projects/acme/connections/7/uses", None),
            ("/v1/projects/acme/resolve", resolve()),
            ("/v1/projects/acme/connections/resolve", resolve()),
            ("/v1/projects/acme/connections/7/else", None),
            ("/v1/projects/acme/connections/7/check/", None),
            ("/v1/projects/acme/connections/", None),
            ("/v1/projects//connections", None),
            ("/v1/projects/%FF/connections", None),
            ("/v1/projects/acme", None),
            ("/v1/Providers", None),
            ("/v1/providers/", None),
            ("/v1/", None),
            ("/v1", None),
            ("/", None),
            ("", None),
        ];
        for (path, route) in cases {
            assert_eq!(Route::parse(path), route, "{path}");
        }
    }
}
