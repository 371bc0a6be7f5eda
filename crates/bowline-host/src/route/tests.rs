use super::*;

fn id(name: &str) -> ComponentId {
    ComponentId::try_from(name.to_owned()).unwrap()
}

fn table(routes: &[&str]) -> Result<RouteTable, RouteError> {
    let patterns = routes
        .iter()
        .enumerate()
        .map(|(index, route)| Ok((Pattern::parse(route)?, id(&format!("c{index}")))))
        .collect::<Result<Vec<_>, RouteError>>()?;
    RouteTable::new(patterns)
}

#[test]
fn the_most_specific_route_wins_in_any_order() {
    let routes = [
        "/",
        "/...",
        "/v1/...",
        "/v1/users",
        "/v1/:kind",
        "/v1/:kind/items",
        "/v1/users/...",
        "/:any/items",
    ];
    let cases = [
        ("root", "/", "/"),
        ("root without a slash", "", "/"),
        ("nothing better", "/x", "/..."),
        ("prefix itself", "/v1", "/v1/..."),
        ("prefix with slash", "/v1/", "/v1/..."),
        ("below the prefix", "/v1/a/b/c", "/v1/..."),
        (
            "exact beats parameter and wildcard",
            "/v1/users",
            "/v1/users",
        ),
        ("trailing slash is no segment", "/v1/users/", "/v1/users"),
        ("parameter beats wildcard", "/v1/groups", "/v1/:kind"),
        ("parameter inside", "/v1/groups/items", "/v1/:kind/items"),
        (
            "an exact segment beats a parameter though it ends in a wildcard",
            "/v1/users/items",
            "/v1/users/...",
        ),
        ("parameter first", "/v2/items", "/:any/items"),
        ("segments are compared whole", "/v1users", "/..."),
        ("case counts", "/V1/users", "/..."),
        ("percent-encoding is not decoded", "/v1%2Fusers", "/..."),
    ];
    let mut reversed = routes;
    reversed.reverse();
    for order in [routes, reversed] {
        let table = table(&order).unwrap();
        for (name, path, expected) in cases {
            assert_eq!(
                table.find(path).map(|found| found.route),
                Some(expected),
                "{name}"
            );
        }
    }
}

#[test]
fn without_a_matching_route_there_is_none() {
    let table = table(&["/a", "/b/:c"]).unwrap();
    for path in ["/", "/a/b", "/b", "/b/", "/b/c/d", "/b//d"] {
        assert_eq!(table.find(path), None, "{path}");
    }
}

#[test]
fn routes_that_cannot_be_used() {
    let cases = [
        (
            "parameter without a name",
            "/a/:",
            RouteError::Parameter("/a/:".to_owned()),
        ),
        (
            "parameter with a dot",
            "/:a.b",
            RouteError::Parameter("/:a.b".to_owned()),
        ),
        (
            "parameter twice",
            "/:a/:a",
            RouteError::Parameter("/:a/:a".to_owned()),
        ),
        (
            "wildcard inside",
            "/.../a",
            RouteError::Wildcard("/.../a".to_owned()),
        ),
        (
            "wildcard in a segment",
            "/a...",
            RouteError::Wildcard("/a...".to_owned()),
        ),
        ("star", "/a/*", RouteError::Wildcard("/a/*".to_owned())),
    ];
    for (name, route, expected) in cases {
        assert_eq!(Route::parse(route), Err(expected), "{name}");
    }
}

#[test]
fn routes_that_match_the_same_paths_are_refused() {
    let cases = [
        ("same", "/a", "/a"),
        ("trailing slash", "/a", "/a/"),
        ("parameter names", "/:a/...", "/:b/..."),
    ];
    for (name, first, second) in cases {
        let error = table(&[first, second]).unwrap_err();
        assert!(
            matches!(error, RouteError::Duplicate(_, _)),
            "{name}: {error}"
        );
    }
}

#[test]
fn headers_of_a_match() {
    let table = table(&["/v1/:project/...", "/:name", "/"]).unwrap();
    let cases: &[(&str, &[(&str, &str)])] = &[
        (
            "/v1/alpha/connections/7/",
            &[
                ("spin-full-url", "http://host/url"),
                ("spin-path-info", "/connections/7/"),
                ("spin-matched-route", "/v1/:project/..."),
                ("spin-raw-component-route", "/v1/:project/..."),
                ("spin-component-route", "/v1/:project"),
                ("spin-base-path", "/"),
                ("spin-client-addr", "192.0.2.1:7"),
                ("spin-path-match-project", "alpha"),
            ],
        ),
        (
            "/v1/alpha",
            &[("spin-path-info", ""), ("spin-path-match-project", "alpha")],
        ),
        ("/v1/alpha/", &[("spin-path-info", "/")]),
        (
            "/ping",
            &[
                ("spin-path-match-name", "ping"),
                ("spin-component-route", "/:name"),
                ("spin-path-info", ""),
            ],
        ),
    ];
    for (path, expected) in cases {
        let mut headers = HeaderMap::new();
        table
            .find(path)
            .unwrap()
            .set_headers(&mut headers, "http://host/url", "192.0.2.1:7");
        for (name, value) in *expected {
            assert_eq!(
                headers.get(*name).and_then(|value| value.to_str().ok()),
                Some(*value),
                "{path}: {name}"
            );
        }
    }
}

#[test]
fn forged_spin_headers_are_removed() {
    let table = table(&["/..."]).unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("spin-client-addr", HeaderValue::from_static("forged"));
    headers.insert(
        "spin-path-match-project",
        HeaderValue::from_static("forged"),
    );
    headers.append("spin-anything", HeaderValue::from_static("forged"));
    headers.append("spin-anything", HeaderValue::from_static("forged"));
    headers.insert("spinach", HeaderValue::from_static("kept"));
    table
        .find("/")
        .unwrap()
        .set_headers(&mut headers, "http://host/", "192.0.2.1:7");
    assert!(
        headers.values().all(|value| value != "forged"),
        "{headers:?}"
    );
    assert_eq!(headers["spinach"], "kept");
}

#[test]
fn a_chained_request_looks_as_if_it_met_a_wildcard() {
    let component = id("outbound");
    let mut headers = HeaderMap::new();
    Match::chained(&component, "/check").set_headers(
        &mut headers,
        "http://outbound.spin.internal/check",
        "0.0.0.0:0",
    );
    assert_eq!(headers["spin-path-info"], "/check");
    assert_eq!(headers["spin-matched-route"], "/...");
    assert_eq!(headers["spin-component-route"], "");
}

proptest::proptest! {
    /// Whatever path comes, a lookup answers, and what it captured is part of the path.
    #[test]
    fn any_path_is_answered(path in "(/|[a-z:.%]|//){0,12}") {
        let table = table(&["/:a/b/...", "/a/:b", "/..."]).unwrap();
        let found = table.find(&path).unwrap();
        for (_, value) in &found.parameters {
            proptest::prop_assert!(!value.is_empty() && path.contains(value));
        }
    }
}
