use proptest::prelude::*;

use super::{Endpoint, Scheme};

#[test]
fn docker_hub_is_one_endpoint() {
    let names = [
        "docker.io",
        "https://docker.io/",
        "index.docker.io",
        "https://index.docker.io/v1/",
        "registry-1.docker.io",
        "https://registry-1.docker.io/v2/",
        "https://REGISTRY-1.docker.io:443",
    ];
    for name in names {
        let endpoint = Endpoint::parse(name).unwrap();
        assert_eq!(endpoint.to_string(), "docker.io", "{name}");
        assert_eq!(
            endpoint.api_base(),
            "https://registry-1.docker.io",
            "{name}"
        );
    }
    let other = Endpoint::parse("http://docker.io").unwrap();
    assert_eq!(
        (other.to_string().as_str(), other.api_base().as_str()),
        ("http://docker.io", "http://docker.io")
    );
}

#[test]
fn parts_are_those_of_the_text() {
    let endpoint =
        Endpoint::parse("http://Nexus.example.com:8081/repository/hosted/team/app").unwrap();
    assert_eq!(endpoint.scheme(), Scheme::Http);
    assert_eq!(endpoint.host(), "nexus.example.com");
    assert_eq!(endpoint.port(), Some(8081));
    assert_eq!(endpoint.base_path(), "/repository/hosted");
    assert_eq!(endpoint.namespace(), "team/app");
    assert_eq!(
        endpoint.api_base(),
        "http://nexus.example.com:8081/repository/hosted"
    );
}

/// Texts that are often near a URL.
fn address() -> impl Strategy<Value = String> {
    let scheme = prop_oneof![
        Just(""),
        Just("https://"),
        Just("http://"),
        Just("HTTPS://"),
        Just("ftp://")
    ];
    let host = prop_oneof![
        "[a-z0-9-]{1,8}(\\.[a-zA-Z0-9-]{1,8}){0,3}",
        "[0-9]{1,3}(\\.[0-9a-fx]{1,3}){1,4}",
        "\\[[0-9a-f:]{2,20}\\]",
        Just("index.docker.io".to_owned()),
        Just("docker.io".to_owned()),
    ];
    let port = prop_oneof![Just(String::new()), "(:[0-9]{1,5})?"];
    let part = prop_oneof![
        "[a-z0-9._-]{1,6}",
        Just("v2".to_owned()),
        Just("v1".to_owned()),
        Just("repository".to_owned()),
        Just("artifactory/api/docker".to_owned()),
        Just(String::new()),
    ];
    let path = prop::collection::vec(part, 0..6).prop_map(|parts| {
        parts
            .iter()
            .map(|part| format!("/{part}"))
            .collect::<String>()
    });
    (scheme, host, port, path)
        .prop_map(|(scheme, host, port, path)| format!("{scheme}{host}{port}{path}"))
}

proptest! {
    #[test]
    fn what_is_shown_is_parsed_back(text in address()) {
        if let Ok(endpoint) = Endpoint::parse(&text) {
            prop_assert_eq!(Endpoint::parse(&endpoint.to_string()), Ok(endpoint));
        }
    }

    /// The registry conversation reads `api_base` with the `url` crate: it must find the same origin and path.
    #[test]
    fn the_url_standard_reads_the_same(text in address()) {
        if let Ok(endpoint) = Endpoint::parse(&text) {
            let url = url::Url::parse(&endpoint.api_base()).unwrap();
            prop_assert_eq!(url.host_str(), Some(endpoint.api_host()));
            prop_assert_eq!(url.port(), endpoint.port());
            prop_assert_eq!(url.path().trim_end_matches('/'), endpoint.base_path());
            prop_assert_eq!(url.scheme() == "https", endpoint.scheme() == Scheme::Https);
            prop_assert!(url.username().is_empty() && url.query().is_none() && url.fragment().is_none());
        }
    }

    /// An address that the URL standard refuses for its host is refused here.
    #[test]
    fn nothing_passes_that_the_url_standard_refuses(text in address()) {
        if Endpoint::parse(&text).is_ok() {
            let full = if text.contains("://") { text.clone() } else { format!("https://{text}") };
            prop_assert!(url::Url::parse(&full).is_ok(), "{}", full);
        }
    }

    #[test]
    fn a_suggestion_is_another_text(text in address()) {
        if let Err(issue) = Endpoint::parse(&text) {
            prop_assert_ne!(issue.suggestion(), Some(text.as_str()));
        }
    }
}
