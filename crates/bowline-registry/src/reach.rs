//! Finds out whether a registry responds at an address, and which login it requires.

use http::StatusCode;
use serde::{Deserialize, de::IgnoredAny};
use url::Url;

use crate::{
    challenge::{self, Login, NoLogin},
    guard::Target,
    json,
    oci_error::OciError,
    problem::{Code, Failure},
    registry::{Authentication, PING_BYTES, Registry},
    scope::Scope,
    transport::{Call, Message, Response},
    world::World,
};

/// Recognizes an error response of the distribution specification.
#[derive(Deserialize)]
struct ErrorMark {
    #[serde(default)]
    errors: Option<IgnoredAny>,
}

impl<W: World> Registry<'_, W> {
    /// Asks whether a registry answers and which login it requires. Returns what was seen.
    pub(crate) async fn reach(&mut self) -> Result<String, Failure> {
        let answer = match self.ping(self.url(""), Target::Registry, true).await {
            Ok(answer) if self.base.scheme() == "http" && expects_tls(&answer) => {
                return Err(tls_expected());
            }
            Ok(answer) => answer,
            Err(failure) if self.may_be_plain_http(&failure) => {
                return Err(if self.speaks_plain_http().await {
                    Failure::new(Code::TlsPlainHttp, "The port speaks plain HTTP.")
                } else {
                    failure
                });
            }
            // What is no HTTP may be an alert of TLS.
            Err(failure)
                if self.base.scheme() == "http" && failure.code == Code::AnswerMalformed =>
            {
                return Err(match self.speaks_tls().await {
                    true => tls_expected(),
                    false => failure,
                });
            }
            Err(failure) => return Err(failure),
        };
        let authentication = self.judge(&answer).await?;
        if answer.permit.url().origin() != self.base.origin() {
            let to = answer.permit.url().origin().ascii_serialization();
            return Err(Failure::new(
                Code::RedirectNotAllowed,
                format!("The registry redirects to {to}."),
            ));
        }
        let told = |name: &str| self.transport.shown(answer.header(name)?);
        let server = told("x-jfrog-version").or_else(|| told("server"));
        let api_version = told("docker-distribution-api-version");
        self.facts.server = server;
        self.facts.api_version = api_version;
        self.adopt(authentication);
        self.note_alternative(&answer);
        let status = answer.status.as_u16();
        Ok(match &self.authentication {
            Authentication::None => "Answered; no sign-in needed".to_owned(),
            Authentication::Login(Login::Basic) => {
                "Answered; asks for a username and password".to_owned()
            }
            Authentication::Login(Login::Bearer { realm, .. }) => {
                let host = realm.host_str().unwrap_or_default();
                format!("Answered; asks for a token from {host}")
            }
            Authentication::Unsupported(_) => {
                format!("Answered with HTTP {status}; offers no supported kind of login")
            }
        })
    }

    /// Reaches the registry, so that something of it can be read, and gets the token that this takes. A username and
    /// password are not tried before: what is read will show whether they are right.
    pub(crate) async fn approach(&mut self, scope: &Scope) -> Result<(), Failure> {
        self.reach().await?;
        if self.authentication != Authentication::Login(Login::Basic) {
            self.authenticate(scope).await?;
        }
        Ok(())
    }

    /// Sends a request without a login. The first request of a conversation follows redirects and is remembered.
    pub(crate) async fn ping(
        &self,
        url: Url,
        target: Target,
        begins: bool,
    ) -> Result<Response, Failure> {
        let permit = self.transport.guard().permit(url, target, false)?;
        let call = Call {
            what: "/v2/",
            permit,
            accept: &["application/json"],
            message: Message::Get(None),
            limit: PING_BYTES,
            follow: begins,
            remembered_as: begins.then(|| "reach".to_owned()),
        };
        self.transport.send(call).await
    }

    /// Tells whether an answer to `/v2/` is a registry's, and what it asks for.
    async fn judge(&self, answer: &Response) -> Result<Authentication, Failure> {
        let status = answer.status.as_u16();
        // Older registries and proxies leave the header out, so it proves one but its absence proves nothing.
        let marked = answer
            .header("docker-distribution-api-version")
            .is_some_and(|version| version.trim().starts_with("registry/2"));
        let is_json = json::is_json(&answer.body);
        let has_errors = || {
            answer
                .json::<ErrorMark>()
                .is_ok_and(|body| body.errors.is_some())
        };
        let object = OciError::read(&answer.body);
        let challenged = challenge::login(&answer.headers, self.prefers_bearer());
        match status {
            400.. if object == Some(OciError::TooManyRequests) => Err(Failure::new(
                Code::RateLimited,
                format!("GET /v2/ returned {}.", self.transport.seen(answer)),
            )),
            200 if marked || is_json || answer.body.is_empty() => Ok(Authentication::None),
            // What 401 says, some say by the code alone.
            401 | 403 if challenged.is_ok() => Ok(asked(challenged)),
            400..=499 if object == Some(OciError::NetworkDenied) => {
                Err(self.network_denied(answer))
            }
            401 => match challenged {
                Err(NoLogin::Missing) if !(marked || has_errors()) => Err(not_registry(
                    "GET /v2/ returned HTTP 401 without a challenge.",
                )),
                challenged => Ok(asked(challenged)),
            },
            400..=499 if object == Some(OciError::Unauthorized) && status != 403 => {
                Ok(asked(challenged))
            }
            // A registry that refuses whoever asks has a firewall or a list of whom it lets in.
            403 if marked || object.is_some() => Err(self.network_denied(answer)),
            400..=499 if object == Some(OciError::Denied) => Err(self.network_denied(answer)),
            429 => Err(Failure::new(
                Code::RateLimited,
                "GET /v2/ returned HTTP 429.",
            )),
            408 | 500.. => Err(Failure::new(
                Code::ServerError,
                format!("GET /v2/ returned HTTP {status}."),
            )),
            404 if self.speaks_v1().await => Err(Failure::new(
                Code::AnswerV1Only,
                "GET /v2/ returned HTTP 404, but /v1/_ping answers.",
            )),
            200 => Err(not_registry(
                "GET /v2/ returned HTTP 200, but not with a registry's response.",
            )),
            403 => Err(not_registry(
                "GET /v2/ returned HTTP 403. A firewall or an access list in front of the registry may be refusing this service.",
            )),
            _ => Err(not_registry(&format!("GET /v2/ returned HTTP {status}."))),
        }
    }

    fn network_denied(&self, answer: &Response) -> Failure {
        let seen = self.transport.seen(answer);
        Failure::new(Code::NetworkDenied, format!("GET /v2/ returned {seen}."))
    }

    async fn speaks_v1(&self) -> bool {
        self.ping(self.v1_url("_ping"), Target::Registry, false)
            .await
            .is_ok_and(|answer| {
                answer.status == StatusCode::OK
                    && (answer.headers.contains_key("x-docker-registry-version")
                        || answer.body.trim_ascii() == b"true")
            })
    }

    /// A server that does not speak TLS breaks the handshake, closes the connection, or waits for the rest of what it takes
    /// for a request.
    pub(crate) fn may_be_plain_http(&self, failure: &Failure) -> bool {
        self.base.scheme() == "https"
            && matches!(
                failure.code,
                Code::TlsFailed
                    | Code::AnswerMalformed
                    | Code::AnswerTimeout
                    | Code::ConnectTimeout
            )
    }

    /// Tells whether the registry's port answers `/v2/` without TLS. A port with TLS answers 400 to that, if anything.
    async fn speaks_plain_http(&self) -> bool {
        self.probe("http")
            .await
            .is_ok_and(|answer| matches!(answer.status.as_u16(), 200 | 401 | 403 | 404))
    }

    /// Tells whether the registry's port speaks TLS: whatever it answers by that, and if its certificate is not trusted.
    async fn speaks_tls(&self) -> bool {
        match self.probe("https").await {
            Ok(_) => true,
            Err(failure) => failure.code == Code::TlsCertificate,
        }
    }

    /// Asks the registry's port for `/v2/` by this scheme, without credentials.
    async fn probe(&self, scheme: &str) -> Result<Response, Failure> {
        let mut url = self.url("");
        let port = url.port_or_known_default();
        if url.set_scheme(scheme).is_err() || url.set_port(port).is_err() {
            return Err(not_registry("The port has no other scheme."));
        }
        self.ping(url, Target::SchemeProbe, false).await
    }
}

/// Tells whether an answer to plain HTTP says that the port speaks HTTPS: in the words of nginx, Go, Apache and Java's
/// servers, or as an alert of TLS (RFC 8446 section 6) that a proxy made an answer of.
fn expects_tls(answer: &Response) -> bool {
    const WORDS: [&str; 5] = [
        "the plain http request was sent to https port",
        "client sent an http request to an https server",
        "plain http to an ssl-enabled server port",
        "plain http to an tls-enabled server port",
        "requires tls",
    ];
    let words = String::from_utf8_lossy(&answer.body).to_ascii_lowercase();
    (400..=499).contains(&answer.status.as_u16())
        && (answer.body.starts_with(&[0x15, 0x03]) || WORDS.iter().any(|text| words.contains(text)))
}

fn tls_expected() -> Failure {
    Failure::new(Code::TlsExpected, "The port doesn't accept plain HTTP.")
}

/// What a registry asks for that sent these challenges.
fn asked(challenged: Result<Login, NoLogin>) -> Authentication {
    challenged.map_or_else(Authentication::Unsupported, Authentication::Login)
}

fn not_registry(detail: &str) -> Failure {
    Failure::new(Code::AnswerNotRegistry, detail)
}
