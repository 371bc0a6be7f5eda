//! Every login of every provider, right and wrong, against a table of what its protocol answers: one file a provider.

mod alibaba_acr;
mod amazon_ecr;
mod amazon_ecr_public;
mod azure_acr;
mod bitbucket;
mod chainguard;
mod cloudsmith;
mod digitalocean;
mod docker_hub;
mod docker_registry;
mod docker_registry_v1;
mod docker_trusted_registry;
pub mod fake;
mod gitea;
mod github;
mod gitlab;
mod google;
mod harbor;
mod huawei_swr;
mod ibm;
mod jfrog_artifactory;
mod nexus;
mod nvidia_ngc;
mod openshift;
mod oracle_ocir;
mod proget;
mod quay;
mod red_hat_atomic;
mod scaleway;
mod tencent_tcr;

use std::collections::BTreeMap;

use bowline::{form::ConnectionSpec, provider::providers};
use bowline_registry::{Check, Code, Operator, Proved, WarningCode};

use self::fake::Fake;
use crate::{
    double::{Reply, world},
    registry::{code, parsed, run},
};

/// The bytes that a check with an image may take: requests, and answers with their heads.
const BYTES: usize = 11 * 512;

/// A login, and what a check with it finds.
pub struct Case {
    name: &'static str,
    fake: Fake,
    auth: &'static str,
    values: Vec<(&'static str, String)>,
    trusted_auth_hosts: &'static [&'static str],
    image: Option<String>,
    expected: Expected,
}

pub enum Expected {
    /// An image is pulled, with so many requests.
    Pulled(usize),
    /// The login is proven, and pulling is not: this warning says why.
    LoggedIn(WarningCode),
    /// This problem is named.
    Problem(Code),
}

use Expected::{LoggedIn, Problem, Pulled};

/// A case with the fake's own image.
pub fn case(
    name: &'static str,
    fake: Fake,
    auth: &'static str,
    values: &[(&'static str, &str)],
    expected: Expected,
) -> Case {
    Case {
        name,
        image: Some(format!("{}:1", fake.repository)),
        fake,
        auth,
        values: values
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect(),
        trusted_auth_hosts: &[],
        expected,
    }
}

impl Case {
    /// No image is named.
    pub fn unnamed(mut self) -> Self {
        self.image = None;
        self
    }

    /// Another image is named.
    pub fn image(mut self, image: &str) -> Self {
        self.image = Some(image.to_owned());
        self
    }

    /// The customer consents to these token services.
    pub fn consent(mut self, hosts: &'static [&'static str]) -> Self {
        self.trusted_auth_hosts = hosts;
        self
    }

    async fn examine(self, provider: &str) {
        let spec = self.spec(provider);
        let Self {
            name,
            fake,
            auth,
            image,
            expected,
            ..
        } = self;
        let named = format!("{provider}, {auth}: {name}");
        let world = fake.world();
        let check = run(&world, &Operator::default(), &spec, None).await;
        let text = serde_json::to_string(&check).unwrap();
        for (field, secret) in &spec.secrets {
            assert!(!text.contains(secret.expose()), "{named}: {field} is shown");
            for line in world.http.lines() {
                assert!(
                    !line.contains(secret.expose()),
                    "{named}: {field} is in {line}"
                );
            }
        }
        let requests = world.http.lines();
        match expected {
            Pulled(count) => {
                assert_passed(&named, &check, Proved::Pull);
                assert_eq!(requests.len(), count, "{named}: {requests:#?}");
                let bytes = world.http.bytes();
                assert!(image.is_none() || bytes <= BYTES, "{named}: {bytes} bytes");
            }
            LoggedIn(warning) => {
                assert_passed(&named, &check, Proved::Login);
                let warnings: Vec<_> = check.warnings.iter().map(|found| found.code).collect();
                assert_eq!(warnings, [warning], "{named}");
            }
            Problem(expected) => {
                assert_eq!(
                    code(&check),
                    expected.as_str(),
                    "{named}: {:?}",
                    check.problem
                );
                let problem = check.problem.unwrap();
                if expected == Code::AuthRejected {
                    assert_ne!(
                        problem.hint,
                        expected.hint(),
                        "{named}: the hint is the provider's"
                    );
                    let fields = spec.provider.auth(auth).unwrap().fields.iter();
                    let given: Vec<String> = fields
                        .filter(|field| {
                            spec.secrets.contains_key(field.name) || field.name == "accessKeyId"
                        })
                        .map(|field| format!("values.{}", field.name))
                        .collect();
                    let field = problem.field.unwrap();
                    assert!(
                        given.contains(&field) || given.is_empty() && field == "auth",
                        "{named}: {field}"
                    );
                }
            }
        }
    }
}

fn assert_passed(named: &str, check: &Check, proved: Proved) {
    assert!(check.ok, "{named}: {:?}", check.problem);
    assert_eq!(check.proved, proved, "{named}: {:?}", check.warnings);
}

impl Case {
    fn spec(&self, provider: &str) -> ConnectionSpec {
        let values: BTreeMap<_, _> = self.values.iter().cloned().collect();
        parsed(serde_json::json!({
            "provider": provider, "name": "test", "auth": self.auth, "values": values,
            "trustedAuthHosts": self.trusted_auth_hosts, "image": self.image,
        }))
    }
}

/// A provider's cases.
type Cases = fn() -> Vec<Case>;

/// One line a provider: a test of its cases.
macro_rules! judged {
    ($($module:ident $id:literal)*) => {
        const PROVIDERS: &[(&str, Cases)] = &[$(($id, $module::cases)),*];
        $(
            #[tokio::test]
            async fn $module() {
                for case in $module::cases() {
                    case.examine($id).await;
                }
            }
        )*
    };
}

judged! {
    amazon_ecr "amazon-ecr"
    amazon_ecr_public "amazon-ecr-public"
    azure_acr "azure-acr"
    docker_hub "docker-hub"
    docker_registry "docker-registry"
    docker_registry_v1 "docker-registry-v1"
    gitea "gitea"
    digitalocean "digitalocean"
    scaleway "scaleway"
    alibaba_acr "alibaba-acr"
    tencent_tcr "tencent-tcr"
    huawei_swr "huawei-swr"
    cloudsmith "cloudsmith"
    nvidia_ngc "nvidia-ngc"
    chainguard "chainguard"
    proget "proget"
    bitbucket "bitbucket"
    docker_trusted_registry "docker-trusted-registry"
    github "github"
    gitlab "gitlab"
    google "google"
    harbor "harbor"
    ibm "ibm"
    jfrog_artifactory "jfrog-artifactory"
    nexus "nexus"
    openshift "openshift"
    oracle_ocir "oracle-ocir"
    quay "quay"
    red_hat_atomic "red-hat-atomic"
}

#[test]
fn every_login_has_a_case_that_passes_and_cases_for_what_may_be_wrong() {
    for provider in providers() {
        let cases = PROVIDERS.iter().find(|(id, _)| *id == provider.id.as_str());
        let cases = cases.map_or_else(Vec::new, |(_, cases)| cases());
        for auth in provider.auth {
            let expects = |wanted: fn(&Expected) -> bool| {
                cases
                    .iter()
                    .any(|case| case.auth == auth.id && wanted(&case.expected))
            };
            let named = format!("{}, {}", provider.id, auth.id);
            assert!(
                expects(|found| matches!(found, Pulled(_))),
                "{named}: no case passes. Cases are in tests/conversation/providers/<id>.rs, and have a line in judged! above"
            );
            let has_secret = auth.fields.iter().any(|field| field.kind.is_secret());
            if has_secret {
                assert!(
                    expects(|found| matches!(found, Problem(Code::AuthRejected))),
                    "{named}: no wrong login"
                );
                assert!(
                    expects(|found| matches!(found, Problem(Code::PermissionPullMissing))),
                    "{named}: no missing permission"
                );
            }
        }
    }
}

/// A registry that repeats what it gets does not bring a secret into an answer of ours.
#[tokio::test]
async fn no_secret_of_any_login_is_shown() {
    for (provider, cases) in PROVIDERS {
        for case in cases() {
            let spec = case.spec(provider);
            for (field, secret) in &spec.secrets {
                let message = format!("You sent {}.", secret.expose());
                let echo =
                    serde_json::json!({ "errors": [{ "code": "DENIED", "message": message }] });
                let world = world(move |sent| {
                    let ping = sent.url.path().ends_with("/v2/") && !sent.has_credentials();
                    let reply = if ping {
                        Reply::status(401).with("www-authenticate", "Basic realm=x")
                    } else {
                        Reply::status(403)
                    };
                    reply.with("server", "x").text(echo.to_string())
                });
                world.http.trust_only(case.fake.trusted());
                let check = run(&world, &Operator::default(), &spec, None).await;
                let text = serde_json::to_string(&check).unwrap();
                assert!(
                    !text.contains("You sent"),
                    "{provider}, {}: {field}: {text}",
                    case.auth
                );
            }
        }
    }
}
