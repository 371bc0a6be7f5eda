//! The table as a whole, and the paths that lead to its rows.

use std::collections::BTreeSet;

use bowline::secret::Secret;
use bowline_store::ConnectionId;
use http::Method;

use super::{
    Authorization, Operation, PublicOperation, Row, all,
    parameter::{Kind, Place},
    path::ConnectionPath,
};
use crate::router::Route;

const ID: &str = "019aa548-1980-7fff-bfff-ffffffffffff";

/// What a request is for.
#[derive(Debug, PartialEq)]
enum Found {
    Public(Option<PublicOperation>),
    Token(Option<Operation>),
}

fn found(method: &Method, path: &str) -> Option<Found> {
    let route = Route::find(path)?;
    Some(match route.row(method)?.authorization {
        Authorization::Public(bind) => Found::Public(bind(&route.parameters)),
        Authorization::Token(_, bind) => Found::Token(bind(&route.parameters)),
    })
}

fn acme() -> String {
    "acme".to_owned()
}

fn connection() -> ConnectionPath {
    ConnectionPath {
        project: acme(),
        id: ConnectionId::parse(ID).unwrap(),
    }
}

/// A path with something for each of its parameters.
pub(crate) fn filled(path: &str) -> String {
    path.replace("{id}", ID)
        .replace("{project}", "acme")
        .replace("{name}", "team%2Fapp")
        .replace("{consumer}", "build-7")
        .replace("{secret}", "0123456789abcdef0123456789abcdef")
}

/// Its own path leads to each row, and names what its operation needs.
#[test]
fn each_row_is_found() {
    let mut ids = BTreeSet::new();
    for row in all() {
        assert!(ids.insert(row.id), "{} is there twice", row.id);
        let path = filled(row.path);
        let route = Route::find(&path).unwrap_or_else(|| panic!("{path}"));
        assert_eq!(route.row(&row.method).map(|found| found.id), Some(row.id));
        let found = found(&row.method, &path);
        let is_bound = matches!(found, Some(Found::Public(Some(_)) | Found::Token(Some(_))));
        assert!(is_bound, "{}: {found:?}", row.id);
    }
}

#[test]
fn the_operations_below_a_connection() {
    let tags = |repository: &str| Operation::ListTags {
        connection: connection(),
        repository: repository.to_owned(),
    };
    let used = Operation::DeclareUse {
        connection: connection(),
        consumer: "build/7".to_owned(),
    };
    let (get, post, put) = (Method::GET, Method::POST, Method::PUT);
    let cases = [
        (&get, "", Some(Operation::ReadConnection(connection()))),
        (&post, "", None),
        (
            &put,
            "/credentials",
            Some(Operation::ReplaceCredentials(connection())),
        ),
        (
            &post,
            "/check",
            Some(Operation::CheckConnection(connection())),
        ),
        (
            &get,
            "/repositories/team%2Fapp/tags",
            Some(tags("team/app")),
        ),
        (
            &get,
            "/repositories/team%252Fapp/tags",
            Some(tags("team%2Fapp")),
        ),
        (&get, "/repositories/team/app/tags", None),
        (&get, "/repositories//tags", None),
        (&get, "/repositories/%FF/tags", None),
        (&get, "/repositories/a", None),
        (&get, "/tags", Some(Operation::ListTagsOf(connection()))),
        (&put, "/uses/build%2F7", Some(used)),
        (&put, "/uses", None),
        (&get, "/else", None),
        (&post, "/check/", None),
    ];
    for (method, below, operation) in cases {
        let path = format!("/v1/projects/acme/connections/{ID}{below}");
        let expected = operation.map(|it| Found::Token(Some(it)));
        assert_eq!(found(method, &path), expected, "{method} {below}");
    }
    let no_id = found(&get, "/v1/projects/acme/connections/7");
    assert_eq!(
        no_id,
        Some(Found::Token(None)),
        "what is no id names nothing"
    );
}

#[test]
fn other_paths() {
    let list = |project: &str| {
        Some(Found::Token(Some(Operation::ListConnections {
            project: project.to_owned(),
        })))
    };
    let resolve = || {
        let project = acme();
        Some(Found::Token(Some(Operation::ResolveImage { project })))
    };
    let cases = [
        (
            "/v1/providers",
            Some(Found::Public(Some(PublicOperation::ListProviders))),
        ),
        ("/v1/projects/acme/connections", list("acme")),
        ("/v1/projects/a%2Fb/connections", list("a/b")),
        ("/v1/projects/a%252Fb/connections", list("a%2Fb")),
        ("/v1/projects/acme/connections/", None),
        ("/v1/projects//connections", None),
        ("/v1/projects/%FF/connections", None),
        ("/v1/projects/acme/resolve", resolve()),
        ("/v1/projects/acme/connections/resolve", resolve()),
        ("/v1/projects/acme", None),
        ("/v1/Providers", None),
        ("/v1/providers/", None),
        ("/v1/", None),
        ("/v1", None),
        ("/", None),
        ("", None),
    ];
    for (path, expected) in cases {
        assert_eq!(found(&Method::GET, path), expected, "{path}");
    }
}

#[test]
fn paths_of_registries_and_scanners() {
    let events = |secret: Option<&str>| {
        Some(Found::Public(Some(PublicOperation::ReceiveEvents {
            id: "7".to_owned(),
            secret: secret.map(Secret::new),
        })))
    };
    let scan = "7".to_owned();
    let finish = Found::Token(Some(Operation::FinishScan { scan }));
    let cases = [
        ("/v1/events/7", events(None)),
        ("/v1/events/7/of%20acme", events(Some("of acme"))),
        ("/v1/events/7/", None),
        ("/v1/events/7/a/b", None),
        ("/v1/events", None),
        (
            "/v1/scans/lease",
            Some(Found::Token(Some(Operation::LeaseScans))),
        ),
        ("/v1/scans/7/result", Some(finish)),
        ("/v1/scans", None),
        ("/v1/scans/7", None),
    ];
    for (path, expected) in cases {
        assert_eq!(found(&Method::POST, path), expected, "{path}");
    }
}

/// A row that has `If-Match` is one of what has a version, and every default is a value.
#[test]
fn parameters_are_sound() {
    for Row { id, parameters, .. } in all() {
        let mut names = BTreeSet::new();
        for parameter in *parameters {
            assert!(names.insert(parameter.name), "{id}: {}", parameter.name);
            assert_eq!(
                parameter.place == Place::IfMatch,
                parameter.name == "If-Match",
                "{id}"
            );
            if let Kind::Integer {
                least,
                most,
                default,
            } = parameter.kind
            {
                assert!(
                    (least..=most).contains(&default),
                    "{id}: {}",
                    parameter.name
                );
            }
        }
    }
}
