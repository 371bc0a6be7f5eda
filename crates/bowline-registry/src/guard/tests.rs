//! The guard against its vector file, one case a line.

use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Case {
    case: String,
    url: String,
    #[serde(default = "usual_registry")]
    registry: String,
    #[serde(default = "usual_provider")]
    provider: String,
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
            provider: &self.provider,
            trusted: &trusted,
            registry: registry.clone(),
        };
        let from = |target, path: &str| {
            guard
                .permit(registry.join(path).unwrap(), target, self.login)
                .expect("the redirecting URL is allowed")
        };
        let verdict = match self.target.as_str() {
            "registry" => guard.permit(url, Target::Registry, self.login),
            "page" => guard.permit(url, Target::Page, self.login),
            "token-service" => guard.permit(url, Target::TokenService, self.login),
            "provider-api" => guard.permit(url, Target::ProviderApi, self.login),
            "probe" => guard.permit(url, Target::PlainHttpProbe, self.login),
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
        provider: "docker-registry",
        trusted: &[],
        registry: registry.clone(),
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
    let secret = HeaderValue::from_static("Bearer secret");
    let sent = |permit: &Permit| {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_static("smuggled"));
        permit
            .get(headers, Some(&secret))
            .headers
            .remove(AUTHORIZATION)
    };
    assert_eq!(sent(&own), Some(secret.clone()));
    assert_eq!(sent(&away), None);
    let login = || Bytes::from_static(b"password=secret");
    assert!(own.post_login(HeaderMap::new(), login()).is_ok());
    assert!(away.post_login(HeaderMap::new(), login()).is_err());
    assert_eq!(
        sent(&back),
        None,
        "a way back from another host does not bring the credentials back"
    );
}

#[test]
fn a_refused_realm_is_named_as_a_customer_names_it() {
    let operator = Operator::default();
    let guard = Guard {
        operator: &operator,
        provider: "docker-registry",
        trusted: &[],
        registry: Url::parse("https://registry.example.com").unwrap(),
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
