//! What customers are told to do about a problem.

use bowline_registry::Code;

#[test]
fn the_documentation_has_the_table() {
    let documentation = include_str!("../../../../docs/check.md");
    let (_, section) = documentation.split_once("\n## Problems\n").unwrap();
    let section = section.split("\n## ").next().unwrap();
    let documented: Vec<String> = section
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.split(" | ").take(2).collect::<Vec<_>>().join(" | "))
        .collect();
    let table: Vec<String> = Code::ALL
        .iter()
        .map(|code| format!("| `{code}` | {}", code.title()))
        .collect();
    assert_eq!(documented, table);
}

/// The troubleshooting advice that customers get, by what went wrong where.
#[test]
fn hints_say_what_to_do() {
    let cases = [
        (
            "docker-registry",
            "password",
            Code::AuthRejected,
            "Check the username",
        ),
        ("docker-registry", "password", Code::AuthRejected, "expired"),
        (
            "docker-registry",
            "password",
            Code::AuthExpired,
            "new token",
        ),
        (
            "docker-registry",
            "password",
            Code::PermissionPullMissing,
            "permission to pull",
        ),
        (
            "docker-registry",
            "password",
            Code::PermissionPushMissing,
            "permission to push",
        ),
        (
            "docker-registry",
            "password",
            Code::PermissionPushMissing,
            "must exist first",
        ),
        (
            "docker-registry",
            "password",
            Code::ImageUnknown,
            "Check the repository and the tag",
        ),
        (
            "docker-registry",
            "password",
            Code::ConnectRefused,
            "check the port",
        ),
        ("docker-registry", "password", Code::ConnectRefused, "HTTPS"),
        (
            "docker-registry",
            "password",
            Code::TlsFailed,
            "administrator can add a private authority",
        ),
        (
            "docker-registry",
            "password",
            Code::TlsCertificate,
            "administrator can add a private authority",
        ),
        ("docker-hub", "password", Code::AuthRejected, "access token"),
        (
            "amazon-ecr",
            "password",
            Code::AuthRejected,
            "after 12 hours",
        ),
        (
            "amazon-ecr",
            "password",
            Code::AuthRejected,
            "Create a new one",
        ),
        (
            "amazon-ecr",
            "access-key",
            Code::ImageUnknown,
            "must exist first",
        ),
        (
            "amazon-ecr",
            "access-key",
            Code::ImageUnknown,
            "up to 128 letters, digits, periods, hyphens, and underscores",
        ),
        (
            "openshift",
            "token",
            Code::PermissionPullMissing,
            "get, list, and watch on imagestreams and imagestreams/layers",
        ),
        (
            "openshift",
            "token",
            Code::PermissionCatalogMissing,
            "get, list, and watch on imagestreams and imagestreams/layers",
        ),
    ];
    for (provider, auth, code, advice) in cases {
        let hint = code.hint_for(provider.parse().unwrap(), auth);
        assert!(hint.contains(advice), "{provider}, {auth}, {code}: {hint}");
    }
}
