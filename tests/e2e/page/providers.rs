//! Every provider's form, drawn from the provider table alone.

use bowline_tests::app::App;
use serde_json::Value;

use super::{look, open};

/// What proves of each provider that its rules are in the form: a field, a text that is an error there, and one that is
/// none.
const CASES: &[(&str, &str, &str, &str)] = &[
    ("amazon-ecr", "accountId", "12345", "123456789012"),
    (
        "amazon-ecr-public",
        "accessKeyId",
        "no key",
        "AKIAIOSFODNN7EXAMPLE",
    ),
    (
        "azure-acr",
        "url",
        "https://acmeimages.azurecr.io.evil.example",
        "acmeimages.azurecr.io",
    ),
    ("docker-hub", "username", "me@example.com", "acme"),
    (
        "docker-registry",
        "url",
        "hub.docker.com",
        "registry.example.com",
    ),
    (
        "docker-registry-v1",
        "url",
        "not a host",
        "registry.example.com",
    ),
    (
        "docker-trusted-registry",
        "url",
        "not a host",
        "dtr.example.com",
    ),
    (
        "github",
        "url",
        "https://ghcr.io.evil.example",
        "ghcr.io/acme",
    ),
    ("gitlab", "url", "not a host", "registry.gitlab.com"),
    (
        "google",
        "url",
        "https://europe-docker.pkg.dev.evil.example",
        "europe-docker.pkg.dev/acme-images",
    ),
    ("harbor", "url", "not a host", "harbor.example.com"),
    ("ibm", "username", "somebody else", "iamapikey"),
    ("jfrog-artifactory", "url", "not a host", "acme.jfrog.io"),
    ("nexus", "url", "not a host", "nexus.example.com:5000"),
    (
        "openshift",
        "url",
        "not a host",
        "registry.apps.example.com",
    ),
    (
        "oracle-ocir",
        "url",
        "https://fra.ocir.io.evil.example",
        "fra.ocir.io",
    ),
    ("quay", "url", "not a host", "quay.io"),
    (
        "red-hat-atomic",
        "url",
        "not a host",
        "registry.example.com",
    ),
    ("gitea", "url", "not a host", "codeberg.org"),
    ("digitalocean", "namespace", "Acme", "acme"),
    ("scaleway", "namespace", "Acme", "acme"),
    (
        "alibaba-acr",
        "url",
        "registry.example.com",
        "registry.eu-central-1.aliyuncs.com",
    ),
    (
        "tencent-tcr",
        "url",
        "registry.example.com",
        "acme.tencentcloudcr.com",
    ),
    ("huawei-swr", "region", "Singapore", "ap-southeast-3"),
    ("cloudsmith", "username", "me@example.com", "acme-scanner"),
    ("nvidia-ngc", "namespace", "Acme", "acme"),
    ("chainguard", "namespace", "Acme", "acme"),
    ("proget", "url", "not a host", "proget.example.com"),
    ("bitbucket", "namespace", "Acme", "acme"),
];

#[test]
fn every_providers_form_shows_what_is_wrong_and_what_is_right() {
    let app = App::start();
    let providers = app.stranger().get("/v1/providers").expect(200);
    let ids: Vec<&str> = providers["providers"]
        .as_array()
        .or(providers.as_array())
        .expect("the table is a list")
        .iter()
        .filter_map(|provider: &Value| provider["id"].as_str())
        .collect();
    let cases: Vec<&str> = CASES.iter().map(|(provider, ..)| *provider).collect();
    let (mut sorted, mut named) = (ids, cases);
    sorted.sort_unstable();
    named.sort_unstable();
    assert_eq!(
        named, sorted,
        "a provider without a case, or the other way round"
    );

    let browser = open(&app);
    for (provider, field, wrong, right) in CASES {
        browser.go(&format!("#/connections/new?provider={provider}"));
        browser.reload();
        browser.click("[data-testid='more-options'] summary");
        let control = format!("[data-testid='field-{field}']");
        let error = format!("[data-testid='finding-{field}'][data-severity='error']");
        browser.fill(&control, wrong);
        browser.see(&error);
        browser.fill(&control, right);
        browser.see_no(&error);
        look(&browser, &format!("form-{provider}"));
    }
}
