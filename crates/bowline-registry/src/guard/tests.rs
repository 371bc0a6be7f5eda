//! The guard against its vector file, one case a line.

use ::http::HeaderName;
use bowline::form::{CheckOptions, ConnectionForm, check_form};
use serde::Deserialize;
use serde_json::json;

use super::*;

#[derive(Deserialize)]
struct Case {
    case: String,
    url: String,
    #[serde(default = "usual_registry")]
    registry: String,
    /// Of the connection's form: `provider`, and `auth` and `values` where its hosts depend on them.
    #[serde(default = "usual_provider")]
    provider: String,
    #[serde(default)]
    auth: String,
    #[serde(default)]
    values: serde_json::Map<String, serde_json::Value>,
    target: String,
    #[serde(default)]
    private: String,
    #[serde(default)]
    plain: String,
    #[serde(default)]
    trusted: String,
    #[serde(default = "yes")]
    login: bool,
    verdict: String,
}

fn usual_registry() -> String {
    "https://registry.example.com".to_owned()
}

fn usual_provider() -> String {
    "docker-registry".to_owned()
}

fn yes() -> bool {
    true
}

/// What is known of a connection's hosts. A form without values is filled in so that it is valid.
fn hosts(provider: &str, auth: &str, values: &serde_json::Map<String, serde_json::Value>) -> Hosts {
    let usual = match provider {
        "docker-registry" => json!({ "url": "registry.example.com" }),
        "docker-hub" => json!({ "username": "scanner", "password": "correct-horse" }),
        _ => json!({}),
    };
    let values = if values.is_empty() {
        usual
    } else {
        values.clone().into()
    };
    let form: ConnectionForm = serde_json::from_value(
        json!({ "provider": provider, "name": "test", "auth": auth, "values": values, "image": "team/app:1" }),
    )
    .unwrap();
    let (report, spec) = check_form(&form, CheckOptions::default());
    crate::product::hosts(&spec.unwrap_or_else(|| panic!("the form is invalid: {report:?}")))
}

fn usual_hosts() -> Hosts {
    hosts(&usual_provider(), "", &serde_json::Map::new())
}

impl Case {
    /// `credentials`, `anonymous`, or the code of the refusal.
    fn decide(&self) -> String {
        let operator = Operator::parse(&self.private, &self.plain, "").unwrap();
        let trusted: Vec<String> = self
            .trusted
            .split(',')
            .filter(|entry| !entry.is_empty())
            .map(str::to_owned)
            .collect();
        // What is no URL never reaches the guard.
        let (Ok(url), Ok(registry)) = (Url::parse(&self.url), Url::parse(&self.registry)) else {
            return "address.not_allowed".to_owned();
        };
        let guard = Guard {
            operator: &operator,
            trusted: &trusted,
            hosts: hosts(&self.provider, &self.auth, &self.values),
            registry: Some(registry.clone()),
        };
        let from = |target, path: &str| {
            guard
                .permit(registry.join(path).unwrap(), target, self.login)
                .expect("the redirecting URL is allowed")
        };
        let verdict = match self.target.as_str() {
            "registry" => guard.permit(url, Target::Registry, self.login),
            "page" => guard.link(&from(Target::Registry, "/v2/_catalog"), &url),
            "token-service" => guard.permit(url, Target::TokenService, self.login),
            "provider-api" => guard.permit(url, Target::ProviderApi, self.login),
            "probe" => guard.permit(url, Target::SchemeProbe, self.login),
            "redirect" => guard.redirect(&from(Target::Registry, "/v2/app/blobs/x"), url),
            "token-redirect" => guard.redirect(&from(Target::TokenService, "/token"), url),
            other => panic!("no such target: {other}"),
        };
        match verdict {
            Ok(permit) if permit.credentials() => "credentials".to_owned(),
            Ok(_) => "anonymous".to_owned(),
            Err(failure) => failure.code.to_string(),
        }
    }
}

#[test]
fn the_guard_decides_every_case() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("cases.json")).unwrap();
    assert!(cases.len() >= 60);
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let decided = case.decide();
            (decided != case.verdict).then(|| {
                format!(
                    "{} ({}: {}): {} instead of {}",
                    case.case, case.target, case.url, decided, case.verdict
                )
            })
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_permit_without_credentials_drops_them() {
    let operator = Operator::default();
    let registry = Url::parse("https://registry.example.com").unwrap();
    let guard = Guard {
        operator: &operator,
        trusted: &[],
        hosts: usual_hosts(),
        registry: Some(registry.clone()),
    };
    let own = guard
        .permit(registry.join("/v2/").unwrap(), Target::Registry, true)
        .unwrap();
    let away = guard
        .redirect(&own, Url::parse("https://blobs.example.net/").unwrap())
        .unwrap();
    let back = guard
        .redirect(&away, registry.join("/v2/").unwrap())
        .unwrap();
    let key = HeaderName::from_static("x-jfrog-art-api");
    let authorizations = [
        Authorization::bearer(&"secret".into()).unwrap(),
        Authorization::header(key, &"secret".into()).unwrap(),
    ];
    for authorization in &authorizations {
        let sent = |permit: &Permit| permit.get(HeaderMap::new(), Some(authorization)).headers;
        assert_eq!(&sent(&own), authorization.headers());
        assert!(sent(&away).is_empty());
        let head = |permit: &Permit| permit.head(HeaderMap::new(), Some(authorization)).headers;
        assert_eq!(&head(&own), authorization.headers());
        assert!(head(&away).is_empty());
        assert!(
            sent(&back).is_empty(),
            "a way back from another host does not bring the credentials back"
        );
        let post =
            |permit: &Permit| permit.post(HeaderMap::new(), Some(authorization), Bytes::new());
        assert!(post(&own).is_ok());
        assert!(post(&away).is_err());
        let patch = |permit: &Permit| permit.patch(HeaderMap::new(), authorization, Bytes::new());
        assert!(patch(&own).is_ok());
        assert!(patch(&away).is_err());
    }
    let login = || Bytes::from_static(b"password=secret");
    assert!(own.post(HeaderMap::new(), None, login()).is_ok());
    assert!(away.post(HeaderMap::new(), None, login()).is_err());
}

#[test]
fn a_refused_realm_is_named_as_a_customer_names_it() {
    let operator = Operator::default();
    let guard = Guard {
        operator: &operator,
        trusted: &[],
        hosts: usual_hosts(),
        registry: Some(Url::parse("https://registry.example.com").unwrap()),
    };
    for (realm, named) in [
        ("https://Auth.Example.net/token", "auth.example.net "),
        (
            "https://auth.example.net:8443/token",
            "auth.example.net:8443 ",
        ),
        ("https://[2606:4700::1]:8443/token", "[2606:4700::1]:8443 "),
    ] {
        let failure = guard
            .permit(Url::parse(realm).unwrap(), Target::TokenService, true)
            .unwrap_err();
        assert!(failure.detail.contains(named), "{}", failure.detail);
    }
}
