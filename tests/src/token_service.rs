//! A token service as the distribution token specification describes it: `GET /token` with Basic credentials and
//! `POST /token` with OAuth2 grants, both answered with an ES256 token that a registry trusts by its certificate.

use std::{
    sync::{Arc, Mutex},
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};

use crate::{
    certificate::{Certificate, Signer},
    gate::Gate,
    server::{Answer, Request, Server},
};

/// The `service` that its challenges and tokens name.
pub const SERVICE: &str = "registry of the tests";
/// The `iss` of its tokens.
pub const ISSUER: &str = "token service of the tests";

/// Who fills the registries of the tests: name and password. Every registry with accounts knows it.
pub const UPLOADER: (&str, &str) = ("uploader", "uploads everything");

/// Somebody whom the service knows.
#[derive(Clone)]
pub struct User {
    name: &'static str,
    password: &'static str,
    refresh_token: Option<&'static str>,
    grants: Vec<Grant>,
}

/// One thing that a user may do; `*` as the name is every name.
#[derive(Clone)]
struct Grant {
    kind: &'static str,
    name: &'static str,
    actions: &'static [&'static str],
}

impl User {
    /// A user who may nothing yet.
    pub fn new(name: &'static str, password: &'static str) -> Self {
        Self {
            name,
            password,
            refresh_token: None,
            grants: Vec::new(),
        }
    }

    /// Who may pull this repository (`*` is all).
    pub fn pulls(self, repository: &'static str) -> Self {
        self.may("repository", repository, &["pull"])
    }

    /// Who may also push to it.
    pub fn pushes(self, repository: &'static str) -> Self {
        self.may("repository", repository, &["pull", "push"])
    }

    /// Who may list the catalog.
    pub fn lists(self) -> Self {
        self.may("registry", "catalog", &["*"])
    }

    /// Who may log in with this refresh token too.
    pub fn refreshes_with(mut self, token: &'static str) -> Self {
        self.refresh_token = Some(token);
        self
    }

    fn may(
        mut self,
        kind: &'static str,
        name: &'static str,
        actions: &'static [&'static str],
    ) -> Self {
        self.grants.push(Grant {
            kind,
            name,
            actions,
        });
        self
    }

    /// What is granted of the scope `kind:name:action,action`; `None` where the scope is none.
    fn granted(&self, scope: &str) -> Option<Value> {
        let (kind, rest) = scope.split_once(':')?;
        let (name, asked) = rest.rsplit_once(':')?;
        let allowed = |action: &str| {
            self.grants.iter().any(|grant| {
                grant.kind == kind
                    && (grant.name == "*" || grant.name == name)
                    && grant.actions.contains(&action)
            })
        };
        let actions: Vec<_> = asked.split(',').filter(|action| allowed(action)).collect();
        Some(json!({ "type": kind, "name": name, "actions": actions }))
    }
}

/// How the service behaves.
#[derive(Clone, Default)]
pub enum Mood {
    /// As the specification says.
    #[default]
    Fair,
    /// It logs in and then grants nothing.
    GrantsNothing,
    /// It answers 200 with what is no token.
    Rubbish,
    /// It answers as it should, once this gate is open.
    Slow(Gate),
}

/// A running token service.
pub struct TokenService {
    server: Server,
    realm: String,
    signer: Arc<Signer>,
    mood: Arc<Mutex<Mood>>,
}

impl TokenService {
    /// Starts one that knows `users` and, so that tests can fill their registries, [`UPLOADER`].
    pub fn start(users: impl IntoIterator<Item = User>) -> Self {
        Self::run(users, None)
    }

    /// The same with TLS, for a realm on the host that `certificate` names.
    pub fn start_tls(certificate: &Certificate, users: impl IntoIterator<Item = User>) -> Self {
        Self::run(users, Some(certificate))
    }

    fn run(users: impl IntoIterator<Item = User>, certificate: Option<&Certificate>) -> Self {
        let mut known: Vec<_> = users.into_iter().collect();
        known.push(User::new(UPLOADER.0, UPLOADER.1).pushes("*").lists());
        let signer = Arc::new(Signer::new());
        let mood = Arc::<Mutex<Mood>>::default();
        let (signs, moods) = (Arc::clone(&signer), Arc::clone(&mood));
        let answer = move |request: &Request| {
            let mood = moods.lock().expect("no handler panics with it").clone();
            if let Mood::Slow(gate) = &mood {
                gate.pass();
            }
            answer(request, &known, &signs, &mood)
        };
        let (server, origin) = match certificate {
            None => {
                let server = Server::start(answer);
                let origin = server.origin();
                (server, origin)
            }
            Some(certificate) => (
                Server::start_tls(certificate, answer),
                format!("https://{}", certificate.host),
            ),
        };
        Self {
            server,
            realm: format!("{origin}/token"),
            signer,
            mood,
        }
    }

    /// The realm that challenges name.
    pub fn realm(&self) -> &str {
        &self.realm
    }

    /// `127.0.0.1:41234`: what a form's `trustedAuthHosts` has to name.
    pub fn authority(&self) -> String {
        self.server.authority()
    }

    /// The certificate that registries trust its tokens by, in PEM.
    pub fn certificate(&self) -> String {
        self.signer.pem()
    }

    /// From now on it behaves so.
    pub fn set(&self, mood: Mood) {
        *self.mood.lock().expect("no handler panics with it") = mood;
    }

    /// Every request so far.
    pub fn requests(&self) -> Vec<Request> {
        self.server.requests()
    }
}

fn answer(request: &Request, users: &[User], signer: &Signer, mood: &Mood) -> Answer {
    if request.path() != "/token" {
        return Answer::new(404, "");
    }
    if let Mood::Rubbish = mood {
        return Answer::new(200, "<html>a login page</html>").with("Content-Type", "text/html");
    }
    let (parameters, user) = match request.method.as_str() {
        "GET" => (request.query(), basic_user(request, users)),
        "POST" => (request.form(), form_user(&request.form(), users)),
        _ => return Answer::new(405, ""),
    };
    let Some(user) = user else {
        return if request.method == "POST" {
            Answer::json(400, &json!({ "error": "invalid_grant" }))
        } else {
            Answer::json(
                401,
                &json!({ "errors": [{ "code": "UNAUTHORIZED", "message": "who are you?" }] }),
            )
            .with("WWW-Authenticate", "Basic realm=\"token service\"")
        };
    };
    let scopes = parameters
        .iter()
        .filter(|(name, _)| name == "scope")
        .flat_map(|(_, scope)| scope.split(' '));
    let access: Vec<_> = match mood {
        Mood::GrantsNothing => Vec::new(),
        _ => scopes.filter_map(|scope| user.granted(scope)).collect(),
    };
    let token = token(user.name, &access, signer);
    let mut body = json!({ "access_token": token, "expires_in": 300 });
    if request.method == "GET" {
        body["token"] = body["access_token"].clone();
    }
    Answer::json(200, &body)
}

/// Who asks by GET: `None` when the password is wrong, nobody in particular when there is none.
fn basic_user(request: &Request, users: &[User]) -> Option<User> {
    let Some(header) = request.headers.get("authorization") else {
        return Some(User::new("", ""));
    };
    let text = String::from_utf8(STANDARD.decode(header.strip_prefix("Basic ")?).ok()?).ok()?;
    let (name, password) = text.split_once(':')?;
    users
        .iter()
        .find(|user| user.name == name && user.password == password)
        .cloned()
}

/// Who asks by POST, with a password or a refresh token.
fn form_user(form: &[(String, String)], users: &[User]) -> Option<User> {
    let value = |name: &str| {
        form.iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    let found = match value("grant_type")? {
        "password" => users.iter().find(|user| {
            value("username") == Some(user.name) && value("password") == Some(user.password)
        }),
        "refresh_token" => users.iter().find(|user| {
            user.refresh_token.is_some() && value("refresh_token") == user.refresh_token
        }),
        _ => None,
    };
    found.cloned()
}

fn token(subject: &str, access: &[Value], signer: &Signer) -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("it is after 1970")
        .as_secs();
    let header = json!({ "typ": "JWT", "alg": "ES256", "x5c": [STANDARD.encode(signer.der())] });
    let claims = json!({
        "iss": ISSUER, "sub": subject, "aud": SERVICE, "iat": now, "nbf": now - 10, "exp": now + 300,
        "jti": format!("{subject}-{now}"), "access": access,
    });
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let signed = format!("{}.{}", encode(&header), encode(&claims));
    let signature = URL_SAFE_NO_PAD.encode(signer.sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}
