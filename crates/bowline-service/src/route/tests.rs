use super::*;

const CONNECTION: &str = "/v1/projects/acme/connections/7";

/// What is below a connection; `None` where there is nothing.
#[test]
fn parts_of_a_connection() {
    let tags = |repository: Option<&str>| Part::Tags {
        repository: repository.map(str::to_owned),
    };
    let used = Part::Use {
        consumer: "build/7".to_owned(),
    };
    let cases = [
        ("", Some(Part::Whole)),
        ("/credentials", Some(Part::Credentials)),
        ("/check", Some(Part::Check)),
        ("/selection", Some(Part::Selection)),
        ("/repositories", Some(Part::Repositories)),
        (
            "/repositories/team%2Fapp/tags",
            Some(tags(Some("team/app"))),
        ),
        ("/repositories/team/app/tags", None),
        ("/repositories//tags", None),
        ("/repositories/a", None),
        ("/tags", Some(tags(None))),
        ("/uses/build%2F7", Some(used)),
        ("/uses", None),
        ("/events", Some(Part::Events)),
        ("/audit", Some(Part::Audit)),
        ("/images", Some(Part::Images)),
        ("/sync", Some(Part::Sync)),
        ("/dockerconfig", Some(Part::DockerConfig)),
        ("/scans", Some(Part::Scans)),
        ("/else", None),
        ("/check/", None),
    ];
    for (below, part) in cases {
        let route = part.map(|part| Route::Connection {
            project: "acme".to_owned(),
            id: "7".to_owned(),
            part,
        });
        assert_eq!(
            Route::parse(&format!("{CONNECTION}{below}")),
            route,
            "{below}"
        );
    }
}

#[test]
fn paths() {
    let acme = || "acme".to_owned();
    let connections = |project: &str| Route::Connections {
        project: project.to_owned(),
    };
    let events = |secret: Option<&str>| Route::Events {
        id: "7".to_owned(),
        secret: secret.map(Secret::new),
    };
    let result = Route::ScanResult { id: "7".to_owned() };
    let cases = [
        ("/v1/providers", Some(Route::Providers)),
        ("/v1/openapi.json", Some(Route::OpenApi)),
        ("/v1/validate", Some(Route::Validate)),
        ("/v1/check", Some(Route::Check)),
        ("/v1/admin/reseal", Some(Route::Reseal)),
        ("/v1/sync/due", Some(Route::Due)),
        ("/v1/scans/lease", Some(Route::ScanLease)),
        ("/v1/scans/7/result", Some(result)),
        ("/v1/scans", None),
        ("/v1/scans/7", None),
        ("/v1/events/7", Some(events(None))),
        ("/v1/events/7/of%20acme", Some(events(Some("of acme")))),
        ("/v1/events/7/", None),
        ("/v1/events/7/a/b", None),
        ("/v1/events", None),
        ("/v1/projects/acme/connections", Some(connections("acme"))),
        ("/v1/projects/a%2Fb/connections", Some(connections("a/b"))),
        (
            "/v1/projects/a%252Fb/connections",
            Some(connections("a%2Fb")),
        ),
        ("/v1/projects/acme/connections/", None),
        ("/v1/projects//connections", None),
        ("/v1/projects/%FF/connections", None),
        (
            "/v1/projects/acme/resolve",
            Some(Route::Resolve { project: acme() }),
        ),
        (
            "/v1/projects/acme/connections/resolve",
            Some(Route::Resolve { project: acme() }),
        ),
        (
            "/v1/projects/acme/dockerconfig",
            Some(Route::DockerConfig { project: acme() }),
        ),
        (
            "/v1/projects/acme/settings",
            Some(Route::Settings { project: acme() }),
        ),
        (
            "/v1/projects/acme/settings/audit",
            Some(Route::SettingsAudit { project: acme() }),
        ),
        (
            "/v1/projects/acme/scanners",
            Some(Route::Scanners { project: acme() }),
        ),
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
