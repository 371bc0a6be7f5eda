//! A registry that keeps the rules, as a script; tests replace single answers of it.

use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use bowline::form::{CheckOptions, ConnectionForm, ConnectionSpec, check_form};
use bowline_registry::{Check, Operator, Step, check};
use sha2::{Digest as _, Sha256};

use crate::double::{Double, FakeWorld, Reply, Sent, world};

pub const CONFIG: &str = r#"{"architecture":"amd64","os":"linux"}"#;
pub const PASSWORD: &str = "correct-horse";

/// How the registry wants a login.
#[derive(Clone, Debug)]
pub enum Login {
    None,
    Basic,
    /// By the token service at this URL, which grants these actions on every repository.
    Bearer {
        realm: &'static str,
        grants: &'static [&'static str],
    },
}

/// A registry at `https://registry.example.com` with one repository, `team/app`, and its tag `1`.
#[derive(Clone)]
pub struct Fake {
    pub login: Login,
    /// The login that is right.
    pub username: &'static str,
    pub password: &'static str,
    pub catalog: Vec<&'static str>,
    pub tags: Vec<&'static str>,
    pub origin: &'static str,
    pub index: bool,
    /// What is answered instead, to requests whose line starts so.
    pub instead: Vec<(&'static str, Reply)>,
}

pub fn digest(content: &str) -> String {
    let hex: String = Sha256::digest(content)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("sha256:{hex}")
}

pub fn manifest() -> String {
    manifest_of("application/vnd.oci.image.config.v1+json", CONFIG)
}

pub fn manifest_of(kind: &str, config: &str) -> String {
    format!(
        r#"{{"schemaVersion":2,"config":{{"mediaType":"{kind}","digest":"{}","size":{}}},"layers":[]}}"#,
        digest(config),
        config.len()
    )
}

pub fn index() -> String {
    format!(
        r#"{{"schemaVersion":2,"manifests":[{{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{}","size":1,"platform":{{"os":"linux","architecture":"amd64"}}}}]}}"#,
        digest(&manifest())
    )
}

pub fn jwt(claims: &str) -> String {
    format!(
        "eyJhbGciOiJub25lIn0.{}.c2ln",
        BASE64_URL_SAFE_NO_PAD.encode(claims)
    )
}

pub fn basic(username: &str, password: &str) -> String {
    format!(
        "Basic {}",
        BASE64_STANDARD.encode(format!("{username}:{password}"))
    )
}

impl Fake {
    pub fn new(login: Login) -> Self {
        Self {
            login,
            username: "scanner",
            password: PASSWORD,
            catalog: vec!["team/app"],
            tags: vec!["1"],
            origin: "https://registry.example.com",
            index: false,
            instead: Vec::new(),
        }
    }

    pub fn basic() -> Self {
        Self::new(Login::Basic)
    }

    pub fn bearer() -> Self {
        Self::new(Login::Bearer {
            realm: "https://auth.example.com/token",
            grants: &["pull"],
        })
    }

    /// Answers `reply` to requests whose line starts with `start`; the first that fits counts.
    pub fn instead(mut self, start: &'static str, reply: Reply) -> Self {
        self.instead.push((start, reply));
        self
    }

    pub fn world(self) -> FakeWorld {
        world(move |sent| self.answer(sent))
    }

    pub fn answer(&self, sent: &Sent) -> Reply {
        let line = sent.line();
        if let Some((_, reply)) = self
            .instead
            .iter()
            .find(|(start, _)| line.starts_with(start))
        {
            return reply.clone();
        }
        if let Login::Bearer { realm, grants } = &self.login
            && line.starts_with(&format!("GET {realm}"))
        {
            return self.token(sent, grants);
        }
        if sent.method != "GET" {
            return Reply::status(405);
        }
        let Some(path) = line.strip_prefix(&format!("GET {}", self.origin)) else {
            panic!("nobody answers {line}");
        };
        if let Some(refusal) = self.refusal(sent) {
            return refusal;
        }
        self.content(path.split('?').next().unwrap_or_default())
    }

    fn token(&self, sent: &Sent, grants: &[&str]) -> Reply {
        match sent.authorization() {
            Some(given) if given != basic(self.username, self.password) => {
                return Reply::status(401)
                    .text(r#"{"errors":[{"code":"UNAUTHORIZED","message":"wrong login"}]}"#);
            }
            _ => {}
        }
        let scope = sent.query("scope").unwrap_or_default();
        let parts: Vec<&str> = scope.split(':').collect();
        let access = match parts.as_slice() {
            ["repository", name, asked] => {
                let granted: Vec<String> = asked
                    .split(',')
                    .filter(|action| grants.contains(action))
                    .map(|action| format!("\"{action}\""))
                    .collect();
                format!(
                    r#"{{"type":"repository","name":"{name}","actions":[{}]}}"#,
                    granted.join(",")
                )
            }
            ["registry", "catalog", "*"] => {
                r#"{"type":"registry","name":"catalog","actions":["*"]}"#.to_owned()
            }
            _ => String::new(),
        };
        let token = jwt(&format!(r#"{{"access":[{access}],"exp":1700000300}}"#));
        Reply::json(format!(r#"{{"token":"{token}","expires_in":300}}"#))
    }

    fn refusal(&self, sent: &Sent) -> Option<Reply> {
        let unauthorized =
            |challenge: String| Some(Reply::status(401).with("www-authenticate", challenge));
        match &self.login {
            Login::None => None,
            Login::Basic if sent.authorization() == Some(&basic(self.username, self.password)) => {
                None
            }
            Login::Basic => unauthorized(r#"Basic realm="registry""#.to_owned()),
            Login::Bearer { realm, .. } => match sent
                .authorization()
                .and_then(|given| given.strip_prefix("Bearer "))
            {
                Some(_) => None,
                None => unauthorized(format!(
                    r#"Bearer realm="{realm}",service="registry.example.com""#
                )),
            },
        }
    }

    fn content(&self, path: &str) -> Reply {
        let quoted = |names: &[&str]| {
            names
                .iter()
                .map(|name| format!("\"{name}\""))
                .collect::<Vec<_>>()
                .join(",")
        };
        let manifest = manifest();
        let top = if self.index {
            index()
        } else {
            manifest.clone()
        };
        let Some((repository, rest)) = path
            .strip_prefix("/v2/team/app")
            .map(|rest| ("team/app", rest))
        else {
            return match path {
                "/v2/" => Reply::json("{}").with("docker-distribution-api-version", "registry/2.0"),
                "/v2/_catalog" => Reply::json(format!(r#"{{"repositories":[{}]}}"#, quoted(&self.catalog))),
                _ => Reply::status(404).text(r#"{"errors":[{"code":"NAME_UNKNOWN","message":"repository name not known to registry"}]}"#),
            };
        };
        if rest == "/tags/list" {
            return Reply::json(format!(
                r#"{{"name":"{repository}","tags":[{}]}}"#,
                quoted(&self.tags)
            ));
        }
        if rest == "/manifests/1" {
            return Reply::json(top.clone()).with("docker-content-digest", digest(&top));
        }
        if rest == format!("/manifests/{}", digest(&manifest)) {
            return Reply::json(manifest);
        }
        if rest == format!("/blobs/{}", digest(CONFIG)) {
            return Reply::status(200).text(CONFIG);
        }
        Reply::status(404)
            .text(r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"#)
    }
}

/// A form's values, parsed.
pub fn spec(
    provider: &str,
    auth: &str,
    values: &[(&str, &str)],
    trusted: &[&str],
) -> ConnectionSpec {
    let values: serde_json::Map<String, serde_json::Value> = values
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).into()))
        .collect();
    parsed(serde_json::json!({
        "provider": provider, "name": "test", "auth": auth, "values": values, "trustedAuthHosts": trusted,
    }))
}

/// A form, parsed.
pub fn parsed(form: serde_json::Value) -> ConnectionSpec {
    let form: ConnectionForm = serde_json::from_value(form).unwrap();
    let (report, spec) = check_form(&form, CheckOptions::default());
    spec.unwrap_or_else(|| panic!("the form is invalid: {report:?}"))
}

/// A connection to the fake registry with the right password.
pub fn password() -> ConnectionSpec {
    password_at("registry.example.com")
}

pub fn password_at(url: &str) -> ConnectionSpec {
    spec(
        "docker-registry",
        "password",
        &[
            ("url", url),
            ("username", "scanner"),
            ("password", PASSWORD),
        ],
        &[],
    )
}

pub fn anonymous() -> ConnectionSpec {
    spec(
        "docker-registry",
        "anonymous",
        &[("url", "registry.example.com")],
        &[],
    )
}

/// Runs a check that must end within its deadline with its six steps, each reported once.
pub async fn run(
    world: &FakeWorld,
    operator: &Operator,
    spec: &ConnectionSpec,
    image: Option<&str>,
) -> Check {
    let mut reported: Vec<Step> = Vec::new();
    let check = check(world, operator, spec, image, |step| {
        reported.push(step.clone())
    })
    .await;
    assert_eq!(check.steps, reported);
    assert_eq!(check.steps.len(), 6);
    assert_eq!(check.ok, check.problem.is_none());
    let spent = bowline_registry::Clock::monotonic(&world.clock);
    assert!(
        spent <= std::time::Duration::from_secs(10),
        "it took {spent:?}"
    );
    let text = serde_json::to_string(&check).unwrap();
    assert!(
        !text.contains(PASSWORD),
        "the check shows the password: {text}"
    );
    assert_eq!(
        serde_json::from_str::<Check>(&text).unwrap(),
        check,
        "it survives JSON"
    );
    check
}

/// The statuses of the six steps: `P` passed, `F` failed, `-` skipped.
pub fn statuses(check: &Check) -> String {
    use bowline_registry::Status::{Failed, Passed, Skipped};
    let sign = |step: &Step| match step.status {
        Passed => 'P',
        Failed => 'F',
        Skipped => '-',
    };
    check.steps.iter().map(sign).collect()
}

pub fn code(check: &Check) -> &'static str {
    check
        .problem
        .as_ref()
        .map_or("none", |problem| problem.code.as_str())
}

/// The headers that every request has. Whatever else is sent may be a credential, whatever it is called.
const PLAIN_HEADERS: [&str; 4] = ["accept", "accept-encoding", "content-type", "user-agent"];

/// The origins that got credentials: in a header, or in the body of a POST.
pub fn trusted_with_credentials(http: &Double) -> Vec<String> {
    let mut origins: Vec<String> = http
        .sent()
        .iter()
        .filter(|sent| {
            let is_secret = |name: &http::HeaderName| !PLAIN_HEADERS.contains(&name.as_str());
            sent.headers.keys().any(is_secret) || !sent.body.is_empty()
        })
        .map(|sent| sent.url.origin().ascii_serialization())
        .collect();
    origins.sort();
    origins.dedup();
    origins
}
