use super::*;

#[test]
fn entries_and_destinations() {
    let cases = [
        (
            "exact",
            "https://example.com",
            "https",
            "example.com",
            443,
            true,
        ),
        (
            "trailing slash",
            "https://example.com/",
            "https",
            "example.com",
            443,
            true,
        ),
        (
            "other scheme",
            "https://example.com",
            "http",
            "example.com",
            443,
            false,
        ),
        (
            "other port",
            "https://example.com",
            "https",
            "example.com",
            8443,
            false,
        ),
        (
            "other host",
            "https://example.com",
            "https",
            "example.org",
            443,
            false,
        ),
        (
            "subdomain of exact",
            "https://example.com",
            "https",
            "a.example.com",
            443,
            false,
        ),
        (
            "letters do not count",
            "https://Example.com",
            "https",
            "eXample.com",
            443,
            true,
        ),
        (
            "port",
            "http://example.com:8080",
            "http",
            "example.com",
            8080,
            true,
        ),
        (
            "any port",
            "http://example.com:*",
            "http",
            "example.com",
            1,
            true,
        ),
        (
            "first of a range",
            "http://example.com:80..90",
            "http",
            "example.com",
            80,
            true,
        ),
        (
            "last of a range",
            "http://example.com:80..90",
            "http",
            "example.com",
            89,
            true,
        ),
        (
            "after a range",
            "http://example.com:80..90",
            "http",
            "example.com",
            90,
            false,
        ),
        (
            "highest port",
            "http://example.com:65535",
            "http",
            "example.com",
            65535,
            true,
        ),
        (
            "below a domain",
            "https://*.example.com",
            "https",
            "a.b.example.com",
            443,
            true,
        ),
        (
            "the domain itself",
            "https://*.example.com",
            "https",
            "example.com",
            443,
            false,
        ),
        (
            "a longer label",
            "https://*.example.com",
            "https",
            "notexample.com",
            443,
            false,
        ),
        ("any host", "https://*:*", "https", "anything", 5000, true),
        (
            "any host, default port",
            "https://*",
            "https",
            "anything",
            5000,
            false,
        ),
        (
            "any host, other scheme",
            "https://*:*",
            "http",
            "anything",
            5000,
            false,
        ),
        ("everything", "*://*:*", "http", "anything", 1, true),
        (
            "chaining",
            "http://outbound.spin.internal",
            "http",
            "outbound.spin.internal",
            80,
            true,
        ),
        (
            "chaining by wildcard",
            "http://*.spin.internal",
            "http",
            "outbound.spin.internal",
            80,
            true,
        ),
        (
            "chaining to another",
            "http://outbound.spin.internal",
            "http",
            "site.spin.internal",
            80,
            false,
        ),
        (
            "address",
            "http://127.0.0.1:5000",
            "http",
            "127.0.0.1",
            5000,
            true,
        ),
        (
            "network",
            "http://10.0.0.0/8:*",
            "http",
            "10.1.2.3",
            5000,
            true,
        ),
        (
            "name in a network",
            "http://10.0.0.0/8:*",
            "http",
            "10.example",
            5000,
            false,
        ),
        (
            "IPv6 address",
            "http://[::1]:5000",
            "http",
            "::1",
            5000,
            true,
        ),
        (
            "IPv6 address, default port",
            "http://[::1]",
            "http",
            "::1",
            80,
            true,
        ),
    ];
    for (name, entry, scheme, host, port, expected) in cases {
        let allowed = AllowedHosts::parse([entry]).unwrap();
        assert_eq!(allowed.allow(scheme, host, port), expected, "{name}");
    }
}

#[test]
fn nothing_is_allowed_without_entries() {
    assert!(!AllowedHosts::default().allow("https", "example.com", 443));
}

#[test]
fn entries_that_cannot_be_used() {
    let cases = [
        ("no scheme", "example.com"),
        ("empty", ""),
        ("star alone", "*"),
        ("empty scheme", "://example.com"),
        ("scheme list", "{http,https}://example.com"),
        ("no port for any scheme", "*://example.com"),
        ("no port for an unknown scheme", "redis://example.com"),
        ("port that is no number", "https://example.com:https"),
        ("port too high", "https://example.com:65536"),
        ("path", "https://example.com/path"),
        ("star inside", "https://a.*.example.com"),
        ("half a label", "https://a*.example.com"),
        ("bare subdomain star", "https://*."),
        ("user information", "https://user@example.com"),
        ("self", "http://self"),
        ("empty host", "https://:443"),
    ];
    for (name, entry) in cases {
        let error = AllowedHosts::parse([entry]).map_err(|error| error.to_string());
        assert!(error.is_err_and(|text| text.contains(entry)), "{name}");
    }
}
